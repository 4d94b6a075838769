//! The picture of a headline block: captions and credits.

use super::super::article::{Article, Image, Role};
use super::super::ledger::Entry;
use super::super::{agency, caption};
use super::Page;

impl Page<'_> {
    /// Captions and credits of the headline block: what repeats there besides the title, or bears a credit.
    pub(super) fn captions(
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
}
