//! Boosted regression trees (Friedman, "Greedy function approximation", 2001) with fixed weights: the sum of what each tree says.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::headline::Features;

/// One place of a tree.
#[derive(Debug, Clone, Copy)]
enum Node {
    Leaf(f32),
    /// Values up to the threshold go to the next node, greater ones to node `over`.
    Split {
        feature: usize,
        threshold: f32,
        over: usize,
    },
}

/// Trees over named features.
pub(super) struct Trees {
    table: &'static str,
    /// Made when the features' order is seen.
    grown: OnceLock<Grown>,
}

struct Grown {
    /// First node of each tree, and the most that this tree and those after it can add: the trees that say most come first.
    roots: Vec<(usize, f32)>,
    nodes: Vec<Node>,
}

impl Trees {
    /// Reads a table: a tree a line, its nodes in preorder behind tabs, `feature<=threshold` or a leaf's number.
    pub(super) const fn new(table: &'static str) -> Self {
        Self { table, grown: OnceLock::new() }
    }

    /// The sum over all trees if it is above `least`. All calls list the same features in the same order.
    pub(super) fn score(&self, features: &Features, least: f32) -> Option<f32> {
        let Grown { roots, nodes } = self.grown.get_or_init(|| Grown::new(self.table, features));
        let leaf = |root: usize| {
            let mut at = root;
            loop {
                match nodes.get(at) {
                    Some(Node::Split { feature, threshold, over }) => {
                        at = if features[*feature].1 <= *threshold { at + 1 } else { *over };
                    }
                    Some(Node::Leaf(value)) => return *value,
                    None => return 0.0,
                }
            }
        };
        let mut sum = 0.0;
        for (root, most) in roots {
            if sum + most <= least {
                return None;
            }
            sum += leaf(*root);
        }
        (sum > least).then_some(sum)
    }
}

impl Grown {
    /// Trees that name a feature which is not listed, or are not whole, are left out.
    fn new(table: &str, features: &Features) -> Self {
        let places: HashMap<&str, usize> =
            features.iter().enumerate().map(|(at, (name, _))| (*name, at)).collect();
        let mut trees: Vec<(Vec<Node>, f32, f32)> = Vec::new();
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut tree = Vec::new();
            if branch(&mut line.split('\t'), &places, &mut tree).is_some() {
                let leaves =
                    || tree.iter().filter_map(|node| if let Node::Leaf(v) = node { Some(*v) } else { None });
                let (least, most) = (leaves().fold(f32::MAX, f32::min), leaves().fold(f32::MIN, f32::max));
                trees.push((tree, least, most));
            }
        }
        trees.sort_by(|(_, a, b), (_, c, d)| (d - c).total_cmp(&(b - a)));
        let mut nodes: Vec<Node> = Vec::new();
        let mut roots = Vec::with_capacity(trees.len());
        let mut rest: f32 = trees.iter().map(|(_, _, most)| most).sum();
        for (tree, _, most) in trees {
            let root = nodes.len();
            roots.push((root, rest));
            rest -= most;
            nodes.extend(tree.into_iter().map(|node| match node {
                Node::Split { feature, threshold, over } => {
                    Node::Split { feature, threshold, over: over + root }
                }
                Node::Leaf(value) => Node::Leaf(value),
            }));
        }
        Self { roots, nodes }
    }
}

/// Reads one node and what is below it.
fn branch<'a>(
    cells: &mut impl Iterator<Item = &'a str>,
    places: &HashMap<&str, usize>,
    nodes: &mut Vec<Node>,
) -> Option<()> {
    let cell = cells.next()?;
    let Some((name, threshold)) = cell.split_once("<=") else {
        nodes.push(Node::Leaf(cell.trim().parse().ok()?));
        return Some(());
    };
    let (feature, threshold) = (*places.get(name)?, threshold.parse().ok()?);
    let at = nodes.len();
    nodes.push(Node::Split { feature, threshold, over: 0 });
    branch(cells, places, nodes)?;
    nodes[at] = Node::Split { feature, threshold, over: nodes.len() };
    branch(cells, places, nodes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trees_are_summed() {
        let trees = Trees::new("# A comment.\na<=0.5\t-1\tb<=2\t0.25\t4\n0.5\na<=1\t3\nc<=1\t7\t8\n");
        for (a, b, want) in [(0.0, 9.0, -0.5), (0.5, 0.0, -0.5), (0.6, 2.0, 0.75), (1.0, 2.5, 4.5)] {
            let features = vec![("a", a), ("b", b)];
            let score = trees.score(&features, want - 0.01).unwrap_or(f32::NAN);
            assert!((score - want).abs() < 1e-6, "{a} {b}: {score}, not {want}");
            assert_eq!(trees.score(&features, want + 0.01), None, "{a} {b}");
        }
    }
}
