//! The only module that touches files: a site's folder as a [`Store`], and writes that are whole or absent.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rayon::prelude::*;
use walkdir::WalkDir;

use crate::diag::{self, Checked, Diag};
use crate::fingerprint::Fingerprint;
use crate::store::{Entry, Stamp, Store};

/// A folder on disk.
#[derive(Clone, Debug)]
pub struct Dir {
    root: PathBuf,
}

impl Dir {
    /// The folder at `root`.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Its path.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// How deep the first, sequential walk goes; below, each folder is walked on its own thread.
const FAN_OUT_DEPTH: usize = 3;

impl Store for Dir {
    fn list(&self, folder: &str) -> Checked<Vec<Entry>> {
        let top = self.root.join(folder);
        match top.symlink_metadata() {
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Checked::fine(Vec::new());
            }
            // A folder that cannot be looked at is not one that is empty.
            Err(error) => {
                return Checked { value: Vec::new(), diags: vec![diag::io(folder, "list it", &error)] };
            }
        }
        let mut found: Vec<Result<Entry, Diag>> = Vec::new();
        let mut deep = Vec::new();
        // Only a site's own folders may be links: `content`, not `content/world`.
        let is_own = !folder.contains('/');
        for entry in plain_walk(&top, 0..=FAN_OUT_DEPTH, is_own) {
            let is_deep = entry.as_ref().is_ok_and(|e| e.depth() == FAN_OUT_DEPTH && e.file_type().is_dir());
            match (is_deep, entry) {
                (true, Ok(entry)) => deep.push(entry.into_path()),
                (_, entry) => found.extend(self.entry(entry)),
            }
        }
        let below = |folder: &PathBuf| {
            plain_walk(folder, 1..=usize::MAX, false).filter_map(|e| self.entry(e)).collect()
        };
        let below: Vec<Vec<Result<Entry, Diag>>> = deep.par_iter().map(below).collect();
        found.extend(below.into_iter().flatten());
        let mut checked = Checked::fine(Vec::with_capacity(found.len()));
        for entry in found {
            match entry {
                Ok(entry) => checked.value.push(entry),
                Err(diag) => checked.diags.push(diag),
            }
        }
        checked.value.par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
        checked
    }

    fn read(&self, path: &str) -> Result<Option<(Vec<u8>, Stamp)>, Diag> {
        let mut file = match File::open(self.root.join(path)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(diag::io(path, "read it", &error)),
        };
        let mut read = || {
            let stamp = stamp(&file.metadata()?);
            // A file that grew or shrank meanwhile has another stamp: the bytes decide.
            Ok(Some((read_whole(&mut file, stamp.len)?, stamp)))
        };
        read().map_err(|error| diag::io(path, "read it", &error))
    }
}

impl Dir {
    /// A walk's entry as a store's: `None` for folders.
    fn entry(&self, entry: walkdir::Result<walkdir::DirEntry>) -> Option<Result<Entry, Diag>> {
        let relative = |path: &Path| path.strip_prefix(&self.root).unwrap_or(path).to_path_buf();
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().map(relative).unwrap_or_default();
                let error = error.into_io_error().unwrap_or_else(|| std::io::Error::other("a loop of links"));
                return Some(Err(diag::io(&path.to_string_lossy(), "list it", &error)));
            }
        };
        if entry.file_type().is_dir() {
            return None;
        }
        let path = relative(entry.path());
        let Some(name) = path.to_str() else { return Some(Err(diag::odd_name(&path.to_string_lossy()))) };
        let name = name.replace(std::path::MAIN_SEPARATOR, "/");
        if !entry.file_type().is_file() {
            let what =
                if entry.file_type().is_symlink() { "a symbolic link" } else { "a device, socket or pipe" };
            return Some(Err(diag::odd_file(&name, what)));
        }
        Some(match entry.metadata() {
            Ok(metadata) => Ok(Entry { path: name, stamp: stamp(&metadata) }),
            Err(error) => Err(diag::io(&name, "read it", &error.into())),
        })
    }
}

