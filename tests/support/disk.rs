//! A disk that loses power: what a program did to a folder, step by step as `strace` saw it, and what may be there
//! afterwards if the power goes at some step.
//!
//! What a file holds is certain up to its last `fsync`; of what was written since then nothing, all or a part may be there.
//! A name is certain once its folder was synced; of the names made, changed and removed in a folder since then, the first
//! few may be there, in each folder by itself. So a file may have its new name and not its bytes, and the other way round.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Random, Tree};

/// The system calls that change files, and those that answer whoever asked.
const CALLS: &str = "trace=openat,creat,close,lseek,write,writev,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,\
                     renameat2,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,sendto,sendmsg";

/// Something that happened; files are numbered, since names change.
#[derive(Clone, Debug)]
pub enum Step {
    Make {
        path: String,
        file: usize,
    },
    Folder {
        path: String,
    },
    Write {
        file: usize,
        at: usize,
        bytes: Vec<u8>,
    },
    Cut {
        file: usize,
        len: usize,
    },
    Sync {
        file: usize,
    },
    SyncFolder {
        path: String,
    },
    /// A file takes a name; with `back`, the file that had it takes the other one's.
    Rename {
        from: String,
        to: String,
        file: usize,
        back: Option<usize>,
    },
    Remove {
        path: String,
    },
    /// An HTTP request was answered with 200.
    Answer,
}

/// All that a program did to a folder.
#[derive(Default)]
pub struct Record {
    /// What stood in the folder before, by number.
    first: Vec<Vec<u8>>,
    names: BTreeMap<String, usize>,
    folders: BTreeSet<String>,
    pub steps: Vec<Step>,
}

