//! YAML as a tree: one document, plain values, nothing that points elsewhere.
//!
//! Anchors, aliases and tags are refused (a chain of aliases can stand for a gigabyte), and so are
//! several documents and keys that are no plain text. Words follow the core schema of YAML 1.2:
//! `yes`, `no`, `on` and `12:30` are text.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, StrInput, options};

use super::{DEPTH, ENOUGH, Entry, Node, Read, Table, Text, Value};
use crate::diag::{self, Diag};

/// Reads the part as one YAML document, which must be a mapping or empty.
pub(crate) fn read<'s>(text: &Text<'s>) -> Read<'s> {
    let options = options! { disallow_directives: true, emit_anchor_events: true };
    let parser = Parser::new_from_str_with_options(text.part, options);
    let mut reader = Reader { text, parser, diags: Vec::new() };
    match reader.document() {
        Ok(table) => (Some(table), reader.diags),
        Err(fatal) => {
            reader.diags.push(fatal);
            (None, reader.diags)
        }
    }
}

struct Reader<'s, 't> {
    text: &'t Text<'s>,
    parser: Parser<'s, StrInput<'s>>,
    /// What was wrong but does not keep us from reading on.
    diags: Vec<Diag>,
}

impl<'s> Reader<'s, '_> {
    fn document(&mut self) -> Result<Table<'s>, Diag> {
        let mut table = Table::new();
        let mut documents = 0;
        while let Some((event, span)) = self.next()? {
            match event {
                Event::DocumentStart(..) => {
                    documents += 1;
                    if documents > 1 {
                        let why =
                            format!("{} is one YAML document, this begins a second one", self.text.name);
                        return Err(diag::front_matter_syntax(self.text.place(span), &why, "", None));
                    }
                }
                Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..) => {
                    let node = self.node(event, span, 0)?;
                    match node.value {
                        Value::Table(entries) => table = entries,
                        Value::Null => {}
                        value => {
                            let why = format!(
                                "{} is {}, expected lines of the form `key: value`",
                                self.text.name,
                                value.kind()
                            );
                            return Err(diag::front_matter_syntax(
                                self.text.place(node.span),
                                &why,
                                "",
                                None,
                            ));
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(table)
    }

    /// The next event with its place in the file; what we refuse is an error.
    fn next(&mut self) -> Result<Option<(Event<'s>, Range<usize>)>, Diag> {
        let Some(next) = self.parser.next_event() else { return Ok(None) };
        let (event, span) = next.map_err(|error| self.syntax(&error))?;
        let range = self.range(&span);
        let (anchor, tagged) = match &event {
            Event::Scalar(_, _, anchor, tag)
            | Event::SequenceStart(_, anchor, tag)
            | Event::MappingStart(_, anchor, tag) => (*anchor != 0, tag.is_some()),
            Event::Alias(_) => (true, false),
            _ => (false, false),
        };
        if tagged {
            let tag = span.tag_span().map_or(range, |span| self.range(&span));
            return Err(diag::yaml_tag(self.text.place(tag)));
        }
        if anchor {
            // The parser tells where the `&name` is right after the value that it names.
            let name = match self.parser.next_event() {
                Some(Ok((Event::Anchor(..), span))) => self.range(&span),
                _ => range,
            };
            return Err(diag::yaml_alias(self.text.place(name)));
        }
        Ok(Some((event, range)))
    }

    fn range(&self, span: &Span) -> Range<usize> {
        let end = self.text.part.len();
        self.text.span(span.byte_range().unwrap_or(end..end))
    }

    /// A syntax error in our words, where the library's say little to whoever writes an article.
    fn syntax(&self, error: &ScanError) -> Diag {
        let end = self.text.part.len();
        let at = error.marker().byte_offset().unwrap_or(end).min(end);
        let place = self.text.place(self.text.span(at..at));
        let line = self
            .text
            .part
            .get(..at)
            .and_then(|before| before.rsplit(['\n', '\r']).next())
            .unwrap_or_default();
        let (why, hint) = match error.kind() {
            ErrorKind::UnknownAnchor | ErrorKind::MissingAnchorOrAliasName => return diag::yaml_alias(place),
            ErrorKind::RecursionLimitExceeded => return diag::too_deep(place, self.text.name, DEPTH),
            ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
                ("`:` is missing behind the key", "write `key: value`")
            }
            ErrorKind::InvalidBlockEntryWhitespace | ErrorKind::BlockSequenceEntryNotAllowed => {
                ("a list entry cannot stand here", "begin each entry on a line of its own: `- entry`")
            }
            ErrorKind::TabInIndentation | ErrorKind::TabInBlockIndentation | ErrorKind::TabNotAllowed => {
                ("a tab cannot indent YAML", "use spaces")
            }
            ErrorKind::UnclosedQuotedScalar => ("the string is not closed", ""),
            ErrorKind::InvalidTrailingDoubleQuotedScalar => {
                ("unexpected text behind the value", "a quote inside \"…\" is written `\\\"`")
            }
            ErrorKind::InvalidTrailingSingleQuotedScalar => {
                ("unexpected text behind the value", "a quote inside '…' is written `''`")
            }
            ErrorKind::UnknownQuotedScalarEscape => (
                "no such escape after the backslash",
                "a backslash is written `\\\\`, or the text stands in single quotes",
            ),
            ErrorKind::InvalidQuotedScalarHexEscape
            | ErrorKind::InvalidLowSurrogateHexEscape
            | ErrorKind::InvalidLowSurrogate
            | ErrorKind::MissingLowSurrogate
            | ErrorKind::UnpairedLowSurrogate
            | ErrorKind::InvalidUnicodeEscape => ("this escape stands for no character", ""),
            ErrorKind::UnclosedFlowCollection { .. }
            | ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
            | ErrorKind::ExpectedFlowSequenceSeparator
            | ErrorKind::ExpectedFlowMappingSeparator
            | ErrorKind::InvalidColonPlacement => ("an entry, `,` or closing bracket is missing", ""),
            ErrorKind::DirectiveDisallowed => ("a line cannot begin with `%`", ""),
            ErrorKind::MappingValueNotAllowed if line.contains(": ") => {
                ("a second `:` in this line", "put a text with `: ` in it in quotes")
            }
            ErrorKind::MappingValueNotAllowed
            | ErrorKind::InvalidIndentation
            | ErrorKind::ExpectedBlockMappingKey => (
                "this line is indented as if it belonged to the one above",
                "let all keys begin in the same column",
            ),
            _ => return diag::front_matter_syntax(place, &error.info(), "", None),
        };
        diag::front_matter_syntax(place, why, hint, None)
    }

    /// The value that begins with `event`.
    fn node(&mut self, event: Event<'s>, span: Range<usize>, depth: usize) -> Result<Node<'s>, Diag> {
        if depth > DEPTH {
            return Err(diag::too_deep(self.text.place(span), self.text.name, DEPTH));
        }
        let (value, end) = match event {
            Event::Scalar(text, style, ..) => (self.scalar(text, style, &span), span.end),
            Event::SequenceStart(..) => self.list(depth)?,
            Event::MappingStart(..) => self.mapping(depth)?,
            _ => (Value::Null, span.end),
        };
        Ok(Node { value, span: span.start..end })
    }

    fn list(&mut self, depth: usize) -> Result<(Value<'s>, usize), Diag> {
        let mut items = Vec::new();
        let mut end = 0;
        while let Some((event, span)) = self.next()? {
            end = span.end;
            if event == Event::SequenceEnd {
                break;
            }
            items.push(self.node(event, span, depth + 1)?);
        }
        Ok((Value::List(items), end))
    }

    fn mapping(&mut self, depth: usize) -> Result<(Value<'s>, usize), Diag> {
        let mut table = Table::new();
        let mut end = 0;
        while let Some((event, span)) = self.next()? {
            end = span.end;
            let key = match event {
                Event::MappingEnd => break,
                Event::Scalar(key, ..) => key,
                _ => {
                    return Err(diag::front_matter_syntax(
                        self.text.place(span),
                        "a key is a word, not a list or table",
                        "",
                        None,
                    ));
                }
            };
            let Some((event, value_span)) = self.next()? else { break };
            let node = self.node(event, value_span, depth + 1)?;
            match table.iter().find(|entry| entry.key == key) {
                Some(_) if self.diags.len() >= ENOUGH => {}
                Some(first) => {
                    let first = self.text.place(first.span.clone());
                    self.diags.push(diag::duplicate_key(self.text.place(span), &key, Some(first)));
                }
                None => table.push(Entry { key, span, node }),
            }
        }
        Ok((Value::Table(table), end))
    }

    fn scalar(&mut self, text: Cow<'s, str>, style: ScalarStyle, span: &Range<usize>) -> Value<'s> {
        if style != ScalarStyle::Plain {
            return Value::Text(text);
        }
        match text.as_ref() {
            "" | "~" | "null" | "Null" | "NULL" => Value::Null,
            "true" | "True" | "TRUE" => Value::Flag(true),
            "false" | "False" | "FALSE" => Value::Flag(false),
            word => match number(word) {
                None => Value::Text(text),
                Some(Ok(value)) => value,
                Some(Err(why)) => {
                    self.diags.push(diag::bad_value(self.text.place(span.clone()), word, why));
                    Value::Bad
                }
            },
        }
    }
}

/// A plain word as a number of the core schema; `None` for any other word.
fn number(word: &str) -> Option<Result<Value<'static>, &'static str>> {
    let whole = |digits: &str, radix: u32| {
        let fits = digits.chars().all(|c| c.is_digit(radix)) && !digits.is_empty();
        fits.then(|| match i64::from_str_radix(digits, radix) {
            Ok(number) => Ok(Value::Whole(number)),
            Err(_) => Err(super::TOO_BIG),
        })
    };
    if let Some(digits) = word.strip_prefix("0x") {
        return whole(digits, 16);
    }
    if let Some(digits) = word.strip_prefix("0o") {
        return whole(digits, 8);
    }
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    if unsigned.bytes().all(|b| b.is_ascii_digit()) && !unsigned.is_empty() {
        return Some(word.parse().map(Value::Whole).map_err(|_| super::TOO_BIG));
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(word, ".nan" | ".NaN" | ".NAN") {
        return Some(Err(super::NOT_FINITE));
    }
    let numeric = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.bytes().any(|b| b.is_ascii_digit())
        && unsigned.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if !numeric {
        return None;
    }
    // `1.2.3` and `2026-03-14` look numeric and are text.
    word.parse().ok().map(
        |number: f64| {
            if number.is_finite() { Ok(Value::Real(number)) } else { Err(super::NOT_FINITE) }
        },
    )
}
