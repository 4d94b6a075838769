//! Publishing as a whole: a new release beside the live one, then one switch. What did not change is a hard link to
//! the release before; nothing that readers see is touched until the switch, which is one rename of one link.
//!
//! `PATH/current` is the link that the web server follows, `PATH/releases/000012/` a release,
//! `PATH/.newsprint/releases/000012` its manifest, written when it is complete.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diag::{self, Diag};
use crate::disk::{self, Durability};
use crate::fingerprint::Fingerprint;
use crate::publish::delta::{Claims, Delta, Known, delta, is_page};
use crate::publish::dir::{self, OURS};
use crate::publish::headers::Headers;
use crate::publish::local::{File as LocalFile, Local};
use crate::publish::manifest::{Entry, Manifest, Old};
use crate::publish::order::{self, Plan};
use crate::publish::remote::{Fault, Seen};
use crate::publish::words::Line;
use crate::publish::{Job, Progress, Report, purge, refuse};

/// Called before and after every change of a file system; an error stops the publication there.
pub type Hook = Arc<dyn Fn(&str) -> Result<(), String> + Send + Sync>;

/// A live release.
pub(crate) struct Live {
    /// The target's name for it.
    pub(crate) id: String,
    /// What it holds.
    pub(crate) manifest: Manifest,
}

/// What a new release is made of.
pub(crate) struct Stage<'s> {
    pub(crate) local: &'s Local,
    /// Files that must be sent.
    pub(crate) send: Vec<&'s LocalFile>,
    /// Files that are in the live release as they are.
    pub(crate) keep: Vec<&'s str>,
    /// Superseded files that stay for a while.
    pub(crate) carry: Vec<&'s str>,
    /// Files that leave, for targets that are changed rather than made anew.
    pub(crate) drop: Vec<&'s str>,
    /// The live release.
    pub(crate) live: Option<&'s Live>,
    /// Its manifest, without versions.
    pub(crate) manifest: Manifest,
    /// Files to be sent, in the order that breaks no link: for targets that are changed rather than switched.
    pub(crate) passes: Vec<Vec<&'s str>>,
    /// What happened, in words.
    pub(crate) words: String,
}

/// A place of releases.
pub(crate) trait Shelf: Send + Sync {
    /// What it is, in words; without secrets.
    fn words(&self) -> String;

    /// Whether readers see all of a publication at once.
    fn is_switched(&self) -> bool {
        true
    }

    /// Whether a publication before this one did not finish, so that nothing is known to be as it was published.
    fn is_unfinished(&self) -> Result<bool, Diag> {
        Ok(false)
    }

    /// Sole use for as long as the value lives.
    fn lock(&self) -> Result<Box<dyn Send>, Diag>;

    /// The live release.
    fn live(&self) -> Result<Option<Live>, Diag>;

    /// The files of the live release as they really are, when that can differ from its manifest.
    fn looked(&self, live: &Live, local: &Local) -> Result<Option<BTreeMap<String, Option<Seen>>>, Diag>;

    /// Paths where somebody else's files stand; `heals`: those that were ours before are to be put right.
    fn strangers(
        &self,
        _live: Option<&Live>,
        _new: &[&LocalFile],
        _heals: bool,
    ) -> Result<Vec<String>, Diag> {
        Ok(Vec::new())
    }

    /// A page as it is now.
    fn page(&self, live: &Live, path: &str) -> Option<Vec<u8>>;

    /// The target's name for a state of a file.
    fn version(&self, file: &LocalFile) -> String {
        file.hash.to_string()
    }

