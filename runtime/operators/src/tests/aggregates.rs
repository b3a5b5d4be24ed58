//! `group` and `std.aggregate`.

use gml_ir::BinaryOp::{Divide, Subtract};
use gml_ir::{Expr, IntKind, Type, Value};

use super::kit::*;
use crate::Table;

fn visits() -> Table {
    let columns =
        [("u", opt(Type::Str)), ("t", opt(Type::INT)), ("x", opt(Type::INT)), ("y", Type::Float), ("ok", Type::Bool)];
    table(
        &columns,
        rows![
            ["b", 3, 1, 1.0, true],
            ["a", 5, (), 2.0, false],
            ["b", 1, 4, 3.0, false],
            [(), 2, 9, 4.0, true],
            ["a", (), 7, 5.0, false],
            ["b", 1, (), 6.0, true],
            ["b", (), 4, 2.0, true],
        ],
    )
}

fn x() -> Expr {
    c("x", opt(Type::INT))
}

fn t() -> Expr {
    c("t", opt(Type::INT))
}

fn ok() -> Expr {
    c("ok", Type::Bool)
}

fn agg(function: &str, args: &[(&str, Expr)], ty: Type) -> String {
    let columns = named(vec![("v", f(function, args, ty))]);
    let shown = run("group", vec![("input", input(&visits())), ("by", keys(&["u"])), ("aggregates", columns)]);
    shown.lines().skip(1).map(|line| line.split_once(' ').unwrap().1).collect::<Vec<_>>().join(" | ")
}

#[test]
fn groups_come_in_order_of_first_appearance() {
    let count = named(vec![("n", f("count", &[("where", k(true)), ("last", k(()))], Type::INT))]);
    let shown = run("group", vec![("input", input(&visits())), ("by", keys(&["u"])), ("aggregates", count)]);
    assert_eq!(shown, "u n\n\"b\" 4\n\"a\" 2\nnull 1");
}

#[test]
fn counts() {
    assert_eq!(agg("count", &[("where", ok())], Type::INT), "3 | 0 | 1");
    assert_eq!(agg("count_values", &[("values", x())], Type::INT), "3 | 1 | 1");
    assert_eq!(agg("distinct_count", &[("values", x())], Type::INT), "2 | 1 | 1");
    assert_eq!(agg("distinct_count", &[("values", x()), ("where", ok())], Type::INT), "2 | 0 | 1");
}

#[test]
fn sums_and_means() {
    assert_eq!(agg("sum", &[("values", x())], Type::INT), "9 | 7 | 9");
    assert_eq!(agg("sum", &[("values", x()), ("where", ok())], Type::INT), "5 | 0 | 9");
    assert_eq!(agg("sum", &[("values", c("y", Type::Float))], Type::Float), "12.0 | 7.0 | 4.0");
    assert_eq!(agg("mean", &[("values", x())], opt(Type::Float)), "3.0 | 7.0 | 9.0");
    assert_eq!(agg("mean", &[("values", x()), ("where", ok())], opt(Type::Float)), "2.5 | null | 9.0");
    assert_eq!(agg("variance", &[("values", x())], opt(Type::Float)), "3.0 | null | null");
    assert_eq!(agg("std", &[("values", x())], opt(Type::Float)), "1.7320508075688772 | null | null");
    assert_eq!(agg("median", &[("values", c("y", Type::Float))], Type::Float), "2.5 | 3.5 | 4.0");
    let q = [("values", c("y", Type::Float)), ("q", k(0.75))];
    assert_eq!(agg("quantile", &q, Type::Float), "3.75 | 4.25 | 4.0");
}

#[test]
fn vectors_have_a_mean() {
    let vector = Type::Vector(2);
    let pair = |x: f64, y: f64| list(vec![x.value(), y.value()]);
    let t = table(
        &[("u", Type::Str), ("v", opt(vector.clone())), ("ok", Type::Bool)],
        vec![
            vec!["b".value(), pair(1.0, 2.0), true.value()],
            vec!["a".value(), Value::Null, true.value()],
            vec!["b".value(), Value::Null, true.value()],
            vec!["b".value(), pair(4.0, -1.0), false.value()],
            vec!["c".value(), pair(0.5, 0.25), true.value()],
        ],
    );
    let of_group = |args: &[(&str, Expr)]| {
        let aggregates = named(vec![("m", f("mean", args, opt(vector.clone())))]);
        run("group", vec![("input", input(&t)), ("by", keys(&["u"])), ("aggregates", aggregates)])
    };
    let values = ("values", c("v", opt(vector.clone())));
    assert_eq!(of_group(std::slice::from_ref(&values)), "u m\n\"b\" [2.5, 0.5]\n\"a\" null\n\"c\" [0.5, 0.25]");
    let ok = ("where", c("ok", Type::Bool));
    assert_eq!(of_group(&[values, ok]), "u m\n\"b\" [1.0, 2.0]\n\"a\" null\n\"c\" [0.5, 0.25]");
}

