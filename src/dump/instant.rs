//! The instant that an embargo line names, where it names just one. Anything less is left to people: an embargo that was
//! guessed wrong is news published early.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;

use super::dates::{self, Kind, Known, Token, Zone};

/// Reads "00:01 GMT, Tuesday 3 March 2026" in any order. A time without a zone is one of the site's `zone`.
///
/// # Errors
/// Why no single instant is named, as a clause about the line.
pub(super) fn read(
    text: &str,
    known: Known,
    zone: Option<Tz>,
) -> Result<DateTime<FixedOffset>, &'static str> {
    // A day without a year is reckoned back from when a dump was fetched; an embargo lies ahead.
    let known = Known { fetched: None, ..known };
    let tokens = dates::tokens(text);
    let (mut days, mut times, mut zones): (Vec<NaiveDate>, Vec<NaiveTime>, Vec<Zone>) = Default::default();
    let mut at = 0;
    while at < tokens.len() {
        if let Some((day, used, _)) = dates::absolute(&tokens[at..], text, known) {
            days.push(day);
            at += used;
        } else if let Some(((time, named), used)) = time(&tokens[at..], text) {
            times.push(time);
            zones.extend(named);
            at += used;
        } else {
            let word = &text[tokens[at].from..tokens[at].to];
            if word.chars().all(|c| c.is_ascii_uppercase()) {
                zones.extend(dates::zone(&word.to_lowercase()));
            }
            at += 1;
        }
    }
    days.dedup();
    times.dedup();
    zones.dedup();
    let lower = text.to_lowercase();
    let [day] = days[..] else {
        return Err(if days.is_empty() { "names no full date" } else { "names several dates" });
    };
    let [time] = times[..] else {
        return Err(if times.is_empty() { "names no time of day" } else { "names several times" });
    };
    if dates::weekdays(text).iter().any(|weekday| *weekday != chrono::Datelike::weekday(&day)) {
        return Err("names a weekday that its date is not");
    }
    let local = day.and_time(time);
    let found = match (&zones[..], zone) {
        // Central Standard Time, China Standard Time and others share these letters.
        _ if text.split(|c: char| !c.is_alphanumeric()).any(|word| matches!(word, "CST" | "IST")) => None,
        ([named], _) => dates::offset_of(*named, day).and_then(|o| o.from_local_datetime(&local).single()),
        ([], _) if lower.contains("local time") || lower.contains(" time)") || lower.ends_with(" time") => {
            None
        }
        ([], Some(zone)) => zone.from_local_datetime(&local).single().map(|at| at.fixed_offset()),
        _ => None,
    };
    found.ok_or("names no zone, or a time that its zone skips or repeats")
}

/// A time of day at the front of the tokens: "00:01", "6am", "10 Uhr", "10h", "noon".
fn time(tokens: &[Token], text: &str) -> Option<((NaiveTime, Option<Zone>), usize)> {
    let word = |at: usize| tokens.get(at).map(|t| text[t.from..t.to].to_lowercase());
    let first = tokens.first()?;
    let Kind::Number(hour) = first.kind else {
        let noon = matches!(word(0)?.as_str(), "noon" | "midday" | "mittags" | "midi" | "mediodía");
        return noon.then(|| NaiveTime::from_hms_opt(12, 0, 0)).flatten().map(|time| ((time, None), 1));
    };
    if hour > 24 || first.to - first.from > 2 {
        return None;
    }
    dates::clock(hour, &tokens[1..], text).map(|(found, used)| (found, used + 1)).or_else(|| {
        let named = matches!(word(1)?.as_str(), "uhr" | "h" | "heures" | "horas" | "часов" | "hrs" | "hours");
        let time = NaiveTime::from_hms_opt(hour, 0, 0).filter(|_| named)?;
        let zone = word(2).and_then(|name| dates::zone(&name));
        Some(((time, zone), 2 + usize::from(zone.is_some())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants() {
        let cases = [
            ("EMBARGOED UNTIL 00:01 GMT, Tuesday 3 March 2026", "2026-03-03T00:01:00+00:00"),
            ("NOT FOR RELEASE BEFORE 6am BST on 3 June 2026", "2026-06-03T06:00:00+01:00"),
            ("Embargo: 3 March 2026, 14:00 UTC", "2026-03-03T14:00:00+00:00"),
            ("HOLD FOR RELEASE until 9:30 a.m. ET, March 3, 2026", "2026-03-03T09:30:00-05:00"),
            ("Embargoed until 2026-03-03T09:30:00+03:00", "2026-03-03T09:30:00+03:00"),
            ("Sperrfrist: Dienstag, 3. März 2026, 10 Uhr MEZ", "2026-03-03T10:00:00+01:00"),
            ("Sperrfrist: 3. März 2026, 10.30 Uhr", "2026-03-03T10:30:00+01:00"),
            ("Sous embargo jusqu’au 3 mars 2026 à 10h30", "2026-03-03T10:30:00+01:00"),
            ("Embargado hasta el 3 de marzo de 2026 a las 10:30", "2026-03-03T10:30:00+01:00"),
            ("Эмбарго до 3 марта 2026 10:30 MSK", "2026-03-03T10:30:00+03:00"),
            ("Embargoed until 3 March 2026", ""),
            ("Embargoed until 00:01 GMT", ""),
            ("Embargoed until 00:01 GMT, Monday 3 March 2026", ""),
            ("Embargoed until 00:01 or 12:00 GMT, 3 March 2026", ""),
            ("Embargoed until 3 March 2026 00:01 or 4 March 2026 00:01 GMT", ""),
            ("Embargoed until 9:00 local time, 3 March 2026", ""),
            ("Embargoed until 9:00 CST, 3 March 2026", ""),
            ("Embargoed until 2:30, 29 March 2026", ""),
        ];
        for (text, want) in cases {
            let got = read(text, Known::default(), Some(Tz::Europe__Berlin));
            assert_eq!(got.map_or(String::new(), |at| at.to_rfc3339()), want, "{text}");
        }
        assert!(read("Embargoed until 10:30, 3 March 2026", Known::default(), None).is_err());
    }
}
