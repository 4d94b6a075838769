//! Hears that files changed, waits until they are whole, and has a new view taken.
//!
//! Events are only hints that something is different at a path; what it is the disk says. Folders are
//! watched, not files, since editors save by renaming.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RemoveKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::oneshot;

use super::Line;
use super::live::{Live, Shown, View};
use super::taker::{Changes, Taker};
use crate::diag::{self, Diag, Severity};
use crate::disk;
use crate::load;
use crate::source::Role;

/// What the watching thread is told.
pub(super) enum Event {
    /// The system saw something at these paths.
    Seen(notify::Event),
    /// The system lost events, or cannot watch: why.
    Lost(Option<String>),
    /// A request found this file to be other than the view says.
    Suspected(String),
    /// Somebody wants to see the site with a text that is not saved.
    Draft(Wish),
    /// Show the site as of an instant (`None`: now), with drafts, with what lies in the future.
    Travel(Option<i64>, bool, bool),
    /// The end.
    Stop,
}

/// A draft that is to be shown.
pub(super) struct Wish {
    pub(super) path: String,
    pub(super) bytes: Arc<Vec<u8>>,
    /// What the last such wish for this file was answered with.
    pub(super) before: Option<Arc<Shown>>,
    pub(super) answer: oneshot::Sender<Result<Shown, Vec<Diag>>>,
}

/// A file that was written and closed, or moved here, is whole.
const WHOLE: Duration = Duration::from_millis(1);
/// One that is being written will be closed, if not the writer is slow.
const BEING_WRITTEN: Duration = Duration::from_millis(20);
/// One that is gone may only be making room for its new version.
const GONE: Duration = Duration::from_millis(40);
/// A new folder's files may have been made before it was watched.
const NEW_FOLDER: Duration = Duration::from_millis(250);
/// Changes that go on and on are shown at least this often.
const AT_LEAST: Duration = Duration::from_millis(200);
/// How often the watched folders are compared with what now bears their names.
const CHECK: Duration = Duration::from_secs(2);
/// How often everything is looked at where nothing can be watched.
const POLL: Duration = Duration::from_secs(1);

/// The system's watch on a site.
pub(super) struct Watcher {
    root: PathBuf,
    system: Option<RecommendedWatcher>,
    /// The folders as they were when they were watched: name, real path, number of the folder.
    watched: Vec<(&'static str, Option<(PathBuf, u64)>)>,
    log: Sender<Line>,
    /// Something could not be watched.
    is_blind: bool,
}

impl Watcher {
    pub(super) fn new(root: &Path, tell: Sender<Event>, log: Sender<Line>) -> Self {
        let handler = move |event: notify::Result<notify::Event>| {
            let event = match event {
                Ok(event) if event.need_rescan() => Event::Lost(None),
                Ok(event) => Event::Seen(event),
                Err(error) => Event::Lost(Some(error.to_string())),
            };
            let _ = tell.send(event);
        };
        let config = notify::Config::default().with_follow_symlinks(false);
        let system = RecommendedWatcher::new(handler, config);
        let names = std::iter::once("").chain(load::FOLDERS);
        let mut watcher = Self {
            root: root.to_owned(),
            system: None,
            watched: names.map(|name| (name, None)).collect(),
            log,
            is_blind: false,
        };
        match system {
            Ok(system) => watcher.system = Some(system),
            Err(error) => watcher.go_blind(&error.to_string()),
        }
        watcher.renew();
        watcher
    }

    /// Takes a folder's watch for gone: one that was moved away is no longer watched, also if it is back already.
    fn forget(&mut self, name: &str) {
        for (_, former) in self.watched.iter_mut().filter(|(known, _)| *known == name) {
            let path = former.take().map(|(path, _)| path);
            let _ = path.zip(self.system.as_mut()).map(|(path, system)| system.unwatch(&path));
        }
    }

