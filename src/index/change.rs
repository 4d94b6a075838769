//! The index after a few files changed, made from the one before: the same, to the last number, as one made anew.
//!
//! What would change more than the lists that the articles of these files stand in is not done in this way: a term
//! that comes, goes or gets another name, standing pages, withdrawals, translations.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Datelike;

use super::{
    Article, ArticleId, Index, Run, Terms, Visible, Vocabulary, article_path, capitalised, section_slug,
};
use crate::article::{Header, Kind};
use crate::config::{Config, EditionId};
use crate::path::slugify;

/// A file that changed, with what the gate lets through of it now: nothing when it is gone.
#[derive(Clone, Debug)]
pub struct FileNow {
    /// Its path within the site.
    pub path: String,
    /// Its items, in order.
    pub visible: Vec<Visible>,
}

/// An index and how its articles were numbered before.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The index as it is now.
    pub index: Index,
    /// Which article is which.
    pub renumbered: Renumbered,
}

/// How the articles of one index are numbered in another.
#[derive(Clone, Debug, Default)]
pub struct Renumbered {
    to: Vec<Option<ArticleId>>,
    /// Articles of the old one that are not in the new one, or not as they were.
    pub gone: BTreeSet<ArticleId>,
    /// Articles of the new one that were not in the old one, or not as they are.
    pub fresh: BTreeSet<ArticleId>,
}

impl Renumbered {
    /// The number by now; `None` for an article that is gone, or not as it was.
    #[must_use]
    pub fn now(&self, before: ArticleId) -> Option<ArticleId> {
        self.to.get(before.at()).copied().flatten()
    }
}

/// A list that an article stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Heading {
    /// All articles.
    All,
    /// Those of a month.
    Month((i32, u32)),
    /// All of an edition.
    Edition(EditionId),
    /// Those of an edition's month.
    EditionMonth(EditionId, (i32, u32)),
    /// Those of an edition's day.
    Day(EditionId, (i32, u32, u32)),
    /// Those that want to be on top of its front page.
    Pinned(EditionId),
    /// A term by its number.
    Term(Axis, usize),
}

/// What terms are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Axis {
    Sections,
    Tags,
    Authors,
    Threads,
}

impl Heading {
    /// The list; one for a date of which there was nothing yet is made.
    pub(super) fn run_mut(self, index: &mut Index) -> Option<&mut Run> {
        Some(match self {
            Self::All => &mut index.all,
            Self::Month(month) => index.months.entry(month).or_default(),
            Self::Edition(id) => &mut index.editions.get_mut(id.0)?.all,
            Self::EditionMonth(id, month) => index.editions.get_mut(id.0)?.months.entry(month).or_default(),
            Self::Day(id, day) => index.editions.get_mut(id.0)?.days.entry(day).or_default(),
            Self::Pinned(id) => &mut index.editions.get_mut(id.0)?.pinned,
            Self::Term(Axis::Sections, at) => &mut index.sections.get_mut(at)?.run,
            Self::Term(Axis::Tags, at) => &mut index.tags.get_mut(at)?.run,
            Self::Term(Axis::Authors, at) => &mut index.authors.get_mut(at)?.run,
            Self::Term(Axis::Threads, at) => &mut index.threads.get_mut(at)?.run,
        })
    }
}

/// The month that an article with a date is of.
pub(super) fn month_of(header: &Header) -> Option<(i32, u32)> {
    header.date.map(|date| (date.shown().year(), date.shown().month()))
}

impl Article {
    /// The lists that it stands in; none for a standing page. `parent` gives the section that one is in.
    pub(super) fn headings(&self, config: &Config, parent: impl Fn(usize) -> Option<usize>) -> Vec<Heading> {
        let header = self.header();
        let month = month_of(header);
        let day = header.date.map(|date| (date.shown().year(), date.shown().month(), date.shown().day()));
        let mut headings = vec![Heading::All];
        headings.extend(month.map(Heading::Month));
        for terms in self.terms() {
            let edition = terms.edition;
            headings.push(Heading::Edition(edition));
            headings.extend(month.map(|month| Heading::EditionMonth(edition, month)));
            let has_days = !config.edition(edition).permalinks.day.is_empty();
            headings.extend(day.filter(|_| has_days).map(|day| Heading::Day(edition, day)));
            if header.lead || header.pin_until.is_some() {
                headings.push(Heading::Pinned(edition));
            }
            let sections = std::iter::successors(terms.section, |at| parent(*at));
            headings.extend(sections.map(|at| Heading::Term(Axis::Sections, at)));
            headings.extend(terms.tags.iter().map(|at| Heading::Term(Axis::Tags, *at)));
            let people = terms.authors.iter().chain(&terms.contributors);
            headings.extend(people.map(|at| Heading::Term(Axis::Authors, *at)));
            headings.extend(terms.thread.map(|at| Heading::Term(Axis::Threads, at)));
        }
        headings
    }
}

