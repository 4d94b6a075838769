//! Markdown to HTML that cannot run script, and the facts that planning needs of a text.
//!
//! Safe by construction: raw HTML becomes text, link targets pass a scheme list, headings carry no
//! attributes but an id of ours. Reads nothing but its arguments.

use std::collections::BTreeMap;

use pulldown_cmark::{Alignment, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};
use serde::{Deserialize, Serialize};

use crate::fingerprint::Hasher;
use crate::path::slugify;

/// What a text mentions, found once when it is parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Link targets inside the site, as written, sorted.
    pub links: Vec<String>,
    /// Pictures inside the site, as written, sorted.
    pub images: Vec<String>,
    /// Addresses of other sites that stand alone in a paragraph, sorted.
    pub alone: Vec<String>,
    /// Words of running text.
    pub words: u32,
    /// The first paragraph as plain text.
    pub lead: String,
}

/// Where a text's targets lead on the page that shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    /// Link target as written -> address; `None`: the link is dropped and its words stay.
    pub links: BTreeMap<String, Option<String>>,
    /// Picture as written -> file; `None`: only its text alternative is shown.
    pub images: BTreeMap<String, Option<Picture>>,
    /// Address that stands alone in a paragraph -> what is shown in its place.
    pub embeds: BTreeMap<String, Embed>,
}

/// A picture file as a page refers to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Address of the file.
    pub src: String,
    /// Size in pixels, when known.
    pub size: Option<(u32, u32)>,
    /// Media type and `srcset` of better formats, best first.
    pub better: Vec<(&'static str, String)>,
    /// `srcset` of the format that every browser shows; empty when there is one file only.
    pub plain: String,
    /// Shown under it where the text gives no caption.
    pub caption: Option<String>,
    /// Whose it is.
    pub credit: Option<String>,
    /// Its text alternative where the text gives none.
    pub alt: Option<String>,
}

impl Picture {
    /// One file, and nothing known of it.
    #[must_use]
    pub fn plain(src: String) -> Self {
        let (size, better, plain) = (None, Vec::new(), String::new());
        Self { src, size, better, plain, caption: None, credit: None, alt: None }
    }

    /// Puts all of it into a hasher.
    pub fn put_into(&self, hasher: &mut Hasher) {
        let (width, height) = self.size.unwrap_or_default();
        hasher.text(&self.src).number(width.into()).number(height.into());
        hasher.number(self.better.len() as u64).text(&self.plain);
        for (media_type, files) in &self.better {
            hasher.text(media_type).text(files);
        }
        for words in [&self.caption, &self.credit, &self.alt] {
            hasher.tag(u8::from(words.is_some())).text(words.as_deref().unwrap_or(""));
        }
    }

    /// For people.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "src": self.src,
            "size": self.size,
            "better": self.better,
            "plain": self.plain,
            "caption": self.caption,
            "credit": self.credit,
            "alt": self.alt,
        })
    }
}

/// A video or post of another site. Nothing of it is loaded before the reader asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Embed {
    /// The words of the link to its own page.
    pub label: String,
    /// What plays it inside the page, where anything does.
    pub player: Option<Player>,
}

/// What plays a video inside a page.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Player {
    /// Its address.
    pub url: String,
    /// The words on the button.
    pub label: String,
    /// That nothing is loaded yet.
    pub note: String,
    /// Language of these words.
    pub lang: String,
    /// Writing direction of that language.
    pub dir: &'static str,
    /// The style sheet.
    pub style: String,
}

