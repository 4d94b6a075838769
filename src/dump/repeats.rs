//! Which lines stand in the dump more than once, and which of those form a repeated block.

use std::collections::HashMap;

use super::line::Lines;

/// How a line repeats.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Repeat {
    /// How often the line stands in the dump.
    pub(super) times: u32,
    /// Position of its first occurrence.
    pub(super) first: usize,
    /// Position of the occurrence after this one, if any.
    pub(super) next: Option<usize>,
}

/// Repeats of all lines, by exact folded text.
pub(super) fn repeats(lines: &Lines) -> Vec<Repeat> {
    let mut seen: HashMap<&str, (usize, usize, u32), super::words::BuildQuick> =
        HashMap::with_capacity_and_hasher(lines.lines.len(), super::words::BuildQuick::default());
    let mut out: Vec<Repeat> = Vec::with_capacity(lines.lines.len());
    for (at, line) in lines.lines.iter().enumerate() {
        let entry = seen.entry(&line.folded).or_insert((at, at, 0));
        let previous = entry.1;
        entry.1 = at;
        entry.2 += 1;
        out.push(Repeat { times: 0, first: entry.0, next: None });
        if previous != at {
            out[previous].next = Some(at);
        }
    }
    for (at, line) in lines.lines.iter().enumerate() {
        out[at].times = seen.get(line.folded.as_str()).map_or(1, |entry| entry.2);
    }
    out
}
