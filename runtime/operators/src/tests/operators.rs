//! Operators of expressions.

use gml_ir::BinaryOp::{
    Add, And, Coalesce, Divide, FloorDivide, Greater, Less, Multiply, NotEqual, Or, Power, Remainder, Subtract,
};
use gml_ir::{Expr, ExprKind, IntKind, NamedExpr, Type, UnaryOp, Value};

use super::kit::*;
use crate::Table;

fn numbers() -> Table {
    let columns = [("a", opt(Type::INT)), ("b", Type::INT), ("x", Type::Float), ("s", opt(Type::Str))];
    table(&columns, rows![[7, 2, 0.5, "u"], [-7, 2, 2.0, ()], [(), 0, -1.5, "w"], [5, 0, 0.0, ""]])
}

fn a() -> Expr {
    c("a", opt(Type::INT))
}

fn b() -> Expr {
    c("b", Type::INT)
}

fn unary(op: UnaryOp, of: Expr) -> Expr {
    let ty = of.ty.clone();
    Expr { kind: ExprKind::Unary(op, Box::new(of)), ty }
}

fn if_else(condition: Expr, yes: Expr, no: Expr, ty: Type) -> Expr {
    Expr { kind: ExprKind::If(Box::new(condition), Box::new(yes), Box::new(no)), ty }
}

fn within(item: Expr, among: Expr) -> Expr {
    Expr { kind: ExprKind::In(Box::new(item), Box::new(among)), ty: Type::Bool }
}

