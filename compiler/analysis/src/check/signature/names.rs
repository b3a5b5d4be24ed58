//! Names of the standard library, each held once for as long as the process lives.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::typed::LibraryName;

/// The name as one that need not be counted. For what the standard library declares only, which is the same in every
/// program: nothing that is interned is given back.
pub(super) fn interned(name: &str) -> LibraryName {
    static NAMES: Mutex<Option<HashSet<LibraryName>>> = Mutex::new(None);
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    let names = names.get_or_insert_default();
    if let Some(known) = names.get(name) {
        return known;
    }
    let name: LibraryName = Box::leak(name.into());
    names.insert(name);
    name
}
