//! `site.toml` as a value. Parsed once, handed down in slices; knows nothing of files.

mod edition;
mod embed;
mod news;
mod people;
mod words;

pub use edition::{Edition, EditionId};
pub use embed::{Provider, Share};
pub use news::{Publisher, RedirectForm, Search, Sitemaps};
pub use people::Person;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono_tz::Tz;

use self::edition::within;
use crate::diag::{self, Checked};
use crate::image;
use crate::locale::{self, Words};
use crate::path::{check_slug, slugify};
use crate::schema::{Field, Reader, Schema, put};
use crate::target::{self, Target};
use crate::tree::{self, Table, Text, Value};

/// Everything `site.toml` says, defaults filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The paper's name.
    pub title: String,
    /// One line about it, for feeds and search engines.
    pub description: String,
    /// Absolute URL of the site's root, with a trailing slash.
    pub base_url: String,
    /// BCP 47 language of the paper, which is that of its main edition.
    pub language: String,
    /// Zone of dates without an offset, and of dates shown.
    pub timezone: Tz,
    /// Items on a list page.
    pub page_size: usize,
    /// Links to folders name their `index.html`, so that pages open from a disk as well.
    pub link_index: bool,
    /// Hold back articles with review flags until somebody accepted them.
    pub hold_flagged: bool,
    /// Copy the default theme's own files (styles, fonts) that `static/` does not replace.
    pub theme_files: bool,
    /// What the theme shows around the articles.
    pub theme: Theme,
    /// The paper in each of its languages: the first is the main one, whose words, addresses and feeds
    /// stand at the top of site.toml; never empty.
    pub editions: Vec<Edition>,
    /// The theme's words in the languages of the site.
    pub words: Arc<Words>,
    /// What is made of pictures.
    pub images: image::Settings,
    /// Whether articles without a picture get one of their headline, for social networks.
    pub social_cards: bool,
    /// Lists declared for templates.
    pub views: Vec<View>,
    /// Sites whose videos and posts are shown as figures.
    pub embeds: Vec<Provider>,
    /// Links with which readers pass an article on.
    pub share: Vec<Share>,
    /// Who publishes.
    pub publisher: Publisher,
    /// Which sitemaps there are.
    pub sitemaps: Sitemaps,
    /// The search page.
    pub search: Search,
    /// Former addresses -> where they lead.
    pub redirects: BTreeMap<String, String>,
    /// How former addresses are said to lead elsewhere.
    pub redirect_forms: Vec<RedirectForm>,
    /// Tag vocabulary: display name -> other spellings.
    pub tags: BTreeMap<String, Vec<String>>,
    /// What tags are about, by slug.
    pub tag_descriptions: BTreeMap<String, String>,
    /// Where the site is published to, by name.
    pub publish: Vec<Target>,
}

/// What the paper shows on every page: picture, colour, additions to the head.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Theme {
    /// Picture for the masthead, a path within static/.
    pub logo: Option<String>,
    /// A CSS colour.
    pub accent: Option<String>,
    /// HTML put at the end of every `<head>`; trusted, as templates are.
    pub head: String,
}

/// A menu entry.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct MenuItem {
    /// Words shown.
    pub title: String,
    /// Absolute URL, or a path from the site's root (`/about.html`).
    pub url: String,
}

/// A section's words.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
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
    /// The list of corrections.
    pub corrections: String,
    /// A day's list: `:year :month :day`.
    pub day: String,
    /// A story thread's list: `:slug`.
    pub thread: String,
}

impl Permalinks {
    /// The same patterns below a folder.
    fn below(self, folder: &str) -> Self {
        let below = |pattern: String| within(folder, &pattern);
        Self {
            article: below(self.article),
            page: below(self.page),
            section: below(self.section),
            tag: below(self.tag),
            author: below(self.author),
            tags: below(self.tags),
            authors: below(self.authors),
            all: below(self.all),
            archive: below(self.archive),
            year: below(self.year),
            month: below(self.month),
            numbered: self.numbered,
            corrections: below(self.corrections),
            day: below(self.day),
            thread: below(self.thread),
        }
    }
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
            corrections: s("/corrections/"),
            day: s(""),
            thread: s("/threads/:slug/"),
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
    /// Corrections.
    pub corrections: String,
    /// Items in a feed.
    pub size: usize,
    /// Formats in which each of them is made.
    pub formats: Vec<FeedForm>,
    /// Whether feeds carry whole texts; a change of a text then changes them.
    pub full_text: bool,
    /// WebSub hubs that are told of changes.
    pub hubs: Vec<String>,
}

