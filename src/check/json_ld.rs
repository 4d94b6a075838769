//! Structured data: what schema.org and the readers of news ask of it.

use chrono::DateTime;
use serde_json::Value;

/// Types that are articles.
const ARTICLES: [&str; 9] = [
    "Article",
    "NewsArticle",
    "OpinionNewsArticle",
    "AnalysisNewsArticle",
    "ReviewNewsArticle",
    "ReportageNewsArticle",
    "BackgroundNewsArticle",
    "LiveBlogPosting",
    "BlogPosting",
];

/// What is wrong with a block of JSON-LD.
#[must_use]
pub fn faults(text: &str) -> Vec<String> {
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return vec![format!("no JSON ({error})")],
    };
    let mut faults = Vec::new();
    let context = value.get("@context").and_then(Value::as_str).unwrap_or("");
    if !context.trim_end_matches('/').ends_with("schema.org") {
        faults.push("`@context` is not schema.org".to_owned());
    }
    match value.get("@graph").and_then(Value::as_array) {
        Some(nodes) => nodes.iter().for_each(|node| look(node, &mut faults)),
        None => look(&value, &mut faults),
    }
    faults
}

fn look(node: &Value, faults: &mut Vec<String>) {
    let types: Vec<&str> = match node.get("@type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if types.is_empty() {
        faults.push("no `@type`".to_owned());
    }
    if types.iter().any(|kind| ARTICLES.contains(kind)) {
        article(node, faults);
    }
    if types.contains(&"BreadcrumbList") {
        breadcrumbs(node, faults);
    }
}

fn article(node: &Value, faults: &mut Vec<String>) {
    if text(node, "headline").is_none_or(|headline| headline.trim().is_empty()) {
        faults.push("an article without `headline`".to_owned());
    }
    for key in ["datePublished", "dateModified"] {
        if let Some(date) = node.get(key) {
            let is_date = date.as_str().is_some_and(is_date);
            faults.extend((!is_date).then(|| format!("`{key}` is `{date}`, expected a date with offset")));
        }
    }
    for key in ["url", "mainEntityOfPage"] {
        let url = match node.get(key) {
            Some(Value::Object(entity)) => entity.get("@id").and_then(Value::as_str),
            other => other.and_then(Value::as_str),
        };
        faults.extend(
            url.filter(|url| !is_absolute(url))
                .map(|url| format!("`{key}` is `{url}`, expected an absolute address")),
        );
    }
    for image in list(node, "image") {
        let url = image.as_str().or_else(|| text(image, "url"));
        if !url.is_some_and(is_absolute) {
            faults.push("`image` has no absolute address".to_owned());
        }
    }
    let authors = list(node, "author");
    if authors.is_empty() {
        faults.push("an article without `author`".to_owned());
    }
    for author in authors {
        if author.is_object() && text(author, "name").is_none_or(|name| name.trim().is_empty()) {
            faults.push("an `author` without `name`".to_owned());
        }
    }
}

fn breadcrumbs(node: &Value, faults: &mut Vec<String>) {
    let items = list(node, "itemListElement");
    if items.is_empty() {
        faults.push("a `BreadcrumbList` without elements".to_owned());
    }
    for (at, item) in items.iter().enumerate() {
        if item.get("position").and_then(Value::as_u64) != Some(at as u64 + 1) {
            faults.push(format!("breadcrumb {} has another `position`", at + 1));
        }
        if text(item, "name").is_none_or(|name| name.trim().is_empty()) {
            faults.push(format!("breadcrumb {} has no `name`", at + 1));
        }
    }
}

fn text<'v>(node: &'v Value, key: &str) -> Option<&'v str> {
    node.get(key).and_then(Value::as_str)
}

fn list<'v>(node: &'v Value, key: &str) -> Vec<&'v Value> {
    match node.get(key) {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(one) => vec![one],
    }
}

fn is_absolute(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// A date, or a time with its offset.
fn is_date(text: &str) -> bool {
    DateTime::parse_from_rfc3339(text).is_ok() || text.parse::<chrono::NaiveDate>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::faults;

    #[test]
    fn sees_what_is_wrong() {
        let article = |more: &str| {
            format!(
                r#"{{"@context":"https://schema.org","@type":"NewsArticle","headline":"x","author":[{{"@type":"Person","name":"A"}}]{more}}}"#
            )
        };
        assert!(
            faults(
                &article(
                    r#","datePublished":"2026-05-01T00:00:00Z","url":"https://x.example/"#
                        .trim_end_matches('"')
                )
                .replace("example/}", "example/\"}")
            )
            .is_empty()
        );
        assert_eq!(faults(&article(r#","datePublished":"May""#)).len(), 1);
        assert_eq!(faults(&article(r#","image":["/p.png"]"#)).len(), 1);
        assert_eq!(faults("{").len(), 1);
        assert_eq!(faults(r#"{"@context":"https://schema.org","@type":"NewsArticle"}"#).len(), 2);
        assert_eq!(faults(r#"{"@type":"WebSite"}"#).len(), 1);
        let crumbs = r#"{"@context":"https://schema.org","@type":"BreadcrumbList","itemListElement":[{"position":2,"name":""}]}"#;
        assert_eq!(faults(crumbs).len(), 2);
    }
}
