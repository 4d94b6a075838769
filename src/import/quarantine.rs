//! Records that could not be imported: their bytes, and why, under `.newsprint/quarantine/`.

use std::fs::{self, File};
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use crate::diag::{self, Diag};
use crate::disk::{self, Durability};
use crate::fingerprint::Fingerprint;

/// The folder of a site's refused records. Named by content: importing again adds nothing.
#[derive(Debug)]
pub(super) struct Quarantine {
    folder: PathBuf,
}

impl Quarantine {
    pub(super) fn of(site: &Path) -> Self {
        Self { folder: site.join(".newsprint/quarantine") }
    }

    /// Keeps a record's bytes with the reason beside them.
    pub(super) fn keep(&self, name: &str, why: &str, bytes: &[u8]) -> Result<(), Diag> {
        let stem = Fingerprint::of(bytes).short(16);
        let raw = self.folder.join(format!("{stem}.raw"));
        if !raw.exists() {
            disk::replace(&raw, bytes, Durability::PowerCut)?;
        }
        self.reason(&stem, name, why)
    }

    /// Keeps a copy of a file of any size.
    pub(super) fn keep_file(&self, name: &str, why: &str, file: &Path) -> Result<(), Diag> {
        if file.starts_with(&self.folder) {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            return self.reason(&stem, name, why);
        }
        let open = File::open(file).map_err(disk::failed(file, "read it"))?;
        let (_, kept) = self.spill(&mut std::io::BufReader::new(open), None)?;
        self.keep_file(name, why, &kept)
    }

    /// Streams bytes into the quarantine: to the end, or to the end of a line. How many, and the file they are in.
    pub(super) fn spill(&self, from: &mut dyn BufRead, until: Option<u8>) -> Result<(u64, PathBuf), Diag> {
        let temporary = self.folder.join(format!("spill.newsprint-{}", std::process::id()));
        let mut hasher = blake3::Hasher::new();
        let mut copy = || {
            fs::create_dir_all(&self.folder)?;
            let mut file = File::create(&temporary)?;
            let mut total = 0;
            loop {
                let buffer = from.fill_buf()?;
                let end = until.and_then(|byte| memchr::memchr(byte, buffer));
                let length = end.map_or(buffer.len(), |at| at + 1);
                hasher.update(&buffer[..length]);
                file.write_all(&buffer[..length])?;
                from.consume(length);
                total += length as u64;
                if length == 0 || end.is_some() {
                    break;
                }
            }
            file.sync_all()?;
            let kept = self.folder.join(format!("{}.raw", &hasher.finalize().to_hex()[..16]));
            fs::rename(&temporary, &kept)?;
            Ok((total, kept))
        };
        copy().map_err(|error: std::io::Error| {
            let _ = fs::remove_file(&temporary);
            diag::io(&self.folder.to_string_lossy(), "write to it", &error)
        })
    }

    fn reason(&self, stem: &str, name: &str, why: &str) -> Result<(), Diag> {
        let path = self.folder.join(format!("{stem}.why"));
        let line = format!("{name}: {why}\n");
        let before = fs::read_to_string(&path).unwrap_or_default();
        if before.lines().any(|known| known == line.trim_end()) {
            return Ok(());
        }
        disk::replace(&path, (before + &line).as_bytes(), Durability::PowerCut)
    }
}
