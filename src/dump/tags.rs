//! Tags: the site's vocabulary, countries, organisations and people that a text is about.

use std::collections::BTreeMap;

use super::article::Article;
use super::gazetteer::{Kind, Known, Vocabulary};
use super::{lexicon, words};

/// Most tags of an article.
const MOST: usize = 8;
/// Most of them countries.
const COUNTRIES: usize = 4;

/// Words that stand before names (offices, forms of address) or open sentences; never part of a tag's front.
pub(super) fn fronts() -> impl Iterator<Item = &'static str> {
    include_str!("tables/titles.tsv").split_whitespace()
}

/// Countries whose name is as often a person's or another place's.
const DOUBTFUL: &[&str] = &[
    "Jordan", "Chad", "Georgia", "Israel", "Guinea", "Turkey", "Polish", "Jersey", "English", "Cuba", "Mali",
    "America", "Niger", "French", "Dutch", "Swiss", "Chile", "Welsh", "Congress", "Meta", "Apple", "Amazon",
];

/// Evidence for one tag.
#[derive(Debug, Default, Clone)]
struct Evidence {
    count: u32,
    title: bool,
    lead: bool,
    /// Seen where no sentence begins.
    inside: bool,
    /// Beside "said", an office or the like.
    told: bool,
    first: usize,
}

impl Evidence {
    fn see(&mut self, place: Place, at: usize) {
        if self.count == 0 {
            self.first = at;
        }
        self.count += 1;
        self.title |= place == Place::Title;
        self.lead |= place == Place::Lead;
    }

