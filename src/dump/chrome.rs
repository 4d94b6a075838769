//! Page chrome by table: which rule, if any, names a line. The tables are in `tables/chrome`, one a kind.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words::{BuildQuick, Openings};

/// A kind of chrome, as named in the account of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    /// Position in the table of rules.
    pub(super) index: usize,
    /// The table's name.
    pub(super) name: &'static str,
    /// Whether the rule drops a line by itself, or is evidence only.
    pub(super) weak: bool,
}

/// Name, weak, table.
const TABLES: &[(&str, bool, &str)] = &[
    ("share", false, include_str!("tables/chrome/share.tsv")),
    ("advert", false, include_str!("tables/chrome/advert.tsv")),
    ("newsletter", false, include_str!("tables/chrome/newsletter.tsv")),
    ("related", false, include_str!("tables/chrome/related.tsv")),
    ("comments", false, include_str!("tables/chrome/comments.tsv")),
    ("legal", false, include_str!("tables/chrome/legal.tsv")),
    ("cookie", true, include_str!("tables/chrome/cookie.tsv")),
    ("account", false, include_str!("tables/chrome/account.tsv")),
    ("navigation", false, include_str!("tables/chrome/navigation.tsv")),
    ("section", true, include_str!("tables/chrome/section.tsv")),
    ("media", false, include_str!("tables/chrome/media.tsv")),
    ("widget", false, include_str!("tables/chrome/widget.tsv")),
    ("promo", true, include_str!("tables/chrome/promo.tsv")),
    ("bio", true, include_str!("tables/chrome/bio.tsv")),
    ("tail", true, include_str!("tables/chrome/tail.tsv")),
];

/// Number of rules.
pub(super) const COUNT: usize = TABLES.len();

/// The name of a rule.
pub(super) fn name(rule: usize) -> &'static str {
    TABLES[rule].0
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    End,
    Any,
}

struct Pattern {
    rule: usize,
    place: Place,
    /// Longest line in words.
    limit: usize,
    text: &'static str,
}

struct Tables {
    whole: HashMap<&'static str, usize, BuildQuick>,
    /// Length of the longest of them.
    longest: usize,
    /// What lines begin with, by its first two bytes.
    starts: HashMap<[u8; 2], Vec<Pattern>, BuildQuick>,
    /// What stands further in or at the end, by its first four bytes.
    inner: HashMap<u32, Vec<Pattern>, BuildQuick>,
    openings: Openings,
    /// [`LETTER`] and [`FIRST`] of bytes.
    classes: [u8; 256],
}

/// A letter or digit of ASCII.
const LETTER: u8 = 1;
/// What a pattern of `inner` begins with.
const FIRST: u8 = 2;

static COMPILED: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables {
        whole: HashMap::default(),
        longest: 0,
        starts: HashMap::default(),
        inner: HashMap::default(),
        openings: Openings::default(),
        classes: std::array::from_fn(|byte| match u8::try_from(byte) {
            Ok(byte) if byte.is_ascii_alphanumeric() => LETTER,
            _ => 0,
        }),
    };
    for (rule, (_, _, table)) in TABLES.iter().enumerate() {
        for row in table.lines().filter(|row| !row.is_empty()) {
            let mut cells = row.split('\t');
            let (Some(how), Some(_languages), Some(text)) = (cells.next(), cells.next(), cells.next()) else {
                continue;
            };
            let limit = how[1..].parse().unwrap_or(usize::MAX);
            let place = match how.as_bytes()[0] {
                b'^' => Place::Start,
                b'$' => Place::End,
                b'*' => Place::Any,
                _ => {
                    tables.longest = tables.longest.max(text.len());
                    tables.whole.entry(text).or_insert(rule);
                    continue;
                }
            };
            let pattern = Pattern { rule, place, limit, text };
            let bytes = text.as_bytes();
            if place == Place::Start {
                let Some(front) = bytes.first_chunk() else { continue };
                tables.starts.entry(*front).or_default().push(pattern);
                continue;
            }
            let Some(front) = front(bytes) else { continue };
            tables.inner.entry(front).or_default().push(pattern);
            tables.openings.add(text);
            tables.classes[usize::from(bytes[0])] |= FIRST;
        }
    }
    tables
});

