//! The articles that a site has already, and those that this import adds: who is told apart from whom.

use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::memory::Memory;
use super::place;
use crate::article::{Header, Source};
use crate::config::Config;
use crate::diag::Diag;
use crate::fingerprint::Fingerprint;
use crate::index;
use crate::near::{Neighbours, Signature};
use crate::path::slugify;
use crate::source::{self, Role, Rules};
use crate::store::Store;

/// An article of the site.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Path within the site.
    pub(super) path: String,
    /// Of the file's bytes; the default for one that this import has just made.
    pub(super) text: Fingerprint,
    /// The file is as an import left it.
    pub(super) is_ours: bool,
    /// It was deleted since it was imported: only its place in the order of things is left.
    pub(super) is_gone: bool,
    /// Its section, which it keeps.
    pub(super) section: String,
    /// Date of its last version, seconds.
    pub(super) touched: Option<i64>,
    /// The key of the dump item that it stands for.
    pub(super) key: Option<Fingerprint>,
    /// The dump that the item stood in.
    pub(super) file: Option<Fingerprint>,
    /// What its text is recognised by.
    pub(super) signature: Signature,
}

/// All articles, with the questions that are asked about them.
#[derive(Debug, Default)]
pub(super) struct Known {
    entries: Vec<Entry>,
    /// The first with a key, and the others where there are any: nearly always there are none.
    by_key: HashMap<Fingerprint, u32>,
    also: HashMap<Fingerprint, Vec<u32>>,
    /// Articles that a record of this import was found to be.
    met: HashSet<u32>,
    /// By file and number within it.
    by_origin: HashMap<Fingerprint, u32>,
    neighbours: Neighbours,
    /// Files and addresses in use.
    taken: HashSet<Fingerprint>,
    /// The number to try next for a name that is in use.
    next: HashMap<Fingerprint, u32>,
}

/// A dump's item as an identity that survives only as long as the dump is not edited: a hint.
pub(super) fn origin(source: &Source) -> Fingerprint {
    Fingerprint::of(format!("{}\n{}", source.file, source.item).as_bytes())
}

/// The name of an item's dump as a value of fixed size.
pub(super) fn file(source: &Source) -> Fingerprint {
    Fingerprint::of(source.file.as_bytes())
}

/// An item's key as a value of fixed size.
pub(super) fn key(source: &Source) -> Fingerprint {
    Fingerprint::of(source.sha256.as_bytes())
}

/// The last change of an article that its header tells of.
pub(super) fn touched(header: &Header) -> Option<i64> {
    header.updated.max(header.date).map(|moment| moment.seconds)
}

impl Known {
    /// Reads all Markdown of a site.
    pub(super) fn read(
        store: &dyn Store,
        config: &Config,
        rules: &Rules,
        memory: &Memory,
    ) -> Result<Self, Diag> {
        let listed = store.list("content");
        let mut known = Self::default();
        let is_article = |path: &str| Role::of(path) == Some(Role::Markdown);
        let read = |path: &str| {
            let read = store.read(path)?;
            Ok(read.map(|(bytes, _)| one(path, bytes, rules, memory)))
        };
        let articles = listed.value.par_iter().filter(|entry| is_article(&entry.path));
        let found: Result<Vec<Option<_>>, Diag> = articles.map(|entry| read(&entry.path)).collect();
        for (entry, header) in found?.into_iter().flatten() {
            known.claim_file(&entry.path);
            if let Some(header) = &header {
                known.claim_address(header, config);
            }
            let source = header.as_ref().and_then(|header| header.source.clone());
            known.add(entry, source.as_ref());
        }
        Ok(known)
    }

    /// Adds an article that this import makes (or would make, were it not deleted).
    pub(super) fn add_met(&mut self, entry: Entry, source: Option<&Source>) {
        let number = self.add(entry, source);
        self.met.insert(number);
    }

    /// Adds an article; its number.
    fn add(&mut self, entry: Entry, source: Option<&Source>) -> u32 {
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        if let Some(key) = entry.key {
            self.add_key(key, number);
        }
        if let Some(source) = source {
            self.by_origin.entry(origin(source)).or_insert(number);
        }
        self.neighbours.add(number, &entry.signature);
        self.entries.push(entry);
        number
    }

    pub(super) fn entry(&self, number: u32) -> &Entry {
        &self.entries[number as usize]
    }

    /// Articles with this key, first come first.
    pub(super) fn with_key(&self, key: Fingerprint) -> impl Iterator<Item = u32> {
        self.by_key.get(&key).into_iter().chain(self.also.get(&key).into_iter().flatten()).copied()
    }

    fn add_key(&mut self, key: Fingerprint, number: u32) {
        match self.by_key.entry(key) {
            Slot::Vacant(slot) => {
                slot.insert(number);
            }
            Slot::Occupied(_) => self.also.entry(key).or_default().push(number),
        }
    }

    /// The one of them that this dump's item is, if no item of this import was that one already.
    pub(super) fn meet(&mut self, key: Fingerprint, file: Option<Fingerprint>) -> Option<u32> {
        let is_it = |number: &u32| self.entry(*number).file == file && !self.met.contains(number);
        let number = self.with_key(key).find(is_it)?;
        self.met.insert(number);
        Some(number)
    }

