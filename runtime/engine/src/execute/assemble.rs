//! Single values computed from those of other steps; lists and records of what is no single value, such as tables.

use gml_connect::Fault;
use gml_ir::{Expr, ExprKind, Value};
use gml_operators::Data;

use super::stage::internal;
use super::step::{holds, part};
use crate::backend::Backend;

/// The value of an expression over the results of other steps.
pub(super) fn compute(backend: &dyn Backend, expr: &Expr, inputs: &[Data]) -> Result<Data, Fault> {
    let values: Option<Vec<Value>> = inputs.iter().map(Data::single).collect();
    match values {
        Some(values) => backend.compute(expr, &values).map(Data::Value),
        None => structure(backend, expr, inputs),
    }
}

/// An expression of which some inputs are no single values: they may be put together, taken apart and chosen from.
fn structure(backend: &dyn Backend, expr: &Expr, inputs: &[Data]) -> Result<Data, Fault> {
    let inner = |expr: &Expr| structure(backend, expr, inputs);
    Ok(match &expr.kind {
        ExprKind::Input(place) => {
            let input = inputs.get(*place as usize);
            input.cloned().ok_or_else(|| internal(format!("an expression has no input {place}")))?
        }
        ExprKind::List(items) => Data::List(items.iter().map(inner).collect::<Result<_, _>>()?),
        ExprKind::Struct(fields) => {
            let fields = fields.iter().map(|field| Ok((field.name.clone(), inner(&field.expr)?)));
            Data::Record(fields.collect::<Result<_, Fault>>()?)
        }
        ExprKind::Field(of, name) => part(inner(of)?, name)?,
        ExprKind::If(condition, yes, no) => inner(if holds(&inner(condition)?)? { yes } else { no })?,
        ExprKind::Cast(of) if !is_single(of, inputs) => inner(of)?,
        _ => {
            // Inputs that are no single values do not occur in here; null holds their places.
            let values: Vec<Value> = inputs.iter().map(|input| input.single().unwrap_or(Value::Null)).collect();
            if !is_single(expr, inputs) {
                return Err(internal("an expression computes with what is no single value"));
            }
            Data::Value(backend.compute(expr, &values)?)
        }
    })
}

/// Whether all inputs that an expression uses are single values.
fn is_single(expr: &Expr, inputs: &[Data]) -> bool {
    let single = |expr: &Expr| is_single(expr, inputs);
    match &expr.kind {
        ExprKind::Input(place) => inputs.get(*place as usize).is_some_and(|input| input.single().is_some()),
        ExprKind::Column(_) | ExprKind::Literal(_) => true,
        ExprKind::Field(of, _) | ExprKind::Unary(_, of) | ExprKind::IsNull(of) | ExprKind::Cast(of) => single(of),
        ExprKind::Binary(_, left, right) | ExprKind::In(left, right) => single(left) && single(right),
        ExprKind::If(condition, yes, no) => single(condition) && single(yes) && single(no),
        ExprKind::List(items) => items.iter().all(single),
        ExprKind::Struct(fields) => fields.iter().all(|field| single(&field.expr)),
        ExprKind::Call { args, .. } => args.iter().all(|(_, arg)| single(arg)),
    }
}
