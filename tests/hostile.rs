//! Content that wants to run script, to break a feed, or to keep the program busy for ever.
//!
//! Vectors stand in `tests/hostile/scripts.txt`, one a line, with the escapes of JSON. Each goes through every
//! place that a text can come in by, and every file that comes out is judged by an oracle: parsed as a browser
//! parses it, each element and attribute must be one that a harmless site has, or one of Markdown's. `NEWSPRINT_VECTORS`
//! names a folder with more of them (`.txt`, a line each; `.json`, every string in it).

#![allow(clippy::print_stderr, reason = "what was counted is for docs/trust.md")]

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use dom_query::{Document, NodeRef};
use newsprint::build;
use newsprint::check::tree::{self, Node};
use newsprint::{dump, markdown};
use serde_json::Value;
use support::{Random, Silent, TestSite, Tree};

/// What Markdown and dumps may become, with the attributes.
const PROSE: [(&str, &[&str]); 31] = [
    ("p", &[]),
    ("a", &["href", "title"]),
    ("em", &[]),
    ("strong", &[]),
    ("del", &[]),
    ("code", &[]),
    ("pre", &[]),
    ("br", &[]),
    ("hr", &[]),
    ("ul", &[]),
    ("ol", &["start"]),
    ("li", &[]),
    ("blockquote", &[]),
    ("h2", &["id"]),
    ("h3", &["id"]),
    ("h4", &["id"]),
    ("h5", &["id"]),
    ("h6", &["id"]),
    ("table", &[]),
    ("thead", &[]),
    ("tbody", &[]),
    ("tr", &[]),
    ("th", &["class"]),
    ("td", &["class"]),
    ("figure", &[]),
    ("figcaption", &[]),
    ("img", &["src", "alt", "width", "height", "loading", "decoding"]),
    ("sup", &["class", "id"]),
    ("div", &["class", "id"]),
    ("cite", &[]),
    ("bdi", &[]),
];

/// Attributes that hold addresses.
const ADDRESSES: [&str; 11] = [
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "background",
    "cite",
    "ping",
    "xlink:href",
    "srcdoc",
];

/// Elements and attributes that a page may have, and the scripts on it word for word.
#[derive(Default)]
struct Allowed {
    pairs: BTreeSet<(String, String)>,
    scripts: BTreeSet<String>,
}

impl Allowed {
    fn prose() -> Self {
        let mut allowed = Self::default();
        for (element, attributes) in PROSE {
            let all = attributes.iter().chain([&""]);
            allowed.pairs.extend(all.map(|attribute| (element.to_owned(), (*attribute).to_owned())));
        }
        allowed
    }

    /// With all that the pages of a harmless site have.
    fn learn(&mut self, tree: &Tree) {
        for (_, bytes) in tree.iter().filter(|(path, _)| path.ends_with(".html")) {
            let document = Document::from(String::from_utf8_lossy(bytes).as_ref());
            for node in document.select("*").nodes() {
                self.pairs.extend(pairs(node));
                if is_program(node) {
                    self.scripts.insert(node.text().to_string());
                }
            }
        }
    }
}

fn name(node: &NodeRef<'_>) -> String {
    node.node_name().unwrap_or_default().to_string().to_lowercase()
}

fn pairs(node: &NodeRef<'_>) -> Vec<(String, String)> {
    let element = name(node);
    let mut pairs = vec![(element.clone(), String::new())];
    pairs.extend(node.attrs().iter().map(|attribute| (element.clone(), attribute.name.local.to_string())));
    pairs
}

/// A script that a browser would run.
fn is_program(node: &NodeRef<'_>) -> bool {
    name(node) == "script" && !node.attr("type").is_some_and(|kind| kind.starts_with("application/ld+json"))
}

