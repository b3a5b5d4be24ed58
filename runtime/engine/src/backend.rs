//! What steps are done with.

use std::path::{Path, PathBuf};

use gml_connect::{Fault, Reading, Tolerated};
use gml_ir::{Dataset, Expr, StepKind, TableType, Value};
use gml_operators::{Context, Data, Implementation, Table};
use polars::prelude::{DataFrame, LazyFrame};

/// The implementations of operators, and the stores of datasets. [`crate::Embedded`] is the one that is used; tests bring
/// others.
pub trait Backend: Sync {
    /// The implementation of an operator of the standard library.
    fn operator(&self, module: &str, name: &str) -> Option<Implementation>;

    /// What of a step is declared and cannot be run yet, by its name in the program.
    fn pending(&self, _step: &StepKind) -> Option<String> {
        None
    }

    /// What of a dataset's place is declared and cannot be used yet.
    fn pending_store(&self, _dataset: &Dataset) -> Option<String> {
        None
    }

    /// A table of values written in the program.
    ///
    /// # Errors
    /// Where a value does not fit its column.
    fn literal(&self, cells: &[Vec<Value>], ty: &TableType) -> Result<Table, Fault>;

    /// The value of an expression over single values.
    ///
    /// # Errors
    /// Where an integer result does not fit its type.
    fn compute(&self, expr: &Expr, inputs: &[Value]) -> Result<Value, Fault>;

    /// Runs a query.
    ///
    /// # Errors
    /// Whatever goes wrong in it: reading files, checking contracts, computing.
    fn collect(&self, query: LazyFrame) -> Result<DataFrame, Fault>;

    /// Reads a dataset.
    ///
    /// # Errors
    /// Where it is not there or does not have its declared type.
    fn load(&self, dataset: &Dataset, project: &Path, context: &Context) -> Result<Loaded, Fault>;

    /// Reads a table dataset, and lets its rows go through steps that look at each row by itself: all of them at once, or
    /// part by part, and then one behind the other. `reading` says what those steps and later ones need.
    ///
    /// # Errors
    /// As [`Self::load`] where it cannot be read, and what the steps say.
    fn scan(
        &self,
        dataset: &Dataset,
        project: &Path,
        _reading: &Reading,
        through: &Through<'_>,
        context: &Context,
    ) -> Result<Loaded, Stopped> {
        let loaded = self.load(dataset, project, context).map_err(Stopped::Reading)?;
        let data = match loaded.data {
            Data::Table(table) => Data::Table(through(table).map_err(Stopped::Computing)?),
            other => other,
        };
        Ok(Loaded { data, ..loaded })
    }

    /// Writes a dataset: all of it appears at once, or nothing.
    ///
    /// # Errors
    /// Where rows break the contracts, or the place cannot be written.
    fn save(&self, dataset: &Dataset, value: &Data, project: &Path) -> Result<Saved, Fault>;
}

/// Steps that rows go through.
pub type Through<'a> = dyn Fn(Table) -> Result<Table, Fault> + Sync + 'a;

/// Why reading stopped.
#[derive(Clone, Debug)]
pub enum Stopped {
    /// The dataset could not be read.
    Reading(Fault),
    /// A step that its rows go through failed.
    Computing(Fault),
}

/// A dataset read.
pub struct Loaded {
    /// Its value.
    pub data: Data,
    /// Rows of a table, where they are counted already.
    pub rows: Option<u64>,
    /// Rows that break contracts, where the catalog entry tolerates that.
    pub tolerated: Vec<Tolerated>,
}

/// A dataset written.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// The file or folder.
    pub path: PathBuf,
    /// Rows, of a table.
    pub rows: Option<u64>,
    /// Size of all files.
    pub bytes: Option<u64>,
    /// Rows that break contracts, where the catalog entry tolerates that.
    pub tolerated: Vec<Tolerated>,
}
