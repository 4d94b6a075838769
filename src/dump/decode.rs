//! Bytes to text: byte order marks, UTF-16, legacy encodings, doubly encoded UTF-8, invisible characters.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::article::{Form, Repair};

/// Text with `\n` line ends and without invisible characters, and what it took to get there.
pub(super) struct Decoded<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) repairs: Vec<Repair>,
}

/// What stands for a character that could not be read, here or before.
pub(super) const LOST: char = '\u{fffd}';

const UNDECODABLE: &str = "undecodable characters";

/// Decodes a dump. Infallible: bytes that fit no encoding become U+FFFD and are counted.
pub(super) fn decode(bytes: &[u8], form: Form) -> Decoded<'_> {
    let mut repairs = Repairs::default();
    let text = to_utf8(bytes, form, &mut repairs);
    let text = undouble(text, &mut repairs);
    let text = clean(text, &mut repairs);
    if !repairs.list.iter().any(|repair| repair.what == UNDECODABLE) {
        repairs.add("characters lost before", text.matches(LOST).count());
    }
    Decoded { text, repairs: repairs.list }
}

/// Repairs by kind, in order of first use.
#[derive(Default)]
struct Repairs {
    list: Vec<Repair>,
}

impl Repairs {
    fn add(&mut self, what: &'static str, count: usize) {
        if count == 0 {
            return;
        }
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        match self.list.iter_mut().find(|repair| repair.what == what) {
            Some(repair) => repair.count = repair.count.saturating_add(count),
            None => self.list.push(Repair { what, count }),
        }
    }
}

fn to_utf8<'a>(bytes: &'a [u8], form: Form, repairs: &mut Repairs) -> Cow<'a, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        repairs.add("byte order mark", 1);
        return with(encoding, &bytes[mark..], repairs);
    }
    if let Some(encoding) = bare_utf16(bytes) {
        return with(encoding, bytes, repairs);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    // A few broken bytes in a file that is UTF-8 otherwise (cut in the middle of a character, spliced) do not
    // make it another encoding.
    let broken = bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
    let good = bytes.utf8_chunks().flat_map(|c| c.valid().chars()).filter(|c| !c.is_ascii()).count();
    if good > broken * 4 || (broken == 1 && cut_at_the_end(bytes)) {
        return with(UTF_8, bytes, repairs);
    }
    let named = if form == Form::Html { declared(bytes) } else { None };
    let encoding = named.filter(|e| *e != UTF_8).unwrap_or_else(|| {
        let mut guess = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
        // The detector is linear, but a sample is enough and keeps huge files cheap.
        guess.feed(&bytes[..bytes.len().min(1 << 18)], bytes.len() <= 1 << 18);
        guess.guess(None, chardetng::Utf8Detection::Deny)
    });
    with(encoding, bytes, repairs)
}

fn cut_at_the_end(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_none())
}

fn with<'a>(encoding: &'static Encoding, bytes: &'a [u8], repairs: &mut Repairs) -> Cow<'a, str> {
    if encoding != UTF_8 {
        repairs.add(encoding.name(), 1);
    }
    let (text, bad) = encoding.decode_without_bom_handling(bytes);
    if bad {
        repairs.add(UNDECODABLE, text.matches(LOST).count());
    }
    text
}

/// UTF-16 without a mark: Latin text then has a zero in every other byte.
fn bare_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096) & !1];
    if sample.len() < 8 || memchr::memchr(0, sample).is_none() {
        return None;
    }
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    if odd * 10 > half * 4 && even * 20 < half {
        Some(UTF_16LE)
    } else if even * 10 > half * 4 && odd * 20 < half {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// The encoding that an HTML page declares in its first kilobyte.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).to_ascii_lowercase();
    let at = head.find("charset=")? + "charset=".len();
    let name: String = head[at..]
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_:".contains(*c))
        .collect();
    Encoding::for_label(name.as_bytes())
}

/// Undoes UTF-8 that was read as windows-1252 and encoded again ("donâ€™t", "cafÃ©").
///
/// Works on runs of non-ASCII characters. Runs that no language writes are always undone; others (which a
/// French "CAFÉ”" could form by chance) only where nearly all runs of the text say the same.
fn undouble<'a>(text: Cow<'a, str>, repairs: &mut Repairs) -> Cow<'a, str> {
    // Ã Â â Ä Å Ð Ø Ù Î: all of the block that begins with this byte.
    let bytes = text.as_bytes();
    let mark = |at: usize| {
        matches!(bytes.get(at + 1), Some(0x83 | 0x82 | 0xa2 | 0x84 | 0x85 | 0x90 | 0x98 | 0x99 | 0x8e))
    };
    if !memchr::memchr_iter(0xc3, bytes).any(mark) {
        return text;
    }
    let (mut sure, mut likely, mut plain) = (0, 0, 0);
    for run in runs(&text) {
        match undone(run) {
            Some((_, true)) => sure += 1,
            Some((_, false)) => likely += 1,
            None if run.chars().any(char::is_alphabetic) => plain += 1,
            None => {}
        }
    }
    if sure + likely == 0 {
        return text;
    }
    let all = sure + likely >= 3 && (sure + likely) * 10 >= (sure + likely + plain) * 9;
    let mut out = String::with_capacity(text.len());
    let (mut last, mut count) = (0, 0);
    for run in runs(&text) {
        if let Some((better, certain)) = undone(run)
            && (certain || all)
        {
            let start = run.as_ptr() as usize - text.as_ptr() as usize;
            out.push_str(&text[last..start]);
            out.push_str(&better);
            last = start + run.len();
            count += 1;
        }
    }
    out.push_str(&text[last..]);
    repairs.add("doubly encoded characters", count);
    Cow::Owned(out)
}

