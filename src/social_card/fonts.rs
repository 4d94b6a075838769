//! The fonts of cards, and which letters they have.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use resvg::usvg::fontdb::{Database, Source};
use skrifa::{FontRef, MetadataProvider};

/// Of headlines.
pub(super) const DISPLAY: Font = Font { family: "Newsprint Display", bytes: include_bytes!("display.ttf") };
/// Of labels; it has no Cyrillic.
pub(super) const SANS: Font = Font { family: "Newsprint Sans", bytes: include_bytes!("sans.ttf") };

/// A font with the name that is written in it.
pub(super) struct Font {
    pub(super) family: &'static str,
    bytes: &'static [u8],
}

/// These fonts and no others: what the machine has installed would make other pictures.
pub(super) static DATABASE: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    for font in [DISPLAY, SANS] {
        fonts.load_font_source(Source::Binary(Arc::new(font.bytes)));
    }
    Arc::new(fonts)
});

/// Characters of headlines, and of labels.
static LETTERS: LazyLock<[BTreeSet<char>; 2]> = LazyLock::new(|| {
    [DISPLAY, SANS].map(|font| {
        let font = FontRef::new(font.bytes).ok();
        let letters = |font: FontRef<'static>| font.charmap().mappings().map(|(c, _)| c).collect::<Vec<_>>();
        font.map(letters).unwrap_or_default().into_iter().filter_map(char::from_u32).collect()
    })
});

/// The font of a label: the sans, if it has all its letters.
pub(super) fn of_label(text: &str) -> Font {
    if text.chars().all(|c| LETTERS[1].contains(&c)) { SANS } else { DISPLAY }
}

/// A text as it can be written: without signs that no font has. `None` when it has letters that none has.
pub(super) fn writable(text: &str) -> Option<String> {
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_whitespace() => kept.push(' '),
            c if LETTERS[0].contains(&c) => kept.push(c),
            c if c.is_alphanumeric() => return None,
            _ => {}
        }
    }
    Some(kept.split_whitespace().collect::<Vec<_>>().join(" "))
}
