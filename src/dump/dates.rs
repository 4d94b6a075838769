//! Dates in text: twenty languages' month names, numeric forms, times with zones, and relative ones.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate, NaiveTime, TimeZone, Weekday};

use super::article::When;
use super::lexicon;

/// What is known when a date is read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known {
    /// When the dump was fetched.
    pub(super) fetched: Option<DateTime<FixedOffset>>,
    /// Whether `4/5/2026` has the day first, if the dump tells.
    pub(super) day_first: Option<bool>,
}

/// What a date says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// Nothing.
    None,
    /// "Published", "Posted", …
    Published,
    /// "Updated", …
    Updated,
}

/// A date found in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    /// The date.
    pub(super) when: When,
    /// Byte range in the text.
    pub(super) from: usize,
    /// End of the byte range.
    pub(super) to: usize,
    /// What it says of itself.
    pub(super) label: Label,
    /// Reckoned from `fetched` ("3 hours ago", a day without a year).
    pub(super) relative: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Number(u32),
    Month(u32),
    Word,
    Mark(char),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Names of months in lower case, numbered from 1; where languages differ, the first of the table is right.
pub(super) fn months() -> impl Iterator<Item = (&'static str, u8)> {
    let rows = include_str!("tables/months.tsv").lines();
    rows.flat_map(|row| (1..).zip(row.split('\t').skip(1)))
        .flat_map(|(month, names)| names.split(' ').map(move |name| (name, month)))
}

/// Names of weekdays in lower case; where languages differ, the last of the table is right.
pub(super) fn weekday_names() -> impl Iterator<Item = (&'static str, Weekday)> {
    let rows = include_str!("tables/weekdays.tsv").lines();
    rows.flat_map(|row| (0u8..).zip(row.split('\t').skip(1)))
        .filter_map(|(day, names)| Some((Weekday::try_from(day).ok()?, names)))
        .flat_map(|(day, names)| names.split(' ').map(move |name| (name, day)))
}

/// The weekday that a word names, in any of the languages of the table.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    lexicon::look_up(word).weekday
}

/// Whether a word is a month's full or short name.
pub(super) fn is_month(word: &str) -> bool {
    lexicon::look_up(word).month > 0
}

/// Languages whose numeric dates have dots or begin with the year: in them `4/5/2026` is a foreign form.
const NO_SLASHES: &[&str] = &[
    "de", "fi", "no", "nb", "nn", "da", "sv", "is", "et", "lv", "lt", "pl", "cs", "sk", "sl", "hr", "sr",
    "bs", "mk", "bg", "ru", "uk", "be", "ro", "hu", "hy", "ka", "az", "kk", "zh", "ja", "ko",
];

/// Whether `4/5/2026` has the day first in a language, as far as the language tells.
pub(super) fn slashed(lang: &str) -> Option<bool> {
    (lang != "en" && !NO_SLASHES.contains(&lang)).then_some(true)
}

/// All weekdays named in a text.
pub(super) fn weekdays(text: &str) -> Vec<Weekday> {
    let mut days: Vec<Weekday> = text
        .split(|c: char| !(c.is_alphabetic() || c == '-'))
        .filter(|word| word.len() > 3)
        .filter_map(weekday)
        .collect();
    if text.chars().any(super::words::is_unspaced) {
        days.extend(
            weekday_names()
                .filter(|(name, _)| name.chars().all(super::words::is_unspaced) && text.contains(name))
                .map(|(_, day)| day),
        );
    }
    days.sort_by_key(Weekday::num_days_from_monday);
    days.dedup();
    days
}

/// All dates in a text, from left to right.
pub(super) fn find(text: &str, known: Known) -> Vec<Found> {
    if !text.contains(super::words::is_numeric) {
        return Vec::new();
    }
    let tokens = tokens(text);
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let hit = absolute(&tokens[at..], text, known).or_else(|| relative(&tokens[at..], text, known));
        let Some((day, used, reckoned)) = hit else {
            at += 1;
            continue;
        };
        let (when, used) = with_time(day, &tokens, at, used, text);
        let from = tokens[at].from;
        let after = found.last().map_or(0, |f| f.to);
        found.push(Found {
            when,
            from,
            to: tokens[at + used - 1].to,
            label: label(text.get(after..from).unwrap_or("")),
            relative: reckoned,
        });
        at += used;
    }
    found
}

