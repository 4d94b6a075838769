//! Languages beside each other: which way each text runs, and the words and numbers around it.

mod support;

use dom_query::{Document, NodeRef};
use support::{TestSite, Tree, assert_same};

/// An English paper with Arabic and Turkish stories in its lists, and an Arabic edition with English ones in its own.
const MIXED: &str = r#"
language = "en"
description = "News of the town"
other_languages = ["ar", "tr"]
permalinks = { day = "/archive/:year/:month/:day/", author = "/authors/:slug/" }
feeds = { author = "/authors/:slug.xml" }
menu = [{ title = "Town", url = "/town/" }, { title = "المدينة", url = "/ar/town/" }]

[authors."سلمى نور"]
job_title = "Night editor"
bio = "She edits the night pages."
same_as = ["https://social.example/@salma"]

[tags."الميناء"]
description = "Everything about the quays."

[[section]]
slug = "town"
title = "Town"

[[section]]
slug = "town/quays"
title = "الأرصفة"

[[edition]]
language = "ar"
title = "المد"
description = "أخبار البلدة"
other_languages = ["en"]
[[edition.section]]
slug = "town"
title = "Town desk"
"#;

fn story(lang: &str, title: &str, names: &str, more: &str) -> String {
    format!(
        "+++\ntitle = \"{title}\"\nlang = \"{lang}\"\nsummary = \"{title}.\"\nsubtitle = \"{title}\"\n{names}\n{more}\n+++\n\n{title}.\n"
    )
}

const ENGLISH: &str = "tags = [\"Ports\", \"الميناء\"]\nauthors = [\"Ann Reed\", \"سلمى نور\"]\nroles = { editing = [\"سلمى نور\"] }";
const ARABIC: &str = "tags = [\"الميناء\", \"Ports\"]\nauthors = [\"سلمى نور\", \"Ann Reed\"]\nroles = { editing = [\"Ann Reed\"] }\ndateline = \"QUAY STREET\"";

fn paper(more: &str) -> TestSite {
    let site = TestSite::new();
    let text = site.read("site.toml");
    site.write("site.toml", format!("{text}{MIXED}{more}"));
    for day in 1..=4 {
        let date = format!(
            "date = 2026-05-0{day}T10:00:00Z\nthread = \"The bridge\"\ncorrections = [{{ date = 2026-05-09, text = \"It was {day}.\" }}]"
        );
        site.write(
            &format!("content/town/en{day}.md"),
            story("en", &format!("The quay {day}"), ENGLISH, &date),
        );
        let arabic = date.replace("The bridge", "الجسر").replace("It was", "كان العدد");
        let of = format!("{arabic}\ntranslation_of = \"/town/en{day}.md\"");
        site.write(&format!("content/town/ar{day}.md"), story("ar", &format!("الرصيف {day}"), ARABIC, &of));
        site.write(&format!("content/town/quays/tr{day}.md"), story("tr", "Rıhtım", ENGLISH, &date));
    }
    site.write("content/about.md", "+++\ntitle = \"About\"\nkind = \"page\"\n+++\n\nText.\n");
    site.write(
        "content/hakkinda.md",
        "+++\ntitle = \"عن الصحيفة\"\nlang = \"ar\"\nkind = \"page\"\n+++\n\nنص.\n",
    );
    site.write(
        "content/town/gone.md",
        "+++\ntitle = \"قصة\"\nlang = \"ar\"\nwithdrawn = { date = 2026-05-02, notice = \"Taken back.\" }\n+++\n\nنص.\n",
    );
    site
}

/// The first letter that says in which direction a text runs.
fn runs(text: &str) -> Option<&'static str> {
    text.chars().filter(|c| c.is_alphabetic()).map(direction).next()
}

fn direction(c: char) -> &'static str {
    if matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}') {
        "rtl"
    } else {
        "ltr"
    }
}

/// The direction that a node is shown in: what the nearest element around it says; `auto` for one that isolates it.
fn shown(node: &NodeRef<'_>) -> String {
    let mut around = node.parent();
    while let Some(element) = around {
        if let Some(dir) = element.attr("dir") {
            return dir.to_string();
        }
        if element.node_name().as_deref() == Some("bdi") {
            return "auto".to_owned();
        }
        around = element.parent();
    }
    String::new()
}

