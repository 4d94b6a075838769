//! Errors as values: what went wrong, where, what was expected, and what to do about it.
//!
//! Nobody branches on a [`Diag`]; where code must branch, it returns a value. Diags are made only by
//! the named constructors at the end of this file, so the program's prose is edited in one place and
//! `rg 'diag::'` lists every complaint it can utter. Nothing here prints: `cli` does.

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::{Deserialize, Serialize};

mod faults;

pub use faults::*;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The run cannot do what was asked.
    Error,
    /// The run goes on; somebody should look.
    Warning,
    /// Worth knowing.
    Note,
}

/// A place in a source file, with the line it names, so that a diag can be shown without the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Path as the user knows it (relative to the site).
    pub path: String,
    /// 1-based line; 0 when the whole file is meant.
    pub line: u32,
    /// 1-based column in characters; 0 when the whole file is meant.
    pub col: u32,
    /// The source line (cut to a window when long) and the byte range in it that is meant.
    pub excerpt: Option<(String, Range<u32>)>,
}

/// Bytes of a source line shown at most; longer lines are cut around the mark.
const WINDOW: usize = 160;

impl Place {
    /// The whole file.
    #[must_use]
    pub fn file(path: impl Into<String>) -> Self {
        Self { path: path.into(), line: 0, col: 0, excerpt: None }
    }

    /// A line and column of a file whose text is not at hand.
    #[must_use]
    pub fn at(path: impl Into<String>, line: usize, col: usize) -> Self {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { line: number(line), col: number(col), ..Self::file(path) }
    }

    /// A byte range of `source`, which is the text of `path`. A range outside it is clamped.
    #[must_use]
    pub fn of(path: impl Into<String>, source: &str, range: Range<usize>) -> Self {
        let start = floor_boundary(source, range.start);
        // Lines end as editors see it: at `\n`, `\r\n` and a lone `\r`.
        let ends = ['\n', '\r'];
        let line_start = source[..start].rfind(ends).map_or(0, |at| at + 1);
        let line_end = source[start..].find(ends).map_or(source.len(), |at| start + at);
        let text = &source[line_start..line_end];
        let breaks = source[..line_start].replace("\r\n", "\n");
        let line = breaks.bytes().filter(|b| matches!(b, b'\n' | b'\r')).count() + 1;
        let col = source[line_start..start].chars().count() + 1;
        let from = (start - line_start).min(text.len());
        let to = floor_boundary(text, range.end.saturating_sub(line_start)).max(from);
        let cut = if text.len() > WINDOW { floor_boundary(text, from.saturating_sub(WINDOW / 2)) } else { 0 };
        let shown = &text[cut..floor_boundary(text, cut + WINDOW)];
        let clamp = |at: usize| u32::try_from((at - cut).min(shown.len())).unwrap_or(u32::MAX);
        Self {
            path: path.into(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            col: u32::try_from(col).unwrap_or(u32::MAX),
            excerpt: Some((visible(shown), clamp(from)..clamp(to))),
        }
    }
}

impl Place {
    /// Whether both are on the same line and show the same part of it.
    fn is_line_of(&self, other: &Self) -> bool {
        let text = |place: &Self| place.excerpt.as_ref().map(|(text, _)| text.clone());
        self.path == other.path && self.line == other.line && text(self) == text(other)
    }
}

/// Largest character boundary of `text` that is at most `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Control, bidi and invisible characters as visible stand-ins of equal byte length where possible, so that a
/// hostile file can neither move the terminal's cursor nor reorder the message.
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' => ' ',
            c if c.is_control() && c.len_utf8() == 1 => '?',
            '\u{80}'..='\u{9f}' => '¿',
            '\u{200b}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// One complaint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diag {
    /// How bad it is.
    pub severity: Severity,
    /// Stable short code, e.g. `FM-UNKNOWN`; scripts may match on it.
    pub code: Cow<'static, str>,
    /// What was found and what was expected: lower case, no full stop.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// What to do about it, when we know.
    pub hint: Option<String>,
    /// Other places that belong to it, each with a word on why.
    pub also: Vec<(String, Place)>,
}

/// A value with the complaints that came with it: parsers return both.
#[derive(Clone, Debug)]
pub struct Checked<T> {
    /// The value, as far as it could be made.
    pub value: T,
    /// What was wrong on the way.
    pub diags: Vec<Diag>,
}

impl<T> Checked<T> {
    /// A value nobody complained about.
    pub fn fine(value: T) -> Self {
        Self { value, diags: Vec::new() }
    }
}

/// Whether any of them is an error.
#[must_use]
pub fn any_error(diags: &[Diag]) -> bool {
    diags.iter().any(|d| d.severity == Severity::Error)
}

/// Sorts for showing: by path, then place, then code.
pub fn sort(diags: &mut [Diag]) {
    diags.sort_by(|a, b| {
        let key = |d: &Diag| {
            let place = d.place.as_ref();
            (place.map(|p| p.path.clone()), place.map(|p| (p.line, p.col)), d.code.clone(), d.message.clone())
        };
        key(a).cmp(&key(b))
    });
}

