//! Bylines: who wrote it, from a line of its own ("By A. Writer and B. Other | Staff | Nov 19, 2026").

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::{dates, language, words};

/// Names read from a byline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Byline {
    /// Names as printed, capitals mended.
    pub(super) names: Vec<String>,
    /// Whether a word such as "By" said so; else the line is only shaped like a name.
    pub(super) explicit: bool,
}

/// Phrases that announce an author, longest first, by their first letter.
static PREFIXES: LazyLock<HashMap<char, Vec<&'static str>, words::BuildFnv>> = LazyLock::new(|| {
    let rows = include_str!("tables/bylines.tsv").lines();
    let mut all: Vec<&str> = rows.flat_map(|row| row.split('\t').skip(1)).collect();
    all.sort_by_key(|prefix| std::cmp::Reverse(prefix.len()));
    let mut by_letter: HashMap<char, Vec<&str>, words::BuildFnv> = HashMap::default();
    for prefix in all {
        by_letter.entry(prefix.chars().next().unwrap_or(' ')).or_default().push(prefix);
    }
    by_letter
});

/// A set of words of our own.
type Words = HashSet<&'static str, words::BuildFnv>;

static PARTICLE_SET: LazyLock<Words> = LazyLock::new(|| PARTICLES.iter().copied().collect());
static AFTER_SET: LazyLock<Words> = LazyLock::new(|| AFTER.iter().copied().collect());
static NOT_NAME_SET: LazyLock<Words> = LazyLock::new(|| NOT_NAMES.iter().copied().collect());

/// Small words inside names, in any case.
const PARTICLES: &[&str] = &[
    "de", "del", "della", "di", "da", "dos", "das", "do", "du", "des", "van", "von", "der", "den", "zu",
    "zur", "vom", "la", "le", "el", "al", "bin", "ibn", "ben", "bint", "abu", "y", "e", "ten", "ter", "af",
    "av", "st", "st.", "mc", "dr.", "prof.", "jr.", "sr.", "ii", "iii", "o'",
];

/// Words that follow a name but are not part of it.
const AFTER: &[&str] = &[
    "staff",
    "writer",
    "reporter",
    "correspondent",
    "editor",
    "columnist",
    "contributor",
    "updated",
    "published",
    "posted",
    "special",
    "senior",
    "business",
    "tech",
    "technology",
    "follow",
    "email",
    "e-mail",
    "share",
    "comments",
    "comment",
    "view",
    "for",
    "at",
    "on",
    "is",
    "last",
    "in",
    "mins",
    "min",
    "read",
    "photo",
    "photos",
    "photographer",
    "photographs",
    "foto",
    "fotos",
    "producer",
    "freelance",
    "chief",
    "executive",
    "associate",
    "assistant",
    "guest",
    "political",
    "sports",
    "health",
    "science",
    "national",
    "international",
    "am",
    "um",
    "le",
    "veröffentlicht",
    "lesezeit",
    "aktualisiert",
    "kategorien",
    "publicado",
    "publicada",
    "actualizado",
    "atualizado",
    "redaktion",
    "online-redaktion",
    "via",
    "mit",
    "with",
    "avec",
    "con",
    "como",
    "kommentar",
    "kommentare",
    "topic:",
    "category:",
    "category",
    "-",
    "–",
    "—",
    "|",
    "·",
    "•",
    "/",
    "//",
    ">",
    "»",
    "@",
    "all",
    "more",
    "opinion",
    "news",
    "el",
    "i",
    "às",
    "в",
    "and",
    "und",
    "y",
    "et",
    "e",
    "ve",
    "&",
];

/// Reads a line as a byline, if it is one. At most 30 words are considered.
pub(super) fn read(line: &str) -> Option<Byline> {
    if line.len() > 400 {
        return None;
    }
    let text = line.trim().trim_start_matches(['(', '[', '|', '•', '·', '-', '–', '—', ' ']);
    if let Some(rest) = announced(text) {
        let names = names(rest, true);
        if !names.is_empty() {
            return Some(Byline { names, explicit: true });
        }
    }
    // "Monday November 18, 2026 7:45 am PST by A. Writer": the date first.
    if let Some(digit) = text.find(|c: char| c.is_ascii_digit())
        && !words::more_than(text, 14)
        && let Some(at) = find_by(text)
        && digit < at
    {
        let found = names(announced(&text[at..])?, true);
        if !found.is_empty() {
            return Some(Byline { names: found, explicit: true });
        }
    }
    if may_be_names(text)
        && !words::more_than(text, 9)
        && !matches!(words::end(text), words::End::Stop | words::End::Ellipsis | words::End::Colon)
    {
        let found = names(text, false);
        if !found.is_empty() {
            return Some(Byline { names: found, explicit: false });
        }
    }
    None
}

