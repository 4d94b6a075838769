// What each target does with its bytes; included by the fuzz programs and by `tests/fuzz.rs`. Every target panics when
// something is wrong, and so tells the fuzzer.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use newsprint::article::{Correction, Header, Image};
use newsprint::check::{json_ld, tree};
use newsprint::clock::Clock;
use newsprint::config::{self, Config};
use newsprint::escape::is_forbidden;
use newsprint::fingerprint::Fingerprint;
use newsprint::front_matter::{self, Defaults};
use newsprint::markdown::{self, Targets};
use newsprint::near::Signature;
use newsprint::path::{OutPath, check_slug, slugify};
use newsprint::plan::{Outline, Page, Work};
use newsprint::render::{self, Bodies};
use newsprint::serve::{self, Preview};
use newsprint::site::{self, Frozen, Site};
use newsprint::source::{Item, Record};
use newsprint::template::Templates;
use newsprint::{date, dump, ledger, load, source, theme};

/// Panics when something is wrong with what the program makes of the bytes.
pub(crate) type Target = fn(&[u8]);

/// Every target by its name.
pub(crate) const TARGETS: [(&str, Target); 15] = [
    ("dump_text", dump_text),
    ("dump_html", dump_html),
    ("front_matter", front_matter),
    ("front_matter_print", front_matter_print),
    ("front_matter_edit", front_matter_edit),
    ("markdown", markdown),
    ("slug_and_path", slug_and_path),
    ("xml", xml),
    ("json_ld", structured_data),
    ("feed_writer", feed_writer),
    ("json_ld_writer", json_ld_writer),
    ("http", http),
    ("link_target", link_target),
    ("ledger", ledger),
    ("dates", dates),
];

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn dump_of(bytes: &[u8], form: dump::Form) {
    let vocabulary = dump::Vocabulary::default();
    let input = dump::Input { source: "d", form, url: None, fetched: None };
    let options = dump::Options { vocabulary: &vocabulary, language: None, zone: None };
    let parsed = dump::parse(bytes, &input, &options);
    assert!(
        parsed.articles.is_empty() == parsed.refused.is_some() || !parsed.articles.is_empty(),
        "neither article nor refusal"
    );
    for article in &parsed.articles {
        assert!(!article.title.trim().is_empty(), "an article without a title");
        markdown(article.body.as_bytes());
    }
    let again = dump::parse(bytes, &input, &options);
    assert_eq!(parsed.articles.len(), again.articles.len(), "parsing is a function of its input");
}

fn dump_text(bytes: &[u8]) {
    dump_of(bytes, dump::Form::Text);
}

fn dump_html(bytes: &[u8]) {
    dump_of(bytes, dump::Form::Html);
}

fn defaults() -> Defaults {
    Defaults { zone: chrono_tz::Tz::UTC, slug: "slug".to_owned(), section: "world".to_owned() }
}

/// Complaints point into the file, and can be shown.
fn front_matter(bytes: &[u8]) {
    let text = text(bytes);
    let parsed = front_matter::parse("a.md", &text, &defaults());
    for diag in &parsed.diags {
        assert!(!diag.render(false).is_empty());
        let place = diag.place.as_ref().expect("a place");
        assert!(
            place.line as usize <= text.lines().count() + 1 + text.matches('\r').count(),
            "a line that is not there"
        );
    }
    if let Some(range) = front_matter::body_range(&text) {
        assert!(text.get(range).is_some(), "a body outside of the file");
    }
    assert!(parsed.value.is_some() || !parsed.diags.is_empty(), "refused without a word");
}

/// What is printed is read back as the same.
fn front_matter_print(bytes: &[u8]) {
    let parsed = front_matter::parse("a.md", &text(bytes), &defaults());
    let Some(document) = parsed.value.filter(|_| parsed.diags.is_empty()) else { return };
    let printed = front_matter::print(&document.header, &defaults());
    let again = front_matter::parse("a.md", &printed, &defaults());
    let header = again.value.unwrap_or_else(|| panic!("{printed}\n{:?}", again.diags)).header;
    assert_eq!(header, document.header, "{printed}");
}