impl Diag {
    fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        let message = visible(&message.into());
        Self { severity, code: Cow::Borrowed(code), message, place: None, hint: None, also: Vec::new() }
    }

    fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn also(mut self, why: &str, place: Place) -> Self {
        self.also.push((why.to_owned(), place));
        self
    }

    /// The diag as text for a person: rustc's form, with the source line and a caret.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let mut group = Group::with_title(level.primary_title(self.message.as_str()).id(self.code.as_ref()));
        let marks: Vec<(Option<&str>, &Place)> = self
            .place
            .iter()
            .map(|place| (None, place))
            .chain(self.also.iter().map(|(why, place)| (Some(why.as_str()), place)))
            .collect();
        for (at, (_, place)) in marks.iter().enumerate() {
            let same = |other: &&(Option<&str>, &Place)| other.1.is_line_of(place);
            let Some((text, _)) = &place.excerpt else {
                let mut origin = annotate_snippets::Origin::path(place.path.as_str());
                if place.line > 0 {
                    origin = origin.line(place.line as usize).char_column(place.col as usize);
                }
                group = group.element(origin);
                continue;
            };
            if marks[..at].iter().any(|other| same(&other)) {
                continue;
            }
            // Marks on one line share one picture of it.
            let annotations = marks.iter().filter(same).filter_map(|(label, place)| {
                let (_, range) = place.excerpt.as_ref()?;
                let kind = if label.is_none() { AnnotationKind::Primary } else { AnnotationKind::Context };
                Some(kind.span(range.start as usize..range.end.max(range.start) as usize).label(*label))
            });
            group = group.element(
                Snippet::source(text.as_str())
                    .line_start(place.line as usize)
                    .path(place.path.as_str())
                    .annotations(annotations),
            );
        }
        if let Some(hint) = &self.hint {
            group = group.element(Level::HELP.message(hint.as_str()));
        }
        renderer.render(&[group])
    }

    /// `path:line:col: error[CODE]: message`, on one line.
    #[must_use]
    pub fn line(&self) -> String {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let place = self.place.as_ref().map_or(String::new(), |p| match p.line {
            0 => format!("{}: ", p.path),
            _ => format!("{}:{}:{}: ", p.path, p.line, p.col),
        });
        format!("{place}{word}[{}]: {}", self.code, self.message)
    }
}

/// The candidate nearest to `found`, if any is near enough to be a slip of the fingers.
#[must_use]
pub fn nearest<'a>(found: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(&found.to_lowercase(), &c.to_lowercase()), c))
        .filter(|(distance, c)| *distance <= 1 + c.chars().count().max(found.chars().count()) / 4)
        .min()
        .map(|(_, c)| c)
}

/// Keys of other generators, with ours.
const ELSEWHERE: [(&str, &str); 20] = [
    ("abstract", "summary"),
    ("byline", "authors"),
    ("categories", "section"),
    ("category", "section"),
    ("cover", "image"),
    ("description", "summary"),
    ("excerpt", "summary"),
    ("expirydate", "expires"),
    ("featured", "lead"),
    ("headline", "title"),
    ("keywords", "tags"),
    ("language", "lang"),
    ("lastmod", "updated"),
    ("modified", "updated"),
    ("name", "title"),
    ("permalink", "slug"),
    ("publishdate", "embargo"),
    ("redirect_from", "aliases"),
    ("thumbnail", "image"),
    ("url", "slug"),
];

/// What to write instead of `found`: a word spelt nearly so, one that it begins with
/// (`embargo_until`), what others call it, or the list of all.
fn suggestion(found: &str, known: &[&str]) -> String {
    let lower = found.to_lowercase();
    let begun = |word: &&&str| word.len() >= 4 && lower.starts_with(**word);
    let elsewhere = || ELSEWHERE.iter().find(|(theirs, _)| *theirs == lower).map(|(_, ours)| *ours);
    let near = nearest(found, known.iter().copied())
        .or_else(|| known.iter().find(begun).copied())
        .or_else(|| elsewhere().filter(|ours| known.contains(ours)));
    match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: {}", known.join(", ")),
    }
}

// --- The constructors: every complaint the program can make -------------------------------------

/// `found` is no key of `table` ("front matter", "site.toml", "`image`"…).
#[must_use]
pub fn unknown_key(place: Place, table: &str, found: &str, known: &[&str]) -> Diag {
    let mut hint = suggestion(found, known);
    if table == "front matter" {
        hint += " (keys of your own go under `[extra]`)";
    }
    Diag::error("FM-UNKNOWN", format!("unknown key `{found}` in {table}")).at(place).hint(hint)
}

/// A key's value has another type than expected ("an array of strings").
#[must_use]
pub fn wrong_type(place: Place, key: &str, expected: &str, found: &str) -> Diag {
    let diag = Diag::error("FM-TYPE", format!("`{key}` is {found}, expected {expected}")).at(place);
    match (found, expected) {
        ("a string", "an array of strings") => diag.hint("put it in brackets: [\"…\"]"),
        ("an array" | "a table" | "empty", "a string") => diag,
        (_, "a string") => diag.hint("put it in quotes"),
        _ => diag,
    }
}

/// A key that stands twice in one table.
#[must_use]
pub fn duplicate_key(place: Place, key: &str, first: Option<Place>) -> Diag {
    let diag = Diag::error("FM-DUP", format!("`{key}` is given twice")).at(place);
    match first {
        Some(first) => diag.also("first given here", first),
        None => diag,
    }
}

/// A key that must be there is not.
#[must_use]
pub fn missing_key(place: Place, table: &str, key: &str) -> Diag {
    Diag::error("FM-MISSING-KEY", format!("{table} has no `{key}`")).at(place).hint(format!("add `{key}`"))
}

/// A value that must differ from one entry of a list to the next.
#[must_use]
pub fn duplicate_value(place: Place, key: &str, found: &str, first: Place) -> Diag {
    Diag::error("FM-DUP", format!("`{key}`: `{found}` stands twice"))
        .at(place)
        .also("first given here", first)
}

/// A time zone that is not in the IANA list.
#[must_use]
pub fn unknown_zone(place: Place, key: &str, found: &str, near: Option<&str>) -> Diag {
    let diag = Diag::error("FM-VALUE", format!("`{key}`: there is no time zone `{found}`")).at(place);
    match near {
        Some(near) => diag.hint(format!("did you mean `{near}`?")),
        None => diag.hint("write an IANA name, such as Europe/Lisbon"),
    }
}

/// site.toml does not say where the paper is.
#[must_use]
pub fn no_zone(path: &str) -> Diag {
    Diag::warning(
        "CONF-ZONE",
        "site.toml names no `timezone`: dates and times without an offset are read as UTC",
    )
    .at(Place::file(path))
    .hint("say where the paper is, for example timezone = \"Europe/Lisbon\", or \"UTC\"")
}

