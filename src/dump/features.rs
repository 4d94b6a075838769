//! The numbers that the line model sees: each line's looks and its neighbourhood.

use std::collections::HashMap;

use super::anchor::{self, Anchors};
use super::chrome;
use super::line::Line;
use super::mark::{Mark, ratio};
use super::progress::{self, Around, Progress};
use super::repeats::Repeat;
use super::words::{self, End};

/// A line's features that are not zero: position in the list of names, value.
pub(super) type Row = Vec<(u16, f32)>;

/// Bounds of the word-count classes.
const SIZES: &[usize] = &[1, 2, 4, 6, 9, 13, 18, 25, 40, 70];

/// Features of one line by itself, then the same few of its neighbours, then of the whole.
const OWN: &[&str] = &[
    "bias",
    "log_words",
    "end_stop",
    "end_closed",
    "end_colon",
    "end_comma",
    "end_ellipsis",
    "end_open",
    "long_stop",
    "long_open",
    "stop_share",
    "no_stop",
    "long_low_stop",
    "capital_share",
    "all_caps",
    "digit_share",
    "date",
    "byline",
    "name",
    "credit",
    "dateline",
    "quote_start",
    "lower_start",
    "bullet",
    "separators",
    "address",
    "glued",
    "second",
    "question",
    "repeated",
    "repeated_long",
    "gap_0",
    "gap_1",
    "gap_2",
    "after_0",
    "after_1",
    "after_2",
    "first",
    "last",
    "chrome_strong",
    "chrome_weak",
    "title_case",
    "is_title",
    "prev_prose",
    "next_prose",
    "prev2_prose",
    "next2_prose",
    "prev_short",
    "next_short",
    "prev_chrome",
    "next_chrome",
    "near_prose_5",
    "near_prose_12",
    "near_short_5",
    "between_prose",
    "mass_before",
    "mass_after",
    "no_mass_before",
    "no_mass_after",
    "in_span",
    "before_span",
    "after_span",
    "far_before_span",
    "far_after_span",
    "span_first",
    "span_last",
    "shared_words",
    "shared_long",
    "shared_none",
    "position",
    "tail_seen",
    "tail_far",
    "short_between",
    "list_like",
    "gap_like_before",
    "gap_like_after",
    "prose_density",
    "short_span_edge",
    "subhead",
    "uniform_short",
    "caps_between",
    "title_between",
    "open_between",
    "credit_between",
    "stop_between",
    "colon_between",
    "glued_long",
];

/// Rules of which a line after some of the story says that it ends: what follows is rarely text, however far away. Teasers,
/// buttons and prompts stand in the middle of stories too.
const ENDS: &[&str] = &["comments", "legal", "navigation", "bio"];

/// Rules of which a line further down says that the story may still come.
const AHEAD: &[&str] = &["comments", "legal", "navigation"];

/// Names of all features, in order.
pub(super) fn names() -> Vec<String> {
    let sizes = SIZES.iter().map(|n| format!("words_{n}"));
    let rules = (0..chrome::COUNT).map(|rule| format!("rule_{}", chrome::name(rule)));
    let ahead = (0..chrome::COUNT).map(|rule| format!("after_{}", chrome::name(rule)));
    let seen = ENDS.iter().map(|rule| format!("seen_{rule}"));
    let to_come = AHEAD.iter().map(|rule| format!("ahead_{rule}"));
    OWN.iter()
        .map(|n| (*n).to_owned())
        .chain(sizes)
        .chain(rules)
        .chain(ahead)
        .chain(seen)
        .chain(to_come)
        .chain(progress::names())
        .collect()
}

/// Number of features of a line of text.
const COUNT: usize = OWN.len() + SIZES.len() + 2 * chrome::COUNT + ENDS.len() + AHEAD.len() + progress::COUNT;

/// Names of the features of an HTML page's lines: those above, then the markup's.
pub(super) fn html_names() -> Vec<String> {
    let places = super::html::places().into_iter().map(|place| format!("place_{place}"));
    names().into_iter().chain(super::html::FEATURES.iter().map(|n| (*n).to_owned())).chain(places).collect()
}

/// Puts the markup's features after the lines' own.
pub(super) fn append(rows: &mut [Row], extra: &[Row]) {
    let shift = u16::try_from(COUNT).unwrap_or(u16::MAX);
    for (row, more) in rows.iter_mut().zip(extra) {
        row.extend(more.iter().map(|(feature, value)| (feature + shift, *value)));
    }
}

/// One item's lines, and what of the whole its features need.
pub(super) struct Item<'a> {
    lines: &'a [Line],
    marks: &'a [Mark],
    repeats: &'a [Repeat],
    /// The main run of text.
    span: (usize, usize),
    shared: Shared,
}