    /// Watches what now bears the folders' names. Returns whether that is something new.
    fn renew(&mut self) -> bool {
        let mut renewed = false;
        for at in 0..self.watched.len() {
            let (name, former) = &self.watched[at];
            let path = self.root.join(name);
            let there = path.canonicalize().ok().zip(std::fs::metadata(&path).ok());
            let there = there
                .filter(|(_, facts)| facts.is_dir())
                .map(|(path, facts)| (path, disk::stamp(&facts).inode));
            if there == *former {
                continue;
            }
            renewed = true;
            let mode = if name.is_empty() { RecursiveMode::NonRecursive } else { RecursiveMode::Recursive };
            let result = self.system.as_mut().map_or(Ok(()), |system| {
                // A folder that was moved away is still watched, under a name that is no longer its own.
                let _ = former.as_ref().map(|(path, _)| system.unwatch(path));
                there.as_ref().map_or(Ok(()), |(path, _)| system.watch(path, mode))
            });
            self.watched[at].1 = there;
            if let Err(error) = result {
                self.go_blind(&error.to_string());
            }
        }
        renewed
    }

    fn go_blind(&mut self, why: &str) {
        if !self.is_blind {
            let _ = self.log.send(Line::Text(diag::not_watched(why).render(false)));
        }
        self.is_blind = true;
    }

    /// A path of the system's as one within the site; `None` for what is none of ours.
    fn within(&self, path: &Path) -> Option<String> {
        // The root comes first, and is the shortest.
        let (name, rest) = self.watched.iter().rev().find_map(|(name, watched)| {
            let (top, _) = watched.as_ref()?;
            Some((*name, path.strip_prefix(top).ok()?))
        })?;
        let rest = rest.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
        let path = [name, &rest].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        let top = path.split('/').next().unwrap_or(&path);
        let is_ours = is_beside(&path) || load::FOLDERS.contains(&top);
        (is_ours && !path.split('/').any(|part| part.starts_with('.'))).then_some(path)
    }
}

/// Changed paths, each with the instant at which it can be looked at.
#[derive(Default)]
struct Pending {
    due: BTreeMap<String, Instant>,
    since: Option<Instant>,
    /// Everything is to be looked at then.
    all: Option<Instant>,
    /// Watched folders that came or went, and may be others now or watched no more.
    moved: BTreeSet<String>,
}

impl Pending {
    fn add(&mut self, watcher: &mut Watcher, event: Event) {
        let now = Instant::now();
        match event {
            Event::Seen(event) => self.add_seen(watcher, &event, now),
            Event::Lost(why) => {
                if let Some(why) = why {
                    watcher.go_blind(&why);
                }
                self.look_at_all(now);
            }
            Event::Suspected(path) => self.look_at(path, now),
            Event::Draft(_) | Event::Travel(..) | Event::Stop => {}
        }
    }

    fn add_seen(&mut self, watcher: &Watcher, event: &notify::Event, now: Instant) {
        let is_new = matches!(event.kind, EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_)));
        for (at, path) in event.paths.iter().enumerate() {
            let Some(within) = watcher.within(path) else { continue };
            let comes_or_goes = is_new || matches!(event.kind, EventKind::Remove(_));
            if comes_or_goes && load::FOLDERS.contains(&within.as_str()) {
                self.moved.insert(within.clone());
            }
            let is_file = is_file(&within);
            let is_folder =
                !is_file && (event.kind == EventKind::Create(CreateKind::Folder) || path.is_dir());
            if is_new && is_folder {
                self.look_at_all(now + NEW_FOLDER);
            }
            let mut due = match event.kind {
                EventKind::Access(AccessKind::Close(AccessMode::Write)) if is_file => now + WHOLE,
                EventKind::Access(_) => continue,
                // Backups and temporary files of editors come and go.
                EventKind::Create(CreateKind::File) | EventKind::Remove(RemoveKind::File) if !is_file => {
                    continue;
                }
                EventKind::Modify(ModifyKind::Name(RenameMode::Both)) if at == 0 => now + GONE,
                EventKind::Modify(ModifyKind::Name(RenameMode::From)) | EventKind::Remove(_) => now + GONE,
                EventKind::Modify(ModifyKind::Name(_)) => now + WHOLE,
                // Says nothing of the text, which may be in the middle of being written.
                EventKind::Modify(ModifyKind::Metadata(_)) => {
                    self.due.get(&within).map_or(now + WHOLE, |due| (*due).max(now + WHOLE))
                }
                _ => now + BEING_WRITTEN,
            };
            if !is_file {
                due = now + WHOLE;
            }
            self.look_at(within, due);
        }
    }

    fn look_at(&mut self, path: String, due: Instant) {
        self.since.get_or_insert_with(Instant::now);
        self.due.insert(path, due);
    }

    fn look_at_all(&mut self, due: Instant) {
        self.all = Some(self.all.map_or(due, |all| all.min(due)));
    }

    /// When there is something to look at; `None` when nothing changed.
    fn ready(&self) -> Option<Instant> {
        let last = self.due.values().max().copied();
        let paths = last.zip(self.since).map(|(last, since)| last.min(since + AT_LEAST));
        [paths, self.all].into_iter().flatten().min()
    }

    fn take(&mut self, now: Instant) -> Changes {
        self.since = None;
        let all = self.all.take_if(|all| *all <= now).is_some();
        Changes { all, paths: std::mem::take(&mut self.due).into_keys().collect() }
    }
}

