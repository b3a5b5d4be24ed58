//! Values worked out by hand.

use std::sync::Arc;

use gml_ir::{Role, Type, Value};

use super::synthesize::in_shares;
use crate::Table;
use crate::tests::kit::*;

fn sales() -> Table {
    let columns = [
        ("item", opt(Type::Str)),
        ("day", Type::Date),
        ("price", opt(Type::Float)),
        ("online", Type::Bool),
        ("colour", Type::Str),
        ("bought", Type::Bool),
    ];
    let cells = rows![
        ["a", day(1), 1.0, true, "red", true],
        ["b", day(2), (), false, "red", true],
        ["a", day(8), 4.0, false, "blue", true],
        [(), day(9), 2.0, true, "red", true],
        ["a", day(10), 7.0, true, "red", true],
    ];
    let mut sales = table(&columns, cells);
    let mut row = (*sales.ty.row).clone();
    for column in &mut row.columns {
        column.role = match &*column.name {
            "day" => Some(Role::Time),
            "bought" => Some(Role::Target),
            _ => None,
        };
    }
    sales.ty.row = Arc::new(row);
    sales
}

#[test]
fn statistics_of_stretches_of_time() {
    let windows = Value::List(vec![hours(3 * 24), hours(12), Value::Null]);
    let args = vec![("input", input(&sales())), ("for", keys(&["item"])), ("windows", constant(windows))];
    let shown = show(&call("std.features", "synthesize", args).unwrap());
    let lines: Vec<&str> = shown.lines().collect();
    let names = |window: &str| {
        [
            "count",
            "days_since_first_day",
            "days_since_last_day",
            "sum_price",
            "mean_price",
            "min_price",
            "max_price",
            "std_price",
            "share_online",
            "distinct_colour",
        ]
        .map(|name| format!("item_{name}_{window}"))
        .join(" ")
    };
    assert_eq!(lines[0], format!("item {} {} {}", names("3d"), names("12h"), names("all")));
    // Days 8 to 10 are the last three.
    let std = 4.5_f64.sqrt();
    let last_day = "1 0.0 0.0 7.0 7.0 7.0 7.0 null 1.0 1";
    let nothing = "0 null null null null null null null null 0";
    assert_eq!(
        lines[1],
        format!(
            r#""a" 2 2.0 0.0 11.0 5.5 4.0 7.0 {std} 0.5 2 {last_day} 3 9.0 0.0 12.0 4.0 1.0 7.0 3.0 {} 2"#,
            2.0 / 3.0
        )
    );
    assert_eq!(lines[2], format!(r#""b" {nothing} {nothing} 1 8.0 8.0 null null null null null 0.0 1"#));
    assert_eq!(
        lines[3],
        format!("null 1 1.0 1.0 2.0 2.0 2.0 2.0 null 1.0 1 {nothing} 1 1.0 1.0 2.0 2.0 2.0 2.0 null 1.0 1")
    );
    assert_eq!(lines.len(), 4);
}

#[test]
fn keys_in_shares_are_as_they_are_together() {
    let args = || {
        let windows = Value::List(vec![hours(3 * 24), Value::Null]);
        vec![("input", input(&sales())), ("for", keys(&["item"])), ("windows", constant(windows))]
    };
    let at_once = show(&call("std.features", "synthesize", args()).unwrap());
    for most in [1, 2, 3, 4] {
        let shares = call_of(|call| in_shares(call, most), "synthesize", args()).unwrap();
        assert_eq!(show(&shares), at_once, "{most}");
    }
}

#[test]
fn jaccard_and_cosine() {
    let lists = list_of(Type::INT);
    let t = table(
        &[("a", opt(lists.clone())), ("b", lists)],
        vec![
            vec![list(vec![1.value(), 2.value(), 2.value()]), list(vec![2.value(), 3.value()])],
            vec![list(Vec::new()), list(Vec::new())],
            vec![Value::Null, list(vec![1.value()])],
            vec![list(vec![4.value()]), list(vec![4.value(), 4.value()])],
            vec![list(vec![1.value()]), list(vec![2.value()])],
        ],
    );
    let args = |ty: &Type| [("first", c("a", ty.clone())), ("second", c("b", ty.clone()))];
    let third = 1.0 / 3.0;
    let of_lists = list_of(Type::INT);
    assert_eq!(eval(&t, f("jaccard", &args(&of_lists), opt(Type::Float))), format!("{third} 0.0 null 1.0 0.0"));
    let vector = Type::Vector(2);
    let pair = |x: f64, y: f64| list(vec![x.value(), y.value()]);
    let t = table(
        &[("a", opt(vector.clone())), ("b", vector.clone())],
        vec![
            vec![pair(3.0, 4.0), pair(4.0, 3.0)],
            vec![pair(0.0, 0.0), pair(1.0, 1.0)],
            vec![Value::Null, pair(1.0, 1.0)],
            vec![pair(1.0, 0.0), pair(-2.0, 0.0)],
        ],
    );
    assert_eq!(eval(&t, f("cosine", &args(&vector), opt(Type::Float))), "0.96 0.0 null -1.0");
}

#[test]
fn stretches_of_time_are_different() {
    for same in [hours(24), Value::Null] {
        let windows = Value::List(vec![hours(24), Value::Null, hours(12), same]);
        let args = vec![("input", input(&sales())), ("for", keys(&["item"])), ("windows", constant(windows))];
        let fault = fails("std.features", "synthesize", args);
        assert!(fault.code == "GML0229" && fault.message.contains("are both"), "{}", fault.message);
    }
}

/// The checker says so of constants; what is computed is told as it runs.
#[test]
fn stretches_of_time_are_longer_than_nothing() {
    for window in [hours(0), hours(-24)] {
        let windows = Value::List(vec![Value::Null, window]);
        let args = vec![("input", input(&sales())), ("for", keys(&["item"])), ("windows", constant(windows))];
        assert_eq!(fails("std.features", "synthesize", args).code, "GML0229");
    }
}