impl<'a> Item<'a> {
    pub(super) fn new(lines: &'a [Line], marks: &'a [Mark], repeats: &'a [Repeat]) -> Self {
        let span = best_span(marks, lines);
        Self { lines, marks, repeats, span, shared: Shared::new(marks, span) }
    }

    /// What [`anchor`] sees of each line.
    pub(super) fn anchor_rows(&self) -> Vec<Row> {
        self.view().rows()
    }

    fn view(&self) -> anchor::View<'_> {
        anchor::View::new(self.lines, self.marks, self.repeats, &self.shared)
    }

    /// Where the headline probably is.
    pub(super) fn anchors(&self) -> Anchors {
        Anchors::new(&self.view())
    }

    /// The features of each line.
    pub(super) fn rows(&self, anchors: &Anchors) -> Vec<Row> {
        if self.lines.is_empty() { Vec::new() } else { rows(self, anchors) }
    }
}

fn rows(item: &Item<'_>, anchors: &Anchors) -> Vec<Row> {
    let &Item { lines, marks, repeats, span, ref shared } = item;
    let total = lines.len();
    let mut progress = Progress::new(anchors);
    let around = Around::new(lines, marks);
    let mut sums = Vec::with_capacity(total + 1);
    let (mut sum, mut short_sum) = (0.0, 0usize);
    sums.push((0.0, 0));
    for (mark, line) in marks.iter().zip(lines) {
        sum += mark.prose;
        short_sum += usize::from(line.words < 8);
        sums.push((sum, short_sum));
    }
    let window = |at: usize, reach: usize| {
        let (from, to) = (at.saturating_sub(reach), (at + reach + 1).min(total));
        let width = to - from;
        let prose = sums[to].0 - sums[from].0;
        (prose / (15.0 * ratio(width, 1)), ratio(sums[to].1 - sums[from].1, width))
    };
    let title = title_line(lines, marks, span);
    let mut rows = Vec::with_capacity(total);
    let mut seen = [usize::MAX; chrome::COUNT];
    let mut tail_at = usize::MAX;
    let mut ended = [false; ENDS.len()];
    let last: [usize; AHEAD.len()] = std::array::from_fn(|n| {
        let named = |mark: &Mark| mark.rule.is_some_and(|rule| rule.name == AHEAD[n]);
        marks.iter().rposition(named).unwrap_or(0)
    });
    for at in 0..total {
        let (line, mark) = (&lines[at], &marks[at]);
        let mut row = Builder::new(56);
        let share = ratio(mark.stops as usize, mark.tokens as usize);
        let long = line.words >= 10;
        let stop = mark.end == End::Stop;
        let gap_after = lines.get(at + 1).map_or(2, |next| next.gap);
        let side = |offset: isize| at.checked_add_signed(offset).filter(|i| *i < total);
        let prose = |offset: isize| side(offset).map_or(0.0, |i| (marks[i].prose / 20.0).min(1.0));
        let short =
            |offset: isize| side(offset).is_some_and(|i| lines[i].words < 8 && marks[i].end != End::Stop);
        let strong =
            |offset: isize| side(offset).is_some_and(|i| marks[i].rule.is_some_and(|rule| !rule.weak));
        let case = ratio(mark.capitals as usize, line.words.saturating_sub(1));
        let (near, near_short) = window(at, 5);
        let (wide, _) = window(at, 12);
        let tail = tail_at != usize::MAX;

        row.num(1.0);
        row.num(log2(line.words + 1) / 4.0);
        row.flag(stop);
        row.flag(mark.end == End::Closed);
        row.flag(mark.end == End::Colon);
        row.flag(mark.end == End::Comma);
        row.flag(mark.end == End::Ellipsis);
        row.flag(mark.end == End::Open);
        row.flag(long && stop);
        row.flag(long && mark.end == End::Open);
        row.num(share);
        row.flag(mark.stops == 0);
        row.flag(long && share < 0.15);
        row.num(case);
        row.flag(mark.all_caps);
        row.num(mark.digits);
        row.flag(!mark.dates.is_empty());
        row.flag(mark.byline.as_ref().is_some_and(|b| b.explicit));
        row.flag(mark.byline.as_ref().is_some_and(|b| !b.explicit));
        row.flag(mark.credit);
        row.flag(mark.dateline);
        row.flag(mark.quote_start);
        row.flag(mark.lower_start);
        row.flag(mark.bullet);
        row.num(ratio(mark.separators.min(5) as usize, 3));
        row.flag(mark.address);
        row.num(ratio(mark.glued.min(6) as usize, 3));
        row.num(ratio(mark.second as usize, mark.tokens as usize) * 3.0);
        row.flag(line.text.ends_with(['?', '？', '؟']));
        row.flag(repeats[at].times > 1);
        row.flag(repeats[at].times > 1 && long);
        row.flag(line.gap == 0);
        row.flag(line.gap == 1);
        row.flag(line.gap >= 2);
        row.flag(gap_after == 0);
        row.flag(gap_after == 1);
        row.flag(gap_after >= 2);
        row.flag(at == 0);
        row.flag(at + 1 == total);
        row.flag(strong(0));
        row.flag(mark.rule.is_some_and(|rule| rule.weak));
        row.flag(case > 0.6 && line.words >= 4);
        row.flag(Some(at) == title);
        row.num(prose(-1));
        row.num(prose(1));
        row.num(prose(-2));
        row.num(prose(2));
        row.flag(short(-1));
        row.flag(short(1));
        row.flag(strong(-1));
        row.flag(strong(1));
        row.num(near.min(2.0));
        row.num(wide.min(2.0));
        row.num(near_short);
        let between = prose(-1) > 0.4 && prose(1) > 0.4;
        row.flag(between);
        let (before, after) = (sums[at].0, sum - sums[at + 1].0);
        row.num(before / (sum + 20.0));
        row.num(after / (sum + 20.0));
        row.flag(before < 10.0);
        row.flag(after < 10.0);
        row.flag(at >= span.0 && at < span.1);
        row.num(if at < span.0 { 1.0 / ratio(span.0 - at, 1) } else { 0.0 });
        row.num(if at >= span.1 { 1.0 / ratio(at + 1 - span.1, 1) } else { 0.0 });
        row.num(if at < span.0 { ratio((span.0 - at).min(60), 30) } else { 0.0 });
        row.num(if at >= span.1 { ratio((at + 1 - span.1).min(60), 30) } else { 0.0 });
        row.flag(at == span.0);
        row.flag(at + 1 == span.1);
        let (common, known) = shared.of(at);
        row.num(common);
        row.num(if long { common } else { 0.0 });
        row.flag(known > 0 && common == 0.0);
        row.num(ratio(at, total));
        row.flag(tail);
        row.num(if tail { ratio((at - tail_at).min(40), 20) } else { 0.0 });
        row.flag(line.words < 8 && !stop && prose(-1) > 0.3 && prose(1) > 0.3);
        row.flag(short(-1) && short(1) && line.words < 12 && !stop);
        row.flag(line.gap != lines.get(at.wrapping_sub(1)).map_or(line.gap, |l| l.gap));
        row.flag(gap_after == line.gap);
        row.num((mark.prose / (ratio(line.words, 1) + 1.0)).min(1.0));
        row.flag(line.words < 8 && (at == span.0 || at + 1 == span.1));
        row.flag(
            line.words < 9
                && !stop
                && at > span.0
                && at < span.1
                && prose(1) > 0.4
                && !strong(0)
                && mark.byline.is_none(),
        );
        row.flag(line.words <= 4 && short(-1) && short(1) && short(-2) && short(2));
        row.flag(between && mark.all_caps && line.words >= 4);
        row.flag(between && case > 0.6 && line.words >= 4);
        row.flag(between && mark.end == End::Open && line.words >= 6);
        row.flag(between && mark.credit);
        row.flag(between && long && stop);
        row.flag(between && mark.end == End::Colon);
        row.flag(mark.glued > 0 && line.words > 10);
        row.one_of(SIZES.len(), SIZES.iter().rposition(|size| line.words >= *size));
        row.one_of(chrome::COUNT, mark.rule.map(|rule| rule.index));
        for last in seen {
            // How soon after a line of each kind: teasers follow "Read more", comments follow "Comments".
            row.num(if last == usize::MAX { 0.0 } else { 1.0 / ratio(at - last, 1) });
        }
        ended.iter().for_each(|seen| row.flag(*seen));
        last.iter().for_each(|last| row.flag(at < *last));
        progress.features(at, line, mark, &mut row);
        around.features(at, &mut row);
        progress.pass(at, mark);
        rows.push(row.done(COUNT));
        if let Some(rule) = mark.rule {
            seen[rule.index] = at;
            if before > 60.0 && before > 0.15 * (sum + 20.0) {
                ENDS.iter().zip(&mut ended).for_each(|(name, ended)| *ended |= rule.name == *name);
            }
            let ends = matches!(
                rule.name,
                "comments" | "related" | "legal" | "tail" | "share" | "bio" | "newsletter"
            );
            if ends && at > span.0 + (span.1 - span.0) / 2 && tail_at == usize::MAX {
                tail_at = at;
            }
        }
    }
    rows
}

