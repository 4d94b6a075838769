//! What a request for an address of the site is answered with. Addresses are looked up in the outline of the site;
//! nothing of a request ever becomes the name of a file.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::live::{Shown, View};
use super::overlay::Sources;
use super::script;
use crate::body::{BodySource, NoBody};
use crate::diag::{Diag, EMBEDDED};
use crate::fingerprint::Fingerprint;
use crate::index::Article;
use crate::load::Bodies;
use crate::made::{Inputs, Trouble};
use crate::path::OutPath;
use crate::plan::{Page, Planned, Work};
use crate::publish::Headers;
use crate::render;
use crate::site::Asset;
use crate::theme;

/// What an address leads to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'p> {
    /// An output.
    Output(&'p Planned),
    /// A page in a folder, whose address ends with a slash.
    Folder(&'p Planned),
    /// Nothing: the site's 404 page, which it always has.
    Nothing(Option<&'p Planned>),
}

impl<'p> Found<'p> {
    /// Looks an address up, as hosts do it: `/x` is `x`, `x.html` or the folder `x/`. The 404 page's links
    /// begin with the path of `base_url`, so below that path is the site once more.
    pub(super) fn at(shown: &'p Shown, address: &str) -> Self {
        let find = |path: &str| Self::below_root(shown, path);
        let path = decoded(address);
        let path = path.as_deref().and_then(|path| path.strip_prefix('/'));
        let base = base_path(&shown.site.config.base_url);
        let below_base = || find(path?.strip_prefix(base)?.strip_prefix('/')?);
        path.and_then(find)
            .or_else(|| below_base().filter(|_| !base.is_empty()))
            .unwrap_or_else(|| Self::Nothing(shown.find("404.html")))
    }

    fn below_root(shown: &'p Shown, path: &str) -> Option<Self> {
        if path.is_empty() || path.ends_with('/') {
            return shown.find(&format!("{path}index.html")).map(Self::Output);
        }
        let file = shown.find(path).or_else(|| shown.find(&format!("{path}.html")));
        let folder = || shown.find(&format!("{path}/index.html"));
        file.map(Self::Output).or_else(|| folder().map(Self::Folder))
    }

    /// What is shown there.
    pub(super) fn planned(self) -> Option<&'p Planned> {
        match self {
            Self::Output(planned) | Self::Folder(planned) => Some(planned),
            Self::Nothing(planned) => planned,
        }
    }
}

/// The path of an absolute address, without slashes at its ends.
fn base_path(base_url: &str) -> &str {
    let after_scheme = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    after_scheme.split_once('/').map_or("", |(_, path)| path).trim_matches('/')
}

/// A path without its percent signs; `None` when it is no text.
pub(super) fn decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = std::str::from_utf8(rest.get(..2)?).ok().filter(|d| !d.starts_with('+'))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).ok()
}

/// Answers a request for `address`; the site is served below `base`, which is empty but for drafts.
///
/// # Errors
/// When a newer snapshot is needed first.
pub(super) fn answer(
    view: &View,
    store: &dyn Sources,
    address: &str,
    base: &str,
) -> Result<Response, String> {
    let Some(shown) = &view.shown else {
        return Ok(failed_page(StatusCode::SERVICE_UNAVAILABLE, &view.problems, None, base));
    };
    let (status, planned) = match Found::at(shown, address) {
        Found::Output(planned) => (StatusCode::OK, planned),
        Found::Nothing(Some(planned)) => (StatusCode::NOT_FOUND, planned),
        Found::Nothing(None) => return Ok(StatusCode::NOT_FOUND.into_response()),
        Found::Folder(planned) => return Ok(redirect(&planned.out, base)),
    };
    match bytes(shown, store, planned) {
        Ok(bytes) => Ok(output(status, (shown, planned), bytes, base)),
        Err(Trouble::Changed(path)) => Err(path),
        Err(Trouble::Failed(diag)) => {
            Ok(failed_page(StatusCode::INTERNAL_SERVER_ERROR, &[diag], Some((shown, planned)), base))
        }
    }
}

fn redirect(out: &OutPath, base: &str) -> Response {
    // From the outline, not from the request: it cannot lead to another host.
    let to = HeaderValue::from_str(&format!("{base}/{}", out.url()));
    to.map_or_else(
        |_| StatusCode::NOT_FOUND.into_response(),
        |to| (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response(),
    )
}

/// The bytes of an output, just as a build writes them.
fn bytes(shown: &Shown, store: &dyn Sources, planned: &Planned) -> Result<Vec<u8>, Trouble> {
    match &planned.work {
        Work::Page(page) => render_page(shown, store, page, &planned.out),
        Work::Copy(asset) => match asset.path.strip_prefix(EMBEDDED) {
            Some(file) => {
                let accent = shown.site.config.theme.accent.as_deref();
                Ok(theme::file(file, accent).unwrap_or_default().into_owned())
            }
            None => store.asset(asset),
        },
        Work::Made(made) => {
            let mut bytes = Vec::new();
            let bodies = BodySource::new(store, &shown.rules, Bodies::new());
            made.make(&shown.site, &Desk { store, bodies }, store.workshop(), &mut bytes)?;
            Ok(bytes)
        }
    }
}

/// What making a file may read in a preview.
struct Desk<'d> {
    store: &'d dyn Sources,
    bodies: BodySource<'d>,
}

