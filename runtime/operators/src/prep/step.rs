//! What one step of a recipe learned, and how it changes rows.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Column, Row, Type};
use polars::prelude::{DataType, Expr, LazyFrame, SchemaRef, by_name, col, lit, when};
use serde::{Deserialize, Serialize};

use super::coded::{Coded, Encoded};
use super::numbers::{Bounded, Clipped};
use super::values::{Cell, Exact, Kind};
use super::words::Words;
use super::{hashed::Hashed, numbers, words};
use crate::frame;

/// A column that a step reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Input {
    /// Its name.
    pub(crate) column: Arc<str>,
    /// What it held when the step was fitted.
    pub(crate) kind: Kind,
}

/// What one step learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(crate) enum Step {
    /// Puts a value where there is null.
    Impute {
        /// One a column.
        columns: Vec<Fill>,
    },
    /// One column of 0 and 1 for each value.
    OneHot {
        /// One a column.
        columns: Vec<Coded>,
    },
    /// The place of the value, from 1.
    Ordinal {
        /// One a column.
        columns: Vec<Coded>,
    },
    /// The place of the value in columns of 0 and 1.
    Binary {
        /// One a column.
        columns: Vec<Coded>,
    },
    /// The mean of the target for the value.
    TargetEncode {
        /// One a column.
        columns: Vec<Encoded>,
    },
    /// Columns of 0 and 1 chosen by a hash of the value.
    Hash {
        /// One a column.
        columns: Vec<Hashed>,
    },
    /// `(x - center) / spread`
    Scale {
        /// One a column.
        columns: Vec<Affine>,
    },
    /// The number of the bucket that the value is in.
    Bucket {
        /// One a column.
        columns: Vec<Bounded>,
    },
    /// `sign(x) * ln(1 + |x|)`
    Log {
        /// The columns.
        columns: Vec<Input>,
    },
    /// No smaller and no larger than.
    Clip {
        /// One a column.
        columns: Vec<Clipped>,
    },
    /// Year, month, day and day of the week.
    DateParts {
        /// The columns.
        columns: Vec<Input>,
    },
    /// How much words count in texts.
    TextCounts {
        /// One a column.
        columns: Vec<Words>,
    },
    /// Leaves columns out.
    Drop {
        /// Their names.
        columns: Vec<Arc<str>>,
    },
}

/// A value for where there is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fill {
    /// The column filled.
    #[serde(flatten)]
    pub(crate) input: Input,
    /// What goes in.
    pub(crate) value: Cell,
    /// Whether the column becomes float, as for a mean of integers.
    pub(crate) to_float: bool,
    /// Whether there were empty texts among those learned from, which are no nulls.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) empty: bool,
}

/// A shift and a scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Affine {
    /// The column scaled.
    #[serde(flatten)]
    pub(crate) input: Input,
    /// Becomes 0.
    pub(crate) center: Exact,
    /// Becomes 1.
    pub(crate) spread: Exact,
}

/// A column that a step makes.
pub(super) struct Made<'s> {
    pub(super) name: String,
    pub(super) ty: Type,
    /// What it is made of.
    pub(super) source: &'s Input,
}

/// Parts of a date, in the order in which their columns come.
pub(crate) const DATE_PARTS: [&str; 4] = ["year", "month", "day", "weekday"];

