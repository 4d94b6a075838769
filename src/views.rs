//! Every name a template may mention, what it means, and how it is made.
//!
//! Shared names are the same on every page and made once; page names belong to one page. Each is a
//! closed [`Ingredient`] tree of the snapshot. The tables here are also the reference documentation.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::article::{Header, Kind};
use crate::clock::{Validity, Window};
use crate::config::Sort;
use crate::index::{Article, ArticleId, Run, Term};
use crate::ingredient::Ingredient;
use crate::locale;
use crate::markdown::{self, Targets};
use crate::path::OutPath;
use crate::plan::{self, Axis, List, Page, Part};
use crate::site::{Site, beside};

/// A name for templates, with its documentation.
pub struct Name {
    /// As a template writes it.
    pub name: &'static str,
    /// Its shape.
    pub shape: &'static str,
    /// What it is.
    pub doc: &'static str,
}

const fn name(name: &'static str, shape: &'static str, doc: &'static str) -> Name {
    Name { name, shape, doc }
}

/// Names that mean the same on every page.
pub const SHARED: [Name; 24] = [
    name("site_title", "text", "the paper's name"),
    name("site_description", "text", "one line about it"),
    name("site_lang", "text", "the paper's language"),
    name("base_url", "text", "absolute address of the site's root, with a trailing slash"),
    name("logo", "text", "root-relative link to the logo, or empty"),
    name("accent", "text", "accent colour, or empty"),
    name("menu", "[{title, url}]", "menu entries: those of site.toml, else the sections"),
    name("home_url", "text", "root-relative link to the front page"),
    name("all_url", "text or none", "root-relative link to the list of all articles"),
    name("archive_url", "text or none", "root-relative link to the archive"),
    name("tags_url", "text or none", "root-relative link to the list of tags"),
    name("authors_url", "text or none", "root-relative link to the list of authors"),
    name("pages", "[{title, url}]", "standing pages by title"),
    name("head_html", "HTML", "the configuration's own head elements"),
    name("sections", "[section]", "sections that have articles, in order"),
    name("feed_url", "text", "root-relative link to the site's feed, or empty"),
    name("generator", "text", "program and version"),
    name("latest", "[card]", "the newest articles, `page_size` of them; undated ones last"),
    name(
        "front",
        "{lead: card, top: [card], blocks: [{section: section, cards: [card]}], rest: [card]}",
        "the front page's choice: lead story, the next four, a block for each section, and what is left of `latest`",
    ),
    name("tags_all", "[{name, url, slug}]", "all tags by name"),
    name("authors_all", "[{name, url, slug}]", "all authors by name"),
    name(
        "archive",
        "[{year, url, months: [{year, month, url}]}]",
        "years and months with articles, newest first",
    ),
    name("today", "text", "the build's date in the site's zone; a page that mentions it changes every day"),
    name(
        "section_list",
        "[{name, title, description, url, cards: [card]}]",
        "each section with its newest articles (five)",
    ),
];

/// Names that belong to one page. The pages that have them are named in `doc`.
pub const PAGE: [Name; 32] = [
    name(
        "root",
        "text",
        "what goes before a root-relative link on this page: empty, `../`…; on the 404 page the base path",
    ),
    name("page_url", "text", "this page's address on the web"),
    name("page_path", "text", "this page's root-relative link"),
    name("page_title", "text", "its title"),
    name("page_description", "text", "one or two sentences about it"),
    name(
        "page_kind",
        "text",
        "`front`, `article`, `page`, `withdrawn`, `section`, `tag`, `author`, `month`, `year`, `all`, `tags`, `authors`, `archive`, `404`, `redirect`, `feed`, `sitemap`, `robots`",
    ),
    name("lang", "text", "its language"),
    name("dir", "text", "`ltr` or `rtl`"),
    name("ui", "{word: text}", "the theme's words in this page's language"),
    name("footer_html", "HTML", "the footer text of site.toml"),
    name("breadcrumbs", "[{title, url}]", "the way from the front page"),
    name(
        "article",
        "{title, subtitle, kicker, authors: [term], agency, dateline, date, date_inferred, updated, section: section, tags: [term], image: image, corrections: [correction], summary, minutes, words, kind, permalink, canonical, roles, thread, lang, dir, extra}",
        "on article and standing pages: the article",
    ),
    name("content", "HTML", "on article and standing pages: the text"),
    name("newer", "card or none", "on article pages: the next article of its section"),
    name("older", "card or none", "on article pages: the one before"),
    name("related", "[card]", "on article pages: up to four older articles that share tags"),
    name("notice", "text", "on the page of a withdrawn article: what readers are told"),
    name("notice_date", "text", "on the page of a withdrawn article: since when"),
    name("list", "{kind, title, description, url, feed}", "on list pages: what the list is of"),
    name("items", "[card]", "on list pages and in feeds: the articles, newest first"),
    name(
        "pager",
        "{number, newer, older, landing}",
        "on list pages: root-relative links to its neighbours; `number` is none on the newest page",
    ),
    name("terms", "[{name, url, slug}]", "on the pages of all tags and all authors"),
    name("year", "{year, url, months: [{year, month, url}]}", "on a year's page"),
    name("month", "number", "on a month's page: 1 to 12"),
    name("redirect_to", "text", "in a redirect: the root-relative link"),
    name("feed", "{title, url, self, lang}", "in feeds: absolute addresses of page and feed"),
    name("urls", "[{loc, lastmod}]", "in sitemaps"),
    name("sitemaps", "[{loc, lastmod}]", "in the sitemap index of a large site"),
    name("sitemap_url", "text", "in robots.txt: the sitemap's address"),
    name("translations", "[{lang, url}]", "on article pages: other languages' versions"),
    name("revised", "text or none", "on article pages: the newest of date, update and corrections"),
    name("has_feed", "text or none", "on list pages: root-relative link to the list's feed"),
];

