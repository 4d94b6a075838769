//! What one HTML page has: links, anchors, headings, and what is wrong with it by itself. Knows no
//! other page.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};

use super::address::{Base, To};
use super::facts::{Facts, Link};
use super::json_ld;
use crate::diag::PageFault;
use crate::locale;

/// Looks at the page at `out`.
#[must_use]
pub fn look(out: &str, html: &str, base: &Base) -> Facts {
    let sink = Sink { page: out, base, seen: RefCell::default() };
    let tokenizer = Tokenizer::new(sink, Default::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(html));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.seen.into_inner().finish()
}

struct Sink<'p> {
    page: &'p str,
    base: &'p Base,
    seen: RefCell<Seen>,
}

#[derive(Default)]
struct Seen {
    facts: Facts,
    /// Text that is being gathered, and what it is.
    open: Option<(Text, String, u32)>,
    top_headings: u32,
    level: u8,
    has_lang: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Text {
    Title,
    JsonLd,
}

impl TokenSink for Sink<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut seen = self.seen.borrow_mut();
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => self.start(&mut seen, &tag, line),
            Token::TagToken(tag) => {
                if matches!(&*tag.name, "title" | "script") {
                    seen.close();
                }
                TokenSinkResult::Continue
            }
            Token::CharacterTokens(text) => {
                if let Some((_, gathered, _)) = &mut seen.open {
                    gathered.push_str(&text);
                }
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Sink<'_> {
    fn start(&self, seen: &mut Seen, tag: &Tag, line: u32) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let get = |wanted: &str| tag.attrs.iter().find(|a| &*a.name.local == wanted).map(|a| &*a.value);
        for attribute in &tag.attrs {
            let key: &str = &attribute.name.local;
            if key == "id" || key == "name" && name == "a" {
                seen.facts.ids.push(attribute.value.to_string());
            }
            if key.starts_with("on") {
                seen.facts.fault(PageFault::Handler, key, line);
            }
        }
        match name {
            "html" => seen.html(get("lang"), get("dir"), line),
            "title" if seen.facts.title.is_none() => {
                seen.open = Some((Text::Title, String::new(), line));
                return TokenSinkResult::RawData(RawKind::Rcdata);
            }
            "title" | "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
            "script" => {
                self.link(seen, get("src"), true, line);
                if get("type").is_some_and(|kind| kind.eq_ignore_ascii_case("application/ld+json")) {
                    seen.open = Some((Text::JsonLd, String::new(), line));
                }
                return TokenSinkResult::RawData(RawKind::ScriptData);
            }
            "style" | "xmp" | "noembed" | "noframes" => return TokenSinkResult::RawData(RawKind::Rawtext),
            "iframe" => {
                self.link(seen, get("src"), true, line);
                return TokenSinkResult::RawData(RawKind::Rawtext);
            }
            "a" | "area" => self.link(seen, get("href"), false, line),
            "link" => {
                let rel = get("rel").unwrap_or("").to_ascii_lowercase();
                let has = |word: &str| rel.split_ascii_whitespace().any(|rel| rel == word);
                if !has("preconnect") && !has("dns-prefetch") {
                    let is_page =
                        ["canonical", "alternate", "next", "prev", "hub", "self"].into_iter().any(has);
                    self.link(seen, get("href"), !is_page, line);
                }
            }
            "meta" => self.meta(seen, &get, line),
            "form" => self.link(seen, get("action"), false, line),
            "object" => self.link(seen, get("data"), true, line),
            "img" | "source" | "video" | "audio" | "track" | "embed" | "input" => {
                if name == "img" && get("alt").is_none() {
                    seen.facts.fault(PageFault::Alt, get("src").unwrap_or(""), line);
                }
                self.link(seen, get("src"), true, line);
                self.link(seen, get("poster"), true, line);
                for part in get("srcset").unwrap_or("").split(", ") {
                    self.link(seen, part.split_ascii_whitespace().next(), true, line);
                }
            }
            _ => seen.heading(name, line),
        }
        TokenSinkResult::Continue
    }

    fn link(&self, seen: &mut Seen, target: Option<&str>, is_asset: bool, line: u32) {
        let Some(target) = target else { return };
        match self.base.resolve(self.page, target) {
            To::Nowhere => {}
            To::Script => seen.facts.fault(PageFault::Script, target, line),
            To::Above => seen.facts.fault(PageFault::LeadsOut, target, line),
            to => seen.facts.links.push(Link { to, line, is_asset }),
        }
    }

    fn meta<'t>(&self, seen: &mut Seen, get: &dyn Fn(&str) -> Option<&'t str>, line: u32) {
        let content = get("content");
        if get("http-equiv").is_some_and(|key| key.eq_ignore_ascii_case("refresh")) {
            seen.facts.is_redirect = true;
            let target = content.and_then(|text| text.split_once("url=").or_else(|| text.split_once("URL=")));
            self.link(seen, target.map(|(_, url)| url.trim_matches(['\'', '"', ' '])), false, line);
        }
        match get("property").or_else(|| get("name")) {
            Some("og:image" | "og:image:url" | "twitter:image") => self.link(seen, content, true, line),
            Some("og:url") => self.link(seen, content, false, line),
            _ => {}
        }
    }
}

