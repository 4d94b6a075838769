//! When an article appeared: which of the dates around it is its own.

use super::article::When;
use super::dates::{self, Known, Label};
use super::line::Line;
use super::mark::Mark;
use super::notice::Kind;
use super::words::End;

/// What the lines around an article say of its dates.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Dates {
    /// When it appeared.
    pub(super) published: Option<When>,
    /// When it was changed.
    pub(super) updated: Option<When>,
    /// The lines that say so.
    pub(super) lines: Vec<usize>,
    /// `published` says so of itself, or stands between headline and body.
    pub(super) headed: bool,
    /// `published` stands further away than a page's own date does: markup knows better.
    pub(super) remote: bool,
    /// Why `published` may be the date of something else.
    pub(super) doubt: Option<&'static str>,
}

/// Where an article stands among the lines of its dump.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The item's first line, and the one after its last.
    pub(super) span: (usize, usize),
    /// The headline.
    pub(super) block: usize,
    /// The body's first and last line.
    pub(super) body: (usize, usize),
}

/// Most words, besides a date, of a line that is there to say the date.
const COMPANY: usize = 6;
/// The same after the body, where events and other stories are announced.
const COMPANY_BELOW: usize = 2;
/// Lines above the headline, and after the body, that may hold the date.
const ABOVE: usize = 5;
const BELOW: usize = 3;
/// Lines in which dates of a list stand near each other.
const NEAR: usize = 8;

