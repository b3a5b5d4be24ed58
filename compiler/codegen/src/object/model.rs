//! A model as plain data.

use crate::trees::Ensemble;

use super::Uncompiled;

/// A model: rows of columns, operations on their values, a learner that is given some of these, curves behind it.
///
/// A value is a 64-bit float, and may be null. Values have places: the columns first, then what each operation makes.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// What a row has, in its order.
    pub columns: Vec<Column>,
    /// In their order. Each makes one value.
    pub operations: Vec<Operation>,
    /// The places of the values that the learner is given. Null is NaN to it.
    pub features: Vec<usize>,
    /// What makes scores of the features.
    pub learner: Learner,
    /// The classes that the scores are of; empty where there are none.
    pub classes: Vec<String>,
    /// Curves from scores to probabilities: none, or one for each score.
    pub curves: Vec<Curve>,
    /// What the answers are called, in their order: the likeliest class (where there are classes), the scores, and what the curves say.
    pub outputs: Vec<String>,
}

/// What is told of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What the functions of the library begin with.
    pub name: String,
    /// What the library says when it is asked for its version.
    pub version: String,
    /// How it was learned, for those who read the header.
    pub about: Vec<String>,
}

/// A column of the rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub holds: Holds,
    /// Whether NaN is null in it. In a column of texts it always is.
    pub nullable: bool,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Holds {
    /// 64-bit floats.
    Float,
    /// 32-bit floats.
    Single,
    /// Whole numbers.
    Whole,
    /// 1 and 0.
    Truth,
    /// Days since 1970-01-01.
    Date,
    /// Microseconds since midnight.
    Time,
    /// Microseconds since 1970-01-01T00:00:00Z.
    Timestamp,
    /// Microseconds.
    Duration,
    /// Codes of texts.
    Text {
        /// The texts that the model tells apart; the code is the place.
        known: Vec<String>,
        /// Where others are told apart by a hash: how many they are put into. The code of bucket `b` is `-1 - b`, and -1 is the code of
        /// all others where there are no buckets.
        buckets: Option<u32>,
    },
}

/// An operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The place of the value that is changed.
    pub of: usize,
    /// How.
    pub change: Change,
}

/// What an operation makes of a value. Null stays null where nothing else is said.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// This where it is null.
    Fill(f64),
    /// 1 where it is this, 0 elsewhere and for null.
    Is(f64),
    /// What stands beside the value.
    Look {
        /// Values.
        keys: Vec<f64>,
        /// What stands beside them.
        beside: Vec<f64>,
        /// What stands beside any other value.
        other: f64,
        /// What null becomes; none where it stays null.
        null: Option<f64>,
    },
    /// The bucket of a text's hash.
    Bucket {
        /// Those of the texts that have codes.
        known: Vec<f64>,
    },
    /// How many of these, which rise, are at most the value; all where it is no number.
    Count(Vec<f64>),
    /// `(x - center) * factor`
    Scale {
        /// Becomes 0.
        center: f64,
        /// What is multiplied by.
        factor: f64,
    },
    /// `sign(x) * ln(1 + |x|)`
    Log,
    /// No smaller and no larger than; what is no number stands above all numbers.
    Clip {
        /// The smallest value.
        low: f64,
        /// The largest.
        high: f64,
    },
    /// Year (0), month (1), day (2) or day of the week (3; Monday is 1) of days, or of microseconds, since 1970.
    DatePart {
        /// Which.
        part: usize,
        /// Whether it is of microseconds.
        micros: bool,
    },
}

/// Parts that [`Change::DatePart`] knows.
pub const PART_COUNT: usize = 4;

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

impl Model {
    /// The place of the first score among the outputs.
    pub(super) fn first_score(&self) -> usize {
        usize::from(!self.classes.is_empty())
    }

    /// Whether it contradicts itself.
    pub(super) fn check(&self) -> Result<(), Uncompiled> {
        let broken = |what: String| Err(Uncompiled::Broken(what));
        for (number, operation) in self.operations.iter().enumerate() {
            if operation.of >= self.columns.len() + number {
                return broken(format!("operation {number} changes a value that is not made before it"));
            }
            let fits = match &operation.change {
                Change::Look { keys, beside, .. } => keys.len() == beside.len(),
                Change::DatePart { part, .. } => *part < PART_COUNT,
                Change::Count(bounds) => bounds.is_sorted(),
                _ => true,
            };
            if !fits {
                return broken(format!("operation {number} contradicts itself"));
            }
        }
        let values = self.columns.len() + self.operations.len();
        if let Some(place) = self.features.iter().find(|place| **place >= values) {
            return broken(format!("the learner asks for the value {place}, and there are {values}"));
        }
        let wanted = match &self.learner {
            Learner::Trees(ensemble) => {
                ensemble.check().map_err(|what| Uncompiled::Broken(what.to_string()))?;
                ensemble.features
            }
            Learner::Linear(sums, _) => {
                let width = sums.first().map_or(0, |sum| sum.terms.len());
                if sums.is_empty() || sums.iter().any(|sum| sum.terms.len() != width) {
                    return broken("the sums of a linear model are of different lengths".into());
                }
                width
            }
        };
        if wanted != self.features.len() {
            let given = self.features.len();
            return broken(format!("the learner takes {wanted} features and is given {given}"));
        }
        let scores = self.learner.scores();
        let one_each = |count: usize| count == 0 || count == scores;
        let is_whole = |curve: &Curve| match curve {
            Curve::Points { scores, values } => {
                !scores.is_empty() && scores.len() == values.len() && scores.is_sorted()
            }
            Curve::Logistic { .. } => true,
        };
        if !one_each(self.classes.len()) || !one_each(self.curves.len()) || !self.curves.iter().all(is_whole) {
            return broken("its classes or curves are not those of its scores".into());
        }
        let outputs = self.first_score() + scores + self.curves.len();
        if outputs != self.outputs.len() {
            let named = self.outputs.len();
            return broken(format!("it gives {outputs} numbers and names {named}"));
        }
        Ok(())
    }
}
