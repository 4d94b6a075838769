//! Which outputs have to be planned: all of them or, when an index was made from the one before, those that the change
//! can reach.
//!
//! Whatever there are few of is always planned. Of articles, pages of lists, feeds, sitemaps of months and search files,
//! which there are many of, only those are whose articles, or the places of these in a list, differ between
//! the indexes. It is found by comparing the lists, not by knowing what was edited.

use std::collections::{BTreeMap, BTreeSet};

use super::claim::lists;
use super::page::List;
use super::place::parts;
use crate::index::{ArticleId, Index, Renumbered, Run, Shelf};
use crate::site::Site;
use crate::views;

/// What of a site is planned.
pub(super) enum Scope {
    /// Everything.
    Whole,
    /// What a change can reach.
    Reached(Box<Reached>),
}

/// What a change can reach.
#[derive(Default)]
pub(super) struct Reached {
    articles: BTreeSet<ArticleId>,
    lists: BTreeMap<List, Pages>,
    months: BTreeSet<(i32, u32)>,
    shelves: BTreeSet<Shelf>,
}

/// Numbers of a list's pages, of articles with a date and without.
#[derive(Clone, Debug, Default)]
pub(super) struct Pages {
    dated: BTreeSet<usize>,
    undated: BTreeSet<usize>,
}

impl Pages {
    fn all(dated: usize, undated: usize) -> Self {
        Self { dated: (1..=dated).collect(), undated: (1..=undated).collect() }
    }

    pub(super) fn dated(&self) -> impl Iterator<Item = usize> {
        self.dated.iter().copied()
    }

    pub(super) fn undated(&self) -> impl Iterator<Item = usize> {
        self.undated.iter().copied()
    }
}

impl Scope {
    /// The articles whose pages are planned, by number.
    pub(super) fn articles(&self, index: &Index) -> Vec<ArticleId> {
        match self {
            Self::Whole => index.ids().collect(),
            Self::Reached(reached) => reached.articles.iter().chain(&index.pages).copied().collect(),
        }
    }

    /// The pages of a list besides its landing page; `None` when nothing of the list is planned.
    pub(super) fn pages(&self, site: &Site, list: List) -> Option<Pages> {
        match self {
            Self::Whole => {
                let (dated, undated) = list.run(&site.index).map_or((0, 0), |run| parts(site, run));
                Some(Pages::all(dated, undated))
            }
            Self::Reached(reached) => reached.lists.get(&list).cloned(),
        }
    }

    /// Whether the sitemaps of a month are planned.
    pub(super) fn has_month(&self, month: (i32, u32)) -> bool {
        match self {
            Self::Whole => true,
            Self::Reached(reached) => reached.months.contains(&month),
        }
    }

    /// Whether the search files of some articles are planned.
    pub(super) fn has_shelf(&self, shelf: &Shelf) -> bool {
        match self {
            Self::Whole => true,
            Self::Reached(reached) => reached.shelves.contains(shelf),
        }
    }

