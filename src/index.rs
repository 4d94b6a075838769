//! All articles that the gate let through, sorted and grouped. There is no body in it: what is made
//! from the index cannot depend on one.

mod change;
mod shelf;

pub use change::{Changed, FileNow, Renumbered};
pub use shelf::{Period, Shelf};

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use chrono::Datelike;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::change::month_of;
use crate::article::{Header, Kind};
use crate::config::{Config, Edition as Words, EditionId};
use crate::date::Moment;
use crate::diag::{self, Checked, Diag, Place};
use crate::lazy::Lazy;
use crate::locale;
use crate::markdown::Facts;
use crate::path::{self, OutPath, slugify};
use crate::source::{Item, Record};

/// A visible article's number in the index; valid for one index only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ArticleId(pub u32);

impl ArticleId {
    fn of(at: usize) -> Self {
        Self(u32::try_from(at).unwrap_or(u32::MAX))
    }

    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

/// A visible article: its item, its place and its terms.
#[derive(Clone, Debug)]
pub struct Article {
    record: Arc<Record>,
    item: usize,
    /// The page.
    pub out: OutPath,
    /// Its terms in the edition it is at home in.
    pub home: Terms,
    /// Those in other editions whose lists show it.
    guests: Vec<Terms>,
}

/// An article's terms in one edition.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Terms {
    /// The edition.
    pub edition: EditionId,
    /// Number of its section.
    pub section: Option<usize>,
    /// Numbers of its tags, as written, each once.
    pub tags: Vec<usize>,
    /// Numbers of its authors.
    pub authors: Vec<usize>,
    /// Numbers of those who worked on it in other roles and are not among its authors.
    contributors: Vec<usize>,
    /// Number of its story thread.
    pub thread: Option<usize>,
}

/// What is written down of an article besides its record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shape {
    out: OutPath,
    item: usize,
    home: Terms,
    guests: Vec<Terms>,
}

impl Shape {
    /// The article again, with its file's record.
    #[must_use]
    pub fn article(self, record: Arc<Record>) -> Option<Article> {
        record.items.get(self.item)?;
        let Self { out, item, home, guests } = self;
        Some(Article { record, item, out, home, guests })
    }
}

impl Article {
    /// What is to be written down of it besides its record.
    #[must_use]
    pub fn shape(&self) -> Shape {
        Shape { out: self.out.clone(), item: self.item, home: self.home.clone(), guests: self.guests.clone() }
    }

    /// Stands where one could not be read; whoever finds that out drops what was made of it.
    #[must_use]
    pub fn nobody() -> Self {
        let item = Item {
            header: Header::empty(),
            facts: Facts::default(),
            body: Default::default(),
            dump_key: None,
            signature: Default::default(),
        };
        let record =
            Record { path: String::new(), text: Default::default(), items: vec![item], diags: Vec::new() };
        Self {
            record: Arc::new(record),
            item: 0,
            out: OutPath::nowhere(),
            home: Terms::default(),
            guests: Vec::new(),
        }
    }

    /// Everything but the body.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.item().header
    }

    /// What its body mentions.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.item().facts
    }

    /// The item it came from.
    #[must_use]
    pub fn item(&self) -> &Item {
        &self.record.items[self.item]
    }

    /// Its file, within the site.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.record.path
    }

    /// The record of its file, and which of its items it is.
    #[must_use]
    pub fn source(&self) -> (&Arc<Record>, usize) {
        (&self.record, self.item)
    }

    /// Its terms in every edition that lists it, its own first.
    pub fn terms(&self) -> impl Iterator<Item = &Terms> {
        std::iter::once(&self.home).chain(&self.guests)
    }

    /// Its terms in an edition; `None` where no list shows it.
    #[must_use]
    pub fn terms_in(&self, edition: EditionId) -> Option<&Terms> {
        self.terms().find(|terms| terms.edition == edition)
    }

    fn order(&self) -> (i64, &OutPath) {
        (self.header().date.map_or(i64::MIN, |date| date.seconds), &self.out)
    }
}

