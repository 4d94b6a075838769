//! What the program is built from: no crate below the version that mended a known hole, none from anywhere but the
//! registry, and rules for licences that `cargo deny` holds to. Reads the lock file: no tool, no network.

use std::fs;
use std::path::Path;

fn text(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect(name)
}

/// Name, version and source of every crate in the lock file.
fn locked() -> Vec<(String, String, Option<String>)> {
    let text = text("Cargo.lock");
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix("= "))?;
        Some(line.trim_matches('"').to_owned())
    };
    let packages = text.split("[[package]]\n").skip(1);
    packages
        .map(|block| {
            let get = |key| value(block, key);
            (get("name").expect("a name"), get("version").expect("a version"), get("source"))
        })
        .collect()
}

fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split(['-', '+']).next().unwrap_or(version);
    plain.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// The rows of deny.toml: crate and the version below which it is banned; `None`: all of them.
fn banned() -> Vec<(String, Option<String>)> {
    let text = text("deny.toml");
    let (_, bans) = text.split_once("[bans]").expect("a table of bans");
    let rows = bans.lines().filter_map(|line| line.trim().strip_prefix("{ crate = \"")?.split('"').next());
    rows.map(|row| match row.split_once(":<") {
        Some((name, version)) => (name.to_owned(), Some(version.to_owned())),
        None => (row.to_owned(), None),
    })
    .collect()
}

#[test]
fn no_crate_has_a_hole_that_is_known() {
    let (locked, banned) = (locked(), banned());
    assert!(locked.len() > 100 && banned.len() >= 9);
    for (name, version, _) in &locked {
        for (crate_name, floor) in banned.iter().filter(|(banned, _)| banned == name) {
            let is_fine = floor.as_deref().is_some_and(|floor| numbers(version) >= numbers(floor));
            assert!(is_fine, "{crate_name} {version} is banned by deny.toml");
        }
    }
}

#[test]
fn every_crate_comes_from_the_registry() {
    for (name, _, source) in locked() {
        match source {
            None => assert_eq!(name, "newsprint", "a crate without a source"),
            Some(source) => assert!(source.starts_with("registry+"), "{name} comes from {source}"),
        }
    }
}

#[test]
fn versions_are_compared_by_number() {
    assert!(numbers("0.41.0") >= numbers("0.41") && numbers("0.9.0") < numbers("0.41"));
    assert!(numbers("4.1.10") > numbers("4.1.4") && numbers("1.0.0-rc.1") == numbers("1.0.0"));
}
