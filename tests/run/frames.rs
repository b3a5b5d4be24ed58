//! Tables of files, compared value by value.

use std::fs::File;
use std::path::Path;

use polars::prelude::*;

/// The table of a Parquet file.
pub fn parquet(path: &Path) -> DataFrame {
    let file = File::open(path).unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
    ParquetReader::new(file).finish().unwrap()
}

/// The same rows in the order of the keys.
pub fn sorted(table: &DataFrame, keys: [&str; 2]) -> DataFrame {
    table.sort(keys, SortMultipleOptions::default()).unwrap()
}

/// A column of numbers, null where it is null.
pub fn floats(table: &DataFrame, name: &str) -> Vec<Option<f64>> {
    table.column(name).unwrap().cast(&DataType::Float64).unwrap().f64().unwrap().iter().collect()
}

/// Says where two columns of the same rows differ: numbers by more than `tolerance`, other values at all.
pub fn difference(ours: &Column, theirs: &Column, tolerance: f64) -> Option<String> {
    if ours.len() != theirs.len() {
        return Some(format!("{}: {} rows and {} rows", ours.name(), ours.len(), theirs.len()));
    }
    let (ours, theirs) = (comparable(ours), comparable(theirs));
    let differs = |row: &usize| {
        let (left, right) = (ours.get(*row).unwrap(), theirs.get(*row).unwrap());
        match (&left, &right) {
            (AnyValue::Float64(left), AnyValue::Float64(right)) => {
                let near = (left - right).abs() <= tolerance;
                !(near || left.is_nan() && right.is_nan())
            }
            _ => left != right,
        }
    };
    let row = (0..ours.len()).find(differs)?;
    Some(format!("{}, row {row}: {:?} and {:?}", ours.name(), ours.get(row).unwrap(), theirs.get(row).unwrap()))
}

/// One way of storing for each kind of value: packages store texts, days and instants in several.
fn comparable(column: &Column) -> Column {
    let stored = match column.dtype() {
        DataType::Date => DataType::Datetime(TimeUnit::Microseconds, None),
        DataType::Datetime(..) => DataType::Datetime(TimeUnit::Microseconds, None),
        dtype if dtype.is_integer() => DataType::Int64,
        dtype if dtype.is_float() => DataType::Float64,
        DataType::Boolean => DataType::Boolean,
        _ => DataType::String,
    };
    column.cast(&stored).unwrap()
}
