//! `sample`, and the generator of everything random here.

use gml_connect::Fault;
use polars::prelude::{IdxCa, IdxSize};

use super::args::CallExt;
use crate::data::{Call, Data};
use crate::frame::{apply, fault};

/// A random number for a row of a seed: the mixing function of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable
/// pseudorandom number generators"), applied to the seed and then to the row. It depends on nothing else, so no number
/// of threads changes what is drawn.
pub(crate) fn hash(seed: u64, row: u64) -> u64 {
    mix(mix(seed.wrapping_add(GOLDEN)).wrapping_add(row.wrapping_add(1).wrapping_mul(GOLDEN)))
}

/// 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// `sample`: the rows with the smallest random numbers, in their old order.
pub(super) fn sample(call: Call<'_>) -> Result<Data, Fault> {
    let seed = call.seed()?;
    let share = match call.value("fraction").map(|value| value.as_float()) {
        Some(Some(share)) if (0.0..=1.0).contains(&share) => Some(share),
        Some(_) => return Err(call.bad("fraction", "a share between 0 and 1")),
        None => None,
    };
    let n = if share.is_none() { call.whole("n")? } else { 0 };
    call.give(apply(call.table("input")?.frame.clone(), "sample", move |frame| {
        let height = frame.height();
        let n = share.map_or(n, |share| (share * height as f64).round() as usize).min(height);
        let mut rows: Vec<(u64, IdxSize)> = (0..height).map(|row| (hash(seed, row as u64), row as IdxSize)).collect();
        rows.sort_unstable();
        let mut rows: Vec<IdxSize> = rows[..n].iter().map(|(_, row)| *row).collect();
        rows.sort_unstable();
        frame.take(&IdxCa::from_vec("".into(), rows)).map_err(fault)
    })?)
}
