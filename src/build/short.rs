//! The short way of a build: a few articles changed, so nearly everything is planned already, and what is not is read from
//! the ledger as far as it is asked for. Whatever does not fit into it is left to the long way.

use super::why::{Former, Why};
use super::{Baking, Progress, Report, Run};
use crate::diag::Diag;
use crate::fingerprint::Fingerprint;
use crate::index::ArticleId;
use crate::label::Label;
use crate::ledger::{Ledger, Written};
use crate::load::{self, Again, ConfigText, Listing};
use crate::path::OutPath;
use crate::plan::{self, Planned, Reach, Recipe};
use crate::site::Site;

/// What the short way came to.
pub(super) enum Short {
    /// All is done.
    Done,
    /// The long way has to be gone.
    More,
    /// A source changed meanwhile.
    Changed(String),
}

impl Run<'_> {
    /// Goes the short way, if it leads anywhere.
    pub(super) fn short_way(
        &self,
        listing: &Listing,
        config: &ConfigText,
        ledger: &Ledger,
        circumstances: Fingerprint,
        progress: &dyn Progress,
        report: &mut Report,
    ) -> Result<Short, Diag> {
        /// Outputs of which only a look can tell whether they are as they were written.
        const DOUBTED: usize = 256;
        let wishes = &self.options.wishes;
        let label = Label::text(&self.memory);
        let Some(label) = label.filter(|_| ledger.takes_delta()) else { return Ok(Short::More) };
        let Some(changed) = load::few_changed(listing, config, ledger, circumstances, &wishes.clock) else {
            return Ok(Short::More);
        };
        // A complaint about one of them may name another line by now.
        let is_about = |diag: &Diag, path: &str| diag.place.as_ref().is_some_and(|place| place.path == path);
        if ledger.diags.iter().any(|diag| changed.iter().any(|edit| is_about(diag, load::path_of(edit)))) {
            return Ok(Short::More);
        }
        let doubted = self.doubted(ledger);
        if doubted.len() > DOUBTED {
            return Ok(Short::More);
        }
        let Some(config) = load::parse_config(config, wishes).value else { return Ok(Short::More) };
        let again = load::again(&self.store, listing, &changed, config, ledger, wishes.clock);
        let Some(Again { site, articles, before, renumbered, rules, bodies, mut delta }) = again else {
            return Ok(Short::More);
        };
        let reach = match &renumbered {
            None => Some(texts_reach(&site, &articles)),
            Some(renumbered) => {
                let outs: Vec<&str> = ledger.outputs.iter().map(|written| written.out.as_str()).collect();
                Reach::of(&before, &site, renumbered, &outs, &ledger.views)
            }
        };
        let Some(Reach { recipes, gone, before: reached }) = reach else { return Ok(Short::More) };
        let is_text_only = renumbered.is_none();
        let is_planned = |out: &OutPath| {
            recipes.iter().any(|recipe| recipe.out == *out) || gone.binary_search(out).is_ok()
        };
        for written in doubted.iter().filter(|written| !is_planned(&written.out)) {
            match self.as_written(written) {
                Some(stamp) => delta.outputs.push(Written { stamp, ..Written::clone(written) }),
                None => return Ok(Short::More),
            }
        }
        let find = |out: &OutPath| ledger.outputs.binary_search_by(|written| written.out.cmp(out)).ok();
        let jobs: Vec<(&Recipe, Option<&Written>)> =
            recipes.iter().map(|recipe| (recipe, find(&recipe.out).map(|at| &ledger.outputs[at]))).collect();
        // Texts make no new outputs; and an article that could not be read is for the long way.
        if is_text_only && jobs.iter().any(|(_, written)| written.is_none()) || !ledger.is_sound() {
            return Ok(Short::More);
        }
        let head = delta.head.clone();
        let why = Why::new(&site, &head, ledger, Some(Former::Some { site: &before, outputs: &reached }));
        let (writing, baked) = match self.bake_all(&why, &rules, bodies, &jobs, progress)? {
            Baking::Done { writing, baked } => (writing, baked),
            Baking::Failed(_) => return Ok(Short::More),
            Baking::Changed(path) => return Ok(Short::Changed(path)),
        };
        if !ledger.is_sound() {
            writing.abandon();
            return Ok(Short::More);
        }
        let is_new = jobs.iter().any(|(_, written)| written.is_none());
        let outputs = if is_new || !gone.is_empty() {
            let planned = planned(ledger, &recipes, &gone);
            self.write(writing, baked, &planned, report)?
        } else {
            self.put(writing, baked, &[], report)?
        };
        let former = |written: &Written| find(&written.out).map(|at| &ledger.outputs[at]);
        delta.outputs.extend(outputs.into_iter().filter(|written| former(written) != Some(written)));
        delta.removed = gone;
        delta.head.began = self.lock.taken;
        if !is_text_only {
            delta.views = site.view_fingerprints();
            delta.views.retain(|view| !ledger.views.contains(view));
        }
        report.tally = delta.head.tally;
        report.pages = ledger.outputs.len()
            + recipes.iter().filter(|recipe| find(&recipe.out).is_none()).count()
            - delta.removed.len();
        report.next_due = delta.head.validity.next();
        report.diags.extend(ledger.diags.iter().cloned());
        ledger.append(&self.memory.ledger(), &delta, Some(&site.index).filter(|_| !is_text_only))?;
        if is_text_only {
            // The same site with the same files, valid for as long.
            Label::put_back(&self.memory, &label)?;
        } else {
            let made = self.made(&site.config, delta.head.tally, delta.head.validity);
            if !Label::renew(&self.memory, &made, &label, &recipes, &delta.removed)? {
                // Without a label the next build looks at everything.
                Label::take_off(&self.memory)?;
            }
        }
        Ok(Short::Done)
    }
}

/// What shows the texts of some articles.
fn texts_reach(site: &Site, articles: &[ArticleId]) -> Reach {
    let recipe = |planned: Planned| Recipe {
        fingerprint: planned.fingerprint(site),
        out: planned.out,
        work: planned.work,
    };
    let mut before = plan::showing(site, articles);
    before.sort_unstable_by(|a, b| a.out.cmp(&b.out));
    Reach { recipes: before.iter().cloned().map(recipe).collect(), gone: Vec::new(), before }
}

/// All outputs, sorted, when these are planned anew and others are gone.
fn planned<'a>(ledger: &'a Ledger, recipes: &'a [Recipe], gone: &[OutPath]) -> Vec<&'a str> {
    let kept = ledger.outputs.iter().map(|written| &written.out);
    let kept = kept.filter(|out| gone.binary_search(out).is_err());
    let mut all: Vec<&str> =
        kept.chain(recipes.iter().map(|recipe| &recipe.out)).map(OutPath::as_str).collect();
    all.sort();
    all.dedup();
    all
}
