//! What the page of an article, and no list, sees of it.

use std::borrow::Cow;

use super::card::header_fields;
use super::person;
use super::related::related;
use super::{social_card, target, thread};
use crate::article::{Header, Kind};
use crate::index::ArticleId;
use crate::ingredient::Ingredient;
use crate::path::{self, OutPath};
use crate::site::Site;

pub(super) fn name<'s>(
    site: &'s Site,
    id: ArticleId,
    out: &'s OutPath,
    name: &str,
) -> Option<Ingredient<'s>> {
    let article = site.index.article(id);
    let header = article.header();
    let neighbour = |step: isize| {
        let run = &site.index.sections[article.home.section?].run;
        let at =
            site.index.position(run, id).filter(|_| header.date.is_some() && header.kind != Kind::Page)?;
        run.dated.get(at.checked_add_signed(step)?).copied()
    };
    Some(match name {
        "article" => article_map(site, id, header),
        "content" => target::body(site, id, &out.root()),
        "newer" => neighbour(1).map_or(Ingredient::Null, Ingredient::Card),
        "older" => neighbour(-1).map_or(Ingredient::Null, Ingredient::Card),
        "thread" => thread::thread(site, id),
        "share" => share(site, id),
        "social_card" => social_card::ingredient(site, id),
        "related" => Ingredient::cards(related(site, id).into_iter().map(|reason| reason.article)),
        "revised" => Ingredient::maybe(header.revised().map(crate::date::Moment::rfc3339)),
        _ => return None,
    })
}

fn article_map<'s>(site: &'s Site, id: ArticleId, header: &'s Header) -> Ingredient<'s> {
    let article = site.index.article(id);
    let words = article.facts().words;
    let mut fields = header_fields(site, id, header);
    let authors = article.home.authors.iter().map(|at| person::author(site, &site.index.authors[*at]));
    let authors = Ingredient::List(authors.collect());
    fields.iter_mut().filter(|(name, _)| *name == "authors").for_each(|(_, field)| *field = authors.clone());
    let corrections = header.corrections.iter().map(|correction| {
        Ingredient::Map(vec![
            ("date", Ingredient::text(correction.date.rfc3339())),
            ("text", Ingredient::text(&correction.text)),
        ])
    });
    let extra = header
        .extra
        .iter()
        .map(|(key, json)| (key.into(), from_json(serde_json::from_str(json).unwrap_or_default())));
    fields.extend([
        ("permalink", Ingredient::text(site.permalink(&article.out))),
        ("expires", Ingredient::maybe(header.expires.map(crate::date::Moment::rfc3339))),
        ("canonical", Ingredient::maybe(header.canonical.as_deref())),
        ("corrections", Ingredient::List(corrections.collect())),
        ("date_inferred", Ingredient::Bool(header.is_date_inferred())),
        ("words", Ingredient::Number(words.into())),
        ("minutes", Ingredient::Number(i64::from(words.div_ceil(READING_SPEED).max(1)))),
        ("roles", person::roles(site, article.home.edition, header)),
        ("thread", Ingredient::maybe(header.thread.as_deref())),
        ("extra", Ingredient::Table(extra.collect())),
    ]);
    Ingredient::Map(fields)
}

/// Links with which readers pass the article on: addresses only, nobody is asked before somebody follows one.
fn share(site: &Site, id: ArticleId) -> Ingredient<'_> {
    let article = site.index.article(id);
    let header = article.header();
    let lang = header.lang.as_ref().unwrap_or(&site.config.edition(article.home.edition).language);
    let (url, title) = (path::encode_all(&site.permalink(&article.out)), path::encode_all(&header.title));
    let link = |share: &'_ crate::config::Share| {
        let target = share.pattern.replace("{url}", &url).replace("{title}", &title);
        let name = match share.name.as_str() {
            "mail" => site.config.words.of(lang).word("share_mail").to_owned(),
            name => name.to_owned(),
        };
        Ingredient::link(name, target)
    };
    Ingredient::List(site.config.share.iter().map(link).collect())
}

/// Words a minute of an adult reader (Brysbaert 2019 gives 238 for English).
const READING_SPEED: u32 = 230;

fn from_json(json: serde_json::Value) -> Ingredient<'static> {
    use serde_json::Value as Json;
    match json {
        Json::Null => Ingredient::Null,
        Json::Bool(yes) => Ingredient::Bool(yes),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| Ingredient::text(number.to_string()), Ingredient::Number)
        }
        Json::String(text) => Ingredient::text(text),
        Json::Array(items) => Ingredient::List(items.into_iter().map(from_json).collect()),
        Json::Object(fields) => Ingredient::Table(
            fields.into_iter().map(|(key, value)| (Cow::Owned(key), from_json(value))).collect(),
        ),
    }
}
