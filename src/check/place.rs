//! Where in the sources a fault stands. Reads files again: only those that something is wrong with.

use crate::diag::Place;
use crate::front_matter;
use crate::store::Store;

/// Finds places in the files of a site.
pub(super) struct Finder<'s> {
    store: &'s dyn Store,
}

impl<'s> Finder<'s> {
    /// In the files of this store.
    #[must_use]
    pub(super) fn new(store: &'s dyn Store) -> Self {
        Self { store }
    }

    fn text(&self, path: &str) -> Option<String> {
        let (bytes, _) = self.store.read(path).ok().flatten()?;
        String::from_utf8(bytes).ok()
    }

    /// A key of an article's front matter; the whole file when it is a dump or has no such key.
    #[must_use]
    pub(super) fn key(&self, path: &str, key: &str) -> Place {
        let place = || {
            let text = self.text(path).filter(|_| path.ends_with(".md"))?;
            let range = front_matter::front_range(&text)?;
            let mut at = range.start;
            for line in text.get(range)?.split_inclusive('\n') {
                let rest = line.trim_start().strip_prefix(key).unwrap_or("").trim_start();
                if rest.starts_with(['=', ':']) {
                    return Some(Place::of(path, &text, at..at + line.trim_end().len()));
                }
                at += line.len();
            }
            None
        };
        place().unwrap_or_else(|| Place::file(path))
    }

    /// A line of an article's text, and in it what is meant; the whole file when it is a dump.
    #[must_use]
    pub(super) fn line(&self, path: &str, line: u32, what: &str) -> Place {
        let place = || {
            let text = self.text(path).filter(|_| path.ends_with(".md"))?;
            let body = front_matter::body_range(&text)?;
            let before = text.get(..body.start)?.matches('\n').count();
            let number = before + line as usize;
            let start: usize = text.split_inclusive('\n').take(number.checked_sub(1)?).map(str::len).sum();
            let end = text.get(start..)?.find('\n').map_or(text.len(), |at| start + at);
            let found = if what.is_empty() { None } else { text.get(start..end)?.find(what) };
            Some(match found {
                Some(at) => Place::of(path, &text, start + at..start + at + what.len()),
                // Nothing of it is to be shown.
                None if what.is_empty() => Place::at(path, number, 1),
                None => Place::of(path, &text, start..end),
            })
        };
        place().unwrap_or_else(|| Place::file(path))
    }
}
