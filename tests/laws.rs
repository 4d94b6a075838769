//! The laws that a build keeps, tried on random small sites under random edits.
//!
//! Each run takes the same seeds and one that it never took before. `NEWSPRINT_SEQUENCES=10000 cargo test --test laws
//! incremental` runs longer, `NEWSPRINT_FROM=n` begins elsewhere; a failure names its seed, and `NEWSPRINT_SEED=n` runs
//! that one alone. With TMPDIR on a tmpfs that takes an eighth of the time.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use newsprint::build::{self, Options, Progress};
use newsprint::ledger::{Ledger, Written};
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
        // A picture that is no file of the site is not missed.
        let away = if number.is_multiple_of(3) { "\n\n![Away](/img/away.jpg)" } else { "" };
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
            body: format!("Body of {number}. {}{away}", "word ".repeat(random.below(30))),
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
    /// A bit of the ledger is another; nothing need have read it yet.
    damaged: bool,
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

/// The name of a file without folder and extension.
fn stem(path: &str) -> String {
    Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Saves another text when the build begins to render.
struct Pause {
    path: std::path::PathBuf,
    text: String,
    done: AtomicBool,
}

impl Progress for Pause {
    fn step(&self, _: usize, _: usize) {
        if !self.done.swap(true, Ordering::Relaxed) {
            fs::write(&self.path, &self.text).expect("a written file");
        }
    }
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
        let (dump_key, story, damaged) = Default::default();
        let mut world = Self { site, articles, number: 20, options, dump_key, story, damaged };
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
        let edit = random.below(53);
        self.story.push(format!("edit {edit} on {}", self.articles[at].path));
        let count = self.articles.len();
        let article = &mut self.articles[at];
        match edit {
            0 => article
                .body
                .push_str([" More.", "\n\nMore.", "\n\n[Away](https://away.example/)."][random.below(3)]),
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
                let cards = random.chance(50);
                let config = format!(
                    "title = \"Test {size}\"\nbase_url = \"{url}\"\ntimezone = \"UTC\"\npage_size = {size}\ntheme_files = false\nsocial_cards = {cards}\n[words.en]\nby = \"By {size}\"\nmonth_5 = \"May {size}\"\n"
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
                            self.damaged = true;
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
            31 => {
                // Two articles swap their addresses.
                let other = random.below(count);
                let slug = |article: &Model| article.slug.clone().unwrap_or_else(|| stem(&article.path));
                let (mine, theirs) = (slug(&self.articles[at]), slug(&self.articles[other]));
                self.articles[at].slug = Some(theirs);
                self.articles[other].slug = Some(mine);
                self.save(other);
            }
            32 => {
                // A folder gets another name, with all that is in it.
                let (from, to) = (*random.pick(&SECTIONS), *random.pick(&SECTIONS));
                for at in 0..count {
                    let old = self.articles[at].path.clone();
                    if from != to && old.starts_with(&format!("content/{from}/")) {
                        let path = format!("content/{to}/r{}.md", self.number);
                        self.number += 1;
                        self.site.remove(&old);
                        self.articles[at].path = path;
                        self.save(at);
                    }
                }
                return;
            }
            33 => {
                // Deleted, and there again with the same bytes.
                let text = self.site.read(&article.path);
                self.site.remove(&article.path);
                if random.chance(50) {
                    let _ = build::build(&self.options, &Silent);
                }
                self.site.write(&article.path, text);
                return;
            }
            34 => {
                let words = format!("<footer>{days}</footer>");
                self.site.write("templates/part.html", words);
                self.site.write("templates/inner.html", "{% include \"part.html\" %}");
                self.site.write(
                    "templates/article.html",
                    "<h1>{{ article.title }}</h1>{{ content }}{% include \"inner.html\" %}",
                );
                return;
            }
            35 => {
                if self.site.path().join("templates/part.html").exists() {
                    self.site.write("templates/part.html", format!("<b>{days}</b>"));
                }
                return;
            }
            36 => {
                let config = self.site.read("site.toml").replace("timezone = \"Asia/Tokyo\"\n", "");
                let zone = if random.chance(50) { "timezone = \"Asia/Tokyo\"\n" } else { "" };
                let first = config.find("page_size").unwrap_or(0);
                self.site.write("site.toml", format!("{}{zone}{}", &config[..first], &config[first..]));
                return;
            }
            37 => {
                // A picture goes; articles that show it are wrong until it is back.
                let path = format!("content/{}/p.png", random.pick(&SECTIONS));
                if self.site.path().join(&path).exists() {
                    self.site.remove(&path);
                    self.check();
                }
                self.site.write(&path, png(40, 30, 2));
                return;
            }
            38 => {
                // Saved by an editor that writes beside and renames.
                article.body.push_str("\n\nRenamed into place.");
                let beside = self.site.path().join("content/.saved");
                fs::write(&beside, article.text(&self.dump_key)).expect("a written file");
                fs::rename(beside, self.site.path().join(&article.path)).expect("a renamed file");
                return;
            }
            39 => {
                // Saved in two writes, with a build between them.
                article.body.push_str("\n\nIn two parts.");
                let text = article.text(&self.dump_key);
                self.site.write(&article.path, &text.as_bytes()[..text.len() / 2]);
                let _ = build::build(&self.options, &Silent);
            }
            40 => {
                // Another branch is checked out, then this one again, as git does: files are made anew.
                let before = self.sources();
                for path in before.keys().filter(|path| path.starts_with("content/")) {
                    if random.chance(30) && path.ends_with(".md") {
                        self.site.remove(path);
                    }
                }
                let _ = build::build(&self.options, &Silent);
                for (path, bytes) in before {
                    if !self.site.path().join(&path).exists() || random.chance(30) {
                        self.site.remove_if_there(&path);
                        self.site.write(&path, bytes);
                    }
                }
                return;
            }
            41 => {
                // A file of the same name that is a link: refused, whatever it points to.
                let path = self.site.path().join(&article.path);
                let away = self.site.path().join("away.md");
                fs::rename(&path, &away).expect("a renamed file");
                #[cfg(unix)]
                std::os::unix::fs::symlink(&away, &path).expect("a link");
                self.check();
                fs::remove_file(&path).expect("a removed link");
                fs::rename(away, path).expect("a renamed file");
                return;
            }
            42 => {
                // Killed between the output and the ledger: what is remembered is older than what stands.
                let ledger = self.site.path().join(".newsprint/ledger");
                let old = fs::read(&ledger).ok();
                article.body.push_str("\n\nLost.");
                self.save(at);
                let _ = build::build(&self.options, &Silent);
                match old {
                    Some(old) => fs::write(ledger, old).expect("a written ledger"),
                    None => drop(fs::remove_file(ledger)),
                }
                return;
            }
            43 => {
                // What an interrupted build leaves.
                let out = self.site.path().join("public");
                if out.exists() {
                    fs::create_dir_all(out.join(".newsprint-stage")).expect("a folder");
                    fs::write(out.join(".newsprint-stage/0"), b"half a pa").expect("a written file");
                }
                return;
            }
            44 => {
                // Many small edits, a build after each.
                for _ in 0..4 {
                    self.articles[at].body.push_str("\n\nx");
                    self.save(at);
                    let _ = build::build(&self.options, &Silent);
                }
                return;
            }
            45 => {
                // An article changes while it is being built.
                article.body.push_str("\n\nEarly.");
                let late = article.text(&self.dump_key).replace("Early", "Later");
                self.save(at);
                let article = &mut self.articles[at];
                let pause = Pause {
                    path: self.site.path().join(&article.path),
                    text: late,
                    done: AtomicBool::new(false),
                };
                let _ = build::build(&self.options, &pause);
                article.body = article.body.replace("Early", "Later");
            }
            46 => article.in_text = !article.in_text,
            47 => {
                // Other variants of every picture.
                let widths = ["[20, 30]", "[16]", "[400]"][random.below(3)];
                let config = format!(
                    "title = \"Test\"\nbase_url = \"https://test.example/\"\ntimezone = \"UTC\"\npage_size = 3\ntheme_files = false\nsocial_cards = true\n[images]\nwidths = {widths}\nenabled = {}\n",
                    random.chance(70)
                );
                self.site.write("site.toml", config);
                return;
            }
            50 => article.corrected = !article.corrected,
            51 => article.guessed = !article.guessed,
            52 => {
                // All that a site may have besides: whole texts in feeds, every form of redirects.
                let config = format!(
                    "title = \"Test\"\nbase_url = \"https://test.example/\"\ntimezone = \"UTC\"\npage_size = 3\ntheme_files = false\nredirect_files = [\"html\", \"netlify\", \"nginx\", \"caddy\", \"apache\", \"s3\"]\n[feeds]\nfull_text = true\nsize = {}\ntag = \"/tags/:slug/feed.xml\"\nauthor = \"/authors/:slug/feed.xml\"\n[redirects]\n\"/away/\" = \"https://away.example/\"\n",
                    1 + days
                );
                self.site.write("site.toml", config);
                return;
            }
            48 => {
                // A picture goes, and with it what was made of it; or it is none any more.
                let path = format!("content/{}/p.png", random.pick(&SECTIONS));
                match random.below(3) {
                    0 => drop(fs::remove_file(self.site.path().join(path))),
                    1 => drop(self.site.write(&path, "no picture")),
                    _ => drop(self.site.write(&path, png(40, 30, 1))),
                }
                return;
            }
            49 => {
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

    /// All files that a build reads.
    fn sources(&self) -> BTreeMap<String, Vec<u8>> {
        let all = support::tree(self.site.path()).into_iter();
        let is_source = |path: &str| {
            path == "site.toml" || ["content/", "static/", "templates/"].iter().any(|f| path.starts_with(f))
        };
        all.filter(|(path, _)| is_source(path)).collect()
    }

    /// Builds on top of what is there; the result is that of a clean build, and building again does nothing.
    fn check(&self) {
        let story = self.story.join("\n");
        let mut before = self.site.tree();
        // What a killed build left is swept up even by one that fails.
        before.retain(|path, _| !path.starts_with(".newsprint-stage/"));
        let report = build::build(&self.options, &Silent);
        let (clean_report, clean, ledger) = self.site.clean(&self.options);
        assert_eq!(report.exit, clean_report.exit, "{:#?}\n{story}", report.diags);
        if report.exit != 0 {
            assert_same(&self.site.tree(), &before, format!("a failed build changed the site\n{story}"));
            return;
        }
        assert_same(&self.site.tree(), &clean, &story);
        if !self.damaged {
            assert_remembers(&self.site.ledger(), &ledger, &story);
        }
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

/// What a build remembers is what a clean one does: the same recipes though their bytes be equal, the same index to the
/// last number, the same instant at which time alone changes something.
fn assert_remembers(have: &Ledger, want: &Ledger, story: &str) {
    let head = |ledger: &Ledger| {
        let head = ledger.head.clone();
        (head.circumstances, head.config, head.rules, head.gate.until, head.validity.until, head.tally)
    };
    assert_eq!(head(have), head(want), "{story}");
    assert_eq!(have.diags, want.diags, "{story}");
    let recipe = |written: &Written| format!("{} {} {}", written.out, written.recipe, written.bytes);
    let sources = |ledger: &Ledger| -> Vec<_> {
        ledger.sources.iter().map(|seen| (seen.path.clone(), seen.text, seen.picture.clone())).collect()
    };
    assert_eq!(sources(have), sources(want), "{story}");
    let recipes = |ledger: &Ledger| ledger.outputs.iter().map(recipe).collect::<Vec<_>>();
    assert_eq!(recipes(have), recipes(want), "{story}");
    assert!(want.views.iter().all(|view| have.views.contains(view)), "{story}");
    assert_eq!(have.records(), want.records(), "{story}");
    let index = |ledger: &Ledger| {
        let index = ledger.index().expect("an index");
        let articles: Vec<_> =
            index.articles.iter().map(|article| (article.path().to_owned(), article.shape())).collect();
        assert!(ledger.is_sound(), "{story}");
        (
            postcard::to_stdvec(&articles).expect("plain data"),
            postcard::to_stdvec(&index).expect("plain data"),
        )
    };
    assert!(index(have) == index(want), "another index than that of a clean build\n{story}");
}

fn sequences() -> Vec<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let new = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    match (number("NEWSPRINT_SEED"), number("NEWSPRINT_FROM").unwrap_or(0)) {
        (Some(seed), _) => vec![seed],
        (None, from) => {
            (from..from + number("NEWSPRINT_SEQUENCES").unwrap_or(299)).chain([1_000_000 + new]).collect()
        }
    }
}

#[test]
fn incremental_equals_clean() {
    let seeds = sequences();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    sequence(*seed);
                }
            });
        }
    });
}

