//! Where the links and pictures of a text lead on the page that shows it.

use super::picture::{Files, Rendition};
use crate::index::ArticleId;
use crate::ingredient::Ingredient;
use crate::locale;
use crate::markdown::{self, Embed, Player, Targets};
use crate::site::{Site, beside};

/// Where a link inside the site leads: another article by its file, or a place on the site.
pub(super) fn link_target(site: &Site, path: &str, link: &str, root: &str) -> Option<String> {
    let (target, anchor) = link.split_at(link.find(['?', '#']).unwrap_or(link.len()));
    if crate::source::names_file(target) {
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

/// A picture in a text, with the files it has on this site.
pub(super) fn picture(site: &Site, path: &str, src: &str, root: &str) -> Option<markdown::Picture> {
    let asset = beside(path, src).and_then(|file| site.pictures.get(&file));
    let Some(asset) = asset else {
        return src.strip_prefix('/').map(|absolute| markdown::Picture::plain(format!("{root}{absolute}")));
    };
    let files = Files::of(site, asset)?;
    let set = |files: &[Rendition]| {
        let entry = |file: &Rendition| format!("{root}{} {}w", file.src, file.width);
        files.iter().map(entry).collect::<Vec<_>>().join(", ")
    };
    let words = asset.picture.as_ref().map(|facts| facts.words.clone()).unwrap_or_default();
    Some(markdown::Picture {
        src: format!("{root}{}", files.main.src),
        size: files.main.size(),
        better: files.better.iter().map(|(media_type, files)| (*media_type, set(files))).collect(),
        plain: if files.plain.len() > 1 { set(&files.plain) } else { String::new() },
        caption: words.caption,
        credit: words.credit,
        alt: words.alt,
    })
}

/// The address on the web of a picture that stands in the file at `path`.
pub(super) fn picture_url(site: &Site, path: &str, src: &str) -> Option<String> {
    let files = Files::of(site, site.pictures.get(&beside(path, src)?)?)?;
    Some(format!("{}{}", site.config.base_url, files.main.src))
}

/// What is shown of an address that stands alone in a text.
fn embed(site: &Site, id: ArticleId, url: &str, root: &str) -> Option<Embed> {
    let (provider, player) =
        site.config.embeds.iter().find_map(|provider| Some((provider, provider.play(url)?)))?;
    let article = site.index.article(id);
    let lang = article.header().lang.as_ref().unwrap_or(&site.config.edition(article.home.edition).language);
    let word = |key: &str| site.config.words.of(lang).word(key).replace("{name}", &provider.name);
    // A feed is read elsewhere, where no frame of ours is shown.
    let player = player.filter(|_| !root.contains("://")).map(|url| Player {
        url,
        label: word("embed_play"),
        note: word("embed_note"),
        lang: lang.clone(),
        dir: locale::dir(lang),
        style: format!("{root}css/newsprint.css"),
    });
    Some(Embed { label: word("embed_open"), player })
}

/// An article's text with all targets in it resolved; `root` goes before links inside the site.
pub(super) fn body<'s>(site: &'s Site, id: ArticleId, root: &str) -> Ingredient<'s> {
    let article = site.index.article(id);
    let facts = article.facts();
    let links = facts.links.iter().map(|link| (link.as_str(), link_target(site, article.path(), link, root)));
    let pictures = facts.images.iter().map(|src| (src.as_str(), picture(site, article.path(), src, root)));
    let embeds = facts.alone.iter().filter_map(|url| Some((url.as_str(), embed(site, id, url, root)?)));
    Ingredient::Body {
        article: id,
        text: article.item().body,
        links: links.collect(),
        pictures: pictures.collect(),
        embeds: embeds.collect(),
    }
}

/// A few words of the configuration as HTML, for pages that have `root` before their links.
pub(super) fn words(site: &Site, text: &str, root: &str) -> String {
    let links = markdown::facts(text).links.into_iter().map(|link| {
        let target = link_target(site, "content/", &link, root);
        (link, target)
    });
    let targets = Targets { links: links.collect(), ..Targets::default() };
    let mut html = String::new();
    markdown::render(text, &targets, &mut html);
    html
}