impl Embed {
    /// All of it as texts, for people and for a hasher.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        let player = self.player.iter().flat_map(|player| {
            [&player.url, &player.label, &player.note, &player.lang, &player.style].map(String::as_str)
        });
        std::iter::once(self.label.as_str()).chain(player).collect()
    }

    /// A figure. The frame holds a page of ours with one link in it, which leads the frame to the player: so it takes no
    /// script, and the other site is not asked for anything before.
    fn figure(&self, url: &str) -> String {
        let mut tag = String::from("<figure class=\"embed\">");
        if let Some(Player { url, label, note, lang, dir, style }) = &self.player {
            let mut door = format!(
                "<!doctype html><html lang=\"{lang}\" dir=\"{dir}\"><head><meta charset=\"utf-8\"><title>"
            );
            escape(&mut door, label);
            door.push_str("</title><link rel=\"stylesheet\" href=\"");
            escape(&mut door, style);
            door.push_str("\"></head><body class=\"door\"><a href=\"");
            escape(&mut door, url);
            door.push_str("\"><span>");
            escape(&mut door, label);
            door.push_str("</span><small>");
            escape(&mut door, note);
            door.push_str("</small></a></body></html>");
            tag.push_str("<iframe title=\"");
            escape(&mut tag, label);
            tag.push_str("\" srcdoc=\"");
            escape(&mut tag, &door);
            tag.push_str("\" allow=\"autoplay; encrypted-media; fullscreen; picture-in-picture\" referrerpolicy=\"strict-origin-when-cross-origin\"></iframe>");
        }
        tag.push_str("<figcaption><a href=\"");
        escape(&mut tag, url);
        tag.push_str("\">");
        escape(&mut tag, &self.label);
        tag.push_str("</a></figcaption></figure>\n");
        tag
    }
}

/// Watches for paragraphs that hold an address and nothing else.
#[derive(Default)]
struct Alone(Option<String>);

impl Alone {
    /// The address, at the end of such a paragraph.
    fn see(&mut self, event: &Event<'_>) -> Option<String> {
        match (event, &mut self.0) {
            (Event::Start(Tag::Paragraph), _) => self.0 = Some(String::new()),
            (Event::Text(words), Some(url)) if !url.is_empty() || words.starts_with("https://") => {
                url.push_str(words);
            }
            (Event::Start(Tag::Link { link_type: LinkType::Autolink, .. }) | Event::End(TagEnd::Link), _) => {
            }
            (Event::End(TagEnd::Paragraph), url) => {
                return url.take().filter(|url| !url.is_empty() && !url.contains(char::is_whitespace));
            }
            _ => self.0 = None,
        }
        None
    }
}

/// Of the browser's window, how much a picture in a text takes up.
const SIZES: &str = "(min-width: 44rem) 40rem, 100vw";

/// Bytes of text that one summary taken from a lead may have.
const LEAD_LIMIT: usize = 600;

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH)
}

/// Links, pictures and embeds that one text may have: each may become a hundred times as long on the page.
pub const TARGETS_LIMIT: usize = 20_000;

/// Pieces that one text may have: each beginning and end of a paragraph, a line, an emphasis, and the words between.
pub const PIECES_LIMIT: usize = 1_000_000;

/// What a text has too much of. Both are counted, not timed: it is the same on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// More than [`TARGETS_LIMIT`].
    Targets,
    /// More than [`PIECES_LIMIT`].
    Pieces,
}

/// The facts of a text.
#[must_use]
pub fn facts(text: &str) -> Facts {
    measured(text).0
}

/// The facts of a text, up to what is too much in it. The work that a text makes grows with what is counted here, and so
/// does the page that it becomes.
#[must_use]
pub fn measured(text: &str) -> (Facts, Option<Excess>) {
    let mut facts = Facts::default();
    let (mut pieces, mut targets, mut excess) = (0, 0, None);
    let (mut lead_open, mut lead_done, mut quiet) = (false, false, 0_u32);
    let mut alone = Alone::default();
    for event in parser(text) {
        pieces += 1;
        targets += usize::from(matches!(event, Event::Start(Tag::Link { .. } | Tag::Image { .. })));
        if let Some(url) = alone.see(&event) {
            if !lead_done {
                facts.lead.clear();
            }
            facts.alone.push(url);
            targets += 1;
        }
        excess = match (targets > TARGETS_LIMIT, pieces > PIECES_LIMIT) {
            (true, _) => Some(Excess::Targets),
            (_, true) => Some(Excess::Pieces),
            _ => None,
        };
        if excess.is_some() {
            break;
        }
        match event {
            Event::Start(Tag::Link { dest_url, .. }) if is_internal(&dest_url) => {
                facts.links.push(dest_url.into_string());
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                quiet += 1;
                if is_internal(&dest_url) {
                    facts.images.push(dest_url.into_string());
                }
            }
            Event::End(TagEnd::Image) => quiet -= 1,
            Event::Start(Tag::Paragraph) if !lead_done => lead_open = true,
            Event::End(TagEnd::Paragraph) => {
                lead_done |= !facts.lead.trim().is_empty();
                lead_open = false;
            }
            Event::Text(words) | Event::Code(words) if quiet == 0 => {
                facts.words += u32::try_from(count_words(&words)).unwrap_or(u32::MAX);
                if lead_open && facts.lead.len() < LEAD_LIMIT {
                    facts.lead.push_str(&words);
                }
            }
            Event::SoftBreak | Event::HardBreak if lead_open => facts.lead.push(' '),
            _ => {}
        }
    }
    facts.lead = shorten(facts.lead.trim(), LEAD_LIMIT / 2);
    for list in [&mut facts.links, &mut facts.images, &mut facts.alone] {
        list.sort_unstable();
        list.dedup();
    }
    (facts, excess)
}

