//! Where an imported article goes: folder, file name, and a date that stands in a path.

use chrono::{Datelike, NaiveDate};

use crate::article::Header;
use crate::index;

/// Folders below a section's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Layout {
    /// `SECTION/name.md`
    #[default]
    Flat,
    /// `SECTION/1998/name.md`
    Year,
    /// `SECTION/1998/03/name.md`
    Month,
    /// `SECTION/1998/03/12/name.md`
    Day,
}

/// The folder of an article, `content/…/`; one without a date stands in its section's.
pub(super) fn folder(header: &Header, layout: Layout) -> String {
    let mut folder = "content/".to_owned();
    let section = index::section_slug(&header.section);
    if !section.is_empty() {
        folder += &section;
        folder.push('/');
    }
    if let Some(date) = header.date.map(|moment| moment.shown().date_naive()) {
        folder += &match layout {
            Layout::Flat => String::new(),
            Layout::Year => date.format("%Y/").to_string(),
            Layout::Month => date.format("%Y/%m/").to_string(),
            Layout::Day => date.format("%Y/%m/%d/").to_string(),
        };
    }
    folder
}

/// A file as a key under which no second one may stand: `a.md` and `a/index.md` are one article.
pub(super) fn stem(path: &str) -> String {
    let stem = path.strip_suffix(".md").unwrap_or(path);
    stem.strip_suffix("/index").unwrap_or(stem).to_lowercase()
}

/// The day that a path names: `1998/03/12/x.txt`, `1998-03-12-x.txt`, `x_19980312.txt`. The last one counts.
pub(super) fn date(path: &str) -> Option<NaiveDate> {
    // Runs of digits: number, digits, what stands before.
    let mut runs: Vec<(u32, usize, &str)> = Vec::new();
    let mut rest = path;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = &rest[start..];
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        runs.push((digits[..end].parse().unwrap_or(u32::MAX), end, &rest[..start]));
        rest = &digits[end..];
    }
    let day = |year: u32, month: u32, day: u32| {
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        (1500..=2200).contains(&date.year()).then_some(date)
    };
    let near = |gap: &str| matches!(gap, "-" | "/" | "_" | ".");
    let parted = |runs: &[(u32, usize, &str)]| match *runs {
        [(y, 4, _), (m, 1 | 2, before_month), (d, 1 | 2, before_day)]
            if near(before_month) && near(before_day) =>
        {
            day(y, m, d)
        }
        _ => None,
    };
    let whole = |run: &(u32, usize, &str)| {
        if run.1 == 8 { day(run.0 / 10_000, run.0 / 100 % 100, run.0 % 100) } else { None }
    };
    (0..runs.len()).rev().find_map(|at| whole(&runs[at]).or_else(|| parted(runs.get(at..at + 3)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_paths() {
        for (path, found) in [
            ("1998/03/12/x.txt", Some("1998-03-12")),
            ("1998-03-12-x.txt", Some("1998-03-12")),
            ("news/2001/9/1.txt", Some("2001-09-01")),
            ("wire_19980312_0405.html", Some("1998-03-12")),
            ("2001-01-01-archive/1998/03/12/a7.txt", Some("1998-03-12")),
            ("1998.03.12.txt", Some("1998-03-12")),
            ("1998/13/12/x.txt", None),
            ("20269999.txt", None),
            ("1998-x-03-12.txt", None),
            ("4711.txt", None),
            ("99999999999999999999.txt", None),
            ("", None),
        ] {
            assert_eq!(date(path).map(|day| day.to_string()).as_deref(), found, "{path}");
        }
    }

    #[test]
    fn one_stem() {
        assert_eq!(stem("content/a/B.md"), stem("content/a/b/index.md"));
    }
}
