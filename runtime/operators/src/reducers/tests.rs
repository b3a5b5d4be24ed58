//! What comes of rows in parts is what comes of all of them.

use std::sync::Arc;

use gml_ir::{Role, Type, Value};
use polars::prelude::IntoLazy;

use super::reducer;
use crate::tests::kit::*;
use crate::{Data, Input, Lookup, Table, frame};

/// Rows in which users, items and scores are there again and again, and some scores are missing.
fn rows() -> Table {
    let number = |row: i64| (row * 2_654_435_761) % 10_007;
    let cells = (0..6_000).map(|row| {
        let score = number(row * 3 + 1) % 50;
        let score = if score == 7 { Value::Null } else { Value::Float(score as f64 / 4.0) };
        vec![
            Value::Int(number(row) % 700),
            Value::Int(number(row * 7 + 3) % 40),
            score,
            Value::Bool(number(row) % 9 == 0),
        ]
    });
    let columns = [("user", Type::INT), ("item", Type::INT), ("score", opt(Type::Float)), ("bought", Type::Bool)];
    let mut table = table(&columns, cells.collect());
    let mut row = (*table.ty.row).clone();
    for column in row.columns.iter_mut().filter(|column| &*column.name == "bought") {
        column.role = Some(Role::Target);
    }
    table.ty.row = Arc::new(row);
    table
}

/// What an operator gives where its rows come in parts of so many, and where they come at once.
fn both(module: &str, name: &str, args: &[(&str, Input)], rows: &Table, part: usize) -> [String; 2] {
    let mut with_rows = vec![("input", input(rows))];
    with_rows.extend(args.iter().cloned());
    let whole = show(&call(module, name, with_rows).unwrap());
    let implementation = reducer(module, name).unwrap();
    let ty = Type::Table(rows.ty.clone());
    let context = crate::Context::new(2, "");
    let args = args.iter().map(|(name, input)| (Arc::from(*name), input.clone())).collect();
    let mut reducer =
        implementation(crate::Call { operator: name, args, result: &ty, context: &context }, rows.ty.clone()).unwrap();
    let all = frame::collect(rows.frame.clone()).unwrap();
    for from in (0..all.height().max(1)).step_by(part) {
        reducer.take(all.slice(from as i64, part)).unwrap();
    }
    [show(&reducer.finish().unwrap()), whole]
}

/// Module and name of an operator, and its arguments but for its rows.
type Case<'a> = (&'a str, &'a str, Vec<(&'a str, Input)>);

#[test]
fn what_is_chosen_from_parts_is_what_is_chosen_from_all_rows() {
    let rows = rows();
    let score = || Input::Expr(c("score", opt(Type::Float)));
    let by_score = || order(vec![(c("score", opt(Type::Float)), true)]);
    let cases: Vec<Case<'_>> = vec![
        ("std.table", "take", vec![("n", constant(1_000)), ("per", keys(&[]))]),
        ("std.table", "take", vec![("n", constant(2)), ("per", keys(&["user"]))]),
        ("std.table", "take", vec![("n", constant(0)), ("per", keys(&[]))]),
        ("std.table", "take_last", vec![("n", constant(3)), ("per", keys(&["item"])), ("by", by_score())]),
        ("std.table", "top", vec![("n", constant(4)), ("by", score()), ("per", keys(&["user"]))]),
        ("std.table", "top", vec![("n", constant(25)), ("by", score()), ("per", keys(&[]))]),
        ("std.recommend", "sample_negatives", vec![("n", constant(300)), ("per", keys(&[])), ("seed", constant(3))]),
        ("std.recommend", "sample_negatives", vec![("n", constant(0)), ("per", keys(&[])), ("seed", constant(3))]),
        ("std.recommend", "sample_negatives", vec![("n", constant(90_000)), ("per", keys(&[])), ("seed", constant(3))]),
        (
            "std.recommend",
            "top_k",
            vec![("k", constant(3)), ("user", keys(&["user"])), ("item", keys(&["item"])), ("by", score())],
        ),
    ];
    for (module, name, args) in cases {
        for part in [1, 17, 1_000, 5_999, 6_000, 90_000] {
            let [parts, whole] = both(module, name, &args, &rows, part);
            assert!(parts == whole, "{name} in parts of {part}");
        }
        let none = Table { frame: frame::collect(rows.frame.clone()).unwrap().slice(0, 0).lazy(), ty: rows.ty.clone() };
        let [parts, whole] = both(module, name, &args, &none, 10);
        assert_eq!(parts, whole, "{name} of nothing");
    }
}

