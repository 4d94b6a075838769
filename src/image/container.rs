//! What the containers of pictures say besides the pixels: how a JPEG is turned, whether there is
//! transparency or movement, and where the words are. Reads headers only.

use std::borrow::Cow;

use super::{Facts, Form, Words, iim, xmp};

/// What a container says.
#[derive(Default)]
pub(super) struct Inside<'b> {
    /// It is to be shown turned by a quarter.
    is_turned: bool,
    form: Form,
    iim: Option<&'b [u8]>,
    xmp: Option<Cow<'b, [u8]>>,
    has_position: bool,
}

impl Inside<'_> {
    /// All that is known of a picture of this size.
    pub(super) fn facts(self, (width, height): (u32, u32)) -> Facts {
        let mut remarks = Vec::new();
        let from_iim = self.iim.map(|block| iim::words(block, &mut remarks)).unwrap_or_default();
        let from_xmp = self.xmp.map(|packet| xmp::words(&packet)).unwrap_or_default();
        let words = Words {
            caption: from_xmp.caption.or(from_iim.caption),
            credit: from_xmp.credit.or(from_iim.credit),
            alt: from_xmp.alt,
        };
        if self.form == Form::AsIs && self.has_position {
            remarks.push("is copied as it is, and with it the place where it was taken".to_owned());
        }
        let size = if self.is_turned { (height, width) } else { (width, height) };
        Facts { size: Some(size), form: self.form, words, remarks }
    }

    fn read_exif(&mut self, tiff: &[u8]) {
        let exif = Exif::read(tiff).unwrap_or_default();
        self.is_turned = exif.orientation >= 5;
        self.has_position = exif.has_position;
    }
}

/// A JPEG's segments up to its pixels.
pub(super) fn jpeg(bytes: &[u8]) -> Result<Inside<'_>, String> {
    let mut inside = Inside { form: Form::Opaque, ..Inside::default() };
    let mut at = 2;
    let pixels = loop {
        let (Some(0xff), Some(marker)) = (bytes.get(at), bytes.get(at + 1)) else {
            return Err("the JPEG data is damaged".to_owned());
        };
        if *marker == 0xff {
            at += 1;
            continue;
        }
        let len = bytes.get(at + 2..at + 4).map_or(0, |len| usize::from(len[0]) << 8 | usize::from(len[1]));
        let Some(content) = bytes.get(at + 4..at + 2 + len.max(2)) else {
            return Err("the JPEG data ends too early".to_owned());
        };
        match marker {
            0xe1 => {
                if let Some(tiff) = content.strip_prefix(b"Exif\0\0") {
                    inside.read_exif(tiff);
                } else if let Some(packet) = content.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
                    inside.xmp = Some(packet.into());
                }
            }
            0xed => inside.iim = iim::block(content).or(inside.iim),
            0xda => break at,
            _ => {}
        }
        at += 2 + len.max(2);
    };
    // A truncated file decodes into a picture that is grey at the bottom.
    let is_whole = bytes[pixels..].windows(2).any(|pair| pair == [0xff, 0xd9]);
    if is_whole { Ok(inside) } else { Err("the JPEG data ends too early".to_owned()) }
}

/// Bytes of a compressed text that are unpacked at most.
const TEXT_LIMIT: u64 = 1 << 20;

/// A PNG's chunks.
pub(super) fn png(bytes: &[u8]) -> Result<Inside<'_>, String> {
    let mut inside = Inside { form: Form::Opaque, ..Inside::default() };
    let mut rest = bytes.get(8..).unwrap_or_default();
    loop {
        let Some((len, after)) = rest.split_first_chunk::<4>() else {
            return Err("the PNG data ends too early".to_owned());
        };
        let len = u32::from_be_bytes(*len) as usize;
        let (Some(kind), Some(content)) = (after.get(..4), after.get(4..4 + len)) else {
            return Err("the PNG data ends too early".to_owned());
        };
        match kind {
            b"IHDR" if matches!(content.get(9), Some(4 | 6)) => inside.form = Form::Transparent,
            b"tRNS" => inside.form = Form::Transparent,
            b"acTL" => inside.form = Form::AsIs,
            b"eXIf" => inside.read_exif(content),
            b"iTXt" => inside.xmp = international_text(content).or(inside.xmp),
            b"IEND" => return Ok(inside),
            _ => {}
        }
        rest = after.get(8 + len..).unwrap_or_default();
    }
}

