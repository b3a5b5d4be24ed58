//! Aggregates whose state of two stretches of rows is made from the states of each.

use polars::prelude::IdxSize;

use crate::expr::Keys;

/// An aggregate of joined states. `join` must not depend on how the rows are cut into stretches, but for rounding.
pub(crate) trait Fold {
    /// What is known of some rows, at least one.
    type State: Copy;

    /// The state of one row; `None` where it does not count.
    fn lift(&self, row: usize) -> Option<Self::State>;

    /// The state of rows followed by other rows.
    fn join(&self, earlier: Self::State, later: Self::State) -> Self::State;
}

/// How many rows, or how many of those whose value is known.
pub(crate) struct Count<'a> {
    pub known: Option<&'a [bool]>,
}

impl Fold for Count<'_> {
    type State = i64;

    fn lift(&self, row: usize) -> Option<i64> {
        self.known.is_none_or(|known| known[row]).then_some(1)
    }

    fn join(&self, earlier: i64, later: i64) -> i64 {
        earlier + later
    }
}

/// The sum and the number of floats.
pub(crate) struct Sum<'a> {
    pub values: &'a [Option<f64>],
}

impl Fold for Sum<'_> {
    type State = (f64, u64);

    fn lift(&self, row: usize) -> Option<(f64, u64)> {
        self.values[row].map(|value| (value, 1))
    }

    fn join(&self, earlier: (f64, u64), later: (f64, u64)) -> (f64, u64) {
        (earlier.0 + later.0, earlier.1 + later.1)
    }
}

/// The sum of whole numbers: in 128 bits no table is long enough to overflow.
pub(crate) struct WholeSum<'a> {
    pub values: &'a [Option<i128>],
}

impl Fold for WholeSum<'_> {
    type State = i128;

    fn lift(&self, row: usize) -> Option<i128> {
        self.values[row]
    }

    fn join(&self, earlier: i128, later: i128) -> i128 {
        earlier.saturating_add(later)
    }
}

/// Number, mean and sum of squared distances from the mean (Chan, Golub and LeVeque 1979, "Updating formulae and a
/// pairwise algorithm for computing sample variances").
pub(crate) struct Variance<'a> {
    pub values: &'a [Option<f64>],
}

impl Variance<'_> {
    /// The sample variance; `None` of a single row.
    pub(crate) fn sample((count, _, squares): (f64, f64, f64)) -> Option<f64> {
        (count > 1.0).then(|| squares / (count - 1.0))
    }
}

impl Fold for Variance<'_> {
    type State = (f64, f64, f64);

    fn lift(&self, row: usize) -> Option<Self::State> {
        self.values[row].map(|value| (1.0, value, 0.0))
    }

    fn join(&self, earlier: Self::State, later: Self::State) -> Self::State {
        let count = earlier.0 + later.0;
        let distance = later.1 - earlier.1;
        let mean = earlier.1 + distance * later.0 / count;
        (count, mean, earlier.2 + later.2 + distance * distance * earlier.0 * later.0 / count)
    }
}

/// The row with the smallest or the largest value; of equal ones the first.
pub(crate) struct Extreme<'a> {
    pub keys: &'a Keys,
    pub smallest: bool,
}

impl Fold for Extreme<'_> {
    type State = IdxSize;

    fn lift(&self, row: usize) -> Option<IdxSize> {
        self.keys.is_known(row).then_some(row as IdxSize)
    }

    fn join(&self, earlier: IdxSize, later: IdxSize) -> IdxSize {
        let (a, b) = (self.keys.key(earlier as usize), self.keys.key(later as usize));
        let better = if self.smallest { b < a } else { b > a };
        if better { later } else { earlier }
    }
}

/// The first or the last row, by keys where there are some. Rows whose key is null count only where all are so.
pub(crate) struct Ordinal<'a> {
    pub keys: Option<&'a Keys>,
    pub first: bool,
}

impl Fold for Ordinal<'_> {
    type State = IdxSize;

    fn lift(&self, row: usize) -> Option<IdxSize> {
        Some(row as IdxSize)
    }

    fn join(&self, earlier: IdxSize, later: IdxSize) -> IdxSize {
        let Some(keys) = self.keys else {
            return if self.first { earlier } else { later };
        };
        let (a, b) = (earlier as usize, later as usize);
        let takes_later = match (keys.is_known(a), keys.is_known(b)) {
            (true, false) => false,
            (false, true) => true,
            (false, false) => !self.first,
            (true, true) if self.first => keys.key(b) < keys.key(a),
            (true, true) => keys.key(b) >= keys.key(a),
        };
        if takes_later { later } else { earlier }
    }
}

/// Whether a condition holds in any or in every row.
pub(crate) struct Truth<'a> {
    pub values: &'a [Option<bool>],
    pub any: bool,
}

impl Fold for Truth<'_> {
    type State = bool;

    fn lift(&self, row: usize) -> Option<bool> {
        self.values[row]
    }

    fn join(&self, earlier: bool, later: bool) -> bool {
        if self.any { earlier || later } else { earlier && later }
    }
}
