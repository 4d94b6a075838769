//! What is to be imported: files and folders become a stream of records, a batch at a time.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::diag::{self, Diag};
use crate::disk::{self, Dir};
use crate::dump::{self, Form};
use crate::parse::{self, Front};
use crate::source::Role;
use crate::store::Store;

/// A record that has not been parsed yet.
#[derive(Debug)]
pub(super) struct Raw {
    /// What provenance and reports call it: `wire/0314.txt`, `feed.ndjson#id`.
    pub(super) name: String,
    /// Its place below the folder that was named, or its id: where dates and catalogues look.
    pub(super) place: String,
    /// The folder it is in, as a section.
    pub(super) section: Option<String>,
    /// What it is.
    pub(super) matter: Matter,
}

/// Where a record's bytes are.
#[derive(Debug)]
pub(super) enum Matter {
    /// In a file of its own.
    File(PathBuf, Form),
    /// A line of NDJSON.
    Line(Vec<u8>),
    /// It cannot be taken; its bytes, as far as there are any, are in the file.
    Refused(String, Option<PathBuf>),
}

/// Records of a batch, at most.
const BATCH: usize = 512;
/// Bytes of a batch, about: what is in memory at a time.
const BATCH_BYTES: u64 = 32 << 20;

/// A file of dumps.
#[derive(Debug)]
struct Input {
    path: PathBuf,
    name: String,
    place: String,
    section: Option<String>,
    kind: parse::Input,
    bytes: u64,
}

/// A line that is longer than any dump may be goes here, so that it need not be in memory: its length, and the file
/// that it is kept in.
pub(super) type Spill<'s> = &'s mut dyn FnMut(&mut dyn BufRead) -> Result<(u64, Option<PathBuf>), Diag>;

/// All that is to be imported.
pub(super) struct Inputs {
    files: std::vec::IntoIter<Input>,
    open: Option<Lines>,
    /// Things among the inputs that are no plain file or cannot be listed.
    odd: Vec<(String, Diag)>,
    /// Bytes of all files.
    pub(super) bytes: u64,
    /// Bytes handed out so far.
    pub(super) done: u64,
    /// Files of other kinds, which are left alone.
    pub(super) passed_over: usize,
    /// Records taken of each NDJSON file, when only a sample is wanted.
    sample_of_each: Option<usize>,
    /// What stopped the reading within a batch: told after it.
    broken: Option<Diag>,
}

/// A file of NDJSON being read.
struct Lines {
    input: Input,
    reader: BufReader<File>,
    number: usize,
    /// Where the lines of a sample begin, last first; `None`: all lines.
    starts: Option<Vec<u64>>,
}

impl Inputs {
    /// Lists files and folders. Names are relative to `content` for what lies in it, else they begin
    /// with the name of the folder or file that was given.
    pub(super) fn list(paths: &[PathBuf], content: &Path, sample: Option<usize>) -> Result<Self, Diag> {
        let mut listed = Self {
            files: Vec::new().into_iter(),
            open: None,
            odd: Vec::new(),
            bytes: 0,
            done: 0,
            passed_over: 0,
            sample_of_each: None,
            broken: None,
        };
        let mut files = Vec::new();
        let mut seen = BTreeSet::new();
        let content = content.canonicalize().ok();
        for path in paths {
            let metadata = path.metadata().map_err(disk::failed(path, "read it"))?;
            let full = path.canonicalize().map_err(disk::failed(path, "read it"))?;
            if metadata.is_file() {
                let name = full.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let file = Found { full, prefix: String::new(), place: name, bytes: metadata.len() };
                let input = file.into_input(content.as_deref(), true);
                let input = input.ok_or_else(|| diag::no_dump(&path.to_string_lossy()))?;
                files.extend(Some(input).filter(|f| seen.insert(f.path.clone())));
                continue;
            }
            let prefix = full.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let found = Dir::new(&full).list("");
            for diag in found.diags {
                let place = diag.place.as_ref().map_or(String::new(), |place| place.path.clone());
                listed.odd.push((format!("{prefix}/{place}"), diag));
            }
            for entry in found.value {
                let file = Found {
                    full: full.join(&entry.path),
                    prefix: prefix.clone(),
                    place: entry.path,
                    bytes: entry.stamp.len,
                };
                match file.into_input(content.as_deref(), false) {
                    Some(input) => files.extend(Some(input).filter(|f| seen.insert(f.path.clone()))),
                    None => listed.passed_over += 1,
                }
            }
        }
        if let Some(sample) = sample {
            let of_each = sample.div_ceil(files.len().max(1));
            files = spread(files, sample);
            listed.sample_of_each = Some(of_each.max(1));
        }
        listed.bytes = files.iter().map(|file| file.bytes).sum();
        listed.files = files.into_iter();
        Ok(listed)
    }

    /// What was found where a file was expected.
    pub(super) fn odd(&mut self) -> Vec<(String, Diag)> {
        std::mem::take(&mut self.odd)
    }

    /// The next batch; empty at the end. What was read before a failure is a batch of its own.
    pub(super) fn batch(&mut self, spill: Spill<'_>) -> Result<Vec<Raw>, Diag> {
        if let Some(diag) = self.broken.take() {
            return Err(diag);
        }
        let mut batch = Vec::new();
        match self.fill(&mut batch, spill) {
            Err(diag) if batch.is_empty() => return Err(diag),
            end => self.broken = end.err(),
        }
        Ok(batch)
    }

