//! The verb `tags`: the tags of a site with their counts, and those that are probably one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use crate::config::Config;
use crate::diag::Diag;
use crate::path::slugify;
use crate::review;

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Tag {
    /// As the site shows it.
    pub name: String,
    /// Articles that have it.
    pub articles: usize,
    /// Other spellings of it in articles.
    pub spellings: Vec<String>,
}

/// Tags that are probably one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Merge {
    /// The tag that stays: the most frequent.
    pub name: String,
    /// Those that would become it.
    pub others: Vec<String>,
    /// Why: `spelling`, `plural`, `initials`, `surname`.
    pub why: &'static str,
}

/// The tags of a site, drafts and what waits too, most frequent first.
///
/// # Errors
/// Whatever keeps the site from being read.
pub fn tags(dir: &Path) -> Result<Vec<Tag>, Vec<Diag>> {
    let (visible, _, config) = review::articles(dir)?;
    let articles = visible.iter().map(|seen| seen.record.items[seen.item].header.tags.as_slice());
    Ok(count(articles, &config))
}

/// Counts tags as the site does: by slug, spellings of the vocabulary under their tag.
pub(crate) fn count<'a>(articles: impl Iterator<Item = &'a [String]>, config: &Config) -> Vec<Tag> {
    let aliases: BTreeMap<String, &str> = config
        .tags
        .iter()
        .flat_map(|(name, aliases)| aliases.iter().map(move |alias| (slugify(alias), name.as_str())))
        .collect();
    let mut found: BTreeMap<String, (BTreeMap<String, usize>, usize)> = BTreeMap::new();
    for tags in articles {
        let mut slugs = BTreeSet::new();
        for tag in tags {
            let slug = slugify(tag);
            let slug = aliases.get(&slug).map_or(slug, |name| slugify(name));
            let (spellings, articles) = found.entry(slug.clone()).or_default();
            *spellings.entry(tag.clone()).or_default() += 1;
            *articles += usize::from(slugs.insert(slug));
        }
    }
    let named: BTreeMap<String, &String> = config.tags.keys().map(|name| (slugify(name), name)).collect();
    let mut tags: Vec<Tag> = found
        .into_iter()
        .map(|(slug, (spellings, articles))| {
            let mut spellings: Vec<String> = spellings.into_keys().collect();
            // The vocabulary's name, else the smallest spelling, as on the site.
            let name = named.get(&slug).map_or_else(|| spellings[0].clone(), |name| (*name).clone());
            spellings.retain(|spelling| *spelling != name);
            Tag { name, articles, spellings }
        })
        .collect();
    tags.sort_by(|a, b| (b.articles, &a.name).cmp(&(a.articles, &b.name)));
    tags
}

/// Under what a tag meets those that are probably the same.
type Key = fn(&str) -> Vec<String>;

