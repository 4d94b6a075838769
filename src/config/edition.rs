//! The paper in its languages: what site.toml says of each edition, and which articles stand in which.

use std::collections::BTreeMap;

use super::people::{Person, people};
use super::{Config, FEEDS, Feeds, LIST_LIMIT, MENU, MenuItem, PERMALINKS, Permalinks, Section, sections};
use crate::locale;
use crate::path::check_slug;
use crate::schema::{Field, Reader, Schema, put};
use crate::tree::Table;

/// The number of an edition: 0 is the main one.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct EditionId(pub usize);

/// The paper in one language: a front page, lists, feeds and words of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// BCP 47 language.
    pub language: String,
    /// Folder of its pages, and of its stories in content/, without slashes at the ends; empty for the
    /// main edition.
    pub path: String,
    /// The paper's name in it.
    pub title: String,
    /// One line about the paper.
    pub description: String,
    /// Menu entries; empty: the sections.
    pub menu: Vec<MenuItem>,
    /// Footer text, Markdown.
    pub footer: String,
    /// Sections in the order of the front page; others follow by slug.
    pub sections: Vec<Section>,
    /// Where pages are put, its own folder included.
    pub permalinks: Permalinks,
    /// Which feeds there are, its own folder included.
    pub feeds: Feeds,
    /// Other languages whose stories its lists show as well.
    pub other_languages: Vec<String>,
    /// Who its authors are, by the slug of their names.
    pub authors: BTreeMap<String, Person>,
}

impl Edition {
    /// A root path inside the edition: `/index.html` -> `/ar/index.html`.
    #[must_use]
    pub fn within(&self, path: &str) -> String {
        within(&self.path, path)
    }
}

/// A pattern below a folder; one that says "no such pages" still says so.
pub(super) fn within(folder: &str, pattern: &str) -> String {
    if folder.is_empty() || pattern.is_empty() { pattern.to_owned() } else { format!("/{folder}{pattern}") }
}

impl Config {
    /// An edition by its number; the main one for numbers of none.
    #[must_use]
    pub fn edition(&self, id: EditionId) -> &Edition {
        self.editions.get(id.0).unwrap_or(&self.editions[0])
    }

    /// Numbers of all editions.
    pub fn edition_ids(&self) -> impl Iterator<Item = EditionId> + use<> {
        (0..self.editions.len()).map(EditionId)
    }

    /// The edition that articles of a language belong to: that of just this language, else one of the same
    /// primary language (`ar-EG` is at home in `ar`), else the main one. No language means the paper's.
    #[must_use]
    pub fn edition_of(&self, lang: Option<&str>) -> EditionId {
        let Some(lang) = lang else { return EditionId(0) };
        let find =
            |same: &dyn Fn(&str) -> bool| self.editions.iter().position(|edition| same(&edition.language));
        let at = find(&|own| own.eq_ignore_ascii_case(lang)).or_else(|| find(&|own| speaks(own, lang)));
        EditionId(at.unwrap_or(0))
    }

    /// The editions in whose lists a language's articles stand: their own first.
    #[must_use]
    pub fn editions_showing(&self, lang: Option<&str>) -> Vec<EditionId> {
        let home = self.edition_of(lang);
        let lang = lang.unwrap_or(&self.language);
        let asks = |id: &EditionId| {
            *id != home && self.edition(*id).other_languages.iter().any(|other| speaks(other, lang))
        };
        std::iter::once(home).chain(self.edition_ids().filter(asks)).collect()
    }
}

/// Whether two tags name the same primary language.
fn speaks(one: &str, other: &str) -> bool {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    primary(one) == primary(other)
}

/// An edition as it is written.
#[derive(Default)]
pub(super) struct Written {
    pub(super) language: String,
    pub(super) path: Option<String>,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) menu: Vec<MenuItem>,
    pub(super) footer: Option<String>,
    pub(super) sections: Vec<Section>,
    pub(super) permalinks: Option<Permalinks>,
    pub(super) feeds: Option<Feeds>,
    pub(super) other_languages: Vec<String>,
    pub(super) authors: BTreeMap<String, Person>,
}

