//! Newsprint turns news text into a news site.

pub mod article;
pub mod config;
pub mod date;
pub mod diag;
pub mod diff;
pub mod fingerprint;
pub mod markdown;
pub mod path;
pub mod store;
