//! The dump parser on sample dumps of a fictional town, and its laws on arbitrary input.
//!
//! Each `tests/dump/NAME.txt` or `.html` has a `NAME.json` beside it that says what must come out; one function checks
//! all of them, so that a new sample is two files and no code.

use newsprint::dump::{self, Form, Input, Options, Parsed, Role, Vocabulary, explain, parse, records};
use proptest::prelude::*;
use serde_json::Value;

fn read(bytes: &[u8], form: Form) -> Parsed {
    let vocabulary = Vocabulary::default();
    let input = Input {
        source: "test",
        form,
        url: Some("https://gazette.example/business/pilots.html"),
        fetched: None,
    };
    parse(bytes, &input, &Options { vocabulary: &vocabulary, language: None, zone: None })
}

/// The key of an article's JSON, looking into its image too.
fn value<'a>(article: &'a Value, key: &str) -> &'a Value {
    match key {
        "caption" | "credit" | "src" => &article["image"][key],
        _ => &article[key],
    }
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn check_article(name: &str, want: &Value, got: &Value) {
    let body = got["body"].as_str().expect("a body");
    let flags: Vec<String> =
        strings(&got["review"]).iter().filter_map(|f| f.split(':').next().map(str::to_owned)).collect();
    for (key, want) in want.as_object().expect("an object") {
        match key.as_str() {
            "body_has" => strings(want).iter().for_each(|part| {
                assert!(body.contains(part.as_str()), "{name}: the body has no {part:?}:\n{body}");
            }),
            "body_lacks" => strings(want).iter().for_each(|part| {
                assert!(!body.contains(part.as_str()), "{name}: the body has {part:?}:\n{body}");
            }),
            "paragraphs" => {
                assert_eq!(Some(body.split("\n\n").count() as u64), want.as_u64(), "{name}:\n{body}");
            }
            "roles" => strings(want).iter().for_each(|line| {
                let (number, role) = line.split_once(' ').expect("a line and its role");
                let number: u64 = number.parse().expect("a number");
                let spans = got["lines"].as_array().expect("lines");
                let span = spans
                    .iter()
                    .find(|s| (s["from"].as_u64()..=s["to"].as_u64()).contains(&Some(number)))
                    .unwrap_or_else(|| panic!("{name}: no line {number}"));
                assert_eq!(span["as"], role, "{name}: line {number}");
            }),
            "flagged" => assert_eq!(flags, strings(want), "{name}: review flags"),
            "tags" => strings(want).iter().for_each(|tag| {
                assert!(strings(&got["tags"]).contains(tag), "{name}: no tag {tag}: {}", got["tags"]);
            }),
            "tags_lack" => strings(want).iter().for_each(|tag| {
                assert!(!strings(&got["tags"]).contains(tag), "{name}: the tag {tag}: {}", got["tags"]);
            }),
            key => assert_eq!(value(got, key), want, "{name}: {key}"),
        }
    }
}

/// Every physical line stands in exactly one span.
fn check_lines(name: &str, parsed: &Parsed, count: u32) {
    let spans =
        parsed.articles.iter().flat_map(|a| &a.lines).chain(parsed.refused.iter().flat_map(|r| &r.lines));
    let mut next = 1;
    for span in spans {
        assert_eq!(span.from, next, "{name}: lines are accounted for once and in order");
        assert!(span.to >= span.from, "{name}");
        assert_eq!(
            span.rule.is_some(),
            span.role == Role::Chrome,
            "{name}: chrome, and only chrome, names its rule"
        );
        next = span.to + 1;
    }
    assert_eq!(next, count + 1, "{name}: all lines are accounted for");
}

#[test]
fn samples() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dump");
    let mut seen = 0;
    let mut paths: Vec<_> =
        std::fs::read_dir(&folder).expect("samples").map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    for path in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "txt" || e == "html")) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let want: Value = serde_json::from_str(
            &std::fs::read_to_string(path.with_extension("json")).expect("expectations"),
        )
        .expect("JSON");
        let text = std::fs::read_to_string(path).expect("a sample");
        let form = if path.extension().is_some_and(|e| e == "html") { Form::Html } else { Form::Text };
        let parsed = read(text.as_bytes(), form);
        let got: Vec<Value> =
            records(&parsed, "test").iter().map(|r| serde_json::to_value(r).expect("JSON")).collect();
        let articles = want["articles"].as_array().expect("articles");
        assert_eq!(
            parsed.articles.len(),
            articles.len(),
            "{name}: number of articles\n{}",
            explain(&parsed, &text)
        );
        assert_eq!(parsed.refused.is_some(), want["refused"].as_bool().unwrap_or(false), "{name}: refusal");
        articles.iter().zip(&got).for_each(|(want, got)| check_article(&name, want, got));
        for repair in strings(&want["repairs"]) {
            assert!(
                parsed.repairs.iter().any(|r| r.what == repair),
                "{name}: {repair}: {:?}",
                parsed.repairs
            );
        }
        let shown = if form == Form::Html { dump::visible_text(&text) } else { text.clone() };
        check_lines(&name, &parsed, u32::try_from(shown.lines().count().max(1)).expect("few lines"));
        seen += 1;
    }
    assert!(seen >= 8);
}

