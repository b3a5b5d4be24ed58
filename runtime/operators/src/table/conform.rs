//! `conform`: a table whose columns were not known becomes one of a schema.

use gml_connect::Fault;
use gml_ir::{Column as Declared, Row, Type};
use polars::prelude::{BooleanChunked, ChunkCompareEq, Column, DataFrame, DataType, Series};

use super::args::CallExt;
use crate::data::{Call, Data};
use crate::expr::{dtype, type_of, value};
use crate::frame::{apply, fault};

/// How many offending rows are shown.
const SHOWN: usize = 5;

/// `conform`: the columns of the schema in its order and types; others are left out, or come
/// behind them where the schema is open (`..`). Numbers are widened, and narrowed
/// where every one of them fits. Then the rows are held against all rules of the schema, as those of a dataset are: nulls,
/// what enums list, contracts, unique keys.
pub(super) fn conform(call: Call<'_>) -> Result<Data, Fault> {
    let row = call.table_type()?.row.clone();
    call.give(apply(call.table("input")?.frame.clone(), "conform", move |frame| conformed(&frame, &row))?)
}

fn conformed(frame: &DataFrame, row: &Row) -> Result<DataFrame, Fault> {
    let columns = row.columns.iter().map(|declared| match frame.column(&declared.name) {
        Ok(found) => column(found.as_materialized_series(), declared).map(Column::from),
        Err(_) => {
            let names: Vec<_> = frame.get_column_names().into_iter().map(|name| name.as_str()).collect();
            Err(Fault::new("GML0924", format!("conform wants a column {}, and the table has none", declared.name))
                .detail(format!("its columns are {}", names.join(", ")))
                .help("rename a column before conform, or take it out of the schema"))
        }
    });
    let mut columns = columns.collect::<Result<Vec<Column>, Fault>>()?;
    if row.open {
        let others = frame.columns().iter().filter(|column| row.get(column.name()).is_none());
        columns.extend(others.cloned());
    }
    let frame = DataFrame::new(frame.height(), columns).map_err(fault)?;
    gml_connect::hold(&frame, row)?;
    Ok(frame)
}

fn column(found: &Series, declared: &Declared) -> Result<Series, Fault> {
    let name = &declared.name;
    let Some(wanted) = dtype(&declared.ty) else {
        return Ok(found.clone());
    };
    let values = if *found.dtype() == wanted {
        found.clone()
    } else if fits(found.dtype(), &wanted) {
        let cast = found.cast(&wanted).map_err(fault)?;
        let back = cast.cast(found.dtype()).map_err(fault)?;
        let same = found.equal_missing(&back).map_err(fault)?;
        if !same.all() {
            let message =
                format!("column {name} is {}, and not all of its values fit {}", type_of(found.dtype()), declared.ty);
            return Err(offending(message, found, &!same));
        }
        cast
    } else {
        return Err(Fault::new(
            "GML0924",
            format!("column {name} is {}, and conform wants {}", type_of(found.dtype()), declared.ty),
        )
        .help("convert the column before conform"));
    };
    if !declared.ty.is_nullable() && declared.ty != Type::Unknown && values.null_count() > 0 {
        return Err(offending(format!("column {name} cannot be null"), &values, &values.is_null()));
    }
    if let Type::Enum(listed) = declared.ty.non_null() {
        let texts = values.str().map_err(fault)?;
        let others = texts.iter().map(|text| text.is_some_and(|text| !listed.iter().any(|value| **value == *text)));
        let others: BooleanChunked = others.collect();
        if others.any() {
            return Err(offending(format!("column {name} has values that its enum does not list"), &values, &others));
        }
    }
    Ok(values)
}

/// Whether values of one type can be those of another, if they fit.
fn fits(from: &DataType, to: &DataType) -> bool {
    let number = |dtype: &DataType| dtype.is_primitive_numeric() || matches!(dtype, DataType::Decimal(..));
    match (from, to) {
        (DataType::Null, _)
        | (DataType::Datetime(..), DataType::Datetime(..))
        | (DataType::Duration(_), DataType::Duration(_)) => true,
        (DataType::Categorical(..) | DataType::Enum(..), DataType::String) => true,
        (DataType::List(from) | DataType::Array(from, _), DataType::List(to) | DataType::Array(to, _)) => {
            from == to || fits(from, to)
        }
        (DataType::Struct(from), DataType::Struct(to)) => {
            from.len() == to.len()
                && from
                    .iter()
                    .zip(to)
                    .all(|(a, b)| a.name() == b.name() && (a.dtype() == b.dtype() || fits(a.dtype(), b.dtype())))
        }
        _ => number(from) && number(to),
    }
}

fn offending(message: String, values: &Series, rows: &BooleanChunked) -> Fault {
    let places: Vec<usize> =
        rows.iter().enumerate().filter(|(_, bad)| *bad == Some(true)).map(|(row, _)| row).collect();
    let count = if places.len() == 1 { "1 row".to_owned() } else { format!("{} rows", places.len()) };
    let mut fault = Fault::new("GML0924", format!("{message}: {count} of {}", values.len()))
        .help("mend or leave out such rows before conform, or let the schema allow them");
    for row in places.iter().take(SHOWN) {
        let shown = values.get(*row).ok().and_then(|any| value(&any, &type_of(values.dtype())).ok());
        fault = fault.detail(format!(
            "row {}: {}",
            row + 1,
            shown.map_or_else(|| "?".to_owned(), |value| value.to_string())
        ));
    }
    fault
}
