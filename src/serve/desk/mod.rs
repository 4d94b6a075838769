//! The desk: where a person changes articles. An origin of its own, which the scripts of pages cannot reach; every
//! request but those for its own few files bears this run's token. It writes Markdown and pictures below `content/`,
//! and its own records in `.newsprint/`; nothing that it replaces is lost ([`history`]).

mod change;
mod file;
mod git;
mod history;
mod inbox;
mod look;
mod merge;
mod page;
mod picture;
mod publishing;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value as Json, json};

use super::drafts::{self, Drafts};
use super::guard::{self, Gate, Hosts, Purpose};
use super::live::{Live, View};
use super::overlay::Overlay;
use super::translations;
use super::watcher::Event;
use crate::diag::Diag;
use crate::load::Wishes;
use crate::publish::CredentialsFile;
use history::History;

/// What the desk is set up with.
pub(super) struct State {
    pub(super) site: PathBuf,
    pub(super) live: Arc<Live>,
    pub(super) store: Arc<Overlay>,
    pub(super) tell: mpsc::Sender<Event>,
    pub(super) drafts: Arc<Drafts>,
    pub(super) wishes: Wishes,
    /// Ports of the preview and of the desk.
    pub(super) preview: u16,
    pub(super) port: u16,
    /// Who publishes, for others who would at the same time.
    pub(super) who: String,
    /// Texts that must not be in any message about a target.
    pub(super) secrets: Vec<String>,
    /// Where AWS's own tools keep keys.
    pub(super) credentials: Option<CredentialsFile>,
}

/// What every request of the desk has at hand.
struct Desk {
    state: State,
    history: History,
    /// What a request must bear to be listened to; new in each run.
    token: String,
    /// One writes at a time.
    writing: Mutex<()>,
    publishing: publishing::Publishing,
}

/// Bytes of a request at most; pictures may be larger.
const BODY: usize = 2 << 20;
/// A request whose body does not arrive in this time is dropped.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Routes and their guard.
pub(super) fn router(state: State) -> Router {
    let gate = Gate { hosts: Hosts::new(state.port), purpose: Purpose::Desk, framed_by: None };
    let desk = Desk {
        history: History::of(&state.site),
        token: drafts::secret(),
        writing: Mutex::default(),
        publishing: publishing::Publishing::default(),
        state,
    };
    Router::new()
        .route("/", get(front))
        .route("/ui/{file}", get(asset))
        .route("/ui/said/{file}", get(translations::table))
        .route("/api/picture", post(picture))
        .route("/api/{name}", post(api))
        .with_state(Arc::new(desk))
        .layer(axum::middleware::from_fn_with_state(Arc::new(gate), guard::check))
}

async fn front(Extract(desk): Extract<Arc<Desk>>) -> Response {
    page::front(&desk.token, desk.state.preview)
}

async fn asset(Path(file): Path<String>) -> Response {
    page::asset(&file)
}

/// Why a request is not done: a status and what to tell.
#[derive(Debug)]
struct Refused(StatusCode, Json);

impl Refused {
    /// The request makes no sense.
    fn bad(why: &str) -> Self {
        Self(StatusCode::BAD_REQUEST, json!({ "error": why }))
    }

    fn missing(what: &str) -> Self {
        Self(StatusCode::NOT_FOUND, json!({ "error": what }))
    }

    /// Something is wrong with what was sent.
    fn wrong(problems: &[Diag]) -> Self {
        let error = problems.first().map_or("", |diag| diag.message.as_str());
        Self(
            StatusCode::UNPROCESSABLE_ENTITY,
            json!({ "error": error, "problems": look::problems(problems) }),
        )
    }

    /// The disk would not do it.
    fn failed(diag: &Diag) -> Self {
        let problems = look::problems(std::slice::from_ref(diag));
        Self(StatusCode::INTERNAL_SERVER_ERROR, json!({ "error": diag.message, "problems": problems }))
    }
}

impl From<Diag> for Refused {
    fn from(diag: Diag) -> Self {
        Self::failed(&diag)
    }
}

type Answer = Result<Json, Refused>;

/// A request to the desk.
struct Request {
    body: Json,
    /// The version that is to be replaced.
    over: Option<String>,
}

impl Request {
    fn text(&self, key: &str) -> Option<&str> {
        self.body.get(key).and_then(Json::as_str)
    }

    fn needed(&self, key: &str) -> Result<&str, Refused> {
        self.text(key).ok_or_else(|| Refused::bad(&format!("`{key}` is missing")))
    }

    fn flag(&self, key: &str) -> bool {
        self.body.get(key).and_then(Json::as_bool).unwrap_or(false)
    }

    fn strings(&self, key: &str) -> Vec<String> {
        let items = self.body.get(key).and_then(Json::as_array);
        items.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }
}

