//! Corrections on pages of their own, and in a feed.

use chrono::Datelike;

use super::card::card_fields;
use crate::article::Correction;
use crate::config::EditionId;
use crate::index::ArticleId;
use crate::ingredient::Ingredient;
use crate::plan::{Page, place};
use crate::site::Site;

fn of(site: &Site, id: ArticleId, at: usize) -> &Correction {
    &site.index.article(id).header().corrections[at]
}

/// Years in which something was corrected, oldest first.
pub(crate) fn years(site: &Site) -> Vec<i32> {
    let shown = |(id, at): &(ArticleId, usize)| of(site, *id, *at).date.shown().year();
    let mut years: Vec<i32> = site.index.corrections.iter().map(shown).collect();
    years.sort_unstable();
    years.dedup();
    years
}

/// What the page of a year, or that of the newest corrections, sees.
pub(super) fn name<'s>(site: &'s Site, year: Option<i32>, name: &str) -> Option<Ingredient<'s>> {
    let newest = site.index.corrections.iter().rev();
    Some(match name {
        "corrections" => {
            let correction = |(id, at): &(ArticleId, usize)| {
                let correction = of(site, *id, *at);
                Ingredient::Map(vec![
                    ("date", Ingredient::text(correction.date.rfc3339())),
                    ("text", Ingredient::text(&correction.text)),
                    ("card", Ingredient::Card(*id)),
                ])
            };
            Ingredient::List(match year {
                None => newest.take(site.config.page_size).map(correction).collect(),
                Some(year) => newest
                    .filter(|(id, at)| of(site, *id, *at).date.shown().year() == year)
                    .map(correction)
                    .collect(),
            })
        }
        "correction_years" => {
            let years = years(site).into_iter().rev().filter(|_| year.is_none()).map(|year| {
                let out = place(site, &Page::Corrections(Some(year)));
                Ingredient::Map(vec![
                    ("year", Ingredient::Number(year.into())),
                    ("url", Ingredient::maybe(out.map(|out| site.href(&out)))),
                ])
            });
            Ingredient::List(years.collect())
        }
        _ => return None,
    })
}

/// The newest corrections as entries of a feed: each has an id and a date of its own.
pub(super) fn entries(site: &Site) -> Ingredient<'_> {
    let entry = |(id, at): &(ArticleId, usize)| {
        let correction = of(site, *id, *at);
        let date = Ingredient::text(correction.date.rfc3339());
        let mut card = card_fields(site, *id);
        for (name, field) in &mut card {
            match (*name, &*field) {
                ("guid", Ingredient::Text(guid)) => {
                    *field = Ingredient::text(format!("{guid}#correction-{}", at + 1));
                }
                ("date", _) => *field = date.clone(),
                ("updated" | "image", _) => *field = Ingredient::Null,
                ("summary", _) => *field = Ingredient::text(&correction.text),
                _ => {}
            }
        }
        Ingredient::Map(vec![
            ("card", Ingredient::Map(card)),
            ("revised", date),
            ("corrections", Ingredient::List(Vec::new())),
            ("content", Ingredient::Null),
        ])
    };
    let size = site.config.edition(EditionId::default()).feeds.size;
    Ingredient::List(site.index.corrections.iter().rev().take(size).map(entry).collect())
}
