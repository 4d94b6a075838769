//! Years and months with articles.

use crate::config::EditionId;
use crate::ingredient::Ingredient;
use crate::plan::{self, List, Page, Part};
use crate::site::Site;

/// Years with articles, oldest first.
pub(crate) fn years(site: &Site, edition: EditionId) -> Vec<i32> {
    let mut years: Vec<i32> = site.index.edition(edition).months.keys().map(|(year, _)| *year).collect();
    years.dedup();
    years
}

pub(super) fn year_links(site: &Site, edition: EditionId, year: i32) -> Ingredient<'static> {
    let link = |list: Page| Ingredient::maybe(plan::place(site, &list).map(|out| site.href(&out)));
    let months =
        site.index.edition(edition).months.keys().filter(|(y, _)| *y == year).map(|&(year, month)| {
            Ingredient::Map(vec![
                ("year", Ingredient::Number(year.into())),
                ("month", Ingredient::Number(month.into())),
                ("url", link(Page::List { list: List::Month(edition, year, month), part: Part::Landing })),
            ])
        });
    Ingredient::Map(vec![
        ("year", Ingredient::Number(year.into())),
        ("url", link(Page::Year(edition, year))),
        ("months", Ingredient::List(months.rev().collect())),
    ])
}
