//! The machine's limits, which a build is compared with: the same files with the same bytes, already in memory,
//! written by threads that do nothing else, and bare walks that stat or read a tree.
//!
//! `limit write TREE NEW` writes the files of TREE into the fresh folder NEW; `limit stat TREE…` and `limit read TREE…`
//! walk. `--threads N` (default 2) and, for `write`, `--flat` (`page/index.html` as `page.html`) come first. Prints one
//! JSON object; the time is that of the work, without reading TREE beforehand.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

fn main() -> std::io::Result<()> {
    let mut arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let mut threads = 2;
    let mut flat = false;
    while let Some(option) = arguments.first().filter(|argument| argument.starts_with("--")).cloned() {
        arguments.remove(0);
        match option.as_str() {
            "--flat" => flat = true,
            "--threads" => threads = arguments.remove(0).parse().unwrap_or(threads),
            _ => {}
        }
    }
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut out = std::io::stdout().lock();
    match words.as_slice() {
        ["write", from, to] => {
            let files = files_of(Path::new(from), Path::new(to), flat)?;
            let folders: BTreeSet<&Path> = files.iter().filter_map(|(path, _)| path.parent()).collect();
            let before = cpu();
            let start = Instant::now();
            // Folders above others first; those that hold files are made beside the files, by all threads.
            let above: BTreeSet<&Path> = folders
                .iter()
                .filter_map(|folder| folder.parent())
                .filter(|folder| folder.starts_with(to))
                .collect();
            fs::create_dir_all(to)?;
            above.iter().try_for_each(fs::create_dir_all)?;
            let work = |(path, bytes): &(PathBuf, Vec<u8>)| -> std::io::Result<u64> {
                let mut file = match File::create(path) {
                    Ok(file) => file,
                    Err(_) => {
                        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
                        File::create(path)?
                    }
                };
                file.write_all(bytes)?;
                Ok(bytes.len() as u64)
            };
            let bytes = spread(&files, threads, &work)?;
            say(&mut out, start, before, files.len(), bytes)
        }
        [what @ ("stat" | "read"), trees @ ..] => {
            let reads = *what == "read";
            let before = cpu();
            let start = Instant::now();
            let mut all = Vec::new();
            trees.iter().try_for_each(|tree| walk(Path::new(tree), &mut all))?;
            let work = |path: &PathBuf| -> std::io::Result<u64> {
                if reads { Ok(fs::read(path)?.len() as u64) } else { Ok(fs::symlink_metadata(path)?.len()) }
            };
            let bytes = spread(&all, threads, &work)?;
            say(&mut out, start, before, all.len(), bytes)
        }
        _ => writeln!(out, "usage: limit [--threads N] [--flat] write TREE NEW | stat TREE… | read TREE…"),
    }
}

fn say(
    out: &mut impl Write,
    start: Instant,
    before: (f64, f64),
    files: usize,
    bytes: u64,
) -> std::io::Result<()> {
    let wall = start.elapsed().as_secs_f64();
    let after = cpu();
    let (user, system) = (after.0 - before.0, after.1 - before.1);
    writeln!(
        out,
        "{{\"wall\":{wall:.4},\"user\":{user:.2},\"sys\":{system:.2},\"files\":{files},\"bytes\":{bytes}}}"
    )
}

/// User and system seconds of this process so far.
fn cpu() -> (f64, f64) {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = stat
        .rsplit_once(") ")
        .map(|(_, rest)| rest.split(' ').filter_map(|field| field.parse().ok()).collect())
        .unwrap_or_default();
    // The state is no number and drops out: field 14 of the manual is at 10 here.
    let seconds = |at: usize| fields.get(at).copied().unwrap_or(0.0) / 100.0;
    (seconds(10), seconds(11))
}

/// Runs `work` over parts of equal size; the sum of its answers.
fn spread<T: Sync>(
    items: &[T],
    threads: usize,
    work: &(impl Fn(&T) -> std::io::Result<u64> + Sync),
) -> std::io::Result<u64> {
    const CHUNK: usize = 64;
    let next = AtomicUsize::new(0);
    let run = || {
        let mut sum = 0;
        loop {
            let from = next.fetch_add(CHUNK, Ordering::Relaxed);
            let Some(rest) = items.get(from..).filter(|rest| !rest.is_empty()) else { return Ok(sum) };
            for item in &rest[..CHUNK.min(rest.len())] {
                sum += work(item)?;
            }
        }
    };
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        handles.into_iter().try_fold(0, |sum, handle| {
            let part: std::io::Result<u64> =
                handle.join().unwrap_or_else(|_| Err(std::io::Error::other("a thread failed")));
            Ok(sum + part?)
        })
    })
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { walk(&entry.path(), files)? } else { files.push(entry.path()) }
    }
    Ok(())
}

/// The files of a tree with their bytes, at their places in a new one.
fn files_of(from: &Path, to: &Path, flat: bool) -> std::io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut paths = Vec::new();
    walk(from, &mut paths)?;
    paths.sort();
    let place = |path: PathBuf| {
        let bytes = fs::read(&path)?;
        let mut place = to.join(path.strip_prefix(from).unwrap_or(&path));
        let is_page = place.file_name().is_some_and(|name| name == "index.html");
        if let Some(folder) = place.parent().filter(|folder| flat && is_page && *folder != to) {
            place = folder.with_extension("html");
        }
        Ok((place, bytes))
    };
    paths.into_iter().map(place).collect()
}
