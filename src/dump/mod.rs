//! The dump parser: raw news text or HTML in, clean articles out.
//!
//! Pure: it reads no file, clock, network or environment, and holds no state between calls. Every line of the
//! input is accounted for, and what is inferred weakly carries a review flag. Five stages, each with its own type:
//! bytes -> [`lines`](line::Lines) -> [`marks`](mark) (what each line looks like) -> [`anchors`](anchor::Anchors)
//! (where a headline probably is) -> [`spans`](segment::Span)
//! (where the articles are) -> [`Article`]s (what each line is). See `docs/dump-parser.md`.

mod agency;
mod anchor;
mod article;
mod byline;
mod caption;
mod chrome;
mod correct;
mod cuts;
mod dates;
mod decode;
mod escape;
mod explain;
mod features;
mod fields;
mod gazetteer;
mod headline;
mod html;
mod instant;
mod json;
mod language;
mod ledger;
mod lexicon;
mod line;
mod mark;
mod model;
mod notice;
mod progress;
mod published;
mod repeats;
mod segment;
mod summary;
mod tags;
mod training;
mod trees;
mod words;

pub use article::{
    Article, Correction, Form, Image, Input, LineSpan, Options, Parsed, Refusal, Repair, Role, When,
};
pub use correct::{correct, decoded};
pub use explain::explain;
pub use gazetteer::Vocabulary;
pub use html::visible_text;
pub use json::{Record, RefusedRecord, records};
pub use training::{TrainingRow, training_rows, training_rows_html};

/// Longest input in bytes that is parsed as one record; anything longer is refused, not read in part.
pub const MAX_BYTES: usize = 64 << 20;

/// Why a dump of so many bytes is refused.
pub(crate) fn too_long(bytes: u64) -> String {
    format!("{bytes} bytes is too long for one dump; the limit is {MAX_BYTES}")
}

/// Parses one dump. Never panics and never fails: an input without an article comes back as a [`Refusal`].
pub fn parse(bytes: &[u8], input: &Input<'_>, options: &Options<'_>) -> Parsed {
    if bytes.len() > MAX_BYTES {
        return Parsed::refused(too_long(bytes.len() as u64), Vec::new(), Vec::new());
    }
    let decoded = decode::decode(bytes, input.form);
    match input.form {
        Form::Text => fields::parse_text(&decoded.text, input, options, decoded.repairs),
        Form::Html => html::parse_html(&decoded.text, input, options, decoded.repairs),
    }
}
