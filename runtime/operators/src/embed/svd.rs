//! The directions in which rows differ most: a truncated singular value decomposition by random projections (Halko, Martinsson and
//! Tropp 2011, "Finding Structure with Randomness").

use ndarray::{Array1, Array2, Axis};

use crate::table::hash;

/// A matrix that is only multiplied with.
pub(super) trait Matrix {
    /// Rows and columns.
    fn size(&self) -> (usize, usize);
    /// Itself times another one.
    fn times(&self, other: &Array2<f64>) -> Array2<f64>;
    /// Its transpose times another one.
    fn transposed_times(&self, other: &Array2<f64>) -> Array2<f64>;
}

/// Directions more than asked for, and rounds of powers: both make the last directions better.
const MORE: usize = 10;
const ROUNDS: usize = 5;

/// The first `count` right singular vectors, one a column, the one of the largest singular value first. Their sign is such that the
/// largest number of each is above zero. There are fewer where the matrix has fewer rows or columns.
pub(super) fn directions(matrix: &impl Matrix, count: usize, seed: u64) -> Array2<f64> {
    let (rows, columns) = matrix.size();
    let count = count.min(rows).min(columns);
    let wide = (count + MORE).min(rows).min(columns);
    let start = Array2::from_shape_fn((columns, wide), |(row, column)| normal(seed, (row * wide + column) as u64));
    let mut base = orthonormal(matrix.times(&start));
    for _ in 0..ROUNDS {
        let turned = orthonormal(matrix.transposed_times(&base));
        base = orthonormal(matrix.times(&turned));
    }
    // What is left is small: base^T matrix, whose right singular vectors are wanted.
    let small = matrix.transposed_times(&base);
    let (values, vectors) = eigen(small.t().dot(&small));
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]).then(a.cmp(b)));
    let largest = order.first().map_or(0.0, |first| values[*first]).max(f64::MIN_POSITIVE);
    let mut found = Array2::zeros((columns, count));
    for (place, of) in order.into_iter().take(count).enumerate() {
        if values[of] <= largest * 1e-20 {
            // A direction in which nothing differs: the numbers of all rows are 0.
            continue;
        }
        let mut direction: Array1<f64> = small.dot(&vectors.column(of)) / values[of].sqrt();
        let sign =
            direction.iter().fold(0.0_f64, |most, number| if number.abs() > most.abs() { *number } else { most });
        direction *= sign.signum();
        found.column_mut(place).assign(&direction);
    }
    found
}