/// Words of a text, between blanks.
fn count_words(text: &str) -> usize {
    if !text.is_ascii() {
        return text.split_whitespace().count();
    }
    // A word begins where a blank does not go before: no branch, so that it is one of vector instructions.
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let bytes = text.as_bytes();
    let first = usize::from(bytes.first().is_some_and(|byte| !is_blank(byte)));
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    first + pairs.map(|(before, byte)| usize::from(is_blank(before) & !is_blank(byte))).sum::<usize>()
}

/// The words of a text, without its marks.
#[must_use]
pub fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for event in parser(text) {
        match event {
            Event::Text(part) | Event::Code(part) => words.push_str(&part),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            // Emphasis may begin and end within a word, blocks and cells may not.
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link) => {}
            Event::End(_) => words.push('\n'),
            _ => {}
        }
    }
    words
}

/// At most `limit` bytes of `text`: whole sentences where one ends in the second half, else whole words
/// and an ellipsis.
#[must_use]
pub fn shorten(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let mut cut = limit;
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    let head = &text[..cut];
    let sentence = head.rmatch_indices(['.', '!', '?', '。', '؟']).find(|(at, mark)| {
        let end = at + mark.len();
        end > limit / 2 && (*mark == "。" || text[end..].starts_with([' ', '”', '"', '»']))
    });
    match sentence {
        Some((at, mark)) => head[..at + mark.len()].to_owned(),
        None => format!("{}…", head[..head.rfind(' ').unwrap_or(cut)].trim_end_matches([',', ';', ':', ' '])),
    }
}

/// A target on this site: no scheme, no host, no mere anchor.
fn is_internal(target: &str) -> bool {
    !target.is_empty() && !target.starts_with('#') && !target.starts_with("//") && scheme(target).is_none()
}

/// The scheme a browser would see: control characters and blanks are skipped as the URL standard does.
fn scheme(target: &str) -> Option<String> {
    let cleaned: String = target.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let end = cleaned.find([':', '/', '?', '#'])?;
    cleaned[end..].starts_with(':').then(|| cleaned[..end].to_lowercase())
}

/// Whether a link may lead there.
#[must_use]
pub fn is_safe_target(target: &str) -> bool {
    scheme(target).is_none_or(|scheme| ["http", "https", "mailto", "tel"].contains(&scheme.as_str()))
}

