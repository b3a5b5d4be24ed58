//! A fitted recipe: what each step learned, and how it changes rows.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Column, Learned, Row, TableType, Type};
use polars::prelude::{
    DataType, Expr, LazyFrame, NULL, NamedFrom, SchemaRef, Series, TimeUnit, by_name, col, lit, when,
};
use serde::{Deserialize, Serialize};

use super::stored;
use super::values::{Cell, Exact, Kind};
use crate::data::{Context, Table};
use crate::frame;
use crate::learned::Fitted;

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
    /// `(x - center) / spread`
    Scale {
        /// One a column.
        columns: Vec<Affine>,
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
}

/// Values in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Coded {
    /// The column replaced.
    #[serde(flatten)]
    pub(crate) input: Input,
    /// Its values.
    pub(crate) values: Vec<Cell>,
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

impl Step {
    fn inputs(&self) -> Vec<&Input> {
        match self {
            Self::Impute { columns } => columns.iter().map(|column| &column.input).collect(),
            Self::OneHot { columns } | Self::Ordinal { columns } => {
                columns.iter().map(|column| &column.input).collect()
            }
            Self::Scale { columns } => columns.iter().map(|column| &column.input).collect(),
        }
    }

    /// The query with this step behind it.
    fn apply(&self, frame: LazyFrame) -> Result<LazyFrame, Fault> {
        let schema = frame::schema(&frame)?;
        self.check(&schema)?;
        Ok(match self {
            Self::Impute { columns } => {
                frame.with_columns(columns.iter().map(|fill| fill.expression(&schema)).collect::<Vec<_>>())
            }
            Self::OneHot { columns } => {
                let made: Vec<Expr> = columns.iter().flat_map(Coded::indicators).collect();
                let old = columns.iter().map(|coded| coded.input.column.to_string());
                frame.with_columns(made).drop(by_name(old, true, false))
            }
            Self::Ordinal { columns } => frame.with_columns(columns.iter().map(Coded::places).collect::<Vec<_>>()),
            Self::Scale { columns } => frame.with_columns(columns.iter().map(Affine::expression).collect::<Vec<_>>()),
        })
    }