impl Step {
    /// The operator that it is a step of.
    pub(crate) fn operator(&self) -> &'static str {
        match self {
            Self::Impute { .. } => "impute",
            Self::OneHot { .. } => "one_hot",
            Self::Ordinal { .. } => "ordinal",
            Self::Binary { .. } => "binary",
            Self::TargetEncode { .. } => "target_encode",
            Self::Hash { .. } => "hash",
            Self::Scale { .. } => "scale",
            Self::Bucket { .. } => "a step into buckets",
            Self::Log { .. } => "log",
            Self::Clip { .. } => "clip",
            Self::DateParts { .. } => "date_parts",
            Self::TextCounts { .. } => "text_counts",
            Self::Drop { .. } => "select_features",
        }
    }

    pub(super) fn inputs(&self) -> Vec<&Input> {
        match self {
            Self::Impute { columns } => columns.iter().map(|column| &column.input).collect(),
            Self::OneHot { columns } | Self::Ordinal { columns } | Self::Binary { columns } => {
                columns.iter().map(|column| &column.input).collect()
            }
            Self::TargetEncode { columns } => columns.iter().map(|column| &column.input).collect(),
            Self::Hash { columns } => columns.iter().map(|column| &column.input).collect(),
            Self::Scale { columns } => columns.iter().map(|column| &column.input).collect(),
            Self::Bucket { columns } => columns.iter().map(|column| &column.input).collect(),
            Self::Clip { columns } => columns.iter().map(|column| &column.input).collect(),
            Self::TextCounts { columns } => columns.iter().map(|column| &column.input).collect(),
            Self::Log { columns } | Self::DateParts { columns } => columns.iter().collect(),
            Self::Drop { .. } => Vec::new(),
        }
    }

    /// The columns that come behind the others, in their order; what they are made of goes.
    pub(super) fn made(&self) -> Vec<Made<'_>> {
        let float = |(name, source)| Made { name, ty: Type::Float, source };
        match self {
            Self::OneHot { columns } => columns.iter().flat_map(Coded::indicator_names).map(float).collect(),
            Self::Binary { columns } => columns.iter().flat_map(Coded::digit_names).map(float).collect(),
            Self::Hash { columns } => columns.iter().flat_map(Hashed::names).map(float).collect(),
            Self::TextCounts { columns } => columns.iter().flat_map(Words::names).map(float).collect(),
            Self::DateParts { columns } => {
                let parts = DATE_PARTS.iter().flat_map(|part| columns.iter().map(move |input| (part, input)));
                let made = parts.map(|(part, source)| {
                    let name = format!("{}_{part}", source.column);
                    Made { name, ty: Type::INT.nullable(), source }
                });
                made.collect()
            }
            _ => Vec::new(),
        }
    }

    /// The query with this step behind it.
    pub(super) fn apply(&self, frame: LazyFrame) -> Result<LazyFrame, Fault> {
        let schema = frame::schema(&frame)?;
        self.check(&schema)?;
        let replaced = |expressions: Vec<Expr>| frame.clone().with_columns(expressions);
        let made = |frame: LazyFrame| {
            let old = self.inputs().into_iter().map(|input| input.column.to_string());
            frame.drop(by_name(old, true, false))
        };
        Ok(match self {
            Self::Impute { columns } => replaced(columns.iter().map(|fill| fill.expression(&schema)).collect()),
            Self::OneHot { columns } => made(replaced(columns.iter().flat_map(Coded::indicators).collect())),
            Self::Ordinal { columns } => replaced(columns.iter().map(Coded::places).collect()),
            Self::Binary { columns } => made(replaced(columns.iter().flat_map(Coded::digits).collect())),
            Self::TargetEncode { columns } => replaced(columns.iter().map(Encoded::expression).collect()),
            Self::Hash { columns } => {
                let columns = columns.clone();
                made(frame::apply(frame, "hash", move |rows| super::hashed::add(&columns, rows))?)
            }
            Self::Scale { columns } => replaced(columns.iter().map(Affine::expression).collect()),
            Self::Bucket { columns } => {
                let columns = columns.clone();
                frame::apply(frame, "buckets", move |rows| numbers::bucket(&columns, rows))?
            }
            Self::Log { columns } => replaced(columns.iter().map(|input| numbers::log(&input.column)).collect()),
            Self::Clip { columns } => replaced(columns.iter().map(Clipped::expression).collect()),
            Self::DateParts { columns } => {
                let parts = DATE_PARTS.iter().flat_map(|part| columns.iter().map(move |input| (*part, input)));
                made(replaced(parts.map(|(part, input)| date_part(part, input, &schema)).collect()))
            }
            Self::TextCounts { columns } => {
                let columns = columns.clone();
                made(frame::apply(frame, "words", move |rows| words::add(&columns, rows))?)
            }
            Self::Drop { columns } => frame.drop(by_name(columns.iter().map(ToString::to_string), true, false)),
        })
    }

    fn check(&self, schema: &SchemaRef) -> Result<(), Fault> {
        let lacks = |column: &str| {
            Fault::new("GML0704", format!("the rows lack the column `{column}`, which a recipe reads"))
                .help("give the rows the columns that the recipe was fitted on")
        };
        for Input { column, kind } in self.inputs() {
            let Some(dtype) = schema.get(column) else { return Err(lacks(column)) };
            // A column of nothing but null has no type of its own in an open row.
            if Kind::of(dtype) != *kind && *dtype != DataType::Null {
                let found = Kind::of(dtype).name();
                return Err(Fault::new(
                    "GML0705",
                    format!("the column `{column}` holds {found} values, and the recipe was fitted on {}", kind.name()),
                )
                .help("convert the column with derive, or fit anew"));
            }
        }
        if let Self::Drop { columns } = self
            && let Some(missing) = columns.iter().find(|column| schema.get(column).is_none())
        {
            return Err(lacks(missing));
        }
        let mut taken: std::collections::HashSet<String> = schema.iter_names().map(ToString::to_string).collect();
        for made in self.made() {
            if taken.contains(&made.name) {
                return Err(Fault::new(
                    "GML0302",
                    format!("{} makes a column `{}`, and there is one already", self.operator(), made.name),
                )
                .help("rename or drop that column before the recipe"));
            }
            taken.insert(made.name);
        }
        Ok(())
    }

    /// The row with this step behind it.
    pub(super) fn retype(&self, row: &mut Row) {
        row.schema = None;
        let made = self.made();
        if let Self::Drop { columns } = self {
            row.columns.retain(|column| !columns.contains(&column.name));
        } else if made.is_empty() {
            let new = |input: &Input, ty: &Type| match self {
                Self::Impute { columns } => {
                    let to_float = columns.iter().any(|fill| fill.input == *input && fill.to_float);
                    if to_float { Type::Float } else { ty.non_null().clone() }
                }
                Self::TargetEncode { .. } => Type::Float,
                Self::Ordinal { .. } | Self::Bucket { .. } => with_null_of(ty, Type::INT),
                _ => with_null_of(ty, Type::Float),
            };
            for input in self.inputs() {
                retype(row, &input.column, |ty| new(input, ty));
            }
        }
        if self.makes_columns() {
            // What may be null is so where its source is.
            let ty = |made: &Made<'_>| match row.get(&made.source.column) {
                Some(source) if !source.ty.is_nullable() => made.ty.non_null().clone(),
                _ => made.ty.clone(),
            };
            let made: Vec<Column> = made.into_iter().map(|made| Column::new(made.name.clone(), ty(&made))).collect();
            let old: std::collections::HashSet<&str> = self.inputs().iter().map(|input| &*input.column).collect();
            row.columns.retain(|column| !old.contains(&*column.name));
            row.columns.extend(made);
        }
    }

    /// Whether new columns take the place of those that are read, even where there are none of them.
    fn makes_columns(&self) -> bool {
        matches!(
            self,
            Self::OneHot { .. }
                | Self::Binary { .. }
                | Self::Hash { .. }
                | Self::DateParts { .. }
                | Self::TextCounts { .. }
        )
    }
}

