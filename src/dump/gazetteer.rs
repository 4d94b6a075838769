//! Names that are known before a text is read: the site's vocabulary, countries with demonyms, organisations.
//!
//! Country names are from Unicode CLDR; demonyms and organisations are our own tables.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use super::words::Openings;

/// What a known name is, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Vocabulary,
    Country,
    Organisation,
}

/// A known name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) kind: Kind,
    /// How it is printed, unless the language gives a country another name.
    pub(super) name: String,
    /// Row of the country table.
    country: Option<usize>,
}

impl Known {
    /// Whether an alias is a country's name in other languages only, and so another word in this one: English "island" at
    /// the head of a sentence is not German "Island".
    pub(super) fn is_foreign(&self, alias: &[&str], language: Option<&str>) -> bool {
        let (languages, rows) = &*COUNTRIES;
        let column = language.and_then(|l| languages.iter().position(|known| *known == l));
        let Some((row, column)) = self.country.zip(column) else { return false };
        let (names, alias) = (&rows[row][1..], &*alias.join(" "));
        names.contains(&alias) && names.first() != Some(&alias) && names.get(column) != Some(&alias)
    }
}

/// A site's tags with their aliases, ready for look-up.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    names: Names,
}

/// Aliases by exact spelling, and by first word how many words an alias may have.
#[derive(Debug, Clone, Default)]
struct Names {
    aliases: HashMap<String, Known, super::words::BuildQuick>,
    reach: HashMap<String, usize, super::words::BuildQuick>,
    openings: Openings,
}

impl Names {
    fn add(&mut self, alias: &str, known: &Known) {
        let words: Vec<&str> = alias.split_whitespace().collect();
        let Some(first) = words.first() else { return };
        self.openings.add(first);
        let reach = self.reach.entry((*first).to_owned()).or_default();
        *reach = (*reach).max(words.len());
        self.aliases.entry(words.join(" ")).or_insert_with(|| known.clone());
    }

    fn longest(&self, words: &[&str]) -> Option<(&Known, usize)> {
        let first = *words.first()?;
        if !self.openings.may(first) {
            return None;
        }
        let reach = (*self.reach.get(first)?).min(words.len());
        if reach == 1 {
            return self.aliases.get(first).map(|known| (known, 1));
        }
        (1..=reach).rev().find_map(|n| self.aliases.get(&words[..n].join(" ")).map(|known| (known, n)))
    }
}

/// Languages of the country table's columns, and its rows: code, then a name for each language.
static COUNTRIES: LazyLock<(Vec<&'static str>, Vec<Vec<&'static str>>)> = LazyLock::new(|| {
    let mut rows = include_str!("tables/countries.tsv").lines();
    let head = rows.next().unwrap_or("").split('\t').skip(1).collect();
    (head, rows.map(|row| row.split('\t').collect()).collect())
});

static BUILT_IN: LazyLock<Names> = LazyLock::new(|| {
    let mut names = Names::default();
    let (_, rows) = &*COUNTRIES;
    for (row, cells) in rows.iter().enumerate() {
        let Some(english) = cells.get(1) else { continue };
        let known = Known { kind: Kind::Country, name: (*english).to_owned(), country: Some(row) };
        for name in &cells[1..] {
            names.add(name, &known);
        }
    }
    for row in include_str!("tables/demonyms.tsv").lines() {
        let mut cells = row.split('\t');
        let Some(code) = cells.next() else { continue };
        let Some(at) = rows.iter().position(|r| r[0] == code) else { continue };
        let known = Known { kind: Kind::Country, name: rows[at][1].to_owned(), country: Some(at) };
        for name in cells {
            names.add(name, &known);
        }
    }
    for row in include_str!("tables/organisations.tsv").lines() {
        let mut cells = row.split('\t');
        let Some(name) = cells.next() else { continue };
        let known = Known { kind: Kind::Organisation, name: name.to_owned(), country: None };
        for alias in cells {
            names.add(alias, &known);
        }
    }
    names
});

/// Built-in names in scripts without spaces.
static UNSPACED: LazyLock<Vec<(&'static str, &'static Known)>> = LazyLock::new(|| {
    let all = BUILT_IN.aliases.iter().map(|(alias, known)| (alias.as_str(), known));
    all.filter(|(alias, _)| is_unspaced(alias)).collect()
});

/// Whether a name is of a script without spaces, and longer than a character.
fn is_unspaced(alias: &str) -> bool {
    alias.chars().count() > 1
        && alias.chars().all(|c| super::words::is_unspaced(c) || super::words::is_hangul(c))
}

impl Vocabulary {
    /// From `[tags]` of site.toml: display name -> aliases. The name is its own alias.
    #[must_use]
    pub fn new(tags: &BTreeMap<String, Vec<String>>) -> Self {
        let mut names = Names::default();
        for (name, aliases) in tags {
            let known = Known { kind: Kind::Vocabulary, name: name.clone(), country: None };
            for alias in std::iter::once(name).chain(aliases) {
                names.add(alias, &known);
            }
        }
        Self { names }
    }

    /// The longest known name at the front of the words, the site's own first, and its length in words.
    pub(super) fn longest(&self, words: &[&str]) -> Option<(&Known, usize)> {
        let own = self.names.longest(words);
        let built_in = BUILT_IN.longest(words);
        match (own, built_in) {
            (Some(own), Some(other)) if other.1 > own.1 => Some(other),
            (Some(own), _) => Some(own),
            (None, other) => other,
        }
    }

    /// The site's name for a country or organisation: a vocabulary entry that has it as an alias wins.
    pub(super) fn display<'a>(&'a self, known: &'a Known, language: Option<&str>) -> &'a str {
        if let Some(own) = self.names.aliases.get(&known.name) {
            return &own.name;
        }
        let (languages, rows) = &*COUNTRIES;
        known
            .country
            .zip(language.and_then(|l| languages.iter().position(|known| *known == l)))
            .and_then(|(row, column)| rows[row].get(column + 1))
            .map_or(known.name.as_str(), |name| *name)
    }

    /// Names in scripts without spaces that a text contains.
    pub(super) fn unspaced<'a>(&'a self, text: &str) -> Vec<(&'a Known, usize)> {
        let own = self.names.aliases.iter().map(|(alias, known)| (alias.as_str(), known));
        let times = |alias: &str| memchr::memmem::find_iter(text.as_bytes(), alias.as_bytes()).count();
        let mut found: Vec<(&str, &Known, usize)> = UNSPACED
            .iter()
            .copied()
            .chain(own.filter(|(alias, _)| is_unspaced(alias)))
            .map(|(alias, known)| (alias, known, times(alias)))
            .filter(|(_, _, count)| *count > 0)
            .collect();
        found.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(b.0)));
        found.into_iter().map(|(_, known, count)| (known, count)).collect()
    }
}
