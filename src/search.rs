//! The words that readers search for, and the files in which they are found.
//!
//! A shard holds the words of some articles, spread over a number of files by the first letters of a word, so that a
//! query reads one small file a word. [`each_word`] and [`bucket`] are written a second time, for browsers, in
//! `static/js/search.js`; `tests/browser/search.test.mjs` runs both over the same texts.

use std::collections::{BTreeSet, HashMap};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longer words are no words.
const LONGEST: usize = 40;

/// Letters of a word that decide in which file it is: a query for its beginning needs as many.
const LETTERS: usize = 3;

/// Whether a language writes ä as ae where it has to.
fn spells_umlauts(lang: &str) -> bool {
    lang.get(..2).is_some_and(|primary| primary.eq_ignore_ascii_case("de"))
        && !matches!(lang.as_bytes().get(2), Some(c) if *c != b'-')
}

/// Marks that readers leave out: accents, vowel signs of Arabic and Hebrew, the sound mark of kana, the Arabic line.
fn is_left_out(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{640}'
        | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6ed}' | '\u{3099}' | '\u{309a}' | '\u{ad}' | '\u{200c}' | '\u{200d}')
}

/// Scripts without spaces between words: found by pairs of letters.
fn runs_on(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_arabic(c: char) -> bool {
    ('\u{620}'..='\u{6ff}').contains(&c)
}

/// Folds one small letter: what readers write in several ways becomes one.
fn push_folded(word: &mut String, c: char) {
    match c {
        'ı' => word.push('i'),
        'ß' => word.push_str("ss"),
        'æ' => word.push_str("ae"),
        'œ' => word.push_str("oe"),
        'ø' => word.push('o'),
        'đ' => word.push('d'),
        'ł' => word.push('l'),
        'ς' => word.push('σ'),
        'ى' | 'ی' => word.push('ي'),
        'ة' => word.push('ه'),
        'ک' => word.push('ك'),
        '٠'..='٩' => word.push(char::from(b'0' + (c as u32 - 0x660) as u8)),
        '۰'..='۹' => word.push(char::from(b'0' + (c as u32 - 0x6f0) as u8)),
        c => word.push(c),
    }
}

/// Gives each word of a text to `each`, as the index has it: without case, accents and what else readers leave out.
///
/// Letters of one sound in Arabic are one (أ إ آ ا, ى ي, ة ه) and the article before a word is left out; i, ı, I and İ are
/// one; ä, ae and a are one where `lang` is German; Chinese, Japanese, Thai and the like are cut into pairs of letters.
pub fn each_word(text: &str, lang: &str, mut each: impl FnMut(&str)) {
    let umlauts = spells_umlauts(lang);
    let mut word = String::new();
    let mut run: Option<char> = None;
    let mut alone = false;
    let mut pair = String::new();
    let mut take = |c: char| {
        if is_left_out(c) {
            return;
        }
        let is_run = runs_on(c);
        let is_letter = !is_run && (c.is_alphanumeric() || is_combining_mark(c));
        if !is_letter && !word.is_empty() {
            finish(&mut word, umlauts, &mut each);
        }
        if is_run && (c.is_alphanumeric() || is_combining_mark(c)) {
            pair.clear();
            match run {
                Some(before) => {
                    pair.extend([before, c]);
                    each(&pair);
                    alone = false;
                }
                None => alone = true,
            }
            run = Some(c);
            return;
        }
        if let Some(single) = run.take().filter(|_| alone) {
            each(single.encode_utf8(&mut [0; 4]));
        }
        if is_letter {
            push_folded(&mut word, c);
        }
    };
    if text.is_ascii() {
        text.chars().for_each(|c| take(c.to_ascii_lowercase()));
    } else {
        text.nfkd().flat_map(char::to_lowercase).for_each(&mut take);
    }
    take(' ');
}

/// Gives a finished word on, and begins the next.
fn finish(word: &mut String, umlauts: bool, each: &mut impl FnMut(&str)) {
    let mut found = std::mem::take(word);
    if umlauts && found.contains('e') {
        for (written, meant) in [("ae", "a"), ("oe", "o"), ("ue", "u")] {
            found = found.replace(written, meant);
        }
    }
    let bare = if found.chars().next().is_some_and(is_arabic) { without_article(&found) } else { &found };
    let letters = bare.chars().take(LONGEST + 1).count();
    if (2..=LONGEST).contains(&letters) {
        each(bare);
    }
    found.clear();
    *word = found;
}

/// An Arabic word without the article and what is written together with it (after Larkey's light stemmer).
fn without_article(word: &str) -> &str {
    let rest = ["وال", "بال", "كال", "فال", "ال", "لل"].iter().find_map(|article| word.strip_prefix(article));
    rest.filter(|rest| rest.chars().nth(LETTERS - 1).is_some()).unwrap_or(word)
}

/// The file of a shard in which a word is, of so many: a power of two.
#[must_use]
pub fn bucket(word: &str, buckets: u32) -> u32 {
    let letters = if word.chars().next().is_some_and(runs_on) { 1 } else { LETTERS };
    let hash = hashed(word.chars().take(letters));
    (hash ^ (hash >> 16)) & (buckets - 1)
}

/// Files of words for which there is one filter, in shards of many; those of few have some more, so that none is large.
const FILTERED: u32 = 8;
/// Filters of a shard that has as many files, at least.
const FEWEST: u32 = 4;

/// How many filters a shard of so many files has.
#[must_use]
pub fn filters(buckets: u32) -> u32 {
    (buckets / FILTERED).max(buckets.min(FEWEST))
}

/// Beginnings of words that a filter knows, in letters. What a query's word finds has its first letters but three, or more.
const BEGINNINGS: std::ops::RangeInclusive<usize> = 3..=6;

/// Bits of a filter for each beginning in it, of which three are set: one in sixteen that are not in it seem to be.
const BITS: usize = 6;

/// A Bloom filter over the beginnings of words. A search reads it before the files of words of older periods, most of which
/// have nothing for a rare word.
fn filter(beginnings: &BTreeSet<&str>) -> Vec<u8> {
    /// Bytes of one in which nothing is.
    const SMALLEST: usize = 8;
    let mut bytes = vec![0; (beginnings.len() * BITS).div_ceil(8).max(SMALLEST)];
    let bits = bytes.len() as u32 * 8;
    for beginning in beginnings {
        let hash = hashed(beginning.chars());
        let step = hash.rotate_left(16).wrapping_mul(0x9e37_79b1);
        for times in 0..3 {
            let bit = hash.wrapping_add(step.wrapping_mul(times)) % bits;
            bytes[bit as usize / 8] |= 1 << (bit % 8);
        }
    }
    bytes
}

/// FNV-1a over code points.
fn hashed(letters: impl Iterator<Item = char>) -> u32 {
    letters.fold(0x811c_9dc5, |hash: u32, c| (hash ^ c as u32).wrapping_mul(0x0100_0193))
}

/// The files of a shard.
pub struct Files {
    /// Words, by [`bucket`].
    pub words: Vec<Vec<u8>>,
    /// Filters: a word's has the lower bits of its bucket for a number.
    pub filters: Vec<Vec<u8>>,
}

/// What a word weighs where it stands; 0 to 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// In the text.
    Text,
    /// Often in the text.
    Often,
    /// In the summary, or among tags and names.
    Summary,
    /// In the headline.
    Title,
}

