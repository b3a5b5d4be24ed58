//! `embed` within the expressions of an operator: vectors are computed first, as columns of their own, for all rows at once.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Arg, Expr, ExprKind, INPUTS};
use polars::prelude::{Column, DataFrame, by_name};

use crate::data::{Call, Context, Data, Implementation, Input, Table};
use crate::expr::{has, translate};
use crate::frame::{apply, evaluate, fault};
use crate::learned::Fitted;
use crate::table::CallExt;

use super::encoder::Encoder;

/// The function of rows.
pub(crate) const EMBED: &str = "embed";

/// What the names of columns begin with that hold vectors until an operator has used them.
const VECTOR: &str = "__vector_";

/// A call of `embed`: by what, and of what.
struct Embedded {
    encoder: Arc<dyn Fitted>,
    value: Expr,
}

/// Does an operator of tables whose expressions may embed something.
pub(crate) fn within(call: Call<'_>, operator: Implementation) -> Result<Data, Fault> {
    let Some(Input::List(inputs)) = call.input(INPUTS) else { return operator(call) };
    let encoders = inputs.iter().map(|input| match input {
        Input::Data(Data::Fitted(fitted)) => Some(Arc::clone(fitted)),
        // A single value, which is in the expressions by now.
        _ => None,
    });
    let encoders: Vec<Option<Arc<dyn Fitted>>> = encoders.collect();
    let mut found = Vec::new();
    let args = call.args.iter().filter(|(name, _)| &**name != INPUTS).map(|(name, arg)| {
        let mut arg = arg.clone();
        arg.expressions_mut().try_for_each(|expr| taken(expr, &encoders, &mut found))?;
        Ok((name.clone(), arg))
    });
    let mut args = args.collect::<Result<Vec<_>, Fault>>()?;
    let names: Vec<String> = (0..found.len()).map(|place| format!("{VECTOR}{place}")).collect();
    let table = call.table("input")?;
    let context = Context { threads: call.context.threads.max(1), ..call.context.clone() };
    let frame = apply(table.frame.clone(), "embed", move |frame| with_vectors(frame, &found, &context))?;
    let with = Table { frame, ty: table.ty.clone() };
    for (name, arg) in &mut args {
        if &**name == "input" {
            *arg = Input::Data(Data::Table(with.clone()));
        }
    }
    match operator(Call { args, ..call })? {
        Data::Table(table) => {
            // What the operator let through of them goes.
            Ok(Data::Table(Table { frame: table.frame.drop(by_name(names, false, false)), ty: table.ty }))
        }
        other => Ok(other),
    }
}

/// The frame with a column of vectors for each call.
fn with_vectors(mut frame: DataFrame, found: &[Embedded], context: &Context) -> Result<DataFrame, Fault> {
    let values = found.iter().map(|one| Ok(("value".to_owned(), translate(&one.value)?)));
    let values = values.collect::<Result<Vec<_>, Fault>>()?;
    for (place, (one, value)) in found.iter().zip(values).enumerate() {
        let name = format!("{VECTOR}{place}");
        let of = evaluate(&frame, vec![value])?;
        let of: Column = of.columns()[0].clone().with_name(name.as_str().into());
        let vectors = Encoder::of(&*one.encoder)?.column(&of, context)?;
        frame.with_column(vectors).map_err(fault)?;
    }
    Ok(frame)
}

/// Whether something is embedded within an argument.
pub(crate) fn embeds(arg: &Arg) -> bool {
    match arg {
        Arg::Expr(expr) => calls_embed(expr),
        Arg::Columns(columns) => columns.iter().any(|column| calls_embed(&column.expr)),
        Arg::Order(keys) => keys.iter().any(|key| calls_embed(&key.expr)),
        Arg::Step(_) | Arg::Const(_) | Arg::List(_) | Arg::Record(_) => false,
    }
}

/// Whether something is embedded within an expression.
pub(crate) fn calls_embed(expr: &Expr) -> bool {
    has(expr, &|kind| matches!(kind, ExprKind::Call { function, .. } if &**function == EMBED))
}

/// Puts a column in the place of each call of `embed` in an expression.
fn taken(expr: &mut Expr, encoders: &[Option<Arc<dyn Fitted>>], found: &mut Vec<Embedded>) -> Result<(), Fault> {
    if let ExprKind::Call { function, args } = &expr.kind
        && &**function == EMBED
    {
        let arg = |name: &str| args.iter().find(|(arg, _)| &**arg == name).map(|(_, expr)| expr);
        let internal = || Fault::new("GML0999", "`embed` was called without an encoder or a value");
        let (encoder, value) = (arg("encoder").ok_or_else(internal)?, arg("value").ok_or_else(internal)?);
        let ExprKind::Input(place) = encoder.kind else { return Err(internal()) };
        let encoder = encoders.get(place as usize).and_then(Option::as_ref).ok_or_else(internal)?;
        let name = format!("{VECTOR}{}", found.len());
        found.push(Embedded { encoder: Arc::clone(encoder), value: value.clone() });
        expr.kind = ExprKind::Column(name.into());
        return Ok(());
    }
    let mut take = |expr: &mut Expr| taken(expr, encoders, found);
    match &mut expr.kind {
        ExprKind::Column(_) | ExprKind::Input(_) | ExprKind::Literal(_) => Ok(()),
        ExprKind::Field(of, _) | ExprKind::Unary(_, of) | ExprKind::IsNull(of) | ExprKind::Cast(of) => take(of),
        ExprKind::Binary(_, left, right) | ExprKind::In(left, right) => take(left).and_then(|()| take(right)),
        ExprKind::If(condition, then, otherwise) => {
            [condition, then, otherwise].into_iter().try_for_each(|part| take(part))
        }
        ExprKind::List(items) => items.iter_mut().try_for_each(take),
        ExprKind::Struct(fields) => fields.iter_mut().try_for_each(|field| take(&mut field.expr)),
        ExprKind::Call { args, .. } => args.iter_mut().try_for_each(|(_, arg)| take(arg)),
    }
}
