//! What row expressions cost, in nanoseconds a row on one thread, by polars and as programs.
//!
//! The prices are constants, so that what is chosen depends on the program and the data alone. `examples/rows.rs` measures what they
//! should be: of operations alone, which read and write columns too, and of eight of them one behind the other. Those of LLVM are
//! still the interpreter's.

use gml_codegen::rows::{Constant, FloatFunction, FloatOperator, IntOperator, Op, Program};
use gml_ir::{BinaryOp, Expr, ExprKind, Type, UnaryOp};

use super::settings::RowBackend;
use super::stored::Stored;

/// Rows that are assumed where nobody knows how many there are.
pub(super) const ASSUMED: u64 = 100_000;

/// A program is taken where polars is expected to take this many times as long: below, prices are not exact enough.
pub(super) const MARGIN: f64 = 1.2;

/// What operations cost.
struct Prices {
    /// Reading or writing a column.
    column: f64,
    /// Conditions that are combined, and questions for null.
    logic: f64,
    compare: f64,
    select: f64,
    /// Another value in the place of null.
    coalesce: f64,
    /// A float added, multiplied or without its sign.
    float: f64,
    /// A float rounded down or up.
    floor: f64,
    divide: f64,
    /// Integers that may not fit.
    whole: f64,
    /// Integers divided.
    whole_divide: f64,
    /// Another type.
    convert: f64,
    round: f64,
    exp: f64,
    ln: f64,
    log10: f64,
    log1p: f64,
    power: f64,
}

/// What polars takes to put one value in the place of null.
const FILL: f64 = 0.8;

const POLARS: Prices = Prices {
    column: 0.0,
    logic: 0.05,
    compare: 1.0,
    select: 1.25,
    coalesce: 2.5,
    float: 1.0,
    floor: 3.2,
    divide: 1.8,
    whole: 3.2,
    whole_divide: 13.0,
    convert: 0.8,
    round: 6.7,
    exp: 5.1,
    ln: 5.6,
    log10: 9.7,
    log1p: 11.0,
    power: 15.0,
};

const INTERPRETER: Prices = Prices {
    column: 0.47,
    logic: 0.05,
    compare: 0.1,
    select: 0.38,
    coalesce: 1.8,
    float: 0.07,
    floor: 0.05,
    divide: 0.75,
    whole: 0.15,
    whole_divide: 2.3,
    convert: 0.35,
    round: 0.8,
    exp: 1.2,
    ln: 1.2,
    log10: 1.7,
    log1p: 1.2,
    power: 2.7,
};

const CRANELIFT: Prices = Prices {
    compare: 0.8,
    logic: 0.2,
    select: 0.45,
    coalesce: 0.8,
    float: 0.09,
    floor: 0.3,
    divide: 1.4,
    whole: 0.5,
    whole_divide: 9.0,
    round: 6.2,
    exp: 1.5,
    ln: 1.6,
    log10: 2.1,
    log1p: 1.3,
    power: 2.9,
    ..INTERPRETER
};

const LLVM: Prices = INTERPRETER;

/// What making a program ready costs, in nanoseconds, and what each of its operations adds.
const COMPILING: [(RowBackend, f64, f64); 3] = [
    (RowBackend::Interpreter, 1_000.0, 100.0),
    (RowBackend::Cranelift, 400_000.0, 30_000.0),
    (RowBackend::Llvm, 8_000_000.0, 500_000.0),
];

/// What a program costs a row.
pub(super) fn of_program(program: &Program, backend: RowBackend) -> f64 {
    let prices = match backend {
        RowBackend::Cranelift => &CRANELIFT,
        RowBackend::Llvm => &LLVM,
        RowBackend::Auto | RowBackend::Polars | RowBackend::Interpreter => &INTERPRETER,
    };
    let ops: f64 = program.ops.iter().map(|op| prices.of(op)).sum();
    ops + prices.column * program.outputs.len() as f64
}

/// What making it ready costs in all.
pub(super) fn of_compiling(program: &Program, backend: RowBackend) -> f64 {
    let of = COMPILING.iter().find(|(of, ..)| *of == backend);
    of.map_or(0.0, |(_, all, each)| all + each * program.ops.len() as f64)
}

