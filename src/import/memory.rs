//! What imports wrote into a site, `.newsprint/imports`: how a file that a person edited since is told
//! from one that nobody touched. Losing it makes imports more careful, never less.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::account::Account;
use crate::diag::Diag;
use crate::disk;
use crate::fingerprint::Fingerprint;

/// The notebook of all imports into a site.
#[derive(Debug, Default)]
pub(super) struct Memory {
    path: PathBuf,
    /// Texts that an import wrote, wherever they are now.
    wrote: HashSet<Fingerprint>,
    /// Texts that were to be laid beside an edited article: files with them are ours.
    offered: HashSet<Fingerprint>,
    /// Those that were laid there: one that is missing now was dealt with.
    laid: HashSet<Fingerprint>,
    /// Keys of articles that were written.
    keys: HashSet<Fingerprint>,
}

/// A line of the notebook.
pub(super) struct Line<'l> {
    /// Laid beside, not written.
    pub(super) is_offer: bool,
    /// Of the file's bytes.
    pub(super) text: Fingerprint,
    /// Key of the article.
    pub(super) key: Fingerprint,
    /// Path within the site, for people who look.
    pub(super) path: &'l str,
}

impl Memory {
    /// Reads the notebook; a line that cannot be read (a cut disk leaves half of one) says nothing.
    pub(super) fn load(path: &Path) -> Result<Self, Diag> {
        let mut memory = Self { path: path.to_owned(), ..Self::default() };
        let text = match fs::read(path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(memory),
            Err(error) => return Err(disk::failed(path, "read it")(error)),
        };
        for line in text.lines() {
            let mut parts = line.split('\t');
            let (Some(kind), Some(text), Some(key), Some(_)) =
                (parts.next(), parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            let (Some(text), Some(key)) = (Fingerprint::read(text), Fingerprint::read(key)) else { continue };
            match kind {
                "wrote" => {
                    memory.wrote.insert(text);
                }
                "stands" => {
                    memory.keys.insert(key);
                }
                "offered" => {
                    memory.offered.insert(text);
                }
                "laid" => {
                    memory.laid.insert(text);
                }
                "accepted" => {
                    memory.keys.insert(key);
                }
                _ => {}
            }
        }
        Ok(memory)
    }

    /// Whether a file with this text is as an import left it.
    pub(super) fn wrote(&self, text: Fingerprint) -> bool {
        self.wrote.contains(&text)
    }

    /// Whether a file with this text is an offer as an import left it.
    pub(super) fn offered(&self, text: Fingerprint) -> bool {
        self.offered.contains(&text)
    }

    /// Whether this text was laid beside an edited article before.
    pub(super) fn laid(&self, text: Fingerprint) -> bool {
        self.laid.contains(&text)
    }

    /// Whether an article with this key was written at any time.
    pub(super) fn had(&self, key: Fingerprint) -> bool {
        self.keys.contains(&key)
    }

    /// Notes what is about to be written, before it is: a text that stands in a file after a crash is
    /// known, and one that never came there harms nothing.
    pub(super) fn note(&mut self, lines: &[Line<'_>]) -> Result<(), Diag> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut text = String::new();
        for line in lines {
            let kind = if line.is_offer { "offered" } else { "wrote" };
            text += &format!("{kind}\t{}\t{}\t{}\n", line.text, line.key, line.path);
        }
        self.append(&text)?;
        for line in lines {
            if line.is_offer {
                self.offered.insert(line.text);
            } else {
                self.wrote.insert(line.text);
            }
        }
        Ok(())
    }

    /// Notes that an editor took an article with this key into the site, whose text is the editor's own from then on: an
    /// import neither replaces it nor, when it was deleted since, brings it again.
    pub(super) fn accept(&self, text: Fingerprint, key: Fingerprint, path: &str) -> Result<(), Diag> {
        self.append(&format!("accepted\t{text}\t{key}\t{path}\n"))
    }

    /// Notes what has been written, after it was: an article that is missing then was deleted by a person. One that
    /// a crash kept from being written is not noted, and the next import writes it.
    pub(super) fn stand(&mut self, lines: &[Line<'_>]) -> Result<(), Diag> {
        if lines.is_empty() {
            return Ok(());
        }
        let text: String = lines
            .iter()
            .map(|line| {
                let kind = if line.is_offer { "laid" } else { "stands" };
                format!("{kind}\t{}\t{}\t{}\n", line.text, line.key, line.path)
            })
            .collect();
        self.append(&text)?;
        self.laid.extend(lines.iter().filter(|line| line.is_offer).map(|line| line.text));
        self.keys.extend(lines.iter().filter(|line| !line.is_offer).map(|line| line.key));
        Ok(())
    }

    /// Stores the account of an import, for people who look.
    pub(super) fn sign(&self, account: &Account) -> Result<(), Diag> {
        self.append(&format!("account\t{account}\n"))
    }

    fn append(&self, text: &str) -> Result<(), Diag> {
        let write = || {
            let folder = self.path.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(folder)?;
            let mut file = File::options().append(true).create(true).open(&self.path)?;
            // A line that a crash cut in half must not swallow the next one.
            let gap = if file.metadata()?.len() > 0 { "\n" } else { "" };
            file.write_all(format!("{gap}{text}").as_bytes())?;
            file.sync_data()
        };
        write().map_err(disk::failed(&self.path, "write it"))
    }
}
