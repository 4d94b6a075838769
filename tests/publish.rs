//! Publishing, seen from the target: nothing is ever missing, nothing of others is touched, and what was cut off goes
//! on where it stopped.

mod support;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use newsprint::build;
use newsprint::publish::remote::{Fault, Put, Remote, Seen};
use newsprint::publish::{self, Options, Report};
use support::{NOW, Random, Silent, TestSite, Tree, assert_same, crawl, tree};

const BASE: &str = "https://test.example/";

const IN_PLACE: &str = "\n[publish.live]\nkind = \"dir\"\npath = \"www\"\nmode = \"in-place\"\n";
const RELEASES: &str = "\n[publish.live]\nkind = \"dir\"\npath = \"www\"\nkeep = 3\n";

fn article(title: &str, day: u32, tags: &str, body: &str) -> String {
    format!(
        "+++\ntitle = \"{title}\"\ndate = 2026-05-{day:02}T08:00:00Z\ntags = [{tags}]\nauthors = [\"Ann\"]\n+++\n\n{body}\n"
    )
}

/// A small paper, built.
fn paper(target: &str) -> TestSite {
    let site = TestSite::new();
    let config = site.read("site.toml");
    let config =
        config.replace("theme_files = false", "head = '<link rel=\"stylesheet\" href=\"/css/site.css\">'");
    site.write("site.toml", config + target);
    site.write("static/css/site.css", "body { background: url(../img/paper.svg) }");
    site.write("static/img/paper.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
    for day in 1..=8 {
        let tag = if day % 2 == 0 { "\"Ports\"" } else { "\"Weather\", \"Ports\"" };
        let section = if day % 3 == 0 { "town" } else { "world" };
        let text = article(&format!("Story {day}"), day, tag, &format!("The text of story {day}."));
        site.write(&format!("content/{section}/story-{day}.md"), text);
    }
    built(&site);
    site
}

/// Builds. Stories go without a notice here, so no address is held on to.
fn built(site: &TestSite) -> build::Report {
    site.remove_if_there("urls.txt");
    let report = site.build();
    assert_eq!(report.exit, 0, "{:?}", report.diags);
    report
}

/// A day's work: stories new, changed, moved and withdrawn, a tag begun and one ended, a style changed.
fn a_day_later(site: &TestSite) {
    site.write("content/world/story-9.md", article("Story 9", 9, "\"Elections\"", "See [ten](story-10.md)."));
    site.write(
        "content/world/story-10.md",
        article("Story 10", 10, "\"Elections\"", "See [nine](story-9.md)."),
    );
    site.write(
        "content/town/story-3.md",
        article("Another headline", 3, "\"Ports\"", "The text of story 3."),
    );
    site.write(
        "content/world/story-1.md",
        article("Story 1", 1, "\"Weather\", \"Ports\"", "See [ten](story-10.md)."),
    );
    site.remove("content/world/story-5.md").remove("content/world/story-7.md");
    site.remove("content/world/story-4.md");
    let moved = article("Story 4", 4, "\"Ports\"", "The text of story 4.");
    let moved = moved.replacen("+++\n\n", "aliases = [\"/world/2026/05/story-4.html\"]\n+++\n\n", 1);
    site.write("content/world/renamed.md", moved);
    site.write("static/css/site.css", "body { background: url(../img/new.svg) }");
    site.write("static/img/new.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
    site.remove("static/img/paper.svg");
    built(site);
}

fn options(site: &TestSite) -> Options {
    Options { confirm_deletes: None, lease: Duration::from_millis(200), ..Options::new(site.path(), NOW) }
}

/// Publishes, agreeing to as many deletions as there are.
fn publish(site: &TestSite, options: &Options) -> Report {
    let report = publish::run(&agreed(site, options), &mut |_| {});
    assert_eq!(report.exit, 0, "{:?}", report.diags);
    report
}

fn agreed(_site: &TestSite, options: &Options) -> Options {
    let mut options = options.clone();
    if let Err(diags) = publish::plan(&options) {
        let hint =
            diags.iter().filter_map(|diag| diag.hint.as_deref()).find(|h| h.contains("--confirm-deletes"));
        let n = hint.and_then(|hint| hint.rsplit(' ').next()).and_then(|n| n.parse().ok());
        options.confirm_deletes = n;
    }
    options
}

/// What readers see: everything but our records.
fn seen(site: &TestSite) -> Tree {
    let www = site.path().join("www");
    let live = www.join("current");
    let mut seen = tree(if live.exists() { &live } else { &www });
    seen.retain(|path, _| !path.starts_with(".newsprint/"));
    seen
}

fn pages(tree: &Tree) -> Vec<String> {
    tree.keys().filter(|path| path.ends_with(".html")).cloned().collect()
}

/// Every file of the build is out as it is, and nothing else but what waits to be removed.
fn assert_out(site: &TestSite, waiting: usize) {
    let (out, built) = (seen(site), site.tree());
    let here: Tree = out
        .iter()
        .filter(|(path, _)| built.contains_key(*path))
        .map(|(p, b)| (p.clone(), b.clone()))
        .collect();
    assert_same(&here, &built, "the target");
    assert_eq!(
        out.len() - built.len(),
        waiting,
        "{:?}",
        out.keys().filter(|p| !built.contains_key(*p)).collect::<Vec<_>>()
    );
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("an entry");
        let place = to.join(entry.path().strip_prefix(from).expect("below"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&place).expect("a folder");
        } else if entry.file_type().is_symlink() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(fs::read_link(entry.path()).expect("a link"), &place).expect("a link");
        } else {
            fs::copy(entry.path(), &place).expect("a copy");
        }
    }
}

