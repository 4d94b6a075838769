//! HTML dumps: the page's visible lines go through the same model and fields as a text dump, with more to go by.
//!
//! Lines are counted over the visible text, one a block of text, as `parse --explain` shows them.

mod extract;
mod grid;
mod link;
mod meta;
mod shallow;
mod title;
mod tree;

use dom_query::Document;

use self::extract::{Extractor, Opinion, Smoothie};
use self::meta::Head;
use self::tree::{Piece, Tag};
use super::article::{Image, Input, Options, Parsed, Repair, When};
use super::dates::{self, Known};
use super::features;
use super::fields::{self, Block, Hints, Row};
use super::line::{Line, Lines};

use super::{byline, escape, words};

/// Features that only markup gives, after those of all lines.
pub(super) const FEATURES: &[&str] = &[
    "html_p",
    "html_h1",
    "html_h2",
    "html_h3",
    "html_item",
    "html_caption",
    "html_cell",
    "html_row",
    "html_pre",
    "html_button",
    "html_other",
    "links",
    "links_most",
    "links_all",
    "links_none_long",
    "opinion",
    "opinion_most",
    "opinion_none",
    "opinion_prev",
    "opinion_next",
    "opinion_prose",
    "opinion_links",
    "same_tag_prev",
    "same_tag_next",
    "same_place_prev",
    "same_place_next",
    "same_as_main",
    "landmark_main",
    "quote",
    "list_prose",
    "heading_between",
];

/// Parses a decoded HTML page.
pub(super) fn parse_html(
    html: &str,
    input: &Input<'_>,
    options: &Options<'_>,
    mut repairs: Vec<Repair>,
) -> Parsed {
    let page = Page::read(html, input.url);
    if page.flattened {
        repairs.push(Repair { what: "tags nested too deep", count: 1 });
    }
    if page.cut {
        repairs.push(Repair { what: "head without an end", count: 1 });
    }
    let known = Known { fetched: input.fetched, day_first: page.day_first() };
    let extra = page.rows();
    let blocks = page.blocks();
    let hints = page.hints(known, input);
    fields::parse_page(&page.lines, known, options, repairs, &hints, &extra, &blocks)
}

/// The visible text that the lines of an HTML dump are counted over, for `explain`.
#[must_use]
pub fn visible_text(html: &str) -> String {
    let page = Page::read(html, None);
    let mut out = String::new();
    for line in &page.lines.lines {
        out.push_str(&line.text);
        out.push('\n');
    }
    out
}

/// A page as lines, and what its head says.
pub(super) struct Page {
    pub(super) lines: Lines,
    pieces: Vec<Piece>,
    head: Head,
    opinion: Opinion,
    flattened: bool,
    /// The head was left out, since it swallowed the rest.
    cut: bool,
}

/// A page from the tag that opens its body.
fn body(html: &str) -> Option<&str> {
    let bytes = html.as_bytes();
    let opens = |at: &usize| {
        bytes.get(at + 1..at + 5).is_some_and(|name| name.eq_ignore_ascii_case(b"body"))
            && bytes.get(at + 5).is_some_and(|c| *c == b'>' || c.is_ascii_whitespace())
    };
    memchr::memchr_iter(b'<', bytes).find(opens).and_then(|at| html.get(at..))
}

impl Page {
    pub(super) fn read(html: &str, url: Option<&str>) -> Self {
        let page = Self::whole(html, url);
        if !page.lines.lines.is_empty() {
            return page;
        }
        // What opens in the head and never closes (a script, a comment) takes all that follows with it.
        match body(html).map(|body| Self::whole(body, url)).filter(|body| !body.lines.lines.is_empty()) {
            Some(body) => Self { head: page.head, cut: true, ..body },
            None => page,
        }
    }

    fn whole(html: &str, url: Option<&str>) -> Self {
        let flat = shallow::shallow(html);
        let document = Document::from(flat.as_deref().unwrap_or(html));
        let head = Head::read(&document);
        let pieces = tree::pieces(&document, url);
        let lines = lines(&pieces);
        let opinion = Opinion::new(&Smoothie.main_text(document).unwrap_or_default());
        Self { lines, pieces, head, opinion, flattened: flat.is_some(), cut: false }
    }

