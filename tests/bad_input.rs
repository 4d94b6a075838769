//! What `newsprint build` says of bad input, word for word, with its exit code; and that it then leaves
//! the site that stands as it is.
//!
//! Cases stand in `tests/build/*.txt`: `--- name ---`, then files (`== path ==` and their text), what else to do
//! (`== do ==`, see [`Trouble`]), then `== output ==` with the exit code and what is printed. `UPDATE=1` rewrites the
//! outputs.

mod support;

use std::fs;
use std::process::Command;

use support::{TestSite, assert_same};

const CASES: [&str; 2] = ["tests/build/bad_input.txt", "tests/build/error_table.txt"];
const GOOD: &str = "+++\ntitle = \"A good story\"\ndate = 2026-05-01\n+++\n\nIts text.\n";

/// Runs a command of the program and gives exit code and standard error, with the site's folder as `SITE`.
fn run(site: &TestSite, command: &str, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_newsprint"))
        .arg(command)
        // Importing is not a matter of the time of day.
        .args(if command == "import" { [].as_slice() } else { &["--now", "2026-06-01T12:00:00Z"] })
        .arg("--site")
        .arg(site.path())
        .current_dir(site.path())
        .args(arguments)
        .output()
        .expect("the program runs");
    told(site, &output)
}

fn told(site: &TestSite, output: &std::process::Output) -> String {
    let printed = String::from_utf8_lossy(&output.stderr).replace(&*site.path().to_string_lossy(), "SITE");
    format!("exit {}\n{printed}", output.status.code().unwrap_or(-1))
}

