//! The headline of a page: the visible line that the head agrees with.

use std::collections::HashSet;

use super::meta::Head;
use super::tree::{Piece, Tag};
use crate::dump::line::Line;
use crate::dump::mark::ratio;
use crate::dump::words;

/// The headline's line, and the headline as the head has it where no line shows it.
pub(super) fn choose(lines: &[Line], pieces: &[Piece], head: &Head) -> (Option<usize>, Option<String>) {
    let said: Vec<String> = head
        .ld
        .headline
        .iter()
        .map(String::as_str)
        .chain(head.all("title"))
        .map(str::to_owned)
        .chain(head.title_tag.iter().flat_map(|t| [without_site(t, head), t.clone()]))
        .collect();
    let folded: Vec<String> = said.iter().map(|t| words::fold(t)).filter(|t| !t.is_empty()).collect();
    let mut best: Option<(usize, f32)> = None;
    for (at, (line, piece)) in lines.iter().zip(pieces).enumerate() {
        let level = match piece.tag {
            Tag::Heading(level) => level,
            _ => 0,
        };
        if line.words > 45 || line.words == 0 || (level == 0 && line.words < 3) {
            continue;
        }
        let agreed = folded.iter().map(|t| agreement(&line.folded, t)).fold(0.0, f32::max);
        let rank = match level {
            1 => 1.0,
            2 => 0.45,
            3 => 0.25,
            _ => 0.0,
        };
        let score = agreed * 2.0 + rank - if piece.links > 0.9 { 0.35 } else { 0.0 };
        let enough = agreed >= 0.5 || (level == 1 && line.words >= 3 && folded.is_empty());
        if enough && best.is_none_or(|(_, s)| score > s) {
            best = Some((at, score));
        }
    }
    if let Some((at, _)) = best {
        let whole = broken(lines, at, &said, head);
        return (Some(at), whole.or_else(|| part(&lines[at], &said, head)));
    }
    let only: Vec<usize> =
        (0..pieces.len()).filter(|at| pieces[*at].tag == Tag::Heading(1) && lines[*at].words >= 3).collect();
    if let [at] = only.as_slice() {
        return (Some(*at), None);
    }
    (None, said.into_iter().map(|t| without_site(&t, head)).find(|t| words::count(t) >= 2))
}

/// The headline that the head has whole and the page breaks over two lines.
fn broken(lines: &[Line], at: usize, said: &[String], head: &Head) -> Option<String> {
    let next = lines.get(at + 1)?;
    said.iter().map(|t| without_site(t, head)).find(|title| {
        let folded = words::fold(title);
        let rest = folded.strip_prefix(lines[at].folded.as_str());
        rest.is_some_and(|rest| {
            let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
            words::count(rest) >= 2 && !next.folded.is_empty() && next.folded.contains(rest)
        })
    })
}

/// The part of the line that the head has as its title: a kicker or deck may stand in the same heading.
fn part(line: &Line, said: &[String], head: &Head) -> Option<String> {
    if said
        .iter()
        .any(|t| words::fold(t) == line.folded || words::fold(&without_site(t, head)) == line.folded)
    {
        return None;
    }
    said.iter().map(|t| without_site(t, head)).find(|title| {
        let folded = words::fold(title);
        // "The ferry sails – at night": what a dash joins is one headline.
        let rest = line.folded.strip_suffix(folded.as_str()).or_else(|| {
            let rest = line.folded.strip_prefix(folded.as_str())?;
            Some(rest).filter(|rest| !rest.trim_start().starts_with(['-', ':']))
        });
        words::count(&folded) >= 3 && rest.is_some_and(|rest| words::count(rest) >= 1)
    })
}

/// How far a line and a title of the head say the same, 0 to 1: equality, containment, shared words.
fn agreement(line: &str, title: &str) -> f32 {
    if line == title {
        return 1.0;
    }
    let (a, b): (HashSet<&str>, HashSet<&str>) =
        (words::words(line).collect(), words::words(title).collect());
    let common = a.intersection(&b).count();
    let all = a.len() + b.len() - common;
    let jaccard = ratio(common, all);
    if title.starts_with(line) && a.len() >= 3 {
        return jaccard.max(0.9);
    }
    if (title.contains(line) || line.contains(title)) && a.len().min(b.len()) >= 3 {
        return jaccard.max(0.75);
    }
    jaccard
}

/// A page title without the site's name at its end or front.
fn without_site(title: &str, head: &Head) -> String {
    let site: Vec<String> = head.all("site").map(words::fold).collect();
    for mark in [" | ", " - ", " – ", " — ", " :: ", " » ", " · ", " • "] {
        if let Some((front, back)) = title.rsplit_once(mark) {
            let tail = words::fold(back);
            if site.contains(&tail)
                || (words::count(back) <= 4
                    && words::count(front) >= 3
                    && words::count(front) > words::count(back))
            {
                return without_site(front, head);
            }
        }
        if let Some((front, back)) = title.split_once(mark)
            && site.contains(&words::fold(front))
        {
            return back.to_owned();
        }
    }
    title.trim().to_owned()
}
