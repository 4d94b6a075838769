//! Bounds how deep a page nests before it is parsed: tree builders walk their stack for each tag.

/// Deepest nesting that is kept.
const DEEPEST: usize = 400;

/// Elements without an end tag.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];

/// The page with tags below the bound left out; their text stays. Nothing for a page that does not nest that deep.
pub(super) fn shallow(html: &str) -> Option<String> {
    // A cheap upper bound: most pages have fewer tags in all than would matter.
    if memchr::memchr_iter(b'<', html.as_bytes()).take(DEEPEST * 2 + 1).count() <= DEEPEST {
        return None;
    }
    let mut out = String::new();
    let (mut depth, mut last, mut cut) = (0usize, 0, false);
    let mut rest = 0;
    while let Some(open) = memchr::memchr(b'<', &html.as_bytes()[rest..]).map(|at| at + rest) {
        let Some(close) = memchr::memchr(b'>', &html.as_bytes()[open..]).map(|at| at + open) else { break };
        rest = close + 1;
        let inner = &html[open + 1..close];
        let end = inner.starts_with('/');
        let name: String = inner
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .take(12)
            .collect::<String>()
            .to_ascii_lowercase();
        if name.is_empty() || VOID.contains(&name.as_str()) || inner.ends_with('/') {
            continue;
        }
        let too_deep = depth > DEEPEST;
        if end {
            depth = depth.saturating_sub(1);
        } else {
            depth += 1;
        }
        if too_deep && !matches!(name.as_str(), "script" | "style") {
            out.push_str(&html[last..open]);
            out.push(' ');
            last = rest;
            cut = true;
        }
    }
    if !cut {
        return None;
    }
    out.push_str(&html[last..]);
    Some(out)
}
