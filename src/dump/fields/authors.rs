//! Who wrote an article: its byline among the lines around it, and what the markup says.

use super::super::article::{Article, Image, Role};
use super::super::byline::{self, Byline};
use super::super::ledger::Entry;
use super::super::segment::Span;
use super::super::{agency, words};
use super::Page;

/// Where an article stands in its item, for its byline.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around {
    /// The item.
    pub(super) span: Span,
    /// The headline.
    pub(super) title: Option<usize>,
    /// The body's first and last line.
    pub(super) body: (usize, usize),
}

/// How the authors of an article were found in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Signed {
    /// Not at all.
    No,
    /// By a name's looks and place.
    Shaped,
    /// By a word such as "By".
    Said,
}

/// Lines above the headline, and after the body, that may hold a byline.
const ABOVE: usize = 4;
const BELOW: usize = 4;
/// Lines after the body that may name the source of the whole.
const SOURCE: usize = 20;

impl Page<'_> {
    /// Authors from the headline block, else from the lines right after the body.
    pub(super) fn bylines(
        &self,
        around: Around,
        article: &mut Article,
        ledger: &mut [Option<Entry>],
    ) -> Signed {
        let Around { span, title, body: (first, last) } = around;
        let start = title.unwrap_or(first);
        let below: Vec<usize> = (start + 1..first).collect();
        let above: Vec<usize> = (span.from.max(start.saturating_sub(ABOVE))..start).rev().collect();
        let after: Vec<usize> = (last + 1..(last + 1 + BELOW).min(span.to)).collect();
        // A byline under a deck that was taken for the body's first paragraph.
        let late: Vec<usize> = (first + 1..(first + 4).min(last)).collect();
        // What the headline names is what the story is about.
        let headline = words::fold(&article.title);
        let told = |name: &String| headline.contains(&words::fold(name));
        let free = |at: usize, explicit: bool| {
            ledger[at].is_none()
                && self.marks[at].rule.is_none_or(|rule| rule.weak)
                && self.marks[at]
                    .byline
                    .as_ref()
                    .is_some_and(|b| b.explicit == explicit && (explicit || !b.names.iter().any(told)))
        };
        let said = |zone: &[usize]| zone.iter().copied().find(|at| free(*at, true));
        let dated = |at: usize| {
            (at.saturating_sub(2)..(at + 3).min(span.to)).any(|i| !self.marks[i].dates.is_empty())
        };
        let shaped = || {
            let near = below.iter().copied().find(|at| free(*at, false));
            near.or_else(|| above.iter().copied().find(|at| free(*at, false) && dated(*at)))
        };
        let found = said(&below)
            .or_else(|| said(&above))
            .or_else(|| said(&late))
            .or_else(shaped)
            .or_else(|| said(&after));
        if let Some((at, byline)) = found.and_then(|at| Some((at, self.marks[at].byline.as_ref()?))) {
            article.authors.clone_from(&byline.names);
            if let [only] = byline.names.as_slice() {
                article.agency = agency::named(only).map(str::to_owned);
            }
            let dated = !self.marks[at].dates.is_empty();
            ledger[at] =
                Some(if dated { Entry::of(Role::Byline).with(Role::Date) } else { Entry::of(Role::Byline) });
            if byline.explicit {
                return Signed::Said;
            }
            self.others(at, first, article, ledger);
            return Signed::Shaped;
        }
        let open = |at: &usize| ledger[*at].is_none();
        let zone = || below.iter().chain(&above).chain(&after).copied().filter(open);
        let wire = zone().find_map(|at| {
            let text = self.lines[at].text.trim_start_matches("By ");
            (self.lines[at].words <= 8).then(|| agency::within(text)).flatten().map(|name| (at, name))
        });
        let source = || {
            let mut near = (last + 1..(last + 1 + SOURCE).min(span.to)).filter(open);
            near.find_map(|at| source(&self.lines[at].text).map(|name| (at, name.to_owned())))
        };
        if let Some((at, name)) = wire {
            article.agency = Some(name.to_owned());
            if agency::named(&self.lines[at].text).is_some() {
                article.authors = vec![self.lines[at].text.clone()];
            }
            ledger[at] = Some(Entry::of(Role::Agency));
        } else if let Some((at, name)) = source() {
            article.agency = Some(agency::within(&name).map_or(name, str::to_owned));
            ledger[at] = Some(Entry::of(Role::Agency));
        } else if let Some(name) =
            (last..(last + 4).min(span.to)).find_map(|at| byline::signature(&self.lines[at].text))
        {
            article.authors = vec![name.to_owned()];
            return Signed::Shaped;
        } else if let Some(at) =
            Some(last + 1).filter(|at| *at < span.to && self.lines[*at].words <= 4 && free(*at, false))
            && let Some(byline) = &self.marks[at].byline
        {
            // A name alone that signs the last paragraph.
            article.authors.clone_from(&byline.names);
            ledger[at] = Some(Entry::of(Role::Byline));
            return Signed::Shaped;
        }
        Signed::No
    }

    /// Further authors on lines of their own below a name: with their initials between, where a page shows no portrait.
    fn others(&self, at: usize, first: usize, article: &mut Article, ledger: &mut [Option<Entry>]) {
        let initials = |at: usize| {
            let text = &self.lines[at].text;
            (2..=3).contains(&text.chars().count()) && text.chars().all(char::is_uppercase)
        };
        let mut next = at + 1;
        while next + 1 < first && initials(next) && ledger[next + 1].is_none() {
            match &self.marks[next + 1].byline {
                Some(Byline { names, explicit: false }) if self.lines[next + 1].words <= 5 => {
                    article.authors.extend(names.iter().cloned());
                    ledger[next + 1] = Some(Entry::of(Role::Byline));
                }
                _ => return,
            }
            next += 2;
        }
    }

    /// What the markup says takes the place of what was read from the text.
    pub(super) fn take_markup(&self, signed: Signed, article: &mut Article) {
        let Some(web) = &self.web else { return };
        let hints = web.hints;
        let people = article.authors.iter().any(|name| byline::is_person(name));
        // Where the markup knows only the house, a name under the headline is the author.
        let least = if hints.house { Signed::Shaped } else { Signed::Said };
        let printed = signed >= least && people;
        let better = if hints.authors.is_empty() && !printed { &hints.doubtful } else { &hints.authors };
        if !better.is_empty() {
            article.authors.clone_from(better);
            if let [only] = article.authors.as_slice() {
                article.agency = agency::named(only).map(str::to_owned).or(article.agency.take());
            }
        }
        article.section.clone_from(&hints.section);
        article.canonical.clone_from(&hints.canonical);
        if let Some(found) = &hints.image {
            let image = article.image.get_or_insert_with(Image::default);
            image.src.clone_from(&found.src);
            image.alt.clone_from(&found.alt);
        }
    }
}

/// The name in a "Source: NAME" line after the body.
fn source(line: &str) -> Option<&str> {
    const SOURCES: &[&str] = &[
        "source:",
        "quelle:",
        "fonte:",
        "fuente:",
        "source :",
        "kaynak:",
        "источник:",
        "المصدر:",
        "bron:",
        "źródło:",
        "来源：",
        "来源:",
        "via:",
    ];
    let lower = line.to_lowercase();
    let mark = SOURCES.iter().find(|mark| lower.starts_with(**mark))?;
    let name = line.get(mark.len()..)?.trim();
    ((1..=6).contains(&words::count(name)) && !name.contains("http")).then_some(name)
}
