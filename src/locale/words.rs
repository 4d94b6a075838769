//! The theme's words in the languages of a site, and how those languages count.
//!
//! They are flat TOML files beside this one, one a language, built into the program; site.toml may put others
//! in their place and add some. What a language lacks is said in English.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use serde::Deserialize;

use super::subtags;
use crate::fingerprint::{Fingerprint, Hasher};

/// The languages the theme speaks, with their files. English has every key.
pub(super) const FILES: [(&str, &str); 6] = [
    ("en", include_str!("en.toml")),
    ("ar", include_str!("ar.toml")),
    ("de", include_str!("de.toml")),
    ("es", include_str!("es.toml")),
    ("fr", include_str!("fr.toml")),
    ("tr", include_str!("tr.toml")),
];

/// Plural forms as CLDR names them, which are also the keys in a word's table.
pub const FORMS: [(&str, PluralCategory); 6] = [
    ("zero", PluralCategory::Zero),
    ("one", PluralCategory::One),
    ("two", PluralCategory::Two),
    ("few", PluralCategory::Few),
    ("many", PluralCategory::Many),
    ("other", PluralCategory::Other),
];

/// The form that every counted word has.
const OTHER: &str = "other";

/// The key that says with which digits a language writes numbers: `latn`, `arab`… as Unicode names them; empty
/// leaves it to the language.
pub const NUMERALS: &str = "numerals";

/// A word of the theme: a text, or one for each plural form of its language.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Phrase {
    /// A text.
    Text(String),
    /// Texts by plural form, `other` always among them.
    Forms(BTreeMap<String, String>),
}

/// Words by key.
pub type Table = BTreeMap<String, Phrase>;

/// The built-in words by language.
static BUILT_IN: LazyLock<BTreeMap<&'static str, Table>> = LazyLock::new(|| {
    let read = |text: &str| toml::from_str::<Table>(text).unwrap_or_default();
    FILES.iter().map(|(lang, text)| (*lang, read(text))).collect()
});

/// The words that the theme has in English, hence all that it needs.
#[must_use]
pub fn needed() -> &'static Table {
    static NONE: Table = Table::new();
    BUILT_IN.get("en").unwrap_or(&NONE)
}

/// How a language writes numbers.
#[derive(Clone, Debug, PartialEq)]
struct Numbers {
    tag: String,
    digits: [char; 10],
}

impl Numbers {
    /// Those of a language, with other digits if somebody asks for some.
    fn of(tag: &str, numerals: &str) -> Self {
        Self { tag: tag.to_owned(), digits: digits(tag, numerals) }
    }

    /// The rules of the language; they are made anew each time, since they cannot be shared between threads.
    fn rules(&self) -> Option<PluralRules> {
        PluralRules::try_new_cardinal(self.tag.parse::<Locale>().ok()?.into()).ok()
    }

    fn form(&self, count: u64) -> &'static str {
        form(self.rules().as_ref(), count)
    }

    /// The forms that whole numbers have in the language.
    fn forms(&self) -> impl Iterator<Item = &'static str> {
        // Enough to meet every form that a number without a fraction can have in any language of CLDR.
        let rules = self.rules();
        let counts = (0_u64..=200).chain([1_000_000]);
        let met: BTreeSet<&str> = counts.map(|count| form(rules.as_ref(), count)).collect();
        FORMS.iter().map(|(name, _)| *name).filter(move |name| met.contains(name))
    }
}

fn form(rules: Option<&PluralRules>, count: u64) -> &'static str {
    let form = rules.map_or(PluralCategory::Other, |rules| rules.category_for(count));
    FORMS.iter().find(|(_, category)| *category == form).map_or(OTHER, |(name, _)| name)
}

