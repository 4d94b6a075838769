//! The people who make the paper, as the configuration describes them.

use std::borrow::Cow;

use super::picture::image;
use super::target;
use super::term::term_url;
use crate::article::Header;
use crate::config::{EditionId, Person};
use crate::index::Term;
use crate::ingredient::Ingredient;
use crate::locale;
use crate::site::Site;

/// What the configuration says of an author.
pub(super) fn of<'s>(site: &'s Site, author: &Term) -> Option<&'s Person> {
    site.config.edition(author.edition).authors.get(&author.slug)
}

/// An author as the page of an article sees them.
pub(super) fn author<'s>(site: &'s Site, author: &'s Term) -> Ingredient<'s> {
    let person = of(site, author);
    Ingredient::Map(vec![
        ("name", Ingredient::text(&author.name)),
        ("url", term_url(site, author)),
        ("job_title", Ingredient::maybe(person.and_then(|person| person.job_title.as_deref()))),
        ("same_as", Ingredient::texts(person.into_iter().flat_map(|person| &person.same_as))),
    ])
}

/// An author as their own page shows them; nothing when nobody has described them.
pub(super) fn person<'s>(site: &'s Site, author: &'s Term, root: &str) -> Ingredient<'s> {
    let Some(person) = of(site, author) else { return Ingredient::Null };
    Ingredient::Map(vec![
        ("name", Ingredient::text(&author.name)),
        ("job_title", Ingredient::maybe(person.job_title.as_deref())),
        ("bio", Ingredient::Html(target::words(site, &person.bio, root).into())),
        ("image", person.picture.as_ref().map_or(Ingredient::Null, |own| image(site, "content/", own))),
        (
            "links",
            Ingredient::List(person.same_as.iter().map(|url| Ingredient::link(host(url), url)).collect()),
        ),
        ("email", Ingredient::maybe(person.email.as_deref())),
    ])
}

/// The host of an address, as people call it.
fn host(url: &str) -> &str {
    let host = url.split("://").nth(1).unwrap_or(url).split('/').next().unwrap_or(url);
    host.strip_prefix("www.").unwrap_or(host)
}

/// Who else worked on an article, by role: `[{role, label, people}]`.
pub(super) fn roles<'s>(site: &'s Site, edition: EditionId, header: &'s Header) -> Ingredient<'s> {
    let lang = header.lang.as_deref().unwrap_or(&site.config.edition(edition).language);
    let strings = site.config.words.of(lang);
    let someone = |name: &'s String| match site.index.author(edition, name) {
        Some(term) => Ingredient::Map(vec![("name", Ingredient::text(name)), ("url", term_url(site, term))]),
        None => Ingredient::Map(vec![("name", Ingredient::text(name)), ("url", Ingredient::Null)]),
    };
    let role = |(role, names): (&'s String, &'s Vec<String>)| {
        let known = strings.get(&format!("role_{role}")).map(Cow::Borrowed);
        let label = known.unwrap_or_else(|| locale::capitalised(&role.replace('_', " "), lang).into());
        Ingredient::Map(vec![
            ("role", Ingredient::text(role)),
            ("label", Ingredient::text(label)),
            ("people", Ingredient::List(names.iter().map(someone).collect())),
        ])
    };
    Ingredient::List(header.roles.iter().map(role).collect())
}
