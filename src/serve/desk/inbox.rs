//! What waits for an editor: pasted dumps, dumps among the content, articles with review flags. A dump's lines are shown
//! with the role that the parser gave them; a person may change roles, split and merge, and accept.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::{Value as Json, json};

use super::{Answer, Desk, Refused, Request, change, file};
use crate::article::Source;
use crate::diag;
use crate::disk::{self, Durability};
use crate::dump::{self, Form};
use crate::fingerprint::Fingerprint;
use crate::import;
use crate::near::Signature;
use crate::serve::live::View;
use crate::source::{self, Record, Role};
use crate::store::Store;

/// Bytes of a paste at most.
const LIMIT: usize = 1 << 20;

/// Markdown that stands for an article of a dump, by the article's key.
fn taken(view: &View) -> BTreeMap<&str, &str> {
    let markdown = view.records.iter().filter(|record| Role::of(&record.path) == Some(Role::Markdown));
    let with_item = markdown.flat_map(|record| record.items.iter().map(move |item| (record, item)));
    with_item
        .filter_map(|(record, item)| {
            Some((item.header.source.as_ref()?.sha256.as_str(), record.path.as_str()))
        })
        .collect()
}

/// Dumps among the content, each with its articles that no Markdown stands for yet.
fn dumps(view: &View) -> Vec<(&Record, Vec<usize>)> {
    let taken = taken(view);
    let dealt: BTreeSet<Fingerprint> = view
        .records
        .iter()
        .flat_map(|record| &record.items)
        .filter_map(|item| Fingerprint::read(item.header.source.as_ref()?.dump.as_deref()?))
        .collect();
    let waiting = |record: &Record| -> Vec<usize> {
        let is_free = |key: &str| !taken.contains_key(key);
        let items = record.items.iter().enumerate();
        items.filter(|(_, item)| item.dump_key.as_deref().is_some_and(is_free)).map(|(at, _)| at).collect()
    };
    let is_dump = |record: &Record| {
        matches!(Role::of(&record.path), Some(Role::Text | Role::Html)) && !dealt.contains(&record.text)
    };
    view.records
        .iter()
        .filter(|record| is_dump(record))
        .map(|record| (&**record, waiting(record)))
        .filter(|(record, items)| !items.is_empty() || record.items.is_empty())
        .collect()
}

fn flagged(view: &View) -> impl Iterator<Item = &Record> {
    let is_flagged = |record: &&Record| {
        Role::of(&record.path) == Some(Role::Markdown)
            && record.items.first().is_some_and(|item| !item.header.review.is_empty())
    };
    view.records.iter().map(|record| &**record).filter(is_flagged)
}

/// How much waits.
pub(super) fn count(desk: &Desk, view: &View) -> usize {
    let pastes = fs::read_dir(pastes(desk)).into_iter().flatten().flatten();
    let pastes = pastes.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "json"));
    pastes.count() + dumps(view).len() + flagged(view).count()
}

fn pastes(desk: &Desk) -> PathBuf {
    desk.state.site.join(".newsprint").join("inbox")
}

/// A paste as it is kept: its id and what it holds.
fn kept(desk: &Desk) -> Vec<(String, Json)> {
    let entries = fs::read_dir(pastes(desk)).into_iter().flatten().flatten();
    let read = |entry: fs::DirEntry| {
        let id = entry.file_name().into_string().ok()?.strip_suffix(".json")?.to_owned();
        Some((id, serde_json::from_slice(&fs::read(entry.path()).ok()?).ok()?))
    };
    let mut kept: Vec<(String, Json)> = entries.filter_map(read).collect();
    kept.sort_by_key(|(_, paste)| std::cmp::Reverse(paste["when"].as_u64()));
    kept
}

fn form(paste: &Json) -> Form {
    if paste["form"] == "html" { Form::Html } else { Form::Text }
}

/// What a paste is known by in a list: its first line.
fn head(text: &str, form: Form) -> String {
    const SHOWN: usize = 100;
    let text = dump::decoded(text.as_bytes(), form);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => {
            let whole = line[..end].rfind(' ').unwrap_or(end);
            format!("{}…", line[..whole].trim_end())
        }
        None => line.to_owned(),
    }
}

