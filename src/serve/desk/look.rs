//! What the desk shows: the site's words, its articles, one article, its versions, a draft, and what a change touches.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use tokio::sync::oneshot;

use super::{Answer, Desk, Refused, Request, change};
use crate::article::{Header, Kind};
use crate::clock::{Clock, Visibility};
use crate::diag::Diag;
use crate::diff::{Change, diff};
use crate::fingerprint::Fingerprint;
use crate::front_matter;
use crate::plan::{Plan, Recipe, Work};
use crate::serve::drafts;
use crate::serve::live::{Shown, View};
use crate::serve::script;
use crate::serve::watcher::{Event, Wish};
use crate::source::{self, Role, Rules};

/// Complaints for the desk.
pub(super) fn problems(diags: &[Diag]) -> Json {
    diags.iter().take(script::PROBLEMS).map(|diag| script::problem(diag, None)).collect()
}

fn rules(view: &View) -> Option<&Rules> {
    view.shown.as_ref().map(|shown| &shown.rules)
}

/// What is wrong with a text, were it that of the file at `path`.
pub(super) fn problems_of(view: &View, path: &str, text: &str) -> Vec<Diag> {
    rules(view)
        .map_or_else(Vec::new, |rules| source::parse(path, text.as_bytes().to_vec(), rules).record.diags)
}

/// The site: names, lists of words for completion, what is known of it.
pub(super) fn site(desk: &Desk) -> Json {
    let view = desk.view();
    let Some(shown) = &view.shown else {
        return json!({ "problems": problems(&view.problems), "broken": true });
    };
    let (config, index) = (&shown.site.config, &shown.site.index);
    let mut tags: BTreeMap<&str, usize> = BTreeMap::new();
    let mut authors: BTreeMap<&str, usize> = BTreeMap::new();
    for item in view.records.iter().flat_map(|record| &record.items) {
        item.header.tags.iter().for_each(|tag| *tags.entry(tag).or_default() += 1);
        item.header.authors.iter().for_each(|author| *authors.entry(author).or_default() += 1);
    }
    let most = |counts: BTreeMap<&str, usize>| {
        let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        counts.into_iter().take(2000).map(|(word, _)| word.to_owned()).collect::<Vec<_>>()
    };
    let clock = shown.site.clock;
    json!({
        "title": config.title, "language": config.language, "zone": config.timezone.name(),
        "sections": index.sections.iter().map(|section| json!({ "slug": section.slug, "name": section.name })).collect::<Vec<_>>(),
        "tags": most(tags), "authors": most(authors),
        "kinds": Kind::WORDS.iter().map(|(word, _)| *word).collect::<Vec<_>>(),
        "keys": front_matter::keys(),
        "now": moment(clock.now), "drafts": clock.drafts, "future": clock.future,
        "problems": problems(&view.problems), "stale": view.stale,
        "serial": view.serial, "fixed": view.fixed,
        "waiting": super::inbox::count(desk, &view),
        "articles": view.records.iter().map(|record| record.items.len()).sum::<usize>(),
        "git": super::git::is_repository(desk),
    })
}

/// An instant, as the desk's page reads it.
pub(super) fn moment(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0)
        .unwrap_or_default()
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// Why readers do not see an article, or that they do.
fn state(header: &Header, clock: &Clock, hold_flagged: bool) -> &'static str {
    let clock = Clock { drafts: false, future: false, ..*clock };
    match clock.visibility(header, hold_flagged).0 {
        Visibility::Withdrawn => "withdrawn",
        Visibility::Shown => "live",
        Visibility::Hidden if header.draft => "draft",
        Visibility::Hidden if header.expires.is_some_and(|expires| expires.seconds <= clock.now) => "expired",
        Visibility::Hidden if hold_flagged && !header.review.is_empty() => "held",
        Visibility::Hidden => "scheduled",
    }
}

