//! Names of output files and their URLs: made by one validator, so that no text of an article can
//! reach outside the output, and two pages cannot share one address.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A file of the site, relative to its root, with `/` between parts: `world/2026/05/talks.html`.
///
/// Made only by [`OutPath::new`], so it cannot leave the output directory. Copies share their text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OutPath(Arc<str>);

/// Names that Windows keeps for devices, with or without an extension.
const DEVICES: [&str; 28] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "com¹", "com²", "com³", "lpt¹",
    "lpt²", "lpt³",
];

/// Longest part of a path in bytes: what common file systems take, less room for a temporary suffix.
const PART_LIMIT: usize = 200;

impl OutPath {
    /// Checks a path: relative, NFC, no empty, `.` or `..` part, nothing a file system or host would
    /// read as something else.
    ///
    /// # Errors
    /// The reason, for a message that names the text.
    pub fn new(path: &str) -> Result<Self, &'static str> {
        for part in path.split('/') {
            check_part(part)?;
        }
        if path.len() > 1000 {
            return Err("is longer than 1,000 bytes");
        }
        // The form is the same for plain ASCII, which most addresses are.
        let composed = if path.is_ascii() { path.to_owned() } else { path.nfc().collect::<String>() };
        Ok(Self(composed.into()))
    }

    /// A path that no page has: nothing is written there.
    pub(crate) fn nowhere() -> Self {
        Self("".into())
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many folders it is in.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.0.matches('/').count()
    }

    /// What goes before a root-relative link on this page: `""`, `"../"`, `"../../"`…
    #[must_use]
    pub fn root(&self) -> String {
        "../".repeat(self.depth())
    }

    /// The address without the root, percent-encoded: a page in a folder of its own is the folder.
    #[must_use]
    pub fn url(&self) -> String {
        let path = match self.0.strip_suffix("index.html") {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
            _ => &self.0,
        };
        encode(path).into_owned()
    }

    /// The address as a link inside the site, percent-encoded. With `index` the file is named even
    /// where a server would not need it, so that the link works from a disk.
    #[must_use]
    pub fn href(&self, index: bool) -> String {
        let url = if index { encode(&self.0).into_owned() } else { self.url() };
        if url.is_empty() { "./".to_owned() } else { url }
    }

    /// The key under which hosts would serve it: case folded, `.html` and `index.html` dropped.
    #[must_use]
    pub fn fold_key(&self) -> String {
        let folded = if self.0.is_ascii() {
            self.0.to_ascii_lowercase()
        } else {
            self.0
                .nfkc()
                .flat_map(char::to_lowercase)
                .collect::<String>()
                .replace('ß', "ss")
                .nfc()
                .collect::<String>()
        };
        let key = folded.strip_suffix(".html").unwrap_or(&folded);
        match key.strip_suffix("index") {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => {
                folder.trim_end_matches('/').to_owned()
            }
            _ => key.to_owned(),
        }
    }
}

impl fmt::Display for OutPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for OutPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl TryFrom<String> for OutPath {
    type Error = &'static str;
    fn try_from(path: String) -> Result<Self, Self::Error> {
        Self::new(&path)
    }
}

impl From<OutPath> for String {
    fn from(path: OutPath) -> Self {
        path.as_str().to_owned()
    }
}

fn check_part(part: &str) -> Result<(), &'static str> {
    let stem = part.split('.').next().unwrap_or(part);
    let begins = |with: &str| part.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with));
    match part {
        "" => return Err("has an empty part"),
        "." | ".." => return Err("steps out of its folder"),
        _ => {}
    }
    if part.len() > PART_LIMIT {
        return Err("has a part longer than 200 bytes");
    }
    if part.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Err("has a control or invisible character");
    }
    if part.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) {
        return Err("has one of \\ : * ? \" < > |");
    }
    if part.contains('%') {
        return Err("has a `%`: write the character itself");
    }
    if part.starts_with([' ', '-', '~']) || part.ends_with(['.', ' ']) {
        return Err("begins with a blank, `-` or `~`, or ends with a dot or blank");
    }
    if DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device)) || begins("git~") || begins(".git") {
        return Err("is a reserved name");
    }
    Ok(())
}

/// Bidi and zero-width controls and tag characters: legal in text, never in a name.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}' | '\u{ad}' | '\u{61c}')
}