/// Articles in the order of lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// With a date, oldest first: a new article comes last and moves no other.
    pub dated: Vec<ArticleId>,
    /// Without one, by address.
    pub undated: Vec<ArticleId>,
}

impl Run {
    /// The newest, then those without a date.
    pub fn newest(&self) -> impl Iterator<Item = ArticleId> {
        self.dated.iter().rev().chain(&self.undated).copied()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.dated.len() + self.undated.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A section, tag, author or story thread with its articles.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Term {
    /// The edition it is of.
    pub edition: EditionId,
    /// Its identity and part of its address.
    pub slug: String,
    /// Its display name.
    pub name: String,
    /// A line about it; may be empty.
    pub description: String,
    /// Number of the section that this one is in.
    pub parent: Option<usize>,
    /// The newest page of its list; `None` when such pages are not made.
    pub out: Option<OutPath>,
    /// Its feed.
    pub feed: Option<OutPath>,
    /// Its articles.
    pub run: Run,
}

/// A term's number in the index; valid for one index only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermId {
    /// In [`Index::sections`].
    Section(usize),
    /// In [`Index::tags`].
    Tag(usize),
    /// In [`Index::authors`].
    Author(usize),
}

/// A withdrawn article: all that is left of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tombstone {
    /// Where it stood.
    pub out: OutPath,
    /// Its file.
    pub path: String,
    /// What readers are told.
    pub notice: String,
    /// Since when.
    pub date: Moment,
    /// Its language.
    pub lang: Option<String>,
    /// The edition it was at home in.
    pub edition: EditionId,
    /// Its former addresses.
    pub aliases: Vec<String>,
}

/// What one edition lists.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Edition {
    /// All articles that its lists show.
    pub all: Run,
    /// Its standing pages.
    pub pages: Vec<ArticleId>,
    /// (year, month) -> articles, oldest first.
    pub months: BTreeMap<(i32, u32), Run>,
    /// (year, month, day) -> articles, oldest first; empty when days have no pages.
    pub days: BTreeMap<(i32, u32, u32), Run>,
    /// Those that want to be on top of the front page, or wanted to once.
    pub pinned: Run,
    /// Where its sections stand in [`Index::sections`].
    sections: Range<usize>,
    /// Where its tags stand in [`Index::tags`].
    tags: Range<usize>,
    /// Where its authors stand in [`Index::authors`].
    authors: Range<usize>,
    /// Where its story threads stand in [`Index::threads`].
    threads: Range<usize>,
}

/// All cards, sorted and grouped.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Index {
    /// Articles and standing pages, by file. Not among what is written down: they are read one by one.
    #[serde(skip)]
    pub articles: Lazy<Article>,
    /// All articles that lists may show, of all editions.
    pub all: Run,
    /// Standing pages of all editions.
    pub pages: Vec<ArticleId>,
    /// What was withdrawn.
    pub tombstones: Vec<Tombstone>,
    /// Sections that have articles, by edition: in the order of site.toml, then by slug.
    pub sections: Vec<Term>,
    /// Tags by edition and slug.
    pub tags: Vec<Term>,
    /// Authors by edition and slug.
    pub authors: Vec<Term>,
    /// Story threads by edition and slug.
    pub threads: Vec<Term>,
    /// (year, month) -> articles of all editions, oldest first.
    pub months: BTreeMap<(i32, u32), Run>,
    /// (year, month) -> the newest change in any of its articles.
    pub revised: BTreeMap<(i32, u32), Moment>,
    /// Articles and standing pages with former addresses.
    pub aliased: Vec<ArticleId>,
    /// Corrections of articles that lists may show, oldest first: the article, and which of its corrections.
    pub corrections: Vec<(ArticleId, usize)>,
    /// What each edition lists, by its number.
    editions: Vec<Edition>,
    /// Article -> the versions of its story, itself among them; the original first.
    #[serde(with = "shared")]
    translations: Arc<BTreeMap<ArticleId, Arc<[ArticleId]>>>,
    /// Articles that say what they translate, where nothing visible is that.
    pub astray: Vec<ArticleId>,
}

