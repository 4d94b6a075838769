//! The verb `build`: load -> plan -> diff -> render -> write -> remember.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::body::{BodySource, NoBody};
use crate::cache::Cache;
use crate::diag::{self, Diag, EMBEDDED, Severity};
use crate::diff::{Change, diff};
use crate::disk::{self, Dir, Durability, Lock};
use crate::fingerprint::Fingerprint;
use crate::index::Article;
use crate::ledger::{Head, Ledger, Memory, Tally, Written};
use crate::load::{self, Loaded, Wishes};
use crate::made::{Inputs, Trouble, Workshop};
use crate::output::{Output, Staged, Writing};
use crate::path::OutPath;
use crate::plan::{Page, Plan, Recipe, Work};
use crate::render::{self, Bodies};
use crate::site::{Asset, Site};
use crate::store::Store;
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
        "VERIFY" => 1,
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
        disk::sweep(&memory.ledger());
        disk::sweep(&memory.owned());
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
                && self.is_intact(&ledger)
            {
                report.tally = ledger.head.tally;
                report.pages = ledger.outputs.len();
                report.next_due = ledger.head.validity.next();
                report.diags.extend(ledger.diags.iter().cloned());
                return Ok(());
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
                    return self.remember(loaded, outputs, circumstances, &ledger, diags);
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
        let writing = self.output.begin(plan.recipes.iter().map(|recipe| &recipe.out))?;
        let bodies = BodySource::new(&self.store, &loaded.rules, std::mem::take(&mut loaded.bodies));
        let workshop = Workshop::default();
        let maker = Maker { run: self, site: &loaded.site, ledger, bodies, writing: &writing, workshop };
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
        if changed.is_some() || !errors.is_empty() {
            writing.abandon();
            // One mistake in a template shows on every page: say it once, with the first page.
            errors.sort_by_key(|diag: &Diag| {
                (diag.place.as_ref().map(|p| (p.path.clone(), p.line, p.col)), diag.message.clone())
            });
            errors.dedup_by(|a, b| a.place == b.place && a.message == b.message);
            return Ok(match changed {
                Some(path) if errors.is_empty() => Made::Changed(path),
                _ => Made::Failed(errors),
            });
        }
        self.write(writing, baked, plan, report).map(|outputs| Made::Done { outputs })
    }

    /// Puts everything in place, and removes what the plan no longer has.
    fn write(
        &self,
        writing: Writing,
        baked: Vec<Baked>,
        plan: &Plan,
        report: &mut Report,
    ) -> Result<Vec<Written>, Diag> {
        let planned: BTreeSet<&OutPath> = plan.recipes.iter().map(|recipe| &recipe.out).collect();
        let owned = self.owned();
        let gone: Vec<OutPath> = owned.iter().filter(|out| !planned.contains(out)).cloned().collect();
        let is_new = planned.iter().any(|out| !owned.contains(*out));
        if is_new {
            self.own(owned.iter().chain(planned.iter().copied()).collect())?;
        }
        report.pages = baked.len();
        report.removed = gone.len();
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
        let stamps = writing.commit(&staged, &gone)?;
        for (at, stamp) in waiting.into_iter().zip(stamps) {
            outputs[at].stamp = stamp;
        }
        if is_new || !gone.is_empty() {
            self.own(planned)?;
        }
        Ok(outputs)
    }

    /// Paths that earlier builds wrote.
    fn owned(&self) -> BTreeSet<OutPath> {
        let text = std::fs::read_to_string(self.memory.owned()).unwrap_or_default();
        text.lines().filter_map(|line| OutPath::new(line).ok()).collect()
    }

    fn own(&self, outs: BTreeSet<&OutPath>) -> Result<(), Diag> {
        let text: String = outs.into_iter().flat_map(|out| [out.as_str(), "\n"]).collect();
        disk::replace(&self.memory.owned(), text.as_bytes(), Durability::Kill)
    }

    fn remember(
        &self,
        loaded: Loaded,
        outputs: Vec<Written>,
        circumstances: Fingerprint,
        before: &Ledger,
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
        let unchanged = before.head.rules == head.rules && loaded.reused_all;
        let ledger = Ledger::new(head, loaded.sources, outputs, diags);
        let ledger =
            if unchanged { ledger.with_records_of(before) } else { ledger.with_records(loaded.records) };
        ledger.save(&self.memory.ledger())
    }
}

/// What rendering came to.
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
            && let Some((bytes, stamp)) =
                self.run.output.read_if_len(&recipe.out, usize::try_from(written.stamp.len).unwrap_or(0))
            && Fingerprint::of(&bytes) == written.bytes
        {
            return Ok(Baked { written: Written { stamp, ..written.clone() }, staged: None, reason: None });
        }
        buffer.clear();
        self.fill(recipe, buffer)?;
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
        let render = |texts: &[&str]| render::page(site, page, out, &Bodies::new(&ids, texts), buffer);
        match self.bodies.with_all(&articles, render) {
            Ok(rendered) => rendered.map_err(Failure::Diag),
            Err((NoBody::Changed, article)) => Err(Failure::Changed(article.path().to_owned())),
            Err((NoBody::Unreadable(diag), _)) => Err(Failure::Diag(diag)),
        }
    }
}

impl Inputs for Maker<'_> {
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
    for file in [memory.ledger(), memory.owned(), memory.lock()] {
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
                report.diags.extend((!same).then(|| diag::verify_failed(path, "its bytes differ")));
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
