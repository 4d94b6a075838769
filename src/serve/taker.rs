//! Takes a new snapshot when something changed, with what the last one knew of everything that did not.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::Options;
use super::live::{Shown, View};
use super::overlay::{self, Draft, Overlay};
use crate::build;
use crate::clock::Clock;
use crate::diag::{self, Diag};
use crate::diff::{Change, diff};
use crate::fingerprint::Fingerprint;
use crate::ledger::{Head, Ledger, Memory, Seen};
use crate::load::{self, Listing, Loaded, Wishes};
use crate::plan::Outline;
use crate::site::Site;
use crate::source::{self, Record};
use crate::store::{Entry, Stamp, Store};

/// What may have changed.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Anything.
    pub(super) all: bool,
    /// What is at or below these paths within the site.
    pub(super) paths: BTreeSet<String>,
}

/// More changed paths than these are not looked at one by one.
const MANY: usize = 256;

/// More changed texts than these are cheaper to plan with everything else.
const FEW: usize = 8;

/// A file that was just emptied is taken to be half saved for so long.
const HALF_SAVED: Duration = Duration::from_secs(2);

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(0))
}

/// The maker of views.
pub(super) struct Taker {
    wishes: Wishes,
    fixed_now: bool,
    folder: String,
    store: Arc<Overlay>,
    listing: Listing,
    /// What the newest snapshot was made from.
    ledger: Ledger,
    view: View,
    /// Articles whose last good text is shown, with what is wrong with the newest.
    held: BTreeMap<String, Vec<Diag>>,
    /// Articles that were just emptied, and since when.
    emptied: BTreeMap<String, Instant>,
    /// What is wrong with the newest snapshot, besides what is held.
    problems: Vec<Diag>,
    /// The newest listing was made from nothing: anything may differ from the newest snapshot.
    relisted: bool,
    /// An earlier attempt ended half-way.
    lost: bool,
    /// When the clock was last asked, and what it said.
    asked: (Instant, i64),
}

impl Taker {
    /// Starts from what the last build remembers.
    pub(super) fn new(options: &Options, store: Arc<Overlay>) -> Self {
        let output = build::Options::default_output(&options.site);
        let (mut ledger, _) = Ledger::load(&Memory::of(&options.site, &output).ledger());
        // What was written where is no concern of the preview.
        ledger.outputs = Vec::new();
        Self {
            wishes: Wishes { keep_going: true, ..options.wishes.clone() },
            fixed_now: options.fixed_now,
            folder: options.site.to_string_lossy().into_owned(),
            store,
            listing: Listing::default(),
            ledger,
            view: View::default(),
            held: BTreeMap::new(),
            emptied: BTreeMap::new(),
            problems: Vec::new(),
            relisted: false,
            lost: false,
            asked: (Instant::now(), now()),
        }
    }

    /// When to ask [`Self::is_due`].
    pub(super) fn due(&self) -> Option<Instant> {
        /// Seconds after which a clock that was set is noticed.
        const LONG: i64 = 60;
        let (then, second) = self.asked;
        let next = self.view.shown.as_ref().filter(|_| !self.fixed_now).and_then(|s| s.validity.next());
        let next = next.map(|next| then + Duration::from_secs((next - second).clamp(1, LONG).unsigned_abs()));
        let settled = self.emptied.values().min().map(|since| *since + HALF_SAVED);
        next.into_iter().chain(settled).min()
    }

    /// Whether to take a view though nobody saw a change: time alone changes the site, or a file that was
    /// half saved ought to be whole.
    pub(super) fn is_due(&mut self) -> bool {
        if self.due().is_none_or(|due| due > Instant::now()) {
            return false;
        }
        self.asked = (Instant::now(), now());
        let holds = self.view.shown.as_ref().is_none_or(|shown| shown.validity.holds(self.asked.1));
        !self.fixed_now && !holds || !self.settled().is_empty()
    }

    /// Half-saved files whose time is over.
    fn settled(&self) -> BTreeSet<String> {
        let is_over = |since: &Instant| since.elapsed() >= HALF_SAVED;
        self.emptied.iter().filter(|(_, since)| is_over(since)).map(|(path, _)| path.clone()).collect()
    }

