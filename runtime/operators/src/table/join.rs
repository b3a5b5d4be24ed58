//! `join` by equal keys. As in SQL, null is equal to nothing, not even to null.

use gml_connect::Fault;
use polars::prelude::{
    DataFrame, Expr, JoinArgs, JoinCoalesce, JoinType, LazyFrame, MaintainOrderJoin, Schema, Series, col,
};

use super::args::CallExt;
use super::asof;
use super::derive::series;
use crate::data::{Call, Data};
use crate::expr::{common, group_ids, type_of, value};
use crate::frame::{fault, schema, verify};

/// `join`: rows in the order of the left table, and for each the matching rows in the order of the right one; of a full
/// join the right rows without a match come last.
pub(super) fn join(call: Call<'_>) -> Result<Data, Fault> {
    let (left, right) = (call.table("input")?.frame.clone(), call.table("other")?.frame.clone());
    let keys = call.keys("on")?;
    let how = call.text("how").unwrap_or_else(|| "inner".to_owned());
    let (left_columns, right_columns) = (schema(&left)?, schema(&right)?);
    if how == "asof" {
        return asof::join(&call, left, right, keys, &left_columns, &right_columns);
    }
    if matches!(how.as_str(), "inner" | "left" | "full" | "cross") {
        no_collision(&left_columns, &right_columns, &keys)?;
    }
    let (left, right) = alike(left, right, &keys, &left_columns, &right_columns)?;
    let (left, right) = expected(&call, left, right, &keys)?;
    let (kind, order) = match how.as_str() {
        "inner" => (JoinType::Inner, MaintainOrderJoin::LeftRight),
        "left" => (JoinType::Left, MaintainOrderJoin::LeftRight),
        "full" => (JoinType::Full, MaintainOrderJoin::LeftRight),
        "semi" => (JoinType::Semi, MaintainOrderJoin::Left),
        "anti" => (JoinType::Anti, MaintainOrderJoin::Left),
        "cross" => {
            // Unless told so, the engine takes it that nobody cares about the order of what comes in.
            let order = JoinArgs { maintain_order: MaintainOrderJoin::LeftRight, ..JoinArgs::new(JoinType::Cross) };
            return call.give(left.join(right, Vec::new(), Vec::new(), order));
        }
        _ => return Err(call.bad("how", "inner, left, full, semi, anti, cross or asof")),
    };
    let on: Vec<Expr> = keys.iter().map(|key| col(key.as_str())).collect();
    let full = kind == JoinType::Full;
    let right = if matches!(kind, JoinType::Semi | JoinType::Anti) { right.select(on.clone()) } else { right };
    let joined = left
        .join_builder()
        .with(right)
        .how(kind)
        .on(on)
        .coalesce(JoinCoalesce::CoalesceColumns)
        .maintain_order(order)
        .finish();
    if !full {
        return call.give(joined);
    }
    // The row of a full join begins with its keys.
    let others = left_columns.iter_names().chain(right_columns.iter_names()).map(|name| name.as_str());
    let others = others.filter(|name| !keys.iter().any(|key| key == name));
    let columns = keys.iter().map(String::as_str).chain(others).map(col);
    call.give(joined.select(columns.collect::<Vec<_>>()))
}

/// A column of both sides that is no key would have to have two values.
pub(crate) fn no_collision(left: &Schema, right: &Schema, keys: &[String]) -> Result<(), Fault> {
    let both = right.iter_names().find(|name| left.contains(name) && !keys.iter().any(|key| key == name.as_str()));
    match both {
        Some(name) => Err(Fault::new("GML0303", format!("both tables of a join have a column {name} that is no key"))
            .help(format!("rename or drop it on one side before the join: `|> drop([.{name}])`"))),
        None => Ok(()),
    }
}

