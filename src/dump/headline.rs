//! Which line is the headline: a small linear model over the lines before and at the start of the body.

use std::collections::{HashMap, HashSet};
use std::hash::Hasher as _;
use std::sync::LazyLock;

use super::line::Line;
use super::mark::{Mark, ratio};
use super::repeats::Repeat;
use super::words::{self, End};

/// Weights of a linear model over named features: lines of name, tab, weight.
pub(super) struct Weights(HashMap<&'static str, f32>);

impl Weights {
    /// Reads a table; what is not of its form is skipped.
    pub(super) fn new(table: &'static str) -> Self {
        let rows = table.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t'));
        Self(rows.filter_map(|(name, weight)| Some((name, weight.trim().parse().ok()?))).collect())
    }

    /// The weighted sum; features without a weight do not count.
    pub(super) fn score(&self, features: &[(&'static str, f32)]) -> f32 {
        features.iter().map(|(name, value)| self.0.get(name).copied().unwrap_or(0.0) * value).sum()
    }
}

static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| Weights::new(include_str!("tables/headline.tsv")));

/// The body's vocabulary: what its words begin with.
#[derive(Default)]
pub(super) struct Story {
    stems: Stems,
    lead: Stems,
}

type Stems = HashSet<u64, words::BuildFnv>;

impl Story {
    /// Collects the content words of body paragraphs.
    pub(super) fn new<'a>(paragraphs: impl Iterator<Item = &'a str>) -> Self {
        let mut story = Self::default();
        for (at, paragraph) in paragraphs.take(60).enumerate() {
            story.add(&stems(paragraph), at < 3);
        }
        story
    }

    /// Adds the stems of a paragraph.
    pub(super) fn add(&mut self, stems: &[u64], lead: bool) {
        self.stems.extend(stems);
        if lead {
            self.lead.extend(stems);
        }
    }

    /// Shares of a line's content words that the body, and its lead, also have; and how many there are.
    pub(super) fn shared(&self, text: &str) -> (f32, f32, usize) {
        let all = stems(text);
        let body = all.iter().filter(|s| self.stems.contains(*s)).count();
        let lead = all.iter().filter(|s| self.lead.contains(*s)).count();
        (ratio(body, all.len()), ratio(lead, all.len()), all.len())
    }

    /// How much of the smaller vocabulary the other has too, 0 to 1.
    pub(super) fn alike(&self, other: &Self) -> f32 {
        let (small, large) = if self.stems.len() < other.stems.len() { (self, other) } else { (other, self) };
        ratio(small.stems.intersection(&large.stems).count(), small.stems.len())
    }
}

/// Content words cut to five characters (so that forms of a word meet), pairs of characters in unspaced scripts; as hashes.
pub(super) fn stems(text: &str) -> Vec<u64> {
    let hash = |chars: &mut dyn Iterator<Item = char>| {
        let mut hasher = words::Fnv::default();
        for c in chars {
            hasher.write(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        hasher.finish()
    };
    let mut out = Vec::new();
    let mut lower = String::new();
    for word in words::words(text) {
        if !word.is_ascii() && word.chars().any(|c| words::is_unspaced(c) || words::is_hangul(c)) {
            let mut chars = word.chars().peekable();
            while let (Some(a), Some(b)) = (chars.next(), chars.peek()) {
                out.push(hash(&mut [a, *b].into_iter()));
            }
            continue;
        }
        lower.clear();
        lower.extend(word.chars().flat_map(char::to_lowercase));
        if lower.chars().take(3).count() < 3 || super::language::stop_bits(&lower) != 0 {
            continue;
        }
        out.push(hash(&mut lower.chars().take(5)));
    }
    out
}

/// How far above the body a headline is looked for, in lines.
const REACH: usize = 70;

/// A candidate and its features, for choosing and for training.
pub(super) struct Candidate {
    pub(super) at: usize,
    pub(super) features: Vec<(&'static str, f32)>,
}

impl Candidate {
    pub(super) fn score(&self) -> f32 {
        WEIGHTS.score(&self.features)
    }
}

/// All lines of `from..` that could be the headline of a body that starts at `body` and runs on to `end`.
pub(super) fn candidates(
    lines: &[Line],
    marks: &[Mark],
    repeats: &[Repeat],
    from: usize,
    body: usize,
    story: &Story,
) -> Vec<Candidate> {
    let first = from.max(body.saturating_sub(REACH));
    let last = (body + 2).min(lines.len());
    (first..last).filter_map(|at| candidate(lines, marks, repeats, from, at, body, story)).collect()
}

fn candidate(
    lines: &[Line],
    marks: &[Mark],
    repeats: &[Repeat],
    from: usize,
    at: usize,
    body: usize,
    story: &Story,
) -> Option<Candidate> {
    let (line, mark) = (&lines[at], &marks[at]);
    if line.words == 0 || line.words > 45 || line.text.chars().count() < 3 {
        return None;
    }
    let strong = mark.rule.is_some_and(|rule| !rule.weak);
    if strong && repeats[at].times < 2 && line.words < 4 || mark.credit && line.words > 4 {
        return None;
    }
    let (body_share, lead_share, known) = story.shared(&line.text);
    let near = |reach: usize| at + 1..(at + 1 + reach).min(lines.len());
    let dated = near(5).any(|i| i <= body + 1 && !marks[i].dates.is_empty());
    let signed = near(5).any(|i| i <= body && marks[i].byline.as_ref().is_some_and(|b| b.explicit));
    let named = near(5).any(|i| i <= body && marks[i].byline.is_some());
    let longer_after = near(4).any(|i| i < body && lines[i].words > line.words && lines[i].words > 8);
    let distance = body.saturating_sub(at);
    let best_after = (at + 1..body).any(|i| {
        let (share, ..) = story.shared(&lines[i].text);
        lines[i].words >= 4
            && share >= body_share
            && marks[i].rule.is_none()
            && marks[i].byline.is_none()
            && marks[i].dates.is_empty()
            && !marks[i].credit
            && (4..=25).contains(&lines[i].words)
    });
    let flag = |on: bool| if on { 1.0 } else { 0.0 };
    let earlier = repeats[at].first < at;
    let features = vec![
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
