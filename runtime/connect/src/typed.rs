//! Values of messages as typed columns, read by the rules by which files are.

use gml_ir::Column;
use polars::prelude::{AnyValue, PlSmallStr, PolarsResult, Series};

use crate::Fault;
use crate::cell::Builder;
use crate::query::guarded;
use crate::table::rules;

pub use crate::cell::Misfit;
pub use crate::json::Json;
pub use crate::nearest::nearest;
pub use crate::records::Records;

/// A column that is built value by value. A value that is not of its type becomes null, and is told.
pub struct ColumnBuilder(Builder);

impl ColumnBuilder {
    /// An empty column for the values of `column`; `None` where its type cannot stand in a column.
    pub fn of(column: &Column) -> Option<Self> {
        Builder::of(column).map(Self)
    }

    /// Whether it holds scalars, which a cell of CSV can.
    pub fn is_scalar(&self) -> bool {
        self.0.is_scalar()
    }

    /// Whether an empty text is a value of it.
    pub fn is_text(&self) -> bool {
        self.0.is_text()
    }

    /// Null.
    pub fn push_null(&mut self) {
        self.0.push_null();
    }

    /// A cell of CSV.
    ///
    /// # Errors
    /// The value, where it is of another type.
    pub fn push_text(&mut self, cell: &str) -> Result<(), Misfit> {
        self.0.push_text(cell)
    }

    /// A value of JSON. A field of a struct that is not there is null.
    ///
    /// # Errors
    /// The value, where it is of another type.
    pub fn push_json(&mut self, value: &Json<'_>) -> Result<(), Misfit> {
        self.0.push_json(value)
    }

    /// The column.
    ///
    /// # Errors
    /// Where the table engine refuses it.
    pub fn finish(self, name: &str) -> Result<Series, Fault> {
        guarded(|| self.0.finish(PlSmallStr::from(name)))
    }
}

/// A value as a message shows it: floats with all their digits, since those decide whether a rule is broken, and a time that no calendar
/// has by its number.
pub fn shown(series: &Series, row: usize) -> String {
    let text = |series: &Series| -> PolarsResult<String> {
        Ok(match series.get(row)? {
            AnyValue::Float64(number) => format!("{number:?}"),
            AnyValue::Float32(number) => format!("{number:?}"),
            other => other.to_string(),
        })
    };
    let shown = guarded(|| text(series)).or_else(|_| guarded(|| text(&series.to_physical_repr())));
    shown.unwrap_or_else(|_| "?".to_owned())
}

/// A rule of a column that rows break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRule {
    /// The rule, as it was written.
    pub rule: String,
    /// The code of the fault.
    pub code: &'static str,
    /// The places of the rows, from 0.
    pub rows: Vec<usize>,
}

/// What of a column's rules its values break: nulls, enums and contracts, at any depth.
///
/// # Errors
/// Where the table engine refuses to look.
pub fn broken_rules(series: &Series, column: &Column) -> Result<Vec<BrokenRule>, Fault> {
    let broken = rules::broken(series, column)?.into_iter().map(|broken| {
        let rows = broken.marks.iter().enumerate().filter(|(_, mark)| *mark == Some(true)).map(|(row, _)| row);
        BrokenRule { rule: broken.rule, code: broken.code, rows: rows.collect() }
    });
    Ok(broken.collect())
}

#[cfg(test)]
mod tests {
    use polars::prelude::{DataType, TimeUnit};

    use super::*;

    #[test]
    fn what_is_shown_is_the_value() {
        let floats: Series = [1.000_000_000_000_000_2, 1e300, f64::NAN, 0.5].into_iter().collect();
        let of = |row| shown(&floats, row);
        assert_eq!([of(0), of(1), of(2), of(3)], ["1.0000000000000002", "1e300", "NaN", "0.5"]);
        let texts: Series = ["a", "b"].into_iter().collect();
        assert_eq!((&*shown(&texts, 1), &*shown(&texts, 2)), ("\"b\"", "?"));
    }

    /// Polars stops where it shall write a time of the year 292,278,994.
    #[test]
    fn a_time_that_no_calendar_has_is_shown_by_its_number() {
        let numbers: Series = [i64::MAX, 0].into_iter().collect();
        let times = numbers.cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).unwrap();
        assert_eq!(shown(&times, 0), i64::MAX.to_string());
        assert!(shown(&times, 1).starts_with("1970-01-01"), "{}", shown(&times, 1));
    }
}
