//! Builds that are not published: those that cannot be what somebody wants readers to see. Pure.

use crate::diag::{self, Diag};
use crate::publish::delta::Delta;
use crate::publish::local::Local;
use crate::publish::manifest::Manifest;

/// Of all published addresses, one in so many may vanish without a question.
const TENTH: usize = 10;

/// What is wrong with a tree by itself, at the time `now`.
pub(crate) fn tree(local: &Local, now: i64, allow_incomplete: bool) -> Vec<Diag> {
    let label = &local.label;
    let output = local.root.to_string_lossy();
    let mut diags = Vec::new();
    if local.find("index.html").is_none() {
        diags.push(diag::publish_empty(&output));
    }
    if label.drafts || label.future {
        diags.push(diag::publish_drafts(
            &output,
            if label.drafts { "drafts" } else { "articles of the future" },
        ));
    }
    if label.left_out > 0 && !allow_incomplete {
        diags.push(diag::publish_left_out(&output, label.left_out));
    }
    if let Some(until) = label.valid_until.filter(|until| *until <= now) {
        diags.push(diag::publish_stale(&output, until));
    }
    diags
}

/// How many addresses somebody agreed to lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirmed {
    /// Nobody was asked.
    None,
    /// So many, no more and no less.
    Exactly(usize),
    /// As many as there are: they were not there in the tree to go back to.
    All,
}

impl Confirmed {
    fn allows(self, vanishing: usize) -> bool {
        match self {
            Self::None => false,
            Self::Exactly(count) => count == vanishing,
            Self::All => true,
        }
    }
}

/// What is wrong with putting this tree there.
pub(crate) fn change(
    local: &Local,
    manifest: Option<&Manifest>,
    delta: &Delta<'_>,
    confirmed: Confirmed,
) -> Vec<Diag> {
    let mut diags: Vec<Diag> = delta.strangers.iter().map(|path| diag::publish_stranger(path)).collect();
    let Some(manifest) = manifest else { return diags };
    let output = local.root.to_string_lossy();
    if manifest.head.site != local.label.base_url {
        diags.push(diag::publish_other_site(&output, &local.label.base_url, &manifest.head.site));
    }
    let vanishing = delta.vanishing();
    if vanishing * TENTH > manifest.files.len() && !confirmed.allows(vanishing) {
        diags.push(diag::publish_deletes(&output, vanishing, manifest.files.len()));
    }
    diags
}
