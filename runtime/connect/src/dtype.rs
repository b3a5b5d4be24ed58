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
use polars_arrow::datatypes::{ArrowDataType, Field as ArrowField};

use crate::query::guarded;
use crate::{Fault, code};

/// The most digits of a decimal.
const DIGITS: usize = 38;

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

/// The in-memory type of a column of a file.
///
/// # Errors
/// GML0913 where there is none for it, or for a part of it.
pub(crate) fn stored_type(field: &ArrowField) -> Result<DataType, Fault> {
    let refused = |ty: String| {
        Fault::new(
            code::STORED_TYPE_DIFFERS,
            format!("the column `{}` is {ty} in the file, and no type of the language can hold that", field.name),
        )
        .help("leave the column out of the schema, or write the file with another type")
    };
    match lacking(&field.dtype) {
        Some(ty) => Err(refused(ty)),
        None => guarded(|| Ok(DataType::from_arrow_field(field))).map_err(|_| refused(format!("{:?}", field.dtype))),
    }
}

/// The first type in it that columns cannot have.
fn lacking(dtype: &ArrowDataType) -> Option<String> {
    match dtype {
        ArrowDataType::List(item)
        | ArrowDataType::LargeList(item)
        | ArrowDataType::FixedSizeList(item, _)
        | ArrowDataType::Map(item, _) => lacking(&item.dtype),
        ArrowDataType::Struct(fields) => fields.iter().find_map(|field| lacking(&field.dtype)),
        ArrowDataType::Dictionary(_, values, _) => lacking(values),
        ArrowDataType::Float16 => Some("float16".into()),
        ArrowDataType::Decimal(digits, scale) | ArrowDataType::Decimal256(digits, scale) if *digits > DIGITS => {
            Some(format!("decimal[{digits}, {scale}]"))
        }
        ArrowDataType::UInt128 => Some("uint128".into()),
        ArrowDataType::Interval(_) => Some("an interval".into()),
        ArrowDataType::Union(_) => Some("a union".into()),
        ArrowDataType::Extension(extension) => Some(format!("of the type `{}`", extension.name)),
        _ => None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_no_column_can_have_is_named_with_its_column() {
        let field = |dtype| ArrowField::new("h".into(), dtype, true);
        let list = |dtype| ArrowDataType::LargeList(Box::new(field(dtype)));
        for (dtype, shown) in [
            (ArrowDataType::Float16, "float16"),
            (list(ArrowDataType::Float16), "float16"),
            (ArrowDataType::Struct(vec![field(ArrowDataType::Float16)]), "float16"),
            (ArrowDataType::Decimal256(50, 2), "decimal[50, 2]"),
        ] {
            let fault = stored_type(&field(dtype)).unwrap_err();
            assert_eq!(fault.code, "GML0913");
            assert!(fault.message.starts_with(&format!("the column `h` is {shown} ")), "{fault}");
        }
        let texts = DataType::List(Box::new(DataType::String));
        assert_eq!(stored_type(&field(list(ArrowDataType::Utf8View))), Ok(texts));
    }
}
