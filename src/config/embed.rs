//! Videos and posts of other sites that an article shows as a figure, and links with which readers pass an article on.

use super::LIST_LIMIT;
use crate::schema::{Field, Reader, Schema, put};

/// A site whose addresses, alone on a line, become figures.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Provider {
    /// What people call it.
    pub name: String,
    /// Addresses, with `:placeholders`; none: its addresses stay links.
    pub patterns: Vec<String>,
    /// The address that plays it inside a page, with the same placeholders; without one the figure links to it.
    pub player: Option<String>,
}

/// Those that every site knows: name, addresses, player.
const KNOWN: [(&str, &[&str], Option<&str>); 12] = [
    (
        "YouTube",
        &[
            "https://www.youtube.com/watch?v=:id",
            "https://youtube.com/watch?v=:id",
            "https://m.youtube.com/watch?v=:id",
            "https://youtu.be/:id",
            "https://www.youtube.com/shorts/:id",
            "https://www.youtube.com/live/:id",
        ],
        Some("https://www.youtube-nocookie.com/embed/:id?autoplay=1"),
    ),
    (
        "Vimeo",
        &["https://vimeo.com/:id", "https://www.vimeo.com/:id"],
        Some("https://player.vimeo.com/video/:id?autoplay=1&dnt=1"),
    ),
    (
        "Dailymotion",
        &["https://www.dailymotion.com/video/:id", "https://dai.ly/:id"],
        Some("https://geo.dailymotion.com/player.html?video=:id"),
    ),
    ("Internet Archive", &["https://archive.org/details/:id"], Some("https://archive.org/embed/:id")),
    ("Bluesky", &["https://bsky.app/profile/:user/post/:id"], None),
    ("X", &["https://x.com/:user/status/:id", "https://twitter.com/:user/status/:id"], None),
    ("Mastodon", &["https://mastodon.social/@:user/:id"], None),
    (
        "Threads",
        &["https://www.threads.net/@:user/post/:id", "https://www.threads.com/@:user/post/:id"],
        None,
    ),
    ("Instagram", &["https://www.instagram.com/p/:id", "https://www.instagram.com/reel/:id"], None),
    (
        "Facebook",
        &["https://www.facebook.com/:user/posts/:id", "https://www.facebook.com/:user/videos/:id"],
        None,
    ),
    ("TikTok", &["https://www.tiktok.com/@:user/video/:id"], None),
    ("SoundCloud", &["https://soundcloud.com/:user/:id"], None),
];

/// The site's own providers, then those that every site knows and that have no entry of their own.
pub(super) fn with_known(mut own: Vec<Provider>) -> Vec<Provider> {
    for (name, patterns, player) in KNOWN {
        if !own.iter().any(|provider| provider.name.eq_ignore_ascii_case(name)) {
            let patterns = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
            own.push(Provider { name: name.to_owned(), patterns, player: player.map(str::to_owned) });
        }
    }
    own
}

impl Provider {
    /// What an address is at this provider: the address that plays it, where there is one; `None` when it is none of
    /// the provider's.
    ///
    /// ```
    /// let site = "title = 'T'\nbase_url = 'https://t.example/'";
    /// let config = newsprint::config::parse("site.toml", site).value.unwrap();
    /// let play = |url: &str| config.embeds.iter().find_map(|provider| provider.play(url));
    /// let player = "https://www.youtube-nocookie.com/embed/a_B-9?autoplay=1".to_owned();
    /// assert_eq!(play("https://youtu.be/a_B-9?si=x"), Some(Some(player)));
    /// assert_eq!(play("https://bsky.app/profile/tide.example/post/3k"), Some(None));
    /// assert_eq!(play("https://youtu.be/a\"b"), None);
    /// ```
    #[must_use]
    pub fn play(&self, url: &str) -> Option<Option<String>> {
        let values = self.patterns.iter().find_map(|pattern| values(pattern, url))?;
        let player = self.player.as_ref().map(|player| {
            // Longest first, so that `:id` does not take the beginning of `:identity`.
            let mut values = values;
            values.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
            values
                .iter()
                .fold(player.clone(), |player, (name, value)| player.replace(&format!(":{name}"), value))
        });
        Some(player)
    }
}

