//! Generated files by what they are made of: `.newsprint/cache/`. It may be deleted, damaged or cut short at
//! any time; that costs time, never correctness.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use crate::disk::{self, Durability};
use crate::fingerprint::Fingerprint;

/// Bytes that are kept between builds, at most.
const LIMIT: u64 = 4 << 30;

/// A site's cache.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    limit: u64,
    /// Something was put in, so it may have grown too large.
    grew: AtomicBool,
}

impl Cache {
    /// The cache of a site, which is made when something is first kept.
    #[must_use]
    pub fn of(site: &Path) -> Self {
        Self { folder: site.join(".newsprint/cache"), limit: LIMIT, grew: AtomicBool::new(false) }
    }

    fn path(&self, key: Fingerprint) -> PathBuf {
        let name = key.to_string();
        self.folder.join(&name[..2]).join(&name[2..])
    }

    /// What was kept under a key, if it is whole.
    #[must_use]
    pub fn recall(&self, key: Fingerprint) -> Option<Vec<u8>> {
        let mut bytes = disk::read(&self.path(key)).ok()?;
        let at = bytes.len().checked_sub(SUM)?;
        let sum = bytes.split_off(at);
        (Fingerprint::of(&bytes).to_string().as_bytes() == sum).then_some(bytes)
    }

    /// Keeps bytes under a key. That it cannot is no error: they are made again next time.
    pub fn keep(&self, key: Fingerprint, bytes: &[u8]) {
        let sum = Fingerprint::of(bytes).to_string();
        let file = [bytes, sum.as_bytes()].concat();
        if disk::replace(&self.path(key), &file, Durability::Kill).is_ok() {
            self.grew.store(true, Ordering::Relaxed);
        }
    }

    /// Removes the oldest files until what is left fits with room to spare.
    pub fn trim(&self) {
        if !self.grew.swap(false, Ordering::Relaxed) {
            return;
        }
        let mut files: Vec<(SystemTime, u64, PathBuf)> = disk::files(&self.folder);
        let mut total: u64 = files.iter().map(|(_, len, _)| len).sum();
        if total <= self.limit {
            return;
        }
        files.sort();
        for (_, len, path) in files {
            if total <= self.limit / 4 * 3 {
                break;
            }
            if disk::remove(&path) {
                total -= len;
            }
        }
    }
}

/// Characters of the checksum at the end of each file.
const SUM: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_is_whole_and_stays_small() {
        let site = tempfile::tempdir().expect("a folder");
        let cache = Cache { limit: 1000, ..Cache::of(site.path()) };
        let keys: Vec<Fingerprint> = (0..20_u8).map(|n| Fingerprint::of(&[n])).collect();
        for key in &keys {
            cache.keep(*key, &[7; 68]);
        }
        assert_eq!(cache.recall(keys[3]), Some(vec![7; 68]));
        std::fs::write(cache.path(keys[3]), b"short").expect("a written file");
        assert_eq!(cache.recall(keys[3]), None, "what is damaged is not there");
        cache.trim();
        let left = keys.iter().filter(|key| cache.recall(**key).is_some()).count();
        assert!((5..=8).contains(&left), "{left} files of 100 bytes are left of 20");
        assert_eq!(Cache::of(&site.path().join("nowhere")).recall(keys[0]), None);
    }
}
