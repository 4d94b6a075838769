//! Values that are the same on every page, or come in a few forms that pages share.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::term::{all_terms, section, section_with_cards};
use super::{archive, declared, feed, front, publisher, sitemap, target};
use crate::clock::Validity;
use crate::config::EditionId;
use crate::index::Article;
use crate::ingredient::Ingredient;
use crate::locale::{self, Phrase};
use crate::path::OutPath;
use crate::plan::{self, Axis, List, Page, Part};
use crate::site::Site;

/// A shared view and for how long it holds.
pub struct Shared<'s> {
    /// The value.
    pub ingredient: Ingredient<'s>,
    /// The span of the clock in which it is the same.
    pub validity: Validity,
}

/// The value of a shared name or declared view, as [`key`] names it; `None` when there is no such name.
#[must_use]
pub fn shared<'s>(site: &'s Site, key: &str) -> Option<Shared<'s>> {
    let (name, id) = match key.rsplit_once(OF) {
        Some((name, number)) => (name, EditionId(number.parse().ok()?)),
        None => (key, EditionId::default()),
    };
    let theme = &site.config.theme;
    let edition = site.config.edition(id);
    let index = &site.index;
    let listed = index.edition(id);
    let mut validity = Validity::default();
    let place = |page: Page| Ingredient::maybe(plan::place(site, &page).map(|out| site.href(&out)));
    let ingredient = match name {
        "site_title" => Ingredient::text(&edition.title),
        "site_description" => Ingredient::text(&edition.description),
        "site_lang" => Ingredient::text(&edition.language),
        "base_url" => Ingredient::text(&site.config.base_url),
        "logo" => Ingredient::text(theme.logo.as_deref().unwrap_or("").trim_start_matches('/')),
        "accent" => Ingredient::text(theme.accent.as_deref().unwrap_or("")),
        "menu" => menu(site, id),
        "home_url" => place(Page::Front(id)),
        "all_url" => place(Page::List { list: List::All(id), part: Part::Landing }),
        "archive_url" => place(Page::Archive(id)),
        "search_url" => place(Page::Search(id)),
        "tags_url" => place(Page::Terms(Axis::Tags, id)),
        "authors_url" => place(Page::Terms(Axis::Authors, id)),
        "corrections_url" => place(Page::Corrections(None)),
        "corrections_feeds" => feed::feeds(site, List::Corrections),
        "publisher" => publisher::publisher(site),
        RECENT => {
            let (ids, holds) = sitemap::recent(site);
            validity = holds;
            Ingredient::cards(ids)
        }
        "pages" => {
            let mut pages: Vec<&Article> = listed.pages.iter().map(|id| index.article(*id)).collect();
            pages.sort_by(|a, b| a.out.cmp(&b.out));
            locale::sort_by_name(&mut pages, &edition.language, |page| &page.header().title);
            let link =
                |page: &&'s Article| Ingredient::link(page.header().title.as_str(), site.href(&page.out));
            Ingredient::List(pages.iter().map(link).collect())
        }
        "head_html" => Ingredient::Html(theme.head.as_str().into()),
        "sections" => Ingredient::List(index.top_sections_of(id).map(|term| section(site, term)).collect()),
        "feed_url" => {
            Ingredient::text(feed::first(site, List::All(id)).map_or_else(String::new, |out| site.href(&out)))
        }
        "site_feeds" => feed::feeds(site, List::All(id)),
        "generator" => Ingredient::text(crate::GENERATOR),
        "latest" => Ingredient::cards(listed.all.newest().take(site.config.page_size)),
        "front" => {
            let (front, holds) = front::front(site, id);
            validity = holds;
            front
        }
        "tags_all" => all_terms(site, id, index.tags_of(id)),
        "authors_all" => all_terms(site, id, index.authors_of(id)),
        "archive" => Ingredient::List(
            archive::years(site, id)
                .into_iter()
                .rev()
                .map(|year| archive::year_links(site, id, year))
                .collect(),
        ),
        "today" => {
            let (today, holds) = site.clock.today(site.config.timezone);
            validity = holds;
            Ingredient::text(today.format("%Y-%m-%d").to_string())
        }
        "section_list" => {
            Ingredient::List(index.top_sections_of(id).map(|term| section_with_cards(site, term)).collect())
        }
        _ if name.starts_with(FOOTER) => {
            let root = "../".repeat(name[FOOTER.len()..].parse().ok()?);
            Ingredient::Html(target::words(site, &edition.footer, &root).into())
        }
        _ if name.starts_with(WORDS) => {
            let words = site.config.words.of(&name[WORDS.len()..]).iter();
            Ingredient::Table(words.map(|(key, phrase)| (key.into(), word(phrase))).collect())
        }
        _ => {
            let (ids, holds) = declared::declared(site, id, name)?;
            validity = holds;
            Ingredient::cards(ids)
        }
    };
    Some(Shared { ingredient, validity })
}

