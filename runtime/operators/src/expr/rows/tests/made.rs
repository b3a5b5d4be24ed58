//! Expressions that numbers choose, with the types that the checker gives.

use gml_ir::{BinaryOp, Expr, ExprKind, IntKind, Type, UnaryOp, Value};

use super::frames::columns;
use crate::tests::kit::{c, f, k, list, list_of, op};

/// Numbers that choose.
pub(super) struct Chooser(pub(super) Vec<u32>);

impl Chooser {
    fn below(&mut self, count: usize) -> usize {
        self.0.pop().unwrap_or(0) as usize % count
    }

    fn pick<T: Clone>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())].clone()
    }
}

fn same(a: &Type, b: &Type) -> bool {
    a.non_null() == b.non_null()
}

fn either(left: &Expr, right: &Expr, ty: Type) -> Type {
    if left.ty.is_nullable() || right.ty.is_nullable() { ty.nullable() } else { ty }
}

fn leaf(choose: &mut Chooser, ty: &Type) -> Expr {
    let fitting: Vec<(&str, Type)> = columns().into_iter().filter(|(_, own)| same(own, ty)).collect();
    if fitting.is_empty() || choose.below(4) == 0 {
        return constant(choose, ty);
    }
    let (name, ty) = choose.pick(&fitting);
    c(name, ty)
}

fn constant(choose: &mut Chooser, ty: &Type) -> Expr {
    let small = choose.below(7) as i64 - 3;
    let value = match ty.non_null() {
        Type::Bool => Value::Bool(small > 0),
        Type::Int(kind) => match choose.below(12) {
            0 => Value::Int(i64::try_from(kind.bounds().1).unwrap_or(i64::MAX)),
            _ => Value::Int(small.max(i64::try_from(kind.bounds().0).unwrap_or(i64::MIN))),
        },
        Type::Float | Type::Float32 => match choose.below(8) {
            0 => Value::Float(f64::INFINITY),
            1 => Value::Float(49.0),
            _ => Value::Float(small as f64 / 3.0),
        },
        Type::Date => Value::Date(small as i32),
        Type::Timestamp => Value::Timestamp(small * 1_000),
        Type::Duration => Value::Duration(small * 1_000),
        Type::Time => Value::Time(small + 4),
        _ => Value::Str("a".into()),
    };
    Expr { ty: ty.non_null().clone(), ..k(value) }
}

/// A whole number of some width.
fn whole(choose: &mut Chooser, depth: usize) -> Expr {
    let kinds =
        [IntKind::I64, IntKind::I64, IntKind::I8, IntKind::I16, IntKind::I32, IntKind::U8, IntKind::U16, IntKind::U32];
    let kind = choose.pick(&kinds);
    any(choose, &Type::Int(kind), depth)
}

/// A number of any type.
fn number(choose: &mut Chooser, depth: usize) -> Expr {
    match choose.below(4) {
        0 => whole(choose, depth),
        1 => any(choose, &Type::Float32, depth),
        _ => any(choose, &Type::Float, depth),
    }
}

