//! The verb `review`: what a machine was not sure of, for a person to look at and to accept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;

use crate::clock::Clock;
use crate::config::Config;
use crate::diag::{self, Diag};
use crate::disk::{self, Dir, Durability};
use crate::index::Visible;
use crate::load::{self, Wishes};
use crate::source::{self, Record, Role, Rules};
use crate::store::{self, Store};
use crate::{dump, front_matter, site};

/// A review flag and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Flag {
    /// The flag without the particulars of one article: `date: none in the text`.
    pub rule: String,
    /// The folder of the dumps that such articles came from.
    pub source: String,
    /// The file that has it.
    pub path: String,
    /// Its line: of the flag in Markdown, of the headline in a dump.
    pub line: usize,
    /// The article.
    pub title: String,
    /// The flag as it stands there.
    pub flag: String,
    /// It is in a dump, which has no place to take it away.
    pub in_dump: bool,
}

/// All articles of a site, drafts and what waits too, without those that others stand in for.
///
/// # Errors
/// site.toml cannot be read; nothing else is fatal here.
pub(crate) fn articles(dir: &Path) -> Result<(Vec<Visible>, Vec<String>, Config), Vec<Diag>> {
    let store = Dir::new(dir);
    let text = load::read_config(&store, &dir.to_string_lossy()).map_err(|diag| vec![diag])?;
    // Nothing of what is looked at here depends on the hour.
    let clock = Clock { now: i64::MIN, drafts: true, future: true };
    let parsed = load::parse_config(&text, &Wishes { base_url: None, clock, keep_going: true });
    let Some(config) = parsed.value else { return Err(parsed.diags) };
    let rules = Rules::new(&config);
    let read = |path: &str| Some(source::parse(path, store.read(path).ok()??.0, &rules));
    let parsed: Vec<source::Parsed> = store
        .list("content")
        .value
        .par_iter()
        .filter(|entry| !matches!(Role::of(&entry.path), None | Some(Role::Picture)))
        .filter_map(|entry| read(&entry.path))
        .collect();
    let mut bodies: BTreeMap<(String, usize), String> = BTreeMap::new();
    let mut records: Vec<std::sync::Arc<Record>> = Vec::new();
    for one in parsed {
        for (at, body) in one.bodies.into_iter().enumerate() {
            bodies.insert((one.record.path.clone(), at), body);
        }
        records.push(one.record.into());
    }
    let visible = site::gate(&records, &config, &clock).visible;
    let body = |seen: &Visible| bodies.remove(&(seen.record.path.clone(), seen.item)).unwrap_or_default();
    let bodies = visible.iter().map(body).collect();
    Ok((visible, bodies, config))
}

