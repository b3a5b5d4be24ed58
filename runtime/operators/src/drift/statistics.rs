//! Statistics of two samples.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// The population stability index of counts in the same bins: the sum of `(q - p) ln(q / p)` over the shares `p` and `q`,
/// none of them taken for less than [`SMALLEST_SHARE`].
pub(super) fn stability_index(before: &[f64], now: &[f64]) -> f64 {
    let (p, q) = (shares(before), shares(now));
    let term = |(p, q): (&f64, &f64)| {
        let (p, q) = (p.max(SMALLEST_SHARE), q.max(SMALLEST_SHARE));
        (q - p) * (q / p).ln()
    };
    p.iter().zip(&q).map(term).sum()
}

/// An empty bin counts as this share: its logarithm would be infinite.
pub(super) const SMALLEST_SHARE: f64 = 1e-4;

/// The Jensen-Shannon distance of counts in the same bins: the square root of the divergence to natural logarithms (Endres
/// and Schindelin 2003).
pub(super) fn jensen_shannon(before: &[f64], now: &[f64]) -> f64 {
    let (p, q) = (shares(before), shares(now));
    let part = |share: f64, middle: f64| if share > 0.0 { share * (share / middle).ln() } else { 0.0 };
    let terms = p.iter().zip(&q).map(|(p, q)| {
        let middle = (p + q) / 2.0;
        part(*p, middle) + part(*q, middle)
    });
    (terms.sum::<f64>() / 2.0).max(0.0).sqrt()
}

fn shares(counts: &[f64]) -> Vec<f64> {
    let sum: f64 = counts.iter().sum();
    counts.iter().map(|count| count / sum).collect()
}

/// Pearson's chi-square statistic of counts in the same bins, without a correction of continuity, and its p-value.
pub(super) fn chi_square(before: &[f64], now: &[f64]) -> (f64, f64) {
    let (sum_before, sum_now) = (before.iter().sum::<f64>(), now.iter().sum::<f64>());
    let all = sum_before + sum_now;
    let (mut statistic, mut bins) = (0.0, 0_usize);
    for (before, now) in before.iter().zip(now) {
        let sum = before + now;
        if sum > 0.0 {
            let expected = (sum * sum_before / all, sum * sum_now / all);
            statistic += (before - expected.0).powi(2) / expected.0 + (now - expected.1).powi(2) / expected.1;
            bins += 1;
        }
    }
    let freedom = bins.saturating_sub(1);
    let p = match ChiSquared::new(freedom as f64) {
        Ok(distribution) if freedom > 0 => distribution.sf(statistic),
        _ => 1.0,
    };
    (statistic, p)
}

/// Rows of each sample up to which the p-value of [`kolmogorov_smirnov`] is exact.
const EXACT_ROWS: usize = 10_000;

/// The largest distance between the distribution functions of two sorted samples, and how likely one as large is by chance
/// (two-sided; as if there were no equal values). It is exact for small samples, else by the limiting distribution (Smirnov
/// 1948).
pub(super) fn kolmogorov_smirnov(before: &[f64], now: &[f64]) -> (f64, f64) {
    let (m, n) = (before.len(), now.len());
    let distance = distance(before, now);
    let is_exact = m.max(n) <= EXACT_ROWS;
    (distance, if is_exact { exact(distance, m, n) } else { limiting(distance, m as f64, n as f64) })
}

fn distance(before: &[f64], now: &[f64]) -> f64 {
    let (mut i, mut j, mut largest) = (0, 0, 0.0_f64);
    while i < before.len() && j < now.len() {
        let at = before[i].min(now[j]);
        while i < before.len() && before[i] <= at {
            i += 1;
        }
        while j < now.len() && now[j] <= at {
            j += 1;
        }
        largest = largest.max((i as f64 / before.len() as f64 - j as f64 / now.len() as f64).abs());
    }
    largest
}

/// The chance that a random walk from (0, 0) to (m, n), all of its ways being as likely, comes to a point where the shares
/// walked differ by at least the distance. Row by row, `outside[j]` is that chance for the walks to (i, j), which come from
/// (i - 1, j) with chance i / (i + j) and from (i, j - 1) else (Hodges 1958, "The significance probability of the Smirnov
/// two-sample test").
fn exact(distance: f64, m: usize, n: usize) -> f64 {
    let (m, n) = (m.max(n), m.min(n));
    // In whole numbers the comparison is exact: distance * m * n is one, but for the rounding of the distance itself.
    let limit = (distance * m as f64 * n as f64).round() as u64;
    if limit == 0 {
        return 1.0;
    }
    let is_outside = |i: usize, j: usize| ((i * n) as u64).abs_diff((j * m) as u64) >= limit;
    let mut outside = vec![0.0_f64; n + 1];
    for i in 0..=m {
        for j in 0..=n {
            outside[j] = if is_outside(i, j) {
                1.0
            } else if i + j == 0 {
                0.0
            } else {
                let from_above = if i > 0 { outside[j] } else { 0.0 };
                let from_left = if j > 0 { outside[j - 1] } else { 0.0 };
                let share = i as f64 / (i + j) as f64;
                share * from_above + (1.0 - share) * from_left
            };
        }
    }
    outside[n].clamp(0.0, 1.0)
}

/// `2 * sum over k from 1 of (-1)^(k - 1) exp(-2 k^2 x^2)`, at `x` the distance times the root of `m n / (m + n)`.
pub(super) fn limiting(distance: f64, m: f64, n: f64) -> f64 {
    let x = distance * (m * n / (m + n)).sqrt();
    if x < 0.2 {
        // The series does not converge here, and the chance differs from 1 by less than 1e-12.
        return 1.0;
    }
    let term = |k: f64| 2.0 * (-1f64).powi(k as i32 - 1) * (-2.0 * k * k * x * x).exp();
    (1..=100).map(f64::from).map(term).sum::<f64>().clamp(0.0, 1.0)
}

/// P-values corrected for their number, so that the expected share of false alarms stays below the significance (Benjamini
/// and Hochberg 1995).
pub(super) fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*b].total_cmp(&p[*a]));
    let (mut corrected, mut smallest) = (vec![1.0; p.len()], 1.0_f64);
    for (behind, place) in order.into_iter().enumerate() {
        smallest = smallest.min(p[place] * p.len() as f64 / (p.len() - behind) as f64);
        corrected[place] = smallest;
    }
    corrected
}
