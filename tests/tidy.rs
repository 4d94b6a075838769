//! The rules of the house that no compiler checks: who may know whom, who may touch the world.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The floor plan, from the ground up. A module may use what stands before it: on a lower floor, or
/// further left on its own.
const FLOORS: [(&str, &[&str]); 6] = [
    ("ground", &["fingerprint", "date", "locale", "diag", "diff", "path", "tree", "store", "lazy"]),
    (
        "parts",
        &[
            "search",
            "article",
            "clock",
            "markdown",
            "schema",
            "image",
            "target",
            "config",
            "front_matter",
            "dump",
            "near",
            "escape",
            "social_card",
            "filters",
            "template",
            "source",
        ],
    ),
    ("site", &["index", "ingredient", "site", "theme", "views", "made", "plan", "render"]),
    ("edges", &["disk", "cache", "ledger", "label", "output"]),
    (
        "verbs",
        &[
            "load", "body", "build", "snapshot", "due", "explain", "parse", "new", "import", "review",
            "tags", "check", "publish", "serve",
        ],
    ),
    ("words", &["cli", "main"]),
];

/// Uses that go up all the same, each with its reason.
const UPWARD: [(&str, &str, &str); 3] = [
    ("site", "views", "the snapshot holds each shared view, computed once"),
    ("site", "plan", "links need to know where a page goes"),
    ("views", "plan", "what a page name means depends on the page"),
];

/// Modules besides `disk` that touch files, each with its reason.
const FILES: [(&str, &str); 9] = [
    ("output", "writes a whole tree: stages, renames, removes"),
    ("ledger", "reads and replaces one file of its own"),
    ("build", "`--verify` compares two trees; reads the list of owned files"),
    ("cli", "opens what `parse` is given"),
    ("import", "streams dumps of any size; keeps its notebook, its quarantine and a report"),
    ("serve", "watches folders; keeps versions, unsaved texts and pastes in its own folder"),
    ("label", "reads and replaces two files of its own"),
    ("publish", "writes to targets"),
    ("check", "`--embargo` builds two copies of the site in a folder of its own"),
];

/// Modules besides `cli` that may ask the clock, each with its reason. None may ask the environment.
const CLOCK: [(&str, &str); 2] = [
    ("serve", "a preview without `--now` follows the clock, and waits for edits to end"),
    ("publish", "gives signs of life while it holds a target"),
];

/// Clocks, and the environment.
const CLOCKS: [&str; 4] = ["Utc::now", "Local::now", "SystemTime::now", "Instant::now"];
const ENVIRONMENT: [&str; 2] = ["std::env", "env::var"];

/// What has no place in finished code.
const UNFINISHED: [&str; 5] = ["TODO", "FIXME", "XXX", "dbg!", ".unwrap()"];

/// A source file: the module it belongs to (that of its folder, for files in folders), its path and
/// its text up to the tests.
struct Source {
    module: String,
    path: PathBuf,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    let source = |path: PathBuf| {
        let below = path.strip_prefix(&root).expect("below src");
        let first = below.iter().next().expect("a name").to_string_lossy();
        let module = first.trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&path).expect("text");
        Source { module, path, text }
    };
    files.into_iter().map(source).collect()
}

/// The lines that are code: no comments, no tests.
fn code(source: &Source) -> String {
    let text = source.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Modules named behind `crate::`, in lists too.
fn used(code: &str) -> BTreeSet<String> {
    let mut modules = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(list) => modules.extend(heads(list)),
            None => modules.extend(head(rest)),
        }
    }
    // Upper case: a constant of the crate's root.
    modules.retain(|module| module.starts_with(|c: char| c.is_ascii_lowercase()));
    modules
}

/// The first name of a path.
fn head(path: &str) -> Option<String> {
    path.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned)
}

/// The first name of each path in a list, up to its closing brace.
fn heads(list: &str) -> Vec<String> {
    let (mut depth, mut from, mut heads) = (0, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                heads.extend(head(&list[from..at]));
                from = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    heads
}

#[test]
fn the_parts_of_this_test_work() {
    let names = |code: &str| used(code).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(names("use crate::plan::{List, Page};"), "plan");
    assert_eq!(names("use crate::path::{self, slugify}; fn f() {}"), "path");
    assert_eq!(names("use crate::{image, theme::{self, file}, views};"), "image theme views");
    assert_eq!(names("let a = crate::plan::place(site); crate::GENERATOR"), "plan");
}

#[test]
fn modules_use_what_is_below_them() {
    let order: Vec<&str> = FLOORS.iter().flat_map(|(_, modules)| modules.iter().copied()).collect();
    let level = |module: &str| order.iter().position(|known| *known == module);
    let mut faults = Vec::new();
    let mut needed = BTreeSet::new();
    for source in sources().iter().filter(|source| source.module != "lib") {
        let Some(own) = level(&source.module) else {
            faults.push(format!("{}: is on no floor", source.module));
            continue;
        };
        for other in used(&code(source)).iter().filter(|other| **other != source.module) {
            let excused = UPWARD.iter().find(|(from, to, _)| *from == source.module && to == other);
            needed.extend(excused.map(|(from, to, _)| (*from, *to)));
            if excused.is_none() && level(other).is_none_or(|level| level >= own) {
                faults.push(format!("{} uses {other}, which is not below it", source.path.display()));
            }
        }
    }
    for (from, to, _) in UPWARD {
        if !needed.contains(&(from, to)) {
            faults.push(format!("the exception {from} -> {to} is no longer needed"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_are_touched_in_one_place() {
    for source in sources() {
        let touches = ["std::fs", "fs::", "File::"].iter().any(|word| code(&source).contains(word));
        let may = source.module == "disk" || FILES.iter().any(|(module, _)| *module == source.module);
        assert!(!touches || may, "{} touches files: that is for disk.rs", source.path.display());
    }
}

#[test]
fn the_world_is_asked_in_one_place() {
    for source in sources().iter().filter(|source| source.module != "cli") {
        let code = code(source);
        let may = CLOCK.iter().any(|(module, _)| *module == source.module);
        let clocks = if may { &[][..] } else { &CLOCKS[..] };
        let asked = ENVIRONMENT.iter().chain(clocks).find(|word| code.contains(**word));
        assert_eq!(asked, None, "{}: clock and environment are for cli.rs", source.path.display());
    }
}

#[test]
fn files_say_what_they_are() {
    for source in sources() {
        assert!(source.text.starts_with("//! "), "{} does not begin with `//!`", source.path.display());
    }
}

#[test]
fn nothing_is_left_unfinished() {
    for source in sources() {
        let code = code(&source);
        let comments: String =
            source.text.lines().filter(|line| line.trim_start().starts_with("//")).collect();
        let found = UNFINISHED.iter().find(|word| code.contains(**word));
        let promised = UNFINISHED[..3].iter().find(|word| comments.contains(**word));
        assert_eq!(found.or(promised), None, "{}", source.path.display());
    }
}
