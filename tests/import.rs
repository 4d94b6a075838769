//! `newsprint import` seen from outside: files in, files out.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use newsprint::import::{self, Layout, Options, Report};
use support::{TestSite, Tree, tree};

struct Silent;

impl import::Progress for Silent {
    fn step(&self, _: u64, _: u64, _: u64) {}
}

/// A story of a few paragraphs that no other `name` has.
fn story(name: &str, more: usize) -> String {
    let mut text = format!("{name} council votes for a new bridge\n\n");
    for n in 0..4 + more {
        text += &format!(
            "The {name} council heard on point {n} that {name} needs a bridge over the river {n}{name}, and the \
             engineer of {name} told reporters that work {n} could begin in the spring if the money was found.\n\n"
        );
    }
    text
}

/// A site and a folder of dumps beside it.
struct Desk {
    site: TestSite,
    dumps: TestSite,
}

impl Desk {
    fn new() -> Self {
        Self { site: TestSite::new(), dumps: TestSite::empty() }
    }

    fn put(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        self.dumps.write(&format!("wire/{path}"), text);
        self
    }

    fn options(&self) -> Options {
        Options {
            site: self.site.path().to_owned(),
            inputs: vec![self.dumps.path().join("wire")],
            ..Options::default()
        }
    }

    fn import(&self) -> Report {
        self.import_with(|_| {})
    }

    fn import_with(&self, change: impl FnOnce(&mut Options)) -> Report {
        let mut options = self.options();
        change(&mut options);
        let report = import::import(&options, &Silent);
        assert!(report.account.balances(), "{:?}", report.account);
        report
    }

    fn content(&self) -> Tree {
        tree(&self.site.path().join("content"))
    }

    fn paths(&self) -> Vec<String> {
        self.content().into_keys().collect()
    }

    fn quarantined(&self) -> BTreeMap<String, Vec<u8>> {
        let folder = self.site.path().join(".newsprint/quarantine");
        let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        paths.map(|path| (name(&path), fs::read(&path).expect("a file"))).collect()
    }
}

/// Written, unchanged, kept, duplicates, quarantined.
fn counts(report: &Report) -> [u64; 5] {
    let account = report.account;
    [account.written, account.unchanged, account.kept, account.duplicates, account.quarantined]
}

#[test]
fn folders_are_sections_and_nothing_changes_twice() {
    let desk = Desk::new();
    desk.put("world/a.txt", story("Alpha", 0)).put("town/b.txt", story("Beta", 0)).put("notes.pdf", "no");
    let report = desk.import();
    assert_eq!(
        (counts(&report), report.exit, report.passed_over),
        ([2, 0, 0, 0, 0], 0, 1),
        "{:#?}",
        report.diags
    );
    assert_eq!(
        desk.paths(),
        ["town/beta-council-votes-for-a-new-bridge.md", "world/alpha-council-votes-for-a-new-bridge.md"]
    );
    let article = desk.site.read("content/town/beta-council-votes-for-a-new-bridge.md");
    for part in [
        "title = \"Beta council",
        "source = { file = \"wire/town/b.txt\", item = 1, sha256",
        "\n\nThe Beta council",
    ] {
        assert!(article.contains(part), "{part} in {article}");
    }
    let before = desk.content();
    assert_eq!(counts(&desk.import()), [0, 2, 0, 0, 0]);
    assert_eq!(desk.content(), before);
    assert_eq!(desk.site.build().exit, 0);
}

#[test]
fn a_dry_run_writes_nothing() {
    let desk = Desk::new();
    desk.put("a.txt", story("Alpha", 0)).put("empty.txt", "");
    let report = desk.import_with(|options| options.dry_run = true);
    assert_eq!((counts(&report), report.exit), ([1, 0, 0, 0, 1], 4));
    assert!(desk.content().is_empty() && !desk.site.path().join(".newsprint").exists());
}

