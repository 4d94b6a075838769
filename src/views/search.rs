//! What the search page's script has to know.

use crate::config::EditionId;
use crate::ingredient::Ingredient;
use crate::plan;
use crate::site::Site;

/// The folder of the words, and its periods with their numbers of files, newest first: `2026-05:32 2025:8`.
pub(super) fn search(site: &Site, edition: EditionId) -> Option<Ingredient<'static>> {
    let shelves = site.index.shelves(edition);
    let periods: Vec<String> =
        shelves.iter().map(|shelf| format!("{}:{}", shelf.period.name(), shelf.buckets)).collect();
    Some(Ingredient::Map(vec![
        ("folder", Ingredient::text(plan::search_folder(site, edition)?)),
        ("periods", Ingredient::text(periods.join(" "))),
    ]))
}