#[test]
fn a_folder_holds_the_build_and_then_the_change() {
    for target in [IN_PLACE, RELEASES] {
        let site = paper(target);
        let first = publish(&site, &options(&site));
        assert_eq!(first.sent, site.tree().len());
        assert_out(&site, 0);
        let again = publish(&site, &options(&site));
        assert_eq!((again.sent, again.deleted), (0, 0), "nothing changed");
        let before = seen(&site);
        a_day_later(&site);
        let second = publish(&site, &options(&site));
        let changed = site.tree().iter().filter(|(path, bytes)| before.get(*path) != Some(bytes)).count();
        assert_eq!(second.sent, changed, "only what changed");
        // An hour later, what was superseded is gone.
        let later = Options { now: NOW + 3601, ..options(&site) };
        publish(&site, &later);
        assert_out(&site, 0);
        let urls = site.read("urls.txt");
        assert!(urls.lines().any(|url| url == "/world/2026/05/story-9.html"), "{urls}");
        assert_eq!(urls.lines().filter(|url| *url == "/world/2026/05/story-1.html").count(), 1, "{urls}");
        assert!(!urls.contains("tags"), "{urls}");
    }
}

/// How a request fails.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cut {
    /// It is not done, and neither is any after it: the publisher died.
    Kill,
    /// It is done, and then the publisher died.
    KillAfter,
    /// It alone is not done: an error of the server, a reset.
    Error,
    /// It is done, but the answer is lost.
    Timeout,
}

struct Faulty {
    inner: Box<dyn Remote>,
    count: Arc<AtomicUsize>,
    at: usize,
    cut: Cut,
    dead: AtomicBool,
}

impl Faulty {
    fn around<T>(&self, request: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
        let number = self.count.fetch_add(1, Ordering::SeqCst);
        let fault = || Fault::Failed("cut off by the test".to_owned());
        if self.dead.load(Ordering::SeqCst) {
            return Err(fault());
        }
        if number != self.at {
            return request();
        }
        self.dead.store(matches!(self.cut, Cut::Kill | Cut::KillAfter), Ordering::SeqCst);
        if matches!(self.cut, Cut::KillAfter | Cut::Timeout) {
            let _ = request();
        }
        Err(fault())
    }
}

