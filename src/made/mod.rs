//! Files that are generated rather than rendered from a template: variants of pictures, and what the search page reads.
//!
//! Such a file is a function of its recipe as a page is. What it is called follows from the recipe too, so
//! pages that mention it can be planned before it exists. It may be dear to make, so its bytes are kept under
//! [`Made::key`] where one is given: the key names everything that the bytes follow from.

use std::sync::Arc;

use crate::diag::{self, Diag};
use crate::fingerprint::{Fingerprint, Hasher};
use crate::image::Variant;
#[cfg(feature = "images")]
use crate::image::pixels;
use crate::index::{Article, ArticleId, Shelf};
use crate::markdown;
use crate::path::OutPath;
use crate::search;
use crate::site::{Asset, Site};
use crate::views;

mod hits;
mod memo;

/// A file to be generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// A picture in another size or format.
    Variant {
        /// The picture.
        picture: Asset,
        /// What is made of it.
        variant: Variant,
    },
    /// The social card of an article.
    SocialCard(ArticleId),
    /// A file of a shelf's words, by its number.
    Words {
        /// The articles.
        shelf: Shelf,
        /// Which of the files.
        bucket: u32,
    },
    /// Which beginnings of words some of these files have.
    Filter {
        /// The articles.
        shelf: Shelf,
        /// Which of the filters.
        part: u32,
    },
    /// What is shown of some articles of a shelf when they are found.
    Hits {
        /// The articles.
        shelf: Shelf,
        /// Which of them: these many times [`HITS`] come before.
        part: usize,
    },
}

/// Articles in a file of hits: a page of results reads as many files as it has results, at worst.
pub const HITS: usize = 16;

/// What making a file may read, and what it may remember. Whoever implements it checks that what is read is
/// what was planned with.
pub trait Inputs: Sync {
    /// The bytes of a source file.
    ///
    /// # Errors
    /// See [`Trouble`].
    fn source(&self, asset: &Asset) -> Result<Vec<u8>, Trouble>;

    /// The Markdown of an article.
    ///
    /// # Errors
    /// See [`Trouble`].
    fn text(&self, article: &Article) -> Result<String, Trouble>;

    /// What was kept under a key, if it still is.
    fn recall(&self, key: Fingerprint) -> Option<Vec<u8>>;

    /// Keeps bytes under a key, if possible.
    fn keep(&self, key: Fingerprint, bytes: &[u8]);
}

/// Why a file could not be made.
#[derive(Debug)]
pub enum Trouble {
    /// A source is not what was planned with: load and plan again.
    Changed(String),
    /// It cannot be read, or nothing can be made of it.
    Failed(Diag),
}

/// What several files are made from, remembered for as long as they are made one after the other.
#[derive(Default)]
pub struct Workshop {
    #[cfg(feature = "images")]
    pictures: memo::Memo<Result<pixels::Decoded, String>>,
    shelves: memo::Memo<search::Files>,
}

impl Made {
    /// Puts all that it is made of into a hasher.
    pub fn put_into(&self, site: &Site, hasher: &mut Hasher) {
        match self {
            Self::Words { shelf, bucket } => {
                let buckets = u64::from(shelf.buckets) << 32 | u64::from(*bucket);
                hasher.tag(2).number(buckets).fingerprint(site.shelf_fingerprint(shelf));
            }
            Self::Filter { shelf, part } => {
                let buckets = u64::from(shelf.buckets) << 32 | u64::from(*part);
                hasher.tag(5).number(buckets).fingerprint(site.shelf_fingerprint(shelf));
            }
            Self::Hits { shelf, part } => {
                hasher.tag(3).text(&site.config.edition(shelf.edition).language);
                hasher.fingerprint(site.config.words.calendar());
                for id in hits::of(site, shelf, *part) {
                    hasher.fingerprint(site.card_fingerprint(id));
                }
            }
            Self::Variant { picture, variant } => {
                hasher.tag(1).fingerprint(variant.fingerprint(picture.bytes));
            }
            Self::SocialCard(id) => {
                hasher.tag(4).fingerprint(card_fingerprint(site, *id));
            }
        }
    }

    /// The key under which its bytes may be kept; other than the recipe's fingerprint it outlives a new version
    /// of this program, and a move of the file. `None` for what is quickly made again.
    #[must_use]
    pub fn key(&self, site: &Site) -> Option<Fingerprint> {
        match self {
            Self::SocialCard(id) => Some(card_fingerprint(site, *id)),
            Self::Variant { picture, variant } => Some(variant.fingerprint(picture.bytes)),
            Self::Words { .. } | Self::Filter { .. } | Self::Hits { .. } => None,
        }
    }

    /// Where a file that the search page reads is put, below that page's folder; `None` for others.
    pub(crate) fn search_out(&self, folder: &str) -> Option<OutPath> {
        let (shelf, name) = match self {
            Self::Words { shelf, bucket } => (shelf, format!("{bucket:02x}.txt")),
            Self::Filter { shelf, part } => (shelf, format!("filter-{part:x}.bin")),
            Self::Hits { shelf, part } => (shelf, format!("hits-{part}.json")),
            Self::Variant { .. } | Self::SocialCard(_) => return None,
        };
        OutPath::new(&format!("{folder}/{}/{name}", shelf.period.name())).ok()
    }

