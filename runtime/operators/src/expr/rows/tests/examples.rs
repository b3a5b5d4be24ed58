//! Expressions by hand: what fails and where, what is computed together, and large tables.

use gml_connect::Fault;
use gml_ir::{BinaryOp, Expr, ExprKind, IntKind, Type};
use polars::prelude::{Column, DataFrame, IntoLazy, NamedFrom, Series};

use super::frames::frame;
use super::{RowBackend, computed, context, difference, native};
use crate::expr::rows::{columns, condition};
use crate::frame::collect;
use crate::tests::kit::{c, f, k, op, opt};

fn ints(name: &str, values: &[Option<i64>]) -> DataFrame {
    DataFrame::new(values.len(), vec![Column::from(Series::new(name.into(), values))]).unwrap()
}

fn i() -> Expr {
    c("i", opt(Type::INT))
}

fn times(a: Expr, b: Expr) -> Expr {
    op(BinaryOp::Multiply, a, b, opt(Type::INT))
}

fn over(frame: &DataFrame, expr: &Expr) -> Vec<Result<Series, Fault>> {
    let all = [RowBackend::Polars].into_iter().chain(native());
    let one = |backend| computed(frame, std::slice::from_ref(expr), backend).map(|mut columns| columns.remove(0));
    all.map(one).collect()
}

#[test]
fn what_does_not_fit_is_told_in_the_same_words() {
    let max = ints("i", &[Some(1), None, Some(i64::MAX), Some(2)]);
    let min = ints("i", &[Some(1), None, Some(i64::MIN), Some(2)]);
    let unary = |kind| Expr { kind, ty: opt(Type::INT) };
    let negated = unary(ExprKind::Unary(gml_ir::UnaryOp::Negate, Box::new(i())));
    let narrow = opt(Type::Int(IntKind::I8));
    let small = op(BinaryOp::Add, c("n", narrow.clone()), c("n", narrow.clone()), narrow);
    let eights = {
        let series = Series::new("n".into(), &[Some(1_i8), Some(100), None]);
        DataFrame::new(3, vec![Column::from(series)]).unwrap()
    };
    let cases = [
        (&max, times(i(), k(2)), "9223372036854775807 * 2 does not fit int"),
        (&max, op(BinaryOp::Add, k(1), i(), opt(Type::INT)), "1 + 9223372036854775807 does not fit int"),
        (&min, op(BinaryOp::Subtract, i(), k(1), opt(Type::INT)), "-9223372036854775808 - 1 does not fit int"),
        (&min, op(BinaryOp::FloorDivide, i(), k(-1), opt(Type::INT)), "-9223372036854775808 // -1 does not fit int"),
        (&min, negated, "0 - -9223372036854775808 does not fit int"),
        (&min, f("abs", &[("x", i())], opt(Type::INT)), "-9223372036854775808 * -1 does not fit int"),
        (&eights, small, "a result does not fit int8"),
    ];
    for (frame, expr, message) in cases {
        for found in over(frame, &expr) {
            let fault = found.unwrap_err();
            assert_eq!((fault.code, fault.message.as_str()), ("GML0923", message));
            assert!(fault.help.is_some_and(|help| help.contains("as_float")));
        }
    }
}

#[test]
fn a_branch_that_is_not_taken_does_not_fail() {
    let frame = ints("i", &[Some(1), None, Some(i64::MAX), Some(2)]);
    let small = op(BinaryOp::Less, i(), k(1_000), opt(Type::Bool));
    let branch = |yes: Expr, no: Expr| Expr {
        kind: ExprKind::If(Box::new(small.clone()), Box::new(yes), Box::new(no)),
        ty: opt(Type::INT),
    };
    let due = Series::new("due".into(), &[Some(2_i64), Some(-1), Some(-1), Some(4)]);
    for found in over(&frame, &branch(times(i(), k(2)), k(-1))) {
        assert_eq!(difference(&due, &found.unwrap(), 0), None);
    }
    // A null condition takes the second branch.
    let other = branch(k(7), times(i(), k(2)));
    for found in over(&frame, &other) {
        assert_eq!(found.unwrap_err().message, "9223372036854775807 * 2 does not fit int");
    }
}

