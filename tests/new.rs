//! The verbs `new` and `theme copy`, as a person uses them.

mod run;

use std::fs;
use std::path::Path;

use run::{Ran, newsprint};

const NOW: &str = "2026-11-23T12:00:00Z";

fn new(dir: &Path, lang: &str) -> Ran {
    newsprint([
        "new".as_ref(),
        dir.as_os_str(),
        "--title".as_ref(),
        "The Gazette".as_ref(),
        "--lang".as_ref(),
        lang.as_ref(),
    ])
}

fn build(dir: &Path) -> serde_json::Value {
    let ran = newsprint([
        "build".as_ref(),
        "--site".as_ref(),
        dir.as_os_str(),
        "--verify".as_ref(),
        "--now".as_ref(),
        NOW.as_ref(),
        "--format".as_ref(),
        "json".as_ref(),
    ]);
    serde_json::from_str(&ran.out).expect("one JSON object")
}

#[test]
fn a_new_site_builds_at_once_in_every_language() {
    for (lang, dir) in [("en", "ltr"), ("tr", "ltr"), ("ar", "rtl"), ("de", "ltr")] {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("paper");
        let made = new(&site, lang);
        assert_eq!(made.exit, 0, "{lang}: {}", made.err);
        let report = build(&site);
        assert_eq!(report["exit"], 0, "{lang}: {report}");
        assert_eq!(report["articles"], 5, "{lang}: {report}");
        assert_eq!(report["diagnostics"].as_array().map(Vec::len), Some(0), "{lang}: {report}");
        let front = fs::read_to_string(site.join("public/index.html")).expect("a front page");
        assert!(front.contains("The Gazette"), "{lang}");
        assert!(
            front.contains(&format!("lang=\"{lang}\"")) && front.contains(&format!("dir=\"{dir}\"")),
            "{lang}"
        );
        assert!(site.join("public/about.html").exists(), "{lang}");
        let again = build(&site);
        assert_eq!((&again["rendered"], &again["written"]), (&0.into(), &0.into()), "{lang}");
    }
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("notes.txt"), "mine").expect("a file");
    let refused = new(folder.path(), "en");
    assert_eq!(refused.exit, 2);
    assert!(refused.err.contains("this folder is not empty"), "{}", refused.err);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn a_fresh_repository_counts_as_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    assert_eq!(new(folder.path(), "en").exit, 0);
}

#[test]
fn a_language_must_be_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = new(&folder.path().join("paper"), "klingon!");
    assert_eq!(refused.exit, 2);
    assert!(refused.err.contains("this is no language tag"), "{}", refused.err);
}

#[test]
fn a_template_is_copied_once_and_never_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("paper");
    new(&site, "en");
    let copy = |name: &str| {
        newsprint(["theme".as_ref(), "copy".as_ref(), name.as_ref(), "--site".as_ref(), site.as_os_str()])
    };
    assert_eq!(copy("list.html").exit, 0);
    let path = site.join("templates/list.html");
    fs::write(&path, "{{ page_title }}, ours").expect("a template");
    for name in ["list.html", "all"] {
        let refused = copy(name);
        assert_eq!(refused.exit, 2);
        assert!(refused.err.contains("the site has this template already"), "{}", refused.err);
    }
    assert_eq!(fs::read_dir(site.join("templates")).expect("a folder").count(), 1, "all or none");
    let unknown = copy("list");
    assert_eq!(unknown.exit, 2);
    assert!(unknown.err.contains("did you mean `list.html`?"), "{}", unknown.err);
    assert_eq!(build(&site)["exit"], 0);
    let page = fs::read_to_string(site.join("public/town/index.html")).expect("a page");
    assert_eq!(page, "Town, ours");
}

#[test]
fn a_template_needs_a_site() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = newsprint([
        "theme".as_ref(),
        "copy".as_ref(),
        "all".as_ref(),
        "--site".as_ref(),
        folder.path().as_os_str(),
    ]);
    assert_eq!(refused.exit, 2);
    assert!(refused.err.contains("no site.toml here"), "{}", refused.err);
}
