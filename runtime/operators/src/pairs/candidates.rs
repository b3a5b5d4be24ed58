//! `candidates`: what several strategies found, each pair once.

use std::sync::Arc;

use gml_connect::{Fault, append};
use polars::prelude::{Column, DataFrame, IdxCa, IdxSize, Int64Chunked, IntoLazy, IntoSeries, LazyFrame};
use rayon::prelude::*;

use super::numbering::{Numberer, keyed, meeting};
use crate::data::{Call, Data, InParts, Input, Table};
use crate::expr::Grouped;
use crate::frame::fault;
use crate::learn::in_pool;
use crate::table::CallExt;

/// What comes behind the name of a strategy in the column of its ranks.
pub(super) const RANK: &str = "_rank";

/// How many users are worked on at a time.
const SHARE: usize = 4096;

/// How many shares a thread is given before what came of them is given away.
const AT_ONCE: usize = 2;

/// `candidates`, all of them at once.
pub(super) fn candidates(call: Call<'_>) -> Result<Data, Fault> {
    let ty = call.table_type()?.clone();
    Ok(Data::Table(Table { frame: numbered(call)?.together()?.lazy(), ty }))
}

/// `candidates`, those of some users at a time.
pub(super) fn in_parts(call: Call<'_>) -> Result<InParts, Fault> {
    let pairs = numbered(call)?;
    Ok(InParts::new(move |sink| pairs.each(sink)))
}

/// What the strategies found, in numbers. Each is numbered before the next, and then dropped.
fn numbered(mut call: Call<'_>) -> Result<Pairs, Fault> {
    let (user, item) = (call.keys("user")?, call.keys("item")?);
    let (names, frames) = strategies(&mut call)?;
    if frames.is_empty() {
        return Err(call.bad("strategies", "at least one table with a name"));
    }
    let what = format!("`{}`", call.operator);
    let (user_types, item_types) = (meeting(&user, &frames, &what)?, meeting(&item, &frames, &what)?);
    let (names_of_pair, types_of_pair) =
        ([user.clone(), item.clone()].concat(), [user_types.clone(), item_types].concat());
    let (mut users, mut items) = (Numberer::default(), Numberer::default());
    for frame in frames {
        let pairs = keyed(&frame, &names_of_pair, &types_of_pair)?;
        drop(frame);
        let (left, right) = pairs.columns().split_at(user.len());
        users.add(&DataFrame::new(pairs.height(), left.to_vec()).map_err(fault)?)?;
        items.add(&DataFrame::new(pairs.height(), right.to_vec()).map_err(fault)?)?;
    }
    let (users, items) = (users.finish()?, items.finish()?);
    let count = users.count();
    let by_user = users.codes.into_iter().zip(items.codes).map(|(of, items)| Grouped::of(&of, count).map(&items));
    let by_user = by_user.collect();
    Ok(Pairs { names, users: users.keys, items: items.keys, by_user, threads: call.context.threads })
}

/// The strategies and their tables, which are taken out of the call.
fn strategies(call: &mut Call<'_>) -> Result<(Vec<Arc<str>>, Vec<LazyFrame>), Fault> {
    let place = call.args.iter().position(|(name, _)| &**name == "strategies");
    let Some((_, Input::Data(Data::Record(parts)))) = place.map(|place| call.args.swap_remove(place)) else {
        return Err(call.bad("strategies", "tables with names"));
    };
    let tables = parts.into_iter().map(|(name, part)| match part {
        Data::Table(table) => Ok((name, table.frame)),
        _ => Err(call.bad("strategies", "tables with names")),
    });
    tables.collect()
}

/// What the strategies found, in numbers.
struct Pairs {
    names: Vec<Arc<str>>,
    /// Users and items by number.
    users: DataFrame,
    items: DataFrame,
    /// For each strategy the items of each user.
    by_user: Vec<Grouped>,
    threads: usize,
}

impl Pairs {
    /// Gives all candidates away, those of some users at a time: users in order of first appearance, the pairs of each in the order of
    /// the strategies.
    fn each(&self, sink: &mut dyn FnMut(DataFrame) -> Result<(), Fault>) -> Result<(), Fault> {
        let count = self.users.height();
        let shares: Vec<usize> = (0..count).step_by(SHARE).collect();
        if shares.is_empty() {
            return sink(self.table(&[])?);
        }
        for some in shares.chunks(AT_ONCE * self.threads.max(1)) {
            let found: Vec<Found> = in_pool(self.threads, || {
                let of_share =
                    |first: &usize| Found::of(&self.by_user, *first..(first + SHARE).min(count), self.items.height());
                some.par_iter().map(of_share).collect()
            });
            for of_share in found {
                sink(self.table(&[of_share])?)?;
            }
        }
        Ok(())
    }

    fn together(&self) -> Result<DataFrame, Fault> {
        let mut all: Option<DataFrame> = None;
        self.each(&mut |rows| append(&mut all, rows))?;
        let mut all = all.unwrap_or_default();
        all.rechunk_mut();
        Ok(all)
    }

    fn table(&self, found: &[Found]) -> Result<DataFrame, Fault> {
        let joined = |part: fn(&Found) -> &Vec<IdxSize>| {
            IdxCa::from_vec("".into(), found.iter().flat_map(part).copied().collect())
        };
        let mut made = self.users.take(&joined(|found| &found.users)).map_err(fault)?;
        let items = self.items.take(&joined(|found| &found.items)).map_err(fault)?;
        made = made.hstack(items.columns()).map_err(fault)?;
        for (place, name) in self.names.iter().enumerate() {
            let ranks = found.iter().flat_map(|found| found.ranks[place].iter());
            let ranks: Int64Chunked = ranks.map(|rank| (*rank > 0).then(|| i64::from(*rank))).collect();
            made.with_column(Column::from(ranks.into_series().with_name(format!("{name}{RANK}").into())))
                .map_err(fault)?;
        }
        Ok(made)
    }
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
