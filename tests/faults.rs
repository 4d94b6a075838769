//! What breaks under the program: it is killed, the disk is full or fails, the power goes. The site that stands
//! is then the old one or the new one file by file, never a torn one; the next build gives what a clean
//! build gives; and what was reported as saved is there.
//!
//! The short tier runs in CI. `NEWSPRINT_LONG=1` runs the long one (see `scripts/trust_long`), which also needs
//! `strace` and the right to mount a tmpfs.

#![cfg(target_os = "linux")]
#![allow(clippy::print_stderr, reason = "what was counted is for docs/trust.md")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use newsprint::fingerprint::Fingerprint;
use support::{Random, TestSite, Tree, assert_same, disk};

fn is_long() -> bool {
    std::env::var_os("NEWSPRINT_LONG").is_some()
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_newsprint"));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn build_of(site: &TestSite) -> Command {
    let mut command = program();
    command.args(["build", "--now", "2026-06-01T12:00:00Z", "--site"]).arg(site.path());
    command
}

/// A site of some size, with everything that is written in a way of its own.
fn site(articles: usize) -> TestSite {
    let site = TestSite::new();
    site.write("content/a/p.png", support::png(4, 3, 1));
    for at in 0..articles {
        site.write(&format!("content/{}/n{at}.md", ["a", "b", "c"][at % 3]), article(at, "First"));
    }
    site
}

fn article(at: usize, words: &str) -> String {
    let body = format!("{words} words of number {at}. ").repeat(20);
    format!(
        "+++\ntitle = \"{words} story {at}\"\ndate = 2026-05-{:02}\ntags = [\"Tag {}\"]\nauthors = [\"Author {}\"]\nimage = {{ src = \"/a/p.png\", alt = \"x\" }}\n+++\n\n{body}\n",
        1 + at % 28,
        at % 7,
        at % 5
    )
}

/// Changes a site: some articles are new, some other, some gone, one moved.
fn change(site: &TestSite, articles: usize) {
    for at in (0..articles).step_by(2) {
        site.write(&format!("content/{}/n{at}.md", ["a", "b", "c"][at % 3]), article(at, "Second"));
    }
    site.remove("content/a/n3.md");
    site.write("content/b/moved.md", article(3, "Moved"));
    site.write("content/d/new.md", article(999, "New"));
}

fn run(command: &mut Command) -> i32 {
    command.status().expect("the program runs").code().unwrap_or(-1)
}

/// Every file of the site is one of the old or of the new one, whole.
fn assert_untorn(have: &Tree, old: &Tree, new: &Tree, story: &str) {
    // What is on its way is no part of the site, and no host serves names that begin with a dot.
    for (path, bytes) in have.iter().filter(|(path, _)| !path.starts_with('.')) {
        let is_old = old.get(path).is_some_and(|old| old == bytes);
        let is_new = new.get(path).is_some_and(|new| new == bytes);
        assert!(is_old || is_new, "{story}: {path} is torn ({} bytes)", bytes.len());
    }
    let is_site = have.contains_key("index.html") || old.is_empty();
    assert!(is_site, "{story}: there is no front page");
}

/// Files of ours that do not belong to the site.
fn leftovers(site: &Path) -> Vec<PathBuf> {
    let mut left = Vec::new();
    let mut open = vec![site.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_temporary = name.contains(".newsprint-") && name != ".newsprint-output";
            if is_temporary || name.starts_with("verify-") || name.starts_with("embargo-") {
                left.push(entry.path());
            } else if entry.path().is_dir() {
                open.push(entry.path());
            }
        }
    }
    left
}

/// A copy of a site's folder, times and all.
fn copy(site: &TestSite) -> TestSite {
    let copy = TestSite::empty();
    let done =
        Command::new("cp").arg("-a").arg(format!("{}/.", site.path().display())).arg(copy.path()).status();
    assert!(done.expect("cp").success());
    copy
}

/// The site before and after a change: sources changed, output old, and the outputs of both.
struct Change {
    site: TestSite,
    old: Tree,
    new: Tree,
    /// How long the build of the change takes.
    time: Duration,
}

impl Change {
    fn new(articles: usize) -> Self {
        let site = site(articles);
        assert_eq!(run(&mut build_of(&site)), 0);
        let old = site.tree();
        change(&site, articles);
        let tried = copy(&site);
        let began = Instant::now();
        assert_eq!(run(&mut build_of(&tried)), 0);
        Self { site, old, new: tried.tree(), time: began.elapsed() }
    }