/// A changed key is what it was set to, and nothing else of the file says anything else: the first line of the input is the
/// new headline, the rest is the file.
fn front_matter_edit(bytes: &[u8]) {
    let text = text(bytes);
    let (title, file) = text.split_once('\n').unwrap_or_default();
    let old = front_matter::parse("a.md", file, &defaults());
    let Some(old) = old.value.filter(|_| old.diags.is_empty()) else { return };
    let set = |file: &str, key: &str, value: serde_json::Value| {
        front_matter::set(file, [(key.to_owned(), value)]).ok()
    };
    if let Some(new) = set(file, "title", title.into()) {
        let body =
            |file: &str| front_matter::body_range(file).and_then(|range| file.get(range).map(str::to_owned));
        assert_eq!(body(&new), body(file), "{new}");
        let read = front_matter::parse("a.md", &new, &defaults());
        if read.diags.is_empty() {
            let header = read.value.unwrap_or_else(|| panic!("{new}")).header;
            assert_eq!(header, Header { title: header.title.clone(), ..old.header.clone() }, "{new}");
            assert_eq!(set(&new, "title", title.into()).as_deref(), Some(new.as_str()), "setting it twice");
        }
        if let Some(back) = set(&new, "title", old.header.title.clone().into()) {
            let back = front_matter::parse("a.md", &back, &defaults());
            assert_eq!(back.value.map(|document| document.header), Some(old.header.clone()), "{new}");
        }
    }
    if let Some(none) = set(file, "summary", serde_json::Value::Null) {
        let read = front_matter::parse("a.md", &none, &defaults());
        let header = read.value.unwrap_or_else(|| panic!("{none}\n{:?}", read.diags)).header;
        assert_eq!(header, Header { summary: String::new(), ..old.header }, "{none}");
    }
    if let Some(new) = front_matter::replace_body(file, title) {
        let range = front_matter::body_range(&new).unwrap_or_else(|| panic!("{new}"));
        let before = front_matter::body_range(file).unwrap_or_else(|| panic!("{file}"));
        let head = file.get(..before.start).unwrap_or_default();
        let behind = new.get(..range.start).and_then(|start| start.strip_prefix(head));
        assert!(behind.is_some_and(|end| matches!(end, "" | "\n" | "\r\n" | "\r")), "{new}");
        let plain = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
        assert_eq!(plain(&new[range]), plain(title), "{new}");
    }
}

/// Whatever is written, nothing of it runs.
fn markdown(bytes: &[u8]) {
    let text = text(bytes);
    let (facts, excess) = markdown::measured(&text);
    assert!(facts.lead.len() <= 2_000);
    assert!(excess.is_none() || text.len() > markdown::TARGETS_LIMIT, "too much in {} bytes", text.len());
    let mut html = String::new();
    markdown::render(&text, &Targets::default(), &mut html);
    assert!(html.len() <= text.len() * 64 + 65_536, "{} bytes from {}", html.len(), text.len());
    let document = dom_query::Document::fragment(html.as_str());
    for node in document.select("*").nodes() {
        let name = node.node_name().unwrap_or_default().to_lowercase();
        let refused = [
            "script", "style", "iframe", "object", "embed", "svg", "math", "form", "base", "meta", "link",
            "template",
        ];
        assert!(!refused.contains(&name.as_str()), "<{name}> from {text:?}");
        for attribute in node.attrs() {
            let key = attribute.name.local.to_string();
            assert!(!key.starts_with("on") && key != "style", "{key} from {text:?}");
            let value: String =
                attribute.value.chars().filter(|c| *c > ' ').collect::<String>().to_lowercase();
            let runs = ["javascript:", "vbscript:", "data:"].iter().any(|scheme| value.starts_with(scheme));
            assert!(!(matches!(key.as_str(), "href" | "src") && runs), "{value} from {text:?}");
        }
    }
}

fn slug_and_path(bytes: &[u8]) {
    let text = text(bytes);
    let slug = slugify(&text);
    assert_eq!(check_slug(&slug), Ok(()), "{slug:?} from {text:?}");
    assert_eq!(slugify(&slug), slug, "a slug is its own slug");
    if let Ok(path) = OutPath::new(&text) {
        let parts: Vec<&str> = path.as_str().split('/').collect();
        assert!(
            !parts.iter().any(|part| matches!(*part, "" | "." | ".."))
                && !path.as_str().contains(['\\', '\0', '%'])
        );
        let again = OutPath::new(path.as_str()).expect("a path that was one");
        assert_eq!((&again, again.fold_key()), (&path, path.fold_key()));
    }
}

/// Feeds and sitemaps are read by this parser: it must end, and never take for well-formed what is cut off.
fn xml(bytes: &[u8]) {
    let text = text(bytes);
    if let Ok(node) = tree::parse(&text) {
        assert!(!node.name.is_empty());
        assert!(tree::parse(&format!("{text}<")).is_err() && tree::parse(&format!("<x>{text}")).is_err());
    }
}

fn structured_data(bytes: &[u8]) {
    let _ = json_ld::faults(&text(bytes));
}

