//! Who claims which path: every output of the site, and the complaint when two want one.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::page::{Axis, List, Page, Part, Sheet};
use super::place::{self, place};
use super::redirect::{Goal, Redirect, redirects};
use super::scope::Scope;
use super::{Planned, Work};
use crate::config::{EditionId, FeedForm, RedirectForm};
use crate::diag::{self, Diag};
use crate::image;
use crate::index::{ArticleId, Shelf, Term};
use crate::made::{self, Made};
use crate::path::OutPath;
use crate::search;
use crate::site::Site;
use crate::views;

/// A claim on an output path, with the source that makes it.
pub(super) struct Claim {
    pub(super) out: OutPath,
    pub(super) work: Work,
    by: String,
}

/// Every page of the site that is to be planned, with what claims its path.
pub(super) fn claims(site: &Site, scope: &Scope) -> (Vec<Claim>, Vec<Diag>) {
    let index = &site.index;
    let ids = scope.articles(index);
    let mut claims = Vec::with_capacity(ids.len() * 2);
    let mut diags = Vec::new();
    let mut claim = |page: Page, by: &str| {
        if let Some(out) = place(site, &page) {
            claims.push(Claim { out, work: Work::Page(page), by: by.to_owned() });
        }
    };
    for id in ids {
        let article = index.article(id);
        let standing = article.header().kind == crate::article::Kind::Page;
        claim(if standing { Page::Standing(id) } else { Page::Article(id) }, article.path());
    }
    for (at, tombstone) in index.tombstones.iter().enumerate() {
        claim(Page::Withdrawn(at), &tombstone.path);
    }
    claim(Page::Robots, "robots.txt");
    for edition in site.config.edition_ids() {
        claim(Page::Front(edition), "the front page");
        claim(Page::NotFound(edition), "the 404 page");
        for form in FeedForm::ALL {
            claim(Page::Feed { list: List::All(edition), form }, "the site's feed");
        }
        claim(Page::Archive(edition), "the archive");
        claim(Page::Search(edition), "the search page");
        for year in views::years(site, edition) {
            claim(Page::Year(edition, year), "the archive");
        }
        claim(Page::Terms(Axis::Tags, edition), "the list of tags");
        claim(Page::Terms(Axis::Authors, edition), "the list of authors");
    }
    for list in lists(site) {
        let Some(pages) = scope.pages(site, list) else { continue };
        let by = match list.term(index) {
            Some(term) => format!("the {} `{}`", list.kind(), term.name),
            None => "the archive".to_owned(),
        };
        claim(Page::List { list, part: Part::Landing }, &by);
        if list.term(index).is_some_and(|term| !term.run.is_empty()) {
            for form in FeedForm::ALL {
                claim(Page::Feed { list, form }, &by);
            }
        }
        for part in pages.dated().map(Part::Dated).chain(pages.undated().map(Part::Undated)) {
            claim(Page::List { list, part }, &by);
        }
    }
    for year in std::iter::once(None).chain(views::correction_years(site).into_iter().map(Some)) {
        claim(Page::Corrections(year), "the corrections");
    }
    for form in FeedForm::ALL {
        claim(Page::Feed { list: List::Corrections, form }, "the corrections");
    }
    let is_meant = |sheet: &Sheet| match sheet {
        Sheet::Month(year, month, _) => scope.has_month((*year, *month)),
        Sheet::Whole | Sheet::Rest(_) | Sheet::News(_) => true,
    };
    for sheet in views::sheets(site).into_iter().filter(is_meant) {
        claim(Page::Sitemap(sheet), "the sitemap");
    }
    if views::is_split(site) {
        claim(Page::SitemapIndex, "the sitemap");
    }
    let (redirects, more) = redirects(site);
    diags.extend(more);
    let forms = &site.config.redirect_forms;
    if !redirects.is_empty() {
        for form in RedirectForm::RULES.into_iter().filter(|form| forms.contains(form)) {
            claim(Page::Redirects(form), "the redirects");
        }
    }
    if forms.contains(&RedirectForm::Html) {
        claims.extend(redirects.iter().map(|redirect| Claim {
            out: redirect.from.clone(),
            work: Work::Page(Page::Redirect { to: redirect.to.clone() }),
            by: redirect.by.clone(),
        }));
    }
    claims.extend(social_cards(site, scope));
    for edition in site.config.edition_ids() {
        let files = search_files(site, edition, scope);
        claims.extend(files.map(|(out, work)| Claim { out, work, by: "the search page".to_owned() }));
    }
    if !scope.is_whole() {
        return (claims, diags);
    }
    claims.extend(pictures(site));
    for (out, asset) in site.statics.iter() {
        match OutPath::new(out) {
            Ok(out) => claims.push(Claim { out, work: Work::Copy(asset.clone()), by: asset.path.clone() }),
            Err(why) => diags.push(diag::bad_path(diag::Place::file(&asset.path), "static", out, why)),
        }
    }
    diags.extend(vanished(site, &claims, &redirects));
    (claims, diags)
}