#[test]
fn what_a_person_edited_stays() {
    let desk = Desk::new();
    desk.put("a.txt", story("Alpha", 0)).put("b.txt", story("Beta", 0)).put("c.txt", story("Gamma", 0));
    desk.import();
    let [a, b, c] =
        ["alpha", "beta", "gamma"].map(|name| format!("content/{name}-council-votes-for-a-new-bridge.md"));
    let edited = desk.site.read(&a).replace("votes for", "rejects");
    desk.site.write(&a, &edited).remove(&b);
    assert_eq!(counts(&desk.import()), [0, 1, 2, 0, 0], "edited and deleted");
    assert_eq!(desk.site.read(&a), edited);

    // The dumps have new versions: of an edited article it is laid beside, of an untouched one it replaces.
    desk.put("a.txt", story("Alpha", 1)).put("c.txt", story("Gamma", 1));
    let report = desk.import();
    assert_eq!(counts(&report), [1, 0, 2, 0, 0], "{:#?}", report.diags);
    assert_eq!(desk.site.read(&a), edited);
    assert!(desk.site.read(&format!("{a}.incoming")).contains("on point 4"));
    assert!(desk.site.read(&c).contains("on point 4"));
    let before = desk.content();
    assert_eq!(counts(&desk.import()), [0, 1, 2, 0, 0]);
    assert_eq!(desk.content(), before);

    // An offer that was dealt with does not come back; a deleted article does when asked for.
    desk.site.remove(&format!("{a}.incoming"));
    assert_eq!(counts(&desk.import()), [0, 1, 2, 0, 0]);
    assert!(!desk.paths().iter().any(|path| path.ends_with(".incoming")));
    assert_eq!(counts(&desk.import_with(|options| options.restore = true)), [1, 1, 1, 0, 0]);
    assert!(desk.site.read(&b).contains("Beta council"));
}

/// An offer that was announced and, since the disk was full or the program was killed, never laid down comes again.
#[test]
fn an_offer_that_was_never_laid_comes_again() {
    let desk = Desk::new();
    desk.put("a.txt", story("Alpha", 0));
    desk.import();
    let article = "content/alpha-council-votes-for-a-new-bridge.md";
    desk.site.write(article, desk.site.read(article).replace("votes for", "rejects"));
    desk.put("a.txt", story("Alpha", 1));
    desk.import();
    let (offer, notebook) = (format!("{article}.incoming"), ".newsprint/imports");
    let laid = desk.site.read(&offer);
    let noted = desk.site.read(notebook);
    assert!(noted.lines().any(|line| line.starts_with("laid\t")), "{noted}");
    let without: Vec<&str> = noted.lines().filter(|line| !line.starts_with("laid\t")).collect();
    desk.site.write(notebook, without.join("\n")).remove(&offer);
    assert_eq!(counts(&desk.import()), [0, 0, 1, 0, 0]);
    assert_eq!(desk.site.read(&offer), laid);
}

#[test]
fn a_moved_article_is_found_again() {
    let desk = Desk::new();
    desk.put("a.txt", story("Alpha", 0));
    desk.import();
    let path = "content/alpha-council-votes-for-a-new-bridge.md";
    let text = desk.site.read(path);
    desk.site.remove(path).write("content/world/bridge.md", text);
    assert_eq!(counts(&desk.import()), [0, 1, 0, 0, 0]);
    assert_eq!(desk.paths(), ["world/bridge.md"]);
}

#[test]
fn losing_the_notebook_makes_imports_careful() {
    let desk = Desk::new();
    desk.put("a.txt", story("Alpha", 0));
    desk.import();
    fs::remove_dir_all(desk.site.path().join(".newsprint")).expect("removed");
    assert_eq!(counts(&desk.import()), [0, 1, 0, 0, 0]);
    desk.put("a.txt", story("Alpha", 1));
    assert_eq!(counts(&desk.import()), [0, 0, 1, 0, 0], "it may have been edited");
    assert!(desk.paths().iter().any(|path| path.ends_with(".md.incoming")));
}

#[test]
fn one_story_in_two_dumps() {
    let desk = Desk::new();
    let slightly = story("Alpha", 0).replace("in the spring", "next spring");
    desk.put("1.txt", story("Alpha", 0)).put("2.txt", story("Alpha", 0)).put("3.txt", slightly);
    let report = desk.import();
    assert_eq!(counts(&report), [1, 0, 0, 2, 0], "{:#?}", report.diags);
    assert_eq!(counts(&desk.import()), [0, 1, 0, 2, 0]);
    let report = desk.import_with(|options| options.keep_duplicates = true);
    assert_eq!(counts(&report), [2, 1, 0, 0, 0], "{:#?}", report.diags);
    let report = desk.import_with(|options| options.keep_duplicates = true);
    assert_eq!(counts(&report), [0, 3, 0, 0, 0], "{:#?}", report.diags);
    assert_eq!(desk.site.build().exit, 0, "three addresses");
}

