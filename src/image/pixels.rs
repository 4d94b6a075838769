//! Pixels: decoding a picture once, and encoding what is made of it. Nothing of a picture's metadata comes
//! through but its colour profile, where that matters.

use std::io::Cursor;

use fast_image_resize::images::Image as Raw;
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits};
use img_parts::ImageICC;
use img_parts::webp::WebP;

use super::{Form, Format, PIXELS, Variant};

/// A decoded picture, turned upright and no larger than its largest variant needs.
#[derive(Debug)]
pub struct Decoded {
    pixels: Pixels,
    profile: Option<Vec<u8>>,
}

/// Rows of three (opaque) or four bytes.
#[derive(Debug)]
struct Pixels {
    width: u32,
    height: u32,
    is_opaque: bool,
    bytes: Vec<u8>,
}

impl Pixels {
    fn of(image: DynamicImage, is_opaque: bool) -> Self {
        let (width, height) = (image.width(), image.height());
        let bytes = if is_opaque { image.into_rgb8().into_raw() } else { image.into_rgba8().into_raw() };
        Self { width, height, is_opaque, bytes }
    }

    /// The part at `left`, `top` of this size, in another size.
    fn resized(&self, part: (f64, f64, f64, f64), width: u32, height: u32) -> Result<Self, String> {
        let kind = if self.is_opaque { PixelType::U8x3 } else { PixelType::U8x4 };
        let source = fast_image_resize::images::ImageRef::new(self.width, self.height, &self.bytes, kind)
            .map_err(|error| error.to_string())?;
        let mut target = Raw::new(width, height, kind);
        let (left, top, across, down) = part;
        let options = ResizeOptions::new().crop(left, top, across, down).use_alpha(!self.is_opaque);
        Resizer::new().resize(&source, &mut target, &options).map_err(|error| error.to_string())?;
        Ok(Self { width, height, is_opaque: self.is_opaque, bytes: target.into_vec() })
    }

    fn whole(&self) -> (f64, f64, f64, f64) {
        (0.0, 0.0, f64::from(self.width), f64::from(self.height))
    }
}

/// Decodes a picture, and makes it no wider than `base`.
///
/// # Errors
/// What is wrong with the data.
pub fn decode(bytes: &[u8], form: Form, base: u32) -> Result<Decoded, String> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    reader = reader.with_guessed_format().map_err(|error| error.to_string())?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err("this is no JPEG, PNG or WebP picture".to_owned());
    }
    let mut limits = Limits::default();
    // Up to eight bytes a pixel for 16-bit PNG, and room for what the decoder needs besides.
    limits.max_alloc = Some(PIXELS * 8 + (64 << 20));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| error.to_string())?;
    let orientation = decoder.orientation().map_err(|error| error.to_string())?;
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| matters(profile));
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| error.to_string())?;
    image.apply_orientation(orientation);
    let pixels = Pixels::of(image, form == Form::Opaque);
    let pixels = if base < pixels.width {
        let height = super::scaled(pixels.width, pixels.height, base);
        pixels.resized(pixels.whole(), base, height)?
    } else {
        pixels
    };
    Ok(Decoded { pixels, profile })
}

/// Whether colours are others without this profile: it describes red, green and blue, and not sRGB, which is
/// what browsers take a picture without one to be in.
fn matters(profile: &[u8]) -> bool {
    /// Profiles of cameras and screens have less than that; those of printers are not for us.
    const LIMIT: usize = 64 << 10;
    let is_rgb = profile.get(16..20) == Some(b"RGB ");
    let says_srgb = profile.windows(4).any(|name| name == b"sRGB")
        || profile.windows(8).any(|name| name == b"\0s\0R\0G\0B");
    is_rgb && !says_srgb && profile.len() <= LIMIT
}

/// Encodes a variant.
///
/// # Errors
/// What the encoder says.
pub fn encode(decoded: &Decoded, variant: &Variant) -> Result<Vec<u8>, String> {
    let base = &decoded.pixels;
    let part = if variant.crop { middle(base, variant) } else { base.whole() };
    let same = part == base.whole() && (variant.width, variant.height) == (base.width, base.height);
    let resized = if same { None } else { Some(base.resized(part, variant.width, variant.height)?) };
    let pixels = resized.as_ref().unwrap_or(base);
    let profile = decoded.profile.clone();
    match variant.format {
        Format::Jpeg => jpeg(&opaque(pixels), variant, profile),
        Format::Png => png(pixels, profile),
        Format::Webp => webp(pixels, variant, profile),
        Format::Avif => avif(pixels, variant),
    }
}