#[test]
fn extremes() {
    assert_eq!(agg("min", &[("values", x())], opt(Type::INT)), "1 | 7 | 9");
    assert_eq!(agg("max", &[("values", x()), ("where", ok())], opt(Type::INT)), "4 | null | 9");
    assert_eq!(agg("min", &[("values", c("u", opt(Type::Str)))], opt(Type::Str)), r#""b" | "a" | null"#);
    assert_eq!(agg("any", &[("condition", ok())], Type::Bool), "true | false | true");
    assert_eq!(agg("all", &[("condition", ok())], Type::Bool), "false | false | true");
    assert_eq!(agg("all", &[("condition", ok()), ("where", eq(x(), k(4)))], Type::Bool), "false | true | true");
    // The whole table, whatever the group, and in an expression with other aggregates.
    let spread = op(
        Subtract,
        f("dataset_max", &[("values", x())], Type::INT),
        f("max", &[("values", x())], Type::INT),
        Type::INT,
    );
    let columns = named(vec![("v", spread), ("low", f("dataset_min", &[("values", x())], Type::INT))]);
    let shown = run("group", vec![("input", input(&visits())), ("by", keys(&["u"])), ("aggregates", columns)]);
    assert_eq!(shown, "u v low\n\"b\" 5 1\n\"a\" 2 1\nnull 0 1");
}

#[test]
fn first_and_last() {
    assert_eq!(agg("first", &[("values", x())], opt(Type::INT)), "1 | null | 9");
    assert_eq!(agg("last", &[("values", x())], opt(Type::INT)), "4 | 7 | 9");
    // Ties: the first of the smallest, the last of the largest; null times come last.
    assert_eq!(agg("first", &[("values", x()), ("by", t())], opt(Type::INT)), "4 | null | 9");
    assert_eq!(agg("last", &[("values", x()), ("by", t())], opt(Type::INT)), "1 | null | 9");
    let late = [("values", x()), ("by", t()), ("where", ok())];
    assert_eq!(agg("first", &late, opt(Type::INT)), "null | null | 9");
    assert_eq!(agg("mode", &[("values", x())], opt(Type::INT)), "4 | 7 | 9");
    assert_eq!(agg("collect", &[("values", x())], list_of(Type::INT)), "[1, 4, 4] | [7] | [9]");
    assert_eq!(agg("collect", &[("values", x()), ("where", eq(x(), k(4)))], list_of(Type::INT)), "[4, 4] | [] | []");
    let u = || c("u", opt(Type::Str));
    assert_eq!(agg("mode", &[("values", u())], opt(Type::Str)), r#""b" | "a" | null"#);
}

#[test]
fn keys_are_expressions_and_results_use_them() {
    let key = f("least", &[("a", t()), ("b", k(2))], opt(Type::INT));
    let share = op(Divide, f("count", &[("where", ok())], Type::INT), f("count", &[], Type::INT), Type::Float);
    let shown = run(
        "group",
        vec![
            ("input", input(&visits())),
            ("by", named(vec![("k", key)])),
            (
                "aggregates",
                named(vec![("share", share), ("again", op(Subtract, c("k", opt(Type::INT)), k(1), opt(Type::INT)))]),
            ),
        ],
    );
    assert_eq!(shown, "k share again\n2 0.6666666666666666 1\n1 0.5 0\nnull 0.5 null");
}

#[test]
fn without_keys_there_is_one_row() {
    let aggregates = || {
        named(vec![
            ("n", f("count", &[], Type::INT)),
            ("s", f("sum", &[("values", x())], Type::INT)),
            ("m", f("mean", &[("values", x())], opt(Type::Float))),
            ("c", f("collect", &[("values", x())], list_of(Type::INT))),
            ("f", f("first", &[("values", x()), ("by", t())], opt(Type::INT))),
        ])
    };
    let shown = run("group", vec![("input", input(&visits())), ("aggregates", aggregates())]);
    assert_eq!(shown, "n s m c f\n7 25 5.0 [1, 4, 9, 7, 4] 4");
    let none = table(&[("u", Type::Str), ("x", opt(Type::INT)), ("t", opt(Type::INT))], vec![] as Vec<Vec<Value>>);
    let shown = run("group", vec![("input", input(&none)), ("aggregates", aggregates())]);
    assert_eq!(shown, "n s m c f\n0 0 null [] null");
    let shown = run("group", vec![("input", input(&none)), ("by", keys(&["u"])), ("aggregates", aggregates())]);
    assert_eq!(shown, "u n s m c f");
    let ones = named(vec![("n", f("sum", &[("values", k(1))], Type::INT))]);
    assert_eq!(run("group", vec![("input", input(&visits())), ("aggregates", ones)]), "n\n7");
}

#[test]
fn sums_do_not_wrap() {
    let t = table(&[("n", Type::INT), ("s", Type::Int(IntKind::I8))], rows![[i64::MAX, 100], [1, 100]]);
    let sum = |name: &str, ty: Type| {
        vec![("input", input(&t)), ("aggregates", named(vec![("s", f("sum", &[("values", c(name, ty.clone()))], ty))]))]
    };
    let fault = fails("std.table", "group", sum("n", Type::INT));
    assert_eq!((fault.code, fault.message.as_str()), ("GML0923", "the sum 9223372036854775808 does not fit int"));
    assert!(fails("std.table", "group", sum("s", Type::Int(IntKind::I8))).message.contains("int8"));
    let money = Type::Decimal { precision: 10, scale: 2 };
    let t = table(&[("n", money.clone())], rows![[0.1], [0.2], [1]]);
    let sum = f("sum", &[("values", c("n", money.clone()))], money);
    assert_eq!(run("group", vec![("input", input(&t)), ("aggregates", named(vec![("s", sum)]))]), "s\n1.30");
}

#[test]
fn a_bad_share_is_a_fault() {
    let q = f("quantile", &[("values", c("y", Type::Float)), ("q", k(1.5))], Type::Float);
    let fault = fails("std.table", "group", vec![("input", input(&visits())), ("aggregates", named(vec![("q", q)]))]);
    assert_eq!(fault.code, "GML0229");
}
