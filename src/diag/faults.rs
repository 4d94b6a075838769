//! What `check` has to say of a rendered site. As in `diag`, every complaint has a named constructor.

use serde::{Deserialize, Serialize};

use super::{Diag, Place, Severity};

/// What can be wrong with one output. The wording of each stands in [`PageFault::row`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PageFault {
    /// A link that leads nowhere.
    Link,
    /// A link to an anchor that its page does not have.
    Anchor,
    /// A link out of the site's folder.
    LeadsOut,
    /// A picture, style or script that is not there.
    Asset,
    /// Something that runs script.
    Script,
    /// An attribute that runs script.
    Handler,
    /// No heading of level 1.
    NoHeading,
    /// More than one heading of level 1.
    ManyHeadings,
    /// A heading that skips a level.
    HeadingSkips,
    /// No title.
    NoTitle,
    /// No language.
    NoLang,
    /// A writing direction that is not the language's.
    Dir,
    /// One id twice.
    IdTwice,
    /// A picture without a text alternative.
    Alt,
    /// A picture in an article's text with an empty text alternative.
    BodyAlt,
    /// XML that is not well-formed.
    Xml,
    /// A feed against its format.
    Feed,
    /// A sitemap against its format.
    Sitemap,
    /// JSON that is none.
    Json,
    /// Structured data against its vocabulary.
    JsonLd,
    /// Raw HTML in Markdown.
    RawHtml,
    /// A link target with a scheme that is not let through.
    Scheme,
    /// A link to an article that is not out.
    HiddenLink,
    /// Characters that turn the writing direction.
    Bidi,
}

impl PageFault {
    /// Code, severity, wording (`{}` is what was found), hint.
    #[must_use]
    pub fn row(self) -> (&'static str, Severity, &'static str, &'static str) {
        use Severity::{Error, Warning};
        match self {
            Self::Link => ("LINK", Error, "`{}` is not on the site", ""),
            Self::Anchor => ("ANCHOR", Error, "`{}` has no such anchor", ""),
            Self::LeadsOut => ("LINK", Error, "`{}` leads out of the site", ""),
            Self::Asset => ("ASSET", Error, "`{}` is not on the site, but a page needs it", ""),
            Self::Script => ("SCRIPT", Error, "`{}` runs script", "link to a page instead"),
            Self::Handler => (
                "SCRIPT",
                Warning,
                "the attribute `{}` runs script, which a strict content security policy forbids",
                "put it into a file of static/",
            ),
            Self::NoHeading => ("HEADING", Warning, "the page has no heading of level 1", ""),
            Self::ManyHeadings => ("HEADING", Warning, "the page has {} headings of level 1", "keep one"),
            Self::HeadingSkips => ("HEADING", Warning, "a heading of {} skips a level", ""),
            Self::NoTitle => ("TITLE", Error, "the page has no title", ""),
            Self::NoLang => {
                ("LANG", Error, "the page does not say its language", "write <html lang=\"{{ lang }}\">")
            }
            Self::Dir => ("LANG", Error, "{}", "write <html dir=\"{{ dir }}\">"),
            Self::IdTwice => ("ID-DUP", Warning, "the id `{}` stands twice on the page", ""),
            Self::Alt => (
                "ALT",
                Error,
                "the picture `{}` has no text alternative",
                "add alt=\"…\"; empty for ornaments",
            ),
            Self::BodyAlt => {
                ("ALT", Warning, "the picture `{}` has no text alternative", "write ![what it shows](…)")
            }
            Self::Xml => ("XML", Error, "this is no well-formed XML: {}", ""),
            Self::Feed => ("FEED", Error, "the feed is not valid: {}", ""),
            Self::Sitemap => ("SITEMAP", Error, "the sitemap is not valid: {}", ""),
            Self::Json => ("JSON", Error, "this is no JSON: {}", ""),
            Self::JsonLd => ("JSON-LD", Error, "the structured data are not valid: {}", ""),
            Self::RawHtml => ("HTML", Warning, "raw HTML is shown as text: `{}`", "write Markdown instead"),
            Self::Scheme => ("URL-SCHEME", Warning, "the link to `{}` is left out, its words stay", ""),
            Self::HiddenLink => (
                "LINK-HIDDEN",
                Warning,
                "links to an article that is not out: the link is left out, its words stay",
                "",
            ),
            Self::Bidi => (
                "BIDI",
                Warning,
                "the text has {}, which turns the writing direction",
                "delete it, or it may reorder what stands around it",
            ),
        }
    }