const UPDATED: &[&str] = &[
    "updated",
    "update",
    "modified",
    "revised",
    "edited",
    "aktualisiert",
    "aktualisierung",
    "geändert",
    "mis à jour",
    "mise à jour",
    "modifié",
    "actualizado",
    "actualizada",
    "atualizado",
    "atualizada",
    "aggiornato",
    "aggiornata",
    "aggiornamento",
    "güncelleme",
    "güncellendi",
    "güncellenme",
    "обновлено",
    "обновлен",
    "изменено",
    "оновлено",
    "تحديث",
    "آخر تحديث",
    "更新",
    "bijgewerkt",
    "aktualizacja",
    "uppdaterad",
    "opdateret",
    "oppdatert",
    "päivitetty",
];
const PUBLISHED: &[&str] = &[
    "published",
    "publish date",
    "posted",
    "first published",
    "created",
    "date",
    "issued",
    "on",
    "veröffentlicht",
    "erschienen",
    "stand",
    "datum",
    "publié",
    "publicado",
    "publicada",
    "pubblicato",
    "pubblicata",
    "yayınlanma",
    "yayın",
    "giriş",
    "eklenme",
    "oluşturulma",
    "опубликовано",
    "дата",
    "опубліковано",
    "نشر",
    "نشرت",
    "تاريخ النشر",
    "发布",
    "发表",
    "發佈",
    "公開",
    "기사입력",
    "입력",
    "등록",
    "gepubliceerd",
    "opublikowano",
    "publicerad",
    "udgivet",
    "publisert",
    "julkaistu",
];

/// All of them, those of updates first.
static LABELS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    // Quick to build, which counts where one dump is all that is read.
    let mut builder = AhoCorasick::builder();
    builder.kind(Some(AhoCorasickKind::ContiguousNFA)).build(UPDATED.iter().chain(PUBLISHED)).ok()
});

/// The label that the text right before a date carries.
fn label(before: &str) -> Label {
    let tail_start = before.char_indices().rev().nth(34).map_or(0, |(at, _)| at);
    let tail = before[tail_start..].to_lowercase();
    let (mut updated, mut published) = (None, None);
    if let Some(finder) = &*LABELS {
        for hit in finder.find_overlapping_iter(&tail) {
            let last = if hit.pattern().as_usize() < UPDATED.len() { &mut updated } else { &mut published };
            *last = (*last).max(Some(hit.start()));
        }
    }
    match (updated, published) {
        (Some(up), Some(publ)) if publ > up => Label::Published,
        (Some(_), _) => Label::Updated,
        (None, Some(_)) => Label::Published,
        (None, None) => Label::None,
    }
}

/// The numbers, words and marks of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::with_capacity(text.len() / 4 + 1);
    let char_at = |at: usize| match text.as_bytes().get(at)? {
        byte if byte.is_ascii() => Some(char::from(*byte)),
        _ => text[at..].chars().next(),
    };
    let mut to = 0;
    while let Some(c) = char_at(to) {
        let from = to;
        to += c.len_utf8();
        if c.is_whitespace() {
            continue;
        }
        if let Some(digit) = digit(c) {
            let (mut value, mut length) = (digit, 1);
            while let Some((next, digit)) =
                char_at(to).and_then(|c| Some((to + c.len_utf8(), self::digit(c)?)))
            {
                value = value.saturating_mul(10).saturating_add(digit);
                length += 1;
                to = next;
            }
            out.push(Token { kind: Kind::Number(if length > 8 { u32::MAX } else { value }), from, to });
        } else if super::words::is_alphabetic(c)
            && !super::words::is_unspaced(c)
            && !matches!(c, '년' | '월' | '일')
        {
            while let Some(c) =
                char_at(to).filter(|c| super::words::is_alphabetic(*c) || *c == '\u{307}' || is_mark(*c))
            {
                to += c.len_utf8();
            }
            let word = &text[from..to];
            let month = if word.len() <= 24 { month_name(word) } else { None };
            out.push(Token { kind: month.map_or(Kind::Word, Kind::Month), from, to });
        } else {
            out.push(Token { kind: Kind::Mark(c), from, to });
        }
    }
    out
}

