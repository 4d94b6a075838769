//! Lines and spans to articles: title, captions, byline, dates, body, and the account of every line.

use std::fmt::Write as _;

use chrono::Datelike;
use sha2::{Digest, Sha256};

use super::article::{Article, Correction, Form, Image, Input, Options, Parsed, Repair, Role, When};
use super::dates::{self, Known};
use super::headline::{self, Story};
use super::ledger::{self, Entry};
use super::line::{Line, Lines};
use super::mark::{self, Mark};
use super::notice::{self, Kind};
use super::published::{self, Dates, Place};
use super::repeats::{self, Repeat};
use super::segment::{self, Span};
use super::words;
use super::{agency, caption, escape, features, instant, language, model, summary, tags};

/// Least probability of a body line.
const BODY: f32 = 0.5;

/// Least words of a body; less is a listing, a menu or an error page.
const LEAST_WORDS: usize = 12;

/// Most words of a line that says nothing but until when; a longer one is text too.
const LONGEST_NOTICE: usize = 40;

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
    let known = known(&lines, input, options);
    let marks = mark::marks(&lines.lines, known);
    let repeats = repeats::repeats(&lines);
    let page = Page { lines: &lines.lines, marks: &marks, repeats: &repeats, known, options, web: None };
    let spans = segment::spans(&lines.lines, &marks, &repeats);
    let mut found: Vec<Draft> = Vec::new();
    let mut ledger: Vec<Option<Entry>> = vec![None; lines.lines.len()];
    let mut owners: Vec<usize> = vec![0; lines.lines.len()];
    for span in &spans {
        if span.repeat {
            for entry in &mut ledger[span.from..span.to] {
                *entry = Some(Entry::of(Role::Repeat));
            }
        } else if let Some(draft) = page.draft(*span, &mut ledger) {
            found.push(draft);
        }
        let owner = found.len().saturating_sub(1);
        owners[span.from..span.to].fill(owner);
    }
    page.embargoes(&owners, &mut found, &mut ledger);
    account(&lines, &marks, &owners, ledger, found, repairs)
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
    let marks = mark::marks(&lines.lines, known);
    let repeats = repeats::repeats(lines);
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
    let mut found: Vec<Draft> = page.draft(span, &mut ledger).into_iter().collect();
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

