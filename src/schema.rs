//! Reading a tree by a table of rules: key -> reader. Says everything that is wrong, not only the first thing.
//!
//! A rule puts what it read into the value that is being made; what could not be read leaves the
//! default there, and a complaint in the reader. Front matter and `site.toml` are two lists of rules.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use chrono::NaiveDateTime;
use chrono_tz::Tz;

use crate::date::{DateError, Moment, NotADate, Written};
use crate::diag::{self, Diag, Place};
use crate::tree::{ENOUGH, Entry, Node, Table, Text, Value};

/// What a table may hold.
pub(crate) struct Schema<T: 'static> {
    /// Keys that must be there.
    pub(crate) required: &'static [&'static str],
    /// Every key it may have.
    pub(crate) rules: &'static [Rule<T>],
}

impl<T> Schema<T> {
    /// Its keys with what stands before them: `image.src`.
    pub(crate) fn keys(&self, prefix: &'static str) -> impl Iterator<Item = String> {
        self.rules.iter().map(move |(key, _)| format!("{prefix}{key}"))
    }
}

/// A key and what to do with its value.
pub(crate) type Rule<T> = (&'static str, fn(&mut Reader<'_>, &Field<'_>, &mut T));

/// A key's value on its way into a rule.
pub(crate) struct Field<'n> {
    /// The key as messages name it: `image.src`.
    pub(crate) name: Cow<'n, str>,
    /// The value.
    pub(crate) node: &'n Node<'n>,
}

/// Reads values and remembers what was wrong with them.
pub(crate) struct Reader<'s> {
    path: &'s str,
    file: &'s str,
    zone: Tz,
    /// The complaints so far.
    pub(crate) diags: Vec<Diag>,
}

const EMPTY: &str = "this is empty";
const FLAG: &str = "true or false";

/// Puts a value into its slot, if there is one.
pub(crate) fn put<T, U: From<T>>(slot: &mut U, value: Option<T>) {
    if let Some(value) = value {
        *slot = value.into();
    }
}

impl<'s> Reader<'s> {
    /// A reader for the values of one file; `zone` is for dates without an offset.
    pub(crate) fn new(text: &Text<'s>, zone: Tz, diags: Vec<Diag>) -> Self {
        Self { path: text.path, file: text.file, zone, diags }
    }

    /// A place in the file.
    pub(crate) fn place(&self, span: &Range<usize>) -> Place {
        Place::of(self.path, self.file, span.clone())
    }

    /// Notes that a value cannot be used; the reason continues "`key`: ".
    pub(crate) fn refuse(&mut self, field: &Field<'_>, why: &str) {
        self.diags.push(diag::bad_value(self.place(&field.node.span), &field.name, why));
    }

    fn wrong_type<T>(&mut self, field: &Field<'_>, expected: &str) -> Option<T> {
        let found = match &field.node.value {
            Value::Bad => return None,
            Value::Text(text) if expected == FLAG => Cow::Owned(format!("the text `{text}`")),
            value => Cow::Borrowed(value.kind()),
        };
        self.diags.push(diag::wrong_type(self.place(&field.node.span), &field.name, expected, &found));
        None
    }

    /// Reads a table by its rules. `label` names it in messages, `span` is where it is, `prefix`
    /// stands before its keys. An empty value (`key:` in YAML) counts as absent.
    pub(crate) fn table<T>(
        &mut self,
        label: &str,
        span: &Range<usize>,
        prefix: &str,
        table: &Table<'_>,
        schema: &Schema<T>,
        into: &mut T,
    ) {
        let known: Vec<&str> = schema.rules.iter().map(|(known, _)| *known).collect();
        let mut missing = schema.required.to_vec();
        for Entry { key, span, node } in table {
            if self.diags.len() >= ENOUGH && diag::any_error(&self.diags) {
                return;
            }
            let Some((_, read)) = schema.rules.iter().find(|(known, _)| known == key) else {
                // Whoever writes `tittle` has not forgotten the title.
                let meant = diag::nearest(key, known.iter().copied());
                missing.retain(|required| Some(*required) != meant);
                self.diags.push(diag::unknown_key(self.place(span), label, key, &known));
                continue;
            };
            if node.value == Value::Null {
                continue;
            }
            missing.retain(|required| required != key);
            if node.value != Value::Bad {
                let name = match prefix {
                    "" => Cow::Borrowed(key.as_ref()),
                    prefix => Cow::Owned(format!("{prefix}.{key}")),
                };
                read(self, &Field { name, node }, into);
            }
        }
        for key in missing {
            self.diags.push(diag::missing_key(self.place(span), label, key));
        }
    }

