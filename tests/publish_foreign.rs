//! Targets that are not ours alone, on real servers: others' files, files of ours that others changed or removed, targets of
//! another site, and another publisher at the same moment. Whatever is published, nothing of others is touched, and what
//! readers see is one build.

#[path = "support/servers.rs"]
mod servers;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use newsprint::publish::{self, CredentialsFile, Options, Report};
#[cfg(feature = "s3")]
use object_store::ObjectStoreExt as _;
use servers::{Machine, git, has, has_ssh};
use support::{NOW, Random, TestSite, Tree, tree};

/// A place that is published to, and what a stranger with access can do there.
trait Place: Sync {
    /// The target in site.toml.
    fn target(&self) -> String;
    /// Everything there but the records of publishing.
    fn seen(&self) -> Tree;
    /// A stranger puts a file, or removes one.
    fn meddle(&self, path: &str, bytes: Option<&[u8]>);
    /// Where publishing finds its keys.
    fn keys(&self) -> Option<CredentialsFile> {
        None
    }
    /// Whether readers see one folder that is changed file by file.
    fn is_in_place(&self) -> bool;
}

fn put(place: &Path, bytes: Option<&[u8]>) {
    match bytes {
        Some(bytes) => {
            fs::create_dir_all(place.parent().expect("a parent")).expect("a folder");
            // One file may be in several releases: a stranger's editor writes a new one.
            let _ = fs::remove_file(place);
            fs::write(place, bytes).expect("written");
        }
        None => drop(fs::remove_file(place)),
    }
}

/// A folder, here or behind ssh.
struct Folder<'m> {
    path: PathBuf,
    mode: &'static str,
    machine: Option<&'m Machine>,
}

impl Place for Folder<'_> {
    fn target(&self) -> String {
        let mode = format!("mode = {:?}\n", self.mode);
        match self.machine {
            Some(machine) => machine.target(&self.path, &mode),
            None => format!("kind = \"dir\"\npath = {:?}\n{mode}", self.path.to_string_lossy()),
        }
    }

    fn seen(&self) -> Tree {
        // The live link leads to a release, so its files are here by both names.
        let mut seen = tree(&self.path);
        seen.retain(|path, _| !path.starts_with(".newsprint/"));
        seen
    }

    fn meddle(&self, path: &str, bytes: Option<&[u8]>) {
        put(&self.path.join(path), bytes);
    }

    fn is_in_place(&self) -> bool {
        self.mode == "in-place"
    }
}

/// A branch, and a clone of it in which a stranger works.
struct Branch {
    world: tempfile::TempDir,
}

impl Branch {
    fn new() -> Self {
        let world = tempfile::tempdir().expect("a folder");
        git(&["init", "--quiet", "--bare", "paper.git"], world.path());
        git(&["init", "--quiet", "-b", "pages", "clone"], world.path());
        let clone = world.path().join("clone");
        git(&["remote", "add", "origin", "../paper.git"], &clone);
        for (key, value) in [("user.name", "x"), ("user.email", "x@y.example")] {
            git(&["config", key, value], &clone);
        }
        Self { world }
    }

    fn clone(&self) -> PathBuf {
        let clone = self.world.path().join("clone");
        let heads = git(&["ls-remote", "origin", "pages"], &clone);
        if !heads.is_empty() {
            git(&["fetch", "--quiet", "origin", "pages"], &clone);
            git(&["reset", "--quiet", "--hard", "FETCH_HEAD"], &clone);
        }
        clone
    }
}

impl Place for Branch {
    fn target(&self) -> String {
        let bare = self.world.path().join("paper.git");
        format!("kind = \"git\"\nremote = {:?}\nbranch = \"pages\"\n", bare.to_string_lossy())
    }

    fn seen(&self) -> Tree {
        let mut seen = tree(&self.clone());
        seen.retain(|path, _| !path.starts_with('.'));
        seen
    }

    fn meddle(&self, path: &str, bytes: Option<&[u8]>) {
        let clone = self.clone();
        put(&clone.join(path), bytes);
        git(&["add", "--all"], &clone);
        git(&["commit", "--quiet", "--allow-empty", "-m", "Theirs"], &clone);
        git(&["push", "--quiet", "origin", "HEAD:pages"], &clone);
    }

    fn is_in_place(&self) -> bool {
        false
    }
}

#[cfg(feature = "s3")]
struct Bucket {
    store: servers::Store,
    /// The stranger's way in.
    client: object_store::aws::AmazonS3,
    runtime: tokio::runtime::Runtime,
}