#[test]
fn a_column_that_nobody_needs_does_not_fail() {
    let frame = ints("i", &[Some(i64::MAX), Some(2)]);
    let plus = op(BinaryOp::Add, f("as_float", &[("x", i())], opt(Type::Float)), k(0.5), opt(Type::Float));
    let named = |name: &str, expr: &Expr| gml_ir::NamedExpr { name: name.into(), expr: expr.clone() };
    let made = [named("fails", &times(i(), k(2))), named("one", &plus), named("other", &plus)];
    for backend in native() {
        let lowered = columns(&made, &context(backend)).unwrap();
        assert_eq!((lowered.before.len(), lowered.columns.len()), (1, 3), "two columns are of one program");
        let values: Vec<_> = lowered.columns.into_iter().map(|(name, value)| value.alias(name.as_str())).collect();
        let query = frame.clone().lazy().with_columns(lowered.before).with_columns(values);
        let kept = collect(query.clone().select([polars::prelude::col("other")])).unwrap();
        assert_eq!(kept.height(), 2);
        assert!(collect(query).is_err());
    }
}

#[test]
fn long_tables_are_cut_and_shared_and_give_the_same() {
    let rows = (1 << 18) + 12_345;
    let frame = frame(rows, 7);
    let product = op(BinaryOp::Multiply, c("f", Type::Float), c("f?", opt(Type::Float)), opt(Type::Float));
    let quotient = op(BinaryOp::Divide, product.clone(), c("i32", Type::Int(IntKind::I32)), opt(Type::Float));
    let holds = op(BinaryOp::Greater, quotient.clone(), k(0.0), opt(Type::Bool));
    let exprs = [quotient, holds, f("exp", &[("x", product)], opt(Type::Float))];
    let due = computed(&frame, &exprs, RowBackend::Polars).unwrap();
    for backend in native() {
        let found = computed(&frame, &exprs, backend).unwrap();
        let parts = computed(&frame.slice(3, 1_000), &exprs, backend).unwrap();
        for (place, (due, found)) in due.iter().zip(&found).enumerate() {
            assert_eq!(difference(due, found, if place == 2 { 2 } else { 0 }), None, "{place}");
            // A row is the same whatever stands beside it.
            assert_eq!(difference(&parts[place], &found.slice(3, 1_000), 0), None, "{place}");
        }
    }
}

#[test]
fn a_condition_keeps_the_same_rows() {
    let frame = frame(500, 3);
    let product = op(BinaryOp::Multiply, c("f?", opt(Type::Float)), c("i", Type::INT), opt(Type::Float));
    let large = op(BinaryOp::Greater, product, k(1.0), opt(Type::Bool));
    let holds = op(BinaryOp::And, large, c("b?", opt(Type::Bool)), opt(Type::Bool));
    let kept = |backend| {
        let condition = condition(&holds, &context(backend)).unwrap();
        collect(frame.clone().lazy().filter(condition)).unwrap()
    };
    let due = kept(RowBackend::Polars);
    assert!(due.height() > 10 && due.height() < 400);
    for backend in native() {
        assert!(kept(backend).equals_missing(&due));
    }
}

#[test]
fn parts_that_programs_lack_are_read_as_columns() {
    let frame = frame(200, 11);
    let length = f("char_count", &[("text", c("s?", opt(Type::Str)))], opt(Type::INT));
    let as_float = f("as_float", &[("x", length)], opt(Type::Float));
    let logarithm = f("log1p", &[("x", as_float)], opt(Type::Float));
    for found in over(&frame, &logarithm) {
        let due = computed(&frame, std::slice::from_ref(&logarithm), RowBackend::Polars).unwrap();
        assert_eq!(difference(&due[0], &found.unwrap(), 2), None);
    }
}

#[test]
fn quotients_are_rounded_once() {
    let frame = DataFrame::new(3, vec![Column::from(Series::new("x".into(), &[29.0, 49.0, 1.0]))]).unwrap();
    let by = |operator, by: f64| op(operator, c("x", Type::Float), k(by), Type::Float);
    let cases = [
        (by(BinaryOp::Divide, 100.0), [0.29, 0.49, 0.01]),
        (by(BinaryOp::FloorDivide, 49.0), [0.0, 1.0, 0.0]),
        (by(BinaryOp::Remainder, 49.0), [29.0, 0.0, 1.0]),
    ];
    for (expr, due) in cases {
        for found in over(&frame, &expr) {
            assert_eq!(difference(&Series::new("due".into(), &due), &found.unwrap(), 0), None);
        }
    }
}
