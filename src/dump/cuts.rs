//! Lines at which another article of a dump may begin, with the evidence; boosted trees weigh it.
//!
//! The trees are in `tables/cuts.tsv`, made by `scripts/train_cuts.py`.

use std::collections::HashMap;

use super::anchor::Anchors;
use super::headline::Features;
use super::line::Line;
use super::mark::{Mark, ratio, running};
use super::repeats::Repeat;
use super::segment::{LITTLE, block, is_bare, repeated_block, second_title, sums, title_like};
use super::trees::Trees;
use super::words::{BuildQuick, End};

static TREES: Trees = Trees::new(include_str!("tables/cuts.tsv"));

/// A line at which a new article may begin.
pub(super) struct Cut {
    pub(super) at: usize,
    pub(super) features: Features,
    /// Least score at which it cuts.
    least: f32,
}

impl Cut {
    /// How likely an article begins here, with so much added for what is certain; none if it rather does not.
    pub(super) fn score(&self, certain: f32) -> Option<f32> {
        TREES.score(&self.features, self.least - certain).map(|score| score + certain)
    }
}

/// Least score of a cut at all, and of one that needs no long story after it.
const DOUBT: f32 = -1.0;
/// The same where another story begins by its words alone.
const DOUBT_APART: f32 = -2.0;
/// The same where a page ends in between, and the line's words are those of the story after it.
const DOUBT_ENDED: f32 = -2.5;
/// How many lines apart the same line is furniture of two pages.
const FURNITURE: usize = 40;
/// Scores of lines below this are alike: no headlines.
const FAR: f32 = -8.0;
/// How much less like a headline than another near by.
const BESIDE: f32 = -3.0;
/// Lines among which one headline is the best.
const NEAR: usize = 15;
/// Prose lines looked at on either side of a cut.
const REACH: usize = 25;

/// All lines that could open an article, with their evidence.
pub(super) fn cuts(lines: &[Line], marks: &[Mark], repeats: &[Repeat], anchors: &Anchors) -> Vec<Cut> {
    let dump = Dump::new(lines, marks, repeats, anchors);
    let texts: Vec<usize> =
        (0..lines.len()).filter(|at| marks[*at].prose > 4.0 && repeats[*at].first == *at).collect();
    let mut stories = Stories::new(marks, texts);
    let place = |at| dump.place(at, &stories.texts);
    let places: Vec<Place> = (1..lines.len()).filter_map(place).collect();
    places.iter().map(|place| dump.cut(place, &mut stories)).collect()
}

/// The whole dump.
struct Dump<'a> {
    lines: &'a [Line],
    marks: &'a [Mark],
    repeats: &'a [Repeat],
    /// How much like a headline each line is.
    anchors: &'a [f32],
    /// Running sums of prose.
    prose: Vec<f32>,
    /// Running count of lines that stood far above before.
    again: Vec<u32>,
    /// Its usual blank.
    wide: u32,
    /// Whether it has no page around it.
    bare: bool,
}

/// A line that could open an article.
struct Place {
    at: usize,
    /// The paragraph below it: its line, and its number among the paragraphs.
    first: usize,
    next: usize,
    /// The best anchor's score among the lines near by.
    rival: f32,
}

impl<'a> Dump<'a> {
    fn new(lines: &'a [Line], marks: &'a [Mark], repeats: &'a [Repeat], anchors: &'a Anchors) -> Self {
        Self {
            lines,
            marks,
            repeats,
            anchors: &anchors.scores,
            prose: sums(marks, repeats),
            again: running(repeats.iter().enumerate().map(|(at, repeat)| repeat.first + FURNITURE < at)),
            wide: usual_gap(lines, marks),
            bare: is_bare(marks),
        }
    }

