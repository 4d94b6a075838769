//! The immutable snapshot of everything a build is made from. Complete when it exists.
//!
//! Order of making (law 8): records -> shadowing -> gate -> repeats -> addresses and terms.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tera::Value;

use crate::clock::{Clock, Validity, Visibility};
use crate::config::Config;
use crate::diag::{self, Checked, Diag, Place};
use crate::fingerprint::{Fingerprint, Hasher};
use crate::image::{self, Facts, Variants};
use crate::index::{ArticleId, Index, Shelf, TermId, Visible};
use crate::ingredient::Ingredient;
use crate::near;
pub use crate::path::beside;
use crate::path::{self, OutPath};
use crate::source::Record;
use crate::template::Templates;
use crate::views::{self, Shared};

/// A picture among the content, or a file of static/.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Path within the site; one that begins with [`diag::EMBEDDED`] is part of the program.
    pub path: String,
    /// Of its bytes.
    pub bytes: Fingerprint,
    /// What it is and says, of pictures.
    pub picture: Option<Arc<Facts>>,
}

impl Asset {
    /// What is made of it; `None` when it is copied as it is.
    #[must_use]
    pub fn variants(&self, settings: &image::Settings) -> Option<Variants> {
        Variants::of(self.picture.as_deref()?, settings)
    }
}

/// Addresses that were published. They are checked against the plan and are no part of any page.
#[derive(Clone, Debug, Default)]
pub struct Frozen {
    /// Those of urls.txt, with their lines.
    pub urls: Vec<(usize, OutPath)>,
    /// Where articles stood that have expired: that was foreseen.
    pub expired: Vec<OutPath>,
}

impl Frozen {
    /// Reads urls.txt: a path from the site's root on each line; `#` begins a remark.
    #[must_use]
    pub fn new(text: &str, gated: &Gated, config: &Config) -> Self {
        let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let urls: Vec<(usize, OutPath)> =
            lines.filter_map(|(line, url)| Some((line, path::of_url(url)?))).collect();
        let expired = |(record, at): &(Arc<Record>, usize)| {
            crate::index::article_path(&record.items[*at].header, config).ok()
        };
        let expired =
            if urls.is_empty() { Vec::new() } else { gated.expired.iter().filter_map(expired).collect() };
        Self { urls, expired }
    }
}

/// What a site is made from. A copy shares nearly all of it.
#[derive(Clone)]
pub struct Site {
    /// site.toml.
    pub config: Arc<Config>,
    /// Templates of the site and of the default theme.
    pub templates: Arc<Templates>,
    /// The visible articles.
    pub index: Index,
    /// Pictures that visible articles show, by path within the site.
    pub pictures: Arc<BTreeMap<String, Asset>>,
    /// Files copied as they are, by output path.
    pub statics: Arc<BTreeMap<String, Asset>>,
    /// The build's instant.
    pub clock: Clock,
    /// What must not vanish.
    pub frozen: Arc<Frozen>,
    cards: Arc<Vec<Once>>,
    terms: Arc<Terms>,
    /// How many cards are kept as templates see them.
    kept: Arc<AtomicUsize>,
    views: Arc<BTreeMap<String, Once>>,
    shelves: Arc<Shelves>,
}

/// Fingerprints of the words on shelves, as far as they were asked for.
type Shelves = Mutex<BTreeMap<Shelf, Fingerprint>>;

/// What is computed once, when it is first asked for: the fingerprint and value of a card, a term or a shared view.
#[derive(Default)]
struct Once {
    fingerprint: OnceLock<Fingerprint>,
    value: OnceLock<Value>,
}

/// Sections, tags and authors by their numbers.
#[derive(Default)]
struct Terms {
    sections: Vec<Once>,
    tags: Vec<Once>,
    authors: Vec<Once>,
}

impl Terms {
    fn of(index: &Index) -> Self {
        let fresh = |count: usize| std::iter::repeat_with(Once::default).take(count).collect();
        let counts = [&index.sections, &index.tags, &index.authors].map(Vec::len);
        let [sections, tags, authors] = counts.map(fresh);
        Self { sections, tags, authors }
    }

