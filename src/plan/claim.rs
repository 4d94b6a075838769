//! Who claims which path: every output of the site, and the complaint when two want one.

use rayon::prelude::*;

use super::Work;
use super::page::{Axis, List, Page, Part, Sheet};
use super::place::{parts, place};
use crate::config::FeedForm;
use crate::diag::{self, Diag};
use crate::image;
use crate::index::Term;
use crate::made::Made;
use crate::path::OutPath;
use crate::site::Site;
use crate::views;

/// A claim on an output path, with the source that makes it.
pub(super) struct Claim {
    pub(super) out: OutPath,
    pub(super) work: Work,
    by: String,
}

/// Addresses up to which a site has one sitemap; more are split by month, so that old files stay.
const WHOLE_SITEMAP: usize = 2_000;

/// Every page of the site, with what claims its path.
pub(super) fn claims(site: &Site) -> (Vec<Claim>, Vec<Diag>) {
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
    claim(Page::Robots, "robots.txt");
    claim(Page::Accent, "the accent colour");
    for edition in site.config.edition_ids() {
        claim(Page::Front(edition), "the front page");
        claim(Page::NotFound(edition), "the 404 page");
        for form in FeedForm::ALL {
            claim(Page::Feed { list: List::All(edition), form }, "the site's feed");
        }
        claim(Page::Archive(edition), "the archive");
        for year in views::years(site, edition) {
            claim(Page::Year(edition, year), "the archive");
        }
        claim(Page::Terms(Axis::Tags, edition), "the list of tags");
        claim(Page::Terms(Axis::Authors, edition), "the list of authors");
    }
    for list in lists(site) {
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
    claims.extend(pictures(site));
    for (out, asset) in site.statics.iter() {
        match OutPath::new(out) {
            Ok(out) => claims.push(Claim { out, work: Work::Copy(asset.clone()), by: asset.path.clone() }),
            Err(why) => diags.push(diag::bad_path(diag::Place::file(&asset.path), "static", out, why)),
        }
    }
    (claims, diags)
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

/// All lists of the site.
pub(super) fn lists(site: &Site) -> Vec<List> {
    let index = &site.index;
    let filled =
        |terms: &[Term]| -> Vec<usize> { (0..terms.len()).filter(|at| !terms[*at].run.is_empty()).collect() };
    let mut lists: Vec<List> = site.config.edition_ids().map(List::All).collect();
    lists.extend(filled(&index.sections).into_iter().map(List::Section));
    lists.extend(filled(&index.tags).into_iter().map(List::Tag));
    lists.extend(filled(&index.authors).into_iter().map(List::Author));
    for edition in site.config.edition_ids() {
        let months = index.edition(edition).months.keys();
        lists.extend(months.map(|(year, month)| List::Month(edition, *year, *month)));
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
