//! Social cards: the picture that social networks show for an article that has none. Pure.
//!
//! What a card says and what its file is called is known without drawing it, so that pages can be planned; it is
//! drawn in `draw`, behind the feature `social-cards`.

#[cfg(feature = "social-cards")]
mod draw;
#[cfg(feature = "social-cards")]
mod fonts;

use crate::fingerprint::{Fingerprint, Hasher};
use crate::path::{OutPath, slugify};

/// Width and height in pixels, as the networks want it.
pub const SIZE: (u32, u32) = (1200, 630);

/// Part of the name of every card: to be raised when the same words give other bytes than before.
const DESIGN: &str = "2";

/// What stands on a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocialCard {
    title: String,
    paper: String,
    section: String,
    is_rtl: bool,
    accent: String,
}

impl SocialCard {
    /// The card of a headline. Words that cannot be written with the fonts at hand are left out; `None` when
    /// nothing remains, or when this program draws no cards.
    #[must_use]
    pub fn new(title: &str, paper: &str, section: &str, is_rtl: bool, accent: Option<&str>) -> Option<Self> {
        let [title, paper, section] = [title, paper, section].map(|text| writable(text).unwrap_or_default());
        if title.is_empty() && paper.is_empty() {
            return None;
        }
        Some(Self { title, paper, section, is_rtl, accent: accent.unwrap_or(ACCENT).to_owned() })
    }

    /// Of all that its bytes follow from.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hasher = Hasher::new();
        hasher.text("social card").text(DESIGN).text(&self.title).text(&self.paper).text(&self.section);
        hasher.tag(u8::from(self.is_rtl)).text(&self.accent);
        hasher.finish()
    }

    /// Where the card of this article goes: the headline, and some digits of what it is made of, so that it may be
    /// cached for ever, and of the article, so that no two have one.
    #[must_use]
    pub fn out(&self, article: &str) -> Option<OutPath> {
        /// Longer names tell nobody more.
        const LONGEST: usize = 48;
        let slug = slugify(&self.title);
        let slug: String = slug.chars().take(LONGEST).collect();
        let slug = slug.trim_matches('-');
        let name = if slug.is_empty() { "card" } else { slug };
        let mut hasher = Hasher::new();
        let digits = hasher.fingerprint(self.fingerprint()).text(article).finish().short(8);
        OutPath::new(&format!("media/{name}-{digits}-card.png")).ok()
    }

    /// What is to be seen, for those who cannot see it.
    #[must_use]
    pub fn alt(&self) -> String {
        let parts = [&self.title, &self.paper].into_iter().filter(|part| !part.is_empty());
        parts.map(String::as_str).collect::<Vec<_>>().join(" – ")
    }
}

/// The colour of a paper that names none; the theme's.
const ACCENT: &str = "#0b4a5f";

#[cfg(feature = "social-cards")]
use fonts::writable;

#[cfg(not(feature = "social-cards"))]
fn writable(_: &str) -> Option<String> {
    None
}
