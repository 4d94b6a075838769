//! A paper in several languages: what stands in which edition, how versions of a story find each other, and
//! what an article of one language leaves alone.

mod support;

use newsprint::build;
use support::{Silent, TestSite, Tree, assert_same};

/// English at the root, Arabic and Turkish in folders of their own.
const EDITIONS: &str = r#"
[[section]]
slug = "town"
title = "Town"

[[edition]]
language = "ar"
title = "المد"
[[edition.section]]
slug = "town"
title = "المدينة"

[[edition]]
language = "tr"
title = "Deniz"
menu = [{ title = "Kasaba", url = "/tr/town/" }]
"#;

fn paper(more: &str) -> TestSite {
    let site = TestSite::new();
    let text = site.read("site.toml");
    let top = text
        + "language = \"en\"\npermalinks = { author = \"/authors/:slug/\" }\nfeeds = { section = \"/:slug/feed.xml\", tag = \"/tags/:slug.xml\" }\n";
    site.write("site.toml", format!("{top}{more}{EDITIONS}"));
    for number in 1..=5 {
        site.write(&format!("content/town/en{number}.md"), story(&format!("English {number}"), number, ""));
        site.write(&format!("content/ar/town/ar{number}.md"), story(&format!("عربي {number}"), number, ""));
        site.write(&format!("content/tr/town/tr{number}.md"), story(&format!("Türkçe {number}"), number, ""));
    }
    site
}

fn story(title: &str, day: usize, more: &str) -> String {
    format!(
        "+++\ntitle = \"{title}\"\ndate = 2026-05-0{day}T10:00:00Z\nsummary = \"S.\"\ntags = [\"Ports\"]\nauthors = [\"Ann\"]\n{more}+++\n\nIts text.\n"
    )
}

fn page<'t>(tree: &'t Tree, path: &str) -> &'t str {
    let bytes = tree.get(path).unwrap_or_else(|| panic!("{path} is not there: {:?}", tree.keys()));
    std::str::from_utf8(bytes).expect("UTF-8")
}