/// Shared values as plain ones, for serde.
mod shared {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::ArticleId;

    type Shared = Arc<BTreeMap<ArticleId, Arc<[ArticleId]>>>;

    pub(super) fn serialize<S: Serializer>(map: &Shared, to: S) -> Result<S::Ok, S::Error> {
        let plain: BTreeMap<ArticleId, &[ArticleId]> = map.iter().map(|(id, ids)| (*id, &**ids)).collect();
        plain.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Shared, D::Error> {
        let plain: BTreeMap<ArticleId, Vec<ArticleId>> = BTreeMap::deserialize(from)?;
        Ok(Arc::new(plain.into_iter().map(|(id, ids)| (id, ids.into())).collect()))
    }
}

/// An item that the gate let through.
#[derive(Clone, Debug)]
pub struct Visible {
    /// Its file.
    pub record: Arc<Record>,
    /// Which of the file's items.
    pub item: usize,
    /// Only a notice of it is left.
    pub withdrawn: bool,
}

impl Visible {
    fn lang(&self) -> Option<&str> {
        self.record.items[self.item].header.lang.as_deref()
    }
}

/// Tag names and their other spellings, by slug.
struct Vocabulary(BTreeMap<String, String>);

impl Vocabulary {
    fn new(config: &Config) -> Self {
        let pairs = config.tags.iter().flat_map(|(name, aliases)| {
            std::iter::once(name).chain(aliases).map(move |spelling| (slugify(spelling), name.clone()))
        });
        Self(pairs.collect())
    }

    fn name<'a>(&'a self, tag: &'a str) -> &'a str {
        self.0.get(&slugify(tag)).map_or(tag, String::as_str)
    }
}

impl Index {
    /// Sorts and groups what is visible. Complaints are about places that cannot be made.
    #[must_use]
    pub fn new(visible: &[Visible], config: &Config) -> Checked<Self> {
        let mut diags = Vec::new();
        let mut index = Self::default();
        let vocabulary = Vocabulary::new(config);
        index.editions = vec![Edition::default(); config.editions.len()];
        let homes: Vec<EditionId> = visible.iter().map(|seen| config.edition_of(seen.lang())).collect();
        let mut axes = Vec::with_capacity(config.editions.len());
        for id in config.edition_ids() {
            let shown = |(seen, home): &(&Visible, &EditionId)| {
                **home == id
                    || config.editions.len() > 1 && config.editions_showing(seen.lang()).contains(&id)
            };
            let shown: Vec<&Visible> =
                visible.iter().zip(&homes).filter(shown).map(|(seen, _)| seen).collect();
            axes.push(Axes::new(&shown, &vocabulary, config.edition(id)));
        }
        for (at, axes) in axes.iter_mut().enumerate() {
            index.add_terms(EditionId(at), axes, config, &mut diags);
        }
        let outs: Vec<Result<OutPath, &'static str>> = visible
            .par_iter()
            .with_min_len(64)
            .map(|seen| article_path(&seen.record.items[seen.item].header, config))
            .collect();
        for ((seen, home), out) in visible.iter().zip(homes).zip(outs) {
            let item = &seen.record.items[seen.item];
            let header = &item.header;
            let place = || Place::file(&seen.record.path);
            let out = match out {
                Ok(out) => out,
                Err(why) => {
                    diags.push(diag::bad_path(place(), "slug", &header.slug, why));
                    continue;
                }
            };
            if let (true, Some(withdrawn)) = (seen.withdrawn, &header.withdrawn) {
                index.tombstones.push(Tombstone {
                    out,
                    path: seen.record.path.clone(),
                    notice: withdrawn.notice.clone(),
                    date: withdrawn.date,
                    lang: header.lang.clone(),
                    edition: home,
                    aliases: header.aliases.clone(),
                });
                continue;
            }
            let guests = match axes.len() {
                1 => Vec::new(),
                _ => config.editions_showing(seen.lang()).split_off(1),
            };
            index.articles.push(Article {
                record: seen.record.clone(),
                item: seen.item,
                out,
                home: axes[home.0].terms(home, header),
                guests: guests.into_iter().map(|id| axes[id.0].terms(id, header)).collect(),
            });
        }
        index.group(config);
        let (translations, astray) = index.translated(config);
        (index.translations, index.astray) = (Arc::new(translations), astray);
        Checked { value: index, diags }
    }

