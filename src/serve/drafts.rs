//! Sites with a text that is not saved: each under a private address, for who writes it.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::live::{Live, Shown, View};
use super::overlay::{self, Overlay};
use crate::diag::Diag;

/// Where drafts are served: the key and a slash follow.
pub(super) const ADDRESS: &str = "/__newsprint/draft/";

/// Drafts at the same time; the oldest gives way.
const LIMIT: usize = 32;

/// A text that is being written.
pub(super) struct Draft {
    /// The secret in its address.
    pub(super) key: String,
    /// The file that it is to become.
    pub(super) path: String,
    pub(super) live: Arc<Live>,
    bytes: Mutex<Arc<Vec<u8>>>,
}

impl Draft {
    /// The site's folder with this text in it.
    pub(super) fn store(&self, under: &Arc<Overlay>) -> overlay::Draft {
        overlay::Draft::new(Arc::clone(under), &self.path, Arc::clone(&lock(&self.bytes)))
    }

    /// The site with the newest text that could be shown.
    pub(super) fn shown(&self) -> Option<Arc<Shown>> {
        self.live.view().shown.clone()
    }

    /// Shows another text, or says what is wrong with it beside the last good one.
    pub(super) fn show(&self, bytes: &Arc<Vec<u8>>, made: Result<Shown, Vec<Diag>>) {
        let former = self.live.view();
        let serial = former.serial + 1;
        let view = match made {
            Ok(shown) => {
                *lock(&self.bytes) = Arc::clone(bytes);
                View { serial, shown: Some(Arc::new(shown)), ..View::default() }
            }
            Err(problems) => View { serial, problems, stale: true, ..View::clone(&former) },
        };
        self.live.publish(view);
    }
}

/// How many were made; each by its key, with its number.
type Turns = (u64, BTreeMap<String, (u64, Arc<Draft>)>);

/// All drafts.
#[derive(Default)]
pub(super) struct Drafts {
    all: Mutex<Turns>,
}

impl Drafts {
    pub(super) fn find(&self, key: &str) -> Option<Arc<Draft>> {
        lock(&self.all).1.get(key).map(|(_, draft)| Arc::clone(draft))
    }

    /// The draft of a file; a new one if `key` names none.
    pub(super) fn of(&self, key: &str, path: &str) -> Arc<Draft> {
        let mut all = lock(&self.all);
        if let Some((_, draft)) = all.1.get(key).filter(|(_, draft)| draft.path == path) {
            return Arc::clone(draft);
        }
        if all.1.len() >= LIMIT {
            let oldest = all.1.iter().min_by_key(|(_, (age, _))| *age).map(|(key, _)| key.clone());
            oldest.map(|key| all.1.remove(&key));
        }
        all.0 += 1;
        let age = all.0;
        let draft = Arc::new(Draft {
            key: secret(),
            path: path.to_owned(),
            live: Arc::new(Live::new(View::default())),
            bytes: Mutex::default(),
        });
        all.1.insert(draft.key.clone(), (age, Arc::clone(&draft)));
        draft
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A word that nobody can guess: from the keys with which the system seeds hash tables.
pub(super) fn secret() -> String {
    let mut hasher = blake3::Hasher::new();
    for _ in 0..4 {
        // New threads get new keys from the system.
        let random =
            std::thread::spawn(|| RandomState::new().build_hasher().finish()).join().unwrap_or_default();
        hasher.update(&random.to_le_bytes());
    }
    hasher.update(&RandomState::new().build_hasher().finish().to_le_bytes());
    hasher.finalize().to_hex()[..40].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_old_drafts_give_way() {
        let drafts = Drafts::default();
        let first = drafts.of("", "content/a.md");
        assert!(first.key.len() == 40 && first.key != secret());
        assert!(Arc::ptr_eq(&first, &drafts.of(&first.key, "content/a.md")));
        assert!(!Arc::ptr_eq(&first, &drafts.of(&first.key, "content/b.md")));
        (0..LIMIT).for_each(|n| drop(drafts.of("", &format!("content/{n}.md"))));
        assert!(drafts.find(&first.key).is_none());
        assert!(drafts.find("").is_none());
    }
}
