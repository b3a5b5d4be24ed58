//! Arguments of a call, by the kind that an operator wants.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{ExprKind, Value};

use crate::data::{Call, Data, Input, Table};
use crate::learned::{Estimator, Fitted};

/// The argument of that name, if it was given.
pub(crate) fn optional<'c>(call: &'c Call<'_>, name: &str) -> Option<&'c Input> {
    let given = call.args.iter().find(|(arg, _)| &**arg == name).map(|(_, input)| input);
    given.filter(|input| !matches!(input, Input::Const(Value::Null) | Input::Data(Data::Value(Value::Null))))
}

/// The argument of that name.
///
/// # Errors
/// Where it is missing, which the checker does not let pass.
pub(crate) fn argument<'c>(call: &'c Call<'_>, name: &str) -> Result<&'c Input, Fault> {
    optional(call, name).ok_or_else(|| misfit(call, name, "is missing"))
}

/// The constant of that name; none where it is left out or null.
pub(crate) fn optional_constant<'c>(call: &'c Call<'_>, name: &str) -> Result<Option<&'c Value>, Fault> {
    match optional(call, name) {
        None => Ok(None),
        Some(Input::Const(value) | Input::Data(Data::Value(value))) => Ok(Some(value)),
        Some(_) => Err(misfit(call, name, "is no constant")),
    }
}

/// The constant of that name.
pub(crate) fn constant<'c>(call: &'c Call<'_>, name: &str) -> Result<&'c Value, Fault> {
    optional_constant(call, name)?.ok_or_else(|| misfit(call, name, "is missing"))
}

/// One of several words.
pub(crate) fn word<'c>(call: &'c Call<'_>, name: &str) -> Result<&'c str, Fault> {
    constant(call, name)?.as_str().ok_or_else(|| misfit(call, name, "is no word"))
}

/// A table.
pub(crate) fn table<'c>(call: &'c Call<'_>, name: &str) -> Result<&'c Table, Fault> {
    match argument(call, name)? {
        Input::Data(Data::Table(table)) => Ok(table),
        _ => Err(misfit(call, name, "is no table")),
    }
}

/// Something that knows how to learn.
pub(crate) fn estimator<'c>(call: &'c Call<'_>, name: &str) -> Result<&'c Arc<dyn Estimator>, Fault> {
    match argument(call, name)? {
        Input::Data(Data::Estimator(estimator)) => Ok(estimator),
        _ => Err(misfit(call, name, "is no estimator")),
    }
}

/// Something learned.
pub(crate) fn fitted<'c>(call: &'c Call<'_>, name: &str) -> Result<&'c Arc<dyn Fitted>, Fault> {
    match argument(call, name)? {
        Input::Data(Data::Fitted(fitted)) => Ok(fitted),
        _ => Err(misfit(call, name, "is nothing learned")),
    }
}

/// The items of a list; anything else is a list of one.
pub(crate) fn items(call: &Call<'_>, name: &str) -> Result<Vec<Input>, Fault> {
    Ok(match argument(call, name)? {
        Input::List(items) => items.clone(),
        Input::Data(Data::List(items)) => items.iter().cloned().map(Input::Data).collect(),
        Input::Const(Value::List(items)) | Input::Data(Data::Value(Value::List(items))) => {
            items.iter().cloned().map(Input::Const).collect()
        }
        one => vec![one.clone()],
    })
}

/// The plain columns of `[.a, .b]` or `.a`.
///
/// # Errors
/// Where one is not a plain column, which the checker does not let pass.
pub(crate) fn column_names(input: &Input) -> Result<Vec<Arc<str>>, Fault> {
    let plain = |kind: &ExprKind| match kind {
        ExprKind::Column(name) => Ok(Arc::clone(name)),
        _ => Err(Fault::new("GML0999", "an expression stands where a column is due")),
    };
    match input {
        Input::Columns(columns) => columns.iter().map(|column| plain(&column.expr.kind)).collect(),
        Input::Expr(expr) => Ok(vec![plain(&expr.kind)?]),
        Input::List(items) => items.iter().map(column_names).collect::<Result<Vec<_>, _>>().map(|names| names.concat()),
        _ => Err(Fault::new("GML0999", "a value stands where columns are due")),
    }
}

/// The checker lets no such call pass.
pub(crate) fn misfit(call: &Call<'_>, name: &str, what: &str) -> Fault {
    Fault::new("GML0999", format!("the argument `{name}` of `{}` {what}", call.operator))
}
