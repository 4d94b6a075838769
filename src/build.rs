//! The verb `build`: load -> plan -> diff -> render -> write -> remember.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::body::{BodySource, NoBody};
use crate::cache::Cache;
use crate::diag::{self, Diag, EMBEDDED, Place, Severity};
use crate::diff::{Change, diff};
use crate::disk::{self, Dir, Durability, Lock};
use crate::fingerprint::Fingerprint;
use crate::index::Article;
use crate::label::{self, Label};
use crate::ledger::{Head, Ledger, Memory, Tally, Written};
use crate::load::{self, Bodies, ConfigText, Listing, Loaded, Retexted, Wishes};
use crate::made::{Inputs, Trouble, Workshop};
use crate::output::{Output, Staged, Writing};
use crate::path::OutPath;
use crate::plan::{self, Page, Plan, Planned, Recipe, Work};
use crate::render;
use crate::site::{Asset, Site};
use crate::source::Rules;
use crate::store::{Stamp, Store};
use crate::theme;

/// What is to be built, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The site's folder.
    pub site: PathBuf,
    /// Where to; default: `public/` in it.
    pub output: Option<PathBuf>,
    /// What the command line adds to site.toml.
    pub wishes: Wishes,
    /// Ignore the ledger.
    pub clean: bool,
    /// Build clean beside and compare.
    pub verify: bool,
    /// Build also when every article of the last build is gone.
    pub allow_empty: bool,
}

impl Options {
    /// Where a site is built to when nothing else is said.
    #[must_use]
    pub fn default_output(site: &Path) -> PathBuf {
        site.join("public")
    }
}

/// What a build did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Exit code of the command.
    pub exit: u8,
    /// What the site holds.
    pub tally: Tally,
    /// All outputs.
    pub pages: usize,
    /// Recipes run.
    pub rendered: usize,
    /// Outputs written.
    pub written: usize,
    /// Outputs removed.
    pub removed: usize,
    /// Next instant at which output changes by time alone, seconds since 1970.
    pub next_due: Option<i64>,
    /// All complaints.
    pub diags: Vec<Diag>,
    /// Rendered outputs with the reason, for `--explain`.
    pub reasons: Vec<(OutPath, Reason)>,
    /// Where the site is.
    pub output: PathBuf,
}

/// Why an output was rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was not there before.
    New,
    /// Something it is made of changed.
    Recipe,
    /// The file was changed or removed by somebody else, or its time is too young to be trusted.
    Touched,
}

/// Hears how far a build is.
pub trait Progress: Sync {
    /// `done` of `total` outputs are looked at.
    fn step(&self, done: usize, total: usize);
}

/// Builds a site.
#[must_use]
pub fn build(options: &Options, progress: &dyn Progress) -> Report {
    let output = options.output.clone().unwrap_or_else(|| Options::default_output(&options.site));
    let mut report = Report { output: output.clone(), ..Report::default() };
    let result = Run::new(options, &output).and_then(|run| run.go(progress, &mut report));
    match result {
        Ok(()) if options.verify && !diag::any_error(&report.diags) => verify(options, &mut report),
        Ok(()) => {}
        Err(diag) => report.diags.push(diag),
    }
    diag::sort(&mut report.diags);
    report.exit = match exit_code(&report.diags) {
        0 if report.tally.left_out > 0 => 4,
        exit => exit,
    };
    report
}

/// The exit code that complaints amount to.
#[must_use]
pub fn exit_code(diags: &[Diag]) -> u8 {
    let in_config = |diag: &Diag| diag.place.as_ref().is_some_and(|place| place.path == load::CONFIG);
    let of = |diag: &Diag| match diag.code.as_ref() {
        "VERIFY" | "INTERNAL" => 1,
        _ if in_config(diag) => 2,
        "OUT-DIR" | "NO-SITE" | "USAGE" => 2,
        "LOCK" => 7,
        "IO" => 5,
        _ => 3,
    };
    let errors = diags.iter().filter(|diag| diag.severity == Severity::Error).map(of);
    let quarantined = diags.iter().any(|diag| diag.code == "DUMP-REFUSED");
    errors.min().unwrap_or(if quarantined { 4 } else { 0 })
}

