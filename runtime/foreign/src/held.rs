//! What another language gave, held against the declared row.

use gml_connect::Fault;
use gml_connect::dtype::{data_type, type_of};
use gml_ir::{Column as Declared, Row, Type};
use polars::prelude::*;

use crate::code;

/// How many offending rows are shown.
const SHOWN: usize = 5;

/// Holds the columns of a table that are known before there are rows: their names, and whether their types can be those
/// that are declared.
pub(crate) fn columns(schema: &Schema, row: &Row, giver: &str) -> Result<(), Fault> {
    for declared in &row.columns {
        let Some(found) = schema.get(&declared.name) else {
            let names: Vec<&str> = schema.iter_names().map(PlSmallStr::as_str).collect();
            return Err(lacks(declared, &names, row, giver));
        };
        if let Some(due) = data_type(&declared.ty)
            && *found != due
            && !fits(found, &due)
        {
            return Err(other_type(declared, found, giver));
        }
    }
    if !row.open {
        let mut others = schema.iter_names().filter(|name| row.get(name).is_none());
        if let Some(name) = others.next() {
            let more = match others.count() {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            let message = format!("{giver} gave a column {name}{more}, which the node does not declare");
            return Err(Fault::new(code::FOREIGN_RESULT, message)
                .help("leave it out, declare it, or end the declared row with `..`"));
        }
    }
    Ok(())
}

/// The table in the declared order and types, held against all rules of the row.
pub(crate) fn table(frame: &DataFrame, row: &Row, giver: &str) -> Result<DataFrame, Fault> {
    columns(frame.schema(), row, giver)?;
    let mut made = Vec::with_capacity(frame.width());
    for declared in &row.columns {
        let found = frame.column(&declared.name).map_err(|error| gml_connect::fault(&error))?;
        made.push(Column::from(column(found.as_materialized_series(), declared, giver)?));
    }
    made.extend(frame.columns().iter().filter(|column| row.get(column.name()).is_none()).map(undeclared));
    let frame = DataFrame::new(frame.height(), made).map_err(|error| gml_connect::fault(&error))?;
    gml_connect::hold(&frame, row).map_err(|fault| fault.detail(format!("in what {giver} gave")))?;
    Ok(frame)
}

/// A column of which nothing is declared: texts are held as texts.
fn undeclared(column: &Column) -> Column {
    match column.dtype() {
        DataType::Categorical(..) | DataType::Enum(..) => {
            column.cast(&DataType::String).unwrap_or_else(|_| column.clone())
        }
        _ => Column::from(column.as_materialized_series().clone()),
    }
}

fn lacks(declared: &Declared, names: &[&str], row: &Row, giver: &str) -> Fault {
    let name = &declared.name;
    let message = format!("{giver} gave no column {name}, and the node declares one of type {}", declared.ty);
    let others: Vec<&str> = names.iter().copied().filter(|other| row.get(other).is_none()).collect();
    let fault = Fault::new(code::FOREIGN_RESULT, message).detail(match names {
        [] => "it has no columns at all".to_owned(),
        _ => format!("its columns are {}", names.join(", ")),
    });
    match others.as_slice() {
        [only] => fault.help(format!("is it {only}? give both the same name")),
        _ => fault.help("give the column, or leave it out of the declared type"),
    }
}

fn other_type(declared: &Declared, found: &DataType, giver: &str) -> Fault {
    let (name, due) = (&declared.name, &declared.ty);
    let given = match type_of(found) {
        Type::Unknown => found.to_string(),
        ty => ty.to_string(),
    };
    Fault::new(
        code::FOREIGN_RESULT,
        format!("column {name} of what {giver} gave is {given}, and the node declares {due}"),
    )
    .help("convert the column there, or declare the type that it has")
}

fn column(found: &Series, declared: &Declared, giver: &str) -> Result<Series, Fault> {
    let name = &declared.name;
    let Some(due) = data_type(&declared.ty) else { return Ok(found.clone()) };
    let wrong = |error: PolarsError| gml_connect::fault(&error);
    let values = if *found.dtype() == due {
        found.clone()
    } else {
        let cast = found.cast(&due).map_err(wrong)?;
        // A float of half the width is a rounded one: that is what was asked for.
        let rounds = found.dtype().is_float() && due.is_float();
        let lost = if rounds {
            cast.is_null() & found.is_not_null()
        } else {
            let back = cast.cast(found.dtype()).map_err(wrong)?;
            !found.equal_missing(&back).map_err(wrong)?
        };
        if lost.any() {
            let given = type_of(found.dtype());
            let message =
                format!("column {name} of what {giver} gave is {given}, and not all of its values fit {}", declared.ty);
            return Err(offending(message, found, &lost));
        }
        cast
    };
    if !declared.ty.is_nullable() && declared.ty != Type::Unknown && values.null_count() > 0 {
        let message = format!("column {name} of what {giver} gave has nulls, and the node declares {}", declared.ty);
        return Err(offending(message, &values, &values.is_null()));
    }
    if let Type::Enum(listed) = declared.ty.non_null() {
        let texts = values.str().map_err(wrong)?;
        let other = |text: Option<&str>| text.is_some_and(|text| !listed.iter().any(|value| **value == *text));
        let others: BooleanChunked = texts.iter().map(other).collect();
        if others.any() {
            let message = format!("column {name} of what {giver} gave has texts that its enum does not list");
            return Err(offending(message, &values, &others));
        }
    }
    Ok(values)
}

/// Whether values of one type can be those of another, if they fit.
fn fits(from: &DataType, to: &DataType) -> bool {
    let number = |dtype: &DataType| dtype.is_primitive_numeric() || matches!(dtype, DataType::Decimal(..));
    match (from, to) {
        (DataType::Null, _)
        | (DataType::Datetime(..), DataType::Datetime(..) | DataType::Date)
        | (DataType::Date, DataType::Datetime(..))
        | (DataType::Duration(_), DataType::Duration(_))
        | (DataType::Categorical(..) | DataType::Enum(..), DataType::String) => true,
        (DataType::List(from) | DataType::Array(from, _), DataType::List(to) | DataType::Array(to, _)) => {
            from == to || fits(from, to)
        }
        (DataType::Struct(from), DataType::Struct(to)) => {
            let same = |(a, b): (&Field, &Field)| {
                a.name() == b.name() && (a.dtype() == b.dtype() || fits(a.dtype(), b.dtype()))
            };
            from.len() == to.len() && from.iter().zip(to).all(same)
        }
        _ => number(from) && number(to),
    }
}

fn offending(message: String, values: &Series, rows: &BooleanChunked) -> Fault {
    let places: Vec<usize> =
        rows.iter().enumerate().filter(|(_, bad)| *bad == Some(true)).map(|(row, _)| row).collect();
    let count = if places.len() == 1 { "1 row".to_owned() } else { format!("{} rows", places.len()) };
    let mut fault = Fault::new(code::FOREIGN_RESULT, format!("{message}: {count} of {}", values.len()))
        .help("mend such rows there, or declare a type that allows them");
    for row in places.iter().take(SHOWN) {
        let shown = values.get(*row).map_or_else(|_| "?".to_owned(), |value| value.to_string());
        fault = fault.detail(format!("row {}: {shown}", row + 1));
    }
    fault
}