    /// What it is made of, in a word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Variant { .. } => "picture",
            Self::SocialCard(_) => "social card",
            Self::Words { .. } => "words",
            Self::Filter { .. } => "filter",
            Self::Hits { .. } => "cards",
        }
    }

    /// What it is made of, for people.
    #[must_use]
    pub fn json(&self, site: &Site) -> serde_json::Value {
        match self {
            Self::SocialCard(id) => serde_json::json!({
                "social_card": views::social_card(site, *id).map(|card| card.alt()),
                "words": card_fingerprint(site, *id).to_string(),
            }),
            Self::Variant { picture, variant } => serde_json::json!({
                "picture": picture.path,
                "bytes": picture.bytes.to_string(),
                "width": variant.width,
                "height": variant.height,
                "crop": variant.crop,
                "format": variant.format.media_type(),
                "quality": variant.quality,
            }),
            Self::Words { shelf, bucket } => serde_json::json!({
                "words_of": shelf.period.name(),
                "articles": shelf.len,
                "file": bucket,
                "files": shelf.buckets,
            }),
            Self::Filter { shelf, part } => serde_json::json!({
                "filter_of": shelf.period.name(),
                "file": part,
                "files": search::filters(shelf.buckets),
            }),
            Self::Hits { shelf, part } => serde_json::json!({
                "hits_of": shelf.period.name(),
                "from": part * HITS,
            }),
        }
    }

    /// Appends the file's bytes to `output`.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub fn make(
        &self,
        site: &Site,
        inputs: &dyn Inputs,
        workshop: &Workshop,
        output: &mut Vec<u8>,
    ) -> Result<(), Trouble> {
        let key = self.key(site);
        if let Some(kept) = key.and_then(|key| inputs.recall(key)) {
            output.extend_from_slice(&kept);
            return Ok(());
        }
        let bytes = match self {
            Self::Variant { picture, variant } => workshop.variant(site, inputs, picture, variant)?,
            Self::Words { shelf, bucket } => {
                let files = workshop.shelf(site, inputs, shelf)?;
                files.words.get(*bucket as usize).cloned().unwrap_or_default()
            }
            Self::Filter { shelf, part } => {
                let files = workshop.shelf(site, inputs, shelf)?;
                files.filters.get(*part as usize).cloned().unwrap_or_default()
            }
            Self::Hits { shelf, part } => hits::hits(site, shelf, *part),
            Self::SocialCard(id) => drawn(site, *id)?,
        };
        if let Some(key) = key {
            inputs.keep(key, &bytes);
        }
        output.extend_from_slice(&bytes);
        Ok(())
    }
}

fn card_fingerprint(site: &Site, id: ArticleId) -> Fingerprint {
    views::social_card(site, id).map(|card| card.fingerprint()).unwrap_or_default()
}

/// The bytes of an article's social card.
#[cfg(feature = "social-cards")]
fn drawn(site: &Site, id: ArticleId) -> Result<Vec<u8>, Trouble> {
    let drawn =
        views::social_card(site, id).map_or_else(|| Err("it has no words".to_owned()), |card| card.draw());
    drawn.map_err(|why| {
        let place = diag::Place::file(site.index.article(id).path());
        Trouble::Failed(diag::no_social_card(place, &why))
    })
}

/// None without the feature: then no article has a card.
#[cfg(not(feature = "social-cards"))]
fn drawn(_: &Site, _: ArticleId) -> Result<Vec<u8>, Trouble> {
    Ok(Vec::new())
}

/// The files of a shelf's words.
fn words(site: &Site, inputs: &dyn Inputs, shelf: &Shelf) -> Result<search::Files, Trouble> {
    let lang = &site.config.edition(shelf.edition).language;
    let mut words = search::Shard::default();
    for id in site.index.on_shelf(shelf) {
        let article = site.index.article(id);
        let text = match site.config.search.full_text {
            true => markdown::words(&inputs.text(article)?),
            false => String::new(),
        };
        words.add(article.header().words().chain([(text.as_str(), search::Weight::Text)]), lang);
    }
    Ok(words.files(shelf.buckets))
}

impl Workshop {
    fn shelf(&self, site: &Site, inputs: &dyn Inputs, shelf: &Shelf) -> Result<Arc<search::Files>, Trouble> {
        self.shelves.get(site.shelf_fingerprint(shelf), || words(site, inputs, shelf))
    }
}

#[cfg(feature = "images")]
impl Workshop {
    fn variant(
        &self,
        site: &Site,
        inputs: &dyn Inputs,
        picture: &Asset,
        variant: &Variant,
    ) -> Result<Vec<u8>, Trouble> {
        let failed = |why: &str| {
            let place = site.mention(picture).unwrap_or_else(|| diag::Place::file(&picture.path));
            Trouble::Failed(diag::bad_image(place, &picture.path, why))
        };
        let base = Hasher::new().fingerprint(picture.bytes).number(variant.base.into()).finish();
        let decoded = self.pictures.get(base, || {
            let bytes = inputs.source(picture)?;
            let form = picture.picture.as_ref().map(|facts| facts.form).unwrap_or_default();
            Ok(pixels::decode(&bytes, form, variant.base))
        })?;
        match &*decoded {
            Ok(decoded) => pixels::encode(decoded, variant).map_err(|why| failed(&why)),
            Err(why) => Err(failed(why)),
        }
    }
}

#[cfg(not(feature = "images"))]
impl Workshop {
    fn variant(&self, _: &Site, _: &dyn Inputs, picture: &Asset, _: &Variant) -> Result<Vec<u8>, Trouble> {
        let place = diag::Place::file(&picture.path);
        Err(Trouble::Failed(diag::bad_image(place, &picture.path, "this program was built without pictures")))
    }
}
