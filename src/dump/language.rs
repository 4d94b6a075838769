//! Which language a text is in: scripts first, then stop words, then letter statistics.

use std::sync::LazyLock;

use super::lexicon::lexicon;
use super::words;

/// Position of each language in the stop-word table, in the table's order.
static LANGUAGES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    include_str!("tables/stopwords.tsv").lines().filter_map(|row| row.split('\t').next()).collect()
});

/// All stop words with their languages, one bit each.
pub(super) fn stop_words() -> impl Iterator<Item = (&'static str, u32)> {
    include_str!("tables/stopwords.tsv").lines().enumerate().flat_map(|(language, row)| {
        row.split('\t').nth(1).unwrap_or("").split(' ').map(move |word| (word, 1 << language))
    })
}

/// The languages in which a lower-case word is a stop word, one bit each; 0 for none.
pub(super) fn stop_bits(word: &str) -> u32 {
    lexicon().of(words::hash(word)).stops
}

/// Votes for languages, one a stop word.
#[derive(Debug, Clone)]
pub(super) struct Votes {
    counts: [u32; 32],
    /// Words that are stop words of any language.
    any: u32,
}

impl Votes {
    /// No vote yet.
    pub(super) fn new() -> Self {
        Self { counts: [0; 32], any: 0 }
    }

    /// Adds a word's votes.
    pub(super) fn add(&mut self, bits: u32) {
        self.any += u32::from(bits != 0);
        let mut rest = bits;
        while rest != 0 {
            self.counts[rest.trailing_zeros() as usize] += 1;
            rest &= rest - 1;
        }
    }

    /// Adds the votes of others.
    pub(super) fn add_all(&mut self, others: &Self) {
        self.any += others.any;
        self.counts.iter_mut().zip(&others.counts).for_each(|(own, other)| *own += other);
    }

    /// Whether one language has many votes and all others far fewer.
    fn is_clear(&self) -> bool {
        let (mut best, mut second) = (0, 0);
        for count in self.counts {
            if count > best {
                (best, second) = (count, best);
            } else {
                second = second.max(count);
            }
        }
        best >= 40 && best * 2 >= second * 3
    }

    /// Votes for languages by their bits; all bits: words that are stop words of any.
    pub(super) fn of(&self, languages: u32) -> u32 {
        if languages == u32::MAX { self.any } else { self.counts[languages.trailing_zeros() as usize] }
    }

    /// Bit of the leading language; all bits when nothing was voted.
    pub(super) fn leader(&self) -> u32 {
        let best = self.counts.iter().copied().max().unwrap_or(0);
        if best == 0 {
            return u32::MAX;
        }
        self.counts.iter().position(|c| *c == best).map_or(u32::MAX, |at| 1 << at)
    }
}

/// A language and whether it is sure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guess {
    /// ISO 639-1.
    pub(super) code: String,
    /// False: short or contradictory text, or the site's default.
    pub(super) sure: bool,
}

/// Longest text looked at, in bytes.
const SAMPLE: usize = 6000;
/// Bytes read between two looks at whether a text's language is clear.
const STEP: usize = 800;

/// Identifies the language of a text; `prior` decides where the text does not.
pub(super) fn identify(text: &str, prior: Option<&str>) -> Option<Guess> {
    let mut cut = text.len().min(SAMPLE);
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    let sample = &text[..cut];
    if let Some(code) = by_script(sample) {
        return Some(Guess { code: code.to_owned(), sure: true });
    }
    let lexicon = lexicon();
    let mut votes = Votes::new();
    let mut total = 0;
    // Most texts are clear after a few sentences.
    let mut rest = sample;
    while !rest.is_empty() && !votes.is_clear() {
        let mut end = rest.len().min(STEP);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let end = rest[end..].find(' ').map_or(rest.len(), |blank| end + blank);
        words::hashed(&rest[..end], |word| {
            total += 1;
            votes.add(lexicon.of(word.hash).stops);
        });
        rest = &rest[end..];
    }
    let mut order: Vec<usize> = (0..LANGUAGES.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(votes.counts[*at]));
    let (best, second) = (votes.counts[order[0]], votes.counts[order[1]]);
    if best >= 8 && best * 10 >= total && best * 10 >= second * 11 {
        let sure = best >= 20 && best * 100 >= second * 120;
        return Some(Guess { code: LANGUAGES[order[0]].to_owned(), sure });
    }
    let prior = prior.map(|p| p.split(['-', '_']).next().unwrap_or(p).to_lowercase());
    let info = whatlang::detect(sample);
    if let Some(info) = &info
        && info.is_reliable()
        && let Some(code) = two_letters(info.lang().code())
    {
        return Some(Guess { code: code.to_owned(), sure: true });
    }
    if let Some(prior) = prior {
        return Some(Guess { code: prior, sure: false });
    }
    if best >= 3 {
        return Some(Guess { code: LANGUAGES[order[0]].to_owned(), sure: false });
    }
    info.and_then(|info| two_letters(info.lang().code()))
        .map(|code| Guess { code: code.to_owned(), sure: false })
}

