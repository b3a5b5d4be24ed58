//! Linear regression with penalties.

use super::Weights;
use super::design::{Design, dot};
use super::lbfgs::Unfinished;

/// The slope that is left at the end, as a share of that at the start, or of that of a column that is the target itself.
const REST: f64 = 1e-13;
/// A slope that cannot be made smaller for rounding is small enough below this share.
const SMALL: f64 = 1e-8;

/// The target without its mean, and the mean.
fn centred(design: &Design, target: &[f64]) -> (Vec<f64>, f64) {
    let mean = dot(target, &design.weights) / design.total();
    (target.iter().map(|value| value - mean).collect(), mean)
}

/// Ridge regression (Hoerl and Kennard 1970): the weights that make the sum of squared errors and `l2` times the squares of the
/// weights smallest; of several without a penalty the smallest ones. By conjugate gradients for least squares (Hestenes and
/// Stiefel 1952, in the form of Björck 1996, section 7.4).
pub(super) fn ridge(design: &Design, target: &[f64], l2: f64) -> Result<Weights, Unfinished> {
    let (centred, intercept) = centred(design, target);
    let roots: Vec<f64> = design.weights.iter().map(|weight| weight.sqrt()).collect();
    let weighted = |values: &[f64]| values.iter().zip(&roots).map(|(value, root)| value * root).collect::<Vec<f64>>();
    let mut error = weighted(&centred);
    let mut weights = vec![0.0; design.width()];
    let slope_of = |error: &[f64], weights: &[f64]| {
        let mut slope = design.transposed_times(&weighted(error));
        slope.iter_mut().zip(weights).for_each(|(part, weight)| *part -= l2 * weight);
        slope
    };
    let mut slope = slope_of(&error, &weights);
    let mut direction = slope.clone();
    let mut steepness = dot(&slope, &slope);
    // The squares of a column add up to the weight of all rows, so that this is as steep as one column can be: where the target
    // has nothing to do with any, the slope at the start is rounding already.
    let steepest = steepness.max(design.total() * dot(&error, &error));
    let enough = steepest * REST * REST;
    // In exact numbers there are no more steps than features.
    let limit = 10 * design.width() + 100;
    for _ in 0..limit {
        if steepness <= enough {
            return Ok(Weights { weights, intercept });
        }
        let along = weighted(&design.times(&direction));
        let bend = dot(&along, &along) + l2 * dot(&direction, &direction);
        if bend <= 0.0 {
            return Ok(Weights { weights, intercept });
        }
        let length = steepness / bend;
        weights.iter_mut().zip(&direction).for_each(|(weight, part)| *weight += length * part);
        error.iter_mut().zip(&along).for_each(|(error, part)| *error -= length * part);
        slope = slope_of(&error, &weights);
        let next = dot(&slope, &slope);
        let turn = next / steepness;
        direction.iter_mut().zip(&slope).for_each(|(part, slope)| *part = slope + turn * *part);
        steepness = next;
    }
    if steepness <= enough * (SMALL / REST).powi(2) {
        return Ok(Weights { weights, intercept });
    }
    Err(Unfinished { iterations: limit, slope: steepness.sqrt() / design.total() })
}

