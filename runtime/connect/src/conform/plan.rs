//! Which conversion leads from a type in a file to a declared type, if one does.

use gml_ir::{Column, IntKind, Parsed, Row, Type};
use polars::prelude::*;

use super::{Conversion, FieldConversion};
use crate::dtype::{data_type, int_type};
use crate::text::Stamp;

/// Why no conversion leads there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mismatch {
    /// Where inside of the column: empty, `.key`, `[].value`.
    pub(crate) path: String,
    /// What is wrong.
    pub(crate) kind: MismatchKind,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum MismatchKind {
    /// The file has another type, and this is what to do.
    Type { file: String, declared: String, remedy: String },
    /// A struct in the file lacks a field that cannot be null; these are there.
    Lacks { field: String, has: Vec<String> },
}

impl Mismatch {
    fn within(mut self, step: &str) -> Self {
        self.path.insert_str(0, step);
        self
    }
}

/// The conversion from the type in the file to that of the column.
pub(crate) fn plan(file: &DataType, column: &Column) -> Result<Conversion, Mismatch> {
    typed(file, &column.ty, column.parsed.as_ref())
}

fn typed(file: &DataType, ty: &Type, parsed: Option<&Parsed>) -> Result<Conversion, Mismatch> {
    let ty = ty.non_null();
    let Some(to) = data_type(ty) else {
        return if ty.is_silent() { Ok(Conversion::Keep) } else { Err(differs(file, ty, parsed)) };
    };
    if matches!(file, DataType::Null) {
        return Ok(Conversion::Nulls(to));
    }
    let found = match ty {
        Type::Struct(row) => return structs(file, row, ty),
        Type::List(item) => match file {
            DataType::List(inner) | DataType::Array(inner, _) => {
                let inner_conversion = typed(inner, item, parsed).map_err(|error| error.within("[]"))?;
                return Ok(match (inner_conversion, file) {
                    (Conversion::Keep, DataType::List(_)) => Conversion::Keep,
                    (conversion, _) => Conversion::List(Box::new(conversion)),
                });
            }
            _ => None,
        },
        Type::Date | Type::Time | Type::Timestamp => temporal(file, ty, &to, &Stamp::of(parsed)),
        Type::Vector(width) => match file {
            _ if *file == to => Some(Conversion::Keep),
            DataType::List(inner) | DataType::Array(inner, _) if inner.is_primitive_numeric() => {
                Some(Conversion::Vector(*width as usize))
            }
            _ => None,
        },
        _ if *file == to => Some(Conversion::Keep),
        _ => scalar(file, ty, &to),
    };
    found.ok_or_else(|| differs(file, ty, parsed))
}

fn scalar(file: &DataType, ty: &Type, to: &DataType) -> Option<Conversion> {
    let cast = || Some(Conversion::Cast(to.clone()));
    let fit = || Some(Conversion::Fit(to.clone()));
    match (ty, file) {
        (Type::Int(kind), _) if file.is_integer() => {
            if widens(file, *kind) {
                cast()
            } else {
                fit()
            }
        }
        (Type::Size, _) if file.is_integer() => fit(),
        (Type::Int(_), DataType::Decimal(_, 0)) => fit(),
        (Type::Float, DataType::Float32 | DataType::Float16 | DataType::Decimal(..)) => cast(),
        (Type::Float | Type::Float32, _) if file.is_integer() => cast(),
        (Type::Float32, DataType::Float16) => cast(),
        (Type::Str | Type::Category | Type::Enum(_), DataType::Categorical(..) | DataType::Enum(..)) => cast(),
        (Type::Str | Type::Category | Type::Enum(_), DataType::Binary) => fit(),
        (Type::Bytes | Type::Image, DataType::String) => cast(),
        (Type::Duration, DataType::Duration(unit)) => Some(Conversion::Span(*unit)),
        (Type::Decimal { precision, scale }, DataType::Decimal(digits, behind)) => {
            let (digits, behind) = (*digits as i64, *behind as i64);
            let (precision, scale) = (i64::from(*precision), i64::from(*scale));
            let room = behind <= scale && digits - behind <= precision - scale;
            if behind > scale {
                None
            } else if room {
                cast()
            } else {
                fit()
            }
        }
        (Type::Decimal { .. }, _) if file.is_integer() => fit(),
        _ => None,
    }
}

fn widens(file: &DataType, kind: IntKind) -> bool {
    use IntKind::{I8, I16, I32, I64, U8, U16, U32, U64};
    let from = [I8, I16, I32, I64, U8, U16, U32, U64].into_iter().find(|from| int_type(*from) == *file);
    from.is_some_and(|from| from.bounds().0 >= kind.bounds().0 && from.bounds().1 <= kind.bounds().1)
}

fn temporal(file: &DataType, ty: &Type, to: &DataType, stamp: &Stamp) -> Option<Conversion> {
    match (stamp, file) {
        (Stamp::Format(_), DataType::String | DataType::Categorical(..) | DataType::Enum(..)) => {
            Some(Conversion::Text { stamp: stamp.clone(), to: to.clone() })
        }
        // `20210126` as a number reads like the text.
        (Stamp::Format(_), _) if file.is_integer() => Some(Conversion::Text { stamp: stamp.clone(), to: to.clone() }),
        (Stamp::Epoch(unit), _) if file.is_integer() && *ty != Type::Time => {
            Some(Conversion::Epoch { unit: *unit, to: to.clone() })
        }
        (Stamp::Iso, _) if file == to => Some(Conversion::Keep),
        (Stamp::Iso, DataType::String) => Some(Conversion::Text { stamp: Stamp::Iso, to: to.clone() }),
        (Stamp::Iso, DataType::Datetime(unit, _)) if *ty == Type::Timestamp => Some(Conversion::Instant(*unit)),
        (Stamp::Iso, DataType::Date) if *ty == Type::Timestamp => Some(Conversion::Cast(to.clone())),
        _ => None,
    }
}

