//! The documentation says what the program does: every key, every name, and examples that work.
//!
//! `docs/templates.md` is made from the program's own tables: `UPDATE=1 cargo test --test docs` writes it.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use newsprint::config::{EditionId, FeedForm, RedirectForm};
use newsprint::filters::FILTERS;
use newsprint::plan::{Axis, Goal, List, Page, Part, Sheet, TEMPLATES};
use newsprint::views::{Name, PAGE, SHAPES, SHARED};
use newsprint::{config, front_matter, new, theme};
use serde_json::Value as Json;
use support::TestSite;

const MAIN: EditionId = EditionId(0);

fn doc(name: &str) -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    let text = fs::read_to_string(&path).unwrap_or_default();
    (path, text)
}

/// The first cell of each row of a document's tables, where it is code.
fn keys(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |").map(|(key, _)| key)).collect()
}

/// The fenced blocks of a kind.
fn blocks<'t>(text: &'t str, kind: &str) -> Vec<&'t str> {
    let opening = format!("```{kind}\n");
    text.split(&opening).skip(1).filter_map(|rest| rest.split_once("```").map(|(block, _)| block)).collect()
}

#[test]
fn every_key_of_site_toml_is_documented() {
    let (_, text) = doc("site-toml.md");
    assert_eq!(keys(&text), config::keys());
    for block in blocks(&text, "toml") {
        let parsed = config::parse("site.toml", block);
        assert!(parsed.diags.is_empty() && parsed.value.is_some(), "{block}\n{:?}", parsed.diags);
    }
}

#[test]
fn every_key_of_front_matter_is_documented() {
    let (_, text) = doc("front-matter.md");
    assert_eq!(keys(&text), front_matter::keys());
    let defaults =
        front_matter::Defaults { zone: chrono_tz::UTC, slug: "a".to_owned(), section: "b".to_owned() };
    for block in blocks(&text, "toml") {
        let parsed = front_matter::parse("a.md", block, &defaults);
        assert!(parsed.diags.is_empty() && parsed.value.is_some(), "{block}\n{:?}", parsed.diags);
    }
}

#[test]
fn the_reference_of_templates_is_what_the_program_has() {
    let (path, written) = doc("templates.md");
    let made = reference();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, made).expect("a written file");
    } else {
        assert!(written == made, "docs/templates.md is out of date: UPDATE=1 cargo test --test docs");
    }
}

/// One page of each sort, with what it is in words.
fn pages() -> Vec<(Page, &'static str)> {
    let list = |list| Page::List { list, part: Part::Landing };
    let feed = |form| Page::Feed { list: List::All(MAIN), form };
    let article = newsprint::index::ArticleId(0);
    let to = Goal::Page(newsprint::path::OutPath::new("a.html").expect("a path"));
    vec![
        (Page::Front(MAIN), "the front page"),
        (Page::Article(article), "an article"),
        (Page::Standing(article), "a standing page (`kind = \"page\"`)"),
        (Page::Withdrawn(0), "the notice in the place of a withdrawn article"),
        (list(List::All(MAIN)), "all articles"),
        (list(List::Section(0)), "a section's articles"),
        (list(List::Tag(0)), "a tag's articles"),
        (list(List::Author(0)), "an author's articles"),
        (list(List::Month(MAIN, 2026, 1)), "a month's articles"),
        (Page::Terms(Axis::Tags, MAIN), "all tags"),
        (Page::Terms(Axis::Authors, MAIN), "all authors"),
        (Page::Archive(MAIN), "years and months"),
        (Page::Year(MAIN, 2026), "a year's months"),
        (Page::NotFound(MAIN), "what hosts show for an address that is not there"),
        (Page::Corrections(None), "corrections: the newest, and those of each year"),
        (Page::Redirect { to }, "a former address"),
        (Page::Redirects(RedirectForm::Netlify), "all former addresses, for Netlify and Cloudflare Pages"),
        (Page::Redirects(RedirectForm::Nginx), "the same for nginx"),
        (Page::Redirects(RedirectForm::Apache), "the same for Apache"),
        (Page::Redirects(RedirectForm::S3), "the same for S3 websites"),
        (feed(FeedForm::Rss), "RSS of the site, a section, a tag or an author"),
        (feed(FeedForm::Atom), "the same as Atom"),
        (feed(FeedForm::Json), "the same as JSON Feed"),
        (Page::Sitemap(Sheet::Whole), "a sitemap"),
        (Page::Sitemap(Sheet::News(0)), "a News sitemap"),
        (Page::SitemapIndex, "the index of a large site's sitemaps"),
        (Page::Robots, "robots.txt"),
    ]
}

