//! Operators over tables with open rows: their expressions get the types that the columns have by now.

use gml_connect::Fault;
use gml_ir::Expr;

use super::args::CallExt;
use crate::data::{Call, Data, Implementation};
use crate::expr::found::{is_of_unknown, resolved, resolved_condition};
use crate::frame::schema;

/// Does an operator whose expressions may use columns that the checker did not know.
pub(super) fn as_found(call: Call<'_>, operator: Implementation) -> Result<Data, Fault> {
    if !call.args.iter().any(|(_, arg)| arg.expressions().any(is_of_unknown)) {
        return operator(call);
    }
    let columns = schema(&call.table("input")?.frame)?;
    let known = |name: &str, expr: &Expr| match name {
        "condition" => resolved_condition(expr, &columns, call.operator),
        _ => resolved(expr, &columns),
    };
    let args = call.args.iter().map(|(name, arg)| {
        let mut arg = arg.clone();
        for expr in arg.expressions_mut() {
            *expr = known(name, expr)?;
        }
        Ok((name.clone(), arg))
    });
    let args = args.collect::<Result<_, Fault>>()?;
    operator(Call { args, ..call })
}