/// A name as an article writes it, in an edition.
type Spelling = (EditionId, Axis, String);

/// Everything that a header names.
fn names(header: &Header) -> impl Iterator<Item = (Axis, &String)> {
    let section = std::iter::once((Axis::Sections, &header.section));
    let tags = header.tags.iter().map(|tag| (Axis::Tags, tag));
    let people = header.authors.iter().chain(header.roles.values().flatten());
    let people = people.map(|name| (Axis::Authors, name));
    let thread = header.thread.iter().map(|name| (Axis::Threads, name));
    section.chain(tags).chain(people).chain(thread).filter(|(_, name)| !name.is_empty())
}

/// Those of the editions that list an article.
fn spellings(header: &Header, config: &Config) -> Vec<Spelling> {
    let editions = editions(header, config);
    let of = |id: &EditionId| names(header).map(|(axis, name)| (*id, axis, name.clone())).collect::<Vec<_>>();
    editions.iter().flat_map(of).collect()
}

/// The editions that list an article, its own first.
fn editions(header: &Header, config: &Config) -> Vec<EditionId> {
    match config.editions.len() {
        1 => vec![config.edition_of(header.lang.as_deref())],
        _ => config.editions_showing(header.lang.as_deref()),
    }
}

impl Index {
    /// The index after these files changed, sorted by path; `None` when more changes by it than lists.
    #[must_use]
    pub fn with_files(&self, files: &[FileNow], config: &Config) -> Option<Changed> {
        let vocabulary = Vocabulary::new(config);
        let is_plain = |header: &Header| {
            header.kind != Kind::Page && header.translation_of.is_none() && header.withdrawn.is_none()
        };
        let mut renumbered = Renumbered::default();
        let (mut lost, mut gained) = (BTreeSet::new(), BTreeSet::new());
        let mut places = Vec::with_capacity(files.len());
        for file in files {
            let former: Vec<ArticleId> = self.of_file(&file.path).collect();
            let headers = former.iter().map(|id| self.article(*id).header());
            let has_notice = self.tombstones.iter().any(|tombstone| tombstone.path == file.path);
            if has_notice || !headers.clone().all(is_plain) {
                return None;
            }
            lost.extend(headers.flat_map(|header| spellings(header, config)));
            let articles: Vec<Article> = file
                .visible
                .iter()
                .map(|seen| self.newcomer(seen, config, &vocabulary).filter(|new| is_plain(new.header())))
                .collect::<Option<_>>()?;
            gained.extend(articles.iter().flat_map(|new| spellings(new.header(), config)));
            let from = self.articles.partition_point(|article| article.path() < file.path.as_str());
            renumbered.gone.extend(&former);
            places.push((from..from + former.len(), articles));
        }
        // A story may say what it translates by an address that is new, or was not there before.
        let translates = renumbered.gone.iter().any(|id| self.translations.contains_key(id));
        if translates || !self.astray.is_empty() {
            return None;
        }
        let [only_lost, only_gained] = [lost.difference(&gained), gained.difference(&lost)];
        let stays =
            only_lost.into_iter().all(|name| self.stays_named(name, &renumbered.gone, config, &vocabulary));
        if !stays || !only_gained.into_iter().all(|name| self.is_named(name, config, &vocabulary)) {
            return None;
        }
        Some(self.replaced(places, renumbered, config)).filter(|changed| !changed.index.has_empty_term())
    }

    /// An article that the gate lets through; `None` when it cannot have an address, or names what nobody else does.
    fn newcomer(&self, seen: &Visible, config: &Config, vocabulary: &Vocabulary) -> Option<Article> {
        let header = &seen.record.items.get(seen.item)?.header;
        let mut terms = editions(header, config).into_iter().map(|id| self.terms_of(header, id, vocabulary));
        let home = terms.next()??;
        Some(Article {
            record: Arc::clone(&seen.record),
            item: seen.item,
            out: article_path(header, config).ok()?,
            home,
            guests: terms.collect::<Option<_>>()?,
        })
        .filter(|_| !seen.withdrawn)
    }