/// Is told features in the order of their names.
pub(super) trait Sink {
    /// The next feature.
    fn num(&mut self, value: f32);

    /// The next feature, 0 or 1.
    fn flag(&mut self, value: bool) {
        self.num(if value { 1.0 } else { 0.0 });
    }
}

/// Fills a row in the order of its names.
pub(super) struct Builder {
    row: Row,
    next: u16,
}

impl Builder {
    /// An empty row with room for so many features that are not zero.
    pub(super) fn new(room: usize) -> Self {
        Self { row: Vec::with_capacity(room), next: 0 }
    }

    /// The row, of so many features in all.
    pub(super) fn done(self, count: usize) -> Row {
        debug_assert_eq!(usize::from(self.next), count);
        self.row
    }

    /// One of so many flags, or none.
    fn one_of(&mut self, count: usize, on: Option<usize>) {
        if let Some(on) = on.and_then(|on| u16::try_from(on).ok()) {
            self.row.push((self.next + on, 1.0));
        }
        self.next += u16::try_from(count).unwrap_or(0);
    }
}

impl Sink for Builder {
    fn num(&mut self, value: f32) {
        if value != 0.0 {
            self.row.push((self.next, value));
        }
        self.next += 1;
    }
}

/// The run of lines with the greatest sum of a plain score: prose counts for, everything else a little against.
pub(super) fn best_span(marks: &[Mark], lines: &[Line]) -> (usize, usize) {
    let (mut best, mut best_span) = (f32::MIN, (0, 0));
    let (mut sum, mut start) = (0.0, 0);
    for (at, (mark, line)) in marks.iter().zip(lines).enumerate() {
        let cost = if mark.rule.is_some_and(|rule| !rule.weak) { 8.0 } else { 4.0 };
        let score = if mark.prose > 3.0 { mark.prose.min(60.0) } else { -cost - (line.gap.min(3) as f32) };
        if sum <= 0.0 {
            sum = 0.0;
            start = at;
        }
        sum += score;
        if sum > best {
            best = sum;
            best_span = (start, at + 1);
        }
    }
    best_span
}

