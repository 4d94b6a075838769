//! Pictures that are dropped or pasted: looked at by their bytes, not by their names, and put beside their article.

use axum::http::StatusCode;
use serde_json::json;

use super::{Answer, Desk, Refused, file};
use crate::disk::{self, Swap};
use crate::fingerprint::Fingerprint;
use crate::path::slugify;
use crate::serve::page::decoded;
use crate::serve::watcher::Event;
use crate::source::Role;

/// Bytes of a picture at most.
pub(super) const LIMIT: usize = 32 << 20;
/// Its dots at most.
const DOTS: usize = 100_000_000;

/// What a picture's bytes say that it is, as a file's ending.
fn ending(bytes: &[u8]) -> Option<&'static str> {
    match imagesize::image_type(bytes).ok()? {
        imagesize::ImageType::Jpeg => Some("jpg"),
        imagesize::ImageType::Png => Some("png"),
        imagesize::ImageType::Webp => Some("webp"),
        imagesize::ImageType::Gif => Some("gif"),
        imagesize::ImageType::Heif(imagesize::Compression::Av1) => Some("avif"),
        _ => None,
    }
}

/// Keeps a picture beside the article at `path`, under its `name` as far as that is one.
pub(super) fn keep(desk: &Desk, query: &str, bytes: &[u8]) -> Answer {
    let of = |key: &str| {
        let value = query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
        value.and_then(decoded).unwrap_or_default()
    };
    let (path, name) = (of("path"), of("name"));
    let unfit = |why: &str| Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, json!({ "error": why }));
    let ending = ending(bytes).ok_or_else(|| unfit("this is no JPEG, PNG, WebP, GIF or AVIF picture"))?;
    let size = imagesize::blob_size(bytes).map_err(|_| unfit("this picture is damaged"))?;
    if size.width == 0 || size.height == 0 || size.width.saturating_mul(size.height) > DOTS {
        return Err(unfit("this picture has no size, or more than 100 megapixels"));
    }
    if desk.view_with(&path).record(&path).is_none() {
        return Err(Refused::missing("there is no such article"));
    }
    let folder = path.rsplit_once('/').map_or("content", |(folder, _)| folder);
    let stem = slugify(name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem));
    let stem = if stem.is_empty() || stem == "untitled" { "picture".to_owned() } else { stem };
    for number in 1..1000_u32 {
        let file_name = match number {
            1 => format!("{stem}.{ending}"),
            number => format!("{stem}-{number}.{ending}"),
        };
        let target = format!("{folder}/{file_name}");
        let place = file::place(&desk.state.site, &target, Role::Picture)?;
        let answer = json!({ "src": file_name, "width": size.width, "height": size.height });
        match disk::swap(&place, bytes, None, &mut |_| Ok(()))? {
            Swap::Done => {
                let _ = desk.state.tell.send(Event::Suspected(target));
                return Ok(answer);
            }
            Swap::Other(Some(there)) if Fingerprint::of(&there) == Fingerprint::of(bytes) => {
                return Ok(answer);
            }
            Swap::Other(_) => {}
        }
    }
    Err(Refused::bad("there are too many pictures of this name"))
}
