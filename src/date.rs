//! Moments as articles give them, in the site's time zone. Reads no clock.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

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
    /// When the zone's clock skips it or shows it twice.
    pub fn local(local: NaiveDateTime, zone: Tz) -> Result<Self, LocalError> {
        match zone.from_local_datetime(&local) {
            chrono::LocalResult::Single(instant) => Ok(Self::at(&instant, zone)),
            chrono::LocalResult::Ambiguous(earlier, _) => Err(LocalError::Fold(Self::at(&earlier, zone))),
            chrono::LocalResult::None => Err(LocalError::Gap),
        }
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

    /// RFC 822 with a four-digit year, as RSS wants it: `Sat, 14 Mar 2026 09:30:00 +0200`.
    #[must_use]
    pub fn rfc822(self) -> String {
        self.shown().format("%a, %d %b %Y %H:%M:%S %z").to_string()
    }
}
