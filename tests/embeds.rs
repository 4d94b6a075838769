//! Videos and posts of other sites, and links to pass an article on: nothing is asked of anybody before a reader does.

mod support;

use support::TestSite;

const TEXT: &str = "Before.\n\nhttps://youtu.be/a_B-9?si=x\n\nhttps://bsky.app/profile/tide.example/post/3k\n\nSee https://youtu.be/inside now.\n\nhttps://unknown.example/watch/1\n";

fn paper(more: &str, front: &str) -> TestSite {
    let site = TestSite::new();
    let config = site.read("site.toml");
    site.write("site.toml", format!("{config}{more}"));
    let front = format!("title = \"Tea & ropes\"\ndate = 2026-05-01\n{front}");
    site.write("content/town/a.md", format!("+++\n{front}\n+++\n\n{TEXT}"));
    let report = site.build();
    assert_eq!(report.exit, 0, "{:?}", report.diags);
    site
}

const PAGE: &str = "public/town/2026/05/a.html";

#[test]
fn a_known_address_becomes_a_figure_that_loads_nothing() {
    // (site.toml, front matter, what the page has, what it has not)
    let cases: &[(&str, &str, &[&str], &[&str])] = &[
        (
            "",
            "",
            &[
                "<iframe title=\"Play from YouTube\" srcdoc=\"&lt;!doctype html&gt;",
                "&lt;a href=&quot;https://www.youtube-nocookie.com/embed/a_B-9?autoplay=1&quot;&gt;",
                "href=&quot;../../../css/newsprint.css&quot;",
                "<figcaption><a href=\"https://youtu.be/a_B-9?si=x\">See it on YouTube</a></figcaption>",
                "<figure class=\"embed\"><figcaption><a href=\"https://bsky.app/profile/tide.example/post/3k\">See it on Bluesky</a>",
                "<p>See https://youtu.be/inside now.</p>",
                "<p>https://unknown.example/watch/1</p>",
            ],
            &[" src=\"https:", "<script src"],
        ),
        ("", "lang = \"ar\"", &["title=\"تشغيل من YouTube\"", "dir=&quot;rtl&quot;"], &[]),
        ("[[embed]]\nname = \"youtube\"\n", "", &["<p>https://youtu.be/a_B-9?si=x</p>"], &["<iframe"]),
        (
            "[[embed]]\nname = \"Tide TV\"\npatterns = [\"https://unknown.example/watch/:id\"]\nplayer = \"https://unknown.example/p/:id\"\n",
            "",
            &["https://unknown.example/p/1", "See it on Tide TV"],
            &[],
        ),
    ];
    for (config, front, has, lacks) in cases {
        let site = paper(config, front);
        let page = site.read(PAGE);
        has.iter().for_each(|words| assert!(page.contains(words), "no {words}\n{page}"));
        lacks.iter().for_each(|words| assert!(!page.contains(words), "{words}\n{page}"));
    }
}

#[test]
fn feeds_carry_the_link_and_no_frame() {
    let site = paper("[feeds]\nfull_text = true\n", "");
    let feed = site.read("public/feed.xml");
    assert!(feed.contains("See it on YouTube") && !feed.contains("iframe"), "{feed}");
}

#[test]
fn an_address_added_to_a_text_changes_its_page_and_what_is_searched_in_it() {
    let site = paper("", "");
    site.build();
    site.write(
        "content/town/a.md",
        site.read("content/town/a.md").replace("unknown.example/watch/1", "vimeo.com/77"),
    );
    let report = site.build();
    let written: Vec<String> = report.reasons.iter().map(|(out, _)| out.to_string()).collect();
    assert_eq!(written, ["search/2026/00.txt", "search/2026/filter-0.bin", "town/2026/05/a.html"]);
    assert!(site.read(PAGE).contains("https://player.vimeo.com/video/77"));
}

#[test]
fn links_to_pass_an_article_on_are_plain() {
    let mail = "<a href=\"mailto:?subject=Tea%20%26%20ropes&amp;body=https%3A%2F%2Ftest.example%2Ftown%2F2026%2F05%2Fa.html\"><bdi>Mail</bdi></a>";
    let post = "<a href=\"https://post.example/?t=Tea%20%26%20ropes%20https%3A%2F%2Ftest.example%2Ftown%2F2026%2F05%2Fa.html\"><bdi>Post</bdi></a>";
    let own = "[share]\nPost = \"https://post.example/?t={title}%20{url}\"\n";
    for (config, first, second) in
        [("", true, false), (own, true, true), ("[share]\nmail = \"\"\n", false, false)]
    {
        let page = paper(config, "").read(PAGE);
        assert_eq!((page.contains(mail), page.contains(post)), (first, second), "{config}\n{page}");
    }
}

#[test]
fn a_wrong_pattern_is_refused_in_words() {
    let wrong = [
        ("[[embed]]\nname = \"A\"\npatterns = [\"http://a.example/:id\"]", "https address with placeholders"),
        ("[[embed]]\nname = \"A\"\npatterns = [\"https://a.example/\"]", "needs a placeholder"),
        (
            "[[embed]]\nname = \"A\"\npatterns = [\"https://a.example/:id\"]\nplayer = \"https://a.example/:key\"",
            "needs `:key`",
        ),
        ("[share]\nA = \"javascript:alert({url})\"", "an address with `{url}`"),
    ];
    for (more, said) in wrong {
        let text = format!("title = \"T\"\nbase_url = \"https://t.example/\"\n{more}\n");
        let parsed = newsprint::config::parse("site.toml", &text);
        let told = parsed.diags.iter().any(|diag| diag.message.contains(said));
        assert!(parsed.value.is_none() && told, "{more}: {:?}", parsed.diags);
    }
}