/// Whether the request bears this run's token; takes the same time however wrong it is.
fn bears_token(headers: &HeaderMap, token: &str) -> bool {
    let given = headers.get("x-newsprint-token").map(|value| value.as_bytes()).unwrap_or_default();
    let differing = given.iter().zip(token.as_bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    given.len() == token.len() && differing == 0
}

fn answered(answer: Answer) -> Response {
    let (status, body) = match answer {
        Ok(body) => (StatusCode::OK, body),
        Err(Refused(status, body)) => (status, body),
    };
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

async fn body_of(body: Body, limit: usize) -> Result<axum::body::Bytes, Refused> {
    match tokio::time::timeout(BODY_TIME, to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Refused(StatusCode::PAYLOAD_TOO_LARGE, json!({ "error": "this is too large" }))),
        Err(_) => {
            Err(Refused(StatusCode::REQUEST_TIMEOUT, json!({ "error": "this took too long to arrive" })))
        }
    }
}

fn is_kind(headers: &HeaderMap, wanted: &str) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

fn forbidden() -> Refused {
    Refused(StatusCode::FORBIDDEN, json!({ "error": "this is not from the desk's own page: load it anew" }))
}

async fn api(
    Extract(desk): Extract<Arc<Desk>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if !bears_token(&headers, &desk.token) {
        return answered(Err(forbidden()));
    }
    if !is_kind(&headers, "application/json") {
        return answered(Err(Refused::bad("requests are JSON")));
    }
    let bytes = match body_of(body, BODY).await {
        Ok(bytes) => bytes,
        Err(refused) => return answered(Err(refused)),
    };
    let Ok(body) = serde_json::from_slice::<Json>(&bytes) else {
        return answered(Err(Refused::bad("requests are JSON")));
    };
    let over = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    let over = over.map(|value| value.trim_matches('"').to_owned());
    let request = Request { body, over };
    if name == "draft" {
        return answered(look::draft(&desk, &request).await);
    }
    if name == "impact" {
        return answered(look::impact(&desk, &request).await);
    }
    // What touches files does so on threads of its own, where a fault ends one answer and nothing else.
    let work = Arc::clone(&desk);
    let done = tokio::task::spawn_blocking(move || answer(&work, &name, &request)).await;
    answered(done.unwrap_or_else(|_| {
        Err(Refused(
            StatusCode::INTERNAL_SERVER_ERROR,
            json!({ "error": "this failed: a fault of the program" }),
        ))
    }))
}

fn answer(desk: &Desk, name: &str, request: &Request) -> Answer {
    match name {
        "site" => Ok(look::site(desk)),
        "articles" => Ok(look::articles(desk, request)),
        "article" => look::article(desk, request),
        "history" => look::history(desk, request),
        "version" => look::version(desk, request),
        "travel" => look::travel(desk, request),
        "save" => change::save(desk, request),
        "new" => change::create(desk, request),
        "rename" => change::rename(desk, request),
        "delete" => change::delete(desk, request),
        "discard" => change::discard(desk, request),
        "inbox" => Ok(inbox::list(desk)),
        "parse" => inbox::parse(desk, request),
        "accept" => inbox::accept(desk, request),
        "dismiss" => inbox::dismiss(desk, request),
        "git" => git::status(desk),
        "commit" => git::commit(desk, request),
        "targets" => Ok(publishing::targets(desk)),
        "plan" => publishing::plan(desk, request),
        "send" => publishing::send(desk, request),
        "back" => publishing::back(desk, request),
        "progress" => Ok(publishing::progress(desk)),
        _ => Err(Refused::missing("there is nothing of this name")),
    }
}

async fn picture(
    Extract(desk): Extract<Arc<Desk>>,
    uri: axum::http::Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if !bears_token(&headers, &desk.token) {
        return answered(Err(forbidden()));
    }
    if !is_kind(&headers, "application/octet-stream") {
        return answered(Err(Refused::bad("pictures come as application/octet-stream")));
    }
    let bytes = match body_of(body, picture::LIMIT).await {
        Ok(bytes) => bytes,
        Err(refused) => return answered(Err(refused)),
    };
    let query = uri.query().unwrap_or_default().to_owned();
    let done = tokio::task::spawn_blocking(move || picture::keep(&desk, &query, &bytes)).await;
    answered(done.unwrap_or_else(|_| Err(Refused::bad("this picture cannot be read"))))
}

impl Desk {
    fn view(&self) -> Arc<View> {
        self.state.live.view()
    }

    /// The view in which a file is known, waiting for it if it was only just made.
    fn view_with(&self, path: &str) -> Arc<View> {
        let mut view = self.view();
        for _ in 0..40 {
            if view.record(path).is_some() {
                break;
            }
            let _ = self.state.tell.send(Event::Suspected(path.to_owned()));
            std::thread::sleep(Duration::from_millis(25));
            view = self.view();
        }
        view
    }
}
