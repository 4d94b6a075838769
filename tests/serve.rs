//! The preview, asked as a browser asks it: a real server, raw requests.

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use newsprint::clock::Clock;
use newsprint::ledger::Ledger;
use newsprint::load::{self, Wishes};
use newsprint::plan::Outline;
use newsprint::serve::{Options, Preview};
use newsprint::site::Site;
use newsprint::source::{self, Rules};
use newsprint::store::Memory;
use serde_json::Value as Json;
use support::{NOW, TestSite};

/// A site and its preview.
struct Desk {
    site: TestSite,
    preview: Preview,
}

/// An answer, split.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body without the preview's own element.
    fn published(&self) -> Vec<u8> {
        let text = self.text();
        let Some(from) = text.find("<script src=\"/__newsprint/live.js\"") else { return self.body.clone() };
        let to = from + text[from..].find("</script>").expect("closed") + "</script>".len();
        [&self.body[..from], &self.body[to..]].concat()
    }
}

fn wishes() -> Wishes {
    Wishes { base_url: None, clock: Clock { now: NOW, drafts: false, future: false }, keep_going: true }
}

fn options(site: &TestSite) -> Options {
    Options::new(site.path(), wishes())
}

fn article(title: &str, text: &str) -> String {
    // With a summary of its own: one taken from the text would be part of its card.
    format!("+++\ntitle = \"{title}\"\ndate = 2026-03-14\nsummary = \"In short.\"\n+++\n{text}\n")
}

const CONFIG: &str =
    "title = \"The Paper\"\nbase_url = \"https://paper.example/daily/\"\ntimezone = \"UTC\"\n";

fn site(files: &[(&str, &str)]) -> TestSite {
    let site = TestSite::empty();
    for (path, text) in [("site.toml", CONFIG)].iter().chain(files) {
        site.write(path, text);
    }
    site
}

impl Desk {
    fn of(files: &[(&str, &str)]) -> Self {
        Self::on(site(files))
    }

    fn on(site: TestSite) -> Self {
        let options = options(&site);
        Self::started(site, &options)
    }

    fn started(site: TestSite, options: &Options) -> Self {
        Self { preview: Preview::start(options).expect("the preview starts"), site }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.site.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        self.site.write(path, text);
    }

    fn raw(&self, request: &[u8]) -> Answer {
        raw(self.preview.port(), request)
    }

    fn get(&self, address: &str) -> Answer {
        let port = self.preview.port();
        self.raw(
            format!("GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        )
    }

    fn state(&self, page: &str) -> Json {
        serde_json::from_str(&self.get(&format!("/__newsprint/state?page={page}")).text()).expect("JSON")
    }

    /// Waits until the page says so.
    fn until(&self, what: &str, address: &str, holds: impl Fn(&Answer) -> bool) {
        wait(what, || holds(&self.get(address)));
    }

    fn until_text(&self, address: &str, needle: &str) {
        self.until(needle, address, |answer| answer.text().contains(needle));
    }

    /// Builds the site as it is and compares every output with what the preview answers.
    fn differences(&self) -> Vec<String> {
        let (report, built) = self.site.clean_tree(&self.site.options());
        assert!(report.pages > 0, "{:?}", report.diags);
        let differs = |(file, bytes): &(&String, &Vec<u8>)| {
            let answer = self.get(&format!("/{}", newsprint::path::encode(file)));
            answer.status != 200 || answer.published() != **bytes
        };
        built.iter().filter(differs).map(|(file, _)| file.clone()).collect()
    }
}

fn raw(port: u16, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server is there");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    let _ = stream.write_all(request);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let split = bytes.windows(4).position(|window| window == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
    let head = String::from_utf8_lossy(&bytes[..split]).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    Answer { status, head, body: bytes[split..].to_vec() }
}

fn wait(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(20), "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(3));
    }
}

/// Everything below a folder but what newsprint itself keeps there.
fn sources(site: &TestSite) -> Vec<String> {
    support::tree(site.path()).into_keys().collect()
}

#[test]
fn every_output_is_what_a_build_writes() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR"));
    let site = TestSite::empty();
    site.write("site.toml", fs::read(sample.join("site.toml")).expect("read"));
    for (path, bytes) in support::tree(&sample.join("content")) {
        site.write(&format!("content/{path}"), bytes);
    }
    site.write("static/extra/plain.html", "<p>no body element");
    let desk = Desk::on(site);
    let before = sources(&desk.site);
    assert_eq!(desk.get("/").status, 200);
    assert_eq!(before, sources(&desk.site), "nothing is written into the site");
    assert_eq!(desk.differences(), Vec::<String>::new());
}

