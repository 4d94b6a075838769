//! Publishing to a target that is changed object by object: lock, compare, claim, the phases in their order,
//! manifest, what is due to be removed, unlock.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use crate::diag::{self, Diag};
use crate::fingerprint::Fingerprint;
use crate::publish::delta::{Claims, Delta, Known, delta};
use crate::publish::headers::Headers;
use crate::publish::local::Local;
use crate::publish::lock::{self, Lock};
use crate::publish::manifest::{self, Entry, Head, Manifest, Old};
use crate::publish::order::{self, Phase, Plan, Step};
use crate::publish::remote::{Condition, Fault, Put, Remote, Seen};
use crate::publish::{Job, Progress, Report, refuse};

/// The page that takes the place of a withdrawn one.
pub(crate) const NOT_FOUND: &str = "404.html";

/// What was read at the target.
struct State {
    manifest: Option<(Manifest, String)>,
    looked: BTreeMap<String, Option<Seen>>,
    /// Whether that is everything there is.
    all_looked: bool,
}

/// A remote that counts its requests.
pub(crate) struct Counted<'r> {
    inner: &'r dyn Remote,
    count: AtomicUsize,
}

impl<'r> Counted<'r> {
    pub(crate) fn new(inner: &'r dyn Remote) -> Self {
        Self { inner, count: AtomicUsize::new(0) }
    }

    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    fn one(&self) -> &'r dyn Remote {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.inner
    }
}

impl Remote for Counted<'_> {
    fn words(&self) -> String {
        self.inner.words()
    }
    fn read(&self, path: &str) -> Result<Option<(Vec<u8>, Seen)>, Fault> {
        self.one().read(path)
    }
    fn look(&self, path: &str) -> Result<Option<Seen>, Fault> {
        self.one().look(path)
    }
    fn put(&self, put: &Put<'_>) -> Result<String, Fault> {
        self.one().put(put)
    }
    fn delete(&self, path: &str, version: &str) -> Result<(), Fault> {
        self.one().delete(path, version)
    }
    fn list(&self) -> Result<Vec<Seen>, Fault> {
        self.one().list()
    }
    fn width(&self) -> usize {
        self.inner.width()
    }
    fn refuse(&self, path: &str, size: u64) -> Option<Diag> {
        self.inner.refuse(path, size)
    }
}

fn failed(fault: Fault, what: &str) -> Diag {
    match fault {
        Fault::Unmet => diag::publish_raced(what),
        Fault::Failed(why) => diag::publish_incomplete(&why),
    }
}

/// What would be done, without doing any of it.
pub(crate) fn plan(job: &Job<'_>, remote: &dyn Remote) -> Result<Plan, Vec<Diag>> {
    let claims = lock::claims(remote).map_err(|diag| vec![diag])?;
    let state = look(job, remote, &claims).map_err(|diag| vec![diag])?;
    let (plan, _) = compare(job, remote, &state, &claims)?;
    Ok(plan)
}

/// Publishes.
pub(crate) fn run(
    job: &Job<'_>,
    remote: &dyn Remote,
    report: &mut Report,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), Vec<Diag>> {
    let (lock, claims) = Lock::take(remote, &job.wish()).map_err(|diag| vec![diag])?;
    let has_claims = !claims.is_empty();
    let over = AtomicBool::new(false);
    let (ended, until) = mpsc::channel::<()>();
    let beat = (job.lease / 4).max(Duration::from_millis(20));
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            let until = until;
            while until.recv_timeout(beat) == Err(mpsc::RecvTimeoutError::Timeout) {
                if !over.load(Ordering::Relaxed) {
                    lock.beat();
                }
            }
        });
        let outcome = under_lock(job, remote, &lock, &claims, report, progress);
        over.store(true, Ordering::Relaxed);
        drop(ended);
        outcome
    });
    let began = report.began;
    lock.release(outcome.is_err() && (began || has_claims));
    outcome
}

