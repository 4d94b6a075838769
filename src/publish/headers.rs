//! How a file is served: its content type and how long it may be kept. Pure.

use serde::Serialize;

use crate::fingerprint::{Fingerprint, Hasher};

/// What a server says about a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Headers {
    /// `Content-Type`.
    #[serde(rename = "type")]
    pub content_type: &'static str,
    /// `Cache-Control`.
    #[serde(rename = "cache")]
    pub cache_control: &'static str,
}

/// For files whose name changes with their bytes.
pub const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// For styles, scripts, fonts and pictures that are replaced under their name.
pub const ASSET: &str = "public, max-age=3600, stale-while-revalidate=86400";
/// For pages, feeds and sitemaps.
pub const PAGE: &str = "public, max-age=60, stale-while-revalidate=600";
/// For our own records, and for what stands in the place of a withdrawn page.
pub const NEVER: &str = "no-store";

/// Content types by extension.
pub(crate) const TYPES: [(&str, &str); 35] = [
    ("html", "text/html; charset=utf-8"),
    ("htm", "text/html; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("webmanifest", "application/manifest+json"),
    ("xml", "application/xml"),
    ("rss", "application/rss+xml"),
    ("atom", "application/atom+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("conf", "text/plain; charset=utf-8"),
    ("md", "text/markdown; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("avif", "image/avif"),
    ("ico", "image/x-icon"),
    ("woff2", "font/woff2"),
    ("woff", "font/woff"),
    ("ttf", "font/ttf"),
    ("otf", "font/otf"),
    ("pdf", "application/pdf"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("mp4", "video/mp4"),
    ("webm", "video/webm"),
    ("wasm", "application/wasm"),
    ("zip", "application/zip"),
    ("gz", "application/gzip"),
];

impl Headers {
    /// Of a file of the site.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let extension = extension(path);
        let known = TYPES.iter().find(|(known, _)| *known == extension);
        let content_type = known.map_or("application/octet-stream", |(_, content_type)| content_type);
        let cache_control = match extension.as_str() {
            extension if PAGES.contains(&extension) => PAGE,
            _ if is_hashed(path) => IMMUTABLE,
            "json" => PAGE,
            _ => ASSET,
        };
        Self { content_type, cache_control }
    }

    /// Of our own records at the target.
    #[must_use]
    pub fn record() -> Self {
        Self { content_type: "text/plain; charset=utf-8", cache_control: NEVER }
    }

    /// Of what stands in the place of a withdrawn page.
    #[must_use]
    pub fn buried() -> Self {
        Self { content_type: "text/html; charset=utf-8", cache_control: NEVER }
    }

    /// A short fingerprint: a changed header is a change.
    #[must_use]
    pub fn short(&self) -> String {
        let mut hasher = Hasher::new();
        hasher.text(self.content_type).text(self.cache_control);
        let fingerprint: Fingerprint = hasher.finish();
        fingerprint.short(8)
    }
}

/// The extension in lower case.
pub(crate) fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_ascii_lowercase())
}

/// Hexadecimal digits of a fingerprint in a file's name, at least: those that other tools put there, and ours.
const LONG: usize = 12;
const SHORT: usize = 8;

/// Whether a file's name changes with its content: it has a part of 12 or more hexadecimal digits, or it is one of the
/// pictures that `build` makes (`media/ferry-61fa09dc-400.webp`). A letter must be among them: a date (`20260314`) or a
/// number is no fingerprint.
#[must_use]
pub fn is_hashed(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let hex = |part: &str| {
        part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
            && part.bytes().any(|b| b.is_ascii_alphabetic())
    };
    let is_size = |part: &str| {
        let (width, height) = part.split_once('x').unwrap_or((part, "0"));
        [width, height].iter().all(|side| !side.is_empty() && side.bytes().all(|b| b.is_ascii_digit()))
    };
    let is_made = || {
        let Some((stem, extension)) = name.rsplit_once('.') else { return false };
        let Some((stem, last)) = stem.rsplit_once('-') else { return false };
        let digits =
            if is_size(last) { stem.rsplit_once('-').map_or("", |(_, digits)| digits) } else { last };
        let is_word = !extension.is_empty() && extension.bytes().all(|b| b.is_ascii_alphanumeric());
        is_word && digits.len() == SHORT && hex(digits)
    };
    extension(path) != "html"
        && (name.split(['.', '-', '_']).any(|part| part.len() >= LONG && hex(part))
            || (folder == "media" || folder.ends_with("/media")) && is_made())
}

/// What [`is_hashed`] says of all but pages, as a regular expression on an address, for servers: as PCRE and RE2 read it,
/// which is why no lookahead says "a letter among them".
pub(crate) fn hashed_pattern() -> String {
    let long: Vec<String> =
        (0..LONG - 1).map(|n| format!("[0-9]{{{n}}}[a-f][0-9a-f]{{{},}}", LONG - 1 - n)).collect();
    let short: Vec<String> =
        (0..SHORT).map(|n| format!("[0-9]{{{n}}}[a-f][0-9a-f]{{{}}}", SHORT - 1 - n)).collect();
    format!(
        "(?:[/._-](?:{}|[0-9]{{{},}}[a-f][0-9a-f]*)(?:[._-][^/]*)?|/media/[^/]*-(?:{})(?:-[0-9]+(?:x[0-9]+)?)?[.][A-Za-z0-9]+)$",
        long.join("|"),
        LONG - 1,
        short.join("|")
    )
}

/// Extensions of files that are kept for minutes whatever their name.
pub(crate) const PAGES: [&str; 5] = ["html", "xml", "rss", "atom", "txt"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        for (path, content_type, cache) in [
            ("index.html", "text/html; charset=utf-8", PAGE),
            ("a/feed.xml", "application/xml", PAGE),
            ("css/newsprint.css", "text/css; charset=utf-8", ASSET),
            ("img/pilots-640-0f3c9a12bd77.webp", "image/webp", IMMUTABLE),
            ("img/report-20260314123456.pdf", "application/pdf", ASSET),
            ("a/0f3c9a12bd77.html", "text/html; charset=utf-8", PAGE),
            ("search/0f3c9a12bd77.json", "application/json", IMMUTABLE),
            ("search/index.json", "application/json", PAGE),
            ("media/ferry-61fa09dc-400.webp", "image/webp", IMMUTABLE),
            ("media/ferry-61fa09dc-1200x675.jpg", "image/jpeg", IMMUTABLE),
            ("media/report-0b61fa09.pdf", "application/pdf", IMMUTABLE),
            ("media/ferry-20260314-400.jpg", "image/jpeg", ASSET),
            ("media/ferry-facade.jpg", "image/jpeg", ASSET),
            ("img/ferry-61fa09dc-400.webp", "image/webp", ASSET),
            ("LICENSE", "application/octet-stream", ASSET),
        ] {
            let headers = Headers::of(path);
            assert_eq!((headers.content_type, headers.cache_control), (content_type, cache), "{path}");
        }
    }
}
