//! Addresses from pages: only schemes that cannot run script, made absolute where the page's own address is known.

/// A link target that is safe to write, percent-encoded for Markdown; nothing for any other scheme.
pub(super) fn safe(href: &str, base: Option<&str>) -> Option<String> {
    let href: String = href.chars().filter(|c| !c.is_control()).collect();
    let href = href.trim();
    if href.is_empty() || href.starts_with('#') {
        return None;
    }
    let scheme = href
        .find(':')
        .filter(|at| href[..*at].chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)));
    let target = match scheme {
        Some(at) if matches!(href[..at].to_ascii_lowercase().as_str(), "http" | "https" | "mailto") => {
            href.to_owned()
        }
        Some(_) => return None,
        None => join(base, href),
    };
    // A colon before the first slash in what is left of a relative address could be read as a scheme.
    if scheme.is_none()
        && !target.contains("://")
        && target.split('/').next().is_some_and(|first| first.contains(':') || first.contains('&'))
    {
        return None;
    }
    Some(encode(&target))
}

/// Resolves against the page's address: `//host/x`, `/x`, `x`.
fn join(base: Option<&str>, href: &str) -> String {
    let Some(base) = base.filter(|b| b.starts_with("http://") || b.starts_with("https://")) else {
        return href.to_owned();
    };
    let scheme = base.find("://").unwrap_or(0);
    if href.starts_with("//") {
        return format!("{}:{href}", &base[..scheme]);
    }
    let host_end = base[scheme + 3..].find(['/', '?', '#']).map_or(base.len(), |at| at + scheme + 3);
    if href.starts_with('/') {
        return format!("{}{href}", &base[..host_end]);
    }
    let path_end = base.find(['?', '#']).unwrap_or(base.len()).max(host_end);
    let folder = base[..path_end]
        .rfind('/')
        .filter(|at| *at >= host_end)
        .map_or(format!("{}/", &base[..host_end]), |at| base[..=at].to_owned());
    format!("{folder}{href}")
}

/// Escapes what would end a Markdown link target.
fn encode(target: &str) -> String {
    let mut out = String::with_capacity(target.len());
    for c in target.chars() {
        match c {
            ' ' | '"' | '<' | '>' | '(' | ')' | '\\' | '`' | '[' | ']' | '*' | '|' | '_' if c != '_' => {
                out.push_str(&format!("%{:02X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_and_joins() {
        let base = Some("https://gazette.example/news/2026/a.html?x=1");
        let cases = [
            ("javascript:alert(1)", None),
            ("JavaScript:alert(1)", None),
            ("java\nscript:alert(1)", None),
            ("data:text/html,x", None),
            ("vbscript:x", None),
            ("#top", None),
            ("https://a.example/x", Some("https://a.example/x")),
            ("mailto:desk@gazette.example", Some("mailto:desk@gazette.example")),
            ("/b", Some("https://gazette.example/b")),
            ("b.html", Some("https://gazette.example/news/2026/b.html")),
            ("//cdn.example/x", Some("https://cdn.example/x")),
            ("a (b)", Some("https://gazette.example/news/2026/a%20%28b%29")),
        ];
        for (href, want) in cases {
            assert_eq!(safe(href, base).as_deref(), want, "{href}");
        }
        assert_eq!(safe("b", None).as_deref(), Some("b"));
    }
}
