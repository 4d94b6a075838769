//! `[words.LANG]`: the theme's words as a site says them, and its own.

use std::collections::BTreeMap;

use super::edition::Edition;
use crate::diag;
use crate::locale::{self, FORMS, NUMERALS, Phrase, Table as Said, Words};
use crate::schema::{Field, Reader};
use crate::tree::{Node, Table, Value};

/// Languages, and words of each, at most.
const LIMIT: usize = 1000;

/// Words by language.
pub(super) fn words(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<BTreeMap<String, Said>> {
    let mut words = BTreeMap::new();
    for (lang, field) in reader.fields(field)?.into_iter().take(LIMIT) {
        if let Err(why) = locale::check_tag(lang) {
            reader.refuse(&field, why);
            continue;
        }
        let mut table = Said::new();
        for (key, field) in reader.fields(&field)?.into_iter().take(LIMIT) {
            table.extend(phrase(reader, key, &field).map(|phrase| (key.to_owned(), phrase)));
        }
        words.insert(lang.to_owned(), table);
    }
    Some(words)
}

fn phrase(reader: &mut Reader<'_>, key: &str, field: &Field<'_>) -> Option<Phrase> {
    let ours = locale::needed().get(key);
    if ours.is_none() {
        if let Err(why) = super::check_name(key) {
            reader.refuse(field, why);
            return None;
        }
        if let Some(near) = diag::nearest(key, locale::needed().keys().map(String::as_str)) {
            reader.diags.push(diag::near_word(reader.place(&field.node.span), key, near));
        }
    }
    match (&field.node.value, ours) {
        (Value::Table(_), Some(Phrase::Text(_))) => {
            reader.refuse(field, "this word is not counted, so it has no plural forms");
            None
        }
        (Value::Table(_), _) => forms(reader, field).map(Phrase::Forms),
        (_, Some(Phrase::Forms(_))) => {
            Some(Phrase::Forms(BTreeMap::from([("other".to_owned(), reader.text(field)?)])))
        }
        _ if key == NUMERALS => {
            let known = |name: &str| match locale::is_numerals(name) {
                true => Ok(()),
                false => {
                    Err("no digits have this name; write one that Unicode has, such as latn, arab or deva")
                }
            };
            reader.checked(field, known).map(Phrase::Text)
        }
        _ => reader.text(field).map(Phrase::Text),
    }
}

/// Texts by plural form.
fn forms(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<BTreeMap<String, String>> {
    let known = FORMS.map(|(name, _)| name);
    let mut forms = BTreeMap::new();
    for (form, below) in reader.fields(field)? {
        if known.contains(&form) {
            forms.insert(form.to_owned(), reader.text(&below)?);
        } else {
            reader.diags.push(diag::unknown_key(
                reader.place(&below.node.span),
                &format!("`{}`", field.name),
                form,
                &known,
            ));
        }
    }
    if !forms.contains_key("other") {
        reader.refuse(
            field,
            "the form `other` is needed: it stands for all numbers that have no form of their own",
        );
        return None;
    }
    Some(forms)
}

/// Complains about words that the languages of the editions lack, where site.toml has its words in that language,
/// else where it names the language.
pub(super) fn missing(reader: &mut Reader<'_>, table: &Table<'_>, editions: &[Edition], words: &Words) {
    for (at, edition) in editions.iter().enumerate() {
        let missing = words.of(&edition.language).missing();
        if missing.is_empty() {
            continue;
        }
        let node = said(table, &edition.language).or_else(|| named(table, at));
        let place = node.map(|node| reader.place(&node.span));
        reader.diags.push(diag::words_missing(place, &edition.language, missing));
    }
}

fn find<'t>(table: &'t Table<'_>, key: &str) -> Option<&'t Node<'t>> {
    table.iter().find(|entry| entry.key.eq_ignore_ascii_case(key)).map(|entry| &entry.node)
}

/// The table of a language's words.
fn said<'t>(table: &'t Table<'_>, lang: &str) -> Option<&'t Node<'t>> {
    let Value::Table(words) = &find(table, "words")?.value else { return None };
    find(words, lang)
}

/// Where an edition says its language.
fn named<'t>(table: &'t Table<'_>, edition: usize) -> Option<&'t Node<'t>> {
    let Some(at) = edition.checked_sub(1) else { return find(table, "language") };
    let Value::List(editions) = &find(table, "edition")?.value else { return None };
    let Value::Table(edition) = &editions.get(at)?.value else { return None };
    find(edition, "language")
}