    fn get(&self, id: TermId) -> &Once {
        match id {
            TermId::Section(at) => &self.sections[at],
            TermId::Tag(at) => &self.tags[at],
            TermId::Author(at) => &self.authors[at],
        }
    }
}

/// What the gate let through, before any address is known.
pub struct Gated {
    /// Visible items.
    pub visible: Vec<Visible>,
    /// Complaints on the way.
    pub diags: Vec<Diag>,
    /// For how long the gate's answers hold.
    pub validity: Validity,
    /// Articles waiting behind the gate.
    pub hidden: usize,
    /// Articles that have expired: the record, and which of its items.
    pub expired: Vec<(Arc<Record>, usize)>,
}

/// Shadowing, gate and repeats.
#[must_use]
pub fn gate(records: &[Arc<Record>], config: &Config, clock: &Clock) -> Gated {
    let (shadowed, mut diags) = shadowed(records);
    let mut gated = Gated {
        visible: Vec::new(),
        diags: Vec::new(),
        validity: Validity::default(),
        hidden: 0,
        expired: Vec::new(),
    };
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for record in records {
        for (at, item) in record.items.iter().enumerate() {
            if shadowed.contains(&(record.path.as_str(), at)) {
                continue;
            }
            let (visibility, validity) = clock.visibility(&item.header, config.hold_flagged);
            gated.validity = gated.validity.and(validity);
            if visibility == Visibility::Hidden {
                gated.hidden += 1;
                if item.header.expires.is_some_and(|until| until.seconds <= clock.now) {
                    gated.expired.push((record.clone(), at));
                }
                continue;
            }
            if let Some(key) = &item.dump_key
                && let Some(first) = seen.insert(key, &record.path)
            {
                seen.insert(key, first);
                diags.push(diag::repeated_item(&record.path, &item.header.title, first));
                continue;
            }
            let withdrawn = visibility == Visibility::Withdrawn;
            gated.visible.push(Visible { record: record.clone(), item: at, withdrawn });
        }
    }
    diags.extend(leave_out_repeats(&mut gated.visible));
    gated.diags = diags;
    gated
}

/// Of articles of dumps that tell one story, only the first stays: the earliest, since its page is known
/// already. Markdown is left alone: what an editor put on the site twice is meant so.
fn leave_out_repeats(visible: &mut Vec<Visible>) -> Vec<Diag> {
    let item = |at: usize| &visible[at].record.items[visible[at].item];
    let day = |at: usize| item(at).header.date.map(|date| date.seconds);
    let mut found: Vec<usize> = (0..visible.len()).filter(|at| item(*at).signature.is_known()).collect();
    // Those without a date come last; else as they stand.
    found.sort_by_key(|at| (day(*at).is_none(), day(*at), *at));
    let texts: Vec<_> = found.iter().map(|at| (&item(*at).signature, day(*at))).collect();
    let mut first_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (first, second) in near::pairs(&texts) {
        // Pairs are sorted: whether the first stays is settled by now.
        if !first_of.contains_key(&first) {
            first_of.entry(second).or_insert(first);
        }
    }
    let diag = |(second, first): (&usize, &usize)| {
        let [second, first] = [found[*second], found[*first]];
        let path = |at: usize| visible[at].record.path.as_str();
        diag::similar_item(path(second), &item(second).header.title, path(first), &item(first).header.title)
    };
    let diags = first_of.iter().map(diag).collect();
    let left_out: BTreeSet<usize> = first_of.keys().map(|at| found[*at]).collect();
    let mut at = 0..;
    visible.retain(|_| at.next().is_some_and(|at| !left_out.contains(&at)));
    diags
}

