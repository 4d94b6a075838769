//! Wire agencies and datelines.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words;

/// Folded spelling -> name as we print it.
static AGENCIES: LazyLock<HashMap<String, &'static str, words::BuildQuick>> = LazyLock::new(|| {
    let mut all = HashMap::default();
    for row in include_str!("tables/agencies.tsv").lines() {
        let mut cells = row.split('\t');
        let Some(name) = cells.next() else { continue };
        for alias in cells {
            all.insert(words::fold(alias), name);
        }
    }
    all
});

static OPENINGS: LazyLock<words::Openings> = LazyLock::new(|| {
    let mut openings = words::Openings::default();
    for row in include_str!("tables/agencies.tsv").lines() {
        row.split('\t').skip(1).for_each(|alias| openings.add(&words::fold(alias)));
    }
    openings
});

/// The agency that a text names as a whole ("REUTERS", "The Associated Press").
pub(super) fn named(text: &str) -> Option<&'static str> {
    if text.len() > 60 || text.is_empty() {
        return None;
    }
    let text = text.trim_start_matches(['(', '[', '©', ' ', '.', ':', '!', '?', ')', ']']);
    // Most lines open with letters that no agency's name opens with.
    if !OPENINGS.may_lower(text) {
        return None;
    }
    AGENCIES.get(&words::fold(text)).copied()
}

/// The first agency named among the parts of a credit ("Jane Doe/AFP via Getty Images", "APA/dpa").
pub(super) fn within(text: &str) -> Option<&'static str> {
    named(text).or_else(|| {
        text.split(['/', ',', '|', ';', '(', ')', '-', '–', '—'])
            .flat_map(|part| part.split(" via "))
            .find_map(|part| named(part.trim()))
    })
}

/// A dateline: the place, and the agency in brackets after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dateline {
    /// Place as printed ("ST. JOSEPH, Mich.").
    pub(super) place: String,
    /// Agency, if named: as we print it, or a short name in capitals that no table knows.
    pub(super) agency: Option<String>,
    /// Bytes of the paragraph that the dateline takes, with its dash.
    pub(super) length: usize,
}

/// Reads "CITY, State (AGENCY) — " at the head of a paragraph.
pub(super) fn dateline(paragraph: &str) -> Option<Dateline> {
    let head = words::head(paragraph, 90);
    let (end, width) = separator(head)?;
    let mut place = head[..end].trim();
    let mut agency = None;
    // MOSCOW, May 11 /TASS/. and CITY (Agency)
    if let Some(open) = place.find(['(', '/', '['])
        && place.trim_end_matches('.').ends_with([')', '/', ']'])
    {
        let inner = place[open..].trim_matches(|c: char| "()/[].".contains(c));
        agency = within(inner).map(str::to_owned).or_else(|| initials(inner));
        if agency.is_none() && words::more_than(inner, 4) {
            return None;
        }
        place = place[..open].trim();
    } else if let Some(slash) = place.find('/')
        && let Some(found) = named(&place[slash + 1..])
    {
        agency = Some(found.to_owned());
        place = place[..slash].trim();
    }
    let bare = agency.is_none();
    let place = without_date(place).trim_end_matches([',', ' ']);
    if place.is_empty() || place.chars().count() > 50 {
        return None;
    }
    let first = place.split(',').next().unwrap_or(place).trim();
    let colon = head[end..].starts_with([':', '：']);
    let proper = first.split_whitespace().all(|w| {
        words::capitalised(w)
            || matches!(
                w,
                "de" | "la" | "am" | "an" | "der" | "do" | "da" | "del" | "di" | "upon" | "of" | "al"
            )
    });
    let fine = proper
        && words::count(place) <= 6
        && !place
            .contains(|c: char| c.is_ascii_digit() || matches!(c, '"' | '“' | '”' | '?' | '!' | ';' | ':'))
        && super::language::stop_bits(&first.to_lowercase()) == 0;
    // Mixed case and a colon is any label ("Disclaimer:"); it needs capitals, as a bare dash needs a short place.
    let strong = words::all_caps(first) && first.chars().count() > 2;
    let accepted = fine
        && (strong
            || (!bare)
            || (!colon
                && words::count(first) <= 3
                && head[end..].starts_with([' ', '–', '—', '-'])
                && rest_is_prose(&paragraph[end + width..])));
    accepted.then(|| Dateline { place: place.to_owned(), agency, length: end + width })
}

