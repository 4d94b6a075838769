//! Output path -> recipe, for the whole site. Pure: it names what each page is made of and hashes it,
//! and renders nothing.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::diag::{self, Checked, Diag};
use crate::fingerprint::{Fingerprint, Hasher};
use crate::index::{ArticleId, Index, Run, Term};
use crate::ingredient::Ingredient;
use crate::path::{self, OutPath};
use crate::site::{Asset, Site};
use crate::views;

/// What a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    /// All articles.
    All,
    /// A section, by number.
    Section(usize),
    /// A tag, by number.
    Tag(usize),
    /// An author, by number.
    Author(usize),
    /// A year's month.
    Month(i32, u32),
}

impl List {
    /// Its word for templates.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Section(_) => "section",
            Self::Tag(_) => "tag",
            Self::Author(_) => "author",
            Self::Month(..) => "month",
        }
    }

    /// The section, tag or author it is of.
    #[must_use]
    pub fn term(self, index: &Index) -> Option<&Term> {
        match self {
            Self::Section(at) => index.sections.get(at),
            Self::Tag(at) => index.tags.get(at),
            Self::Author(at) => index.authors.get(at),
            Self::All | Self::Month(..) => None,
        }
    }

    /// Its articles.
    #[must_use]
    pub fn run(self, index: &Index) -> Option<&Run> {
        match self {
            Self::All => Some(&index.all),
            Self::Month(year, month) => index.months.get(&(year, month)),
            _ => self.term(index).map(|term| &term.run),
        }
    }
}

/// A page of a list. Pages are numbered from the oldest, so that a full one never changes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The newest.
    Landing,
    /// Dated articles, counted from the oldest, 1-based.
    Dated(usize),
    /// Articles without a date, a run of their own, 1-based.
    Undated(usize),
}

impl Part {
    /// As it stands in the address; `None` for the landing page.
    #[must_use]
    pub fn number(self) -> Option<String> {
        match self {
            Self::Landing => None,
            Self::Dated(number) => Some(number.to_string()),
            Self::Undated(number) => Some(format!("undated-{number}")),
        }
    }
}

/// Which terms a page of terms lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// All tags.
    Tags,
    /// All authors.
    Authors,
}

impl Axis {
    pub(crate) fn terms(self, index: &Index) -> &[Term] {
        match self {
            Self::Tags => &index.tags,
            Self::Authors => &index.authors,
        }
    }

    /// The key of its title among the theme's words, which is also its kind of page.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Tags => "all_tags",
            Self::Authors => "all_authors",
        }
    }
}

/// Which part of the site a sitemap file lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// Everything: small sites.
    Whole,
    /// A month's articles.
    Month(i32, u32),
    /// What belongs to no month: lists, standing pages, undated articles.
    Rest,
}

/// What a page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// The front page.
    Front,
    /// An article.
    Article(ArticleId),
    /// A standing page.
    Standing(ArticleId),
    /// A withdrawn article's notice, by number of the tombstone.
    Withdrawn(usize),
    /// A page of a list.
    List {
        /// What it is of.
        list: List,
        /// Which of its pages.
        part: Part,
    },
    /// All tags or all authors.
    Terms(Axis),
    /// Years and months.
    Archive,
    /// A year's months.
    Year(i32),
    /// What hosts show for an address that is not there.
    NotFound,
    /// A former address.
    Redirect {
        /// Where it leads.
        to: OutPath,
    },
    /// RSS of a list.
    Feed(List),
    /// A sitemap.
    Sitemap(Sheet),
    /// The index of sitemaps of a large site.
    SitemapIndex,
    /// robots.txt.
    Robots,
}

impl Page {
    /// The template that renders it.
    #[must_use]
    pub fn template(&self) -> &'static str {
        match self {
            Self::Front => "front.html",
            Self::Article(_) => "article.html",
            Self::Standing(_) => "page.html",
            Self::Withdrawn(_) => "notice.html",
            Self::List { .. } => "list.html",
            Self::Terms(_) => "terms.html",
            Self::Archive | Self::Year(_) => "archive.html",
            Self::NotFound => "404.html",
            Self::Redirect { .. } => "redirect.html",
            Self::Feed(_) => "feed.xml",
            Self::Sitemap(_) => "sitemap.xml",
            Self::SitemapIndex => "sitemap-index.xml",
            Self::Robots => "robots.txt",
        }
    }

    /// Its kind as templates see it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Article(_) => "article",
            Self::Standing(_) => "page",
            Self::Withdrawn(_) => "withdrawn",
            Self::List { list, .. } => list.kind(),
            Self::Terms(Axis::Tags) => "tags",
            Self::Terms(Axis::Authors) => "authors",
            Self::Archive => "archive",
            Self::Year(_) => "year",
            Self::NotFound => "404",
            Self::Redirect { .. } => "redirect",
            Self::Feed(_) => "feed",
            Self::Sitemap(_) | Self::SitemapIndex => "sitemap",
            Self::Robots => "robots",
        }
    }

    /// The article whose body is rendered in it.
    #[must_use]
    pub fn body(&self) -> Option<ArticleId> {
        match self {
            Self::Article(id) | Self::Standing(id) => Some(*id),
            _ => None,
        }
    }
}

