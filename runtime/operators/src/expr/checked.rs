//! Integer arithmetic that does not wrap around.

use gml_connect::Fault;
use gml_ir::{BinaryOp, IntKind};
use polars::prelude::{Column, DataType, Expr, Int64Chunked, IntoSeries, NamedFrom, Series};

use super::{dtype, kernel};
use crate::frame::fault;

/// `left op right` in 64 bits; a result that does not fit `kind` is a fault. `//` and `%` round towards negative infinity and
/// are null by zero.
pub(crate) fn arithmetic(op: BinaryOp, left: Expr, right: Expr, kind: IntKind) -> Expr {
    telling(op, left, right, kind, overflow)
}

/// The same, where `tell` says that a result does not fit 64 bits, and of which numbers.
pub(super) fn telling(
    op: BinaryOp,
    left: Expr,
    right: Expr,
    kind: IntKind,
    tell: impl Fn(BinaryOp, Option<(i64, i64)>) -> Fault + Send + Sync + 'static,
) -> Expr {
    let inputs = vec![left.strict_cast(DataType::Int64), right.strict_cast(DataType::Int64)];
    kernel::map(inputs, move |columns| {
        let (left, right) = (columns[0].i64().map_err(fault)?, columns[1].i64().map_err(fault)?);
        let result = apply(op, left, right, &tell)?.into_series();
        narrow(result, kind).map(Column::from)
    })
}

/// A column of `int` in another width; a value that does not fit is a fault.
pub(crate) fn narrow(series: Series, kind: IntKind) -> Result<Series, Fault> {
    if kind == IntKind::I64 {
        return Ok(series);
    }
    let target = dtype(&gml_ir::Type::Int(kind)).unwrap_or(DataType::Int64);
    series.strict_cast(&target).map_err(|_| too_narrow(kind))
}

/// That a result does not fit a width.
pub(super) fn too_narrow(kind: IntKind) -> Fault {
    Fault::new("GML0923", format!("a result does not fit {}", kind.name()))
        .help("declare the column with a wider type, such as `int`, or compute with floats: `as_float`")
}

fn apply(
    op: BinaryOp,
    left: &Int64Chunked,
    right: &Int64Chunked,
    tell: &impl Fn(BinaryOp, Option<(i64, i64)>) -> Fault,
) -> Result<Int64Chunked, Fault> {
    let name = left.name().clone();
    let (left, right) = (left.rechunk(), right.rechunk());
    if let (Ok(left), Ok(right)) = (left.cont_slice(), right.cont_slice())
        && let Some(total) = total(op)
    {
        let pairs = left.iter().zip(right);
        let result: Option<Vec<i64>> = pairs.clone().map(|(a, b)| total(*a, *b)).collect();
        return match result {
            Some(values) => Ok(Int64Chunked::new(name, values)),
            None => Err(tell(op, pairs.map(|(a, b)| (*a, *b)).find(|(a, b)| total(*a, *b).is_none()))),
        };
    }
    let mut values = Vec::with_capacity(left.len());
    for pair in left.iter().zip(right.iter()) {
        values.push(match pair {
            (Some(a), Some(b)) => one(op, a, b, tell)?,
            _ => None,
        });
    }
    Ok(Int64Chunked::new(name, values))
}

/// The operators that have a result for each pair of numbers, unless it does not fit.
fn total(op: BinaryOp) -> Option<fn(i64, i64) -> Option<i64>> {
    match op {
        BinaryOp::Add => Some(i64::checked_add),
        BinaryOp::Subtract => Some(i64::checked_sub),
        BinaryOp::Multiply => Some(i64::checked_mul),
        _ => None,
    }
}

fn one(
    op: BinaryOp,
    a: i64,
    b: i64,
    tell: &impl Fn(BinaryOp, Option<(i64, i64)>) -> Fault,
) -> Result<Option<i64>, Fault> {
    let result = match op {
        BinaryOp::FloorDivide | BinaryOp::Remainder if b == 0 => return Ok(None),
        BinaryOp::FloorDivide => {
            a.checked_div(b).map(|quotient| if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
        }
        BinaryOp::Remainder => {
            let rest = a.wrapping_rem(b);
            Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
        }
        _ => total(op).and_then(|function| function(a, b)),
    };
    result.map(Some).ok_or_else(|| tell(op, Some((a, b))))
}

/// That a result does not fit 64 bits.
pub(super) fn overflow(op: BinaryOp, pair: Option<(i64, i64)>) -> Fault {
    let (a, b) = pair.unwrap_or_default();
    Fault::new("GML0923", format!("{a} {} {b} does not fit int", op.symbol()))
        .help("compute with floats (`as_float`), or leave such rows out with filter")
}
