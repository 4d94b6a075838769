//! Names that are known before a text is read: the site's vocabulary, countries with demonyms, organisations.
//!
//! Country names are from Unicode CLDR; demonyms and organisations are our own tables.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use super::words::{BuildQuick, Openings};

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
    pub(super) name: Cow<'static, str>,
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

/// Aliases by exact spelling, and what is known of them by their first words.
#[derive(Debug, Clone, Default)]
struct Names {
    aliases: HashMap<Cow<'static, str>, Known, BuildQuick>,
    firsts: HashMap<Box<str>, First, BuildQuick>,
    openings: Openings,
}

/// Aliases that share their first word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct First {
    /// Words of the longest.
    reach: usize,
    /// Bits of the second words: a quick no for most others ("the States", but "the" in any text).
    seconds: u64,
}

impl Names {
    fn add(&mut self, alias: Cow<'static, str>, known: &Known) {
        let words: Vec<&str> = alias.split_whitespace().collect();
        let Some(first) = words.first() else { return };
        self.openings.add(first);
        let before = self.firsts.get(*first).copied().unwrap_or_default();
        let seconds = words.get(1).map_or(0, |second| bit(second));
        let now = First { reach: before.reach.max(words.len()), seconds: before.seconds | seconds };
        if before != now {
            self.firsts.insert((*first).into(), now);
        }
        let tidy = words.len() == 1 && first.len() == alias.len();
        let alias = if tidy { alias } else { words.join(" ").into() };
        self.aliases.entry(alias).or_insert_with(|| known.clone());
    }

    fn longest(&self, words: &[&str]) -> Option<(&Known, usize)> {
        let first = *words.first()?;
        if !self.openings.may(first) {
            return None;
        }
        let First { reach, seconds } = *self.firsts.get(first)?;
        let mut reach = reach.min(words.len());
        if reach > 1 && seconds & bit(words[1]) != 0 {
            let mut alias = words[..reach].join(" ");
            while reach > 1 {
                if let Some(known) = self.aliases.get(alias.as_str()) {
                    return Some((known, reach));
                }
                reach -= 1;
                alias.truncate(alias.len() - words[reach].len() - 1);
            }
        }
        self.aliases.get(first).map(|known| (known, 1))
    }

    /// Those of scripts without spaces that are longer than a character.
    fn unspaced(&self) -> Unspaced<'_> {
        let unspaced = |c| super::words::is_unspaced(c) || super::words::is_hangul(c);
        let mut out = Unspaced::default();
        let mut all: Vec<_> = self.aliases.iter().filter(|(alias, _)| alias.chars().all(unspaced)).collect();
        all.sort_unstable_by_key(|(alias, _)| *alias);
        for (alias, known) in all {
            let mut chars = alias.chars();
            if let (Some(first), Some(_)) = (chars.next(), chars.next()) {
                out.entry(first).or_default().push((alias, known));
            }
        }
        out
    }
}

/// One of 64 bits, for a word.
fn bit(word: &str) -> u64 {
    1 << (super::words::hash(word) >> 58)
}

/// Languages of the country table's columns, and its rows: code, then a name for each language.
static COUNTRIES: LazyLock<(Vec<&'static str>, Vec<Vec<&'static str>>)> = LazyLock::new(|| {
    let mut rows = include_str!("tables/countries.tsv").lines();
    let head = rows.next().unwrap_or("").split('\t').skip(1).collect();
    (head, rows.map(|row| row.split('\t').collect()).collect())
});

