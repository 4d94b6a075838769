//! `site.toml` as a value. Parsed once, handed down in slices; knows nothing of files.

use std::collections::BTreeMap;

use chrono_tz::Tz;

/// Everything `site.toml` says, defaults filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The paper's name.
    pub title: String,
    /// One line about it, for feeds and search engines.
    pub description: String,
    /// Absolute URL of the site's root, with a trailing slash.
    pub base_url: String,
    /// BCP 47 language of the paper.
    pub language: String,
    /// Zone of dates without an offset, and of dates shown.
    pub timezone: Tz,
    /// Items on a list page.
    pub page_size: usize,
    /// Links to folders name their `index.html`, so that pages open from a disk as well.
    pub link_index: bool,
    /// Hold back articles with review flags until somebody accepted them.
    pub hold_flagged: bool,
    /// What the theme shows around the articles.
    pub theme: Theme,
    /// Sections in the order of the front page; others follow by slug.
    pub sections: Vec<Section>,
    /// Where pages are put.
    pub permalinks: Permalinks,
    /// Which feeds there are.
    pub feeds: Feeds,
    /// Lists declared for templates.
    pub views: Vec<View>,
    /// Tag vocabulary: display name -> other spellings.
    pub tags: BTreeMap<String, Vec<String>>,
}

/// Masthead, menu, footer and colour.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Theme {
    /// Picture for the masthead, a path within static/.
    pub logo: Option<String>,
    /// A CSS colour.
    pub accent: Option<String>,
    /// Menu entries; empty: the sections.
    pub menu: Vec<MenuItem>,
    /// Footer text, Markdown.
    pub footer: String,
    /// HTML put at the end of every `<head>`; trusted, as templates are.
    pub head: String,
}

/// A menu entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuItem {
    /// Words shown.
    pub title: String,
    /// Absolute URL, or a path from the site's root (`/about.html`).
    pub url: String,
}

/// A section's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Folder and URL part: `world`.
    pub slug: String,
    /// Display name; default: the slug with a capital.
    pub title: String,
    /// One line under the title.
    pub description: String,
}

/// URL patterns. A pattern that ends in `/` makes a folder with an `index.html`. An empty pattern
/// means that such pages are not made (articles and pages excepted).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permalinks {
    /// Articles: `:section :year :month :day :slug`; empty parts are left out.
    pub article: String,
    /// Standing pages: `:section :slug` (`:section` is the folder they are in).
    pub page: String,
    /// A section's list: `:slug`.
    pub section: String,
    /// A tag's list: `:slug`.
    pub tag: String,
    /// An author's list: `:slug`.
    pub author: String,
    /// The list of all tags.
    pub tags: String,
    /// The list of all authors.
    pub authors: String,
    /// The list of all articles.
    pub all: String,
    /// The overview of years and months.
    pub archive: String,
    /// A year's overview: `:year`.
    pub year: String,
    /// A month's list: `:year :month`.
    pub month: String,
    /// Numbered pages, below their list's folder: `:number`.
    pub numbered: String,
}

impl Default for Permalinks {
    fn default() -> Self {
        let s = str::to_owned;
        Self {
            article: s("/:section/:year/:month/:slug.html"),
            page: s("/:section/:slug.html"),
            section: s("/:slug/"),
            tag: s("/tags/:slug/"),
            author: s("/authors/:slug/"),
            tags: s("/tags/"),
            authors: s("/authors/"),
            all: s("/latest/"),
            archive: s("/archive/"),
            year: s("/archive/:year/"),
            month: s("/archive/:year/:month/"),
            numbered: s("page/:number.html"),
        }
    }
}

/// Feeds: a pattern for each kind of list, empty for none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feeds {
    /// The newest of all.
    pub site: String,
    /// Per section: `:slug`.
    pub section: String,
    /// Per tag: `:slug`.
    pub tag: String,
    /// Per author: `:slug`.
    pub author: String,
    /// Items in a feed.
    pub size: usize,
}

impl Default for Feeds {
    fn default() -> Self {
        let s = str::to_owned;
        Self { site: s("/feed.xml"), section: s("/:slug/feed.xml"), tag: s(""), author: s(""), size: 20 }
    }
}

/// A list declared in `[[view]]`: a name for templates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The name a template mentions.
    pub name: String,
    /// Only this section (slug) and those below it.
    pub section: Option<String>,
    /// Only this tag.
    pub tag: Option<String>,
    /// Only this author.
    pub author: Option<String>,
    /// Only articles at most this many days old; makes the view a function of time.
    pub within_days: Option<u32>,
    /// At most so many.
    pub limit: usize,
    /// Order.
    pub sort: Sort,
}

/// Order of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
    /// By title.
    Title,
}
