//! The verb `parse`: dumps in, one JSON object an article out. A filter; it knows of no site.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read, Write};

use chrono::{DateTime, FixedOffset};
use rayon::prelude::*;
use serde::Deserialize;

use crate::diag::{self, Diag, Place};
use crate::dump::{self, Form, Options, Vocabulary};
use crate::source::Role;

/// What the input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Input {
    /// One dump of text.
    Text,
    /// One dump of HTML.
    Html,
    /// A record a line: `{"id", "text"|"html", "url"?, "fetched"?}`.
    Ndjson,
}

impl Input {
    /// By the name of a file; text where that says nothing.
    #[must_use]
    pub fn of(source: &str) -> Self {
        match Role::of(source) {
            _ if source.ends_with(".ndjson") || source.ends_with(".jsonl") => Self::Ndjson,
            Some(Role::Html) => Self::Html,
            _ => Self::Text,
        }
    }
}

/// A line of NDJSON input as it stands there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    text: Option<String>,
    html: Option<String>,
    url: Option<String>,
    fetched: Option<String>,
}

/// A record of NDJSON input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its name.
    pub id: String,
    /// Text or HTML.
    pub form: Form,
    /// The dump itself.
    pub text: String,
    /// Where it was fetched from.
    pub url: Option<String>,
    /// When.
    pub fetched: Option<DateTime<FixedOffset>>,
}

/// Reads a line of NDJSON input.
///
/// # Errors
/// The column and the reason, for a line that is no record.
pub fn record(line: &str) -> Result<Record, (usize, String)> {
    let written: Written = serde_json::from_str(line).map_err(|error| (error.column(), error.to_string()))?;
    let fetched = written.fetched.as_deref().map(DateTime::parse_from_rfc3339).transpose();
    let fetched = fetched.map_err(|_| (1, "`fetched` is no RFC 3339 time".to_owned()))?;
    let (form, text) = match (written.html, written.text) {
        (Some(html), None) => (Form::Html, html),
        (None, Some(text)) => (Form::Text, text),
        _ => return Err((1, "a record has either `text` or `html`".to_owned())),
    };
    Ok(Record { id: written.id, form, text, url: written.url, fetched })
}

/// Records parsed at a time: enough for all cores, few enough for a stream of any length.
const BATCH: usize = 256;

/// Largest dump read as a whole.
const DUMP_LIMIT: u64 = 1 << 30;

/// Parses `reader` into `out`; with `explain` the dump's lines with their roles instead of JSON. The
/// answer is whether some record had no article in it.
///
/// # Errors
/// Outer: the output cannot be written. Inner: the input cannot be read, or a line of it is no record.
pub fn parse(
    source: &str,
    input: Option<Input>,
    explain: bool,
    reader: &mut dyn BufRead,
    out: &mut dyn Write,
) -> io::Result<Result<bool, Diag>> {
    match input.unwrap_or_else(|| Input::of(source)) {
        Input::Ndjson => parse_records(source, explain, reader, out),
        form => {
            let mut bytes = Vec::new();
            if let Err(error) = reader.take(DUMP_LIMIT).read_to_end(&mut bytes) {
                return Ok(Err(diag::io(source, "read it", &error)));
            }
            let form = if form == Input::Html { Form::Html } else { Form::Text };
            let (text, refused) =
                one(&bytes, &dump::Input { source, form, url: None, fetched: None }, explain);
            out.write_all(text.as_bytes())?;
            Ok(Ok(refused))
        }
    }
}

fn parse_records(
    source: &str,
    explain: bool,
    reader: &mut dyn BufRead,
    out: &mut dyn Write,
) -> io::Result<Result<bool, Diag>> {
    let (mut refused, mut line_number) = (false, 0);
    loop {
        let mut lines = Vec::with_capacity(BATCH);
        while lines.len() < BATCH {
            let mut line = String::new();
            match reader.read_line(&mut line) {
                Ok(0) => break,
                Ok(_) => lines.push(line),
                Err(error) => return Ok(Err(diag::io(source, "read it", &error))),
            }
        }
        if lines.is_empty() {
            return Ok(Ok(refused));
        }
        let parsed: Vec<Result<(String, bool), Diag>> = lines
            .par_iter()
            .enumerate()
            .map(|(at, line)| one_line(source, line_number + at + 1, line, explain))
            .collect();
        line_number += lines.len();
        for result in parsed {
            match result {
                Ok((text, without)) => {
                    out.write_all(text.as_bytes())?;
                    refused |= without;
                }
                Err(diag) => return Ok(Err(diag)),
            }
        }
    }
}

fn one_line(source: &str, number: usize, line: &str, explain: bool) -> Result<(String, bool), Diag> {
    if line.trim().is_empty() {
        return Ok((String::new(), false));
    }
    let record = record(line).map_err(|(col, why)| diag::bad_record(Place::at(source, number, col), &why))?;
    let Record { id, form, text, url, fetched } = &record;
    let input = dump::Input { source: id, form: *form, url: url.as_deref(), fetched: *fetched };
    Ok(one(text.as_bytes(), &input, explain))
}

/// One dump as output text, and whether it had no article.
fn one(bytes: &[u8], input: &dump::Input<'_>, explain: bool) -> (String, bool) {
    let vocabulary = Vocabulary::new(&BTreeMap::new());
    let parsed = dump::parse(bytes, input, &Options { vocabulary: &vocabulary, language: None, zone: None });
    let refused = parsed.articles.is_empty();
    if explain {
        return (dump::explain(&parsed, &String::from_utf8_lossy(bytes)), refused);
    }
    let lines = dump::records(&parsed, input.source)
        .into_iter()
        .filter_map(|record| serde_json::to_string(&record).ok());
    (lines.flat_map(|line| [line, "\n".to_owned()]).collect(), refused)
}
