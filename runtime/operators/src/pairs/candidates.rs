//! `candidates`: what several strategies found, each pair once.

use std::sync::Arc;

use gml_connect::Fault;
use polars::prelude::{Column, DataFrame, IdxSize, Int64Chunked, IntoLazy, IntoSeries, LazyFrame};
use rayon::prelude::*;

use super::numbering::{Grouped, Numberer, keyed, meeting};
use crate::data::{Call, Data, Input};
use crate::frame::fault;
use crate::learn::in_pool;
use crate::table::CallExt;

/// What comes behind the name of a strategy in the column of its ranks.
pub(super) const RANK: &str = "_rank";

/// How many users are worked on at a time.
const SHARE: usize = 4096;

/// `candidates`: users in order of first appearance, the pairs of each in the order of the strategies. Each strategy is run and
/// numbered before the next, so that its table need not be kept.
pub(super) fn candidates(call: Call<'_>) -> Result<Data, Fault> {
    let (user, item) = (call.keys("user")?, call.keys("item")?);
    let (names, frames) = strategies(&call)?;
    if frames.is_empty() {
        return Err(call.bad("strategies", "at least one table with a name"));
    }
    let what = format!("`{}`", call.operator);
    let (user_types, item_types) = (meeting(&user, &frames, &what)?, meeting(&item, &frames, &what)?);
    let (names_of_pair, types_of_pair) =
        ([user.clone(), item.clone()].concat(), [user_types.clone(), item_types].concat());
    let (mut users, mut items) = (Numberer::default(), Numberer::default());
    for frame in &frames {
        let pairs = keyed(frame, &names_of_pair, &types_of_pair)?;
        let (left, right) = pairs.columns().split_at(user.len());
        users.add(&DataFrame::new(pairs.height(), left.to_vec()).map_err(fault)?)?;
        items.add(&DataFrame::new(pairs.height(), right.to_vec()).map_err(fault)?)?;
    }
    let (users, items) = (users.finish()?, items.finish()?);
    let by_user = users.codes.iter().zip(&items.codes).map(|(of, items)| Grouped::of(of, users.count()).map(items));
    let by_user: Vec<Grouped> = by_user.collect();
    let shares: Vec<usize> = (0..users.count()).step_by(SHARE).collect();
    let found: Vec<Found> = in_pool(call.context.threads, || {
        let of_share = |first: &usize| {
            let last = (first + SHARE).min(users.count());
            Found::of(&by_user, *first..last, items.count())
        };
        shares.par_iter().map(of_share).collect()
    });
    drop(by_user);

    let joined = |part: fn(&Found) -> &Vec<IdxSize>| found.iter().flat_map(part).copied().collect::<Vec<IdxSize>>();
    let mut made = users.taken(joined(|found| &found.users))?;
    made = made.hstack(items.taken(joined(|found| &found.items))?.columns()).map_err(fault)?;
    for (place, name) in names.iter().enumerate() {
        let ranks = found.iter().flat_map(|found| found.ranks[place].iter());
        let ranks: Int64Chunked = ranks.map(|rank| (*rank > 0).then(|| i64::from(*rank))).collect();
        made.with_column(Column::from(ranks.into_series().with_name(format!("{name}{RANK}").into()))).map_err(fault)?;
    }
    call.give(made.lazy())
}

/// The strategies and their tables.
fn strategies(call: &Call<'_>) -> Result<(Vec<Arc<str>>, Vec<LazyFrame>), Fault> {
    let Some(Input::Data(Data::Record(parts))) = call.input("strategies") else {
        return Err(call.bad("strategies", "tables with names"));
    };
    let tables = parts.iter().map(|(name, part)| match part {
        Data::Table(table) => Ok((name.clone(), table.frame.clone())),
        _ => Err(call.bad("strategies", "tables with names")),
    });
    tables.collect()
}

/// The candidates of some users.
struct Found {
    users: Vec<IdxSize>,
    items: Vec<IdxSize>,
    /// For each strategy the place of each pair, from 1; 0 where it did not have it.
    ranks: Vec<Vec<u32>>,
}

impl Found {
    /// Of these users; `strategies` hold the items that each user was given.
    fn of(strategies: &[Grouped], users: std::ops::Range<usize>, items: usize) -> Self {
        let mut found = Self { users: Vec::new(), items: Vec::new(), ranks: vec![Vec::new(); strategies.len()] };
        // For each item the row in which it was last seen, plus 1: of the user at hand only if that is one of its rows.
        let mut seen = vec![0_usize; items];
        for user in users {
            let start = found.items.len();
            for (strategy, given) in strategies.iter().enumerate() {
                let mut rank = 0;
                for item in given.rows(user) {
                    let last = &mut seen[*item as usize];
                    if *last <= start {
                        found.users.push(user as IdxSize);
                        found.items.push(*item);
                        found.ranks.iter_mut().for_each(|ranks| ranks.push(0));
                        *last = found.items.len();
                    }
                    let place = &mut found.ranks[strategy][*last - 1];
                    if *place == 0 {
                        rank += 1;
                        *place = rank;
                    }
                }
            }
        }
        found
    }
}
