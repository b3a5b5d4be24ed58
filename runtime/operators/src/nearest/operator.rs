//! The operator: items of rows, their neighbours, rows of those.

use std::collections::HashMap;

use gml_connect::Fault;
use gml_ir::{Role, Type};
use polars::prelude::{
    DataFrame, IdxCa, IntoLazy, JoinArgs, JoinType, LazyFrame, MaintainOrderJoin, NamedFrom, Series, col,
};

use super::metric::{Metric, Prepared};
use super::neighbours;
use crate::data::{Call, Data, Table};
use crate::embed::Points;
use crate::frame::{TEMPORARY, apply, collect, fault};
use crate::table::CallExt;

pub(super) fn nearest(call: Call<'_>) -> Result<Data, Fault> {
    let (item, k) = (call.keys("item")?, call.whole("k")?);
    let metric = call.text("distance").as_deref().and_then(Metric::named);
    let metric = metric.ok_or_else(|| call.bad("distance", "cosine, euclidean or dot"))?;
    let (input, within) = (call.table("input")?, call.table("within")?);

    let (items, points) = held(within, &item)?;
    let users: Vec<String> = input
        .ty
        .row
        .columns
        .iter()
        .filter(|column| column.role == Some(Role::Id) && !item.iter().any(|name| **name == *column.name))
        .map(|column| column.name.to_string())
        .collect();
    let place = format!("{TEMPORARY}place");
    let asked = collect(placed(input, &users, &item, &items, &place)?)?;
    let places = asked.column(&place).map_err(fault)?.u32().map_err(fault)?;

    // Each item is asked for once, however many rows have it.
    let mut number_of: HashMap<u32, usize> = HashMap::new();
    let mut distinct: Vec<usize> = Vec::new();
    let numbers: Vec<Option<usize>> = places
        .iter()
        .map(|place| {
            let place = place?;
            Some(*number_of.entry(place).or_insert_with(|| {
                distinct.push(place as usize);
                distinct.len() - 1
            }))
        })
        .collect();
    let points = Prepared::new(metric, points).map_err(|fault| fault.at("within"))?;
    let found = neighbours(&points, &distinct, k, call.context.threads);

    // There are many more pairs than rows and items: they are put together where they are asked for.
    call.give(apply(asked.lazy(), "nearest", move |asked| {
        let (mut rows, mut others) = (Vec::new(), Vec::new());
        for (row, number) in numbers.iter().enumerate().take(asked.height()) {
            for other in number.iter().flat_map(|number| &found[*number]) {
                rows.push(row as u32);
                others.push(*other as u32);
            }
        }
        let taken = |frame: &DataFrame, names: &[String], places: Vec<u32>| {
            let places = IdxCa::from_vec("place".into(), places);
            frame.select(names).and_then(|frame| frame.take(&places)).map_err(fault)
        };
        let height = rows.len();
        let mut columns = taken(&asked, &users, rows)?.columns().to_vec();
        columns.extend_from_slice(taken(&items, &item, others)?.columns());
        DataFrame::new(height, columns).map_err(fault)
    })?)
}

/// The items that have a vector, and those.
fn held(within: &Table, item: &[String]) -> Result<(DataFrame, Points), Fault> {
    let vector = within.ty.row.features().find(|column| matches!(column.ty.non_null(), Type::Vector(_)));
    let vector = vector.ok_or_else(|| Fault::new("GML0723", "`within` has no feature that is a vector"))?;
    let mut needed: Vec<_> = item.iter().map(|name| col(name.as_str())).collect();
    needed.push(col(&*vector.name));
    let frame = collect(within.frame.clone().select(needed).filter(col(&*vector.name).is_not_null()))?;
    let points = Points::of(frame.column(&vector.name).map_err(fault)?)?;
    let items = frame.select(item).map_err(fault)?;
    let height = items.height();
    let different =
        collect(items.clone().lazy().unique_stable(None, polars::prelude::UniqueKeepStrategy::First))?.height();
    if different != height {
        let names = item.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let message =
            format!("{} of {height} rows of `within` have a {names} that a row before them has", height - different);
        return Err(Fault::new("GML0917", message).help("give each item one vector: `within |> distinct([..])`"));
    }
    Ok((items, points))
}

/// The rows of `input` with the place of their item among `items`; null where it has no vector.
fn placed(
    input: &Table,
    users: &[String],
    item: &[String],
    items: &DataFrame,
    place: &str,
) -> Result<LazyFrame, Fault> {
    let mut items = items.clone();
    let places: Vec<u32> = (0..items.height() as u32).collect();
    items.with_column(Series::new(place.into(), places).into()).map_err(fault)?;
    let needed: Vec<_> = users.iter().chain(item).map(|name| col(name.as_str())).collect();
    let on: Vec<_> = item.iter().map(|name| col(name.as_str())).collect();
    let order = JoinArgs { maintain_order: MaintainOrderJoin::Left, ..JoinArgs::new(JoinType::Left) };
    Ok(input.frame.clone().select(needed).join(items.lazy(), on.clone(), on, order))
}
