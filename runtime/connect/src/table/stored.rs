//! Values of text formats that are not of their column's type.

use gml_ir::Row;

use crate::cell::Misfit;
use crate::{Fault, code};

/// How many are shown.
const SHOWN: usize = 5;

/// Collects them, so that a message can say how many there are.
pub(super) struct Misfits<'a> {
    row: &'a Row,
    counts: Vec<u64>,
    first: Vec<Vec<(u64, Misfit)>>,
}

impl<'a> Misfits<'a> {
    /// None yet.
    pub(super) fn new(row: &'a Row) -> Self {
        Self { row, counts: vec![0; row.columns.len()], first: vec![Vec::new(); row.columns.len()] }
    }

    /// One in the column at that place, on that line of the file.
    pub(super) fn add(&mut self, column: usize, line: u64, misfit: Misfit) {
        self.counts[column] += 1;
        if self.first[column].len() < SHOWN {
            self.first[column].push((line, misfit));
        }
    }

    /// The fault of the first column that has any.
    pub(super) fn finish(self) -> Result<(), Fault> {
        let Some(place) = self.counts.iter().position(|count| *count > 0) else { return Ok(()) };
        let column = &self.row.columns[place];
        let count = self.counts[place];
        let (values, are) = if count == 1 { ("value", "is") } else { ("values", "are") };
        let mut fault = Fault::new(
            code::VALUE_DOES_NOT_PARSE,
            format!("{count} {values} of the column `{}` {are} no {}", column.stored_name(), column.ty.non_null()),
        );
        for (line, misfit) in &self.first[place] {
            fault = fault.detail(format!("line {line}: {}{}", misfit.value, misfit.path));
        }
        Err(fault.help(format!(
            "mend the file, declare `{}` as str, or name what stands for null: csv(.., nulls: [\"\", \"NA\"])",
            column.name
        )))
    }
}
