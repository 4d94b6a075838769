//! Pictures: what a file is and says of itself, and which files are made of it. Pure.
//!
//! [`Facts`] are read from the bytes when a picture is first seen; which variants it has, and what they are
//! called, follows from them and the [`Settings`] alone, so that pages can be planned before a single pixel
//! is decoded. Decoding and encoding is in [`pixels`], behind the feature `images`.

mod container;
mod iim;
#[cfg(feature = "images")]
pub mod pixels;
mod svg;
mod xmp;

use serde::{Deserialize, Serialize};

use crate::fingerprint::{Fingerprint, Hasher};
use crate::path::{OutPath, slugify};

/// Part of the name of every file that is made of a picture: to be raised when the same picture and settings
/// give other bytes than before (another encoder, another way to resize).
const ENCODER: &str = "1";

/// More pixels than these are refused: decoding takes four bytes for each.
pub const PIXELS: u64 = 100_000_000;

/// What a picture is and says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Width and height in pixels as a browser shows it; `None` for a drawing that has no size of its own.
    pub size: Option<(u32, u32)>,
    /// What can be made of it.
    pub form: Form,
    /// Words that it carries along.
    pub words: Words,
    /// What its owner should know about it, in words that continue "this picture ".
    pub remarks: Vec<String>,
}

/// What can be made of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// Nothing: it is copied as it is (drawings, moving pictures, formats that are not decoded here).
    #[default]
    AsIs,
    /// Smaller ones, in formats without transparency.
    Opaque,
    /// Smaller ones that keep its transparency.
    Transparent,
}

/// Words that a photographer or an agency put into a picture's file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// What is to be seen, for everybody: IPTC Caption, XMP description.
    pub caption: Option<String>,
    /// Whose it is: credit, else byline.
    pub credit: Option<String>,
    /// What is to be seen, for those who cannot see it: XMP AltTextAccessibility.
    pub alt: Option<String>,
}

/// `[images]` of site.toml.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether variants are made; else pictures are copied as they are.
    pub enabled: bool,
    /// Widths of variants in pixels, ascending.
    pub widths: Vec<u32>,
    /// Of JPEG and WebP, 1 to 100.
    pub quality: u8,
    /// Formats beside the one that every browser shows.
    pub formats: Vec<Format>,
    /// Crops for structured data.
    pub crops: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: cfg!(feature = "images"),
            widths: vec![400, 800, 1200, 1600],
            quality: 78,
            formats: vec![Format::Webp, Format::Jpeg],
            crops: false,
        }
    }
}

/// A format that variants are encoded in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Small, slow to make.
    Avif,
    /// Small; every browser of today.
    Webp,
    /// Every browser there ever was. For pictures with transparency PNG takes its place.
    Jpeg,
    /// For pictures with transparency.
    Png,
}

impl Format {
    /// Formats with their words in site.toml; PNG is nobody's choice.
    pub const WORDS: [(&'static str, Self); 3] =
        [("avif", Self::Avif), ("webp", Self::Webp), ("jpeg", Self::Jpeg)];

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Avif => "image/avif",
            Self::Webp => "image/webp",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Avif => "avif",
            Self::Webp => "webp",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }
}

/// A file that is made of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Variant {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Cut to this shape around its middle, instead of the whole picture.
    pub crop: bool,
    /// Its format.
    pub format: Format,
    /// Quality of lossy formats, 1 to 100.
    pub quality: u8,
    /// Width of the picture that it is made from: the original, or the largest that is needed.
    pub base: u32,
}

/// All files that are made of a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variants {
    /// For each better format its files by width, best format first.
    pub better: Vec<(Format, Vec<Variant>)>,
    /// Files by width that every browser shows.
    pub plain: Vec<Variant>,
    /// Crops for structured data: square, 4 by 3, 16 by 9.
    pub crops: Vec<Variant>,
}

/// The width of the file that feeds, social networks and search engines are given.
const SHARED_WIDTH: u32 = 1200;

