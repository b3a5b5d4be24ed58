//! The smallest value of a smooth convex function whose curvature is known.
//!
//! Newton's method with steps that conjugate gradients find (truncated Newton: Dembo and Steihaug 1983, "Truncated-Newton Algorithms
//! for Large-Scale Unconstrained Optimization"; for logistic regression Lin, Weng and Keerthi 2008). Columns of 0 and 1 that add up
//! to 1, as encoders make them, bend the function a hundred thousand times less in some directions than in others: conjugate
//! gradients need a step for each such direction, while L-BFGS needs thousands.

use super::design::dot;
use super::lbfgs::{Limits, Search, Unfinished};

/// Steps are found to this share of the slope at most, and more exactly the nearer the end is.
const LOOSEST: f64 = 0.5;

/// Finds the point where `of` is smallest. `of` gives its value and its slope at a point, `curvature` how the slope there changes
/// along a direction.
pub(super) fn minimise<Along: Fn(&[f64]) -> Vec<f64>>(
    mut of: impl FnMut(&[f64]) -> (f64, Vec<f64>),
    curvature: impl Fn(&[f64]) -> Along,
    mut point: Vec<f64>,
    limits: Limits,
) -> Result<Vec<f64>, Unfinished> {
    let no_penalty = vec![0.0; point.len()];
    let (mut value, mut slope) = of(&point);
    for iteration in 0..=limits.iterations {
        let largest = slope.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
        // A maximum passes over NaN.
        let is_finite = slope.iter().all(|part| part.is_finite());
        if is_finite && largest <= limits.tolerance {
            return Ok(point);
        }
        let unfinished = Unfinished { iterations: iteration, slope: if is_finite { largest } else { f64::NAN } };
        if iteration == limits.iterations || !is_finite || limits.is_late() {
            return Err(unfinished);
        }
        let direction = step(&curvature(&point), &slope, LOOSEST.min(largest.sqrt()), limits);
        let search = Search { point: &point, value, slope: &slope, direction: &direction, penalty: &no_penalty };
        let Some(next) = search.first_enough(&mut of, 1.0) else { return Err(unfinished) };
        (point, value, slope) = next;
    }
    Err(Unfinished { iterations: limits.iterations, slope: f64::NAN })
}

/// The step after which the slope would be 0 if the curvature stayed as it is, but for `rest` of the slope.
fn step(curvature: &impl Fn(&[f64]) -> Vec<f64>, slope: &[f64], rest: f64, limits: Limits) -> Vec<f64> {
    let mut step = vec![0.0; slope.len()];
    let mut left: Vec<f64> = slope.iter().map(|part| -part).collect();
    let mut direction = left.clone();
    let mut steepness = dot(&left, &left);
    let enough = rest * rest * steepness;
    // In exact numbers there are no more turns than directions.
    for turn in 0..2 * slope.len() {
        let change = curvature(&direction);
        let bend = dot(&direction, &change);
        // Rounding is all that is left of the curvature.
        if bend <= f64::EPSILON * dot(&direction, &direction) {
            return if turn == 0 { direction } else { step };
        }
        let length = steepness / bend;
        step.iter_mut().zip(&direction).for_each(|(part, along)| *part += length * along);
        left.iter_mut().zip(&change).for_each(|(part, change)| *part -= length * change);
        let next = dot(&left, &left);
        if next <= enough || limits.is_late() {
            break;
        }
        let share = next / steepness;
        direction.iter_mut().zip(&left).for_each(|(part, left)| *part = left + share * *part);
        steepness = next;
    }
    step
}