    /// The keys of a table below a key, whatever they are called.
    pub(crate) fn fields<'n>(&mut self, field: &Field<'n>) -> Option<Vec<(&'n str, Field<'n>)>> {
        let Value::Table(table) = &field.node.value else { return self.wrong_type(field, "a table") };
        let below = |entry: &'n Entry<'n>| {
            let name = Cow::Owned(format!("{}.{}", field.name, entry.key));
            (entry.key.as_ref(), Field { name, node: &entry.node })
        };
        Some(table.iter().filter(|entry| entry.node.value != Value::Null).map(below).collect())
    }

    /// Complains about tables of an array that have the same text under `key`.
    pub(crate) fn distinct(&mut self, field: &Field<'_>, key: &str) {
        let Value::List(items) = &field.node.value else { return };
        let mut seen: BTreeMap<&str, &Range<usize>> = BTreeMap::new();
        for item in items {
            let Value::Table(table) = &item.value else { continue };
            let Some(node) = table.iter().find(|entry| entry.key == key).map(|entry| &entry.node) else {
                continue;
            };
            let Value::Text(text) = &node.value else { continue };
            if let Some(first) = seen.insert(text, &node.span) {
                let first = self.place(first);
                let name = format!("{}.{key}", field.name);
                self.diags.push(diag::duplicate_value(self.place(&node.span), &name, text, first));
            }
        }
    }

    /// A table below a key, read by its rules; nothing if any of it is wrong.
    pub(crate) fn sub<T: Default>(&mut self, field: &Field<'_>, schema: &Schema<T>) -> Option<T> {
        let Value::Table(table) = &field.node.value else { return self.wrong_type(field, "a table") };
        let before = self.diags.len();
        let mut value = T::default();
        let label = format!("`{}`", field.name);
        self.table(&label, &field.node.span, &field.name, table, schema, &mut value);
        (!diag::any_error(&self.diags[before..])).then_some(value)
    }

    /// An array of at most `limit` tables below a key.
    pub(crate) fn subs<T: Default>(
        &mut self,
        field: &Field<'_>,
        limit: usize,
        schema: &Schema<T>,
    ) -> Option<Vec<T>> {
        let Value::List(_) = &field.node.value else { return self.wrong_type(field, "an array of tables") };
        let items = self.items(field, limit)?;
        Some(items.iter().filter_map(|item| self.sub(item, schema)).collect())
    }

    /// The entries of an array below a key, named `tags[1]` and so on.
    pub(crate) fn items<'n>(&mut self, field: &Field<'n>, limit: usize) -> Option<Vec<Field<'n>>> {
        let Value::List(items) = &field.node.value else {
            return self.wrong_type(field, "an array of strings");
        };
        if items.len() > limit {
            self.refuse(field, &format!("{} entries, the limit is {limit}", items.len()));
            return None;
        }
        let item = |(at, node)| Field { name: Cow::Owned(format!("{}[{at}]", field.name)), node };
        Some((1..).zip(items).map(item).collect())
    }

    /// A string, which may be empty.
    pub(crate) fn text(&mut self, field: &Field<'_>) -> Option<String> {
        let Value::Text(text) = &field.node.value else { return self.wrong_type(field, "a string") };
        let span = field.node.span.clone();
        self.controls(&format!("`{}`", field.name), text, |_| span.clone());
        self.bidi(field, text);
        Some(text.clone().into_owned())
    }

    /// Warns of control characters and noncharacters; `span` says where in the file a byte of the text is.
    pub(crate) fn controls(&mut self, what: &str, text: &str, span: impl Fn(usize) -> Range<usize>) {
        if !may_be_unprintable(text.as_bytes()) {
            return;
        }
        let mut found = text.char_indices().filter(|(_, c)| is_unprintable(*c));
        if let Some((at, c)) = found.next() {
            let place = self.place(&span(at));
            self.diags.push(diag::control_character(place, what, c, 1 + found.count()));
        }
    }

    /// Complains about characters that turn the writing direction, in words that others stand beside.
    fn bidi(&mut self, field: &Field<'_>, text: &str) {
        let (mut first, mut embedded, mut isolated) = (None, 0_i32, 0_i32);
        for c in text.chars() {
            match c {
                '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' => embedded += 1,
                '\u{2066}'..='\u{2068}' => isolated += 1,
                '\u{202c}' => embedded -= 1,
                '\u{2069}' => isolated -= 1,
                _ => continue,
            }
            first = first.or(Some(c));
        }
        if let Some(c) = first {
            let place = self.place(&field.node.span);
            let open = embedded != 0 || isolated != 0;
            self.diags.push(diag::bidi_control(place, &format!("`{}`", field.name), c, open));
        }
    }

    /// A string; one without a visible character counts as absent.
    pub(crate) fn words(&mut self, field: &Field<'_>) -> Option<String> {
        self.text(field).filter(|text| !text.trim().is_empty())
    }

    /// A string that must say something.
    pub(crate) fn some_words(&mut self, field: &Field<'_>) -> Option<String> {
        self.checked(field, |text| if text.trim().is_empty() { Err(EMPTY) } else { Ok(()) })
    }

    /// A string that a check accepts; the check's error continues "`key`: ".
    pub(crate) fn checked<E: AsRef<str>>(
        &mut self,
        field: &Field<'_>,
        check: impl FnOnce(&str) -> Result<(), E>,
    ) -> Option<String> {
        let text = self.text(field)?;
        match check(&text) {
            Ok(()) => Some(text),
            Err(why) => {
                self.refuse(field, why.as_ref());
                None
            }
        }
    }

    /// One of a few words.
    pub(crate) fn one_of<T: Copy>(&mut self, field: &Field<'_>, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(field)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.diags.push(diag::unknown_word(self.place(&field.node.span), &field.name, &text, &known));
        }
        found
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, field: &Field<'_>) -> Option<bool> {
        match field.node.value {
            Value::Flag(flag) => Some(flag),
            _ => self.wrong_type(field, FLAG),
        }
    }

    /// A whole number within bounds.
    pub(crate) fn whole(&mut self, field: &Field<'_>, bounds: RangeInclusive<u32>) -> Option<u32> {
        let Value::Whole(number) = field.node.value else { return self.wrong_type(field, "a whole number") };
        let fits = u32::try_from(number).ok().filter(|number| bounds.contains(number));
        if fits.is_none() {
            let (least, most) = (bounds.start(), bounds.end());
            let why = match *most {
                u32::MAX => format!("{number} is not {least} or more"),
                most => format!("{number} is not between {least} and {most}"),
            };
            self.refuse(field, &why);
        }
        fits
    }

    /// An array of strings, none of them empty, at most `limit`.
    pub(crate) fn texts(&mut self, field: &Field<'_>, limit: usize) -> Option<Vec<String>> {
        let items = self.items(field, limit)?;
        Some(items.iter().filter_map(|item| self.some_words(item)).collect())
    }

    /// A slug, path or section, checked by those who make paths; the error stands behind the text.
    pub(crate) fn path(
        &mut self,
        field: &Field<'_>,
        check: impl FnOnce(&str) -> Result<(), &'static str>,
    ) -> Option<String> {
        let Value::Text(text) = &field.node.value else { return self.wrong_type(field, "a string") };
        match check(text) {
            Ok(()) => Some(text.clone().into_owned()),
            Err(why) => {
                self.diags.push(diag::bad_path(self.place(&field.node.span), &field.name, text, why));
                None
            }
        }
    }

    /// A value of any kind, which others will read: only its dates are checked, as nobody else may.
    pub(crate) fn anything(&mut self, field: &Field<'_>) {
        match &field.node.value {
            // A time of day alone is fine, and no date.
            Value::Date(text) if text.as_bytes().get(2) != Some(&b':') && Written::read(text).is_err() => {
                self.moment(field, false);
            }
            Value::List(items) => {
                for node in items {
                    self.anything(&Field { name: Cow::Borrowed(&field.name), node });
                }
            }
            Value::Table(_) => {
                for (_, field) in self.fields(field).unwrap_or_default() {
                    self.anything(&field);
                }
            }
            _ => {}
        }
    }

    /// A date or time. With `strict`, a local time that happens twice is an error, and so is a
    /// bare date whose midnight does; else the earlier instant is taken, with a warning for times.
    pub(crate) fn moment(&mut self, field: &Field<'_>, strict: bool) -> Option<Moment> {
        let text = match &field.node.value {
            Value::Date(text) => *text,
            Value::Text(text) => text.as_ref(),
            _ => return self.wrong_type(field, "a date"),
        };
        let zone = self.zone;
        let error = match Moment::read(text, zone, strict) {
            Ok(moment) => return Some(moment),
            Err(error) => error,
        };
        let (place, name) = (self.place(&field.node.span), &field.name);
        let no_date = |why: &str| diag::bad_date(place.clone(), name, &format!("`{text}` is no date{why}"));
        let (diag, moment) = match error {
            DateError::Text(NotADate::Shape) => (no_date(""), None),
            DateError::Text(NotADate::Part(why)) => (no_date(&format!(": {why}")), None),
            DateError::Text(NotADate::Year) => (diag::date_range(place, name, text), None),
            DateError::Gap(local) => {
                (diag::date_gap(place, name, &shown(local), zone.name(), &offsets(local, zone)), None)
            }
            DateError::Fold(local, earlier) => (
                diag::date_fold(place, name, &shown(local), zone.name(), &offsets(local, zone), strict),
                (!strict).then_some(earlier),
            ),
        };
        self.diags.push(diag);
        moment
    }
}

