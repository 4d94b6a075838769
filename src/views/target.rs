//! Where the links and pictures of a text lead on the page that shows it.

use crate::index::ArticleId;
use crate::ingredient::Ingredient;
use crate::markdown;
use crate::site::{Site, beside};

/// Where a link inside the site leads: another article by its file, or a place on the site.
pub(super) fn link_target(site: &Site, path: &str, link: &str, root: &str) -> Option<String> {
    let (target, anchor) = link.split_at(link.find(['?', '#']).unwrap_or(link.len()));
    if crate::source::Role::of(target).is_some() && !target.ends_with(".html") {
        let id = site.index.by_path(&beside(path, target)?)?;
        return Some(format!("{root}{}{anchor}", site.href(&site.index.article(id).out)));
    }
    match target.strip_prefix('/') {
        Some(target) if site.config.link_index && (target.is_empty() || target.ends_with('/')) => {
            Some(format!("{root}{target}index.html{anchor}"))
        }
        Some(target) => Some(format!("{root}{target}{anchor}")),
        None => Some(link.to_owned()),
    }
}

/// The file of a picture as `src width height`, so that its size is part of what the page is made of.
pub(super) fn picture_target(site: &Site, path: &str, src: &str, root: &str) -> Option<String> {
    let asset = beside(path, src).and_then(|file| site.pictures.get(&file));
    match (asset, src.strip_prefix('/')) {
        (Some(asset), _) => {
            let out = site.picture_out(asset)?;
            let (width, height) = asset.size.unwrap_or_default();
            Some(format!("{root}{} {width} {height}", site.href(&out)))
        }
        (None, Some(absolute)) => Some(format!("{root}{absolute} 0 0")),
        (None, None) => None,
    }
}

/// The address on the web of a picture that stands in the file at `path`.
pub(super) fn picture_url(site: &Site, path: &str, src: &str) -> Option<String> {
    let out = site.picture_out(site.pictures.get(&beside(path, src)?)?)?;
    Some(site.permalink(&out))
}

/// Reads [`picture_target`]'s text back.
pub(crate) fn picture_of(target: &str) -> markdown::Picture {
    let mut parts = target.rsplitn(3, ' ');
    let mut side = || parts.next().and_then(|n| n.parse::<u32>().ok()).filter(|n| *n > 0);
    let (height, width) = (side(), side());
    markdown::Picture { src: parts.next().unwrap_or(target).to_owned(), size: width.zip(height) }
}

/// An article's text with all targets in it resolved; `root` goes before links inside the site.
pub(super) fn body<'s>(site: &'s Site, id: ArticleId, root: &str) -> Ingredient<'s> {
    let article = site.index.article(id);
    let facts = article.facts();
    let links = facts.links.iter().map(|link| (link.as_str(), link_target(site, article.path(), link, root)));
    let images =
        facts.images.iter().map(|src| (src.as_str(), picture_target(site, article.path(), src, root)));
    Ingredient::Body { article: id, text: article.item().body, targets: links.chain(images).collect() }
}