#[test]
fn an_article_keeps_its_identity_when_a_story_is_put_above_it() {
    let scroll = include_str!("dump/scroll.txt");
    let at = scroll.find("School choir").expect("the second story");
    let alone = read(&scroll.as_bytes()[at..], Form::Text);
    let both = read(scroll.as_bytes(), Form::Text);
    assert_eq!(alone.articles[0].sha256, both.articles[1].sha256);
}

#[test]
fn encodings_are_mended_and_noted() {
    let text = include_str!("dump/wire.txt").replace("union’s", "café’s");
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let latin: Vec<u8> = text
        .chars()
        .map(|c| match c {
            '“' => 0x93,
            '”' => 0x94,
            '’' => 0x92,
            '©' => 0xa9,
            'é' => 0xe9,
            c => u8::try_from(c).expect("Latin"),
        })
        .collect();
    let twice: String =
        text.replace('’', "â€™").replace('é', "Ã©").replace('“', "â€œ").replace('”', "â€\u{9d}");
    let want = read(text.as_bytes(), Form::Text).articles[0].body.clone();
    assert!(want.contains("café’s"));
    let cases: [(&str, Vec<u8>, &str); 7] = [
        ("UTF-16", utf16, "UTF-16LE"),
        ("BOM", [b"\xef\xbb\xbf", text.as_bytes()].concat(), "byte order mark"),
        ("8-bit", latin, "windows-1252"),
        ("twice", twice.into_bytes(), "doubly encoded characters"),
        ("CRLF", text.replace('\n', "\r\n").into_bytes(), "carriage returns"),
        ("soft hyphens", text.replace("pilots", "pi\u{ad}lots").into_bytes(), "soft hyphens"),
        ("bidi", text.replace("strike", "\u{202e}strike\u{202c}\u{200b}").into_bytes(), "bidi controls"),
    ];
    for (name, bytes, repair) in cases {
        let parsed = read(&bytes, Form::Text);
        assert_eq!(parsed.articles[0].body, want, "{name}");
        assert!(parsed.repairs.iter().any(|r| r.what == repair), "{name}: {:?}", parsed.repairs);
    }
}

#[test]
fn explain_shows_the_lines_that_it_names() {
    let page = include_str!("dump/tables.html");
    let wire = include_str!("dump/wire.txt").replace("union’s", "café’s");
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(wire.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let record = serde_json::json!({ "id": "a", "html": page }).to_string();
    for (source, bytes, shown) in [
        ("tables.html", page.as_bytes().to_vec(), dump::visible_text(page)),
        ("wire.txt", utf16, wire.clone()),
        ("wire.txt", wire.as_bytes().to_vec(), wire.clone()),
        ("wire.ndjson", record.into_bytes(), dump::visible_text(page)),
    ] {
        let mut out = Vec::new();
        let refused =
            newsprint::parse::parse(source, None, true, &mut bytes.as_slice(), &mut out, &mut |_| Ok(()));
        assert!(!refused.expect("written").expect("read"), "{source} is refused");
        let out = String::from_utf8(out).expect("text");
        let lines: Vec<(&str, &str)> = out.lines().filter_map(|line| line.split_once(" │ ")).collect();
        assert_eq!(lines.len(), shown.lines().count(), "{source}\n{out}");
        for ((role, line), want) in lines.iter().zip(shown.lines()) {
            assert_eq!(*line, want, "{source}");
            assert_eq!(
                role.trim().is_empty(),
                want.trim().is_empty(),
                "{source}: {want} has the role {role:?}"
            );
        }
    }
}

/// Dumps that make slow parsers crawl, of about so many bytes each.
fn hostile(bytes: usize) -> Vec<(&'static str, Form, String)> {
    let many = |part: &str| part.repeat(bytes / part.len());
    let sentence = "The harbour pilots said on Saturday that they would end the strike after nine days. ";
    vec![
        ("nested tags", Form::Html, format!("<html><body>{}<p>{sentence}</p>", many("<div><b><p>"))),
        ("nested tables", Form::Html, format!("{}{sentence}", many("<table><tr><td>a</td></tr><tr><td>"))),
        (
            "rows",
            Form::Html,
            format!("<p>{sentence}</p><table>{}</table>", many("<tr><td>Rovers<td>won<td>26</tr>")),
        ),
        ("tables", Form::Html, many(&format!("<p>{sentence}<table><tr><td>a<td>b<tr><td>c<td>d</table>"))),
        ("open brackets of tags", Form::Html, many("<")),
        ("attributes without an end", Form::Html, many("<a href=")),
        ("a script without an end", Form::Html, format!("<script>{}<body>{}", many("x"), many("<p>word "))),
        ("one line", Form::Text, many("word ")),
        ("short lines", Form::Text, many("a\n")),
        ("brackets", Form::Text, many("( ")),
        ("one headline", Form::Text, many("Pilots end strike\n")),
        ("headlines in headlines", Form::Text, many("Home Pilots end strike\nPilots end strike\n\n")),
        ("bylines", Form::Text, many("By Ada Quill, Tom Ferry and\n")),
        ("dates", Form::Text, many("4 March 2026 5 March 2026\n")),
        ("sentences", Form::Text, many(sentence)),
        (
            "articles",
            Form::Text,
            many(&format!("Pilots end strike\n4 March 2026\n{sentence}{sentence}\n\n\n")),
        ),
    ]
}

#[test]
fn hostile_dumps_do_not_overflow() {
    for (name, form, dump) in hostile(1 << 20) {
        let parsed = read(dump.as_bytes(), form);
        let cut = parsed.repairs.iter().any(|r| r.what == "tags nested too deep");
        assert!(cut || name != "nested tags", "{name}");
    }
}

/// Processor time that this thread has taken, in hundredths of a second; nothing where the system does not say.
fn work() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
}

