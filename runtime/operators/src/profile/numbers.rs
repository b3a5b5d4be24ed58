//! Statistics of numbers.

use crate::columns::quantile;

/// What numbers are like.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Summary {
    /// How many there are; infinite ones and NaN are left out of all that follows.
    pub(super) count: usize,
    pub(super) mean: f64,
    /// The standard deviation of a sample (divided by n - 1).
    pub(super) deviation: f64,
    /// The adjusted coefficients of Fisher and Pearson (Joanes and Gill 1998, `G1` and `G2`).
    pub(super) skewness: f64,
    pub(super) kurtosis: f64,
    /// At 0, 5, 25, 50, 75, 95 and 100%.
    pub(super) quantiles: [f64; 7],
    pub(super) zeros: usize,
    pub(super) negative: usize,
}

/// The shares of [`Summary::quantiles`].
pub(super) const SHARES: [f64; 7] = [0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0];

/// Summary of sorted, finite numbers; `None` of none.
pub(super) fn summary(sorted: &[f64]) -> Option<Summary> {
    if sorted.is_empty() {
        return None;
    }
    let n = sorted.len() as f64;
    let mean = sorted.iter().sum::<f64>() / n;
    let moment = |power: i32| sorted.iter().map(|number| (number - mean).powi(power)).sum::<f64>() / n;
    let (second, third, fourth) = (moment(2), moment(3), moment(4));
    let deviation = (second * n / (n - 1.0)).sqrt();
    // Rounding may leave something of the moments of equal numbers.
    let spread = second > 1e-14 * mean * mean;
    let skewness =
        if spread && n > 2.0 { (n * (n - 1.0)).sqrt() / (n - 2.0) * third / second.powf(1.5) } else { f64::NAN };
    let kurtosis = if spread && n > 3.0 {
        (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * (fourth / (second * second) - 3.0) + 6.0)
    } else {
        f64::NAN
    };
    Some(Summary {
        count: sorted.len(),
        mean,
        deviation: if n > 1.0 { deviation } else { f64::NAN },
        skewness,
        kurtosis,
        quantiles: SHARES.map(|share| quantile(sorted, share)),
        zeros: sorted.iter().filter(|number| **number == 0.0).count(),
        negative: sorted.iter().filter(|number| **number < 0.0).count(),
    })
}

/// The most columns of a histogram.
const MOST_COLUMNS: usize = 40;

/// Columns of a histogram: ends, and how many numbers are between them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Histogram {
    pub(super) edges: Vec<f64>,
    pub(super) counts: Vec<usize>,
}

/// A histogram with columns as wide as Freedman and Diaconis (1981) say, between 8 and 40 of them; few whole numbers have a
/// column each.
pub(super) fn histogram(sorted: &[f64]) -> Option<Histogram> {
    let (first, last) = (*sorted.first()?, *sorted.last()?);
    if first == last {
        let half = if first == 0.0 { 0.5 } else { first.abs() * 0.05 };
        return Some(Histogram { edges: vec![first - half, first + half], counts: vec![sorted.len()] });
    }
    if last - first < MOST_COLUMNS as f64 && sorted.iter().all(|number| number.fract() == 0.0) {
        let columns = (last - first) as usize + 1;
        let mut counts = vec![0; columns];
        sorted.iter().for_each(|number| counts[(number - first) as usize] += 1);
        return Some(Histogram { edges: (0..=columns).map(|place| first - 0.5 + place as f64).collect(), counts });
    }
    let quartiles = quantile(sorted, 0.75) - quantile(sorted, 0.25);
    let width = 2.0 * quartiles / (sorted.len() as f64).cbrt();
    let columns = if width > 0.0 {
        ((last - first) / width).ceil().clamp(8.0, MOST_COLUMNS as f64) as usize
    } else {
        MOST_COLUMNS
    };
    let edge = |place: usize| first + (last - first) * place as f64 / columns as f64;
    let mut counts = vec![0; columns];
    for number in sorted {
        let place = ((number - first) / (last - first) * columns as f64) as usize;
        counts[place.min(columns - 1)] += 1;
    }
    Some(Histogram { edges: (0..=columns).map(edge).collect(), counts })
}
