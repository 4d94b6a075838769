//! The verb `explain`: a page's recipe as JSON, just what is hashed, and whether it differs from the ledger.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::diag::{self, Diag};
use crate::fingerprint::Fingerprint;
use crate::ingredient::Ingredient;
use crate::load::Wishes;
use crate::plan::{Recipe, Work};
use crate::site::Site;
use crate::snapshot;
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
        "last_build": { "state": since, "recipe": before.map(|written| written.recipe.to_string()) },
        "work": work(&snapshot.loaded.site, recipe),
    });
    Ok(serde_json::to_string_pretty(&object).unwrap_or_default())
}

fn work(site: &Site, recipe: &Recipe) -> Json {
    let page = match &recipe.work {
        Work::Copy(asset) => return json!({ "copy": asset.path, "bytes": asset.bytes.to_string() }),
        Work::Made(made) => return json!({ "made": made.json() }),
        Work::Page(page) => page,
    };
    let template = page.template();
    let card = |id| (site.index.article(id).out.to_string(), site.card_fingerprint(id));
    let entry = |ingredient: &Ingredient<'_>, fingerprint: Fingerprint| json!({ "fingerprint": fingerprint.to_string(), "value": ingredient.json(&card) });
    let ingredients: serde_json::Map<String, Json> = site
        .templates
        .names(template)
        .iter()
        .map(|name| {
            let form = views::form(site, page, &recipe.out, name);
            let ingredient = match views::shared(site, form.as_deref().unwrap_or(name)) {
                Some(shared) => shared.ingredient,
                None => views::page(site, page, &recipe.out, name).unwrap_or(Ingredient::Null),
            };
            (name.clone(), entry(&ingredient, site.fingerprint(&ingredient)))
        })
        .collect();
    json!({
        "template": template,
        "template_fingerprint": site.templates.fingerprint(template).to_string(),
        "ingredients": ingredients,
    })
}
