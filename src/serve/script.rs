//! The one script that the preview adds to pages, and what it is told: whether its page changed, what is
//! wrong, and what readers will not see (drafts, embargoes). It draws; everything it knows comes from here.

use serde_json::{Value as Json, json};

use super::live::{Shown, View};
use super::page::Found;
use super::taker;
use crate::article::Header;
use crate::diag::{Diag, Severity};
use crate::plan::Planned;

/// Where the script is.
pub(super) const ADDRESS: &str = "/__newsprint/live.js";
/// Where what looks sentences up in the reader's language is.
pub(super) const TRANSLATE: &str = "/__newsprint/translate.js";
/// Where the style sheet of our own pages is.
pub(super) const STYLE_ADDRESS: &str = "/__newsprint/live.css";

/// Idiomorph, which changes a page into its new version in place, and what uses it.
pub(super) const TEXT: &str = concat!(include_str!("idiomorph.js"), "\n", include_str!("live.js"));
/// The style sheet of overlay, badges and error pages.
pub(super) const STYLE: &str = include_str!("live.css");

/// The element that loads the script. It carries what the page was made from, so that a change between
/// the making of the page and the script's first question is not missed.
/// `base` is where a draft's site is served.
pub(super) fn tag(page: Option<(&Shown, &Planned)>, base: &str) -> String {
    let (recipe, styles, files) = facts(page);
    let base = if base.is_empty() { String::new() } else { format!(" data-base=\"{base}\"") };
    format!(
        "<script src=\"{ADDRESS}\"{base} data-recipe=\"{recipe}\" data-styles=\"{styles}\" data-files=\"{files}\" defer></script>"
    )
}

fn facts(page: Option<(&Shown, &Planned)>) -> (String, String, String) {
    page.map_or_else(Default::default, |(shown, planned)| {
        (planned.fingerprint(&shown.site).to_string(), shown.styles.to_string(), shown.files.to_string())
    })
}

/// Puts the element before `</body>`, or at the end of a page that has none.
pub(super) fn inject(html: &mut Vec<u8>, tag: &str) {
    let at = memchr::memmem::rfind(html, b"</body>").unwrap_or(html.len());
    html.splice(at..at, tag.bytes());
}

/// What a tab that shows `address` is to know, as JSON.
pub(super) fn state(view: &View, address: &str, desk: Option<u16>) -> String {
    let found = view.shown.as_ref().map(|shown| (shown, Found::at(shown, address)));
    let page = found.and_then(|(shown, found)| Some((&**shown, found.planned()?)));
    let (recipe, styles, files) = facts(page);
    let article = page.and_then(|(shown, planned)| shown.article(planned));
    let path = article.map(|(path, _)| path);
    let problems: Vec<Json> = view.problems.iter().take(PROBLEMS).map(|diag| problem(diag, path)).collect();
    let now = page.map_or_else(taker::now, |(shown, _)| shown.site.clock.now);
    json!({
        "recipe": recipe,
        "styles": styles,
        "files": files,
        "found": !matches!(found, None | Some((_, Found::Nothing(_)))),
        "stale": view.stale,
        "source": path,
        "language": view.shown.as_ref().map(|shown| &shown.site.config.language),
        "desk": desk,
        "badges": article.map_or_else(Vec::new, |(_, header)| badges(header, now)),
        "problems": problems,
        "more": view.problems.len().saturating_sub(PROBLEMS),
    })
    .to_string()
}

/// Problems that a page is told of at most.
pub(super) const PROBLEMS: usize = 50;

/// The line that a complaint shows, before, in and behind what is meant.
pub(super) fn excerpt(diag: &Diag) -> Option<[&str; 3]> {
    let (text, range) = diag.place.as_ref()?.excerpt.as_ref()?;
    let part = |from: u32, to: u32| text.get(from as usize..to as usize).unwrap_or("");
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    Some([part(0, range.start), part(range.start, range.end), part(range.end, end)])
}

/// A complaint as scripts draw it; `page` is the source of the page that is shown.
pub(super) fn problem(diag: &Diag, page: Option<&str>) -> Json {
    let place = diag.place.as_ref();
    json!({
        "error": diag.severity == Severity::Error,
        "code": diag.code,
        "message": diag.message,
        "hint": diag.hint,
        "path": place.map(|place| &place.path),
        "line": place.map(|place| place.line).filter(|line| *line > 0),
        "col": place.map(|place| place.col).filter(|col| *col > 0),
        "excerpt": excerpt(diag),
        "here": page.is_some_and(|page| place.is_some_and(|place| place.path == page)),
    })
}

/// What an editor should know of an article that readers do not see: its kind, and when or why.
fn badges(header: &Header, now: i64) -> Vec<Json> {
    let mut badges = Vec::new();
    let mut badge = |kind: &str, what: String| badges.push(json!({ "kind": kind, "what": what }));
    if header.draft {
        badge("draft", String::new());
    }
    if let Some(from) = header.embargo.or(header.date).filter(|from| from.seconds > now) {
        badge("embargo", from.rfc3339());
    }
    if let Some(expires) = header.expires {
        badge("expires", expires.rfc3339());
    }
    for flag in &header.review {
        badge("review", flag.clone());
    }
    badges
}