    fn check(&self, schema: &SchemaRef) -> Result<(), Fault> {
        for Input { column, kind } in self.inputs() {
            let Some(dtype) = schema.get(column) else {
                return Err(Fault::new(
                    "GML0704",
                    format!("the rows lack the column `{column}`, which a recipe reads"),
                )
                .help("give the rows the columns that the recipe was fitted on"));
            };
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
        if let Self::OneHot { columns } = self {
            let mut taken: Vec<String> = schema.iter_names().map(ToString::to_string).collect();
            for name in columns.iter().flat_map(Coded::names) {
                if taken.contains(&name) {
                    return Err(Fault::new(
                        "GML0302",
                        format!("one_hot makes a column `{name}`, and there is one already"),
                    )
                    .help("rename or drop that column before the recipe"));
                }
                taken.push(name);
            }
        }
        Ok(())
    }

    /// The row with this step behind it.
    fn retype(&self, row: &mut Row) {
        row.schema = None;
        match self {
            Self::Impute { columns } => {
                for fill in columns {
                    retype(
                        row,
                        &fill.input.column,
                        |ty| if fill.to_float { Type::Float } else { ty.non_null().clone() },
                    );
                }
            }
            Self::OneHot { columns } => {
                row.columns.retain(|column| columns.iter().all(|coded| coded.input.column != column.name));
                let made = columns.iter().flat_map(Coded::names);
                row.columns.extend(made.map(|name| Column::new(name, Type::Float)));
            }
            Self::Ordinal { columns } => {
                for coded in columns {
                    retype(row, &coded.input.column, |ty| with_null_of(ty, Type::INT));
                }
            }
            Self::Scale { columns } => {
                for affine in columns {
                    retype(row, &affine.input.column, |ty| with_null_of(ty, Type::Float));
                }
            }
        }
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

impl Fill {
    fn expression(&self, schema: &SchemaRef) -> Expr {
        let column = col(&*self.input.column);
        if self.to_float {
            return column.cast(DataType::Float64).fill_null(self.value.literal());
        }
        let dtype = schema.get(&self.input.column).filter(|dtype| **dtype != DataType::Null).cloned();
        let filled = column.fill_null(self.value.literal());
        dtype.map_or(filled.clone(), |dtype| filled.strict_cast(dtype))
    }
}

impl Coded {
    /// The columns that `one_hot` makes of the values.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        self.values.iter().map(|value| format!("{}_{}", self.input.column, value.label()))
    }

    /// 1 where the column has the value, and 0 elsewhere, where it is null too.
    fn indicators(&self) -> Vec<Expr> {
        let column = || col(&*self.input.column);
        let made = self.values.iter().zip(self.names());
        made.map(|(value, name)| {
            when(column().eq(value.literal())).then(lit(1.0)).otherwise(lit(0.0)).alias(name.as_str())
        })
        .collect()
    }

    /// 1, 2, .. in the order of the values, -1 for another value, null for null.
    fn places(&self) -> Expr {
        let column = col(&*self.input.column);
        let (keys, values) = keys(column.clone(), self.input.kind, &self.values);
        let places: Vec<i64> = (1_i64..).take(self.values.len()).collect();
        let place = keys.replace_strict(
            lit(values).implode(true),
            lit(Series::new("places".into(), places)).implode(true),
            Some(lit(-1_i64)),
            Some(DataType::Int64),
        );
        let null = lit(NULL).cast(DataType::Int64);
        when(column.is_null()).then(null).otherwise(place).alias(&*self.input.column)
    }
}

/// A column and values in a form that can be looked up: text, floats, or whole numbers.
fn keys(column: Expr, kind: Kind, values: &[Cell]) -> (Expr, Series) {
    let name = "values".into();
    let whole = |unit: i64| -> Series {
        let number = |cell: &Cell| match cell {
            Cell::Bool(truth) => i64::from(*truth),
            Cell::Date(days) => i64::from(*days),
            Cell::Int(number) | Cell::Time(number) | Cell::Timestamp(number) | Cell::Duration(number) => number * unit,
            Cell::Float(_) | Cell::Text(_) => 0,
        };
        Series::new("values".into(), values.iter().map(number).collect::<Vec<_>>())
    };
    let ticks = |column: Expr, dtype: DataType| column.cast(dtype).to_physical().cast(DataType::Int64);
    match kind {
        Kind::Text => {
            let texts = values.iter().map(Cell::label).collect::<Vec<_>>();
            (column.cast(DataType::String), Series::new(name, texts))
        }
        Kind::Number if values.iter().any(|value| matches!(value, Cell::Float(_))) => {
            let float = |cell: &Cell| if let Cell::Float(Exact(number)) = cell { *number } else { f64::NAN };
            // Adding zero makes one value of 0.0 and -0.0.
            let column = column.cast(DataType::Float64) + lit(0.0);
            (column, Series::new(name, values.iter().map(float).collect::<Vec<_>>()))
        }
        Kind::Date => (ticks(column, DataType::Date), whole(1)),
        Kind::Time => (ticks(column, DataType::Time), whole(1_000)),
        Kind::Timestamp => (ticks(column, DataType::Datetime(TimeUnit::Microseconds, None)), whole(1)),
        Kind::Duration => (ticks(column, DataType::Duration(TimeUnit::Microseconds)), whole(1)),
        Kind::Number | Kind::Bool | Kind::Other => (column.cast(DataType::Int64), whole(1)),
    }
}

impl Affine {
    fn expression(&self) -> Expr {
        (col(&*self.input.column).cast(DataType::Float64) - lit(self.center.0)) / lit(self.spread.0)
    }
}

/// What several steps learned, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recipe {
    /// Each is applied to what the one before gives.
    pub(crate) steps: Vec<Step>,
}

impl Recipe {
    /// The column that one which the recipe makes is made of.
    pub(crate) fn source(&self, name: &str) -> Arc<str> {
        let mut source: Arc<str> = name.into();
        for step in self.steps.iter().rev() {
            if let Step::OneHot { columns } = step
                && let Some(coded) = columns.iter().find(|coded| coded.names().any(|made| *made == *source))
            {
                source = Arc::clone(&coded.input.column);
            }
        }
        source
    }

    /// The table with all steps behind it. Row order and partitions stay.
    ///
    /// # Errors
    /// GML0704 and GML0705 where a column is missing or of another kind, GML0302 where two columns would have one name.
    pub(crate) fn apply(&self, table: &Table) -> Result<Table, Fault> {
        let mut row = Row::clone(&table.ty.row);
        let mut frame = table.frame.clone();
        for step in &self.steps {
            frame = step.apply(frame)?;
            step.retype(&mut row);
        }
        Ok(Table { frame, ty: TableType { row: Arc::new(row), partitions: table.ty.partitions } })
    }

    /// The row that comes out for this one.
    pub(crate) fn row(&self, row: &Row) -> Row {
        let mut row = row.clone();
        for step in &self.steps {
            step.retype(&mut row);
        }
        row
    }
}

/// A recipe that was fitted: a transform.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FittedRecipe {
    /// The steps.
    pub(crate) recipe: Recipe,
    /// The row that it was fitted on.
    pub(crate) input: Arc<Row>,
}

impl Fitted for FittedRecipe {
    fn apply(&self, table: &Table, _: &Context) -> Result<Table, Fault> {
        self.recipe.apply(table)
    }

    fn ty(&self) -> Learned {
        Learned::Transform(Some((Arc::clone(&self.input), Arc::new(self.recipe.row(&self.input)))))
    }

    fn save(&self, folder: &Path) -> Result<(), Fault> {
        stored::save(self, folder)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
