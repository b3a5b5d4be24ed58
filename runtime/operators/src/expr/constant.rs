//! Constants of the language as polars values, and back.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Decimal, Type, Value};
use polars::prelude::{AnyValue, DataType, Expr, Field, PlSmallStr, Scalar, Series, TimeUnit, lit};

use super::{decimal, dtype};
use crate::frame::fault;

/// The constant as an expression of its type.
///
/// # Errors
/// Where the value is not one of a column (a range, a model).
pub fn literal(value: &Value, ty: &Type) -> Result<Expr, Fault> {
    let dtype = match dtype(ty) {
        Some(DataType::Null) | None => dtype_of(value)?,
        Some(dtype) => dtype,
    };
    let value = any_value(value, &dtype)?;
    Ok(lit(Scalar::new(dtype, value)))
}

/// The values as a column of that type.
///
/// # Errors
/// Where a value does not fit the type.
pub fn series<'a>(name: &str, values: impl Iterator<Item = &'a Value>, dtype: &DataType) -> Result<Series, Fault> {
    let values = values.map(|value| any_value(value, dtype)).collect::<Result<Vec<_>, _>>()?;
    Series::from_any_values_and_dtype(name.into(), &values, dtype, true).map_err(fault)
}

/// The constant as a polars value of that type.
///
/// # Errors
/// Where it does not fit the type.
pub fn any_value(value: &Value, dtype: &DataType) -> Result<AnyValue<'static>, Fault> {
    let unfit = || Fault::new("GML0923", format!("{value} is no {}", super::type_of(dtype)));
    Ok(match (value, dtype) {
        (Value::Null, _) => AnyValue::Null,
        (Value::Bool(truth), DataType::Boolean) => AnyValue::Boolean(*truth),
        (Value::Int(_) | Value::Float(_) | Value::Decimal(_), DataType::Decimal(precision, scale)) => {
            match decimal::constant(value, &super::type_of(dtype)) {
                Some(Value::Decimal(number)) => AnyValue::Decimal(number.units(), *precision, *scale),
                _ => return Err(unfit()),
            }
        }
        (Value::Decimal(number), DataType::Float64) => AnyValue::Float64(number.as_float()),
        (Value::Decimal(number), DataType::Float32) => AnyValue::Float32(number.as_float() as f32),
        (Value::Decimal(number), _) => {
            let whole = number.rescaled(0).ok_or_else(unfit)?;
            integer(whole.units(), dtype).ok_or_else(unfit)?
        }
        (Value::Int(number), DataType::Float64) => AnyValue::Float64(*number as f64),
        (Value::Int(number), DataType::Float32) => AnyValue::Float32(*number as f32),
        (Value::Int(number), _) => integer(i128::from(*number), dtype).ok_or_else(unfit)?,
        (Value::Size(bytes), _) => integer(i128::from(*bytes), dtype).ok_or_else(unfit)?,
        (Value::Float(number), DataType::Float32) => AnyValue::Float32(*number as f32),
        (Value::Float(number), DataType::Float64) => AnyValue::Float64(*number),
        (Value::Str(text), DataType::String) => AnyValue::StringOwned(PlSmallStr::from(&**text)),
        (Value::Str(text), DataType::Binary) => AnyValue::BinaryOwned(text.as_bytes().to_vec()),
        (Value::Date(days), DataType::Date) => AnyValue::Date(*days),
        (Value::Time(micros), DataType::Time) => AnyValue::Time(micros * 1_000),
        (Value::Timestamp(micros), DataType::Datetime(TimeUnit::Microseconds, None)) => {
            AnyValue::Datetime(*micros, TimeUnit::Microseconds, None)
        }
        (Value::Duration(micros), DataType::Duration(TimeUnit::Microseconds)) => {
            AnyValue::Duration(*micros, TimeUnit::Microseconds)
        }
        (Value::List(items), DataType::List(item)) => AnyValue::List(series("", items.iter(), item)?),
        (Value::List(items), DataType::Array(item, length)) => {
            if items.len() != *length {
                return Err(unfit());
            }
            AnyValue::Array(series("", items.iter(), item)?, *length)
        }
        (Value::Record(_), DataType::Struct(fields)) => {
            let values = fields.iter().map(|field| match value.get(field.name()) {
                Some(value) => any_value(value, field.dtype()),
                None => Ok(AnyValue::Null),
            });
            AnyValue::StructOwned(Box::new((values.collect::<Result<_, _>>()?, fields.clone())))
        }
        _ => return Err(unfit()),
    })
}

