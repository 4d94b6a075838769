//! The verb `explain`: a page's recipe as JSON, just what is hashed, and whether it differs from the ledger.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use chrono::DateTime;
use serde_json::{Value as Json, json};

use crate::diag::{self, Diag};
use crate::fingerprint::Fingerprint;
use crate::index::ArticleId;
use crate::ingredient::Ingredient;
use crate::ledger::{Ledger, Reason};
use crate::load::{self, Wishes};
use crate::plan::{Outline, Page, Recipe, Work};
use crate::site::Site;
use crate::snapshot::{self, Snapshot};
use crate::views;

/// The recipe of the page at `url`, as indented JSON.
///
/// # Errors
/// Whatever keeps the site from being planned; no such page.
pub fn explain(site: &Path, wishes: &Wishes, url: &str) -> Result<String, Vec<Diag>> {
    let (snapshot, ledger) = snapshot::of_disk(site, wishes)?;
    let wanted =
        url.strip_prefix(&snapshot.loaded.site.config.base_url).unwrap_or(url).trim_start_matches('/');
    let recipes = &snapshot.plan.recipes;
    let matches =
        |recipe: &&Recipe| [recipe.out.as_str(), &recipe.out.url(), &recipe.out.href(true)].contains(&wanted);
    let Some(recipe) = recipes.iter().find(matches) else {
        let near = diag::nearest(wanted, recipes.iter().map(|recipe| recipe.out.as_str()));
        return Err(vec![diag::no_page(wanted, near)]);
    };
    let before = ledger
        .outputs
        .binary_search_by(|written| written.out.cmp(&recipe.out))
        .ok()
        .map(|at| &ledger.outputs[at]);
    let since = match before {
        None => "not built yet",
        Some(written) if written.recipe == recipe.fingerprint => "up to date",
        Some(_) => "made of something else than at the last build",
    };
    let object = json!({
        "output": recipe.out.as_str(),
        "recipe": recipe.fingerprint.to_string(),
        "last_build": {
            "state": since,
            "recipe": before.map(|written| written.recipe.to_string()),
            "rendered": before.and_then(|written| Some(DateTime::from_timestamp(written.rendered, 0)?.to_rfc3339())),
            "because": before.map(|written| because(&written.reason)),
            "differs": before
                .filter(|written| written.recipe != recipe.fingerprint)
                .map(|written| differences(&snapshot, &ledger, recipe, written.recipe)),
        },
        "work": work(&snapshot.loaded.site, recipe),
    });
    Ok(serde_json::to_string_pretty(&object).unwrap_or_default())
}

/// Why an output was rendered, in words.
#[must_use]
pub fn because(reason: &Reason) -> Cow<'static, str> {
    match reason {
        Reason::New => "it was not there before".into(),
        Reason::Recipe(names) if names.is_empty() => "what it is made of changed".into(),
        Reason::Recipe(names) => format!("another {}", names.join(", ")).into(),
        Reason::Touched => "the file was changed or removed by somebody else".into(),
    }
}

/// What a page is made of now and was not at the last build: the names of its ingredients, with the values of then.
///
/// The site of then is read from the ledger. What is not kept there (templates, site.toml, the program) is named
/// together when the ingredients alone do not account for the old recipe.
fn differences(snapshot: &Snapshot, ledger: &Ledger, recipe: &Recipe, then: Fingerprint) -> Json {
    let site = &snapshot.loaded.site;
    let mut found = serde_json::Map::new();
    let rest = |mut found: serde_json::Map<String, Json>| {
        found.insert("templates, site.toml or the program".to_owned(), Json::Null);
        Json::Object(found)
    };
    let Work::Page(page) = &recipe.work else { return json!({ "bytes": null }) };
    let Some(index) = ledger.index() else { return rest(found) };
    let former = Site::thawed(
        Arc::clone(&site.config),
        Arc::clone(&site.templates),
        index,
        load::assets(&ledger.sources, &site.config),
        site.clock,
        &ledger.views,
    );
    let outline = Outline::new(&former).value;
    let Some(planned) = outline.find(recipe.out.as_str()) else { return rest(found) };
    let Work::Page(former_page) = &planned.work else { return rest(found) };
    for name in site.templates.names(page.template()) {
        let now = ingredient(site, page, recipe, name);
        let shared = views::form(&former, former_page, &planned.out, name);
        let kept = ledger.views.iter().find(|(view, _)| view == shared.as_deref().unwrap_or(name));
        let was = ingredient(&former, former_page, recipe, name);
        let print = kept.map_or_else(|| former.fingerprint(&was), |(_, print)| *print);
        if print != site.fingerprint(&now) {
            let card = |id| (former.index.article(id).out.to_string(), former.card_fingerprint(id));
            found.insert(name.clone(), was.json(&card, &|id| views::term(&former, id)));
        }
    }
    if planned.fingerprint(&former) == then && ledger.is_sound() { Json::Object(found) } else { rest(found) }
}

fn ingredient<'s>(site: &'s Site, page: &'s Page, recipe: &'s Recipe, name: &str) -> Ingredient<'s> {
    let form = views::form(site, page, &recipe.out, name);
    match views::shared(site, form.as_deref().unwrap_or(name)) {
        Some(shared) => shared.ingredient,
        None => views::page(site, page, &recipe.out, name).unwrap_or(Ingredient::Null),
    }
}

/// Why each related article is: the tags that both have, and whether they are in one section.
fn related_because(site: &Site, id: ArticleId) -> Json {
    let reason = |reason: views::Reason| {
        let tags: Vec<&str> = reason.tags.iter().map(|at| site.index.tags[*at].name.as_str()).collect();
        json!({
            "article": site.index.article(reason.article).out.as_str(),
            "tags": tags,
            "same_section": reason.same_section,
        })
    };
    views::related(site, id).into_iter().map(reason).collect()
}

fn work(site: &Site, recipe: &Recipe) -> Json {
    let page = match &recipe.work {
        Work::Copy(asset) => return json!({ "copy": asset.path, "bytes": asset.bytes.to_string() }),
        Work::Made(made) => return json!({ "made": made.json(site) }),
        Work::Page(page) => page,
    };
    let template = page.template();
    let card = |id| (site.index.article(id).out.to_string(), site.card_fingerprint(id));
    let entry = |ingredient: &Ingredient<'_>, fingerprint: Fingerprint| json!({ "fingerprint": fingerprint.to_string(), "value": ingredient.json(&card, &|id| views::term(site, id)) });
    let ingredients: serde_json::Map<String, Json> = site
        .templates
        .names(template)
        .iter()
        .map(|name| {
            let ingredient = ingredient(site, page, recipe, name);
            (name.clone(), entry(&ingredient, site.fingerprint(&ingredient)))
        })
        .collect();
    json!({
        "template": template,
        "template_fingerprint": site.templates.fingerprint(template).to_string(),
        "ingredients": ingredients,
        "related_because": page.article().map(|id| related_because(site, id)),
    })
}
