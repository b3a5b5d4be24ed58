//! What row expressions take, a row, by polars and as programs: the prices of `src/expr/rows/cost.rs`, and whole expressions.
//!
//! `cargo run --release -p gml-operators --example rows [ROWS]`; `POLARS_MAX_THREADS=1` for one thread.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::sync::Arc;
use std::time::Instant;

use gml_ir::BinaryOp::{Add, And, Coalesce, Divide, FloorDivide, Greater, Less, Multiply, Or, Power, Subtract};
use gml_ir::{BinaryOp, Column, Expr, ExprKind, NamedExpr, Row, Type, Value};
use gml_operators::{Call, Context, Data, Expressions, Input, RowBackend, Table, frame, operator};
use polars::prelude::{DataFrame, IntoColumn, IntoLazy, NamedFrom, Series};

fn c(name: &str) -> Expr {
    let ty = match name {
        "i" | "j" => Type::INT,
        "n" => Type::Float.nullable(),
        "p" | "q" => Type::Bool,
        _ => Type::Float,
    };
    Expr { kind: ExprKind::Column(name.into()), ty }
}

fn k(number: f64) -> Expr {
    Expr { kind: ExprKind::Literal(Value::Float(number)), ty: Type::Float }
}

fn whole(number: i64) -> Expr {
    Expr { kind: ExprKind::Literal(Value::Int(number)), ty: Type::INT }
}

fn f(function: &str, args: &[(&str, Expr)]) -> Expr {
    let args: Vec<(Arc<str>, Expr)> = args.iter().map(|(name, arg)| ((*name).into(), arg.clone())).collect();
    let ty = args[0].1.ty.clone();
    Expr { kind: ExprKind::Call { function: function.into(), args }, ty }
}

fn x(function: &str, of: Expr) -> Expr {
    f(function, &[("x", of)])
}

fn op(op: BinaryOp, a: Expr, b: Expr) -> Expr {
    let ty = match op {
        Less | Greater | And | Or => Type::Bool,
        Divide | Power => Type::Float,
        _ => a.ty.clone(),
    };
    Expr { kind: ExprKind::Binary(op, Box::new(a), Box::new(b)), ty }
}

fn choice(condition: Expr, yes: Expr, no: Expr) -> Expr {
    let ty = yes.ty.clone();
    Expr { kind: ExprKind::If(Box::new(condition), Box::new(yes), Box::new(no)), ty }
}

fn cast(of: Expr) -> Expr {
    Expr { kind: ExprKind::Cast(Box::new(of)), ty: Type::Float }
}

/// One operation each.
fn single() -> Vec<(&'static str, Vec<Expr>)> {
    let (a, b) = (|| c("a"), || c("b"));
    let one = |name, expr| (name, vec![expr]);
    vec![
        one("a * b", op(Multiply, a(), b())),
        one("a + 1", op(Add, a(), k(1.0))),
        one("a / b", op(Divide, a(), b())),
        one("a / 3", op(Divide, a(), k(3.0))),
        one("a // b", op(FloorDivide, a(), b())),
        one("i + j", op(Add, c("i"), c("j"))),
        one("i * 3", op(Multiply, c("i"), whole(3))),
        one("i // j", op(FloorDivide, c("i"), c("j"))),
        one("a < b", op(Less, a(), b())),
        one("a < 0.5", op(Less, a(), k(0.5))),
        one("p and q", op(And, c("p"), c("q"))),
        one("if p then a else b", choice(c("p"), a(), b())),
        one("n ?? 0", op(Coalesce, c("n"), k(0.0))),
        one("as_float(i)", cast(c("i"))),
        one("round(a)", f("round", &[("x", a()), ("digits", whole(0))])),
        one("round(a, 2)", f("round", &[("x", a()), ("digits", whole(2))])),
        one("floor(a)", x("floor", a())),
        one("sqrt(b)", x("sqrt", b())),
        one("abs(a)", x("abs", a())),
        one("exp(a)", x("exp", a())),
        one("ln(b)", x("ln", b())),
        one("log10(b)", x("log10", b())),
        one("log1p(b)", x("log1p", b())),
        one("b ** a", op(Power, b(), a())),
        one("least(a, b)", f("least", &[("a", a()), ("b", b())])),
        one("clip(a, 0, 1)", f("clip", &[("x", a()), ("low", k(0.0)), ("high", k(1.0))])),
        one("abs(i)", x("abs", c("i"))),
    ]
}