/// Appends the text as HTML. Headings begin at level 2, since the page's title is level 1.
pub fn render(text: &str, targets: &Targets, html: &mut String) {
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut dropped_links = Vec::new();
    let mut ids: BTreeMap<String, u32> = BTreeMap::new();
    let mut image: Option<(CowStr<'_>, CowStr<'_>, String)> = None;
    let mut heading: Option<usize> = None;
    let mut table: Option<Table> = None;
    for event in parser(text) {
        if let Some((_, _, alt)) = &mut image {
            match &event {
                Event::Text(words) | Event::Code(words) => alt.push_str(words),
                Event::SoftBreak | Event::HardBreak => alt.push(' '),
                _ => {}
            }
        }
        match event {
            Event::Start(Tag::Image { dest_url, title, .. }) if image.is_none() => {
                image = Some((dest_url, title, String::new()));
            }
            Event::End(TagEnd::Image) => {
                if let Some((src, title, alt)) = image.take() {
                    push_image(&mut events, &src, &title, &alt, targets);
                }
            }
            _ if image.is_some() => {}
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let target = match targets.links.get(dest_url.as_ref()) {
                    Some(target) => target.clone().map(CowStr::from),
                    None => is_safe_target(&dest_url).then_some(dest_url),
                };
                let link_type = match link_type {
                    LinkType::Email | LinkType::Autolink => link_type,
                    _ => LinkType::Inline,
                };
                dropped_links.push(target.is_none());
                events.extend(
                    target.map(|dest_url| Event::Start(Tag::Link { link_type, dest_url, title, id })),
                );
            }
            Event::End(TagEnd::Link) => {
                if dropped_links.pop() == Some(false) {
                    events.push(Event::End(TagEnd::Link));
                }
            }
            Event::Start(Tag::Heading { level, .. }) => {
                heading = Some(events.len());
                let level = level.max(HeadingLevel::H2);
                events.push(Event::Start(Tag::Heading {
                    level,
                    id: None,
                    classes: Vec::new(),
                    attrs: Vec::new(),
                }));
            }
            Event::End(TagEnd::Heading(level)) => {
                if let Some(start) = heading.take() {
                    set_heading_id(&mut events[start..], &mut ids);
                }
                events.push(Event::End(TagEnd::Heading(level.max(HeadingLevel::H2))));
            }
            Event::Html(raw) | Event::InlineHtml(raw) => {
                if !raw.trim_start().starts_with("<!--") {
                    events.push(Event::Text(raw));
                }
            }
            Event::Start(Tag::HtmlBlock) => events.push(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => events.push(Event::End(TagEnd::Paragraph)),
            Event::HardBreak => events.push(Event::InlineHtml("<br>\n".into())),
            Event::Rule => events.push(Event::Html("<hr>\n".into())),
            Event::Start(Tag::Table(columns)) => {
                table = Some(Table { columns, column: 0, in_head: false });
                events.push(Event::Html("<table>\n".into()));
            }
            Event::End(TagEnd::Table) => {
                table = None;
                events.push(Event::Html("</tbody>\n</table>\n".into()));
            }
            event if table.is_some() && Table::owns(&event) => {
                events.extend(table.as_mut().map(|table| Event::Html(table.tag(&event).into())));
            }
            Event::Start(Tag::CodeBlock(_)) => {
                events.push(Event::Start(Tag::CodeBlock(pulldown_cmark::CodeBlockKind::Indented)));
            }
            other => events.push(other),
        }
    }
    lift_figures(&mut events);
    show_embeds(&mut events, targets);
    pulldown_cmark::html::push_html(html, events.into_iter());
}

/// A table on its way: cells are aligned by class, since a strict content policy forbids styles.
struct Table {
    columns: Vec<Alignment>,
    column: usize,
    in_head: bool,
}

impl Table {
    fn owns(event: &Event<'_>) -> bool {
        matches!(
            event,
            Event::Start(Tag::TableHead | Tag::TableRow | Tag::TableCell)
                | Event::End(TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell)
        )
    }

    fn tag(&mut self, event: &Event<'_>) -> String {
        let cell = if self.in_head { "th" } else { "td" };
        match event {
            Event::Start(Tag::TableHead) => {
                (self.in_head, self.column) = (true, 0);
                "<thead>\n<tr>".to_owned()
            }
            Event::End(TagEnd::TableHead) => {
                self.in_head = false;
                "</tr>\n</thead>\n<tbody>\n".to_owned()
            }
            Event::Start(Tag::TableRow) => {
                self.column = 0;
                "<tr>".to_owned()
            }
            Event::End(TagEnd::TableRow) => "</tr>\n".to_owned(),
            Event::Start(_) => {
                let class = match self.columns.get(self.column) {
                    Some(Alignment::Right) => " class=\"right\"",
                    Some(Alignment::Center) => " class=\"center\"",
                    _ => "",
                };
                self.column += 1;
                format!("<{cell}{class}>")
            }
            _ => format!("</{cell}>"),
        }
    }
}