/// What the shapes of other names are made of.
pub const SHAPES: [Name; 5] = [
    name(
        "card",
        "{url, permalink, guid, title, subtitle, kicker, summary, date, updated, section: section, tags: [term], authors: [term], agency, dateline, lang, dir, image: image, kind}",
        "what lists may see of an article: never its text; `date` and `updated` are for the filters",
    ),
    name("section", "{name, title, url}", "`name` is its slug; `url` is none when sections have no pages"),
    name("term", "{name, url}", "a tag or an author; `url` is none when they have no pages"),
    name(
        "image",
        "{src, alt, caption, credit, width, height}",
        "a root-relative link and its words; `src` is none for a picture that is only described",
    ),
    name("correction", "{date, text}", "what was corrected, and when"),
];

/// A shared view and for how long it holds.
pub struct Shared<'s> {
    /// The value.
    pub ingredient: Ingredient<'s>,
    /// The span of the clock in which it is the same.
    pub validity: Validity,
}

/// The value of a shared name or declared view; `None` when there is no such name.
#[must_use]
pub fn shared<'s>(site: &'s Site, name: &str) -> Option<Shared<'s>> {
    let theme = &site.config.theme;
    let index = &site.index;
    let mut validity = Validity::default();
    let place = |page: Page| Ingredient::maybe(plan::place(site, &page).map(|out| site.href(&out)));
    let ingredient = match name {
        "site_title" => Ingredient::text(&site.config.title),
        "site_description" => Ingredient::text(&site.config.description),
        "site_lang" => Ingredient::text(&site.config.language),
        "base_url" => Ingredient::text(&site.config.base_url),
        "logo" => Ingredient::text(theme.logo.as_deref().unwrap_or("").trim_start_matches('/')),
        "accent" => Ingredient::text(theme.accent.as_deref().unwrap_or("")),
        "menu" => menu(site),
        "home_url" => place(Page::Front),
        "all_url" => place(Page::List { list: List::All, part: Part::Landing }),
        "archive_url" => place(Page::Archive),
        "tags_url" => place(Page::Terms(Axis::Tags)),
        "authors_url" => place(Page::Terms(Axis::Authors)),
        "pages" => {
            let mut pages: Vec<&Article> = index.pages.iter().map(|id| index.article(*id)).collect();
            pages.sort_by(|a, b| (&a.header().title, &a.out).cmp(&(&b.header().title, &b.out)));
            let link =
                |page: &&'s Article| Ingredient::link(page.header().title.as_str(), site.href(&page.out));
            Ingredient::List(pages.iter().map(link).collect())
        }
        "head_html" => Ingredient::Html(theme.head.as_str().into()),
        "sections" => Ingredient::List(index.sections.iter().map(|term| section(site, term)).collect()),
        "feed_url" => Ingredient::text(site_feed(site).map_or_else(String::new, |out| site.href(&out))),
        "generator" => Ingredient::text(crate::GENERATOR),
        "latest" => Ingredient::cards(index.all.newest().take(site.config.page_size)),
        "front" => {
            let (front, holds) = front(site);
            validity = holds;
            front
        }
        "tags_all" => all_terms(site, &index.tags),
        "authors_all" => all_terms(site, &index.authors),
        "archive" => {
            Ingredient::List(years(site).into_iter().rev().map(|year| year_links(site, year)).collect())
        }
        "today" => {
            let (today, holds) = site.clock.today(site.config.timezone);
            validity = holds;
            Ingredient::text(today.format("%Y-%m-%d").to_string())
        }
        "section_list" => {
            Ingredient::List(index.sections.iter().map(|term| section_with_cards(site, term)).collect())
        }
        _ if name.starts_with(FOOTER) => {
            let root = "../".repeat(name[FOOTER.len()..].parse().ok()?);
            Ingredient::Html(footer(site, &root).into())
        }
        _ if name.starts_with(WORDS) => {
            let words = locale::strings(&name[WORDS.len()..]).iter();
            Ingredient::Table(words.map(|(key, text)| (key.into(), Ingredient::text(text))).collect())
        }
        _ => {
            let (ids, holds) = declared(site, name)?;
            validity = holds;
            Ingredient::cards(ids)
        }
    };
    Some(Shared { ingredient, validity })
}

