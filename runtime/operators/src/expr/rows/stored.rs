//! How values of programs are stored as columns.

use gml_codegen::rows::{Constant, Kind, Storage, Width};
use gml_ir::{IntKind, Type, Value};
use polars::prelude::DataType;

use super::super::dtype;

/// A type of columns that programs read and give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stored {
    Bool,
    /// Not of 64 bits without a sign.
    Int(IntKind),
    Float,
    Float32,
    Date,
    Time,
    Timestamp,
    Duration,
}

impl Stored {
    /// That of a type; nothing where programs have no such values.
    pub(super) fn of(ty: &Type) -> Option<Self> {
        Some(match ty.non_null() {
            Type::Bool => Self::Bool,
            Type::Int(IntKind::U64) => return None,
            Type::Int(kind) => Self::Int(*kind),
            Type::Float => Self::Float,
            Type::Float32 => Self::Float32,
            Type::Date => Self::Date,
            Type::Time => Self::Time,
            Type::Timestamp => Self::Timestamp,
            Type::Duration => Self::Duration,
            _ => return None,
        })
    }

    /// That of a constant for which the checker gave no type.
    pub(super) fn of_value(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Bool(_) => Self::Bool,
            Value::Int(_) => Self::Int(IntKind::I64),
            Value::Float(_) => Self::Float,
            Value::Date(_) => Self::Date,
            Value::Time(_) => Self::Time,
            Value::Timestamp(_) => Self::Timestamp,
            Value::Duration(_) => Self::Duration,
            _ => return None,
        })
    }

    /// The constant in a program; nothing where it is no value of this type.
    pub(super) fn constant(self, value: &Value) -> Option<Constant> {
        Some(match (self, value) {
            (_, Value::Null) => Constant::Null(self.kind()),
            (Self::Bool, Value::Bool(truth)) => Constant::Bool(*truth),
            (Self::Int(kind), Value::Int(number)) => {
                let (least, most) = kind.bounds();
                Constant::Int((least..=most).contains(&i128::from(*number)).then_some(*number)?)
            }
            (Self::Float, Value::Float(number)) => Constant::Float(*number),
            (Self::Float, Value::Int(number)) => Constant::Float(*number as f64),
            (Self::Float32, Value::Float(number)) => Constant::Float(f64::from(*number as f32)),
            (Self::Float32, Value::Int(number)) => Constant::Float(f64::from(*number as f32)),
            (Self::Date, Value::Date(days)) => Constant::Int(i64::from(*days)),
            (Self::Time, Value::Time(micros)) => Constant::Int(micros.checked_mul(1_000)?),
            (Self::Timestamp, Value::Timestamp(micros)) | (Self::Duration, Value::Duration(micros)) => {
                Constant::Int(*micros)
            }
            _ => return None,
        })
    }

    /// What is computed with.
    pub(super) fn kind(self) -> Kind {
        self.storage().kind()
    }

    /// How columns lie in memory.
    pub(super) fn storage(self) -> Storage {
        match self {
            Self::Bool => Storage::Bool,
            Self::Int(IntKind::I8) => Storage::I8,
            Self::Int(IntKind::I16) => Storage::I16,
            Self::Int(IntKind::I32) | Self::Date => Storage::I32,
            Self::Int(IntKind::U8) => Storage::U8,
            Self::Int(IntKind::U16) => Storage::U16,
            Self::Int(IntKind::U32) => Storage::U32,
            Self::Int(IntKind::I64 | IntKind::U64) | Self::Time | Self::Timestamp | Self::Duration => Storage::I64,
            Self::Float32 => Storage::F32,
            Self::Float => Storage::F64,
        }
    }

    /// The polars type of columns.
    pub(super) fn dtype(self) -> DataType {
        let ty = match self {
            Self::Bool => Type::Bool,
            Self::Int(kind) => Type::Int(kind),
            Self::Float => Type::Float,
            Self::Float32 => Type::Float32,
            Self::Date => Type::Date,
            Self::Time => Type::Time,
            Self::Timestamp => Type::Timestamp,
            Self::Duration => Type::Duration,
        };
        dtype(&ty).unwrap_or(DataType::Null)
    }

    /// The width that an integer of 64 bits has to fit; nothing where it always does.
    pub(super) fn width(kind: IntKind) -> Option<Width> {
        Some(match kind {
            IntKind::I8 => Width::I8,
            IntKind::I16 => Width::I16,
            IntKind::I32 => Width::I32,
            IntKind::U8 => Width::U8,
            IntKind::U16 => Width::U16,
            IntKind::U32 => Width::U32,
            IntKind::I64 | IntKind::U64 => return None,
        })
    }
}
