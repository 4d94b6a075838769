//! Moments as articles give them, in the site's time zone. Reads no clock.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Years that RFC 3339 can write.
const YEARS: RangeInclusive<i32> = 1..=9999;

/// An instant with the offset it is shown in, and whether a time of day was given.
///
/// Ordered by instant. A bare date is 00:00 in the site's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// Offset from UTC in seconds, in which it is shown.
    pub offset: i32,
    /// False for a bare date.
    pub timed: bool,
}

/// Why a local time is no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalError {
    /// The zone skips it.
    Gap,
    /// It happens twice; the earlier instant is given.
    Fold(Moment),
    /// The year is outside 1..=9999.
    Range,
}

impl Moment {
    /// A point in time, shown in `zone`.
    #[must_use]
    pub fn at<T: TimeZone>(instant: &DateTime<T>, zone: Tz) -> Self {
        let local = instant.with_timezone(&zone);
        Self { seconds: instant.timestamp(), offset: local.offset().fix().local_minus_utc(), timed: true }
    }

    /// Midnight of a day in `zone`; where midnight is skipped, the day's first instant.
    #[must_use]
    pub fn day(date: NaiveDate, zone: Tz) -> Self {
        let midnight = date.and_time(NaiveTime::MIN);
        let start = zone.from_local_datetime(&midnight).earliest().or_else(|| {
            // Some zones skip midnight itself: the day then begins up to some hours later.
            (1..=24).find_map(|quarter| {
                zone.from_local_datetime(&(midnight + chrono::TimeDelta::minutes(15 * quarter))).earliest()
            })
        });
        match start {
            Some(start) => Self { timed: false, ..Self::at(&start, zone) },
            None => Self { seconds: midnight.and_utc().timestamp(), offset: 0, timed: false },
        }
    }

    /// A local time in `zone`.
    ///
    /// # Errors
    /// When the zone's clock skips it or shows it twice, or the year is out of range.
    pub fn local(local: NaiveDateTime, zone: Tz) -> Result<Self, LocalError> {
        if !YEARS.contains(&local.year()) {
            return Err(LocalError::Range);
        }
        match zone.from_local_datetime(&local) {
            chrono::LocalResult::Single(instant) => Ok(Self::at(&instant, zone)),
            chrono::LocalResult::Ambiguous(earlier, _) => Err(LocalError::Fold(Self::at(&earlier, zone))),
            chrono::LocalResult::None => Err(LocalError::Gap),
        }
    }

    /// The zone's offsets a day before and a day after a local time: the choice where clocks change.
    #[must_use]
    pub fn offsets_around(local: NaiveDateTime, zone: Tz) -> [FixedOffset; 2] {
        [-1, 1].map(|days| {
            let near = local.checked_add_signed(chrono::TimeDelta::days(days)).unwrap_or(local);
            zone.offset_from_utc_datetime(&near).fix()
        })
    }

    /// As a chrono value in its own offset.
    #[must_use]
    pub fn shown(self) -> DateTime<FixedOffset> {
        let utc = DateTime::<Utc>::from_timestamp(self.seconds, 0).unwrap_or_default();
        let offset = FixedOffset::east_opt(self.offset).unwrap_or_else(|| Utc.fix());
        utc.with_timezone(&offset)
    }

    /// RFC 3339: `2026-03-14T09:30:00+02:00`, or `2026-03-14` for a bare date.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let shown = self.shown();
        if self.timed {
            shown.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
        } else {
            shown.format("%Y-%m-%d").to_string()
        }
    }

    /// Reads what [`Self::rfc3339`] wrote; a time without an offset is UTC.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match Written::read(text).ok()? {
            Written::Day(day) => Some(Self::day(day, Tz::UTC)),
            Written::Local(local) => Some(Self::at(&local.and_utc(), Tz::UTC)),
            Written::Instant(instant) => {
                let offset = instant.offset().local_minus_utc();
                Some(Self { seconds: instant.timestamp(), offset, timed: true })
            }
        }
    }

    /// RFC 822 with a four-digit year, as RSS wants it: `Sat, 14 Mar 2026 09:30:00 +0200`.
    #[must_use]
    pub fn rfc822(self) -> String {
        self.shown().format("%a, %d %b %Y %H:%M:%S %z").to_string()
    }
}

/// Why a text is no moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DateError {
    /// The text is no date.
    Text(NotADate),
    /// It is a local time that the zone skips.
    Gap(NaiveDateTime),
    /// It is a local time that happens twice; the earlier moment is given.
    Fold(NaiveDateTime, Moment),
}

