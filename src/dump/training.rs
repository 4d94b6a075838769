//! What the trainers of the parser's small models see. Not used in parsing.

use super::headline::{self, Story};
use super::mark::Mark;
use super::{anchor, cuts, dates, decode, features, line, mark, model, repeats};

/// One line, or one candidate line, with its features by name.
#[derive(Debug, Clone)]
pub struct TrainingRow {
    /// "anchor", "line", "title" or "cut": the model that it is for.
    pub model: &'static str,
    /// First physical line.
    pub from: u32,
    /// Last physical line.
    pub to: u32,
    /// The line's text.
    pub text: String,
    /// Feature name and value.
    pub features: Vec<(String, f32)>,
}

/// The rows of a plain-text dump taken as one item, for `scripts/train_lines.py` and `scripts/train_choice.py`.
#[must_use]
pub fn training_rows(text: &str) -> Vec<TrainingRow> {
    let lines = line::lines(&decode::decode(text.as_bytes(), super::Form::Text).text);
    let repeats = repeats::repeats(&lines);
    let marks: Vec<Mark> = mark::marks(&lines.lines, &repeats, dates::Known::default());
    let names = features::names();
    let row = |model: &'static str, at: usize, features: Vec<(String, f32)>| {
        let line = &lines.lines[at];
        TrainingRow { model, from: line.from, to: line.to, text: line.text.clone(), features }
    };
    let item = features::Item::new(&lines.lines, &marks, &repeats);
    let anchors = item.anchors();
    let rows = item.rows(&anchors);
    let chances = model::body(&rows, super::Form::Text);
    let body: Vec<usize> = (0..lines.lines.len()).filter(|at| chances[*at] >= 0.5).collect();
    let mut out = Vec::new();
    for (at, features) in item.anchor_rows().into_iter().enumerate() {
        let name = |feature: u16| anchor::NAMES[usize::from(feature)].to_owned();
        out.push(row("anchor", at, features.into_iter().map(|(f, value)| (name(f), value)).collect()));
    }
    for (at, features) in rows.into_iter().enumerate() {
        let named = features.into_iter().map(|(f, value)| (names[usize::from(f)].clone(), value)).collect();
        out.push(row("line", at, named));
    }
    let named = |features: Vec<(&'static str, f32)>| {
        features.into_iter().filter(|(_, v)| *v != 0.0).map(|(n, v)| (n.to_owned(), v)).collect()
    };
    if let Some(first) = body.first() {
        let story = Story::new(body.iter().map(|at| marks[*at].stems.as_slice()));
        for candidate in headline::candidates(&lines.lines, &marks, &repeats, &anchors, 0, *first, &story) {
            out.push(row("title", candidate.at, named(candidate.features)));
        }
    }
    for cut in cuts::cuts(&lines.lines, &marks, &repeats, &anchors) {
        out.push(row("cut", cut.at, named(cut.features)));
    }
    out
}

/// The line rows of an HTML page, for `scripts/train_lines.py`.
#[must_use]
pub fn training_rows_html(html: &str, url: Option<&str>) -> Vec<TrainingRow> {
    let page = super::html::Page::read(html, url);
    let lines = &page.lines.lines;
    let repeats = repeats::repeats(&page.lines);
    let marks: Vec<Mark> = mark::marks(lines, &repeats, dates::Known::default());
    let names = features::html_names();
    let item = features::Item::new(lines, &marks, &repeats);
    let mut rows = item.rows(&item.anchors());
    features::append(&mut rows, &page.rows());
    let named = |row: features::Row| {
        row.into_iter().map(|(f, value)| (names[usize::from(f)].clone(), value)).collect()
    };
    rows.into_iter()
        .zip(lines)
        .map(|(row, line)| TrainingRow {
            model: "line",
            from: line.from,
            to: line.to,
            text: line.text.clone(),
            features: named(row),
        })
        .collect()
}
