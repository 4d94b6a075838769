//! Photo captions and the credit at their end.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::{agency, words};

/// Words that announce a photographer, with the colon or blank that follows.
const MARKS: &[&str] = &[
    "photo illustration by",
    "photo illustration:",
    "photograph by",
    "photograph:",
    "photography by",
    "photo courtesy of",
    "photo courtesy",
    "photo credit:",
    "photo by",
    "photos by",
    "photo:",
    "photos:",
    "photo -",
    "photo |",
    "image credit:",
    "image courtesy of",
    "image courtesy",
    "image source:",
    "image by",
    "image:",
    "images:",
    "picture:",
    "pictures:",
    "picture by",
    "credit:",
    "credits:",
    "file photo:",
    "foto:",
    "fotos:",
    "foto von",
    "bild:",
    "bilder:",
    "bildquelle:",
    "bildrechte:",
    "quelle:",
    "fotografía:",
    "fotografia:",
    "crédito:",
    "créditos:",
    "crédit photo :",
    "crédit :",
    "crédit photo:",
    "crédit:",
    "photo :",
    "illustration:",
    "illustration by",
    "grafik:",
    "symbolbild:",
    "fotoğraf:",
    "kaynak:",
    "фото:",
    "фото",
    "صورة:",
    "تصوير:",
    "الصورة:",
    "图片来源：",
    "图：",
    "摄影：",
    "courtesy of",
    "courtesy",
    "handout",
    "via getty images",
];

/// Finds them in any case: each as it stands and, for capitals beyond ASCII, in capitals and with one.
static MARKED: LazyLock<Option<(AhoCorasick, Vec<usize>)>> = LazyLock::new(|| {
    let mut patterns: Vec<(String, usize)> = Vec::new();
    for (number, mark) in MARKS.iter().enumerate() {
        let first = mark.chars().next().map_or(0, char::len_utf8);
        let forms = [(*mark).to_owned(), mark.to_uppercase(), mark[..first].to_uppercase() + &mark[first..]];
        let forms = forms.into_iter().take(if mark.is_ascii() { 1 } else { 3 });
        patterns.extend(forms.map(|form| (form, number)));
    }
    let mut builder = AhoCorasick::builder();
    // Quick to build, which counts where one dump is all that is read.
    builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::ContiguousNFA));
    let finder = builder.build(patterns.iter().map(|(form, _)| form));
    Some((finder.ok()?, patterns.into_iter().map(|(_, number)| number).collect()))
});

const _: () = assert!(MARKS.len() <= 128);

/// What [`MARKS`] open with.
static OPENINGS: LazyLock<words::Openings> = LazyLock::new(|| {
    let mut openings = words::Openings::default();
    MARKS.iter().for_each(|mark| openings.add(mark));
    openings
});

/// Blanks in the longest credit with what announces it.
const TAIL: usize = 18;

/// What may stand before it, besides a blank.
const ENDS: [char; 11] = ['.', ')', '|', '/', '-', '–', '"', '”', '!', '?', '…'];

/// Blanks and the last bytes of [`ENDS`], for a loop that looks at every byte.
const BYTES: [u8; 256] = {
    let (ends, mut bytes, mut at) = (b".)|/-\"!?\x93\x9d\xa6", [0; 256], 0);
    while at < ends.len() {
        bytes[ends[at] as usize] = END;
        at += 1;
    }
    bytes[b' ' as usize] = BLANK;
    bytes
};
const BLANK: u8 = 1;
const END: u8 = 2;

/// A quick no for most lines: whether what opens like one of [`MARKS`] stands where one may, near the line's end.
fn may_be_marked(line: &str) -> bool {
    let opens =
        |at: usize| line.get(at..).is_some_and(|rest| OPENINGS.may_lower(rest.trim_start_matches(' ')));
    let mut blanks = 0;
    for (at, byte) in line.bytes().enumerate().rev() {
        match BYTES[usize::from(byte)] {
            0 => {}
            // The end before the blank from which on a credit is looked for is one word further up.
            BLANK if blanks > TAIL => return false,
            BLANK => blanks += 1,
            _ if opens(at + 1) => return true,
            _ => {}
        }
    }
    opens(0)
}