    fn score(&self) -> u32 {
        self.count.min(12) * 2
            + u32::from(self.title) * 8
            + u32::from(self.lead) * 3
            + u32::from(self.told) * 2
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Title,
    Lead,
    Rest,
}

/// The tags of an article whose plain text (one paragraph a line) is given; those `printed` with it come first.
pub(super) fn tags(
    article: &Article,
    text: &str,
    printed: Vec<String>,
    vocabulary: &Vocabulary,
    site_language: Option<&str>,
) -> Vec<String> {
    let language = article.lang.as_deref();
    let mut known: BTreeMap<(Kind, &str), Evidence> = BTreeMap::new();
    let mut names: BTreeMap<String, Evidence> = BTreeMap::new();
    let shown = site_language.map(|l| l.split('-').next().unwrap_or(l)).or(language);
    let display = |known| vocabulary.display(known, shown);
    if text.chars().take(200).any(|c| words::is_unspaced(c) || words::is_hangul(c)) {
        for (k, count) in vocabulary.unspaced(text) {
            let entry = known.entry((k.kind, display(k))).or_default();
            entry.count += u32::try_from(count).unwrap_or(u32::MAX);
            entry.lead |= text.lines().next().is_some_and(|lead| lead.contains(&*k.name));
        }
    }
    let mut at = 0;
    let mut tokens = Tokens::default();
    let paragraphs = std::iter::once((Place::Title, article.title.as_str()))
        .chain(text.lines().enumerate().map(|(n, p)| (if n == 0 { Place::Lead } else { Place::Rest }, p)));
    for (place, paragraph) in paragraphs {
        let headline_case = place == Place::Title && mostly_capitals(paragraph);
        for sentence in words::sentences(paragraph) {
            at += 1;
            tokens.read(sentence);
            sentence_names(
                &tokens,
                place,
                headline_case,
                at,
                vocabulary,
                &display,
                &mut known,
                &mut names,
                language,
            );
        }
    }
    merge(&mut names);
    let short = !words::more_than(text, 299);
    let mut out: Vec<String> = Vec::new();
    let printed = printed.into_iter().map(|name| {
        let cores: Vec<&str> = name.split_whitespace().collect();
        let whole =
            vocabulary.longest(&cores).filter(|(_, n)| *n == cores.len()).map(|(k, _)| display(k).to_owned());
        whole.unwrap_or(name)
    });
    for name in printed.chain(pick(known, names, if short { 2 } else { 3 })) {
        if out.len() < MOST && !out.iter().any(|have| have.to_lowercase() == name.to_lowercase()) {
            out.push(name);
        }
    }
    out
}

/// A title in Title Case or capitals tells nothing by its capitals.
fn mostly_capitals(text: &str) -> bool {
    let all: Vec<&str> = text.split_whitespace().filter(|w| w.len() > 3).collect();
    all.iter().filter(|w| words::capitalised(w)).count() * 10 > all.len() * 7
}

#[allow(clippy::too_many_arguments)]
fn sentence_names<'v>(
    tokens: &Tokens<'_>,
    place: Place,
    headline_case: bool,
    at: usize,
    vocabulary: &'v Vocabulary,
    display: &dyn Fn(&'v Known) -> &'v str,
    known: &mut BTreeMap<(Kind, &'v str), Evidence>,
    names: &mut BTreeMap<String, Evidence>,
    language: Option<&str>,
) {
    let Tokens { cores, ends } = tokens;
    let front = |word: &str| lexicon::look_up(word).front;
    let mut i = 0;
    while i < cores.len() {
        let hit = lookup(vocabulary, &cores[i..])
            .filter(|(found, n)| !found.is_foreign(&cores[i..i + n], language));
        if let Some((found, n)) = hit {
            let closed = !ends[i..i + n - 1].contains(&true);
            let doubtful = DOUBTFUL.contains(&cores[i]) && n == 1 && {
                let before =
                    i > 0 && words::capitalised(cores[i - 1]) && !ends[i - 1] && !front(cores[i - 1]);
                let after = i + 1 < cores.len()
                    && words::capitalised(cores[i + 1])
                    && !ends[i]
                    && !front(cores[i + 1]);
                (before || after) && !headline_case
            };
            // "US Open", "French Press": part of a longer name only when it is no office that follows.
            if closed && !doubtful {
                known.entry((found.kind, display(found))).or_default().see(place, at);
                i += n;
                continue;
            }
        }
        if !name_word(cores[i]) || headline_case {
            i += 1;
            continue;
        }
        let start = i;
        let mut end = i + 1;
        while end < cores.len() && !ends[end - 1] {
            if name_word(cores[end]) {
                if lookup(vocabulary, &cores[end..]).is_some_and(|(k, _)| k.kind == Kind::Country)
                    && end > start
                {
                    break;
                }
                end += 1;
            } else if end + 1 < cores.len()
                && matches!(
                    cores[end],
                    "of" | "de"
                        | "del"
                        | "di"
                        | "von"
                        | "van"
                        | "bin"
                        | "al"
                        | "for"
                        | "da"
                        | "dos"
                        | "du"
                        | "der"
                )
                && name_word(cores[end + 1])
                && !ends[end]
            {
                end += 2;
            } else {
                break;
            }
        }
        let mut from = start;
        let mut office = false;
        while from < end && front(cores[from].trim_end_matches('.')) {
            office = office || from > 0 || place == Place::Rest;
            from += 1;
        }
        while from < end && matches!(cores[from], "of" | "de" | "for" | "del") {
            from += 1;
        }
        if from < end {
            let name = cores[from..end].join(" ");
            let inside = from > 0;
            let told = office && from > start
                || cores.get(end).is_some_and(|w| {
                    matches!(
                        *w,
                        "said"
                            | "told"
                            | "says"
                            | "added"
                            | "announced"
                            | "sagte"
                            | "dit"
                            | "dijo"
                            | "disse"
                            | "dedi"
                    )
                })
                || from > 0 && matches!(cores[from - 1], "said" | "says" | "told");
            if acceptable(&name, language) {
                let entry = names.entry(name).or_default();
                entry.see(place, at);
                entry.inside |= inside;
                entry.told |= told;
            }
        }
        i = end.max(i + 1);
    }
}

/// The words of a sentence without their marks.
#[derive(Default)]
struct Tokens<'a> {
    cores: Vec<&'a str>,
    /// Whether a mark after each ends a name.
    ends: Vec<bool>,
}

impl<'a> Tokens<'a> {
    /// Turns to another sentence.
    fn read(&mut self, sentence: &'a str) {
        self.cores.clear();
        self.ends.clear();
        words::pieces(sentence).for_each(|(piece, plain)| self.add(piece, plain));
    }

