//! A reader who follows every link: whether everything that the pages of a site name is there.

#![allow(dead_code, missing_docs, unreachable_pub, reason = "each test program uses its part of this")]

use std::collections::BTreeSet;

use super::Tree;

/// Addresses that pages name and that are not there, each with the page that names it. The crawl begins at every
/// page of `from` that is still there, and goes wherever links lead.
pub fn missing(tree: &Tree, from: impl IntoIterator<Item = String>, base_url: &str) -> Vec<String> {
    let mut open: Vec<String> = from.into_iter().filter(|path| tree.contains_key(path)).collect();
    let mut seen: BTreeSet<String> = open.iter().cloned().collect();
    let mut missing = Vec::new();
    while let Some(path) = open.pop() {
        for link in links(&path, &tree[&path]) {
            let Some(to) = resolve(&path, &link, base_url) else { continue };
            if !tree.contains_key(&to) {
                missing.push(format!("{path} -> {to}"));
            } else if seen.insert(to.clone()) {
                open.push(to);
            }
        }
    }
    missing
}

/// What a file names: pages, pictures, styles, scripts, feeds.
fn links(path: &str, bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let extension = path.rsplit('.').next().unwrap_or_default();
    match extension {
        "html" => {
            let page = dom_query::Document::from(text);
            let mut links = Vec::new();
            for (tag, attribute) in
                [("a", "href"), ("img", "src"), ("link", "href"), ("script", "src"), ("source", "src")]
            {
                let found = page.select(&format!("{tag}[{attribute}]"));
                links.extend(
                    found.iter().filter_map(|node| node.attr(attribute)).map(|value| value.to_string()),
                );
            }
            for node in &page.select("[srcset]") {
                let set = node.attr("srcset").unwrap_or_default().to_string();
                links.extend(
                    set.split(',').filter_map(|one| one.split_whitespace().next()).map(str::to_owned),
                );
            }
            let refresh = page.select("meta[http-equiv='refresh']");
            let to = refresh.attr("content").and_then(|c| c.split_once("url=").map(|(_, to)| to.to_owned()));
            links.extend(to);
            links
        }
        "css" => text
            .split("url(")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
            .map(|url| url.trim_matches(['"', '\'', ' ']).to_owned())
            .collect(),
        "xml" => ["loc", "link"]
            .iter()
            .flat_map(|tag| {
                let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
                let found = text.split(&open).skip(1).filter_map(|rest| rest.split(&close).next());
                found.map(|url| url.trim().to_owned()).collect::<Vec<_>>()
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The file that a link leads to; `None` when it leaves the site.
fn resolve(path: &str, link: &str, base_url: &str) -> Option<String> {
    let link = link.split(['#', '?']).next().unwrap_or_default();
    let link = match link.strip_prefix(base_url) {
        Some(inside) => format!("/{inside}"),
        None if link.contains("://") || link.starts_with("data:") || link.starts_with("mailto:") => {
            return None;
        }
        None if link.is_empty() => return None,
        None => link.to_owned(),
    };
    let mut parts: Vec<&str> = match link.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => path.split('/').collect(),
    };
    parts.pop();
    for part in link.trim_start_matches('/').split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            "." => {}
            part => parts.push(part),
        }
    }
    let mut target = decode(&parts.join("/"));
    if target.is_empty() || target.ends_with('/') || link.ends_with("/.") {
        target.push_str("index.html");
    }
    Some(target)
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
