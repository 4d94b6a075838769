//! Saves, new articles, renames, deletions. What is replaced was kept before, what is refused is kept too, and success
//! is reported only when it is on the disk.

use std::sync::{MutexGuard, PoisonError};

use axum::http::StatusCode;
use serde_json::{Map, Value as Json, json};

use super::{Answer, Desk, Refused, Request, file, look, merge};
use crate::article::Header;
use crate::date::Moment;
use crate::diag;
use crate::disk::{self, Swap};
use crate::fingerprint::Fingerprint;
use crate::front_matter::{self, Refusal};
use crate::serve::watcher::Event;
use crate::source::{self, Role};
use crate::store::Store;
use crate::{index, path as paths};

/// The text that an edit makes of `base`: `text` as a whole, or `fields` of the front matter and `body`; of `from` instead,
/// if that is given: a former version or an unsaved text.
pub(super) fn edited(base: &str, request: &Request) -> Result<String, Refused> {
    let base = request.text("from").unwrap_or(base);
    if let Some(text) = request.text("text") {
        return Ok(front_matter::replace_text(base, text));
    }
    let fields = request.body.get("fields").and_then(Json::as_object).cloned().unwrap_or_default();
    let text = front_matter::set(base, fields).map_err(refusal)?;
    match request.text("body") {
        Some(body) => front_matter::replace_body(&text, body).ok_or_else(|| refusal(Refusal::Broken)),
        None => Ok(text),
    }
}

fn refusal(refusal: Refusal) -> Refused {
    let why = match refusal {
        Refusal::NotToml => "this article's front matter is not TOML: edit it as text".to_owned(),
        Refusal::Broken => "this article's front matter has a mistake: edit it as text".to_owned(),
        Refusal::Odd(key) => format!("`{key}` is written in a way that only editing as text can change"),
    };
    Refused(StatusCode::UNPROCESSABLE_ENTITY, json!({ "error": why, "as_text": true }))
}

