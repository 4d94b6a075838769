//! A summary from the lead: whole sentences, no dateline.

use super::{agency, words};

/// Longest summary in characters.
const LIMIT: usize = 300;

/// One or two sentences from the first paragraphs of plain text.
pub(super) fn summary<'a>(paragraphs: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for paragraph in paragraphs.filter(|p| words::more_than(p, 7) || p.chars().count() > 40).take(2) {
        let skip = agency::dateline(paragraph).map_or(0, |d| d.length);
        for sentence in words::sentences(paragraph[skip..].trim()) {
            let sentence = sentence.trim();
            let length = out.chars().count() + sentence.chars().count() + 1;
            if out.is_empty() {
                out = words::shorten(sentence, LIMIT);
            } else if length <= LIMIT && out.chars().count() < LIMIT * 2 / 3 {
                out.push(' ');
                out.push_str(sentence);
            } else {
                return out;
            }
        }
        if out.chars().count() > 60 {
            break;
        }
    }
    out
}
