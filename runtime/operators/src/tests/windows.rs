//! `derive` over windows, and `std.window`.

use gml_ir::BinaryOp::Subtract;
use gml_ir::{Expr, Type, Value};

use super::kit::*;
use crate::{Input, Table};

fn events() -> Table {
    let columns = [("u", Type::Str), ("t", opt(Type::Timestamp)), ("x", opt(Type::INT))];
    table(
        &columns,
        rows![
            ["a", at(48), 1],
            ["b", at(10), 5],
            ["a", at(0), 2],
            ["a", at(24), ()],
            ["b", at(10), 7],
            ["a", (), 9],
            ["a", at(24), 4],
        ],
    )
}

fn x() -> Expr {
    c("x", opt(Type::INT))
}

fn t() -> Expr {
    c("t", opt(Type::Timestamp))
}

fn window_of(table: &Table, value: Expr, rows: &str, keys_of: Vec<(Expr, bool)>) -> String {
    let mut args = vec![("input", input(table)), ("over", keys(&["u"])), ("columns", named(vec![("v", value)]))];
    if !keys_of.is_empty() {
        args.push(("order", order(keys_of)));
    }
    args.push(("rows", constant(rows)));
    let shown = run("derive", args);
    shown.lines().skip(1).map(|line| line.rsplit_once(' ').unwrap().1.to_owned()).collect::<Vec<_>>().join(" ")
}

fn window(value: Expr, rows: &str) -> String {
    window_of(&events(), value, rows, vec![(t(), false)])
}

fn agg(function: &str, rows: &str) -> String {
    window(f(function, &[("values", x())], opt(Type::Float)), rows)
}

#[test]
fn running_aggregates() {
    // In order: a: 2 (0h), null (24h), 4 (24h), 1 (48h), 9 (null); b: 5, 7.
    assert_eq!(agg("sum", "current"), "7 5 2 2 12 16 6");
    assert_eq!(agg("sum", "before"), "6 0 0 2 5 7 2");
    assert_eq!(agg("sum", "all"), "16 12 16 16 12 16 16");
    assert_eq!(agg("count_values", "before"), "2 0 0 1 1 3 1");
    assert_eq!(agg("mean", "before"), format!("3.0 null null 2.0 5.0 {} 2.0", 7.0 / 3.0));
    assert_eq!(agg("min", "current"), "1 5 2 2 5 1 2");
    assert_eq!(agg("max", "before"), "4 null null 2 5 4 2");
    assert_eq!(agg("first", "before"), "2 null null 2 5 2 2");
    assert_eq!(agg("last", "before"), "4 null null 2 5 1 null");
    assert_eq!(agg("last", "all"), "9 7 9 9 7 9 9");
    assert_eq!(agg("distinct_count", "current"), "3 1 1 1 2 4 2");
    assert_eq!(agg("median", "current"), "2.0 5.0 2.0 2.0 6.0 3.0 3.0");
    assert_eq!(agg("mode", "before"), "2 null null 2 5 2 2");
    assert_eq!(
        agg("std", "before"),
        format!("{} null null null null {} null", 2.0_f64.sqrt(), 2.333_333_333_333_333_f64.sqrt())
    );
}

#[test]
fn empty_windows() {
    let count = |rows: &str| window(f("count", &[], Type::INT), rows);
    assert_eq!(count("before"), "3 0 0 1 1 4 2");
    let large = Expr { kind: eq(x(), k(5)).kind, ty: opt(Type::Bool) };
    assert_eq!(
        window(f("any", &[("condition", large.clone())], Type::Bool), "before"),
        "false false false false true false false"
    );
    assert_eq!(
        window(f("all", &[("condition", large.clone())], Type::Bool), "before"),
        "false true true false true false false"
    );
    assert_eq!(window(f("count", &[("where", large)], Type::INT), "before"), "0 0 0 0 1 0 0");
    let collected = f("collect", &[("values", x())], list_of(Type::INT));
    let t =
        table(&[("u", Type::Str), ("t", Type::INT), ("x", Type::INT)], rows![["a", 2, 1], ["a", 1, 2], ["a", 3, 3]]);
    let shown = run(
        "derive",
        vec![
            ("input", input(&t)),
            ("order", order(vec![(c("t", Type::INT), false)])),
            ("rows", constant("before")),
            ("columns", named(vec![("v", collected)])),
        ],
    );
    assert_eq!(shown, "u t x v\n\"a\" 2 1 [2]\n\"a\" 1 2 []\n\"a\" 3 3 [2, 1]");
}

#[test]
fn stretches_of_time() {
    let last = |function: &str, length: i64, rows: &str| {
        window(f(function, &[("values", x()), ("last", k(hours(length)))], opt(Type::INT)), rows)
    };
    // (t - 24h, t]: at 48h the rows at 24h are outside.
    assert_eq!(last("sum", 24, "current"), "1 5 2 0 12 9 4");
    assert_eq!(last("sum", 25, "current"), "5 5 2 2 12 9 6");
    assert_eq!(last("sum", 25, "before"), "4 0 0 2 5 0 2");
    assert_eq!(last("max", 25, "before"), "4 null null 2 5 null 2");
    assert_eq!(last("min", 49, "current"), "1 5 2 2 5 9 2");
    assert_eq!(last("sum", 1, "all"), "1 12 2 4 12 9 4");
    let falling = window_of(
        &events(),
        f("sum", &[("values", x()), ("last", k(hours(25)))], Type::INT),
        "current",
        vec![(t(), true)],
    );
    assert_eq!(falling, "1 5 6 1 12 9 5");
    let no_order = vec![
        ("input", input(&events())),
        ("columns", named(vec![("v", f("sum", &[("values", x()), ("last", k(hours(1)))], Type::INT))])),
    ];
    assert_eq!(fails("std.table", "derive", no_order).code, "GML0326");
}