/// Languages that their script gives away.
fn by_script(text: &str) -> Option<&'static str> {
    // The first bytes of characters from U+0E00 on, but for those of U+2000 to U+2FFF: typographic marks.
    if !text.bytes().fold(false, |any, b| any | ((b >= 0xe0) & (b != 0xe2)))
        || !text.chars().any(|c| c >= '\u{e00}' && !('\u{1e00}'..'\u{3040}').contains(&c))
    {
        return None;
    }
    let (mut han, mut kana, mut hangul, mut thai, mut letters) = (0, 0, 0, 0, 0);
    for c in text.chars().filter(|c| words::is_alphabetic(*c)) {
        letters += 1;
        match u32::from(c) {
            0x3040..=0x30ff => kana += 1,
            0x3400..=0x9fff => han += 1,
            0xac00..=0xd7a3 => hangul += 1,
            0x0e00..=0x0e7f => thai += 1,
            _ => {}
        }
    }
    if letters == 0 {
        return None;
    }
    let most = |n: usize| n * 10 >= letters * 3;
    if most(hangul) {
        Some("ko")
    } else if kana * 20 >= letters && most(kana + han) {
        Some("ja")
    } else if most(han) {
        Some("zh")
    } else if most(thai) {
        Some("th")
    } else {
        None
    }
}

/// ISO 639-3 to 639-1 for the languages that the statistics know.
fn two_letters(code: &str) -> Option<&'static str> {
    const CODES: &[(&str, &str)] = &[
        ("eng", "en"),
        ("deu", "de"),
        ("fra", "fr"),
        ("spa", "es"),
        ("por", "pt"),
        ("ita", "it"),
        ("nld", "nl"),
        ("tur", "tr"),
        ("rus", "ru"),
        ("ukr", "uk"),
        ("pol", "pl"),
        ("swe", "sv"),
        ("dan", "da"),
        ("nob", "no"),
        ("fin", "fi"),
        ("ces", "cs"),
        ("slk", "sk"),
        ("slv", "sl"),
        ("hrv", "hr"),
        ("srp", "sr"),
        ("bul", "bg"),
        ("mkd", "mk"),
        ("bel", "be"),
        ("hun", "hu"),
        ("ron", "ro"),
        ("ell", "el"),
        ("ara", "ar"),
        ("pes", "fa"),
        ("urd", "ur"),
        ("heb", "he"),
        ("yid", "yi"),
        ("hin", "hi"),
        ("ben", "bn"),
        ("tam", "ta"),
        ("tel", "te"),
        ("mar", "mr"),
        ("guj", "gu"),
        ("kan", "kn"),
        ("mal", "ml"),
        ("pan", "pa"),
        ("ind", "id"),
        ("jav", "jv"),
        ("vie", "vi"),
        ("tgl", "tl"),
        ("cmn", "zh"),
        ("jpn", "ja"),
        ("kor", "ko"),
        ("tha", "th"),
        ("kat", "ka"),
        ("hye", "hy"),
        ("aze", "az"),
        ("uzb", "uz"),
        ("tuk", "tk"),
        ("est", "et"),
        ("lav", "lv"),
        ("lit", "lt"),
        ("cat", "ca"),
        ("epo", "eo"),
        ("lat", "la"),
        ("afr", "af"),
    ];
    CODES.iter().find(|(three, _)| *three == code).map(|(_, two)| *two)
}