/// Which words of a line also stand elsewhere in the main run of text: a story repeats its words, teasers do not.
pub(super) struct Shared {
    of_line: Vec<(f32, usize)>,
}

impl Shared {
    fn new(marks: &[Mark], span: (usize, usize)) -> Self {
        let room = marks[span.0..span.1].iter().map(|mark| mark.content.len()).sum::<usize>() / 2;
        let mut counts: HashMap<u64, u32, words::BuildQuick> =
            HashMap::with_capacity_and_hasher(room, words::BuildQuick::default());
        for word in marks[span.0..span.1].iter().flat_map(|mark| &mark.content) {
            *counts.entry(*word).or_default() += 1;
        }
        let mut own: Vec<u64> = Vec::new();
        let of_line = marks
            .iter()
            .enumerate()
            .map(|(at, mark)| {
                let all = &mark.content;
                let elsewhere = |word: &u64| counts.get(word).copied().unwrap_or(0);
                if at < span.0 || at >= span.1 {
                    let hits = all.iter().filter(|word| elsewhere(word) > 0).count();
                    return (ratio(hits, all.len()), all.len());
                }
                // A word must stand in the run more often than in the line itself.
                own.clone_from(all);
                own.sort_unstable();
                let hits: usize = own
                    .chunk_by(|a, b| a == b)
                    .filter(|same| elsewhere(&same[0]) as usize > same.len())
                    .map(<[u64]>::len)
                    .sum();
                (ratio(hits, all.len()), all.len())
            })
            .collect();
        Self { of_line }
    }

    /// The share of a line's content words, and how many it has.
    pub(super) fn of(&self, at: usize) -> (f32, usize) {
        self.of_line[at]
    }
}

/// Logarithm to base 2, straight between the powers: exact on every machine.
pub(super) fn log2(n: usize) -> f32 {
    let n = u32::try_from(n.max(1)).unwrap_or(u32::MAX);
    let power = n.ilog2();
    power as f32 + ratio((n - (1 << power)) as usize, 1 << power)
}

/// A first idea of where the headline is: the last title-like line before the main run that is not chrome.
fn title_line(lines: &[Line], marks: &[Mark], span: (usize, usize)) -> Option<usize> {
    (span.0.saturating_sub(14)..span.0).rev().find(|at| is_title_like(&lines[*at], &marks[*at]))
}

/// Whether a line could be a headline: as long as one, nothing else, and without a full stop.
pub(super) fn is_title_like(line: &Line, mark: &Mark) -> bool {
    (4..=25).contains(&line.words)
        && mark.rule.is_none()
        && mark.dates.is_empty()
        && mark.byline.is_none()
        && !mark.credit
        && mark.end != End::Stop
}