/// A quick no: a name that nothing announces has two words, and the first is capitalised.
fn may_be_names(text: &str) -> bool {
    let mut tokens = text.split_whitespace();
    let first = tokens.next().unwrap_or("").trim_start_matches(BEFORE_NAMES);
    first.starts_with(char::is_uppercase) && tokens.next().is_some()
}

/// Marks that may stand before a word of a name.
const BEFORE_NAMES: [char; 6] = ['(', '[', '|', '•', '*', ':'];

/// Names on the line after one that is only "By" or "Author:".
pub(super) fn below(announcement: &str, line: &str) -> Option<Byline> {
    let alone = announced(announcement.trim()).is_some_and(|rest| rest.trim().is_empty());
    if !alone || line.len() > 200 || words::count(line) > 10 {
        return None;
    }
    let names = names(line.trim(), true);
    (!names.is_empty() && names.iter().all(|name| words::capitalised(name)))
        .then_some(Byline { names, explicit: true })
}

/// The rest of a line after "By" and its like.
pub(super) fn announced(text: &str) -> Option<&str> {
    let first = text.chars().next()?.to_lowercase().next()?;
    let prefixes = PREFIXES.get(&first)?;
    let head_end = text.char_indices().nth(30).map_or(text.len(), |(at, _)| at);
    let head = text[..head_end].to_lowercase();
    let prefix = prefixes.iter().find(|prefix| {
        head.starts_with(**prefix) && {
            let after = head[prefix.len()..].chars().next();
            prefix.ends_with([':', '：', '/', '='])
                || after.is_none_or(|c| !c.is_alphanumeric())
                || glued(text, prefix.len())
        }
    })?;
    // Lower-casing may change a length; give up then rather than cut in the wrong place.
    let rest = text.get(prefix.len()..)?;
    Some(rest.trim_start_matches([':', '：', ' ', '\u{a0}', '-', '–', '|']))
}

/// "ByAlex Writer": glued by an extractor.
fn glued(text: &str, at: usize) -> bool {
    at == 2 && text.starts_with("By") && text[2..].starts_with(char::is_uppercase)
}

/// Where " by " stands inside a line.
fn find_by(text: &str) -> Option<usize> {
    BY.as_ref()?.find(text).map(|found| found.start() + 1)
}

static BY: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::new([
        " by ", " BY ", " By ", " BY: ", " By: ", " by: ", " von ", " Von ", " par ", " Par ", " por ",
        " Por ", " di ",
    ])
    .ok()
});

/// Names at the front of a text. `announced`: one word may be a name, and lower case is forgiven in the tail.
fn names(text: &str, announced: bool) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut name: Vec<&str> = Vec::new();
    let mut complete = true;
    let mut tokens = text.split_whitespace().peekable();
    while let Some(token) = tokens.next() {
        let dated = tokens.peek().is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit()));
        let (core, cut) = core(token);
        // Most lines are no bylines, and their first word says so.
        if !announced && name.is_empty() && out.is_empty() && !core.starts_with(char::is_uppercase) {
            return Vec::new();
        }
        let lower = core.to_lowercase();
        let joins = matches!(
            lower.as_str(),
            "and" | "und" | "y" | "et" | "e" | "ve" | "&" | "и" | "та" | "/" | "," | "•" | "en"
        );
        if joins && !(name.is_empty() && out.is_empty()) {
            push(&mut out, &mut name, announced);
            continue;
        }
        let first_lower = core.chars().next().is_some_and(char::is_lowercase);
        let stops = core.is_empty()
            || core.contains(|c: char| {
                c.is_ascii_digit()
                    || matches!(
                        c,
                        '@' | '|' | '©' | '_' | '=' | '<' | '>' | '(' | '"' | '“' | '?' | '!' | ';' | '#'
                    )
            })
            || AFTER_SET.contains(lower.as_str()) && !name.is_empty()
            || dates::is_month(&lower) && !name.is_empty() && dated
            || dates::weekday(&lower).is_some();
        let particle = PARTICLE_SET.contains(lower.as_str());
        if stops || first_lower && (!particle || name.is_empty() && !announced) {
            complete = stops && !core.is_empty() || (announced && first_lower);
            break;
        }
        name.push(core);
        if cut == Cut::Hard {
            complete = true;
            break;
        }
        if cut == Cut::Name {
            push(&mut out, &mut name, announced);
        }
        if name.len() > 5 {
            return if announced { out } else { Vec::new() };
        }
    }
    push(&mut out, &mut name, announced);
    let bare_ok = announced || (complete && out.iter().all(|n| is_person(n)));
    if bare_ok { out } else { Vec::new() }
}

#[derive(PartialEq, Eq)]
enum Cut {
    No,
    Name,
    Hard,
}

