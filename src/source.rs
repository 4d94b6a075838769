//! A content file as the ledger remembers it: its articles' headers and facts, without their bodies.
//!
//! Parsing sees one file and the [`Rules`] that site.toml gives it, never other files: a record is a
//! function of (path, bytes, rules).

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::Datelike;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::article::{Correction, Header, Image, Source};
use crate::config::Config;
use crate::date::Moment;
use crate::diag::{self, Checked, Diag, Place};
use crate::dump;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::front_matter;
use crate::locale;
use crate::markdown::{self, Excess, Facts};
use crate::near::Signature;
use crate::path::{beside, slugify};
use crate::store;

/// What of site.toml parsing depends on.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(crate) zone: Tz,
    language: String,
    /// Folders below content/ that belong to an edition, with its language.
    folders: Vec<(String, String)>,
    /// Sections within sections that site.toml names: their folders count as such.
    nested: BTreeSet<String>,
    vocabulary: dump::Vocabulary,
    /// Of all of the above and of the parsers' version: records made under other rules are void.
    pub key: Fingerprint,
}

impl Rules {
    /// The language of the edition whose folder a path below content/ is in, and the rest of the path.
    fn edition_of<'p>(&self, below: &'p str) -> (Option<&str>, &'p str) {
        let inside = |folder: &str| below.strip_prefix(folder)?.strip_prefix('/');
        let found = self.folders.iter().find_map(|(folder, lang)| Some((lang.as_str(), inside(folder)?)));
        found.map_or((None, below), |(lang, rest)| (Some(lang), rest))
    }

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
        let others = config.editions.iter().filter(|edition| !edition.path.is_empty());
        let folders: Vec<(String, String)> =
            others.map(|edition| (edition.path.clone(), edition.language.clone())).collect();
        for (folder, language) in &folders {
            hasher.text(folder).text(language);
        }
        let sections = config.editions.iter().flat_map(|edition| &edition.sections);
        let nested: BTreeSet<String> = sections
            .filter(|section| section.slug.contains('/'))
            .map(|section| section.slug.clone())
            .collect();
        for slug in &nested {
            hasher.text(slug);
        }
        Self {
            zone: config.timezone,
            folders,
            nested,
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
            "jpg" | "jpeg" | "png" | "webp" | "gif" | "avif" | "svg" => Some(Self::Picture),
            _ => None,
        }
    }
}

/// The content file that a link in the file at `path` names, if it names one.
#[must_use]
pub fn linked_file(path: &str, link: &str) -> Option<String> {
    let (target, _) = link.split_at(link.find(['?', '#']).unwrap_or(link.len()));
    if names_file(target) { beside(path, target) } else { None }
}

