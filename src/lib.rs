//! Newsprint turns news text into a news site.

pub mod article;
pub mod body;
pub mod build;
pub mod cli;
pub mod clock;
pub mod config;
pub mod date;
pub mod diag;
pub mod diff;
pub mod disk;
pub mod due;
pub mod dump;
pub mod explain;
pub mod fingerprint;
pub mod front_matter;
pub mod image;
pub mod import;
pub mod index;
pub mod ingredient;
pub mod ledger;
pub mod load;
pub mod locale;
pub mod markdown;
pub mod near;
pub mod new;
pub mod output;
pub mod parse;
pub mod path;
pub mod plan;
pub mod render;
mod schema;
pub mod serve;
pub mod site;
pub mod snapshot;
pub mod source;
pub mod store;
pub mod template;
pub mod theme;
mod tree;
pub mod views;

/// A fingerprint of the program's own sources: part of every recipe, since another program may make
/// other bytes.
pub const ENGINE: &str = env!("NEWSPRINT_ENGINE");

/// Program and version, for the `generator` of pages and feeds.
pub const GENERATOR: &str = concat!("Newsprint ", env!("CARGO_PKG_VERSION"));
