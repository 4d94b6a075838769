//! What every page says of itself: language, title, description, the way from the front page.

use crate::config::Edition;
use crate::ingredient::Ingredient;
use crate::locale;
use crate::path::OutPath;
use crate::plan::{self, Axis, List, Page};
use crate::site::Site;

/// The path of the site's root on its host: `/` or `/paper/`.
pub(super) fn base_path(site: &Site) -> String {
    let after_scheme = site.config.base_url.split_once("://").map_or("", |(_, rest)| rest);
    after_scheme.find('/').map_or("/", |at| &after_scheme[at..]).to_owned()
}

pub(super) fn lang(site: &Site, page: &Page) -> String {
    let own = match page {
        Page::Article(id) | Page::Standing(id) => site.index.article(*id).header().lang.as_ref(),
        Page::Withdrawn(at) => site.index.tombstones[*at].lang.as_ref(),
        _ => None,
    };
    own.unwrap_or(&edition(site, page).language).clone()
}

/// The edition that a page is of.
fn edition<'s>(site: &'s Site, page: &Page) -> &'s Edition {
    site.config.edition(page.edition(&site.index))
}

pub(super) fn list_title(site: &Site, list: List) -> String {
    let strings = locale::strings(&site.config.edition(list.edition(&site.index)).language);
    match list {
        List::All(_) => strings.word("latest").to_owned(),
        List::Corrections => strings.word("corrections").to_owned(),
        List::Month(_, year, month) => format!("{} {year}", strings.month(month)),
        _ => list.term(&site.index).map_or_else(String::new, |term| term.name.clone()),
    }
}

pub(super) fn title(site: &Site, page: &Page) -> String {
    let strings = locale::strings(&lang(site, page));
    let paper = &edition(site, page).title;
    match page {
        Page::Article(id) | Page::Standing(id) => site.index.article(*id).header().title.clone(),
        Page::Withdrawn(_) => strings.word("withdrawn").to_owned(),
        Page::List { list, .. } => list_title(site, *list),
        Page::Feed { list: List::All(_), .. } => paper.clone(),
        Page::Feed { list, .. } => format!("{} – {paper}", list_title(site, *list)),
        Page::Terms(axis, _) => strings.word(axis.word()).to_owned(),
        Page::Archive(_) => strings.word("archive").to_owned(),
        Page::Search(_) => strings.word("search").to_owned(),
        Page::Year(_, year) => year.to_string(),
        Page::Corrections(None) => strings.word("corrections").to_owned(),
        Page::Corrections(Some(year)) => format!("{} {year}", strings.word("corrections")),
        Page::NotFound(_) => strings.word("not_found").to_owned(),
        _ => paper.clone(),
    }
}

pub(super) fn description(site: &Site, page: &Page) -> String {
    let edition = edition(site, page);
    match page {
        Page::Article(id) | Page::Standing(id) => site.index.article(*id).header().summary.clone(),
        Page::Withdrawn(at) => site.index.tombstones[*at].notice.clone(),
        Page::Front(_) | Page::Feed { list: List::All(_), .. } => edition.description.clone(),
        Page::List { list, .. } | Page::Feed { list, .. } => {
            let own =
                list.term(&site.index).map(|term| term.description.clone()).filter(|text| !text.is_empty());
            own.unwrap_or_else(|| format!("{} – {}", list_title(site, *list), edition.title))
        }
        _ => format!("{} – {}", title(site, page), edition.title),
    }
}

pub(super) fn breadcrumbs<'s>(site: &'s Site, page: &Page) -> Ingredient<'s> {
    let strings = locale::strings(&lang(site, page));
    let edition = page.edition(&site.index);
    let mut crumbs = Vec::new();
    let mut add = |title: String, out: Option<OutPath>| {
        crumbs.extend(out.map(|out| Ingredient::link(title, site.href(&out))));
    };
    if !matches!(page, Page::Front(_)) {
        add(strings.word("home").to_owned(), plan::place(site, &Page::Front(edition)));
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
            add(strings.word("all_tags").to_owned(), plan::place(site, &Page::Terms(Axis::Tags, edition)));
        }
        Page::List { list: List::Author(_), .. } => {
            add(
                strings.word("all_authors").to_owned(),
                plan::place(site, &Page::Terms(Axis::Authors, edition)),
            );
        }
        Page::List { list: List::Month(_, year, _), .. } => {
            add(strings.word("archive").to_owned(), plan::place(site, &Page::Archive(edition)));
            add(year.to_string(), plan::place(site, &Page::Year(edition, *year)));
        }
        Page::Corrections(Some(_)) => {
            add(strings.word("corrections").to_owned(), plan::place(site, &Page::Corrections(None)));
        }
        Page::Year(..) => add(strings.word("archive").to_owned(), plan::place(site, &Page::Archive(edition))),
        _ => {}
    }
    Ingredient::List(crumbs)
}
