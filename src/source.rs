//! A content file as the ledger remembers it: its articles' headers and facts, without their bodies.
//!
//! Parsing sees one file and the [`Rules`] that site.toml gives it, never other files: a record is a
//! function of (path, bytes, rules).

use std::ops::Range;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::article::{Correction, Header, Image, Kind, Source};
use crate::config::Config;
use crate::date::Moment;
use crate::diag::{self, Checked, Diag, Place};
use crate::dump;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::front_matter;
use crate::markdown::{self, Facts};
use crate::path::slugify;
use crate::store;

/// What of site.toml parsing depends on.
#[derive(Clone, Debug)]
pub struct Rules {
    zone: Tz,
    language: String,
    vocabulary: dump::Vocabulary,
    /// Of all of the above and of the parsers' version: records made under other rules are void.
    pub key: Fingerprint,
}

impl Rules {
    /// The rules of a site.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let mut hasher = Hasher::new();
        hasher.text(crate::ENGINE).text(config.timezone.name()).text(&config.language);
        for (name, aliases) in &config.tags {
            hasher.text(name).number(aliases.len() as u64);
            aliases.iter().for_each(|alias| {
                hasher.text(alias);
            });
        }
        Self {
            zone: config.timezone,
            language: config.language.clone(),
            vocabulary: dump::Vocabulary::new(&config.tags),
            key: hasher.finish(),
        }
    }
}

/// What a content file is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An article in Markdown.
    Markdown,
    /// A dump of text.
    Text,
    /// A dump of HTML.
    Html,
    /// A picture.
    Picture,
}

impl Role {
    /// By extension; `None` for files that the build leaves alone.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name.starts_with('.') {
            return None;
        }
        let (_, extension) = name.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "md" => Some(Self::Markdown),
            "txt" => Some(Self::Text),
            "html" | "htm" => Some(Self::Html),
            "jpg" | "jpeg" | "png" | "webp" | "gif" | "avif" => Some(Self::Picture),
            _ => None,
        }
    }
}

/// One content file: everything planning needs to know of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Path within the site: `content/world/talks.md`.
    pub path: String,
    /// Of the bytes that were parsed.
    pub text: Fingerprint,
    /// Its articles, in file order; empty when it could not be read as one.
    pub items: Vec<Item>,
    /// What was wrong with it.
    pub diags: Vec<Diag>,
}

impl Record {
    /// Whether all that other pages can show of this file is the same in `other`: then only the pages of
    /// its own articles are made of something else.
    #[must_use]
    pub fn differs_in_text_only(&self, other: &Self) -> bool {
        let same = |(a, b): (&Item, &Item)| {
            // Pictures are files of the site, and links are checked against it.
            let same_facts = a.facts.images == b.facts.images && a.facts.links == b.facts.links;
            a.header == b.header && a.dump_key == b.dump_key && same_facts
        };
        self.path == other.path
            && self.diags == other.diags
            && self.items.len() == other.items.len()
            && self.items.iter().zip(&other.items).all(same)
    }
}

/// One article of a content file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Everything but the body.
    pub header: Header,
    /// What the body mentions.
    pub facts: Facts,
    /// Of the body's Markdown or, in a file of one article, of the whole file.
    pub body: Fingerprint,
    /// Key of an article that was found in a dump: SHA-256 of its own text.
    pub dump_key: Option<String>,
}

/// A record together with the bodies it was made from, in the order of its items.
pub struct Parsed {
    /// The record.
    pub record: Record,
    /// Markdown bodies.
    pub bodies: Vec<String>,
}

/// Articles larger than this are refused unread.
pub const ARTICLE_LIMIT: u64 = 16 << 20;

/// Parses a content file. `path` is within the site; its folder below `content/` is the default section.
#[must_use]
pub fn parse(path: &str, bytes: Vec<u8>, rules: &Rules) -> Parsed {
    let text = Fingerprint::of(&bytes);
    let parsed = match Role::of(path) {
        Some(Role::Markdown) => parse_markdown(path, bytes, text, rules),
        Some(Role::Text) => parse_dump(path, &bytes, dump::Form::Text, rules),
        Some(Role::Html) => parse_dump(path, &bytes, dump::Form::Html, rules),
        Some(Role::Picture) | None => Checked::fine(Vec::new()),
    };
    let (items, bodies) = parsed.value.into_iter().unzip();
    Parsed { record: Record { path: path.to_owned(), text, items, diags: parsed.diags }, bodies }
}

/// The bodies of a content file whose bytes are those that were parsed before: `None` when they are others.
#[must_use]
pub fn bodies(path: &str, bytes: Vec<u8>, expected: Fingerprint, rules: &Rules) -> Option<Vec<String>> {
    if Fingerprint::of(&bytes) != expected {
        return None;
    }
    match Role::of(path) {
        Some(Role::Markdown) => {
            let text = String::from_utf8(bytes).ok()?;
            let range = front_matter::body_range(&text)?;
            Some(vec![markdown_body(&text, &range)])
        }
        _ => Some(parse(path, bytes, rules).bodies),
    }
}

