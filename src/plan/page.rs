//! The pages that a site may have, and the template of each.

use super::redirect::Goal;
use crate::config::{EditionId, FeedForm, RedirectForm};
use crate::index::{ArticleId, Index, Run, Term};
use crate::site::Site;

/// What a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    /// All articles of an edition.
    All(EditionId),
    /// A section, by number.
    Section(usize),
    /// A tag, by number.
    Tag(usize),
    /// An author, by number.
    Author(usize),
    /// A year's month in an edition.
    Month(EditionId, i32, u32),
    /// A year's month's day in an edition.
    Day(EditionId, i32, u32, u32),
    /// A story thread, by number.
    Thread(usize),
    /// Corrections; only feeds are made of them in this way.
    Corrections,
}

impl List {
    /// Its word for templates.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::All(_) => "all",
            Self::Section(_) => "section",
            Self::Tag(_) => "tag",
            Self::Author(_) => "author",
            Self::Month(..) => "month",
            Self::Day(..) => "day",
            Self::Thread(_) => "thread",
            Self::Corrections => "corrections",
        }
    }

    /// The section, tag, author or thread it is of.
    #[must_use]
    pub fn term(self, index: &Index) -> Option<&Term> {
        match self {
            Self::Section(at) => index.sections.get(at),
            Self::Tag(at) => index.tags.get(at),
            Self::Author(at) => index.authors.get(at),
            Self::Thread(at) => index.threads.get(at),
            Self::All(_) | Self::Month(..) | Self::Day(..) | Self::Corrections => None,
        }
    }

    /// Its articles.
    #[must_use]
    pub fn run(self, index: &Index) -> Option<&Run> {
        match self {
            Self::All(edition) => Some(&index.edition(edition).all),
            Self::Month(edition, year, month) => index.edition(edition).months.get(&(year, month)),
            Self::Day(edition, year, month, day) => index.edition(edition).days.get(&(year, month, day)),
            _ => self.term(index).map(|term| &term.run),
        }
    }

    /// The edition it is of.
    #[must_use]
    pub fn edition(self, index: &Index) -> EditionId {
        match self {
            Self::All(edition) | Self::Month(edition, ..) | Self::Day(edition, ..) => edition,
            _ => self.term(index).map(|term| term.edition).unwrap_or_default(),
        }
    }
}

/// A page of a list. Pages are numbered from the oldest, so that a full one never changes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The newest.
    Landing,
    /// Dated articles, counted from the oldest, 1-based.
    Dated(usize),
    /// Articles without a date, a run of their own, 1-based.
    Undated(usize),
}

impl Part {
    /// As it stands in the address; `None` for the landing page.
    #[must_use]
    pub fn number(self) -> Option<String> {
        match self {
            Self::Landing => None,
            Self::Dated(number) => Some(number.to_string()),
            Self::Undated(number) => Some(format!("undated-{number}")),
        }
    }
}

/// Which terms a page of terms lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// All tags.
    Tags,
    /// All authors.
    Authors,
}

impl Axis {
    pub(crate) fn terms(self, index: &Index, edition: EditionId) -> &[Term] {
        match self {
            Self::Tags => index.tags_of(edition),
            Self::Authors => index.authors_of(edition),
        }
    }

    /// The key of its title among the theme's words, which is also its kind of page.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Tags => "all_tags",
            Self::Authors => "all_authors",
        }
    }
}

/// Which part of the site a sitemap file lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// Everything: small sites.
    Whole,
    /// A month's articles; from the second file on with its number less one.
    Month(i32, u32, usize),
    /// What belongs to no month: lists, standing pages, undated articles; numbered in the same way.
    Rest(usize),
    /// Articles of the last 48 hours, for news search engines; numbered in the same way.
    News(usize),
}

/// What a page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// An edition's front page.
    Front(EditionId),
    /// An article.
    Article(ArticleId),
    /// A standing page.
    Standing(ArticleId),
    /// A withdrawn article's notice, by number of the tombstone.
    Withdrawn(usize),
    /// A page of a list.
    List {
        /// What it is of.
        list: List,
        /// Which of its pages.
        part: Part,
    },
    /// All tags or all authors of an edition.
    Terms(Axis, EditionId),
    /// Years and months of an edition.
    Archive(EditionId),
    /// The search page of an edition.
    Search(EditionId),
    /// A year's months.
    Year(EditionId, i32),
    /// What hosts show for an address that is not there, in an edition's folder.
    NotFound(EditionId),
    /// Corrections: the newest, or those of a year.
    Corrections(Option<i32>),
    /// A former address.
    Redirect {
        /// Where it leads.
        to: Goal,
    },
    /// All former addresses as rules for a host.
    Redirects(RedirectForm),
    /// A feed of a list.
    Feed {
        /// What it is of.
        list: List,
        /// In which format.
        form: FeedForm,
    },
    /// A sitemap.
    Sitemap(Sheet),
    /// The index of sitemaps of a large site.
    SitemapIndex,
    /// robots.txt.
    Robots,
}

