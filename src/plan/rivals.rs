//! Articles that claim an address which another article has, for a build that goes on without them (`--keep-going`).

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::claim::alias_path;
use crate::article::Header;
use crate::config::Config;
use crate::diag::{self, Diag};
use crate::index::{self, Visible};
use crate::path::OutPath;

fn header(seen: &Visible) -> &Header {
    &seen.record.items[seen.item].header
}

/// Leaves out articles until no address is claimed twice by articles. The earliest keeps its address, since its page is
/// known already; those without a date come last, and pages come before former addresses.
pub(crate) fn leave_out_rivals(visible: &mut Vec<Visible>, config: &Config) -> Vec<Diag> {
    let key = |seen: &Visible| {
        let out = index::article_path(header(seen), config).ok()?;
        Some((out.fold_key(), out))
    };
    let pages: Vec<Option<(String, OutPath)>> = visible.par_iter().with_min_len(64).map(key).collect();
    let mut order: Vec<usize> = (0..visible.len()).collect();
    let day = |at: usize| header(&visible[at]).date.map(|date| date.seconds);
    order.sort_by_key(|at| (day(*at).is_none(), day(*at), *at));

    let mut taken: BTreeMap<String, (usize, OutPath)> = BTreeMap::new();
    let mut left_out: BTreeMap<usize, Diag> = BTreeMap::new();
    let mut claim = |at: usize, key: String, out: OutPath| match taken.get(&key) {
        Some((first, theirs)) => {
            let path = |at: usize| visible[at].record.path.as_str();
            let diag = diag::url_yielded(&out.url(), path(*first), path(at), *theirs != out);
            left_out.entry(at).or_insert(diag);
        }
        None => drop(taken.insert(key, (at, out))),
    };
    for at in &order {
        if let Some((key, out)) = pages[*at].clone() {
            claim(*at, key, out);
        }
    }
    for at in &order {
        for out in header(&visible[*at]).aliases.iter().filter_map(|alias| alias_path(alias).ok()) {
            claim(*at, out.fold_key(), out);
        }
    }
    let mut at = 0..;
    visible.retain(|_| at.next().is_some_and(|at| !left_out.contains_key(&at)));
    left_out.into_values().collect()
}
