//! Logical lines: one paragraph or one piece of chrome each, and where it stood in the dump.

use super::words;

/// One non-blank line, or several that were one paragraph before somebody wrapped them.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// First physical line, from 1.
    pub(super) from: u32,
    /// Last physical line.
    pub(super) to: u32,
    /// Trimmed text with single spaces.
    pub(super) text: String,
    /// Blank physical lines before it.
    pub(super) gap: u32,
    /// For comparison: case, quotes and blanks folded, digits kept.
    pub(super) folded: String,
    /// Words in it.
    pub(super) words: usize,
}

/// A dump as logical lines.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) lines: Vec<Line>,
    /// Number of physical lines.
    pub(super) physical: u32,
    /// How many logical lines were joined from several.
    pub(super) rewrapped: usize,
}

/// Cuts a decoded text into lines; hard-wrapped paragraphs are joined.
pub(super) fn lines(text: &str) -> Lines {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut physical = 0;
    let mut raw: Vec<Raw<'_>> = Vec::new();
    let mut gap = 0;
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
        let line = &text[start..end];
        start = end + 1;
        physical += 1;
        let trimmed = trim(line);
        if trimmed.is_empty() {
            gap += 1;
            continue;
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        raw.push(Raw { number: physical, text: trimmed, gap, indent });
        gap = 0;
    }
    let wrapped = is_wrapped(&raw);
    let mut lines: Vec<Line> = Vec::with_capacity(raw.len());
    let mut rewrapped = 0;
    let mut at = 0;
    while at < raw.len() {
        let mut last = at;
        let mut joined = squeeze(raw[at].text);
        if wrapped {
            while last + 1 < raw.len() && continues(&raw[last], &raw[last + 1], raw[at].indent, last == at) {
                last += 1;
                join(&mut joined, &squeeze(raw[last].text));
            }
        }
        rewrapped += usize::from(last > at);
        lines.push(Line {
            from: raw[at].number,
            to: raw[last].number,
            gap: raw[at].gap,
            folded: words::fold(&joined),
            words: words::count(&joined),
            text: joined,
        });
        at = last + 1;
    }
    Lines { lines, physical, rewrapped }
}

struct Raw<'a> {
    number: u32,
    text: &'a str,
    gap: u32,
    indent: usize,
}

/// A line without blanks at its ends.
fn trim(line: &str) -> &str {
    match line.as_bytes() {
        [] => line,
        // Most lines have none.
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => line,
        _ => line.trim_matches(blankish),
    }
}

/// Blank for trimming: white space, and joiners with nothing to join.
fn blankish(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200c}' | '\u{200d}' | '\u{fffc}')
}

/// Single spaces inside a line; narrow no-break spaces stay where they are.
fn squeeze(text: &str) -> String {
    if words::is_squeezed(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != ' ' || !out.ends_with(' ') {
            out.push(c);
        }
    }
    out
}

/// Whether the text was wrapped by hand or mailer at 50 to 90 columns: most lines are nearly as long as the
/// longest, and where a line breaks without a blank the sentence goes on.
fn is_wrapped(raw: &[Raw<'_>]) -> bool {
    if raw.len() < 8 {
        return false;
    }
    let widths: Vec<usize> = raw.iter().map(|line| line.indent.min(12) + line.text.chars().count()).collect();
    let mut sorted = widths.clone();
    sorted.sort_unstable();
    let widest = sorted[sorted.len() * 97 / 100];
    if !(45..=100).contains(&widest) || sorted[sorted.len() - 1] > widest + 40 {
        return false;
    }
    let (mut pairs, mut running) = (0, 0);
    for (at, pair) in raw.windows(2).enumerate() {
        if pair[1].gap == 0 {
            pairs += 1;
            let full = widths[at] + 14 >= widest;
            let open = !matches!(words::end(pair[0].text), words::End::Stop | words::End::Colon);
            running += usize::from(
                full && (open
                    || pair[1].text.starts_with(char::is_lowercase)
                    || pair[1].indent == pair[0].indent),
            );
        }
    }
    pairs * 10 >= raw.len() * 4 && running * 10 >= pairs * 6
}

/// Whether `next` goes on with the paragraph of `line` in a wrapped text.
fn continues(line: &Raw<'_>, next: &Raw<'_>, indent: usize, first: bool) -> bool {
    if next.gap > 0 {
        return false;
    }
    // A first-line indent opens a paragraph; the lines after it hang further left.
    let base = if first { line.indent.min(next.indent) } else { line.indent };
    if next.indent > base + 1 && next.indent >= indent {
        return false;
    }
    let width = line.indent.min(12) + line.text.chars().count();
    // A line far shorter than a full one ended its paragraph, unless the sentence plainly goes on.
    width >= 42 || next.text.starts_with(char::is_lowercase)
}

/// Appends a wrapped line, mending a word that was hyphenated at the break.
fn join(out: &mut String, next: &str) {
    let hyphenated = out.ends_with('-')
        && out[..out.len() - 1].ends_with(char::is_lowercase)
        && next.starts_with(char::is_lowercase)
        && !out.ends_with(" -");
    if hyphenated {
        // "well-" + "known" keeps its hyphen more often than it loses it only when the first part is short.
        let part = out[..out.len() - 1].rsplit(' ').next().unwrap_or("");
        if part.chars().count() > 4 && !part.contains('-') {
            out.pop();
        }
    } else if !out.ends_with(words::is_unspaced) || !next.starts_with(words::is_unspaced) {
        out.push(' ');
    }
    out.push_str(next);
}
