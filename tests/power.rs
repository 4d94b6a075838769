//! The power goes while something is saved, imported or built: what was reported as done is there, what was not is as it
//! was or as it was to be, and the next build is a clean one. What a disk may hold then is worked out from what the
//! program did, step by step (`support/disk.rs`).
//!
//! `NEWSPRINT_LONG=1` looks at more states (see `scripts/trust_long`).

#![cfg(target_os = "linux")]
#![allow(clippy::print_stderr, reason = "what was counted is for docs/trust.md")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use newsprint::fingerprint::Fingerprint;
use serde_json::{Value as Json, json};
use support::disk::{Record, Step, has_strace, traced};
use support::{Random, TestSite, Tree, assert_same, tree};

fn is_long() -> bool {
    std::env::var_os("NEWSPRINT_LONG").is_some()
}

/// Where the root of a site's folder is, without links in it: as the kernel names it.
fn root(site: &TestSite) -> String {
    fs::canonicalize(site.path()).expect("a folder").to_string_lossy().into_owned()
}

/// What the program does to a site; `None` where it cannot be traced.
fn recorded(site: &TestSite, arguments: &[&str]) -> Option<Record> {
    let record = Record::of(Path::new(&root(site)));
    let log = tempfile::NamedTempFile::new().expect("a file");
    let status = traced(log.path(), arguments).status().expect("strace runs");
    let record = record.with(log.path());
    (status.code() == Some(0) && !record.steps.is_empty()).then_some(record)
}

/// A site's folder with just these files.
fn laid_out(files: &Tree) -> TestSite {
    let site = TestSite::empty();
    for (path, bytes) in files {
        site.write(path, bytes);
    }
    site
}

fn run(arguments: &[&str]) -> i32 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_newsprint"));
    let status = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.expect("the program runs").code().unwrap_or(-1)
}

/// Articles of a site's folder.
fn articles(files: &Tree) -> Tree {
    let is_article = |path: &str| path.starts_with("content/") && path.ends_with(".md");
    files
        .iter()
        .filter(|(path, _)| is_article(path))
        .map(|(path, bytes)| (path.clone(), bytes.clone()))
        .collect()
}

fn story(name: &str) -> String {
    let sentence = format!("The council of {name} heard that {name} needs a bridge over the river. ");
    format!("{name} votes for a new bridge\n\n{}\n\n{}\n", sentence.repeat(3), sentence.repeat(2))
}

#[test]
fn what_is_reported_as_imported_survives_a_power_cut() {
    if !has_strace() {
        return eprintln!("strace is not here: not run");
    }
    let site = TestSite::new();
    let names = ["Arden", "Borough", "Calder", "Denholm", "Esk"];
    for name in names {
        site.write(&format!("wire/{name}.txt"), story(name));
    }
    let before = tree(site.path());
    let (folder, wire) = (root(&site), site.path().join("wire").to_string_lossy().into_owned());
    let Some(record) = recorded(&site, &["import", "--site", &folder, &wire]) else {
        return eprintln!("strace cannot trace here: not run");
    };
    let want = articles(&tree(site.path()));
    assert_eq!(want.len(), names.len());
    let mut random = Random::new(6);
    let rounds = if is_long() { 40 } else { 4 };
    let (mut states, mut imported) = (0, 0);
    for steps in 0..=record.steps.len() {
        for round in 0..rounds {
            let have = record.after(steps, &mut random);
            states += 1;
            for (path, bytes) in articles(&have) {
                assert!(want.get(&path) == Some(&bytes), "step {steps}: {path} is torn: {:?}", record.steps);
            }
            if steps == record.steps.len() {
                assert_same(&articles(&have), &want, "an article was reported and is not there");
            }
            // The dumps are there in any state: the next import ends as this one did.
            if round == 0 && steps % if is_long() { 3 } else { 12 } == 0 {
                let again =
                    laid_out(&before.iter().chain(&have).map(|(p, b)| (p.clone(), b.clone())).collect());
                let (folder, wire) = (root(&again), again.path().join("wire").to_string_lossy().into_owned());
                assert_eq!(run(&["import", "--site", &folder, &wire]), 0, "step {steps}");
                assert_same(&articles(&tree(again.path())), &want, format!("step {steps}"));
                imported += 1;
            }
        }
    }
    eprintln!(
        "{} steps, {states} states, {imported} imported from: 0 articles lost or torn",
        record.steps.len()
    );
}

/// Asks the desk of a preview that is being traced.
struct Client {
    port: u16,
    token: String,
}

