//! Lines and spans to articles, and the account of every line. A file for each field.

mod authors;
mod body;
mod day;
mod desk;
mod picture;
mod title;

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use self::authors::Around;
use super::anchor::Anchors;
use super::article::{Article, Form, Image, Input, Options, Parsed, Repair, Role, When};
use super::dates::Known;
use super::features::{self, Item};
use super::ledger::{self, Entry};
use super::line::{Line, Lines};
use super::mark::{self, Mark};
use super::published::Place;
use super::repeats::{self, Repeat};
use super::segment::{self, Span};
use super::words;
use super::{decode, language, model, summary, tags};

/// Least probability of one body line, for there to be an article without doubt.
const BODY: f32 = 0.5;

/// Least words of a body; less is a listing, a menu or an error page.
const LEAST_WORDS: usize = 12;

/// Parses decoded plain text.
pub(super) fn parse_text(
    text: &str,
    input: &Input<'_>,
    options: &Options<'_>,
    mut repairs: Vec<Repair>,
) -> Parsed {
    let lines = super::line::lines(text);
    if lines.rewrapped > 0 {
        repairs.push(Repair {
            what: "wrapped paragraphs",
            count: u32::try_from(lines.rewrapped).unwrap_or(u32::MAX),
        });
    }
    let known = day::known(&lines, input, options);
    let repeats = repeats::repeats(&lines);
    let marks = mark::marks(&lines.lines, &repeats, known);
    let page = Page { lines: &lines.lines, marks: &marks, repeats: &repeats, known, options, web: None };
    let whole = Item::new(&lines.lines, &marks, &repeats);
    let anchors = whole.anchors();
    let spans = segment::spans(&lines.lines, &marks, &repeats, &anchors);
    let mut ledger: Vec<Option<Entry>> = vec![None; lines.lines.len()];
    let mut drafts: Vec<Option<Draft>> = Vec::with_capacity(spans.len());
    for span in &spans {
        if span.repeat {
            ledger[span.from..span.to].fill(Some(Entry::of(Role::Repeat)));
        }
        drafts.push(if span.repeat {
            None
        } else if spans.len() == 1 {
            page.draft(*span, &whole, &anchors, &mut ledger)
        } else {
            let item = page.item(*span);
            page.draft(*span, &item, &item.anchors(), &mut ledger)
        });
    }
    if !segment::is_bare(&marks) {
        drop_slight(&spans, &mut drafts, &mut ledger);
    }
    let mut found: Vec<Draft> = Vec::new();
    let mut owners: Vec<usize> = vec![0; lines.lines.len()];
    for (span, draft) in spans.iter().zip(drafts) {
        found.extend(draft);
        owners[span.from..span.to].fill(found.len().saturating_sub(1));
    }
    page.embargoes(&owners, &mut found, &mut ledger);
    account(&lines, &marks, &owners, ledger, found, repairs)
}

/// Most words of a promotion, and how many times as long the articles of its page are.
const SLIGHT: usize = 40;
const WEIGHTY: usize = 8;

/// Drops what is no article among the articles of a page with furniture: a few words that nobody signed or dated.
fn drop_slight(spans: &[Span], drafts: &mut [Option<Draft>], ledger: &mut [Option<Entry>]) {
    let slight = |draft: &Draft| {
        let article = &draft.article;
        let unsigned = article.date.is_none() && article.authors.is_empty() && article.dateline.is_none();
        unsigned && !words::more_than(&article.body, SLIGHT)
    };
    let dropped = |draft: &Draft| {
        let others = || drafts.iter().flatten().map(|other| other.article.body.as_str());
        slight(draft) && {
            let enough = words::count(&draft.article.body) * WEIGHTY;
            others().any(|body| words::more_than(body, enough.saturating_sub(1)))
        }
    };
    let dropped: Vec<bool> = drafts.iter().map(|draft| draft.as_ref().is_some_and(dropped)).collect();
    for ((span, draft), _) in spans.iter().zip(drafts).zip(dropped).filter(|(_, dropped)| *dropped) {
        *draft = None;
        ledger[span.from..span.to].fill(None);
    }
}

/// What markup says about an article, field by field; what it does not say is read from the text.
#[derive(Debug, Default)]
pub(super) struct Hints {
    /// The headline's line.
    pub(super) line: Option<usize>,
    /// The headline, where no line shows it.
    pub(super) title: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) date: Option<When>,
    /// All that the markup gives as the date of publication, the most trusted first.
    pub(super) dates: Vec<When>,
    pub(super) updated: Option<When>,
    /// Date in the page's address: the last resort.
    pub(super) url_date: Option<When>,
    pub(super) section: Option<String>,
    pub(super) canonical: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) image: Option<Image>,
    /// Place bits of each line, and the bits of captions and of decks.
    pub(super) places: (Vec<u32>, u32, u32),
    /// Whether the extractor holds each line to be of the main text.
    pub(super) main: Vec<bool>,
    /// Authors that only a mark somewhere in the page names, or that do not look like people.
    pub(super) doubtful: Vec<String>,
    /// Whether `doubtful` is the site's own name.
    pub(super) house: bool,
    /// Dates of `time` elements that are not marked as publication.
    pub(super) times: Option<When>,
}

