//! Values as numbers and as columns of 0 and 1.

use polars::prelude::{DataType, Expr, NULL, NamedFrom, Series, TimeUnit, col, lit, when};
use serde::{Deserialize, Serialize};

use super::step::Input;
use super::values::{Cell, Exact, Kind};

/// Values in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Coded {
    /// The column replaced.
    #[serde(flatten)]
    pub(crate) input: Input,
    /// Its values.
    pub(crate) values: Vec<Cell>,
}

/// A number for each value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Encoded {
    /// The column replaced.
    #[serde(flatten)]
    pub(crate) input: Input,
    /// Its values.
    pub(crate) values: Vec<Cell>,
    /// Their numbers.
    pub(crate) means: Vec<Exact>,
    /// That of null.
    pub(crate) null: Exact,
    /// That of any other value.
    pub(crate) other: Exact,
}

impl Coded {
    /// The names of [`Coded::indicators`], and what they are made of.
    pub(crate) fn indicator_names(&self) -> impl Iterator<Item = (String, &Input)> {
        self.values.iter().map(|value| (format!("{}_{}", self.input.column, value.label()), &self.input))
    }

    /// 1 where the column has the value, and 0 elsewhere, where it is null too.
    pub(super) fn indicators(&self) -> Vec<Expr> {
        let column = || col(&*self.input.column);
        let made = self.values.iter().zip(self.indicator_names());
        made.map(|(value, (name, _))| {
            when(column().eq(value.literal())).then(lit(1.0)).otherwise(lit(0.0)).alias(name.as_str())
        })
        .collect()
    }

    /// 1, 2, .. in the order of the values, -1 for another value, null for null.
    pub(super) fn places(&self) -> Expr {
        let null = lit(NULL).cast(DataType::Int64);
        self.place(-1, null).alias(&*self.input.column)
    }

    /// How many binary digits the place of the last value has.
    fn width(&self) -> usize {
        (usize::BITS - self.values.len().leading_zeros()) as usize
    }

    /// The names of [`Coded::digits`], and what they are made of.
    pub(crate) fn digit_names(&self) -> impl Iterator<Item = (String, &Input)> {
        (0..self.width()).map(|digit| (format!("{}_{digit}", self.input.column), &self.input))
    }

    /// Of 1, 2, .. in the order of the values, one binary digit; the digits count from the highest.
    pub(crate) fn bits(&self, digit: usize) -> Vec<f64> {
        let shift = self.width() - 1 - digit;
        (1..=self.values.len()).map(|place| f64::from(u8::from(place >> shift & 1 == 1))).collect()
    }

    /// The binary digits of 1, 2, .. in the order of the values, the highest first; 0 for another value and for null.
    pub(super) fn digits(&self) -> Vec<Expr> {
        let width = self.width();
        let digit = |(digit, (name, _)): (usize, (String, &Input))| {
            let worth = 1_i64 << (width - 1 - digit);
            let bit = self.place(0, lit(0_i64)).floor_div(lit(worth)) % lit(2_i64);
            bit.cast(DataType::Float64).alias(name.as_str())
        };
        self.digit_names().enumerate().map(digit).collect()
    }

    fn place(&self, other: i64, null: Expr) -> Expr {
        let column = col(&*self.input.column);
        let places: Vec<i64> = (1_i64..).take(self.values.len()).collect();
        let places = Series::new("places".into(), places);
        when(column.is_null()).then(null).otherwise(looked_up(&self.input, &self.values, places, lit(other)))
    }
}

impl Encoded {
    /// The number of the value.
    pub(super) fn expression(&self) -> Expr {
        let column = col(&*self.input.column);
        let means = Series::new("means".into(), self.means.iter().map(|mean| mean.0).collect::<Vec<_>>());
        let known = looked_up(&self.input, &self.values, means, lit(self.other.0));
        when(column.is_null()).then(lit(self.null.0)).otherwise(known).alias(&*self.input.column)
    }
}

/// What stands beside the column's value, and `other` for values that are not there.
fn looked_up(input: &Input, values: &[Cell], beside: Series, other: Expr) -> Expr {
    let dtype = beside.dtype().clone();
    if values.is_empty() {
        return other.cast(dtype);
    }
    let (keys, values) = keys(col(&*input.column), input.kind, values);
    keys.replace_strict(lit(values).implode(true), lit(beside).implode(true), Some(other), Some(dtype))
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
