//! How an edition's articles are divided by time, for those who look for words in all of them.

use serde::{Deserialize, Serialize};

use super::{ArticleId, Index};
use crate::config::EditionId;

/// A span of time; ordered from the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Period {
    /// A year.
    Year(i32),
    /// A year's quarter, 1 to 4.
    Quarter(i32, u32),
    /// A year's month, 1 to 12.
    Month(i32, u32),
    /// What has no date: standing pages as well.
    Undated,
}

impl Period {
    /// Its name, for addresses.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Year(year) => format!("{year:04}"),
            Self::Quarter(year, quarter) => format!("{year:04}-q{quarter}"),
            Self::Month(year, month) => format!("{year:04}-{month:02}"),
            Self::Undated => "undated".to_owned(),
        }
    }
}

/// An edition's articles of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shelf {
    /// The edition.
    pub edition: EditionId,
    /// The period.
    pub period: Period,
    /// How many articles.
    pub len: usize,
    /// Files for their words: a power of two.
    pub buckets: u32,
}

/// Articles of the newest year up to which it is one period; else it is divided into months.
const FEW: usize = 200;
/// Articles of another year up to which it is one period; else it is divided into quarters. What is searched for the
/// sake of one edit are the texts of one period.
const MANY: usize = 4_000;
/// Articles a file: fewer where nothing is added any more, as every search of all periods reads them all.
const ADDED_TO: usize = 32;
const QUIET: usize = 16;

impl Index {
    /// An edition's articles by period, the newest first. How a year is divided follows from how many there are
    /// of it, and from whether it is the newest: there a new article should touch few files, elsewhere a search.
    #[must_use]
    pub fn shelves(&self, edition: EditionId) -> Vec<Shelf> {
        let listed = self.edition(edition);
        let shelf = |period: Period, len: usize, a_file: usize| {
            let files = len.div_ceil(a_file).next_power_of_two().min(256);
            Shelf { edition, period, len, buckets: u32::try_from(files).unwrap_or(1) }
        };
        let months: Vec<(i32, u32, usize)> =
            listed.months.iter().map(|((year, month), run)| (*year, *month, run.len())).collect();
        let newest = months.last().map(|(year, ..)| *year);
        let mut shelves = Vec::new();
        for year in months.chunk_by(|a, b| a.0 == b.0).rev() {
            let (number, len) = (year[0].0, year.iter().map(|(.., len)| len).sum());
            let is_newest = Some(number) == newest;
            let a_file = if is_newest { ADDED_TO } else { QUIET };
            if len <= if is_newest { FEW } else { MANY } {
                shelves.push(shelf(Period::Year(number), len, a_file));
            } else if is_newest {
                let month =
                    |(_, month, len): &(i32, u32, usize)| shelf(Period::Month(number, *month), *len, a_file);
                shelves.extend(year.iter().rev().map(month));
            } else {
                for quarter in year.chunk_by(|a, b| quarter_of(a.1) == quarter_of(b.1)).rev() {
                    let len = quarter.iter().map(|(.., len)| len).sum();
                    shelves.push(shelf(Period::Quarter(number, quarter_of(quarter[0].1)), len, a_file));
                }
            }
        }
        let undated = listed.all.undated.len() + listed.pages.len();
        shelves.extend((undated > 0).then(|| shelf(Period::Undated, undated, ADDED_TO)));
        shelves
    }

    /// The articles of a shelf, oldest first: a new one comes last and moves no other.
    #[must_use]
    pub fn on_shelf(&self, shelf: &Shelf) -> Vec<ArticleId> {
        let listed = self.edition(shelf.edition);
        let months = match shelf.period {
            Period::Undated => return [&listed.all.undated[..], &listed.pages].concat(),
            Period::Year(year) => (year, 1)..=(year, 12),
            Period::Quarter(year, quarter) => (year, quarter * 3 - 2)..=(year, quarter * 3),
            Period::Month(year, month) => (year, month)..=(year, month),
        };
        listed.months.range(months).flat_map(|(_, run)| run.dated.iter().copied()).collect()
    }
}

fn quarter_of(month: u32) -> u32 {
    month.div_ceil(3)
}