impl Prices {
    fn of(&self, op: &Op) -> f64 {
        match op {
            Op::Constant(Constant::Bool(_) | Constant::Int(_) | Constant::Float(_) | Constant::Null(_)) => 0.0,
            Op::Column(_) => self.column,
            Op::Function(function, _) => self.function(*function),
            Op::Float(op, ..) => match op {
                FloatOperator::Add | FloatOperator::Subtract | FloatOperator::Multiply => self.float,
                FloatOperator::Least | FloatOperator::Greatest => self.float + self.compare,
                FloatOperator::Divide => self.divide,
                FloatOperator::FloorDivide | FloatOperator::Remainder => self.divide + self.floor + self.float,
                FloatOperator::Power => self.power,
            },
            Op::Int { op, .. } => match op {
                IntOperator::Add | IntOperator::Subtract | IntOperator::Multiply => self.whole,
                IntOperator::FloorDivide | IntOperator::Remainder => self.whole_divide,
                IntOperator::Least | IntOperator::Greatest => self.float,
            },
            Op::Narrow { .. } | Op::ToFloat(_) | Op::ToInt(_) => self.convert,
            Op::Whole(_) => self.round,
            Op::Compare(..) | Op::IsFinite(_) => self.compare,
            Op::And(..) | Op::Or(..) | Op::Not(_) | Op::IsNull(_) => self.logic,
            Op::Coalesce(..) => self.coalesce,
            Op::Select(..) => self.select,
        }
    }

    fn function(&self, function: FloatFunction) -> f64 {
        match function {
            FloatFunction::Negate | FloatFunction::Abs | FloatFunction::Sign => self.float,
            FloatFunction::Floor | FloatFunction::Ceil => self.floor,
            FloatFunction::Sqrt => self.divide,
            FloatFunction::Round(_) => self.round,
            FloatFunction::Exp => self.exp,
            FloatFunction::Ln => self.ln,
            FloatFunction::Log10 => self.log10,
            FloatFunction::Log1p => self.log1p,
        }
    }
}

/// Whether a program has functions whose last bits differ from those of polars.
pub(super) fn is_inexact(program: &Program) -> bool {
    program.ops.iter().any(|op| {
        matches!(
            op,
            Op::Function(FloatFunction::Exp | FloatFunction::Ln | FloatFunction::Log10 | FloatFunction::Log1p, _)
                | Op::Float(FloatOperator::Power, ..)
        )
    })
}

/// What polars takes for a row of an expression, as far as programs have its operations too: what polars computes either way
/// counts nothing.
pub(super) fn of_polars(expr: &Expr) -> f64 {
    Polars { guard: None }.of(expr)
}

/// Expressions as the lowering writes them out for polars, in which the same part is computed wherever it stands.
#[derive(Clone, Copy)]
struct Polars {
    /// What it takes to compute the condition under which the expression at hand is used.
    guard: Option<f64>,
}

