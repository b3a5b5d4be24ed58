//! Whether what a model predicts is what a step works on.

use gml_ir::{Column, ContractRule, Row, Type};

use super::conforms;

/// Whether a model that predicts `actual` may stand where one that predicts `due` is wanted: these columns, and others only
/// where `due` is open. Of predictions that a schema describes it is known what they promise: a score that is no probability
/// is none, though it is a number like one.
pub fn may_predict(actual: &Row, due: &Row) -> bool {
    let promises = |want: &Column| {
        let promised = actual.get(&want.name).map_or(&[][..], |have| &have.contracts[..]);
        want.contracts.iter().all(|contract| promised.contains(contract))
    };
    conforms(actual, due).is_empty() && (actual.schema.is_none() || due.columns.iter().all(promises))
}

/// Whether predictions are of a class; `None` where there is no such class. Of columns that no schema describes, it is not known
/// what their numbers are.
pub fn predicts(class: &str, output: &Row) -> Option<bool> {
    let is_told = output.schema.is_some();
    let has_list = output.columns.iter().any(|column| matches!(column.ty.non_null(), Type::List(_)));
    let has_share = output.columns.iter().any(is_share);
    let of_class = match class {
        "probability" => !has_list && (has_share || !is_told),
        "classes" => has_list || has_share || !is_told,
        "single" => !has_list,
        _ => return None,
    };
    Some(of_class || output.open)
}

/// Whether the values of a column are shares of one.
fn is_share(column: &Column) -> bool {
    column.contracts.iter().any(|contract| match &contract.rule {
        ContractRule::InRange { start, end, .. } => start.as_float() == Some(0.0) && end.as_float() == Some(1.0),
        _ => false,
    })
}
