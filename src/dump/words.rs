//! Small questions about text that every stage asks: words, folding, sentence marks, case, scripts.

/// The folded form in which lines are compared and chrome patterns are written: lower case, straight quotes and
/// dashes, single spaces, no marks at either end. Patterns have `#` for each run of digits ([`without_digits`]).
pub(super) fn fold(text: &str) -> String {
    let mut out = fold_all(text);
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

/// [`fold`] without the trimming: runs of ASCII as a whole, other characters one by one.
fn fold_all(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let run = ascii_run(rest.as_bytes());
        fold_ascii(&rest[..run], &mut out);
        let mut beyond = rest[run..].chars();
        rest = loop {
            let before = beyond.as_str();
            match beyond.next().filter(|c| !c.is_ascii()) {
                Some(c) => fold_char(c, &mut out),
                None => break before,
            }
        };
    }
    out
}

/// How many bytes of ASCII stand in front.
fn ascii_run(bytes: &[u8]) -> usize {
    let (eights, _) = bytes.as_chunks::<8>();
    let plain = eights.iter().take_while(|eight| eight.is_ascii()).count() * 8;
    bytes[plain..].iter().position(|b| !b.is_ascii()).map_or(bytes.len(), |at| plain + at)
}

fn fold_ascii(run: &str, out: &mut String) {
    let bytes = run.as_bytes();
    // Most lines have been trimmed and squeezed: a whole-slice test, which compilers make fast.
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let plain =
        pairs.fold(true, |all, (a, b)| all & (*b >= b' ') & (*b != b'`') & !((*a == b' ') & (*b == b' ')));
    let first = bytes.first().is_none_or(|b| *b >= b' ' && *b != b'`');
    if plain && first && !(run.starts_with(' ') && out.ends_with(' ')) {
        let from = out.len();
        out.push_str(run);
        out[from..].make_ascii_lowercase();
        return;
    }
    for byte in bytes {
        match byte {
            b'`' => out.push('\''),
            b' ' | 9..=13 => blank(out),
            _ => out.push(char::from(byte.to_ascii_lowercase())),
        }
    }
}

/// Whether no two blanks stand side by side.
pub(super) fn is_squeezed(text: &str) -> bool {
    let bytes = text.as_bytes();
    !bytes.iter().zip(bytes.iter().skip(1)).fold(false, |any, (a, b)| any | ((*a == b' ') & (*b == b' ')))
}

/// Folds a character beyond ASCII.
fn fold_char(c: char, out: &mut String) {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{b4}' | '\u{2032}' => out.push('\''),
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2033}' => out.push('"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
        c if c.is_whitespace() => blank(out),
        c => out.extend(c.to_lowercase()),
    }
}

/// Adds a blank, unless there is one.
fn blank(out: &mut String) {
    if !out.ends_with(' ') {
        out.push(' ');
    }
}

/// Characters of scripts that write words without spaces between them.
pub(super) fn is_unspaced(c: char) -> bool {
    c >= '\u{e00}'
        && matches!(u32::from(c), 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3040..=0x30ff
            | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x2ffff)
}

/// Korean syllables: spaced, but with endings for stop words.
pub(super) fn is_hangul(c: char) -> bool {
    ('\u{ac00}'..='\u{d7a3}').contains(&c)
}

