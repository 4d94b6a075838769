//! Social cards: which articles have one, what it is, and when it is made again.

mod support;

use newsprint::build::Report;
use support::{TestSite, Tree, assert_same, png};

fn site() -> TestSite {
    let site = TestSite::new();
    let text = site.read("site.toml");
    site.write("site.toml", text + "social_cards = true\naccent = \"#b00020\"\nlanguage = \"en\"\n");
    site
}

fn story(title: &str, more: &str) -> String {
    format!("+++\ntitle = \"{title}\"\ndate = 2026-05-01T10:00:00Z\n{more}\n+++\n\nIts text.\n")
}

fn built(site: &TestSite) -> (Report, Tree) {
    let report = site.build();
    assert_eq!(report.exit, 0, "{:?}", report.diags);
    (report, site.tree())
}

fn cards(tree: &Tree) -> Vec<&String> {
    tree.keys().filter(|path| path.ends_with("-card.png")).collect()
}

/// The content of a `meta` element.
fn meta(tree: &Tree, path: &str, property: &str) -> Option<String> {
    let page = dom_query::Document::from(String::from_utf8_lossy(&tree[path]).into_owned());
    let found = page.select(&format!("meta[property='{property}']")).attr("content");
    found.map(|content| content.to_string())
}

#[test]
fn an_article_without_a_picture_has_one_of_its_headline() {
    let site = site();
    site.write("content/town/plain.md", story("Quay & <tide>", ""));
    site.write(
        "content/town/pictured.md",
        story("Pictured", "image = { src = \"a.png\", alt = \"A quay\" }"),
    );
    site.write("content/town/a.png", png(640, 480, 90));
    site.write("content/about.md", "+++\ntitle = \"About\"\nkind = \"page\"\n+++\n\nText.\n");
    site.write("content/town/hidden.md", story("Hidden story", "draft = true"));
    let (_, tree) = built(&site);
    let [card] = cards(&tree)[..] else { panic!("one card: {:?}", tree.keys()) };
    assert!(card.starts_with("media/quay-tide-"), "{card}");
    let page = "town/2026/05/plain.html";
    assert_eq!(meta(&tree, page, "og:image"), Some(format!("https://test.example/{card}")));
    assert_eq!(meta(&tree, page, "og:image:width"), Some("1200".to_owned()));
    assert_eq!(meta(&tree, page, "og:image:height"), Some("630".to_owned()));
    assert_eq!(meta(&tree, page, "og:image:alt"), Some("Quay & <tide> – Test".to_owned()));
    assert!(
        String::from_utf8_lossy(&tree[page]).contains(&format!("\"url\":\"https://test.example/{card}\""))
    );
    let own = meta(&tree, "town/2026/05/pictured.html", "og:image").expect("its picture");
    assert!(!own.ends_with("-card.png"), "{own}");
    let drawn = image::load_from_memory(&tree[card]).expect("a PNG").to_rgb8();
    assert_eq!(drawn.dimensions(), (1200, 630));
    let bar = drawn.get_pixel(600, 4).0;
    assert!(bar[0].abs_diff(0xb0) < 8 && bar[1] < 8, "the accent colour: {bar:?}");
    assert!(tree[card].len() < 60_000, "{} bytes", tree[card].len());
}

#[test]
fn a_card_is_made_when_its_words_change_and_then_only() {
    let site = site();
    site.write("content/town/a.md", story("First headline", ""));
    site.write("content/town/b.md", story("Second headline", ""));
    let (_, before) = built(&site);
    site.write("content/town/a.md", story("First headline", "") + "More text.\n");
    let (report, after) = built(&site);
    assert_eq!(cards(&before), cards(&after));
    let redrawn = report.reasons.iter().find(|(out, _)| out.as_str().ends_with("-card.png"));
    assert!(report.rendered > 0 && redrawn.is_none(), "{redrawn:?}");
    site.write("content/town/a.md", story("Another headline", ""));
    let (_, retitled) = built(&site);
    assert_eq!(cards(&retitled).len(), 2);
    assert_eq!(cards(&retitled).iter().filter(|card| before.contains_key(**card)).count(), 1);
    assert_same(&retitled, &site.clean_tree(&site.options()).1, "a new headline");
    site.write("site.toml", site.read("site.toml").replace("social_cards = true", "social_cards = false"));
    let (_, off) = built(&site);
    assert!(cards(&off).is_empty() && meta(&off, "town/2026/05/b.html", "og:image").is_none());
}