/// All review flags of a site, by rule, source, path and line; `within` is a folder of articles or dumps.
///
/// # Errors
/// Whatever keeps the site from being read.
pub fn flags(dir: &Path, within: Option<&str>) -> Result<Vec<Flag>, Vec<Diag>> {
    let (visible, _, config) = articles(dir)?;
    let rules = Rules::new(&config);
    let store = Dir::new(dir);
    let of_article = |seen: &Visible| -> Vec<Flag> {
        let (path, item) = (&seen.record.path, &seen.record.items[seen.item]);
        if item.header.review.is_empty() {
            return Vec::new();
        }
        let bytes = store.read(path).ok().flatten().map_or_else(Vec::new, |(bytes, _)| bytes);
        let in_dump = item.dump_key.is_some();
        let text = String::from_utf8_lossy(&bytes);
        let line_of = |flag: &str| {
            if in_dump { headline(path, &bytes, seen.item, &rules) } else { line_of_flag(&text, flag) }
        };
        let file = item.header.source.as_ref().map_or(path.as_str(), |source| source.file.as_str());
        let flag = |flag: &String| Flag {
            rule: rule(flag),
            source: file.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(),
            path: path.clone(),
            line: line_of(flag),
            title: item.header.title.clone(),
            flag: flag.clone(),
            in_dump,
        };
        item.header.review.iter().map(flag).collect()
    };
    let mut flags: Vec<Flag> = visible.par_iter().flat_map_iter(of_article).collect();
    let below = |place: &str, within: &str| {
        let rest = place.strip_prefix(within.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    flags.retain(|flag| within.is_none_or(|within| below(&flag.path, within) || below(&flag.source, within)));
    flags.sort();
    Ok(flags)
}

/// A flag without what differs from one article to the next: numbers and what stands in quotes.
#[must_use]
pub fn rule(flag: &str) -> String {
    let mut rule = String::with_capacity(flag.len());
    let mut quote = None;
    for c in flag.chars() {
        match (quote, c) {
            (Some(end), c) if c == end => {
                quote = None;
                rule.push('…');
                rule.push(c);
            }
            (Some(_), _) => {}
            (None, c) => {
                quote = match c {
                    '`' | '"' => Some(c),
                    '“' => Some('”'),
                    '«' => Some('»'),
                    _ => None,
                };
                if !(c.is_ascii_digit() && rule.ends_with('#')) {
                    rule.push(if c.is_ascii_digit() { '#' } else { c });
                }
            }
        }
    }
    rule
}

/// The line of a flag in a Markdown file.
fn line_of_flag(text: &str, flag: &str) -> usize {
    let words = flag.split(['"', '\\']).next().unwrap_or(flag);
    let at = text.find(words).or_else(|| text.find("review")).unwrap_or(0);
    text[..at].matches('\n').count() + 1
}

/// The line of an article's headline in its dump.
fn headline(path: &str, bytes: &[u8], item: usize, rules: &Rules) -> usize {
    let form = if Role::of(path) == Some(Role::Html) { dump::Form::Html } else { dump::Form::Text };
    let input = dump::Input { source: path, form, url: None, fetched: None };
    let parsed = source::dump_of(bytes, &input, rules);
    let Some(article) = parsed.articles.get(item) else { return 1 };
    let title = article.lines.iter().find(|span| span.role == dump::Role::Title);
    title.or(article.lines.first()).map_or(1, |span| span.from as usize)
}

/// What accepting came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Flags taken out of Markdown.
    pub flags: usize,
    /// Files written.
    pub files: usize,
    /// Dumps whose flags have no place to be taken out of.
    pub dumps: BTreeSet<String>,
    /// Files whose front matter is YAML, which is never written.
    pub yaml: BTreeSet<String>,
}

/// Takes flags away: those whose rule is `wanted`, or begins with it and a colon (`date`), in files below
/// `within`. Every other byte stays.
///
/// # Errors
/// The site cannot be read, or a file not written; those before it are.
pub fn accept(dir: &Path, wanted: &str, within: Option<&str>) -> Result<Accepted, Vec<Diag>> {
    let is_wanted = |flag: &Flag| {
        let whole = flag.rule == wanted || flag.flag == wanted;
        let field = flag.rule.strip_prefix(wanted).is_some_and(|rest| rest.starts_with(':'));
        whole || field
    };
    let mut by_file: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut accepted = Accepted::default();
    let folder = Dir::new(dir);
    for flag in flags(dir, within)?.into_iter().filter(is_wanted) {
        if flag.in_dump {
            accepted.dumps.insert(flag.path);
        } else {
            by_file.entry(flag.path).or_default().push(flag.flag);
        }
    }
    for (path, flags) in by_file {
        let read = store::read_text(&folder, &path).map_err(|diag| vec![diag])?;
        let Some((text, _)) = read else { continue };
        match without(&text, &flags) {
            Some(text) => {
                disk::replace(&dir.join(&path), text.as_bytes(), Durability::PowerCut)
                    .map_err(|diag| vec![diag])?;
                accepted.flags += flags.len();
                accepted.files += 1;
            }
            None => {
                accepted.yaml.insert(path);
            }
        }
    }
    Ok(accepted)
}

/// The text of an article without some of its flags, all else byte for byte; `None` if its front matter
/// is not TOML, or the flags are not there.
#[must_use]
pub fn without(text: &str, flags: &[String]) -> Option<String> {
    let front = front_matter::front_range(text)?;
    let document = toml_edit::Document::parse(&text[front.clone()]).ok()?;
    let (key, item) = document.as_table().get_key_value("review")?;
    let (key, value) = (key.span()?, item.span()?);
    let entries = item.as_array()?;
    let rest: Vec<&str> = entries
        .iter()
        .filter_map(|entry| entry.as_str())
        .filter(|flag| !flags.iter().any(|gone| gone == flag))
        .collect();
    if rest.len() == entries.len() {
        return None;
    }
    let mut edited = text.to_owned();
    let (start, end) = (front.start + key.start, front.start + value.end);
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    if !rest.is_empty() {
        let list: toml_edit::Array = rest.into_iter().collect();
        edited.replace_range(front.start + value.start..end, &list.to_string());
    } else if text[end..line_end].trim().is_empty() {
        edited.replace_range(start..line_end, "");
    } else {
        // A comment behind it is a person's.
        edited.replace_range(front.start + value.start..end, "[]");
    }
    Some(edited)
}

/// A line that stands in many articles of one source: probably no part of any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurring {
    /// The folder of the dumps.
    pub source: String,
    /// The line, as plain text.
    pub line: String,
    /// In how many articles it stands.
    pub articles: usize,
}

