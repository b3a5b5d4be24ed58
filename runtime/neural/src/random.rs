//! Random numbers that follow from the seed and from what they are for, so that a training that goes on after a stop has those it
//! would have had.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// What random numbers are for.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// First weights.
    Weights = 1,
    /// The order of the examples in an epoch.
    Order = 2,
    /// What is left out in a step.
    Dropout = 3,
}

/// The numbers for a purpose; `at` tells one epoch or step from the next.
pub(crate) fn numbers(seed: u64, purpose: Purpose, at: u64) -> Pcg64 {
    let mut state = seed;
    for part in [purpose as u64, at] {
        // SplitMix64's step, which spreads neighbouring numbers over all bits.
        state = (state ^ part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^= state >> 31;
    }
    Pcg64::seed_from_u64(state)
}

/// A number from -`bound` to `bound`.
pub(crate) fn uniform(rng: &mut Pcg64, bound: f32) -> f32 {
    (rng.random::<f32>() * 2.0 - 1.0) * bound
}

/// A number of the normal distribution with mean 0 and deviation 1 (Box and Muller's).
pub(crate) fn normal(rng: &mut Pcg64) -> f32 {
    let (radius, angle) = (1.0 - rng.random::<f64>(), rng.random::<f64>());
    ((-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()) as f32
}

/// The places 0 to `count` in a random order.
pub(crate) fn order(rng: &mut Pcg64, count: usize) -> Vec<u32> {
    let mut places: Vec<u32> = (0..count).map(|place| place as u32).collect();
    for last in (1..count).rev() {
        places.swap(last, rng.random_range(0..=last));
    }
    places
}
