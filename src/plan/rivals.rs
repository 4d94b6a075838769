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
    let page = |seen: &Visible| {
        let out = index::article_path(header(seen), config).ok()?;
        Some((out.fold_key(), out))
    };
    let former = |seen: &Visible| {
        let outs = header(seen).aliases.iter().filter_map(|alias| alias_path(alias).ok());
        outs.map(|out| (out.fold_key(), out)).collect::<Vec<_>>()
    };
    let pages: Vec<Option<(String, OutPath)>> = visible.par_iter().with_min_len(64).map(page).collect();
    let aliases: Vec<Vec<(String, OutPath)>> = visible.par_iter().with_min_len(64).map(former).collect();
    let mut keys: Vec<&str> =
        pages.iter().flatten().chain(aliases.iter().flatten()).map(|(key, _)| key.as_str()).collect();
    keys.par_sort_unstable();
    if keys.windows(2).all(|pair| pair[0] != pair[1]) {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..visible.len()).collect();
    let day = |at: usize| header(&visible[at]).date.map(|date| date.seconds);
    order.sort_by_key(|at| (day(*at).is_none(), day(*at), *at));

    let path = |at: usize| visible[at].record.path.as_str();
    let of_pages = order.iter().flat_map(|at| pages[*at].iter().map(move |claim| (*at, claim)));
    let of_aliases = order.iter().flat_map(|at| aliases[*at].iter().map(move |claim| (*at, claim)));
    let mut taken: BTreeMap<&str, (usize, &OutPath)> = BTreeMap::new();
    let mut left_out: BTreeMap<usize, Diag> = BTreeMap::new();
    for (at, (key, out)) in of_pages.chain(of_aliases) {
        if left_out.contains_key(&at) {
            continue;
        }
        match taken.get(key.as_str()) {
            Some((first, theirs)) => {
                let diag = diag::url_yielded(&out.url(), path(*first), path(at), *theirs != out);
                left_out.insert(at, diag);
            }
            None => drop(taken.insert(key, (at, out))),
        }
    }
    let mut at = 0..;
    visible.retain(|_| at.next().is_some_and(|at| !left_out.contains_key(&at)));
    left_out.into_values().collect()
}
