//! What sitemaps list, and into which files they are divided.

use super::target::picture_url;
use crate::article::Kind;
use crate::clock::{Validity, Window};
use crate::date::Moment;
use crate::index::{ArticleId, Run};
use crate::ingredient::Ingredient;
use crate::path::OutPath;
use crate::plan::{Page, Sheet, place};
use crate::site::Site;

/// Addresses up to which a site has one sitemap; more are split by month, so that old files stay.
const WHOLE: usize = 2_000;
/// Addresses in a file, at most. The protocol allows 50,000 and 50 MB.
const SHEET: usize = 20_000;
/// Entries of a News sitemap, at most.
const NEWS: usize = 1_000;
/// How long an article is news.
const NEWS_SECONDS: i64 = 48 * 3600;

/// Whether the site has an index of sitemaps.
pub(crate) fn is_split(site: &Site) -> bool {
    site.index.articles.len() > WHOLE
}

/// Every sitemap of the site.
pub(crate) fn sheets(site: &Site) -> Vec<Sheet> {
    let parts = |count: usize, size: usize| 0..count.div_ceil(size).max(1);
    let mut sheets = if is_split(site) { months_and_rest(site) } else { vec![Sheet::Whole] };
    if !site.config.sitemaps.news.is_empty() {
        sheets.extend(parts(recent(site).0.len(), NEWS).map(Sheet::News));
    }
    sheets
}

fn months_and_rest(site: &Site) -> Vec<Sheet> {
    let parts = |count: usize| 0..count.div_ceil(SHEET).max(1);
    let rest = lists(site).len() + site.index.pages.len() + site.index.all.undated.len();
    let months = site.index.months.iter().flat_map(|((year, month), run)| {
        parts(run.dated.len()).map(|part| Sheet::Month(*year, *month, part))
    });
    parts(rest).map(Sheet::Rest).chain(months).collect()
}

/// The front page, and the landing pages of sections, tags, authors and threads.
fn lists(site: &Site) -> Vec<OutPath> {
    let index = &site.index;
    let terms = index.sections.iter().chain(&index.tags).chain(&index.authors).chain(&index.threads);
    let terms = terms.filter(|term| !term.run.is_empty()).filter_map(|term| term.out.clone());
    let fronts = site.config.edition_ids().filter_map(|id| place(site, &Page::Front(id)));
    fronts.chain(terms).collect()
}

/// What a sitemap lists: `[{loc, lastmod, images, alternates}]`.
pub(super) fn urls(site: &Site, sheet: Sheet) -> Ingredient<'static> {
    let index = &site.index;
    let part = |urls: Vec<Ingredient<'static>>, part: usize| {
        Ingredient::List(urls.into_iter().skip(part * SHEET).take(SHEET).collect())
    };
    let lists = || {
        let lists = lists(site)
            .into_iter()
            .map(|out| url(site, &out, None, Vec::new(), Ingredient::List(Vec::new())));
        lists.chain(index.pages.iter().map(|id| article(site, *id))).collect::<Vec<_>>()
    };
    match sheet {
        Sheet::Month(year, month, number) => {
            let ids = index.months.get(&(year, month)).map_or(&[][..], |run| &run.dated);
            let ids = ids.iter().skip(number * SHEET).take(SHEET);
            Ingredient::List(ids.map(|id| article(site, *id)).collect())
        }
        Sheet::Rest(number) => {
            let undated = index.all.undated.iter().map(|id| article(site, *id));
            part(lists().into_iter().chain(undated).collect(), number)
        }
        Sheet::Whole => {
            let articles = index.all.newest().map(|id| article(site, id));
            Ingredient::List(lists().into_iter().chain(articles).collect())
        }
        Sheet::News(_) => Ingredient::Null,
    }
}

fn article(site: &Site, id: ArticleId) -> Ingredient<'static> {
    let article = site.index.article(id);
    let header = article.header();
    let lead = header.image.as_ref().and_then(|image| image.src.as_deref());
    let pictures = lead.into_iter().chain(article.facts().images.iter().map(String::as_str));
    let mut images: Vec<String> =
        pictures.filter_map(|src| picture_url(site, article.path(), src)).take(1_000).collect();
    images.dedup();
    let page = if header.kind == Kind::Page { Page::Standing(id) } else { Page::Article(id) };
    let versions = super::edition::alternates(site, &page);
    url(site, &article.out, header.revised().map(Moment::rfc3339), images, versions)
}

