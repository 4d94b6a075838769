//! The tree that is to be published, as a value: what `build` made and labelled.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::diag::{self, Diag};
use crate::disk;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::label::{self, Kept, Label};
use crate::ledger::Memory;
use crate::path::OutPath;
use crate::publish::headers::extension;

/// A finished build.
#[derive(Debug)]
pub(crate) struct Local {
    /// What it says of itself.
    pub(crate) label: Label,
    /// Its folder.
    pub(crate) root: PathBuf,
    /// Its files, sorted by path.
    pub(crate) files: Vec<File>,
}

/// One of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    /// Path within the site.
    pub(crate) path: String,
    /// Of its bytes.
    pub(crate) hash: Fingerprint,
    /// Bytes.
    pub(crate) size: u64,
    /// When it goes.
    pub(crate) sort: Sort,
    /// The kind of page, as the build says.
    pub(crate) kind: String,
}

/// What a file is to others: the order in which they are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    /// Pages show it: pictures, styles, scripts, fonts.
    Asset,
    /// An article, a standing page, a redirect.
    Page,
    /// A page that lists others.
    List,
    /// The front page.
    Home,
    /// A feed, or data for scripts.
    Data,
    /// A sitemap: names everything.
    Sitemap,
}

impl Sort {
    pub(crate) fn of(path: &str, kind: &str) -> Self {
        let is_data = || {
            matches!(
                extension(path).as_str(),
                "xml" | "json" | "txt" | "rss" | "atom" | "webmanifest" | "csv"
            )
        };
        match kind {
            "article" | "page" | "withdrawn" | "redirect" | "404" => Self::Page,
            "front" => Self::Home,
            "sitemap" | "robots" => Self::Sitemap,
            label::FILE if extension(path) == "html" => Self::Page,
            _ if extension(path) == "html" => Self::List,
            _ if is_data() => Self::Data,
            _ => Self::Asset,
        }
    }
}

impl Local {
    /// Reads the tree at `output`.
    ///
    /// # Errors
    /// When no finished build is there, or a file of it is missing or cannot be read.
    pub(crate) fn read(site: &Path, output: &Path) -> Result<Self, Vec<Diag>> {
        let shown = output.to_string_lossy();
        let Some((label, kept)) = Label::read(&Memory::of(site, output)) else {
            return Err(vec![diag::not_built(&shown)]);
        };
        let files: Vec<Result<File, Diag>> =
            kept.par_iter().with_min_len(32).map(|kept| file(output, kept)).collect();
        let mut local = Self { label, root: output.to_owned(), files: Vec::with_capacity(files.len()) };
        let mut diags = Vec::new();
        for file in files {
            match file {
                Ok(file) => local.files.push(file),
                Err(diag) => diags.push(diag),
            }
        }
        local.files.sort_by(|a, b| a.path.cmp(&b.path));
        if diags.is_empty() { Ok(local) } else { Err(diags) }
    }

    /// Names the tree by what is in it: equal trees, equal names.
    pub(crate) fn tree(&self) -> Fingerprint {
        let mut hasher = Hasher::new();
        for file in &self.files {
            hasher.text(&file.path).fingerprint(file.hash);
        }
        hasher.finish()
    }

    /// A file's bytes, which must be those that were looked at.
    ///
    /// # Errors
    /// When it cannot be read, or changed.
    pub(crate) fn bytes(&self, file: &File) -> Result<Vec<u8>, Diag> {
        let path = self.root.join(&file.path);
        let bytes = disk::bytes(&path)?;
        if Fingerprint::of(&bytes) == file.hash {
            Ok(bytes)
        } else {
            Err(diag::changing(&path.to_string_lossy()))
        }
    }

    /// The file at a path.
    pub(crate) fn find(&self, path: &str) -> Option<&File> {
        self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok().map(|at| &self.files[at])
    }
}

fn file(root: &Path, kept: &Kept) -> Result<File, Diag> {
    let shown = || root.join(&kept.path).to_string_lossy().into_owned();
    OutPath::new(&kept.path).map_err(|_| diag::not_built(&shown()))?;
    let bytes = disk::bytes(&root.join(&kept.path)).map_err(|_| diag::built_file_gone(&shown()))?;
    Ok(File {
        path: kept.path.clone(),
        hash: Fingerprint::of(&bytes),
        size: bytes.len() as u64,
        sort: Sort::of(&kept.path, &kept.kind),
        kind: kept.kind.clone(),
    })
}