    /// Adds an edition's terms behind those that are there, and tells its axes where they stand.
    fn add_terms(&mut self, id: EditionId, axes: &mut Axes<'_>, config: &Config, diags: &mut Vec<Diag>) {
        let words = config.edition(id);
        let sections = section_terms(id, &axes.sections.names, &axes.order, words, diags);
        let tags = plain_terms(id, &axes.tags.names, &words.permalinks.tag, &words.feeds.tag, diags);
        let authors =
            plain_terms(id, &axes.authors.names, &words.permalinks.author, &words.feeds.author, diags);
        let threads = plain_terms(id, &axes.threads.names, &words.permalinks.thread, "", diags);
        axes.from = [self.sections.len(), self.tags.len(), self.authors.len(), self.threads.len()];
        let first = self.sections.len();
        let within = |term: Term| {
            let parent = term.slug.rsplit_once('/').and_then(|(parent, _)| axes.order.get(parent));
            Term { parent: parent.map(|at| first + at), ..term }
        };
        self.sections.extend(sections.into_iter().map(within));
        let described = |tag: Term| {
            let description = config.tag_descriptions.get(&tag.slug).cloned().unwrap_or_default();
            Term { description, ..tag }
        };
        self.tags.extend(tags.into_iter().map(described));
        self.authors.extend(authors);
        self.threads.extend(threads);
        let edition = &mut self.editions[id.0];
        edition.sections = axes.from[0]..self.sections.len();
        edition.tags = axes.from[1]..self.tags.len();
        edition.authors = axes.from[2]..self.authors.len();
        edition.threads = axes.from[3]..self.threads.len();
    }

    fn group(&mut self, config: &Config) {
        let mut order: Vec<usize> = (0..self.articles.len()).collect();
        order.sort_by(|a, b| self.articles[*a].order().cmp(&self.articles[*b].order()));
        for at in order {
            let (id, article) = (ArticleId::of(at), &self.articles[at]);
            let header = article.header();
            if header.kind == Kind::Page {
                self.pages.push(id);
                self.editions[article.home.edition.0].pages.push(id);
                continue;
            }
            let dated = header.date.is_some();
            let (month, revised) = (month_of(header), header.revised());
            for heading in article.headings(config, |at| self.sections[at].parent) {
                let Some(run) = heading.run_mut(self) else { continue };
                if dated { run.dated.push(id) } else { run.undated.push(id) }
            }
            if let (Some(month), Some(revised)) = (month, revised) {
                let newest = self.revised.entry(month).or_insert(revised);
                *newest = revised.max(*newest);
            }
        }
        self.aliased = self.ids().filter(|id| !self.article(*id).header().aliases.is_empty()).collect();
        let listed = self.all.dated.iter().chain(&self.all.undated);
        let corrections =
            listed.flat_map(|id| (0..self.article(*id).header().corrections.len()).map(|at| (*id, at)));
        self.corrections = corrections.collect();
        self.sort_corrections();
    }

    fn sort_corrections(&mut self) {
        let mut corrections = std::mem::take(&mut self.corrections);
        corrections.sort_by_key(|(id, at)| {
            let article = self.article(*id);
            (article.header().corrections[*at].date, article.out.clone(), *at)
        });
        self.corrections = corrections;
    }

