//! Publishing from the desk, in steps that a person agrees to: what is saved is built, what that means for the target is
//! told in words, and only what was told is sent. An article that cannot be read stops this, unless it is left out by name.
//! One publication at a time; it goes on in a thread of its own, and whoever asks hears how far it is.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value as Json, json};

use super::{Answer, Desk, Refused, Request, look};
use crate::build;
use crate::clock::Clock;
use crate::diag::{self, Diag, Severity};
use crate::fingerprint::Fingerprint;
use crate::load::Wishes;
use crate::publish::{self, Plan, Step};
use crate::serve::live::Live;
use crate::serve::taker::now;
use crate::target::{Mode, Place, Target};

/// How far the publication is.
#[derive(Clone, Debug, Default)]
pub(super) struct Job {
    stage: Stage,
    done: usize,
    total: usize,
    /// What was found or done.
    told: Json,
    /// What was planned, and may be sent.
    agreed: Option<(publish::Options, Fingerprint)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Idle,
    Building,
    Comparing,
    Planned,
    Sending,
    GoingBack,
    Published,
    WentBack,
    Stopped,
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Building => "building",
            Self::Comparing => "comparing",
            Self::Planned => "planned",
            Self::Sending => "sending",
            Self::GoingBack => "going-back",
            Self::Published => "published",
            Self::WentBack => "went-back",
            Self::Stopped => "stopped",
        }
    }

    fn is_running(self) -> bool {
        matches!(self, Self::Building | Self::Comparing | Self::Sending | Self::GoingBack)
    }
}

/// The one publication of a desk.
#[derive(Clone, Default)]
pub(super) struct Publishing(Arc<Mutex<Job>>);