/// Whether a link without its anchor names a content file, rather than an address.
#[must_use]
pub fn names_file(target: &str) -> bool {
    Role::of(target).is_some() && !target.ends_with(".html")
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

impl Record {
    /// Whether nothing differs that decides which pages there are, where they are and in which order they are listed:
    /// only words that lists and pages show.
    #[must_use]
    pub fn differs_in_words_only(&self, other: &Self) -> bool {
        let same = |(a, b): (&Item, &Item)| {
            let words = |header: &Header| Header {
                title: String::new(),
                subtitle: None,
                summary: String::new(),
                dateline: None,
                image: header
                    .image
                    .as_ref()
                    .map(|image| Image { src: image.src.clone(), ..Image::default() }),
                ..header.clone()
            };
            // Of dumps, the text itself decides what is a repeat of what.
            let is_own = a.dump_key.is_none() && b.dump_key.is_none();
            let same_facts = a.facts.images == b.facts.images && a.facts.links == b.facts.links;
            is_own && same_facts && words(&a.header) == words(&b.header)
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
    /// What the text of such an article is recognised by in another dump.
    pub signature: Signature,
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
    let parsed = guarded(path, move || match Role::of(path) {
        Some(Role::Markdown) => parse_markdown(path, bytes, text, rules),
        Some(Role::Text) => parse_dump(path, &bytes, dump::Form::Text, rules),
        Some(Role::Html) => parse_dump(path, &bytes, dump::Form::Html, rules),
        Some(Role::Picture) | None => Checked::fine(Vec::new()),
    });
    let (mut items, bodies): (Vec<Item>, Vec<String>) = parsed.value.into_iter().unzip();
    // A list that grew has room for four, and an item is a kilobyte.
    items.shrink_to_fit();
    Parsed { record: Record { path: path.to_owned(), text, items, diags: parsed.diags }, bodies }
}

/// A text that makes a parser fail is a bad text among good ones, not the end of the run.
fn guarded<T>(path: &str, parse: impl FnOnce() -> Checked<Vec<T>>) -> Checked<Vec<T>> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(parse))
        .unwrap_or_else(|_| Checked { value: Vec::new(), diags: vec![diag::our_fault(Place::file(path))] })
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

/// Default section and slug by the place of a file: the first folder below `content/` or an edition's
/// folder in it (or that and those within it which site.toml names as a section), and the file's name or, for a bundle's `index.md`, its folder's.
fn place_of(path: &str, rules: &Rules) -> (String, String) {
    let below = path.strip_prefix("content/").unwrap_or(path);
    let (_, below) = rules.edition_of(below);
    let stem = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
    let mut parts: Vec<&str> = stem.split('/').collect();
    if parts.len() > 1 && parts.last() == Some(&"index") {
        parts.pop();
    }
    parts.pop();
    let nested = (2..=parts.len()).rev().map(|depth| parts[..depth].join("/"));
    let section = nested.into_iter().find(|section| rules.nested.contains(section));
    let section = section.or_else(|| parts.first().map(|folder| (*folder).to_owned())).unwrap_or_default();
    (section, name_of(path))
}

/// The slug by a file's name or, for a bundle's `index.md`, its folder's.
fn name_of(path: &str) -> String {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let stem = stem.strip_prefix("content/").unwrap_or(stem);
    let mut parts = stem.rsplit('/');
    let last = parts.next().unwrap_or("untitled");
    let name = if last == "index" { parts.next().unwrap_or(last) } else { last };
    slugify(name)
}

/// Gives a story in an edition's folder that edition's language, if it says no other.
fn at_home(mut header: Header, path: &str, rules: &Rules) -> Header {
    if header.lang.is_none() {
        let (lang, _) = rules.edition_of(path.strip_prefix("content/").unwrap_or(path));
        header.lang = lang.map(str::to_owned);
    }
    header
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
    let parsed = front_matter::parse(path, &text, &defaults_of(path, rules));
    let mut diags = parsed.diags;
    let value = parsed.value.into_iter().map(|document| {
        let body = markdown_body(&text, &document.body);
        let (item, excess) = item(at_home(document.header, path, rules), &body, fingerprint, None);
        diags.extend(excess.map(|excess| too_much(path, excess)));
        (item, body)
    });
    let value = value.collect();
    Checked { value, diags }
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
    let (section, _) = place_of(path, rules);
    let found = found(bytes, &input, &section, rules);
    let refused = found.refused.iter().map(|why| diag::dump_refused(path, why));
    let mut diags: Vec<Diag> =
        refused.chain(found.held.iter().map(|place| diag::dump_held(place.clone()))).collect();
    let value = found.articles.into_iter().map(|(header, body)| {
        let key = header.source.as_ref().map(|source| source.sha256.clone());
        let fingerprint = Fingerprint::of(body.as_bytes());
        let (item, excess) = item(at_home(header, path, rules), &body, fingerprint, key);
        diags.extend(excess.map(|excess| too_much(path, excess)));
        (item, body)
    });
    let value = value.collect();
    Checked { value, diags }
}

/// What a dump holds, as articles of a site.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Headers and Markdown bodies, in the order of the dump.
    pub articles: Vec<(Header, String)>,
    /// Why there is none, if there is none.
    pub refused: Option<String>,
    /// The line that holds them back until a person has set their embargo.
    pub held: Option<Place>,
}

/// Parses a dump. `section` is that of articles whose page names none.
#[must_use]
pub fn found(bytes: &[u8], input: &dump::Input<'_>, section: &str, rules: &Rules) -> Found {
    let parsed = dump_of(bytes, input, rules);
    // One line that was not understood holds the whole dump, and an embargo of one of its items is that of all which
    // name none: whose line it is can be read wrongly, and early is worse than late.
    let held = parsed.articles.iter().find_map(|article| article.held);
    let latest = parsed.articles.iter().filter_map(|article| match article.embargo {
        Some(dump::When::At(at)) => Some(at),
        _ => None,
    });
    let latest = latest.max();
    let header = |mut article: dump::Article| {
        let body = std::mem::take(&mut article.body);
        if let (None, Some(latest)) = (article.embargo, latest) {
            article.embargo = Some(dump::When::At(latest));
            article.review.push("embargo: that of another item of its dump".to_owned());
        }
        let mut header = dump_header(input.source, article, section, rules.zone);
        if let Some(line) = held {
            header.draft = true;
            header
                .review
                .push(format!("embargo: line {line} names one that was not understood: held as a draft"));
        }
        (header, body)
    };
    Found {
        held: held.map(|line| line_place(input, bytes, line)),
        articles: parsed.articles.into_iter().map(header).collect(),
        refused: parsed.refused.map(|refusal| refusal.why),
    }
}

/// A line of a dump as a place; lines of a page are those of its visible text, so the page as a whole is meant.
fn line_place(input: &dump::Input<'_>, bytes: &[u8], line: u32) -> Place {
    let text = String::from_utf8_lossy(bytes);
    let mut start = 0;
    let mut lines = text.split_inclusive('\n').map(|line| {
        start += line.len();
        start - line.len()..start - line.len() + line.trim_end().len()
    });
    let found = usize::try_from(line).ok().and_then(|line| lines.nth(line.saturating_sub(1)));
    match found.filter(|_| input.form == dump::Form::Text) {
        Some(range) => Place::of(input.source, &text, range),
        None => Place::file(input.source),
    }
}

/// A dump as its parser gives it, under the rules of a site.
#[must_use]
pub fn dump_of(bytes: &[u8], input: &dump::Input<'_>, rules: &Rules) -> dump::Parsed {
    let (home, _) = rules.edition_of(input.source.strip_prefix("content/").unwrap_or(input.source));
    let language = home.unwrap_or(&rules.language);
    let options =
        dump::Options { vocabulary: &rules.vocabulary, language: Some(language), zone: Some(rules.zone) };
    dump::parse(bytes, input, &options)
}

/// An article as the text of the Markdown file at `path`.
#[must_use]
pub fn print(path: &str, header: &Header, body: &str, rules: &Rules) -> String {
    let front = front_matter::print(header, &defaults_of(path, rules));
    if body.is_empty() { front } else { format!("{front}\n{body}\n") }
}

/// Whether the text of the Markdown file at `path` says just this, and nothing is wrong with it.
///
/// # Errors
/// What a build would complain about; nothing in the list means that a field came back changed.
pub fn says(path: &str, text: &str, header: &Header, body: &str, rules: &Rules) -> Result<(), Vec<Diag>> {
    // What is shorter cannot have too much in it.
    let excess = (body.len() > markdown::TARGETS_LIMIT).then(|| markdown::measured(body).1).flatten();
    if let Some(excess) = excess {
        return Err(vec![too_much(path, excess)]);
    }
    if text.len() as u64 > ARTICLE_LIMIT {
        return Err(vec![too_large(path, text.len() as u64)]);
    }
    let parsed = front_matter::parse(path, text, &defaults_of(path, rules));
    let same = parsed.value.is_some_and(|document| {
        document.header == *header && markdown_body(text, &document.body).trim_matches('\n') == body
    });
    if same && !diag::any_error(&parsed.diags) { Ok(()) } else { Err(parsed.diags) }
}

/// The slug that the name of a file gives.
#[must_use]
pub fn slug_of(path: &str) -> String {
    name_of(path)
}

fn defaults_of(path: &str, rules: &Rules) -> front_matter::Defaults {
    let (section, slug) = place_of(path, rules);
    front_matter::Defaults { zone: rules.zone, slug, section }
}

/// An article that a dump gave, as a header of this site and a body.
#[must_use]
pub fn header_of(source: &str, mut article: dump::Article, section: &str, rules: &Rules) -> (Header, String) {
    let body = std::mem::take(&mut article.body);
    (dump_header(source, article, section, rules.zone), body)
}

/// What a dump says, in a form that front matter can say too.
fn dump_header(path: &str, article: dump::Article, section: &str, zone: Tz) -> Header {
    let mut review = article.review;
    let mut moment = |when: dump::When, field: &str| {
        let moment = match when {
            dump::When::Day(day) => Moment::day(day, zone),
            dump::When::At(instant) => Moment::at(&instant, zone),
        };
        let fits = (1..=9999).contains(&moment.shown().year());
        if !fits {
            review.push(format!("{field}: {when} is outside the years 0001 to 9999"));
        }
        fits.then_some(moment)
    };
    let date = article.date.and_then(|when| moment(when, "date"));
    let updated = article.updated.and_then(|when| moment(when, "updated"));
    // A day whose midnight its zone skips or repeats is no embargo; its first instant is.
    let embargo = article.embargo.and_then(|when| moment(when, "embargo"));
    let embargo = embargo.map(|moment| Moment { timed: true, ..moment });
    let corrections =
        article.corrections.into_iter().take(front_matter::LIST_LIMIT).filter_map(|correction| {
            let own = correction.date.and_then(|when| moment(when, "corrections"));
            // A correction without a date of its own was made when the article was last touched.
            Some(Correction { date: own.or(updated).or(date)?, text: words(&correction.text)? })
        });
    let corrections = corrections.collect();
    let image = article.image.map(|image| Image {
        src: None,
        alt: None,
        caption: image.caption.as_deref().and_then(words),
        credit: image.credit.as_deref().and_then(words),
    });
    let title = words(&article.title).unwrap_or_else(|| {
        review.push("title: none that can be shown".to_owned());
        "Untitled".to_owned()
    });
    let page_section = article.section.as_deref().and_then(words);
    Header {
        slug: slugify(&title),
        title,
        subtitle: article.subtitle.as_deref().and_then(words),
        date,
        updated,
        summary: words(&article.summary).unwrap_or_default(),
        section: page_section
            .filter(|section| crate::config::check_section(section).is_ok())
            .unwrap_or_else(|| section.to_owned()),
        tags: lists(&article.tags),
        authors: lists(&article.authors),
        agency: article.agency.as_deref().and_then(words),
        dateline: article.dateline.as_deref().and_then(words),
        lang: article.lang.filter(|lang| locale::check_tag(lang).is_ok()),
        embargo,
        image,
        corrections,
        review: lists(&review),
        source: Some(Source {
            file: words(path).unwrap_or_else(|| "unnamed".to_owned()),
            item: article.item.max(1),
            sha256: article.sha256,
            dump: None,
        }),
        canonical: article.canonical.filter(|url| crate::config::is_web_url(url)),
        ..Header::empty()
    }
}

/// A text of one line that stands beside others: without what nobody sees and what turns the writing
/// direction. `None` when nothing is left.
#[must_use]
pub fn words(text: &str) -> Option<String> {
    let seen = |c: char| {
        let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        !turns && (c.is_whitespace() || !crate::schema::is_unprintable(c))
    };
    let text: String =
        text.chars().filter(|c| seen(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn lists(texts: &[String]) -> Vec<String> {
    texts.iter().filter_map(|text| words(text)).take(front_matter::LIST_LIMIT).collect()
}

/// An article that asks for more than one may.
fn too_much(path: &str, excess: Excess) -> Diag {
    let (what, limit) = match excess {
        Excess::Targets => ("links, pictures and embeds", markdown::TARGETS_LIMIT),
        Excess::Pieces => ("pieces of Markdown", markdown::PIECES_LIMIT),
    };
    diag::too_much(Place::file(path), what, limit)
}

fn item(
    mut header: Header,
    text: &str,
    body: Fingerprint,
    dump_key: Option<String>,
) -> (Item, Option<Excess>) {
    let (mut facts, excess) = markdown::measured(text);
    // Its only use: a ledger need not keep it.
    let lead = std::mem::take(&mut facts.lead);
    if header.summary.is_empty() {
        header.summary = lead;
    }
    // Markdown is an editor's own: only what a machine found is compared.
    let signature = dump_key.as_ref().map_or_else(Signature::default, |_| Signature::of(text));
    (Item { header, facts, body, dump_key, signature }, excess)
}

/// A file that could not be read at all.
#[must_use]
pub fn unreadable(path: &str, diag: Diag) -> Record {
    Record { path: path.to_owned(), text: Fingerprint::default(), items: Vec::new(), diags: vec![diag] }
}

/// A file beyond [`ARTICLE_LIMIT`].
#[must_use]
pub fn oversized(path: &str, bytes: u64) -> Record {
    unreadable(path, too_large(path, bytes))
}

fn too_large(path: &str, bytes: u64) -> Diag {
    diag::too_large(Place::file(path), "the file", bytes, ARTICLE_LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parser_that_fails_names_the_file() {
        let failed: Checked<Vec<Item>> = guarded("content/a.txt", || panic!("a fault"));
        assert!(failed.value.is_empty());
        let [diag] = failed.diags.as_slice() else { panic!("one complaint: {:?}", failed.diags) };
        assert_eq!(diag.code, "INTERNAL");
        assert_eq!(diag.place, Some(Place::file("content/a.txt")));
    }
}
