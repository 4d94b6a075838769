//! Where a site is published to: `[publish.NAME]` of site.toml as values. Knows nothing of how.

use crate::path::check_slug;
use crate::schema::{Field, Reader, Schema, put};

/// A place to publish to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its name: that of `[publish.NAME]`.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// How long superseded files stay, seconds.
    pub grace: i64,
    /// The host that serves it, when its limits differ from those of the place.
    pub host: Option<Host>,
}

/// Where a target is, and what is particular to such places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder on this machine, relative to the site.
    Dir {
        /// The folder.
        path: String,
        /// How it is changed.
        mode: Mode,
    },
    /// A bucket of an S3-compatible store.
    S3 {
        /// The bucket.
        bucket: String,
        /// The store's address; `None`: that of AWS in the region.
        endpoint: Option<String>,
        /// The region.
        region: String,
        /// Stands before all keys, without slashes at its ends.
        prefix: String,
    },
    /// A folder on another machine, by rsync over ssh.
    Rsync {
        /// `user@host:/path`.
        dest: String,
        /// How it is changed.
        mode: Mode,
        /// A configuration file for ssh, relative to the site.
        ssh_config: Option<String>,
    },
    /// A branch of a Git repository.
    Git {
        /// Address of the repository.
        remote: String,
        /// The branch that is served.
        branch: String,
    },
}

/// How a folder is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Each publication is a folder of its own, and one link names the live one; so many are kept.
    Releases(usize),
    /// File by file, in an order that breaks no link.
    InPlace,
}

/// A host whose limits are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// GitHub Pages.
    GithubPages,
    /// Netlify.
    Netlify,
    /// Cloudflare Pages.
    Cloudflare,
}