/// Arabic vowel marks do not end a word.
fn is_mark(c: char) -> bool {
    ('\u{64b}'..='\u{65f}').contains(&c)
}

fn month_name(word: &str) -> Option<u32> {
    if word.is_ascii() && (word.len() < 3 || word.len() > 12) {
        return None;
    }
    Some(u32::from(lexicon::look_up(word).month)).filter(|month| *month > 0)
}

fn digit(c: char) -> Option<u32> {
    match u32::from(c) {
        n @ 0x30..=0x39 => Some(n - 0x30),
        n @ 0x660..=0x669 => Some(n - 0x660),
        n @ 0x6f0..=0x6f9 => Some(n - 0x6f0),
        n @ 0xff10..=0xff19 => Some(n - 0xff10),
        _ => None,
    }
}

fn year(number: u32) -> Option<i32> {
    (1900..=2100).contains(&number).then(|| i32::try_from(number).unwrap_or(0))
}

fn ymd(y: i32, m: u32, d: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(y, m, d)
}

/// Year of a number that may be glued to an hour ("20194" of "20194:29").
fn glued_year(token: &Token, next: Option<&Token>) -> Option<i32> {
    let Kind::Number(n) = token.kind else { return None };
    year(n).or_else(|| {
        let colon = next.is_some_and(|t| t.kind == Kind::Mark(':'));
        // "2. März 20262. März 2026": two dates run together.
        // "06/11/20260 comments": a counter run together with the year.
        let counted = next.is_some_and(|t| t.kind == Kind::Word && t.from > token.to);
        let day = |d: u32| (1..=31).contains(&d) && next.is_some_and(|t| t.kind == Kind::Mark('.'));
        match token.to - token.from {
            5 if colon || counted || day(n % 10) => year(n / 10),
            6 if colon || day(n % 100) => year(n / 100),
            _ => None,
        }
    })
}

