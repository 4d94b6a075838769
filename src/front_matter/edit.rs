//! Changes to an article file that leave every byte alone which does not say what is changed: comments, the order of
//! keys, offsets of dates, line ends, a mark at the beginning.
//!
//! Nothing is printed anew: values are put where their spans are, keys are added and taken away as lines. YAML front
//! matter is read, never written.

use std::ops::Range;

use serde_json::Value as Json;

use super::print::{bare_key, quoted, toml_of};
use super::{HEADER, body_range, front_range, line};
use crate::date::Written;
use crate::tree::{self, Entry, Node, Table, Text, Value};

/// Why an edit cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The front matter is YAML, or there is none.
    NotToml,
    /// The front matter cannot be read.
    Broken,
    /// This key is written in a way that cannot be changed by itself.
    Odd(String),
}

/// Keys whose values are dates.
const DATES: [&str; 5] = ["date", "updated", "embargo", "expires", "pin_until"];

/// Sets keys of front matter: `title`, `image.caption`, `extra.byline`. `null` takes a key away. A string for a date key
/// is written as a TOML date if it is one.
///
/// ```
/// use newsprint::front_matter::set;
/// let text = "+++\ntitle = 'Old' # mine\ntags = [ 'a' ]\n+++\nText\n";
/// let new = set(text, [("title".to_owned(), "New".into())]).unwrap();
/// assert_eq!(new, "+++\ntitle = \"New\" # mine\ntags = [ 'a' ]\n+++\nText\n");
/// ```
///
/// # Errors
/// See [`Refusal`]; the text is then to be edited as text.
pub fn set(text: &str, changes: impl IntoIterator<Item = (String, Json)>) -> Result<String, Refusal> {
    let mut text = text.to_owned();
    for (key, value) in changes {
        text = set_one(&text, &key, &value)?;
    }
    Ok(text)
}

/// Puts a new body, with line feeds for line ends, in the place of the old one.
///
/// What stands before and behind the changed part keeps its bytes; within it, lines that were there keep their line
/// ends, and new ones get the end that most lines of the file have.
#[must_use]
pub fn replace_body(text: &str, body: &str) -> Option<String> {
    let range = body_range(text)?;
    let (head, usual) = (&text[..range.start], usual_end(text));
    // A fence may be the last line of a file and have no end of its own; a body would make it another line.
    let end = if head.is_empty() || head.ends_with(['\n', '\r']) || body.is_empty() { "" } else { usual };
    Some(format!("{head}{end}{}", with_ends(&text[range], body, usual)))
}

/// A new text of a whole file that came through a program which knows line feeds only: its lines get the ends that they
/// had in the old one.
#[must_use]
pub fn replace_text(old: &str, new: &str) -> String {
    if new.contains('\r') || !old.contains('\r') {
        new.to_owned()
    } else {
        with_ends(old, new, usual_end(old))
    }
}

fn with_ends(old: &str, new: &str, usual: &str) -> String {
    let old: Vec<(&str, &str)> = lines(old);
    let new: Vec<(&str, &str)> = lines(new);
    let same = |(a, b): &(&(&str, &str), &(&str, &str))| a.0 == b.0 && a.1.is_empty() == b.1.is_empty();
    let head = old.iter().zip(&new).take_while(same).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(same).take(rest).count();
    let mut out = String::new();
    old[..head].iter().for_each(|(line, end)| out.extend([*line, *end]));
    let between = &old[head..old.len() - tail];
    let mut at = 0;
    for (line, end) in &new[head..new.len() - tail] {
        let known = between[at..].iter().position(|(before, end)| before == line && !end.is_empty());
        let kept = known.map(|found| {
            at += found + 1;
            between[at - 1].1
        });
        out += line;
        out += if end.is_empty() { "" } else { kept.unwrap_or(usual) };
    }
    old[old.len() - tail..].iter().for_each(|(line, end)| out.extend([*line, *end]));
    out
}