    /// Adds a blank-separated piece as one or more words ("US-Türkiye" is two); `plain`: it has letters only.
    fn add(&mut self, piece: &'a str, plain: bool) {
        if plain {
            self.cores.push(piece);
            self.ends.push(false);
            return;
        }
        // What dashes and slashes begin with.
        let whole = !piece.bytes().any(|b| matches!(b, b'-' | b'/' | 0xe2));
        let hyphen = !whole
            && piece.matches('-').count() == 1
            && !piece.starts_with("Al-")
            && !piece.starts_with("El-")
            && piece.split('-').all(|p| words::capitalised(p.trim_start_matches(['“', '"', '('])));
        let mut rest = Some(piece);
        while let Some(text) = rest {
            let dash = |c| matches!(c, '–' | '—' | '/') || hyphen && c == '-';
            let cut = if whole { None } else { text.find(dash) };
            let part = cut.map_or(text, |at| &text[..at]);
            rest = cut.map(|at| text[at..].trim_start_matches(['–', '—', '/', '-']));
            if let Some((core, ends)) = token(part, rest.is_some()) {
                self.cores.push(core);
                self.ends.push(ends);
            }
        }
    }
}

/// A part of a piece without its marks, and whether they end a name; `ends`: another part follows.
fn token(part: &str, ends: bool) -> Option<(&str, bool)> {
    let open = part.trim_start_matches(|c: char| !words::is_letter(c));
    let mut core = open.trim_end_matches(|c: char| !words::is_letter(c) && c != '+');
    if open[core.len()..].starts_with('.') && (core.contains('.') || core.chars().count() == 1) {
        core = &open[..core.len() + 1];
    }
    let marks = &open[core.len()..];
    let mut ends = ends || marks.contains([',', ';', ':', ')', '”', '"', '!', '?', '.', '»']);
    // The possessive, and Turkish suffixes, which follow an apostrophe.
    if let Some(cut) = core.find(['\'', '’'])
        && cut > 1
        && core[cut..].chars().count() <= 6
        && !core[cut..].chars().nth(1).is_some_and(char::is_uppercase)
    {
        core = &core[..cut];
        ends = true;
    }
    (!core.is_empty()).then_some((core, ends))
}

fn lookup<'v>(vocabulary: &'v Vocabulary, cores: &[&str]) -> Option<(&'v Known, usize)> {
    let window = &cores[..cores.len().min(6)];
    vocabulary.longest(window).or_else(|| {
        let stem = window.first().filter(|first| !first.is_ascii()).and_then(|first| arabic_stem(first))?;
        let mut stems = window.to_vec();
        stems[0] = stem;
        vocabulary.longest(&stems)
    })
}

/// An Arabic word without the particle written before it ("وتركيا").
fn arabic_stem(word: &str) -> Option<&str> {
    let mut chars = word.chars();
    let first = chars.next()?;
    (matches!(first, 'و' | 'ف' | 'ب' | 'ل' | 'ك') && word.chars().count() > 4).then_some(chars.as_str())
}

fn name_word(core: &str) -> bool {
    core.chars().next().is_some_and(|c| c.is_uppercase() && !c.is_numeric())
}

/// Neither a stop word nor a weekday, month, number word or single letter.
fn acceptable(name: &str, language: Option<&str>) -> bool {
    let single = !name.contains(' ');
    let common = |known: lexicon::Entry| known.stops != 0 || known.front;
    if single && (common(lexicon::look_up(name)) || name.chars().count() < 3) {
        return false;
    }
    // German writes every noun with a capital: one word proves nothing.
    if single && language == Some("de") {
        return false;
    }
    !name.split(' ').any(|word| {
        let known = lexicon::look_up(word);
        known.month > 0 && word.len() > 3 || known.weekday.is_some()
    })
}