/// Names of which a page has one of a few forms, shared with other pages: the theme's words by
/// language, the footer by depth (its links are relative).
pub(crate) const FORMS: [&str; 2] = ["ui", "footer_html"];

/// Before a language.
const WORDS: &str = "ui:";
/// Before a number of folders.
const FOOTER: &str = "footer:";

/// The shared view that a page's `name` stands for, if it is one of [`FORMS`].
pub(crate) fn form(site: &Site, page: &Page, out: &OutPath, name: &str) -> Option<String> {
    match name {
        "ui" => Some(format!("{WORDS}{}", lang(site, page))),
        "footer_html" => Some(format!("{FOOTER}{}", out.depth())),
        _ => None,
    }
}

/// All shared views that a site's templates may draw on: those they mention, and each form of those
/// that have several.
#[must_use]
pub fn wanted(site: &Site) -> BTreeSet<String> {
    /// Folders between a page and the root, at most; deeper pages have no footer.
    const DEPTH: usize = 12;
    let mentioned: BTreeSet<String> =
        plan::TEMPLATES.iter().flat_map(|template| site.templates.names(template)).cloned().collect();
    let languages = site.index.articles.iter().filter_map(|article| article.header().lang.clone());
    let languages = languages.chain(site.index.tombstones.iter().filter_map(|t| t.lang.clone()));
    let languages: BTreeSet<String> = languages.chain([site.config.language.clone()]).collect();
    let words = languages.into_iter().map(|lang| format!("{WORDS}{lang}"));
    let footers = (0..=DEPTH).map(|depth| format!("{FOOTER}{depth}"));
    let words = words.filter(|_| mentioned.contains("ui")).collect::<Vec<_>>();
    let footers = footers.filter(|_| mentioned.contains("footer_html")).collect::<Vec<_>>();
    mentioned.into_iter().chain(words).chain(footers).collect()
}

/// The footer's HTML for pages that have `root` before their links.
fn footer(site: &Site, root: &str) -> String {
    let text = &site.config.theme.footer;
    let links = markdown::facts(text).links.into_iter().map(|link| {
        let target = link_target(site, "content/", &link, root);
        (link, target)
    });
    let targets = Targets { links: links.collect(), ..Targets::default() };
    let mut html = String::new();
    markdown::render(text, &targets, &mut html);
    html
}

fn menu(site: &Site) -> Ingredient<'_> {
    let configured = &site.config.theme.menu;
    if configured.is_empty() {
        let sections = site
            .index
            .sections
            .iter()
            .filter_map(|term| Some((term.name.as_str(), site.href(term.out.as_ref()?))));
        return Ingredient::List(sections.map(|(title, url)| Ingredient::link(title, url)).collect());
    }
    let entry = |item: &'_ crate::config::MenuItem| -> Ingredient<'_> {
        let url = item.url.trim_start_matches('/');
        // A folder is written as hosts show it; the link has to name its file when pages open from a disk.
        let url = match item.url.starts_with('/')
            && site.config.link_index
            && (url.is_empty() || url.ends_with('/'))
        {
            true => format!("{url}index.html"),
            false => url.to_owned(),
        };
        Ingredient::Map(vec![("title", Ingredient::text(item.title.clone())), ("url", Ingredient::text(url))])
    };
    Ingredient::List(configured.iter().map(entry).collect())
}

fn site_feed(site: &Site) -> Option<OutPath> {
    OutPath::new(site.config.feeds.site.trim_start_matches('/')).ok()
}

fn term_url(site: &Site, term: &Term) -> Ingredient<'static> {
    Ingredient::maybe(term.out.as_ref().map(|out| site.href(out)))
}

/// A section as templates see it.
fn section<'s>(site: &Site, term: &'s Term) -> Ingredient<'s> {
    Ingredient::Map(vec![
        ("name", Ingredient::text(&term.slug)),
        ("title", Ingredient::text(&term.name)),
        ("url", term_url(site, term)),
    ])
}

fn section_with_cards<'s>(site: &'s Site, term: &'s Term) -> Ingredient<'s> {
    Ingredient::Map(vec![
        ("name", Ingredient::text(&term.slug)),
        ("title", Ingredient::text(&term.name)),
        ("description", Ingredient::text(&term.description)),
        ("url", term_url(site, term)),
        ("cards", Ingredient::cards(term.run.newest().take(BLOCK))),
    ])
}

/// A tag or author as templates see it.
fn term<'s>(site: &Site, term: &'s Term) -> Ingredient<'s> {
    Ingredient::Map(vec![("name", Ingredient::text(&term.name)), ("url", term_url(site, term))])
}

