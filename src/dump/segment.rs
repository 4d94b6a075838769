//! Where one article of a dump ends and the next begins: a small linear model over title-like lines.
//!
//! The weights are in `tables/cuts.tsv`, made by `scripts/train_choice.py`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::headline::{Features, Weights};
use super::line::Line;
use super::mark::{Mark, ratio};
use super::repeats::Repeat;
use super::words::{BuildQuick, End};

/// One item of a dump: logical lines `from..to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The headline block (first title, line after the block's last repeat), where the block is repeated.
    pub(super) block: Option<(usize, usize)>,
    /// The whole item stands in the dump before.
    pub(super) repeat: bool,
}

static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| Weights::new(include_str!("tables/cuts.tsv")));

/// A line at which a new article may begin.
pub(super) struct Cut {
    pub(super) at: usize,
    pub(super) features: Features,
    /// Least score at which it cuts.
    least: f32,
}

/// Least running text, in words, that an item needs.
const LITTLE: f32 = 12.0;
/// Least score of a cut at all, and of one that needs no long story after it.
const DOUBT: f32 = -1.0;
/// The same where another story begins by its words alone.
const DOUBT_APART: f32 = -2.0;
/// The same where a page ends in between, and the line's words are those of the story after it.
const DOUBT_ENDED: f32 = -2.5;
const SURE: f32 = 0.5;
/// Least running text after a cut that is not sure.
const MUCH: f32 = 90.0;
/// Added to the score of a repeated headline block with residue or captions in it.
const CERTAIN: f32 = 12.0;
/// Prose lines looked at on either side of a cut.
const REACH: usize = 25;

/// Cuts a dump into items that cover it without gaps.
pub(super) fn spans(lines: &[Line], marks: &[Mark], repeats: &[Repeat]) -> Vec<Span> {
    let total = lines.len();
    let prose = sums(marks, repeats);
    let bare = is_bare(marks);
    let mut kept: Vec<(usize, f32)> = Vec::new();
    for cut in cuts(lines, marks, repeats) {
        let score = WEIGHTS.score(&cut.features)
            + if block(lines, marks, repeats, bare, cut.at).is_some() { CERTAIN } else { 0.0 };
        if score <= cut.least {
            continue;
        }
        match kept.last_mut() {
            // Two headlines over one story: the better one cuts.
            Some(last)
                if prose[cut.at] - prose[last.0] < LITTLE
                    && (score < CERTAIN / 2.0 || last.1 < CERTAIN / 2.0) =>
            {
                if score > last.1 {
                    *last = (cut.at, score);
                }
            }
            _ => kept.push((cut.at, score)),
        }
    }
    // Where one article has a repeated headline block, the others have one too.
    if (0..total.min(60)).any(|at| block(lines, marks, repeats, bare, at).is_some()) {
        kept.retain(|(_, score)| *score > CERTAIN / 3.0);
    }
    let ends: Vec<usize> = kept.iter().skip(1).map(|(at, _)| *at).chain([total]).collect();
    let long: Vec<bool> = kept
        .iter()
        .zip(&ends)
        .map(|((at, score), end)| *score > SURE || prose[*end] - prose[*at] > MUCH)
        .collect();
    let mut long = long.into_iter();
    kept.retain(|_| long.next().unwrap_or(false));
    kept.retain(|(at, score)| {
        *score > CERTAIN / 2.0 || prose[*at] >= LITTLE && prose[total] - prose[*at] >= LITTLE
    });
    let mut starts = vec![0];
    for (at, _) in kept {
        let start = lead_in(lines, marks, at, *starts.last().unwrap_or(&0));
        starts.push(start);
    }
    let mut out: Vec<Span> = Vec::with_capacity(starts.len());
    for (n, from) in starts.iter().enumerate() {
        let to = starts.get(n + 1).copied().unwrap_or(total);
        let found = (*from..to.min(from + 60))
            .find_map(|at| block(lines, marks, repeats, bare, at).map(|end| (at, end)));
        out.push(Span { from: *from, to, block: found.filter(|(_, end)| *end < to), repeat: false });
    }
    for span in out.iter_mut().skip(1) {
        let (mut again, mut all) = (0.0, 0.0);
        for line in span.from..span.to {
            if marks[line].prose > 3.0 {
                all += 1.0;
                again += if repeats[line].first < span.from { 1.0 } else { 0.0 };
            }
        }
        span.repeat = all > 0.0 && again >= all * 0.8;
    }
    out
}

/// Running sums of prose; a line that stood before is a caption or a teaser and does not make an article.
fn sums(marks: &[Mark], repeats: &[Repeat]) -> Vec<f32> {
    let mut prose = Vec::with_capacity(marks.len() + 1);
    prose.push(0.0);
    for (at, mark) in marks.iter().enumerate() {
        let own = if repeats[at].first < at { 0.0 } else { mark.prose };
        prose.push(prose[at] + own);
    }
    prose
}

/// A date, byline or credit right above the headline belongs to it.
fn lead_in(lines: &[Line], marks: &[Mark], at: usize, floor: usize) -> usize {
    let mut start = at;
    while start > floor + 1 && at - start < 4 {
        let mark = &marks[start - 1];
        let own = lines[start - 1].words <= 14
            && (!mark.dates.is_empty() || mark.byline.as_ref().is_some_and(|b| b.explicit))
            && mark.rule.is_none();
        if !own || lines[start].gap > 1 {
            break;
        }
        start -= 1;
    }
    start
}