/// One build: what it holds on to while it runs.
struct Run<'o> {
    options: &'o Options,
    store: Dir,
    output: Output,
    memory: Memory,
    cache: Cache,
    lock: Lock,
}

/// How often a build starts anew because a source changed under it.
const TRIES: usize = 3;

/// So many articles do not vanish at once but by mistake: a folder that is not mounted, a clock set back by years.
const MANY: u64 = 10;

/// Errors of one rendering after which it stops.
const ERROR_LIMIT: usize = 40;

impl<'o> Run<'o> {
    fn new(options: &'o Options, output: &Path) -> Result<Self, Diag> {
        let store = Dir::new(&options.site);
        if !options.site.join(load::CONFIG).exists() {
            return Err(diag::no_site(&options.site.to_string_lossy()));
        }
        let memory = Memory::of(&options.site, output);
        let output = Output::open(output)?;
        let lock = Lock::take(&memory.lock())?;
        output.tidy()?;
        for file in [memory.ledger(), memory.owned(), memory.label(), memory.kinds()] {
            disk::sweep(&file);
        }
        let cache = Cache::of(&options.site);
        Ok(Self { options, store, output, memory, cache, lock })
    }

    fn go(&self, progress: &dyn Progress, report: &mut Report) -> Result<(), Diag> {
        let wishes = &self.options.wishes;
        let circumstances = load::circumstances(wishes);
        let (ledger, damage) =
            if self.options.clean { Default::default() } else { Ledger::load(&self.memory.ledger()) };
        report.diags.extend(damage.map(diag::ledger_rebuilt));
        let mut changing = None;
        for _ in 0..TRIES {
            let config_text = load::read_config(&self.store, &self.options.site.to_string_lossy())?;
            let listing = load::list(&self.store);
            if load::is_unchanged(&listing, &config_text, &ledger, circumstances, &wishes.clock)
                && Label::is_on(&self.memory)
                && self.is_intact(&ledger)
            {
                report.tally = ledger.head.tally;
                report.pages = ledger.outputs.len();
                report.next_due = ledger.head.validity.next();
                report.diags.extend(ledger.diags.iter().cloned());
                return Ok(());
            }
            match self.retext(&listing, &config_text, &ledger, circumstances, progress, report)? {
                Retext::Done => return Ok(()),
                Retext::Changed(path) => {
                    changing = Some(path);
                    continue;
                }
                Retext::More => {}
            }
            let parsed = load::parse_config(&config_text, wishes);
            let mut diags = parsed.diags;
            let Some(config) = parsed.value else {
                report.diags.extend(diags);
                return Ok(());
            };
            let loaded = load::load(&self.store, &listing, &config_text, config, &ledger, wishes);
            diags.extend(loaded.diags);
            let diags = if wishes.keep_going { load::forgive(diags) } else { diags };
            let Some(mut loaded) = loaded.value.filter(|_| !diag::any_error(&diags)) else {
                report.diags.extend(diags);
                return Ok(());
            };
            // What only drafts or the future brought was not a part of the site that readers have.
            let Tally { articles, lifted, .. } = ledger.head.tally;
            let before = articles.saturating_sub(lifted);
            if loaded.tally.articles == 0 && before >= MANY && !self.options.allow_empty {
                report.diags.extend(diags);
                return Err(diag::site_shrank(before));
            }
            let plan = Plan::new(&loaded.site);
            let diags = [diags, plan.diags].concat();
            if diag::any_error(&diags) {
                report.diags.extend(diags);
                return Ok(());
            }
            report.tally = loaded.tally;
            report.next_due = loaded.validity.next();
            match self.make(&mut loaded, &plan.value, &ledger, progress, report)? {
                Made::Done { outputs } => {
                    report.diags.extend(diags.iter().cloned());
                    let config = std::sync::Arc::clone(&loaded.site.config);
                    let made = label::Made {
                        base_url: &config.base_url,
                        title: &config.title,
                        drafts: wishes.clock.drafts,
                        future: wishes.clock.future,
                        left_out: loaded.tally.left_out,
                        valid_until: loaded.validity.next(),
                        now: wishes.clock.now,
                    };
                    self.remember(loaded, outputs, circumstances, diags)?;
                    return Label::put(&self.memory, &made, &plan.value.recipes);
                }
                Made::Failed(errors) => {
                    report.diags.extend(diags);
                    report.diags.extend(errors);
                    return Ok(());
                }
                Made::Changed(path) => changing = Some(path),
            }
        }
        Err(diag::changing(&changing.unwrap_or_default()))
    }