fn all_terms<'s>(site: &Site, terms: &'s [Term]) -> Ingredient<'s> {
    let mut sorted: Vec<&Term> = terms.iter().filter(|term| !term.run.is_empty()).collect();
    sorted.sort_by_cached_key(|term| (term.name.to_lowercase(), &term.slug));
    let entry = |term: &&'s Term| {
        Ingredient::Map(vec![
            ("name", Ingredient::text(&term.name)),
            ("url", term_url(site, term)),
            ("slug", Ingredient::text(&term.slug)),
        ])
    };
    Ingredient::List(sorted.iter().map(entry).collect())
}

/// Stories of a section on the front page.
const BLOCK: usize = 5;
/// Stories beside the lead.
const TOP: usize = 4;

/// The front page's choice: no story stands twice.
fn front(site: &Site) -> (Ingredient<'_>, Validity) {
    let index = &site.index;
    let mut validity = Validity::default();
    let wants_lead = |id: &ArticleId| {
        let header = index.article(*id).header();
        let (pinned, holds) =
            site.clock.ask(Window { from: None, until: header.pin_until.map(|moment| moment.seconds) });
        if header.lead {
            validity = validity.and(holds);
        }
        header.lead && pinned
    };
    let newest: Vec<ArticleId> = index.all.newest().take(site.config.page_size).collect();
    let lead = index.all.newest().find(wants_lead).or_else(|| newest.first().copied());
    let mut used: Vec<ArticleId> = lead.into_iter().collect();
    let take = |ids: &mut dyn Iterator<Item = ArticleId>, used: &mut Vec<ArticleId>, limit: usize| {
        let ids: Vec<ArticleId> = ids.filter(|id| !used.contains(id)).take(limit).collect();
        used.extend(&ids);
        ids
    };
    let top = take(&mut newest.iter().copied(), &mut used, TOP);
    let blocks: Vec<Ingredient<'_>> = index
        .sections
        .iter()
        .filter_map(|term| {
            let cards = take(&mut term.run.newest(), &mut used, BLOCK);
            let block = || {
                Ingredient::Map(vec![
                    ("section", section(site, term)),
                    ("cards", Ingredient::cards(cards.clone())),
                ])
            };
            (!cards.is_empty()).then(block)
        })
        .collect();
    let rest = take(&mut newest.iter().copied(), &mut used, usize::MAX);
    let front = Ingredient::Map(vec![
        ("lead", lead.map_or(Ingredient::Null, Ingredient::Card)),
        ("top", Ingredient::cards(top)),
        ("blocks", Ingredient::List(blocks)),
        ("rest", Ingredient::cards(rest)),
    ]);
    (front, validity)
}

/// Years with articles, oldest first.
pub(crate) fn years(site: &Site) -> Vec<i32> {
    let mut years: Vec<i32> = site.index.months.keys().map(|(year, _)| *year).collect();
    years.dedup();
    years
}

fn year_links(site: &Site, year: i32) -> Ingredient<'static> {
    let link = |list: Page| Ingredient::maybe(plan::place(site, &list).map(|out| site.href(&out)));
    let months = site.index.months.keys().filter(|(y, _)| *y == year).map(|&(year, month)| {
        Ingredient::Map(vec![
            ("year", Ingredient::Number(year.into())),
            ("month", Ingredient::Number(month.into())),
            ("url", link(Page::List { list: List::Month(year, month), part: Part::Landing })),
        ])
    });
    Ingredient::Map(vec![
        ("year", Ingredient::Number(year.into())),
        ("url", link(Page::Year(year))),
        ("months", Ingredient::List(months.rev().collect())),
    ])
}

/// A view declared in site.toml.
fn declared(site: &Site, name: &str) -> Option<(Vec<ArticleId>, Validity)> {
    let view = site.config.views.iter().find(|view| view.name == name)?;
    let index = &site.index;
    let find = |terms: &[Term], wanted: &str| {
        let slug = crate::path::slugify(wanted);
        terms.iter().position(|term| term.slug == wanted || term.slug == slug || term.name == wanted)
    };
    let section = view.section.as_deref().map(|wanted| {
        let below = format!("{wanted}/");
        let matches = |term: &Term| term.slug == wanted || term.slug.starts_with(&below);
        index
            .sections
            .iter()
            .enumerate()
            .filter(|(_, term)| matches(term))
            .map(|(at, _)| at)
            .collect::<Vec<_>>()
    });
    let tag = view.tag.as_deref().map(|wanted| find(&index.tags, wanted));
    let author = view.author.as_deref().map(|wanted| find(&index.authors, wanted));
    let mut validity = Validity::default();
    let mut ids: Vec<ArticleId> = index
        .all
        .newest()
        .filter(|id| {
            let article = index.article(*id);
            section.as_ref().is_none_or(|wanted| article.section.is_some_and(|at| wanted.contains(&at)))
                && tag.is_none_or(|wanted| wanted.is_some_and(|at| article.tags.contains(&at)))
                && author.is_none_or(|wanted| wanted.is_some_and(|at| article.authors.contains(&at)))
        })
        .filter(|id| {
            let Some(days) = view.within_days else { return true };
            let Some(date) = index.article(*id).header().date else { return false };
            let (open, holds) =
                site.clock.ask(Window { from: None, until: Some(date.seconds + i64::from(days) * 86_400) });
            validity = validity.and(holds);
            open
        })
        .collect();
    match view.sort {
        Sort::Newest => {}
        Sort::Oldest => ids.reverse(),
        Sort::Title => ids.sort_by_cached_key(|id| index.article(*id).header().title.to_lowercase()),
    }
    ids.truncate(view.limit);
    Some((ids, validity))
}

