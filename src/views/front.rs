//! The front page's choice.

use super::term::section;
use crate::clock::{Validity, Window};
use crate::config::EditionId;
use crate::date::Moment;
use crate::index::ArticleId;
use crate::ingredient::Ingredient;
use crate::site::Site;

/// Stories of a section on the front page.
pub(super) const BLOCK: usize = 5;

/// Stories beside the lead.
const TOP: usize = 4;

/// The front page's choice: no story stands twice.
pub(super) fn front(site: &Site, edition: EditionId) -> (Ingredient<'_>, Validity) {
    let index = &site.index;
    let all = &index.edition(edition).all;
    let mut validity = Validity::default();
    let mut is_pinned = |until: Option<Moment>| {
        let (pinned, holds) =
            site.clock.ask(Window { from: None, until: until.map(|moment| moment.seconds) });
        validity = validity.and(holds);
        pinned
    };
    let mut lead = None;
    let mut pins: Vec<ArticleId> = Vec::new();
    for id in index.edition(edition).pinned.newest() {
        let header = index.article(id).header();
        if header.lead && lead.is_some() {
            continue;
        }
        match is_pinned(header.pin_until) {
            true if header.lead => lead = Some(id),
            true => pins.push(id),
            false => {}
        }
    }
    let newest: Vec<ArticleId> = all.newest().take(site.config.page_size).collect();
    // A story that is only pinned stands beside the lead, before those that are merely new.
    let lead = lead
        .or_else(|| newest.iter().copied().find(|id| !pins.contains(id)))
        .or_else(|| pins.first().copied());
    let mut used: Vec<ArticleId> = lead.into_iter().collect();
    let take = |ids: &mut dyn Iterator<Item = ArticleId>, used: &mut Vec<ArticleId>, limit: usize| {
        let ids: Vec<ArticleId> = ids.filter(|id| !used.contains(id)).take(limit).collect();
        used.extend(&ids);
        ids
    };
    let top = take(&mut pins.into_iter().chain(newest.iter().copied()), &mut used, TOP);
    let blocks: Vec<Ingredient<'_>> = index
        .top_sections_of(edition)
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
