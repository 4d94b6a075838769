//! A header as front matter.

use super::Defaults;
use crate::article::Header;

/// stub
#[must_use]
pub fn print(_header: &Header, _defaults: &Defaults) -> String {
    String::new()
}
