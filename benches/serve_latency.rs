//! How long after a save the preview serves the changed bytes: `cargo bench --bench serve_latency`.
//!
//! Arguments: numbers of articles (default 1000 and 10000), `--saves N` (default 200). For each kind of
//! save it asks for the page again and again until the answer carries the new text, and prints the
//! median and the 95th percentile of the time since the file was closed.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use newsprint::clock::Clock;
use newsprint::load::Wishes;
use newsprint::serve::{Options, Preview};

/// An article, the page on which its change is looked for, and its new text.
type Save = fn(usize) -> (String, String, String);

fn main() -> std::io::Result<()> {
    let mut arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let saves = match arguments.iter().position(|a| a == "--saves") {
        Some(at) => arguments.drain(at..).nth(1).and_then(|n| n.parse().ok()).unwrap_or(200),
        None => 200,
    };
    let mut sizes: Vec<usize> = arguments.iter().filter_map(|a| a.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![1_000, 10_000];
    }
    let mut out = std::io::stdout().lock();
    for size in sizes {
        let folder = tempfile::tempdir()?;
        write_site(folder.path(), size)?;
        let started = Instant::now();
        let wishes = Wishes {
            base_url: None,
            clock: Clock { now: 1_800_000_000, drafts: false, future: false },
            keep_going: true,
        };
        let options = Options::new(folder.path(), wishes);
        let preview = Preview::start(&options).map_err(|diag| std::io::Error::other(diag.line()))?;
        writeln!(out, "{size} articles: ready after {:.0} ms", millis(started.elapsed()))?;
        let kinds: [(&str, Save); 3] =
            [("body", body), ("title, seen on the front page", title), ("style sheet", style)];
        for (name, save) in kinds {
            let mut times = Vec::with_capacity(saves);
            for round in 0..saves {
                let (file, page, text) = save(round + size);
                let marker = format!("mark-{round}-{name}").replace([' ', ','], "-");
                fs::write(folder.path().join(file), text.replace("MARK", &marker))?;
                let closed = Instant::now();
                while !has(preview.port(), &page, &marker)? {
                    if closed.elapsed() > Duration::from_secs(20) {
                        return Err(std::io::Error::other(format!("{page} never showed {marker}")));
                    }
                }
                times.push(closed.elapsed());
            }
            times.sort();
            let at = |percent: usize| millis(times[(times.len() * percent / 100).min(times.len() - 1)]);
            writeln!(out, "  {name}: p50 {:.1} ms, p95 {:.1} ms, worst {:.1} ms", at(50), at(95), at(100))?;
        }
    }
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

const SECTIONS: [&str; 6] = ["world", "town", "business", "sport", "culture", "science"];

fn article(n: usize, title: &str, mark: &str) -> String {
    let (year, month, day) = (2015 + n % 10, 1 + n % 12, 1 + n % 28);
    let section = SECTIONS[n % SECTIONS.len()];
    let paragraph =
        "The council met on Tuesday and agreed, after four hours, on what had been agreed before. ";
    let text = format!("{}\n\n", paragraph.repeat(4)).repeat(6);
    format!(
        "+++\ntitle = \"{title}\"\ndate = {year}-{month:02}-{day:02}\nsummary = \"What was agreed in case {n}.\"\n\
         section = \"{section}\"\ntags = [\"Topic {}\", \"Place {}\"]\nauthors = [\"Reporter {}\"]\n+++\n{mark}\n\n{text}",
        n % 211,
        n % 97,
        n % 31
    )
}

fn path(n: usize) -> String {
    format!("content/{}/{:02}/story-{n}.md", SECTIONS[n % SECTIONS.len()], n % 50)
}

fn write_site(folder: &Path, size: usize) -> std::io::Result<()> {
    let config =
        "title = \"The Measured Times\"\nbase_url = \"https://measured.example/\"\ntimezone = \"UTC\"\n";
    fs::write(folder.join("site.toml"), config)?;
    for n in 0..size {
        let file = folder.join(path(n));
        fs::create_dir_all(file.parent().unwrap_or(folder))?;
        fs::write(file, article(n, &format!("Story number {n} of the year"), "Plain."))?;
    }
    fs::create_dir_all(folder.join("static"))?;
    fs::write(folder.join("static/own.css"), "p { color: red }")
}

fn body(round: usize) -> (String, String, String) {
    let n = round % 1000;
    let (year, month) = (2015 + n % 10, 1 + n % 12);
    let page = format!("/{}/{year}/{month:02}/story-{n}.html", SECTIONS[n % SECTIONS.len()]);
    (path(n), page, article(n, &format!("Story number {n} of the year"), "MARK"))
}

fn title(_: usize) -> (String, String, String) {
    let newest = article(3, "Story MARK", "Plain.").replace("2018-04-04", "2026-01-01");
    (path(3), "/".to_owned(), newest)
}

fn style(_: usize) -> (String, String, String) {
    ("static/own.css".to_owned(), "/own.css".to_owned(), "p { color: /* MARK */ green }".to_owned())
}

fn has(port: u16, page: &str, marker: &str) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    write!(stream, "GET {page} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(memchr::memmem::find(&answer, marker.as_bytes()).is_some())
}