    /// What must hold after something went wrong in a build of `site`.
    fn check(&self, site: &TestSite, story: &str) {
        assert_untorn(&site.tree(), &self.old, &self.new, story);
        assert_eq!(run(&mut build_of(site)), 0, "{story}: the next build works");
        assert_same(&site.tree(), &self.new, story);
        assert_eq!(leftovers(site.path()), Vec::<PathBuf>::new(), "{story}");
    }
}

#[test]
fn a_killed_build_never_shows_a_torn_page() {
    let change = Change::new(90);
    let mut random = Random::new(1);
    let times = if is_long() { 200 } else { 40 };
    let mut killed = 0;
    for at in 0..times {
        let site = copy(&change.site);
        let jobs = ["1", "2", "4"][at % 3];
        let mut child = build_of(&site).args(["--jobs", jobs]).spawn().expect("the program runs");
        std::thread::sleep(change.time * u32::try_from(random.below(1000)).unwrap_or(0) / 1000);
        let _ = child.kill();
        killed += usize::from(child.wait().expect("an end").code().is_none());
        let story = format!("kill {at} of {times}, {jobs} threads");
        assert_untorn(&site.tree(), &change.old, &change.new, &story);
        // Twice in a row, every third time.
        if at % 3 == 0 {
            let mut child = build_of(&site).spawn().expect("the program runs");
            std::thread::sleep(change.time * u32::try_from(random.below(1000)).unwrap_or(0) / 1000);
            let _ = child.kill();
            let _ = child.wait();
        }
        change.check(&site, &story);
    }
    assert!(killed * 2 > times, "{killed} of {times} kills met a running build");
    eprintln!(
        "{killed} of {times} kills met a running build: 0 torn files, 0 differences after the next build"
    );
}

#[test]
fn a_killed_first_build_shows_no_site_or_a_whole_one() {
    let site = site(60);
    let whole = copy(&site);
    let began = Instant::now();
    assert_eq!(run(&mut build_of(&whole)), 0);
    let (time, new) = (began.elapsed(), whole.tree());
    let mut random = Random::new(2);
    for at in 0..if is_long() { 60 } else { 12 } {
        let site = copy(&site);
        let mut child = build_of(&site).spawn().expect("the program runs");
        std::thread::sleep(time * u32::try_from(random.below(1000)).unwrap_or(0) / 1000);
        let _ = child.kill();
        let _ = child.wait();
        let tree = site.tree();
        assert!(tree.is_empty() || tree == new, "kill {at}: a part of a site");
        assert_eq!(run(&mut build_of(&site)), 0);
        assert_same(&site.tree(), &new, format!("kill {at}"));
        assert_eq!(leftovers(site.path()), Vec::<PathBuf>::new(), "kill {at}");
    }
}

/// What the program says of an import that another one goes on with is an account of records: all of them stand.
#[test]
fn a_killed_import_loses_no_record() {
    const RECORDS: usize = 400;
    let site = || {
        let site = TestSite::new();
        let records: String = (0..RECORDS).map(record).collect();
        site.write("wire.ndjson", records);
        site
    };
    let import = |site: &TestSite| {
        let mut command = program();
        command.arg("import").arg(site.path().join("wire.ndjson")).arg("--site").arg(site.path());
        command
    };
    let content = |site: &TestSite| support::tree(&site.path().join("content"));
    let whole = site();
    let began = Instant::now();
    assert_eq!(run(&mut import(&whole)), 0);
    let (time, want) = (began.elapsed(), content(&whole));
    assert_eq!(want.len(), RECORDS);
    let mut random = Random::new(5);
    let (rounds, mut killed) = (if is_long() { 20 } else { 4 }, 0);
    for round in 0..rounds {
        let site = site();
        for _ in 0..5 {
            let mut child = import(&site).spawn().expect("the program runs");
            std::thread::sleep(time * u32::try_from(random.below(1000)).unwrap_or(0) / 1000);
            let _ = child.kill();
            killed += usize::from(child.wait().expect("an end").code().is_none());
        }
        assert_eq!(run(&mut import(&site)), 0, "round {round}");
        assert_same(&content(&site), &want, format!("round {round}: not what one import makes"));
        assert_eq!(leftovers(site.path()), Vec::<PathBuf>::new(), "round {round}");
        // A story that a person deletes afterwards does not come again.
        let gone = want.keys().next().expect("a story");
        site.remove(&format!("content/{gone}"));
        assert_eq!(run(&mut import(&site)), 0);
        assert_eq!(content(&site).len(), RECORDS - 1, "round {round}: {gone} came again");
    }
    assert!(killed * 2 > rounds * 5, "{killed} of {} kills met a running import", rounds * 5);
}

