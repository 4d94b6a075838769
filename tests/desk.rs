//! The desk, asked as programs ask it: who is listened to, what is written, and that nothing is lost.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use newsprint::clock::Clock;
use newsprint::fingerprint::Fingerprint;
use newsprint::load::Wishes;
use newsprint::serve::{Options, Preview};
use serde_json::{Value as Json, json};
use support::{NOW, TestSite};

struct Desk {
    site: TestSite,
    preview: Preview,
    client: Client,
}

/// Who knows the desk's token.
struct Client {
    port: u16,
    token: String,
}

fn article(title: &str, text: &str) -> String {
    format!("+++\ntitle = \"{title}\"\ndate = 2026-03-14\nsummary = \"In short.\"\n+++\n{text}\n")
}

fn port(desk: &Preview) -> u16 {
    desk.desk().trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
}

fn raw(port: u16, request: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server is there");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
    let _ = stream.write_all(request);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    (status, text)
}

impl Desk {
    fn of(files: &[(&str, &str)]) -> Self {
        let site = TestSite::empty();
        site.write(
            "site.toml",
            "title = \"The Paper\"\nbase_url = \"https://paper.example/\"\ntimezone = \"UTC\"\n",
        );
        for (path, text) in files {
            site.write(path, text);
        }
        let clock = Clock { now: NOW, drafts: false, future: false };
        let wishes = Wishes { base_url: None, clock, keep_going: true };
        let options = Options::new(site.path(), wishes);
        let preview = Preview::start(&options).expect("the preview starts");
        let (_, page) = raw(
            port(&preview),
            format!("GET / HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n", port(&preview))
                .as_bytes(),
        );
        let token = page.split("newsprint-token\" content=\"").nth(1).and_then(|rest| rest.split('"').next());
        let client = Client { port: port(&preview), token: token.expect("a token").to_owned() };
        Self { client, site, preview }
    }

    fn port(&self) -> u16 {
        self.client.port
    }

    fn head(&self) -> String {
        self.client.head()
    }

    fn post(&self, address: &str, head: &str, body: &[u8]) -> (u16, Json) {
        self.client.post(address, head, body)
    }

    fn ask(&self, name: &str, body: &Json, over: Option<&str>) -> (u16, Json) {
        self.client.ask(name, body, over)
    }

    fn save(&self, path: &str, base: &str, edit: &Json) -> (u16, Json) {
        self.client.save(path, base, edit)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.site.path().join(path)).expect("read")
    }

    /// Every text that is anywhere: as the article, among its versions, as unsaved text.
    fn texts(&self, path: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::from([self.read(path)]);
        let folder = self.site.path().join(".newsprint/history");
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            for version in fs::read_dir(entry.path()).into_iter().flatten().flatten() {
                found.extend(fs::read_to_string(version.path()));
            }
        }
        found
    }
}

impl Client {
    fn head(&self) -> String {
        let port = self.port;
        format!(
            "Host: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
             X-Newsprint-Token: {}\r\n",
            self.token
        )
    }

