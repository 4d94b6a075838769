//! Publishing to real servers: an S3 store, a machine behind ssh, a bare Git repository, a web server. Those that are not
//! installed are named loudly and passed over; with `NEWSPRINT_ALL_SERVERS` set, as in `.ci/run`, their absence fails.

#[path = "support/servers.rs"]
mod servers;
mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use servers::{Machine, SECRET, Server, free_port, git, has, has_ssh, wait_for};
use support::{Tree, crawl, tree};

/// The sample site of this repository, in a folder of its own, with a target.
struct Sample {
    folder: tempfile::TempDir,
    env: Vec<(String, String)>,
}

const BASE: &str = "https://saltmere-tide.example/";

impl Sample {
    fn new(target: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for part in ["content", "static"] {
            for entry in walkdir::WalkDir::new(root.join(part)) {
                let entry = entry.expect("an entry");
                let to = folder.path().join(entry.path().strip_prefix(root).expect("below"));
                match entry.file_type().is_dir() {
                    true => fs::create_dir_all(to).expect("a folder"),
                    false => drop(fs::copy(entry.path(), to).expect("a copy")),
                }
            }
        }
        let config = fs::read_to_string(root.join("site.toml")).expect("a text");
        fs::write(folder.path().join("site.toml"), format!("{config}\n[publish.live]\n{target}"))
            .expect("written");
        let sample = Self { folder, env: vec![("MY_SECRET".to_owned(), SECRET.to_owned())] };
        sample.build();
        sample
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_newsprint"));
        command.args(arguments).arg("--site").arg(self.path()).env_remove("AWS_CA_BUNDLE");
        command.envs(self.env.iter().cloned()).stdin(Stdio::null());
        let output = command.output().expect("newsprint runs");
        for (name, value) in &self.env {
            let said = [&output.stdout[..], &output.stderr[..]].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(!is_secret(name) || !said.contains(value), "{name} is in: {said}");
        }
        output
    }

