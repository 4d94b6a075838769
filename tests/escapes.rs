//! Whatever stands in an article, what machines read can be read, and says what the article says.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use newsprint::article::{Correction, Header, Image};
use newsprint::clock::Clock;
use newsprint::date::Moment;
use newsprint::escape::is_forbidden;
use newsprint::fingerprint::Fingerprint;
use newsprint::near::Signature;
use newsprint::plan::{Outline, Page, Work};
use newsprint::render::{self, Bodies};
use newsprint::site::{self, Frozen, Site};
use newsprint::source::{Item, Record};
use newsprint::template::Templates;
use newsprint::{config, markdown, theme};
use quick_xml::events::Event;
use support::NOW;

/// Code points in one article.
const BATCH: u32 = 512;

/// U+0000 to U+FFFF, and some beyond, each in one of these texts.
fn texts() -> Vec<String> {
    let planes =
        (0..0x1_0000).chain(0x1_f600..0x1_f640).chain(0x1_fff0..0x2_0010).chain(0x10_ff00..0x11_0000);
    let points: Vec<u32> = planes.collect();
    let text = |batch: &[u32]| batch.iter().filter_map(|n| char::from_u32(*n)).collect::<String>();
    let texts = points.chunks(BATCH as usize).map(text).map(|text| format!("a{text}z"));
    // All of a batch may be surrogates, which are no characters.
    texts.chain(["]]> <![CDATA[ --> </script> {{ x }} \" ' \\ \\u0000".to_owned()]).collect()
}

/// An article that says `text` wherever it can.
fn record(at: usize, text: &str) -> Arc<Record> {
    let date = Moment { seconds: NOW - 60 * i64::try_from(at).unwrap_or(0), offset: 0, timed: true };
    let all = || text.to_owned();
    let header = Header {
        title: all(),
        subtitle: Some(all()),
        summary: all(),
        date: Some(date),
        section: "town".to_owned(),
        slug: format!("a{at}"),
        tags: vec![format!("tag {at}{text}")],
        authors: vec![format!("author {at}{text}")],
        agency: Some(all()),
        dateline: Some(all()),
        id: Some(format!("tag:x,2026:{at}:{text}")),
        image: Some(Image { src: None, alt: Some(all()), caption: Some(all()), credit: Some(all()) }),
        corrections: vec![Correction { date, text: all() }],
        ..Header::empty()
    };
    let body = format!("{text}\n\n[{text}](x.md)\n");
    let item = Item {
        header,
        facts: markdown::facts(&body),
        body: Fingerprint::of(body.as_bytes()),
        dump_key: None,
        signature: Signature::default(),
    };
    let path = format!("content/town/a{at:03}.md");
    Arc::new(Record { path, text: Fingerprint::of(body.as_bytes()), items: vec![item], diags: Vec::new() })
}

fn site(records: &[Arc<Record>]) -> Site {
    let toml = "title = 'The <Tide> & Co'\nbase_url = 'https://tide.example/'\ntimezone = 'UTC'\npage_size = 20\n[feeds]\nsize = 1000\nfull_text = true\nhubs = ['https://hub.example/?a=1&b=2']\n";
    let config = config::parse("site.toml", toml).value.expect("a config");
    let clock = Clock { now: NOW, drafts: false, future: false };
    let gated = site::gate(records, &config, &clock);
    let sources: Vec<_> = theme::templates().collect();
    let templates = Templates::new(&sources, &Arc::default()).value.expect("the default templates");
    let made = Site::new(
        Arc::new(config),
        Arc::new(templates),
        &gated,
        BTreeMap::new(),
        BTreeMap::new(),
        clock,
        Frozen::default(),
    );
    assert!(made.diags.iter().all(|diag| diag.code != "PATH"), "{:?}", made.diags);
    made.value.with_views().0
}

/// What a reader of the format has instead.
fn readable(text: &str) -> String {
    text.chars().map(|c| if is_forbidden(c) { '\u{fffd}' } else { c }).collect()
}