/// Text with `\xHH` for bytes that a text file cannot hold.
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("\\x") {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        bytes.extend(rest.get(at + 2..at + 4).and_then(|hex| u8::from_str_radix(hex, 16).ok()));
        rest = rest.get(at + 4..).unwrap_or("");
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// What a case does beyond writing files: a line each of its part `do`.
enum Trouble<'a> {
    /// `remove PATH`: the file is gone.
    Remove(&'a str),
    /// `link PATH TARGET`: a symbolic link.
    Link(&'a str, &'a str),
    /// `pipe PATH`: a named pipe, which would block whoever opens it.
    Pipe(&'a str),
    /// `grow PATH BYTES`: a file with this many bytes and nothing on the disk.
    Grow(&'a str, u64),
    /// `fill PATH COUNT TEXT`: a file of the text, so often.
    Fill(&'a str, usize, &'a str),
    /// `build …`: a build that went well, before.
    Build(Vec<&'a str>),
    /// `run COMMAND …`: the command whose output is compared, instead of `build`.
    Run(&'a str, Vec<&'a str>),
}

impl<'a> Trouble<'a> {
    fn parse(line: &'a str) -> Self {
        let mut words = line.splitn(4, ' ');
        let mut word = || words.next().unwrap_or_else(|| panic!("one more word: {line}"));
        let all = |skip: usize| line.split(' ').skip(skip).collect();
        match word() {
            "remove" => Self::Remove(word()),
            "link" => Self::Link(word(), word()),
            "pipe" => Self::Pipe(word()),
            "grow" => Self::Grow(word(), word().parse().expect("a number")),
            "fill" => Self::Fill(word(), word().parse().expect("a number"), word()),
            "build" => Self::Build(all(1)),
            "run" => Self::Run(word(), all(2)),
            other => panic!("unknown trouble: {other}"),
        }
    }

    fn make(&self, site: &TestSite) {
        let at = |path: &str| site.path().join(path);
        match self {
            Self::Remove(path) => drop(site.remove(path)),
            Self::Link(path, target) => std::os::unix::fs::symlink(target, at(path)).expect("a link"),
            Self::Pipe(path) => {
                assert!(Command::new("mkfifo").arg(at(path)).status().is_ok_and(|status| status.success()));
            }
            Self::Grow(path, bytes) => {
                fs::File::create(at(path)).and_then(|file| file.set_len(*bytes)).expect("a sparse file");
            }
            Self::Fill(path, count, text) => {
                let mut whole = fs::read(at(path)).unwrap_or_default();
                whole.extend(text.as_bytes().repeat(*count));
                fs::write(at(path), whole).expect("a written file");
            }
            Self::Build(arguments) => {
                let printed = run(site, "build", arguments);
                assert!(printed.starts_with("exit 0"), "{printed}");
            }
            Self::Run(..) => {}
        }
    }
}

#[cfg(unix)]
#[test]
fn bad_input_is_named_and_harms_nothing() {
    for cases in CASES {
        let text = fs::read_to_string(cases).expect("the cases");
        let mut rewritten = String::new();
        for case in format!("\n{text}").split("\n--- ").skip(1) {
            let (name, body) = case.split_once(" ---\n").expect("a name between `--- ` and ` ---`");
            let (files, expected) = body.split_once("== output ==\n").unwrap_or((body, ""));
            let printed = trouble(name, files);
            if std::env::var_os("UPDATE").is_some() {
                rewritten += &format!("--- {name} ---\n{files}== output ==\n{}\n\n", printed.trim_end());
            } else {
                assert_eq!(printed.trim_end(), expected.trim_end(), "{name}");
            }
        }
        if !rewritten.is_empty() {
            fs::write(cases, rewritten).expect("the cases are written");
        }
    }
}

/// What is said of a case. What stood before stands as it did, unless the command went through.
fn trouble(name: &str, files: &str) -> String {
    let site = TestSite::new();
    site.write("content/world/good.md", GOOD);
    assert_eq!(site.build().exit, 0, "the site is fine before: {name}");
    let mut doings: Vec<Trouble<'_>> = Vec::new();
    for file in files.split("== ").skip(1) {
        let (path, text) = file.split_once(" ==\n").expect("a path between `== ` and ` ==`");
        match path {
            "do" => doings.extend(text.lines().filter(|line| !line.is_empty()).map(Trouble::parse)),
            _ => drop(site.write(path, bytes(text))),
        }
    }
    for doing in &doings {
        doing.make(&site);
    }
    let before = site.tree();
    let printed = match doings.last() {
        Some(Trouble::Run(command, arguments)) => run(&site, command, arguments),
        _ => run(&site, "build", &[]),
    };
    // 4: something was left out, and the rest is built.
    if !printed.starts_with("exit 0") && !printed.starts_with("exit 4") {
        assert_same(&site.tree(), &before, format!("{name} changed the site that stood"));
    }
    timeless(&printed)
}

/// Without the seconds a build took: ` in 0.2 s`.
fn timeless(printed: &str) -> String {
    let line = |line: &str| {
        let (before, rest) = line.split_once(" in ")?;
        let (seconds, after) = rest.split_once(" s")?;
        seconds.parse::<f64>().ok().map(|_| format!("{before} in T s{after}"))
    };
    printed.lines().map(|text| line(text).unwrap_or_else(|| text.to_owned()) + "\n").collect()
}

#[test]
fn a_folder_of_others_is_refused() {
    let site = TestSite::new();
    site.write("content/world/good.md", GOOD).write("elsewhere/diary.txt", "mine");
    let output = site.path().join("elsewhere");
    let printed = run(&site, "build", &["--output", &output.to_string_lossy()]);
    assert!(printed.starts_with("exit 2\nerror[OUT-DIR]"), "{printed}");
    assert_eq!(site.read("elsewhere/diary.txt"), "mine");
    assert_eq!(support::tree(&output).len(), 1);
}

#[test]
fn files_of_others_in_our_folder_are_left_alone() {
    let site = TestSite::new();
    site.write("content/world/good.md", GOOD);
    assert_eq!(site.build().exit, 0);
    site.write("public/notes.txt", "mine").write("public/world/CNAME", "mine");
    site.remove("content/world/good.md").write("content/town/other.md", GOOD);
    assert_eq!(site.build().exit, 0);
    assert_eq!(
        (site.read("public/notes.txt"), site.read("public/world/CNAME")),
        ("mine".to_owned(), "mine".to_owned())
    );
    assert!(!site.tree().contains_key("world/2026/05/good.html"), "what we wrote goes");
}

#[test]
fn two_builds_at_once_do_not_mix() {
    let site = TestSite::new();
    site.write("content/world/good.md", GOOD);
    let _held = newsprint::disk::Lock::take(&site.path().join(".newsprint/lock")).expect("a lock");
    let printed = run(&site, "build", &[]);
    assert!(printed.starts_with("exit 7\nerror[LOCK]"), "{printed}");
}

#[cfg(unix)]
#[test]
fn an_unreadable_folder_is_an_error_not_a_gap() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    let site = TestSite::new();
    site.write("content/world/good.md", GOOD).write("content/closed/a.md", GOOD);
    let closed = site.path().join("content/closed");
    let mode = |bits| fs::set_permissions(&closed, fs::Permissions::from_mode(bits)).expect("permissions");
    let mut command = Command::new(env!("CARGO_BIN_EXE_newsprint"));
    command.args(["build", "--now", "2026-06-01T12:00:00Z", "--site"]).arg(site.path());
    // To root nothing is unreadable: root runs it as nobody, who owns everything but the closed folder.
    let is_root = fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
    if is_root {
        std::os::unix::fs::chown(site.path(), Some(65_534), None).expect("a new owner");
        fs::set_permissions(site.path(), fs::Permissions::from_mode(0o755)).expect("permissions");
        command.uid(65_534);
    }
    mode(0o000);
    let output = command.output();
    mode(0o755);
    let printed = told(&site, &output.expect("the program runs"));
    assert!(printed.starts_with("exit 3\nerror[READ]: cannot list it: permission denied"), "{printed}");
    assert!(printed.contains("content/closed"), "{printed}");
}

/// Who keeps an address under `--keep-going` follows from what is there now, not from what was built before.
#[test]
fn what_was_left_out_for_its_address_comes_back() {
    let site = TestSite::new();
    let story = |title: &str, date: &str, slug: &str| {
        format!("+++\ntitle = \"{title}\"\ndate = {date}\nslug = \"{slug}\"\n+++\n\nIts text.\n")
    };
    site.write("content/world/good.md", GOOD);
    let mut options = site.options();
    options.wishes.keep_going = true;
    let build = |what: &str, exit: u8, left_out: u64, at: &str, title: &str| {
        let report = newsprint::build::build(&options, &support::Silent);
        assert_eq!((report.exit, report.tally.left_out), (exit, left_out), "{what}: {:?}", report.diags);
        assert!(site.read(&format!("public/world/2026/05/{at}.html")).contains(title), "{what}");
        assert_same(&site.tree(), &site.clean_tree(&options).1, what);
    };
    build("alone", 0, 0, "good", "A good story");
    site.write("content/world/a.md", story("A later one", "2026-05-02", "good"));
    build("a second one is later", 4, 1, "good", "A good story");
    site.write("content/world/z.md", story("An earlier one", "2026-05-01T00:00:00-01:00", "Good"));
    site.write("content/world/good.md", GOOD.replace("2026-05-01", "2026-05-01T09:00:00Z"));
    build("a third one is earlier", 4, 2, "Good", "An earlier one");
    site.write("content/world/z.md", story("An earlier one", "2026-05-01T00:00:00-01:00", "early"));
    site.write("content/world/a.md", story("A later one", "2026-05-02", "late"));
    build("each has its own", 0, 0, "late", "A later one");
}