#[cfg(feature = "s3")]
impl Bucket {
    fn new() -> Self {
        let store = servers::Store::new();
        let keys = format!(
            "[default]\naws_access_key_id = canary-access\naws_secret_access_key = {}\n",
            servers::SECRET
        );
        fs::write(store.folder.path().join("credentials"), keys).expect("written");
        let client = store.client();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self { store, client, runtime: runtime.expect("a runtime") }
    }
}

#[cfg(feature = "s3")]
impl Place for Bucket {
    fn target(&self) -> String {
        self.store.target("")
    }

    fn seen(&self) -> Tree {
        self.store.seen()
    }

    fn meddle(&self, path: &str, bytes: Option<&[u8]>) {
        let key = object_store::path::Path::parse(format!("tide/{path}")).expect("a key");
        self.runtime.block_on(async {
            match bytes {
                Some(bytes) => drop(self.client.put(&key, bytes.to_vec().into()).await.expect("put")),
                None => self.client.delete(&key).await.expect("deleted"),
            }
        });
    }

    fn keys(&self) -> Option<CredentialsFile> {
        Some(CredentialsFile { file: self.store.folder.path().join("credentials"), profile: None })
    }

    fn is_in_place(&self) -> bool {
        true
    }
}

/// Every kind of place that can be had here, made anew; `machine` is the other end of ssh.
fn places<'m>(world: &Path, machine: Option<&'m Machine>) -> Vec<Box<dyn Place + 'm>> {
    let mut places: Vec<Box<dyn Place + 'm>> = Vec::new();
    for mode in ["in-place", "releases"] {
        places.push(Box::new(Folder { path: world.join(mode), mode, machine: None }));
    }
    if has("git", "a Git branch that is not ours alone") {
        places.push(Box::new(Branch::new()));
    }
    #[cfg(feature = "s3")]
    places.push(Box::new(Bucket::new()));
    for mode in ["in-place", "releases"] {
        if machine.is_some() {
            places.push(Box::new(Folder { path: world.join(format!("ssh-{mode}")), mode, machine }));
        }
    }
    places
}

fn machine() -> Option<Machine> {
    has_ssh("a machine behind ssh that is not ours alone").then(Machine::shared)
}

fn article(title: &str, body: &str) -> String {
    format!("+++\ntitle = \"{title}\"\ndate = 2026-05-03T08:00:00Z\n+++\n\n{body}\n")
}

/// A site of three stories.
fn paper(place: &dyn Place, more: &str) -> TestSite {
    let site = TestSite::new();
    let config = site.read("site.toml");
    site.write("site.toml", format!("{config}\n[publish.live]\n{}{more}", place.target()));
    for story in 1..=3 {
        site.write(&format!("content/world/story-{story}.md"), article(&format!("Story {story}"), "Text."));
    }
    built(&site);
    site
}

fn built(site: &TestSite) {
    site.remove_if_there("urls.txt");
    let report = site.build();
    assert_eq!(report.exit, 0, "{:?}", report.diags);
}

/// How this place is published to: keys, and as many deletions as there are.
fn options(site: &TestSite, place: &dyn Place) -> Options {
    let mut options = Options {
        lease: Duration::from_millis(200),
        credentials: place.keys(),
        ..Options::new(site.path(), NOW)
    };
    if let Err(diags) = publish::plan(&options) {
        let hints = diags.iter().filter_map(|diag| diag.hint.as_deref());
        let hint = hints.into_iter().find(|hint| hint.contains("--confirm-deletes"));
        options.confirm_deletes = hint.and_then(|hint| hint.rsplit(' ').next()).and_then(|n| n.parse().ok());
    }
    options
}

fn publish(options: &Options) -> Report {
    publish::run(options, &mut |_| {})
}

/// Paths that strangers use: some are ours as well.
const NAMES: [&str; 7] = [
    "notes.txt",
    "world/keep.html",
    "index.html",
    "world/2026/05/story-2.html",
    "robots.txt",
    "a/b/c",
    "world/2026/05/story-4.html",
];

