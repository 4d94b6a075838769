//! Front matter: TOML between `+++` lines (or YAML between `---` lines) at the top of an article.

mod edit;
mod print;

use std::collections::BTreeMap;
use std::ops::Range;

use chrono_tz::Tz;

pub use self::edit::{Refusal, replace_body, replace_text, set};
pub use self::print::print;

use crate::article::{Correction, Header, Image, Kind, Source, Withdrawn};
use crate::config;
use crate::date::Moment;
use crate::diag::{self, Checked, Diag, Place};
use crate::locale;
use crate::path::{OutPath, check_slug};
use crate::schema::{Field, Reader, Schema, put};
use crate::tree::{self, Node, Table, Text, Value};

/// Bytes of front matter, at most.
pub const FRONT_LIMIT: usize = 64 << 10;
/// Bytes of an article with its front matter, at most.
pub const FILE_LIMIT: usize = 16 << 20;
/// Entries of `tags` (and of any other list of words), at most.
pub const LIST_LIMIT: usize = 100;

/// What an article takes from where it stands when its front matter does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// Zone of dates without an offset.
    pub zone: Tz,
    /// Slug, from the file's name.
    pub slug: String,
    /// Section, from the folder: `sport/football`.
    pub section: String,
}

/// An article's header and where its text stands in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Front matter with defaults filled in; `summary` stays empty when it has none.
    pub header: Header,
    /// Bytes of the Markdown text.
    pub body: Range<usize>,
    /// Bytes of the front matter, fences not included.
    pub front: Range<usize>,
}

/// Reads a whole article file; `path` is its name in messages.
///
/// The value is `None` when anything is wrong with the front matter (all of it is said), and also
/// when the file is empty, which is a warning: somebody has just created it.
///
/// ```
/// use newsprint::front_matter::{Defaults, parse};
/// let defaults = Defaults { zone: chrono_tz::UTC, slug: "strike".into(), section: "ports".into() };
/// let text = "+++\ntitle = 'Pilots end strike'\ntags = ['Ports']\n+++\nThe text.\n";
/// let article = parse("content/ports/strike.md", text, &defaults).value.unwrap();
/// assert_eq!(article.header.section, "ports");
/// assert_eq!(&text[article.body], "The text.\n");
/// ```
#[must_use]
pub fn parse(path: &str, text: &str, defaults: &Defaults) -> Checked<Option<Document>> {
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Checked { value: None, diags: vec![diag::empty_file(path)] };
    }
    let parts = match limits(path, text).and_then(|()| split(path, text)) {
        Ok(parts) => parts,
        Err(diag) => return Checked { value: None, diags: vec![diag] },
    };
    let front = tree::with_line_feeds(&text[parts.front.clone()]);
    let part = Text { path, file: text, part: &front, from: parts.front.start, name: "front matter" };
    let (table, diags) = if parts.yaml { tree::read_yaml(&part) } else { tree::read_toml(&part) };
    let mut reader = Reader::new(&part, defaults.zone, diags);
    let header = table.map(|table| header(&mut reader, &table, defaults, &parts.fence));
    reader.controls("the text", &text[parts.body.clone()], |at| {
        parts.body.start + at..parts.body.start + at + 1
    });
    let mut diags = reader.diags;
    diag::sort(&mut diags);
    let value = header.filter(|_| !diag::any_error(&diags)).map(|header| Document {
        header,
        body: parts.body,
        front: parts.front,
    });
    Checked { value, diags }
}

/// Where the body of an article file stands, without a look at its front matter; `None` when that does
/// not open and close.
#[must_use]
pub fn body_range(text: &str) -> Option<Range<usize>> {
    split("", text).ok().map(|parts| parts.body)
}

/// Where the front matter of an article file stands, if it is TOML.
#[must_use]
pub fn front_range(text: &str) -> Option<Range<usize>> {
    split("", text).ok().filter(|parts| !parts.yaml).map(|parts| parts.front)
}

/// Refuses what is too large to read, and what is no text.
fn limits(path: &str, text: &str) -> Result<(), Diag> {
    if text.len() > FILE_LIMIT {
        return Err(diag::too_large(Place::file(path), "the article", text.len() as u64, FILE_LIMIT as u64));
    }
    match memchr::memchr(0, text.as_bytes()) {
        Some(at) => Err(diag::nul_byte(Place::of(path, text, at..at + 1))),
        None => Ok(()),
    }
}

