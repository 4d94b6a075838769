//! The default theme, embedded: templates and files that a site can override one by one.

use crate::template::TemplateSource;

/// Names and texts of the default templates.
const TEMPLATES: [(&str, &str); 27] = [
    ("404.html", include_str!("../templates/404.html")),
    ("accent.css", include_str!("../templates/accent.css")),
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

/// The theme's files with their output paths.
#[must_use]
pub fn files() -> &'static [(&'static str, &'static [u8])] {
    FILES
}

/// A file's bytes.
#[must_use]
pub fn file(path: &str) -> Option<&'static [u8]> {
    FILES.iter().find(|(known, _)| *known == path).map(|(_, bytes)| *bytes)
}
