//! Newsprint turns news text into a news site.

pub mod article;
pub mod config;
pub mod date;
pub mod diag;
pub mod diff;
pub mod fingerprint;
pub mod front_matter;
pub mod locale;
pub mod path;
mod schema;
pub mod store;
mod tree;
