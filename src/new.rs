//! The verbs `new` and `theme copy`: a site that builds at once, and default templates to change.
//!
//! The starter sites are files in `starter/`: `all/` goes into every site, a folder for each language
//! holds its stories and, in `words.toml`, its words for `site.toml`. Nothing here replaces a file.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::diag::{self, Diag};
use crate::load::CONFIG;
use crate::{disk, locale, theme};

include!(concat!(env!("OUT_DIR"), "/starter_files.rs"));

/// Languages that have a starter of their own; any other gets the first one's stories.
const LANGUAGES: [&str; 3] = ["en", "tr", "ar"];

/// Makes a site in `dir`; the answer is how many files it has.
///
/// # Errors
/// The folder is not empty, the language is none, the title says nothing, or writing failed.
pub fn new(dir: &Path, title: &str, lang: &str) -> Result<usize, Diag> {
    if title.trim().is_empty() {
        return Err(diag::usage("the title is empty"));
    }
    locale::check_tag(lang).map_err(|why| diag::usage(format!("`{lang}`: {why}")))?;
    if !disk::is_vacant(dir)? {
        return Err(diag::folder_in_use(&dir.to_string_lossy()));
    }
    let files = files(title, lang);
    for (path, bytes) in &files {
        disk::create(&dir.join(path), bytes)?;
    }
    Ok(files.len())
}

/// The files of a new site: path within it and bytes.
fn files(title: &str, lang: &str) -> Vec<(String, Cow<'static, [u8]>)> {
    let primary = lang.split('-').next().unwrap_or_default().to_lowercase();
    let starter = LANGUAGES.into_iter().find(|known| *known == primary).unwrap_or(LANGUAGES[0]);
    let of = |folder: &str| {
        let prefix = format!("{folder}/");
        let below = move |(path, bytes): &(&'static str, &'static [u8])| {
            Some((path.strip_prefix(&prefix)?.to_owned(), *bytes))
        };
        FILES.iter().filter_map(below)
    };
    let mut values: BTreeMap<String, String> =
        toml::from_str(text(&format!("{starter}/{WORDS}"))).unwrap_or_default();
    values.extend([("title".to_owned(), title.to_owned()), ("language".to_owned(), lang.to_owned())]);
    let site = filled(text("site.toml"), &values).into_bytes();
    let mut files = vec![(CONFIG.to_owned(), Cow::Owned(site))];
    for (path, bytes) in of("all").chain(of(starter)) {
        match path.as_str() {
            // A dot would hide it from this repository's own tools.
            "gitignore" => files.push((".gitignore".to_owned(), bytes.into())),
            WORDS => {}
            _ => files.push((path, bytes.into())),
        }
    }
    files
}

/// A language's words for site.toml.
const WORDS: &str = "words.toml";

/// A text among the starter files.
fn text(path: &str) -> &'static str {
    let bytes = FILES.iter().find(|(known, _)| *known == path).map_or(&b""[..], |(_, bytes)| bytes);
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Replaces each `@name@` by its value, written as TOML.
fn filled(pattern: &str, values: &BTreeMap<String, String>) -> String {
    let value = |name: &str| toml::Value::from(values.get(name).map_or("", String::as_str)).to_string();
    pattern
        .split('@')
        .enumerate()
        .map(|(at, part)| if at % 2 == 1 { value(part) } else { part.to_owned() })
        .collect()
}

/// What stands for every default template.
const ALL: &str = "all";

/// Copies a default template, or all of them, into the site's `templates/`, where it takes the
/// default's place.
///
/// # Errors
/// There is no site or no such template, or the site has one of them already: then none is copied.
pub fn copy_template(site: &Path, template: &str) -> Result<Vec<PathBuf>, Vec<Diag>> {
    if !disk::exists(&site.join(CONFIG)) {
        return Err(vec![diag::no_site(&site.to_string_lossy())]);
    }
    let wanted: Vec<&str> =
        theme::template_names().filter(|name| template == ALL || *name == template).collect();
    if wanted.is_empty() {
        return Err(vec![diag::no_such_template(template, near(template))]);
    }
    let paths: Vec<PathBuf> = wanted.iter().map(|name| site.join("templates").join(name)).collect();
    let in_place = |path: &PathBuf| diag::template_in_place(&path.to_string_lossy());
    let taken: Vec<Diag> = paths.iter().filter(|path| disk::exists(path)).map(in_place).collect();
    if !taken.is_empty() {
        return Err(taken);
    }
    for (name, path) in wanted.iter().zip(&paths) {
        let text = theme::template(name).unwrap_or_default();
        if !disk::create(path, text.as_bytes()).map_err(|diag| vec![diag])? {
            return Err(vec![in_place(path)]);
        }
    }
    Ok(paths)
}

/// The template that was probably meant: one whose name begins so, or is a slip of the fingers away.
fn near(found: &str) -> Option<&'static str> {
    let stem = |name: &&str| name.split('.').next() == Some(found);
    theme::template_names().find(stem).or_else(|| diag::nearest(found, theme::template_names()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn every_starter_has_the_same_files_and_a_configuration_without_fault() {
        let paths =
            |lang: &str| -> Vec<String> { files("T", lang).into_iter().map(|(path, _)| path).collect() };
        for lang in LANGUAGES {
            assert_eq!(paths(lang), paths("en"), "{lang}");
        }
        for (title, lang) in
            [("The Gazette", "en"), ("“Söz”", "tr"), ("الخبر", "ar"), ("A \"b\" \\ 'c'", "pt-BR")]
        {
            let site = files(title, lang).swap_remove(0).1;
            let parsed = config::parse(CONFIG, std::str::from_utf8(&site).expect("text"));
            // The theme's words are not there in every language, and that is said.
            let codes: Vec<&str> = parsed.diags.iter().map(|diag| diag.code.as_ref()).collect();
            let expected: &[&str] = if LANGUAGES.contains(&lang) { &[] } else { &["WORDS"] };
            assert_eq!(codes, expected, "{title}: {:?}", parsed.diags);
            let config = parsed.value.expect("a configuration");
            assert_eq!((config.title.as_str(), config.language.as_str()), (title, lang));
            assert!(config.editions[0].sections.iter().all(|section| !section.title.is_empty()));
        }
    }

    #[test]
    fn a_template_is_suggested() {
        assert_eq!(near("article"), Some("article.html"));
        assert_eq!(near("artikel.html"), Some("article.html"));
        assert_eq!(near("zebra"), None);
    }
}
