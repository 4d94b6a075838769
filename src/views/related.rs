//! Related articles.

use crate::index::ArticleId;
use crate::site::Site;

/// Why an article is related to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The older one.
    pub article: ArticleId,
    /// Tags that both have.
    pub tags: Vec<usize>,
    /// Whether both are in one section.
    pub same_section: bool,
}

/// How far back each tag is searched.
pub(crate) const REACH: usize = 40;

/// Up to four older articles that share most tags; only older ones, so a new article changes no old page.
#[must_use]
pub fn related(site: &Site, id: ArticleId) -> Vec<Reason> {
    const COUNT: usize = 4;
    let index = &site.index;
    let article = index.article(id);
    let mut found: Vec<ArticleId> = Vec::new();
    for tag in &article.home.tags {
        let run = &index.tags[*tag].run;
        if let Some(at) = index.position(run, id) {
            found.extend(&run.dated[at.saturating_sub(REACH)..at]);
        }
    }
    // What the thread's box shows is not shown again.
    found.retain(|other| {
        article.home.thread.is_none() || index.article(*other).home.thread != article.home.thread
    });
    found.sort_unstable();
    let mut scored: Vec<(usize, bool, i64, ArticleId)> = found
        .chunk_by(|a, b| a == b)
        .map(|same| {
            let other = index.article(same[0]);
            let date = other.header().date.map_or(i64::MIN, |date| date.seconds);
            (same.len(), other.home.section == article.home.section, date, same[0])
        })
        .collect();
    scored.sort_unstable_by(|a, b| {
        (b.0, b.1, b.2)
            .cmp(&(a.0, a.1, a.2))
            .then_with(|| index.article(a.3).out.cmp(&index.article(b.3).out))
    });
    let reason = |(_, same_section, _, other): (usize, bool, i64, ArticleId)| {
        let others = &index.article(other).home.tags;
        let tags = article.home.tags.iter().copied().filter(|tag| others.contains(tag)).collect();
        Reason { article: other, tags, same_section }
    };
    scored.into_iter().take(COUNT).map(reason).collect()
}
