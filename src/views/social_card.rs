//! The social cards of a site: which articles have one, and what is on it.

use crate::article::Kind;
use crate::index::ArticleId;
use crate::ingredient::Ingredient;
use crate::locale;
use crate::site::{Site, beside};
use crate::social_card::{SIZE, SocialCard};

/// The card of an article; `None` when it has a picture of its own, or when there are no cards.
pub(crate) fn social_card(site: &Site, id: ArticleId) -> Option<SocialCard> {
    if !site.config.social_cards {
        return None;
    }
    let article = site.index.article(id);
    let header = article.header();
    let own = header.image.as_ref().and_then(|image| beside(article.path(), image.src.as_deref()?));
    if header.kind == Kind::Page || own.is_some_and(|own| site.pictures.contains_key(&own)) {
        return None;
    }
    let edition = site.config.edition(article.home.edition);
    let lang = header.lang.as_deref().unwrap_or(&edition.language);
    let section = article.home.section.map_or("", |at| site.index.sections[at].name.as_str());
    let is_rtl = locale::dir(lang) == "rtl";
    SocialCard::new(&header.title, &edition.title, section, is_rtl, site.config.theme.accent.as_deref())
}

/// The card as pages see it.
pub(super) fn ingredient(site: &Site, id: ArticleId) -> Ingredient<'_> {
    let card = social_card(site, id).and_then(|card| Some((card.out(site.index.article(id).path())?, card)));
    let Some((out, card)) = card else { return Ingredient::Null };
    Ingredient::Map(vec![
        ("src", Ingredient::text(site.href(&out))),
        ("width", Ingredient::Number(SIZE.0.into())),
        ("height", Ingredient::Number(SIZE.1.into())),
        ("alt", Ingredient::text(card.alt())),
    ])
}
