//! A page's visible text as lines, in the order of the document, each with its Markdown and where it stood.
//!
//! The walk keeps its own stack: pages may nest deeper than the program's.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use dom_query::{Document, Element, NodeData, NodeRef};

use super::grid::{self, Grid};
use super::link;
use crate::dump::escape;

/// What a line is in the markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Paragraph,
    Heading(u8),
    /// Item of a list; with its number in an ordered one.
    Item(Option<u32>),
    Caption,
    Cell,
    /// A row of a table, all its cells.
    Row(grid::Row),
    Pre,
    Button,
    Other,
}

/// A picture with what describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) src: String,
    pub(super) alt: String,
}

/// One visible line.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) text: String,
    /// Inline Markdown, without the mark of the block.
    pub(super) markdown: String,
    pub(super) tag: Tag,
    /// Share of the characters that are links.
    pub(super) links: f32,
    pub(super) place: u32,
    /// Blank before it: a new block.
    pub(super) opens: bool,
    /// A picture that stands before it.
    pub(super) picture: Option<Picture>,
}

/// Landmarks of the ancestors, one bit each, and then the kinds of class names in `tables/hints.tsv`.
pub(super) const LANDMARKS: &[&str] = &[
    "article",
    "main",
    "header",
    "footer",
    "nav",
    "aside",
    "figure",
    "form",
    "quote",
    "list",
    "table",
    "body_prop",
];

static HINTS: LazyLock<(Vec<&'static str>, Option<AhoCorasick>, Vec<usize>)> = LazyLock::new(|| {
    let (mut names, mut words, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, row) in include_str!("../tables/hints.tsv").lines().enumerate() {
        let mut cells = row.split('\t');
        names.push(cells.next().unwrap_or(""));
        for word in cells {
            words.push(word);
            kinds.push(kind);
        }
    }
    (names, AhoCorasick::new(words).ok(), kinds)
});

/// Names of the kinds of class names.
pub(super) fn hint_names() -> &'static [&'static str] {
    &HINTS.0
}

/// The bit of a landmark or, after those, of a kind of class names.
pub(super) fn bit(name: &str) -> u32 {
    let at = LANDMARKS
        .iter()
        .position(|n| *n == name)
        .or_else(|| HINTS.0.iter().position(|n| *n == name).map(|k| k + LANDMARKS.len()));
    at.map_or(0, |at| 1 << at)
}

/// Bits of the class names of an element.
fn hints(names: &str) -> u32 {
    let Some(finder) = &HINTS.1 else { return 0 };
    let lower = names.to_ascii_lowercase();
    let edge = |c: Option<u8>| c.is_none_or(|c| !c.is_ascii_alphabetic());
    let bytes = lower.as_bytes();
    finder
        .find_overlapping_iter(&lower)
        .filter(|hit| {
            edge(hit.start().checked_sub(1).map(|i| bytes[i]))
                && (edge(bytes.get(hit.end()).copied()) || lower[hit.end()..].starts_with('s'))
        })
        .fold(0, |bits, hit| bits | 1 << (LANDMARKS.len() + HINTS.2[hit.pattern().as_usize()]))
}

/// Elements whose content is not text.
const SKIPPED: &[&str] = &[
    "script", "style", "template", "svg", "iframe", "head", "select", "datalist", "textarea", "object",
    "canvas", "audio", "video", "map", "math", "noscript", "dialog",
];
/// Elements that begin and end a line.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "footer",
    "nav",
    "aside",
    "figure",
    "figcaption",
    "blockquote",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "tr",
    "td",
    "th",
    "thead",
    "tbody",
    "caption",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "form",
    "fieldset",
    "hr",
    "address",
    "details",
    "summary",
    "body",
    "center",
    "button",
    "label",
    "option",
    "legend",
];

/// What holds inside an element.
#[derive(Clone, Copy)]
struct Inside {
    place: u32,
    tag: Tag,
    bold: bool,
    italic: bool,
    link: Option<usize>,
    /// Next number of an ordered list.
    ordered: bool,
    /// The table, where it is none that lays a page out.
    grid: Option<Grid>,
}

