//! What a news site owes to search engines and to readers who come back.

mod support;

use newsprint::build::{self, Report};
use support::{NOW, Silent, TestSite};

const HOUR: i64 = 3600;

fn at(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0).expect("a time").format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn article(site: &TestSite, path: &str, front: &str) {
    site.write(path, format!("+++\n{front}\n+++\n\nIts text.\n"));
}

fn build_at(site: &TestSite, now: i64) -> Report {
    let mut options = site.options();
    options.wishes.clock.now = now;
    build::build(&options, &Silent)
}

fn codes(report: &Report) -> Vec<&str> {
    report.diags.iter().map(|diag| diag.code.as_ref()).collect()
}

#[test]
fn an_article_is_news_for_48_hours_and_then_leaves_by_itself() {
    let site = TestSite::new();
    article(&site, "content/town/a.md", &format!("title = \"Fresh & new\"\ndate = {}", at(NOW - HOUR)));
    article(&site, "content/town/b.md", &format!("title = \"Older\"\ndate = {}", at(NOW - 49 * HOUR)));
    let guessed =
        format!("title = \"Guessed\"\ndate = {}\nreview = [\"date: from the caption\"]", at(NOW - HOUR));
    article(&site, "content/town/c.md", &guessed);
    let report = build_at(&site, NOW);
    assert_eq!((report.exit, report.next_due), (0, Some(NOW + 47 * HOUR)), "{:?}", report.diags);
    let news = site.read("public/news-sitemap.xml");
    assert_eq!(news.matches("<url>").count(), 1, "{news}");
    assert!(
        news.contains("<news:title>Fresh &amp; new</news:title>") && news.contains("<news:language>en<"),
        "{news}"
    );
    assert!(site.read("public/robots.txt").contains("Sitemap: https://test.example/news-sitemap.xml\n"));
    let page = site.read("public/town/2026/06/c.html");
    assert!(!page.contains("datePublished") && !page.contains("article:published_time"), "{page}");
    let later = build_at(&site, NOW + 47 * HOUR);
    let written: Vec<String> = later.reasons.iter().map(|(out, _)| out.to_string()).collect();
    assert_eq!((written, later.next_due), (vec!["news-sitemap.xml".to_owned()], None));
    assert!(!site.read("public/news-sitemap.xml").contains("<url>"));
}

#[test]
fn corrections_are_told_on_the_page_in_lists_and_feeds() {
    let site = TestSite::new();
    let front = "title = \"Bridge\"\ndate = 2026-05-01T10:00:00Z\ncorrections = [\
        { date = 2025-12-31, text = \"Not ten <men>.\" }, { date = 2026-05-03, text = \"Nine men.\" }]";
    article(&site, "content/town/a.md", front);
    article(
        &site,
        "content/town/hidden.md",
        &front
            .replace("Bridge", "Hidden")
            .replace("Nine", "Secret")
            .replace("date = 2026-05-01T10:00:00Z", "draft = true"),
    );
    assert_eq!(site.build().exit, 0);
    let read = |path: &str| site.read(&format!("public/{path}"));
    let page = read("corrections/index.html");
    let (nine, ten) = (page.find("Nine men."), page.find("Not ten &lt;men&gt;."));
    assert!(nine.is_some() && nine < ten, "newest first: {page}");
    assert!(page.contains("2025.html") && page.contains("2026.html"), "{page}");
    assert!(!read("corrections/2026.html").contains("Not ten"));
    let feed = read("corrections/feed.xml");
    assert!(feed.contains("#correction-2</guid>") && feed.contains("Nine men."), "{feed}");
    assert!(read("town/2026/05/a.html").contains("\"dateModified\":\"2026-05-03\""));
    assert!(read("feed.xml").contains("Nine men."));
    for (path, bytes) in site.tree() {
        assert!(!String::from_utf8_lossy(&bytes).contains("Secret"), "{path} names a hidden article");
    }
}

