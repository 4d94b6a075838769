//! The desk's own page and files. They are part of the program: nothing is loaded from anywhere else.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::serve::{drafts, translations};

const FRONT: &str = include_str!("ui/desk.html");

const SCRIPT: &str = "text/javascript; charset=utf-8";
const FILES: [(&str, &str, &str); 9] = [
    ("desk.css", "text/css; charset=utf-8", include_str!("ui/desk.css")),
    ("desk.js", SCRIPT, include_str!("ui/desk.js")),
    ("form.js", SCRIPT, include_str!("ui/form.js")),
    ("edit.js", SCRIPT, include_str!("ui/edit.js")),
    ("inbox.js", SCRIPT, include_str!("ui/inbox.js")),
    ("publish.js", SCRIPT, include_str!("ui/publish.js")),
    ("translate.js", SCRIPT, translations::SCRIPT),
    ("words.js", SCRIPT, include_str!("ui/words.js")),
    ("codemirror.js", SCRIPT, include_str!("ui/codemirror.js")),
];

/// The page, with the token of this run and the port of the preview in it.
pub(super) fn front(token: &str, preview: u16) -> Response {
    // The editor makes style sheets of its own, which bear this word.
    let nonce = drafts::secret();
    let html =
        FRONT.replace("{token}", token).replace("{preview}", &preview.to_string()).replace("{nonce}", &nonce);
    let shown = format!("http://127.0.0.1:{preview} http://localhost:{preview}");
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob: {shown}; \
         connect-src 'self'; frame-src {shown}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'"
    );
    let mut response = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    let policy = HeaderValue::from_str(&policy).ok();
    response.headers_mut().extend(policy.map(|policy| (header::CONTENT_SECURITY_POLICY, policy)));
    response
}

/// One of the desk's files.
pub(super) fn asset(file: &str) -> Response {
    match FILES.iter().find(|(name, ..)| *name == file) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