/// Many of one operation: what each adds.
fn chains() -> Vec<(&'static str, Vec<Expr>)> {
    let eight = |function: &dyn Fn(Expr) -> Expr, from: Expr| vec![(0..8).fold(from, |expr, _| function(expr))];
    vec![
        ("8 of a * b", eight(&|of| op(Multiply, of, c("b")), c("a"))),
        ("8 of a / b", eight(&|of| op(Divide, of, c("b")), c("a"))),
        ("8 of floor", eight(&|of| x("floor", of), c("a"))),
        ("8 of round(, 2)", eight(&|of| f("round", &[("x", of), ("digits", whole(2))]), c("a"))),
        ("8 of sqrt", eight(&|of| x("sqrt", of), c("b"))),
        ("8 of i + j", eight(&|of| op(Add, of, c("j")), c("i"))),
        ("8 of if", eight(&|of| choice(c("p"), of, c("b")), c("a"))),
        ("8 of exp(-a)", eight(&|of| x("exp", op(Subtract, k(0.5), of)), c("a"))),
        ("8 of log1p", eight(&|of| x("log1p", of), c("b"))),
        ("8 of ln(1 + a)", eight(&|of| x("ln", op(Add, k(1.5), of)), c("b"))),
    ]
}

/// Whole expressions: heavy in functions, of plain arithmetic, and others.
fn mixed() -> Vec<(&'static str, Vec<Expr>)> {
    let (a, b, d) = (|| c("a"), || c("b"), || c("d"));
    let sigmoid = |of: Expr| op(Divide, k(1.0), op(Add, k(1.0), x("exp", op(Subtract, k(0.0), of))));
    let reference = op(
        Add,
        op(
            Divide,
            x("log1p", op(Add, op(Multiply, a(), b()), d())),
            op(Add, k(1.0), x("exp", op(Subtract, k(0.0), d()))),
        ),
        choice(op(Greater, c("e"), k(0.0)), a(), b()),
    );
    let distance = x(
        "sqrt",
        op(
            Add,
            op(Multiply, op(Subtract, a(), b()), op(Subtract, a(), b())),
            op(Multiply, op(Subtract, d(), c("e")), op(Subtract, d(), c("e"))),
        ),
    );
    let polynomial = (0..6).fold(k(0.3), |sum, power| op(Add, op(Multiply, sum, a()), k(f64::from(power))));
    let standard = |of: Expr| op(Divide, op(Subtract, of, k(0.4)), k(1.7));
    vec![
        ("log1p(a*b+d)/(1+exp(-d))+if", vec![reference]),
        ("sigmoid", vec![sigmoid(a())]),
        ("sigmoid of a sum", vec![sigmoid(op(Add, op(Multiply, a(), k(0.3)), op(Multiply, b(), k(0.7))))]),
        ("three logarithms", vec![x("ln", b()), x("log1p", b()), x("log10", b())]),
        ("distance", vec![distance]),
        ("polynomial", vec![polynomial]),
        ("standardised", vec![standard(a())]),
        ("4 standardised", vec![standard(a()), standard(b()), standard(d()), standard(c("e"))]),
        ("a*b + d*e", vec![op(Add, op(Multiply, a(), b()), op(Multiply, d(), c("e")))]),
        ("a + b", vec![op(Add, a(), b())]),
        ("in a band", vec![op(And, op(Greater, a(), k(0.2)), op(Less, b(), k(0.8)))]),
        ("conditions", vec![op(Or, op(And, op(Greater, a(), b()), c("p")), op(And, op(Less, d(), c("e")), c("q")))]),
        ("filled and scaled", vec![op(Multiply, op(Coalesce, c("n"), k(0.0)), k(2.0))]),
        (
            "whole arithmetic under a condition",
            vec![choice(op(Greater, c("i"), whole(10)), op(Multiply, c("i"), c("j")), op(Add, c("i"), whole(1)))],
        ),
        (
            "nested conditions",
            vec![choice(
                op(Less, a(), k(0.2)),
                k(0.0),
                choice(op(Less, a(), k(0.5)), op(Multiply, a(), k(2.0)), choice(op(Less, a(), k(0.8)), b(), k(1.0))),
            )],
        ),
        ("clipped", vec![f("clip", &[("x", op(Add, a(), b())), ("low", k(0.0)), ("high", k(1.0))])]),
    ]
}

