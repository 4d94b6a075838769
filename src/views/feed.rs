//! What a feed sees.

use super::head::title;
use super::target;
use crate::config::{FeedForm, Feeds};
use crate::date::Moment;
use crate::index::ArticleId;
use crate::ingredient::Ingredient;
use crate::path::OutPath;
use crate::plan::{self, List, Page, Part, feed_members};
use crate::site::Site;

/// The feeds of a list in all formats: `[{type, url}]`.
pub(super) fn feeds(site: &Site, list: List) -> Ingredient<'static> {
    let feeds = places(site, list).map(|(form, out)| {
        Ingredient::Map(vec![
            ("type", Ingredient::text(form.media_type())),
            ("url", Ingredient::text(site.href(&out))),
        ])
    });
    Ingredient::List(feeds.collect())
}

/// The feed that readers are pointed to: the first of its formats.
pub(super) fn first(site: &Site, list: List) -> Option<OutPath> {
    places(site, list).next().map(|(_, out)| out)
}

fn places(site: &Site, list: List) -> impl Iterator<Item = (FeedForm, OutPath)> {
    FeedForm::ALL
        .into_iter()
        .filter_map(move |form| Some((form, plan::place(site, &Page::Feed { list, form })?)))
}

pub(super) fn name<'s>(
    site: &'s Site,
    list: List,
    form: FeedForm,
    out: &OutPath,
    name: &str,
) -> Option<Ingredient<'s>> {
    let edition = site.config.edition(list.edition(&site.index));
    Some(match name {
        "feed" => {
            let landing = plan::place(site, &Page::List { list, part: Part::Landing });
            let front = || plan::place(site, &Page::Front(list.edition(&site.index)));
            let landing = if matches!(list, List::All(_)) { front() } else { landing.or_else(front) };
            let url = landing.map_or_else(|| site.config.base_url.clone(), |out| site.permalink(&out));
            let revisions = feed_members(site, list)
                .into_iter()
                .filter_map(|id| site.index.article(id).header().revised());
            let newest = match list {
                List::Corrections => {
                    let last = site.index.corrections.last();
                    last.map(|(id, at)| site.index.article(*id).header().corrections[*at].date)
                }
                _ => revisions.max(),
            };
            Ingredient::Map(vec![
                ("title", Ingredient::text(title(site, &Page::Feed { list, form }))),
                ("url", Ingredient::text(url)),
                ("self", Ingredient::text(site.permalink(out))),
                ("lang", Ingredient::text(&edition.language)),
                ("updated", Ingredient::maybe(newest.map(Moment::rfc3339))),
                ("hubs", Ingredient::texts(&edition.feeds.hubs)),
            ])
        }
        "items" => Ingredient::cards(feed_members(site, list)),
        "entries" if list == List::Corrections => super::corrections::entries(site),
        "entries" => Ingredient::List(
            feed_members(site, list).into_iter().map(|id| entry(site, &edition.feeds, id)).collect(),
        ),
        _ => return None,
    })
}

/// An article as a feed of these carries it.
fn entry<'s>(site: &'s Site, feeds: &Feeds, id: ArticleId) -> Ingredient<'s> {
    let header = site.index.article(id).header();
    let content = match feeds.full_text {
        // A feed is read elsewhere: its links are absolute.
        true => target::body(site, id, &site.config.base_url),
        false => Ingredient::Null,
    };
    let corrections = header.corrections.iter().map(|correction| {
        Ingredient::Map(vec![
            ("date", Ingredient::text(correction.date.rfc3339())),
            ("text", Ingredient::text(&correction.text)),
        ])
    });
    Ingredient::Map(vec![
        ("card", Ingredient::Card(id)),
        ("revised", Ingredient::maybe(header.revised().map(Moment::rfc3339))),
        ("corrections", Ingredient::List(corrections.collect())),
        ("content", content),
    ])
}