    /// Whether every output is as it was written.
    fn is_intact(&self, ledger: &Ledger) -> bool {
        ledger.outputs.par_iter().with_min_len(64).all(|written| self.trusted(ledger, written))
    }

    fn trusted(&self, ledger: &Ledger, written: &Written) -> bool {
        let is_old = written.stamp.newest() < ledger.saved;
        is_old && self.output.stamp(&written.out) == Some(written.stamp)
    }

    /// The short way: only the texts of a few articles changed, so everything else is planned already. Whatever
    /// does not fit into it is left to the long one.
    fn retext(
        &self,
        listing: &Listing,
        config: &ConfigText,
        ledger: &Ledger,
        circumstances: Fingerprint,
        progress: &dyn Progress,
        report: &mut Report,
    ) -> Result<Retext, Diag> {
        /// Outputs of which only a look can tell whether they are as they were written.
        const DOUBTED: usize = 256;
        let wishes = &self.options.wishes;
        let label = Label::text(&self.memory);
        let Some(label) = label.filter(|_| ledger.takes_delta()) else { return Ok(Retext::More) };
        let Some(changed) = load::few_changed(listing, config, ledger, circumstances, &wishes.clock) else {
            return Ok(Retext::More);
        };
        // A complaint about one of them may name another line by now.
        let is_about = |diag: &Diag, path: &str| diag.place.as_ref().is_some_and(|place| place.path == path);
        if ledger.diags.iter().any(|diag| changed.iter().any(|entry| is_about(diag, &entry.path))) {
            return Ok(Retext::More);
        }
        let doubted: Vec<&Written> = ledger
            .outputs
            .par_iter()
            .with_min_len(64)
            .filter(|written| !self.trusted(ledger, written))
            .collect();
        if doubted.len() > DOUBTED {
            return Ok(Retext::More);
        }
        let Some(config) = load::parse_config(config, wishes).value else { return Ok(Retext::More) };
        let again = load::retext(&self.store, listing, &changed, config, ledger, wishes.clock);
        let Some(Retexted { site, articles, rules, bodies, mut delta }) = again else {
            return Ok(Retext::More);
        };
        let recipe = |planned: Planned| Recipe {
            fingerprint: planned.fingerprint(&site),
            out: planned.out,
            work: planned.work,
        };
        let recipes: Vec<Recipe> = plan::showing(&site, &articles).into_iter().map(recipe).collect();
        for written in doubted.iter().filter(|w| !recipes.iter().any(|recipe| recipe.out == w.out)) {
            match self.as_written(written) {
                Some(stamp) => delta.outputs.push(Written { stamp, ..Written::clone(written) }),
                None => return Ok(Retext::More),
            }
        }
        let find = |out: &OutPath| ledger.outputs.binary_search_by(|written| written.out.cmp(out)).ok();
        let jobs: Vec<(&Recipe, Option<&Written>)> =
            recipes.iter().map(|recipe| (recipe, find(&recipe.out).map(|at| &ledger.outputs[at]))).collect();
        // An output that the ledger does not know, or an article that could not be read, is for the long way.
        if jobs.iter().any(|(_, written)| written.is_none()) || !ledger.is_sound() {
            return Ok(Retext::More);
        }
        let (writing, baked) = match self.bake_all(&site, &rules, bodies, ledger, &jobs, progress)? {
            Baking::Done { writing, baked } => (writing, baked),
            Baking::Failed(_) => return Ok(Retext::More),
            Baking::Changed(path) => return Ok(Retext::Changed(path)),
        };
        if !ledger.is_sound() {
            writing.abandon();
            return Ok(Retext::More);
        }
        let outputs = self.put(writing, baked, &[], report)?;
        delta.outputs.extend(outputs);
        delta.head = Head { began: self.lock.taken, ..ledger.head.clone() };
        report.tally = ledger.head.tally;
        report.pages = ledger.outputs.len();
        report.next_due = ledger.head.validity.next();
        report.diags.extend(ledger.diags.iter().cloned());
        ledger.append(&self.memory.ledger(), &delta)?;
        // The same site with the same files, valid for as long.
        Label::put_back(&self.memory, &label)?;
        Ok(Retext::Done)
    }