/// A format of feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FeedForm {
    /// RSS 2.0; at the address that the pattern says.
    Rss,
    /// Atom (RFC 4287); the same address with `.atom`.
    Atom,
    /// JSON Feed 1.1; the same address with `.json`.
    Json,
}

impl FeedForm {
    /// All of them, in the order in which pages name them.
    pub const ALL: [Self; 3] = [Self::Rss, Self::Atom, Self::Json];
    /// Every format with its word in site.toml.
    pub const WORDS: [(&'static str, Self); 3] =
        [("rss", Self::Rss), ("atom", Self::Atom), ("json", Self::Json)];

    /// The template that makes it.
    #[must_use]
    pub fn template(self) -> &'static str {
        match self {
            Self::Rss => "feed.xml",
            Self::Atom => "atom.xml",
            Self::Json => "feed.json",
        }
    }

    /// The ending of its files.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rss => "xml",
            Self::Atom => "atom",
            Self::Json => "json",
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml",
            Self::Atom => "application/atom+xml",
            Self::Json => "application/feed+json",
        }
    }
}

impl Feeds {
    /// The same patterns below a folder.
    fn below(self, folder: &str) -> Self {
        let below = |pattern: String| within(folder, &pattern);
        Self {
            site: below(self.site),
            section: below(self.section),
            tag: below(self.tag),
            author: below(self.author),
            ..self
        }
    }
}

impl Default for Feeds {
    fn default() -> Self {
        let s = str::to_owned;
        Self {
            site: s("/feed.xml"),
            section: s("/:slug/feed.xml"),
            tag: s(""),
            author: s(""),
            corrections: s("/corrections/feed.xml"),
            size: 20,
            formats: FeedForm::ALL.to_vec(),
            full_text: false,
            hubs: Vec::new(),
        }
    }
}

/// A list declared in `[[view]]`: a name for templates.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
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
    /// At most so many; default: `page_size`.
    pub limit: usize,
    /// Order.
    pub sort: Sort,
}

/// Order of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Sort {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
    /// By title.
    Title,
}

