//! The verb `parse`: dumps in, one JSON object an article out. A filter; it knows of no site.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read, Write};
use std::sync::LazyLock;

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
    let whole = whole_characters(line);
    let written: Written =
        serde_json::from_str(&whole).map_err(|error| (error.column(), error.to_string()))?;
    let fetched = written.fetched.as_deref().map(DateTime::parse_from_rfc3339).transpose();
    let fetched = fetched.map_err(|_| (1, "`fetched` is no RFC 3339 time".to_owned()))?;
    let (form, text) = match (written.html, written.text) {
        (Some(html), None) => (Form::Html, html),
        (None, Some(text)) => (Form::Text, text),
        _ => return Err((1, "a record has either `text` or `html`".to_owned())),
    };
    Ok(Record { id: written.id, form, text, url: written.url, fetched })
}

/// JSON in which halves of characters (`\ud800` without its other half), which programs that cut texts leave behind, are
/// U+FFFD. The length stays, so that columns do.
pub(crate) fn whole_characters(json: &str) -> Cow<'_, str> {
    // The digits of an escape at `at`, if it is half a character.
    let half = |at: usize| {
        let digits = json.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok().filter(|unit| (0xd800..0xe000).contains(unit))
    };
    let mut lost: Vec<usize> = Vec::new();
    let mut escapes = memchr::memchr_iter(b'\\', json.as_bytes());
    while let Some(at) = escapes.next() {
        let pair = match half(at) {
            Some(front) if front < 0xdc00 => half(at + 6).is_some_and(|back| back >= 0xdc00),
            Some(_) => false,
            // What is escaped here may be a backslash.
            None if json.as_bytes().get(at + 1) == Some(&b'\\') => true,
            None => continue,
        };
        if pair {
            escapes.next();
        } else {
            lost.push(at);
        }
    }
    if lost.is_empty() {
        return Cow::Borrowed(json);
    }
    let mut bytes = json.as_bytes().to_vec();
    for at in lost {
        bytes[at..at + 6].copy_from_slice(b"\\ufffd");
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(json), Cow::Owned)
}

/// Records parsed at a time: enough for all cores, few enough for a stream of any length.
const BATCH: usize = 256;

/// Bytes of them, about: what is in memory at a time.
const BATCH_BYTES: usize = 32 << 20;

/// Longest line of NDJSON that is read: the longest dump, and what is around it.
const LINE_LIMIT: usize = dump::MAX_BYTES + (1 << 16);

/// The front of a line that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Front {
    /// There is no further line.
    End,
    /// The whole line, with its end.
    Whole,
    /// The line goes on beyond what may be in memory; the rest is still in the reader.
    Part,
}

