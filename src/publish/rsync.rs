//! A folder on another machine, by `rsync` over `ssh`: as releases that share what did not change (`--link-dest`) and
//! are switched by one rename, or in ordered passes into one folder. Both programs are those of this machine, with
//! its keys and its known hosts; nothing is ever asked on a terminal.
//!
//! The other machine needs `rsync`, a shell, and `flock`, which holds the lock as long as the connection lives.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use sha2::{Digest as _, Sha256};

use crate::diag::{self, Diag};
use crate::fingerprint::Fingerprint;
use crate::publish::delta::is_page;
use crate::publish::in_place::NOT_FOUND;
use crate::publish::local::{File, Local};
use crate::publish::manifest::{self, Manifest, Old};
use crate::publish::order::Plan;
use crate::publish::releases::{Live, Shelf, Stage, id, way_back};
use crate::publish::remote::Seen;
use crate::publish::{Progress, without_userinfo};

/// How the other machine is reached.
pub(crate) struct Ssh {
    host: String,
    path: String,
    config: Option<PathBuf>,
}

/// What ssh never does: ask, or wait for ever.
const OPTIONS: [&str; 6] = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=15"];

/// After two minutes without a byte a transfer has failed.
const SILENCE: &str = "--timeout=120";

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

impl Ssh {
    pub(crate) fn new(dest: &str, config: Option<&Path>, _memory: &Path, target: &str) -> Result<Self, Diag> {
        let Some((host, path)) = dest.split_once(':') else {
            return Err(diag::publish_target(target, "expected user@host:/path"));
        };
        let path = path.trim_end_matches('/');
        let path = if path.is_empty() { "/" } else { path };
        Ok(Self { host: host.to_owned(), path: path.to_owned(), config: config.map(Path::to_owned) })
    }

    fn words(&self) -> String {
        format!("{}:{}", self.host, self.path)
    }

    fn arguments(&self) -> Vec<String> {
        let mut arguments: Vec<String> = OPTIONS.iter().map(|&option| option.to_owned()).collect();
        if let Some(config) = &self.config {
            arguments.extend(["-F".to_owned(), config.to_string_lossy().into_owned()]);
        }
        arguments
    }