/// Everything that waits.
pub(super) fn list(desk: &Desk) -> Json {
    const SHOWN: usize = 300;
    let view = desk.view();
    let dumps: Vec<Json> = dumps(&view)
        .into_iter()
        .take(SHOWN)
        .map(|(record, items)| {
            let titles: Vec<&str> = items.iter().map(|at| record.items[*at].header.title.as_str()).collect();
            let flags: usize = items.iter().map(|at| record.items[*at].header.review.len()).sum();
            json!({ "path": record.path, "titles": titles, "flags": flags })
        })
        .collect();
    let flagged: Vec<Json> = flagged(&view)
        .take(SHOWN)
        .map(|record| {
            let header = &record.items[0].header;
            json!({ "path": record.path, "title": header.title, "review": header.review })
        })
        .collect();
    let pastes: Vec<Json> = kept(desk)
        .into_iter()
        .map(|(id, paste)| {
            let head = head(paste["text"].as_str().unwrap_or_default(), form(&paste));
            json!({ "id": id, "name": paste["name"], "when": paste["when"], "head": head })
        })
        .collect();
    json!({ "pastes": pastes, "dumps": dumps, "flagged": flagged })
}

/// What is to be parsed.
struct Matter {
    /// Its name: that of the file, or one made up for a paste.
    name: String,
    bytes: Vec<u8>,
    form: Form,
    /// Among the content.
    path: Option<String>,
    id: Option<String>,
}

fn matter(desk: &Desk, request: &Request) -> Result<Matter, Refused> {
    if let Some(path) = request.text("path") {
        let form = match Role::of(path) {
            Some(Role::Text) => Form::Text,
            Some(Role::Html) => Form::Html,
            _ => return Err(Refused::bad("this is no dump")),
        };
        desk.view().record(path).ok_or_else(|| Refused::missing("there is no such dump"))?;
        let bytes = desk.state.store.disk().read(path)?.map(|(bytes, _)| bytes);
        let bytes = bytes.ok_or_else(|| Refused::missing("there is no such dump"))?;
        let name = path.strip_prefix("content/").unwrap_or(path).to_owned();
        return Ok(Matter { name, bytes, form, path: Some(path.to_owned()), id: None });
    }
    if let Some(id) = request.text("id") {
        let (id, paste) = kept(desk)
            .into_iter()
            .find(|(known, _)| known == id)
            .ok_or_else(|| Refused::missing("there is no such paste"))?;
        let text = paste["text"].as_str().unwrap_or_default();
        let form = form(&paste);
        let name = paste["name"].as_str().unwrap_or("paste").to_owned();
        return Ok(Matter { name, bytes: text.into(), form, path: None, id: Some(id) });
    }
    let text = request.needed("dump")?;
    if text.len() > LIMIT {
        return Err(Refused::bad("this is too much to paste: use `newsprint import`"));
    }
    let html = request.text("form") == Some("html");
    let name = request.text("name").and_then(source::words).unwrap_or_else(|| {
        let zone = desk.view().shown.as_ref().map_or(chrono_tz::UTC, |shown| shown.rules.zone);
        let now = chrono::DateTime::from_timestamp(crate::serve::taker::now(), 0).unwrap_or_default();
        format!("paste/{}", now.with_timezone(&zone).format("%Y-%m-%d-%H%M%S"))
    });
    // Kept at once: a browser that closes loses nothing.
    let id = Fingerprint::of(text.as_bytes()).short(24);
    let record = json!({
        "text": text, "form": if html { "html" } else { "text" }, "name": name, "when": super::history::millis(),
    });
    let file = pastes(desk).join(format!("{id}.json"));
    disk::replace(&file, record.to_string().as_bytes(), Durability::PowerCut)?;
    let form = if html { Form::Html } else { Form::Text };
    Ok(Matter { name, bytes: text.into(), form, path: None, id: Some(id) })
}

/// A part of a dump that holds one article, or none.
struct Part {
    /// Its first line in the dump, from 1.
    from: u32,
    text: String,
    found: dump::Parsed,
}

fn role(name: &str) -> Option<dump::Role> {
    use dump::Role as R;
    let known = [
        R::Title,
        R::Subtitle,
        R::Byline,
        R::Dateline,
        R::Agency,
        R::Caption,
        R::Credit,
        R::Body,
        R::Tags,
        R::Chrome,
    ];
    known.into_iter().find(|role| role.name() == name)
}