fn table(rows: usize) -> Table {
    let mut state = 7_u64;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut floats = |name: &str, scale: f64| {
        Series::new(name.into(), (0..rows).map(|_| next() * scale).collect::<Vec<f64>>()).into_column()
    };
    let mut columns = vec![floats("a", 1.0), floats("b", 3.0), floats("d", 2.0), floats("e", 1.0)];
    let numbers = floats("numbers", 1000.0);
    let numbers: Vec<f64> = numbers.f64().unwrap().into_no_null_iter().collect();
    let ints = |name: &str, by: i64| {
        Series::new(name.into(), numbers.iter().map(|number| *number as i64 % by + 1).collect::<Vec<i64>>())
            .into_column()
    };
    let truths = |name: &str, by: i64| {
        let values: Vec<bool> = numbers.iter().map(|number| *number as i64 % by == 0).collect();
        Series::new(name.into(), values).into_column()
    };
    columns.extend([ints("i", 97), ints("j", 31), truths("p", 2), truths("q", 3)]);
    let missing: Vec<Option<f64>> = numbers.iter().map(|number| (*number > 300.0).then_some(*number)).collect();
    columns.push(Series::new("n".into(), missing).into_column());
    let names = ["a", "b", "d", "e", "i", "j", "p", "q", "n"];
    let row = Row::of(names.iter().map(|name| Column::new(*name, c(name).ty)).collect());
    let Type::Table(ty) = Type::table(row) else { unreachable!() };
    Table { frame: DataFrame::new(rows, columns).unwrap().lazy(), ty }
}

/// Nanoseconds a row: the best of several runs.
fn measured(table: &Table, exprs: &[Expr], backend: RowBackend, rows: usize) -> f64 {
    let context = Context { expressions: Expressions::by(backend), ..Context::new(1, "/nowhere") };
    let columns = exprs
        .iter()
        .enumerate()
        .map(|(place, expr)| NamedExpr { name: format!("value {place}").into(), expr: expr.clone() });
    let args: Vec<(Arc<str>, Input)> = vec![
        ("input".into(), Input::Data(Data::Table(table.clone()))),
        ("columns".into(), Input::Columns(columns.collect())),
    ];
    let result = Type::Table(table.ty.clone());
    let run = || {
        let call = Call { operator: "select", args: args.clone(), result: &result, context: &context };
        let Data::Table(made) = operator("std.table", "select").unwrap()(call).unwrap() else { unreachable!() };
        frame::collect(made.frame).unwrap()
    };
    run();
    let once = || {
        let started = Instant::now();
        let made = run();
        let seconds = started.elapsed().as_secs_f64();
        assert_eq!(made.height(), rows);
        seconds
    };
    (0..9).map(|_| once()).fold(f64::INFINITY, f64::min) * 1e9 / rows as f64
}

fn main() {
    let rows = std::env::args().nth(1).map_or(1 << 20, |rows| rows.parse().unwrap());
    let table = table(rows);
    let backends: Vec<RowBackend> = RowBackend::ALL.into_iter().filter(|backend| backend.is_there()).collect();
    let heads: String = backends.iter().map(|backend| format!("{:>12}", backend.name())).collect();
    println!("{rows} rows, nanoseconds a row\n{:36}{heads}", "");
    for (name, exprs) in single().into_iter().chain(chains()).chain(mixed()) {
        let taken = backends.iter().map(|backend| measured(&table, &exprs, *backend, rows));
        let taken: String = taken.map(|taken| format!("{taken:>12.2}")).collect();
        println!("{name:36}{taken}");
    }
}