/// An article as lists may see it: never its body, nor anything counted from it.
pub(crate) fn card(site: &Site, id: ArticleId) -> Ingredient<'_> {
    let article = site.index.article(id);
    let header = article.header();
    let mut fields = vec![
        ("url", Ingredient::text(site.href(&article.out))),
        ("permalink", Ingredient::text(site.permalink(&article.out))),
        ("guid", Ingredient::text(guid(site, id))),
    ];
    fields.extend(header_fields(site, id, header));
    Ingredient::Map(fields)
}

/// What cards and article pages both show.
fn header_fields<'s>(
    site: &'s Site,
    id: ArticleId,
    header: &'s Header,
) -> Vec<(&'static str, Ingredient<'s>)> {
    let article = site.index.article(id);
    let index = &site.index;
    let lang = header.lang.as_deref().unwrap_or(&site.config.language);
    let date =
        |moment: Option<crate::date::Moment>| Ingredient::maybe(moment.map(crate::date::Moment::rfc3339));
    vec![
        ("title", Ingredient::text(&header.title)),
        ("subtitle", Ingredient::maybe(header.subtitle.as_deref())),
        (
            "kicker",
            Ingredient::maybe(
                header.extra.get("kicker").and_then(|json| serde_json::from_str::<String>(json).ok()),
            ),
        ),
        ("summary", Ingredient::text(&header.summary)),
        ("date", date(header.date)),
        ("updated", date(header.updated)),
        ("section", article.section.map_or(Ingredient::Null, |at| section(site, &index.sections[at]))),
        ("tags", Ingredient::List(article.tags.iter().map(|at| term(site, &index.tags[*at])).collect())),
        (
            "authors",
            Ingredient::List(article.authors.iter().map(|at| term(site, &index.authors[*at])).collect()),
        ),
        ("agency", Ingredient::maybe(header.agency.as_deref())),
        ("dateline", Ingredient::maybe(header.dateline.as_deref())),
        ("lang", Ingredient::text(lang)),
        ("dir", Ingredient::text(locale::dir(lang))),
        ("image", image(site, article.path(), header)),
        ("kind", Ingredient::text(header.kind.word())),
    ]
}

fn image<'s>(site: &'s Site, path: &str, header: &'s Header) -> Ingredient<'s> {
    let Some(image) = &header.image else { return Ingredient::Null };
    let asset = image.src.as_deref().and_then(|src| site.pictures.get(&beside(path, src)?));
    let src = asset.and_then(|asset| site.picture_out(asset)).map(|out| site.href(&out));
    let side = |n: Option<u32>| n.map_or(Ingredient::Null, |n| Ingredient::Number(n.into()));
    let size = asset.and_then(|asset| asset.size);
    Ingredient::Map(vec![
        ("src", Ingredient::maybe(src)),
        ("alt", Ingredient::text(image.alt.as_deref().unwrap_or(""))),
        ("caption", Ingredient::maybe(image.caption.as_deref())),
        ("credit", Ingredient::maybe(image.credit.as_deref())),
        ("width", side(size.map(|(width, _)| width))),
        ("height", side(size.map(|(_, height)| height))),
    ])
}

/// A feed id that survives a change of address: a tag URI (RFC 4151) of the oldest one known.
fn guid(site: &Site, id: ArticleId) -> String {
    let article = site.index.article(id);
    let header = article.header();
    if let Some(id) = &header.id {
        return id.clone();
    }
    let host = site.config.base_url.split("://").nth(1).unwrap_or("").split(['/', ':']).next().unwrap_or("");
    let first = header
        .aliases
        .first()
        .map_or_else(|| article.out.url(), |alias| alias.trim_start_matches('/').to_owned());
    format!("tag:{host},2026:/{first}")
}

/// The newest of what changed an article: `updated`, `date`, corrections; never a file's time.
pub(crate) fn revised(header: &Header) -> Option<crate::date::Moment> {
    header.corrections.iter().map(|correction| correction.date).chain(header.updated).chain(header.date).max()
}

