//! Shapley values of a single leaf.
//!
//! A leaf is a game of the features on the way to it: with the features of a set S known, it counts for
//! `value * prod(in S: goes on to the leaf, 1 or 0) * prod(not in S: the share of training rows that go on)`, the
//! conditional expectation of Lundberg et al. 2020, "From local explanations to global understanding with explainable AI
//! for trees", algorithm 1. The Shapley value of a feature is the integral over `t` from 0 to 1 of what it adds when every
//! other feature is known with probability `t` (Owen 1972, "Multilinear Extensions of Games", section 4):
//!
//! `value * (known_i - share_i) * ∫ prod(j != i: t * known_j + (1 - t) * share_j) dt`
//!
//! The integrand is a polynomial, so Gauss and Legendre's quadrature gives it exactly, in a number of operations that
//! grows with the square of the number of features, without the divisions of the recursive algorithm. Interactions
//! (Lundberg 2020, equation 3) are integrals of the same kind without two of the features.

/// Nodes and weights of Gauss and Legendre's quadrature on 0..1.
#[derive(Clone, Debug)]
pub(super) struct Quadrature {
    nodes: Vec<(f64, f64)>,
}

impl Quadrature {
    /// So many nodes are exact for polynomials of a degree below twice their number. They are the roots of Legendre's
    /// polynomial, found by Newton's method from the usual first guess (Press et al. 2007, "Numerical Recipes", 4.6.1).
    pub(super) fn exact_for_degree(degree: usize) -> Self {
        let count = degree / 2 + 1;
        let node = |place: usize| {
            let mut x = (std::f64::consts::PI * (place as f64 + 0.75) / (count as f64 + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..ITERATIONS {
                let (value, derivative) = legendre(count, x);
                slope = derivative;
                x -= value / derivative;
            }
            // From -1..1 to 0..1: half the weight.
            (f64::midpoint(1.0, x), 1.0 / ((1.0 - x * x) * slope * slope))
        };
        Self { nodes: (0..count).map(node).collect() }
    }
}

/// Newton's method doubles the digits at every step and begins with several.
const ITERATIONS: usize = 8;

/// Legendre's polynomial of a degree and its derivative.
fn legendre(degree: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for n in 1..degree {
        let n = n as f64;
        (before, value) = (value, ((2.0 * n + 1.0) * x * value - n * before) / (n + 1.0));
    }
    (value, degree as f64 * (x * value - before) / (x * x - 1.0))
}

/// Adds the Shapley value of each feature to `into`. `known` is 1 for a feature whose value goes on to the leaf, else 0.
pub(super) fn values(value: f64, shares: &[f64], known: &[f64], quadrature: &Quadrature, into: &mut [f64]) {
    let mut before = vec![0.0; shares.len()];
    let mut sums = vec![0.0; shares.len()];
    for (t, weight) in &quadrature.nodes {
        let mut product = *weight;
        for (place, share) in shares.iter().enumerate() {
            before[place] = product;
            product *= factor(*t, *share, known[place]);
        }
        let mut after = 1.0;
        for (place, share) in shares.iter().enumerate().rev() {
            sums[place] += before[place] * after;
            after *= factor(*t, *share, known[place]);
        }
    }
    for (place, share) in shares.iter().enumerate() {
        into[place] += value * (known[place] - share) * sums[place];
    }
}

/// Adds the interaction of each pair of features to `into`, a square matrix, row by row: half of it on either side of the
/// diagonal, as `shap` shows them. The diagonal is left alone.
pub(super) fn interactions(value: f64, shares: &[f64], known: &[f64], quadrature: &Quadrature, into: &mut [f64]) {
    let count = shares.len();
    for (t, weight) in &quadrature.nodes {
        let factors: Vec<f64> =
            shares.iter().enumerate().map(|(place, share)| factor(*t, *share, known[place])).collect();
        for first in 0..count {
            for second in first + 1..count {
                let others = factors.iter().enumerate().filter(|(place, _)| *place != first && *place != second);
                let product: f64 = others.map(|(_, factor)| factor).product();
                let added = |place: usize| known[place] - shares[place];
                let half = 0.5 * weight * value * product * added(first) * added(second);
                into[first * count + second] += half;
                into[second * count + first] += half;
            }
        }
    }
}

fn factor(t: f64, share: f64, known: f64) -> f64 {
    t * known + (1.0 - t) * share
}
