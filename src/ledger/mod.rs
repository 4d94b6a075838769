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

use self::file::{Kind, Opened, Part};
use crate::clock::Validity;
use crate::diag::Diag;
use crate::disk;
use crate::fingerprint::Fingerprint;
use crate::image::Facts;
use crate::index::{Article, Index, Shape};
use crate::lazy::Lazy;
use crate::path::OutPath;
use crate::source::{self, Record};
use crate::store::Stamp;

/// The circumstances of the build that wrote a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Program, options and folder of output: under others the plan may differ.
    pub circumstances: Fingerprint,
    /// Of site.toml's text.
    pub config: Fingerprint,
    /// Of the templates that pages are rendered with, by name.
    pub templates: Vec<(String, Fingerprint)>,
    /// Rules of parsing: records made under others are void.
    pub rules: Fingerprint,
    /// For how long the gate's answers hold.
    pub gate: Validity,
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
    /// The instant of the build that rendered it last, seconds since 1970.
    pub rendered: i64,
    /// Why that did.
    pub reason: Reason,
}

/// Why an output was rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// It was not there before.
    New,
    /// These of its ingredients were others.
    Recipe(Vec<String>),
    /// The file was changed or removed by somebody else, or its time is too young to be trusted.
    Touched,
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
    /// Those of the file, but for some that later builds appended, by path; `None` for files that are gone.
    File(BTreeMap<String, Option<Arc<Record>>>),
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
    /// Sources that are new, or have another stamp.
    pub sources: Vec<Seen>,
    /// Outputs that are new, or have another stamp or other bytes.
    pub outputs: Vec<Written>,
    /// Records of files that are new, or whose text is another.
    pub records: Vec<Record>,
    /// Sources that are gone.
    pub gone: Vec<String>,
    /// Outputs that are gone.
    pub removed: Vec<OutPath>,
    /// Shared views that are others.
    pub views: Vec<(String, Fingerprint)>,
}