#[test]
fn a_longer_version_is_offered() {
    let desk = Desk::new();
    desk.put("1.txt", story("Alpha", 0)).put("2.txt", story("Alpha", 4));
    assert_eq!(counts(&desk.import()), [1, 0, 1, 0, 0]);
    let before = desk.content();
    assert!(before.keys().any(|path| path.ends_with(".md.incoming")));
    assert_eq!(counts(&desk.import()), [0, 1, 1, 0, 0]);
    assert_eq!(desk.content(), before);
}

#[test]
fn what_cannot_be_imported_is_kept() {
    let desk = Desk::new();
    desk.put("empty.txt", "").put("chrome.txt", "Home\nNews\nSport\n").put("a.txt", story("Alpha", 0));
    desk.put("r.ndjson", format!("{}\n{{\"id\": 3}}\nnot json\n", record("one", &story("Beta", 0))));
    let report = desk.import();
    assert_eq!((counts(&report), report.exit), ([2, 0, 0, 0, 4], 4), "{:#?}", report.diags);
    let kept = desk.quarantined();
    assert!(kept.values().any(|bytes| bytes == b"Home\nNews\nSport\n"));
    assert!(kept.values().any(|bytes| bytes == b"not json\n"));
    let why = kept.iter().filter(|(name, _)| name.ends_with(".why")).count();
    assert_eq!((why, kept.len()), (4, 8));
    desk.import();
    assert_eq!(desk.quarantined(), kept);
}

fn record(id: &str, text: &str) -> String {
    serde_json::json!({ "id": id, "text": text }).to_string()
}

#[test]
fn what_one_batch_knows_the_next_knows_too() {
    // More records than a batch has; the first one comes again at the end, and one line is none.
    let desk = Desk::new();
    let mut lines: String =
        (0..520).map(|n| record(&format!("r{n}"), &story(&format!("City{n}"), 0)) + "\n").collect();
    lines += "not json\n";
    lines += &(record("again", &story("City0", 0)) + "\n");
    desk.put("all.ndjson", lines);
    let report = desk.import();
    assert_eq!((counts(&report), report.exit), ([520, 0, 0, 1, 1], 4), "{:#?}", report.diags);
    assert_eq!(desk.paths().len(), 520);
    assert_eq!(counts(&desk.import()), [0, 520, 0, 1, 1]);
}

#[test]
fn archives() {
    let desk = Desk::new();
    desk.put("1998/03/12/x.txt", story("Alpha", 0)).put("1998-03-13-y.txt", story("Beta", 0));
    desk.dumps.write("c.csv", "file,section,authors,desk\nx.txt,World,Ann Lee; Bo Ek,City\nnone.txt,,,\n");
    let report_path = desk.dumps.path().join("report.csv");
    let report = desk.import_with(|options| {
        options.layout = Layout::Month;
        options.date_from_path = true;
        options.meta = Some(desk.dumps.path().join("c.csv"));
        options.report = Some(report_path.clone());
    });
    assert_eq!(counts(&report), [2, 0, 0, 0, 0]);
    assert!(report.diags.iter().any(|diag| diag.code == "CATALOGUE"), "one row names no file");
    let alpha = "world/1998/03/alpha-council-votes-for-a-new-bridge.md";
    assert_eq!(desk.paths(), ["1998/03/beta-council-votes-for-a-new-bridge.md", alpha]);
    let text = desk.site.read(&format!("content/{alpha}"));
    for part in ["date = 1998-03-12\n", "authors = [\"Ann Lee\", \"Bo Ek\"]", "desk = \"City\""] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let table = fs::read_to_string(report_path).expect("the report");
    assert_eq!(table.lines().count(), 3, "{table}");
    assert!(table.contains("wire/1998/03/12/x.txt,1,written,content/world/1998/03/alpha"), "{table}");
}