/// Whether this is the name of a file that can matter; a folder, or some other file, otherwise.
fn is_file(path: &str) -> bool {
    match path.split_once('/') {
        Some(("content", _)) => Role::of(path).is_some(),
        Some(_) => path.rsplit('/').next().is_some_and(|name| name.contains('.')),
        None => is_beside(path),
    }
}

/// Files beside the folders that matter too.
fn is_beside(path: &str) -> bool {
    [load::CONFIG, load::PUBLISHED].contains(&path)
}

/// Takes views until the end.
pub(super) fn run(mut watcher: Watcher, mut taker: Taker, live: &Live, events: &Receiver<Event>) {
    let mut pending = Pending::default();
    let mut checked = Instant::now();
    let mut drafts: Vec<Wish> = Vec::new();
    loop {
        let wake = [pending.ready(), taker.due(), Some(checked + CHECK)].into_iter().flatten().min();
        let patience = wake.map_or(CHECK, |wake| wake.saturating_duration_since(Instant::now()));
        match events.recv_timeout(patience) {
            Ok(event) => {
                for event in std::iter::once(event).chain(events.try_iter()) {
                    match event {
                        Event::Stop => return,
                        Event::Draft(wish) => drafts.push(wish),
                        Event::Travel(now, drafts, future) => {
                            taker.travel(now, drafts, future);
                            pending.look_at_all(Instant::now());
                        }
                        event => pending.add(&mut watcher, event),
                    }
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let now = Instant::now();
        let moved = std::mem::take(&mut pending.moved);
        if !moved.is_empty() || now >= checked + CHECK {
            checked = now;
            moved.iter().for_each(|name| watcher.forget(name));
            if watcher.renew() {
                pending.look_at_all(now);
            }
        }
        if watcher.is_blind {
            pending.look_at_all(now + POLL);
        }
        if pending.ready().is_some_and(|ready| ready <= now) || taker.is_due() {
            let changes = pending.take(now);
            let before = live.view();
            live.publish(taker.take(&changes));
            report(&watcher.log, &before, &live.view(), &changes, now.elapsed());
        }
        for wish in drafts.drain(..) {
            let Wish { path, bytes, before, answer } = wish;
            let made = std::panic::AssertUnwindSafe(|| taker.draft(&path, &bytes, before.as_deref()));
            let made = std::panic::catch_unwind(made);
            let _ = answer.send(made.unwrap_or_else(|_| Err(vec![diag::preview_failed()])));
        }
    }
}

/// Problems that are printed of one view at most; the pages show the others.
const PRINTED: usize = 10;

/// Tells the terminal what changed and what is wrong now.
pub(super) fn report(log: &Sender<Line>, before: &View, after: &View, changes: &Changes, took: Duration) {
    let say = |text: String| {
        let _ = log.send(Line::Text(text));
    };
    if let Some(first) = changes.paths.first() {
        let more = match changes.paths.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        say(format!("{first}{more}: looked at in {:.1} ms", took.as_secs_f64() * 1000.0));
    }
    let is_new = |diag: &&Diag| diag.severity != Severity::Note && !before.problems.contains(diag);
    let new: Vec<&Diag> = after.problems.iter().filter(is_new).collect();
    for diag in new.iter().take(PRINTED) {
        say(format!("{}\n", diag.render(false)));
    }
    if new.len() > PRINTED {
        say(format!("… and {} more", new.len() - PRINTED));
    }
    if after.problems.is_empty() && !before.problems.is_empty() {
        say("all problems are mended".to_owned());
    }
}
