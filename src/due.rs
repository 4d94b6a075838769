//! The verb `due`: the next instant at which output changes by time alone.

use std::path::Path;

use crate::diag::Diag;
use crate::load::Wishes;
use crate::snapshot;

/// That instant in seconds since 1970, strictly after now; `None` when time changes nothing.
///
/// # Errors
/// Whatever keeps the site from being planned.
pub fn due(site: &Path, wishes: &Wishes) -> Result<Option<i64>, Vec<Diag>> {
    let (snapshot, _) = snapshot::of_disk(site, wishes)?;
    Ok(snapshot.loaded.validity.next())
}