/// The program under `strace`, which writes into `log`.
pub fn traced(log: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-y", "-xx", "-s", "4000000", "-o"]).arg(log).args(["-e", CALLS]);
    command.arg(env!("CARGO_BIN_EXE_newsprint")).args(arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

pub fn has_strace() -> bool {
    let there = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status();
    there.is_ok_and(|status| status.success())
}

/// Reads what `-xx` writes: `\x68\x69`.
fn unhex(text: &str) -> Vec<u8> {
    text.split("\\x").skip(1).filter_map(|hex| u8::from_str_radix(hex.get(..2)?, 16).ok()).collect()
}

fn word(text: &str) -> String {
    String::from_utf8_lossy(&unhex(text)).into_owned()
}

/// A call with its strings, its first number, what that is open on, and what came back.
struct Call<'l> {
    name: &'l str,
    text: &'l str,
    strings: Vec<Vec<u8>>,
    number: i64,
    result: i64,
}

impl<'l> Call<'l> {
    fn read(line: &'l str) -> Option<Self> {
        let (name, text) = line.split_once('(')?;
        let (arguments, result) = text.rsplit_once(" = ")?;
        let digits = |text: &str| text.split(|c: char| !c.is_ascii_digit() && c != '-').next()?.parse().ok();
        let strings = arguments.split('"').skip(1).step_by(2).map(unhex).collect();
        Some(Self { name, text, strings, number: digits(text).unwrap_or(-1), result: digits(result)? })
    }

    /// The path that is named `at`th, from the folder that is named before it if it is not a whole one.
    fn path(&self, at: usize) -> Option<String> {
        let path = String::from_utf8_lossy(self.strings.get(at)?).into_owned();
        if path.starts_with('/') {
            return Some(path);
        }
        let folder = self.text.split_once('<')?.1.split_once('>')?.0;
        Some(format!("{}/{path}", word(folder)))
    }
}

impl Record {
    /// What stands in a folder, before anything is done to it.
    pub fn of(root: &Path) -> Self {
        let mut record = Self::default();
        let mut open = vec![root.to_owned()];
        while let Some(folder) = open.pop() {
            record.folders.insert(folder.to_string_lossy().into_owned());
            for entry in fs::read_dir(&folder).expect("a folder").flatten() {
                if entry.path().is_dir() {
                    open.push(entry.path());
                } else {
                    record.names.insert(entry.path().to_string_lossy().into_owned(), record.first.len());
                    record.first.push(fs::read(entry.path()).expect("a file"));
                }
            }
        }
        record
    }

    /// With what a trace says was done.
    pub fn with(mut self, log: &Path) -> Self {
        let text = fs::read_to_string(log).expect("a trace");
        let (mut names, mut folders) = (self.names.clone(), self.folders.clone());
        let root = folders.first().expect("a root").clone();
        let mut files = self.first.len();
        let mut lens: BTreeMap<usize, usize> = self.first.iter().map(Vec::len).enumerate().collect();
        // What is open: file and place in it, or a folder.
        let mut open: BTreeMap<i64, (usize, usize)> = BTreeMap::new();
        let mut open_folders: BTreeMap<i64, String> = BTreeMap::new();
        // Calls of several threads lie within each other.
        let mut begun: BTreeMap<&str, String> = BTreeMap::new();
        for line in text.lines() {
            let Some((pid, rest)) = line.split_once(' ') else { continue };
            let rest = rest.trim_start();
            if let Some(start) = rest.strip_suffix(" <unfinished ...>") {
                // A number is free again from here on: another thread may get it before this call is seen to end.
                let closed = start
                    .strip_prefix("close(")
                    .and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<i64>().ok());
                match closed {
                    Some(number) => {
                        open.remove(&number);
                        open_folders.remove(&number);
                    }
                    None => drop(begun.insert(pid, start.to_owned())),
                }
                continue;
            }
            let whole = match rest.split_once(" resumed>") {
                Some((_, end)) if rest.starts_with("<...") => begun.remove(pid).unwrap_or_default() + end,
                _ => rest.to_owned(),
            };
            let Some(call) = Call::read(&whole).filter(|call| call.result >= 0) else { continue };
            let ours = |path: Option<String>| path.filter(|path| path.starts_with(&root));
            let count = usize::try_from(call.result).unwrap_or(0);
            let steps = &mut self.steps;
            match call.name {
                "openat" | "creat" => {
                    open.remove(&call.result);
                    open_folders.remove(&call.result);
                    let Some(path) = ours(call.path(0)) else { continue };
                    if folders.contains(&path) {
                        open_folders.insert(call.result, path);
                        continue;
                    }
                    let file = match names.get(&path) {
                        Some(file) => *file,
                        None if call.text.contains("O_CREAT") => {
                            names.insert(path.clone(), files);
                            steps.push(Step::Make { path, file: files });
                            files += 1;
                            files - 1
                        }
                        None => continue,
                    };
                    if call.text.contains("O_TRUNC") {
                        lens.insert(file, 0);
                        steps.push(Step::Cut { file, len: 0 });
                    }
                    let at = if call.text.contains("O_APPEND") {
                        lens.get(&file).copied().unwrap_or(0)
                    } else {
                        0
                    };
                    open.insert(call.result, (file, at));
                }
                "close" => {
                    open.remove(&call.number);
                    open_folders.remove(&call.number);
                }
                "lseek" => drop(open.get_mut(&call.number).map(|(_, at)| *at = count)),
                "write" | "writev" | "pwrite64" | "sendto" | "sendmsg" => {
                    let mut bytes = call.strings.concat();
                    bytes.truncate(count);
                    match open.get_mut(&call.number) {
                        Some((file, at)) => {
                            let offset = whole.rsplit_once(", ").and_then(|(_, end)| end.split_once(')'));
                            let offset = offset.filter(|_| call.name == "pwrite64");
                            let from = offset.and_then(|(offset, _)| offset.parse().ok()).unwrap_or(*at);
                            if call.name != "pwrite64" {
                                *at += count;
                            }
                            let len = lens.entry(*file).or_default();
                            *len = (*len).max(from + count);
                            steps.push(Step::Write { file: *file, at: from, bytes });
                        }
                        None if bytes.starts_with(b"HTTP/1.1 200") => steps.push(Step::Answer),
                        None => {}
                    }
                }
                "ftruncate" => {
                    if let Some((file, _)) = open.get(&call.number) {
                        let len =
                            whole.rsplit_once(", ").and_then(|(_, end)| end.split_once(')')?.0.parse().ok());
                        lens.insert(*file, len.expect("a length"));
                        steps.push(Step::Cut { file: *file, len: lens[file] });
                    }
                }
                "fsync" | "fdatasync" => match (open.get(&call.number), open_folders.get(&call.number)) {
                    (Some((file, _)), _) => steps.push(Step::Sync { file: *file }),
                    (_, Some(path)) => steps.push(Step::SyncFolder { path: path.clone() }),
                    _ => {}
                },
                "rename" | "renameat" | "renameat2" => {
                    let (Some(from), Some(to)) = (ours(call.path(0)), ours(call.path(1))) else { continue };
                    if folders.contains(&from) {
                        let below = format!("{from}/");
                        let moved: Vec<String> =
                            names.keys().filter(|path| path.starts_with(&below)).cloned().collect();
                        folders.insert(to.clone());
                        steps.push(Step::Folder { path: to.clone() });
                        for path in moved {
                            let (to, file) = (path.replacen(&from, &to, 1), names[&path]);
                            names.remove(&path);
                            names.insert(to.clone(), file);
                            steps.push(Step::Rename { from: path, to, file, back: None });
                        }
                        continue;
                    }
                    let Some(file) = names.remove(&from) else { continue };
                    let is_exchange = call.text.contains("RENAME_EXCHANGE");
                    let back = names.insert(to.clone(), file).filter(|_| is_exchange);
                    if let Some(other) = back {
                        names.insert(from.clone(), other);
                    }
                    steps.push(Step::Rename { from, to, file, back });
                }
                "unlink" | "unlinkat" | "rmdir" => {
                    let Some(path) = ours(call.path(0)) else { continue };
                    if names.remove(&path).is_some() {
                        steps.push(Step::Remove { path });
                    }
                }
                "mkdir" | "mkdirat" => {
                    let Some(path) = ours(call.path(0)) else { continue };
                    folders.insert(path.clone());
                    steps.push(Step::Folder { path });
                }
                _ => {}
            }
        }
        self
    }

    /// What may be on the disk, by path within the folder, if the power goes after so many steps.
    pub fn after(&self, steps: usize, random: &mut Random) -> Tree {
        let done = &self.steps[..steps];
        let root = self.folders.first().expect("a root");
        let parent = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        // In each folder: so many changes of names, of which so many are certain.
        let mut changes: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for step in done {
            match step {
                Step::Make { path, .. }
                | Step::Folder { path }
                | Step::Remove { path }
                | Step::Rename { to: path, .. } => changes.entry(parent(path)).or_default().0 += 1,
                Step::SyncFolder { path } => {
                    let (all, certain) = changes.entry(path.clone()).or_default();
                    *certain = *all;
                }
                Step::Write { .. } | Step::Cut { .. } | Step::Sync { .. } | Step::Answer => {}
            }
        }
        let mut left: BTreeMap<String, usize> = changes
            .into_iter()
            .map(|(folder, (all, certain))| (folder, certain + random.below(all - certain + 1)))
            .collect();
        let (mut names, mut folders) = (self.names.clone(), self.folders.clone());
        for step in done {
            let path = match step {
                Step::Make { path, .. } | Step::Folder { path } | Step::Remove { path } => path,
                Step::Rename { to, .. } => to,
                _ => continue,
            };
            match left.get_mut(&parent(path)) {
                Some(0) | None => continue,
                Some(left) => *left -= 1,
            }
            match step {
                Step::Make { path, file } => drop(names.insert(path.clone(), *file)),
                Step::Folder { path } => drop(folders.insert(path.clone())),
                Step::Remove { path } => drop(names.remove(path)),
                Step::Rename { from, to, file, back } => {
                    names.insert(to.clone(), *file);
                    match back {
                        Some(other) => drop(names.insert(from.clone(), *other)),
                        None if names.get(from) == Some(file) => drop(names.remove(from)),
                        None => {}
                    }
                }
                _ => {}
            }
        }
        let is_there = |path: &str| {
            let mut folder = parent(path);
            while folder.len() > root.len() {
                if !folders.contains(&folder) {
                    return false;
                }
                folder = parent(&folder);
            }
            true
        };
        let below = |path: &str| path[root.len()..].trim_start_matches('/').to_owned();
        let there = names.iter().filter(|(path, _)| is_there(path));
        there.map(|(path, file)| (below(path), self.content(*file, done, random))).collect()
    }

    /// What a file may hold.
    fn content(&self, file: usize, done: &[Step], random: &mut Random) -> Vec<u8> {
        let own = |step: &&Step| match step {
            Step::Write { file: of, .. } | Step::Cut { file: of, .. } | Step::Sync { file: of } => {
                *of == file
            }
            _ => false,
        };
        let own: Vec<&Step> = done.iter().filter(own).collect();
        let certain = own.iter().rposition(|step| matches!(step, Step::Sync { .. })).map_or(0, |at| at + 1);
        let pending = own.len() - certain;
        let kept = certain + [0, pending, random.below(pending + 1)][random.below(3)];
        let mut bytes = self.first.get(file).cloned().unwrap_or_default();
        for (at, step) in own[..kept].iter().enumerate() {
            match step {
                Step::Write { at: offset, bytes: written, .. } => {
                    // The last one may have come in part.
                    let is_part = at + 1 == kept && at >= certain && random.chance(30);
                    let part = if is_part { random.below(written.len() + 1) } else { written.len() };
                    bytes.resize(bytes.len().max(offset + part), 0);
                    bytes[*offset..offset + part].copy_from_slice(&written[..part]);
                }
                Step::Cut { len, .. } => bytes.resize(*len, 0),
                _ => {}
            }
        }
        bytes
    }
}