    fn fill(&mut self, batch: &mut Vec<Raw>, spill: Spill<'_>) -> Result<(), Diag> {
        let mut bytes = 0;
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            if let Some(lines) = &mut self.open {
                match lines.next(spill)? {
                    Some((raw, length)) => {
                        bytes += length;
                        self.done += length;
                        batch.extend(raw);
                    }
                    None => self.open = None,
                }
                continue;
            }
            let Some(input) = self.files.next() else { break };
            if input.kind == parse::Input::Ndjson {
                self.open = Some(Lines::open(input, self.sample_of_each)?);
                continue;
            }
            bytes += input.bytes;
            self.done += input.bytes;
            batch.push(input.into_raw());
        }
        Ok(())
    }
}

/// A file as a walk finds it.
struct Found {
    full: PathBuf,
    prefix: String,
    place: String,
    bytes: u64,
}

impl Found {
    /// `None` for files of other kinds, unless they were `named` one by one.
    fn into_input(self, content: Option<&Path>, named: bool) -> Option<Input> {
        let kind = match Role::of(&self.place) {
            Some(Role::Text | Role::Html) => parse::Input::of(&self.place),
            None if named || parse::Input::of(&self.place) == parse::Input::Ndjson => {
                parse::Input::of(&self.place)
            }
            _ => return None,
        };
        let within = content.and_then(|content| self.full.strip_prefix(content).ok());
        let place = within
            .map_or(self.place, |within| within.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"));
        let name = if within.is_some() || self.prefix.is_empty() {
            place.clone()
        } else {
            format!("{}/{place}", self.prefix)
        };
        // Folders of years and months are no sections.
        let number = |part: &&str| !part.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let folders = place.rsplit_once('/').map_or("", |(folders, _)| folders);
        let section = folders.split('/').filter(|part| !part.is_empty()).find(number).map(str::to_owned);
        Some(Input { path: self.full, name, place, section, kind, bytes: self.bytes })
    }
}

impl Input {
    fn into_raw(self) -> Raw {
        let form = if self.kind == parse::Input::Html { Form::Html } else { Form::Text };
        let matter = match self.bytes {
            0 => Matter::Refused("the file is empty".to_owned(), Some(self.path)),
            bytes if bytes > dump::MAX_BYTES as u64 => {
                Matter::Refused(dump::too_long(bytes), Some(self.path))
            }
            _ => Matter::File(self.path, form),
        };
        Raw { name: self.name, place: self.place, section: self.section, matter }
    }
}

impl Lines {
    fn open(input: Input, sample: Option<usize>) -> Result<Self, Diag> {
        let file = File::open(&input.path).map_err(disk::failed(&input.path, "read it"))?;
        let starts = sample.map(|n| (0..n as u64).rev().map(|at| input.bytes / n as u64 * at).collect());
        Ok(Self { reader: BufReader::with_capacity(1 << 18, file), input, number: 0, starts })
    }

    /// The next line and its length; no record for an empty line, nothing at the end.
    fn next(&mut self, spill: Spill<'_>) -> Result<Option<(Option<Raw>, u64)>, Diag> {
        let failed = |error: std::io::Error| diag::io(&self.input.name, "read it", &error);
        if let Some(starts) = &mut self.starts {
            let Some(start) = starts.pop() else { return Ok(None) };
            // The line that `start` is in has begun before, unless it is the first.
            let at = self.reader.stream_position().map_err(failed)?;
            if start > at || start == 0 {
                self.reader.seek(SeekFrom::Start(start.saturating_sub(1))).map_err(failed)?;
                if start > 0 {
                    self.reader.skip_until(b'\n').map_err(failed)?;
                }
            }
        }
        let mut line = Vec::new();
        let front = parse::front(&mut self.reader, &mut line).map_err(failed)?;
        let mut length = line.len() as u64;
        self.number += 1;
        let (mut name, mut place) =
            (format!("{}#{}", self.input.name, self.number), self.input.place.clone());
        let matter = if front == Front::End {
            return Ok(None);
        } else if front == Front::Part {
            let mut whole = (&line[..]).chain(&mut self.reader);
            let (bytes, kept) = spill(&mut whole)?;
            length = bytes;
            Matter::Refused(parse::too_long(), kept)
        } else {
            if line.trim_ascii().is_empty() {
                return Ok(Some((None, length)));
            }
            if let Some(id) = id(&line) {
                name = format!("{}#{id}", self.input.name);
                place = id;
            }
            Matter::Line(line)
        };
        Ok(Some((Some(Raw { name, place, section: None, matter }), length)))
    }
}

/// The id of a record, if its line can be read that far.
fn id(line: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        id: String,
    }
    let named: Named = match std::str::from_utf8(line) {
        Ok(line) => serde_json::from_str(&parse::whole_characters(line)).ok()?,
        Err(_) => serde_json::from_slice(line).ok()?,
    };
    crate::source::words(&named.id)
}

/// `count` of the items, evenly spread over all.
fn spread<T>(items: Vec<T>, count: usize) -> Vec<T> {
    let total = items.len();
    let wanted = |at: usize| (at + 1) * count / total > at * count / total;
    items
        .into_iter()
        .enumerate()
        .filter(|(at, _)| count >= total || wanted(*at))
        .map(|(_, item)| item)
        .collect()
}

/// A file's bytes.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Diag> {
    std::fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => diag::io(&path.to_string_lossy(), "read it any more", &error),
        _ => diag::io(&path.to_string_lossy(), "read it", &error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_spread_evenly() {
        assert_eq!(spread((0..10).collect(), 3), [3, 6, 9]);
        assert_eq!(spread((0..3).collect(), 5), [0, 1, 2]);
        assert_eq!(spread((0..100_000).collect::<Vec<_>>(), 250).len(), 250);
    }
}