/// Where the parts of an article file are.
struct Parts {
    yaml: bool,
    /// The opening fence.
    fence: Range<usize>,
    front: Range<usize>,
    body: Range<usize>,
}

fn split(path: &str, text: &str) -> Result<Parts, Diag> {
    let start = text.len() - text.trim_start_matches('\u{feff}').trim_start().len();
    let first = line(text, start);
    let mark = text[first.clone()].trim_end();
    let yaml = match mark {
        "+++" => false,
        "---" => true,
        _ => return Err(no_fence(path, text, start)),
    };
    let fence = start..start + mark.len();
    let front = after(text, &first);
    let mut at = front;
    while at < text.len() {
        let range = line(text, at);
        let next = after(text, &range);
        if text[range].trim_end() == mark {
            if at - front > FRONT_LIMIT {
                let place = Place::of(path, text, fence);
                return Err(diag::too_large(place, "front matter", (at - front) as u64, FRONT_LIMIT as u64));
            }
            return Ok(Parts { yaml, fence, front: front..at, body: next..text.len() });
        }
        at = next;
    }
    let near = near_fence(text, front).map(|range| Place::of(path, text, range));
    Err(diag::open_front_matter(Place::of(path, text, fence), mark, near))
}

/// The line at `at`, without its end.
fn line(text: &str, at: usize) -> Range<usize> {
    let length = memchr::memchr2(b'\n', b'\r', &text.as_bytes()[at..]).unwrap_or(text.len() - at);
    at..at + length
}

/// Where the line after this one begins.
fn after(text: &str, line: &Range<usize>) -> usize {
    let rest = &text[line.end..];
    line.end + if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) }
}

/// What to say about a file whose first line is no fence.
fn no_fence(path: &str, text: &str, start: usize) -> Diag {
    let range = line(text, start);
    let first = &text[range.clone()];
    if first.starts_with("+++") || first.starts_with("---") {
        return diag::bad_fence(Place::of(path, text, range), &first[..3]);
    }
    diag::no_front_matter(Place::of(path, text, range))
}

/// The first line that was probably meant to close front matter.
fn near_fence(text: &str, mut at: usize) -> Option<Range<usize>> {
    let end = text.len().min(at + FRONT_LIMIT);
    while at < end {
        let range = line(text, at);
        let content = text[range.clone()].trim();
        if content.len() >= 2 && content.chars().all(|c| matches!(c, '+' | '-' | '\u{2013}' | '\u{2014}')) {
            return Some(range);
        }
        at = after(text, &range);
    }
    None
}

/// A header about which nothing is known but where it stands.
fn bare(defaults: &Defaults) -> Header {
    Header { section: defaults.section.clone(), slug: defaults.slug.clone(), ..Header::empty() }
}

fn header(reader: &mut Reader<'_>, table: &Table<'_>, defaults: &Defaults, fence: &Range<usize>) -> Header {
    let mut header = bare(defaults);
    reader.table("front matter", fence, "", table, &HEADER, &mut header);
    let (start, key) = match header.embargo {
        Some(embargo) => (Some(embargo), "embargo"),
        None => (header.date, "date"),
    };
    if let (Some(start), Some(expires)) = (start, header.expires)
        && expires <= start
    {
        let span = |key: &str| table.iter().find(|entry| entry.key == key).map(|entry| &entry.node.span);
        let place = reader.place(span("expires").unwrap_or(fence));
        let first = span(key).map(|span| reader.place(span));
        reader.diags.push(diag::date_order(place, key, "expires", first));
    }
    header
}