/// Dump items that a Markdown article stands in for, whether it is visible or not.
fn shadowed(records: &[Arc<Record>]) -> (BTreeSet<(&str, usize)>, Vec<Diag>) {
    let mut by_key: BTreeMap<&str, Vec<(&str, usize)>> = BTreeMap::new();
    let mut dumps: BTreeMap<&str, usize> = BTreeMap::new();
    for record in records {
        for (at, item) in record.items.iter().enumerate() {
            if let Some(key) = &item.dump_key {
                by_key.entry(key).or_default().push((&record.path, at));
                *dumps.entry(&record.path).or_default() += 1;
            }
        }
    }
    let (mut shadowed, mut diags, mut lost) = (BTreeSet::new(), Vec::new(), Vec::new());
    let stand_ins =
        records.iter().flat_map(|r| r.items.iter().filter(|i| i.dump_key.is_none()).map(move |i| (r, i)));
    for (record, item) in stand_ins {
        let Some(source) = &item.header.source else { continue };
        if let Some(dump) = source.dump.as_deref().and_then(Fingerprint::read) {
            // Cut by hand: what a parser finds in it are other articles, and all of them are dealt with.
            let whole = records.iter().find(|record| record.text == dump);
            shadowed.extend(whole.iter().flat_map(|r| (0..r.items.len()).map(|at| (r.path.as_str(), at))));
        }
        match by_key.get(source.sha256.as_str()) {
            Some(items) => shadowed.extend(items.iter().copied()),
            None => lost.push((record, source)),
        }
    }
    // The dump was edited after the import: its number is the best hint left, and showing a story
    // twice is worse than not showing a new one.
    for (record, source) in lost {
        let file = if source.file.starts_with("content/") {
            source.file.clone()
        } else {
            format!("content/{}", source.file)
        };
        let Some((dump, items)) = dumps.get_key_value(file.as_str()) else { continue };
        diags.push(diag::source_gone(&record.path, dump));
        let at = source.item.saturating_sub(1) as usize;
        if at < *items {
            shadowed.insert((dump, at));
        }
    }
    (shadowed, diags)
}

/// Paths within the site of all pictures that visible articles mention.
#[must_use]
pub fn wanted_pictures(visible: &[Visible]) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    for seen in visible.iter().filter(|seen| !seen.withdrawn) {
        let item = &seen.record.items[seen.item];
        let lead = item.header.image.as_ref().and_then(|image| image.src.as_deref());
        let named = lead.into_iter().chain(item.facts.images.iter().map(String::as_str));
        wanted.extend(named.filter_map(|src| beside(&seen.record.path, src)));
    }
    wanted
}

/// Pictures of the authors of visible articles.
#[must_use]
pub fn portraits(visible: &[Visible], config: &Config) -> BTreeSet<String> {
    let described = || config.editions.iter().flat_map(|edition| &edition.authors);
    if !described().any(|(_, person)| person.picture.is_some()) {
        return BTreeSet::new();
    }
    let headers = visible.iter().filter(|seen| !seen.withdrawn).map(|s| &s.record.items[s.item].header);
    let names: BTreeSet<&String> =
        headers.flat_map(|header| header.authors.iter().chain(header.roles.values().flatten())).collect();
    let names: BTreeSet<String> = names.into_iter().map(|name| path::slugify(name)).collect();
    let src = described().filter(|(slug, _)| names.contains(*slug));
    let src = src.filter_map(|(_, person)| person.picture.as_ref()?.src.as_deref());
    src.filter_map(|src| beside("content/", src)).collect()
}

/// How an item of the file at `path` writes the picture at `picture`, if it mentions it.
#[must_use]
pub fn mentions<'i>(path: &str, item: &'i crate::source::Item, picture: &str) -> Option<&'i str> {
    let lead = item.header.image.as_ref().and_then(|image| image.src.as_deref());
    let mut named = lead.into_iter().chain(item.facts.images.iter().map(String::as_str));
    named.find(|src| beside(path, src).as_deref() == Some(picture))
}

