//! `--meta`: what a table knows of the files, joined by their names.

use std::collections::HashMap;
use std::io::Read;

use chrono_tz::Tz;

use crate::article::Header;
use crate::config;
use crate::date::{DateError, Moment};
use crate::diag::{self, Diag, Place};
use crate::front_matter::LIST_LIMIT;
use crate::locale;
use crate::source::words;

/// Columns under the names that others give them.
const NAMES: [(&str, &str); 19] = [
    ("filename", "file"),
    ("path", "file"),
    ("name", "file"),
    ("id", "file"),
    ("headline", "title"),
    ("author", "authors"),
    ("byline", "authors"),
    ("category", "section"),
    ("tag", "tags"),
    ("keywords", "tags"),
    ("published", "date"),
    ("pubdate", "date"),
    ("modified", "updated"),
    ("language", "lang"),
    ("description", "summary"),
    ("abstract", "summary"),
    ("url", "canonical"),
    ("standfirst", "subtitle"),
    ("agency_credit", "agency"),
];

/// A table of files.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    columns: Vec<String>,
    rows: Vec<csv::StringRecord>,
    /// Whole names, and last parts of names that only one row has.
    by_name: HashMap<String, Option<usize>>,
    file_column: usize,
}

impl Catalogue {
    /// Reads a table; `name` is its name in messages.
    pub(super) fn read(name: &str, from: impl Read) -> Result<Self, Diag> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(from);
        let bad = |error: csv::Error| {
            let line = error.position().map_or(1, csv::Position::line);
            diag::bad_catalogue(Place::at(name, usize::try_from(line).unwrap_or(1), 1), &error.to_string())
        };
        let column = |title: &str| {
            let title = title.trim_start_matches('\u{feff}').trim().to_lowercase();
            NAMES.iter().find(|(theirs, _)| *theirs == title).map_or(title, |(_, ours)| (*ours).to_owned())
        };
        let mut catalogue =
            Self { columns: reader.headers().map_err(bad)?.iter().map(column).collect(), ..Self::default() };
        let Some(file_column) = catalogue.columns.iter().position(|column| column == "file") else {
            return Err(diag::bad_catalogue(Place::at(name, 1, 1), "there is no column `file`"));
        };
        catalogue.file_column = file_column;
        for record in reader.into_records() {
            let record = record.map_err(bad)?;
            let at = catalogue.rows.len();
            let file = normal(record.get(file_column).unwrap_or_default());
            if file.is_empty() {
                continue;
            }
            let last = file.rsplit('/').next().filter(|last| *last != file).map(str::to_owned);
            // A last part that several rows have names none of them.
            if let Some(last) = last {
                catalogue.by_name.entry(last).and_modify(|row| *row = None).or_insert(Some(at));
            }
            catalogue.by_name.insert(file, Some(at));
            catalogue.rows.push(record);
        }
        Ok(catalogue)
    }

    /// The row of a file: by its path, by the end of its path, or by its name without extension.
    pub(super) fn row(&self, place: &str) -> Option<usize> {
        let place = normal(place);
        let ends =
            std::iter::successors(Some(place.as_str()), |end| end.split_once('/').map(|(_, rest)| rest));
        let stem = place.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(stem, _)| stem);
        ends.chain(stem).find_map(|end| self.by_name.get(end).copied().flatten())
    }

    /// Rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The header with what a row says put over what the text says.
    pub(super) fn apply(&self, row: usize, header: &mut Header, zone: Tz) -> Result<(), String> {
        let Some(record) = self.rows.get(row) else { return Ok(()) };
        let cells = self.columns.iter().zip(record).enumerate();
        for (_, (column, cell)) in cells.filter(|(at, _)| *at != self.file_column) {
            let Some(text) = words(cell) else { continue };
            set(header, column, text, zone).map_err(|why| format!("the catalogue's `{column}`: {why}"))?;
            header.review.retain(|flag| flag.split(':').next() != Some(column));
        }
        Ok(())
    }
}

