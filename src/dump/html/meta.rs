//! What a page's head says: meta tags, JSON-LD, `time`, `lang`, canonical.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use dom_query::Document;
use serde_json::Value;

use super::tree::one_line;

/// Kind of statement ("title", "date", …) -> values, the most trusted name first.
#[derive(Debug, Default)]
pub(super) struct Head {
    values: BTreeMap<&'static str, Vec<(usize, String)>>,
    pub(super) canonical: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) title_tag: Option<String>,
    pub(super) ld: Linked,
    /// `datetime` of `time` elements that are marked as publication.
    pub(super) published: Vec<String>,
    /// `datetime` of the first other `time` elements.
    pub(super) times: Vec<String>,
    /// Texts marked as author by `rel` or `itemprop`.
    pub(super) signed: Vec<String>,
}

/// The article that the page's JSON-LD describes.
#[derive(Debug, Default)]
pub(super) struct Linked {
    pub(super) headline: Option<String>,
    pub(super) published: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) authors: Vec<String>,
    /// What authors without a name refer to (`@id`), until the block that names them is read.
    refers: Vec<String>,
    pub(super) publisher: Option<String>,
    pub(super) section: Option<String>,
}

/// Meta name -> kind and rank.
static NAMES: LazyLock<HashMap<&'static str, (&'static str, usize)>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for row in include_str!("../tables/meta.tsv").lines() {
        let mut cells = row.split('\t');
        let Some(kind) = cells.next() else { continue };
        for (rank, name) in cells.enumerate() {
            names.insert(name, (kind, rank));
        }
    }
    names
});

impl Head {
    /// Reads the whole document, since marks stand in its body too.
    pub(super) fn read(document: &Document) -> Self {
        let mut head = Self::default();
        for node in document.root().descendants_it() {
            let Some(element) = node.element_ref() else { continue };
            let attr = |name: &str| element.attr(name).map(|v| one_line(&v)).filter(|v| !v.is_empty());
            match element.name.local.as_ref() {
                "meta" => {
                    let Some(content) = attr("content").or_else(|| attr("value")) else { continue };
                    for key in ["name", "property", "itemprop", "http-equiv"] {
                        if let Some(name) = attr(key)
                            && let Some((kind, rank)) = NAMES.get(name.to_ascii_lowercase().as_str())
                        {
                            head.values.entry(kind).or_default().push((*rank, unescape(&content)));
                            break;
                        }
                    }
                }
                "html" => head.lang = attr("lang").or_else(|| attr("xml:lang")),
                "link" if attr("rel").as_deref() == Some("canonical") && head.canonical.is_none() => {
                    head.canonical = attr("href").filter(|h| h.starts_with("http"));
                }
                "title" if head.title_tag.is_none() => {
                    drop(element);
                    head.title_tag = Some(one_line(&node.text())).filter(|t| !t.is_empty());
                }
                "script" if attr("type").is_some_and(|t| t.contains("ld+json")) => {
                    drop(element);
                    head.ld.read(&node.text());
                }
                "time" => {
                    let marked = attr("itemprop").is_some_and(|p| p.contains("datePublished"))
                        || attr("pubdate").is_some()
                        || attr("class").is_some_and(|c| {
                            (c.contains("publish") || c.contains("entry-date")) && !c.contains("updated")
                        });
                    if let Some(when) = attr("datetime") {
                        if marked {
                            head.published.push(when);
                        } else if head.times.len() < 4 {
                            head.times.push(when);
                        }
                    }
                }
                "a" | "span" | "div" | "p" | "address" => {
                    let marked = attr("rel").is_some_and(|r| r.split(' ').any(|r| r == "author"))
                        || attr("itemprop").is_some_and(|p| p == "author" || p == "creator");
                    if marked && head.signed.len() < 8 {
                        drop(element);
                        let text = one_line(&node.text());
                        if (2..80).contains(&text.chars().count()) {
                            head.signed.push(text);
                        }
                    }
                }
                _ => {}
            }
        }
        for values in head.values.values_mut() {
            values.sort_by_key(|(rank, _)| *rank);
        }
        head
    }

    /// Values of a kind, the most trusted first.
    pub(super) fn all(&self, kind: &str) -> impl Iterator<Item = &str> {
        self.values.get(kind).into_iter().flatten().map(|(_, value)| value.as_str())
    }
}

