//! Why an output was rendered, as `build --explain`, `explain` and `build --verify` tell it.

mod support;

use newsprint::build::{self, Options, Reason};
use newsprint::source::Record;
use newsprint::{explain, ledger};
use std::sync::Arc;
use support::{NOW, Silent, TestSite};

fn article(title: &str, day: u32, body: &str) -> String {
    format!(
        "+++\ntitle = \"{title}\"\ndate = 2026-05-{day:02}T10:00:00Z\nsummary = \"S.\"\ntags = [\"Ports\"]\n+++\n\n{body}\n"
    )
}

/// Four stories of one section and tag.
fn site() -> TestSite {
    let site = TestSite::new();
    for day in 1..=4 {
        site.write(&format!("content/town/a{day}.md"), article(&format!("Story {day}"), day, "Its text."));
    }
    assert_eq!(site.build().exit, 0);
    site
}

/// The outputs that a build rendered, each with what was another.
fn rendered(site: &TestSite) -> Vec<(String, String)> {
    let report = build::build(&Options { explain: true, ..site.options() }, &Silent);
    assert_eq!(report.exit, 0, "{:?}", report.diags);
    report
        .reasons
        .iter()
        .map(|(out, reason)| (out.to_string(), explain::because(reason).into_owned()))
        .collect()
}

fn of<'r>(reasons: &'r [(String, String)], out: &str) -> &'r str {
    reasons.iter().find(|(other, _)| other == out).map_or("kept", |(_, why)| why)
}

#[test]
fn each_rendered_output_says_what_of_it_is_another() {
    let site = site();
    site.write("content/town/a2.md", article("Story 2", 2, "Another text."));
    let reasons = rendered(&site);
    assert_eq!(of(&reasons, "town/2026/05/a2.html"), "another content");
    assert_eq!(of(&reasons, "search/2026/00.txt"), "another words");
    assert_eq!(of(&reasons, "search/2026/filter-0.bin"), "another filter");
    assert_eq!(reasons.len(), 3);

    site.write("content/town/a5.md", article("Story 5", 5, "New."));
    let reasons = rendered(&site);
    assert_eq!(of(&reasons, "town/2026/05/a5.html"), "it was not there before");
    assert_eq!(of(&reasons, "town/2026/05/a4.html"), "another newer");
    assert_eq!(of(&reasons, "town/index.html"), "another items");
    assert_eq!(of(&reasons, "town/2026/05/a3.html"), "kept");

    site.write("content/town/a5.md", article("Story five", 5, "New."));
    let reasons = rendered(&site);
    assert_eq!(of(&reasons, "town/2026/05/a5.html"), "another article, content, page_title, share");

    // What is planned with the whole site knows as much.
    site.write("static/mark.txt", "x").write("content/town/a1.md", article("Story one", 1, "Its text."));
    let reasons = rendered(&site);
    assert_eq!(of(&reasons, "mark.txt"), "it was not there before");
    assert_eq!(of(&reasons, "town/page/1.html"), "another items");
    site.write("static/mark.txt", "y");
    assert_eq!(rendered(&site), [("mark.txt".to_owned(), "another bytes".to_owned())]);
    site.write("templates/404.html", "<h1>{{ page_title }}</h1>");
    assert_eq!(rendered(&site), [("404.html".to_owned(), "another 404.html".to_owned())]);
    site.write("public/404.html", "meddled");
    let why = "the file was changed or removed by somebody else";
    assert_eq!(rendered(&site), [("404.html".to_owned(), why.to_owned())]);
}

#[test]
fn a_page_remembers_what_rendered_it_last() {
    let site = site();
    let why = |url: &str| {
        let json = explain::explain(site.path(), &site.options().wishes, url).expect("a page");
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        let text = |key: &str| json["last_build"][key].as_str().unwrap_or_default().to_owned();
        (text("rendered"), text("because"))
    };
    let first = "2026-06-01T12:00:00+00:00".to_owned();
    assert_eq!(why("/town/2026/05/a4.html"), (first.clone(), "it was not there before".to_owned()));
    let mut options = site.options();
    for (hours, path, text) in [
        (1, "content/town/a5.md", article("Story 5", 5, "New.")),
        (2, "content/town/a1.md", article("Story 1", 1, "Another text.")),
    ] {
        site.write(path, text);
        options.wishes.clock.now = NOW + hours * 3600;
        assert_eq!(build::build(&options, &Silent).exit, 0);
    }
    let second = "2026-06-01T13:00:00+00:00".to_owned();
    assert_eq!(why("/town/2026/05/a4.html"), (second, "another newer".to_owned()));
    assert_eq!(why("/town/2026/05/a3.html").0, first);
    let third = "2026-06-01T14:00:00+00:00".to_owned();
    assert_eq!(why("/town/2026/05/a1.html"), (third, "another content".to_owned()));
}

/// A ledger that says another title of a story than its file does, as a bug would have it.
#[test]
fn verifying_names_the_first_ingredient_that_differs() {
    let site = site();
    let path = site.path().join(".newsprint/ledger");
    let ledger = site.ledger();
    let index = ledger.index().expect("an index");
    let forge = |record: Arc<Record>| {
        let mut record = Record::clone(&record);
        if record.path == "content/town/a3.md" {
            record.items[0].header.title = "Forged".to_owned();
        }
        Arc::new(record)
    };
    let records = ledger.records().into_iter().map(forge).collect();
    let head = ledger::Head { began: i64::MAX, ..ledger.head.clone() };
    let forged = ledger::Ledger::new(head, ledger.sources.clone(), ledger.outputs, Vec::new());
    forged.with_records(records).save(&path, &index).expect("a written ledger");
    // Whatever is planned anew believes it.
    site.write("static/mark.txt", "x");
    let report = build::build(&Options { verify: true, ..site.options() }, &Silent);
    assert_eq!(report.exit, 1);
    let told: Vec<(String, String)> = report
        .diags
        .iter()
        .map(|diag| (diag.place.as_ref().expect("a place").path.clone(), diag.message.clone()))
        .collect();
    let why = |out: &str| told.iter().find(|(path, _)| path == out).map(|(_, why)| why.as_str());
    let page = Some("differs from a clean build: its bytes differ: it was made with another `article`");
    let list = Some("differs from a clean build: its bytes differ: it was made with another `items`");
    assert_eq!((why("town/2026/05/a3.html"), why("town/page/1.html")), (page, list), "{told:?}");
    assert_eq!(why("robots.txt"), None);
    assert!(report.reasons.iter().all(|(_, reason)| *reason != Reason::Touched));
}