    /// Stories go without a notice here, so no address is held on to.
    fn build(&self) {
        let _ = fs::remove_file(self.path().join("urls.txt"));
        let output = self.run(&["build", "--quiet", "--now", "2026-11-24T12:00:00Z"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn publish(&self, more: &[&str]) -> (i32, serde_json::Value) {
        let arguments = [&["publish", "--format", "json", "--now", "2026-11-24T12:00:00Z"], more].concat();
        let output = self.run(&arguments);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let json = serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code().unwrap_or(-1), json)
    }

    fn published(&self, more: &[&str]) -> serde_json::Value {
        let (exit, json) = self.publish(more);
        assert_eq!(exit, 0, "{json}");
        json
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.path().join(path), text).expect("written");
    }

    fn out(&self) -> Tree {
        tree(&self.path().join("public"))
    }

    fn edit(&self) {
        let path = "content/town/school-boiler.md";
        let text = fs::read_to_string(self.path().join(path)).expect("a text");
        self.write(path, &format!("{text}\nOne more line, added later.\n"));
        self.build();
    }

    fn delete(&self) {
        fs::remove_file(self.path().join("content/culture/library-of-things.md")).expect("removed");
        self.build();
    }

    fn rename(&self) {
        let content = self.path().join("content/business");
        fs::rename(content.join("oyster-beds-reopen.md"), content.join("oysters-are-back.md"))
            .expect("renamed");
        self.build();
    }
}

fn is_secret(name: &str) -> bool {
    name.contains("SECRET")
}

/// Publishes, edits, deletes and renames; after each the target holds the build.
fn a_life(sample: &Sample, out_there: &dyn Fn() -> Tree) {
    let first = sample.published(&[]);
    assert_eq!(first["sent"], sample.out().len());
    let check = |what: &str| {
        let (there, here) = (out_there(), sample.out());
        for (path, bytes) in &here {
            assert_eq!(there.get(path).map(Vec::len), Some(bytes.len()), "{what}: {path}");
            assert!(there[path] == *bytes, "{what}: {path} has other bytes");
        }
        let broken = crawl::missing(&there, here.keys().cloned(), BASE);
        assert_eq!(broken, Vec::<String>::new(), "{what}");
    };
    check("first");
    assert_eq!(sample.published(&[])["sent"], 0, "nothing changed");
    let changes: [(&str, &dyn Fn()); 3] =
        [("edit", &|| sample.edit()), ("deletion", &|| sample.delete()), ("rename", &|| sample.rename())];
    for (what, change) in changes {
        let before = sample.out();
        change();
        let agreed = agreed(sample);
        let agreed: Vec<&str> = agreed.iter().map(String::as_str).collect();
        let changed = sample.out().iter().filter(|(path, bytes)| before.get(*path) != Some(bytes)).count();
        assert_eq!(sample.published(&agreed)["sent"], changed, "{what}");
        check(what);
    }
    let urls = fs::read_to_string(sample.path().join("urls.txt")).expect("urls");
    assert!(urls.lines().any(|url| url.ends_with("/oysters-are-back.html")), "{urls}");
}

/// Edits, deletes and renames a story; gives what [`agreed`] does.
fn changed(sample: &Sample) -> Vec<String> {
    sample.edit();
    sample.delete();
    sample.rename();
    agreed(sample)
}

/// Agrees to as many deletions as there are, should that be asked.
fn agreed(sample: &Sample) -> Vec<String> {
    let (_, plan) = sample.publish(&["--dry-run"]);
    let hints = plan["diagnostics"].as_array().expect("diagnostics").iter();
    let hint = hints.filter_map(|diag| diag["hint"].as_str()).find(|hint| hint.contains("--confirm-deletes"));
    let count = hint.and_then(|hint| hint.rsplit(' ').next());
    count.map_or(Vec::new(), |n| vec!["--confirm-deletes".to_owned(), n.to_owned()])
}

#[test]
fn a_git_branch() {
    if !has("git", "publishing to a Git branch") {
        return;
    }
    let world = tempfile::tempdir().expect("a folder");
    let bare = world.path().join("paper.git");
    git(&["init", "--quiet", "--bare", "paper.git"], world.path());
    let sample =
        Sample::new(&format!("kind = \"git\"\nremote = {:?}\nbranch = \"pages\"\n", bare.to_string_lossy()));
    let checkout = |name: &str| {
        let place = world.path().join(name);
        let _ = fs::remove_dir_all(&place);
        git(&["clone", "--quiet", "--branch", "pages", "paper.git", name], world.path());
        let mut tree = tree(&place);
        tree.retain(|path, _| !path.starts_with('.'));
        tree
    };
    // As a host of pages does it: the branch, checked out, behind a web server.
    let web = tempfile::tempdir_in(world.path()).expect("a folder");
    let server = has("nginx", "fetching what was published to a Git branch")
        .then(|| nginx(web.path(), &world.path().join("look")));
    a_life(&sample, &|| {
        let seen = checkout("look");
        server.as_ref().map_or(seen, |(_, port)| fetched(*port, &sample))
    });
    assert!(world.path().join("look/.nojekyll").exists());
    // Somebody adds a file of theirs, and it stays; going back works over it.
    checkout("theirs");
    let theirs = world.path().join("theirs");
    fs::write(theirs.join("CNAME"), "tide.example\n").expect("written");
    git(&["add", "CNAME"], &theirs);
    git(&["-c", "user.name=x", "-c", "user.email=x@y", "commit", "--quiet", "-m", "A name"], &theirs);
    git(&["push", "--quiet", "origin", "pages"], &theirs);
    let before = checkout("look");
    sample.edit();
    sample.published(&[]);
    assert_eq!(checkout("look")["CNAME"], b"tide.example\n");
    let back = sample.run(&["rollback", "live"]);
    assert!(back.status.success(), "{}", String::from_utf8_lossy(&back.stderr));
    assert!(checkout("look") == before, "the pages of before, and the file of theirs");
    // A branch with sources is none to publish to.
    git(&["checkout", "--quiet", "-b", "main"], &theirs);
    fs::write(theirs.join("site.toml"), "x").expect("written");
    git(&["add", "site.toml"], &theirs);
    git(&["-c", "user.name=x", "-c", "user.email=x@y", "commit", "--quiet", "-m", "Sources"], &theirs);
    git(&["push", "--quiet", "origin", "main"], &theirs);
    let config = fs::read_to_string(sample.path().join("site.toml")).expect("a text");
    sample.write("site.toml", &config.replace("\"pages\"", "\"main\""));
    assert_eq!(sample.publish(&[]).0, 2);
}

/// What readers see below a folder of another machine.
fn seen_at(folder: &Path, mode: &str) -> Tree {
    let mut seen = tree(&if mode == "releases" { folder.join("current") } else { folder.to_owned() });
    seen.retain(|path, _| !path.starts_with(".newsprint/"));
    seen
}

/// Copies a folder with its links and hard links.
fn copy_all(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(status.is_ok_and(|status| status.success()));
}

/// Programs that end at a certain step: every one that is begun is a step; one is not done, or done and its end is not told,
/// and none after it is.
struct Cutter {
    bin: PathBuf,
}

impl Cutter {
    fn new(world: &Path, programs: &[&str]) -> Self {
        let cutter = Self { bin: world.join("bin") };
        fs::create_dir(&cutter.bin).expect("a folder");
        cutter.set("never 0");
        for program in programs {
            let script = format!(
                "#!/bin/sh\nn=$(cat {0}/.count)\necho $((n+1)) > {0}/.count\nread -r how at < {0}/.cut\ncase $how in\nbefore) [ \"$n\" -ge \"$at\" ] && exit 255;;\nafter) [ \"$n\" -gt \"$at\" ] && exit 255\n[ \"$n\" -eq \"$at\" ] && {{ /usr/bin/{program} \"$@\"; exit 255; }};;\nesac\nexec /usr/bin/{program} \"$@\"\n",
                cutter.bin.display()
            );
            executable(&cutter.bin.join(program), &script);
        }
        cutter
    }

