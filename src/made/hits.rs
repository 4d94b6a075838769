//! What the search page shows of an article that was found.

use serde_json::{Value, json};

use super::HITS;
use crate::index::{ArticleId, Shelf};
use crate::locale;
use crate::markdown;
use crate::site::Site;

/// Bytes of a summary, about.
const SUMMARY: usize = 180;

/// The articles of a file of hits.
pub(super) fn of(site: &Site, shelf: &Shelf, part: usize) -> Vec<ArticleId> {
    site.index.on_shelf(shelf).into_iter().skip(part * HITS).take(HITS).collect()
}

/// A row for each: address from the root, title, day, the day in words, section, summary, language, direction.
pub(super) fn hits(site: &Site, shelf: &Shelf, part: usize) -> Vec<u8> {
    let edition = site.config.edition(shelf.edition);
    let words = site.config.words.of(&edition.language);
    let row = |id: ArticleId| {
        let article = site.index.article(id);
        let header = article.header();
        let lang = header.lang.as_deref().unwrap_or(&site.config.edition(article.home.edition).language);
        let section =
            article.terms_in(shelf.edition).and_then(|terms| site.index.sections.get(terms.section?));
        json!([
            site.href(&article.out),
            header.title,
            header.date.map_or_else(String::new, |date| date.shown().format("%Y-%m-%d").to_string()),
            header.date.map_or_else(String::new, |date| locale::day(date, words)),
            section.map_or("", |section| &section.name),
            markdown::shorten(&header.summary, SUMMARY),
            lang,
            locale::dir(lang),
        ])
    };
    let rows: Vec<String> = of(site, shelf, part).into_iter().map(|id| Value::to_string(&row(id))).collect();
    format!("[\n{}\n]\n", rows.join(",\n")).into_bytes()
}
