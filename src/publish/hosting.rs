//! What a host needs besides the files of the site, for `newsprint new --host`: rules for headers, caches, addresses that
//! are not there and former addresses, something that builds and publishes at due times, and a target in site.toml.
//! Values ([`files`]) and one effect ([`add`]), which replaces no file.

use std::path::Path;
use std::process::{Command, Stdio};

use toml_edit::{Array, DocumentMut, Item, Table, value};

use crate::clock::Clock;
use crate::diag::Diag;
use crate::disk::{self, Dir, Durability};
use crate::load::{self, Wishes};
use crate::publish::headers::{self, ASSET, IMMUTABLE, PAGE, PAGES, TYPES};

/// A host that is known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hosting {
    /// A branch of a GitHub repository.
    GithubPages,
    /// Netlify, from a branch.
    Netlify,
    /// Cloudflare Pages, from a branch.
    Cloudflare,
    /// A website bucket.
    S3,
    /// A machine with nginx.
    Nginx,
    /// A machine with Caddy.
    Caddy,
}

impl Hosting {
    /// Every host with its word on the command line.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("github-pages", Self::GithubPages),
        ("netlify", Self::Netlify),
        ("cloudflare", Self::Cloudflare),
        ("s3", Self::S3),
        ("nginx", Self::Nginx),
        ("caddy", Self::Caddy),
    ];

    /// Its forms of redirects, as `redirect_files` names them.
    fn redirects(self) -> &'static [&'static str] {
        match self {
            Self::GithubPages => &["html"],
            Self::Netlify | Self::Cloudflare => &["html", "netlify"],
            Self::S3 => &["html", "s3"],
            Self::Nginx => &["html", "nginx"],
            Self::Caddy => &["html", "caddy"],
        }
    }

    /// What remains to be done by a person, a line each.
    fn steps(self) -> &'static [&'static str] {
        const WORKFLOW: &str = "in the repository's settings, set the variable NEWSPRINT_GIT (see .github/workflows/publish.yml)";
        match self {
            Self::GithubPages => {
                &[WORKFLOW, "after the first run, under Pages, choose “Deploy from a branch” and gh-pages"]
            }
            Self::Netlify => {
                &[WORKFLOW, "at Netlify, deploy the branch gh-pages: no build command, folder `.`"]
            }
            Self::Cloudflare => {
                &[WORKFLOW, "at Cloudflare Pages, choose the branch gh-pages: no build command, folder `/`"]
            }
            Self::S3 => &[WORKFLOW, "make the bucket as deploy/s3/README.md says, and set the two secrets"],
            Self::Nginx => &[
                "newsprint build, newsprint publish live, then include deploy/nginx.conf",
                "systemctl enable --now newsprint-publish (see deploy/newsprint-publish.service)",
            ],
            Self::Caddy => &[
                "newsprint build, newsprint publish live, then import deploy/Caddyfile",
                "systemctl enable --now newsprint-publish (see deploy/newsprint-publish.service)",
            ],
        }
    }
}

/// What is known of a site.
struct Facts {
    /// `paper.example`.
    domain: String,
    /// `/news` for a site below a path; else empty.
    below: String,
    /// The site's folder, absolute.
    site: String,
    /// Address of the repository that the site is in.
    remote: String,
    /// Whether the site has files of its own below `media/`.
    has_media: bool,
}

/// What was added to a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Files that were written, and site.toml if it was extended.
    pub written: Vec<String>,
    /// Files that were there already, and were left as they are.
    pub kept: Vec<String>,
    /// What remains to be done.
    pub steps: Vec<&'static str>,
}

/// Adds to a site what a host needs. Files that are there stay as they are; in site.toml no line changes.
///
/// # Errors
/// There is no site, its configuration has faults, or writing failed.
pub fn add(dir: &Path, host: Hosting) -> Result<Added, Vec<Diag>> {
    let one = |diag| vec![diag];
    let config = load::read_config(&Dir::new(dir), &dir.to_string_lossy()).map_err(one)?;
    let clock = Clock { now: 0, drafts: false, future: false };
    let wishes = Wishes { base_url: None, clock, keep_going: false };
    let parsed = load::parse_config(&config, &wishes);
    let Some(values) = parsed.value else { return Err(parsed.diags) };
    let address = values.base_url.split_once("://").map_or(values.base_url.as_str(), |(_, rest)| rest);
    let (domain, below) = address.trim_end_matches('/').split_once('/').map_or_else(
        || (address.trim_end_matches('/').to_owned(), String::new()),
        |(domain, path)| (domain.to_owned(), format!("/{path}")),
    );
    let facts = Facts {
        domain,
        below,
        site: std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned()).to_string_lossy().into_owned(),
        remote: origin(dir),
        has_media: disk::exists(&dir.join("static/media")),
    };
    let mut added = Added { steps: host.steps().to_vec(), ..Added::default() };
    for (path, text) in files(host, &facts) {
        match disk::create(&dir.join(path), text.as_bytes()).map_err(one)? {
            true => added.written.push(path.to_owned()),
            false => added.kept.push(path.to_owned()),
        }
    }
    match extended(&config.text, host, &facts) {
        Some(text) if text != config.text => {
            disk::replace(&dir.join(load::CONFIG), text.as_bytes(), Durability::PowerCut).map_err(one)?;
            added.written.push(load::CONFIG.to_owned());
        }
        _ => added.kept.push(load::CONFIG.to_owned()),
    }
    Ok(added)
}

