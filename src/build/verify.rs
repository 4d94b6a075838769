//! A build is compared with a clean one, byte by byte.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Options, Progress, Report, build, why};
use crate::diag::{self, Diag};
use crate::diff::{Change, diff};
use crate::disk::Dir;
use crate::ledger::{Ledger, Memory};
use crate::load;
use crate::plan::{Outline, differing};
use crate::site::Site;
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
    let is_same =
        |path: &str| std::fs::read(report.output.join(path)).ok() == std::fs::read(clean.join(path)).ok();
    let mut found: Vec<(&str, Option<&str>)> = Vec::new();
    for change in diff(&have, String::as_str, &want, String::as_str) {
        match change {
            Change::Added(path) => found.push((path, Some("it is missing"))),
            Change::Removed(path) if owned.contains(path) => {
                found.push((path, Some("a clean build has no such file")));
            }
            Change::Kept(path, _) if !is_same(path) => found.push((path, None)),
            Change::Removed(_) | Change::Kept(..) => {}
        }
    }
    if found.is_empty() {
        return;
    }
    let differ = Difference::of(options, &ledgers);
    let told = |(path, why): (&str, Option<&str>)| {
        let why = why.map_or_else(|| differ.of_bytes(path), str::to_owned);
        diag::verify_failed(path, why)
    };
    let diags: Vec<Diag> = found.into_iter().map(told).collect();
    report.diags.extend(diags);
}

/// What two builds of one site were made of.
struct Difference<'l> {
    ledgers: &'l [Ledger; 2],
    /// The sites that they remember, with their outputs.
    sites: Option<[(Site, Outline); 2]>,
}

impl<'l> Difference<'l> {
    fn of(options: &Options, ledgers: &'l [Ledger; 2]) -> Self {
        let sites = || {
            let store = Dir::new(&options.site);
            let text = load::read_config(&store, &options.site.to_string_lossy()).ok()?;
            let config = load::parse_config(&text, &options.wishes).value?;
            let listing = load::list(&store);
            let site = load::load(&store, &listing, &text, config, &ledgers[1], &options.wishes).value?.site;
            let [mine, clean] = ledgers.each_ref().map(|ledger| {
                let site = why::of_ledger(&site, ledger)?;
                let outline = Outline::new(&site).value;
                Some((site, outline))
            });
            Some([mine?, clean?])
        };
        Self { ledgers, sites: sites() }
    }

    /// Why the bytes of an output are not those of a clean build: the first ingredient that was another.
    fn of_bytes(&self, path: &str) -> String {
        let recipe = |ledger: &Ledger| {
            let at = ledger.outputs.binary_search_by(|written| written.out.as_str().cmp(path)).ok()?;
            Some(ledger.outputs[at].recipe)
        };
        if recipe(&self.ledgers[0]) == recipe(&self.ledgers[1]) {
            return "its bytes differ, though it is made of the same".to_owned();
        }
        let names = self.sites.as_ref().and_then(|[(before, was), (site, now)]| {
            Some(differing(before, was.find(path)?, site, now.find(path)?))
        });
        match names.iter().flatten().next() {
            Some(name) => format!("its bytes differ: it was made with another `{name}`"),
            None => "its bytes differ: it was made of something else than the ledger keeps".to_owned(),
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
