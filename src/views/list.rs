//! What a page of a list sees.

use super::archive;
use super::feed;
use super::head::list_title;
use super::person;
use super::term::section;
use crate::ingredient::Ingredient;
use crate::path::OutPath;
use crate::plan::{self, List, Page, Part};
use crate::site::Site;

pub(super) fn name<'s>(
    site: &'s Site,
    list: List,
    part: Part,
    out: &OutPath,
    name: &str,
) -> Option<Ingredient<'s>> {
    let place = |part| plan::place(site, &Page::List { list, part }).map(|out| site.href(&out));
    Some(match name {
        "list" => {
            let term = list.term(&site.index);
            Ingredient::Map(vec![
                ("kind", Ingredient::text(list.kind())),
                ("title", Ingredient::text(list_title(site, list))),
                ("description", Ingredient::text(term.map_or("", |term| &term.description))),
                ("url", Ingredient::maybe(place(Part::Landing))),
                ("feed", Ingredient::maybe(feed::first(site, list).map(|out| site.href(&out)))),
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
        // Older pages do not show them, so that a full page never changes again.
        "person" => match (list, part) {
            (List::Author(at), Part::Landing) => person::person(site, &site.index.authors[at], &out.root()),
            _ => return None,
        },
        "subsections" => match list {
            List::Section(at) => {
                let within = site.index.sections.iter().filter(|term| term.parent == Some(at));
                Ingredient::List(within.map(|term| section(site, term)).collect())
            }
            _ => return None,
        },
        "days" => match list {
            List::Month(edition, year, month) => archive::days(site, edition, year, month),
            _ => return None,
        },
        "month" => match list {
            List::Month(_, _, month) | List::Day(_, _, month, _) => Ingredient::Number(month.into()),
            _ => return None,
        },
        "has_feed" => Ingredient::maybe(feed::first(site, list).map(|out| site.href(&out))),
        "feeds" => feed::feeds(site, list),
        _ => return None,
    })
}
