//! Which line is the headline: a small linear model over the lines before and at the start of the body.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, OnceLock};

use super::anchor::Anchors;
use super::features::is_title_like;
use super::line::Line;
use super::mark::{Mark, ratio};
use super::notice;
use super::repeats::Repeat;
use super::words::{self, End};

/// Weights of a linear model over named features: lines of name, tab, weight.
pub(super) struct Weights {
    by_name: HashMap<&'static str, f32>,
    /// Weights in the order in which the model's features are listed, made when the first list is seen.
    in_order: OnceLock<Vec<f32>>,
}

/// The features of one candidate: always the same names in the same order.
pub(super) type Features = Vec<(&'static str, f32)>;

impl Weights {
    /// Reads a table; what is not of its form is skipped.
    pub(super) fn new(table: &'static str) -> Self {
        let rows = table.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t'));
        let by_name = rows.filter_map(|(name, weight)| Some((name, weight.trim().parse().ok()?))).collect();
        Self { by_name, in_order: OnceLock::new() }
    }

    /// The weighted sum; features without a weight do not count. All calls list the same features.
    pub(super) fn score(&self, features: &[(&'static str, f32)]) -> f32 {
        let weight = |name: &str| self.by_name.get(name).copied().unwrap_or(0.0);
        let weights = self.in_order.get_or_init(|| features.iter().map(|(name, _)| weight(name)).collect());
        debug_assert!(features.len() == weights.len());
        features.iter().zip(weights).map(|((_, value), weight)| weight * value).sum()
    }
}

static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| Weights::new(include_str!("tables/headline.tsv")));

/// The body's vocabulary: what its words begin with.
#[derive(Default)]
pub(super) struct Story {
    /// How often each stands in the body.
    stems: HashMap<u64, u32, words::BuildQuick>,
    lead: HashSet<u64, words::BuildQuick>,
}

/// What a line has in common with a story.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shared {
    /// Shares of its content words that the body, and its lead, also have.
    body: f32,
    lead: f32,
    /// How often the body has them: 0 never, 1 five times and more each.
    often: f32,
    /// How many content words it has.
    known: usize,
}

impl Story {
    /// Collects the content words of body paragraphs, given as their stems.
    pub(super) fn new<'a>(paragraphs: impl Iterator<Item = &'a [u64]>) -> Self {
        let mut story = Self::default();
        for (at, paragraph) in paragraphs.take(60).enumerate() {
            story.add(paragraph, at < 3);
        }
        story
    }

    /// Adds the stems of a paragraph.
    fn add(&mut self, stems: &[u64], lead: bool) {
        for stem in stems {
            *self.stems.entry(*stem).or_default() += 1;
        }
        if lead {
            self.lead.extend(stems);
        }
    }

    /// What a line has in common with the body.
    fn shared(&self, stems: &[u64]) -> Shared {
        let counts = || stems.iter().filter_map(|s| self.stems.get(s));
        let often: u32 = counts().map(|count| (*count).min(5)).sum();
        Shared {
            body: ratio(counts().count(), stems.len()),
            lead: ratio(stems.iter().filter(|s| self.lead.contains(*s)).count(), stems.len()),
            often: ratio(often as usize, stems.len() * 5),
            known: stems.len(),
        }
    }
}

/// How far above the body a headline is looked for, in lines.
const REACH: usize = 70;

/// A candidate and its features, for choosing and for training.
pub(super) struct Candidate {
    pub(super) at: usize,
    pub(super) features: Features,
}

impl Candidate {
    pub(super) fn score(&self) -> f32 {
        WEIGHTS.score(&self.features)
    }
}

