//! Newsprint turns news text into a news site.

pub mod article;
pub mod config;
pub mod date;
pub mod diag;
pub mod front_matter;
pub mod locale;
mod schema;
mod tree;
