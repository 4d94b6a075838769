//! Laws of front matter: what is printed is read back, and no text makes the readers panic.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeZone};
use chrono_tz::Tz;
use newsprint::article::{Correction, Header, Image, Kind, Source, Withdrawn};
use newsprint::date::Moment;
use newsprint::front_matter::{Defaults, FILE_LIMIT, parse, print};
use newsprint::{config, diag};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

const ZONES: [Tz; 5] =
    [Tz::UTC, Tz::Europe__Istanbul, Tz::America__St_Johns, Tz::Asia__Kathmandu, Tz::Pacific__Apia];

/// Texts as an enemy would write them: fences, quotes, backslashes, controls, other scripts.
fn text() -> impl Strategy<Value = String> {
    let hostile = prop_oneof![
        Just("+++\n"),
        Just("---"),
        Just("\""),
        Just("'''"),
        Just("\\"),
        Just("\\u0000"),
        Just("\r\n"),
        Just("\u{1b}[2J"),
        Just("\u{7f}"),
        Just("\u{85}"),
        Just("\u{feff}"),
        Just("\u{200f}"),
        Just("\u{2028}"),
        Just("]]"),
        Just("{{ x }}"),
        Just("# no comment"),
        Just(" = 1\n[extra]\n"),
        Just("قمة"),
        Just("“quote”"),
        Just("👩‍👩‍👧"),
        Just("2026-02-30"),
        Just(" "),
    ];
    let part =
        prop_oneof![hostile.prop_map(str::to_owned), "\\PC{0,12}", any::<char>().prop_map(String::from)];
    // What turns the writing direction and is not closed is an error, so no header has it.
    vec(part, 0..5).prop_map(|parts| {
        parts.concat().replace(|c| matches!(c, '\0' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'), "")
    })
}

fn words() -> impl Strategy<Value = String> {
    (text(), "[a-zé]", text()).prop_map(|(a, b, c)| a + &b + &c)
}

fn list() -> impl Strategy<Value = Vec<String>> {
    vec(words(), 0..4)
}

fn moment(zone: Tz) -> impl Strategy<Value = Moment> {
    let timed = (-62_135_000_000..253_402_000_000_i64)
        .prop_map(move |seconds| Moment::at(&chrono::Utc.timestamp_opt(seconds, 0).unwrap(), zone));
    let day = (2..9998_i32, 1..13_u32, 1..29_u32).prop_map(move |(year, month, day)| {
        Moment::day(NaiveDate::from_ymd_opt(year, month, day).expect("a day"), zone)
    });
    prop_oneof![timed, day]
}

fn slug() -> impl Strategy<Value = String> {
    "[a-zçığ][a-z0-9]{0,8}(-[a-z0-9]{1,4}){0,2}"
        .prop_filter("a name of a device", |slug| newsprint::path::check_slug(slug).is_ok())
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(serde_json::Value::from),
        text().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            btree_map(text(), inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

fn image() -> impl Strategy<Value = Image> {
    (option::of(words()), option::of(text()), option::of(words()), option::of(words()))
        .prop_map(|(src, alt, caption, credit)| Image { src, alt, caption, credit })
}

fn kind() -> impl Strategy<Value = Kind> {
    (0..Kind::WORDS.len()).prop_map(|at| Kind::WORDS[at].1)
}

fn header(zone: Tz) -> impl Strategy<Value = Header> {
    let first = (
        words(),
        option::of(words()),
        option::of(moment(zone)),
        option::of(moment(zone)),
        prop_oneof![Just(String::new()), words()],
        prop_oneof![Just(String::new()), slug(), (slug(), slug()).prop_map(|(a, b)| format!("{a}/{b}"))],
        (list(), list(), list()),
        option::of(words()),
        option::of(words()),
        option::of("[a-z]{2}(-[A-Z]{2})?"),
        slug(),
        vec(slug().prop_map(|slug| format!("/{slug}/")), 0..4),
    );
    let second = (
        any::<(bool, bool)>(),
        option::of(image()),
        vec((moment(zone), words()).prop_map(|(date, text)| Correction { date, text }), 0..3),
        option::of(
            (words(), 1..u32::MAX, "[0-9a-f]{64}", option::of("[0-9a-f]{32}"))
                .prop_map(|(file, item, sha256, dump)| Source { file, item, sha256, dump }),
        ),
        kind(),
        option::of((moment(zone), words()).prop_map(|(date, notice)| Withdrawn { date, notice })),
        (option::of(words()), option::of(words()), option::of(words())),
        option::of(moment(zone)),
        option::of("https://[a-z]{1,8}\\.example/[a-z/]{0,8}"),
        btree_map(text(), list(), 0..3),
        btree_map(text(), json().prop_map(|json| json.to_string()), 0..4),
    );
    (first, second).prop_map(|(first, second)| {
        let (
            title,
            subtitle,
            date,
            updated,
            summary,
            section,
            (tags, authors, review),
            agency,
            dateline,
            lang,
            slug,
            aliases,
        ) = first;
        let (
            (draft, lead),
            image,
            corrections,
            source,
            kind,
            withdrawn,
            (thread, id, translation_of),
            pin_until,
            canonical,
            roles,
            extra,
        ) = second;
        let (embargo, expires) = match (updated, pin_until) {
            (Some(a), Some(b)) if a < b && a.timed && b.timed => (Some(a), Some(b)),
            _ => (None, None),
        };
        Header {
            title,
            subtitle,
            date,
            updated,
            summary,
            section,
            tags,
            authors,
            agency,
            dateline,
            lang,
            slug,
            aliases,
            draft,
            embargo,
            expires,
            image,
            corrections,
            review,
            source,
            kind,
            withdrawn,
            thread,
            lead,
            pin_until,
            id,
            canonical,
            translation_of,
            roles,
            extra,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_read_back(
        (zone, header) in (0..ZONES.len()).prop_flat_map(|at| (Just(ZONES[at]), header(ZONES[at]))),
        body in text(),
    ) {
        let defaults = Defaults { zone, slug: "file-name".to_owned(), section: "folder".to_owned() };
        let front = print(&header, &defaults);
        let text = format!("{front}{body}");
        let read = parse("a.md", &text, &defaults);
        let said: Vec<String> = read.diags.iter().map(|diag| diag.render(false)).collect();
        let document = read.value;
        prop_assert!(document.is_some(), "{}\n{front}", said.join("\n"));
        let document = document.expect("a document");
        prop_assert_eq!(&document.header, &header, "{}", front);
        prop_assert_eq!(&text[document.body], body);
        prop_assert_eq!(print(&document.header, &defaults), front);
    }

    #[test]
    fn no_text_makes_the_readers_panic(parts in vec(prop_oneof![
        text(), Just("\n".to_owned()), Just("title = ".to_owned()), Just("date: ".to_owned()), Just("[[".to_owned()),
        Just("[extra]\n".to_owned()), Just("{".to_owned()), Just("  - ".to_owned()), Just("\"".to_owned()), Just(": ".to_owned()),
        Just("&a ".to_owned()), Just("*a".to_owned()), Just("2026-03-29T02:30".to_owned()), Just("\n+++\n".to_owned()), Just("\r".to_owned()),
    ], 0..24)) {
        let text = parts.concat();
        let defaults = Defaults { zone: Tz::Europe__Berlin, slug: "a".to_owned(), section: String::new() };
        for file in [text.clone(), format!("+++\n{text}\n+++\nx"), format!("---\n{text}\n---\nx"), format!("---\r{text}\r---\rx")] {
            let read = parse("a.md", &file, &defaults);
            let empty = read.diags.iter().any(|diag| diag.code == "EMPTY");
            prop_assert_eq!(read.value.is_none(), diag::any_error(&read.diags) || empty, "{}", file);
            for diag in &read.diags {
                let _ = diag.render(true);
            }
        }
        let read = config::parse("site.toml", &text);
        prop_assert_eq!(read.value.is_none(), diag::any_error(&read.diags));
    }
}

#[test]
fn toml_and_yaml_say_the_same() {
    let defaults = Defaults { zone: Tz::Europe__Berlin, slug: "a".to_owned(), section: "world".to_owned() };
    let read = |text: &str| {
        let read = parse("a.md", text, &defaults);
        assert!(read.diags.is_empty(), "{:?}", read.diags);
        read.value.expect("a document").header
    };
    let toml = read(include_str!("words/full.toml.md"));
    let yaml = read(include_str!("words/full.yaml.md"));
    assert_eq!(toml, yaml);
    assert_eq!(
        toml.extra,
        BTreeMap::from([("weather".to_owned(), r#"{"low":-2.5,"sky":["rain","sun"]}"#.to_owned())])
    );
    assert_eq!(toml.date.map(Moment::rfc3339).as_deref(), Some("2026-03-14T10:30:00+01:00"));
    assert_eq!(toml.embargo.map(Moment::rfc3339).as_deref(), Some("2026-07-01T12:00:00+02:00"));
    assert_eq!(toml.expires.map(Moment::rfc3339).as_deref(), Some("2027-01-01"));
    let bytes: Vec<String> = ["\u{feff}", ""]
        .iter()
        .map(|bom| format!("{bom}{}", include_str!("words/full.toml.md").replace('\n', "\r\n")))
        .collect();
    for text in bytes {
        assert_eq!(read(&text), toml);
    }
}

#[test]
fn hostile_front_matter_costs_little() {
    let defaults = Defaults { zone: Tz::UTC, slug: "a".to_owned(), section: String::new() };
    let many = |line: &dyn Fn(usize) -> String| -> String { (0..8000).map(line).collect() };
    let hostile = [
        ("---", many(&|n| format!("{n:x}:\n"))),
        ("---", many(&|_| "a:\n".to_owned())),
        ("---", "a: ".to_owned() + &"&a ".repeat(20_000)),
        ("---", "? ".repeat(30_000)),
        ("---", "{".repeat(60_000)),
        ("---", "a: \"".to_owned() + &"\\\n".repeat(30_000)),
        ("+++", many(&|n| format!("a{n:x}=1\n"))),
        ("+++", many(&|_| "a=1\n".to_owned())),
        ("+++", many(&|n| format!("a{n:x}=b\n"))),
        ("+++", many(&|n| format!("[a{n:x}]\n"))),
        ("+++", many(&|_| "=\n".to_owned())),
        ("+++", format!("title = \"x\"\ncorrections = [{}]", "{},".repeat(20_000))),
        ("+++", format!("title = \"x\"\ntags = [{}]", "0,".repeat(30_000))),
        ("+++", format!("title = {}", "[".repeat(60_000))),
        ("+++", format!("title = {}", "{a=".repeat(20_000))),
        ("+++", format!("a{} = 1", ".a".repeat(30_000))),
        ("+++", format!("a{} = 1", ".\"a\"".repeat(15_000))),
        ("+++", format!("a{} = 1", ".\"=\"".repeat(15_000))),
        ("+++", format!("a{} = 1", ".\"é\"".repeat(10_000))),
        ("+++", format!("x = {{ a{} = 1 }}", ".'\u{3b1}'".repeat(10_000))),
    ];
    let start = std::time::Instant::now();
    for (fence, text) in hostile {
        let read = parse("a.md", &format!("{fence}\n{text}\n{fence}\n"), &defaults);
        assert!(
            read.value.is_none() && (1..=101).contains(&read.diags.len()),
            "{} of {text:.40}",
            read.diags.len()
        );
    }
    // An optimised build takes some 50 ms for all of them.
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

#[test]
fn an_article_beyond_the_limit_is_not_read() {
    let defaults = Defaults { zone: Tz::UTC, slug: "a".to_owned(), section: String::new() };
    let text = "+++\ntitle = \"Long\"\n+++\n".to_owned() + &"x".repeat(FILE_LIMIT);
    let read = parse("a.md", &text, &defaults);
    let said: Vec<String> = read.diags.iter().map(diag::Diag::line).collect();
    assert_eq!(said, ["a.md: error[LIMIT-SIZE]: the article has 16777239 bytes, the limit is 16777216"]);
    assert!(parse("a.md", &text[..FILE_LIMIT], &defaults).value.is_some());
}