/// Folds a surname into the full name it ends, and drops what is left of weak evidence.
fn merge(names: &mut BTreeMap<String, Evidence>) {
    // "Despite Smith" opened a sentence and is nobody's name when Smith is somebody's.
    let openers: Vec<String> = names
        .iter()
        .filter(|(name, e)| !e.inside && !e.title && name.contains(' '))
        .map(|(name, _)| name.clone())
        .collect();
    for name in openers {
        let Some((_, tail)) = name.split_once(' ') else { continue };
        let known =
            names.keys().any(|other| *other != name && (other == tail || ends_with_word(other, tail)));
        if known && let Some(evidence) = names.remove(&name) {
            names.entry(tail.to_owned()).or_default().count += evidence.count;
        }
    }
    let mut order: Vec<(usize, String)> =
        names.keys().map(|name| (name.matches(' ').count(), name.clone())).collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    for (blanks, short) in order.iter().rev() {
        let longer = &order[..order.partition_point(|(count, _)| count > blanks)];
        let target = longer
            .iter()
            .find(|(_, long)| ends_with_word(long, short) || (*blanks > 0 && starts_with_word(long, short)));
        if let Some((_, target)) = target
            && names.contains_key(target)
            && let Some(evidence) = names.remove(short)
            && let Some(full) = names.get_mut(target)
        {
            full.count += evidence.count;
            full.title |= evidence.title;
            full.lead |= evidence.lead;
            full.inside |= evidence.inside;
            full.told |= evidence.told;
        }
    }
}

/// Whether a name ends with another, at a blank.
fn ends_with_word(long: &str, short: &str) -> bool {
    let blank = long.len().checked_sub(short.len() + 1);
    blank.is_some_and(|at| long.as_bytes()[at] == b' ' && long.ends_with(short))
}

/// Whether a name starts with another, at a blank.
fn starts_with_word(long: &str, short: &str) -> bool {
    long.as_bytes().get(short.len()) == Some(&b' ') && long.starts_with(short)
}

/// The best of both kinds of evidence.
fn pick(
    known: BTreeMap<(Kind, &str), Evidence>,
    names: BTreeMap<String, Evidence>,
    often: u32,
) -> Vec<String> {
    let mut scored: Vec<(u32, usize, Kind, String)> = Vec::new();
    for ((kind, name), evidence) in known {
        let strong = kind == Kind::Vocabulary || evidence.title || evidence.lead || evidence.count >= often;
        if strong {
            let bonus = if kind == Kind::Vocabulary { 6 } else { 2 };
            scored.push((evidence.score() + bonus, evidence.first, kind, name.to_owned()));
        }
    }
    let mut sorted: Vec<(String, Evidence)> = names.into_iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, evidence) in sorted {
        let multi = name.contains(' ');
        let strong = if multi {
            evidence.count >= 2 || evidence.title || (evidence.told && evidence.lead)
        } else {
            evidence.inside
                && (evidence.count >= 3 || (evidence.count >= 2 && (evidence.title || evidence.lead)))
        };
        if strong {
            scored.push((evidence.score(), evidence.first, Kind::Organisation, name));
        }
    }
    scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then_with(|| a.3.cmp(&b.3)));
    let mut out: Vec<String> = Vec::new();
    let mut countries = 0;
    for (_, _, kind, name) in scored {
        if kind == Kind::Country {
            countries += 1;
            if countries > COUNTRIES {
                continue;
            }
        }
        if out.iter().any(|have| have.eq_ignore_ascii_case(&name)) {
            continue;
        }
        out.push(name);
        if out.len() == MOST {
            break;
        }
    }
    out
}