    /// Whether everything is planned: pictures and files that are copied too.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Self::Whole)
    }

    /// What the change between two sites can reach, in the one and in the other; `None` when the articles that are in
    /// both are not in the same order in both.
    pub(super) fn between(before: &Site, site: &Site, renumbered: &Renumbered) -> Option<[Self; 2]> {
        let mut reached = [Reached::default(), Reached::default()];
        let [old, new] = &mut reached;
        old.articles.extend(&renumbered.gone);
        new.articles.extend(&renumbered.fresh);
        let all: BTreeSet<List> = [before, site].into_iter().flat_map(lists).collect();
        let nothing = Run::default();
        for list in all {
            let runs = [before, site].map(|site| list.run(&site.index).unwrap_or(&nothing));
            let dated = Difference::between(&runs[0].dated, &runs[1].dated, renumbered)?;
            let undated = Difference::between(&runs[0].undated, &runs[1].undated, renumbered)?;
            if dated.is_none() && undated.is_none() {
                continue;
            }
            let counts = [parts(before, runs[0]), parts(site, runs[1])];
            for (side, reached) in [&mut *old, &mut *new].into_iter().enumerate() {
                reached.lists.insert(
                    list,
                    pages(site.config.page_size, &runs, counts, [&dated, &undated], side, list),
                );
            }
            let near = |before: usize, after: usize| {
                let ids = &runs[1].dated;
                let around = move |at: &usize| at.saturating_sub(before)..(at + after + 1).min(ids.len());
                dated.iter().flat_map(|found| &found.places).flat_map(around).map(|at| ids[at])
            };
            match list {
                List::Section(_) => new.articles.extend(near(1, 1)),
                List::Thread(_) => new.articles.extend(near(0, views::THREAD)),
                List::Tag(_) => new.articles.extend(near(0, views::REACH)),
                List::Month(_, year, month) => {
                    old.months.insert((year, month));
                    new.months.insert((year, month));
                }
                _ => {}
            }
        }
        let is_reached = |id: &ArticleId| renumbered.now(*id).is_some_and(|now| new.articles.contains(&now));
        old.articles.extend(before.index.ids().filter(is_reached));
        for edition in site.config.edition_ids() {
            let [was, is] = [before, site].map(|site| site.index.shelves(edition));
            let same = |shelf: &Shelf| {
                let [was, is] = [before, site].map(|site| site.index.on_shelf(shelf));
                was.len() == is.len()
                    && was.iter().zip(&is).all(|(was, is)| renumbered.now(*was) == Some(*is))
            };
            let kept: Vec<&Shelf> = was.iter().filter(|shelf| is.contains(shelf) && same(shelf)).collect();
            old.shelves.extend(was.iter().filter(|shelf| !kept.contains(shelf)));
            new.shelves.extend(is.iter().filter(|shelf| !kept.contains(shelf)));
        }
        Some(reached.map(|reached| Self::Reached(Box::new(reached))))
    }
}

/// How a list differs from what it was.
struct Difference {
    /// Places in the new one where something was put in, or taken out just before.
    places: BTreeSet<usize>,
    /// Places, in either, that hold another article than before.
    other: Vec<usize>,
}

impl Difference {
    /// `Some(None)` when there is none.
    #[expect(
        clippy::option_option,
        reason = "no difference is something else than lists that cannot be compared"
    )]
    fn between(before: &[ArticleId], now: &[ArticleId], renumbered: &Renumbered) -> Option<Option<Self>> {
        let is_same = |at: usize| match (before.get(at), now.get(at)) {
            (Some(was), Some(is)) => renumbered.now(*was) == Some(*is),
            _ => false,
        };
        let longest = before.len().max(now.len());
        let Some(first) = (0..longest).find(|at| !is_same(*at)) else { return Some(None) };
        let mut places = BTreeSet::new();
        let (mut was, mut is) = (first, first);
        while was < before.len() || is < now.len() {
            if before.get(was).is_some_and(|id| renumbered.gone.contains(id)) {
                places.insert(is);
                was += 1;
            } else if now.get(is).is_some_and(|id| renumbered.fresh.contains(id)) {
                places.insert(is);
                is += 1;
            } else {
                (renumbered.now(*before.get(was)?)? == *now.get(is)?).then_some(())?;
                (was, is) = (was + 1, is + 1);
            }
        }
        let other = (first..longest).filter(|at| !is_same(*at)).collect();
        Some(Some(Self { places, other }))
    }
}

/// The pages of a list that a difference can reach, before (`side` 0) or after (1) it.
fn pages(
    size: usize,
    runs: &[&Run; 2],
    counts: [(usize, usize); 2],
    [dated, undated]: [&Option<Difference>; 2],
    side: usize,
    list: List,
) -> Pages {
    let (all_dated, all_undated) = counts[side];
    // Every page of a month shows its days; and a list that was, or is, one page is short.
    if matches!(list, List::Month(..)) || counts.contains(&(0, 0)) {
        return Pages::all(all_dated, all_undated);
    }
    let reached = |difference: &Option<Difference>, all: usize, len: usize, [was, is]: [usize; 2]| {
        let other = difference.iter().flat_map(|found| &found.other).filter(|at| **at < len);
        // The pager of the last page names the next, and that of the first whether there are pages of the other kind.
        let border = [1, was.min(is)];
        other.map(|at| at / size + 1).chain(border).filter(|page| (1..=all).contains(page)).collect()
    };
    Pages {
        dated: reached(dated, all_dated, runs[side].dated.len(), counts.map(|(dated, _)| dated)),
        undated: reached(undated, all_undated, runs[side].undated.len(), counts.map(|(_, undated)| undated)),
    }
}