impl Moment {
    /// Reads a date as [`Written`] does and places it in `zone`, where it is also shown.
    ///
    /// A bare date is the day's first instant. With `strict` its midnight must be one instant, as
    /// what is hidden until then must not depend on a guess.
    ///
    /// # Errors
    /// When the text is no date, or the clock of the zone never or twice shows that time.
    ///
    /// ```
    /// use chrono_tz::Europe::Berlin;
    /// use newsprint::date::{DateError, Moment};
    /// let moment = Moment::read("2026-07-01 09:30", Berlin, false).unwrap();
    /// assert_eq!(moment.rfc3339(), "2026-07-01T09:30:00+02:00");
    /// assert!(matches!(Moment::read("2026-03-29T02:30:00", Berlin, false), Err(DateError::Gap(_))));
    /// ```
    pub fn read(text: &str, zone: Tz, strict: bool) -> Result<Self, DateError> {
        let (local, timed) = match Written::read(text).map_err(DateError::Text)? {
            Written::Instant(instant) => {
                let moment = Self::at(&instant, zone);
                let year = moment.shown().year();
                return if YEARS.contains(&year) { Ok(moment) } else { Err(DateError::Text(NotADate::Year)) };
            }
            Written::Day(day) if !strict => return Ok(Self::day(day, zone)),
            Written::Day(day) => (day.and_time(NaiveTime::MIN), false),
            Written::Local(local) => (local, true),
        };
        match Self::local(local, zone) {
            Ok(moment) => Ok(Self { timed, ..moment }),
            Err(LocalError::Gap) => Err(DateError::Gap(local)),
            Err(LocalError::Fold(earlier)) => Err(DateError::Fold(local, earlier)),
            Err(LocalError::Range) => Err(DateError::Text(NotADate::Year)),
        }
    }
}

/// A date as somebody wrote it, before a time zone is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// A day.
    Day(NaiveDate),
    /// A day and a time of day.
    Local(NaiveDateTime),
    /// A day, a time of day and an offset from UTC.
    Instant(DateTime<FixedOffset>),
}

/// Why a text is no date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotADate {
    /// It does not look like one.
    Shape,
    /// The year is outside 1..=9999.
    Year,
    /// It looks like one, but there is no such day or time; the sentence says which part.
    Part(String),
}

impl Written {
    /// Reads `2026-03-14`, `2026-03-14T09:30`, `2026-03-14 09:30:00.5`, `2026-03-14T09:30:00Z` and
    /// `2026-03-14 09:30:00 +02:00`. Parts of a second are dropped.
    ///
    /// # Errors
    /// When the text has another form or names a day or time that does not exist.
    ///
    /// ```
    /// use newsprint::date::{NotADate, Written};
    /// assert!(matches!(Written::read("2026-03-14"), Ok(Written::Day(_))));
    /// let Err(NotADate::Part(why)) = Written::read("2026-02-30") else { panic!() };
    /// assert_eq!(why, "February 2026 has 28 days");
    /// ```
    pub fn read(text: &str) -> Result<Self, NotADate> {
        let text = text.trim();
        let (day, rest) = read_day(text)?;
        if rest.is_empty() {
            return Ok(Self::Day(day));
        }
        let rest = rest.strip_prefix(['T', 't', ' ']).ok_or(NotADate::Shape)?.trim_start();
        let clock_end = rest.find(|c: char| !matches!(c, '0'..='9' | ':' | '.')).unwrap_or(rest.len());
        let (clock, offset) = rest.split_at(clock_end);
        let local = day.and_time(read_clock(clock)?);
        let Some(offset) = read_offset(offset.trim_start())? else { return Ok(Self::Local(local)) };
        match offset.from_local_datetime(&local).single() {
            Some(instant) => Ok(Self::Instant(instant)),
            None => Err(NotADate::Year),
        }
    }
}

/// Digits at the start of `text` as a number, and what follows them.
fn digits(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = (least..=most).contains(&end).then(|| text[..end].parse().ok())??;
    Some((number, &text[end..]))
}

fn read_day(text: &str) -> Result<(NaiveDate, &str), NotADate> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let parts = || {
        let (year, rest) = digits(unsigned, 1, 9)?;
        let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        Some((year, month, day, rest))
    };
    let (year, month, day, rest) = parts().ok_or(NotADate::Shape)?;
    if !(1..=9999).contains(&year) || unsigned.len() < text.len() {
        return Err(NotADate::Year);
    }
    let written = &text[..text.len() - rest.len()];
    if written.len() != "2026-03-14".len() {
        return Err(NotADate::Part(format!("write it as {year:04}-{month:02}-{day:02}")));
    }
    let first = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, 1));
    let Some(first) = first else { return Err(NotADate::Part(format!("there is no month {month}"))) };
    match first.with_day(day) {
        Some(date) => Ok((date, rest)),
        None if day == 0 => Err(NotADate::Part("there is no day 0".to_owned())),
        None => Err(NotADate::Part(format!("{} has {} days", first.format("%B %Y"), days_in_month(first)))),
    }
}

