//! TOML as a tree, with every syntax error and its place.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::{DEPTH, ENOUGH, Entry, Node, Read, Table, Text, Value};
use crate::diag::{self, Diag, Place};

/// Reads the part as a TOML document.
///
/// What is wrong with one value leaves the others readable. What is wrong between values (a bracket
/// that nobody closed) makes the parser stumble over all that follows, so only the first such error
/// is told, and nothing that stands behind it.
pub(crate) fn read<'s>(text: &Text<'s>) -> Read<'s> {
    if let Some(range) = deep_key(text.part) {
        return (None, vec![diag::too_deep(text.place(text.span(range)), text.name, DEPTH)]);
    }
    let (table, mut errors) = DeTable::parse_recoverable(text.part);
    errors.truncate(ENOUGH);
    let mut reader = Reader { text, errors, found: Vec::new(), whole: true };
    let table = reader.table(table.into_inner(), 0);
    let Reader { errors, mut found, whole, .. } = reader;
    let mut broken: Option<&Error> = None;
    for error in &errors {
        if error.message() == "duplicate key" {
            found.push((start(error, text), duplicate(text, error, &table)));
        } else if broken.is_none_or(|first| start(error, text) < start(first, text)) {
            broken = Some(error);
        }
    }
    if let Some(error) = broken {
        found.retain(|(at, _)| *at < start(error, text));
        found.push((start(error, text), structure(text, error, &table)));
    }
    let whole = whole && broken.is_none();
    (whole.then_some(table), found.into_iter().map(|(_, diag)| diag).collect())
}

/// Where in the part an error is.
fn start(error: &Error, text: &Text<'_>) -> usize {
    error.span().map_or(text.part.len(), |span| span.start)
}

fn duplicate(text: &Text<'_>, error: &Error, table: &Table<'_>) -> Diag {
    let range = error.span().unwrap_or_default();
    let span = text.span(range.clone());
    let key = text.part.get(range.clone()).unwrap_or_default();
    let bare = key.trim_matches(['"', '\'']);
    let before =
        |entry: &Entry<'_>| (entry.key == bare && entry.span.start < span.start).then(|| entry.span.clone());
    let mut first = keys(table).into_iter().filter_map(before).max_by_key(|span| span.start);
    if first.is_none() {
        // The parser has forgotten the first opening of a table: look for its line.
        let mut at = range.start;
        first = text.part[..range.start].split_inclusive('\n').rev().find_map(|line| {
            at -= line.len();
            let behind = line.trim_start_matches(['[', ' ', '\t']).strip_prefix(key)?;
            let start = at + line.len() - behind.len() - key.len();
            behind.trim_start().starts_with([']', '=', '.']).then(|| text.span(start..start + key.len()))
        });
    }
    diag::duplicate_key(text.place(span), bare, first.map(|span| text.place(span)))
}

/// Every key of the tree, at any depth.
fn keys<'t, 's>(table: &'t Table<'s>) -> Vec<&'t Entry<'s>> {
    let mut all: Vec<&Entry<'s>> = table.iter().collect();
    let mut open: Vec<&Node<'s>> = table.iter().map(|entry| &entry.node).collect();
    while let Some(node) = open.pop() {
        match &node.value {
            Value::Table(entries) => {
                all.extend(entries);
                open.extend(entries.iter().map(|entry| &entry.node));
            }
            Value::List(items) => open.extend(items),
            _ => {}
        }
    }
    all
}

const EQUALS: &str = "write `key = value` (`key: value` is YAML, which goes between `---` lines)";

/// What the library says, and what we say instead, with a hint.
const STRUCTURE: [(&str, &str, &str); 10] = [
    ("invalid unquoted key", "a key is letters, digits, `-` and `_`, and `=` follows", EQUALS),
    ("cannot extend", "this key would go into a value that is no table", ""),
    ("key with no value", "after the key, `=` and a value are missing", EQUALS),
    (
        "missing comma between array elements",
        "`,` is missing between two entries of an array, or `]` behind the last",
        "",
    ),
    (
        "missing comma between key-value pairs",
        "`,` is missing between two keys of a table, or `}` behind the last",
        "",
    ),
    ("unclosed array table", "`]]` is missing behind the name of the table", ""),
    ("unclosed array", "the array is not closed: `]` is missing", ""),
    ("unclosed inline table", "the table is not closed: `}` is missing", ""),
    ("unclosed table", "`]` is missing behind the name of the table", ""),
    (
        "unexpected key or value",
        "unexpected text behind the value",
        "a quote inside a string is written `\\\"`, and each key begins a line",
    ),
];

