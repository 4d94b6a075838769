//! Where one article of a dump ends and the next begins.

use super::anchor::Anchors;
use super::cuts::cuts;
use super::line::Line;
use super::mark::Mark;
use super::repeats::Repeat;
use super::words::End;

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

/// Least running text, in words, that an item needs.
pub(super) const LITTLE: f32 = 12.0;
/// Score of a cut that needs no long story after it.
const SURE: f32 = 0.5;
/// Least running text after a cut that is not sure.
const MUCH: f32 = 90.0;
/// Added to the score of a repeated headline block with residue or captions in it.
const CERTAIN: f32 = 12.0;

/// Cuts a dump into items that cover it without gaps.
pub(super) fn spans(lines: &[Line], marks: &[Mark], repeats: &[Repeat], anchors: &Anchors) -> Vec<Span> {
    let total = lines.len();
    let prose = sums(marks, repeats);
    let bare = is_bare(marks);
    let mut kept: Vec<(usize, f32)> = Vec::new();
    for cut in cuts(lines, marks, repeats, anchors) {
        let certain = if block(lines, marks, repeats, bare, cut.at).is_some() { CERTAIN } else { 0.0 };
        let Some(score) = cut.score(certain) else {
            continue;
        };
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
pub(super) fn sums(marks: &[Mark], repeats: &[Repeat]) -> Vec<f32> {
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

/// A line that could be a headline.
pub(super) fn title_like(line: &Line, mark: &Mark) -> bool {
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
pub(super) fn second_title(marks: &[Mark], repeats: &[Repeat], at: usize) -> bool {
    let first = repeats[at].first;
    first < at && at - first <= 14 && (first + 1..at).all(|i| repeats[i].times > 1 || marks[i].prose < 14.0)
}

/// A repeated headline block with captions or residue of a widget in it: the position after its last repeated line.
pub(super) fn block(
    lines: &[Line],
    marks: &[Mark],
    repeats: &[Repeat],
    bare: bool,
    at: usize,
) -> Option<usize> {
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
pub(super) fn repeated_block(lines: &[Line], marks: &[Mark], repeats: &[Repeat], at: usize) -> Option<usize> {
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
