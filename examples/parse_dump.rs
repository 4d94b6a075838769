//! Scores without the command line: NDJSON records on stdin ({"id","text"|"html","url"?,"fetched"?}), one JSON
//! object an article on stdout. With `--rows`, the line model's features of each text record instead.

use std::io::{BufRead, Write};

use newsprint::dump;

/// That of the program, so that what is measured here is true of it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rows = std::env::args().any(|a| a == "--rows");
    let explain = std::env::args().any(|a| a == "--explain");
    let vocabulary = dump::Vocabulary::default();
    let stdin = std::io::stdin().lock();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in stdin.lines() {
        let record: serde_json::Value = serde_json::from_str(&line?)?;
        let field = |name: &str| record.get(name).and_then(|v| v.as_str());
        let id = field("id").unwrap_or("");
        if rows {
            let all = field("html").map_or_else(
                || dump::training_rows(field("text").unwrap_or("")),
                |html| dump::training_rows_html(html, field("url")),
            );
            for row in all {
                let features: serde_json::Map<String, serde_json::Value> =
                    row.features.into_iter().map(|(k, v)| (k, v.into())).collect();
                writeln!(
                    out,
                    "{}",
                    serde_json::json!({"id": id, "model": row.model, "from": row.from, "to": row.to, "text": row.text, "f": features})
                )?;
            }
            continue;
        }
        let (form, text) = field("html")
            .map_or((dump::Form::Text, field("text").unwrap_or("")), |html| (dump::Form::Html, html));
        let fetched = field("fetched").and_then(|t| chrono::DateTime::parse_from_rfc3339(t).ok());
        let input = dump::Input { source: id, form, url: field("url"), fetched };
        let parsed = dump::parse(
            text.as_bytes(),
            &input,
            &dump::Options { vocabulary: &vocabulary, language: None, zone: None },
        );
        if explain {
            let shown = if form == dump::Form::Html { dump::visible_text(text) } else { text.to_owned() };
            writeln!(out, "{}", dump::explain(&parsed, &shown))?;
            continue;
        }
        for record in dump::records(&parsed, id) {
            writeln!(out, "{}", serde_json::to_string(&record)?)?;
        }
    }
    Ok(())
}