/// A record of a wire that is like no other.
fn record(at: usize) -> String {
    let word = |n: usize| {
        ["harbour", "bridge", "school", "market", "orchard", "station", "library"]
            [(at / 7usize.pow(u32::try_from(n).unwrap_or(0))) % 7]
    };
    let text = (0..5).map(|n| {
        format!("The {} by the {} of street {at} was looked at {n} times for the {} board, clerk {at}{n} said on {}{at}. ", word(n % 4), word((n + 1) % 4), word((n + 2) % 4), word(n % 3))
    });
    let text: Vec<String> = text.collect();
    let story =
        format!("Board {at} hears of the {} and the {}\\n\\n{}", word(0), word(1), text.join("\\n\\n"));
    format!("{{\"id\":\"r{at}\",\"text\":\"{story}\"}}\n")
}

/// A build under `strace`, which makes one system call fail or end the program.
fn injected(site: &TestSite, what: &str, jobs: &str) -> (i32, String) {
    let output = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("inject={what}")])
        .arg(env!("CARGO_BIN_EXE_newsprint"))
        .args(["build", "--now", "2026-06-01T12:00:00Z", "--jobs", jobs, "--site"])
        .arg(site.path())
        .env("NO_COLOR", "1")
        .output()
        .expect("strace runs");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// System calls that change a disk.
const WRITES: [&str; 11] = [
    "write",
    "pwrite64",
    "writev",
    "rename",
    "renameat2",
    "linkat",
    "mkdir",
    "unlink",
    "unlinkat",
    "rmdir",
    "ftruncate",
];

#[test]
fn killed_at_every_write_like_system_call() {
    if !disk::has_strace() {
        return eprintln!("strace is not here: not run");
    }
    let change = Change::new(12);
    let (mut points, limit) = (0, if is_long() { 1_000 } else { 25 });
    let mut random = Random::new(3);
    for call in WRITES {
        for at in 1..=if is_long() { 120 } else { 60 } {
            if !is_long() && random.below(10) > 0 || points >= limit {
                continue;
            }
            let site = copy(&change.site);
            let (code, _) = injected(&site, &format!("{call}:signal=KILL:when={at}"), "1");
            if code == 0 {
                break;
            }
            points += 1;
            change.check(&site, &format!("killed at {call} number {at}"));
        }
    }
    eprintln!("{points} kills at system calls: 0 torn files, 0 differences after the next build");
}

#[test]
fn a_failing_disk_leaves_the_old_site_and_says_what_failed() {
    if !disk::has_strace() {
        return eprintln!("strace is not here: not run");
    }
    let change = Change::new(12);
    let mut random = Random::new(4);
    let (mut points, mut silent) = (0, 0);
    let calls =
        ["write", "openat", "rename", "renameat2", "mkdir", "unlink", "unlinkat", "linkat", "statx", "fsync"];
    let errors = ["ENOSPC", "EIO", "EDQUOT", "EROFS", "EMFILE", "EACCES"];
    for call in calls {
        for at in 1..=if is_long() { 60 } else { 40 } {
            let limit = if is_long() { 3 } else { 20 };
            if random.below(limit) > 0 {
                continue;
            }
            let error = *random.pick(&errors);
            let site = copy(&change.site);
            let (code, said) = injected(&site, &format!("{call}:error={error}:when={at}"), "1");
            let story = format!("{call} number {at} fails with {error}: exit {code}\n{said}");
            points += 1;
            // What was not needed may fail; else the program says what failed and where.
            silent += usize::from(code == 0);
            assert!(
                matches!(code, 0 | 2 | 3 | 5 | 127) || code < 0 || said.contains("cannot open shared object"),
                "{story}"
            );
            let is_ours = said.contains("error[");
            if matches!(code, 3 | 5) && is_ours {
                assert!(said.contains("-->") && said.contains("cannot "), "{story}");
                assert!(!said.contains("os error"), "{story}");
            }
            assert!(!said.contains("panicked"), "{story}");
            change.check(&site, &story);
        }
    }
    eprintln!(
        "{points} faults, {silent} of them without effect: 0 torn files, 0 differences after the next build"
    );
}