/// An absolute date at the front of the tokens: the day and how many tokens it took.
pub(super) fn absolute(t: &[Token], text: &str, known: Known) -> Option<(NaiveDate, usize, bool)> {
    let kind = |i: usize| t.get(i).map(|token| token.kind);
    let skip = |mut i: usize| {
        // Marks and small words between the parts: "19. November", "19 de noviembre de 2019", "July 2nd, 2018".
        while let Some(token) = t.get(i) {
            let word = &text[token.from..token.to];
            let small =
                matches!(token.kind, Kind::Mark('.' | ',' | '،' | '(' | ')' | '/' | '-' | '’' | '\''))
                    || (token.kind == Kind::Word
                        && matches!(
                            word.to_lowercase().as_str(),
                            "de" | "del" | "of" | "st" | "nd" | "rd" | "th" | "er" | "º" | "do"
                        ));
            if !small || i >= 5 {
                break;
            }
            i += 1;
        }
        i
    };
    let first = kind(0)?;
    match first {
        Kind::Number(n) => {
            let width = t[0].to - t[0].from;
            // 20191119T...
            if width == 8 && n > 19_000_000 {
                return Some((ymd(year(n / 10_000)?, n / 100 % 100, n % 100)?, 1, false));
            }
            // 2019-11-19, 2019/11/19, 2019.11.19, 2019年11月19日, 2019년 11월 19일
            if let (Some(y), Some(Kind::Mark(a)), Some(Kind::Number(m))) = (year(n), kind(1), kind(2))
                && matches!(a, '-' | '/' | '.' | '年' | '년')
                && let (Some(Kind::Mark(b)), Some(Kind::Number(d))) = (kind(3), kind(4))
                && (b == a || matches!(b, '月' | '월'))
            {
                // "2019-11-19T08:57": the day may be glued to nothing else.
                let used = if matches!(kind(5), Some(Kind::Mark('日' | '일'))) { 6 } else { 5 };
                return Some((ymd(y, m, d)?, used, false));
            }
            // 2019. november 19.
            if let Some(y) = year(n) {
                let at = skip(1);
                if let (Some(Kind::Month(m)), Some(Kind::Number(d))) = (kind(at), kind(skip(at + 1)))
                    && width == 4
                    && d <= 31
                {
                    return Some((ymd(y, m, d)?, skip(at + 1) + 1, false));
                }
                return None;
            }
            // 19.11.2019, 19/11/2019, 11/19/2019, 19-11-2019
            if let (
                Some(Kind::Mark(a @ ('.' | '/' | '-' | '·'))),
                Some(Kind::Number(second)),
                Some(Kind::Mark(b)),
            ) = (kind(1), kind(2), kind(3))
                && a == b
                && width <= 2
                && let (Some(token), Some(Kind::Number(short))) = (t.get(4), kind(4))
            {
                let y = glued_year(token, t.get(5)).or_else(|| {
                    (token.to - token.from == 2 && (10..=40).contains(&short) && a != '-')
                        .then(|| 2000 + i32::try_from(short).unwrap_or(0))
                })?;
                let day = match (n, second) {
                    (d, m) if d > 12 => ymd(y, m, d),
                    (m, d) if d > 12 => ymd(y, m, d),
                    (same, other) if same == other => ymd(y, same, same),
                    (d, m) if a == '.' && known.day_first != Some(false) => ymd(y, m, d),
                    (one, two) => match known.day_first {
                        Some(true) => ymd(y, two, one),
                        Some(false) => ymd(y, one, two),
                        None => None,
                    },
                }?;
                return Some((day, 5, false));
            }
            // 19 November 2019, 19. Nov., 19 de noviembre de 2019
            if n == 0 || n > 31 {
                return None;
            }
            let at = skip(1);
            let Some(Kind::Month(mut m)) = kind(at) else { return levantine(t, text, n) };
            let mut end = at + 1;
            // "أغسطس (آب)": both names of one month.
            let twice = skip(end);
            if let Some(Kind::Month(second)) = kind(twice) {
                m = second.max(m).min(m);
                end = twice + 1;
            }
            let y = skip(end);
            if let Some(found) = t.get(y).and_then(|token| glued_year(token, t.get(y + 1))) {
                return Some((ymd(found, m, n)?, y + 1, false));
            }
            without_year(m, n, known).map(|day| (day, end, true))
        }
        Kind::Month(m) => {
            let at = skip(1);
            let Some(Kind::Number(d)) = kind(at) else { return None };
            if d == 0 || d > 31 {
                return None;
            }
            let y = skip(at + 1);
            if let Some(found) = t.get(y).and_then(|token| glued_year(token, t.get(y + 1))) {
                return Some((ymd(found, m, d)?, y + 1, false));
            }
            without_year(m, d, known).map(|day| (day, at + 1, true))
        }
        _ => None,
    }
}

/// "19 تشرين الثاني 2019" and its like: month names of two words.
fn levantine(t: &[Token], text: &str, day: u32) -> Option<(NaiveDate, usize, bool)> {
    let (a, b) = (t.get(1)?, t.get(2)?);
    if a.kind != Kind::Word || b.kind != Kind::Word {
        return None;
    }
    let first = &text[a.from..a.to];
    let second = &text[b.from..b.to];
    let month = match (first, second) {
        ("كانون", "الثاني") => 1,
        ("كانون", "الأول" | "الاول") => 12,
        ("تشرين", "الأول" | "الاول") => 10,
        ("تشرين", "الثاني") => 11,
        _ => return None,
    };
    let at = 3 + t[3..].iter().take(3).take_while(|token| matches!(token.kind, Kind::Mark(_))).count();
    Some((ymd(glued_year(t.get(at)?, t.get(at + 1))?, month, day)?, at + 1, false))
}

/// A day without a year is the newest such day that is not after `fetched`; without `fetched` it is no date.
fn without_year(m: u32, d: u32, known: Known) -> Option<NaiveDate> {
    let fetched = known.fetched?.date_naive();
    let this = ymd(fetched.year(), m, d)?;
    if this <= fetched { Some(this) } else { ymd(fetched.year() - 1, m, d) }
}

