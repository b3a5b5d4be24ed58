//! Decimals, to the last digit.
//!
//! The table engine rounds a product to the digits of its factors, gives every result 38 digits, and makes null of what it has no
//! room for. Here a result has the digits of its type, and what does not fit is a fault.

use std::cmp::Ordering;

use gml_connect::Fault;
use gml_connect::decimal::floats;
use gml_ir::{BinaryOp, Decimal, Type, Value};
use polars::prelude as pl;
use polars::prelude::{
    BooleanChunked, Column, DataType, Int64Chunked, Int128Chunked, IntoSeries, NewChunkedArray, Series,
};

use super::{dtype, kernel};
use crate::frame::fault;

/// A type that every integer fits.
pub(super) const WHOLE: Type = Type::Decimal { precision: 20, scale: 0 };

/// Whether values of a type are decimals; null aside.
pub(super) fn is_decimal(ty: &Type) -> bool {
    matches!(ty.non_null(), Type::Decimal { .. })
}

/// Whether values of a type have digits that can be compared with those of decimals: decimals and integers.
pub(super) fn has_digits(ty: &Type) -> bool {
    matches!(ty.non_null(), Type::Decimal { .. } | Type::Int(_))
}

/// `left op right` of decimals and integers, in the type of the result. `//` and `%` are null by zero.
pub(super) fn arithmetic(op: BinaryOp, left: pl::Expr, right: pl::Expr, ty: &Type) -> pl::Expr {
    let ty = ty.non_null().clone();
    kernel::map(vec![left, right], move |columns| {
        let pairs = numbers(&columns[0])?.into_iter().zip(numbers(&columns[1])?);
        let results = pairs.map(|pair| match pair {
            (Some(a), Some(b)) => apply(op, a, b, &ty),
            _ => Ok(None),
        });
        column(results, &ty).map(Column::from)
    })
}

fn apply(op: BinaryOp, a: Decimal, b: Decimal, ty: &Type) -> Result<Option<Decimal>, Fault> {
    let result = a.computed(op, b);
    if result == Some(None) {
        return Ok(None);
    }
    let fitted = result.flatten().and_then(|result| fitted(result, ty));
    fitted.map(Some).ok_or_else(|| {
        Fault::new("GML0923", format!("{a} {} {b} does not fit {ty}", op.symbol())).help(
            "take fewer digits of one side (`as_decimal`), compute with floats (`as_float`), or leave such rows out with filter",
        )
    })
}

/// Which of two decimals or integers is larger, whatever digits they have.
pub(super) fn compare(op: BinaryOp, left: pl::Expr, right: pl::Expr) -> pl::Expr {
    let holds: fn(Ordering) -> bool = match op {
        BinaryOp::Equal => Ordering::is_eq,
        BinaryOp::NotEqual => Ordering::is_ne,
        BinaryOp::Less => Ordering::is_lt,
        BinaryOp::LessEqual => Ordering::is_le,
        BinaryOp::Greater => Ordering::is_gt,
        _ => Ordering::is_ge,
    };
    kernel::map(vec![left, right], move |columns| {
        let pairs = numbers(&columns[0])?.into_iter().zip(numbers(&columns[1])?);
        let truths: BooleanChunked = pairs.map(|(a, b)| Some(holds(a?.compare(b?)))).collect();
        Ok(Column::from(truths.into_series()))
    })
}

/// The values in another type, where one of the two is a decimal; `None` where neither is, and within lists and structs.
pub(super) fn cast(value: pl::Expr, from: &Type, to: &Type) -> Option<pl::Expr> {
    let ty = to.non_null().clone();
    match (from.non_null(), &ty) {
        (Type::Decimal { .. }, Type::Float | Type::Float32) => {
            let target = dtype(&ty)?;
            Some(kernel::map(vec![value], move |columns| {
                floats(columns[0].as_materialized_series())?.cast(&target).map(Column::from).map_err(fault)
            }))
        }
        (Type::Decimal { .. } | Type::Int(_) | Type::Float | Type::Float32, Type::Decimal { .. }) => {
            Some(kernel::map(vec![value], move |columns| {
                converted(columns[0].as_materialized_series(), &ty).map(Column::from)
            }))
        }
        _ => None,
    }
}

/// The numbers of a column in the type of a decimal; one that it has no room for is a fault.
fn converted(values: &Series, ty: &Type) -> Result<Series, Fault> {
    let results = read(values)?.into_iter().map(|number| match number {
        Read::Null => Ok(None),
        Read::Number(number) => match fitted(number, ty) {
            Some(number) => Ok(Some(number)),
            None => Err(no_room(&number.to_string(), ty)),
        },
        Read::Other(number) => Err(no_room(&format!("{number:?}"), ty)),
    });
    column(results, ty)
}