/// All lines of `from..` that could be the headline of a body that starts at `body`; `anchors` are those of `from..`.
pub(super) fn candidates(
    lines: &[Line],
    marks: &[Mark],
    repeats: &[Repeat],
    anchors: &Anchors,
    from: usize,
    body: usize,
    story: &Story,
) -> Vec<Candidate> {
    let first = from.max(body.saturating_sub(REACH));
    let last = (body + 2).min(lines.len());
    let shared: Vec<Shared> = (first..last).map(|at| story.shared(&marks[at].stems)).collect();
    // The share of the best headline-like line between each line and the body.
    let mut ahead = vec![-1.0f32; last - first + 1];
    for at in (first..last).rev() {
        let (line, mark) = (&lines[at], &marks[at]);
        let fit = at < body
            && (4..=25).contains(&line.words)
            && mark.rule.is_none()
            && mark.byline.is_none()
            && mark.dates.is_empty()
            && !mark.credit;
        let rest = ahead[at - first + 1];
        ahead[at - first] = if fit { shared[at - first].body.max(rest) } else { rest };
    }
    (first..last)
        .filter_map(|at| {
            let anchor = (anchors.scores[at - from], anchors.chances[at - from]);
            candidate(
                lines,
                marks,
                repeats,
                from,
                at,
                body,
                shared[at - first],
                ahead[at - first + 1],
                anchor,
            )
        })
        .collect()
}