/// Which of [`MARKS`] stand somewhere in a line, as bits.
fn marks_in(line: &str) -> u128 {
    let Some((finder, numbers)) = &*MARKED else { return 0 };
    finder
        .find_overlapping_iter(line)
        .fold(0, |found, hit| found | 1_u128 << numbers[hit.pattern().as_usize()])
}

/// A caption and its credit, each possibly empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Caption {
    /// The sentence(s), or nothing when the line is a credit only.
    pub(super) text: String,
    /// Photographer and agency as printed, without brackets.
    pub(super) credit: Option<String>,
}

/// A line known to be a caption: short initials in brackets at its end sign it, whoever they stand for, and so does a house
/// that no table knows, after the last sentence.
pub(super) fn read(line: &str) -> Caption {
    let found = split(line);
    if found.credit.is_some() {
        return found;
    }
    let bare = line.trim().trim_end_matches('.');
    let signed = bare.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    let house = |text: &str, inner: &str| {
        let alone = words::end(text) == words::End::Stop && words::more_than(inner, 1) && is_source(inner);
        alone.then(|| inner.to_owned())
    };
    match signed.and_then(|(text, inner)| {
        let (text, inner) = (text.trim(), inner.trim());
        Some((text, agency::initials(inner).or_else(|| house(text, inner))?))
    }) {
        Some((text, name)) if !text.is_empty() => Caption { text: text.to_owned(), credit: Some(name) },
        _ => found,
    }
}

/// Cuts the credit off a caption line.
fn split(line: &str) -> Caption {
    let line = line.trim();
    match credited(line) {
        Some((text, credit)) => Caption { text: text.to_owned(), credit: Some(clean(credit)) },
        None => Caption { text: line.to_owned(), credit: None },
    }
}

/// A trimmed line's caption and its credit, as printed; nothing if it has none.
fn credited(line: &str) -> Option<(&str, &str)> {
    bracketed(line).or_else(|| marked(line)).or_else(|| bare(line))
}

/// Whether a line shows a credit, so that it is a caption or a credit line.
pub(super) fn has_credit(line: &str) -> bool {
    line.len() < 1200 && credited(line.trim()).is_some()
}

/// Whether a line ends with a credit in brackets that says that it is one: `… (Image: Getty)`.
pub(super) fn is_labelled(line: &str) -> bool {
    let bare = line.trim_end_matches(['.', ' ']);
    let inner = bare.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).map(|(_, inner)| inner.trim());
    inner.is_some_and(|inner| {
        let lower = inner.to_lowercase();
        !words::more_than(inner, 14) && MARKS.iter().any(|mark| lower.starts_with(mark))
    })
}

/// `… (Reuters)`, `… [Anadolu Agency]`, `… (AP Photo/Name)`, `… (Credit: iStock)`, `… (Photo by A. Name/Agency)`.
fn bracketed(line: &str) -> Option<(&str, &str)> {
    let bare = line.trim_end_matches(['.', ' ']);
    let open = match bare.chars().next_back()? {
        ')' => bare.rfind('(')?,
        ']' => bare.rfind('[')?,
        _ => return None,
    };
    let inner = bare[open + 1..bare.len() - 1].trim();
    is_credit(inner).then(|| (bare[..open].trim(), inner))
}

