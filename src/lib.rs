//! Newsprint turns news text into a news site. Dumps (raw text as copied from a page) and Markdown articles go in; a
//! complete static site comes out. A second build does the work of the change, not of the site, and gives the bytes of
//! a clean one.
//!
//! # Six steps
//!
//! [`load`] sources into a snapshot ([`site`]) -> [`plan`] every output as a recipe -> [`diff`] the recipes with the
//! [`ledger`] -> [`render`] those that differ -> write them, all or none ([`output`]) -> remember. [`build`] does all
//! six, in this order.
//!
//! # Floor plan
//!
//! | floor | modules |
//! |---|---|
//! | words | [`cli`] |
//! | verbs | [`load`], [`body`], [`build`], [`snapshot`], [`due`], [`explain`], [`parse`], [`new`], [`check`], [`publish`], [`serve`] |
//! | edges | [`disk`], [`cache`], [`ledger`], [`label`], [`output`] |
//! | site, pure | [`index`], [`ingredient`], [`site`], [`theme`], [`views`], [`made`], [`plan`], [`render`] |
//! | parts, pure | [`article`], [`clock`], [`markdown`], `schema`, [`image`], [`target`], [`config`], [`front_matter`], [`dump`], [`escape`], [`template`], [`source`] |
//! | ground | [`fingerprint`], [`date`], [`locale`], [`diag`], [`diff`], [`path`], `tree`, [`store`], [`lazy`] |
//!
//! A module uses what is below it; `tests/tidy.rs` enforces that.
//!
//! # Invariants
//!
//! 1. A page is a function of its recipe; [`render`] reads nothing else.
//! 2. Nothing below the edges touches disk, clock, environment or network.
//! 3. Editing an article's text changes no list.
//! 4. The ledger may be deleted at any time.
//! 5. Every output is replaced whole or not at all; nothing is deleted before its successor stands.
//! 6. Preview bytes equal published bytes, less the script that reloads the page.
//! 7. Same inputs, same bytes: any machine, any number of threads, any day.
//!
//! # Where to start
//!
//! [`build::build`] is the program in one function; [`views::SHARED`] and [`views::PAGE`] are what templates see;
//! [`dump::parse`] is how raw text becomes articles. `docs/architecture.md` says why things are as they are.

pub mod article;
pub mod body;
pub mod build;
pub mod cache;
pub mod check;
pub mod cli;
pub mod clock;
pub mod config;
pub mod date;
pub mod diag;
pub mod diff;
pub mod disk;
pub mod due;
pub mod dump;
pub mod escape;
pub mod explain;
pub mod filters;
pub mod fingerprint;
pub mod front_matter;
pub mod image;
pub mod import;
pub mod index;
pub mod ingredient;
pub mod label;
pub mod lazy;
pub mod ledger;
pub mod load;
pub mod locale;
pub mod made;
pub mod markdown;
pub mod near;
pub mod new;
pub mod output;
pub mod parse;
pub mod path;
pub mod plan;
pub mod publish;
pub mod render;
pub mod review;
mod schema;
pub mod search;
pub mod serve;
pub mod site;
pub mod snapshot;
pub mod social_card;
pub mod source;
pub mod store;
pub mod tags;
pub mod target;
pub mod template;
pub mod theme;
mod tree;
pub mod views;

/// A fingerprint of the program's own sources: part of every recipe, since another program may make
/// other bytes.
pub const ENGINE: &str = env!("NEWSPRINT_ENGINE");

/// Program and version, for the `generator` of pages and feeds.
pub const GENERATOR: &str = concat!("Newsprint ", env!("CARGO_PKG_VERSION"));
