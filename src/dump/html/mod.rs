//! HTML dumps.

use super::article::{Input, Options, Parsed, Repair};

/// Parses a decoded HTML page.
pub(super) fn parse_html(
    _text: &str,
    _input: &Input<'_>,
    _options: &Options<'_>,
    repairs: Vec<Repair>,
) -> Parsed {
    Parsed::refused("HTML is not read yet".to_owned(), Vec::new(), repairs)
}
