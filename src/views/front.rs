//! The front page's choice.

use super::term::section;
use crate::clock::{Validity, Window};
use crate::config::EditionId;
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
    let wants_lead = |id: &ArticleId| {
        let header = index.article(*id).header();
        let (pinned, holds) =
            site.clock.ask(Window { from: None, until: header.pin_until.map(|moment| moment.seconds) });
        if header.lead {
            validity = validity.and(holds);
        }
        header.lead && pinned
    };
    let newest: Vec<ArticleId> = all.newest().take(site.config.page_size).collect();
    let lead = all.newest().find(wants_lead).or_else(|| newest.first().copied());
    let mut used: Vec<ArticleId> = lead.into_iter().collect();
    let take = |ids: &mut dyn Iterator<Item = ArticleId>, used: &mut Vec<ArticleId>, limit: usize| {
        let ids: Vec<ArticleId> = ids.filter(|id| !used.contains(id)).take(limit).collect();
        used.extend(&ids);
        ids
    };
    let top = take(&mut newest.iter().copied(), &mut used, TOP);
    let blocks: Vec<Ingredient<'_>> = index
        .sections_of(edition)
        .iter()
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
