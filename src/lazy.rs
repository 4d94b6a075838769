//! A list whose items are made when they are first asked for: what a large site remembers of its last build need
//! not be read as a whole to change one page of it.

use std::fmt;
use std::ops::{Index, Range};
use std::sync::{Arc, OnceLock};

/// Makes the item at a place.
pub type Make<T> = Arc<dyn Fn(usize) -> T + Send + Sync>;

/// The list. A copy shares the items that are there already.
#[derive(Clone)]
pub struct Lazy<T> {
    slots: Vec<Slot<T>>,
    make: Option<Make<T>>,
}

/// An item, or what it is to be made from.
#[derive(Clone)]
struct Slot<T> {
    item: OnceLock<Arc<T>>,
    /// What the maker knows it by, if it comes from there.
    number: Option<u32>,
}

impl<T> Slot<T> {
    fn filled(item: T) -> Self {
        Self { item: OnceLock::from(Arc::new(item)), number: None }
    }
}

impl<T> Lazy<T> {
    /// A list of the items that the maker knows by these numbers, none of which is made yet.
    #[must_use]
    pub fn new(numbers: impl Iterator<Item = u32>, make: Make<T>) -> Self {
        let slots = numbers.map(|number| Slot { item: OnceLock::new(), number: Some(number) });
        Self { slots: slots.collect(), make: Some(make) }
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
        self.slots.push(Slot::filled(item));
    }

    /// Puts another item in the place of one, that the maker would by now make in its stead.
    pub fn replace(&mut self, at: usize, item: T) {
        self.slots[at].item = OnceLock::from(Arc::new(item));
    }

    /// Puts items that the maker does not know in the place of some.
    pub fn splice(&mut self, range: Range<usize>, items: impl IntoIterator<Item = T>) {
        self.slots.splice(range, items.into_iter().map(Slot::filled));
    }

    /// What the maker knows an item by; `None` for one that it did not make.
    #[must_use]
    pub fn number(&self, at: usize) -> Option<u32> {
        self.slots[at].number
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
        let slot = &self.slots[at];
        slot.item.get_or_init(|| match (&self.make, slot.number) {
            (Some(make), Some(number)) => Arc::new(make(number as usize)),
            // What no maker knows is put in as it is.
            _ => unreachable!("an empty slot at {at} of {}", self.len()),
        })
    }
}

impl<T: fmt::Debug> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.slots.iter().filter_map(|slot| slot.item.get())).finish()
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
            0..100,
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
        list.splice(1..3, [1, 2, 3]);
        assert_eq!((*list[3], *list[4], *list[5], *list[101], list.len()), (3, 7, 40, 8, 102));
        assert_eq!([1, 4, 5].map(|at| list.number(at)), [None, Some(3), Some(4)]);
    }
}
