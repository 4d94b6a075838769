//! Lines that desks write for each other: embargoes, editors' notes, tags, corrections, end marks. The phrases are in
//! `tables/notices.tsv`: kind, language, phrases in folded form.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words::{self, BuildQuick, Openings};

/// What a line says to the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Not to be published before some time.
    Embargo,
    /// May be published at once.
    Release,
    /// Who else reported, edited or translated it.
    Note,
    /// What follows, to the end, is for editors.
    Editors,
    /// Printed tags.
    Tags,
    /// A correction, or the headline of one.
    Correction,
    /// The article ends here.
    End,
}

/// Phrases with what they say.
type Phrases = Vec<(&'static str, Kind)>;

/// Phrases by their first character, longest first, and what they open with.
static PHRASES: LazyLock<(HashMap<char, Phrases, BuildQuick>, Openings)> = LazyLock::new(|| {
    let mut phrases: HashMap<char, Phrases, BuildQuick> = HashMap::default();
    let mut openings = Openings::default();
    for row in include_str!("tables/notices.tsv").lines() {
        let mut cells = row.split('\t');
        let kind = match cells.next() {
            Some("embargo") => Kind::Embargo,
            Some("release") => Kind::Release,
            Some("note") => Kind::Note,
            Some("editors") => Kind::Editors,
            Some("tags") => Kind::Tags,
            Some("correction") => Kind::Correction,
            _ => Kind::End,
        };
        for phrase in cells.skip(1) {
            openings.add(phrase);
            phrases.entry(phrase.chars().next().unwrap_or(' ')).or_default().push((phrase, kind));
        }
    }
    phrases.values_mut().for_each(|list| list.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len())));
    (phrases, openings)
});

/// What a folded line says to the desk, if it opens with one of the phrases.
pub(super) fn read(folded: &str) -> Option<Kind> {
    let text = folded.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '#' | '*'));
    let text = if text.starts_with('*') && text.contains(char::is_alphanumeric) {
        text.trim_start_matches(['*', ' '])
    } else {
        text
    };
    let (phrases, openings) = &*PHRASES;
    if !openings.may(text) {
        return None;
    }
    let list = phrases.get(&text.chars().next()?)?;
    let whole = text.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '#' | '*'));
    list.iter().find_map(|(phrase, kind)| {
        let rest = text.strip_prefix(phrase)?;
        let next = rest.chars().next();
        let fits = match kind {
            // A lone 30 is a number, "-30-" is an end.
            Kind::End => {
                whole == *phrase && (*phrase != "30" || folded.starts_with(['-', '(']) || rest.contains('-'))
            }
            // "Correction: …" and "Corrections", but not "Correction officers were …".
            Kind::Correction => {
                phrase.contains(' ') || {
                    let rest = rest.trim_start();
                    rest.is_empty()
                        || rest.starts_with([':', '：', '(', '-', '|', ',', '.', '/'])
                        || rest.starts_with(|c: char| c.is_ascii_digit())
                }
            }
            _ => {
                phrase.ends_with([':', '：'])
                || next.is_none_or(|c| !c.is_alphanumeric() || words::is_unspaced(c))
                // Phrases that are cut before an ending or an elision.
                || phrase.ends_with("jusqu")
            }
        };
        fits.then_some(*kind)
    })
}

/// The tail of a paragraph that names its reporters and editors, in brackets: where it begins.
pub(super) fn tail(paragraph: &str) -> Option<usize> {
    let bare = paragraph.trim_end().trim_end_matches('.');
    let open = bare.strip_suffix([')', ']'])?.rfind(['(', '['])?;
    let inner = words::fold(&bare[open + 1..bare.len() - 1]);
    (read(&inner) == Some(Kind::Note) && !words::more_than(&inner, 40)).then_some(open)
}

/// The names in a "Tags: a, b" line; none when they look like a sentence.
pub(super) fn tags(line: &str) -> Vec<String> {
    let Some((_, list)) = line.split_once([':', '：']) else { return Vec::new() };
    let names = list.split([',', ';', '|', '•', '·', '،', '、', '，', '#']);
    let names: Vec<&str> = names.map(|n| n.trim().trim_end_matches('.')).filter(|n| !n.is_empty()).collect();
    if names.len() > 20 || names.iter().any(|name| words::count(name) > 5) {
        return Vec::new();
    }
    names.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        let cases = [
            ("EMBARGOED UNTIL 00:01 GMT, Tuesday 3 March 2026", Some(Kind::Embargo)),
            ("*** Not for release before 6am BST ***", Some(Kind::Embargo)),
            ("Sperrfrist: 3. März 2026, 10 Uhr", Some(Kind::Embargo)),
            ("Sous embargo jusqu’au 3 mars", Some(Kind::Embargo)),
            ("Эмбарго до 3 марта 2026 года", Some(Kind::Embargo)),
            ("FOR IMMEDIATE RELEASE", Some(Kind::Release)),
            ("(Reporting by Ada Quill; Editing by Tom Ferrier)", Some(Kind::Note)),
            ("Notes to editors:", Some(Kind::Editors)),
            ("Tags: Ports, Unions", Some(Kind::Tags)),
            ("Etiketler: Liman, Sendika", Some(Kind::Tags)),
            ("Correction: the strike began on Monday.", Some(Kind::Correction)),
            ("Berichtigung: Der Streik begann am Montag.", Some(Kind::Correction)),
            ("Correction officers were called to the port.", None),
            ("- 30 -", Some(Kind::End)),
            ("30", None),
            ("ENDS", Some(Kind::End)),
            ("###", Some(Kind::End)),
            ("The pilots said the end was near.", None),
            ("Endless summer", None),
        ];
        for (line, want) in cases {
            assert_eq!(read(&words::fold(line)), want, "{line}");
        }
    }

    #[test]
    fn tails_and_tags() {
        let text = "They sailed. (Reporting by Ada Quill; Editing by Tom Ferrier)";
        assert_eq!(tail(text).map(|at| &text[..at]), Some("They sailed. "));
        assert_eq!(tail("They sailed (again)."), None);
        assert_eq!(tags("Tags: Ports, Unions"), ["Ports", "Unions"]);
        assert!(tags("Topics: the pilots said that they would sail again").is_empty());
    }
}
