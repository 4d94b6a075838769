//! What desks make of single stories: threads, sections within sections, described tags, days, and the front page's choice.

mod support;

use newsprint::build::{self, Report};
use support::{NOW, Silent, TestSite};

fn paper(more: &str) -> TestSite {
    let site = TestSite::new();
    let config = site.read("site.toml").replace("page_size = 3", "page_size = 20");
    site.write("site.toml", format!("{config}{more}"));
    site
}

fn story(site: &TestSite, path: &str, day: u32, front: &str) {
    let title = path.rsplit('/').next().unwrap_or(path);
    site.write(
        &format!("content/{path}.md"),
        format!("+++\ntitle = \"Story {title}\"\ndate = 2026-05-{day:02}T10:00:00Z\n{front}\n+++\n\nText.\n"),
    );
}

fn build_at(site: &TestSite, now: i64) -> Report {
    let mut options = site.options();
    options.wishes.clock.now = now;
    let report = build::build(&options, &Silent);
    assert_eq!(report.exit, 0, "{:?}", report.diags);
    report
}

/// A page holds these words and not those.
fn says(site: &TestSite, page: &str, has: &[&str], lacks: &[&str]) {
    let text = site.read(&format!("public/{page}"));
    has.iter().for_each(|words| assert!(text.contains(words), "{page} lacks {words}\n{text}"));
    lacks.iter().for_each(|words| assert!(!text.contains(words), "{page} has {words}\n{text}"));
}

#[test]
fn a_thread_has_a_page_and_its_stories_look_back_only() {
    let site = paper("");
    for day in 1..=3 {
        story(&site, &format!("town/s{day}"), day, "thread = \"The bridge\"\ntags = [\"Bridges\"]");
    }
    story(&site, "town/other", 2, "tags = [\"Bridges\"]");
    build_at(&site, NOW);
    let all = ["Story s1", "Story s2", "Story s3"];
    says(&site, "threads/the-bridge/index.html", &all, &["Story other"]);
    let page = |name: &str| format!("town/2026/05/{name}.html");
    let so_far = "The story so far: <a href=\"../../../threads/the-bridge/index.html\">";
    says(&site, &page("s3"), &[so_far, "Story s1", "Story s2", "Story other"], &[]);
    says(&site, &page("s1"), &[], &["The story so far", "Story s3"]);
    story(&site, "town/s4", 4, "thread = \"the bridge\"");
    let report = build_at(&site, NOW);
    let written: Vec<String> = report.reasons.iter().map(|(out, _)| out.to_string()).collect();
    assert!(!written.iter().any(|out| *out == page("s1") || *out == page("s2")), "{written:?}");
    assert!(written.contains(&"threads/the-bridge/index.html".to_owned()), "{written:?}");
}

#[test]
fn a_section_lists_what_is_in_the_sections_within_it() {
    let site = paper("[[section]]\nslug = \"sport/football\"\ntitle = \"Football\"\n");
    story(&site, "sport/football/a", 1, "");
    story(&site, "town/b", 2, "");
    build_at(&site, NOW);
    says(
        &site,
        "sport/index.html",
        &["Story a", "<a href=\"../sport/football/index.html\"><bdi>Football</bdi></a>"],
        &["Story b"],
    );
    says(
        &site,
        "sport/football/index.html",
        &["Story a", "<li><a href=\"../../sport/index.html\">Sport</a></li>"],
        &[],
    );
    let article = "sport/football/2026/05/a.html";
    says(&site, article, &["\"name\":\"Sport\"", "\"name\":\"Football\""], &[]);
    says(
        &site,
        "index.html",
        &["href=\"sport/index.html\""],
        &["<h2 class=\"label\" id=\"s-1\"><a href=\"sport/football"],
    );
}

#[test]
fn tags_are_described_and_merged() {
    let site =
        paper("[tags]\n\"Ferries\" = { spellings = [\"Night boat\"], description = \"Boats & fares\" }\n");
    story(&site, "town/a", 1, "tags = [\"Night boat\"]");
    build_at(&site, NOW);
    says(
        &site,
        "tags/ferries/index.html",
        &["<p class=\"standfirst\" dir=\"auto\">Boats &amp; fares</p>", "content=\"Boats &amp; fares\""],
        &[],
    );
    says(&site, "tags/night-boat/index.html", &["ferries/"], &[]);
}

#[test]
fn days_have_pages_where_they_are_asked_for() {
    let site = paper("[permalinks]\nday = \"/archive/:year/:month/:day/\"\n");
    story(&site, "town/a", 1, "");
    story(&site, "town/b", 2, "");
    build_at(&site, NOW);
    says(
        &site,
        "archive/2026/05/01/index.html",
        &["<h1 dir=\"auto\">1 May 2026</h1>", "Story a"],
        &["Story b"],
    );
    says(
        &site,
        "archive/2026/05/index.html",
        &["<a href=\"../../../archive/2026/05/02/index.html\">2</a>"],
        &[],
    );
    let plain = paper("");
    story(&plain, "town/a", 1, "");
    build_at(&plain, NOW);
    assert!(!plain.tree().contains_key("archive/2026/05/01/index.html"));
}

#[test]
fn a_pinned_story_stands_beside_the_lead_until_its_time() {
    let site = paper("");
    for day in 10..=19 {
        story(&site, &format!("town/n{day}"), day, "");
    }
    story(&site, "town/old", 1, "pin_until = 2026-06-01T13:00:00Z");
    let order = |site: &TestSite| {
        let page = site.read("public/index.html");
        let at = |name: &str| page.find(&format!(">Story {name}<")).unwrap_or(usize::MAX);
        (at("n19"), at("old"), at("n18"))
    };
    let report = build_at(&site, NOW);
    let (lead, pinned, next) = order(&site);
    assert!(lead < pinned && pinned < next, "the lead is the newest, the pinned story comes next");
    assert_eq!(report.next_due, Some(NOW + 3600), "{:?}", report.diags);
    build_at(&site, NOW + 3600);
    let (_, pinned, next) = order(&site);
    assert!(next < pinned);
}