fn sequence(seed: u64) {
    let mut random = Random::new(seed);
    let mut world = World::new(&mut random);
    world.story.push(format!("NEWSPRINT_SEED={seed}"));
    world.check();
    for _ in 0..3 + random.below(6) {
        world.edit(&mut random);
        if random.chance(40) {
            world.check();
        }
    }
    world.check();
}

/// A thousand edits that leave length and time as they were: each is seen.
#[test]
fn a_time_set_back_hides_no_edit() {
    let site = TestSite::new();
    let write = |number: usize, word: &str| {
        site.write(
            &format!("content/town/a{number}.md"),
            format!("+++\ntitle = \"Story {number}\"\nsummary = \"S.\"\n+++\n\nIts {word} text.\n"),
        );
    };
    (0..100).for_each(|number| write(number, "first"));
    assert_eq!(site.build().exit, 0);
    let words = || -> Vec<_> {
        site.tree().into_iter().filter(|(path, _)| path.starts_with("search/undated/")).collect()
    };
    for round in 0..10 {
        let before = words();
        let word = ["third", "fifth", "sixth", "ninth", "tenth"][round % 5];
        for number in 0..100 {
            let path = site.path().join(format!("content/town/a{number}.md"));
            let time = fs::metadata(&path).and_then(|m| m.modified()).expect("a time");
            write(number, word);
            let file = fs::File::options().write(true).open(path).expect("a file");
            file.set_modified(time).expect("a time set back");
        }
        let report = build::build(&site.options(), &Silent);
        let after = words();
        let changed = before.iter().zip(&after).filter(|(before, after)| before != after);
        let (searched, filters): (Vec<_>, Vec<_>) =
            changed.partition(|((path, _), _)| path.ends_with(".txt"));
        let (searched, filters) = (searched.len(), filters.len());
        assert!(
            (1..=2).contains(&searched),
            "round {round}: {searched} files of words, where one word came and one went"
        );
        assert_eq!((report.exit, report.written), (0, 100 + searched + filters), "round {round}");
        let pages = site.tree().into_iter().filter(|(path, _)| path.contains("story") || path.contains("/a"));
        let old = pages
            .filter(|(_, bytes)| {
                String::from_utf8_lossy(bytes).contains("Its ")
                    && !String::from_utf8_lossy(bytes).contains(word)
            })
            .count();
        assert_eq!(old, 0, "round {round}: a page shows an old text");
    }
}

