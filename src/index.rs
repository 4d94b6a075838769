//! All articles that the gate let through, sorted and grouped. There is no body in it: what is made
//! from the index cannot depend on one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::Datelike;
use rayon::prelude::*;

use crate::article::{Header, Kind};
use crate::config::Config;
use crate::diag::{self, Checked, Diag, Place};
use crate::markdown::Facts;
use crate::path::{self, OutPath, slugify};
use crate::source::{Item, Record};

/// A visible article's number in the index; valid for one index only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// Number of its section.
    pub section: Option<usize>,
    /// Numbers of its tags, as written, each once.
    pub tags: Vec<usize>,
    /// Numbers of its authors.
    pub authors: Vec<usize>,
}

impl Article {
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

    fn order(&self) -> (i64, &OutPath) {
        (self.header().date.map_or(i64::MIN, |date| date.seconds), &self.out)
    }
}

/// Articles in the order of lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// A section, tag or author with its articles.
#[derive(Clone, Debug)]
pub struct Term {
    /// Its identity and part of its address.
    pub slug: String,
    /// Its display name.
    pub name: String,
    /// A line about it; may be empty.
    pub description: String,
    /// The newest page of its list; `None` when such pages are not made.
    pub out: Option<OutPath>,
    /// Its feed.
    pub feed: Option<OutPath>,
    /// Its articles.
    pub run: Run,
}

/// A withdrawn article: all that is left of it.
#[derive(Clone, Debug)]
pub struct Tombstone {
    /// Where it stood.
    pub out: OutPath,
    /// Its file.
    pub path: String,
    /// What readers are told.
    pub notice: String,
    /// Since when.
    pub date: crate::date::Moment,
    /// Its language.
    pub lang: Option<String>,
    /// Its former addresses.
    pub aliases: Vec<String>,
}

