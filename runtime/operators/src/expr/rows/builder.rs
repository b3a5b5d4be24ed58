//! Expressions into programs.
//!
//! What a program computes is what the lowering to polars computes, operation for operation: both are held against each other
//! by tests. What programs have no operations for (text, lists, dates that are computed with) is computed by polars and read
//! as a column.

use std::sync::Arc;

use gml_codegen::rows::{
    Comparison, Constant, FloatFunction, FloatOperator, IntOperator, Kind, Op, Program, Reg, Storage,
};
use gml_ir::{BinaryOp, Expr, ExprKind, IntKind, Type, UnaryOp, Value as Fixed};
use polars::prelude as pl;

use super::super::ticks::is_temporal;
use super::super::{Scope, compute, has};
use super::stored::Stored;

/// Items of a list behind `in` that are compared one by one.
const AMONG: usize = 16;

/// Operations of a program. What goes beyond is computed by polars and read.
const MOST: usize = 1 << 12;

/// Why an expression is no program: what it has that programs lack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reason(pub(super) String);

pub(super) type Built<T> = Result<T, Reason>;

pub(super) fn no<T>(what: impl Into<String>) -> Built<T> {
    Err(Reason(what.into()))
}

/// What an operation gives, and how it would be stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    pub(super) reg: Reg,
    pub(super) stored: Stored,
}

/// A column that a program reads.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// How polars gives it.
    pub(super) values: pl::Expr,
    /// How it is stored.
    pub(super) stored: Stored,
    of: Leaf,
}

/// What a column is of.
#[derive(Clone, Debug, PartialEq)]
enum Leaf {
    /// A column of the table.
    Column(Arc<str>),
    /// An expression that polars computes, and how often its result is used under a condition.
    Computed(Box<Expr>, Vec<(Reg, bool)>),
}

/// A program under way.
#[derive(Default)]
pub(super) struct Builder<'a> {
    pub(super) program: Program,
    pub(super) sources: Vec<Source>,
    /// The conditions under which the expression at hand is used, outermost first, and whether they hold there.
    guards: Vec<(&'a Expr, Reg, bool)>,
}

impl<'a> Builder<'a> {
    /// Adds an expression of operations.
    ///
    /// # Errors
    /// Why its outermost operation is none of a program. What was added is taken back.
    pub(super) fn root(&mut self, expr: &'a Expr) -> Built<Value> {
        let (ops, sources) = (self.program.ops.len(), self.sources.len());
        let value = self.operation(expr);
        if value.is_err() {
            self.back_to(ops, sources);
        }
        value
    }

    /// The value of an expression: of operations, or as a column that polars computes.
    pub(super) fn value(&mut self, expr: &'a Expr) -> Built<Value> {
        self.root(expr).or_else(|reason| self.computed(expr).ok_or(reason))
    }

    /// The value in another type. Null has any.
    pub(super) fn value_as(&mut self, expr: &'a Expr, stored: Stored) -> Built<Value> {
        if is_null(expr) {
            return Ok(self.push(Op::Constant(Constant::Null(stored.kind())), stored));
        }
        let value = self.value(expr)?;
        self.cast(value, stored)
    }

    /// The number as a float.
    pub(super) fn float(&mut self, expr: &'a Expr) -> Built<Value> {
        self.value_as(expr, Stored::Float)
    }

    /// The condition.
    fn condition(&mut self, expr: &'a Expr) -> Built<Reg> {
        Ok(self.value_as(expr, Stored::Bool)?.reg)
    }

    pub(super) fn push(&mut self, op: Op, stored: Stored) -> Value {
        Value { reg: self.program.push(op), stored }
    }

    pub(super) fn constant(&mut self, constant: Constant, stored: Stored) -> Value {
        self.push(Op::Constant(constant), stored)
    }

    fn back_to(&mut self, ops: usize, sources: usize) {
        self.program.ops.truncate(ops);
        self.program.columns.truncate(sources);
        self.sources.truncate(sources);
    }