/// The scheme as browsers read it: blanks and controls at the ends and line ends anywhere are not there.
fn scheme(address: &str) -> Option<String> {
    let trimmed = address.trim_matches(|c: char| c <= ' ');
    let cleaned: String = trimmed.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let end = cleaned.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))?;
    (cleaned[end..].starts_with(':') && end > 0).then(|| cleaned[..end].to_ascii_lowercase())
}

/// What is wrong with a page or a piece of one.
fn faults(html: &str, is_page: bool, allowed: &Allowed) -> Vec<String> {
    let parse = |html: &str| if is_page { Document::from(html) } else { Document::fragment(html) };
    let document = parse(html);
    let mut faults = Vec::new();
    for node in document.select("*").nodes() {
        let element = name(node);
        if !is_page && matches!(element.as_str(), "html" | "body" | "head") && node.attrs().is_empty() {
            continue;
        }
        for (element, attribute) in pairs(node) {
            let is_event = attribute.starts_with("on");
            // Language and direction are harmless anywhere.
            let is_harmless = matches!(attribute.as_str(), "lang" | "dir");
            if is_event || !is_harmless && !allowed.pairs.contains(&(element.clone(), attribute.clone())) {
                faults.push(format!("<{element} {attribute}>"));
            }
        }
        for attribute in node.attrs() {
            let is_address = ADDRESSES.contains(&&*attribute.name.local);
            let is_redirect =
                element == "meta" && &*attribute.name.local == "content" && node.attr("http-equiv").is_some();
            let value = if is_redirect {
                attribute.value.split("url=").nth(1).unwrap_or("")
            } else {
                &*attribute.value
            };
            let is_known = scheme(value)
                .is_none_or(|scheme| ["http", "https", "mailto", "tel"].contains(&scheme.as_str()));
            if (is_address || is_redirect) && !is_known {
                faults.push(format!("<{element} {}={}>", &*attribute.name.local, &*attribute.value));
            }
        }
        if is_program(node) && !allowed.scripts.contains(&*node.text()) {
            faults.push("<script>".to_owned());
        }
        if element == "script" && !is_program(node) && serde_json::from_str::<Value>(&node.text()).is_err() {
            faults.push("structured data that are no JSON".to_owned());
        }
    }
    // What a browser writes back must mean the same again: mutations live off texts where it does not.
    let once = document.html();
    if parse(&once).html() != once {
        faults.push("not the same after parsing and writing".to_owned());
    }
    faults
}

/// Every text of a feed as the HTML that readers take it for.
fn judge_xml(path: &str, xml: &str, prose: &Allowed, faults_found: &mut String) {
    fn visit(node: &Node, path: &str, prose: &Allowed, out: &mut String) {
        if matches!(node.name.as_str(), "description" | "content:encoded" | "content" | "summary") {
            for fault in faults(&node.text, false, prose) {
                let _ = writeln!(out, "{path} <{}>: {fault}", node.name);
            }
        }
        for (key, value) in &node.attributes {
            if matches!(key.as_str(), "href" | "url") && scheme(value).is_some_and(|s| !s.starts_with("http"))
            {
                let _ = writeln!(out, "{path} {key}={value}");
            }
        }
        node.children.iter().for_each(|child| visit(child, path, prose, out));
    }
    match tree::parse(xml) {
        Ok(root) => visit(&root, path, prose, faults_found),
        Err(why) => {
            let _ = writeln!(faults_found, "{path}: {why}");
        }
    }
}

/// Everything that is wrong with a site.
fn judge(tree: &Tree, allowed: &Allowed) -> String {
    let prose = Allowed::prose();
    let mut found = String::new();
    for (path, bytes) in tree {
        let text = String::from_utf8_lossy(bytes);
        match path.rsplit('.').next() {
            Some("html") => {
                for fault in faults(&text, true, allowed) {
                    let _ = writeln!(found, "{path}: {fault}");
                }
            }
            Some("xml" | "atom") => judge_xml(path, &text, &prose, &mut found),
            Some("json" | "webmanifest") if serde_json::from_str::<Value>(&text).is_err() => {
                let _ = writeln!(found, "{path}: no JSON");
            }
            Some("json") => html_in(&text, &mut |html| {
                for fault in faults(html, false, &prose) {
                    let _ = writeln!(found, "{path}: {fault}");
                }
            }),
            _ => {}
        }
    }
    found
}

