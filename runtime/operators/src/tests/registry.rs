use std::collections::HashSet;

use crate::{functions, operators};

#[test]
fn names_are_there_once() {
    let mut seen = HashSet::new();
    assert!(operators().all(|name| seen.insert(name)));
    let mut seen = HashSet::new();
    assert!(functions().all(|name| seen.insert(name)), "a function is there twice");
}