/// A name with `/` between its parts and nothing before it.
fn normal(name: &str) -> String {
    let name = name.trim().replace('\\', "/");
    name.trim_start_matches("./").trim_start_matches('/').to_owned()
}

fn set(header: &mut Header, column: &str, text: String, zone: Tz) -> Result<(), String> {
    let list = |text: &str, marks: &[char]| -> Vec<String> {
        text.split(marks).filter_map(words).take(LIST_LIMIT).collect()
    };
    let date = |text: &str| match Moment::read(text, zone, false) {
        Ok(moment) | Err(DateError::Fold(_, moment)) => Ok(Some(moment)),
        Err(_) => Err(format!("`{text}` is no date; write 2026-03-14 or 2026-03-14T09:30:00Z")),
    };
    let check = |text: String, check: Result<(), &'static str>| match check {
        Ok(()) => Ok(text),
        Err(why) => Err(format!("`{text}`: {why}")),
    };
    match column {
        "title" => {
            header.slug = crate::path::slugify(&text);
            header.title = text;
        }
        "subtitle" => header.subtitle = Some(text),
        "date" => header.date = date(&text)?,
        "updated" => header.updated = date(&text)?,
        "embargo" => header.embargo = date(&text)?.map(|moment| Moment { timed: true, ..moment }),
        "summary" => header.summary = text,
        "section" => header.section = check(text.clone(), config::check_section(&text))?,
        "tags" => header.tags = list(&text, &[';', '|', ',']),
        "authors" => header.authors = list(&text, &[';', '|']),
        "agency" => header.agency = Some(text),
        "dateline" => header.dateline = Some(text),
        "lang" => header.lang = Some(check(text.clone(), locale::check_tag(&text))?),
        "canonical" => {
            let known = if config::is_web_url(&text) { Ok(()) } else { Err("this is no absolute URL") };
            header.canonical = Some(check(text, known)?);
        }
        "" => {}
        other => {
            if let Some(key) = words(other) {
                header.extra.insert(key, serde_json::Value::String(text).to_string());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\u{feff}Filename,Headline,Published,Author,Keywords,Desk\n\
        1998/03/12/a.txt,\"Strike, ended\",1998-03-12,Ann Lee; Bo Ek,Ports|Unions,City\n\
        1998/03/13/a.txt,Second,1998-02-30,,,\n\
        b,Third,,,,\n";

    #[test]
    fn rows_by_name() {
        let catalogue = Catalogue::read("c.csv", TABLE.as_bytes()).expect("a table");
        for (place, row) in [
            ("1998/03/12/a.txt", Some(0)),
            ("archive/1998/03/13/a.txt", Some(1)),
            (".\\1998\\03\\12\\a.txt", Some(0)),
            ("a.txt", None),
            ("deep/b.txt", Some(2)),
            ("c.txt", None),
        ] {
            assert_eq!(catalogue.row(place), row, "{place}");
        }
    }

    #[test]
    fn a_row_says_more_than_the_text() {
        let catalogue = Catalogue::read("c.csv", TABLE.as_bytes()).expect("a table");
        let mut header = Header { review: vec!["date: none in the text".to_owned()], ..Header::empty() };
        assert_eq!(catalogue.apply(0, &mut header, Tz::UTC), Ok(()));
        assert_eq!((header.title.as_str(), header.slug.as_str()), ("Strike, ended", "strike-ended"));
        assert_eq!(header.date.map(Moment::rfc3339).as_deref(), Some("1998-03-12"));
        assert_eq!((header.authors.len(), header.tags.len(), header.review.len()), (2, 2, 0));
        assert_eq!(header.extra["desk"], "\"City\"");
        let bad = catalogue.apply(1, &mut header, Tz::UTC).expect_err("no such day");
        assert!(bad.contains("1998-02-30"), "{bad}");
    }

    #[test]
    fn a_table_without_files() {
        assert!(Catalogue::read("c.csv", "title\nx\n".as_bytes()).is_err());
    }
}