impl Seen {
    fn html(&mut self, lang: Option<&str>, dir: Option<&str>, line: u32) {
        let Some(lang) = lang.filter(|lang| !lang.trim().is_empty()) else { return };
        self.has_lang = true;
        let wanted = locale::dir(lang);
        if dir.unwrap_or("ltr") != wanted && dir != Some("auto") {
            let says = dir.map_or("no `dir`".to_owned(), |dir| format!("`dir={dir}`"));
            self.facts.fault(
                PageFault::Dir,
                &format!("the page in `{lang}` has {says}, expected `{wanted}`"),
                line,
            );
        }
    }

    fn heading(&mut self, name: &str, line: u32) {
        let Some(level @ 1..=6) = name.strip_prefix('h').and_then(|level| level.parse::<u8>().ok()) else {
            return;
        };
        self.top_headings += u32::from(level == 1);
        if self.level > 0 && level > self.level + 1 {
            self.facts.fault(
                PageFault::HeadingSkips,
                &format!("level {level} after level {}", self.level),
                line,
            );
        }
        self.level = level;
    }

    /// The end of a text that was gathered.
    fn close(&mut self) {
        match self.open.take() {
            Some((Text::Title, text, _)) => self.facts.title = Some(text.trim().to_owned()),
            Some((Text::JsonLd, text, line)) => {
                for why in json_ld::faults(&text) {
                    self.facts.fault(PageFault::JsonLd, &why, line);
                }
            }
            None => {}
        }
    }

    fn finish(mut self) -> Facts {
        let facts = &mut self.facts;
        if !self.has_lang {
            facts.fault(PageFault::NoLang, "", 1);
        }
        if facts.title.as_deref().unwrap_or("").is_empty() {
            facts.fault(PageFault::NoTitle, "", 1);
        }
        match self.top_headings {
            _ if facts.is_redirect => {}
            0 => facts.fault(PageFault::NoHeading, "", 1),
            1 => {}
            n => facts.fault(PageFault::ManyHeadings, &n.to_string(), 1),
        }
        facts.ids.sort_unstable();
        let mut twice: Vec<String> =
            facts.ids.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone()).collect();
        twice.dedup();
        for id in twice {
            facts.fault(PageFault::IdTwice, &id, 1);
        }
        facts.ids.dedup();
        // A place named twice on a page is one link to be checked.
        facts.links.sort_unstable_by(|a, b| (&a.to, a.line).cmp(&(&b.to, b.line)));
        facts.links.dedup_by(|a, b| a.to == b.to);
        self.facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(html: &str) -> Vec<String> {
        let facts = look("a/b.html", html, &Base::new("https://x.example/"));
        facts
            .faults
            .into_iter()
            .map(|fault| format!("{:?} {}", fault.fault, fault.what).trim().to_owned())
            .collect()
    }

    #[test]
    fn sees_what_is_wrong() {
        let page = |body: &str| format!("<!doctype html><html lang=en><title>x</title><h1>x</h1>{body}");
        assert_eq!(faults(&page("<h2>y</h2><h3>z</h3><h2>w</h2><img src=p.png alt=''>")), [""; 0]);
        assert_eq!(faults(&page("<h3>y</h3>")), ["HeadingSkips level 3 after level 1"]);
        assert_eq!(faults(&page("<h1>y</h1>")), ["ManyHeadings 2"]);
        assert_eq!(faults(&page("<img src=p.png>")), ["Alt p.png"]);
        assert_eq!(faults(&page("<a href='jAvascript:x'>")), ["Script jAvascript:x"]);
        assert_eq!(faults(&page("<p onclick=x>")), ["Handler onclick"]);
        assert_eq!(faults(&page("<a href=../../../x>")), ["LeadsOut ../../../x"]);
        assert_eq!(faults(&page("<p id=a><p id=a>")), ["IdTwice a"]);
        assert_eq!(faults("<p>"), ["NoLang", "NoTitle", "NoHeading"]);
        assert_eq!(
            faults("<html lang=ar><title>x</title><h1>x</h1>"),
            ["Dir the page in `ar` has no `dir`, expected `rtl`"]
        );
        assert_eq!(faults(&page("<script type=application/ld+json>{</script>")).len(), 1);
        // What stands in a script, a style or a title is no markup.
        assert_eq!(faults(&page("<script>'<img>'</script><style><img></style>")), [""; 0]);
        assert_eq!(faults("<html lang=en><title><img></title><h1>x</h1>"), [""; 0]);
    }

    #[test]
    fn sees_links_and_anchors() {
        let html = "<html lang=en><title>x</title><h1 id=h>x</h1><a href=c.html#d>1</a>\n<img alt='' src=p.png srcset='q.png 2x, r.png 3x'>";
        let facts = look("a/b.html", html, &Base::new("https://x.example/"));
        let to: Vec<String> =
            facts.links.iter().map(|link| format!("{:?} {} {}", link.to, link.line, link.is_asset)).collect();
        assert_eq!(
            to,
            [
                "Inside(\"a/c.html\", \"d\") 1 false",
                "Inside(\"a/p.png\", \"\") 2 true",
                "Inside(\"a/q.png\", \"\") 2 true",
                "Inside(\"a/r.png\", \"\") 2 true"
            ]
        );
        assert_eq!((facts.ids, facts.title.as_deref()), (vec!["h".to_owned()], Some("x")));
    }
}
