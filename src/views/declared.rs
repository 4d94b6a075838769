//! Views that site.toml declares.

use crate::clock::{Validity, Window};
use crate::config::Sort;
use crate::index::{ArticleId, Term};
use crate::site::Site;

/// A view declared in site.toml.
pub(super) fn declared(site: &Site, name: &str) -> Option<(Vec<ArticleId>, Validity)> {
    let view = site.config.views.iter().find(|view| view.name == name)?;
    let index = &site.index;
    let find = |terms: &[Term], wanted: &str| {
        let slug = crate::path::slugify(wanted);
        terms.iter().position(|term| term.slug == wanted || term.slug == slug || term.name == wanted)
    };
    let section = view.section.as_deref().map(|wanted| {
        let below = format!("{wanted}/");
        let matches = |term: &Term| term.slug == wanted || term.slug.starts_with(&below);
        index
            .sections
            .iter()
            .enumerate()
            .filter(|(_, term)| matches(term))
            .map(|(at, _)| at)
            .collect::<Vec<_>>()
    });
    let tag = view.tag.as_deref().map(|wanted| find(&index.tags, wanted));
    let author = view.author.as_deref().map(|wanted| find(&index.authors, wanted));
    let mut validity = Validity::default();
    let mut ids: Vec<ArticleId> = index
        .all
        .newest()
        .filter(|id| {
            let article = index.article(*id);
            section.as_ref().is_none_or(|wanted| article.section.is_some_and(|at| wanted.contains(&at)))
                && tag.is_none_or(|wanted| wanted.is_some_and(|at| article.tags.contains(&at)))
                && author.is_none_or(|wanted| wanted.is_some_and(|at| article.authors.contains(&at)))
        })
        .filter(|id| {
            let Some(days) = view.within_days else { return true };
            let Some(date) = index.article(*id).header().date else { return false };
            let (open, holds) =
                site.clock.ask(Window { from: None, until: Some(date.seconds + i64::from(days) * 86_400) });
            validity = validity.and(holds);
            open
        })
        .collect();
    match view.sort {
        Sort::Newest => {}
        Sort::Oldest => ids.reverse(),
        Sort::Title => ids.sort_by_cached_key(|id| index.article(*id).header().title.to_lowercase()),
    }
    ids.truncate(view.limit);
    Some((ids, validity))
}
