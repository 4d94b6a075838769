//! TOML as a tree, with every syntax error and its place.

use std::borrow::Cow;
use std::ops::Range;

use toml::de::{DeTable, DeValue, Error};

use super::{DEPTH, Entry, Node, Read, Table, Text, Value};
use crate::diag::{self, Diag};

/// Reads the part as a TOML document.
///
/// A syntax error inside something that was meant as a date is none here: the text of the date is
/// handed on, since the one who knows what the key is for can say more about it.
pub(crate) fn read<'s>(text: &Text<'s>) -> Read<'s> {
    if let Some(span) = deep_key(text.part) {
        return (None, vec![diag::too_deep(text.place(text.span(span)), text.name, DEPTH)]);
    }
    let (table, errors) = DeTable::parse_recoverable(text.part);
    let mut reader = Reader { text, errors, diags: Vec::new() };
    let table = reader.table(table.into_inner(), 0);
    let Reader { errors, mut diags, .. } = reader;
    // One slip often upsets the parser several times; the first complaint about a line is the one to read.
    let mut last_line = 0;
    for error in &errors {
        let diag = syntax(text, error, &table);
        let line = diag.place.as_ref().map_or(0, |place| place.line);
        if line != last_line || diag.code != "FM-SYNTAX" {
            diags.push(diag);
        }
        last_line = line;
    }
    let whole = diags.iter().all(|diag| diag.code == "FM-VALUE" || diag.code == "FM-DUP");
    (whole.then_some(table), diags)
}

fn syntax(text: &Text<'_>, error: &Error, table: &Table<'_>) -> Diag {
    let range = error.span().unwrap_or(text.part.len()..text.part.len());
    let found = text.part.get(range.clone()).unwrap_or_default();
    let span = text.span(range);
    let place = text.place(span.clone());
    match error.message() {
        "duplicate key" => {
            let key = found.trim_matches(['"', '\'']);
            let first = last_before(table, key, span.start).map(|span| text.place(span));
            diag::duplicate_key(place, key, first)
        }
        message if message.starts_with("cannot recurse") => diag::too_deep(place, text.name, DEPTH),
        message => diag::front_matter_syntax(place, message),
    }
}

/// The last key of that name which stands before `at`, at any depth.
fn last_before(table: &Table<'_>, key: &str, at: usize) -> Option<Range<usize>> {
    let mut best: Option<Range<usize>> = None;
    let mut open: Vec<&Node<'_>> = Vec::new();
    let visit = |entries: &Table<'_>, best: &mut Option<Range<usize>>| {
        for entry in entries {
            let later = best.as_ref().is_none_or(|best| best.start < entry.span.start);
            if entry.key == key && entry.span.start < at && later {
                *best = Some(entry.span.clone());
            }
        }
    };
    visit(table, &mut best);
    open.extend(table.iter().map(|entry| &entry.node));
    while let Some(node) = open.pop() {
        match &node.value {
            Value::Table(entries) => {
                visit(entries, &mut best);
                open.extend(entries.iter().map(|entry| &entry.node));
            }
            Value::List(items) => open.extend(items),
            _ => {}
        }
    }
    best
}

/// A key with more dots than values may nest. The parser bounds nested brackets but not dotted keys,
/// and a tree as deep as a hostile key would overflow the stack when it is dropped.
fn deep_key(part: &str) -> Option<Range<usize>> {
    let mut dots = 0;
    let mut from = 0;
    for (at, byte) in part.bytes().enumerate() {
        match byte {
            // Text between quotes or behind `=` has dots too; only an unbroken chain of bare parts counts.
            b'.' => dots += 1,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b' ' | b'\t' | b'"' | b'\'' => {}
            _ => (dots, from) = (0, at + 1),
        }
        if dots > DEPTH {
            return Some(from..at);
        }
    }
    None
}

struct Reader<'s, 't> {
    text: &'t Text<'s>,
    /// Syntax errors not yet explained.
    errors: Vec<Error>,
    diags: Vec<Diag>,
}

impl<'s> Reader<'s, '_> {
    fn table(&mut self, table: DeTable<'s>, depth: usize) -> Table<'s> {
        let entry = |(key, value): (toml::Spanned<Cow<'s, str>>, toml::Spanned<DeValue<'s>>)| Entry {
            span: self.text.span(key.span()),
            key: key.into_inner(),
            node: self.node(value, depth + 1),
        };
        table.into_iter().map(entry).collect()
    }

    fn node(&mut self, value: toml::Spanned<DeValue<'s>>, depth: usize) -> Node<'s> {
        let range = value.span();
        let span = self.text.span(range.clone());
        if depth > DEPTH {
            let place = self.text.place(span.clone());
            self.diags.push(diag::too_deep(place, self.text.name, DEPTH));
            return Node { value: Value::Null, span };
        }
        let raw = self.text.part.get(range.clone()).unwrap_or_default();
        let value = match value.into_inner() {
            DeValue::String(text) => Value::Text(text),
            DeValue::Boolean(flag) => Value::Flag(flag),
            DeValue::Datetime(_) => {
                self.explained(&range);
                Value::Date(raw)
            }
            DeValue::Integer(_) | DeValue::Float(_) if self.meant_as_date(raw, &range) => Value::Date(raw),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::Whole(number),
                Err(_) => self.too_big(raw, &range),
            },
            DeValue::Float(number) => match number.as_str().parse() {
                Ok(number) => Value::Real(number),
                Err(_) => self.too_big(raw, &range),
            },
            DeValue::Array(items) => {
                Value::List(items.into_iter().map(|item| self.node(item, depth + 1)).collect())
            }
            DeValue::Table(table) => Value::Table(self.table(table, depth)),
        };
        Node { value, span }
    }

    /// Forgets the syntax errors within a range; whether there were any.
    fn explained(&mut self, range: &Range<usize>) -> bool {
        let before = self.errors.len();
        self.errors.retain(|error| {
            error
                .span()
                .is_none_or(|span| span.start < range.start || span.end > range.end || span.is_empty())
        });
        self.errors.len() < before
    }

    /// Whether a number that is none was meant as a date: `10000-01-01`, `2026-3-14`.
    fn meant_as_date(&mut self, raw: &str, range: &Range<usize>) -> bool {
        let mut parts = raw.trim_start_matches(['-', '+']).splitn(3, '-');
        let number =
            |part: Option<&str>| part.is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()));
        number(parts.next()) && number(parts.next()) && self.explained(range)
    }

    /// A number beyond 64 bits, or one that the parser has already complained about.
    fn too_big(&mut self, raw: &str, range: &Range<usize>) -> Value<'s> {
        if !self.errors.iter().any(|error| error.span().is_some_and(|span| range.contains(&span.start))) {
            let place = self.text.place(self.text.span(range.clone()));
            self.diags.push(diag::bad_value(place, raw, "the number does not fit into 64 bits"));
        }
        Value::Null
    }
}
