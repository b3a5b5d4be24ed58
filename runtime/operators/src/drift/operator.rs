//! `drift`

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Role, Type, Value};
use gml_report::Form;
use polars::prelude::{Column, DataFrame, DataType, IntoColumn, ListBuilderTrait, ListStringChunkedBuilder};

use super::column::{Compared, compare};
use super::report;
use super::statistics::benjamini_hochberg;
use crate::columns::Values;
use crate::data::{Call, Data, Table};
use crate::frame;
use crate::learn::arguments::{constant, misfit, table};
use crate::learn::with_columns;

/// A column and how it has moved.
pub(super) struct Moved {
    pub(super) name: String,
    pub(super) compared: Compared,
    /// The p-value, corrected for the number of columns.
    pub(super) p: f64,
    pub(super) drifted: bool,
    /// Whether the current table does not have it any more.
    pub(super) gone: bool,
}

/// Columns of which more is to be said than how far they have moved, by their names.
#[derive(Default)]
pub(super) struct Aside {
    /// They hold nested values, which are not compared.
    pub(super) nested: Vec<String>,
    /// They are numbers in one table and texts in the other.
    pub(super) retyped: Vec<String>,
    /// The reference does not have them.
    pub(super) added: Vec<String>,
    /// The target, where the current table does not have it: what came to be is not known yet.
    pub(super) unlabelled: Vec<String>,
}

/// Compares the columns of two tables.
pub(super) fn drift(call: Call<'_>) -> Result<Data, Fault> {
    let significance = number(&call, "significance")?;
    let index = number(&call, "index")?;
    let (before, now) = (table(&call, "reference")?, table(&call, "current")?);
    let (rows_before, rows_now) = (rows(before, "reference")?, rows(now, "current")?);
    let (mut compared, mut aside) = (Vec::new(), Aside::default());
    for column in rows_before.columns() {
        let name = column.name();
        let role = before.ty.row.get(name).and_then(|column| column.role);
        if role.is_some_and(|role| role != Role::Target) {
            continue;
        }
        let Ok(current) = rows_now.column(name) else {
            match role {
                Some(_) => aside.unlabelled.push(name.to_string()),
                None => compared.push((name.to_string(), gone(column, rows_now.height())?, true)),
            }
            continue;
        };
        match (Values::of(column)?, Values::of(current)?) {
            (Some(before), Some(now)) => {
                // A column of nulls alone may have any type.
                let is_known = ![column, current].iter().any(|column| *column.dtype() == DataType::Null);
                if is_known && std::mem::discriminant(&before) != std::mem::discriminant(&now) {
                    aside.retyped.push(name.to_string());
                }
                compared.push((name.to_string(), compare(&before, &now), false));
            }
            _ => aside.nested.push(name.to_string()),
        }
    }
    let names = rows_now.columns().iter().map(|column| column.name().to_string());
    aside.added = names.filter(|name| rows_before.column(name).is_err()).collect();
    if compared.is_empty() {
        return Err(Fault::new("GML0708", "there is no column that could have drifted")
            .help("every column has a role or holds something nested; keep at least one without a role"));
    }
    let corrected = benjamini_hochberg(&compared.iter().map(|(_, compared, _)| compared.p).collect::<Vec<_>>());
    let moved: Vec<Moved> = compared
        .into_iter()
        .zip(corrected)
        .map(|((name, compared, gone), p)| {
            // That a column is gone is no chance, however few rows there are.
            Moved { name, drifted: gone || p < significance && compared.index > index, gone, compared, p }
        })
        .collect();
    let drifted = moved.iter().filter(|moved| moved.drifted).count();
    let share = drifted as f64 / moved.len() as f64;
    let heights = (rows_before.height(), rows_now.height());
    let report = report::report(&moved, heights, &aside, (significance, index));
    Ok(Data::Record(vec![
        ("share_drifted".into(), Data::Value(Value::Float(share))),
        ("columns".into(), columns(&moved, call.result)?),
        ("report".into(), Data::Report(Arc::new(report))),
    ]))
}

/// A column that `current` does not have: as if it were null in all of its rows.
fn gone(column: &Column, rows: usize) -> Result<Compared, Fault> {
    let numbers = |numbers| Values::Ordered { numbers, form: Form::Plain };
    // Of nested values nothing else is compared than whether there are any.
    let any =
        || numbers(column.is_not_null().iter().map(|is_there| is_there.filter(|there| *there).map(|_| 1.0)).collect());
    let before = Values::of(column)?.unwrap_or_else(any);
    Ok(compare(&before, &numbers(vec![None; rows])))
}

fn number(call: &Call<'_>, name: &str) -> Result<f64, Fault> {
    constant(call, name)?.as_float().ok_or_else(|| misfit(call, name, "is no number"))
}

fn rows(table: &Table, which: &str) -> Result<DataFrame, Fault> {
    let rows = frame::collect(table.frame.clone())?;
    if rows.height() == 0 {
        return Err(Fault::new("GML0922", format!("`{which}` of drift has no rows to compare"))
            .help("see which filter leaves no rows"));
    }
    Ok(rows)
}

/// A row for each column.
fn columns(moved: &[Moved], result: &Type) -> Result<Data, Fault> {
    let numbers =
        |name: &str, of: &dyn Fn(&Moved) -> f64| Column::new(name.into(), moved.iter().map(of).collect::<Vec<f64>>());
    let lists = |name: &str, of: &dyn Fn(&Moved) -> &Vec<String>| {
        let mut made = ListStringChunkedBuilder::new(name.into(), moved.len(), 0);
        for moved in moved {
            made.append_values_iter(of(moved).iter().map(String::as_str));
        }
        made.finish().into_column()
    };
    let made = vec![
        Column::new("column".into(), moved.iter().map(|moved| moved.name.as_str()).collect::<Vec<_>>()),
        Column::new("drifted".into(), moved.iter().map(|moved| moved.drifted).collect::<Vec<_>>()),
        numbers("stability_index", &|moved| moved.compared.index),
        numbers("statistic", &|moved| moved.compared.statistic),
        numbers("p_value", &|moved| moved.p),
        numbers("distance", &|moved| moved.compared.distance),
        numbers("nulls_before", &|moved| moved.compared.nulls.0),
        numbers("nulls_now", &|moved| moved.compared.nulls.1),
        lists("new_values", &|moved| &moved.compared.new),
        lists("gone_values", &|moved| &moved.compared.gone),
    ];
    let ty = match result {
        Type::Record(row) => row.get("columns").map_or(Type::Unknown, |column| column.ty.clone()),
        _ => Type::Unknown,
    };
    with_columns(DataFrame::empty_with_height(moved.len()), made, &ty)
}