/// Words that an edition of site.toml shows in another language than its own.
#[must_use]
pub fn words_missing(place: Option<Place>, lang: &str, missing: &[String]) -> Diag {
    /// Naming more helps nobody: whoever lacks them starts from a whole file.
    const NAMED: usize = 12;
    let named: Vec<String> = missing.iter().take(NAMED).map(|key| format!("`{key}`")).collect();
    let more = missing.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let words = if missing.len() == 1 { "word" } else { "words" };
    let diag = Diag::warning("WORDS", format!("{} {words} of the theme not said in `{lang}`", missing.len()));
    let diag = match place {
        Some(place) => diag.at(place),
        None => diag,
    };
    diag.hint(format!(
        "pages show another language there: say {}{more} under [words.{lang}]",
        named.join(", ")
    ))
}

/// A word that the theme does not know but for a slip of the pen; a site may have words of its own.
#[must_use]
pub fn near_word(place: Place, found: &str, near: &str) -> Diag {
    Diag::warning("WORDS", format!("the theme has no word `{found}`, so only your own templates can show it"))
        .at(place)
        .hint(format!("did you mean `{near}`?"))
}

/// A value outside its list of words.
#[must_use]
pub fn unknown_word(place: Place, key: &str, found: &str, known: &[&str]) -> Diag {
    Diag::error("FM-VALUE", format!("`{key}` cannot be `{found}`")).at(place).hint(suggestion(found, known))
}

/// A value that has the right type but cannot be used, with the reason.
#[must_use]
pub fn bad_value(place: Place, key: &str, why: &str) -> Diag {
    Diag::error("FM-VALUE", format!("`{key}`: {why}")).at(place)
}

/// The text between the fences is not TOML or YAML. `hint` may be empty; `begun` is where the thing
/// that is not finished begins.
#[must_use]
pub fn front_matter_syntax(place: Place, why: &str, hint: &str, begun: Option<Place>) -> Diag {
    let mut why = why.trim().to_owned();
    // Libraries begin with a capital; the rest may quote the text and stays as it is.
    if let Some(first) = why.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    let mut diag = Diag::error("FM-SYNTAX", why).at(place);
    if !hint.is_empty() {
        diag = diag.hint(hint);
    }
    match begun {
        Some(begun) => diag.also("begins here", begun),
        None => diag,
    }
}

/// A file of content that does not begin with front matter.
#[must_use]
pub fn no_front_matter(place: Place) -> Diag {
    Diag::error("FM-MISSING", "no front matter: an article begins with `+++`")
        .at(place)
        .hint("write `+++`, `title = \"…\"`, `+++` above the text, or rename the file to .txt to have it parsed as a dump")
}

/// A first line that begins like a fence but goes on.
#[must_use]
pub fn bad_fence(place: Place, fence: &str) -> Diag {
    Diag::error("FM-MISSING", format!("no front matter: `{fence}` must stand alone on its line")).at(place)
}

/// Front matter that never closes; `near` is a line that may have been meant to.
#[must_use]
pub fn open_front_matter(place: Place, fence: &str, near: Option<Place>) -> Diag {
    let diag =
        Diag::error("FM-OPEN", format!("front matter starts here but no `{fence}` closes it")).at(place);
    match near {
        Some(near) => diag.also("this does not close it", near),
        None => diag.hint(format!("put `{fence}` on a line of its own between front matter and text")),
    }
}

/// YAML anchors and aliases: refused, since a few of them can stand for a gigabyte.
#[must_use]
pub fn yaml_alias(place: Place) -> Diag {
    Diag::error("YAML-ALIAS", "anchors and aliases are not allowed in front matter")
        .at(place)
        .hint("write the value out, or put it in quotes if `&` or `*` is part of it")
}

/// YAML tags (`!!str`): refused.
#[must_use]
pub fn yaml_tag(place: Place) -> Diag {
    Diag::error("YAML-TAG", "tags are not allowed in front matter")
        .at(place)
        .hint("leave the tag out, or put the value in quotes if `!` is part of it")
}

/// A file beyond its size limit.
#[must_use]
pub fn too_large(place: Place, what: &str, bytes: u64, limit: u64) -> Diag {
    Diag::error("LIMIT-SIZE", format!("{what} has {bytes} bytes, the limit is {limit}")).at(place)
}

/// A text or value that is nested too deeply.
#[must_use]
pub fn too_deep(place: Place, what: &str, limit: usize) -> Diag {
    Diag::error("LIMIT-DEPTH", format!("{what} is nested more than {limit} deep")).at(place)
}

/// A date that is none.
#[must_use]
pub fn bad_date(place: Place, key: &str, why: &str) -> Diag {
    Diag::error("DATE", format!("`{key}`: {why}"))
        .at(place)
        .hint("write 2026-03-14, 2026-03-14T09:30:00 or 2026-03-14T09:30:00Z")
}

/// A year that no calendar on the web can show.
#[must_use]
pub fn date_range(place: Place, key: &str, found: &str) -> Diag {
    Diag::error("DATE-RANGE", format!("`{key}`: `{found}` is outside the years 0001 to 9999")).at(place)
}

/// A local time that the site's zone skips; `offsets` are those before and after.
#[must_use]
pub fn date_gap(place: Place, key: &str, local: &str, zone: &str, offsets: &str) -> Diag {
    Diag::error("DATE-GAP", format!("`{key}`: {local} does not exist in {zone} (clocks go forward)"))
        .at(place)
        .hint(format!("write the offset behind it: {offsets}"))
}

/// A local time that happens twice; for embargo and expiry an error, else a warning.
#[must_use]
pub fn date_fold(place: Place, key: &str, local: &str, zone: &str, offsets: &str, fatal: bool) -> Diag {
    let (severity, taken) =
        if fatal { (Severity::Error, "") } else { (Severity::Warning, "; the earlier one is taken") };
    let message = format!("`{key}`: {local} happens twice in {zone} (clocks go back){taken}");
    Diag::new(severity, "DATE-FOLD", message).at(place).hint(format!("write the offset behind it: {offsets}"))
}

