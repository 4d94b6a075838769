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

/// Days of a month with articles, in order; none when days have no pages.
pub(super) fn days(site: &Site, edition: EditionId, year: i32, month: u32) -> Ingredient<'static> {
    let days = site.index.edition(edition).days.range((year, month, 0)..=(year, month, 31));
    let day = |&(_, _, day): &(i32, u32, u32)| {
        let list = List::Day(edition, year, month, day);
        let out = plan::place(site, &Page::List { list, part: Part::Landing });
        let url = Ingredient::maybe(out.map(|out| site.href(&out)));
        Ingredient::Map(vec![("day", Ingredient::Number(day.into())), ("url", url)])
    };
    Ingredient::List(days.map(|(key, _)| day(key)).collect())
}