impl Site {
    /// Puts a snapshot together. `records` are those of [`gate`]; `pictures` of [`wanted_pictures`].
    #[must_use]
    pub fn new(
        config: Arc<Config>,
        templates: Arc<Templates>,
        gated: &Gated,
        pictures: BTreeMap<String, Asset>,
        statics: BTreeMap<String, Asset>,
        clock: Clock,
        frozen: Frozen,
    ) -> Checked<Self> {
        let Checked { value: index, diags } = Index::new(&gated.visible, &config);
        let mut site = Self {
            config,
            templates,
            index,
            pictures: Arc::new(pictures),
            statics: Arc::new(statics),
            clock,
            frozen: Arc::new(frozen),
            cards: Arc::default(),
            terms: Arc::default(),
            kept: Arc::default(),
            views: Arc::default(),
            shelves: Arc::default(),
        };
        site.cards = Arc::new(site.index.ids().map(|_| Once::default()).collect());
        site.terms = Arc::new(Terms::of(&site.index));
        Checked { value: site, diags }
    }

    /// The snapshot of the last build again: its index, and its shared views by name with their fingerprints.
    #[must_use]
    pub fn thawed(
        config: Arc<Config>,
        templates: Arc<Templates>,
        index: Index,
        assets: [BTreeMap<String, Asset>; 2],
        clock: Clock,
        views: &[(String, Fingerprint)],
    ) -> Self {
        let known = |(name, fingerprint): &(String, Fingerprint)| {
            (name.clone(), Once { fingerprint: OnceLock::from(*fingerprint), ..Once::default() })
        };
        let [pictures, statics] = assets.map(Arc::new);
        let cards = Arc::new(index.ids().map(|_| Once::default()).collect());
        let terms = Arc::new(Terms::of(&index));
        let views = Arc::new(views.iter().map(known).collect());
        // Which addresses there are has not changed, so what must not vanish has not.
        let frozen = Arc::default();
        Self {
            config,
            templates,
            index,
            pictures,
            statics,
            clock,
            frozen,
            cards,
            terms,
            kept: Arc::default(),
            views,
            shelves: Arc::default(),
        }
    }

    /// The shared views by name, with their fingerprints.
    #[must_use]
    pub fn view_fingerprints(&self) -> Vec<(String, Fingerprint)> {
        let names = self.views.keys();
        names.map(|name| (name.clone(), self.view_fingerprint(name).unwrap_or_default())).collect()
    }

    /// With the shared views that the templates in use mention.
    #[must_use]
    pub fn with_views(mut self) -> (Self, Validity) {
        let mut validity = Validity::default();
        let views: BTreeMap<String, Once> = views::wanted(&self)
            .into_iter()
            .filter_map(|name| {
                validity = validity.and(views::shared(&self, &name)?.validity);
                Some((name, Once::default()))
            })
            .collect();
        self.views = Arc::new(views);
        (self, validity)
    }

    /// The same site with another index, in which there may be articles in these languages that there were none in; and
    /// for how long its shared views hold.
    #[must_use]
    pub fn with_index(&self, index: Index, languages: impl Iterator<Item = String>) -> (Self, Validity) {
        let more = languages.filter_map(|lang| views::words_of(&lang, self.views.keys()));
        let names: BTreeSet<String> = self.views.keys().cloned().chain(more).collect();
        let cards = Arc::new(index.ids().map(|_| Once::default()).collect());
        let terms = Arc::new(Terms::of(&index));
        let views = Arc::new(names.into_iter().map(|name| (name, Once::default())).collect());
        let (kept, shelves) = Default::default();
        let site = Self { index, cards, terms, views, kept, shelves, ..self.clone() };
        let shared = site.views.keys().filter_map(|name| views::shared(&site, name));
        let validity = shared.fold(Validity::default(), |validity, shared| validity.and(shared.validity));
        (site, validity)
    }

    /// The same site after the text of a file changed and nothing that anybody else shows of it; `None`
    /// when more than that changed.
    #[must_use]
    pub fn with_text(&self, record: &Arc<Record>) -> Option<Self> {
        // Cards and views hold nothing of a text.
        let site = self.clone();
        let index = site.index.with_text(record)?;
        Some(Self { index, shelves: Arc::default(), ..site })
    }

