//! A site loaded and planned without building it: what `explain`, `due` and the preview look at.

use crate::build::Options;
use crate::diag::{self, Diag};
use crate::disk::Dir;
use crate::ledger::{Ledger, Memory};
use crate::load::{self, Loaded, Wishes};
use crate::plan::Plan;
use crate::store::Store;

/// A loaded and planned site.
pub struct Snapshot {
    /// The site.
    pub loaded: Loaded,
    /// Its plan.
    pub plan: Plan,
    /// Complaints that did not prevent it.
    pub diags: Vec<Diag>,
}

/// Loads and plans a site; `before` saves parsing what it remembers.
///
/// # Errors
/// All errors together, when there is no site to look at.
pub fn take(
    store: &dyn Store,
    folder: &str,
    before: &Ledger,
    wishes: &Wishes,
) -> Result<Snapshot, Vec<Diag>> {
    let text = load::read_config(store, folder).map_err(|diag| vec![diag])?;
    let parsed = load::parse_config(&text, wishes);
    let Some(config) = parsed.value else { return Err(parsed.diags) };
    let checked = load::load(store, &load::list(store), &text, config, before, wishes);
    let mut diags = [parsed.diags, checked.diags].concat();
    if wishes.keep_going {
        diags = load::forgive(diags);
    }
    let Some(loaded) = checked.value else { return Err(diags) };
    let plan = Plan::new(&loaded.site);
    diags.extend(plan.diags);
    if diag::any_error(&diags) { Err(diags) } else { Ok(Snapshot { loaded, plan: plan.value, diags }) }
}

/// The snapshot of a site on disk, and what is remembered of its last build into `public/`.
///
/// # Errors
/// All errors together.
pub fn of_disk(site: &std::path::Path, wishes: &Wishes) -> Result<(Snapshot, Ledger), Vec<Diag>> {
    let output = Options::default_output(site);
    let (ledger, _) = Ledger::load(&Memory::of(site, &output).ledger());
    let snapshot = take(&Dir::new(site), &site.to_string_lossy(), &ledger, wishes)?;
    Ok((snapshot, ledger))
}