fn structure(text: &Text<'_>, error: &Error, table: &Table<'_>) -> Diag {
    let range = error.span().unwrap_or(text.part.len()..text.part.len());
    let at = text.from + range.start;
    let place = text.place(text.span(range));
    let message = error.message();
    if message.starts_with("cannot recurse") {
        return diag::too_deep(place, text.name, DEPTH);
    }
    let ours = STRUCTURE.iter().find(|(theirs, ..)| message.starts_with(theirs));
    let (why, hint) = ours.map_or((message, ""), |(_, why, hint)| (*why, *hint));
    // Where a bracket was opened is worth telling if it was on another line.
    let opened = |entry: &&Entry<'_>| {
        let bracket = match entry.node.value {
            Value::List(_) => '[',
            Value::Table(_) => '{',
            _ => return false,
        };
        let span = &entry.node.span;
        span.start < at && at <= span.end && text.file[span.start..].starts_with(bracket)
    };
    let begun = keys(table).into_iter().filter(opened).map(|entry| entry.node.span.start).max();
    match begun.map(|start| text.place(start..start + 1)) {
        Some(begun) if begun.line != place.line => diag::front_matter_syntax(place, why, hint, Some(begun)),
        _ => diag::front_matter_syntax(place, why, hint, None),
    }
}

/// A key with more dots than values may nest. The parser bounds nested brackets but not dotted keys,
/// and a tree as deep as a hostile key would overflow the stack when it is dropped.
fn deep_key(part: &str) -> Option<Range<usize>> {
    let (mut at, mut from, mut dots) = (0, 0, 0);
    while let Some(byte) = part.as_bytes().get(at) {
        let skipped = match byte {
            quote @ (b'"' | b'\'') => quoted_length(&part.as_bytes()[at..], *quote),
            b'#' => part[at..].find('\n').unwrap_or(part.len() - at),
            _ => 1,
        };
        match byte {
            b'.' => dots += 1,
            b'\n' | b'=' | b'[' | b']' | b'{' | b'}' | b',' => (dots, from) = (0, at + 1),
            _ => {}
        }
        at += skipped;
        if dots > DEPTH {
            return Some(from..at);
        }
    }
    None
}

