//! Trials that are not worth their time: median pruning.

/// So many trials run to their end before any is given up.
const UNTOUCHED: usize = 5;

/// The rounds of trials that ran to their end; smaller values are better.
#[derive(Default)]
pub(super) struct Medians {
    curves: Vec<Vec<f64>>,
}

impl Medians {
    /// The curves of trials that ran to their end.
    pub(super) fn new(curves: Vec<Vec<f64>>) -> Self {
        Self { curves }
    }

    /// Whether a trial is hopeless: the best of its rounds so far is worse than the median of what other trials had in
    /// the same round (the median stopping rule of Golovin et al. 2017, "Google Vizier", section 3.2.2).
    pub(super) fn hopeless(&self, round: usize, best: f64) -> bool {
        if self.curves.len() < UNTOUCHED {
            return false;
        }
        let mut values: Vec<f64> = self.curves.iter().filter_map(|curve| curve.get(round).copied()).collect();
        if values.is_empty() {
            return false;
        }
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let median =
            if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) };
        best > median
    }
}
