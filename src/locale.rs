//! Languages: their tags and writing direction, their casing and order, and the theme's words in them.

mod words;

use chrono::Datelike;
use icu_casemap::CaseMapper;
use icu_collator::Collator;
use icu_collator::options::CollatorOptions;
use icu_locale_core::LanguageIdentifier;

use crate::date::Moment;

pub use words::{FORMS, NUMERALS, Phrase, Strings, Table, Words, counted, is_numerals, needed};

/// A day of the calendar in words; empty for a day that is in no calendar.
#[must_use]
pub fn day_of(year: i32, month: u32, day: u32, strings: &Strings) -> String {
    chrono::NaiveDate::from_ymd_opt(year, month, day).map_or_else(String::new, |date| in_words(date, strings))
}

/// The day of a moment as readers of that language expect it: `14 March 2026`.
#[must_use]
pub fn day(moment: Moment, strings: &Strings) -> String {
    in_words(moment.shown().date_naive(), strings)
}

fn in_words(shown: chrono::NaiveDate, strings: &Strings) -> String {
    let (month, weekday) = (shown.month(), shown.weekday().number_from_monday());
    let mut text = String::with_capacity(24);
    let mut rest = strings.word("date");
    while let Some((plain, after)) = rest.split_once('{') {
        text.push_str(plain);
        let Some((name, after)) = after.split_once('}') else {
            text.push('{');
            rest = after;
            continue;
        };
        match name {
            "day" => text.push_str(&strings.number(shown.day())),
            "month" => text.push_str(strings.month(month)),
            "month_short" => text.push_str(strings.word(&format!("month_short_{month}"))),
            "weekday" => text.push_str(strings.word(&format!("weekday_{weekday}"))),
            "year" => text.push_str(&strings.number(shown.year())),
            other => text.extend(["{", other, "}"]),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// A text with a capital first letter, as its language writes it: `istanbul` becomes `İstanbul` in Turkish.
///
/// ```
/// assert_eq!(newsprint::locale::capitalised("istanbul haberleri", "tr"), "İstanbul haberleri");
/// assert_eq!(newsprint::locale::capitalised("isle", "en"), "Isle");
/// ```
#[must_use]
pub fn capitalised(text: &str, lang: &str) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    let first =
        CaseMapper::new().uppercase_to_string(first.encode_utf8(&mut [0; 4]), &language(lang)).into_owned();
    first + chars.as_str()
}

/// The parsed tag; the root of all languages for one that no table knows.
fn language(lang: &str) -> LanguageIdentifier {
    lang.parse().unwrap_or(LanguageIdentifier::UNKNOWN)
}

/// Sorts as a dictionary of the language does (`ç` after `c`, `ı` before `i` in Turkish). What the language
/// takes for equal is sorted by its characters, so that the order is always the same.
pub fn sort_by_name<'n, T>(items: &mut [T], lang: &str, name: impl Fn(&T) -> &'n str) {
    let collator = Collator::try_new(language(lang).into(), CollatorOptions::default());
    let collator = collator.or_else(|_| Collator::try_new(Default::default(), CollatorOptions::default()));
    match collator {
        Ok(collator) => {
            items.sort_by(|a, b| collator.compare(name(a), name(b)).then_with(|| name(a).cmp(name(b))));
        }
        Err(_) => items.sort_by(|a, b| name(a).cmp(name(b))),
    }
}

/// Writing direction of a language, as HTML's `dir` wants it: `rtl` or `ltr`. A script subtag decides.
///
/// ```
/// assert_eq!(newsprint::locale::dir("ar"), "rtl");
/// assert_eq!(newsprint::locale::dir("az-Arab"), "rtl");
/// assert_eq!(newsprint::locale::dir("ur-Latn"), "ltr");
/// ```
#[must_use]
pub fn dir(lang: &str) -> &'static str {
    const LANGUAGES: [&str; 10] = ["ar", "fa", "he", "ur", "ps", "ckb", "dv", "yi", "sd", "ug"];
    const SCRIPTS: [&str; 2] = ["arab", "hebr"];
    let mut tags = subtags(lang);
    let primary = tags.next().unwrap_or_default();
    let script = tags.find(|tag| tag.len() == 4 && tag.bytes().all(|b| b.is_ascii_alphabetic()));
    let leftwards = match &script {
        Some(script) => SCRIPTS.contains(&script.as_str()),
        None => LANGUAGES.contains(&primary.as_str()),
    };
    if leftwards { "rtl" } else { "ltr" }
}

fn subtags(lang: &str) -> impl Iterator<Item = String> {
    lang.split(['-', '_']).map(str::to_ascii_lowercase)
}

