//! What was read and written last time. A cache: deleting, damaging or swapping it costs time, never
//! correctness, since everything in it is only trusted where it agrees with the disk.
//!
//! A build that finds nothing changed reads the small parts of its file only; one that finds a few texts changed reads
//! those few, and appends to it.

mod file;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::file::{Kind, Opened};
use crate::clock::Validity;
use crate::diag::Diag;
use crate::disk;
use crate::fingerprint::Fingerprint;
use crate::image::Facts;
use crate::index::{Article, Index, Shape};
use crate::path::OutPath;
use crate::source::Record;
use crate::store::Stamp;

/// The circumstances of the build that wrote a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Program, options and folder of output: under others the plan may differ.
    pub circumstances: Fingerprint,
    /// Of site.toml's text.
    pub config: Fingerprint,
    /// Rules of parsing: records made under others are void.
    pub rules: Fingerprint,
    /// For how long the plan holds.
    pub validity: Validity,
    /// The file system's clock when the build began, nanoseconds: sources not older may have changed
    /// within one tick of it.
    pub began: i64,
    /// Counts for the report of a build that finds nothing to do.
    pub tally: Tally,
}

/// What the report says of a site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Articles shown, standing pages not counted.
    pub articles: u64,
    /// Of them, articles out of dumps.
    pub from_dumps: u64,
    /// Dumps that gave articles.
    pub dumps: u64,
    /// Review flags on shown articles.
    pub flags: u64,
    /// Articles shown because `--drafts` or `--future` lifted the gate.
    pub lifted: u64,
    /// Articles behind the gate.
    pub hidden: u64,
    /// Content files left out because of errors (`--keep-going`).
    pub left_out: u64,
}

/// A source as it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Path within the site.
    pub path: String,
    /// Its stamp.
    pub stamp: Stamp,
    /// Of its bytes; the default for a file that nothing needed.
    pub text: Fingerprint,
    /// What it is and says, of pictures that were needed.
    pub picture: Option<Facts>,
}

/// An output as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Its path.
    pub out: OutPath,
    /// Of what it is made of.
    pub recipe: Fingerprint,
    /// Of its bytes.
    pub bytes: Fingerprint,
    /// Its stamp.
    pub stamp: Stamp,
}

/// A ledger in memory.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Circumstances.
    pub head: Head,
    /// Sources, sorted by path.
    pub sources: Vec<Seen>,
    /// Outputs, sorted by path.
    pub outputs: Vec<Written>,
    /// When the file was written, by the file system's clock; outputs not older may have changed since.
    pub saved: i64,
    /// Warnings of the build, shown again by one that finds nothing to do.
    pub diags: Vec<Diag>,
    /// Shared views with their fingerprints.
    pub views: Vec<(String, Fingerprint)>,
    records: Records,
    file: Option<Arc<Opened>>,
}

/// The largest part: read only as far as it is needed.
#[derive(Clone, Debug)]
enum Records {
    /// Those of the file, but for some that later builds appended, by path.
    File(BTreeMap<String, Arc<Record>>),
    /// All of them, sorted by path.
    Live(Vec<Arc<Record>>),
}

impl Default for Records {
    fn default() -> Self {
        Self::Live(Vec::new())
    }
}

/// What a build that changed little appends.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Delta {
    /// Circumstances of that build.
    pub head: Head,
    /// Sources with another stamp.
    pub sources: Vec<Seen>,
    /// Outputs with another stamp, or other bytes.
    pub outputs: Vec<Written>,
    /// Records of files whose text is another.
    pub records: Vec<Record>,
}

/// Frames after which a ledger is written anew.
const FRAMES: usize = 256;

impl Ledger {
    /// A ledger of what a build did; its records are added apart.
    #[must_use]
    pub fn new(head: Head, sources: Vec<Seen>, outputs: Vec<Written>, diags: Vec<Diag>) -> Self {
        Self { head, sources, outputs, diags, ..Self::default() }
    }

