//! What differs between the tree and what is out there. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::diff::{Change, diff};
use crate::fingerprint::Fingerprint;
use crate::publish::headers::{Headers, extension, is_hashed};
use crate::publish::local::{File, Local};
use crate::publish::manifest::{Entry, Manifest, Old};
use crate::publish::remote::{Condition, Seen};

/// What publishers that did not finish may have put, and so is ours although no manifest says so: path ->
/// claim.
pub(crate) type Claims = BTreeMap<String, Claim>;

/// What an unfinished publication may have put at a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    /// Of the bytes.
    pub(crate) hashes: BTreeSet<Fingerprint>,
    /// Whether it came so far that all new files were there, and changed pages may link this one. Until then nothing
    /// links it, and what it links may be missing.
    pub(crate) linked: bool,
}

/// Why a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// It is not out.
    New,
    /// Its bytes changed.
    Changed,
    /// Its content type or cache control changed.
    Headers,
    /// At the target it is not what was published.
    Drift,
}

/// A file to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Send<'l> {
    pub(crate) file: &'l File,
    pub(crate) why: Why,
    pub(crate) expect: Condition,
}

/// All that differs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Delta<'l> {
    pub(crate) sends: Vec<Send<'l>>,
    /// Files that are out as they are.
    pub(crate) kept: BTreeMap<&'l str, Entry>,
    /// Files that nothing needs from now on.
    pub(crate) gone: BTreeMap<String, Old>,
    /// Files that nothing needs since an earlier publication.
    pub(crate) old: BTreeMap<String, Old>,
    /// Those of `old` and `gone` whose grace period is over.
    pub(crate) due: BTreeSet<String>,
    /// Files out there that are not ours, when they were listed.
    pub(crate) foreign: Vec<String>,
    /// Paths that we would change, where somebody else's bytes stand.
    pub(crate) strangers: Vec<String>,
    /// Whether what is found to have been published before is not written down yet.
    pub(crate) is_unwritten: bool,
}

/// What a target knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) claims: &'a Claims,
    /// Paths that were looked at, with what is there.
    pub(crate) looked: &'a BTreeMap<String, Option<Seen>>,
    /// Whether all paths were: what is not among them is not there. Then drift is healed.
    pub(crate) all_looked: bool,
}

impl Known<'_> {
    /// What is at a path that should hold one of our files.
    fn there(&self, path: &str, hash: Fingerprint, version: &str) -> There {
        match self.looked.get(path) {
            None if self.all_looked => There::Nothing,
            None => There::Ours(hash, version.to_owned()),
            Some(None) => There::Nothing,
            Some(Some(seen)) if seen.version == version => There::Ours(hash, version.to_owned()),
            Some(Some(seen)) => self.seen(path, seen),
        }
    }

    /// What is at a path where we have nothing, as far as is written down.
    fn unknown(&self, path: &str) -> There {
        match self.looked.get(path) {
            Some(Some(seen)) => self.seen(path, seen),
            _ => There::Nothing,
        }
    }

    fn seen(&self, path: &str, seen: &Seen) -> There {
        let claimed = self.claims.get(path);
        match seen.hash {
            Some(hash) if claimed.is_some_and(|claim| claim.hashes.contains(&hash)) => {
                There::Ours(hash, seen.version.clone())
            }
            hash => There::Strange(hash, seen.version.clone()),
        }
    }
}

/// What was done with a path before.
#[derive(Clone, Copy)]
enum Past<'a> {
    /// Nothing, or it was superseded.
    None,
    /// An unfinished publication may have sent it, and perhaps linked it.
    Claimed(bool),
    /// It is out.
    Out(&'a Entry),
}

enum There {
    Nothing,
    Ours(Fingerprint, String),
    Strange(Option<Fingerprint>, String),
}

/// Whether a path is a page that a reader may be on.
pub(crate) fn is_page(path: &str) -> bool {
    extension(path) == "html"
}

