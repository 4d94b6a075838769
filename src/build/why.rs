//! Why an output is rendered: which of its ingredients are others than at the last build.

use std::sync::Arc;

use crate::fingerprint::Fingerprint;
use crate::ledger::{Head, Ledger};
use crate::load;
use crate::path::OutPath;
use crate::plan::{self, Outline, Planned, Recipe, TEMPLATES, Work};
use crate::site::Site;

/// What a build goes by, and what is known of the last one.
pub(super) struct Why<'a> {
    /// The site.
    pub(super) site: &'a Site,
    /// What is remembered.
    pub(super) ledger: &'a Ledger,
    now: &'a Head,
    former: Option<Former<'a>>,
}

/// The outputs of the last build, as far as they are known, sorted by path.
pub(super) enum Former<'a> {
    /// Of a site that is at hand.
    Some { site: &'a Site, outputs: &'a [Planned] },
    /// All of them.
    All { site: Box<Site>, outputs: Vec<Planned> },
}

impl<'a> Former<'a> {
    /// All that the ledger knows, with the templates and the configuration of now; `None` when it is damaged.
    pub(super) fn all(site: &Site, ledger: &Ledger) -> Option<Self> {
        let former = of_ledger(site, ledger)?;
        let outputs = Outline::new(&former).value.outputs;
        ledger.is_sound().then(|| Self::All { site: Box::new(former), outputs })
    }

    fn find(&self, out: &OutPath) -> Option<(&Site, &Planned)> {
        let (site, outputs): (&Site, &[Planned]) = match self {
            Self::Some { site, outputs } => (site, outputs),
            Self::All { site, outputs } => (site, outputs),
        };
        let at = outputs.binary_search_by(|planned| planned.out.cmp(out)).ok()?;
        Some((site, &outputs[at]))
    }
}

/// The site that a ledger remembers, with the templates and the configuration of another.
pub(super) fn of_ledger(site: &Site, ledger: &Ledger) -> Option<Site> {
    let assets = load::assets(&ledger.sources, &site.config);
    let (config, templates) = (Arc::clone(&site.config), Arc::clone(&site.templates));
    Some(Site::thawed(config, templates, ledger.index()?, assets, site.clock, &ledger.views))
}

/// The fingerprints of a site's templates.
pub(super) fn templates(site: &Site) -> Vec<(String, Fingerprint)> {
    TEMPLATES.iter().map(|name| ((*name).to_owned(), site.templates.fingerprint(name))).collect()
}

impl<'a> Why<'a> {
    pub(super) fn new(site: &'a Site, now: &'a Head, ledger: &'a Ledger, former: Option<Former<'a>>) -> Self {
        Self { site, ledger, now, former }
    }

    /// Names of what is another in a recipe than it was; none when that is not known.
    pub(super) fn names(&self, recipe: &Recipe) -> Vec<String> {
        let (now, then) = (self.now, &self.ledger.head);
        let found = self.former.as_ref().and_then(|former| former.find(&recipe.out));
        let mut names = found.map_or_else(Vec::new, |(site, was)| {
            plan::differing(site, was, self.site, &Planned::from(recipe))
        });
        if let Work::Page(page) = &recipe.work {
            let of = |head: &Head| {
                let found = head.templates.iter().find(|(name, _)| name == page.template());
                found.map(|(_, fingerprint)| *fingerprint)
            };
            if of(now) != of(then) {
                names.push(page.template().to_owned());
            }
        }
        // These reach pages through much else: they are named where nothing else accounts for it.
        if names.is_empty() && now.circumstances != then.circumstances {
            names.push("the program or its options".to_owned());
        } else if names.is_empty() && now.config != then.config {
            names.push(load::CONFIG.to_owned());
        }
        names
    }
}
