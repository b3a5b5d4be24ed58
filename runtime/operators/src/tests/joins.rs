//! `join`.

use gml_ir::{Type, Value};

use super::kit::*;
use crate::{Input, Table};

fn left() -> Table {
    let columns = [("k", opt(Type::INT)), ("a", Type::Str)];
    table(&columns, rows![[2, "p"], [1, "q"], [(), "r"], [2, "s"], [4, "t"]])
}

fn right() -> Table {
    table(&[("k", opt(Type::INT)), ("b", Type::INT)], rows![[1, 10], [3, 30], [2, 20], [(), 0], [2, 21]])
}

fn join(how: &str) -> String {
    run("join", args(&left(), &right(), how))
}

fn args(left: &Table, right: &Table, how: &str) -> Vec<(&'static str, Input)> {
    vec![("input", input(left)), ("other", input(right)), ("on", keys(&["k"])), ("how", constant(how))]
}

#[test]
fn kinds() {
    assert_eq!(join("inner"), "k a b\n2 \"p\" 20\n2 \"p\" 21\n1 \"q\" 10\n2 \"s\" 20\n2 \"s\" 21");
    assert_eq!(
        join("left"),
        "k a b\n2 \"p\" 20\n2 \"p\" 21\n1 \"q\" 10\nnull \"r\" null\n2 \"s\" 20\n2 \"s\" 21\n4 \"t\" null"
    );
    assert_eq!(
        join("full"),
        "k a b\n2 \"p\" 20\n2 \"p\" 21\n1 \"q\" 10\nnull \"r\" null\n2 \"s\" 20\n2 \"s\" 21\n4 \"t\" null\n3 null 30\nnull null 0"
    );
    assert_eq!(join("semi"), "k a\n2 \"p\"\n1 \"q\"\n2 \"s\"");
    assert_eq!(join("anti"), "k a\nnull \"r\"\n4 \"t\"");
    let few = table(&[("z", Type::INT)], rows![[1], [2]]);
    let crossed = run("join", vec![("input", input(&few)), ("other", input(&left())), ("how", constant("cross"))]);
    assert!(crossed.starts_with("z k a\n1 2 \"p\"\n1 1 \"q\""), "{crossed}");
    assert_eq!(crossed.lines().count(), 11);
}

#[test]
fn cardinality_is_verified() {
    let with = |expect: &str| {
        let mut args = args(&left(), &right(), "left");
        args.push(("expect", constant(expect)));
        args
    };
    let fault = fails("std.table", "join", with("many_to_one"));
    assert_eq!(fault.code, "GML0909");
    assert!(fault.message.contains("1 key is in more than one row of the right table"), "{}", fault.message);
    assert_eq!(fault.details, ["{ k: 2 } in 2 rows"]);
    assert!(fails("std.table", "join", with("one_to_many")).message.contains("left"));
    assert!(fails("std.table", "join", with("one_to_one")).message.contains("left"));
    assert_eq!(run("join", with("many_to_many")).lines().count(), 8);
    // A key that is null matches nothing, so several of them are no harm.
    let once = table(&[("k", opt(Type::INT)), ("b", Type::INT)], rows![[1, 10], [(), 0], [(), 1]]);
    let mut args = args(&left(), &once, "inner");
    args.push(("expect", constant("many_to_one")));
    assert_eq!(run("join", args), "k a b\n1 \"q\" 10");
}

#[test]
fn keys_and_columns_that_do_not_go_together() {
    let text = table(&[("k", Type::Str), ("b", Type::INT)], rows![["1", 10]]);
    assert_eq!(fails("std.table", "join", args(&left(), &text, "inner")).code, "GML0304");
    let same = table(&[("k", Type::INT), ("a", Type::INT)], rows![[1, 10]]);
    assert_eq!(fails("std.table", "join", args(&left(), &same, "inner")).code, "GML0303");
    assert_eq!(run("join", args(&left(), &same, "semi")), "k a\n1 \"q\"");
    let wider = table(&[("k", Type::Float), ("b", Type::INT)], rows![[1.0, 10]]);
    assert_eq!(run("join", args(&left(), &wider, "inner")), "k a b\n1.0 \"q\" 10");
    let none = table(&[("k", opt(Type::INT)), ("b", Type::INT)], vec![] as Vec<Vec<Value>>);
    assert_eq!(run("join", args(&left(), &none, "left")).lines().count(), 6);
    assert_eq!(run("join", args(&none, &right().clone(), "semi")), "k b");
}

#[test]
fn the_nearest_in_time() {
    let columns = [("u", opt(Type::Str)), ("t", opt(Type::Timestamp)), ("x", Type::INT)];
    let left = table(
        &columns,
        rows![["a", at(30), 1], ["b", at(5), 2], ["a", at(10), 3], ["a", (), 4], [(), at(30), 5], ["c", at(1), 6]],
    );
    let columns = [("t", Type::Timestamp), ("u", opt(Type::Str)), ("y", Type::INT)];
    let right =
        table(&columns, rows![[at(20), "a", 1], [at(10), "a", 2], [at(10), "a", 3], [at(6), "b", 4], [at(30), (), 5]]);
    let asof = |more: Vec<(&'static str, Input)>| {
        let mut args = vec![
            ("input", input(&left)),
            ("other", input(&right)),
            ("on", keys(&["u"])),
            ("at", keys(&["t"])),
            ("how", constant("asof")),
        ];
        args.extend(more);
        let shown = run("join", args);
        assert!(shown.starts_with("u t x y\n"), "{shown}");
        shown.lines().skip(1).map(|line| line.rsplit_once(' ').unwrap().1.to_owned()).collect::<Vec<_>>().join(" ")
    };
    // Of equal times the last one counts backward, the first one forward.
    assert_eq!(asof(vec![]), "1 null 3 null null null");
    assert_eq!(asof(vec![("direction", constant("forward"))]), "null 4 2 null null null");
    assert_eq!(asof(vec![("within", constant(hours(5)))]), "null null 3 null null null");
    assert_eq!(asof(vec![("within", constant(hours(10)))]), "1 null 3 null null null");
}
