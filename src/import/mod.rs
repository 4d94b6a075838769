//! The verb `import`: dumps become Markdown in content/, which an editor then owns.
//!
//! Records come in batches, so that an archive of any size passes through bounded memory. Each batch is
//! parsed in parallel, decided in order (what an article is to the site depends on those before it),
//! printed and read back in parallel, and written durably. Importing again changes nothing; what a
//! person edited or deleted stays as they left it. See `docs/import.md`.

mod account;
mod catalogue;
mod decide;
mod inputs;
mod known;
mod memory;
mod place;
mod quarantine;

use std::io::BufRead;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

pub use self::account::Account;
pub use self::place::Layout;

use self::account::{Row, Table};
use self::catalogue::Catalogue;
use self::decide::{Desk, Draft, Outcome, Taste, settle};
use self::inputs::{Inputs, Matter, Raw};
use self::known::Known;
use self::memory::{Line, Memory};
use self::quarantine::Quarantine;
use crate::article::{Header, Source};
use crate::build::exit_code;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::date::Moment;
use crate::diag::{self, Checked, Diag, Severity};
use crate::disk::{self, Dir, Lock, Replacement};
use crate::dump;
use crate::fingerprint::Fingerprint;
use crate::load::{self, Wishes};
use crate::near::Signature;
use crate::parse;
use crate::source::{self, Rules};

/// What is to be imported, and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The site's folder.
    pub site: PathBuf,
    /// Files and folders.
    pub inputs: Vec<PathBuf>,
    /// The section of all articles, whatever their pages say.
    pub to: Option<String>,
    /// Write nothing but the report.
    pub dry_run: bool,
    /// Folders below the section's.
    pub layout: Layout,
    /// Take dates from paths.
    pub date_from_path: bool,
    /// A table of what is known of the files.
    pub meta: Option<PathBuf>,
    /// Take only so many records, spread over the input.
    pub sample: Option<usize>,
    /// Where to write a row for each record.
    pub report: Option<PathBuf>,
    /// Import stories that the site has too.
    pub keep_duplicates: bool,
    /// Bring back articles that were deleted since they were imported.
    pub restore: bool,
}

/// What an import did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Exit code of the command.
    pub exit: u8,
    /// Where every record went.
    pub account: Account,
    /// Dumps read.
    pub dumps: u64,
    /// Review flags on articles that were written.
    pub flags: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Files of other kinds, which were left alone.
    pub passed_over: usize,
    /// Complaints, the first [`SHOWN`] of them.
    pub diags: Vec<Diag>,
    /// Complaints beyond those.
    pub more: usize,
}

/// Complaints that a report keeps.
const SHOWN: usize = 1000;

/// Hears how far an import is.
pub trait Progress: Sync {
    /// `done` of `total` bytes are read, which gave so many records.
    fn step(&self, done: u64, total: u64, records: u64);
}

/// Notes in the site's notebook of imports that an editor accepted an article, whose file has the fingerprint `text`.
///
/// # Errors
/// The notebook cannot be written.
pub fn accepted(site: &Path, source: &Source, text: Fingerprint, path: &str) -> Result<(), Diag> {
    Memory::load(&site.join(".newsprint").join("imports"))?.accept(text, known::key(source), path)
}

/// Imports.
#[must_use]
pub fn import(options: &Options, progress: &dyn Progress) -> Report {
    let mut report = Report::default();
    if let Err(diag) = run(options, progress, &mut report) {
        report.diags.push(diag);
    }
    if !report.account.balances() {
        report.diags.push(diag::account_off(report.account));
    }
    // What a build leaves out, an import cannot take: there unreadable content is an error of content.
    let unread = |diag: &Diag| diag.severity == Severity::Error && diag.code == "READ";
    let lost_count = |diag: &Diag| diag.code == "ACCOUNT";
    report.exit = match exit_code(&report.diags) {
        _ if report.diags.iter().any(lost_count) => 1,
        3 if report.diags.iter().any(unread) => 5,
        0 if report.account.quarantined > 0 => 4,
        code => code,
    };
    report
}