/// `… Photo: Jane Doe / Agency`, `… © Reuters`, `Photograph by …`.
fn marked(line: &str) -> Option<(&str, &str)> {
    let last = "©".as_bytes()[1];
    if memchr::memchr(last, line.as_bytes()).is_some()
        && let Some(at) = line.rfind('©')
    {
        let credit = line[at + '©'.len_utf8()..].trim();
        let fits =
            (1..=8).contains(&words::count(credit)) && !credit.starts_with(|c: char| c.is_ascii_digit());
        return fits.then(|| (line[..at].trim(), credit));
    }
    if !may_be_marked(line) {
        return None;
    }
    // What announces a credit stands near the end, since a credit has few words.
    let near = memchr::memrchr_iter(b' ', line.as_bytes()).nth(TAIL).unwrap_or(0);
    let found = marks_in(&line[near..]);
    if found == 0 {
        return None;
    }
    let lower = line.to_lowercase();
    if lower.len() != line.len() {
        return None;
    }
    let (at, mark) = MARKS
        .iter()
        .enumerate()
        .filter(|(number, _)| found & 1_u128 << *number != 0)
        .filter_map(|(_, mark)| {
            let at = lower.rfind(mark)?;
            let before = &lower[..at];
            let start = at == 0
                || before.ends_with(ENDS)
                || before.ends_with(' ') && before.trim_end().ends_with(ENDS);
            start.then_some((at, *mark))
        })
        .min_by_key(|(at, mark)| (*at, std::cmp::Reverse(mark.len())))?;
    let credit = line.get(at + mark.len()..)?.trim();
    if words::count(credit) > 12 || (credit.is_empty() && !mark.ends_with("images")) {
        return None;
    }
    // "Photo: the ship at noon" is a caption with a label; a credit is made of names.
    let proper = credit
        .split_whitespace()
        .filter(|w| words::capitalised(w) || w.len() <= 3 || w.contains('/'))
        .count();
    if proper * 3 < words::count(credit) * 2 {
        return None;
    }
    Some((line.get(..at)?.trim_end_matches([' ', '|', '-', '–', '(', '/']), credit))
}

/// `… EPA/NAME / AGENCY / POOL`, `… REUTERS/Name`, `… Name/AFP`, `… - AAWSAT`: after the last sentence, no mark.
fn bare(line: &str) -> Option<(&str, &str)> {
    if line.len() <= 60
        && let Some(name) = agency::named(line)
    {
        return (!words::more_than(line, 4)).then_some(("", name));
    }
    if line.ends_with(['.', '!', '?']) {
        return None;
    }
    // A credit has few words: from the line's end, the blank after a sentence's mark.
    let blanks = line.bytes().enumerate().rev().filter(|(_, b)| *b == b' ').map(|(at, _)| at).take(24);
    let ended = |at: &usize| {
        let front = &line.as_bytes()[..*at];
        // The last two are `…` and `”`.
        matches!(front, [.., b'.' | b'!' | b'?' | b'"'] | [.., 0xe2, 0x80, 0xa6 | 0x9d])
    };
    let cut = blanks.filter(ended).find_map(|at| {
        let tail = line[at..].trim();
        (!tail.is_empty()).then_some((at, tail))
    });
    if let Some((at, tail)) = cut
        && !words::more_than(tail, 10)
    {
        let dashed = tail.trim_start_matches(['-', '–', '—', '|', ' ']);
        let slashes = dashed.contains('/') && within_or_caps(dashed);
        if slashes || (dashed.len() < tail.len() && is_source(dashed)) || (agency::named(dashed).is_some()) {
            return Some((line[..at].trim(), dashed));
        }
    }
    // A line that is only a credit: "Robyn Beck/AFP/Getty Images", "Natalie Naccache | Bloomberg | Getty Images".
    let only = line.contains(['/', '|']) && !words::more_than(line, 10) && agency::within(line).is_some();
    only.then_some(("", line))
}

fn within_or_caps(text: &str) -> bool {
    agency::within(text).is_some() || text.split('/').any(|part| words::all_caps(part.trim()))
}

/// A short run of names: all words capitalised.
fn is_source(text: &str) -> bool {
    !words::more_than(text, 5)
        && words::more_than(text, 0)
        && text.split_whitespace().all(|w| words::capitalised(w) || w.starts_with("al-"))
}

