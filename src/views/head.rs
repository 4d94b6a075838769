//! What every page says of itself: language, title, description, the way from the front page.

use super::person;
use crate::config::Edition;
use crate::index::Term;
use crate::ingredient::Ingredient;
use crate::locale;
use crate::markdown;
use crate::path::OutPath;
use crate::plan::{self, Axis, List, Page, Part};
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
    let strings = site.config.words.of(&site.config.edition(list.edition(&site.index)).language);
    match list {
        List::All(_) => strings.word("latest").to_owned(),
        List::Corrections => strings.word("corrections").to_owned(),
        List::Month(_, year, month) => format!("{} {}", strings.month(month), strings.number(year)),
        List::Day(_, year, month, day) => locale::day_of(year, month, day, strings),
        _ => list.term(&site.index).map_or_else(String::new, |term| term.name.clone()),
    }
}

pub(super) fn title(site: &Site, page: &Page) -> String {
    let strings = site.config.words.of(&lang(site, page));
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
        Page::Year(_, year) => strings.number(year),
        Page::Corrections(None) => strings.word("corrections").to_owned(),
        Page::Corrections(Some(year)) => format!("{} {}", strings.word("corrections"), strings.number(year)),
        Page::NotFound(_) => strings.word("not_found").to_owned(),
        _ => paper.clone(),
    }
}

/// The first paragraph about an author, if there is one.
fn bio(site: &Site, author: usize) -> Option<String> {
    let bio = &person::of(site, &site.index.authors[author])?.bio;
    Some(markdown::facts(bio).lead).filter(|lead| !lead.is_empty())
}

pub(super) fn description(site: &Site, page: &Page) -> String {
    let edition = edition(site, page);
    match page {
        Page::Article(id) | Page::Standing(id) => site.index.article(*id).header().summary.clone(),
        Page::Withdrawn(at) => site.index.tombstones[*at].notice.clone(),
        Page::Front(_) | Page::Feed { list: List::All(_), .. } => edition.description.clone(),
        Page::List { list: List::Author(at), part: Part::Landing } if bio(site, *at).is_some() => {
            bio(site, *at).unwrap_or_default()
        }
        Page::List { list, .. } | Page::Feed { list, .. } => {
            let own =
                list.term(&site.index).map(|term| term.description.clone()).filter(|text| !text.is_empty());
            own.unwrap_or_else(|| format!("{} – {}", list_title(site, *list), edition.title))
        }
        _ => format!("{} – {}", title(site, page), edition.title),
    }
}

/// A section with those that it is in, the widest first.
fn way<'s>(site: &'s Site, section: &'s Term) -> Vec<&'s Term> {
    let parent = |term: &&'s Term| term.parent.map(|at| &site.index.sections[at]);
    let mut way: Vec<&Term> = std::iter::successors(Some(section), parent).collect();
    way.reverse();
    way
}

pub(super) fn breadcrumbs<'s>(site: &'s Site, page: &Page) -> Ingredient<'s> {
    let strings = site.config.words.of(&lang(site, page));
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
            let section = site.index.article(*id).home.section.map(|at| &site.index.sections[at]);
            for term in section.into_iter().flat_map(|term| way(site, term)) {
                add(term.name.clone(), term.out.clone());
            }
        }
        Page::List { list: List::Section(at), .. } => {
            let way = way(site, &site.index.sections[*at]);
            for term in &way[..way.len() - 1] {
                add(term.name.clone(), term.out.clone());
            }
        }
        Page::List { list: List::Day(_, year, month, _), .. } => {
            let month = List::Month(edition, *year, *month);
            add(strings.word("archive").to_owned(), plan::place(site, &Page::Archive(edition)));
            add(strings.number(year), plan::place(site, &Page::Year(edition, *year)));
            add(list_title(site, month), plan::place(site, &Page::List { list: month, part: Part::Landing }));
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
            add(strings.number(year), plan::place(site, &Page::Year(edition, *year)));
        }
        Page::Corrections(Some(_)) => {
            add(strings.word("corrections").to_owned(), plan::place(site, &Page::Corrections(None)));
        }
        Page::Year(..) => add(strings.word("archive").to_owned(), plan::place(site, &Page::Archive(edition))),
        _ => {}
    }
    Ingredient::List(crumbs)
}
