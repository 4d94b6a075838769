//! Feeds and sitemaps: well-formed, and what their readers ask of them.

use std::collections::BTreeSet;

use chrono::DateTime;

use super::address::{Base, To};
use super::facts::{Facts, Link};
use super::tree::{self, Node};
use crate::diag::PageFault;

/// Addresses in one sitemap file, and its bytes: the protocol's limits.
const SITEMAP_URLS: usize = 50_000;
const SITEMAP_BYTES: usize = 50 << 20;

/// Articles in one sitemap of news.
const NEWS_URLS: usize = 1_000;

/// Looks at the XML file at `out`.
#[must_use]
pub fn look(out: &str, xml: &str, base: &Base) -> Facts {
    let mut facts = Facts::default();
    let root = match tree::parse(xml) {
        Ok(root) => root,
        Err(why) => {
            facts.fault(PageFault::Xml, &why, 0);
            return facts;
        }
    };
    let mut look = Look { out, base, facts };
    match root.name.as_str() {
        "rss" => look.rss(&root),
        "feed" => look.atom(&root),
        "urlset" => look.urls(&root, xml.len()),
        "sitemapindex" => look.sitemaps(&root),
        _ => {}
    }
    look.facts.links.sort_unstable_by(|a, b| a.to.cmp(&b.to));
    look.facts.links.dedup_by(|a, b| a.to == b.to);
    look.facts
}

struct Look<'p> {
    out: &'p str,
    base: &'p Base,
    facts: Facts,
}

impl Look<'_> {
    fn feed(&mut self, why: impl AsRef<str>) {
        self.facts.fault(PageFault::Feed, why.as_ref(), 0);
    }

    fn sitemap(&mut self, why: impl AsRef<str>) {
        self.facts.fault(PageFault::Sitemap, why.as_ref(), 0);
    }

    /// An absolute address; one of ours must be there.
    fn link(&mut self, url: &str, is_asset: bool) -> bool {
        if !(url.starts_with("https://") || url.starts_with("http://")) {
            return false;
        }
        match self.base.resolve(self.out, url) {
            to @ (To::Inside(..) | To::Outside(_)) => {
                self.facts.links.push(Link { to, line: 0, is_asset });
                true
            }
            _ => false,
        }
    }

    fn rss(&mut self, root: &Node) {
        if root.get("version") != Some("2.0") {
            self.feed("`rss` says no version 2.0");
        }
        let Some(channel) = root.child("channel") else { return self.feed("no `channel`") };
        for name in ["title", "link", "description"] {
            if channel.words(name).is_none() {
                self.feed(format!("`channel` has no `{name}`"));
            }
        }
        if channel.words("link").is_some_and(|url| !self.link(url, false)) {
            self.feed("the `link` of `channel` is no absolute address");
        }
        let mut ids = BTreeSet::new();
        for item in channel.all("item") {
            let name = item.words("title").or(item.words("link")).unwrap_or("").to_owned();
            if item.words("title").is_none() && item.words("description").is_none() {
                self.feed("an `item` has neither `title` nor `description`");
            }
            if item.words("link").is_some_and(|url| !self.link(url, false)) {
                self.feed(format!("the `link` of `{name}` is no absolute address"));
            }
            if let Some(guid) = item.child("guid") {
                let id = guid.text.trim();
                if !ids.insert(id.to_owned()) {
                    self.feed(format!("the `guid` {id} stands twice"));
                }
                if guid.get("isPermaLink") != Some("false") && !self.link(id, false) {
                    self.feed(format!("the `guid` of `{name}` is no address and does not say so"));
                }
            }
            if let Some(date) = item.words("pubDate")
                && DateTime::parse_from_rfc2822(date).is_err()
            {
                self.feed(format!("`pubDate` is `{date}`, expected Mon, 02 Mar 2026 09:00:00 +0000"));
            }
            for enclosure in item.all("enclosure") {
                let has = |key| enclosure.get(key).is_some_and(|value: &str| !value.is_empty());
                if !(has("url") && has("type") && has("length")) {
                    self.feed(format!("an `enclosure` of `{name}` lacks url, type or length"));
                }
                if enclosure.get("url").is_some_and(|url| !self.link(url, true)) {
                    self.feed(format!("an `enclosure` of `{name}` has no absolute address"));
                }
            }
        }
    }

    fn atom(&mut self, root: &Node) {
        let mut ids = BTreeSet::new();
        for (what, node) in
            std::iter::once(("feed", root)).chain(root.all("entry").map(|entry| ("entry", entry)))
        {
            for name in ["id", "title", "updated"] {
                if node.words(name).is_none() {
                    self.feed(format!("`{what}` has no `{name}`"));
                }
            }
            for name in ["updated", "published"] {
                if let Some(date) = node.words(name)
                    && DateTime::parse_from_rfc3339(date).is_err()
                {
                    self.feed(format!("`{name}` is `{date}`, expected 2026-03-02T09:00:00Z"));
                }
            }
            if let Some(id) = node.words("id")
                && !ids.insert(id.to_owned())
            {
                self.feed(format!("the `id` {id} stands twice"));
            }
            for link in node.all("link") {
                match link.get("href") {
                    Some(url) if self.link(url, false) => {}
                    _ => self.feed(format!("a `link` of `{what}` has no absolute address")),
                }
            }
            if what == "entry" && node.child("author").is_none() && root.child("author").is_none() {
                self.feed("an `entry` has no `author`");
            }
        }
    }

    fn urls(&mut self, root: &Node, bytes: usize) {
        let (mut seen, mut news) = (BTreeSet::new(), 0);
        if bytes > SITEMAP_BYTES {
            self.sitemap(format!("{bytes} bytes, the limit is {SITEMAP_BYTES}"));
        }
        for url in root.all("url") {
            self.place(url, &mut seen);
            for image in url.all("image:image") {
                if !image.words("image:loc").is_some_and(|url| self.link(url, true)) {
                    self.sitemap("an `image:image` has no absolute address");
                }
            }
            for item in url.all("news:news") {
                news += 1;
                let publication = item.child("news:publication");
                let named = publication.is_some_and(|node| {
                    node.words("news:name").is_some() && node.words("news:language").is_some()
                });
                if !named || item.words("news:title").is_none() {
                    self.sitemap("`news:news` lacks publication, language or title");
                }
                if !item.words("news:publication_date").is_some_and(is_w3c_date) {
                    self.sitemap("`news:publication_date` is no date");
                }
            }
        }
        if seen.len() > SITEMAP_URLS {
            self.sitemap(format!("{} addresses, the limit is {SITEMAP_URLS}", seen.len()));
        }
        if news > NEWS_URLS {
            self.sitemap(format!("{news} articles of news, the limit is {NEWS_URLS}"));
        }
    }

    fn sitemaps(&mut self, root: &Node) {
        let mut seen = BTreeSet::new();
        for sitemap in root.all("sitemap") {
            self.place(sitemap, &mut seen);
        }
    }

    /// `loc` and `lastmod`.
    fn place(&mut self, node: &Node, seen: &mut BTreeSet<String>) {
        let Some(loc) = node.words("loc") else { return self.sitemap("an entry has no `loc`") };
        if !seen.insert(loc.to_owned()) {
            self.sitemap(format!("{loc} stands twice"));
        }
        match self.base.resolve(self.out, loc) {
            To::Inside(..) if self.link(loc, false) => {}
            _ => self.sitemap(format!("{loc} is no absolute address of this site")),
        }
        if let Some(date) = node.words("lastmod").filter(|date| !is_w3c_date(date)) {
            self.sitemap(format!("`lastmod` is `{date}`, expected 2026-03-02 or 2026-03-02T09:00:00Z"));
        }
    }
}