#[test]
fn addresses() {
    let desk = Desk::of(&[
        ("content/world/talks.md", &article("Talks", "They met.")),
        ("content/about.md", "+++\ntitle = \"About\"\nkind = \"page\"\n+++\nUs.\n"),
        ("static/pic.svg", "<svg/>"),
    ]);
    let cases = [
        ("/", 200, "The Paper"),
        ("/index.html", 200, "The Paper"),
        ("/world/2026/03/talks.html", 200, "They met."),
        ("/world/2026/03/talks", 200, "They met."),
        ("/world/2026/03/talks.html?raw??&import", 200, "They met."),
        ("/daily/world/2026/03/talks.html", 200, "They met."),
        ("/daily/", 200, "The Paper"),
        ("/pic.svg", 200, "<svg/>"),
        ("/%70ic.svg", 200, "<svg/>"),
        ("/404.html", 200, "href=\"/daily/"),
        ("/nothing", 404, "href=\"/daily/"),
        ("/site.toml", 404, ""),
        ("/content/about.md", 404, ""),
        ("/static/pic.svg", 404, ""),
        ("/pic.svg/", 404, ""),
        ("/PIC.svg", 404, ""),
        ("/x/../pic.svg", 404, ""),
        ("/__newsprint/nothing", 404, ""),
        ("/__newsprint/live.js", 200, "Idiomorph"),
        ("/__newsprint/state?page=/", 200, "\"problems\":[]"),
        ("/__newsprint/state", 400, ""),
    ];
    for (address, status, needle) in cases {
        let answer = desk.get(address);
        assert_eq!(answer.status, status, "{address}");
        assert!(answer.text().contains(needle), "{address}: {}", answer.text());
    }
    let section = desk.get("/world");
    let is_page = section.status == 200;
    assert!(is_page || section.head.contains("location: /world/\r\n"), "{}", section.head);
}

#[test]
fn saves_of_all_kinds_are_seen() {
    let desk = Desk::of(&[("content/world/a.md", &article("First", "one"))]);
    let page = "/world/2026/03/a.html";
    desk.until_text(page, "<p>one</p>");
    let file = desk.path("content/world/a.md");
    let (aside, backup) = (desk.path("content/world/a.md.tmp"), desk.path("content/world/a.md~"));

    fs::write(&file, article("First", "two")).expect("truncated and written");
    desk.until_text(page, "<p>two</p>");

    fs::write(&aside, article("First", "three")).expect("written aside");
    fs::rename(&aside, &file).expect("renamed into place");
    desk.until_text(page, "<p>three</p>");

    fs::rename(&file, &backup).expect("moved away");
    fs::write(&file, article("First", "four")).expect("written anew");
    fs::remove_file(&backup).expect("backup removed");
    desk.until_text(page, "<p>four</p>");

    // The same length and the same time of last change.
    let time = fs::metadata(&file).and_then(|facts| facts.modified()).expect("a time");
    fs::write(&file, article("First", "FOUR")).expect("written");
    fs::File::options().write(true).open(&file).and_then(|f| f.set_modified(time)).expect("time set back");
    desk.until_text(page, "<p>FOUR</p>");

    fs::remove_file(&file).expect("removed");
    desk.until("gone", page, |answer| answer.status == 404);
    desk.write("content/world/a.md", &article("First", "five"));
    desk.until_text(page, "<p>five</p>");

    fs::rename(desk.path("content/world"), desk.path("content/region")).expect("folder renamed");
    desk.until_text("/region/2026/03/a.html", "<p>five</p>");
    desk.until("gone", page, |answer| answer.status == 404);
    desk.write("content/region/a.md", &article("First", "six"));
    desk.until_text("/region/2026/03/a.html", "<p>six</p>");

    fs::remove_dir_all(desk.path("content")).expect("all content removed");
    desk.until("gone", "/region/2026/03/a.html", |answer| answer.status == 404);
    for n in 0..40 {
        desk.write(&format!("content/deep/er/n{n}.md"), &article(&format!("N{n}"), "back"));
    }
    for n in 0..40 {
        desk.until_text(&format!("/deep/2026/03/n{n}.html"), "<p>back</p>");
    }
    desk.write("content/deep/er/n7.md", &article("N7", "still seen"));
    desk.until_text("/deep/2026/03/n7.html", "still seen");

    desk.write("static/robots-extra.txt", "hello");
    desk.until_text("/robots-extra.txt", "hello");
    desk.write("templates/notes.html", "unused");
    desk.write("templates/404.html", "<body>lost: {{ site_title }}</body>");
    desk.until_text("/nowhere", "lost: The Paper");
    desk.write(
        "site.toml",
        "title = \"The New Paper\"\nbase_url = \"https://paper.example/\"\ntimezone = \"UTC\"\n",
    );
    desk.until_text("/nowhere", "lost: The New Paper");
    fs::remove_dir_all(desk.path("templates")).expect("templates removed");
    desk.until("the default theme is back", "/nowhere", |answer| !answer.text().contains("lost:"));
    assert_eq!(desk.differences(), Vec::<String>::new());
}