    fn set(&self, words: &str) {
        fs::write(self.bin.join(".count"), "0\n").expect("written");
        fs::write(self.bin.join(".cut"), format!("{words}\n")).expect("written");
    }

    fn steps(&self) -> usize {
        fs::read_to_string(self.bin.join(".count")).expect("a count").trim().parse().expect("a number")
    }

    fn path(&self) -> (String, String) {
        before_others(&self.bin)
    }
}

fn executable(path: &Path, script: &str) {
    fs::write(path, script).expect("written");
    let made = Command::new("chmod").arg("755").arg(path).status();
    assert!(made.is_ok_and(|status| status.success()));
}

/// The programs of a folder go before those of the machine.
fn before_others(bin: &Path) -> (String, String) {
    let path = std::env::var("PATH").unwrap_or_default();
    ("PATH".to_owned(), format!("{}:{path}", bin.display()))
}

#[test]
fn cut_off_after_every_step_to_a_git_branch() {
    if !has("git", "cutting off a publication to a Git branch after every step") {
        return;
    }
    let world = tempfile::tempdir().expect("a folder");
    git(&["init", "--quiet", "--bare", "paper.git"], world.path());
    let (bare, kept) = (world.path().join("paper.git"), world.path().join("kept"));
    let target =
        format!("kind = \"git\"\nremote = {:?}\nbranch = \"pages\"\ngrace = 0\n", bare.to_string_lossy());
    let mut sample = Sample::new(&target);
    let cutter = Cutter::new(world.path(), &["git"]);
    sample.env.push(cutter.path());
    let seen = || {
        let look = world.path().join("look");
        let _ = fs::remove_dir_all(&look);
        git(&["clone", "--quiet", "--branch", "pages", "paper.git", "look"], world.path());
        let mut seen = tree(&look);
        seen.retain(|path, _| !path.starts_with('.'));
        seen
    };
    sample.published(&[]);
    copy_all(&bare, &kept);
    let before = seen();
    let agreed = changed(&sample);
    let agreed: Vec<&str> = agreed.iter().map(String::as_str).collect();
    cutter.set("never 0");
    sample.published(&agreed);
    let (steps, after) = (cutter.steps(), seen());
    assert!(steps > 8 && after == sample.out(), "{steps}");
    for at in 0..steps {
        let how = ["before", "after"][at % 2];
        copy_all(&kept, &bare);
        cutter.set(&format!("{how} {at}"));
        let (exit, first) = sample.publish(&agreed);
        assert!([0, 6].contains(&exit), "{how} {at}: {first}");
        let now = seen();
        assert!(now == before || now == after, "{how} {at}: readers see the old site or the new one");
        cutter.set("never 0");
        sample.published(&agreed);
        assert!(seen() == after, "{how} {at}");
    }
}

#[test]
fn cut_off_after_every_step_over_ssh() {
    if !has_ssh("cutting off a publication over ssh after every step") {
        return;
    }
    let machine = Machine::shared();
    let cutter = Cutter::new(machine.world.path(), &["ssh", "rsync"]);
    for mode in ["releases", "in-place"] {
        let (folder, kept) = (machine.world.path().join(mode), machine.world.path().join("kept"));
        let mut sample = Sample::new(&machine.target(&folder, &format!("mode = {mode:?}\ngrace = 0\n")));
        sample.env.push(cutter.path());
        cutter.set("never 0");
        sample.published(&[]);
        copy_all(&folder, &kept);
        let before = seen_at(&folder, mode);
        let agreed = changed(&sample);
        let agreed: Vec<&str> = agreed.iter().map(String::as_str).collect();
        cutter.set("never 0");
        let whole = sample.published(&agreed)["sent"].as_u64().expect("a number");
        let steps = cutter.steps();
        assert!(steps > 8, "{mode}: {steps}");
        for at in 0..steps {
            let how = ["before", "after"][(at + mode.len()) % 2];
            copy_all(&kept, &folder);
            cutter.set(&format!("{how} {at}"));
            let (exit, first) = sample.publish(&agreed);
            let pages = before.keys().filter(|path| path.ends_with(".html")).cloned();
            let broken = crawl::missing(&seen_at(&folder, mode), pages, BASE);
            assert_eq!(broken, Vec::<String>::new(), "{mode}: cut {how} the end of step {at}");
            assert!([0, 6].contains(&exit), "{mode}, {how} {at}: {first}");
            cutter.set("never 0");
            let rest = sample.published(&agreed);
            assert!(rest["sent"].as_u64().is_some_and(|sent| sent <= whole), "{mode}, {how} {at}: {rest}");
            let (there, here) = (seen_at(&folder, mode), sample.out());
            let same = here.iter().all(|(path, bytes)| there.get(path) == Some(bytes));
            assert!(same, "{mode}, {how} {at}");
        }
    }
}

#[test]
fn cut_off_within_a_transfer_over_ssh() {
    if !has_ssh("cutting off rsync within a transfer") {
        return;
    }
    let machine = Machine::shared();
    let bin = machine.world.path().join("bin");
    fs::create_dir(&bin).expect("a folder");
    let most = machine.world.path().join("most");
    // What rsync says to the other machine ends after so many bytes, as when a line goes dead.
    let script = format!(
        r#"#!/bin/sh
read -r most < {0}
case "$*" in
*'rsync --server'*)
    if [ "$most" -gt 0 ]; then
        rm -f {0}.pipe; mkfifo {0}.pipe; exec 3<&0
        dd bs=1 count="$most" status=none <&3 > {0}.pipe &
        /usr/bin/ssh "$@" < {0}.pipe; ended=$?
        kill $!; exit $ended
    fi;;
esac
exec /usr/bin/ssh "$@"
"#,
        most.display()
    );
    executable(&bin.join("ssh"), &script);
    for mode in ["releases", "in-place"] {
        let (folder, kept) = (machine.world.path().join(mode), machine.world.path().join("kept"));
        let mut sample = Sample::new(&machine.target(&folder, &format!("mode = {mode:?}\ngrace = 0\n")));
        sample.env.push(before_others(&bin));
        fs::write(&most, "0\n").expect("written");
        sample.published(&[]);
        copy_all(&folder, &kept);
        let before = seen_at(&folder, mode);
        let agreed = changed(&sample);
        let agreed: Vec<&str> = agreed.iter().map(String::as_str).collect();
        let mut cuts = 0;
        for bytes in [20, 600, 2_000, 5_000, 10_000, 20_000, 40_000, 80_000] {
            copy_all(&kept, &folder);
            fs::write(&most, format!("{bytes}\n")).expect("written");
            let (exit, first) = sample.publish(&agreed);
            cuts += usize::from(exit == 6);
            let pages = before.keys().filter(|path| path.ends_with(".html")).cloned();
            let broken = crawl::missing(&seen_at(&folder, mode), pages, BASE);
            assert_eq!(broken, Vec::<String>::new(), "{mode}: cut after {bytes} bytes: {first}");
            fs::write(&most, "0\n").expect("written");
            sample.published(&agreed);
            let (there, here) = (seen_at(&folder, mode), sample.out());
            let same = here.iter().all(|(path, bytes)| there.get(path) == Some(bytes));
            assert!(same, "{mode}: gone on after {bytes} bytes");
        }
        assert!(cuts >= 4, "{mode}: {cuts} were cut");
    }
}

