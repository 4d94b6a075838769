//! A header as front matter: TOML, canonical, and read back as the same header.

use std::fmt::Write as _;

use chrono::Datelike;
use chrono_tz::Tz;
use serde_json::Value as Json;

use super::{Defaults, bare};
use crate::article::{Correction, Header, Image, Kind, Source};
use crate::date::Moment;

/// An array longer than this many bytes has a line for each entry.
const WIDTH: usize = 100;

/// Writes a header as TOML front matter with its fences, ending in a line feed. Keys stand in the
/// order of the documentation, and only those that say more than the defaults do.
///
/// Whatever [`parse`](super::parse) can read is read back as an equal header, whatever its strings hold.
///
/// ```
/// use newsprint::front_matter::{Defaults, parse, print};
/// let defaults = Defaults { zone: chrono_tz::UTC, slug: "a".into(), section: "world".into() };
/// let text = "---\ntags: [Ports]\ndraft: false\ntitle: Pilots end “strike”\n---\nText\n";
/// let header = parse("a.md", text, &defaults).value.unwrap().header;
/// assert_eq!(print(&header, &defaults), "+++\ntitle = \"Pilots end “strike”\"\ntags = [\"Ports\"]\n+++\n");
/// ```
#[must_use]
pub fn print(header: &Header, defaults: &Defaults) -> String {
    let zone = defaults.zone;
    let base = bare(defaults);
    let differs = |value: &String, default: &String| (value != default).then(|| quoted(value));
    let text = |value: &Option<String>| value.as_deref().map(quoted);
    let texts = |values: &[String]| (!values.is_empty()).then(|| strings(values));
    let moment = |value: Option<Moment>| value.map(|moment| date(moment, zone));
    let flag = |value: bool| value.then(|| "true".to_owned());
    let lines = [
        ("title", Some(quoted(&header.title))),
        ("subtitle", text(&header.subtitle)),
        ("date", moment(header.date)),
        ("updated", moment(header.updated)),
        ("summary", differs(&header.summary, &base.summary)),
        ("section", differs(&header.section, &base.section)),
        ("tags", texts(&header.tags)),
        ("authors", texts(&header.authors)),
        ("agency", text(&header.agency)),
        ("dateline", text(&header.dateline)),
        ("lang", text(&header.lang)),
        ("slug", differs(&header.slug, &base.slug)),
        ("aliases", texts(&header.aliases)),
        ("draft", flag(header.draft)),
        ("embargo", moment(header.embargo)),
        ("expires", moment(header.expires)),
        ("image", header.image.as_ref().map(image)),
        ("corrections", corrections(&header.corrections, zone)),
        ("review", texts(&header.review)),
        ("source", header.source.as_ref().map(source)),
        ("kind", (header.kind != Kind::Report).then(|| quoted(header.kind.word()))),
        (
            "withdrawn",
            header.withdrawn.as_ref().map(|withdrawn| {
                table([
                    ("date", Some(date(withdrawn.date, zone))),
                    ("notice", Some(quoted(&withdrawn.notice))),
                ])
            }),
        ),
        ("thread", text(&header.thread)),
        ("lead", flag(header.lead)),
        ("pin_until", moment(header.pin_until)),
        ("id", text(&header.id)),
        ("canonical", text(&header.canonical)),
        ("translation_of", text(&header.translation_of)),
        (
            "roles",
            (!header.roles.is_empty()).then(|| {
                table(header.roles.iter().map(|(role, names)| (role.as_str(), Some(inline(names)))))
            }),
        ),
    ];
    let mut front = String::from("+++\n");
    for (key, value) in lines {
        if let Some(value) = value {
            let _ = writeln!(front, "{key} = {value}");
        }
    }
    if !header.extra.is_empty() {
        front += "[extra]\n";
        for (key, json) in &header.extra {
            if let Some(value) = serde_json::from_str(json).ok().and_then(|json| toml_of(&json)) {
                let _ = writeln!(front, "{} = {value}", bare_key(key));
            }
        }
    }
    front + "+++\n"
}

fn image(image: &Image) -> String {
    let text = |value: &Option<String>| value.as_deref().map(quoted);
    table([
        ("src", text(&image.src)),
        ("alt", text(&image.alt)),
        ("caption", text(&image.caption)),
        ("credit", text(&image.credit)),
    ])
}

fn source(source: &Source) -> String {
    table([
        ("file", Some(quoted(&source.file))),
        ("item", Some(source.item.to_string())),
        ("sha256", Some(quoted(&source.sha256))),
        ("dump", source.dump.as_deref().map(quoted)),
    ])
}

fn corrections(corrections: &[Correction], zone: Tz) -> Option<String> {
    let one = |correction: &Correction| {
        table([("date", Some(date(correction.date, zone))), ("text", Some(quoted(&correction.text)))])
    };
    (!corrections.is_empty()).then(|| array(corrections.iter().map(one).collect()))
}

/// An inline table of the keys that have a value.
fn table<'k>(entries: impl IntoIterator<Item = (&'k str, Option<String>)>) -> String {
    let entries: Vec<String> = entries
        .into_iter()
        .filter_map(|(key, value)| value.map(|value| format!("{} = {value}", bare_key(key))))
        .collect();
    if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
}

fn strings(values: &[String]) -> String {
    array(values.iter().map(|value| quoted(value)).collect())
}

/// An array on one line, whatever its length: inline tables have no line breaks.
fn inline(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    format!("[{}]", values.join(", "))
}

fn array(entries: Vec<String>) -> String {
    let line = format!("[{}]", entries.join(", "));
    if line.len() <= WIDTH || entries.len() == 1 {
        return line;
    }
    entries.into_iter().fold("[\n".to_owned(), |lines, entry| lines + "  " + &entry + ",\n") + "]"
}

/// A moment such that reading it gives the same one.
fn date(moment: Moment, zone: Tz) -> String {
    let shown = moment.shown();
    // Offsets of the time before zones have seconds, which RFC 3339 cannot write.
    if !moment.timed || moment.offset % 60 == 0 {
        return moment.rfc3339();
    }
    let local = shown.naive_local();
    if Moment::local(local, zone) == Ok(moment) && local.year() > 0 {
        return local.format("%Y-%m-%dT%H:%M:%S").to_string();
    }
    shown.to_utc().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// JSON as a TOML value on one line; `null`, which TOML has not, is left out.
pub(super) fn toml_of(json: &Json) -> Option<String> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(flag) => flag.to_string(),
        Json::Number(number) => number.to_string(),
        Json::String(text) => quoted(text),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(toml_of).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(entries) => table(entries.iter().map(|(key, value)| (key.as_str(), toml_of(value)))),
    })
}

pub(super) fn bare_key(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if bare { key.to_owned() } else { quoted(key) }
}

/// A TOML string on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted += "\\\"",
            '\\' => quoted += "\\\\",
            '\n' => quoted += "\\n",
            '\r' => quoted += "\\r",
            '\t' => quoted += "\\t",
            // Controls must be escaped; characters that nobody sees or that reorder the line had better be.
            c if c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') =>
            {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
