//! What `newsprint check` finds, and where it says that it stands; that it looks at nothing twice; and
//! that an embargo is proved.
//!
//! Cases stand in `tests/check/faults.txt`: `--- name ---`, then files (`== path ==` and their text), then
//! `== found ==` with a line for each complaint. `UPDATE=1` rewrites what is found.

mod support;

use std::fs;
use std::process::Command;
use std::time::Duration;

use newsprint::check::{self, embargo, external};
use support::{NOW, TestSite};

const CASES: &str = "tests/check/faults.txt";
const GOOD: &str = "+++\ntitle = \"A good story\"\ndate = 2026-05-01\n+++\n\nIts text.\n";
/// The smallest PNG that has a size.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x04\0\0\0\x03\x08\x02\0\0\0\0\0\0\0";

fn options(site: &TestSite) -> check::Options {
    let build = site.options();
    check::Options { site: build.site, wishes: build.wishes, external: None }
}

fn site() -> TestSite {
    let site = TestSite::new();
    site.write(
        "site.toml",
        "title = \"Test\"\nbase_url = \"https://test.example/\"\ntimezone = \"UTC\"\npage_size = 3\n",
    );
    site.write("content/world/good.md", GOOD);
    site
}

#[test]
fn a_site_without_faults_is_fine_and_nothing_is_looked_at_twice() {
    let site = site();
    let report = check::check(&options(&site));
    assert_eq!((report.exit, &report.diags[..]), (0, &[][..]));
    assert!(report.looked > 10 && report.links > 10, "{report:?}");
    let again = check::check(&options(&site));
    assert_eq!((again.exit, again.looked, again.links), (0, 0, report.links));
    assert!(!site.path().join("public").exists(), "check writes no site");
    // What changed is looked at again, and only that.
    site.write("content/world/good.md", GOOD.replace("Its text", "Its [text](gone.md)"));
    let third = check::check(&options(&site));
    assert!(third.exit == 4 && (1..6).contains(&third.looked), "{third:?}");
    // A fault does not go away by being known.
    let fourth = check::check(&options(&site));
    assert_eq!((fourth.exit, fourth.looked, &fourth.diags), (4, 0, &third.diags));
    // A damaged cache costs time.
    for damage in [&b"newsprint check 1\nx"[..], b"", b"\xff"] {
        fs::write(site.path().join(".newsprint/check"), damage).expect("a written file");
        assert_eq!(check::check(&options(&site)).diags, fourth.diags);
    }
}

#[test]
fn faults_are_named_with_their_place() {
    let text = fs::read_to_string(CASES).expect("the cases");
    let mut rewritten = String::new();
    for case in format!("\n{text}").split("\n--- ").skip(1) {
        let (name, body) = case.split_once(" ---\n").expect("a name between `--- ` and ` ---`");
        let site = site();
        let (files, expected) = body.split_once("== found ==\n").unwrap_or((body, ""));
        for file in files.split("== ").skip(1) {
            let (path, text) = file.split_once(" ==\n").expect("a path between `== ` and ` ==`");
            if text.starts_with("(a picture)") {
                site.write(path, PNG)
            } else {
                site.write(path, text)
            };
        }
        let report = check::check(&options(&site));
        let found: String = report.diags.iter().map(|diag| diag.line() + "\n").collect();
        let found = format!("exit {}\n{found}", report.exit);
        if std::env::var_os("UPDATE").is_some() {
            rewritten += &format!("--- {name} ---\n{files}== found ==\n{found}\n");
        } else {
            assert_eq!(found.trim_end(), expected.trim_end(), "{name}");
        }
    }
    if !rewritten.is_empty() {
        fs::write(CASES, rewritten).expect("the cases are written");
    }
}