impl Desk {
    fn alone(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is in a file.
    pub(super) fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Refused> {
        Ok(self.state.store.disk().read(path)?.map(|(bytes, _)| bytes))
    }

    /// Replaces a file; whatever bytes were there, are to be there or came between are kept.
    fn write(&self, path: &str, bytes: &[u8], over: Option<Fingerprint>) -> Result<Swap, Refused> {
        let place = file::place(&self.state.site, path, Role::Markdown)?;
        if let Some(former) = self.bytes(path)? {
            self.history.keep(path, &former)?;
        }
        self.history.keep(path, bytes)?;
        let swap = disk::swap(&place, bytes, over, &mut |bytes| self.history.keep(path, bytes))?;
        if let Swap::Other(Some(other)) = &swap {
            self.history.keep(path, other)?;
        }
        let _ = self.state.tell.send(Event::Suspected(path.to_owned()));
        Ok(swap)
    }

    /// Removes a file whose bytes are `over`.
    fn remove(&self, path: &str, over: Fingerprint) -> Result<(), Refused> {
        let place = file::place(&self.state.site, path, Role::Markdown)?;
        // Replaced by nothing first: a version that somebody writes at this moment is met, and comes back.
        match self.write(path, b"", Some(over))? {
            Swap::Done => {}
            Swap::Other(now) => return Err(conflict(now.as_deref(), None, None)),
        }
        disk::remove_empty(&place)?;
        let _ = self.state.tell.send(Event::Suspected(path.to_owned()));
        Ok(())
    }
}

/// Somebody else changed the file: both versions, and what comes of putting both changes into one.
fn conflict(theirs: Option<&[u8]>, base: Option<&str>, mine: Option<&str>) -> Refused {
    let theirs_text = theirs.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let merged = match (base, mine, &theirs_text) {
        (Some(base), Some(mine), Some(theirs)) => Some(merge::merged(base, mine, theirs)),
        _ => None,
    };
    let body = json!({
        "error": "this article was changed by somebody else",
        "current": theirs.map(|bytes| json!({
            "version": Fingerprint::of(bytes).to_string(),
            "text": theirs_text,
        })),
        "yours": mine,
        "base": base,
        "merged": merged,
    });
    Refused(StatusCode::CONFLICT, body)
}

fn expected(request: &Request) -> Result<Fingerprint, Refused> {
    let missing = || Refused(StatusCode::PRECONDITION_REQUIRED, json!({ "error": "If-Match is missing" }));
    request.over.as_deref().and_then(Fingerprint::read).ok_or_else(missing)
}

/// Saves an article: `path`, `base` (the text that was opened), and an edit of it.
pub(super) fn save(desk: &Desk, request: &Request) -> Answer {
    let path = request.needed("path")?;
    let over = expected(request)?;
    let base = request.needed("base")?;
    if Fingerprint::of(base.as_bytes()) != over {
        return Err(Refused::bad("`base` is not the version that If-Match names"));
    }
    let view = desk.view_with(path);
    if view.record(path).is_none() {
        return Err(Refused::missing("there is no such article"));
    }
    let text = edited(base, request)?;
    let problems = look::problems_of(&view, path, &text);
    if diag::any_error(&problems) && !request.flag("anyway") {
        // Not lost for that: it is where unsaved text is.
        desk.history.keep_unsaved(path, &over.to_string(), &text)?;
        return Err(Refused::wrong(&problems));
    }
    let _alone = desk.alone();
    match desk.write(path, text.as_bytes(), Some(over))? {
        Swap::Done => {
            desk.history.forget_unsaved(path);
            let version = Fingerprint::of(text.as_bytes()).to_string();
            Ok(json!({ "version": version, "text": text, "problems": look::problems(&problems) }))
        }
        Swap::Other(now) => {
            // Whoever overwrote what had been opened may have kept nothing of it.
            desk.history.keep(path, base.as_bytes())?;
            Err(conflict(now.as_deref(), Some(base), Some(&text)))
        }
    }
}

/// Now, to the minute, as the site's zone shows it.
pub(super) fn now(desk: &Desk, zone: chrono_tz::Tz) -> Moment {
    let view = desk.view();
    let seconds = view.shown.as_ref().map_or_else(crate::serve::taker::now, |shown| shown.site.clock.now);
    let seconds = if desk.state.wishes.clock.now == seconds { seconds } else { crate::serve::taker::now() };
    let instant = chrono::DateTime::from_timestamp(seconds - seconds.rem_euclid(60), 0).unwrap_or_default();
    Moment::at(&instant, zone)
}

/// Makes an article: `title`, `section`. It is a draft until somebody says otherwise.
pub(super) fn create(desk: &Desk, request: &Request) -> Answer {
    let title =
        source::words(request.needed("title")?).ok_or_else(|| Refused::bad("a headline is needed"))?;
    let section = request.text("section").unwrap_or_default();
    let view = desk.view();
    let shown = view.shown.as_ref().ok_or_else(|| Refused::wrong(&view.problems))?;
    let _alone = desk.alone();
    let path = file::free(&desk.state.site, section, &title)?;
    let header = Header {
        section: index::section_slug(section),
        slug: source::slug_of(&path),
        title,
        date: Some(now(desk, shown.rules.zone)),
        draft: true,
        ..Header::empty()
    };
    let text = source::print(&path, &header, "", &shown.rules);
    place_new(desk, &path, &text)
}

/// Writes a file that must not be there yet.
pub(super) fn place_new(desk: &Desk, path: &str, text: &str) -> Answer {
    match desk.write(path, text.as_bytes(), None)? {
        Swap::Done => {
            desk.view_with(path);
            Ok(json!({ "path": path, "version": Fingerprint::of(text.as_bytes()).to_string() }))
        }
        Swap::Other(_) => {
            Err(Refused(StatusCode::CONFLICT, json!({ "error": "there is an article of this name" })))
        }
    }
}

/// Gives an article another slug or section: `path`, `slug`, `section`, `redirect`.
pub(super) fn rename(desk: &Desk, request: &Request) -> Answer {
    let path = request.needed("path")?;
    let over = expected(request)?;
    let view = desk.view_with(path);
    let record = view.record(path).ok_or_else(|| Refused::missing("there is no such article"))?;
    let item = record.items.first().ok_or_else(|| Refused::wrong(&record.diags))?;
    let shown = view.shown.as_ref().ok_or_else(|| Refused::wrong(&view.problems))?;
    if path.ends_with("/index.md") {
        return Err(Refused::bad("this article is a folder of its own: rename the folder"));
    }
    let new_path =
        file::path(request.text("section").unwrap_or(&item.header.section), request.needed("slug")?)?;
    if new_path == path {
        return Err(Refused::bad("this is its name already"));
    }
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default();
    let moves = folder(path) != folder(&new_path);
    let relative = |src: &str| !src.starts_with('/') && !src.contains("://");
    if moves && item.facts.images.iter().any(|src| relative(src)) {
        return Err(Refused::bad(
            "pictures in the text are named by their place beside it: move them by hand",
        ));
    }
    let _alone = desk.alone();
    let bytes = desk.bytes(path)?.ok_or_else(|| Refused::missing("there is no such article"))?;
    if Fingerprint::of(&bytes) != over {
        return Err(conflict(Some(&bytes), None, None));
    }
    let text = String::from_utf8(bytes).map_err(|_| Refused::bad("this file is not UTF-8"))?;
    let mut changes: Vec<(String, Json)> = Vec::new();
    // What the name of the file says now, the front matter need not.
    changes.extend([("slug".to_owned(), Json::Null), ("section".to_owned(), Json::Null)]);
    if let Some(src) = item.header.image.as_ref().and_then(|image| image.src.as_deref())
        && moves
        && relative(src)
        && let Some(file) = crate::site::beside(path, src)
    {
        changes.push(("image.src".to_owned(), json!(file.trim_start_matches("content"))));
    }
    if request.flag("redirect") {
        let out = index::article_path(&item.header, &shown.site.config).map_err(Refused::bad)?;
        let aliases = item.header.aliases.iter().cloned().chain([format!("/{}", out.as_str())]);
        let mut aliases: Vec<String> = aliases.collect();
        aliases.dedup();
        changes.push(("aliases".to_owned(), json!(aliases)));
    }
    let text = front_matter::set(&text, changes).map_err(refusal)?;
    let problems = look::problems_of(&view, &new_path, &text);
    if diag::any_error(&problems) {
        return Err(Refused::wrong(&problems));
    }
    let made = place_new(desk, &new_path, &text)?;
    desk.remove(path, over)?;
    desk.history.forget_unsaved(path);
    Ok(made)
}

/// Removes an article's file: `path`. Its versions stay.
pub(super) fn delete(desk: &Desk, request: &Request) -> Answer {
    let path = request.needed("path")?;
    let over = expected(request)?;
    if desk.view_with(path).record(path).is_none() {
        return Err(Refused::missing("there is no such article"));
    }
    let _alone = desk.alone();
    desk.remove(path, over)?;
    desk.history.forget_unsaved(path);
    Ok(json!({}))
}

/// Forgets the text of an article that was not saved: `path`. It is kept among its versions.
pub(super) fn discard(desk: &Desk, request: &Request) -> Answer {
    let path = request.needed("path")?;
    if let Some(text) =
        desk.history.unsaved(path).and_then(|record| record["text"].as_str().map(str::to_owned))
    {
        desk.history.keep(path, text.as_bytes())?;
        if let Some(now) = desk.bytes(path)? {
            desk.history.keep(path, &now)?;
        }
    }
    desk.history.forget_unsaved(path);
    Ok(json!({}))
}

/// Fields of a header as the form shows them.
pub(super) fn fields(header: &Header) -> Map<String, Json> {
    let moment = |moment: Option<Moment>| moment.map_or(Json::Null, |moment| json!(moment.rfc3339()));
    let fields = json!({
        "title": header.title, "subtitle": header.subtitle, "summary": header.summary, "section": header.section,
        "date": moment(header.date), "updated": moment(header.updated), "embargo": moment(header.embargo),
        "expires": moment(header.expires), "pin_until": moment(header.pin_until), "tags": header.tags,
        "authors": header.authors, "agency": header.agency, "dateline": header.dateline, "lang": header.lang,
        "slug": header.slug, "aliases": header.aliases, "draft": header.draft, "lead": header.lead,
        "kind": header.kind.word(), "thread": header.thread, "canonical": header.canonical, "review": header.review,
        "id": header.id, "translation_of": header.translation_of,
        "image": header.image.as_ref().map(|image| json!({
            "src": image.src, "alt": image.alt, "caption": image.caption, "credit": image.credit,
        })),
        "corrections": header.corrections.iter().map(|correction| json!({
            "date": correction.date.rfc3339(), "text": correction.text,
        })).collect::<Vec<_>>(),
        "withdrawn": header.withdrawn.as_ref().map(|withdrawn| json!({
            "date": withdrawn.date.rfc3339(), "notice": withdrawn.notice,
        })),
        "source": header.source.as_ref().map(|source| json!({
            "file": source.file, "item": source.item,
        })),
    });
    fields.as_object().cloned().unwrap_or_default()
}

/// The address of an article's page, whether it is shown yet or not.
pub(super) fn address(header: &Header, config: &crate::config::Config) -> Option<String> {
    let out = index::article_path(header, config).ok()?;
    Some(format!("/{}", paths::encode(out.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_has_every_key_of_the_schema() {
        let fields = fields(&Header::empty());
        let keys = front_matter::keys().into_iter().filter(|key| !key.contains(['.', '[']));
        let missing: Vec<String> = keys.filter(|key| !fields.contains_key(key)).collect();
        // These are edited as text.
        assert_eq!(missing, ["roles", "extra"]);
    }
}
