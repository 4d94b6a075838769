//! Words of the IPTC Information Interchange Model, which newsrooms have put into pictures since 1991.
//!
//! A JPEG keeps them in a Photoshop resource block. Datasets have no length limit of ours but that of the
//! block; their character set is named by dataset 1:90, and often is not.

use super::Words;

/// The IIM data of a Photoshop segment: resource 0x0404.
pub(super) fn block(segment: &[u8]) -> Option<&[u8]> {
    let mut rest = segment.strip_prefix(b"Photoshop 3.0\0")?;
    while let Some(after) = rest.strip_prefix(b"8BIM") {
        let id = after.get(..2)?;
        // A name with its length before it, padded to an even number of bytes.
        let name = usize::from(*after.get(2)?) + 1;
        let after = after.get(2 + name + (name & 1)..)?;
        let (len, after) = after.split_first_chunk::<4>()?;
        let len = u32::from_be_bytes(*len) as usize;
        let content = after.get(..len)?;
        if id == [0x04, 0x04] {
            return Some(content);
        }
        rest = after.get(len + (len & 1)..).unwrap_or_default();
    }
    None
}

/// Caption and credit. A remark says when their character set had to be guessed.
pub(super) fn words(block: &[u8], remarks: &mut Vec<String>) -> Words {
    let (mut is_utf8, mut caption, mut credit, mut byline) = (false, None, None, None);
    let mut rest = block;
    while let [0x1c, record, set, high, low, after @ ..] = rest {
        let len = usize::from(*high) << 8 | usize::from(*low);
        // The high bit means a length of the length: nothing we read is that long.
        let Some(content) = after.get(..len).filter(|_| high & 0x80 == 0) else { break };
        match (record, set) {
            (1, 90) => is_utf8 = content == [0x1b, 0x25, 0x47],
            (2, 120) => caption = Some(content),
            (2, 110) => credit = Some(content),
            (2, 80) => byline = byline.or(Some(content)),
            _ => {}
        }
        rest = &after[len..];
    }
    let mut is_guess = false;
    let mut read = |bytes: &[u8]| {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => {
                is_guess |= !is_utf8;
                encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0
            }
        };
        tidied(&text)
    };
    let words = Words {
        caption: caption.and_then(&mut read),
        credit: credit.or(byline).and_then(&mut read),
        alt: None,
    };
    if is_guess {
        remarks.push(
            "does not say how the letters of its caption are encoded: taken for Windows-1252".to_owned(),
        );
    }
    words
}

/// One line of printable text; `None` when nothing is left.
pub(super) fn tidied(text: &str) -> Option<String> {
    /// Characters of a caption that anybody would read.
    const LIMIT: usize = 2000;
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let joined: String =
        words.join(" ").chars().filter(|c| !crate::schema::is_unprintable(*c)).take(LIMIT).collect();
    Some(joined).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(record: u8, number: u8, content: &[u8]) -> Vec<u8> {
        let len = u8::try_from(content.len()).expect("short");
        [&[0x1c, record, number, 0, len], content].concat()
    }

    fn check(sets: &[Vec<u8>], caption: Option<&str>, credit: Option<&str>, guesses: usize) {
        let mut remarks = Vec::new();
        let words = words(&sets.concat(), &mut remarks);
        assert_eq!((words.caption.as_deref(), words.credit.as_deref()), (caption, credit));
        assert_eq!(remarks.len(), guesses);
    }

    #[test]
    fn reads_the_charset_that_is_declared_or_likely() {
        let utf8 = set(1, 90, b"\x1b%G");
        check(&[utf8, set(2, 120, "Kıyıda".as_bytes()), set(2, 80, b"Ann")], Some("Kıyıda"), Some("Ann"), 0);
        check(
            &[set(2, 120, b"Caf\xe9"), set(2, 110, b"Agency"), set(2, 80, b"Ann")],
            Some("Café"),
            Some("Agency"),
            1,
        );
        check(&[set(2, 120, "Café".as_bytes())], Some("Café"), None, 0);
        check(&[set(2, 120, b" \r\n\0 ")], None, None, 0);
        check(&[vec![0x1c, 2, 120, 0x80, 4, 0, 0, 0, 1, b'x']], None, None, 0);
        check(&[vec![0x1c, 2, 120, 0, 9, b'x']], None, None, 0);
    }

    #[test]
    fn finds_the_block_among_others() {
        let resource = |id: [u8; 2], content: &[u8]| {
            let len = u32::try_from(content.len()).expect("short").to_be_bytes();
            let pad = vec![0; content.len() & 1];
            [b"8BIM", &id[..], &[0, 0], &len, content, &pad].concat()
        };
        let segment =
            [b"Photoshop 3.0\0".to_vec(), resource([4, 0x25], b"odd"), resource([4, 4], b"here")].concat();
        assert_eq!(block(&segment), Some(&b"here"[..]));
        for cut in 0..segment.len() - 4 {
            assert_eq!(block(&segment[..cut]), None);
        }
    }
}