/// Lines, each with its end.
fn lines(text: &str) -> Vec<(&str, &str)> {
    let mut lines = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let range = line(text, at);
        let rest = &text[range.end..];
        let end = if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) };
        at = range.end + end;
        lines.push((&text[range.clone()], &text[range.end..at]));
    }
    lines
}

/// The line end that most lines have.
fn usual_end(text: &str) -> &'static str {
    let of = |wanted: &str| lines(text).iter().filter(|(_, end)| *end == wanted).count();
    let (feed, both, carriage) = (of("\n"), of("\r\n"), of("\r"));
    if both > feed && both >= carriage {
        "\r\n"
    } else if carriage > feed {
        "\r"
    } else {
        "\n"
    }
}

fn set_one(text: &str, key: &str, value: &Json) -> Result<String, Refusal> {
    let front = front_range(text).ok_or(Refusal::NotToml)?;
    let part = tree::with_line_feeds(&text[front.clone()]);
    let read = Text { path: "", file: text, part: &part, from: front.start, name: "front matter" };
    let (Some(table), diags) = tree::read_toml(&read) else { return Err(Refusal::Broken) };
    if crate::diag::any_error(&diags) {
        return Err(Refusal::Broken);
    }
    let at = Editor { text, front, table: &table };
    let (first, below) = key.split_once('.').map_or((key, None), |(first, below)| (first, Some(below)));
    let entry = find(&table, first);
    match (entry, below) {
        (None, _) if value.is_null() => Ok(text.to_owned()),
        (Some(entry), None) => at.change(entry, first, value),
        (None, None) => Ok(at.add(first, &written(first, value))),
        (None, Some(_)) if first == "extra" => {
            let end = usual_end(text);
            let line = format!("[extra]{end}{} = {}{end}", key_of(below), written("", value));
            Ok(at.insert(at.front.end, &line))
        }
        (None, Some(_)) => Ok(at.add(first, &format!("{{ {} = {} }}", key_of(below), written("", value)))),
        (Some(entry), Some(below)) => match &entry.node.value {
            Value::Table(inner) => at.change_below(entry, inner, below, value),
            // An image that is only its file.
            Value::Text(_) if first == "image" && below == "src" => at.change(entry, first, value),
            Value::Text(src) if first == "image" => {
                let table =
                    format!("{{ src = {}, {} = {} }}", quoted(src), bare_key(below), written("", value));
                if value.is_null() { Ok(text.to_owned()) } else { Ok(at.put(&entry.node.span, &table)) }
            }
            _ => Err(Refusal::Odd(key.to_owned())),
        },
    }
}

fn key_of(below: Option<&str>) -> String {
    bare_key(below.unwrap_or_default())
}

fn find<'t, 's>(table: &'t Table<'s>, key: &str) -> Option<&'t Entry<'s>> {
    table.iter().find(|entry| entry.key == key)
}

