//! The proof that an embargo holds. The site is built twice by the real program: as it is, and with every
//! hidden article taken out of its sources. Both must be the same byte for byte; and no file of it may
//! say what only a hidden article says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use pulldown_cmark::{Event, Parser, TagEnd};
use walkdir::WalkDir;

use super::address::decoded;
use crate::article::Header;
use crate::build::{self, Progress};
use crate::clock::Visibility;
use crate::diag::{self, Diag, Severity};
use crate::diff::{Change, diff};
use crate::disk::{self, Dir};
use crate::load::{Loaded, Wishes};
use crate::path::slugify;
use crate::site;
use crate::snapshot;
use crate::source::{self, Record};
use crate::store::Store;

/// What was compared, and what came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Exit code of the command.
    pub exit: u8,
    /// All complaints.
    pub diags: Vec<Diag>,
    /// Articles behind the gate.
    pub hidden: usize,
    /// Files of the site.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Phrases of hidden articles that were looked for.
    pub phrases: usize,
    /// Next instant at which the site changes by time alone, seconds since 1970.
    pub next_due: Option<i64>,
}

/// Compares the site with the site without its hidden articles.
#[must_use]
pub fn check(site: &Path, wishes: &Wishes) -> Report {
    let mut report = Report::default();
    if let Err(diags) = prove(site, wishes, &mut report) {
        report.diags.extend(diags);
    }
    diag::sort(&mut report.diags);
    report.exit = match build::exit_code(&report.diags) {
        _ if report.diags.iter().any(|diag| diag.code.starts_with("EMBARGO-")) => 4,
        exit => exit,
    };
    report
}

fn prove(site: &Path, wishes: &Wishes, report: &mut Report) -> Result<(), Vec<Diag>> {
    let (snapshot, _) = snapshot::of_disk(site, wishes)?;
    let loaded = &snapshot.loaded;
    let hidden = hidden(loaded, wishes);
    report.hidden = hidden.len();
    report.next_due = loaded.validity.next();
    let one = |diag: Diag| vec![diag];
    let memory = site.join(".newsprint");
    let beside = fs::create_dir_all(&memory)
        .and_then(|()| tempfile::Builder::new().prefix("embargo-").tempdir_in(&memory));
    let beside = beside.map_err(disk::failed(&memory, "make a folder in it")).map_err(one)?;
    let (with, without) = (beside.path().join("with"), beside.path().join("without"));
    mirror(site, &with, &BTreeSet::new()).map_err(one)?;
    mirror(site, &without, &only_hidden(loaded, &hidden)).map_err(one)?;
    stand_ins(&without, &hidden).map_err(one)?;
    let trees = [built(&with, wishes, report)?, built(&without, wishes, report)?];
    report.files = trees[0].len();
    for change in diff(&trees[0], String::as_str, &trees[1], String::as_str) {
        let differs = match change {
            Change::Added(out) => Some((out, "is there only without the hidden articles")),
            Change::Removed(out) => Some((out, "is there only because of a hidden article")),
            Change::Kept(out, _) => {
                let read = |root: &Path| fs::read(root.join("public").join(out));
                let same = matches!((read(&with), read(&without)), (Ok(a), Ok(b)) if a == b);
                (!same).then_some((out, "has other bytes because of a hidden article"))
            }
        };
        report.diags.extend(differs.map(|(out, how)| diag::embargo_differs(out, how)));
    }
    search(&with.join("public"), &trees[0], &phrases(site, loaded, &hidden), report);
    Ok(())
}

/// An article behind the gate.
struct Hidden<'l> {
    record: &'l Record,
    item: usize,
}

impl Hidden<'_> {
    fn header(&self) -> &Header {
        &self.record.items[self.item].header
    }
}

fn hidden<'l>(loaded: &'l Loaded, wishes: &Wishes) -> Vec<Hidden<'l>> {
    let hold = loaded.site.config.hold_flagged;
    let items =
        loaded.records.iter().flat_map(|record| (0..record.items.len()).map(move |item| (record, item)));
    let items = items.map(|(record, item)| Hidden { record: record.as_ref(), item });
    items.filter(|one| wishes.clock.visibility(one.header(), hold).0 == Visibility::Hidden).collect()
}