/// Articles, newest first: `find` in title, name and tags; `state`; so many from `from` on.
pub(super) fn articles(desk: &Desk, request: &Request) -> Json {
    const PAGE: usize = 60;
    let view = desk.view();
    let find = request.text("find").unwrap_or_default().to_lowercase();
    let wanted = request.text("state").unwrap_or_default();
    let from =
        request.body.get("from").and_then(Json::as_u64).map_or(0, |from| usize::try_from(from).unwrap_or(0));
    let clock = view.shown.as_ref().map_or(desk.state.wishes.clock, |shown| shown.site.clock);
    let hold = view.shown.as_ref().is_some_and(|shown| shown.site.config.hold_flagged);
    let unsaved = desk.history.all_unsaved();
    let mut found: Vec<(i64, Json)> = Vec::new();
    for record in view.records.iter().filter(|record| Role::of(&record.path) == Some(Role::Markdown)) {
        let Some(item) = record.items.first() else {
            if wanted.is_empty() || wanted == "broken" {
                let name = record.path.rsplit('/').next().unwrap_or_default();
                if find.is_empty() || record.path.to_lowercase().contains(&find) {
                    found.push((i64::MAX, json!({ "path": record.path, "title": name, "state": "broken" })));
                }
            }
            continue;
        };
        let header = &item.header;
        let state = state(header, &clock, hold);
        let is_meant = match wanted {
            "" => true,
            "flagged" => !header.review.is_empty(),
            "unsaved" => unsaved.binary_search(&record.path).is_ok(),
            wanted => wanted == state,
        };
        let has = |text: &str| text.to_lowercase().contains(&find);
        if !is_meant
            || !(find.is_empty()
                || has(&header.title)
                || has(&record.path)
                || header.tags.iter().any(|tag| has(tag)))
        {
            continue;
        }
        let entry = json!({
            "path": record.path, "title": header.title, "section": header.section, "state": state,
            "date": header.date.map(crate::date::Moment::rfc3339), "flags": header.review.len(),
            "unsaved": unsaved.binary_search(&record.path).is_ok(), "lang": header.lang,
        });
        found.push((header.date.map_or(i64::MIN, |date| date.seconds), entry));
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.0));
    let total = found.len();
    let page: Vec<Json> = found.into_iter().skip(from).take(PAGE).map(|(_, entry)| entry).collect();
    json!({ "articles": page, "total": total })
}

/// An article as it is on the disk: `path`.
pub(super) fn article(desk: &Desk, request: &Request) -> Answer {
    let path = request.needed("path")?;
    let view = desk.view_with(path);
    let missing = || Refused::missing("there is no such article");
    if Role::of(path) != Some(Role::Markdown) {
        return Err(missing());
    }
    view.record(path).ok_or_else(missing)?;
    let bytes = desk.bytes(path)?.ok_or_else(missing)?;
    let version = Fingerprint::of(&bytes).to_string();
    let text = String::from_utf8(bytes).map_err(|_| {
        Refused::bad("this file is not UTF-8: save it as UTF-8 with the program that wrote it")
    })?;
    let mut described = describe(&view, path, &text);
    described["version"] = json!(version);
    described["unsaved"] =
        desk.history.unsaved(path).filter(|record| record["text"] != text).unwrap_or(Json::Null);
    Ok(described)
}

/// A text as the form shows it.
pub(super) fn describe(view: &View, path: &str, text: &str) -> Json {
    let parsed = rules(view).map(|rules| source::parse(path, text.as_bytes().to_vec(), rules));
    let header = parsed.as_ref().and_then(|parsed| parsed.record.items.first()).map(|item| &item.header);
    let diags = parsed.as_ref().map(|parsed| parsed.record.diags.as_slice()).unwrap_or_default();
    let is_toml = front_matter::front_range(text).is_some();
    let own_summary = parsed.as_ref().and_then(|parsed| parsed.record.items.first());
    let own_summary = own_summary.is_some_and(|item| item.header.summary != item.facts.lead);
    let mut fields = header.map(change::fields);
    if let Some(fields) = fields.as_mut().filter(|_| !own_summary) {
        // What is taken from the text is none of the front matter's.
        fields.insert("summary".to_owned(), json!(""));
    }
    let config = view.shown.as_ref().map(|shown| &shown.site.config);
    let now = view.shown.as_ref().map(|shown| (&shown.site.clock, shown.site.config.hold_flagged));
    json!({
        "path": path, "text": text,
        "state": header.zip(now).map_or("broken", |(header, (clock, hold))| state(header, clock, hold)),
        "fields": fields,
        "body": parsed.as_ref().and_then(|parsed| parsed.bodies.first()),
        "form": is_toml && header.is_some(),
        "yaml": !is_toml && header.is_some(),
        "address": header.zip(config).and_then(|(header, config)| change::address(header, config)),
        "problems": problems(diags),
    })
}

/// Versions of an article: `path`.
pub(super) fn history(desk: &Desk, request: &Request) -> Answer {
    let path = request.needed("path")?;
    let now = desk.bytes(path).ok().flatten();
    let version = |version: super::history::Version| {
        let text = String::from_utf8_lossy(&version.bytes);
        let words = text.split_whitespace().count();
        let current = now.as_ref() == Some(&version.bytes);
        json!({ "id": version.id, "when": version.when, "words": words, "current": current })
    };
    let versions: Vec<Json> = desk.history.versions(path).into_iter().map(version).collect();
    Ok(json!({ "versions": versions }))
}

/// One version: `path`, `id`.
pub(super) fn version(desk: &Desk, request: &Request) -> Answer {
    let (path, id) = (request.needed("path")?, request.needed("id")?);
    let version =
        desk.history.version(path, id).ok_or_else(|| Refused::missing("there is no such version"))?;
    let text = String::from_utf8_lossy(&version.bytes).into_owned();
    let now = desk.bytes(path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let patch = diffy::create_patch(&text, &now).to_string();
    let mut described = describe(&desk.view(), path, &text);
    described["patch"] = json!(patch);
    Ok(described)
}

/// Shows the site as of another instant: `now` (null: as of now), `drafts`, `future`. The answer's `serial` is that of the
/// view until then.
pub(super) fn travel(desk: &Desk, request: &Request) -> Answer {
    let now = match request.text("now").filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => match crate::date::Written::read(text) {
            Ok(crate::date::Written::Instant(instant)) => Some(instant.timestamp()),
            _ => return Err(Refused::bad("a time with its offset is needed: 2026-03-14T09:30:00Z")),
        },
    };
    let serial = desk.view().serial;
    let _ = desk.state.tell.send(Event::Travel(now, request.flag("drafts"), request.flag("future")));
    Ok(json!({ "serial": serial }))
}

