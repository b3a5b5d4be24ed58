//! Functions of whole columns in polars expressions.

use std::sync::Arc;

use gml_connect::Fault;
use polars::prelude::{ChunkApply, Column, DataType, Expr, Field, PolarsResult, Scalar, Schema, arity};

use crate::frame::{fault, polars_error};

/// An expression that gives columns of equal height to a function. Row by row: the function may be called for any part
/// of the rows. Its result for empty columns tells its type.
pub(crate) fn map<F>(inputs: Vec<Expr>, function: F) -> Expr
where
    F: Fn(&[Column]) -> Result<Column, Fault> + Send + Sync + 'static,
{
    let function = Arc::new(function);
    let of_fields = function.clone();
    let output = move |_: &Schema, fields: &[Field]| -> PolarsResult<Field> {
        let empty = fields.iter().map(|field| {
            let dtype = field.dtype().clone().materialize_unknown(true).unwrap_or(DataType::Null);
            Column::new_empty(field.name().clone(), &dtype)
        });
        let result = of_fields(&empty.collect::<Vec<_>>()).map_err(polars_error)?;
        let name = fields.first().map_or_else(Default::default, |field| field.name().clone());
        Ok(Field::new(name, result.dtype().clone()))
    };
    let compute = move |columns: &mut [Column]| -> PolarsResult<Column> {
        let name = columns.first().map_or_else(Default::default, |column| column.name().clone());
        let scalar = columns.iter().all(|column| column.len() == 1);
        let columns = broadcast(columns);
        let result = function(&columns).map_err(polars_error)?.with_name(name.clone());
        if scalar && result.len() == 1 {
            // A constant stays one, so that it is repeated where rows are due.
            let value = result.get(0)?.into_static();
            return Ok(Column::new_scalar(name, Scalar::new(result.dtype().clone(), value), 1));
        }
        Ok(result)
    };
    let mut inputs = inputs.into_iter();
    let Some(first) = inputs.next() else {
        return polars::prelude::lit(polars::prelude::NULL);
    };
    first.map_many(compute, &inputs.collect::<Vec<_>>(), output)
}

/// The columns, those of one row repeated to the height of the others.
fn broadcast(columns: &[Column]) -> Vec<Column> {
    let height = columns.iter().map(Column::len).find(|length| *length != 1).unwrap_or(1);
    columns
        .iter()
        .map(|column| if column.len() == height { column.clone() } else { column.new_from_index(0, height) })
        .collect()
}

/// A function of numbers as floats; null stays null.
pub(crate) fn float(input: Expr, function: impl Fn(f64) -> f64 + Copy + Send + Sync + 'static) -> Expr {
    map(vec![input.cast(DataType::Float64)], move |columns| {
        let values = columns[0].f64().map_err(fault)?;
        let values: polars::prelude::Float64Chunked = values.apply_values(function);
        Ok(Column::from(polars::prelude::IntoSeries::into_series(values)))
    })
}

/// A function of two numbers as floats; null where one is null. Where the second is a constant, that is `fixed`.
pub(crate) fn floats(left: Expr, right: Expr, fixed: Option<f64>, function: fn(f64, f64) -> f64) -> Expr {
    if let Some(right) = fixed {
        return float(left, move |left| function(left, right));
    }
    map(vec![left.cast(DataType::Float64), right.cast(DataType::Float64)], move |columns| {
        let (left, right) = (columns[0].f64().map_err(fault)?, columns[1].f64().map_err(fault)?);
        let values: polars::prelude::Float64Chunked = arity::binary_elementwise_values(left, right, function);
        Ok(Column::from(polars::prelude::IntoSeries::into_series(values)))
    })
}
