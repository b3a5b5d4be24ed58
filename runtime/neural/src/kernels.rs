//! Loops over numbers that take most of the time, compiled for each width of vectors that processors have.

use pulp::Arch;
use rayon::prelude::*;

/// Sums and largest values are kept in as many lanes, so that their order is the same on every processor.
const LANES: usize = 16;

/// How a matrix lies in a slice: from a row to the next, and from a column to the next.
#[derive(Clone, Copy)]
pub(crate) struct Strides {
    /// From a row to the next.
    pub(crate) row: usize,
    /// From a column to the next.
    pub(crate) column: usize,
}

impl Strides {
    /// Row by row.
    pub(crate) fn rows(width: usize) -> Self {
        Self { row: width, column: 1 }
    }

    /// The transpose of a matrix that lies row by row.
    pub(crate) fn columns(width: usize) -> Self {
        Self { row: 1, column: width }
    }

    fn last(self, rows: usize, columns: usize) -> usize {
        (rows - 1) * self.row + (columns - 1) * self.column
    }
}

/// `into` (m × n, row by row) becomes `left` (m × k) times `right` (k × n), or has it added. On one thread.
pub(crate) fn multiply(
    into: &mut [f32],
    [m, n, k]: [usize; 3],
    (left, of_left): (&[f32], Strides),
    (right, of_right): (&[f32], Strides),
    is_added: bool,
) {
    if m == 0 || n == 0 || k == 0 {
        if !is_added {
            into.fill(0.0);
        }
        return;
    }
    assert!(into.len() >= m * n && left.len() > of_left.last(m, k) && right.len() > of_right.last(k, n));
    // SAFETY: what was asserted keeps every element within its slice, and `into` is not shared.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            into.as_mut_ptr(),
            1,
            n as isize,
            is_added,
            left.as_ptr(),
            of_left.column as isize,
            of_left.row as isize,
            right.as_ptr(),
            of_right.column as isize,
            of_right.row as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

/// Rows of a product that are computed together.
const PART: usize = 32;

/// Products that are worth more than one thread.
const WORTH: usize = 1 << 19;

/// So many numbers are gone through on one thread.
pub(crate) const NUMBERS: usize = 1 << 14;

/// Goes through rows of so many numbers, part by part, which is told its first row. Parts do not depend on the number of threads.
pub(crate) fn in_parts(rows: &mut [f32], width: usize, work: impl Fn(usize, &mut [f32]) + Sync) {
    let part = (NUMBERS / width.max(1)).max(1);
    match rows.len() <= part * width {
        true => work(0, rows),
        false => rows.par_chunks_mut(part * width).enumerate().for_each(|(number, rows)| work(number * part, rows)),
    }
}

/// Adds numbers to others, as many.
pub(crate) fn add_all(into: &mut [f32], numbers: &[f32]) {
    in_parts(into, 1, |from, into| add(into, &numbers[from..from + into.len()]));
}

/// Rows added up by where they go, of which there are `count`. Those of one place are added in their order.
pub(crate) fn added(rows: &[f32], to: &[i32], count: usize, width: usize) -> Vec<f32> {
    let mut sums = vec![0.0; count * width];
    let part = count.div_ceil(SHARES).max(1);
    let work = |from: usize, sums: &mut [f32]| {
        let to_here = from..from + sums.len() / width.max(1);
        for (row, to) in rows.chunks_exact(width).zip(to).filter(|(_, to)| to_here.contains(&(**to as usize))) {
            let at = (*to as usize - from) * width;
            add(&mut sums[at..at + width], row);
        }
    };
    match rows.len() <= 2 * NUMBERS {
        true => work(0, &mut sums),
        false => {
            sums.par_chunks_mut(part * width).enumerate().for_each(|(number, sums)| work(number * part, sums));
        }
    }
    sums
}

/// Into so many parts sums are cut: each part goes through all that may be added.
const SHARES: usize = 4;

/// `into` becomes `left` times `right`, as in [`multiply`], in parts that do not depend on the number of threads.
pub(crate) fn multiply_in_parts(
    into: &mut [f32],
    [m, n, k]: [usize; 3],
    (left, of_left): (&[f32], Strides),
    right: (&[f32], Strides),
) {
    if m * n * k < WORTH || n == 0 || k == 0 {
        return multiply(into, [m, n, k], (left, of_left), right, false);
    }
    into.par_chunks_mut(PART * n).enumerate().for_each(|(part, into)| {
        let left = &left[part * PART * of_left.row..];
        multiply(into, [into.len() / n, n, k], (left, of_left), right, false);
    });
}

/// The exponential of a number that is not above 0, to the last bits of a 32-bit float.
#[inline(always)]
fn exponential(x: f32) -> f32 {
    // Adding it leaves the nearest whole number in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = if x > -87.0 { x } else { -87.0 };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let power = shifted - ROUND;
    let rest = x - power * LN_2_HIGH - power * LN_2_LOW;
    let mut series = 1.987_569_1e-4;
    for factor in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        series = series * rest + factor;
    }
    let series = series * (rest * rest) + rest + 1.0;
    let two_to = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    series * f32::from_bits(two_to)
}

