//! What a finished build says of the tree it made: of which site, how it was made, until when it holds, and of
//! what kind each file is. It is gone while a build changes the tree, so a tree with a label is complete.
//! `publish` takes no other.

use std::fs;
use std::io::ErrorKind;

use serde::{Deserialize, Serialize};

use crate::diag::Diag;
use crate::disk::{self, Durability, failed};
use crate::fingerprint::Fingerprint;
use crate::ledger::Memory;
use crate::path::OutPath;
use crate::plan::{Recipe, Work};

/// A tree's label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The site's address that is in the pages.
    pub base_url: String,
    /// The paper's name.
    pub title: String,
    /// Whether drafts are shown.
    pub drafts: bool,
    /// Whether articles of the future are shown.
    pub future: bool,
    /// Files that were left out because of errors.
    pub left_out: u64,
    /// The instant at which time makes the tree wrong, seconds since 1970.
    pub valid_until: Option<i64>,
    /// When it was built: the build's own `now`.
    pub built: i64,
    /// Of the list of kinds.
    kinds: Fingerprint,
}

/// A file of the tree, with its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its path.
    pub path: String,
    /// The kind of page, or [`FILE`].
    pub kind: String,
}

/// The kind of what is no page.
pub const FILE: &str = "file";

/// Adds an output to the list of kinds.
fn add_line(text: &mut String, recipe: &Recipe) {
    let kind = match &recipe.work {
        Work::Page(page) => page.kind(),
        _ => FILE,
    };
    text.extend([kind, " ", recipe.out.as_str(), "\n"]);
}

/// The circumstances of a build that go on its label.
#[derive(Clone, Debug)]
pub struct Made<'a> {
    /// The site's address.
    pub base_url: &'a str,
    /// The paper's name.
    pub title: &'a str,
    /// Whether drafts are shown.
    pub drafts: bool,
    /// Whether articles of the future are shown.
    pub future: bool,
    /// Files left out.
    pub left_out: u64,
    /// Until when it holds.
    pub valid_until: Option<i64>,
    /// The build's `now`.
    pub now: i64,
}

impl Label {
    /// Puts a label on the tree.
    ///
    /// # Errors
    /// With the path that cannot be written.
    pub fn put(memory: &Memory, made: &Made<'_>, recipes: &[Recipe]) -> Result<(), Diag> {
        let mut text = String::with_capacity(recipes.len() * 48);
        recipes.iter().for_each(|recipe| add_line(&mut text, recipe));
        Self::put_on(memory, made, &text)
    }

    /// Puts a label on the tree that bore `former`, after some outputs were planned anew and others are gone; both
    /// sorted by path. Whether that could be done: the list of kinds must be that of the former label.
    ///
    /// # Errors
    /// With the path that cannot be written.
    pub fn renew(
        memory: &Memory,
        made: &Made<'_>,
        former: &str,
        planned: &[Recipe],
        gone: &[OutPath],
    ) -> Result<bool, Diag> {
        let former: Option<Self> = serde_json::from_str(former).ok();
        let kinds = fs::read_to_string(memory.kinds()).ok();
        let Some(kinds) =
            kinds.filter(|kinds| former.is_some_and(|it| it.kinds == Fingerprint::of(kinds.as_bytes())))
        else {
            return Ok(false);
        };
        let mut text = String::with_capacity(kinds.len() + 4096);
        let mut planned = planned.iter().peekable();
        for line in kinds.split_inclusive('\n') {
            let path = line.split_once(' ').map_or("", |(_, path)| path.trim_end_matches('\n'));
            while let Some(recipe) = planned.next_if(|recipe| recipe.out.as_str() < path) {
                add_line(&mut text, recipe);
            }
            match planned.next_if(|recipe| recipe.out.as_str() == path) {
                Some(recipe) => add_line(&mut text, recipe),
                None if gone.binary_search_by(|out| out.as_str().cmp(path)).is_ok() => {}
                None => text.push_str(line),
            }
        }
        planned.for_each(|recipe| add_line(&mut text, recipe));
        Self::put_on(memory, made, &text).map(|()| true)
    }

    fn put_on(memory: &Memory, made: &Made<'_>, text: &str) -> Result<(), Diag> {
        let kinds = Fingerprint::of(text.as_bytes());
        let known = fs::read(memory.kinds()).is_ok_and(|there| Fingerprint::of(&there) == kinds);
        if !known {
            disk::replace(&memory.kinds(), text.as_bytes(), Durability::Kill)?;
        }
        let label = Self {
            base_url: made.base_url.to_owned(),
            title: made.title.to_owned(),
            drafts: made.drafts,
            future: made.future,
            left_out: made.left_out,
            valid_until: made.valid_until,
            built: made.now,
            kinds,
        };
        // Plain data: there is nothing in it that JSON refuses.
        let text = serde_json::to_string(&label).unwrap_or_default();
        disk::replace(&memory.label(), text.as_bytes(), Durability::Kill)
    }

    /// Takes the label off: the tree is about to change.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn take_off(memory: &Memory) -> Result<(), Diag> {
        match fs::remove_file(memory.label()) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(failed(&memory.label(), "remove it")(error))
            }
            _ => Ok(()),
        }
    }

    /// The label of a tree and its files, sorted by path; `None` when it has none, or a damaged one.
    #[must_use]
    pub fn read(memory: &Memory) -> Option<(Self, Vec<Kept>)> {
        let label: Self = serde_json::from_str(&fs::read_to_string(memory.label()).ok()?).ok()?;
        let kinds = fs::read_to_string(memory.kinds()).ok()?;
        if Fingerprint::of(kinds.as_bytes()) != label.kinds {
            return None;
        }
        let kept = |line: &str| {
            let (kind, path) = line.split_once(' ')?;
            Some(Kept { path: path.to_owned(), kind: kind.to_owned() })
        };
        let files: Option<Vec<Kept>> = kinds.lines().map(kept).collect();
        Some((label, files?))
    }

    /// The label as it is written; `None` when the tree bears none.
    #[must_use]
    pub fn text(memory: &Memory) -> Option<String> {
        fs::read_to_string(memory.label()).ok()
    }

    /// Puts a label back that was taken off, when nothing that it says has changed.
    ///
    /// # Errors
    /// With the path that cannot be written.
    pub fn put_back(memory: &Memory, text: &str) -> Result<(), Diag> {
        disk::replace(&memory.label(), text.as_bytes(), Durability::Kill)
    }

    /// Whether the tree bears one.
    #[must_use]
    pub fn is_on(memory: &Memory) -> bool {
        memory.label().is_file()
    }
}
