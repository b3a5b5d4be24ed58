//! What is tracked, as numbers.

use gml_connect::Fault;
use gml_ir::Value;
use gml_operators::{Data, Metric};

use crate::codes;

/// The numbers of a tracked result. A number by itself takes the name of the step that gave it; those of records have
/// the names of their fields.
pub(super) fn metrics(data: &Data, name: &str) -> Result<Vec<Metric>, Fault> {
    let mut found = Vec::new();
    collect(data, name, &mut found)?;
    Ok(found)
}

fn collect(data: &Data, name: &str, found: &mut Vec<Metric>) -> Result<(), Fault> {
    match data {
        Data::Metrics(metrics) => found.extend(metrics.iter().cloned()),
        Data::Value(value) => of_value(value, name, found)?,
        Data::List(items) => items.iter().try_for_each(|item| collect(item, name, found))?,
        Data::Record(fields) => fields.iter().try_for_each(|(field, value)| collect(value, field, found))?,
        Data::Table(_) | Data::Estimator(_) | Data::Fitted(_) => return Err(not_tracked(name)),
    }
    Ok(())
}

fn of_value(value: &Value, name: &str, found: &mut Vec<Metric>) -> Result<(), Fault> {
    let number = match value {
        Value::List(items) => return items.iter().try_for_each(|item| of_value(item, name, found)),
        Value::Record(fields) => {
            return fields.iter().try_for_each(|(field, value)| of_value(value, field, found));
        }
        Value::Null => f64::NAN,
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        other => other.as_float().ok_or_else(|| not_tracked(name))?,
    };
    found.push(Metric { name: name.to_owned(), partition: String::new(), value: number });
    Ok(())
}

fn not_tracked(name: &str) -> Fault {
    Fault::new(codes::NOT_IMPLEMENTED, format!("the result of `{name}` cannot be tracked"))
        .help("this version of gmlc tracks metrics and numbers; save tables and models instead")
}
