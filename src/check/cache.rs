//! What `check` knows from the last time: an output of the same recipe has the same bytes, and need not
//! be made again to be looked at. Deleting it costs time.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use crate::diag::Diag;
use crate::disk::{self, Durability};
use crate::fingerprint::Fingerprint;
use crate::path::OutPath;
use crate::store::Store;

/// Within the site.
const PATH: &str = ".newsprint/check";
const MAGIC: &[u8] = b"newsprint check 1\n";

/// Facts by output and recipe.
#[derive(Debug, Default)]
pub(super) struct Cache {
    known: BTreeMap<String, (Fingerprint, Facts)>,
}

/// As it is written.
#[derive(Serialize, Deserialize)]
struct Row<'f> {
    out: std::borrow::Cow<'f, str>,
    recipe: Fingerprint,
    facts: std::borrow::Cow<'f, Facts>,
}

impl Cache {
    /// Reads the cache of a site; one that is missing, damaged or of another program is empty.
    #[must_use]
    pub(super) fn load(store: &dyn Store) -> Self {
        let bytes = store.read(PATH).ok().flatten().map(|(bytes, _)| bytes);
        bytes.and_then(|bytes| Self::decode(&bytes)).unwrap_or_default()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (sum, body) = rest.split_at_checked(32)?;
        if Fingerprint::of(body).to_string().as_bytes().get(..32)? != sum {
            return None;
        }
        let (engine, rows): (String, Vec<Row<'static>>) = postcard::from_bytes(body).ok()?;
        let rows = rows.into_iter().map(|row| (row.out.into_owned(), (row.recipe, row.facts.into_owned())));
        (engine == crate::ENGINE).then(|| Self { known: rows.collect() })
    }

    /// Outputs that it knows.
    #[must_use]
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// The facts of an output made by this recipe.
    #[must_use]
    pub(super) fn get(&self, out: &OutPath, recipe: Fingerprint) -> Option<&Facts> {
        self.known.get(out.as_str()).filter(|(known, _)| *known == recipe).map(|(_, facts)| facts)
    }

    /// Replaces the cache by what was looked at now.
    ///
    /// # Errors
    /// With the path and the operation.
    pub(super) fn save<'f>(
        site: &Path,
        looked: impl Iterator<Item = (&'f OutPath, Fingerprint, &'f Facts)>,
    ) -> Result<(), Diag> {
        use std::borrow::Cow;
        let row = |(out, recipe, facts): (&'f OutPath, Fingerprint, &'f Facts)| Row {
            out: Cow::Borrowed(out.as_str()),
            recipe,
            facts: Cow::Borrowed(facts),
        };
        // Plain data: there is nothing in it that postcard refuses.
        let body =
            postcard::to_stdvec(&(crate::ENGINE, looked.map(row).collect::<Vec<_>>())).unwrap_or_default();
        let sum = Fingerprint::of(&body).to_string();
        let bytes = [MAGIC, sum.as_bytes().get(..32).unwrap_or_default(), &body].concat();
        disk::replace(&site.join(PATH), &bytes, Durability::Kill)
    }
}
