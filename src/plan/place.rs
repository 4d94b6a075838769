//! Where a page goes, and how a list is divided into pages.

use super::page::{Axis, List, Page, Part, Sheet};
use crate::config::{EditionId, FeedForm};
use crate::index::{ArticleId, Run};
use crate::path::{self, OutPath};
use crate::site::Site;

/// Where a page goes; `None` when such pages are not made.
#[must_use]
pub fn place(site: &Site, page: &Page) -> Option<OutPath> {
    let edition = site.config.edition(page.edition(&site.index));
    let permalinks = &edition.permalinks;
    let fill = |pattern: &str, value: &dyn Fn(&str) -> Option<String>| {
        if pattern.is_empty() { None } else { path::fill(pattern, value).ok() }
    };
    let plain = |pattern: &str| fill(pattern, &|_| None);
    match page {
        Page::Front(_) => plain(&edition.within("/index.html")),
        Page::Article(id) | Page::Standing(id) => Some(site.index.article(*id).out.clone()),
        Page::Withdrawn(at) => site.index.tombstones.get(*at).map(|tombstone| tombstone.out.clone()),
        Page::List { list, part: Part::Landing } => match list {
            List::All(_) => plain(&permalinks.all),
            List::Corrections => place(site, &Page::Corrections(None)),
            List::Month(_, year, month) => fill(&permalinks.month, &|name| match name {
                "year" => Some(format!("{year:04}")),
                "month" => Some(format!("{month:02}")),
                _ => None,
            }),
            List::Day(_, year, month, day) => fill(&permalinks.day, &|name| match name {
                "year" => Some(format!("{year:04}")),
                "month" => Some(format!("{month:02}")),
                "day" => Some(format!("{day:02}")),
                _ => None,
            }),
            _ => list.term(&site.index)?.out.clone(),
        },
        Page::List { list, part } => {
            let landing = place(site, &Page::List { list: *list, part: Part::Landing })?;
            let folder = landing.as_str().trim_end_matches(".html").trim_end_matches("index");
            let pattern = format!("{}/{}", folder.trim_end_matches('/'), permalinks.numbered);
            fill(&pattern, &|name| (name == "number").then(|| part.number().unwrap_or_default()))
        }
        Page::Terms(Axis::Tags, _) => plain(&permalinks.tags),
        Page::Terms(Axis::Authors, _) => plain(&permalinks.authors),
        Page::Archive(_) => plain(&permalinks.archive),
        Page::Year(_, year) => fill(&permalinks.year, &|name| (name == "year").then(|| format!("{year:04}"))),
        Page::Search(_) => plain(&edition.within(&site.config.search.path)),
        Page::NotFound(_) => plain(&edition.within("/404.html")),
        Page::Corrections(_) if site.index.corrections.is_empty() => None,
        Page::Corrections(None) => plain(&permalinks.corrections),
        Page::Corrections(Some(year)) => {
            let landing = plain(&permalinks.corrections)?;
            let folder = landing.as_str().trim_end_matches(".html").trim_end_matches("index");
            plain(&format!("/{}/{year:04}.html", folder.trim_end_matches('/')))
        }
        Page::Redirect { .. } => None,
        Page::Redirects(form) => plain(&format!("/{}", form.file())),
        Page::Feed { list, form } => {
            if !edition.feeds.formats.contains(form) {
                return None;
            }
            let first = match list {
                List::All(_) => plain(&edition.feeds.site)?,
                List::Corrections if site.index.corrections.is_empty() => return None,
                List::Corrections => plain(&edition.feeds.corrections)?,
                _ => list.term(&site.index)?.feed.clone()?,
            };
            match form {
                FeedForm::Rss => Some(first),
                // The same name with another ending.
                _ => {
                    let stem = first.as_str().rsplit_once('.').map_or(first.as_str(), |(stem, _)| stem);
                    OutPath::new(&format!("{stem}.{}", form.extension())).ok()
                }
            }
        }
        Page::Sitemap(Sheet::Whole) | Page::SitemapIndex => plain("/sitemap.xml"),
        Page::Sitemap(Sheet::Rest(part)) => plain(&format!("/sitemaps/site{}.xml", more(*part))),
        Page::Sitemap(Sheet::Month(year, month, part)) => {
            plain(&format!("/sitemaps/{year:04}-{month:02}{}.xml", more(*part)))
        }
        Page::Sitemap(Sheet::News(0)) => plain(&site.config.sitemaps.news),
        Page::Sitemap(Sheet::News(part)) => {
            let first = plain(&site.config.sitemaps.news)?;
            let (stem, ending) = first.as_str().rsplit_once('.').unwrap_or((first.as_str(), "xml"));
            plain(&format!("/{stem}{}.{ending}", more(*part)))
        }
        Page::Robots => plain("/robots.txt"),
    }
}

/// The folder of what an edition's search page reads; `None` when there is no such page.
pub(crate) fn search_folder(site: &Site, edition: EditionId) -> Option<String> {
    let page = place(site, &Page::Search(edition))?;
    let folder = page.as_str().trim_end_matches(".html").trim_end_matches("index");
    Some(folder.trim_end_matches('/').to_owned())
}

/// What the name of a file says of its number: nothing for the first.
fn more(part: usize) -> String {
    if part == 0 { String::new() } else { format!("-{}", part + 1) }
}

/// The pages of a list besides its landing page: none when that holds everything.
pub(super) fn parts(site: &Site, run: &Run) -> (usize, usize) {
    let size = site.config.page_size;
    if run.len() <= size {
        (0, 0)
    } else {
        (run.dated.len().div_ceil(size), run.undated.len().div_ceil(size))
    }
}

/// The articles on a page of a list, newest first.
pub(crate) fn members(site: &Site, list: List, part: Part) -> Vec<ArticleId> {
    let Some(run) = list.run(&site.index) else { return Vec::new() };
    let size = site.config.page_size;
    let slice = |ids: &[ArticleId], number: usize| {
        let from = (number.saturating_sub(1) * size).min(ids.len());
        ids[from..(from + size).min(ids.len())].to_vec()
    };
    match part {
        Part::Landing => run.newest().take(size).collect(),
        Part::Dated(number) => slice(&run.dated, number).into_iter().rev().collect(),
        Part::Undated(number) => slice(&run.undated, number),
    }
}

/// The pages before and after one: (newer, older).
pub(crate) fn neighbours(site: &Site, list: List, part: Part) -> (Option<Part>, Option<Part>) {
    let Some(run) = list.run(&site.index) else { return (None, None) };
    let size = site.config.page_size;
    let (dated, undated) = parts(site, run);
    let first_undated = (undated > 0).then_some(Part::Undated(1));
    match part {
        Part::Landing if dated + undated == 0 => (None, None),
        Part::Landing => {
            // The page that holds the newest article that the landing page does not.
            let beyond = run.dated.len().checked_sub(size + 1).map(|at| Part::Dated(at / size + 1));
            (None, beyond.or(first_undated))
        }
        Part::Dated(number) => (
            Some(if number < dated { Part::Dated(number + 1) } else { Part::Landing }),
            if number > 1 { Some(Part::Dated(number - 1)) } else { first_undated },
        ),
        Part::Undated(number) => (
            Some(match number {
                1 if dated > 0 => Part::Dated(1),
                1 => Part::Landing,
                _ => Part::Undated(number - 1),
            }),
            (number < undated).then_some(Part::Undated(number + 1)),
        ),
    }
}
