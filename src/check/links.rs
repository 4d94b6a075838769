//! Every link of every page: does it lead to an output of this site, and to an anchor that is there?

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::Looked;
use super::address::To;
use super::facts::Found;
use crate::diag::PageFault;
use crate::site::{self, Site};
use crate::source::Role;

/// What can be linked to.
pub(super) struct Places<'p> {
    outputs: HashMap<&'p str, usize>,
    looked: &'p [Looked<'p>],
}

/// A fault with the page it is on, by its number.
pub(super) type OnPage = (usize, Found);

impl<'p> Places<'p> {
    /// All outputs of a site.
    #[must_use]
    pub(super) fn new(looked: &'p [Looked<'p>]) -> Self {
        let outputs = looked.iter().enumerate().map(|(at, one)| (one.out.as_str(), at)).collect();
        Self { outputs, looked }
    }

    /// The output that a host serves at a path.
    #[must_use]
    pub(super) fn find(&self, path: &str) -> Option<usize> {
        if path.is_empty() || path.ends_with('/') {
            return self.outputs.get(format!("{path}index.html").as_str()).copied();
        }
        let exact = self.outputs.get(path).copied();
        exact.or_else(|| self.outputs.get(format!("{path}/index.html").as_str()).copied())
    }

    /// The output whose path is most like this one.
    #[must_use]
    pub(super) fn nearest(&self, path: &str) -> Option<&'p str> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let close = |out: &&str| out.len().abs_diff(path.len()) <= 8;
        let outputs = || self.looked.iter().map(|one| one.out.as_str()).filter(close);
        let same_name = outputs().find(|out| !name.is_empty() && out.rsplit('/').next() == Some(name));
        same_name.or_else(|| crate::diag::nearest(path, outputs()))
    }

    /// Links of all pages that lead nowhere.
    #[must_use]
    pub(super) fn broken(&self) -> Vec<OnPage> {
        self.looked.par_iter().enumerate().flat_map_iter(|(at, page)| self.broken_on(at, page)).collect()
    }

    fn broken_on(&self, at: usize, page: &Looked<'p>) -> Vec<OnPage> {
        let mut faults = Vec::new();
        for link in &page.facts.links {
            let To::Inside(path, anchor) = &link.to else { continue };
            let fault = |fault, what: String| (at, Found { fault, what, line: link.line });
            match self.find(path) {
                None if link.is_asset => faults.push(fault(PageFault::Asset, format!("/{path}"))),
                None => faults.push(fault(PageFault::Link, format!("/{path}"))),
                Some(target) => {
                    let target = &self.looked[target];
                    // Anchors of files that are no pages are their readers' business.
                    if target.out.as_str().ends_with(".html") && !target.facts.has_anchor(anchor) {
                        faults.push(fault(PageFault::Anchor, format!("/{path}#{anchor}")));
                    }
                }
            }
        }
        faults
    }
}

/// Links to files of content that are not there, or not out.
#[must_use]
pub(super) fn to_files(site: &Site, files: &BTreeSet<&str>, looked: &[Looked<'_>]) -> Vec<OnPage> {
    let mut faults = Vec::new();
    for (at, page) in looked.iter().enumerate() {
        let Some(id) = page.article else { continue };
        let path = site.index.article(id).path();
        for (written, line) in &page.facts.written {
            let target = written.split(['?', '#']).next().unwrap_or(written);
            if !matches!(Role::of(target), Some(Role::Markdown | Role::Text)) || written.contains("://") {
                continue;
            }
            let file = site::beside(path, target);
            if file.as_deref().and_then(|file| site.index.by_path(file)).is_some() {
                continue;
            }
            let is_hidden = file.as_deref().is_some_and(|file| files.contains(file));
            let (fault, what) = if is_hidden {
                (PageFault::HiddenLink, String::new())
            } else {
                (PageFault::Link, written.clone())
            };
            faults.push((at, Found { fault, what, line: *line }));
        }
    }
    faults
}
