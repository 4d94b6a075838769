//! What each line looks like by itself: ends, case, stop words, chrome rules, dates, bylines, credits.

use super::byline::{self, Byline};
use super::chrome::{self, Rule};
use super::dates::{self, Found, Known};
use super::language::Votes;
use super::lexicon::lexicon;
use super::line::Line;
use super::repeats::Repeat;
use super::words::{self, End};
use super::{agency, caption, notice};

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
    /// What it says to the desk.
    pub(super) notice: Option<notice::Kind>,
    pub(super) credit: bool,
    pub(super) dateline: bool,
    /// Hashes of the line's content words cut to five characters, so that forms of a word meet; of pairs of characters
    /// in unspaced scripts.
    pub(super) stems: Vec<u64>,
    /// Hashes of its content words.
    pub(super) content: Vec<u64>,
    /// Words of running text: about 0 for menus, the line's word count for prose.
    pub(super) prose: f32,
}

impl Mark {
    /// Whether it has a date that says what it is.
    pub(super) fn labelled(&self) -> bool {
        self.dates.iter().any(|found| found.label != dates::Label::None)
    }
}

/// Longest line, in words, that is read as a date or byline line.
const SHORT: usize = 32;

/// Words that address the reader, per language; part of the evidence for promotion.
pub(super) const SECOND: &[&str] = &[
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

/// Looks at all lines of a dump.
pub(super) fn marks(lines: &[Line], repeats: &[Repeat], known: Known) -> Vec<Mark> {
    // A line that stood before, letter for letter, looks as it did there.
    let first = |at: usize| {
        let first = repeats[at].first;
        if lines[first].text == lines[at].text { first } else { at }
    };
    let firsts: Vec<usize> = (0..lines.len()).map(first).collect();
    let mut all: Vec<Option<Tokens>> = firsts
        .iter()
        .enumerate()
        .map(|(at, first)| (*first == at).then(|| tokens(&lines[at].text)))
        .collect();
    let mut votes = Votes::new();
    for tokens in firsts.iter().filter_map(|first| all[*first].as_ref()).filter(|t| t.count >= 12) {
        votes.add_all(&tokens.votes);
    }
    let leader = votes.leader();
    let mut marks: Vec<Mark> = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let looks = match all[at].take() {
            Some(tokens) => mark(line, tokens, leader, known),
            None => marks[firsts[at]].clone(),
        };
        marks.push(looks);
    }
    for at in 1..marks.len() {
        if lines[at - 1].words <= 2
            && marks[at].byline.as_ref().is_none_or(|byline| !byline.explicit)
            && let Some(byline) = byline::below(&lines[at - 1].text, &lines[at].text)
        {
            marks[at].byline = Some(byline);
            marks[at].credit = false;
        }
    }
    marks
}

/// A line's words, looked up once.
struct Tokens {
    count: u32,
    /// Languages in which each word is a stop word.
    votes: Votes,
    second: u32,
    stems: Vec<u64>,
    content: Vec<u64>,
}

fn tokens(text: &str) -> Tokens {
    let room = text.len() / 6 + 1;
    let mut out = Tokens {
        count: 0,
        votes: Votes::new(),
        second: 0,
        stems: Vec::with_capacity(room),
        content: Vec::with_capacity(room),
    };
    let lexicon = lexicon();
    words::hashed(text, |word| {
        let known = lexicon.of(word.hash);
        out.count += 1;
        out.votes.add(known.stops);
        out.second += u32::from(known.second);
        let content = known.stops == 0;
        if content && word.to - word.from > 3 {
            out.content.push(word.hash);
        }
        let unspaced = |c| words::is_unspaced(c) || words::is_hangul(c);
        if word.beyond && text[word.from..word.to].contains(unspaced) {
            let mut before = None;
            for c in text[word.from..word.to].chars() {
                if let Some(before) = before {
                    let mut pair = String::from(before);
                    pair.push(c);
                    out.stems.push(words::hash(&pair));
                }
                before = Some(c);
            }
        } else if content && word.length >= 3 {
            out.stems.push(word.stem);
        }
    });
    out
}

/// What the characters of a line say, in one pass.
#[derive(Default)]
struct Shape {
    /// Classes of all its characters.
    seen: u8,
    /// Words with a capital, the first left out.
    capitals: u32,
    /// Small letters followed by a capital.
    glued: u32,
    separators: u32,
    upper: u32,
    /// Digits of any script.
    numeric: bool,
    unspaced: bool,
}

/// Classes of characters, as bits.
const LOWER: u8 = 1;
const UPPER: u8 = 2;
const DIGIT: u8 = 4;
const SEPARATOR: u8 = 8;
const BLANK: u8 = 16;
const OPENER: u8 = 32;
const AT: u8 = 64;
/// What characters beyond ASCII begin with.
const BEYOND: u8 = 128;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 256 {
        classes[at] = match at as u8 {
            b'a'..=b'z' => LOWER,
            b'A'..=b'Z' => UPPER,
            b'0'..=b'9' => DIGIT,
            b'|' | b'>' | b'/' => SEPARATOR,
            b' ' | 9..=13 => BLANK,
            b'"' | b'(' | b'\'' => OPENER,
            b'@' => AT,
            0xc0.. => BEYOND,
            _ => 0,
        };
        at += 1;
    }
    classes
};

