// What each target does with its bytes; included by the fuzz programs and by `tests/fuzz.rs`. Every target panics when
// something is wrong, and so tells the fuzzer.

use newsprint::check::{json_ld, tree};
use newsprint::front_matter::{self, Defaults};
use newsprint::markdown::{self, Targets};
use newsprint::path::{OutPath, check_slug, slugify};
use newsprint::{date, dump, ledger, source};

/// Panics when something is wrong with what the program makes of the bytes.
pub(crate) type Target = fn(&[u8]);

/// Every target by its name.
pub(crate) const TARGETS: [(&str, Target); 11] = [
    ("dump_text", dump_text),
    ("dump_html", dump_html),
    ("front_matter", front_matter),
    ("front_matter_print", front_matter_print),
    ("markdown", markdown),
    ("slug_and_path", slug_and_path),
    ("xml", xml),
    ("json_ld", structured_data),
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