fn run(options: &Options, progress: &dyn Progress, report: &mut Report) -> Result<(), Diag> {
    let store = Dir::new(&options.site);
    let Checked { value: config, diags } = read_config(&store, options)?;
    report.diags.extend(diags);
    let Some(config) = config else { return Ok(()) };
    let rules = Rules::new(&config);
    let to = options.to.as_deref().map(|section| section.trim_matches('/'));
    if let Some(section) = to
        && let Err(why) = config::check_section(section)
    {
        return Err(diag::usage(format!("--to: `{section}` {why}")));
    }
    let catalogue = match &options.meta {
        None => None,
        Some(path) => {
            let file = std::fs::File::open(path).map_err(disk::failed(path, "read it"))?;
            Some(Catalogue::read(&path.to_string_lossy(), std::io::BufReader::new(file))?)
        }
    };
    let records = options.site.join(".newsprint");
    let _lock = if options.dry_run { None } else { Some(Lock::take(&records.join("lock-import"))?) };
    let memory = Memory::load(&records.join("imports"))?;
    let known = Known::read(&store, &config, &rules, &memory)?;
    let mut inputs = Inputs::list(&options.inputs, &options.site.join("content"), options.sample)?;
    report.passed_over = inputs.passed_over;
    let taste =
        Taste { layout: options.layout, keep_duplicates: options.keep_duplicates, restore: options.restore };
    let table = options.report.as_deref().map(Table::create).transpose()?;
    let mut import = Import {
        options,
        to,
        rules: &rules,
        catalogue: catalogue.as_ref(),
        rows_met: vec![false; catalogue.as_ref().map_or(0, Catalogue::len)],
        quarantine: Quarantine::of(&options.site),
        desk: Desk { config: &config, memory, known, taste },
        table,
        unreached: None,
        report,
    };
    let end = import.all(&mut inputs, progress);
    if end.is_err() {
        import.ended(inputs.bytes.saturating_sub(inputs.done));
    }
    end.and(import.table.take().map_or(Ok(()), Table::finish))
}

fn read_config(store: &Dir, options: &Options) -> Result<Checked<Option<Config>>, Diag> {
    let text = load::read_config(store, &options.site.to_string_lossy())?;
    let clock = Clock { now: 0, drafts: false, future: false };
    Ok(load::parse_config(&text, &Wishes { base_url: None, clock, keep_going: false }))
}

/// An import while it runs.
struct Import<'i> {
    options: &'i Options,
    to: Option<&'i str>,
    rules: &'i Rules,
    catalogue: Option<&'i Catalogue>,
    /// Rows of the catalogue that a file was found for.
    rows_met: Vec<bool>,
    quarantine: Quarantine,
    desk: Desk<'i>,
    table: Option<Table>,
    /// The first record that was read and not written.
    unreached: Option<String>,
    report: &'i mut Report,
}

/// A record as it was parsed.
struct Record {
    raw: Raw,
    /// Its bytes, kept only when it has to be quarantined.
    bytes: Vec<u8>,
    row: Option<usize>,
    found: Result<Vec<Result<Draft, String>>, Refused>,
}

/// An article and what becomes of it.
struct Decided<'r> {
    record: &'r Record,
    draft: &'r Result<Draft, String>,
    outcome: Outcome,
}

/// What became of files.
struct Written {
    /// Of the decided with a file: whether it was written, or is another one meanwhile.
    fates: Vec<(usize, Result<bool, Diag>)>,
    /// Why the notes could not be taken.
    end: Result<(), Diag>,
}

/// Why a record gave no article.
enum Refused {
    /// It has none.
    Because(String),
    /// It could not be read.
    Unread(Diag),
}

