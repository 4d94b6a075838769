//! Former addresses: where they come from and where each of them leads in the end.

use std::collections::{BTreeMap, BTreeSet};

use super::claim::alias_path;
use crate::diag::{self, Diag, Place};
use crate::path::{self, OutPath};
use crate::site::Site;

/// Where a former address leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goal {
    /// To a page of the site.
    Page(OutPath),
    /// To another site.
    Url(String),
}

/// A former address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The file that answers there.
    pub from: OutPath,
    /// Where it leads, at the end of all redirects.
    pub to: Goal,
    /// What asks for it: a source file, or a table of site.toml.
    pub by: String,
}

/// All former addresses, sorted, with chains collapsed to their ends. Complaints are about addresses that cannot be
/// made, and about redirects that lead in a circle.
pub(super) fn redirects(site: &Site) -> (Vec<Redirect>, Vec<Diag>) {
    let (mut diags, mut nowhere) = (Vec::new(), Vec::new());
    let mut found: Vec<Redirect> = Vec::new();
    let mut add = |alias: &str, to: Goal, by: &str, key: &str| match alias_path(alias) {
        Ok(from) => found.push(Redirect { from, to, by: by.to_owned() }),
        Err(why) => diags.push(diag::bad_path(Place::file(by), key, alias, why)),
    };
    let index = &site.index;
    for article in index.aliased.iter().map(|id| index.article(*id)) {
        for alias in &article.header().aliases {
            add(alias, Goal::Page(article.out.clone()), article.path(), "aliases");
        }
    }
    for tombstone in &index.tombstones {
        for alias in &tombstone.aliases {
            add(alias, Goal::Page(tombstone.out.clone()), &tombstone.path, "aliases");
        }
    }
    // Other spellings of a tag were perhaps tags of their own once.
    for edition in site.config.edition_ids() {
        let tags = index.tags_of(edition);
        let find =
            |slug: &str| tags.binary_search_by(|tag| tag.slug.as_str().cmp(slug)).ok().map(|at| &tags[at]);
        let pattern = &site.config.edition(edition).permalinks.tag;
        for (name, spellings) in &site.config.tags {
            let slug = path::slugify(name);
            let Some(out) = find(&slug).filter(|tag| !tag.run.is_empty()).and_then(|tag| tag.out.clone())
            else {
                continue;
            };
            let others: BTreeSet<String> = spellings.iter().map(|spelling| path::slugify(spelling)).collect();
            for other in others.iter().filter(|other| **other != slug && find(other).is_none()) {
                let value = |part: &str| (part == "slug").then(|| other.clone());
                if let Ok(from) = path::fill(pattern, value) {
                    add(&format!("/{from}"), Goal::Page(out.clone()), "site.toml", "tags");
                }
            }
        }
    }
    for (from, to) in &site.config.redirects {
        let goal = match to.strip_prefix('/') {
            None => Ok(Goal::Url(to.clone())),
            Some("") => OutPath::new("index.html").map(Goal::Page),
            Some(_) => alias_path(to).map(Goal::Page),
        };
        match goal {
            Ok(goal) => add(from, goal, "site.toml", "redirects"),
            Err(why) => nowhere.push(diag::bad_path(Place::file("site.toml"), "redirects", to, why)),
        }
    }
    diags.extend(nowhere);
    found.sort_by(|a, b| (&a.from, &a.to, &a.by).cmp(&(&b.from, &b.to, &b.by)));
    let next: BTreeMap<String, usize> =
        found.iter().enumerate().map(|(at, redirect)| (redirect.from.fold_key(), at)).collect();
    let mut ends: Vec<Option<Goal>> = Vec::with_capacity(found.len());
    let mut told: BTreeSet<usize> = BTreeSet::new();
    for start in 0..found.len() {
        let mut way = vec![start];
        let end = loop {
            let Goal::Page(out) = &found[way[way.len() - 1]].to else { break Some(way[way.len() - 1]) };
            let Some(step) = next.get(&out.fold_key()) else { break Some(way[way.len() - 1]) };
            if let Some(again) = way.iter().position(|at| at == step) {
                let circle = &way[again..];
                if circle.iter().all(|at| told.insert(*at)) {
                    let urls: Vec<String> =
                        circle.iter().chain([step]).map(|at| format!("/{}", found[*at].from.url())).collect();
                    diags.push(diag::redirect_circle(&urls, &found[*step].by));
                }
                break None;
            }
            way.push(*step);
        };
        ends.push(end.map(|at| found[at].to.clone()));
    }
    let collapsed = found.into_iter().zip(ends);
    (collapsed.filter_map(|(redirect, to)| Some(Redirect { to: to?, ..redirect })).collect(), diags)
}

/// All former addresses of a site that plans without complaints.
pub(crate) fn all(site: &Site) -> Vec<Redirect> {
    redirects(site).0
}
