//! What we published to a target, kept there and written last. It says what is ours, so that nothing else is
//! ever replaced or removed, and what is out, so that nothing need be listed.
//!
//! A line of JSON about the publication, then a line for each file: `file HASH SIZE HEADERS VERSION PATH`, and
//! for each that was superseded and waits to be removed: `old HASH SIZE SINCE VERSION PATH`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::fingerprint::Fingerprint;

/// Where it is at targets that are changed in place.
pub const PATH: &str = ".newsprint/manifest";

/// First word of the file; the number is the format's.
const MAGIC: &str = "newsprint-manifest 1 ";

/// A publication.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// About it.
    pub head: Head,
    /// Path -> file.
    pub files: BTreeMap<String, Entry>,
    /// Path -> superseded file that is still there.
    pub old: BTreeMap<String, Old>,
}

/// What is said of a publication as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The site's address: a target holds one site.
    pub site: String,
    /// Counts publications.
    pub serial: u64,
    /// When, seconds since 1970, by the publisher's clock.
    pub published: i64,
    /// Of the publication that was live before; 0 when none was.
    #[serde(default)]
    pub after: u64,
    /// Names what is in the tree.
    #[serde(default)]
    pub tree: Fingerprint,
    /// The trees that going back leads to, the last one first.
    #[serde(default)]
    pub former: Vec<Fingerprint>,
}

/// Trees that one can go back to.
const FORMER: usize = 5;

impl Head {
    /// Of a publication that follows another: of a new tree, or back to the one before.
    #[must_use]
    pub fn next(before: Option<&Self>, site: &str, now: i64, tree: Fingerprint, is_back: bool) -> Self {
        let after = before.map_or(0, |head| head.serial);
        let known = before.map_or(&[][..], |head| &head.former);
        let last =
            before.map(|head| head.tree).filter(|last| *last != tree && *last != Fingerprint::default());
        let former = match (is_back, last) {
            (true, Some(_)) => known.iter().skip(1).copied().collect(),
            (false, Some(last)) => [last].into_iter().chain(known.iter().copied()).take(FORMER).collect(),
            (_, None) => known.to_vec(),
        };
        Self { site: site.to_owned(), serial: after + 1, published: now, after, tree, former }
    }
}

/// A published file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Of its bytes.
    pub hash: Fingerprint,
    /// Bytes.
    pub size: u64,
    /// Of its headers.
    pub headers: String,
    /// The target's name for this state of it.
    pub version: String,
}

/// A file that was published once and waits to be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Old {
    /// Of its bytes.
    pub hash: Fingerprint,
    /// Bytes.
    pub size: u64,
    /// Since when nothing needs it, seconds since 1970.
    pub since: i64,
    /// The target's name for this state of it.
    pub version: String,
}

impl Manifest {
    /// Reads one; `None` when it is damaged or of another format.
    #[must_use]
    pub fn read(text: &[u8]) -> Option<Self> {
        let mut lines = std::str::from_utf8(text).ok()?.strip_suffix('\n')?.split('\n');
        let head = serde_json::from_str(lines.next()?.strip_prefix(MAGIC)?).ok()?;
        let mut manifest = Self { head, ..Self::default() };
        let mut count = None;
        for line in lines {
            let mut words = line.splitn(6, ' ');
            let mut next = || words.next();
            match next()? {
                "file" => {
                    let (hash, size) = (Fingerprint::read(next()?)?, next()?.parse().ok()?);
                    let (headers, version) = (next()?.to_owned(), next()?.to_owned());
                    manifest.files.insert(next()?.to_owned(), Entry { hash, size, headers, version });
                }
                "old" => {
                    let (hash, size) = (Fingerprint::read(next()?)?, next()?.parse().ok()?);
                    let (since, version) = (next()?.parse().ok()?, next()?.to_owned());
                    manifest.old.insert(next()?.to_owned(), Old { hash, size, since, version });
                }
                // The last line: one that was cut off is told by its absence.
                "end" => count = next()?.parse::<usize>().ok(),
                _ => return None,
            }
        }
        (count? == manifest.files.len() + manifest.old.len()).then_some(manifest)
    }

    /// As text.
    #[must_use]
    pub fn write(&self) -> String {
        let mut text = format!("{MAGIC}{}\n", serde_json::to_string(&self.head).unwrap_or_default());
        for (path, entry) in &self.files {
            let Entry { hash, size, headers, version } = entry;
            let _ = writeln!(text, "file {hash} {size} {headers} {} {path}", word(version));
        }
        for (path, old) in &self.old {
            let Old { hash, size, since, version } = old;
            let _ = writeln!(text, "old {hash} {size} {since} {} {path}", word(version));
        }
        let _ = writeln!(text, "end {}", self.files.len() + self.old.len());
        text
    }
}

/// A version as one word: stores give versions of hexadecimal digits and signs.
fn word(version: &str) -> String {
    if version.is_empty() { "-".to_owned() } else { version.replace([' ', '\n'], "_") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_less() {
        let hash = Fingerprint::of(b"x");
        let before = Head { serial: 6, tree: Fingerprint::of(b"t"), ..Head::default() };
        let head = Head::next(Some(&before), "https://a.example/", 9, Fingerprint::of(b"u"), false);
        let mut manifest = Manifest { head, ..Manifest::default() };
        let entry = Entry { hash, size: 1, headers: "0a".to_owned(), version: "\"e\"".to_owned() };
        manifest.files.insert("a b/x.html".to_owned(), entry);
        manifest.old.insert("y".to_owned(), Old { hash, size: 1, since: -5, version: "v".to_owned() });
        let text = manifest.write();
        assert_eq!(Manifest::read(text.as_bytes()), Some(manifest));
        for end in 0..text.len() {
            assert_eq!(Manifest::read(&text.as_bytes()[..end]), None, "{end}");
        }
    }
}