    /// An article by number.
    #[must_use]
    pub fn article(&self, id: ArticleId) -> &Article {
        &self.articles[id.at()]
    }

    /// What an edition lists.
    ///
    /// # Panics
    /// For an edition of another site's configuration.
    #[must_use]
    pub fn edition(&self, id: EditionId) -> &Edition {
        &self.editions[id.0]
    }

    /// An edition's sections, in order.
    #[must_use]
    pub fn sections_of(&self, id: EditionId) -> &[Term] {
        &self.sections[self.edition(id).sections.clone()]
    }

    /// An edition's sections that are in no other, in order.
    pub fn top_sections_of(&self, id: EditionId) -> impl Iterator<Item = &Term> {
        self.sections_of(id).iter().filter(|section| section.parent.is_none())
    }

    /// An edition's tags by slug.
    #[must_use]
    pub fn tags_of(&self, id: EditionId) -> &[Term] {
        &self.tags[self.edition(id).tags.clone()]
    }

    /// An edition's authors by slug.
    #[must_use]
    pub fn authors_of(&self, id: EditionId) -> &[Term] {
        &self.authors[self.edition(id).authors.clone()]
    }

    /// All versions of an article's story, itself among them and the original first; empty when it was
    /// not translated.
    #[must_use]
    pub fn translations(&self, id: ArticleId) -> &[ArticleId] {
        self.translations.get(&id).map_or(&[], |versions| versions)
    }

    /// Which articles are versions of one story, and which say that they are and name none. Of two in one language only
    /// the first counts.
    fn translated(&self, config: &Config) -> (BTreeMap<ArticleId, Arc<[ArticleId]>>, Vec<ArticleId>) {
        let mut translations: Vec<(ArticleId, &str)> = Vec::new();
        for id in self.ids() {
            translations.extend(self.article(id).header().translation_of.as_deref().map(|of| (id, of)));
        }
        if translations.is_empty() {
            return (BTreeMap::new(), Vec::new());
        }
        let by_url: BTreeMap<String, ArticleId> =
            self.ids().map(|id| (self.article(id).out.url(), id)).collect();
        let find = |id: ArticleId, of: &str| {
            let file = path::beside(self.article(id).path(), of).and_then(|file| self.by_path(&file));
            let url = of.strip_prefix(config.base_url.as_str()).or_else(|| of.strip_prefix('/'));
            let url = url.map(|url| url.strip_suffix("index.html").unwrap_or(url));
            file.or_else(|| by_url.get(url?).copied())
        };
        let (mut source, mut astray) = (BTreeMap::new(), Vec::new());
        for (id, of) in translations {
            match find(id, of) {
                Some(original) => drop(source.insert(id, original)),
                None => astray.push(id),
            }
        }
        let original = |id: ArticleId| {
            let mut way = vec![id];
            while let Some(next) = way.last().and_then(|last| source.get(last)) {
                // A circle has no original: its first article by file stands for one.
                if way.contains(next) {
                    return way.into_iter().min().unwrap_or(id);
                }
                way.push(*next);
            }
            way.pop().unwrap_or(id)
        };
        let mut groups: BTreeMap<ArticleId, Vec<ArticleId>> = BTreeMap::new();
        for id in source.keys() {
            let first = original(*id);
            let group = groups.entry(first).or_insert_with(|| vec![first]);
            let lang =
                |id: &ArticleId| self.article(*id).header().lang.as_deref().unwrap_or(&config.language);
            if !group.iter().any(|other| other == id || lang(other) == lang(id)) {
                group.push(*id);
            }
        }
        groups.retain(|_, group| group.len() > 1);
        let versions = groups.into_values().map(Arc::<[ArticleId]>::from);
        let versions =
            versions.flat_map(|group| group.iter().map(|id| (*id, Arc::clone(&group))).collect::<Vec<_>>());
        (versions.collect(), astray)
    }

