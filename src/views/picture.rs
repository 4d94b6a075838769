//! The files of a picture as pages refer to them.

use crate::article::Image;
use crate::image::{Variant, copy_out};
use crate::ingredient::Ingredient;
use crate::site::{Asset, Site, beside};

/// A file with its root-relative link.
pub(super) struct Rendition {
    pub(super) src: String,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Rendition {
    /// Its size, when that is known.
    pub(super) fn size(&self) -> Option<(u32, u32)> {
        (self.width > 0 && self.height > 0).then_some((self.width, self.height))
    }

    fn map(&self) -> Ingredient<'static> {
        Ingredient::Map(vec![
            ("src", Ingredient::text(self.src.clone())),
            ("width", Ingredient::Number(self.width.into())),
            ("height", Ingredient::Number(self.height.into())),
        ])
    }
}

/// All files of a picture.
pub(super) struct Files {
    /// The one that stands for it where only one can be named.
    pub(super) main: Rendition,
    /// Of better formats by width, best format first, with their media types.
    pub(super) better: Vec<(&'static str, Vec<Rendition>)>,
    /// Of the format that every browser shows, by width.
    pub(super) plain: Vec<Rendition>,
    /// Crops.
    pub(super) crops: Vec<Rendition>,
}

impl Files {
    /// The files of a picture of the site.
    pub(super) fn of(site: &Site, asset: &Asset) -> Option<Self> {
        let Some(variants) = asset.variants(&site.config.images) else {
            let src = site.href(&copy_out(&asset.path, asset.bytes)?);
            let (width, height) = asset.picture.as_ref().and_then(|facts| facts.size).unwrap_or_default();
            let main = Rendition { src, width, height };
            return Some(Self { main, better: Vec::new(), plain: Vec::new(), crops: Vec::new() });
        };
        let file = |variant: &Variant| {
            let src = site.href(&variant.out(&asset.path, asset.bytes)?);
            Some(Rendition { src, width: variant.width, height: variant.height })
        };
        let files = |variants: &[Variant]| variants.iter().filter_map(file).collect::<Vec<_>>();
        Some(Self {
            main: file(variants.main()?)?,
            better: variants.better.iter().map(|(format, of)| (format.media_type(), files(of))).collect(),
            plain: files(&variants.plain),
            crops: files(&variants.crops),
        })
    }
}

/// A picture with its words: those of the article, else those that the file carries along.
pub(super) fn image<'s>(site: &'s Site, path: &str, image: &'s Image) -> Ingredient<'s> {
    let asset = image.src.as_deref().and_then(|src| site.pictures.get(&beside(path, src)?));
    let files = asset.and_then(|asset| Files::of(site, asset));
    let words = asset.and_then(|asset| asset.picture.as_deref()).map(|facts| &facts.words);
    let side = |n: Option<u32>| n.map_or(Ingredient::Null, |n| Ingredient::Number(n.into()));
    let size = files.as_ref().and_then(|files| files.main.size());
    let list = |files: &[Rendition]| Ingredient::List(files.iter().map(Rendition::map).collect());
    let said =
        |own: &'s Option<String>, carried: Option<&'s String>| own.as_deref().or(carried.map(String::as_str));
    let better = files.iter().flat_map(|files| &files.better).map(|(media_type, files)| {
        Ingredient::Map(vec![("type", Ingredient::text(*media_type)), ("files", list(files))])
    });
    Ingredient::Map(vec![
        ("src", Ingredient::maybe(files.as_ref().map(|files| files.main.src.clone()))),
        ("alt", Ingredient::text(said(&image.alt, words.and_then(|w| w.alt.as_ref())).unwrap_or(""))),
        ("caption", Ingredient::maybe(said(&image.caption, words.and_then(|w| w.caption.as_ref())))),
        ("credit", Ingredient::maybe(said(&image.credit, words.and_then(|w| w.credit.as_ref())))),
        ("width", side(size.map(|(width, _)| width))),
        ("height", side(size.map(|(_, height)| height))),
        ("sources", Ingredient::List(better.collect())),
        ("files", files.as_ref().map_or(Ingredient::List(Vec::new()), |files| list(&files.plain))),
        ("crops", files.as_ref().map_or(Ingredient::List(Vec::new()), |files| list(&files.crops))),
    ])
}