fn under_lock(
    job: &Job<'_>,
    remote: &dyn Remote,
    lock: &Lock<'_>,
    claims: &Claims,
    report: &mut Report,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), Vec<Diag>> {
    let one = |diag| vec![diag];
    let state = look(job, remote, claims).map_err(one)?;
    job.still_back(state.manifest.as_ref().map(|(manifest, _)| &manifest.head)).map_err(one)?;
    let (plan, delta) = compare(job, remote, &state, claims)?;
    let nothing = delta.is_empty();
    report.plan = Some(plan.clone());
    if nothing {
        return Ok(());
    }
    let tombstone = tombstone(job.local).map_err(one)?;
    let buried = tombstone.as_deref().map(Fingerprint::of).unwrap_or_default();
    let (last, phases): (Vec<&Phase>, Vec<&Phase>) =
        plan.phases.iter().partition(|phase| matches!(phase.steps.first(), Some(Step::Delete { .. })));
    let puts = phases.iter().flat_map(|phase| &phase.steps).filter_map(|step| match step {
        Step::Put { path, hash, .. } => Some((path.as_str(), *hash)),
        Step::Bury { path, .. } => Some((path.as_str(), buried)),
        Step::Delete { .. } => None,
    });
    report.began = true;
    job.keep().map_err(one)?;
    lock.claim(puts).map_err(one)?;
    let mut work = Work { job, remote, lock, tombstone: tombstone.as_deref(), total: 0, done: 0 };
    work.total = plan.phases.iter().map(|phase| phase.steps.len()).sum();
    let mut sent: BTreeMap<&str, String> = BTreeMap::new();
    let are_new = |phase: &&Phase| order::is_early(phase.name);
    let mut unlinked = phases.iter().any(are_new) || claims.values().any(|claim| !claim.linked);
    for phase in phases {
        lock.check().map_err(one)?;
        if unlinked && !order::is_early(phase.name) {
            lock.link(|path| job.local.find(path).is_some()).map_err(one)?;
            unlinked = false;
        }
        for (at, outcome) in work.all(phase, progress).map_err(one)? {
            let step = &phase.steps[at];
            if let (Step::Put { bytes, .. }, true) = (step, outcome.sent) {
                report.sent += 1;
                report.bytes += bytes;
            }
            sent.insert(step.path(), outcome.version);
        }
    }
    lock.check().map_err(one)?;
    let before = state.manifest.as_ref();
    let mut manifest = next(job, &delta, before.map(|(manifest, _)| manifest), &sent, buried);
    let mut version = save(remote, &manifest, before.map(|(_, version)| version.as_str())).map_err(one)?;
    for phase in last {
        lock.check().map_err(one)?;
        let phase = with_versions(phase, &sent);
        for (at, outcome) in work.all(&phase, progress).map_err(one)? {
            report.deleted += usize::from(outcome.sent);
            manifest.old.remove(phase.steps[at].path());
        }
        version = save(remote, &manifest, Some(&version)).map_err(one)?;
    }
    job.forget(&manifest.head);
    Ok(())
}

/// What is removed may just have been buried: then it has another version.
fn with_versions(phase: &Phase, sent: &BTreeMap<&str, String>) -> Phase {
    let steps = phase.steps.iter().map(|step| match (step, sent.get(step.path())) {
        (Step::Delete { path, .. }, Some(version)) => {
            Step::Delete { path: path.clone(), version: version.clone() }
        }
        (step, _) => step.clone(),
    });
    Phase { name: phase.name, steps: steps.collect() }
}

/// What the manifest says of the publication that is out.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn live(remote: &dyn Remote) -> Result<Option<Head>, Diag> {
    Ok(manifest(remote)?.map(|(manifest, _)| manifest.head))
}

fn manifest(remote: &dyn Remote) -> Result<Option<(Manifest, String)>, Diag> {
    let read = remote.read(manifest::PATH).map_err(|fault| failed(fault, "the manifest"))?;
    let Some((bytes, seen)) = read else { return Ok(None) };
    let manifest = Manifest::read(&bytes).ok_or_else(|| diag::publish_damaged(&remote.words()))?;
    Ok(Some((manifest, seen.version)))
}