/// Parses a dump with an editor's word on where articles begin (`starts`) and on the roles of lines (`roles`).
fn parts(desk: &Desk, request: &Request, matter: &Matter) -> Result<(String, Vec<Part>), Refused> {
    let view = desk.view();
    let shown = view.shown.as_ref().ok_or_else(|| Refused::wrong(&view.problems))?;
    let input = dump::Input { source: &matter.name, form: matter.form, url: None, fetched: None };
    let text = dump::decoded(&matter.bytes, matter.form);
    let number = |value: &Json| value.as_u64().and_then(|n| u32::try_from(n).ok());
    let starts = request.body.get("starts").and_then(Json::as_array);
    let mut parts = match starts {
        None => {
            let found = source::dump_of(&matter.bytes, &input, &shown.rules);
            vec![Part { from: 1, text: text.clone(), found }]
        }
        Some(starts) => {
            let mut starts: Vec<u32> = starts.iter().filter_map(number).filter(|line| *line > 1).collect();
            starts.insert(0, 1);
            starts.sort_unstable();
            starts.dedup();
            let lines: Vec<&str> = text.lines().collect();
            let at = |line: u32| (line as usize - 1).min(lines.len());
            let ends = starts.iter().skip(1).map(|line| at(*line)).chain([lines.len()]);
            // Cut by hand, each part is the text of one article.
            let input = dump::Input { form: Form::Text, ..input };
            let part = |(from, end): (&u32, usize)| {
                let text = lines[at(*from)..end].join("\n");
                let mut found = source::dump_of(text.as_bytes(), &input, &shown.rules);
                if found.articles.len() > 1 {
                    let more = found.articles.split_off(1);
                    let first = &mut found.articles[0];
                    for other in more {
                        first.body = format!("{}\n\n{}", first.body, other.body);
                        first.lines.extend(other.lines);
                    }
                }
                Part { from: *from, text, found }
            };
            starts.iter().zip(ends).map(part).collect()
        }
    };
    let roles = request.body.get("roles").and_then(Json::as_object);
    let roles: Vec<(u32, dump::Role)> = roles
        .into_iter()
        .flatten()
        .filter_map(|(line, name)| Some((line.parse().ok()?, role(name.as_str()?)?)))
        .collect();
    for part in &mut parts {
        let own: Vec<(u32, dump::Role)> =
            roles.iter().filter_map(|(line, role)| Some((line.checked_sub(part.from - 1)?, *role))).collect();
        let articles = std::mem::take(&mut part.found.articles);
        part.found.articles =
            articles.into_iter().map(|article| dump::correct(&part.text, article, &own)).collect();
    }
    Ok((text, parts))
}

/// An article of a dump as one of this site: its header and its body.
type Found = (crate::article::Header, String);

/// The articles of a dump, as headers and bodies of this site.
fn articles(
    desk: &Desk,
    request: &Request,
    matter: &Matter,
) -> Result<(String, Vec<Part>, Vec<Found>), Refused> {
    let (text, parts) = parts(desk, request, matter)?;
    let view = desk.view();
    let shown = view.shown.as_ref().ok_or_else(|| Refused::wrong(&view.problems))?;
    let section = request.text("section").or(matter.path.as_deref().map(section_of)).unwrap_or_default();
    let articles = (1..).zip(parts.iter().flat_map(|part| &part.found.articles));
    let found = articles.map(|(item, article)| {
        let article = dump::Article { item, ..article.clone() };
        source::header_of(&matter.name, article, section, &shown.rules)
    });
    let found = found.collect();
    Ok((text, parts, found))
}

fn section_of(path: &str) -> &str {
    let below = path.strip_prefix("content/").unwrap_or(path);
    below.split_once('/').map_or("", |(section, _)| section)
}

