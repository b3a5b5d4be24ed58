//! All that the headers and footers of files have against their schema, column by column.

use std::path::Path;

use gml_ir::{Column, Dataset, Row};

use super::sources::{self, Source, Sources};
use super::{Reading, Verified, check_header, row_of};
use crate::{Fault, code, database};

/// Something that the files of a dataset have against its schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The column of the program that it is about; `None` where it is about the file.
    pub column: Option<String>,
    /// What is wrong, in the first file in which it is.
    pub fault: Fault,
    /// Whether no run gets past it; else rows may be there that stop one.
    pub is_certain: bool,
    /// In how many files it is wrong.
    pub files: usize,
}

impl Finding {
    /// Something that is wrong with a dataset as a whole.
    pub fn of_dataset(fault: Fault) -> Self {
        Self { column: None, fault, is_certain: true, files: 1 }
    }
}

/// Holds the files of a table dataset against its schema, as [`super::check_headers`] does, and tells everything that is
/// wrong instead of the first thing; a table of a database and the answer to a query by what the database says of them. No
/// rows are read.
pub fn inspect(dataset: &Dataset, project: &Path) -> Vec<Finding> {
    let of_dataset = |fault: Fault| vec![Finding::of_dataset(fault)];
    let row = match row_of(dataset) {
        Ok(row) => row,
        Err(fault) => return of_dataset(fault),
    };
    if database::describes(dataset) {
        return match database::described(dataset, row, project) {
            Ok(columns) => {
                row.columns.iter().zip(columns).filter_map(|(column, fault)| Some(of_column(column, fault?))).collect()
            }
            Err(fault) => of_dataset(fault),
        };
    }
    let found = match sources::of(dataset, project, &Reading::everything(), &Verified::default()) {
        Ok(found) => found,
        Err(fault) => return of_dataset(fault),
    };
    let mut findings: Vec<Finding> = Vec::new();
    for file in &found.files {
        for (column, fault) in of_file(dataset, &found, file, row) {
            let same = |known: &&mut Finding| {
                known.column == column && known.fault.code == fault.code && known.fault.message == fault.message
            };
            match findings.iter_mut().find(same) {
                Some(known) => known.files += 1,
                None => {
                    let fault = fault.at(file.path.display());
                    findings.push(Finding { column, fault, is_certain: true, files: 1 });
                }
            }
        }
    }
    findings
}

/// What a database has against a column. That it may be null there is no null yet.
fn of_column(column: &Column, fault: Fault) -> Finding {
    let is_certain = fault.code != code::NULL_IN_COLUMN;
    Finding { column: Some(column.name.to_string()), fault, is_certain, files: 1 }
}

/// What one file has against the row.
fn of_file(dataset: &Dataset, found: &Sources, file: &Source, row: &Row) -> Vec<(Option<String>, Fault)> {
    let Err(first) = check_header(dataset, found, file, row) else { return Vec::new() };
    // Something is wrong, so that each column is asked for by itself.
    let single = |place: usize| Row { columns: vec![row.columns[place].clone()], ..row.clone() };
    let wrong: Vec<(Option<String>, Fault)> = (0..row.columns.len())
        .filter_map(|place| {
            let fault = check_header(dataset, found, file, &single(place)).err()?;
            Some((Some(row.columns[place].name.to_string()), fault))
        })
        .collect();
    // What is wrong with every column is wrong with the file.
    let is_of_file = wrong.len() == row.columns.len() && wrong.iter().all(|(_, fault)| *fault == first);
    if is_of_file || wrong.is_empty() { vec![(None, first)] } else { wrong }
}