/// Every key of front matter, in the order of the documentation, which is also that of [`print()`].
const HEADER: Schema<Header> = Schema {
    required: &["title"],
    rules: &[
        ("title", |r, f, h| put(&mut h.title, r.some_words(f))),
        ("subtitle", |r, f, h| put(&mut h.subtitle, r.words(f))),
        ("date", |r, f, h| put(&mut h.date, r.moment(f, false))),
        ("updated", |r, f, h| put(&mut h.updated, r.moment(f, false))),
        ("summary", |r, f, h| put(&mut h.summary, r.words(f))),
        ("section", |r, f, h| put(&mut h.section, r.path(f, check_section))),
        ("tags", |r, f, h| put(&mut h.tags, r.texts(f, LIST_LIMIT))),
        ("authors", |r, f, h| put(&mut h.authors, r.texts(f, LIST_LIMIT))),
        ("agency", |r, f, h| put(&mut h.agency, r.words(f))),
        ("dateline", |r, f, h| put(&mut h.dateline, r.words(f))),
        ("lang", |r, f, h| put(&mut h.lang, r.checked(f, locale::check_tag))),
        ("slug", |r, f, h| put(&mut h.slug, r.path(f, check_slug))),
        ("aliases", |r, f, h| put(&mut h.aliases, aliases(r, f))),
        ("draft", |r, f, h| put(&mut h.draft, r.flag(f))),
        ("embargo", |r, f, h| put(&mut h.embargo, r.moment(f, true))),
        ("expires", |r, f, h| put(&mut h.expires, r.moment(f, true))),
        ("image", |r, f, h| put(&mut h.image, image(r, f))),
        ("corrections", |r, f, h| put(&mut h.corrections, corrections(r, f))),
        ("review", |r, f, h| put(&mut h.review, r.texts(f, LIST_LIMIT))),
        ("source", |r, f, h| put(&mut h.source, source(r, f))),
        ("kind", |r, f, h| put(&mut h.kind, r.one_of(f, &Kind::WORDS))),
        ("withdrawn", |r, f, h| put(&mut h.withdrawn, withdrawn(r, f))),
        ("thread", |r, f, h| put(&mut h.thread, r.words(f))),
        ("lead", |r, f, h| put(&mut h.lead, r.flag(f))),
        ("pin_until", |r, f, h| put(&mut h.pin_until, r.moment(f, false))),
        ("id", |r, f, h| put(&mut h.id, r.words(f))),
        ("canonical", |r, f, h| put(&mut h.canonical, r.checked(f, check_url))),
        ("translation_of", |r, f, h| put(&mut h.translation_of, r.words(f))),
        ("roles", |r, f, h| put(&mut h.roles, roles(r, f))),
        ("extra", |r, f, h| put(&mut h.extra, extra(r, f))),
    ],
};

/// Every key of front matter, in the order of the documentation; `corrections[].date` is a key of each entry.
#[must_use]
pub fn keys() -> Vec<String> {
    let lists = CORRECTION.keys("corrections[].").chain(WITHDRAWN.keys("withdrawn."));
    HEADER.keys("").chain(IMAGE.keys("image.")).chain(SOURCE.keys("source.")).chain(lists).collect()
}

const IMAGE: Schema<Image> = Schema {
    required: &[],
    rules: &[
        ("src", |r, f, image| put(&mut image.src, r.words(f))),
        ("alt", |r, f, image| put(&mut image.alt, r.text(f))),
        ("caption", |r, f, image| put(&mut image.caption, r.words(f))),
        ("credit", |r, f, image| put(&mut image.credit, r.words(f))),
    ],
};

const SOURCE: Schema<Source> = Schema {
    required: &["file", "sha256"],
    rules: &[
        ("file", |r, f, source| put(&mut source.file, r.some_words(f))),
        ("item", |r, f, source| put(&mut source.item, r.whole(f, 1..=u32::MAX))),
        ("sha256", |r, f, source| put(&mut source.sha256, r.checked(f, check_sha256))),
        ("dump", |r, f, source| put(&mut source.dump, r.checked(f, check_fingerprint).map(Some))),
    ],
};

/// A date with words: what corrections and withdrawals are made of.
#[derive(Default)]
struct Dated {
    date: Option<Moment>,
    words: String,
}

const CORRECTION: Schema<Dated> = Schema {
    required: &["date", "text"],
    rules: &[
        ("date", |r, f, dated| put(&mut dated.date, r.moment(f, false))),
        ("text", |r, f, dated| put(&mut dated.words, r.some_words(f))),
    ],
};

const WITHDRAWN: Schema<Dated> = Schema {
    required: &["date", "notice"],
    rules: &[
        ("date", |r, f, dated| put(&mut dated.date, r.moment(f, false))),
        ("notice", |r, f, dated| put(&mut dated.words, r.some_words(f))),
    ],
};