/// Parses: `dump` with `form` and `name`, or `path`, or `id`; `starts`, `roles`.
pub(super) fn parse(desk: &Desk, request: &Request) -> Answer {
    let matter = matter(desk, request)?;
    let (text, parts, found) = articles(desk, request, &matter)?;
    let view = desk.view();
    let mut lines: Vec<Json> =
        text.lines().map(|line| json!({ "text": line, "as": "blank", "item": 0 })).collect();
    let mut item = 0;
    let mut starts = Vec::new();
    for part in &parts {
        let refused = part.found.refused.iter().map(|refused| (0, &refused.lines));
        let spans = part.found.articles.iter().map(|article| (1, &article.lines)).chain(refused);
        for (is_article, spans) in spans {
            item += is_article;
            if is_article > 0 {
                starts.push(spans.first().map_or(part.from, |span| span.from + part.from - 1));
            }
            for span in spans {
                for number in span.from..=span.to {
                    if let Some(line) = lines.get_mut((number + part.from - 2) as usize) {
                        line["as"] = json!(span.name());
                        line["item"] = json!(if is_article > 0 { item } else { 0 });
                    }
                }
            }
        }
    }
    let near = near(desk, &view, &found);
    let taken = taken(&view);
    let described: Vec<Json> = found
        .iter()
        .zip(near)
        .map(|((header, body), near)| {
            let accepted = header.source.as_ref().and_then(|source| taken.get(source.sha256.as_str()));
            json!({ "fields": change::fields(header), "body": body, "near": near, "accepted": accepted })
        })
        .collect();
    let refused =
        parts.iter().find_map(|part| part.found.refused.as_ref()).map(|refused| refused.why.clone());
    Ok(json!({
        "id": matter.id, "path": matter.path, "name": matter.name, "lines": lines, "starts": starts,
        "articles": described, "refused": refused.filter(|_| found.is_empty()),
    }))
}

/// For each article the one of the site that tells the same story, if there is one.
fn near(desk: &Desk, view: &View, found: &[(crate::article::Header, String)]) -> Vec<Json> {
    /// The newest articles only: a story comes again within days.
    const LOOKED_AT: usize = 4000;
    use rayon::prelude::*;
    let Some(shown) = &view.shown else { return vec![Json::Null; found.len()] };
    let markdown = |record: &&std::sync::Arc<Record>| {
        Role::of(&record.path) == Some(Role::Markdown) && !record.items.is_empty()
    };
    let mut records: Vec<&std::sync::Arc<Record>> = view.records.iter().filter(markdown).collect();
    let date = |record: &Record| record.items[0].header.date.map_or(i64::MAX, |date| date.seconds);
    records.sort_by_key(|record| std::cmp::Reverse(date(record)));
    records.truncate(LOOKED_AT);
    let read = |record: &&std::sync::Arc<Record>| {
        let (bytes, _) = desk.state.store.disk().read(&record.path).ok()??;
        let body = source::bodies(&record.path, bytes, record.text, &shown.rules)?.into_iter().next()?;
        Some((record.path.clone(), record.items[0].header.clone(), Signature::of(&body)))
    };
    let known: Vec<_> = records.par_iter().filter_map(read).collect();
    let of = |(_, body): &(crate::article::Header, String)| {
        let signature = Signature::of(body);
        let alike = known.iter().filter_map(|(path, header, other)| {
            let likeness = signature.likeness(other)?;
            (likeness.is_same_story() || likeness.is_same_text()).then_some((likeness.shared, path, header))
        });
        alike.max_by_key(|(shared, ..)| *shared).map_or(Json::Null, |(_, path, header)| {
            json!({ "path": path, "title": header.title, "address": change::address(header, &shown.site.config) })
        })
    };
    found.iter().map(of).collect()
}

