//! A recipe becomes bytes. A function of its arguments: no disk, no clock, no network, no globals.

use tera::{Context, Value};

use crate::diag::Diag;
use crate::ingredient::Ingredient;
use crate::markdown::{self, Picture, Targets};
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
        Ingredient::Body { links, pictures, .. } => {
            let mut html = String::with_capacity(body.len() * 5 / 4);
            markdown::render(body, &targets(links, pictures), &mut html);
            Value::safe_string(&html)
        }
        ingredient => site.plain_value(ingredient),
    }
}

/// The targets of a body, as planned.
fn targets(links: &[(&str, Option<String>)], pictures: &[(&str, Option<Picture>)]) -> Targets {
    Targets {
        links: links.iter().map(|(written, became)| ((*written).to_owned(), became.clone())).collect(),
        images: pictures.iter().map(|(written, became)| ((*written).to_owned(), became.clone())).collect(),
    }
}