/// The logistic function.
#[inline(always)]
fn logistic(x: f32) -> f32 {
    let part = exponential(-x.abs());
    let of = (if x >= 0.0 { 1.0 } else { part }) / (1.0 + part);
    if x.is_nan() { x } else { of }
}

/// The hyperbolic tangent, near 0 by its series.
#[inline(always)]
fn tangent(x: f32) -> f32 {
    const NEAR: f32 = 0.625;
    let square = x * x;
    let mut series = -5.704_988_7e-3;
    for factor in [2.063_909e-2, -5.373_971_6e-2, 1.333_144_2e-1, -3.333_328e-1] {
        series = series * square + factor;
    }
    let near = series * square * x + x;
    let part = exponential(-2.0 * x.abs());
    let far = ((1.0 - part) / (1.0 + part)).copysign(x);
    // What is no number stays none.
    if x.abs() >= NEAR { far } else { near }
}

/// Makes of each number its logistic function.
pub(crate) fn logistics(numbers: &mut [f32]) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for number in numbers {
                *number = logistic(*number);
            }
        },
    );
}

/// Makes of each number its hyperbolic tangent.
pub(crate) fn tangents(numbers: &mut [f32]) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for number in numbers {
                *number = tangent(*number);
            }
        },
    );
}

/// A gated recurrent unit over a row. What the input and the state (`hidden`) give to each gate (reset, update, new; each as wide as the
/// state) makes `gates`, and these the `next` state.
pub(crate) fn gates([state, input, hidden]: [&[f32]; 3], gates: &mut [f32], next: &mut [f32]) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let width = state.len();
            let (both, new) = gates.split_at_mut(2 * width);
            for ((gate, input), hidden) in both.iter_mut().zip(input).zip(hidden) {
                *gate = logistic(input + hidden);
            }
            let (reset, update) = both.split_at(width);
            let given = input[2 * width..].iter().zip(&hidden[2 * width..]);
            for ((new, (input, hidden)), reset) in new.iter_mut().zip(given).zip(reset) {
                *new = tangent(input + reset * hidden);
            }
            for (((next, new), update), own) in next.iter_mut().zip(&*new).zip(update).zip(state) {
                *next = new + update * (own - new);
            }
        },
    );
}

/// The slopes of [`gates`] by that of the next state: of the state itself, of what the input gives to the gates, and of what the state
/// gives to them.
pub(crate) fn slopes_of_gates(
    [gradient, state, hidden, gates]: [&[f32]; 4],
    [of_own, of_input, of_hidden]: [&mut [f32]; 3],
) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let width = state.len();
            let (reset, rest) = gates.split_at(width);
            let (update, new) = rest.split_at(width);
            let hidden = &hidden[2 * width..][..width];
            let (of_reset, rest) = of_input.split_at_mut(width);
            let (of_update, of_new) = rest.split_at_mut(width);
            for ((slope, gradient), update) in of_own.iter_mut().zip(gradient).zip(update) {
                *slope = gradient * update;
            }
            let both = new.iter().zip(update);
            for (((slope, (new, update)), gradient), own) in of_update.iter_mut().zip(both).zip(gradient).zip(state) {
                *slope = gradient * (own - new) * update * (1.0 - update);
            }
            let both = new.iter().zip(update);
            for ((slope, (new, update)), gradient) in of_new.iter_mut().zip(both).zip(gradient) {
                *slope = gradient * (1.0 - update) * (1.0 - new * new);
            }
            for (((slope, of_new), hidden), reset) in of_reset.iter_mut().zip(&*of_new).zip(hidden).zip(reset) {
                *slope = of_new * hidden * reset * (1.0 - reset);
            }
            let (of_both, of_kept) = of_hidden.split_at_mut(2 * width);
            of_both[..width].copy_from_slice(of_reset);
            of_both[width..].copy_from_slice(of_update);
            for ((slope, of_new), reset) in of_kept.iter_mut().zip(&*of_new).zip(reset) {
                *slope = of_new * reset;
            }
        },
    );
}

