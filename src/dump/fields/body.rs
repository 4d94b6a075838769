//! Which lines of an item are its body, and the Markdown they become.

use super::super::article::{Article, Role};
use super::super::ledger::Entry;
use super::super::segment::{self, Span};
use super::super::{agency, caption, escape, features, notice, words};
use super::{Block, Page, Row};

impl Page<'_> {
    /// Whether a text is an article and hardly anything else: no page around it, hardly a line that a rule names.
    pub(super) fn is_plain(&self, span: Span, body: &[usize]) -> bool {
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
    pub(super) fn fill(&self, span: Span, body: &mut Vec<usize>) {
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
    pub(super) fn opens(&self, span: Span) -> bool {
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
    pub(super) fn size(&self, lines: &[usize]) -> usize {
        lines.iter().map(|at| self.lines[*at].words).sum()
    }

    /// Where the model sees no body: what the extractor took for the main text, or the longest run of prose.
    pub(super) fn weak_body(&self, span: Span) -> Vec<usize> {
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
    pub(super) fn guard(&self, body: &mut Vec<usize>) {
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

    /// A table is text as a whole or not at all: what most of its words are.
    pub(super) fn whole_tables(&self, body: &mut Vec<usize>) {
        let Some(web) = &self.web else { return };
        let table = |at: &usize| web.blocks[*at].row.map(|row| row.table);
        let mut kept = vec![false; self.lines.len()];
        body.iter().for_each(|at| kept[*at] = true);
        let lines: Vec<usize> = (0..self.lines.len()).collect();
        for rows in lines.chunk_by(|a, b| table(a) == table(b)).filter(|rows| table(&rows[0]).is_some()) {
            let in_body: Vec<usize> = rows.iter().copied().filter(|at| kept[*at]).collect();
            let most = !in_body.is_empty() && self.size(&in_body) * 2 >= self.size(rows);
            rows.iter().for_each(|at| kept[*at] = most);
        }
        *body = lines.into_iter().filter(|at| kept[*at]).collect();
    }

    /// Whether what follows a repeated headline block is a story and nothing else: such dumps have no page around them.
    pub(super) fn is_clean(&self, rest: std::ops::Range<usize>, body: &[usize]) -> bool {
        let words: usize = rest.clone().map(|at| self.lines[at].words).sum();
        let story: usize = body.iter().filter(|at| rest.contains(at)).map(|at| self.lines[*at].words).sum();
        let chrome = rest.clone().filter(|at| self.marks[*at].rule.is_some_and(|rule| !rule.weak)).count();
        let count = rest.len();
        story * 10 >= words * 8 && chrome * 10 <= count + 20 || chrome * 20 <= count + 20
    }

    /// What even a clean story may hold: buttons and adverts on lines of their own.
    pub(super) fn is_residue(&self, at: usize) -> bool {
        self.marks[at].rule.is_some_and(|rule| {
            matches!(rule.name, "widget" | "share" | "advert") && self.lines[at].words <= 4
        })
    }

    /// A byline or date line a little way into the body shows that what is above it was the deck.
    pub(super) fn drop_deck(&self, title: usize, body: &mut Vec<usize>) {
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
        // Decks of pages are known by their markup; only where their dates were taken for text, they were too.
        if self.web.is_some() && !(body.contains(&end) && self.marks[end].labelled()) {
            return;
        }
        let above: Vec<usize> = body.iter().copied().filter(|at| *at <= end && !heads(*at)).collect();
        if above.len() <= 2
            && above.iter().all(|at| self.lines[*at].words <= 60)
            && body.len() > above.len() + 2
        {
            body.retain(|at| *at > end);
        }
    }

    /// Takes out of the body what stands in it but is not of it: repeats of the title, captions, chrome.
    pub(super) fn drop_inside(
        &self,
        title: Option<usize>,
        body: &mut Vec<usize>,
        ledger: &mut [Option<Entry>],
    ) {
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
            if self.web.as_ref().is_some_and(|web| web.blocks[*at].row.is_some()) {
                return true;
            }
            let entry = if title == Some(line.folded.as_str()) {
                Some(Entry::of(Role::Repeat))
            } else if let Some(rule) = mark.rule.filter(|rule| !rule.weak && line.words <= 25) {
                Some(Entry::chrome(rule.name))
            } else if self.web.is_none()
                && self.repeats[*at].first < *at
                && self.repeats[*at].times > 1
                && line.words > 3
            {
                // In markup, what an article says twice (steps, prices) it means to say twice.
                Some(Entry::of(Role::Repeat))
            } else if mark.credit
                && line.words <= 60
                && !mark.quote_start
                && (self.captioned(*at) || caption::is_labelled(&line.text))
            {
                Some(Entry::of(Role::Caption).with(Role::Credit))
            } else if self.linked(*at) && mark.all_caps && line.words >= 4 {
                Some(Entry::chrome("related"))
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

    /// Whether a line of a page is a link and nothing else.
    fn linked(&self, at: usize) -> bool {
        self.web.as_ref().is_some_and(|web| web.blocks[at].linked)
    }

    /// Whether markup puts a line among captions; text dumps cannot tell and say yes.
    pub(super) fn captioned(&self, at: usize) -> bool {
        self.web
            .as_ref()
            .is_none_or(|web| web.blocks[at].caption || web.hints.places.0[at] & web.hints.places.1 != 0)
    }

    /// Body lines to Markdown paragraphs.
    pub(super) fn write_body(&self, body: &[usize], article: &mut Article, ledger: &mut [Option<Entry>]) {
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
            let opens_table = block.row.filter(|row| {
                row.columns > 0
                    && before.and_then(|before| before.row).is_none_or(|last| last.table != row.table)
            });
            if let Some(before) = before {
                let tight = before.tight && block.tight && opens_table.is_none();
                let glue =
                    match (tight && before.row.is_some() == block.row.is_some(), before.quote && block.quote)
                    {
                        (_, true) => "\n>\n",
                        (true, _) => "\n",
                        _ => "\n\n",
                    };
                out.push_str(if block.picture.is_some() { "\n\n" } else { glue });
            }
            match opens_table {
                Some(row) => open_table(row, block, &mut out),
                None => out.push_str(&block.markdown),
            }
        }
        article.body = out;
    }
}

/// Writes the first row of a table. Markdown has no table without a head: one whose first row names nothing gets an empty one.
fn open_table(row: Row, block: &Block, out: &mut String) {
    let mark = if block.quote { "> " } else { "" };
    let line = |cell: &str| format!("{mark}|{}", cell.repeat(row.columns));
    let rule = line(" --- |");
    let lines = match row.is_head {
        true => [block.markdown.clone(), rule].join("\n"),
        false => [line("  |"), rule, block.markdown.clone()].join("\n"),
    };
    out.push_str(&lines);
}
