//! The site's folder as the preview shows it: the disk, with the last good text of an article standing
//! in for one that cannot be read as an article at the moment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cache::Cache;
use crate::diag::{Checked, Diag};
use crate::disk::Dir;
use crate::fingerprint::Fingerprint;
use crate::made::{Trouble, Workshop};
use crate::site::Asset;
use crate::source::Role;
use crate::store::{Entry, Stamp, Store};

/// All that an output of the preview is made from.
pub(super) trait Sources: Store {
    /// The bytes of a picture or file, if they are those that were planned with.
    fn asset(&self, asset: &Asset) -> Result<Vec<u8>, Trouble>;

    /// What was encoded once.
    fn cache(&self) -> &Cache;

    /// What was generated lately.
    fn workshop(&self) -> &Workshop;
}

/// A [`Store`] over the disk.
pub(super) struct Overlay {
    dir: Dir,
    texts: Mutex<Texts>,
    cache: Cache,
    workshop: Workshop,
}

#[derive(Default)]
struct Texts {
    /// Last good texts that are shown instead of what is on disk, with the stamp of that.
    held: BTreeMap<String, (Arc<Vec<u8>>, Stamp)>,
    /// Texts read lately, what may have to be held next: the newest of each file and the one before,
    /// since a page may be asked for before anybody looked whether the newest is any good.
    recent: BTreeMap<String, [Arc<Vec<u8>>; 2]>,
    bytes: usize,
}

/// Bytes of recent texts at most.
const LIMIT: usize = 64 << 20;

impl Texts {
    fn remember(&mut self, path: &str, text: &[u8]) {
        let former = self.recent.get(path).map(|[newest, _]| Arc::clone(newest));
        if former.as_ref().is_some_and(|former| **former == text) {
            return;
        }
        if self.bytes + text.len() > LIMIT {
            self.recent.clear();
            self.bytes = 0;
        }
        self.bytes += text.len();
        let newest = Arc::new(text.to_vec());
        let former = former.unwrap_or_else(|| Arc::clone(&newest));
        self.recent.insert(path.to_owned(), [newest, former]);
    }

    /// The text of a file that has this fingerprint.
    fn find(&self, path: &str, good: Fingerprint) -> Option<Arc<Vec<u8>>> {
        let held = self.held.get(path).map(|(text, _)| text);
        let recent = self.recent.get(path).into_iter().flatten();
        held.into_iter().chain(recent).find(|text| Fingerprint::of(text) == good).cloned()
    }
}

impl Overlay {
    pub(super) fn new(dir: Dir) -> Self {
        let cache = Cache::of(dir.root());
        Self { dir, texts: Mutex::default(), cache, workshop: Workshop::default() }
    }

    /// What is on disk.
    pub(super) fn disk(&self) -> &Dir {
        &self.dir
    }

    /// Shows the text with this fingerprint instead of the file, whose stamp is `stamp`. Returns whether
    /// that text is at hand.
    pub(super) fn hold(&self, path: &str, good: Fingerprint, stamp: Stamp) -> bool {
        let mut texts = self.lock();
        let Some(text) = texts.find(path, good) else { return false };
        texts.held.insert(path.to_owned(), (text, stamp));
        true
    }

    /// Shows the file again.
    pub(super) fn release(&self, path: &str) {
        self.lock().held.remove(path);
    }

    fn lock(&self) -> MutexGuard<'_, Texts> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Overlay {
    fn list(&self, folder: &str) -> Checked<Vec<Entry>> {
        self.dir.list(folder)
    }

    fn read(&self, path: &str) -> Result<Option<(Vec<u8>, Stamp)>, Diag> {
        if let Some((text, stamp)) = self.lock().held.get(path) {
            return Ok(Some((text.to_vec(), *stamp)));
        }
        let read = self.dir.read(path)?;
        if let Some((text, _)) = read.as_ref().filter(|_| is_article(path)) {
            self.lock().remember(path, text);
        }
        Ok(read)
    }
}

impl Sources for Overlay {
    fn asset(&self, asset: &Asset) -> Result<Vec<u8>, Trouble> {
        match self.read(&asset.path).map_err(Trouble::Failed)? {
            Some((bytes, _)) if Fingerprint::of(&bytes) == asset.bytes => Ok(bytes),
            _ => Err(Trouble::Changed(asset.path.clone())),
        }
    }

    fn cache(&self) -> &Cache {
        &self.cache
    }

    fn workshop(&self) -> &Workshop {
        &self.workshop
    }
}

/// A [`Store`] in which one file has a text that is not saved.
pub(super) struct Draft {
    under: Arc<Overlay>,
    path: String,
    bytes: Arc<Vec<u8>>,
}

impl Draft {
    pub(super) fn new(under: Arc<Overlay>, path: &str, bytes: Arc<Vec<u8>>) -> Self {
        Self { under, path: path.to_owned(), bytes }
    }
}

impl Store for Draft {
    fn list(&self, folder: &str) -> Checked<Vec<Entry>> {
        self.under.list(folder)
    }

    fn read(&self, path: &str) -> Result<Option<(Vec<u8>, Stamp)>, Diag> {
        if path == self.path {
            let stamp = Stamp { len: self.bytes.len() as u64, mtime: i64::MAX, ctime: i64::MAX, inode: 0 };
            return Ok(Some((self.bytes.to_vec(), stamp)));
        }
        self.under.read(path)
    }
}

impl Sources for Draft {
    fn asset(&self, asset: &Asset) -> Result<Vec<u8>, Trouble> {
        self.under.asset(asset)
    }

    fn cache(&self) -> &Cache {
        self.under.cache()
    }

    fn workshop(&self) -> &Workshop {
        self.under.workshop()
    }
}

/// Whether a path is that of a file with articles in it.
pub(super) fn is_article(path: &str) -> bool {
    path.starts_with("content/") && !matches!(Role::of(path), None | Some(Role::Picture))
}