fn set_heading_id(events: &mut [Event<'_>], ids: &mut BTreeMap<String, u32>) {
    let words: String = events
        .iter()
        .filter_map(|e| if let Event::Text(t) | Event::Code(t) = e { Some(t.as_ref()) } else { None })
        .collect();
    let slug = slugify(&words);
    // A selector cannot begin with a digit.
    let slug = if slug.starts_with(|c: char| c.is_ascii_digit()) { format!("h-{slug}") } else { slug };
    let count = ids.entry(slug.clone()).or_default();
    *count += 1;
    let name = if *count == 1 { slug } else { format!("{slug}-{count}") };
    if let Some(Event::Start(Tag::Heading { id, .. })) = events.first_mut() {
        *id = Some(name.into());
    }
}

fn push_image<'a>(events: &mut Vec<Event<'a>>, src: &str, title: &str, alt: &str, targets: &Targets) {
    let picture = match targets.images.get(src) {
        Some(picture) => picture.clone(),
        None => is_safe_target(src).then(|| Picture::plain(src.to_owned())),
    };
    let Some(picture) = picture else {
        events.push(Event::Text(alt.to_owned().into()));
        return;
    };
    let mut tag = String::new();
    if !picture.better.is_empty() {
        tag.push_str("<picture>");
    }
    for (media_type, files) in &picture.better {
        tag.push_str(&format!("<source type=\"{media_type}\" srcset=\""));
        escape(&mut tag, files);
        tag.push_str(&format!("\" sizes=\"{SIZES}\">"));
    }
    tag.push_str("<img src=\"");
    escape(&mut tag, &picture.src);
    tag.push_str("\" alt=\"");
    escape(&mut tag, if alt.trim().is_empty() { picture.alt.as_deref().unwrap_or(alt) } else { alt });
    tag.push('"');
    if !picture.plain.is_empty() {
        tag.push_str(" srcset=\"");
        escape(&mut tag, &picture.plain);
        tag.push_str(&format!("\" sizes=\"{SIZES}\""));
    }
    if let Some((width, height)) = picture.size {
        tag.push_str(&format!(" width=\"{width}\" height=\"{height}\""));
    }
    tag.push_str(" loading=\"lazy\" decoding=\"async\">");
    if !picture.better.is_empty() {
        tag.push_str("</picture>");
    }
    let caption = Some(title).filter(|title| !title.is_empty()).or(picture.caption.as_deref());
    if caption.is_some() || picture.credit.is_some() {
        // Both may be in the language of whoever took the picture.
        tag.push_str(CAPTION);
        escape(&mut tag, caption.unwrap_or(""));
        if let Some(credit) = &picture.credit {
            tag.push_str(if caption.is_some() { " <cite dir=\"auto\">" } else { "<cite dir=\"auto\">" });
            escape(&mut tag, credit);
            tag.push_str("</cite>");
        }
        tag.push_str("</figcaption>");
    }
    events.push(Event::InlineHtml(tag.into()));
}

/// Begins a caption.
const CAPTION: &str = "<figcaption dir=\"auto\">";