/// Publication and update dates from the lines around the headline, else right after the body; `open` says which lines
/// are not something else already.
pub(super) fn choose(lines: &[Line], marks: &[Mark], place: Place, open: impl Fn(usize) -> bool) -> Dates {
    let ((from, to), (first, last)) = (place.span, place.body);
    let above = from.max(place.block.saturating_sub(ABOVE))..place.block;
    let zone = (place.block..first).chain(above.rev()).chain(last + 1..(last + 1 + BELOW).min(to));
    let mut out = Dates::default();
    let mut weak: Option<(When, usize, &'static str)> = None;
    for at in zone.filter(|at| open(*at)) {
        let mark = &marks[at];
        // Until when a story is held, or when it was corrected, is not when it appeared.
        if matches!(mark.notice, Some(Kind::Embargo | Kind::Correction))
            || mark.rule.is_some_and(|rule| matches!(rule.name, "legal" | "comments"))
        {
            continue;
        }
        // A date that a sentence tells is what the story is about, unless it says that it is the story's own.
        let told = lines[at].words > 14 && mark.prose > 3.0;
        for found in mark.dates.iter().filter(|found| !told || found.label != Label::None) {
            if found.label == Label::None
                && let Some(why) = doubt(lines, marks, place, at, found.when)
            {
                weak = weak.or(Some((found.when, at, why)));
                continue;
            }
            let slot = if found.label == Label::Updated { &mut out.updated } else { &mut out.published };
            if slot.is_none() {
                *slot = Some(found.when);
                out.headed |= found.label == Label::Published || (place.block..first).contains(&at);
                out.lines.push(at);
            }
        }
        if out.published.is_some() {
            break;
        }
    }
    if out.published.is_none() {
        let far = far(lines, marks, place, &open).or_else(|| inside(lines, marks, place, &open));
        if let Some((when, at)) = far {
            out.published = Some(when);
            out.remote = true;
            out.lines.push(at);
        } else if out.updated.is_some() {
            out.published = out.updated.take();
        } else if let Some((when, at, why)) = weak {
            out = Dates { published: Some(when), lines: vec![at], doubt: Some(why), ..Dates::default() };
        }
    }
    out
}

/// Lines further away in which a date may stand that says of itself that it is the day of publication.
const FAR: usize = 15;
/// Lines from the body's first in which a line that is only a date may stand, where teasers were taken for text.
const INSIDE: usize = 10;

/// The one labelled date a little further above the headline or below the body.
fn far(lines: &[Line], marks: &[Mark], place: Place, open: &impl Fn(usize) -> bool) -> Option<(When, usize)> {
    let ((from, to), (_, last)) = (place.span, place.body);
    let only = |zone: std::ops::Range<usize>| {
        let mut found: Option<(When, usize)> = None;
        for at in zone.filter(|at| open(*at) && lines[*at].words <= 12) {
            for one in marks[at].dates.iter().filter(|one| one.label == Label::Published && !one.relative) {
                if found.is_some_and(|(when, _)| when.day() != one.when.day()) {
                    return None;
                }
                found = found.or(Some((one.when, at)));
            }
        }
        found
    };
    only(from.max(place.block.saturating_sub(FAR))..place.block)
        .or_else(|| only(last + 1..(last + 1 + FAR).min(to)))
}

/// The one line among the body's first that is nothing but a date.
fn inside(
    lines: &[Line],
    marks: &[Mark],
    place: Place,
    open: &impl Fn(usize) -> bool,
) -> Option<(When, usize)> {
    let (first, last) = place.body;
    let mut found: Option<(When, usize)> = None;
    for at in (first + 1..(first + INSIDE).min(last)).filter(|at| open(*at) && marks[*at].prose < 3.0) {
        let [one] = marks[at].dates.as_slice() else { continue };
        let company =
            lines[at].words.saturating_sub(super::words::count(lines[at].text.get(one.from..one.to)?));
        if company > COMPANY_BELOW || one.relative {
            continue;
        }
        if found.is_some_and(|(when, _)| when.day() != one.when.day()) {
            return None;
        }
        found = found.or(Some((one.when, at)));
    }
    found
}

/// A date that opens a paragraph as a dateline does: "06.11.26 - The pilots …", "Feb. 23, 2026 -- The pilots …".
pub(super) fn opening(paragraph: &str, known: Known) -> Option<When> {
    let end = paragraph.char_indices().nth(40).map_or(paragraph.len(), |(at, _)| at);
    let head = &paragraph[..end];
    let found = dates::find(head, known).into_iter().next().filter(|one| one.from == 0 && !one.relative)?;
    let after = head[found.to..].trim_start_matches(['.', ' ']);
    // "15:30 UhrThe game": the clock's word, and then the text, run together by an extractor.
    let glued = after.strip_prefix("Uhr").is_some_and(|rest| rest.starts_with(char::is_uppercase));
    (after.starts_with(['-', '–', '—', '|', ':']) || glued).then_some(found.when)
}

/// Why an unlabelled date on a line may not be the article's own.
fn doubt(lines: &[Line], marks: &[Mark], place: Place, at: usize, when: When) -> Option<&'static str> {
    let (first, last) = place.body;
    let mark = &marks[at];
    let below = at > last;
    let spent: usize = mark
        .dates
        .iter()
        .filter_map(|found| lines[at].text.get(found.from..found.to))
        .map(super::words::count)
        .sum();
    let company = lines[at].words.saturating_sub(spent);
    // Right under the headline, authors, sections and counters share a line with the date; a sentence does not.
    let deck = at > place.block && at <= place.block + 2 && at < first && mark.end == End::Open;
    if mark.byline.is_none() && !deck && company > if below { COMPANY_BELOW } else { COMPANY } {
        return Some("its line says something else too");
    }
    // Dates of other days close by: a list of stories, each with its own.
    let (from, to) = match (below, at < place.block) {
        (true, _) => (last + 1, at + NEAR),
        (_, true) => (at.saturating_sub(NEAR), first),
        _ => (place.block.saturating_sub(NEAR), first),
    };
    let others = (from.max(place.span.0)..to.min(place.span.1))
        .filter(|i| *i != at)
        .flat_map(|i| &marks[i].dates)
        .filter(|found| found.label == Label::None && found.when.day() != when.day())
        .count();
    (others >= 2).then_some("it stands in a list of dates")
}
