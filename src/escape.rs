//! Text made fit for the formats of machines: XML and JSON. What such a format cannot hold, or its readers choke
//! on, becomes U+FFFD, so that no text of an article can make a feed unreadable.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};

/// Code points that XML 1.0 forbids (section 2.2). JSON could spell them, but what reads JSON often writes XML.
///
/// ```
/// assert!(newsprint::escape::is_forbidden('\u{0}') && newsprint::escape::is_forbidden('\u{ffff}'));
/// assert!(!newsprint::escape::is_forbidden('\t') && !newsprint::escape::is_forbidden('\u{1f600}'));
/// ```
#[must_use]
pub fn is_forbidden(c: char) -> bool {
    matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Writes text with some of its characters replaced: none of those that begin with a byte that is `plain`.
fn replacing<'r>(
    text: &str,
    output: &mut (impl Write + ?Sized),
    plain: impl Fn(u8) -> bool,
    with: impl Fn(char) -> Option<&'r str>,
) -> io::Result<()> {
    let (mut rest, mut at) = (text, 0);
    while let Some(found) = rest.as_bytes()[at..].iter().position(|byte| !plain(*byte)) {
        at += found;
        // The bytes that are not plain begin a character, so this is one.
        let Some(c) = rest[at..].chars().next() else { break };
        let end = at + c.len_utf8();
        let Some(other) = with(c) else {
            at = end;
            continue;
        };
        output.write_all(&rest.as_bytes()[..at])?;
        output.write_all(other.as_bytes())?;
        (rest, at) = (&rest[end..], 0);
    }
    output.write_all(rest.as_bytes())
}

/// Text of an XML element or attribute. Line ends are spelled out where a parser would change them.
pub(crate) fn xml(text: &str, output: &mut dyn Write) -> io::Result<()> {
    let plain = |byte| !matches!(byte, 0..0x20 | b'&' | b'<' | b'>' | b'"' | b'\'' | 0xef);
    replacing(text, output, plain, |c| {
        Some(match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => "&#39;",
            '\r' => "&#13;",
            c if is_forbidden(c) => "\u{fffd}",
            _ => return None,
        })
    })
}

/// The inside of a JSON string.
pub(crate) fn json(text: &str, output: &mut dyn Write) -> io::Result<()> {
    let mut quoted = Vec::with_capacity(text.len() + 2);
    serialize(text, &mut quoted)?;
    output.write_all(&quoted[1..quoted.len() - 1])
}

/// Any value as JSON that can stand inside a `<script>` element: `<`, `>`, `&`, U+2028, U+2029 and what HTML
/// forbids are written as escapes.
pub(crate) fn json_value(value: &impl Serialize) -> io::Result<String> {
    let mut bytes = Vec::new();
    serialize(value, &mut bytes)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn serialize(value: &(impl Serialize + ?Sized), bytes: &mut Vec<u8>) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(bytes, Plain)).map_err(io::Error::other)
}

/// Compact JSON that is plain text everywhere.
struct Plain;

impl Formatter for Plain {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let plain = |byte| !matches!(byte, 0..0x20 | b'<' | b'>' | b'&' | 0x7f | 0xe2 | 0xef);
        replacing(fragment, writer, plain, |c| {
            Some(match c {
                '<' => "\\u003c",
                '>' => "\\u003e",
                '&' => "\\u0026",
                '\u{2028}' => "\\u2028",
                '\u{2029}' => "\\u2029",
                '\u{7f}' => "\\u007f",
                c if is_forbidden(c) => "\u{fffd}",
                _ => return None,
            })
        })
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        let text = match escape {
            CharEscape::Quote => "\\\"",
            CharEscape::ReverseSolidus => "\\\\",
            CharEscape::Solidus => "/",
            CharEscape::LineFeed => "\\n",
            CharEscape::CarriageReturn => "\\r",
            CharEscape::Tab => "\\t",
            CharEscape::Backspace | CharEscape::FormFeed | CharEscape::AsciiControl(_) => "\u{fffd}",
        };
        writer.write_all(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_replaces_what_it_must() {
        let mut text = Vec::new();
        xml("a & b\u{1}\u{fffe}ﬁ<é>\r\n'\"", &mut text).expect("memory");
        let want = "a &amp; b\u{fffd}\u{fffd}ﬁ&lt;é&gt;&#13;\n&#39;&quot;";
        assert_eq!(String::from_utf8_lossy(&text), want);
    }

    #[test]
    fn json_inside_and_around() {
        let mut inside = Vec::new();
        json("a\"</b\n\u{1}", &mut inside).expect("memory");
        assert_eq!(String::from_utf8_lossy(&inside), "a\\\"\\u003c/b\\n\u{fffd}");
        assert_eq!(json_value(&["&", "“\u{2028}"]).expect("memory"), "[\"\\u0026\",\"“\\u2028\"]");
    }
}