    fn terms_of(&self, header: &Header, edition: EditionId, vocabulary: &Vocabulary) -> Option<Terms> {
        let numbers = |axis: Axis, names: &mut dyn Iterator<Item = &String>| -> Option<Vec<usize>> {
            let mut once = Vec::new();
            for name in names.filter(|name| !name.is_empty()) {
                let number = self.number_of(edition, axis, name, vocabulary)?;
                if !once.contains(&number) {
                    once.push(number);
                }
            }
            Some(once)
        };
        let authors = numbers(Axis::Authors, &mut header.authors.iter())?;
        let mut contributors = numbers(Axis::Authors, &mut header.roles.values().flatten())?;
        contributors.retain(|at| !authors.contains(at));
        Some(Terms {
            edition,
            section: numbers(Axis::Sections, &mut std::iter::once(&header.section))?.first().copied(),
            tags: numbers(Axis::Tags, &mut header.tags.iter())?,
            thread: numbers(Axis::Threads, &mut header.thread.iter())?.first().copied(),
            authors,
            contributors,
        })
    }

    /// The number of the term that a name stands for in an edition.
    fn number_of(
        &self,
        edition: EditionId,
        axis: Axis,
        name: &str,
        vocabulary: &Vocabulary,
    ) -> Option<usize> {
        let listed = self.editions.get(edition.0)?;
        let find =
            |terms: &[super::Term], slug: &str| terms.binary_search_by(|term| term.slug.as_str().cmp(slug));
        match axis {
            Axis::Sections => {
                let slug = section_slug(name);
                let at = self.sections_of(edition).iter().position(|section| section.slug == slug)?;
                Some(listed.sections.start + at)
            }
            Axis::Tags => {
                let at = find(self.tags_of(edition), &slugify(vocabulary.name(name))).ok()?;
                Some(listed.tags.start + at)
            }
            Axis::Authors => {
                Some(listed.authors.start + find(self.authors_of(edition), &slugify(name)).ok()?)
            }
            Axis::Threads => {
                let threads = &self.threads[listed.threads.clone()];
                Some(listed.threads.start + find(threads, &slugify(name)).ok()?)
            }
        }
    }

    fn term_at(&self, axis: Axis, at: usize) -> &super::Term {
        match axis {
            Axis::Sections => &self.sections[at],
            Axis::Tags => &self.tags[at],
            Axis::Authors => &self.authors[at],
            Axis::Threads => &self.threads[at],
        }
    }

    /// What a term would be called if it were spelled so by all; `None` when it has its name from the configuration.
    fn called(
        &self,
        (edition, axis, name): &Spelling,
        at: usize,
        config: &Config,
        vocabulary: &Vocabulary,
    ) -> Option<String> {
        let words = config.edition(*edition);
        match axis {
            Axis::Sections if words.sections.iter().any(|own| own.slug == self.sections[at].slug) => None,
            Axis::Sections => Some(capitalised(name, &words.language)),
            Axis::Tags => Some(vocabulary.name(name).to_owned()),
            Axis::Authors | Axis::Threads => Some(name.clone()),
        }
    }

    /// Whether one more article with this name leaves everything as it is called.
    fn is_named(&self, spelling: &Spelling, config: &Config, vocabulary: &Vocabulary) -> bool {
        let (edition, axis, name) = spelling;
        let Some(at) = self.number_of(*edition, *axis, name, vocabulary) else { return false };
        // Of several spellings the smallest is shown; a section's is shown in another form.
        let is_fine = self.called(spelling, at, config, vocabulary).is_none_or(|called| {
            let shown = &self.term_at(*axis, at).name;
            if *axis == Axis::Sections { called == *shown } else { called >= *shown }
        });
        // A standing page has the terms that articles spell as it does.
        let has_it = |id: &ArticleId| {
            self.article(*id).terms_in(*edition).is_none_or(|terms| match axis {
                Axis::Sections => terms.section == Some(at),
                Axis::Tags => terms.tags.contains(&at),
                Axis::Authors => terms.authors.contains(&at) || terms.contributors.contains(&at),
                Axis::Threads => terms.thread == Some(at),
            })
        };
        is_fine && self.pages.iter().filter(|id| self.spells(**id, *axis, name)).all(has_it)
    }

    /// Whether without articles that have this name, and are gone, everything is called as it was.
    fn stays_named(
        &self,
        spelling: &Spelling,
        gone: &BTreeSet<ArticleId>,
        config: &Config,
        vocabulary: &Vocabulary,
    ) -> bool {
        /// Articles of a term that are looked at.
        const ENOUGH: usize = 64;
        let (edition, axis, name) = spelling;
        let Some(at) = self.number_of(*edition, *axis, name, vocabulary) else { return false };
        let term = self.term_at(*axis, at);
        let matters = self.called(spelling, at, config, vocabulary).is_some_and(|called| called == term.name)
            || self.pages.iter().any(|id| self.spells(*id, *axis, name));
        let mut others = term.run.newest().filter(|id| !gone.contains(id)).take(ENOUGH);
        !matters || others.any(|id| self.spells(id, *axis, name))
    }