/// A folder whose state the disk does not give is no folder that is empty: else a site would be built with nothing in it.
#[test]
fn a_folder_that_cannot_be_looked_at_is_not_an_empty_one() {
    if !disk::has_strace() {
        return eprintln!("strace is not here: not run");
    }
    let site = site(3);
    assert_eq!(run(&mut build_of(&site)), 0);
    let before = site.tree();
    for folder in ["content", "static", "templates"] {
        site.write(&format!("{folder}/a/x.txt"), "Words of a folder.\n");
        let output = Command::new("strace")
            .args([
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                "inject=statx,lstat,newfstatat:error=EIO:when=1",
                "-P",
            ])
            .arg(site.path().join(folder))
            .arg(env!("CARGO_BIN_EXE_newsprint"))
            .args(["build", "--now", "2026-06-01T12:00:00Z", "--site"])
            .arg(site.path())
            .output()
            .expect("strace runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{folder}: {said}");
        assert!(said.contains("error[READ]: cannot list it: input/output error"), "{folder}: {said}");
        assert_same(&site.tree(), &before, folder);
        site.remove(&format!("{folder}/a/x.txt"));
    }
}

/// A folder of limited size; unmounted when dropped.
struct Small(PathBuf);

impl Small {
    fn new(path: &Path, kilobytes: u64) -> Option<Self> {
        fs::create_dir_all(path).ok()?;
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={kilobytes}k"), "newsprint-test"])
            .arg(path)
            .stderr(Stdio::null())
            .status();
        mount.is_ok_and(|status| status.success()).then(|| Self(path.to_owned()))
    }

