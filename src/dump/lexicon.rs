//! What single words say by themselves, in one table, so that each word of a line is looked up once: stop words, words that
//! address the reader, words in, around and before names, months, weekdays.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::Weekday;

use super::{byline, dates, language, mark, tags, words};

/// What is known of a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// The languages of which it is a stop word, one bit each.
    pub(super) stops: u32,
    /// What it can be in or around a name.
    pub(super) kinds: byline::Kinds,
    /// The month that it names, from 1; 0 for none.
    pub(super) month: u8,
    pub(super) weekday: Option<Weekday>,
    /// It addresses the reader.
    pub(super) second: bool,
    /// It stands before names or opens sentences.
    pub(super) front: bool,
}

/// Entries by hash, which stands for the word: 64 bits over a few thousand words of our own.
pub(super) struct Lexicon {
    entries: HashMap<u64, Entry, words::BuildQuick>,
    /// Sixteen bits of each hash, as a set: a quick no for most words.
    fronts: Box<[u64; 1024]>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon { entries: HashMap::default(), fronts: Box::new([0; 1024]) };
    for (word, languages) in language::stop_words() {
        lexicon.entry(word).stops |= languages;
    }
    for (word, kind) in byline::name_words() {
        lexicon.entry(word).kinds |= kind;
    }
    for (word, month) in dates::months() {
        let known = &mut lexicon.entry(word).month;
        *known = if *known == 0 { month } else { *known };
    }
    for (word, weekday) in dates::weekday_names() {
        lexicon.entry(word).weekday = Some(weekday);
    }
    mark::SECOND.iter().for_each(|word| lexicon.entry(word).second = true);
    tags::fronts().for_each(|word| lexicon.entry(word).front = true);
    lexicon
});

impl Lexicon {
    fn entry(&mut self, word: &str) -> &mut Entry {
        let hash = words::hash(word);
        let (at, bit) = Self::front(hash);
        self.fronts[at] |= bit;
        self.entries.entry(hash).or_default()
    }

    /// Where a hash has its bit.
    fn front(hash: u64) -> (usize, u64) {
        ((hash >> 38 & 1023) as usize, 1 << (hash >> 32 & 63))
    }

    /// What is known of a word in lower case, given its [`words::hash`].
    pub(super) fn of(&self, hash: u64) -> Entry {
        let (at, bit) = Self::front(hash);
        if self.fronts[at] & bit == 0 {
            return Entry::default();
        }
        self.entries.get(&hash).copied().unwrap_or_default()
    }
}

/// The one lexicon.
pub(super) fn lexicon() -> &'static Lexicon {
    &LEXICON
}

/// What is known of a word, in any case.
pub(super) fn look_up(word: &str) -> Entry {
    LEXICON.of(words::hash_lower(word))
}
