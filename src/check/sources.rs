//! What is wrong with the sources though every page of them can be made.

use std::collections::BTreeMap;

use super::place::Finder;
use crate::article::Kind;
use crate::diag::{self, Diag};
use crate::load::Loaded;
use crate::source::Role;
use crate::{review, site, tags};

/// Looks at headlines, pictures, tags and review flags.
#[must_use]
pub(super) fn look(loaded: &Loaded, finder: &Finder<'_>) -> Vec<Diag> {
    let mut diags = headlines(loaded, finder);
    diags.extend(lead_pictures(loaded, finder));
    diags.extend(twins(loaded));
    diags.extend(orphans(loaded));
    diags.extend(flags(loaded, finder));
    diags
}

/// Headlines that two articles of one language have.
fn headlines(loaded: &Loaded, finder: &Finder<'_>) -> Vec<Diag> {
    let site = &loaded.site;
    let mut first: BTreeMap<(Option<&str>, &str), &str> = BTreeMap::new();
    let mut diags = Vec::new();
    for id in site.index.ids() {
        let article = site.index.article(id);
        let header = article.header();
        match first.get(&(header.lang.as_deref(), header.title.as_str())) {
            Some(other) => diags.push(diag::same_title(
                finder.key(article.path(), "title"),
                &header.title,
                finder.key(other, "title"),
            )),
            None => {
                first.insert((header.lang.as_deref(), &header.title), article.path());
            }
        }
    }
    diags
}

/// Lead pictures without a text alternative or a credit.
fn lead_pictures(loaded: &Loaded, finder: &Finder<'_>) -> Vec<Diag> {
    let site = &loaded.site;
    let mut diags = Vec::new();
    let is_blank = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    for id in site.index.ids() {
        let article = site.index.article(id);
        let Some(image) = &article.header().image else { continue };
        let Some(src) = &image.src else { continue };
        if is_blank(&image.alt) {
            diags.push(diag::no_alt(finder.key(article.path(), "image"), src));
        }
        if is_blank(&image.credit) && article.header().kind != Kind::Page {
            diags.push(diag::no_credit(finder.key(article.path(), "image"), src));
        }
    }
    diags
}

/// Tags that are probably one.
fn twins(loaded: &Loaded) -> Vec<Diag> {
    let site = &loaded.site;
    let articles = site.index.ids().map(|id| site.index.article(id).header().tags.as_slice());
    let tags = tags::count(articles, &site.config);
    let quoted =
        |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let merges = tags::merges(&tags).into_iter();
    merges.map(|merge| diag::tag_twins(&merge.name, &quoted(&merge.others), merge.why)).collect()
}

/// Pictures that no article shows, hidden ones neither.
fn orphans(loaded: &Loaded) -> Vec<Diag> {
    let mut wanted = std::collections::BTreeSet::new();
    for record in &loaded.records {
        for item in &record.items {
            let lead = item.header.image.as_ref().and_then(|image| image.src.as_deref());
            let named = lead.into_iter().chain(item.facts.images.iter().map(String::as_str));
            wanted.extend(named.filter_map(|src| site::beside(&record.path, src)));
        }
    }
    let pictures = loaded.sources.iter().map(|seen| seen.path.as_str());
    let pictures =
        pictures.filter(|path| path.starts_with("content/") && Role::of(path) == Some(Role::Picture));
    pictures.filter(|path| !wanted.contains(*path)).map(diag::orphan_picture).collect()
}

/// Review flags, by rule.
fn flags(loaded: &Loaded, finder: &Finder<'_>) -> Vec<Diag> {
    let site = &loaded.site;
    let mut rules: BTreeMap<String, (usize, &str)> = BTreeMap::new();
    for id in site.index.ids() {
        let article = site.index.article(id);
        for flag in &article.header().review {
            rules.entry(review::rule(flag)).or_insert((0, article.path())).0 += 1;
        }
    }
    rules
        .into_iter()
        .map(|(rule, (count, path))| diag::review_flags(finder.key(path, "review"), &rule, count))
        .collect()
}
