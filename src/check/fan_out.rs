//! How far a change reaches: which list of articles is on how many pages.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Plan, Work};
use crate::site::Site;
use crate::views;

/// A list of articles that pages show.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FanOut {
    /// Its name in templates.
    pub view: String,
    /// Pages that are made anew when it changes.
    pub pages: usize,
    /// All pages.
    pub of: usize,
    /// The templates that mention it.
    pub templates: Vec<String>,
}

/// The lists with the pages that mention them, those with most pages first.
#[must_use]
pub(super) fn table(site: &Site, plan: &Plan) -> Vec<FanOut> {
    let mut pages: BTreeMap<&'static str, usize> = BTreeMap::new();
    for recipe in &plan.recipes {
        if let Work::Page(page) = &recipe.work {
            *pages.entry(page.template()).or_default() += 1;
        }
    }
    let of = pages.values().sum();
    let lists = views::SHARED.iter().filter(|name| name.shape.contains("card")).map(|name| name.name);
    let lists: BTreeSet<&str> =
        lists.chain(site.config.views.iter().map(|view| view.name.as_str())).collect();
    let mut table: Vec<FanOut> = Vec::new();
    for view in lists {
        let mentions =
            pages.iter().filter(|(template, _)| site.templates.names(template).iter().any(|n| n == view));
        let (templates, counts): (Vec<String>, Vec<usize>) =
            mentions.map(|(template, count)| ((*template).to_owned(), *count)).unzip();
        if !templates.is_empty() {
            table.push(FanOut { view: view.to_owned(), pages: counts.iter().sum(), of, templates });
        }
    }
    table.sort_by(|a, b| (b.pages, &a.view).cmp(&(a.pages, &b.view)));
    table
}
