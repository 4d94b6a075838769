//! The parser's results as JSON: the contract of `newsprint parse`.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::article::{Article, Correction, Image, LineSpan, Parsed, Refusal, Role, When};

impl Serialize for When {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl Serialize for Image {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        if let Some(src) = &self.src {
            map.serialize_entry("src", src)?;
        }
        if let Some(alt) = &self.alt {
            map.serialize_entry("alt", alt)?;
        }
        map.serialize_entry("caption", &self.caption)?;
        map.serialize_entry("credit", &self.credit)?;
        map.end()
    }
}

impl Serialize for Correction {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(2))?;
        map.serialize_entry("date", &self.date)?;
        map.serialize_entry("text", &self.text)?;
        map.end()
    }
}

impl Serialize for LineSpan {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("from", &self.from)?;
        map.serialize_entry("to", &self.to)?;
        map.serialize_entry("as", &self.name())?;
        if !self.also.is_empty() {
            let also: Vec<&str> = self.also.iter().map(|role| role.name()).collect();
            map.serialize_entry("also", &also)?;
        }
        map.end()
    }
}

impl LineSpan {
    /// The role's name, for chrome with the rule that dropped the lines.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        match (self.role, self.rule) {
            (Role::Chrome, Some(rule)) => Cow::Owned(["chrome:", rule].concat()),
            (role, _) => Cow::Borrowed(role.name()),
        }
    }
}

/// One line of `newsprint parse`: an article, or the refusal of a record.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Record<'a> {
    /// An article with all its keys.
    Article(Box<ArticleRecord<'a>>),
    /// A record without an article; its item number is 0.
    Refused(RefusedRecord<'a>),
}

/// The JSON object of an article; keys in the order of the contract.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct ArticleRecord<'a> {
    pub source: &'a str,
    pub item: u32,
    pub title: &'a str,
    pub subtitle: &'a Option<String>,
    pub authors: &'a [String],
    pub agency: &'a Option<String>,
    pub dateline: &'a Option<String>,
    pub date: &'a Option<When>,
    pub updated: &'a Option<When>,
    pub lang: &'a Option<String>,
    pub image: &'a Option<Image>,
    pub tags: &'a [String],
    pub summary: &'a str,
    pub body: &'a str,
    pub corrections: &'a [Correction],
    pub embargo: &'a Option<When>,
    pub section: &'a Option<String>,
    pub canonical: &'a Option<String>,
    pub duplicate_of: &'a Option<String>,
    pub review: &'a [String],
    pub sha256: &'a str,
    pub lines: &'a [LineSpan],
}

/// The JSON object of a refused record.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct RefusedRecord<'a> {
    pub source: &'a str,
    pub item: u32,
    pub refused: &'a str,
    pub lines: &'a [LineSpan],
}

/// The JSON objects of a dump, one an article, in its order.
#[must_use]
pub fn records<'a>(parsed: &'a Parsed, source: &'a str) -> Vec<Record<'a>> {
    let mut out: Vec<Record<'a>> =
        parsed.articles.iter().map(|article| Record::Article(Box::new(of(article, source)))).collect();
    if let Some(Refusal { why, lines }) = &parsed.refused {
        out.push(Record::Refused(RefusedRecord { source, item: 0, refused: why, lines }));
    }
    out
}

fn of<'a>(article: &'a Article, source: &'a str) -> ArticleRecord<'a> {
    ArticleRecord {
        source,
        item: article.item,
        title: &article.title,
        subtitle: &article.subtitle,
        authors: &article.authors,
        agency: &article.agency,
        dateline: &article.dateline,
        date: &article.date,
        updated: &article.updated,
        lang: &article.lang,
        image: &article.image,
        tags: &article.tags,
        summary: &article.summary,
        body: &article.body,
        corrections: &article.corrections,
        embargo: &article.embargo,
        section: &article.section,
        canonical: &article.canonical,
        duplicate_of: &article.duplicate_of,
        review: &article.review,
        sha256: &article.sha256,
        lines: &article.lines,
    }
}
