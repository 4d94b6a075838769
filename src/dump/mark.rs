//! What each line looks like by itself: ends, case, stop words, chrome rules, dates, bylines, credits.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::byline::{self, Byline};
use super::chrome::{self, Rule};
use super::dates::{self, Found, Known};
use super::language::{self, Votes};
use super::line::Line;
use super::words::{self, End};
use super::{agency, caption};

/// One line's looks.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) end: End,
    /// The chrome rule that names it.
    pub(super) rule: Option<Rule>,
    /// Tokens made of letters or digits.
    pub(super) tokens: u32,
    /// Stop words of the dump's language.
    pub(super) stops: u32,
    /// Words with a capital, the first left out.
    pub(super) capitals: u32,
    /// Words that address the reader.
    pub(super) second: u32,
    /// Digits among the characters, 0 to 1.
    pub(super) digits: f32,
    pub(super) all_caps: bool,
    pub(super) lower_start: bool,
    pub(super) quote_start: bool,
    pub(super) bullet: bool,
    /// `|`, `»`, `•`, `>` inside the line.
    pub(super) separators: u32,
    /// An address: URL, e-mail, handle.
    pub(super) address: bool,
    /// Two words run together ("TodayShare").
    pub(super) glued: u32,
    /// Dates in a line short enough to be about them.
    pub(super) dates: Vec<Found>,
    pub(super) byline: Option<Byline>,
    pub(super) credit: bool,
    pub(super) dateline: bool,
    /// Words of running text: about 0 for menus, the line's word count for prose.
    pub(super) prose: f32,
}

/// Longest line, in words, that is read as a date or byline line.
const SHORT: usize = 32;

/// Words that address the reader, per language; part of the evidence for promotion.
const SECOND: &[&str] = &[
    "you",
    "your",
    "you're",
    "you'll",
    "us",
    "our",
    "sie",
    "ihre",
    "ihr",
    "ihnen",
    "uns",
    "unser",
    "unsere",
    "unseren",
    "vous",
    "votre",
    "vos",
    "notre",
    "nos",
    "usted",
    "tu",
    "su",
    "nuestro",
    "nuestra",
    "você",
    "seu",
    "sua",
    "nosso",
    "nossa",
    "siz",
    "sizin",
    "bizi",
    "вы",
    "ваш",
    "вас",
    "нас",
    "наш",
    "هنا",
    "您",
    "我们",
    "click",
    "here",
    "please",
    "subscribe",
    "sign",
];

static SECOND_SET: LazyLock<HashSet<&'static str, words::BuildFnv>> =
    LazyLock::new(|| SECOND.iter().copied().collect());

/// Looks at all lines of a dump.
pub(super) fn marks(lines: &[Line], known: Known) -> Vec<Mark> {
    let tokens: Vec<Vec<(u32, bool)>> = lines.iter().map(|line| line_tokens(&line.text)).collect();
    let mut votes = Votes::new();
    for (bits, _) in tokens.iter().filter(|t| t.len() >= 12).flatten() {
        votes.add(*bits);
    }
    let leader = votes.leader();
    lines.iter().zip(&tokens).map(|(line, tokens)| mark(line, tokens, leader, known)).collect()
}

/// Stop-word bits and second-person flag of each word.
fn line_tokens(text: &str) -> Vec<(u32, bool)> {
    let mut lower = String::new();
    words::words(text)
        .map(|word| {
            lower.clear();
            if word.is_ascii() {
                lower.push_str(word);
                lower.make_ascii_lowercase();
            } else {
                lower.extend(
                    word.chars().flat_map(char::to_lowercase).map(|c| if c == '’' { '\'' } else { c }),
                );
            }
            (language::stop_bits(&lower), SECOND_SET.contains(lower.as_str()))
        })
        .collect()
}

fn mark(line: &Line, tokens: &[(u32, bool)], leader: u32, known: Known) -> Mark {
    let text = line.text.as_str();
    let end = words::end(text);
    let short = line.words <= SHORT;
    let has_digit = text.contains(|c: char| c.is_numeric());
    let rule =
        if line.words <= 90 { chrome::find(&words::without_digits(&line.folded), line.words) } else { None };
    // A dump may hold several languages: a long line speaks for itself.
    let own = if tokens.len() >= 10 { own_language(tokens) } else { leader };
    let votes = |language: u32| tokens.iter().filter(|(bits, _)| bits & language != 0).count();
    let stops = count(votes(leader).max(votes(own)));
    let capitals = count(
        text.split_whitespace()
            .skip(1)
            .filter(|w| words::capitalised(w.trim_start_matches(['"', '“', '(', '\'', '‘'])))
            .count(),
    );
    let chars = text.chars().count().max(1);
    let unspaced = !text.is_ascii() && text.chars().any(words::without_stop_words);
    let mut mark = Mark {
        end,
        rule,
        tokens: count(tokens.len()),
        stops,
        capitals,
        second: count(tokens.iter().filter(|(_, second)| *second).count()),
        digits: ratio(text.chars().filter(char::is_ascii_digit).count(), chars),
        all_caps: words::all_caps(text),
        lower_start: text.starts_with(char::is_lowercase),
        quote_start: text.starts_with(['"', '“', '„', '«', '‘', '\'', '「', '”']),
        bullet: text.starts_with(['•', '·', '*', '▪', '●', '►', '–', '—', '-', '■', '➤', '✓']),
        separators: count(text.matches(['|', '»', '•', '·', '>', '›', '/']).count()),
        address: text.contains("http") || text.contains("www.") || text.contains('@'),
        glued: glued(text),
        dates: if short && has_digit { dates::find(text, known) } else { Vec::new() },
        byline: if short { byline::read(text) } else { None },
        credit: line.words <= 120 && caption::has_credit(text),
        dateline: line.words >= 10 && agency::dateline(text).is_some(),
        prose: 0.0,
    };
    mark.prose = prose(&mark, line, unspaced);
    mark
}

/// The language that most of a line's stop words are of.
fn own_language(tokens: &[(u32, bool)]) -> u32 {
    let mut votes = Votes::new();
    for (bits, _) in tokens {
        votes.add(*bits);
    }
    votes.leader()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A share as `f32`; exact for the sizes of lines.
pub(super) fn ratio(part: usize, whole: usize) -> f32 {
    let small = |n: usize| f32::from(u16::try_from(n).unwrap_or(u16::MAX));
    small(part) / small(whole.max(1)).max(1.0)
}

/// Places where a small letter is followed by a capital.
fn glued(text: &str) -> u32 {
    let mut before = ' ';
    let mut found = 0;
    for c in text.chars() {
        found += u32::from(c.is_uppercase() && before.is_lowercase());
        before = c;
    }
    found
}

/// How much running text a line holds, in words.
fn prose(mark: &Mark, line: &Line, unspaced: bool) -> f32 {
    if mark.rule.is_some_and(|rule| !rule.weak) || line.words < 4 {
        return 0.0;
    }
    let size = f32::from(u16::try_from(line.words).unwrap_or(u16::MAX));
    let end = match mark.end {
        End::Stop => 1.0,
        End::Closed | End::Colon | End::Ellipsis => 0.5,
        End::Comma | End::Open => 0.15,
    };
    let share = if unspaced { 0.4 } else { ratio(mark.stops as usize, mark.tokens as usize) };
    let stop = (share / 0.25).min(1.0);
    let length = (size / 15.0).min(1.0);
    size * end * stop * length
}
