//! How columns go together.

use std::collections::HashMap;

/// Ranks of numbers, equal ones sharing the mean of their ranks.
pub(super) fn ranks(numbers: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
    let mut ranks = vec![0.0; numbers.len()];
    let mut start = 0;
    for equal in order.chunk_by(|a, b| numbers[*a] == numbers[*b]) {
        let rank = start as f64 + (equal.len() as f64 + 1.0) / 2.0;
        equal.iter().for_each(|row| ranks[*row] = rank);
        start += equal.len();
    }
    ranks
}

/// Pearson's correlation; NaN where one of them is constant.
pub(super) fn pearson(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let (mut both, mut square_x, mut square_y) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        both += (x - mean_x) * (y - mean_y);
        square_x += (x - mean_x).powi(2);
        square_y += (y - mean_y).powi(2);
    }
    let product = (square_x * square_y).sqrt();
    if product > 0.0 { (both / product).clamp(-1.0, 1.0) } else { f64::NAN }
}

/// Spearman's correlation of the rows in which both are there; NaN of fewer than three.
pub(super) fn spearman(x: &[Option<f64>], y: &[Option<f64>]) -> f64 {
    let both = x.iter().zip(y).filter_map(|(x, y)| Some(((*x)?, (*y)?)));
    let (x, y): (Vec<f64>, Vec<f64>) = both.filter(|(x, y)| !x.is_nan() && !y.is_nan()).unzip();
    if x.len() < 3 { f64::NAN } else { pearson(&ranks(&x), &ranks(&y)) }
}

/// Cramér's V of the rows in which both are there, corrected for bias (Bergsma 2013); NaN where one of them is constant.
pub(super) fn cramers_v(x: &[Option<u32>], y: &[Option<u32>]) -> f64 {
    let mut cells: HashMap<(u32, u32), f64> = HashMap::new();
    let (mut rows, mut columns): (HashMap<u32, f64>, HashMap<u32, f64>) = (HashMap::new(), HashMap::new());
    let mut n = 0.0;
    for (x, y) in x.iter().zip(y).filter_map(|(x, y)| Some(((*x)?, (*y)?))) {
        *cells.entry((x, y)).or_default() += 1.0;
        *rows.entry(x).or_default() += 1.0;
        *columns.entry(y).or_default() += 1.0;
        n += 1.0;
    }
    let (r, k) = (rows.len() as f64, columns.len() as f64);
    if n < 2.0 || r < 2.0 || k < 2.0 {
        return f64::NAN;
    }
    // chi-square / n is the sum of count^2 / (row * column), less 1. Summed by size, so that the order of the map does not tell.
    let mut terms: Vec<f64> = cells.iter().map(|((x, y), count)| count * count / (rows[x] * columns[y])).collect();
    terms.sort_by(f64::total_cmp);
    let square = terms.iter().sum::<f64>() - 1.0;
    let square = (square - (r - 1.0) * (k - 1.0) / (n - 1.0)).max(0.0);
    let (r, k) = (r - (r - 1.0).powi(2) / (n - 1.0), k - (k - 1.0).powi(2) / (n - 1.0));
    let least = (r - 1.0).min(k - 1.0);
    if least > 0.0 { (square / least).sqrt().min(1.0) } else { f64::NAN }
}