/// A token without the marks at its ends, and whether a name ends with it.
fn core(token: &str) -> (&str, Cut) {
    let trimmed = token.trim_start_matches(BEFORE_NAMES);
    if let Some(at) = trimmed.find('@')
        && at > 0
    {
        return (&trimmed[..at], Cut::Hard);
    }
    let bare = trimmed.trim_end_matches([',', ';', '|', ')', ']', ':', '•', '*']);
    if bare.len() < trimmed.len() {
        return (bare, if trimmed.ends_with(',') || trimmed.ends_with(';') { Cut::Name } else { Cut::Hard });
    }
    if let Some(short) = bare.strip_suffix('.')
        && short.chars().count() > 3
        && !short.contains('.')
    {
        return (short, Cut::Hard);
    }
    // "JamesStaff": two words glued by an extractor.
    let mut before = ' ';
    for (at, c) in bare.char_indices() {
        if before.is_lowercase()
            && c.is_uppercase()
            && at > 2
            && !matches!(&bare[..at], "Mac" | "Van" | "Von" | "Del" | "Des")
        {
            return (&bare[..at], Cut::Hard);
        }
        before = c;
    }
    (bare, Cut::No)
}

/// Ends a name: keeps it if it looks like one.
fn push(out: &mut Vec<String>, name: &mut Vec<&str>, announced: bool) {
    let words = std::mem::take(name);
    if words.is_empty() || words.len() > 6 {
        return;
    }
    let text = words.join(" ");
    if words.len() == 1 && !(announced && out.is_empty()) {
        return;
    }
    if !out.is_empty() && words.iter().any(|w| AFTER_SET.contains(w.to_lowercase().as_str())) {
        return;
    }
    if text.chars().filter(|c| c.is_alphabetic()).count() < 2 {
        return;
    }
    let name = mend_capitals(&text);
    if !out.contains(&name) {
        out.push(name);
    }
}

/// Whether a text is shaped like a person's name and cannot well be anything else.
pub(super) fn is_person(text: &str) -> bool {
    let parts: Vec<&str> = text.split_whitespace().collect();
    if !(2..=5).contains(&parts.len()) {
        return false;
    }
    let mut full = 0;
    for part in &parts {
        let lower = part.to_lowercase();
        if PARTICLE_SET.contains(lower.as_str()) {
            continue;
        }
        let letters = part.chars().filter(|c| c.is_alphabetic()).count();
        let fine = words::capitalised(part)
            && part.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'));
        if !fine
            || language::stop_bits(&lower) & COMMON != 0
                && letters > 1
                && !matches!(lower.as_str(), "will" | "may" | "ben" | "der" | "van" | "al" | "su" | "tim")
            || dates::weekday(&lower).is_some()
            || NOT_NAME_SET.contains(lower.as_str())
        {
            return false;
        }
        full += usize::from(letters > 1);
    }
    full >= 2 || (full >= 1 && parts.len() >= 2 && parts[0].ends_with('.'))
}

/// The first languages of the stop-word table: stop words of others are too often given names.
const COMMON: u32 = 0xff;

