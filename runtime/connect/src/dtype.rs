//! How the types of the language are held in memory.
//!
//! | type | held as |
//! |---|---|
//! | `bool`, `int8` .. `uint64`, `float`, `float32` | the type of that width |
//! | `str`, `category`, enums | text |
//! | `bytes`, `image` | binary |
//! | `date` | days since 1970 |
//! | `time` | nanoseconds since midnight |
//! | `timestamp` | microseconds since 1970, without a zone, always UTC |
//! | `duration` | microseconds |
//! | `size` | bytes, unsigned 64 bits |
//! | `decimal[p, s]` | decimal |
//! | `list[T]`, `vector[N]`, `struct` | list, array of N float32, struct |

use std::sync::Arc;

use gml_ir::{Column, IntKind, Row, Type};
use polars::prelude::{DataType, Field, TimeUnit};

/// The in-memory type of a column of this type; `None` where values of the type cannot stand in a column or the type
/// is not known before the run.
pub fn data_type(ty: &Type) -> Option<DataType> {
    Some(match ty {
        Type::Bool => DataType::Boolean,
        Type::Int(kind) => int_type(*kind),
        Type::Float => DataType::Float64,
        Type::Float32 => DataType::Float32,
        Type::Str | Type::Category | Type::Enum(_) => DataType::String,
        Type::Bytes | Type::Image => DataType::Binary,
        Type::Date => DataType::Date,
        Type::Time => DataType::Time,
        Type::Timestamp => DataType::Datetime(TimeUnit::Microseconds, None),
        Type::Duration => DataType::Duration(TimeUnit::Microseconds),
        Type::Size => DataType::UInt64,
        Type::Decimal { precision, scale } => {
            DataType::Decimal((*precision).clamp(1, 38).into(), (*scale).min((*precision).clamp(1, 38)).into())
        }
        Type::List(item) => DataType::List(Box::new(data_type(item)?)),
        Type::Vector(length) => DataType::Array(Box::new(DataType::Float32), *length as usize),
        Type::Struct(row) => DataType::Struct(fields(row)?),
        Type::Nullable(inner) => data_type(inner)?,
        Type::Null => DataType::Null,
        Type::Range(_)
        | Type::Record(_)
        | Type::Table(_)
        | Type::Estimator(_)
        | Type::Learned(_)
        | Type::Search(_)
        | Type::Sequences(_)
        | Type::Graph(..)
        | Type::Named(_)
        | Type::Unknown
        | Type::Error => return None,
    })
}

/// The in-memory fields of a row's columns, in order; `None` as for [`data_type`].
pub fn fields(row: &Row) -> Option<Vec<Field>> {
    row.columns.iter().map(|column| Some(Field::new((&*column.name).into(), data_type(&column.ty)?))).collect()
}

/// The in-memory type of an integer.
pub fn int_type(kind: IntKind) -> DataType {
    match kind {
        IntKind::I8 => DataType::Int8,
        IntKind::I16 => DataType::Int16,
        IntKind::I32 => DataType::Int32,
        IntKind::I64 => DataType::Int64,
        IntKind::U8 => DataType::UInt8,
        IntKind::U16 => DataType::UInt16,
        IntKind::U32 => DataType::UInt32,
        IntKind::U64 => DataType::UInt64,
    }
}

/// The type that a column of a query has, for messages and for columns that were not known before the run.
pub fn type_of(dtype: &DataType) -> Type {
    match dtype {
        DataType::Boolean => Type::Bool,
        DataType::Int8 => Type::Int(IntKind::I8),
        DataType::Int16 => Type::Int(IntKind::I16),
        DataType::Int32 => Type::Int(IntKind::I32),
        DataType::Int64 => Type::INT,
        DataType::UInt8 => Type::Int(IntKind::U8),
        DataType::UInt16 => Type::Int(IntKind::U16),
        DataType::UInt32 => Type::Int(IntKind::U32),
        DataType::UInt64 => Type::Int(IntKind::U64),
        DataType::Float64 => Type::Float,
        DataType::Float32 => Type::Float32,
        DataType::String => Type::Str,
        DataType::Binary => Type::Bytes,
        DataType::Date => Type::Date,
        DataType::Time => Type::Time,
        DataType::Datetime(..) => Type::Timestamp,
        DataType::Duration(_) => Type::Duration,
        DataType::Decimal(precision, scale) => Type::Decimal {
            precision: u8::try_from(*precision).unwrap_or(u8::MAX),
            scale: u8::try_from(*scale).unwrap_or(u8::MAX),
        },
        DataType::List(item) => Type::List(Arc::new(type_of(item))),
        DataType::Array(item, length) if **item == DataType::Float32 => {
            Type::Vector(u32::try_from(*length).unwrap_or(u32::MAX))
        }
        DataType::Array(item, _) => Type::List(Arc::new(type_of(item))),
        DataType::Struct(fields) => {
            let columns = fields.iter().map(|field| Column::new(field.name().as_str(), type_of(field.dtype())));
            Type::Struct(Arc::new(Row::of(columns.collect())))
        }
        DataType::Null => Type::Null,
        _ => Type::Unknown,
    }
}

/// The type of a column of which nothing was declared: anything in it may be null.
pub(crate) fn undeclared(dtype: &DataType) -> Type {
    fn nullable(ty: &Type) -> Type {
        match ty {
            Type::List(item) => Type::List(Arc::new(nullable(item))),
            Type::Struct(row) => {
                let columns = row.columns.iter().map(|column| Column::new(column.name.clone(), nullable(&column.ty)));
                Type::Struct(Arc::new(Row::of(columns.collect())))
            }
            other => other.clone(),
        }
        .nullable()
    }
    match dtype {
        DataType::Categorical(..) | DataType::Enum(..) => Type::Str.nullable(),
        dtype => nullable(&type_of(dtype)),
    }
}
