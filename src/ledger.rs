//! What was read and written last time. A cache: deleting, damaging or swapping it costs time, never
//! correctness, since everything in it is only trusted where it agrees with the disk.
//!
//! The file is a magic line, a table of sections with their checksums, and the sections. A build that
//! finds nothing changed decodes the small ones only.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clock::Validity;
use crate::diag::Diag;
use crate::disk;
use crate::fingerprint::Fingerprint;
use crate::image::Facts;
use crate::path::OutPath;
use crate::source::Record;
use crate::store::Stamp;

/// First bytes of the file; the number is the format's.
const MAGIC: &[u8] = b"newsprint ledger 2\n";

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
    records: Records,
    /// Warnings of the build, shown again by one that finds nothing to do.
    pub diags: Vec<Diag>,
}

/// The largest section: decoded only when something changed, encoded only when it is saved.
#[derive(Clone, Debug)]
enum Records {
    Encoded(Vec<u8>),
    Live(Vec<Arc<Record>>),
}

impl Default for Records {
    fn default() -> Self {
        Self::Live(Vec::new())
    }
}

/// A section's place in the file and its checksum.
#[derive(Serialize, Deserialize)]
struct Section {
    len: u64,
    sum: Fingerprint,
}

impl Ledger {
    /// A ledger of what a build did; its records are added apart.
    #[must_use]
    pub fn new(head: Head, sources: Vec<Seen>, outputs: Vec<Written>, diags: Vec<Diag>) -> Self {
        Self { head, sources, outputs, diags, ..Self::default() }
    }

    /// Reads a ledger. One that is missing, damaged or of another format is empty; the text says why.
    #[must_use]
    pub fn load(path: &Path) -> (Self, Option<&'static str>) {
        match std::fs::metadata(path)
            .map(|m| disk::stamp(&m))
            .and_then(|stamp| Ok((stamp, std::fs::read(path)?)))
        {
            Err(_) => (Self::default(), None),
            Ok((stamp, bytes)) => match Self::decode(&bytes) {
                Some(ledger) => (Self { saved: stamp.mtime, ..ledger }, None),
                None => (
                    Self::default(),
                    Some("the ledger was damaged or of another version: everything is looked at anew"),
                ),
            },
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (table_len, rest) = rest.split_first_chunk::<4>()?;
        let (table, mut rest) = rest.split_at_checked(u32::from_le_bytes(*table_len) as usize)?;
        let sections: [Section; 5] = postcard::from_bytes(table).ok()?;
        let mut next = |section: &Section| {
            let (bytes, after) = rest.split_at_checked(usize::try_from(section.len).ok()?)?;
            rest = after;
            (Fingerprint::of(bytes) == section.sum).then_some(bytes)
        };
        Some(Self {
            head: decode(next(&sections[0])?)?,
            sources: decode(next(&sections[1])?)?,
            outputs: decode(next(&sections[2])?)?,
            diags: decode(next(&sections[3])?)?,
            records: Records::Encoded(next(&sections[4])?.to_vec()),
            saved: 0,
        })
    }

    /// The records of content files, sorted by path.
    #[must_use]
    pub fn records(&self) -> Vec<Arc<Record>> {
        match &self.records {
            Records::Encoded(bytes) => {
                decode::<Vec<Record>>(bytes).unwrap_or_default().into_iter().map(Arc::new).collect()
            }
            Records::Live(records) => records.clone(),
        }
    }

    /// The same ledger with other records.
    #[must_use]
    pub fn with_records(mut self, records: Vec<Arc<Record>>) -> Self {
        self.records = Records::Live(records);
        self
    }

    /// The same ledger with the records of another.
    #[must_use]
    pub fn with_records_of(mut self, other: &Self) -> Self {
        self.records = other.records.clone();
        self
    }

    /// Puts in what was read of a content file that is known already.
    pub fn update(&mut self, seen: Seen, record: Arc<Record>) {
        if let Ok(at) = self.sources.binary_search_by(|known| known.path.cmp(&seen.path)) {
            self.sources[at] = seen;
        }
        let mut records = self.records();
        if let Ok(at) = records.binary_search_by(|known| known.path.cmp(&record.path)) {
            records[at] = record;
        }
        self.records = Records::Live(records);
    }

    /// Remembers how a source that is no content is now.
    pub fn see(&mut self, seen: Seen) {
        if let Ok(at) = self.sources.binary_search_by(|other| other.path.cmp(&seen.path)) {
            self.sources[at] = seen;
        }
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

    /// Writes the ledger. Its checksums tell a torn one, so it need not survive a power cut.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Diag> {
        let sections = [
            encode(&self.head),
            encode(&self.sources),
            encode(&self.outputs),
            encode(&self.diags),
            match &self.records {
                Records::Encoded(bytes) => bytes.clone(),
                Records::Live(records) => {
                    encode(&records.iter().map(AsRef::as_ref).collect::<Vec<&Record>>())
                }
            },
        ];
        let table =
            sections.each_ref().map(|bytes| Section { len: bytes.len() as u64, sum: Fingerprint::of(bytes) });
        let table = encode(&table);
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&u32::try_from(table.len()).unwrap_or(0).to_le_bytes());
        bytes.extend_from_slice(&table);
        sections.iter().for_each(|section| bytes.extend_from_slice(section));
        disk::replace(path, &bytes, disk::Durability::Kill)
    }
}

fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    // Plain data into a growing buffer: there is nothing in it that postcard refuses.
    postcard::to_stdvec(value).unwrap_or_default()
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
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

    /// Held while a build runs.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.folder.join(format!("lock{}", self.suffix))
    }
}
