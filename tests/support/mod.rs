//! A site in a temporary folder, and builds of it, for tests that look at it the way a user does.

#![allow(dead_code, missing_docs, unreachable_pub, reason = "each test program uses its part of this")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use newsprint::build::{self, Options, Progress, Report};
use newsprint::clock::Clock;
use newsprint::ledger::{Ledger, Memory};
use newsprint::load::Wishes;

/// 2026-06-01T12:00:00Z.
pub const NOW: i64 = 1_780_315_200;

pub struct Silent;

impl Progress for Silent {
    fn step(&self, _: usize, _: usize) {}
}

/// A site's folder; removed when dropped.
pub struct TestSite {
    folder: tempfile::TempDir,
}

impl TestSite {
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// With a site.toml and nothing else.
    pub fn new() -> Self {
        let site = Self::empty();
        site.write(
            "site.toml",
            "title = \"Test\"\nbase_url = \"https://test.example/\"\ntimezone = \"UTC\"\npage_size = 3\ntheme_files = false\n",
        );
        site
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a written file");
        self
    }

    pub fn remove(&self, path: &str) -> &Self {
        fs::remove_file(self.path().join(path)).expect("a removed file");
        self
    }

    pub fn remove_if_there(&self, path: &str) -> &Self {
        let _ = fs::remove_file(self.path().join(path));
        self
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn options(&self) -> Options {
        let clock = Clock { now: NOW, drafts: false, future: false };
        let wishes = Wishes { base_url: None, clock, keep_going: false };
        Options {
            site: self.path().to_owned(),
            output: None,
            wishes,
            clean: false,
            verify: false,
            explain: false,
            allow_empty: false,
        }
    }

    pub fn build(&self) -> Report {
        build::build(&self.options(), &Silent)
    }

    /// A clean build into a folder of its own, as a map of path to bytes.
    pub fn clean_tree(&self, options: &Options) -> (Report, Tree) {
        let (report, tree, _) = self.clean(options);
        (report, tree)
    }

    /// The same, with what it remembers.
    pub fn clean(&self, options: &Options) -> (Report, Tree, Ledger) {
        let beside = tempfile::tempdir().expect("a temporary folder");
        let output = beside.path().join("out");
        let report =
            build::build(&Options { output: Some(output.clone()), clean: true, ..options.clone() }, &Silent);
        let ledger = Ledger::load(&Memory::of(self.path(), &output).ledger()).0;
        (report, tree(&output), ledger)
    }

    /// What the last build into `public/` remembers.
    pub fn ledger(&self) -> Ledger {
        Ledger::load(&self.path().join(".newsprint/ledger")).0
    }

    /// What was built into `public/`.
    pub fn tree(&self) -> Tree {
        tree(&self.path().join("public"))
    }
}

/// A PNG of this size, grey with a brighter left half.
pub fn png(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], content: &[u8]| {
        let named = [&kind[..], content].concat();
        let mut sum = flate2::Crc::new();
        sum.update(&named);
        let len = u32::try_from(content.len()).expect("a short chunk").to_be_bytes();
        [&len[..], &named, &sum.sum().to_be_bytes()].concat()
    };
    let row = |_| {
        let pixel = |x: u32| [if x < width / 2 { shade.saturating_add(40) } else { shade }; 3];
        std::iter::once(0).chain((0..width).flat_map(pixel))
    };
    let mut pixels = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    pixels.write_all(&(0..height).flat_map(row).collect::<Vec<u8>>()).expect("memory");
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let pixels = pixels.finish().expect("memory");
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &head), &chunk(b"IDAT", &pixels), &chunk(b"IEND", b"")]
        .concat()
}

/// Path -> bytes.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// All files below a folder but those whose names begin with a dot.
pub fn tree(root: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut open: Vec<PathBuf> = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("an entry").path();
            let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            if path.is_dir() {
                open.push(path);
            } else if !hidden {
                let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
                tree.insert(name, fs::read(&path).expect("a readable file"));
            }
        }
    }
    tree
}

/// Fails with the first difference in words.
pub fn assert_same(have: &Tree, want: &Tree, story: impl std::fmt::Display) {
    let paths = |tree: &Tree| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(have), paths(want), "other files than a clean build\n{story}");
    for (path, bytes) in want {
        if have[path] != *bytes {
            let (have, want) = (String::from_utf8_lossy(&have[path]), String::from_utf8_lossy(bytes));
            let line = have.lines().zip(want.lines()).find(|(a, b)| a != b);
            panic!("{path} differs from a clean build: {line:?}\n{story}");
        }
    }
}

/// Small, fast, the same everywhere: xorshift64*.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// From 0 to `n` - 1.
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or(0) % n.max(1)
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

pub mod crawl;
pub mod disk;
