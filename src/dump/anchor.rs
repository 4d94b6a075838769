//! Where the headline probably is, before anything is known of the story: a softmax over all lines of an item.
//!
//! It anchors the line model: menus and teasers read like running text, but no headline with a date and paragraphs below
//! stands above them. The headline itself is chosen later, by [`headline`](super::headline), when the story is known.
//! The weights are in `tables/anchors.tsv`, made by `scripts/train_choice.py`.

use std::sync::LazyLock;

use super::features::{Builder, Row, Shared, Sink};
use super::line::Line;
use super::mark::{Mark, ratio, running};
use super::model;
use super::repeats::Repeat;
use super::words::End;

/// Names of the features, in order.
pub(super) const NAMES: &[&str] = &[
    "words_1",
    "words_2_3",
    "words_4_5",
    "words_6_16",
    "words_17_25",
    "words_26",
    "stop",
    "colon",
    "ellipsis",
    "open",
    "question",
    "case",
    "caps",
    "digits",
    "bullet",
    "separators",
    "glued",
    "date",
    "byline",
    "name",
    "credit",
    "rule",
    "weak",
    "repeated",
    "repeated_long",
    "shared",
    "shared_none",
    "date_1_2",
    "date_3_6",
    "byline_1_2",
    "byline_3_6",
    "name_1_2",
    "name_3_6",
    "untold",
    "told_prose",
    "date_above",
    "date_far_above",
    "byline_above",
    "prose_3",
    "prose_8",
    "prose_20",
    "prose_before_5",
    "prose_before_20",
    "prose_after",
    "gap",
    "gap_2",
    "position",
    "first",
    "short_run",
    "longer_next",
];

static WEIGHTS: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let table = include_str!("tables/anchors.tsv");
    let weight = |name: &&str| {
        let row = table.lines().filter_map(|line| line.split_once('\t')).find(|(known, _)| known == name);
        row.and_then(|(_, weight)| weight.trim().parse().ok()).unwrap_or(0.0)
    };
    NAMES.iter().map(weight).collect()
});

/// Most words of running text that count of one line.
const PROSE: f32 = 60.0;

/// Running sums over the lines: what a stretch of them holds.
struct Sums {
    prose: Vec<f32>,
    dates: Vec<u32>,
    bylines: Vec<u32>,
    names: Vec<u32>,
}

impl Sums {
    fn new(marks: &[Mark]) -> Self {
        let mut prose = vec![0.0];
        let mut sum = 0.0;
        prose.extend(marks.iter().map(|mark| {
            sum += mark.prose.min(PROSE);
            sum
        }));
        let count = |has: fn(&Mark) -> bool| running(marks.iter().map(has));
        Self {
            prose,
            dates: count(|mark| !mark.dates.is_empty()),
            bylines: count(|mark| mark.byline.as_ref().is_some_and(|by| by.explicit)),
            names: count(|mark| mark.byline.as_ref().is_some_and(|by| !by.explicit)),
        }
    }

    /// Prose in lines `from..to`, as a share of `full` words.
    fn prose(&self, from: usize, to: usize, full: f32) -> f32 {
        let last = self.prose.len() - 1;
        (self.prose[to.min(last)] - self.prose[from.min(last)]).min(full) / full
    }
}

/// Whether lines `from..to` have one of what was counted.
fn any(sums: &[u32], from: usize, to: usize) -> bool {
    let last = sums.len() - 1;
    sums[to.min(last)] > sums[from.min(last)]
}

/// An item's lines as this model sees them.
pub(super) struct View<'a> {
    lines: &'a [Line],
    marks: &'a [Mark],
    repeats: &'a [Repeat],
    shared: &'a Shared,
    sums: Sums,
}

impl<'a> View<'a> {
    pub(super) fn new(
        lines: &'a [Line],
        marks: &'a [Mark],
        repeats: &'a [Repeat],
        shared: &'a Shared,
    ) -> Self {
        Self { lines, marks, repeats, shared, sums: Sums::new(marks) }
    }

    /// The features of each line, for the trainer.
    pub(super) fn rows(&self) -> Vec<Row> {
        let row = |at| {
            let mut row = Builder::new(24);
            self.look(at, &mut row);
            row.done(NAMES.len())
        };
        (0..self.lines.len()).map(row).collect()
    }