/// A value as TOML.
fn written(key: &str, value: &Json) -> String {
    match value {
        Json::String(text) if DATES.contains(&key) && is_date(text) => text.trim().to_owned(),
        Json::Array(items) if key == "corrections" => {
            let items: Vec<String> = items.iter().map(dated).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(_) if key == "withdrawn" => dated(value),
        value => toml_of(value).unwrap_or_else(|| "\"\"".to_owned()),
    }
}

/// A table with a date in it.
fn dated(value: &Json) -> String {
    let Json::Object(fields) = value else { return toml_of(value).unwrap_or_default() };
    let fields: Vec<String> =
        fields.iter().map(|(key, value)| format!("{} = {}", bare_key(key), written(key, value))).collect();
    format!("{{ {} }}", fields.join(", "))
}

fn is_date(text: &str) -> bool {
    text.trim().starts_with(|c: char| c.is_ascii_digit())
        && Written::read(text.trim()).is_ok()
        && toml::from_str::<toml::Table>(&format!("a = {}", text.trim())).is_ok()
}

struct Editor<'e, 's> {
    text: &'e str,
    front: Range<usize>,
    table: &'e Table<'s>,
}

impl Editor<'_, '_> {
    fn put(&self, span: &Range<usize>, new: &str) -> String {
        format!("{}{new}{}", &self.text[..span.start], &self.text[span.end..])
    }

    fn insert(&self, at: usize, new: &str) -> String {
        self.put(&(at..at), new)
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1)
    }

    /// Where the line after the one at `at` begins.
    fn line_end(&self, at: usize) -> usize {
        let range = line(self.text, at);
        super::after(self.text, &range)
    }

    /// Whether the key stands in the head of a table: `[image]`.
    fn is_head(&self, entry: &Entry<'_>) -> bool {
        self.text[self.line_start(entry.span.start)..].trim_start_matches([' ', '\t']).starts_with('[')
    }

    /// Whether the key is a part of a longer one: `image.src = …`.
    fn is_dotted(&self, entry: &Entry<'_>) -> bool {
        matches!(entry.node.value, Value::Table(_))
            && !self.is_head(entry)
            && !self.text[entry.node.span.clone()].starts_with('{')
    }

    /// Whether the value can be replaced by itself.
    fn is_plain(&self, entry: &Entry<'_>) -> bool {
        !self.is_head(entry) && !self.is_dotted(entry)
    }

    fn change(&self, entry: &Entry<'_>, key: &str, value: &Json) -> Result<String, Refusal> {
        if !self.is_plain(entry) {
            return Err(Refusal::Odd(key.to_owned()));
        }
        if value.is_null() {
            return Ok(self.take_line(entry.span.start, &entry.node));
        }
        if same(&entry.node.value, value) {
            return Ok(self.text.to_owned());
        }
        Ok(self.put(&entry.node.span, &written(key, value)))
    }

    /// Takes away the line or lines of a key.
    fn take_line(&self, key: usize, node: &Node<'_>) -> String {
        self.put(&(self.line_start(key)..self.line_end(node.span.end)), "")
    }

    fn change_below(
        &self,
        entry: &Entry<'_>,
        inner: &Table<'_>,
        below: &str,
        value: &Json,
    ) -> Result<String, Refusal> {
        let inline = self.text[entry.node.span.clone()].starts_with('{') && !self.is_head(entry);
        match (find(inner, below), value) {
            (None, Json::Null) => Ok(self.text.to_owned()),
            (Some(old), Json::Null) if inline && inner.len() == 1 => {
                let _ = old;
                Ok(self.take_line(entry.span.start, &entry.node))
            }
            (Some(old), Json::Null) if inline => {
                // With the comma behind it or, for the last one, before it.
                let behind = &self.text[old.node.span.end..entry.node.span.end];
                let comma =
                    behind.find(|c: char| !c.is_whitespace()).filter(|at| behind[*at..].starts_with(','));
                let range = match comma {
                    Some(at) => {
                        let next = behind[at + 1..].find(|c: char| !c.is_whitespace()).unwrap_or(0);
                        old.span.start..old.node.span.end + at + 1 + next
                    }
                    None => {
                        let before = &self.text[entry.node.span.start..old.span.start];
                        let from = before.rfind(',').map_or(old.span.start, |at| entry.node.span.start + at);
                        from..old.node.span.end
                    }
                };
                Ok(self.put(&range, ""))
            }
            (Some(old), Json::Null) => Ok(self.take_line(old.span.start, &old.node)),
            (Some(old), value) if same(&old.node.value, value) => Ok(self.text.to_owned()),
            (Some(old), value) => Ok(self.put(&old.node.span, &written("", value))),
            (None, value) => {
                let pair = format!("{} = {}", bare_key(below), written("", value));
                if inline {
                    let last = inner.iter().map(|entry| entry.node.span.end).max();
                    return Ok(match last {
                        Some(end) => self.insert(end, &format!(", {pair}")),
                        None => self.put(&entry.node.span, &format!("{{ {pair} }}")),
                    });
                }
                let end = usual_end(self.text);
                let dots = if self.is_dotted(entry) { format!("{}.", entry.key) } else { String::new() };
                let last = inner.iter().map(|entry| entry.node.span.end).max().unwrap_or(entry.span.end);
                Ok(self.insert(self.line_end(last), &format!("{dots}{pair}{end}")))
            }
        }
    }

    /// A new key, behind those that come before it in the documentation.
    fn add(&self, key: &str, value: &str) -> String {
        let order =
            |key: &str| HEADER.rules.iter().position(|(known, _)| *known == key).unwrap_or(usize::MAX);
        let plain = || self.table.iter().filter(|entry| !self.is_head(entry));
        let end_of = |entry: &Entry<'_>| match &entry.node.value {
            Value::Table(inner) if self.is_dotted(entry) => {
                inner.iter().map(|entry| entry.node.span.end).max().unwrap_or(entry.span.end)
            }
            _ => entry.node.span.end,
        };
        let before = plain().filter(|entry| order(&entry.key) < order(key)).map(end_of).max();
        let at = before.map_or(self.front.start, |end| self.line_end(end));
        self.insert(at, &format!("{key} = {value}{}", usual_end(self.text)))
    }
}