    /// The markup's features of each line, to be put after the line's own.
    pub(super) fn rows(&self) -> Vec<features::Row> {
        let holds: Vec<f32> = self
            .pieces
            .iter()
            .zip(&self.lines.lines)
            .map(|(piece, line)| self.opinion.holds(&piece.text, &line.folded))
            .collect();
        let main = self.main_place(&holds);
        let total = self.pieces.len();
        (0..total).map(|at| self.row(at, &holds, main)).collect()
    }

    /// The place that holds most of the main text.
    fn main_place(&self, holds: &[f32]) -> u32 {
        let mut sums: std::collections::BTreeMap<u32, usize> = std::collections::BTreeMap::new();
        for (at, piece) in self.pieces.iter().enumerate() {
            if holds[at] > 0.5 {
                *sums.entry(piece.place).or_default() += self.lines.lines[at].words;
            }
        }
        sums.into_iter().max_by_key(|(_, words)| *words).map_or(0, |(place, _)| place)
    }

    fn row(&self, at: usize, holds: &[f32], main: u32) -> features::Row {
        let piece = &self.pieces[at];
        let words = self.lines.lines[at].words;
        let near = |offset: isize| at.checked_add_signed(offset).and_then(|i| self.pieces.get(i));
        let held =
            |offset: isize| at.checked_add_signed(offset).and_then(|i| holds.get(i)).copied().unwrap_or(0.0);
        let kind = |tag: Tag| std::mem::discriminant(&tag);
        let flag = |on: bool| if on { 1.0 } else { 0.0 };
        let level = match piece.tag {
            Tag::Heading(level) => level,
            _ => 0,
        };
        let values = [
            flag(piece.tag == Tag::Paragraph),
            flag(level == 1),
            flag(level == 2),
            flag(level > 2),
            flag(matches!(piece.tag, Tag::Item(_))),
            flag(piece.tag == Tag::Caption),
            flag(piece.tag == Tag::Cell),
            flag(matches!(piece.tag, Tag::Row(_))),
            flag(piece.tag == Tag::Pre),
            flag(piece.tag == Tag::Button),
            flag(piece.tag == Tag::Other),
            piece.links,
            flag(piece.links > 0.5),
            flag(piece.links > 0.95),
            flag(piece.links < 0.3 && words > 12),
            holds[at],
            flag(holds[at] > 0.5),
            flag(holds[at] == 0.0),
            held(-1),
            held(1),
            flag(holds[at] > 0.5 && words > 12),
            holds[at] * piece.links,
            flag(near(-1).is_some_and(|p| kind(p.tag) == kind(piece.tag))),
            flag(near(1).is_some_and(|p| kind(p.tag) == kind(piece.tag))),
            flag(near(-1).is_some_and(|p| p.place == piece.place)),
            flag(near(1).is_some_and(|p| p.place == piece.place)),
            flag(piece.place == main),
            flag(piece.place & main == main),
            flag(piece.place & tree::bit("quote") != 0),
            flag(matches!(piece.tag, Tag::Item(_)) && words > 12),
            flag(
                level > 1
                    && near(-1).is_some_and(|p| p.tag == Tag::Paragraph)
                    && near(1).is_some_and(|p| p.tag == Tag::Paragraph),
            ),
        ];
        debug_assert_eq!(values.len(), FEATURES.len());
        let mut row: features::Row = Vec::new();
        for (n, value) in values
            .into_iter()
            .chain((0..places().len()).map(|bit| flag(piece.place >> bit & 1 != 0)))
            .enumerate()
        {
            if value != 0.0 {
                row.push((u16::try_from(n).unwrap_or(u16::MAX), value));
            }
        }
        row
    }

    /// Each line as the Markdown block that it would be.
    fn blocks(&self) -> Vec<Block> {
        let quoted = tree::bit("quote");
        self.pieces
            .iter()
            .map(|piece| {
                let quote = piece.place & quoted != 0;
                let (mark, tight) = match piece.tag {
                    Tag::Heading(level) => {
                        (format!("{} ", "#".repeat(usize::from(level.clamp(2, 4)))), false)
                    }
                    Tag::Item(None) => ("- ".to_owned(), true),
                    Tag::Item(Some(n)) => (format!("{n}. "), true),
                    Tag::Row(row) => (String::new(), row.grid.columns > 0),
                    _ => (String::new(), false),
                };
                let picture = piece.picture.as_ref().map(|picture| {
                    let caption = if piece.tag == Tag::Caption {
                        format!(" \"{}\"", piece.text.replace(['"', '\\'], "'"))
                    } else {
                        String::new()
                    };
                    format!("![{}]({}{caption})", escape::inline(&picture.alt), picture.src)
                });
                let row = match piece.tag {
                    Tag::Row(row) => {
                        Some(Row { table: row.grid.number, columns: row.grid.columns, is_head: row.is_head })
                    }
                    _ => None,
                };
                Block {
                    row,
                    markdown: format!("{}{mark}{}", if quote { "> " } else { "" }, piece.markdown),
                    tight,
                    quote,
                    picture,
                    caption: piece.tag == Tag::Caption,
                    linked: piece.links > 0.95,
                }
            })
            .collect()
    }