/// Makes of each number of a row its exponential below the largest; gives the largest and the sum.
pub(crate) fn exponentials(row: &mut [f32]) -> (f32, f32) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let mut lanes = [f32::NEG_INFINITY; LANES];
            let (chunks, rest) = row.as_chunks::<LANES>();
            for chunk in chunks {
                for (lane, value) in lanes.iter_mut().zip(chunk) {
                    *lane = if *value > *lane { *value } else { *lane };
                }
            }
            let mut largest = f32::NEG_INFINITY;
            for value in lanes.iter().chain(rest) {
                largest = if *value > largest { *value } else { largest };
            }
            let mut sums = [0.0_f32; LANES];
            let (chunks, rest) = row.as_chunks_mut::<LANES>();
            for chunk in chunks {
                for (sum, value) in sums.iter_mut().zip(chunk) {
                    *value = exponential(*value - largest);
                    *sum += *value;
                }
            }
            let mut sum: f32 = sums.iter().sum();
            for value in rest {
                *value = exponential(*value - largest);
                sum += *value;
            }
            (largest, sum)
        },
    )
}

/// Multiplies each number of a row.
pub(crate) fn scale(row: &mut [f32], factor: f32) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for value in row {
                *value *= factor;
            }
        },
    );
}

/// Multiplies each number of a row with one of another.
pub(crate) fn multiply_each(row: &mut [f32], factors: &[f32]) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (value, factor) in row.iter_mut().zip(factors) {
                *value *= factor;
            }
        },
    );
}

/// Adds a row to another.
pub(crate) fn add(into: &mut [f32], row: &[f32]) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (sum, value) in into.iter_mut().zip(row) {
                *sum += value;
            }
        },
    );
}

/// Adds a row to another, times a number.
pub(crate) fn add_times(into: &mut [f32], row: &[f32], factor: f32) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (sum, value) in into.iter_mut().zip(row) {
                *sum += value * factor;
            }
        },
    );
}

/// How many numbers of a row are larger.
pub(crate) fn larger(row: &[f32], than: f32) -> u32 {
    Arch::new().dispatch(
        #[inline(always)]
        || row.iter().map(|value| u32::from(*value > than)).sum(),
    )
}

/// The sum of products.
pub(crate) fn dot(left: &[f32], right: &[f32]) -> f32 {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let mut sums = [0.0_f32; LANES];
            let ((lefts, left), (rights, right)) = (left.as_chunks::<LANES>(), right.as_chunks::<LANES>());
            for (left, right) in lefts.iter().zip(rights) {
                for lane in 0..LANES {
                    sums[lane] += left[lane] * right[lane];
                }
            }
            sums.iter().sum::<f32>() + left.iter().zip(right).map(|(left, right)| left * right).sum::<f32>()
        },
    )
}

/// A step of Adam.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Adam {
    /// How far a step goes, corrected for what the mean of the gradients lacks in the first steps.
    pub(crate) rate: f32,
    /// What the root of the mean of the squares is corrected by.
    pub(crate) correction: f32,
    /// How much weights are drawn to 0.
    pub(crate) l2: f32,
}

impl Adam {
    /// What is kept of the mean of the gradients in a step.
    pub(crate) const MEAN: f32 = 0.9;
    /// What is kept of the mean of their squares.
    pub(crate) const SQUARE: f32 = 0.999;
    /// What the root of that mean is at least.
    pub(crate) const EPSILON: f32 = 1e-8;