/// The pieces of HTML in a JSON feed.
fn html_in(json: &str, judge: &mut dyn FnMut(&str)) {
    fn visit(value: &Value, judge: &mut dyn FnMut(&str)) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(key, value)| match (key.as_str(), value) {
                ("content_html", Value::String(html)) => judge(html),
                _ => visit(value, judge),
            }),
            Value::Array(items) => items.iter().for_each(|item| visit(item, judge)),
            _ => {}
        }
    }
    if let Ok(value) = serde_json::from_str(json) {
        visit(&value, judge);
    }
}

/// The vectors of this repository.
fn vectors() -> Vec<String> {
    let text = include_str!("hostile/scripts.txt");
    let read = |line: &str| {
        let escaped = line.replace('"', "\\\"");
        // In the file a backslash before a quote is written as such.
        serde_json::from_str(&format!("\"{}\"", escaped.replace("\\\\\"", "\\\\\\\"")))
            .unwrap_or_else(|_| line.to_owned())
    };
    text.lines().map(read).chain(matrix()).collect()
}

/// Every sort of event handler on every sort of element.
fn matrix() -> Vec<String> {
    const EVENTS: [&str; 24] = [
        "load",
        "error",
        "click",
        "focus",
        "blur",
        "mouseover",
        "pointerdown",
        "keydown",
        "input",
        "change",
        "toggle",
        "animationstart",
        "transitionend",
        "scroll",
        "wheel",
        "copy",
        "paste",
        "drag",
        "drop",
        "submit",
        "begin",
        "beforetoggle",
        "message",
        "hashchange",
    ];
    const ELEMENTS: [&str; 16] = [
        "a", "p", "b", "img", "svg", "math", "video", "iframe", "body", "form", "input", "details", "table",
        "custom-x", "object", "style",
    ];
    let each = |event: &str| ELEMENTS.map(|element| format!("<{element} src=x on{event}=alert(1)>x"));
    EVENTS.iter().flat_map(|event| each(event)).collect()
}

/// Lists of others, kept out of the repository.
fn more_vectors() -> Vec<String> {
    fn strings(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::String(text) => into.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| strings(item, into)),
            Value::Object(items) => items.values().for_each(|item| strings(item, into)),
            _ => {}
        }
    }
    let Some(folder) = std::env::var_os("NEWSPRINT_VECTORS") else { return Vec::new() };
    let mut vectors = Vec::new();
    for path in fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
        let text = String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => strings(&serde_json::from_str(&text).expect("JSON"), &mut vectors),
            _ => vectors.extend(text.lines().map(str::to_owned)),
        }
    }
    vectors.retain(|vector| !vector.trim().is_empty());
    vectors.sort();
    vectors.dedup();
    vectors
}

/// A text as a TOML string.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string").replace('\u{7f}', "\\u007f")
}