    /// The same site after words of a file changed that decide neither which pages there are nor their order;
    /// `None` when more than that changed. Its social card is called after its words, and may have another name now.
    #[must_use]
    pub fn with_words(&self, record: &Arc<Record>) -> Option<Self> {
        let index = self.index.clone().with_words(record)?;
        let cards = Arc::new(index.ids().map(|_| Once::default()).collect());
        let views = Arc::new(self.views.keys().map(|name| (name.clone(), Once::default())).collect());
        Some(Self { index, cards, views, shelves: Arc::default(), ..self.clone() })
    }

    /// The same site after the bytes of a file changed that is copied as it is; `None` when there is no such file.
    #[must_use]
    pub fn with_static(&self, path: &str, bytes: Fingerprint) -> Option<Self> {
        let mut statics = BTreeMap::clone(&self.statics);
        statics.values_mut().find(|asset| asset.path == path)?.bytes = bytes;
        Some(Self { statics: Arc::new(statics), ..self.clone() })
    }

    /// Complaints about names in templates, and about views that take a name of ours.
    #[must_use]
    pub fn check_names(&self) -> Vec<Diag> {
        let ours = || views::SHARED.iter().chain(&views::PAGE).map(|name| name.name);
        let known: BTreeSet<&str> =
            ours().chain(self.config.views.iter().map(|view| view.name.as_str())).collect();
        let taken = self.config.views.iter().filter(|view| ours().any(|name| name == view.name));
        let taken = taken.map(|view| diag::view_name_taken(&view.name));
        let templates =
            crate::plan::TEMPLATES.iter().flat_map(|template| self.templates.check_names(template, &known));
        let mut diags: Vec<Diag> = taken.chain(templates).collect();
        diag::sort(&mut diags);
        diags.dedup();
        diags
    }

    /// Fingerprint of a tree of ingredients.
    #[must_use]
    pub fn fingerprint(&self, ingredient: &Ingredient<'_>) -> Fingerprint {
        let mut hasher = Hasher::new();
        self.put_into(&mut hasher, ingredient);
        hasher.finish()
    }

    /// Puts a tree of ingredients into a hasher.
    pub(crate) fn put_into(&self, hasher: &mut Hasher, ingredient: &Ingredient<'_>) {
        ingredient.hash(hasher, &|shared| match shared {
            Ingredient::Card(id) => self.card_fingerprint(*id),
            Ingredient::Term(id) => self.term_fingerprint(*id),
            _ => Fingerprint::default(),
        });
    }

    fn term_fingerprint(&self, id: TermId) -> Fingerprint {
        *self.terms.get(id).fingerprint.get_or_init(|| self.fingerprint(&views::term(self, id)))
    }

    /// A section, tag or author as cards show it; made once and shared.
    #[must_use]
    pub fn term_value(&self, id: TermId) -> Value {
        self.terms.get(id).value.get_or_init(|| self.plain_value(&views::term(self, id))).clone()
    }

    /// Fingerprint of an article's card.
    #[must_use]
    pub fn card_fingerprint(&self, id: ArticleId) -> Fingerprint {
        let make = || self.fingerprint(&views::card(self, id));
        self.cards.get(id.at()).map(|card| *card.fingerprint.get_or_init(make)).unwrap_or_default()
    }

