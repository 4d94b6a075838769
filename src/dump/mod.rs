//! stub
#![allow(missing_docs)]
use chrono::{DateTime, FixedOffset, NaiveDate};
use std::collections::BTreeMap;
pub enum Form {
    Text,
    Html,
}
pub struct Input<'a> {
    pub source: &'a str,
    pub form: Form,
    pub url: Option<&'a str>,
    pub fetched: Option<DateTime<FixedOffset>>,
}
#[derive(Debug, Clone)]
pub struct Vocabulary;
impl Vocabulary {
    pub fn new(_: &BTreeMap<String, Vec<String>>) -> Self {
        Self
    }
}
pub struct Options<'a> {
    pub vocabulary: &'a Vocabulary,
    pub language: Option<&'a str>,
}
pub enum When {
    Day(NaiveDate),
    At(DateTime<FixedOffset>),
}
pub struct Refusal {
    pub why: String,
}
pub struct Parsed {
    pub articles: Vec<Article>,
    pub refused: Option<Refusal>,
}
pub struct Image {
    pub caption: Option<String>,
    pub credit: Option<String>,
}
pub struct Article {
    pub item: u32,
    pub title: String,
    pub subtitle: Option<String>,
    pub authors: Vec<String>,
    pub agency: Option<String>,
    pub dateline: Option<String>,
    pub date: Option<When>,
    pub updated: Option<When>,
    pub lang: Option<String>,
    pub image: Option<Image>,
    pub tags: Vec<String>,
    pub summary: String,
    pub body: String,
    pub embargo: Option<When>,
    pub section: Option<String>,
    pub canonical: Option<String>,
    pub review: Vec<String>,
    pub sha256: String,
}
pub fn parse(_: &[u8], _: &Input<'_>, _: &Options<'_>) -> Parsed {
    Parsed { articles: vec![], refused: None }
}