/// Checks a slug: one part of a path.
///
/// # Errors
/// The reason.
pub fn check_slug(slug: &str) -> Result<(), &'static str> {
    if slug.contains('/') {
        return Err("has a `/`");
    }
    if slug.eq_ignore_ascii_case("index") {
        return Err("is the name of a folder's own page");
    }
    check_part(slug)
}

/// A slug from any text: lower case, words joined by `-`. Latin letters lose their accents, other
/// scripts keep their letters. Never empty, and always passes [`check_slug`].
///
/// ```
/// assert_eq!(newsprint::path::slugify("Türkiye’nin “yeni” planı"), "turkiyenin-yeni-plani");
/// assert_eq!(newsprint::path::slugify("قمة المناخ"), "قمة-المناخ");
/// ```
#[must_use]
pub fn slugify(text: &str) -> String {
    /// Bytes of a slug at most; what is longer is cut at a word.
    const LIMIT: usize = 96;
    // Composing changes no ASCII, and most texts are nothing else.
    let (mut slug, plain) = (String::with_capacity(text.len()), text.is_ascii());
    if plain {
        push_slug(&mut slug, text.chars());
    } else {
        push_slug(&mut slug, text.nfc());
    }
    if slug.len() > LIMIT {
        let mut cut = LIMIT;
        while !slug.is_char_boundary(cut) {
            cut -= 1;
        }
        let cut = slug[..cut].rfind('-').filter(|at| *at > LIMIT / 2).unwrap_or(cut);
        slug.truncate(cut);
    }
    let slug: String = if plain { slug } else { slug.nfc().collect() };
    match check_slug(&slug) {
        Ok(()) => slug,
        // A text of signs only, or a reserved name: say so in a form that is still a name.
        Err(_) => format!("x{}{slug}", crate::fingerprint::Fingerprint::of(text.as_bytes()).short(8))
            .replace('.', ""),
    }
}

fn push_slug(slug: &mut String, text: impl Iterator<Item = char>) {
    let mut gap = false;
    for c in text {
        if matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´') || is_invisible(c) {
            continue;
        }
        let word = match c {
            '+' => "plus",
            '#' => "sharp",
            '&' => "and",
            _ => "",
        };
        // A mark that no letter is composed with, or that stood behind an ı, is an accent too.
        if is_combining_mark(c) && slug.ends_with(|last: char| last.is_ascii_alphanumeric()) {
            continue;
        }
        let alone = !word.is_empty() && c == '&';
        if !(c.is_alphanumeric() || is_combining_mark(c) && !slug.is_empty() || !word.is_empty() && !alone) {
            gap = true;
            continue;
        }
        if gap && !slug.is_empty() {
            slug.push('-');
        }
        gap = false;
        if word.is_empty() { push_folded(slug, c) } else { slug.push_str(word) }
    }
}

fn push_folded(slug: &mut String, c: char) {
    if c.is_ascii_alphanumeric() {
        return slug.push(c.to_ascii_lowercase());
    }
    let special = match c {
        'ı' | 'İ' => "i",
        'ß' | 'ẞ' => "ss",
        'ø' | 'Ø' => "o",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ə' | 'Ə' => "e",
        'ħ' | 'Ħ' => "h",
        _ => "",
    };
    if !special.is_empty() {
        return slug.push_str(special);
    }
    match std::iter::once(c).nfkd().next() {
        Some(base) if base.is_ascii_alphanumeric() => slug.extend(
            std::iter::once(c).nfkd().filter(char::is_ascii_alphanumeric).flat_map(char::to_lowercase),
        ),
        _ => slug.extend(c.to_lowercase()),
    }
}

/// Percent-encodes a path for a URL: everything but unreserved characters and `/`.
#[must_use]
pub fn encode(path: &str) -> Cow<'_, str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'/');
    if path.bytes().all(plain) {
        return Cow::Borrowed(path);
    }
    let mut url = String::with_capacity(path.len() * 2);
    for b in path.bytes() {
        if plain(b) {
            url.push(char::from(b));
        } else {
            url.push_str(&format!("%{b:02X}"));
        }
    }
    Cow::Owned(url)
}