    fn operation(&mut self, expr: &'a Expr) -> Built<Value> {
        if !has_columns(expr) {
            return self.fixed(expr);
        }
        if self.program.ops.len() > MOST {
            return no(format!("more than {MOST} operations"));
        }
        let value = match &expr.kind {
            ExprKind::Column(name) => self.column(name, &expr.ty)?,
            ExprKind::Unary(UnaryOp::Not, of) => {
                let of = self.condition(of)?;
                self.push(Op::Not(of), Stored::Bool)
            }
            ExprKind::Unary(UnaryOp::Negate, of) => self.negate(of, &expr.ty)?,
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, &expr.ty)?,
            ExprKind::IsNull(of) => {
                let of = self.value(of)?;
                self.push(Op::IsNull(of.reg), Stored::Bool)
            }
            ExprKind::In(item, among) => self.among(item, among)?,
            ExprKind::If(condition, yes, no) => self.branches(condition, yes, no, &expr.ty)?,
            ExprKind::Cast(of) => {
                let stored = stored(&expr.ty)?;
                self.value_as(of, stored)?
            }
            ExprKind::Call { function, args } => self.call(function, args, &expr.ty)?,
            ExprKind::Input(_) => return no("a value of another step"),
            ExprKind::Literal(_) => return no("a constant alone"),
            ExprKind::Field(..) => return no("a field of a struct"),
            ExprKind::List(_) => return no("a list"),
            ExprKind::Struct(_) => return no("a struct"),
        };
        match Stored::of(&expr.ty) {
            Some(stored) if stored != value.stored => no(format!("{} computed otherwise", expr.ty)),
            _ => Ok(value),
        }
    }

    /// The value of an expression without columns, which polars computes here and now.
    fn fixed(&mut self, expr: &Expr) -> Built<Value> {
        let Ok(fixed) = compute(&[], expr) else { return no("a constant that does not fit") };
        let stored = if expr.ty == Type::Unknown { Stored::of_value(&fixed) } else { Stored::of(&expr.ty) };
        let Some(stored) = stored else { return no(named(&expr.ty)) };
        match stored.constant(&fixed) {
            Some(constant) => Ok(self.constant(constant, stored)),
            None => no("a constant that does not fit"),
        }
    }

    fn column(&mut self, name: &Arc<str>, ty: &Type) -> Built<Value> {
        let stored = stored(ty)?;
        self.source(Leaf::Column(Arc::clone(name)), stored, || Some(pl::col(&**name))).ok_or_else(nowhere)
    }

    /// The expression as a column that polars computes.
    fn computed(&mut self, expr: &'a Expr) -> Option<Value> {
        // Of what is the same for all rows, polars gives one, and a program reads as many as there are.
        if !has_columns(expr) {
            return None;
        }
        let stored = Stored::of(&expr.ty)?;
        let guards = self.guards.iter().map(|(_, reg, holds)| (*reg, *holds)).collect();
        let conditions = self.guards.clone();
        self.source(Leaf::Computed(Box::new(expr.clone()), guards), stored, || {
            let scope = conditions
                .iter()
                .try_fold(Scope::default(), |scope, (condition, _, holds)| scope.branch(condition, *holds).ok())?;
            scope.translate(expr).ok()
        })
    }

    fn source(&mut self, of: Leaf, stored: Stored, values: impl FnOnce() -> Option<pl::Expr>) -> Option<Value> {
        let place = match self.sources.iter().position(|source| source.of == of && source.stored == stored) {
            Some(place) => place,
            None => {
                self.sources.push(Source { values: values()?, stored, of });
                self.program.columns.push(stored.storage());
                self.sources.len() - 1
            }
        };
        Some(self.push(Op::Column(u32::try_from(place).ok()?), stored))
    }

    /// The same number in a type that holds it.
    pub(super) fn cast(&mut self, value: Value, to: Stored) -> Built<Value> {
        use IntKind::{I8, I16, U8, U16};
        Ok(match (value.stored, to) {
            (from, to) if from == to => value,
            (Stored::Int(from), Stored::Int(kind)) if holds(kind, from) => Value { stored: to, ..value },
            (Stored::Int(_), Stored::Float) | (Stored::Int(I8 | I16 | U8 | U16), Stored::Float32) => {
                self.push(Op::ToFloat(value.reg), to)
            }
            (Stored::Float32, Stored::Float) => Value { stored: to, ..value },
            _ => return no("a number in a narrower type"),
        })
    }

    fn negate(&mut self, of: &'a Expr, ty: &Type) -> Built<Value> {
        match ty.non_null() {
            Type::Int(kind) => {
                let zero = self.constant(Constant::Int(0), Stored::Int(IntKind::I64));
                let of = self.int(of)?;
                self.whole(IntOperator::Subtract, zero.reg, of, *kind)
            }
            Type::Float | Type::Float32 => {
                let of = self.value(of)?;
                self.function(FloatFunction::Negate, of)
            }
            _ => no(named(ty)),
        }
    }

    /// A function of a float, which is stored as before.
    pub(super) fn function(&mut self, function: FloatFunction, of: Value) -> Built<Value> {
        if of.stored.kind() != Kind::Float {
            return no("a number that is no float");
        }
        Ok(self.push(Op::Function(function, of.reg), of.stored))
    }

    /// An integer operand.
    pub(super) fn int(&mut self, expr: &'a Expr) -> Built<Reg> {
        if is_null(expr) {
            return Ok(self.program.push(Op::Constant(Constant::Null(Kind::Int))));
        }
        let value = self.value(expr)?;
        match value.stored {
            Stored::Int(_) => Ok(value.reg),
            _ => no("whole numbers that are none"),
        }
    }

    /// Integer arithmetic that does not wrap around.
    pub(super) fn whole(&mut self, op: IntOperator, left: Reg, right: Reg, kind: IntKind) -> Built<Value> {
        if kind == IntKind::U64 {
            return no("uint64");
        }
        let used = self.used();
        let result = self.program.push(Op::Int { op, left, right, used });
        let result = match Stored::width(kind) {
            Some(width) => self.program.push(Op::Narrow { width, of: result, used }),
            None => result,
        };
        Ok(Value { reg: result, stored: Stored::Int(kind) })
    }

    /// Where the value at hand is used; nothing where it always is.
    fn used(&mut self) -> Option<Reg> {
        let mut all: Option<Reg> = None;
        for (_, condition, holds) in self.guards.clone() {
            // A null condition counts as false, and then the second branch is the one that is used.
            let here = if holds {
                condition
            } else {
                let never = self.program.push(Op::Constant(Constant::Bool(false)));
                let condition = self.program.push(Op::Coalesce(condition, never));
                self.program.push(Op::Not(condition))
            };
            all = Some(match all {
                Some(outer) => self.program.push(Op::And(outer, here)),
                None => here,
            });
        }
        all
    }

    fn branches(&mut self, condition: &'a Expr, yes: &'a Expr, no: &'a Expr, ty: &Type) -> Built<Value> {
        let stored = stored(ty)?;
        let reg = self.condition(condition)?;
        let mut branch = |of: &'a Expr, holds: bool| {
            self.guards.push((condition, reg, holds));
            let value = self.value_as(of, stored);
            self.guards.pop();
            value
        };
        let (yes, no) = (branch(yes, true)?, branch(no, false)?);
        Ok(self.push(Op::Select(reg, yes.reg, no.reg), stored))
    }

    fn binary(&mut self, op: BinaryOp, left: &'a Expr, right: &'a Expr, ty: &Type) -> Built<Value> {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                let (a, b) = (self.condition(left)?, self.condition(right)?);
                Ok(self.push(if op == BinaryOp::And { Op::And(a, b) } else { Op::Or(a, b) }, Stored::Bool))
            }
            BinaryOp::Coalesce => {
                let stored = stored(ty)?;
                let (a, b) = (self.value_as(left, stored)?, self.value_as(right, stored)?);
                Ok(self.push(Op::Coalesce(a.reg, b.reg), stored))
            }
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual => {
                if is_null(left) || is_null(right) {
                    return Ok(self.constant(Constant::Null(Kind::Bool), Stored::Bool));
                }
                let (a, b) = (self.value(left)?, self.value(right)?);
                self.compare(comparison(op), a, b)
            }
            _ if [left, right].iter().any(|side| is_temporal(&side.ty)) => no("dates or times that are computed with"),
            BinaryOp::Divide => {
                let (a, b) = (self.float(left)?, self.float(right)?);
                Ok(self.push(Op::Float(FloatOperator::Divide, a.reg, b.reg), Stored::Float))
            }
            BinaryOp::Power => self.power(left, right),
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::FloorDivide | BinaryOp::Remainder => {
                self.arithmetic(op, left, right, ty)
            }
        }
    }

    fn arithmetic(&mut self, op: BinaryOp, left: &'a Expr, right: &'a Expr, ty: &Type) -> Built<Value> {
        match ty.non_null() {
            Type::Int(kind) => {
                let op = match op {
                    BinaryOp::Add => IntOperator::Add,
                    BinaryOp::Subtract => IntOperator::Subtract,
                    BinaryOp::Multiply => IntOperator::Multiply,
                    BinaryOp::FloorDivide => IntOperator::FloorDivide,
                    _ => IntOperator::Remainder,
                };
                let (a, b) = (self.int(left)?, self.int(right)?);
                self.whole(op, a, b, *kind)
            }
            Type::Float => {
                let op = match op {
                    BinaryOp::Add => FloatOperator::Add,
                    BinaryOp::Subtract => FloatOperator::Subtract,
                    BinaryOp::Multiply => FloatOperator::Multiply,
                    BinaryOp::FloorDivide => FloatOperator::FloorDivide,
                    _ => FloatOperator::Remainder,
                };
                let (a, b) = (self.float(left)?, self.float(right)?);
                Ok(self.push(Op::Float(op, a.reg, b.reg), Stored::Float))
            }
            Type::Float32 => no("arithmetic of 32 bits"),
            _ => no(named(ty)),
        }
    }

    /// polars multiplies where the exponent is a small whole number, and takes a root where it is a half.
    fn power(&mut self, left: &'a Expr, right: &'a Expr) -> Built<Value> {
        let (base, exponent) = (self.float(left)?, self.float(right)?);
        let fixed = match self.program.ops.get(exponent.reg.place()) {
            Some(Op::Constant(Constant::Float(fixed))) => Some(*fixed),
            _ => None,
        };
        match fixed {
            Some(1.0) => Ok(base),
            Some(0.5) => self.function(FloatFunction::Sqrt, base),
            Some(times) if times.fract() == 0.0 && times > 1.0 && times < 10.0 => {
                let multiply = |so_far: Reg, builder: &mut Self| {
                    builder.program.push(Op::Float(FloatOperator::Multiply, so_far, base.reg))
                };
                let reg = (1..times as u8).fold(base.reg, |so_far, _| multiply(so_far, self));
                Ok(Value { reg, stored: Stored::Float })
            }
            _ => Ok(self.push(Op::Float(FloatOperator::Power, base.reg, exponent.reg), Stored::Float)),
        }
    }

    pub(super) fn compare(&mut self, comparison: Comparison, a: Value, b: Value) -> Built<Value> {
        let (a, b) = match (a.stored, b.stored) {
            (Stored::Int(_), Stored::Int(_)) => (a, b),
            (one, other) if one == other || one.kind() == Kind::Float && other.kind() == Kind::Float => (a, b),
            (Stored::Int(_), other) if other.kind() == Kind::Float => (self.cast_to_compare(a), b),
            (other, Stored::Int(_)) if other.kind() == Kind::Float => (a, self.cast_to_compare(b)),
            _ => return no("values of two types that are compared"),
        };
        Ok(self.push(Op::Compare(comparison, a.reg, b.reg), Stored::Bool))
    }

    fn cast_to_compare(&mut self, value: Value) -> Value {
        self.push(Op::ToFloat(value.reg), Stored::Float)
    }

    fn among(&mut self, item: &'a Expr, among: &'a Expr) -> Built<Value> {
        let scope = Scope::default();
        match scope.constant(among) {
            Some(Fixed::Range { start, end, inclusive }) => {
                let ty = if let Type::Range(of) = among.ty.non_null() { &**of } else { &item.ty };
                let stored = stored(ty)?;
                let value = self.value(item)?;
                let mut bound = |of: &Fixed| match stored.constant(of) {
                    Some(constant) => Ok(self.constant(constant, stored)),
                    None => no("a constant that does not fit"),
                };
                let (start, end) = (bound(&start)?, bound(&end)?);
                let above = self.compare(Comparison::GreaterEqual, value, start)?;
                let below = if inclusive { Comparison::LessEqual } else { Comparison::Less };
                let below = self.compare(below, value, end)?;
                Ok(self.push(Op::And(above.reg, below.reg), Stored::Bool))
            }
            Some(Fixed::List(items)) => self.among_items(item, &items, &among.ty),
            _ => no("a list of the row"),
        }
    }

    fn among_items(&mut self, item: &'a Expr, items: &[Fixed], ty: &Type) -> Built<Value> {
        let known: Vec<&Fixed> = items.iter().filter(|item| **item != Fixed::Null).collect();
        if known.len() > AMONG {
            return no(format!("a list of more than {AMONG} items"));
        }
        let mut value = self.value(item)?;
        let of = match ty.non_null() {
            Type::List(of) if *of.non_null() != Type::Null => of.non_null(),
            _ => item.ty.non_null(),
        };
        let mut stored = stored(of)?;
        if item.ty.is_numeric() && of.is_numeric() && item.ty.non_null() != of {
            // Both as floats: of two kinds of integers one is narrow enough to be the same float as no other number.
            value = if value.stored.kind() == Kind::Int { self.cast_to_compare(value) } else { value };
            stored = Stored::Float;
        }
        let mut any: Option<Reg> = None;
        for item in known {
            let Some(constant) = stored.constant(item) else { return no("a constant that does not fit") };
            let constant = self.constant(constant, stored);
            let equal = self.compare(Comparison::Equal, value, constant)?.reg;
            any = Some(match any {
                Some(any) => self.program.push(Op::Or(any, equal)),
                None => equal,
            });
        }
        let any = any.unwrap_or_else(|| {
            let missing = self.program.push(Op::IsNull(value.reg));
            let null = self.program.push(Op::Constant(Constant::Null(Kind::Bool)));
            let never = self.program.push(Op::Constant(Constant::Bool(false)));
            self.program.push(Op::Select(missing, null, never))
        });
        Ok(Value { reg: any, stored: Stored::Bool })
    }
}

