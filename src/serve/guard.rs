//! Which requests are answered at all: reads, from pages of ours or typed by a person on this machine.
//!
//! Any web page may send requests to a server on the reader's own machine. Those that name another host
//! (DNS rebinding), come from another site or want to write are refused before anything looks at them.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// The names under which this server may be addressed, with its port.
pub(super) struct Hosts(Vec<String>);

impl Hosts {
    /// Every name of this machine at `port`.
    pub(super) fn new(port: u16) -> Self {
        let names = ["localhost", "127.0.0.1", "[::1]"];
        let with_port = names.iter().map(|name| format!("{name}:{port}"));
        let bare = names.iter().filter(|_| port == 80).map(|name| (*name).to_owned());
        Self(with_port.chain(bare).collect())
    }

    fn allow(&self, host: &str) -> bool {
        self.0.iter().any(|ours| ours.eq_ignore_ascii_case(host))
    }

    fn allow_origin(&self, origin: &str) -> bool {
        origin.strip_prefix("http://").is_some_and(|host| self.allow(host))
    }
}

/// Sent with every answer: no other site may embed or read it, and no cache keeps it.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// What a server is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Showing pages, whose content nobody vouches for.
    Preview,
    /// Changing them. Another origin than the preview's, since its port is another: no script of a page can reach it.
    Desk,
}

/// What requests are measured by.
pub(super) struct Gate {
    pub(super) hosts: Hosts,
    pub(super) purpose: Purpose,
    /// Who may show the preview in a frame.
    pub(super) framed_by: Option<Hosts>,
}

impl Gate {
    fn policy(&self) -> Option<HeaderValue> {
        // Policies cannot name addresses of IPv6.
        let named = |hosts: &Hosts| {
            let names = hosts.0.iter().filter(|host| !host.starts_with('['));
            names.map(|host| format!(" http://{host}")).collect::<String>()
        };
        let desk = self.framed_by.as_ref().map(named).unwrap_or_default();
        HeaderValue::from_str(&format!("frame-ancestors 'self'{desk}")).ok()
    }
}

/// Lets a request through or refuses it.
pub(super) async fn check(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let mut response = match refusal(&gate, &request) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    };
    response.headers_mut().extend(HEADERS);
    // The desk's page has a stricter one of its own.
    let policy = gate.policy().filter(|_| !response.headers().contains_key(header::CONTENT_SECURITY_POLICY));
    response.headers_mut().extend(policy.map(|policy| (header::CONTENT_SECURITY_POLICY, policy)));
    if gate.purpose == Purpose::Desk {
        response.headers_mut().insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    response
}

fn refusal(gate: &Gate, request: &Request) -> Option<Response> {
    let hosts = &gate.hosts;
    let forbidden = |why: &'static str| Some((StatusCode::FORBIDDEN, why).into_response());
    let headers = request.headers();
    // A request may name its host twice over: in the target and in the header.
    let target = request.uri().authority().map(|authority| authority.as_str());
    let named = the_only(headers, &header::HOST);
    if !named.is_some_and(|host| hosts.allow(host)) || target.is_some_and(|host| !hosts.allow(host)) {
        return forbidden("This preview answers under localhost only.\n");
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_order = gate.purpose == Purpose::Desk && *request.method() == Method::POST;
    if !reads && !is_order {
        let allow = [(header::ALLOW, "GET, HEAD")];
        return Some(
            (StatusCode::METHOD_NOT_ALLOWED, allow, "Nothing can be changed here.\n").into_response(),
        );
    }
    let is_foreign_origin = headers.contains_key(header::ORIGIN)
        && !the_only(headers, &header::ORIGIN).is_some_and(|origin| hosts.allow_origin(origin));
    let fetch = |name: &'static str| the_only(headers, &HeaderName::from_static(name));
    // A link on another site may lead here: the person sees where they are. The desk, another port of this
    // machine, may show the preview in a frame. Nothing else may.
    let navigates = fetch("sec-fetch-mode") == Some("navigate");
    let is_framed = gate.framed_by.is_some()
        && fetch("sec-fetch-site") == Some("same-site")
        && fetch("sec-fetch-dest") == Some("iframe");
    let is_followed_link = reads && navigates && (fetch("sec-fetch-dest") == Some("document") || is_framed);
    // A write names its origin: browsers always do, and no page can leave it out.
    if !reads && !headers.contains_key(header::ORIGIN) {
        return forbidden("The desk answers its own page only.\n");
    }
    let is_foreign_site = headers.contains_key("sec-fetch-site")
        && !matches!(fetch("sec-fetch-site"), Some("same-origin" | "none"));
    if is_foreign_origin || is_foreign_site && !is_followed_link {
        return forbidden("This preview answers its own pages only.\n");
    }
    None
}

/// The value of a header that must not be given twice.
fn the_only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(first)
}