fn reference() -> String {
    let mut text = "# What templates see\n\n\
        <!-- Made from the program's own tables by `UPDATE=1 cargo test --test docs`: change those. -->\n\n\
        How to write them is told in [writing-templates.md](writing-templates.md). `newsprint theme copy NAME` takes a\n\
        default template into your site, `newsprint theme list` names them all.\n\n\
        ## Templates and their pages\n\n\
        | template | makes | `page_kind` |\n|---|---|---|\n"
        .to_owned();
    let pages = pages();
    let makes = |template: &str| {
        pages.iter().filter(move |(page, _)| page.template() == template).collect::<Vec<_>>()
    };
    for template in TEMPLATES {
        for (page, words) in makes(template) {
            let _ = writeln!(text, "| `{template}` | {words} | `{}` |", page.kind());
        }
    }
    let helpers: Vec<String> = theme::template_names()
        .filter(|name| makes(name).is_empty())
        .map(|name| format!("`{name}`"))
        .collect();
    let _ = writeln!(
        text,
        "\n{} make no pages of their own: the others extend or import them.",
        helpers.join(" and ")
    );
    table(
        &mut text,
        "Names with the same value on every page",
        "Lists declared as `[[view]]` in site.toml are `[card]`, under their own names.",
        &SHARED,
    );
    table(&mut text, "Names that belong to a page", "On other pages than those named they are none.", &PAGE);
    table(&mut text, "What shapes are made of", "", &SHAPES);
    text += "\n## Filters\n\nBesides [Tera's own](https://keats.github.io/tera/). All are pure: the same arguments, the same text.\n\n\
        | filter | gives |\n|---|---|\n";
    for (name, what) in FILTERS {
        let _ = writeln!(text, "| `{name}` | {what} |");
    }
    text
}

fn table(text: &mut String, title: &str, remark: &str, names: &[Name]) {
    let remark = if remark.is_empty() { String::new() } else { format!("{remark}\n\n") };
    let _ = write!(text, "\n## {title}\n\n{remark}| name | shape | meaning |\n|---|---|---|\n");
    for Name { name, shape, doc } in names {
        let _ = writeln!(text, "| `{name}` | `{shape}` | {doc} |");
    }
}

/// Whether an output comes from a template: no picture, and nothing that the search page reads.
fn is_rendered(path: &str) -> bool {
    !path.starts_with("media/") && (!path.contains("search/") || path.ends_with(".html"))
}

/// The sample site with templates that print every name they can mention.
#[test]
fn names_have_the_shapes_they_are_said_to_have() {
    let site = TestSite::empty();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = fs::read_to_string(root.join("site.toml")).expect("the sample site");
    site.write("site.toml", format!("theme_files = false\npage_size = 3\n{config}"));
    for (path, bytes) in support::tree(&root.join("content")) {
        site.write(&format!("content/{path}"), bytes);
    }
    let names = SHARED.iter().chain(&PAGE).map(|name| name.name).filter(|name| *name != "content");
    let entries: Vec<String> = names.map(|name| format!("\"{name}\": {{{{ {name} | json }}}}")).collect();
    for template in TEMPLATES {
        site.write(&format!("templates/{template}"), format!("{{{}}}", entries.join(", ")));
    }
    let mut options = site.options();
    options.wishes.clock.now += 200 * 86_400;
    let (report, tree) = site.clean_tree(&options);
    assert_eq!(report.exit, 0, "{:?}", report.diags);
    let mut seen = 0;
    for (path, bytes) in tree.iter().filter(|(path, _)| is_rendered(path)) {
        let page: Json = serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{path}: {error}"));
        for Name { name, shape, .. } in SHARED.iter().chain(&PAGE).filter(|name| name.name != "content") {
            if let Err(why) = fits(&page[*name], shape) {
                panic!("{path}: `{name}` is said to be `{shape}`: {why}");
            }
            seen += usize::from(!page[*name].is_null());
        }
    }
    assert!(seen > 500, "only {seen} values were looked at");
}