/// Reads the manifest, and looks at what is not known for certain.
fn look(job: &Job<'_>, remote: &dyn Remote, claims: &Claims) -> Result<State, Diag> {
    let manifest = manifest(remote)?;
    let mut looked: BTreeMap<String, Option<Seen>> = BTreeMap::new();
    let mut unsure: Vec<&str> = claims.keys().map(String::as_str).collect();
    // Where nothing of ours is yet, everything is looked at: others' files may be in the way.
    let all_looked = job.options.verify_remote || manifest.is_none();
    if all_looked {
        let listed = remote.list().map_err(|fault| failed(fault, "the list of files"))?;
        looked.extend(listed.into_iter().map(|seen| (seen.path.clone(), Some(seen))));
        let is_out = |path: &str| manifest.as_ref().is_some_and(|(m, _)| m.files.contains_key(path));
        let ours = job.local.files.iter().map(|file| file.path.as_str());
        unsure.extend(ours.filter(|path| !is_out(path) && looked.contains_key(*path)));
        // Not every store's list says which version a file has.
        let has_none = |path: &str| {
            looked.get(path).is_some_and(|seen| seen.as_ref().is_some_and(|seen| seen.version.is_empty()))
        };
        let out = manifest.iter().flat_map(|(manifest, _)| manifest.files.keys());
        unsure.extend(out.map(String::as_str).filter(|path| has_none(path)));
        unsure.retain(|path| !matches!(looked.get(*path), Some(Some(seen)) if seen.hash.is_some()));
    }
    let seen = each(
        &unsure,
        remote.width(),
        |path| remote.look(path).map_err(|fault| failed(fault, path)),
        &mut |_| {},
    )?;
    looked.extend(unsure.iter().map(|path| (*path).to_owned()).zip(seen));
    Ok(State { manifest, looked, all_looked })
}

/// Compares, and refuses what must not happen.
fn compare<'j>(
    job: &Job<'j>,
    remote: &dyn Remote,
    state: &State,
    claims: &Claims,
) -> Result<(Plan, Delta<'j>), Vec<Diag>> {
    let empty = Manifest::default();
    let manifest = state.manifest.as_ref().map(|(manifest, _)| manifest);
    let known = Known {
        manifest: manifest.unwrap_or(&empty),
        claims,
        looked: &state.looked,
        all_looked: state.all_looked,
    };
    let delta = delta(job.local, known, job.options.now, job.target.grace);
    let mut refused = refuse::change(job.local, manifest, &delta, job.confirmed());
    let puts = delta.sends.iter().map(|send| send.file);
    refused.extend(puts.filter_map(|file| remote.refuse(&file.path, file.size)));
    if !refused.is_empty() {
        return Err(refused);
    }
    let phases = order::in_place(&delta, job.local.find(NOT_FOUND).is_some());
    let before = |path: &str| remote.read(path).ok().flatten().map(|(bytes, _)| bytes);
    Ok((job.plan(&delta, known.manifest, phases, remote.words(), false, &before), delta))
}

/// The 404 page of the tree.
fn tombstone(local: &Local) -> Result<Option<Vec<u8>>, Diag> {
    local.find(NOT_FOUND).map(|file| local.bytes(file)).transpose()
}

/// The manifest of the publication that was just made.
fn next(
    job: &Job<'_>,
    delta: &Delta<'_>,
    before: Option<&Manifest>,
    sent: &BTreeMap<&str, String>,
    buried: Fingerprint,
) -> Manifest {
    let head = job.head(before);
    let mut manifest = Manifest { head, files: BTreeMap::new(), old: delta.old.clone() };
    for file in &job.local.files {
        let path = file.path.as_str();
        let version = sent.get(path).cloned();
        let entry = match (version, delta.kept.get(path)) {
            (None, Some(kept)) => kept.clone(),
            (version, _) => Entry {
                hash: file.hash,
                size: file.size,
                headers: Headers::of(path).short(),
                version: version.unwrap_or_default(),
            },
        };
        manifest.files.insert(file.path.clone(), entry);
    }
    for (path, old) in &delta.gone {
        let old = match sent.get(path.as_str()) {
            Some(version) => Old { hash: buried, version: version.clone(), ..old.clone() },
            None => old.clone(),
        };
        manifest.old.insert(path.clone(), old);
    }
    manifest
}

fn save(remote: &dyn Remote, manifest: &Manifest, version: Option<&str>) -> Result<String, Diag> {
    let text = manifest.write();
    let hash = Fingerprint::of(text.as_bytes());
    let condition = version.map_or(Condition::Absent, |version| Condition::Is(version.to_owned()));
    let headers = Headers::record();
    let put =
        Put { path: manifest::PATH, bytes: text.as_bytes(), hash, headers: &headers, condition: &condition };
    match remote.put(&put) {
        Ok(version) => Ok(version),
        Err(Fault::Unmet) => match remote.look(manifest::PATH) {
            // The answer to the request was lost, and it was made again.
            Ok(Some(seen)) if seen.hash == Some(hash) => Ok(seen.version),
            _ => Err(diag::publish_raced("the manifest")),
        },
        Err(fault) => Err(failed(fault, "the manifest")),
    }
}