/// Puts a vector into every place of an article, of a dump of HTML, and of a dump of text.
fn write_sinks(site: &TestSite, at: usize, vector: &str) {
    // What no front matter may hold is refused, which is another test's matter.
    let plain: String = vector.chars().filter(|c| *c != '\0' && *c != '\n' && *c != '\r').collect();
    let q = quoted(plain.trim());
    let day = 1 + at % 28;
    let front = format!(
        "+++\ntitle = {q}\nsubtitle = {q}\nsummary = {q}\ndate = 2026-05-{day:02}\ntags = [{q}]\nauthors = [{q}]\nagency = {q}\n\
         dateline = {q}\nthread = {q}\nid = {q}\naliases = [\"/old/{at}/\"]\n\
         image = {{ src = \"p.png\", alt = {q}, caption = {q}, credit = {q} }}\n\
         corrections = [{{ date = 2026-05-{day:02}, text = {q} }}]\n[extra]\nnote = {q}\n+++\n\n"
    );
    let v = vector.replace('\0', "");
    let body = format!(
        "{v}\n\nWords {v} words.\n\n[link]({v}) [link](<{v}>) [link](x \"{v}\") [link]({plain} '{plain}')\n\n![{v}](p.png \"{v}\")\n\n\
         ![alt]({plain})\n\n# {plain} {{onclick=alert(1) #\"x\"}}\n\n```{plain}\n{v}\n```\n\n| {plain} | b |\n|---|--:|\n| {plain} | {plain} |\n\n\
         Note[^n].\n\n[^n]: {plain}\n\n<{plain}>\n\n[ref]\n\n[ref]: {plain} \"{plain}\"\n\n> {plain}\n\n1. {plain}\n"
    );
    site.write(&format!("content/a/v{at}.md"), format!("{front}{body}"));
    let filler = "The harbour council of the fictional town met on Tuesday and agreed to mend the old quay before the winter storms.";
    let html = format!(
        "<!doctype html><html lang=en><head><title>{v}</title><meta property=\"og:title\" content=\"{v}\"><meta name=description content='{v}'></head>\
         <body><article><h1>Quay story {at} {v}</h1><p class=byline>By {v}</p><figure><img src=\"{v}\" alt=\"{v}\"><figcaption>{v} (Photo: {v})</figcaption></figure>\
         <p>{filler} {v}</p><p><a href=\"{v}\" title=\"{v}\">{filler}</a></p><p>{filler} Number {at}.</p><ul class=tags><li><a rel=tag href=/x>{v}</a></ul></article></body></html>"
    );
    site.write(&format!("content/h{at}/v.html"), html);
    let text = format!(
        "Quay Story {at} {plain}\n\n{at} {plain} (Photo: {plain})\n{at} {plain} (Photo: {plain})\n\nHARBOUR, May {day} ({plain}) - {filler} {v}\n\n{filler} Number {at} it was, {plain}.\n\nTags: {plain}\n"
    );
    site.write(&format!("content/t{at}/v.txt"), text);
}

fn site() -> TestSite {
    let site = TestSite::new();
    site.write("site.toml", "title = \"Test\"\nbase_url = \"https://test.example/\"\ntimezone = \"UTC\"\npage_size = 20\nlanguage = \"en\"\n[feeds]\nlimit = 200\n");
    if build::build(&site.options(), &Silent).exit != 0 {
        site.write(
            "site.toml",
            "title = \"Test\"\nbase_url = \"https://test.example/\"\ntimezone = \"UTC\"\npage_size = 20\nlanguage = \"en\"\n",
        );
    }
    site.write("content/a/p.png", support::png(4, 3, 1));
    site
}

/// What is allowed, from a site with the same places and harmless words.
fn allowed() -> Allowed {
    let harmless = site();
    for at in 0..60 {
        write_sinks(&harmless, at, "plain words");
    }
    let (report, tree) = harmless.clean_tree(&harmless.options());
    assert_eq!(
        report.exit,
        0,
        "{:#?}",
        report.diags.iter().filter(|d| d.severity == newsprint::diag::Severity::Error).collect::<Vec<_>>()
    );
    let mut allowed = Allowed::prose();
    allowed.learn(&tree);
    let found = judge(&tree, &allowed);
    assert_eq!(found, "", "the oracle finds a harmless site harmless");
    allowed
}

