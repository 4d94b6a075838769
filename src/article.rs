//! What an article is: its header (front matter with defaults filled in) and where its body stands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::date::Moment;
use crate::search::Weight;

/// Everything about an article but its body. Complete when it exists; equal headers make equal cards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Headline.
    pub title: String,
    /// Standfirst under the headline.
    pub subtitle: Option<String>,
    /// First publication, as the page shows it.
    pub date: Option<Moment>,
    /// Last change worth telling readers.
    pub updated: Option<Moment>,
    /// One or two sentences; from front matter, else from the lead paragraph.
    pub summary: String,
    /// Section slug path (`world`, `sport/football`); empty at the top.
    pub section: String,
    /// Tags as written.
    pub tags: Vec<String>,
    /// Bylines.
    pub authors: Vec<String>,
    /// Wire credit.
    pub agency: Option<String>,
    /// Place line as printed: `LISBON`.
    pub dateline: Option<String>,
    /// BCP 47 language; absent: the site's.
    pub lang: Option<String>,
    /// Last part of the URL.
    pub slug: String,
    /// Former URLs, site-absolute.
    pub aliases: Vec<String>,
    /// Never shown unless asked for.
    pub draft: bool,
    /// Hidden before.
    pub embargo: Option<Moment>,
    /// Hidden from then on.
    pub expires: Option<Moment>,
    /// The lead picture; one without `src` keeps caption and credit.
    pub image: Option<Image>,
    /// Corrections, oldest first as written.
    pub corrections: Vec<Correction>,
    /// Weak inferences: `field: reason`.
    pub review: Vec<String>,
    /// The dump this was imported from.
    pub source: Option<Source>,
    /// What sort of piece it is.
    pub kind: Kind,
    /// Set when the article was withdrawn.
    pub withdrawn: Option<Withdrawn>,
    /// Story thread.
    pub thread: Option<String>,
    /// Wants to lead the front page.
    pub lead: bool,
    /// Stays on top until then.
    pub pin_until: Option<Moment>,
    /// Feed id, when it is not derived from the first URL.
    pub id: Option<String>,
    /// Canonical URL elsewhere.
    pub canonical: Option<String>,
    /// The article (path or URL) this one translates.
    pub translation_of: Option<String>,
    /// Further credits: role -> names.
    pub roles: BTreeMap<String, Vec<String>>,
    /// Free keys, as JSON text (a plain value here would not survive every store format).
    pub extra: BTreeMap<String, String>,
}

impl Header {
    /// Whether its date is a guess that nobody has confirmed: readers see it, machines are not told.
    #[must_use]
    pub fn is_date_inferred(&self) -> bool {
        self.review.iter().any(|flag| flag.starts_with("date:"))
    }

    /// The newest of what changed it: `updated`, `date`, corrections; never a file's time.
    #[must_use]
    pub fn revised(&self) -> Option<Moment> {
        let corrected = self.corrections.iter().map(|correction| correction.date);
        corrected.chain(self.updated).chain(self.date).max()
    }

    /// What readers may look for besides the text, with what it weighs.
    pub fn words(&self) -> impl Iterator<Item = (&str, Weight)> {
        let title = std::iter::once((self.title.as_str(), Weight::Title));
        let summary =
            [Some(&self.summary), self.subtitle.as_ref(), self.dateline.as_ref(), self.agency.as_ref()];
        let summary = summary.into_iter().flatten().chain(&self.tags).chain(&self.authors);
        title.chain(summary.map(|text| (text.as_str(), Weight::Summary)))
    }

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
            roles: BTreeMap::new(),
            extra: BTreeMap::new(),
        }
    }
}

/// A picture with its words.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Image {
    /// Path relative to the article's folder, or absolute within content/ with a leading slash.
    pub src: Option<String>,
    /// Text alternative.
    pub alt: Option<String>,
    /// Caption.
    pub caption: Option<String>,
    /// Credit.
    pub credit: Option<String>,
}

/// A dated correction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// When it was made.
    pub date: Moment,
    /// What was wrong and what is right.
    pub text: String,
}

/// Where an imported article came from.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Source {
    /// File within content/ or elsewhere; a hint.
    pub file: String,
    /// 1-based number in the file; a hint.
    pub item: u32,
    /// SHA-256 of the item's own normalised text, in hex: the key.
    pub sha256: String,
    /// Fingerprint of the whole dump, in hex, where an editor cut it into articles by hand and this was the last of them:
    /// the articles then stand in for all that a parser finds in it.
    pub dump: Option<String>,
}

/// A withdrawal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// When.
    pub date: Moment,
    /// What readers are told.
    pub notice: String,
}

/// What sort of piece it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A standing page, outside lists and feeds.
    Page,
    /// News; the default.
    Report,
    /// Opinion.
    Opinion,
    /// Analysis.
    Analysis,
    /// Review.
    Review,
    /// Live blog.
    Live,
}

impl Kind {
    /// Every kind with its word in front matter.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("page", Self::Page),
        ("report", Self::Report),
        ("opinion", Self::Opinion),
        ("analysis", Self::Analysis),
        ("review", Self::Review),
        ("live", Self::Live),
    ];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("report", |(word, _)| word)
    }
}