#[test]
fn negatives_are_left_out_while_they_come() {
    // More of them than may wait.
    let cells = (0..1_300_000).map(|row| vec![Value::Int(row), Value::Bool(row % 1_000 == 0)]);
    let mut rows = table(&[("row", Type::INT), ("bought", Type::Bool)], cells.collect());
    let mut row = (*rows.ty.row).clone();
    row.columns[1].role = Some(Role::Target);
    rows.ty.row = Arc::new(row);
    let args = [("n", constant(50)), ("per", keys(&[])), ("seed", constant(11))];
    let [parts, whole] = both("std.recommend", "sample_negatives", &args, &rows, 100_000);
    assert_eq!(parts, whole);
    assert_eq!(parts.lines().count(), 1 + 1_300 + 50);
}

#[test]
fn what_is_looked_up_for_parts_is_what_is_joined() {
    let left = rows();
    // So many rows that those of a part are looked for by their user; two of a user at most, and none of some.
    let cells = (0..140_000).map(|row| {
        let user = if row % 100 < 2 { Value::Int(row / 200) } else { Value::Int(1_000 + row) };
        vec![user, Value::Int(row)]
    });
    let many = table(&[("user", Type::INT), ("place", Type::INT)], cells.collect());
    let few = table(
        &[("user", Type::INT), ("place", Type::INT)],
        (0..300).map(|row| vec![Value::Int(row * 2), Value::Int(row)]).collect(),
    );
    for (other, name) in [(&many, "many"), (&few, "few")] {
        for how in ["inner", "left", "semi", "anti"] {
            let args = || vec![("other", input(other)), ("on", keys(&["user"])), ("how", constant(how))];
            let mut whole = vec![("input", input(&left))];
            whole.extend(args());
            let whole = show(&call("std.table", "join", whole).unwrap());
            let ty = Type::Table(left.ty.clone());
            let context = crate::Context::new(2, "");
            let of = args().into_iter().map(|(name, input)| (Arc::from(name), input)).collect();
            let call = crate::Call { operator: "join", args: of, result: &ty, context: &context };
            let lookup = Lookup::new(call, &["user".into()]).unwrap();
            let all = frame::collect(left.frame.clone()).unwrap();
            let mut parts = None;
            for from in (0..all.height()).step_by(1_700) {
                let part = Table { frame: all.slice(from as i64, 1_700).lazy(), ty: left.ty.clone() };
                let made = lookup.of(part).unwrap();
                gml_connect::append(&mut parts, frame::collect(made.frame).unwrap()).unwrap();
            }
            let parts = Data::Table(Table { frame: parts.unwrap().lazy(), ty: left.ty.clone() });
            assert_eq!(show(&parts), whole, "{how} {name}");
        }
    }
}

#[test]
fn keys_that_are_there_twice_are_told_whatever_rows_come() {
    let other = table(&[("user", Type::INT)], vec![vec![Value::Int(5_000)], vec![Value::Int(5_000)]]);
    let ty = Type::Table(rows().ty);
    let context = crate::Context::new(1, "");
    let args = [
        ("other", input(&other)),
        ("on", keys(&["user"])),
        ("how", constant("left")),
        ("expect", constant("many_to_one")),
    ];
    let args = args.into_iter().map(|(name, input)| (Arc::from(name), input)).collect();
    let fault = Lookup::new(crate::Call { operator: "join", args, result: &ty, context: &context }, &[]).err().unwrap();
    assert_eq!(fault.code, "GML0909");
}

#[test]
fn parts_hold_all_rows_of_a_value() {
    let frame = polars::prelude::df!("user" => [1, 1, 1, 2, 3, 3, 4], "other" => [1, 2, 1, 2, 1, 2, 1]).unwrap();
    let cuts = |columns: &[&str], rows: usize| {
        frame::cuts(&frame, &columns.iter().map(|name| Arc::from(*name)).collect::<Vec<_>>(), rows).unwrap()
    };
    assert_eq!(cuts(&["user"], 1), [0, 3, 4, 6, 7]);
    assert_eq!(cuts(&["user"], 2), [0, 3, 6, 7]);
    assert_eq!(cuts(&["user"], 100), [0, 7]);
    assert_eq!(cuts(&["other"], 2), [0, 7], "rows of a value lie apart");
    assert_eq!(cuts(&[], 3), [0, 3, 6, 7]);
    let none = frame.slice(0, 0);
    assert_eq!(frame::cuts(&none, &["user".into()], 3).unwrap(), [0, 0]);
}