/// The value of a page's own name; `None` when this kind of page has no such name.
#[must_use]
pub fn page<'s>(site: &'s Site, page: &'s Page, out: &'s OutPath, name: &str) -> Option<Ingredient<'s>> {
    let title = || title(site, page);
    let lang = || lang(site, page);
    Some(match name {
        "root" => Ingredient::text(if *page == Page::NotFound { base_path(site) } else { out.root() }),
        "page_url" => Ingredient::text(site.permalink(out)),
        "page_path" => Ingredient::text(site.href(out)),
        "page_title" => Ingredient::text(title()),
        "page_description" => Ingredient::text(description(site, page)),
        "page_kind" => Ingredient::text(page.kind()),
        "lang" => Ingredient::text(lang()),
        "dir" => Ingredient::text(locale::dir(&lang())),
        "breadcrumbs" => breadcrumbs(site, page),
        _ => match page {
            Page::Article(id) | Page::Standing(id) => article_name(site, *id, out, name)?,
            Page::Withdrawn(at) => {
                let tombstone = &site.index.tombstones[*at];
                match name {
                    "notice" => Ingredient::text(&tombstone.notice),
                    "notice_date" => Ingredient::text(tombstone.date.rfc3339()),
                    _ => return None,
                }
            }
            Page::List { list, part } => list_name(site, *list, *part, name)?,
            Page::Terms(axis) if name == "terms" => all_terms(site, axis.terms(&site.index)),
            Page::Year(year) if name == "year" => year_links(site, *year),
            Page::Redirect { to } if name == "redirect_to" => Ingredient::text(site.href(to)),
            Page::Feed(list) => feed_name(site, *list, out, name)?,
            Page::Sitemap(sheet) if name == "urls" => plan::sitemap_urls(site, *sheet),
            Page::SitemapIndex if name == "sitemaps" => plan::sitemap_sheets(site),
            Page::Robots if name == "sitemap_url" => {
                Ingredient::text(format!("{}sitemap.xml", site.config.base_url))
            }
            _ => return None,
        },
    })
}

/// The path of the site's root on its host: `/` or `/paper/`.
fn base_path(site: &Site) -> String {
    let after_scheme = site.config.base_url.split_once("://").map_or("", |(_, rest)| rest);
    after_scheme.find('/').map_or("/", |at| &after_scheme[at..]).to_owned()
}

fn article_name<'s>(site: &'s Site, id: ArticleId, out: &'s OutPath, name: &str) -> Option<Ingredient<'s>> {
    let article = site.index.article(id);
    let header = article.header();
    let neighbour = |step: isize| {
        let run = &site.index.sections[article.section?].run;
        let at =
            site.index.position(run, id).filter(|_| header.date.is_some() && header.kind != Kind::Page)?;
        run.dated.get(at.checked_add_signed(step)?).copied()
    };
    Some(match name {
        "article" => article_map(site, id, header),
        "content" => body(site, id, out),
        "newer" => neighbour(1).map_or(Ingredient::Null, Ingredient::Card),
        "older" => neighbour(-1).map_or(Ingredient::Null, Ingredient::Card),
        "related" => Ingredient::cards(related(site, id)),
        "translations" => Ingredient::List(Vec::new()),
        "revised" => Ingredient::maybe(revised(header).map(crate::date::Moment::rfc3339)),
        _ => return None,
    })
}

fn article_map<'s>(site: &'s Site, id: ArticleId, header: &'s Header) -> Ingredient<'s> {
    let article = site.index.article(id);
    let words = article.facts().words;
    let mut fields = header_fields(site, id, header);
    let corrections = header.corrections.iter().map(|correction| {
        Ingredient::Map(vec![
            ("date", Ingredient::text(correction.date.rfc3339())),
            ("text", Ingredient::text(&correction.text)),
        ])
    });
    let roles = header.roles.iter().map(|(role, names)| (role.into(), Ingredient::texts(names)));
    let extra = header
        .extra
        .iter()
        .map(|(key, json)| (key.into(), from_json(serde_json::from_str(json).unwrap_or_default())));
    fields.extend([
        ("permalink", Ingredient::text(site.permalink(&article.out))),
        ("canonical", Ingredient::maybe(header.canonical.as_deref())),
        ("corrections", Ingredient::List(corrections.collect())),
        ("date_inferred", Ingredient::Bool(header.review.iter().any(|flag| flag.starts_with("date:")))),
        ("words", Ingredient::Number(words.into())),
        ("minutes", Ingredient::Number(i64::from(words.div_ceil(READING_SPEED).max(1)))),
        ("roles", Ingredient::Table(roles.collect())),
        ("thread", Ingredient::maybe(header.thread.as_deref())),
        ("extra", Ingredient::Table(extra.collect())),
    ]);
    Ingredient::Map(fields)
}

/// Words a minute of an adult reader (Brysbaert 2019 gives 238 for English).
const READING_SPEED: u32 = 230;

fn from_json(json: serde_json::Value) -> Ingredient<'static> {
    use serde_json::Value as Json;
    match json {
        Json::Null => Ingredient::Null,
        Json::Bool(yes) => Ingredient::Bool(yes),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| Ingredient::text(number.to_string()), Ingredient::Number)
        }
        Json::String(text) => Ingredient::text(text),
        Json::Array(items) => Ingredient::List(items.into_iter().map(from_json).collect()),
        Json::Object(fields) => Ingredient::Table(
            fields.into_iter().map(|(key, value)| (Cow::Owned(key), from_json(value))).collect(),
        ),
    }
}

