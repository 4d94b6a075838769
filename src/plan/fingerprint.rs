//! Of what an output is made: the fingerprint of its recipe.

use std::collections::BTreeMap;

use super::{Page, Work};
use crate::config::EditionId;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::ingredient::Ingredient;
use crate::path::OutPath;
use crate::site::Site;
use crate::views;

/// Where a name's value comes from.
enum Origin {
    /// The same on every page of an edition.
    Shared(Fingerprint),
    /// One of a few forms, shared by the pages that have it.
    Form,
    /// The page.
    Page,
}

/// What each template mentions, by edition, with the fingerprint of all that does not depend on the page.
pub(super) struct Mentions<'s>(BTreeMap<(&'static str, EditionId), Vec<(&'s str, Origin)>>);

impl<'s> Mentions<'s> {
    pub(super) fn of(site: &'s Site, templates: impl IntoIterator<Item = &'static str>) -> Self {
        let editions = || site.config.edition_ids();
        let pairs = templates.into_iter().flat_map(|template| editions().map(move |id| (template, id)));
        let mentions = pairs.map(|(template, edition)| {
            let names = site.templates.names(template).iter().map(|name| {
                let origin = match site.view_fingerprint(&views::key(name, edition)) {
                    Some(view) => Origin::Shared(view),
                    None if views::FORMS.contains(&name.as_str()) => Origin::Form,
                    None => Origin::Page,
                };
                (name.as_str(), origin)
            });
            ((template, edition), names.collect())
        });
        Self(mentions.collect())
    }
}

/// The fingerprint of the shared view that a name stands for on a page, if it is one.
pub(super) fn shared_view(site: &Site, page: &Page, out: &OutPath, name: &str) -> Option<Fingerprint> {
    let form = views::form(site, page, out, name);
    site.view_fingerprint(form.as_deref().unwrap_or(name))
}

pub(super) fn fingerprint(site: &Site, mentions: &Mentions<'_>, out: &OutPath, work: &Work) -> Fingerprint {
    let mut hasher = Hasher::new();
    hasher.text(crate::ENGINE).text(out.as_str());
    let page = match work {
        Work::Copy(asset) => return hasher.tag(1).fingerprint(asset.bytes).finish(),
        Work::Made(made) => {
            made.put_into(site, hasher.tag(3));
            return hasher.finish();
        }
        Work::Page(page) => page,
    };
    let template = page.template();
    hasher.tag(2).text(template).fingerprint(site.templates.fingerprint(template));
    for (name, origin) in mentions.0.get(&(template, page.edition(&site.index))).into_iter().flatten() {
        hasher.text(name);
        match origin {
            Origin::Shared(view) => {
                hasher.fingerprint(*view);
            }
            Origin::Form => {
                let form = views::form(site, page, out, name);
                hasher.fingerprint(form.and_then(|form| site.view_fingerprint(&form)).unwrap_or_default());
            }
            Origin::Page => {
                let ingredient = views::page(site, page, out, name).unwrap_or(Ingredient::Null);
                site.put_into(&mut hasher, &ingredient);
            }
        }
    }
    hasher.finish()
}
