//! Strategies that find candidates in a history: what is popular, what was bought before, what is like it.

use std::cmp::Reverse;

use gml_connect::Fault;
use gml_ir::Role;
use polars::prelude::{
    Expr, IdxCa, IdxSize, JoinArgs, JoinType, LazyFrame, MaintainOrderJoin, SortMultipleOptions, UniqueKeepStrategy,
    col, len, lit,
};
use rayon::prelude::*;

use super::numbering::packed;
use crate::data::{Call, Data, Table};
use crate::expr::{group_ids, micros};
use crate::frame::{TEMPORARY, apply, columns, fault, schema};
use crate::learn::in_pool;
use crate::table::{CallExt, alike, series};

/// `popular`: items of equal frequency, and the groups of `per`, come as they first appear.
pub(super) fn popular(call: Call<'_>) -> Result<Data, Fault> {
    let (item, per, top) = (call.keys("item")?, call.keys("per")?, call.whole("top")?);
    let by: Vec<String> = per.iter().chain(&item).cloned().collect();
    let rows = call.table("input")?.frame.clone().select(columns(&by));
    if !per.is_empty() {
        let threads = call.context.threads;
        return call.give(apply(rows, "popular", move |rows| {
            let (groups, _) = group_ids(&series(&rows, &per)?)?;
            let (items, _) = group_ids(&series(&rows, &item)?)?;
            let chosen = most_frequent(groups, items, top, threads);
            rows.take(&IdxCa::from_vec("".into(), chosen)).map_err(fault)
        })?);
    }
    let counted = rows.with_row_index(place(), None).group_by(columns(&by));
    let counted = counted.agg([len().alias(count()), col(place()).min()]);
    let best = sorted(counted, vec![(col(count()), true), (col(place()), false)]);
    call.give(best.slice(0, u32::try_from(top).unwrap_or(u32::MAX)).select(columns(&by)))
}

/// The first row of each of the `top` most frequent items of a group, group by group; groups and items are numbered as they first appear.
fn most_frequent(groups: Vec<IdxSize>, items: Vec<IdxSize>, top: usize, threads: usize) -> Vec<IdxSize> {
    let pair = |(group, item): (IdxSize, IdxSize)| (u64::from(group) << 32) | u64::from(item);
    let mut rows: Vec<(u64, IdxSize)> = groups.into_iter().zip(items).map(pair).zip(0..).collect();
    in_pool(threads, || {
        rows.par_sort_unstable();
        let of_pair = |rows: &[(u64, IdxSize)]| {
            let (pair, first) = rows[0];
            ((pair >> 32) as IdxSize, Reverse(rows.len()), first)
        };
        let mut counted: Vec<(IdxSize, Reverse<usize>, IdxSize)> =
            rows.chunk_by(|left, right| left.0 == right.0).map(of_pair).collect();
        drop(rows);
        counted.par_sort_unstable();
        let groups = counted.chunk_by(|left, right| left.0 == right.0);
        groups.flat_map(|of_group| &of_group[..top.min(of_group.len())]).map(|(.., first)| *first).collect()
    })
}

/// `bought_before`: each pair at the last row of its latest time; of equal times the later row first, and those without a time last.
pub(super) fn bought_before(call: Call<'_>) -> Result<Data, Fault> {
    let history = call.table("history")?;
    let ids = of_role(history, Role::Id);
    let Some(time) = history.ty.row.with_role(Role::Time) else {
        return Err(call.bad("history", "a table with a column of role `time`"));
    };
    let latest = || format!("{TEMPORARY}latest");
    let mut needed = columns(&ids);
    needed.push(micros(col(&*time.name), &time.ty).alias(latest()));
    let (rows, threads) = (history.frame.clone().select(needed), call.context.threads);
    call.give(apply(rows, "bought_before", move |rows| {
        let pairs = rows.select(ids.iter().map(String::as_str)).map_err(fault)?;
        let times = rows.column(&latest()).map_err(fault)?.as_materialized_series().i64().map_err(fault)?;
        let times: Vec<i64> = times.iter().map(|time| time.unwrap_or(NEVER)).collect();
        drop(rows);
        let chosen = latest_of_each(packed(&pairs)?, times, threads);
        pairs.take(&IdxCa::from_vec("".into(), chosen)).map_err(fault)
    })?)
}

/// What stands for no time: it is before every other one.
const NEVER: i64 = i64::MIN;

