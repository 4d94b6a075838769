//! Whether two texts tell the same story: MinHash over word shingles, and bands to find candidates.
//!
//! Pure and the same everywhere: fixed hash functions, whole numbers only. A signature is 128 bytes.

use std::collections::HashMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Hash functions of a signature.
const SIZE: usize = 64;
/// Words of a shingle.
const SHINGLE: usize = 4;
/// Values of a signature that make a band: two texts that agree on one band are compared.
const ROWS: usize = 3;
/// Bands of a signature.
const BANDS: usize = SIZE / ROWS;
/// Shingles below which a text is too short to be recognised by them.
const LEAST: u32 = 20;

/// Texts that agree on a band are compared each with each up to so many: a phrase that all texts of a paper
/// have must not make the work quadratic.
const CROWD: usize = 64;

/// What a text is recognised by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The low 16 bits of each minimum, as bytes: a ledger keeps them as they are.
    mins: Vec<u8>,
    /// Shingles of the text.
    shingles: u32,
}

/// How two texts are alike, as numbers out of [`SIZE`] and shingles: no rounding, no floating point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// Of 64 random shingles of both texts, those that both have.
    pub shared: u32,
    /// Shingles of the shorter and of the longer text.
    pub sizes: (u32, u32),
}

impl Signature {
    /// Of a text, plain or Markdown. Case, punctuation, escapes and link targets make no difference.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut mins = [u64::MAX; SIZE];
        let mut window = [0_u64; SHINGLE];
        let (mut words, mut shingles) = (0_usize, 0_u32);
        each_word(text, |word| {
            window.rotate_left(1);
            window[SHINGLE - 1] = word;
            words += 1;
            if words >= SHINGLE {
                shingles = shingles.saturating_add(1);
                let shingle = window.iter().fold(0, |hash, word| mix(hash ^ word));
                for (at, min) in (1_u64..).zip(&mut mins) {
                    *min = (*min).min(shingle.wrapping_mul(at * 2 + 0x9e37_79b9_7f4a_7c15).rotate_left(32));
                }
            }
        });
        if shingles < LEAST {
            return Self::default();
        }
        Self {
            mins: mins.iter().flat_map(|min| [min.to_le_bytes()[0], min.to_le_bytes()[1]]).collect(),
            shingles,
        }
    }

    /// Whether the text is long enough to be recognised.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.mins.len() == SIZE * 2
    }

    /// How alike two texts are; nothing if one of them is too short to say.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> Option<Likeness> {
        if !self.is_known() || !other.is_known() {
            return None;
        }
        let pairs = self.mins.chunks_exact(2).zip(other.mins.chunks_exact(2));
        let shared = u32::try_from(pairs.filter(|(a, b)| a == b).count()).unwrap_or(0);
        let (a, b) = (self.shingles, other.shingles);
        Some(Likeness { shared, sizes: (a.min(b), a.max(b)) })
    }

    /// Whether this text has a quarter more than the other.
    #[must_use]
    pub fn is_clearly_longer(&self, other: &Self) -> bool {
        u64::from(self.shingles) * 4 >= u64::from(other.shingles) * 5
    }

    fn bands(&self) -> impl Iterator<Item = u64> {
        self.mins.chunks_exact(ROWS * 2).take(BANDS).enumerate().map(|(at, band)| {
            band.chunks(2)
                .fold(mix(at as u64), |hash, pair| mix(hash ^ u64::from(pair[0]) ^ u64::from(pair[1]) << 8))
        })
    }
}

impl Likeness {
    /// The same story: most of both texts is common, or nearly all of the shorter stands in the longer.
    #[must_use]
    pub fn is_same_story(self) -> bool {
        self.shared >= 38 || self.shared >= 16 && self.contained() >= 75
    }

    /// The same story, where the days of both are known: what a paper prints again and again (weather,
    /// draws, tables) is alike in all but a few words, and a week later is no update.
    #[must_use]
    pub fn is_same_story_on(self, day: Option<i64>, other: Option<i64>) -> bool {
        const WEEK: u64 = 7 * 86_400;
        let is_far = day.zip(other).is_some_and(|(a, b)| a.abs_diff(b) > WEEK);
        if is_far { self.is_same_text() } else { self.is_same_story() }
    }

    /// The same text but for a few words.
    #[must_use]
    pub fn is_same_text(self) -> bool {
        self.shared >= 58
    }

    /// Per cent of the shorter text's shingles that the longer has, as far as the sample tells.
    fn contained(self) -> u64 {
        let (shared, size) = (u64::from(self.shared), SIZE as u64);
        let both = u64::from(self.sizes.0) + u64::from(self.sizes.1);
        100 * shared * both / ((size + shared) * u64::from(self.sizes.0.max(1)))
    }
}

/// All pairs of texts that tell the same story, by their places in the list, the smaller first; sorted.
/// `day` is a text's day where it is known.
#[must_use]
pub fn pairs(texts: &[(&Signature, Option<i64>)]) -> Vec<(usize, usize)> {
    let of_band = |band: usize| {
        let value = |at: usize| texts[at].0.bands().nth(band).map(|value| (value, at));
        let mut values: Vec<(u64, usize)> = (0..texts.len()).filter_map(value).collect();
        values.sort_unstable();
        let mut found = Vec::new();
        for crowd in values.chunk_by(|a, b| a.0 == b.0) {
            for (at, (_, second)) in crowd.iter().enumerate().skip(1) {
                let others = if at < CROWD { &crowd[..at] } else { &crowd[..1] };
                found.extend(others.iter().map(|(_, first)| (*first, *second)));
            }
        }
        found
    };
    let mut pairs: Vec<(usize, usize)> = (0..BANDS).into_par_iter().flat_map_iter(of_band).collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs.retain(|(a, b)| {
        let likeness = texts[*a].0.likeness(texts[*b].0);
        likeness.is_some_and(|likeness| likeness.is_same_story_on(texts[*a].1, texts[*b].1))
    });
    pairs
}

