//! Rows that say `..`: what else a file or a frame has goes through as it is.

use gml_ir::{Column, Dataset, Row};
use polars::prelude::DataType;

use super::sources::{Format, Source, Sources};
use super::{csv, excel, ipc, lacks, parquet};
use crate::dtype::undeclared;
use crate::{Fault, code};

/// The row with the columns of a file that it does not name, behind its own. JSON lines have no header that could tell of
/// them: of those just the columns that are named are read.
pub(super) fn of_file(row: &Row, dataset: &Dataset, found: &Sources, file: &Source) -> Result<Row, Fault> {
    let path = &file.path;
    let others = match found.format {
        Format::Parquet => parquet::columns(path),
        Format::Ipc => ipc::Header::read(path, &Row::default()).and_then(|header| header.columns()),
        Format::Excel => excel::Sheet::of(dataset).columns(path),
        Format::Csv => csv::Dialect::of(dataset)
            .and_then(|dialect| csv::header(path, &dialect))
            .map(|names| names.into_iter().map(|name| (name, DataType::String)).collect()),
        Format::Lines | Format::Pictures => Ok(Vec::new()),
    };
    others.map(|others| with(row, others)).map_err(|fault| fault.at(path.display()))
}

/// The row with columns that it does not name, behind its own.
pub(super) fn with(row: &Row, others: Vec<(String, DataType)>) -> Row {
    let mut row = row.clone();
    for (name, dtype) in others {
        let known = |column: &Column| *column.name == *name || *column.stored_name() == *name;
        if !name.is_empty() && !row.columns.iter().any(known) {
            row.columns.push(Column::new(name, undeclared(&dtype)));
        }
    }
    row
}

/// What a file has against the row of the `first` one: a column that the declared row does not name is one that the first file has.
pub(super) fn of_another(fault: Fault, dataset: &Dataset, first: &str) -> Fault {
    let Some(declared) = dataset.row().filter(|row| row.open && fault.code == code::HEADER_LACKS_COLUMN) else {
        return fault;
    };
    let is_of = |column: &Column| fault.message == lacks(column.stored_name(), &column.name, &[]).message;
    if declared.columns.iter().any(is_of) {
        return fault;
    }
    fault.help(format!("{first} has it, and with `..` every file has what the first one has: name the columns that are wanted, without `..`"))
}