#[test]
fn a_machine_behind_ssh() {
    if !has_ssh("publishing by rsync over ssh") {
        return;
    }
    if !has("nginx", "fetching what was published over ssh") {
        return;
    }
    let machine = Machine::shared();
    let root = machine.world.path();
    for mode in ["releases", "in-place"] {
        let folder = root.join(format!("www {mode}"));
        let web = tempfile::tempdir_in(root).expect("a folder");
        let shown = if mode == "releases" { folder.join("current") } else { folder.clone() };
        let (_server, port) = nginx(web.path(), &shown);
        let sample = Sample::new(&machine.target(&folder, &format!("mode = {mode:?}\n")));
        let seen = || seen_at(&folder, mode);
        a_life(&sample, &|| fetched(port, &sample));
        // What was withdrawn is not readable for a moment longer, whether or not it waits to be removed.
        let withdrawn = seen().remove("culture/library-of-things.html");
        assert!(withdrawn.is_none_or(|bytes| bytes == sample.out()["404.html"]), "{mode}");
        let before = sample.out();
        sample.edit();
        sample.published(&[]);
        let back = sample.run(&["rollback", "live"]);
        assert!(back.status.success(), "{}", String::from_utf8_lossy(&back.stderr));
        let there = seen();
        assert!(before != sample.out() && before.iter().all(|(path, bytes)| there.get(path) == Some(bytes)));
        // Somebody else holds the lock.
        let lock = folder.join(".newsprint/lock");
        let mut held = Command::new("flock").arg(&lock).args(["sleep", "20"]).spawn().expect("flock runs");
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(sample.publish(&[]).0, 7);
        let _ = held.kill();
        let _ = held.wait();
    }
    // Another host key: nothing is asked, nothing is sent.
    let machine = Machine::new();
    fs::write(machine.at("known"), "").expect("written");
    let sample = Sample::new(&machine.target(&root.join("no"), ""));
    let (exit, json) = sample.publish(&[]);
    assert_eq!(exit, 6, "{json}");
}