/// An expression of that type; `depth` bounds how it nests. Exact: every bit of its values is what it is.
pub(super) fn any(choose: &mut Chooser, ty: &Type, depth: usize) -> Expr {
    if depth == 0 || choose.below(5) == 0 {
        return leaf(choose, ty);
    }
    let depth = depth - 1;
    match choose.below(9) {
        0 | 1 => {
            let condition = any(choose, &Type::Bool, depth);
            let yes = any(choose, ty, depth);
            let no = if choose.below(5) == 0 { k(()) } else { any(choose, ty, depth) };
            let result = either(&yes, &no, ty.clone());
            Expr { kind: ExprKind::If(Box::new(condition), Box::new(yes), Box::new(no)), ty: result }
        }
        2 => {
            let (left, right) = (any(choose, ty, depth), any(choose, ty, depth));
            let result = if right.ty.is_nullable() { ty.clone().nullable() } else { ty.clone() };
            op(BinaryOp::Coalesce, left, right, result)
        }
        3 if !matches!(ty, Type::Bool | Type::Str) => {
            let (a, b) = (any(choose, ty, depth), any(choose, ty, depth));
            let result = either(&a, &b, ty.clone());
            match choose.below(3) {
                0 => f("least", &[("a", a), ("b", b)], result),
                1 => f("greatest", &[("a", a), ("b", b)], result),
                _ => {
                    let low = constant(choose, ty);
                    let result = either(&a, &b, ty.clone());
                    f("clip", &[("x", a), ("low", low), ("high", b)], result)
                }
            }
        }
        _ => match ty {
            Type::Bool => truth(choose, depth),
            Type::Int(kind) => of_whole(choose, *kind, depth),
            Type::Float => of_float(choose, depth),
            Type::Float32 => {
                let x = any(choose, ty, depth);
                let result = x.ty.clone();
                f(choose.pick(&["abs", "sign"]), &[("x", x)], result)
            }
            _ => leaf(choose, ty),
        },
    }
}

fn of_whole(choose: &mut Chooser, kind: IntKind, depth: usize) -> Expr {
    let ty = Type::Int(kind);
    let of = any(choose, &ty, depth);
    let own = of.ty.clone();
    match choose.below(8) {
        0 => Expr { kind: ExprKind::Unary(UnaryOp::Negate, Box::new(of)), ty: own },
        1 => f("abs", &[("x", of)], own),
        2 => f("sign", &[("x", of)], own),
        3 if kind == IntKind::I64 => {
            let x = any(choose, &Type::Float, depth);
            f("to_whole", &[("x", x)], Type::INT.nullable())
        }
        4 if kind == IntKind::I64 => {
            let narrow = whole(choose, depth);
            let result = if narrow.ty.is_nullable() { Type::INT.nullable() } else { Type::INT };
            Expr { kind: ExprKind::Cast(Box::new(narrow)), ty: result }
        }
        _ => {
            let right = any(choose, &ty, depth);
            let operator = choose.pick(&[
                BinaryOp::Add,
                BinaryOp::Subtract,
                BinaryOp::Multiply,
                BinaryOp::FloorDivide,
                BinaryOp::Remainder,
            ]);
            let nullable = matches!(operator, BinaryOp::FloorDivide | BinaryOp::Remainder);
            let result = either(&of, &right, ty);
            op(operator, of, right, if nullable { result.nullable() } else { result })
        }
    }
}

fn of_float(choose: &mut Chooser, depth: usize) -> Expr {
    let left = number(choose, depth);
    let as_float = |of: Expr| {
        let ty = if of.ty.is_nullable() { Type::Float.nullable() } else { Type::Float };
        if same(&of.ty, &Type::Float) { of } else { Expr { kind: ExprKind::Cast(Box::new(of)), ty } }
    };
    match choose.below(7) {
        0 => {
            let x = as_float(left);
            let ty = x.ty.clone();
            let digits = choose.below(7) as i64 - 3;
            f("round", &[("x", x), ("digits", k(digits))], ty)
        }
        1 => {
            let x = as_float(left);
            let ty = x.ty.clone();
            f(choose.pick(&["floor", "ceil", "sqrt", "abs", "sign", "as_float"]), &[("x", x)], ty)
        }
        2 => {
            let of = any(choose, &Type::Float, depth);
            let ty = of.ty.clone();
            Expr { kind: ExprKind::Unary(UnaryOp::Negate, Box::new(of)), ty }
        }
        _ => {
            let right = number(choose, depth);
            let operator = choose.pick(&[
                BinaryOp::Add,
                BinaryOp::Subtract,
                BinaryOp::Multiply,
                BinaryOp::Divide,
                BinaryOp::FloorDivide,
                BinaryOp::Remainder,
            ]);
            let ty = either(&left, &right, Type::Float);
            op(operator, left, right, ty)
        }
    }
}