    /// Fingerprint of all that the words on a shelf come from: texts, and what is said of them in front matter.
    #[must_use]
    pub fn shelf_fingerprint(&self, shelf: &Shelf) -> Fingerprint {
        let known = || self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fingerprint) = known().get(shelf) {
            return *fingerprint;
        }
        let mut hasher = Hasher::new();
        hasher.text(&self.config.edition(shelf.edition).language);
        let full_text = self.config.search.full_text;
        for id in self.index.on_shelf(shelf) {
            let article = self.index.article(id);
            for (text, weight) in article.header().words() {
                hasher.tag(weight as u8).text(text);
            }
            hasher.tag(u8::MAX).fingerprint(if full_text {
                article.item().body
            } else {
                Fingerprint::default()
            });
        }
        let fingerprint = hasher.finish();
        known().insert(*shelf, fingerprint);
        fingerprint
    }

    /// A card as templates see it; made once and shared, but on sites so large that this would fill the memory.
    #[must_use]
    pub fn card_value(&self, id: ArticleId) -> Value {
        /// A card takes two to three kilobytes.
        const KEPT: usize = 8_192;
        let make = || self.plain_value(&views::card(self, id));
        let Some(card) = self.cards.get(id.at()) else { return Value::none() };
        if let Some(value) = card.value.get() {
            return value.clone();
        }
        if self.kept.fetch_add(1, Ordering::Relaxed) < KEPT {
            card.value.get_or_init(make).clone()
        } else {
            make()
        }
    }

    /// Fingerprint of a shared view; `None` when there is no such view.
    #[must_use]
    pub fn view_fingerprint(&self, name: &str) -> Option<Fingerprint> {
        let make = || {
            views::shared(self, name).map(|shared| self.fingerprint(&shared.ingredient)).unwrap_or_default()
        };
        self.views.get(name).map(|view| *view.fingerprint.get_or_init(make))
    }

    /// A shared view as templates see it; made once and shared.
    #[must_use]
    pub fn view_value(&self, name: &str) -> Option<Value> {
        let make = || {
            views::shared(self, name)
                .map_or_else(Value::none, |Shared { ingredient, .. }| self.plain_value(&ingredient))
        };
        self.views.get(name).map(|view| view.value.get_or_init(make).clone())
    }

    /// The value of a tree without a body in it.
    pub(crate) fn plain_value(&self, ingredient: &Ingredient<'_>) -> Value {
        let leaf = |leaf: &Ingredient<'_>| -> Result<Value, std::convert::Infallible> {
            Ok(match leaf {
                Ingredient::Card(id) => self.card_value(*id),
                Ingredient::Term(id) => self.term_value(*id),
                _ => Value::none(),
            })
        };
        match ingredient.value(&leaf) {
            Ok(value) => value,
        }
    }

    /// The file of the first article that shows a picture.
    #[must_use]
    pub fn mention(&self, picture: &Asset) -> Option<Place> {
        let mut articles = self.index.articles.iter();
        let article = articles.find(|a| mentions(a.path(), a.item(), &picture.path).is_some())?;
        Some(Place::file(article.path()))
    }

    /// A page's address inside the site.
    #[must_use]
    pub fn href(&self, out: &OutPath) -> String {
        out.href(self.config.link_index)
    }

    /// A page's address on the web.
    #[must_use]
    pub fn permalink(&self, out: &OutPath) -> String {
        format!("{}{}", self.config.base_url, out.url())
    }
}

/// A picture that an article mentions and that is not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The article's file.
    pub path: String,
    /// The picture as written there.
    pub src: String,
    /// It is the article's lead picture.
    pub is_lead: bool,
}

/// Pictures that visible articles mention and that are not among these.
#[must_use]
pub fn missing_pictures(visible: &[Visible], there: &impl Fn(&str) -> bool) -> Vec<Missing> {
    let mut missing = Vec::new();
    for seen in visible.iter().filter(|seen| !seen.withdrawn) {
        let (path, item) = (&seen.record.path, &seen.record.items[seen.item]);
        let is_there = |src: &str| beside(path, src).is_some_and(|file| there(&file));
        let lead = item.header.image.as_ref().and_then(|image| image.src.as_deref());
        let lead = lead.filter(|src| !is_there(src)).map(|src| (src, true));
        let in_text = item.facts.images.iter().filter(|src| !src.starts_with('/') && !is_there(src));
        let in_text = in_text.map(|src| (src.as_str(), false));
        missing.extend(lead.into_iter().chain(in_text).map(|(src, is_lead)| Missing {
            path: path.clone(),
            src: src.to_owned(),
            is_lead,
        }));
    }
    missing
}