    fn command(&self, script: &str) -> Command {
        let mut command = Command::new("ssh");
        command
            .args(self.arguments())
            .arg("--")
            .arg(&self.host)
            .arg(format!("cd {} 2>/dev/null || exit 71; {script}", quoted(&self.path)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a script in the folder; the answer is its exit code and what it prints.
    fn run(&self, script: &str, input: &[u8]) -> Result<(i32, Vec<u8>), Diag> {
        let failed = |error: std::io::Error| diag::publish_incomplete(&format!("ssh cannot be run: {error}"));
        let mut child = self.command(script).spawn().map_err(failed)?;
        let stdin = child.stdin.take();
        let output = std::thread::scope(|scope| {
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
            child.wait_with_output()
        });
        let output = output.map_err(failed)?;
        match output.status.code() {
            Some(code) if code != 255 && (code == 0 || code >= 70) => Ok((code, output.stdout)),
            _ => Err(diag::publish_incomplete(&format!("ssh {}: {}", self.host, said(&output.stderr)))),
        }
    }

    /// Runs a script that has no way to fail but by the world's fault.
    fn done(&self, script: &str, input: &[u8]) -> Result<Vec<u8>, Diag> {
        match self.run(&format!("set -e; {script}"), input)? {
            (0, output) => Ok(output),
            (code, _) => Err(diag::publish_incomplete(&format!("ssh {}: exit {code}", self.host))),
        }
    }

    /// Makes the folder if it is not there.
    fn prepare(&self) -> Result<(), Diag> {
        let folder = quoted(&self.path);
        let script = format!("mkdir -p {folder}/.newsprint/releases {folder}/releases");
        let mut command = Command::new("ssh");
        command.args(self.arguments()).arg("--").arg(&self.host).arg(script).stdin(Stdio::null());
        let output = command
            .output()
            .map_err(|error| diag::publish_incomplete(&format!("ssh cannot be run: {error}")))?;
        if output.status.success() {
            return Ok(());
        }
        Err(diag::publish_incomplete(&format!("ssh {}: {}", self.host, said(&output.stderr))))
    }

    /// Takes the lock: a process over there that ends with this connection.
    fn lock(&self) -> Result<Box<dyn Send>, Diag> {
        self.prepare()?;
        let script = "exec flock -n -E 75 .newsprint/lock sh -c 'echo locked; exec cat >/dev/null'";
        let failed = |error: std::io::Error| diag::publish_incomplete(&format!("ssh cannot be run: {error}"));
        let mut child = self.command(script).stderr(Stdio::null()).spawn().map_err(failed)?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(failed)?;
        }
        if line.trim() == "locked" {
            return Ok(Box::new(Held(child)));
        }
        let status = child.wait().map_err(failed)?;
        Err(match status.code() {
            Some(75) => diag::publish_locked(&self.words()),
            Some(127) => diag::publish_incomplete("the other machine has no `flock` (package util-linux)"),
            _ => diag::publish_incomplete(&format!("ssh {}: the lock cannot be taken", self.host)),
        })
    }

    /// Sends files with rsync: those named, into a folder below ours. The answer is which of them were sent.
    fn send(&self, root: &Path, paths: &[&str], into: &str, link: Option<&str>) -> Result<Vec<String>, Diag> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let shell: Vec<String> = ["ssh".to_owned()]
            .into_iter()
            .chain(self.arguments())
            .map(|word| {
                if word.chars().all(|c| c.is_ascii_alphanumeric() || "-_=./".contains(c)) {
                    word
                } else {
                    quoted(&word)
                }
            })
            .collect();
        let mut command = Command::new("rsync");
        command
            .args(["--checksum", "--no-implied-dirs", "--protect-args", "--delay-updates", "--from0"])
            .args(["--files-from=-", "--chmod=D755,F644", "--out-format=%n", "--perms", SILENCE])
            .arg("-e")
            .arg(shell.join(" "));
        if let Some(link) = link {
            command.arg(format!("--link-dest={link}"));
        }
        command
            .arg("--")
            .arg(format!("{}/", root.display()))
            .arg(format!("{}:{}/{into}", self.host, self.path));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed =
            |error: std::io::Error| diag::publish_incomplete(&format!("rsync cannot be run: {error}"));
        let mut child = command.spawn().map_err(failed)?;
        let stdin = child.stdin.take();
        let input: Vec<u8> = paths.iter().flat_map(|path| [path.as_bytes(), b"\0"].concat()).collect();
        let output = std::thread::scope(|scope| {
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
            child.wait_with_output()
        });
        let output = output.map_err(failed)?;
        if !output.status.success() {
            return Err(diag::publish_incomplete(&format!("rsync: {}", said(&output.stderr))));
        }
        let sent = String::from_utf8_lossy(&output.stdout);
        Ok(sent.lines().filter(|line| !line.ends_with('/')).map(str::to_owned).collect())
    }
}

/// A lock that is held as long as its connection.
struct Held(Child);

impl Drop for Held {
    fn drop(&mut self) {
        // The end of its input ends it over there.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// What a program said when it failed: the last lines, on one.
fn said(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    without_userinfo(&lines[lines.len().saturating_sub(4)..].join("; "))
}

/// Lines for a script's input.
fn lines<'p>(paths: impl IntoIterator<Item = &'p str>) -> Vec<u8> {
    paths.into_iter().flat_map(|path| [path.as_bytes(), b"\n"].concat()).collect()
}

/// What is taken for known when nothing is: what the tree has may be anything, so that rsync compares every byte of it
/// over there; what it no longer has is still there.
fn unsure(live: &Live, local: &Local) -> BTreeMap<String, Option<Seen>> {
    let files =
        live.manifest.files.iter().map(|(path, entry)| (path, entry.size, &entry.version, entry.hash));
    let old = live.manifest.old.iter().map(|(path, old)| (path, old.size, &old.version, old.hash));
    files
        .chain(old)
        .filter(|(path, ..)| local.find(path).is_none())
        .map(|(path, size, version, hash)| {
            let seen = Seen { path: path.clone(), version: version.clone(), size, hash: Some(hash) };
            (path.clone(), Some(seen))
        })
        .collect()
}

/// Releases on another machine, laid out as those on this one.
pub(crate) struct Releases {
    ssh: Ssh,
    keep: usize,
}

impl Releases {
    pub(crate) fn new(ssh: Ssh, keep: usize) -> Self {
        Self { ssh, keep }
    }

    /// Numbers of complete releases, and of the live one.
    fn known(&self) -> Result<(Vec<u64>, Option<u64>), Diag> {
        let script = "ls .newsprint/releases 2>/dev/null; echo; readlink current; exit 0";
        let (code, output) = self.ssh.run(script, b"")?;
        if code != 0 {
            return Ok((Vec::new(), None));
        }
        let text = String::from_utf8_lossy(&output).into_owned();
        let (all, live) = text.split_once("\n\n").or_else(|| text.split_once('\n')).unwrap_or((&text, ""));
        let number = |name: &str| name.trim().rsplit('/').next().and_then(|name| name.parse().ok());
        Ok((all.lines().filter_map(number).collect(), number(live)))
    }