fn run(site: &TestSite, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_newsprint"))
        .args(["check", "--now", "2026-06-01T12:00:00Z", "--site"])
        .arg(site.path())
        .args(arguments)
        .output()
        .expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&*site.path().to_string_lossy(), "SITE");
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_program_speaks_text_json_and_github() {
    let site = site();
    site.write(
        "content/world/bad.md",
        "+++\ntitle = \"Bad\"\ndate = 2026-05-02\n+++\n\nSee\n[this](nowhere.md).\n",
    );
    let (exit, out, err) = run(&site, &[]);
    assert_eq!((exit, out.as_str()), (4, ""));
    assert!(
        err.contains("error[LINK]") && err.contains("content/world/bad.md:7:8") && err.contains("1 error"),
        "{err}"
    );
    let (exit, out, err) = run(&site, &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).expect("one JSON object");
    assert_eq!((exit, json["exit"].as_u64(), err.as_str()), (4, Some(4), ""));
    assert_eq!(json["diagnostics"][0]["code"], "LINK");
    assert!(json["fan_out"].as_array().is_some_and(|rows| !rows.is_empty()));
    let (exit, out, _) = run(&site, &["--format", "github"]);
    assert_eq!(exit, 4);
    assert_eq!(
        out,
        "::error file=SITE/content/world/bad.md,line=7,col=8,title=LINK::`nowhere.md` is not on the site\n"
    );
    // A site that cannot be made is that first.
    site.write("content/world/bad.md", "+++\ntitel = 1\n+++\n");
    assert_eq!(run(&site, &["--format", "json"]).0, 3);
    site.write("site.toml", "titel = 1");
    assert_eq!(run(&site, &[]).0, 2);
}

#[test]
fn an_embargo_is_proved_and_a_leak_is_seen() {
    let site = site();
    let secret = "+++\ntitle = \"Mayor resigns over the tunnel affair\"\ndate = 2026-05-02\nembargo = 2026-06-02T09:00:00Z\ntags = [\"Tunnel affair\"]\nimage = { src = \"tunnel-map.png\", alt = \"The secret second tunnel\" }\n+++\n\nThe mayor told this paper on the quiet that she will go tomorrow morning.\n";
    site.write("content/world/secret.md", secret).write("content/world/tunnel-map.png", PNG);
    site.write(
        "content/world/old.md",
        GOOD.replace("A good", "A gone").replace("date =", "expires = 2026-05-20\ndate ="),
    );
    let (exit, _, err) = run(&site, &["--embargo"]);
    assert_eq!(exit, 0, "{err}");
    assert!(err.contains("2 hidden articles") && err.contains("the same byte for byte"), "{err}");
    assert!(err.contains("holds until 2026-06-02T09:00:00Z") && !err.contains("Mayor"), "{err}");
    assert!(
        !site
            .path()
            .join(".newsprint")
            .read_dir()
            .expect("a folder")
            .flatten()
            .any(|e| e.file_name().to_string_lossy().starts_with("embargo"))
    );
    // Each of these says it all the same, in one form or another.
    let leaks = [
        (
            "content/world/other.md",
            "+++\ntitle = \"Other\"\ndate = 2026-05-03\n+++\n\nSee [Mayor *resigns* over the tunnel affair](secret.md), [Mayor resigns over the tunnel affair](secret.md).\n",
        ),
        ("static/notes.txt", "mayor RESIGNS  over\nthe tunnel affair"),
        ("static/data.json", "{\"t\":\"Mayor resigns \\u006fver the tunnel affair\"}"),
        ("static/list.html", "<a href='x?t=Mayor%20resigns%20over%20the%20tunnel%20affair'>"),
        ("static/page.html", "Mayor resigns&#32;over the tunnel affair"),
        ("static/mayor-resigns-over-the-tunnel-affair.txt", "x"),
        ("static/blob.txt", "eHhNYXlvciByZXNpZ25zIG92ZXIgdGhlIHR1bm5lbCBhZmZhaXJ5eQ=="),
        ("static/p.png", "\u{89}PNG tEXt the secret second tunnel"),
    ];
    for (path, text) in leaks {
        let before = fs::read(site.path().join(path)).ok();
        assert_eq!(before, None, "{path}");
        site.write(
            path,
            if path.ends_with("blob.txt") {
                text.replace("TWF5b3I", "bWF5b3I").replace("Nan", "")
            } else {
                text.to_owned()
            },
        );
        let report = embargo::check(site.path(), &site.options().wishes);
        assert!(
            report.exit == 4 && report.diags.iter().any(|d| d.code == "EMBARGO-WORDS"),
            "{path}: {report:?}"
        );
        site.remove(path);
    }
    assert_eq!(embargo::check(site.path(), &site.options().wishes).exit, 0);
}

