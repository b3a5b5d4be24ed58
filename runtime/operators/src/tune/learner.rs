//! What is tuned, whatever it learns from.

use gml_ir::Value;

use super::pruning::Turns;
use super::space::{Point, Space};
use crate::learned::Estimator;
use crate::recommenders::SequenceEstimator;

/// An estimator, of which the arguments are looked for.
#[derive(Clone, Copy)]
pub(super) enum Learner<'l> {
    /// It learns from rows.
    OfRows(&'l dyn Estimator),
    /// It learns from sequences.
    OfSequences(&'l dyn SequenceEstimator),
}

impl<'l> Learner<'l> {
    /// The value that an argument has now; `None` where it is none of this estimator.
    pub(super) fn argument(self, operator: Option<&str>, name: &str) -> Option<&'l Value> {
        match self {
            Self::OfRows(learner) => learner.argument(operator, name),
            Self::OfSequences(learner) => learner.recall().argument(operator, name),
        }
    }

    /// The arguments as the program gives them, drawn into the space where they lie outside.
    pub(super) fn start(self, space: &Space) -> Vec<Option<Point>> {
        let mut points = Vec::new();
        for dimension in &space.dimensions {
            let point = match &dimension.argument {
                _ if !dimension.has_meaning(&points) => None,
                None => Some(Point::Choice(0)),
                Some(argument) => {
                    let current = self.argument(dimension.operator.as_deref(), argument);
                    Some(current.and_then(|value| dimension.point(value)).unwrap_or_else(|| dimension.domain.at(0.5)))
                }
            };
            points.push(point);
        }
        points
    }

    /// The turns in which every trial learns.
    pub(super) fn turns(self, space: &Space) -> Turns {
        let (name, turns): (_, fn(Option<usize>) -> Turns) = match self {
            Self::OfRows(_) => ("rounds", Turns::rounds),
            Self::OfSequences(_) => ("epochs", Turns::epochs),
        };
        if space.dimensions.iter().any(|dimension| dimension.argument.as_deref() == Some(name)) {
            return turns(None);
        }
        let most = self.argument(None, name).and_then(Value::as_int);
        turns(most.and_then(|most| usize::try_from(most).ok()))
    }
}
