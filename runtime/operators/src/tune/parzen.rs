//! Densities of good and of other points: a Parzen estimator for one dimension.
//!
//! After Bergstra, Bardenet, Bengio and Kégl 2011, "Algorithms for Hyper-Parameter Optimization", section 4, with the
//! settings of Optuna's `TPESampler`: kernels are normal distributions cut off at the bounds, a further one as wide as the
//! domain is the prior, and the widths follow the distances between neighbours.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use super::random::Stream;
use super::space::{Domain, Point};

/// So many of the latest observations count in full; older ones count less, the oldest least.
const RECENT: usize = 25;
/// With many kernels none is narrower than the domain divided by this.
const NARROWEST: f64 = 100.0;

/// A density over a dimension.
pub(super) struct Parzen<'d> {
    domain: &'d Domain,
    /// One a kernel; they add up to 1.
    weights: Vec<f64>,
    kernels: Kernels,
}

enum Kernels {
    /// Normal distributions on the domain's line.
    Line(Vec<Kernel>),
    /// The probability of each choice, kernel by kernel.
    Choices(Vec<Vec<f64>>),
}

struct Kernel {
    normal: Normal,
    /// How much of the distribution lies below the domain.
    below: f64,
    /// How much of it lies in the domain.
    within: f64,
}

impl<'d> Parzen<'d> {
    /// The density of observations, the oldest first.
    pub(super) fn new(domain: &'d Domain, observed: &[Point]) -> Self {
        let mut weights = ages(observed.len());
        weights.push(1.0);
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        let kernels = match domain {
            Domain::Choice(count) => Kernels::Choices(choices(*count, observed)),
            _ => Kernels::Line(line(domain, observed)),
        };
        Self { domain, weights, kernels }
    }

    /// The logarithm of the density at a point (of the probability, where points are whole numbers or choices).
    pub(super) fn log_density(&self, point: Point) -> f64 {
        let density: f64 = match (&self.kernels, point) {
            (Kernels::Choices(kernels), Point::Choice(choice)) => {
                self.weights.iter().zip(kernels).map(|(weight, kernel)| weight * kernel[choice]).sum()
            }
            (Kernels::Choices(_), _) => 0.0,
            (Kernels::Line(kernels), _) => {
                let (start, end) = self.domain.stretch(point);
                self.weights.iter().zip(kernels).map(|(weight, kernel)| weight * kernel.density(start, end)).sum()
            }
        };
        density.ln()
    }

    /// A point drawn from the density.
    pub(super) fn draw(&self, random: &mut Stream) -> Point {
        let kernel = drawn(&self.weights, random.uniform());
        match &self.kernels {
            Kernels::Choices(kernels) => Point::Choice(drawn(&kernels[kernel], random.uniform())),
            Kernels::Line(kernels) => {
                let kernel = &kernels[kernel];
                let (low, high) = self.domain.bounds();
                let place = kernel.normal.inverse_cdf(kernel.below + random.uniform() * kernel.within);
                self.domain.point(place.clamp(low, high))
            }
        }
    }
}

impl Kernel {
    fn new(center: f64, width: f64, (low, high): (f64, f64)) -> Option<Self> {
        let normal = Normal::new(center, width).ok()?;
        let below = normal.cdf(low);
        Some(Self { below, within: normal.cdf(high) - below, normal })
    }

    /// The density at a place, or the probability of a stretch.
    fn density(&self, start: f64, end: f64) -> f64 {
        if start == end {
            return self.normal.pdf(start) / self.within;
        }
        // Differences of numbers close to 1 lose digits, those of numbers close to 0 do not: take the nearer tail.
        let stretch = if start > self.normal_center() {
            self.normal.sf(start) - self.normal.sf(end)
        } else {
            self.normal.cdf(end) - self.normal.cdf(start)
        };
        stretch / self.within
    }

    fn normal_center(&self) -> f64 {
        statrs::statistics::Distribution::mean(&self.normal).unwrap_or_default()
    }
}

/// How much each of so many observations counts, the oldest first.
fn ages(count: usize) -> Vec<f64> {
    let old = count.saturating_sub(RECENT);
    let least = 1.0 / count.max(1) as f64;
    let rising = |place: usize| {
        let share = if old > 1 { place as f64 / (old - 1) as f64 } else { 0.0 };
        least + share * (1.0 - least)
    };
    (0..count).map(|place| if count > RECENT && place < old { rising(place) } else { 1.0 }).collect()
}

fn choices(count: usize, observed: &[Point]) -> Vec<Vec<f64>> {
    let kernels = observed.len() + 1;
    let uniform = vec![1.0 / count.max(1) as f64; count];
    if observed.is_empty() {
        return vec![uniform];
    }
    let prior = 1.0 / kernels as f64;
    let sum = 1.0 + prior * count as f64;
    let kernel = |point: &Point| {
        (0..count).map(|choice| (prior + f64::from(u8::from(*point == Point::Choice(choice)))) / sum).collect()
    };
    observed.iter().map(kernel).chain([uniform.clone()]).collect()
}

fn line(domain: &Domain, observed: &[Point]) -> Vec<Kernel> {
    let (low, high) = domain.bounds();
    let range = high - low;
    let centers: Vec<f64> = observed.iter().map(|point| domain.place(*point)).collect();
    let widths = widths(&centers, low, high);
    let prior = (f64::midpoint(low, high), range);
    let kernels = centers.into_iter().zip(widths).chain([prior]);
    // A width is at least a hundredth of a range that is not empty, so every kernel exists.
    kernels.filter_map(|(center, width)| Kernel::new(center, width, (low, high))).collect()
}

/// The width of each kernel: the distance to its farther neighbour, those at the ends to their only one.
fn widths(centers: &[f64], low: f64, high: f64) -> Vec<f64> {
    let range = high - low;
    let narrowest = range / NARROWEST.min(2.0 + centers.len() as f64);
    let mut order: Vec<usize> = (0..centers.len()).collect();
    order.sort_by(|a, b| centers[*a].total_cmp(&centers[*b]));
    let sorted: Vec<f64> = order.iter().map(|place| centers[*place]).collect();
    let mut widths = vec![range; centers.len()];
    for (rank, place) in order.iter().enumerate() {
        let left = rank.checked_sub(1).map(|left| sorted[rank] - sorted[left]);
        let right = sorted.get(rank + 1).map(|right| right - sorted[rank]);
        let width = match (left, right) {
            (Some(left), Some(right)) => left.max(right),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => (sorted[rank] - low).max(high - sorted[rank]),
        };
        widths[*place] = width.clamp(narrowest, range);
    }
    widths
}

/// The place at which the running sum of weights passes a share of their sum (1).
fn drawn(weights: &[f64], share: f64) -> usize {
    let mut sum = 0.0;
    for (place, weight) in weights.iter().enumerate() {
        sum += weight;
        if share < sum {
            return place;
        }
    }
    weights.len().saturating_sub(1)
}
