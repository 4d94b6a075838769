//! Of what an output is made now and was not before: the names of its ingredients.

use super::fingerprint::shared_view;
use super::{Page, Planned, Work};
use crate::fingerprint::Fingerprint;
use crate::ingredient::Ingredient;
use crate::path::OutPath;
use crate::site::Site;
use crate::views;

/// Names of the ingredients that differ between an output of one site and the same output of another. Both sites have
/// the same templates and configuration: what follows from these alone is not among them.
#[must_use]
pub fn differing(before: &Site, was: &Planned, site: &Site, now: &Planned) -> Vec<String> {
    let (was_page, page) = match (&was.work, &now.work) {
        (Work::Page(was), Work::Page(now)) => (was, now),
        (_, Work::Copy(_)) => return vec!["bytes".to_owned()],
        (_, Work::Made(made)) => return vec![made.word().to_owned()],
        (_, Work::Page(_)) => return vec!["kind".to_owned()],
    };
    if was_page.template() != page.template() {
        return vec!["template".to_owned()];
    }
    let names = site.templates.names(page.template()).iter();
    let differs = |name: &&String| {
        ingredient(before, was_page, &was.out, name) != ingredient(site, page, &now.out, name)
    };
    names.filter(differs).cloned().collect()
}

/// The fingerprint of what a name means on a page.
fn ingredient(site: &Site, page: &Page, out: &OutPath, name: &str) -> Fingerprint {
    shared_view(site, page, out, name)
        .unwrap_or_else(|| site.fingerprint(&views::page(site, page, out, name).unwrap_or(Ingredient::Null)))
}
