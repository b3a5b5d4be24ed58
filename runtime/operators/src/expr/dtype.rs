//! How the types of the language are stored while a program runs.
//!
//! `category` and `enum` are plain text columns: the views of polars hold up to twelve bytes in place, so a dictionary
//! gains little, and dictionaries of different tables would have to be merged at every join and union. An enum's list is
//! checked where data enter; operators that need its order (`pivot`) read it from the type.

use gml_ir::Type;
use polars::prelude::{DataType, Field, TimeUnit};

/// The polars type of a type; `None` where it is not known before the run, or is no type of a column. A record is stored
/// as a struct; everything else as it is read from files.
pub fn dtype(ty: &Type) -> Option<DataType> {
    match ty {
        Type::Record(row) => gml_connect::dtype::fields(row).map(DataType::Struct),
        Type::Nullable(inner) => dtype(inner),
        other => gml_connect::dtype::data_type(other),
    }
}

pub use gml_connect::dtype::type_of;

/// The narrowest type that holds all values of both; `None` where there is none. Numbers never become text.
pub(crate) fn common(a: &DataType, b: &DataType) -> Option<DataType> {
    let number = |dtype: &DataType| dtype.is_integer() || dtype.is_float();
    Some(match (a, b) {
        _ if a == b => a.clone(),
        (DataType::Null, other) | (other, DataType::Null) => other.clone(),
        (DataType::Float32, other) | (other, DataType::Float32) if other.is_float() || number(other) => {
            DataType::Float64
        }
        _ if a.is_integer() && b.is_integer() => whole(a, b),
        _ if number(a) && number(b) => DataType::Float64,
        (DataType::Decimal(..), other) | (other, DataType::Decimal(..)) if other.is_float() => DataType::Float64,
        (DataType::Decimal(precision, scale), other) | (other, DataType::Decimal(precision, scale))
            if other.is_integer() =>
        {
            DataType::Decimal((*precision).max(19 + scale).min(38), *scale)
        }
        (DataType::Decimal(p1, s1), DataType::Decimal(p2, s2)) => {
            let scale = *s1.max(s2);
            DataType::Decimal(((p1 - s1).max(p2 - s2) + scale).min(38), scale)
        }
        (DataType::Datetime(..), DataType::Datetime(..)) => DataType::Datetime(TimeUnit::Microseconds, None),
        (DataType::Duration(_), DataType::Duration(_)) => DataType::Duration(TimeUnit::Microseconds),
        (DataType::List(a), DataType::List(b)) => DataType::List(Box::new(common(a, b)?)),
        (DataType::Struct(a), DataType::Struct(b)) if a.len() == b.len() => {
            let fields = a.iter().map(|field| {
                let other = b.iter().find(|other| other.name() == field.name())?;
                Some(Field::new(field.name().clone(), common(field.dtype(), other.dtype())?))
            });
            DataType::Struct(fields.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// Of two widths the wider one; a signed and an unsigned one meet in `int`.
fn whole(a: &DataType, b: &DataType) -> DataType {
    use DataType::{Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64};
    let widths = if a.is_unsigned_integer() && b.is_unsigned_integer() {
        [UInt64, UInt32, UInt16, UInt8]
    } else if a.is_signed_integer() && b.is_signed_integer() {
        [Int64, Int32, Int16, Int8]
    } else {
        return Int64;
    };
    widths.into_iter().find(|width| width == a || width == b).unwrap_or(Int64)
}