/// Sections that have a title: their slug with a capital, if none is written.
pub(super) fn titled(mut sections: Vec<Section>, lang: &str) -> Vec<Section> {
    for section in sections.iter_mut().filter(|section| section.title.is_empty()) {
        section.title = locale::capitalised(&section.slug, lang);
    }
    sections
}

/// An edition with what it shares with the main one filled in. Sections keep the main edition's order
/// where an edition does not say another.
pub(super) fn edition(written: Written, main: &Edition) -> Edition {
    let path = written.path.unwrap_or_else(|| written.language.to_ascii_lowercase());
    let path = path.trim_matches('/').to_owned();
    let permalinks = written.permalinks.unwrap_or_else(|| main.permalinks.clone()).below(&path);
    let feeds = written.feeds.unwrap_or_else(|| main.feeds.clone()).below(&path);
    let sections = match written.sections.is_empty() {
        true => main.sections.clone(),
        false => titled(written.sections, &written.language),
    };
    let mut authors = main.authors.clone();
    authors.extend(written.authors);
    Edition {
        language: written.language,
        title: written.title.unwrap_or_else(|| main.title.clone()),
        description: written.description.unwrap_or_default(),
        menu: written.menu,
        footer: written.footer.unwrap_or_default(),
        sections,
        permalinks,
        feeds,
        other_languages: written.other_languages,
        authors,
        path,
    }
}

/// Two editions of one language or in one folder would be one.
pub(super) fn check(reader: &mut Reader<'_>, table: &Table<'_>, editions: &[Edition]) {
    let Some(entry) = table.iter().find(|entry| entry.key == "edition") else { return };
    let field = Field { name: "edition".into(), node: &entry.node };
    for (at, one) in editions.iter().enumerate() {
        for other in &editions[..at] {
            if one.language.eq_ignore_ascii_case(&other.language) {
                reader.refuse(&field, &format!("there are two editions in the language `{}`", one.language));
            } else if one.path.eq_ignore_ascii_case(&other.path) {
                reader.refuse(&field, &format!("there are two editions in the folder `/{}/`", one.path));
            }
        }
    }
}

pub(super) const SCHEMA: Schema<Written> = Schema {
    required: &["language"],
    rules: &[
        ("language", |r, f, e| put(&mut e.language, r.checked(f, locale::check_tag))),
        ("path", |r, f, e| put(&mut e.path, r.checked(f, check_folder))),
        ("title", |r, f, e| put(&mut e.title, r.words(f))),
        ("description", |r, f, e| put(&mut e.description, r.text(f))),
        ("menu", |r, f, e| put(&mut e.menu, r.subs(f, LIST_LIMIT, &MENU))),
        ("footer", |r, f, e| put(&mut e.footer, r.text(f))),
        ("section", |r, f, e| put(&mut e.sections, sections(r, f))),
        ("other_languages", |r, f, e| put(&mut e.other_languages, languages(r, f))),
        ("authors", |r, f, e| put(&mut e.authors, people(r, f))),
        ("permalinks", |r, f, e| put(&mut e.permalinks, r.sub(f, &PERMALINKS))),
        ("feeds", |r, f, e| put(&mut e.feeds, r.sub(f, &FEEDS))),
    ],
};

/// Editions besides the main one, at most.
pub(super) const LIMIT: usize = 50;

pub(super) fn languages(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Vec<String>> {
    let items = reader.items(field, LIST_LIMIT)?;
    Some(items.iter().filter_map(|item| reader.checked(item, locale::check_tag)).collect())
}

/// The folder of an edition: `/ar/`, or folders below each other.
fn check_folder(path: &str) -> Result<(), &'static str> {
    let Some(path) = path.strip_prefix('/').and_then(|path| path.strip_suffix('/')) else {
        return Err("this must begin and end with `/`, such as /ar/");
    };
    path.split('/').try_for_each(check_slug)
}