#[allow(clippy::too_many_arguments)]
fn candidate(
    lines: &[Line],
    marks: &[Mark],
    repeats: &[Repeat],
    from: usize,
    at: usize,
    body: usize,
    shared: Shared,
    best_share_after: f32,
    (score, chance): (f32, f32),
) -> Option<Candidate> {
    let (line, mark) = (&lines[at], &marks[at]);
    let Shared { body: body_share, lead: lead_share, often, known } = shared;
    if mark.notice.is_some_and(|kind| kind != notice::Kind::Correction) {
        return None;
    }
    if line.words == 0 || line.words > 45 || line.text.chars().count() < 3 {
        return None;
    }
    let strong = mark.rule.is_some_and(|rule| !rule.weak);
    if strong && repeats[at].times < 2 && line.words < 4 || mark.credit && line.words > 4 {
        return None;
    }
    // A line that says when or by whom, and hardly more.
    let spent: usize = mark.dates.iter().map(|found| found.to - found.from).sum();
    let by = mark.byline.as_ref().is_some_and(|b| b.explicit);
    if spent * 10 > line.text.len() * 6 || by && (spent > 0 || line.words <= 4) {
        return None;
    }
    let near = |reach: usize| at + 1..(at + 1 + reach).min(lines.len());
    let dated = near(5).any(|i| i <= body + 1 && !marks[i].dates.is_empty());
    let signed = near(5).any(|i| i <= body && marks[i].byline.as_ref().is_some_and(|b| b.explicit));
    let named = near(5).any(|i| i <= body && marks[i].byline.is_some());
    let longer_after = near(4).any(|i| i < body && lines[i].words > line.words && lines[i].words > 8);
    let distance = body.saturating_sub(at);
    let best_after = best_share_after >= body_share;
    let flag = |on: bool| if on { 1.0 } else { 0.0 };
    let earlier = repeats[at].first < at;
    // A byline or a date above, and none below: the headline is above too.
    let past = |told: &dyn Fn(usize) -> bool| (from.max(at.saturating_sub(9))..at).any(told);
    let signed_above = !signed && past(&|i| marks[i].byline.as_ref().is_some_and(|b| b.explicit));
    let dated_above = !dated && past(&|i| !marks[i].dates.is_empty());
    let headline_like = |i: usize| is_title_like(&lines[i], &marks[i]);
    let later = repeats[at].next.is_some_and(|next| next > body);
    // A breadcrumb or a title with the site's name holds the headline and more.
    let holds = |long: usize, short: usize| {
        lines[long].folded.len() > lines[short].folded.len()
            && lines[short].words >= 3
            && marks[short].stems.first().is_some_and(|stem| marks[long].stems.contains(stem))
            && lines[long].folded.contains(&lines[short].folded)
    };
    let around = || from.max(at.saturating_sub(40))..(at + 12).min(lines.len());
    let held = around().any(|i| lines[i].words <= 45 && holds(i, at));
    let holder = around().any(|i| lines[i].words <= 45 && holds(at, i));
    let features = vec![
        ("anchor", chance),
        ("anchor_score", score.max(-8.0) / 4.0),
        ("anchor_best", flag(score == 0.0)),
        ("words_1", flag(line.words <= 1)),
        ("words_2", flag(line.words == 2)),
        ("words_3", flag(line.words == 3)),
        ("words_4_5", flag((4..=5).contains(&line.words))),
        ("words_6_16", flag((6..=16).contains(&line.words))),
        ("words_17_24", flag((17..=24).contains(&line.words))),
        ("words_25", flag(line.words >= 25)),
        ("stop", flag(mark.end == End::Stop)),
        ("question", flag(line.text.ends_with(['?', '!', '؟', '？']))),
        ("ellipsis", flag(mark.end == End::Ellipsis)),
        ("colon", flag(mark.end == End::Colon)),
        ("comma", flag(mark.end == End::Comma)),
        ("strong", flag(strong)),
        ("weak", flag(mark.rule.is_some_and(|rule| rule.weak))),
        ("date", flag(!mark.dates.is_empty())),
        ("byline", flag(mark.byline.as_ref().is_some_and(|b| b.explicit))),
        ("name", flag(mark.byline.as_ref().is_some_and(|b| !b.explicit))),
        ("credit", flag(mark.credit)),
        ("separators", ratio(mark.separators.min(3) as usize, 2)),
        ("lower", flag(mark.lower_start)),
        ("bullet", flag(mark.bullet)),
        ("caps", flag(mark.all_caps)),
        ("address", flag(mark.address)),
        ("glued", ratio(mark.glued.min(3) as usize, 3)),
        ("repeated", flag(repeats[at].times > 1 && line.words >= 3)),
        ("repeated_many", flag(repeats[at].times > 3)),
        ("repeat_of_earlier", flag(earlier && line.words >= 3)),
        ("twice_running", flag(at > 0 && lines[at - 1].folded == line.folded)),
        ("shared", if known > 0 { body_share } else { 0.0 }),
        ("shared_most", flag(known >= 2 && body_share >= 0.6)),
        ("often", often),
        ("signed_above", flag(signed_above)),
        ("dated_above", flag(dated_above)),
        ("later", flag(later && line.words >= 3)),
        ("after_headline", flag(at > from && headline_like(at - 1) && lines[at - 1].folded != line.folded)),
        ("held", flag(held)),
        ("holder", flag(holder)),
        ("shared_lead", if known > 0 { lead_share } else { 0.0 }),
        ("shared_none", flag(known > 0 && body_share == 0.0)),
        ("dated", flag(dated)),
        ("signed", flag(signed)),
        ("named", flag(named)),
        ("longer_after", flag(longer_after)),
        ("best_after", flag(best_after)),
        ("distance", ratio(distance.min(40), 10)),
        ("distance_1", flag(distance == 1)),
        ("distance_2_4", flag((2..=4).contains(&distance))),
        ("distance_5_9", flag((5..=9).contains(&distance))),
        ("in_body", flag(at >= body)),
        ("past_body", flag(at > body)),
        ("first", flag(at == from)),
        ("second", flag(at == from + 1)),
        ("gap", flag(line.gap > 0)),
        ("gap_2", flag(line.gap > 1)),
        ("gap_after", flag(lines.get(at + 1).is_some_and(|next| next.gap > 0))),
        ("after_short", flag(at > from && lines[at - 1].words <= 4)),
        ("after_chrome", flag(at > from && marks[at - 1].rule.is_some())),
        (
            "short_run",
            flag(
                at > from
                    && at + 1 < lines.len()
                    && lines[at - 1].words <= 5
                    && lines[at + 1].words <= 5
                    && line.words <= 5,
            ),
        ),
    ];
    Some(Candidate { at, features })
}

/// The best candidate, if any is a headline at all, with its score.
pub(super) fn choose(candidates: &[Candidate]) -> Option<(usize, f32)> {
    let mut best: Option<(usize, f32)> = None;
    for candidate in candidates {
        let score = candidate.score();
        if best.is_none_or(|(_, s)| score > s) {
            best = Some((candidate.at, score));
        }
    }
    best
}