static BUILT_IN: LazyLock<Names> = LazyLock::new(|| {
    let (_, rows) = &*COUNTRIES;
    let mut names = Names::default();
    names.aliases.reserve(rows.len() * 16);
    names.firsts.reserve(rows.len() * 16);
    for (row, cells) in rows.iter().enumerate() {
        let Some(english) = cells.get(1) else { continue };
        let known = Known { kind: Kind::Country, name: Cow::Borrowed(english), country: Some(row) };
        for name in &cells[1..] {
            names.add(Cow::Borrowed(name), &known);
        }
    }
    let codes: HashMap<&str, usize, BuildQuick> =
        rows.iter().enumerate().map(|(at, cells)| (cells[0], at)).collect();
    for row in include_str!("tables/demonyms.tsv").lines() {
        let mut cells = row.split('\t');
        let Some(at) = cells.next().and_then(|code| codes.get(code).copied()) else { continue };
        let known = Known { kind: Kind::Country, name: Cow::Borrowed(rows[at][1]), country: Some(at) };
        for name in cells {
            names.add(Cow::Borrowed(name), &known);
        }
    }
    for row in include_str!("tables/organisations.tsv").lines() {
        let mut cells = row.split('\t');
        let Some(name) = cells.next() else { continue };
        let known = Known { kind: Kind::Organisation, name: Cow::Borrowed(name), country: None };
        for alias in cells {
            names.add(Cow::Borrowed(alias), &known);
        }
    }
    names
});

/// Names in scripts without spaces, by their first character.
type Unspaced<'a> = HashMap<char, Vec<(&'a str, &'a Known)>, BuildQuick>;

static UNSPACED: LazyLock<Unspaced<'static>> = LazyLock::new(|| BUILT_IN.unspaced());

impl Vocabulary {
    /// From `[tags]` of site.toml: display name -> aliases. The name is its own alias.
    #[must_use]
    pub fn new(tags: &BTreeMap<String, Vec<String>>) -> Self {
        let mut names = Names::default();
        for (name, aliases) in tags {
            let known = Known { kind: Kind::Vocabulary, name: Cow::Owned(name.clone()), country: None };
            for alias in std::iter::once(name).chain(aliases) {
                names.add(Cow::Owned(alias.clone()), &known);
            }
        }
        Self { names }
    }

    /// The longest known name at the front of the words, the site's own first, and its length in words.
    pub(super) fn longest(&self, words: &[&str]) -> Option<(&Known, usize)> {
        let built_in = BUILT_IN.longest(words);
        let own = if self.names.firsts.is_empty() { None } else { self.names.longest(words) };
        match (own, built_in) {
            (Some(own), Some(other)) if other.1 > own.1 => Some(other),
            (Some(own), _) => Some(own),
            (None, other) => other,
        }
    }

    /// The site's name for a country or organisation: a vocabulary entry that has it as an alias wins.
    pub(super) fn display<'a>(&'a self, known: &'a Known, language: Option<&str>) -> &'a str {
        if let Some(own) = self.names.aliases.get(&*known.name) {
            return &own.name;
        }
        let (languages, rows) = &*COUNTRIES;
        known
            .country
            .zip(language.and_then(|l| languages.iter().position(|known| *known == l)))
            .and_then(|(row, column)| rows[row].get(column + 1))
            .map_or(&*known.name, |name| *name)
    }

    /// Names in scripts without spaces that a text contains.
    pub(super) fn unspaced<'a>(&'a self, text: &str) -> Vec<(&'a Known, usize)> {
        let own = self.names.unspaced();
        let mut found = times(&UNSPACED, text);
        found.extend(times(&own, text));
        found.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(b.0)));
        found.into_iter().map(|(_, known, count)| (known, count)).collect()
    }
}

/// How often each of some names stands in a text, of those that do.
fn times<'a>(names: &Unspaced<'a>, text: &str) -> Vec<(&'a str, &'a Known, usize)> {
    // How often, and where the last one ends.
    let mut seen: BTreeMap<&str, (&Known, usize, usize)> = BTreeMap::new();
    for (at, c) in text.char_indices() {
        for (alias, known) in names.get(&c).into_iter().flatten() {
            if text[at..].starts_with(alias) {
                let (_, count, end) = seen.entry(alias).or_insert((known, 0, 0));
                if at >= *end {
                    (*count, *end) = (*count + 1, at + alias.len());
                }
            }
        }
    }
    seen.into_iter().map(|(alias, (known, count, _))| (alias, known, count)).collect()
}
