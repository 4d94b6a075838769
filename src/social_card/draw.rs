//! A card's pixels: an SVG of it, in lines that fit, drawn and packed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg::{Node, Options, Tree};

use super::fonts::{self, DISPLAY, Font};
use super::{SIZE, SocialCard};

/// Space at the sides, in pixels.
const MARGIN: f32 = 72.0;
/// Sizes that a headline may have, the largest first, with the lines there is room for.
const SIZES: [(f32, usize); 6] = [(104.0, 2), (88.0, 3), (76.0, 4), (64.0, 4), (54.0, 5), (46.0, 6)];
/// Lines of a headline, as a part of its size.
const LEADING: f32 = 1.12;
/// The same for Arabic script, which needs more room.
const ARABIC_LEADING: f32 = 1.5;
const PAPER: &str = "#fffefc";
const INK: &str = "#16191c";

impl SocialCard {
    /// Draws it, as PNG.
    ///
    /// # Errors
    /// Why it cannot be drawn.
    pub fn draw(&self) -> Result<Vec<u8>, String> {
        let options = options();
        let svg = self.svg(&options)?;
        let tree = Tree::from_str(&svg, &options).map_err(|error| error.to_string())?;
        let mut pixels = Pixmap::new(SIZE.0, SIZE.1).ok_or("no room for it")?;
        resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
        png(&pixels).map_err(|error| error.to_string())
    }

    fn svg(&self, options: &Options<'_>) -> Result<String, String> {
        let (width, height) = (SIZE.0 as f32, SIZE.1 as f32);
        let mut svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'><rect width='{width}' height='{height}' fill='{PAPER}'/><rect width='{width}' height='14' fill='{}'/>",
            escaped(&self.accent),
        );
        let edge = if self.is_rtl { width - MARGIN } else { MARGIN };
        let mut line = |text: &str, y: f32, size: f32, font: &Font, fill: &str| {
            let _ = write!(
                svg,
                "<text x='{edge}' y='{y}' font-size='{size}' font-family='{}' font-weight='600' fill='{}' text-anchor='{}'>{}</text>",
                font.family,
                escaped(fill),
                if self.is_rtl { "end" } else { "start" },
                escaped(&self.turned(text)),
            );
        };
        if self.title.is_empty() {
            line(&self.paper, height * 0.54, 88.0, &DISPLAY, INK);
            return Ok(svg + "</svg>");
        }
        line(&self.paper, 112.0, 46.0, &DISPLAY, INK);
        let mut top = 144.0;
        if !self.section.is_empty() {
            line(&self.section, 206.0, 30.0, &fonts::of_label(&self.section), &self.accent);
            top = 216.0;
        }
        let words: Vec<String> = self.title.split(' ').map(shortened).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let widths = widths(&words, options)?;
        let leading = if has_arabic(&self.title) { ARABIC_LEADING } else { LEADING };
        let room = height - top - 48.0;
        let (size, lines) = fit(&words, &widths, leading, room);
        let step = size * leading;
        // Where the first line stands, so that the block begins a little below what is above it.
        let mut y = top + 24.0 + size * (0.78 + (leading - LEADING) / 2.0);
        for words in lines {
            line(&words, y, size, &DISPLAY, INK);
            y += step;
        }
        let rule = width - 2.0 * MARGIN;
        let _ = write!(svg, "<rect x='{MARGIN}' y='142' width='{rule}' height='2' fill='{INK}'/></svg>");
        Ok(svg)
    }

    /// A line in its direction: the drawing program begins every line at the left, so one that runs the other way is
    /// embedded in it.
    fn turned(&self, text: &str) -> String {
        if self.is_rtl { format!("\u{202b}{text}\u{202c}") } else { text.to_owned() }
    }
}

/// A word that fits into a line of the smallest size: one that is longer than any language's is cut.
fn shortened(word: &str) -> String {
    const LONGEST: usize = 36;
    match word.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    }
}

fn has_arabic(text: &str) -> bool {
    text.chars()
        .any(|c| matches!(c, '\u{600}'..='\u{77f}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'))
}

fn options() -> Options<'static> {
    Options {
        fontdb: Arc::clone(&fonts::DATABASE),
        font_family: DISPLAY.family.to_owned(),
        ..Options::default()
    }
}

/// The size of type in which widths are measured.
const MEASURED: f32 = 100.0;