impl Publishing {
    fn with<T>(&self, work: impl FnOnce(&mut Job) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn told(&self) -> Json {
        self.with(|job| {
            json!({ "stage": job.stage.name(), "running": job.stage.is_running(), "done": job.done, "total": job.total, "told": job.told })
        })
    }

    fn step(&self, done: usize, total: usize) {
        self.with(|job| (job.done, job.total) = (done, total));
    }

    fn enter(&self, stage: Stage) {
        self.with(|job| (job.stage, job.done, job.total) = (stage, 0, 0));
    }

    fn end(&self, stage: Stage, told: Json) {
        self.with(|job| (job.stage, job.told) = (stage, told));
    }

    /// Does it in a thread of its own, unless something is going on already.
    fn begin(&self, stage: Stage, work: impl FnOnce(&Self) + Send + 'static) -> Answer {
        let is_free = self.with(|job| {
            let is_free = !job.stage.is_running();
            if is_free {
                *job = Job { stage, ..Job::default() };
            }
            is_free
        });
        if !is_free {
            let error = json!({ "error": "a publication is going on: wait until it is over" });
            return Err(Refused(axum::http::StatusCode::CONFLICT, error));
        }
        let publishing = self.clone();
        std::thread::spawn(move || {
            if catch_unwind(AssertUnwindSafe(|| work(&publishing))).is_err() {
                publishing.end(Stage::Stopped, stopped(&[diag::preview_failed()]));
            }
        });
        Ok(self.told())
    }
}

impl build::Progress for Publishing {
    fn step(&self, done: usize, total: usize) {
        Self::step(self, done, total);
    }
}

fn stopped(diags: &[Diag]) -> Json {
    let errors: Vec<Diag> = diags.iter().filter(|diag| diag.severity == Severity::Error).cloned().collect();
    json!({ "problems": look::problems(if errors.is_empty() { diags } else { &errors }) })
}

/// Where a target is, in words, and whether it keeps what was published before.
fn described(target: &Target) -> Json {
    let (place, keeps) = match &target.place {
        Place::Dir { path, mode } => (path.clone(), matches!(mode, Mode::Releases(_))),
        Place::S3 { bucket, .. } => (format!("s3: {bucket}"), false),
        Place::Rsync { dest, mode, .. } => (dest.clone(), matches!(mode, Mode::Releases(_))),
        Place::Git { branch, .. } => (format!("git: {branch}"), true),
    };
    json!({ "name": target.name, "place": place, "keeps": keeps })
}

/// The targets of the site, what is saved nowhere yet, and how far a publication is.
pub(super) fn targets(desk: &Desk) -> Json {
    let (targets, problems) = match publish::targets(&desk.state.site) {
        Ok(targets) => (targets, Vec::new()),
        Err(diags) => (Vec::new(), diags),
    };
    let view = desk.view();
    let address = view.shown.as_ref().map(|shown| shown.site.config.base_url.to_string());
    json!({
        "targets": targets.iter().map(described).collect::<Vec<_>>(), "problems": look::problems(&problems),
        "address": address, "unsaved": desk.history.all_unsaved(), "job": desk.publishing.told(),
    })
}

fn options(desk: &Desk, request: &Request) -> Result<publish::Options, Refused> {
    let confirm = request.body.get("confirm").and_then(Json::as_u64);
    Ok(publish::Options {
        target: Some(request.needed("target")?.to_owned()),
        secrets: desk.state.secrets.clone(),
        credentials: desk.state.credentials.clone(),
        who: desk.state.who.clone(),
        confirm_deletes: confirm.and_then(|n| usize::try_from(n).ok()),
        ..publish::Options::new(&desk.state.site, now())
    })
}

/// Builds what is saved and tells what publishing it would do: `target`; `leave_out`, files that are to be left out because
/// they cannot be read; `confirm`, so many pages may go.
pub(super) fn plan(desk: &Desk, request: &Request) -> Answer {
    let options = options(desk, request)?;
    let leave_out: BTreeSet<String> = request.strings("leave_out").into_iter().collect();
    let live = Arc::clone(&desk.state.live);
    desk.publishing.begin(Stage::Building, move |publishing| {
        match planned(publishing, options, &leave_out, &live) {
            Ok((options, plan, told)) => publishing.with(|job| {
                (job.stage, job.told) = (Stage::Planned, told);
                job.agreed = Some((options, key(&plan)));
            }),
            Err(told) => publishing.end(Stage::Stopped, told),
        }
    })
}

/// A plan is known by what it does.
fn key(plan: &Plan) -> Fingerprint {
    Fingerprint::of(serde_json::to_string(&plan.phases).unwrap_or_default().as_bytes())
}

fn planned(
    publishing: &Publishing,
    mut options: publish::Options,
    leave_out: &BTreeSet<String>,
    live: &Live,
) -> Result<(publish::Options, Plan, Json), Json> {
    let clock = Clock { now: options.now, drafts: false, future: false };
    let mut wishes = build::Options {
        site: options.site.clone(),
        output: None,
        wishes: Wishes { base_url: None, clock, keep_going: false },
        clean: false,
        verify: false,
        explain: false,
        allow_empty: false,
    };
    let mut built = build::build(&wishes, publishing);
    let broken = broken(&built.diags);
    let is_other = |diag: &Diag| {
        diag.severity == Severity::Error
            && diag.place.as_ref().is_none_or(|place| !broken.contains(&place.path))
    };
    let is_stopped_by_them = !broken.is_empty() && !built.diags.iter().any(is_other);
    if is_stopped_by_them && broken.iter().all(|path| leave_out.contains(path)) {
        wishes.wishes.keep_going = true;
        options.allow_incomplete = true;
        built = build::build(&wishes, publishing);
    } else if is_stopped_by_them {
        let mut told = stopped(&built.diags);
        told["broken"] = json!(broken);
        return Err(told);
    }
    if diag::any_error(&built.diags) {
        return Err(stopped(&built.diags));
    }
    publishing.enter(Stage::Comparing);
    let plan = publish::plan(&options).map_err(|diags| {
        let mut told = stopped(&diags);
        told["vanishing"] = json!(diags.iter().find_map(diag::vanishing));
        told
    })?;
    let left_out = if options.allow_incomplete { broken } else { Vec::new() };
    let told = json!({
        "lines": plan.words, "place": plan.place, "bytes": plan.bytes, "unchanged": plan.unchanged,
        "files": plan.phases.iter().map(|phase| phase.steps.len()).sum::<usize>(), "left_out": left_out, "due": built.next_due.map(look::moment),
        "links": links(live, &plan), "key": key(&plan).to_string(),
    });
    Ok((options, plan, told))
}

/// Content that cannot be read, or that claims the address of another article, by its path.
fn broken(diags: &[Diag]) -> Vec<String> {
    let errors = diags.iter().filter(|diag| diag.severity == Severity::Error);
    let paths = errors.filter_map(|diag| diag.place.as_ref()).map(|place| place.path.clone());
    paths.filter(|path| path.starts_with("content/")).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The articles that are sent, with the addresses at which they will be.
fn links(live: &Live, plan: &Plan) -> Vec<Json> {
    const SHOWN: usize = 12;
    let view = live.view();
    let Some(shown) = &view.shown else { return Vec::new() };
    let sent: BTreeSet<&str> = plan
        .phases
        .iter()
        .flat_map(|phase| &phase.steps)
        .filter_map(|step| match step {
            Step::Put { path, .. } => Some(path.as_str()),
            Step::Bury { .. } | Step::Delete { .. } => None,
        })
        .collect();
    let base = shown.site.config.base_url.to_string();
    let base = base.trim_end_matches('/');
    let articles = shown.site.index.articles.iter().filter(|article| sent.contains(article.out.as_str()));
    let link = |article: &Arc<crate::index::Article>| {
        let address = format!("{base}/{}", article.out.url());
        json!({ "title": article.header().title, "address": address })
    };
    articles.take(SHOWN).map(link).collect()
}

/// Sends what was planned: `key`, that of the plan that was agreed to.
pub(super) fn send(desk: &Desk, request: &Request) -> Answer {
    let wanted = request.needed("key")?;
    let agreed = desk.publishing.with(|job| job.agreed.clone().map(|agreed| (agreed, job.told.clone())));
    let agreed = agreed.filter(|((_, key), _)| key.to_string() == wanted);
    let Some(((options, agreed), told)) = agreed else {
        return Err(Refused::bad("look at what would be published first"));
    };
    desk.publishing.begin(Stage::Sending, move |publishing| {
        // Another build may have come between.
        match publish::plan(&options) {
            Ok(plan) if key(&plan) == agreed => {}
            Ok(_) => return publishing.end(Stage::Stopped, stopped(&[diag::publish_replan()])),
            Err(diags) => return publishing.end(Stage::Stopped, stopped(&diags)),
        }
        let options = publish::Options { now: now(), ..options };
        let report = publish::run(&options, &mut |progress| publishing.step(progress.done, progress.total));
        if report.exit != 0 {
            return publishing.end(Stage::Stopped, stopped(&report.diags));
        }
        let mut told = told;
        told["sent"] = json!(report.sent);
        told["removed"] = json!(report.deleted);
        publishing.end(Stage::Published, told);
    })
}

/// Goes back to what was published before: `target`.
pub(super) fn back(desk: &Desk, request: &Request) -> Answer {
    let options = options(desk, request)?;
    desk.publishing.begin(Stage::GoingBack, move |publishing| {
        let report = publish::rollback(&options, &mut |progress| {
            publishing.step(progress.done, progress.total);
        });
        let lines = report.plan.as_ref().map(|plan| plan.words.clone());
        match report.exit {
            0 => publishing.end(Stage::WentBack, json!({ "lines": lines })),
            _ => publishing.end(Stage::Stopped, stopped(&report.diags)),
        }
    })
}

/// How far it is.
pub(super) fn progress(desk: &Desk) -> Json {
    desk.publishing.told()
}
