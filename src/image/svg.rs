//! Drawings: their size, and that nothing in them runs or leads elsewhere.
//!
//! A drawing in an `<img>` runs no script, but whoever opens its address alone gets a page of this site. So
//! one that could run anything, or that fetches from elsewhere, is refused rather than mended.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::{Facts, Form, Words};

/// Bytes of a drawing at most.
const LIMIT: usize = 4 << 20;

/// Elements that run something, hold foreign markup or fetch.
const REFUSED: [&str; 11] = [
    "script",
    "foreignobject",
    "iframe",
    "object",
    "embed",
    "audio",
    "video",
    "handler",
    "set",
    "link",
    "discard",
];

/// The facts of a drawing.
pub(super) fn probe(bytes: &[u8]) -> Result<Facts, String> {
    if bytes.len() > LIMIT {
        return Err(format!("a drawing of {} bytes, and the limit is {LIMIT}", bytes.len()));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "this drawing is no UTF-8".to_owned())?;
    let mut reader = Reader::from_str(text);
    let mut size = None;
    let mut is_open = false;
    let mut open = 0_usize;
    let mut styles = String::new();
    loop {
        match reader.read_event() {
            Ok(ref event @ (Event::Start(ref element) | Event::Empty(ref element))) => {
                open += usize::from(matches!(event, Event::Start(_)));
                if !is_open {
                    if element.local_name().as_ref() != "svg" {
                        return Err("this is no SVG drawing".to_owned());
                    }
                    size = size_of(element);
                    is_open = true;
                }
                check(element)?;
            }
            // Entities can hide anything, and blow up.
            Ok(Event::DocType(_)) => {
                return Err("this drawing has a DOCTYPE, which may hide things: save it without".to_owned());
            }
            Ok(Event::PI(instruction)) if instruction.target().eq_ignore_ascii_case("xml-stylesheet") => {
                return Err("this drawing fetches a style sheet".to_owned());
            }
            Ok(Event::Text(words)) => styles.push_str(&words),
            Ok(Event::CData(words)) => styles.push_str(&words),
            // A letter of a style may be written by its number.
            Ok(Event::GeneralRef(name)) => {
                let letter =
                    quick_xml::escape::unescape(&format!("&{};", &*name)).unwrap_or_default().into_owned();
                styles.push_str(&letter);
            }
            Ok(Event::End(_)) => {
                open = open.saturating_sub(1);
                if fetches(&styles) {
                    return Err("this drawing fetches something from elsewhere".to_owned());
                }
                styles.clear();
            }
            Ok(Event::Eof) if open > 0 => return Err("this drawing ends too early".to_owned()),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => return Err(format!("this drawing is damaged: {error}")),
        }
    }
    if !is_open {
        return Err("this is no SVG drawing".to_owned());
    }
    Ok(Facts { size, form: Form::AsIs, words: Words::default(), remarks: Vec::new() })
}

fn check(element: &BytesStart<'_>) -> Result<(), String> {
    let name = element.local_name().as_ref().to_lowercase();
    if REFUSED.contains(&name.as_str()) {
        return Err(format!("this drawing has a <{name}> in it, which could run or fetch something"));
    }
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| format!("this drawing is damaged: {error}"))?;
        let key = attribute.key.local_name().as_ref().to_lowercase();
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| format!("this drawing is damaged: {error}"))?;
        if key.starts_with("on") {
            return Err(format!("this drawing runs a script: `{key}`"));
        }
        let is_link = matches!(key.as_str(), "href" | "src" | "base");
        // An animation can put a target in later.
        let is_animated_link = key == "attributename" && value.trim().to_lowercase().ends_with("href");
        if is_link && !is_harmless(&value) || is_animated_link || !is_link && fetches(&value) {
            return Err(format!("this drawing leads elsewhere: `{key}`"));
        }
    }
    Ok(())
}

/// A target within the drawing, or a picture that it carries along.
fn is_harmless(target: &str) -> bool {
    let target: String = target.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let target = target.to_lowercase();
    let embedded = ["data:image/png;", "data:image/jpeg;", "data:image/gif;", "data:image/webp;"];
    target.starts_with('#') || embedded.iter().any(|kind| target.starts_with(kind))
}

/// Whether a style asks for something outside the drawing.
fn fetches(style: &str) -> bool {
    // A backslash is an escape there, which could spell anything.
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    let style = style.to_lowercase();
    let is_outside = |rest: &str| !is_harmless(rest.trim_start_matches(['"', '\'']));
    style.contains("@import")
        || style.contains("url(") && style.contains('\\')
        || style.split("url(").skip(1).any(is_outside)
}

/// Its own size, or that of its view box.
fn size_of(element: &BytesStart<'_>) -> Option<(u32, u32)> {
    let get = |name: &str| {
        let attribute = element.try_get_attribute(name).ok().flatten()?;
        Some(attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
    };
    let pixels = |text: &str| text.trim().trim_end_matches("px").parse::<f64>().ok().and_then(whole);
    let own = || Some((pixels(&get("width")?)?, pixels(&get("height")?)?));
    let boxed = || {
        let numbers: Vec<f64> = get("viewBox")?
            .split([' ', ','])
            .filter(|n| !n.is_empty())
            .map_while(|n| n.parse().ok())
            .collect();
        match numbers[..] {
            [_, _, width, height] => Some((whole(width)?, whole(height)?)),
            _ => None,
        }
    };
    own().or_else(boxed)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded just before")]
fn whole(number: f64) -> Option<u32> {
    let number = number.round();
    (1.0..=65_535.0).contains(&number).then_some(number as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_drawings_have_a_size() {
        for (svg, size) in [
            ("<svg xmlns='http://www.w3.org/2000/svg' width='30px' height='20.4'/>", Some((30, 20))),
            ("<?xml version='1.0'?><svg viewBox='0 0 4 3'><use href='#a'/><a id='a'/></svg>", Some((4, 3))),
            ("<svg width='100%'><path fill='url(#g)' style='color:red'/></svg>", None),
        ] {
            assert_eq!(probe(svg.as_bytes()).map(|facts| facts.size), Ok(size), "{svg}");
        }
    }

    #[test]
    fn drawings_that_run_or_fetch_are_refused() {
        for inside in [
            "<script>alert(1)</script>",
            "<SCRIPT href='data:,x'/>",
            "<g onload='alert(1)'/>",
            "<a href='javascript:alert(1)'><text>x</text></a>",
            "<a xlink:href=' java&#9;script:alert(1)'/>",
            "<image href='https://elsewhere.example/x.png'/>",
            "<foreignObject><p/></foreignObject>",
            "<animate attributeName='href' to='javascript:alert(1)'/>",
            "<style>@import 'https://elsewhere.example/x.css';</style>",
            "<style>@im&#112;ort <![CDATA['x']]></style>",
            "<style>a { fill: url(//elsewhere.example/x) }</style>",
            "<rect style='fill: u\\72l(//elsewhere.example/x); stroke: url(#a)'/>",
            "<use href='data:image/svg+xml;base64,AAAA'/>",
            "<g",
        ] {
            let svg = format!("<svg xmlns:xlink='x'>{inside}</svg>");
            assert!(probe(svg.as_bytes()).is_err(), "{inside}");
        }
        assert!(probe(b"<!DOCTYPE svg [<!ENTITY a 'x'>]><svg/>").is_err());
        assert!(probe(b"<html/>").is_err());
        assert!(probe(b"").is_err());
    }
}
