//! A storm of file events of every kind around a running preview, with readers that come and go. It must not end, must
//! say what is wrong exactly while something is, and must serve at every quiet point what a clean build would write.
//! `NEWSPRINT_STORM` says for how many seconds; without it a short one is run.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use newsprint::clock::Clock;
use newsprint::load::Wishes;
use newsprint::serve::{Options, Preview};
use serde_json::Value as Json;
use support::{NOW, Random, TestSite};

const CONFIG: &str = "title = \"The Paper\"\nbase_url = \"https://paper.example/\"\ntimezone = \"UTC\"\n";
const TEMPLATE: &str = "templates/404.html";
/// Readers at once.
const READERS: usize = 20;

struct Storm {
    site: TestSite,
    /// The sound text of the template that is changed.
    template: String,
    random: Random,
    /// What was broken and must be mended before the site is compared.
    broken: BTreeSet<String>,
    count: usize,
}

fn article(title: &str, text: &str) -> String {
    format!("+++\ntitle = \"{title}\"\ndate = 2026-03-14\nsummary = \"In short.\"\n+++\n{text}\n")
}

fn get(port: u16, address: &str) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the preview is there");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
    let request = format!("GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("asked");
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let split = bytes.windows(4).position(|window| window == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
    let status =
        String::from_utf8_lossy(&bytes[..split]).split(' ').nth(1).and_then(|code| code.parse().ok());
    (status.unwrap_or(0), bytes[split..].to_vec())
}

/// A page without the preview's own element.
fn published(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    let Some(from) = text.find("<script src=\"/__newsprint/live.js\"") else { return body.to_vec() };
    let to = from + text[from..].find("</script>").expect("closed") + "</script>".len();
    [&body[..from], &body[to..]].concat()
}

fn problems(port: u16) -> Vec<Json> {
    let state: Json = serde_json::from_slice(&get(port, "/__newsprint/state?page=/").1).expect("JSON");
    state["problems"].as_array().cloned().unwrap_or_default()
}

/// Waits until it holds; how long that took.
fn wait(what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(30), "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
    started.elapsed()
}

impl Storm {
    fn of(seed: u64) -> Self {
        let site = TestSite::empty();
        site.write("site.toml", CONFIG);
        for n in 0..120 {
            site.write(&format!("content/s{}/story-{n}.md", n % 4), article(&format!("Story {n}"), "First."));
        }
        newsprint::new::copy_template(site.path(), "404.html").expect("a template to change");
        let template = site.read(TEMPLATE);
        let git = |args: &[&str]| {
            let status =
                Command::new("git").arg("-C").arg(site.path()).args(args).output().expect("git runs");
            assert!(status.status.success(), "{args:?}: {}", String::from_utf8_lossy(&status.stderr));
        };
        let commit = |message: &str| {
            git(&["add", "-A", "content/history"]);
            git(&["-c", "user.name=n", "-c", "user.email=e@paper.example", "commit", "-qm", message]);
        };
        git(&["init", "-q", "-b", "one"]);
        for round in ["one", "two"] {
            if round == "two" {
                git(&["checkout", "-q", "-b", "two"]);
            }
            for n in 0..1000 {
                let text = article(&format!("Old story {n}"), &format!("As of {round}."));
                site.write(&format!("content/history/old-{n}.md"), text);
            }
            commit(round);
        }
        Self { site, template, random: Random::new(seed), broken: BTreeSet::new(), count: 0 }
    }

    fn story(&mut self) -> String {
        let n = self.random.below(130);
        format!("content/s{}/story-{n}.md", n % 4)
    }

    fn write(&mut self, path: &str, text: impl AsRef<[u8]>) {
        self.broken.remove(path);
        self.site.write(path, text);
    }

    fn rename(&self, from: &str, to: &str) {
        let (from, to) = (self.site.path().join(from), self.site.path().join(to));
        let _ = fs::create_dir_all(to.parent().expect("a folder"));
        let _ = fs::rename(from, to);
    }

    fn sound(&mut self) -> String {
        self.count += 1;
        article(&format!("Told {}", self.count % 7), &format!("Words {}.", self.count))
    }

    /// One thing that happens to files in a newsroom.
    fn happen(&mut self) {
        let path = self.story();
        let file = self.site.path().join(&path);
        let text = self.sound();
        match self.random.below(100) {
            0..20 => self.write(&path, &text),
            // Programs that rename the new file over the old one, with and without a backup.
            20..32 => {
                let aside = format!("{path}.{}~", self.random.below(9));
                self.write(&aside, &text);
                self.rename(&aside, &path);
                self.broken.remove(&path);
            }
            32..40 => {
                self.rename(&path, &format!("{path}~"));
                self.write(&path, &text);
                self.site.remove_if_there(&format!("{path}~"));
            }
            // Truncates, and writes in two steps.
            40..50 => {
                let _ = fs::create_dir_all(file.parent().expect("a folder"));
                let mut file = fs::File::create(&file).expect("created");
                let half = text.len() / 2;
                let _ = file.write_all(&text.as_bytes()[..half]);
                std::thread::sleep(Duration::from_millis(self.random.below(4) as u64));
                let _ = file.write_all(&text.as_bytes()[half..]);
                self.broken.remove(&path);
            }
            // Writes twice.
            50..56 => {
                self.write(&path, "");
                self.write(&path, &text);
            }
            56..62 => {
                self.broken.remove(&path);
                self.site.remove_if_there(&path);
            }
            62..68 => {
                self.write(&path, "+++\ntitel = \"Broken\"\n+++\nText.\n");
                self.broken.insert(path);
            }
            68..70 => {
                self.write(&path, [0xff, 0xfe, 0x00, 0x80, 0x0a].repeat(50));
                self.broken.insert(path);
            }
            70..72 => {
                self.write(&path, "");
                self.broken.insert(path);
            }
            // A bundle with its picture arrives, or goes.
            72..78 => {
                let folder = format!("content/s1/bundle-{}", self.random.below(5));
                if self.random.chance(60) {
                    let picture = support::png(40, 30, u8::try_from(self.random.below(200)).unwrap_or(0));
                    self.write(&format!("{folder}/cat.png"), picture);
                    self.write(
                        &format!("{folder}/index.md"),
                        text.replace("Words", "![A cat](cat.png) Words"),
                    );
                } else {
                    let _ = fs::remove_dir_all(self.site.path().join(&folder));
                }
            }
            // A folder gets another name, and its own again, or does not.
            78..82 => {
                let from = format!("content/s{}", self.random.below(4));
                self.rename(&from, "content/moved");
                if self.random.chance(50) {
                    std::thread::sleep(Duration::from_millis(self.random.below(60) as u64));
                }
                self.rename("content/moved", &from);
            }
            82..84 => {
                let branch = *self.random.pick(&["one", "two"]);
                let _ = Command::new("git")
                    .arg("-C")
                    .arg(self.site.path())
                    .args(["checkout", "-qf", branch])
                    .output();
            }
            // The whole content is away for a while.
            84..86 => {
                self.rename("content", "away");
                std::thread::sleep(Duration::from_millis(self.random.below(300) as u64));
                self.rename("away", "content");
            }
            86..90 => {
                self.write(TEMPLATE, "{% extends \"base.html\" %}{{ site_title");
                self.broken.insert(TEMPLATE.to_owned());
            }
            90..93 => self.write(TEMPLATE, format!("{}{{# {} #}}\n", self.template, self.count)),
            93..95 => {
                self.write("site.toml", "title = \"The Paper\nbase_url");
                self.broken.insert("site.toml".to_owned());
            }
            95..97 => self.write("site.toml", format!("{CONFIG}description = \"No {}\"\n", self.count)),
            97 => self.write("static/large.bin", vec![self.count.to_le_bytes()[0]; 8 << 20]),
            // More events than the system's queue holds.
            98 => {
                let folder = self.site.path().join("content/flood");
                let _ = fs::create_dir_all(&folder);
                for n in 0..20_000 {
                    let _ = fs::write(folder.join(format!(".tmp-{n}")), b"");
                }
                let _ = fs::remove_dir_all(&folder);
            }
            _ => {
                let _ = filetime(&file);
            }
        }
    }

    /// Mends whatever is broken.
    fn mend(&mut self) {
        for path in std::mem::take(&mut self.broken) {
            match path.as_str() {
                "site.toml" => self.site.write(&path, CONFIG),
                TEMPLATE => self.site.write(&path, &self.template),
                _ => {
                    let text = self.sound();
                    self.site.write(&path, text)
                }
            };
        }
    }

    /// Outputs of a build that are served with other bytes. That builds upon builds are as clean ones is another test's
    /// matter; the last one is clean.
    fn differences(&self, port: u16, is_clean: bool) -> Vec<String> {
        let (report, built) = if is_clean {
            self.site.clean_tree(&self.site.options())
        } else {
            (self.site.build(), self.site.tree())
        };
        assert!(report.pages > 0, "the storm left something broken: {:?}", report.diags);
        let differs = |(file, bytes): &(&String, &Vec<u8>)| {
            let (status, body) = get(port, &format!("/{}", newsprint::path::encode(file)));
            status != 200 || published(&body) != **bytes
        };
        built.iter().filter(differs).map(|(file, _)| file.clone()).collect()
    }
}

/// Another time, the same bytes.
fn filetime(file: &std::path::Path) -> std::io::Result<()> {
    fs::File::options().append(true).open(file)?.set_modified(std::time::SystemTime::now())
}

#[test]
fn a_storm_of_events() {
    let seconds = std::env::var("NEWSPRINT_STORM").ok().and_then(|n| n.parse().ok()).unwrap_or(15);
    let seed = std::env::var("NEWSPRINT_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(15);
    let mut storm = Storm::of(seed);
    let clock = Clock { now: NOW, drafts: false, future: false };
    let wishes = Wishes { base_url: None, clock, keep_going: true };
    let preview = Preview::start(&Options::new(storm.site.path(), wishes)).expect("the preview starts");
    let port = preview.port();
    let is_over = AtomicBool::new(false);
    let asked = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for reader in 0..READERS {
            let (is_over, asked) = (&is_over, &asked);
            scope.spawn(move || {
                let addresses =
                    ["/", "/s1/", "/__newsprint/events?page=/", "/s2/2026/03/story-6.html", "/feed.xml"];
                while !is_over.load(Ordering::Relaxed) {
                    let address =
                        addresses[(reader + asked.fetch_add(1, Ordering::Relaxed)) % addresses.len()];
                    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                    let request = format!("GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
                    let _ = stream.write_all(request.as_bytes());
                    let _ = stream.set_read_timeout(Some(Duration::from_millis(40)));
                    let _ = stream.read(&mut [0; 512]);
                    std::thread::sleep(Duration::from_millis(150));
                }
            });
        }
        let over = Over(&is_over);
        let (started, mut events, mut quiet, mut seen) = (Instant::now(), 0, 0, Vec::new());
        while quiet == 0 || started.elapsed() < Duration::from_secs(seconds) {
            for _ in 0..120 {
                storm.happen();
                events += 1;
                if storm.random.chance(20) {
                    std::thread::sleep(Duration::from_millis(storm.random.below(25) as u64));
                }
            }
            // Something is wrong, and that is said.
            storm.write("content/s0/wrong.md", "+++\ntitel = \"Wrong\"\n+++\n");
            wait("the problem to be told", || !problems(port).is_empty());
            storm.site.remove("content/s0/wrong.md");
            storm.mend();
            wait("no problem to be told", || problems(port).is_empty());
            let mut differing = Vec::new();
            let settled = Instant::now();
            while settled.elapsed() < Duration::from_secs(20) {
                differing = storm.differences(port, false);
                if differing.is_empty() {
                    break;
                }
            }
            assert!(differing.is_empty(), "seed {seed}, after {events} events: stale {differing:?}");
            let text = format!("Quiet {quiet}.");
            storm.write("content/s0/probe.md", article("Probe", &text));
            seen.push(wait("a change to be seen", || {
                String::from_utf8_lossy(&get(port, "/s0/2026/03/probe.html").1).contains(&text)
            }));
            quiet += 1;
        }
        let stale = storm.differences(port, true);
        assert!(stale.is_empty(), "seed {seed}, at the end: stale {stale:?}");
        drop(over);
        seen.sort_unstable();
        let slowest = seen.last().copied().unwrap_or_default();
        let _ = writeln!(
            std::io::stderr(),
            "{events} events, {quiet} quiet points, {} visits; a change was seen within {slowest:?} (median {:?})",
            asked.load(Ordering::Relaxed),
            seen[seen.len() / 2]
        );
        assert!(slowest < Duration::from_secs(5), "a change was seen only after {slowest:?}");
    });
}

/// Ends the readers, also when the storm found a fault.
struct Over<'o>(&'o AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