    /// A view of the site as it is now. Whatever happens while it is made, there is one.
    pub(super) fn take(&mut self, changes: &Changes) -> View {
        let mut paths = self.settled();
        paths.extend(changes.paths.iter().cloned());
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let began = began();
            self.look(changes.all, &paths);
            self.retext(&paths).map_or_else(|| self.load(began), Ok)
        }));
        self.view.serial += 1;
        self.view.fixed = self.fixed_now;
        let problems = match result {
            Ok(Ok(shown)) => {
                self.view.shown = Some(Arc::new(shown));
                self.view.stale = false;
                self.problems.clone()
            }
            Ok(Err(problems)) => {
                self.view.stale = true;
                problems
            }
            Err(_) => {
                self.view.stale = true;
                self.lost = true;
                vec![diag::preview_failed()]
            }
        };
        self.view.problems = [problems, self.held.values().flatten().cloned().collect()].concat();
        diag::sort(&mut self.view.problems);
        self.view.problems.dedup();
        self.view.records = Arc::new(self.ledger.records());
        self.view.clone()
    }

    /// Loads the whole site, or says why there is none.
    fn load(&mut self, began: i64) -> Result<Shown, Vec<Diag>> {
        if !self.fixed_now {
            self.wishes.clock.now = now();
        }
        let (loaded, outline, problems) = self.load_from(&*self.store, &self.listing, &self.wishes)?;
        let head = Head {
            config: loaded.config,
            rules: loaded.rules.key,
            validity: loaded.validity,
            began,
            tally: loaded.tally,
            ..Head::default()
        };
        self.ledger = Ledger::new(head, loaded.sources, Vec::new(), Vec::new()).with_records(loaded.records);
        self.lost = false;
        self.problems = problems;
        Ok(Shown::new(loaded.site, outline, loaded.rules, loaded.validity))
    }

    /// Loads a site from a store, with what is remembered of the newest snapshot.
    fn load_from(
        &self,
        store: &dyn Store,
        listing: &Listing,
        wishes: &Wishes,
    ) -> Result<(Loaded, Outline, Vec<Diag>), Vec<Diag>> {
        let text = load::read_config(store, &self.folder).map_err(|diag| vec![diag])?;
        let parsed = load::parse_config(&text, wishes);
        let Some(config) = parsed.value else { return Err(parsed.diags) };
        let checked = load::load(store, listing, &text, config, &self.ledger, wishes);
        let mut problems = [parsed.diags, checked.diags].concat();
        let Some(loaded) = checked.value.filter(|_| !is_fatal(&problems)) else { return Err(problems) };
        let outline = Outline::new(&loaded.site);
        problems.extend(outline.diags);
        if is_fatal(&problems) { Err(problems) } else { Ok((loaded, outline.value, problems)) }
    }

    /// The newest snapshot with other texts, when nothing but the texts of these articles changed: what an
    /// editor does most, and what a large site must not be planned anew for.
    fn retext(&mut self, paths: &BTreeSet<String>) -> Option<Shown> {
        let shown = Arc::clone(self.view.shown.as_ref()?);
        let holds = self.fixed_now || shown.validity.holds(now());
        if self.view.stale || self.relisted || !holds || paths.is_empty() || paths.len() > FEW {
            return None;
        }
        let records = self.ledger.records();
        let mut site = Cow::Borrowed(&shown.site);
        let mut read = Vec::new();
        let mut copied = Vec::new();
        for path in paths {
            self.entry(path)?;
            if path.starts_with("static/") {
                let (bytes, stamp) = self.store.read(path).ok()??;
                let seen = Seen { path: path.clone(), stamp, text: Fingerprint::of(&bytes), picture: None };
                site = Cow::Owned(site.with_static(path, seen.text)?);
                copied.push(seen);
                continue;
            }
            if !overlay::is_article(path) {
                return None;
            }
            let former = records.binary_search_by(|record| record.path.cmp(path)).ok()?;
            let former = &records[former];
            let (bytes, stamp) = self.store.read(path).ok()??;
            let seen = Seen { path: path.clone(), stamp, text: Fingerprint::of(&bytes), picture: None };
            if seen.text == former.text {
                read.push((seen, Arc::clone(former)));
                continue;
            }
            let record = Arc::new(source::parse(path, bytes, &shown.rules).record);
            site = Cow::Owned(edited(&site, &record)?);
            read.push((seen, record));
        }
        for (seen, record) in read {
            self.ledger.update(seen, record);
        }
        let edited = shown.with(site.into_owned(), paths.iter().map(String::as_str));
        if copied.is_empty() {
            return Some(edited);
        }
        let files = copied.iter().map(|seen| (seen.path.as_str(), seen.text)).collect();
        let edited = edited.with_files(&files);
        copied.into_iter().for_each(|seen| self.ledger.see(seen));
        Some(edited)
    }

    /// The site as it would be if a file had these bytes: nothing is kept of it. `before` is what an earlier
    /// call for this file answered, if the view is still the one of then.
    ///
    /// # Errors
    /// What is wrong with the text, or with the site.
    pub(super) fn draft(
        &self,
        path: &str,
        bytes: &Arc<Vec<u8>>,
        before: Option<&Shown>,
    ) -> Result<Shown, Vec<Diag>> {
        let Some(shown) = &self.view.shown else { return Err(self.view.problems.clone()) };
        let record = source::parse(path, bytes.to_vec(), &shown.rules).record;
        if diag::any_error(&record.diags) || record.items.is_empty() {
            return Err(record.diags);
        }
        let record = Arc::new(record);
        let bases = std::iter::once(&**shown).chain(before);
        let quick = bases.filter_map(|base| Some(base.with(edited(&base.site, &record)?, [path]))).next();
        if let Some(shown) = quick {
            return Ok(shown);
        }
        let store = Draft::new(Arc::clone(&self.store), path, Arc::clone(bytes));
        let stamp = Stamp { len: bytes.len() as u64, mtime: i64::MAX, ctime: i64::MAX, inode: 0 };
        let listing = self.listing.with(Entry { path: path.to_owned(), stamp });
        let load = |wishes: &Wishes| {
            let (loaded, outline, _) = self.load_from(&store, &listing, wishes)?;
            Ok(Shown::new(loaded.site, outline, loaded.rules, loaded.validity))
        };
        let drafted = load(&self.wishes)?;
        if drafted.site.index.by_path(path).is_some() || record.items[0].header.withdrawn.is_some() {
            return Ok(drafted);
        }
        // Who writes it wants to see it, though readers may not yet.
        let clock = Clock { drafts: true, future: true, ..self.wishes.clock };
        load(&Wishes { clock, ..self.wishes.clone() })
    }

    /// Shows the site as of an instant, or as of now again; with what is hidden from readers, if so wished.
    pub(super) fn travel(&mut self, now: Option<i64>, drafts: bool, future: bool) {
        self.fixed_now = now.is_some();
        let now = now.unwrap_or_else(self::now);
        self.wishes.clock = Clock { now, drafts, future };
    }

    fn entry(&self, path: &str) -> Option<&Entry> {
        let entries = self.listing.entries();
        entries.binary_search_by(|entry| entry.path.as_str().cmp(path)).ok().map(|at| &entries[at])
    }

    /// Brings the listing up to date, and decides for each changed article which text of it is shown.
    fn look(&mut self, all: bool, paths: &BTreeSet<String>) {
        self.relisted = all || self.lost || paths.len() > MANY;
        if self.relisted {
            self.listing = load::list(&*self.store);
        } else {
            paths.iter().for_each(|path| self.listing.refresh(&*self.store, path));
        }
        // An event says that a file was written: its stamp need not differ.
        self.ledger.forget(paths);
        let changed: Vec<Entry> = if self.relisted {
            diff(&self.ledger.sources, |seen| seen.path.as_str(), self.listing.entries(), |e| e.path.as_str())
                .into_iter()
                .filter_map(|change| match change {
                    Change::Kept(seen, entry) if seen.stamp != entry.stamp => Some(entry.clone()),
                    _ => None,
                })
                .collect()
        } else {
            paths.iter().flat_map(|path| self.listing.at_or_below(path)).cloned().collect()
        };
        let records = self.ledger.records();
        for entry in changed.iter().filter(|entry| overlay::is_article(&entry.path)) {
            let record = records.binary_search_by(|record| record.path.cmp(&entry.path)).ok();
            self.judge(entry, record.map(|at| &*records[at]));
        }
        let gone: Vec<String> = self.held.keys().filter(|path| self.entry(path).is_none()).cloned().collect();
        for path in gone {
            self.release(&path);
        }
    }

    /// Shows an article's new text, or its last good one if the new one is none.
    fn judge(&mut self, entry: &Entry, former: Option<&Record>) {
        let path = &entry.path;
        let Some(shown) = &self.view.shown else { return };
        let Some(former) = former.filter(|former| !diag::any_error(&former.diags)) else { return };
        let Ok(Some((bytes, _))) = self.store.disk().read(path) else { return };
        if bytes.is_empty() {
            // Editors that truncate and then write are met between the two.
            let since = *self.emptied.entry(path.clone()).or_insert_with(Instant::now);
            if since.elapsed() < HALF_SAVED && self.store.hold(path, former.text, entry.stamp) {
                self.held.insert(path.clone(), Vec::new());
                return;
            }
        }
        self.emptied.remove(path);
        let diags = source::parse(path, bytes, &shown.rules).record.diags;
        if diag::any_error(&diags) && self.store.hold(path, former.text, entry.stamp) {
            self.held.insert(path.clone(), diags);
        } else {
            self.release(path);
        }
    }

    fn release(&mut self, path: &str) {
        self.emptied.remove(path);
        self.held.remove(path);
        self.store.release(path);
    }
}

/// The site after one of its files changed in nothing but text or words.
fn edited(site: &Site, record: &Arc<Record>) -> Option<Site> {
    site.with_text(record).or_else(|| site.with_words(record))
}

/// Whether no site can be made: errors of content only leave their article out.
fn is_fatal(problems: &[Diag]) -> bool {
    diag::any_error(&load::forgive(problems.to_vec()))
}

/// Stamps from then on are not trusted, in nanoseconds: the file system's clock may stand still for a
/// tick, so a file can change again without a new time.
fn began() -> i64 {
    const TICKS: Duration = Duration::from_millis(50);
    let before = SystemTime::now().checked_sub(TICKS).and_then(|t| t.duration_since(UNIX_EPOCH).ok());
    before.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(0))
}