/// Templates that pages are rendered with; every site has them all, its own or the default theme's.
pub const TEMPLATES: [&str; 14] = [
    "front.html",
    "article.html",
    "page.html",
    "notice.html",
    "list.html",
    "terms.html",
    "archive.html",
    "404.html",
    "redirect.html",
    "feed.xml",
    "sitemap.xml",
    "sitemap-index.xml",
    "robots.txt",
    "base.html",
];

/// How an output is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// By rendering a page.
    Page(Page),
    /// By copying a file.
    Copy(Asset),
}

/// An output that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Where it goes.
    pub out: OutPath,
    /// How it is made.
    pub work: Work,
}

impl Planned {
    /// The fingerprint of all that it is made of. For all outputs of a site, see [`Plan`].
    #[must_use]
    pub fn fingerprint(&self, site: &Site) -> Fingerprint {
        let template = match &self.work {
            Work::Page(page) => Some(page.template()),
            Work::Copy(_) => None,
        };
        fingerprint(site, &Mentions::of(site, template), &self.out, &self.work)
    }
}

/// All outputs of a site, sorted by path; not yet what each of them is made of.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// The outputs.
    pub outputs: Vec<Planned>,
}

impl Outline {
    /// Says what goes where. Two claims on one path are errors that name both.
    #[must_use]
    pub fn new(site: &Site) -> Checked<Self> {
        let (claims, mut diags) = claims(site);
        diags.extend(collisions(&claims));
        let mut outputs: Vec<Planned> =
            claims.into_iter().map(|Claim { out, work, .. }| Planned { out, work }).collect();
        outputs.par_sort_unstable_by(|a, b| a.out.cmp(&b.out));
        Checked { value: Self { outputs }, diags }
    }

    /// The output at a path.
    #[must_use]
    pub fn find(&self, out: &str) -> Option<&Planned> {
        self.outputs
            .binary_search_by(|planned| planned.out.as_str().cmp(out))
            .ok()
            .map(|at| &self.outputs[at])
    }
}

/// Everything one output is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// Where it goes.
    pub out: OutPath,
    /// How it is made.
    pub work: Work,
    /// Of all its ingredients; equal fingerprints, equal bytes.
    pub fingerprint: Fingerprint,
}

/// The recipes of all outputs, sorted by path.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// One recipe for each output.
    pub recipes: Vec<Recipe>,
}

/// A claim on an output path, with the source that makes it.
struct Claim {
    out: OutPath,
    work: Work,
    by: String,
}

impl Plan {
    /// Plans the site: its outline, with the fingerprint of all that each output is made of.
    #[must_use]
    pub fn new(site: &Site) -> Checked<Self> {
        let Checked { value: outline, diags } = Outline::new(site);
        let mentions = Mentions::of(site, TEMPLATES);
        let recipe = |Planned { out, work }: Planned| {
            let fingerprint = fingerprint(site, &mentions, &out, &work);
            Recipe { out, work, fingerprint }
        };
        let recipes = outline.outputs.into_par_iter().map(recipe).collect();
        Checked { value: Self { recipes }, diags }
    }
}

/// Where a name's value comes from.
enum Origin {
    /// The same on every page.
    Shared(Fingerprint),
    /// One of a few forms, shared by the pages that have it.
    Form,
    /// The page.
    Page,
}

