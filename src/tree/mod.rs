//! What TOML and YAML have in common: values that remember where in the file they stand.
//!
//! Both readers give a [`Table`] with byte ranges into the *whole* file, so that whoever reads the
//! values (`schema`) can point at them without knowing which language they were written in.

mod toml;
mod yaml;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use self::toml::read as read_toml;
pub(crate) use self::yaml::read as read_yaml;

use crate::diag::{Diag, Place};

/// Values inside values, at most. Deeper than any article needs; shallow enough for every stack.
pub(crate) const DEPTH: usize = 64;

/// Complaints about one file, at most; whoever has so many wants to see the first.
pub(crate) const ENOUGH: usize = 100;

const TOO_BIG: &str = "the number does not fit into 64 bits";
const NOT_FINITE: &str = "the number is not finite";

/// A text whose lone carriage returns, which neither language takes for line ends, are line feeds.
/// Every byte keeps its place.
pub(crate) fn with_line_feeds(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let alone = |at: usize| bytes.get(at + 1) != Some(&b'\n');
    if !memchr::memchr_iter(b'\r', bytes).any(alone) {
        return Cow::Borrowed(text);
    }
    let feed = |(at, c)| if c == '\r' && alone(at) { '\n' } else { c };
    Cow::Owned(text.char_indices().map(feed).collect())
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node<'s> {
    pub(crate) value: Value<'s>,
    /// Bytes in the file.
    pub(crate) span: Range<usize>,
}

/// A value as both languages know it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'s> {
    /// YAML's `null`: as good as absent.
    Null,
    /// Something that is no value; the complaint has been made.
    Bad,
    Flag(bool),
    Whole(i64),
    Real(f64),
    Text(Cow<'s, str>),
    /// An unquoted TOML date, as written: whether it is one, `date` decides.
    Date(&'s str),
    List(Vec<Node<'s>>),
    Table(Table<'s>),
}

impl Value<'_> {
    /// What it is, in words that fit after "`key` is".
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null | Self::Bad => "empty",
            Self::Flag(true) => "the word true",
            Self::Flag(false) => "the word false",
            Self::Whole(_) | Self::Real(_) => "a number",
            Self::Text(_) => "a string",
            Self::Date(_) => "a date",
            Self::List(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

/// Keys and values in the order in which the reader met them; no key stands twice.
pub(crate) type Table<'s> = Vec<Entry<'s>>;

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry<'s> {
    pub(crate) key: Cow<'s, str>,
    /// Bytes of the key in the file.
    pub(crate) span: Range<usize>,
    pub(crate) node: Node<'s>,
}

/// A part of a file that is to be read as TOML or YAML.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'s> {
    pub(crate) path: &'s str,
    /// The whole file.
    pub(crate) file: &'s str,
    /// The part to read.
    pub(crate) part: &'s str,
    /// Where in the file the part begins.
    pub(crate) from: usize,
    /// What the part is called in messages: "front matter", "site.toml".
    pub(crate) name: &'static str,
}

impl Text<'_> {
    /// A range of the part as a range of the file.
    fn span(&self, range: Range<usize>) -> Range<usize> {
        self.from + range.start..self.from + range.end
    }

    /// A range of the file as a place.
    fn place(&self, span: Range<usize>) -> Place {
        Place::of(self.path, self.file, span)
    }
}

/// What was read (nothing, if it is not to be trusted) and what was wrong.
pub(crate) type Read<'s> = (Option<Table<'s>>, Vec<Diag>);
