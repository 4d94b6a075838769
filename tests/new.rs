//! The verbs `new` and `theme copy`, as a person uses them.

mod run;

use std::fs;
use std::path::Path;

use run::{Ran, newsprint};

const NOW: &str = "2026-11-23T12:00:00Z";

fn new(dir: &Path, lang: &str) -> Ran {
    newsprint([
        "new".as_ref(),
        dir.as_os_str(),
        "--title".as_ref(),
        "The Gazette".as_ref(),
        "--lang".as_ref(),
        lang.as_ref(),
    ])
}

fn build(dir: &Path) -> serde_json::Value {
    let ran = newsprint([
        "build".as_ref(),
        "--site".as_ref(),
        dir.as_os_str(),
        "--verify".as_ref(),
        "--now".as_ref(),
        NOW.as_ref(),
        "--format".as_ref(),
        "json".as_ref(),
    ]);
    serde_json::from_str(&ran.out).expect("one JSON object")
}

#[test]
fn a_new_site_builds_at_once_in_every_language() {
    for (lang, dir) in [("en", "ltr"), ("tr", "ltr"), ("ar", "rtl"), ("de", "ltr")] {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("paper");
        let made = new(&site, lang);
        assert_eq!(made.exit, 0, "{lang}: {}", made.err);
        let report = build(&site);
        assert_eq!(report["exit"], 0, "{lang}: {report}");
        assert_eq!(report["articles"], 5, "{lang}: {report}");
        assert_eq!(report["diagnostics"].as_array().map(Vec::len), Some(0), "{lang}: {report}");
        let front = fs::read_to_string(site.join("public/index.html")).expect("a front page");
        assert!(front.contains("The Gazette"), "{lang}");
        assert!(
            front.contains(&format!("lang=\"{lang}\"")) && front.contains(&format!("dir=\"{dir}\"")),
            "{lang}"
        );
        assert!(site.join("public/about.html").exists(), "{lang}");
        let again = build(&site);
        assert_eq!((&again["rendered"], &again["written"]), (&0.into(), &0.into()), "{lang}");
    }
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("notes.txt"), "mine").expect("a file");
    let refused = new(folder.path(), "en");
    assert_eq!(refused.exit, 2);
    assert!(refused.err.contains("this folder is not empty"), "{}", refused.err);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn a_fresh_repository_counts_as_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    assert_eq!(new(folder.path(), "en").exit, 0);
}

#[test]
fn a_language_must_be_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = new(&folder.path().join("paper"), "klingon!");
    assert_eq!(refused.exit, 2);
    assert!(refused.err.contains("this is no language tag"), "{}", refused.err);
}

#[test]
fn a_template_is_copied_once_and_never_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("paper");
    new(&site, "en");
    let copy = |name: &str| {
        newsprint(["theme".as_ref(), "copy".as_ref(), name.as_ref(), "--site".as_ref(), site.as_os_str()])
    };
    assert_eq!(copy("list.html").exit, 0);
    let path = site.join("templates/list.html");
    fs::write(&path, "{{ page_title }}, ours").expect("a template");
    for name in ["list.html", "all"] {
        let refused = copy(name);
        assert_eq!(refused.exit, 2);
        assert!(refused.err.contains("the site has this template already"), "{}", refused.err);
    }
    assert_eq!(fs::read_dir(site.join("templates")).expect("a folder").count(), 1, "all or none");
    let unknown = copy("list");
    assert_eq!(unknown.exit, 2);
    assert!(unknown.err.contains("did you mean `list.html`?"), "{}", unknown.err);
    assert_eq!(build(&site)["exit"], 0);
    let page = fs::read_to_string(site.join("public/town/index.html")).expect("a page");
    assert_eq!(page, "Town, ours");
}

#[test]
fn a_template_needs_a_site() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = newsprint([
        "theme".as_ref(),
        "copy".as_ref(),
        "all".as_ref(),
        "--site".as_ref(),
        folder.path().as_os_str(),
    ]);
    assert_eq!(refused.exit, 2);
    assert!(refused.err.contains("no site.toml here"), "{}", refused.err);
}

/// Each host with a file that it needs and the forms of redirects that it knows.
const HOSTS: [(&str, &str, &str); 6] = [
    ("github-pages", ".github/workflows/publish.yml", "\"html\"]"),
    ("netlify", "static/_headers", "\"netlify\"]"),
    ("cloudflare", "static/_headers", "\"netlify\"]"),
    ("s3", "deploy/s3/website.json", "\"s3\"]"),
    ("nginx", "deploy/nginx.conf", "\"nginx\"]"),
    ("caddy", "deploy/Caddyfile", "\"caddy\"]"),
];

