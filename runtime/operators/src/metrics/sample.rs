//! What is judged: predictions beside what came to be.

use std::collections::HashMap;

/// What was predicted, and what came to be; one entry a row.
pub(crate) enum Outcome {
    /// The probability of true.
    Binary {
        /// What came to be.
        truth: Vec<bool>,
        /// The probability of true.
        probability: Vec<f64>,
    },
    /// The probability of each class.
    Classes {
        /// The class that came to be, by its place; none where the model does not know it.
        truth: Vec<Option<usize>>,
        /// The probabilities in the order of the classes, row after row.
        probabilities: Vec<f64>,
        /// How many classes there are.
        classes: usize,
    },
    /// A number.
    Value {
        /// What came to be.
        truth: Vec<f64>,
        /// What was predicted.
        value: Vec<f64>,
    },
    /// An order within each query.
    Rank {
        /// How relevant the row is, from 0.
        relevance: Vec<f64>,
        /// Larger comes first.
        score: Vec<f64>,
        /// The query that the row belongs to, counted from 0.
        query: Vec<usize>,
    },
}

impl Outcome {
    pub(crate) fn rows(&self) -> usize {
        match self {
            Self::Binary { truth, .. } => truth.len(),
            Self::Classes { truth, .. } => truth.len(),
            Self::Value { truth, .. } => truth.len(),
            Self::Rank { relevance, .. } => relevance.len(),
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Binary { .. } => "the probability of true",
            Self::Classes { .. } => "probabilities of classes",
            Self::Value { .. } => "a number",
            Self::Rank { .. } => "a ranking",
        }
    }
}

/// Rows to judge by, and how much each counts.
pub(crate) struct Sample {
    /// Prediction and truth.
    pub(crate) outcome: Outcome,
    /// One weight a row; all count the same where there are none. Metrics of the first of a group do not use them.
    pub(crate) weights: Option<Vec<f64>>,
    /// The group that the row belongs to, counted from 0, where a column has the role. A ranking has its own.
    pub(crate) group: Option<Vec<usize>>,
}

impl Sample {
    /// Whether no row counts.
    pub(crate) fn weighs_nothing(&self) -> bool {
        self.weights.as_ref().is_some_and(|weights| weights.iter().sum::<f64>() <= 0.0)
    }

    /// The weighted mean of one number a row.
    pub(super) fn mean(&self, of: impl Iterator<Item = f64>) -> f64 {
        match &self.weights {
            None => of.sum::<f64>() / self.outcome.rows() as f64,
            Some(weights) => {
                of.zip(weights).map(|(value, weight)| value * weight).sum::<f64>() / weights.iter().sum::<f64>()
            }
        }
    }

    pub(crate) fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row])
    }

    /// The group of each row: what is drawn together where samples are drawn.
    pub(crate) fn groups(&self) -> Option<&[usize]> {
        match &self.outcome {
            Outcome::Rank { query, .. } => Some(query),
            _ => None,
        }
    }

    /// These rows and those of another sample behind them; nothing where they are of different kinds or tell other classes
    /// apart. Rankings are of other queries.
    pub(crate) fn and(self, other: Self) -> Option<Self> {
        fn joined<T>(mut first: Vec<T>, second: Vec<T>) -> Vec<T> {
            first.extend(second);
            first
        }
        let outcome = match (self.outcome, other.outcome) {
            (Outcome::Binary { truth, probability }, Outcome::Binary { truth: truths, probability: probabilities }) => {
                Outcome::Binary { truth: joined(truth, truths), probability: joined(probability, probabilities) }
            }
            (
                Outcome::Classes { truth, probabilities, classes },
                Outcome::Classes { truth: truths, probabilities: others, classes: same },
            ) if classes == same => {
                Outcome::Classes { truth: joined(truth, truths), probabilities: joined(probabilities, others), classes }
            }
            (Outcome::Value { truth, value }, Outcome::Value { truth: truths, value: values }) => {
                Outcome::Value { truth: joined(truth, truths), value: joined(value, values) }
            }
            _ => return None,
        };
        let weights = match (self.weights, other.weights) {
            (Some(first), Some(second)) => Some(joined(first, second)),
            (None, None) => None,
            _ => return None,
        };
        if self.group.is_some() || other.group.is_some() {
            return None;
        }
        Some(Self { outcome, weights, group: None })
    }

    /// The rows at these places, which may come more than once. `groups` are the groups that they belong to then, where
    /// groups were drawn.
    pub(crate) fn take(&self, places: &[usize], groups: Option<Vec<usize>>) -> Self {
        fn taken<T: Copy>(of: &[T], places: &[usize]) -> Vec<T> {
            places.iter().map(|place| of[*place]).collect()
        }
        let outcome = match &self.outcome {
            Outcome::Binary { truth, probability } => {
                Outcome::Binary { truth: taken(truth, places), probability: taken(probability, places) }
            }
            Outcome::Classes { truth, probabilities, classes } => Outcome::Classes {
                truth: taken(truth, places),
                probabilities: places
                    .iter()
                    .flat_map(|place| &probabilities[place * classes..(place + 1) * classes])
                    .copied()
                    .collect(),
                classes: *classes,
            },
            Outcome::Value { truth, value } => {
                Outcome::Value { truth: taken(truth, places), value: taken(value, places) }
            }
            Outcome::Rank { relevance, score, query } => Outcome::Rank {
                relevance: taken(relevance, places),
                score: taken(score, places),
                query: groups.clone().unwrap_or_else(|| numbered(&taken(query, places))),
            },
        };
        let weights = self.weights.as_ref().map(|weights| taken(weights, places));
        let group = self.group.as_ref().map(|group| groups.unwrap_or_else(|| numbered(&taken(group, places))));
        Self { outcome, weights, group }
    }
}

/// Numbers from 0 without gaps, by first appearance.
fn numbered(groups: &[usize]) -> Vec<usize> {
    let mut numbers: HashMap<usize, usize> = HashMap::new();
    groups
        .iter()
        .map(|group| {
            let next = numbers.len();
            *numbers.entry(*group).or_insert(next)
        })
        .collect()
}