impl Remote for Faulty {
    fn words(&self) -> String {
        self.inner.words()
    }
    fn read(&self, path: &str) -> Result<Option<(Vec<u8>, Seen)>, Fault> {
        self.around(|| self.inner.read(path))
    }
    fn look(&self, path: &str) -> Result<Option<Seen>, Fault> {
        self.around(|| self.inner.look(path))
    }
    fn put(&self, put: &Put<'_>) -> Result<String, Fault> {
        self.around(|| self.inner.put(put))
    }
    fn delete(&self, path: &str, version: &str) -> Result<(), Fault> {
        self.around(|| self.inner.delete(path, version))
    }
    fn list(&self) -> Result<Vec<Seen>, Fault> {
        self.around(|| self.inner.list())
    }
    fn width(&self) -> usize {
        1
    }
}

fn cut_off(options: &Options, at: usize, cut: Cut) -> (Report, usize) {
    let count = Arc::new(AtomicUsize::new(0));
    let wrap = {
        let count = Arc::clone(&count);
        move |inner: Box<dyn Remote>| -> Box<dyn Remote> {
            Box::new(Faulty { inner, count: Arc::clone(&count), at, cut, dead: AtomicBool::new(false) })
        }
    };
    let report = publish::run_with(options, &mut |_| {}, &wrap, None);
    (report, count.load(Ordering::SeqCst))
}

#[test]
fn cut_after_any_request_no_link_breaks_and_the_next_run_finishes() {
    let site = paper(IN_PLACE);
    publish(&site, &options(&site));
    let (www, kept) = (site.path().join("www"), site.path().join("www-before"));
    copy(&www, &kept);
    let before = pages(&seen(&site));
    a_day_later(&site);
    // Without a grace period, so that removals are cut off as well.
    let config = site.read("site.toml") + "grace = 0\n";
    site.write("site.toml", config);
    built(&site);
    let options = agreed(&site, &options(&site));
    let whole = publish::run(&options, &mut |_| {});
    assert_eq!(whole.exit, 0, "{:?}", whole.diags);
    assert!(whole.deleted > 5 && whole.sent > 20, "{whole:?}");
    assert_out(&site, 0);
    for cut in [Cut::Kill, Cut::KillAfter, Cut::Error, Cut::Timeout] {
        for at in 0.. {
            copy(&kept, &www);
            let _ = fs::remove_file(site.path().join(".newsprint/publish-live"));
            let (report, requests) = cut_off(&options, at, cut);
            let broken = crawl::missing(&seen(&site), before.clone(), BASE);
            assert_eq!(broken, Vec::<String>::new(), "{cut:?} at request {at}");
            if at >= requests {
                assert_eq!(report.exit, 0);
                break;
            }
            if report.exit == 0 {
                // A sign of life or the removal of the lock failed: all was done by then.
                assert_out(&site, 0);
                continue;
            }
            assert_eq!(report.exit, 6, "{cut:?} at request {at}: {:?}", report.diags);
            let rest = publish::run(&options, &mut |_| {});
            assert_eq!(rest.exit, 0, "{cut:?} at request {at}: {:?}", rest.diags);
            assert_out(&site, 0);
            // What was cut off after it was done is not counted as sent by the run that was cut off.
            assert!(
                report.sent + rest.sent <= whole.sent,
                "{cut:?} at {at}: {} + {}",
                report.sent,
                rest.sent
            );
        }
    }
}