/// A walk that passes over names that begin with a dot and follows no links but, if so wished, the top.
fn plain_walk(
    top: &Path,
    depth: RangeInclusive<usize>,
    follow_top: bool,
) -> impl Iterator<Item = walkdir::Result<walkdir::DirEntry>> {
    let hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
    let walk = WalkDir::new(top).follow_links(false).follow_root_links(follow_top);
    let walk = walk.min_depth(*depth.start()).max_depth(*depth.end());
    walk.into_iter().filter_entry(move |entry| entry.depth() == 0 || !hidden(entry.file_name()))
}

/// The rest of a file that is said to have `len` bytes. A read that ends just there was the last one: it had room for
/// more.
pub(crate) fn read_whole(file: &mut File, len: u64) -> std::io::Result<Vec<u8>> {
    let len = usize::try_from(len).map_err(std::io::Error::other)?;
    let mut bytes = vec![0; len + 1];
    let mut filled = 0;
    loop {
        match file.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        if filled == len {
            break;
        }
        if filled == bytes.len() {
            file.read_to_end(&mut bytes)?;
            return Ok(bytes);
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// A file's stamp.
#[must_use]
pub fn stamp(metadata: &Metadata) -> Stamp {
    let mtime = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let mtime = mtime.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX));
    let (ctime, inode) = inode_facts(metadata);
    Stamp { len: metadata.len(), mtime, ctime: ctime.unwrap_or(mtime), inode }
}

#[cfg(unix)]
fn inode_facts(metadata: &Metadata) -> (Option<i64>, u64) {
    use std::os::unix::fs::MetadataExt;
    let ctime =
        metadata.ctime().checked_mul(1_000_000_000).and_then(|ns| ns.checked_add(metadata.ctime_nsec()));
    (ctime, metadata.ino())
}

#[cfg(not(unix))]
fn inode_facts(_: &Metadata) -> (Option<i64>, u64) {
    (None, 0)
}

/// Names a failed operation on a path.
pub(crate) fn failed(path: &Path, operation: &str) -> impl FnOnce(std::io::Error) -> Diag {
    let path = path.to_string_lossy().into_owned();
    let operation = operation.to_owned();
    move |error| diag::io(&path, &operation, &error)
}

/// A file's bytes.
///
/// # Errors
/// When it is not there or cannot be read.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Diag> {
    fs::read(path).map_err(failed(path, "read it"))
}

/// What a replaced file must survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A power cut: the file and its folder are on the disk before success is reported.
    PowerCut,
    /// A killed program: for caches, whose reader checks them.
    Kill,
}

/// Replaces a file as a whole: temporary file, rename.
///
/// # Errors
/// With the path and the operation that failed; the old file is then still there.
pub fn replace(path: &Path, bytes: &[u8], durability: Durability) -> Result<(), Diag> {
    replace_with(path, durability, |file| file.write_all(bytes))
}

/// Replaces a file as a whole by what `fill` writes: temporary file, rename.
///
/// # Errors
/// With the path and the operation that failed; the old file is then still there.
pub fn replace_with(
    path: &Path,
    durability: Durability,
    fill: impl FnOnce(&mut File) -> std::io::Result<()>,
) -> Result<(), Diag> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let changed = make_folder(folder)?;
    let fail = |error| diag::io(&path.to_string_lossy(), "write it", &error);
    let Coming { path: temporary, mut file } = Coming::of(path).map_err(fail)?;
    let write = || {
        fill(&mut file)?;
        if durability == Durability::PowerCut {
            file.sync_all()?;
        }
        fs::rename(&temporary, path)?;
        if durability == Durability::PowerCut { sync_folders(&changed) } else { Ok(()) }
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&temporary);
        fail(error)
    })
}

/// Writes into a file that is there, from `at` on, in one piece; it ends there.
///
/// # Errors
/// With the path; the file may then end in a part of it.
pub fn write_at(path: &Path, at: u64, bytes: &[u8]) -> Result<(), Diag> {
    let write = || {
        let mut file = File::options().write(true).open(path)?;
        file.seek(SeekFrom::Start(at))?;
        file.write_all(bytes)?;
        file.set_len(at + bytes.len() as u64)
    };
    write().map_err(failed(path, "write it"))
}