    /// The stamp of an output whose bytes still are what was written.
    fn as_written(&self, written: &Written) -> Option<Stamp> {
        let len = usize::try_from(written.stamp.len).ok()?;
        let (bytes, stamp) = self.output.read_if_len(&written.out, len)?;
        (Fingerprint::of(&bytes) == written.bytes).then_some(stamp)
    }

    /// Diff, render, write.
    fn make(
        &self,
        loaded: &mut Loaded,
        plan: &Plan,
        ledger: &Ledger,
        progress: &dyn Progress,
        report: &mut Report,
    ) -> Result<Made, Diag> {
        let jobs: Vec<(&Recipe, Option<&Written>)> =
            diff(&ledger.outputs, |w| &w.out, &plan.recipes, |r| &r.out)
                .into_iter()
                .filter_map(|change| match change {
                    Change::Added(recipe) => Some((recipe, None)),
                    Change::Kept(written, recipe) => Some((recipe, Some(written))),
                    Change::Removed(_) => None,
                })
                .collect();
        let bodies = std::mem::take(&mut loaded.bodies);
        match self.bake_all(&loaded.site, &loaded.rules, bodies, ledger, &jobs, progress)? {
            Baking::Done { writing, baked } => {
                self.write(writing, baked, plan, report).map(|outputs| Made::Done { outputs })
            }
            Baking::Failed(errors) => Ok(Made::Failed(errors)),
            Baking::Changed(path) => Ok(Made::Changed(path)),
        }
    }