    /// The first article of a content file.
    #[must_use]
    pub fn by_path(&self, path: &str) -> Option<ArticleId> {
        let at = self.articles.partition_point(|article| article.path() < path);
        (at < self.articles.len() && self.articles[at].path() == path).then(|| ArticleId::of(at))
    }

    /// The same index after the text of a file changed and nothing that anybody else shows of it; `None`
    /// when more than that changed, or when none of it is visible.
    #[must_use]
    pub fn with_text(self, record: &Arc<Record>) -> Option<Self> {
        self.with(record, Record::differs_in_text_only)
    }

    /// The same index after words of a file changed that no order or address hangs on; `None` as for
    /// [`Self::with_text`].
    #[must_use]
    pub fn with_words(self, record: &Arc<Record>) -> Option<Self> {
        self.with(record, Record::differs_in_words_only)
    }

    fn with(mut self, record: &Arc<Record>, is_enough: fn(&Record, &Record) -> bool) -> Option<Self> {
        let first = self.articles.partition_point(|article| article.path() < record.path.as_str());
        let mut changed = false;
        for at in first..self.articles.len() {
            let article = &self.articles[at];
            if article.path() != record.path {
                break;
            }
            if !is_enough(&article.record, record) {
                return None;
            }
            let article = Article { record: Arc::clone(record), ..Article::clone(article) };
            self.articles.replace(at, article);
            changed = true;
        }
        changed.then_some(self)
    }

    /// The index with articles that are read when they are asked for; without them it is what was written down.
    #[must_use]
    pub fn thawed(self, articles: Lazy<Article>) -> Self {
        Self { articles, ..self }
    }

    /// Numbers of the articles of a file.
    pub fn of_file<'i>(&'i self, path: &'i str) -> impl Iterator<Item = ArticleId> + use<'i> {
        let first = self.articles.partition_point(|article| article.path() < path);
        (first..self.articles.len())
            .take_while(move |at| self.articles[*at].path() == path)
            .map(ArticleId::of)
    }

    /// The term with a number.
    #[must_use]
    pub fn term(&self, id: TermId) -> &Term {
        match id {
            TermId::Section(at) => &self.sections[at],
            TermId::Tag(at) => &self.tags[at],
            TermId::Author(at) => &self.authors[at],
        }
    }

    /// An author of an edition by name.
    #[must_use]
    pub fn author(&self, id: EditionId, name: &str) -> Option<&Term> {
        let (authors, slug) = (self.authors_of(id), slugify(name));
        authors.binary_search_by(|author| author.slug.as_str().cmp(&slug)).ok().map(|at| &authors[at])
    }

    /// Numbers of all articles and standing pages.
    pub fn ids(&self) -> impl Iterator<Item = ArticleId> + use<> {
        (0..self.articles.len()).map(ArticleId::of)
    }

    /// Where a dated article stands in a run that holds it.
    #[must_use]
    pub fn position(&self, run: &Run, id: ArticleId) -> Option<usize> {
        let order = self.article(id).order();
        run.dated.binary_search_by(|other| self.article(*other).order().cmp(&order)).ok()
    }
}

/// Where an article's page goes.
pub(crate) fn article_path(header: &Header, config: &Config) -> Result<OutPath, &'static str> {
    let permalinks = &config.edition(config.edition_of(header.lang.as_deref())).permalinks;
    let pattern = if header.kind == Kind::Page { &permalinks.page } else { &permalinks.article };
    let date = header.date.map(Moment::shown);
    path::fill(pattern, |name| match name {
        "section" => Some(section_slug(&header.section)),
        "slug" => Some(header.slug.clone()),
        "year" => date.map(|date| format!("{:04}", date.year())),
        "month" => date.map(|date| format!("{:02}", date.month())),
        "day" => date.map(|date| format!("{:02}", date.day())),
        _ => None,
    })
}