/// Files of content that matter to hidden articles only.
fn only_hidden(loaded: &Loaded, hidden: &[Hidden<'_>]) -> BTreeSet<String> {
    let pictures = |header: &Header, named: &[String], path: &str| -> Vec<String> {
        let lead = header.image.as_ref().and_then(|image| image.src.as_deref());
        let named = lead.into_iter().chain(named.iter().map(String::as_str));
        named.filter_map(|src| site::beside(path, src)).collect()
    };
    let mut only: BTreeSet<String> = BTreeSet::new();
    for one in hidden {
        let item = &one.record.items[one.item];
        only.extend(pictures(&item.header, &item.facts.images, &one.record.path));
    }
    for id in loaded.site.index.ids() {
        let article = loaded.site.index.article(id);
        for picture in pictures(article.header(), &article.facts().images, article.path()) {
            only.remove(&picture);
        }
    }
    only.extend(
        hidden.iter().filter(|one| one.record.path.ends_with(".md")).map(|one| one.record.path.clone()),
    );
    only
}

/// Where a hidden article keeps an item of a dump off the site, something without words must do so.
fn stand_ins(root: &Path, hidden: &[Hidden<'_>]) -> Result<(), Diag> {
    for (at, one) in hidden.iter().enumerate() {
        // An item of a dump is its own source, so that this takes it out as well.
        let Some(source) = &one.header().source else { continue };
        let file =
            if one.record.path.ends_with(".md") { source.file.clone() } else { one.record.path.clone() };
        let quoted = serde_json::to_string(&file).unwrap_or_default();
        // Nothing lifts an expiry.
        let dump = source.dump.as_ref().map(|dump| format!(", dump = \"{dump}\"")).unwrap_or_default();
        let text = format!(
            "+++\ntitle = \"x\"\nexpires = 1970-01-02\nsource = {{ file = {quoted}, item = {}, sha256 = \"{}\"{dump} }}\n+++\n",
            source.item, source.sha256
        );
        let path = root.join("content").join(format!("newsprint-stand-in-{at}.md"));
        disk::create(&path, text.as_bytes())?;
    }
    Ok(())
}

/// A copy of a site's folder without its output, its memory, and what is left out. Files are linked.
fn mirror(site: &Path, to: &Path, left_out: &BTreeSet<String>) -> Result<(), Diag> {
    let is_output = |path: &Path| path.join(".newsprint-output").exists();
    let tops = fs::read_dir(site).map_err(disk::failed(site, "list it"))?;
    let mut tops: Vec<PathBuf> = tops.flatten().map(|entry| entry.path()).collect();
    tops.sort();
    for top in tops {
        let is_hidden = top.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        if is_hidden || is_output(&top) || top.ends_with("target") || top.ends_with("node_modules") {
            continue;
        }
        let walk = WalkDir::new(&top).follow_root_links(true).into_iter();
        let wanted = |entry: &walkdir::DirEntry| {
            entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".")
        };
        for entry in walk.filter_entry(wanted).flatten().filter(|entry| entry.file_type().is_file()) {
            let Ok(below) = entry.path().strip_prefix(site) else { continue };
            if left_out.contains(&*below.to_string_lossy()) {
                continue;
            }
            let copy = to.join(below);
            let made = fs::create_dir_all(copy.parent().unwrap_or(to))
                .and_then(|()| fs::hard_link(entry.path(), &copy))
                // Another file system, or one without links.
                .or_else(|_| fs::copy(entry.path(), &copy).map(drop));
            made.map_err(disk::failed(&copy, "copy it"))?;
        }
    }
    Ok(())
}

struct Silent;

impl Progress for Silent {
    fn step(&self, _: usize, _: usize) {}
}

/// Builds a copy; the paths of all that came out.
fn built(root: &Path, wishes: &Wishes, report: &mut Report) -> Result<Vec<String>, Vec<Diag>> {
    let options = build::Options {
        site: root.to_owned(),
        output: None,
        wishes: wishes.clone(),
        clean: true,
        verify: false,
        explain: false,
        allow_empty: false,
    };
    let built = build::build(&options, &Silent);
    let errors: Vec<Diag> = built.diags.into_iter().filter(|diag| diag.severity == Severity::Error).collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let files = Dir::new(root.join("public")).list("").value;
    report.bytes = files.iter().map(|file| file.stamp.len).sum();
    Ok(files.into_iter().map(|file| file.path.trim_start_matches('/').to_owned()).collect())
}

/// Something that only a hidden article says.
struct Phrase {
    /// Its file.
    path: String,
    field: &'static str,
    text: String,
}

/// Phrases long enough to be nobody else's by chance.
fn phrases(site: &Path, loaded: &Loaded, hidden: &[Hidden<'_>]) -> Vec<Phrase> {
    let public = public_words(loaded);
    let store = Dir::new(site);
    let mut bodies: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut phrases = Vec::new();
    for one in hidden {
        let path = one.record.path.as_str();
        let header = one.header();
        let mut add = |field: &'static str, text: &str, least: usize| {
            let text = normal(text);
            let is_long = text.chars().filter(|c| c.is_alphanumeric()).count() >= least;
            if is_long && !public.contains(&text) {
                phrases.push(Phrase { path: path.to_owned(), field, text });
            }
        };
        add("title", &header.title, 10);
        add("slug", &header.slug, 10);
        header.subtitle.iter().for_each(|text| add("subtitle", text, 12));
        add("summary", &header.summary, 20);
        header.tags.iter().for_each(|text| add("tag", text, 4));
        header.authors.iter().for_each(|text| add("author", text, 5));
        header.dateline.iter().for_each(|text| add("dateline", text, 6));
        header.aliases.iter().for_each(|text| add("alias", text.trim_matches('/'), 6));
        header.thread.iter().for_each(|text| add("thread", text, 6));
        header.id.iter().for_each(|text| add("id", text, 8));
        header.canonical.iter().for_each(|text| add("canonical address", text, 8));
        header.corrections.iter().for_each(|correction| add("correction", &correction.text, 12));
        header.extra.values().for_each(|text| add("extra value", text.trim_matches('"'), 8));
        if let Some(image) = &header.image {
            image.caption.iter().for_each(|text| add("caption", text, 12));
            image.alt.iter().for_each(|text| add("text alternative", text, 12));
            image.credit.iter().for_each(|text| add("credit", text, 6));
            let name = image.src.as_deref().and_then(|src| src.rsplit('/').next());
            name.and_then(|name| name.rsplit_once('.')).iter().for_each(|(stem, _)| add("picture", stem, 6));
        }
        let texts = bodies.entry(path).or_insert_with(|| {
            let bytes = store.read(path).ok().flatten().map_or_else(Vec::new, |(bytes, _)| bytes);
            source::parse(path, bytes, &loaded.rules).bodies
        });
        for line in texts.get(one.item).into_iter().flat_map(|text| openings(text)) {
            add("text", &line, 24);
        }
    }
    phrases
}

/// The first words of each paragraph, as plain text.
fn openings(text: &str) -> Vec<String> {
    /// Words of each.
    const WORDS: usize = 8;
    let mut openings = vec![String::new()];
    for event in Parser::new(text) {
        let words = match &event {
            Event::Text(words) | Event::Code(words) => words,
            Event::SoftBreak | Event::HardBreak => " ",
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item) => {
                openings.push(String::new());
                continue;
            }
            _ => continue,
        };
        if let Some(open) = openings.last_mut() {
            open.push_str(words);
        }
    }
    let cut = |text: String| text.split_whitespace().take(WORDS).collect::<Vec<_>>().join(" ");
    openings.into_iter().map(cut).collect()
}