    pub(super) fn with_origin(&self, source: &Source) -> Option<u32> {
        self.by_origin.get(&origin(source)).copied()
    }

    /// The article that tells the same story, most alike first, then first come.
    pub(super) fn like(&self, signature: &Signature, touched: Option<i64>) -> Option<u32> {
        let alike = |number: &u32| {
            let entry = self.entry(*number);
            let likeness = signature.likeness(&entry.signature)?;
            likeness
                .is_same_story_on(touched, entry.touched)
                .then_some((likeness.shared, std::cmp::Reverse(*number)))
        };
        let candidates = self.neighbours.candidates(signature);
        candidates.iter().filter_map(alike).max().map(|(_, std::cmp::Reverse(number))| number)
    }

    /// A new version has taken the place of an article.
    pub(super) fn renew(
        &mut self,
        number: u32,
        key: Fingerprint,
        signature: &Signature,
        touched: Option<i64>,
    ) {
        self.add_key(key, number);
        self.met.insert(number);
        self.neighbours.add(number, signature);
        let entry = &mut self.entries[number as usize];
        entry.key = Some(key);
        entry.signature = signature.clone();
        entry.touched = touched;
    }

    /// A path for a new article, whose file and whose address are free, and takes both.
    pub(super) fn new_path(&mut self, folder: &str, header: &Header, config: &Config) -> String {
        let base = Fingerprint::of(format!("{folder}{}", header.slug).as_bytes());
        let mut number = self.next.get(&base).copied().unwrap_or(1);
        loop {
            let slug = if number == 1 { header.slug.clone() } else { numbered(&header.slug, number) };
            let path = format!("{folder}{slug}.md");
            number += 1;
            let header = Header { slug, ..header.clone() };
            let address = address(&header, config);
            let file = Fingerprint::of(place::stem(&path).as_bytes());
            if self.taken.contains(&file) || address.is_some_and(|address| self.taken.contains(&address)) {
                continue;
            }
            self.taken.insert(file);
            self.taken.extend(address);
            self.next.insert(base, number);
            return path;
        }
    }

    fn claim_file(&mut self, path: &str) {
        self.taken.insert(Fingerprint::of(place::stem(path).as_bytes()));
    }

    fn claim_address(&mut self, header: &Header, config: &Config) {
        self.taken.extend(address(header, config));
    }
}

/// A slug with a number behind it, shortened if it would be too long for a slug.
fn numbered(slug: &str, number: u32) -> String {
    let mut base = slug;
    loop {
        let numbered = format!("{base}-{number}");
        match base.char_indices().next_back() {
            Some((last, _)) if slugify(&numbered) != numbered => base = &base[..last],
            _ => return numbered,
        }
    }
}

/// Where the article's page would be.
fn address(header: &Header, config: &Config) -> Option<Fingerprint> {
    let out = index::article_path(header, config).ok()?;
    Some(Fingerprint::of(format!("/{}", out.fold_key()).as_bytes()))
}

/// A Markdown file as an entry, with its header if it can be read.
fn one(path: &str, bytes: Vec<u8>, rules: &Rules, memory: &Memory) -> (Entry, Option<Header>) {
    let text = Fingerprint::of(&bytes);
    // A file with a mistake in it is still the article it was imported as.
    let written = written_key(&bytes);
    let parsed = source::parse(path, bytes, rules);
    let header = parsed.record.items.into_iter().next().map(|item| item.header);
    let key = header.as_ref().map(|header| header.source.as_ref().map(key));
    let entry = Entry {
        path: path.to_owned(),
        text,
        is_ours: memory.wrote(text),
        is_gone: false,
        section: header.as_ref().map_or(String::new(), |header| header.section.clone()),
        touched: header.as_ref().and_then(touched),
        key: key.unwrap_or(written),
        file: header.as_ref().and_then(|header| header.source.as_ref()).map(file),
        signature: parsed.bodies.first().map(|body| Signature::of(body)).unwrap_or_default(),
    };
    (entry, header)
}

/// The key that a file names, however damaged its front matter.
fn written_key(bytes: &[u8]) -> Option<Fingerprint> {
    let at = memchr::memmem::find(bytes, b"sha256")?;
    let rest = &bytes[at + b"sha256".len()..];
    let start = rest.iter().position(|b| b.is_ascii_alphanumeric())?;
    let hex = rest.get(start..start + 64)?;
    (start < 8 && hex.iter().all(u8::is_ascii_hexdigit)).then(|| Fingerprint::of(hex))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_fits_behind_any_slug() {
        for slug in ["a", "قمة-المناخ", &"long-".repeat(40), &"ü".repeat(80)] {
            let slug = slugify(slug);
            let second = numbered(&slug, 23);
            assert!(second.ends_with("-23") && slugify(&second) == second, "{second}");
        }
    }

    #[test]
    fn the_key_of_a_damaged_file() {
        let hex = "ab".repeat(32);
        let source = Source { sha256: hex.clone(), ..Source::default() };
        let text = format!("+++\ntitle = \nsource = {{ file = \"a\", item = 1, sha256 = \"{hex}\" }}\n+++\n");
        assert_eq!(written_key(text.as_bytes()), Some(key(&source)));
        assert_eq!(written_key(b"sha256 = \"00\""), None);
        assert_eq!(written_key(b"sha256"), None);
    }
}