    /// Reads a ledger. One that is missing, damaged or of another format is empty; the text says why.
    #[must_use]
    pub fn load(path: &Path) -> (Self, Option<&'static str>) {
        const DAMAGED: &str = "the ledger was damaged or of another version: everything is looked at anew";
        let opened = File::open(path).and_then(|file| Ok((disk::stamp(&file.metadata()?), file)));
        let Ok((stamp, file)) = opened else { return (Self::default(), None) };
        match Self::decode(file) {
            // What was torn off may have moved the file's time: then it says nothing of the outputs.
            Some((ledger, false)) => (Self { saved: i64::MIN, ..ledger }, Some(DAMAGED)),
            Some((ledger, true)) => (Self { saved: stamp.mtime, ..ledger }, None),
            None => (Self::default(), Some(DAMAGED)),
        }
    }

    fn decode(file: File) -> Option<(Self, bool)> {
        let (opened, [head, sources, outputs, diags, views]) = Opened::new(file)?;
        let (sources, outputs) = rayon::join(|| file::decode(&sources), || file::decode(&outputs));
        let mut ledger = Self {
            head: file::decode(&head)?,
            sources: sources?,
            outputs: outputs?,
            diags: file::decode(&diags)?,
            views: file::decode(&views)?,
            ..Self::default()
        };
        let mut fresh = BTreeMap::new();
        for frame in &opened.frames {
            let delta: Delta = file::decode(frame)?;
            ledger.head = delta.head;
            for seen in delta.sources {
                put(&mut ledger.sources, seen, |seen| &seen.path);
            }
            for written in delta.outputs {
                put(&mut ledger.outputs, written, |written| written.out.as_str());
            }
            fresh.extend(delta.records.into_iter().map(|record| (record.path.clone(), Arc::new(record))));
        }
        let whole = opened.whole;
        Some((Self { records: Records::File(fresh), file: Some(Arc::new(opened)), ..ledger }, whole))
    }

    /// The records of content files, sorted by path; without those that are damaged.
    #[must_use]
    pub fn records(&self) -> Vec<Arc<Record>> {
        match &self.records {
            Records::Live(records) => records.clone(),
            Records::File(fresh) => {
                let all = self.file.iter().flat_map(|file| file.all::<Record>(Kind::Record));
                all.map(|record| fresh.get(&record.path).cloned().unwrap_or_else(|| Arc::new(record)))
                    .collect()
            }
        }
    }

    /// The record of a content file.
    #[must_use]
    pub fn record(&self, path: &str) -> Option<Arc<Record>> {
        match &self.records {
            Records::Live(records) => {
                let at = records.binary_search_by(|record| record.path.as_str().cmp(path)).ok()?;
                Some(Arc::clone(&records[at]))
            }
            Records::File(fresh) => match fresh.get(path) {
                Some(record) => Some(Arc::clone(record)),
                None => {
                    let file = self.file.as_ref()?;
                    let (mut from, mut to) = (0, file.len(Kind::Record));
                    while from < to {
                        let middle = from + (to - from) / 2;
                        let record: Record = file.item(Kind::Record, middle)?;
                        match record.path.as_str().cmp(path) {
                            Ordering::Less => from = middle + 1,
                            Ordering::Greater => to = middle,
                            Ordering::Equal => return Some(Arc::new(record)),
                        }
                    }
                    None
                }
            },
        }
    }

    /// The index of the last build, whose articles are read when they are asked for. What it gives holds only
    /// as long as [`Self::is_sound`].
    #[must_use]
    pub fn index(&self) -> Option<Index> {
        let (Records::File(fresh), Some(file)) = (&self.records, &self.file) else { return None };
        let index: Index = file::decode(&file.section_index()?)?;
        let (reader, newer) = (Arc::clone(file), fresh.clone());
        let make = move |at: usize| {
            let read = || {
                let (number, shape): (u32, Shape) = reader.item(Kind::Article, at)?;
                let record: Record = reader.item(Kind::Record, number as usize)?;
                let record = newer.get(&record.path).cloned().unwrap_or_else(|| Arc::new(record));
                shape.article(record)
            };
            read().unwrap_or_else(|| {
                reader.doubt();
                Article::nobody()
            })
        };
        Some(index.thawed(file.len(Kind::Article), Arc::new(make)))
    }

