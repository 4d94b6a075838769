//! The pictures that visible articles show: read if they are not known yet, and complained about where an
//! article mentions them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::CONFIG;
use crate::config::Config;
use crate::diag::{self, Diag, Place};
use crate::fingerprint::Fingerprint;
use crate::image::{self, Facts};
use crate::ledger::{Ledger, Seen};
use crate::site::{self, Asset, Gated};
use crate::store::Store;

/// Every such picture by its path. One that cannot be shown is not among them, and an error.
pub(super) fn pictures(
    store: &dyn Store,
    gated: &Gated,
    config: &Config,
    sources: &mut [Seen],
    before: &Ledger,
    diags: &mut Vec<Diag>,
) -> BTreeMap<String, Asset> {
    let portraits = site::portraits(&gated.visible, config);
    let mut wanted = site::wanted_pictures(&gated.visible);
    wanted.extend(portraits.iter().cloned());
    // What nobody shows any more is as if it had never been read.
    for seen in sources.iter_mut().filter(|seen| seen.picture.is_some() && !wanted.contains(&seen.path)) {
        (seen.text, seen.picture) = Default::default();
    }
    let found: Vec<(usize, Result<Seen, Trouble>)> = sources
        .par_iter()
        .enumerate()
        .filter(|(_, seen)| wanted.contains(&seen.path))
        .map(|(at, seen)| {
            (at, if seen.picture.is_some() { Ok(seen.clone()) } else { look(store, seen, before) })
        })
        .collect();
    let (mut pictures, mut broken) = (BTreeMap::new(), BTreeSet::new());
    for (at, seen) in found {
        let path = sources[at].path.clone();
        match seen {
            Ok(seen) => {
                let remarks = seen.picture.iter().flat_map(|facts| &facts.remarks);
                diags.extend(remarks.map(|remark| diag::picture_remark(&path, remark)));
                let asset = Asset {
                    path: path.clone(),
                    bytes: seen.text,
                    picture: seen.picture.clone().map(Arc::new),
                };
                pictures.insert(path, asset);
                sources[at] = seen;
            }
            Err(trouble) => {
                let place = match portraits.contains(&path) {
                    true => place_of(store, CONFIG, path.trim_start_matches("content/")),
                    false => mention(store, gated, &path),
                };
                diags.push(match trouble {
                    Trouble::Unreadable(diag) => diag,
                    Trouble::Broken(why) => diag::bad_image(place, &path, &why),
                });
                broken.insert(path);
            }
        }
    }
    // It is there, so nobody has to miss it as well.
    let there = |file: &str| pictures.contains_key(file) || broken.contains(file);
    for site::Missing { path, src, is_lead } in site::missing_pictures(&gated.visible, &there) {
        let place = place_of(store, &path, &src);
        diags.push(if is_lead { diag::no_image(place, &src) } else { diag::no_image_in_text(place, &src) });
    }
    for path in portraits.iter().filter(|path| !there(path)) {
        let src = path.trim_start_matches("content/");
        diags.push(diag::no_portrait(place_of(store, CONFIG, src), src));
    }
    pictures
}

/// Why a picture is not shown.
enum Trouble {
    Unreadable(Diag),
    Broken(String),
}

fn look(store: &dyn Store, seen: &Seen, before: &Ledger) -> Result<Seen, Trouble> {
    let read = store.read(&seen.path).map_err(Trouble::Unreadable)?;
    let Some((bytes, stamp)) = read else { return Err(Trouble::Broken("it is gone".to_owned())) };
    let text = Fingerprint::of(&bytes);
    let known = before
        .sources
        .binary_search_by(|other| other.path.cmp(&seen.path))
        .ok()
        .map(|at| &before.sources[at]);
    let facts: Facts = match known.filter(|known| known.text == text).and_then(|known| known.picture.clone())
    {
        Some(facts) => facts,
        None => image::probe(&seen.path, &bytes).map_err(Trouble::Broken)?,
    };
    Ok(Seen { path: seen.path.clone(), stamp, text, picture: Some(facts) })
}

/// Where the first article that shows a picture mentions it.
fn mention(store: &dyn Store, gated: &Gated, picture: &str) -> Place {
    for seen in gated.visible.iter().filter(|seen| !seen.withdrawn) {
        let (path, item) = (&seen.record.path, &seen.record.items[seen.item]);
        if let Some(src) = site::mentions(path, item, picture) {
            return place_of(store, path, src);
        }
    }
    Place::file(picture)
}

/// Where an article's file has these words: its line, as far as the file can be read.
pub(super) fn place_of(store: &dyn Store, path: &str, src: &str) -> Place {
    let text = store.read(path).ok().flatten().and_then(|(bytes, _)| String::from_utf8(bytes).ok());
    match text.as_deref().and_then(|text| Some((text, text.find(src)?))) {
        Some((text, at)) => Place::of(path, text, at..at + src.len()),
        None => Place::file(path),
    }
}