fn url(
    site: &Site,
    out: &OutPath,
    lastmod: Option<String>,
    images: Vec<String>,
    alternates: Ingredient<'static>,
) -> Ingredient<'static> {
    Ingredient::Map(vec![
        ("loc", Ingredient::text(site.permalink(out))),
        ("lastmod", Ingredient::maybe(lastmod)),
        ("images", Ingredient::texts(images)),
        ("alternates", alternates),
    ])
}

/// What the index of sitemaps lists: each file with the newest change in it.
pub(super) fn files(site: &Site) -> Ingredient<'static> {
    let newest = |run: &Run, part: usize, month: &(i32, u32)| {
        // Nearly every month is in one file.
        if run.dated.len() <= SHEET {
            return site.index.revised.get(month).copied();
        }
        let ids = run.dated.iter().skip(part * SHEET).take(SHEET);
        ids.filter_map(|id| site.index.article(*id).header().revised()).max()
    };
    let files = months_and_rest(site).into_iter().filter_map(|sheet| {
        let lastmod = match sheet {
            Sheet::Month(year, month, part) => {
                site.index.months.get(&(year, month)).and_then(|run| newest(run, part, &(year, month)))
            }
            _ => None,
        };
        let out = place(site, &Page::Sitemap(sheet))?;
        Some(Ingredient::Map(vec![
            ("loc", Ingredient::text(site.permalink(&out))),
            ("lastmod", Ingredient::maybe(lastmod.map(Moment::rfc3339))),
        ]))
    });
    Ingredient::List(files.collect())
}

/// The addresses that robots.txt tells.
pub(super) fn told(site: &Site) -> Ingredient<'static> {
    let first = if is_split(site) { Page::SitemapIndex } else { Page::Sitemap(Sheet::Whole) };
    let news = sheets(site).into_iter().filter(|sheet| matches!(sheet, Sheet::News(_))).map(Page::Sitemap);
    let outs = std::iter::once(first).chain(news).filter_map(|page| place(site, &page));
    Ingredient::texts(outs.map(|out| site.permalink(&out)))
}

/// Articles of the last 48 hours, newest first, and how long that holds. One whose date was only inferred is not news.
pub(super) fn recent(site: &Site) -> (Vec<ArticleId>, Validity) {
    let mut validity = Validity::default();
    let fresh = |id: &ArticleId| {
        let date = site.index.article(*id).header().date;
        let Some(date) = date else { return false };
        let (open, holds) =
            site.clock.ask(Window { from: None, until: Some(date.seconds.saturating_add(NEWS_SECONDS)) });
        validity = validity.and(holds);
        open
    };
    let ids: Vec<ArticleId> = site.index.all.dated.iter().rev().copied().take_while(fresh).collect();
    let certain = |id: &ArticleId| !site.index.article(*id).header().is_date_inferred();
    (ids.into_iter().filter(certain).collect(), validity)
}

/// A News sitemap's entries: `[{loc, title, date, lang}]`.
pub(super) fn news(site: &Site, part: usize) -> Ingredient<'_> {
    let ids = recent(site).0.into_iter().skip(part * NEWS).take(NEWS);
    let entry = |id: ArticleId| {
        let article = site.index.article(id);
        let header = article.header();
        let lang = header.lang.as_deref().unwrap_or(&site.config.language);
        Ingredient::Map(vec![
            ("loc", Ingredient::text(site.permalink(&article.out))),
            ("title", Ingredient::text(&header.title)),
            ("date", Ingredient::maybe(header.date.map(Moment::rfc3339))),
            ("lang", Ingredient::text(news_language(lang))),
        ])
    };
    Ingredient::List(ids.map(entry).collect())
}

/// A language as News sitemaps want it: two or three letters, Chinese alone with its script's country.
fn news_language(lang: &str) -> String {
    let tags: Vec<String> = lang.split('-').map(str::to_ascii_lowercase).collect();
    let has = |words: &[&str]| tags.iter().any(|tag| words.contains(&tag.as_str()));
    match tags.first().map(String::as_str) {
        Some("zh") if has(&["hant", "tw", "hk", "mo"]) => "zh-tw".to_owned(),
        Some("zh") => "zh-cn".to_owned(),
        Some(primary) => primary.to_owned(),
        None => String::new(),
    }
}