fn structs(file: &DataType, row: &Row, ty: &Type) -> Result<Conversion, Mismatch> {
    let DataType::Struct(stored) = file else { return Err(differs(file, ty, None)) };
    let mut fields = Vec::with_capacity(row.columns.len());
    for column in &row.columns {
        let name = PlSmallStr::from(&*column.name);
        let found = stored.iter().find(|field| *field.name == *column.stored_name());
        let conversion = match found {
            Some(field) => {
                plan(&field.dtype, column).map_err(|error| error.within(&format!(".{}", column.stored_name())))?
            }
            None if column.ty.is_nullable() => match data_type(&column.ty) {
                Some(to) => Conversion::Nulls(to),
                None => return Err(differs(file, ty, None)),
            },
            None => {
                let has = stored.iter().map(|field| field.name.to_string()).collect();
                let kind = MismatchKind::Lacks { field: column.stored_name().to_owned(), has };
                return Err(Mismatch { path: String::new(), kind });
            }
        };
        fields.push(FieldConversion { stored: column.stored_name().into(), name, conversion });
    }
    let same = fields.len() == stored.len()
        && fields.iter().zip(stored).all(|(field, stored)| {
            field.conversion == Conversion::Keep && field.name == stored.name && field.stored == stored.name
        });
    Ok(if same { Conversion::Keep } else { Conversion::Struct(fields) })
}

fn differs(file: &DataType, ty: &Type, parsed: Option<&Parsed>) -> Mismatch {
    let declared = match parsed {
        Some(Parsed::Format(format)) => format!("{ty} parsed {format:?}"),
        Some(Parsed::Seconds) => format!("{ty} parsed s"),
        Some(Parsed::Milliseconds) => format!("{ty} parsed ms"),
        Some(Parsed::Microseconds) => format!("{ty} parsed us"),
        Some(Parsed::Nanoseconds) => format!("{ty} parsed ns"),
        None => ty.to_string(),
    };
    let kind = MismatchKind::Type { file: shown(file), declared, remedy: remedy(file, ty, parsed) };
    Mismatch { path: String::new(), kind }
}

fn remedy(file: &DataType, ty: &Type, parsed: Option<&Parsed>) -> String {
    let own = shown(file);
    match (file, ty) {
        (DataType::String, Type::Date | Type::Time | Type::Timestamp) if parsed.is_some() => {
            format!("the file holds text: say how it is written, `{ty} parsed \"%Y-%m-%d\"`, or declare it `str`")
        }
        (_, Type::Timestamp | Type::Date) if file.is_integer() => {
            format!("say what the number counts: `{ty} parsed s` (or `ms`, `us`, `ns`), or declare it `{own}`")
        }
        (DataType::Date | DataType::Datetime(..), Type::Date | Type::Timestamp) if parsed.is_some() => {
            format!("the file holds a {own} already: leave `parsed` out and declare it `{own}`")
        }
        (DataType::Datetime(..), Type::Date) => {
            "declare it `timestamp`, and take its day with `.to_day()` where the day is wanted".into()
        }
        (DataType::Float64, Type::Float32 | Type::Int(_)) => {
            format!("declare it `{own}`; `{ty}` would lose digits (`float?` where integers have nulls)")
        }
        (DataType::String, _) => format!("declare it `str`, or store it as `{ty}`"),
        _ => format!("declare it `{own}`, or store it as `{ty}`"),
    }
}

/// A type of a file as a schema would declare it.
pub(crate) fn shown(file: &DataType) -> String {
    match file {
        DataType::Boolean => "bool".into(),
        DataType::Int64 => "int".into(),
        DataType::Int8 | DataType::Int16 | DataType::Int32 => format!("int{}", &file.to_string()[1..]),
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => {
            format!("uint{}", &file.to_string()[1..])
        }
        DataType::Float64 => "float".into(),
        DataType::Float32 | DataType::Float16 => "float32".into(),
        DataType::Decimal(precision, scale) => format!("decimal[{precision}, {scale}]"),
        DataType::String => "str".into(),
        DataType::Categorical(..) | DataType::Enum(..) => "category".into(),
        DataType::Binary | DataType::BinaryOffset => "bytes".into(),
        DataType::Date => "date".into(),
        DataType::Time => "time".into(),
        DataType::Datetime(..) => "timestamp".into(),
        DataType::Duration(_) => "duration".into(),
        DataType::List(item) => format!("list[{}]", shown(item)),
        DataType::Array(item, width) if **item == DataType::Float32 => format!("vector[{width}]"),
        DataType::Array(item, _) => format!("list[{}]", shown(item)),
        DataType::Struct(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|field| format!("{}: {}", field.name, shown(&field.dtype))).collect();
            format!("struct {{ {} }}", fields.join(", "))
        }
        DataType::Null => "null".into(),
        other => other.to_string(),
    }
}
