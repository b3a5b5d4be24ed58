//! `conform`: a table whose columns were not known becomes one of a schema.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Column as Declared, Row, Type, Value};
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
/// what enums list, contracts, unique keys. A row that is declared elsewhere, for a parameter or a result, is held against the
/// table in the same way where the checker could not know its columns.
pub(super) fn conform(call: Call<'_>) -> Result<Data, Fault> {
    let row = call.table_type()?.row.clone();
    let wanted_by = match call.value("declared_by") {
        Some(Value::Str(who)) => WantedBy::Declaration(who),
        _ => WantedBy::Conform,
    };
    let fit = move |frame: DataFrame| conformed(&frame, &row, &wanted_by);
    call.give(apply(call.table("input")?.frame.clone(), "conform", fit)?)
}

/// What wants a row.
enum WantedBy {
    /// `conform` in the program.
    Conform,
    /// A declaration, in words: `the result of `n``.
    Declaration(Arc<str>),
}

impl WantedBy {
    fn subject(&self) -> &str {
        match self {
            Self::Conform => "conform",
            Self::Declaration(who) => who,
        }
    }

    /// What to do about a column that is wanted as `ty` and is something else.
    fn remedy(&self, name: &str, found: Option<&Type>) -> String {
        match (self, found) {
            (Self::Conform, None) => "rename a column before conform, or take it out of the schema".to_owned(),
            (Self::Conform, Some(_)) => "convert the column before conform".to_owned(),
            (Self::Declaration(_), None) => {
                format!("take `{name}` out of the declared row, or rename or derive such a column in front of it")
            }
            (Self::Declaration(_), Some(found)) => {
                format!("declare `{name}: {found}`, or convert the column in front of it")
            }
        }
    }
}

fn conformed(frame: &DataFrame, row: &Row, wanted_by: &WantedBy) -> Result<DataFrame, Fault> {
    let columns = row.columns.iter().map(|declared| match frame.column(&declared.name) {
        Ok(found) => column(found.as_materialized_series(), declared, wanted_by).map(Column::from),
        Err(_) => {
            let names: Vec<_> = frame.get_column_names().into_iter().map(|name| name.as_str()).collect();
            let message = format!("{} wants a column {}, and the table has none", wanted_by.subject(), declared.name);
            Err(Fault::new("GML0924", message)
                .detail(format!("its columns are {}", names.join(", ")))
                .help(wanted_by.remedy(&declared.name, None)))
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

fn column(found: &Series, declared: &Declared, wanted_by: &WantedBy) -> Result<Series, Fault> {
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
            return Err(offending(message, found, &!same, wanted_by));
        }
        cast
    } else {
        let is = type_of(found.dtype());
        let message = format!("column {name} is {is}, and {} wants {}", wanted_by.subject(), declared.ty);
        return Err(Fault::new("GML0924", message).help(wanted_by.remedy(name, Some(&is))));
    };
    if !declared.ty.is_nullable() && declared.ty != Type::Unknown && values.null_count() > 0 {
        return Err(offending(format!("column {name} cannot be null"), &values, &values.is_null(), wanted_by));
    }
    if let Type::Enum(listed) = declared.ty.non_null() {
        let texts = values.str().map_err(fault)?;
        let others = texts.iter().map(|text| text.is_some_and(|text| !listed.iter().any(|value| **value == *text)));
        let others: BooleanChunked = others.collect();
        if others.any() {
            let message = format!("column {name} has values that its enum does not list");
            return Err(offending(message, &values, &others, wanted_by));
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

fn offending(message: String, values: &Series, rows: &BooleanChunked, wanted_by: &WantedBy) -> Fault {
    let places: Vec<usize> =
        rows.iter().enumerate().filter(|(_, bad)| *bad == Some(true)).map(|(row, _)| row).collect();
    let count = if places.len() == 1 { "1 row".to_owned() } else { format!("{} rows", places.len()) };
    let mut fault = Fault::new("GML0924", format!("{message}: {count} of {}", values.len()));
    fault = match wanted_by {
        WantedBy::Conform => fault.help("mend or leave out such rows before conform, or let the schema allow them"),
        WantedBy::Declaration(who) => fault
            .detail(format!("{who} declares it so"))
            .help("mend or leave out such rows in front of it, or let the declared row allow them"),
    };
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
