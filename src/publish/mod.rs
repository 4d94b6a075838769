//! The verb `publish`: brings a target up to date with a finished build, such that at every instant every link of
//! every page that can be reached works. Pure but for the adapters: a tree ([`local`]) and what a target says was
//! published before ([`manifest`]) are compared ([`delta`]), what must not happen is refused ([`refuse`],
//! [`limits`]), and the rest becomes phases of steps ([`order`]). These are carried out object by object
//! ([`in_place`]) or as a whole new release ([`releases`], [`git`]).

mod credentials;
mod delta;
mod dir;
mod former;
mod git;
pub mod headers;
pub mod hosting;
mod in_place;
mod limits;
mod local;
mod lock;
pub mod manifest;
pub mod order;
mod purge;
mod refuse;
mod releases;
pub mod remote;
mod rsync;
#[cfg(feature = "s3")]
mod s3;
pub mod watch;
mod words;

pub use self::credentials::CredentialsFile;
pub use self::delta::Why;
pub use self::headers::Headers;
pub use self::order::{Phase, Plan, Step};
pub use self::releases::Hook;
pub use self::words::{Line, Page};

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::build;
use crate::clock::Clock;
use crate::diag::{self, Diag};
use crate::disk::{self, Dir, Durability};
use crate::fingerprint::Fingerprint;
use crate::ledger::Memory;
use crate::load::{self, Wishes};
use crate::publish::delta::Delta;
use crate::publish::former::Former;
use crate::publish::in_place::Counted;
use crate::publish::local::Local;
use crate::publish::lock::Wish;
use crate::publish::manifest::{Head, Manifest};
use crate::publish::refuse::Confirmed;
use crate::publish::releases::Shelf;
use crate::publish::remote::Remote;
use crate::target::{Mode, Place, Target};

/// What is to be published, where, and what was agreed to.
#[derive(Clone, Debug)]
pub struct Options {
    /// The site's folder.
    pub site: PathBuf,
    /// The target's name; may be left out when there is one.
    pub target: Option<String>,
    /// The finished build; default: `public/` in the site.
    pub output: Option<PathBuf>,
    /// Seconds since 1970.
    pub now: i64,
    /// List the target, and put right what is not as published.
    pub verify_remote: bool,
    /// So many published files may go, although that is more than a tenth.
    pub confirm_deletes: Option<usize>,
    /// Publish a build that left bad files out.
    pub allow_incomplete: bool,
    /// Where keys for an S3 store are, when the environment has none.
    pub credentials: Option<CredentialsFile>,
    /// Texts that must not be in any message.
    pub secrets: Vec<String>,
    /// Who publishes, for the message that others get.
    pub who: String,
    /// After so long without a sign, another publisher is taken for dead.
    pub lease: Duration,
}

impl Options {
    /// What a site's only target needs.
    #[must_use]
    pub fn new(site: &Path, now: i64) -> Self {
        Self {
            site: site.to_owned(),
            target: None,
            output: None,
            now,
            verify_remote: false,
            confirm_deletes: None,
            allow_incomplete: false,
            credentials: None,
            secrets: Vec::new(),
            who: format!("process {}", std::process::id()),
            lease: LEASE,
        }
    }
}

/// Two minutes: no upload takes so long without another one beginning, and nobody minds waiting it out.
pub const LEASE: Duration = Duration::from_secs(120);

/// How far a publication is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The phase.
    pub phase: &'a str,
    /// Steps done.
    pub done: usize,
    /// Of so many.
    pub total: usize,
}

/// What a publication did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Exit code of the command.
    pub exit: u8,
    /// What was to be done; `None` when it did not come to that.
    pub plan: Option<Plan>,
    /// Files sent.
    pub sent: usize,
    /// Bytes sent.
    pub bytes: u64,
    /// Superseded files removed.
    pub deleted: usize,
    /// Requests made; 0 where there are none to count.
    pub requests: usize,
    /// Lines added to urls.txt.
    pub urls: usize,
    /// All complaints.
    pub diags: Vec<Diag>,
    /// Whether anything at the target was touched.
    pub began: bool,
}