#[test]
fn a_broken_article_disturbs_nobody() {
    let broken_too = "+++\ntitle = \"Never good\"\ntags = 5\n+++\nx\n";
    let desk = Desk::of(&[
        ("content/world/a.md", &article("First", "good text")),
        ("content/world/b.md", &article("Second", "other text")),
        ("content/world/c.md", broken_too),
    ]);
    let (page, other) = ("/world/2026/03/a.html", "/world/2026/03/b.html");
    desk.until_text(page, "good text");
    let first = desk.state(page);
    assert_eq!(first["problems"].as_array().map(Vec::len), Some(1), "{first}");
    assert_eq!(first["problems"][0]["here"], false);
    assert_eq!(first["stale"], false);

    desk.write(
        "content/world/a.md",
        "+++\ntitle = \"First\ndate = 2026-03-14\n+++\n<script>bad text</script>\n",
    );
    wait("the problem is told", || desk.state(page)["problems"].as_array().map(Vec::len) == Some(2));
    let state = desk.state(page);
    let here: Vec<&Json> =
        state["problems"].as_array().into_iter().flatten().filter(|p| p["here"] == true).collect();
    assert_eq!(here.len(), 1, "{state}");
    assert_eq!((&here[0]["path"], &here[0]["line"]), (&Json::from("content/world/a.md"), &Json::from(2)));
    assert!(here[0]["excerpt"][0].as_str().is_some(), "{state}");
    assert!(desk.get(page).text().contains("good text"), "the last good text stays");
    assert_eq!(desk.get(other).status, 200);

    // Other articles are edited meanwhile.
    desk.write("content/world/b.md", &article("Second", "newer text"));
    desk.until_text(other, "newer text");
    assert!(desk.get(page).text().contains("good text"));
    // Broken in another way: still the last good one.
    desk.write("content/world/a.md", "no front matter at all");
    wait("the other problem", || {
        desk.state(page)["problems"].as_array().into_iter().flatten().any(|p| p["code"] == "FM-MISSING")
    });
    assert!(desk.get(page).text().contains("good text"));

    desk.write("content/world/a.md", &article("First", "mended"));
    desk.until_text(page, "mended");
    wait("only the old problem is left", || desk.state(page)["problems"].as_array().map(Vec::len) == Some(1));
    fs::remove_file(desk.path("content/world/c.md")).expect("removed");
    wait("no problem is left", || desk.state(page)["problems"].as_array().map(Vec::len) == Some(0));
    assert_eq!(desk.differences(), Vec::<String>::new());
}

#[test]
fn a_file_that_is_half_saved_is_no_problem() {
    let desk = Desk::of(&[("content/world/a.md", &article("First", "whole"))]);
    let page = "/world/2026/03/a.html";
    desk.until_text(page, "whole");
    let mut file = fs::File::create(desk.path("content/world/a.md")).expect("truncated");
    let opened = Instant::now();
    while opened.elapsed() < Duration::from_millis(400) {
        assert!(desk.get(page).text().contains("whole"));
        assert_eq!(desk.state(page)["problems"].as_array().map(Vec::len), Some(0));
    }
    file.write_all(article("First", "whole again").as_bytes()).expect("written");
    drop(file);
    desk.until_text(page, "whole again");
    fs::write(desk.path("content/world/a.md"), "").expect("emptied for good");
    wait("it is said in the end", || desk.state(page)["problems"].as_array().map(Vec::len) == Some(1));
}

#[test]
fn errors_of_templates_and_configuration_leave_the_old_site() {
    let cases = [
        ("templates/404.html", "<body>{{ no_such_name }}</body>", "TPL-NAME"),
        ("templates/404.html", "<body>{% if %}</body>", "TPL"),
        ("site.toml", "title = \"The Paper\"\nbase_urll = 3\n", "CONF-UNKNOWN"),
        ("site.toml", "title = [", "CONF-SYNTAX"),
    ];
    let desk = Desk::of(&[("content/world/a.md", &article("First", "text"))]);
    for (path, text, code) in cases {
        desk.write(path, text);
        wait(code, || {
            let state = desk.state("/");
            state["stale"] == true
                && state["problems"].as_array().into_iter().flatten().any(|p| p["code"] == code)
        });
        assert_eq!(desk.get("/world/2026/03/a.html").status, 200, "{code}");
        desk.write("site.toml", CONFIG);
        let _ = fs::remove_file(desk.path("templates/404.html"));
        wait("mended", || desk.state("/")["problems"].as_array().map(Vec::len) == Some(0));
    }
    // An error that shows only while a page is rendered.
    desk.write("templates/404.html", "<body>{{ site_title | day(lang=\"en\") }}</body>");
    desk.until("the page says why", "/nowhere", |answer| {
        answer.status == 500 && answer.text().contains("templates/404.html")
    });
    assert_eq!(desk.get("/").status, 200);
}