/// Times a word stands in a text that is often.
const OFTEN: usize = 3;

/// The words of some articles, in their order.
#[derive(Default)]
pub struct Shard {
    words: HashMap<String, Postings>,
    articles: u32,
}

/// Where a word stands.
#[derive(Default)]
struct Postings {
    /// One more than the last article.
    next: u32,
    bytes: Vec<u8>,
}

impl Shard {
    /// Adds an article: pieces of text with what their words weigh.
    pub fn add<'t>(&mut self, pieces: impl IntoIterator<Item = (&'t str, Weight)>, lang: &str) {
        let mut letters = String::new();
        let mut found: Vec<(usize, usize, Weight)> = Vec::new();
        for (text, weight) in pieces {
            each_word(text, lang, |word| {
                let from = letters.len();
                letters.push_str(word);
                found.push((from, letters.len(), weight));
            });
        }
        found.sort_unstable_by(|a, b| letters[a.0..a.1].cmp(&letters[b.0..b.1]));
        for same in found.chunk_by(|a, b| letters[a.0..a.1] == letters[b.0..b.1]) {
            let heaviest = same.iter().map(|one| one.2).max().unwrap_or(Weight::Text);
            let weight = if same.len() >= OFTEN { heaviest.max(Weight::Often) } else { heaviest };
            let word = &letters[same[0].0..same[0].1];
            let postings = match self.words.get_mut(word) {
                Some(postings) => postings,
                None => self.words.entry(word.to_owned()).or_default(),
            };
            push_number(&mut postings.bytes, (self.articles - postings.next) * 4 + weight as u32);
            postings.next = self.articles + 1;
        }
        self.articles += 1;
    }

    /// The files of the shard. Each line has a word, of which the first character says how many letters it has in common
    /// with the one before, a tab, and numbers: four times the articles between, and the weight.
    #[must_use]
    pub fn files(self, buckets: u32) -> Files {
        let mut words: Vec<(String, Postings)> = self.words.into_iter().collect();
        words.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut files = vec![Vec::new(); buckets as usize];
        let mut before = vec![""; buckets as usize];
        let mut beginnings = vec![BTreeSet::new(); filters(buckets) as usize];
        for (word, postings) in &words {
            let at = bucket(word, buckets) as usize;
            if !word.starts_with(runs_on) {
                let part = at & (beginnings.len() - 1);
                let ends = word.char_indices().map(|(end, _)| end).chain([word.len()]).enumerate();
                let ends = ends.filter(|(letters, _)| BEGINNINGS.contains(letters));
                beginnings[part].extend(ends.map(|(_, end)| &word[..end]));
            }
            let common = before[at].chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
            let rest = word.char_indices().nth(common).map_or("", |(from, _)| &word[from..]);
            // At most 40 letters: one printable character.
            files[at].push(DIGIT + common as u8);
            files[at].extend_from_slice(rest.as_bytes());
            files[at].push(b'\t');
            files[at].extend_from_slice(&postings.bytes);
            files[at].push(b'\n');
            before[at] = word;
        }
        Files { words: files, filters: beginnings.iter().map(filter).collect() }
    }
}

