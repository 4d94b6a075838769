//! Story threads: what else was told of the story that an article belongs to.

use super::term::term_url;
use crate::index::ArticleId;
use crate::ingredient::Ingredient;
use crate::site::Site;

/// Stories in the box, at most.
pub(crate) const COUNT: usize = 5;

/// The thread of an article with the newest of its older stories. Only older ones, so that a new story changes no old page.
pub(super) fn thread(site: &Site, id: ArticleId) -> Ingredient<'_> {
    let Some(term) = site.index.article(id).home.thread.map(|at| &site.index.threads[at]) else {
        return Ingredient::Null;
    };
    let at = site.index.position(&term.run, id).unwrap_or(0);
    let older = term.run.dated[..at].iter().rev().take(COUNT).copied();
    Ingredient::Map(vec![
        ("name", Ingredient::text(&term.name)),
        ("url", term_url(site, term)),
        ("cards", Ingredient::cards(older)),
    ])
}
