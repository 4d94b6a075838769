//! Where a link leads: inside the site, as a path from its root, or to another host.

use serde::{Deserialize, Serialize};

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum To {
    /// A path from the site's root without a leading slash, decoded, and an anchor (may be empty).
    Inside(String, String),
    /// Another host, with its scheme.
    Outside(String),
    /// Above the site's root.
    Above,
    /// What runs when it is followed.
    Script,
    /// What this program need not follow: `mailto:`, `tel:`, data, nothing at all.
    Nowhere,
}

/// The site's absolute address, taken apart.
#[derive(Clone, Debug)]
pub struct Base {
    /// `https://paper.example`.
    host: String,
    /// The path with slashes at both ends.
    path: String,
}

impl Base {
    /// From `base_url`, which ends in a slash.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        let host_end = base_url.find("://").map_or(0, |at| at + 3);
        let at = base_url[host_end..].find('/').map_or(base_url.len(), |at| host_end + at);
        let path = base_url[at..].trim_matches('/');
        let path = if path.is_empty() { "/".to_owned() } else { format!("/{path}/") };
        Self { host: base_url[..at].to_owned(), path }
    }

    /// Where `href` leads on the page at `from`, a path from the site's root.
    #[must_use]
    pub fn resolve(&self, from: &str, href: &str) -> To {
        // As the URL standard reads it: blanks at the ends and line ends anywhere are not there.
        let cleaned: String = href
            .trim_matches(|c: char| c <= ' ')
            .chars()
            .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
            .collect();
        if cleaned.is_empty() {
            return To::Nowhere;
        }
        if let Some(scheme) = scheme(&cleaned) {
            return match scheme.as_str() {
                "javascript" | "vbscript" => To::Script,
                "data" if cleaned[5..].trim_start().to_lowercase().starts_with("text/html") => To::Script,
                "http" | "https" => match self.inside(&cleaned) {
                    Some(rest) => self.path_of("", rest),
                    None => To::Outside(cleaned),
                },
                _ => To::Nowhere,
            };
        }
        if cleaned.starts_with("//") || cleaned.starts_with("\\\\") {
            return To::Outside(format!("https:{cleaned}"));
        }
        match cleaned.strip_prefix('/') {
            Some(_) => match format!("{cleaned}/").strip_prefix(&self.path) {
                Some(_) if cleaned.len() + 1 == self.path.len() => self.path_of("", ""),
                Some(_) => self.path_of("", &cleaned[self.path.len()..]),
                None => To::Above,
            },
            None => self.path_of(from, &cleaned),
        }
    }

    /// What stands behind the site's own address.
    fn inside<'u>(&self, url: &'u str) -> Option<&'u str> {
        let head = url.get(..self.host.len())?;
        let rest = &url[head.len()..];
        if !head.eq_ignore_ascii_case(&self.host) {
            return None;
        }
        match rest.strip_prefix(self.path.as_str()) {
            Some(rest) => Some(rest),
            None => (rest.trim_end_matches('/') == self.path.trim_end_matches('/')).then_some(""),
        }
    }

    /// A relative address on the page at `from`.
    fn path_of(&self, from: &str, relative: &str) -> To {
        let (rest, anchor) = relative.split_once('#').unwrap_or((relative, ""));
        let path = rest.split('?').next().unwrap_or(rest);
        // A text fragment is for the browser; so is the top of the page.
        let anchor = anchor.split(":~:").next().unwrap_or("");
        let anchor = decoded(anchor).unwrap_or_default();
        if path.is_empty() && !rest.contains('?') && !from.is_empty() {
            return To::Inside(from.to_owned(), anchor);
        }
        let Some(path) = decoded(path) else { return To::Above };
        let mut parts: Vec<&str> = from.split('/').collect();
        parts.pop();
        let mut is_folder = path.is_empty();
        for part in path.split('/') {
            is_folder = matches!(part, "" | "." | "..");
            match part {
                "" | "." => {}
                ".." => {
                    if parts.pop().is_none() {
                        return To::Above;
                    }
                }
                part => parts.push(part),
            }
        }
        let mut path = parts.join("/");
        if is_folder && !path.is_empty() {
            path.push('/');
        }
        To::Inside(path, anchor)
    }
}

/// A scheme as the URL standard sees one, lower case.
fn scheme(url: &str) -> Option<String> {
    let end = url.find([':', '/', '?', '#', '\\'])?;
    let name = &url[..end];
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    (url[end..].starts_with(':') && is_name).then(|| name.to_ascii_lowercase())
}

/// Text without percent signs; `None` when it is no UTF-8.
#[must_use]
pub fn decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = |b: &u8| char::from(*b).to_digit(16).and_then(|n| u8::try_from(n).ok());
        let byte = match (first, after) {
            (b'%', [high, low, ..]) => hex(high).zip(hex(low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves() {
        let inside = |path: &str, anchor: &str| To::Inside(path.to_owned(), anchor.to_owned());
        let from = "world/2026/a.html";
        for (base, href, to) in [
            ("https://x.example/", "b.html", inside("world/2026/b.html", "")),
            ("https://x.example/", "../../index.html#top", inside("index.html", "top")),
            ("https://x.example/", "#c%C3%A9", inside("world/2026/a.html", "cé")),
            ("https://x.example/", "", To::Nowhere),
            ("https://x.example/", "/tags/", inside("tags/", "")),
            ("https://x.example/", "../..", inside("", "")),
            ("https://x.example/", "../../../b", To::Above),
            ("https://x.example/", "HTTPS://X.example/b.html?q#d", inside("b.html", "d")),
            ("https://x.example/", "https://x.example", inside("", "")),
            (
                "https://x.example/",
                "https://x.example.evil/",
                To::Outside("https://x.example.evil/".to_owned()),
            ),
            ("https://x.example/", "//y.example/z", To::Outside("https://y.example/z".to_owned())),
            ("https://x.example/p/", "/p/b.html", inside("b.html", "")),
            ("https://x.example/p/", "/p", inside("", "")),
            ("https://x.example/p/", "/q/b.html", To::Above),
            ("https://x.example/", "java\nscript:alert(1)", To::Script),
            ("https://x.example/", "data: text/HTML,x", To::Script),
            ("https://x.example/", "mailto:a@b.example", To::Nowhere),
            ("https://x.example/", "a:b/c", To::Nowhere),
            ("https://x.example/", "m%C3%BC%", inside("world/2026/mü%", "")),
        ] {
            assert_eq!(Base::new(base).resolve(from, href), to, "{href}");
        }
    }
}
