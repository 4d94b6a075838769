//! The verb `check`: everything that can be wrong, on the site as it would be built. Writes nothing but
//! its own cache.
//!
//! Every output is made in memory by the plan and the renderer of `build`, looked at by itself (`page`,
//! `xml`, `json_ld`, `body`), and then beside all others (`links`). An output whose recipe is that of
//! the last check is not made again.

pub mod address;
mod body;
mod cache;
pub mod embargo;
pub mod external;
pub mod facts;
mod fan_out;
pub mod json_ld;
mod links;
pub mod page;
mod place;
mod sources;
pub mod tree;
pub mod xml;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rayon::prelude::*;

use crate::body::{BodySource, NoBody};
use crate::build;
use crate::diag::{self, Diag, PageFault, Place, Severity};
use crate::disk::Dir;
use crate::index::{Article, ArticleId};
use crate::load::Wishes;
use crate::path::OutPath;
use crate::plan::{Page, Recipe, Work};
use crate::render::{self, Bodies};
use crate::site::Site;
use crate::snapshot::{self, Snapshot};

use address::{Base, To};
use cache::Cache;
use facts::{Facts, Found};
use links::{OnPage, Places};
use place::Finder;

pub use fan_out::FanOut;

/// What is to be checked.
#[derive(Clone, Debug)]
pub struct Options {
    /// The site's folder.
    pub site: PathBuf,
    /// What the command line adds to site.toml.
    pub wishes: Wishes,
    /// Ask other hosts whether links to them work.
    pub external: Option<external::Manners>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Exit code of the command.
    pub exit: u8,
    /// All complaints.
    pub diags: Vec<Diag>,
    /// Outputs of the site.
    pub outputs: usize,
    /// Of them, made and looked at; the others were known.
    pub looked: usize,
    /// Links between pages, each place once a page.
    pub links: usize,
    /// Which list is on how many pages.
    pub fan_out: Vec<FanOut>,
    /// Links to other hosts.
    pub external: external::Tally,
}

/// An output with its facts.
pub struct Looked<'p> {
    out: &'p OutPath,
    recipe: &'p Recipe,
    /// The article whose text it shows.
    article: Option<ArticleId>,
    facts: Cow<'p, Facts>,
    /// It was not known from the last time.
    is_new: bool,
}

/// Checks a site.
#[must_use]
pub fn check(options: &Options) -> Report {
    let mut report = Report::default();
    match snapshot::of_disk(&options.site, &options.wishes) {
        Ok((snapshot, _)) => report = look(options, snapshot),
        Err(diags) => report.diags = diags,
    }
    diag::sort(&mut report.diags);
    report.diags.dedup();
    report.exit = match build::exit_code(&report.diags) {
        // A site that can be made, with faults in it.
        0 | 3 | 4 if report.outputs > 0 => {
            let is_fault = |diag: &Diag| diag.severity != Severity::Note;
            if report.diags.iter().any(is_fault) { 4 } else { 0 }
        }
        exit => exit,
    };
    report
}

