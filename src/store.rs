//! The outside world as one trait: a folder of files that can be listed and read.
//!
//! On disk it is `disk::Dir`; tests and unsaved edits have forms of their own. Nothing here writes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diag::{self, Checked, Diag};

/// What a file system says of a file without reading it. Equal stamps, older than the moment they were
/// recorded, mean equal bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stamp {
    /// Length in bytes.
    pub len: u64,
    /// Last change of content, nanoseconds since 1970.
    pub mtime: i64,
    /// Last change of content or attributes, nanoseconds since 1970; cannot be set back by programs.
    pub ctime: i64,
    /// The file's number.
    pub inode: u64,
}

impl Stamp {
    /// The later of both times.
    #[must_use]
    pub fn newest(&self) -> i64 {
        self.mtime.max(self.ctime)
    }
}

/// A file in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path within the store, `/` between parts.
    pub path: String,
    /// Its stamp.
    pub stamp: Stamp,
}

/// A folder of files.
pub trait Store: Sync {
    /// All files below `folder`, or that file itself, sorted by path. A folder that does not exist is empty; what cannot be
    /// listed or is no plain file is among the diags.
    fn list(&self, folder: &str) -> Checked<Vec<Entry>>;

    /// A file's bytes and the stamp of just these bytes; `None` when there is no such file.
    ///
    /// # Errors
    /// Anything else that kept it from being read.
    fn read(&self, path: &str) -> Result<Option<(Vec<u8>, Stamp)>, Diag>;
}

/// A store in memory: path -> bytes.
#[derive(Clone, Debug, Default)]
pub struct Memory(pub BTreeMap<String, Vec<u8>>);

impl Store for Memory {
    fn list(&self, folder: &str) -> Checked<Vec<Entry>> {
        let prefix = format!("{folder}/");
        let below = self.0.iter().filter(|(path, _)| path.starts_with(&prefix) || *path == folder);
        Checked::fine(
            below.map(|(path, bytes)| Entry { path: path.clone(), stamp: stamp_of(bytes) }).collect(),
        )
    }

    fn read(&self, path: &str) -> Result<Option<(Vec<u8>, Stamp)>, Diag> {
        Ok(self.0.get(path).map(|bytes| (bytes.clone(), stamp_of(bytes))))
    }
}

/// Bytes in memory have no times: their content stands in.
fn stamp_of(bytes: &[u8]) -> Stamp {
    let content = crate::fingerprint::Fingerprint::of(bytes).short(15);
    Stamp {
        len: bytes.len() as u64,
        mtime: 0,
        ctime: 0,
        inode: u64::from_str_radix(&content, 16).unwrap_or(0),
    }
}

/// Reads a file as UTF-8 text.
///
/// # Errors
/// Unreadable, or not UTF-8 (with the place of the first bad byte).
pub fn read_text(store: &dyn Store, path: &str) -> Result<Option<(String, Stamp)>, Diag> {
    let Some((bytes, stamp)) = store.read(path)? else { return Ok(None) };
    utf8(path, bytes).map(|text| Some((text, stamp)))
}

/// Bytes as text.
///
/// # Errors
/// With line, column and offset of the first byte that is no UTF-8.
pub fn utf8(path: &str, bytes: Vec<u8>) -> Result<String, Diag> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let line_start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
        let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
        let col = String::from_utf8_lossy(&bytes[line_start..at]).chars().count() + 1;
        diag::invalid_utf8(path, line, col, at, bytes[at])
    })
}