/// The texts of all elements of a name, and a failure where the file is not well-formed.
fn elements(out: &str, xml: &str, wanted: &str) -> Vec<String> {
    assert!(!xml.chars().any(is_forbidden), "{out} has a code point that XML forbids");
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut found, mut open): (Vec<String>, Option<String>) = (Vec::new(), None);
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{out}: {error}")) {
            Event::Start(tag) => {
                tag.attributes().for_each(|attribute| {
                    attribute.unwrap_or_else(|error| panic!("{out}: {error}"));
                });
                if tag.name().as_ref() == wanted {
                    open = Some(String::new());
                }
            }
            Event::Text(text) => {
                if let Some(open) = &mut open {
                    open.push_str(&text);
                }
            }
            Event::GeneralRef(entity) => {
                let name = entity.to_string();
                let text = match name.as_str() {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "#39" => "'",
                    "#13" => "\r",
                    other => panic!("{out}: &{other}; is no entity of XML"),
                };
                if let Some(open) = &mut open {
                    open.push_str(text);
                }
            }
            Event::End(tag) if tag.name().as_ref() == wanted => found.extend(open.take()),
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn every_code_point_survives_in_what_machines_read() {
    let texts = texts();
    let records: Vec<_> = texts.iter().enumerate().map(|(at, text)| record(at, text)).collect();
    let site = site(&records);
    let outline = Outline::new(&site);
    assert!(outline.diags.is_empty(), "{:?}", outline.diags);
    let wanted: Vec<String> = texts.iter().map(|text| readable(text)).collect();
    let mut seen = BTreeMap::<&str, usize>::new();
    for planned in &outline.value.outputs {
        let Work::Page(page) = &planned.work else { continue };
        let template = page.template();
        let is_article = matches!(page, Page::Article(_));
        if !template.ends_with(".xml") && !template.ends_with(".json") && !is_article {
            continue;
        }
        let ids = page.bodies(&site);
        let bodies: Vec<String> = ids
            .iter()
            .map(|id| format!("{0}\n\n[{0}](x.md)\n", site.index.article(*id).header().title))
            .collect();
        let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
        let mut bytes = Vec::new();
        render::page(&site, page, &planned.out, &Bodies::new(&ids, &bodies), &mut bytes).expect("rendered");
        let text = String::from_utf8(bytes).expect("UTF-8");
        let out = planned.out.as_str();
        *seen.entry(template).or_default() += 1;
        match (template, page) {
            ("feed.xml" | "atom.xml", _) => assert_eq!(elements(out, &text, "title")[1..], wanted, "{out}"),
            ("feed.json", _) => {
                let feed: serde_json::Value =
                    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{out}: {error}"));
                assert!(!text.chars().any(is_forbidden), "{out}");
                let items = feed["items"].as_array().expect("items");
                let titles: Vec<&str> = items.iter().filter_map(|item| item["title"].as_str()).collect();
                assert_eq!(titles, wanted, "{out}");
                let content = if out.starts_with("corrections/") { "content_text" } else { "content_html" };
                assert!(items.iter().all(|item| item[content].is_string()), "{out}");
            }
            (_, Page::Article(id)) => {
                let mut blocks = 0;
                for block in text.split("<script type=\"application/ld+json\">").skip(1) {
                    let (block, _) = block.split_once("</script>").expect("a closed script");
                    let data: serde_json::Value =
                        serde_json::from_str(block).unwrap_or_else(|error| panic!("{out}: {error}"));
                    assert!(!block.chars().any(is_forbidden), "{out}");
                    if let Some(headline) = data["headline"].as_str() {
                        assert_eq!(headline, readable(&site.index.article(*id).header().title), "{out}");
                        blocks += 1;
                    }
                }
                assert_eq!(blocks, 1, "{out} has structured data");
            }
            _ => drop(elements(out, &text, "loc")),
        }
    }
    let least = [
        ("feed.xml", 2),
        ("atom.xml", 2),
        ("feed.json", 2),
        ("sitemap.xml", 1),
        ("article.html", texts.len()),
    ];
    for (template, count) in least {
        assert!(seen.get(template).is_some_and(|seen| *seen >= count), "{template}: {seen:?}");
    }
}