/// Maximal runs of non-ASCII characters.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_ascii()).filter(|run| !run.is_empty())
}

/// What a run was before it was encoded twice, and whether it cannot be anything else.
fn undone(run: &str) -> Option<(String, bool)> {
    let bytes = latin_bytes(run)?;
    let better = String::from_utf8(bytes).ok()?;
    let mut chars = run.chars();
    let (first, second) = (chars.next()?, chars.next()?);
    let certain = match first {
        'â' => second == '€' || second == '\u{80}',
        'Ã' => !second.is_alphabetic() || second == 'ª' || second == 'º',
        'Â' => ('\u{a0}'..='\u{bf}').contains(&second),
        _ => false,
    };
    Some((better, certain))
}

/// The run's bytes in windows-1252, with the five undefined positions as themselves.
fn latin_bytes(run: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(run.len());
    let mut buffer = [0; 4];
    for c in run.chars() {
        if ('\u{80}'..='\u{9f}').contains(&c) {
            bytes.push(u8::try_from(u32::from(c)).ok()?);
            continue;
        }
        let (encoded, _, unmappable) = WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
        if unmappable || encoded.len() != 1 {
            return None;
        }
        bytes.extend_from_slice(&encoded);
    }
    Some(bytes)
}

/// Line ends to `\n`; soft hyphens, zero-width characters, bidi and other controls out; NBSP to a space; NFC.
///
/// Joiners stay (Persian and emoji need them), as does the no-break space where French and grouped digits want it.
fn clean<'a>(text: Cow<'a, str>, repairs: &mut Repairs) -> Cow<'a, str> {
    if text.is_ascii() && kept(text.as_bytes()) == text.len() {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let (mut soft, mut zero, mut bidi, mut control, mut nbsp, mut cr) = (0, 0, 0, 0, 0, 0);
    let mut rest = &*text;
    let mut before = '\n';
    loop {
        let run = kept(rest.as_bytes());
        out.push_str(&rest[..run]);
        before = rest[..run].chars().next_back().unwrap_or(before);
        let mut chars = rest[run..].chars();
        let Some(c) = chars.next() else { break };
        rest = chars.as_str();
        let next = chars.next();
        let kept = match c {
            '\r' => {
                cr += 1;
                if next == Some('\n') {
                    continue;
                }
                '\n'
            }
            '\u{ad}' => {
                soft += 1;
                continue;
            }
            '\u{200b}' | '\u{feff}' | '\u{2060}' | '\u{180e}' => {
                zero += 1;
                continue;
            }
            '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                bidi += 1;
                continue;
            }
            '\t' | '\u{b}' | '\u{c}' | '\u{2028}' | '\u{2029}' | '\u{85}' => ' ',
            '\u{a0}' => {
                let wanted = matches!(next, Some('?' | '!' | ':' | ';' | '»' | '%' | '€'))
                    || before == '«'
                    || (before.is_ascii_digit() && next.is_some_and(|n| n.is_ascii_digit()));
                if wanted {
                    c
                } else {
                    nbsp += 1;
                    ' '
                }
            }
            '\n' => c,
            c if c.is_control() => {
                control += 1;
                continue;
            }
            c => c,
        };
        out.push(kept);
        before = kept;
    }
    repairs.add("carriage returns", cr);
    repairs.add("soft hyphens", soft);
    repairs.add("zero-width characters", zero);
    repairs.add("bidi controls", bidi);
    repairs.add("control characters", control);
    repairs.add("no-break spaces", nbsp);
    // Latin letters, quotes and dashes are what nearly all texts are made of: below U+0300, or U+2010 to U+206F.
    let bytes = out.as_bytes();
    let quote =
        |at: usize| matches!(bytes.get(at + 1..at + 3), Some([0x80, 0x90..=0xbf] | [0x81, 0x80..=0xaf]));
    let simple = bytes.iter().fold(true, |all, b| all & ((*b < 0xcc) | (*b == 0xe2)))
        && memchr::memchr_iter(0xe2, bytes).all(quote);
    if simple || is_nfc_quick(out.chars()) == IsNormalized::Yes {
        return Cow::Owned(out);
    }
    let composed: String = out.nfc().collect();
    if composed != out {
        repairs.add("decomposed characters", 1);
    }
    Cow::Owned(composed)
}

/// How many bytes stand in front with which no character begins that is touched.
fn kept(bytes: &[u8]) -> usize {
    let kept = |b: &u8| {
        ((*b >= b' ') & (*b != 0x7f) | (*b == b'\n'))
            & !((*b == 0xc2) | (*b == 0xd8) | (*b == 0xe1) | (*b == 0xe2) | (*b == 0xef))
    };
    // Whole blocks first, which compilers make fast.
    let (blocks, _) = bytes.as_chunks::<32>();
    let plain = |block: &&[u8; 32]| block.iter().fold(true, |all, b| all & kept(b));
    let front = blocks.iter().take_while(plain).count() * 32;
    bytes[front..].iter().position(|b| !kept(b)).map_or(bytes.len(), |at| front + at)
}
