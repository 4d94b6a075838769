//! Who makes the paper: what site.toml and `roles` say of people, and where readers and machines see it.

mod support;

use serde_json::{Value as Json, json};
use support::{TestSite, png};

const AUTHORS: &str = r#"
[authors."Ann Archer"]
job_title = "Harbour & river"
bio = "Ann **rows**. See [us](/about.html).\n\nMore."
picture = "people/ann.png"
same_as = ["https://www.social.example/@ann"]
email = "ann@test.example"

[authors."Nobody Known"]
picture = "people/nobody.png"
"#;

/// A paper with these words of site.toml, one story by Ann and one with Bo's photographs.
fn paper(more: &str) -> TestSite {
    let site = TestSite::new();
    let config = site.read("site.toml");
    site.write("site.toml", format!("{config}{more}"));
    site.write("content/people/ann.png", png(40, 40, 90)).write("content/people/nobody.png", png(9, 9, 9));
    site.write(
        "content/town/a.md",
        "+++\ntitle = \"A\"\ndate = 2026-05-01\nauthors = [\"Ann Archer\"]\n+++\n\nText.\n",
    );
    site.write(
        "content/town/b.md",
        "+++\ntitle = \"B\"\ndate = 2026-05-02\nauthors = [\"Ann Archer\"]\nroles = { photographs = [\"Bo\"], editing = [\"Ann Archer\"], tea_making = [\"Bo\"] }\n+++\n\nText.\n",
    );
    site
}

fn built(site: &TestSite) {
    let report = site.build();
    assert_eq!(report.exit, 0, "{:?}", report.diags);
}

/// Each file holds its words.
fn holds(site: &TestSite, expected: &[(&str, &[&str])]) {
    for (file, words) in expected {
        let text = site.read(&format!("public/{file}"));
        for word in *words {
            assert!(text.contains(word), "{file} lacks {word}\n{text}");
        }
    }
}

/// The first structured data of a page.
fn ld(site: &TestSite, file: &str) -> Json {
    let page = site.read(&format!("public/{file}"));
    let text = page
        .split("<script type=\"application/ld+json\">")
        .nth(1)
        .and_then(|rest| rest.split("</script>").next());
    serde_json::from_str(text.unwrap_or_default()).unwrap_or_else(|error| panic!("{file}: {error}\n{page}"))
}

#[test]
fn an_author_is_described_on_their_page_and_to_machines() {
    let site = paper(AUTHORS);
    built(&site);
    let page: &[&str] = &[
        "<p class=\"standfirst\" dir=\"auto\">Harbour &amp; river</p>",
        "<p>Ann <strong>rows</strong>. See <a href=\"../../about.html\">us</a>.</p>",
        "<a rel=\"me\" href=\"https://www.social.example/@ann\"><bdi>social.example</bdi></a>",
        "href=\"mailto:ann@test.example\"",
        "class=\"portrait\"",
        "<meta name=\"description\" content=\"Ann rows. See us.\">",
    ];
    holds(&site, &[("authors/ann-archer/index.html", page)]);
    let person = json!({
        "@type": "Person",
        "name": "Ann Archer",
        "url": "https://test.example/authors/ann-archer/",
        "jobTitle": "Harbour & river",
        "sameAs": ["https://www.social.example/@ann"],
    });
    assert_eq!(ld(&site, "town/2026/05/a.html")["author"], json!([person]));
    let profile = ld(&site, "authors/ann-archer/index.html");
    assert_eq!(profile["@type"], "ProfilePage");
    let told = |key: &str| profile["mainEntity"][key] == person[key];
    assert!(["@type", "name", "url", "jobTitle", "sameAs"].into_iter().all(told), "{profile}");
    let pictures: Vec<String> = site.tree().into_keys().filter(|path| path.contains("nobody")).collect();
    assert!(pictures.is_empty(), "the picture of somebody without articles is out: {pictures:?}");
}

#[test]
fn roles_are_named_linked_and_listed() {
    let site = paper("");
    built(&site);
    let article: &[&str] =
        &["Photographs: <a href=\"../../../authors/bo/index.html\"><bdi>Bo</bdi></a>", "Tea making: "];
    holds(&site, &[("town/2026/05/b.html", article), ("authors/bo/index.html", &["town/2026/05/b.html"])]);
    let told = ld(&site, "town/2026/05/b.html");
    assert_eq!(
        (&told["editor"][0]["name"], &told["contributor"][0]["name"]),
        (&json!("Ann Archer"), &json!("Bo"))
    );
    let anns = site.read("public/authors/ann-archer/index.html");
    assert_eq!(anns.matches("href=\"../../town/2026/05/b.html\"").count(), 1, "listed once\n{anns}");
}

#[test]
fn without_author_pages_machines_get_the_address_elsewhere() {
    let site = paper(&format!("permalinks = {{ author = \"\" }}\n{AUTHORS}"));
    built(&site);
    assert_eq!(ld(&site, "town/2026/05/a.html")["author"][0]["url"], "https://www.social.example/@ann");
}

#[test]
fn what_is_wrong_with_an_author_is_said_with_its_line() {
    let wrong = [
        (
            "[authors.\"Ann Archer\"]\npicture = \"people/gone.jpg\"",
            "there is no picture `content/people/gone.jpg`",
        ),
        ("[authors.\"Ann Archer\"]\npicture = \"../x.jpg\"", "a path within content/"),
        ("[authors.\"Ann Archer\"]\nemail = \"ann\"", "no address for mail"),
        ("[authors.\"Ann Archer\"]\n[authors.\"ann archer\"]", "described twice"),
    ];
    for (more, said) in wrong {
        let report = paper(more).build();
        let found = report.diags.iter().find(|diag| format!("{diag:?}").contains(said));
        assert!(report.exit > 0 && found.is_some(), "{more}: {:?}", report.diags);
    }
}

#[test]
fn an_edited_description_changes_the_newest_page_and_the_articles_only() {
    let site = paper(AUTHORS);
    for day in 3..9 {
        let text = format!(
            "+++\ntitle = \"{day}\"\ndate = 2026-05-0{day}\nauthors = [\"Ann Archer\"]\n+++\n\nText.\n"
        );
        site.write(&format!("content/town/{day}.md"), text);
    }
    built(&site);
    site.write("site.toml", site.read("site.toml").replace("**rows**", "swims"));
    let report = site.build();
    let written: Vec<String> = report.reasons.iter().map(|(out, _)| out.to_string()).collect();
    assert_eq!(written, ["authors/ann-archer/index.html"], "{:?}", report.diags);
}