/// A paragraph that holds one picture and nothing else becomes a figure; elsewhere a picture's caption
/// has no place and is dropped.
fn lift_figures(events: &mut [Event<'_>]) {
    for at in 0..events.len() {
        let Event::InlineHtml(tag) = &events[at] else { continue };
        let alone = at > 0
            && matches!(events[at - 1], Event::Start(Tag::Paragraph))
            && matches!(events.get(at + 1), Some(Event::End(TagEnd::Paragraph)));
        if alone {
            events[at - 1] = Event::Html("<figure>".into());
            events[at + 1] = Event::Html("</figure>\n".into());
        } else if let Some(caption) = tag.find(CAPTION) {
            events[at] = Event::InlineHtml(tag[..caption].to_owned().into());
        }
    }
}

/// A paragraph that holds a known address and nothing else becomes a figure.
fn show_embeds(events: &mut Vec<Event<'_>>, targets: &Targets) {
    if targets.embeds.is_empty() {
        return;
    }
    let (mut alone, mut start) = (Alone::default(), 0);
    let mut shown = Vec::with_capacity(events.len());
    for event in events.drain(..) {
        if matches!(event, Event::Start(Tag::Paragraph)) {
            start = shown.len();
        }
        let url = alone.see(&event);
        shown.push(event);
        if let Some(figure) = url.and_then(|url| Some(targets.embeds.get(&url)?.figure(&url))) {
            shown.truncate(start);
            shown.push(Event::Html(figure.into()));
        }
    }
    *events = shown;
}

/// Appends text with the five characters that mean something in HTML escaped.
pub fn escape(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, html: &str) {
        let targets = Targets {
            links: BTreeMap::from([
                ("b.md".to_owned(), Some("../b.html".to_owned())),
                ("gone.md".to_owned(), None),
            ]),
            images: BTreeMap::from([(
                "p.jpg".to_owned(),
                Some(Picture { size: Some((3, 2)), ..Picture::plain("m/p.jpg".to_owned()) }),
            )]),
            embeds: BTreeMap::from([(
                "https://v.example/a_b_c".to_owned(),
                Embed { label: "See <it>".to_owned(), player: None },
            )]),
        };
        let mut got = String::new();
        render(text, &targets, &mut got);
        assert_eq!(got.trim_end(), html, "{text}");
    }

    #[test]
    fn renders() {
        check("# A *b*\n\n## A b", "<h2 id=\"a-b\">A <em>b</em></h2>\n<h2 id=\"a-b-2\">A b</h2>");
        check(
            "[x](b.md) [y](gone.md) [z](https://e.example/)",
            "<p><a href=\"../b.html\">x</a> y <a href=\"https://e.example/\">z</a></p>",
        );
        check(
            "![A & b](p.jpg \"Cap\")",
            "<figure><img src=\"m/p.jpg\" alt=\"A &amp; b\" width=\"3\" height=\"2\" loading=\"lazy\" decoding=\"async\"><figcaption dir=\"auto\">Cap</figcaption></figure>",
        );
        check("a <!-- x --> b", "<p>a  b</p>");
        check("a\\\nb\n\n---", "<p>a<br>\nb</p>\n<hr>");
        check(
            "|a|b|\n|--|--:|\n|c|**d**|",
            "<table>\n<thead>\n<tr><th>a</th><th class=\"right\">b</th></tr>\n</thead>\n<tbody>\n<tr><td>c</td><td class=\"right\"><strong>d</strong></td></tr>\n</tbody>\n</table>",
        );
    }

    #[test]
    fn runs_nothing() {
        check("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>");
        check("[x](javascript:alert(1))", "<p>x</p>");
        check("[x](<java&#9;script:alert(1)>)", "<p>x</p>");
        check("<javascript:alert(1)>", "<p>javascript:alert(1)</p>");
        check("![x](data:text/html,x)", "<p>x</p>");
        check("# h {onclick=alert(1)}", "<h2 id=\"h-onclick-alert-1\">h {onclick=alert(1)}</h2>");
        check("```\"onmouseover=alert(1)\nx\n```", "<pre><code>x\n</code></pre>");
    }

    #[test]
    fn counts_words() {
        for text in
            ["", " ", "a", " a", "a ", "a b", " a  b\t\u{b}c\r\nd ", "a\u{1c}b", "a\u{a0}é b", "é\u{2003}b c"]
        {
            assert_eq!(count_words(text), text.split_whitespace().count(), "{text:?}");
        }
    }

    #[test]
    fn an_address_alone_in_a_paragraph_becomes_a_figure() {
        let figure = "<figure class=\"embed\"><figcaption><a href=\"https://v.example/a_b_c\">See &lt;it&gt;</a></figcaption></figure>";
        check("https://v.example/a_b_c", figure);
        check("<https://v.example/a_b_c>", figure);
        check("a\n\nhttps://v.example/a_b_c\n\nb", &format!("<p>a</p>\n{figure}\n<p>b</p>"));
        check("https://v.example/a_b_c b", "<p>https://v.example/a_b_c b</p>");
        check("https://v.example/other", "<p>https://v.example/other</p>");
        check("[https://v.example/a_b_c](b.md)", "<p><a href=\"../b.html\">https://v.example/a_b_c</a></p>");
        let facts = facts("https://v.example/a_b_c\n\nThe lead.");
        assert_eq!(
            (facts.alone, facts.lead),
            (vec!["https://v.example/a_b_c".to_owned()], "The lead.".to_owned())
        );
    }

    #[test]
    fn knows_facts() {
        let facts = facts("![p](p.jpg)\n\nOne *two*\nthree. [b](b.md) [c](https://c.example)\n\nfour");
        assert_eq!((facts.links, facts.images), (vec!["b.md".to_owned()], vec!["p.jpg".to_owned()]));
        assert_eq!((facts.lead.as_str(), facts.words), ("One two three. b c", 6));
    }
}
