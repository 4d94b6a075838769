//! The last few values of a kind, so that what many files are made from is made once.

use std::sync::{Arc, Mutex, PoisonError};

use crate::fingerprint::Fingerprint;

/// Values that are remembered: one for each thread that may be at work, within reason.
const SLOTS: usize = 6;

/// A memory of a few values.
pub(super) struct Memo<V>(Mutex<Vec<(Fingerprint, Slot<V>)>>);

/// A value that is being made, or is there.
type Slot<V> = Arc<Mutex<Option<Arc<V>>>>;

impl<V> Default for Memo<V> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<V> Memo<V> {
    /// The value of a key. Who asks for one that another thread is making waits for it; `make` must not ask
    /// for another itself. An error is remembered by nobody.
    pub(super) fn get<E>(&self, key: Fingerprint, make: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let slot = match slots.iter().position(|(known, _)| *known == key) {
                Some(at) => slots.remove(at).1,
                None => Slot::default(),
            };
            slots.push((key, Arc::clone(&slot)));
            if slots.len() > SLOTS {
                slots.remove(0);
            }
            slot
        };
        let mut value = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = &*value {
            return Ok(Arc::clone(value));
        }
        let made = Arc::new(make()?);
        *value = Some(Arc::clone(&made));
        Ok(made)
    }
}