/// A folded line with each run of digits as `#`, as chrome patterns have them.
pub(super) fn without_digits(folded: &str) -> std::borrow::Cow<'_, str> {
    let digit = |rest: &str| rest.bytes().position(|b| b.is_ascii_digit());
    if digit(folded).is_none() {
        return std::borrow::Cow::Borrowed(folded);
    }
    let mut out = String::with_capacity(folded.len());
    let mut rest = folded;
    while let Some(at) = digit(rest) {
        out.push_str(&rest[..at]);
        out.push('#');
        rest = rest[at..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out.push_str(rest);
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
    let bytes = text.as_bytes();
    let (mut count, mut unspaced, mut at) = (0, 0usize, 0);
    // Whether the word that is being read has a letter: then only its end matters.
    let mut counted = false;
    while let Some(byte) = bytes.get(at) {
        match CLASSES[usize::from(*byte)] {
            LETTER => {
                count += usize::from(!counted);
                counted = true;
                // Blanks are small, and as signed numbers bytes beyond ASCII are smaller still.
                let rest = bytes[at..].iter().position(|b| b.cast_signed() <= b' '.cast_signed());
                at = rest.map_or(bytes.len(), |rest| at + rest);
            }
            BEYOND => {
                let Some(c) = text[at..].chars().next() else { break };
                at += c.len_utf8();
                if c.is_whitespace() {
                    counted = false;
                } else if is_unspaced(c) {
                    unspaced += 1;
                } else if !counted && is_letter(c) {
                    counted = true;
                    count += 1;
                }
            }
            class => {
                counted &= class != BLANK;
                at += 1;
            }
        }
    }
    count + unspaced.div_ceil(2)
}

/// Whether a text has more words than so many.
pub(super) fn more_than(text: &str, limit: usize) -> bool {
    // The rest of a text that plainly has them is not read.
    let front = &text[..text.floor_char_boundary(limit.saturating_add(1).saturating_mul(8))];
    count(front) > limit || front.len() < text.len() && count(text) > limit
}

/// What bytes are, for loops that look at every one.
const LETTER: u8 = 1;
const BLANK: u8 = 2;
/// Of a character beyond ASCII.
const BEYOND: u8 = 4;

const CLASSES: [u8; 256] = {
    let mut classes = [BEYOND; 256];
    let mut at = 0u8;
    while at < 128 {
        classes[at as usize] = match at {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => LETTER,
            b' ' | 9..=13 => BLANK,
            _ => 0,
        };
        at += 1;
    }
    classes
};

/// The bytes that words are made of, in lower case; 0 for others and those beyond ASCII.
const WORD: [u8; 256] = {
    let mut lower = [0; 256];
    let mut at = 0u8;
    while at < 128 {
        if at.is_ascii_alphanumeric() || at == b'\'' {
            lower[at as usize] = at.to_ascii_lowercase();
        }
        at += 1;
    }
    lower
};

/// The words of a text without the marks around them, as written.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(is_letter(c) || c == '\'' || c == '’')).filter(|w| !w.is_empty())
}

/// [`char::is_alphanumeric`], quick about what stands in most texts.
pub(super) fn is_letter(c: char) -> bool {
    is_usual(c).unwrap_or_else(|| c.is_alphanumeric())
}

/// [`char::is_alphabetic`], quick about what stands in most texts.
pub(super) fn is_alphabetic(c: char) -> bool {
    is_usual(c).unwrap_or_else(|| c.is_alphabetic())
}

/// [`char::is_numeric`], quick about what stands in most texts.
pub(super) fn is_numeric(c: char) -> bool {
    is_usual(c).is_none() && c.is_numeric()
}

/// Whether a character is alphabetic, if it is one of a usual script or mark, and no digit.
fn is_usual(c: char) -> Option<bool> {
    match c {
        'a'..='z' | 'A'..='Z' => Some(true),
        '0'..='9' | '²' | '³' | '¹' | '¼'..='¾' => None,
        '\0'..='\u{bf}' => Some(matches!(c, 'ª' | 'µ' | 'º')),
        '\u{c0}'..='\u{24f}' => Some(!matches!(c, '×' | '÷')),
        '\u{400}'..='\u{481}' | '\u{5d0}'..='\u{5ea}' | '\u{620}'..='\u{657}' => Some(true),
        '\u{600}'..='\u{60f}' | '\u{61b}'..='\u{61f}' | '\u{2000}'..='\u{206f}' => Some(false),
        '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' => Some(false),
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' => Some(true),
        '\u{4e00}'..='\u{9fa5}' | '\u{ac00}'..='\u{d7a3}' => Some(true),
        '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' => Some(false),
        _ => None,
    }
}

/// The blank-separated pieces of a text, as [`str::split_whitespace`] finds them, and whether each is of letters and
/// digits of ASCII only.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let mut start = at;
        let mut plain = true;
        while let Some(byte) = bytes.get(at) {
            // Where the piece ends, and where the next one may begin.
            let (end, next) = match CLASSES[usize::from(*byte)] {
                LETTER => {
                    at += 1;
                    continue;
                }
                BLANK => (at, at + 1),
                BEYOND => {
                    let c = text[at..].chars().next()?;
                    let next = at + c.len_utf8();
                    if !c.is_whitespace() {
                        (plain, at) = (false, next);
                        continue;
                    }
                    (at, next)
                }
                _ => {
                    (plain, at) = (false, at + 1);
                    continue;
                }
            };
            at = next;
            if end > start {
                return Some((&text[start..end], plain));
            }
            start = next;
        }
        (at > start).then(|| (&text[start..], plain))
    })
}

/// A word of a text, as [`words`] finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// Its bytes in the text.
    pub(super) from: usize,
    pub(super) to: usize,
    /// It has characters beyond ASCII.
    pub(super) beyond: bool,
    /// [`hash`] of the word in lower case with straight apostrophes.
    pub(super) hash: u64,
    /// The same of its first five characters.
    pub(super) stem: u64,
    /// How many characters it has, up to five.
    pub(super) length: usize,
}