/// The row of each number that has its latest time, of several the last one; those of the latest time first.
fn latest_of_each(numbers: Vec<u64>, times: Vec<i64>, threads: usize) -> Vec<IdxSize> {
    let mut rows: Vec<(u64, IdxSize)> = numbers.into_iter().zip(0..).collect();
    in_pool(threads, || {
        rows.par_sort_unstable();
        let latest = rows
            .chunk_by(|left, right| left.0 == right.0)
            .filter_map(|of_pair| of_pair.iter().map(|(_, row)| (times[*row as usize], *row)).max());
        let mut latest: Vec<(i64, IdxSize)> = latest.collect();
        drop((rows, times));
        latest.par_sort_unstable_by(|left, right| right.cmp(left));
        latest.into_iter().map(|(_, row)| row).collect()
    })
}

/// `same_attribute`: what users had is first told by its attributes alone, so that a user who had many items of an attribute
/// meets its items once.
pub(super) fn same_attribute(call: Call<'_>) -> Result<Data, Fault> {
    let (item, on) = (call.keys("item")?, call.keys("on")?);
    let history = call.table("history")?;
    let users: Vec<String> = of_role(history, Role::Id).into_iter().filter(|id| !item.contains(id)).collect();
    let attribute: Vec<String> = (0..on.len()).map(|place| format!("{TEMPORARY}attribute_{place}")).collect();
    let own: Vec<String> = (0..item.len()).map(|place| format!("{TEMPORARY}own_{place}")).collect();

    let mut pairs = users.clone();
    pairs.extend(item.iter().cloned());
    let pairs = history.frame.clone().select(columns(&pairs)).unique_stable(None, UniqueKeepStrategy::First);
    let mut described = columns(&item);
    described.extend(on.iter().zip(&attribute).map(|(from, to)| col(from.as_str()).alias(to.as_str())));
    let items = call.table("items")?.frame.clone().select(described).unique_stable(None, UniqueKeepStrategy::First);
    let (of_pairs, of_items) = (schema(&pairs)?, schema(&items)?);
    let (pairs, items) = alike(pairs, items, &item, &of_pairs, &of_items)?;

    let had = pairs.join(items.clone(), columns(&item), columns(&item), in_order()).with_row_index(place(), None);
    let mut by = users.clone();
    by.extend(attribute.iter().cloned());
    let sources = item.iter().zip(&own).map(|(item, own)| col(item.as_str()).first().alias(own.as_str()));
    let sources: Vec<Expr> = sources.chain([len().alias(count()), col(place()).min()]).collect();
    let tastes = sorted(had.group_by(columns(&by)).agg(sources), vec![(col(place()), false)]);

    let found = tastes.join(items, columns(&attribute), columns(&attribute), in_order());
    // The only item that a user had of an attribute is no candidate for itself; one of several is, because of the others.
    let same = item.iter().zip(&own).map(|(item, own)| col(item.as_str()).eq_missing(col(own.as_str())));
    let itself = same.reduce(Expr::and).unwrap_or_else(|| lit(false));
    let mut pairs = users;
    pairs.extend(item);
    let kept = found.filter(col(count()).gt(lit(1)).or(itself.not())).select(columns(&pairs));
    // By a number for each pair, which takes less than looking at the texts of two columns together.
    call.give(apply(kept, "same_attribute", |pairs| {
        let mut rows: Vec<(u64, IdxSize)> = packed(&pairs)?.into_iter().zip(0..).collect();
        rows.sort_unstable();
        rows.dedup_by_key(|(pair, _)| *pair);
        let mut firsts: Vec<IdxSize> = rows.into_iter().map(|(_, row)| row).collect();
        firsts.sort_unstable();
        pairs.take(&IdxCa::from_vec("".into(), firsts)).map_err(fault)
    })?)
}

/// The columns that have a role.
pub(super) fn of_role(table: &Table, role: Role) -> Vec<String> {
    table
        .ty
        .row
        .columns
        .iter()
        .filter(|column| column.role == Some(role))
        .map(|column| column.name.to_string())
        .collect()
}

/// Rows in the order of the left side, and for each those of the right one in theirs. Null is equal to nothing.
fn in_order() -> JoinArgs {
    JoinArgs { maintain_order: MaintainOrderJoin::LeftRight, ..JoinArgs::new(JoinType::Inner) }
}

fn sorted(frame: LazyFrame, by: Vec<(Expr, bool)>) -> LazyFrame {
    let (by, descending): (Vec<Expr>, Vec<bool>) = by.into_iter().unzip();
    let options =
        SortMultipleOptions { nulls_last: vec![true; by.len()], descending, ..SortMultipleOptions::default() };
    frame.sort_by_exprs(by, options)
}

/// The place of a row.
fn place() -> String {
    format!("{TEMPORARY}place")
}

/// How many rows there are of a group.
fn count() -> String {
    format!("{TEMPORARY}count")
}
