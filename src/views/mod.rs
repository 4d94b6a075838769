//! Every name a template may mention, what it means, and how it is made.
//!
//! Shared names are the same on every page and made once; page names belong to one page. Each is a
//! closed [`Ingredient`] tree of the snapshot. The tables in `names` are also the reference documentation.

mod archive;
mod article;
mod card;
mod corrections;
mod declared;
mod edition;
mod feed;
mod front;
mod head;
mod list;
mod names;
mod person;
mod picture;
mod publisher;
mod redirects;
mod related;
mod search;
mod shared;
mod sitemap;
mod social_card;
mod target;
mod term;
mod thread;

pub(crate) use archive::years;
pub(crate) use card::card;
pub(crate) use corrections::years as correction_years;
pub use names::{Name, PAGE, SHAPES, SHARED};
pub(crate) use related::REACH;
pub use related::{Reason, related};
pub(crate) use shared::{FORMS, form, is_form, key, words_of};
pub use shared::{Shared, shared, wanted};
pub(crate) use sitemap::{is_split, sheets};
pub(crate) use social_card::social_card;
pub(crate) use term::of_card as term;
pub(crate) use thread::COUNT as THREAD;

use crate::ingredient::Ingredient;
use crate::locale;
use crate::path::OutPath;
use crate::plan::{Page, Sheet};
use crate::site::Site;

/// The value of a page's own name; `None` when this kind of page has no such name.
#[must_use]
pub fn page<'s>(site: &'s Site, page: &'s Page, out: &'s OutPath, name: &str) -> Option<Ingredient<'s>> {
    let title = || head::title(site, page);
    let lang = || head::lang(site, page);
    Some(match name {
        "root" => Ingredient::text(if matches!(page, Page::NotFound(_)) {
            head::base_path(site)
        } else {
            out.root()
        }),
        "page_url" => Ingredient::text(site.permalink(out)),
        "page_path" => Ingredient::text(site.href(out)),
        "page_title" => Ingredient::text(title()),
        "page_description" => Ingredient::text(head::description(site, page)),
        "page_kind" => Ingredient::text(page.kind()),
        "lang" => Ingredient::text(lang()),
        "dir" => Ingredient::text(locale::dir(&lang())),
        "breadcrumbs" => head::breadcrumbs(site, page),
        "editions" | "alternates" | "translations" => edition::name(site, page, name)?,
        _ => match page {
            Page::Article(id) | Page::Standing(id) => article::name(site, *id, out, name)?,
            Page::Withdrawn(at) => {
                let tombstone = &site.index.tombstones[*at];
                match name {
                    "notice" => Ingredient::text(&tombstone.notice),
                    "notice_date" => Ingredient::text(tombstone.date.rfc3339()),
                    _ => return None,
                }
            }
            Page::List { list, part } => list::name(site, *list, *part, out, name)?,
            Page::Terms(axis, edition) if name == "terms" => {
                term::all_terms(site, *edition, axis.terms(&site.index, *edition))
            }
            Page::Search(edition) if name == "search" => search::search(site, *edition)?,
            Page::Year(edition, year) if name == "year" => archive::year_links(site, *edition, *year),
            Page::Corrections(year) => corrections::name(site, *year, name)?,
            Page::Redirect { to } if name == "redirect_to" => redirects::goal(site, to),
            Page::Redirects(_) if name == "redirects" => redirects::all(site),
            Page::Sitemap(Sheet::News(part)) => match name {
                "news" => sitemap::news(site, *part),
                "publication" => {
                    Ingredient::text(site.config.sitemaps.publication.as_ref().unwrap_or(&site.config.title))
                }
                _ => return None,
            },
            Page::Feed { list, form } => feed::name(site, *list, *form, out, name)?,
            Page::Sitemap(sheet) if name == "urls" => sitemap::urls(site, *sheet),
            Page::SitemapIndex if name == "sitemaps" => sitemap::files(site),
            Page::Robots if name == "sitemap_url" => {
                Ingredient::text(format!("{}sitemap.xml", site.config.base_url))
            }
            Page::Robots if name == "sitemap_urls" => sitemap::told(site),
            _ => return None,
        },
    })
}
