//! What desks write for each other around an article: notes, tags, corrections, embargoes.

use super::super::article::{Article, Correction, Role, When};
use super::super::instant;
use super::super::ledger::Entry;
use super::super::notice::{self, Kind};
use super::{Draft, Page};

/// Most words of a line that says nothing but until when; a longer one is text too.
const LONGEST_NOTICE: usize = 40;

impl Page<'_> {
    /// Takes the lines that desks write for each other out of the body and gives them their roles; `first` is the
    /// body's first line.
    pub(super) fn notices(
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
    pub(super) fn embargoes(&self, owners: &[usize], found: &mut [Draft], ledger: &mut [Option<Entry>]) {
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
}