/// Reads a line, or as much of it as may be in memory, in place of what is in `line`.
///
/// # Errors
/// Those of the reader.
pub(crate) fn front(reader: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<Front> {
    line.clear();
    let length = reader.take(LINE_LIMIT as u64).read_until(b'\n', line)?;
    Ok(match length {
        0 => Front::End,
        LINE_LIMIT if !line.ends_with(b"\n") => Front::Part,
        _ => Front::Whole,
    })
}

/// What is wrong with a line that is [`Front::Part`].
pub(crate) fn too_long() -> String {
    format!("the line is longer than {LINE_LIMIT} bytes")
}

/// Parses `reader` into `out`; with `explain` the dump's lines with their roles instead of JSON. A line of NDJSON that is
/// no record is refused like a record without an article, and `complain` hears of it. The answer is whether anything
/// was refused.
///
/// # Errors
/// Outer: the output cannot be written. Inner: the input cannot be read.
pub fn parse(
    source: &str,
    input: Option<Input>,
    explain: bool,
    reader: &mut dyn BufRead,
    out: &mut dyn Write,
    complain: &mut dyn FnMut(Diag) -> io::Result<()>,
) -> io::Result<Result<bool, Diag>> {
    let form = match input.unwrap_or_else(|| Input::of(source)) {
        Input::Ndjson => return parse_records(source, explain, reader, out, complain),
        Input::Html => Form::Html,
        Input::Text => Form::Text,
    };
    let mut bytes = Vec::new();
    let limit = dump::MAX_BYTES as u64;
    let read =
        (&mut *reader).take(limit).read_to_end(&mut bytes).and_then(|_| io::copy(reader, &mut io::sink()));
    match read {
        Err(error) => Ok(Err(diag::io(source, "read it", &error))),
        Ok(0) => {
            let input = dump::Input { source, form, url: None, fetched: None };
            let (text, is_refused) = one(&bytes, &input, explain);
            out.write_all(text.as_bytes())?;
            Ok(Ok(is_refused))
        }
        Ok(more) => {
            let why = dump::too_long(limit + more);
            complain(diag::dump_refused(source, &why))?;
            out.write_all(refused(source, &why, explain).as_bytes())?;
            Ok(Ok(true))
        }
    }
}

fn parse_records(
    source: &str,
    explain: bool,
    reader: &mut dyn BufRead,
    out: &mut dyn Write,
    complain: &mut dyn FnMut(Diag) -> io::Result<()>,
) -> io::Result<Result<bool, Diag>> {
    let (mut is_refused, mut number) = (false, 0);
    loop {
        let (mut lines, mut bytes) = (Vec::with_capacity(BATCH), 0);
        while lines.len() < BATCH && bytes < BATCH_BYTES {
            let mut line = Vec::new();
            let read = front(reader, &mut line).and_then(|front| {
                if front == Front::Part {
                    line = Vec::new();
                    reader.skip_until(b'\n')?;
                }
                Ok(front)
            });
            bytes += line.len();
            match read {
                Ok(Front::End) => break,
                Ok(Front::Whole) => lines.push(Ok(line)),
                Ok(Front::Part) => lines.push(Err((1, too_long()))),
                Err(error) => return Ok(Err(diag::io(source, "read it", &error))),
            }
        }
        if lines.is_empty() {
            return Ok(Ok(is_refused));
        }
        let count = lines.len();
        let parsed: Vec<Result<(String, bool), (usize, String)>> =
            lines.into_par_iter().map(|line| one_line(&line?, explain)).collect();
        for (at, result) in parsed.into_iter().enumerate() {
            let (text, without) = match result {
                Ok(parsed) => parsed,
                Err((column, why)) => {
                    let number = number + at + 1;
                    complain(diag::bad_record(Place::at(source, number, column), &why))?;
                    (refused(&format!("{source}#{number}"), &why, explain), true)
                }
            };
            out.write_all(text.as_bytes())?;
            is_refused |= without;
        }
        number += count;
    }
}

/// A line as output text; the column and the reason, if it is no record.
fn one_line(line: &[u8], explain: bool) -> Result<(String, bool), (usize, String)> {
    let line = std::str::from_utf8(line)
        .map_err(|error| (error.valid_up_to() + 1, "the line is not UTF-8".to_owned()))?;
    if line.trim().is_empty() {
        return Ok((String::new(), false));
    }
    let Record { id, form, text, url, fetched } = &record(line)?;
    let input = dump::Input { source: id, form: *form, url: url.as_deref(), fetched: *fetched };
    Ok(one(text.as_bytes(), &input, explain))
}

/// Output text for what could not be looked at.
fn refused(source: &str, why: &str, explain: bool) -> String {
    if explain {
        return String::new();
    }
    let refused = dump::RefusedRecord { source, item: 0, refused: why, lines: &[] };
    serde_json::to_string(&refused).map_or(String::new(), |line| line + "\n")
}

/// What is known of names without a site.
static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::new(&BTreeMap::new()));

/// One dump as output text, and whether it had no article.
fn one(bytes: &[u8], input: &dump::Input<'_>, explain: bool) -> (String, bool) {
    let parsed = dump::parse(bytes, input, &Options { vocabulary: &VOCABULARY, language: None, zone: None });
    let refused = parsed.articles.is_empty();
    if explain {
        return (dump::explain(&parsed, &dump::decoded(bytes, input.form)), refused);
    }
    let lines = dump::records(&parsed, input.source)
        .into_iter()
        .filter_map(|record| serde_json::to_string(&record).ok());
    (lines.flat_map(|line| [line, "\n".to_owned()]).collect(), refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_characters() {
        for (json, want) in [
            ("plain", "plain"),
            (r"a\nb", r"a\nb"),
            (r"\ud83d\ude00 \uD83D\uDE00", r"\ud83d\ude00 \uD83D\uDE00"),
            (r"a \ud800x", r"a \ufffdx"),
            (r"\udc00\ud800", r"\ufffd\ufffd"),
            (r"\ud800\ud83d\ude00", r"\ufffd\ud83d\ude00"),
            (r"\\ud800", r"\\ud800"),
            (r"\\\ud800", r"\\\ufffd"),
            (r"\ud8", r"\ud8"),
            ("\\ué\\", "\\ué\\"),
        ] {
            assert_eq!(whole_characters(json), want, "{json}");
        }
    }
}
