//! What the preview shows now: a snapshot that is replaced as a whole, and the news of it.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::watch;

use crate::article::Header;
use crate::clock::Validity;
use crate::diag::Diag;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::plan::{Outline, Page, Planned, Work};
use crate::site::Site;
use crate::source::{Record, Rules};

/// A site that can be shown.
pub(super) struct Shown {
    pub(super) site: Site,
    pub(super) outline: Arc<Outline>,
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
        Self { site, outline: Arc::new(outline), rules, validity, styles, files }
    }

    /// The same but for the texts of articles.
    pub(super) fn with(&self, site: Site) -> Self {
        Self { site, outline: Arc::clone(&self.outline), rules: self.rules.clone(), ..*self }
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
