//! Languages: their tags and writing direction, and the theme's words in them.
//!
//! The words are flat TOML files in `src/locale/`, one a language, built into the program. English
//! has every key; what another language lacks is said in English.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::Datelike;
use icu_casemap::CaseMapper;
use icu_collator::Collator;
use icu_collator::options::CollatorOptions;
use icu_locale_core::LanguageIdentifier;
use serde::Serialize;

use crate::date::Moment;

/// The languages the theme speaks.
const FILES: [(&str, &str); 6] = [
    ("en", include_str!("locale/en.toml")),
    ("ar", include_str!("locale/ar.toml")),
    ("de", include_str!("locale/de.toml")),
    ("es", include_str!("locale/es.toml")),
    ("fr", include_str!("locale/fr.toml")),
    ("tr", include_str!("locale/tr.toml")),
];

/// The theme's words in one language: key -> text. Serialises as a flat table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Strings(BTreeMap<String, String>);

impl Strings {
    /// A word that the theme needs; empty when no file has it.
    #[must_use]
    pub fn word(&self, key: &str) -> &str {
        self.get(key).unwrap_or("")
    }

    /// A month's name, 1 to 12.
    #[must_use]
    pub fn month(&self, month: u32) -> &str {
        self.word(&format!("month_{month}"))
    }

    /// The text of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// All keys with their texts, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, text)| (key.as_str(), text.as_str()))
    }
}

static ALL: LazyLock<BTreeMap<&'static str, Strings>> = LazyLock::new(|| {
    let read = |text: &str| toml::from_str::<BTreeMap<String, String>>(text).unwrap_or_default();
    let english = read(FILES[0].1);
    let with_english = |(lang, text): &(&'static str, &str)| {
        let mut words = english.clone();
        words.extend(read(text));
        (*lang, Strings(words))
    };
    FILES.iter().map(with_english).collect()
});

/// The theme's words in a language (`de-AT` speaks `de`); English if it does not know the language.
///
/// ```
/// assert_eq!(newsprint::locale::strings("de-AT").get("month_5"), Some("Mai"));
/// assert_eq!(newsprint::locale::strings("tlh").get("month_5"), Some("May"));
/// ```
#[must_use]
pub fn strings(lang: &str) -> &'static Strings {
    static NONE: Strings = Strings(BTreeMap::new());
    let primary = subtags(lang).next().unwrap_or_default();
    ALL.get(primary.as_str()).or_else(|| ALL.get("en")).unwrap_or(&NONE)
}

/// What a language calls itself; its tag when no file says it.
#[must_use]
pub fn language_name(lang: &str) -> &str {
    let primary = subtags(lang).next().unwrap_or_default();
    ALL.get(primary.as_str()).map_or(lang, |strings| strings.word("language_name"))
}

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
            "day" => text.push_str(&shown.day().to_string()),
            "month" => text.push_str(strings.month(month)),
            "month_short" => text.push_str(strings.word(&format!("month_short_{month}"))),
            "weekday" => text.push_str(strings.word(&format!("weekday_{weekday}"))),
            "year" => text.push_str(&shown.year().to_string()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_key_of_english_and_no_other() {
        let keys = |text: &str| -> Vec<String> {
            toml::from_str::<BTreeMap<String, String>>(text).expect("flat TOML").into_keys().collect()
        };
        for (lang, text) in FILES {
            assert_eq!(keys(text), keys(FILES[0].1), "keys of {lang}.toml");
            assert_eq!(strings(lang).get("dir"), Some(dir(lang)), "direction of {lang}");
        }
    }

    #[test]
    fn days_are_written_in_words() {
        let date = chrono::NaiveDate::from_ymd_opt(2026, 3, 4).expect("a day");
        let moment = Moment::day(date, chrono_tz::Europe::Istanbul);
        assert_eq!(day(moment, strings("en")), "4 March 2026");
        assert_eq!(day(moment, strings("tr-TR")), "4 Mart 2026");
        assert_eq!(day(moment, strings("xx")), "4 March 2026");
    }
}