/// Names of which a page has one of a few forms, shared with other pages: the theme's words by
/// language, the footer by depth (its links are relative).
pub(crate) const FORMS: [&str; 2] = ["ui", "footer_html"];

/// The articles of News sitemaps.
const RECENT: &str = "recent";
/// Before a language.
const WORDS: &str = "ui:";

/// Before a number of folders.
const FOOTER: &str = "footer:";

/// The shared view that a page's `name` stands for, if it is one of [`FORMS`].
pub(crate) fn form(site: &Site, page: &Page, out: &OutPath, name: &str) -> Option<String> {
    match name {
        "ui" => Some(format!("{WORDS}{}", super::head::lang(site, page))),
        "footer_html" => {
            let footer = format!("{FOOTER}{}", out.depth());
            Some(key(&footer, page.edition(&site.index)).into_owned())
        }
        name => match key(name, page.edition(&site.index)) {
            Cow::Owned(key) => Some(key),
            Cow::Borrowed(_) => None,
        },
    }
}

/// The name of the theme's words in a language, when those of any are among these shared views.
pub(crate) fn words_of<'n>(lang: &str, mut known: impl Iterator<Item = &'n String>) -> Option<String> {
    known.any(|name| name.starts_with(WORDS)).then(|| format!("{WORDS}{lang}"))
}

/// Whether a shared view is one of the forms that a name of [`FORMS`] has.
pub(crate) fn is_form(name: &str, view: &str) -> bool {
    match name {
        "ui" => view.starts_with(WORDS),
        "footer_html" => view.starts_with(FOOTER),
        _ => false,
    }
}

/// Between a shared name and the number of an edition.
const OF: char = '@';

/// Shared names that mean the same in every edition.
const EVERYWHERE: [&str; 6] = ["base_url", "logo", "accent", "head_html", "generator", "today"];

/// The name under which a shared view of an edition is kept: that of the main edition is the name itself.
#[must_use]
pub(crate) fn key(name: &str, edition: EditionId) -> Cow<'_, str> {
    match edition {
        EditionId(0) => Cow::Borrowed(name),
        _ if EVERYWHERE.contains(&name) || name.starts_with(WORDS) => Cow::Borrowed(name),
        EditionId(number) => Cow::Owned(format!("{name}{OF}{number}")),
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
    let editions = site.config.editions.iter().map(|edition| edition.language.clone());
    let languages: BTreeSet<String> = languages.chain(editions).collect();
    let words = languages.into_iter().map(|lang| format!("{WORDS}{lang}"));
    let footers = (0..=DEPTH).map(|depth| format!("{FOOTER}{depth}"));
    let words = words.filter(|_| mentioned.contains("ui")).collect::<Vec<_>>();
    let footers = footers.filter(|_| mentioned.contains("footer_html")).collect::<Vec<_>>();
    // Which News sitemaps there are is a matter of time, whatever their template mentions.
    let recent = (!site.config.sitemaps.news.is_empty()).then(|| RECENT.to_owned());
    let shared: Vec<String> = mentioned.into_iter().chain(footers).chain(recent).collect();
    let of = |id: EditionId| shared.iter().map(move |name| key(name, id).into_owned());
    site.config.edition_ids().flat_map(of).chain(words).collect()
}

/// A word as templates see it: a text, or texts by plural form for the filter `counted`.
fn word(phrase: &Phrase) -> Ingredient<'_> {
    match phrase {
        Phrase::Text(text) => Ingredient::text(text),
        Phrase::Forms(forms) => Ingredient::Table(
            forms.iter().map(|(form, text)| (form.as_str().into(), Ingredient::text(text))).collect(),
        ),
    }
}

fn menu(site: &Site, edition: EditionId) -> Ingredient<'_> {
    let configured = &site.config.edition(edition).menu;
    if configured.is_empty() {
        let sections = site
            .index
            .top_sections_of(edition)
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