#[test]
fn cut_off_and_then_another_build_no_link_breaks_either() {
    let site = paper(IN_PLACE);
    publish(&site, &options(&site));
    let (www, kept) = (site.path().join("www"), site.path().join("www-before"));
    copy(&www, &kept);
    let content = site.path().join("content");
    let content_before = site.path().join("content-before");
    copy(&content, &content_before);
    let before = pages(&seen(&site));
    let mut random = Random::new(7);
    for round in 0..40 {
        copy(&kept, &www);
        let _ = fs::remove_file(site.path().join(".newsprint/publish-live"));
        copy(&content_before, &content);
        site.write("static/img/paper.svg", "<svg/>");
        let mut visible: Vec<String> = before.clone();
        for step in 0..3 {
            match (step + round) % 3 {
                0 => a_day_later(&site),
                1 => {
                    site.write("content/world/story-11.md", article("Story 11", 11, "\"Harbour\"", "New."));
                    site.write(
                        "content/world/story-9.md",
                        article("Nine", 9, "\"Harbour\"", "See [eleven](story-11.md)."),
                    );
                    built(&site);
                }
                _ => {
                    let _ = fs::remove_file(content.join("world/story-9.md"));
                    let _ = fs::remove_file(content.join("world/story-10.md"));
                    site.write("content/world/story-1.md", article("Story 1", 1, "\"Ports\"", "Alone."));
                    built(&site);
                }
            }
            let options = agreed(&site, &options(&site));
            let at = random.below(60);
            let cut = *random.pick(&[Cut::Kill, Cut::KillAfter, Cut::Error, Cut::Timeout]);
            cut_off(&options, at, cut);
            let now = seen(&site);
            let broken = crawl::missing(&now, visible.clone(), BASE);
            assert_eq!(broken, Vec::<String>::new(), "round {round}, step {step}, {cut:?} at {at}");
            visible.retain(|page| now.contains_key(page));
        }
        let options = agreed(&site, &options(&site));
        let last = publish::run(&options, &mut |_| {});
        assert_eq!(last.exit, 0, "{:?}", last.diags);
        let built = site.tree();
        let out = seen(&site);
        let here: Tree = out.into_iter().filter(|(path, _)| built.contains_key(path)).collect();
        assert_same(&here, &built, format!("round {round}"));
        let later = Options { now: NOW + 3601, ..options };
        assert_eq!(publish::run(&later, &mut |_| {}).exit, 0);
        assert_out(&site, 0);
    }
}

#[test]
fn cut_off_at_any_step_of_a_release_readers_see_the_old_one_or_the_new_one() {
    let site = paper(RELEASES);
    publish(&site, &options(&site));
    let (www, kept) = (site.path().join("www"), site.path().join("www-before"));
    copy(&www, &kept);
    let old = seen(&site);
    a_day_later(&site);
    let options = agreed(&site, &options(&site));
    publish(&site, &options);
    let new = seen(&site);
    for at in 0.. {
        copy(&kept, &www);
        let count = Arc::new(AtomicUsize::new(0));
        let hook = {
            let count = Arc::clone(&count);
            Arc::new(move |_: &str| match count.fetch_add(1, Ordering::SeqCst) < at {
                true => Ok(()),
                false => Err("cut off by the test".to_owned()),
            })
        };
        let report = publish::run_with(&options, &mut |_| {}, &|remote| remote, Some(hook));
        let now = seen(&site);
        assert!(now == old || now == new, "step {at}");
        if report.exit == 0 {
            assert!(at > 50, "{at}");
            break;
        }
        assert_eq!(report.exit, 6, "{:?}", report.diags);
        publish(&site, &options);
        assert_same(&seen(&site), &new, format!("gone on after step {at}"));
    }
}

#[test]
fn going_back_shows_the_release_before() {
    let site = paper(RELEASES);
    publish(&site, &options(&site));
    let one = seen(&site);
    a_day_later(&site);
    publish(&site, &options(&site));
    let two = seen(&site);
    let back = publish::rollback(&options(&site), &mut |_| {});
    assert_eq!(back.exit, 0, "{:?}", back.diags);
    assert!(back.plan.is_some_and(|plan| plan.purge.iter().any(|url| url == BASE)));
    assert_same(&seen(&site), &one, "after going back");
    assert_eq!(publish::rollback(&options(&site), &mut |_| {}).exit, 3, "there is none before");
    publish(&site, &options(&site));
    assert_same(&seen(&site), &two, "published again");
    for round in 0..5 {
        site.write("content/world/story-1.md", article(&format!("Round {round}"), 1, "\"Ports\"", "Text."));
        built(&site);
        publish(&site, &options(&site));
    }
    let releases = fs::read_dir(site.path().join("www/releases")).expect("releases").count();
    assert_eq!(releases, 3, "as many as are to be kept");
}

