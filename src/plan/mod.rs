//! Output path -> recipe, for the whole site. Pure: it names what each page is made of and hashes it,
//! and renders nothing.

mod claim;
mod differ;
mod fingerprint;
mod page;
mod place;
mod reach;
mod redirect;
mod rivals;
mod scope;

pub(crate) use claim::alias_path;
pub use claim::social_card;
pub use differ::differing;
pub(crate) use page::feed_members;
pub use page::{Axis, List, Page, Part, Sheet, TEMPLATES};
pub use place::place;
pub(crate) use place::{members, neighbours, search_folder};
pub use reach::Reach;
pub(crate) use redirect::all as redirects;
pub use redirect::{Goal, Redirect};
pub(crate) use rivals::leave_out_rivals;

use rayon::prelude::*;

use self::claim::{Claim, claims, collisions};
use self::fingerprint::{Mentions, fingerprint};
use self::scope::Scope;
use crate::article::Kind;
use crate::config::FeedForm;
use crate::diag::{Checked, Diag};
use crate::fingerprint::Fingerprint;
use crate::index::ArticleId;
use crate::made::Made;
use crate::path::OutPath;
use crate::site::{Asset, Site};

/// How an output is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// By rendering a page.
    Page(Page),
    /// By copying a file.
    Copy(Asset),
    /// By generating it.
    Made(Made),
}

/// An output that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Where it goes.
    pub out: OutPath,
    /// How it is made.
    pub work: Work,
}

impl From<&Recipe> for Planned {
    fn from(recipe: &Recipe) -> Self {
        Self { out: recipe.out.clone(), work: recipe.work.clone() }
    }
}

impl Planned {
    /// The fingerprint of all that it is made of. For all outputs of a site, see [`Plan`].
    #[must_use]
    pub fn fingerprint(&self, site: &Site) -> Fingerprint {
        let template = match &self.work {
            Work::Page(page) => Some(page.template()),
            Work::Copy(_) | Work::Made(_) => None,
        };
        fingerprint(site, &Mentions::of(site, template), &self.out, &self.work)
    }
}

/// The outputs that are made of the texts of articles: what remains to be planned when these texts alone are others.
/// They are their pages, and whatever else names them in [`Page::bodies`], and the search files with their words.
#[must_use]
pub fn showing(site: &Site, articles: &[ArticleId]) -> Vec<Planned> {
    let page = |id: &ArticleId| {
        let article = site.index.article(*id);
        let page = if article.header().kind == Kind::Page { Page::Standing(*id) } else { Page::Article(*id) };
        Planned { out: article.out.clone(), work: Work::Page(page) }
    };
    let carry = site.config.edition_ids().any(|id| site.config.edition(id).feeds.full_text);
    let lists = if carry { claim::lists(site) } else { Vec::new() };
    let feeds = lists.into_iter().flat_map(|list| FeedForm::ALL.map(|form| Page::Feed { list, form }));
    let feeds = feeds.filter(|feed| feed.bodies(site).iter().any(|id| articles.contains(id)));
    let feeds = feeds.filter_map(|feed| Some(Planned { out: place(site, &feed)?, work: Work::Page(feed) }));
    articles.iter().map(page).chain(feeds).chain(claim::searched(site, articles)).collect()
}

/// All outputs of a site, sorted by path; not yet what each of them is made of.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// The outputs.
    pub outputs: Vec<Planned>,
}

impl Outline {
    /// Says what goes where. Two claims on one path are errors that name both.
    #[must_use]
    pub fn new(site: &Site) -> Checked<Self> {
        let (claims, mut diags) = claims(site, &Scope::Whole);
        diags.extend(collisions(&claims));
        diags.extend(unfit(site, &claims));
        let mut outputs: Vec<Planned> =
            claims.into_iter().map(|Claim { out, work, .. }| Planned { out, work }).collect();
        outputs.par_sort_unstable_by(|a, b| a.out.cmp(&b.out));
        Checked { value: Self { outputs }, diags }
    }

    /// The output at a path.
    #[must_use]
    pub fn find(&self, out: &str) -> Option<&Planned> {
        self.outputs
            .binary_search_by(|planned| planned.out.as_str().cmp(out))
            .ok()
            .map(|at| &self.outputs[at])
    }
}

/// Default templates that pages need and that do not go with the site's own.
fn unfit(site: &Site, claims: &[Claim]) -> Vec<Diag> {
    let unfit = TEMPLATES.iter().filter(|template| !site.templates.unfit(template).is_empty());
    let needed = unfit.filter(|template| {
        let renders =
            |claim: &Claim| matches!(&claim.work, Work::Page(page) if page.template() == **template);
        claims.iter().any(renders)
    });
    needed.flat_map(|template| site.templates.unfit(template).to_vec()).collect()
}

/// Everything one output is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// Where it goes.
    pub out: OutPath,
    /// How it is made.
    pub work: Work,
    /// Of all its ingredients; equal fingerprints, equal bytes.
    pub fingerprint: Fingerprint,
}

/// The recipes of all outputs, sorted by path.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// One recipe for each output.
    pub recipes: Vec<Recipe>,
}

impl Plan {
    /// Plans the site: its outline, with the fingerprint of all that each output is made of.
    #[must_use]
    pub fn new(site: &Site) -> Checked<Self> {
        let Checked { value: outline, diags } = Outline::new(site);
        let mentions = Mentions::of(site, TEMPLATES);
        let recipe = |Planned { out, work }: Planned| {
            let fingerprint = fingerprint(site, &mentions, &out, &work);
            Recipe { out, work, fingerprint }
        };
        let recipes = outline.outputs.into_par_iter().map(recipe).collect();
        Checked { value: Self { recipes }, diags }
    }
}