/// Outputs that differ, with what became of them.
fn changed(before: &Tree, after: &Tree) -> Vec<String> {
    let mut paths: Vec<&String> = before.keys().chain(after.keys()).collect();
    paths.sort();
    paths.dedup();
    paths.into_iter().filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

#[test]
fn each_language_has_a_paper_of_its_own() {
    let site = paper("");
    assert_eq!(site.build().exit, 0);
    let tree = site.tree();
    for (folder, lang, dir, title, section) in [
        ("", "en", "ltr", "Test", "Town"),
        ("ar/", "ar", "rtl", "المد", "المدينة"),
        ("tr/", "tr", "ltr", "Deniz", "Town"),
    ] {
        let front = page(&tree, &format!("{folder}index.html"));
        assert!(front.contains(&format!("<html lang=\"{lang}\" dir=\"{dir}\"")), "{lang}");
        assert!(front.contains(&format!("<title>{title}</title>")), "{lang}");
        for path in [
            "town/index.html",
            "tags/index.html",
            "tags/ports/index.html",
            "authors/ann/index.html",
            "latest/index.html",
            "archive/index.html",
            "archive/2026/05/index.html",
            "feed.xml",
            "town/feed.xml",
            "404.html",
        ] {
            page(&tree, &format!("{folder}{path}"));
        }
        let name = if folder.is_empty() { "en" } else { &folder[..2] };
        page(&tree, &format!("{folder}town/2026/05/{name}3.html"));
        let list = page(&tree, &format!("{folder}town/index.html"));
        assert!(list.contains(&format!(">{section}</h1>")), "{lang}: {list}");
        let theirs =
            ["English", "عربي", "Türkçe"].into_iter().filter(|word| list.contains(&format!("{word} 5")));
        assert_eq!(theirs.count(), 1, "{lang}: a list shows one language");
        let feed = page(&tree, &format!("{folder}feed.xml"));
        assert!(feed.contains(&format!("<language>{lang}</language>")), "{lang}");
        assert_eq!(feed.matches("<item>").count(), 5, "{lang}");
    }
    assert!(page(&tree, "tr/index.html").contains("Kasaba"), "a menu of its own");
}

#[test]
fn the_switch_leads_to_the_same_page_in_another_language() {
    let site = paper("");
    let of = "translation_of = \"/town/en3.md\"\n";
    site.write("content/ar/town/ar3.md", story("عربي 3", 3, of));
    site.write(
        "content/tr/town/tr3.md",
        story("Türkçe 3", 3, "translation_of = \"/town/2026/05/en3.html\"\n"),
    );
    assert_eq!(site.build().exit, 0);
    let tree = site.tree();
    let alternates = |path: &str| -> Vec<String> {
        let lines = page(&tree, path).lines().filter(|line| line.contains("rel=\"alternate\" hreflang"));
        lines
            .map(|line| line.replace("<link rel=\"alternate\" ", "").replace("https://test.example/", "/"))
            .collect()
    };
    let versions = [
        "hreflang=\"en\" href=\"/town/2026/05/en3.html\">",
        "hreflang=\"ar\" href=\"/ar/town/2026/05/ar3.html\">",
        "hreflang=\"tr\" href=\"/tr/town/2026/05/tr3.html\">",
        "hreflang=\"x-default\" href=\"/town/2026/05/en3.html\">",
    ];
    for path in ["town/2026/05/en3.html", "ar/town/2026/05/ar3.html", "tr/town/2026/05/tr3.html"] {
        assert_eq!(alternates(path), versions, "{path}: all versions name all versions");
    }
    assert!(alternates("town/2026/05/en2.html").is_empty(), "what has no other version names none");
    let fronts = ["en", "ar", "tr", "x-default"];
    for path in ["index.html", "ar/index.html", "tr/town/index.html", "ar/archive/index.html"] {
        let named: Vec<String> = alternates(path);
        let langs = named.iter().map(|line| line.split('"').nth(1).unwrap_or_default()).collect::<Vec<_>>();
        assert_eq!(langs, fronts, "{path}");
    }
    let english = page(&tree, "town/2026/05/en3.html");
    assert!(english.contains("href=\"../../../ar/town/2026/05/ar3.html\" lang=\"ar\""), "{english}");
    let lone = page(&tree, "town/2026/05/en2.html");
    assert!(lone.contains("href=\"../../../ar/index.html\" lang=\"ar\""), "else to the front page");
}

#[test]
fn an_article_touches_no_list_of_another_language() {
    let site = paper("");
    assert_eq!(site.build().exit, 0);
    let before = site.tree();
    site.write("content/ar/town/new.md", story("عربي جديد", 9, ""));
    assert_eq!(site.build().exit, 0);
    let after = site.tree();
    let changed = changed(&before, &after);
    let shared = |path: &&String| !path.starts_with("ar/") && !path.contains("sitemap");
    assert_eq!(changed.iter().filter(shared).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(changed.contains(&"ar/index.html".to_owned()), "{changed:?}");
    let (_, clean) = site.clean_tree(&site.options());
    assert_same(&after, &clean, "a new article in one edition");
}

#[test]
fn a_translation_changes_the_pages_it_links_and_no_list() {
    let site = paper("");
    assert_eq!(site.build().exit, 0);
    let before = site.tree();
    site.write("content/tr/town/tr3.md", story("Türkçe 3", 3, "translation_of = \"/town/en3.md\"\n"));
    assert_eq!(site.build().exit, 0);
    let changed = changed(&before, &site.tree());
    assert_eq!(
        changed.iter().filter(|path| !path.contains("sitemap")).collect::<Vec<_>>(),
        ["town/2026/05/en3.html", "tr/town/2026/05/tr3.html"]
    );
}

#[test]
fn other_languages_are_shown_where_they_are_asked_for() {
    let site = paper("other_languages = [\"tr\"]\n");
    assert_eq!(site.build().exit, 0);
    let tree = site.tree();
    let english = page(&tree, "town/index.html");
    assert!(english.contains("Türkçe 5") && !english.contains("عربي 5"));
    assert!(english.contains("href=\"../tr/town/2026/05/tr5.html\""), "it stays at home in its edition");
    assert!(!page(&tree, "tr/town/index.html").contains("English 5"), "asking is one-sided");
}

#[test]
fn a_hidden_translation_is_named_nowhere() {
    let site = paper("");
    site.write(
        "content/tr/town/tr3.md",
        story("Türkçe 3", 3, "draft = true\ntranslation_of = \"/town/en3.md\"\n"),
    );
    assert_eq!(site.build().exit, 0);
    let with = site.tree();
    site.remove("content/tr/town/tr3.md");
    let (_, without) = site.clean_tree(&site.options());
    assert_same(&with, &without, "a hidden translation");
}

#[test]
fn one_language_needs_no_folder() {
    let site = TestSite::new();
    site.write("content/town/a.md", story("A", 1, ""));
    site.write("content/town/b.md", story("ب", 2, "lang = \"ar\"\n"));
    assert_eq!(site.build().exit, 0);
    let tree = site.tree();
    let list = page(&tree, "town/index.html");
    assert!(list.contains("town/2026/05/a.html") && list.contains("town/2026/05/b.html"));
    assert!(tree.values().all(|bytes| !String::from_utf8_lossy(bytes).contains("class=\"editions")));
}

#[test]
fn what_editions_say_is_checked() {
    for (edition, said) in [
        ("language = \"en\"", "two editions in the language `en`"),
        ("path = \"/x/\"", "has no `language`"),
        ("language = \"ar\"\npath = \"ar\"", "must begin and end with `/`"),
        ("language = \"arabic, please\"", "no language tag"),
    ] {
        let site = TestSite::new();
        site.write("site.toml", site.read("site.toml") + "[[edition]]\n" + edition + "\n");
        let report = build::build(&site.options(), &Silent);
        assert_eq!(report.exit, 2, "{edition}");
        let words: String = report.diags.iter().map(|diag| format!("{diag:?}")).collect();
        assert!(words.contains(said), "{edition}: {words}");
    }
}

#[test]
fn a_translation_of_nothing_is_told_with_its_line_and_versions_stand_in_the_sitemap() {
    let site = TestSite::new();
    let story = |path: &str, more: &str| {
        site.write(path, format!("+++\ntitle = \"{path}\"\ndate = 2026-05-01\n{more}\n+++\n\nText.\n"));
    };
    story("content/town/bridge.md", "tags = [\"Ports\"]");
    story("content/town/later.md", "updated = 2026-05-02\ntags = [\"Ports\"]");
    story("content/town/kopru.md", "lang = \"tr\"\ntranslation_of = \"/town/bridge.md\"");
    story("content/town/jisr.md", "lang = \"ar\"\ntranslation_of = \"/town/brigde.md\"");
    let report = site.build();
    let told: Vec<_> = report.diags.iter().filter(|diag| diag.code == "TRANSLATION").collect();
    let [told] = told.as_slice() else { panic!("{:?}", report.diags) };
    let place = told.place.as_ref().expect("a place");
    assert_eq!((place.path.as_str(), place.line), ("content/town/jisr.md", 5), "{told:?}");
    assert!(told.hint.as_ref().is_some_and(|hint| hint.contains("\"/town/bridge.md\"")), "{told:?}");
    let sitemap = site.read("public/sitemap.xml");
    let link = "<xhtml:link rel=\"alternate\" hreflang=\"tr\" href=\"https://test.example/town/2026/05/kopru.html\"/>";
    assert_eq!(sitemap.matches(link).count(), 2, "{sitemap}");
    let wishes = site.options().wishes;
    let why = newsprint::explain::explain(site.path(), &wishes, "/town/2026/05/later.html").expect("a page");
    let why: serde_json::Value = serde_json::from_str(&why).expect("JSON");
    let expected = serde_json::json!([{ "article": "town/2026/05/bridge.html", "tags": ["Ports"], "same_section": true }]);
    assert_eq!(why["work"]["related_because"], expected);
}
