//! Operators that turn lists or columns into rows, and rows into columns.

use gml_connect::Fault;
use gml_ir::{Expr, ExprKind, NamedExpr, Type, Value};
use polars::prelude::{
    Column, DataFrame, DataType, IdxCa, IdxSize, IntoLazy, IntoSeries, NewChunkedArray, Series, StringChunked,
};

use super::args::CallExt;
use super::derive::series;
use super::group::grouped;
use crate::data::{Call, Data};
use crate::expr::found::{no_column, refused};
use crate::expr::window::{Extent, Windows};
use crate::expr::{self, Lists, dtype, group_ids, type_of, value};
use crate::frame::{TEMPORARY, apply, collect, fault};

/// `explode`: a row an item, in the order of the rows and of the items in each. Several list columns go together and
/// must have equally long lists in each row.
pub(super) fn explode(call: Call<'_>) -> Result<Data, Fault> {
    let keys = call.keys("column")?;
    if keys.is_empty() {
        return Err(call.bad("column", "a list column"));
    }
    call.give(apply(call.table("input")?.frame.clone(), "explode", move |frame| {
        keys.iter().try_for_each(|key| is_of_lists(&frame, key))?;
        let lists =
            keys.iter().map(|key| Lists::of(frame.column(key).map_err(fault)?)).collect::<Result<Vec<_>, Fault>>()?;
        let mut rows = Vec::new();
        for row in 0..frame.height() {
            let length = lists[0].range(row).len();
            if let Some(other) = lists.iter().position(|list| list.range(row).len() != length) {
                return Err(Fault::new(
                    "GML0923",
                    format!(
                        "row {} has {length} items in {} and {} in {}",
                        row + 1,
                        keys[0],
                        lists[other].range(row).len(),
                        keys[other]
                    ),
                )
                .help("explode one column at a time"));
            }
            rows.extend(std::iter::repeat_n(row as IdxSize, length));
        }
        let mut exploded = frame.take(&IdxCa::from_vec("".into(), rows)).map_err(fault)?;
        for (key, list) in keys.iter().zip(&lists) {
            let places = (0..frame.height()).flat_map(|row| list.range(row)).map(|place| place as IdxSize);
            let items = list.items.take(&IdxCa::from_vec("".into(), places.collect())).map_err(fault)?;
            exploded.with_column(Column::from(items.with_name(key.as_str().into()))).map_err(fault)?;
        }
        Ok(exploded)
    })?)
}

/// That a column holds lists, which is not known before the run where its row is open.
fn is_of_lists(frame: &DataFrame, key: &str) -> Result<(), Fault> {
    let dtype = frame.schema().get(key).ok_or_else(|| no_column(key, frame.schema()))?;
    if matches!(dtype, DataType::List(_) | DataType::Array(..) | DataType::Null) {
        return Ok(());
    }
    Err(refused(format!("`explode` wants a list, and `.{key}` is {}", type_of(dtype))))
}

/// `unpivot`: for each row its columns one after the other.
pub(super) fn unpivot(call: Call<'_>) -> Result<Data, Fault> {
    let keys = call.keys("columns")?;
    let name = call.text("name").unwrap_or_else(|| "name".to_owned());
    let value_name = call.text("value").unwrap_or_else(|| "value".to_owned());
    let declared = call.table_type()?.row.get(&value_name).and_then(|column| dtype(&column.ty));
    call.give(apply(call.table("input")?.frame.clone(), "unpivot", move |frame| {
        let columns = series(&frame, &keys)?;
        let Some(first) = columns.first() else {
            return Err(Fault::new("GML0229", "unpivot has no columns").help("name at least one column"));
        };
        let common = match &declared {
            Some(declared) => declared.clone(),
            None => columns.iter().try_fold(first.dtype().clone(), |common, column| {
                expr::common(&common, column.dtype()).ok_or_else(|| {
                    let (one, other) = (type_of(&common), type_of(column.dtype()));
                    Fault::new("GML0227", format!("unpivot puts {one} and {other} into one column"))
                        .help("unpivot columns of a common type")
                })
            })?,
        };
        let mut all = Series::new_empty("".into(), &common);
        for column in &columns {
            all.append(&column.strict_cast(&common).map_err(fault)?).map_err(fault)?;
        }
        let (height, width) = (frame.height(), keys.len());
        let places = (0..height).flat_map(|row| (0..width).map(move |place| (place * height + row) as IdxSize));
        let values = all.take(&IdxCa::from_vec("".into(), places.collect())).map_err(fault)?;
        let rows = (0..height).flat_map(|row| std::iter::repeat_n(row as IdxSize, width));
        let names: StringChunked = (0..height).flat_map(|_| keys.iter().map(|key| Some(key.as_str()))).collect();
        let mut long = frame
            .drop_many(keys.iter().map(String::as_str))
            .take(&IdxCa::from_vec("".into(), rows.collect()))
            .map_err(fault)?;
        let mut columns = std::mem::replace(&mut long, DataFrame::empty()).columns().to_vec();
        columns.push(Column::from(names.into_series().with_name(name.as_str().into())));
        columns.push(Column::from(values.with_name(value_name.as_str().into())));
        DataFrame::new(height * width, columns).map_err(fault)
    })?)
}

