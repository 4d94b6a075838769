//! The last build's site again after a few files changed: its index is read from the ledger, as far as it is needed.
//!
//! This is for what editors do all day: another text, a new story, another title, other tags, a story that goes. Whatever
//! could reach further than to the lists of these stories is left to [`super::load`].

use std::cmp::Ordering;
use std::sync::Arc;

use super::{Bodies, ConfigText, Listing, PUBLISHED, assets, tally, template_source, templates_of};
use crate::clock::{Clock, Validity, Visibility};
use crate::config::Config;
use crate::diff::Change;
use crate::fingerprint::Fingerprint;
use crate::index::{ArticleId, FileNow, Index, Renumbered, Visible};
use crate::ledger::{Delta, Ledger, Seen, Tally};
use crate::markdown;
use crate::path::OutPath;
use crate::site::{self, Site};
use crate::source::{self, Record, Role, Rules};
use crate::store::{Entry, Store};

/// More changed files than these are planned with everything else.
const FEW: usize = 32;

/// A content file that may have changed.
type Edit<'l> = Change<'l, Seen, Entry>;

/// The sources that must be looked at, if they are few, articles, and nothing else about the site is another than last
/// time.
#[must_use]
pub fn few_changed<'l>(
    listing: &'l Listing,
    config: &ConfigText,
    ledger: &'l Ledger,
    circumstances: Fingerprint,
    clock: &Clock,
) -> Option<Vec<Edit<'l>>> {
    let head = &ledger.head;
    let same = listing.diags.is_empty()
        && head.circumstances == circumstances
        && head.validity.holds(clock.now)
        && head.config == config.fingerprint;
    if !same || ledger.sources.len().abs_diff(listing.entries.len()) > FEW {
        return None;
    }
    let mut few = Vec::new();
    let (mut seen, mut entries) = (ledger.sources.iter().peekable(), listing.entries.iter().peekable());
    while few.len() <= FEW {
        let order = match (seen.peek(), entries.peek()) {
            (None, None) => return Some(few),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(seen), Some(entry)) => seen.path.cmp(&entry.path),
        };
        let edit = match order {
            Ordering::Less => seen.next().map(Edit::Removed),
            Ordering::Greater => entries.next().map(Edit::Added),
            Ordering::Equal => seen.next().zip(entries.next()).map(|(seen, entry)| Edit::Kept(seen, entry)),
        };
        let is_known = |edit: &Edit<'_>| match edit {
            Edit::Kept(seen, entry) => seen.stamp == entry.stamp && entry.stamp.newest() < head.began,
            Edit::Added(_) | Edit::Removed(_) => false,
        };
        if let Some(edit) = edit.filter(|edit| !is_known(edit)) {
            few.push(Some(edit).filter(is_article)?);
        }
    }
    None
}

fn is_article(edit: &Edit<'_>) -> bool {
    let (path, len) = match edit {
        Edit::Added(entry) | Edit::Kept(_, entry) => (&entry.path, entry.stamp.len),
        Edit::Removed(seen) => (&seen.path, 0),
    };
    path.starts_with("content/")
        && Role::of(path).is_some_and(|role| role != Role::Picture)
        && len <= source::ARTICLE_LIMIT
}

/// The path of a file that may have changed.
#[must_use]
pub fn path_of<'l>(edit: &Edit<'l>) -> &'l str {
    match edit {
        Edit::Added(entry) | Edit::Kept(_, entry) => &entry.path,
        Edit::Removed(seen) => &seen.path,
    }
}

/// The site of the last build with what changed since.
pub struct Again {
    /// The snapshot.
    pub site: Site,
    /// Articles whose text is another.
    pub articles: Vec<ArticleId>,
    /// The snapshot of the last build.
    pub before: Site,
    /// Which of its articles is which, when more than texts changed.
    pub renumbered: Option<Renumbered>,
    /// The rules of parsing.
    pub rules: Rules,
    /// Bodies that were parsed on the way.
    pub bodies: Bodies,
    /// What of the ledger is to be replaced.
    pub delta: Delta,
}

/// What became of a file whose text is another.
struct Edited {
    path: String,
    former: Option<Arc<Record>>,
    now: Option<Arc<Record>>,
}

