//! Parts at random.

use gml_connect::Fault;
use polars::prelude::{IdxSize, Series};

use super::parts::{NAMES, parts};
use crate::data::{Call, Data};
use crate::expr::{group_ids, translate};
use crate::frame::{collect, evaluate};
use crate::sequences;
use crate::table::{CallExt, hash};

/// `split_random`: exactly the shares of all rows, rounded to whole rows.
pub(super) fn split_random(call: Call<'_>) -> Result<Data, Fault> {
    let shares = Shares::of(&call)?;
    let table = call.table("input")?;
    let frame = collect(table.frame.clone())?;
    let part_of = shares.assign(&(0..frame.height()).collect::<Vec<_>>(), frame.height(), call.seed()?);
    parts(&call, &table.ty.row, &frame, shares.asked(), &part_of)
}

/// `split_stratified`: exactly the shares of the rows of each value of `by`, rounded to whole rows.
pub(super) fn split_stratified(call: Call<'_>) -> Result<Data, Fault> {
    let shares = Shares::of(&call)?;
    let table = call.table("input")?;
    let frame = collect(table.frame.clone())?;
    let (groups, count) = groups(&call, &frame)?;
    let seed = call.seed()?;
    let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (row, group) in groups.iter().enumerate() {
        rows_of[*group as usize].push(row);
    }
    let mut part_of = vec![None; frame.height()];
    for rows in &rows_of {
        let assigned = shares.assign(rows, frame.height(), seed);
        for row in rows {
            part_of[*row] = assigned[*row];
        }
    }
    parts(&call, &table.ty.row, &frame, shares.asked(), &part_of)
}

/// `split_group`: the shares of the groups; how many rows that is depends on their sizes.
pub(super) fn split_group(call: Call<'_>) -> Result<Data, Fault> {
    let shares = Shares::of(&call)?;
    if let Some(input) = sequences::input(&call) {
        let places: Vec<usize> = (0..input.len()).collect();
        let part_of = shares.assign(&places, input.len(), call.seed()?);
        return sequences::parts(&call, input, shares.asked(), &part_of);
    }
    let table = call.table("input")?;
    let frame = collect(table.frame.clone())?;
    let (groups, count) = groups(&call, &frame)?;
    let of_group = shares.assign(&(0..count).collect::<Vec<_>>(), count, call.seed()?);
    let part_of: Vec<_> = groups.iter().map(|group| of_group[*group as usize]).collect();
    parts(&call, &table.ty.row, &frame, shares.asked(), &part_of)
}

/// The number of the value of `by` in each row, and how many there are.
fn groups(call: &Call<'_>, frame: &polars::prelude::DataFrame) -> Result<(Vec<IdxSize>, usize), Fault> {
    let by = call.columns("by");
    if by.is_empty() {
        return Err(call.bad("by", "at least one column"));
    }
    let columns = by.iter().map(|column| Ok((column.name.to_string(), translate(&column.expr)?)));
    let keys = evaluate(frame, columns.collect::<Result<_, Fault>>()?)?;
    let keys: Vec<Series> = keys.columns().iter().map(|column| column.as_materialized_series().clone()).collect();
    group_ids(&keys)
}

/// The share of each part; `None` where it was not asked for.
struct Shares([Option<f64>; 3]);

impl Shares {
    fn of(call: &Call<'_>) -> Result<Self, Fault> {
        let mut shares = [None; 3];
        for (share, name) in shares.iter_mut().zip(NAMES) {
            *share = match call.value(name) {
                None if name == "train" => return Err(call.bad(name, "a share")),
                None => None,
                Some(value) => match value.as_float() {
                    Some(number) if number > 0.0 && number <= 1.0 => Some(number),
                    _ => return Err(call.bad(name, "a share above 0 and not above 1").help("write 80% or 0.8")),
                },
            };
        }
        let sum: f64 = shares.iter().flatten().sum();
        // Shares as people write them (60%, 20%, 20%) may add up to a little more than one in floats.
        if sum > 1.0 + 1e-9 {
            return Err(Fault::new(
                "GML0229",
                format!("the shares of {} add up to {sum}, which is more than 1", call.operator),
            )
            .help("make one of them smaller; what is left out of 1 is in no part"));
        }
        Ok(Self(shares))
    }

    fn asked(&self) -> [bool; 3] {
        self.0.map(|share| share.is_some())
    }

    /// The part of each of `members` (of `height` rows or groups): they are put in a random order, and the parts are
    /// cut from it one after the other.
    fn assign(&self, members: &[usize], height: usize, seed: u64) -> Vec<Option<u8>> {
        let mut shuffled: Vec<(u64, usize)> =
            members.iter().map(|member| (hash(seed, *member as u64), *member)).collect();
        shuffled.sort_unstable();
        let mut part_of = vec![None; height];
        let (mut start, mut until) = (0, 0.0);
        for (place, share) in (0_u8..).zip(self.0) {
            let Some(share) = share else { continue };
            until += share;
            let end = ((until * members.len() as f64).round() as usize).min(members.len());
            for (_, member) in &shuffled[start..end] {
                part_of[*member] = Some(place);
            }
            start = end;
        }
        part_of
    }
}