/// A section's identity: each part as a slug.
pub(crate) fn section_slug(section: &str) -> String {
    section.split('/').filter(|part| !part.is_empty()).map(slugify).collect::<Vec<_>>().join("/")
}

/// Everything that the articles of an edition name, and where its terms stand in the index.
struct Axes<'v> {
    sections: Found<'v>,
    tags: Found<'v>,
    authors: Found<'v>,
    threads: Found<'v>,
    /// Section slug -> place among the edition's sections.
    order: BTreeMap<String, usize>,
    /// Numbers of the first section, tag, author and thread.
    from: [usize; 4],
}

impl<'v> Axes<'v> {
    fn new(visible: &[&'v Visible], vocabulary: &Vocabulary, words: &Words) -> Self {
        let mut sections =
            Found::new(visible, |header| vec![header.section.as_str()], str::to_owned, section_slug);
        // A section is there when there is one within it.
        let parents =
            |slug: &String| slug.match_indices('/').map(|(at, _)| slug[..at].to_owned()).collect::<Vec<_>>();
        for parent in sections.names.keys().flat_map(parents).collect::<Vec<_>>() {
            let name = parent.clone();
            sections.names.entry(parent).or_default().insert(name);
        }
        let tags = Found::new(
            visible,
            |header| header.tags.iter().map(String::as_str).collect(),
            |tag| vocabulary.name(tag).to_owned(),
            slugify,
        );
        let authors = Found::new(
            visible,
            |header| {
                header.authors.iter().chain(header.roles.values().flatten()).map(String::as_str).collect()
            },
            str::to_owned,
            slugify,
        );
        let threads = Found::new(
            visible,
            |header| header.thread.as_deref().into_iter().collect(),
            str::to_owned,
            slugify,
        );
        let order = section_order(&sections.names, words);
        Self { sections, tags, authors, threads, order, from: [0; 4] }
    }

    fn terms(&self, edition: EditionId, header: &Header) -> Terms {
        let section = self.sections.slug(&header.section).and_then(|slug| self.order.get(slug));
        let authors = self.authors.numbers(&header.authors);
        let mut contributors = self.authors.numbers(header.roles.values().flatten());
        contributors.retain(|at| !authors.contains(at));
        let behind = |from: usize, numbers: Vec<usize>| numbers.into_iter().map(|at| from + at).collect();
        Terms {
            edition,
            section: section.map(|at| self.from[0] + at),
            tags: behind(self.from[1], self.tags.numbers(&header.tags)),
            authors: behind(self.from[2], authors),
            contributors: behind(self.from[2], contributors),
            thread: self.threads.numbers(&header.thread).first().map(|at| self.from[3] + at),
        }
    }
}

/// Everything that articles name on one axis: sections, tags or authors.
struct Found<'v> {
    /// Slug -> display names.
    names: BTreeMap<String, BTreeSet<String>>,
    /// Spelling -> its slug and that slug's number. The same few spellings come again and again: each
    /// is looked at once.
    spellings: BTreeMap<&'v str, (String, usize)>,
}