/// The digits of a language; Latin ones for a tag that is none.
fn digits(tag: &str, numerals: &str) -> [char; 10] {
    let tag = if numerals.is_empty() { tag.to_owned() } else { format!("{tag}-u-nu-{numerals}") };
    let locale = tag.parse::<Locale>().ok();
    let formatter =
        locale.and_then(|locale| DecimalFormatter::try_new(locale.into(), Default::default()).ok());
    let latin = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
    let Some(formatter) = formatter else { return latin };
    let mut digits = latin;
    for (digit, own) in (0_u32..).zip(&mut digits) {
        let written = formatter.format(&Decimal::from(digit)).to_string();
        *own = written.chars().next().unwrap_or(*own);
    }
    digits
}

/// Whether there are digits of that name.
#[must_use]
pub fn is_numerals(name: &str) -> bool {
    name.is_empty() || name == "latn" || digits("und", name) != digits("und", "latn")
}

/// The theme's words in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Strings {
    texts: Table,
    missing: Vec<String>,
    numbers: Numbers,
}

impl Strings {
    /// A word that the theme needs; empty when no file has it. Of a counted one, the form for many.
    #[must_use]
    pub fn word(&self, key: &str) -> &str {
        self.get(key).unwrap_or("")
    }

    /// The text of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        match self.texts.get(key)? {
            Phrase::Text(text) => Some(text),
            Phrase::Forms(forms) => forms.get(OTHER).map(String::as_str),
        }
    }

    /// A month's name, 1 to 12.
    #[must_use]
    pub fn month(&self, month: u32) -> &str {
        self.word(&format!("month_{month}"))
    }

    /// The language whose words and numbers these are.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.numbers.tag
    }

    /// All keys with their words, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Phrase)> {
        self.texts.iter().map(|(key, phrase)| (key.as_str(), phrase))
    }

    /// Keys that neither the program nor the site says in this language, and plural forms that it has and a
    /// word lacks (`minutes.few`).
    #[must_use]
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// The plural form of a number: `one`, `other`…
    #[must_use]
    pub fn form(&self, count: u64) -> &'static str {
        self.numbers.form(count)
    }

    /// A number in the language's digits, without separators.
    #[must_use]
    pub fn number(&self, number: impl std::fmt::Display) -> String {
        self.in_digits(&number.to_string())
    }

    /// A text with the language's digits in the place of Latin ones.
    #[must_use]
    pub fn in_digits(&self, text: &str) -> String {
        let own = |c: char| c.to_digit(10).and_then(|digit| self.numbers.digits.get(digit as usize).copied());
        text.chars().map(|c| own(c).unwrap_or(c)).collect()
    }

    fn new(tag: &str, layers: &[&Table], base: Table) -> Self {
        let mut texts = base;
        let is_said = |key: &str| layers.iter().any(|layer| layer.contains_key(key));
        let is_word = |key: &str| key != NUMERALS && key != "dir";
        let mut missing: Vec<String> =
            texts.keys().filter(|key| is_word(key) && !is_said(key)).cloned().collect();
        for layer in layers {
            texts.extend(layer.iter().map(|(key, phrase)| (key.clone(), phrase.clone())));
        }
        // Words of a language that nobody has translated are English ones, and counted as those.
        let tag = if layers.is_empty() { "en" } else { tag };
        let numerals = match texts.get(NUMERALS) {
            Some(Phrase::Text(name)) => name.as_str(),
            _ => "",
        };
        let numbers = Numbers::of(tag, numerals);
        for (key, phrase) in &texts {
            let Phrase::Forms(forms) = phrase else { continue };
            if is_said(key) {
                let lacks = |form: &&str| !forms.contains_key(*form);
                missing.extend(numbers.forms().filter(lacks).map(|form| format!("{key}.{form}")));
            }
        }
        missing.sort();
        Self { texts, missing, numbers }
    }
}

/// The words of all languages of a site.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    languages: BTreeMap<String, Strings>,
    calendar: Fingerprint,
}

