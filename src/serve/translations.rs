//! What the program tells editors, in other languages than English: one table a language, from the English wording as
//! [`crate::diag`] and the desk make it. Browsers look it up (`translate.js`), since each has a language of its own.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// What looks sentences up, for the desk and for the preview's script.
pub(super) const SCRIPT: &str = include_str!("translate.js");

const TABLES: [(&str, &str); 2] =
    [("ar", include_str!("translations/ar.toml")), ("tr", include_str!("translations/tr.toml"))];

/// The table of a language: `tr.json`.
pub(super) async fn table(Path(file): Path<String>) -> Response {
    let lang = file.strip_suffix(".json").unwrap_or_default();
    match TABLES.iter().find(|(known, _)| *known == lang) {
        Some((_, text)) => ([(header::CONTENT_TYPE, "application/json")], json(text)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn json(text: &str) -> String {
    let table: toml::Table = text.parse().unwrap_or_default();
    serde_json::to_string(&table).unwrap_or_default()
}
