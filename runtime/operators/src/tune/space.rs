//! What is searched: dimensions, and the values that each may take.

use std::sync::Arc;

use gml_ir::Value;

use crate::learned::Change;

/// All that is searched.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Space {
    /// One an argument; one that depends on a choice comes after it.
    pub(crate) dimensions: Vec<Dimension>,
}

/// An argument that is searched, or the choice between several spaces.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dimension {
    /// The estimator whose argument it is, where several have one of the name.
    pub(crate) operator: Option<Arc<str>>,
    /// The argument; none for the choice between several spaces.
    pub(crate) argument: Option<Arc<str>>,
    /// Its values.
    pub(crate) domain: Domain,
    /// What the places of [`Domain::Choice`] stand for.
    pub(crate) values: Vec<Value>,
    /// The dimension of a choice and what must be chosen there for this one to have a meaning.
    pub(crate) only_if: Option<(usize, usize)>,
}

impl Dimension {
    /// Whether it has a meaning, given the points of the dimensions before it.
    pub(super) fn has_meaning(&self, points: &[Option<Point>]) -> bool {
        self.only_if.is_none_or(|(place, choice)| points.get(place) == Some(&Some(Point::Choice(choice))))
    }

    /// What a point changes.
    pub(super) fn change(&self, point: Point) -> Option<Change> {
        let value = match point {
            Point::Float(number) => Value::Float(number),
            Point::Int(number) => Value::Int(number),
            Point::Choice(place) => self.values.get(place)?.clone(),
        };
        Some(Change { operator: self.operator.clone(), argument: self.argument.clone()?, value })
    }

    /// The point of a value that the program gives, drawn into the domain where it lies outside.
    pub(super) fn point(&self, value: &Value) -> Option<Point> {
        match self.domain {
            Domain::Choice(_) => self.values.iter().position(|known| known == value).map(Point::Choice),
            _ => value.as_float().map(|number| self.domain.nearest(number)),
        }
    }
}

/// A dimension of the search.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Domain {
    /// A float between two bounds, both in; `log` searches its orders of magnitude.
    Float {
        /// The smallest value.
        low: f64,
        /// The largest value.
        high: f64,
        /// Whether its logarithm is searched.
        log: bool,
    },
    /// A whole number between two bounds, both in.
    Int {
        /// The smallest value.
        low: i64,
        /// The largest value.
        high: i64,
        /// Whether its logarithm is searched.
        log: bool,
    },
    /// One of so many values, by its place.
    Choice(usize),
}

/// A point in a dimension.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Point {
    /// In [`Domain::Float`].
    Float(f64),
    /// In [`Domain::Int`].
    Int(i64),
    /// In [`Domain::Choice`].
    Choice(usize),
}

impl Domain {
    /// The value at a share of the way through the domain, 0 to 1: what is drawn before anything is known.
    pub(super) fn at(&self, share: f64) -> Point {
        match self {
            Self::Choice(count) => Point::Choice(((share * *count as f64) as usize).min(count.saturating_sub(1))),
            _ => {
                let (low, high) = self.bounds();
                self.point(low + share * (high - low))
            }
        }
    }

    /// Bounds on the line that is searched. Whole numbers take half a step more on either side, so that the outermost
    /// are as likely as others.
    pub(super) fn bounds(&self) -> (f64, f64) {
        match *self {
            Self::Float { low, high, log } => (scaled(low, log), scaled(high, log)),
            Self::Int { low, high, log } => (scaled(low as f64 - 0.5, log), scaled(high as f64 + 0.5, log)),
            Self::Choice(count) => (0.0, count as f64),
        }
    }

    /// The stretch of the line that stands for a point; a float stands for itself.
    pub(super) fn stretch(&self, point: Point) -> (f64, f64) {
        match (self, point) {
            (Self::Int { log, .. }, Point::Int(number)) => {
                (scaled(number as f64 - 0.5, *log), scaled(number as f64 + 0.5, *log))
            }
            _ => {
                let place = self.place(point);
                (place, place)
            }
        }
    }

    /// Where a point lies on the line.
    pub(super) fn place(&self, point: Point) -> f64 {
        let log = matches!(self, Self::Float { log: true, .. } | Self::Int { log: true, .. });
        match point {
            Point::Float(number) => scaled(number, log),
            Point::Int(number) => scaled(number as f64, log),
            Point::Choice(place) => place as f64,
        }
    }

    /// The point that lies closest to a number.
    fn nearest(&self, number: f64) -> Point {
        match *self {
            Self::Float { low, high, .. } => Point::Float(number.clamp(low, high)),
            // A float is cut off at the ends of its range, so the cast cannot wrap.
            Self::Int { low, high, .. } => Point::Int((number.round() as i64).clamp(low, high)),
            Self::Choice(count) => Point::Choice((number as usize).min(count.saturating_sub(1))),
        }
    }

    /// The point at a place of the line.
    pub(super) fn point(&self, place: f64) -> Point {
        match *self {
            Self::Float { low, high, log } => Point::Float(unscaled(place, log).clamp(low, high)),
            // A float is cut off at the ends of its range, so the cast cannot wrap.
            Self::Int { low, high, log } => Point::Int((unscaled(place, log).round() as i64).clamp(low, high)),
            Self::Choice(count) => Point::Choice((place as usize).min(count.saturating_sub(1))),
        }
    }
}

fn scaled(number: f64, log: bool) -> f64 {
    if log { number.ln() } else { number }
}

fn unscaled(number: f64, log: bool) -> f64 {
    if log { number.exp() } else { number }
}
