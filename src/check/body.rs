//! What an article's text asks for and does not get: raw HTML, targets that run script, links to what
//! is not out; and where its links stand. Lines are those of the text.

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::facts::Facts;
use crate::diag::PageFault;
use crate::markdown;

/// Raw HTML reported of one text.
const HTML_LIMIT: usize = 20;

/// Looks at a text in Markdown and adds what it finds to the facts of its page.
pub(super) fn look(text: &str, facts: &mut Facts) {
    let mut lines = Lines { text, at: 0, line: 1 };
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    let (mut html, mut picture) = (0, None::<(String, bool, u32)>);
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        let line = lines.of(range.start);
        match event {
            Event::Html(raw) | Event::InlineHtml(raw) if !raw.trim_start().starts_with("<!--") => {
                html += 1;
                if html <= HTML_LIMIT && raw.contains('<') {
                    facts.fault(PageFault::RawHtml, raw.trim(), line);
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                if !markdown::is_safe_target(&dest_url) {
                    facts.fault(PageFault::Scheme, &dest_url, line);
                }
                facts.written.push((dest_url.into_string(), line));
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                if !markdown::is_safe_target(&dest_url) {
                    facts.fault(PageFault::Scheme, &dest_url, line);
                }
                picture = Some((dest_url.to_string(), false, line));
                facts.written.push((dest_url.into_string(), line));
            }
            Event::End(pulldown_cmark::TagEnd::Image) => {
                if let Some((src, false, line)) = picture.take() {
                    facts.fault(PageFault::BodyAlt, &src, line);
                }
            }
            Event::Text(words) | Event::Code(words) => {
                if let Some((_, has_words, _)) = &mut picture {
                    *has_words |= !words.trim().is_empty();
                }
            }
            _ => {}
        }
    }
    let turning = |c: &(usize, char)| matches!(c.1, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if let Some((at, c)) = text.char_indices().find(turning) {
        let line = Lines { text, at: 0, line: 1 }.of(at);
        facts.fault(PageFault::Bidi, &format!("U+{:04X}", u32::from(c)), line);
    }
}

/// Line numbers of offsets, mostly in order.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u32,
}

impl Lines<'_> {
    fn of(&mut self, at: usize) -> u32 {
        if at < self.at {
            (self.at, self.line) = (0, 1);
        }
        let passed = self.text.as_bytes()[self.at..at].iter().filter(|b| **b == b'\n').count();
        self.line += u32::try_from(passed).unwrap_or(0);
        self.at = at;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_what_is_left_out() {
        let mut facts = Facts::default();
        look(
            "a <b>c</b>\n\n[d](javascript:x) [e](f.md)\n\n![](g.png) ![h](i.png)\n\n<!-- j -->\n\u{202e}k",
            &mut facts,
        );
        let faults: Vec<String> =
            facts.faults.iter().map(|f| format!("{:?} {} {}", f.fault, f.what, f.line)).collect();
        assert_eq!(
            faults,
            ["RawHtml <b> 1", "RawHtml </b> 1", "Scheme javascript:x 3", "BodyAlt g.png 5", "Bidi U+202E 8"]
        );
        assert_eq!(facts.written.len(), 4);
    }
}
