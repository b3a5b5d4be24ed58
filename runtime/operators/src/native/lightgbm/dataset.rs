//! Rows to learn from.

use std::sync::Arc;

use super::LightGbm;
use super::ffi::DatasetHandle;
use super::turn::turn;

/// A dense matrix, one column after the other; NaN is a missing value.
pub struct Matrix {
    values: Vec<f64>,
    rows: usize,
    columns: usize,
}

/// A dense matrix, one row after the other, as the library reads it: to gather rows from columns takes it as long as binning them.
pub struct RowMatrix {
    values: Vec<f64>,
    rows: usize,
    columns: usize,
}

impl RowMatrix {
    /// Room for rows of so many values, all 0.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { values: vec![0.0; rows * columns], rows, columns }
    }

    /// The values, row after row.
    pub fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }
}

impl Matrix {
    /// Room for `columns` columns of `rows` values.
    pub fn with_capacity(rows: usize, columns: usize) -> Self {
        Self { values: Vec::with_capacity(rows * columns), rows, columns: 0 }
    }

    /// Adds a column; an iterator of another length than the matrix has rows is an error that says so.
    ///
    /// # Errors
    /// The text of the mismatch.
    pub fn push(&mut self, column: impl Iterator<Item = f64>) -> Result<(), String> {
        let before = self.values.len();
        self.values.extend(column);
        self.columns += 1;
        let added = self.values.len() - before;
        if added == self.rows { Ok(()) } else { Err(format!("a column of {added} values for {} rows", self.rows)) }
    }

    /// The values, column after column.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }
}

/// Binned rows with their labels. The matrix is not needed any more once this is made.
pub struct Dataset {
    pub(super) handle: Arc<DatasetHandle>,
}

impl Dataset {
    /// Bins a matrix. `parameters` are those of the training; `categorical` are the columns that hold category codes;
    /// a reference lends its bins, so that rows to validate on are cut alike.
    ///
    /// # Errors
    /// LightGBM's words.
    pub fn new(
        library: &LightGbm,
        matrix: &RowMatrix,
        parameters: &str,
        categorical: &[usize],
        reference: Option<&Self>,
    ) -> Result<Self, String> {
        let mut parameters = parameters.to_owned();
        if !categorical.is_empty() {
            let columns: Vec<_> = categorical.iter().map(ToString::to_string).collect();
            parameters.push_str(" categorical_feature=");
            parameters.push_str(&columns.join(","));
        }
        let reference = reference.map(|dataset| &*dataset.handle);
        let _turn = turn(&parameters);
        let shape = (matrix.rows, matrix.columns);
        DatasetHandle::from_rows(&library.api, &matrix.values, shape, &parameters, reference)
            .map(|handle| Self { handle: Arc::new(handle) })
    }

    /// Names the features, one for each column.
    ///
    /// # Errors
    /// LightGBM's words.
    pub fn set_names(&mut self, names: &[String]) -> Result<(), String> {
        self.unshared()?.set_names(names)
    }

    /// What is to be learned, one value a row.
    ///
    /// # Errors
    /// LightGBM's words.
    pub fn set_label(&mut self, label: &[f32]) -> Result<(), String> {
        self.unshared()?.set_floats("label", label)
    }

    /// How much each row counts.
    ///
    /// # Errors
    /// LightGBM's words.
    pub fn set_weight(&mut self, weight: &[f32]) -> Result<(), String> {
        self.unshared()?.set_floats("weight", weight)
    }

    /// The number of rows of each query, in the order of the rows.
    ///
    /// # Errors
    /// LightGBM's words.
    pub fn set_groups(&mut self, sizes: &[i32]) -> Result<(), String> {
        self.unshared()?.set_groups(sizes)
    }

    /// The rows, before any training looks at them.
    fn unshared(&mut self) -> Result<&mut DatasetHandle, String> {
        Arc::get_mut(&mut self.handle).ok_or_else(|| "rows cannot be changed while trees are learned from them".into())
    }
}