/// Articles in which a line must stand.
const OFTEN: usize = 3;
/// A longer line is prose, however often it stands somewhere.
const LONG: usize = 240;

/// Lines that recur across the articles of a source, most frequent first.
///
/// # Errors
/// Whatever keeps the site from being read.
pub fn recurring(dir: &Path) -> Result<Vec<Recurring>, Vec<Diag>> {
    let (visible, bodies, _) = articles(dir)?;
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (seen, body) in visible.iter().zip(&bodies) {
        // Only what came out of a dump: an editor's own standing phrases are meant.
        let Some(source) = &seen.record.items[seen.item].header.source else { continue };
        let folder = source.file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let lines: BTreeSet<&str> =
            body.lines().map(str::trim).filter(|line| (2..=LONG).contains(&line.len())).collect();
        for line in lines {
            *counts.entry((folder, line)).or_default() += 1;
        }
    }
    let mut found: Vec<Recurring> = counts
        .into_iter()
        .filter(|(_, articles)| *articles >= OFTEN)
        .map(|((source, line), articles)| Recurring {
            source: source.to_owned(),
            line: line.to_owned(),
            articles,
        })
        .collect();
    found.sort_by(|a, b| (b.articles, &a.source, &a.line).cmp(&(a.articles, &b.source, &b.line)));
    Ok(found)
}

/// Recurring lines as a file for an editor to read.
#[must_use]
pub fn proposal(lines: &[Recurring]) -> String {
    let mut text = "# Lines that stand in many articles of one source, and so are probably page furniture.\n\
                    # A proposal for people: newsprint does not read this file. Delete the lines from the dumps\n\
                    # or articles, or report a kind of line that the parser should know.\n"
        .to_owned();
    let sources: BTreeSet<&str> = lines.iter().map(|line| line.source.as_str()).collect();
    for source in sources {
        text += &format!("\n[{source}]\n");
        for line in lines.iter().filter(|line| line.source == source) {
            text += &format!("{:>6}  {}\n", line.articles, diag::visible(&line.line));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        for (flag, expected) in [
            ("date: none in the text", "date: none in the text"),
            ("date: 0000-01-01 is outside the years 0001 to 9999", "date: #-#-# is outside the years # to #"),
            ("title: taken from `<title>` 12", "title: taken from `…` #"),
            ("authors: “Ann” may be a place", "authors: “…” may be a place"),
        ] {
            assert_eq!(rule(flag), expected);
        }
    }

    #[test]
    fn accepting_changes_nothing_else() {
        for (name, text, flags, expected) in [
            (
                "the only one",
                "+++\ntitle = 'a' # why\nreview = [\"x\"]\ndraft = true\n+++\nText review = [\"x\"]\n",
                &["x"][..],
                Some("+++\ntitle = 'a' # why\ndraft = true\n+++\nText review = [\"x\"]\n"),
            ),
            (
                "one of two",
                "+++\r\ntitle = 'a'\r\nreview = ['x', \"y\"] # look\r\n+++\r\nText\r\n",
                &["x"],
                Some("+++\r\ntitle = 'a'\r\nreview = [\"y\"] # look\r\n+++\r\nText\r\n"),
            ),
            (
                "with a comment",
                "+++\ntitle = 'a'\nreview = ['x'] # look\n+++\n",
                &["x"],
                Some("+++\ntitle = 'a'\nreview = [] # look\n+++\n"),
            ),
            (
                "over several lines",
                "\u{feff}+++\nreview = [\n  \"x\",\n  \"z: ü\",\n]\ntitle = 'a'\n+++\nü",
                &["x", "z: ü"],
                Some("\u{feff}+++\ntitle = 'a'\n+++\nü"),
            ),
            ("another one", "+++\ntitle = 'a'\nreview = ['x']\n+++\n", &["y"], None),
            ("none", "+++\ntitle = 'a'\n+++\n", &["y"], None),
            ("YAML", "---\ntitle: a\nreview: [x]\n---\n", &["x"], None),
            ("no front matter", "review = ['x']", &["x"], None),
        ] {
            let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
            assert_eq!(without(text, &flags).as_deref(), expected, "{name}");
        }
    }
}