/// Two thousand ledgers that are damaged, cut, of another time or of another site: never a wrong byte.
#[test]
fn damaged_ledgers_cost_time_only() {
    let mut random = Random::new(11);
    let mut world = World::new(&mut random);
    // What is hidden has no page, and links between articles make a difference to more than a text.
    for article in &mut world.articles {
        (article.link, article.draft, article.embargo, article.expires) = (None, false, None, None);
        (article.withdrawn, article.stands_in, article.date) = (false, false, Some(NOW - DAY));
    }
    (0..world.articles.len()).for_each(|at| world.save(at));
    let path = world.site.path().join(".newsprint/ledger");
    for _ in 0..2 {
        // The first build may find sources that are too young to be believed.
        assert_eq!(build::build(&world.options, &Silent).exit, 0);
        std::thread::sleep(Duration::from_millis(20));
    }
    let young = fs::read(&path).expect("a ledger");
    for at in 0..3 {
        std::thread::sleep(Duration::from_millis(10));
        world.articles[at].body.push_str("\n\nAppended.");
        world.save(at);
        assert_eq!(build::build(&world.options, &Silent).exit, 0);
    }
    let old = fs::read(&path).expect("a ledger");
    assert!(old.len() > young.len() && old.starts_with(&young), "small edits are appended");
    let other = World::new(&mut random);
    let _ = build::build(&other.options, &Silent);
    let foreign = fs::read(other.site.path().join(".newsprint/ledger")).expect("a ledger");
    let (_, clean) = world.site.clean_tree(&world.options);
    let mutations =
        std::env::var("NEWSPRINT_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000);
    for number in 0..mutations {
        let mut bytes = [&old, &young, &foreign][[0, 0, 0, 0, 1, 2][random.below(6)]].clone();
        match random.below(5) {
            0 => bytes.truncate(random.below(bytes.len())),
            1 => bytes.extend((0..1 + random.below(60)).map(|n| u8::try_from(n * 7 % 256).unwrap_or(0))),
            2 => {
                let (from, len) = (random.below(bytes.len()), random.below(200));
                bytes.drain(from..(from + len).min(bytes.len()));
            }
            _ => {
                for _ in 0..1 + random.below(3) {
                    let at = random.below(bytes.len());
                    bytes[at] ^= 1 << random.below(8);
                }
            }
        }
        fs::write(&path, &bytes).expect("a written ledger");
        // Half of the builds have something to do: the ways through a build differ.
        let edited = random.chance(50);
        if edited {
            let at = random.below(3);
            world.articles[at].body = world.articles[at].body.replace("\n\nAppended.", "") + "\n\nAppended.";
            world.save(at);
        }
        let report = build::build(&world.options, &Silent);
        assert_eq!(report.exit, 0, "mutation {number}: {:?}", report.diags);
        assert_same(&world.site.tree(), &clean, format!("mutation {number}"));
        assert_eq!((report.written, report.removed), (0, 0), "mutation {number}: nothing was to be written");
    }
}

/// Of two builds at once, one works and the other says so; afterwards the site is that of a clean build.
#[test]
fn two_builds_at_once() {
    let world = World::new(&mut Random::new(5));
    let exits: Vec<u8> = std::thread::scope(|scope| {
        let builds: Vec<_> = (0..2).map(|_| scope.spawn(|| build::build(&world.options, &Silent))).collect();
        builds.into_iter().map(|build| build.join().expect("a report").exit).collect()
    });
    assert!(exits.iter().all(|exit| [0, 7].contains(exit)) && exits.contains(&0), "{exits:?}");
    assert_same(&world.site.tree(), &world.site.clean_tree(&world.options).1, "two builds at once");
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
