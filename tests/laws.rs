//! The laws that a build keeps, tried on random small sites under random edits.
//!
//! `NEWSPRINT_SEQUENCES=10000 cargo test --test laws` runs longer; a failure names its seed, and
//! `NEWSPRINT_SEED=n` runs that one alone.

mod support;

use std::fs;

use newsprint::build::{self, Options};
use support::{NOW, Random, Silent, TestSite, assert_same, png};

const SECTIONS: [&str; 3] = ["world", "town", "sport"];
const TAGS: [&str; 6] = ["Ports", "ports", "Unions", "Türkiye", "العربية", "C++"];
const AUTHORS: [&str; 3] = ["Ann Lee", "Bo Ek", "ann lee"];
const DAY: i64 = 86_400;

/// An article as the model knows it: everything that edits change.
#[derive(Clone, Debug)]
struct Model {
    path: String,
    title: String,
    date: Option<i64>,
    tags: Vec<&'static str>,
    authors: Vec<&'static str>,
    draft: bool,
    embargo: Option<i64>,
    expires: Option<i64>,
    alias: Option<String>,
    slug: Option<String>,
    picture: bool,
    in_text: bool,
    link: Option<String>,
    lead: bool,
    withdrawn: bool,
    stands_in: bool,
    corrected: bool,
    guessed: bool,
    body: String,
}

fn moment(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0).expect("a time").format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl Model {
    fn random(random: &mut Random, number: usize) -> Self {
        let section = *random.pick(&SECTIONS);
        Self {
            path: format!("content/{section}/a{number}.md"),
            title: format!("Story {number} & \"more\""),
            date: random
                .chance(85)
                .then(|| NOW - 40 * DAY + i64::try_from(random.below(60)).unwrap_or(0) * DAY),
            tags: (0..random.below(4)).map(|_| *random.pick(&TAGS)).collect(),
            authors: (0..random.below(3)).map(|_| *random.pick(&AUTHORS)).collect(),
            draft: random.chance(8),
            embargo: random.chance(8).then_some(NOW + DAY * 3),
            expires: random.chance(6).then_some(NOW + DAY * 25),
            alias: random.chance(10).then(|| format!("/old/{number}/")),
            slug: None,
            picture: random.chance(15),
            in_text: random.chance(10),
            link: random.chance(20).then(|| format!("/{section}/a{}.md", random.below(number + 1))),
            lead: random.chance(5),
            withdrawn: random.chance(4),
            stands_in: false,
            corrected: random.chance(10),
            guessed: random.chance(10),
            body: format!("Body of {number}. {}", "word ".repeat(random.below(30))),
        }
    }

    fn text(&self, dump_key: &str) -> String {
        let mut text = format!("+++\ntitle = '''{}'''\n", self.title);
        let list =
            |items: &[&str]| items.iter().map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(", ");
        let mut add = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                text.push_str(&format!("{key} = {value}\n"));
            }
        };
        add("date", self.date.map(moment));
        add("tags", Some(format!("[{}]", list(&self.tags))));
        add("authors", Some(format!("[{}]", list(&self.authors))));
        add("draft", self.draft.then(|| "true".to_owned()));
        add("embargo", self.embargo.map(moment));
        add("expires", self.expires.map(moment));
        add("aliases", self.alias.as_ref().map(|alias| format!("[\"{alias}\"]")));
        add("slug", self.slug.as_ref().map(|slug| format!("\"{slug}\"")));
        add(
            "corrections",
            self.corrected.then(|| format!("[{{ date = 2026-05-30, text = \"Not {}.\" }}]", self.path)),
        );
        add("review", self.guessed.then(|| "[\"date: from the caption\"]".to_owned()));
        add("lead", self.lead.then(|| "true".to_owned()));
        add("image", self.picture.then(|| "{ src = \"p.png\", alt = \"A picture\" }".to_owned()));
        add("withdrawn", self.withdrawn.then(|| "{ date = 2026-05-01, notice = \"Gone.\" }".to_owned()));
        add(
            "source",
            self.stands_in
                .then(|| format!("{{ file = \"world/dump.txt\", item = 1, sha256 = \"{dump_key}\" }}")),
        );
        text.push_str("+++\n\n");
        text.push_str(&self.body);
        if self.in_text {
            text.push_str("\n\n![In the text](p.png \"As seen\")");
        }
        if let Some(link) = &self.link {
            text.push_str(&format!("\n\nSee [this]({link})."));
        }
        text.push('\n');
        text
    }
}

