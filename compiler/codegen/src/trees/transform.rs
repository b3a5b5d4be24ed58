//! What makes an answer of a sum.

/// What makes an answer of a sum, in the order of operations of the library that learned the trees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transform {
    /// What sums are divided by first: the number of rounds where the answer is a mean (random forests), else 1.
    pub divisor: u32,
    /// What is made of that.
    pub objective: Objective,
}

/// What an objective makes of a sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Objective {
    /// The sum itself.
    Identity,
    /// `1 / (1 + exp(-k x))`
    Sigmoid(f64),
    /// XGBoost's in 32-bit floats: `1 / (exp(min(-x, 88.7)) + 1)`.
    NarrowSigmoid,
    /// `exp(x - max) / sum` over the outputs.
    Softmax,
    /// The same in 32-bit floats.
    NarrowSoftmax,
    /// `exp(x)`
    Exponential,
    /// The same in 32-bit floats.
    NarrowExponential,
    /// `log(1 + exp(x))`
    Softplus,
    /// `sign(x) x²`: what was learned is a square root.
    SignedSquare,
}

impl Transform {
    /// The sum itself.
    pub const PLAIN: Self = Self { divisor: 1, objective: Objective::Identity };

    /// An objective's, of plain sums.
    #[must_use]
    pub const fn of(objective: Objective) -> Self {
        Self { divisor: 1, objective }
    }

    /// Makes the answers of the sums of a row.
    pub fn apply(self, sums: &mut [f64]) {
        if self.divisor > 1 {
            each(sums, |sum| sum / f64::from(self.divisor));
        }
        match self.objective {
            Objective::Identity => {}
            Objective::Sigmoid(k) => each(sums, |x| 1.0 / (1.0 + (-k * x).exp())),
            Objective::NarrowSigmoid => each(sums, |x| {
                let x = (-(x as f32)).min(88.7);
                f64::from(1.0 / (x.exp() + 1.0))
            }),
            Objective::Softmax => {
                let most = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                each(sums, |x| (x - most).exp());
                let total: f64 = sums.iter().fold(0.0, |total, x| total + x);
                each(sums, |x| x / total);
            }
            Objective::NarrowSoftmax => {
                let most = sums.iter().map(|sum| *sum as f32).fold(f32::NEG_INFINITY, f32::max);
                each(sums, |x| f64::from((x as f32 - most).exp()));
                // XGBoost sums in 64 bits and divides in 32.
                let total = sums.iter().fold(0.0, |total, x| total + x) as f32;
                each(sums, |x| f64::from(x as f32 / total));
            }
            Objective::Exponential => each(sums, f64::exp),
            Objective::NarrowExponential => each(sums, |x| f64::from((x as f32).exp())),
            Objective::Softplus => each(sums, |x| x.exp().ln_1p()),
            Objective::SignedSquare => each(sums, |x| f64::from(i8::from(x > 0.0) - i8::from(x < 0.0)) * x * x),
        }
    }
}

fn each(sums: &mut [f64], of: impl Fn(f64) -> f64) {
    sums.iter_mut().for_each(|sum| *sum = of(*sum));
}