/// The rule that names a line, given its folded form with digits as `#`; whole-line patterns first.
pub(super) fn find(folded: &str, words: usize) -> Option<Rule> {
    let tables = &*COMPILED;
    let whole = if folded.len() <= tables.longest { tables.whole.get(folded) } else { None };
    let rule = match whole {
        Some(rule) => *rule,
        None if words > 90 => return None,
        None => part(tables, folded, words)?,
    };
    let (name, weak, _) = TABLES[rule];
    Some(Rule { index: rule, name, weak })
}

/// The first four bytes of a text as a key.
fn front(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|front| u32::from_le_bytes(*front))
}

/// The first rule of which a pattern stands in a line where it must.
fn part(tables: &Tables, folded: &str, words: usize) -> Option<usize> {
    let bytes = folded.as_bytes();
    let mut best: Option<usize> = None;
    let mut look = |at: usize, patterns: &[Pattern]| {
        for Pattern { rule, place, limit, text } in patterns {
            let end = at + text.len();
            let fits = words <= *limit
                && best.is_none_or(|best| *rule < best)
                && (*place != Place::End || end == bytes.len())
                && bytes[at..].starts_with(text.as_bytes())
                && (*place == Place::Start || edge(folded, at))
                && (*place == Place::End || edge(folded, end));
            if fits {
                best = Some(*rule);
            }
        }
    };
    if let Some(patterns) = bytes.first_chunk().and_then(|front| tables.starts.get(front)) {
        look(0, patterns);
    }
    let mut before = 0;
    for (at, ahead) in bytes.windows(4).enumerate() {
        // No pattern begins in the middle of a word, and few characters begin one.
        let class = tables.classes[usize::from(ahead[0])];
        let opens = class & FIRST != 0 && class & before & LETTER == 0;
        before = class;
        if opens
            && tables.openings.may_bytes(ahead)
            && let Some(patterns) = front(ahead).and_then(|front| tables.inner.get(&front))
        {
            look(at, patterns);
        }
    }
    best
}

/// Whether a byte position is at the edge of a word; scripts without spaces have edges everywhere.
fn edge(text: &str, at: usize) -> bool {
    let letter =
        |c: char| c.is_alphanumeric() && !super::words::is_unspaced(c) && !super::words::is_hangul(c);
    let before = text[..at].chars().next_back().is_some_and(letter);
    let after = text[at..].chars().next().is_some_and(letter);
    !(before && after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::words::fold;

    #[test]
    fn tables_are_in_folded_form_and_well_formed() {
        for (name, _, table) in TABLES {
            for row in table.lines().filter(|row| !row.is_empty()) {
                let cells: Vec<_> = row.split('\t').collect();
                assert_eq!(cells.len(), 3, "{name}: {row}");
                assert!("=^$*".contains(&cells[0][..1]), "{name}: {row}");
                let least = [("=", 1), ("^", 2)].into_iter().find(|(how, _)| cells[0].starts_with(how));
                assert!(cells[2].len() >= least.map_or(4, |(_, least)| least), "{name}: {row}");
                if cells[0] == "=" {
                    assert_eq!(
                        crate::dump::words::without_digits(&fold(cells[2])),
                        cells[2],
                        "{name}: {row}"
                    );
                }
            }
        }
    }

    #[test]
    fn whole_lines_and_parts() {
        let of = |text: &str| {
            find(&crate::dump::words::without_digits(&fold(text)), super::super::words::count(text))
                .map(|rule| rule.name)
        };
        assert_eq!(of("TT"), Some("widget"));
        assert_eq!(of("Advertisement"), Some("advert"));
        assert_eq!(of("© 2026 The Harbour Gazette. All Rights Reserved."), Some("legal"));
        assert_eq!(of("The harbour pilots said on Monday that they would end the strike."), None);
        assert_eq!(of("3 comments"), Some("comments"));
    }
}
