//! One diff for everybody: sources against last time, recipes against the ledger, a site against its target.

use std::cmp::Ordering;

/// What became of a key between `have` and `want`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a, H, W> {
    /// Only wanted.
    Added(&'a W),
    /// In both.
    Kept(&'a H, &'a W),
    /// Only had.
    Removed(&'a H),
}

/// Walks two lists sorted by `key` in step and yields one [`Change`] for every key. The caller decides
/// whether a kept pair is equal.
pub fn diff<'a, H, W, K: Ord + ?Sized + 'a>(
    have: &'a [H],
    have_key: impl Fn(&'a H) -> &'a K,
    want: &'a [W],
    want_key: impl Fn(&'a W) -> &'a K,
) -> Vec<Change<'a, H, W>> {
    let (mut have, mut want) = (have.iter().peekable(), want.iter().peekable());
    let mut changes = Vec::with_capacity(have.len().max(want.len()));
    loop {
        let order = match (have.peek(), want.peek()) {
            (None, None) => return changes,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(h), Some(w)) => have_key(h).cmp(want_key(w)),
        };
        changes.extend(match order {
            Ordering::Less => have.next().map(Change::Removed),
            Ordering::Greater => want.next().map(Change::Added),
            Ordering::Equal => have.next().zip(want.next()).map(|(h, w)| Change::Kept(h, w)),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_both_lists() {
        let have = ["a", "b", "d"];
        let want = ["b", "c"];
        let changes: Vec<_> = diff(&have, |h| *h, &want, |w| *w);
        assert_eq!(
            changes,
            [Change::Removed(&"a"), Change::Kept(&"b", &"b"), Change::Added(&"c"), Change::Removed(&"d")]
        );
    }
}