    /// Whether nothing was damaged of what was read of the file so far.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.file.as_ref().is_none_or(|file| file.is_sound())
    }

    /// Whether there is room for one more [`Delta`].
    #[must_use]
    pub fn takes_delta(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file.whole && file.frames.len() < FRAMES)
    }

    /// The same ledger with other records.
    #[must_use]
    pub fn with_records(mut self, records: Vec<Arc<Record>>) -> Self {
        self.records = Records::Live(records);
        self
    }

    /// Puts in what was read of a content file that is known already.
    pub fn update(&mut self, seen: Seen, record: Arc<Record>) {
        put(&mut self.sources, seen, |seen| &seen.path);
        if let Records::File(_) = &self.records {
            self.records = Records::Live(self.records());
        }
        if let Records::Live(records) = &mut self.records {
            put(records, record, |record| &record.path);
        }
    }

    /// Remembers how a source that is no content is now.
    pub fn see(&mut self, seen: Seen) {
        put(&mut self.sources, seen, |seen| &seen.path);
    }

    /// Forgets the stamps of the sources at or below these paths: they are read again.
    pub fn forget(&mut self, paths: &BTreeSet<String>) {
        for path in paths {
            let below = format!("{path}/");
            let from = self.sources.partition_point(|seen| seen.path < *path);
            let meant =
                self.sources[from..].iter_mut().take_while(|seen| seen.path.starts_with(path.as_str()));
            for seen in meant.filter(|seen| seen.path == *path || seen.path.starts_with(&below)) {
                seen.stamp = Stamp::default();
            }
        }
    }

    /// Writes the ledger, with the index of its articles. Its checksums tell a torn one, so it need not survive a
    /// power cut.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path, index: &Index) -> Result<(), Diag> {
        let records = self.records();
        let sections = [
            file::encode(&self.head),
            file::encode(&self.sources),
            file::encode(&self.outputs),
            file::encode(&self.diags),
            file::encode(&self.views),
        ];
        let shape = file::encode(index);
        let article = |at: usize| {
            let article = &index.articles[at];
            let number = records.partition_point(|record| record.path.as_str() < article.path());
            (u32::try_from(number).unwrap_or(u32::MAX), article.shape())
        };
        let plain: Vec<&Record> = records.iter().map(AsRef::as_ref).collect();
        disk::replace_with(path, disk::Durability::Kill, |file| {
            file::write(file, &sections, &shape, &plain, (index.articles.len(), &article))
        })
    }

    /// Appends what a build changed to the file that this ledger was read from.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn append(&self, path: &Path, delta: &Delta) -> Result<(), Diag> {
        let frame = self
            .file
            .as_ref()
            .and_then(|opened| Some((file::frame(opened.chain, &file::encode(delta))?, opened.end)));
        match frame {
            Some((frame, end)) => disk::write_at(path, end, &frame),
            None => Ok(()),
        }
    }
}

/// Puts an item in the place of the one with its key.
fn put<T>(items: &mut [T], item: T, key: impl Fn(&T) -> &str) {
    if let Ok(at) = items.binary_search_by(|other| key(other).cmp(key(&item))) {
        items[at] = item;
    }
}

/// Where a site keeps what it remembers about one folder of output.
#[derive(Clone, Debug)]
pub struct Memory {
    /// `.newsprint/` of the site.
    pub folder: PathBuf,
    suffix: String,
}

impl Memory {
    /// Of the output at `output`; the default one, `public/`, has the plain names.
    #[must_use]
    pub fn of(site: &Path, output: &Path) -> Self {
        // However it is written, one folder has one ledger.
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let output = &absolute(output);
        let suffix = if *output == absolute(&site.join("public")) {
            String::new()
        } else {
            format!("-{}", Fingerprint::of(output.as_os_str().as_encoded_bytes()).short(8))
        };
        Self { folder: site.join(".newsprint"), suffix }
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> PathBuf {
        self.folder.join(format!("ledger{}", self.suffix))
    }

    /// Paths of all files that builds wrote there: what may be removed. Kept apart from the ledger, so
    /// that losing that leaves no page behind.
    #[must_use]
    pub fn owned(&self) -> PathBuf {
        self.folder.join(format!("owned{}", self.suffix))
    }

    /// What the last finished build says of itself (see `label`).
    #[must_use]
    pub fn label(&self) -> PathBuf {
        self.folder.join(format!("label{}", self.suffix))
    }

    /// The kinds of all files that it made.
    #[must_use]
    pub fn kinds(&self) -> PathBuf {
        self.folder.join(format!("kinds{}", self.suffix))
    }

    /// Held while a build runs.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.folder.join(format!("lock{}", self.suffix))
    }
}
