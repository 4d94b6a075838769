//! Sections, tags and authors as templates see them.

use super::front::BLOCK;
use crate::config::EditionId;
use crate::index::{Term, TermId};
use crate::ingredient::Ingredient;
use crate::locale;
use crate::site::Site;

pub(super) fn term_url(site: &Site, term: &Term) -> Ingredient<'static> {
    Ingredient::maybe(term.out.as_ref().map(|out| site.href(out)))
}

/// A section, tag or author as cards show it.
pub(crate) fn of_card(site: &Site, id: TermId) -> Ingredient<'_> {
    let found = site.index.term(id);
    match id {
        TermId::Section(_) => section(site, found),
        TermId::Tag(_) | TermId::Author(_) => term(site, found),
    }
}

/// A section as templates see it.
pub(super) fn section<'s>(site: &Site, term: &'s Term) -> Ingredient<'s> {
    Ingredient::Map(vec![
        ("name", Ingredient::text(&term.slug)),
        ("title", Ingredient::text(&term.name)),
        ("url", term_url(site, term)),
    ])
}

pub(super) fn section_with_cards<'s>(site: &'s Site, term: &'s Term) -> Ingredient<'s> {
    Ingredient::Map(vec![
        ("name", Ingredient::text(&term.slug)),
        ("title", Ingredient::text(&term.name)),
        ("description", Ingredient::text(&term.description)),
        ("url", term_url(site, term)),
        ("cards", Ingredient::cards(term.run.newest().take(BLOCK))),
    ])
}

/// A tag or author as templates see it.
fn term<'s>(site: &Site, term: &'s Term) -> Ingredient<'s> {
    Ingredient::Map(vec![("name", Ingredient::text(&term.name)), ("url", term_url(site, term))])
}

pub(super) fn all_terms<'s>(site: &Site, edition: EditionId, terms: &'s [Term]) -> Ingredient<'s> {
    let mut sorted: Vec<&Term> = terms.iter().filter(|term| !term.run.is_empty()).collect();
    locale::sort_by_name(&mut sorted, &site.config.edition(edition).language, |term| &term.name);
    let entry = |term: &&'s Term| {
        Ingredient::Map(vec![
            ("name", Ingredient::text(&term.name)),
            ("url", term_url(site, term)),
            ("slug", Ingredient::text(&term.slug)),
        ])
    };
    Ingredient::List(sorted.iter().map(entry).collect())
}