/// All lines that could open an article, with their evidence.
pub(super) fn cuts(lines: &[Line], marks: &[Mark], repeats: &[Repeat]) -> Vec<Cut> {
    let whole = Whole { prose: sums(marks, repeats), wide: usual_gap(lines, marks), bare: is_bare(marks) };
    let texts: Vec<usize> =
        (0..lines.len()).filter(|at| marks[*at].prose > 4.0 && repeats[*at].first == *at).collect();
    let mut stories = Stories::new(marks, texts);
    (1..lines.len()).filter_map(|at| cut(lines, marks, repeats, &whole, &mut stories, at)).collect()
}

/// What is true of the whole dump: running sums of prose, its usual blank, whether it has no page around it.
struct Whole {
    prose: Vec<f32>,
    wide: u32,
    bare: bool,
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

fn cut(
    lines: &[Line],
    marks: &[Mark],
    repeats: &[Repeat],
    whole: &Whole,
    stories: &mut Stories,
    at: usize,
) -> Option<Cut> {
    let Whole { prose, wide, bare } = whole;
    let (wide, bare) = (*wide, *bare);
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
    let next = stories.texts.partition_point(|t| *t <= at);
    let first = stories.texts.get(next).copied().or(certain.then_some(at + 1).filter(|i| *i < total))?;
    // A headline is near its story: a cheap test before the dear ones.
    if (first - at > 25 || prose[total] - prose[at] < LITTLE) && !certain {
        return None;
    }
    let block = repeated_block(lines, marks, repeats, at).is_some();
    let inner = repeats[at].first < at && at - repeats[at].first <= 14;
    let reach = (at + 7).min(total);
    let told = |i: usize| !marks[i].dates.is_empty();
    let dated = (at + 1..reach).any(|i| i <= first && told(i));
    let signed = (at + 1..reach).any(|i| i <= first && marks[i].byline.as_ref().is_some_and(|b| b.explicit));
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
    let features = vec![
        ("bias", 1.0),
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
    Some(Cut { at, features, least })
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

/// A line that could be a headline.
fn title_like(line: &Line, mark: &Mark) -> bool {
    (2..=32).contains(&line.words)
        && line.text.chars().count() >= 8
        && mark.rule.is_none_or(|rule| rule.weak && line.words >= 4)
        && mark.dates.is_empty()
        && mark.notice.is_none()
        && !mark.credit
        && !mark.byline.as_ref().is_some_and(|b| b.explicit)
        && !mark.address
        && !matches!(mark.end, End::Ellipsis | End::Comma)
}

/// Whether a dump has no page around its articles: hardly a line of menus, mastheads and footers.
pub(super) fn is_bare(marks: &[Mark]) -> bool {
    let page = marks
        .iter()
        .filter(|m| {
            m.rule.is_some_and(|r| {
                matches!(
                    r.name,
                    "navigation" | "section" | "account" | "legal" | "comments" | "related" | "newsletter"
                )
            })
        })
        .count();
    page * 25 <= marks.len() + 25
}

/// The second title of a block: the same line just above, and nothing but the block between.
fn second_title(marks: &[Mark], repeats: &[Repeat], at: usize) -> bool {
    let first = repeats[at].first;
    first < at && at - first <= 14 && (first + 1..at).all(|i| repeats[i].times > 1 || marks[i].prose < 14.0)
}

/// A repeated headline block with captions or residue of a widget in it: the position after its last repeated line.
fn block(lines: &[Line], marks: &[Mark], repeats: &[Repeat], bare: bool, at: usize) -> Option<usize> {
    if !bare {
        return None;
    }
    let second = repeated_block(lines, marks, repeats, at)?;
    let residue = |i: usize| marks[i].rule.is_some_and(|r| matches!(r.name, "widget" | "share"));
    let caption = |i: usize| repeats[i].times > 1 && lines[i].words > 3 && repeats[at].times == 2;
    if !(at + 1..second).any(|i| residue(i) || caption(i)) {
        return None;
    }
    let same = |a: usize, b: usize| lines.get(a).zip(lines.get(b)).is_some_and(|(a, b)| a.folded == b.folded);
    let mut end = second + 1;
    while end < lines.len()
        && (same(end, end - 1)
            || same(end, end + 1)
            || end == second + 1 && marks[end].credit
            || (at..second).any(|i| same(i, end)))
    {
        end += 1;
    }
    (end < lines.len()).then_some(end)
}

/// Title, captions and residue, and then the title again: the position of the second title.
fn repeated_block(lines: &[Line], marks: &[Mark], repeats: &[Repeat], at: usize) -> Option<usize> {
    let next = repeats[at].next?;
    if next - at > 14
        || (repeats[at].first < at && at - repeats[at].first <= 14)
        || !title_like(&lines[at], &marks[at])
        || lines[at].words < 3 && lines[at].text.chars().count() < 12
    {
        return None;
    }
    // Caption and caption again, with nothing between, is not a title.
    if next == at + 1 && lines.get(at + 2).is_none_or(|l| l.words < 4) {
        return None;
    }
    let quiet = (at + 1..next).all(|i| {
        repeats[i].times > 1
            || marks[i].credit
            || marks[i].rule.is_some()
            || lines[i].words <= 8
            || !marks[i].dates.is_empty()
    });
    let body_after = (next + 1..(next + 10).min(lines.len()))
        .any(|i| lines[i].words > 3 && marks[i].rule.is_none() && repeats[i].times == 1);
    let opens = at == 0 || lines[at].gap > 0 || marks[at - 1].end == End::Stop || marks[at - 1].prose == 0.0;
    (quiet && body_after && opens).then_some(next)
}
