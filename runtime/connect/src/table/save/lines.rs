//! JSON lines.

use std::fmt::Write as _;
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
    let names: Vec<String> = row.columns.iter().map(|column| named(column.stored_name())).collect();
    let mut line = String::new();
    for place in 0..frame.height() {
        line.clear();
        for (column, name) in frame.columns().iter().zip(&names) {
            let value = column.get(place).map_err(|error| crate::query::fault(&error))?;
            line.push(if line.is_empty() { '{' } else { ',' });
            line.push_str(name);
            push(&mut line, &value);
        }
        line.push_str(if line.is_empty() { "{}" } else { "}" });
        writeln!(writer, "{line}").map_err(|error| cannot(target, &error))?;
    }
    Ok(())
}

/// A name as it stands in front of its value.
fn named(name: &str) -> String {
    format!("{}:", Json::from(name))
}

/// Adds a value. Numbers have the digits that they have in all formats of text.
fn push(line: &mut String, value: &AnyValue<'_>) {
    match value {
        AnyValue::Float64(number) => push_float(line, number, number.is_finite()),
        AnyValue::Float32(number) => push_float(line, number, number.is_finite()),
        AnyValue::List(items) | AnyValue::Array(items, _) => {
            line.push('[');
            for (place, item) in items.iter().enumerate() {
                line.push_str(if place > 0 { "," } else { "" });
                push(line, &item);
            }
            line.push(']');
        }
        AnyValue::Struct(_, _, fields) => {
            let names = fields.iter().map(|field| field.name().as_str());
            push_fields(line, names.zip(value._iter_struct_av()));
        }
        AnyValue::StructOwned(owned) => {
            let (values, fields) = &**owned;
            push_fields(line, fields.iter().map(|field| field.name().as_str()).zip(values.iter().cloned()));
        }
        other => line.push_str(&json(other).to_string()),
    }
}

/// What is no number is a text.
fn push_float(line: &mut String, number: impl std::fmt::Debug, is_finite: bool) {
    let quote = if is_finite { "" } else { "\"" };
    // Writing into a text never fails.
    let _ = write!(line, "{quote}{number:?}{quote}");
}

fn push_fields<'a>(line: &mut String, fields: impl Iterator<Item = (&'a str, AnyValue<'a>)>) {
    line.push('{');
    for (place, (name, value)) in fields.enumerate() {
        line.push_str(if place > 0 { "," } else { "" });
        line.push_str(&named(name));
        push(line, &value);
    }
    line.push('}');
}

/// A value as JSON has it.
pub(in crate::table) fn json(value: &AnyValue<'_>) -> Json {
    match value {
        AnyValue::Null => Json::Null,
        AnyValue::Boolean(truth) => Json::Bool(*truth),
        AnyValue::Float64(number) => {
            Number::from_f64(*number).map_or_else(|| Json::String(text::float_text(*number)), Json::Number)
        }
        // By its own digits: 0.1 and not the number of twice the size that is nearest to it.
        AnyValue::Float32(number) => json(&AnyValue::Float64(text::float(&format!("{number:?}")).unwrap_or(f64::NAN))),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_they_have_elsewhere() {
        let numbers = [1e21, 1e16, 1e-7, 0.1, 1.0, -0.0, f64::NAN, f64::NEG_INFINITY];
        let written = numbers.map(|number| {
            let mut line = String::new();
            push(&mut line, &AnyValue::Float64(number));
            assert_eq!(line.trim_matches('"'), text::float_text(number));
            line
        });
        assert_eq!(written, ["1e21", "1e16", "1e-7", "0.1", "1.0", "-0.0", "\"NaN\"", "\"-inf\""]);
        let mut line = String::new();
        push(&mut line, &AnyValue::Float32(0.1));
        assert_eq!((line.as_str(), json(&AnyValue::Float32(0.1)).to_string()), ("0.1", "0.1".to_owned()));
    }

    #[test]
    fn values_with_parts() {
        let items = Series::new("".into(), [Some(1.5), None]);
        let frame = df!("a \"b\"" => [1_i64], "c" => [items]).unwrap();
        let row = Row::of(vec![
            gml_ir::Column::new("a \"b\"", gml_ir::Type::INT),
            gml_ir::Column::new("c", gml_ir::Type::List(Arc::new(gml_ir::Type::Float.nullable()))),
        ]);
        let mut written = Vec::new();
        write(&frame, &row, &mut written, Path::new("x")).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), "{\"a \\\"b\\\"\":1,\"c\":[1.5,null]}\n");
    }
}
