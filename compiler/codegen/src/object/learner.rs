//! What makes scores of values, as plain data.

use crate::trees::Ensemble;

/// A learner, and what it is given.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The places of the values. Null is NaN to the learner.
    pub features: Vec<usize>,
    /// What makes scores of them.
    pub learner: Learner,
}

/// How the scores of parts become those of a model.
#[derive(Clone, Debug, PartialEq)]
pub enum Pool {
    /// There is one part, whose scores they are.
    Alone,
    /// Sums of what stands for the scores of each part, times its share; added up in the order of the parts.
    Mean {
        /// Of each part.
        shares: Vec<f64>,
        /// What stands for a score.
        of: Pooled,
    },
}

/// What stands for scores where those of several learners are added up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pooled {
    /// The scores.
    Values,
    /// The log odds of a probability, which is kept so far away from 0 and 1. The sum becomes a probability again.
    LogOdds(f64),
    /// The logarithm of a probability, which is kept so far away from 0. The sums become shares: their exponentials over the sum of these.
    LogProbabilities(f64),
}

/// What makes scores of features.
#[derive(Clone, Debug, PartialEq)]
pub enum Learner {
    /// Trees.
    Trees(Ensemble),
    /// Sums of weighted features, one for each score.
    Linear(Vec<Linear>, Link),
}

/// `base + sum(weight * (x - mean))`, summed in the order of the features.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// The sum of a row whose features have their means.
    pub base: f64,
    /// Of each feature the weight and the mean.
    pub terms: Vec<(f64, f64)>,
}

/// What is made of the sums of a linear model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The sum itself.
    Identity,
    /// The probability of log odds, without overflow on either side.
    Probability,
    /// Probabilities that add up to 1.
    Softmax,
}

/// A curve from a score to a probability.
#[derive(Clone, Debug, PartialEq)]
pub enum Curve {
    /// Straight between points, flat beyond the ends.
    Points {
        /// Rising.
        scores: Vec<f64>,
        /// What they stand for.
        values: Vec<f64>,
    },
    /// `1 / (1 + exp(-(slope * log_odds + offset)))`, scores kept `smallest` away from 0 and 1.
    Logistic {
        /// The slope.
        slope: f64,
        /// The offset.
        offset: f64,
        /// How far.
        smallest: f64,
    },
}

impl Learner {
    /// Scores of a row.
    #[must_use]
    pub fn scores(&self) -> usize {
        match self {
            Self::Trees(ensemble) => ensemble.outputs,
            Self::Linear(sums, _) => sums.len(),
        }
    }
}