    /// What the head and the marks say about the article.
    fn hints(&self, known: Known, input: &Input<'_>) -> Hints {
        let head = &self.head;
        let published = head
            .ld
            .published
            .as_deref()
            .into_iter()
            .chain(head.all("date"))
            .chain(head.published.iter().map(String::as_str));
        let dates: Vec<When> = published.filter_map(|v| date(v, known)).collect();
        let published = dates.first().copied();
        let updated =
            head.ld.modified.as_deref().into_iter().chain(head.all("updated")).find_map(|v| date(v, known));
        let times = head.times.iter().find_map(|v| date(v, known));
        let (authors, doubtful) = self.authors();
        let (line, title) = title::choose(&self.lines.lines, &self.pieces, head);
        let lead = self.pieces.iter().find_map(|p| p.picture.as_ref());
        let image = head
            .all("image")
            .find_map(|src| link::safe(src, input.url))
            .map(|src| Image { src: Some(src), ..Image::default() })
            .or_else(|| {
                lead.map(|p| Image {
                    src: Some(p.src.clone()),
                    alt: Some(p.alt.clone()).filter(|a| !a.is_empty()),
                    ..Image::default()
                })
            });
        Hints {
            line,
            title,
            authors,
            house: self.is_house(&doubtful),
            doubtful,
            times,
            main: self
                .pieces
                .iter()
                .zip(&self.lines.lines)
                .map(|(piece, line)| self.opinion.holds(&piece.text, &line.folded) > 0.5)
                .collect(),
            date: published,
            dates,
            updated: updated.filter(|u| published.is_some_and(|p| u.day() >= p.day() && u != &p)),
            url_date: input.url.and_then(url_date),
            section: head
                .ld
                .section
                .clone()
                .or_else(|| head.all("section").next().map(str::to_owned))
                .filter(|s| !s.starts_with("http")),
            canonical: head.canonical.as_deref().and_then(|href| link::safe(href, input.url)),
            lang: head.lang.as_deref().or_else(|| head.all("lang").next()).and_then(language_code),
            image,
            places: (self.pieces.iter().map(|p| p.place).collect(), tree::bit("caption"), tree::bit("deck")),
        }
    }

    /// Authors as the markup names them: those that are sure, else those that may be the site or somebody else.
    fn authors(&self) -> (Vec<String>, Vec<String>) {
        let head = &self.head;
        let clean = |names: &[&str]| -> Vec<String> {
            let mut out: Vec<String> = Vec::new();
            for name in names {
                let folded = words::fold(name);
                let nobody = name.contains("://")
                    || name.contains('@')
                    || words::count(name) > 14
                    || NOBODY.contains(&folded.as_str())
                    || is_host(name);
                if nobody {
                    continue;
                }
                let bare = byline::announced(name).unwrap_or(name);
                for part in byline::with_degrees(split_names(bare).filter(|part| !is_host(part))) {
                    if !out.iter().any(|have| words::fold(have) == words::fold(&part)) {
                        out.push(part);
                    }
                }
            }
            out
        };
        let people = |names: &[String]| names.iter().any(|n| byline::is_person(n));
        let ld = clean(&head.ld.authors.iter().map(String::as_str).collect::<Vec<_>>());
        let meta = clean(&head.all("author").take(3).collect::<Vec<_>>());
        let signed = clean(&head.signed.iter().map(String::as_str).collect::<Vec<_>>());
        for names in [&ld, &meta] {
            if people(names) {
                return (names.clone(), Vec::new());
            }
        }
        // One word is a name where two marks agree on it.
        if let [only] = ld.as_slice()
            && signed.iter().any(|name| words::fold(name) == words::fold(only))
        {
            return (ld, Vec::new());
        }
        let signed: Vec<String> = signed.into_iter().filter(|name| byline::is_person(name)).take(2).collect();
        if let [only] = signed.as_slice() {
            return (vec![only.clone()], Vec::new());
        }
        let doubtful = [ld, meta, signed].into_iter().find(|names| !names.is_empty()).unwrap_or_default();
        (Vec::new(), doubtful)
    }