#[test]
fn long_stretches_agree_with_adding_up() {
    let cells: Vec<Vec<Value>> = (0..400_i64).map(|row| vec![at(row * row % 97), (row * 31 % 17).value()]).collect();
    let times: Vec<i64> = (0..400_i64).map(|row| row * row % 97).collect();
    let t = table(&[("t", Type::Timestamp), ("x", Type::INT)], cells);
    let values = f("sum", &[("values", c("x", Type::INT)), ("last", k(hours(7)))], Type::INT);
    let shown = run(
        "derive",
        vec![
            ("input", input(&t)),
            ("order", order(vec![(c("t", Type::Timestamp), false)])),
            ("columns", named(vec![("v", values)])),
        ],
    );
    let found: Vec<i64> = shown.lines().skip(1).map(|line| line.rsplit_once(' ').unwrap().1.parse().unwrap()).collect();
    let wanted: Vec<i64> = (0..400)
        .map(|row| {
            let seen = |other: &usize| (times[*other], *other) <= (times[row], row) && times[*other] > times[row] - 7;
            (0..400).filter(seen).map(|other| (other as i64) * 31 % 17).sum()
        })
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn window_functions() {
    let of = |function: &str, more: &[(&str, Expr)], ty: Type| {
        let mut args = vec![("values", x())];
        args.extend_from_slice(more);
        window(f(function, &args, ty), "current")
    };
    assert_eq!(of("lag", &[("n", k(1))], opt(Type::INT)), "4 null null 2 5 1 null");
    assert_eq!(of("lag", &[("n", k(2))], opt(Type::INT)), "null null null null null 4 2");
    assert_eq!(of("lead", &[("n", k(1))], opt(Type::INT)), "9 7 null 4 null null 1");
    assert_eq!(of("difference", &[], opt(Type::INT)), "-3 null null null 2 8 null");
    assert_eq!(of("last_known", &[], opt(Type::INT)), "1 5 2 2 7 9 4");
    assert_eq!(window(f("row_number", &[], Type::INT), "current"), "4 1 1 2 2 5 3");
    assert_eq!(window(f("rank", &[], Type::INT), "current"), "4 1 1 2 1 5 2");
    assert_eq!(window(f("gap", &[("values", t())], opt(Type::Duration)), "current"), "1d null null 1d 0s null 0s");
    let since = op(Subtract, x(), f("lag", &[("values", x()), ("n", k(1))], opt(Type::INT)), opt(Type::INT));
    assert_eq!(window(since, "current"), "-3 null null null 2 8 null");
    let bad = f("lag", &[("values", x()), ("n", k(0))], opt(Type::INT));
    let args = vec![("input", input(&events())), ("columns", named(vec![("v", bad)]))];
    assert_eq!(fails("std.table", "derive", args).code, "GML0229");
}

#[test]
fn falling_order_puts_nulls_last_too() {
    let number = f("row_number", &[], Type::INT);
    assert_eq!(window_of(&events(), number, "current", vec![(t(), true)]), "1 1 4 2 2 5 3");
    let by_two = vec![(t(), false), (x(), true)];
    assert_eq!(window_of(&events(), f("row_number", &[], Type::INT), "current", by_two), "4 2 1 3 1 5 2");
}

#[test]
fn without_an_order_all_rows_are_seen() {
    assert_eq!(
        window_of(&events(), f("sum", &[("values", x())], Type::INT), "current", vec![]),
        "16 12 16 16 12 16 16"
    );
    assert_eq!(
        window_of(&events(), f("lag", &[("values", x()), ("n", k(1))], opt(Type::INT)), "current", vec![]),
        "null null 1 2 5 null 9"
    );
    let bins = f("quantile_bin", &[("x", x()), ("n", k(3))], opt(Type::INT));
    let shown = run("derive", vec![("input", input(&events())), ("columns", named(vec![("v", bins)]))]);
    let found: Vec<&str> = shown.lines().skip(1).map(|line| line.rsplit_once(' ').unwrap().1).collect();
    assert_eq!(found, ["0", "1", "0", "null", "2", "2", "1"]);
}

#[test]
fn empty_tables_and_replaced_columns() {
    let none =
        table(&[("u", Type::Str), ("t", opt(Type::Timestamp)), ("x", opt(Type::INT))], vec![] as Vec<Vec<Value>>);
    let columns = || -> (&str, Input) {
        ("columns", named(vec![("u", f("sum", &[("values", x())], Type::INT)), ("w", f("row_number", &[], Type::INT))]))
    };
    assert_eq!(run("derive", vec![("input", input(&none)), ("over", keys(&["u"])), columns()]), "u t x w");
    let shown = run("derive", vec![("input", input(&events())), ("order", order(vec![(t(), false)])), columns()]);
    assert!(shown.starts_with("u t x w\n19 @1970-01-03T00:00:00Z 1 6\n"), "{shown}");
}
