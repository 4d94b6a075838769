//! A build is compared with a clean one, byte by byte.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Options, Progress, Report, build};
use crate::diag;
use crate::diff::{Change, diff};
use crate::disk::Dir;
use crate::ledger::{Ledger, Memory};
use crate::store::Store;

/// Builds clean into a folder of its own and compares every byte.
pub(super) fn verify(options: &Options, report: &mut Report) {
    let beside = match tempfile::Builder::new().prefix("verify-").tempdir_in(options.site.join(".newsprint"))
    {
        Ok(beside) => beside,
        Err(error) => return report.diags.push(diag::io(".newsprint", "make a folder to verify in", &error)),
    };
    let clean = beside.path().join("site");
    let again = Options { output: Some(clean.clone()), clean: true, verify: false, ..options.clone() };
    struct Silent;
    impl Progress for Silent {
        fn step(&self, _: usize, _: usize) {}
    }
    let second = build(&again, &Silent);
    let memory = Memory::of(&options.site, &clean);
    let mine = Memory::of(&options.site, &report.output);
    let ledgers = [mine.ledger(), memory.ledger()].map(|path| Ledger::load(&path).0);
    let recipes = |path: &str| {
        ledgers.each_ref().map(|ledger| {
            let at = ledger.outputs.binary_search_by(|written| written.out.as_str().cmp(path)).ok()?;
            Some(ledger.outputs[at].recipe)
        })
    };
    let records = [memory.ledger(), memory.owned(), memory.lock(), memory.label(), memory.kinds()];
    for file in records {
        let _ = std::fs::remove_file(file);
    }
    if diag::any_error(&second.diags) {
        return report.diags.extend(second.diags);
    }
    let (have, want) = (files(&report.output), files(&clean));
    let owned: BTreeSet<String> = std::fs::read_to_string(Memory::of(&options.site, &report.output).owned())
        .unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect();
    for change in diff(&have, String::as_str, &want, String::as_str) {
        match change {
            Change::Added(path) => report.diags.push(diag::verify_failed(path, "it is missing")),
            Change::Removed(path) if owned.contains(path) => {
                report.diags.push(diag::verify_failed(path, "a clean build has no such file"));
            }
            Change::Removed(_) => {}
            Change::Kept(path, _) => {
                let same =
                    std::fs::read(report.output.join(path)).ok() == std::fs::read(clean.join(path)).ok();
                let [have, want] = recipes(path);
                let why = match have == want {
                    true => "its bytes differ, though it is made of the same",
                    false => "its bytes differ: it was made of something else (`newsprint explain` names it)",
                };
                report.diags.extend((!same).then(|| diag::verify_failed(path, why)));
            }
        }
    }
}

/// Paths of all files below a folder, sorted.
fn files(folder: &Path) -> Vec<String> {
    Dir::new(folder)
        .list("")
        .value
        .into_iter()
        .map(|entry| entry.path.trim_start_matches('/').to_owned())
        .collect()
}