/// `later` is not after `earlier`, which stands at `first`.
#[must_use]
pub fn date_order(place: Place, earlier: &str, later: &str, first: Option<Place>) -> Diag {
    let diag = Diag::error("DATE-ORDER", format!("`{later}` is not after `{earlier}`")).at(place);
    match first {
        Some(first) => diag.also(&format!("`{earlier}` is here"), first),
        None => diag,
    }
}

/// Bytes that are no UTF-8; `offset` is the first of them.
#[must_use]
pub fn invalid_utf8(path: &str, line: usize, col: usize, offset: usize, byte: u8) -> Diag {
    let looks = if offset == 0 && matches!(byte, 0xfe | 0xff) { "UTF-16" } else { "windows-1252" };
    Diag::error(
        "UTF8",
        format!("invalid UTF-8: byte 0x{byte:02x} at line {line}, column {col} (offset {offset})"),
    )
    .at(Place::at(path, line, col))
    .hint(format!("save the file as UTF-8 (it looks like {looks})"))
}

/// A control character or noncharacter: legal in a file, in no page and no feed. `count` is how
/// many the text has.
#[must_use]
pub fn control_character(place: Place, what: &str, found: char, count: usize) -> Diag {
    let more = if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
    Diag::warning("CTRL", format!("{what} has the control character U+{:04X}{more}", u32::from(found)))
        .at(place)
        .hint("delete it: readers cannot see it, and feeds cannot carry it")
}

/// Characters that turn the writing direction around; an error if one stays open.
#[must_use]
pub fn bidi_control(place: Place, what: &str, found: char, open: bool) -> Diag {
    let found = u32::from(found);
    let diag = if open {
        Diag::error(
            "BIDI",
            format!("{what} has U+{found:04X}, which turns the writing direction and is not closed"),
        )
    } else {
        Diag::warning("BIDI", format!("{what} has U+{found:04X}, which turns the writing direction"))
    };
    diag.at(place).hint("delete it, or it may reorder what stands around it")
}

/// A NUL byte in a text.
#[must_use]
pub fn nul_byte(place: Place) -> Diag {
    Diag::error("NUL", "a NUL byte in the text").at(place)
}

/// A file without a single character of text.
#[must_use]
pub fn empty_file(path: &str) -> Diag {
    Diag::warning("EMPTY", "empty file ignored").at(Place::file(path))
}

/// A dump in which no article was found.
#[must_use]
pub fn dump_refused(path: &str, why: &str) -> Diag {
    Diag::warning("DUMP-REFUSED", format!("no article found in this dump: {why}"))
        .at(Place::file(path))
        .hint("`newsprint parse --explain FILE` shows what became of each line")
}

/// A dump with an embargo that was not understood.
#[must_use]
pub fn dump_held(place: Place) -> Diag {
    Diag::warning("EMBARGO", "this dump names an embargo: what stands in it is held as a draft")
        .at(place)
        .hint("`newsprint import` it, set `embargo` in the front matter and take `draft` out")
}

/// A line of NDJSON input that is no record.
#[must_use]
pub fn bad_record(place: Place, why: &str) -> Diag {
    Diag::warning("RECORD", format!("this line was passed over: {why}"))
        .at(place)
        .hint("a line is {\"id\", \"text\" or \"html\", \"url\"?, \"fetched\"?}")
}

/// A path or slug that cannot be a file of the site.
#[must_use]
pub fn bad_path(place: Place, key: &str, found: &str, why: &str) -> Diag {
    let message =
        if found.is_empty() { format!("`{key}` is empty") } else { format!("`{key}`: `{found}` {why}") };
    Diag::error("SLUG", message).at(place)
}

/// Two sources claim one output path.
#[must_use]
pub fn url_taken(url: &str, first: &str, second: &str, folded: bool) -> Diag {
    let same = if folded { " (the same after folding case and dropping `.html`)" } else { "" };
    Diag::error("URL-DUP", format!("/{url} is claimed twice: by {first} and by {second}{same}"))
        .at(Place::file(second))
        .hint("give one of them another `slug`")
}

/// The same in a build that goes on: the second is left out.
#[must_use]
pub fn url_yielded(url: &str, first: &str, second: &str, folded: bool) -> Diag {
    let taken = url_taken(url, first, second, folded);
    Diag { severity: Severity::Warning, message: format!("{}, which is left out", taken.message), ..taken }
}

/// A text that asks for more work than one article may.
#[must_use]
pub fn too_much(place: Place, what: &str, limit: usize) -> Diag {
    Diag::error("LIMIT-WORK", format!("the text has more {what} than the {limit} that one article may have"))
        .at(place)
        .hint("divide it into several articles")
}

/// Redirects that lead back to where they began.
#[must_use]
pub fn redirect_circle(urls: &[String], by: &str) -> Diag {
    Diag::error("REDIRECT-LOOP", format!("redirects lead in a circle: {}", urls.join(" -> ")))
        .at(Place::file(by))
        .hint("take one of them out, or let it lead to a page")
}

/// A redirect to an address of the site at which there is nothing.
#[must_use]
pub fn redirect_nowhere(from: &str, to: &str, near: Option<&str>) -> Diag {
    let diag = Diag::error("REDIRECT", format!("/{from} is to lead to /{to}, but there is nothing"))
        .at(Place::file("site.toml"));
    match near {
        Some(near) => diag.hint(format!("did you mean `/{near}`?")),
        None => diag,
    }
}

/// An address that was published, and that this build would not have.
#[must_use]
pub fn url_gone(url: &str, line: usize) -> Diag {
    Diag::error("URL-GONE", format!("{url} was published and would vanish"))
        .at(Place::at("urls.txt", line, 1))
        .hint(format!(
            "if its article moved, add aliases = [\"{url}\"] to it; if it is withdrawn, keep the file with \
             withdrawn = {{ date, notice }}; otherwise let [redirects] in site.toml lead on from it, or, if readers may \
             find nothing there, delete the line in urls.txt"
        ))
}

