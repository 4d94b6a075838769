//! What an article is called: its headline and its deck.

use super::super::anchor::Anchors;
use super::super::article::{Article, Role};
use super::super::headline::{self, Story};
use super::super::ledger::Entry;
use super::super::segment::Span;
use super::super::{agency, words};
use super::Page;

/// Least score of a headline.
const HEADLINE: f32 = -0.5;

/// How far above a headline it may stand before, in lines.
const REPEATED: usize = 60;

impl Page<'_> {
    /// The headline's line; where there is none, a title is derived and flagged.
    pub(super) fn title(
        &self,
        span: Span,
        anchors: &Anchors,
        body: &[usize],
        article: &mut Article,
    ) -> Option<usize> {
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
        let candidates = headline::candidates(
            &self.lines[..span.to],
            self.marks,
            self.repeats,
            anchors,
            span.from,
            first,
            &story,
        );
        let chosen = span.block.map(|(title, _)| title).filter(|t| *t < first + 2).or_else(|| {
            headline::choose(&candidates).filter(|(_, score)| *score > HEADLINE).map(|(at, _)| at)
        });
        if let Some(at) = chosen {
            article.title = self.lines[at].text.clone();
            return Some(if span.block.is_none() { self.headed(at, span, first) } else { at });
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

    /// Of the lines that say the headline, the one with the date or the byline below: galleries and pictures come
    /// between and say it again.
    fn headed(&self, at: usize, span: Span, first: usize) -> usize {
        let told = |i: &usize| {
            let mark = &self.marks[*i];
            !mark.dates.is_empty() && self.lines[*i].words <= 14
                || mark.byline.as_ref().is_some_and(|b| b.explicit)
        };
        if (at + 1..first).any(|i| told(&i)) {
            return at;
        }
        let again = |i: &usize| self.lines[*i].folded == self.lines[at].folded;
        (span.from.max(at.saturating_sub(REPEATED))..at)
            .rev()
            .filter(again)
            .find(|i| (i + 1..(i + 6).min(at)).any(|below| told(&below)))
            .unwrap_or(at)
    }

    /// A deck: one short paragraph between headline and body that is nothing else.
    pub(super) fn subtitle(
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
}
