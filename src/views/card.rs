//! What lists may see of an article.

use super::picture::image;
use crate::article::Header;
use crate::index::{ArticleId, TermId};
use crate::ingredient::Ingredient;
use crate::locale;
use crate::plan;
use crate::site::Site;

/// An article as lists may see it: never its body, nor anything counted from it.
pub(crate) fn card(site: &Site, id: ArticleId) -> Ingredient<'_> {
    Ingredient::Map(card_fields(site, id))
}

/// The fields of a card.
pub(super) fn card_fields(site: &Site, id: ArticleId) -> Vec<(&'static str, Ingredient<'_>)> {
    let article = site.index.article(id);
    let header = article.header();
    let mut fields = vec![
        ("url", Ingredient::text(site.href(&article.out))),
        ("permalink", Ingredient::text(site.permalink(&article.out))),
        ("guid", Ingredient::text(guid(site, id))),
    ];
    fields.extend(header_fields(site, id, header));
    fields
}

/// What cards and article pages both show.
pub(super) fn header_fields<'s>(
    site: &'s Site,
    id: ArticleId,
    header: &'s Header,
) -> Vec<(&'static str, Ingredient<'s>)> {
    let article = site.index.article(id);
    let terms = |at: &[usize], id: fn(usize) -> TermId| {
        Ingredient::List(at.iter().map(|at| Ingredient::Term(id(*at))).collect())
    };
    let lang = header.lang.as_deref().unwrap_or(&site.config.edition(article.home.edition).language);
    let date =
        |moment: Option<crate::date::Moment>| Ingredient::maybe(moment.map(crate::date::Moment::rfc3339));
    vec![
        ("title", Ingredient::text(&header.title)),
        ("subtitle", Ingredient::maybe(header.subtitle.as_deref())),
        (
            "kicker",
            Ingredient::maybe(
                header.extra.get("kicker").and_then(|json| serde_json::from_str::<String>(json).ok()),
            ),
        ),
        ("summary", Ingredient::text(&header.summary)),
        ("date", date(header.date)),
        ("updated", date(header.updated)),
        (
            "section",
            article.home.section.map_or(Ingredient::Null, |at| Ingredient::Term(TermId::Section(at))),
        ),
        ("tags", terms(&article.home.tags, TermId::Tag)),
        ("authors", terms(&article.home.authors, TermId::Author)),
        ("agency", Ingredient::maybe(header.agency.as_deref())),
        ("dateline", Ingredient::maybe(header.dateline.as_deref())),
        ("lang", Ingredient::text(lang)),
        ("dir", Ingredient::text(locale::dir(lang))),
        ("image", header.image.as_ref().map_or(Ingredient::Null, |own| image(site, article.path(), own))),
        ("kind", Ingredient::text(header.kind.word())),
    ]
}

/// A feed id that survives a change of address: a tag URI (RFC 4151) of the oldest one known.
fn guid(site: &Site, id: ArticleId) -> String {
    let article = site.index.article(id);
    let header = article.header();
    if let Some(id) = &header.id {
        return id.clone();
    }
    let host = site.config.base_url.split("://").nth(1).unwrap_or("").split(['/', ':']).next().unwrap_or("");
    // The first alias is the oldest; it was an address like this one, so it is written in the same way.
    let alias = header.aliases.first().and_then(|alias| plan::alias_path(alias).ok());
    let first = alias.as_ref().unwrap_or(&article.out).url();
    format!("tag:{host},2026:/{first}")
}