/// A claim on a path that another claim uses as a folder.
#[must_use]
pub fn path_kind(url: &str, first: &str, second: &str) -> Diag {
    Diag::error("PATH-KIND", format!("/{url} would be a file (for {first}) and a folder (for {second})"))
        .at(Place::file(second))
}

/// An input/output failure, with the operation and the path.
#[must_use]
pub fn io(path: &str, operation: &str, error: &std::io::Error) -> Diag {
    let code = if operation.starts_with("read") || operation.starts_with("list") { "READ" } else { "IO" };
    Diag::error(code, format!("cannot {operation}: {}", io_reason(error))).at(Place::file(path))
}

fn io_reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// A symbolic link, device, socket or pipe among the content.
#[must_use]
pub fn odd_file(path: &str, what: &str) -> Diag {
    let code = if what == "a symbolic link" { "SYMLINK" } else { "FILE-KIND" };
    Diag::error(code, format!("{what} in the content folder is not followed"))
        .at(Place::file(path))
        .hint("put the file itself there")
}

/// A file name that is no UTF-8.
#[must_use]
pub fn odd_name(path: &str) -> Diag {
    Diag::error("NAME", "file name is not UTF-8").at(Place::file(path)).hint("rename the file")
}

/// A template that does not parse or failed while rendering.
#[must_use]
pub fn template(place: Place, why: &str, page: Option<&str>) -> Diag {
    let is_default = place.path.starts_with(EMBEDDED);
    let diag = Diag::error("TPL", why.to_owned()).at(place);
    match page {
        Some(page) => diag.hint(format!("while rendering /{page}")),
        None if is_default => diag.hint(
            "a default template that does not go with one of your own: add what it needs there, \
             or take it into the site too (`newsprint theme copy NAME`)",
        ),
        None => diag,
    }
}

/// Stands before the paths of files that come with the program.
pub const EMBEDDED: &str = "(newsprint)/";

/// A template mentions a name that no page, view or site key has.
#[must_use]
pub fn unknown_name(place: Place, template: &str, found: &str, known: &[&str]) -> Diag {
    Diag::error("TPL-NAME", format!("template `{template}` mentions `{found}`, which nothing provides"))
        .at(place)
        .hint(suggestion(found, known))
}

/// A template uses something that would hide what it depends on.
#[must_use]
pub fn template_refused(place: Place, why: &str) -> Diag {
    Diag::error("TPL-REFUSED", why.to_owned()).at(place)
}

/// A complaint about a value, as one about site.toml: `FM-TYPE` becomes `CONF-TYPE`.
#[must_use]
pub fn in_config(mut diag: Diag) -> Diag {
    if let Some(rest) = diag.code.strip_prefix("FM-") {
        diag.code = Cow::Owned(format!("CONF-{rest}"));
    }
    diag
}

/// site.toml or a command-line option is wrong.
#[must_use]
pub fn config(place: Place, why: &str) -> Diag {
    Diag::error("CONF", why.to_owned()).at(place)
}

/// No site where one was looked for.
#[must_use]
pub fn no_site(dir: &str) -> Diag {
    Diag::error("NO-SITE", "no site.toml here")
        .at(Place::file(dir))
        .hint("`newsprint new DIR` makes a site that builds at once")
}

/// The output directory holds files that Newsprint did not write.
#[must_use]
pub fn output_not_ours(dir: &str) -> Diag {
    Diag::error("OUT-DIR", "the output directory has files that newsprint did not write")
        .at(Place::file(dir))
        .hint("choose an empty directory with --output, or empty this one yourself")
}

/// The program failed over a source or an output: whatever it is, it should have been a message.
#[must_use]
pub fn our_fault(place: Place) -> Diag {
    Diag::error("INTERNAL", "newsprint failed over this: that is a fault of the program, not yours")
        .at(place)
        .hint("please report it, with the file if it may be shown; `--keep-going` builds the site without it")
}

/// The preview met a fault of ours; it goes on with what it showed before.
#[must_use]
pub fn preview_failed() -> Diag {
    Diag::error("INTERNAL", "newsprint failed while it looked at the change: this is a fault of the program")
        .hint("the preview goes on with what it showed before; please report what you changed")
}

/// No port to listen on.
#[must_use]
pub fn no_port(address: &str, error: &std::io::Error) -> Diag {
    Diag::error("IO", format!("cannot listen on {address}: {}", io_reason(error)))
        .hint("choose another port with --port, or leave the option out")
}

/// The folder cannot be watched: changes are found by looking again and again.
#[must_use]
pub fn not_watched(why: &str) -> Diag {
    Diag::warning(
        "WATCH",
        format!("changes cannot be watched for ({why}): the folder is looked at every second"),
    )
    .hint("on Linux, raise fs.inotify.max_user_watches")
}

/// Sources kept changing while they were read.
#[must_use]
pub fn changing(path: &str) -> Diag {
    Diag::error("CHANGING", "the file kept changing while the build read it")
        .at(Place::file(path))
        .hint("build again when it is at rest")
}

/// No finished build where one was looked for.
#[must_use]
pub fn not_built(output: &str) -> Diag {
    Diag::error("PUB-REFUSED", "no finished build of this site is here")
        .at(Place::file(output))
        .hint("`newsprint build` makes one; `publish` never builds by itself")
}

/// A file of a finished build is missing.
#[must_use]
pub fn built_file_gone(path: &str) -> Diag {
    Diag::error("PUB-REFUSED", "this file of the build is missing or cannot be read")
        .at(Place::file(path))
        .hint("`newsprint build` puts it back")
}

/// No article may be shown where the last build showed many.
#[must_use]
pub fn site_shrank(before: u64) -> Diag {
    Diag::error("SHRINK", format!("no article may be shown, and the last build showed {before}"))
        .at(Place::file("content"))
        .hint("is the folder there, and is the clock right? `--allow-empty` builds it all the same")
}