/// A random site with its model.
struct World {
    site: TestSite,
    articles: Vec<Model>,
    number: usize,
    options: Options,
    dump_key: String,
    story: Vec<String>,
}

fn dump(words: &str) -> String {
    let story = |title: &str, caption: &str| {
        let place = title.split(' ').next().unwrap_or("town");
        let paragraphs: String = ["on Tuesday", "in the morning", "after a long debate", "before the winter"]
            .map(|when| {
                format!("The {place} committee of the {words} ward met {when} to hear what {title} would mean for the people who live near the quay, and an official said the plan would be ready soon.\n\n")
            })
            .concat();
        format!(
            "{title}\n\n{caption}\n{caption}\nTT\n20\n\n{title}\n\n{caption}\n{caption}\n\n{paragraphs}\n\n"
        )
    };
    [
        story(
            "Harbour Council Agrees To Mend The Quay",
            "The quay is seen at low tide in the harbour town on a cold morning. (Reuters)",
        ),
        story(
            "Ferry Crews Return To Work After Nine Days",
            "A ferry leaves the harbour on the first morning after the strike ended. (AP)",
        ),
        story(
            "Old Lighthouse Opens Its Doors To Visitors",
            "Visitors climb the stairs of the old lighthouse on a windy afternoon. (AFP)",
        ),
    ]
    .concat()
}

impl World {
    fn new(random: &mut Random) -> Self {
        let site = TestSite::new();
        for section in SECTIONS {
            site.write(&format!("content/{section}/p.png"), png(40, 30, 1));
        }
        site.write("content/world/dump.txt", dump("first"));
        site.write("static/robots-extra.txt", "x");
        let options = site.options();
        let articles = (0..4 + random.below(8)).map(|number| Model::random(random, number)).collect();
        let mut world =
            Self { site, articles, number: 20, options, dump_key: String::new(), story: Vec::new() };
        world.dump_key = world.first_dump_key();
        for at in 0..world.articles.len() {
            world.save(at);
        }
        world
    }

    fn first_dump_key(&self) -> String {
        let text = self.site.read("content/world/dump.txt");
        let vocabulary = newsprint::dump::Vocabulary::default();
        let input = newsprint::dump::Input {
            source: "d",
            form: newsprint::dump::Form::Text,
            url: None,
            fetched: None,
        };
        let options = newsprint::dump::Options { vocabulary: &vocabulary, language: None, zone: None };
        let parsed = newsprint::dump::parse(text.as_bytes(), &input, &options);
        assert_eq!(parsed.articles.len(), 3, "the dump has three stories");
        parsed.articles[0].sha256.clone()
    }

    fn save(&self, at: usize) {
        let article = &self.articles[at];
        self.site.write(&article.path, article.text(&self.dump_key));
    }

