//! What site.toml says of the people who make the paper.

use std::collections::BTreeMap;

use super::{LIST_LIMIT, check_relative, urls};
use crate::article::Image;
use crate::path::slugify;
use crate::schema::{Field, Reader, Schema, put};

/// Someone whose name stands over articles.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Person {
    /// What they do at the paper: `Harbour correspondent`.
    pub job_title: Option<String>,
    /// A few sentences about them, Markdown.
    pub bio: String,
    /// Their picture; it stands beside their name, so it needs no words of its own.
    pub picture: Option<Image>,
    /// Their pages elsewhere.
    pub same_as: Vec<String>,
    /// Where readers can write to them.
    pub email: Option<String>,
}

const PERSON: Schema<Person> = Schema {
    required: &[],
    rules: &[
        ("job_title", |r, f, p| put(&mut p.job_title, r.words(f))),
        ("bio", |r, f, p| put(&mut p.bio, r.text(f))),
        ("picture", |r, f, p| {
            let picture =
                |path| Image { src: Some(format!("/{path}")), alt: Some(String::new()), ..Image::default() };
            put(&mut p.picture, r.checked(f, check_content_path).map(picture));
        }),
        ("same_as", |r, f, p| put(&mut p.same_as, urls(r, f))),
        ("email", |r, f, p| put(&mut p.email, r.checked(f, check_email))),
    ],
};

/// Slug of a name -> who that is. Two spellings of one slug are one person, so one of them is refused.
pub(super) fn people(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<BTreeMap<String, Person>> {
    let fields = reader.fields(field)?;
    let mut people = BTreeMap::new();
    for (name, field) in fields.iter().take(LIST_LIMIT) {
        let Some(person) = reader.sub(field, &PERSON) else { continue };
        if people.insert(slugify(name), person).is_some() {
            reader.refuse(field, "this author is described twice");
        }
    }
    Some(people)
}

fn check_content_path(path: &str) -> Result<(), &'static str> {
    check_relative(path).map_err(|_| "this must be a path within content/, such as people/ada.jpg")
}

/// Something that a mail program can be given.
fn check_email(address: &str) -> Result<(), &'static str> {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !matches!(c, '"' | '<' | '>' | '?' | '&');
    match address.split_once('@') {
        Some((name, host)) if !name.is_empty() && host.contains('.') && address.chars().all(plain) => Ok(()),
        _ => Err("this is no address for mail, such as desk@news.example"),
    }
}

/// Keys of a person, in the order of the documentation.
pub(super) fn keys() -> impl Iterator<Item = String> {
    PERSON.keys("authors.NAME.")
}
