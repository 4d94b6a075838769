//! Small questions about text that every stage asks: words, folding, sentence marks, case, scripts.

/// The folded form in which lines are compared and chrome patterns are written: lower case, straight quotes and
/// dashes, single spaces, no marks at either end. Patterns have `#` for each run of digits ([`without_digits`]).
pub(super) fn fold(text: &str) -> String {
    let mut out = if text.is_ascii() { fold_ascii(text) } else { fold_any(text) };
    let mark = |c: char| matches!(c, ' ' | '.' | ':' | '!' | '?' | ')' | ']');
    let kept = out.trim_end_matches(mark).len();
    let kept = if kept == 0 || out[..kept].trim_start_matches(mark).is_empty() {
        out.trim_end().len()
    } else {
        kept
    };
    out.truncate(kept);
    let lead = out.len() - out.trim_start_matches(mark).len();
    let lead = if lead == out.len() { out.len() - out.trim_start().len() } else { lead };
    if lead > 0 {
        out.drain(..lead);
    }
    out
}

fn fold_ascii(text: &str) -> String {
    let bytes = text.as_bytes();
    // Most lines have been trimmed and squeezed: whole-slice tests, which compilers make fast.
    let is_squeezed = bytes.iter().fold(true, |all, b| all & (*b >= b' ') & (*b != b'`'))
        && !bytes
            .iter()
            .zip(bytes.iter().skip(1))
            .fold(false, |any, (a, b)| any | ((*a == b' ') & (*b == b' ')));
    if is_squeezed {
        return text.to_ascii_lowercase();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut blank = false;
    for byte in text.bytes() {
        let white = byte.is_ascii_whitespace() || byte == 0x0b;
        if !white {
            out.push(if byte == b'`' { b'\'' } else { byte.to_ascii_lowercase() });
        } else if !blank {
            out.push(b' ');
        }
        blank = white;
    }
    String::from_utf8(out).unwrap_or_default()
}

fn fold_any(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
            continue;
        }
        let c = match c {
            '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '`' | '\u{b4}' | '\u{2032}' => '\'',
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2033}' => '"',
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            c if c.is_whitespace() => ' ',
            c => c,
        };
        if c == ' ' {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// Characters of scripts that write words without spaces between them.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c), 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3040..=0x30ff | 0x3400..=0x4dbf
        | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x2ffff)
}

/// Korean syllables: spaced, but with endings for stop words.
pub(super) fn is_hangul(c: char) -> bool {
    ('\u{ac00}'..='\u{d7a3}').contains(&c)
}

/// A folded line with each run of digits as `#`, as chrome patterns have them.
pub(super) fn without_digits(folded: &str) -> std::borrow::Cow<'_, str> {
    if !folded.bytes().any(|b| b.is_ascii_digit()) {
        return std::borrow::Cow::Borrowed(folded);
    }
    let mut out = String::with_capacity(folded.len());
    for c in folded.chars() {
        if !c.is_ascii_digit() {
            out.push(c);
        } else if !out.ends_with('#') {
            out.push('#');
        }
    }
    std::borrow::Cow::Owned(out)
}

/// Scripts for which no stop words are kept: running text there is told by its length and marks alone.
pub(super) fn without_stop_words(c: char) -> bool {
    is_unspaced(c)
        || is_hangul(c)
        || matches!(u32::from(c), 0x0530..=0x058f | 0x0980..=0x0dff | 0x10a0..=0x10ff | 0x1200..=0x137f)
}

/// Number of words; two characters of an unspaced script count as one.
pub(super) fn count(text: &str) -> usize {
    count_to(text, usize::MAX)
}

/// Whether a text has more words than so many, read no further than that takes.
pub(super) fn more_than(text: &str, limit: usize) -> bool {
    count_to(text, limit + 1) > limit
}

/// [`count`], but the rest of a text that has `enough` is not read.
fn count_to(text: &str, enough: usize) -> usize {
    if text.is_ascii() {
        let (mut count, mut counted) = (0, false);
        for byte in text.bytes() {
            let class = ASCII[usize::from(byte)];
            let opens = class & LETTER != 0 && !counted;
            count += usize::from(opens);
            counted = (counted || opens) && class & BLANK == 0;
            if count >= enough {
                break;
            }
        }
        return count;
    }
    let (mut count, mut counted, mut unspaced) = (0, false, 0usize);
    for c in text.chars() {
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                count += usize::from(!counted);
                counted = true;
            } else if c.is_whitespace() {
                counted = false;
            }
        } else if c.is_whitespace() {
            counted = false;
        } else if is_unspaced(c) {
            unspaced += 1;
        } else if !counted && is_letter(c) {
            counted = true;
            count += 1;
        }
        if count >= enough {
            break;
        }
    }
    count + unspaced.div_ceil(2)
}

/// What the bytes of ASCII are, for loops that look at every one.
const LETTER: u8 = 1;
const BLANK: u8 = 2;
const APOSTROPHE: u8 = 4;