#[test]
fn to_a_section() {
    let desk = Desk::new();
    desk.put("world/a.txt", story("Alpha", 0));
    let report = desk.import_with(|options| options.to = Some("sport/football".to_owned()));
    assert_eq!(counts(&report), [1, 0, 0, 0, 0]);
    assert_eq!(desk.paths(), ["sport/football/alpha-council-votes-for-a-new-bridge.md"]);
    assert_eq!(desk.import_with(|options| options.to = Some("../x".to_owned())).exit, 2);
}

#[test]
fn a_sample() {
    let desk = Desk::new();
    for n in 0..20 {
        desk.put(&format!("{n}.txt"), story(&format!("Name{n}"), 0));
    }
    assert_eq!(counts(&desk.import_with(|options| options.sample = Some(5))), [5, 0, 0, 0, 0]);
    let lines: String =
        (0..100).map(|n| record(&format!("r{n}"), &story(&format!("City{n}"), 0)) + "\n").collect();
    let file = desk.dumps.path().join("all.ndjson");
    fs::write(&file, lines).expect("written");
    let report = desk.import_with(|options| {
        options.sample = Some(10);
        options.inputs = vec![file.clone()];
    });
    assert_eq!(counts(&report), [10, 0, 0, 0, 0], "{:#?}", report.diags);
    let report = desk.import_with(|options| options.inputs = vec![file]);
    assert_eq!(counts(&report), [90, 10, 0, 0, 0], "the sample is part of the whole");
}

#[test]
fn dumps_in_content_are_stood_in_for() {
    let desk = Desk::new();
    desk.site.write("content/world/dump.txt", story("Alpha", 0));
    assert_eq!(desk.site.build().tally.from_dumps, 1);
    let content: PathBuf = desk.site.path().join("content");
    let report = desk.import_with(|options| options.inputs = vec![content]);
    assert_eq!(counts(&report), [1, 0, 0, 0, 0]);
    let article = desk.site.read("content/world/alpha-council-votes-for-a-new-bridge.md");
    assert!(article.contains("file = \"world/dump.txt\""), "{article}");
    let report = desk.site.build();
    assert_eq!(
        (report.tally.articles, report.tally.from_dumps, report.exit),
        (1, 0, 0),
        "{:#?}",
        report.diags
    );
}

#[test]
fn no_input_is_an_error_of_use() {
    let desk = Desk::new();
    let wrong = |path: &str| {
        let path = desk.dumps.path().join(path);
        desk.import_with(|options| options.inputs = vec![path]).exit
    };
    desk.put("a.md", "+++\n");
    assert_eq!((wrong("none"), wrong("wire/a.md")), (5, 2));
}

#[test]
fn a_build_shows_one_story_of_two_dumps() {
    let desk = Desk::new();
    let slightly = story("Alpha", 0).replace("in the spring", "next spring");
    let said = |articles: u64, repeats: usize| {
        let report = desk.site.build();
        let found = report.diags.iter().filter(|diag| diag.code == "REPEAT").count();
        assert_eq!(
            (report.tally.articles, found, report.exit),
            (articles, repeats, 0),
            "{:#?}",
            report.diags
        );
    };
    desk.site.write("content/b.txt", story("Alpha", 0)).write("content/c.txt", story("Beta", 0));
    said(2, 0);
    desk.site.write("content/a.txt", &slightly);
    said(2, 1);
    // Two articles of Markdown are two, and so are one of Markdown and one of a dump.
    desk.site.remove("content/a.txt");
    for name in ["x", "y"] {
        desk.site.write(&format!("content/{name}.md"), format!("+++\ntitle = \"{name}\"\n+++\n{slightly}"));
    }
    said(4, 0);
    // Of two dumps the one with the earlier day stays.
    desk.site.remove("content/x.md").remove("content/y.md");
    let dated =
        |day: u32| story("Alpha", 0).replacen("\n\n", &format!("\n\nPublished {day} May 2026\n\n"), 1);
    desk.site
        .write("content/a.txt", dated(12))
        .write("content/b.txt", dated(11).replace("in the spring", "next spring"));
    said(2, 1);
    let report = desk.site.build();
    let repeat = report.diags.iter().find(|diag| diag.code == "REPEAT").expect("a repeat");
    assert_eq!(repeat.place.as_ref().map(|place| place.path.as_str()), Some("content/a.txt"), "{repeat:?}");
}

