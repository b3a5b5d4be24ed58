//! Systems of equations with a symmetric, positive definite matrix.

/// A lower triangle, row by row, whose product with its transpose is the matrix.
pub(super) struct Cholesky {
    rows: Vec<f64>,
    size: usize,
}

/// What is left of a number of the diagonal below this share is what was lost by rounding.
const ROUNDED: f64 = 1e-13;

impl Cholesky {
    /// Of a square matrix, row by row, of which the lower triangle is read. `None` where it is not positive definite.
    pub(super) fn of(mut matrix: Vec<f64>, size: usize) -> Option<Self> {
        for row in 0..size {
            let (above, from) = matrix.split_at_mut(row * size);
            let own = &mut from[..size];
            for column in 0..row {
                let other = &above[column * size..column * size + column + 1];
                let sum = dot(&own[..column], &other[..column]);
                own[column] = (own[column] - sum) / other[column];
            }
            let rest = own[row] - dot(&own[..row], &own[..row]);
            if rest.is_nan() || rest <= own[row] * ROUNDED {
                return None;
            }
            own[row] = rest.sqrt();
        }
        Some(Self { rows: matrix, size })
    }

    /// What the matrix has to be multiplied with to give `right`.
    pub(super) fn solve(&self, mut right: Vec<f64>) -> Vec<f64> {
        let at = |row: usize, column: usize| self.rows[row * self.size + column];
        for row in 0..self.size {
            let begin = row * self.size;
            let sum = dot(&self.rows[begin..begin + row], &right[..row]);
            right[row] = (right[row] - sum) / at(row, row);
        }
        for row in (0..self.size).rev() {
            let value = right[row] / at(row, row);
            right[row] = value;
            right[..row].iter_mut().enumerate().for_each(|(column, rest)| *rest -= at(row, column) * value);
        }
        right
    }
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn by_hand() {
        // 4 2 | 10    2 0   2 1
        // 2 5 | 13 =  1 2 * 0 2
        let solved = Cholesky::of(vec![4.0, f64::NAN, 2.0, 5.0], 2).unwrap();
        assert_eq!(solved.solve(vec![10.0, 13.0]), [1.5, 2.0]);
        assert!(Cholesky::of(vec![1.0, 0.0, 2.0, 4.0], 2).is_none(), "its determinant is 0");
        assert!(Cholesky::of(vec![f64::NAN], 1).is_none());
    }

    proptest! {
        #[test]
        fn gives_back_what_was_multiplied(
            size in 1_usize..9,
            values in prop::collection::vec(-2.0..2.0_f64, 81),
            solution in prop::collection::vec(-3.0..3.0_f64, 9),
        ) {
            // A product with its own transpose, and a little on the diagonal.
            let entry = |row: usize, column: usize| {
                let product: f64 = (0..size).map(|k| values[row * 9 + k] * values[column * 9 + k]).sum();
                product + if row == column { 0.5 } else { 0.0 }
            };
            let matrix: Vec<f64> = (0..size * size).map(|place| entry(place / size, place % size)).collect();
            let right = (0..size).map(|row| dot(&matrix[row * size..(row + 1) * size], &solution[..size])).collect();
            let found = Cholesky::of(matrix, size).unwrap().solve(right);
            for (found, due) in found.iter().zip(&solution) {
                prop_assert!((found - due).abs() < 1e-8, "{found} {due}");
            }
        }
    }
}
