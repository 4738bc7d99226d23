//! A table of things that are found by a key and forgotten after a time.
//!
//! Whoever signs in decides how many things there are and how long their texts, so that a table has a
//! size: when it is full, what would be forgotten next goes at once. Nothing here looks at every entry.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What an entry takes besides its texts, in bytes.
const ENTRY: usize = 512;

/// Things by key, each with the time at which it is forgotten, in seconds since 1970.
#[derive(Clone, Debug)]
pub(super) struct Expiring<T> {
    /// How many bytes all entries may take.
    size: usize,
    entries: HashMap<Arc<str>, Entry<T>>,
    /// What is forgotten next comes first; the number tells apart what is forgotten together.
    order: BTreeMap<(i64, u64), Arc<str>>,
    next: u64,
    weight: usize,
}

#[derive(Clone, Debug)]
struct Entry<T> {
    value: T,
    place: (i64, u64),
    weight: usize,
}

/// How many bytes of text something holds, roughly.
pub(super) trait Weigh {
    /// The bytes of its texts.
    fn weight(&self) -> usize;
}

/// How many bytes a list of texts takes.
pub(super) fn texts(list: &[String]) -> usize {
    list.iter().map(|text| size_of::<String>() + text.len()).sum()
}

impl<T: Weigh> Expiring<T> {
    /// An empty table for so many bytes.
    pub(super) fn with_size(size: usize) -> Self {
        Self { size, entries: HashMap::new(), order: BTreeMap::new(), next: 0, weight: 0 }
    }

    /// Adds or replaces something that is forgotten at `end`. What makes room for it comes back: its
    /// end may take a while.
    pub(super) fn insert(&mut self, key: &str, value: T, end: i64, now: i64) -> Vec<T> {
        let mut gone: Vec<T> = self.remove(key).into_iter().collect();
        let weight = ENTRY + key.len() + value.weight();
        while let Some(entry) = self.order.first_entry() {
            if entry.key().0 > now && self.weight + weight <= self.size {
                break;
            }
            let key = entry.get().clone();
            gone.extend(self.remove(&key));
        }
        let (key, place): (Arc<str>, _) = (key.into(), (end, self.next));
        self.next += 1;
        self.weight += weight;
        self.order.insert(place, key.clone());
        self.entries.insert(key, Entry { value, place, weight });
        gone
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<T> {
        let entry = self.entries.remove(key)?;
        self.order.remove(&entry.place);
        self.weight -= entry.weight;
        Some(entry.value)
    }
}

impl<T> Expiring<T> {
    pub(super) fn get(&self, key: &str) -> Option<&T> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.entries.get_mut(key).map(|entry| &mut entry.value)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// All of them, in the order in which they will be forgotten.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.order.values().filter_map(|key| Some((&**key, self.get(key)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weigh for &str {
        fn weight(&self) -> usize {
            self.len()
        }
    }

    fn keys(table: &Expiring<&str>) -> String {
        table.iter().map(|(key, _)| key).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_past_its_end_is_forgotten() {
        let mut table = Expiring::with_size(1 << 20);
        table.insert("c", "3", 30, 0);
        table.insert("a", "1", 10, 0);
        table.insert("b", "2", 20, 0);
        assert_eq!(keys(&table), "a b c");
        assert_eq!(table.insert("d", "4", 15, 10), ["1"]);
        assert_eq!(keys(&table), "d b c");
        assert_eq!(table.insert("b", "5", 40, 15), ["2", "4"]);
        assert_eq!((table.get("b"), table.get("d")), (Some(&"5"), None));
        assert_eq!(table.remove("c"), Some("3"));
        assert_eq!((keys(&table).as_str(), table.len()), ("b", 1));
        table.remove("b");
        assert_eq!(table.weight, 0);
    }

    #[test]
    fn memory_is_bounded_by_design_also_when_nothing_expires() {
        let mut table = Expiring::with_size(10 * (ENTRY + 8));
        for number in 0..1000 {
            table.insert(&format!("{number:04}"), "text", 100, 0);
            assert!(table.len() <= 10 && table.weight <= table.size);
        }
        assert_eq!(keys(&table).split(' ').next(), Some("0990"));
        // One that is larger than the table is kept alone: it has just been handed out.
        let long = "x".repeat(100_000);
        table.insert("long", Box::leak(long.into_boxed_str()), 100, 0);
        assert_eq!(keys(&table), "long");
        assert_eq!(table.insert("next", "text", 100, 0).len(), 1);
    }
}