    /// Makes the release and switches to it. The answer is how many files and bytes were sent.
    fn make(&self, stage: Stage<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(usize, u64), Diag>;

    /// Goes back to the release before the live one; only asked where all is switched at once.
    ///
    /// # Errors
    /// There is none, or the target fails.
    fn rollback(&self, now: i64) -> Result<Plan, Diag>;
}

struct State {
    live: Option<Live>,
    looked: Option<BTreeMap<String, Option<Seen>>>,
}

fn look(job: &Job<'_>, shelf: &dyn Shelf) -> Result<State, Diag> {
    let live = shelf.live()?;
    let looked = match &live {
        Some(live) if job.options.verify_remote || shelf.is_unfinished()? => shelf.looked(live, job.local)?,
        _ => None,
    };
    Ok(State { live, looked })
}

fn compare<'j>(job: &Job<'j>, shelf: &dyn Shelf, state: &State) -> Result<(Plan, Delta<'j>), Vec<Diag>> {
    let (empty, nothing, claims) = (Manifest::default(), BTreeMap::new(), Claims::new());
    let manifest = state.live.as_ref().map(|live| &live.manifest);
    let known = Known {
        manifest: manifest.unwrap_or(&empty),
        claims: &claims,
        looked: state.looked.as_ref().unwrap_or(&nothing),
        all_looked: state.looked.is_some(),
    };
    let mut delta = delta(job.local, known, job.options.now, job.target.grace);
    // In a release, pages that nothing links any more have no reason to stay.
    if shelf.is_switched() {
        let pages = delta.gone.keys().filter(|path| is_page(path)).cloned();
        delta.due.extend(pages.collect::<Vec<_>>());
    }
    let new: Vec<&LocalFile> = delta.sends.iter().map(|send| send.file).collect();
    delta.strangers.extend(
        shelf.strangers(state.live.as_ref(), &new, state.looked.is_some()).map_err(|diag| vec![diag])?,
    );
    let refused = refuse::change(job.local, manifest, &delta, job.confirmed());
    if !refused.is_empty() {
        return Err(refused);
    }
    let phases = if shelf.is_switched() { order::whole(&delta) } else { order::in_place(&delta, false) };
    let before = |path: &str| shelf.page(state.live.as_ref()?, path);
    Ok((job.plan(&delta, known.manifest, phases, shelf.words(), shelf.is_switched(), &before), delta))
}

/// What would be done.
pub(crate) fn plan(job: &Job<'_>, shelf: &dyn Shelf) -> Result<Plan, Vec<Diag>> {
    let state = look(job, shelf).map_err(|diag| vec![diag])?;
    compare(job, shelf, &state).map(|(plan, _)| plan)
}

/// Publishes.
pub(crate) fn run(
    job: &Job<'_>,
    shelf: &dyn Shelf,
    report: &mut Report,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), Vec<Diag>> {
    let one = |diag| vec![diag];
    let _lock = shelf.lock().map_err(one)?;
    let state = look(job, shelf).map_err(one)?;
    job.still_back(state.live.as_ref().map(|live| &live.manifest.head)).map_err(one)?;
    let (plan, delta) = compare(job, shelf, &state)?;
    let words: Vec<String> = plan.words.iter().map(Line::to_string).collect();
    let words = words.join("; ");
    report.plan = Some(plan.clone());
    if delta.is_empty() {
        return Ok(());
    }
    let waits = |(path, _): &(&String, &Old)| !delta.due.contains(*path);
    let old: BTreeMap<String, Old> =
        delta.old.iter().chain(&delta.gone).filter(waits).map(|(p, o)| (p.clone(), o.clone())).collect();
    let all = delta.old.keys().chain(delta.gone.keys()).map(String::as_str);
    let manifest = manifest(job, shelf, state.live.as_ref(), old.clone());
    let stage = Stage {
        local: job.local,
        send: delta.sends.iter().map(|send| send.file).collect(),
        keep: delta.kept.keys().copied().collect(),
        carry: old.keys().map(String::as_str).collect(),
        drop: all.filter(|path| delta.due.contains(*path)).collect(),
        live: state.live.as_ref(),
        manifest,
        passes: plan.phases.iter().map(|phase| puts(phase)).filter(|pass| !pass.is_empty()).collect(),
        words,
    };
    report.began = true;
    report.deleted = stage.drop.len();
    let head = stage.manifest.head.clone();
    if !shelf.is_switched() {
        job.keep().map_err(one)?;
    }
    (report.sent, report.bytes) = shelf.make(stage, progress).map_err(one)?;
    if !shelf.is_switched() {
        job.forget(&head);
    }
    Ok(())
}