/// The words of a text with their hashes, in one go.
pub(super) fn hashed(text: &str, mut each: impl FnMut(&Word)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let mut word = Word { from: at, to: at, beyond: false, hash: BASIS, stem: BASIS, length: 0 };
        // The character after the word, which is of none.
        let mark = loop {
            word.to += word.add_ascii(&bytes[word.to..]);
            if bytes.get(word.to).is_none_or(u8::is_ascii) {
                break 1;
            }
            let Some(c) = text[word.to..].chars().next() else { break 1 };
            if !is_letter(c) && c != '’' {
                break c.len_utf8();
            }
            word.add_char(c);
            word.to += c.len_utf8();
        };
        if word.to > at {
            each(&word);
        }
        at = word.to + mark;
    }
}

impl Word {
    /// Adds the characters in front that are of ASCII and of a word, and says how many.
    fn add_ascii(&mut self, bytes: &[u8]) -> usize {
        let before = self.length;
        let (mut hash, mut length) = (self.hash, 0);
        for lower in bytes.iter().map(|byte| WORD[usize::from(*byte)]).take_while(|lower| *lower != 0) {
            hash = step(hash, lower);
            length += 1;
            if before + length <= STEM {
                self.stem = hash;
            }
        }
        self.hash = hash;
        self.length = (before + length).min(STEM);
        length
    }

    /// Adds a character beyond ASCII, in lower case.
    fn add_char(&mut self, c: char) {
        self.beyond = true;
        if c == '’' {
            self.add_ascii(b"'");
            return;
        }
        for lower in c.to_lowercase() {
            self.hash = lower.encode_utf8(&mut [0; 4]).bytes().fold(self.hash, step);
            if self.length < STEM {
                self.length += 1;
                self.stem = self.hash;
            }
        }
    }
}

