//! Filters for templates: pure in their arguments, without a look at clock, disk or site.

#![expect(clippy::needless_pass_by_value, reason = "Tera hands arguments over by value")]

use std::sync::Arc;

use tera::{Kwargs, State, Tera, TeraResult, Value};

use crate::date::Moment;
use crate::escape;
use crate::locale::{self, Strings, Words};

/// Every filter with what it does, for the documentation.
pub const FILTERS: [(&str, &str); 11] = [
    (
        "day(lang=…)",
        "a date in words of a language: `{{ card.date | day(lang=lang) }}` gives `14 March 2026`",
    ),
    ("clock(lang=…)", "the time of day, `09:30`; empty for a bare date"),
    ("rfc822", "a date as RSS wants it"),
    (
        "datetime",
        "a date with a time of day in RFC 3339, as Atom and JSON Feed want it; a bare date begins at midnight UTC",
    ),
    ("month_name(lang=…)", "a month's number (1 to 12) as its name"),
    ("number(lang=…)", "a number in the digits of a language, without separators"),
    (
        "counted(n=…, lang=…)",
        "a counted word for a number of things: `{{ ui.minutes | counted(n=article.minutes, lang=lang) }}` gives `1 minute to read`, `5 minutes to read`",
    ),
    ("json", "any value as JSON that can stand inside a `<script>` element"),
    ("xml", "HTML as text inside an XML element"),
    ("absolute(base=…)", "a root-relative link as an absolute URL"),
    ("srcset(root=…)", "files of a picture as the `srcset` attribute wants them"),
];

/// Makes all filters known to an instance; `words` are the site's.
pub(crate) fn register(tera: &mut Tera, words: &Arc<Words>) {
    let in_words = |filter: fn(&Words, &Value, &Kwargs) -> TeraResult<String>| {
        let words = Arc::clone(words);
        move |value: Value, args: Kwargs, _: &State<'_>| filter(&words, &value, &args)
    };
    tera.register_filter("day", in_words(day));
    tera.register_filter("clock", in_words(clock));
    tera.register_filter("month_name", in_words(month_name));
    tera.register_filter("number", in_words(number));
    tera.register_filter("counted", in_words(counted));
    tera.register_filter("rfc822", rfc822);
    tera.register_filter("datetime", datetime);
    tera.register_filter("json", json);
    tera.register_filter("xml", xml);
    tera.register_filter("absolute", absolute);
    tera.register_filter("srcset", srcset);
}

fn moment(text: &str) -> TeraResult<Moment> {
    Moment::parse(text).ok_or_else(|| tera::Error::message(format!("`{text}` is not a date")))
}

/// The words in the language that a filter's `lang` names.
fn strings<'w>(words: &'w Words, args: &Kwargs) -> TeraResult<&'w Strings> {
    Ok(words.of(args.must_get::<&str>("lang")?))
}

fn a_date(value: &Value) -> TeraResult<Moment> {
    moment(value.as_str().ok_or_else(|| tera::Error::message("not a date"))?)
}

fn day(words: &Words, value: &Value, args: &Kwargs) -> TeraResult<String> {
    Ok(locale::day(a_date(value)?, strings(words, args)?))
}

fn clock(words: &Words, value: &Value, args: &Kwargs) -> TeraResult<String> {
    Ok(locale::clock(a_date(value)?, strings(words, args)?))
}

fn whole(value: &Value) -> TeraResult<i64> {
    value.as_i64().ok_or_else(|| tera::Error::message("not a whole number"))
}

fn month_name(words: &Words, value: &Value, args: &Kwargs) -> TeraResult<String> {
    let month = u32::try_from(whole(value)?).ok().filter(|month| (1..=12).contains(month));
    let month = month.ok_or_else(|| tera::Error::message("not a month from 1 to 12"))?;
    Ok(strings(words, args)?.month(month).to_owned())
}

fn number(words: &Words, value: &Value, args: &Kwargs) -> TeraResult<String> {
    Ok(strings(words, args)?.number(whole(value)?))
}

/// A word with plural forms, or a plain one, with `{n}` replaced.
fn counted(words: &Words, value: &Value, args: &Kwargs) -> TeraResult<String> {
    let count = u64::try_from(args.must_get::<i64>("n")?).unwrap_or(0);
    let form = |form: &str| match value.as_map() {
        Some(forms) => forms.get(&tera::value::Key::from(form.to_owned())).and_then(Value::as_str),
        None => value.as_str(),
    };
    Ok(locale::counted(strings(words, args)?, count, form))
}

fn rfc822(text: &str, _: Kwargs, _: &State<'_>) -> TeraResult<String> {
    Ok(moment(text)?.rfc822())
}

fn json(value: Value, _: Kwargs, _: &State<'_>) -> TeraResult<Value> {
    let text = escape::json_value(&value).map_err(|error| tera::Error::message(error.to_string()))?;
    Ok(Value::safe_string(&text))
}

/// Text, also if it is HTML that would pass unescaped, as text of an XML element.
fn xml(text: &str, _: Kwargs, _: &State<'_>) -> TeraResult<Value> {
    let mut escaped = Vec::with_capacity(text.len() * 5 / 4);
    escape::xml(text, &mut escaped).map_err(|error| tera::Error::message(error.to_string()))?;
    Ok(Value::safe_string(&String::from_utf8_lossy(&escaped)))
}

fn datetime(text: &str, _: Kwargs, _: &State<'_>) -> TeraResult<String> {
    Ok(Moment { timed: true, ..moment(text)? }.rfc3339())
}

/// As hosts show it: a folder's own page is the folder.
fn absolute(text: &str, args: Kwargs, _: &State<'_>) -> TeraResult<String> {
    if text.contains("://") {
        return Ok(text.to_owned());
    }
    let path = text.trim_start_matches('/');
    let path = match path.strip_suffix("index.html") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
        _ => path,
    };
    Ok(format!("{}{path}", args.must_get::<&str>("base")?))
}

/// `a-400.webp 400w, a-800.webp 800w`, each after the way to the site's root.
fn srcset(files: Vec<Value>, args: Kwargs, _: &State<'_>) -> TeraResult<String> {
    let root = args.must_get::<&str>("root")?;
    let mut set = String::new();
    for file in &files {
        let field = |name: &'static str| file.as_map().and_then(|map| map.get(&tera::value::Key::from(name)));
        let src = field("src").and_then(Value::as_str);
        let width = field("width").and_then(Value::as_i64);
        let (Some(src), Some(width)) = (src, width) else {
            return Err(tera::Error::message("not the files of a picture"));
        };
        if !set.is_empty() {
            set.push_str(", ");
        }
        set.push_str(&format!("{root}{src} {width}w"));
    }
    Ok(set)
}