#[test]
fn a_site_that_never_was_good_comes_up_when_it_is() {
    let desk = Desk::of(&[("templates/404.html", "{{ </pre><script>alert(1)</script>")]);
    let answer = desk.get("/");
    assert_eq!(answer.status, 503);
    assert!(
        answer.text().contains("live.js") && !answer.text().contains("<script>alert"),
        "{}",
        answer.text()
    );
    fs::remove_file(desk.path("templates/404.html")).expect("removed");
    desk.until("the site", "/", |answer| answer.status == 200);
}

/// The states that a tab hears of, as they come.
struct Tab(BufReader<TcpStream>);

impl Tab {
    fn open(desk: &Desk, page: &str) -> Self {
        let port = desk.preview.port();
        let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server is there");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        let request =
            format!("GET /__newsprint/events?page={page} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("asked");
        Self(BufReader::new(stream))
    }

    fn next(&mut self) -> Json {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.0.read_line(&mut line).expect("a line") > 0, "the stream ended");
            if let Some(data) = line.strip_prefix("data: ") {
                return serde_json::from_str(data).expect("JSON");
            }
        }
    }
}

#[test]
fn tabs_hear_of_their_own_page_only() {
    let desk = Desk::of(&[
        ("content/world/a.md", &article("First", "one")),
        ("content/world/b.md", &article("Second", "two")),
        ("static/own.css", "p { color: red }"),
        ("static/own.js", "1"),
    ]);
    let (mut a, mut b) = (Tab::open(&desk, "/world/2026/03/a.html"), Tab::open(&desk, "%2Fworld/2026/03/b"));
    let (first_a, first_b) = (a.next(), b.next());
    assert_ne!(first_a["recipe"], first_b["recipe"]);
    assert!(desk.get("/world/2026/03/a.html").text().contains(first_a["recipe"].as_str().unwrap_or("?")));

    desk.write("content/world/a.md", &article("First", "one and a half"));
    let second_a = a.next();
    assert_ne!(second_a["recipe"], first_a["recipe"]);
    // The other tab hears nothing of that: its next news is of the style sheet.
    desk.write("static/own.css", "p { color: green }");
    let second_b = b.next();
    assert_eq!(second_b["recipe"], first_b["recipe"]);
    assert_ne!(second_b["styles"], first_b["styles"]);
    assert_eq!(second_b["files"], first_b["files"]);
    assert_eq!(a.next()["recipe"], second_a["recipe"]);

    desk.write("static/own.js", "2");
    assert_ne!(b.next()["files"], second_b["files"]);
    // Written once more with the same bytes, and touched: nothing.
    desk.write("static/own.js", "2");
    fs::remove_file(desk.path("content/world/b.md")).expect("removed");
    let gone = b.next();
    assert_eq!(gone["found"], false);
    desk.write("content/world/b.md", &article("Second", "back"));
    assert_eq!(b.next()["found"], true);
}

#[test]
fn badges_tell_what_readers_do_not_see() {
    let text = "+++\ntitle = \"A\"\ndate = 2026-03-14\ndraft = true\nembargo = 2027-01-01T00:00:00Z\n\
                expires = 2028-01-01T00:00:00Z\nreview = [\"date: a guess\"]\n+++\nx\n";
    let site = site(&[("content/world/a.md", text)]);
    let clock = Clock { now: NOW, drafts: true, future: true };
    let options = Options { wishes: Wishes { clock, ..wishes() }, ..options(&site) };
    let desk = Desk::started(site, &options);
    let state = desk.state("/world/2026/03/a.html");
    let kinds: Vec<&str> =
        state["badges"].as_array().into_iter().flatten().filter_map(|badge| badge["kind"].as_str()).collect();
    assert_eq!(kinds, ["draft", "embargo", "expires", "review"], "{state}");
    assert_eq!(state["source"], "content/world/a.md");
}

#[test]
fn time_alone_changes_the_preview() {
    let soon = chrono::Utc::now() + chrono::TimeDelta::seconds(2);
    let text = format!(
        "+++\ntitle = \"Soon\"\ndate = 2026-03-14\nembargo = {}\n+++\nx\n",
        soon.format("%Y-%m-%dT%H:%M:%SZ")
    );
    let site = site(&[("content/world/a.md", &text)]);
    let options = Options { fixed_now: false, ..options(&site) };
    let desk = Desk::started(site, &options);
    assert_eq!(desk.get("/world/2026/03/a.html").status, 404);
    desk.until("the embargo is over", "/world/2026/03/a.html", |answer| answer.status == 200);
}