/// Has the site made with a text in it.
async fn made(
    desk: &Desk,
    path: &str,
    bytes: &Arc<Vec<u8>>,
    before: Option<Arc<Shown>>,
) -> Result<Result<Shown, Vec<Diag>>, Refused> {
    let (answer, answered) = oneshot::channel();
    let wish = Wish { path: path.to_owned(), bytes: Arc::clone(bytes), before, answer };
    let _ = desk.state.tell.send(Event::Draft(wish));
    answered.await.map_err(|_| Refused::bad("the preview has ended"))
}

/// Shows unsaved text: `path`, `base`, an edit of it, and the `key` of the last answer. The text is kept.
pub(super) async fn draft(desk: &Arc<Desk>, request: &Request) -> Answer {
    let (path, base) = (request.needed("path")?, request.needed("base")?);
    let text = change::edited(base, request)?;
    let view = desk.view();
    if super::file::place(&desk.state.site, path, Role::Markdown).is_err() {
        return Err(Refused::missing("there is no such article"));
    }
    if text != base {
        desk.history.keep_unsaved(path, &Fingerprint::of(base.as_bytes()).to_string(), &text)?;
    }
    let draft = desk.state.drafts.of(request.text("key").unwrap_or_default(), path);
    let bytes = Arc::new(text.clone().into_bytes());
    let made = made(desk, path, &bytes, draft.shown()).await?;
    draft.show(&bytes, made);
    let shown = draft.shown();
    let site = shown.as_ref().map(|shown| &shown.site);
    let out = site.and_then(|site| {
        let id = site.index.by_path(path)?;
        Some(site.index.article(id).out.clone())
    });
    let address =
        out.map(|out| format!("{}{}/{}", drafts::ADDRESS, draft.key, crate::path::encode(out.as_str())));
    let mut described = describe(&view, path, &text);
    described["key"] = json!(draft.key);
    described["shown"] = json!(address);
    Ok(described)
}

/// Which addresses a change touches: `path`, `base`, an edit of it; without an edit, were the file removed.
pub(super) async fn impact(desk: &Arc<Desk>, request: &Request) -> Answer {
    let (path, base) = (request.needed("path")?, request.needed("base")?);
    let text = change::edited(base, request)?;
    let view = desk.view();
    let before = view.shown.clone().ok_or_else(|| Refused::wrong(&view.problems))?;
    let bytes = Arc::new(text.into_bytes());
    let after = made(desk, path, &bytes, None).await?.map_err(|diags| Refused::wrong(&diags))?;
    let compared = tokio::task::spawn_blocking(move || compared(&before, &after)).await;
    compared.map_err(|_| Refused::bad("the plan could not be made"))
}

fn compared(before: &Shown, after: &Shown) -> Json {
    const SHOWN: usize = 200;
    let (old, new) = (Plan::new(&before.site).value, Plan::new(&after.site).value);
    let mut changes: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    let mut push = |what: &'static str, recipe: &Recipe| {
        let kind = match &recipe.work {
            Work::Page(page) => page.kind(),
            Work::Copy(_) | Work::Made(_) => "file",
        };
        changes
            .entry(what)
            .or_default()
            .push(json!({ "address": format!("/{}", recipe.out.url()), "kind": kind }));
    };
    let key = |recipe: &'_ Recipe| recipe.out.as_str().to_owned();
    let (old_keys, new_keys): (Vec<_>, Vec<_>) = (
        old.recipes.iter().map(|recipe| (key(recipe), recipe)).collect(),
        new.recipes.iter().map(|recipe| (key(recipe), recipe)).collect(),
    );
    for change in diff(&old_keys, |(key, _)| key.as_str(), &new_keys, |(key, _)| key.as_str()) {
        match change {
            Change::Added((_, recipe)) => push("added", recipe),
            Change::Removed((_, recipe)) => push("removed", recipe),
            Change::Kept((_, a), (_, b)) if a.fingerprint != b.fingerprint => push("changed", b),
            Change::Kept(..) => {}
        }
    }
    let of = |what: &str| {
        let all = changes.get(what).map(Vec::as_slice).unwrap_or_default();
        json!({ "count": all.len(), "pages": all.iter().take(SHOWN).collect::<Vec<_>>() })
    };
    json!({ "added": of("added"), "changed": of("changed"), "removed": of("removed"), "total": new.recipes.len() })
}