impl Edited {
    /// Whether all that other pages can show of it is the same.
    fn is_text_only(&self) -> bool {
        matches!((&self.former, &self.now), (Some(former), Some(now)) if former.differs_in_text_only(now))
    }

    /// Whether nothing is said of it, and it neither is part of a dump nor stands in for one.
    fn is_plain(&self) -> bool {
        let is_plain = |record: &Arc<Record>| {
            let stands_alone = |item: &source::Item| item.dump_key.is_none() && item.header.source.is_none();
            record.diags.is_empty() && record.items.len() == 1 && record.items.iter().all(stands_alone)
        };
        Role::of(&self.path) == Some(Role::Markdown) && self.former.iter().chain(&self.now).all(is_plain)
    }
}

/// The last build's site with what these files say now; `None` when that can reach further than to their lists.
#[must_use]
pub fn again(
    store: &dyn Store,
    listing: &Listing,
    changed: &[Edit<'_>],
    config: Config,
    ledger: &Ledger,
    clock: Clock,
) -> Option<Again> {
    let rules = Rules::new(&config);
    if rules.key != ledger.head.rules {
        return None;
    }
    let index = ledger.index()?;
    let (mut delta, mut bodies) = (Delta { head: ledger.head.clone(), ..Delta::default() }, Bodies::new());
    let mut edited: Vec<Edited> = Vec::new();
    for edit in changed {
        let path = path_of(edit).to_owned();
        let former = match edit {
            Edit::Added(_) => None,
            Edit::Kept(..) | Edit::Removed(_) => Some(ledger.record(&path)?),
        };
        if let Edit::Removed(_) = edit {
            delta.gone.push(path.clone());
            edited.push(Edited { path, former, now: None });
            continue;
        }
        let (bytes, stamp) = store.read(&path).ok()??;
        let text = Fingerprint::of(&bytes);
        delta.sources.push(Seen { path: path.clone(), stamp, text, picture: None });
        if former.as_ref().is_some_and(|former| former.text == text) {
            continue;
        }
        let parsed = source::parse(&path, bytes, &rules);
        bodies.insert(path.clone(), parsed.bodies);
        delta.records.push(parsed.record.clone());
        edited.push(Edited { path, former, now: Some(Arc::new(parsed.record)) });
    }
    let templates = templates(store, listing, &config)?;
    let assets = assets(&ledger.sources, &config);
    let (config, templates) = (Arc::new(config), Arc::new(templates));
    let thawed = |index: Index| {
        Site::thawed(Arc::clone(&config), Arc::clone(&templates), index, assets.clone(), clock, &ledger.views)
    };
    if edited.iter().all(Edited::is_text_only) {
        let records: Vec<&Arc<Record>> = edited.iter().filter_map(|edited| edited.now.as_ref()).collect();
        let before = thawed(index);
        let site = records.iter().try_fold(before.clone(), |site, record| site.with_text(record))?;
        let articles = records.iter().flat_map(|record| site.index.of_file(&record.path)).collect();
        return Some(Again { site, articles, before, renumbered: None, rules, bodies, delta });
    }
    let gated =
        edited.iter().map(|edited| Gated::of(edited, &config, clock, ledger)).collect::<Option<Vec<_>>>()?;
    let files: Vec<FileNow> = gated
        .iter()
        .zip(&edited)
        .map(|(gated, edited)| FileNow {
            path: edited.path.clone(),
            visible: gated.now.iter().cloned().collect(),
        })
        .collect();
    let changed = index.with_files(&files, &config)?;
    let moved = edited.iter().filter(|edited| {
        let places = |index: &Index| -> Vec<OutPath> {
            index.of_file(&edited.path).map(|id| index.article(id).out.clone()).collect()
        };
        places(&index) != places(&changed.index)
    });
    if moved.into_iter().any(|edited| is_pointed_to(&edited.path, listing, &config, ledger)) {
        return None;
    }
    for gated in &gated {
        gated.count(&mut delta.head.tally);
        delta.head.gate = delta.head.gate.and(gated.validity);
    }
    if delta.head.tally.articles == 0 {
        return None;
    }
    let before = thawed(index);
    let languages =
        gated.iter().filter_map(|gated| gated.now.as_ref()?.record.items.first()?.header.lang.clone());
    let (site, validity) = before.with_index(changed.index, languages);
    delta.head.validity = delta.head.gate.and(validity);
    let (articles, renumbered) = (Vec::new(), Some(changed.renumbered));
    Some(Again { site, articles, before, renumbered, rules, bodies, delta })
}

/// The site's templates, as they are.
fn templates(store: &dyn Store, listing: &Listing, config: &Config) -> Option<crate::template::Templates> {
    let is_template = |entry: &&Entry| entry.path.starts_with("templates/");
    let mut templates = Vec::new();
    for entry in listing.entries.iter().filter(is_template) {
        let (bytes, _) = store.read(&entry.path).ok()??;
        templates.push(template_source(&entry.path, bytes).ok()?);
    }
    templates_of(templates, config).value
}

/// Whether an address or a link depends on where the article of this file is, or on whether it is there.
fn is_pointed_to(path: &str, listing: &Listing, config: &Config, ledger: &Ledger) -> bool {
    let words = config.editions.iter().flat_map(|edition| {
        let bios = edition.authors.values().map(|person| &person.bio);
        bios.chain([&edition.footer])
    });
    let leads_here = |link: &String| source::linked_file("content/", link).as_deref() == Some(path);
    let in_words = |words: &String| markdown::facts(words).links.iter().any(leads_here);
    listing.entries.iter().any(|entry| entry.path == PUBLISHED)
        || words.into_iter().any(in_words)
        || ledger.is_linked(path)
}

/// What the gate says of a file, then and now.
struct Gated {
    now: Option<Visible>,
    /// Counts of what there was.
    lost: Tally,
    /// Counts of what there is.
    won: Tally,
    /// For how long that of now holds.
    validity: Validity,
}

impl Gated {
    /// `None` when more hangs on it than the article.
    fn of(edited: &Edited, config: &Config, clock: Clock, ledger: &Ledger) -> Option<Self> {
        if !edited.is_plain() {
            return None;
        }
        let ask = |record: &Option<Arc<Record>>| {
            let Some(record) = record else { return Some((None, false, Validity::default())) };
            let header = &record.items.first()?.header;
            let (visibility, validity) = clock.visibility(header, config.hold_flagged);
            let seen = Visible { record: Arc::clone(record), item: 0, withdrawn: false };
            match visibility {
                Visibility::Shown => Some((Some(seen), false, validity)),
                Visibility::Hidden => Some((None, true, validity)),
                Visibility::Withdrawn => None,
            }
        };
        let (former, former_hidden, held) = ask(&edited.former)?;
        let (now, now_hidden, validity) = ask(&edited.now)?;
        // What the build was waiting for may have gone with it.
        if held.until != i64::MAX && held.until == ledger.head.gate.until && validity.until != held.until {
            return None;
        }
        // Other pictures are planned with the whole site; those that are no files of it are not its own.
        let is_there = |path: &str| ledger.seen(path).is_some();
        let pictures = |seen: &Option<Visible>| {
            let mut wanted = site::wanted_pictures(seen.as_slice());
            wanted.retain(|path| is_there(path));
            wanted
        };
        let (wanted, lost) = (pictures(&now), pictures(&former));
        let is_known = |path: &String| ledger.seen(path).is_some_and(|seen| seen.picture.is_some());
        let pictures_stay = lost.is_subset(&wanted)
            && wanted.difference(&lost).all(is_known)
            && site::missing_pictures(now.as_slice(), &is_there).is_empty();
        let count =
            |seen: &Option<Visible>, hidden| tally(seen.as_slice(), usize::from(hidden), config, clock);
        let (lost, won) = (count(&former, former_hidden), count(&now, now_hidden));
        pictures_stay.then_some(Self { now, lost, won, validity })
    }

    /// Changes the counts of a site.
    fn count(&self, tally: &mut Tally) {
        let Self { lost, won, .. } = self;
        tally.articles = tally.articles + won.articles - lost.articles;
        tally.lifted = tally.lifted + won.lifted - lost.lifted;
        tally.flags = tally.flags + won.flags - lost.flags;
        tally.hidden = tally.hidden + won.hidden - lost.hidden;
    }
}