#[test]
fn redirects_lead_to_their_end_at_once() {
    let site = TestSite::new();
    article(
        &site,
        "content/town/a.md",
        "title = \"A\"\ndate = 2026-05-01\naliases = [\"/was/a/\"]\ntags = [\"Quays\"]",
    );
    let config = site.read("site.toml");
    let with = |more: &str| site.write("site.toml", format!("{config}{more}"));
    with(
        "redirect_files = [\"html\", \"netlify\", \"nginx\", \"caddy\", \"apache\", \"s3\"]\n[tags]\n\"Quays\" = [\"The docks\"]\n[redirects]\n\"/first/\" = \"/second/\"\n\"/second/\" = \"/was/a/\"\n\"/shop\" = \"https://shop.example/x\"\n",
    );
    let report = site.build();
    assert_eq!(report.exit, 0, "{:?}", report.diags);
    let read = |path: &str| site.read(&format!("public/{path}"));
    assert!(read("first/index.html").contains("url=../town/2026/05/a.html"), "{}", read("first/index.html"));
    assert!(read("shop/index.html").contains("url=https://shop.example/x"), "{}", read("shop/index.html"));
    let rules = read("_redirects");
    assert!(rules.contains("/first /town/2026/05/a.html 301\n/first/ /town/2026/05/a.html 301\n"), "{rules}");
    assert!(rules.contains("/tags/the-docks /tags/quays/ 301\n"), "{rules}");
    assert!(read("redirects.nginx.conf").contains("\"/first/\" \"/town/2026/05/a.html\";"));
    assert!(read("redirects.caddy").contains("redir \"/first/\" \"/town/2026/05/a.html\" 301"));
    assert!(read(".htaccess").contains("RedirectMatch 301 \"^/first/?$\" \"/town/2026/05/a.html\""));
    let s3: serde_json::Value = serde_json::from_str(&read("redirects.s3.json")).expect("JSON");
    let rules: Vec<_> = s3.as_array().expect("rules").iter().map(|rule| rule["Redirect"].clone()).collect();
    assert!(
        rules.iter().any(|to| to["HostName"] == "shop.example" && to["ReplaceKeyWith"] == "x"),
        "{rules:?}"
    );
    assert!(rules.iter().any(|to| to["ReplaceKeyWith"] == "town/2026/05/a.html"), "{rules:?}");

    let before = site.tree();
    with("[redirects]\n\"/a/\" = \"/b/\"\n\"/b/\" = \"/c\"\n\"/c/\" = \"/a/\"\n");
    let report = site.build();
    assert_eq!((report.exit, codes(&report)), (2, vec!["REDIRECT-LOOP"]), "{:?}", report.diags);
    assert!(report.diags[0].message.ends_with("/a/ -> /b/ -> /c/ -> /a/"), "{:?}", report.diags);
    with("[redirects]\n\"/a/\" = \"/twon/2026/05/a.html\"\n");
    assert_eq!(codes(&site.build()), ["REDIRECT"]);
    support::assert_same(&site.tree(), &before, "a refused build changed the site");
}

#[test]
fn what_was_published_cannot_vanish_unnoticed() {
    let site = TestSite::new();
    article(&site, "content/town/a.md", "title = \"A\"\ndate = 2026-05-01");
    article(&site, "content/town/b.md", "title = \"B\"\ndate = 2026-05-01\nexpires = 2026-05-20");
    article(
        &site,
        "content/town/c.md",
        "title = \"C\"\ndate = 2026-05-01\nwithdrawn = { date = 2026-05-02, notice = \"Gone.\" }",
    );
    site.write("urls.txt", "# published\n/town/2026/05/a.html\n/town/2026/05/b.html\n/town/2026/05/c.html\n");
    assert_eq!(site.build().exit, 0, "there, expired, and withdrawn");
    article(&site, "content/town/a.md", "title = \"A\"\ndate = 2026-05-01\nslug = \"moved\"");
    let report = site.build();
    assert_eq!((report.exit, codes(&report)), (3, vec!["URL-GONE"]));
    let diag = &report.diags[0];
    assert!(
        diag.message.contains("/town/2026/05/a.html") && diag.place.as_ref().is_some_and(|p| p.line == 2)
    );
    assert!(diag.hint.as_ref().is_some_and(|hint| hint.contains("aliases = [\"/town/2026/05/a.html\"]")));
    let fixed = "title = \"A\"\ndate = 2026-05-01\nslug = \"moved\"\naliases = [\"/town/2026/05/a.html\"]";
    article(&site, "content/town/a.md", fixed);
    assert_eq!(site.build().exit, 0, "an alias satisfies it");
    assert!(
        site.read("public/feed.xml").contains(",2026:/town/2026/05/a.html</guid>"),
        "and the id is the old one"
    );
    article(&site, "content/town/a.md", &fixed.replace("aliases", "draft = true\naliases"));
    assert_eq!(codes(&site.build()), ["URL-GONE"], "a draft is no answer");
}