/// Eight times the dump takes about eight times the work; a step that looks at every pair would take 64 times as much.
/// Times are no matter for a busy machine: only the long tier measures.
#[test]
#[expect(clippy::print_stderr, reason = "what was measured, for people who run the long tier")]
fn work_grows_as_the_dump_does() {
    if std::env::var_os("NEWSPRINT_LONG").is_none() {
        return eprintln!("the short tier measures no times: not run");
    }
    let taken = |form: Form, dump: &str| {
        let before = work()?;
        read(dump.as_bytes(), form);
        Some(work()? - before)
    };
    let (small, large) = (1 << 19, 1 << 22);
    for ((name, form, few), (_, _, many)) in hostile(small).into_iter().zip(hostile(large)) {
        let (Some(few), Some(many)) = (taken(form, &few), taken(form, &many)) else {
            return eprintln!("this system does not say what a thread takes: not run");
        };
        eprintln!("{name}: {few} and {many} hundredths of a second");
        assert!(many <= (few + 2) * 24, "{name}: {few}, and {many} for eight times as much");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic_and_all_lines_are_accounted_for(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let parsed = read(&bytes, Form::Text);
        let last = parsed.articles.iter().flat_map(|a| &a.lines).chain(parsed.refused.iter().flat_map(|r| &r.lines)).map(|s| s.to).max().unwrap_or(0);
        check_lines("bytes", &parsed, last);
        read(&bytes, Form::Html);
    }

    #[test]
    fn shuffled_lines_are_accounted_for(seed in 0usize..5, drops in proptest::collection::vec(0usize..60, 0..40)) {
        let samples = [include_str!("dump/seed-shape.txt"), include_str!("dump/wire.txt"), include_str!("dump/scroll.txt"), include_str!("dump/turkish.txt"), include_str!("dump/arabic.txt")];
        let lines: Vec<&str> = samples[seed].lines().collect();
        let text = drops.iter().map(|n| lines[n % lines.len()]).collect::<Vec<_>>().join("\n");
        let parsed = read(text.as_bytes(), Form::Text);
        check_lines("shuffled", &parsed, u32::try_from(text.strip_suffix('\n').unwrap_or(&text).split('\n').count()).expect("few"));
    }

    #[test]
    fn truncated_pages_do_not_panic(cut in 0usize..2800) {
        let page = include_str!("dump/page.html");
        let mut at = cut.min(page.len());
        while !page.is_char_boundary(at) { at -= 1; }
        read(&page.as_bytes()[..at], Form::Html);
    }
}

#[test]
fn the_same_text_gives_the_same_article() {
    // Names that fold into one another, at the head of sentences only: what comes out must not hang on
    // the order in which they are met.
    let names = [
        "Harbourmaster Stephen Marsh",
        "Stephen Marsh",
        "S Marsh",
        "Keeper Ada Quill",
        "Ada Quill",
        "A Quill",
    ];
    let sentences: String = (0..3)
        .flat_map(|_| names)
        .map(|name| {
            format!(
                "{name} spoke to the people who live near the old quay about what the winter would bring.\n\n"
            )
        })
        .collect();
    let text = format!("Harbour Board Hears The Town About The Quay\n\nBy Ann Lee\n\n{sentences}");
    let first = read(text.as_bytes(), Form::Text);
    assert!(!first.articles.is_empty(), "there is an article in it");
    for _ in 0..64 {
        let again = read(text.as_bytes(), Form::Text);
        assert_eq!(again.articles[0].tags, first.articles[0].tags);
    }
}