/// Whether a text has the form of a BCP 47 language tag: `en`, `pt-BR`, `zh-Hant`.
///
/// # Errors
/// The reason, to stand behind "`key`: ".
pub fn check_tag(tag: &str) -> Result<(), &'static str> {
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let primary = tag.split('-').next().unwrap_or_default();
    let named = (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_alphabetic());
    if named && tag.len() <= 35 && tag.split('-').all(part) {
        return Ok(());
    }
    Err("this is no language tag, such as en, tr or pt-BR")
}

/// The time of day of a moment, `09:30`, in the language's digits; empty for a bare date.
#[must_use]
pub fn clock(moment: Moment, strings: &Strings) -> String {
    if moment.timed { strings.in_digits(&moment.shown().format("%H:%M").to_string()) } else { String::new() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn own(text: &str) -> BTreeMap<String, Table> {
        toml::from_str(text).expect("words by language")
    }

    #[test]
    fn every_language_has_every_key_of_english_and_no_other() {
        let words = Words::default();
        for (lang, text) in words::FILES {
            let keys: Vec<String> = toml::from_str::<BTreeMap<String, toml::Value>>(text)
                .expect("flat TOML")
                .into_keys()
                .collect();
            assert!(keys.iter().eq(needed().keys()), "keys of {lang}.toml");
            assert_eq!(words.of(lang).missing(), &[] as &[String], "plural forms of {lang}.toml");
            assert_eq!(words.of(lang).get("dir"), Some(dir(lang)), "direction of {lang}");
        }
    }

    #[test]
    fn days_are_written_in_words_and_digits_of_the_language() {
        let date = chrono::NaiveDate::from_ymd_opt(2026, 3, 4).expect("a day");
        let moment = Moment::day(date, chrono_tz::Europe::Istanbul);
        let words = Words::new(["en", "ar-EG", "fa"], &own("fa = { date = \"{day} {month_3} {year}\" }"));
        for (lang, text) in [
            ("en", "4 March 2026"),
            ("tr-TR", "4 Mart 2026"),
            ("xx", "4 March 2026"),
            ("ar", "4 مارس 2026"),
            ("ar-EG", "٤ مارس ٢٠٢٦"),
            ("fa", "۴ {month_3} ۲۰۲۶"),
        ] {
            assert_eq!(day(moment, words.of(lang)), text, "{lang}");
        }
    }

    #[test]
    fn numbers_take_the_plural_form_of_the_language() {
        let words = Words::default();
        let minutes = |lang: &str, count: u64| {
            let strings = words.of(lang);
            let Some((_, Phrase::Forms(forms))) = strings.iter().find(|(key, _)| *key == "minutes") else {
                panic!("`minutes` has forms in {lang}");
            };
            counted(strings, count, |form| forms.get(form).map(String::as_str))
        };
        for (lang, count, text) in [
            ("en", 1, "1 minute to read"),
            ("en", 2, "2 minutes to read"),
            ("tr", 2, "2 dakikalık okuma"),
            ("fr", 0, "0 minute de lecture"),
            ("fr", 2, "2 minutes de lecture"),
            ("ar", 1, "دقيقة واحدة للقراءة"),
            ("ar", 2, "دقيقتان للقراءة"),
            ("ar", 3, "3 دقائق للقراءة"),
            ("ar", 11, "11 دقيقة للقراءة"),
            ("ar", 100, "100 دقيقة للقراءة"),
        ] {
            assert_eq!(minutes(lang, count), text, "{count} in {lang}");
        }
    }

    #[test]
    fn a_site_replaces_words_and_adds_some() {
        let words = Words::new(
            ["en", "tr", "nl"],
            &own(
                "[en]\nby = \"Words by\"\ntip = \"Tell us\"\n[ar]\nnumerals = \"arab\"\n[nl]\nhome = \"Voorpagina\"\nminutes = { other = \"{n} min\" }",
            ),
        );
        assert_eq!(words.of("en-GB").word("by"), "Words by");
        assert_eq!(words.of("tr").word("tip"), "Tell us");
        assert_eq!(words.of("tr").missing(), ["tip"]);
        assert_eq!(words.of("nl").word("home"), "Voorpagina");
        let missing = words.of("nl").missing();
        assert!(missing.iter().any(|key| key == "minutes.one") && !missing.iter().any(|key| key == "home"));
        assert_eq!(words.of("ar").number(12), "١٢");
    }

    #[test]
    fn first_letters_are_those_of_the_language() {
        for (text, lang, capital) in [
            ("istanbul", "tr", "İstanbul"),
            ("ılık", "tr", "Ilık"),
            ("istanbul", "az-Latn", "İstanbul"),
            ("istanbul", "en", "Istanbul"),
            ("ǆep", "hr", "Ǆep"),
            ("", "tr", ""),
        ] {
            assert_eq!(capitalised(text, lang), capital, "{text} in {lang}");
        }
    }
}