fn is_w3c_date(text: &str) -> bool {
    DateTime::parse_from_rfc3339(text).is_ok()
        || text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(xml: &str) -> Vec<String> {
        look("feed.xml", xml, &Base::new("https://x.example/"))
            .faults
            .into_iter()
            .map(|found| found.what)
            .collect()
    }

    #[test]
    fn sees_what_is_wrong() {
        let rss = |item: &str| {
            format!(
                "<rss version='2.0'><channel><title>t</title><link>https://x.example/</link><description>d</description>{item}</channel></rss>"
            )
        };
        let item = |more: &str| rss(&format!("<item><title>a</title>{more}</item>"));
        assert_eq!(
            faults(&item(
                "<guid>https://x.example/a</guid><pubDate>Mon, 02 Mar 2026 09:00:00 +0000</pubDate>"
            )),
            [""; 0]
        );
        assert_eq!(faults(&item("<guid>a</guid>")), ["the `guid` of `a` is no address and does not say so"]);
        assert_eq!(faults(&item("<link>/a</link>")), ["the `link` of `a` is no absolute address"]);
        assert_eq!(faults(&item("<pubDate>2026</pubDate>")).len(), 1);
        assert_eq!(faults(&item("<enclosure url='https://x.example/a'/>")).len(), 1);
        assert_eq!(faults(&rss("<item/>")).len(), 1);
        assert_eq!(faults("<rss/>").len(), 2);
        assert_eq!(faults("<feed/>").len(), 3);
        let entry = "<entry><id>1</id><title>a</title><updated>2026-03-02T09:00:00Z</updated></entry>";
        let atom = |entries: &str| {
            format!(
                "<feed><id>0</id><title>t</title><updated>2026-03-02T09:00:00Z</updated><author><name>A</name></author>{entries}</feed>"
            )
        };
        assert_eq!(faults(&atom(entry)), [""; 0]);
        assert_eq!(faults(&atom(&entry.repeat(2))), ["the `id` 1 stands twice"]);
        let sitemap = |url: &str| format!("<urlset><url>{url}</url></urlset>");
        assert_eq!(faults(&sitemap("<loc>https://x.example/a</loc><lastmod>2026-03-02</lastmod>")), [""; 0]);
        assert_eq!(faults(&sitemap("<loc>https://y.example/a</loc>")).len(), 1);
        assert_eq!(faults(&sitemap("<loc>https://x.example/a</loc><lastmod>2 March</lastmod>")).len(), 1);
        assert_eq!(faults(&sitemap("")).len(), 1);
    }
}