/// A file to be replaced by [`replace_all`].
#[derive(Debug)]
pub struct Replacement<'a> {
    /// Where.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Of the bytes that must be there now; `None`: there must be no file.
    pub over: Option<Fingerprint>,
}

/// Replaces many files, each as a whole, such that a power cut after it loses none. The answer says for each whether it was:
/// a file that has become another one meanwhile is left alone, and one that could not be written is old or not there, never
/// torn.
#[must_use]
pub fn replace_all(files: &[Replacement<'_>]) -> Vec<Result<bool, Diag>> {
    let folders: BTreeSet<&Path> = files.iter().filter_map(|file| file.path.parent()).collect();
    let mut changed = BTreeSet::new();
    let mut broken: BTreeMap<&Path, Diag> = BTreeMap::new();
    for folder in folders {
        match make_folder(folder) {
            Ok(made) => changed.extend(made),
            Err(diag) => {
                broken.insert(folder, diag);
                continue;
            }
        }
        sweep_folder(folder);
    }
    let replace = |file: &Replacement<'_>| {
        if let Some(diag) = file.path.parent().and_then(|folder| broken.get(folder)) {
            return Err(diag.clone());
        }
        let fail = |error| diag::io(&file.path.to_string_lossy(), "write it", &error);
        let Coming { path: temporary, file: mut open } = Coming::of(&file.path).map_err(fail)?;
        let mut write = || {
            open.write_all(file.bytes)?;
            open.sync_all()?;
            let there = match fs::read(&file.path) {
                Ok(bytes) => Some(Fingerprint::of(&bytes)),
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            };
            if there == file.over { fs::rename(&temporary, &file.path) } else { fs::remove_file(&temporary) }
                .map(|()| there == file.over)
        };
        write().map_err(|error| {
            let _ = fs::remove_file(&temporary);
            fail(error)
        })
    };
    let mut done: Vec<Result<bool, Diag>> = files.par_iter().map(replace).collect();
    // A name that a power cut may take again is not yet there.
    if let Some(diag) = changed.par_iter().find_map_any(|folder| sync_folder(folder).err()) {
        done.iter_mut().filter(|done| matches!(done, Ok(true))).for_each(|done| *done = Err(diag.clone()));
    }
    done
}

/// Makes a folder and those above it. The answer is the folders in which names change: itself, since a file is to come, and
/// those above that got a new folder. A power cut forgets these names unless they are synced.
fn make_folder(folder: &Path) -> Result<Vec<PathBuf>, Diag> {
    let mut changed = vec![folder.to_owned()];
    let mut below = folder;
    while let Some(above) = below.parent().filter(|_| !below.exists()) {
        changed.push(if above.as_os_str().is_empty() { Path::new(".") } else { above }.to_owned());
        below = above;
    }
    fs::create_dir_all(folder).map_err(failed(folder, "create this folder"))?;
    Ok(changed)
}

/// Makes a folder, if it is not there, such that a power cut does not take it with all that is saved in it later.
///
/// # Errors
/// With the folder.
pub(crate) fn lasting_folder(folder: &Path) -> Result<(), Diag> {
    if folder.is_dir() {
        return Ok(());
    }
    sync_folders(&make_folder(folder)?).map_err(failed(folder, "write it"))
}

/// Forces the names in a folder onto the disk.
///
/// # Errors
/// With the folder.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), Diag> {
    sync_folders(&[folder.to_owned()]).map_err(failed(folder, "write it"))
}

fn sync_folders(folders: &[PathBuf]) -> std::io::Result<()> {
    folders.iter().try_for_each(|folder| File::open(folder)?.sync_all())
}

/// A file that is about to take the place of another one. It is locked for as long as it is open, also when it has taken
/// its place: so nobody takes it for what a killed program left. A number of a process would not tell, since programs that
/// share a folder need not see each other.
struct Coming {
    path: PathBuf,
    file: File,
}

/// Stands in the name of a file that is on its way.
const COMING: &str = ".newsprint-";

