//! When an article appeared: print, markup and, last, the caption of its picture.

use chrono::Datelike;

use super::super::article::{Article, Role, When};
use super::super::article::{Input, Options};
use super::super::dates::{self, Known};
use super::super::language;
use super::super::ledger::Entry;
use super::super::line::Lines;
use super::super::published::{self, Dates, Place};
use super::Page;

/// What the whole dump says about how dates are written in it.
pub(super) fn known(lines: &Lines, input: &Input<'_>, options: &Options<'_>) -> Known {
    let mut known = Known { fetched: input.fetched, day_first: None };
    let (mut day_first, mut month_first, mut american) = (0, 0, 0);
    // The language is asked only where a date such as 4/5/2026 could stand.
    let mut asked = false;
    let mut sample = String::new();
    for line in &lines.lines {
        if line.words > 14 && sample.len() < 1500 {
            sample.push_str(&line.text);
            sample.push(' ');
        }
        let bytes = line.text.as_bytes();
        if !bytes.iter().fold(false, |any, b| any | b.is_ascii_digit()) {
            continue;
        }
        let between = |at: usize| {
            let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
            at > 0 && digit(at - 1) && (digit(at + 1) || bytes.get(at + 1) == Some(&0xb7))
        };
        asked = asked || line.words <= 32 && memchr::memchr3_iter(b'/', b'-', 0xc2, bytes).any(between);
        if line.words > 30
            || memchr::memchr3(b'/', b'M', b'S', bytes).is_none()
            || !line.text.contains('/')
                && !line.text.contains(" AM")
                && !line.text.contains(" PM")
                && !line.text.contains("EST")
                && !line.text.contains("PST")
        {
            continue;
        }
        american += usize::from(
            [" EST", " EDT", " PST", " PDT", " ET", " CST"].iter().any(|zone| line.text.contains(zone)),
        );
        for part in line.text.split_whitespace() {
            let mut numbers = part.trim_matches(|c: char| !c.is_ascii_digit()).split('/');
            if let (Some(a), Some(b), Some(y)) = (numbers.next(), numbers.next(), numbers.next())
                && let (Ok(a), Ok(b)) = (a.parse::<u32>(), b.parse::<u32>())
                && (y.starts_with("20") || y.len() == 2)
            {
                day_first += usize::from(a > 12 && a < 32 && b <= 12);
                month_first += usize::from(b > 12 && b < 32 && a <= 12);
            }
        }
    }
    known.day_first = match (day_first, month_first) {
        (d, m) if d > m => Some(true),
        (d, m) if m > d => Some(false),
        _ if american > 0 => Some(false),
        _ if !asked => None,
        _ => match language::identify(&sample, options.language) {
            Some(guess) if guess.sure => dates::slashed(&guess.code),
            _ => None,
        },
    };
    known
}

impl Page<'_> {
    /// Publication and update dates, and how they were found.
    pub(super) fn dates(&self, place: Place, article: &mut Article, ledger: &mut [Option<Entry>]) -> Dates {
        let open = |at: usize| {
            ledger[at]
                .as_ref()
                .is_none_or(|e| !matches!(e.role, Role::Caption | Role::Credit | Role::Repeat | Role::Title))
        };
        let mut found = published::choose(self.lines, self.marks, place, open);
        for at in found.lines.iter().copied() {
            let entry = ledger[at].take().unwrap_or_else(|| Entry::of(Role::Date));
            ledger[at] = Some(entry.with(Role::Date));
        }
        if found.published.is_none() {
            found.published = published::opening(&self.lines[place.body.0].text, self.known);
        }
        article.date = found.published;
        article.updated = found.updated;
        found
    }

    /// The date that markup and print agree on; where they do not, print decides between the markup's statements.
    pub(super) fn take_date(&self, found: &Dates, article: &mut Article) {
        let hints = self.web.as_ref().map(|web| web.hints);
        let printed = article.date.filter(|_| found.doubt.is_none());
        if let Some(hints) = hints.filter(|hints| hints.date.is_some()) {
            let date = hints.date;
            let printed = printed.filter(|_| !found.remote);
            let day = printed.map(|when| when.day());
            // An instant in UTC may fall on another day than the one that the page prints.
            let utc = matches!(date, Some(When::At(at)) if at.offset().local_minus_utc() == 0);
            let beside = |day: &chrono::NaiveDate| {
                utc && date.is_some_and(|date| (*day - date.day()).num_days().abs() == 1)
            };
            let other = printed.filter(|p| {
                found.headed
                    && date.is_some_and(|date| date.day() != p.day())
                    && (hints.dates.len() == 1 || hints.dates.iter().any(|d| d.day() == p.day()))
            });
            article.date = day.filter(beside).map(When::Day).or(other).or(date);
            article.updated = hints.updated;
            return;
        }
        let said = hints.and_then(|hints| hints.times.or(hints.url_date).or(hints.updated));
        match (printed, said, article.date, found.doubt) {
            (None, Some(said), ..) => article.date = Some(said),
            (None, None, Some(_), Some(why)) => article.review.push(format!("date: {why}")),
            _ => {}
        }
    }

    /// The date of a photo caption, where it has the weekday that the lead names; flagged, as having none is.
    pub(super) fn caption_date(&self, lead: &str, article: &mut Article) {
        if article.date.is_some() {
            return;
        }
        let caption = article.image.as_ref().and_then(|image| image.caption.as_deref()).unwrap_or_default();
        let days = dates::weekdays(lead);
        let agreed = dates::find(caption, self.known)
            .into_iter()
            .find(|found| !found.relative && days.contains(&found.when.day().weekday()));
        let why = match agreed {
            Some(found) => {
                article.date = Some(When::Day(found.when.day()));
                "date: taken from the photo caption, whose weekday the lead names"
            }
            None => "date: none in the text",
        };
        article.review.push(why.to_owned());
    }
}
