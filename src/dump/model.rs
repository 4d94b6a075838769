//! The line model: a linear-chain conditional random field (Lafferty, McCallum, Pereira 2001) with fixed weights.
//!
//! Each line of an item is before the story, in it, in a gap of it (an advert, a teaser), or after it. The weights
//! are in `tables/model.tsv` and `tables/model_html.tsv`, made by `scripts/train_lines.py`; the answer is each line's probability of being body.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::article::Form;
use super::features::{self, Row};

/// Before, body, gap, after.
const STATES: usize = 4;
/// The state of body lines.
const BODY: usize = 1;

struct Model {
    /// Feature -> weight for each state.
    weights: Vec<[f32; STATES]>,
    /// From state -> to state.
    moves: [[f32; STATES]; STATES],
    first: [f32; STATES],
    last: [f32; STATES],
}

static TEXT: LazyLock<Model> =
    LazyLock::new(|| Model::new(&features::names(), include_str!("tables/model.tsv")));
static HTML: LazyLock<Model> =
    LazyLock::new(|| Model::new(&features::html_names(), include_str!("tables/model_html.tsv")));

impl Model {
    fn new(names: &[String], table: &'static str) -> Self {
        let mut rows: HashMap<&str, [f32; STATES]> = HashMap::new();
        for line in table.lines().filter(|l| !l.starts_with('#')) {
            let mut cells = line.split('\t');
            let Some(name) = cells.next() else { continue };
            let mut values = [0.0; STATES];
            for (value, cell) in values.iter_mut().zip(cells) {
                *value = cell.parse().unwrap_or(0.0);
            }
            rows.insert(name, values);
        }
        let row = |name: &str| rows.get(name).copied().unwrap_or([0.0; STATES]);
        Self {
            weights: names.iter().map(|name| row(name)).collect(),
            moves: [row(">before"), row(">body"), row(">gap"), row(">after")],
            first: row(">first"),
            last: row(">last"),
        }
    }
}

/// The probability that each line is body: forward-backward, each step scaled to sum 1.
pub(super) fn body(rows: &[Row], form: Form) -> Vec<f32> {
    let model = match form {
        Form::Text => &*TEXT,
        Form::Html => &*HTML,
    };
    let potentials: Vec<[f32; STATES]> = rows
        .iter()
        .map(|row| {
            let mut sums = [0.0; STATES];
            for (feature, value) in row {
                for (sum, weight) in sums.iter_mut().zip(&model.weights[usize::from(*feature)]) {
                    *sum += value * weight;
                }
            }
            exp_all(sums)
        })
        .collect();
    let n = potentials.len();
    if n == 0 {
        return Vec::new();
    }
    let moves = model.moves.map(|row| row.map(exp));
    let first = model.first.map(exp);
    let last = model.last.map(exp);
    let mut forward = vec![[0.0f32; STATES]; n];
    forward[0] = scaled(std::array::from_fn(|s| first[s] * potentials[0][s]));
    for at in 1..n {
        let before = forward[at - 1];
        forward[at] = scaled(std::array::from_fn(|to| {
            potentials[at][to] * (0..STATES).map(|from| before[from] * moves[from][to]).sum::<f32>()
        }));
    }
    let mut out = vec![0.0; n];
    let mut backward = scaled(last);
    for at in (0..n).rev() {
        let joint = scaled(std::array::from_fn(|s| forward[at][s] * backward[s]));
        out[at] = joint[BODY];
        let ahead = backward;
        backward = scaled(std::array::from_fn(|from| {
            (0..STATES).map(|to| moves[from][to] * potentials[at][to] * ahead[to]).sum::<f32>()
        }));
    }
    out
}

/// The lines to take for body, given each one's probability and words: those of which the expected F1 is the greatest, where F1
/// is that of the words taken (Ye et al. 2012). Where all is clear these are the lines above one half; where a story's lines are
/// doubtful, all of them or none.
pub(super) fn choose(chances: &[f32], words: impl Fn(usize) -> usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|a, b| chances[*b].total_cmp(&chances[*a]));
    let size = |at: usize| super::mark::ratio(words(at), 1);
    let expected: f32 = (0..chances.len()).map(|at| chances[at] * size(at)).sum();
    let (mut taken, mut right, mut best, mut count) = (0.0, 0.0, 0.0, 0);
    for (n, at) in order.iter().enumerate() {
        taken += size(*at);
        right += chances[*at] * size(*at);
        let f1 = 2.0 * right / (taken + expected).max(1.0);
        if f1 > best {
            (best, count) = (f1, n + 1);
        }
    }
    order.truncate(count);
    order.sort_unstable();
    order
}

fn scaled(values: [f32; STATES]) -> [f32; STATES] {
    let sum: f32 = values.iter().sum();
    if sum > 0.0 { values.map(|v| v / sum) } else { [1.0 / STATES as f32; STATES] }
}

/// Exponentials relative to the greatest.
fn exp_all(values: [f32; STATES]) -> [f32; STATES] {
    let most = values.iter().copied().fold(f32::MIN, f32::max);
    values.map(|v| exp(v - most))
}

/// e to the `x` from multiplications only: the platform's own differs in the last bit between machines, and equal
/// dumps must give equal sites everywhere.
pub(super) fn exp(x: f32) -> f32 {
    let x = x.clamp(-60.0, 60.0) / 64.0;
    let mut y = 1.0 + x * (1.0 + x * (0.5 + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x / 120.0))));
    for _ in 0..6 {
        y *= y;
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubtful_story_is_taken_whole() {
        for (chances, words, want) in [
            // Clear: what is above one half.
            (vec![0.02, 0.97, 0.95, 0.1, 0.99, 0.03], [9; 6], vec![1, 2, 4]),
            // One line is likely and the others of its story are doubtful: most of its words are in them.
            (vec![0.01, 0.55, 0.45, 0.44, 0.46, 0.01], [20; 6], vec![1, 2, 3, 4]),
            // A doubtful line that is short beside a long story costs little, a long one much.
            (vec![0.99, 0.2, 0.0, 0.0, 0.0, 0.0], [200, 400, 1, 1, 1, 1], vec![0]),
            (vec![0.0; 6], [9; 6], vec![]),
        ] {
            assert_eq!(choose(&chances, |at| words[at]), want, "{chances:?}");
        }
    }
}
