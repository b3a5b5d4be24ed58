//! Values by what they are.

use std::collections::HashMap;

use super::super::values::{Cell, Exact};
use crate::scoring::{Form, Lane};

/// The places of values.
#[derive(Clone, Debug)]
pub(super) enum Lookup {
    Text(HashMap<Box<str>, usize>),
    /// By the bits of [`key`].
    Float(HashMap<u64, usize>),
    Whole(HashMap<i64, usize>),
}

/// Equal where floats are: zero has one sign, and what is no number has one form.
fn key(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() }
}

impl Lookup {
    /// The places of these values for lanes of a form; none where a query would compare them in another way.
    pub(super) fn of(form: Form, values: &[Cell]) -> Option<Self> {
        let places = values.iter().enumerate();
        let whole = |cell: &Cell| match (form, cell) {
            (Form::Bool, Cell::Bool(truth)) => Some(i64::from(*truth)),
            (Form::Date, Cell::Date(days)) => Some(i64::from(*days)),
            (Form::Int, Cell::Int(number))
            | (Form::Time, Cell::Time(number))
            | (Form::Timestamp, Cell::Timestamp(number))
            | (Form::Duration, Cell::Duration(number)) => Some(*number),
            _ => None,
        };
        Some(match form {
            Form::Text => {
                let text = |(place, cell): (usize, &Cell)| match cell {
                    Cell::Text(text) => Some((Box::from(&**text), place)),
                    _ => None,
                };
                Self::Text(places.map(text).collect::<Option<_>>()?)
            }
            Form::Float => {
                let float = |(place, cell): (usize, &Cell)| match cell {
                    Cell::Float(Exact(number)) => Some((key(*number), place)),
                    _ => None,
                };
                Self::Float(places.map(float).collect::<Option<_>>()?)
            }
            Form::Single => return None,
            _ => {
                let counted = places.map(|(place, cell)| Some((whole(cell)?, place)));
                Self::Whole(counted.collect::<Option<_>>()?)
            }
        })
    }

    /// The place of a row's value; none where it is null or not among them.
    pub(super) fn place(&self, lane: &Lane<'_>, row: usize) -> Option<usize> {
        match (self, lane) {
            (Self::Text(places), Lane::Text(_)) => places.get(lane.text(row)?).copied(),
            (Self::Float(places), Lane::Float(_)) => places.get(&key(lane.number(row)?)).copied(),
            (Self::Whole(places), Lane::Whole(_)) => places.get(&lane.whole(row)?).copied(),
            _ => None,
        }
    }
}