    fn resize(&self, kilobytes: u64) {
        let options = format!("remount,size={kilobytes}k");
        let done = Command::new("mount").args(["-o", &options]).arg(&self.0).status();
        assert!(done.is_ok_and(|status| status.success()), "remounted");
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_leaves_the_old_site() {
    let change = Change::new(40);
    let folder = tempfile::tempdir().expect("a folder");
    let Some(small) = Small::new(&folder.path().join("disk"), 64 << 10) else {
        return eprintln!("no right to mount a tmpfs: not run");
    };
    let steps = if is_long() { 100 } else { 15 };
    let (mut full, mut fine) = (0, 0);
    for step in 0..steps {
        small.resize(64 << 10);
        let site = small.0.join(format!("site{step}"));
        let copied = Command::new("cp").arg("-a").arg(change.site.path()).arg(&site).status();
        assert!(copied.expect("cp").success());
        // From nothing left to enough for the whole new site.
        let room = 1_600 * step as u64 / steps as u64;
        small.resize((used(&small.0) + room).max(4));
        let output = Command::new(env!("CARGO_BIN_EXE_newsprint"))
            .args(["build", "--now", "2026-06-01T12:00:00Z", "--site"])
            .arg(&site)
            .output()
            .expect("the program runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let code = output.status.code().unwrap_or(-1);
        let story = format!("{room} kB free: exit {code}\n{said}");
        let have = support::tree(&site.join("public"));
        if code == 0 {
            fine += 1;
            assert_same(&have, &change.new, &story);
        } else {
            full += 1;
            assert_eq!(code, 5, "{story}");
            assert!(
                said.contains("error[IO]") && said.contains("no space") && said.contains("-->"),
                "{story}"
            );
            assert_untorn(&have, &change.old, &change.new, &story);
        }
        small.resize(64 << 10);
        let again = program().args(["build", "--now", "2026-06-01T12:00:00Z", "--site"]).arg(&site).status();
        assert_eq!(again.expect("the program runs").code(), Some(0), "{story}");
        assert_same(&support::tree(&site.join("public")), &change.new, &story);
        fs::remove_dir_all(&site).expect("removed");
    }
    assert!(full >= 3, "{full} of {steps} were too full");
    eprintln!("{steps} sizes, {full} too small, {fine} fine: 0 torn files, exit 5 each time");
}

/// What an import that a full disk ends says of its records is true, and the next import writes what is missing.
#[test]
fn a_full_disk_ends_an_import_that_accounts_for_its_records() {
    const RECORDS: usize = 700;
    let folder = tempfile::tempdir().expect("a folder");
    let Some(small) = Small::new(&folder.path().join("disk"), 64 << 10) else {
        return eprintln!("no right to mount a tmpfs: not run");
    };
    let wire = folder.path().join("wire.ndjson");
    // One record that has to be kept in the quarantine, for which there may be no room either.
    let records: String = (0..RECORDS).map(record).collect();
    fs::write(&wire, records + "{\"id\": \"broken\"\n").expect("written");
    let import = |site: &Path, table: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_newsprint"));
        command
            .args(["import", "--format", "json", "--report"])
            .arg(table)
            .arg(&wire)
            .arg("--site")
            .arg(site);
        let output = command.output().expect("the program runs");
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (output.status.code().unwrap_or(-1), said)
    };
    let (mut full, mut steps) = (0, 0);
    for room in [0, 200, 800, 1600, 2400, 3200, 6400] {
        steps += 1;
        small.resize(64 << 10);
        let site = small.0.join(format!("site{room}"));
        fs::create_dir_all(site.join("content")).expect("a folder");
        fs::copy(TestSite::new().path().join("site.toml"), site.join("site.toml")).expect("copied");
        small.resize((used(&small.0) + room).max(4));
        let table = folder.path().join(format!("report{room}.csv"));
        let (code, said) = import(&site, &table);
        let story = format!("{room} kB free: exit {code}\n{said:#}");
        let number = |key: &str| usize::try_from(said[key].as_u64().unwrap_or(0)).unwrap_or(0);
        let outcomes = ["written", "unchanged", "kept", "duplicates", "quarantined", "unreached"];
        let sum: usize = outcomes.iter().map(|key| number(key)).sum();
        assert_eq!(sum, number("records"), "{story}");
        assert_eq!(number("written"), support::tree(&site.join("content")).len(), "{story}");
        let rows = fs::read_to_string(&table).unwrap_or_default();
        let told = |outcome: &str| rows.lines().filter(|row| row.split(',').nth(2) == Some(outcome)).count();
        assert_eq!(
            (told("written"), told("not reached")),
            (number("written"), number("unreached")),
            "{story}"
        );
        let codes: Vec<&str> = said["diagnostics"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|diag| diag["code"].as_str())
            .collect();
        assert!(!codes.contains(&"ACCOUNT"), "{story}");
        if number("written") == RECORDS && number("quarantined") == 1 {
            assert_eq!((code, number("records")), (4, RECORDS + 1), "{story}");
        } else {
            full += 1;
            assert_eq!(code, 5, "{story}");
            assert!(codes.contains(&"IO"), "{story}");
            // Where there was no room to begin, no record was read.
            assert_eq!(codes.contains(&"UNREACHED"), number("records") > 0, "{story}");
        }
        small.resize(64 << 10);
        let (code, said) = import(&site, &table);
        assert_eq!(code, 4, "{said:#}");
        assert_eq!(support::tree(&site.join("content")).len(), RECORDS, "{story}");
        assert_eq!(leftovers(&site), Vec::<PathBuf>::new(), "{story}");
        fs::remove_dir_all(&site).expect("removed");
    }
    assert!(full >= 3 && full < steps, "{full} of {steps} were too full");
}

/// Kilobytes in use on the disk that a path is on.
fn used(path: &Path) -> u64 {
    let output = Command::new("df").arg("--output=used").arg(path).output().expect("df");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .nth(1)
        .and_then(|line| line.trim().parse().ok())
        .unwrap_or(0)
}

/// A ledger, or the list of owned files, that a power cut left empty, cut or old costs time at most.
#[test]
fn caches_that_a_power_cut_damaged_are_found_out() {
    let change = Change::new(24);
    let built = copy(&change.site);
    assert_eq!(run(&mut build_of(&built)), 0);
    let mut random = Random::new(5);
    let files = ["ledger", "owned", "check", "links.json"];
    for state in 0..if is_long() { 600 } else { 60 } {
        // Sources changed, output old or new, caches old, new, or damaged.
        let site = copy(if random.chance(50) { &change.site } else { &built });
        let mut story = format!("state {state}:");
        for name in files {
            let path = site.path().join(".newsprint").join(name);
            let other = if random.chance(50) { &change.site } else { &built };
            let bytes = fs::read(other.path().join(".newsprint").join(name)).unwrap_or_default();
            let damage = random.below(6);
            story += &format!(" {name} {damage}");
            let bytes = match damage {
                0 => Vec::new(),
                1 => bytes[..random.below(bytes.len() + 1)].to_vec(),
                2 => vec![0; bytes.len()],
                3 if !bytes.is_empty() && name != "owned" => {
                    let mut bytes = bytes;
                    let at = random.below(bytes.len());
                    bytes[at] ^= 1 << random.below(8);
                    bytes
                }
                4 if name != "owned" => {
                    let _ = fs::remove_file(&path);
                    continue;
                }
                _ => bytes,
            };
            // The list of owned files is what may be removed: it is written so that it is never short of a file.
            if name != "owned" {
                fs::write(&path, bytes).expect("a written file");
            }
        }
        assert_eq!(run(&mut build_of(&site)), 0, "{story}");
        assert_same(&site.tree(), &change.new, &story);
    }
    let sum = Fingerprint::of(&fs::read(built.path().join(".newsprint/ledger")).expect("a ledger"));
    assert_ne!(sum, Fingerprint::default());
}
