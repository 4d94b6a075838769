//! The default theme, embedded: templates and files that a site can override one by one.

use std::borrow::Cow;

use crate::template::TemplateSource;

/// Names and texts of the default templates.
const TEMPLATES: [(&str, &str); 26] = [
    ("404.html", include_str!("../templates/404.html")),
    ("archive.html", include_str!("../templates/archive.html")),
    ("article.html", include_str!("../templates/article.html")),
    ("atom.xml", include_str!("../templates/atom.xml")),
    ("base.html", include_str!("../templates/base.html")),
    ("components.html", include_str!("../templates/components.html")),
    ("corrections.html", include_str!("../templates/corrections.html")),
    ("feed.json", include_str!("../templates/feed.json")),
    ("feed.xml", include_str!("../templates/feed.xml")),
    ("front.html", include_str!("../templates/front.html")),
    ("list.html", include_str!("../templates/list.html")),
    ("news-sitemap.xml", include_str!("../templates/news-sitemap.xml")),
    ("notice.html", include_str!("../templates/notice.html")),
    ("page.html", include_str!("../templates/page.html")),
    ("redirect.html", include_str!("../templates/redirect.html")),
    ("redirects.apache.txt", include_str!("../templates/redirects.apache.txt")),
    ("redirects.caddy.txt", include_str!("../templates/redirects.caddy.txt")),
    ("redirects.netlify.txt", include_str!("../templates/redirects.netlify.txt")),
    ("redirects.nginx.txt", include_str!("../templates/redirects.nginx.txt")),
    ("redirects.s3.json", include_str!("../templates/redirects.s3.json")),
    ("robots.txt", include_str!("../templates/robots.txt")),
    ("search.html", include_str!("../templates/search.html")),
    ("sitemap-index.xml", include_str!("../templates/sitemap-index.xml")),
    ("sitemap.xml", include_str!("../templates/sitemap.xml")),
    ("structured.html", include_str!("../templates/structured.html")),
    ("terms.html", include_str!("../templates/terms.html")),
];

include!(concat!(env!("OUT_DIR"), "/theme_files.rs"));

/// The default templates, with the path under which a person would override them.
pub fn templates() -> impl Iterator<Item = TemplateSource> {
    TEMPLATES.iter().map(|(name, text)| TemplateSource {
        name: (*name).to_owned(),
        path: format!("{}templates/{name}", crate::diag::EMBEDDED),
        text: (*text).to_owned(),
    })
}

/// The text of a default template.
#[must_use]
pub fn template(name: &str) -> Option<&'static str> {
    TEMPLATES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Names of the default templates.
pub fn template_names() -> impl Iterator<Item = &'static str> {
    TEMPLATES.iter().map(|(name, _)| *name)
}

/// The theme's style sheet.
const SHEET: &str = "css/newsprint.css";

/// The theme's files: their output paths and, for a site with this accent colour, their bytes.
pub fn files(accent: Option<&str>) -> impl Iterator<Item = (&'static str, Cow<'static, [u8]>)> {
    FILES.iter().map(move |(path, bytes)| (*path, coloured(path, bytes, accent)))
}

/// A file's bytes, for a site with this accent colour.
#[must_use]
pub fn file(path: &str, accent: Option<&str>) -> Option<Cow<'static, [u8]>> {
    FILES.iter().find(|(known, _)| *known == path).map(|(_, bytes)| coloured(path, bytes, accent))
}

/// The colour stands in the style sheet itself: a second one would delay the first paint by a round trip, and a `style`
/// element is what a strict content security policy forbids.
fn coloured(path: &str, bytes: &'static [u8], accent: Option<&str>) -> Cow<'static, [u8]> {
    match accent.filter(|_| path == SHEET) {
        Some(accent) => [bytes, b":root { --accent: ", accent.as_bytes(), b"; }\n"].concat().into(),
        None => bytes.into(),
    }
}