/// Texts that are shown against their direction, and those that run both ways in one piece.
fn against(tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, bytes) in tree.iter().filter(|(path, _)| path.ends_with(".html")) {
        let page = Document::from(String::from_utf8_lossy(bytes).into_owned());
        for node in page.select("body").nodes().iter().flat_map(NodeRef::descendants) {
            let around = node.parent().and_then(|parent| parent.node_name());
            if !node.is_text() || matches!(around.as_deref(), Some("script" | "style" | "noscript")) {
                continue;
            }
            let text = node.text().to_string();
            let Some(runs) = runs(&text) else { continue };
            let shown = shown(&node);
            if shown != runs && shown != "auto" {
                faults.push(format!("{path}: `{}` is shown {shown}", text.trim()));
            }
        }
    }
    faults
}

#[test]
fn every_text_runs_in_its_own_direction() {
    let site = paper("");
    let report = site.build();
    assert_eq!(report.exit, 0, "{:?}", report.diags);
    let tree = site.tree();
    assert_eq!(against(&tree), Vec::<String>::new());
    // The test sees what it looks for: Arabic on the English front page, English on the Arabic one.
    let front = String::from_utf8_lossy(&tree["index.html"]).into_owned();
    assert!(front.contains("الرصيف") && front.contains("The quay"), "{front}");
    let front = String::from_utf8_lossy(&tree["ar/index.html"]).into_owned();
    assert!(front.contains("الرصيف") && front.contains("The quay"), "{front}");
    let mut turned = tree;
    for bytes in turned.values_mut() {
        *bytes =
            String::from_utf8_lossy(bytes).replace(" dir=\"auto\"", "").replace("bdi>", "b>").into_bytes();
    }
    assert!(against(&turned).len() > 20, "without its isolation the site is wrong");
}

fn page<'t>(tree: &'t Tree, path: &str) -> std::borrow::Cow<'t, str> {
    String::from_utf8_lossy(
        tree.get(path).unwrap_or_else(|| panic!("{path} is not there: {:?}", tree.keys())),
    )
}

#[test]
fn versions_of_a_story_are_linked() {
    let site = paper("");
    site.build();
    let tree = site.tree();
    let article = page(&tree, "town/2026/05/en1.html");
    assert!(article.contains("hreflang=\"ar\" dir=\"rtl\"><bdi>العربية</bdi></a>"), "{article}");
}

#[test]
fn dates_and_counts_are_the_languages_own() {
    let site = paper("");
    site.build();
    let tree = site.tree();
    for (path, words) in [
        ("town/2026/05/en1.html", ["1 May 2026", "1 minute to read"]),
        ("ar/town/2026/05/ar1.html", ["1 مايو 2026", "دقيقة واحدة للقراءة"]),
        ("ar/archive/2026/05/index.html", ["مايو 2026", ">4</a>"]),
        ("town/quays/2026/05/tr1.html", ["1 Mayıs 2026", "1 dakikalık okuma"]),
    ] {
        let page = page(&tree, path);
        for words in words {
            assert!(page.contains(words), "{path} has {words}: {page}");
        }
    }
}

#[test]
fn a_sites_own_words_are_on_its_pages_and_no_others_change() {
    let site = paper("");
    site.write(
        "templates/terms.html",
        "{% extends \"base.html\" %}{% block main %}<p>{{ ui.tip_line }}</p>{% endblock main %}",
    );
    let text = site.read("site.toml");
    let own = |words: &str| format!("{text}\n[words.en]\ntip_line = \"Tell us\"\n{words}");
    site.write("site.toml", own(""));
    assert_eq!(site.build().exit, 0);
    let before = site.tree();
    assert!(page(&before, "tags/index.html").contains("Tell us"));
    // What no language of its own says is said in the paper's.
    assert!(page(&before, "ar/tags/index.html").contains("Tell us"));
    for (words, path, shown) in [
        ("month_5 = \"Maytime\"", "archive/index.html", "Maytime"),
        ("by = \"Words by\"", "town/2026/05/en1.html", "Words by"),
        ("minutes = { one = \"a minute\", other = \"{n} minutes\" }", "town/2026/05/en1.html", "a minute"),
        ("role_editing = \"Edited by\"", "town/2026/05/en1.html", "Edited by"),
        ("[words.ar]\nnumerals = \"arab\"", "ar/archive/2026/index.html", "٢٠٢٦"),
    ] {
        site.write("site.toml", own(words));
        assert_eq!(site.build().exit, 0, "{words}");
        let tree = site.tree();
        assert!(page(&tree, path).contains(shown), "{words}: {}", page(&tree, path));
        assert_same(&tree, &site.clean_tree(&site.options()).1, words);
    }
}