/// An own server of a few addresses on this machine; it counts what it is asked.
fn server() -> (u16, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    use std::io::{BufRead, BufReader, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = std::sync::Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            let mut lines = BufReader::new(&stream).lines();
            let first = lines.next().and_then(Result::ok).unwrap_or_default();
            for _ in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {}
            let status = match first.split(' ').nth(1).unwrap_or("") {
                "/fine" => "200 OK",
                "/moved" => "301 Moved\r\nLocation: /fine",
                "/loop" => "302 Found\r\nLocation: /loop",
                "/busy" => "503 Service Unavailable",
                "/head" if first.starts_with("HEAD") => "405 Method Not Allowed",
                "/head" => "200 OK",
                _ => "404 Not Found",
            };
            log.lock()
                .expect("no panic")
                .push(first.rsplit_once(' ').map_or(String::new(), |(head, _)| head.to_owned()));
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    (port, asked)
}

#[cfg(feature = "external")]
#[test]
fn other_hosts_are_asked_once_and_never_on_this_machine_by_default() {
    let (port, asked) = server();
    let site = site();
    let links: String = ["fine", "moved", "loop", "busy", "gone", "head"]
        .map(|path| format!("[x](http://127.0.0.1:{port}/{path})\n"))
        .concat();
    site.write(
        "content/world/links.md",
        format!("+++\ntitle = \"Links\"\ndate = 2026-05-02\n+++\n\n{links}"),
    );
    let manners = |private| external::Manners { pause: Duration::ZERO, private, ..Default::default() };
    let ask = |private, now| {
        let mut options = options(&site);
        options.external = Some(manners(private));
        options.wishes.clock.now = now;
        let report = check::check(&options);
        let lines: Vec<String> =
            report.diags.iter().map(|d| d.line().replace(&port.to_string(), "PORT")).collect();
        (report.external, lines)
    };
    let (tally, lines) = ask(false, NOW);
    assert_eq!((tally.links, tally.asked, lines.len()), (6, 6, 6), "{lines:?}");
    assert!(asked.lock().expect("no panic").is_empty(), "nothing on this machine was asked");
    let (_, lines) = ask(true, NOW);
    assert_eq!(
        lines,
        [
            "content/world/links.md:8:5: error[EXTERNAL]: `http://127.0.0.1:PORT/loop` does not work: it sends on more than 5 times",
            "content/world/links.md:9:5: warning[EXTERNAL]: `http://127.0.0.1:PORT/busy` does not work: 503 Service Unavailable",
            "content/world/links.md:10:5: error[EXTERNAL]: `http://127.0.0.1:PORT/gone` does not work: 404 Not Found",
        ]
    );
    let before = asked.lock().expect("no panic").len();
    let (tally, again) = ask(true, NOW + 60);
    assert_eq!((tally.asked, tally.known, again), (0, 6, lines));
    assert_eq!(asked.lock().expect("no panic").len(), before, "what is known is not asked");
    // After two days broken ones are asked again, those that were fine are not.
    assert_eq!(ask(true, NOW + 2 * 86_400).0.known, 3);
}

#[test]
fn every_code_is_documented() {
    let documented = include_str!("../docs/check.md");
    let sources = include_str!("../src/diag/faults.rs");
    let codes = sources
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|text| text.len() > 2 && text.chars().all(|c| c.is_ascii_uppercase() || c == '-'));
    for code in codes {
        assert!(documented.contains(&format!("| `{code}` |")), "{code} is not in docs/check.md");
    }
}