/// How many pixels of a part of a card are dark, by columns from and to.
fn ink(card: &[u8], from: u32, to: u32) -> usize {
    let drawn = image::load_from_memory(card).expect("a PNG").to_luma8();
    drawn.enumerate_pixels().filter(|(x, y, p)| (from..to).contains(x) && *y > 150 && p.0[0] < 80).count()
}

#[test]
fn headlines_of_every_script_that_the_fonts_have_are_drawn() {
    for (title, lang, has_title) in [
        ("İstanbul’da ılık bir gün", "tr", true),
        ("Größte Straße für Fußgänger", "de", true),
        ("الجسر الدوّار يعود إلى العمل بعد ثلاثة أسابيع", "ar", true),
        ("Мост снова открыт для движения", "ru", true),
        ("Tide 🌊 rises", "en", true),
        ("橋が再び開く", "ja", false),
    ] {
        let site = site();
        site.write("content/town/a.md", story(title, &format!("lang = \"{lang}\"")));
        let (_, tree) = built(&site);
        let [card] = cards(&tree)[..] else { panic!("one card for {title}: {:?}", tree.keys()) };
        let alt = meta(&tree, "town/2026/05/a.html", "og:image:alt").expect("words");
        assert_eq!(alt.contains(" – Test"), has_title, "{title}: {alt}");
        let (left, right) = (ink(&tree[card], 0, 400), ink(&tree[card], 800, 1200));
        assert!(left + right > 500, "{title}: {left} and {right}");
        if lang == "ar" {
            assert!(right > left, "Arabic begins at the right: {left} and {right}");
        }
    }
}

#[test]
fn long_headlines_stay_on_the_card() {
    let site = site();
    let long = "Councillors who had not read the report voted for it ".repeat(8);
    site.write("content/town/a.md", story(long.trim(), ""));
    site.write("content/town/b.md", story(&"Unbreakable".repeat(12), ""));
    let (_, tree) = built(&site);
    for card in cards(&tree) {
        let drawn = image::load_from_memory(&tree[card]).expect("a PNG").to_luma8();
        let edge =
            drawn.enumerate_pixels().filter(|(x, y, p)| p.0[0] < 128 && *y > 20 && (*x > 1190 || *y > 610));
        assert_eq!(edge.count(), 0, "{card}");
    }
}

/// Merged fonts once put the slimmer letters of one script in the place of another's.
#[test]
fn letters_that_two_scripts_share_are_those_of_the_headline() {
    let site = site();
    for (name, word) in [("a", "AAAA"), ("v", "VVVV"), ("b", "BBBB"), ("d", "DDDD")] {
        site.write(&format!("content/{name}.md"), story(word, ""));
    }
    let (_, tree) = built(&site);
    let ink = |letter: &str| {
        let card = cards(&tree).into_iter().find(|path| path.contains(&format!("/{}-", letter.repeat(4))));
        let drawn = image::load_from_memory(&tree[card.expect("a card")]).expect("a PNG").to_luma8();
        drawn.pixels().filter(|pixel| pixel.0[0] < 128).count()
    };
    let [a, v, b, d] = ["a", "v", "b", "d"].map(ink);
    assert!(a > v && b * 10 > d * 9, "dark: A {a}, V {v}, B {b}, D {d}");
}
