//! What the preview shows now: a snapshot that is replaced as a whole, and the news of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::watch;

use crate::article::Header;
use crate::clock::Validity;
use crate::diag::Diag;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::index::ArticleId;
use crate::made::Made;
use crate::plan::{self, Outline, Page, Planned, Work};
use crate::site::Site;
use crate::source::{Record, Rules};

/// A site that can be shown.
pub(super) struct Shown {
    pub(super) site: Site,
    outline: Arc<Outline>,
    /// Social cards that are called otherwise than in the outline, since their words changed after it was made.
    renamed: Arc<Vec<Planned>>,
    pub(super) rules: Rules,
    /// Until when it holds.
    pub(super) validity: Validity,
    /// Of all style sheets among the files that are copied: a tab can swap these in place.
    pub(super) styles: Fingerprint,
    /// Of the other such files.
    pub(super) files: Fingerprint,
}

impl Shown {
    pub(super) fn new(site: Site, outline: Outline, rules: Rules, validity: Validity) -> Self {
        let of = |is_style: bool| {
            let mut hasher = Hasher::new();
            for (out, asset) in site.statics.iter().filter(|(out, _)| out.ends_with(".css") == is_style) {
                hasher.text(out).fingerprint(asset.bytes);
            }
            hasher.finish()
        };
        let (styles, files) = (of(true), of(false));
        Self { site, outline: Arc::new(outline), renamed: Arc::default(), rules, validity, styles, files }
    }

    /// The same but for the texts and words of the articles at `paths`.
    pub(super) fn with<'p>(&self, site: Site, paths: impl IntoIterator<Item = &'p str>) -> Self {
        let before = self.renamed.iter().filter_map(Self::card_of);
        let edited = paths.into_iter().filter_map(|path| site.index.by_path(path));
        let ids: BTreeSet<ArticleId> = before.chain(edited).collect();
        let cards = ids.into_iter().filter_map(|id| plan::social_card(&site, id));
        let renamed = cards.filter(|card| self.outline.find(card.out.as_str()).is_none()).collect();
        let (outline, rules) = (Arc::clone(&self.outline), self.rules.clone());
        Self { site, outline, renamed: Arc::new(renamed), rules, ..*self }
    }

    /// The same but for the bytes of files that are copied as they are, by their paths.
    pub(super) fn with_files(&self, copied: &BTreeMap<&str, Fingerprint>) -> Self {
        let mut outline = Outline::clone(&self.outline);
        for planned in &mut outline.outputs {
            if let Work::Copy(asset) = &mut planned.work
                && let Some(bytes) = copied.get(asset.path.as_str())
            {
                asset.bytes = *bytes;
            }
        }
        let renamed = Arc::clone(&self.renamed);
        Self { renamed, ..Self::new(self.site.clone(), outline, self.rules.clone(), self.validity) }
    }

    /// The output at a path.
    pub(super) fn find(&self, out: &str) -> Option<&Planned> {
        let is_called_so = |planned: &&Planned| {
            let card = Self::card_of(planned).map(|id| plan::social_card(&self.site, id));
            card.is_none_or(|card| card.is_some_and(|card| card.out == planned.out))
        };
        let renamed = || self.renamed.iter().find(|planned| planned.out.as_str() == out);
        self.outline.find(out).filter(is_called_so).or_else(renamed)
    }

    /// The article whose social card an output is.
    fn card_of(planned: &Planned) -> Option<ArticleId> {
        match planned.work {
            Work::Made(Made::SocialCard(id)) => Some(id),
            _ => None,
        }
    }

    /// The article that a page shows, if it is one's page.
    pub(super) fn article(&self, planned: &Planned) -> Option<(&str, &Header)> {
        let Work::Page(Page::Article(id) | Page::Standing(id)) = planned.work else { return None };
        let article = self.site.index.article(id);
        Some((article.path(), article.header()))
    }
}

/// What requests are answered from.
#[derive(Clone, Default)]
pub(super) struct View {
    /// Counts views.
    pub(super) serial: u64,
    /// The newest site that can be shown; `None` until there is one.
    pub(super) shown: Option<Arc<Shown>>,
    /// Every content file as it was last read, shown or not, sorted by path: what may be opened and changed.
    pub(super) records: Arc<Vec<Arc<Record>>>,
    /// What is wrong with the sources.
    pub(super) problems: Vec<Diag>,
    /// The site as of an instant that was chosen, instead of as of now.
    pub(super) fixed: bool,
    /// The problems prevent a newer snapshot: an older one is shown.
    pub(super) stale: bool,
}

impl View {
    /// The record of a content file; paths that a request names are looked up here and nowhere else.
    pub(super) fn record(&self, path: &str) -> Option<&Arc<Record>> {
        let at = self.records.binary_search_by(|record| record.path.as_str().cmp(path)).ok()?;
        self.records.get(at)
    }
}

/// The current view.
pub(super) struct Live {
    view: RwLock<Arc<View>>,
    serial: watch::Sender<u64>,
}

impl Live {
    pub(super) fn new(view: View) -> Self {
        Self { serial: watch::Sender::new(view.serial), view: RwLock::new(Arc::new(view)) }
    }

    pub(super) fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn publish(&self, view: View) {
        let serial = view.serial;
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(view);
        self.serial.send_replace(serial);
    }

    /// Hears of every new view.
    pub(super) fn news(&self) -> watch::Receiver<u64> {
        self.serial.subscribe()
    }

    /// Waits a little for a view newer than `serial`.
    pub(super) async fn newer_than(&self, serial: u64) {
        /// A file that changes under a request is at rest again after this, or the request gives up.
        const PATIENCE: Duration = Duration::from_millis(500);
        let mut news = self.news();
        let _ = tokio::time::timeout(PATIENCE, news.wait_for(|newest| *newest > serial)).await;
    }
}
