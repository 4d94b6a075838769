//! Which `table` elements hold a table: columns of short cells, and no page laid out in them.

use dom_query::{NodeData, NodeRef};

/// A table of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    /// Which of the page's tables.
    pub(super) number: u32,
    /// Its columns; 0 where a cell goes over several rows, which Markdown cannot say: then a row is a line of text.
    pub(super) columns: usize,
}

/// One row of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) grid: Grid,
    /// All of its cells are headings.
    pub(super) is_head: bool,
}

/// Most characters of a cell; what is longer is a page's text, laid out.
const LONGEST: usize = 240;
/// Most columns of a table.
const WIDEST: usize = 40;

/// What of a page no cell of a table holds.
const LAYOUT: &[&str] = &[
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "form",
    "article",
    "section",
    "header",
    "footer",
    "nav",
    "aside",
    "figure",
    "iframe",
    "blockquote",
    "pre",
];

/// The number of columns of a table as in [`Grid`]; nothing if it is a layout. Reads up to the first sign of one, so that
/// tables within tables cost no more than their length.
pub(super) fn columns(table: &NodeRef<'_>) -> Option<usize> {
    let (mut rows, mut widest, mut cells, mut spans) = (0, 0, 0, false);
    let (mut width, mut length) = (0, 0);
    let mut stack: Vec<NodeRef<'_>> = table.children_it(true).collect();
    while let Some(node) = stack.pop() {
        let text = node.query_or(0, |n| match &n.data {
            NodeData::Text { contents } => contents.trim().chars().count(),
            _ => 0,
        });
        length += text;
        if length > LONGEST {
            return None;
        }
        let Some(element) = node.element_ref() else { continue };
        let name: &str = element.name.local.as_ref();
        match name {
            "tr" => {
                rows += 1;
                (width, length) = (0, 0);
            }
            "td" | "th" => {
                spans |=
                    element.attr("rowspan").is_some_and(|n| n.trim().parse::<u32>().is_ok_and(|n| n > 1));
                width += span(node.attr("colspan").as_deref());
                widest = widest.max(width);
                cells += 1;
                length = 0;
            }
            // A caption stands beside the rows.
            "caption" => continue,
            _ if LAYOUT.contains(&name) => return None,
            _ => {}
        }
        if widest > WIDEST {
            return None;
        }
        stack.extend(node.children_it(true));
    }
    (rows >= 2 && widest >= 2 && cells > rows).then_some(if spans { 0 } else { widest })
}

/// How many columns a cell covers.
pub(super) fn span(colspan: Option<&str>) -> usize {
    colspan.and_then(|n| n.trim().parse().ok()).unwrap_or(1).clamp(1, WIDEST)
}

/// Whether all cells of a row are headings.
pub(super) fn is_head(row: &NodeRef<'_>) -> bool {
    let mut cells = row.children_it(false).filter(|node| node.is_element()).peekable();
    cells.peek().is_some() && cells.all(|cell| cell.has_name("th"))
}