/// Default section and slug by the place of a file: the first folder below `content/`, and the file's
/// name or, for a bundle's `index.md`, its folder's.
fn place_of(path: &str) -> (String, String) {
    let below = path.strip_prefix("content/").unwrap_or(path);
    let stem = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
    let mut parts: Vec<&str> = stem.split('/').collect();
    if parts.len() > 1 && parts.last() == Some(&"index") {
        parts.pop();
    }
    let slug = slugify(parts.pop().unwrap_or("untitled"));
    let section = parts.first().map_or_else(String::new, |folder| (*folder).to_owned());
    (section, slug)
}

fn parse_markdown(
    path: &str,
    bytes: Vec<u8>,
    fingerprint: Fingerprint,
    rules: &Rules,
) -> Checked<Vec<(Item, String)>> {
    let text = match store::utf8(path, bytes) {
        Ok(text) => text,
        Err(diag) => return Checked { value: Vec::new(), diags: vec![diag] },
    };
    let (section, slug) = place_of(path);
    let defaults = front_matter::Defaults { zone: rules.zone, slug, section };
    let parsed = front_matter::parse(path, &text, &defaults);
    let value = parsed.value.into_iter().map(|document| {
        let body = markdown_body(&text, &document.body);
        (item(document.header, &body, fingerprint, None), body)
    });
    Checked { value: value.collect(), diags: parsed.diags }
}

/// The body with LF line ends: what is rendered does not depend on how an editor saves.
fn markdown_body(text: &str, range: &Range<usize>) -> String {
    let body = text.get(range.clone()).unwrap_or("");
    if body.contains('\r') { body.replace("\r\n", "\n").replace('\r', "\n") } else { body.to_owned() }
}

fn parse_dump(path: &str, bytes: &[u8], form: dump::Form, rules: &Rules) -> Checked<Vec<(Item, String)>> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Checked { value: Vec::new(), diags: vec![diag::empty_file(path)] };
    }
    let input = dump::Input { source: path, form, url: None, fetched: None };
    let options = dump::Options { vocabulary: &rules.vocabulary, language: Some(&rules.language) };
    let parsed = dump::parse(bytes, &input, &options);
    let diags = parsed.refused.iter().map(|refusal| diag::dump_refused(path, &refusal.why)).collect();
    let (section, _) = place_of(path);
    let value = parsed.articles.into_iter().map(|article| {
        let body = article.body.clone();
        let key = article.sha256.clone();
        let fingerprint = Fingerprint::of(body.as_bytes());
        (item(dump_header(path, article, &section, rules.zone), &body, fingerprint, Some(key)), body)
    });
    Checked { value: value.collect(), diags }
}

fn dump_header(path: &str, article: dump::Article, section: &str, zone: Tz) -> Header {
    let moment = |when: dump::When| match when {
        dump::When::Day(day) => Moment::day(day, zone),
        dump::When::At(instant) => Moment::at(&instant, zone),
    };
    // A correction without a date of its own was made when the article was last touched.
    let touched = article.updated.or(article.date);
    let corrections = article.corrections.into_iter().filter_map(|correction| {
        let date = moment(correction.date.or(touched)?);
        Some(Correction { date, text: correction.text })
    });
    let corrections = corrections.collect();
    let image = article.image.map(|image| Image {
        src: None,
        alt: None,
        caption: image.caption,
        credit: image.credit,
    });
    Header {
        slug: slugify(&article.title),
        title: article.title,
        subtitle: article.subtitle,
        date: article.date.map(moment),
        updated: article.updated.map(moment),
        summary: article.summary,
        section: article.section.unwrap_or_else(|| section.to_owned()),
        tags: article.tags,
        authors: article.authors,
        agency: article.agency,
        dateline: article.dateline,
        lang: article.lang,
        embargo: article.embargo.map(moment),
        image,
        corrections,
        review: article.review,
        source: Some(Source { file: path.to_owned(), item: article.item, sha256: article.sha256 }),
        canonical: article.canonical,
        ..Header::empty()
    }
}

fn item(mut header: Header, text: &str, body: Fingerprint, dump_key: Option<String>) -> Item {
    let facts = markdown::facts(text);
    if header.summary.is_empty() {
        header.summary.clone_from(&facts.lead);
    }
    Item { header, facts, body, dump_key }
}

/// A file that could not be read at all.
#[must_use]
pub fn unreadable(path: &str, diag: Diag) -> Record {
    Record { path: path.to_owned(), text: Fingerprint::default(), items: Vec::new(), diags: vec![diag] }
}

/// A file beyond [`ARTICLE_LIMIT`].
#[must_use]
pub fn oversized(path: &str, bytes: u64) -> Record {
    unreadable(path, diag::too_large(Place::file(path), "the file", bytes, ARTICLE_LIMIT))
}

impl Header {
    /// A header that says nothing: what a field is when a source does not give it.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            title: String::new(),
            subtitle: None,
            date: None,
            updated: None,
            summary: String::new(),
            section: String::new(),
            tags: Vec::new(),
            authors: Vec::new(),
            agency: None,
            dateline: None,
            lang: None,
            slug: String::new(),
            aliases: Vec::new(),
            draft: false,
            embargo: None,
            expires: None,
            image: None,
            corrections: Vec::new(),
            review: Vec::new(),
            source: None,
            kind: Kind::Report,
            withdrawn: None,
            thread: None,
            lead: false,
            pin_until: None,
            id: None,
            canonical: None,
            translation_of: None,
            roles: std::collections::BTreeMap::new(),
            extra: std::collections::BTreeMap::new(),
        }
    }
}
