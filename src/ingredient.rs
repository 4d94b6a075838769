//! What a page is made of, as closed data: a tree that can be hashed, shown to a template and printed.
//!
//! The three are folds over the same tree, so a page cannot depend on anything that its fingerprint
//! does not cover, and `explain` prints just what was hashed.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use tera::Value;
use tera::value::Key;

use crate::fingerprint::{Fingerprint, Hasher};
use crate::index::{ArticleId, TermId};
use crate::markdown::{Embed, Picture};

/// A node of the tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Ingredient<'s> {
    /// Nothing there; templates see `none`.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// Text; templates escape it.
    Text(Cow<'s, str>),
    /// Trusted HTML of ours or of the configuration; not escaped.
    Html(Cow<'s, str>),
    /// Items in order.
    List(Vec<Ingredient<'s>>),
    /// Named fields.
    Map(Vec<(&'static str, Ingredient<'s>)>),
    /// Fields with names from configuration or content.
    Table(Vec<(Cow<'s, str>, Ingredient<'s>)>),
    /// An article as lists may see it.
    Card(ArticleId),
    /// A section, tag or author as cards show it.
    Term(TermId),
    /// An article's rendered text: its fingerprint, and where its targets lead.
    Body {
        /// Whose.
        article: ArticleId,
        /// Of the Markdown.
        text: Fingerprint,
        /// Link targets as written, with what they became.
        links: Vec<(&'s str, Option<String>)>,
        /// Pictures as written, with what they became.
        pictures: Vec<(&'s str, Option<Picture>)>,
        /// Videos and posts of other sites, with what is shown of them.
        embeds: Vec<(&'s str, Embed)>,
    },
}

impl<'s> Ingredient<'s> {
    /// Borrowed or owned text.
    pub fn text(text: impl Into<Cow<'s, str>>) -> Self {
        Self::Text(text.into())
    }

    /// Text, or nothing.
    pub fn maybe<T: Into<Cow<'s, str>>>(text: Option<T>) -> Self {
        text.map_or(Self::Null, Self::text)
    }

    /// The cards of articles.
    pub fn cards(ids: impl IntoIterator<Item = ArticleId>) -> Self {
        Self::List(ids.into_iter().map(Self::Card).collect())
    }

    /// Texts in order.
    pub fn texts<T: Into<Cow<'s, str>>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    /// A link with its words, as every template sees it: `{title, url}`.
    pub fn link(title: impl Into<Cow<'s, str>>, url: impl Into<Cow<'s, str>>) -> Self {
        Self::Map(vec![("title", Self::text(title)), ("url", Self::text(url))])
    }

    /// Puts the tree into a hasher; `shared` gives the fingerprint of a card or a term.
    pub fn hash(&self, hasher: &mut Hasher, shared: &impl Fn(&Ingredient<'_>) -> Fingerprint) {
        match self {
            Self::Null => {
                hasher.tag(0);
            }
            Self::Bool(yes) => {
                hasher.tag(1).tag(u8::from(*yes));
            }
            Self::Number(number) => {
                hasher.tag(2).number(number.cast_unsigned());
            }
            Self::Text(text) => {
                hasher.tag(3).text(text);
            }
            Self::Html(html) => {
                hasher.tag(4).text(html);
            }
            Self::List(items) => {
                hasher.tag(5).number(items.len() as u64);
                items.iter().for_each(|item| item.hash(hasher, shared));
            }
            Self::Map(fields) => {
                hasher.tag(6).number(fields.len() as u64);
                for (name, field) in fields {
                    hasher.text(name);
                    field.hash(hasher, shared);
                }
            }
            Self::Table(fields) => {
                hasher.tag(7).number(fields.len() as u64);
                for (name, field) in fields {
                    hasher.text(name);
                    field.hash(hasher, shared);
                }
            }
            Self::Card(_) => {
                hasher.tag(8).fingerprint(shared(self));
            }
            Self::Term(_) => {
                hasher.tag(10).fingerprint(shared(self));
            }
            Self::Body { text, links, pictures, embeds, .. } => {
                hasher.tag(9).fingerprint(*text).number(links.len() as u64).number(pictures.len() as u64);
                for (written, became) in pictures {
                    hasher.text(written).tag(u8::from(became.is_some()));
                    if let Some(picture) = became {
                        picture.put_into(hasher);
                    }
                }
                hasher.number(embeds.len() as u64);
                for (written, embed) in embeds {
                    let texts = embed.texts();
                    hasher.text(written).number(texts.len() as u64);
                    texts.into_iter().for_each(|text| {
                        hasher.text(text);
                    });
                }
                for (written, became) in links {
                    hasher
                        .text(written)
                        .tag(u8::from(became.is_some()))
                        .text(became.as_deref().unwrap_or(""));
                }
            }
        }
    }

    /// The tree as a template sees it; `leaf` gives the value of a card, a term or a body.
    pub fn value<E>(&self, leaf: &impl Fn(&Ingredient<'s>) -> Result<Value, E>) -> Result<Value, E> {
        Ok(match self {
            Self::Null => Value::none(),
            Self::Bool(yes) => Value::from(*yes),
            Self::Number(number) => Value::from(*number),
            Self::Text(text) => Value::from(text.as_ref()),
            Self::Html(html) => Value::safe_string(html),
            Self::List(items) => {
                Value::from(items.iter().map(|item| item.value(leaf)).collect::<Result<Vec<_>, E>>()?)
            }
            Self::Map(fields) => {
                map(fields.iter().map(|(name, field)| Ok((Key::from(*name), field.value(leaf)?))))?
            }
            Self::Table(fields) => {
                map(fields.iter().map(|(name, field)| Ok((Key::from(name.to_string()), field.value(leaf)?))))?
            }
            Self::Card(_) | Self::Term(_) | Self::Body { .. } => leaf(self)?,
        })
    }

    /// The tree as JSON, for people: cards and bodies as their fingerprints, terms as `term` gives them.
    pub fn json(
        &self,
        card: &impl Fn(ArticleId) -> (String, Fingerprint),
        term: &impl Fn(TermId) -> Ingredient<'s>,
    ) -> serde_json::Value {
        use serde_json::{Value as Json, json};
        match self {
            Self::Null => Json::Null,
            Self::Bool(yes) => json!(yes),
            Self::Number(number) => json!(number),
            Self::Text(text) | Self::Html(text) => json!(text),
            Self::List(items) => items.iter().map(|item| item.json(card, term)).collect(),
            Self::Map(fields) => {
                fields.iter().map(|(name, field)| ((*name).to_owned(), field.json(card, term))).collect()
            }
            Self::Table(fields) => {
                fields.iter().map(|(name, field)| (name.to_string(), field.json(card, term))).collect()
            }
            Self::Card(id) => {
                let (url, fingerprint) = card(*id);
                json!({ "card": url, "fingerprint": fingerprint.to_string() })
            }
            Self::Term(id) => term(*id).json(card, term),
            Self::Body { article, text, links, pictures, embeds } => {
                let (url, _) = card(*article);
                let pictures: serde_json::Map<String, Json> = pictures
                    .iter()
                    .map(|(written, became)| {
                        ((*written).to_owned(), json!(became.as_ref().map(Picture::json)))
                    })
                    .collect();
                let links: serde_json::Map<String, Json> =
                    links.iter().map(|(written, became)| ((*written).to_owned(), json!(became))).collect();
                let embeds: serde_json::Map<String, Json> = embeds
                    .iter()
                    .map(|(written, embed)| ((*written).to_owned(), json!(embed.texts())))
                    .collect();
                json!({
                    "body_of": url,
                    "fingerprint": text.to_string(),
                    "links": links,
                    "pictures": pictures,
                    "embeds": embeds,
                })
            }
        }
    }
}

/// A name by where it stands among the fields.
struct Nth(usize, Key<'static>);

impl From<Nth> for Key<'static> {
    fn from(name: Nth) -> Self {
        name.1
    }
}

impl Ord for Nth {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Nth {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Nth {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Nth {}

/// A map of fields in their order. Tera takes one of its own kind and fills another with it, which hashes every name
/// twice; from a sorted map it does so once, and what sorts costs nothing here.
fn map<E>(fields: impl Iterator<Item = Result<(Key<'static>, Value), E>>) -> Result<Value, E> {
    let nth = |(at, field): (usize, Result<_, E>)| field.map(|(name, value)| (Nth(at, name), value));
    Ok(Value::from(fields.enumerate().map(nth).collect::<Result<BTreeMap<Nth, Value>, E>>()?))
}