impl Coming {
    /// An empty file beside `place`, under a name that nobody else uses.
    fn of(place: &Path) -> std::io::Result<Self> {
        for number in 0_u32.. {
            let mut name = place.file_name().unwrap_or_default().to_os_string();
            name.push(format!("{COMING}{}-{number}", std::process::id()));
            let path = place.with_file_name(name);
            match File::create_new(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => drop(sweep_dead(&path)),
                Err(error) => return Err(error),
                Ok(file) => match file.try_lock() {
                    // Where there are no locks nothing is swept either.
                    Ok(()) | Err(fs::TryLockError::Error(_)) if exists(&path) => {
                        return Ok(Self { path, file });
                    }
                    // Somebody tidied up between the two steps.
                    _ => {}
                },
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }
}

/// Removes a file that was on its way if whoever wrote it no longer runs: nobody holds its lock, nor that of the file whose
/// place it was to take, since [`swap`] lets the two change places. Where the system has no locks it stays: it does no harm
/// but to order.
fn sweep_dead(path: &Path) -> std::io::Result<()> {
    let place = path.to_string_lossy().rsplit_once(COMING).map(|(place, _)| PathBuf::from(place));
    let free = |path: &Path| {
        // A pipe would wait for somebody.
        if !path.is_file() {
            return Err(ErrorKind::InvalidInput.into());
        }
        let file = File::open(path)?;
        file.try_lock()?;
        Ok::<_, std::io::Error>(file)
    };
    let _locks = match place.filter(|place| exists(place)) {
        Some(place) => [Some(free(path)?), Some(free(&place)?)],
        None => [Some(free(path)?), None],
    };
    fs::remove_file(path)
}

/// Removes what a killed program left of a file that only the holder of a lock replaces.
pub fn sweep(path: &Path) {
    let mut begin = path.file_name().unwrap_or_default().to_os_string();
    begin.push(COMING);
    let begin = begin.as_encoded_bytes();
    for entry in path.parent().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(begin) {
            // One that stays does no harm but to order.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Removes what programs that no longer run left in a folder of files that they were about to replace.
fn sweep_folder(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_str().and_then(|name| name.rsplit_once(COMING)).is_some_and(
            |(_, number)| number.bytes().all(|b| b.is_ascii_digit() || b == b'-') && !number.is_empty(),
        );
        if is_ours {
            let _ = sweep_dead(&entry.path());
        }
    }
}

/// What became of a file that was to be replaced.
#[derive(Debug, PartialEq, Eq)]
pub enum Swap {
    /// It has the new bytes, and they are on the disk.
    Done,
    /// It has other bytes than were expected (`None`: it is not there) and was left alone.
    Other(Option<Vec<u8>>),
}

/// Replaces a file whose bytes are `over` (`None`: that does not exist), such that a power cut after it loses nothing
/// and a program that writes the file at the same moment loses nothing either: the files change names in one step, and
/// if the one that was there is not the one expected, they change back. `keep` is given any bytes that fit nowhere.
///
/// # Errors
/// With the path and the operation that failed.
pub fn swap(
    path: &Path,
    bytes: &[u8],
    over: Option<Fingerprint>,
    keep: &mut dyn FnMut(&[u8]) -> Result<(), Diag>,
) -> Result<Swap, Diag> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    let changed = make_folder(path.parent().unwrap_or(Path::new(".")))?;
    let fail = |error| diag::io(&path.to_string_lossy(), "write it", &error);
    let there = |path: &Path| match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(fail(error)),
    };
    let now = there(path)?;
    if now.as_deref().map(Fingerprint::of) != over {
        return Ok(Swap::Other(now));
    }
    let Coming { path: temporary, mut file } = Coming::of(path).map_err(fail)?;
    let rename = |flags| renameat_with(CWD, &temporary, CWD, path, flags);
    let mut write = || -> Result<Swap, Diag> {
        file.write_all(bytes).map_err(fail)?;
        if let Ok(facts) = fs::metadata(path) {
            file.set_permissions(facts.permissions()).map_err(fail)?;
        }
        file.sync_all().map_err(fail)?;
        let flags = if over.is_some() { RenameFlags::EXCHANGE } else { RenameFlags::NOREPLACE };
        match rename(flags) {
            Ok(()) => {}
            // Made or removed since it was looked at.
            Err(rustix::io::Errno::EXIST | rustix::io::Errno::NOENT) => return there(path).map(Swap::Other),
            // A file system that cannot exchange: the look just before is all there is.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
                fs::rename(&temporary, path).map_err(fail)?;
            }
            Err(error) => return Err(fail(error.into())),
        }
        if let Some(out) = there(&temporary)?.filter(|out| Some(Fingerprint::of(out)) != over) {
            // Somebody was faster by a moment: theirs comes back.
            rename(RenameFlags::EXCHANGE).map_err(|error| fail(error.into()))?;
            if let Some(third) = there(&temporary)?.filter(|third| third != bytes) {
                keep(&third)?;
            }
            return Ok(Swap::Other(Some(out)));
        }
        sync_folders(&changed).map_err(fail)?;
        Ok(Swap::Done)
    };
    let swapped = write();
    let _ = fs::remove_file(&temporary);
    swapped
}

