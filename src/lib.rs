//! Newsprint turns news text into a news site.

pub mod article;
pub mod config;
pub mod date;
pub mod diag;