const ASCII: [u8; 256] = {
    let mut classes = [0; 256];
    let mut at = 0u8;
    while at < 128 {
        classes[at as usize] = match at {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => LETTER,
            b' ' | 9..=13 => BLANK,
            b'\'' => APOSTROPHE,
            _ => 0,
        };
        at += 1;
    }
    classes
};

/// The words of a text without the marks around them, as written.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(is_letter(c) || c == '\'' || c == '’')).filter(|w| !w.is_empty())
}

/// [`char::is_alphanumeric`], quick about what stands in most texts.
fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_alphanumeric(),
        '\u{c0}'..='\u{24f}' => !matches!(c, '×' | '÷'),
        '\u{400}'..='\u{481}' | '\u{620}'..='\u{64a}' | '\u{4e00}'..='\u{9fa5}' => true,
        '\u{2000}'..='\u{206f}' => false,
        _ => c.is_alphanumeric(),
    }
}

/// [`words`] and [`hash_lower`] of each, with the word's length in bytes, in one go.
pub(super) fn hashed(text: &str, mut each: impl FnMut(&str, u64, u64, usize)) {
    if !text.is_ascii() {
        for word in words(text) {
            let (full, front, length) = hash_lower(word);
            each(word, full, front, length);
        }
        return;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if ASCII[usize::from(bytes[at])] & (LETTER | APOSTROPHE) == 0 {
            at += 1;
            continue;
        }
        let start = at;
        let (mut full, mut front) = (BASIS, BASIS);
        while let Some(byte) = bytes.get(at).filter(|b| ASCII[usize::from(**b)] & (LETTER | APOSTROPHE) != 0)
        {
            full = step(full, byte.to_ascii_lowercase());
            at += 1;
            if at - start <= 5 {
                front = full;
            }
        }
        each(&text[start..at], full, front, (at - start).min(5));
    }
}

/// How a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// No mark.
    Open,
    /// A sentence mark, perhaps inside closing quotes or brackets.
    Stop,
    /// `:` or `;`.
    Colon,
    /// `,` or a dash.
    Comma,
    /// An ellipsis.
    Ellipsis,
    /// A closing quote or bracket with no sentence mark.
    Closed,
}

/// How a line ends, looking through closing quotes and brackets.
pub(super) fn end(text: &str) -> End {
    let closers = ['"', '\'', '”', '’', '»', '“', ')', ']', '」', '』', '）', '*'];
    let inner = text.trim_end().trim_end_matches(closers);
    if inner.ends_with("...") || inner.ends_with('…') {
        return End::Ellipsis;
    }
    match inner.chars().next_back() {
        Some('.' | '!' | '?' | '。' | '！' | '？' | '؟' | '۔' | '।' | '｡') => End::Stop,
        Some(':' | ';' | '：' | '；' | '؛') => End::Colon,
        Some(',' | '-' | '–' | '—' | '،' | '，' | '、') => End::Comma,
        _ if inner.len() < text.trim_end().len() => End::Closed,
        _ => End::Open,
    }
}

/// Cuts a paragraph into sentences, roughly: a mark, closing quotes, blank, and something that opens a sentence.
/// Initials, short titles ("Mr.") and digits do not end one.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut start, mut next) = (0, 0);
    // What sentence marks begin with; nearly all other bytes are passed over.
    let may_end = |b: &u8| matches!(b, b'.' | b'!' | b'?' | 0xd8 | 0xdb | 0xe2 | 0xe3 | 0xef);
    while let Some(skipped) = text.as_bytes()[next..].iter().position(may_end) {
        let at = next + skipped;
        let Some(c) = text[at..].chars().next() else { break };
        next = at + c.len_utf8();
        let wide = matches!(c, '。' | '！' | '？');
        if !wide && !matches!(c, '.' | '!' | '?' | '؟' | '۔' | '…') {
            continue;
        }
        let closes =
            |c: &char| matches!(c, '.' | '!' | '?' | '"' | '”' | '’' | '\'' | '»' | ')' | '」' | '』');
        next += text[next..].chars().take_while(closes).map(char::len_utf8).sum::<usize>();
        let stop = next;
        let rest = &text[stop..];
        let opens = rest.trim_start();
        if opens.is_empty() {
            break;
        }
        let breaks = wide
            || (rest.len() > opens.len()
                && !opens.starts_with(char::is_lowercase)
                && !(c == '.' && abbreviated(&text[start..at])));
        if breaks {
            out.push(text[start..stop].trim());
            start = text.len() - opens.len();
        }
    }
    let last = text[start..].trim();
    if !last.is_empty() {
        out.push(last);
    }
    out
}