/// The address of the repository over https, if the folder is in a clone of one at GitHub; else one to fill in.
fn origin(dir: &Path) -> String {
    let asked = Command::new("git")
        .args(["remote", "get-url", "origin"])
        .current_dir(dir)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let url =
        asked.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    let path = url.split_once("github.com").map(|(_, path)| path.trim_start_matches([':', '/']));
    let path = path.map(|path| path.trim_end_matches(".git")).filter(|path| path.split('/').count() == 2);
    format!("https://github.com/{}.git", path.unwrap_or("OWNER/REPOSITORY"))
}

/// site.toml with the target `live` and the host's redirects, as far as it names none itself. Pure.
fn extended(text: &str, host: Hosting, facts: &Facts) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    if !document.contains_key("redirect_files") {
        document.insert("redirect_files", value(host.redirects().iter().copied().collect::<Array>()));
    }
    if !document.contains_key("publish") {
        let mut live = Table::new();
        let mut set = |key: &str, word: &str| drop(live.insert(key, value(word)));
        match host {
            Hosting::GithubPages | Hosting::Netlify | Hosting::Cloudflare => {
                set("kind", "git");
                set("remote", &facts.remote);
                set("branch", "gh-pages");
                set("host", word(host));
            }
            Hosting::S3 => {
                set("kind", "s3");
                set("bucket", &facts.domain);
                set("region", "us-east-1");
            }
            Hosting::Nginx | Hosting::Caddy => {
                set("kind", "dir");
                set("path", &format!("/srv/www/{}", facts.domain));
            }
        }
        live.decor_mut().set_prefix("\n# Where `newsprint publish` brings the site.\n");
        let mut publish = Table::new();
        publish.set_implicit(true);
        publish.insert("live", Item::Table(live));
        document.insert("publish", Item::Table(publish));
    }
    Some(document.to_string())
}

fn word(host: Hosting) -> &'static str {
    Hosting::WORDS.iter().find(|(_, known)| *known == host).map_or("", |(word, _)| *word)
}

/// Forbids everything that the default theme does not need; see docs/security-policy.md.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; font-src 'self'; script-src 'self' \
                      'wasm-unsafe-eval'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'self'";

/// The files that a host needs: path within the site and text. Pure.
fn files(host: Hosting, facts: &Facts) -> Vec<(&'static str, String)> {
    const WORKFLOW: &str = include_str!("hosting/publish.yml");
    const SERVICE: (&str, &str) =
        ("deploy/newsprint-publish.service", include_str!("hosting/newsprint-publish.service"));
    let workflow = (".github/workflows/publish.yml", WORKFLOW);
    let rules = ("static/_headers", include_str!("hosting/_headers"));
    let found = match host {
        Hosting::GithubPages => vec![workflow],
        Hosting::Netlify | Hosting::Cloudflare => vec![workflow, rules],
        Hosting::S3 => vec![
            workflow,
            ("deploy/s3/README.md", include_str!("hosting/s3.md")),
            ("deploy/s3/bucket-policy.json", include_str!("hosting/bucket-policy.json")),
            (
                "deploy/s3/website.json",
                "{ \"IndexDocument\": { \"Suffix\": \"index.html\" }, \"ErrorDocument\": { \"Key\": \"404.html\" } }\n",
            ),
            ("deploy/s3/response-headers.json", include_str!("hosting/response-headers.json")),
        ],
        Hosting::Nginx => vec![("deploy/nginx.conf", include_str!("hosting/nginx.conf")), SERVICE],
        Hosting::Caddy => vec![("deploy/Caddyfile", include_str!("hosting/Caddyfile")), SERVICE],
    };
    let values = values(host, facts);
    let fill = |text: &str| {
        values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("@{name}@"), value))
    };
    found.into_iter().map(|(path, text)| (path, fill(text))).collect()
}

