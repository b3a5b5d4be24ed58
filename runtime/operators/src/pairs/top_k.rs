//! `top_k`: lists of the best.

use gml_connect::Fault;
use polars::prelude::{Column, DataFrame, IdxCa, IdxSize, IntoLazy, LazyFrame};
use rayon::prelude::*;

use super::numbering::{Numbering, keyed, meeting};
use crate::data::{Call, Data, Input};
use crate::expr::{Grouped, Keys, assemble, translate};
use crate::frame::{TEMPORARY, collect, columns, fault};
use crate::learn::in_pool;
use crate::table::CallExt;

/// The rows of the table of `top_k` that may be in a list, in their order: of each user those with which the first `k` items stand
/// for the first time, and the first one, which says where the list of the user stands.
pub(crate) fn listed(call: Call<'_>) -> Result<Data, Fault> {
    let k = call.whole("k")?;
    let frame = collect(call.table("input")?.frame.clone())?;
    let rows = frame.clone().lazy();
    let scores = collect(rows.clone().select([translate(&call.expr("by")?)?]))?;
    let scores = Keys::of(scores.columns()[0].as_materialized_series())?;
    let number = |names: &[String]| Numbering::of(&[collect(rows.clone().select(columns(names)))?]);
    let (users, items) = (number(&call.keys("user")?)?, number(&call.keys("item")?)?);
    let by_user = Grouped::of(&users.codes[0], users.count());
    // For each item the last user that it was listed for, counted from 1.
    let mut listed = vec![0; items.count()];
    let mut chosen: Vec<IdxSize> = Vec::new();
    for user in 0..users.count() {
        let mut own = by_user.rows(user).to_vec();
        chosen.extend(own.first());
        own.sort_by_key(|row| scores.sort_key(*row as usize, true));
        let is_new = |row: &IdxSize| {
            let item = items.codes[0][*row as usize] as usize;
            std::mem::replace(&mut listed[item], user + 1) != user + 1
        };
        chosen.extend(own.into_iter().filter(is_new).take(k));
    }
    chosen.sort_unstable();
    chosen.dedup();
    call.give(frame.take(&IdxCa::from_vec("".into(), chosen)).map_err(fault)?.lazy())
}

/// `top_k`: users of `users` in their order, then the others as they first appear. Nulls of `by` come last; equal ones keep the
/// order of the rows.
pub(crate) fn top_k(call: Call<'_>) -> Result<Data, Fault> {
    let (k, user, item) = (call.whole("k")?, call.keys("user")?, call.keys("item")?);
    let by = format!("{TEMPORARY}by");
    let scored = call.table("input")?.frame.clone();
    let users = optional(&call, "users");
    let fill = optional(&call, "fill");
    let user_types = meeting(&user, &with(&users, &scored), "`top_k`")?;
    let item_types = meeting(&item, &with(&fill, &scored), "`top_k`")?;

    // The rows are run once, with all that is needed of them.
    let mut needed = columns(&user);
    needed.extend(columns(&item));
    needed.push(translate(&call.expr("by")?)?.alias(by.as_str()));
    let scored = collect(scored.select(needed))?;
    let scores = Keys::of(scored.column(&by).map_err(fault)?.as_materialized_series())?;
    let scored = scored.lazy();
    let mut of_users: Vec<DataFrame> =
        users.iter().map(|users| keyed(users, &user, &user_types)).collect::<Result<_, Fault>>()?;
    of_users.push(keyed(&scored, &user, &user_types)?);
    let users = Numbering::of(&of_users)?;
    let mut of_items = vec![keyed(&scored, &item, &item_types)?];
    if let Some(fill) = &fill {
        of_items.push(keyed(fill, &item, &item_types)?);
    }
    let items = Numbering::of(&of_items)?;
    let fill: &[IdxSize] = items.codes.get(1).map_or(&[], Vec::as_slice);

    let rows = users.codes.last().map_or_else(Vec::new, Clone::clone);
    let by_user = Grouped::of(&rows, users.count());
    let shares: Vec<usize> = (0..users.count()).step_by(SHARE).collect();
    let lists: Vec<Lists> = in_pool(call.context.threads, || {
        let of_share = |first: &usize| {
            let mut lists = Lists::new(k, items.count());
            for user in *first..(first + SHARE).min(users.count()) {
                let mut own = by_user.rows(user).to_vec();
                own.sort_by_key(|row| scores.sort_key(*row as usize, true));
                lists.add(own.iter().map(|row| items.codes[0][*row as usize]).chain(fill.iter().copied()));
            }
            lists
        };
        shares.par_iter().map(of_share).collect()
    });
    let mut bounds = vec![0];
    for lengths in lists.iter().flat_map(|lists| &lists.lengths) {
        bounds.push(bounds.last().copied().unwrap_or_default() + lengths);
    }
    let listed: Vec<IdxSize> = lists.into_iter().flat_map(|lists| lists.items).collect();
    let known = vec![true; users.count()];
    let mut made = users.keys.clone();
    for column in items.taken(listed)?.columns() {
        let lists: Column = assemble(column.as_materialized_series().clone(), &bounds, &known)?;
        made.with_column(lists.with_name(column.name().clone())).map_err(fault)?;
    }
    call.give(made.lazy())
}

/// How many users are worked on at a time.
const SHARE: usize = 4096;

/// The lists of some users, one behind the other.
struct Lists {
    most: usize,
    items: Vec<IdxSize>,
    lengths: Vec<usize>,
    /// For each item the number of the list, from 1, that it was last put into.
    seen: Vec<usize>,
}

impl Lists {
    fn new(most: usize, items: usize) -> Self {
        Self { most, items: Vec::new(), lengths: Vec::new(), seen: vec![0; items] }
    }

    /// The list of one more user: the first of these items, each once.
    fn add(&mut self, items: impl Iterator<Item = IdxSize>) {
        let (number, start) = (self.lengths.len() + 1, self.items.len());
        for item in items {
            if self.items.len() - start == self.most {
                break;
            }
            let seen = &mut self.seen[item as usize];
            if *seen < number {
                *seen = number;
                self.items.push(item);
            }
        }
        self.lengths.push(self.items.len() - start);
    }
}

/// A table that may be left out.
fn optional(call: &Call<'_>, name: &str) -> Option<LazyFrame> {
    match call.input(name) {
        Some(Input::Data(Data::Table(table))) => Some(table.frame.clone()),
        _ => None,
    }
}

fn with(other: &Option<LazyFrame>, own: &LazyFrame) -> Vec<LazyFrame> {
    [own].into_iter().chain(other).cloned().collect()
}