/// What a step came to.
struct Outcome {
    version: String,
    /// Whether anything was sent; if not, the target had it.
    sent: bool,
}

struct Work<'w> {
    job: &'w Job<'w>,
    remote: &'w dyn Remote,
    lock: &'w Lock<'w>,
    tombstone: Option<&'w [u8]>,
    total: usize,
    done: usize,
}

impl Work<'_> {
    /// All steps of a phase; with the number of each comes what it came to.
    fn all(
        &mut self,
        phase: &Phase,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Vec<(usize, Outcome)>, Diag> {
        let (begun, total) = (self.done, self.total);
        let steps: Vec<usize> = (0..phase.steps.len()).collect();
        let mut count = 0;
        progress(Progress { phase: phase.name, done: begun, total });
        let outcomes = each(&steps, self.remote.width(), |at| self.one(&phase.steps[*at]), &mut |_| {
            count += 1;
            progress(Progress { phase: phase.name, done: begun + count, total });
        })?;
        self.done += steps.len();
        Ok(steps.into_iter().zip(outcomes).collect())
    }

    fn one(&self, step: &Step) -> Result<Outcome, Diag> {
        self.lock.check()?;
        match step {
            Step::Put { path, hash, headers, expect, .. } => {
                let local = self.job.local;
                let file = local.find(path).ok_or_else(|| diag::built_file_gone(path))?;
                let bytes = local.bytes(file)?;
                self.put(&Put { path, bytes: &bytes, hash: *hash, headers, condition: expect })
            }
            Step::Bury { path, version } => {
                let bytes = self.tombstone.unwrap_or_default();
                let (hash, headers) = (Fingerprint::of(bytes), Headers::buried());
                let condition = Condition::Is(version.clone());
                self.put(&Put { path, bytes, hash, headers: &headers, condition: &condition })
            }
            Step::Delete { path, version } => match self.remote.delete(path, version) {
                Ok(()) => Ok(Outcome { version: String::new(), sent: true }),
                // It is somebody else's by now.
                Err(Fault::Unmet) => Ok(Outcome { version: String::new(), sent: false }),
                Err(fault) => Err(failed(fault, path)),
            },
        }
    }

    fn put(&self, put: &Put<'_>) -> Result<Outcome, Diag> {
        match self.remote.put(put) {
            Ok(version) => return Ok(Outcome { version, sent: true }),
            Err(Fault::Unmet) => {}
            Err(fault) => return Err(failed(fault, put.path)),
        }
        match self.remote.look(put.path).map_err(|fault| failed(fault, put.path))? {
            Some(seen) if seen.hash == Some(put.hash) => Ok(Outcome { version: seen.version, sent: false }),
            // It was there and is gone: ours to put again.
            None => {
                let again = Put { condition: &Condition::Absent, ..*put };
                let version = self.remote.put(&again).map_err(|fault| failed(fault, put.path))?;
                Ok(Outcome { version, sent: true })
            }
            Some(_) => Err(diag::publish_stranger(put.path)),
        }
    }
}

/// Works on all items, so many at a time, and stops at the first error.
pub(crate) fn each<T: Sync, R: Send>(
    items: &[T],
    width: usize,
    work: impl Fn(&T) -> Result<R, Diag> + Sync,
    done: &mut dyn FnMut(usize),
) -> Result<Vec<R>, Diag> {
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
    let mut error = None;
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..width.clamp(1, items.len().max(1)) {
            let (sender, next, stop, work) = (sender.clone(), &next, &stop, &work);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    let result = work(item);
                    stop.fetch_or(result.is_err(), Ordering::Relaxed);
                    if sender.send((at, result)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (at, result) in receiver {
            match result {
                Ok(result) => {
                    results[at] = Some(result);
                    done(at);
                }
                Err(diag) => error = error.take().or(Some(diag)),
            }
        }
    });
    match error {
        Some(diag) => Err(diag),
        None => Ok(results.into_iter().flatten().collect()),
    }
}