impl Sort {
    /// Every order with its word in site.toml.
    pub const WORDS: [(&'static str, Self); 3] =
        [("newest", Self::Newest), ("oldest", Self::Oldest), ("title", Self::Title)];
}

/// Reads `site.toml`; `path` is its name in messages.
///
/// The value is `None` when any of it is wrong, and all that is wrong is said at once.
///
/// ```
/// let site = "title = 'The Hill'\nbase_url = 'https://hill.example/news'";
/// let config = newsprint::config::parse("site.toml", site).value.unwrap();
/// assert_eq!(config.base_url, "https://hill.example/news/");
/// assert_eq!(config.page_size, 20);
/// ```
#[must_use]
pub fn parse(path: &str, text: &str) -> Checked<Option<Config>> {
    let from = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    let part = tree::with_line_feeds(&text[from..]);
    let text = Text { path, file: text, part: &part, from, name: "site.toml" };
    let (table, diags) = tree::read_toml(&text);
    let mut reader = Reader::new(&text, Tz::UTC, diags);
    let zoned = table.as_ref().is_none_or(|table| table.iter().any(|entry| entry.key == "timezone"));
    let config = table.map(|table| read(&mut reader, &table));
    let mut diags: Vec<_> = reader.diags.into_iter().map(diag::in_config).collect();
    diags.extend((!zoned).then(|| diag::no_zone(path)));
    diag::sort(&mut diags);
    Checked { value: config.filter(|_| !diag::any_error(&diags)), diags }
}

/// site.toml as it is written: editions leave out what the top says for all.
struct Written {
    config: Config,
    main: edition::Written,
    others: Vec<edition::Written>,
    words: BTreeMap<String, locale::Table>,
}

fn read(reader: &mut Reader<'_>, table: &Table<'_>) -> Config {
    let config = Config {
        title: String::new(),
        description: String::new(),
        base_url: String::new(),
        language: "en".to_owned(),
        timezone: Tz::UTC,
        page_size: 20,
        link_index: true,
        hold_flagged: false,
        theme_files: true,
        theme: Theme::default(),
        editions: Vec::new(),
        words: Arc::default(),
        images: image::Settings::default(),
        social_cards: false,
        views: Vec::new(),
        tags: BTreeMap::new(),
        tag_descriptions: BTreeMap::new(),
        publish: Vec::new(),
        embeds: Vec::new(),
        share: vec![embed::by_mail()],
        publisher: Publisher::default(),
        sitemaps: Sitemaps::default(),
        search: Search::default(),
        redirects: BTreeMap::new(),
        redirect_forms: vec![RedirectForm::Html, RedirectForm::Netlify],
    };
    let mut written =
        Written { config, main: edition::Written::default(), others: Vec::new(), words: BTreeMap::new() };
    reader.table("site.toml", &(0..0), "", table, &SITE, &mut written);
    let Written { mut config, main, others, words: said } = written;
    for view in &mut config.views {
        if view.limit == 0 {
            view.limit = config.page_size;
        }
    }
    config.embeds = embed::with_known(config.embeds);
    let main = Edition {
        language: config.language.clone(),
        path: String::new(),
        title: config.title.clone(),
        description: config.description.clone(),
        menu: main.menu,
        footer: main.footer.unwrap_or_default(),
        sections: edition::titled(main.sections, &config.language),
        permalinks: main.permalinks.unwrap_or_default(),
        feeds: main.feeds.unwrap_or_default(),
        other_languages: main.other_languages,
        authors: main.authors,
    };
    let others: Vec<Edition> = others.into_iter().map(|other| edition::edition(other, &main)).collect();
    config.editions = std::iter::once(main).chain(others).collect();
    edition::check(reader, table, &config.editions);
    let languages = config.editions.iter().map(|edition| edition.language.as_str());
    config.words = Arc::new(Words::new(languages, &said));
    words::missing(reader, table, &config.editions, &config.words);
    config
}

const SITE: Schema<Written> = Schema {
    required: &["title", "base_url"],
    rules: &[
        ("title", |r, f, c| put(&mut c.config.title, r.some_words(f))),
        ("description", |r, f, c| put(&mut c.config.description, r.text(f))),
        ("base_url", |r, f, c| put(&mut c.config.base_url, r.checked(f, check_base_url).map(with_slash))),
        ("language", |r, f, c| put(&mut c.config.language, r.checked(f, locale::check_tag))),
        ("timezone", |r, f, c| put(&mut c.config.timezone, zone(r, f))),
        ("page_size", |r, f, c| put(&mut c.config.page_size, size(r, f))),
        ("link_index", |r, f, c| put(&mut c.config.link_index, r.flag(f))),
        ("hold_flagged", |r, f, c| put(&mut c.config.hold_flagged, r.flag(f))),
        ("theme_files", |r, f, c| put(&mut c.config.theme_files, r.flag(f))),
        ("logo", |r, f, c| put(&mut c.config.theme.logo, r.checked(f, check_relative))),
        ("accent", |r, f, c| put(&mut c.config.theme.accent, r.checked(f, check_colour))),
        ("menu", |r, f, c| put(&mut c.main.menu, r.subs(f, LIST_LIMIT, &MENU))),
        ("footer", |r, f, c| put(&mut c.main.footer, r.text(f))),
        ("head", |r, f, c| put(&mut c.config.theme.head, r.text(f))),
        ("section", |r, f, c| put(&mut c.main.sections, sections(r, f))),
        ("other_languages", |r, f, c| put(&mut c.main.other_languages, edition::languages(r, f))),
        ("edition", |r, f, c| put(&mut c.others, r.subs(f, edition::LIMIT, &edition::SCHEMA))),
        ("permalinks", |r, f, c| put(&mut c.main.permalinks, r.sub(f, &PERMALINKS))),
        ("feeds", |r, f, c| put(&mut c.main.feeds, r.sub(f, &FEEDS))),
        ("view", |r, f, c| {
            put(&mut c.config.views, r.subs(f, LIST_LIMIT, &VIEW));
            r.distinct(f, "name");
        }),
        ("tags", |r, f, c| tags(r, f, &mut c.config)),
        ("authors", |r, f, c| put(&mut c.main.authors, people::people(r, f))),
        ("embed", |r, f, c| {
            put(&mut c.config.embeds, r.subs(f, LIST_LIMIT, &embed::PROVIDER));
            r.distinct(f, "name");
            embed::check(r, f, &c.config.embeds);
        }),
        ("share", |r, f, c| put(&mut c.config.share, embed::shares(r, f))),
        ("publisher", |r, f, c| put(&mut c.config.publisher, r.sub(f, &news::PUBLISHER))),
        ("sitemaps", |r, f, c| put(&mut c.config.sitemaps, r.sub(f, &news::SITEMAPS))),
        ("search", |r, f, c| put(&mut c.config.search, r.sub(f, &news::SEARCH))),
        ("redirects", |r, f, c| put(&mut c.config.redirects, news::redirects(r, f))),
        ("redirect_files", |r, f, c| put(&mut c.config.redirect_forms, news::redirect_forms(r, f))),
        ("words", |r, f, c| put(&mut c.words, words::words(r, f))),
        ("images", |r, f, c| put(&mut c.config.images, r.sub(f, &IMAGES))),
        ("social_cards", |r, f, c| {
            put(&mut c.config.social_cards, r.flag(f));
            if c.config.social_cards && !cfg!(feature = "social-cards") {
                r.refuse(f, "this program was built without the feature `social-cards`");
            }
        }),
        ("publish", |r, f, c| put(&mut c.config.publish, target::targets(r, f))),
    ],
};

/// Every key of site.toml, in the order of the documentation; `menu[].title` is a key of each entry.
#[must_use]
pub fn keys() -> Vec<String> {
    let below = MENU.keys("menu[].").chain(SECTION.keys("section[].")).chain(PERMALINKS.keys("permalinks."));
    let below = below
        .chain(FEEDS.keys("feeds."))
        .chain(IMAGES.keys("images."))
        .chain(VIEW.keys("view[]."))
        .chain(edition::SCHEMA.keys("edition[]."))
        .chain(TAG.keys("tags.NAME."))
        .chain(people::keys())
        .chain(embed::PROVIDER.keys("embed[]."))
        .chain(target::keys())
        .chain(news::keys());
    SITE.keys("").chain(below).collect()
}

/// Sections' words.
fn sections(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Vec<Section>> {
    let sections = reader.subs(field, LIST_LIMIT, &SECTION);
    reader.distinct(field, "slug");
    sections
}

const MENU: Schema<MenuItem> = Schema {
    required: &["title", "url"],
    rules: &[
        ("title", |r, f, item| put(&mut item.title, r.some_words(f))),
        ("url", |r, f, item| put(&mut item.url, r.checked(f, check_link))),
    ],
};

const SECTION: Schema<Section> = Schema {
    required: &["slug"],
    rules: &[
        ("slug", |r, f, section| put(&mut section.slug, r.path(f, check_section))),
        ("title", |r, f, section| put(&mut section.title, r.words(f))),
        ("description", |r, f, section| put(&mut section.description, r.text(f))),
    ],
};

const VIEW: Schema<View> = Schema {
    required: &["name"],
    rules: &[
        ("name", |r, f, view| put(&mut view.name, r.checked(f, check_name))),
        ("section", |r, f, view| put(&mut view.section, r.path(f, check_section))),
        ("tag", |r, f, view| put(&mut view.tag, r.some_words(f))),
        ("author", |r, f, view| put(&mut view.author, r.some_words(f))),
        ("within", |r, f, view| put(&mut view.within_days, days(r, f))),
        ("limit", |r, f, view| put(&mut view.limit, size(r, f))),
        ("sort", |r, f, view| put(&mut view.sort, r.one_of(f, &Sort::WORDS))),
    ],
};

const PERMALINKS: Schema<Permalinks> = Schema {
    required: &[],
    rules: &[
        ("article", |r, f, p| {
            put(
                &mut p.article,
                pattern(r, f, &["section", "year", "month", "day", "slug"], &["slug"], false),
            );
        }),
        ("page", |r, f, p| put(&mut p.page, pattern(r, f, &["section", "slug"], &["slug"], false))),
        ("section", |r, f, p| put(&mut p.section, pattern(r, f, &["slug"], &["slug"], true))),
        ("tag", |r, f, p| put(&mut p.tag, pattern(r, f, &["slug"], &["slug"], true))),
        ("author", |r, f, p| put(&mut p.author, pattern(r, f, &["slug"], &["slug"], true))),
        ("tags", |r, f, p| put(&mut p.tags, pattern(r, f, &[], &[], true))),
        ("authors", |r, f, p| put(&mut p.authors, pattern(r, f, &[], &[], true))),
        ("all", |r, f, p| put(&mut p.all, pattern(r, f, &[], &[], true))),
        ("archive", |r, f, p| put(&mut p.archive, pattern(r, f, &[], &[], true))),
        ("year", |r, f, p| put(&mut p.year, pattern(r, f, &["year"], &["year"], true))),
        ("month", |r, f, p| put(&mut p.month, pattern(r, f, &["year", "month"], &["year", "month"], true))),
        ("numbered", |r, f, p| put(&mut p.numbered, r.checked(f, check_numbered))),
        ("corrections", |r, f, p| put(&mut p.corrections, pattern(r, f, &[], &[], true))),
        ("day", |r, f, p| {
            let parts = &["year", "month", "day"];
            put(&mut p.day, pattern(r, f, parts, parts, true));
        }),
        ("thread", |r, f, p| put(&mut p.thread, pattern(r, f, &["slug"], &["slug"], true))),
    ],
};

const FEEDS: Schema<Feeds> = Schema {
    required: &[],
    rules: &[
        ("site", |r, f, feeds| put(&mut feeds.site, feed(r, f, &[]))),
        ("section", |r, f, feeds| put(&mut feeds.section, feed(r, f, &["slug"]))),
        ("tag", |r, f, feeds| put(&mut feeds.tag, feed(r, f, &["slug"]))),
        ("author", |r, f, feeds| put(&mut feeds.author, feed(r, f, &["slug"]))),
        ("corrections", |r, f, feeds| put(&mut feeds.corrections, feed(r, f, &[]))),
        ("size", |r, f, feeds| put(&mut feeds.size, size(r, f))),
        ("formats", |r, f, feeds| put(&mut feeds.formats, choices(r, f, &FeedForm::WORDS))),
        ("full_text", |r, f, feeds| put(&mut feeds.full_text, r.flag(f))),
        ("hubs", |r, f, feeds| put(&mut feeds.hubs, urls(r, f))),
    ],
};

const IMAGES: Schema<image::Settings> = Schema {
    required: &[],
    rules: &[
        ("enabled", |r, f, images| {
            put(&mut images.enabled, r.flag(f));
            if images.enabled && !cfg!(feature = "images") {
                r.refuse(f, "this program was built without the feature `images`");
            }
        }),
        ("widths", |r, f, images| put(&mut images.widths, widths(r, f))),
        ("quality", |r, f, images| put(&mut images.quality, quality(r, f))),
        ("formats", |r, f, images| put(&mut images.formats, formats(r, f))),
        ("crops", |r, f, images| put(&mut images.crops, r.flag(f))),
    ],
};

/// Widths in pixels, in ascending order.
fn widths(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Vec<u32>> {
    /// More would be more files than any screen can tell apart.
    const COUNT: usize = 12;
    let items = reader.items(field, COUNT)?;
    let mut widths: Vec<u32> = items.iter().filter_map(|item| reader.whole(item, 16..=8192)).collect();
    if items.is_empty() {
        reader.refuse(field, "at least one width is needed; `enabled = false` copies pictures as they are");
    }
    widths.sort_unstable();
    widths.dedup();
    (!widths.is_empty()).then_some(widths)
}

fn quality(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<u8> {
    reader.whole(field, 1..=100).and_then(|quality| u8::try_from(quality).ok())
}

fn formats(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Vec<image::Format>> {
    let items = reader.items(field, image::Format::WORDS.len())?;
    let mut formats = Vec::new();
    for item in &items {
        let format = reader.one_of(item, &image::Format::WORDS)?;
        if format == image::Format::Avif && !cfg!(feature = "avif") {
            reader.refuse(item, "this program was built without the feature `avif`");
        }
        formats.push(format);
    }
    Some(formats)
}

/// Entries of a list of tables, at most.
const LIST_LIMIT: usize = 1000;

/// Words of a list, each at most once.
fn choices<T: Copy + PartialEq>(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    words: &[(&'static str, T)],
) -> Option<Vec<T>> {
    let mut chosen = Vec::new();
    for item in reader.items(field, LIST_LIMIT)? {
        chosen.extend(reader.one_of(&item, words).filter(|word| !chosen.contains(word)));
    }
    Some(chosen)
}

/// Absolute URLs.
fn urls(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Vec<String>> {
    let items = reader.items(field, LIST_LIMIT)?;
    Some(items.iter().filter_map(|item| reader.checked(item, check_web_url)).collect())
}

fn check_web_url(url: &str) -> Result<(), &'static str> {
    if is_web_url(url) { Ok(()) } else { Err("this must be an absolute URL: https://…") }
}

fn size(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<usize> {
    reader.whole(field, 1..=1000).and_then(|size| usize::try_from(size).ok())
}

fn zone(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Tz> {
    let name = reader.text(field)?;
    let zone = name.parse().ok();
    if zone.is_none() {
        let near = diag::nearest(&name, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
        reader.diags.push(diag::unknown_zone(reader.place(&field.node.span), &field.name, &name, near));
    }
    zone
}

/// `7 days`, `48 hours` (whole days, rounded up), `2 weeks`, or a number of days.
fn days(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<u32> {
    const DAYS: RangeInclusive<u32> = 1..=36_500;
    let Value::Text(text) = &field.node.value else { return reader.whole(field, DAYS) };
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let days = number.parse::<u32>().ok().and_then(|number| match unit.trim() {
        "hour" | "hours" => Some(number.div_ceil(24)),
        "day" | "days" | "" => Some(number),
        "week" | "weeks" => number.checked_mul(7),
        _ => None,
    });
    let days = days.filter(|days| DAYS.contains(days));
    if days.is_none() {
        reader.refuse(
            field,
            &format!("`{text}` is no span of time; write \"7 days\", \"48 hours\" or a number of days"),
        );
    }
    days
}

/// A tag as it is written.
#[derive(Default)]
struct Tag {
    spellings: Vec<String>,
    description: String,
}

const TAG: Schema<Tag> = Schema {
    required: &[],
    rules: &[
        ("spellings", |r, f, tag| put(&mut tag.spellings, r.texts(f, LIST_LIMIT))),
        ("description", |r, f, tag| put(&mut tag.description, r.text(f))),
    ],
};

/// Display name -> other spellings, or a table of those and a description; no spelling may stand for two tags.
fn tags(reader: &mut Reader<'_>, field: &Field<'_>, config: &mut Config) {
    let Some(fields) = reader.fields(field) else { return };
    let mut owner: BTreeMap<String, &str> = BTreeMap::new();
    for (name, field) in &fields {
        let Tag { spellings, description } = match field.node.value {
            Value::Table(_) => reader.sub(field, &TAG).unwrap_or_default(),
            _ => Tag { spellings: reader.texts(field, LIST_LIMIT).unwrap_or_default(), ..Tag::default() },
        };
        if !description.is_empty() {
            config.tag_descriptions.insert(slugify(name), description);
        }
        for spelling in spellings.iter().map(String::as_str).chain([*name]) {
            match owner.insert(spelling.to_lowercase(), name) {
                Some(other) if other != *name => {
                    reader.refuse(field, &format!("`{spelling}` already belongs to the tag `{other}`"));
                }
                _ => {}
            }
        }
        config.tags.insert((*name).to_owned(), spellings);
    }
}

fn pattern(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    known: &[&str],
    needed: &[&str],
    optional: bool,
) -> Option<String> {
    reader.checked(field, |text| {
        if text.is_empty() && optional {
            return Ok(());
        }
        check_pattern(text, known, needed)?;
        if !text.ends_with('/') && !text.ends_with(".html") {
            return Err(
                "the pattern must end in `/` or `.html`, or hosts will not serve it as a page".to_owned()
            );
        }
        Ok(())
    })
}

fn feed(reader: &mut Reader<'_>, field: &Field<'_>, placeholders: &[&str]) -> Option<String> {
    reader.checked(field, |text| {
        if text.is_empty() {
            return Ok(());
        }
        check_pattern(text, placeholders, placeholders)?;
        if text.ends_with('/') {
            return Err("a feed is a file: the pattern must not end in `/`".to_owned());
        }
        Ok(())
    })
}

fn check_numbered(text: &str) -> Result<(), String> {
    if text.starts_with('/') {
        return Err("numbered pages lie below their list: the pattern must not begin with `/`".to_owned());
    }
    check_pattern(&format!("/{text}"), &["number"], &["number"])
}

/// A URL pattern from the site's root, with `:placeholders`.
fn check_pattern(text: &str, known: &[&str], needed: &[&str]) -> Result<(), String> {
    let Some(path) = text.strip_prefix('/') else {
        return Err("the pattern must begin with `/`".to_owned());
    };
    if let Some(c) = path.chars().find(|c| c.is_control() || matches!(c, '\\' | '?' | '#' | '%')) {
        return Err(format!("the pattern must not hold {}", named(c)));
    }
    let folder = path.strip_suffix('/').unwrap_or(path);
    if !path.is_empty() && folder.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err("the pattern must not hold `//`, `/./` or `/../`".to_owned());
    }
    let placeholders: Vec<&str> = path.split(':').skip(1).map(leading_word).collect();
    let list = |words: &[&str]| words.iter().map(|word| format!("`:{word}`")).collect::<Vec<_>>().join(", ");
    for found in &placeholders {
        if !known.contains(found) {
            return Err(match known {
                [] => format!("`:{found}` is unknown here: this pattern has no placeholders"),
                known => format!("`:{found}` is unknown here; known: {}", list(known)),
            });
        }
    }
    match needed.iter().find(|word| !placeholders.contains(word)) {
        Some(missing) => Err(format!("the pattern needs `:{missing}`, or all pages would have one URL")),
        None => Ok(()),
    }
}

fn leading_word(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len())]
}

/// A character as messages show it: itself in quotes, or its number.
fn named(c: char) -> String {
    if c.is_control() { format!("U+{:04X}", u32::from(c)) } else { format!("`{c}`") }
}

fn with_slash(mut url: String) -> String {
    if !url.ends_with('/') {
        url.push('/');
    }
    url
}

fn check_base_url(url: &str) -> Result<(), &'static str> {
    if !is_web_url(url) {
        return Err("this must be an absolute URL, such as https://news.example/");
    }
    if url.contains(['?', '#']) {
        return Err("a base URL has no `?` and no `#`");
    }
    Ok(())
}

/// Whether a text is an absolute http or https URL with a host and nothing that could end an attribute.
pub(crate) fn is_web_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let plain =
        |c: char| !c.is_control() && !c.is_whitespace() && !matches!(c, '"' | '\'' | '<' | '>' | '\\' | '`');
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty() && !host.starts_with([':', '.']) && url.chars().all(plain)
    })
}

fn check_link(url: &str) -> Result<(), &'static str> {
    let path = url.starts_with('/')
        && !url.starts_with("//")
        && !url.contains(|c: char| c.is_control() || c == '\\');
    if path || is_web_url(url) || url.starts_with("mailto:") {
        return Ok(());
    }
    Err("this must be a path from the site's root, such as /about.html, or an absolute URL")
}

fn check_relative(path: &str) -> Result<(), &'static str> {
    if path.is_empty()
        || path.starts_with('/')
        || path.contains(['\\', ':'])
        || path.chars().any(char::is_control)
    {
        return Err("this must be a path within static/, such as images/logo.svg");
    }
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err("the path must stay within static/");
    }
    Ok(())
}

/// A section: slugs with `/` between them.
pub(crate) fn check_section(section: &str) -> Result<(), &'static str> {
    section.split('/').try_for_each(check_slug)
}

fn check_name(name: &str) -> Result<(), &'static str> {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(word) {
        return Ok(());
    }
    Err("a template must be able to mention it: a to z, 0 to 9 and `_`, a letter first")
}

/// A colour that cannot be anything else in a style sheet.
fn check_colour(colour: &str) -> Result<(), &'static str> {
    let hex = colour
        .strip_prefix('#')
        .is_some_and(|hex| matches!(hex.len(), 3 | 4 | 6 | 8) && hex.bytes().all(|b| b.is_ascii_hexdigit()));
    let name = (3..=24).contains(&colour.len()) && colour.bytes().all(|b| b.is_ascii_alphabetic());
    let function =
        colour.strip_suffix(')').and_then(|rest| rest.split_once('(')).is_some_and(|(name, digits)| {
            matches!(name, "rgb" | "rgba" | "hsl" | "hsla" | "hwb" | "lab" | "lch" | "oklab" | "oklch")
                && digits.bytes().any(|b| b.is_ascii_digit())
                && digits
                    .replace("deg", "")
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'.' | b',' | b'%' | b'/' | b'-' | b' '))
        });
    if hex || name || function {
        return Ok(());
    }
    Err("this is no colour; write #0a5cad, teal, rgb(10 92 173) or oklch(50% 0.13 250)")
}