/// The polars value as a constant of that type.
///
/// # Errors
/// Where the language has no constant of that kind (bytes).
pub fn value(any: &AnyValue<'_>, ty: &Type) -> Result<Value, Fault> {
    let ty = ty.non_null();
    Ok(match any {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(truth) => Value::Bool(*truth),
        AnyValue::UInt64(number) if *ty == Type::Size => Value::Size(*number),
        AnyValue::Int8(_)
        | AnyValue::Int16(_)
        | AnyValue::Int32(_)
        | AnyValue::Int64(_)
        | AnyValue::UInt8(_)
        | AnyValue::UInt16(_)
        | AnyValue::UInt32(_)
        | AnyValue::UInt64(_) => {
            let number = any.extract::<i64>().ok_or_else(|| {
                Fault::new("GML0923", format!("{any:?} does not fit int")).help("take a smaller number")
            })?;
            Value::Int(number)
        }
        AnyValue::Float32(number) => Value::Float(f64::from(*number)),
        AnyValue::Float64(number) => Value::Float(*number),
        AnyValue::String(text) => Value::Str(Arc::from(*text)),
        AnyValue::StringOwned(text) => Value::Str(Arc::from(text.as_str())),
        AnyValue::Date(days) => Value::Date(*days),
        AnyValue::Time(nanos) => Value::Time(nanos / 1_000),
        AnyValue::Datetime(ticks, unit, _) => Value::Timestamp(micros(*ticks, *unit)),
        AnyValue::DatetimeOwned(ticks, unit, _) => Value::Timestamp(micros(*ticks, *unit)),
        AnyValue::Duration(ticks, unit) => Value::Duration(micros(*ticks, *unit)),
        AnyValue::Decimal(units, _, scale) => {
            let number = u8::try_from(*scale).ok().and_then(|scale| Decimal::new(*units, scale));
            let none = || Fault::new("GML0923", format!("{any:?} is no decimal of at most 38 digits"));
            Value::Decimal(number.ok_or_else(none)?)
        }
        AnyValue::List(items) => Value::List(values(items, item(ty))?),
        AnyValue::Array(items, _) => Value::List(values(items, item(ty))?),
        AnyValue::Struct(..) => {
            let mut fields = Vec::new();
            any._materialize_struct_av(&mut fields);
            let DataType::Struct(names) = any.dtype() else {
                return Err(Fault::new("GML0999", "a struct without fields came back from the engine"));
            };
            record(&names, &fields, ty)?
        }
        AnyValue::StructOwned(parts) => record(&parts.1, &parts.0, ty)?,
        other => {
            return Err(Fault::new(
                "GML0912",
                format!("a single value of type {:?} cannot be taken out of a table", other.dtype()),
            )
            .help("keep it in a table, or take another column"));
        }
    })
}

/// All values of a column as constants.
///
/// # Errors
/// Those of [`value`].
pub fn values(series: &Series, ty: &Type) -> Result<Vec<Value>, Fault> {
    (0..series.len()).map(|place| value(&series.get(place).map_err(fault)?, ty)).collect()
}

fn record(names: &[Field], fields: &[AnyValue<'_>], ty: &Type) -> Result<Value, Fault> {
    let parts = names.iter().zip(fields).map(|(field, any)| {
        let ty = match ty {
            Type::Struct(row) | Type::Record(row) => row.get(field.name()).map_or(&Type::Unknown, |column| &column.ty),
            _ => &Type::Unknown,
        };
        Ok((Arc::from(field.name().as_str()), value(any, ty)?))
    });
    Ok(Value::Record(parts.collect::<Result<_, Fault>>()?))
}

fn item(ty: &Type) -> &Type {
    match ty {
        Type::List(item) => item,
        _ => &Type::Unknown,
    }
}

fn micros(ticks: i64, unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Nanoseconds => ticks.div_euclid(1_000),
        TimeUnit::Microseconds => ticks,
        TimeUnit::Milliseconds => ticks.saturating_mul(1_000),
    }
}

fn integer(number: i128, dtype: &DataType) -> Option<AnyValue<'static>> {
    Some(match dtype {
        DataType::Int8 => AnyValue::Int8(number.try_into().ok()?),
        DataType::Int16 => AnyValue::Int16(number.try_into().ok()?),
        DataType::Int32 => AnyValue::Int32(number.try_into().ok()?),
        DataType::Int64 => AnyValue::Int64(number.try_into().ok()?),
        DataType::UInt8 => AnyValue::UInt8(number.try_into().ok()?),
        DataType::UInt16 => AnyValue::UInt16(number.try_into().ok()?),
        DataType::UInt32 => AnyValue::UInt32(number.try_into().ok()?),
        DataType::UInt64 => AnyValue::UInt64(number.try_into().ok()?),
        _ => return None,
    })
}

/// The type that a constant has by itself, where the checker gave it none.
pub(super) fn dtype_of(value: &Value) -> Result<DataType, Fault> {
    Ok(match value {
        Value::Null => DataType::Null,
        Value::Bool(_) => DataType::Boolean,
        Value::Int(_) => DataType::Int64,
        Value::Float(_) => DataType::Float64,
        Value::Decimal(number) => DataType::Decimal(number.digits().into(), number.scale().into()),
        Value::Str(_) => DataType::String,
        Value::Date(_) => DataType::Date,
        Value::Time(_) => DataType::Time,
        Value::Timestamp(_) => DataType::Datetime(TimeUnit::Microseconds, None),
        Value::Duration(_) => DataType::Duration(TimeUnit::Microseconds),
        Value::Size(_) => DataType::UInt64,
        Value::List(items) => {
            let known = items.iter().find(|item| !matches!(item, Value::Null));
            DataType::List(Box::new(known.map_or(Ok(DataType::Null), dtype_of)?))
        }
        Value::Record(fields) => {
            let fields = fields.iter().map(|(name, value)| Ok(Field::new((&**name).into(), dtype_of(value)?)));
            DataType::Struct(fields.collect::<Result<_, Fault>>()?)
        }
        Value::Range { .. } | Value::Symbol { .. } => {
            return Err(Fault::new("GML0999", format!("{value} stands where a value of a column is due")));
        }
    })
}