/// The default theme, and a site that shows all it has.
fn stage() -> &'static (Arc<Config>, Arc<Templates>) {
    static STAGE: OnceLock<(Arc<Config>, Arc<Templates>)> = OnceLock::new();
    STAGE.get_or_init(|| {
        let toml = "title = 'The <Tide> & Co'\nbase_url = 'https://tide.example/'\ntimezone = 'UTC'\n[feeds]\nfull_text = true\n";
        let config = config::parse("site.toml", toml).value.expect("a config");
        let templates = Templates::new(&theme::templates().collect::<Vec<_>>(), &Arc::default()).value.expect("the theme");
        (Arc::new(config), Arc::new(templates))
    })
}

/// The pages that `wanted` asks for, of a site with one article that says the text wherever it can.
fn written(text: &str, wanted: fn(&Page) -> bool) -> (Header, Vec<(Page, String)>) {
    const NOW: i64 = 1_780_315_200;
    let (config, templates) = stage();
    let all = || text.to_owned();
    let moment = date::Moment { seconds: NOW - 60, offset: 0, timed: true };
    let header = Header {
        title: all(),
        subtitle: Some(all()),
        summary: all(),
        date: Some(moment),
        section: "town".to_owned(),
        slug: "a".to_owned(),
        tags: vec![format!("tag {text}")],
        authors: vec![format!("author {text}")],
        agency: Some(all()),
        dateline: Some(all()),
        id: Some(format!("tag:x,2026:{text}")),
        image: Some(Image { src: None, alt: Some(all()), caption: Some(all()), credit: Some(all()) }),
        corrections: vec![Correction { date: moment, text: all() }],
        ..Header::empty()
    };
    let item = Item {
        header: header.clone(),
        facts: markdown::facts(text),
        body: Fingerprint::of(text.as_bytes()),
        dump_key: None,
        signature: Signature::default(),
    };
    let path = "content/town/a.md".to_owned();
    let record =
        Record { path, text: Fingerprint::of(text.as_bytes()), items: vec![item], diags: Vec::new() };
    let clock = Clock { now: NOW, drafts: false, future: false };
    let gated = site::gate(&[Arc::new(record)], config, &clock);
    let (none, frozen) = (BTreeMap::new(), Frozen::default());
    let site =
        Site::new(Arc::clone(config), Arc::clone(templates), &gated, none.clone(), none, clock, frozen);
    let (site, _) = site.value.with_views();
    let outputs = Outline::new(&site).value.outputs.into_iter();
    let pages = outputs.filter_map(|planned| match planned.work {
        Work::Page(page) if wanted(&page) => {
            let ids = page.bodies(&site);
            let bodies = vec![text; ids.len()];
            let mut bytes = Vec::new();
            render::page(&site, &page, &planned.out, &Bodies::new(&ids, &bodies), &mut bytes)
                .expect("rendered");
            Some((page, String::from_utf8(bytes).expect("UTF-8")))
        }
        _ => None,
    });
    (header, pages.collect())
}

/// What a reader of XML or JSON has instead of a text.
fn readable(text: &str) -> String {
    text.chars().map(|c| if is_forbidden(c) { '\u{fffd}' } else { c }).collect()
}