#[test]
fn the_list_of_published_addresses_is_watched() {
    let desk = Desk::of(&[("content/world/a.md", &article("First", "one"))]);
    let told = |n: usize| {
        wait("what is said of urls.txt", || desk.state("/")["problems"].as_array().map(Vec::len) == Some(n));
    };
    told(0);
    desk.write("urls.txt", "/world/2026/03/vanished.html\n");
    told(1);
    desk.write("urls.txt", "/world/2026/03/a.html\n");
    told(0);
    desk.write("urls.txt", "/world/2026/03/vanished.html\n");
    told(1);
    fs::remove_file(desk.path("urls.txt")).expect("removed");
    told(0);
}

#[test]
fn media_types_are_those_of_a_published_site() {
    let files =
        ["a.atom", "a.rss", "a.conf", "a.webmanifest", "a.csv", "a.md", "a.htm", "a.woff2", "a.unknown"];
    let desk = Desk::of(&[]);
    for file in files {
        desk.write(&format!("static/{file}"), "x");
    }
    for file in files.into_iter().chain(["feed.xml", "robots.txt", "index.html"]) {
        let address = format!("/{file}");
        let kind = format!("content-type: {}\r\n", newsprint::publish::Headers::of(file).content_type);
        desk.until(&kind, &address, |answer| {
            answer.status == 200 && answer.head.to_lowercase().contains(&kind)
        });
    }
    assert_eq!(newsprint::publish::Headers::of("a.conf").content_type, "text/plain; charset=utf-8");
}

#[test]
fn a_thousand_files_at_once() {
    let desk = Desk::of(&[]);
    let text = |n: usize, round: usize| article(&format!("Story {n}"), &format!("round {round}"));
    for round in 0..3 {
        for n in 0..1000 {
            let path = format!("content/s{}/story-{n}.md", n % 7);
            match (n + round) % 5 {
                0 => {
                    let _ = fs::remove_file(desk.path(&path));
                }
                1 => desk.write(&path, "+++\nbroken"),
                _ => desk.write(&path, &text(n, round)),
            }
        }
    }
    for n in 0..1000 {
        desk.write(&format!("content/s{}/story-{n}.md", n % 7), &text(n, 9));
    }
    desk.until_text("/s5/2026/03/story-999.html", "round 9");
    wait("no problem is left", || desk.state("/")["problems"].as_array().map(Vec::len) == Some(0));
    wait("every page is the newest", || desk.differences().is_empty());
}

/// A folder that goes and comes back at once is the same folder, but the system's watch on it may be gone.
#[test]
fn content_that_is_away_for_a_moment_is_still_watched() {
    let desk = Desk::of(&[("content/world/a.md", &article("First", "one"))]);
    for round in 0..5 {
        fs::rename(desk.path("content"), desk.path("aside")).expect("away");
        fs::rename(desk.path("aside"), desk.path("content")).expect("back");
        // Long enough that what was heard of that has been dealt with.
        std::thread::sleep(Duration::from_millis(300));
        let page = "/world/2026/03/a.html";
        let before = desk.state(page)["recipe"].clone();
        desk.write("content/world/a.md", &article("First", &format!("round {round}")));
        // Nobody asks for the page, which would find by itself that its text is another.
        wait("a tab to hear of it", || desk.state(page)["recipe"] != before);
    }
}

