//! JSON lines.

use std::io::Write;
use std::path::Path;

use gml_ir::Row;
use polars::prelude::*;
use serde_json::{Map, Number, Value as Json};

use super::super::replace::cannot;
use super::text::cell;
use crate::{Fault, text};

/// Writes a line for each row.
pub(super) fn write(frame: &DataFrame, row: &Row, writer: &mut impl Write, target: &Path) -> Result<(), Fault> {
    for place in 0..frame.height() {
        let mut object = Map::new();
        for (column, declared) in frame.columns().iter().zip(&row.columns) {
            let value = column.get(place).map_err(|error| crate::query::fault(&error))?;
            object.insert(declared.stored_name().to_owned(), json(&value));
        }
        let line = Json::Object(object).to_string();
        writeln!(writer, "{line}").map_err(|error| cannot(target, &error))?;
    }
    Ok(())
}

fn json(value: &AnyValue<'_>) -> Json {
    match value {
        AnyValue::Null => Json::Null,
        AnyValue::Boolean(truth) => Json::Bool(*truth),
        AnyValue::Float64(number) => {
            Number::from_f64(*number).map_or_else(|| Json::String(text::float_text(*number)), Json::Number)
        }
        AnyValue::Float32(number) => Number::from_f64(f64::from(*number))
            .map_or_else(|| Json::String(text::float_text(f64::from(*number))), Json::Number),
        AnyValue::List(items) | AnyValue::Array(items, _) => {
            Json::Array(items.iter().map(|item| json(&item)).collect())
        }
        AnyValue::Struct(_, _, fields) => {
            let mut object = Map::new();
            for (field, value) in fields.iter().zip(value._iter_struct_av()) {
                object.insert(field.name().to_string(), json(&value));
            }
            Json::Object(object)
        }
        AnyValue::StructOwned(owned) => {
            let (values, fields) = &**owned;
            let pairs = fields.iter().zip(values).map(|(field, value)| (field.name().to_string(), json(value)));
            Json::Object(pairs.collect())
        }
        other => match other.extract::<i128>() {
            Some(number) if other.is_primitive_numeric() => i64::try_from(number)
                .map(Json::from)
                .or_else(|_| u64::try_from(number).map(Json::from))
                .unwrap_or(Json::Null),
            _ => cell(other).map_or(Json::Null, Json::String),
        },
    }
}