/// The first digit of numbers in these files.
const DIGIT: u8 = b'0';

/// Appends a number, five bits a character, the low ones first; each but the last has the sixth bit set.
fn push_number(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 32 {
        bytes.push(DIGIT + 32 + (number & 31) as u8);
        number >>= 5;
    }
    bytes.push(DIGIT + number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, lang: &str) -> String {
        let mut words = Vec::new();
        each_word(text, lang, |word| words.push(word.to_owned()));
        words.join(" ")
    }

    #[test]
    fn what_readers_write_in_several_ways_is_one_word() {
        let cases = [
            ("en", "The Harbour’s café, a 24-hour stop", "the harbour cafe 24 hour stop"),
            ("tr", "İSTANBUL ISTANBUL istanbul ıstanbul", "istanbul istanbul istanbul istanbul"),
            ("tr", "Saltmere'de Işık", "saltmere de isik"),
            ("de", "Müller Mueller Straße STRASSE", "muller muller strasse strasse"),
            ("en", "poet value", "poet value"),
            ("ar", "المدينة والمدينة مَدينةٌ مدينه", "مدينه مدينه مدينه مدينه"),
            ("ar", "أحمد إحمد آحمد على علي الله", "احمد احمد احمد علي علي الله"),
            ("ar", "١٢٣ ۱۲۳", "123 123"),
            ("ja", "東京タワーへ", "東京 京タ タワ ワー ーへ"),
            ("zh", "港 port 港口", "港 port 港口"),
            ("ko", "서울", "서울"),
            ("el", "ΟΔΟΣ οδός", "οδοσ οδοσ"),
            ("hi", "हिन्दी", "हिन्दी"),
        ];
        for (lang, text, expected) in cases {
            let expected: String = expected.nfkd().filter(|c| !is_left_out(*c) || *c == ' ').collect();
            assert_eq!(words(text, lang), expected, "{text}");
        }
    }

    #[test]
    fn a_shard_can_be_read_back() {
        let mut shard = Shard::default();
        shard.add([("Ferry stops", Weight::Title), ("the ferry", Weight::Text)], "en");
        for _ in 0..20 {
            shard.add([("nothing", Weight::Text)], "en");
        }
        shard.add([("ferry ferry ferries ferry", Weight::Text)], "en");
        let files = shard.files(1);
        // Article 0 with weight 3; then 20 between and weight 1: 81 = 17 + 2 * 32.
        let text = String::from_utf8(files.words[0].clone()).expect("text");
        assert!(text.starts_with("0ferries\t"), "{text}");
        assert!(text.contains("\n4y\t3a2\n"), "{text}");
    }
}