    fn spells(&self, id: ArticleId, axis: Axis, name: &str) -> bool {
        names(self.article(id).header()).any(|(own, other)| own == axis && other == name)
    }

    fn has_empty_term(&self) -> bool {
        let terms = [&self.sections, &self.tags, &self.authors, &self.threads];
        terms.into_iter().flatten().any(|term| term.run.is_empty())
    }

    /// The index with other articles in some places, which are in order.
    fn replaced(
        &self,
        places: Vec<(std::ops::Range<usize>, Vec<Article>)>,
        mut renumbered: Renumbered,
        config: &Config,
    ) -> Changed {
        let mut index = self.clone();
        let mut months: BTreeSet<(i32, u32)> = BTreeSet::new();
        months.extend(renumbered.gone.iter().filter_map(|id| month_of(self.article(*id).header())));
        let mut at = 0;
        let mut next = 0;
        for (place, articles) in &places {
            while at < place.start {
                renumbered.to.push(Some(ArticleId::of(next)));
                (at, next) = (at + 1, next + 1);
            }
            renumbered.to.extend(place.clone().map(|_| None));
            at = at.max(place.end);
            renumbered.fresh.extend((next..next + articles.len()).map(ArticleId::of));
            next += articles.len();
        }
        let rest = self.articles.len().saturating_sub(at);
        renumbered.to.extend((next..next + rest).map(|at| Some(ArticleId::of(at))));
        for (place, articles) in places.into_iter().rev() {
            index.articles.splice(place, articles);
        }
        index.renumber(&renumbered);
        for id in &renumbered.fresh {
            let header = index.article(*id).header();
            months.extend(month_of(header));
            if !header.aliases.is_empty() {
                index.aliased.push(*id);
            }
            for heading in index.article(*id).headings(config, |at| index.sections[at].parent) {
                index.insert(*id, heading);
            }
        }
        index.aliased.sort_unstable();
        let count = |id: ArticleId| index.article(id).header().corrections.len();
        let corrected = renumbered.fresh.iter().flat_map(|id| (0..count(*id)).map(|at| (*id, at)));
        let corrections: Vec<(ArticleId, usize)> = corrected.collect();
        if !corrections.is_empty() {
            index.corrections.extend(corrections);
            index.sort_corrections();
        }
        index.months.retain(|_, run| !run.is_empty());
        for edition in &mut index.editions {
            edition.months.retain(|_, run| !run.is_empty());
            edition.days.retain(|_, run| !run.is_empty());
        }
        for month in months {
            let run = index.months.get(&month).into_iter().flat_map(|run| &run.dated);
            match run.filter_map(|id| index.article(*id).header().revised()).max() {
                Some(newest) => index.revised.insert(month, newest),
                None => index.revised.remove(&month),
            };
        }
        Changed { index, renumbered }
    }

    /// Gives every article that is left its new number.
    fn renumber(&mut self, renumbered: &Renumbered) {
        let ids = |ids: &mut Vec<ArticleId>| {
            ids.retain_mut(|id| renumbered.now(*id).map(|now| *id = now).is_some());
        };
        let run = |run: &mut Run| {
            ids(&mut run.dated);
            ids(&mut run.undated);
        };
        run(&mut self.all);
        ids(&mut self.pages);
        ids(&mut self.aliased);
        ids(&mut self.astray);
        self.months.values_mut().for_each(run);
        for edition in &mut self.editions {
            run(&mut edition.all);
            run(&mut edition.pinned);
            ids(&mut edition.pages);
            edition.months.values_mut().for_each(run);
            edition.days.values_mut().for_each(run);
        }
        let terms = [&mut self.sections, &mut self.tags, &mut self.authors, &mut self.threads];
        terms.into_iter().flatten().for_each(|term| run(&mut term.run));
        self.corrections.retain_mut(|(id, _)| renumbered.now(*id).map(|now| *id = now).is_some());
        let versions = self.translations.iter().filter_map(|(id, versions)| {
            let versions: Option<Arc<[ArticleId]>> = versions.iter().map(|id| renumbered.now(*id)).collect();
            Some((renumbered.now(*id)?, versions?))
        });
        self.translations = Arc::new(versions.collect());
    }

    /// Puts an article into a list that does not hold it yet.
    fn insert(&mut self, id: ArticleId, heading: Heading) {
        // It is taken out while others are asked for their order.
        let Some(mut run) = heading.run_mut(self).map(std::mem::take) else { return };
        let order = self.article(id).order();
        let ids = if self.article(id).header().date.is_some() { &mut run.dated } else { &mut run.undated };
        let at = ids.partition_point(|other| self.article(*other).order() < order);
        ids.insert(at, id);
        if let Some(place) = heading.run_mut(self) {
            *place = run;
        }
    }
}
