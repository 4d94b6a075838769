//! What `check` keeps of an output: enough to judge it beside all others without looking at it again.

use serde::{Deserialize, Serialize};

use super::address::To;
use crate::diag::PageFault;

/// One output, looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Its `<title>`.
    pub title: Option<String>,
    /// Anchors, sorted.
    pub ids: Vec<String>,
    /// Where it leads, each place once.
    pub links: Vec<Link>,
    /// What is wrong with it by itself.
    pub faults: Vec<Found>,
    /// It sends readers on.
    pub is_redirect: bool,
    /// Link and picture targets of its article's text as written, with their line in the text.
    pub written: Vec<(String, u32)>,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Where to.
    pub to: To,
    /// Line in the output.
    pub line: u32,
    /// The page is not whole without it.
    pub is_asset: bool,
}

/// Something wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What sort of thing.
    pub fault: PageFault,
    /// What was found.
    pub what: String,
    /// Line in the output or, for what an article's text does wrong, in that text.
    pub line: u32,
}

impl Facts {
    /// Notes a fault.
    pub fn fault(&mut self, fault: PageFault, what: &str, line: u32) {
        /// What is shown of it.
        const LIMIT: usize = 120;
        let what = match what.char_indices().nth(LIMIT) {
            Some((at, _)) => format!("{}…", &what[..at]),
            None => what.to_owned(),
        };
        self.faults.push(Found { fault, what, line });
    }

    /// Whether it has this anchor.
    #[must_use]
    pub fn has_anchor(&self, anchor: &str) -> bool {
        anchor.is_empty()
            || anchor.eq_ignore_ascii_case("top")
            || self.ids.binary_search_by(|id| id.as_str().cmp(anchor)).is_ok()
    }
}