    /// Tells the features of one line, in order.
    fn look(&self, at: usize, row: &mut impl Sink) {
        let Self { lines, marks, repeats, shared, sums } = self;
        let total = lines.len();
        let short = |at: usize| lines[at].words < 8 && marks[at].end != End::Stop;
        let (line, mark) = (&lines[at], &marks[at]);
        for (least, most) in [(0, 1), (2, 3), (4, 5), (6, 16), (17, 25), (26, usize::MAX)] {
            row.flag((least..=most).contains(&line.words));
        }
        row.flag(mark.end == End::Stop);
        row.flag(mark.end == End::Colon);
        row.flag(mark.end == End::Ellipsis);
        row.flag(mark.end == End::Open);
        row.flag(line.text.ends_with(['?', '？', '؟']));
        row.num(ratio(mark.capitals as usize, line.words.saturating_sub(1)));
        row.flag(mark.all_caps);
        row.num(mark.digits);
        row.flag(mark.bullet);
        row.num(ratio(mark.separators.min(5) as usize, 3));
        row.num(ratio(mark.glued.min(6) as usize, 3));
        row.flag(!mark.dates.is_empty());
        row.flag(mark.byline.as_ref().is_some_and(|by| by.explicit));
        row.flag(mark.byline.as_ref().is_some_and(|by| !by.explicit));
        row.flag(mark.credit);
        row.flag(mark.rule.is_some());
        row.flag(mark.rule.is_some_and(|rule| rule.weak));
        row.flag(repeats[at].times > 1);
        row.flag(repeats[at].times > 1 && line.words >= 4);
        let (common, known) = shared.of(at);
        row.num(common);
        row.flag(known > 0 && common == 0.0);
        for counted in [&sums.dates, &sums.bylines, &sums.names] {
            row.flag(any(counted, at + 1, at + 3));
            row.flag(any(counted, at + 3, at + 7));
        }
        let told = any(&sums.dates, at + 1, at + 7) || any(&sums.bylines, at + 1, at + 7);
        row.flag(!told);
        row.num(if told { sums.prose(at + 1, at + 9, 100.0) } else { 0.0 });
        let above = |counted: &[u32], from: usize, to: usize| {
            any(counted, at.saturating_sub(from), (at + 1).saturating_sub(to))
        };
        row.flag(above(&sums.dates, 2, 1));
        row.flag(above(&sums.dates, 8, 3));
        row.flag(above(&sums.bylines, 2, 1));
        row.num(sums.prose(at + 1, at + 4, 60.0));
        row.num(sums.prose(at + 1, at + 9, 150.0));
        row.num(sums.prose(at + 1, at + 21, 300.0));
        row.num(sums.prose(at.saturating_sub(5), at, 60.0));
        row.num(sums.prose(at.saturating_sub(20), at, 200.0));
        row.num(sums.prose(at + 1, total, 300.0));
        row.flag(line.gap > 0);
        row.flag(line.gap > 1);
        row.num(ratio(at, total));
        row.flag(at == 0);
        row.flag(at > 0 && at + 1 < total && short(at - 1) && short(at) && short(at + 1));
        row.flag(lines.get(at + 1).is_some_and(|next| next.words > line.words.max(8)));
    }
}

/// The weighted sum of the features that it is told.
struct Score<'a> {
    weights: &'a [f32],
    sum: f32,
}

impl Sink for Score<'_> {
    fn num(&mut self, value: f32) {
        if let Some((weight, rest)) = self.weights.split_first() {
            self.sum += weight * value;
            self.weights = rest;
        }
    }
}

/// Where the headline of an item probably is.
pub(super) struct Anchors {
    /// The probability that each line is it, summing to 1.
    pub(super) chances: Vec<f32>,
    /// Each line's score less the best line's: 0 or below.
    pub(super) scores: Vec<f32>,
}

impl Anchors {
    /// Judges all lines of an item.
    pub(super) fn new(view: &View<'_>) -> Self {
        let score = |at| {
            let mut score = Score { weights: &WEIGHTS, sum: 0.0 };
            view.look(at, &mut score);
            score.sum
        };
        let mut scores: Vec<f32> = (0..view.lines.len()).map(score).collect();
        let most = scores.iter().copied().fold(f32::MIN, f32::max);
        scores.iter_mut().for_each(|score| *score -= most);
        let mut chances: Vec<f32> = scores.iter().map(|score| model::exp(*score)).collect();
        let sum: f32 = chances.iter().sum();
        chances.iter_mut().for_each(|chance| *chance /= sum);
        Self { chances, scores }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{dates, features, line, mark, repeats};

    /// The line that is most like a headline.
    fn best(text: &str) -> String {
        let lines = line::lines(text);
        let repeats = repeats::repeats(&lines);
        let marks = mark::marks(&lines.lines, &repeats, dates::Known::default());
        let anchors = features::Item::new(&lines.lines, &marks, &repeats).anchors();
        let at = anchors.scores.iter().position(|score| *score == 0.0);
        at.map_or(String::new(), |at| lines.lines[at].text.clone())
    }

    #[test]
    fn a_headline_has_a_date_and_a_story_below() {
        let teasers = "Ferry talks go into a third day\nThe harbour office and the crews met on Monday without an agreement.\n\
            Rowers lose by a length\nThe rowers of the lower harbour lost by a length in the last race on Saturday.\n";
        let story = "The swell of the week has torn away a sixth mooring at the outer pier, the office said.\n\
            The buoy drifted past the lighthouse and was found in the morning by two fishermen off the rocks.\n\
            Boats should leave the outer pier until the new chains arrive, says the harbour master.\n";
        for (headline, told) in [
            ("Sixth mooring lost to the swell", "19 November 2026"),
            ("Sixth mooring lost to the swell", "By Ines Falk"),
            ("Harbour Office: Sixth Mooring Lost", "By Ines Falk\nNovember 19, 2026 at 9:45 am"),
        ] {
            let page = format!(
                "Harbour Gazette\nMenu\nNews\nSport\n{teasers}Video\nContests\nAutos\nWeather\nAdvertise\n{headline}\n{told}\n{story}Comments\n"
            );
            assert_eq!(best(&page), headline, "{page}");
        }
    }
}
