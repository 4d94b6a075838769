//! The only place that compares anything with the clock.
//!
//! A build has one `now`. Whoever wants to know whether a window of time is open asks here, and the
//! answer carries the instants between which it holds; the narrowest of these is how long a build is
//! valid, and when the next one is due.

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::article::Header;
use crate::date::Moment;

/// A half-open window of time, in seconds since 1970; absent ends are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Window {
    /// Open from then on.
    pub from: Option<i64>,
    /// Closed from then on.
    pub until: Option<i64>,
}

/// The span of `now` for which all answers given so far are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// First second.
    pub from: i64,
    /// First second after.
    pub until: i64,
}

impl Default for Validity {
    fn default() -> Self {
        Self { from: i64::MIN, until: i64::MAX }
    }
}

impl Validity {
    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), until: self.until.min(other.until) }
    }

    /// Whether it holds at `now`.
    #[must_use]
    pub fn holds(self, now: i64) -> bool {
        self.from <= now && now < self.until
    }

    /// The instant at which output changes by time alone, if there is one.
    #[must_use]
    pub fn next(self) -> Option<i64> {
        Some(self.until).filter(|until| *until < i64::MAX)
    }
}

/// A build's one instant and what the command line lifts of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Seconds since 1970.
    pub now: i64,
    /// Show drafts.
    pub drafts: bool,
    /// Show what is dated or embargoed into the future.
    pub future: bool,
}

/// What the gate says of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// On the site.
    Shown,
    /// Nothing may name it.
    Hidden,
    /// Only its URL, notice and date.
    Withdrawn,
}

impl Clock {
    /// Whether the window is open now, and how long that answer holds.
    #[must_use]
    pub fn ask(&self, window: Window) -> (bool, Validity) {
        let open = window.from.is_none_or(|from| from <= self.now)
            && window.until.is_none_or(|until| self.now < until);
        let ends = [window.from, window.until];
        let past = ends.iter().flatten().copied().filter(|end| *end <= self.now).max();
        let next = ends.iter().flatten().copied().filter(|end| *end > self.now).min();
        (open, Validity { from: past.unwrap_or(i64::MIN), until: next.unwrap_or(i64::MAX) })
    }

    /// The gate (law 8): not a draft, not before its embargo (or date), not after it expires.
    #[must_use]
    pub fn visibility(&self, header: &Header, hold_flagged: bool) -> (Visibility, Validity) {
        let draft = header.draft || hold_flagged && !header.review.is_empty();
        if draft && !self.drafts {
            return (Visibility::Hidden, Validity::default());
        }
        let from = header.embargo.or(header.date).map(|moment| moment.seconds).filter(|_| !self.future);
        let (open, validity) = self.ask(Window { from, until: header.expires.map(|moment| moment.seconds) });
        let visibility = match (open, &header.withdrawn) {
            (false, _) => Visibility::Hidden,
            (true, Some(_)) => Visibility::Withdrawn,
            (true, None) => Visibility::Shown,
        };
        (visibility, validity)
    }

    /// Today's date in `zone`, and until when it is today.
    #[must_use]
    pub fn today(&self, zone: Tz) -> (NaiveDate, Validity) {
        let instant = chrono::DateTime::from_timestamp(self.now, 0).unwrap_or_default();
        let today = instant.with_timezone(&zone).date_naive();
        let midnight = |date: NaiveDate| Moment::day(date, zone).seconds;
        let tomorrow = today.checked_add_signed(TimeDelta::days(1)).map_or(i64::MAX, midnight);
        (today, Validity { from: midnight(today), until: tomorrow })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows() {
        let clock = |now| Clock { now, drafts: false, future: false };
        let window = Window { from: Some(10), until: Some(20) };
        for (now, open, from, until) in
            [(9, false, i64::MIN, 10), (10, true, 10, 20), (19, true, 10, 20), (20, false, 20, i64::MAX)]
        {
            assert_eq!(clock(now).ask(window), (open, Validity { from, until }), "at {now}");
        }
    }
}
