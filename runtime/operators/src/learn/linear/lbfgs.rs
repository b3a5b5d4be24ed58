//! The smallest value of a smooth convex function and a penalty on sizes, and the search for a step along a direction.
//!
//! L-BFGS (Liu and Nocedal 1989, "On the Limited Memory BFGS Method for Large Scale Optimization"); with the penalty its form
//! for orthants (Andrew and Gao 2007, "Scalable Training of L1-Regularized Log-Linear Models").

use std::collections::VecDeque;
use std::time::Instant;

use super::design::dot;

/// Steps that the curvature is estimated from.
const MEMORY: usize = 10;
/// A step has to bring this share of what the slope promises (Armijo 1966).
const SUFFICIENT: f64 = 1e-4;
/// Halvings of a step before it is given up.
const HALVINGS: usize = 60;

/// When it ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limits {
    /// After so many steps at the latest.
    pub(super) iterations: usize,
    /// Where no part of the slope is larger.
    pub(super) tolerance: f64,
    /// When the time is over, where there is an end to it.
    pub(super) until: Option<Instant>,
}

impl Limits {
    /// Whether the time is over.
    pub(super) fn is_late(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }
}

/// Why no point was found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unfinished {
    pub(super) iterations: usize,
    /// The largest part of the slope at the end.
    pub(super) slope: f64,
}

impl std::fmt::Display for Unfinished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "after {} iterations the largest slope is {:.1e}", self.iterations, self.slope)
    }
}

/// A step and how the slope changed along it.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    product: f64,
}

/// Finds the point where `of(point) + sum(penalty * |point|)` is smallest. `of` gives its value and its slope.
pub(super) fn minimise(
    mut of: impl FnMut(&[f64]) -> (f64, Vec<f64>),
    mut point: Vec<f64>,
    penalty: &[f64],
    limits: Limits,
) -> Result<Vec<f64>, Unfinished> {
    let (smooth, mut slope) = of(&point);
    let mut value = smooth + sizes(&point, penalty);
    let mut pairs: VecDeque<Pair> = VecDeque::new();
    for iteration in 0..=limits.iterations {
        let downhill = pseudo_slope(&point, &slope, penalty);
        let largest = downhill.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
        if largest <= limits.tolerance {
            return Ok(point);
        }
        let unfinished = Unfinished { iterations: iteration, slope: largest };
        if iteration == limits.iterations || !largest.is_finite() || limits.is_late() {
            return Err(unfinished);
        }
        let mut direction = direction(&downhill, &pairs);
        for (part, slope) in direction.iter_mut().zip(&downhill) {
            // A part that leads uphill by the pseudo-slope would leave the orthant in which the curvature is known.
            if *part * slope >= 0.0 {
                *part = 0.0;
            }
        }
        let first = if pairs.is_empty() { 1.0 / dot(&downhill, &downhill).sqrt().max(1.0) } else { 1.0 };
        let search = Search { point: &point, value, slope: &downhill, direction: &direction, penalty };
        let taken = search.first_enough(&mut of, first);
        let Some((next, next_value, next_slope)) = taken else {
            if pairs.is_empty() {
                return Err(unfinished);
            }
            // What was learned of the curvature misleads here: begin again with the slope alone.
            pairs.clear();
            continue;
        };
        let step: Vec<f64> = next.iter().zip(&point).map(|(new, old)| new - old).collect();
        let change: Vec<f64> = next_slope.iter().zip(&slope).map(|(new, old)| new - old).collect();
        let product = dot(&step, &change);
        if product > f64::EPSILON * dot(&change, &change) {
            if pairs.len() == MEMORY {
                pairs.pop_front();
            }
            pairs.push_back(Pair { step, change, product });
        }
        (point, value, slope) = (next, next_value, next_slope);
    }
    Err(Unfinished { iterations: limits.iterations, slope: f64::NAN })
}

/// The slope towards the nearest smaller value, where the penalty has a kink.
fn pseudo_slope(point: &[f64], slope: &[f64], penalty: &[f64]) -> Vec<f64> {
    let part = |((x, slope), penalty): ((&f64, &f64), &f64)| {
        if *x > 0.0 || (*x == 0.0 && slope + penalty < 0.0) {
            slope + penalty
        } else if *x < 0.0 || slope - penalty > 0.0 {
            slope - penalty
        } else {
            0.0
        }
    };
    point.iter().zip(slope).zip(penalty).map(part).collect()
}

/// Where to go: the slope turned by the curvature that the pairs tell of (the two loops of Nocedal 1980).
fn direction(slope: &[f64], pairs: &VecDeque<Pair>) -> Vec<f64> {
    let mut direction: Vec<f64> = slope.iter().map(|part| -part).collect();
    let mut shares = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let share = dot(&pair.step, &direction) / pair.product;
        direction.iter_mut().zip(&pair.change).for_each(|(part, change)| *part -= share * change);
        shares.push(share);
    }
    if let Some(last) = pairs.back() {
        let scale = last.product / dot(&last.change, &last.change);
        direction.iter_mut().for_each(|part| *part *= scale);
    }
    for (pair, share) in pairs.iter().zip(shares.into_iter().rev()) {
        let back = share - dot(&pair.change, &direction) / pair.product;
        direction.iter_mut().zip(&pair.step).for_each(|(part, step)| *part += back * step);
    }
    direction
}

/// Where a search for a step begins, and where it leads.
pub(super) struct Search<'s> {
    pub(super) point: &'s [f64],
    pub(super) value: f64,
    pub(super) slope: &'s [f64],
    pub(super) direction: &'s [f64],
    /// Of the size of each part of the point.
    pub(super) penalty: &'s [f64],
}

impl Search<'_> {
    /// The first of shorter and shorter steps that brings enough: where it ends, the value there and the slope.
    pub(super) fn first_enough(
        &self,
        of: &mut impl FnMut(&[f64]) -> (f64, Vec<f64>),
        first: f64,
    ) -> Option<(Vec<f64>, f64, Vec<f64>)> {
        let Self { point, value, slope, direction, penalty } = *self;
        let mut length = first;
        for _ in 0..HALVINGS {
            let mut next: Vec<f64> = point.iter().zip(direction).map(|(x, part)| x + length * part).collect();
            for (place, x) in next.iter_mut().enumerate().filter(|(place, _)| penalty[*place] > 0.0) {
                // The penalty is linear only within an orthant: a step ends at its border.
                let orthant = if point[place] == 0.0 { -slope[place] } else { point[place] };
                if *x * orthant <= 0.0 {
                    *x = 0.0;
                }
            }
            let (smooth, next_slope) = of(&next);
            let next_value = smooth + sizes(&next, penalty);
            let promised: f64 = next.iter().zip(point).zip(slope).map(|((new, old), part)| (new - old) * part).sum();
            // Close to the end values differ by less than they are rounded to.
            let rounding = 4.0 * f64::EPSILON * value.abs();
            if next_value.is_finite() && next_value <= value + SUFFICIENT * promised + rounding {
                return Some((next, next_value, next_slope));
            }
            length /= 2.0;
        }
        None
    }
}

/// The penalty on the sizes of a point.
fn sizes(point: &[f64], penalty: &[f64]) -> f64 {
    point.iter().zip(penalty).map(|(x, penalty)| penalty * x.abs()).sum()
}