/// A publication with everything it needs.
pub(crate) struct Job<'j> {
    pub(crate) options: &'j Options,
    pub(crate) target: &'j Target,
    pub(crate) local: &'j Local,
    pub(crate) lease: Duration,
    token: String,
    before: Vec<String>,
    /// Whether people will read the plan.
    is_dry: bool,
    /// Whether the tree is the one that was out before.
    is_back: bool,
    former: Former,
}

impl<'j> Job<'j> {
    /// How many addresses may vanish.
    pub(crate) fn confirmed(&self) -> Confirmed {
        match self.options.confirm_deletes {
            _ if self.is_back => Confirmed::All,
            Some(count) => Confirmed::Exactly(count),
            None => Confirmed::None,
        }
    }

    /// What the manifest says of this publication.
    pub(crate) fn head(&self, before: Option<&Manifest>) -> Head {
        let site = &self.local.label.base_url;
        Head::next(before.map(|m| &m.head), site, self.options.now, self.local.tree(), self.is_back)
    }

    /// Going back leads to what was out before what is out now, which nobody may have changed meanwhile; if it is out
    /// already, superseded files remain to be removed.
    ///
    /// # Errors
    /// Somebody did.
    pub(crate) fn still_back(&self, live: Option<&Head>) -> Result<(), Diag> {
        let tree = self.local.tree();
        let leads = |head: &Head| head.tree == tree || head.former.first() == Some(&tree);
        if self.is_back && !live.is_some_and(leads) {
            return Err(diag::publish_raced("what is published"));
        }
        Ok(())
    }

    /// Keeps the tree, for going back to it.
    pub(crate) fn keep(&self) -> Result<(), Diag> {
        if !self.is_back {
            self.former.settle();
        }
        self.former.keep(self.local)
    }

    /// Forgets the trees that nobody can go back to any more.
    pub(crate) fn forget(&self, head: &Head) {
        let kept: Vec<Fingerprint> = [head.tree].into_iter().chain(head.former.iter().copied()).collect();
        self.former.forget_but(&kept);
    }

    pub(crate) fn wish(&self) -> Wish<'_> {
        Wish {
            token: &self.token,
            before: &self.before,
            who: &self.options.who,
            now: self.options.now,
            lease: self.lease,
        }
    }

    /// The plan as a value.
    pub(crate) fn plan(
        &self,
        delta: &Delta<'j>,
        manifest: &Manifest,
        phases: Vec<Phase>,
        place: String,
        whole: bool,
        before: &words::Before<'_>,
    ) -> Plan {
        let waiting = delta.old.iter().chain(&delta.gone).filter(|(path, _)| !delta.due.contains(*path));
        let waiting: Vec<i64> = waiting
            .filter(|(path, _)| !whole || !delta::is_page(path))
            .map(|(_, old)| old.since + self.target.grace)
            .collect();
        Plan {
            target: self.target.name.clone(),
            place,
            serial: manifest.head.serial + 1,
            whole,
            unchanged: delta.kept.len(),
            bytes: delta.sends.iter().map(|send| send.file.size).sum(),
            purge: purge::list(&self.local.label.base_url, &phases),
            phases,
            waiting: waiting.len(),
            next_due: waiting.into_iter().min(),
            foreign: delta.foreign.clone(),
            words: words::of(self.local, delta, self.is_dry.then_some(before)),
        }
    }
}

/// A target that can be worked on.
enum Opened {
    InPlace(Box<dyn Remote>),
    Whole(Box<dyn Shelf>),
}

/// The targets that site.toml names.
///
/// # Errors
/// There is no site, or its configuration has faults.
pub fn targets(site: &Path) -> Result<Vec<Target>, Vec<Diag>> {
    let text = load::read_config(&Dir::new(site), &site.to_string_lossy()).map_err(|diag| vec![diag])?;
    let wishes =
        Wishes { base_url: None, clock: Clock { now: 0, drafts: false, future: false }, keep_going: false };
    let parsed = load::parse_config(&text, &wishes);
    parsed.value.map(|config| config.publish).ok_or(parsed.diags)
}