/// Characters of a stem.
const STEM: usize = 5;

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
    while let Some(skipped) = text.as_bytes()[next..].iter().position(|b| MAY_END[usize::from(*b)]) {
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

/// What sentence marks begin with; nearly all other bytes are passed over.
const MAY_END: [bool; 256] = {
    let (bytes, mut may, mut at) = (b".!?\xd8\xdb\xe2\xe3\xef", [false; 256], 0);
    while at < bytes.len() {
        may[bytes[at] as usize] = true;
        at += 1;
    }
    may
};

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

/// At most so many characters of a text.
pub(super) fn head(text: &str, limit: usize) -> &str {
    match text.as_bytes().get(..limit) {
        None => text,
        Some(head) if head.is_ascii() => &text[..limit],
        Some(_) => text.char_indices().nth(limit).map_or(text, |(at, _)| &text[..at]),
    }
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

/// The first three bytes of a set of words: a quick no for most others.
#[derive(Debug, Clone, Default)]
pub(super) struct Openings {
    bits: Vec<u64>,
}

impl Openings {
    pub(super) fn add(&mut self, word: &str) {
        self.bits.resize(1024, 0);
        match *word.as_bytes() {
            [a, b, c, ..] => self.set([a, b, c]),
            // Whatever follows in a text that begins with it.
            [a, b] => (0..=u8::MAX).for_each(|c| self.set([a, b, c])),
            _ => self.bits.fill(u64::MAX),
        }
    }

    fn set(&mut self, front: [u8; 3]) {
        let (at, bit) = Self::place(front);
        self.bits[at] |= bit;
    }

    /// Whether a word may be of the set, or a text begin with one.
    pub(super) fn may(&self, word: &str) -> bool {
        self.may_bytes(word.as_bytes())
    }

    /// The same of a text in lower case, where the set is of words in lower case.
    pub(super) fn may_lower(&self, text: &str) -> bool {
        if let Some(front) = text.as_bytes().first_chunk::<3>()
            && front.is_ascii()
        {
            return self.may_bytes(&front.map(|byte| byte.to_ascii_lowercase()));
        }
        let (mut front, mut length) = ([0; 12], 0);
        for c in text.chars().flat_map(char::to_lowercase).take(3) {
            length += c.encode_utf8(&mut front[length..]).len();
        }
        self.may_bytes(&front[..length])
    }

    /// The same of a text that may end inside a character.
    pub(super) fn may_bytes(&self, word: &[u8]) -> bool {
        let byte = |at: usize| word.get(at).copied().unwrap_or(0);
        let (at, bit) = Self::place([byte(0), byte(1), byte(2)]);
        self.bits.get(at).is_some_and(|bits| bits & bit != 0)
    }

    /// Where three bytes have their bit: sixteen bits of a product tell most of them apart.
    fn place([a, b, c]: [u8; 3]) -> (usize, u64) {
        let mixed = u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x9e37_79b1) >> 16;
        ((mixed >> 6) as usize, 1 << (mixed & 63))
    }
}

/// Multiplies eight bytes at a time: fast on short keys and the same on every machine. Not against hostile keys: only for
/// our own tables and for sets that one dump's words go into.
#[derive(Clone, Copy)]
pub(super) struct Quick(u64);

impl Default for Quick {
    fn default() -> Self {
        Self(BASIS)
    }
}

impl std::hash::Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        words.iter().for_each(|word| self.write_u64(u64::from_le_bytes(*word)));
        self.write_u64(rest.iter().fold(rest.len() as u64, |last, byte| last << 8 | u64::from(*byte)));
    }

    fn write_u8(&mut self, n: u8) {
        self.write_u64(u64::from(n));
    }

    fn write_u32(&mut self, n: u32) {
        self.write_u64(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        // Both halves of the product: each bit of the key reaches those that choose the bucket and the tag.
        let product = u128::from(self.0 ^ n) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product >> 64) as u64 ^ product as u64;
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

/// [`hash`] of a word in lower case.
pub(super) fn hash_lower(word: &str) -> u64 {
    if word.is_ascii() {
        return word.bytes().fold(BASIS, |hash, byte| step(hash, byte.to_ascii_lowercase()));
    }
    hash(&word.to_lowercase())
}

/// Builds [`Quick`] hashers.
pub(super) type BuildQuick = std::hash::BuildHasherDefault<Quick>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcuts_say_what_the_long_ways_say() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_letter(c), c.is_alphanumeric(), "{c:?}");
            assert_eq!(is_alphabetic(c), c.is_alphabetic(), "{c:?}");
            assert_eq!(is_numeric(c), c.is_numeric(), "{c:?}");
        }
        for text in [
            "",
            "a",
            "It's 'the' end of--all; we're O'Neill's",
            "x'y z1 ''",
            "naïve\u{a0}café\u{3000}北京 ",
            " \t a\x0bb",
        ] {
            let mut found = Vec::new();
            hashed(text, |word| found.push(*word));
            let want: Vec<_> = words(text)
                .map(|word| {
                    let from = word.as_ptr() as usize - text.as_ptr() as usize;
                    let lower = word.to_lowercase().replace('’', "'");
                    let front: String = lower.chars().take(5).collect();
                    Word {
                        from,
                        to: from + word.len(),
                        beyond: !word.is_ascii(),
                        hash: hash(&lower),
                        stem: hash(&front),
                        length: front.chars().count(),
                    }
                })
                .collect();
            assert_eq!(found, want, "{text}");
            let found: Vec<_> = pieces(text).collect();
            let plain = |piece: &str| piece.bytes().all(|b| b.is_ascii_alphanumeric());
            let want: Vec<_> = text.split_whitespace().map(|piece| (piece, plain(piece))).collect();
            assert_eq!(found, want, "{text}");
            let words = count(text);
            for limit in 0..9 {
                assert_eq!(more_than(text, limit), words > limit, "{text} {limit}");
            }
        }
        for word in ["", "Pilots", "CAFÉ", "ΟΔΟΣ", "İSKELE"] {
            assert_eq!(hash_lower(word), hash(&word.to_lowercase()), "{word}");
        }
    }

    #[test]
    fn openings_never_say_no_to_their_own() {
        let mut openings = Openings::default();
        assert!(!openings.may("by"));
        ["by", "di", "posted by", "文：", "été"].iter().for_each(|word| openings.add(word));
        for text in ["By Ada Quill", "BY", "di", "POSTED", "文：王海港", "ÉTÉ", "Été"] {
            assert!(openings.may_lower(text), "{text}");
        }
        for text in ["", "B", "Harbour", "port", "记者"] {
            assert!(!openings.may_lower(text), "{text}");
        }
    }

    #[test]
    fn folded() {
        for (text, want) in [
            ("A  b`c", "a b'c"),
            ("Plain TEXT.", "plain text"),
            ("a\t\x0bb", "a b"),
            (" (x) ", "(x"),
            ("“Ça”  –\u{a0} it’s  ÉTÉ", "\"ça\" - it's été"),
            ("Он \u{3000} САМ!", "он сам"),
            ("...", "..."),
            ("", ""),
        ] {
            assert_eq!(fold(text), want, "{text}");
        }
        for (text, want) in [("", ""), ("1 of 23", "# of #"), ("é45é6", "é#é#"), ("none", "none")] {
            assert_eq!(without_digits(text), want);
        }
    }
}