/// Whether the inside of a bracket is a credit.
fn is_credit(inner: &str) -> bool {
    let count = words::count(inner);
    if count == 0 || count > 14 || inner.ends_with('.') && count > 6 {
        return false;
    }
    let lower = inner.to_lowercase();
    agency::within(inner).is_some()
        || MARKS.iter().any(|mark| lower.starts_with(mark))
        || [
            " photo",
            "photo/",
            "photo /",
            "file/",
            " via ",
            "getty",
            "pool",
            "reuters",
            "istock",
            "shutterstock",
            "handout",
            " foto",
            "archiv",
            "wikimedia",
            "unsplash",
            "flickr",
            "alamy",
            "screenshot",
        ]
        .iter()
        .any(|sign| lower.contains(sign))
        || (lower.starts_with("file") && count <= 4)
        || (inner.contains('/')
            && is_source(&inner.replace('/', " "))
            && !inner.contains(|c: char| c.is_ascii_digit()))
        || (count >= 1 && is_outlet(inner))
}

/// "Asharq Al-Awsat", "Al Jazeera": two or more capitalised words with an Arabic article, a common press name.
fn is_outlet(text: &str) -> bool {
    let lower = text.to_lowercase();
    is_source(text) && (lower.contains("al-") || lower.contains("al ")) && words::count(text) >= 2
}

/// A credit without its label.
fn clean(credit: &str) -> String {
    let mut out = credit
        .trim()
        .trim_end_matches(['.', ' ', ')', ']'])
        .trim_start_matches(['(', '[', '©', ' ', '|', '-', '–']);
    loop {
        let lower = out.to_lowercase();
        let Some(mark) = MARKS.iter().find(|mark| {
            lower.starts_with(**mark)
                && **mark != "handout"
                && lower.len() == out.len()
                && out.len() > mark.len()
        }) else {
            break;
        };
        out = out[mark.len()..].trim_start_matches([' ', ':', '-']);
    }
    let lower = out.to_lowercase();
    for tail in [" file photo", " archive photo", " file"] {
        if lower.ends_with(tail) && lower.len() == out.len() {
            return out[..out.len() - tail.len()].trim_end().to_owned();
        }
    }
    out.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_sign_a_caption() {
        for (line, want) in [
            ("The ship leaves Port Ferry. (FNA)", "The ship leaves Port Ferry.|FNA"),
            ("The ship leaves Port Ferry. (Harbour Gazette)", "The ship leaves Port Ferry.|Harbour Gazette"),
            ("The ship leaves Port Ferry (Northern Quay).", "The ship leaves Port Ferry (Northern Quay).|"),
            ("The ship leaves. (As it did before.)", "The ship leaves. (As it did before.)|"),
            ("The ship leaves (again).", "The ship leaves (again).|"),
        ] {
            let got = read(line);
            assert_eq!(format!("{}|{}", got.text, got.credit.unwrap_or_default()), want, "{line}");
        }
    }

    #[test]
    fn credits() {
        let cases = [
            ("The ship leaves Port Ferry. (Reuters)", "The ship leaves Port Ferry.|Reuters"),
            ("The ship leaves. (Reuters file photo)", "The ship leaves.|Reuters"),
            ("The ship leaves. [Anadolu Agency]", "The ship leaves.|Anadolu Agency"),
            ("The ship leaves. EPA/ADA QUILL / POOL", "The ship leaves.|EPA/ADA QUILL / POOL"),
            ("The ship leaves. REUTERS/Ada Quill", "The ship leaves.|REUTERS/Ada Quill"),
            (
                "The ship leaves. Photo: Ada Quill / Harbour Gazette",
                "The ship leaves.|Ada Quill / Harbour Gazette",
            ),
            ("The ship leaves. © Reuters", "The ship leaves.|Reuters"),
            ("The ship leaves. (AP Photo/Ada Quill)", "The ship leaves.|AP Photo/Ada Quill"),
            ("The ship leaves. (Photo by Ada Quill/Getty Images)", "The ship leaves.|Ada Quill/Getty Images"),
            ("Photo: Ada Quill, AP", "|Ada Quill, AP"),
            ("A ship (Credit: iStock)", "A ship|iStock"),
            ("The ship leaves (again).", "The ship leaves (again).|"),
            ("The ship leaves, Rome, 11 May 2026.", "The ship leaves, Rome, 11 May 2026.|"),
        ];
        for (line, want) in cases {
            let got = split(line);
            assert_eq!(format!("{}|{}", got.text, got.credit.unwrap_or_default()), want, "{line}");
        }
    }
}