impl Variants {
    /// What is made of a picture; `None` when it is copied as it is.
    #[must_use]
    pub fn of(facts: &Facts, settings: &Settings) -> Option<Self> {
        if !settings.enabled || facts.form == Form::AsIs {
            return None;
        }
        let (width, height) = facts.size?;
        let plain = if facts.form == Form::Transparent { Format::Png } else { Format::Jpeg };
        let quality = settings.quality;
        let largest = settings.widths.last().copied().unwrap_or(SHARED_WIDTH).max(SHARED_WIDTH.min(width));
        let base = width.min(largest);
        let sized = |format: Format, to: u32| {
            let height = scaled(width, height, to);
            Variant { width: to, height, crop: false, format, quality, base }
        };
        // The full size only where no larger file is asked for.
        let mut widths: Vec<u32> = settings.widths.iter().copied().filter(|to| *to < width).collect();
        widths.push(base);
        if width > SHARED_WIDTH {
            widths.push(SHARED_WIDTH);
        }
        widths.sort_unstable();
        widths.dedup();
        let mut formats: Vec<Format> =
            settings.formats.iter().copied().filter(|format| *format != Format::Jpeg).collect();
        formats.sort_unstable();
        formats.dedup();
        let files = |format: Format| widths.iter().map(|to| sized(format, *to)).collect::<Vec<_>>();
        let better = formats.into_iter().map(|format| (format, files(format))).collect();
        // Where JPEG is not asked for, the one file that everything else falls back on is still made.
        let plain = if settings.formats.contains(&Format::Jpeg) {
            files(plain)
        } else {
            vec![sized(plain, width.min(SHARED_WIDTH))]
        };
        let crops = if settings.crops { crops(base, width, height, quality) } else { Vec::new() };
        Some(Self { better, plain, crops })
    }

    /// The file that stands for the picture where only one can be named.
    #[must_use]
    pub fn main(&self) -> Option<&Variant> {
        self.plain.iter().rev().find(|variant| variant.width <= SHARED_WIDTH).or(self.plain.first())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Variant> {
        self.better.iter().flat_map(|(_, files)| files).chain(&self.plain).chain(&self.crops)
    }
}

/// The height of a picture that is made `to` pixels wide.
fn scaled(width: u32, height: u32, to: u32) -> u32 {
    let height = (u64::from(height) * u64::from(to) + u64::from(width) / 2) / u64::from(width);
    u32::try_from(height).unwrap_or(u32::MAX).max(1)
}

/// Crops of a picture, as large as it allows and no larger than the shared width.
fn crops(base: u32, width: u32, height: u32, quality: u8) -> Vec<Variant> {
    let base_height = u64::from(height) * u64::from(base) / u64::from(width);
    let fits = |(across, down): (u64, u64)| {
        let width = u64::from(base.min(SHARED_WIDTH)).min(base_height * across / down);
        let side = |n: u64| u32::try_from(n).ok().filter(|n| *n > 0);
        let (width, height) = (side(width)?, side(width * down / across)?);
        Some(Variant { width, height, crop: true, format: Format::Jpeg, quality, base })
    };
    [(1, 1), (4, 3), (16, 9)].into_iter().filter_map(fits).collect()
}

impl Variant {
    /// Where it goes: the picture's name, some digits of what it is made of (so that it may be cached for ever),
    /// and its size.
    #[must_use]
    pub fn out(&self, path: &str, bytes: Fingerprint) -> Option<OutPath> {
        let name = path.rsplit('/').next()?;
        let (stem, _) = name.rsplit_once('.')?;
        let mut hasher = Hasher::new();
        hasher.text(ENCODER).fingerprint(bytes).tag(self.quality).number(self.base.into());
        let digits = hasher.finish().short(8);
        let size = if self.crop { format!("{}x{}", self.width, self.height) } else { self.width.to_string() };
        let extension = self.format.extension();
        OutPath::new(&format!("media/{}-{digits}-{size}.{extension}", slugify(stem))).ok()
    }

