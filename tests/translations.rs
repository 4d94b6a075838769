//! The tables that say in other languages what the program tells editors: they have the same sentences, with the same
//! gaps in them, and every sentence of the sources that an editor can meet at the desk.

use std::collections::BTreeMap;
use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("it can be read")
}

fn table(lang: &str) -> BTreeMap<String, String> {
    toml::from_str(&read(&format!("src/serve/translations/{lang}.toml"))).expect("a table of texts")
}

/// The names in braces, sorted.
fn gaps(text: &str) -> Vec<&str> {
    let inside = text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let mut gaps: Vec<&str> = inside.filter(is_name).collect();
    gaps.sort_unstable();
    gaps
}

/// A sentence without what its gaps are called and how they are formatted.
fn shape(text: &str) -> String {
    let mut shape = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        shape.push_str(before);
        rest = match after.split_once('}') {
            Some((name, after)) if !name.contains(' ') => {
                shape.push_str("{}");
                after
            }
            _ => {
                shape.push('{');
                after
            }
        };
    }
    shape + rest
}

/// The string literals of a Rust source up to its tests, each with its line.
fn literals(source: &str) -> Vec<(usize, String)> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let mut skip = c.len_utf8();
        if c == '\n' {
            line += 1;
        } else if rest.starts_with("//") {
            skip = rest.find('\n').unwrap_or(rest.len());
        } else if c == '\'' {
            // A character; a lifetime has no closing mark.
            let after = &rest[1..];
            let escaped =
                after.strip_prefix('\\').and_then(|sign| sign.get(1..)?.find('\'')).map(|at| at + 2);
            let one = escaped.or_else(|| after.chars().next().map(char::len_utf8));
            skip = one.filter(|len| after[*len..].starts_with('\'')).map_or(1, |len| len + 2);
        } else if c == '"' {
            let (text, len) = literal(&rest[1..]);
            found.push((line, text));
            line += rest[1..=len].matches('\n').count();
            skip = len + 2;
        }
        rest = rest.get(skip..).unwrap_or_default();
    }
    found
}

/// The text of a literal whose opening quote is behind, and its length in the source.
fn literal(source: &str) -> (String, usize) {
    let mut text = String::new();
    let mut chars = source.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, at),
            '\\' => match chars.next().map(|(_, c)| c) {
                Some('\n') => {
                    let blank = source[at + 2..].chars().take_while(|c| c.is_whitespace()).count();
                    chars.by_ref().take(blank).for_each(|_| {});
                }
                Some('n') => text.push('\n'),
                Some(c) => text.push(c),
                None => {}
            },
            c => text.push(c),
        }
    }
    (text, source.len())
}

/// Whether a literal is something that is said: two words at least.
fn is_said(text: &str) -> bool {
    let words = text.split(' ').filter(|word| word.chars().filter(char::is_ascii_alphabetic).count() > 1);
    words.count() > 1 && !text.contains(['<', '\n']) && !text.starts_with('%')
}

/// The constructors of `diag` that no act at the desk leads to: commands, `site.toml`, templates.
const NOT_AT_THE_DESK: [&str; 30] = [
    "unknown_zone",
    "no_zone",
    "words_missing",
    "near_word",
    "bad_record",
    "template",
    "unknown_name",
    "template_refused",
    "in_config",
    "config",
    "no_site",
    "output_not_ours",
    "no_port",
    "view_name_taken",
    "quarantined",
    "import_kept",
    "import_duplicate",
    "import_ended",
    "of_item",
    "no_dump",
    "bad_catalogue",
    "catalogue_rows_unmet",
    "account_off",
    "no_page",
    "ledger_rebuilt",
    "verify_failed",
    "schedule_tells",
    "folder_in_use",
    "no_such_template",
    "template_in_place",
];

/// Sources whose every sentence is covered.
const COVERED: [&str; 24] = [
    "src/date.rs",
    "src/path.rs",
    "src/schema.rs",
    "src/source.rs",
    "src/front_matter/mod.rs",
    "src/tree/mod.rs",
    "src/tree/toml.rs",
    "src/tree/yaml.rs",
    "src/dump/instant.rs",
    "src/dump/published.rs",
    "src/dump/fields/day.rs",
    "src/dump/fields/desk.rs",
    "src/dump/fields/mod.rs",
    "src/dump/fields/title.rs",
    "src/image/mod.rs",
    "src/image/svg.rs",
    "src/image/container.rs",
    "src/image/iim.rs",
    "src/load/pictures.rs",
    "src/serve/desk/change.rs",
    "src/serve/desk/file.rs",
    "src/serve/desk/inbox.rs",
    "src/serve/desk/look.rs",
    "src/serve/desk/picture.rs",
];

/// What stands in them and is said to nobody, or only to a client that is not the desk's own page.
const NOT_SAID: [&str; 23] = [
    "If-Match is missing",
    "`base` is not the version that If-Match names",
    "duplicate key",
    "invalid unquoted key",
    "cannot extend",
    "key with no value",
    "missing comma between array elements",
    "missing comma between key-value pairs",
    "unclosed array table",
    "unclosed array",
    "unclosed inline table",
    "unclosed table",
    "unexpected key or value",
    "cannot recurse",
    "bounded just before",
    "wrapped paragraphs",
    "local time",
    "first given here",
    "begins here",
    "this does not close it",
    "`{earlier}` is here",
    "{}, which is left out",
    " (os error",
];