/// Bytes of the string or quoted key at the start; to the end of the line if it is not closed.
fn quoted_length(bytes: &[u8], quote: u8) -> usize {
    let long = bytes.starts_with(&[quote; 3]);
    let close: &[u8] = if long { &[quote; 3] } else { &[quote] };
    let mut at = close.len();
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            b'\n' if !long => return at,
            _ if bytes[at..].starts_with(close) => return at + close.len(),
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

struct Reader<'s, 't> {
    text: &'t Text<'s>,
    /// Syntax errors not yet explained.
    errors: Vec<Error>,
    /// Where something is wrong with a value, and what.
    found: Vec<(usize, Diag)>,
    /// Whether every key was seen.
    whole: bool,
}

impl<'s> Reader<'s, '_> {
    fn table(&mut self, table: DeTable<'s>, depth: usize) -> Table<'s> {
        let entry = |(key, value): (Spanned<Cow<'s, str>>, Spanned<DeValue<'s>>)| Entry {
            span: self.text.span(key.span()),
            key: key.into_inner(),
            node: self.node(value, depth + 1),
        };
        table.into_iter().map(entry).collect()
    }

    fn node(&mut self, value: Spanned<DeValue<'s>>, depth: usize) -> Node<'s> {
        let range = value.span();
        let raw = self.text.part.get(range.clone()).unwrap_or_default();
        let value = match value.into_inner() {
            _ if depth > DEPTH => self.bad(&range, |place, name| diag::too_deep(place, name, DEPTH)),
            DeValue::Array(items) => {
                Value::List(items.into_iter().map(|item| self.node(item, depth + 1)).collect())
            }
            DeValue::Table(table) => Value::Table(self.table(table, depth)),
            value => {
                let wrong = self.take_errors(&range, raw);
                match (value, wrong.first()) {
                    (DeValue::Datetime(_), None) => Value::Date(raw),
                    (_, Some(_)) if looks_like_date(raw) => Value::Date(raw),
                    (_, Some(error)) => {
                        let span = error.span().unwrap_or(range.clone());
                        self.scalar_error(&range, raw, &span)
                    }
                    (DeValue::String(text), None) => Value::Text(text),
                    (DeValue::Boolean(flag), None) => Value::Flag(flag),
                    (DeValue::Integer(number), None) => {
                        match i64::from_str_radix(number.as_str(), number.radix()) {
                            Ok(number) => Value::Whole(number),
                            Err(_) => {
                                self.bad(&range, |place, _| diag::bad_value(place, raw, super::TOO_BIG))
                            }
                        }
                    }
                    (DeValue::Float(number), None) => match number.as_str().parse::<f64>() {
                        Ok(number) if number.is_finite() => Value::Real(number),
                        _ => self.bad(&range, |place, _| diag::bad_value(place, raw, super::NOT_FINITE)),
                    },
                    (DeValue::Array(_) | DeValue::Table(_), None) => Value::Bad,
                }
            }
        };
        Node { value, span: self.text.span(range) }
    }

    /// Notes that the value at `range` is none.
    fn bad(&mut self, range: &Range<usize>, diag: impl FnOnce(Place, &'static str) -> Diag) -> Value<'s> {
        let place = self.text.place(self.text.span(range.clone()));
        self.found.push((range.start, diag(place, self.text.name)));
        Value::Bad
    }

    /// The syntax errors within a value: whoever takes them must say something.
    fn take_errors(&mut self, range: &Range<usize>, raw: &str) -> Vec<Error> {
        // An error right behind a value is about it only if it is a string that goes on.
        let end = range.end + usize::from(missing_quote(raw).is_some());
        let about = |error: &mut Error| {
            let within = error.span().is_some_and(|span| (range.start..end).contains(&span.start));
            within && !STRUCTURE.iter().any(|(theirs, ..)| error.message().starts_with(theirs))
        };
        self.errors.extract_if(.., about).collect()
    }

    /// Says what is wrong with a string, number or word; `at` is where the parser stumbled.
    fn scalar_error(&mut self, range: &Range<usize>, raw: &str, at: &Range<usize>) -> Value<'s> {
        let stumbled = self.text.part.get(at.start..).and_then(|rest| rest.chars().next());
        let syntax = |place, why: &str, hint: &str| diag::front_matter_syntax(place, why, hint, None);
        if !raw.starts_with(['"', '\'']) {
            let curly = raw.starts_with(['“', '”', '„', '«', '‘', '’', '‚']);
            let (why, hint) = match raw.to_ascii_lowercase().as_str() {
                "yes" | "on" | "true" => (format!("`{raw}` is no value here"), "write true"),
                "no" | "off" | "false" => (format!("`{raw}` is no value here"), "write false"),
                "null" | "none" | "nil" | "~" => (format!("`{raw}` is no value here"), "leave the key out"),
                _ if curly => ("curly quotes do not make a string".to_owned(), "write \"…\" around it"),
                _ if raw.starts_with(char::is_alphabetic) => {
                    ("text must be in quotes".to_owned(), "write \"…\" around it")
                }
                _ => {
                    (format!("`{raw}` is neither a number nor a date"), "write \"…\" around it if it is text")
                }
            };
            return self.bad(range, |place, _| syntax(place, &why, hint));
        }
        match (stumbled, missing_quote(raw)) {
            (Some(c), _) if c.is_control() && !matches!(c, '\n' | '\r') && at.start < range.end => {
                let number = u32::from(c);
                let why = format!("the control character U+{number:04X} cannot stand in a string");
                self.bad(at, |place, _| {
                    syntax(place, &why, &format!("delete it (or write `\\u{number:04x}`)"))
                })
            }
            (_, Some(quote)) => {
                let why = format!("the string is not closed: `{quote}` is missing");
                if quote.len() > 1 {
                    // It has swallowed all that follows.
                    self.whole = false;
                    let opening = range.start..range.start + quote.len();
                    return self.bad(&opening, |place, _| syntax(place, &why, ""));
                }
                self.bad(&(at.start..at.start), |place, _| syntax(place, &why, ""))
            }
            _ if self.text.part[..at.start].ends_with(['u', 'U']) => {
                self.bad(at, |place, _| syntax(place, "this escape stands for no character", ""))
            }
            _ => {
                let hint = "a backslash is written `\\\\`, or the text stands in single quotes";
                self.bad(at, |place, _| syntax(place, "no such escape after the backslash", hint))
            }
        }
    }
}

/// The quotes that a string lacks at its end.
fn missing_quote(raw: &str) -> Option<&'static str> {
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| raw.starts_with(quote))?;
    let closed = raw.len() >= 2 * quote.len() && raw.ends_with(quote);
    (!closed).then_some(quote)
}

/// Whether a number that is none was meant as a date: `10000-01-01`, `2026-3-14`, `14.03.2026`.
fn looks_like_date(raw: &str) -> bool {
    let mut parts = raw.trim_start_matches(['-', '+']).splitn(3, ['-', '.', '/']);
    let mut number = || parts.next().is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    number() && number() && number()
}