    /// Renders what must be, into files that nobody sees yet.
    fn bake_all(
        &self,
        site: &Site,
        rules: &Rules,
        bodies: Bodies,
        ledger: &Ledger,
        jobs: &[(&Recipe, Option<&Written>)],
        progress: &dyn Progress,
    ) -> Result<Baking, Diag> {
        let writing = self.output.begin(jobs.iter().map(|(recipe, _)| &recipe.out))?;
        let bodies = BodySource::new(&self.store, rules, bodies);
        let workshop = Workshop::default();
        let maker = Maker { run: self, site, ledger, bodies, writing: &writing, workshop };
        let (done, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let results: Vec<Result<Baked, Failure>> = jobs
            .par_iter()
            .with_min_len(8)
            .map_init(Vec::new, |buffer, (recipe, written)| {
                let at = done.fetch_add(1, Ordering::Relaxed);
                if at.is_multiple_of(256) {
                    progress.step(at, jobs.len());
                }
                if failed.load(Ordering::Relaxed) > ERROR_LIMIT {
                    return Err(Failure::Stopped);
                }
                maker.bake(recipe, *written, buffer).inspect_err(|_| {
                    failed.fetch_add(1, Ordering::Relaxed);
                })
            })
            .collect();
        progress.step(jobs.len(), jobs.len());
        drop(maker);
        self.cache.trim();
        let mut baked = Vec::with_capacity(results.len());
        let (mut errors, mut changed) = (Vec::new(), None);
        for result in results {
            match result {
                Ok(one) => baked.push(one),
                Err(Failure::Diag(diag)) => errors.push(diag),
                Err(Failure::Changed(path)) => changed = Some(path),
                Err(Failure::Stopped) => {}
            }
        }
        if changed.is_none() && errors.is_empty() {
            return Ok(Baking::Done { writing, baked });
        }
        writing.abandon();
        // One mistake in a template shows on every page: say it once, with the first page.
        errors.sort_by_key(|diag: &Diag| {
            (diag.place.as_ref().map(|p| (p.path.clone(), p.line, p.col)), diag.message.clone())
        });
        errors.dedup_by(|a, b| a.place == b.place && a.message == b.message);
        Ok(match changed {
            Some(path) if errors.is_empty() => Baking::Changed(path),
            _ => Baking::Failed(errors),
        })
    }

    /// Puts everything in place, and removes what the plan no longer has.
    fn write(
        &self,
        writing: Writing,
        baked: Vec<Baked>,
        plan: &Plan,
        report: &mut Report,
    ) -> Result<Vec<Written>, Diag> {
        let planned: Vec<&str> = plan.recipes.iter().map(|recipe| recipe.out.as_str()).collect();
        let text = self.owned();
        let mut owned: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        owned.sort_unstable();
        owned.dedup();
        let (mut all, mut gone) = (Vec::with_capacity(planned.len()), Vec::new());
        for change in diff(&owned, |out| *out, &planned, |out| *out) {
            all.push(match change {
                Change::Added(out) | Change::Kept(_, out) => *out,
                Change::Removed(out) => {
                    gone.extend(OutPath::new(out));
                    *out
                }
            });
        }
        let is_new = all.len() > owned.len();
        if is_new {
            self.own(&all)?;
        }
        report.pages = baked.len();
        report.removed = gone.len();
        let outputs = self.put(writing, baked, &gone, report)?;
        if !gone.is_empty() {
            self.own(&planned)?;
        }
        Ok(outputs)
    }

    /// Puts what was rendered in its place and removes `gone`; all outputs as they are now.
    fn put(
        &self,
        writing: Writing,
        baked: Vec<Baked>,
        gone: &[OutPath],
        report: &mut Report,
    ) -> Result<Vec<Written>, Diag> {
        let (mut outputs, mut staged, mut waiting) =
            (Vec::with_capacity(baked.len()), Vec::new(), Vec::new());
        for one in baked {
            report.rendered += usize::from(one.reason.is_some());
            report.reasons.extend(one.reason.map(|reason| (one.written.out.clone(), reason)));
            if let Some(file) = one.staged {
                waiting.push(outputs.len());
                staged.push(file);
            }
            outputs.push(one.written);
        }
        report.written = staged.len();
        if !staged.is_empty() || !gone.is_empty() {
            Label::take_off(&self.memory)?;
        }
        let stamps = writing.commit(&staged, gone)?;
        for (at, stamp) in waiting.into_iter().zip(stamps) {
            outputs[at].stamp = stamp;
        }
        Ok(outputs)
    }

    /// Paths that earlier builds wrote, one a line.
    fn owned(&self) -> String {
        std::fs::read_to_string(self.memory.owned()).unwrap_or_default()
    }

    /// No cache: a page that this list forgot would stand for ever, so a power cut may not take it.
    fn own(&self, outs: &[&str]) -> Result<(), Diag> {
        let text: String = outs.iter().flat_map(|out| [*out, "\n"]).collect();
        disk::replace(&self.memory.owned(), text.as_bytes(), Durability::PowerCut)
    }

    fn remember(
        &self,
        loaded: Loaded,
        outputs: Vec<Written>,
        circumstances: Fingerprint,
        diags: Vec<Diag>,
    ) -> Result<(), Diag> {
        let head = Head {
            circumstances,
            config: loaded.config,
            rules: loaded.rules.key,
            validity: loaded.validity,
            began: self.lock.taken,
            tally: loaded.tally,
        };
        let mut ledger = Ledger::new(head, loaded.sources, outputs, diags).with_records(loaded.records);
        ledger.views = loaded.site.view_fingerprints();
        ledger.save(&self.memory.ledger(), &loaded.site.index)
    }
}

/// What the short way came to.
enum Retext {
    /// All is done.
    Done,
    /// More than texts changed.
    More,
    /// A source changed meanwhile.
    Changed(String),
}

/// What rendering came to.
enum Baking {
    /// All files wait for the commit.
    Done {
        writing: Writing,
        baked: Vec<Baked>,
    },
    Failed(Vec<Diag>),
    /// A source changed meanwhile.
    Changed(String),
}

/// What making the outputs came to.
enum Made {
    Done {
        outputs: Vec<Written>,
    },
    Failed(Vec<Diag>),
    /// A source changed meanwhile.
    Changed(String),
}

enum Failure {
    Diag(Diag),
    Changed(String),
    /// Enough failed already.
    Stopped,
}

/// One output, made or kept.
struct Baked {
    written: Written,
    staged: Option<Staged>,
    /// Why it was rendered; `None` when it was kept.
    reason: Option<Reason>,
}

/// Makes outputs from recipes.
struct Maker<'r> {
    run: &'r Run<'r>,
    site: &'r Site,
    ledger: &'r Ledger,
    bodies: BodySource<'r>,
    writing: &'r Writing,
    workshop: Workshop,
}