/// The numbers of a column, rounded to decimals of that type, halves away from zero.
pub(super) fn rounded(value: pl::Expr, precision: u8, scale: u8) -> pl::Expr {
    let ty = Type::Decimal { precision, scale };
    kernel::map(vec![value], move |columns| {
        let results = read(columns[0].as_materialized_series())?.into_iter().map(|number| match number {
            Read::Null => Ok(None),
            Read::Number(number) => match number.rounded(scale).and_then(|number| fitted(number, &ty)) {
                Some(number) => Ok(Some(number)),
                None => Err(no_room(&number.to_string(), &ty)),
            },
            // What has so many zeros behind the point that it is no decimal.
            Read::Other(number) => match format!("{number:.*}", usize::from(scale)).parse() {
                Ok(number) if fitted(number, &ty).is_some() => Ok(Some(number)),
                _ => Err(no_room(&format!("{number:?}"), &ty)),
            },
        });
        column(results, &ty).map(Column::from)
    })
}

fn no_room(number: &str, ty: &Type) -> Fault {
    Fault::new("GML0923", format!("{number} does not fit {ty}"))
        .help("take a type of more digits, or leave such rows out with filter")
}

/// What stands before the point, as an integer; null where that does not fit.
pub(super) fn whole(value: pl::Expr) -> pl::Expr {
    kernel::map(vec![value], |columns| {
        let wholes = numbers(&columns[0])?.into_iter().map(|number| {
            let number = number?;
            let one = 10_i128.checked_pow(number.scale().into())?;
            i64::try_from(number.units() / one).ok()
        });
        Ok(Column::from(wholes.collect::<Int64Chunked>().into_series()))
    })
}

/// The signs of decimals, as decimals of one digit.
pub(super) fn sign(value: pl::Expr, ty: &Type) -> pl::Expr {
    let ty = ty.non_null().clone();
    kernel::map(vec![value], move |columns| {
        let signs = numbers(&columns[0])?.into_iter();
        let signs = signs.map(|number| Ok(number.and_then(|number| Decimal::new(number.units().signum(), 0))));
        column(signs, &ty).map(Column::from)
    })
}

/// A column of decimals of that type.
pub(crate) fn column(values: impl Iterator<Item = Result<Option<Decimal>, Fault>>, ty: &Type) -> Result<Series, Fault> {
    let Type::Decimal { precision, scale } = ty.non_null() else {
        return Err(Fault::new("GML0999", format!("decimals were to become {ty}")));
    };
    let units = values.map(|value| Ok(value?.map(Decimal::units))).collect::<Result<Vec<_>, Fault>>()?;
    let units = Int128Chunked::from_iter_options("".into(), units.into_iter());
    units.into_decimal((*precision).into(), (*scale).into()).map(IntoSeries::into_series).map_err(fault)
}

/// A constant number in the type of a decimal; `None` where that has no room for it.
pub(super) fn constant(number: &Value, ty: &Type) -> Option<Value> {
    fitted(number.as_decimal()?, ty).map(Value::Decimal)
}

/// The number with the digits of the type; `None` where it has no room for it.
fn fitted(number: Decimal, ty: &Type) -> Option<Decimal> {
    match ty {
        Type::Decimal { precision, scale } => number.fitted(*precision, *scale),
        _ => None,
    }
}

fn numbers(column: &Column) -> Result<Vec<Option<Decimal>>, Fault> {
    gml_connect::decimal::numbers(column.as_materialized_series())
}

/// A number of a column.
enum Read {
    Null,
    Number(Decimal),
    /// A float that is no decimal.
    Other(f64),
}

/// Numbers of any type.
fn read(values: &Series) -> Result<Vec<Read>, Fault> {
    if !values.dtype().is_float() {
        let numbers = gml_connect::decimal::numbers(values)?.into_iter();
        return Ok(numbers.map(|number| number.map_or(Read::Null, Read::Number)).collect());
    }
    let single = *values.dtype() == DataType::Float32;
    let floats = values.cast(&DataType::Float64).map_err(fault)?;
    let numbers = floats.f64().map_err(fault)?.iter().map(|number| {
        let Some(number) = number else { return Read::Null };
        // Of 32 bits a number has fewer digits.
        let decimal = if single { (number as f32).to_string().parse().ok() } else { Decimal::of_float(number) };
        decimal.map_or(Read::Other(number), Read::Number)
    });
    Ok(numbers.collect())
}