/// Both sides with their keys in one type.
pub(crate) fn alike(
    mut left: LazyFrame,
    mut right: LazyFrame,
    keys: &[String],
    left_columns: &Schema,
    right_columns: &Schema,
) -> Result<(LazyFrame, LazyFrame), Fault> {
    for key in keys {
        let (Some(a), Some(b)) = (left_columns.get(key), right_columns.get(key)) else {
            let side = if left_columns.contains(key) { "right" } else { "left" };
            return Err(Fault::new("GML0301", format!("the {side} table of a join has no column {key}"))
                .help("name a column that both tables have, or rename one"));
        };
        if a == b {
            continue;
        }
        let Some(both) = common(a, b) else {
            return Err(Fault::new(
                "GML0304",
                format!("the key {key} of a join is {} on the left and {} on the right", type_of(a), type_of(b)),
            )
            .help("convert one of them before the join"));
        };
        left = left.with_columns([col(key.as_str()).cast(both.clone())]);
        right = right.with_columns([col(key.as_str()).cast(both)]);
    }
    Ok((left, right))
}

/// Both sides, checked for the cardinality that the program expects.
fn expected(
    call: &Call<'_>,
    left: LazyFrame,
    right: LazyFrame,
    keys: &[String],
) -> Result<(LazyFrame, LazyFrame), Fault> {
    let Some(expect) = call.text("expect") else {
        return Ok((left, right));
    };
    let (left_once, right_once) = match expect.as_str() {
        "one_to_one" => (true, true),
        "one_to_many" => (true, false),
        "many_to_one" => (false, true),
        _ => (false, false),
    };
    let left = if left_once { once(left, keys, "left", &expect) } else { left };
    let right = if right_once { once(right, keys, "right", &expect) } else { right };
    Ok((left, right))
}

/// One side, checked for keys that are there twice.
fn once(frame: LazyFrame, keys: &[String], side: &'static str, expect: &str) -> LazyFrame {
    let (keys, expect) = (keys.to_vec(), expect.to_owned());
    verify(frame, "expect", move |frame| unique_keys(frame, &keys, side, &expect))
}

/// The right side of a join by these keys, checked for what the program expects of it whatever the rows of the left one are.
pub(super) fn expected_once(call: &Call<'_>, right: LazyFrame, keys: &[String]) -> LazyFrame {
    match call.text("expect") {
        Some(expect) if expect == "many_to_one" => once(right, keys, "right", &expect),
        _ => right,
    }
}

/// No combination of keys is there twice. Rows with a null key match nothing and do not count.
fn unique_keys(frame: &DataFrame, keys: &[String], side: &str, expect: &str) -> Result<(), Fault> {
    const SHOWN: usize = 5;
    let columns = series(frame, keys)?;
    let (ids, count) = group_ids(&columns)?;
    let mut rows_of = vec![0_usize; count];
    let known = |row: usize| columns.iter().all(|column: &Series| !column.get(row).is_ok_and(|value| value.is_null()));
    let has_nulls = columns.iter().any(|column| column.null_count() > 0);
    for (row, id) in ids.iter().enumerate() {
        if !has_nulls || known(row) {
            rows_of[*id as usize] += 1;
        }
    }
    let repeated = rows_of.iter().filter(|rows| **rows > 1).count();
    if repeated == 0 {
        return Ok(());
    }
    let keys_are = if repeated == 1 { "1 key is".to_owned() } else { format!("{repeated} keys are") };
    let mut fault_found = Fault::new(
        "GML0909",
        format!("the join expects {expect}, and {keys_are} in more than one row of the {side} table"),
    )
    .help(format!("make the keys unique before the join (`|> take(1, per: [.{}])`, `|> group(..)`), or state what is so with expect", keys.join(", .")));
    let mut shown = 0;
    for (row, id) in ids.iter().enumerate() {
        let rows = &mut rows_of[*id as usize];
        if *rows > 1 && shown < SHOWN {
            let parts = keys.iter().zip(&columns).map(|(key, column)| {
                let any = column.get(row).map_err(fault)?;
                Ok(format!("{key}: {}", value(&any, &type_of(column.dtype()))?))
            });
            let parts = parts.collect::<Result<Vec<_>, Fault>>()?;
            fault_found = fault_found.detail(format!("{{ {} }} in {rows} rows", parts.join(", ")));
            *rows = 0;
            shown += 1;
        }
    }
    if repeated > SHOWN {
        fault_found = fault_found.detail(format!("and {} more", repeated - SHOWN));
    }
    Err(fault_found)
}
