//! What a publication means, for people: "3 new, 2 changed: headline of …, 1 withdrawn". Pure.

use std::fmt;

use serde::Serialize;

use crate::publish::delta::{Delta, Why, is_page};
use crate::publish::local::Local;

/// A line of what a publication means. It shows itself in English; the desk has words of its own for each sort.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum Line {
    /// Pages that are not out yet.
    New {
        /// How many.
        n: usize,
        /// The first of them.
        pages: Vec<Page>,
    },
    /// Pages that are out in another form.
    Changed {
        /// How many.
        n: usize,
        /// The first of them.
        pages: Vec<Page>,
    },
    /// Pages that nothing will lead to any more.
    Withdrawn {
        /// How many.
        n: usize,
        /// The first of them.
        pages: Vec<Page>,
    },
    /// Lists, feeds and all else that is sent with them.
    Others {
        /// How many.
        n: usize,
    },
    /// Files that nothing needed any more, and whose grace period is over.
    Superseded {
        /// How many.
        n: usize,
    },
    /// An earlier release is out again.
    Back {
        /// Its name.
        to: String,
        /// That of the release which was out.
        from: String,
        /// Files that differ.
        n: usize,
    },
}

/// A page in such a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "how", rename_all = "lowercase")]
pub enum Page {
    /// By its headline.
    Titled {
        /// The headline.
        title: String,
    },
    /// Its headline is another one.
    Headline {
        /// The headline.
        title: String,
        /// The one that is out.
        was: String,
    },
    /// Its headline stays, its text is another one.
    Text {
        /// The headline.
        title: String,
    },
    /// It is to vanish.
    Gone {
        /// The headline that is out, if it was looked up.
        title: Option<String>,
        /// Its path.
        path: String,
    },
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Titled { title } => write!(f, "“{title}”"),
            Self::Headline { title, was } => write!(f, "headline of “{title}” (was “{was}”)"),
            Self::Text { title } => write!(f, "text of “{title}”"),
            Self::Gone { title: Some(title), path } => write!(f, "“{title}” (/{path})"),
            Self::Gone { title: None, path } => write!(f, "/{path}"),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut named = |n: usize, what: &str, pages: &[Page]| {
            let mut names: Vec<String> = pages.iter().map(Page::to_string).collect();
            names.extend((n > pages.len()).then(|| "…".to_owned()));
            write!(f, "{n} {what}: {}", names.join(", "))
        };
        match self {
            Self::New { n, pages } => named(*n, "new", pages),
            Self::Changed { n, pages } => named(*n, "changed", pages),
            Self::Withdrawn { n, pages } => named(*n, "withdrawn", pages),
            Self::Others { n } => {
                let s = if *n == 1 { "" } else { "s" };
                write!(f, "{n} list{s}, feed{s} and other file{s} with them")
            }
            Self::Superseded { n } => write!(f, "{n} superseded earlier, removed now"),
            Self::Back { to, from, n } => {
                write!(f, "release {to} is live again, {n} files differ from release {from}")
            }
        }
    }
}

/// The lines as text, for machines that hand them to people.
pub(crate) fn as_text<S: serde::Serializer>(lines: &[Line], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(lines.iter().map(Line::to_string))
}

/// Pages named in each line; the rest is counted.
const NAMED: usize = 8;

/// Asks the target for a page as it is out now.
pub(crate) type Before<'a> = dyn Fn(&str) -> Option<Vec<u8>> + 'a;

/// A line for each sort of change. With `before`, changed pages are compared with what is out.
pub(crate) fn of(local: &Local, delta: &Delta<'_>, before: Option<&Before<'_>>) -> Vec<Line> {
    let is_text = |kind: &str| matches!(kind, "article" | "page" | "withdrawn");
    let sent = |why: Why| {
        let sends = delta.sends.iter().filter(move |send| is_text(&send.file.kind) && send.why == why);
        sends.map(|send| send.file.path.as_str()).collect::<Vec<_>>()
    };
    let now = |path: &str| {
        let bytes = local.find(path).and_then(|file| local.bytes(file).ok());
        bytes.and_then(|bytes| title(&bytes)).unwrap_or_else(|| path.to_owned())
    };
    let was = |path: &str| before.and_then(|before| before(path)).map(|bytes| title(&bytes));
    let (new, changed) = (sent(Why::New), sent(Why::Changed));
    let others = delta.sends.len() - new.len() - changed.len();
    let gone: Vec<&str> = delta.gone.keys().filter(|path| is_page(path)).map(String::as_str).collect();
    let pages = |paths: &[&str], page: &dyn Fn(&str) -> Page| {
        (!paths.is_empty()).then(|| (paths.len(), paths.iter().take(NAMED).map(|path| page(path)).collect()))
    };
    let new = pages(&new, &|path| Page::Titled { title: now(path) });
    let changed = pages(&changed, &|path| {
        let title = now(path);
        match was(path) {
            Some(Some(was)) if was != title => Page::Headline { title, was },
            Some(_) => Page::Text { title },
            None => Page::Titled { title },
        }
    });
    let gone = pages(&gone, &|path| Page::Gone { title: was(path).flatten(), path: path.to_owned() });
    let mut lines = Vec::new();
    lines.extend(new.map(|(n, pages)| Line::New { n, pages }));
    lines.extend(changed.map(|(n, pages)| Line::Changed { n, pages }));
    lines.extend(gone.map(|(n, pages)| Line::Withdrawn { n, pages }));
    lines.extend((others > 0).then_some(Line::Others { n: others }));
    lines.extend((!delta.due.is_empty()).then_some(Line::Superseded { n: delta.due.len() }));
    lines
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
