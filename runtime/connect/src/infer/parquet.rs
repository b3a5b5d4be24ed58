//! Columns of Parquet files.

use std::fs::File;
use std::path::Path;

use polars::prelude::*;

use super::spelling::text_type;
use super::written::is_word;
use super::{Found, Parsed};
use crate::conform::shown;
use crate::query::guarded;
use crate::{Fault, code, paths, table};

/// The columns of a file. Of those that cannot be read it is told why.
pub(super) fn columns(path: &Path) -> Result<Vec<Found>, Fault> {
    let known = table::parquet_types(path)?;
    let readable: Vec<usize> = (0..known.len()).filter(|place| known[*place].1.is_ok()).collect();
    let frame = if readable.is_empty() {
        DataFrame::default()
    } else {
        let file = File::open(path).map_err(|error| paths::unreadable(path, &error))?;
        let read = guarded(|| ParquetReader::new(file).with_projection(Some(readable)).finish());
        read.map_err(|fault| {
            Fault::new(code::NOT_PARQUET, "the file is no Parquet file, or it is cut off or damaged")
                .detail(fault.message)
        })?
    };
    let columns = known.into_iter().map(|(stored, ty)| match (ty, frame.column(&stored)) {
        (Ok(_), Ok(column)) => from_series(stored, column.as_materialized_series()),
        (Ok(_), Err(error)) => left_out(stored, error.to_string()),
        (Err(fault), _) => left_out(stored, fault.message),
    });
    Ok(columns.collect())
}

fn left_out(stored: String, why: String) -> Found {
    Found { stored, ty: Err(why), nullable: false, parsed: None, notes: Vec::new() }
}

fn from_series(stored: String, series: &Series) -> Found {
    let mut notes = Vec::new();
    let (ty, parsed) = match series.dtype() {
        DataType::String => {
            let texts: Vec<&str> = series.str().map(|texts| texts.iter().flatten().collect()).unwrap_or_default();
            let (ty, parsed) = text_type(&texts);
            (ty.to_owned(), parsed)
        }
        // Of a column without values nothing is known; in CSV such a one is text.
        DataType::Null => ("str".into(), None),
        dtype if dtype.is_integer() => match epoch(&stored, series) {
            Some(unit) => ("timestamp".into(), Some(Parsed::Unit(unit))),
            None => (shown(dtype), None),
        },
        dtype => (nested(series, &mut notes).unwrap_or_else(|| shown(dtype)), None),
    };
    let nullable = series.null_count() > 0 || *series.dtype() == DataType::Null;
    Found { stored, ty: Ok(ty), nullable, parsed, notes }
}

/// The type of a nested column with a `?` at each place that has nulls.
fn nested(series: &Series, notes: &mut Vec<String>) -> Option<String> {
    fn typed(inner: &Series, notes: &mut Vec<String>) -> String {
        let found = match inner.dtype() {
            DataType::Null => return "str?".into(),
            dtype => nested(inner, notes).unwrap_or_else(|| shown(dtype)),
        };
        if inner.null_count() > 0 || inner.is_empty() { format!("{found}?") } else { found }
    }
    match series.dtype() {
        DataType::List(_) => Some(format!("list[{}]", typed(&series.list().ok()?.get_inner(), notes))),
        DataType::Struct(_) => {
            let fields = series.struct_().ok()?.fields_as_series();
            let (words, others): (Vec<&Series>, Vec<&Series>) = fields.iter().partition(|field| is_word(field.name()));
            if !others.is_empty() {
                let names: Vec<&str> = others.iter().map(|field| field.name().as_str()).collect();
                notes.push(format!("no name in GML for its {names:?}"));
            }
            let shown = words.into_iter().map(|field| format!("{}: {}", field.name(), typed(field, notes)));
            Some(format!("struct {{ {} }}", shown.collect::<Vec<_>>().join(", ")))
        }
        _ => None,
    }
}

/// Counts since 1970 go by the name of their column and by their size: a moment between 2000 and 2100.
fn epoch(name: &str, series: &Series) -> Option<&'static str> {
    let name = name.to_lowercase();
    if !["time", "_at", "date", "ts"].iter().any(|part| name.contains(part)) || name.contains("offset") {
        return None;
    }
    let (low, high) = (series.min::<i64>().ok()??, series.max::<i64>().ok()??);
    [(1, "s"), (1_000, "ms"), (1_000_000, "us"), (1_000_000_000, "ns")]
        .into_iter()
        .find(|(scale, _)| low >= 946_684_800 * scale && high < 4_102_444_800 * scale)
        .map(|(_, unit)| unit)
}
