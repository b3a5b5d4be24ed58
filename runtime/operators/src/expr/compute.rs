//! Single values, and tables written in a program.

use gml_connect::Fault;
use gml_ir::{Expr, Row, Value};
use polars::prelude::{Column, DataFrame, DataType, IntoLazy, LazyFrame, Schema};

use super::{Scope, constant, dtype, found};
use crate::frame::{evaluate, fault};

/// The value of an expression without columns. `inputs` are the values that [`gml_ir::ExprKind::Input`] counts off.
///
/// # Errors
/// Where a result does not fit its type.
pub fn compute(inputs: &[Value], expr: &Expr) -> Result<Value, Fault> {
    let scope = Scope { inputs, guard: None };
    if let Some(value) = scope.constant(expr) {
        return Ok(value);
    }
    let known;
    let expr = if found::is_of_unknown(expr) {
        let bound = crate::bound::with_values(expr, inputs);
        known = found::resolved(&bound, &Schema::default())?;
        if let Some(value) = scope.constant(&known) {
            return Ok(value);
        }
        &known
    } else {
        expr
    };
    let value = scope.written(expr)?;
    let frame = DataFrame::new(1, Vec::new()).map_err(fault)?;
    let result = evaluate(&frame, vec![("value".into(), value)])?;
    let any = result.columns()[0].get(0).map_err(fault)?;
    constant::value(&any, &expr.ty)
}

/// A table of these cells, a line a row, in the order of the columns of `row`.
///
/// # Errors
/// Where a line has another length than the row, or a cell does not fit its column.
pub fn table_literal(row: &Row, cells: &[Vec<Value>]) -> Result<LazyFrame, Fault> {
    if let Some(line) = cells.iter().position(|line| line.len() != row.columns.len()) {
        return Err(Fault::new(
            "GML0999",
            format!(
                "row {} of a table literal has {} cells for {} columns",
                line + 1,
                cells[line].len(),
                row.columns.len()
            ),
        ));
    }
    let columns = row.columns.iter().enumerate().map(|(place, column)| {
        let values = || cells.iter().map(|line| &line[place]);
        let dtype = match dtype(&column.ty) {
            Some(dtype) => dtype,
            None => {
                let known = values().find(|value| !matches!(value, Value::Null));
                known.map_or(Ok(DataType::Null), constant::dtype_of)?
            }
        };
        let series = constant::series(&column.name, values(), &dtype);
        series.map(Column::from).map_err(|fault| fault.at(format!("column {} of a table literal", column.name)))
    });
    let columns = columns.collect::<Result<Vec<_>, Fault>>()?;
    Ok(DataFrame::new(cells.len(), columns).map_err(fault)?.lazy())
}