/// An article's text with all targets in it resolved for the page at `out`.
fn body<'s>(site: &'s Site, id: ArticleId, out: &OutPath) -> Ingredient<'s> {
    let article = site.index.article(id);
    let facts = article.facts();
    let root = out.root();
    let links =
        facts.links.iter().map(|link| (link.as_str(), link_target(site, article.path(), link, &root)));
    let images =
        facts.images.iter().map(|src| (src.as_str(), picture_target(site, article.path(), src, &root)));
    Ingredient::Body { article: id, text: article.item().body, targets: links.chain(images).collect() }
}

/// Where a link inside the site leads: another article by its file, or a place on the site.
fn link_target(site: &Site, path: &str, link: &str, root: &str) -> Option<String> {
    let (target, anchor) = link.split_at(link.find(['?', '#']).unwrap_or(link.len()));
    if crate::source::Role::of(target).is_some() && !target.ends_with(".html") {
        let id = site.index.by_path(&beside(path, target)?)?;
        return Some(format!("{root}{}{anchor}", site.href(&site.index.article(id).out)));
    }
    match target.strip_prefix('/') {
        Some(target) if site.config.link_index && (target.is_empty() || target.ends_with('/')) => {
            Some(format!("{root}{target}index.html{anchor}"))
        }
        Some(target) => Some(format!("{root}{target}{anchor}")),
        None => Some(link.to_owned()),
    }
}

/// The file of a picture as `src width height`, so that its size is part of what the page is made of.
fn picture_target(site: &Site, path: &str, src: &str, root: &str) -> Option<String> {
    let asset = beside(path, src).and_then(|file| site.pictures.get(&file));
    match (asset, src.strip_prefix('/')) {
        (Some(asset), _) => {
            let out = site.picture_out(asset)?;
            let (width, height) = asset.size.unwrap_or_default();
            Some(format!("{root}{} {width} {height}", site.href(&out)))
        }
        (None, Some(absolute)) => Some(format!("{root}{absolute} 0 0")),
        (None, None) => None,
    }
}

/// Reads [`picture_target`]'s text back.
pub(crate) fn picture_of(target: &str) -> markdown::Picture {
    let mut parts = target.rsplitn(3, ' ');
    let mut side = || parts.next().and_then(|n| n.parse::<u32>().ok()).filter(|n| *n > 0);
    let (height, width) = (side(), side());
    markdown::Picture { src: parts.next().unwrap_or(target).to_owned(), size: width.zip(height) }
}

/// Up to four older articles that share most tags; only older ones, so a new article changes no old page.
fn related(site: &Site, id: ArticleId) -> Vec<ArticleId> {
    /// How far back each tag is searched.
    const REACH: usize = 40;
    const COUNT: usize = 4;
    let index = &site.index;
    let article = index.article(id);
    let mut found: Vec<ArticleId> = Vec::new();
    for tag in &article.tags {
        let run = &index.tags[*tag].run;
        if let Some(at) = index.position(run, id) {
            found.extend(&run.dated[at.saturating_sub(REACH)..at]);
        }
    }
    found.sort_unstable();
    let mut scored: Vec<(usize, bool, i64, ArticleId)> = found
        .chunk_by(|a, b| a == b)
        .map(|same| {
            let other = index.article(same[0]);
            let date = other.header().date.map_or(i64::MIN, |date| date.seconds);
            (same.len(), other.section == article.section, date, same[0])
        })
        .collect();
    scored.sort_unstable_by(|a, b| {
        (b.0, b.1, b.2)
            .cmp(&(a.0, a.1, a.2))
            .then_with(|| index.article(a.3).out.cmp(&index.article(b.3).out))
    });
    scored.into_iter().take(COUNT).map(|(.., id)| id).collect()
}

fn list_name<'s>(site: &'s Site, list: List, part: Part, name: &str) -> Option<Ingredient<'s>> {
    let place = |part| plan::place(site, &Page::List { list, part }).map(|out| site.href(&out));
    Some(match name {
        "list" => {
            let term = list.term(&site.index);
            Ingredient::Map(vec![
                ("kind", Ingredient::text(list.kind())),
                ("title", Ingredient::text(list_title(site, list))),
                ("description", Ingredient::text(term.map_or("", |term| &term.description))),
                ("url", Ingredient::maybe(place(Part::Landing))),
                ("feed", list_feed(site, list)),
            ])
        }
        "items" => Ingredient::cards(plan::members(site, list, part)),
        "pager" => {
            let (newer, older) = plan::neighbours(site, list, part);
            Ingredient::Map(vec![
                ("number", part.number().map_or(Ingredient::Null, Ingredient::text)),
                ("newer", Ingredient::maybe(newer.and_then(place))),
                ("older", Ingredient::maybe(older.and_then(place))),
                ("landing", Ingredient::maybe(place(Part::Landing))),
            ])
        }
        "month" => match list {
            List::Month(_, month) => Ingredient::Number(month.into()),
            _ => return None,
        },
        "has_feed" => list_feed(site, list),
        _ => return None,
    })
}