/// An answer over HTTP.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

fn ask(port: u16, path: &str) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    write!(stream, "GET /{path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n").expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("an end of headers");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    Answer { status: head[9..12].parse().expect("a status"), head, body: answer[end + 4..].to_vec() }
}

/// The body of a page over HTTP.
fn get(port: u16, path: &str) -> (u16, Vec<u8>) {
    let answer = ask(port, path);
    (answer.status, answer.body)
}

/// A web server that shows a folder, which need not be there yet; its own files are in `world`.
fn nginx(world: &Path, shown: &Path) -> (Server, u16) {
    let port = free_port();
    let config = format!(
        "daemon off; master_process off; pid {0}/pid; error_log {0}/log; events {{}}\nhttp {{ access_log off; client_body_temp_path {0}/a; proxy_temp_path {0}/b; fastcgi_temp_path {0}/c; uwsgi_temp_path {0}/d; scgi_temp_path {0}/e;\nserver {{ listen 127.0.0.1:{port}; root \"{1}\"; error_page 404 /404.html; }} }}\n",
        world.display(),
        shown.display()
    );
    // One process, so that it ends when it is ended. As root, it reads as another user.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(world, fs::Permissions::from_mode(0o755)).expect("permissions");
    }
    fs::write(world.join("nginx.conf"), config).expect("written");
    let program = if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" };
    let mut command = Command::new(program);
    command.arg("-c").arg(world.join("nginx.conf")).arg("-p").arg(world);
    let server = Server(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("nginx runs"));
    wait_for(port);
    (server, port)
}

/// What a reader gets of the build's files.
fn fetched(port: u16, sample: &Sample) -> Tree {
    let fetch = |path: String| {
        let (status, body) = get(port, &newsprint::path::encode(&path));
        (status == 200).then_some((path, body))
    };
    sample.out().into_keys().filter_map(fetch).collect()
}

#[test]
fn a_folder_behind_a_web_server() {
    if !has("nginx", "fetching published pages from nginx") {
        return;
    }
    let world = tempfile::tempdir().expect("a folder");
    let www = world.path().join("www");
    let (_server, port) = nginx(world.path(), &www.join("current"));
    let sample = Sample::new(&format!("kind = \"dir\"\npath = {:?}\n", www.to_string_lossy()));
    a_life(&sample, &|| fetched(port, &sample));
    assert_eq!(get(port, "culture/library-of-things.html").0, 404);
}