    /// Of all that its bytes follow from.
    #[must_use]
    pub fn fingerprint(&self, source: Fingerprint) -> Fingerprint {
        let mut hasher = Hasher::new();
        hasher.text("picture").text(ENCODER).fingerprint(source);
        hasher.number(self.width.into()).number(self.height.into()).tag(u8::from(self.crop));
        hasher.text(self.format.media_type()).tag(self.quality).number(self.base.into());
        hasher.finish()
    }
}

/// Where a picture goes that is copied as it is.
#[must_use]
pub fn copy_out(path: &str, bytes: Fingerprint) -> Option<OutPath> {
    let name = path.rsplit('/').next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    let name = format!("media/{}-{}.{}", slugify(stem), bytes.short(8), extension.to_ascii_lowercase());
    OutPath::new(&name).ok()
}

/// Looks at a picture's bytes without decoding them. `name` says which kind they ought to be.
///
/// # Errors
/// Why the picture cannot be shown, for a message that names the file.
pub fn probe(name: &str, bytes: &[u8]) -> Result<Facts, String> {
    let extension = name.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
    let said = match extension.as_str() {
        "jpg" | "jpeg" => "JPEG",
        "png" => "PNG",
        "webp" => "WebP",
        "gif" => "GIF",
        "svg" => "SVG",
        _ => "AVIF",
    };
    if bytes.is_empty() {
        return Err("the file is empty".to_owned());
    }
    if said == "SVG" {
        return svg::probe(bytes);
    }
    let found = match bytes {
        [0xff, 0xd8, 0xff, ..] => "JPEG",
        [0x89, b'P', b'N', b'G', ..] => "PNG",
        [b'G', b'I', b'F', b'8', ..] => "GIF",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "WebP",
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f' | b's', ..] => "AVIF",
        _ => return Err(format!("this is no {said} picture")),
    };
    if found != said {
        return Err(format!("{found} data in a file named .{extension}"));
    }
    let size = imagesize::blob_size(bytes).map_err(|_| format!("the {said} data is damaged"))?;
    let side = |n: usize| u32::try_from(n).ok().filter(|n| *n > 0 && *n <= 65_535);
    let (Some(width), Some(height)) = (side(size.width), side(size.height)) else {
        return Err(format!("{} by {} pixels cannot be right", size.width, size.height));
    };
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PIXELS {
        let millions = |n: u64| n / 1_000_000;
        return Err(format!(
            "{width} by {height} are {} megapixels, and the limit is {}",
            millions(pixels),
            millions(PIXELS)
        ));
    }
    let inside = match said {
        "JPEG" => container::jpeg(bytes)?,
        "PNG" => container::png(bytes)?,
        "WebP" => container::webp(bytes),
        _ => container::Inside::default(),
    };
    Ok(inside.facts((width, height)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(size: (u32, u32), settings: &Settings) -> Vec<String> {
        let facts = Facts { size: Some(size), form: Form::Opaque, ..Facts::default() };
        let variants = Variants::of(&facts, settings).expect("variants");
        variants.iter().map(|v| format!("{}x{} {}", v.width, v.height, v.format.extension())).collect()
    }

    #[test]
    fn nothing_is_enlarged() {
        let settings = Settings { enabled: true, ..Settings::default() };
        assert_eq!(widths((300, 200), &settings), ["300x200 webp", "300x200 jpg"]);
        assert_eq!(
            widths((1000, 667), &settings),
            ["400x267 webp", "800x534 webp", "1000x667 webp", "400x267 jpg", "800x534 jpg", "1000x667 jpg"]
        );
        let large = widths((6000, 4000), &settings);
        assert_eq!(large[..4], ["400x267 webp", "800x533 webp", "1200x800 webp", "1600x1067 webp"]);
    }

    #[test]
    fn the_shared_width_is_always_there() {
        let settings =
            Settings { enabled: true, widths: vec![500], formats: vec![Format::Webp], ..Settings::default() };
        assert_eq!(widths((4000, 2000), &settings), ["500x250 webp", "1200x600 webp", "1200x600 jpg"]);
    }

    #[test]
    fn crops_have_their_shape() {
        let shape = |v: &Variant| (v.width, v.height);
        let of = |w, h| crops(w, w, h, 80).iter().map(shape).collect::<Vec<_>>();
        assert_eq!(of(1600, 1067), [(1067, 1067), (1200, 900), (1200, 675)]);
        assert_eq!(of(300, 600), [(300, 300), (300, 225), (300, 168)]);
    }
}