/// A line as a Markdown block.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) markdown: String,
    /// Follows its like without a blank (items of a list).
    pub(super) tight: bool,
    pub(super) quote: bool,
    /// A picture to be put before it.
    pub(super) picture: Option<String>,
    /// The line is the picture's caption and not text of its own.
    pub(super) caption: bool,
    /// The line is a link and nothing else.
    pub(super) linked: bool,
    /// The line is a row of a table.
    pub(super) row: Option<Row>,
}

/// A row of a table of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    /// Which of the page's tables.
    pub(super) table: u32,
    /// Its columns in Markdown; 0 where the rows are lines of text.
    pub(super) columns: usize,
    /// It names the columns.
    pub(super) is_head: bool,
}

/// A web page's additions to its lines.
struct Web<'a> {
    hints: &'a Hints,
    extra: &'a [features::Row],
    blocks: &'a [Block],
}

/// Parses the lines of a web page as one article.
pub(super) fn parse_page(
    lines: &Lines,
    known: Known,
    options: &Options<'_>,
    repairs: Vec<Repair>,
    hints: &Hints,
    extra: &[features::Row],
    blocks: &[Block],
) -> Parsed {
    let repeats = repeats::repeats(lines);
    let marks = mark::marks(&lines.lines, &repeats, known);
    let page = Page {
        lines: &lines.lines,
        marks: &marks,
        repeats: &repeats,
        known,
        options,
        web: Some(Web { hints, extra, blocks }),
    };
    let total = lines.lines.len();
    let mut ledger: Vec<Option<Entry>> = vec![None; total];
    let span = Span { from: 0, to: total, block: None, repeat: false };
    let item = page.item(span);
    let mut found: Vec<Draft> = page.draft(span, &item, &item.anchors(), &mut ledger).into_iter().collect();
    page.embargoes(&vec![0; total], &mut found, &mut ledger);
    account(lines, &marks, &vec![0; total], ledger, found, repairs)
}

/// Turns drafts and line entries into the outcome; every physical line goes to one article.
fn account(
    lines: &Lines,
    marks: &[Mark],
    owners: &[usize],
    ledger: Vec<Option<Entry>>,
    found: Vec<Draft>,
    repairs: Vec<Repair>,
) -> Parsed {
    // By physical line, from 0.
    let mut entries = vec![Entry::of(Role::Blank); lines.physical as usize];
    let mut starts: Vec<u32> = vec![1];
    for (at, entry) in ledger.into_iter().enumerate() {
        let line = &lines.lines[at];
        let entry =
            entry.unwrap_or_else(|| Entry::chrome(marks[at].rule.map_or("outside", |rule| rule.name)));
        for number in line.from..line.to {
            entries[number as usize - 1] = entry.clone();
        }
        entries[line.to as usize - 1] = entry;
        if owners[at] + 1 > starts.len() {
            starts.push(line.from);
        }
    }
    if found.is_empty() {
        let why =
            if lines.lines.is_empty() { "it is empty" } else { "no running text of an article was found" };
        return Parsed::refused(why.to_owned(), ledger::spans(1, lines.physical, &entries), repairs);
    }
    let articles = found
        .into_iter()
        .enumerate()
        .map(|(n, draft)| {
            let from = starts.get(n).copied().unwrap_or(1);
            let to = starts.get(n + 1).map_or(lines.physical, |next| next - 1);
            Article {
                item: u32::try_from(n + 1).unwrap_or(u32::MAX),
                lines: ledger::spans(from, to, &entries),
                ..draft.article
            }
        })
        .collect();
    Parsed { articles, refused: None, repairs }
}

/// An article without its number and lines.
struct Draft {
    article: Article,
}

/// A dump's lines with all that is known about them.
struct Page<'a> {
    lines: &'a [Line],
    marks: &'a [Mark],
    repeats: &'a [Repeat],
    known: Known,
    options: &'a Options<'a>,
    web: Option<Web<'a>>,
}