fn puts(phase: &order::Phase) -> Vec<&str> {
    let put = |step: &order::Step| matches!(step, order::Step::Put { .. });
    phase.steps.iter().filter(|step| put(step)).map(order::Step::path).collect()
}

fn manifest(job: &Job<'_>, shelf: &dyn Shelf, live: Option<&Live>, old: BTreeMap<String, Old>) -> Manifest {
    let head = job.head(live.map(|live| &live.manifest));
    let entry = |file: &LocalFile| {
        let headers = Headers::of(&file.path).short();
        let version = shelf.version(file);
        (file.path.clone(), Entry { hash: file.hash, size: file.size, headers, version })
    };
    Manifest { head, files: job.local.files.iter().map(entry).collect(), old }
}

/// A release's folder by its number.
pub(crate) fn id(serial: u64) -> String {
    format!("{serial:06}")
}

/// What going back from one release to another amounts to.
pub(crate) fn way_back(place: String, from: &Manifest, to: &Manifest) -> Plan {
    let differs = |path: &&String| {
        let (a, b) = (from.files.get(*path), to.files.get(*path));
        a.map(|entry| entry.hash) != b.map(|entry| entry.hash)
    };
    let paths: BTreeSet<&String> = from.files.keys().chain(to.files.keys()).collect();
    let changed: Vec<&String> = paths.into_iter().filter(differs).collect();
    let steps =
        changed.iter().map(|path| order::Step::Delete { path: (*path).clone(), version: String::new() });
    let phase = order::Phase { name: "going back", steps: steps.collect() };
    Plan {
        target: String::new(),
        place,
        serial: to.head.serial,
        whole: true,
        unchanged: to.files.len() - changed.iter().filter(|path| to.files.contains_key(**path)).count(),
        bytes: 0,
        purge: purge::list(&to.head.site, &[phase]),
        phases: Vec::new(),
        waiting: 0,
        next_due: None,
        foreign: Vec::new(),
        words: vec![Line::Back { to: id(to.head.serial), from: id(from.head.serial), n: changed.len() }],
    }
}

/// A folder of releases on this machine.
pub(crate) struct Folder {
    root: PathBuf,
    keep: usize,
    hook: Option<Hook>,
}

impl Folder {
    pub(crate) fn new(root: &Path, keep: usize, hook: Option<Hook>) -> Self {
        Self { root: root.to_owned(), keep, hook }
    }

    fn release(&self, id: &str) -> PathBuf {
        self.root.join("releases").join(id)
    }

    fn manifest_of(&self, id: &str) -> PathBuf {
        self.root.join(OURS).join("releases").join(id)
    }

