//! A branch of a Git repository, by plumbing: a commit is made in a repository of our own, with an index of our own,
//! from the tree that is out, and pushed without force. A branch that moved meanwhile refuses it: that is the lock.
//! The user's repository, index and working tree are never touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::diag::{self, Diag};
use crate::publish::dir;
use crate::publish::local::{File, Local};
use crate::publish::manifest::{self, Manifest};
use crate::publish::order::Plan;
use crate::publish::releases::{Live, Shelf, Stage, way_back};
use crate::publish::remote::{Fault, Remote as _, Seen};
use crate::publish::{Progress, without_userinfo};

/// Tells GitHub Pages to serve the files as they are.
const NO_JEKYLL: &str = ".nojekyll";

/// Commits looked through for a release to go back to.
const DEPTH: &str = "--depth=200";

/// A branch.
pub(crate) struct Branch {
    remote: String,
    branch: String,
    folder: PathBuf,
    /// The commit that the branch is at.
    at: Mutex<Option<String>>,
}

impl Branch {
    pub(crate) fn new(remote: &str, branch: &str, site: &Path, memory: &Path, target: &str) -> Self {
        let is_path = !remote.contains("://") && !remote.split('/').next().unwrap_or_default().contains(':');
        let remote =
            if is_path { site.join(remote).to_string_lossy().into_owned() } else { remote.to_owned() };
        let folder = std::path::absolute(memory.join(format!("publish-{target}.git")));
        let folder = folder.unwrap_or_else(|_| memory.to_owned());
        Self { remote, branch: branch.to_owned(), folder, at: Mutex::new(None) }
    }

    fn reference(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }

