//! Former addresses, as pages and rule files see them.

use super::head::base_path;
use crate::ingredient::Ingredient;
use crate::plan::{self, Goal};
use crate::site::Site;

/// Where one former address leads: a root-relative link, or an address on another host.
pub(super) fn goal(site: &Site, goal: &Goal) -> Ingredient<'static> {
    match goal {
        Goal::Page(out) => Ingredient::text(site.href(out)),
        Goal::Url(url) => Ingredient::text(url.clone()),
    }
}

/// All of them: `[{from, plain, pattern, key, to, scheme, host, path, folder}]`.
pub(super) fn all(site: &Site) -> Ingredient<'static> {
    let base = base_path(site);
    let rule = |redirect: plan::Redirect| {
        // A file that only a folder's name leads to is known by that name.
        let path = redirect.from.as_str();
        let folder = path.strip_suffix("index.html").filter(|folder| folder.ends_with('/'));
        let shown = folder.map_or(path, |folder| folder.trim_end_matches('/'));
        let to = match &redirect.to {
            Goal::Page(out) => format!("{base}{}", out.url()),
            Goal::Url(url) => url.clone(),
        };
        let (scheme, rest) = to.split_once("://").unzip();
        let (host, path) = match rest {
            Some(rest) => (
                Some(rest.split('/').next().unwrap_or(rest)),
                rest.split_once('/').map_or("", |(_, path)| path),
            ),
            None => (None, to.trim_start_matches('/')),
        };
        let (scheme, host, path) = (scheme.map(str::to_owned), host.map(str::to_owned), path.to_owned());
        let ending = if folder.is_some() { "/?$" } else { "$" };
        Ingredient::Map(vec![
            ("from", Ingredient::text(format!("{base}{}", crate::path::encode(shown)))),
            ("plain", Ingredient::text(format!("{base}{shown}"))),
            ("pattern", Ingredient::text(format!("^{}{ending}", quoted(&format!("{base}{shown}"))))),
            ("key", Ingredient::text(redirect.from.url())),
            ("to", Ingredient::text(to)),
            ("scheme", Ingredient::maybe(scheme)),
            ("host", Ingredient::maybe(host)),
            ("path", Ingredient::text(path)),
            ("folder", Ingredient::Bool(folder.is_some())),
        ])
    };
    Ingredient::List(plan::redirects(site).into_iter().map(rule).collect())
}

/// Text as a regular expression that matches just it.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, '/' | '-' | '_') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted
}