    fn live_id(&self) -> Result<Option<String>, Diag> {
        let link = self.root.join("current");
        match fs::read_link(&link) {
            Ok(to) => Ok(to.file_name().map(|name| name.to_string_lossy().into_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(_) => Err(diag::publish_stranger(&link.to_string_lossy())),
        }
    }

    fn read(&self, id: &str) -> Result<Manifest, Diag> {
        let path = self.manifest_of(id);
        let bytes = fs::read(&path)
            .map_err(|_| diag::publish_stranger(&self.root.join("current").to_string_lossy()))?;
        Manifest::read(&bytes).ok_or_else(|| diag::publish_damaged(&self.words()))
    }

    /// Complete releases, oldest first.
    fn ids(&self) -> Vec<String> {
        let entries = fs::read_dir(self.root.join(OURS).join("releases"));
        let names = entries.into_iter().flatten().flatten();
        let mut ids: Vec<String> = names
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| name.len() >= 6 && name.bytes().all(|b| b.is_ascii_digit()))
            .collect();
        ids.sort();
        ids
    }

    /// Does one change, with the hook around it.
    fn change<T>(
        &self,
        operation: &str,
        path: &Path,
        work: impl FnOnce() -> std::io::Result<T>,
    ) -> Result<T, Diag> {
        let hook = |when: &str| match &self.hook {
            Some(hook) => hook(&format!("{when} {operation} {}", path.display()))
                .map_err(|why| diag::publish_incomplete(&why)),
            None => Ok(()),
        };
        hook("before")?;
        let done = work().map_err(|error| match dir::fault(path, operation, &error) {
            Fault::Failed(why) => diag::publish_incomplete(&why),
            Fault::Unmet => diag::publish_raced(operation),
        })?;
        hook("after")?;
        Ok(done)
    }

    /// Puts the link on a release: one rename.
    fn switch(&self, id: &str) -> Result<(), Diag> {
        let link = self.root.join("current");
        let next = self.root.join(OURS).join("next");
        self.change("switch to the release", &link, || {
            match fs::remove_file(&next) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            symlink(&Path::new("releases").join(id), &next)?;
            fs::rename(&next, &link)
        })
    }

    /// Removes a release that is no longer kept: its own files, and folders that this empties.
    fn remove(&self, id: &str) -> Result<(), Diag> {
        let folder = self.release(id);
        let manifest = self.read(id)?;
        let mut folders = BTreeSet::new();
        for path in manifest.files.keys().chain(manifest.old.keys()) {
            let file = folder.join(path);
            self.change("remove", &file, || match fs::remove_file(&file) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            })?;
            let above = Path::new(path).ancestors().skip(1);
            folders.extend(above.map(|above| folder.join(above)));
        }
        // From the inside out; one that holds somebody else's file stays.
        for folder in folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
        let record = self.manifest_of(id);
        self.change("remove", &record, || fs::remove_file(&record))
    }
}

#[cfg(unix)]
fn symlink(to: &Path, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::Error::other("releases need links: say mode = \"in-place\" in site.toml"))
}

impl Shelf for Folder {
    fn words(&self) -> String {
        format!("the folder {}", self.root.display())
    }

    fn lock(&self) -> Result<Box<dyn Send>, Diag> {
        let path = self.root.join(OURS).join("lock");
        match disk::Lock::take(&path) {
            Ok(lock) => Ok(Box::new(lock)),
            Err(diag) if diag.code == "LOCK" => Err(diag::publish_locked(&path.to_string_lossy())),
            Err(diag) => Err(diag),
        }
    }

    fn live(&self) -> Result<Option<Live>, Diag> {
        let Some(id) = self.live_id()? else { return Ok(None) };
        let manifest = self.read(&id)?;
        Ok(Some(Live { id, manifest }))
    }

    fn looked(&self, live: &Live, _: &Local) -> Result<Option<BTreeMap<String, Option<Seen>>>, Diag> {
        use crate::publish::remote::Remote as _;
        let folder = dir::Folder::new(&self.release(&live.id));
        let listed = folder.list().map_err(|fault| match fault {
            Fault::Failed(why) => diag::publish_incomplete(&why),
            Fault::Unmet => diag::publish_raced("the release"),
        })?;
        Ok(Some(listed.into_iter().map(|seen| (seen.path.clone(), Some(seen))).collect()))
    }

    fn page(&self, live: &Live, path: &str) -> Option<Vec<u8>> {
        fs::read(self.release(&live.id).join(path)).ok()
    }