/// What each template mentions, with the fingerprint of all that does not depend on the page.
struct Mentions<'s>(BTreeMap<&'static str, Vec<(&'s str, Origin)>>);

impl<'s> Mentions<'s> {
    fn of(site: &'s Site, templates: impl IntoIterator<Item = &'static str>) -> Self {
        let mentions = templates.into_iter().map(|template| {
            let names = site.templates.names(template).iter().map(|name| {
                let origin = match site.view_fingerprint(name) {
                    Some(view) => Origin::Shared(view),
                    None if views::FORMS.contains(&name.as_str()) => Origin::Form,
                    None => Origin::Page,
                };
                (name.as_str(), origin)
            });
            (template, names.collect())
        });
        Self(mentions.collect())
    }
}

fn fingerprint(site: &Site, mentions: &Mentions<'_>, out: &OutPath, work: &Work) -> Fingerprint {
    let mut hasher = Hasher::new();
    hasher.text(crate::ENGINE).text(out.as_str());
    let page = match work {
        Work::Copy(asset) => return hasher.tag(1).fingerprint(asset.bytes).finish(),
        Work::Page(page) => page,
    };
    let template = page.template();
    hasher.tag(2).text(template).fingerprint(site.templates.fingerprint(template));
    for (name, origin) in mentions.0.get(template).into_iter().flatten() {
        hasher.text(name);
        match origin {
            Origin::Shared(view) => {
                hasher.fingerprint(*view);
            }
            Origin::Form => {
                let form = views::form(site, page, out, name);
                hasher.fingerprint(form.and_then(|form| site.view_fingerprint(&form)).unwrap_or_default());
            }
            Origin::Page => {
                let ingredient = views::page(site, page, out, name).unwrap_or(Ingredient::Null);
                ingredient.hash(&mut hasher, &|id| site.card_fingerprint(id));
            }
        }
    }
    hasher.finish()
}

/// Where a page goes; `None` when such pages are not made.
#[must_use]
pub fn place(site: &Site, page: &Page) -> Option<OutPath> {
    let permalinks = &site.config.permalinks;
    let fill = |pattern: &str, value: &dyn Fn(&str) -> Option<String>| {
        if pattern.is_empty() { None } else { path::fill(pattern, value).ok() }
    };
    let plain = |pattern: &str| fill(pattern, &|_| None);
    match page {
        Page::Front => plain("/index.html"),
        Page::Article(id) | Page::Standing(id) => Some(site.index.article(*id).out.clone()),
        Page::Withdrawn(at) => site.index.tombstones.get(*at).map(|tombstone| tombstone.out.clone()),
        Page::List { list, part: Part::Landing } => match list {
            List::All => plain(&permalinks.all),
            List::Month(year, month) => fill(&permalinks.month, &|name| match name {
                "year" => Some(format!("{year:04}")),
                "month" => Some(format!("{month:02}")),
                _ => None,
            }),
            _ => list.term(&site.index)?.out.clone(),
        },
        Page::List { list, part } => {
            let landing = place(site, &Page::List { list: *list, part: Part::Landing })?;
            let folder = landing.as_str().trim_end_matches(".html").trim_end_matches("index");
            let pattern = format!("{}/{}", folder.trim_end_matches('/'), permalinks.numbered);
            fill(&pattern, &|name| (name == "number").then(|| part.number().unwrap_or_default()))
        }
        Page::Terms(Axis::Tags) => plain(&permalinks.tags),
        Page::Terms(Axis::Authors) => plain(&permalinks.authors),
        Page::Archive => plain(&permalinks.archive),
        Page::Year(year) => fill(&permalinks.year, &|name| (name == "year").then(|| format!("{year:04}"))),
        Page::NotFound => plain("/404.html"),
        Page::Redirect { .. } => None,
        Page::Feed(List::All) => plain(&site.config.feeds.site),
        Page::Feed(list) => list.term(&site.index)?.feed.clone(),
        Page::Sitemap(Sheet::Whole) | Page::SitemapIndex => plain("/sitemap.xml"),
        Page::Sitemap(Sheet::Rest) => plain("/sitemaps/site.xml"),
        Page::Sitemap(Sheet::Month(year, month)) => plain(&format!("/sitemaps/{year:04}-{month:02}.xml")),
        Page::Robots => plain("/robots.txt"),
    }
}

/// The pages of a list besides its landing page: none when that holds everything.
fn parts(site: &Site, run: &Run) -> (usize, usize) {
    let size = site.config.page_size;
    if run.len() <= size {
        (0, 0)
    } else {
        (run.dated.len().div_ceil(size), run.undated.len().div_ceil(size))
    }
}

/// The articles on a page of a list, newest first.
pub(crate) fn members(site: &Site, list: List, part: Part) -> Vec<ArticleId> {
    let Some(run) = list.run(&site.index) else { return Vec::new() };
    let size = site.config.page_size;
    let slice = |ids: &[ArticleId], number: usize| {
        let from = (number.saturating_sub(1) * size).min(ids.len());
        ids[from..(from + size).min(ids.len())].to_vec()
    };
    match part {
        Part::Landing => run.newest().take(size).collect(),
        Part::Dated(number) => slice(&run.dated, number).into_iter().rev().collect(),
        Part::Undated(number) => slice(&run.undated, number),
    }
}

/// The pages before and after one: (newer, older).
pub(crate) fn neighbours(site: &Site, list: List, part: Part) -> (Option<Part>, Option<Part>) {
    let Some(run) = list.run(&site.index) else { return (None, None) };
    let size = site.config.page_size;
    let (dated, undated) = parts(site, run);
    let first_undated = (undated > 0).then_some(Part::Undated(1));
    match part {
        Part::Landing if dated + undated == 0 => (None, None),
        Part::Landing => {
            // The page that holds the newest article that the landing page does not.
            let beyond = run.dated.len().checked_sub(size + 1).map(|at| Part::Dated(at / size + 1));
            (None, beyond.or(first_undated))
        }
        Part::Dated(number) => (
            Some(if number < dated { Part::Dated(number + 1) } else { Part::Landing }),
            if number > 1 { Some(Part::Dated(number - 1)) } else { first_undated },
        ),
        Part::Undated(number) => (
            Some(match number {
                1 if dated > 0 => Part::Dated(1),
                1 => Part::Landing,
                _ => Part::Undated(number - 1),
            }),
            (number < undated).then_some(Part::Undated(number + 1)),
        ),
    }
}

/// Addresses up to which a site has one sitemap; more are split by month, so that old files stay.
const WHOLE_SITEMAP: usize = 2_000;

/// What a sitemap lists.
pub(crate) fn sitemap_urls(site: &Site, sheet: Sheet) -> Ingredient<'static> {
    let index = &site.index;
    let url = |out: &OutPath, lastmod: Option<String>| {
        Ingredient::Map(vec![
            ("loc", Ingredient::text(site.permalink(out))),
            ("lastmod", Ingredient::maybe(lastmod)),
        ])
    };
    let article = |id: ArticleId| {
        let article = index.article(id);
        url(&article.out, views::revised(article.header()).map(crate::date::Moment::rfc3339))
    };
    let month =
        |year, month| index.months.get(&(year, month)).into_iter().flat_map(|run| run.dated.iter().copied());
    let lists = || {
        let terms = index.sections.iter().chain(&index.tags).chain(&index.authors);
        let terms = terms.filter(|term| !term.run.is_empty()).filter_map(|term| term.out.clone());
        let front = place(site, &Page::Front).into_iter().chain(terms);
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
pub(crate) fn sitemap_sheets(site: &Site) -> Ingredient<'static> {
    let newest =
        |run: &Run| run.dated.iter().filter_map(|id| views::revised(site.index.article(*id).header())).max();
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

/// Every page of the site, with what claims its path.
fn claims(site: &Site) -> (Vec<Claim>, Vec<Diag>) {
    let index = &site.index;
    let mut claims = Vec::with_capacity(index.articles.len() * 2);
    let mut diags = Vec::new();
    let mut claim = |page: Page, by: &str| {
        if let Some(out) = place(site, &page) {
            claims.push(Claim { out, work: Work::Page(page), by: by.to_owned() });
        }
    };
    for id in index.ids() {
        let article = index.article(id);
        let standing = article.header().kind == crate::article::Kind::Page;
        claim(if standing { Page::Standing(id) } else { Page::Article(id) }, article.path());
    }
    for (at, tombstone) in index.tombstones.iter().enumerate() {
        claim(Page::Withdrawn(at), &tombstone.path);
    }
    claim(Page::Front, "the front page");
    claim(Page::NotFound, "the 404 page");
    claim(Page::Robots, "robots.txt");
    claim(Page::Feed(List::All), "the site's feed");
    claim(Page::Archive, "the archive");
    for year in views::years(site) {
        claim(Page::Year(year), "the archive");
    }
    claim(Page::Terms(Axis::Tags), "the list of tags");
    claim(Page::Terms(Axis::Authors), "the list of authors");
    for list in lists(index) {
        let by = match list.term(index) {
            Some(term) => format!("the {} `{}`", list.kind(), term.name),
            None => "the archive".to_owned(),
        };
        claim(Page::List { list, part: Part::Landing }, &by);
        if list.term(index).is_some_and(|term| !term.run.is_empty()) {
            claim(Page::Feed(list), &by);
        }
        let (dated, undated) = list.run(index).map_or((0, 0), |run| parts(site, run));
        let numbered = (1..=dated).map(Part::Dated).chain((1..=undated).map(Part::Undated));
        for part in numbered {
            claim(Page::List { list, part }, &by);
        }
    }
    if index.articles.len() > WHOLE_SITEMAP {
        claim(Page::SitemapIndex, "the sitemap");
        claim(Page::Sitemap(Sheet::Rest), "the sitemap");
        for (year, month) in index.months.keys() {
            claim(Page::Sitemap(Sheet::Month(*year, *month)), "the sitemap");
        }
    } else {
        claim(Page::Sitemap(Sheet::Whole), "the sitemap");
    }
    let aliased =
        index.articles.iter().map(|article| (&article.out, &article.header().aliases, article.path()));
    let aliased = aliased.chain(index.tombstones.iter().map(|t| (&t.out, &t.aliases, t.path.as_str())));
    for (to, aliases, by) in aliased {
        for alias in aliases {
            match alias_path(alias) {
                Ok(out) => {
                    let work = Work::Page(Page::Redirect { to: to.clone() });
                    claims.push(Claim { out, work, by: by.to_owned() });
                }
                Err(why) => diags.push(diag::bad_path(diag::Place::file(by), "aliases", alias, why)),
            }
        }
    }
    let copies = site.pictures.values().filter_map(|asset| Some((site.picture_out(asset)?, asset)));
    let mut copies: Vec<(OutPath, &Asset)> = copies.collect();
    // The same picture beside two articles is one file.
    copies.sort_by(|a, b| a.0.cmp(&b.0));
    copies.dedup_by(|a, b| a.0 == b.0);
    claims.extend(copies.into_iter().map(|(out, asset)| Claim {
        out,
        work: Work::Copy(asset.clone()),
        by: asset.path.clone(),
    }));
    for (out, asset) in site.statics.iter() {
        match OutPath::new(out) {
            Ok(out) => claims.push(Claim { out, work: Work::Copy(asset.clone()), by: asset.path.clone() }),
            Err(why) => diags.push(diag::bad_path(diag::Place::file(&asset.path), "static", out, why)),
        }
    }
    (claims, diags)
}

/// All lists of the site.
fn lists(index: &Index) -> Vec<List> {
    let filled =
        |terms: &[Term]| -> Vec<usize> { (0..terms.len()).filter(|at| !terms[*at].run.is_empty()).collect() };
    let mut lists = vec![List::All];
    lists.extend(filled(&index.sections).into_iter().map(List::Section));
    lists.extend(filled(&index.tags).into_iter().map(List::Tag));
    lists.extend(filled(&index.authors).into_iter().map(List::Author));
    lists.extend(index.months.keys().map(|(year, month)| List::Month(*year, *month)));
    lists
}

/// The file that answers at a former address.
fn alias_path(alias: &str) -> Result<OutPath, &'static str> {
    let path = alias.trim_start_matches('/');
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if is_file {
        OutPath::new(path)
    } else {
        OutPath::new(&format!("{}/index.html", path.trim_end_matches('/')))
    }
}

/// Two claims on one path, or a file where another claim needs a folder.
fn collisions(claims: &[Claim]) -> Vec<Diag> {
    let mut keys: Vec<(String, usize)> =
        claims.par_iter().enumerate().map(|(at, claim)| (claim.out.fold_key(), at)).collect();
    keys.par_sort_unstable();
    let mut diags = Vec::new();
    for pair in keys.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        let (first, second) = (&claims[pair[0].1], &claims[pair[1].1]);
        diags.push(diag::url_taken(&second.out.url(), &first.by, &second.by, first.out != second.out));
    }
    let mut files: Vec<(&str, usize)> =
        claims.iter().enumerate().map(|(at, claim)| (claim.out.as_str(), at)).collect();
    files.sort_unstable();
    let mut folder = "";
    for (path, at) in &files {
        let Some((parent, _)) = path.rsplit_once('/') else { continue };
        if parent == folder {
            continue;
        }
        folder = parent;
        for (slash, _) in parent.match_indices('/').chain([(parent.len(), "")]) {
            let ancestor = &parent[..slash];
            if let Ok(found) = files.binary_search_by(|(file, _)| (*file).cmp(ancestor)) {
                diags.push(diag::path_kind(ancestor, &claims[files[found].1].by, &claims[*at].by));
            }
        }
    }
    diags
}