#[test]
fn going_back_in_place_publishes_the_trees_of_before() {
    let site = paper(IN_PLACE);
    let options = Options { confirm_deletes: None, ..options(&site) };
    assert_eq!(publish::rollback(&options, &mut |_| {}).exit, 3, "nothing is out");
    let mut trees = Vec::new();
    for round in 0..7 {
        if round == 3 {
            a_day_later(&site);
        }
        site.write("content/world/story-2.md", article(&format!("Round {round}"), 2, "\"Ports\"", "Text."));
        built(&site);
        publish(&site, &options);
        trees.push(site.tree());
    }
    let store = site.path().join(".newsprint/former-live");
    assert_eq!(fs::read_dir(store.join("trees")).expect("trees").count(), 6, "this one and five before");
    // What a tree has is out; what it has not is gone, or shows that there is nothing, until its time is over.
    let is_out = |tree: &Tree| {
        let out = seen(&site);
        let rest = out.iter().filter(|(path, _)| path.ends_with(".html") && !tree.contains_key(*path));
        let broken = crawl::missing(&out, pages(&out), BASE);
        assert_eq!(broken, Vec::<String>::new());
        tree.iter().all(|(path, bytes)| out.get(path) == Some(bytes))
            && rest.into_iter().all(|(_, bytes)| *bytes == tree["404.html"])
    };
    for back in (1..6).rev() {
        let report = publish::rollback(&options, &mut |_| {});
        assert_eq!(report.exit, 0, "{:?}", report.diags);
        assert!(report.plan.is_some_and(|plan| plan.purge.iter().any(|url| url == BASE)), "{back}");
        assert!(is_out(&trees[back]), "{back}");
    }
    assert_eq!(publish::rollback(&options, &mut |_| {}).exit, 3, "five and no more");
    publish(&site, &options);
    assert!(is_out(&trees[6]), "and forward again");
    let files = fs::read_dir(store.join("files")).expect("files").count();
    let kept = fs::read_dir(store.join("trees")).expect("trees").count();
    assert!(kept == 2 && files < trees[1].len() + trees[6].len(), "{kept} {files}");
    // The tree of before is not here: said, not guessed.
    fs::remove_dir_all(&store).expect("removed");
    let report = publish::rollback(&options, &mut |_| {});
    assert!(report.exit == 3 && report.diags[0].message.contains("from elsewhere"), "{:?}", report.diags);
    assert!(is_out(&trees[6]));
}

#[test]
fn going_back_in_place_may_be_cut_off_at_any_request() {
    let site = paper(IN_PLACE);
    let config = site.read("site.toml") + "grace = 0\n";
    site.write("site.toml", config);
    built(&site);
    publish(&site, &options(&site));
    // There is one further back, and nobody asks for that.
    site.write("content/world/story-2.md", article("Two", 2, "\"Ports\"", "Text."));
    built(&site);
    publish(&site, &options(&site));
    let one = site.tree();
    a_day_later(&site);
    publish(&site, &options(&site));
    let (www, kept) = (site.path().join("www"), site.path().join("www-before"));
    copy(&www, &kept);
    let (memory, memory_kept) = (site.path().join(".newsprint"), site.path().join("memory-before"));
    copy(&memory, &memory_kept);
    let before = pages(&seen(&site));
    for at in 0.. {
        let cut = [Cut::Kill, Cut::KillAfter, Cut::Error, Cut::Timeout][at % 4];
        copy(&kept, &www);
        copy(&memory_kept, &memory);
        let count = Arc::new(AtomicUsize::new(0));
        let wrap = |inner: Box<dyn Remote>| -> Box<dyn Remote> {
            Box::new(Faulty { inner, count: Arc::clone(&count), at, cut, dead: AtomicBool::new(false) })
        };
        let report = publish::rollback_with(&options(&site), &mut |_| {}, &wrap);
        let broken = crawl::missing(&seen(&site), before.clone(), BASE);
        assert_eq!(broken, Vec::<String>::new(), "{cut:?} at request {at}");
        if report.exit == 0 {
            // A sign of life or the removal of the lock failed, or there was nothing to cut.
            assert_same(&seen(&site), &one, format!("{cut:?} at {at}"));
            if at >= count.load(Ordering::SeqCst) {
                assert!(at > 40, "{at}");
                break;
            }
            continue;
        }
        assert_eq!(report.exit, 6, "{cut:?} at request {at}: {:?}", report.diags);
        let again = publish::rollback(&options(&site), &mut |_| {});
        // Where all but the last answers had come, this goes on and not further back.
        assert_eq!(again.exit, 0, "{cut:?} at request {at}: {:?}", again.diags);
        assert_same(&seen(&site), &one, format!("gone on, {cut:?} at {at}"));
    }
}