    fn make(&self, stage: Stage<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(usize, u64), Diag> {
        let ids = self.ids();
        // After going back, numbers above the live one are taken.
        let newest = ids.last().and_then(|id| id.parse::<u64>().ok()).unwrap_or(0);
        let mut manifest = stage.manifest;
        manifest.head.serial = manifest.head.serial.max(newest + 1);
        let id = id(manifest.head.serial);
        let folder = self.release(&id);
        let total = stage.send.len() + stage.keep.len() + stage.carry.len();
        let mut done = 0;
        let mut step = |done: &mut usize| {
            progress(Progress { phase: "new release", done: *done, total });
            *done += 1;
        };
        self.change("make the folder", &folder, || fs::create_dir_all(&folder))?;
        let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
        let mut parent = |path: &Path| {
            let above = path.parent().unwrap_or(&folder).to_owned();
            if folders.contains(&above) {
                return Ok(());
            }
            self.change("make the folder", &above, || fs::create_dir_all(&above))?;
            folders.insert(above);
            Ok(())
        };
        // A release that was not completed is gone on with: what is there and right stays.
        let is_there = |path: &Path, hash: Fingerprint| {
            fs::symlink_metadata(path).is_ok_and(|there| there.is_file())
                && fs::read(path).is_ok_and(|bytes| Fingerprint::of(&bytes) == hash)
        };
        let (mut sent, mut bytes_sent) = (0, 0);
        let mut put = |path: &str, hash: Fingerprint, bytes: &dyn Fn() -> Result<Vec<u8>, Diag>| {
            let place = folder.join(path);
            if is_there(&place, hash) {
                return Ok(());
            }
            let bytes = bytes()?;
            let temporary = self.root.join(OURS).join("new");
            self.change("write", &place, || {
                fs::write(&temporary, &bytes)?;
                fs::rename(&temporary, &place)
            })?;
            sent += 1;
            bytes_sent += bytes.len() as u64;
            Ok::<(), Diag>(())
        };
        for file in &stage.send {
            step(&mut done);
            parent(&folder.join(&file.path))?;
            put(&file.path, file.hash, &|| stage.local.bytes(file))?;
        }
        for path in stage.keep.iter().chain(&stage.carry) {
            step(&mut done);
            let Some(live) = stage.live else { continue };
            let (from, to) = (self.release(&live.id).join(path), folder.join(path));
            parent(&to)?;
            let hash = manifest.files.get(*path).map(|entry| entry.hash);
            let hash = hash.or_else(|| manifest.old.get(*path).map(|old| old.hash)).unwrap_or_default();
            let linked = self.change("link", &to, || match fs::hard_link(&from, &to) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(is_there(&to, hash)),
                // File systems without hard links, and those that allow only so many to one file.
                Err(_) => Ok(false),
                Ok(()) => Ok(true),
            })?;
            match stage.local.find(path) {
                _ if linked => {}
                Some(file) => put(path, file.hash, &|| stage.local.bytes(file))?,
                None => put(path, hash, &|| disk::bytes(&from))?,
            }
        }
        self.remove_others(&folder, &manifest)?;
        sync(&self.root);
        let record = self.manifest_of(&id);
        self.change("write", &record, || {
            disk::replace(&record, manifest.write().as_bytes(), Durability::PowerCut)
                .map_err(|diag| std::io::Error::other(diag.message))
        })?;
        self.switch(&id)?;
        let kept: Vec<String> = self.ids();
        let surplus = kept.len().saturating_sub(self.keep);
        for old in kept.iter().take(surplus).filter(|old| **old != id) {
            self.remove(old)?;
        }
        Ok((sent, bytes_sent))
    }

    fn rollback(&self, _now: i64) -> Result<Plan, Diag> {
        let _lock = self.lock()?;
        let Some(live) = self.live()? else { return Err(diag::publish_no_release(&self.words())) };
        let ids = self.ids();
        let before = id(live.manifest.head.after);
        let Some(to) = ids.iter().find(|id| **id == before) else {
            return Err(diag::publish_no_release(&self.words()));
        };
        let earlier = self.read(to)?;
        self.switch(to)?;
        Ok(way_back(self.words(), &live.manifest, &earlier))
    }
}

impl Folder {
    /// Removes what an unfinished release of that number left and this one does not have.
    fn remove_others(&self, folder: &Path, manifest: &Manifest) -> Result<(), Diag> {
        for entry in walkdir::WalkDir::new(folder).into_iter().flatten() {
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let name = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
            let is_ours = manifest.files.contains_key(&name) || manifest.old.contains_key(&name);
            if !entry.file_type().is_dir() && !is_ours {
                self.change("remove", entry.path(), || fs::remove_file(entry.path()))?;
            }
        }
        Ok(())
    }
}

/// A power cut after the switch must not find empty files behind it.
#[cfg(target_os = "linux")]
fn sync(root: &Path) {
    if let Ok(folder) = File::open(root) {
        let _ = rustix::fs::syncfs(&folder);
    }
}

#[cfg(not(target_os = "linux"))]
fn sync(_: &Path) {}
