//! Functions of pairs of `std.features`: how alike two lists or two vectors are.

use gml_connect::Fault;
use polars::prelude as pl;
use polars::prelude::{Column, Float64Chunked, IntoSeries};

use super::call::{Args, Function};
use super::kernel;
use super::list_parts::Lists;
use super::order::group_ids;
use super::vectors::{self, Vectors};
use crate::frame::fault;

pub(super) const FUNCTIONS: &[(&str, Function)] = &[("jaccard", jaccard), ("cosine", cosine)];

/// Values in both lists by values in either, each once; null where one of the lists is.
fn jaccard(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    Ok(kernel::map(vec![args.get("first")?, args.get("second")?], |columns| {
        let (first, second) = (Lists::of(&columns[0])?, Lists::of(&columns[1])?);
        // The items of both are numbered together, and each number remembers the last list that it was in.
        let mut items = first.items.clone();
        let other = if second.items.dtype() == items.dtype() {
            second.items.clone()
        } else {
            second.items.cast(items.dtype()).map_err(fault)?
        };
        items.append(&other).map_err(fault)?;
        let (ids, count) = group_ids(std::slice::from_ref(&items))?;
        let (of_first, of_second) = ids.split_at(first.items.len());
        let (mut in_first, mut in_second) = (vec![0_usize; count], vec![0_usize; count]);
        let shares = (0..first.len()).map(|row| {
            if !(first.known[row] && second.known[row]) {
                return None;
            }
            let (mut either, mut both) = (0_usize, 0_usize);
            for id in &of_first[first.range(row)] {
                let seen = &mut in_first[*id as usize];
                if *seen <= row {
                    *seen = row + 1;
                    either += 1;
                }
            }
            for id in &of_second[second.range(row)] {
                let seen = &mut in_second[*id as usize];
                if *seen <= row {
                    *seen = row + 1;
                    if in_first[*id as usize] == row + 1 { both += 1 } else { either += 1 }
                }
            }
            Some(if either == 0 { 0.0 } else { both as f64 / either as f64 })
        });
        Ok(Column::from(shares.collect::<Float64Chunked>().into_series()))
    }))
}

/// Null where one of the vectors is.
fn cosine(args: &Args<'_>) -> Result<pl::Expr, Fault> {
    Ok(kernel::map(vec![args.get("first")?, args.get("second")?], |columns| {
        let (first, second) = (Vectors::of(&columns[0])?, Vectors::of(&columns[1])?);
        let (left, right) = (first.numbers(), second.numbers());
        let angles = (0..first.len()).map(|row| {
            let (ours, theirs) = (first.range(row)?, second.range(row)?);
            Some(vectors::cosine(&left[ours], &right[theirs]))
        });
        Ok(Column::from(angles.collect::<Float64Chunked>().into_series()))
    }))
}