    /// Cheap tests before the dear ones.
    fn place(&self, at: usize, texts: &[usize]) -> Option<Place> {
        let Self { lines, marks, repeats, anchors, ref prose, bare, .. } = *self;
        let (line, mark) = (&lines[at], &marks[at]);
        let total = lines.len();
        let certain = block(lines, marks, repeats, bare, at).is_some();
        if !title_like(line, mark)
            || mark.prose > 14.0 && !certain
            || prose[at] < LITTLE && !certain
            || second_title(marks, repeats, at)
        {
            return None;
        }
        let anchor = anchors[at];
        let others =
            |from: usize, to: usize| anchors[from..to.min(total)].iter().copied().fold(FAR, f32::max);
        let rival = others(at.saturating_sub(NEAR), at).max(others(at + 1, at + 1 + NEAR));
        // Nothing like a headline, beside one that is.
        if anchor <= FAR && anchor - rival <= BESIDE && !certain {
            return None;
        }
        let next = texts.partition_point(|t| *t <= at);
        let first = texts.get(next).copied().or(certain.then_some(at + 1).filter(|i| *i < total))?;
        // A headline is near its story.
        if (first - at > 25 || prose[total] - prose[at] < LITTLE) && !certain {
            return None;
        }
        Some(Place { at, first, next, rival })
    }

