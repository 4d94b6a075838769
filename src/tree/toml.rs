//! TOML as a tree, with every syntax error and its place.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::{DEPTH, Entry, Node, Read, Table, Text, Value};
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
    let (table, errors) = DeTable::parse_recoverable(text.part);
    let mut reader = Reader { text, errors, found: Vec::new() };
    let table = reader.table(table.into_inner(), 0);
    let Reader { errors, mut found, .. } = reader;
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
    let whole = broken.is_none();
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
        // A table that is opened twice has forgotten its first opening.
        let opening = text.part[..range.start].rfind(&format!("[{key}]"));
        first = opening.map(|at| text.span(at + 1..at + 1 + key.len()));
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
    let diag = diag::front_matter_syntax(place, why, hint);
    let begun = keys(table)
        .into_iter()
        .filter(|entry| matches!(entry.node.value, Value::List(_) | Value::Table(_)))
        .map(|entry| entry.node.span.clone())
        .filter(|span| message.contains("array elements") && span.start < at && at <= span.end)
        .max_by_key(|span| span.start);
    match begun {
        Some(span) => diag::begun(diag, text.place(span.start..span.start + 1)),
        None => diag,
    }
}

/// A key with more dots than values may nest. The parser bounds nested brackets but not dotted keys,
/// and a tree as deep as a hostile key would overflow the stack when it is dropped.
fn deep_key(part: &str) -> Option<Range<usize>> {
    let (mut dots, mut from, mut to) = (0, 0, 0);
    for (at, byte) in part.bytes().enumerate() {
        match byte {
            // A bare or quoted key goes on. Texts with as many dots between letters exist only to be refused.
            b'.' => (dots, to) = (dots + 1, at + 1),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b' ' | b'\t' | b'"' | b'\'' => {}
            _ if dots > DEPTH => break,
            _ => (dots, from) = (0, at + 1),
        }
    }
    (dots > DEPTH).then_some(from..to)
}

struct Reader<'s, 't> {
    text: &'t Text<'s>,
    /// Syntax errors not yet explained.
    errors: Vec<Error>,
    /// Where something is wrong with a value, and what.
    found: Vec<(usize, Diag)>,
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
                    (DeValue::Datetime(_), _) => Value::Date(raw),
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
        let end = if is_open(raw) { range.end + 1 } else { range.end };
        self.errors
            .extract_if(.., |error| error.span().is_some_and(|span| (range.start..end).contains(&span.start)))
            .collect()
    }

    /// Says what is wrong with a string, number or word; `at` is where the parser stumbled.
    fn scalar_error(&mut self, range: &Range<usize>, raw: &str, at: &Range<usize>) -> Value<'s> {
        let stumbled = self.text.part.get(at.start..).and_then(|rest| rest.chars().next());
        let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''));
        let syntax = |place, why: &str, hint: &str| diag::front_matter_syntax(place, why, hint);
        let Some(quote) = quote else {
            let curly = raw.starts_with(['“', '”', '„', '«', '‘', '’', '‚']);
            let hint = match raw.to_ascii_lowercase().as_str() {
                "yes" | "on" | "true" => "write true",
                "no" | "off" | "false" => "write false",
                "nan" | "inf" | "null" | "none" | "nil" | "~" => "leave the key out",
                _ if curly => "curly quotes do not count here: write \"…\"",
                _ => "write \"…\" around it",
            };
            return if curly || raw.starts_with(char::is_alphabetic) {
                self.bad(range, |place, _| syntax(place, "text must be in quotes", hint))
            } else {
                let why = format!("`{raw}` is neither a number nor a date");
                self.bad(range, |place, _| syntax(place, &why, "text must be in quotes"))
            };
        };
        match stumbled {
            Some(c) if c.is_control() && !matches!(c, '\n' | '\r') && at.start < range.end => {
                let number = u32::from(c);
                let why = format!("the control character U+{number:04X} cannot stand in a string");
                self.bad(at, |place, _| {
                    syntax(place, &why, &format!("delete it (or write `\\u{number:04x}`)"))
                })
            }
            _ if is_open(raw) => {
                let why = format!("the string is not closed: {quote} is missing");
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

/// Whether a string lacks its closing quote.
fn is_open(raw: &str) -> bool {
    let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''));
    quote.is_some_and(|quote| raw.len() < 2 || !raw.ends_with(quote))
}

/// Whether a number that is none was meant as a date: `10000-01-01`, `2026-3-14`, `14.03.2026`.
fn looks_like_date(raw: &str) -> bool {
    let mut parts = raw.trim_start_matches(['-', '+']).splitn(3, ['-', '.', '/']);
    let mut number = || parts.next().is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    number() && number() && number()
}