const UNITS: &[(&str, i64)] = &[
    ("minute", 0),
    ("minutes", 0),
    ("min", 0),
    ("mins", 0),
    ("hour", 1),
    ("hours", 1),
    ("hrs", 1),
    ("hr", 1),
    ("h", 1),
    ("day", 24),
    ("days", 24),
    ("week", 168),
    ("weeks", 168),
    ("minuten", 0),
    ("stunde", 1),
    ("stunden", 1),
    ("tag", 24),
    ("tagen", 24),
    ("minutos", 0),
    ("hora", 1),
    ("horas", 1),
    ("día", 24),
    ("días", 24),
    ("dia", 24),
    ("dias", 24),
    ("heure", 1),
    ("heures", 1),
    ("jour", 24),
    ("jours", 24),
    ("dakika", 0),
    ("saat", 1),
    ("gün", 24),
    ("минут", 0),
    ("час", 1),
    ("часа", 1),
    ("часов", 1),
    ("день", 24),
    ("дня", 24),
    ("дней", 24),
    ("ساعة", 1),
    ("ساعات", 1),
    ("دقيقة", 0),
    ("أيام", 24),
    ("يوم", 24),
];

/// "3 hours ago", "vor 3 Stunden", "il y a 3 heures", "3 saat önce", with `fetched` only.
fn relative(t: &[Token], text: &str, known: Known) -> Option<(NaiveDate, usize, bool)> {
    let fetched = known.fetched?;
    let Kind::Number(n) = t[0].kind else { return None };
    let unit = t.get(1).filter(|token| token.kind == Kind::Word)?;
    let word = text[unit.from..unit.to].to_lowercase();
    let hours = UNITS.iter().find(|(name, _)| *name == word)?.1;
    let before = text[..t[0].from].trim_end().to_lowercase();
    let after = text[unit.to..].trim_start().to_lowercase();
    let ago = ["ago", "önce", "назад", "atrás", "fa"].iter().any(|w| after.starts_with(w))
        || ["vor", "il y a", "hace", "há", "منذ", "قبل"].iter().any(|w| before.ends_with(w));
    if !ago || n > 400 {
        return None;
    }
    Some(((fetched - Duration::hours(hours * i64::from(n))).date_naive(), 2, true))
}

/// Adds the time that follows (or stands right before) a date, if it names its zone; else the day stays a day.
fn with_time(day: NaiveDate, tokens: &[Token], at: usize, used: usize, text: &str) -> (When, usize) {
    let after = &tokens[at + used..];
    let small = |token: &&Token| {
        !matches!(token.kind, Kind::Number(_))
            && matches!(
                text[token.from..token.to].to_lowercase().as_str(),
                "," | "."
                    | "|"
                    | "-"
                    | "–"
                    | "·"
                    | "•"
                    | "("
                    | "/"
                    | "at"
                    | "t"
                    | "um"
                    | "à"
                    | "às"
                    | "a"
                    | "las"
                    | "alle"
                    | "ore"
                    | "saat"
                    | "saat:"
                    | ":"
                    | "в"
                    | "klo"
                    | "uhr"
            )
    };
    let skip = after.iter().take(4).take_while(small).count();
    // "20194:29": the hour is the rest of the year's token.
    let year_token =
        tokens[at..at + used].iter().rev().find(|token| matches!(token.kind, Kind::Number(n) if n > 31));
    let glued = year_token.and_then(|token| match (token.kind, token.to - token.from) {
        (Kind::Number(n), 5) => Some(n % 10),
        (Kind::Number(n), 6) => Some(n % 100),
        _ => None,
    });
    let parsed = match glued {
        Some(hour) => clock(hour, &tokens[at + used..], text),
        None => match after.get(skip).map(|token| token.kind) {
            Some(Kind::Number(hour)) if hour < 25 => {
                clock(hour, &after[skip + 1..], text).map(|(w, n)| (w, n + skip + 1))
            }
            _ => None,
        },
    };
    let Some(((time, offset), more)) = parsed else { return (When::Day(day), used) };
    let when = offset
        .and_then(|zone| offset_of(zone, day))
        .and_then(|offset| offset.from_local_datetime(&day.and_time(time)).single())
        .map_or(When::Day(day), When::At);
    (when, used + more)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// Minutes east of Greenwich.
    Fixed(i32),
    /// "ET", "PT": hours of standard time, summer time by the date.
    American(i32),
}