fn look(options: &Options, mut snapshot: Snapshot) -> Report {
    let store = Dir::new(&options.site);
    let finder = Finder::new(&store);
    let cache = Cache::load(&store);
    let bodies = std::mem::take(&mut snapshot.loaded.bodies);
    let (loaded, plan) = (&snapshot.loaded, &snapshot.plan);
    let site = &loaded.site;
    let base = Base::new(&site.config.base_url);
    let eye = Eye { site, base: &base, bodies: BodySource::new(&store, &loaded.rules, bodies) };
    let looked: Vec<Result<Looked<'_>, Diag>> =
        plan.recipes.par_iter().with_min_len(16).map(|recipe| eye.look(recipe, &cache)).collect();
    drop(eye);
    let (mut pages, mut diags) = (Vec::with_capacity(looked.len()), snapshot.diags);
    for one in looked {
        match one {
            Ok(page) => pages.push(page),
            Err(diag) => diags.push(diag),
        }
    }
    diags.dedup_by(|a, b| a.place == b.place && a.message == b.message);
    diags.extend(sources::look(loaded, &finder));
    let files: BTreeSet<&str> = loaded.records.iter().map(|record| record.path.as_str()).collect();
    let places = Places::new(&pages);
    let own = pages
        .iter()
        .enumerate()
        .flat_map(|(at, page)| page.facts.faults.iter().map(move |f| (at, f.clone())));
    let mut found: Vec<OnPage> = own.collect();
    found.extend(places.broken());
    found.extend(links::to_files(site, &files, &pages));
    diags.extend(as_diags(
        found,
        &Scene { site, base: &base, pages: &pages, places: &places, finder: &finder },
    ));
    let mut report = Report {
        outputs: plan.recipes.len(),
        looked: pages.iter().filter(|page| page.is_new).count(),
        links: pages.iter().map(|page| page.facts.links.len()).sum(),
        fan_out: fan_out::table(site, plan),
        ..Report::default()
    };
    if let Some(manners) = &options.external {
        let outside = outside(&pages, site, &finder);
        let now = options.wishes.clock.now;
        let (tally, faults) = external::ask(&options.site, &outside, manners, now);
        report.external = tally;
        diags.extend(faults);
    }
    if report.looked > 0 || cache.len() != pages.len() {
        let facts = pages.iter().map(|page| (page.out, page.recipe.fingerprint, &*page.facts));
        diags.extend(Cache::save(&options.site, facts).err());
    }
    report.diags = diags;
    report
}

/// Makes outputs and looks at them.
struct Eye<'s> {
    site: &'s Site,
    base: &'s Base,
    bodies: BodySource<'s>,
}

impl Eye<'_> {
    fn look<'p>(&self, recipe: &'p Recipe, cache: &'p Cache) -> Result<Looked<'p>, Diag> {
        let (out, article) = (&recipe.out, page_of(recipe).and_then(Page::article));
        let looked = |facts, is_new| Looked { out, recipe, article, facts, is_new };
        if let Some(facts) = cache.get(out, recipe.fingerprint) {
            return Ok(looked(Cow::Borrowed(facts), false));
        }
        let Some(page) = page_of(recipe) else { return Ok(looked(Cow::default(), false)) };
        let mut bytes = Vec::new();
        let mut written = Facts::default();
        let ids = page.bodies(self.site);
        let articles: Vec<&Article> = ids.iter().map(|id| self.site.index.article(*id)).collect();
        let render = |texts: &[&str]| {
            if article.is_some() {
                texts.iter().for_each(|text| body::look(text, &mut written));
            }
            render::page(self.site, page, out, &Bodies::new(&ids, texts), &mut bytes)
        };
        match self.bodies.with_all(&articles, render) {
            Ok(rendered) => rendered?,
            Err((NoBody::Changed, article)) => return Err(diag::changing(article.path())),
            Err((NoBody::Unreadable(diag), _)) => return Err(diag),
        }
        let text = String::from_utf8_lossy(&bytes);
        let mut facts = self.facts(out.as_str(), &text);
        facts.faults.extend(written.faults);
        facts.written = written.written;
        Ok(looked(Cow::Owned(facts), true))
    }

    fn facts(&self, out: &str, text: &str) -> Facts {
        match out.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "html" => page::look(out, text, self.base),
            "xml" | "atom" | "rss" => xml::look(out, text, self.base),
            "json" | "webmanifest" => {
                let mut facts = Facts::default();
                if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
                    facts.fault(PageFault::Json, &error.to_string(), 0);
                }
                facts
            }
            _ => Facts::default(),
        }
    }
}

fn page_of(recipe: &Recipe) -> Option<&Page> {
    match &recipe.work {
        Work::Page(page) => Some(page),
        _ => None,
    }
}

/// What a fault is shown with.
struct Scene<'s> {
    site: &'s Site,
    base: &'s Base,
    pages: &'s [Looked<'s>],
    places: &'s Places<'s>,
    finder: &'s Finder<'s>,
}

/// A fault, what was found, and the page of which it is a matter of its own.
type Group = (PageFault, String, Option<usize>);

