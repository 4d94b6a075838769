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
const TYPES: [(&str, &str); 35] = [
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
            "html" | "xml" | "rss" | "atom" | "txt" => PAGE,
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

/// Whether a file's name holds a fingerprint of its content: a part of 12 or more hexadecimal digits with
/// letters among them. A date (`20260314`) or a number is none.
#[must_use]
pub fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let hex = |part: &str| {
        (12..=64).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
            && part.bytes().any(|b| b.is_ascii_digit())
            && part.bytes().any(|b| b.is_ascii_alphabetic())
    };
    extension(path) != "html" && name.split(['.', '-', '_']).any(hex)
}

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
            ("LICENSE", "application/octet-stream", ASSET),
        ] {
            let headers = Headers::of(path);
            assert_eq!((headers.content_type, headers.cache_control), (content_type, cache), "{path}");
        }
    }
}
