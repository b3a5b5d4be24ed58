//! How the types of the language are stored while a program runs.
//!
//! `category` and `enum` are plain text columns: the views of polars hold up to twelve bytes in place, so a dictionary
//! gains little, and dictionaries of different tables would have to be merged at every join and union. An enum's list is
//! checked where data enter; operators that need its order (`pivot`) read it from the type.

use std::sync::Arc;

use gml_ir::{IntKind, Row, Type};
use polars::prelude::{DataType, Field, TimeUnit};

/// The polars type of a type; `None` where it is not known before the run, or is no type of a column.
pub fn dtype(ty: &Type) -> Option<DataType> {
    Some(match ty {
        Type::Bool => DataType::Boolean,
        Type::Int(kind) => integer(*kind),
        Type::Float => DataType::Float64,
        Type::Float32 => DataType::Float32,
        Type::Str | Type::Category | Type::Enum(_) => DataType::String,
        Type::Bytes | Type::Image => DataType::Binary,
        Type::Date => DataType::Date,
        Type::Time => DataType::Time,
        Type::Timestamp => DataType::Datetime(TimeUnit::Microseconds, None),
        Type::Duration => DataType::Duration(TimeUnit::Microseconds),
        Type::Size => DataType::UInt64,
        Type::Decimal { precision, scale } => DataType::Decimal(usize::from(*precision), usize::from(*scale)),
        Type::List(item) => DataType::List(Box::new(dtype(item)?)),
        Type::Vector(length) => DataType::Array(Box::new(DataType::Float32), usize::try_from(*length).ok()?),
        Type::Struct(row) | Type::Record(row) => DataType::Struct(fields(row)?),
        Type::Nullable(inner) => dtype(inner)?,
        Type::Null => DataType::Null,
        Type::Range(_)
        | Type::Table(_)
        | Type::Estimator(_)
        | Type::Learned(_)
        | Type::Sequences(_)
        | Type::Graph(..)
        | Type::Named(_)
        | Type::Unknown
        | Type::Error => return None,
    })
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
            let columns = fields.iter().map(|field| gml_ir::Column::new(field.name().as_str(), type_of(field.dtype())));
            Type::Struct(Arc::new(Row::of(columns.collect())))
        }
        DataType::Null => Type::Null,
        _ => Type::Unknown,
    }
}

fn fields(row: &Row) -> Option<Vec<Field>> {
    row.columns.iter().map(|column| Some(Field::new((&*column.name).into(), dtype(&column.ty)?))).collect()
}

fn integer(kind: IntKind) -> DataType {
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