#[test]
fn what_must_not_be_published_is_refused() {
    let site = paper(IN_PLACE);
    let refused = |options: &Options, what: &str| {
        let before = seen(&site);
        let report = publish::run(options, &mut |_| {});
        assert_eq!(report.exit, 3, "{what}: {:?}", report.diags);
        assert!(report.diags.iter().any(|diag| diag.message.contains(what)), "{what}: {:?}", report.diags);
        assert_eq!(seen(&site), before, "{what}");
    };
    let own = options(&site);
    publish(&site, &own);

    fs::remove_file(site.path().join(".newsprint/label")).expect("a label");
    refused(&own, "no finished build");
    built(&site);

    let mut drafts = site.options();
    drafts.wishes.clock.drafts = true;
    assert_eq!(build::build(&drafts, &Silent).exit, 0);
    refused(&own, "drafts");
    built(&site);

    site.write(
        "content/world/later.md",
        article("Later", 1, "", "x").replacen("+++\n\n", "embargo = 2026-06-01T13:00:00Z\n+++\n\n", 1),
    );
    built(&site);
    refused(&Options { now: NOW + 3600, ..own.clone() }, "has passed");
    publish(&site, &own);

    site.write("content/world/bad.md", "+++\ntitel = \"x\"\n+++\n");
    let mut forgiving = site.options();
    forgiving.wishes.keep_going = true;
    assert_eq!(build::build(&forgiving, &Silent).exit, 4);
    refused(&own, "bad files");
    assert_eq!(publish::run(&Options { allow_incomplete: true, ..own.clone() }, &mut |_| {}).exit, 0);
    site.remove("content/world/bad.md");

    let mut other = site.options();
    other.wishes.base_url = Some("https://other.example/".to_owned());
    assert_eq!(build::build(&other, &Silent).exit, 0);
    refused(&own, "other.example");
    built(&site);

    fs::remove_file(site.path().join("public/index.html")).expect("a front page");
    refused(&own, "missing");
    built(&site);

    for day in 1..=6 {
        for section in ["town", "world"] {
            let _ = fs::remove_file(site.path().join(format!("content/{section}/story-{day}.md")));
        }
    }
    built(&site);
    refused(&own, "published files would go");
    refused(&Options { confirm_deletes: Some(1), ..own.clone() }, "published files would go");
    publish(&site, &own);
}

#[test]
fn drift_is_reported_and_healed_when_asked() {
    for target in [IN_PLACE, RELEASES] {
        let site = paper(target);
        publish(&site, &options(&site));
        let live = |path: &str| {
            let www = site.path().join("www");
            let current = www.join("current");
            if current.exists() { current.join(path) } else { www.join(path) }
        };
        fs::remove_file(live("world/index.html")).expect("a page");
        let page = live("index.html");
        fs::remove_file(&page).expect("a page");
        fs::write(&page, "defaced").expect("a file");
        let plan = publish::plan(&Options { verify_remote: true, ..options(&site) }).expect("a plan");
        let steps: Vec<&str> =
            plan.phases.iter().flat_map(|phase| &phase.steps).map(|step| step.path()).collect();
        assert_eq!(steps.len(), 2, "{steps:?}");
        let healed = publish(&site, &Options { verify_remote: true, ..options(&site) });
        assert_eq!(healed.sent, 2);
        assert_out(&site, 0);
    }
    // Changed by somebody, and by us: theirs is not replaced without a word.
    let site = paper(IN_PLACE);
    publish(&site, &options(&site));
    fs::write(site.path().join("www/index.html"), "defaced").expect("a file");
    site.write("content/world/story-9.md", article("Story 9", 9, "", "New."));
    built(&site);
    let report = publish::run(&options(&site), &mut |_| {});
    assert_eq!(report.exit, 7, "{:?}", report.diags);
    assert_eq!(fs::read(site.path().join("www/index.html")).expect("a file"), b"defaced");
    publish(&site, &Options { verify_remote: true, ..options(&site) });
    assert_out(&site, 0);
}