/// Names that visible articles have too.
fn public_words(loaded: &Loaded) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let index = &loaded.site.index;
    for id in index.ids() {
        let header = index.article(id).header();
        let names = header.tags.iter().chain(&header.authors).chain(&header.dateline).chain(&header.agency);
        words.extend(names.chain(&header.thread).map(|name| normal(name)));
        if let Some(image) = &header.image {
            words.extend(
                [&image.credit, &image.caption, &image.alt].into_iter().flatten().map(|text| normal(text)),
            );
            let name = image.src.as_deref().and_then(|src| src.rsplit('/').next());
            words.extend(name.and_then(|name| name.rsplit_once('.')).map(|(stem, _)| normal(stem)));
        }
    }
    for term in index.sections.iter().chain(&index.tags).chain(&index.authors).chain(&index.threads) {
        words.extend([normal(&term.name), normal(&term.slug)]);
    }
    words
}

/// Lower case, one blank between words.
fn normal(text: &str) -> String {
    let lower: String = text.chars().flat_map(char::to_lowercase).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Looks for the phrases in every file, as written, decoded, as a slug and as base64.
fn search(root: &Path, files: &[String], phrases: &[Phrase], report: &mut Report) {
    report.phrases = phrases.len();
    let mut plain: Vec<(String, usize, &'static str)> = Vec::new();
    let mut coded: Vec<(String, usize)> = Vec::new();
    for (at, phrase) in phrases.iter().enumerate() {
        plain.push((phrase.text.clone(), at, "as text"));
        let slug = slugify(&phrase.text);
        if slug.len() >= 6 && slug != phrase.text {
            plain.push((slug, at, "as a slug"));
        }
        coded.extend(base64_cores(phrase.text.as_bytes()).into_iter().map(|core| (core, at)));
    }
    let (Ok(plain_search), Ok(coded_search)) = (
        AhoCorasick::new(plain.iter().map(|(text, ..)| text)),
        AhoCorasick::new(coded.iter().map(|(text, _)| text)),
    ) else {
        return report
            .diags
            .push(diag::usage("the phrases of the hidden articles are too many to be looked for"));
    };
    let mut found: BTreeSet<(usize, String, &'static str)> = BTreeSet::new();
    for out in files {
        let bytes = fs::read(root.join(out)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let name = normal(out);
        for (form, text) in
            [("as text", normal(&text)), ("decoded", normal(&unfolded(&text))), ("in its name", name)]
        {
            for hit in plain_search.find_overlapping_iter_of(&text) {
                let (_, at, how) = &plain[hit];
                let how = if form == "as text" { how } else { form };
                if !found.iter().any(|(known, on, _)| known == at && on == out) {
                    found.insert((*at, out.clone(), how));
                }
            }
        }
        for hit in coded_search.find_overlapping_iter_of(&text) {
            found.insert((coded[hit].1, out.clone(), "as base64"));
        }
    }
    for (at, out, form) in found {
        let Phrase { path, field, .. } = &phrases[at];
        report.diags.push(diag::embargo_words(path, &out, field, form));
    }
}

/// Which patterns a text holds.
trait FindAll {
    fn find_overlapping_iter_of(&self, text: &str) -> BTreeSet<usize>;
}

impl FindAll for AhoCorasick {
    fn find_overlapping_iter_of(&self, text: &str) -> BTreeSet<usize> {
        self.find_overlapping_iter(text).map(|found| found.pattern().as_usize()).collect()
    }
}

/// A text with entities, percent signs and JSON escapes undone.
fn unfolded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '\\']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, length) = escape(rest).unwrap_or((rest.chars().next().unwrap_or(' '), 1));
        plain.push(c);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    decoded(&plain).unwrap_or(plain)
}

/// The character that an entity or a JSON escape stands for, and its length.
fn escape(text: &str) -> Option<(char, usize)> {
    if let Some(hex) = text.strip_prefix("\\u") {
        let code = u32::from_str_radix(hex.get(..4)?, 16).ok()?;
        return Some((char::from_u32(code)?, 6));
    }
    if let Some(next) = text.strip_prefix('\\').and_then(|rest| rest.chars().next()) {
        return matches!(next, '"' | '\\' | '/').then_some((next, 2));
    }
    let end = text.get(..text.len().min(12)).unwrap_or(text).find(';')?;
    let name = &text[1..end];
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((c, end + 1))
}

/// What a phrase looks like inside a base64 text, for each of the three places it may begin at.
fn base64_cores(bytes: &[u8]) -> Vec<String> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let core = |skip: usize| {
        // Only whole groups of three bytes are the same whatever stands around them.
        let whole = bytes.get((3 - skip) % 3..).unwrap_or_default();
        let groups = whole.chunks_exact(3).flat_map(|group| {
            let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
            [18, 12, 6, 0].map(|shift| char::from(DIGITS[(bits >> shift) as usize & 63]))
        });
        groups.collect::<String>()
    };
    (0..3).map(core).filter(|core| core.len() >= 12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undoes_escapes() {
        assert_eq!(
            unfolded("a &amp; b&#39;s &lt;c&gt; caf&#xe9; \\u003cd\\u003e %C3%BC & \\n"),
            "a & b's <c> café <d> ü & \\n"
        );
    }

    #[test]
    fn knows_base64() {
        // "xx" and "harbour pilots" and "y" together, and the phrase alone.
        for text in ["aGFyYm91ciBwaWxvdHM=", "eGhhcmJvdXIgcGlsb3Rz", "eHhoYXJib3VyIHBpbG90c3k="] {
            assert!(
                base64_cores(b"harbour pilots").iter().any(|core| text.contains(core.as_str())),
                "{text}"
            );
        }
    }
}