/// Feeds and sitemaps are read back by a parser, and say what the article says.
fn feed_writer(bytes: &[u8]) {
    let text = text(bytes);
    let (header, pages) =
        written(&text, |page| matches!(page, Page::Feed { .. } | Page::Sitemap(_) | Page::SitemapIndex));
    assert!(pages.len() >= 3, "{} feeds and sitemaps", pages.len());
    let title = readable(&header.title);
    let mut items = 0;
    for (page, written) in pages {
        assert!(!written.chars().any(is_forbidden), "{page:?}");
        if page.template().ends_with(".json") {
            let feed: serde_json::Value =
                serde_json::from_str(&written).unwrap_or_else(|e| panic!("{e}: {written}"));
            for item in feed["items"].as_array().into_iter().flatten() {
                assert_eq!(item["title"].as_str(), Some(title.as_str()), "{written}");
                items += 1;
            }
            continue;
        }
        let node = tree::parse(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
        let channel = node.child("channel").unwrap_or(&node);
        for item in channel.all("item").chain(channel.all("entry")) {
            let have = item.words("title").unwrap_or_default();
            assert_eq!(have.trim(), title.trim_matches([' ', '\t', '\r', '\n']).trim(), "{written}");
            items += 1;
        }
    }
    assert!(items >= 3, "{items} items in all forms of feeds");
}

/// Structured data are read back, and nothing in them ends the script that they stand in.
fn json_ld_writer(bytes: &[u8]) {
    let text = text(bytes);
    let (header, pages) = written(&text, |page| matches!(page, Page::Article(_)));
    let [(_, page)] = pages.as_slice() else { panic!("one article") };
    let document = dom_query::Document::from(page.as_str());
    let blocks = document.select("script[type='application/ld+json']");
    let mut headlines = 0;
    for block in blocks.nodes() {
        let block = block.text().to_string();
        assert!(!block.chars().any(is_forbidden), "{block}");
        let data: serde_json::Value = serde_json::from_str(&block).unwrap_or_else(|e| panic!("{e}: {block}"));
        if let Some(headline) = data["headline"].as_str() {
            assert_eq!(headline, readable(&header.title), "{block}");
            headlines += 1;
        }
    }
    assert_eq!(headlines, 1, "{page}");
}

/// A preview of a site with a secret beside it.
struct Server {
    ports: [u16; 2],
    folder: PathBuf,
    _kept: (Mutex<Preview>, tempfile::TempDir),
}

/// Panics of the server's own threads.
static PANICS: AtomicUsize = AtomicUsize::new(0);
const SECRET: &str = "the-secret-of-the-newsroom";
const STORY: &str = "+++\ntitle = \"A story\"\ndate = 2026-03-14\n+++\nIts text.\n";

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let thread = std::thread::current();
            if thread.name().is_some_and(|name| name.contains("tokio")) {
                PANICS.fetch_add(1, Ordering::SeqCst);
            }
            before(info);
        }));
        let kept = tempfile::tempdir().expect("a folder");
        let folder = kept.path().join("site");
        for (path, text) in [
            (
                "site.toml",
                "title = \"The Paper\"\nbase_url = \"https://paper.example/\"\ntimezone = \"UTC\"\n",
            ),
            ("content/a.md", STORY),
            ("secret.txt", SECRET),
            ("../secret.txt", SECRET),
        ] {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        let clock = Clock { now: 1_780_315_200, drafts: false, future: false };
        let wishes = load::Wishes { base_url: None, clock, keep_going: true };
        let preview = Preview::start(&serve::Options::new(&folder, wishes)).expect("the preview starts");
        let desk = preview.desk().trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok());
        let ports = [preview.port(), desk.expect("a port")];
        Server { ports, folder, _kept: (Mutex::new(preview), kept) }
    })
}

/// Whatever is sent to the preview or the desk, both go on, no file is given away and none is written: `HOST` in the input
/// stands for the server's own name.
fn http(bytes: &[u8]) {
    let server = server();
    for port in server.ports {
        let host = format!("127.0.0.1:{port}");
        let mut request = Vec::new();
        let mut rest = bytes;
        while let Some(at) = rest.windows(4).position(|four| four == b"HOST") {
            request.extend([&rest[..at], host.as_bytes()].concat());
            rest = &rest[at + 4..];
        }
        request.extend(rest);
        let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server is there");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        // A server that has heard enough hangs up.
        let _ = stream.write_all(&request);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.take(1 << 20).read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1."), "{answer}");
        assert!(!answer.contains(SECRET) && !answer.contains("root:x:0:"), "{answer}");
        assert!(!answer.to_lowercase().contains("access-control-allow"), "{answer}");
    }
    assert_eq!(PANICS.load(Ordering::SeqCst), 0, "the server panicked");
    assert_eq!(std::fs::read_to_string(server.folder.join("content/a.md")).ok().as_deref(), Some(STORY));
    let names = std::fs::read_dir(server.folder.join("content")).expect("a folder").count();
    assert_eq!(names, 1, "a file was written");
}

/// What is judged safe is safe to a reader of addresses that knows the URL standard.
fn link_target(bytes: &[u8]) {
    let text = text(bytes);
    let base = newsprint::check::address::Base::new("https://t.example/");
    let to = base.resolve("a/b.html", &text);
    if markdown::is_safe_target(&text) {
        assert_ne!(to, newsprint::check::address::To::Script, "{text:?}");
    }
}

/// A damaged ledger is found out, or is a whole one.
fn ledger(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger");
    std::fs::write(&path, bytes).expect("a file");
    let (ledger, _) = ledger::Ledger::load(&path);
    let _ = ledger.records();
}

fn dates(bytes: &[u8]) {
    let text = text(bytes);
    let _ = date::Written::read(&text);
    for zone in [chrono_tz::Tz::UTC, chrono_tz::Tz::Europe__Berlin, chrono_tz::Tz::Australia__Lord_Howe] {
        for strict in [true, false] {
            if let Ok(moment) = date::Moment::read(&text, zone, strict) {
                let again = date::Moment::read(&moment.rfc3339(), zone, true);
                assert_eq!(again.map(|again| again.seconds).ok(), Some(moment.seconds), "{text}");
            }
        }
    }
    let _ = source::words(&text);
}

/// Runs a target by its name.
pub(crate) fn run(name: &str, bytes: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target of this name");
    target(bytes);
}
