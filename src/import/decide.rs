//! What becomes of an article of a dump, as a value: pure, and in the order of the records.

use super::known::{self, Entry, Known};
use super::memory::Memory;
use super::place::{self, Layout};
use crate::article::Header;
use crate::config::Config;
use crate::fingerprint::Fingerprint;
use crate::near::Signature;
use crate::source::{self, Rules};

/// An article that a dump gave.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) header: Header,
    pub(super) body: String,
    pub(super) signature: Signature,
    /// Of the item's sha256.
    pub(super) key: Fingerprint,
}

/// What an article is to the site.
#[derive(Clone, Debug)]
pub(super) enum Choice {
    /// New: it gets a file of its own.
    New { path: String },
    /// Imported before, from the same dump.
    Same { entry: Entry },
    /// The dump has a new version of it, or another dump has a clearly newer one.
    Newer { entry: Entry, is_same_dump: bool },
    /// The site has it, in these words or nearly.
    Duplicate { of: String, is_exact: bool },
    /// Imported before and deleted since.
    Gone,
}

/// What the command line says about choices.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taste {
    pub(super) layout: Layout,
    pub(super) keep_duplicates: bool,
    pub(super) restore: bool,
}

/// Everything a choice looks at but the article itself.
pub(super) struct Desk<'d> {
    pub(super) config: &'d Config,
    pub(super) memory: Memory,
    pub(super) known: Known,
    pub(super) taste: Taste,
}

impl Desk<'_> {
    /// Chooses for one article; `siblings` are the keys of its dump. The site is then known to have it.
    pub(super) fn choose(&mut self, draft: &Draft, siblings: &[Fingerprint]) -> Choice {
        let source = draft.header.source.as_ref();
        let touched = known::touched(&draft.header);
        if let Some(number) = self.known.meet(draft.key, source.map(known::file)) {
            let entry = self.known.entry(number).clone();
            return if entry.is_gone { Choice::Gone } else { Choice::Same { entry } };
        }
        let twin = self.known.with_key(draft.key).next().map(|number| self.known.entry(number));
        if let (Some(twin), false) = (twin, self.taste.keep_duplicates) {
            return Choice::Duplicate { of: twin.path.clone(), is_exact: true };
        }
        let had = twin.is_none() && self.memory.had(draft.key);
        // The same place in the same dump, but another text: an update, if it is the same story at all.
        let updated = source.and_then(|source| self.known.with_origin(source)).filter(|number| {
            let entry = self.known.entry(*number);
            let alike = entry.signature.likeness(&draft.signature);
            !entry.is_gone
                && !entry.key.is_some_and(|key| siblings.contains(&key))
                && alike.map_or(!draft.signature.is_known(), |likeness| likeness.shared >= 16)
        });
        if let Some(number) = updated {
            let entry = self.known.entry(number).clone();
            if entry.is_ours {
                self.known.renew(number, draft.key, &draft.signature, touched);
            }
            return Choice::Newer { entry, is_same_dump: true };
        }
        if had && !self.taste.restore {
            self.learn(draft, String::new(), true);
            return Choice::Gone;
        }
        let alike = self.known.like(&draft.signature, touched).filter(|_| !self.taste.keep_duplicates);
        if let Some(number) = alike {
            let entry = self.known.entry(number);
            let is_later = touched.zip(entry.touched).is_some_and(|(new, old)| new > old);
            if !entry.is_gone && (is_later || draft.signature.is_clearly_longer(&entry.signature)) {
                return Choice::Newer { entry: entry.clone(), is_same_dump: false };
            }
            return Choice::Duplicate { of: entry.path.clone(), is_exact: false };
        }
        let folder = place::folder(&draft.header, self.taste.layout);
        let path = self.known.new_path(&folder, &draft.header, self.config);
        self.learn(draft, path.clone(), false);
        Choice::New { path }
    }

    fn learn(&mut self, draft: &Draft, path: String, is_gone: bool) {
        let entry = Entry {
            path,
            text: Fingerprint::default(),
            is_ours: false,
            is_gone,
            section: draft.header.section.clone(),
            touched: known::touched(&draft.header),
            key: Some(draft.key),
            file: draft.header.source.as_ref().map(known::file),
            signature: draft.signature.clone(),
        };
        self.known.add_met(entry, draft.header.source.as_ref());
    }
}

/// What becomes of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Its file is written, over `over` if there is one.
    Write { path: String, text: String, over: Option<Fingerprint> },
    /// Its file says this already.
    Unchanged { path: String },
    /// A person has the say; a new version is laid beside the file.
    Kept { path: String, why: &'static str, offer: Option<String> },
    /// The site has it.
    Duplicate { of: String, is_exact: bool },
    /// It cannot be an article.
    Quarantined { why: String },
    /// It was to be written, and could not be.
    Unreached { why: String },
}

/// Turns a choice into what is done: prints the article and reads it back.
pub(super) fn settle(choice: Choice, draft: &Draft, rules: &Rules) -> Outcome {
    let print = |path: &str, section: Option<&str>| {
        let mut header = draft.header.clone();
        if let Some(section) = section {
            section.clone_into(&mut header.section);
        }
        // The name of the file is the slug.
        header.slug = source::slug_of(path);
        let text = source::print(path, &header, &draft.body, rules);
        match source::says(path, &text, &header, &draft.body, rules) {
            Ok(()) => Ok(text),
            Err(diags) => Err(diags.first().map_or_else(
                || "the article would be read back as another one".to_owned(),
                |diag| diag.message.clone(),
            )),
        }
    };
    let settled = |path: String, section: Option<&str>, then: &dyn Fn(String, String) -> Outcome| match print(
        &path, section,
    ) {
        Ok(text) => then(path, text),
        Err(why) => Outcome::Quarantined { why },
    };
    match choice {
        Choice::New { path } => settled(path, None, &|path, text| Outcome::Write { path, text, over: None }),
        Choice::Same { entry } => settled(entry.path, Some(&entry.section), &|path, text| {
            if Fingerprint::of(text.as_bytes()) == entry.text {
                Outcome::Unchanged { path }
            } else if entry.is_ours {
                Outcome::Write { path, text, over: Some(entry.text) }
            } else {
                Outcome::Kept { path, why: "edited since it was imported", offer: None }
            }
        }),
        Choice::Newer { entry, is_same_dump } => {
            settled(entry.path, Some(&entry.section), &|path, text| match (entry.is_ours, is_same_dump) {
                (true, true) => Outcome::Write { path, text, over: Some(entry.text) },
                (false, true) => Outcome::Kept {
                    path,
                    why: "edited since it was imported; the dump has a new version",
                    offer: Some(text),
                },
                (_, false) => {
                    Outcome::Kept { path, why: "another dump has a newer version", offer: Some(text) }
                }
            })
        }
        Choice::Duplicate { of, is_exact } => Outcome::Duplicate { of, is_exact },
        Choice::Gone => Outcome::Kept {
            path: String::new(),
            why: "deleted since it was imported; --restore brings it back",
            offer: None,
        },
    }
}
