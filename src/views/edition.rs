//! The same page in other languages: translations of an article, and the way to other editions.
//!
//! A page of an edition has a counterpart where the editions surely mean the same: front pages, articles that
//! say what they translate, sections of one slug, and the overviews. Tags, authors and months are left out, or
//! the first story of a month in one language would change pages in all others.

use crate::config::EditionId;
use crate::index::ArticleId;
use crate::ingredient::Ingredient;
use crate::locale;
use crate::plan::{self, List, Page, Part};
use crate::site::Site;

/// What a page sees of its other languages; `None` for other names.
pub(super) fn name<'s>(site: &'s Site, page: &Page, name: &str) -> Option<Ingredient<'s>> {
    Some(match name {
        "editions" => editions(site, page),
        "alternates" => alternates(site, page),
        "translations" => {
            let others = own(page).map_or(&[][..], |id| site.index.translations(id));
            let others = others.iter().filter(|other| Some(**other) != own(page));
            Ingredient::List(others.map(|id| translation(site, *id)).collect())
        }
        _ => return None,
    })
}

fn own(page: &Page) -> Option<ArticleId> {
    match page {
        Page::Article(id) | Page::Standing(id) => Some(*id),
        _ => None,
    }
}

fn lang(site: &Site, id: ArticleId) -> &str {
    let article = site.index.article(id);
    article.header().lang.as_deref().unwrap_or(&site.config.edition(article.home.edition).language)
}

fn translation(site: &Site, id: ArticleId) -> Ingredient<'_> {
    let (article, lang) = (site.index.article(id), lang(site, id));
    Ingredient::Map(vec![
        ("lang", Ingredient::text(lang)),
        ("dir", Ingredient::text(locale::dir(lang))),
        ("name", Ingredient::text(site.config.words.name(lang))),
        ("title", Ingredient::text(&article.header().title)),
        ("url", Ingredient::text(site.href(&article.out))),
    ])
}

/// The page that says in another edition what this one says here.
fn counterpart(site: &Site, page: &Page, edition: EditionId) -> Option<Page> {
    Some(match page {
        Page::Front(_) => Page::Front(edition),
        Page::Article(id) | Page::Standing(id) => {
            let mut versions = site.index.translations(*id).iter();
            let version = *versions.find(|version| site.index.article(**version).home.edition == edition)?;
            if matches!(page, Page::Standing(_)) { Page::Standing(version) } else { Page::Article(version) }
        }
        Page::List { list: List::All(_), part: Part::Landing } => {
            Page::List { list: List::All(edition), part: Part::Landing }
        }
        Page::List { list: List::Section(at), part: Part::Landing } => {
            let slug = &site.index.sections[*at].slug;
            let same = |term: &crate::index::Term| {
                term.edition == edition && term.slug == *slug && !term.run.is_empty()
            };
            let list = List::Section(site.index.sections.iter().position(same)?);
            Page::List { list, part: Part::Landing }
        }
        Page::Terms(axis, _) => Page::Terms(*axis, edition),
        Page::Archive(_) => Page::Archive(edition),
        Page::Search(_) => Page::Search(edition),
        _ => return None,
    })
}

/// Every edition, with the way to it: to this page's counterpart, else to its front page. Nothing in a paper
/// of one edition.
fn editions<'s>(site: &'s Site, page: &Page) -> Ingredient<'s> {
    if site.config.editions.len() < 2 {
        return Ingredient::List(Vec::new());
    }
    let here = page.edition(&site.index);
    let entry = |id: EditionId| {
        let edition = site.config.edition(id);
        let there = if id == here { Some(page.clone()) } else { counterpart(site, page, id) };
        let place = |page: &Page| plan::place(site, page);
        let out = there.as_ref().and_then(place).or_else(|| place(&Page::Front(id)));
        Ingredient::Map(vec![
            ("lang", Ingredient::text(&edition.language)),
            ("dir", Ingredient::text(locale::dir(&edition.language))),
            ("name", Ingredient::text(site.config.words.name(&edition.language))),
            ("title", Ingredient::text(&edition.title)),
            ("url", Ingredient::maybe(out.map(|out| site.href(&out)))),
            ("current", Ingredient::Bool(id == here)),
        ])
    };
    Ingredient::List(site.config.edition_ids().map(entry).collect())
}

/// The languages in which this page is out, itself included, as `rel="alternate" hreflang` wants them: each
/// names all others, so they agree. `x-default` is the main edition's page, else the original.
pub(super) fn alternates(site: &Site, page: &Page) -> Ingredient<'static> {
    let place = |page: &Page| plan::place(site, page).map(|out| site.permalink(&out));
    let versions: Vec<(EditionId, String, String)> = match own(page) {
        Some(id) => {
            let version = |id: &ArticleId| {
                let article = site.index.article(*id);
                (article.home.edition, lang(site, *id).to_owned(), site.permalink(&article.out))
            };
            site.index.translations(id).iter().map(version).collect()
        }
        None => {
            let here = page.edition(&site.index);
            let version = |id: EditionId| {
                let there = if id == here { Some(page.clone()) } else { counterpart(site, page, id) };
                Some((id, site.config.edition(id).language.clone(), place(&there?)?))
            };
            site.config.edition_ids().filter_map(version).collect()
        }
    };
    if versions.len() < 2 {
        return Ingredient::List(Vec::new());
    }
    let main = versions.iter().find(|(edition, ..)| *edition == EditionId::default()).unwrap_or(&versions[0]);
    let default = ("x-default".to_owned(), main.2.clone());
    let entry = |(lang, url): (String, String)| {
        Ingredient::Map(vec![("hreflang", Ingredient::text(lang)), ("url", Ingredient::text(url))])
    };
    let versions = versions.iter().map(|(_, lang, url)| (lang.clone(), url.clone()));
    Ingredient::List(versions.chain([default]).map(entry).collect())
}
