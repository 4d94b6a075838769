//! What site.toml says of the paper as a publisher, of sitemaps, of the search page and of redirects.

use std::collections::BTreeMap;

use super::{check_link, check_relative, choices, feed, is_web_url, pattern, urls};
use crate::schema::{Field, Reader, Schema, put};

/// Who publishes, for search engines and readers who want to know.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Publisher {
    /// Its name; default: the site's title.
    pub name: Option<String>,
    /// The name of the company or society behind it.
    pub legal_name: Option<String>,
    /// A picture within static/.
    pub logo: Option<String>,
    /// Its pages elsewhere.
    pub same_as: Vec<String>,
    /// schema.org's name of a policy -> where it is written: a path from the site's root, or a URL.
    pub policies: BTreeMap<&'static str, String>,
}

/// Sitemaps besides the one that every site has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sitemaps {
    /// The News sitemap's pattern; empty for none.
    pub news: String,
    /// The paper's name as news search engines know it; default: the site's title.
    pub publication: Option<String>,
}

impl Default for Sitemaps {
    fn default() -> Self {
        Self { news: "/news-sitemap.xml".to_owned(), publication: None }
    }
}

/// The search page, which browsers search without a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The page's pattern, below each edition's folder; empty for none.
    pub path: String,
    /// Whether whole texts are searched; else headlines, summaries, tags and names.
    pub full_text: bool,
}

impl Default for Search {
    fn default() -> Self {
        Self { path: "/search/".to_owned(), full_text: true }
    }
}

/// A way in which former addresses are said to lead elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RedirectForm {
    /// A page at each former address; works on every host.
    Html,
    /// `_redirects`, read by Netlify and Cloudflare Pages.
    Netlify,
    /// `redirects.nginx.conf`, a map to include.
    Nginx,
    /// `redirects.caddy`, to import.
    Caddy,
    /// `.htaccess`.
    Apache,
    /// `redirects.s3.json`, routing rules of an S3 website.
    S3,
}

impl RedirectForm {
    /// Those that make a file of rules.
    pub const RULES: [Self; 5] = [Self::Netlify, Self::Nginx, Self::Caddy, Self::Apache, Self::S3];
    /// Every form with its word in site.toml.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("html", Self::Html),
        ("netlify", Self::Netlify),
        ("nginx", Self::Nginx),
        ("caddy", Self::Caddy),
        ("apache", Self::Apache),
        ("s3", Self::S3),
    ];

    /// Its file and template.
    #[must_use]
    pub fn template(self) -> &'static str {
        match self {
            Self::Html => "redirect.html",
            Self::Netlify => "redirects.netlify.txt",
            Self::Nginx => "redirects.nginx.txt",
            Self::Caddy => "redirects.caddy.txt",
            Self::Apache => "redirects.apache.txt",
            Self::S3 => "redirects.s3.json",
        }
    }

    /// Where its rules go.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Html => "",
            Self::Netlify => "_redirects",
            Self::Nginx => "redirects.nginx.conf",
            Self::Caddy => "redirects.caddy",
            Self::Apache => ".htaccess",
            Self::S3 => "redirects.s3.json",
        }
    }
}

pub(super) const PUBLISHER: Schema<Publisher> = Schema {
    required: &[],
    rules: &[
        ("name", |r, f, p| put(&mut p.name, r.some_words(f))),
        ("legal_name", |r, f, p| put(&mut p.legal_name, r.some_words(f))),
        ("logo", |r, f, p| put(&mut p.logo, r.checked(f, check_relative))),
        ("same_as", |r, f, p| put(&mut p.same_as, urls(r, f))),
        ("publishing_principles", |r, f, p| policy(r, f, p, "publishingPrinciples")),
        ("corrections_policy", |r, f, p| policy(r, f, p, "correctionsPolicy")),
        ("ethics_policy", |r, f, p| policy(r, f, p, "ethicsPolicy")),
        ("verification_policy", |r, f, p| policy(r, f, p, "verificationFactCheckingPolicy")),
        ("unnamed_sources_policy", |r, f, p| policy(r, f, p, "unnamedSourcesPolicy")),
        ("diversity_policy", |r, f, p| policy(r, f, p, "diversityPolicy")),
        ("feedback_policy", |r, f, p| policy(r, f, p, "actionableFeedbackPolicy")),
        ("ownership", |r, f, p| policy(r, f, p, "ownershipFundingInfo")),
        ("masthead", |r, f, p| policy(r, f, p, "masthead")),
        ("mission", |r, f, p| policy(r, f, p, "missionCoveragePrioritiesPolicy")),
    ],
};

fn policy(reader: &mut Reader<'_>, field: &Field<'_>, publisher: &mut Publisher, name: &'static str) {
    let link = reader.checked(field, check_link);
    publisher.policies.extend(link.map(|link| (name, link)));
}

pub(super) const SITEMAPS: Schema<Sitemaps> = Schema {
    required: &[],
    rules: &[
        ("news", |r, f, s| put(&mut s.news, feed(r, f, &[]))),
        ("publication", |r, f, s| put(&mut s.publication, r.some_words(f))),
    ],
};

pub(super) const SEARCH: Schema<Search> = Schema {
    required: &[],
    rules: &[
        ("path", |r, f, s| put(&mut s.path, pattern(r, f, &[], &[], true))),
        ("full_text", |r, f, s| put(&mut s.full_text, r.flag(f))),
    ],
};

/// Former addresses -> where they lead: a path from the site's root, or a URL.
pub(super) fn redirects(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<BTreeMap<String, String>> {
    let fields = reader.fields(field)?;
    let mut redirects = BTreeMap::new();
    for (from, field) in &fields {
        if !from.starts_with('/') || from.trim_matches('/').is_empty() {
            reader.refuse(field, "a former address is a path from the site's root: \"/old/\"");
            continue;
        }
        let to = reader.checked(field, |to| {
            match to.starts_with('/') && !to.starts_with("//") || is_web_url(to) {
                true => Ok(()),
                false => Err("this must be a path from the site's root, such as /new/, or an absolute URL"),
            }
        });
        redirects.extend(to.map(|to| ((*from).to_owned(), to)));
    }
    Some(redirects)
}

pub(super) fn redirect_forms(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Vec<RedirectForm>> {
    choices(reader, field, &RedirectForm::WORDS)
}

/// Keys of these tables, in the order of the documentation.
pub(super) fn keys() -> impl Iterator<Item = String> {
    PUBLISHER.keys("publisher.").chain(SITEMAPS.keys("sitemaps.")).chain(SEARCH.keys("search."))
}