enum Step<'a> {
    Enter(NodeRef<'a>, Inside),
    /// End of a block: flush; `true`: it was a paragraph-like one, so the next line opens a block.
    Leave(bool),
}

/// A stretch of inline text with one look.
struct Run {
    text: String,
    bold: bool,
    italic: bool,
    link: Option<usize>,
    /// A cell of a table over so many columns begins with it.
    cell: Option<usize>,
}

impl Run {
    fn of(text: String, inside: Inside) -> Self {
        let Inside { bold, italic, link, .. } = inside;
        Self { text, bold, italic, link, cell: None }
    }
}

struct Walk<'u> {
    url: Option<&'u str>,
    pieces: Vec<Piece>,
    runs: Vec<Run>,
    links: Vec<String>,
    inside: Option<Inside>,
    opens: bool,
    picture: Option<Picture>,
    number: u32,
    /// Tables met so far.
    tables: u32,
}

/// The visible lines of a page.
pub(super) fn pieces(document: &Document, url: Option<&str>) -> Vec<Piece> {
    let start = Inside {
        place: 0,
        tag: Tag::Other,
        bold: false,
        italic: false,
        link: None,
        ordered: false,
        grid: None,
    };
    let mut walk = Walk {
        url,
        pieces: Vec::new(),
        runs: Vec::new(),
        links: Vec::new(),
        inside: None,
        opens: true,
        picture: None,
        number: 0,
        tables: 0,
    };
    let mut stack = vec![Step::Enter(document.root(), start)];
    while let Some(step) = stack.pop() {
        match step {
            Step::Leave(block) => {
                walk.flush();
                walk.opens |= block;
            }
            Step::Enter(node, inside) => walk.enter(&node, inside, &mut stack),
        }
    }
    walk.flush();
    walk.pieces
}

