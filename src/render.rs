//! A recipe becomes bytes. A function of its arguments: no disk, no clock, no network, no globals.

use tera::{Context, Value};

use crate::diag::Diag;
use crate::index::ArticleId;
use crate::ingredient::Ingredient;
use crate::markdown::{self, Embed, Picture, Targets};
use crate::path::OutPath;
use crate::plan::Page;
use crate::site::Site;
use crate::views;

/// The Markdown of some articles.
pub struct Bodies<'b> {
    ids: &'b [ArticleId],
    texts: &'b [&'b str],
}

impl<'b> Bodies<'b> {
    /// Texts with the articles whose they are, in the same order.
    #[must_use]
    pub fn new(ids: &'b [ArticleId], texts: &'b [&'b str]) -> Self {
        Self { ids, texts }
    }

    fn of(&self, article: ArticleId) -> &'b str {
        let at = self.ids.iter().position(|id| *id == article);
        at.and_then(|at| self.texts.get(at)).copied().unwrap_or_default()
    }
}

/// Renders a page into `output`. `bodies` are those of [`Page::bodies`].
///
/// # Errors
/// Where in which template, for which page.
pub fn page(
    site: &Site,
    page: &Page,
    out: &OutPath,
    bodies: &Bodies<'_>,
    output: &mut Vec<u8>,
) -> Result<(), Diag> {
    let template = page.template();
    let mut context = Context::new();
    for name in site.templates.names(template) {
        let form = views::form(site, page, out, name);
        let value = match site.view_value(form.as_deref().unwrap_or(name)) {
            Some(shared) => shared,
            None => match views::page(site, page, out, name) {
                Some(ingredient) => value(site, &ingredient, bodies),
                // A name of another kind of page: templates may ask `{% if name %}`.
                None => Value::none(),
            },
        };
        context.insert_value(name.clone(), value);
    }
    site.templates.render(template, &context, out.as_str(), output)
}

fn value(site: &Site, ingredient: &Ingredient<'_>, bodies: &Bodies<'_>) -> Value {
    let leaf = |leaf: &Ingredient<'_>| -> Result<Value, std::convert::Infallible> {
        Ok(match leaf {
            Ingredient::Card(id) => site.card_value(*id),
            Ingredient::Term(id) => site.term_value(*id),
            Ingredient::Body { article, links, pictures, embeds, .. } => {
                let text = bodies.of(*article);
                let mut html = String::with_capacity(text.len() * 5 / 4);
                markdown::render(text, &targets(links, pictures, embeds), &mut html);
                Value::safe_string(&html)
            }
            _ => Value::none(),
        })
    };
    match ingredient.value(&leaf) {
        Ok(value) => value,
    }
}

/// The targets of a body, as planned.
fn targets(
    links: &[(&str, Option<String>)],
    pictures: &[(&str, Option<Picture>)],
    embeds: &[(&str, Embed)],
) -> Targets {
    Targets {
        links: links.iter().map(|(written, became)| ((*written).to_owned(), became.clone())).collect(),
        images: pictures.iter().map(|(written, became)| ((*written).to_owned(), became.clone())).collect(),
        embeds: embeds.iter().map(|(url, embed)| ((*url).to_owned(), embed.clone())).collect(),
    }
}
