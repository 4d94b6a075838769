//! The verb `build`: load -> plan -> diff -> render -> write -> remember.

mod short;
mod verify;
mod why;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use self::short::Short;
use self::why::{Former, Why};
use crate::body::{BodySource, NoBody};
use crate::cache::Cache;
use crate::clock::Validity;
use crate::config::Config;
use crate::diag::{self, Diag, EMBEDDED, Place, Severity};
use crate::diff::{Change, diff};
use crate::disk::{self, Dir, Durability, Lock};
use crate::fingerprint::Fingerprint;
use crate::index::Article;
use crate::label::{self, Label};
pub use crate::ledger::Reason;
use crate::ledger::{Head, Ledger, Memory, Tally, Written};
use crate::load::{self, Bodies, Loaded, Wishes};
use crate::made::{Inputs, Trouble, Workshop};
use crate::output::{Output, Staged, Writing};
use crate::path::OutPath;
use crate::plan::{Page, Plan, Recipe, Work};
use crate::render;
use crate::site::Asset;
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
    /// Say of every rendered page what of it is another.
    pub explain: bool,
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
        Ok(()) if options.verify && !diag::any_error(&report.diags) => verify::verify(options, &mut report),
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
        "IO" | "UNREACHED" => 5,
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
            match self.short_way(&listing, &config_text, &ledger, circumstances, progress, report)? {
                Short::Done => return Ok(()),
                Short::Changed(path) => {
                    changing = Some(path);
                    continue;
                }
                Short::More => {}
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
            let head = Head {
                circumstances,
                config: loaded.config,
                templates: why::templates(&loaded.site),
                rules: loaded.rules.key,
                gate: loaded.gate,
                validity: loaded.validity,
                began: self.lock.taken,
                tally: loaded.tally,
            };
            match self.make(&mut loaded, &plan.value, &ledger, &head, progress, report)? {
                Made::Done { outputs } => {
                    report.diags.extend(diags.iter().cloned());
                    let config = std::sync::Arc::clone(&loaded.site.config);
                    let made = self.made(&config, loaded.tally, loaded.validity);
                    self.remember(loaded, outputs, head, diags)?;
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

    /// What goes on the label.
    fn made<'m>(&self, config: &'m Config, tally: Tally, validity: Validity) -> label::Made<'m> {
        let clock = &self.options.wishes.clock;
        label::Made {
            base_url: &config.base_url,
            title: &config.title,
            drafts: clock.drafts,
            future: clock.future,
            left_out: tally.left_out,
            valid_until: validity.next(),
            now: clock.now,
        }
    }

    /// Whether every output is as it was written.
    fn is_intact(&self, ledger: &Ledger) -> bool {
        ledger.outputs.par_iter().with_min_len(64).all(|written| self.trusted(ledger, written))
    }

    /// The outputs that may be something else than was written.
    fn doubted<'l>(&self, ledger: &'l Ledger) -> Vec<&'l Written> {
        let written = ledger.outputs.par_iter().with_min_len(64);
        written.filter(|written| !self.trusted(ledger, written)).collect()
    }

    fn trusted(&self, ledger: &Ledger, written: &Written) -> bool {
        let is_old = written.stamp.newest() < ledger.saved;
        is_old && self.output.stamp(&written.out) == Some(written.stamp)
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
        head: &Head,
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
        let former = if self.options.explain { Former::all(&loaded.site, ledger) } else { None };
        let why = Why::new(&loaded.site, head, ledger, former);
        match self.bake_all(&why, &loaded.rules, bodies, &jobs, progress)? {
            Baking::Done { writing, baked } => {
                let planned: Vec<&str> = plan.recipes.iter().map(|recipe| recipe.out.as_str()).collect();
                self.write(writing, baked, &planned, report).map(|outputs| Made::Done { outputs })
            }
            Baking::Failed(errors) => Ok(Made::Failed(errors)),
            Baking::Changed(path) => Ok(Made::Changed(path)),
        }
    }

    /// Renders what must be, into files that nobody sees yet.
    fn bake_all(
        &self,
        why: &Why<'_>,
        rules: &Rules,
        bodies: Bodies,
        jobs: &[(&Recipe, Option<&Written>)],
        progress: &dyn Progress,
    ) -> Result<Baking, Diag> {
        let writing = self.output.begin(jobs.iter().map(|(recipe, _)| &recipe.out))?;
        let bodies = BodySource::new(&self.store, rules, bodies);
        let workshop = Workshop::default();
        let maker = Maker { run: self, why, bodies, writing: &writing, workshop };
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

    /// Puts everything in place, and removes what is not among the `planned` outputs, which are sorted.
    fn write(
        &self,
        writing: Writing,
        baked: Vec<Baked>,
        planned: &[&str],
        report: &mut Report,
    ) -> Result<Vec<Written>, Diag> {
        let text = self.owned();
        let mut owned: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        owned.sort_unstable();
        owned.dedup();
        let (mut all, mut gone) = (Vec::with_capacity(planned.len()), Vec::new());
        for change in diff(&owned, |out| *out, planned, |out| *out) {
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
        report.pages = planned.len();
        report.removed = gone.len();
        let outputs = self.put(writing, baked, &gone, report)?;
        if !gone.is_empty() {
            self.own(planned)?;
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
            if one.rendered {
                report.rendered += 1;
                report.reasons.push((one.written.out.clone(), one.written.reason.clone()));
            }
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
        head: Head,
        diags: Vec<Diag>,
    ) -> Result<(), Diag> {
        let mut ledger = Ledger::new(head, loaded.sources, outputs, diags).with_records(loaded.records);
        ledger.views = loaded.site.view_fingerprints();
        ledger.save(&self.memory.ledger(), &loaded.site.index)
    }
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
    /// Whether it was; else it was kept.
    rendered: bool,
}

/// Makes outputs from recipes.
struct Maker<'r> {
    run: &'r Run<'r>,
    why: &'r Why<'r>,
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
        let trusted = before.filter(|written| self.run.trusted(self.why.ledger, written));
        if let Some(written) = trusted.filter(|written| written.recipe == recipe.fingerprint) {
            return Ok(Baked { written: written.clone(), staged: None, rendered: false });
        }
        let reason = match before {
            None => Reason::New,
            Some(written) if written.recipe != recipe.fingerprint => Reason::Recipe(self.why.names(recipe)),
            Some(_) => Reason::Touched,
        };
        // An output whose recipe is the same and whose bytes still are what was written was merely touched.
        if let (Reason::Touched, Some(written)) = (&reason, before)
            && let Some(stamp) = self.run.as_written(written)
        {
            return Ok(Baked {
                written: Written { stamp, ..written.clone() },
                staged: None,
                rendered: false,
            });
        }
        buffer.clear();
        let fill = std::panic::AssertUnwindSafe(|| self.fill(recipe, buffer));
        std::panic::catch_unwind(fill)
            .unwrap_or_else(|_| Err(Failure::Diag(diag::our_fault(Place::file(recipe.out.as_str())))))?;
        let bytes = Fingerprint::of(buffer);
        let (out, rendered) = (recipe.out.clone(), self.run.options.wishes.clock.now);
        let written = |stamp| Written { out, recipe: recipe.fingerprint, bytes, stamp, rendered, reason };
        if let Some(same) = trusted.filter(|trusted| trusted.bytes == bytes) {
            return Ok(Baked { written: written(same.stamp), staged: None, rendered: true });
        }
        let there = if self.run.output.is_fresh() {
            None
        } else {
            self.run.output.read_if_len(&recipe.out, buffer.len())
        };
        if let Some((_, stamp)) = there.filter(|(there, _)| there == buffer) {
            return Ok(Baked { written: written(stamp), staged: None, rendered: true });
        }
        let staged = self.writing.put(&recipe.out, buffer).map_err(Failure::Diag)?;
        Ok(Baked { written: written(Default::default()), staged: Some(staged), rendered: true })
    }

    fn fill(&self, recipe: &Recipe, buffer: &mut Vec<u8>) -> Result<(), Failure> {
        match &recipe.work {
            Work::Page(page) => self.render(page, &recipe.out, buffer),
            Work::Copy(asset) => match asset.path.strip_prefix(EMBEDDED) {
                Some(file) => {
                    let accent = self.why.site.config.theme.accent.as_deref();
                    buffer.extend_from_slice(&theme::file(file, accent).unwrap_or_default());
                    Ok(())
                }
                None => {
                    buffer.extend_from_slice(&self.source(asset)?);
                    Ok(())
                }
            },
            Work::Made(made) => Ok(made.make(self.why.site, self, &self.workshop, buffer)?),
        }
    }

    fn render(&self, page: &Page, out: &OutPath, buffer: &mut Vec<u8>) -> Result<(), Failure> {
        let site = self.why.site;
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