/// `diag`, constructor by constructor.
fn constructors(source: &str) -> impl Iterator<Item = (&str, &str)> {
    let made = source.split("// --- The constructors").nth(1).expect("the constructors");
    let made = made.split("#[cfg(test)]").next().unwrap_or_default();
    made.split("\nfn ").flat_map(|part| part.split("\npub fn ")).filter_map(|part| {
        let (name, _) = part.split_once(['(', '<'])?;
        Some((name, part))
    })
}

fn sentences() -> Vec<(String, String)> {
    let mut sentences = Vec::new();
    let mut take = |place: &str, text: &str| {
        for (line, text) in literals(text) {
            if is_said(&text) && !NOT_SAID.contains(&text.as_str()) {
                sentences.push((format!("{place}:{line}"), text.replace("{{", "{").replace("}}", "}")));
            }
        }
    };
    let diag = read("src/diag.rs");
    for (name, text) in constructors(&diag) {
        if !NOT_AT_THE_DESK.contains(&name) {
            take(&format!("src/diag.rs {name}"), text);
        }
    }
    COVERED.iter().for_each(|path| take(path, &read(path)));
    sentences
}

#[test]
fn tables_have_the_same_sentences_with_the_same_gaps() {
    let (tr, ar) = (table("tr"), table("ar"));
    assert_eq!(tr.keys().collect::<Vec<_>>(), ar.keys().collect::<Vec<_>>());
    for (lang, table) in [("tr", &tr), ("ar", &ar)] {
        for (english, text) in table {
            assert_eq!(gaps(english), gaps(text), "{lang}: {english}");
            assert!(!text.trim().is_empty(), "{lang}: {english}");
        }
    }
    for (english, text) in &ar {
        let is_prose = is_said(&english.split('`').step_by(2).collect::<String>());
        let is_arabic = text.chars().any(|c| ('\u{600}'..='\u{6ff}').contains(&c));
        assert!(is_arabic || !is_prose, "this is not Arabic: {text}");
    }
}

#[test]
fn every_sentence_that_an_editor_meets_is_in_the_tables() {
    let known: Vec<String> = table("tr").keys().map(|key| shape(key)).collect();
    let sentences = sentences();
    assert!(sentences.len() > 250, "the sources were read: {}", sentences.len());
    let missing: Vec<String> = sentences
        .iter()
        .filter(|(_, text)| !known.iter().any(|key| fits(key, &shape(text))))
        .map(|(place, text)| format!("{place}: {text}"))
        .collect();
    assert_eq!(missing, Vec::<String>::new(), "{} are missing", missing.len());
}

/// Whether a sentence of a table stands for one of the sources, both as shapes: a gap takes in words, but no phrase.
fn fits(key: &str, text: &str) -> bool {
    let Some((before, after)) = key.split_once("{}") else { return key == text };
    let Some(rest) = text.strip_prefix(before) else { return false };
    let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    ends.take_while(|end| !rest[..*end].contains(' ')).any(|end| fits(after, &rest[end..]))
}

#[test]
fn no_table_has_a_sentence_that_nobody_says() {
    let mut sources = String::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "js") {
                sources += &std::fs::read_to_string(&path).unwrap_or_default();
            }
        }
    }
    let flat: String = sources.replace("\\\n", "").split_whitespace().collect::<Vec<_>>().join(" ");
    let flat = shape(&flat.replace("\\\"", "\"").replace("\\\\", "\\").replace("{{", "{").replace("}}", "}"));
    let unsaid = |key: &String| {
        // Each piece between gaps is somewhere in the sources, or in what the system says of a disk.
        let shaped = shape(key);
        !shaped.split("{}").map(str::trim).filter(|piece| !piece.is_empty()).all(|piece| flat.contains(piece))
    };
    // The names of months come from the calendar's library, reasons from the system.
    let is_month = |key: &String| key.ends_with(" {year}");
    let unsaid: Vec<String> = table("tr").into_keys().filter(|key| unsaid(key) && !is_month(key)).collect();
    let by_the_system = [
        "disk quota exceeded",
        "input/output error",
        "is a directory",
        "no space left on device",
        "no such file or directory",
        "permission denied",
        "read-only file system",
    ];
    assert_eq!(unsaid, by_the_system);
}

#[test]
fn the_parts_of_this_test_work() {
    let source = "fn f() { g('\"', 'a', \"one {two:04X} {{three}}\", b'\\'', \"a \\\n   b\"); } // \"no\"\n#[cfg(test)] \"no\"";
    let found: Vec<String> = literals(source).into_iter().map(|(_, text)| text).collect();
    assert_eq!(found, ["one {two:04X} {{three}}", "a b"]);
    assert_eq!(shape("a {b} { c, d } {e:.1}"), "a {} { c, d } {}");
    assert_eq!(gaps("{b} {a} { c }"), ["a", "b"]);
    assert!(fits("the {} ends", "the {} ends") && fits("the {} ends", "the JPEG ends") && fits("a{}", "a"));
    assert!(!fits("the {} ends", "the JPEG data ends") && !fits("a", "a b"));
    assert!(is_said("is wrong"));
    assert!(!is_said("word") && !is_said("a, b"));
}
