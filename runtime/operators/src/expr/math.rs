//! `std.math`, but for `quantile_bin`, which sees other rows.

use gml_connect::Fault;
use gml_ir::{BinaryOp, Expr, MAX_DIGITS, Type, rounded};
use polars::prelude as pl;
use polars::prelude::{ChunkApply, DataType, when};

use super::call::{Args, Function};
use super::{cast, checked, decimal, kernel, null};

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("abs", abs),
    ("round", round),
    ("floor", |args| Ok(kernel::float(args.get("x")?, f64::floor))),
    ("ceil", |args| Ok(kernel::float(args.get("x")?, f64::ceil))),
    ("sqrt", |args| Ok(kernel::float(args.get("x")?, f64::sqrt))),
    ("exp", |args| Ok(kernel::float(args.get("x")?, f64::exp))),
    ("ln", |args| Ok(kernel::float(args.get("x")?, f64::ln))),
    ("log10", |args| Ok(kernel::float(args.get("x")?, f64::log10))),
    ("log1p", |args| Ok(kernel::float(args.get("x")?, f64::ln_1p))),
    ("sign", sign),
    ("clip", clip),
    ("is_finite", |args| Ok(args.get("x")?.cast(DataType::Float64).is_finite())),
    ("to_whole", to_whole),
    ("as_float", |args| Ok(cast(args.get("x")?, args.ty("x")?, &Type::Float).cast(DataType::Float64))),
    ("as_decimal", as_decimal),
    ("as_int", |args| Ok(args.get("x")?.cast(DataType::Int64))),
    ("least", |args| Ok(smaller(typed(args, "a")?, typed(args, "b")?))),
    ("greatest", |args| Ok(larger(typed(args, "a")?, typed(args, "b")?))),
];

fn abs(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    Ok(match args.result.non_null() {
        Type::Int(kind) => {
            let x = args.used("x")?;
            checked::arithmetic(BinaryOp::Multiply, x.clone(), x.sign(), *kind)
        }
        Type::Float => kernel::float(args.get("x")?, f64::abs),
        _ => args.get("x")?.abs(),
    })
}

fn round(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let digits = args.int("digits")?;
    let digits = i32::try_from(digits).ok().filter(|digits| digits.abs() <= 308);
    let digits = digits.ok_or_else(|| args.bad("digits", "between -308 and 308"))?;
    Ok(kernel::map(vec![args.get("x")?.cast(DataType::Float64)], move |columns| {
        let values = columns[0].f64().map_err(crate::frame::fault)?;
        let values: pl::Float64Chunked = values.apply_values(|x| rounded(x, digits));
        Ok(pl::Column::from(pl::IntoSeries::into_series(values)))
    }))
}

fn sign(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let x = args.get("x")?;
    Ok(if decimal::is_decimal(args.ty("x")?) { decimal::sign(x, args.result) } else { x.sign() })
}

fn to_whole(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let x = args.get("x")?;
    Ok(match args.ty("x")?.non_null() {
        Type::Decimal { .. } => decimal::whole(x),
        _ => x.cast(DataType::Int64),
    })
}

fn as_decimal(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    let digits = |name| {
        let digits = u8::try_from(args.int(name)?).ok().filter(|digits| *digits <= MAX_DIGITS);
        digits.ok_or_else(|| args.bad(name, "at most 38"))
    };
    let (precision, scale) = (digits("precision")?, digits("scale")?);
    if precision < scale.max(1) {
        return Err(args.bad("scale", "at most precision"));
    }
    Ok(decimal::rounded(args.used("x")?, precision, scale))
}

/// The argument in the type of the result.
fn typed(args: &Args<'_>, name: &str) -> Result<pl::Expr, Fault> {
    let Expr { ty, .. } = args.expr(name)?;
    Ok(cast(args.get(name)?, ty, args.result))
}

fn clip(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    Ok(larger(smaller(typed(args, "x")?, typed(args, "high")?), typed(args, "low")?))
}

fn smaller(a: pl::Expr, b: pl::Expr) -> pl::Expr {
    when(a.clone().lt_eq(b.clone())).then(a.clone()).when(a.gt(b.clone())).then(b).otherwise(null())
}

fn larger(a: pl::Expr, b: pl::Expr) -> pl::Expr {
    when(a.clone().gt_eq(b.clone())).then(a.clone()).when(a.lt(b.clone())).then(b).otherwise(null())
}
