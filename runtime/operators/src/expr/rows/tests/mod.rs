//! Programs held against the lowering to polars: on expressions made at random and by hand, over columns of every form.

mod examples;
mod frames;
mod made;
mod random;
mod told;

use gml_connect::Fault;
use gml_ir::{Expr, NamedExpr};
use polars::prelude::{DataFrame, IntoLazy, Series};

use super::{Expressions, RowBackend, columns};
use crate::data::Context;
use crate::frame::collect;

/// What executes programs in this build.
fn native() -> impl Iterator<Item = RowBackend> {
    let native = [RowBackend::Interpreter, RowBackend::Cranelift, RowBackend::Llvm];
    native.into_iter().filter(|backend| backend.is_there())
}

/// A run on two threads.
fn context(backend: RowBackend) -> Context {
    Context { expressions: Expressions::by(backend), ..Context::new(2, "/nowhere") }
}

/// The values of expressions over the rows of a frame.
fn computed(frame: &DataFrame, exprs: &[Expr], backend: RowBackend) -> Result<Vec<Series>, Fault> {
    let named = exprs.iter().enumerate();
    let named: Vec<NamedExpr> =
        named.map(|(place, expr)| NamedExpr { name: format!("value {place}").into(), expr: expr.clone() }).collect();
    let lowered = columns(&named, &context(backend))?;
    let names: Vec<_> = lowered.columns.iter().map(|(name, _)| polars::prelude::col(name.as_str())).collect();
    let columns: Vec<_> = lowered.columns.into_iter().map(|(name, value)| value.alias(name.as_str())).collect();
    let frame = collect(frame.clone().lazy().with_columns(lowered.before).with_columns(columns).select(names))?;
    Ok(frame.columns().iter().map(|column| column.as_materialized_series().clone()).collect())
}

/// Where two columns differ, in words; floats by so many units in the last place at most.
fn difference(due: &Series, found: &Series, ulps: u64) -> Option<String> {
    if due.dtype() != found.dtype() || due.len() != found.len() {
        return Some(format!("{} of {}, not {} of {}", found.len(), found.dtype(), due.len(), due.dtype()));
    }
    if found.null_count() > due.len() {
        return Some("more nulls than rows".to_owned());
    }
    (0..due.len()).find_map(|row| {
        let (a, b) = (due.get(row).unwrap(), found.get(row).unwrap());
        let same = match (a.is_null(), b.is_null()) {
            (false, false) if due.dtype().is_float() => {
                near(a.extract::<f64>().unwrap(), b.extract::<f64>().unwrap(), ulps)
            }
            (missing, other) => missing == other && (missing || a == b),
        };
        (!same).then(|| format!("{b} in row {row}, not {a}"))
    })
}

/// Not-a-number is one, whatever its bits, and so is zero: polars leaves out adding zero, which changes the sign of one.
fn near(due: f64, found: f64, ulps: u64) -> bool {
    due.is_nan() && found.is_nan()
        || due == found
        || due.is_sign_positive() == found.is_sign_positive() && due.to_bits().abs_diff(found.to_bits()) <= ulps
}