fn host(dir: &Path, word: &str) -> Ran {
    newsprint(["new".as_ref(), dir.as_os_str(), "--host".as_ref(), word.as_ref()])
}

#[test]
fn a_host_gets_what_it_needs_in_a_new_site_and_in_one_that_is_there() {
    for (word, file, forms) in HOSTS {
        let folder = tempfile::tempdir().expect("a folder");
        let (made, there) = (folder.path().join("made"), folder.path().join("there"));
        let ran = host(&made, word);
        assert_eq!(ran.exit, 0, "{word}: {}", ran.err);
        assert!(ran.err.contains("then: "), "{word}: {}", ran.err);
        new(&there, "en");
        let (config, story) = (there.join("site.toml"), there.join("content/about.md"));
        let before = (fs::read_to_string(&config).expect("a text"), fs::read(&story).expect("a text"));
        assert_eq!(host(&there, word).exit, 0, "{word}");
        assert_eq!(fs::read(&story).expect("a text"), before.1, "{word}");
        for site in [&made, &there] {
            let text = fs::read_to_string(site.join("site.toml")).expect("a text");
            assert!(text.contains("[publish.live]") && text.contains(forms), "{word}: {text}");
            assert!(site.join(file).exists(), "{word}: {file}");
            assert_eq!(build(site)["exit"], 0, "{word}");
            assert_eq!(site.join("public/_headers").exists(), file == "static/_headers", "{word}");
        }
        // Once more: what a person changed since stays as it is.
        fs::write(there.join(file), "ours").expect("written");
        let text = fs::read_to_string(&config).expect("a text");
        let again = host(&there, word);
        assert_eq!(again.exit, 0, "{word}: {}", again.err);
        assert!(again.err.contains(&format!("left as it was: {file}")), "{word}: {}", again.err);
        assert_eq!(fs::read_to_string(there.join(file)).expect("a text"), "ours", "{word}");
        assert_eq!(fs::read_to_string(&config).expect("a text"), text, "{word}");
        assert!(before.0.lines().all(|line| text.lines().any(|found| found == line)), "{word}");
    }
}

#[test]
fn a_site_with_faults_is_not_extended() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("site.toml"), "titel = 'x'\n").expect("written");
    let refused = host(folder.path(), "nginx");
    assert_eq!(refused.exit, 2, "{}", refused.err);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

/// The steps that a workflow of GitHub Actions runs in a shell, run in one: with a repository in the place of GitHub's.
#[cfg(unix)]
#[test]
fn the_workflow_builds_and_publishes() {
    use std::process::Command;
    let folder = tempfile::tempdir().expect("a folder");
    let root = fs::canonicalize(folder.path()).expect("a folder");
    let site = root.join("paper");
    assert_eq!(host(&site, "github-pages").exit, 0);
    let bin = Path::new(env!("CARGO_BIN_EXE_newsprint")).parent().expect("a folder");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let shell = |script: &str| {
        let mut command = Command::new("bash");
        command.args(["-e", "-c", script]).current_dir(&site).env("PATH", &path).env("HOME", &root);
        command
            .env("GITHUB_TOKEN", "canary-token")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("GIT_CONFIG_GLOBAL");
        let output = command.output().expect("bash runs");
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{script}: {said}");
        assert!(!said.contains("canary"), "{said}");
        said
    };
    shell(
        "git init --quiet --bare ../hub.git && git init --quiet -b main . && git add . && \
         git -c user.name=a -c user.email=a@b commit --quiet -m x && git remote add origin ../hub.git && \
         git push --quiet -u origin main && \
         git config --global url.../hub.git.insteadOf nowhere && \
         git config --global url.\"$HOME/hub.git\".insteadOf https://github.com/OWNER/REPOSITORY.git",
    );
    let workflow = fs::read_to_string(site.join(".github/workflows/publish.yml")).expect("a text");
    let steps: Vec<String> = workflow
        .split("run: |\n")
        .skip(1)
        .map(|rest| {
            let lines = rest.lines().take_while(|line| line.starts_with("          "));
            lines.map(|line| format!("{}\n", line.trim_start())).collect()
        })
        .collect();
    assert_eq!(steps.len(), 3, "install, publish, keep");
    for step in &steps[1..] {
        shell(step);
    }
    let out = shell(
        "git ls-tree -r --name-only origin/main && git fetch --quiet && git ls-tree -r --name-only origin/gh-pages",
    );
    for path in ["urls.txt", "index.html", "404.html", ".nojekyll", "about.html"] {
        assert!(out.lines().any(|line| line == path), "{path}: {out}");
    }
}