impl Page {
    /// The template that renders it.
    #[must_use]
    pub fn template(&self) -> &'static str {
        match self {
            Self::Front(_) => "front.html",
            Self::Article(_) => "article.html",
            Self::Standing(_) => "page.html",
            Self::Withdrawn(_) => "notice.html",
            Self::List { .. } => "list.html",
            Self::Terms(..) => "terms.html",
            Self::Archive(_) | Self::Year(..) => "archive.html",
            Self::Search(_) => "search.html",
            Self::NotFound(_) => "404.html",
            Self::Corrections(_) => "corrections.html",
            Self::Redirect { .. } => "redirect.html",
            Self::Redirects(form) => form.template(),
            Self::Feed { form, .. } => form.template(),
            Self::Sitemap(Sheet::News(_)) => "news-sitemap.xml",
            Self::Sitemap(_) => "sitemap.xml",
            Self::SitemapIndex => "sitemap-index.xml",
            Self::Robots => "robots.txt",
        }
    }

    /// Its kind as templates see it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Front(_) => "front",
            Self::Article(_) => "article",
            Self::Standing(_) => "page",
            Self::Withdrawn(_) => "withdrawn",
            Self::List { list, .. } => list.kind(),
            Self::Terms(Axis::Tags, _) => "tags",
            Self::Terms(Axis::Authors, _) => "authors",
            Self::Archive(_) => "archive",
            Self::Year(..) => "year",
            Self::Search(_) => "search",
            Self::NotFound(_) => "404",
            Self::Corrections(_) => "corrections",
            Self::Redirect { .. } => "redirect",
            Self::Redirects(_) => "redirects",
            Self::Feed { .. } => "feed",
            Self::Sitemap(_) | Self::SitemapIndex => "sitemap",
            Self::Robots => "robots",
        }
    }

    /// The edition whose words, menu and lists are around it.
    #[must_use]
    pub fn edition(&self, index: &Index) -> EditionId {
        match self {
            Self::Front(edition)
            | Self::Terms(_, edition)
            | Self::Archive(edition)
            | Self::Search(edition)
            | Self::Year(edition, _)
            | Self::NotFound(edition) => *edition,
            Self::Article(id) | Self::Standing(id) => index.article(*id).home.edition,
            Self::Withdrawn(at) => index.tombstones[*at].edition,
            Self::List { list, .. } | Self::Feed { list, .. } => list.edition(index),
            // What all editions share is the main one's.
            Self::Corrections(_)
            | Self::Redirect { .. }
            | Self::Redirects(_)
            | Self::Sitemap(_)
            | Self::SitemapIndex
            | Self::Robots => EditionId::default(),
        }
    }

    /// The article that it is the page of.
    #[must_use]
    pub fn article(&self) -> Option<ArticleId> {
        match self {
            Self::Article(id) | Self::Standing(id) => Some(*id),
            _ => None,
        }
    }

    /// The articles whose texts are rendered in it.
    #[must_use]
    pub fn bodies(&self, site: &Site) -> Vec<ArticleId> {
        match self {
            Self::Article(id) | Self::Standing(id) => vec![*id],
            Self::Feed { list, .. } if site.config.edition(list.edition(&site.index)).feeds.full_text => {
                feed_members(site, *list)
            }
            _ => Vec::new(),
        }
    }
}

/// The articles in a feed, newest first.
pub(crate) fn feed_members(site: &Site, list: List) -> Vec<ArticleId> {
    let size = site.config.edition(list.edition(&site.index)).feeds.size;
    list.run(&site.index).into_iter().flat_map(Run::newest).take(size).collect()
}

/// Templates that pages are rendered with; every site has them all, its own or the default theme's.
pub const TEMPLATES: [&str; 24] = [
    "front.html",
    "article.html",
    "page.html",
    "notice.html",
    "list.html",
    "terms.html",
    "archive.html",
    "search.html",
    "404.html",
    "corrections.html",
    "redirect.html",
    "redirects.netlify.txt",
    "redirects.nginx.txt",
    "redirects.caddy.txt",
    "redirects.apache.txt",
    "redirects.s3.json",
    "feed.xml",
    "atom.xml",
    "feed.json",
    "sitemap.xml",
    "news-sitemap.xml",
    "sitemap-index.xml",
    "robots.txt",
    "base.html",
];
