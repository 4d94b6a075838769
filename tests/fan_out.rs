//! Which outputs an edit changes: exactly these, no fewer and no more.
//!
//! The expectation stands in `tests/build/fan_out.txt`, a list of outputs for each edit; it fails when a
//! fingerprint is too wide as well as when it is too narrow. `UPDATE=1` rewrites it.

mod support;

use std::fs;

use newsprint::build::{self, Options};
use support::{NOW, Silent, TestSite, Tree};

const EXPECTED: &str = "tests/build/fan_out.txt";
const DAY: i64 = 86_400;

/// Nine dated articles in two sections, one without a date, a page and a dump of one story.
fn site() -> TestSite {
    let site = TestSite::new();
    for number in 1..=9 {
        let section = if number % 2 == 0 { "town" } else { "sport" };
        let tags = if number % 3 == 0 { r#"["Ports", "Unions"]"# } else { r#"["Ports"]"# };
        site.write(&format!("content/{section}/a{number}.md"), article(number, tags, "Its text."));
    }
    site.write("content/town/undated.md", "+++\ntitle = \"Undated\"\nsummary = \"S.\"\n+++\n\nIts text.\n");
    site.write("content/about.md", "+++\ntitle = \"About\"\nkind = \"page\"\n+++\n\nSee [a](/town/a2.md).\n");
    site
}

fn article(number: usize, tags: &str, body: &str) -> String {
    format!(
        "+++\ntitle = \"Story {number}\"\ndate = 2026-0{}-0{number}T10:00:00Z\nsummary = \"Summary {number}.\"\ntags = {tags}\nauthors = [\"Ann\"]\n+++\n\n{body}\n",
        if number < 5 { 4 } else { 5 },
    )
}

/// An edit: its name, what it does, and how far the clock moves.
type Edit = (&'static str, fn(&TestSite), i64);

const EDITS: [Edit; 14] = [
    (
        "edit the body of a6",
        |site| {
            site.write("content/town/a6.md", article(6, r#"["Ports", "Unions"]"#, "Another text."));
        },
        0,
    ),
    (
        "retitle a6",
        |site| {
            site.write("content/town/a6.md", site.read("content/town/a6.md").replace("Story 6", "Story six"));
        },
        0,
    ),
    (
        "retag a4",
        |site| {
            site.write("content/town/a4.md", article(4, r#"["Unions"]"#, "Its text."));
        },
        0,
    ),
    (
        "a new newest article",
        |site| {
            let text = article(9, r#"["Ports"]"#, "New.\n\n![A picture of the host](/img/quay.jpg)")
                .replace("05-09T10", "05-30T10")
                .replace("Story 9", "Story 10");
            site.write("content/sport/a10.md", text);
        },
        0,
    ),
    (
        "delete a9",
        |site| {
            site.remove("content/sport/a9.md");
        },
        0,
    ),
    (
        "backdate a9 before all",
        |site| {
            let text = site.read("content/sport/a9.md").replace("2026-05-09", "2026-01-01");
            site.write("content/sport/a9.md", text);
        },
        0,
    ),
    (
        "move a2 by its slug",
        |site| {
            let text = site.read("content/town/a2.md").replace("tags =", "slug = \"moved\"\ntags =");
            site.write("content/town/a2.md", text);
        },
        0,
    ),
    (
        "edit the template of articles",
        |site| {
            site.write("templates/article.html", "<h1>{{ article.title }}</h1>{{ content }}");
        },
        0,
    ),
    (
        "edit the template of the 404 page",
        |site| {
            site.write("templates/404.html", "<h1>{{ page_title }}</h1>");
        },
        0,
    ),
    (
        "edit what only publishing reads",
        |site| {
            let text = site.read("site.toml") + "[publish.home]\nkind = \"dir\"\npath = \"/srv\"\n";
            site.write("site.toml", text);
        },
        0,
    ),
    (
        "edit the paper's description",
        |site| {
            let text = site.read("site.toml") + "description = \"All the news\"\n";
            site.write("site.toml", text);
        },
        0,
    ),
    (
        "touch everything",
        |site| {
            for path in ["content/town/a2.md", "content/about.md", "site.toml"] {
                site.write(path, site.read(path));
            }
        },
        0,
    ),
    (
        "reorder front matter and comment it",
        |site| {
            let text = site
                .read("content/town/a4.md")
                .replace("authors = [\"Ann\"]\n", "")
                .replace("+++\ntitle", "+++\nauthors = [\"Ann\"] # staff\ntitle");
            site.write("content/town/a4.md", text);
        },
        0,
    ),
    ("let a month pass", |_| {}, 31 * DAY),
];

#[test]
fn an_edit_changes_exactly_these_outputs() {
    let mut told = String::new();
    for (name, edit, seconds) in EDITS {
        let site = site();
        assert_eq!(site.build().exit, 0);
        let before = site.tree();
        let remembered = fs::read(site.path().join(".newsprint/ledger")).expect("a ledger");
        edit(&site);
        let mut options: Options = site.options();
        options.wishes.clock.now = NOW + seconds;
        let report = build::build(&options, &Silent);
        assert_eq!(report.exit, 0, "{name}: {:?}", report.diags);
        let appended = fs::read(site.path().join(".newsprint/ledger")).expect("a ledger");
        let way = if appended.starts_with(&remembered) { "" } else { ", planned with the whole site" };
        let after = site.tree();
        let changed = differences(&before, &after);
        let written = changed.iter().filter(|line| !line.starts_with('-')).count();
        assert_eq!(report.written, written, "{name}: just what changed is written");
        let rendered: String = report
            .reasons
            .iter()
            .map(|(out, _)| out.to_string())
            .filter(|out| !changed.iter().any(|line| line[2..] == *out))
            .map(|out| format!("  rendered, equal: {out}\n"))
            .collect();
        told += &format!(
            "--- {name}{way} ---\n{}{rendered}\n",
            changed.iter().map(|line| format!("{line}\n")).collect::<String>()
        );
    }
    if std::env::var_os("UPDATE").is_some() {
        return fs::write(EXPECTED, told).expect("the expectation is written");
    }
    assert_eq!(told, fs::read_to_string(EXPECTED).expect("the expectation"));
}

/// `+ new`, `- gone` and `~ changed` outputs.
fn differences(before: &Tree, after: &Tree) -> Vec<String> {
    let gone = before.keys().filter(|path| !after.contains_key(*path)).map(|path| format!("- {path}"));
    let there = after.iter().filter_map(|(path, bytes)| match before.get(path) {
        None => Some(format!("+ {path}")),
        Some(old) if old != bytes => Some(format!("~ {path}")),
        Some(_) => None,
    });
    there.chain(gone).collect()
}
