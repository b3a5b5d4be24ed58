//! What plans say.

use std::sync::Arc;

use gml_ir::{Arg, BinaryOp, Expr, NamedExpr, Type};

use crate::expr::rows::lower::fused;
use crate::expr::rows::{Expressions, RowBackend, computed_by, cost, told};
use crate::tests::kit::{c, f, k, op, opt};

fn columns(exprs: &[(&str, Expr)]) -> Vec<(Arc<str>, Arg)> {
    let columns = exprs.iter().map(|(name, expr)| NamedExpr { name: (*name).into(), expr: expr.clone() });
    vec![("columns".into(), Arg::Columns(columns.collect()))]
}

fn exponential() -> Expr {
    let x = op(BinaryOp::Multiply, c("x", Type::Float), k(0.5), Type::Float);
    op(BinaryOp::Add, f("exp", &[("x", x)], Type::Float), c("y", Type::Float), Type::Float)
}

fn lines(args: &[(Arc<str>, Arg)], backend: RowBackend) -> String {
    told("std.table", "derive", args, &Expressions::by(backend)).map_or_else(String::new, |told| told.lines.join("\n"))
}

#[test]
fn a_plan_says_what_computes_and_why() {
    let text = f("upper", &[("text", c("s", Type::Str))], Type::Str);
    let sum = op(BinaryOp::Add, c("x", Type::Float), c("y", Type::Float), Type::Float);
    let args =
        columns(&[("a", exponential()), ("b", exponential()), ("c", sum), ("d", text), ("e", c("x", Type::Float))]);
    let said = [RowBackend::Auto, RowBackend::Polars, RowBackend::Interpreter]
        .map(|backend| format!("{}\n{}", backend.name(), lines(&args, backend)));
    let due = "\
auto
native (interpreter): 2 expressions, 3 operations, about 3.2 ns a row against 14.2
polars: 1 expression, about 1.0 ns a row against 1.5 as native code
polars: 1 expression, since native code lacks `upper`
polars
polars: 3 expressions, about 15.2 ns a row against 7.0 as native code
polars: 1 expression, since native code lacks `upper`
interpreter
native (interpreter): 3 expressions, 4 operations, about 3.8 ns a row against 15.2
polars: d, since native code lacks `upper`";
    assert_eq!(said.join("\n"), due);
}

#[test]
fn what_a_long_sum_costs_is_found_in_one_pass() {
    let sum = |terms: usize| {
        (1..terms).fold(c("x", Type::INT), |sum, _| op(BinaryOp::Add, sum, c("x", Type::INT), Type::INT))
    };
    let (few, many) = (cost::of_polars(&sum(3)), cost::of_polars(&sum(65)));
    assert!((many - 32.0 * few).abs() < 1e-9 * many, "{few} {many}");
}

#[test]
fn only_functions_whose_last_bits_differ_are_part_of_a_key() {
    let inexact = columns(&[("a", exponential())]);
    let exact = columns(&[("a", f("round", &[("x", c("x", opt(Type::Float))), ("digits", k(1))], opt(Type::Float)))]);
    let by = |args, backend| computed_by("std.table", "derive", args, &Expressions::by(backend));
    assert_eq!(by(&inexact, RowBackend::Polars), None);
    let native = by(&inexact, RowBackend::Interpreter);
    assert!(
        native.is_some() && native == by(&inexact, RowBackend::Cranelift) && native == by(&inexact, RowBackend::Auto)
    );
    for backend in RowBackend::ALL {
        assert_eq!(by(&exact, backend), None);
    }
    assert_eq!(computed_by("std.table", "group", &inexact, &Expressions::default()), None);
}

/// Compiling costs once what the interpreter costs each row: the more rows, the sooner it is worth it. Whether it is native code at all
/// does not go by rows, since last bits do, and a result's key is made before anybody knows how many rows there are.
#[test]
fn what_executes_a_program_goes_by_its_rows_and_the_time_to_compile() {
    let either = |a: &str, b: &str| op(BinaryOp::Coalesce, c(a, opt(Type::Float)), c(b, Type::Float), Type::Float);
    let exponential_of = |x: Expr| f("exp", &[("x", x)], Type::Float);
    let heavy = op(BinaryOp::Add, exponential_of(either("x", "y")), exponential_of(either("v", "w")), Type::Float);
    let sum = op(BinaryOp::Add, c("x", Type::Float), c("y", Type::Float), Type::Float);
    let args = columns(&[("a", heavy.clone()), ("b", sum)]);
    let of_rows = |rows| Expressions::by(RowBackend::Auto).of_rows(rows);
    let said = |rows| told("std.table", "derive", &args, &of_rows(rows)).unwrap().lines;
    let by = |rows| said(rows)[0].split(':').next().unwrap().to_owned();
    assert_eq!(by(Some(1_000)), "native (interpreter)");
    assert_eq!(by(None), "native (interpreter)", "100,000 rows are assumed");
    assert_eq!(by(Some(100_000_000)), "native (cranelift)");
    // Where it changes over is where what a row saves has paid for compiling.
    let program = fused(&[&heavy]).unwrap().program;
    let [saved, paid] = [cost::of_program, cost::of_compiling]
        .map(|of| of(&program, RowBackend::Interpreter) - of(&program, RowBackend::Cranelift));
    let even = (-paid / saved).ceil() as u64;
    assert_eq!([by(Some(even - 1_000)), by(Some(even + 1_000))], ["native (interpreter)", "native (cranelift)"]);
    for rows in [Some(1), None, Some(100_000_000)] {
        assert_eq!(said(rows)[1], "polars: 1 expression, about 1.0 ns a row against 1.5 as native code", "{rows:?}");
        let key = computed_by("std.table", "derive", &args, &of_rows(rows));
        assert_eq!(key, computed_by("std.table", "derive", &args, &Expressions::by(RowBackend::Auto)));
        assert!(key.is_some());
    }
}