fn run(vectors: &[String], allowed: &Allowed) -> (usize, Tree) {
    let site = site();
    for (at, vector) in vectors.iter().enumerate() {
        write_sinks(&site, at, vector);
    }
    let mut options = site.options();
    // A text of signs that cannot be a headline is refused: the others are built.
    options.wishes.keep_going = true;
    let (report, tree) = site.clean_tree(&options);
    assert!(
        matches!(report.exit, 0 | 4),
        "{:#?}",
        report.diags.iter().filter(|d| d.severity == newsprint::diag::Severity::Error).collect::<Vec<_>>()
    );
    let found = judge(&tree, allowed);
    assert!(
        found.is_empty(),
        "{} faults\n{}",
        found.lines().count(),
        found.lines().take(40).collect::<Vec<_>>().join("\n")
    );
    (usize::try_from(report.tally.left_out).unwrap_or(0), tree)
}

#[test]
fn nothing_in_content_runs_script() {
    let allowed = allowed();
    let own = vectors();
    let (mut left_out, mut files) = (0, 0);
    for chunk in own.chunks(120) {
        let (out, tree) = run(chunk, &allowed);
        left_out += out;
        files += tree.len();
    }
    assert!(
        left_out * 10 < own.len(),
        "most vectors are on the site: {left_out} of {} were left out",
        own.len()
    );
    eprintln!("{} vectors, {files} files judged, {left_out} sources refused", own.len());
    for chunk in more_vectors().chunks(400) {
        let (left_out, tree) = run(chunk, &allowed);
        eprintln!("{} more vectors, {} files judged, {left_out} sources refused", chunk.len(), tree.len());
    }
}

/// The oracle sees: the same vectors, not made harmless, are found in one of the places they are meant for.
#[test]
fn the_oracle_fires_on_what_is_not_made_harmless() {
    let allowed = allowed();
    let own = vectors();
    let in_page = |inside: String| {
        format!("<!doctype html><html lang=en><head><title>x</title></head><body>{inside}</body></html>")
    };
    let fires = |vector: &String| {
        [
            in_page(format!("<p>{vector}")),
            in_page(format!("<p title=\"{vector}\">x</p>")),
            in_page(format!("<p title='{vector}'>x</p>")),
            in_page(format!("<a href=\"{vector}\">x</a>")),
            in_page(format!("<script type=\"application/ld+json\">{{\"x\":\"{vector}\"}}</script>")),
        ]
        .iter()
        .any(|page| !faults(page, true, &allowed).is_empty())
    };
    let count = own.iter().filter(|vector| fires(vector)).count();
    assert!(count >= 500 && count * 100 >= own.len() * 93, "{count} of {} vectors fire", own.len());
}

/// What is shown is what was written: not doubly escaped, nothing lost.
#[test]
fn hostile_words_are_shown_as_they_were_written() {
    let site = site();
    let titles: Vec<String> = vectors()
        .into_iter()
        .filter(|v| !v.contains(['\n', '\0', '\t', '\u{1}', '\u{2028}']))
        .take(100)
        .collect();
    for (at, vector) in titles.iter().enumerate() {
        site.write(
            &format!("content/a/v{at}.md"),
            format!("+++\ntitle = {}\ndate = 2026-05-01\n+++\nText.\n", quoted(vector)),
        );
    }
    assert_eq!(site.build().exit, 0);
    let tree = site.tree();
    for (at, vector) in titles.iter().enumerate() {
        let page = String::from_utf8_lossy(&tree[&format!("a/2026/05/v{at}.html")]).into_owned();
        let document = Document::from(page.as_str());
        assert_eq!(document.select("article h1").text().trim(), vector.trim(), "{vector}");
        let data: Value =
            serde_json::from_str(&document.select("script[type='application/ld+json']").first().text())
                .expect("JSON");
        let flat = data.to_string();
        let title = serde_json::to_string(vector.trim()).expect("a string");
        assert!(flat.contains(title.trim_matches('"')), "{vector}: {flat}");
    }
}