    fn post(&self, address: &str, head: &str, body: &[u8]) -> (u16, Json) {
        let head = format!(
            "POST {address} HTTP/1.1\r\n{head}Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let (status, text) = raw(self.port, &[head.as_bytes(), body].concat());
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (status, serde_json::from_str(body).unwrap_or(Json::Null))
    }

    fn ask(&self, name: &str, body: &Json, over: Option<&str>) -> (u16, Json) {
        let over = over.map_or(String::new(), |version| format!("If-Match: \"{version}\"\r\n"));
        self.post(&format!("/api/{name}"), &(self.head() + &over), body.to_string().as_bytes())
    }

    fn save(&self, path: &str, base: &str, edit: &Json) -> (u16, Json) {
        let mut body = edit.clone();
        body["path"] = json!(path);
        body["base"] = json!(base);
        self.ask("save", &body, Some(&Fingerprint::of(base.as_bytes()).to_string()))
    }
}

#[test]
fn only_the_desks_own_page_is_listened_to() {
    let text = article("First", "one");
    let desk = Desk::of(&[("content/a.md", &text)]);
    let own = desk.head();
    let port = desk.port();
    let body = json!({ "path": "content/a.md", "base": text, "text": article("Stolen", "x") }).to_string();
    let over = format!("If-Match: \"{}\"\r\n", Fingerprint::of(text.as_bytes()));
    let preview = desk.preview.port();
    let replaced = |from: &str, to: &str| own.replace(from, to) + &over;
    let cases = [
        ("another token", replaced(&desk.client.token, &"0".repeat(40)), 403),
        ("a longer token", replaced(&desk.client.token, &format!("{}0", desk.client.token)), 403),
        ("no token", replaced(&format!("X-Newsprint-Token: {}\r\n", desk.client.token), ""), 403),
        ("another host", replaced(&format!("Host: 127.0.0.1:{port}"), "Host: evil.test"), 403),
        (
            "another host's port",
            replaced(&format!("Host: 127.0.0.1:{port}"), &format!("Host: evil.test:{port}")),
            403,
        ),
        ("no origin", replaced(&format!("Origin: http://127.0.0.1:{port}\r\n"), ""), 403),
        ("origin null", replaced(&format!("Origin: http://127.0.0.1:{port}"), "Origin: null"), 403),
        (
            "a page of the preview",
            replaced(
                &format!("Origin: http://127.0.0.1:{port}"),
                &format!("Origin: http://127.0.0.1:{preview}"),
            ),
            403,
        ),
        (
            "an address as origin",
            replaced(&format!("Origin: http://127.0.0.1:{port}"), "Origin: http://203.0.113.5"),
            403,
        ),
        ("two origins", own.clone() + "Origin: http://evil.test\r\n" + &over, 403),
        ("another site", own.clone() + "Sec-Fetch-Site: cross-site\r\n" + &over, 403),
        ("another port of this machine", own.clone() + "Sec-Fetch-Site: same-site\r\n" + &over, 403),
        ("a form", replaced("application/json", "text/plain"), 400),
        ("no version", own.clone(), 428),
        ("another version", own.clone() + "If-Match: \"00\"\r\n", 428),
    ];
    for (what, head, expected) in cases {
        let (status, answer) = desk.post("/api/save", &head, body.as_bytes());
        assert_eq!(status, expected, "{what}: {answer}");
    }
    // The preview takes no writes at all, whatever they bear.
    let request = format!(
        "POST /api/save HTTP/1.1\r\n{own}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .replace(&format!(":{port}"), &format!(":{preview}"));
    assert_eq!(raw(preview, request.as_bytes()).0, 405);
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let request =
            format!("{method} /api/save HTTP/1.1\r\n{own}Content-Length: 0\r\nConnection: close\r\n\r\n");
        assert_eq!(raw(port, request.as_bytes()).0, 405, "{method}");
    }
    let get = format!("GET /api/save?path=content/a.md HTTP/1.1\r\n{own}Connection: close\r\n\r\n");
    assert!(matches!(raw(port, get.as_bytes()).0, 404 | 405), "reads never write");
    assert_eq!(desk.read("content/a.md"), text);
    let (status, _) = desk.post("/api/save", &(own + &over), body.as_bytes());
    assert_eq!(status, 200, "and the desk itself is");
}

#[test]
fn answers_are_for_nobody_else() {
    let desk = Desk::of(&[("content/a.md", &article("First", "one"))]);
    let port = desk.port();
    let (_, page) = raw(
        port,
        format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n").as_bytes(),
    );
    let head = page.split("\r\n\r\n").next().unwrap_or_default().to_lowercase();
    for wanted in [
        "x-frame-options: deny",
        "cross-origin-resource-policy: same-origin",
        "x-content-type-options: nosniff",
        "cache-control: no-store",
        "default-src 'none'",
        "frame-ancestors 'none'",
        "script-src 'self'",
        "referrer-policy: no-referrer",
    ] {
        assert!(head.contains(wanted), "{wanted}: {head}");
    }
    assert!(!head.contains("access-control"), "{head}");
    let again = Desk::of(&[]);
    assert_ne!(again.client.token, desk.client.token, "each run has a token of its own");
}

#[test]
fn only_articles_of_the_content_are_named() {
    let desk = Desk::of(&[
        ("content/a.md", &article("First", "one")),
        ("content/dump.txt", "text"),
        ("templates/x.html", "x"),
    ]);
    fs::write(desk.site.path().join("secret.md"), article("Secret", "s")).expect("written");
    for path in [
        "secret.md",
        "../secret.md",
        "content/../secret.md",
        "content/%2e%2e/secret.md",
        "/etc/passwd",
        "site.toml",
        "content/dump.txt",
        "templates/x.html",
        ".newsprint/ledger",
        "content//a.md",
        "content/./a.md",
        "CONTENT/a.md",
        "content/a.md/",
        "content/a.md\0",
        "content\\a.md",
        "content/a.md::$DATA",
        "c:/secret.md",
        "//secret.md",
        "",
    ] {
        for name in ["article", "history", "rename", "delete"] {
            let (status, answer) =
                desk.ask(name, &json!({ "path": path, "slug": "x" }), Some(&"0".repeat(32)));
            let is_empty = answer["versions"] == json!([]);
            assert!([400, 404, 422, 428].contains(&status) || is_empty, "{name} {path:?}: {status} {answer}");
            assert!(!answer.to_string().contains("Secret"), "{name} {path:?}");
        }
        let (status, _) = desk.save(path, "", &json!({ "text": "x" }));
        assert!(matches!(status, 404 | 400), "save {path:?}: {status}");
        let (status, _) =
            desk.ask("draft", &json!({ "path": path, "base": "", "text": article("D", "d") }), None);
        assert!(matches!(status, 404 | 400 | 200), "draft {path:?}: {status}");
    }
    let dot = desk.ask("new", &json!({ "title": "../../etc", "section": "../.." }), None);
    assert_eq!(dot.0, 400, "{dot:?}");
    let long = vec![b' '; 3 << 20];
    let (status, _) = desk.post("/api/articles", &desk.head(), &long);
    assert_eq!(status, 413);
    assert_eq!(desk.ask("nothing", &json!({}), None).0, 404);
    assert_eq!(desk.post("/api/articles", &desk.head(), b"{").0, 400);
    let svg = desk.head().replace("application/json", "application/octet-stream");
    for bytes in [&b"<svg onload=alert(1)>"[..], b"\x89PNG\r\n\x1a\n", b"GIF89a", b"", b"MZ"] {
        let (status, _) = desk.post("/api/picture?path=content/a.md&name=x.png", &svg, bytes);
        assert_eq!(status, 415, "{bytes:?}");
    }
    assert_eq!(desk.read("content/a.md"), article("First", "one"));
}

#[test]
fn a_draft_is_shown_at_its_private_address_only() {
    let text = article("First", "one");
    let desk = Desk::of(&[("content/world/a.md", &text)]);
    let (status, made) = desk.ask("draft", &json!({ "path": "content/world/a.md", "base": text, "fields": { "title": "Unsaved" }, "body": "two\n" }), None);
    assert_eq!(status, 200, "{made}");
    let get = |address: &str| {
        let port = desk.preview.port();
        raw(
            port,
            format!("GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        )
    };
    let shown = made["shown"].as_str().expect("an address");
    assert!(get(shown).1.contains("Unsaved") && get(shown).1.contains("<p>two</p>"));
    // The whole site is as it would be: the front page shows the new headline.
    let front = &shown[..shown.find("/world/").expect("below the key")];
    assert!(get(&format!("{front}/")).1.contains("Unsaved"));
    for address in
        ["/", "/world/2026/03/a.html", "/__newsprint/draft/", "/__newsprint/draft/0/world/2026/03/a.html"]
    {
        assert!(!get(address).1.contains("Unsaved"), "{address}");
    }
    assert_eq!(desk.read("content/world/a.md"), text);
    let (_, wrong) = desk.ask("draft", &json!({ "path": "content/world/a.md", "base": text, "text": "+++\ntitel = 1\n+++\n", "key": made["key"] }), None);
    assert!(wrong["problems"].to_string().contains("titel"));
    assert!(get(shown).1.contains("Unsaved"), "the last good text stays");
}

#[test]
fn every_text_is_found_again() {
    // Pairs of writers of one article: two desks; a desk and a program that truncates; a desk and a checkout that renames.
    const ROUNDS: usize = 1000;
    let rounds =
        std::env::var("NEWSPRINT_SAVE_PAIRS").ok().and_then(|n| n.parse().ok()).unwrap_or(ROUNDS / 10);
    let start = article("First", "start");
    let desk = Desk::of(&[("content/a.md", &start)]);
    let client = &desk.client;
    let file = desk.site.path().join("content/a.md");
    let aside = desk.site.path().join("content/a.md.swp");
    let git = |args: &[&str]| {
        let output = std::process::Command::new("git").arg("-C").arg(desk.site.path()).args(args).output();
        let output = output.expect("git runs");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    git(&["init", "-q"]);
    // A commit in which the article has this text; the article itself stays as it is.
    let commit = |text: &str| {
        fs::write(desk.site.path().join("theirs"), text).expect("written");
        let blob = git(&["hash-object", "-w", "theirs"]);
        git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},content/a.md")]);
        let tree = git(&["write-tree"]);
        let user = ["-c", "user.name=n", "-c", "user.email=e@paper.example"];
        git(&[&user[..], &["commit-tree", "-m", "theirs", &tree]].concat())
    };
    for round in 0..rounds {
        let base = desk.read("content/a.md");
        let mine = article("First", &format!("desk {round}"));
        let theirs = article("First", &format!("other {round}"));
        let theirs_committed = if round % 3 == 2 { commit(&theirs) } else { String::new() };
        let (saved, other) = std::thread::scope(|scope| {
            let first = scope.spawn(|| client.save("content/a.md", &base, &json!({ "text": mine })));
            let second = scope.spawn(|| match round % 3 {
                0 => client.save("content/a.md", &base, &json!({ "text": theirs })).0,
                // Another program asks nobody: what it replaces is its affair, what it writes must stay.
                1 => {
                    fs::write(&aside, &theirs).expect("written");
                    fs::rename(&aside, &file).expect("renamed");
                    200
                }
                _ => {
                    git(&["checkout", "-q", "-f", &theirs_committed, "--", "content/a.md"]);
                    200
                }
            });
            (first.join().expect("answered"), second.join().expect("answered"))
        });
        assert!(matches!(saved.0, 200 | 409) && matches!(other, 200 | 409), "{saved:?} {other}");
        if round % 3 == 0 {
            assert_eq!(
                [saved.0, other].iter().filter(|status| **status == 200).count(),
                1,
                "one of two wins"
            );
        }
        let texts = desk.texts("content/a.md");
        for text in [&mine, &theirs] {
            assert!(
                texts.contains(text) || saved.1["yours"] == **text,
                "round {round}: lost {text:?} ({saved:?})"
            );
        }
        // Another program that came first replaced it before the desk looked.
        if saved.0 == 200 || round % 3 == 0 {
            assert!(texts.contains(&base), "round {round}: lost what was there");
        }
    }
    let left: Vec<_> = fs::read_dir(desk.site.path().join("content"))
        .expect("listed")
        .flatten()
        .map(|e| e.file_name())
        .collect();
    assert_eq!(left.len(), 1, "no temporary file stays: {left:?}");
}

#[test]
fn a_story_that_is_removed_meanwhile_is_not_made_anew() {
    let text = article("First", "one");
    let desk = Desk::of(&[("content/a.md", &text)]);
    fs::remove_file(desk.site.path().join("content/a.md")).expect("removed");
    let (status, answer) = desk.save("content/a.md", &text, &json!({ "text": article("First", "mine") }));
    assert!(matches!(status, 404 | 409), "{answer}");
    assert!(!desk.site.path().join("content/a.md").exists());
}

#[test]
fn titles_and_style_sheets_show_without_a_new_plan() {
    let desk = Desk::of(&[("content/world/a.md", &article("First", "one")), ("static/own.css", "a {}")]);
    let get = |address: &str| {
        let port = desk.preview.port();
        raw(
            port,
            format!("GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        )
        .1
    };
    let until = |address: &str, needle: &str| {
        let began = Instant::now();
        while !get(address).contains(needle) {
            assert!(began.elapsed() < Duration::from_secs(20), "{address} never showed {needle}");
            std::thread::sleep(Duration::from_millis(3));
        }
    };
    desk.site.write("content/world/a.md", article("Second", "one"));
    for address in ["/", "/world/2026/03/a.html", "/world/"] {
        until(address, "Second");
    }
    desk.site.write("static/own.css", "b {}");
    until("/own.css", "b {}");
    let (_, built) = desk.site.clean_tree(&desk.site.options());
    for (file, bytes) in built.iter().filter(|(file, _)| file.ends_with(".html")) {
        let answer = get(&format!("/{}", newsprint::path::encode(file)));
        let title = String::from_utf8_lossy(bytes);
        assert!(answer.contains(title.split("</title>").next().unwrap_or_default()), "{file}");
    }
}

const STORIES: &str = "\
Ferry to the islands sails again

HARROW, March 3 (Northline) - The night ferry to the islands sailed again on Tuesday after nine years, with 41 passengers.

The harbour master said that the quay had been mended over the winter and that the lamps were new.

Council buys the old mill

HARROW, March 3 (Northline) - The town council bought the old mill on Tuesday for the price of its roof, the clerk said.

It is to become a school for boat builders, and the first course begins in the autumn of next year.

Library roof leaks once more

The roof of the town library let in the rain on Monday night, and forty books on sailing were carried to the school.

Carpenters are to look at it before the weekend, and readers are asked to use the side door until then.
";

/// Where an article stands in the inbox's list of dumps, and what a build shows.
fn offered(desk: &Desk) -> Vec<String> {
    let (_, inbox) = desk.ask("inbox", &json!({}), None);
    let dumps = inbox["dumps"].as_array().cloned().unwrap_or_default();
    dumps.iter().filter_map(|dump| dump["path"].as_str().map(str::to_owned)).collect()
}

/// A dump whose articles an editor cut by hand is dealt with when the last of them is accepted: it is not offered again, and
/// nothing of it stands on the site beside them.
#[test]
fn a_dump_that_was_cut_by_hand_is_not_offered_again() {
    for (story, starts, accepted) in [("merged", vec![1], 1), ("split", vec![1, 7, 13], 3)] {
        let desk = Desk::of(&[("content/wire/wire.txt", STORIES)]);
        assert_eq!(offered(&desk), ["content/wire/wire.txt"]);
        let request =
            |item: usize| json!({ "path": "content/wire/wire.txt", "starts": starts, "item": item });
        let (status, parsed) = desk.ask("parse", &request(1), None);
        let titles = parsed["articles"].as_array().map_or(0, Vec::len);
        assert_eq!((status, titles), (200, accepted), "{story}: {parsed}");
        for item in 1..=accepted {
            assert_eq!(offered(&desk).len(), 1, "{story}: {item} of {accepted} is not accepted yet");
            let (status, made) = desk.ask("accept", &request(item), None);
            assert_eq!(status, 200, "{story}: {made}");
        }
        let until = Instant::now() + Duration::from_secs(20);
        while !offered(&desk).is_empty() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(offered(&desk), Vec::<String>::new(), "{story}");
        let report = desk.site.build();
        assert_eq!((report.exit, report.tally.articles), (0, accepted as u64), "{story}: {:?}", report.diags);
        // Another text is another dump.
        desk.site.write(
            "content/wire/wire.txt",
            format!("{STORIES}\nThe mill has stood empty since the flood.\n"),
        );
        while offered(&desk).is_empty() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(offered(&desk), ["content/wire/wire.txt"], "{story}");
    }
}

/// Two articles that claim one address stop a publication until the second is left out by name.
#[test]
fn a_second_claim_on_an_address_is_left_out_by_name() {
    let second = "+++\ntitle = \"Second\"\ndate = 2026-03-15\nslug = \"a\"\n+++\ntwo\n";
    let desk = Desk::of(&[("content/world/a.md", &article("First", "one")), ("content/world/b.md", second)]);
    let out = desk.site.path().join("out");
    let config = fs::read_to_string(desk.site.path().join("site.toml")).expect("site.toml");
    desk.site.write(
        "site.toml",
        format!("{config}[publish.live]\nkind = \"dir\"\npath = \"{}\"\n", out.display()),
    );
    let plan = |leave_out: &[&str]| {
        desk.ask("plan", &json!({ "target": "live", "leave_out": leave_out }), None);
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let (_, job) = desk.ask("progress", &json!({}), None);
            if job["running"] == json!(false) || Instant::now() > until {
                return job;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let job = plan(&[]);
    assert_eq!(
        (&job["stage"], &job["told"]["broken"]),
        (&json!("stopped"), &json!(["content/world/b.md"])),
        "{job}"
    );
    let job = plan(&["content/world/b.md"]);
    assert_eq!(
        (&job["stage"], &job["told"]["left_out"]),
        (&json!("planned"), &json!(["content/world/b.md"])),
        "{job}"
    );
    assert_eq!(job["told"]["lines"][0]["pages"], json!([{ "how": "titled", "title": "First" }]), "{job}");
}

#[test]
fn a_paste_waits_under_its_first_line() {
    let desk = Desk::of(&[("content/a.md", &article("First", "one"))]);
    let long = "The night ferry to the islands sails again after nine years and three weeks in the yard, with new lamps";
    for (dump, form) in [
        ("\n  Old mill becomes a library\n\nIt opens on Monday.\n".to_owned(), "text"),
        (format!("<h1>{long}</h1><p>It opens on Monday.</p>"), "html"),
    ] {
        let (status, answer) = desk.ask("parse", &json!({ "dump": dump, "form": form }), None);
        assert_eq!(status, 200, "{answer}");
    }
    let (_, inbox) = desk.ask("inbox", &json!({}), None);
    let pastes = inbox["pastes"].as_array().expect("pastes");
    let heads: BTreeSet<&str> = pastes.iter().filter_map(|paste| paste["head"].as_str()).collect();
    let cut = format!("{}…", long.strip_suffix(" lamps").expect("its end"));
    assert_eq!(heads, BTreeSet::from(["Old mill becomes a library", cut.as_str()]));
    assert_eq!(desk.ask("site", &json!({}), None).1["waiting"], json!(2));
}