    /// The `step`th, from 1.
    pub(crate) fn new(learning_rate: f64, l2: f64, step: u64) -> Self {
        let power = i32::try_from(step).unwrap_or(i32::MAX);
        Self {
            rate: (learning_rate / (1.0 - f64::from(Self::MEAN).powi(power))) as f32,
            correction: (1.0 / (1.0 - f64::from(Self::SQUARE).powi(power)).sqrt()) as f32,
            l2: l2 as f32,
        }
    }

    /// Moves weights against their gradients; `means` and `squares` are those of the gradients so far.
    pub(crate) fn update(self, weights: &mut [f32], means: &mut [f32], squares: &mut [f32], gradients: &[f32]) {
        Arch::new().dispatch(
            #[inline(always)]
            || {
                let moments = means.iter_mut().zip(squares);
                for ((weight, (mean, square)), gradient) in weights.iter_mut().zip(moments).zip(gradients) {
                    let gradient = gradient + self.l2 * *weight;
                    *mean += (1.0 - Self::MEAN) * (gradient - *mean);
                    *square = Self::SQUARE * *square + (1.0 - Self::SQUARE) * gradient * gradient;
                    *weight -= self.rate * *mean / (square.sqrt() * self.correction + Self::EPSILON);
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_those_of_the_library() {
        let mut row: Vec<f32> = (0..5000).map(|place| place as f32 * -0.02).collect();
        let exact: Vec<f64> = row.iter().map(|value| f64::from(*value).exp()).collect();
        let (largest, sum) = exponentials(&mut row);
        assert_eq!(largest, 0.0);
        assert!((f64::from(sum) / exact.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{sum}");
        for (place, (value, exact)) in row.iter().zip(&exact).enumerate().take(4300) {
            assert!((f64::from(*value) / exact - 1.0).abs() < 3e-7, "{place}: {value} {exact}");
        }
        assert!(row[4999] < 1e-37);
    }

    #[test]
    fn functions_of_gates_are_those_of_the_library() {
        let given: Vec<f32> = (-4000..=4000).map(|place| place as f32 * 0.005).chain([-200.0, 200.0]).collect();
        let (mut logistic, mut tangent) = (given.clone(), given.clone());
        logistics(&mut logistic);
        tangents(&mut tangent);
        for ((x, logistic), tangent) in given.iter().zip(&logistic).zip(&tangent) {
            let exact = 1.0 / (1.0 + f64::from(-x).exp());
            // Below the smallest exponential there is no smaller one.
            assert!((f64::from(*logistic) - exact).abs() < 3e-7 * exact + 1e-36, "{x}: {logistic} {exact}");
            let exact = f64::from(*x).tanh();
            assert!((f64::from(*tangent) - exact).abs() <= 3e-7 * exact.abs(), "{x}: {tangent} {exact}");
        }
    }

    #[test]
    fn products_of_matrices_in_every_layout() {
        let left: Vec<f32> = (0..6).map(|value| value as f32).collect(); // 2 × 3
        let right: Vec<f32> = (0..12).map(|value| value as f32 * 0.5).collect(); // 3 × 4
        let mut into = vec![1.0; 8];
        multiply(&mut into, [2, 4, 3], (&left, Strides::rows(3)), (&right, Strides::rows(4)), false);
        let exact = [10.0, 11.5, 13.0, 14.5, 28.0, 34.0, 40.0, 46.0];
        assert_eq!(into, exact);
        multiply(&mut into, [2, 4, 3], (&left, Strides::rows(3)), (&right, Strides::rows(4)), true);
        assert_eq!(into, exact.map(|value| value * 2.0));
        // The transposes, kept the other way round.
        let turned = |values: &[f32], width: usize| -> Vec<f32> {
            let height = values.len() / width;
            (0..values.len()).map(|place| values[place % height * width + place / height]).collect()
        };
        let (left, right) = (turned(&left, 3), turned(&right, 4));
        multiply(&mut into, [2, 4, 3], (&left, Strides::columns(2)), (&right, Strides::columns(3)), false);
        assert_eq!(into, exact);
    }
}
