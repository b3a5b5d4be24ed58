//! The first rows of a table, to look at.

use std::path::{Path, PathBuf};

use gml_ir::{Dataset, Type};
use polars::prelude::DataFrame;
use serde_json::Value as Json;

use super::save::json;
use super::{Part, Scan, Verified};
use crate::Fault;
use crate::dtype::undeclared;
use crate::query::append;

/// The first rows of a table dataset.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The columns: what the program calls them, and their types.
    pub columns: Vec<(String, Type)>,
    /// The rows, as JSON lines have them, each with a value for every column.
    pub rows: Vec<Vec<Json>>,
    /// The files, in the order in which they are read.
    pub files: Vec<PathBuf>,
}

/// Reads the first rows of a table dataset, and no more of its files than they need. What is known of whole tables only, keys that
/// occur once, is not looked at.
///
/// # Errors
/// As [`super::read`], of what is read.
pub fn preview(dataset: &Dataset, project: &Path, rows: usize) -> Result<Preview, Fault> {
    let declared = super::row_of(dataset)?;
    let mut most = rows;
    let (frame, files) = loop {
        let scan = Scan::of_first(dataset, project, most)?;
        let frame = first(&scan, rows)?;
        if frame.height() >= rows || scan.is_whole() {
            break (frame.head(Some(rows)), scan.files().map(Path::to_path_buf).collect());
        }
        // Some of them were dropped, since they break a rule.
        most = most.saturating_mul(8).max(1_024);
    };
    let columns = frame.columns().iter().map(|column| {
        let ty = declared.get(column.name()).map_or_else(|| undeclared(column.dtype()), |column| column.ty.clone());
        (column.name().to_string(), ty)
    });
    let columns = columns.collect();
    let rows = (0..frame.height()).map(|row| {
        let values = frame.columns().iter().map(|column| column.get(row).map(|value| json(&value)));
        values.collect::<Result<_, _>>().map_err(|error| crate::query::fault(&error))
    });
    Ok(Preview { columns, rows: rows.collect::<Result<_, _>>()?, files })
}

/// At least so many rows, where there are.
fn first(scan: &Scan<'_>, rows: usize) -> Result<DataFrame, Fault> {
    let (mut found, mut reports) = (None, Vec::new());
    for part in 0..scan.parts() {
        let Part { frame, report } = scan.read(part)?;
        reports.push(report);
        // Rows that break a rule where that is not tolerated have no frame.
        let Some(frame) = frame else { break };
        append(&mut found, scan.narrow(frame)?)?;
        if found.as_ref().is_some_and(|found: &DataFrame| found.height() >= rows) {
            break;
        }
    }
    scan.settle(reports, &Verified::default())?;
    Ok(found.unwrap_or_else(|| scan.empty()))
}
