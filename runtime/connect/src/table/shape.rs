//! From the columns of a program to those of a file: names, forms of dates and times, at any depth.

use gml_ir::{Column as Declared, DAY, Parsed, Row, Type};
use polars::prelude::*;

use crate::query::carried;
use crate::text::{self, Stamp, Unit};
use crate::{Fault, code};

/// The columns in the order, under the names and in the forms in which the schema says that they are stored.
pub(super) fn stored_form(frame: &DataFrame, row: &Row) -> PolarsResult<DataFrame> {
    let columns = row.columns.iter().map(|column| {
        let series = frame.column(&column.name)?.as_materialized_series().rechunk();
        Ok(stored_column(&series, column)?.into_column())
    });
    DataFrame::new(frame.height(), columns.collect::<PolarsResult<Vec<_>>>()?)
}

fn stored_column(series: &Series, column: &Declared) -> PolarsResult<Series> {
    let stored = if reshaped(column) { shaped(series, &column.ty, column)? } else { series.clone() };
    Ok(stored.with_name(column.stored_name().into()))
}

/// Whether a name or a form in it differs from the program's.
fn reshaped(column: &Declared) -> bool {
    fn within(ty: &Type) -> bool {
        match ty.non_null() {
            Type::List(item) => within(item),
            Type::Struct(row) => row.columns.iter().any(|field| field.stored_name.is_some() || reshaped(field)),
            _ => false,
        }
    }
    column.parsed.is_some() || within(&column.ty)
}

fn shaped(series: &Series, ty: &Type, column: &Declared) -> PolarsResult<Series> {
    match (ty.non_null(), &column.parsed) {
        (Type::Struct(row), _) => {
            let from = series.struct_()?;
            let fields = row.columns.iter().map(|field| stored_column(&from.field_by_name(&field.name)?, field));
            let fields = fields.collect::<PolarsResult<Vec<_>>>()?;
            let mut structs = StructChunked::from_series(series.name().clone(), series.len(), fields.iter())?;
            structs.zip_outer_validity(from);
            Ok(structs.into_series())
        }
        (Type::List(item), _) => {
            let list = series.list()?;
            Ok(list.with_inner_values(&shaped(&list.get_inner(), item, column)?).into_series())
        }
        (Type::Date | Type::Time | Type::Timestamp, Some(parsed)) => stamped(series, ty.non_null(), parsed, column),
        _ => Ok(series.clone()),
    }
}

/// A date, time or timestamp in its declared form: a count since 1970, or text. Values that would not read back as they
/// are cannot be written.
fn stamped(series: &Series, ty: &Type, parsed: &Parsed, column: &Declared) -> PolarsResult<Series> {
    let stamp = Stamp::of(Some(parsed));
    let ticks = series.to_physical_repr().cast(&DataType::Int64)?;
    let ticks = ticks.i64()?;
    let stored = if let Stamp::Epoch(unit) = stamp {
        let count = |tick: i64| if *ty == Type::Date { day_count(tick, unit) } else { unit.count(tick) };
        ticks.iter().map(|tick| tick.and_then(count)).collect::<Int64Chunked>().into_series()
    } else {
        ticks
            .iter()
            .map(|tick| tick.and_then(|tick| exact_text(tick, ty, &stamp)))
            .collect::<StringChunked>()
            .into_series()
    };
    if stored.null_count() > ticks.null_count() {
        let lost =
            (0..ticks.len()).find(|place| ticks.get(*place).is_some() && stored.get(*place).is_ok_and(|v| v.is_null()));
        let value = series.get(lost.unwrap_or(0)).map(|value| value.to_string()).unwrap_or_default();
        return Err(carried(
            Fault::new(
                code::CANNOT_WRITE,
                format!(
                    "`{}` cannot be written in the form that its schema declares: {value} would not read back",
                    column.name
                ),
            )
            .help("round the column to what the form holds, or declare a finer form (`parsed us`)"),
        ));
    }
    Ok(stored)
}

fn day_count(day: i64, unit: Unit) -> Option<i64> {
    unit.count(day.checked_mul(DAY)?)
}

fn exact_text(tick: i64, ty: &Type, stamp: &Stamp) -> Option<String> {
    match ty {
        Type::Date => {
            let day = i32::try_from(tick).ok()?;
            text::date_text(day, stamp).filter(|text| text::date(text, stamp) == Some(day))
        }
        Type::Time => text::time_text(tick, stamp).filter(|text| text::time(text, stamp) == Some(tick)),
        _ => text::timestamp_text(tick, stamp).filter(|text| text::timestamp(text, stamp) == Some(tick)),
    }
}
