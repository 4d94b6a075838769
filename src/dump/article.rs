//! The words of the parser's interface: what goes in and what comes out.

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::gazetteer::Vocabulary;

/// What the bytes of a dump are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Plain text, one or more articles, perhaps with page chrome.
    Text,
    /// One HTML page.
    Html,
}

/// One dump's surroundings.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// File name or record id; only ever repeated, never read.
    pub source: &'a str,
    /// Text or HTML.
    pub form: Form,
    /// Where the dump was fetched from, if known: base of relative links, and a hint of the date.
    pub url: Option<&'a str>,
    /// When it was fetched, if known: resolves "3 hours ago" and refuses dates of the future.
    pub fetched: Option<DateTime<FixedOffset>>,
}

/// What the site says about its dumps.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Tags with their aliases.
    pub vocabulary: &'a Vocabulary,
    /// The site's language (BCP 47): a prior where the text does not tell.
    pub language: Option<&'a str>,
    /// The site's time zone: that of an embargo which names none.
    pub zone: Option<chrono_tz::Tz>,
}

/// The outcome of one dump.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// Articles in the order of the dump.
    pub articles: Vec<Article>,
    /// Why there is no article, if there is none.
    pub refused: Option<Refusal>,
    /// What was mended before parsing.
    pub repairs: Vec<Repair>,
}

impl Parsed {
    /// A dump without an article.
    pub(crate) fn refused(why: String, lines: Vec<LineSpan>, repairs: Vec<Repair>) -> Self {
        Self { articles: Vec::new(), refused: Some(Refusal { why, lines }), repairs }
    }
}

/// Why a dump holds no article.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// One clause for an editor.
    pub why: String,
    /// The account of its lines.
    pub lines: Vec<LineSpan>,
}

/// One kind of damage that was mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// What was mended, in a word or two ("soft hyphens", "windows-1252").
    pub what: &'static str,
    /// How often.
    pub count: u32,
}

/// A date that may or may not know its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// A calendar day, in the place where the article was published.
    Day(NaiveDate),
    /// An instant with its offset.
    At(DateTime<FixedOffset>),
}

impl When {
    /// The calendar day, in its own offset.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        match self {
            Self::Day(day) => *day,
            Self::At(at) => at.date_naive(),
        }
    }
}

impl std::fmt::Display for When {
    /// RFC 3339, or a plain date where no time is known.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::At(at) => f.write_str(&at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        }
    }
}

/// The picture that stood with the article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// Where it is, if the dump said (HTML only).
    pub src: Option<String>,
    /// Alternative text (HTML only).
    pub alt: Option<String>,
    /// Caption without its credit.
    pub caption: Option<String>,
    /// Photographer and agency as printed.
    pub credit: Option<String>,
}

/// A correction printed with the article.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// Its date, if it names one.
    pub date: Option<When>,
    /// Its text as printed.
    pub text: String,
}

/// What a line of the dump was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Role {
    Title,
    Subtitle,
    Byline,
    Dateline,
    Agency,
    Date,
    Caption,
    Credit,
    Body,
    Tags,
    Correction,
    Embargo,
    Note,
    Repeat,
    Chrome,
    Blank,
}

impl Role {
    /// The word used in JSON and by `parse --explain`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Subtitle => "subtitle",
            Self::Byline => "byline",
            Self::Dateline => "dateline",
            Self::Agency => "agency",
            Self::Date => "date",
            Self::Caption => "caption",
            Self::Credit => "credit",
            Self::Body => "body",
            Self::Tags => "tags",
            Self::Correction => "correction",
            Self::Embargo => "embargo",
            Self::Note => "note",
            Self::Repeat => "repeat",
            Self::Chrome => "chrome",
            Self::Blank => "blank",
        }
    }
}

/// A run of lines with one role. Lines are counted from 1, both ends belong to the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineSpan {
    /// First line.
    pub from: u32,
    /// Last line.
    pub to: u32,
    /// What the lines are first of all.
    pub role: Role,
    /// The rule that dropped them (chrome only).
    pub rule: Option<&'static str>,
    /// What else was read from them.
    pub also: Vec<Role>,
}

/// One article.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Article {
    /// Its place in the dump, from 1.
    pub item: u32,
    /// Headline; never empty.
    pub title: String,
    /// Deck or standfirst.
    pub subtitle: Option<String>,
    /// Names as printed, without "By".
    pub authors: Vec<String>,
    /// Wire credit ("Reuters").
    pub agency: Option<String>,
    /// Place that opens the body ("WASHINGTON").
    pub dateline: Option<String>,
    /// Publication date.
    pub date: Option<When>,
    /// Date of the last update.
    pub updated: Option<When>,
    /// Language (ISO 639-1 where there is one).
    pub lang: Option<String>,
    /// The main picture's caption and credit.
    pub image: Option<Image>,
    /// Tags, most important first.
    pub tags: Vec<String>,
    /// One or two sentences from the lead, plain text.
    pub summary: String,
    /// Markdown.
    pub body: String,
    /// Printed corrections.
    pub corrections: Vec<Correction>,
    /// Not to be published before.
    pub embargo: Option<When>,
    /// The line of an embargo that names no single instant: a person has to decide. Not part of the JSON, where its
    /// review flag says so.
    pub held: Option<u32>,
    /// Section as the page named it.
    pub section: Option<String>,
    /// The page's own address for itself.
    pub canonical: Option<String>,
    /// Another item of the same dump that tells the same story; filled by whoever compares articles.
    pub duplicate_of: Option<String>,
    /// What an editor should look at, as "field: reason".
    pub review: Vec<String>,
    /// The account of the lines.
    pub lines: Vec<LineSpan>,
    /// Identity: SHA-256 of the item's own normalised text, in hex.
    pub sha256: String,
}

impl Article {
    /// Whether a review flag names the field.
    #[must_use]
    pub fn flagged(&self, field: &str) -> bool {
        self.review.iter().any(|flag| flag.split(':').next() == Some(field))
    }
}
