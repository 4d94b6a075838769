//! The order in which a target is changed, as a value: phases of steps. Within a phase any order, and any number of
//! them done, leaves every link of every page that can be reached working; a phase begins only when the one before is
//! complete. Pure.
//!
//! Why it holds: a page that is new is linked by none that is out yet, so new pages may come in any order, after
//! all that they show. A changed page may link what is new, which is there by then, and what is old, which is
//! still there. Lists, and data that scripts read, come after what they name. What nothing names any more stays
//! for the grace period, since pages that readers hold in their caches still do; a withdrawn page's text goes at
//! once, replaced by the site's own 404 page, whose links work. So when it is removed at last, no page with a
//! dead link is left that could be removed after it.
//!
//! A publication that follows one that was cut off, with another build, finds files that the manifest does not know. As
//! long as not all new files had come, nothing links them and what they link may be missing: they count as new. From
//! then on they may be linked and link nothing that is missing: they count as changed. The lock says which it is.

use serde::Serialize;

use crate::fingerprint::Fingerprint;
use crate::publish::delta::{Delta, Send, Why, is_page};
use crate::publish::headers::Headers;
use crate::publish::local::Sort;
use crate::publish::remote::Condition;
use crate::publish::words::{self, Line};

/// Everything a publication would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The target's name.
    pub target: String,
    /// What it is.
    pub place: String,
    /// Number of the publication that it would be.
    pub serial: u64,
    /// Whether the target is switched as a whole, or changed step by step.
    pub whole: bool,
    /// Files that are out as they are.
    pub unchanged: usize,
    /// Bytes to be sent.
    pub bytes: u64,
    /// What is done, in this order.
    pub phases: Vec<Phase>,
    /// Addresses whose content changes or ends: what a cache in front of the target must forget.
    pub purge: Vec<String>,
    /// Superseded files that stay until their grace period is over.
    pub waiting: usize,
    /// When the next of them is due, seconds since 1970.
    pub next_due: Option<i64>,
    /// Files at the target that are not ours, when they were listed; they are left alone.
    pub foreign: Vec<String>,
    /// In words, for people.
    #[serde(serialize_with = "words::as_text")]
    pub words: Vec<Line>,
}

/// Steps that may be done in any order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Phase {
    /// Its name.
    pub name: &'static str,
    /// Its steps, sorted by path.
    pub steps: Vec<Step>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub enum Step {
    /// A file is sent.
    Put {
        /// Its path.
        path: String,
        /// Of its bytes.
        hash: Fingerprint,
        /// Bytes.
        bytes: u64,
        /// Why.
        why: Why,
        /// How it is served.
        headers: Headers,
        /// What must be there.
        #[serde(skip)]
        expect: Condition,
    },
    /// A withdrawn page gets the 404 page's bytes.
    Bury {
        /// Its path.
        path: String,
        /// What must be there.
        #[serde(skip)]
        version: String,
    },
    /// A superseded file is removed.
    Delete {
        /// Its path.
        path: String,
        /// What must be there.
        #[serde(skip)]
        version: String,
    },
}

impl Step {
    /// The path it changes.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Put { path, .. } | Self::Bury { path, .. } | Self::Delete { path, .. } => path,
        }
    }
}

/// Names of phases, in their order.
pub const PHASES: [&str; 10] = [
    "new assets",
    "changed assets",
    "new pages",
    "new feeds",
    "changed pages",
    "lists",
    "front page",
    "feeds and sitemaps",
    "withdrawn pages",
    "superseded files",
];

/// Whether a phase is of those that put what nothing links yet.
pub(crate) fn is_early(name: &str) -> bool {
    PHASES[..4].contains(&name)
}

/// The phase of a file that is sent.
fn phase(send: &Send<'_>) -> usize {
    let is_new = send.why == Why::New || send.expect == Condition::Absent;
    match (send.file.sort, is_new) {
        (Sort::Asset, true) => 0,
        (Sort::Asset, false) => 1,
        (Sort::Page | Sort::List | Sort::Home, true) => 2,
        (Sort::Data | Sort::Sitemap, true) => 3,
        (Sort::Page, false) => 4,
        (Sort::List, false) => 5,
        (Sort::Home, false) => 6,
        (Sort::Data | Sort::Sitemap, false) => 7,
    }
}

/// The phases of a target that is changed step by step. `can_bury`: the site has a 404 page.
pub(crate) fn in_place(delta: &Delta<'_>, can_bury: bool) -> Vec<Phase> {
    let mut phases: Vec<Phase> = PHASES.iter().map(|name| Phase { name, steps: Vec::new() }).collect();
    for send in &delta.sends {
        phases[phase(send)].steps.push(put(send));
    }
    if can_bury {
        let pages = delta.gone.iter().filter(|(path, _)| is_page(path));
        phases[8]
            .steps
            .extend(pages.map(|(path, old)| Step::Bury { path: path.clone(), version: old.version.clone() }));
    }
    let old = |path: &String| delta.old.get(path).or_else(|| delta.gone.get(path));
    phases[9].steps.extend(delta.due.iter().filter_map(|path| {
        let version = old(path)?.version.clone();
        Some(Step::Delete { path: path.clone(), version })
    }));
    phases.retain(|phase| !phase.steps.is_empty());
    phases
}

fn put(send: &Send<'_>) -> Step {
    Step::Put {
        path: send.file.path.clone(),
        hash: send.file.hash,
        bytes: send.file.size,
        why: send.why,
        headers: Headers::of(&send.file.path),
        expect: send.expect.clone(),
    }
}

/// The one phase of a target that is switched as a whole.
pub(crate) fn whole(delta: &Delta<'_>) -> Vec<Phase> {
    let mut steps: Vec<Step> = delta.sends.iter().map(put).collect();
    let gone = delta.gone.iter().filter(|(path, _)| is_page(path) || delta.due.contains(*path));
    let due = delta.old.iter().filter(|(path, _)| delta.due.contains(*path));
    steps.extend(
        gone.chain(due).map(|(path, old)| Step::Delete { path: path.clone(), version: old.version.clone() }),
    );
    if steps.is_empty() { Vec::new() } else { vec![Phase { name: "new release", steps }] }
}