fn days_in_month(first: NaiveDate) -> u32 {
    (28..=31).rev().find(|&day| first.with_day(day).is_some()).unwrap_or(31)
}

fn read_clock(text: &str) -> Result<NaiveTime, NotADate> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    if fraction.is_some_and(|part| part.is_empty() || part.contains([':', '.'])) {
        return Err(NotADate::Shape);
    }
    let parts: Option<Vec<u32>> =
        whole.split(':').map(|part| digits(part, 2, 2).map(|(number, _)| number)).collect();
    let (hour, minute, second) = match parts.as_deref() {
        Some([hour, minute]) if fraction.is_none() => (*hour, *minute, 0),
        Some([hour, minute, second]) => (*hour, *minute, *second),
        _ => return Err(NotADate::Part("a time is written as 09:30 or 09:30:00".to_owned())),
    };
    match NaiveTime::from_hms_opt(hour, minute, second) {
        Some(time) => Ok(time),
        None => Err(NotADate::Part(format!("there is no time {whole}"))),
    }
}

fn read_offset(text: &str) -> Result<Option<FixedOffset>, NotADate> {
    if text.is_empty() || matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Ok((!text.is_empty()).then(|| Utc.fix()));
    }
    let part = || NotADate::Part(format!("`{text}` is no offset from UTC"));
    let (sign, rest) = match text.split_at_checked(1) {
        Some(("+", rest)) => (1, rest),
        Some(("-", rest)) => (-1, rest),
        _ => return Err(part()),
    };
    let number = match rest.len() {
        5 if rest.as_bytes()[2] == b':' => rest.replacen(':', "", 1),
        4 => rest.to_owned(),
        2 => format!("{rest}00"),
        _ => return Err(part()),
    };
    let (number, _) = digits(&number, 4, 4).ok_or_else(part)?;
    let (hours, minutes) = (number / 100, number % 100);
    if hours > 23 || minutes > 59 {
        return Err(part());
    }
    let seconds = sign * i32::try_from(hours * 3600 + minutes * 60).unwrap_or(0);
    Ok(FixedOffset::east_opt(seconds))
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::{Havana, Sao_Paulo};
    use chrono_tz::Europe::Istanbul;
    use chrono_tz::{Pacific::Apia, UTC};

    use super::*;

    fn read(text: &str, zone: Tz) -> String {
        Moment::read(text, zone, false).map_or_else(|error| format!("{error:?}"), Moment::rfc3339)
    }

    #[test]
    fn many_hands_write_dates() {
        for text in [
            "2026-03-14T07:30:00Z",
            "2026-03-14t07:30:00z",
            "2026-03-14T10:30",
            "2026-03-14 10:30:00",
            "2026-03-14 10:30:00.999",
            " 2026-03-14  10:30:00 +0300 ",
            "2026-03-14T09:30:00+02",
            "2026-03-14T02:00:00-05:30",
            "2026-03-14 07:30:00 UTC",
        ] {
            assert_eq!(read(text, Istanbul), "2026-03-14T10:30:00+03:00", "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "-",
            "2026",
            "2026-03",
            "14-03-2026x",
            "2026-03-14T",
            "2026-03-14T10",
            "2026-03-14T10:30:00.",
            "2026-03-14T10:30+",
            "2026-03-14T10:30:00+é:00",
            "2026-03-14é",
            "tomorrow",
        ] {
            assert!(matches!(Moment::read(text, UTC, false), Err(DateError::Text(_))), "{text}");
        }
        assert_eq!(Written::read("2100-02-29"), Err(NotADate::Part("February 2100 has 28 days".to_owned())));
        assert_eq!(Written::read("10000-01-01"), Err(NotADate::Year));
        assert_eq!(read("9999-12-31T23:30:00Z", Istanbul), "Text(Year)");
    }

    #[test]
    fn a_day_begins_with_its_first_instant() {
        assert_eq!(Moment::read("2018-11-04", Sao_Paulo, false).map(|day| day.seconds), Ok(1_541_300_400));
        assert!(matches!(Moment::read("2018-11-04", Sao_Paulo, true), Err(DateError::Gap(_))));
        assert_eq!(Moment::read("2026-11-01", Havana, false).map(|day| day.offset), Ok(-4 * 3600));
        assert!(matches!(Moment::read("2026-11-01", Havana, true), Err(DateError::Fold(..))));
        // A day that Samoa left out.
        assert_eq!(read("2011-12-30", Apia), "2011-12-30");
    }
}
