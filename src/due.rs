//! The verb `due`: the next instant at which output changes by time alone.

use std::path::Path;

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};

use crate::diag::Diag;
use crate::load::Wishes;
use crate::snapshot;

/// That instant in seconds since 1970, strictly after now; `None` when time changes nothing.
///
/// # Errors
/// Whatever keeps the site from being planned.
pub fn due(site: &Path, wishes: &Wishes) -> Result<Option<i64>, Vec<Diag>> {
    let (snapshot, _) = snapshot::of_disk(site, wishes)?;
    Ok(snapshot.loaded.validity.next())
}

/// For what a schedule is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// A line for crontab.
    Cron,
    /// A timer unit of systemd.
    Systemd,
    /// The trigger of a workflow of GitHub Actions.
    GithubActions,
}

/// A schedule that builds once at an instant; `instant` in seconds since 1970. Schedules know minutes, so it is the
/// first minute that begins at or after it: never too early.
#[must_use]
pub fn schedule(instant: i64, what: Schedule) -> String {
    let exact = DateTime::<Utc>::from_timestamp(instant, 0).unwrap_or_default();
    let minute = match exact.second() {
        0 => exact,
        second => exact + TimeDelta::seconds(i64::from(60 - second)),
    };
    let fields = format!("{} {} {} {} *", minute.minute(), minute.hour(), minute.day(), minute.month());
    match what {
        Schedule::Cron => format!("CRON_TZ=UTC\n{fields} newsprint build\n"),
        Schedule::Systemd => format!(
            "[Timer]\nOnCalendar={}\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n",
            minute.format("%Y-%m-%d %H:%M:%S UTC")
        ),
        Schedule::GithubActions => format!("on:\n  schedule:\n    - cron: \"{fields}\"\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_never_early() {
        // 2026-12-31T23:59:01Z: the next minute is in another year.
        let instant = 1_798_761_541;
        assert_eq!(schedule(instant, Schedule::Cron), "CRON_TZ=UTC\n0 0 1 1 * newsprint build\n");
        let unit = schedule(instant, Schedule::Systemd);
        assert!(unit.contains("OnCalendar=2027-01-01 00:00:00 UTC\n"), "{unit}");
        assert_eq!(
            schedule(instant - 1, Schedule::GithubActions),
            "on:\n  schedule:\n    - cron: \"59 23 31 12 *\"\n"
        );
    }
}