    /// Whether a reader could be shown it at its line of the output.
    #[must_use]
    pub fn is_of_output(self) -> bool {
        !matches!(self, Self::RawHtml | Self::Scheme | Self::HiddenLink | Self::Bidi | Self::BodyAlt)
    }
}

/// Something wrong with an output; `others` is on how many more it was found.
#[must_use]
pub fn page_fault(fault: PageFault, what: &str, place: Place, near: Option<&str>, others: usize) -> Diag {
    let (code, severity, wording, hint) = fault.row();
    let mut message = wording.replacen("{}", what, 1);
    match others {
        0 => {}
        1 => message.push_str(" (and on 1 more page)"),
        n => message.push_str(&format!(" (and on {n} more pages)")),
    }
    let diag = Diag::new(severity, code, message).at(place);
    match near {
        Some(near) => diag.hint(format!("did you mean `{near}`?")),
        None if hint.is_empty() => diag,
        None => diag.hint(hint),
    }
}

/// Two articles with one headline.
#[must_use]
pub fn same_title(place: Place, title: &str, first: Place) -> Diag {
    Diag::warning("TITLE-DUP", format!("`{title}` is the headline of another article too"))
        .at(place)
        .also("the other one", first)
        .hint("readers and search engines cannot tell them apart")
}

/// A lead picture without a text alternative.
#[must_use]
pub fn no_alt(place: Place, src: &str) -> Diag {
    Diag::warning("ALT", format!("the picture `{src}` has no text alternative"))
        .at(place)
        .hint("add `alt` to `image`: what it shows, for those who cannot see it")
}

/// A lead picture without a credit.
#[must_use]
pub fn no_credit(place: Place, src: &str) -> Diag {
    Diag::warning("CREDIT", format!("the picture `{src}` has no credit"))
        .at(place)
        .hint("add `credit` to `image`: whose it is")
}

/// Tags that are probably one.
#[must_use]
pub fn tag_twins(name: &str, others: &str, why: &str) -> Diag {
    Diag::new(Severity::Note, "TAG-TWIN", format!("the tags `{name}` and {others} are probably one ({why})"))
        .hint("`newsprint tags --merges` prints lines for site.toml that join them")
}

/// A picture that no article shows.
#[must_use]
pub fn orphan_picture(path: &str) -> Diag {
    Diag::new(Severity::Note, "ORPHAN", "no article shows this picture")
        .at(Place::file(path))
        .hint("it is not published; delete it if nobody will use it")
}

/// Review flags of one rule; `count` is how many articles have it.
#[must_use]
pub fn review_flags(place: Place, rule: &str, count: usize) -> Diag {
    let on = if count == 1 { "one article".to_owned() } else { format!("{count} articles") };
    Diag::new(Severity::Note, "REVIEW", format!("`{rule}` on {on}"))
        .at(place)
        .hint("`newsprint review` lists them")
}

/// A link to another host that does not work.
#[must_use]
pub fn external_link(place: Place, url: &str, why: &str, is_sure: bool) -> Diag {
    let severity = if is_sure { Severity::Error } else { Severity::Warning };
    Diag::new(severity, "EXTERNAL", format!("`{url}` does not work: {why}")).at(place)
}

/// The site with its hidden articles differs from the site without them.
#[must_use]
pub fn embargo_differs(out: &str, how: &str) -> Diag {
    Diag::error("EMBARGO-LEAK", format!("/{out} {how}"))
        .hint("a hidden article has an effect on what is published: this is a bug in newsprint, please report it and do not publish")
}

/// Words of a hidden article stand in an output.
#[must_use]
pub fn embargo_words(hidden: &str, out: &str, field: &str, form: &str) -> Diag {
    Diag::error("EMBARGO-WORDS", format!("the {field} of this hidden article stands in /{out} ({form})"))
        .at(Place::file(hidden))
        .hint("another source that is out says it too: a link, a caption, a file of static/, the name of a picture")
}
