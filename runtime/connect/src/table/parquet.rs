//! Parquet files.

use std::fs::File;
use std::path::Path;

use gml_ir::Row;
use polars::prelude::*;

use super::lacks;
use crate::conform::{Conversion, MismatchKind, plan};
use crate::query::guarded;
use crate::{Fault, code, paths};

/// How the columns of the row come out of the file, by its footer alone.
pub(super) fn conversions(path: &Path, row: &Row) -> Result<Vec<Conversion>, Fault> {
    let schema = {
        let mut reader = ParquetReader::new(open(path)?);
        let arrow = guarded(|| reader.schema()).map_err(|fault| damaged(&fault))?;
        Schema::from_arrow_schema(arrow.as_ref())
    };
    let header: Vec<&str> = schema.iter_names().map(|name| name.as_str()).collect();
    let mut conversions = Vec::with_capacity(row.columns.len());
    for column in &row.columns {
        let stored = column.stored_name();
        let dtype = schema.get(stored).ok_or_else(|| lacks(stored, &column.name, &header))?;
        conversions.push(plan(dtype, column).map_err(|mismatch| {
            let place = format!("{stored}{}", mismatch.path);
            match mismatch.kind {
                MismatchKind::Type { file, declared, remedy } => Fault::new(
                    code::STORED_TYPE_DIFFERS,
                    format!("the column `{place}` is {file} in the file, and {declared} is declared"),
                )
                .help(remedy),
                MismatchKind::Lacks { field, has } => {
                    let has: Vec<&str> = has.iter().map(String::as_str).collect();
                    lacks(&format!("{place}.{field}"), &field, &has)
                }
            }
        })?);
    }
    Ok(conversions)
}

/// Reads the columns of the row.
pub(super) fn read(path: &Path, row: &Row) -> Result<DataFrame, Fault> {
    let conversions = conversions(path, row)?;
    let wanted = row.columns.iter().map(|column| column.stored_name().to_owned()).collect();
    let frame = guarded(|| ParquetReader::new(open_io(path)?).with_columns(Some(wanted)).finish())
        .map_err(|fault| damaged(&fault))?;
    let mut columns = Vec::with_capacity(row.columns.len());
    for (column, conversion) in row.columns.iter().zip(&conversions) {
        let series = guarded(|| frame.column(column.stored_name()))?.as_materialized_series();
        let (converted, misfits) = guarded(|| conversion.apply(series))?;
        if let Some(marks) = misfits {
            return Err(misfit(column.stored_name(), series, &marks, &column.ty.to_string()));
        }
        columns.push(converted.with_name((&*column.name).into()).into_column());
    }
    let height = frame.height();
    guarded(|| DataFrame::new(height, columns))
}

fn open(path: &Path) -> Result<File, Fault> {
    let file = File::open(path).map_err(|error| paths::unreadable(path, &error))?;
    let length = file.metadata().map_err(|error| paths::unreadable(path, &error))?.len();
    if length == 0 {
        return Err(Fault::new(code::EMPTY_FILE, "the file is empty, so it is no Parquet file")
            .help("write it again from its source"));
    }
    Ok(file)
}

fn open_io(path: &Path) -> PolarsResult<File> {
    Ok(File::open(path)?)
}

fn damaged(fault: &Fault) -> Fault {
    if fault.code == code::CANNOT_READ || fault.code == code::FILE_MISSING || fault.code == code::OUT_OF_MEMORY {
        return fault.clone();
    }
    Fault::new(code::NOT_PARQUET, "the file is no Parquet file, or it is cut off or damaged")
        .detail(fault.message.clone())
        .help("see whether it was copied to its end, and write it again from its source")
}

/// Values that do not fit the declared type.
fn misfit(column: &str, series: &Series, marks: &BooleanChunked, declared: &str) -> Fault {
    let rows: Vec<usize> =
        marks.iter().enumerate().filter(|(_, mark)| *mark == Some(true)).map(|(row, _)| row).collect();
    let mut fault = Fault::new(
        code::VALUE_DOES_NOT_PARSE,
        format!("{} values of the column `{column}` are no {declared}", rows.len()),
    );
    for row in rows.iter().take(5) {
        if let Ok(value) = series.get(*row) {
            fault = fault.detail(format!("row {}: {value}", row + 1));
        }
    }
    fault.help("declare the column with the type that all of its values have, or mend the file")
}