/// Accepts an article of a dump: as for [`parse`], with `item` (from 1), `fields` and `body` as the editor left them; with
/// `update`, the text of an article that is to take it over, unsaved.
pub(super) fn accept(desk: &Desk, request: &Request) -> Answer {
    let matter = matter(desk, request)?;
    let (_, _, found) = articles(desk, request, &matter)?;
    let item =
        request.body.get("item").and_then(Json::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
    let keys: Vec<String> =
        found.iter().filter_map(|(header, _)| header.source.as_ref()).map(|s| s.sha256.clone()).collect();
    let (mut header, body) = found
        .into_iter()
        .nth(item.saturating_sub(1))
        .ok_or_else(|| Refused::missing("there is no such article in the dump"))?;
    let view = desk.view();
    let shown = view.shown.as_ref().ok_or_else(|| Refused::wrong(&view.problems))?;
    let body = request.text("body").map_or(body, str::to_owned);
    let now = change::now(desk, shown.rules.zone);
    let own = header.source.as_ref().map(|source| source.sha256.clone()).unwrap_or_default();
    let left = {
        let taken = taken(&view);
        keys.iter().filter(|key| **key != own && !taken.contains_key(key.as_str())).count()
    };
    if left == 0 && is_cut_by_hand(&view, &matter, &keys) {
        header.source = header
            .source
            .map(|source| Source { dump: Some(Fingerprint::of(&matter.bytes).to_string()), ..source });
    }
    if let Some(path) = request.text("update") {
        let updated = update(desk, &view, path, &header, &body, now)?;
        if left == 0 {
            done(desk, &matter);
        }
        return Ok(updated);
    }
    // The editor has looked at all of it; a story without a date appears when it is accepted.
    header.review.clear();
    header.date = header.date.or(Some(now));
    let body = body.trim_matches('\n').to_owned();
    let mut fields = request.body.get("fields").and_then(Json::as_object).cloned().unwrap_or_default();
    fields.retain(|key, _| !matches!(key.as_str(), "slug" | "review" | "source"));
    let section = fields.remove("section").and_then(|value| value.as_str().map(str::to_owned));
    let section = section.unwrap_or_else(|| header.section.clone());
    let title =
        fields.get("title").and_then(Json::as_str).map_or_else(|| header.title.clone(), str::to_owned);
    let path = file::free(&desk.state.site, &section, &title)?;
    header.section = crate::index::section_slug(&section);
    header.slug = source::slug_of(&path);
    let text = source::print(&path, &header, &body, &shown.rules);
    let edit = Request { body: json!({ "fields": fields }), over: None };
    let text = change::edited(&text, &edit)?;
    let problems = super::look::problems_of(&view, &path, &text);
    if diag::any_error(&problems) {
        return Err(Refused::wrong(&problems));
    }
    let mut made = change::place_new(desk, &path, &text)?;
    if let Some(source) = &header.source {
        import::accepted(&desk.state.site, source, Fingerprint::of(text.as_bytes()), &path)?;
        if left == 0 {
            done(desk, &matter);
        }
        made["left"] = json!(left);
    }
    Ok(made)
}

/// Whether the articles, by their keys, are others than a parser finds in the dump by itself: then nothing but the dump as
/// a whole tells that they are its articles.
fn is_cut_by_hand(view: &View, matter: &Matter, keys: &[String]) -> bool {
    let record = matter.path.as_deref().and_then(|path| view.record(path));
    let found = record.iter().flat_map(|record| &record.items).filter_map(|item| item.dump_key.as_ref());
    found.into_iter().any(|key| !keys.contains(key))
}

/// Takes a paste out of the inbox when all its articles are accepted.
fn done(desk: &Desk, matter: &Matter) {
    if let Some(id) = &matter.id {
        let _ = fs::remove_file(pastes(desk).join(format!("{id}.json")));
    }
}

/// The text of the article at `path` with a newer telling of its story in it: its address, dates and all else stay.
fn update(
    desk: &Desk,
    view: &View,
    path: &str,
    header: &crate::article::Header,
    body: &str,
    now: crate::date::Moment,
) -> Answer {
    view.record(path).ok_or_else(|| Refused::missing("there is no such article"))?;
    let bytes = desk.bytes(path)?.ok_or_else(|| Refused::missing("there is no such article"))?;
    let base = String::from_utf8(bytes).map_err(|_| Refused::bad("this file is not UTF-8"))?;
    let mut fields = json!({ "title": header.title, "updated": now.rfc3339() });
    let is_from_dump =
        view.record(path).and_then(|record| record.items.first()?.header.source.as_ref()).is_some();
    if let Some(source) = header.source.as_ref().filter(|_| !is_from_dump) {
        // A dump among the content is then this article, and no second one beside it.
        fields["source"] = json!({ "file": source.file, "item": source.item, "sha256": source.sha256 });
        if let Some(dump) = &source.dump {
            fields["source"]["dump"] = json!(dump);
        }
    }
    let edit =
        Request { body: json!({ "fields": fields, "body": format!("\n{}\n", body.trim()) }), over: None };
    let text = change::edited(&base, &edit)?;
    desk.history.keep_unsaved(path, &Fingerprint::of(base.as_bytes()).to_string(), &text)?;
    Ok(json!({ "path": path, "unsaved": true }))
}

/// Takes a paste out of the inbox: `id`.
pub(super) fn dismiss(desk: &Desk, request: &Request) -> Answer {
    let id = request.needed("id")?;
    if kept(desk).iter().any(|(known, _)| known == id) {
        let _ = fs::remove_file(pastes(desk).join(format!("{id}.json")));
    }
    Ok(json!({}))
}
