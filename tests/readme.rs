//! The README's commands work as they stand there, and every command and flag it names exists.

mod run;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use newsprint::front_matter::{self, Defaults};
use run::newsprint;

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("the README")
}

/// The fenced blocks of a kind, in their order.
fn blocks(text: &str, kind: &str) -> Vec<String> {
    let opening = format!("```{kind}\n");
    let blocks = text.split(&opening).skip(1);
    blocks.filter_map(|rest| rest.split_once("```").map(|(block, _)| block.to_owned())).collect()
}

/// Lines that are not tried here: they do not end by themselves, or are this very run.
const NOT_TRIED: [&str; 2] = ["newsprint serve", "cargo test"];

#[test]
fn commands_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = Path::new(env!("CARGO_BIN_EXE_newsprint"));
    // The first command is for a clone of this repository: a copy of its site, the program as built.
    copy(&root.join("content"), &folder.path().join("content"));
    fs::copy(root.join("site.toml"), folder.path().join("site.toml")).expect("a copy");
    let mut path = vec![program.parent().expect("a folder").to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let path = std::env::join_paths(path).expect("a search path");
    let mut said = String::new();
    for block in blocks(&readme(), "sh") {
        let tried = |line: &&str| !NOT_TRIED.iter().any(|start| line.starts_with(start));
        let script: String = block.lines().filter(tried).flat_map(|line| [line, "\n"]).collect();
        let script = script.replace("cargo run --release --", "newsprint");
        let ran = Command::new("sh")
            .args(["-e", "-u", "-c", &script])
            .env("PATH", &path)
            .current_dir(folder.path())
            .output()
            .expect("a shell");
        let err = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(ran.status.success(), "{script}\n{err}");
        said += &err;
    }
    assert!(said.contains("public/index.html"), "says where to open the site: {said}");
    let feed = fs::read_to_string(folder.path().join("my-paper/public/feed.xml")).expect("a feed");
    assert!(feed.contains("Night Ferry Returns to the Islands"), "the dump of the tour is in the feed");
    assert!(!feed.contains("Tweet"), "and its chrome is not");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a copy");
        }
    }
}

/// The commands that a help text lists.
fn listed(help: &str) -> Vec<&str> {
    let list = help.split_once("Commands:\n").map_or("", |(_, rest)| rest);
    let names =
        list.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").collect()
}

#[test]
fn every_command_and_flag_exists() {
    let (mut commands, mut flags) = (BTreeSet::new(), BTreeSet::new());
    let top = newsprint(["--help"]).out;
    for command in listed(&top) {
        let help = newsprint([command, "--help"]).out;
        commands.insert(command.to_owned());
        let below: Vec<String> =
            listed(&help).into_iter().map(|sub| newsprint([command, sub, "--help"]).out).collect();
        commands.extend(listed(&help).into_iter().map(|sub| format!("{command} {sub}")));
        for help in below.iter().chain([&help]) {
            let words = help.split(|c: char| c.is_whitespace() || matches!(c, ',' | '='));
            flags.extend(words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned));
        }
    }
    let text = readme();
    let fenced = blocks(&text, "sh");
    let prose: String = text.split("```").step_by(2).collect();
    let commands_named = fenced.iter().flat_map(|block| block.lines());
    let commands_named = commands_named.filter(|line| line.starts_with("newsprint "));
    for code in prose.split('`').skip(1).step_by(2).chain(commands_named) {
        for flag in code.split_whitespace().filter(|word| word.starts_with("--") && word.len() > 2) {
            let of_cargo = code.starts_with("cargo");
            assert!(of_cargo || flags.contains(flag), "{flag} (in `{code}`) is in no --help");
        }
        let mut words = code.split_whitespace();
        if words.next() == Some("newsprint") {
            let command = words.next().unwrap_or_default();
            assert!(command == "help" || commands.contains(command), "`{code}`: there is no such command");
        }
    }
    for command in commands.iter().filter(|command| *command != "theme") {
        assert!(
            text.contains(&format!("`newsprint {command}")),
            "the README does not name `newsprint {command}`"
        );
    }
}

#[test]
fn the_error_shown_is_what_the_program_says() {
    let text = readme();
    let article = blocks(&text, "markdown").remove(0).replace("title", "titel");
    let defaults = Defaults { zone: chrono_tz::UTC, slug: "bakery".to_owned(), section: "town".to_owned() };
    let said = front_matter::parse("content/town/bakery.md", &article, &defaults).diags;
    let said: Vec<String> = said.iter().map(|diag| diag.render(false) + "\n").collect();
    assert_eq!(said, blocks(&text, "text"));
}

#[test]
fn links_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documents = fs::read_dir(root.join("docs")).expect("a folder").flatten().map(|entry| entry.path());
    for document in
        documents.chain([root.join("README.md")]).filter(|path| path.extension().is_some_and(|e| e == "md"))
    {
        let text = fs::read_to_string(&document).expect("text");
        // Links in code are examples.
        let prose: String =
            text.split("```").step_by(2).flat_map(|part| part.split('`').step_by(2)).collect();
        for link in prose.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let target = document.parent().expect("a folder").join(link);
            let fine = link.is_empty() || link.starts_with("https://") || target.exists();
            assert!(fine, "{}: {link} leads nowhere", document.display());
        }
    }
}
