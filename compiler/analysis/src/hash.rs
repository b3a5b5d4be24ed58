//! Maps and sets of the checker. What is put in them are names and places of one program, which nobody chooses to make
//! them slow: they need no protection against that, and what is looked up at every name costs less without.

use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;

/// A map.
pub type Map<K, V> = HashMap<K, V, FixedState>;
/// A set.
pub(crate) type Set<T> = HashSet<T, FixedState>;

/// A map for so many entries.
pub(crate) fn map_for<K, V>(entries: usize) -> Map<K, V> {
    Map::with_capacity_and_hasher(entries, FixedState::default())
}