/// What a build may not do to readers who have an address: lead them to nothing.
fn vanished(site: &Site, claims: &[Claim], redirects: &[Redirect]) -> Vec<Diag> {
    /// Complaints of one sort; whoever has more of them has one mistake.
    const ENOUGH: usize = 50;
    let asks = redirects.iter().any(|redirect| redirect.by == "site.toml");
    if site.frozen.urls.is_empty() && !asks {
        return Vec::new();
    }
    let there: BTreeSet<String> = claims.par_iter().map(|claim| claim.out.fold_key()).collect();
    let to_nothing = redirects.iter().filter(|redirect| redirect.by == "site.toml").filter_map(|redirect| {
        let Goal::Page(out) = &redirect.to else { return None };
        let near = diag::nearest(out.as_str(), claims.iter().map(|claim| claim.out.as_str()));
        let gone = !there.contains(&out.fold_key());
        gone.then(|| diag::redirect_nowhere(&redirect.from.url(), &out.url(), near))
    });
    let from: BTreeSet<String> = redirects.iter().map(|redirect| redirect.from.fold_key()).collect();
    let expired: BTreeSet<String> = site.frozen.expired.iter().map(OutPath::fold_key).collect();
    let gone = site.frozen.urls.iter().filter(|(_, out)| {
        let key = out.fold_key();
        ![&there, &from, &expired].iter().any(|known| known.contains(&key))
    });
    let gone = gone.map(|(line, out)| diag::url_gone(&format!("/{}", out.url()), *line));
    to_nothing.take(ENOUGH).chain(gone.take(ENOUGH)).collect()
}

/// The files of all pictures: what is made of them, or their copies.
fn pictures(site: &Site) -> Vec<Claim> {
    let claims = site.pictures.values().flat_map(|asset| {
        let claim =
            |out: Option<OutPath>, work: Work| Some(Claim { out: out?, work, by: asset.path.clone() });
        match asset.variants(&site.config.images) {
            None => claim(image::copy_out(&asset.path, asset.bytes), Work::Copy(asset.clone()))
                .into_iter()
                .collect::<Vec<_>>(),
            Some(variants) => variants
                .iter()
                .filter_map(|variant| {
                    let made = Made::Variant { picture: asset.clone(), variant: *variant };
                    claim(variant.out(&asset.path, asset.bytes), Work::Made(made))
                })
                .collect(),
        }
    });
    let mut claims: Vec<Claim> = claims.collect();
    // The same picture beside two articles is one file.
    claims.sort_by(|a, b| a.out.cmp(&b.out));
    claims.dedup_by(|a, b| a.out == b.out);
    claims
}

/// The social cards of articles without a picture.
fn social_cards(site: &Site, scope: &Scope) -> Vec<Claim> {
    if !site.config.social_cards {
        return Vec::new();
    }
    let claim = |id: ArticleId| {
        let Planned { out, work } = social_card(site, id)?;
        Some(Claim { out, work, by: site.index.article(id).path().to_owned() })
    };
    scope.articles(&site.index).into_par_iter().filter_map(claim).collect()
}

