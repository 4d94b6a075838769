//! Builds that were published before, kept beside the site for targets that hold one state of it: what going back
//! publishes again. They are kept here and not at the target, where a text that was withdrawn might be found.
//!
//! `.newsprint/former-TARGET/trees/TREE` lists a build, `files/HASH` holds a file of it: a hard link to what was built
//! where the file system makes one, so that what does not change costs nothing. Builds replace files and never write
//! into them.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::diag::{self, Diag};
use crate::disk::{self, Durability, failed};
use crate::fingerprint::Fingerprint;
use crate::label::Label;
use crate::publish::local::{File, Local, Sort};

/// Builds of a target.
pub(crate) struct Former {
    folder: PathBuf,
}

/// Begins the names of folders that are published from.
const TREE: &str = "tree-";

/// A build in writing.
#[derive(Serialize, Deserialize)]
struct Tree {
    label: Label,
    files: Vec<Leaf>,
}

#[derive(Serialize, Deserialize)]
struct Leaf {
    path: String,
    hash: Fingerprint,
    size: u64,
    kind: String,
}

impl Former {
    /// Those of a target, below the site's `.newsprint/`.
    pub(crate) fn of(memory: &Path, target: &str) -> Self {
        Self { folder: memory.join(format!("former-{target}")) }
    }

    fn file(&self, hash: Fingerprint) -> PathBuf {
        self.folder.join("files").join(hash.to_string())
    }

    fn tree(&self, tree: Fingerprint) -> PathBuf {
        self.folder.join("trees").join(tree.to_string())
    }

    /// Keeps a build.
    ///
    /// # Errors
    /// With the path that cannot be written.
    pub(crate) fn keep(&self, local: &Local) -> Result<(), Diag> {
        let place = self.tree(local.tree());
        if place.is_file() {
            return Ok(());
        }
        for folder in ["files", "trees"] {
            let folder = self.folder.join(folder);
            fs::create_dir_all(&folder).map_err(failed(&folder, "make the folder"))?;
        }
        let known = names(&self.folder.join("files"));
        for file in local.files.iter().filter(|file| !known.contains(&file.hash.to_string())) {
            link(&local.root.join(&file.path), &self.file(file.hash))?;
        }
        let leaf = |file: &File| Leaf {
            path: file.path.clone(),
            hash: file.hash,
            size: file.size,
            kind: file.kind.clone(),
        };
        let tree = Tree { label: local.label.clone(), files: local.files.iter().map(leaf).collect() };
        // Plain data: there is nothing in it that JSON refuses.
        let text = serde_json::to_vec(&tree).unwrap_or_default();
        disk::replace(&place, &text, Durability::Kill)
    }

    /// Removes folders of runs that were killed.
    fn sweep(&self) {
        for name in names(&self.folder).into_iter().filter(|name| name.starts_with(TREE)) {
            let place = self.folder.join(name);
            let age = fs::metadata(&place).and_then(|there| there.modified()).map(|time| time.elapsed());
            if matches!(age, Ok(Ok(age)) if age > DAY) {
                let _ = fs::remove_dir_all(place);
            }
        }
    }

    fn read(&self, tree: Fingerprint) -> Option<Tree> {
        serde_json::from_slice(&fs::read(self.tree(tree)).ok()?).ok()
    }

    /// A build as it was, in a folder that lives as long as the second value; `None` when it is not kept here.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub(crate) fn take(&self, tree: Fingerprint) -> Result<Option<(Local, TempDir)>, Diag> {
        let Some(Tree { label, files }) = self.read(tree) else { return Ok(None) };
        let folder = tempfile::Builder::new().prefix(TREE).tempdir_in(&self.folder);
        let folder = folder.map_err(failed(&self.folder, "make a folder in"))?;
        let root = folder.path().to_owned();
        for leaf in &files {
            let place = root.join(&leaf.path);
            let parent = place.parent().unwrap_or(&root);
            fs::create_dir_all(parent).map_err(failed(parent, "make the folder"))?;
            link(&self.file(leaf.hash), &place)?;
        }
        let file =
            |Leaf { path, hash, size, kind }| File { sort: Sort::of(&path, &kind), path, hash, size, kind };
        let local = Local { label, root, files: files.into_iter().map(file).collect() };
        // A list that was changed by hand is none of ours.
        Ok((local.tree() == tree).then_some((local, folder)))
    }

    fn note(&self) -> PathBuf {
        self.folder.join("going-back")
    }

    /// Notes which tree is gone back to, until that is done: asked again, one goes on and no further back.
    ///
    /// # Errors
    /// With the path that cannot be written.
    pub(crate) fn intend(&self, tree: Fingerprint) -> Result<(), Diag> {
        disk::replace(&self.note(), tree.to_string().as_bytes(), Durability::Kill)
    }

    /// The tree that was being gone back to.
    pub(crate) fn intended(&self) -> Option<Fingerprint> {
        Fingerprint::read(fs::read_to_string(self.note()).ok()?.trim())
    }

    /// It is done, or given up.
    pub(crate) fn settle(&self) {
        disk::remove(&self.note());
    }

    /// Forgets all builds but these.
    pub(crate) fn forget_but(&self, kept: &[Fingerprint]) {
        self.sweep();
        let trees: BTreeSet<String> = kept.iter().map(ToString::to_string).collect();
        let surplus: Vec<String> =
            names(&self.folder.join("trees")).into_iter().filter(|name| !trees.contains(name)).collect();
        if surplus.is_empty() {
            return;
        }
        let mut needed = BTreeSet::new();
        for tree in kept.iter().filter(|tree| self.tree(**tree).is_file()) {
            // Of one that cannot be read it is not known what it needs.
            let Some(tree) = self.read(*tree) else { return };
            needed.extend(tree.files.into_iter().map(|leaf| leaf.hash.to_string()));
        }
        for name in surplus {
            disk::remove(&self.folder.join("trees").join(name));
        }
        for name in names(&self.folder.join("files")).into_iter().filter(|name| !needed.contains(name)) {
            disk::remove(&self.folder.join("files").join(name));
        }
    }
}

/// A folder so old is none that somebody is publishing from.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Names of what is in a folder; none when there is no folder.
fn names(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
    entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// Gives a file another name, or copies it where there cannot be two.
fn link(from: &Path, to: &Path) -> Result<(), Diag> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(diag::built_file_gone(&from.to_string_lossy()))
        }
        // Whole or not at all: its name says what is in it.
        Err(_) => disk::replace(to, &disk::bytes(from)?, Durability::Kill),
    }
}
