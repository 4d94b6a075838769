//! Views that site.toml declares.

use std::cell::Cell;

use crate::clock::{Validity, Window};
use crate::config::{EditionId, Sort};
use crate::index::{ArticleId, Term};
use crate::locale;
use crate::site::Site;

/// A view declared in site.toml.
pub(super) fn declared(site: &Site, edition: EditionId, name: &str) -> Option<(Vec<ArticleId>, Validity)> {
    let view = site.config.views.iter().find(|view| view.name == name)?;
    let index = &site.index;
    let find = |terms: &[Term], wanted: &str| {
        let slug = crate::path::slugify(wanted);
        let found = |term: &Term| term.slug == wanted || term.slug == slug || term.name == wanted;
        terms.iter().position(|term| term.edition == edition && found(term))
    };
    let section = view.section.as_deref().map(|wanted| {
        let below = format!("{wanted}/");
        let matches =
            |term: &Term| term.edition == edition && (term.slug == wanted || term.slug.starts_with(&below));
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
    let validity = Cell::new(Validity::default());
    let end = |id: &ArticleId| {
        let days = view.within_days?;
        Some(index.article(*id).header().date?.seconds + i64::from(days) * 86_400)
    };
    let ask = |id: &ArticleId| site.clock.ask(Window { from: None, until: end(id) });
    // From the newest on: nothing after the first that is too old is looked at.
    let is_recent = |id: &ArticleId| {
        if view.within_days.is_none() {
            return true;
        }
        let (open, holds) = ask(id);
        if !open {
            validity.set(validity.get().and(holds));
        }
        open && end(id).is_some()
    };
    // All of them are needed only where the newest do not come first.
    let limit = if view.sort == Sort::Newest { view.limit } else { usize::MAX };
    let mut ids: Vec<ArticleId> = index
        .edition(edition)
        .all
        .newest()
        .take_while(is_recent)
        .filter(|id| {
            let Some(terms) = index.article(*id).terms_in(edition) else { return false };
            section.as_ref().is_none_or(|wanted| terms.section.is_some_and(|at| wanted.contains(&at)))
                && tag.is_none_or(|wanted| wanted.is_some_and(|at| terms.tags.contains(&at)))
                && author.is_none_or(|wanted| wanted.is_some_and(|at| terms.authors.contains(&at)))
        })
        .take(limit)
        .inspect(|id| validity.set(validity.get().and(ask(id).1)))
        .collect();
    match view.sort {
        Sort::Newest => {}
        Sort::Oldest => ids.reverse(),
        Sort::Title => locale::sort_by_name(&mut ids, &site.config.edition(edition).language, |id| {
            &index.article(*id).header().title
        }),
    }
    ids.truncate(view.limit);
    Some((ids, validity.get()))
}
