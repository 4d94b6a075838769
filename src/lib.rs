//! Newsprint turns news text into a news site.

pub mod article;
pub mod clock;
pub mod config;
pub mod date;
pub mod diag;
pub mod diff;
pub mod dump;
pub mod fingerprint;
pub mod front_matter;
pub mod image;
pub mod index;
pub mod ingredient;
pub mod locale;
pub mod markdown;
pub mod path;
pub mod plan;
pub mod render;
mod schema;
pub mod site;
pub mod source;
pub mod store;
pub mod template;
mod tree;
pub mod views;

/// The program's version: part of every recipe, since another program may make other bytes.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Program and version, for the `generator` of pages and feeds.
pub const GENERATOR: &str = concat!("Newsprint ", env!("CARGO_PKG_VERSION"));