    /// The evidence at a place.
    fn cut(&self, place: &Place, stories: &mut Stories) -> Cut {
        let Self { lines, marks, repeats, anchors, ref prose, ref again, wide, .. } = *self;
        let &Place { at, first, next, rival } = place;
        let (line, mark, anchor, total) = (&lines[at], &marks[at], anchors[at], lines.len());
        let block = repeated_block(lines, marks, repeats, at).is_some();
        let inner = repeats[at].first < at && at - repeats[at].first <= 14;
        let reach = (at + 7).min(total);
        let told = |i: usize| !marks[i].dates.is_empty();
        let dated = (at + 1..reach).any(|i| i <= first && told(i));
        let signed =
            (at + 1..reach).any(|i| i <= first && marks[i].byline.as_ref().is_some_and(|b| b.explicit));
        let named = (at + 1..(at + 4).min(total)).any(|i| i < first && marks[i].byline.is_some());
        let dated_before = (at.saturating_sub(2)..at).any(|i| told(i) && lines[i].words <= 10);
        let captioned = (at + 1..reach)
            .any(|i| i <= first && (marks[i].credit || repeats[i].times > 1 && lines[i].words > 4));
        let count = stories.texts[next.min(stories.texts.len())..]
            .iter()
            .take(REACH)
            .take_while(|i| **i - at < 80)
            .count();
        let quiet = at - stories.texts[..next].iter().rev().find(|i| **i < at).map_or(0, |b| b + 1);
        stories.turn(next);
        let (share, lead, old_share, known) = stories.shared(at);
        let alike = stories.alike;
        let window =
            |from: usize, width: usize| (prose[(from + width).min(total)] - prose[from]).min(400.0) / 100.0;
        let dense = ratio(
            (first..(first + 12).min(total)).filter(|i| marks[*i].prose > 4.0).count(),
            (first + 12).min(total) - first,
        );
        let rule_before =
            |name: &str| (at.saturating_sub(20)..at).any(|i| marks[i].rule.is_some_and(|r| r.name == name));
        let flag = |on: bool| if on { 1.0 } else { 0.0 };
        let distance = first - at;
        let far = |from: usize, to: usize| ratio((again[to] - again[from]) as usize, to - from);
        let since = |name: &str| {
            let last =
                (at.saturating_sub(60)..at).rev().find(|i| marks[*i].rule.is_some_and(|r| r.name == name));
            ratio(last.map_or(60, |last| at - last), 20)
        };
        let below = (at + 1).min(total - 1);
        let features = vec![
            ("position", ratio(at, total)),
            ("again_above", far(at.saturating_sub(30), at)),
            ("again_far_above", far(at.saturating_sub(120), at)),
            ("again_below", far(below, (at + 30).min(total).max(below + 1))),
            ("since_legal", since("legal")),
            ("since_comments", since("comments")),
            ("since_related", since("related")),
            ("since_navigation", since("navigation")),
            ("words", ratio(line.words, 10)),
            ("gap", ratio(line.gap.min(9) as usize, 3)),
            ("prose_20_above", (prose[at] - prose[at.saturating_sub(20)]).min(400.0) / 100.0),
            ("prose_60_above", (prose[at] - prose[at.saturating_sub(60)]).min(900.0) / 100.0),
            ("lines", ratio(total.min(1000), 100)),
            ("case", ratio(mark.capitals as usize, line.words.saturating_sub(1))),
            ("digits", mark.digits),
            ("anchor", anchor.max(FAR) / 4.0),
            ("anchor_good", flag(anchor > -2.0)),
            ("anchor_rival", (anchor - rival).clamp(-4.0, 4.0) / 2.0),
            ("anchor_best_near", flag(anchor >= rival)),
            ("anchor_best_good", flag(anchor >= rival && anchor > -3.0)),
            ("block", flag(block)),
            ("inner", flag(inner)),
            ("wide_gap", flag(line.gap > wide)),
            ("gap_3", flag(line.gap >= 3)),
            ("wide_and_plain", flag(line.gap > wide && line.gap >= 2 && mark.end != End::Stop)),
            ("no_gap", flag(line.gap == 0)),
            ("dated", flag(dated)),
            ("signed", flag(signed)),
            ("dated_signed", flag(dated && signed)),
            ("named", flag(named)),
            ("dated_before", flag(dated_before)),
            ("captioned", flag(captioned)),
            ("nothing", flag(!block && !dated && !signed && !captioned && line.gap <= wide)),
            ("prose_before", flag(marks[at - 1].prose > 6.0)),
            ("mass_before", prose[at].min(300.0) / 100.0),
            ("mass_before_60", flag(prose[at] > 60.0)),
            ("next_12", window(at, 12)),
            ("next_30", window(at, 30)),
            ("mass_after", (prose[total] - prose[at]).min(300.0) / 100.0),
            ("mass_after_40", flag(prose[total] - prose[at] > 40.0)),
            ("dense", dense),
            ("dense_dated", if dated || signed { dense } else { 0.0 }),
            ("dense_high", flag(dense > 0.65 && count >= 4)),
            ("stories", ratio(count.min(10), 10)),
            ("distance_1", flag(distance == 1)),
            ("distance_2_4", flag((2..=4).contains(&distance))),
            ("distance_5_9", flag((5..=9).contains(&distance))),
            ("distance_10", flag(distance >= 10)),
            ("share", if known > 0 { share } else { 0.0 }),
            ("share_most", flag(known > 1 && share >= 0.6)),
            ("share_none", flag(known > 0 && share == 0.0)),
            ("lead", if known > 0 { lead } else { 0.0 }),
            ("old_share", if known > 0 { old_share } else { 0.0 }),
            ("share_gain", if known > 0 { share - old_share } else { 0.0 }),
            ("alike", alike),
            ("words_2_3", flag(line.words <= 3)),
            ("words_4_5", flag((4..=5).contains(&line.words))),
            ("words_6_18", flag((6..=18).contains(&line.words))),
            ("words_19", flag(line.words >= 19)),
            ("stop", flag(mark.end == End::Stop)),
            ("question", flag(line.text.ends_with(['?', '!', '؟', '？']))),
            ("colon", flag(mark.end == End::Colon)),
            ("weak", flag(mark.rule.is_some())),
            ("name", flag(mark.byline.is_some())),
            ("repeated", flag(repeats[at].times > 1)),
            ("repeated_first", flag(repeats[at].times > 1 && repeats[at].first == at)),
            ("seen_before", flag(repeats[at].first < at && !inner)),
            ("quiet", ratio(quiet.min(30), 10)),
            ("quiet_0", flag(quiet == 0)),
            ("after_legal", flag(rule_before("legal"))),
            ("after_menu", flag(rule_before("navigation"))),
            ("after_comments", flag(rule_before("comments"))),
            ("after_related", flag(rule_before("related"))),
            ("lower", flag(mark.lower_start)),
            ("bullet", flag(mark.bullet)),
            ("caps", flag(mark.all_caps)),
            ("separators", ratio(mark.separators.min(3) as usize, 2)),
            ("quote", flag(mark.quote_start)),
        ];
        // Furniture of the page above right before, and no paragraph; a headline block, or no blank as before subheadings.
        let opens = marks[at - 1].prose <= 6.0
            && (line.gap == 0 || signed || dated && repeats[at].times == 1)
            && (inner || repeats[at].first == at);
        let apart = opens
            && alike < 0.2
            && known > 0
            && share - old_share >= 0.3
            && prose[at] >= 140.0
            && prose[total] - prose[at] >= 150.0;
        // The imprint of a page stands between the two.
        let ended = (at - quiet..at).any(|i| marks[i].rule.is_some_and(|rule| rule.name == "legal"));
        let least = match (ended && known > 0 && share - old_share > 0.2, apart) {
            (true, _) => DOUBT_ENDED,
            (_, true) => DOUBT_APART,
            _ => DOUBT,
        };
        Cut { at, features, least }
    }
}

