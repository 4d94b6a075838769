//! What a publication means, for people: "3 new, 2 changed: headline of …, 1 withdrawn". Pure.

use crate::publish::delta::{Delta, Why, is_page};
use crate::publish::local::Local;

/// Titles named in each sort of change; the rest is counted.
const NAMED: usize = 8;

/// Asks the target for a page as it is out now.
pub(crate) type Before<'a> = dyn Fn(&str) -> Option<Vec<u8>> + 'a;

/// A line for each sort of change. With `before`, changed pages are compared with what is out.
pub(crate) fn of(local: &Local, delta: &Delta<'_>, before: Option<&Before<'_>>) -> Vec<String> {
    let is_text = |kind: &str| matches!(kind, "article" | "page" | "withdrawn");
    let texts = || delta.sends.iter().filter(|send| is_text(&send.file.kind));
    let title = |path: &str| {
        let bytes = local.find(path).and_then(|file| local.bytes(file).ok());
        bytes.and_then(|bytes| title(&bytes)).unwrap_or_else(|| path.to_owned())
    };
    let new: Vec<&str> = texts().filter(|s| s.why == Why::New).map(|s| s.file.path.as_str()).collect();
    let changed: Vec<&str> =
        texts().filter(|s| s.why == Why::Changed).map(|s| s.file.path.as_str()).collect();
    let other = delta.sends.len() - new.len() - changed.len();
    let withdrawn: Vec<&str> = delta.gone.keys().filter(|path| is_page(path)).map(String::as_str).collect();
    let mut lines = Vec::new();
    lines.extend(line(&new, "new", |path| format!("“{}”", title(path))));
    lines.extend(line(&changed, "changed", |path| {
        let now = title(path);
        match before.and_then(|before| before(path)).map(|bytes| self::title(&bytes)) {
            Some(Some(was)) if was != now => format!("headline of “{now}” (was “{was}”)"),
            Some(_) => format!("text of “{now}”"),
            None => format!("“{now}”"),
        }
    }));
    lines.extend(line(&withdrawn, "withdrawn", |path| {
        let was = before.and_then(|before| before(path)).and_then(|bytes| self::title(&bytes));
        was.map_or_else(|| format!("/{path}"), |was| format!("“{was}” (/{path})"))
    }));
    if other > 0 {
        let s = if other == 1 { "" } else { "s" };
        lines.push(format!("{other} list{s}, feed{s} and other file{s} with them"));
    }
    if !delta.due.is_empty() {
        lines.push(format!("{} superseded earlier, removed now", delta.due.len()));
    }
    lines
}

fn line(paths: &[&str], what: &str, name: impl Fn(&str) -> String) -> Option<String> {
    if paths.is_empty() {
        return None;
    }
    let mut names: Vec<String> = paths.iter().take(NAMED).map(|path| name(path)).collect();
    if paths.len() > NAMED {
        names.push("…".to_owned());
    }
    Some(format!("{} {what}: {}", paths.len(), names.join(", ")))
}

/// A page's title: what it says to networks, else its heading, else its window's title.
fn title(bytes: &[u8]) -> Option<String> {
    let page = dom_query::Document::from(String::from_utf8_lossy(bytes).into_owned());
    let meta = page.select("meta[property='og:title']").attr("content").map(|title| title.to_string());
    let heading = || ["main h1", "h1", "title"].iter().map(|tag| page.select(tag).text().to_string()).next();
    let title = meta.or_else(heading)?;
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    (!title.is_empty()).then_some(title)
}