/// `pivot`: rows in order of first appearance; the columns of an enum in its order, others in order of first appearance.
pub(super) fn pivot(call: Call<'_>) -> Result<Data, Fault> {
    let table = call.table("input")?;
    let (rows, on) = (call.keys("rows")?, call.keys("on")?);
    let mut by = call.columns("rows");
    by.extend(
        call.columns("on")
            .into_iter()
            .enumerate()
            .map(|(place, column)| NamedExpr { name: format!("{TEMPORARY}on_{place}").into(), ..column }),
    );
    let value_name = format!("{TEMPORARY}value");
    let aggregate = NamedExpr { name: value_name.as_str().into(), expr: call.expr("value")? };
    let cells = grouped(table.frame.clone(), &by, std::slice::from_ref(&aggregate))?;
    let spread =
        Spread { rows, on: (0..on.len()).map(|place| format!("{TEMPORARY}on_{place}")).collect(), value: value_name };
    match listed(&call.columns("on")) {
        Some(names) => call.give(apply(cells, "pivot", move |frame| spread.apply(&frame, Some(&names)))?),
        None => call.give(spread.apply(&collect(cells)?, None)?.lazy()),
    }
}

/// The values that the column pivoted on can have, where its type lists them.
fn listed(on: &[NamedExpr]) -> Option<Vec<String>> {
    let [NamedExpr { expr: Expr { kind: ExprKind::Column(_), ty }, .. }] = on else {
        return None;
    };
    match ty.non_null() {
        Type::Enum(values) if !ty.is_nullable() => Some(values.iter().map(ToString::to_string).collect()),
        _ => None,
    }
}

/// Cells of a long table to put side by side.
struct Spread {
    rows: Vec<String>,
    on: Vec<String>,
    value: String,
}

impl Spread {
    fn apply(&self, cells: &DataFrame, names: Option<&[String]>) -> Result<DataFrame, Fault> {
        let keys = series(cells, &self.rows)?;
        let windows = Windows::new(cells.height(), &keys, &[], Extent::Group)?;
        let firsts = windows.first_rows();
        let on = series(cells, &self.on)?;
        let (columns_of, count) = group_ids(&on)?;
        let mut labels = vec![String::new(); count];
        for (row, column) in columns_of.iter().enumerate() {
            let label = &mut labels[*column as usize];
            if label.is_empty() {
                *label = label_of(&on, row)?;
            }
        }
        let names = names.map_or_else(|| labels.clone(), <[String]>::to_vec);
        if let Some(key) = self.rows.iter().find(|key| names.contains(key)) {
            return Err(Fault::new(
                "GML0302",
                format!("a value of the pivoted column is {key}, which is also a column of its rows"),
            )
            .help("rename that column before the pivot"));
        }
        let width = names.len();
        let mut picks: Vec<Vec<Option<IdxSize>>> = vec![vec![None; firsts.len()]; width];
        for (group, ends) in windows.bounds.windows(2).enumerate() {
            for row in &windows.rows[ends[0]..ends[1]] {
                let label = &labels[columns_of[*row as usize] as usize];
                let Some(place) = names.iter().position(|name| name == label) else {
                    return Err(Fault::new(
                        "GML0908",
                        format!("{label:?} is not listed by the enum that pivot makes columns of"),
                    )
                    .help("check the data where they enter the program"));
                };
                picks[place][group] = Some(*row);
            }
        }
        let firsts_idx = IdxCa::from_vec("".into(), firsts.clone());
        let mut columns = Vec::new();
        for (name, key) in self.rows.iter().zip(&keys) {
            columns.push(Column::from(key.take(&firsts_idx).map_err(fault)?.with_name(name.as_str().into())));
        }
        let values = cells.column(&self.value).map_err(fault)?;
        for (name, picks) in names.iter().zip(&picks) {
            let picked = values.take(&IdxCa::from_slice_options("".into(), picks)).map_err(fault)?;
            columns.push(picked.with_name(name.as_str().into()));
        }
        DataFrame::new(firsts.len(), columns).map_err(fault)
    }
}

/// The name of a column for the values of a row: as text, several joined by an underscore.
fn label_of(on: &[Series], row: usize) -> Result<String, Fault> {
    let parts = on.iter().map(|column| {
        let any = column.get(row).map_err(fault)?;
        Ok(match value(&any, &type_of(column.dtype()))? {
            Value::Str(text) => text.to_string(),
            other => other.to_string().trim_start_matches('@').to_owned(),
        })
    });
    Ok(parts.collect::<Result<Vec<_>, Fault>>()?.join("_"))
}
