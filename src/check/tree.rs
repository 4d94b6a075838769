//! XML as a tree, read strictly: a feed reader stops at the first mistake, and so does this.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};

/// An element.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// Name as written, with its prefix.
    pub name: String,
    /// Attributes with their values.
    pub attributes: Vec<(String, String)>,
    /// Text directly in it, entities resolved.
    pub text: String,
    /// Elements directly in it.
    pub children: Vec<Node>,
}

impl Node {
    /// The first element of this name in it.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first element of this name, trimmed; `None` when it is missing or empty.
    #[must_use]
    pub fn words(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }

    /// All elements of this name in it.
    pub fn all<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Node> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// An attribute.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Elements deeper than this are refused.
const DEPTH_LIMIT: usize = 64;

/// Parses a document.
///
/// # Errors
/// What is not well-formed, with the line.
pub fn parse(xml: &str) -> Result<Node, String> {
    if let Some((at, c)) = xml.char_indices().find(|(_, c)| !is_allowed(*c)) {
        return Err(format!("line {}: U+{:04X} has no place in XML", line(xml, at), u32::from(c)));
    }
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_comments = true;
    let mut open: Vec<Node> = vec![Node::default()];
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(0);
        let wrong = |why: String| format!("line {}: {why}", line(xml, at));
        match reader.read_event().map_err(|error| wrong(error.to_string()))? {
            Event::Start(tag) => {
                if open.len() > DEPTH_LIMIT {
                    return Err(wrong("elements are nested too deeply".to_owned()));
                }
                open.push(node(&tag).map_err(wrong)?);
            }
            Event::Empty(tag) => {
                let node = node(&tag).map_err(wrong)?;
                if let Some(parent) = open.last_mut() {
                    parent.children.push(node);
                }
            }
            Event::End(_) => {
                if let (Some(node), Some(parent)) = (open.pop(), open.last_mut()) {
                    parent.children.push(node);
                }
            }
            Event::Text(text) => {
                let text = text.into_inner();
                if text.contains("]]>") {
                    return Err(wrong("`]]>` in a text".to_owned()));
                }
                push(&mut open, &text);
            }
            Event::CData(text) => push(&mut open, &text.into_inner()),
            Event::GeneralRef(reference) => {
                let known = match reference.resolve_char_ref() {
                    Ok(Some(c)) if is_allowed(c) => Some(c.to_string()),
                    Ok(None) => resolve_xml_entity(&reference.borrow().into_inner()).map(str::to_owned),
                    _ => None,
                };
                match known {
                    Some(text) => push(&mut open, &text),
                    None => return Err(wrong(format!("`&{};` means nothing", reference.into_inner()))),
                }
            }
            Event::DocType(_) => return Err(wrong("a document type is not wanted here".to_owned())),
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
    if open.len() > 1 {
        return Err(format!("`{}` is not closed", open.last().map_or("", |node| node.name.as_str())));
    }
    let mut document = open.pop().unwrap_or_default();
    if !document.text.trim().is_empty() {
        return Err("text outside of the root element".to_owned());
    }
    if document.children.len() != 1 {
        return Err(format!("{} root elements", document.children.len()));
    }
    Ok(document.children.remove(0))
}

fn push(open: &mut [Node], text: &str) {
    if let Some(node) = open.last_mut() {
        node.text.push_str(text);
    }
}

fn node(tag: &BytesStart<'_>) -> Result<Node, String> {
    let mut node = Node { name: tag.name().as_ref().to_owned(), ..Node::default() };
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if attribute.value.contains('<') {
            return Err(format!("`<` in the attribute `{}`", attribute.key.as_ref()));
        }
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(|error| error.to_string())?;
        node.attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(node)
}

/// Characters of XML 1.0.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn line(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().filter(|b| **b == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn is_strict() {
        let good =
            parse("<?xml version=\"1.0\"?>\n<a b='&lt;&#233;'>x &amp; <c/>y</a>").expect("well-formed");
        assert_eq!((good.get("b"), good.text.as_str(), good.children.len()), (Some("<é"), "x & y", 1));
        for bad in [
            "",
            "x",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "<a b=c/>",
            "<a b='1' b='2'/>",
            "<a b='<'/>",
            "<a>&nbsp;</a>",
            "<a>&</a>",
            "<a>&#11;</a>",
            "<a>\u{b}</a>",
            "<a>\u{ffff}</a>",
            "<!DOCTYPE a><a/>",
            "<a>]]></a>",
            "<a><!-- -- --></a>",
        ] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }
}
