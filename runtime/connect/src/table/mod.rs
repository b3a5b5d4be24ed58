//! Tables in files: reading with the declared schema, checking, writing by rename.

mod checks;
mod condition;
mod csv;
mod delta;
mod excel;
mod headers;
mod images;
mod ipc;
mod jsonl;
mod open;
mod parquet;
mod partitions;
mod pieces;
mod preview;
pub(crate) mod replace;
pub(crate) mod rules;
mod save;
mod scan;
mod shape;
mod sources;
mod stored;
mod verified;
mod version;
mod wanted;

use std::path::{Path, PathBuf};

use gml_ir::{Dataset, Row};
use polars::prelude::*;

use crate::{Fault, code, paths};

use sources::{Format, Source, Sources};

pub use checks::hold;
pub use condition::Condition;
pub use headers::{Finding, inspect};
pub(crate) use parquet::types as parquet_types;
pub use preview::{Preview, preview};
pub use replace::{Folder, abandon, write_folder};
pub(crate) use save::{ParquetFile, cell};
pub use save::{Writer, Written, can_save, write, write_parquet};
pub use scan::{Part, Report, Scan, Size, Summary};
pub use sources::{is_elsewhere, told};
pub(crate) use stored::Misfits;
pub use verified::Verified;
pub use version::{AT, RUN, Version, forget_versions, is_versioned, newest_version, version_name, versions};
pub(crate) use wanted::narrowed;
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

/// The files that hold what is needed of a table dataset, in the order in which they are read. What lies elsewhere is fetched: of
/// objects these are copies, of a database its answer.
///
/// # Errors
/// Where there are none, a folder cannot be looked into, or what lies elsewhere is not given.
pub fn files(dataset: &Dataset, project: &Path, reading: &Reading, verified: &Verified) -> Result<Vec<PathBuf>, Fault> {
    let found = sources::of(dataset, project, reading, verified).map_err(|fault| fault.at(&dataset.name))?;
    Ok(found.beside.iter().cloned().chain(found.files.iter().map(|file| file.path.clone())).collect())
}

/// The files in a folder and in those in it, in the order of their paths.
///
/// # Errors
/// Where one cannot be looked into.
pub fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let entries = folder.read_dir().map_err(|error| paths::unreadable(folder, &error))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| paths::unreadable(folder, &error))?.path();
        if path.is_dir() { found.extend(files_in(&path)?) } else { found.push(path) }
    }
    found.sort();
    Ok(found)
}

/// Holds the files of a table dataset against its schema by their headers and footers: which columns there are and, where
/// the format knows, of which types. No rows are read. JSON lines have no header, so only their being there is checked.
///
/// # Errors
/// Where a file is missing, cannot be read, lacks a column or has it with another type.
pub fn check_headers(dataset: &Dataset, project: &Path) -> Result<Vec<PathBuf>, Fault> {
    let row = row_of(dataset)?;
    let found = sources::of(dataset, project, &Reading::everything(), &Verified::default())?;
    for file in &found.files {
        check_header(dataset, &found, file, row).map_err(|fault| fault.at(file.path.display()))?;
    }
    Ok(found.files.iter().map(|file| file.path.clone()).collect())
}

fn check_header(dataset: &Dataset, found: &Sources, file: &Source, row: &Row) -> Result<(), Fault> {
    let path = &file.path;
    let within = row.columns.iter().filter(|column| file.constants.iter().all(|(name, _)| *name != column.name));
    let stored = |column: &gml_ir::Column| found.stored.as_ref().and_then(|row| row.get(&column.name)).cloned();
    let columns = within.map(|column| stored(column).unwrap_or_else(|| column.clone()));
    let row = &Row { columns: columns.collect(), ..row.clone() };
    match found.format {
        Format::Parquet => parquet::Footer::read(path, row).map(drop),
        Format::Ipc => ipc::Header::read(path, row).map(drop),
        Format::Excel => excel::Sheet::of(dataset).check(path, row),
        Format::Csv => csv::check_header(path, row, &csv::Dialect::of(dataset)?),
        Format::Pictures => images::Pictures::of(dataset)?.check(row),
        Format::Lines => std::fs::File::open(path).map(drop).map_err(|error| paths::unreadable(path, &error)),
    }
}

/// Where the files of what was saved are on this machine, by the path that the record of the run has: of what is in a store, its
/// copy.
pub fn here(path: &str, project: &Path) -> PathBuf {
    if crate::afar::is_afar(path) { crate::afar::folders::copy_of(path, project) } else { project.join(path) }
}

/// The row of a dataset that must be a table.
pub(crate) fn row_of(dataset: &Dataset) -> Result<&Row, Fault> {
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

/// What messages call the place of a dataset. No keys or passwords are in it.
pub(crate) fn place_of(dataset: &Dataset) -> String {
    match path_of(dataset) {
        Ok(path) => crate::afar::cleaned(path),
        Err(_) => crate::database::place_of(dataset),
    }
}

fn unknown(dataset: &Dataset, connector: &str) -> Fault {
    Fault::new(code::NOT_IMPLEMENTED, format!("tables cannot be kept by `{connector}` in this version"))
        .at(&dataset.name)
        .help("use csv, parquet, jsonl or ipc")
}

/// A column of the schema that the header of a file lacks.
pub(crate) fn lacks(stored: &str, name: &str, header: &[&str]) -> Fault {
    lacks_of("the file", stored, name, header)
}

/// A column of the schema that `whole` lacks: a file, an answer.
pub(crate) fn lacks_of(whole: &str, stored: &str, name: &str, header: &[&str]) -> Fault {
    let what = if stored == name { format!("`{stored}`") } else { format!("`{stored}` (for `{name}`)") };
    let fault = Fault::new(code::HEADER_LACKS_COLUMN, format!("{whole} has no column {what}"))
        .detail(format!("it has {}", crate::nearest::listed(header.iter().copied(), 30)));
    match crate::nearest::nearest(stored, header.iter().copied(), 1).first() {
        Some(near) => fault.help(format!("is it `{near}`? then declare it as `{name}: .. named {near:?}`")),
        None => fault.help(format!("take `{name}` out of the schema, or say how {whole} calls it: `named \"..\"`")),
    }
}