/// The vocabularies around a place between two paragraphs, kept for the next line of the same gap.
struct Stories {
    texts: Vec<usize>,
    /// The stems of all lines as small numbers, and where each line's begin.
    stems: Vec<u32>,
    starts: Vec<usize>,
    /// Of each stem, the last gap that had it in the story after it, in that story's lead, and in the story before it.
    after: Vec<usize>,
    lead: Vec<usize>,
    before: Vec<usize>,
    /// The gap that they are about.
    at: usize,
    /// How much of the smaller vocabulary the other has too, 0 to 1.
    alike: f32,
}

impl Stories {
    fn new(marks: &[Mark], texts: Vec<usize>) -> Self {
        let total = marks.iter().map(|mark| mark.stems.len()).sum();
        let mut numbers: HashMap<u64, u32, BuildQuick> =
            HashMap::with_capacity_and_hasher(total / 2, BuildQuick::default());
        let (mut stems, mut starts) = (Vec::with_capacity(total), Vec::with_capacity(marks.len() + 1));
        starts.push(0);
        for mark in marks {
            for stem in &mark.stems {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                stems.push(*numbers.entry(*stem).or_insert(next));
            }
            starts.push(stems.len());
        }
        let none = vec![usize::MAX; numbers.len()];
        Self {
            texts,
            stems,
            starts,
            after: none.clone(),
            lead: none.clone(),
            before: none,
            at: usize::MAX,
            alike: 0.0,
        }
    }

    /// Turns to the gap before the paragraph `next`.
    fn turn(&mut self, next: usize) {
        if self.at == next {
            return;
        }
        self.at = next;
        let first = self.texts.get(next).copied().unwrap_or(0);
        let (mut after, mut before, mut common) = (0, 0, 0);
        for n in (next..self.texts.len()).take(REACH).take_while(|n| self.texts[*n] - first < 80) {
            for at in self.starts[self.texts[n]]..self.starts[self.texts[n] + 1] {
                let stem = self.stems[at] as usize;
                after += usize::from(self.after[stem] != next);
                self.after[stem] = next;
                if n < next + 3 {
                    self.lead[stem] = next;
                }
            }
        }
        for n in (0..next).rev().take(REACH) {
            for at in self.starts[self.texts[n]]..self.starts[self.texts[n] + 1] {
                let stem = self.stems[at] as usize;
                if self.before[stem] != next {
                    before += 1;
                    common += usize::from(self.after[stem] == next);
                }
                self.before[stem] = next;
            }
        }
        self.alike = ratio(common, after.min(before));
    }

    /// Shares of a line's content words that the story after the gap, its lead, and the story before also have; and
    /// how many there are.
    fn shared(&self, line: usize) -> (f32, f32, f32, usize) {
        let stems = &self.stems[self.starts[line]..self.starts[line + 1]];
        let share = |of: &[usize]| {
            ratio(stems.iter().filter(|stem| of[**stem as usize] == self.at).count(), stems.len())
        };
        (share(&self.after), share(&self.lead), share(&self.before), stems.len())
    }
}

/// The widest blank that is usual between two paragraphs of this dump.
fn usual_gap(lines: &[Line], marks: &[Mark]) -> u32 {
    let mut gaps: Vec<u32> = (1..lines.len())
        .filter(|at| marks[*at].prose > 5.0 && marks[*at - 1].prose > 5.0)
        .map(|at| lines[at].gap)
        .collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() * 9 / 10).copied().unwrap_or(1).max(1)
}