/// Removes a file that is empty, such that a power cut does not bring it back; one that is not stays.
///
/// # Errors
/// With the path and the operation that failed.
pub fn remove_empty(path: &Path) -> Result<(), Diag> {
    let folder = path.parent().unwrap_or(Path::new("."));
    if fs::metadata(path).is_ok_and(|facts| facts.len() == 0) {
        fs::remove_file(path).map_err(failed(path, "remove it"))?;
    }
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder, "write it"))
}

/// Makes a file, and the folders above it. A file that is there already is left alone: then the answer
/// is `false`.
///
/// # Errors
/// With the path and the operation that failed.
pub fn create(path: &Path, bytes: &[u8]) -> Result<bool, Diag> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed(folder, "create this folder"))?;
    match File::create_new(path).and_then(|mut file| file.write_all(bytes)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failed(path, "write it")(error)),
    }
}

/// The bytes of a file of our own.
///
/// # Errors
/// Not there, or unreadable.
pub(crate) fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    fs::read(path)
}

/// All plain files below a folder of our own: time of change, length, path.
pub(crate) fn files(folder: &Path) -> Vec<(std::time::SystemTime, u64, PathBuf)> {
    let walk = WalkDir::new(folder).follow_links(false).into_iter().flatten();
    walk.filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| {
            let metadata = entry.metadata().ok()?;
            Some((metadata.modified().ok()?, metadata.len(), entry.into_path()))
        })
        .collect()
}

/// Removes a file of our own; whether it did.
pub(crate) fn remove(path: &Path) -> bool {
    fs::remove_file(path).is_ok()
}

/// Whether something is at this path.
#[must_use]
pub fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether a folder is empty or absent; a fresh repository (`.git`) counts as empty.
///
/// # Errors
/// When it cannot be listed, or is no folder.
pub fn is_vacant(folder: &Path) -> Result<bool, Diag> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.flatten().all(|entry| entry.file_name() == ".git")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(failed(folder, "list it")(error)),
    }
}

/// Sole use of a resource among processes, for as long as it lives.
#[derive(Debug)]
pub struct Lock {
    file: File,
    /// The file system's clock when the lock was taken, nanoseconds since 1970.
    pub taken: i64,
}

impl Lock {
    /// Takes the lock at `path`.
    ///
    /// # Errors
    /// When another process holds it, or the file cannot be made.
    pub fn take(path: &Path) -> Result<Self, Diag> {
        let folder = path.parent().unwrap_or(Path::new("."));
        lasting_folder(folder)?;
        let open = File::options().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = open.map_err(failed(path, "open it"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                let mut who = String::new();
                let _ = file.read_to_string(&mut who);
                return Err(diag::locked(&path.to_string_lossy(), who.trim()));
            }
            Err(fs::TryLockError::Error(error)) => return Err(failed(path, "lock it")(error)),
        }
        // Writing also moves the file's time: that is the file system's own `now`.
        let mut write = || {
            file.set_len(0)?;
            file.write_all(format!("process {}\n", std::process::id()).as_bytes())?;
            file.metadata()
        };
        let metadata = write().map_err(failed(path, "write it"))?;
        Ok(Self { taken: stamp(&metadata).mtime, file })
    }
}

impl Drop for Lock {
    /// Not left to the file's closing: a process that is being started has it open too, until it becomes its program.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}