/// What the whole dump says about how dates are written in it.
fn known(lines: &Lines, input: &Input<'_>, options: &Options<'_>) -> Known {
    let mut known = Known { fetched: input.fetched, day_first: None };
    let (mut day_first, mut month_first, mut american) = (0, 0, 0);
    // The language is asked only where a date such as 4/5/2026 could stand.
    let mut asked = false;
    let mut sample = String::new();
    for line in &lines.lines {
        if line.words > 14 && sample.len() < 1500 {
            sample.push_str(&line.text);
            sample.push(' ');
        }
        let bytes = line.text.as_bytes();
        let between = |at: usize| {
            let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
            at > 0 && digit(at - 1) && (digit(at + 1) || bytes.get(at + 1) == Some(&0xb7))
        };
        asked = asked || line.words <= 32 && memchr::memchr3_iter(b'/', b'-', 0xc2, bytes).any(between);
        if line.words > 30
            || memchr::memchr3(b'/', b'M', b'S', bytes).is_none()
            || !line.text.contains('/')
                && !line.text.contains(" AM")
                && !line.text.contains(" PM")
                && !line.text.contains("EST")
                && !line.text.contains("PST")
        {
            continue;
        }
        american += usize::from(
            [" EST", " EDT", " PST", " PDT", " ET", " CST"].iter().any(|zone| line.text.contains(zone)),
        );
        for part in line.text.split_whitespace() {
            let mut numbers = part.trim_matches(|c: char| !c.is_ascii_digit()).split('/');
            if let (Some(a), Some(b), Some(y)) = (numbers.next(), numbers.next(), numbers.next())
                && let (Ok(a), Ok(b)) = (a.parse::<u32>(), b.parse::<u32>())
                && (y.starts_with("20") || y.len() == 2)
            {
                day_first += usize::from(a > 12 && a < 32 && b <= 12);
                month_first += usize::from(b > 12 && b < 32 && a <= 12);
            }
        }
    }
    known.day_first = match (day_first, month_first) {
        (d, m) if d > m => Some(true),
        (d, m) if m > d => Some(false),
        _ if american > 0 => Some(false),
        _ if !asked => None,
        _ => match language::identify(&sample, options.language) {
            Some(guess) if guess.sure => dates::slashed(&guess.code),
            _ => None,
        },
    };
    known
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
    /// The article of a span, if it has one.
    fn draft(&self, span: Span, ledger: &mut [Option<Entry>]) -> Option<Draft> {
        let range = span.from..span.to;
        let mut rows =
            features::rows(&self.lines[range.clone()], &self.marks[range.clone()], &self.repeats[range]);
        let form = match &self.web {
            Some(web) => {
                features::append(&mut rows, web.extra);
                Form::Html
            }
            None => Form::Text,
        };
        let chances = model::body(&rows, form);
        let mut body: Vec<usize> =
            (span.from..span.to).filter(|at| chances[at - span.from] >= BODY).collect();
        self.guard(&mut body);
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
        let title = self.title(span, &body, &mut article);
        if let Some(title) = title {
            body.retain(|at| *at > title);
        }
        if let Some(title) = title.filter(|_| clean.is_none() && !plain && self.web.is_none()) {
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
        let signed = self.bylines(span, title, first, last, &mut article, ledger);
        let place = Place { span: (span.from, span.to), block, body: (first, last) };
        let dates = self.dates(place, &mut article, ledger);
        self.take_markup(signed, &mut article);
        self.take_date(&dates, &mut article);
        self.subtitle(title, first, &mut article, ledger);
        self.write_body(&body, &mut article, ledger);
        self.finish(&body, &mut article);
        Some(Draft { article })
    }

    /// Whether a text is an article and hardly anything else: no page around it, hardly a line that a rule names.
    fn is_plain(&self, span: Span, body: &[usize]) -> bool {
        let all: usize = (span.from..span.to).map(|at| self.lines[at].words).sum();
        let short_head = body.first().is_some_and(|first| first - span.from <= 4);
        // Lists and scores may be most of an article, if not a single line of the dump is chrome.
        let pure = self.marks.iter().all(|mark| mark.rule.is_none());
        if !pure && (!short_head || self.size(body) * 100 < all * 85) {
            return false;
        }
        let named =
            (span.from..span.to).filter(|at| self.marks[*at].rule.is_some_and(|rule| !rule.weak)).count();
        self.web.is_none() && named * 25 <= span.to - span.from && segment::is_bare(self.marks)
    }

    /// A plain article has no gaps: scores, lists and short lines in it are text too.
    fn fill(&self, span: Span, body: &mut Vec<usize>) {
        let Some(first) = body.first().copied() else { return };
        let head = span.from + usize::from(self.opens(span));
        let own = |at: &usize| {
            let mark = &self.marks[*at];
            let signed = mark.byline.as_ref().is_some_and(|b| b.explicit || *at < first);
            let headed = *at < first && (!mark.dates.is_empty() || mark.end == words::End::Open);
            mark.rule.is_none()
                && mark.notice.is_none()
                && !signed
                && !headed
                && !mark.credit
                && self.repeats[*at].times == 1
        };
        let filled: Vec<usize> =
            (head..span.to).filter(|at| body.binary_search(at).is_ok() || own(at)).collect();
        *body = filled;
    }

    /// Whether the first line of a plain text is its headline: short, and no sentence of the paragraph below.
    fn opens(&self, span: Span) -> bool {
        let line = &self.lines[span.from];
        let mark = &self.marks[span.from];
        (1..=20).contains(&line.words)
            && mark.rule.is_none()
            && mark.dates.is_empty()
            && mark.byline.as_ref().is_none_or(|b| !b.explicit)
            && !mark.credit
            && !mark.dateline
            && !mark.bullet
            && mark.notice.is_none()
    }

    /// Words in some lines.
    fn size(&self, lines: &[usize]) -> usize {
        lines.iter().map(|at| self.lines[*at].words).sum()
    }

    /// Where the model sees no body: what the extractor took for the main text, or the longest run of prose.
    fn weak_body(&self, span: Span) -> Vec<usize> {
        let (from, to) =
            features::best_span(&self.marks[span.from..span.to], &self.lines[span.from..span.to]);
        (span.from..span.to)
            .filter(|at| match &self.web {
                Some(web) => web.hints.main[*at] && self.marks[*at].prose > 0.0,
                None => (span.from + from..span.from + to).contains(at) && self.marks[*at].prose > 3.0,
            })
            .collect()
    }

    /// A web page of whose main text the model keeps too little: then the extractor decides.
    fn guard(&self, body: &mut Vec<usize>) {
        let Some(web) = &self.web else { return };
        let main: Vec<usize> = (0..self.lines.len())
            .filter(|at| {
                web.hints.main[*at]
                    && !web.blocks[*at].caption
                    && self.marks[*at].rule.is_none_or(|rule| rule.weak)
            })
            .collect();
        let kept =
            body.iter().filter(|at| web.hints.main[**at]).map(|at| self.lines[*at].words).sum::<usize>();
        if kept * 4 < self.size(&main) * 3 {
            body.extend(main);
            body.sort_unstable();
            body.dedup();
        }
    }

    /// Whether what follows a repeated headline block is a story and nothing else: such dumps have no page around them.
    fn is_clean(&self, rest: std::ops::Range<usize>, body: &[usize]) -> bool {
        let words: usize = rest.clone().map(|at| self.lines[at].words).sum();
        let story: usize = body.iter().filter(|at| rest.contains(at)).map(|at| self.lines[*at].words).sum();
        let chrome = rest.clone().filter(|at| self.marks[*at].rule.is_some_and(|rule| !rule.weak)).count();
        let count = rest.len();
        story * 10 >= words * 8 && chrome * 10 <= count + 20 || chrome * 20 <= count && count < 120
    }

    /// What even a clean story may hold: buttons and adverts on lines of their own.
    fn is_residue(&self, at: usize) -> bool {
        self.marks[at].rule.is_some_and(|rule| {
            matches!(rule.name, "widget" | "share" | "advert") && self.lines[at].words <= 4
        })
    }

    /// The headline's line; where there is none, a title is derived and flagged.
    fn title(&self, span: Span, body: &[usize], article: &mut Article) -> Option<usize> {
        let first = *body.first()?;
        if let Some(web) = &self.web {
            if let Some(at) = web.hints.line {
                article.title = web.hints.title.clone().unwrap_or_else(|| self.lines[at].text.clone());
                return Some(at).filter(|at| *at < first + 3);
            }
            if let Some(title) = &web.hints.title {
                article.title.clone_from(title);
                return None;
            }
        }
        let story = Story::new(body.iter().map(|at| self.marks[*at].stems.as_slice()));
        if span.block.is_none() && self.is_plain(span, body) && self.opens(span) {
            article.title = self.lines[span.from].text.clone();
            return Some(span.from);
        }
        let candidates =
            headline::candidates(&self.lines[..span.to], self.marks, self.repeats, span.from, first, &story);
        let chosen = span.block.map(|(title, _)| title).filter(|t| *t < first + 2).or_else(|| {
            headline::choose(&candidates).filter(|(_, score)| *score > HEADLINE).map(|(at, _)| at)
        });
        if let Some(at) = chosen {
            article.title = self.lines[at].text.clone();
            return Some(at);
        }
        let lead = &self.lines[first].text;
        let skip = agency::dateline(lead).map_or(0, |d| d.length);
        // A stray full stop is no sentence to name a story after.
        let has_words = |sentence: &&str| sentence.contains(char::is_alphanumeric);
        let mut sentences =
            words::sentences(&lead[skip..]).into_iter().map(|text| text.trim_end_matches('.'));
        article.title = words::shorten(sentences.find(has_words).unwrap_or(lead), 90);
        article.review.push("title: no headline found, made from the first sentence".to_owned());
        None
    }

    /// A byline or date line a little way into the body shows that what is above it was the deck.
    fn drop_deck(&self, title: usize, body: &mut Vec<usize>) {
        let Some(first) = body.first().copied() else { return };
        let heads = |at: usize| {
            let (line, mark) = (&self.lines[at], &self.marks[at]);
            let short = line.words <= 14 && mark.end != words::End::Stop && !mark.credit;
            let signed =
                mark.byline.as_ref().is_some_and(|b| b.explicit || (line.words <= 4 && at <= first + 2));
            short && (signed || (!mark.dates.is_empty() && line.words <= 12 && mark.prose < 3.0))
        };
        let Some(end) = (title + 1..(first + 7).min(self.lines.len())).rfind(|at| heads(*at)) else {
            return;
        };
        let above: Vec<usize> = body.iter().copied().filter(|at| *at <= end && !heads(*at)).collect();
        if above.len() <= 2
            && above.iter().all(|at| self.lines[*at].words <= 60)
            && body.len() > above.len() + 2
        {
            body.retain(|at| *at > end);
        }
    }

    /// Takes out of the body what stands in it but is not of it: repeats of the title, captions, chrome.
    fn drop_inside(&self, title: Option<usize>, body: &mut Vec<usize>, ledger: &mut [Option<Entry>]) {
        let title = title.map(|t| self.lines[t].folded.as_str());
        // Signatures at either end are not text; they are read as bylines later.
        let signed = |at: &usize| {
            self.marks[*at].byline.as_ref().is_some_and(|b| b.explicit)
                && self.lines[*at].words <= 14
                && self.marks[*at].end != words::End::Stop
        };
        for _ in 0..2 {
            if let Some(near) = body.iter().take(3).position(signed) {
                body.remove(near);
            }
            if body.len() > 3 && body.last().is_some_and(signed) {
                body.pop();
            }
        }
        body.retain(|at| {
            let (line, mark) = (&self.lines[*at], &self.marks[*at]);
            let entry = if title == Some(line.folded.as_str()) {
                Some(Entry::of(Role::Repeat))
            } else if let Some(rule) = mark.rule.filter(|rule| !rule.weak && line.words <= 25) {
                Some(Entry::chrome(rule.name))
            } else if self.repeats[*at].first < *at && self.repeats[*at].times > 1 && line.words > 3 {
                Some(Entry::of(Role::Repeat))
            } else if mark.credit && line.words <= 60 && !mark.quote_start && self.captioned(*at) {
                Some(Entry::of(Role::Caption).with(Role::Credit))
            } else {
                None
            };
            let keep = entry.is_none();
            if !keep {
                ledger[*at] = entry;
            }
            keep
        });
    }

    /// Whether markup puts a line among captions; text dumps cannot tell and say yes.
    fn captioned(&self, at: usize) -> bool {
        self.web
            .as_ref()
            .is_none_or(|web| web.blocks[at].caption || web.hints.places.0[at] & web.hints.places.1 != 0)
    }

    /// What the markup says takes the place of what was read from the text.
    fn take_markup(&self, signed: bool, article: &mut Article) {
        let Some(web) = &self.web else { return };
        let hints = web.hints;
        let printed = signed && article.authors.iter().any(|name| super::byline::is_person(name));
        let better = if hints.authors.is_empty() && !printed { &hints.doubtful } else { &hints.authors };
        if !better.is_empty() {
            article.authors.clone_from(better);
            if let [only] = article.authors.as_slice() {
                article.agency = agency::named(only).map(str::to_owned).or(article.agency.take());
            }
        }
        article.section.clone_from(&hints.section);
        article.canonical.clone_from(&hints.canonical);
        if let Some(found) = &hints.image {
            let image = article.image.get_or_insert_with(Image::default);
            image.src.clone_from(&found.src);
            image.alt.clone_from(&found.alt);
        }
    }

    /// The date that markup and print agree on; where they do not, print decides between the markup's statements.
    fn take_date(&self, found: &Dates, article: &mut Article) {
        let hints = self.web.as_ref().map(|web| web.hints);
        let printed = article.date.filter(|_| found.doubt.is_none());
        if let Some(hints) = hints.filter(|hints| hints.date.is_some()) {
            let date = hints.date;
            let day = printed.map(|when| when.day());
            // An instant in UTC may fall on another day than the one that the page prints.
            let utc = matches!(date, Some(When::At(at)) if at.offset().local_minus_utc() == 0);
            let beside = |day: &chrono::NaiveDate| {
                utc && date.is_some_and(|date| (*day - date.day()).num_days().abs() == 1)
            };
            let other = printed.filter(|p| {
                found.headed
                    && date.is_some_and(|date| date.day() != p.day())
                    && (hints.dates.len() == 1 || hints.dates.iter().any(|d| d.day() == p.day()))
            });
            article.date = day.filter(beside).map(When::Day).or(other).or(date);
            article.updated = hints.updated;
            return;
        }
        let said = hints.and_then(|hints| hints.times.or(hints.url_date).or(hints.updated));
        match (printed, said, article.date, found.doubt) {
            (None, Some(said), ..) => article.date = Some(said),
            (None, None, Some(_), Some(why)) => article.review.push(format!("date: {why}")),
            _ => {}
        }
    }

    /// Captions and credits of the headline block: what repeats there besides the title, or bears a credit.
    fn captions(
        &self,
        block: std::ops::Range<usize>,
        title: Option<usize>,
        article: &mut Article,
        ledger: &mut [Option<Entry>],
    ) {
        let mut image = Image::default();
        for at in block {
            let (line, mark) = (&self.lines[at], &self.marks[at]);
            if Some(at) == title || ledger[at].is_some() {
                continue;
            }
            let repeated = (self.web.is_none()
                && self.repeats[at].times > 1
                && line.words >= 4
                && mark.rule.is_none()
                && mark.dates.len() * 8 <= line.words
                && mark.byline.is_none())
                || (self.web.is_some() && self.captioned(at) && line.words >= 3 && mark.byline.is_none());
            if line.words <= 10 && mark.byline.as_ref().is_some_and(|b| b.explicit) {
                continue;
            }
            // "The Associated Press" above the date signs the story, not a picture.
            let dated = |at: usize| self.marks.get(at).is_some_and(|mark| !mark.dates.is_empty());
            let signs = agency::named(&line.text).is_some() && (dated(at + 1) || at > 0 && dated(at - 1));
            if !(mark.credit || repeated) || signs {
                continue;
            }
            if self.repeats[at].first < at
                && image.caption.is_some()
                && self.lines[self.repeats[at].first].folded == line.folded
            {
                ledger[at] = Some(Entry::of(Role::Repeat));
                continue;
            }
            let found = caption::read(&line.text);
            let mut entry = Entry::of(if found.text.is_empty() { Role::Credit } else { Role::Caption });
            if found.credit.is_some() {
                entry = entry.with(Role::Credit);
            }
            ledger[at] = Some(entry);
            if image.caption.is_none() && !found.text.is_empty() {
                image.caption = Some(found.text);
                image.credit = image.credit.or(found.credit);
            } else if image.credit.is_none() {
                image.credit = found.credit;
            }
        }
        if image != Image::default() {
            article.image = Some(image);
        }
    }

    /// Authors from the headline block, else from the lines right after the body; whether a word such as "By" said so.
    fn bylines(
        &self,
        span: Span,
        title: Option<usize>,
        first: usize,
        last: usize,
        article: &mut Article,
        ledger: &mut [Option<Entry>],
    ) -> bool {
        let start = title.unwrap_or(first);
        let zone: Vec<usize> = (start + 1..first)
            .chain((span.from.max(start.saturating_sub(4))..start).rev())
            .chain(last + 1..(last + 5).min(span.to))
            .collect();
        // What the headline names is what the story is about.
        let headline = words::fold(&article.title);
        let told = |name: &String| headline.contains(&words::fold(name));
        let free = |at: usize, explicit: bool| {
            ledger[at].is_none()
                && self.marks[at].rule.is_none_or(|rule| rule.weak)
                && self.marks[at]
                    .byline
                    .as_ref()
                    .is_some_and(|b| b.explicit == explicit && (explicit || !b.names.iter().any(told)))
        };
        let candidate = |explicit: bool| zone.iter().copied().find(|at| free(*at, explicit));
        // A byline under a deck that was taken for the body's first paragraph.
        let late = || (first + 1..(first + 4).min(last)).find(|at| free(*at, true));
        // A name alone that signs the last paragraph.
        let signature =
            || Some(last + 1).filter(|at| *at < span.to && self.lines[*at].words <= 4 && free(*at, false));
        let dated = |at: usize| {
            (at.saturating_sub(2)..(at + 3).min(span.to)).any(|i| !self.marks[i].dates.is_empty())
        };
        let bare = || candidate(false).filter(|at| *at > start && *at < first || *at < start && dated(*at));
        let wire = || {
            zone.iter().copied().find(|at| {
                ledger[*at].is_none()
                    && self.lines[*at].words <= 8
                    && agency::within(self.lines[*at].text.trim_start_matches("By ")).is_some()
            })
        };
        if let Some(at) = candidate(true).or_else(late).or_else(bare) {
            if let Some(byline) = &self.marks[at].byline {
                article.authors.clone_from(&byline.names);
                if let [only] = byline.names.as_slice() {
                    article.agency = agency::named(only).map(str::to_owned);
                }
            }
            let mut entry = Entry::of(Role::Byline);
            if !self.marks[at].dates.is_empty() {
                entry = entry.with(Role::Date);
            }
            ledger[at] = Some(entry);
            return self.marks[at].byline.as_ref().is_some_and(|b| b.explicit);
        } else if let Some(at) = wire() {
            article.agency = agency::within(&self.lines[at].text).map(str::to_owned);
            if agency::named(&self.lines[at].text).is_some() {
                article.authors = vec![self.lines[at].text.clone()];
            }
            ledger[at] = Some(Entry::of(Role::Agency));
        } else if let Some((at, source)) = (last + 1..(last + 6).min(span.to))
            .filter(|at| ledger[*at].is_none())
            .find_map(|at| source(&self.lines[at].text).map(|s| (at, s)))
        {
            article.agency = Some(agency::within(source).map_or_else(|| source.to_owned(), str::to_owned));
            ledger[at] = Some(Entry::of(Role::Agency));
        } else if let Some(at) = signature() {
            if let Some(byline) = &self.marks[at].byline {
                article.authors.clone_from(&byline.names);
            }
            ledger[at] = Some(Entry::of(Role::Byline));
        }
        false
    }

    /// Publication and update dates, and how they were found.
    fn dates(&self, place: Place, article: &mut Article, ledger: &mut [Option<Entry>]) -> Dates {
        let open = |at: usize| {
            ledger[at]
                .as_ref()
                .is_none_or(|e| !matches!(e.role, Role::Caption | Role::Credit | Role::Repeat | Role::Title))
        };
        let found = published::choose(self.lines, self.marks, place, open);
        for at in found.lines.iter().copied() {
            let entry = ledger[at].take().unwrap_or_else(|| Entry::of(Role::Date));
            ledger[at] = Some(entry.with(Role::Date));
        }
        article.date = found.published;
        article.updated = found.updated;
        found
    }

    /// A deck: one short paragraph between headline and body that is nothing else.
    fn subtitle(
        &self,
        title: Option<usize>,
        first: usize,
        article: &mut Article,
        ledger: &mut [Option<Entry>],
    ) {
        let Some(title) = title else { return };
        let deck = (title + 1..first).take(4).find(|at| {
            ledger[*at].is_none()
                && (5..=45).contains(&self.lines[*at].words)
                && self.marks[*at].rule.is_none()
                && self.marks[*at].dates.is_empty()
        });
        if let Some(at) = deck {
            article.subtitle = Some(self.lines[at].text.clone());
            ledger[at] = Some(Entry::of(Role::Subtitle));
        }
    }

    /// Takes the lines that desks write for each other out of the body and gives them their roles; `first` is the
    /// body's first line.
    fn notices(
        &self,
        first: usize,
        to: usize,
        body: &mut Vec<usize>,
        article: &mut Article,
        ledger: &mut [Option<Entry>],
    ) {
        let mut printed: Vec<String> = Vec::new();
        let last = body.last().copied().unwrap_or(first);
        let mut at = first;
        while at < to {
            let (line, mark) = (&self.lines[at], &self.marks[at]);
            let near = at <= last + 15;
            let mut end = at + 1;
            let role = match mark.notice.filter(|_| line.words <= 80 && ledger[at].is_none()) {
                Some(Kind::Note) if near && at > first => Some(Role::Note),
                Some(Kind::End) if near && at > first => Some(Role::Note),
                Some(Kind::Tags) if near && line.words <= 40 => {
                    if printed.is_empty() {
                        printed = notice::tags(&line.text);
                    }
                    Some(Role::Tags)
                }
                // Their notes run on to the page's furniture, or to the end of the text.
                Some(Kind::Editors) if near && at > first && (at >= last || self.web.is_none()) => {
                    while end < to && end < at + 25 && self.marks[end].rule.is_none_or(|rule| rule.weak) {
                        end += 1;
                    }
                    Some(Role::Note)
                }
                Some(Kind::Correction) if near && line.words <= 80 => {
                    // A headline of its own, and the correction below.
                    let alone = line.words <= 3 && !line.text.contains(|c: char| c.is_ascii_digit());
                    end += usize::from(alone && end < to && self.lines[end].words > 4);
                    let text = self.lines[end - 1].text.clone();
                    let date = (at..end).find_map(|i| self.marks[i].dates.first()).map(|f| f.when);
                    article.corrections.push(Correction { date, text });
                    Some(Role::Correction)
                }
                _ => None,
            };
            if let Some(role) = role {
                for entry in ledger[at..end].iter_mut().filter(|entry| entry.is_none()) {
                    *entry = Some(Entry::of(role));
                }
            }
            at = end;
        }
        let embargo = |at: usize| {
            matches!(self.marks[at].notice, Some(Kind::Embargo | Kind::Release))
                && self.lines[at].words <= LONGEST_NOTICE
        };
        let kept: Vec<usize> =
            body.iter().copied().filter(|at| ledger[*at].is_none() && !embargo(*at)).collect();
        if !kept.is_empty() {
            *body = kept;
        }
        article.tags = printed;
    }

    /// Embargo lines, wherever they stand: the article that each is for gets its instant, or is held for a person.
    fn embargoes(&self, owners: &[usize], found: &mut [Draft], ledger: &mut [Option<Entry>]) {
        for at in 0..self.lines.len() {
            let kind = self.marks[at].notice;
            let short = self.lines[at].words <= LONGEST_NOTICE;
            if !matches!(kind, Some(Kind::Embargo | Kind::Release)) {
                continue;
            }
            let own = |entry: &Option<Entry>| {
                entry.as_ref().is_none_or(|e| !matches!(e.role, Role::Title | Role::Body))
            };
            if short && own(&ledger[at]) {
                ledger[at] = Some(Entry::of(Role::Embargo));
            }
            let Some(draft) = found.get_mut(owners[at]).filter(|_| kind == Some(Kind::Embargo)) else {
                continue;
            };
            let line = &self.lines[at];
            let mut until = instant::read(&line.text, self.known, self.options.zone);
            // "EMBARGO" and, on the next line, until when.
            if until.is_err()
                && let Some(next) = self.lines.get(at + 1).filter(|next| next.words <= 14)
                && let Ok(both) =
                    instant::read(&format!("{} {}", line.text, next.text), self.known, self.options.zone)
            {
                until = Ok(both);
                if own(&ledger[at + 1]) {
                    ledger[at + 1] = Some(Entry::of(Role::Embargo));
                }
            }
            let article = &mut draft.article;
            match until {
                // Two embargoes: the later one holds.
                Ok(until) => {
                    let before = article.embargo.and_then(|when| match when {
                        When::At(at) => Some(at),
                        When::Day(_) => None,
                    });
                    article.embargo = Some(When::At(before.map_or(until, |before| before.max(until))));
                }
                Err(why) => {
                    article.review.push(format!("embargo: line {} {why}", line.from));
                    article.held = article.held.or(Some(line.from));
                }
            }
        }
    }

    /// Body lines to Markdown paragraphs.
    fn write_body(&self, body: &[usize], article: &mut Article, ledger: &mut [Option<Entry>]) {
        let mut out = String::new();
        for (n, at) in body.iter().enumerate() {
            let mut text = self.lines[*at].text.as_str();
            let mut entry = Entry::of(Role::Body);
            if n + 1 == body.len()
                && self.web.is_none()
                && let Some(cut) = notice::tail(text).filter(|cut| !text[..*cut].trim().is_empty())
            {
                text = &text[..cut];
                entry = entry.with(Role::Note);
            }
            if n == 0
                && let Some(line) = agency::dateline(text)
            {
                entry = entry.with(Role::Dateline);
                article.dateline = Some(line.place);
                if let Some(name) = line.agency {
                    entry = entry.with(Role::Agency);
                    article.agency = Some(name);
                }
            }
            ledger[*at] = Some(entry);
            let Some(web) = &self.web else {
                if !out.is_empty() {
                    out.push_str("\n\n");
                }
                out.push_str(&escape::markdown(text.trim()));
                continue;
            };
            let block = &web.blocks[*at];
            let before = n.checked_sub(1).map(|b| &web.blocks[body[b]]);
            if let (Some(picture), true) = (&block.picture, n > 0) {
                out.push_str("\n\n");
                out.push_str(picture);
            }
            if let Some(before) = before {
                let glue = match (before.tight && block.tight, before.quote && block.quote) {
                    (_, true) => "\n>\n",
                    (true, _) => "\n",
                    _ => "\n\n",
                };
                out.push_str(if block.picture.is_some() { "\n\n" } else { glue });
            }
            out.push_str(&block.markdown);
        }
        article.body = out;
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
        article.summary = summary::summary(paragraphs());
        let printed = std::mem::take(&mut article.tags);
        article.tags = tags::tags(article, &text, printed, self.options.vocabulary, self.options.language);
        article.sha256 = identity(article, body.iter().map(|at| self.lines[*at].folded.as_str()));
        if article.date.is_none() {
            let caption = article.image.as_ref().and_then(|image| image.caption.clone()).unwrap_or_default();
            let lead: String = paragraphs().take(2).collect::<Vec<_>>().join(" ");
            let days = dates::weekdays(&lead);
            let agreed = dates::find(&caption, self.known)
                .into_iter()
                .find(|found| !found.relative && days.contains(&found.when.day().weekday()));
            match agreed {
                Some(found) => {
                    article.date = Some(When::Day(found.when.day()));
                    article
                        .review
                        .push("date: taken from the photo caption, whose weekday the lead names".to_owned());
                }
                None => article.review.push("date: none in the text".to_owned()),
            }
        }
    }
}

/// The name in a "Source: NAME" line after the body.
fn source(line: &str) -> Option<&str> {
    const SOURCES: &[&str] = &[
        "source:",
        "quelle:",
        "fonte:",
        "fuente:",
        "source :",
        "kaynak:",
        "источник:",
        "المصدر:",
        "bron:",
        "źródło:",
        "来源：",
        "来源:",
        "via:",
    ];
    let lower = line.to_lowercase();
    let mark = SOURCES.iter().find(|mark| lower.starts_with(**mark))?;
    let name = line.get(mark.len()..)?.trim();
    ((1..=6).contains(&words::count(name)) && !name.contains("http")).then_some(name)
}

/// Least score of a headline.
const HEADLINE: f32 = -0.5;

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
