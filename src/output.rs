//! The output folder: ours or refused, changed only as a whole.
//!
//! A first build writes into a fresh folder beside it that is renamed into place. A later one writes
//! what changed into a staging folder inside it and renames file by file, after the last page was
//! rendered. Nothing is deleted before its successor stands; files we did not write are never touched.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::diag::{self, Diag};
use crate::disk::{self, failed};
use crate::path::OutPath;
use crate::store::Stamp;

/// Marks a folder that we may write into.
const MARKER: &str = ".newsprint-output";
const MARKER_TEXT: &str =
    "This folder is made by newsprint. Files that it wrote are replaced and removed by it.\n";
/// Holds changed files until all are rendered.
const STAGE: &str = ".newsprint-stage";

/// An output folder that may be written.
#[derive(Debug)]
pub struct Output {
    root: PathBuf,
    /// Nothing is there yet.
    fresh: bool,
}

impl Output {
    /// Looks at the folder and takes it if it is empty, absent or bears our marker.
    ///
    /// # Errors
    /// When it holds files of others, or cannot be looked at.
    pub fn open(root: &Path) -> Result<Self, Diag> {
        let entries = match fs::read_dir(root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self { root: root.to_owned(), fresh: true });
            }
            Err(error) => return Err(diag::io(&root.to_string_lossy(), "list it", &error)),
        };
        let ours = root.join(MARKER).is_file();
        let empty = entries.take(1).count() == 0;
        if !ours && !empty {
            return Err(diag::output_not_ours(&root.to_string_lossy()));
        }
        Ok(Self { root: root.to_owned(), fresh: empty })
    }

    /// Removes what an interrupted build left. Only for who holds the lock.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn tidy(&self) -> Result<(), Diag> {
        remove_ours(&self.beside())?;
        remove_ours(&self.root.join(STAGE))
    }

    /// Whether nothing is there yet.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// The stamp of a file; `None` when it is not there or no plain file.
    #[must_use]
    pub fn stamp(&self, out: &OutPath) -> Option<Stamp> {
        let metadata = fs::symlink_metadata(self.root.join(out.as_str())).ok()?;
        metadata.is_file().then(|| disk::stamp(&metadata))
    }

    /// A file's bytes and stamp, if it is there and has this length.
    #[must_use]
    pub fn read_if_len(&self, out: &OutPath, len: usize) -> Option<(Vec<u8>, Stamp)> {
        let path = self.root.join(out.as_str());
        let stamp = self.stamp(out).filter(|stamp| stamp.len == len as u64)?;
        let bytes = File::open(path).and_then(|mut file| disk::read_whole(&mut file, stamp.len)).ok()?;
        (bytes.len() == len).then_some((bytes, stamp))
    }

    /// Begins to write.
    ///
    /// # Errors
    /// When the folder for new files cannot be made.
    pub fn begin<'o>(&self, all: impl Iterator<Item = &'o OutPath>) -> Result<Writing, Diag> {
        let folder = if self.fresh { self.beside() } else { self.root.join(STAGE) };
        remove_ours(&folder)?;
        if self.fresh {
            fs::create_dir_all(&folder).map_err(failed(&folder, "create this folder"))?;
            make_folders(&folder, &folders(all))?;
        }
        Ok(Writing { root: self.root.clone(), folder, fresh: self.fresh, staged: AtomicUsize::new(0) })
    }

    /// Where a first build grows.
    fn beside(&self) -> PathBuf {
        let mut name = self.root.file_name().unwrap_or_default().to_os_string();
        name.push(".newsprint-new");
        self.root.with_file_name(name)
    }
}

/// Parent folders of paths, each once.
fn folders<'o>(outs: impl Iterator<Item = &'o OutPath>) -> BTreeSet<&'o str> {
    let mut last = "";
    let mut folders = BTreeSet::new();
    for parent in outs.filter_map(|out| out.as_str().rsplit_once('/').map(|(parent, _)| parent)) {
        if parent != last {
            folders.insert(parent);
            last = parent;
        }
    }
    folders
}

/// Makes folders below `root`: those that hold others first, then all others by all threads, since a page often has a
/// folder of its own.
fn make_folders(root: &Path, folders: &BTreeSet<&str>) -> Result<(), Diag> {
    let above: BTreeSet<&str> =
        folders.iter().filter_map(|folder| folder.rsplit_once('/').map(|(above, _)| above)).collect();
    for folder in &above {
        let folder = root.join(folder);
        fs::create_dir_all(&folder).map_err(failed(&folder, "create this folder"))?;
    }
    let leaves: Vec<&str> = folders.iter().copied().filter(|folder| !above.contains(folder)).collect();
    leaves.par_iter().with_min_len(16).try_for_each(|folder| {
        let folder = root.join(folder);
        match fs::create_dir(&folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                Err(failed(&folder, "create this folder")(error))
            }
            _ => Ok(()),
        }
    })
}