impl Client {
    fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the desk is there");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Whether the desk answered with 200, and what.
    fn ask(&self, name: &str, body: &Json, over: Option<&str>) -> (bool, Json) {
        let body = body.to_string();
        let over = over
            .map_or(String::new(), |text| format!("If-Match: \"{}\"\r\n", Fingerprint::of(text.as_bytes())));
        let answer = self.send(&format!(
            "POST /api/{name} HTTP/1.1\r\nHost: 127.0.0.1:{0}\r\nOrigin: http://127.0.0.1:{0}\r\nContent-Type: \
             application/json\r\nX-Newsprint-Token: {1}\r\n{over}Content-Length: {2}\r\nConnection: close\r\n\r\n{body}",
            self.port,
            self.token,
            body.len()
        ));
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        (head.starts_with("HTTP/1.1 200"), serde_json::from_str(body).unwrap_or(Json::Null))
    }
}

/// What an answer of the desk promises.
enum Safe {
    Nothing,
    /// This text of the article.
    Text(String),
    /// A file with something in it.
    File(String),
}

/// Saves of all sorts in the desk: each text that was acknowledged is found whole, as the article or among its versions.
#[test]
fn what_the_desk_saved_survives_a_power_cut() {
    if !has_strace() {
        return eprintln!("strace is not here: not run");
    }
    let text = |round: usize| {
        let words = format!("Words of round {round}. ").repeat(40 * (round % 3 + 1));
        format!("+++\ntitle = \"Round {round}\"\ndate = 2026-03-14\nsummary = \"In short.\"\n+++\n{words}\n")
    };
    let site = TestSite::new();
    site.write("content/a.md", text(0));
    let record = Record::of(Path::new(&root(&site)));
    let log = tempfile::NamedTempFile::new().expect("a file");
    let folder = root(&site);
    let arguments = ["serve", "--site", &folder, "--port", "0", "--now", "2026-06-01T12:00:00Z"];
    let mut child = traced(log.path(), &arguments).stderr(Stdio::piped()).spawn().expect("strace runs");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
    let port = lines.find_map(|line| {
        let (_, address) = line.split_once("edit at ")?;
        address.split('/').nth(2)?.rsplit(':').next()?.trim().parse().ok()
    });
    let Some(port) = port else {
        let _ = child.wait();
        return eprintln!("strace cannot trace here: not run");
    };
    std::thread::spawn(move || lines.for_each(drop));
    let page = Client { port, token: String::new() }
        .send(&format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"));
    let token = page.split("newsprint-token\" content=\"").nth(1).and_then(|rest| rest.split('"').next());
    let desk = Client { port, token: token.expect("a token").to_owned() };
    // Each request that was answered with 200, in order, with what is safe from then on.
    let mut safe: Vec<Safe> = Vec::new();
    let mut known: BTreeSet<String> = BTreeSet::from([text(0)]);
    let rounds = if is_long() { 40 } else { 8 };
    for round in 1..=rounds {
        let base = fs::read_to_string(site.path().join("content/a.md")).expect("an article");
        let new = text(round);
        let body = json!({ "path": "content/a.md", "base": base, "text": new });
        // A draft is kept for the time being; only a save is a promise.
        let (drafted, answer) = desk.ask("draft", &body, None);
        assert!(drafted, "round {round}: {answer}");
        safe.push(Safe::Nothing);
        let (saved, answer) = desk.ask("save", &body, Some(&base));
        assert!(saved, "round {round}: {answer}");
        known.insert(new.clone());
        safe.push(Safe::Text(new));
        if round % 4 == 1 {
            let section = format!("section-{round}");
            let (made, answer) =
                desk.ask("new", &json!({ "title": "A new story", "section": section }), None);
            assert!(made, "round {round}: {answer}");
            let path = answer["path"].as_str().expect("a path").to_owned();
            let text = fs::read_to_string(site.path().join(&path)).expect("an article");
            safe.push(Safe::File(path.clone()));
            let body = json!({ "path": path, "slug": "moved", "section": format!("other-{round}") });
            let (moved, answer) = desk.ask("rename", &body, Some(&text));
            assert!(moved, "round {round}: {answer}");
            safe.pop();
            safe.push(Safe::Nothing);
            safe.push(Safe::File(answer["path"].as_str().expect("a path").to_owned()));
            let (paste, answer) =
                desk.ask("parse", &json!({ "dump": story(&format!("Town {round}")), "form": "text" }), None);
            assert!(paste, "round {round}: {answer}");
            safe.push(Safe::File(format!(".newsprint/inbox/{}.json", answer["id"].as_str().expect("an id"))));
        }
    }
    // The program itself is killed; strace ends with it.
    let tasks = format!("/proc/{0}/task/{0}/children", child.id());
    let traced = fs::read_to_string(tasks).expect("what strace runs");
    let killed = Command::new("kill").arg("-KILL").args(traced.split_whitespace()).status();
    assert!(killed.is_ok_and(|status| status.success()));
    let _ = child.wait();
    let record = record.with(log.path());
    let mut random = Random::new(7);
    let (mut states, mut acknowledged) = (0, 0_usize);
    // Answers before the first of ours are those to the pages above.
    let answers = record.steps.iter().filter(|step| matches!(step, Step::Answer)).count();
    let early = answers.checked_sub(safe.len()).expect("an answer for each request");
    for steps in 0..=record.steps.len() {
        if steps > 0 && matches!(record.steps[steps - 1], Step::Answer) {
            acknowledged += 1;
        }
        for _ in 0..if is_long() { 30 } else { 6 } {
            let have = record.after(steps, &mut random);
            states += 1;
            let article = have.get("content/a.md").expect("the article is there");
            let article = String::from_utf8_lossy(article).into_owned();
            assert!(known.contains(&article), "step {steps}: the article is torn: {article:?}");
            let kept: BTreeSet<String> = have
                .iter()
                .filter(|(path, _)| path.starts_with(".newsprint/history/"))
                .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
                .collect();
            for safe in safe.iter().take(acknowledged.saturating_sub(early)) {
                match safe {
                    Safe::Nothing => {}
                    Safe::Text(text) => {
                        assert!(
                            article == *text || kept.contains(text),
                            "step {steps}: lost {:?}",
                            &text[..30]
                        );
                    }
                    Safe::File(path) => {
                        assert!(
                            have.get(path).is_some_and(|bytes| !bytes.is_empty()),
                            "step {steps}: lost {path}"
                        );
                    }
                }
            }
        }
    }
    assert!(acknowledged >= safe.len(), "{acknowledged} answers");
    eprintln!("{rounds} saves, {} steps, {states} states: 0 texts lost, 0 articles torn", record.steps.len());
}

/// A build of a change that is cut off by the power, at any step: the next build gives what a clean one gives.
#[test]
fn a_build_after_a_power_cut_is_a_clean_one() {
    if !has_strace() {
        return eprintln!("strace is not here: not run");
    }
    let article = |at: usize, words: &str| {
        let body = format!("{words} words of number {at}. ").repeat(20);
        format!(
            "+++\ntitle = \"{words} story {at}\"\ndate = 2026-05-{:02}\ntags = [\"Tag {}\"]\n+++\n\n{body}\n",
            1 + at % 28,
            at % 3
        )
    };
    let site = TestSite::new();
    for at in 0..8 {
        site.write(&format!("content/a/n{at}.md"), article(at, "First"));
    }
    let folder = root(&site);
    let build = ["build", "--now", "2026-06-01T12:00:00Z", "--jobs", "1", "--site"];
    let of = |folder: &str| run(&[&build[..], &[folder]].concat());
    assert_eq!(of(&folder), 0);
    let stories: [(&str, &dyn Fn()); 2] = [
        // The short way: one text is another, and the ledger is appended to.
        ("a text", &|| {
            site.write("content/a/n1.md", article(1, "First").replace("words", "signs"));
        }),
        ("titles and files", &|| {
            site.write("content/a/n2.md", article(2, "Second")).write("content/b/new.md", article(9, "New"));
            site.remove("content/a/n3.md");
        }),
    ];
    let mut random = Random::new(8);
    let mut states = 0;
    for (story, change) in stories {
        change();
        let Some(record) = recorded(&site, &[&build[..], &[folder.as_str()]].concat()) else {
            return eprintln!("strace cannot trace here: not run");
        };
        let want = site.tree();
        let limit = if is_long() { 400 } else { 24 };
        for at in 0..limit {
            let steps =
                if at < limit / 4 { record.steps.len() } else { random.below(record.steps.len() + 1) };
            let again = laid_out(&record.after(steps, &mut random));
            assert_eq!(of(&root(&again)), 0, "{story}, after {steps} of {} steps", record.steps.len());
            assert_same(
                &again.tree(),
                &want,
                format!("{story}, after {steps} of {} steps", record.steps.len()),
            );
            states += 1;
        }
    }
    eprintln!("{states} states after a power cut: 0 differences from a clean build");
}