    /// One random edit of the site.
    fn edit(&mut self, random: &mut Random) {
        let at = random.below(self.articles.len());
        let days = i64::try_from(random.below(30)).unwrap_or(0);
        let edit = random.below(39);
        self.story.push(format!("edit {edit} on {}", self.articles[at].path));
        let count = self.articles.len();
        let article = &mut self.articles[at];
        match edit {
            0 => article.body.push_str(" More."),
            1 => article.title.push('!'),
            2 => article.tags = (0..random.below(4)).map(|_| *random.pick(&TAGS)).collect(),
            3 => article.date = Some(NOW - days * DAY),
            4 => article.date = None,
            5 => article.draft = !article.draft,
            6 => article.embargo = Some(NOW + (days - 15) * DAY),
            7 => article.expires = Some(NOW + (days + 12) * DAY + DAY / 2),
            8 => article.slug = Some(format!("slug-{}", random.below(1000))),
            9 => article.alias = Some(format!("/was/{}/", random.below(1000))),
            10 => article.picture = !article.picture,
            11 => article.authors = vec![*random.pick(&AUTHORS)],
            12 => article.withdrawn = !article.withdrawn,
            13 => article.lead = !article.lead,
            14 => article.stands_in = !article.stands_in,
            15 | 16 => {
                let new = Model::random(random, self.number);
                self.number += 1;
                self.articles.push(new);
                return self.save(self.articles.len() - 1);
            }
            17 if count > 3 => {
                let gone = self.articles.swap_remove(at);
                self.site.remove(&gone.path);
                return;
            }
            18 => {
                let old = article.path.clone();
                article.path = format!("content/{}/m{}.md", random.pick(&SECTIONS), self.number);
                self.number += 1;
                self.site.remove(&old);
            }
            19 => {
                let shade = u8::try_from(random.below(200)).unwrap_or(0);
                self.site.write(
                    &format!("content/{}/p.png", random.pick(&SECTIONS)),
                    png(40 + u32::from(shade % 3) * 300, 30, shade),
                );
                return;
            }
            20 => {
                let text = format!(
                    "<html lang=\"{{{{ lang }}}}\"><h1>{{{{ article.title }}}}</h1>{{{{ content }}}}<i>{days}</i></html>"
                );
                self.site.write("templates/article.html", text);
                return;
            }
            21 => {
                let _ = fs::remove_file(self.site.path().join("templates/article.html"));
                return;
            }
            22 => {
                let size = 2 + random.below(4);
                let url =
                    if random.chance(50) { "https://test.example/paper/" } else { "https://test.example/" };
                let config = format!(
                    "title = \"Test {size}\"\nbase_url = \"{url}\"\npage_size = {size}\ntheme_files = false\n"
                );
                self.site.write("site.toml", config);
                return;
            }
            23 => {
                let words = ["first", "second", "third"][random.below(3)];
                self.site.write("content/world/dump.txt", dump(words));
                return;
            }
            24 => {
                self.options.wishes.clock.now = NOW + (days - 10) * DAY;
                return;
            }
            25 => {
                let path = self.site.path().join(".newsprint/ledger");
                match random.below(3) {
                    0 => drop(fs::remove_file(path)),
                    1 => drop(fs::write(path, b"damaged")),
                    _ => {
                        if let Ok(mut bytes) = fs::read(&path)
                            && !bytes.is_empty()
                        {
                            let at = random.below(bytes.len());
                            bytes[at] ^= 1 << random.below(8);
                            fs::write(path, bytes).expect("a written ledger");
                        }
                    }
                }
                return;
            }
            26 => {
                // Somebody else meddles with the output.
                if let Some(path) = self.site.tree().keys().nth(random.below(20)) {
                    let path = self.site.path().join("public").join(path);
                    let meddled =
                        if random.chance(50) { fs::remove_file(path) } else { fs::write(path, b"meddled") };
                    meddled.expect("the output is writable");
                }
                return;
            }
            27 => {
                // Same length, and the time set back: only what a file system cannot forge tells.
                let path = self.site.path().join(&article.path);
                let before = fs::metadata(&path).and_then(|m| m.modified()).expect("a time");
                article.body = article.body.replace('o', "0");
                self.save(at);
                let file = fs::File::options().write(true).open(path).expect("a file");
                return file.set_modified(before).expect("a time set back");
            }
            28 => {
                self.options.wishes.clock.drafts = !self.options.wishes.clock.drafts;
                return;
            }
            29 => {
                self.site.write("static/robots-extra.txt", format!("y{days}"));
                return;
            }
            30 => {
                // Another dump tells the same stories in nearly the same words, or is gone again.
                let text =
                    if random.chance(70) { dump("first").replace("quay", "old quay") } else { String::new() };
                self.site.write(&format!("content/{}/second.txt", random.pick(&SECTIONS)), text);
                return;
            }
            31 => article.in_text = !article.in_text,
            32 => {
                // Other variants of every picture.
                let widths = ["[20, 30]", "[16]", "[400]"][random.below(3)];
                let config = format!(
                    "title = \"Test\"\nbase_url = \"https://test.example/\"\npage_size = 3\ntheme_files = false\n[images]\nwidths = {widths}\nenabled = {}\n",
                    random.chance(70)
                );
                self.site.write("site.toml", config);
                return;
            }
            35 => article.corrected = !article.corrected,
            36 => article.guessed = !article.guessed,
            37 => {
                // All that a site may have besides: whole texts in feeds, every form of redirects.
                let config = format!(
                    "title = \"Test\"\nbase_url = \"https://test.example/\"\npage_size = 3\ntheme_files = false\nredirect_files = [\"html\", \"netlify\", \"nginx\", \"apache\", \"s3\"]\n[feeds]\nfull_text = true\nsize = {}\ntag = \"/tags/:slug/feed.xml\"\nauthor = \"/authors/:slug/feed.xml\"\n[redirects]\n\"/away/\" = \"https://away.example/\"\n",
                    1 + days
                );
                self.site.write("site.toml", config);
                return;
            }
            33 => {
                // A picture goes, and with it what was made of it; or it is none any more.
                let path = format!("content/{}/p.png", random.pick(&SECTIONS));
                match random.below(3) {
                    0 => drop(fs::remove_file(self.site.path().join(path))),
                    1 => drop(self.site.write(&path, "no picture")),
                    _ => drop(self.site.write(&path, png(40, 30, 1))),
                }
                return;
            }
            34 => {
                // The cache of pictures is lost, or damaged.
                let cache = self.site.path().join(".newsprint/cache");
                if random.chance(50) {
                    let _ = fs::remove_dir_all(cache);
                } else {
                    for file in support::tree(&cache).keys() {
                        fs::write(cache.join(file), b"damaged").expect("a written file");
                    }
                }
                return;
            }
            _ => {} // saved again with the same bytes
        }
        self.save(at);
    }

