//! Templates of a site beside those that come with the program.

mod support;

use std::fs;
use std::path::Path;

use support::{TestSite, assert_same};

const STORY: &str = "+++\ntitle = \"A story\"\ndate = 2026-05-01\n+++\n\nIts text.\n";

/// A site with a frame and parts of its own, made before there was a search page.
fn older(search: &str) -> TestSite {
    let site = TestSite::empty();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/site");
    for (path, bytes) in support::tree(&root) {
        site.write(&path, bytes);
    }
    let text = fs::read_to_string(root.join("site.toml")).expect("its site.toml");
    assert!(text.contains("path = \"\""), "it has no search page");
    site.write("site.toml", text.replace("path = \"\"", &format!("path = \"{search}\"")));
    site.write("content/town/a.md", STORY);
    site
}

#[test]
fn a_default_template_that_no_page_needs_breaks_nothing() {
    let site = older("");
    let report = site.build();
    assert_eq!((report.exit, report.diags.as_slice()), (0, [].as_slice()));
    site.write("content/town/a.md", STORY.replace("Its text", "Another text"));
    assert_eq!(site.build().exit, 0);
    let (_, clean) = site.clean_tree(&site.options());
    assert_same(&site.tree(), &clean, "a text edited on a site with templates of its own");
}

#[test]
fn one_that_a_page_needs_is_an_error_that_says_what_to_do() {
    let site = older("/search/");
    let report = site.build();
    assert!(report.exit > 0 && !report.diags.is_empty());
    for error in &report.diags {
        let place = error.place.as_ref().map(|place| place.path.as_str());
        assert_eq!(place, Some("(newsprint)/templates/search.html"), "{error:?}");
        assert!(error.hint.as_ref().is_some_and(|hint| hint.contains("theme copy")), "{error:?}");
    }
    // Taken into the site, it is the site's own, which is checked whatever is made with it.
    site.write("templates/search.html", "{% extends \"base.html\" %}{% block main %}{% endblock main %}");
    assert_eq!(site.build().exit, 0);
}

#[test]
fn the_accent_colour_is_in_the_one_style_sheet_and_another_changes_that_alone() {
    let site = TestSite::new();
    let config = site.read("site.toml").replace("theme_files = false", "theme_files = true");
    let sheet = |accent: &str| {
        site.write("site.toml", format!("accent = \"{accent}\"\n{config}"));
        let report = site.build();
        assert_eq!(report.exit, 0, "{:?}", report.diags);
        (report.written, site.read("public/css/newsprint.css"))
    };
    let (_, first) = sheet("#8a1c2b");
    assert!(first.ends_with(":root { --accent: #8a1c2b; }\n"));
    let (written, second) = sheet("teal");
    assert_eq!((written, second), (1, first.replace("#8a1c2b", "teal")));
    assert_eq!(site.read("public/index.html").matches("rel=\"stylesheet\"").count(), 1);
    // A sheet of the site's own is left as it is.
    site.write("static/css/newsprint.css", "body { color: black }");
    assert_eq!(sheet("navy").1, "body { color: black }");
}