/// Removes a folder of temporary files that an interrupted build left.
fn remove_ours(folder: &Path) -> Result<(), Diag> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(failed(folder, "remove this left-over folder")(error))
        }
        _ => Ok(()),
    }
}

/// Files on their way. Dropping it without [`Writing::commit`] leaves the output as it was.
#[derive(Debug)]
pub struct Writing {
    root: PathBuf,
    folder: PathBuf,
    fresh: bool,
    staged: AtomicUsize,
}

/// A file that waits for the commit.
#[derive(Debug)]
pub struct Staged {
    out: OutPath,
    /// Its number in the staging folder; unused in a first build.
    number: usize,
    stamp: Stamp,
}

impl Writing {
    /// Writes a file where nobody sees it yet. May be called from many threads.
    ///
    /// # Errors
    /// With path and operation.
    pub fn put(&self, out: &OutPath, bytes: &[u8]) -> Result<Staged, Diag> {
        let number = self.staged.fetch_add(1, Ordering::Relaxed);
        let path = if self.fresh {
            self.folder.join(out.as_str())
        } else {
            if number == 0 {
                fs::create_dir_all(&self.folder).map_err(failed(&self.folder, "create this folder"))?;
            }
            self.folder.join(number.to_string())
        };
        let write = || {
            let mut file = match File::create(&path) {
                // Another thread has number 0 and is about to make the folder.
                Err(error) if error.kind() == ErrorKind::NotFound && !self.fresh => {
                    fs::create_dir_all(&self.folder)?;
                    File::create(&path)?
                }
                file => file?,
            };
            file.write_all(bytes)?;
            file.metadata()
        };
        let metadata = write()
            .map_err(failed(&self.root.join(out.as_str()), &format!("write {} bytes", bytes.len())))?;
        Ok(Staged { out: out.clone(), number, stamp: disk::stamp(&metadata) })
    }

    /// Puts all files in their places, then removes `gone`, and the folders that this empties.
    /// Returns the stamps of the files, in the order given.
    ///
    /// # Errors
    /// With path and operation; what stands then is whole, and building again completes it.
    pub fn commit(self, staged: &[Staged], gone: &[OutPath]) -> Result<Vec<Stamp>, Diag> {
        if self.fresh {
            let marker = self.folder.join(MARKER);
            fs::write(&marker, MARKER_TEXT).map_err(failed(&marker, "write it"))?;
            if self.root.exists() {
                fs::remove_dir(&self.root).map_err(failed(&self.root, "replace this empty folder"))?;
            }
            fs::rename(&self.folder, &self.root).map_err(failed(&self.root, "put the new site in place"))?;
            return Ok(staged.iter().map(|file| file.stamp).collect());
        }
        for parent in folders(staged.iter().map(|file| &file.out)) {
            let parent = self.root.join(parent);
            fs::create_dir_all(&parent).map_err(failed(&parent, "create this folder"))?;
        }
        let mut stamps = Vec::with_capacity(staged.len());
        for file in staged {
            let path = self.root.join(file.out.as_str());
            let moved = fs::rename(self.folder.join(file.number.to_string()), &path)
                .and_then(|()| fs::symlink_metadata(&path));
            stamps.push(disk::stamp(&moved.map_err(failed(&path, "put it in place"))?));
        }
        for out in gone {
            let path = self.root.join(out.as_str());
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(failed(&path, "remove it")(error));
                }
                _ => {}
            }
        }
        for folder in folders(gone.iter()).into_iter().rev() {
            // From the inside out, as long as a folder is empty; the first that is not ends it.
            let mut folder = Some(Path::new(folder));
            while let Some(path) = folder.filter(|path| !path.as_os_str().is_empty()) {
                if fs::remove_dir(self.root.join(path)).is_err() {
                    break;
                }
                folder = path.parent();
            }
        }
        // The list of our files is shortened next: what left it may not come back with a power cut.
        let mut emptied: BTreeSet<&Path> = BTreeSet::new();
        for folder in folders(gone.iter()) {
            let there = Path::new(folder).ancestors().find(|folder| self.root.join(folder).is_dir());
            emptied.extend(there);
        }
        for folder in emptied {
            disk::sync_folder(&self.root.join(folder))?;
        }
        remove_ours(&self.folder)?;
        Ok(stamps)
    }

    /// Drops what was written; the output stays as it was.
    pub fn abandon(self) {
        // A folder that cannot be removed is removed by the next build.
        let _ = remove_ours(&self.folder);
    }
}