/// What must not be answered: (method, target, further header lines, status).
#[test]
fn foreign_requests_are_refused() {
    let desk = Desk::of(&[("content/world/a.md", &article("Secret", "words"))]);
    let port = desk.preview.port();
    let own = format!("Host: 127.0.0.1:{port}");
    let cases: Vec<(&str, &str, String, u16)> = vec![
        ("GET", "/", own.clone(), 200),
        ("HEAD", "/", own.clone(), 200),
        ("GET", "/", format!("Host: localhost:{port}"), 200),
        ("GET", "/", format!("Host: LocalHost:{port}"), 200),
        ("GET", "/", format!("Host: [::1]:{port}"), 200),
        ("GET", "/", format!("{own}\r\nOrigin: http://localhost:{port}"), 200),
        ("GET", "/", format!("{own}\r\nSec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate"), 200),
        ("GET", "/", format!("{own}\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors"), 200),
        (
            "GET",
            "/",
            format!(
                "{own}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document"
            ),
            200,
        ),
        // DNS rebinding.
        ("GET", "/", "Host: evil.test".to_owned(), 403),
        ("GET", "/", format!("Host: evil.test:{port}"), 403),
        ("GET", "/", format!("Host: localhost.evil.test:{port}"), 403),
        ("GET", "/", format!("Host: evil.test#@localhost:{port}"), 403),
        ("GET", "/", format!("Host: user@localhost:{port}"), 403),
        ("GET", "/", format!("Host: localhost.:{port}"), 403),
        ("GET", "/", "Host: localhost".to_owned(), 403),
        ("GET", "/", "Host: localhost:1".to_owned(), 403),
        ("GET", "/", "Host:".to_owned(), 403),
        ("GET", "/", "X-Nothing: 1".to_owned(), 403),
        ("GET", "/", format!("{own}\r\nHost: evil.test"), 403),
        ("GET", "/", format!("Host: 0.0.0.0:{port}"), 403),
        ("GET", "/", format!("Host: 127.1:{port}"), 403),
        ("GET", "http://evil.test/", own.clone(), 403),
        ("GET", "http://evil.test/__newsprint/events?page=/", own.clone(), 403),
        // Other pages on this machine or elsewhere.
        ("GET", "/", format!("{own}\r\nOrigin: http://evil.test"), 403),
        ("GET", "/", format!("{own}\r\nOrigin: http://203.0.113.5"), 403),
        ("GET", "/", format!("{own}\r\nOrigin: null"), 403),
        ("GET", "/", format!("{own}\r\nOrigin: https://localhost:{port}"), 403),
        ("GET", "/", format!("{own}\r\nOrigin: http://localhost:1"), 403),
        ("GET", "/__newsprint/state?page=/", format!("{own}\r\nSec-Fetch-Site: cross-site"), 403),
        (
            "GET",
            "/",
            format!(
                "{own}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: script"
            ),
            403,
        ),
        (
            "GET",
            "/",
            format!(
                "{own}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe"
            ),
            403,
        ),
        ("GET", "/", format!("{own}\r\nSec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors"), 403),
        ("GET", "/", format!("{own}\r\nSec-Fetch-Site: none\r\nSec-Fetch-Site: none"), 403),
        (
            "GET",
            "/__newsprint/events?page=/",
            format!("{own}\r\nOrigin: http://evil.test\r\nUpgrade: websocket\r\nConnection: Upgrade"),
            403,
        ),
        // Writing.
        ("POST", "/", format!("{own}\r\nContent-Type: text/plain\r\nContent-Length: 0"), 405),
        ("PUT", "/content/world/a.md", format!("{own}\r\nContent-Length: 0"), 405),
        ("DELETE", "/", own.clone(), 405),
        ("PATCH", "/__newsprint/state?page=/", format!("{own}\r\nContent-Length: 0"), 405),
        ("OPTIONS", "/", own.clone(), 405),
        ("TRACE", "/", own.clone(), 405),
        ("CONNECT", "evil.test:80", own.clone(), 403),
        ("PROPFIND", "/", own, 405),
    ];
    for (method, target, headers, status) in cases {
        // An event stream would not end.
        let request = format!("{method} {target} HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n");
        let answer = desk.raw(request.as_bytes());
        assert_eq!(answer.status, status, "{request}");
        let head = answer.head.to_lowercase();
        assert!(!head.contains("access-control-"), "{head}");
        for header in [
            "cross-origin-resource-policy: same-origin",
            "x-content-type-options: nosniff",
            "cache-control: no-store",
        ] {
            assert!(head.contains(header), "{request}: {head}");
        }
        assert!(status == 200 || !answer.text().contains("Secret"), "{request}");
    }
}