/// Proposes merges; `tags` are sorted, most frequent first. No tag is in two proposals.
#[must_use]
pub fn merges(tags: &[Tag]) -> Vec<Merge> {
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    let mut merges: Vec<(usize, Merge)> = Vec::new();
    let keys: [(&'static str, Key); 3] = [("spelling", loose), ("plural", plural), ("initials", initials)];
    for (why, key) in keys {
        let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, tag) in tags.iter().enumerate().filter(|(at, _)| !taken.contains(at)) {
            for key in key(&tag.name) {
                groups.entry(key).or_default().push(at);
            }
        }
        for group in groups.into_values() {
            // A tag with two keys in one group is no pair.
            let group: BTreeSet<usize> = group.into_iter().filter(|at| !taken.contains(at)).collect();
            let names: Vec<&str> = group.iter().map(|at| tags[*at].name.as_str()).collect();
            let short = names.iter().filter(|name| is_short(name)).count();
            if group.len() < 2 || why == "initials" && (short == 0 || short == names.len() || group.len() > 3)
            {
                continue;
            }
            let others = names[1..].iter().map(|name| (*name).to_owned()).collect();
            merges.extend(
                group.first().map(|first| (*first, Merge { name: names[0].to_owned(), others, why })),
            );
            taken.extend(group);
        }
    }
    merges.extend(surnames(tags, &taken));
    merges.sort_by_key(|(first, _)| *first);
    merges.into_iter().map(|(_, merge)| merge).collect()
}

/// Letters and digits alone, without accents: `G-20` and `G20`, `Côte d'Ivoire` and `Cote d’Ivoire`.
fn loose(name: &str) -> Vec<String> {
    let key: String = name.nfkd().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect();
    let key = key.replace('ı', "i");
    if key.is_empty() { Vec::new() } else { vec![key] }
}

/// The same without the ending of an English, French or Spanish plural.
fn plural(name: &str) -> Vec<String> {
    let singular = |key: String| {
        let stem = key.strip_suffix("ies").map(|stem| format!("{stem}y"));
        let stem = stem.or_else(|| {
            key.strip_suffix('s').filter(|stem| stem.len() > 3 && !stem.ends_with('s')).map(str::to_owned)
        });
        stem.unwrap_or(key)
    };
    loose(name).into_iter().map(singular).collect()
}

/// A short name as it is, a long one by the initials of its words: `WTO`, `World Trade Organization`.
fn initials(name: &str) -> Vec<String> {
    if is_short(name) {
        return vec![name.replace('.', "").to_uppercase()];
    }
    let words = || name.split([' ', '-']).filter(|word| !word.is_empty());
    let upper = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    let key: String = words().filter(upper).filter_map(|word| word.chars().next()).collect();
    if words().count() >= 3 && key.chars().count() >= 3 { vec![key] } else { Vec::new() }
}

/// Whether a name may be the initials of others: `EU`, `U.S.`
fn is_short(name: &str) -> bool {
    let letters = name.chars().filter(|c| *c != '.').count();
    (2..=6).contains(&letters) && name.chars().all(|c| c == '.' || c.is_uppercase())
}

/// Single words that end just one other name of two or three words: `Boynton`, `Judy Boynton`.
fn surnames(tags: &[Tag], taken: &BTreeSet<usize>) -> Vec<(usize, Merge)> {
    let mut by_last: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, tag) in tags.iter().enumerate() {
        let mut words = tag.name.split(' ');
        let last = words.next_back().unwrap_or_default();
        if (1..=2).contains(&words.count()) {
            by_last.entry(last).or_default().push(at);
        }
    }
    let merge = |(at, tag): (usize, &Tag)| {
        let whole = match by_last.get(tag.name.as_str()).map(Vec::as_slice) {
            Some([whole]) => *whole,
            _ => return None,
        };
        // A name of a person has capitals only, and is told in full at least as often.
        let is_name =
            tags[whole].name.split(' ').all(|word| word.chars().next().is_some_and(char::is_uppercase))
                && tag.articles <= tags[whole].articles;
        (is_name && !taken.contains(&at) && !taken.contains(&whole)).then(|| {
            let merge =
                Merge { name: tags[whole].name.clone(), others: vec![tag.name.clone()], why: "surname" };
            (whole.min(at), merge)
        })
    };
    tags.iter().enumerate().filter(|(_, tag)| !tag.name.contains(' ')).filter_map(merge).collect()
}

/// Proposals as lines for site.toml.
#[must_use]
pub fn as_toml(merges: &[Merge]) -> String {
    let quoted = |text: &str| toml_edit::Value::from(text).to_string();
    let mut text = "[tags]\n".to_owned();
    for merge in merges {
        let others: Vec<String> = merge.others.iter().map(|other| quoted(other)).collect();
        // A basic string is a key too, whatever its value looks like.
        let name = quoted(&merge.name);
        text += &format!("{name} = [{}] # {}\n", others.join(", "), merge.why);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposals() {
        let names = [
            "World Trade Organization",
            "G20",
            "Judy Boynton",
            "WTO",
            "Football",
            "Côte d’Ivoire",
            "G-20",
            "Boynton",
            "Cote d'Ivoire",
            "Footballs",
            "Lee",
            "Ann Lee",
            "Bo Lee",
            "EU",
            "European Union",
            "Paris",
            "Company",
            "Companies",
        ];
        let tags: Vec<Tag> = names
            .iter()
            .enumerate()
            .map(|(at, name)| Tag { name: (*name).to_owned(), articles: 100 - at, spellings: Vec::new() })
            .collect();
        let found: Vec<String> = merges(&tags)
            .iter()
            .map(|m| format!("{} <- {} ({})", m.name, m.others.join(", "), m.why))
            .collect();
        assert_eq!(
            found,
            [
                "World Trade Organization <- WTO (initials)",
                "G20 <- G-20 (spelling)",
                "Judy Boynton <- Boynton (surname)",
                "Football <- Footballs (plural)",
                "Côte d’Ivoire <- Cote d'Ivoire (spelling)",
                "Company <- Companies (plural)",
            ]
        );
        let text = as_toml(&merges(&tags));
        assert!(text.parse::<toml_edit::DocumentMut>().is_ok(), "{text}");
    }
}
