//! Arguments of operators.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Arg, INPUTS};
use gml_operators::{Data, Input};

use super::stage::internal;
use super::step::Get;

/// An argument as an operator receives it.
pub(super) fn input(arg: &Arg, get: Get<'_>) -> Result<Input, Fault> {
    Ok(match arg {
        Arg::Step(step) => Input::Data(get(*step)?),
        Arg::Const(value) => Input::Const(value.clone()),
        Arg::Expr(expr) => Input::Expr(expr.clone()),
        Arg::Columns(columns) => Input::Columns(columns.clone()),
        Arg::Order(keys) => Input::Order(keys.clone()),
        Arg::List(items) => Input::List(items.iter().map(|item| input(item, get)).collect::<Result<_, _>>()?),
        Arg::Record(_) => Input::Data(data(arg, get)?),
    })
}

/// Puts single values of other steps into the expressions that use them. `None` stands for the table of a call.
pub(super) fn bind(args: &mut Vec<(Arc<str>, Option<Input>)>) {
    let Some(place) = args.iter().position(|(name, _)| &**name == INPUTS) else { return };
    let (name, inputs) = args.remove(place);
    let others = args.iter_mut().filter_map(|(_, arg)| arg.as_mut());
    let all = inputs.as_ref().is_some_and(|inputs| gml_operators::bind(inputs, others));
    if !all {
        args.push((name, inputs));
    }
}

/// An argument within a record, or of a node in another language.
pub(super) fn data(arg: &Arg, get: Get<'_>) -> Result<Data, Fault> {
    Ok(match arg {
        Arg::Step(step) => get(*step)?,
        Arg::Const(value) => Data::Value(value.clone()),
        Arg::List(items) => Data::List(items.iter().map(|item| data(item, get)).collect::<Result<_, _>>()?),
        Arg::Record(fields) => {
            let fields = fields.iter().map(|(name, value)| Ok((name.clone(), data(value, get)?)));
            Data::Record(fields.collect::<Result<_, Fault>>()?)
        }
        Arg::Expr(_) | Arg::Columns(_) | Arg::Order(_) => {
            return Err(internal("a record holds an expression over rows"));
        }
    })
}
