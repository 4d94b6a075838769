//! Words of an XMP packet: `dc:description`, `photoshop:Credit`, `dc:creator`, and the IPTC extension's
//! text alternative. Read by namespace; anything odd ends the reading, never the build.

use quick_xml::events::Event;
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use super::Words;
use super::iim::tidied;

const DC: &str = "http://purl.org/dc/elements/1.1/";
const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";
const IPTC_CORE: &str = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/";
const XML_LANG: &str = "xml:lang";

/// The properties that are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Property {
    Description,
    Credit,
    Creator,
    Alt,
}

impl Property {
    fn of(namespace: &str, name: &str) -> Option<Self> {
        match (namespace, name) {
            (DC, "description") => Some(Self::Description),
            (DC, "creator") => Some(Self::Creator),
            (PHOTOSHOP, "Credit") => Some(Self::Credit),
            (IPTC_CORE, "AltTextAccessibility") => Some(Self::Alt),
            _ => None,
        }
    }
}

/// What the packet says.
pub(super) fn words(packet: &[u8]) -> Words {
    /// Packets are a few kilobytes; the padding in them is never read.
    const LIMIT: usize = 1 << 20;
    let packet = String::from_utf8_lossy(&packet[..packet.len().min(LIMIT)]);
    let mut found: Vec<(Property, bool, String)> = Vec::new();
    let mut reader = NsReader::from_str(&packet);
    let (mut property, mut depth, mut is_default, mut text) = (None, 0_usize, true, String::new());
    loop {
        match reader.read_event() {
            Ok(event @ (Event::Start(_) | Event::Empty(_))) => {
                let is_empty = matches!(event, Event::Empty(_));
                let (Event::Start(element) | Event::Empty(element)) = &event else { break };
                for attribute in element.attributes().with_checks(false).flatten() {
                    let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap_or_default();
                    if attribute.key.as_ref() == XML_LANG {
                        is_default = value == "x-default";
                        continue;
                    }
                    // Simple properties may stand as attributes of their description.
                    let (space, name) = reader.resolver().resolve_attribute(attribute.key);
                    if let ResolveResult::Bound(Namespace(space)) = space
                        && let Some(property) = Property::of(space, name.as_ref())
                    {
                        found.push((property, true, value.into_owned()));
                    }
                }
                if is_empty {
                    continue;
                }
                if property.is_some() {
                    depth += 1;
                    text.clear();
                } else if let (ResolveResult::Bound(Namespace(space)), name) =
                    reader.resolver().resolve_element(element.name())
                {
                    property = Property::of(space, name.as_ref());
                    (depth, is_default) = (0, true);
                    text.clear();
                }
            }
            Ok(Event::Text(words)) => text.push_str(&words),
            Ok(Event::GeneralRef(name)) => {
                let written = format!("&{};", &*name);
                text.push_str(&quick_xml::escape::unescape(&written).unwrap_or_default());
            }
            Ok(Event::End(_)) => {
                if let Some(known) = property {
                    if !text.trim().is_empty() {
                        found.push((known, is_default, std::mem::take(&mut text)));
                    }
                    if depth == 0 {
                        property = None;
                    } else {
                        depth -= 1;
                    }
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    let get = |wanted: Property| {
        let of = || found.iter().filter(|(property, ..)| *property == wanted);
        let best = of().find(|(_, is_default, _)| *is_default).or_else(|| of().next());
        best.and_then(|(.., text)| tidied(text))
    };
    Words {
        caption: get(Property::Description),
        credit: get(Property::Credit).or_else(|| get(Property::Creator)),
        alt: get(Property::Alt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(inside: &str, expected: [Option<&str>; 3]) {
        let packet = format!(
            "<?xpacket begin='\u{feff}' id='x'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>{inside}</rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
        );
        let words = words(packet.as_bytes());
        let found = [words.caption.as_deref(), words.credit.as_deref(), words.alt.as_deref()];
        assert_eq!(found, expected, "{inside}");
    }

    #[test]
    fn reads_elements_attributes_and_languages() {
        check(
            "<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:p='http://ns.adobe.com/photoshop/1.0/' p:Credit='A &amp; B'>\
             <dc:description><rdf:Alt><rdf:li xml:lang='tr'>Kıyı</rdf:li><rdf:li xml:lang='x-default'>The &lt;quay&gt;\n at noon</rdf:li></rdf:Alt></dc:description>\
             <dc:creator><rdf:Seq><rdf:li>Ann Archer</rdf:li></rdf:Seq></dc:creator></rdf:Description>",
            [Some("The <quay> at noon"), Some("A & B"), None],
        );
        check(
            "<rdf:Description xmlns:d='http://purl.org/dc/elements/1.1/' xmlns:i='http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/'>\
             <d:creator><rdf:Seq><rdf:li>Ann</rdf:li></rdf:Seq></d:creator>\
             <i:AltTextAccessibility><rdf:Alt><rdf:li xml:lang='en'>A boat</rdf:li></rdf:Alt></i:AltTextAccessibility></rdf:Description>",
            [None, Some("Ann"), Some("A boat")],
        );
        check("<broken", [None, None, None]);
    }
}