impl Inputs for Desk<'_> {
    fn source(&self, asset: &Asset) -> Result<Vec<u8>, Trouble> {
        self.store.asset(asset)
    }

    fn text(&self, article: &Article) -> Result<String, Trouble> {
        self.bodies.with(article, str::to_owned).map_err(|why| why.of(article))
    }

    fn recall(&self, key: Fingerprint) -> Option<Vec<u8>> {
        self.store.cache().recall(key)
    }

    fn keep(&self, key: Fingerprint, bytes: &[u8]) {
        self.store.cache().keep(key, bytes);
    }
}

fn render_page(shown: &Shown, store: &dyn Sources, page: &Page, out: &OutPath) -> Result<Vec<u8>, Trouble> {
    let mut html = Vec::new();
    let ids = page.bodies(&shown.site);
    let articles: Vec<&Article> = ids.iter().map(|id| shown.site.index.article(*id)).collect();
    let render =
        |texts: &[&str]| render::page(&shown.site, page, out, &render::Bodies::new(&ids, texts), &mut html);
    let bodies = BodySource::new(store, &shown.rules, Bodies::new());
    match bodies.with_all(&articles, render) {
        Ok(rendered) => rendered.map_err(Trouble::Failed)?,
        Err((NoBody::Changed, article)) => return Err(Trouble::Changed(article.path().to_owned())),
        Err((NoBody::Unreadable(diag), _)) => return Err(Trouble::Failed(diag)),
    }
    Ok(html)
}

fn output(status: StatusCode, page: (&Shown, &Planned), mut bytes: Vec<u8>, base: &str) -> Response {
    let kind = Headers::of(page.1.out.as_str()).content_type;
    if kind.starts_with("text/html") {
        script::inject(&mut bytes, &script::tag(Some(page), base));
    }
    (status, [(header::CONTENT_TYPE, kind)], Body::from(bytes)).into_response()
}

/// A page that says why there is none, and is replaced as soon as there is.
pub(super) fn failed_page(
    status: StatusCode,
    problems: &[Diag],
    instead_of: Option<(&Shown, &Planned)>,
    base: &str,
) -> Response {
    let texts: String = problems.iter().map(told).collect();
    let tag = script::tag(instead_of, base);
    // English, until the script knows which language the reader speaks.
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>This page cannot be shown yet</title>\n<link rel=\"stylesheet\" href=\"{}\">\n\
         <body class=\"failed\">\n<main>\n<h1 data-said>This page cannot be shown yet</h1>\n\
         <p data-said>It appears here as soon as this is mended:</p>\n{texts}</main>\n{tag}</body>\n</html>\n",
        script::STYLE_ADDRESS
    );
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

/// A complaint for a person, with its place and its line.
fn told(diag: &Diag) -> String {
    let mut html = format!("<section>\n<p class=\"what\" data-said>{}</p>\n", escaped(&diag.message));
    if let Some(place) = &diag.place {
        let line = if place.line > 0 { format!(":{}:{}", place.line, place.col) } else { String::new() };
        html += &format!("<p class=\"place\">{}{line}</p>\n", escaped(&place.path));
    }
    if let Some([before, meant, after]) = script::excerpt(diag) {
        let (before, meant, after) = (escaped(before), escaped(meant), escaped(after));
        html += &format!("<pre>{before}<mark>{meant}</mark>{after}</pre>\n");
    }
    if let Some(hint) = &diag.hint {
        html += &format!("<p class=\"hint\" data-said>{}</p>\n", escaped(hint));
    }
    html + "</section>\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_text_only() {
        let cases = [
            ("/a%20b", Some("/a b")),
            ("/%D9%82", Some("/ق")),
            ("/%ff", None),
            ("/%", None),
            ("/%4", None),
            ("/%+1", None),
            ("/%zz", None),
            ("/%2e%2e/x", Some("/../x")),
        ];
        for (text, expected) in cases {
            assert_eq!(decoded(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn base_paths() {
        for (url, path) in
            [("https://a.example/", ""), ("https://a.example/paper/x/", "paper/x"), ("https://a.example", "")]
        {
            assert_eq!(base_path(url), path);
        }
    }
}
