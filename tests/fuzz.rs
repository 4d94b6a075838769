//! The fuzz targets of `fuzz/` as plain tests: every saved input of `fuzz/corpus/`, and seeded mutations of them. A
//! nightly toolchain is not needed. `NEWSPRINT_FUZZ=N` sets how many mutations each target gets, `NEWSPRINT_SEED` the
//! seed; `NEWSPRINT_SEEDS` names a folder with more inputs.
//!
//! An input that broke something is put into the corpus together with what mends it.

mod support;
#[path = "../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use support::Random;

fn files(folder: &Path, into: &mut Vec<(PathBuf, Vec<u8>)>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, into);
        } else if let Ok(bytes) = fs::read(&path) {
            into.push((path, bytes));
        }
    }
}

/// Pieces that parsers of news, Markdown, TOML, HTML and XML trip over.
const PIECES: [&str; 44] = [
    "+++\n",
    "---\n",
    "title = ",
    "date = 2026-05-01",
    "\"",
    "'''",
    "\\u0000",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "</",
    "<!--",
    "-->",
    "<![CDATA[",
    "&",
    "&#0;",
    "&amp;",
    "\r\n",
    "\r",
    "\n\n",
    "\t",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "\u{fffe}",
    "\u{301}",
    "é",
    "ı",
    "北",
    "مرحبا",
    "🦀",
    "](",
    "![",
    "`",
    "|",
    "> ",
    "- ",
    "1. ",
    "# ",
    "javascript:",
    "(Reuters) -",
];

fn mutated(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = random.pick(seeds).clone();
    for _ in 0..1 + random.below(6) {
        let at = random.below(bytes.len() + 1);
        match random.below(8) {
            0 if !bytes.is_empty() => {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(..at)),
            3 => {
                let end = (at + random.below(40)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                let to = random.below(bytes.len() + 1);
                bytes.splice(to..to, part.iter().copied().cycle().take(part.len() * (1 + random.below(20))));
            }
            4 => {
                let other = random.pick(seeds);
                let from = random.below(other.len() + 1);
                let end = (from + random.below(200)).min(other.len());
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            5 if !bytes.is_empty() => {
                let end = (at + random.below(30)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let piece = random.pick(&PIECES).as_bytes();
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
    bytes.truncate(20_000);
    bytes
}

#[test]
fn targets_hold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let rounds = number("NEWSPRINT_FUZZ").unwrap_or(400);
    let seed = number("NEWSPRINT_SEED").unwrap_or(1);
    let mut shared = Vec::new();
    for folder in ["tests/dump", "tests/words", "tests/hostile"] {
        files(&root.join(folder), &mut shared);
    }
    if let Some(folder) = std::env::var_os("NEWSPRINT_SEEDS") {
        files(Path::new(&folder), &mut shared);
    }
    let mut broken = Vec::new();
    for (name, target) in targets::TARGETS {
        let mut own = Vec::new();
        files(&root.join("fuzz/corpus").join(name), &mut own);
        assert!(!own.is_empty(), "fuzz/corpus/{name} is empty");
        let mut hold = |what: &str, bytes: &[u8]| {
            if catch_unwind(AssertUnwindSafe(|| target(bytes))).is_err() {
                let path = std::env::temp_dir().join(format!("newsprint-fuzz-{name}-{}", broken.len()));
                let _ = fs::write(&path, bytes);
                broken.push(format!("{name}: {what}: {}", path.display()));
            }
        };
        for (path, bytes) in &own {
            hold(&path.display().to_string(), bytes);
        }
        let seeds: Vec<Vec<u8>> =
            own.into_iter().chain(shared.iter().cloned()).map(|(_, bytes)| bytes).collect();
        let mut random = Random::new(seed);
        for round in 0..rounds {
            let bytes = mutated(&mut random, &seeds);
            hold(&format!("seed {seed}, round {round}"), &bytes);
        }
    }
    assert!(broken.is_empty(), "{} inputs break something:\n{}", broken.len(), broken.join("\n"));
}

/// A target that is not a program of `fuzz/` would never be fuzzed.
#[test]
fn every_target_has_its_program() {
    let manifest = include_str!("../fuzz/Cargo.toml");
    for (name, _) in targets::TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in fuzz/Cargo.toml");
        targets::run(name, b"");
    }
}
