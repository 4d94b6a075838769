//! A Git repository around the site, if there is one: what of it is changed, and a commit of chosen files, only when it
//! is asked for. No name is ever part of a shell's line, and each stands behind `--`.

use std::process::Command;

use serde_json::{Value as Json, json};

use super::{Answer, Desk, Refused, Request};

fn git(desk: &Desk, args: &[&str]) -> Result<String, Refused> {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(&desk.state.site)
        .args(["-c", "core.quotePath=false", "--literal-pathspecs"])
        .args(args);
    command.stdin(std::process::Stdio::null());
    let output = command.output().map_err(|error| Refused::bad(&format!("git cannot be run: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let why = String::from_utf8_lossy(&output.stderr);
    let why = why.lines().find(|line| !line.trim().is_empty()).unwrap_or("git refused").to_owned();
    Err(Refused(axum::http::StatusCode::CONFLICT, json!({ "error": why })))
}

/// Whether the site is in a repository.
pub(super) fn is_repository(desk: &Desk) -> bool {
    desk.state.site.ancestors().any(|folder| folder.join(".git").exists())
}

/// Changed files of the content, by path within the site: `new`, `changed` or `gone`.
fn changed(desk: &Desk) -> Result<Vec<(String, &'static str)>, Refused> {
    let prefix = git(desk, &["rev-parse", "--show-prefix"])?;
    let prefix = prefix.trim_end_matches('\n');
    let listed = git(
        desk,
        &["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", "content"],
    )?;
    let entry = |line: &str| {
        let (marks, path) = (line.get(..2)?, line.get(3..)?);
        let path = path.strip_prefix(prefix)?.to_owned();
        let what = match marks {
            "??" | "A " | "AM" => "new",
            marks if marks.contains('D') => "gone",
            _ => "changed",
        };
        Some((path, what))
    };
    Ok(listed.split('\0').filter_map(entry).collect())
}

/// What differs from the last commit, and who commits.
pub(super) fn status(desk: &Desk) -> Answer {
    if !is_repository(desk) {
        return Ok(json!({ "repository": false }));
    }
    let files: Vec<Json> =
        changed(desk)?.into_iter().map(|(path, what)| json!({ "path": path, "what": what })).collect();
    let of = |key: &str| git(desk, &["config", key]).map(|text| text.trim().to_owned()).unwrap_or_default();
    let branch = git(desk, &["symbolic-ref", "--short", "HEAD"])
        .map(|text| text.trim().to_owned())
        .unwrap_or_default();
    Ok(json!({
        "repository": true, "files": files, "branch": branch, "name": of("user.name"), "email": of("user.email"),
    }))
}

/// Commits: `paths`, `message`, `name`, `email`. Only these files; what else is staged stays so.
pub(super) fn commit(desk: &Desk, request: &Request) -> Answer {
    let line = |key: &str| {
        let text = request.needed(key)?.trim().to_owned();
        let odd = |c: char| c.is_control() || matches!(c, '<' | '>');
        if text.is_empty() || text.chars().any(odd) {
            Err(Refused::bad(&format!("`{key}` is needed")))
        } else {
            Ok(text)
        }
    };
    let (name, email) = (line("name")?, line("email")?);
    let message = request.needed("message")?.trim();
    if message.is_empty() {
        return Err(Refused::bad("say what was changed"));
    }
    let known = changed(desk)?;
    let wanted = request.strings("paths");
    let paths: Vec<&str> =
        known.iter().map(|(path, _)| path.as_str()).filter(|path| wanted.iter().any(|w| w == path)).collect();
    if paths.is_empty() {
        return Err(Refused::bad("choose at least one changed file"));
    }
    git(desk, &[&["add", "--"], paths.as_slice()].concat())?;
    let user = [format!("user.name={name}"), format!("user.email={email}")];
    let head =
        ["-c", &user[0], "-c", &user[1], "commit", "--quiet", "--no-gpg-sign", "-m", message, "--only", "--"];
    git(desk, &[&head[..], paths.as_slice()].concat())?;
    let hash = git(desk, &["rev-parse", "--short", "HEAD"])?;
    Ok(json!({ "commit": hash.trim(), "files": paths.len() }))
}