    /// Whether some names are those of the site or its publisher, as far as there are any.
    fn is_house(&self, names: &[String]) -> bool {
        let bare = |name: &str| -> String {
            let folded = words::fold(name);
            let host = folded.strip_prefix("www.").unwrap_or(&folded);
            let host =
                host.rsplit_once('.').filter(|(_, end)| end.len() <= 4).map_or(host, |(front, _)| front);
            host.chars().filter(|c| c.is_alphanumeric()).collect()
        };
        let houses: Vec<String> =
            self.head.ld.publisher.as_deref().into_iter().chain(self.head.all("site")).map(bare).collect();
        names.iter().all(|name| houses.contains(&bare(name)))
    }

    /// Whether slashed dates have the day first, from the page's language.
    fn day_first(&self) -> Option<bool> {
        let lang = self.head.lang.as_deref()?.to_ascii_lowercase();
        if lang == "en-us" {
            Some(false)
        } else if lang.starts_with("en") {
            // "en" alone may be of either side of the Atlantic.
            (lang.len() > 3).then_some(true)
        } else {
            dates::slashed(&language_code(&lang)?)
        }
    }
}

/// Names of the place bits, in order.
pub(super) fn places() -> Vec<&'static str> {
    tree::LANDMARKS.iter().chain(tree::hint_names()).copied().collect()
}

/// The lines of a page's pieces.
fn lines(pieces: &[Piece]) -> Lines {
    let lines: Vec<Line> = (1u32..)
        .zip(pieces)
        .map(|(number, piece)| Line {
            from: number,
            to: number,
            gap: u32::from(piece.opens),
            folded: words::fold(&piece.text),
            words: words::count(&piece.text),
            text: piece.text.clone(),
        })
        .collect();
    Lines { physical: u32::try_from(lines.len()).unwrap_or(u32::MAX), lines, rewrapped: 0 }
}

/// "A and B, C" as three; a comma before a short office ("MS") stays out.
fn split_names(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '|', '•'])
        .flat_map(|part| part.split(" and "))
        .flat_map(|part| part.split(" & "))
        .flat_map(|part| part.split(" und "))
        .flat_map(|part| part.split(" et "))
        .flat_map(|part| part.split(" y "))
        .map(str::trim)
        .filter(|part| part.chars().filter(|c| c.is_alphabetic()).count() > 1)
}

/// What content systems put where an author is missing.
const NOBODY: &[&str] = &[
    "admin",
    "no author",
    "unknown",
    "author",
    "staff",
    "editor",
    "webmaster",
    "redaktion",
    "none",
    "null",
    "undefined",
    "guest",
    "administrator",
    "redacción",
    "redação",
    "editör",
];

/// "gazette.example", "facebook.com/name": an address and no name.
fn is_host(name: &str) -> bool {
    !name.contains(' ')
        && name.contains('.')
        && !name.ends_with('.')
        && name.chars().next().is_some_and(char::is_lowercase)
}

/// A date of the head: a full date or nothing.
fn date(text: &str, known: Known) -> Option<When> {
    dates::find(text, Known { fetched: None, ..known }).first().map(|found| found.when)
}

/// `/2026/03/14/` or `/2026-03-14-` in an address.
fn url_date(url: &str) -> Option<When> {
    let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = url.split(['/', '-', '_', '.', '?']).collect();
    parts.windows(3).find_map(|w| {
        let fits =
            digits(w[0], 4) && (digits(w[1], 2) || digits(w[1], 1)) && (digits(w[2], 2) || digits(w[2], 1));
        let year: i32 = w[0].parse().ok().filter(|y| fits && (1990..2100).contains(y))?;
        chrono::NaiveDate::from_ymd_opt(year, w[1].parse().ok()?, w[2].parse().ok()?).map(When::Day)
    })
}

/// The language part of a tag such as `en-GB`.
fn language_code(tag: &str) -> Option<String> {
    let code = tag.split(['-', '_']).next()?.to_ascii_lowercase();
    ((2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase())).then_some(code)
}