/// Everything that `newsprint new --host` wrote for a server holds: `serve` starts one with the file's text, which has
/// the place and the port of the test in it.
fn a_server_with_its_own_file(
    word: &str,
    file: &str,
    rules: &str,
    serve: &dyn Fn(&Path, u16, &str) -> Server,
) {
    let world = tempfile::tempdir().expect("a folder");
    let (port, root) = (free_port(), world.path());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).expect("permissions");
    }
    let www = root.join("www");
    let sample = Sample::new(&format!(
        "kind = \"dir\"\npath = {:?}\n[redirects]\n\"/ferry-times/\" = \"/business/\"\n\"/a b.html\" = \"https://shop.example/x\"\n",
        www.to_string_lossy()
    ));
    for name in [
        "js/app-0f3c9a12bd77.js",
        "doc/report-20260314123456.pdf",
        "media/ours-20260314.png",
        "LICENSE",
        "a.webmanifest",
        "b-123456789012345a.css",
        "c.json",
        "d-abcdefabcdef.json",
        "e-abcdefabcdef.xml",
        "f.JPG",
        "0f3c9a12bd77",
        "notes.txt",
        "old.rss",
    ] {
        let place = sample.path().join("static").join(name);
        fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
        fs::write(place, name).expect("written");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_newsprint"));
    let added =
        command.arg("new").arg(sample.path()).args(["--host", word]).output().expect("newsprint runs");
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    sample.build();
    sample.published(&[]);
    let text = fs::read_to_string(sample.path().join(file)).expect("the host's file");
    let here = text.replace("/srv/www/saltmere-tide.example", &www.to_string_lossy());
    assert!(here != text);
    let _server = serve(root, port, &here);
    wait_for(port);
    // The server has read its rules; the life of the site begins.
    fs::remove_dir_all(&www).expect("removed");
    // What is not for readers is taken from the disk: the life of the site shall go on as with any other server.
    let hidden = |path: &str| path == "404.html" || path == rules;
    let fetched = || {
        let fetch = |path: String| {
            let (status, body) = get(port, &newsprint::path::encode(&path));
            match hidden(&path) || status == 301 {
                true => fs::read(www.join("current").join(&path)).ok().map(|bytes| (path, bytes)),
                false => (status == 200).then_some((path, body)),
            }
        };
        sample.out().into_keys().filter_map(fetch).collect()
    };
    a_life(&sample, &fetched);
    let policy = |answer: &Answer| answer.header("content-security-policy").starts_with("default-src 'none'");
    for path in sample.out().keys().filter(|path| !hidden(path)) {
        let headers = newsprint::publish::Headers::of(path);
        let answer = ask(port, &newsprint::path::encode(path));
        if answer.status == 301 {
            assert!(
                String::from_utf8_lossy(&sample.out()[path]).contains(answer.header("location")),
                "{path}"
            );
            continue;
        }
        let found = (answer.header("content-type"), answer.header("cache-control"));
        assert_eq!(found, (headers.content_type, headers.cache_control), "{path}\n{}", answer.head);
        assert!(policy(&answer) && answer.header("x-content-type-options") == "nosniff", "{}", answer.head);
    }
    let (front, home) = (ask(port, ""), newsprint::publish::Headers::of("index.html"));
    assert_eq!(front.body, sample.out()["index.html"]);
    assert_eq!(
        (front.header("content-type"), front.header("cache-control")),
        (home.content_type, home.cache_control)
    );
    fs::create_dir(www.join("current/.newsprint")).expect("a folder");
    fs::write(www.join("current/.newsprint/manifest"), "ours").expect("written");
    for path in ["not/there.html", "no.jpg", "media/", ".newsprint/manifest", rules] {
        let answer = ask(port, path);
        assert_eq!(answer.status, 404, "{path}: {}", answer.head);
        assert!(answer.body == sample.out()["404.html"], "{path}: {}", answer.head);
        assert!(policy(&answer) && answer.header("content-type") == home.content_type, "{}", answer.head);
        assert!(!answer.header("cache-control").contains("immutable"), "{}", answer.head);
    }
    for (from, to) in [
        ("ferry-times/", "/business/"),
        ("ferry-times", "/business/"),
        ("ferry-times/index.html", "/business/"),
        ("a%20b.html", "https://shop.example/x"),
    ] {
        let answer = ask(port, from);
        assert_eq!((answer.status, answer.header("location")), (301, to), "{from}: {}", answer.head);
    }
}

