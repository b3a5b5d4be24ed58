//! Operators over tables with open rows: their expressions get the types that the columns have by now.

use gml_connect::Fault;
use gml_ir::{Expr, NamedExpr, OrderKey};

use super::args::CallExt;
use crate::data::{Call, Data, Implementation, Input};
use crate::expr::found::{is_of_unknown, resolved, resolved_condition};
use crate::frame::schema;

/// Does an operator whose expressions may use columns that the checker did not know.
pub(super) fn as_found(call: Call<'_>, operator: Implementation) -> Result<Data, Fault> {
    if !call.args.iter().any(|(_, arg)| expressions(arg).any(is_of_unknown)) {
        return operator(call);
    }
    let columns = schema(&call.table("input")?.frame)?;
    let known = |expr: &Expr| resolved(expr, &columns);
    let args = call.args.iter().map(|(name, arg)| {
        let arg = match arg {
            Input::Expr(expr) if &**name == "condition" => {
                Input::Expr(resolved_condition(expr, &columns, call.operator)?)
            }
            Input::Expr(expr) => Input::Expr(known(expr)?),
            Input::Columns(made) => {
                let made = made.iter().map(|made| Ok(NamedExpr { name: made.name.clone(), expr: known(&made.expr)? }));
                Input::Columns(made.collect::<Result<_, Fault>>()?)
            }
            Input::Order(keys) => {
                let keys = keys.iter().map(|key| Ok(OrderKey { expr: known(&key.expr)?, descending: key.descending }));
                Input::Order(keys.collect::<Result<_, Fault>>()?)
            }
            other => other.clone(),
        };
        Ok((name.clone(), arg))
    });
    let args = args.collect::<Result<_, Fault>>()?;
    operator(Call { args, ..call })
}

fn expressions(arg: &Input) -> impl Iterator<Item = &Expr> {
    let (one, columns, keys): (_, &[NamedExpr], &[OrderKey]) = match arg {
        Input::Expr(expr) => (Some(expr), &[], &[]),
        Input::Columns(columns) => (None, columns, &[]),
        Input::Order(keys) => (None, &[], keys),
        Input::Data(_) | Input::Const(_) | Input::List(_) => (None, &[], &[]),
    };
    one.into_iter().chain(columns.iter().map(|column| &column.expr)).chain(keys.iter().map(|key| &key.expr))
}
