//! Bodies for rendering: read again just before a page is made, and only used if they are still the
//! text that was planned with.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::diag::Diag;
use crate::index::Article;
use crate::load::Bodies;
use crate::made::Trouble;
use crate::source::{self, Rules};
use crate::store::Store;

/// Why there is no body.
#[derive(Debug)]
pub enum NoBody {
    /// The file is not what was planned with: load and plan again.
    Changed,
    /// It cannot be read.
    Unreadable(Diag),
}

impl NoBody {
    /// The same, of what an article's text was to go into.
    #[must_use]
    pub fn of(self, article: &Article) -> Trouble {
        match self {
            Self::Changed => Trouble::Changed(article.path().to_owned()),
            Self::Unreadable(diag) => Trouble::Failed(diag),
        }
    }
}

/// A source of bodies with a small memory: files that hold several articles are asked for several times.
pub struct BodySource<'s> {
    store: &'s dyn Store,
    rules: &'s Rules,
    parsed: Bodies,
    recent: Mutex<Recent>,
}

#[derive(Default)]
struct Recent {
    files: BTreeMap<String, Arc<Vec<String>>>,
    bytes: usize,
}

/// Bytes of bodies of several-article files that are remembered.
const RECENT_LIMIT: usize = 32 << 20;

impl<'s> BodySource<'s> {
    /// Starts with bodies that loading has at hand.
    #[must_use]
    pub fn new(store: &'s dyn Store, rules: &'s Rules, parsed: Bodies) -> Self {
        Self { store, rules, parsed, recent: Mutex::default() }
    }

    /// Gives an article's Markdown to `render`.
    ///
    /// # Errors
    /// See [`NoBody`].
    pub fn with<T>(&self, article: &Article, render: impl FnOnce(&str) -> T) -> Result<T, NoBody> {
        let (record, at) = article.source();
        if let Some(bodies) = self.parsed.get(&record.path) {
            return bodies.get(at).map(|body| render(body)).ok_or(NoBody::Changed);
        }
        let recent = self.lock().files.get(&record.path).cloned();
        let bodies = match recent {
            Some(bodies) => bodies,
            None => {
                let bytes = match self.store.read(&record.path) {
                    Ok(Some((bytes, _))) => bytes,
                    Ok(None) => return Err(NoBody::Changed),
                    Err(diag) => return Err(NoBody::Unreadable(diag)),
                };
                let bodies =
                    source::bodies(&record.path, bytes, record.text, self.rules).ok_or(NoBody::Changed)?;
                self.remember(&record.path, Arc::new(bodies))
            }
        };
        bodies.get(at).map(|body| render(body)).ok_or(NoBody::Changed)
    }

    /// Gives the Markdown of several articles to `render`, in their order.
    ///
    /// # Errors
    /// See [`NoBody`]; with the article that it is about.
    pub fn with_all<'a, T>(
        &self,
        articles: &[&'a Article],
        render: impl FnOnce(&[&str]) -> T,
    ) -> Result<T, (NoBody, &'a Article)> {
        if let [article] = articles {
            return self.with(article, |body| render(&[body])).map_err(|error| (error, *article));
        }
        let copies: Vec<String> = articles
            .iter()
            .map(|article| self.with(article, str::to_owned).map_err(|error| (error, *article)))
            .collect::<Result<_, _>>()?;
        Ok(render(&copies.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, path: &str, bodies: Arc<Vec<String>>) -> Arc<Vec<String>> {
        if bodies.len() > 1 {
            let mut recent = self.lock();
            recent.bytes += bodies.iter().map(String::len).sum::<usize>();
            if recent.bytes > RECENT_LIMIT {
                *recent = Recent::default();
            }
            recent.files.insert(path.to_owned(), Arc::clone(&bodies));
        }
        bodies
    }
}