/// Whether a value says already what it is to say.
fn same(old: &Value<'_>, new: &Json) -> bool {
    match (old, new) {
        (Value::Text(old), Json::String(new)) => old == new,
        (Value::Date(old), Json::String(new)) => *old == new.trim(),
        (Value::Flag(old), Json::Bool(new)) => old == new,
        (Value::Whole(old), Json::Number(new)) => Some(*old) == new.as_i64(),
        (Value::List(old), Json::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same(&old.value, new))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(front: &str, key: &str, value: impl Into<Json>, expected: &str) {
        let value = value.into();
        for end in ["\n", "\r\n"] {
            let file = |front: &str| format!("\u{feff}+++\n{front}+++\nText  \n# +++\n").replace('\n', end);
            let edited = set(&file(front), [(key.to_owned(), value.clone())]);
            assert_eq!(edited.as_deref(), Ok(file(expected).as_str()), "{key} = {value}");
        }
    }

    #[test]
    fn only_what_changes_is_touched() {
        let front = "# The story\ntitle   = 'Old' # keep\n\ndate = 2026-11-23T10:00:00+03:00\ntags=[ 'a','b', ] # t\n";
        check(front, "title", json!("Old"), front);
        check(front, "tags", json!(["a", "b"]), front);
        check(front, "date", json!("2026-11-23T10:00:00+03:00"), front);
        check(front, "title", json!("New \"one\""), &front.replace("'Old'", "\"New \\\"one\\\"\""));
        check(front, "tags", json!(["a", "c"]), &front.replace("[ 'a','b', ]", "[\"a\", \"c\"]"));
        check(front, "date", json!("2026-11-24"), &front.replace("2026-11-23T10:00:00+03:00", "2026-11-24"));
        check(front, "tags", Json::Null, &front.replace("tags=[ 'a','b', ] # t\n", ""));
        check(front, "draft", Json::Null, front);
        check(
            front,
            "summary",
            json!("In short."),
            &front.replace("tags=", "summary = \"In short.\"\ntags="),
        );
        check(front, "draft", json!(true), &format!("{front}draft = true\n"));
        check(
            front,
            "image.caption",
            json!("A ship"),
            &format!("{front}image = {{ caption = \"A ship\" }}\n"),
        );
        check(
            front,
            "corrections",
            json!([{ "date": "2026-11-25", "text": "It was two." }]),
            &format!("{front}corrections = [{{ date = 2026-11-25, text = \"It was two.\" }}]\n"),
        );
        check(front, "extra.desk", json!("east"), &format!("{front}[extra]\ndesk = \"east\"\n"));
    }

    #[test]
    fn tables_of_all_spellings() {
        let inline = "title = 'T'\nimage = { src = 'a.jpg', caption = 'A', credit = 'C' } # pic\n";
        check(inline, "image.caption", json!("B"), &inline.replace("'A'", "\"B\""));
        check(inline, "image.caption", Json::Null, &inline.replace("caption = 'A', ", ""));
        check(inline, "image.credit", Json::Null, &inline.replace(", credit = 'C'", ""));
        check(inline, "image.alt", json!("x"), &inline.replace("'C'", "'C', alt = \"x\""));
        let head = "title = 'T'\n\n[image] # pic\nsrc = 'a.jpg'\ncaption = 'A'\n\n[extra]\nx = 1\n";
        check(head, "image.caption", json!("B"), &head.replace("'A'", "\"B\""));
        check(head, "image.caption", Json::Null, &head.replace("caption = 'A'\n", ""));
        check(head, "image.alt", json!("x"), &head.replace("'A'\n", "'A'\nalt = \"x\"\n"));
        check(head, "lead", json!(true), &head.replace("'T'\n", "'T'\nlead = true\n"));
        check(head, "extra.y", json!("z"), &head.replace("x = 1\n", "x = 1\ny = \"z\"\n"));
        let dotted = "title = 'T'\nimage.src = 'a.jpg'\n# why\nimage.caption = 'A'\nlead = true\n";
        check(dotted, "image.caption", json!("B"), &dotted.replace("'A'", "\"B\""));
        check(dotted, "image.alt", json!("x"), &dotted.replace("'A'\n", "'A'\nimage.alt = \"x\"\n"));
        check(
            "title = 'T'\nimage = 'a.jpg'\n",
            "image.alt",
            json!("x"),
            "title = 'T'\nimage = { src = \"a.jpg\", alt = \"x\" }\n",
        );
        let multi = "title = \"\"\"\nLong\"\"\"\ntags = [\n  'a', # one\n]\nlead = true\n";
        check(multi, "tags", Json::Null, "title = \"\"\"\nLong\"\"\"\nlead = true\n");
        check(multi, "title", json!("T"), &multi.replace("\"\"\"\nLong\"\"\"", "\"T\""));
    }

    #[test]
    fn what_cannot_be_edited_is_refused() {
        let title = || [("title".to_owned(), json!("x"))];
        assert_eq!(set("---\ntitle: a\n---\n", title()), Err(Refusal::NotToml));
        assert_eq!(set("plain", title()), Err(Refusal::NotToml));
        assert_eq!(set("+++\ntitle = \n+++\n", title()), Err(Refusal::Broken));
        let head = "+++\ntitle = 'a'\n[image]\nsrc = 'b'\n+++\n";
        assert_eq!(set(head, [("image".to_owned(), Json::Null)]), Err(Refusal::Odd("image".to_owned())));
    }

    #[test]
    fn bodies_keep_what_was_not_changed() {
        for (body, new, expected) in [
            ("a\r\nb\nc\r\n", "a\nb\nc\n", "a\r\nb\nc\r\n"),
            ("a\r\nb\nc\r\n", "a\nX\nc\n", "a\r\nX\r\nc\r\n"),
            ("a\r\nb\nc\r\n", "a\nX\nb\nY\nc\n", "a\r\nX\r\nb\nY\r\nc\r\n"),
            ("a\r\nb\r\n", "a\nb", "a\r\nb"),
            ("a", "a\n", "a\r\n"),
            ("", "x\n", "x\r\n"),
            ("x\r\n", "", ""),
            ("\u{2028}a\r\na\r\n", "\u{2028}a\na\na\n", "\u{2028}a\r\na\r\na\r\n"),
        ] {
            let front = "\u{feff}+++\r\ntitle = 'T' # t\r\n+++\r\n";
            let edited = replace_body(&format!("{front}{body}"), new);
            assert_eq!(edited, Some(format!("{front}{expected}")), "{body:?} -> {new:?}");
        }
    }

    #[test]
    fn a_fence_at_the_end_of_a_file_stays_a_line_of_its_own() {
        for (file, body, expected) in [
            ("+++\ntitle = 'T'\n+++", "x\n", "+++\ntitle = 'T'\n+++\nx\n"),
            ("+++\r\ntitle = 'T'\r\n+++", "x", "+++\r\ntitle = 'T'\r\n+++\r\nx"),
            ("---\ntitle: T\n---", "", "---\ntitle: T\n---"),
        ] {
            assert_eq!(replace_body(file, body).as_deref(), Some(expected), "{file:?}");
        }
    }
}
