//! `parse --explain`: the dump with each line's role at its left.

use std::fmt::Write as _;

use super::article::{Parsed, Role};

/// The lines of `text` (the decoded dump), each behind its item number and role.
#[must_use]
pub fn explain(parsed: &Parsed, text: &str) -> String {
    let mut roles: Vec<String> = Vec::new();
    let all = parsed
        .articles
        .iter()
        .map(|a| (a.item, &a.lines))
        .chain(parsed.refused.iter().map(|r| (0, &r.lines)));
    for (item, spans) in all {
        for span in spans {
            let mut role = span.name().into_owned();
            for also in &span.also {
                role.push('+');
                role.push_str(also.name());
            }
            let label = if span.role == Role::Blank { String::new() } else { format!("{item} {role}") };
            for line in span.from..=span.to {
                let at = line as usize - 1;
                if roles.len() <= at {
                    roles.resize(at + 1, String::new());
                }
                roles[at].clone_from(&label);
            }
        }
    }
    let width = roles.iter().map(String::len).max().unwrap_or(0);
    let mut out = String::with_capacity(text.len() + roles.len() * (width + 3));
    for (at, line) in text.lines().enumerate() {
        let role = roles.get(at).map_or("", String::as_str);
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{role:width$} │ {line}");
    }
    for article in &parsed.articles {
        for flag in &article.review {
            let _ = writeln!(out, "{} review: {flag}", article.item);
        }
    }
    for repair in &parsed.repairs {
        let _ = writeln!(out, "repaired: {} ({})", repair.what, repair.count);
    }
    out
}
