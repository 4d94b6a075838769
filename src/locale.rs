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
