//! Random numbers of a search.

use crate::table::hash;

/// A stream of random numbers that depends on its seed alone: a trial and a dimension each have their own, so that what
/// one draws does not change what others draw.
pub(super) struct Stream {
    seed: u64,
    drawn: u64,
}

/// Floats of 53 random bits lie on this grid.
const GRID: f64 = (1_u64 << 53) as f64;

impl Stream {
    /// The stream of a trial's dimension.
    pub(super) fn new(seed: u64, trial: usize, dimension: usize) -> Self {
        Self { seed: hash(hash(seed, trial as u64), dimension as u64), drawn: 0 }
    }

    /// A number above 0 and below 1.
    pub(super) fn uniform(&mut self) -> f64 {
        let bits = hash(self.seed, self.drawn) >> 11;
        self.drawn += 1;
        (bits as f64 + 0.5) / GRID
    }
}
