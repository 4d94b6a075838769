//! Plain text to Markdown that renders it verbatim (CommonMark 0.31, with tables, strikethrough and footnotes on).

/// Escapes a paragraph of plain text. The paragraph must not contain line breaks.
pub(super) fn markdown(text: &str) -> String {
    escaped(text, true)
}

/// Escapes text in the middle of a line.
pub(super) fn inline(text: &str) -> String {
    escaped(text, false)
}

fn escaped(text: &str, opens: bool) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let bytes = text.as_bytes();
    let mut next = 0;
    while next < bytes.len() {
        // Most of a text needs no thought.
        let plain = bytes[next..].iter().position(|b| SPECIAL[usize::from(*b)]).unwrap_or(bytes.len() - next);
        out.push_str(&text[next..next + plain]);
        let at = next + plain;
        let Some(c) = text[at..].chars().next() else { break };
        next = at + 1;
        let escape = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '$' | '^' => true,
            // An underscore inside a word opens nothing, but at its edges it may.
            '_' => {
                let word = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
                !(word(at.checked_sub(1).and_then(|i| bytes.get(i))) && word(bytes.get(at + 1)))
            }
            // An entity would be decoded.
            '&' => entity(&text[at + 1..]),
            '!' => bytes.get(at + 1) == Some(&b'['),
            '#' | '+' | '-' | '=' | ':' if at == 0 && opens => block_start(text),
            '.' | ')' => opens && ordered(text, at),
            _ => false,
        };
        if escape {
            out.push('\\');
        }
        out.push(if c == '\n' { ' ' } else { c });
    }
    out
}

/// Bytes that may need a backslash, all of them ASCII.
const SPECIAL: [bool; 256] = {
    let (marks, mut special, mut at) = (b"\\`*[]<>|~$^_&!#+-=:.)\n", [false; 256], 0);
    while at < marks.len() {
        special[marks[at] as usize] = true;
        at += 1;
    }
    special
};

/// Whether what follows `&` could be read as an entity.
fn entity(rest: &str) -> bool {
    let end = rest
        .bytes()
        .take(40)
        .position(|b| !(b.is_ascii_alphanumeric() || b == b'#'))
        .unwrap_or(rest.len().min(40));
    end > 0 && rest.as_bytes().get(end) == Some(&b';')
}

/// Whether a line that starts with this mark would open a heading, a list, a rule or a definition.
fn block_start(text: &str) -> bool {
    let mark = text.as_bytes()[0];
    let rest = text.trim_start_matches(mark as char);
    match mark {
        b'#' => text.len() - rest.len() <= 6,
        b'+' | b'-' | b':' => {
            text.len() - rest.len() == 1 && rest.starts_with([' ', '\t'])
                || rest.trim().is_empty()
                || rest.trim_start_matches([' ', '-']).is_empty()
                || rest.starts_with('|')
                || mark == b'-' && rest.starts_with(':')
                || mark == b':'
        }
        _ => rest.trim().is_empty(),
    }
}

/// Whether the mark at `at` makes the line's first word a list number ("1." or "1)").
fn ordered(text: &str, at: usize) -> bool {
    (1..=9).contains(&at)
        && text.as_bytes()[..at].iter().all(u8::is_ascii_digit)
        && text[at + 1..].chars().next().is_none_or(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser};

    /// The text that a reader of the rendered Markdown sees, or nothing if it is not one plain paragraph.
    fn seen(markdown: &str) -> Option<String> {
        let mut out = String::new();
        for event in Parser::new_ext(markdown, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
            match event {
                Event::Text(text) => out.push_str(&text),
                Event::Start(pulldown_cmark::Tag::Paragraph)
                | Event::End(pulldown_cmark::TagEnd::Paragraph) => {}
                _ => return None,
            }
        }
        Some(out)
    }

    #[test]
    fn marks_render_verbatim() {
        for text in [
            "1. May is a holiday",
            "# not a heading",
            "* not a list",
            "- nor this",
            "+ nor this",
            "2) or that",
            "---",
            "===",
            "> quoted",
            "a_b_c _d_ __e__",
            "[x](y) ![x](y)",
            "<b>bold</b>",
            "&amp; &copy; AT&T",
            "`code`",
            "a | b",
            "|---|",
            "~~no~~",
            "$x$",
            ": term",
            "\\*",
            "http://x.y",
            "a\\",
        ] {
            assert_eq!(seen(&markdown(text)).as_deref(), Some(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_line_renders_verbatim(text in "[ -~a-zé“”—]{1,40}") {
            let text = text.trim().to_owned();
            prop_assume!(!text.is_empty());
            // The renderer's own typographic options are off where sites are built.
            let options = Options::all() - Options::ENABLE_SMART_PUNCTUATION - Options::ENABLE_WIKILINKS;
            let mut out = String::new();
            for event in Parser::new_ext(&markdown(&text), options) {
                match event {
                    Event::Text(t) => out.push_str(&t),
                    Event::Start(pulldown_cmark::Tag::Paragraph) | Event::End(pulldown_cmark::TagEnd::Paragraph) => {}
                    other => prop_assert!(false, "{:?} from {:?}", other, markdown(&text)),
                }
            }
            prop_assert_eq!(out, text);
        }
    }
}