fn corrections(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Vec<Correction>> {
    let corrections = reader.subs(field, LIST_LIMIT, &CORRECTION)?;
    let full = |dated: Dated| dated.date.map(|date| Correction { date, text: dated.words });
    Some(corrections.into_iter().filter_map(full).collect())
}

fn withdrawn(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Withdrawn> {
    let dated = reader.sub(field, &WITHDRAWN)?;
    dated.date.map(|date| Withdrawn { date, notice: dated.words })
}

fn source(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Source> {
    let source = reader.sub(field, &SOURCE)?;
    Some(Source { item: source.item.max(1), ..source })
}

/// A table, or a plain string, which is its `src`.
fn image(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Image> {
    match field.node.value {
        Value::Text(_) => reader.words(field).map(|src| Image { src: Some(src), ..Image::default() }),
        _ => reader.sub(field, &IMAGE),
    }
}

fn aliases(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Vec<String>> {
    let items = reader.items(field, LIST_LIMIT)?;
    Some(items.iter().filter_map(|item| reader.path(item, check_alias)).collect())
}

/// An alias is a path from the site's root, with or without a slash at its end.
fn check_alias(alias: &str) -> Result<(), &'static str> {
    let Some(path) = alias.strip_prefix('/') else {
        return Err("is not on this site: an alias begins with `/`");
    };
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Err("is the front page");
    }
    if path.contains('#') {
        return Err("has a `#`: an alias is a path");
    }
    OutPath::new(path).map(drop)
}

fn roles(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<BTreeMap<String, Vec<String>>> {
    let fields = reader.fields(field)?;
    let role = |(key, field): (&str, Field<'_>)| Some((key.to_owned(), reader.texts(&field, LIST_LIMIT)?));
    Some(fields.into_iter().filter_map(role).collect())
}

/// Keys of the site's own, kept as JSON text.
fn extra(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<BTreeMap<String, String>> {
    let fields = reader.fields(field)?;
    let value = |(key, field): (&str, Field<'_>)| {
        reader.anything(&field);
        Some((key.to_owned(), json(field.node)?.to_string()))
    };
    Some(fields.into_iter().filter_map(value).collect())
}

/// A value as JSON: dates become strings, nothing becomes `null` (it is left out), keys are sorted.
/// `None` for a number that JSON has not, which no reader of a tree lets through.
fn json(node: &Node<'_>) -> Option<serde_json::Value> {
    use serde_json::Value as Json;
    Some(match &node.value {
        Value::Null | Value::Bad => Json::Null,
        Value::Flag(flag) => Json::Bool(*flag),
        Value::Whole(number) => Json::from(*number),
        Value::Real(number) => Json::Number(serde_json::Number::from_f64(*number)?),
        Value::Text(text) => Json::String(text.clone().into_owned()),
        Value::Date(text) => Json::String((*text).to_owned()),
        Value::List(items) => {
            let kept = items.iter().filter(|item| item.value != Value::Null);
            Json::Array(kept.map(json).collect::<Option<_>>()?)
        }
        Value::Table(table) => {
            let kept = table.iter().filter(|entry| entry.node.value != Value::Null);
            let sorted: BTreeMap<&str, &Node<'_>> =
                kept.map(|entry| (entry.key.as_ref(), &entry.node)).collect();
            let pairs = sorted.into_iter().map(|(key, node)| Some((key.to_owned(), json(node)?)));
            Json::Object(pairs.collect::<Option<_>>()?)
        }
    })
}

/// The top has no name; a section below is one part or several.
fn check_section(section: &str) -> Result<(), &'static str> {
    if section.is_empty() { Ok(()) } else { config::check_section(section) }
}

fn check_url(url: &str) -> Result<(), &'static str> {
    if config::is_web_url(url) { Ok(()) } else { Err("this must be an absolute URL: https://…") }
}

fn check_sha256(hex: &str) -> Result<(), &'static str> {
    if is_hex(hex, 64) { Ok(()) } else { Err("this must be 64 hex digits in lower case") }
}

fn check_fingerprint(hex: &str) -> Result<(), &'static str> {
    if is_hex(hex, 32) { Ok(()) } else { Err("this must be 32 hex digits in lower case") }
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
