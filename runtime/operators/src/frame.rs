//! Queries: running them, functions of whole frames within them, and what polars says as a [`Fault`].

use std::io;
use std::sync::Arc;

use gml_connect::{Fault, guarded};
use gml_report::{Datum, Grid};
use polars::prelude::{
    AllowedOptimizations, AnyValue, Column, DataFrame, Expr, LazyFrame, PolarsError, PolarsResult, Schema, SchemaRef,
};

pub use gml_connect::collect;

use crate::expr::group_ids;

/// Names and types of the columns that a query gives, without running it.
///
/// # Errors
/// Where the query names a column that its input does not have.
pub fn schema(query: &LazyFrame) -> Result<SchemaRef, Fault> {
    let mut query = query.clone();
    guarded(|| query.collect_schema())
}

/// A query whose rows go through a function of whole frames. What it does to an empty frame tells its columns.
///
/// # Errors
/// What the function says of an empty frame, and what [`schema`] says of the query.
pub fn apply<F>(query: LazyFrame, name: &'static str, function: F) -> Result<LazyFrame, Fault>
where
    F: Fn(DataFrame) -> Result<DataFrame, Fault> + Send + Sync + 'static,
{
    // Asked for once, and here: polars cannot take an error when it asks for columns while it plans.
    let result = function(DataFrame::empty_with_schema(&*schema(&query)?))?.schema().clone();
    let columns = move |_: &Schema| -> PolarsResult<SchemaRef> { Ok(result.clone()) };
    let function = move |frame: DataFrame| function(frame).and_then(|made| materialised(&made)).map_err(polars_error);
    Ok(query.map(function, AllowedOptimizations::empty(), Some(Arc::new(columns)), Some(name)))
}

/// The frame with every row of every column written out: taking rows of a single one leaves a constant behind, of which
/// later expressions give just one row.
fn materialised(frame: &DataFrame) -> Result<DataFrame, Fault> {
    let columns = frame.columns().iter().map(|column| Column::from(column.as_materialized_series().clone())).collect();
    DataFrame::new(frame.height(), columns).map_err(fault)
}

/// A query whose rows a function looks at, and lets through as they are.
pub fn verify<F>(query: LazyFrame, name: &'static str, check: F) -> LazyFrame
where
    F: Fn(&DataFrame) -> Result<(), Fault> + Send + Sync + 'static,
{
    let schema = |input: &Schema| -> PolarsResult<SchemaRef> { Ok(Arc::new(input.clone())) };
    let function = move |frame: DataFrame| check(&frame).map(|()| frame).map_err(polars_error);
    query.map(function, AllowedOptimizations::empty(), Some(Arc::new(schema)), Some(name))
}

/// Computes columns of a frame; a constant is repeated for each row.
///
/// # Errors
/// What [`collect`] answers with.
pub fn evaluate(frame: &DataFrame, columns: Vec<(String, Expr)>) -> Result<DataFrame, Fault> {
    let height = frame.height();
    let names: Vec<String> = (0..columns.len()).map(|place| format!("{TEMPORARY}value_{place}")).collect();
    let computed = columns.iter().zip(&names).map(|((_, column), name)| column.clone().alias(name.as_str()));
    let computed: Vec<Expr> = computed.collect();
    let query = if frame.width() == 0 {
        // A frame without columns has no height in a query.
        let rows = Column::full_null(format!("{TEMPORARY}rows").into(), height, &polars::prelude::DataType::Boolean);
        polars::prelude::IntoLazy::lazy(DataFrame::new(height, vec![rows]).map_err(fault)?)
    } else {
        polars::prelude::IntoLazy::lazy(frame.clone())
    };
    let mut values = Vec::with_capacity(columns.len());
    match collect(query.clone().with_columns(computed.clone())) {
        Ok(result) => {
            for ((name, _), temporary) in columns.into_iter().zip(&names) {
                values.push(result.column(temporary).map_err(fault)?.clone().with_name(name.into()));
            }
        }
        // A kernel over constants alone gives a single row, which a query of several columns does not spread.
        Err(_) => {
            for ((name, _), computed) in columns.into_iter().zip(computed) {
                let result = collect(query.clone().select([computed]))?;
                let value = result.columns().first().cloned().unwrap_or_default();
                let single = value.len() == 1 && height != 1;
                let value = if single { value.new_from_index(0, height) } else { value };
                values.push(value.with_name(name.into()));
            }
        }
    }
    DataFrame::new(height, values).map_err(fault)
}

/// The first rows of a frame as a table for people.
pub fn grid(frame: &DataFrame, most: usize) -> Grid {
    let shown = frame.height().min(most);
    let cell = |column: &Column, row: usize| match column.get(row) {
        Err(_) | Ok(AnyValue::Null) => Datum::Nothing,
        Ok(AnyValue::String(text)) => Datum::text(text),
        Ok(AnyValue::StringOwned(text)) => Datum::text(text.as_str()),
        Ok(value) => match value.extract::<f64>() {
            Some(number) if value.is_primitive_numeric() => Datum::Number(number),
            _ => Datum::text(value.to_string()),
        },
    };
    let row = |row: usize| frame.columns().iter().map(|column| cell(column, row)).collect();
    let headings = frame.get_column_names().into_iter().map(ToString::to_string);
    Grid { left_out: frame.height() - shown, ..Grid::new(headings, (0..shown).map(row).collect()) }
}

/// Where rows are cut into parts of about so many: the first row of each part, and behind them how many rows there are. Rows with the
/// same values of these columns are in one part; where such rows lie apart, all rows are.
///
/// # Errors
/// Where a column is not there.
pub fn cuts(frame: &DataFrame, together: &[Arc<str>], rows: usize) -> Result<Vec<usize>, Fault> {
    let height = frame.height();
    let mut cuts = vec![0];
    if together.is_empty() {
        cuts.extend((rows..height).step_by(rows.max(1)));
    } else {
        let columns = together.iter().map(|name| frame.column(name).map_err(fault));
        let columns = columns.map(|column| Ok(column?.as_materialized_series().clone()));
        // Numbered in the order in which they first appear.
        let (ids, _) = group_ids(&columns.collect::<Result<Vec<_>, Fault>>()?)?;
        if ids.is_sorted() {
            let mut last = 0;
            for row in 1..height {
                if ids[row] != ids[row - 1] && row - last >= rows {
                    cuts.push(row);
                    last = row;
                }
            }
        }
    }
    cuts.push(height);
    Ok(cuts)
}

/// Names as columns.
pub(crate) fn columns(names: &[String]) -> Vec<Expr> {
    names.iter().map(|name| polars::prelude::col(name.as_str())).collect()
}

/// What temporary columns are called: no column of a program begins so.
pub(crate) const TEMPORARY: &str = "__gml_";

/// The fault as an error that can pass through a query.
pub(crate) fn polars_error(fault: Fault) -> PolarsError {
    PolarsError::IO { error: Arc::new(io::Error::other(fault)), msg: None }
}

/// What polars said, in plain words.
pub(crate) fn fault(error: PolarsError) -> Fault {
    gml_connect::fault(&error)
}
