//! A list whose items are made when they are first asked for: what a large site remembers of its last build need
//! not be read as a whole to change one page of it.

use std::fmt;
use std::ops::Index;
use std::sync::{Arc, OnceLock};

/// Makes the item at a place.
pub type Make<T> = Arc<dyn Fn(usize) -> T + Send + Sync>;

/// The list. A copy shares the items that are there already.
#[derive(Clone)]
pub struct Lazy<T> {
    slots: Vec<OnceLock<Arc<T>>>,
    make: Option<Make<T>>,
}

impl<T> Lazy<T> {
    /// A list of `len` items, none of which is made yet.
    #[must_use]
    pub fn new(len: usize, make: Make<T>) -> Self {
        Self { slots: std::iter::repeat_with(OnceLock::new).take(len).collect(), make: Some(make) }
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// All items, in order; makes those that are not made yet.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<T>> + ExactSizeIterator {
        (0..self.len()).map(|at| &self[at])
    }

    /// Appends an item.
    pub fn push(&mut self, item: T) {
        self.slots.push(OnceLock::from(Arc::new(item)));
    }

    /// Puts another item in the place of one.
    pub fn replace(&mut self, at: usize, item: T) {
        self.slots[at] = OnceLock::from(Arc::new(item));
    }

    /// The first place whose item is not `below`, in a list where those that are come first.
    pub fn partition_point(&self, below: impl Fn(&T) -> bool) -> usize {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from + (to - from) / 2;
            if below(&self[middle]) { from = middle + 1 } else { to = middle }
        }
        from
    }
}

impl<T> Default for Lazy<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), make: None }
    }
}

impl<T> Index<usize> for Lazy<T> {
    type Output = Arc<T>;

    fn index(&self, at: usize) -> &Arc<T> {
        self.slots[at].get_or_init(|| match &self.make {
            Some(make) => Arc::new(make(at)),
            // Without a maker every slot is filled: lists grow by `push` alone.
            None => unreachable!("an empty slot at {at} of {}", self.len()),
        })
    }
}

impl<T: fmt::Debug> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.slots.iter().filter_map(OnceLock::get)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_made_once_and_in_place() {
        let made = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = Arc::clone(&made);
        let mut list = Lazy::new(
            100,
            Arc::new(move |at| {
                count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                at * 10
            }),
        );
        assert_eq!(list.partition_point(|item| *item < 555), 56);
        let so_far = made.load(std::sync::atomic::Ordering::Relaxed);
        assert!(so_far <= 7, "a search makes what it looks at: {so_far}");
        assert_eq!(list.partition_point(|item| *item < 555), 56);
        assert_eq!(made.load(std::sync::atomic::Ordering::Relaxed), so_far);
        list.replace(3, 7);
        list.push(8);
        assert_eq!((*list[3], *list[100], *list[99], list.len()), (7, 8, 990, 101));
    }
}