/// Whether a value has a shape; nothing has every shape, since names may be none.
fn fits(value: &Json, shape: &str) -> Result<(), String> {
    let shape = shape.strip_suffix(" or none").unwrap_or(shape).trim();
    let is = |fine: bool| if fine { Ok(()) } else { Err(format!("{value} is no {shape}")) };
    if value.is_null() {
        return Ok(());
    }
    if let Some(inner) = shape.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let items = value.as_array().ok_or_else(|| format!("{value} is no list"))?;
        return items.iter().try_for_each(|item| fits(item, inner));
    }
    if let Some(inner) = shape.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let map = value.as_object().ok_or_else(|| format!("{value} is no map"))?;
        if inner == "word: text or forms" {
            let is_word = |word: &Json| fits(word, "text").or_else(|_| fits(word, "{form: text}"));
            return map.values().try_for_each(is_word);
        }
        if inner == "form: text" {
            return map.values().try_for_each(|text| fits(text, "text"));
        }
        let fields: Vec<(&str, &str)> =
            split(inner).into_iter().map(|field| field.split_once(": ").unwrap_or((field, ""))).collect();
        let mut said: Vec<&str> = fields.iter().map(|(key, _)| *key).collect();
        let mut have: Vec<&str> = map.keys().map(String::as_str).collect();
        said.sort_unstable();
        have.sort_unstable();
        if said != have {
            return Err(format!("it has {have:?}"));
        }
        return fields.iter().try_for_each(|(key, shape)| fits(&map[*key], shape));
    }
    match shape {
        "" => Ok(()),
        "text" | "HTML" => is(value.is_string()),
        "structured data" => is(value.is_object()),
        "number" => is(value.is_number()),
        named => match SHAPES.iter().find(|shape| shape.name == named) {
            Some(known) => fits(value, known.shape),
            None => Err(format!("nobody says what `{named}` is")),
        },
    }
}

/// Splits at the commas that stand in no brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut from, mut parts) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[from..].trim());
    parts
}

/// What docs/writing-templates.md tells to do, done.
#[test]
fn the_worked_override_works() {
    let (_, text) = doc("writing-templates.md");
    let (view, html) = (blocks(&text, "toml")[0], blocks(&text, "html")[0]);
    let site = TestSite::empty();
    new::new(site.path(), "The Gazette", "en").expect("a new site");
    let mut options = site.options();
    options.wishes.clock.now += 200 * 86_400;
    let build = || newsprint::build::build(&options, &support::Silent);
    assert_eq!(build().exit, 0);
    site.write("site.toml", site.read("site.toml") + "\n" + view);
    new::copy_template(site.path(), "front.html").expect("a copied template");
    let front = site.read("templates/front.html");
    let end = "{%- endblock main -%}";
    assert!(front.contains(end), "front.html has the line that the guide names");
    site.write("templates/front.html", front.replace(end, &format!("{html}{end}")));
    let report = build();
    let rendered: Vec<&str> = report.reasons.iter().map(|(out, _)| out.as_str()).collect();
    assert_eq!((report.exit, rendered), (0, vec!["index.html"]), "{:?}", report.diags);
    let page = site.read("public/index.html");
    assert!(
        page.contains("<h2>For the weekend</h2>") && page.contains("17 November 2026</time></li>"),
        "{page}"
    );
}