/// "NTB", "KCNA": how an agency signs, where nothing else stands in its place.
pub(super) fn initials(text: &str) -> Option<String> {
    let letters = text.chars().count();
    ((3..=6).contains(&letters) && text.chars().all(char::is_uppercase)).then(|| text.to_owned())
}

/// Where the dash or colon after the place stands, and how wide it is.
fn separator(head: &str) -> Option<(usize, usize)> {
    const MARKS: &[&str] = &[
        " — ", " – ", " - ", " -- ", ") — ", ")–", ") –", ")— ", ") -", "— ", "– ", "—", "– ", ": ", "/. ",
        "- ",
    ];
    let mut best: Option<(usize, usize)> = None;
    let bytes = head.as_bytes();
    let opening = bytes.iter().enumerate().filter(|(_, b)| OPENS[usize::from(**b)]).map(|(at, _)| at);
    // The marks that open with a blank have a dash next.
    for from in opening.flat_map(|at| at - usize::from(at > 0 && bytes[at - 1] == b' ')..=at) {
        if best.is_some_and(|(at, _)| from > at) {
            break;
        }
        for mark in MARKS.iter().filter(|mark| head.get(from..).is_some_and(|rest| rest.starts_with(**mark)))
        {
            let lead = usize::from(mark.starts_with([')', '/']));
            let lead = if mark.starts_with("/.") { 2 } else { lead };
            let (at, width) = (from + lead, mark.len() - lead);
            if best.is_none_or(|(b, w)| at < b || (at == b && width > w)) {
                best = Some((at, width));
            }
        }
    }
    best
}

/// What the marks of [`separator`] begin with, but for blanks; long dashes are of three bytes.
const OPENS: [bool; 256] = {
    let (marks, mut opens, mut at) = (b")-:/\xe2", [false; 256], 0);
    while at < marks.len() {
        opens[marks[at] as usize] = true;
        at += 1;
    }
    opens
};

/// A place without the date after it ("LONDON, March 3").
fn without_date(place: &str) -> &str {
    let mut kept = place;
    while let Some(comma) = kept.rfind(',') {
        let tail = kept[comma + 1..].trim();
        let dated = tail
            .split_whitespace()
            .any(|w| super::dates::is_month(w.trim_matches('.')) || super::dates::weekday(w).is_some())
            || (!tail.is_empty() && tail.chars().all(|c| c.is_ascii_digit()));
        if !dated {
            break;
        }
        kept = &kept[..comma];
    }
    kept
}

/// A capital, quote or digit opens the sentence after a dateline.
fn rest_is_prose(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.starts_with(|c: char| !c.is_lowercase()) && words::more_than(rest, 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datelines() {
        let tail = "Harbour pilots said on Monday that they would end their strike after nine days.";
        let cases = [
            ("LISBON (Reuters) - ", "LISBON/Reuters"),
            ("ST. JOSEPH, Mich. (AP) — ", "ST. JOSEPH, Mich./AP"),
            ("MOSCOW, May 11 /TASS/. ", "MOSCOW/TASS"),
            ("Hamburg (dpa/lno) – ", "Hamburg/dpa"),
            ("PORT FERRY (FNA) - ", "PORT FERRY/FNA"),
            ("DUBAI, United Arab Emirates — ", "DUBAI, United Arab Emirates/"),
            ("RIYADH: ", "RIYADH/"),
            ("Indianapolis – ", "Indianapolis/"),
            ("Disclaimer: ", ""),
            ("The pilots — all nine of them — ", ""),
            ("", ""),
        ];
        for (head, want) in cases {
            let got = dateline(&format!("{head}{tail}"));
            let got = got.map_or(String::new(), |d| format!("{}/{}", d.place, d.agency.unwrap_or_default()));
            assert_eq!(got, want, "{head}");
        }
    }
}