/// A pattern in pieces: plain text, then a placeholder's name, which is empty at the end.
fn pieces(pattern: &str) -> Vec<(&str, &str)> {
    let (mut pieces, mut rest, mut from) = (Vec::new(), pattern, 0);
    while let Some(at) = rest[from..].find(':').map(|at| from + at) {
        let after = &rest[at + 1..];
        let name = &after[..after.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(after.len())];
        if name.is_empty() {
            from = at + 1;
            continue;
        }
        pieces.push((&rest[..at], name));
        (rest, from) = (&after[name.len()..], 0);
    }
    pieces.push((rest, ""));
    pieces
}

/// What the placeholders of a pattern stand for in an address that fits it. More query or fragment may follow.
fn values<'p>(pattern: &'p str, url: &str) -> Option<Vec<(&'p str, String)>> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '~');
    let (mut rest, mut values) = (url, Vec::new());
    for (text, name) in pieces(pattern) {
        rest = rest.strip_prefix(text)?;
        if name.is_empty() {
            break;
        }
        let (value, after) = rest.split_at(rest.find(|c| !plain(c)).unwrap_or(rest.len()));
        if value.chars().all(|c| c == '.') {
            return None;
        }
        values.push((name, value.to_owned()));
        rest = after;
    }
    (rest.is_empty() || rest.starts_with(['?', '&', '#', '/'])).then_some(values)
}

pub(super) const PROVIDER: Schema<Provider> = Schema {
    required: &["name"],
    rules: &[
        ("name", |r, f, p| put(&mut p.name, r.some_words(f))),
        ("patterns", |r, f, p| put(&mut p.patterns, patterns(r, f))),
        ("player", |r, f, p| put(&mut p.player, r.checked(f, check_pattern))),
    ],
};

fn patterns(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Vec<String>> {
    let items = reader.items(field, LIST_LIMIT)?;
    Some(items.iter().filter_map(|item| reader.checked(item, check_pattern)).collect())
}

fn check_pattern(pattern: &str) -> Result<(), &'static str> {
    if !pattern.starts_with("https://") || !super::is_web_url(pattern) {
        return Err("this must be an https address with placeholders: https://video.example/watch/:id");
    }
    if pieces(pattern).len() < 2 {
        return Err("the pattern needs a placeholder such as `:id`, or it would be one address");
    }
    Ok(())
}

/// A player that asks for what no address gives.
pub(super) fn check(reader: &mut Reader<'_>, field: &Field<'_>, providers: &[Provider]) {
    for provider in providers {
        let Some(player) = &provider.player else { continue };
        let names =
            |pattern: &str| pieces(pattern).iter().map(|(_, name)| (*name).to_owned()).collect::<Vec<_>>();
        for pattern in &provider.patterns {
            let known = names(pattern);
            if let Some(missing) = names(player).into_iter().find(|name| !known.contains(name)) {
                let why = format!(
                    "the player of `{}` needs `:{missing}`, which `{pattern}` has not",
                    provider.name
                );
                reader.refuse(field, &why);
            }
        }
    }
}

/// A link with which readers pass an article on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Where to; `mail` is said in the reader's language.
    pub name: String,
    /// The address, in which `{url}` and `{title}` stand for the article's.
    pub pattern: String,
}

/// Mail, which needs nobody else.
pub(super) fn by_mail() -> Share {
    Share { name: "mail".to_owned(), pattern: "mailto:?subject={title}&body={url}".to_owned() }
}

/// Name -> pattern, in the order of the file; mail first unless it is said otherwise, and an empty pattern takes one out.
pub(super) fn shares(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Vec<Share>> {
    let fields = reader.fields(field)?;
    let mut shares = Vec::new();
    if !fields.iter().any(|(name, _)| *name == "mail") {
        shares.push(by_mail());
    }
    for (name, field) in &fields {
        let pattern = reader.checked(field, check_share);
        shares.extend(pattern.map(|pattern| Share { name: (*name).to_owned(), pattern }));
    }
    shares.retain(|share| !share.pattern.is_empty());
    Some(shares)
}

fn check_share(pattern: &str) -> Result<(), &'static str> {
    let without = pattern.replace("{url}", "").replace("{title}", "");
    let target = without.starts_with("mailto:") || super::is_web_url(&without);
    match pattern.is_empty()
        || target && pattern.contains("{url}") && !without.contains(['"', '<', '>', '{', ' '])
    {
        true => Ok(()),
        false => Err(
            "this must be an address with `{url}`, and `{title}` if you like: https://post.example/?text={title}%20{url}",
        ),
    }
}