fn target(options: &Options) -> Result<Target, Vec<Diag>> {
    let targets = targets(&options.site)?;
    let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    let wanted = options.target.as_deref();
    let found = match (wanted, targets.as_slice()) {
        (Some(name), _) => targets.iter().find(|target| target.name == name),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    found.cloned().ok_or_else(|| vec![diag::publish_which(wanted, &names)])
}

fn open(options: &Options, target: &Target, hook: Option<Hook>) -> Result<Opened, Diag> {
    let memory = options.site.join(".newsprint");
    Ok(match &target.place {
        Place::Dir { path, mode: Mode::InPlace } => {
            Opened::InPlace(Box::new(dir::Folder::new(&options.site.join(path))))
        }
        Place::Dir { path, mode: Mode::Releases(keep) } => {
            Opened::Whole(Box::new(releases::Folder::new(&options.site.join(path), *keep, hook)))
        }
        #[cfg(feature = "s3")]
        Place::S3 { bucket, endpoint, region, prefix } => Opened::InPlace(Box::new(s3::Bucket::open(
            &target.name,
            options.credentials.as_ref(),
            bucket,
            endpoint.as_deref(),
            region,
            prefix,
        )?)),
        #[cfg(not(feature = "s3"))]
        Place::S3 { .. } => {
            return Err(diag::publish_target(
                &target.name,
                "this newsprint was built without the feature `s3`",
            ));
        }
        Place::Rsync { dest, mode, ssh_config } => {
            let config = ssh_config.as_ref().map(|path| options.site.join(path));
            let ssh = rsync::Ssh::new(dest, config.as_deref(), &memory, &target.name)?;
            match mode {
                Mode::Releases(keep) => Opened::Whole(Box::new(rsync::Releases::new(ssh, *keep))),
                Mode::InPlace => Opened::Whole(Box::new(rsync::Passes::new(ssh))),
            }
        }
        Place::Git { remote, branch } => {
            Opened::Whole(Box::new(git::Branch::new(remote, branch, &options.site, &memory, &target.name)))
        }
    })
}

/// What would be done, without doing any of it.
///
/// # Errors
/// Whatever would refuse it.
pub fn plan(options: &Options) -> Result<Plan, Vec<Diag>> {
    let planned = with_job(
        options,
        true,
        |job, hook_free| match hook_free {
            Opened::InPlace(remote) => in_place::plan(job, remote.as_ref()),
            Opened::Whole(shelf) => releases::plan(job, shelf.as_ref()),
        },
        None,
    );
    planned.map_err(|diags| scrubbed(diags, options))
}

/// Publishes.
#[must_use]
pub fn run(options: &Options, progress: &mut dyn FnMut(Progress<'_>)) -> Report {
    run_with(options, progress, &|remote| remote, None)
}

/// Publishes, as [`run`] does, to a target that is wrapped first, or with a hook between the steps of a release:
/// how tests cut it off.
#[must_use]
pub fn run_with(
    options: &Options,
    progress: &mut dyn FnMut(Progress<'_>),
    wrap: &dyn Fn(Box<dyn Remote>) -> Box<dyn Remote>,
    hook: Option<Hook>,
) -> Report {
    let mut report = Report::default();
    let result = with_job(
        options,
        false,
        |job, opened| {
            let opened = match opened {
                Opened::InPlace(remote) => Opened::InPlace(wrap(remote)),
                whole @ Opened::Whole(_) => whole,
            };
            carry_out(job, opened, &mut report, progress)?;
            report.urls = remember_urls(job).map_err(|diag| vec![diag])?;
            Ok(())
        },
        hook,
    );
    if let Some(plan) = report.plan.as_ref().filter(|plan| !plan.foreign.is_empty()) {
        report.diags.push(diag::publish_foreign(&plan.place, &plan.foreign));
    }
    report.diags.extend(result.err().unwrap_or_default());
    report.diags = scrubbed(report.diags, options);
    report.exit = exit_code(&report.diags);
    report
}

/// Goes back to what was live before: a target that is switched as a whole is switched back, to any other the former
/// tree is published.
#[must_use]
pub fn rollback(options: &Options, progress: &mut dyn FnMut(Progress<'_>)) -> Report {
    rollback_with(options, progress, &|remote| remote)
}

/// Goes back, as [`rollback`] does, on a target that is wrapped first: how tests cut it off.
#[must_use]
pub fn rollback_with(
    options: &Options,
    progress: &mut dyn FnMut(Progress<'_>),
    wrap: &dyn Fn(Box<dyn Remote>) -> Box<dyn Remote>,
) -> Report {
    let mut report = Report::default();
    let result = go_back(options, &mut report, progress, wrap);
    report.diags.extend(result.err().unwrap_or_default());
    report.diags = scrubbed(report.diags, options);
    report.exit = exit_code(&report.diags);
    report
}

fn go_back(
    options: &Options,
    report: &mut Report,
    progress: &mut dyn FnMut(Progress<'_>),
    wrap: &dyn Fn(Box<dyn Remote>) -> Box<dyn Remote>,
) -> Result<(), Vec<Diag>> {
    let one = |diag| vec![diag];
    let target = target(options)?;
    let opened = match open(options, &target, None).map_err(one)? {
        Opened::InPlace(remote) => Opened::InPlace(wrap(remote)),
        Opened::Whole(shelf) if shelf.is_switched() => {
            progress(Progress { phase: "going back", done: 0, total: 1 });
            report.plan = Some(shelf.rollback(options.now).map_err(one)?);
            return Ok(());
        }
        passes @ Opened::Whole(_) => passes,
    };
    let (words, head) = match &opened {
        Opened::InPlace(remote) => (remote.words(), in_place::live(remote.as_ref())),
        Opened::Whole(shelf) => (shelf.words(), shelf.live().map(|live| live.map(|live| live.manifest.head))),
    };
    let head = head.map_err(one)?;
    let memory = options.site.join(".newsprint");
    let former = Former::of(&memory, &target.name);
    let unfinished = former.intended().filter(|tree| head.as_ref().is_some_and(|head| head.tree == *tree));
    let before = unfinished.or_else(|| head?.former.first().copied());
    let Some(before) = before else { return Err(one(diag::publish_no_release(&words))) };
    let Some((local, _folder)) = former.take(before).map_err(one)? else {
        return Err(one(diag::publish_not_kept(&words)));
    };
    let job = job(options, &target, &local, &memory, Kind::Back).map_err(one)?;
    former.intend(before).map_err(one)?;
    carry_out(&job, opened, report, progress)?;
    former.settle();
    Ok(())
}

/// Does what the plan says.
fn carry_out(
    job: &Job<'_>,
    opened: Opened,
    report: &mut Report,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), Vec<Diag>> {
    match opened {
        Opened::InPlace(remote) => {
            let counted = Counted::new(remote.as_ref());
            let result = in_place::run(job, &counted, report, progress);
            report.requests = counted.count();
            result
        }
        Opened::Whole(shelf) => releases::run(job, shelf.as_ref(), report, progress),
    }
}

/// Reads and checks the tree, and hands it on with its target.
fn with_job<T>(
    options: &Options,
    is_dry: bool,
    work: impl FnOnce(&Job<'_>, Opened) -> Result<T, Vec<Diag>>,
    hook: Option<Hook>,
) -> Result<T, Vec<Diag>> {
    let one = |diag| vec![diag];
    let target = target(options)?;
    let output = options.output.clone().unwrap_or_else(|| build::Options::default_output(&options.site));
    let memory = Memory::of(&options.site, &output);
    // No build may change the tree while it is read.
    let _lock = disk::Lock::take(&memory.lock()).map_err(one)?;
    let local = Local::read(&options.site, &output)?;
    let mut refused = refuse::tree(&local, options.now, options.allow_incomplete);
    refused.extend(limits::check(&local, &target));
    if !refused.is_empty() {
        return Err(refused);
    }
    let opened = open(options, &target, hook).map_err(one)?;
    let kind = if is_dry { Kind::Dry } else { Kind::Forward };
    let job = job(options, &target, &local, &memory.folder, kind).map_err(one)?;
    // The name stays in the notebook: the answer to the removal of the lock may be all that was lost.
    work(&job, opened)
}

/// What a job is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Looking.
    Dry,
    /// Publishing a new tree.
    Forward,
    /// Publishing the tree of before.
    Back,
}

fn job<'j>(
    options: &'j Options,
    target: &'j Target,
    local: &'j Local,
    memory: &Path,
    kind: Kind,
) -> Result<Job<'j>, Diag> {
    let notebook = memory.join(format!("publish-{}", target.name));
    let before = disk::bytes(&notebook).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let before: Vec<String> = before.unwrap_or_default().lines().map(str::to_owned).collect();
    let token = lock::token();
    if kind != Kind::Dry {
        // Should this run die, its lock is known for ours by the next one; so is that of any before it.
        let recent = before.iter().rev().take(RUNS).rev().chain([&token]);
        let text: String = recent.flat_map(|token| [token.as_str(), "\n"]).collect();
        disk::replace(&notebook, text.as_bytes(), Durability::Kill)?;
    }
    let (is_dry, is_back) = (kind == Kind::Dry, kind == Kind::Back);
    let former = Former::of(memory, &target.name);
    Ok(Job { options, target, local, lease: options.lease, token, before, is_dry, is_back, former })
}

/// Names of runs that did not finish, remembered at most.
const RUNS: usize = 20;

/// Adds the addresses that are out now to `urls.txt` beside site.toml: those of articles and standing pages, which
/// may not vanish without a trace. One path a line.
fn remember_urls(job: &Job<'_>) -> Result<usize, Diag> {
    let path = job.options.site.join("urls.txt");
    let before = match disk::exists(&path) {
        true => String::from_utf8_lossy(&disk::bytes(&path)?).into_owned(),
        false => String::new(),
    };
    let known: std::collections::BTreeSet<&str> = before.lines().map(str::trim).collect();
    let lasting = job.local.files.iter().filter(|file| matches!(file.kind.as_str(), "article" | "page"));
    let new: Vec<String> = lasting
        .filter_map(|file| crate::path::OutPath::new(&file.path).ok())
        .map(|out| format!("/{}", out.url()))
        .filter(|url| !known.contains(url.as_str()))
        .collect();
    if new.is_empty() {
        return Ok(0);
    }
    let mut text = before.clone();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for url in &new {
        text.push_str(url);
        text.push('\n');
    }
    disk::replace(&path, text.as_bytes(), Durability::PowerCut)?;
    Ok(new.len())
}

/// The exit code that complaints amount to.
#[must_use]
pub fn exit_code(diags: &[Diag]) -> u8 {
    let of = |diag: &Diag| match diag.code.as_ref() {
        "PUB-TARGET" => 2,
        "PUB-REFUSED" => 3,
        "PUB-INCOMPLETE" => 6,
        "PUB-CONFLICT" | "PUB-LOCK" => 7,
        _ => build::exit_code(std::slice::from_ref(diag)),
    };
    diags.iter().map(of).filter(|exit| *exit > 0).min().unwrap_or(0)
}

/// The complaints without anything secret.
fn scrubbed(diags: Vec<Diag>, options: &Options) -> Vec<Diag> {
    if diags.is_empty() {
        return diags;
    }
    // What lies in the platform's own files, and not in the environment.
    let kept: Vec<String> = match credentials::find(options.credentials.as_ref()) {
        Ok(Some(keys)) => [keys.id, keys.secret].into_iter().chain(keys.token).collect(),
        _ => Vec::new(),
    };
    let scrub = |text: &str| {
        let mut text = without_userinfo(text);
        for secret in options.secrets.iter().chain(&kept).filter(|secret| secret.len() >= 6) {
            text = text.replace(secret.as_str(), "…");
        }
        text
    };
    let one = |mut diag: Diag| {
        diag.message = scrub(&diag.message);
        diag.hint = diag.hint.map(|hint| scrub(&hint));
        diag
    };
    diags.into_iter().map(one).collect()
}

/// A text whose addresses name nobody: `https://user:secret@host/` becomes `https://host/`.
fn without_userinfo(text: &str) -> String {
    let mut parts = text.split("://");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let authority = part.find(|c: char| c == '/' || c.is_whitespace() || "'\"`".contains(c));
        let (authority, rest) = part.split_at(authority.unwrap_or(part.len()));
        clean.push_str("://");
        clean.push_str(authority.rsplit_once('@').map_or(authority, |(_, host)| host));
        clean.push_str(rest);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_nobody() {
        assert_eq!(
            without_userinfo("fatal: 'https://u:s3cr3t@host.example/x.git/': no"),
            "fatal: 'https://host.example/x.git/': no"
        );
        assert_eq!(without_userinfo("a@b and ssh://git@h"), "a@b and ssh://h");
    }
}