/// What stands for the names in the texts.
fn values(host: Hosting, facts: &Facts) -> Vec<(&'static str, String)> {
    let charset = |content_type: &str| content_type.split_once(';').map(|(kind, _)| kind.to_owned());
    let mut with_charset: Vec<String> = TYPES.iter().filter_map(|(_, full)| charset(full)).collect();
    with_charset.dedup();
    with_charset.retain(|kind| kind != "text/html");
    let is_text = |kind: &str| {
        kind.starts_with("text/") || ["json", "xml", "wasm"].iter().any(|word| kind.contains(word))
    };
    let mut gzip: Vec<String> = TYPES
        .iter()
        .map(|(_, full)| charset(full).unwrap_or_else(|| (*full).to_owned()))
        .filter(|kind| is_text(kind) && kind != "text/html")
        .collect();
    gzip.sort();
    gzip.dedup();
    let types: Vec<String> = match host {
        Hosting::Caddy => {
            TYPES.iter().map(|(extension, full)| format!("\t\t\"~(?i)[.]{extension}$\" \"{full}\"")).collect()
        }
        _ => TYPES
            .iter()
            .map(|(extension, full)| {
                format!("        {} {extension};", charset(full).unwrap_or_else(|| (*full).to_owned()))
            })
            .collect(),
    };
    let below = match (host, facts.below.as_str()) {
        (_, "") => String::new(),
        (Hosting::Caddy, path) => format!("\turi strip_prefix {path}\n"),
        (_, path) => format!("    rewrite ^{}/(.*)$ /$1 last;\n", path.replace('.', "\\.")),
    };
    let (place, keys, env, before) = match host {
        Hosting::S3 => (
            "the bucket",
            ",\n# and the secrets AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to keys that may change this bucket and \
             nothing else",
            "          AWS_ACCESS_KEY_ID: ${{ secrets.AWS_ACCESS_KEY_ID }}\n          AWS_SECRET_ACCESS_KEY: ${{ \
             secrets.AWS_SECRET_ACCESS_KEY }}\n",
            "",
        ),
        _ => (
            "the branch that the host serves",
            "",
            "          GITHUB_TOKEN: ${{ github.token }}\n",
            "          git config --global credential.https://github.com.helper \\\n            '!f() { test \"$1\" = get \
             && echo username=x-access-token && echo \"password=$GITHUB_TOKEN\"; }; f'\n",
        ),
    };
    let name = if host == Hosting::Netlify { "Netlify" } else { "Cloudflare Pages" };
    let media = if facts.has_media {
        // A picture of the site's own may be replaced under its name.
        "# Pictures that Newsprint makes are named by their content, but static/media/ has files that are not.\n"
            .to_owned()
    } else {
        format!(
            "# Pictures that Newsprint makes, named by their content. Keep files of your own out of static/media/.\n{}/media/*\n  Cache-Control: {IMMUTABLE}\n",
            facts.below
        )
    };
    vec![
        ("domain", facts.domain.clone()),
        ("bucket", facts.domain.clone()),
        ("site", facts.site.clone()),
        ("root", format!("/srv/www/{}/current", facts.domain)),
        ("below", below),
        ("asset", ASSET.to_owned()),
        ("page", PAGE.to_owned()),
        ("immutable", IMMUTABLE.to_owned()),
        ("pages", PAGES.join("|")),
        ("hashed", headers::hashed_pattern()),
        ("charset", with_charset.join(" ")),
        ("gzip", gzip.join(" ")),
        ("types", types.join("\n")),
        ("csp", POLICY.to_owned()),
        ("host", name.to_owned()),
        ("media", media),
        ("place", place.to_owned()),
        ("keys", keys.to_owned()),
        ("env", env.to_owned()),
        ("before", before.to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn a_configuration_is_extended_and_no_line_of_it_changes() {
        let facts = |below: &str| Facts {
            domain: "a.example".to_owned(),
            below: below.to_owned(),
            site: "/desk".to_owned(),
            remote: "https://github.com/a/b.git".to_owned(),
            has_media: false,
        };
        let text = "# Ours.\ntitle = 'A' # first\nbase_url = \"https://a.example/\"\ntimezone = \"UTC\"\n\n# Sections.\n[[section]]\nslug = \"town\"\ntitle = \"Town\"\n";
        for (word, host) in Hosting::WORDS {
            let longer = extended(text, host, &facts("")).expect("a text");
            let lines: Vec<&str> = longer.lines().collect();
            let mut rest = lines.iter();
            assert!(text.lines().all(|line| rest.any(|found| *found == line)), "{word}: {longer}");
            let parsed = config::parse("site.toml", &longer);
            assert!(parsed.diags.is_empty(), "{word}: {:?}\n{longer}", parsed.diags);
            let config = parsed.value.expect("a configuration");
            assert_eq!(config.publish.len(), 1, "{word}");
            assert_eq!(extended(&longer, host, &facts("")), Some(longer.clone()), "{word}: twice is once");
            for (path, text) in files(host, &facts("/news")) {
                let names = values(host, &facts(""));
                let left = names.iter().find(|(name, _)| text.contains(&format!("@{name}@")));
                assert_eq!(left, None, "{word}: {path}");
            }
        }
    }
}