const ARTICLES: &[&str] = &[
    "Article",
    "NewsArticle",
    "BlogPosting",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "OpinionNewsArticle",
    "ReviewNewsArticle",
    "BackgroundNewsArticle",
    "LiveBlogPosting",
    "Report",
    "TechArticle",
    "ScholarlyArticle",
    "SocialMediaPosting",
    "Review",
    "AdvertiserContentArticle",
];

impl Linked {
    /// Reads one JSON-LD block; the first article described wins, field by field.
    fn read(&mut self, text: &str) {
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let clean = clean
            .trim()
            .trim_start_matches("<!--")
            .trim_start_matches("//<![CDATA[")
            .trim_end_matches("-->")
            .trim_end_matches("//]]>")
            .trim()
            .trim_end_matches(';');
        let Ok(value) = serde_json::from_str::<Value>(clean) else { return };
        // The parser bounds the depth; a queue keeps the order of the document.
        let mut queue = std::collections::VecDeque::from([&value]);
        // Persons may stand before the article that refers to them: a second look at what was passed.
        let mut named: Vec<&serde_json::Map<String, Value>> = Vec::new();
        let mut looked = 0;
        while let Some(value) = queue.pop_front() {
            looked += 1;
            if looked > 5000 {
                return;
            }
            match value {
                Value::Array(list) => queue.extend(list),
                Value::Object(map) => {
                    if is_article(map.get("@type")) {
                        self.take(value);
                    }
                    if map.contains_key("@id") && map.contains_key("name") {
                        named.push(map);
                    }
                    for key in ["@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item"] {
                        if let Some(inner) = map.get(key) {
                            queue.push_back(inner);
                        }
                    }
                }
                _ => {}
            }
        }
        for id in std::mem::take(&mut self.refers) {
            let name = named.iter().find(|map| map.get("@id").and_then(Value::as_str) == Some(id.as_str()));
            if let Some(name) = name.and_then(|map| map.get("name")).and_then(Value::as_str) {
                self.authors.push(unescape(name));
            }
        }
    }

    fn take(&mut self, article: &Value) {
        let text =
            |key: &str| article.get(key).and_then(Value::as_str).map(unescape).filter(|t| !t.is_empty());
        self.headline = self.headline.take().or_else(|| text("headline").or_else(|| text("name")));
        self.published =
            self.published.take().or_else(|| text("datePublished").or_else(|| text("dateCreated")));
        self.modified = self.modified.take().or_else(|| text("dateModified"));
        self.section = self.section.take().or_else(|| text("articleSection"));
        self.publisher = self
            .publisher
            .take()
            .or_else(|| article.get("publisher").and_then(|p| names(p).into_iter().next()));
        if self.authors.is_empty() {
            let author = article.get("author").or_else(|| article.get("creator"));
            self.authors = author.map(names).unwrap_or_default();
            if let Some(author) = author.filter(|_| self.authors.is_empty()) {
                let list = author.as_array().map_or(std::slice::from_ref(author), Vec::as_slice);
                let ids = list.iter().filter_map(|one| one.get("@id").and_then(Value::as_str));
                self.refers = ids.map(str::to_owned).collect();
            }
        }
    }
}

fn is_article(kind: Option<&Value>) -> bool {
    match kind {
        Some(Value::String(kind)) => ARTICLES.contains(&kind.as_str()),
        Some(Value::Array(kinds)) => kinds.iter().any(|k| k.as_str().is_some_and(|k| ARTICLES.contains(&k))),
        _ => false,
    }
}

/// Names of a person, an organisation, or a list of them.
fn names(value: &Value) -> Vec<String> {
    let one = |v: &Value| match v {
        Value::String(name) => Some(unescape(name)),
        Value::Object(map) => map
            .get("name")
            .and_then(|n| n.as_str().or_else(|| n.get(0).and_then(Value::as_str)))
            .map(unescape),
        _ => None,
    };
    let list: Vec<Option<String>> = match value {
        Value::Array(list) => list.iter().map(one).collect(),
        other => vec![one(other)],
    };
    list.into_iter().flatten().filter(|name| !name.is_empty() && !name.starts_with("http")).collect()
}

/// Entities that were encoded once more for JSON.
fn unescape(text: &str) -> String {
    let out = if text.contains('&') && text.contains(';') {
        Document::fragment(text).text().to_string()
    } else {
        text.to_owned()
    };
    one_line(&out)
}