/// The social card of an article, if it has one. It is called after its words: another headline is another file.
#[must_use]
pub fn social_card(site: &Site, id: ArticleId) -> Option<Planned> {
    let out = views::social_card(site, id)?.out(site.index.article(id).path())?;
    Some(Planned { out, work: Work::Made(Made::SocialCard(id)) })
}

/// What an edition's search page reads.
fn search_files(site: &Site, edition: EditionId, scope: &Scope) -> impl Iterator<Item = (OutPath, Work)> {
    let folder = place::search_folder(site, edition);
    let shelves = folder.iter().flat_map(|_| site.index.shelves(edition));
    let shelves = shelves.filter(|shelf| scope.has_shelf(shelf)).collect::<Vec<_>>();
    let files = move |shelf: Shelf| words_files(shelf).chain(hits_files(shelf));
    let named = move |made: Made| Some((made.search_out(folder.as_deref()?)?, Work::Made(made)));
    shelves.into_iter().flat_map(files).filter_map(named)
}

fn words_files(shelf: Shelf) -> impl Iterator<Item = Made> {
    let filters = (0..search::filters(shelf.buckets)).map(move |part| Made::Filter { shelf, part });
    (0..shelf.buckets).map(move |bucket| Made::Words { shelf, bucket }).chain(filters)
}

fn hits_files(shelf: Shelf) -> impl Iterator<Item = Made> {
    (0..shelf.len.div_ceil(made::HITS)).map(move |part| Made::Hits { shelf, part })
}

/// The search files that the texts of some articles are in.
pub(super) fn searched(site: &Site, articles: &[ArticleId]) -> Vec<Planned> {
    if !site.config.search.full_text {
        return Vec::new();
    }
    let of = |edition: EditionId| {
        let folder = place::search_folder(site, edition);
        let shelves = folder.iter().flat_map(|_| site.index.shelves(edition)).collect::<Vec<_>>();
        let holds = |shelf: &Shelf| site.index.on_shelf(shelf).iter().any(|id| articles.contains(id));
        let files = shelves.into_iter().filter(holds).flat_map(words_files);
        let planned =
            |made: Made| Some(Planned { out: made.search_out(folder.as_deref()?)?, work: Work::Made(made) });
        files.filter_map(planned).collect::<Vec<_>>()
    };
    site.config.edition_ids().flat_map(of).collect()
}

/// All lists of the site.
pub(super) fn lists(site: &Site) -> Vec<List> {
    let index = &site.index;
    let filled =
        |terms: &[Term]| -> Vec<usize> { (0..terms.len()).filter(|at| !terms[*at].run.is_empty()).collect() };
    let mut lists: Vec<List> = site.config.edition_ids().map(List::All).collect();
    lists.extend(filled(&index.sections).into_iter().map(List::Section));
    lists.extend(filled(&index.tags).into_iter().map(List::Tag));
    lists.extend(filled(&index.authors).into_iter().map(List::Author));
    lists.extend(filled(&index.threads).into_iter().map(List::Thread));
    for edition in site.config.edition_ids() {
        let months = index.edition(edition).months.keys();
        lists.extend(months.map(|(year, month)| List::Month(edition, *year, *month)));
        let days = index.edition(edition).days.keys();
        lists.extend(days.map(|(year, month, day)| List::Day(edition, *year, *month, *day)));
    }
    lists
}

/// The file that answers at a former address.
pub(crate) fn alias_path(alias: &str) -> Result<OutPath, &'static str> {
    let path = alias.trim_start_matches('/');
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if is_file {
        OutPath::new(path)
    } else {
        OutPath::new(&format!("{}/index.html", path.trim_end_matches('/')))
    }
}

/// Two claims on one path, or a file where another claim needs a folder.
pub(super) fn collisions(claims: &[Claim]) -> Vec<Diag> {
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
