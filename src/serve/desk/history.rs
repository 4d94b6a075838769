//! Former versions of articles, below `.newsprint/history/`: what a save replaces, what it puts there, and what was
//! refused. And the texts that nobody saved yet, below `.newsprint/unsaved/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};

use crate::diag::Diag;
use crate::disk::{self, Durability};
use crate::fingerprint::Fingerprint;

/// Versions of an article that are kept.
pub(super) const KEPT: usize = 50;

/// The keeper of versions.
pub(super) struct History {
    folder: PathBuf,
    unsaved: PathBuf,
}

/// A version.
pub(super) struct Version {
    pub(super) id: String,
    /// When it was kept, milliseconds since 1970.
    pub(super) when: u64,
    pub(super) bytes: Vec<u8>,
}

/// Milliseconds since 1970.
pub(super) fn millis() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| u64::try_from(t.as_millis()).unwrap_or(0))
}

impl History {
    pub(super) fn of(site: &Path) -> Self {
        let records = site.join(".newsprint");
        Self { folder: records.join("history"), unsaved: records.join("unsaved") }
    }

    fn folder(&self, path: &str) -> PathBuf {
        self.folder.join(Fingerprint::of(path.as_bytes()).short(24))
    }

    /// Names of a file's versions, oldest first.
    fn names(&self, path: &str) -> Vec<String> {
        let entries = fs::read_dir(self.folder(path)).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".md")).collect();
        names.sort();
        names
    }

    /// Keeps a version, on the disk before this returns. The same bytes are kept once.
    pub(super) fn keep(&self, path: &str, bytes: &[u8]) -> Result<(), Diag> {
        if bytes.is_empty() {
            return Ok(());
        }
        let names = self.names(path);
        let print = Fingerprint::of(bytes).short(24);
        if names.last().is_some_and(|name| name.ends_with(&format!("-{print}.md"))) {
            return Ok(());
        }
        // Names sort by age, also within one millisecond.
        let newest = names.last().and_then(|name| name.split('-').next()?.parse().ok()).unwrap_or(0);
        let now = millis().max(newest + 1);
        let folder = self.folder(path);
        disk::replace(&folder.join(format!("{now:015}-{print}.md")), bytes, Durability::PowerCut)?;
        for old in names.iter().take((names.len() + 1).saturating_sub(KEPT)) {
            let _ = fs::remove_file(folder.join(old));
        }
        Ok(())
    }

    /// A file's versions, newest first.
    pub(super) fn versions(&self, path: &str) -> Vec<Version> {
        self.names(path).iter().rev().filter_map(|name| self.read(path, name.strip_suffix(".md")?)).collect()
    }

    pub(super) fn version(&self, path: &str, id: &str) -> Option<Version> {
        // Looked up among the names there are; a request names no file.
        self.names(path).iter().find(|name| name.strip_suffix(".md") == Some(id))?;
        self.read(path, id)
    }

    fn read(&self, path: &str, id: &str) -> Option<Version> {
        let bytes = fs::read(self.folder(path).join(format!("{id}.md"))).ok()?;
        Some(Version { id: id.to_owned(), when: id.split('-').next()?.parse().ok()?, bytes })
    }

    fn unsaved_file(&self, path: &str) -> PathBuf {
        self.unsaved.join(format!("{}.json", Fingerprint::of(path.as_bytes()).short(24)))
    }

    /// Keeps a text that nobody saved yet.
    pub(super) fn keep_unsaved(&self, path: &str, base: &str, text: &str) -> Result<(), Diag> {
        let record = json!({ "path": path, "base": base, "text": text, "when": millis() });
        // Perhaps the first that is kept of the site, in a folder that versions will be in, too.
        disk::lasting_folder(&self.unsaved)?;
        disk::replace(&self.unsaved_file(path), record.to_string().as_bytes(), Durability::Kill)
    }

    /// The text of a file that nobody saved yet: `base`, `text`, `when`.
    pub(super) fn unsaved(&self, path: &str) -> Option<Json> {
        let bytes = fs::read(self.unsaved_file(path)).ok()?;
        serde_json::from_slice::<Json>(&bytes).ok().filter(|record| record["path"] == path)
    }

    pub(super) fn forget_unsaved(&self, path: &str) {
        let _ = fs::remove_file(self.unsaved_file(path));
    }

    /// Paths of files with unsaved text.
    pub(super) fn all_unsaved(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.unsaved).into_iter().flatten().flatten();
        let path = |file: PathBuf| {
            let record: Json = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
            record["path"].as_str().map(str::to_owned)
        };
        let mut paths: Vec<String> = entries.filter_map(|entry| path(entry.path())).collect();
        paths.sort();
        paths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_versions_are_kept() {
        let dir = tempfile::tempdir().expect("a folder");
        let history = History::of(dir.path());
        for number in 0..KEPT + 7 {
            history.keep("content/a.md", format!("text {number}").as_bytes()).expect("kept");
            history.keep("content/a.md", format!("text {number}").as_bytes()).expect("kept");
        }
        let versions = history.versions("content/a.md");
        let texts: Vec<String> =
            versions.iter().map(|v| String::from_utf8_lossy(&v.bytes).into_owned()).collect();
        let expected: Vec<String> = (7..KEPT + 7).rev().map(|number| format!("text {number}")).collect();
        assert_eq!(texts, expected);
        assert!(history.versions("content/b.md").is_empty());
        assert!(history.version("content/a.md", "../../../etc/passwd").is_none());
        assert_eq!(
            history.version("content/a.md", &versions[3].id).map(|v| v.bytes),
            Some(b"text 53".to_vec())
        );
    }
}