/// A build without a front page.
#[must_use]
pub fn publish_empty(output: &str) -> Diag {
    Diag::error("PUB-REFUSED", "the build has no front page (index.html): it is not published")
        .at(Place::file(output))
}

/// A build that shows what is not to be seen.
#[must_use]
pub fn publish_drafts(output: &str, what: &str) -> Diag {
    Diag::error("PUB-REFUSED", format!("the build shows {what}: it is not published"))
        .at(Place::file(output))
        .hint("build again without --drafts and --future")
}

/// A build that left bad files out.
#[must_use]
pub fn publish_left_out(output: &str, left_out: u64) -> Diag {
    Diag::error("PUB-REFUSED", format!("the build left {left_out} bad files out: it is not published"))
        .at(Place::file(output))
        .hint("mend them and build again, or say --allow-incomplete")
}

/// A build that time has overtaken.
#[must_use]
pub fn publish_stale(output: &str, until: i64) -> Diag {
    let until = chrono::DateTime::<chrono::Utc>::from_timestamp(until, 0)
        .unwrap_or_default()
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    Diag::error("PUB-REFUSED", format!("the build held until {until}, which has passed: it is not published"))
        .at(Place::file(output))
        .hint("`newsprint build`, then publish")
}

/// A target that holds another site.
#[must_use]
pub fn publish_other_site(output: &str, ours: &str, theirs: &str) -> Diag {
    Diag::error("PUB-REFUSED", format!("the build is of {ours}, but the target holds {theirs}"))
        .at(Place::file(output))
        .hint("a target holds one site; if the paper moved to a new address, publish it to an empty target")
}

/// More addresses vanish than anybody would expect.
#[must_use]
pub fn publish_deletes(output: &str, vanishing: usize, of: usize) -> Diag {
    Diag::error("PUB-REFUSED", format!("{vanishing} of {of} published files would go: nothing was published"))
        .at(Place::file(output))
        .hint(format!("if that is meant, say --confirm-deletes {vanishing}"))
}

/// How many published files would go, if that is the complaint.
#[must_use]
pub fn vanishing(diag: &Diag) -> Option<usize> {
    diag.hint.as_deref()?.rsplit_once("--confirm-deletes ")?.1.parse().ok()
}

/// The finished build is not the one that was looked at.
#[must_use]
pub fn publish_replan() -> Diag {
    Diag::error("PUB-REFUSED", "the site was built anew since you looked: nothing was published")
        .hint("look again at what would be published")
}

/// Somebody else's file stands where one of ours would go.
#[must_use]
pub fn publish_stranger(path: &str) -> Diag {
    Diag::error("PUB-CONFLICT", "at the target, this file is not what we published: it is left alone")
        .at(Place::file(path))
        .hint(
            "if it was ours and somebody changed it, --verify-remote puts it right; if it is another's, \
             remove it there or choose another place",
        )
}

/// The target changed while it was published to.
#[must_use]
pub fn publish_raced(what: &str) -> Diag {
    Diag::error("PUB-CONFLICT", format!("{what} was changed by somebody else meanwhile: stopped"))
        .hint("publish again when the other publication is over")
}

/// Another publication is going on.
#[must_use]
pub fn publish_locked(who: &str) -> Diag {
    Diag::error("PUB-LOCK", format!("another publication to this target is going on ({who})"))
        .hint("publish again when it is over; one that died is taken over after two minutes")
}

/// A request failed: what was done stands, and nothing that comes after it was begun.
#[must_use]
pub fn publish_incomplete(what: &str) -> Diag {
    Diag::error("PUB-INCOMPLETE", format!("stopped: {what}"))
        .hint("every page that is out works as it is; publish again to go on from here")
}

/// The records at the target cannot be read.
#[must_use]
pub fn publish_damaged(place: &str) -> Diag {
    Diag::error("PUB-CONFLICT", format!("the list of what was published to {place} is damaged"))
        .hint("put the file .newsprint/manifest back from a backup, or publish to an empty target")
}

/// A host would refuse this.
#[must_use]
pub fn publish_limit(path: &str, why: &str) -> Diag {
    Diag::error("PUB-REFUSED", why.to_owned()).at(Place::file(path))
}

/// Something about the target that forbids publishing to it.
#[must_use]
pub fn publish_target(name: &str, why: &str) -> Diag {
    Diag::error("PUB-TARGET", format!("target `{name}`: {why}"))
}

/// No target, or not one.
#[must_use]
pub fn publish_which(found: Option<&str>, known: &[&str]) -> Diag {
    let list = known.join(", ");
    let diag = match found {
        Some(found) => Diag::error("PUB-TARGET", format!("site.toml has no [publish.{found}]")),
        None if known.is_empty() => Diag::error("PUB-TARGET", "site.toml names no target to publish to"),
        None => Diag::error("PUB-TARGET", "site.toml names several targets: say which"),
    };
    if known.is_empty() {
        diag.hint("add one: [publish.live], kind = \"dir\", path = \"/srv/www/paper\"")
    } else {
        diag.hint(format!("known: {list}"))
    }
}

/// Files at the target that are not ours.
#[must_use]
pub fn publish_foreign(place: &str, paths: &[String]) -> Diag {
    let first: Vec<&str> = paths.iter().take(5).map(String::as_str).collect();
    let more = if paths.len() > first.len() { ", …" } else { "" };
    let message = format!(
        "{} files at {place} are not ours and were left alone: {}{more}",
        paths.len(),
        first.join(", ")
    );
    Diag::new(Severity::Note, "PUB-FOREIGN", message)
}

/// Nothing to go back to.
#[must_use]
pub fn publish_no_release(place: &str) -> Diag {
    Diag::error("PUB-REFUSED", format!("{place} has no earlier release to go back to"))
}