/// Where an index has its articles from.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Span {
    /// So many of the table of articles, from a number on.
    Table { from: u32, len: u32 },
    /// One that is written down beside the index: its file and its shape.
    Own(String, Shape),
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
            for view in delta.views {
                put(&mut ledger.views, view, |(name, _)| name);
            }
            take_out(&mut ledger.sources, &delta.gone, |seen| &seen.path);
            let removed: Vec<&str> = delta.removed.iter().map(OutPath::as_str).collect();
            take_out(&mut ledger.outputs, &removed, |written| written.out.as_str());
            let records = delta.records.into_iter();
            fresh.extend(records.map(|record| (record.path.clone(), Some(Arc::new(record)))));
            fresh.extend(delta.gone.into_iter().map(|path| (path, None)));
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
                let kept = all.filter(|record| !fresh.contains_key(&record.path)).map(Arc::new);
                let mut records: Vec<Arc<Record>> = kept.chain(fresh.values().flatten().cloned()).collect();
                // Two sorted runs: that is quick.
                records.sort_by(|a, b| a.path.cmp(&b.path));
                records
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
                Some(record) => record.clone(),
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
        let (index, spans): (Index, Vec<Span>) = file::decode(&file.section(Part::Index)?)?;
        let (reader, newer) = (Arc::clone(file), fresh.clone());
        let make = move |at: usize| {
            let read = || {
                let (number, shape): (u32, Shape) = reader.item(Kind::Article, at)?;
                let record: Record = reader.item(Kind::Record, number as usize)?;
                let record = newer.get(&record.path).cloned().unwrap_or_else(|| Some(Arc::new(record)));
                shape.article(record?)
            };
            read().unwrap_or_else(|| {
                reader.doubt();
                Article::nobody()
            })
        };
        let numbers = spans.iter().flat_map(|span| match span {
            Span::Table { from, len } => *from..from.saturating_add(*len),
            // Put in below.
            Span::Own(..) => 0..0,
        });
        let mut articles = Lazy::new(numbers, Arc::new(make));
        let mut at = 0;
        for span in spans {
            match span {
                Span::Table { len, .. } => at += len as usize,
                Span::Own(path, shape) => {
                    let record = fresh.get(&path).cloned().flatten()?;
                    articles.splice(at..at, shape.article(record));
                    at += 1;
                }
            }
        }
        Some(index.thawed(articles))
    }

    /// Whether an article of the site leads to a content file. It may say so of a file that one once led to.
    #[must_use]
    pub fn is_linked(&self, path: &str) -> bool {
        let (Records::File(fresh), Some(file)) = (&self.records, &self.file) else { return true };
        let Some(known) = file.section(Part::Links) else { return true };
        let in_file = known.chunks_exact(LINK).any(|link| *link == link_of(path));
        let mut newer = fresh.values().flatten();
        in_file || newer.any(|record| links(record).any(|file| file == path))
    }

    /// A source as it was when it was read.
    #[must_use]
    pub fn seen(&self, path: &str) -> Option<&Seen> {
        let at = self.sources.binary_search_by(|seen| seen.path.as_str().cmp(path)).ok()?;
        Some(&self.sources[at])
    }

    /// Whether nothing was damaged of what was read of the file so far.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.file.as_ref().is_none_or(|file| file.is_sound())
    }

    /// Whether there is room for one more [`Delta`].
    #[must_use]
    pub fn takes_delta(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file.whole && file.frames.len() < FRAMES && !file.is_long())
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
        let len = u32::try_from(index.articles.len()).unwrap_or(u32::MAX);
        let shape = file::encode(&(index, vec![Span::Table { from: 0, len }]));
        let mut linked: Vec<[u8; LINK]> =
            records.iter().flat_map(|record| links(record)).map(|file| link_of(&file)).collect();
        linked.sort_unstable();
        linked.dedup();
        let article = |at: usize| {
            let article = &index.articles[at];
            let number = records.partition_point(|record| record.path.as_str() < article.path());
            (u32::try_from(number).unwrap_or(u32::MAX), article.shape())
        };
        let plain: Vec<&Record> = records.iter().map(AsRef::as_ref).collect();
        disk::replace_with(path, disk::Durability::Kill, |file| {
            file::write(
                file,
                &sections,
                [&shape, linked.as_flattened()],
                &plain,
                (index.articles.len(), &article),
            )
        })
    }

    /// Appends what a build changed to the file that this ledger was read from, and the index if that is another.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn append(&self, path: &Path, delta: &Delta, index: Option<&Index>) -> Result<(), Diag> {
        let index = index.map(|index| file::encode(&(index, spans(index)))).unwrap_or_default();
        let frame = self
            .file
            .as_ref()
            .and_then(|opened| Some((file::frame(opened.chain, &file::encode(delta), &index)?, opened.end)));
        match frame {
            Some((frame, end)) => disk::write_at(path, end, &frame),
            None => Ok(()),
        }
    }
}

/// Where the articles of an index are: those that were read are in the table still.
fn spans(index: &Index) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for at in 0..index.articles.len() {
        match (index.articles.number(at), spans.last_mut()) {
            (Some(number), Some(Span::Table { from, len })) if *from + *len == number => *len += 1,
            (Some(number), _) => spans.push(Span::Table { from: number, len: 1 }),
            (None, _) => {
                let article = &index.articles[at];
                spans.push(Span::Own(article.path().to_owned(), article.shape()));
            }
        }
    }
    spans
}

/// Bytes that stand for a file that is linked to.
const LINK: usize = 8;

fn link_of(path: &str) -> [u8; LINK] {
    let [a, b, c, d, e, f, g, h, ..] = Fingerprint::of(path.as_bytes()).bytes();
    [a, b, c, d, e, f, g, h]
}

/// Content files that the articles of a record lead to.
fn links(record: &Record) -> impl Iterator<Item = String> {
    let links = record.items.iter().flat_map(|item| &item.facts.links);
    links.filter_map(|link| source::linked_file(&record.path, link))
}

/// Puts an item in the place of the one with its key, or between those of others.
fn put<T>(items: &mut Vec<T>, item: T, key: impl Fn(&T) -> &str) {
    match items.binary_search_by(|other| key(other).cmp(key(&item))) {
        Ok(at) => items[at] = item,
        Err(at) => items.insert(at, item),
    }
}

/// Takes out the items with these keys.
fn take_out<T>(items: &mut Vec<T>, gone: &[impl AsRef<str>], key: impl Fn(&T) -> &str) {
    for gone in gone {
        if let Ok(at) = items.binary_search_by(|other| key(other).cmp(gone.as_ref())) {
            items.remove(at);
        }
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