const ZONES: &[(&str, Zone)] = &[
    ("gmt", Zone::Fixed(0)),
    ("utc", Zone::Fixed(0)),
    ("z", Zone::Fixed(0)),
    ("bst", Zone::Fixed(60)),
    ("est", Zone::Fixed(-300)),
    ("edt", Zone::Fixed(-240)),
    ("cst", Zone::Fixed(-360)),
    ("cdt", Zone::Fixed(-300)),
    ("mst", Zone::Fixed(-420)),
    ("mdt", Zone::Fixed(-360)),
    ("pst", Zone::Fixed(-480)),
    ("pdt", Zone::Fixed(-420)),
    ("et", Zone::American(-5)),
    ("ct", Zone::American(-6)),
    ("mt", Zone::American(-7)),
    ("pt", Zone::American(-8)),
    ("cet", Zone::Fixed(60)),
    ("cest", Zone::Fixed(120)),
    ("mez", Zone::Fixed(60)),
    ("mesz", Zone::Fixed(120)),
    ("msk", Zone::Fixed(180)),
    ("trt", Zone::Fixed(180)),
    ("brt", Zone::Fixed(-180)),
    ("jst", Zone::Fixed(540)),
    ("kst", Zone::Fixed(540)),
    ("sgt", Zone::Fixed(480)),
    ("hkt", Zone::Fixed(480)),
    ("aedt", Zone::Fixed(660)),
    ("aest", Zone::Fixed(600)),
];

/// The zone that a lower-case word names.
pub(super) fn zone(word: &str) -> Option<Zone> {
    ZONES.iter().find(|(name, _)| *name == word).map(|(_, zone)| *zone)
}

/// A zone's offset on a day.
pub(super) fn offset_of(zone: Zone, day: NaiveDate) -> Option<FixedOffset> {
    match zone {
        Zone::Fixed(minutes) => FixedOffset::east_opt(minutes * 60),
        Zone::American(standard) => {
            FixedOffset::east_opt((standard + i32::from(american_summer(day))) * 3600)
        }
    }
}

/// `:29 AM EST` after an hour: the time, its zone if named, and how many tokens that took.
pub(super) fn clock(hour: u32, rest: &[Token], text: &str) -> Option<((NaiveTime, Option<Zone>), usize)> {
    let word = |i: usize| rest.get(i).map(|t| text[t.from..t.to].to_lowercase());
    let mut at = 0;
    let mut minute = 0;
    let mut second = 0;
    if matches!(rest.first().map(|t| t.kind), Some(Kind::Mark(':' | '.') | Kind::Word))
        && let Some(Kind::Number(m)) = rest.get(1).map(|t| t.kind)
        && m < 60
        && (rest[1].to - rest[1].from == 2)
        && (rest[0].kind != Kind::Word || word(0).as_deref() == Some("h"))
    {
        minute = m;
        at = 2;
        if rest.get(at).is_some_and(|t| t.kind == Kind::Mark(':'))
            && let Some(Kind::Number(s)) = rest.get(at + 1).map(|t| t.kind)
        {
            second = s.min(59);
            at += 2;
            // Fractions of a second.
            if rest.get(at).is_some_and(|t| t.kind == Kind::Mark('.'))
                && matches!(rest.get(at + 1).map(|t| t.kind), Some(Kind::Number(_)))
            {
                at += 2;
            }
        }
    }
    let colon = at > 0;
    let mut hour = hour;
    let mut meridian = false;
    if let Some(half) = word(at) {
        let (letter, long) = (half.chars().next(), half == "am" || half == "pm");
        let dotted = (half == "a" || half == "p")
            && word(at + 1).as_deref() == Some(".")
            && word(at + 2).as_deref() == Some("m");
        if long || dotted {
            meridian = true;
            if letter == Some('p') && hour < 12 {
                hour += 12;
            } else if letter == Some('a') && hour == 12 {
                hour = 0;
            }
            at += if long { 1 } else { 3 };
            if dotted && word(at).as_deref() == Some(".") {
                at += 1;
            }
        }
    }
    if !colon && !meridian {
        return None;
    }
    let time = NaiveTime::from_hms_opt(hour, minute, second)?;
    let mut zone = None;
    let open = usize::from(word(at).as_deref() == Some("("));
    match rest.get(at + open).map(|t| t.kind) {
        Some(Kind::Word | Kind::Month(_)) => {
            if let Some(name) = word(at + open)
                && let Some(found) = self::zone(&name)
            {
                zone = Some(found);
                at += open + 1;
                // "GMT+3"
                if let Some((minutes, used)) = offset(&rest[at..]) {
                    zone = Some(Zone::Fixed(minutes));
                    at += used;
                }
            }
        }
        Some(Kind::Mark('+' | '-' | '−')) => {
            if let Some((minutes, used)) = offset(&rest[at..]) {
                zone = Some(Zone::Fixed(minutes));
                at += used;
            }
        }
        _ => {}
    }
    Some(((time, zone), at))
}