impl Page<'_> {
    /// The lines of a span.
    fn item(&self, span: Span) -> Item<'_> {
        let range = span.from..span.to;
        Item::new(&self.lines[range.clone()], &self.marks[range.clone()], &self.repeats[range])
    }

    /// The article of a span, if it has one, given the span's lines.
    fn draft(
        &self,
        span: Span,
        item: &Item<'_>,
        anchors: &Anchors,
        ledger: &mut [Option<Entry>],
    ) -> Option<Draft> {
        let mut rows = item.rows(anchors);
        let form = match &self.web {
            Some(web) => {
                features::append(&mut rows, web.extra);
                Form::Html
            }
            None => Form::Text,
        };
        let chances = model::body(&rows, form);
        let mut body: Vec<usize> = match chances.iter().any(|chance| *chance >= BODY) {
            true => model::choose(&chances, |at| self.lines[span.from + at].words),
            false => Vec::new(),
        };
        body.iter_mut().for_each(|at| *at += span.from);
        self.guard(&mut body);
        self.whole_tables(&mut body);
        let clean = span.block.filter(|(_, end)| self.is_clean(*end..span.to, &body));
        if let Some((_, end)) = clean {
            body = (end..span.to).filter(|at| !self.is_residue(*at)).collect();
        }
        let plain = clean.is_none() && self.is_plain(span, &body);
        if plain {
            self.fill(span, &mut body);
        }
        let mut article = Article::default();
        if self.size(&body) < LEAST_WORDS {
            body = self.weak_body(span);
            if self.size(&body) < LEAST_WORDS * 2 {
                return None;
            }
            article.review.push("body: little evidence that this is an article".to_owned());
        }
        let first = *body.first()?;
        self.notices(first, span.to, &mut body, &mut article, ledger);
        let title = self.title(span, anchors, &body, &mut article);
        if let Some(title) = title {
            body.retain(|at| *at > title);
        }
        if let Some(title) = title.filter(|_| clean.is_none() && !plain) {
            self.drop_deck(title, &mut body);
        }
        let first = *body.first()?;
        let block = title.map_or(span.from, |t| t.min(first));
        if clean.is_none() {
            self.drop_inside(title, &mut body, ledger);
        }
        let first = *body.first()?;
        let last = *body.last()?;
        if let Some(at) = title {
            ledger[at] = Some(Entry::of(Role::Title));
            for (again, entry) in ledger.iter_mut().enumerate().take(span.to).skip(span.from) {
                if again != at && self.lines[again].folded == self.lines[at].folded && entry.is_none() {
                    *entry = Some(Entry::of(Role::Repeat));
                }
            }
        }
        self.captions(block..first, title, &mut article, ledger);
        let around = Around { span, title, body: (first, last) };
        let signed = self.bylines(around, &mut article, ledger);
        let place = Place { span: (span.from, span.to), block, body: (first, last) };
        let dates = self.dates(place, &mut article, ledger);
        self.take_markup(signed, &mut article);
        self.take_date(&dates, &mut article);
        self.subtitle(title, first, &mut article, ledger);
        self.write_body(&body, &mut article, ledger);
        self.finish(&body, &mut article);
        Some(Draft { article })
    }

    /// Language, summary, tags, identity, and the date that a caption and the lead agree on.
    fn finish(&self, body: &[usize], article: &mut Article) {
        let paragraphs = || body.iter().map(|at| self.lines[*at].text.as_str());
        let mut text = String::new();
        for paragraph in paragraphs() {
            text.push_str(paragraph);
            text.push('\n');
        }
        let said = self.web.as_ref().and_then(|web| web.hints.lang.as_deref());
        if let Some(guess) = language::identify(&text, said.or(self.options.language)) {
            if !guess.sure {
                article.review.push("lang: too little text to be sure".to_owned());
            }
            article.lang = Some(guess.code);
        }
        if text.contains(decode::LOST) || article.title.contains(decode::LOST) {
            article.review.push("text: characters are lost (U+FFFD)".to_owned());
        }
        article.summary = summary::summary(paragraphs());
        let printed = std::mem::take(&mut article.tags);
        article.tags = tags::tags(article, &text, printed, self.options.vocabulary, self.options.language);
        article.sha256 = identity(article, body.iter().map(|at| self.lines[*at].folded.as_str()));
        self.caption_date(&paragraphs().take(2).collect::<Vec<_>>().join(" "), article);
    }
}

/// SHA-256 over the folded title and body: the same wherever the item stands and whatever chrome is around it.
fn identity<'a>(article: &Article, paragraphs: impl Iterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    hash.update(words::fold(&article.title));
    hash.update([0]);
    for paragraph in paragraphs {
        hash.update(paragraph);
        hash.update([b'\n']);
    }
    let mut out = String::with_capacity(64);
    for byte in hash.finalize() {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promotions_are_no_articles() {
        let draft = |words: usize, author: Option<&str>| {
            let authors = author.into_iter().map(str::to_owned).collect();
            Some(Draft { article: Article { body: "word ".repeat(words), authors, ..Article::default() } })
        };
        for (first, second, kept) in [
            (draft(20, None), draft(400, None), [false, true]),
            (draft(20, Some("Ada Quill")), draft(400, None), [true, true]),
            (draft(20, None), draft(100, None), [true, true]),
            (draft(80, None), draft(900, None), [true, true]),
        ] {
            let span = |from| Span { from, to: from + 1, block: None, repeat: false };
            let mut drafts = [first, second];
            let mut ledger = [Some(Entry::of(Role::Body)), Some(Entry::of(Role::Body))];
            drop_slight(&[span(0), span(1)], &mut drafts, &mut ledger);
            assert_eq!([drafts[0].is_some(), drafts[1].is_some()], kept);
            assert_eq!([ledger[0].is_some(), ledger[1].is_some()], kept);
        }
    }
}
