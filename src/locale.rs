//! Languages: tags and writing direction.

/// Whether a text has the form of a BCP 47 language tag: `en`, `pt-BR`, `zh-Hant`.
///
/// # Errors
/// The reason, to stand behind "`key`: ".
pub fn check_tag(tag: &str) -> Result<(), &'static str> {
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let primary = tag.split('-').next().unwrap_or_default();
    let named = (2..=8).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_alphabetic());
    if named && tag.len() <= 35 && tag.split('-').all(part) {
        return Ok(());
    }
    Err("this is no language tag, such as en, tr or pt-BR")
}
/// stub
pub struct Strings;
impl Strings {
    /// stub
    pub fn day(&self, m: crate::date::Moment) -> String {
        m.shown().format("%-d %B %Y").to_string()
    }
    /// stub
    pub fn month(&self, _m: u32) -> &str {
        "Month"
    }
    /// stub
    pub fn get(&self, key: &str) -> &str {
        SOME.iter().find(|(k, _)| *k == key).map_or("", |(_, v)| v)
    }
    /// stub
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        SOME.iter().copied()
    }
}
const SOME: [(&str, &str); 1] = [("latest", "Latest")];
/// stub
pub fn strings(_lang: &str) -> &'static Strings {
    &Strings
}
/// stub
pub fn dir(lang: &str) -> &'static str {
    if lang.starts_with("ar") { "rtl" } else { "ltr" }
}