/// `+03:00`, `-0500`, `+3` as minutes east.
fn offset(rest: &[Token]) -> Option<(i32, usize)> {
    let sign = match rest.first()?.kind {
        Kind::Mark('+') => 1,
        Kind::Mark('-' | '−') => -1,
        _ => return None,
    };
    let Kind::Number(n) = rest.get(1)?.kind else { return None };
    let n = i32::try_from(n).ok()?;
    match rest[1].to - rest[1].from {
        4 if n <= 1400 => Some((sign * (n / 100 * 60 + n % 100), 2)),
        1 | 2 if n <= 14 => {
            if rest.get(2).is_some_and(|t| t.kind == Kind::Mark(':'))
                && let Some(Kind::Number(m)) = rest.get(3).map(|t| t.kind)
                && m < 60
            {
                return Some((sign * (n * 60 + i32::try_from(m).unwrap_or(0)), 4));
            }
            Some((sign * n * 60, 2))
        }
        _ => None,
    }
}

/// United States daylight time since 2007: second Sunday of March to first Sunday of November.
fn american_summer(day: NaiveDate) -> bool {
    let nth = |month, n| NaiveDate::from_weekday_of_month_opt(day.year(), month, Weekday::Sun, n);
    match (nth(3, 2), nth(11, 1)) {
        (Some(from), Some(to)) => day >= from && day < to,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let known = Known { fetched: None, day_first: None };
        let cases = [
            ("PUBLISHED WED, NOV 20 20194:29 AM EST", "2019-11-20T04:29:00-05:00 Published"),
            ("Nov. 19, 2019 8:03 am ET", "2019-11-19T08:03:00-05:00 None"),
            ("19.11.2019, 08:57", "2019-11-19 None"),
            ("[ 2018-08-25 15:24 ]", "2018-08-25 None"),
            ("24 сентября 2018", "2018-09-24 None"),
            ("Giriş: 30 Ekim 2021 Saat: 23:49", "2021-10-30 Published"),
            ("19 de noviembre de 2019", "2019-11-19 None"),
            ("Aktualisiert am 3. März 2026 um 14:05 Uhr", "2026-03-03 Updated"),
            ("2026-03-14T16:05:00+03:00", "2026-03-14T16:05:00+03:00 None"),
            ("2019年11月19日 08:57", "2019-11-19 None"),
            ("١٩ نوفمبر ٢٠١٩", "2019-11-19 None"),
            ("19 أغسطس (آب) 2019", "2019-08-19 None"),
            ("06/13/20260 Kommentare", "2026-06-13 None"),
            ("4/5/2019", ""),
            ("4/15/2019", "2019-04-15 None"),
            ("July 2nd, 2018", "2018-07-02 None"),
            ("2. März 20262. März 2026 Ada Quill", "2026-03-02 None"),
            ("pages 12 and 13 of 2019", ""),
            ("November 19", ""),
        ];
        for (text, want) in cases {
            let got: Vec<String> =
                find(text, known).iter().map(|f| format!("{} {:?}", f.when, f.label)).collect();
            assert_eq!(got.join("; "), want, "{text}");
        }
    }

    #[test]
    fn relative_needs_fetched() {
        let fetched = DateTime::parse_from_rfc3339("2026-03-14T10:00:00Z").expect("a time");
        let known = Known { fetched: Some(fetched), day_first: None };
        for (text, want) in [
            ("3 hours ago", "2026-03-14"),
            ("vor 2 Tagen", "2026-03-12"),
            ("14 saat önce", "2026-03-13"),
            ("November 19", "2025-11-19"),
        ] {
            let got: Vec<String> = find(text, known).iter().map(|f| f.when.to_string()).collect();
            assert_eq!(got.join("; "), want, "{text}");
            assert!(find(text, Known::default()).is_empty(), "{text}");
        }
    }
}