/// The XMP of an `iTXt` chunk: keyword, how it is packed, language, translated keyword, text.
fn international_text(content: &[u8]) -> Option<Cow<'_, [u8]>> {
    let rest = content.strip_prefix(b"XML:com.adobe.xmp\0")?;
    let (packed, rest) = (*rest.first()?, rest.get(2..)?);
    let after_nul = |bytes: &'_ [u8]| bytes.iter().position(|byte| *byte == 0).map(|at| at + 1);
    let rest = &rest[after_nul(rest)?..];
    let text = &rest[after_nul(rest)?..];
    if packed == 0 {
        return Some(text.into());
    }
    let mut unpacked = Vec::new();
    let mut reader = std::io::Read::take(flate2::read::ZlibDecoder::new(text), TEXT_LIMIT);
    std::io::Read::read_to_end(&mut reader, &mut unpacked).ok()?;
    Some(unpacked.into())
}

/// A WebP's chunks.
pub(super) fn webp(bytes: &[u8]) -> Inside<'_> {
    let mut inside = Inside { form: Form::Opaque, ..Inside::default() };
    let mut rest = bytes.get(12..).unwrap_or_default();
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let len = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let content = after.get(..len).unwrap_or(after);
        match &head[..4] {
            b"VP8X" => {
                let flags = content.first().copied().unwrap_or(0);
                if flags & 0x02 != 0 {
                    inside.form = Form::AsIs;
                } else if flags & 0x10 != 0 {
                    inside.form = Form::Transparent;
                }
            }
            // Bit 28 of the lossless header.
            b"VP8L" if content.get(4).is_some_and(|byte| byte & 0x10 != 0) => {
                inside.form = Form::Transparent;
            }
            b"EXIF" => inside.read_exif(content.strip_prefix(b"Exif\0\0").unwrap_or(content)),
            b"XMP " => inside.xmp = Some(content.into()),
            _ => {}
        }
        rest = after.get(len + (len & 1)..).unwrap_or_default();
    }
    inside
}

/// The two things that EXIF is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Exif {
    /// 1 to 8; from 5 on width and height change places.
    orientation: u16,
    has_position: bool,
}

impl Exif {
    /// Reads the first directory of a TIFF structure.
    fn read(tiff: &[u8]) -> Option<Self> {
        let is_little = match tiff.get(..4)? {
            [b'I', b'I', 42, 0] => true,
            [b'M', b'M', 0, 42] => false,
            _ => return None,
        };
        let short = |at: usize| {
            let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
            Some(if is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
        };
        let long = |at: usize| {
            let bytes: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
            Some(if is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
        };
        let first = long(4)? as usize;
        let mut exif = Self { orientation: 1, has_position: false };
        for number in 0..usize::from(short(first)?) {
            let entry = first + 2 + number * 12;
            match short(entry)? {
                0x0112 => exif.orientation = short(entry + 8).filter(|n| (1..=8).contains(n))?,
                0x8825 => exif.has_position = true,
                _ => {}
            }
        }
        Some(exif)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_either_end_first() {
        let little = b"II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\x25\x88\x04\0\x01\0\0\0\x20\0\0\0\0\0\0\0";
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0\0\0\0\0";
        assert_eq!(Exif::read(little), Some(Exif { orientation: 6, has_position: true }));
        assert_eq!(Exif::read(big), Some(Exif { orientation: 3, has_position: false }));
        for cut in 0..little.len() - 4 {
            // Whatever is missing: an answer, and no panic.
            let _ = Exif::read(&little[..cut]);
        }
    }
}
