//! Features of the line model that look back and around: how far the story probably is, and what kind of place a line stands in.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

use super::anchor::Anchors;
use super::features::Sink;
use super::line::Line;
use super::mark::{Mark, ratio, running};
use super::words::{BuildQuick, End};

/// Of [`Progress`], in order.
const PROGRESS: &[&str] = &[
    "title_here",
    "title_passed",
    "title_3",
    "title_8",
    "title_20",
    "opens",
    "opens_long",
    "too_early",
    "young",
    "story_mass",
    "quiet",
    "quiet_passed",
    "quiet_prose",
    "quiet_mass",
    "quiet_soon",
];

/// Of [`Around`], in order.
const AROUND: &[&str] =
    &["recurring", "recurring_4", "recurring_10", "dates_5", "dates_12", "glued_4", "stops_8"];

/// Names of all of them, in order.
pub(super) fn names() -> impl Iterator<Item = String> {
    PROGRESS.iter().chain(AROUND).map(|name| (*name).to_owned())
}

/// Number of these features.
pub(super) const COUNT: usize = PROGRESS.len() + AROUND.len();

/// Least prose of a line that is a paragraph.
const PARAGRAPH: f32 = 4.0;
/// Most prose that counts of one line.
const PROSE: f32 = 80.0;

/// What is known at a line of the lines above it, given where the headline probably is.
pub(super) struct Progress<'a> {
    /// The probability that each line is the headline.
    anchors: &'a [f32],
    /// The probability that the headline is above, and what it was at the last paragraph.
    passed: f32,
    at_paragraph: f32,
    /// Prose above, and how much of that is above the headline too, by its probability.
    prose: f32,
    before: f32,
    /// Position of the last paragraph.
    paragraph: Option<usize>,
}

impl<'a> Progress<'a> {
    /// At the first line of an item.
    pub(super) fn new(anchors: &'a Anchors) -> Self {
        Self {
            anchors: &anchors.chances,
            passed: 0.0,
            at_paragraph: 0.0,
            prose: 0.0,
            before: 0.0,
            paragraph: None,
        }
    }

    pub(super) fn features(&self, at: usize, line: &Line, mark: &Mark, row: &mut impl Sink) {
        let when = |on: bool, value: f32| if on { value } else { 0.0 };
        let here = self.anchors[at];
        row.num(here);
        row.num(self.passed);
        for reach in [3, 8, 20] {
            row.num(self.anchors[at.saturating_sub(reach)..at].iter().sum());
        }
        let paragraph = mark.prose > PARAGRAPH;
        // No paragraph stands between the headline and this one.
        let opens = when(paragraph, self.passed - self.at_paragraph);
        row.num(opens);
        row.num(when(line.words >= 12, opens));
        row.num(when(paragraph, 1.0 - self.passed - here));
        let story = self.passed * self.prose - self.before;
        row.num(when(story < 100.0, self.passed));
        row.num((story / 300.0).min(2.0));
        let quiet = self.paragraph.map_or(0.0, |last| ratio((at - last - 1).min(60), 20));
        row.num(quiet);
        row.num(quiet * self.passed);
        row.num(when(paragraph, quiet * self.passed));
        row.num(when(self.prose > 100.0, quiet));
        row.num(when(self.prose > 60.0, quiet.min(1.0)));
    }

    /// Goes on to the next line.
    pub(super) fn pass(&mut self, at: usize, mark: &Mark) {
        if mark.prose > PARAGRAPH {
            self.paragraph = Some(at);
            self.at_paragraph = self.passed;
        }
        self.prose += mark.prose.min(PROSE);
        self.passed += self.anchors[at];
        self.before += self.anchors[at] * self.prose;
    }
}

/// Running counts of kinds of line: lists of comments and teasers come again in the same form, with other numbers.
pub(super) struct Around {
    recurring: Vec<u32>,
    dates: Vec<u32>,
    glued: Vec<u32>,
    stops: Vec<u32>,
}

impl Around {
    pub(super) fn new(lines: &[Line], marks: &[Mark]) -> Self {
        let shapes: Vec<Option<u64>> = lines.iter().map(|line| shape(&line.folded)).collect();
        let mut times: HashMap<u64, u32, BuildQuick> = HashMap::default();
        shapes.iter().flatten().for_each(|shape| *times.entry(*shape).or_default() += 1);
        let often = |at: usize| shapes[at].is_some_and(|shape| times.get(&shape) >= Some(&3));
        let count = |is: &dyn Fn(usize) -> bool| running((0..lines.len()).map(is));
        Self {
            recurring: count(&often),
            dates: count(&|at| !marks[at].dates.is_empty() && lines[at].words <= 12),
            glued: count(&|at| marks[at].glued > 0),
            stops: count(&|at| marks[at].end == End::Stop && lines[at].words > 7),
        }
    }

    pub(super) fn features(&self, at: usize, row: &mut impl Sink) {
        let share = |sums: &[u32], reach: usize| {
            let (from, to) = (at.saturating_sub(reach), (at + reach + 1).min(sums.len() - 1));
            ratio((sums[to] - sums[from]) as usize, to - from)
        };
        row.num(share(&self.recurring, 0));
        row.num(share(&self.recurring, 4));
        row.num(share(&self.recurring, 10));
        row.num(share(&self.dates, 5));
        row.num(share(&self.dates, 12));
        row.num(share(&self.glued, 4));
        row.num(share(&self.stops, 8));
    }
}

/// Longest line, in bytes, that may be one of a list.
const SHORT: usize = 100;

/// A hash of a short line in which all numbers are alike, if it has one.
fn shape(folded: &str) -> Option<u64> {
    if folded.len() > SHORT || !folded.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut hasher = BuildQuick::default().build_hasher();
    for run in folded.as_bytes().chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
        hasher.write(if run[0].is_ascii_digit() { b"#" } else { run });
    }
    Some(hasher.finish())
}