/// The tree to go back to is not kept here.
#[must_use]
pub fn publish_not_kept(place: &str) -> Diag {
    let message = format!(
        "{place} was published from elsewhere: what was there before is not kept in this site's folder"
    );
    Diag::error("PUB-REFUSED", message).hint(
        "run rollback where it was published; or take the content back (`git checkout` of an earlier commit), build, \
         and publish: only what differs is sent",
    )
}

/// Another process holds the site.
#[must_use]
pub fn locked(path: &str, who: &str) -> Diag {
    Diag::error("LOCK", format!("another build holds this site ({who})")).at(Place::file(path))
}

/// An article's lead picture is named but is not there.
#[must_use]
pub fn no_image(place: Place, src: &str) -> Diag {
    Diag::error("IMAGE", format!("there is no picture `{src}` beside this article"))
        .at(place)
        .hint(image_hint(src))
}

/// An author's picture is not there.
#[must_use]
pub fn no_portrait(place: Place, src: &str) -> Diag {
    Diag::error("IMAGE", format!("there is no picture `content/{src}`")).at(place).hint(image_hint(src))
}

/// The picture of a headline cannot be made.
#[must_use]
pub fn no_social_card(place: Place, why: &str) -> Diag {
    Diag::error("IMAGE", format!("the social card of this article cannot be drawn: {why}")).at(place)
}

/// A text shows a picture that is not there: its text alternative is shown.
#[must_use]
pub fn no_image_in_text(place: Place, src: &str) -> Diag {
    Diag::warning("IMAGE", format!("there is no picture `{src}` beside this article"))
        .at(place)
        .hint(image_hint(src))
}

/// Extensions of pictures that browsers show.
const PICTURES: [&str; 7] = ["jpg", "jpeg", "png", "webp", "gif", "avif", "svg"];

fn image_hint(src: &str) -> &'static str {
    let is_known = src
        .rsplit('.')
        .next()
        .is_some_and(|extension| PICTURES.contains(&extension.to_ascii_lowercase().as_str()));
    match is_known {
        true => "write its path from the article's folder, or from content/ with a leading slash",
        false => "pictures are JPEG, PNG, WebP, AVIF, GIF or SVG: browsers show no others",
    }
}

/// A picture that cannot be shown; `place` is where an article mentions it.
#[must_use]
pub fn bad_image(place: Place, picture: &str, why: &str) -> Diag {
    Diag::error("IMAGE", format!("`{picture}` cannot be shown: {why}"))
        .at(place)
        .hint("open it in a picture editor and save it anew, in a size that a screen can show")
}

/// Something about a picture that its owner should know; the reason continues "this picture ".
#[must_use]
pub fn picture_remark(path: &str, remark: &str) -> Diag {
    Diag::warning("IMAGE-NOTE", format!("this picture {remark}")).at(Place::file(path))
}

/// Markdown stands in for a dump item that the dump no longer has.
#[must_use]
pub fn source_gone(path: &str, dump: &str) -> Diag {
    Diag::warning("SOURCE-GONE", format!("stands in for an article of `{dump}` that is no longer in it"))
        .at(Place::file(path))
}

/// An article says what it translates, and nothing on the site is that.
#[must_use]
pub fn no_original(place: Place, of: &str, near: Option<&str>) -> Diag {
    let hint = match near {
        Some(near) => format!("did you mean \"/{near}\"? Until then the versions do not link each other"),
        None => "write its file from content/ (\"/town/strike.md\") or its address; one that is held back counts once it is out".to_owned(),
    };
    Diag::warning("TRANSLATION", format!("`translation_of`: there is no article `{of}` on the site"))
        .at(place)
        .hint(hint)
}

/// A `[[view]]` with a name that means something else.
#[must_use]
pub fn view_name_taken(name: &str) -> Diag {
    Diag::error("CONF-VALUE", format!("a view cannot be named `{name}`: templates have that name already"))
        .at(Place::file("site.toml"))
}

/// An article that stands in two dumps word for word.
#[must_use]
pub fn repeated_item(path: &str, title: &str, first: &str) -> Diag {
    Diag::warning("REPEAT", format!("`{title}` is in {first} as well, word for word: shown once"))
        .at(Place::file(path))
}

/// An article of a dump that tells the same story as one of another.
#[must_use]
pub fn similar_item(path: &str, title: &str, first: &str, first_title: &str) -> Diag {
    let of = if title == first_title { String::new() } else { format!("`{first_title}` in ") };
    Diag::warning("REPEAT", format!("`{title}` tells the same story as {of}{first}, which is shown"))
        .at(Place::file(path))
        .hint("`newsprint import --keep-duplicates FILE` makes it an article of its own")
}

/// A record that could not be imported; `item` 0 is the whole of it.
#[must_use]
pub fn quarantined(name: &str, item: u32, why: &str) -> Diag {
    Diag::warning("QUARANTINE", format!("not imported{}: {why}", of_item(item)))
        .at(Place::file(name))
        .hint("its bytes are in .newsprint/quarantine/; `newsprint parse --explain FILE` shows what became of each line")
}

/// An article that an import left as it is.
#[must_use]
pub fn import_kept(name: &str, item: u32, path: &str, why: &str, is_offered: bool) -> Diag {
    let article = if path.is_empty() { "this article".to_owned() } else { format!("`{path}`") };
    let severity = if is_offered { Severity::Warning } else { Severity::Note };
    let diag = Diag::new(severity, "KEPT", format!("{article} stays as it is{}: {why}", of_item(item)));
    let diag = diag.at(Place::file(name));
    if is_offered { diag.hint(format!("compare it with {path}.incoming, then delete that")) } else { diag }
}

/// A story that the site has already.
#[must_use]
pub fn import_duplicate(name: &str, item: u32, of: &str, is_exact: bool) -> Diag {
    let how = if is_exact { "in the same words" } else { "in nearly the same words" };
    let of = if of.is_empty() { "an article that was deleted".to_owned() } else { format!("`{of}`") };
    Diag::new(Severity::Note, "DUPLICATE", format!("{of} tells this story already{}, {how}", of_item(item)))
        .at(Place::file(name))
}

