//! Pictures: their size and kind, read from the first bytes. Decodes nothing.

/// Width and height in pixels as a browser shows it, or why the bytes are no picture of the kind that
/// their name says.
///
/// # Errors
/// The reason, for a message that names the file.
pub fn probe(name: &str, bytes: &[u8]) -> Result<(u32, u32), String> {
    let extension = name.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
    let said = match extension.as_str() {
        "jpg" | "jpeg" => "JPEG",
        "png" => "PNG",
        "webp" => "WebP",
        "gif" => "GIF",
        _ => "AVIF",
    };
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
    match (side(size.width), side(size.height)) {
        (Some(width), Some(height)) => Ok((width, height)),
        _ => Err(format!("{} by {} pixels cannot be right", size.width, size.height)),
    }
}