/// The largest part in the middle that has the variant's shape.
fn middle(base: &Pixels, variant: &Variant) -> (f64, f64, f64, f64) {
    let (width, height) = (f64::from(base.width), f64::from(base.height));
    let shape = f64::from(variant.width) / f64::from(variant.height);
    let (across, down) =
        if width / height > shape { (height * shape, height) } else { (width, width / shape) };
    ((width - across) / 2.0, (height - down) / 2.0, across, down)
}

/// The pixels before white, for formats without transparency.
fn opaque(pixels: &Pixels) -> std::borrow::Cow<'_, [u8]> {
    if pixels.is_opaque {
        return (&pixels.bytes).into();
    }
    let over_white = |pixel: &[u8]| {
        let alpha = u32::from(pixel[3]);
        let mix =
            |c: u8| u8::try_from((u32::from(c) * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(255);
        [mix(pixel[0]), mix(pixel[1]), mix(pixel[2])]
    };
    pixels.bytes.chunks_exact(4).flat_map(over_white).collect::<Vec<u8>>().into()
}

fn jpeg(rows: &[u8], variant: &Variant, profile: Option<Vec<u8>>) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, variant.quality);
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile).map_err(|error| error.to_string())?;
    }
    encoder
        .write_image(rows, variant.width, variant.height, ExtendedColorType::Rgb8)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn png(pixels: &Pixels, profile: Option<Vec<u8>>) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive);
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile).map_err(|error| error.to_string())?;
    }
    let kind = if pixels.is_opaque { ExtendedColorType::Rgb8 } else { ExtendedColorType::Rgba8 };
    encoder
        .write_image(&pixels.bytes, pixels.width, pixels.height, kind)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn webp(pixels: &Pixels, variant: &Variant, profile: Option<Vec<u8>>) -> Result<Vec<u8>, String> {
    let encoder = match pixels.is_opaque {
        true => webp::Encoder::from_rgb(&pixels.bytes, pixels.width, pixels.height),
        false => webp::Encoder::from_rgba(&pixels.bytes, pixels.width, pixels.height),
    };
    let encoded = encoder
        .encode_simple(false, f32::from(variant.quality))
        .map_err(|error| format!("it cannot be encoded as WebP: {error:?}"))?;
    let bytes = encoded.to_vec();
    let Some(profile) = profile else { return Ok(bytes) };
    let mut parts = WebP::from_bytes(bytes.into()).map_err(|error| error.to_string())?;
    parts.set_icc_profile(Some(profile.into()));
    Ok(parts.encoder().bytes().to_vec())
}

/// Without a profile, since the encoder writes none: wide colours are taken for sRGB.
#[cfg(feature = "avif")]
fn avif(pixels: &Pixels, variant: &Variant) -> Result<Vec<u8>, String> {
    /// 1 is slowest and smallest, 10 fastest.
    const SPEED: u8 = 6;
    let size = (pixels.width as usize, pixels.height as usize);
    let encoder = ravif::Encoder::new().with_quality(f32::from(variant.quality) * 0.85).with_speed(SPEED);
    // Threads change nothing but the time, and the build has threads of its own.
    let encoder = encoder.with_num_threads(Some(1));
    let encoded = if pixels.is_opaque {
        let rows: Vec<ravif::RGB8> =
            pixels.bytes.chunks_exact(3).map(|p| ravif::RGB8::new(p[0], p[1], p[2])).collect();
        encoder.encode_rgb(ravif::Img::new(&rows, size.0, size.1))
    } else {
        let rows: Vec<ravif::RGBA8> =
            pixels.bytes.chunks_exact(4).map(|p| ravif::RGBA8::new(p[0], p[1], p[2], p[3])).collect();
        encoder.encode_rgba(ravif::Img::new(&rows, size.0, size.1))
    };
    encoded.map(|encoded| encoded.avif_file).map_err(|error| error.to_string())
}

#[cfg(not(feature = "avif"))]
fn avif(_: &Pixels, _: &Variant) -> Result<Vec<u8>, String> {
    Err("this program was built without AVIF".to_owned())
}