/// Words of menus and mastheads that are capitalised like names.
const NOT_NAMES: &[&str] = &[
    "news",
    "home",
    "more",
    "latest",
    "top",
    "best",
    "sign",
    "contact",
    "about",
    "privacy",
    "terms",
    "real",
    "estate",
    "press",
    "media",
    "photo",
    "video",
    "videos",
    "photos",
    "gallery",
    "sports",
    "sport",
    "business",
    "world",
    "local",
    "national",
    "politics",
    "opinion",
    "editorial",
    "weather",
    "traffic",
    "subscribe",
    "newsletter",
    "newsletters",
    "search",
    "menu",
    "login",
    "facebook",
    "twitter",
    "instagram",
    "youtube",
    "linkedin",
    "whatsapp",
    "email",
    "print",
    "share",
    "follow",
    "read",
    "related",
    "trending",
    "popular",
    "stories",
    "story",
    "articles",
    "article",
    "high",
    "school",
    "city",
    "county",
    "state",
    "states",
    "united",
    "new",
    "university",
    "college",
    "street",
    "north",
    "south",
    "east",
    "west",
    "northern",
    "southern",
    "eastern",
    "western",
    "middle",
    "arts",
    "culture",
    "food",
    "health",
    "science",
    "tech",
    "technology",
    "travel",
    "style",
    "life",
    "lifestyle",
    "living",
    "entertainment",
    "music",
    "movies",
    "money",
    "markets",
    "finance",
    "market",
    "law",
    "order",
    "crime",
    "courts",
    "special",
    "reports",
    "report",
    "features",
    "columns",
    "columnists",
    "events",
    "calendar",
    "jobs",
    "careers",
    "classifieds",
    "obituaries",
    "archive",
    "archives",
    "customer",
    "service",
    "advertise",
    "your",
    "site",
    "map",
    "help",
    "support",
    "policy",
    "use",
    "rights",
    "reserved",
    "cookie",
    "settings",
    "getty",
    "images",
    "breaking",
    "live",
    "daily",
    "weekly",
    "times",
    "post",
    "herald",
    "tribune",
    "gazette",
    "journal",
    "magazine",
    "review",
    "reviews",
    "guide",
    "guides",
    "deals",
    "black",
    "friday",
    "day",
    "week",
    "year",
    "series",
    "season",
    "league",
    "football",
    "baseball",
    "basketball",
    "hockey",
    "soccer",
    "golf",
    "tennis",
    "racing",
    "cup",
    "club",
    "team",
    "games",
    "game",
    "play",
    "watch",
    "listen",
    "shop",
    "store",
    "gift",
    "card",
    "cards",
    "credit",
    "rates",
    "tips",
    "tools",
    "apps",
    "mobile",
    "digital",
    "edition",
    "classic",
    "podcast",
    "podcasts",
    "radio",
    "tv",
    "show",
    "shows",
    "episode",
    "full",
    "open",
    "close",
    "back",
    "next",
    "previous",
    "general",
    "public",
    "group",
    "company",
    "inc",
    "llc",
    "ltd",
    "corp",
    "bank",
    "fund",
    "climate",
    "change",
    "energy",
    "environment",
    "education",
    "religion",
    "family",
    "home",
    "garden",
    "auto",
    "cars",
    "bikes",
    "impressum",
    "datenschutz",
    "kontakt",
    "startseite",
    "politik",
    "wirtschaft",
    "kultur",
    "deutschland",
    "welt",
    "wissen",
    "reise",
    "leben",
    "noticias",
    "deportes",
    "mundo",
    "mehr",
    "alle",
    "heute",
    "aktuelle",
    "neue",
    "neues",
    "foto",
    "fotos",
    "bild",
    "bilder",
    "stadt",
    "land",
    "kreis",
    "landkreis",
    "region",
    "service",
    "abo",
    "anzeige",
    "karriere",
    "sociedad",
    "cultura",
    "main",
    "content",
    "skip",
    "popular",
    "editor",
    "editors",
    "staff",
    "team",
    "us",
    "uk",
    "eu",
    "un",
    "covid",
    "coronavirus",
    "impeachment",
    "election",
    "elections",
    "white",
    "house",
    "supreme",
    "court",
    "prime",
    "minister",
    "president",
    "senate",
    "congress",
    "wall",
    "summit",
    "ministry",
    "party",
    "union",
    "council",
    "agency",
    "department",
    "police",
    "army",
    "air",
    "force",
    "war",
    "peace",
];

/// "JANE DOE" as "Jane Doe"; anything with a small letter stays.
fn mend_capitals(name: &str) -> String {
    if !words::all_caps(name) || name.chars().filter(|c| c.is_alphabetic()).count() < 5 || !name.contains(' ')
    {
        return name.to_owned();
    }
    let mut out = String::with_capacity(name.len());
    for word in name.split(' ') {
        if !out.is_empty() {
            out.push(' ');
        }
        if word.contains('.') && word.len() <= 4 {
            out.push_str(word);
            continue;
        }
        let mut start = true;
        for c in word.chars() {
            if start {
                out.push(c);
            } else {
                out.extend(c.to_lowercase());
            }
            start = !c.is_alphabetic();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let cases = [
            ("By Ada Quill", "Ada Quill", true),
            ("By ADA QUILL", "Ada Quill", true),
            ("BY ADA QUILL ON 11/13/26 AT 4:00 PM EST", "Ada Quill", true),
            ("By Ada Quill and Tom Ferry", "Ada Quill|Tom Ferry", true),
            ("Von Jan Möwe, Eva Reling und Udo Tau, NDR", "Jan Möwe|Eva Reling|Udo Tau", true),
            ("Posted by Ada Quill on November 19, 2026, 6:21 AM EST", "Ada Quill", true),
            ("Monday November 18, 2026 7:45 am PST by Ada Quill", "Ada Quill", true),
            ("By Ada Quill | Harbour Gazette", "Ada Quill", true),
            ("By Ada QuillStaff Writer", "Ada Quill", true),
            ("ByAda Quill", "Ada Quill", true),
            ("Ada Quill", "Ada Quill", false),
            ("Ada Quill @adaquill / 2 days", "Ada Quill", false),
            ("Por Redacción Diario", "Redacción Diario", true),
            ("By", "", false),
            ("Contact Us", "", false),
            ("The harbour pilots said they would return", "", false),
            ("By the time the pilots came, the ship was gone.", "", false),
        ];
        for (line, want, explicit) in cases {
            let got = read(line).unwrap_or_default();
            assert_eq!(got.names.join("|"), want, "{line}");
            assert!(want.is_empty() || got.explicit == explicit, "{line}");
        }
    }
}