fn of_item(item: u32) -> String {
    if item > 1 { format!(" (article {item} of the dump)") } else { String::new() }
}

/// A file to import that is no dump.
#[must_use]
pub fn no_dump(path: &str) -> Diag {
    Diag::error("USAGE", "this is no dump: Markdown and pictures are put into content/ as they are")
        .at(Place::file(path))
}

/// A table of metadata that cannot be used.
#[must_use]
pub fn bad_catalogue(place: Place, why: &str) -> Diag {
    Diag::error("USAGE", format!("the catalogue cannot be used: {why}"))
        .at(place)
        .hint("a catalogue is CSV with a column `file` and columns named as in front matter")
}

/// Rows of a table of metadata that no file was found for.
#[must_use]
pub fn catalogue_rows_unmet(name: &str, unmet: usize, rows: usize) -> Diag {
    Diag::warning("CATALOGUE", format!("{unmet} of {rows} rows name no file that was imported"))
        .at(Place::file(name))
}

/// An import that ended before its input did: how many records it had read and not written, the first of them, and how many
/// bytes of the input it had not read.
#[must_use]
pub fn import_ended(count: u64, first: Option<&str>, unread: u64) -> Diag {
    let from = first.map_or(String::new(), |first| format!(" of those from `{first}` on"));
    let rest =
        if unread > 0 { format!(", and {unread} bytes of the input were not read") } else { String::new() };
    Diag::error("UNREACHED", format!("the import ended early: {count} records{from} are not written{rest}"))
        .hint("import the same again when the cause is mended: what stands then stays, what is missing is written")
}

/// An import that lost count: our bug.
#[must_use]
pub fn account_off(account: impl Display) -> Diag {
    Diag::error("ACCOUNT", format!("the account does not balance: {account}"))
        .hint("this is a bug in newsprint: please report it; nothing that was written is lost")
}

/// A page asked for that the site does not have.
#[must_use]
pub fn no_page(url: &str, near: Option<&str>) -> Diag {
    let diag = Diag::error("NO-PAGE", format!("the site has no page /{url}"));
    match near {
        Some(near) => diag.hint(format!("did you mean /{near}?")),
        None => diag,
    }
}

/// What was remembered cannot be used.
#[must_use]
pub fn ledger_rebuilt(why: &str) -> Diag {
    Diag::new(Severity::Note, "LEDGER", why)
}

/// An incremental build that differs from a clean one: our bug.
#[must_use]
pub fn verify_failed(path: &str, why: impl Display) -> Diag {
    Diag::error("VERIFY", format!("differs from a clean build: {why}"))
        .at(Place::file(path))
        .hint("this is a bug in newsprint: please report it; `newsprint build --clean` repairs the output")
}

/// A schedule says when an embargo ends.
#[must_use]
pub fn schedule_tells() -> Diag {
    Diag::warning("DUE-TELLS", "this schedule may name the instant at which an embargo ends")
        .hint("keep it where only those read it who may know: not in a public repository")
}

/// A wrong use of the command line that clap cannot see.
#[must_use]
pub fn usage(why: impl Into<String>) -> Diag {
    Diag::error("USAGE", why)
}

/// A new site is wanted where something is already.
#[must_use]
pub fn folder_in_use(dir: &str) -> Diag {
    Diag::error("USAGE", "this folder is not empty, and a new site starts in an empty one")
        .at(Place::file(dir))
        .hint("name a folder that does not exist yet")
}

/// No default template has this name.
#[must_use]
pub fn no_such_template(found: &str, near: Option<&str>) -> Diag {
    let hint = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    Diag::error("USAGE", format!("the default theme has no template `{found}`"))
        .hint(format!("{hint}`newsprint theme list` names them all"))
}

/// A template to be copied would replace the site's own.
#[must_use]
pub fn template_in_place(path: &str) -> Diag {
    Diag::error("USAGE", "the site has this template already")
        .at(Place::file(path))
        .hint("move or delete it first; it was left as it is")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn picture(source: &str, range: Range<usize>) -> String {
        Diag::error("X", "no").at(Place::of("a", source, range)).render(false)
    }

    #[test]
    fn the_caret_stands_under_what_is_meant() {
        assert_eq!(picture("one\r\ntwo\r\n", 5..8), "error[X]: no\n --> a:2:1\n  |\n2 | two\n  | ^^^");
        assert_eq!(picture("\tx", 1..2), "error[X]: no\n --> a:1:2\n  |\n1 |  x\n  |  ^");
        assert_eq!(picture("é=ü", 3..5), "error[X]: no\n --> a:1:3\n  |\n1 | é=ü\n  |   ^");
        // What is meant may go on in other lines: the first is shown.
        assert_eq!(picture("a\nb", 0..3), "error[X]: no\n --> a:1:1\n  |\n1 | a\n  | ^");
        assert_eq!(picture("", 7..9), "error[X]: no\n --> a:1:1\n  |\n1 |\n  | ^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let line = "ü".repeat(5000) + "HERE" + &"x".repeat(5000);
        let place = Place::of("a", &line, 10_000..10_004);
        let (text, range) = place.excerpt.expect("an excerpt");
        assert_eq!(&text[range.start as usize..range.end as usize], "HERE");
        assert!(text.len() <= WINDOW && place.col == 5001);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_range_of_any_text_can_be_shown(source in "(\\PC|[\r\n\t\u{0}\u{202e}\u{85}é]){0,400}", from in 0..900_usize, length in 0..900_usize) {
            let place = Place::of("a", &source, from..from + length);
            let (text, range) = place.excerpt.clone().expect("an excerpt");
            prop_assert!(text.get(range.start as usize..range.end as usize).is_some());
            prop_assert_eq!(visible(&text), text);
            let diag = Diag::error("X", source.as_str()).at(place.clone()).also("and", place);
            prop_assert!(!diag.render(true).is_empty());
        }
    }
}