/// One place through some days, with strangers about.
fn meddled(place: &dyn Place, seed: u64, counts: &mut [usize; 4]) {
    let random = &mut Random::new(seed);
    let site = paper(place, "grace = 0\n");
    // What strangers put and nobody replaced since; by the path that they used.
    let mut theirs = Tree::new();
    if random.chance(40) {
        // The target was somebody's before it was ours.
        let path = *random.pick(&NAMES);
        let bytes = format!("theirs before, {path}").into_bytes();
        place.meddle(path, Some(&bytes));
        theirs.insert(path.to_owned(), bytes);
    }
    let mut is_out = false;
    for step in 0..4 {
        let story = format!("Seed {seed}, step {step}");
        match random.below(6) {
            0 => drop(site.write("content/world/story-1.md", article(&story, "Another text."))),
            1 => drop(site.remove_if_there("content/world/story-2.md")),
            2 => drop(site.write("content/world/story-4.md", article("Story 4", &story))),
            3 | 4 => {
                let path = *random.pick(&NAMES);
                place.meddle(path, Some(story.as_bytes()));
                theirs.insert(path.to_owned(), story.clone().into_bytes());
            }
            _ => {
                let path = *random.pick(&NAMES);
                if place.seen().contains_key(path) && !theirs.contains_key(path) {
                    place.meddle(path, None);
                }
            }
        }
        // Sometimes it is another paper that comes here by mistake.
        let is_wrong = step > 0 && random.chance(20);
        if is_wrong {
            let config = site.read("site.toml").replace("https://test.example/", "https://other.example/");
            site.write("site.toml", config);
        }
        built(&site);
        let options = Options { verify_remote: random.chance(40), ..options(&site, place) };
        let before = place.seen();
        let report = publish(&options);
        let after = place.seen();
        let story = format!("{story}: {}\n{:?}", place.target(), report.diags);
        assert!([0, 3, 7].contains(&report.exit), "{story}");
        counts[[0, 3, 7].iter().position(|exit| *exit == report.exit).unwrap_or(0)] += 1;
        if report.exit == 3 || (report.exit == 7 && !is_out) {
            assert!(before == after, "{story}: refused, and something changed");
        }
        is_out |= report.exit == 0;
        let is_ours = |path: &str| site.tree().contains_key(path);
        for (path, bytes) in &theirs {
            // Healing puts right what somebody changed of ours; that alone may replace.
            let may_heal = options.verify_remote && report.exit == 0 && is_ours(path);
            if after.get(path) != Some(bytes) {
                assert!(may_heal, "{story}: {path}");
                counts[3] += 1;
            }
        }
        theirs.retain(|path, bytes| after.get(path) == Some(bytes));
        if report.exit == 0 && options.verify_remote && place.is_in_place() {
            for (path, bytes) in site.tree() {
                assert!(after.get(&path) == Some(&bytes), "{story}: {path} is not healed");
            }
        }
        if is_wrong {
            let config = site.read("site.toml").replace("https://other.example/", "https://test.example/");
            site.write("site.toml", config);
        }
    }
}

#[test]
fn nothing_of_others_is_touched() {
    // With every kind of target that is there 204 lives, of four publications each.
    let runs = if std::env::var_os("NEWSPRINT_LONG").is_some() { 200 } else { 34 };
    let machine = machine();
    let mut counts = [0; 4];
    for seed in 0..runs {
        let world = tempfile::tempdir().expect("a folder");
        for (kind, place) in places(world.path(), machine.as_ref()).iter().enumerate() {
            meddled(place.as_ref(), seed * 10 + kind as u64, &mut counts);
        }
    }
    // That it was about something: it was published, refused, found in the way, and healed.
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

#[test]
fn of_two_publishers_one_wins() {
    let machine = machine();
    let world = tempfile::tempdir().expect("a folder");
    for place in places(world.path(), machine.as_ref()) {
        let place = place.as_ref();
        let first = paper(place, "");
        assert_eq!(publish(&options(&first, place)).exit, 0);
        for round in 0..6 {
            let make = |name: &str| {
                let other = TestSite::empty();
                other.write("site.toml", first.read("site.toml"));
                for story in 1..=3 {
                    let text = article(&format!("{name} {story}"), &format!("{name}, round {round}."));
                    other.write(&format!("content/world/story-{story}.md"), text);
                }
                built(&other);
                other
            };
            let (a, b) = (make("Alder"), make("Birch"));
            let run = |site: &TestSite| publish(&options(site, place));
            let (one, two) = std::thread::scope(|scope| {
                let (one, two) = (scope.spawn(|| run(&a)), scope.spawn(|| run(&b)));
                (one.join().expect("a report"), two.join().expect("a report"))
            });
            let story = format!("{}, round {round}: {:?} {:?}", place.target(), one.diags, two.diags);
            assert!(one.exit == 0 || two.exit == 0, "{story}");
            assert!([0, 7].contains(&one.exit) && [0, 7].contains(&two.exit), "{story}");
            let mut out = place.seen();
            let live: Vec<String> =
                out.keys().filter_map(|p| p.strip_prefix("current/")).map(str::to_owned).collect();
            if !live.is_empty() {
                out = live
                    .into_iter()
                    .map(|path| (path.clone(), out[&format!("current/{path}")].clone()))
                    .collect();
            }
            let is = |other: &TestSite| other.tree().iter().all(|(path, bytes)| out.get(path) == Some(bytes));
            assert!(is(&a) || is(&b), "mixed: {story}");
        }
    }
}
