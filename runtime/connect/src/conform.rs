//! From the type that a file has to the type that a schema declares: what is safe, and how it is done.

mod apply;
mod plan;

use polars::prelude::*;

pub(crate) use plan::{MismatchKind, plan, shown};

use crate::text::{Stamp, Unit};

/// How the values of a column in a file become those of its declared type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Conversion {
    /// They are those already.
    Keep,
    /// A cast that loses nothing.
    Cast(DataType),
    /// A cast that some values may not fit: those are misfits.
    Fit(DataType),
    /// A date and time of another unit or zone.
    Instant(TimeUnit),
    /// A duration of another unit.
    Span(TimeUnit),
    /// A count since 1970.
    Epoch { unit: Unit, to: DataType },
    /// Text in a format.
    Text { stamp: Stamp, to: DataType },
    /// Numbers of a fixed count.
    Vector(usize),
    /// Nulls: the file does not have it.
    Nulls(DataType),
    /// Each item.
    List(Box<Conversion>),
    /// The fields by name, and the type of the whole.
    Struct(Vec<FieldConversion>),
}

/// How a field of a struct is made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldConversion {
    /// Its name in the file; the others are left out.
    pub(crate) stored: PlSmallStr,
    /// Its name in the program.
    pub(crate) name: PlSmallStr,
    /// How its values are made.
    pub(crate) conversion: Conversion,
}

impl Conversion {
    /// Whether there may be values that it cannot convert.
    pub(crate) fn may_fail(&self) -> bool {
        match self {
            Self::Keep | Self::Cast(_) | Self::Nulls(_) => false,
            Self::Fit(_)
            | Self::Instant(_)
            | Self::Span(_)
            | Self::Epoch { .. }
            | Self::Text { .. }
            | Self::Vector(_) => true,
            Self::List(item) => item.may_fail(),
            Self::Struct(fields) => fields.iter().any(|field| field.conversion.may_fail()),
        }
    }

    /// How the field of that name in the program is made, where this makes a struct.
    pub(crate) fn of_field(&self, name: &str) -> &Self {
        let Self::Struct(fields) = self else { return &Self::Keep };
        fields.iter().find(|field| *field.name == *name).map_or(&Self::Keep, |field| &field.conversion)
    }
}
