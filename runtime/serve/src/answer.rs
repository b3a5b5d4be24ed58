//! Scores as answers.

use std::fmt::Write;

use gml_connect::fault;
use polars::prelude::{AnyValue, DataFrame, Series};

use crate::refusal::Refusal;

/// What stands around the rows of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `{"predictions": [{..}, ..]}`, as MLflow's servers answer.
    Predictions,
    /// `[{..}, ..]`
    List,
    /// `{..}`
    Single,
}

/// Rows as JSON.
///
/// # Errors
/// Where a column holds values that JSON has no form for.
pub(crate) fn json(frame: &DataFrame, shape: Shape) -> Result<String, Refusal> {
    let columns: Vec<(String, Series)> =
        frame.columns().iter().map(|column| (quoted(column.name()), column.as_materialized_series().clone())).collect();
    let mut text = String::with_capacity(32 + frame.height() * columns.len() * 32);
    text.push_str(match shape {
        Shape::Predictions => "{\"predictions\": [",
        Shape::List => "[",
        Shape::Single => "",
    });
    for row in 0..frame.height() {
        text.push_str(if row > 0 { ", {" } else { "{" });
        for (place, (name, series)) in columns.iter().enumerate() {
            text.push_str(if place > 0 { ", " } else { "" });
            text.push_str(name);
            text.push_str(": ");
            let value = series.get(row).map_err(|error| Refusal::of_fault(&fault(&error)))?;
            push(&mut text, &value)?;
        }
        text.push('}');
    }
    text.push_str(match shape {
        Shape::Predictions => "]}\n",
        Shape::List => "]\n",
        Shape::Single => "\n",
    });
    Ok(text)
}

/// A text of JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn push(text: &mut String, value: &AnyValue<'_>) -> Result<(), Refusal> {
    // Writing into a text never fails.
    let _ = match value {
        AnyValue::Null => write!(text, "null"),
        AnyValue::Boolean(truth) => write!(text, "{truth}"),
        AnyValue::Float64(number) => {
            float(text, *number);
            return Ok(());
        }
        AnyValue::Float32(number) if number.is_finite() => write!(text, "{number:?}"),
        AnyValue::Float32(number) => {
            float(text, f64::from(*number));
            return Ok(());
        }
        AnyValue::String(letters) => write!(text, "{}", quoted(letters)),
        AnyValue::StringOwned(letters) => write!(text, "{}", quoted(letters)),
        AnyValue::List(items) => {
            text.push('[');
            for place in 0..items.len() {
                text.push_str(if place > 0 { ", " } else { "" });
                push(text, &items.get(place).map_err(|error| Refusal::of_fault(&fault(&error)))?)?;
            }
            write!(text, "]")
        }
        other if other.dtype().is_integer() => write!(text, "{other}"),
        other => {
            return Err(Refusal::internal(format!("the model gives {}, which has no form in JSON", other.dtype())));
        }
    };
    Ok(())
}

/// The shortest digits that read back as the same number. What is no number is a text, as in files of JSON lines.
fn float(text: &mut String, number: f64) {
    let _ = if number.is_finite() { write!(text, "{number:?}") } else { write!(text, "\"{number:?}\"") };
}