impl Host {
    /// Every host with its word in site.toml.
    pub const WORDS: [(&'static str, Self); 3] =
        [("github-pages", Self::GithubPages), ("netlify", Self::Netlify), ("cloudflare", Self::Cloudflare)];
}

/// Default of `grace`: minutes that superseded files stay.
const GRACE: u32 = 60;
/// Default of `keep`: releases that stay.
const KEEP: u32 = 5;

/// A target as written, before it is known which keys go together.
#[derive(Default)]
struct Written {
    kind: Option<Kind>,
    path: Option<String>,
    endpoint: Option<String>,
    bucket: Option<String>,
    region: Option<String>,
    prefix: Option<String>,
    dest: Option<String>,
    ssh_config: Option<String>,
    remote: Option<String>,
    branch: Option<String>,
    mode: Option<bool>,
    keep: Option<u32>,
    grace: Option<u32>,
    host: Option<Host>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Dir,
    S3,
    Rsync,
    Git,
}

const KINDS: [(&str, Kind); 4] =
    [("dir", Kind::Dir), ("s3", Kind::S3), ("rsync", Kind::Rsync), ("git", Kind::Git)];

const MODES: [(&str, bool); 2] = [("releases", true), ("in-place", false)];

const TARGET: Schema<Written> = Schema {
    required: &["kind"],
    rules: &[
        ("kind", |r, f, t| put(&mut t.kind, r.one_of(f, &KINDS))),
        ("path", |r, f, t| put(&mut t.path, r.some_words(f))),
        ("endpoint", |r, f, t| put(&mut t.endpoint, address(r, f, check_endpoint))),
        ("bucket", |r, f, t| put(&mut t.bucket, r.checked(f, check_bucket))),
        ("region", |r, f, t| put(&mut t.region, r.some_words(f))),
        ("prefix", |r, f, t| put(&mut t.prefix, r.checked(f, check_prefix))),
        ("dest", |r, f, t| put(&mut t.dest, r.checked(f, check_dest))),
        ("ssh_config", |r, f, t| put(&mut t.ssh_config, r.some_words(f))),
        ("remote", |r, f, t| put(&mut t.remote, address(r, f, check_remote))),
        ("branch", |r, f, t| put(&mut t.branch, r.checked(f, check_branch))),
        ("mode", |r, f, t| put(&mut t.mode, r.one_of(f, &MODES))),
        ("keep", |r, f, t| put(&mut t.keep, r.whole(f, 1..=1000))),
        ("grace", |r, f, t| put(&mut t.grace, r.whole(f, 0..=525_600))),
        ("host", |r, f, t| put(&mut t.host, r.one_of(f, &Host::WORDS))),
    ],
};

/// Every key of a target, in the order of the documentation.
pub(crate) fn keys() -> impl Iterator<Item = String> {
    TARGET.keys("publish.NAME.")
}

/// Reads `[publish]`: every table in it is a target.
pub(crate) fn targets(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Vec<Target>> {
    let fields = reader.fields(field)?;
    let mut targets = Vec::with_capacity(fields.len());
    for (name, field) in fields {
        if let Err(why) = check_slug(name) {
            reader.refuse(&field, &format!("a target's name is one word, and this one {why}"));
        }
        let Some(written) = reader.sub(&field, &TARGET) else { continue };
        match complete(name, written) {
            Ok(target) => targets.push(target),
            Err(why) => reader.refuse(&field, &why),
        }
    }
    Some(targets)
}

fn complete(name: &str, written: Written) -> Result<Target, String> {
    let Some(kind) = written.kind else { return Err("`kind` is missing".to_owned()) };
    let word = KINDS.iter().find(|(_, known)| *known == kind).map_or("", |(word, _)| *word);
    let folders: &[Kind] = &[Kind::Dir, Kind::Rsync];
    let belongs: [(&str, bool, &[Kind]); 11] = [
        ("path", written.path.is_some(), &[Kind::Dir]),
        ("endpoint", written.endpoint.is_some(), &[Kind::S3]),
        ("bucket", written.bucket.is_some(), &[Kind::S3]),
        ("region", written.region.is_some(), &[Kind::S3]),
        ("prefix", written.prefix.is_some(), &[Kind::S3]),
        ("dest", written.dest.is_some(), &[Kind::Rsync]),
        ("ssh_config", written.ssh_config.is_some(), &[Kind::Rsync]),
        ("remote", written.remote.is_some(), &[Kind::Git]),
        ("branch", written.branch.is_some(), &[Kind::Git]),
        ("mode", written.mode.is_some(), folders),
        ("keep", written.keep.is_some(), folders),
    ];
    if let Some((key, ..)) = belongs.iter().find(|(_, given, kinds)| *given && !kinds.contains(&kind)) {
        return Err(format!("`{key}` means nothing for `kind = \"{word}\"`"));
    }
    let needs = |key: &str| format!("`kind = \"{word}\"` needs `{key}`");
    let mode = match (written.mode.unwrap_or(true), written.keep) {
        (true, keep) => Mode::Releases(keep.unwrap_or(KEEP) as usize),
        (false, Some(_)) => return Err("`keep` counts releases: `mode = \"in-place\"` has none".to_owned()),
        (false, None) => Mode::InPlace,
    };
    let place = match kind {
        Kind::Dir => Place::Dir { path: written.path.ok_or_else(|| needs("path"))?, mode },
        Kind::S3 => Place::S3 {
            bucket: written.bucket.ok_or_else(|| needs("bucket"))?,
            endpoint: written.endpoint,
            region: written.region.unwrap_or_else(|| "us-east-1".to_owned()),
            prefix: written.prefix.unwrap_or_default().trim_matches('/').to_owned(),
        },
        Kind::Rsync => Place::Rsync {
            dest: written.dest.ok_or_else(|| needs("dest"))?,
            mode,
            ssh_config: written.ssh_config,
        },
        Kind::Git => Place::Git {
            remote: written.remote.ok_or_else(|| needs("remote"))?,
            branch: written.branch.unwrap_or_else(|| "gh-pages".to_owned()),
        },
    };
    let grace = i64::from(written.grace.unwrap_or(GRACE)) * 60;
    Ok(Target { name: name.to_owned(), place, grace, host: written.host })
}

/// An address; one with a password is refused without showing the line that it stands on.
fn address(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    check: fn(&str) -> Result<(), &'static str>,
) -> Option<String> {
    let before = reader.diags.len();
    let text = reader.checked(field, check);
    for diag in reader.diags.iter_mut().skip(before).filter(|diag| diag.message.contains(SECRET)) {
        if let Some(place) = &mut diag.place {
            place.excerpt = None;
        }
    }
    text
}

/// Said instead of the text: what is secret must not be repeated in a message.
const SECRET: &str = "this holds a password or token: secrets belong into the environment or the files of the \
                      platform (credential helper, ~/.ssh, AWS_… variables), never into site.toml";

/// Whether an address has a password: `https://user:secret@host/`. A name alone is none, as in
/// `ssh://git@host/`, but over http it may well be a token.
fn has_secret(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').is_some_and(|(who, _)| who.contains(':') || scheme.starts_with("http"))
}

fn check_endpoint(url: &str) -> Result<(), &'static str> {
    if has_secret(url) {
        return Err(SECRET);
    }
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match rest {
        Some(host) if !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c.is_control()) => {
            Ok(())
        }
        _ => Err("this must be the store's address, such as https://s3.example.net"),
    }
}

fn check_bucket(name: &str) -> Result<(), &'static str> {
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    if (3..=255).contains(&name.len()) && name.bytes().all(word) && !name.starts_with(['-', '.']) {
        return Ok(());
    }
    Err("this is no name of a bucket: 3 or more of a to z, 0 to 9, `-` and `.`")
}

fn check_prefix(prefix: &str) -> Result<(), &'static str> {
    let bad = |part: &str| matches!(part, "" | "." | "..");
    let inner = prefix.trim_matches('/');
    if inner.chars().any(|c| c.is_control() || c == '\\') || !inner.is_empty() && inner.split('/').any(bad) {
        return Err("a prefix is folders with `/` between them");
    }
    Ok(())
}

fn check_dest(dest: &str) -> Result<(), &'static str> {
    const FORM: &str = "expected user@host:/path/of/a/folder";
    let Some((host, path)) = dest.split_once(':') else { return Err(FORM) };
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '@');
    // ssh would take a leading `-` for an option, such as one that runs a program.
    if host.is_empty() || host.starts_with('-') || host.contains("@-") || !host.chars().all(word) {
        return Err(FORM);
    }
    if path.is_empty() || path.starts_with(['-', ':']) || path.chars().any(char::is_control) {
        return Err(FORM);
    }
    Ok(())
}

fn check_remote(url: &str) -> Result<(), &'static str> {
    if has_secret(url) {
        return Err(SECRET);
    }
    if url.trim().is_empty()
        || url.starts_with('-')
        || url.contains("::")
        || url.chars().any(char::is_control)
    {
        return Err("this must be the address of a repository, such as git@host:paper/site.git");
    }
    Ok(())
}

fn check_branch(name: &str) -> Result<(), &'static str> {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let part = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    if name.starts_with('-') || !name.chars().all(word) || name.contains("..") || name.split('/').any(part) {
        return Err("this is no name of a branch");
    }
    Ok(())
}