/// How values of a type are stored.
///
/// # Errors
/// Where programs have no such values.
pub(super) fn stored(ty: &Type) -> Built<Stored> {
    Stored::of(ty).ok_or_else(|| Reason(named(ty)))
}

/// A type that programs do not have, in words.
pub(super) fn named(ty: &Type) -> String {
    match ty.non_null() {
        Type::Str | Type::Category | Type::Enum(_) => "text".into(),
        Type::List(_) | Type::Vector(_) => "a list".into(),
        Type::Struct(_) | Type::Record(_) => "a struct".into(),
        Type::Unknown => "a column whose type only the run knows".into(),
        other => other.to_string(),
    }
}

fn nowhere() -> Reason {
    Reason("a column that cannot be read".into())
}

fn is_null(expr: &Expr) -> bool {
    *expr.ty.non_null() == Type::Null
}

/// Whether a type holds all numbers of another.
fn holds(outer: IntKind, inner: IntKind) -> bool {
    let ((least, most), (from, to)) = (outer.bounds(), inner.bounds());
    least <= from && to <= most
}

fn comparison(op: BinaryOp) -> Comparison {
    match op {
        BinaryOp::Equal => Comparison::Equal,
        BinaryOp::NotEqual => Comparison::NotEqual,
        BinaryOp::Less => Comparison::Less,
        BinaryOp::LessEqual => Comparison::LessEqual,
        BinaryOp::Greater => Comparison::Greater,
        _ => Comparison::GreaterEqual,
    }
}

/// Whether an expression has a column, or a value of another step.
pub(super) fn has_columns(expr: &Expr) -> bool {
    has(expr, &|kind| matches!(kind, ExprKind::Column(_) | ExprKind::Input(_)))
}

/// Whether an operation may find that a number does not fit.
pub(super) fn can_fail(op: &Op) -> bool {
    match op {
        Op::Narrow { .. } => true,
        Op::Int { op, .. } => {
            matches!(op, IntOperator::Add | IntOperator::Subtract | IntOperator::Multiply | IntOperator::FloorDivide)
        }
        _ => false,
    }
}

/// The storage of what is given.
pub(super) fn output(value: Value) -> (Reg, Storage) {
    (value.reg, value.stored.storage())
}
