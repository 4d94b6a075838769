//! The account of an import: every record that went in came out as one thing, and who wants to know
//! finds it in a table.

use std::fmt;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::diag::Diag;
use crate::disk;

/// Counts of records by what became of them. An article of a dump is a record, and so is a dump
/// without one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Account {
    /// Found in the input.
    pub records: u64,
    /// Files written, new ones and new versions.
    pub written: u64,
    /// Files that say this already.
    pub unchanged: u64,
    /// Files that a person edited or deleted, which stay so.
    pub kept: u64,
    /// Stories that the site has.
    pub duplicates: u64,
    /// Records that cannot be articles.
    pub quarantined: u64,
    /// Records that an import which had to end (a full disk) had read and did not write.
    pub unreached: u64,
}

impl Account {
    /// Whether nothing was lost on the way.
    #[must_use]
    pub fn balances(&self) -> bool {
        let Self { records, written, unchanged, kept, duplicates, quarantined, unreached } = self;
        *records == written + unchanged + kept + duplicates + quarantined + unreached
    }
}

impl fmt::Display for Account {
    /// `5 records in = 3 written + 1 unchanged + 0 kept + 1 duplicates + 0 quarantined`, and `+ 2 not reached` where there
    /// are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { records, written, unchanged, kept, duplicates, quarantined, unreached } = self;
        write!(
            f,
            "{records} records in = {written} written + {unchanged} unchanged + {kept} kept + \
             {duplicates} duplicates + {quarantined} quarantined"
        )?;
        if *unreached > 0 { write!(f, " + {unreached} not reached") } else { Ok(()) }
    }
}

/// A row of the table.
pub(super) struct Row<'r> {
    pub(super) source: &'r str,
    pub(super) item: u32,
    pub(super) outcome: &'r str,
    pub(super) path: &'r str,
    pub(super) title: &'r str,
    pub(super) date: String,
    pub(super) section: &'r str,
    pub(super) flags: usize,
    pub(super) reason: &'r str,
}

/// The table of `--report`; absent unless it was asked for.
pub(super) struct Table {
    path: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
}

impl Table {
    pub(super) fn create(path: &Path) -> Result<Self, Diag> {
        let file = File::create(path).map_err(disk::failed(path, "write it"))?;
        let table = Self { path: path.to_owned(), writer: csv::Writer::from_writer(BufWriter::new(file)) };
        table.with_head()
    }

    fn with_head(mut self) -> Result<Self, Diag> {
        let head = ["source", "item", "outcome", "path", "title", "date", "section", "flags", "reason"];
        self.put(head)?;
        Ok(self)
    }

    pub(super) fn row(&mut self, row: &Row<'_>) -> Result<(), Diag> {
        let (item, flags) = (row.item.to_string(), row.flags.to_string());
        let safe = [row.source, row.title, row.section, row.reason].map(inert);
        self.put([&safe[0], &item, row.outcome, row.path, &safe[1], &row.date, &safe[2], &flags, &safe[3]])
    }

    fn put<const N: usize>(&mut self, cells: [&str; N]) -> Result<(), Diag> {
        self.writer
            .write_record(cells)
            .map_err(|error| disk::failed(&self.path, "write it")(std::io::Error::other(error.to_string())))
    }

    /// Everything on the disk.
    pub(super) fn finish(mut self) -> Result<(), Diag> {
        self.writer.flush().map_err(disk::failed(&self.path, "write it"))?;
        let file = self.writer.into_inner().map_err(|error| error.into_error());
        let flush = |mut file: BufWriter<File>| file.flush();
        file.and_then(flush).map_err(disk::failed(&self.path, "write it"))
    }
}

/// A cell that no spreadsheet takes for a formula.
fn inert(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}