/// Feeds and sitemaps are well-formed for every character, and give allowed ones back.
#[test]
fn feeds_carry_every_character() {
    let forbidden =
        |c: char| matches!(c, '\0' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') || c.is_whitespace();
    let all: Vec<char> = ('\u{1}'..='\u{ffff}').filter(|c| !forbidden(*c)).collect();
    let mut random = Random::new(12);
    let astral: Vec<char> =
        std::iter::repeat_with(|| char::from_u32(0x10000 + (random.next() % 0x10_0000) as u32))
            .flatten()
            .take(2048)
            .collect();
    let site = site();
    let chunks: Vec<String> =
        all.chunks(700).chain(astral.chunks(700)).map(|chunk| chunk.iter().collect()).collect();
    for (at, chunk) in chunks.iter().enumerate() {
        let text = format!(
            "+++\ntitle = {q}\nsummary = {q}\nauthors = [{q}]\ntags = [{q}]\nslug = \"c{at}\"\ndate = 2026-05-01\n+++\n\nx {chunk}\n",
            q = quoted(&format!("a{chunk}z"))
        );
        site.write(&format!("content/a/c{at}.md"), text);
    }
    let report = site.build();
    assert_eq!(
        report.exit,
        0,
        "{:#?}",
        report
            .diags
            .iter()
            .filter(|d| d.severity == newsprint::diag::Severity::Error)
            .take(3)
            .collect::<Vec<_>>()
    );
    let tree = site.tree();
    let mut seen = 0;
    for (path, bytes) in tree.iter().filter(|(path, _)| path.ends_with(".xml")) {
        let root = tree::parse(&String::from_utf8_lossy(bytes)).unwrap_or_else(|why| panic!("{path}: {why}"));
        let items = root
            .child("channel")
            .into_iter()
            .flat_map(|channel| channel.children.iter().filter(|n| n.name == "item"));
        for item in items {
            let link = item.words("link").unwrap_or_default();
            let Some(at) = link
                .rsplit("/c")
                .next()
                .and_then(|rest| rest.trim_end_matches(".html").parse::<usize>().ok())
            else {
                continue;
            };
            let is_allowed =
                |c: char| matches!(c, ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
            let want: String = format!("a{}z", chunks[at])
                .chars()
                .map(|c| if is_allowed(c) { c } else { '\u{fffd}' })
                .collect();
            assert_eq!(item.words("title"), Some(want.as_str()), "{path}");
            seen += 1;
        }
    }
    assert!(seen >= 20, "{seen} items compared");
}

/// Texts that made parsers of Markdown and HTML slow, or that nest deeply: all end soon, on a small stack.
#[test]
fn no_text_keeps_the_parsers_busy() {
    const SIZE: usize = 60_000;
    let times = |text: &str| text.repeat(SIZE / text.len());
    let mut texts: Vec<(String, String)> = [
        "[",
        "]",
        "![",
        "](",
        "[^",
        "[a](",
        "*a _a ",
        "**a *a ",
        "_a __a",
        "<",
        "<!",
        "<!--",
        "<![CDATA[",
        "<?",
        "> ",
        "- ",
        "1. ",
        "`",
        "``a`",
        "~~a~",
        "|",
        "|-",
        "\\",
        "&#",
        "&a;",
        "a\n=\n",
        "[a]: b\n",
        "[a][",
        "<a href='",
        "<div>",
        "<b><i>",
        "</p>",
        "!\u{301}",
        "a@b.c ",
        "{{",
        "```\n",
        "* * ",
        "[[[[",
        "\u{202e}",
        "#",
        "# a {#",
        "\t- ",
        "\t",
        "<table><tr>",
        "<svg><math>",
        "<template>",
        "<select><option>",
        "<p><a>",
        "<font>",
        "<script>",
        "<textarea>",
        "<!-- a -- ",
        "\"a\" ",
        "a\r",
    ]
    .iter()
    .map(|text| (format!("{text:?} again and again"), times(text)))
    .collect();
    texts.push(("brackets within brackets".to_owned(), "[".repeat(SIZE / 2) + &"]".repeat(SIZE / 2)));
    texts.push(("quotes within quotes".to_owned(), ">".repeat(SIZE)));
    texts.push((
        "lists within lists".to_owned(),
        (0..400).map(|depth| " ".repeat(depth * 2) + "* a\n").collect(),
    ));
    texts.push((
        "backticks of all lengths".to_owned(),
        (1..340).map(|n| "e".to_owned() + &"`".repeat(n)).collect(),
    ));
    texts.push(("many references".to_owned(), (0..4000).map(|n| format!("[{n}]: x\n\n[{n}]\n")).collect()));
    texts.push((
        "a wide table".to_owned(),
        "|a".repeat(2000) + "|\n" + &"|-".repeat(2000) + "|\n" + &"|b".repeat(2000) + "|\n",
    ));
    texts.push((
        "a table of many short rows".to_owned(),
        "|a".repeat(1000) + "|\n" + &"|-".repeat(1000) + "|\n" + &"|\n".repeat(3000),
    ));
    texts.push((
        "attributes".to_owned(),
        "<p ".to_owned() + &(0..8000).map(|n| format!("a{n}=b ")).collect::<String>() + ">x",
    ));
    let vocabulary = dump::Vocabulary::default();
    let mut slow = Vec::new();
    for (name, text) in texts {
        let vocabulary = vocabulary.clone();
        let worker = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
            let began = Instant::now();
            let facts = markdown::facts(&text);
            let mut html = String::new();
            markdown::render(&text, &markdown::Targets::default(), &mut html);
            let markdown_time = began.elapsed();
            let long = html.len() > text.len() * 32 + 4096;
            for form in [dump::Form::Text, dump::Form::Html] {
                let input = dump::Input { source: "d", form, url: None, fetched: None };
                let options = dump::Options { vocabulary: &vocabulary, language: Some("en"), zone: None };
                let _ = dump::parse(text.as_bytes(), &input, &options);
            }
            drop(facts);
            (markdown_time, began.elapsed(), long)
        });
        match worker.expect("a thread").join() {
            Ok((markdown_time, all, long)) => {
                if all > Duration::from_secs(10) || markdown_time > Duration::from_secs(5) || long {
                    slow.push(format!("{name}: Markdown {markdown_time:?}, all {all:?}, too long: {long}"));
                }
            }
            Err(_) => slow.push(format!("{name}: panicked")),
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

/// Nothing is read or written outside of the site, whatever a source says its address is.
#[test]
fn no_path_leaves_the_site() {
    let outer = tempfile::tempdir().expect("a folder");
    fs::write(outer.path().join("secret.png"), support::png(4, 3, 1)).expect("a file");
    let before = support::tree(outer.path());
    let parts = [
        "..",
        "../..",
        "/..",
        "..\\\\..",
        "%2e%2e",
        "..%2f..",
        "%252e%252e",
        "..;",
        "....//",
        "./..",
        "a/../..",
        "/",
        "//",
        "C:",
        "\\\\\\\\h",
        "..\\u0000",
        "\\uff0e\\uff0e",
        "..\\u200b",
        "file:///",
        "~",
        "-",
        "con",
        "nul.html",
        "a:b",
        ".git",
        "git~1",
        ".newsprint",
        "index",
        "x.",
        " ",
        "\\u202e",
    ];
    let ends = ["", "/etc/passwd", "/x.html", "/secret", "/secret.png"];
    let mut count = 0;
    for part in parts {
        let dir = outer.path().join("site");
        fs::create_dir_all(dir.join("content/a")).expect("a folder");
        fs::write(
            dir.join("site.toml"),
            "title = \"T\"\nbase_url = \"https://t.example/\"\ntimezone = \"UTC\"\ntheme_files = false\n",
        )
        .expect("a file");
        for (at, end) in ends.iter().enumerate() {
            let value = format!("{part}{end}");
            for (key, text) in [
                ("slug", format!("slug = \"{value}\"")),
                ("alias", format!("aliases = [\"{value}\"]")),
                ("section", format!("section = \"{value}\"")),
                ("image", format!("image = {{ src = \"{value}\" }}")),
                ("tags", format!("tags = [\"{value}\"]\nauthors = [\"{value}\"]")),
                ("id", format!("id = \"{value}\"\nthread = \"{value}\"")),
                (
                    "source",
                    format!("source = {{ file = \"{value}\", item = 1, sha256 = \"{}\" }}", "0".repeat(64)),
                ),
                ("translation_of", format!("translation_of = \"{value}\"")),
            ] {
                let article = format!(
                    "+++\ntitle = \"x\"\ndate = 2026-05-01\n{text}\n+++\n\n![x]({value}) [y]({value})\n"
                );
                fs::write(dir.join(format!("content/a/{key}{at}.md")), article).expect("a file");
                count += 1;
            }
        }
        let wishes = TestSite::empty().options().wishes;
        let wishes = newsprint::load::Wishes { keep_going: true, ..wishes };
        let options = build::Options {
            site: dir.clone(),
            output: None,
            wishes,
            clean: false,
            verify: false,
            explain: false,
            allow_empty: false,
        };
        let report = build::build(&options, &Silent);
        assert!(matches!(report.exit, 0 | 3 | 4), "{part}: {:?}", report.diags);
        for (path, bytes) in support::tree(&dir.join("public")) {
            assert!(
                [".html", ".xml", ".atom", ".txt", ".json", ".bin"].iter().any(|end| path.ends_with(end)),
                "{part}: {path}"
            );
            assert!(!bytes.windows(5).any(|w| w == b"root:"), "{part}: {path} holds what is not ours");
        }
        fs::remove_dir_all(&dir).expect("removed");
        support::assert_same(&support::tree(outer.path()), &before, part);
    }
    assert!(count > 1000, "{count} articles");
}

/// Links, pipes, devices and folders where files are expected are refused and never opened.
#[cfg(unix)]
#[test]
fn odd_files_are_refused_unopened() {
    use std::os::unix::fs::symlink;
    let site = site();
    site.write("content/a/good.md", "+++\ntitle = \"Good\"\ndate = 2026-05-01\n+++\nText.\n");
    assert_eq!(site.build().exit, 0);
    let before = site.tree();
    let content = site.path().join("content/a");
    type Make = fn(&Path) -> std::io::Result<()>;
    let fifo: Make = |path| std::process::Command::new("mkfifo").arg(path).status().map(drop);
    let socket: Make = |path| std::os::unix::net::UnixListener::bind(path).map(drop);
    let cases: [(&str, &str, Make); 8] = [
        ("link.md", "SYMLINK", |path| symlink("/etc/passwd", path)),
        ("dangling.md", "SYMLINK", |path| symlink("/nowhere", path)),
        ("loop.md", "SYMLINK", |path| symlink(path, path)),
        ("folder", "SYMLINK", |path| symlink("/etc", path)),
        ("picture.png", "SYMLINK", |path| symlink("/etc/hostname", path)),
        ("pipe.md", "FILE-KIND", fifo),
        ("pipe.png", "FILE-KIND", fifo),
        ("socket.txt", "FILE-KIND", socket),
    ];
    for (name, code, make) in cases {
        make(&content.join(name)).expect(name);
        let began = Instant::now();
        let report = site.build();
        assert!(
            report.exit == 3 && report.diags.iter().any(|diag| diag.code == code),
            "{name}: {:?}",
            report.diags
        );
        assert!(began.elapsed() < Duration::from_secs(5), "{name} was waited for");
        support::assert_same(&site.tree(), &before, name);
        fs::remove_file(content.join(name)).expect(name);
    }
    // A file that says it is huge is not read.
    let huge = fs::File::create(content.join("huge.md")).expect("a file");
    huge.set_len(3 << 30).expect("a sparse file");
    let report = site.build();
    assert!(
        report.exit == 3 && report.diags.iter().any(|diag| diag.code == "LIMIT-SIZE"),
        "{:?}",
        report.diags
    );
}