/// Pieces of text that have been known to break one writer or reader or another.
const ODD: [&str; 24] = [
    "+++",
    "---",
    "title = \"x\"",
    "\"quotes\" and 'others'",
    "back\\slash",
    "\u{202e}turned\u{202c}",
    "a\u{0}b",
    "\u{7f}\u{85}\u{b}",
    "tab\there",
    "😀 emoji",
    "قمة المناخ في الرياض",
    "北京奥运会开幕",
    "\u{feff}mark",
    "# heading",
    "> quote",
    "1. one",
    "* star",
    "[link](javascript:alert(1))",
    "<script>alert(1)</script>",
    "&amp; &lt;",
    "| a | b |",
    "```",
    "\u{2028}",
    "“””„»«",
];

#[test]
fn every_article_is_read_back_as_it_was_printed() {
    use newsprint::source::{self, Rules};
    let config = newsprint::config::parse(
        "site.toml",
        "title = \"T\"\nbase_url = \"https://t.example/\"\ntimezone = \"America/Havana\"\n",
    );
    let rules = Rules::new(&config.value.expect("a configuration"));
    let mut random = support::Random::new(11);
    let mut articles = 0;
    for round in 0..600 {
        let mut text = story(&format!("Round{round}"), random.below(3));
        for _ in 0..random.below(12) {
            let at = (0..=random.below(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let piece = match random.below(5) {
                0 => format!("\n{}\n", random.pick(&ODD)),
                1 => "\n\n".to_owned(),
                2 => format!(
                    "\n\nBy {} and Ann Lee\n1 November 2026 {}\n\n",
                    random.pick(&ODD),
                    random.pick(&ODD)
                ),
                3 => format!("\n\nEMBARGOED until 1 November 2026\n\nCorrection: {}\n\n", random.pick(&ODD)),
                _ => (*random.pick(&ODD)).to_owned(),
            };
            text.insert_str(at, &piece);
        }
        let form = if random.chance(20) { newsprint::dump::Form::Html } else { newsprint::dump::Form::Text };
        let input = newsprint::dump::Input {
            source: "wire/\u{202e}odd \"name\".txt",
            form,
            url: None,
            fetched: None,
        };
        for (mut header, body) in source::found(text.as_bytes(), &input, "world", &rules).articles {
            articles += 1;
            let path = format!("content/world/{}.md", header.slug);
            header.slug = source::slug_of(&path);
            let body = body.trim_matches('\n');
            let printed = source::print(&path, &header, body, &rules);
            let read = source::says(&path, &printed, &header, body, &rules);
            assert!(read.is_ok(), "{read:#?}\n{header:#?}\n{printed}");
        }
    }
    assert!(articles > 500, "{articles} articles were tried");
}

#[test]
fn flags_are_listed_and_accepted() {
    use newsprint::review;
    let desk = Desk::new();
    desk.put("a.txt", story("Alpha", 0)).put("deep/b.txt", story("Beta", 0));
    desk.import();
    desk.site.write("content/town/dump.txt", story("Gamma", 0));
    let flags = || review::flags(desk.site.path(), None).expect("a list");
    let rule = "date: none in the text";
    let places = |flags: &[review::Flag]| -> Vec<String> {
        let found = flags.iter().filter(|flag| flag.rule == rule);
        found.map(|flag| format!("{} {}:{}", flag.source, flag.path, flag.line)).collect()
    };
    let name = |name: &str| format!("{name}-council-votes-for-a-new-bridge.md");
    let line = |path: &str| {
        let text = desk.site.read(path);
        text.lines().position(|line| line.starts_with("review")).expect("a flag") + 1
    };
    let (alpha, beta) = (format!("content/{}", name("alpha")), format!("content/deep/{}", name("beta")));
    assert_eq!(
        places(&flags()),
        [
            "content/town content/town/dump.txt:1".to_owned(),
            format!("wire {alpha}:{}", line(&alpha)),
            format!("wire/deep {beta}:{}", line(&beta)),
        ]
    );
    let before = desk.site.read(&beta);
    let accepted = review::accept(desk.site.path(), "date", Some("wire/deep")).expect("accepted");
    assert_eq!((accepted.flags, accepted.files, accepted.dumps.len()), (1, 1, 0));
    let gone: String =
        before.lines().filter(|line| !line.starts_with("review")).map(|line| format!("{line}\n")).collect();
    assert_eq!(desk.site.read(&beta), gone);
    let accepted = review::accept(desk.site.path(), rule, None).expect("accepted");
    assert_eq!((accepted.flags, accepted.dumps.len()), (1, 1), "the dump is named");
    assert_eq!(places(&flags()).len(), 1);
    // What was accepted is an edit like any other.
    assert_eq!(counts(&desk.import()), [0, 0, 2, 0, 0]);
}

#[test]
fn recurring_lines_are_proposed() {
    use newsprint::review;
    let desk = Desk::new();
    for name in ["Alpha", "Beta", "Gamma", "Delta"] {
        let text = format!(
            "{}All letters to the editor are welcome at the usual address in the square.\n",
            story(name, 0)
        );
        desk.put(&format!("{name}.txt"), text);
    }
    desk.import();
    let lines = review::recurring(desk.site.path()).expect("lines");
    assert_eq!(lines.len(), 1, "{lines:?}");
    let text = review::proposal(&lines);
    assert!(text.contains("[wire]\n     4  All letters to the editor"), "{text}");
}

#[test]
fn damaged_dumps_lose_nothing() {
    let desk = Desk::new();
    let mut random = support::Random::new(5);
    let count = 240;
    for n in 0..count {
        // The first paragraph, in the middle of a sentence, carries a word that stands nowhere else.
        let text = story(&format!("Town{n}"), 0).replacen(
            "council heard",
            &format!("council canary{n:04} heard"),
            1,
        );
        let mut bytes = text.into_bytes();
        let after = bytes.windows(6).position(|word| word == b"canary").expect("a canary") + 20;
        for _ in 0..random.below(4) {
            let at = after + random.below(bytes.len() - after);
            match random.below(4) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, 0),
                2 => bytes.splice(at..at, [0xe9, 0x92, b' ']).for_each(drop),
                _ => bytes.splice(at..at, "<div>".repeat(40).into_bytes()).for_each(drop),
            }
        }
        desk.put(&format!("{n}.txt"), bytes);
    }
    let import = || desk.import_with(|options| options.keep_duplicates = true);
    let report = import();
    let kept: Vec<Vec<u8>> = desk.content().into_values().chain(desk.quarantined().into_values()).collect();
    let all = kept.concat();
    let all = String::from_utf8_lossy(&all);
    let missing: Vec<usize> = (0..count).filter(|n| !all.contains(&format!("canary{n:04}"))).collect();
    assert!(missing.is_empty(), "{missing:?} of {:?}", report.account);
    let before = desk.content();
    let again = import();
    assert_eq!((again.account.written, again.account.records), (0, report.account.records));
    assert_eq!(desk.content(), before);
}

