//! Embargoes hold to the second: random articles, looked at one second before, at, and one second after each of
//! their instants, in zones whose clocks jump, on leap days, with offsets that are not the site's. The expectation is
//! worked out here, from the instants alone.

mod support;

use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Tz;
use newsprint::build;
use support::{Random, Silent, TestSite};

/// Zones with gaps and folds at other times of the day and year, and one without.
const ZONES: [Tz; 6] = [
    chrono_tz::UTC,
    chrono_tz::Europe::Berlin,
    chrono_tz::America::New_York,
    chrono_tz::Australia::Lord_Howe,
    chrono_tz::Africa::Casablanca,
    chrono_tz::Asia::Kathmandu,
];

/// Around these instants clocks jump, or the calendar has a day more.
const MOMENTS: [&str; 8] = [
    "2026-03-29T00:59:59Z",
    "2026-10-25T00:30:00Z",
    "2026-03-08T06:59:59Z",
    "2026-11-01T05:30:00Z",
    "2024-02-29T23:59:59Z",
    "2028-02-29T00:00:00Z",
    "2025-12-31T23:59:59Z",
    "2026-04-04T15:00:00Z",
];

/// A way to write an instant in front matter, and the instant as everybody else reads it.
fn written(random: &mut Random, seconds: i64, zone: Tz) -> (String, i64) {
    let instant = DateTime::<Utc>::from_timestamp(seconds, 0).expect("an instant");
    let local = instant.with_timezone(&zone);
    match random.below(4) {
        0 => (instant.format("%Y-%m-%dT%H:%M:%SZ").to_string(), seconds),
        1 => {
            let hours = i32::try_from(random.below(25)).unwrap_or(0) - 12;
            let offset = chrono::FixedOffset::east_opt(hours * 3600).expect("an offset");
            (instant.with_timezone(&offset).format("%Y-%m-%dT%H:%M:%S%:z").to_string(), seconds)
        }
        // Local time where it means one instant; else the offset is needed.
        2 if zone.from_local_datetime(&local.naive_local()).single().is_some() => {
            (local.format("%Y-%m-%dT%H:%M:%S").to_string(), seconds)
        }
        _ => (local.format("%Y-%m-%dT%H:%M:%S%:z").to_string(), seconds),
    }
}

#[test]
fn a_thousand_instants_are_kept_to_the_second() {
    let mut random = Random::new(7);
    let mut pairs = 0;
    while pairs < 1_000 {
        let zone = *random.pick(&ZONES);
        let site = TestSite::new();
        site.write(
            "site.toml",
            format!(
                "title = \"T\"\nbase_url = \"https://t.example/\"\ntheme_files = false\ntimezone = \"{}\"\n",
                zone.name()
            ),
        );
        let mut articles = Vec::new();
        for at in 0..8 {
            let moment = random.pick(&MOMENTS).parse::<DateTime<Utc>>().expect("an instant").timestamp();
            let near = moment + i64::try_from(random.below(7_200)).unwrap_or(0) - 3_600;
            let (embargo, from) = written(&mut random, near, zone);
            let later = near + 1 + i64::try_from(random.below(90_000)).unwrap_or(0);
            let (expires, until) = written(&mut random, later, zone);
            let has_expiry = random.chance(50);
            let expiry = if has_expiry { format!("expires = {expires}\n") } else { String::new() };
            site.write(
                &format!("content/a/n{at}.md"),
                format!("+++\ntitle = \"canary{at}x\"\ndate = 2020-01-01\nembargo = {embargo}\n{expiry}tags = [\"tag{at}x\"]\n+++\n\nText canary{at}x.\n"),
            );
            articles.push((from, if has_expiry { until } else { i64::MAX }));
        }
        let (from, until) = articles[random.below(articles.len())];
        let instant = if until < i64::MAX && random.chance(50) { until } else { from };
        for now in [instant - 1, instant, instant + 1] {
            let mut options = site.options();
            options.wishes.clock.now = now;
            let report = build::build(&options, &Silent);
            assert_eq!(report.exit, 0, "{:?}", report.diags);
            let tree = site.tree();
            for (at, (from, until)) in articles.iter().enumerate() {
                let is_out = *from <= now && now < *until;
                let canaries = [format!("canary{at}x"), format!("tag{at}x"), format!("n{at}.html")];
                let seen = tree.iter().any(|(path, bytes)| {
                    let text = String::from_utf8_lossy(bytes);
                    canaries
                        .iter()
                        .any(|canary| path.contains(canary.as_str()) || text.contains(canary.as_str()))
                });
                assert_eq!(seen, is_out, "{} at {now}: embargo {from}, expires {until}", zone.name());
                pairs += 1;
            }
            // The program names the next instant itself.
            let ends = articles
                .iter()
                .flat_map(|(from, until)| [*from, *until])
                .filter(|end| *end > now && *end < i64::MAX);
            if let (Some(said), Some(next)) = (report.next_due, ends.min()) {
                assert!(said <= next, "the next change is due at {next}, not only at {said}");
            }
        }
    }
}