fn truth(choose: &mut Chooser, depth: usize) -> Expr {
    match choose.below(8) {
        0 => {
            let (left, right) = (any(choose, &Type::Bool, depth), any(choose, &Type::Bool, depth));
            let ty = either(&left, &right, Type::Bool);
            op(choose.pick(&[BinaryOp::And, BinaryOp::Or]), left, right, ty)
        }
        1 => {
            let of = any(choose, &Type::Bool, depth);
            let ty = of.ty.clone();
            Expr { kind: ExprKind::Unary(UnaryOp::Not, Box::new(of)), ty }
        }
        2 => {
            let ty = choose.pick(&[Type::Str, Type::Float, Type::INT, Type::Bool]);
            let of = any(choose, &ty, depth);
            Expr { kind: ExprKind::IsNull(Box::new(of)), ty: Type::Bool }
        }
        3 => {
            let item = number(choose, depth);
            let (start, length) = (choose.below(5) as i64 - 3, choose.below(4) as i64);
            let range = Value::Range {
                start: Box::new(Value::Int(start)),
                end: Box::new(Value::Int(start + length)),
                inclusive: choose.below(2) == 0,
            };
            let ty = if item.ty.is_nullable() { Type::Bool.nullable() } else { Type::Bool };
            Expr { kind: ExprKind::In(Box::new(item), Box::new(k(range))), ty }
        }
        4 => {
            let ty = choose.pick(&[Type::INT, Type::Float, Type::Date, Type::Int(IntKind::I8)]);
            let item = any(choose, &ty, depth);
            let of = if ty == Type::Int(IntKind::I8) { Type::INT } else { ty };
            let items = (0..choose.below(4)).map(|_| match constant(choose, &of).kind {
                ExprKind::Literal(value) => value,
                _ => Value::Null,
            });
            let items = Expr { ty: list_of(of.clone()), ..k(list(items.collect())) };
            let ty = if item.ty.is_nullable() { Type::Bool.nullable() } else { Type::Bool };
            Expr { kind: ExprKind::In(Box::new(item), Box::new(items)), ty }
        }
        5 => {
            let x = any(choose, &Type::Float, depth);
            let ty = if x.ty.is_nullable() { Type::Bool.nullable() } else { Type::Bool };
            f("is_finite", &[("x", x)], ty)
        }
        _ => {
            let (left, right) = match choose.below(6) {
                0 => (any(choose, &Type::Bool, depth), any(choose, &Type::Bool, depth)),
                1 => (any(choose, &Type::Date, depth), any(choose, &Type::Date, depth)),
                2 => (any(choose, &Type::Timestamp, depth), any(choose, &Type::Timestamp, depth)),
                3 => (any(choose, &Type::Str, depth), any(choose, &Type::Str, depth)),
                4 => (any(choose, &Type::Time, depth), any(choose, &Type::Time, depth)),
                _ => (number(choose, depth), number(choose, depth)),
            };
            let operator = choose.pick(&[
                BinaryOp::Equal,
                BinaryOp::NotEqual,
                BinaryOp::Less,
                BinaryOp::LessEqual,
                BinaryOp::Greater,
                BinaryOp::GreaterEqual,
            ]);
            let ty = either(&left, &right, Type::Bool);
            op(operator, left, right, ty)
        }
    }
}

/// An expression that ends in a function whose last bits may differ.
pub(super) fn inexact(choose: &mut Chooser, depth: usize) -> Expr {
    let x = any(choose, &Type::Float, depth);
    let ty = x.ty.clone();
    match choose.below(5) {
        4 => {
            let exponent = any(choose, &Type::Float, 1);
            let ty = either(&x, &exponent, Type::Float);
            op(BinaryOp::Power, x, exponent, ty)
        }
        function => f(["exp", "ln", "log10", "log1p"][function], &[("x", x)], ty),
    }
}