/// What a killed program left goes; what one writes that runs stays, also one whose number this machine does not know: in a
/// container, on another machine.
#[test]
fn what_is_being_written_is_not_tidied_away() {
    let desk = Desk::new();
    desk.put("a.txt", story("Arden", 0)).import();
    let own = desk.paths();
    let [file] = own.as_slice() else { panic!("one article: {own:?}") };
    let beside = |number: &str| format!("content/{file}.newsprint-{number}");
    let path = |number: &str| desk.site.path().join(beside(number));
    for number in ["999999", "999998-0", "999997-0"] {
        desk.site.write(&beside(number), "half");
    }
    let held = fs::File::open(path("999998-0")).expect("a file");
    held.lock().expect("a lock");
    desk.put("b.txt", story("Borough", 0)).import();
    let left: Vec<bool> = ["999999", "999998-0", "999997-0"].map(|number| path(number).exists()).to_vec();
    assert_eq!(left, [false, true, false]);
    // Whoever changes places with a file holds the lock of the one that took its place.
    drop(held);
    let place = fs::File::open(desk.site.path().join("content").join(file)).expect("a file");
    place.lock().expect("a lock");
    desk.put("c.txt", story("Calder", 0)).import();
    assert!(path("999998-0").exists());
    drop(place);
    desk.put("d.txt", story("Denholm", 0)).import();
    assert!(!path("999998-0").exists());
}
