//! What sitemaps list.

use super::card::revised;
use crate::index::{ArticleId, Run};
use crate::ingredient::Ingredient;
use crate::path::OutPath;
use crate::plan::{Page, Sheet, place};
use crate::site::Site;

/// What a sitemap lists.
pub(super) fn urls(site: &Site, sheet: Sheet) -> Ingredient<'static> {
    let index = &site.index;
    let url = |out: &OutPath, lastmod: Option<String>| {
        Ingredient::Map(vec![
            ("loc", Ingredient::text(site.permalink(out))),
            ("lastmod", Ingredient::maybe(lastmod)),
        ])
    };
    let article = |id: ArticleId| {
        let article = index.article(id);
        url(&article.out, revised(article.header()).map(crate::date::Moment::rfc3339))
    };
    let month =
        |year, month| index.months.get(&(year, month)).into_iter().flat_map(|run| run.dated.iter().copied());
    let lists = || {
        let terms = index.sections.iter().chain(&index.tags).chain(&index.authors);
        let terms = terms.filter(|term| !term.run.is_empty()).filter_map(|term| term.out.clone());
        let fronts = site.config.edition_ids().filter_map(|id| place(site, &Page::Front(id)));
        let front = fronts.chain(terms);
        front.map(|out| url(&out, None)).chain(index.pages.iter().map(|id| article(*id))).collect::<Vec<_>>()
    };
    let mut urls = Vec::new();
    match sheet {
        Sheet::Month(y, m) => urls.extend(month(y, m).map(article)),
        Sheet::Rest => {
            urls.extend(lists());
            urls.extend(index.all.undated.iter().map(|id| article(*id)));
        }
        Sheet::Whole => {
            urls.extend(lists());
            urls.extend(index.all.newest().map(article));
        }
    }
    Ingredient::List(urls)
}

/// What the index of sitemaps lists: each file with the newest change in it.
pub(super) fn sheets(site: &Site) -> Ingredient<'static> {
    let newest =
        |run: &Run| run.dated.iter().filter_map(|id| revised(site.index.article(*id).header())).max();
    let months =
        site.index.months.iter().map(|((year, month), run)| (Sheet::Month(*year, *month), newest(run)));
    let sheets = std::iter::once((Sheet::Rest, None)).chain(months).filter_map(|(sheet, lastmod)| {
        let out = place(site, &Page::Sitemap(sheet))?;
        Some(Ingredient::Map(vec![
            ("loc", Ingredient::text(site.permalink(&out))),
            ("lastmod", Ingredient::maybe(lastmod.map(crate::date::Moment::rfc3339))),
        ]))
    });
    Ingredient::List(sheets.collect())
}