fn list_feed(site: &Site, list: List) -> Ingredient<'static> {
    let feed = match list {
        List::All => site_feed(site),
        _ => list.term(&site.index).and_then(|term| term.feed.clone()),
    };
    Ingredient::maybe(feed.map(|out| site.href(&out)))
}

fn feed_name<'s>(site: &'s Site, list: List, out: &OutPath, name: &str) -> Option<Ingredient<'s>> {
    Some(match name {
        "feed" => {
            let landing = plan::place(site, &Page::List { list, part: Part::Landing });
            let url = match list {
                List::All => site.config.base_url.clone(),
                _ => landing.map_or_else(|| site.config.base_url.clone(), |out| site.permalink(&out)),
            };
            Ingredient::Map(vec![
                ("title", Ingredient::text(title(site, &Page::Feed(list)))),
                ("url", Ingredient::text(url)),
                ("self", Ingredient::text(site.permalink(out))),
                ("lang", Ingredient::text(&site.config.language)),
            ])
        }
        "items" => Ingredient::cards(
            list.run(&site.index).into_iter().flat_map(Run::newest).take(site.config.feeds.size),
        ),
        _ => return None,
    })
}

fn lang(site: &Site, page: &Page) -> String {
    let own = match page {
        Page::Article(id) | Page::Standing(id) => site.index.article(*id).header().lang.as_ref(),
        Page::Withdrawn(at) => site.index.tombstones[*at].lang.as_ref(),
        _ => None,
    };
    own.unwrap_or(&site.config.language).clone()
}

fn list_title(site: &Site, list: List) -> String {
    let strings = locale::strings(&site.config.language);
    match list {
        List::All => strings.word("latest").to_owned(),
        List::Month(year, month) => format!("{} {year}", strings.month(month)),
        _ => list.term(&site.index).map_or_else(String::new, |term| term.name.clone()),
    }
}

fn title(site: &Site, page: &Page) -> String {
    let strings = locale::strings(&lang(site, page));
    match page {
        Page::Article(id) | Page::Standing(id) => site.index.article(*id).header().title.clone(),
        Page::Withdrawn(_) => strings.word("withdrawn").to_owned(),
        Page::List { list, .. } => list_title(site, *list),
        Page::Feed(List::All) => site.config.title.clone(),
        Page::Feed(list) => format!("{} – {}", list_title(site, *list), site.config.title),
        Page::Terms(axis) => strings.word(axis.word()).to_owned(),
        Page::Archive => strings.word("archive").to_owned(),
        Page::Year(year) => year.to_string(),
        Page::NotFound => strings.word("not_found").to_owned(),
        _ => site.config.title.clone(),
    }
}

fn description(site: &Site, page: &Page) -> String {
    match page {
        Page::Article(id) | Page::Standing(id) => site.index.article(*id).header().summary.clone(),
        Page::Withdrawn(at) => site.index.tombstones[*at].notice.clone(),
        Page::Front | Page::Feed(List::All) => site.config.description.clone(),
        Page::List { list, .. } | Page::Feed(list) => {
            let own =
                list.term(&site.index).map(|term| term.description.clone()).filter(|text| !text.is_empty());
            own.unwrap_or_else(|| format!("{} – {}", list_title(site, *list), site.config.title))
        }
        _ => format!("{} – {}", title(site, page), site.config.title),
    }
}

fn breadcrumbs<'s>(site: &'s Site, page: &Page) -> Ingredient<'s> {
    let strings = locale::strings(&lang(site, page));
    let mut crumbs = Vec::new();
    let mut add = |title: String, out: Option<OutPath>| {
        crumbs.extend(out.map(|out| Ingredient::link(title, site.href(&out))));
    };
    if *page != Page::Front {
        add(strings.word("home").to_owned(), plan::place(site, &Page::Front));
    }
    match page {
        Page::Article(id) => {
            let section = site.index.article(*id).section.map(|at| &site.index.sections[at]);
            add(
                section.map_or_else(String::new, |term| term.name.clone()),
                section.and_then(|term| term.out.clone()),
            );
        }
        Page::List { list: List::Tag(_), .. } => {
            add(strings.word("all_tags").to_owned(), plan::place(site, &Page::Terms(Axis::Tags)));
        }
        Page::List { list: List::Author(_), .. } => {
            add(strings.word("all_authors").to_owned(), plan::place(site, &Page::Terms(Axis::Authors)));
        }
        Page::List { list: List::Month(year, _), .. } => {
            add(strings.word("archive").to_owned(), plan::place(site, &Page::Archive));
            add(year.to_string(), plan::place(site, &Page::Year(*year)));
        }
        Page::Year(_) => add(strings.word("archive").to_owned(), plan::place(site, &Page::Archive)),
        _ => {}
    }
    Ingredient::List(crumbs)
}
