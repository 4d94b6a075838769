//! A folder on this machine that is changed in place: every file is written beside and renamed, links planted in
//! it are not followed.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::diag::{self, Diag};
use crate::fingerprint::Fingerprint;
use crate::publish::remote::{Condition, Fault, Put, Remote, Seen};

/// Our own records and files on their way, below the folder.
pub(crate) const OURS: &str = ".newsprint";

/// A folder.
pub(crate) struct Folder {
    root: PathBuf,
    count: AtomicUsize,
}

/// An error of the file system in words.
pub(crate) fn fault(path: &Path, operation: &str, error: &std::io::Error) -> Fault {
    let text = error.to_string();
    let reason = text.split(" (os error").next().unwrap_or(&text).to_lowercase();
    Fault::Failed(format!("cannot {operation} {}: {reason}", path.display()))
}

impl Folder {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), count: AtomicUsize::new(0) }
    }

    /// Where a path is; nothing above it, below the folder, may be a link.
    fn place(&self, path: &str) -> Result<PathBuf, Fault> {
        let mut place = self.root.clone();
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            place.push(part);
            if parts.peek().is_some() {
                match fs::symlink_metadata(&place) {
                    Ok(there) if !there.is_dir() => {
                        let what = if there.is_symlink() { "a link" } else { "a file" };
                        let words = format!("{} is {what}, where a folder of the site goes", place.display());
                        return Err(Fault::Failed(words));
                    }
                    _ => {}
                }
            }
        }
        Ok(place)
    }

    fn seen(&self, path: &str) -> Result<Option<(Vec<u8>, Seen)>, Fault> {
        let place = self.place(path)?;
        match fs::symlink_metadata(&place) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(fault(&place, "look at", &error)),
            Ok(there) if !there.is_file() => {
                let seen = Seen { path: path.to_owned(), version: "no-file".to_owned(), size: 0, hash: None };
                Ok(Some((Vec::new(), seen)))
            }
            Ok(_) => match fs::read(&place) {
                Ok(bytes) => {
                    let hash = Fingerprint::of(&bytes);
                    let size = bytes.len() as u64;
                    let seen =
                        Seen { path: path.to_owned(), version: hash.to_string(), size, hash: Some(hash) };
                    Ok(Some((bytes, seen)))
                }
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(fault(&place, "read", &error)),
            },
        }
    }

    /// Sole use of our records for as long as it lives: comparing and replacing them must be one step.
    fn guard(&self, path: &str) -> Result<Option<File>, Fault> {
        if !path.starts_with(OURS) {
            return Ok(None);
        }
        let guard = self.root.join(OURS).join("guard");
        let open = || {
            fs::create_dir_all(self.root.join(OURS))?;
            let file = File::options().read(true).write(true).create(true).truncate(false).open(&guard)?;
            file.lock()?;
            Ok(file)
        };
        open().map(Some).map_err(|error| fault(&guard, "lock", &error))
    }

    fn write(&self, put: &Put<'_>, place: &Path) -> std::io::Result<bool> {
        let ours = self.root.join(OURS);
        fs::create_dir_all(&ours)?;
        fs::create_dir_all(place.parent().unwrap_or(&self.root))?;
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let temporary = ours.join(format!("new-{}-{number}", std::process::id()));
        let write = || {
            let mut file = File::create(&temporary)?;
            file.write_all(put.bytes)?;
            if put.path.starts_with(OURS) {
                file.sync_all()?;
            }
            if *put.condition == Condition::Absent {
                // Unlike a rename, a link never replaces what somebody put there this very moment.
                match fs::hard_link(&temporary, place) {
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
                    linked => linked?,
                }
                fs::remove_file(&temporary)?;
            } else {
                fs::rename(&temporary, place)?;
            }
            Ok(true)
        };
        let written = write();
        if !matches!(written, Ok(true)) {
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    /// Removes folders that became empty, from the inside out.
    fn prune(&self, place: &Path) {
        let mut folder = place.parent();
        while let Some(path) = folder.filter(|path| *path != self.root && path.starts_with(&self.root)) {
            if fs::remove_dir(path).is_err() {
                break;
            }
            folder = path.parent();
        }
    }
}

impl Remote for Folder {
    fn words(&self) -> String {
        format!("the folder {}", self.root.display())
    }

    fn read(&self, path: &str) -> Result<Option<(Vec<u8>, Seen)>, Fault> {
        self.seen(path)
    }

    fn look(&self, path: &str) -> Result<Option<Seen>, Fault> {
        Ok(self.seen(path)?.map(|(_, seen)| seen))
    }

    fn put(&self, put: &Put<'_>) -> Result<String, Fault> {
        let _guard = self.guard(put.path)?;
        let place = self.place(put.path)?;
        let there = self.seen(put.path)?;
        let met = match (put.condition, &there) {
            (Condition::Absent, None) => true,
            (Condition::Is(version), Some((_, seen))) => *version == seen.version,
            _ => false,
        };
        if !met {
            return Err(Fault::Unmet);
        }
        match self.write(put, &place) {
            Ok(true) => Ok(put.hash.to_string()),
            Ok(false) => Err(Fault::Unmet),
            Err(error) => Err(fault(&place, "write", &error)),
        }
    }

    fn delete(&self, path: &str, version: &str) -> Result<(), Fault> {
        let _guard = self.guard(path)?;
        let place = self.place(path)?;
        match self.seen(path)? {
            None => Ok(()),
            Some((_, seen)) if seen.version != version => Err(Fault::Unmet),
            Some(_) => {
                match fs::remove_file(&place) {
                    Err(error) if error.kind() != ErrorKind::NotFound => {
                        return Err(fault(&place, "remove", &error));
                    }
                    _ => {}
                }
                if !path.starts_with(OURS) {
                    self.prune(&place);
                }
                Ok(())
            }
        }
    }

    fn list(&self) -> Result<Vec<Seen>, Fault> {
        let mut found = Vec::new();
        let walk = walkdir::WalkDir::new(&self.root).min_depth(1).sort_by_file_name();
        let walk = walk.into_iter().filter_entry(|entry| entry.depth() != 1 || entry.file_name() != OURS);
        for entry in walk {
            let entry = entry.map_err(|error| Fault::Failed(format!("cannot list the folder: {error}")))?;
            let path = entry.path().strip_prefix(&self.root).unwrap_or(entry.path());
            let Some(path) = path.to_str().filter(|_| !entry.file_type().is_dir()) else { continue };
            let path = path.replace(std::path::MAIN_SEPARATOR, "/");
            found.extend(self.seen(&path)?.map(|(_, seen)| seen));
        }
        Ok(found)
    }

    fn width(&self) -> usize {
        2
    }

    fn refuse(&self, path: &str, _size: u64) -> Option<Diag> {
        match self.place(path) {
            Err(Fault::Failed(why)) => Some(diag::publish_limit(path, &why)),
            _ if self.root.join(path).is_dir() => Some(diag::publish_limit(
                path,
                "at the target this is a folder, and the site has a file of that name",
            )),
            _ => None,
        }
    }
}