    /// Builds on top of what is there; the result is that of a clean build, and building again does nothing.
    fn check(&self) {
        let story = self.story.join("\n");
        let before = self.site.tree();
        let report = build::build(&self.options, &Silent);
        let (clean_report, clean) = self.site.clean_tree(&self.options);
        assert_eq!(report.exit, clean_report.exit, "{:#?}\n{story}", report.diags);
        if report.exit != 0 {
            assert_same(&self.site.tree(), &before, format!("a failed build changed the site\n{story}"));
            return;
        }
        assert_same(&self.site.tree(), &clean, &story);
        let again = build::build(&self.options, &Silent);
        assert_eq!((again.rendered, again.written, again.removed), (0, 0, 0), "{story}");
        let said: Vec<_> = report.diags.into_iter().filter(|diag| diag.code != "LEDGER").collect();
        assert_eq!(again.diags, said, "a build that finds nothing to do says the same\n{story}");
        assert_eq!(
            (again.tally, again.pages, again.next_due),
            (report.tally, report.pages, report.next_due),
            "{story}"
        );
    }
}

fn sequences() -> Vec<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("NEWSPRINT_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("NEWSPRINT_SEQUENCES").unwrap_or(40)).collect(),
    }
}

#[test]
fn incremental_equals_clean() {
    for seed in sequences() {
        let mut random = Random::new(seed);
        let mut world = World::new(&mut random);
        world.story.push(format!("NEWSPRINT_SEED={seed}"));
        world.check();
        for _ in 0..3 + random.below(6) {
            world.edit(&mut random);
            if random.chance(70) {
                world.check();
            }
        }
        world.check();
    }
}

#[test]
fn hidden_articles_leave_no_trace() {
    for seed in 0..20 {
        let mut random = Random::new(1000 + seed);
        let mut world = World::new(&mut random);
        for _ in 0..6 {
            world.edit(&mut random);
        }
        let (report, with) = world.site.clean_tree(&world.options);
        if report.exit != 0 {
            continue;
        }
        let clock = world.options.wishes.clock;
        let hidden = |article: &Model| {
            article.draft && !clock.drafts
                || article.embargo.or(article.date).is_some_and(|from| from > clock.now)
                || article.expires.is_some_and(|until| until <= clock.now)
        };
        let mut shadows = false;
        for article in &world.articles {
            if hidden(article) {
                world.site.remove(&article.path);
                shadows |= article.stands_in;
            }
        }
        if shadows {
            // The dump item that a hidden article stands in for goes with it.
            let text = world.site.read("content/world/dump.txt");
            let second = text.find("Ferry Crews").unwrap_or(0);
            world.site.write("content/world/dump.txt", &text[second..]);
        }
        let (report, without) = world.site.clean_tree(&world.options);
        assert_eq!(report.exit, 0);
        assert_same(&without, &with, format!("seed {seed}: {:?}", world.story));
    }
}

#[test]
fn threads_make_no_difference() {
    let world = World::new(&mut Random::new(7));
    let trees: Vec<_> = [1, 2, 8]
        .map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| world.site.clean_tree(&world.options).1)
        })
        .into();
    assert_same(&trees[0], &trees[1], "one thread and two");
    assert_same(&trees[0], &trees[2], "one thread and eight");
}