    fn manifest(&self, serial: u64) -> Result<Manifest, Diag> {
        let name = id(serial);
        let output = self.ssh.done(&format!("cat .newsprint/releases/{name}"), b"")?;
        Manifest::read(&output).ok_or_else(|| diag::publish_damaged(&self.ssh.words()))
    }

    /// Puts the link on a release: one rename.
    fn switch(&self, serial: u64) -> String {
        let name = id(serial);
        format!(
            "rm -f .newsprint/next; ln -s releases/{name} .newsprint/next; \
             mv -T .newsprint/next current 2>/dev/null || mv -h .newsprint/next current"
        )
    }
}

impl Shelf for Releases {
    fn words(&self) -> String {
        self.ssh.words()
    }

    fn lock(&self) -> Result<Box<dyn Send>, Diag> {
        self.ssh.lock()
    }

    fn live(&self) -> Result<Option<Live>, Diag> {
        match self.known()?.1 {
            Some(live) => Ok(Some(Live { id: id(live), manifest: self.manifest(live)? })),
            None => Ok(None),
        }
    }

    fn looked(&self, live: &Live, local: &Local) -> Result<Option<BTreeMap<String, Option<Seen>>>, Diag> {
        Ok(Some(unsure(live, local)))
    }

    fn page(&self, live: &Live, path: &str) -> Option<Vec<u8>> {
        self.ssh.done(&format!("cat releases/{}/{}", live.id, quoted(path)), b"").ok()
    }