impl Import<'_> {
    fn all(&mut self, inputs: &mut Inputs, progress: &dyn Progress) -> Result<(), Diag> {
        for (name, diag) in inputs.odd() {
            self.report.account.records += 1;
            let why = diag.message.clone();
            let is_failure = diag.code == "READ" || diag.code == "IO";
            self.complain(if is_failure { diag } else { diag::quarantined(&name, 0, &why) });
            self.quarantined(&name, 0, "", &why)?;
        }
        loop {
            let quarantine = &self.quarantine;
            let dry = self.options.dry_run;
            let mut spill = |line: &mut dyn BufRead| {
                if dry {
                    let passed = line.skip_until(b'\n').map(|length| (length as u64, None));
                    return passed.map_err(disk::failed("the input".as_ref(), "read it"));
                }
                quarantine.spill(line, Some(b'\n')).map(|(length, kept)| (length, Some(kept)))
            };
            let batch = inputs.batch(&mut spill)?;
            if batch.is_empty() {
                break;
            }
            self.batch(batch)?;
            self.report.bytes = inputs.done;
            progress.step(inputs.done, inputs.bytes, self.report.account.records);
        }
        if let Some(catalogue) = self.catalogue {
            let unmet = self.rows_met.iter().filter(|met| !**met).count();
            if unmet > 0 && self.options.sample.is_none() {
                let name = self
                    .options
                    .meta
                    .as_ref()
                    .map_or(String::new(), |path| path.to_string_lossy().into_owned());
                self.complain(diag::catalogue_rows_unmet(&name, unmet, catalogue.len()));
            }
        }
        if !self.options.dry_run {
            self.desk.memory.sign(&self.report.account)?;
        }
        Ok(())
    }

    /// Says which records an import that had to end did not reach.
    fn ended(&mut self, unread: u64) {
        let (count, first) = (self.report.account.unreached, self.unreached.take());
        if count > 0 || unread > 0 {
            self.complain(diag::import_ended(count, first.as_deref(), unread));
        }
    }

    fn batch(&mut self, batch: Vec<Raw>) -> Result<(), Diag> {
        let records: Vec<Record> = batch.into_par_iter().map(|raw| self.parse(raw)).collect();
        // In the order of the input: what an article is to the site depends on those before it.
        let mut chosen = Vec::new();
        for record in &records {
            self.report.dumps += 1;
            if let Some(row) = record.row {
                self.rows_met[row] = true;
            }
            let drafts = match &record.found {
                Ok(drafts) => drafts.as_slice(),
                Err(_) => {
                    self.report.account.records += 1;
                    continue;
                }
            };
            self.report.account.records += drafts.len() as u64;
            let siblings: Vec<Fingerprint> = drafts.iter().flatten().map(|draft| draft.key).collect();
            for draft in drafts {
                let choice = draft.as_ref().ok().map(|draft| self.desk.choose(draft, &siblings));
                chosen.push((record, draft, choice));
            }
        }
        let rules = self.rules;
        let decided: Vec<Decided<'_>> = chosen
            .into_par_iter()
            .map(|(record, draft, choice)| {
                let outcome = match (draft, choice) {
                    (Ok(draft), Some(choice)) => settle(choice, draft, rules),
                    (Err(why), _) => Outcome::Quarantined { why: why.clone() },
                    (Ok(_), None) => Outcome::Quarantined { why: "it was not decided".to_owned() },
                };
                Decided { record, draft, outcome }
            })
            .collect();
        // What is done is counted, whatever fails meanwhile; the first failure then ends the import.
        let (decided, mut end) = self.write(decided);
        for Decided { record, draft, outcome } in decided {
            end = end.and(self.tell(record, draft.as_ref().ok(), &outcome));
        }
        for record in &records {
            let Err(refused) = &record.found else { continue };
            end = end.and(match refused {
                Refused::Because(why) => self.refuse(record, 0, "", why),
                Refused::Unread(diag) => {
                    self.complain(diag.clone());
                    self.quarantined(&record.raw.name, 0, "", &diag.message)
                }
            });
        }
        end
    }

    /// Reads and parses one record.
    fn parse(&self, raw: Raw) -> Record {
        let row = self.catalogue.and_then(|catalogue| catalogue.row(&raw.place));
        let refused = |raw, bytes, why| Record { raw, bytes, row, found: Err(why) };
        let (bytes, form, url, fetched) = match &raw.matter {
            Matter::Refused(why, _) => {
                let why = Refused::Because(why.clone());
                return refused(raw, Vec::new(), why);
            }
            Matter::File(path, form) => match inputs::read(path) {
                Ok(bytes) => (bytes, *form, None, None),
                Err(diag) => return refused(raw, Vec::new(), Refused::Unread(diag)),
            },
            Matter::Line(line) => {
                let text = std::str::from_utf8(line).map_err(|_| (1, "the line is not UTF-8".to_owned()));
                match text.and_then(parse::record) {
                    Ok(record) => (record.text.into_bytes(), record.form, record.url, record.fetched),
                    Err((col, why)) => {
                        let bytes = line.clone();
                        return refused(raw, bytes, Refused::Because(format!("column {col}: {why}")));
                    }
                }
            }
        };
        let section = self.to.or(raw.section.as_deref()).unwrap_or_default();
        let input = dump::Input { source: &raw.name, form, url: url.as_deref(), fetched };
        let found = source::found(&bytes, &input, section, self.rules);
        if let Some(why) = found.refused {
            return refused(raw, bytes, Refused::Because(why));
        }
        let alone = found.articles.len() == 1;
        let drafts: Vec<Result<Draft, String>> = found
            .articles
            .into_iter()
            .map(|(header, body)| self.draft(header, &body, &raw, row.filter(|_| alone)))
            .collect();
        let bytes = if drafts.iter().all(Result::is_ok) { Vec::new() } else { bytes };
        if drafts.is_empty() {
            return refused(raw, bytes, Refused::Because("there is no article in it".to_owned()));
        }
        Record { raw, bytes, row, found: Ok(drafts) }
    }

    /// An article with what path, catalogue and command line add to it.
    fn draft(&self, mut header: Header, body: &str, raw: &Raw, row: Option<usize>) -> Result<Draft, String> {
        if let Some(section) = self.to {
            section.clone_into(&mut header.section);
        }
        if let Some(day) = place::date(&raw.place).filter(|_| self.options.date_from_path) {
            let known = header.date.filter(|date| date.shown().date_naive() == day);
            header.date = Some(known.unwrap_or_else(|| Moment::day(day, self.rules.zone)));
            header.review.retain(|flag| flag.split(':').next() != Some("date"));
        }
        if let (Some(catalogue), Some(row)) = (self.catalogue, row) {
            catalogue.apply(row, &mut header, self.rules.zone)?;
        }
        let body = body.trim_matches('\n').to_owned();
        if body.trim().is_empty() {
            return Err("the article has no text".to_owned());
        }
        let key = header.source.as_ref().map(known::key).unwrap_or_default();
        Ok(Draft { signature: Signature::of(&body), header, body, key })
    }

    /// Writes what is to be written. An article that somebody touched at this moment is theirs, and one that cannot be
    /// written is not reached: then the import ends with the reason.
    fn write<'o>(&mut self, mut decided: Vec<Decided<'o>>) -> (Vec<Decided<'o>>, Result<(), Diag>) {
        if self.options.dry_run {
            return (decided, Ok(()));
        }
        let Written { fates, mut end } = self.replace(&decided);
        for (at, fate) in fates {
            let outcome = &mut decided[at].outcome;
            match (fate, &mut *outcome) {
                (Ok(false), Outcome::Write { path, .. }) => {
                    let path = std::mem::take(path);
                    *outcome = Outcome::Kept { path, why: "changed while it was imported", offer: None };
                }
                (Ok(_), _) => {}
                (Err(diag), _) => {
                    *outcome = Outcome::Unreached { why: diag.message.clone() };
                    end = end.and(Err(diag));
                }
            }
        }
        (decided, end)
    }

    /// Writes files, and notes before what is to come and after it what stands.
    fn replace(&mut self, decided: &[Decided<'_>]) -> Written {
        let mut lines = Vec::new();
        let mut files = Vec::new();
        // Which of the decided each file is.
        let mut places = Vec::new();
        // What an import wrote that was killed before it could say so.
        let mut found = Vec::new();
        let mut end = Ok(());
        let mut fates = Vec::new();
        for (at, Decided { draft, outcome, .. }) in decided.iter().enumerate() {
            let key = draft.as_ref().map(|draft| draft.key).unwrap_or_default();
            match outcome {
                Outcome::Write { path, text, over } => {
                    lines.push(Line { is_offer: false, text: Fingerprint::of(text.as_bytes()), key, path });
                    let path = self.options.site.join(path);
                    files.push(Replacement { path, bytes: text.as_bytes(), over: *over });
                    places.push(at);
                }
                Outcome::Kept { path, offer: Some(text), .. } => {
                    let print = Fingerprint::of(text.as_bytes());
                    // An offer that is no longer there was dealt with.
                    if self.desk.memory.laid(print) {
                        continue;
                    }
                    match self.beside(path, print, &files) {
                        Ok(None) => {}
                        Ok(Some((beside, over))) => {
                            lines.push(Line { is_offer: true, text: print, key, path });
                            files.push(Replacement { path: beside, bytes: text.as_bytes(), over });
                            places.push(at);
                        }
                        Err(diag) => fates.push((at, Err(diag))),
                    }
                }
                Outcome::Unchanged { path } if !self.desk.memory.had(key) => {
                    found.push(Line { is_offer: false, text: Fingerprint::default(), key, path });
                }
                _ => {}
            }
        }
        let done = match self.desk.memory.note(&lines) {
            Ok(()) => disk::replace_all(&files),
            // A file that nothing knows of would be taken for somebody's own.
            Err(diag) => files.iter().map(|_| Err(diag.clone())).collect(),
        };
        let mut stands = done.iter().map(Result::is_ok);
        lines.retain(|_| stands.next().unwrap_or(false));
        lines.append(&mut found);
        end = end.and(self.desk.memory.stand(&lines));
        fates.extend(places.into_iter().zip(done));
        Written { fates, end }
    }

    /// Where a new version is laid beside the article at `path`; nothing when it lies there already.
    fn beside(
        &self,
        path: &str,
        text: Fingerprint,
        planned: &[Replacement<'_>],
    ) -> Result<Option<(PathBuf, Option<Fingerprint>)>, Diag> {
        for number in 1_u32.. {
            let ending = if number == 1 { "incoming".to_owned() } else { format!("incoming-{number}") };
            let file = self.options.site.join(format!("{path}.{ending}"));
            if planned.iter().any(|planned| planned.path == file) {
                continue;
            }
            if !file.exists() {
                return Ok(Some((file, None)));
            }
            let there = Fingerprint::of(&inputs::read(&file)?);
            if there == text {
                return Ok(None);
            }
            // An older offer gives way; what a person made of one stays.
            if self.desk.memory.offered(there) {
                return Ok(Some((file, Some(there))));
            }
        }
        Ok(None)
    }

    /// Counts an outcome and says what a person should know of it.
    fn tell(&mut self, record: &Record, draft: Option<&Draft>, outcome: &Outcome) -> Result<(), Diag> {
        let name = record.raw.name.as_str();
        let item = draft.and_then(|draft| draft.header.source.as_ref()).map_or(0, |source| source.item);
        let title = draft.map_or("", |draft| draft.header.title.as_str());
        let account = &mut self.report.account;
        let (word, path, reason) = match outcome {
            Outcome::Write { path, over, .. } => {
                account.written += 1;
                self.report.flags += draft.map_or(0, |draft| draft.header.review.len() as u64);
                ("written", path.as_str(), if over.is_some() { "a new version" } else { "" }.to_owned())
            }
            Outcome::Unchanged { path } => {
                account.unchanged += 1;
                ("unchanged", path.as_str(), String::new())
            }
            Outcome::Kept { path, why, offer } => {
                account.kept += 1;
                self.complain(diag::import_kept(name, item, path, why, offer.is_some()));
                ("kept", path.as_str(), (*why).to_owned())
            }
            Outcome::Duplicate { of, is_exact } => {
                account.duplicates += 1;
                self.complain(diag::import_duplicate(name, item, of, *is_exact));
                let how = if *is_exact { "the same text" } else { "nearly the same text" };
                ("duplicate", of.as_str(), how.to_owned())
            }
            Outcome::Quarantined { why } => return self.refuse(record, item, title, why),
            Outcome::Unreached { why } => {
                account.unreached += 1;
                self.unreached.get_or_insert_with(|| name.to_owned());
                ("not reached", "", why.clone())
            }
        };
        let Some(table) = &mut self.table else { return Ok(()) };
        let header = draft.map(|draft| &draft.header);
        table.row(&Row {
            source: name,
            item,
            outcome: word,
            path,
            title,
            date: header.and_then(|header| header.date).map_or(String::new(), Moment::rfc3339),
            section: header.map_or("", |header| header.section.as_str()),
            flags: header.map_or(0, |header| header.review.len()),
            reason: &reason,
        })
    }

    /// Puts a record into the quarantine. One whose bytes cannot be kept there is not reached.
    fn refuse(&mut self, record: &Record, item: u32, title: &str, why: &str) -> Result<(), Diag> {
        let name = &record.raw.name;
        self.complain(diag::quarantined(name, item, why));
        match self.keep(record, why) {
            Ok(()) => self.quarantined(name, item, title, why),
            Err(diag) => {
                self.tell(record, None, &Outcome::Unreached { why: diag.message.clone() })?;
                Err(diag)
            }
        }
    }

    /// Keeps a record's bytes in the quarantine.
    fn keep(&self, record: &Record, why: &str) -> Result<(), Diag> {
        if self.options.dry_run {
            return Ok(());
        }
        match &record.raw.matter {
            Matter::Refused(_, Some(file)) | Matter::File(file, _) if record.bytes.is_empty() => {
                self.quarantine.keep_file(&record.raw.name, why, file)
            }
            Matter::Line(line) => self.quarantine.keep(&record.raw.name, why, line),
            _ => self.quarantine.keep(&record.raw.name, why, &record.bytes),
        }
    }

    /// Counts a record that went into the quarantine.
    fn quarantined(&mut self, name: &str, item: u32, title: &str, why: &str) -> Result<(), Diag> {
        self.report.account.quarantined += 1;
        let Some(table) = &mut self.table else { return Ok(()) };
        table.row(&Row {
            source: name,
            item,
            outcome: "quarantined",
            path: "",
            title,
            date: String::new(),
            section: "",
            flags: 0,
            reason: why,
        })
    }

    fn complain(&mut self, diag: Diag) {
        if self.report.diags.len() < SHOWN || diag.severity == Severity::Error {
            self.report.diags.push(diag);
        } else {
            self.report.more += 1;
        }
    }
}