impl Walk<'_> {
    fn enter<'a>(&mut self, node: &NodeRef<'a>, inside: Inside, stack: &mut Vec<Step<'a>>) {
        let text = node.query_or(None, |n| match &n.data {
            NodeData::Text { contents } => Some(contents.to_string()),
            _ => None,
        });
        if let Some(text) = text {
            self.text(&text, inside);
            return;
        }
        let mut next = inside;
        let mut block = None;
        if let Some(element) = node.element_ref() {
            let name: &str = element.name.local.as_ref();
            if SKIPPED.contains(&name) || hidden(&element) {
                return;
            }
            if let Tag::Row(_) = inside.tag {
                self.within_row(node, name, inside, stack);
                return;
            }
            if name == "br" {
                let twice = self.runs.iter().all(|run| run.text.trim().is_empty());
                self.flush();
                self.opens |= twice;
                return;
            }
            if name == "img" {
                self.image(&element);
                return;
            }
            next = self.look(name, &element, inside);
            if BLOCKS.contains(&name) {
                self.flush();
                let paragraph = !matches!(
                    name,
                    "div" | "section" | "span" | "li" | "td" | "tr" | "body" | "label" | "button"
                );
                self.opens |= paragraph;
                block = Some(paragraph);
                if name == "ol" {
                    self.number = 0;
                }
                match (name, inside.grid) {
                    ("table", _) => {
                        self.tables += 1;
                        let columns = grid::columns(node);
                        next.grid = columns.map(|columns| Grid { number: self.tables, columns });
                    }
                    ("tr", Some(grid)) => {
                        next.tag = Tag::Row(grid::Row { grid, is_head: grid::is_head(node) });
                    }
                    _ => {}
                }
                if name == "li" {
                    self.number += 1;
                    next.tag = Tag::Item(inside.ordered.then_some(self.number));
                }
            }
        }
        if let Some(paragraph) = block {
            stack.push(Step::Leave(paragraph));
        }
        let children: Vec<NodeRef<'a>> = node.children_it(true).collect();
        stack.extend(children.into_iter().map(|child| Step::Enter(child, next)));
    }

    /// An element in a row of a table: cells are one line, whatever is in them, and pictures there are marks.
    fn within_row<'a>(&mut self, node: &NodeRef<'a>, name: &str, inside: Inside, stack: &mut Vec<Step<'a>>) {
        let mut next = inside;
        if let Some(element) = node.element_ref() {
            next = Inside { tag: inside.tag, place: inside.place, ..self.look(name, &element, inside) };
            if matches!(name, "td" | "th") {
                let columns = grid::span(element.attr("colspan").as_deref());
                self.inside.get_or_insert(inside);
                self.runs.push(Run { cell: Some(columns), ..Run::of(String::new(), inside) });
            }
        }
        let is_block = name == "br" || BLOCKS.contains(&name);
        if is_block {
            self.text(" ", inside);
        }
        let children: Vec<NodeRef<'a>> = node.children_it(true).collect();
        stack.extend(children.into_iter().map(|child| Step::Enter(child, next)));
    }

    /// What an element changes for its content.
    fn look(&mut self, name: &str, element: &Element, inside: Inside) -> Inside {
        let mut next = inside;
        let attr = |n: &str| element.attr(n).map(|v| v.to_string()).unwrap_or_default();
        next.place |= match name {
            "blockquote" => bit("quote"),
            "ul" | "ol" => bit("list"),
            "table" => bit("table"),
            "article" | "main" | "header" | "footer" | "nav" | "aside" | "figure" | "form" => bit(name),
            _ => 0,
        };
        if attr("itemprop").contains("articleBody") {
            next.place |= bit("body_prop");
        }
        if !matches!(name, "body" | "html" | "a" | "em" | "strong" | "b" | "i") {
            next.place |= hints(&attr("class")) | hints(&attr("id"));
            match attr("role").as_str() {
                "main" => next.place |= bit("main"),
                "navigation" => next.place |= bit("nav"),
                "complementary" => next.place |= bit("aside"),
                "contentinfo" => next.place |= bit("footer"),
                _ => {}
            }
        }
        match name {
            "p" => next.tag = Tag::Paragraph,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => next.tag = Tag::Heading(name.as_bytes()[1] - b'0'),
            "figcaption" | "caption" => next.tag = Tag::Caption,
            "td" | "th" => next.tag = Tag::Cell,
            "pre" => next.tag = Tag::Pre,
            "button" => next.tag = Tag::Button,
            "ul" => next.ordered = false,
            "ol" => next.ordered = true,
            "b" | "strong" => next.bold = true,
            "i" | "em" | "cite" => next.italic = true,
            "a" => {
                if let Some(href) = link::safe(&attr("href"), self.url) {
                    self.links.push(href);
                    next.link = Some(self.links.len() - 1);
                } else {
                    next.link = Some(usize::MAX);
                }
            }
            _ => {}
        }
        next
    }

    fn text(&mut self, text: &str, inside: Inside) {
        if text.trim().is_empty() && self.runs.is_empty() {
            return;
        }
        if self.inside.is_none() {
            self.inside = Some(inside);
        }
        match self.runs.last_mut() {
            Some(run)
                if run.bold == inside.bold && run.italic == inside.italic && run.link == inside.link =>
            {
                run.text.push_str(text);
            }
            _ => self.runs.push(Run::of(text.to_owned(), inside)),
        }
    }

    fn image(&mut self, element: &Element) {
        let attr = |n: &str| element.attr(n).map(|v| v.to_string()).filter(|v| !v.trim().is_empty());
        let lazy = ["data-src", "data-original", "data-lazy-src", "src"]
            .iter()
            .find_map(|n| attr(n).filter(|v| !v.starts_with("data:")));
        let small = attr("width").and_then(|w| w.parse::<u32>().ok()).is_some_and(|w| w < 100);
        if let Some(src) =
            lazy.and_then(|src| link::safe(&src, self.url)).filter(|s| !s.starts_with("mailto:"))
            && !small
        {
            self.picture =
                Some(Picture { src, alt: attr("alt").map(|alt| one_line(&alt)).unwrap_or_default() });
        }
    }

    /// Ends the line.
    fn flush(&mut self) {
        let runs = std::mem::take(&mut self.runs);
        let Some(inside) = self.inside.take() else { return };
        let linked: usize =
            runs.iter().filter(|run| run.link.is_some()).map(|run| run.text.trim().chars().count()).sum();
        let mut cells: Vec<(String, String)> = Vec::new();
        for of_cell in runs.chunk_by(|_, next| next.cell.is_none()) {
            cells.push(self.cell(of_cell));
            let more = of_cell.first().and_then(|run| run.cell).map_or(0, |columns| columns - 1);
            cells.extend(std::iter::repeat_n((String::new(), String::new()), more));
        }
        let shown: Vec<&str> =
            cells.iter().map(|(text, _)| text.as_str()).filter(|t| !t.is_empty()).collect();
        if shown.is_empty() {
            return;
        }
        let text = shown.join(" | ");
        let markdown = match inside.tag {
            Tag::Row(row) if row.grid.columns > 0 => {
                let cell = |at: usize| cells.get(at).map_or("", |(_, markdown)| markdown.as_str());
                (0..row.grid.columns).fold("|".to_owned(), |line, at| line + " " + cell(at) + " |")
            }
            _ => {
                let shown = cells.iter().map(|(_, markdown)| markdown.as_str()).filter(|m| !m.is_empty());
                shown.collect::<Vec<_>>().join(" \\| ")
            }
        };
        // The deepest place of the text counts; the tag of the block it opens in.
        self.pieces.push(Piece {
            links: crate::dump::mark::ratio(linked, text.chars().count()).min(1.0),
            markdown,
            text,
            tag: inside.tag,
            place: inside.place,
            opens: std::mem::replace(&mut self.opens, false),
            picture: self.picture.take(),
        });
    }

    /// The text and the Markdown of some runs: a line, or a cell of one.
    fn cell(&self, runs: &[Run]) -> (String, String) {
        let text: String = runs.iter().map(|run| run.text.as_str()).collect();
        let mut markdown = String::new();
        runs.iter().for_each(|run| self.render(run, &mut markdown));
        (one_line(&text), markdown.trim().to_owned())
    }

    /// Appends a run as Markdown; blanks stay outside of its marks.
    fn render(&self, run: &Run, out: &mut String) {
        let blank_before = run.text.starts_with(char::is_whitespace);
        let blank_after = run.text.ends_with(char::is_whitespace);
        let core = one_line(&run.text);
        if blank_before && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        if core.is_empty() {
            return;
        }
        let inner = if out.is_empty() { escape::markdown(&core) } else { escape::inline(&core) };
        // A mark before or after which a letter follows without a blank would not be read as one.
        let free = !out.ends_with(char::is_alphanumeric)
            && !core.starts_with(|c: char| c.is_ascii_punctuation())
            && !core.ends_with(|c: char| c.is_ascii_punctuation());
        let marks = match (run.bold && free, run.italic && free) {
            (true, true) => "***",
            (true, false) => "**",
            (false, true) => "*",
            (false, false) => "",
        };
        let dressed = format!("{marks}{inner}{marks}");
        match run.link.and_then(|at| self.links.get(at)) {
            Some(href) => {
                out.push('[');
                out.push_str(&dressed);
                out.push_str("](");
                out.push_str(href);
                out.push(')');
            }
            None => out.push_str(&dressed),
        }
        if blank_after {
            out.push(' ');
        }
    }
}

fn hidden(element: &Element) -> bool {
    let style = element.attr("style").map(|s| s.to_ascii_lowercase().replace(' ', "")).unwrap_or_default();
    element.has_attr("hidden") || style.contains("display:none") || style.contains("visibility:hidden")
}

/// Collapses white space and trims.
pub(super) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in
        text.split(|c: char| c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}').filter(|w| !w.is_empty())
    {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.trim().to_owned()
}
