//! What a cache in front of the target must forget: exactly the addresses whose content changed or ended. Pure.

use crate::path::OutPath;
use crate::publish::delta::Why;
use crate::publish::order::{Phase, Step};
use crate::publish::remote::Condition;

/// The addresses, absolute, sorted. A folder's page has two: the folder's and that of its `index.html`.
pub(crate) fn list(base_url: &str, phases: &[Phase]) -> Vec<String> {
    let changed = |step: &&Step| match step {
        Step::Put { why, expect, .. } => *why != Why::New || *expect != Condition::Absent,
        Step::Bury { .. } | Step::Delete { .. } => true,
    };
    let steps = phases.iter().flat_map(|phase| &phase.steps).filter(changed);
    let mut urls: Vec<String> = steps.flat_map(|step| addresses(base_url, step.path())).collect();
    urls.sort();
    urls.dedup();
    urls
}

fn addresses(base_url: &str, path: &str) -> Vec<String> {
    let Ok(out) = OutPath::new(path) else { return Vec::new() };
    let (short, long) = (out.url(), crate::path::encode(path).into_owned());
    let mut urls = vec![format!("{base_url}{short}")];
    if short != long {
        urls.push(format!("{base_url}{long}"));
    }
    urls
}