impl Words {
    /// The program's words with those of a site, which stand under language tags. `tags` are the languages of
    /// its editions, the main one's first.
    #[must_use]
    pub fn new<'t>(tags: impl IntoIterator<Item = &'t str>, own: &BTreeMap<String, Table>) -> Self {
        let tags: Vec<&str> = tags.into_iter().collect();
        let own: BTreeMap<String, &Table> =
            own.iter().map(|(tag, table)| (tag.to_ascii_lowercase(), table)).collect();
        let mut base = needed().clone();
        // Words that a site adds are needed in all its languages: the main one's stand in for the others'.
        let main = tags.first().map(|tag| tag.to_ascii_lowercase());
        let first = main.iter().filter_map(|tag| own.get(tag));
        for (key, phrase) in first.chain(own.values()).flat_map(|table| table.iter()) {
            if !base.contains_key(key) {
                base.insert(key.clone(), phrase.clone());
            }
        }
        let strings = |tag: &str| {
            let tag = tag.to_ascii_lowercase();
            let primary = primary(&tag);
            let own_primary = own.get(&primary).filter(|_| primary != tag);
            let layers = BUILT_IN.get(primary.as_str()).into_iter();
            let layers: Vec<&Table> =
                layers.chain(own_primary.copied()).chain(own.get(&tag).copied()).collect();
            Strings::new(&tag, &layers, base.clone())
        };
        let known = BUILT_IN.keys().copied().chain(tags).chain(own.keys().map(String::as_str));
        let languages: BTreeMap<String, Strings> =
            known.map(|tag| (tag.to_ascii_lowercase(), strings(tag))).collect();
        Self { calendar: calendar(&languages), languages }
    }

    /// The words in a language (`de-AT` speaks `de`); English ones if nobody has any in it.
    #[must_use]
    pub fn of(&self, lang: &str) -> &Strings {
        let tag = lang.to_ascii_lowercase();
        let known = self.languages.get(&tag).or_else(|| self.languages.get(&primary(&tag)));
        known.or_else(|| self.languages.get("en")).unwrap_or(&BUILT_IN_WORDS.1)
    }

    /// What a language calls itself; its tag when nobody says it.
    #[must_use]
    pub fn name<'n>(&'n self, lang: &'n str) -> &'n str {
        let strings = self.of(lang);
        if primary(strings.language()) == primary(lang) { strings.word("language_name") } else { lang }
    }

    /// Of what is written beside the words that pages are given: days, months and digits.
    #[must_use]
    pub fn calendar(&self) -> Fingerprint {
        self.calendar
    }
}

fn calendar(languages: &BTreeMap<String, Strings>) -> Fingerprint {
    let mut hasher = Hasher::new();
    for (tag, strings) in languages {
        hasher.text(tag).text(&strings.numbers.digits.iter().collect::<String>());
        let is_calendar =
            |key: &str| ["date", "month_", "weekday_"].iter().any(|beginning| key.starts_with(beginning));
        for (key, _) in strings.iter().filter(|(key, _)| is_calendar(key)) {
            hasher.text(key).text(strings.word(key));
        }
    }
    hasher.finish()
}

impl Default for Words {
    fn default() -> Self {
        BUILT_IN_WORDS.0.clone()
    }
}

/// The program's own words, and the English ones of them.
static BUILT_IN_WORDS: LazyLock<(Words, Strings)> = LazyLock::new(|| {
    let words = Words::new([], &BTreeMap::new());
    (words, Strings::new("en", &[needed()], needed().clone()))
});

/// A word for a number of things: the form of its language, with the number in its place.
#[must_use]
pub fn counted<'f>(strings: &Strings, count: u64, form: impl Fn(&str) -> Option<&'f str>) -> String {
    let text = form(strings.form(count)).or_else(|| form(OTHER)).unwrap_or("");
    let mut counted = String::with_capacity(text.len() + 4);
    match text.split_once("{n}") {
        Some((before, after)) => {
            let _ = write!(counted, "{before}{}{after}", strings.number(count));
        }
        None => counted.push_str(text),
    }
    counted
}

fn primary(tag: &str) -> String {
    subtags(tag).next().unwrap_or_default()
}