impl Polars {
    fn of(self, expr: &Expr) -> f64 {
        let price = &POLARS;
        match &expr.kind {
            ExprKind::Column(_) | ExprKind::Literal(_) | ExprKind::Input(_) => 0.0,
            ExprKind::Unary(UnaryOp::Not, of) | ExprKind::IsNull(of) => self.of(of) + price.logic,
            ExprKind::Unary(UnaryOp::Negate, of) => match expr.ty.non_null() {
                Type::Int(_) => self.whole(price.whole, &[of]),
                _ => self.of(of) + price.float,
            },
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, &expr.ty),
            ExprKind::In(item, among) => {
                let items = match &among.kind {
                    ExprKind::Literal(gml_ir::Value::List(items)) => items.len() as f64,
                    _ => 2.0,
                };
                self.of(item) + price.compare * items.max(2.0)
            }
            ExprKind::If(condition, yes, no) => {
                let of_condition = self.of(condition);
                let guard = self.guard.unwrap_or(0.0) + of_condition + price.logic;
                let branch = Self { guard: Some(guard) };
                of_condition
                    + price.select
                    + branch.cast(yes, &expr.ty)
                    + branch.of(yes)
                    + branch.cast(no, &expr.ty)
                    + branch.of(no)
            }
            ExprKind::Cast(of) => self.of(of) + self.cast(of, &expr.ty),
            ExprKind::Call { function, args } => {
                let args: Vec<&Expr> = args.iter().map(|(_, arg)| arg).collect();
                self.call(function, &args, &expr.ty)
            }
            // What is no part of programs is computed by polars either way.
            ExprKind::Field(..) | ExprKind::List(_) | ExprKind::Struct(_) => 0.0,
        }
    }

    /// An operand in another type.
    fn cast(self, of: &Expr, to: &Type) -> f64 {
        let same = Stored::of(&of.ty).is_none() || Stored::of(&of.ty) == Stored::of(to);
        if same || matches!(of.kind, ExprKind::Literal(_)) { 0.0 } else { POLARS.convert }
    }

    /// Operands of integers: null where the result is not used.
    fn whole(self, price: f64, operands: &[&Expr]) -> f64 {
        let guarded = self.guard.map_or(0.0, |guard| guard + POLARS.select);
        let operands: f64 =
            operands.iter().map(|operand| self.of(operand) + self.cast(operand, &Type::INT) + guarded).sum();
        price + operands
    }

    fn binary(self, op: BinaryOp, left: &Expr, right: &Expr, ty: &Type) -> f64 {
        let price = &POLARS;
        // What stands below is looked through once for each arm: were it for two, a sum of thirty terms would take 2^30 steps.
        let floats = || self.of(left) + self.of(right) + self.cast(left, &Type::Float) + self.cast(right, &Type::Float);
        match (op, ty.non_null()) {
            (BinaryOp::And | BinaryOp::Or, _) => self.of(left) + self.of(right) + price.logic,
            (BinaryOp::Coalesce, _) if matches!(right.kind, ExprKind::Literal(_)) => {
                self.of(left) + self.cast(left, ty) + FILL
            }
            (BinaryOp::Coalesce, _) => {
                self.of(left) + self.of(right) + self.cast(left, ty) + self.cast(right, ty) + price.coalesce
            }
            (BinaryOp::Divide, _) => floats() + price.divide,
            (BinaryOp::Power, _) => match right.kind {
                ExprKind::Literal(_) => floats() + price.float,
                _ => floats() + price.power,
            },
            (BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply, Type::Int(_)) => {
                self.whole(price.whole, &[left, right])
            }
            (BinaryOp::FloorDivide | BinaryOp::Remainder, Type::Int(_)) => {
                self.whole(price.whole_divide, &[left, right])
            }
            (BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply, _) => floats() + price.float,
            (BinaryOp::FloorDivide | BinaryOp::Remainder, _) => floats() + price.divide + price.floor + price.float,
            // Numbers of two types are compared as floats.
            _ if Stored::of(&left.ty).map(Stored::kind) != Stored::of(&right.ty).map(Stored::kind) => {
                floats() + price.compare
            }
            _ => self.of(left) + self.of(right) + price.compare,
        }
    }

    fn call(self, function: &str, args: &[&Expr], ty: &Type) -> f64 {
        let price = &POLARS;
        if function == "abs" && matches!(ty.non_null(), Type::Int(_)) {
            // The number is computed twice, for itself and for its sign.
            return 2.0 * self.whole(price.whole, args);
        }
        let of_each: Vec<f64> = args.iter().map(|arg| self.of(arg)).collect();
        let operands: f64 = of_each.iter().sum();
        match function {
            "abs" | "sign" => operands + price.float,
            "floor" | "ceil" => operands + price.floor,
            "sqrt" => operands + price.float,
            "round" => operands + price.round,
            "exp" => operands + price.exp,
            "ln" => operands + price.ln,
            "log10" => operands + price.log10,
            "log1p" => operands + price.log1p,
            "is_finite" => operands + price.compare,
            "to_whole" | "as_float" | "as_int" => operands + price.convert,
            // Each side stands in both comparisons and is given once.
            "least" | "greatest" => 3.0 * operands + 2.0 * (price.compare + price.select),
            "clip" => match of_each[..] {
                [x, low, high] => {
                    let smaller = 3.0 * (x + high) + 2.0 * (price.compare + price.select);
                    3.0 * (smaller + low) + 2.0 * (price.compare + price.select)
                }
                _ => operands,
            },
            _ => 0.0,
        }
    }
}