impl Maker<'_> {
    /// Doors four (recipe) and five (bytes).
    fn bake(
        &self,
        recipe: &Recipe,
        before: Option<&Written>,
        buffer: &mut Vec<u8>,
    ) -> Result<Baked, Failure> {
        let trusted = before.filter(|written| self.run.trusted(self.ledger, written));
        if let Some(written) = trusted.filter(|written| written.recipe == recipe.fingerprint) {
            return Ok(Baked { written: written.clone(), staged: None, reason: None });
        }
        let reason = match before {
            None => Reason::New,
            Some(written) if written.recipe != recipe.fingerprint => Reason::Recipe,
            Some(_) => Reason::Touched,
        };
        // An output whose recipe is the same and whose bytes still are what was written was merely touched.
        if let (Reason::Touched, Some(written)) = (reason, before)
            && let Some(stamp) = self.run.as_written(written)
        {
            return Ok(Baked { written: Written { stamp, ..written.clone() }, staged: None, reason: None });
        }
        buffer.clear();
        let fill = std::panic::AssertUnwindSafe(|| self.fill(recipe, buffer));
        std::panic::catch_unwind(fill)
            .unwrap_or_else(|_| Err(Failure::Diag(diag::our_fault(Place::file(recipe.out.as_str())))))?;
        let bytes = Fingerprint::of(buffer);
        let written = |stamp| Written { out: recipe.out.clone(), recipe: recipe.fingerprint, bytes, stamp };
        if let Some(same) = trusted.filter(|trusted| trusted.bytes == bytes) {
            return Ok(Baked { written: written(same.stamp), staged: None, reason: Some(reason) });
        }
        let there = if self.run.output.is_fresh() {
            None
        } else {
            self.run.output.read_if_len(&recipe.out, buffer.len())
        };
        if let Some((_, stamp)) = there.filter(|(there, _)| there == buffer) {
            return Ok(Baked { written: written(stamp), staged: None, reason: Some(reason) });
        }
        let staged = self.writing.put(&recipe.out, buffer).map_err(Failure::Diag)?;
        Ok(Baked { written: written(Default::default()), staged: Some(staged), reason: Some(reason) })
    }

    fn fill(&self, recipe: &Recipe, buffer: &mut Vec<u8>) -> Result<(), Failure> {
        match &recipe.work {
            Work::Page(page) => self.render(page, &recipe.out, buffer),
            Work::Copy(asset) => match asset.path.strip_prefix(EMBEDDED) {
                Some(file) => {
                    buffer.extend_from_slice(theme::file(file).unwrap_or_default());
                    Ok(())
                }
                None => {
                    buffer.extend_from_slice(&self.source(asset)?);
                    Ok(())
                }
            },
            Work::Made(made) => Ok(made.make(self.site, self, &self.workshop, buffer)?),
        }
    }

    fn render(&self, page: &Page, out: &OutPath, buffer: &mut Vec<u8>) -> Result<(), Failure> {
        let site = self.site;
        let ids = page.bodies(site);
        let articles: Vec<&Article> = ids.iter().map(|id| site.index.article(*id)).collect();
        let render =
            |texts: &[&str]| render::page(site, page, out, &render::Bodies::new(&ids, texts), buffer);
        match self.bodies.with_all(&articles, render) {
            Ok(rendered) => rendered.map_err(Failure::Diag),
            Err((NoBody::Changed, article)) => Err(Failure::Changed(article.path().to_owned())),
            Err((NoBody::Unreadable(diag), _)) => Err(Failure::Diag(diag)),
        }
    }
}