/// A number of the normal distribution (Box and Muller 1958), always the same for a place.
fn normal(seed: u64, place: u64) -> f64 {
    let uniform = |place: u64| ((hash(seed, place) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    (-2.0 * uniform(2 * place).ln()).sqrt() * (std::f64::consts::TAU * uniform(2 * place + 1)).cos()
}

/// Columns of length one at right angles to each other that span the same; zeros where there are fewer of them. Each is taken off
/// the others twice, since once leaves rounding errors.
fn orthonormal(mut of: Array2<f64>) -> Array2<f64> {
    for place in 0..of.ncols() {
        let before = of.column(place).dot(&of.column(place)).sqrt();
        for _ in 0..2 {
            let (known, mut rest) = of.view_mut().split_at(Axis(1), place);
            let mut column = rest.column_mut(0);
            let shares = known.t().dot(&column);
            let taken = known.dot(&shares);
            column -= &taken;
        }
        let length = of.column(place).dot(&of.column(place)).sqrt();
        let factor = if length > before * 1e-12 && length > 0.0 { 1.0 / length } else { 0.0 };
        of.column_mut(place).mapv_inplace(|number| number * factor);
    }
    of
}

/// Eigenvalues and eigenvectors, one a column, of a symmetric matrix, by the rotations of Jacobi.
fn eigen(mut of: Array2<f64>) -> (Vec<f64>, Array2<f64>) {
    let size = of.nrows();
    let mut vectors = Array2::eye(size);
    for _ in 0..60 {
        let diagonal: f64 = (0..size).map(|place| of[[place, place]].powi(2)).sum();
        let beside: f64 =
            (0..size).flat_map(|row| (0..row).map(move |column| (row, column))).map(|place| of[place].powi(2)).sum();
        if beside <= diagonal * 1e-28 {
            break;
        }
        for row in 0..size {
            for column in row + 1..size {
                rotate(&mut of, &mut vectors, row, column);
            }
        }
    }
    ((0..size).map(|place| of[[place, place]]).collect(), vectors)
}

fn rotate(of: &mut Array2<f64>, vectors: &mut Array2<f64>, p: usize, q: usize) {
    if of[[p, q]] == 0.0 {
        return;
    }
    let theta = (of[[q, q]] - of[[p, p]]) / (2.0 * of[[p, q]]);
    let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let tangent = if theta == 0.0 { 1.0 } else { tangent };
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    for other in 0..of.nrows() {
        let (a, b) = (of[[other, p]], of[[other, q]]);
        of[[other, p]] = cosine * a - sine * b;
        of[[other, q]] = sine * a + cosine * b;
    }
    for other in 0..of.nrows() {
        let (a, b) = (of[[p, other]], of[[q, other]]);
        of[[p, other]] = cosine * a - sine * b;
        of[[q, other]] = sine * a + cosine * b;
    }
    for other in 0..of.nrows() {
        let (a, b) = (vectors[[other, p]], vectors[[other, q]]);
        vectors[[other, p]] = cosine * a - sine * b;
        vectors[[other, q]] = sine * a + cosine * b;
    }
}

/// A matrix of which most numbers are 0: those that are not, by row.
pub(super) struct Sparse {
    pub(super) columns: usize,
    pub(super) rows: Vec<Vec<(usize, f64)>>,
}

impl Matrix for Sparse {
    fn size(&self) -> (usize, usize) {
        (self.rows.len(), self.columns)
    }

    fn times(&self, other: &Array2<f64>) -> Array2<f64> {
        let mut product = Array2::zeros((self.rows.len(), other.ncols()));
        for (mut into, row) in product.rows_mut().into_iter().zip(&self.rows) {
            for (column, number) in row {
                into.scaled_add(*number, &other.row(*column));
            }
        }
        product
    }

    fn transposed_times(&self, other: &Array2<f64>) -> Array2<f64> {
        let mut product = Array2::zeros((self.columns, other.ncols()));
        for (from, row) in other.rows().into_iter().zip(&self.rows) {
            for (column, number) in row {
                product.row_mut(*column).scaled_add(*number, &from);
            }
        }
        product
    }
}

impl Matrix for Array2<f64> {
    fn size(&self) -> (usize, usize) {
        self.dim()
    }

    fn times(&self, other: &Array2<f64>) -> Array2<f64> {
        self.dot(other)
    }

    fn transposed_times(&self, other: &Array2<f64>) -> Array2<f64> {
        self.t().dot(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_those_that_were_put_in() {
        // Rows are 9, 5 and 2 times three directions at right angles to each other.
        let wanted = [[0.6, 0.8, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.8, -0.6, 0.0, 0.0]];
        let mut rows = Array2::zeros((3, 4));
        for (place, (size, direction)) in [9.0, 5.0, 2.0].into_iter().zip(wanted).enumerate() {
            rows.row_mut(place).assign(&(Array1::from(direction.to_vec()) * size));
        }
        let found = directions(&rows, 3, 1);
        for (place, direction) in wanted.iter().enumerate() {
            for (number, expected) in found.column(place).iter().zip(direction) {
                assert!((number - expected).abs() < 1e-12, "{place}: {found}");
            }
        }
        let sparse = Sparse {
            columns: 4,
            rows: rows
                .rows()
                .into_iter()
                .map(|row| row.iter().copied().enumerate().filter(|(_, number)| *number != 0.0).collect())
                .collect(),
        };
        assert!((directions(&sparse, 2, 1) - found.slice(ndarray::s![.., ..2])).iter().all(|off| off.abs() < 1e-12));
        assert_eq!(directions(&rows, 9, 1).ncols(), 3, "there are no more");
    }

    #[test]
    fn many_rows_are_told_apart_as_well_as_by_their_covariance() {
        let rows = Array2::from_shape_fn((500, 40), |(row, column)| {
            normal(3, (row * 40 + column) as u64) * 0.7_f64.powi(i32::try_from(column).unwrap())
        });
        let found = directions(&rows, 8, 5);
        let (mut values, _) = eigen(rows.t().dot(&rows));
        values.sort_by(|a, b| b.total_cmp(a));
        for (place, value) in values.iter().take(8).enumerate() {
            let along = rows.dot(&found.column(place));
            assert!((along.dot(&along) / value - 1.0).abs() < 1e-6, "{place}");
        }
    }
}