/// Percent-encodes a text for a part of a query: everything but unreserved characters.
#[must_use]
pub fn encode_all(text: &str) -> String {
    encode(text).replace('/', "%2F")
}

/// The file that answers at an address of the site, percent-encoded or not; `None` for what can be none.
#[must_use]
pub fn of_url(url: &str) -> Option<OutPath> {
    let path = url.trim_start_matches('/');
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match digits.filter(|_| *first == b'%').and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    let path = String::from_utf8(bytes).ok()?;
    if path.is_empty() || path.ends_with('/') {
        return OutPath::new(&format!("{path}index.html")).ok();
    }
    OutPath::new(&path).ok()
}

/// The path within the site that `target` means in the file at `path`: relative to its folder, or to
/// `content/` with a leading slash. `None` when it leads out of `content/`.
#[must_use]
pub fn beside(path: &str, target: &str) -> Option<String> {
    let target = target.split(['?', '#']).next().unwrap_or(target);
    let folder = match target.starts_with('/') {
        true => "content",
        false => path.rsplit_once('/').map_or("", |(folder, _)| folder),
    };
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (parts.first() == Some(&"content") && parts.len() > 1).then(|| parts.join("/"))
}

/// Fills a pattern such as `/:section/:year/:slug.html` in: parts that become empty are left out, a
/// pattern that ends in `/` names the folder's `index.html`.
///
/// # Errors
/// What [`OutPath::new`] says of the result.
pub fn fill(pattern: &str, value: impl Fn(&str) -> Option<String>) -> Result<OutPath, &'static str> {
    let mut parts: Vec<String> = Vec::new();
    for part in pattern.split('/').filter(|p| !p.is_empty()) {
        let mut filled = String::new();
        let mut rest = part;
        while let Some(at) = rest.find(':') {
            filled.push_str(&rest[..at]);
            let name_end =
                rest[at + 1..].find(|c: char| !c.is_ascii_lowercase()).map_or(rest.len(), |n| at + 1 + n);
            filled.push_str(&value(&rest[at + 1..name_end]).unwrap_or_default());
            rest = &rest[name_end..];
        }
        filled.push_str(rest);
        if !filled.is_empty() {
            parts.push(filled);
        }
    }
    if pattern.ends_with('/') {
        parts.push("index.html".to_owned());
    }
    OutPath::new(&parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for (text, slug) in [
            ("Harbour pilots end nine-day strike", "harbour-pilots-end-nine-day-strike"),
            ("US, Türkiye Pledge", "us-turkiye-pledge"),
            ("  --  İstanbul & Ağrı ", "istanbul-agri"),
            ("C++ and C#", "cplusplus-and-csharp"),
            ("Straße", "strasse"),
            ("北京 奥运", "北京-奥运"),
            ("Москва: итоги", "москва-итоги"),
            ("é", "e"),
            ("Kı\u{301}y\u{302}", "kiy"),
        ] {
            assert_eq!(slugify(text), slug, "{text}");
        }
        for odd in ["", "!!!", "con", "..", "index", "\u{202e}", "nul"] {
            check_slug(&slugify(odd)).expect(odd);
        }
    }

    #[test]
    fn refused() {
        for bad in [
            "",
            "/x",
            "a/../b",
            "..",
            "a//b",
            "a\\b",
            "a:b",
            "x.",
            "x ",
            "-x",
            "con.html",
            "a%2e",
            ".git/x",
            "git~1",
            "a\0b",
            "a\u{202e}b",
        ] {
            assert!(OutPath::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn one_address() {
        let key = |p: &str| OutPath::new(p).map(|p| p.fold_key());
        assert_eq!(key("News/Index.html"), key("news.html"));
        assert_eq!(key("a/straße.html"), key("a/STRASSE/index.html"));
        assert_eq!(key("index.html"), Ok(String::new()));
        assert_ne!(key("a.xml"), key("a.html"));
    }

    #[test]
    fn patterns() {
        let value = |name: &str| match name {
            "slug" => Some("x".to_owned()),
            "year" => Some("2026".to_owned()),
            _ => None,
        };
        assert_eq!(
            fill("/:section/:year/:slug.html", value).map(|p| p.to_string()),
            Ok("2026/x.html".to_owned())
        );
        assert_eq!(fill("/:slug/", value).map(|p| p.url()), Ok("x/".to_owned()));
    }
}
