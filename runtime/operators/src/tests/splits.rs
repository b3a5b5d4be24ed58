//! `std.split`.

use std::collections::BTreeMap;

use gml_ir::{Type, Value};

use super::kit::*;
use crate::{Data, Input, Table};

fn rows_of(n: i64) -> Table {
    let cells = (0..n).map(|row| vec![row.value(), (row % 7).value(), day(row / 10), at(row)]).collect();
    table(&[("id", Type::INT), ("g", Type::INT), ("d", Type::Date), ("m", Type::Timestamp)], cells)
}

fn parts(name: &str, t: &Table, more: Vec<(&str, Input)>) -> BTreeMap<String, Vec<i64>> {
    let mut args = vec![("input", input(t))];
    args.extend(more);
    let Data::Record(parts) = call("std.split", name, args).unwrap() else { panic!("no record") };
    let ids = |data: &Data| {
        show(data).lines().skip(1).map(|line| line.split(' ').next().unwrap().parse().unwrap()).collect::<Vec<i64>>()
    };
    parts
        .iter()
        .map(|(name, data)| {
            let Data::Table(table) = data else { panic!("no table") };
            assert_eq!(table.ty.partitions.names().collect::<Vec<_>>(), [&**name]);
            (name.to_string(), ids(data))
        })
        .collect()
}

fn range(start: Value, end: Value, inclusive: bool) -> Input {
    constant(Value::Range { start: Box::new(start), end: Box::new(end), inclusive })
}

fn last(length: Value) -> Input {
    constant(Value::Symbol { name: "last".into(), args: vec![("length".into(), length)] })
}

#[test]
fn by_ranges_of_time() {
    let by = || ("by", Input::Expr(c("d", Type::Date)));
    let found = parts(
        "split_time",
        &rows_of(50),
        vec![
            by(),
            ("train", range(day(0), day(1), true)),
            ("test", range(day(3), day(4), false)),
            ("valid", constant(())),
        ],
    );
    assert_eq!(found.keys().collect::<Vec<_>>(), ["test", "train"]);
    assert_eq!(found["train"], (0..20).collect::<Vec<_>>());
    assert_eq!(found["test"], (30..40).collect::<Vec<_>>());
    let shared = vec![
        ("input", input(&rows_of(5))),
        by(),
        ("train", range(day(0), day(2), true)),
        ("valid", range(day(2), day(3), true)),
    ];
    assert_eq!(fails("std.split", "split_time", shared).code, "GML0607");
    let touching = vec![
        ("input", input(&rows_of(5))),
        by(),
        ("train", range(day(0), day(2), false)),
        ("valid", range(day(2), day(3), true)),
    ];
    assert!(call("std.split", "split_time", touching).is_ok());
    let moments = parts(
        "split_time",
        &rows_of(10),
        vec![("by", Input::Expr(c("m", Type::Timestamp))), ("train", range(at(2), at(4), true))],
    );
    assert_eq!(moments["train"], [2, 3, 4]);
}

#[test]
fn by_periods_from_the_end() {
    let found = parts(
        "split_time",
        &rows_of(50),
        vec![("by", Input::Expr(c("d", Type::Date))), ("test", last(hours(24))), ("valid", last(hours(48)))],
    );
    assert_eq!(found["test"], (40..50).collect::<Vec<_>>());
    assert_eq!(found["valid"], (20..40).collect::<Vec<_>>());
    assert_eq!(found["train"], (0..20).collect::<Vec<_>>());
    let none =
        parts("split_time", &rows_of(0), vec![("by", Input::Expr(c("d", Type::Date))), ("test", last(hours(24)))]);
    assert!(none["train"].is_empty() && none["test"].is_empty());
}

fn shares(train: f64, test: f64, seed: i64) -> Vec<(&'static str, Input)> {
    vec![("train", constant(train)), ("test", constant(test)), ("seed", constant(seed))]
}

#[test]
fn at_random() {
    let found = parts("split_random", &rows_of(1000), shares(0.8, 0.2, 1));
    assert_eq!((found["train"].len(), found["test"].len()), (800, 200));
    assert!(found["train"].is_sorted());
    let mut all = [found["train"].clone(), found["test"].clone()].concat();
    all.sort_unstable();
    assert_eq!(all, (0..1000).collect::<Vec<_>>());
    assert_eq!(found, parts("split_random", &rows_of(1000), shares(0.8, 0.2, 1)));
    assert_ne!(found, parts("split_random", &rows_of(1000), shares(0.8, 0.2, 2)));
    // What the shares leave over is in no part.
    let some = parts("split_random", &rows_of(100), shares(0.5, 0.2, 1));
    assert_eq!((some["train"].len(), some["test"].len()), (50, 20));
    for (train, test) in [(0.0, 0.2), (1.2, 0.1), (0.9, 0.2), (f64::NAN, 0.5)] {
        let mut args = shares(train, test, 1);
        args.push(("input", input(&rows_of(5))));
        assert_eq!(fails("std.split", "split_random", args).code, "GML0229");
    }
    let thirds =
        vec![("train", constant(0.7)), ("valid", constant(0.2)), ("test", constant(0.1)), ("seed", constant(1))];
    assert_eq!(parts("split_random", &rows_of(10), thirds)["test"].len(), 1);
}

#[test]
fn stratified_and_grouped() {
    let mut args = shares(0.5, 0.5, 4);
    args.push(("by", keys(&["g"])));
    let found = parts("split_stratified", &rows_of(140), args);
    for group in 0..7 {
        assert_eq!(found["train"].iter().filter(|id| *id % 7 == group).count(), 10);
    }
    let mut args = shares(0.6, 0.4, 4);
    args.push(("by", keys(&["g"])));
    let found = parts("split_group", &rows_of(140), args);
    let groups = |part: &str| found[part].iter().map(|id| id % 7).collect::<std::collections::BTreeSet<_>>();
    assert!(groups("train").is_disjoint(&groups("test")));
    assert_eq!((groups("train").len(), groups("test").len()), (4, 3));
}