/// Whether a full stop after this text belongs to an abbreviation.
fn abbreviated(before: &str) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or("");
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    const SHORT: &[&str] = &[
        "mr", "mrs", "ms", "dr", "st", "sen", "rep", "gov", "gen", "col", "lt", "sgt", "prof", "rev", "hon",
        "jr", "sr", "inc", "co", "corp", "ltd", "vs", "no", "jan", "feb", "mar", "apr", "jun", "jul", "aug",
        "sep", "sept", "oct", "nov", "dec", "u.s", "u.k", "u.n", "a.m", "p.m", "mt", "ft", "dept", "est",
        "fig", "approx", "z.b", "bzw", "ca", "nr", "d.c", "e.g", "i.e", "etc", "capt", "cmdr", "adm", "maj",
        "pres", "sra", "sr", "mme", "mlle",
    ];
    (letters == 1 && word.chars().next().is_some_and(char::is_uppercase))
        || (word.contains('.') && letters <= 4)
        || (letters <= 6 && SHORT.contains(&word.to_lowercase().as_str()))
}

/// Whether a word starts with an upper-case letter.
pub(super) fn capitalised(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

/// Whether a text has letters and all cased ones are capitals.
pub(super) fn all_caps(text: &str) -> bool {
    let mut upper = 0;
    for c in text.chars() {
        if c.is_lowercase() {
            return false;
        }
        upper += usize::from(c.is_uppercase());
    }
    upper > 1
}

/// A text cut after at most `limit` characters, at a word's end where there is one, with an ellipsis.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    let Some((cut, _)) = text.char_indices().nth(limit) else {
        return text.to_owned();
    };
    let head = &text[..cut];
    let kept = match head.rfind(char::is_whitespace) {
        Some(space) if space > cut / 2 => &head[..space],
        _ => head,
    };
    format!("{}…", kept.trim_end_matches(|c: char| !c.is_alphanumeric()))
}

/// The first two bytes of a set of words: a quick no for most others.
#[derive(Debug, Clone, Default)]
pub(super) struct Openings {
    bits: Vec<u64>,
}

impl Openings {
    pub(super) fn add(&mut self, word: &str) {
        self.bits.resize(1024, 0);
        let at = Self::at(word.as_bytes());
        self.bits[at / 64] |= 1 << (at % 64);
    }

    /// Whether a word may be of the set.
    pub(super) fn may(&self, word: &str) -> bool {
        self.may_bytes(word.as_bytes())
    }

    /// The same of a text that may begin inside a character.
    pub(super) fn may_bytes(&self, word: &[u8]) -> bool {
        let at = Self::at(word);
        self.bits.get(at / 64).is_some_and(|bits| bits & (1 << (at % 64)) != 0)
    }

    fn at(bytes: &[u8]) -> usize {
        let byte = |n: usize| usize::from(bytes.get(n).copied().unwrap_or(0));
        byte(0) << 8 | byte(1)
    }
}

/// FNV-1a: fast on short keys and the same on every machine. Not against hostile keys: only for our own tables and
/// for sets that one dump's words go into.
#[derive(Clone, Copy)]
pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(BASIS)
    }
}

impl std::hash::Hasher for Fnv {
    fn finish(&self) -> u64 {
        // The table takes its bucket from the low bits and a tag from the high ones: mix both.
        self.0 ^ (self.0 >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0 ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// FNV-1a of a word as it is, for tables whose keys are hashes.
pub(super) fn hash(word: &str) -> u64 {
    word.bytes().fold(BASIS, step)
}

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

/// [`hash`] of a word in lower case with straight apostrophes, that of its first five characters, and how many
/// characters it has, up to five.
pub(super) fn hash_lower(word: &str) -> (u64, u64, usize) {
    let mut full = BASIS;
    if word.is_ascii() {
        let bytes = word.as_bytes();
        let stem = bytes.len().min(5);
        for byte in &bytes[..stem] {
            full = step(full, byte.to_ascii_lowercase());
        }
        let front = full;
        for byte in &bytes[stem..] {
            full = step(full, byte.to_ascii_lowercase());
        }
        return (full, front, stem);
    }
    let (mut front, mut count) = (full, 0);
    for c in word.chars().flat_map(char::to_lowercase) {
        let c = if c == '’' { '\'' } else { c };
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            full = step(full, byte);
        }
        if count < 5 {
            count += 1;
            front = full;
        }
    }
    (full, front, count)
}

/// Builds [`Fnv`] hashers.
pub(super) type BuildFnv = std::hash::BuildHasherDefault<Fnv>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcuts_say_what_the_long_ways_say() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_letter(c), c.is_alphanumeric(), "{c:?}");
        }
        for text in
            ["", "a", "It's 'the' end of--all; we're O'Neill's", "x'y z1 ''", "naïve café 北京", " \t a\x0bb"]
        {
            let mut found = Vec::new();
            hashed(text, |word, full, front, length| found.push((word.to_owned(), (full, front, length))));
            let want: Vec<_> = words(text).map(|word| (word.to_owned(), hash_lower(word))).collect();
            assert_eq!(found, want, "{text}");
            let words = count(text);
            for limit in 0..9 {
                assert_eq!(more_than(text, limit), words > limit, "{text} {limit}");
            }
        }
        for text in ["A  b`c", "Plain TEXT.", "a\tb", " (x) "] {
            assert_eq!(fold_ascii(text), fold_any(text), "{text}");
        }
    }
}
