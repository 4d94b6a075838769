//! The part of a plan that a change can reach, when a site was made from the one before.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::claim::{Claim, claims};
use super::fingerprint::{Mentions, fingerprint};
use super::scope::Scope;
use super::{Planned, Recipe, TEMPLATES};
use crate::fingerprint::Fingerprint;
use crate::index::Renumbered;
use crate::path::OutPath;
use crate::site::Site;
use crate::views;

/// What of the plan may be another than before; every other recipe is as it was.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Recipes to compare with those of before, sorted by path.
    pub recipes: Vec<Recipe>,
    /// Outputs of before that there are none of any more, sorted.
    pub gone: Vec<OutPath>,
    /// What could be reached before, sorted by path.
    pub before: Vec<Planned>,
}

/// Templates of pages that a change reaches some of: what all of them show must be as it was.
const OF_MANY: [&str; 6] = ["article.html", "list.html", "feed.xml", "atom.xml", "feed.json", "sitemap.xml"];

impl Reach {
    /// Plans what the change from one site to the other can reach. `outs` are all outputs of before, sorted, and `shown` the
    /// shared views of before with their fingerprints. `None` when it can reach everything, or when there is something to
    /// complain about.
    #[must_use]
    pub fn of(
        before: &Site,
        site: &Site,
        renumbered: &Renumbered,
        outs: &[&str],
        shown: &[(String, Fingerprint)],
    ) -> Option<Self> {
        if views::is_split(before) != views::is_split(site) || disturbs_many(site, shown) {
            return None;
        }
        let scopes = Scope::between(before, site, renumbered)?;
        let (old, _) = claims(before, &scopes[0]);
        let (new, diags) = claims(site, &scopes[1]);
        let mut planned: Vec<Planned> =
            old.into_iter().map(|Claim { out, work, .. }| Planned { out, work }).collect();
        planned.sort_unstable_by(|a, b| a.out.cmp(&b.out));
        let old: BTreeSet<&OutPath> = planned.iter().map(|planned| &planned.out).collect();
        let now: BTreeSet<&OutPath> = new.iter().map(|claim| &claim.out).collect();
        let gone: Vec<OutPath> =
            old.iter().filter(|out| !now.contains(*out)).map(|out| OutPath::clone(out)).collect();
        let is_there = |out: &str| outs.binary_search(&out).is_ok();
        // Each path has one claim, and none is that of a page which the change does not reach.
        let is_own = |out: &OutPath| old.contains(out) || !is_there(out.as_str());
        let fresh: Vec<&OutPath> = now.iter().copied().filter(|out| !old.contains(out)).collect();
        let leads_away = site.config.redirects.values().any(|to| to.starts_with('/'));
        if !diags.is_empty()
            || now.len() != new.len()
            || !now.iter().all(|out| is_own(out))
            || !gone.iter().all(|out| is_there(out.as_str()))
            || !gone.is_empty() && leads_away
            || collide(&fresh, outs, &gone)
        {
            return None;
        }
        let mentions = Mentions::of(site, TEMPLATES);
        let recipe = |Claim { out, work, .. }: Claim| {
            let fingerprint = fingerprint(site, &mentions, &out, &work);
            Recipe { out, work, fingerprint }
        };
        let mut recipes: Vec<Recipe> = new.into_par_iter().map(recipe).collect();
        recipes.sort_unstable_by(|a, b| a.out.cmp(&b.out));
        Some(Self { recipes, gone, before: planned })
    }
}

/// Whether a shared view is another than before that a template mentions of which there are many pages.
fn disturbs_many(site: &Site, shown: &[(String, Fingerprint)]) -> bool {
    let other: BTreeSet<&str> = shown
        .iter()
        .filter(|(name, before)| site.view_fingerprint(name) != Some(*before))
        .map(|(name, _)| name.as_str())
        .collect();
    let shows = |name: &String| {
        let forms = other.iter().any(|view| views::is_form(name, view));
        forms || site.config.edition_ids().any(|id| other.contains(views::key(name, id).as_ref()))
    };
    OF_MANY.iter().flat_map(|template| site.templates.names(template)).any(shows)
}

/// Whether a path that is new is, for a host or a file system, that of another output.
fn collide(fresh: &[&OutPath], outs: &[&str], gone: &[OutPath]) -> bool {
    if fresh.is_empty() {
        return false;
    }
    let stays = |out: &str| !gone.iter().any(|other| other.as_str() == out);
    let is_there = |out: &str| outs.binary_search(&out).is_ok() && stays(out);
    let is_folder = |path: &str| {
        let below = format!("{path}/");
        let from = outs.partition_point(|out| *out < below.as_str());
        outs[from..].iter().take_while(|out| out.starts_with(&below)).any(|out| stays(out))
    };
    let keys: BTreeSet<String> = fresh.iter().map(|out| out.fold_key()).collect();
    let is_taken = |key: &String| {
        let names = if key.is_empty() {
            ["index.html".to_owned(), "index".to_owned(), String::new(), String::new()]
        } else {
            [key.clone(), format!("{key}.html"), format!("{key}/index.html"), format!("{key}/index")]
        };
        names.iter().any(|name| is_there(name))
    };
    // Those that are not their own key but for the ending.
    let is_odd = |out: &&&str| !out.is_ascii() || out.bytes().any(|byte| byte.is_ascii_uppercase());
    let odd = outs.par_iter().with_min_len(4096).filter(is_odd).filter(|out| stays(out));
    let odd: BTreeSet<String> =
        odd.filter_map(|out| OutPath::new(out).ok()).map(|out| out.fold_key()).collect();
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    for out in fresh {
        folders.extend(out.as_str().match_indices('/').map(|(at, _)| &out.as_str()[..at]));
    }
    keys.len() != fresh.len()
        || keys.iter().any(|key| is_taken(key) || odd.contains(key))
        || folders.iter().any(|folder| is_there(folder))
        || fresh.iter().any(|out| is_folder(out.as_str()) || folders.contains(out.as_str()))
}
