//! A recipe becomes bytes. A function of its arguments: no disk, no clock, no network, no globals.

use tera::{Context, Value};

use crate::diag::Diag;
use crate::ingredient::Ingredient;
use crate::markdown::{self, Targets};
use crate::path::OutPath;
use crate::plan::Page;
use crate::site::Site;
use crate::views;

/// Renders a page into `output`. `body` is the Markdown of [`Page::body`]'s article.
///
/// # Errors
/// Where in which template, for which page.
pub fn page(site: &Site, page: &Page, out: &OutPath, body: &str, output: &mut Vec<u8>) -> Result<(), Diag> {
    let template = page.template();
    let mut context = Context::new();
    for name in site.templates.names(template) {
        let form = views::form(site, page, out, name);
        let value = match site.view_value(form.as_deref().unwrap_or(name)) {
            Some(shared) => shared,
            None => match views::page(site, page, out, name) {
                Some(ingredient) => value(site, &ingredient, body),
                // A name of another kind of page: templates may ask `{% if name %}`.
                None => Value::none(),
            },
        };
        context.insert_value(name.clone(), value);
    }
    site.templates.render(template, &context, out.as_str(), output)
}

fn value(site: &Site, ingredient: &Ingredient<'_>, body: &str) -> Value {
    match ingredient {
        Ingredient::Body { targets, .. } => {
            let mut html = String::with_capacity(body.len() * 5 / 4);
            markdown::render(body, &resolved(site, ingredient, targets), &mut html);
            Value::safe_string(&html)
        }
        ingredient => site.plain_value(ingredient),
    }
}

/// The targets of a body, as planned.
fn resolved(site: &Site, ingredient: &Ingredient<'_>, targets: &[(&str, Option<String>)]) -> Targets {
    let mut resolved = Targets::default();
    let Ingredient::Body { article, .. } = ingredient else { return resolved };
    let links = site.index.article(*article).facts().links.len();
    for (written, became) in &targets[..links.min(targets.len())] {
        resolved.links.insert((*written).to_owned(), became.clone());
    }
    for (written, became) in &targets[links.min(targets.len())..] {
        resolved.images.insert((*written).to_owned(), became.as_deref().map(views::picture_of));
    }
    resolved
}