fn retype(row: &mut Row, name: &str, change: impl Fn(&Type) -> Type) {
    if let Some(column) = row.columns.iter_mut().find(|column| &*column.name == name) {
        column.ty = change(&column.ty);
        column.contracts.clear();
        column.parsed = None;
    }
}

fn with_null_of(old: &Type, new: Type) -> Type {
    if old.is_nullable() { new.nullable() } else { new }
}

fn date_part(part: &str, input: &Input, schema: &SchemaRef) -> Expr {
    let column = col(&*input.column);
    let nothing_but_null = schema.get(&input.column).is_some_and(|dtype| *dtype == DataType::Null);
    let moment = if nothing_but_null { column.cast(DataType::Date) } else { column };
    let moment = moment.dt();
    let value = match part {
        "year" => moment.year(),
        "month" => moment.month(),
        "day" => moment.day(),
        _ => moment.weekday(),
    };
    value.cast(DataType::Int64).alias(format!("{}_{part}", input.column))
}

impl Fill {
    fn expression(&self, schema: &SchemaRef) -> Expr {
        let column = col(&*self.input.column);
        if self.to_float {
            return column.cast(DataType::Float64).fill_null(self.value.literal());
        }
        let dtype = schema.get(&self.input.column).filter(|dtype| **dtype != DataType::Null).cloned();
        if let Some(filled) = dtype.as_ref().and_then(|dtype| self.value.decimal(dtype)) {
            return column.fill_null(filled);
        }
        let filled = column.fill_null(self.value.literal());
        dtype.map_or(filled.clone(), |dtype| filled.strict_cast(dtype))
    }
}

impl Affine {
    fn expression(&self) -> Expr {
        (col(&*self.input.column).cast(DataType::Float64) - lit(self.center.0)) * lit(self.factor())
    }

    /// What is multiplied by in place of a division. The table engine divides a column by a constant that way, but not a column
    /// of one row: a row would get another last bit where it comes alone.
    pub(crate) fn factor(&self) -> f64 {
        1.0 / self.spread.0
    }
}

impl Clipped {
    fn expression(&self) -> Expr {
        let value = || col(&*self.input.column).cast(DataType::Float64);
        let (low, high) = (self.low.0, self.high.0);
        when(value().lt(lit(low)))
            .then(lit(low))
            .when(value().gt(lit(high)))
            .then(lit(high))
            .otherwise(value())
            .alias(&*self.input.column)
    }
}