#[test]
fn the_plan_is_in_words_and_names_what_caches_must_forget() {
    let site = paper(IN_PLACE);
    publish(&site, &options(&site));
    site.write("content/world/story-9.md", article("Story 9", 9, "", "New."));
    site.write(
        "content/world/story-1.md",
        article("Better headline", 1, "\"Weather\", \"Ports\"", "The text of story 1."),
    );
    site.write("content/world/story-2.md", article("Story 2", 2, "\"Ports\"", "Corrected."));
    site.remove("content/world/story-8.md");
    built(&site);
    let before = seen(&site);
    let plan = publish::plan(&options(&site)).expect("a plan");
    assert_eq!(seen(&site), before, "a plan does nothing");
    let words: Vec<String> = plan.words.iter().map(ToString::to_string).collect();
    let words = words.join("; ");
    for part in [
        "1 new: “Story 9”",
        "headline of “Better headline” (was “Story 1”)",
        "text of “Story 2”",
        "1 withdrawn: “Story 8” (/world/2026/05/story-8.html)",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let after = site.tree();
    let changed = before.iter().filter(|(path, bytes)| after.get(*path) != Some(bytes)).map(|(path, _)| path);
    let mut urls: Vec<String> = changed.map(|path| format!("{BASE}{path}")).collect();
    let folders = urls.iter().filter_map(|url| url.strip_suffix("index.html")).map(str::to_owned);
    urls.extend(folders.collect::<Vec<_>>());
    urls.sort();
    assert_eq!(plan.purge, urls, "exactly what changes or ends, by both its names");
    let json = serde_json::to_value(&plan).expect("json");
    let names: Vec<&str> =
        json["phases"].as_array().expect("phases").iter().filter_map(|p| p["name"].as_str()).collect();
    let mut order = names.clone();
    order.sort_by_key(|name| publish::order::PHASES.iter().position(|known| known == name));
    assert_eq!(names, order);
}

#[test]
fn a_watch_publishes_when_an_embargo_ends_and_catches_up_after_a_sleep() {
    use newsprint::publish::watch::{Turn, World, watch};
    struct Fake<'a> {
        site: &'a TestSite,
        now: i64,
        turns: Vec<(i64, u8, bool)>,
    }
    impl World for Fake<'_> {
        fn now(&mut self) -> i64 {
            self.now
        }
        fn wait(&mut self, seconds: u32) {
            // After the first embargo the machine sleeps over the second one.
            self.now += if self.now == NOW + 600 { 2500 } else { i64::from(seconds) };
        }
        fn said(&mut self, turn: &Turn) -> bool {
            let exit = turn.published.as_ref().map_or(99, |report| report.exit);
            self.turns.push((turn.now, exit, seen(self.site).contains_key("world/2026/06/later.html")));
            assert!(turn.next > turn.now);
            self.turns.len() < 3
        }
    }
    let site = paper(RELEASES);
    for (name, minutes) in [("soon", 10), ("later", 40)] {
        let text =
            article(name, 1, "", "x").replacen("2026-05-01T08:00", &format!("2026-06-01T12:{minutes}"), 1);
        site.write(&format!("content/world/{name}.md"), text);
    }
    let mut world = Fake { site: &site, now: NOW, turns: Vec::new() };
    watch(&site.options(), &options(&site), &mut world);
    assert_eq!(world.turns, [(NOW, 0, false), (NOW + 600, 0, false), (NOW + 3100, 0, true)]);
}
