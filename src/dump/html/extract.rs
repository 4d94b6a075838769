//! Main-content extraction by a crate, behind one trait: a second opinion for the line model.

use std::collections::HashSet;

use dom_query::Document;
use dom_smoothie::{Config, Readability, TextMode};

use crate::dump::mark::ratio;
use crate::dump::words;

/// Something that finds a page's main text.
pub(super) trait Extractor {
    /// The main text, one paragraph a line; nothing if it finds none. Takes the document, since extractors cut in it.
    fn main_text(&self, document: Document) -> Option<String>;
}

/// Mozilla's Readability, as ported in dom_smoothie.
pub(super) struct Smoothie;

impl Extractor for Smoothie {
    fn main_text(&self, document: Document) -> Option<String> {
        let config = Config { text_mode: TextMode::Formatted, disable_json_ld: true, ..Config::default() };
        let article = Readability::with_document(document, None, Some(config)).ok()?.parse().ok()?;
        Some(article.text_content.to_string())
    }
}

/// A text's four-word shingles, for asking how much of a line it holds.
pub(super) struct Opinion {
    shingles: HashSet<u64, words::BuildQuick>,
    lines: HashSet<String, words::BuildQuick>,
}

impl Opinion {
    /// Collects the shingles of a main text.
    pub(super) fn new(text: &str) -> Self {
        let mut opinion = Self { shingles: HashSet::default(), lines: HashSet::default() };
        for line in text.lines().filter(|l| !l.trim().is_empty()) {
            opinion.shingles.extend(shingles(line));
            opinion.lines.insert(words::fold(line));
        }
        opinion
    }

    /// Share of a line that the main text holds, 0 to 1.
    pub(super) fn holds(&self, line: &str, folded: &str) -> f32 {
        let all = shingles(line);
        if all.is_empty() {
            return if self.lines.contains(folded) { 1.0 } else { 0.0 };
        }
        ratio(all.iter().filter(|s| self.shingles.contains(s)).count(), all.len())
    }
}

/// Hashes of each four words in a row (FNV-1a: the same on every machine).
fn shingles(line: &str) -> Vec<u64> {
    let words: Vec<&str> = words::words(line).collect();
    words
        .windows(4)
        .map(|four| {
            four.iter().flat_map(|w| w.bytes().chain([b' '])).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            })
        })
        .collect()
}
