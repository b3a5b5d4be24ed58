//! Tables in files: reading with the declared schema, checking, writing by rename.

mod checks;
mod csv;
mod headers;
mod jsonl;
mod open;
mod parquet;
mod replace;
mod rules;
mod save;
mod scan;
mod shape;
mod stored;
mod wanted;

use std::path::{Path, PathBuf};

use gml_ir::{Dataset, Row};
use polars::prelude::*;

use crate::{Fault, code, paths};

pub use checks::hold;
pub use headers::{Finding, inspect};
pub use replace::{Folder, write_folder};
pub use save::{Written, write, write_parquet};
pub use scan::{Part, Report, Scan, Summary, Verified};
pub use wanted::{Bound, Reading, Wanted};

/// A table read from files.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its rows: the columns of the schema, in its order and types.
    pub frame: DataFrame,
    /// The files, in the order in which they were read.
    pub files: Vec<PathBuf>,
    /// Rows that break a rule, where the catalog entry tolerates that.
    pub tolerated: Vec<Tolerated>,
}

/// Rows that break a rule and do not stop the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tolerated {
    /// The column.
    pub column: String,
    /// The rule as it was written.
    pub rule: String,
    /// How many rows break it.
    pub rows: u64,
    /// Whether they were left out (`drop`) or kept (`warn`).
    pub dropped: bool,
}

/// Reads a table dataset: every file of its pattern, the columns of its schema, checked.
///
/// # Errors
/// Where a file is missing, cannot be read, lacks a column, holds values of another type, or rows break a contract that
/// the catalog entry does not tolerate.
pub fn read(dataset: &Dataset, project: &Path) -> Result<Loaded, Fault> {
    let verified = Verified::default();
    let scan = Scan::open(dataset, project, &Reading::everything(), &verified)?;
    let parts = (0..scan.parts()).map(|part| scan.read(part)).collect::<Result<Vec<_>, Fault>>()?;
    scan.finish(parts, &verified)
}

/// Holds the files of a table dataset against its schema by their headers and footers: which columns there are and, where
/// the format knows, of which types. No rows are read. JSON lines have no header, so only their being there is checked.
///
/// # Errors
/// Where a file is missing, cannot be read, lacks a column or has it with another type.
pub fn check_headers(dataset: &Dataset, project: &Path) -> Result<Vec<PathBuf>, Fault> {
    let row = row_of(dataset)?;
    let files = paths::files(path_of(dataset)?, project)?;
    for file in &files {
        check_header(dataset, file, row).map_err(|fault| fault.at(file.display()))?;
    }
    Ok(files)
}

fn check_header(dataset: &Dataset, file: &Path, row: &Row) -> Result<(), Fault> {
    match &*dataset.connector.name {
        "parquet" => parquet::Footer::read(file, row).map(drop),
        "csv" => csv::check_header(file, row, &csv::Dialect::of(dataset)?),
        "jsonl" => std::fs::File::open(file).map(drop).map_err(|error| paths::unreadable(file, &error)),
        other => Err(unknown(dataset, other)),
    }
}

/// The row of a dataset that must be a table.
fn row_of(dataset: &Dataset) -> Result<&Row, Fault> {
    dataset.row().ok_or_else(|| {
        Fault::new(code::CONNECTOR_CANNOT_HOLD, format!("`{}` holds {}, which is no table", dataset.name, dataset.ty))
            .at(&dataset.name)
            .help("use `artifact(..)` for what was learned")
    })
}

/// The path of a dataset as the catalog gives it.
pub(crate) fn path_of(dataset: &Dataset) -> Result<&str, Fault> {
    dataset.connector.get("path").and_then(|path| path.as_str()).ok_or_else(|| {
        Fault::new(code::CANNOT_READ, format!("the connector of `{}` has no path", dataset.name))
            .at(&dataset.name)
            .help("give it one: `parquet(\"data/file.parquet\")`")
    })
}

fn unknown(dataset: &Dataset, connector: &str) -> Fault {
    Fault::new(code::NOT_IMPLEMENTED, format!("tables cannot be kept by `{connector}` in this version"))
        .at(&dataset.name)
        .help("use csv, parquet or jsonl")
}

/// A column of the schema that the header of a file lacks.
fn lacks(stored: &str, name: &str, header: &[&str]) -> Fault {
    let what = if stored == name { format!("`{stored}`") } else { format!("`{stored}` (for `{name}`)") };
    let fault = Fault::new(code::HEADER_LACKS_COLUMN, format!("the file has no column {what}"))
        .detail(format!("it has {}", crate::nearest::listed(header.iter().copied(), 30)));
    match crate::nearest::nearest(stored, header.iter().copied(), 1).first() {
        Some(near) => fault.help(format!("is it `{near}`? then declare it as `{name}: .. named {near:?}`")),
        None => fault.help(format!("take `{name}` out of the schema, or say how the file calls it: `named \"..\"`")),
    }
}