impl Shape {
    fn of(text: &str) -> Self {
        let mut shape = Self::default();
        for (at, byte) in text.bytes().enumerate() {
            let class = CLASSES[usize::from(byte)];
            shape.seen |= class;
            if class & (UPPER | SEPARATOR | BEYOND) != 0 {
                shape.notable(text, at, class);
            }
        }
        shape.numeric |= shape.seen & DIGIT != 0;
        shape
    }

    /// Looks at a capital, a separator, or a byte beyond ASCII.
    fn notable(&mut self, text: &str, at: usize, class: u8) {
        let class =
            if class == BEYOND { text[at..].chars().next().map_or(0, |c| self.beyond(c)) } else { class };
        self.seen |= class;
        self.separators += u32::from(class == SEPARATOR);
        if class == UPPER {
            self.upper += 1;
            let mut before = text[..at].chars().rev().map(class_of).peekable();
            self.glued += u32::from(before.peek() == Some(&LOWER));
            self.capitals += u32::from(before.find(|class| *class != OPENER) == Some(BLANK));
        }
    }

    /// The class of a character beyond ASCII.
    fn beyond(&mut self, c: char) -> u8 {
        if !('\u{2010}'..='\u{2026}').contains(&c) {
            self.numeric |= words::is_numeric(c);
            self.unspaced |= words::without_stop_words(c);
        }
        class_of(c)
    }

    /// Whether it has capitals and no small letters.
    fn all_caps(&self) -> bool {
        self.seen & LOWER == 0 && self.upper > 1
    }
}

/// The class of a character; 0 for none of them.
fn class_of(c: char) -> u8 {
    match c {
        '\0'..='\x7f' => CLASSES[c as usize],
        '“' | '‘' => OPENER,
        '’' | '”' | '–' | '—' | '…' => 0,
        '»' | '•' | '·' | '›' => SEPARATOR,
        c if c.is_lowercase() => LOWER,
        c if c.is_uppercase() => UPPER,
        c if c.is_whitespace() => BLANK,
        _ => 0,
    }
}

/// The share of digits among the characters of a line.
fn digits(text: &str) -> f32 {
    ratio(text.bytes().map(|byte| usize::from(byte.is_ascii_digit())).sum(), text.chars().count())
}

/// Whether the address of a page stands in a text.
fn has_address(text: &str) -> bool {
    let bytes = text.as_bytes();
    // A quick no, as a whole-slice test, which compilers make fast: both forms have a letter twice.
    let twice = bytes
        .iter()
        .zip(bytes.iter().skip(1))
        .fold(false, |any, (a, b)| any | ((*a == *b) & ((*a == b't') | (*a == b'w'))));
    twice && (text.contains("http") || text.contains("www."))
}

fn mark(line: &Line, tokens: Tokens, leader: u32, known: Known) -> Mark {
    let text = line.text.as_str();
    let end = words::end(text);
    let short = line.words <= SHORT;
    let shape = Shape::of(text);
    let numbered = shape.seen & DIGIT != 0;
    let rule = match line.words {
        ..=90 if numbered => chrome::find(&words::without_digits(&line.folded), line.words),
        ..=90 => chrome::find(&line.folded, line.words),
        _ => None,
    };
    // A dump may hold several languages: a long line speaks for itself.
    let own = if tokens.count >= 10 { tokens.votes.leader() } else { leader };
    let stops = tokens.votes.of(leader).max(tokens.votes.of(own));
    let mut mark = Mark {
        end,
        rule,
        tokens: tokens.count,
        stops,
        capitals: shape.capitals,
        second: tokens.second,
        digits: if numbered { digits(text) } else { 0.0 },
        all_caps: shape.all_caps(),
        lower_start: text.starts_with(char::is_lowercase),
        quote_start: text.starts_with(['"', '“', '„', '«', '‘', '\'', '「', '”']),
        bullet: text.starts_with(['•', '·', '*', '▪', '●', '►', '–', '—', '-', '■', '➤', '✓']),
        separators: shape.separators,
        address: shape.seen & AT != 0 || has_address(text),
        glued: shape.glued,
        dates: if short && shape.numeric { dates::find(text, known) } else { Vec::new() },
        byline: if short { byline::read(text, line.words) } else { None },
        notice: notice::read(&line.folded),
        credit: line.words <= 120 && caption::has_credit(text),
        dateline: line.words >= 10 && agency::dateline(text).is_some(),
        stems: tokens.stems,
        content: tokens.content,
        prose: 0.0,
    };
    if mark.byline.is_none()
        && line.words <= 18
        && mark.end != End::Stop
        && let (Some(first), Some(last)) = (mark.dates.first(), mark.dates.last())
    {
        mark.byline = byline::beside(text, first.from, last.to);
    }
    mark.prose = prose(&mark, line, shape.unspaced);
    mark
}

/// Running counts: before each of the items, and after all of them, how many were so.
pub(super) fn running(items: impl Iterator<Item = bool>) -> Vec<u32> {
    let mut sum = 0;
    let sums = items.map(|so| {
        sum += u32::from(so);
        sum
    });
    std::iter::once(0).chain(sums).collect()
}

/// A share as `f32`; exact for the sizes of lines.
pub(super) fn ratio(part: usize, whole: usize) -> f32 {
    let small = |n: usize| f32::from(u16::try_from(n).unwrap_or(u16::MAX));
    small(part) / small(whole.max(1)).max(1.0)
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