#[test]
fn malformed_requests_end_nothing() {
    let desk = Desk::of(&[
        ("content/world/a.md", &article("Secret", "words")),
        (".env", "SECRET=1"),
        (".git/config", "SECRET=1"),
        (".newsprint/token", "SECRET=1"),
        ("static/.htpasswd", "SECRET=1"),
        ("content/notes.bin", "SECRET=1"),
    ]);
    let port = desk.preview.port();
    let targets = [
        "//.env",
        "//%2e",
        "/.env",
        "/.git/config",
        "/.Newsprint/token",
        "/.newsprint/token",
        "/.htpasswd",
        "/notes.bin",
        "/CONFIG.toml",
        "/site.toml",
        "/SITE.TOML",
        "/x/.",
        "/./",
        "/../site.toml",
        "/..%2fsite.toml",
        "/%2e%2e/site.toml",
        "/..%5csite.toml",
        "/%2e%2e%5csite.toml",
        "/..\\site.toml",
        "/%00",
        "/index.html%00",
        "/%c0%ae%c0%ae/site.toml",
        "/%ff%fe",
        "/%",
        "/%zz",
        "/index.html::$DATA",
        "/INDEX~1.HTM",
        "/index.html.",
        "/index.html%20",
        "/c:/windows/win.ini",
        "//evil.test/%2e%2e",
        "//evil.test/",
        "/\\evil.test/",
        "/;/",
        "/index.html;x",
        "/content/world/a.md",
        "/content/world/a.md?raw",
        "/@fs/etc/passwd",
        "/@fs/etc/passwd?import&raw??",
        "/static/../site.toml",
        "/publicX",
        "/proc/self/environ",
        "/etc/passwd",
        "/%2fetc/passwd",
        "/..;/site.toml",
        "/__newsprint/state?page=%ff",
        "/__newsprint/state?page=../../site.toml",
        "/__newsprint/events",
        "/__newsprint/../site.toml",
        "/__newsprint/live.js/../../site.toml",
        "*",
        "site.toml",
        "/#/../site.toml",
        "/?#",
        "http://",
        "http:///etc/passwd",
        "/a b",
    ];
    let desk_port = desk.preview.desk().trim_end_matches('/').rsplit(':').next().and_then(|p| p.parse().ok());
    let desk_port: u16 = desk_port.expect("a port");
    // Each as it is and with what tricked others: tails that change which file is taken, other cases, doubled slashes.
    let tricked = |target: &str| {
        let tails = ["?raw??", "?inline&import", ".svg?.wasm?init", "/.", "#/../site.toml", "::$DATA"];
        let mut all: Vec<String> = tails.iter().map(|tail| format!("{target}{tail}")).collect();
        all.extend([
            target.to_owned(),
            format!("/{target}"),
            target.to_uppercase(),
            target.replace("..", "%252e%252e"),
        ]);
        all
    };
    let targets: Vec<String> = targets.iter().flat_map(|target| tricked(target)).collect();
    assert!(targets.len() > 500);
    for (port, target) in [port, desk_port].iter().flat_map(|port| targets.iter().map(move |t| (port, t))) {
        let request = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
        let answer = raw(*port, request.as_bytes());
        assert!(!answer.text().contains("SECRET"), "{target}");
        assert!(!answer.text().contains("base_url"), "{target}");
        assert!(
            !answer.head.contains("evil.test") && !answer.head.contains("EVIL.TEST"),
            "{target}: {}",
            answer.head
        );
        assert!(answer.status != 500, "{target}: {}", answer.text());
    }
    let mut odd: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"\r\n\r\n".to_vec(),
        b"GET".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nHost".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        format!("GET /{} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n", "a".repeat(100_000)).into_bytes(),
        format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\nX: {}\r\n\r\n", "a".repeat(100_000)).into_bytes(),
        format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\n{}\r\n", "X: y\r\n".repeat(5_000)).into_bytes(),
        format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: -1\r\nConnection: close\r\n\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nZZ\r\n").into_bytes(),
    ];
    let odd_values: [&[u8]; 10] = [
        b"\xff\xfe",
        b"\x00",
        b"[",
        b"[::1",
        b"]:80",
        b"localhost:99999999999",
        b"localhost:\xe2\x80\xae",
        b"::::",
        b"\t",
        b"%",
    ];
    for value in odd_values {
        for header in ["Host", "Origin", "Sec-Fetch-Site"] {
            let own = if header == "Host" { String::new() } else { format!("Host: localhost:{port}\r\n") };
            let head = format!("GET / HTTP/1.1\r\n{own}Connection: close\r\n{header}: ");
            odd.push([head.as_bytes(), value, b"\r\n\r\n"].concat());
        }
    }
    // And two hundred more that nobody thought of.
    let mut random = support::Random::new(14);
    for _ in 0..200 {
        let value: Vec<u8> =
            (0..=random.below(40)).map(|_| u8::try_from(random.below(256)).unwrap_or(0)).collect();
        let header = *random.pick(&["Host", "Origin", "Sec-Fetch-Site", "Content-Length", "Connection"]);
        let head = format!("GET / HTTP/1.1\r\nConnection: close\r\n{header}: ");
        odd.push([head.as_bytes(), &value, b"\r\n\r\n"].concat());
    }
    for (port, request) in [port, desk_port].iter().flat_map(|port| odd.iter().map(move |odd| (*port, odd))) {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server is there");
        let _ = stream.write_all(request);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let shown = String::from_utf8_lossy(&request[..request.len().min(80)]).into_owned();
        assert!(!answer.windows(6).any(|w| w == b"Secret") || answer.starts_with(b"HTTP/1.1 200"), "{shown}");
    }
    assert_eq!(desk.get("/").status, 200, "it is still there");
    let front = format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:{desk_port}\r\nConnection: close\r\n\r\n");
    assert_eq!(raw(desk_port, front.as_bytes()).status, 200, "so is the desk");
}

#[test]
fn many_connections_at_once() {
    let desk = Desk::of(&[("content/world/a.md", &article("First", "one"))]);
    let port = desk.preview.port();
    // Clients that connect, say half a word and stay.
    let idle: Vec<TcpStream> = (0..60)
        .filter_map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
            stream.write_all(b"GET / HT").ok()?;
            Some(stream)
        })
        .collect();
    let tabs: Vec<Tab> = (0..30).map(|_| Tab::open(&desk, "/")).collect();
    assert_eq!(desk.get("/").status, 200);
    drop((idle, tabs));
    assert_eq!(desk.get("/world/2026/03/a.html").status, 200);
}

