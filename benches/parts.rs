//! What the parts of a build cost, each by itself: `cargo bench --bench parts`.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use divan::Bencher;
use newsprint::build::{self, Options, Progress};
use newsprint::clock::Clock;
use newsprint::config;
use newsprint::load::Wishes;
use newsprint::markdown::{self, Targets};
use newsprint::plan::{Plan, Work};
use newsprint::render::{self, Bodies};
use newsprint::snapshot::{self, Snapshot};
use newsprint::source::{self, Rules};
use newsprint::store::{Memory, Store};

fn main() {
    divan::main();
}

/// Articles of the site that planning and rendering are measured with.
const COUNT: usize = 2_000;

const CONFIG: &str =
    "title = \"The Daily Sheet\"\nbase_url = \"https://news.example/\"\ntimezone = \"UTC\"\n";

fn wishes() -> Wishes {
    let clock = Clock { now: 1_800_000_000, drafts: false, future: false };
    Wishes { base_url: None, clock, keep_going: false }
}

fn body(number: usize) -> String {
    let sentence = "The harbour council met on Tuesday to hear what the *new* quay would cost, and an [officer](https://example.org/quay) said it would be ready before the winter. ";
    let mut text = String::new();
    for paragraph in 0..11 {
        if paragraph == number % 7 {
            text += "## What comes next\n\n";
        }
        text += &sentence.repeat(3);
        text += "\n\n";
    }
    text
}

fn article(number: usize) -> String {
    let tags = [["Ports", "Unions", "Winter"], ["Ports", "Council", "Money"], ["Schools", "Ports", "Roads"]];
    format!(
        "+++\ntitle = \"Quay {number} is mended before the winter comes\"\ndate = 20{:02}-{:02}-{:02}T09:30:00Z\nsummary = \"The council hears what it costs.\"\ntags = {:?}\nauthors = [\"Ann Archer\"]\n+++\n\n{}",
        21 + number % 5,
        1 + number % 12,
        1 + number % 28,
        tags[number % 3],
        body(number)
    )
}

fn store() -> Memory {
    let mut store = Memory::default();
    store.0.insert("site.toml".to_owned(), CONFIG.as_bytes().to_vec());
    for number in 0..COUNT {
        let section = ["world", "town", "sport"][number % 3];
        store.0.insert(format!("content/{section}/quay-{number}.md"), article(number).into_bytes());
    }
    store
}

fn taken() -> &'static (Memory, Snapshot) {
    static TAKEN: OnceLock<(Memory, Snapshot)> = OnceLock::new();
    TAKEN.get_or_init(|| {
        let store = store();
        let taken = snapshot::take(&store, "site", &Default::default(), &wishes());
        let snapshot = taken.unwrap_or_else(|diags| panic!("the site of the benchmark is wrong: {diags:?}"));
        (store, snapshot)
    })
}

fn rules() -> Rules {
    let config = config::parse("site.toml", CONFIG).value;
    Rules::new(&config.unwrap_or_else(|| panic!("the configuration of the benchmark is wrong")))
}

/// An article file becomes a record.
#[divan::bench]
fn parse_article(bencher: Bencher<'_, '_>) {
    let (rules, text) = (rules(), article(5));
    bencher.bench(|| source::parse("content/town/quay-5.md", text.clone().into_bytes(), &rules));
}

/// A dump of one story becomes a record.
#[divan::bench]
fn parse_dump(bencher: Bencher<'_, '_>) {
    let rules = rules();
    let text = format!(
        "Council Hears What The Quay Costs\n\nThe quay at low tide. (Reuters)\nThe quay at low tide. (Reuters)\nShare\n\nHARROW, March 3 (Reuters) - {}",
        body(9).replace("## What comes next\n\n", "")
    );
    bencher.bench(|| source::parse("content/town/dump.txt", text.clone().into_bytes(), &rules));
}

/// What planning needs to know of a text.
#[divan::bench]
fn markdown_facts(bencher: Bencher<'_, '_>) {
    let text = body(5);
    bencher.bench(|| markdown::facts(&text));
}

/// A text becomes HTML.
#[divan::bench]
fn markdown_render(bencher: Bencher<'_, '_>) {
    let text = body(5);
    bencher.bench(|| {
        let mut html = String::with_capacity(text.len() * 2);
        markdown::render(&text, &Targets::default(), &mut html);
        html
    });
}

/// All recipes of a site of two thousand articles with the default theme.
#[divan::bench(sample_count = 20)]
fn plan_site(bencher: Bencher<'_, '_>) {
    bencher.bench(|| Plan::new(&taken().1.loaded.site).value.recipes.len());
}

/// An article's page of the default theme.
#[divan::bench]
fn render_article(bencher: Bencher<'_, '_>) {
    let (store, snapshot) = taken();
    let site = &snapshot.loaded.site;
    let mut pages = snapshot.plan.recipes.iter().filter_map(|recipe| match &recipe.work {
        Work::Page(page) => page.article().map(|id| (recipe, page, id)),
        Work::Copy(_) | Work::Made(_) => None,
    });
    let Some((recipe, page, id)) = pages.nth(COUNT / 2) else { return };
    let path = site.index.article(id).path();
    let Ok(Some((bytes, _))) = store.read(path) else { return };
    let bodies = source::parse(path, bytes, &snapshot.loaded.rules).bodies;
    let texts: Vec<&str> = bodies.iter().map(String::as_str).collect();
    bencher.bench(|| {
        let mut output = Vec::with_capacity(16_384);
        render::page(site, page, &recipe.out, &Bodies::new(&[id], &texts), &mut output).map(|()| output)
    });
}

struct Silent;

impl Progress for Silent {
    fn step(&self, _: usize, _: usize) {}
}

/// A whole clean build of a hundred articles, files and all.
#[divan::bench(sample_count = 20)]
fn build_and_write(bencher: Bencher<'_, '_>) {
    let Ok(folder) = tempfile::tempdir() else { return };
    for (path, text) in store().0.into_iter().filter(|(path, _)| !path.contains("quay-1")).take(100) {
        let path = folder.path().join(path);
        let made =
            fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).and_then(|()| fs::write(path, text));
        if made.is_err() {
            return;
        }
    }
    let mut number = 0;
    bencher.bench_local(|| {
        number += 1;
        let output = Some(folder.path().join(format!("out-{number}")));
        let site = folder.path().to_owned();
        build::build(
            &Options {
                site,
                output,
                wishes: wishes(),
                clean: true,
                verify: false,
                explain: false,
                allow_empty: false,
            },
            &Silent,
        )
        .written
    });
}
