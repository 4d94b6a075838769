//! What a broken or hostile archive may cost: memory, and time. Each case runs the program itself, with as little memory
//! as it must do with, on input that is made as it is read.
//!
//! `NEWSPRINT_LONG=1` keeps a whole line of a gigabyte in the quarantine, too.

#![cfg(target_os = "linux")]

mod support;

use std::fs::{self, File};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use support::TestSite;

/// The program with so many megabytes of address space, reading what `feed` writes.
fn run(megabytes: usize, arguments: &[&str], feed: impl FnOnce(&mut dyn Write) + Send) -> Output {
    let script = "ulimit -v $1; shift; exec \"$@\"";
    let mut child = Command::new("bash")
        .args(["-c", script, "bash", &(megabytes << 10).to_string(), env!("CARGO_BIN_EXE_newsprint")])
        .args(arguments)
        .env("RAYON_NUM_THREADS", "2")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash runs");
    let mut stdin = BufWriter::with_capacity(1 << 20, child.stdin.take().expect("a pipe"));
    std::thread::scope(|scope| {
        scope.spawn(move || {
            feed(&mut stdin);
            // A program that has ended reads no more.
            let _ = stdin.flush();
        });
        child.wait_with_output().expect("an end")
    })
}

fn story(name: &str) -> String {
    let sentence = format!("The council of {name} heard that {name} needs a bridge over the river. ");
    format!("{name} votes for a new bridge\n\n{}\n", sentence.repeat(6))
}

fn record(name: &str) -> String {
    serde_json::json!({ "id": name, "text": story(name) }).to_string()
}

/// `length` bytes of one letter.
fn letters(length: usize) -> impl Read {
    std::io::repeat(b'x').take(length as u64)
}

const GIGABYTE: usize = 1 << 30;

#[test]
fn a_line_of_a_gigabyte_costs_what_a_long_dump_costs() {
    let output = run(700, &["parse", "--input", "ndjson", "-"], |out| {
        let _ = writeln!(out, "{}", record("Alpha"));
        let _ = out.write_all(b"{\"id\": \"long\", \"text\": \"");
        let _ = std::io::copy(&mut letters(GIGABYTE), out);
        let _ = writeln!(out, "\"}}\nnot json\n\n{}", record("Beta"));
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{errors}");
    let said: Vec<Value> = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).expect("JSON"))
        .collect();
    let seen: Vec<(&str, u64, bool)> = said
        .iter()
        .map(|record| {
            let source = record["source"].as_str().unwrap_or_default();
            (source, record["item"].as_u64().unwrap_or(9), record["refused"].is_string())
        })
        .collect();
    assert_eq!(seen, [("Alpha", 1, false), ("-#2", 0, true), ("-#3", 0, true), ("Beta", 1, false)]);
    for complaint in ["-:2:1", "longer than", "-:3:"] {
        assert!(errors.contains(complaint), "{complaint} in {errors}");
    }
}

#[test]
fn a_dump_of_a_gigabyte_is_refused() {
    let output = run(400, &["parse", "-"], |out| drop(std::io::copy(&mut letters(GIGABYTE), out)));
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("\"refused\":\"1073741824 bytes is too long for one dump"), "{text}");
}

/// A file with a record, a line that is too long, and a record.
fn long_line(path: &Path, length: usize) {
    let mut file = File::create(path).expect("a file");
    writeln!(file, "{}", record("Alpha")).expect("written");
    // The line is a hole in the file: it costs no room on the disk.
    file.seek(SeekFrom::Current(i64::try_from(length).expect("a length"))).expect("sought");
    writeln!(file, "\n{}", record("Beta")).expect("written");
}

#[test]
fn an_import_keeps_a_line_that_is_too_long() {
    let is_long = std::env::var_os("NEWSPRINT_LONG").is_some();
    for (length, dry) in [(GIGABYTE, true), (if is_long { GIGABYTE } else { 100 << 20 }, false)] {
        let site = TestSite::new();
        let dumps = TestSite::empty();
        let file = dumps.path().join("all.ndjson");
        long_line(&file, length);
        let (root, file) = (site.path().to_string_lossy(), file.to_string_lossy());
        let mut arguments = vec!["import", "--format", "json", "--site", &root, &file];
        arguments.extend(dry.then_some("--dry-run"));
        let output = run(700, &arguments, |_| {});
        let account: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        let count = |key: &str| account[key].as_u64();
        assert_eq!((count("records"), count("written"), count("quarantined")), (Some(3), Some(2), Some(1)));
        assert_eq!(output.status.code(), Some(4));
        if !dry {
            let kept = fs::read_dir(site.path().join(".newsprint/quarantine")).expect("a quarantine");
            let sizes: Vec<u64> =
                kept.map(|entry| entry.expect("a file").metadata().expect("a size").len()).collect();
            assert!(sizes.contains(&(length as u64 + 1)), "{sizes:?}");
        }
    }
}