/// Finds texts like a given one among those that were added, without comparing with each. About 400 bytes a text: a
/// band is kept as the low half of its value, and the few texts that meet by chance are told apart when compared.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    /// Band -> the last link of its chain.
    last: HashMap<u32, u32>,
    /// The link before, of [`BANDS`] links a text; `u32::MAX` where there is none.
    before: Vec<u32>,
    /// The texts' numbers, in the order in which they came.
    numbers: Vec<u32>,
}

impl Neighbours {
    /// Adds a text under a number of the caller's.
    pub fn add(&mut self, number: u32, signature: &Signature) {
        if signature.is_known() {
            self.numbers.push(number);
            for band in signature.bands() {
                let link = u32::try_from(self.before.len()).unwrap_or(u32::MAX);
                self.before.push(self.last.insert(low(band), link).unwrap_or(u32::MAX));
            }
        }
    }

    /// Numbers of texts that may be like this one, smallest first.
    #[must_use]
    pub fn candidates(&self, signature: &Signature) -> Vec<u32> {
        let mut found = Vec::new();
        if signature.is_known() {
            for band in signature.bands() {
                let first = self.last.get(&low(band)).copied();
                let chain = std::iter::successors(first, |link| {
                    self.before.get(*link as usize).copied().filter(|before| *before != u32::MAX)
                });
                found.extend(
                    chain.take(CROWD).filter_map(|link| self.numbers.get(link as usize / BANDS)).copied(),
                );
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The low half of a band's value.
fn low(band: u64) -> u32 {
    u32::try_from(band & u64::from(u32::MAX)).unwrap_or(0)
}

/// Calls `word` with a hash of each word in lower case; where words are not set apart, of each character.
fn each_word(text: &str, mut word: impl FnMut(u64)) {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    let (mut hash, mut open) = (START, false);
    let mut chars = text.chars().peekable();
    let add = |c: char, hash: &mut u64| {
        if c.is_ascii() {
            *hash = (*hash ^ u64::from(u32::from(c.to_ascii_lowercase()))).wrapping_mul(0x0100_0000_01b3);
        } else {
            for c in c.to_lowercase() {
                *hash = (*hash ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3);
            }
        }
    };
    while let Some(c) = chars.next() {
        let alone = matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
        let part = c.is_alphanumeric() && !alone;
        if part {
            add(c, &mut hash);
            open = true;
            continue;
        }
        // An apostrophe within a word separates nothing.
        if open && matches!(c, '\'' | '’') && chars.peek().is_some_and(|next| next.is_alphanumeric()) {
            continue;
        }
        if open {
            word(mix(hash));
            (hash, open) = (START, false);
        }
        if alone {
            let mut single = START;
            add(c, &mut single);
            word(mix(single));
        }
        if c == ']' && chars.peek() == Some(&'(') {
            while chars.next_if(|c| !matches!(c, ')' | '\n')).is_some() {}
        }
    }
    if open {
        word(mix(hash));
    }
}

/// The finaliser of SplitMix64: every bit of the input moves every bit of the output.
fn mix(mut x: u64) -> u64 {
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(from: usize, to: usize) -> String {
        (from..to).map(|n| format!("word{} of paragraph {n}. ", n * 7)).collect()
    }

    #[test]
    fn same_stories() {
        let long = story(0, 120);
        for (name, a, b, same) in [
            ("itself", long.clone(), long.clone(), true),
            (
                "in other case and Markdown",
                long.clone(),
                long.to_uppercase().replace('.', "\\.").replace("OF", "[OF](https://a.example/b-c)"),
                true,
            ),
            ("with a paragraph more", long.clone(), story(0, 150), true),
            ("twice as long", long.clone(), story(0, 240), true),
            ("with another lead", long.clone(), story(12, 130), true),
            ("a third of it", long.clone(), story(80, 400), false),
            ("another story", long.clone(), story(500, 620), false),
            ("too short to say", "Rain is expected.".to_owned(), "Rain is expected.".to_owned(), false),
        ] {
            let (a, b) = (Signature::of(&a), Signature::of(&b));
            assert_eq!(
                a.likeness(&b).is_some_and(Likeness::is_same_story),
                same,
                "{name}: {:?}",
                a.likeness(&b)
            );
            let mut neighbours = Neighbours::default();
            neighbours.add(7, &a);
            if same {
                assert_eq!(neighbours.candidates(&b), [7], "{name}");
            }
        }
    }

    #[test]
    fn words_without_blanks() {
        let text = "北京奥运会开幕式在国家体育场举行，来自世界各地的运动员参加了这一盛会。";
        let a = Signature::of(text);
        assert!(a.is_known());
        assert!(a.likeness(&Signature::of(&format!("{text}完"))).is_some_and(Likeness::is_same_story));
    }
}