/// Widths of words, in parts of the type's size.
fn widths(words: &[&str], options: &Options<'_>) -> Result<Vec<f32>, String> {
    let mut svg = String::from("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>");
    for word in words {
        let _ = write!(
            svg,
            "<text font-size='{MEASURED}' font-family='{}' font-weight='600'>{}</text>",
            DISPLAY.family,
            escaped(word)
        );
    }
    svg.push_str("</svg>");
    let tree = Tree::from_str(&svg, options).map_err(|error| error.to_string())?;
    let texts = tree.root().children().iter().filter_map(|node| match node {
        Node::Text(text) => Some(text.bounding_box().width() / MEASURED),
        _ => None,
    });
    let widths: Vec<f32> = texts.collect();
    // What draws nothing is no node: then every word is taken to be as wide as its letters are on average.
    if widths.len() == words.len() {
        return Ok(widths);
    }
    Ok(words.iter().map(|word| word.chars().count() as f32 * 0.5).collect())
}

/// The largest size in which the words fit, and their lines; what does not fit in the smallest ends in an ellipsis.
fn fit(words: &[&str], widths: &[f32], leading: f32, room: f32) -> (f32, Vec<String>) {
    let measure = SIZE.0 as f32 - 2.0 * MARGIN;
    for (size, most) in SIZES {
        let most = most.min((room / (size * leading)) as usize);
        let lines = broken(words, widths, measure / size);
        let widest = widths.iter().copied().fold(0.0, f32::max) * size;
        if lines.len() <= most && widest <= measure {
            return (size, balanced(words, widths, measure / size, lines.len()));
        }
    }
    let size = SIZES[SIZES.len() - 1].0;
    let most = ((room / (size * leading)) as usize).max(1);
    let mut lines = broken(words, widths, measure / size);
    if lines.len() > most {
        lines.truncate(most);
        lines.iter_mut().last().into_iter().for_each(|line| line.push('…'));
    }
    (size, lines)
}

/// Lines no wider than `measure`, each as full as it can be.
fn broken(words: &[&str], widths: &[f32], measure: f32) -> Vec<String> {
    /// Of a space.
    const SPACE: f32 = 0.24;
    let mut lines: Vec<String> = Vec::new();
    let mut taken = f32::INFINITY;
    for (word, width) in words.iter().zip(widths) {
        match lines.last_mut() {
            Some(line) if taken + SPACE + width <= measure => {
                line.push(' ');
                line.push_str(word);
                taken += SPACE + width;
            }
            _ => {
                lines.push((*word).to_owned());
                taken = *width;
            }
        }
    }
    lines
}

/// As many lines, as even as they can be: the narrowest measure that needs no more.
fn balanced(words: &[&str], widths: &[f32], measure: f32, lines: usize) -> Vec<String> {
    /// Steps in which the measure is narrowed.
    const STEPS: u8 = 20;
    let narrower = (0..STEPS).map(|step| measure * (1.0 - f32::from(step) / 2.0 / f32::from(STEPS)));
    let fitting =
        narrower.map(|measure| broken(words, widths, measure)).take_while(|found| found.len() == lines);
    fitting.last().unwrap_or_else(|| broken(words, widths, measure))
}

fn escaped(text: &str) -> String {
    let mut escaped = Vec::with_capacity(text.len());
    match crate::escape::xml(text, &mut escaped) {
        Ok(()) => String::from_utf8_lossy(&escaped).into_owned(),
        Err(_) => String::new(),
    }
}

/// Colours of a picture, at most: what an indexed PNG can have.
const COLOURS: usize = 256;

/// Packs pixels as PNG with a palette: a card has few colours, and edges that lie between two of them.
fn png(pixels: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let key = |pixel: &PremultipliedColorU8, step: u8| {
        [pixel.red(), pixel.green(), pixel.blue()].map(|part| part / step * step)
    };
    // Coarser steps until there are few enough: nobody sees them at the edge of a letter.
    let mut step = 1;
    let (palette, indices) = loop {
        let mut palette: Vec<[u8; 3]> = Vec::new();
        let mut known = BTreeMap::new();
        let mut indices = Vec::with_capacity(pixels.pixels().len());
        let mut last = None;
        for pixel in pixels.pixels() {
            if let Some((same, index)) = last
                && same == *pixel
            {
                indices.push(index);
                continue;
            }
            let rgb = key(pixel, step);
            let index = *known.entry(rgb).or_insert_with(|| {
                palette.push(rgb);
                palette.len() - 1
            });
            let Ok(index) = u8::try_from(index) else { break };
            last = Some((*pixel, index));
            indices.push(index);
        }
        if palette.len() <= COLOURS && indices.len() == pixels.pixels().len() {
            break (palette, indices);
        }
        step *= 2;
    };
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::Balanced);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&indices)?;
    writer.finish()?;
    Ok(bytes)
}