#[test]
fn no_site_is_an_error_and_a_taken_port_too() {
    let empty = TestSite::empty();
    let error = Preview::start(&options(&empty)).err().map(|diag| diag.code);
    assert_eq!(error.as_deref(), Some("NO-SITE"));
    let desk = Desk::of(&[]);
    let taken = Options { port: Some(desk.preview.port()), ..options(&desk.site) };
    let error = Preview::start(&taken).err().map(|diag| diag.code);
    assert_eq!(error.as_deref(), Some("IO"));
}

/// A social card is called after its headline, and the preview does not plan the site anew for one.
#[cfg(feature = "social-cards")]
#[test]
fn a_headline_that_changes_takes_its_social_card_along() {
    let desk = Desk::of(&[
        ("site.toml", &format!("{CONFIG}social_cards = true\n")),
        ("content/world/a.md", &article("First headline", "one")),
        ("content/world/b.md", &article("Another story", "two")),
    ]);
    let card = || {
        let page = desk.get("/world/2026/03/a.html").text();
        let from = page.find("media/").expect("a social card");
        format!("/{}", page[from..].split('"').next().unwrap_or_default())
    };
    let mut former = vec![card()];
    for title in ["Second headline", "Third headline", "First headline", "Fourth headline"] {
        desk.write("content/world/a.md", &article(title, "one"));
        desk.until_text("/world/2026/03/a.html", title);
        assert_eq!(desk.get(&card()).status, 200, "{title}");
        assert_eq!(desk.differences(), Vec::<String>::new(), "{title}");
        former.push(card());
        for name in former.iter().filter(|name| **name != card()) {
            assert_eq!(desk.get(name).status, 404, "{title}: {name}");
        }
    }
    // Words that no card shows, and a style sheet, leave all cards where they are.
    desk.write("static/more.css", "a { color: red }");
    desk.until("the style sheet", "/more.css", |answer| answer.status == 200);
    desk.write("content/world/b.md", &article("Yet another story", "two"));
    desk.until_text("/world/2026/03/b.html", "Yet another");
    desk.write("static/more.css", "a { color: blue }");
    desk.until_text("/more.css", "blue");
    assert_eq!(desk.differences(), Vec::<String>::new());
}

/// A site with another text, and the same made by the short way that the preview takes.
#[test]
fn the_short_way_to_a_changed_text_leads_to_the_same_site() {
    let articles = |n: usize, text: &str| article(&format!("Story {n}"), &format!("[x](/about) {text}"));
    let mut store = Memory::default();
    store.0.insert("site.toml".to_owned(), format!("{CONFIG}social_cards = true\n").into_bytes());
    for n in 0..30 {
        let tagged = articles(n, "old").replacen("+++\n", "+++\ntags = [\"Same\"]\n", 1);
        store.0.insert(format!("content/world/s{n}.md"), tagged.into());
    }
    let load = |store: &Memory| -> (Site, Rules) {
        let text = load::read_config(store, "here").expect("there");
        let config = load::parse_config(&text, &wishes()).value.expect("good");
        let loaded = load::load(store, &load::list(store), &text, config, &Ledger::default(), &wishes());
        let loaded = loaded.value.expect("good");
        (loaded.site, loaded.rules)
    };
    let (before, rules) = load(&store);
    let path = "content/world/s7.md";
    let old = String::from_utf8(store.0[path].clone()).expect("text");
    let cases = [
        ("another text", old.replace("old", "new and *longer*\n\nwith\n\n## more"), true),
        ("a link", old.replace("/about", "/other"), false),
        ("a picture", old.replace("old", "![a](b.png)"), false),
        ("a tag", old.replace("Same", "Other"), false),
        ("a title", old.replace("Story", "Tale"), false),
    ];
    for (name, text, is_short) in cases {
        store.0.insert(path.to_owned(), text.clone().into_bytes());
        let record = Arc::new(source::parse(path, text.into_bytes(), &rules).record);
        let short = before.with_text(&record);
        assert_eq!(short.is_some(), is_short, "{name}");
        if name == "a title" {
            let worded = before.with_words(&record).expect("words are all that differs");
            let (worded, long) = (Outline::new(&worded).value, Outline::new(&load(&store).0).value);
            assert_eq!(worded.outputs, long.outputs, "the social card's new name is all that differs");
        }
        let Some(short) = short else { continue };
        let (long, _) = load(&store);
        let outputs = Outline::new(&long).value.outputs;
        assert_eq!(Outline::new(&short).value.outputs, outputs, "{name}");
        let mut changed = Vec::new();
        for planned in &outputs {
            assert_eq!(planned.fingerprint(&short), planned.fingerprint(&long), "{name}: {}", planned.out);
            if planned.fingerprint(&short) != planned.fingerprint(&before) {
                changed.push(planned.out.as_str());
            }
        }
        let expected = ["search/2026/00.txt", "search/2026/filter-0.bin", "world/2026/03/s7.html"];
        assert_eq!(changed, expected, "{name}");
    }
}