#[test]
fn arithmetic_lifts_over_null() {
    let t = numbers();
    assert_eq!(eval(&t, op(Add, a(), b(), opt(Type::INT))), "9 -5 null 5");
    assert_eq!(eval(&t, op(Subtract, a(), b(), opt(Type::INT))), "5 -9 null 5");
    assert_eq!(eval(&t, op(Multiply, a(), k(3), opt(Type::INT))), "21 -21 null 15");
    assert_eq!(eval(&t, unary(UnaryOp::Negate, a())), "-7 7 null -5");
    assert_eq!(eval(&t, unary(UnaryOp::Negate, c("x", Type::Float))), "-0.5 -2.0 1.5 -0.0");
    assert_eq!(eval(&t, op(Add, c("s", opt(Type::Str)), k("!"), opt(Type::Str))), r#""u!" null "w!" "!""#);
}

#[test]
fn division_is_float_and_floors() {
    let t = numbers();
    assert_eq!(eval(&t, op(Divide, a(), b(), opt(Type::Float))), "3.5 -3.5 null inf");
    assert_eq!(eval(&t, op(FloorDivide, a(), b(), opt(Type::INT))), "3 -4 null null");
    assert_eq!(eval(&t, op(Remainder, a(), b(), opt(Type::INT))), "1 1 null null");
    assert_eq!(eval(&t, op(Remainder, a(), k(-2), opt(Type::INT))), "-1 -1 null -1");
    let x = || c("x", Type::Float);
    assert_eq!(eval(&t, op(FloorDivide, x(), k(1.0), Type::Float)), "0.0 2.0 -2.0 0.0");
    assert_eq!(eval(&t, op(Remainder, x(), k(1.0), Type::Float)), "0.5 0.0 0.5 0.0");
    assert_eq!(eval(&t, op(Power, b(), k(3), Type::Float)), "8.0 8.0 0.0 0.0");
    assert_eq!(constant_of(&op(FloorDivide, k(i64::MIN), k(1), Type::INT)), i64::MIN.to_string());
}

#[test]
fn integers_do_not_wrap() {
    let big = op(Add, k(i64::MAX), k(1), Type::INT);
    let fault = crate::expr::compute(&[], &big).unwrap_err();
    assert_eq!((fault.code, fault.message.as_str()), ("GML0923", "9223372036854775807 + 1 does not fit int"));
    assert!(crate::expr::compute(&[], &op(Multiply, k(i64::MIN), k(-1), Type::INT)).is_err());
    assert!(crate::expr::compute(&[], &op(FloorDivide, k(i64::MIN), k(-1), Type::INT)).is_err());
    assert!(crate::expr::compute(&[], &op(Subtract, k(i64::MIN), k(1), Type::INT)).is_err());
    let narrow = op(Add, k(100), k(100), Type::Int(IntKind::I8));
    assert!(crate::expr::compute(&[], &narrow).unwrap_err().message.contains("int8"));
    // Where the other branch is used, nothing overflows.
    let t = table(&[("n", Type::INT)], rows![[i64::MAX], [1]]);
    let n = || c("n", Type::INT);
    let guarded = if_else(op(Less, n(), k(10), Type::Bool), op(Add, n(), k(1), Type::INT), k(0), Type::INT);
    assert_eq!(eval(&t, guarded), "0 2");
}

#[test]
fn lengths_of_time_end_in_words_of_time() {
    let days = |days: i64| k(Value::Duration(days * DAY));
    let told = |made: Expr| crate::expr::compute(&[], &made).unwrap_err().message;
    let twice = op(Add, days(100_000_000), days(100_000_000), Type::Duration);
    assert_eq!(told(twice), "100000000d + 100000000d is longer than a duration can be");
    assert_eq!(
        told(op(Multiply, days(100_000_000), k(1.5), Type::Duration)),
        "a result of `*` is longer than a duration can be"
    );
    let then = op(Add, k(Value::Date(0)), days(100_000_000), Type::Date);
    assert!(told(op(Add, then, days(100_000_000), Type::Date)).ends_with(" + 100000000d lies beyond the last date"));
    let none = op(Divide, days(1), k(0), opt(Type::Duration));
    assert_eq!(constant_of(&none), "null");
    assert_eq!(constant_of(&op(Divide, days(1), k(2), Type::Duration)), "12h");
}

#[test]
fn logic_is_three_valued() {
    let t = table(
        &[("p", opt(Type::Bool)), ("q", opt(Type::Bool))],
        rows![
            [true, true],
            [true, false],
            [true, ()],
            [false, true],
            [false, false],
            [false, ()],
            [(), true],
            [(), false],
            [(), ()]
        ],
    );
    let (p, q) = (|| c("p", opt(Type::Bool)), || c("q", opt(Type::Bool)));
    assert_eq!(eval(&t, op(And, p(), q(), opt(Type::Bool))), "true false null false false false null false null");
    assert_eq!(eval(&t, op(Or, p(), q(), opt(Type::Bool))), "true true true true false null true null null");
    assert_eq!(eval(&t, unary(UnaryOp::Not, p())), "false false false true true true null null null");
    assert_eq!(eval(&t, op(Coalesce, p(), k(false), Type::Bool)), "true true true false false false false false false");
    // A null condition is false.
    assert_eq!(eval(&t, if_else(p(), k(1), k(0), Type::INT)), "1 1 1 0 0 0 0 0 0");
    assert_eq!(eval(&t, op(And, p(), k(()), opt(Type::Bool))), "null null null false false false null null null");
}

#[test]
fn comparisons_lift_over_null() {
    let t = numbers();
    assert_eq!(eval(&t, op(Greater, a(), c("x", Type::Float), opt(Type::Bool))), "true false null true");
    assert_eq!(eval(&t, op(NotEqual, c("s", opt(Type::Str)), k("u"), opt(Type::Bool))), "false null true true");
    let s = c("s", opt(Type::Category));
    assert_eq!(eval(&t, eq(s, c("s", opt(Type::Str)))), "true null true true");
    let is_null = Expr { kind: ExprKind::IsNull(Box::new(a())), ty: Type::Bool };
    assert_eq!(eval(&t, is_null), "false false true false");
}

#[test]
fn membership() {
    let t = numbers();
    let range = |start: i64, end: i64, inclusive| {
        k(Value::Range { start: Box::new(start.value()), end: Box::new(end.value()), inclusive })
    };
    assert_eq!(eval(&t, within(a(), range(5, 7, true))), "true false null true");
    assert_eq!(eval(&t, within(a(), range(5, 7, false))), "false false null true");
    assert_eq!(eval(&t, within(a(), k(list(vec![7.value(), ().value(), 5.value()])))), "true false null true");
    assert_eq!(eval(&t, within(a(), k(list(vec![])))), "false false null false");
    assert_eq!(eval(&t, within(c("x", Type::Float), k(list(vec![2.value()])))), "false true false false");
    let u = k(list(vec!["u".value(), "".value()]));
    assert_eq!(eval(&t, within(c("s", opt(Type::Str)), u)), "true null false true");
    let days = table(&[("d", Type::Date)], rows![[day(1)], [day(2)], [day(3)]]);
    let range = Value::Range { start: Box::new(day(1)), end: Box::new(day(2)), inclusive: true };
    assert_eq!(eval(&days, within(c("d", Type::Date), k(range))), "true true false");
}

#[test]
fn dates_and_durations() {
    let t =
        table(&[("d", Type::Date), ("m", Type::Timestamp), ("l", Type::Duration)], rows![[day(10), at(30), hours(36)]]);
    let (d, m, l) = (|| c("d", Type::Date), || c("m", Type::Timestamp), || c("l", Type::Duration));
    assert_eq!(eval(&t, op(Add, d(), k(Value::Duration(2 * DAY)), Type::Date)), "@1970-01-13");
    assert_eq!(eval(&t, op(Subtract, d(), k(Value::Duration(2 * DAY)), Type::Date)), "@1970-01-09");
    assert_eq!(eval(&t, op(Subtract, d(), k(day(7)), Type::Duration)), "3d");
    assert_eq!(eval(&t, op(Add, m(), l(), Type::Timestamp)), "@1970-01-03T18:00:00Z");
    assert_eq!(eval(&t, op(Subtract, m(), k(at(6)), Type::Duration)), "1d");
    assert_eq!(eval(&t, op(Multiply, l(), k(2), Type::Duration)), "3d");
    assert_eq!(eval(&t, op(Multiply, k(0.5), l(), Type::Duration)), "18h");
    assert_eq!(eval(&t, op(Divide, l(), k(hours(24)), Type::Float)), "1.5");
    assert_eq!(eval(&t, op(Subtract, l(), k(hours(12)), Type::Duration)), "1d");
    assert_eq!(eval(&t, unary(UnaryOp::Negate, l())), "-36h");
    assert_eq!(eval(&t, op(Less, m(), k(at(31)), Type::Bool)), "true");
}

#[test]
fn structs_lists_and_casts() {
    let ty = opt(struct_of(&[("u", opt(Type::INT)), ("v", Type::Str)]));
    let t = table(
        &[("p", ty.clone()), ("n", Type::INT)],
        rows![[record(&[("u", 1.value()), ("v", "x".value())]), 1], [(), 2], [record(&[("v", "y".value())]), 3]],
    );
    let field =
        |name: &str, ty: Type| Expr { kind: ExprKind::Field(Box::new(c("p", opt(Type::INT))), name.into()), ty };
    assert_eq!(eval(&t, field("u", opt(Type::INT))), "1 null null");
    assert_eq!(eval(&t, field("v", opt(Type::Str))), r#""x" null "y""#);
    let n = || c("n", Type::INT);
    let made = Expr { kind: ExprKind::List(vec![n(), k(9)]), ty: list_of(Type::INT) };
    assert_eq!(eval(&t, made), "[1, 9] [2, 9] [3, 9]");
    let parts = vec![NamedExpr { name: "a".into(), expr: n() }, NamedExpr { name: "b".into(), expr: k("c") }];
    let made = Expr { kind: ExprKind::Struct(parts), ty: struct_of(&[("a", Type::INT), ("b", Type::Str)]) };
    assert_eq!(eval(&t, made), r#"{ a: 1, b: "c" } { a: 2, b: "c" } { a: 3, b: "c" }"#);
    let cast = Expr { kind: ExprKind::Cast(Box::new(n())), ty: Type::Float };
    assert_eq!(eval(&t, cast), "1.0 2.0 3.0");
    // After a join or an if a whole struct may be null; so are its fields then.
    let gone = if_else(op(Less, n(), k(3), Type::Bool), k(()), c("p", ty.clone()), ty);
    let field = Expr { kind: ExprKind::Field(Box::new(gone), "v".into()), ty: opt(Type::Str) };
    assert_eq!(eval(&t, field), r#"null null "y""#);
}

#[test]
fn single_values() {
    let first = Expr { kind: ExprKind::Input(0), ty: struct_of(&[("n", Type::INT)]) };
    let n = Expr { kind: ExprKind::Field(Box::new(first), "n".into()), ty: Type::INT };
    let row = record(&[("n", 4.value())]);
    assert_eq!(crate::expr::compute(std::slice::from_ref(&row), &n).unwrap(), Value::Int(4));
    let sum = op(Add, n, Expr { kind: ExprKind::Input(1), ty: Type::INT }, Type::INT);
    assert_eq!(crate::expr::compute(&[row, Value::Int(3)], &sum).unwrap(), Value::Int(7));
    let range = Value::Range { start: Box::new(day(1)), end: Box::new(day(1)), inclusive: true };
    let input = Expr { kind: ExprKind::Input(0), ty: Type::Range(std::sync::Arc::new(Type::Date)) };
    assert_eq!(crate::expr::compute(std::slice::from_ref(&range), &input).unwrap(), range);
    assert_eq!(constant_of(&within(k(day(1)), k(range))), "true");
    assert_eq!(constant_of(&f("lower", &[("text", k("AB"))], Type::Str)), r#""ab""#);
}

#[test]
fn every_type_comes_back_as_it_went_in() {
    let columns = [
        ("b", opt(Type::Bool)),
        ("i", opt(Type::Int(IntKind::U8))),
        ("f", opt(Type::Float32)),
        ("d", opt(Type::Date)),
        ("t", opt(Type::Time)),
        ("m", opt(Type::Timestamp)),
        ("l", opt(Type::Duration)),
        ("v", opt(Type::Vector(2))),
        ("n", opt(list_of(struct_of(&[("k", Type::Str)])))),
        ("x", opt(Type::Decimal { precision: 6, scale: 2 })),
    ];
    let nested = list(vec![record(&[("k", "q".value())])]);
    let vector = list(vec![1.5.value(), 2.0.value()]);
    let cells = rows![
        [true, 200, 0.5, day(3), Value::Time(5), at(1), hours(1), vector, nested, 1.25],
        [(), (), (), (), (), (), (), (), (), ()],
    ];
    let t = table(&columns, cells);
    let shown = show(&crate::Data::Table(t));
    let expected = "b i f d t m l v n x\n\
        true 200 0.5 @1970-01-04 00:00:00.000005 @1970-01-01T01:00:00Z 1h [1.5, 2.0] [{ k: \"q\" }] 1.25\n\
        null null null null null null null null null null";
    assert_eq!(shown, expected);
    let too_large = rows![[300]];
    assert!(crate::expr::table_literal(&row_of(&[("i", Type::Int(IntKind::U8))]), &too_large).is_err());
}