/// Compares the tree with what a target knows. `now` and `grace` decide what of the superseded is due.
pub(crate) fn delta<'l>(local: &'l Local, known: Known<'_>, now: i64, grace: i64) -> Delta<'l> {
    let manifest = known.manifest;
    let have: Vec<(&String, &Entry)> = manifest.files.iter().collect();
    let mut delta = Delta { old: manifest.old.clone(), ..Delta::default() };
    // By number: a file of the tree lives longer than this comparison.
    let want: Vec<(&str, usize)> =
        (0..).zip(&local.files).map(|(at, file)| (file.path.as_str(), at)).collect();
    for change in diff(&have, |(path, _)| path.as_str(), &want, |(path, _)| *path) {
        match change {
            Change::Removed((path, entry)) => match known.there(path, entry.hash, &entry.version) {
                There::Ours(hash, version) => {
                    delta.gone.insert((*path).clone(), Old { hash, size: entry.size, since: now, version });
                }
                There::Nothing => {}
                // What somebody else put in its place is theirs.
                There::Strange(..) => {}
            },
            Change::Added((_, at)) => {
                let file = &local.files[*at];
                let there = match delta.old.remove(&file.path) {
                    Some(old) => known.there(&file.path, old.hash, &old.version),
                    None => known.unknown(&file.path),
                };
                // What an unfinished publication sent may be linked already by what it sent later.
                let past =
                    known.claims.get(&file.path).map_or(Past::None, |claim| Past::Claimed(claim.linked));
                delta.want(file, there, past, known.all_looked);
            }
            Change::Kept((path, entry), (_, at)) => {
                let file = &local.files[*at];
                let there = known.there(path, entry.hash, &entry.version);
                delta.want(file, there, Past::Out(entry), known.all_looked);
            }
        }
    }
    let is_known = |path: &str| {
        manifest.files.contains_key(path) || manifest.old.contains_key(path) || local.find(path).is_some()
    };
    for path in known.claims.keys().filter(|path| !is_known(path)) {
        if let There::Ours(hash, version) = known.unknown(path) {
            delta.gone.insert(path.clone(), Old { hash, size: 0, since: now, version });
        }
    }
    // What was superseded and then touched by an unfinished publication has another version by now.
    let mut lost = Vec::new();
    for (path, old) in &mut delta.old {
        match known.there(path, old.hash, &old.version) {
            There::Ours(hash, version) => (old.hash, old.version) = (hash, version),
            There::Nothing | There::Strange(..) => lost.push(path.clone()),
        }
    }
    delta.is_unwritten = !known.claims.is_empty() || !lost.is_empty();
    for path in lost {
        delta.old.remove(&path);
    }
    let is_due =
        |(path, old): (&String, &Old)| (old.since.saturating_add(grace) <= now).then(|| path.clone());
    delta.due = delta.old.iter().chain(&delta.gone).filter_map(is_due).collect();
    if known.all_looked {
        let foreign = known.looked.keys().filter(|path| !is_known(path) && !delta.gone.contains_key(*path));
        delta.foreign = foreign.cloned().collect();
    }
    delta
}

impl<'l> Delta<'l> {
    /// A file of the tree, what is at its path, and what is known of it.
    fn want(&mut self, file: &'l File, there: There, past: Past<'_>, heal: bool) {
        let headers = Headers::of(&file.path).short();
        let is_out = match past {
            Past::Out(entry) => entry.headers == headers,
            Past::Claimed(_) => true,
            Past::None => false,
        };
        let was = if matches!(past, Past::None | Past::Claimed(false)) { Why::New } else { Why::Changed };
        let (why, expect) = match there {
            There::Nothing if matches!(past, Past::Out(_)) => (Why::Drift, Condition::Absent),
            There::Nothing => (Why::New, Condition::Absent),
            There::Ours(hash, version) if hash == file.hash && is_out => {
                let entry = Entry { hash, size: file.size, headers, version };
                self.kept.insert(&file.path, entry);
                return;
            }
            There::Ours(hash, version) if hash == file.hash && was == Why::Changed => {
                (Why::Headers, Condition::Is(version))
            }
            There::Ours(_, version) => (was, Condition::Is(version)),
            // Somebody put the very same bytes there: nothing of theirs is lost.
            There::Strange(Some(hash), version) if hash == file.hash => {
                (Why::Headers, Condition::Is(version))
            }
            There::Strange(_, version) if heal && matches!(past, Past::Out(_)) => {
                (Why::Drift, Condition::Is(version))
            }
            There::Strange(..) => {
                self.strangers.push(file.path.clone());
                return;
            }
        };
        self.sends.push(Send { file, why, expect });
    }

    /// Addresses that stop working: what a person must agree to when they are many. Files whose name changes
    /// with their bytes come and go by themselves.
    pub(crate) fn vanishing(&self) -> usize {
        self.gone.keys().filter(|path| !is_hashed(path)).count()
    }

    /// Whether there is nothing to be done at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.sends.is_empty() && self.gone.is_empty() && self.due.is_empty() && !self.is_unwritten
    }
}