impl<'v> Found<'v> {
    fn new(
        visible: &[&'v Visible],
        names: impl Fn(&'v Header) -> Vec<&'v str>,
        display: impl Fn(&str) -> String,
        identity: impl Fn(&str) -> String,
    ) -> Self {
        let headers =
            visible.iter().filter(|seen| !seen.withdrawn).map(|seen| &seen.record.items[seen.item].header);
        let headers = headers.filter(|header| header.kind != Kind::Page);
        let mut found = Self { names: BTreeMap::new(), spellings: BTreeMap::new() };
        for spelling in headers.flat_map(names).filter(|name| !name.is_empty()) {
            found.spellings.entry(spelling).or_insert_with(|| {
                let name = display(spelling);
                let slug = identity(&name);
                found.names.entry(slug.clone()).or_default().insert(name);
                (slug, 0)
            });
        }
        let numbers: BTreeMap<&str, usize> =
            found.names.keys().enumerate().map(|(at, slug)| (slug.as_str(), at)).collect();
        for (slug, number) in found.spellings.values_mut() {
            *number = numbers.get(slug.as_str()).copied().unwrap_or_default();
        }
        found
    }

    fn slug(&self, spelling: &str) -> Option<&str> {
        self.spellings.get(spelling).map(|(slug, _)| slug.as_str())
    }

    /// Numbers of the terms, each once, in the order of their first mention.
    fn numbers<'n>(&self, spellings: impl IntoIterator<Item = &'n String>) -> Vec<usize> {
        let mut once = Vec::new();
        for (_, number) in spellings.into_iter().filter_map(|spelling| self.spellings.get(spelling.as_str()))
        {
            if !once.contains(number) {
                once.push(*number);
            }
        }
        once
    }
}

/// Numbers of sections: as site.toml orders them, then by slug.
fn section_order(found: &BTreeMap<String, BTreeSet<String>>, words: &Words) -> BTreeMap<String, usize> {
    let configured =
        words.sections.iter().map(|section| &section.slug).filter(|slug| found.contains_key(*slug));
    let others = found.keys().filter(|slug| !words.sections.iter().any(|section| section.slug == **slug));
    configured.chain(others).enumerate().map(|(at, slug)| (slug.clone(), at)).collect()
}

fn section_terms(
    edition: EditionId,
    found: &BTreeMap<String, BTreeSet<String>>,
    order: &BTreeMap<String, usize>,
    words: &Words,
    diags: &mut Vec<Diag>,
) -> Vec<Term> {
    let mut terms: Vec<(usize, Term)> = order
        .iter()
        .map(|(slug, at)| {
            let configured = words.sections.iter().find(|section| section.slug == *slug);
            let spelled = found.get(slug).and_then(BTreeSet::first).map_or(slug.as_str(), String::as_str);
            let name = configured
                .map_or_else(|| capitalised(spelled, &words.language), |section| section.title.clone());
            let description = configured.map_or_else(String::new, |section| section.description.clone());
            let (list, feed) = (&words.permalinks.section, &words.feeds.section);
            (*at, Term { description, ..term(edition, slug, name, list, feed, diags) })
        })
        .collect();
    terms.sort_by_key(|(at, _)| *at);
    terms.into_iter().map(|(_, term)| term).collect()
}

fn plain_terms(
    edition: EditionId,
    found: &BTreeMap<String, BTreeSet<String>>,
    list: &str,
    feed: &str,
    diags: &mut Vec<Diag>,
) -> Vec<Term> {
    let name = |spellings: &BTreeSet<String>| spellings.first().cloned().unwrap_or_default();
    found.iter().map(|(slug, spellings)| term(edition, slug, name(spellings), list, feed, diags)).collect()
}

fn term(edition: EditionId, slug: &str, name: String, list: &str, feed: &str, diags: &mut Vec<Diag>) -> Term {
    let mut place = |pattern: &str| {
        let value = |part: &str| (part == "slug").then(|| slug.to_owned());
        match path::fill(pattern, value) {
            _ if pattern.is_empty() => None,
            Ok(out) => Some(out),
            Err(why) => {
                diags.push(diag::bad_path(Place::file("site.toml"), "permalinks", slug, why));
                None
            }
        }
    };
    let (out, feed) = (place(list), place(feed));
    let (slug, description) = (slug.to_owned(), String::new());
    Term { edition, slug, name, description, parent: None, out, feed, run: Run::default() }
}

/// `local-sport` -> `Local sport`, with the capital that the language gives it (`istanbul` -> `İstanbul`).
fn capitalised(slug: &str, lang: &str) -> String {
    let words = slug.rsplit('/').next().unwrap_or(slug).replace(['-', '_'], " ");
    locale::capitalised(&words, lang)
}