impl Inputs for Maker<'_> {
    fn text(&self, article: &Article) -> Result<String, Trouble> {
        self.bodies.with(article, str::to_owned).map_err(|why| why.of(article))
    }

    fn source(&self, asset: &Asset) -> Result<Vec<u8>, Trouble> {
        match self.run.store.read(&asset.path).map_err(Trouble::Failed)? {
            Some((bytes, _)) if Fingerprint::of(&bytes) == asset.bytes => Ok(bytes),
            _ => Err(Trouble::Changed(asset.path.clone())),
        }
    }

    fn recall(&self, key: Fingerprint) -> Option<Vec<u8>> {
        self.run.cache.recall(key)
    }

    fn keep(&self, key: Fingerprint, bytes: &[u8]) {
        self.run.cache.keep(key, bytes);
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Changed(path) => Self::Changed(path),
            Trouble::Failed(diag) => Self::Diag(diag),
        }
    }
}

/// Builds clean into a folder of its own and compares every byte.
fn verify(options: &Options, report: &mut Report) {
    let beside = match tempfile::Builder::new().prefix("verify-").tempdir_in(options.site.join(".newsprint"))
    {
        Ok(beside) => beside,
        Err(error) => return report.diags.push(diag::io(".newsprint", "make a folder to verify in", &error)),
    };
    let clean = beside.path().join("site");
    let again = Options { output: Some(clean.clone()), clean: true, verify: false, ..options.clone() };
    struct Silent;
    impl Progress for Silent {
        fn step(&self, _: usize, _: usize) {}
    }
    let second = build(&again, &Silent);
    let memory = Memory::of(&options.site, &clean);
    let mine = Memory::of(&options.site, &report.output);
    let ledgers = [mine.ledger(), memory.ledger()].map(|path| Ledger::load(&path).0);
    let recipes = |path: &str| {
        ledgers.each_ref().map(|ledger| {
            let at = ledger.outputs.binary_search_by(|written| written.out.as_str().cmp(path)).ok()?;
            Some(ledger.outputs[at].recipe)
        })
    };
    let records = [memory.ledger(), memory.owned(), memory.lock(), memory.label(), memory.kinds()];
    for file in records {
        let _ = std::fs::remove_file(file);
    }
    if diag::any_error(&second.diags) {
        return report.diags.extend(second.diags);
    }
    let (have, want) = (files(&report.output), files(&clean));
    let owned: BTreeSet<String> = std::fs::read_to_string(Memory::of(&options.site, &report.output).owned())
        .unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect();
    for change in diff(&have, String::as_str, &want, String::as_str) {
        match change {
            Change::Added(path) => report.diags.push(diag::verify_failed(path, "it is missing")),
            Change::Removed(path) if owned.contains(path) => {
                report.diags.push(diag::verify_failed(path, "a clean build has no such file"));
            }
            Change::Removed(_) => {}
            Change::Kept(path, _) => {
                let same =
                    std::fs::read(report.output.join(path)).ok() == std::fs::read(clean.join(path)).ok();
                let [have, want] = recipes(path);
                let why = match have == want {
                    true => "its bytes differ, though it is made of the same",
                    false => "its bytes differ: it was made of something else (`newsprint explain` names it)",
                };
                report.diags.extend((!same).then(|| diag::verify_failed(path, why)));
            }
        }
    }
}

/// Paths of all files below a folder, sorted.
fn files(folder: &Path) -> Vec<String> {
    Dir::new(folder)
        .list("")
        .value
        .into_iter()
        .map(|entry| entry.path.trim_start_matches('/').to_owned())
        .collect()
}