/// The elastic net (Zou and Hastie 2005) by coordinate descent (Friedman, Hastie and Tibshirani 2010, "Regularization Paths for
/// Generalized Linear Models via Coordinate Descent"): passes over the weights that are not 0 until they rest, then one over
/// all. It ends where the duality gap is below `tolerance` times the squares of the target.
pub(super) fn elastic_net(
    design: &Design,
    target: &[f64],
    penalty: f64,
    share: f64,
    iterations: usize,
    tolerance: f64,
) -> Result<Weights, Unfinished> {
    let (centred, intercept) = centred(design, target);
    let mut descent = Descent::new(design, &centred, penalty, share);
    let squares: f64 = centred.iter().zip(&design.weights).map(|(value, weight)| weight * value * value).sum();
    let all: Vec<usize> = (0..design.width()).filter(|column| !design.is_constant(*column)).collect();
    let mut passes = 0;
    let mut gap = f64::INFINITY;
    while passes < iterations {
        let change = descent.pass(&all);
        passes += 1;
        if change <= tolerance * descent.largest() {
            gap = descent.gap(&centred);
            if gap <= tolerance * squares {
                return Ok(Weights { weights: descent.weights, intercept });
            }
        }
        let active: Vec<usize> = all.iter().copied().filter(|column| descent.weights[*column] != 0.0).collect();
        while passes < iterations {
            let change = descent.pass(&active);
            passes += 1;
            if change <= tolerance * descent.largest() {
                break;
            }
        }
    }
    // The last pass may have been the one that came to rest.
    if descent.gap(&centred) <= tolerance * squares {
        return Ok(Weights { weights: descent.weights, intercept });
    }
    Err(Unfinished { iterations: passes, slope: gap / design.total() })
}

struct Descent<'d> {
    design: &'d Design,
    /// The penalties times the weight of all rows.
    l1: f64,
    l2: f64,
    weights: Vec<f64>,
    /// The error of each row times its weight, but for a shift that is the same in all rows.
    error: Vec<f64>,
    /// The sum of `error`.
    sum: f64,
}

impl<'d> Descent<'d> {
    fn new(design: &'d Design, target: &[f64], penalty: f64, share: f64) -> Self {
        let error: Vec<f64> = target.iter().zip(&design.weights).map(|(value, weight)| value * weight).collect();
        Self {
            design,
            l1: penalty * share * design.total(),
            l2: penalty * (1.0 - share) * design.total(),
            weights: vec![0.0; design.width()],
            sum: error.iter().sum(),
            error,
        }
    }

    /// One weight after the other goes where it is best for the others as they are; the largest change.
    fn pass(&mut self, columns: &[usize]) -> f64 {
        // The weighted squares of each column add up to the weight of all rows.
        let total = self.design.total();
        let mut largest = 0.0_f64;
        for column in columns {
            let old = self.weights[*column];
            let pull = self.design.dot(*column, &self.error, self.sum) + total * old;
            let new = pull.signum() * (pull.abs() - self.l1).max(0.0) / (total + self.l2);
            if new != old {
                self.sum += self.design.add(*column, old - new, &mut self.error);
                self.weights[*column] = new;
                largest = largest.max((new - old).abs());
            }
        }
        largest
    }

    fn largest(&self) -> f64 {
        self.weights.iter().fold(0.0_f64, |most, weight| most.max(weight.abs()))
    }

    /// How far the value may lie above the smallest there is (the dual of Kim et al. 2007, scaled to be feasible).
    fn gap(&self, target: &[f64]) -> f64 {
        let shift = self.sum / self.design.total();
        let (mut squares, mut product) = (0.0, 0.0);
        for ((error, weight), target) in self.error.iter().zip(&self.design.weights).zip(target) {
            if *weight > 0.0 {
                let error = error / weight - shift;
                squares += weight * error * error;
                product += weight * error * target;
            }
        }
        let mut slopes = self.design.transposed_times(&self.error);
        slopes.iter_mut().zip(&self.weights).for_each(|(slope, weight)| *slope -= self.l2 * weight);
        let steepest = slopes.iter().fold(0.0_f64, |most, slope| most.max(slope.abs()));
        let scale = if steepest > self.l1 { self.l1 / steepest } else { 1.0 };
        let sizes: f64 = self.weights.iter().map(|weight| weight.abs()).sum();
        let weights: f64 = dot(&self.weights, &self.weights);
        squares * (1.0 + scale * scale) / 2.0 + self.l1 * sizes - scale * product
            + self.l2 * (1.0 + scale * scale) / 2.0 * weights
    }
}