#[test]
fn nginx_with_the_file_that_new_writes() {
    if !has("nginx", "serving a site with the configuration that `new --host nginx` writes") {
        return;
    }
    a_server_with_its_own_file("nginx", "deploy/nginx.conf", "redirects.nginx.conf", &|root, port, text| {
        let text = text.replace("listen 80;", &format!("listen 127.0.0.1:{port};"));
        let around = format!(
            "daemon off; master_process off; pid {0}/pid; error_log {0}/log; events {{}}\nhttp {{ access_log off; client_body_temp_path {0}/a; proxy_temp_path {0}/b; fastcgi_temp_path {0}/c; uwsgi_temp_path {0}/d; scgi_temp_path {0}/e;\n{text}}}\n",
            root.display()
        );
        fs::write(root.join("nginx.conf"), around).expect("written");
        let program = if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" };
        let mut command = Command::new(program);
        command.arg("-c").arg(root.join("nginx.conf")).arg("-p").arg(root);
        Server(command.stdout(Stdio::null()).spawn().expect("nginx runs"))
    });
}

#[test]
fn caddy_with_the_file_that_new_writes() {
    if !has("caddy", "serving a site with the configuration that `new --host caddy` writes") {
        return;
    }
    a_server_with_its_own_file("caddy", "deploy/Caddyfile", "redirects.caddy", &|root, port, text| {
        let address = format!("http://127.0.0.1:{port} {{");
        let text = text.replace("\nsaltmere-tide.example {", &format!("\n{address}"));
        let around = format!("{{\n\tadmin off\n\tauto_https off\n}}\n{text}");
        fs::write(root.join("Caddyfile"), around).expect("written");
        let mut command = Command::new("caddy");
        command.arg("run").arg("--config").arg(root.join("Caddyfile")).args(["--adapter", "caddyfile"]);
        command.env("HOME", root).env("XDG_DATA_HOME", root).env("XDG_CONFIG_HOME", root);
        Server(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("caddy runs"))
    });
}

#[cfg(feature = "s3")]
mod s3 {
    use std::sync::atomic::Ordering;

    use super::servers::{Cut, Store};
    use super::*;

    fn sample_of(store: &Store, more: &str) -> Sample {
        let mut sample = Sample::new(&store.target(more));
        for (name, value) in [("AWS_ACCESS_KEY_ID", "canary-access"), ("AWS_SECRET_ACCESS_KEY", SECRET)] {
            sample.env.push((name.to_owned(), value.to_owned()));
        }
        sample
    }