/// Faults in words. One that many pages share is said once, with the first of them.
fn as_diags(found: Vec<OnPage>, scene: &Scene<'_>) -> Vec<Diag> {
    /// Faults for which the nearest address is looked for.
    const GUESSED: usize = 40;
    let mut groups: BTreeMap<Group, Vec<(usize, u32)>> = BTreeMap::new();
    for (at, Found { fault, what, line }) in found {
        // What stands in an article's text is its own; so are faults without particulars.
        let own = (!fault.is_of_output()).then_some(at);
        groups.entry((fault, what, own)).or_default().push((at, line));
    }
    let mut guesses = 0;
    let diag = |((fault, what, _), on): (Group, Vec<(usize, u32)>)| {
        // An article whose text says so is the better place than a list that shows it.
        let in_text = on.iter().find_map(|(at, line)| Some((*at, scene.in_text(*at, fault, &what, *line)?)));
        let (first, place) = in_text.unwrap_or_else(|| {
            let (at, line) = on[0];
            (at, scene.in_output(at, line, on.len()))
        });
        let pages: BTreeSet<usize> = on.iter().map(|(at, _)| *at).filter(|at| *at != first).collect();
        let near = match fault {
            PageFault::Link | PageFault::Asset if guesses < GUESSED && what.starts_with('/') => {
                guesses += 1;
                scene.places.nearest(what.trim_start_matches('/')).map(|near| format!("/{near}"))
            }
            _ => None,
        };
        diag::page_fault(fault, &what, place, near.as_deref(), pages.len())
    };
    groups.into_iter().map(diag).collect()
}

impl Scene<'_> {
    /// The place in an article's text that makes a fault of its page.
    fn in_text(&self, at: usize, fault: PageFault, what: &str, line: u32) -> Option<Place> {
        let page = &self.pages[at];
        let path = self.site.index.article(page.article?).path();
        if fault == PageFault::HiddenLink {
            return Some(self.finder.line(path, line, ""));
        }
        if !fault.is_of_output() || fault == PageFault::Link && !what.starts_with('/') {
            return Some(self.finder.line(path, line, what.lines().next().unwrap_or("")));
        }
        let goes_there = |written: &str| {
            let to = match written.strip_prefix('/') {
                // In Markdown a leading slash is the site's root, wherever the site is.
                Some(rest) => self.base.resolve("index.html", rest),
                None => self.base.resolve(page.out.as_str(), written),
            };
            let To::Inside(path, anchor) = to else { return false };
            let whole = format!("/{path}");
            let is_same = |what: &str| whole == what || format!("{whole}index.html") == what;
            is_same(what)
                || what.split_once('#').is_some_and(|(path, wanted)| wanted == anchor && is_same(path))
        };
        let (written, line) = page.facts.written.iter().find(|(written, _)| goes_there(written))?;
        Some(self.finder.line(path, *line, written))
    }

    /// The output, or the file that it is made of.
    fn in_output(&self, at: usize, line: u32, pages: usize) -> Place {
        let page = &self.pages[at];
        match page.article {
            Some(id) if pages == 1 => Place::file(self.site.index.article(id).path()),
            _ if line > 0 => Place::at(format!("/{}", page.out), line as usize, 1),
            _ => Place::file(format!("/{}", page.out)),
        }
    }
}

/// Links to other hosts, each with the first place that has it.
fn outside(pages: &[Looked<'_>], site: &Site, finder: &Finder<'_>) -> BTreeMap<String, Place> {
    let mut outside: BTreeMap<String, Place> = BTreeMap::new();
    for page in pages {
        for link in &page.facts.links {
            let To::Outside(url) = &link.to else { continue };
            let url = url.split('#').next().unwrap_or(url);
            if outside.contains_key(url) {
                continue;
            }
            let written =
                page.facts.written.iter().find(|(written, _)| written.split('#').next() == Some(url));
            let path = page.article.map(|id| site.index.article(id).path());
            let place = match (written, path) {
                (Some((written, line)), Some(path)) => finder.line(path, *line, written),
                _ => Place::at(format!("/{}", page.out), link.line as usize, 1),
            };
            outside.insert(url.to_owned(), place);
        }
    }
    outside
}