fn shown(local: NaiveDateTime) -> String {
    local.format("%Y-%m-%d %H:%M").to_string()
}

/// The offsets that a local time may have meant.
fn offsets(local: NaiveDateTime, zone: Tz) -> String {
    Moment::offsets_around(local, zone).map(|offset| offset.to_string()).join(" or ")
}

/// Characters that have no place in a text: controls but for tab and line ends, and noncharacters.
fn is_unprintable(c: char) -> bool {
    let control = c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    control || matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// A quick look at the bytes, true for some texts that have no such character but false for none that has.
fn may_be_unprintable(bytes: &[u8]) -> bool {
    // No branch in the loop, so that it is one of vector instructions: every article's text passes here.
    let suspect = |before: u8, byte: u8| {
        (byte < 0x20) & (byte != b'\t') & (byte != b'\n') & (byte != b'\r')
            | (byte == 0x7f)
            | (before == 0xc2) & (byte < 0xa0)
            | (before == 0xbf) & (byte >= 0xbe)
            | (before == 0xb7) & (byte & 0xf0 == 0x90 || byte & 0xf0 == 0xa0)
    };
    let first = bytes.first().is_some_and(|byte| suspect(0, *byte));
    let rest = bytes.get(1..).unwrap_or_default();
    first
        || bytes.chunks(256).zip(rest.chunks(256)).any(|(before, bytes)| {
            before.iter().zip(bytes).fold(false, |found, (before, byte)| found | suspect(*before, *byte))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_look_misses_no_character() {
        for c in ('\0'..=char::MAX).filter(|c| is_unprintable(*c)) {
            for text in [format!("{c}"), format!("é{c}"), format!("{}{c}x", "x".repeat(255))] {
                assert!(may_be_unprintable(text.as_bytes()), "U+{:04X}", u32::from(c));
            }
        }
        assert!(!may_be_unprintable("Plain “text”\tof\r\nTürkiye و قمة".as_bytes()));
    }
}