    #[test]
    fn a_bucket() {
        let store = Store::new();
        let sample = sample_of(&store, "");
        fs::create_dir_all(store.folder.path().join("paper/other")).expect("a folder");
        fs::write(store.folder.path().join("paper/other/theirs.txt"), "theirs").expect("written");
        a_life(&sample, &|| store.fetched());
        // One edit: so many requests and no more; and back again.
        let before = sample.out();
        sample.edit();
        store.cut(None);
        let edit = sample.published(&[]);
        let sent = edit["sent"].as_u64().expect("a number");
        assert_eq!(edit["requests"].as_u64(), Some(sent + 5), "lock, manifest, claims, manifest, unlock");
        assert_eq!(
            store.count.load(Ordering::SeqCst) as u64,
            sent + 6,
            "to remove the lock, it is looked at first"
        );
        let back = sample.run(&["rollback", "live"]);
        assert!(back.status.success(), "{}", String::from_utf8_lossy(&back.stderr));
        let there = store.seen();
        assert!(before != sample.out() && before.iter().all(|(path, bytes)| there.get(path) == Some(bytes)));
        sample.published(&[]);
        // What somebody defaced or removed is healed when that is asked; a stranger's file is left alone.
        let place = store.folder.path().join("paper/tide");
        fs::remove_file(place.join("town/index.html")).expect("removed");
        fs::write(place.join("stranger.txt"), "theirs").expect("written");
        let healed = sample.published(&["--verify-remote"]);
        assert_eq!(healed["sent"], 1);
        assert_eq!(healed["plan"]["foreign"], serde_json::json!(["stranger.txt"]));
        assert_eq!(fs::read(place.join("stranger.txt")).expect("a file"), b"theirs");
        // Keys from the file of AWS's own tools, by the name of a profile.
        let file = store.folder.path().join("credentials");
        fs::write(
            &file,
            format!("[other]\naws_access_key_id = x\n[desk]\naws_access_key_id = canary-access\naws_secret_access_key = {SECRET}\n"),
        )
        .expect("written");
        let mut by_file = sample_of(&store, "");
        by_file.env.retain(|(name, _)| !name.starts_with("AWS_"));
        for (name, value) in [
            ("AWS_SHARED_CREDENTIALS_FILE", file.to_string_lossy().into_owned()),
            ("AWS_PROFILE", "desk".to_owned()),
        ] {
            by_file.env.push((name.to_owned(), value));
        }
        assert_eq!(by_file.publish(&["--dry-run"]).0, 0);
        let place = by_file.env.iter_mut().find(|(name, _)| name == "AWS_PROFILE").expect("set above");
        place.1 = "other".to_owned();
        let (exit, json) = by_file.publish(&["--dry-run"]);
        assert!(exit == 2 && json.to_string().contains("has no keys"), "{exit}: {json}");
        // A wrong secret in the file: an error without it.
        fs::write(
            &file,
            "[other]\naws_access_key_id = canary-access\naws_secret_access_key = wrong-SECRET-in-a-file\n",
        )
        .expect("written");
        let (exit, json) = by_file.publish(&[]);
        assert!(exit == 6 && !json.to_string().contains("wrong-SECRET"), "{exit}: {json}");
        // Wrong keys: an error without them.
        let mut sample = sample;
        sample.env.retain(|(name, _)| name != "AWS_SECRET_ACCESS_KEY");
        sample.env.push(("AWS_SECRET_ACCESS_KEY".to_owned(), "another-SECRET-canary".to_owned()));
        let (exit, json) = sample.publish(&[]);
        assert_eq!(exit, 6, "{json}");
    }

    #[test]
    fn cut_off_after_every_request() {
        let store = Store::new();
        let sample = sample_of(&store, "grace = 0\n");
        sample.published(&[]);
        let kept = tempfile::tempdir().expect("a folder");
        let copy = |from: &Path, to: &Path| {
            let _ = fs::remove_dir_all(to);
            let status = Command::new("cp").arg("-a").arg(from).arg(to).status();
            assert!(status.is_ok_and(|status| status.success()));
        };
        let bucket = store.folder.path().to_owned();
        let (save, before) = (kept.path().join("save"), store.seen());
        copy(&bucket, &save);
        let agreed = changed(&sample);
        let agreed: Vec<&str> = agreed.iter().map(String::as_str).collect();
        store.cut(None);
        let whole = sample.published(&agreed)["sent"].as_u64().expect("a number");
        let requests = store.count.load(Ordering::SeqCst);
        let restore = || {
            for entry in fs::read_dir(&bucket).expect("a folder").flatten() {
                let _ = fs::remove_dir_all(entry.path()).or_else(|_| fs::remove_file(entry.path()));
            }
            let from = save.join(".");
            let status = Command::new("cp").arg("-a").arg(from).arg(&bucket).status();
            assert!(status.is_ok_and(|status| status.success()));
            let _ = fs::remove_file(sample.path().join(".newsprint/publish-live"));
        };
        for at in 0..requests {
            let cut = [Cut::Kill, Cut::KillAfter, Cut::Error, Cut::Timeout][at % 4];
            restore();
            store.cut(Some((at, cut)));
            let (exit, first) = sample.publish(&agreed);
            let broken =
                crawl::missing(&store.seen(), before.keys().filter(|p| p.ends_with(".html")).cloned(), BASE);
            assert_eq!(broken, Vec::<String>::new(), "{cut:?} at {at}");
            store.cut(None);
            assert!([0, 6].contains(&exit), "{cut:?} at {at}: {first}");
            let rest = sample.published(&agreed);
            let sent = first["sent"].as_u64().expect("a number") + rest["sent"].as_u64().expect("a number");
            assert!(sent <= whole, "{cut:?} at {at}: {sent} of {whole}");
            let (there, here) = (store.seen(), sample.out());
            assert!(there == here, "{cut:?} at {at}");
        }
    }
}