/// All cards, sorted and grouped.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Articles and standing pages, by file.
    pub articles: Vec<Arc<Article>>,
    /// All articles that lists may show.
    pub all: Run,
    /// Standing pages.
    pub pages: Vec<ArticleId>,
    /// What was withdrawn.
    pub tombstones: Vec<Tombstone>,
    /// Sections that have articles: in the order of site.toml, then by slug.
    pub sections: Vec<Term>,
    /// Tags by slug.
    pub tags: Vec<Term>,
    /// Authors by slug.
    pub authors: Vec<Term>,
    /// (year, month) -> articles, oldest first.
    pub months: BTreeMap<(i32, u32), Run>,
    /// Corrections of articles that lists may show, oldest first: the article, and which of its corrections.
    pub corrections: Vec<(ArticleId, usize)>,
    /// Source file -> its first article, for links between articles.
    by_path: Arc<BTreeMap<String, ArticleId>>,
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
        let sections =
            Found::new(visible, |header| vec![header.section.as_str()], str::to_owned, section_slug);
        let tags = Found::new(
            visible,
            |header| header.tags.iter().map(String::as_str).collect(),
            |tag| vocabulary.name(tag).to_owned(),
            slugify,
        );
        let authors = Found::new(
            visible,
            |header| header.authors.iter().map(String::as_str).collect(),
            str::to_owned,
            slugify,
        );
        let section_order = section_order(&sections.names, config);
        let outs: Vec<Result<OutPath, &'static str>> = visible
            .par_iter()
            .with_min_len(64)
            .map(|seen| article_path(&seen.record.items[seen.item].header, config))
            .collect();
        for (seen, out) in visible.iter().zip(outs) {
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
                    aliases: header.aliases.clone(),
                });
                continue;
            }
            index.articles.push(Arc::new(Article {
                record: seen.record.clone(),
                item: seen.item,
                out,
                section: sections.slug(&header.section).and_then(|slug| section_order.get(slug)).copied(),
                tags: tags.numbers(&header.tags),
                authors: authors.numbers(&header.authors),
            }));
        }
        index.sections = index.section_terms(&sections.names, &section_order, config, &mut diags);
        index.tags = plain_terms(&tags.names, &config.permalinks.tag, &config.feeds.tag, &mut diags);
        index.authors =
            plain_terms(&authors.names, &config.permalinks.author, &config.feeds.author, &mut diags);
        index.group();
        Checked { value: index, diags }
    }

    fn group(&mut self) {
        let mut order: Vec<usize> = (0..self.articles.len()).collect();
        order.sort_by(|a, b| self.articles[*a].order().cmp(&self.articles[*b].order()));
        for at in order {
            let (id, article) = (ArticleId::of(at), &self.articles[at]);
            let header = article.header();
            if header.kind == Kind::Page {
                self.pages.push(id);
                continue;
            }
            let mut runs: Vec<&mut Run> = vec![&mut self.all];
            if let Some(section) = article.section {
                runs.push(&mut self.sections[section].run);
            }
            let dated = header.date.is_some();
            for run in runs {
                if dated { run.dated.push(id) } else { run.undated.push(id) }
            }
            let terms = article
                .tags
                .iter()
                .map(|tag| (true, *tag))
                .chain(article.authors.iter().map(|a| (false, *a)));
            for (is_tag, term) in terms {
                let run = if is_tag { &mut self.tags[term].run } else { &mut self.authors[term].run };
                if dated { run.dated.push(id) } else { run.undated.push(id) }
            }
            if let Some(date) = header.date {
                let shown = date.shown();
                self.months.entry((shown.year(), shown.month())).or_default().dated.push(id);
            }
        }
        let listed = self.all.dated.iter().chain(&self.all.undated);
        let corrections =
            listed.flat_map(|id| (0..self.article(*id).header().corrections.len()).map(|at| (*id, at)));
        let mut corrections: Vec<(ArticleId, usize)> = corrections.collect();
        corrections.sort_by_key(|(id, at)| {
            let article = self.article(*id);
            (article.header().corrections[*at].date, article.out.clone(), *at)
        });
        self.corrections = corrections;
        let mut by_path = BTreeMap::new();
        for (at, article) in self.articles.iter().enumerate() {
            by_path.entry(article.path().to_owned()).or_insert(ArticleId::of(at));
        }
        self.by_path = Arc::new(by_path);
    }

    fn section_terms(
        &self,
        found: &BTreeMap<String, BTreeSet<String>>,
        order: &BTreeMap<String, usize>,
        config: &Config,
        diags: &mut Vec<Diag>,
    ) -> Vec<Term> {
        let mut terms: Vec<(usize, Term)> = order
            .iter()
            .map(|(slug, at)| {
                let configured = config.sections.iter().find(|section| section.slug == *slug);
                let spelled = found.get(slug).and_then(BTreeSet::first).map_or(slug.as_str(), String::as_str);
                let name = configured.map_or_else(|| capitalised(spelled), |section| section.title.clone());
                let description = configured.map_or_else(String::new, |section| section.description.clone());
                let permalinks = (&config.permalinks.section, &config.feeds.section);
                let term = Term { description, ..term(slug, name, permalinks.0, permalinks.1, diags) };
                (*at, term)
            })
            .collect();
        terms.sort_by_key(|(at, _)| *at);
        terms.into_iter().map(|(_, term)| term).collect()
    }

    /// An article by number.
    #[must_use]
    pub fn article(&self, id: ArticleId) -> &Article {
        &self.articles[id.at()]
    }

    /// The tag with a slug.
    #[must_use]
    pub fn tag(&self, slug: &str) -> Option<&Term> {
        self.tags.binary_search_by(|tag| tag.slug.as_str().cmp(slug)).ok().map(|at| &self.tags[at])
    }

    /// The first article of a content file.
    #[must_use]
    pub fn by_path(&self, path: &str) -> Option<ArticleId> {
        self.by_path.get(path).copied()
    }

    /// The same index after the text of a file changed and nothing that anybody else shows of it; `None`
    /// when more than that changed, or when none of it is visible.
    #[must_use]
    pub fn with_text(mut self, record: &Arc<Record>) -> Option<Self> {
        let first = self.articles.partition_point(|article| article.path() < record.path.as_str());
        let of_file = |article: &&mut Arc<Article>| article.path() == record.path;
        let mut changed = false;
        for article in self.articles[first..].iter_mut().take_while(of_file) {
            if !article.record.differs_in_text_only(record) {
                return None;
            }
            *article = Arc::new(Article { record: Arc::clone(record), ..Article::clone(article) });
            changed = true;
        }
        changed.then_some(self)
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
    let pattern =
        if header.kind == Kind::Page { &config.permalinks.page } else { &config.permalinks.article };
    let date = header.date.map(crate::date::Moment::shown);
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
        visible: &'v [Visible],
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
    fn numbers(&self, spellings: &[String]) -> Vec<usize> {
        let mut once = Vec::with_capacity(spellings.len());
        for (_, number) in spellings.iter().filter_map(|spelling| self.spellings.get(spelling.as_str())) {
            if !once.contains(number) {
                once.push(*number);
            }
        }
        once
    }
}

/// Numbers of sections: as site.toml orders them, then by slug.
fn section_order(found: &BTreeMap<String, BTreeSet<String>>, config: &Config) -> BTreeMap<String, usize> {
    let configured =
        config.sections.iter().map(|section| &section.slug).filter(|slug| found.contains_key(*slug));
    let others = found.keys().filter(|slug| !config.sections.iter().any(|section| section.slug == **slug));
    configured.chain(others).enumerate().map(|(at, slug)| (slug.clone(), at)).collect()
}

fn plain_terms(
    found: &BTreeMap<String, BTreeSet<String>>,
    list: &str,
    feed: &str,
    diags: &mut Vec<Diag>,
) -> Vec<Term> {
    let name = |spellings: &BTreeSet<String>| spellings.first().cloned().unwrap_or_default();
    found.iter().map(|(slug, spellings)| term(slug, name(spellings), list, feed, diags)).collect()
}

fn term(slug: &str, name: String, list: &str, feed: &str, diags: &mut Vec<Diag>) -> Term {
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
    Term { slug: slug.to_owned(), name, description: String::new(), out, feed, run: Run::default() }
}

/// `local-sport` -> `Local sport`.
fn capitalised(slug: &str) -> String {
    let words = slug.rsplit('/').next().unwrap_or(slug).replace(['-', '_'], " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
