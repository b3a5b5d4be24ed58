//! What is implemented, held against the signatures of the standard library.

use std::collections::BTreeSet;

use crate::{functions, operators};

/// The names that a file of the standard library declares with one of these words.
fn declared<'a>(source: &'a str, words: &[&str]) -> BTreeSet<&'a str> {
    let lines = source.lines().filter_map(|line| line.split_once(' ')).filter(|(word, _)| words.contains(word));
    lines.map(|(_, rest)| rest.split(['[', '(']).next().unwrap()).collect()
}

#[test]
fn names_are_there_once() {
    let mut seen = BTreeSet::new();
    assert!(operators().all(|name| seen.insert(name)));
    let mut seen = BTreeSet::new();
    assert!(functions().all(|name| seen.insert(name)), "a function is there twice");
}

#[test]
fn every_operator_is_declared_and_implemented() {
    let files = [
        ("std.table", include_str!("../../../../stdlib/prelude/table.gml")),
        ("std.split", include_str!("../../../../stdlib/prelude/split.gml")),
    ];
    for (module, source) in files {
        let all = operators().chain(crate::pending_operators());
        let known: BTreeSet<&str> = all.filter(|(of, _)| *of == module).map(|(_, name)| name).collect();
        assert_eq!(known, declared(source, &["operator"]), "{module}");
    }
}

#[test]
fn every_function_is_declared_and_implemented() {
    let files = [
        include_str!("../../../../stdlib/prelude/aggregate.gml"),
        include_str!("../../../../stdlib/prelude/list.gml"),
        include_str!("../../../../stdlib/prelude/math.gml"),
        include_str!("../../../../stdlib/prelude/text.gml"),
        include_str!("../../../../stdlib/prelude/time.gml"),
        include_str!("../../../../stdlib/prelude/window.gml"),
        include_str!("../../../../stdlib/embed.gml"),
        include_str!("../../../../stdlib/features.gml"),
    ];
    let declared: BTreeSet<&str> =
        files.iter().flat_map(|source| declared(source, &["function", "aggregate", "window"])).collect();
    assert_eq!(functions().collect::<BTreeSet<_>>(), declared);
}