    /// Runs git; the error is what it says.
    fn git(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
        let mut command = Command::new("git");
        command
            .args(["-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never"])
            .args(["-c", "core.fsync=committed,reference", "-c", "gc.auto=0", "-c", "core.quotePath=false"])
            .args(arguments)
            .env("GIT_DIR", &self.folder)
            .env("GIT_INDEX_FILE", self.folder.join("newsprint-index"))
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_AUTHOR_NAME", "Newsprint")
            .env("GIT_AUTHOR_EMAIL", "newsprint@localhost")
            .env("GIT_COMMITTER_NAME", "Newsprint")
            .env("GIT_COMMITTER_EMAIL", "newsprint@localhost")
            .env("LC_ALL", "C")
            .env_remove("GIT_WORK_TREE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("git cannot be run: {error}"))?;
        let stdin = child.stdin.take();
        let output = std::thread::scope(|scope| {
            // Written from another thread: git may answer before it has read everything.
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
            child.wait_with_output()
        });
        let output = output.map_err(|error| format!("git cannot be run: {error}"))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().filter(|line| !line.starts_with("hint:")).collect::<Vec<_>>().join(" ");
        let verb = arguments.first().copied().unwrap_or_default();
        Err(format!("git {verb}: {}", without_userinfo(said.trim())))
    }

    fn text(&self, arguments: &[&str], input: &[u8]) -> Result<String, Diag> {
        let output = self.git(arguments, input).map_err(|why| diag::publish_incomplete(&why))?;
        Ok(String::from_utf8_lossy(&output).trim_end_matches('\n').to_owned())
    }

    /// Fetches the branch and says where it is.
    fn fetch(&self, depth: &str) -> Result<Option<String>, Diag> {
        if !self.folder.join("HEAD").exists() {
            let folder = self.folder.to_string_lossy().into_owned();
            self.text(&["init", "--bare", "--quiet", "--", &folder], b"")?;
        }
        let reference = self.reference();
        let listed = self.text(&["ls-remote", "--", &self.remote, &reference], b"")?;
        let Some(commit) = listed.split_whitespace().next().map(str::to_owned) else { return Ok(None) };
        // What was fetched before is not fetched again, unless more of the past is wanted.
        let known = self.git(&["cat-file", "-e", &format!("{commit}^{{tree}}")], b"").is_ok();
        if !known || depth != "--depth=1" {
            self.text(&["fetch", "--quiet", "--no-tags", depth, "--", &self.remote, &reference], b"")?;
        }
        Ok(Some(commit))
    }

    fn set(&self, at: Option<String>) {
        *self.at.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = at;
    }

    fn at(&self) -> Option<String> {
        self.at.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn manifest(&self, commit: &str) -> Result<Option<Manifest>, Diag> {
        match self.git(&["cat-file", "blob", &format!("{commit}:{}", manifest::PATH)], b"") {
            Ok(bytes) => Manifest::read(&bytes).map(Some).ok_or_else(|| diag::publish_damaged(&self.words())),
            Err(_) => Ok(None),
        }
    }

    /// Path -> blob of a commit.
    fn tree(&self, commit: &str) -> Result<BTreeMap<String, String>, Diag> {
        let listed = self.text(&["ls-tree", "-r", "-z", commit], b"")?;
        let entry = |entry: &str| {
            let (about, path) = entry.split_once('\t')?;
            Some((path.to_owned(), about.split(' ').nth(2)?.to_owned()))
        };
        Ok(listed.split('\0').filter_map(entry).collect())
    }

    fn blob(&self, bytes: &[u8]) -> Result<String, Diag> {
        self.text(&["hash-object", "-w", "--stdin"], bytes)
    }

    /// Makes a commit that differs from the one that is out by `lines`, and pushes it.
    fn push(&self, lines: &str, words: &str) -> Result<(), Diag> {
        let base = self.at();
        match &base {
            Some(commit) => self.text(&["read-tree", commit], b"")?,
            None => self.text(&["read-tree", "--empty"], b"")?,
        };
        self.text(&["update-index", "-z", "--index-info"], lines.as_bytes())?;
        let tree = self.text(&["write-tree"], b"")?;
        let mut arguments = vec!["commit-tree", tree.as_str()];
        if let Some(commit) = &base {
            arguments.extend(["-p", commit.as_str()]);
        }
        let commit = self.text(&arguments, words.as_bytes())?;
        let reference = self.reference();
        let to = format!("{commit}:{reference}");
        // A new branch must not be there; one that is there must still be where it was.
        let expected = format!("--force-with-lease={reference}:");
        let mut arguments = vec!["push", "--quiet", "--porcelain"];
        if base.is_none() {
            arguments.push(&expected);
        }
        arguments.extend(["--", self.remote.as_str(), to.as_str()]);
        match self.git(&arguments, b"") {
            Ok(_) => Ok(()),
            Err(why) => match self.fetch("--depth=1") {
                // The push was done, and only its answer was lost.
                Ok(Some(there)) if there == commit => Ok(()),
                Ok(there) if there != base => Err(diag::publish_raced(&self.words())),
                _ => Err(diag::publish_incomplete(&why)),
            },
        }
    }
}

/// A line of `update-index --index-info`.
fn line(lines: &mut String, blob: Option<&str>, path: &str) {
    match blob {
        Some(blob) => {
            let _ = write!(lines, "100644 {blob}\t{path}\0");
        }
        None => {
            let _ = write!(lines, "0 {}\t{path}\0", "0".repeat(40));
        }
    }
}

impl Shelf for Branch {
    fn words(&self) -> String {
        format!("the branch {} of {}", self.branch, without_userinfo(&self.remote))
    }

    fn lock(&self) -> Result<Box<dyn Send>, Diag> {
        Ok(Box::new(()))
    }

    fn live(&self) -> Result<Option<Live>, Diag> {
        let commit = self.fetch("--depth=1")?;
        self.set(commit.clone());
        let Some(commit) = commit else { return Ok(None) };
        // Pages are published from a branch of their own: never on top of the sources.
        for source in ["site.toml", "content"] {
            if !self.text(&["ls-tree", &commit, source], b"")?.is_empty() {
                let why = format!("the branch {} holds the sources of a site ({source})", self.branch);
                return Err(diag::publish_target("git", &why));
            }
        }
        Ok(self.manifest(&commit)?.map(|manifest| Live { id: commit, manifest }))
    }

    fn looked(&self, live: &Live, _: &Local) -> Result<Option<BTreeMap<String, Option<Seen>>>, Diag> {
        let beside = tempfile::Builder::new().prefix("look-").tempdir_in(&self.folder);
        let beside =
            beside.map_err(|error| diag::io(&self.folder.to_string_lossy(), "make a folder", &error))?;
        self.text(&["read-tree", &live.id], b"")?;
        let prefix = format!("--prefix={}/", beside.path().display());
        self.text(&["--work-tree=/", "checkout-index", "--all", "--force", &prefix], b"")?;
        let listed = dir::Folder::new(beside.path()).list().map_err(|fault| match fault {
            Fault::Failed(why) => diag::publish_incomplete(&why),
            Fault::Unmet => diag::publish_raced("the branch"),
        })?;
        Ok(Some(listed.into_iter().map(|seen| (seen.path.clone(), Some(seen))).collect()))
    }

    fn strangers(&self, live: Option<&Live>, new: &[&File], _heals: bool) -> Result<Vec<String>, Diag> {
        let Some(commit) = self.at() else { return Ok(Vec::new()) };
        let is_ours = |path: &str| {
            live.is_some_and(|live| {
                live.manifest.files.contains_key(path) || live.manifest.old.contains_key(path)
            })
        };
        let there = self.tree(&commit)?;
        let suspects = new.iter().filter(|file| !is_ours(&file.path) && there.contains_key(&file.path));
        let is_other = |file: &&&File| {
            let bytes = self.git(&["cat-file", "blob", &format!("{commit}:{}", file.path)], b"");
            bytes.map(|bytes| crate::fingerprint::Fingerprint::of(&bytes)) != Ok(file.hash)
        };
        Ok(suspects.filter(is_other).map(|file| file.path.clone()).collect())
    }

    fn page(&self, live: &Live, path: &str) -> Option<Vec<u8>> {
        self.git(&["cat-file", "blob", &format!("{}:{path}", live.id)], b"").ok()
    }

    fn make(&self, stage: Stage<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(usize, u64), Diag> {
        let total = stage.send.len() + 1;
        progress(Progress { phase: "new commit", done: 0, total });
        let mut paths = String::new();
        let root = std::path::absolute(&stage.local.root).unwrap_or_else(|_| stage.local.root.clone());
        for file in &stage.send {
            stage.local.bytes(file)?;
            let _ = writeln!(paths, "{}", root.join(&file.path).display());
        }
        let blobs = match stage.send.is_empty() {
            true => String::new(),
            false => self.text(&["hash-object", "-w", "--no-filters", "--stdin-paths"], paths.as_bytes())?,
        };
        let mut lines = String::new();
        for path in &stage.drop {
            line(&mut lines, None, path);
        }
        for (file, blob) in stage.send.iter().zip(blobs.lines()) {
            line(&mut lines, Some(blob), &file.path);
        }
        if stage.live.is_none() {
            line(&mut lines, Some(&self.blob(b"")?), NO_JEKYLL);
        }
        line(&mut lines, Some(&self.blob(stage.manifest.write().as_bytes())?), manifest::PATH);
        progress(Progress { phase: "new commit", done: stage.send.len(), total });
        let words = format!("Publish {}\n\n{}\n", stage.manifest.head.serial, stage.words);
        self.push(&lines, &words)?;
        Ok((stage.send.len(), stage.send.iter().map(|file| file.size).sum()))
    }

    fn rollback(&self, now: i64) -> Result<Plan, Diag> {
        let Some(live) = self.live()? else { return Err(diag::publish_no_release(&self.words())) };
        self.fetch(DEPTH)?;
        let commits = self.text(&["rev-list", "--first-parent", &live.id], b"")?;
        let mut found = None;
        for commit in commits.lines().skip(1) {
            if let Some(manifest) = self.manifest(commit)?
                && manifest.head.serial == live.manifest.head.after
            {
                found = Some((commit.to_owned(), manifest));
                break;
            }
        }
        let Some((commit, earlier)) = found else { return Err(diag::publish_no_release(&self.words())) };
        let blobs = self.tree(&commit)?;
        let ours = |manifest: &Manifest| -> BTreeSet<String> {
            manifest.files.keys().chain(manifest.old.keys()).cloned().collect()
        };
        let mut lines = String::new();
        let back = ours(&earlier);
        for path in ours(&live.manifest).difference(&back) {
            line(&mut lines, None, path);
        }
        for path in &back {
            line(&mut lines, blobs.get(path).map(String::as_str), path);
        }
        let mut manifest = earlier.clone();
        manifest.head.serial = live.manifest.head.serial + 1;
        manifest.head.published = now;
        line(&mut lines, Some(&self.blob(manifest.write().as_bytes())?), manifest::PATH);
        self.push(&lines, &format!("Go back to {}\n", earlier.head.serial))?;
        Ok(way_back(self.words(), &live.manifest, &earlier))
    }
}