    fn make(&self, stage: Stage<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(usize, u64), Diag> {
        let (known, _) = self.known()?;
        let mut manifest = stage.manifest;
        let newest = known.iter().max().copied().unwrap_or(0);
        manifest.head.serial = manifest.head.serial.max(newest + 1);
        let (serial, name) = (manifest.head.serial, id(manifest.head.serial));
        progress(Progress { phase: "new release", done: 0, total: stage.local.files.len() });
        let paths: Vec<&str> = stage.local.files.iter().map(|file| file.path.as_str()).collect();
        let link = stage.live.map(|live| format!("../{}", live.id));
        let into = format!("releases/{name}/");
        self.ssh.done(&format!("mkdir -p {into}"), b"")?;
        let sent = self.ssh.send(&stage.local.root, &paths, &into, link.as_deref())?;
        progress(Progress { phase: "new release", done: paths.len(), total: paths.len() });
        if let Some(live) = stage.live {
            let script = format!(
                "while IFS= read -r p; do mkdir -p \"{into}$(dirname \"$p\")\"; \
                 [ -e \"{into}$p\" ] || ln \"releases/{}/$p\" \"{into}$p\" || true; done",
                live.id
            );
            self.ssh.done(&script, &lines(stage.carry.iter().copied()))?;
        }
        // What an unfinished release of that number left is not in this one.
        let all: Vec<&str> = manifest.files.keys().chain(manifest.old.keys()).map(String::as_str).collect();
        let script = format!(
            "LC_ALL=C; export LC_ALL; sort > .newsprint/want; (cd {into} && find . -type f | sed 's,^\\./,,' | sort) \
             > .newsprint/have; comm -13 .newsprint/want .newsprint/have | while IFS= read -r p; do \
             rm -f \"{into}$p\"; done; rm -f .newsprint/want .newsprint/have"
        );
        self.ssh.done(&script, &lines(all))?;
        // The manifest makes the release complete, the link makes it live.
        let script = format!(
            "cat > .newsprint/new; mv .newsprint/new .newsprint/releases/{name}; sync 2>/dev/null || true; {}",
            self.switch(serial)
        );
        self.ssh.done(&script, manifest.write().as_bytes())?;
        let mut all: Vec<u64> = known.into_iter().chain([serial]).collect();
        all.sort_unstable();
        let surplus = all.len().saturating_sub(self.keep);
        for old in all.into_iter().take(surplus).filter(|old| *old != serial) {
            let gone = self.manifest(old)?;
            let paths = gone.files.keys().chain(gone.old.keys()).map(String::as_str);
            let name = id(old);
            // Our files, and the folders that this empties: what others put there stays.
            let script = format!(
                "while IFS= read -r p; do rm -f \"releases/{name}/$p\"; done; \
                 find releases/{name} -depth -type d -exec rmdir {{}} + 2>/dev/null || true; \
                 rm -f .newsprint/releases/{name}"
            );
            self.ssh.done(&script, &lines(paths))?;
        }
        let size = |path: &String| stage.local.find(path).map_or(0, |file| file.size);
        Ok((sent.len(), sent.iter().map(size).sum()))
    }

    fn rollback(&self, _now: i64) -> Result<Plan, Diag> {
        let _lock = self.lock()?;
        let Some(live) = self.live()? else { return Err(diag::publish_no_release(&self.words())) };
        let before = live.manifest.head.after;
        if before == 0 || !self.known()?.0.contains(&before) {
            return Err(diag::publish_no_release(&self.words()));
        }
        let earlier = self.manifest(before)?;
        self.ssh.done(&self.switch(before), b"")?;
        Ok(way_back(self.words(), &live.manifest, &earlier))
    }
}

/// One folder on another machine, changed in ordered passes.
pub(crate) struct Passes {
    ssh: Ssh,
}

/// Defines `sum FILE`: its SHA-256, by whatever the other machine has for that. What we put is known by it again.
const SUM: &str = "if command -v sha256sum >/dev/null; then sum() { sha256sum < \"$1\" | cut -c1-64; }; \
                   elif command -v shasum >/dev/null; then sum() { shasum -a 256 < \"$1\" | cut -c1-64; }; \
                   else sum() { openssl dgst -sha256 -r < \"$1\" | cut -c1-64; }; fi";

/// Whether a version is a SHA-256.
fn is_sum(version: &str) -> bool {
    version.len() == 64 && version.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Gives every file of a manifest the SHA-256 of its bytes as its version.
fn sum_up(manifest: &mut Manifest, live: Option<&Live>, local: &Local) -> Result<(), Diag> {
    for (path, entry) in &mut manifest.files {
        let before = live.and_then(|live| live.manifest.files.get(path));
        entry.version = match (before, local.find(path)) {
            (Some(before), _) if before.hash == entry.hash && is_sum(&before.version) => {
                before.version.clone()
            }
            (_, Some(file)) => hex(&Sha256::digest(local.bytes(file)?)),
            (_, None) => String::new(),
        };
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Paths that an unfinished publication may have put.
const CLAIMS: &str = ".newsprint/claims";

impl Passes {
    pub(crate) fn new(ssh: Ssh) -> Self {
        Self { ssh }
    }

    /// Puts the 404 page in the place of pages that were withdrawn: their text goes at once.
    fn bury(&self, manifest: &mut Manifest, live: Option<&Live>, waiting: &[&str]) -> Result<(), Diag> {
        let Some(page) = manifest.files.get(NOT_FOUND).cloned() else { return Ok(()) };
        let was_out = |path: &&&str| live.is_some_and(|live| live.manifest.files.contains_key(**path));
        let withdrawn: Vec<&str> =
            waiting.iter().filter(|path| is_page(path)).filter(was_out).copied().collect();
        if withdrawn.is_empty() {
            return Ok(());
        }
        let text: String = withdrawn.iter().map(|path| format!("{} {path}\n", sum(live, path))).collect();
        let script = format!(
            "{SUM}; while read -r h p; do if [ -f \"$p\" ] && {{ [ \"$h\" = - ] || [ \"$(sum \"$p\")\" = \"$h\" ]; }}; \
             then cp {NOT_FOUND} .newsprint/new; mv .newsprint/new \"$p\"; fi; done"
        );
        self.ssh.done(&script, text.as_bytes())?;
        for path in withdrawn {
            if let Some(old) = manifest.old.get_mut(path) {
                (old.hash, old.size, old.version) = (page.hash, page.size, page.version.clone());
            }
        }
        Ok(())
    }

    fn claims(&self) -> Result<Vec<String>, Diag> {
        let (_, output) = self.ssh.run(&format!("cat {CLAIMS} 2>/dev/null; exit 0"), b"")?;
        Ok(String::from_utf8_lossy(&output).lines().map(str::to_owned).collect())
    }
}

/// The SHA-256 of a file that is out, or a dash where none was written down.
fn sum<'m>(live: Option<&'m Live>, path: &str) -> &'m str {
    let version = live.and_then(|live| {
        let file = live.manifest.files.get(path).map(|entry| &entry.version);
        file.or_else(|| live.manifest.old.get(path).map(|old| &old.version))
    });
    version.map(String::as_str).filter(|version| is_sum(version)).unwrap_or("-")
}

impl Shelf for Passes {
    fn words(&self) -> String {
        self.ssh.words()
    }

    fn is_switched(&self) -> bool {
        false
    }

    fn lock(&self) -> Result<Box<dyn Send>, Diag> {
        self.ssh.lock()
    }

    fn live(&self) -> Result<Option<Live>, Diag> {
        let (code, output) = self.ssh.run(&format!("cat {} 2>/dev/null || exit 72", manifest::PATH), b"")?;
        if code != 0 {
            return Ok(None);
        }
        match Manifest::read(&output) {
            Some(mut manifest) => {
                // What an unfinished publication put, and no other names, is to go.
                let since = manifest.head.published;
                for path in self.claims()? {
                    let old = Old { hash: Fingerprint::default(), size: 0, since, version: String::new() };
                    if !manifest.files.contains_key(&path) {
                        manifest.old.entry(path).or_insert(old);
                    }
                }
                Ok(Some(Live { id: String::new(), manifest }))
            }
            None => Err(diag::publish_damaged(&self.words())),
        }
    }

    fn looked(&self, live: &Live, local: &Local) -> Result<Option<BTreeMap<String, Option<Seen>>>, Diag> {
        Ok(Some(unsure(live, local)))
    }

    fn is_unfinished(&self) -> Result<bool, Diag> {
        Ok(!self.claims()?.is_empty())
    }

    fn strangers(&self, live: Option<&Live>, new: &[&File], heals: bool) -> Result<Vec<String>, Diag> {
        let claims = self.claims()?;
        let is_claimed = |path: &str| claims.iter().any(|claim| claim == path);
        let (mut unknown, mut known) = (Vec::new(), String::new());
        for path in new.iter().map(|file| file.path.as_str()).filter(|path| !is_claimed(path)) {
            let is_ours =
                |live: &Live| live.manifest.files.contains_key(path) || live.manifest.old.contains_key(path);
            match sum(live, path) {
                _ if !live.is_some_and(is_ours) => unknown.push(path),
                "-" => {}
                sum if !heals => {
                    let _ = writeln!(known, "{sum} {path}");
                }
                _ => {}
            }
        }
        let script = "while IFS= read -r p; do if [ -e \"$p\" ] || [ -L \"$p\" ]; then printf '%s\\n' \"$p\"; fi; done; exit 0";
        let (_, mut there) = self.ssh.run(script, &lines(unknown))?;
        if !known.is_empty() {
            let script = format!(
                "{SUM}; while read -r h p; do if [ -e \"$p\" ] && [ \"$(sum \"$p\")\" != \"$h\" ]; then \
                 printf '%s\\n' \"$p\"; fi; done"
            );
            there.extend(self.ssh.done(&script, known.as_bytes())?);
        }
        Ok(String::from_utf8_lossy(&there).lines().map(str::to_owned).collect())
    }

    fn page(&self, _live: &Live, path: &str) -> Option<Vec<u8>> {
        self.ssh.done(&format!("cat {}", quoted(path)), b"").ok()
    }

    fn make(&self, stage: Stage<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(usize, u64), Diag> {
        let mut text = String::new();
        for path in
            self.claims()?.iter().map(String::as_str).chain(stage.send.iter().map(|f| f.path.as_str()))
        {
            let _ = writeln!(text, "{path}");
        }
        self.ssh.done(&format!("cat > .newsprint/new; mv .newsprint/new {CLAIMS}"), text.as_bytes())?;
        let total: usize = stage.passes.iter().map(Vec::len).sum();
        let mut done = 0;
        let mut sent = Vec::new();
        for pass in &stage.passes {
            progress(Progress { phase: "pass", done, total });
            sent.extend(self.ssh.send(&stage.local.root, pass, "", None)?);
            done += pass.len();
        }
        let mut manifest = stage.manifest;
        sum_up(&mut manifest, stage.live, stage.local)?;
        self.bury(&mut manifest, stage.live, &stage.carry)?;
        let script = format!("cat > .newsprint/new; mv .newsprint/new {}; rm -f {CLAIMS}", manifest::PATH);
        self.ssh.done(&script, manifest.write().as_bytes())?;
        if !stage.drop.is_empty() {
            let text: String =
                stage.drop.iter().map(|path| format!("{} {path}\n", sum(stage.live, path))).collect();
            let script = format!(
                "{SUM}; while read -r h p; do if [ \"$h\" = - ] || {{ [ -f \"$p\" ] && [ \"$(sum \"$p\")\" = \"$h\" ]; }}; \
                 then rm -f \"$p\"; rmdir -p \"$(dirname \"$p\")\" 2>/dev/null || true; fi; done"
            );
            self.ssh.done(&script, text.as_bytes())?;
        }
        let size = |path: &String| stage.local.find(path).map_or(0, |file| file.size);
        Ok((sent.len(), sent.iter().map(size).sum()))
    }

    fn rollback(&self, _now: i64) -> Result<Plan, Diag> {
        Err(diag::publish_no_release(&self.words()))
    }
}
