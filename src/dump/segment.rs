//! Where one article of a dump ends and the next begins.

use super::headline::Story;
use super::line::Line;
use super::mark::Mark;
use super::repeats::Repeat;
use super::words::End;

/// One item of a dump: logical lines `from..to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The headline, where the cut was made at one.
    pub(super) title: Option<usize>,
    /// The whole item stands in the dump before.
    pub(super) repeat: bool,
}

/// Least running text, in words, on both sides of a cut that a repeated headline block or wide blank shows.
const LITTLE: f32 = 12.0;
/// The same where only a dated or signed headline shows it: teasers have those too.
const MUCH: f32 = 90.0;

/// Cuts a dump into items that cover it without gaps.
pub(super) fn spans(lines: &[Line], marks: &[Mark], repeats: &[Repeat]) -> Vec<Span> {
    let total = lines.len();
    let mut prose = Vec::with_capacity(total + 1);
    prose.push(0.0);
    for (at, mark) in marks.iter().enumerate() {
        // A repeated line is a caption or a teaser; it does not make an article.
        let own = if repeats[at].times > 1 && repeats[at].first < at { 0.0 } else { mark.prose };
        prose.push(prose[at] + own);
    }
    let wide = usual_gap(lines, marks);
    let mut cuts: Vec<(usize, bool)> = Vec::new();
    let mut at = 0;
    while at < total {
        if let Some(second) = repeated_block(lines, marks, repeats, at) {
            cuts.push((at, true));
            at = second + 1;
            continue;
        }
        if blank_block(lines, marks, at, wide) {
            cuts.push((at, true));
        } else if dated_block(lines, marks, at) {
            cuts.push((at, false));
        }
        at += 1;
    }
    let mut kept: Vec<usize> = Vec::new();
    for (n, (cut, strong)) in cuts.iter().enumerate() {
        let start = kept.last().copied().unwrap_or(0);
        let end = cuts[n + 1..].iter().find(|(_, s)| *s || !*strong).map_or(total, |(c, _)| *c);
        let before = prose[*cut] - prose[start];
        let after = prose[end] - prose[*cut];
        let least = if *strong { LITTLE } else { MUCH };
        let enough = before >= least && after >= least && (*strong || after * 6.0 >= before);
        if enough && (repeats[*cut].times > 1 && *strong || related(lines, marks, *cut, end)) {
            kept.push(*cut);
        }
    }
    let mut out = Vec::with_capacity(kept.len() + 1);
    let mut from = 0;
    let mut title = cuts
        .iter()
        .find(|(cut, strong)| *strong && kept.first().is_none_or(|k| cut < k))
        .map(|(cut, _)| *cut)
        .filter(|cut| repeats[*cut].times > 1);
    for cut in kept {
        out.push(Span { from, to: cut, title, repeat: false });
        from = cut;
        title = Some(cut);
    }
    out.push(Span { from, to: total, title, repeat: false });
    for at in 1..out.len() {
        let (mut again, mut all) = (0.0, 0.0);
        for line in out[at].from..out[at].to {
            if marks[line].prose > 3.0 {
                all += 1.0;
                again += if repeats[line].first < out[at].from { 1.0 } else { 0.0 };
            }
        }
        out[at].repeat = all > 0.0 && again >= all * 0.8;
    }
    out
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
        && !mark.credit
        && !mark.byline.as_ref().is_some_and(|b| b.explicit)
        && !mark.address
        && !matches!(mark.end, End::Ellipsis | End::Comma)
}

/// Title, captions and residue, and then the title again: the position of the second title.
fn repeated_block(lines: &[Line], marks: &[Mark], repeats: &[Repeat], at: usize) -> Option<usize> {
    let next = repeats[at].next?;
    if repeats[at].first != at
        || next - at > 14
        || !title_like(&lines[at], &marks[at])
        || lines[at].words < 3 && lines[at].text.chars().count() < 12
    {
        return None;
    }
    // Caption and caption again, with nothing between, is not a title.
    if next == at + 1 && lines.get(at + 2).is_none_or(|l| l.words < 4) {
        return None;
    }
    let between = at + 1..next;
    let quiet = between.clone().all(|i| {
        repeats[i].times > 1
            || marks[i].credit
            || marks[i].rule.is_some()
            || lines[i].words <= 8
            || !marks[i].dates.is_empty()
    });
    if !quiet {
        return None;
    }
    let body_after =
        (next + 1..(next + 10).min(lines.len())).any(|i| marks[i].prose > 6.0 && repeats[i].times == 1);
    (body_after && prose_line_before(lines, marks, at)).then_some(next)
}

/// Whether nothing above speaks against a headline here: it opens the dump, or a blank or the end of a paragraph is before it.
fn prose_line_before(lines: &[Line], marks: &[Mark], at: usize) -> bool {
    at == 0 || lines[at].gap > 0 || marks[at - 1].end == End::Stop || marks[at - 1].prose == 0.0
}

/// A title after a blank that is wider than those between paragraphs, then more text.
fn blank_block(lines: &[Line], marks: &[Mark], at: usize, wide: u32) -> bool {
    if at == 0 || lines[at].gap <= wide.max(1) || !title_like(&lines[at], &marks[at]) {
        return false;
    }
    let before = (at.saturating_sub(3)..at).any(|i| marks[i].prose > 5.0);
    let after = (at + 1..(at + 8).min(lines.len())).any(|i| marks[i].prose > 8.0);
    before && after && lines.get(at + 1).is_some_and(|next| next.gap <= lines[at].gap)
}

/// A title with a byline or date in the lines after it, and then a story; something other than a story before it.
fn dated_block(lines: &[Line], marks: &[Mark], at: usize) -> bool {
    let (line, mark) = (&lines[at], &marks[at]);
    if at == 0
        || line.words < 4 && line.text.chars().count() < 16
        || !title_like(line, mark)
        || mark.end == End::Stop
        || mark.end == End::Colon
    {
        return false;
    }
    let reach = (at + 7).min(lines.len());
    let body = (at + 1..reach + 6).find(|i| marks.get(*i).is_some_and(|m| m.prose > 12.0));
    let Some(body) = body.filter(|b| *b < lines.len()) else { return false };
    let told = (at + 1..reach.min(body))
        .any(|i| !marks[i].dates.is_empty() || marks[i].byline.as_ref().is_some_and(|b| b.explicit));
    told && marks[at - 1].prose < 6.0
}

/// Whether the first line's words come again in the running text after it.
fn related(lines: &[Line], marks: &[Mark], from: usize, to: usize) -> bool {
    let story = Story::new((from + 1..to).filter(|i| marks[*i].prose > 4.0).map(|i| lines[i].text.as_str()));
    let (share, _, known) = story.shared(&lines[from].text);
    known == 0 || share > 0.2
}
