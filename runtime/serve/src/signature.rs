//! What rows to score have to be, as the signature of a model says.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use gml_connect::typed::nearest;
use gml_ir::{Column, Contract, ContractRule, Row, Type, Value};
use gml_operators::RowScorer;
use polars::prelude::Series;

use crate::rows::short;

/// The columns that rows have, and those that they may have.
pub(crate) struct Signature {
    columns: Vec<Expected>,
    places: HashMap<Arc<str>, usize>,
    /// Columns of the rows that the model was learned from and does not read: the target, an id.
    passed_over: HashSet<Arc<str>>,
    outputs: Arc<Row>,
    classes: Vec<Arc<str>>,
}

/// A column that rows have.
pub(crate) struct Expected {
    /// With its name and type in a program.
    pub(crate) column: Column,
    /// The texts of an enum.
    pub(crate) listed: Option<HashSet<Arc<str>>>,
    /// Contracts of numbers.
    pub(crate) bounds: Vec<Bound>,
    /// Whether there are rules that only a query can hold.
    pub(crate) has_rules: bool,
}

/// A contract of numbers.
pub(crate) struct Bound {
    /// As it was written.
    pub(crate) text: Arc<str>,
    rule: ContractRule,
}

/// What a name in a request stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// The column at that place.
    Column(usize),
    /// A column that the model does not read.
    PassedOver,
    /// None.
    Unknown,
}

impl Signature {
    pub(crate) fn of(scorer: &RowScorer) -> Self {
        let reads: HashSet<&Arc<str>> = scorer.reads().iter().collect();
        let (read, others): (Vec<&Column>, Vec<&Column>) =
            scorer.input().columns.iter().partition(|column| reads.contains(&column.name));
        let columns: Vec<Expected> = read.into_iter().map(Expected::of).collect();
        let places = columns.iter().enumerate().map(|(place, known)| (Arc::clone(&known.column.name), place));
        Self {
            places: places.collect(),
            columns,
            passed_over: others.into_iter().map(|column| Arc::clone(&column.name)).collect(),
            outputs: Arc::clone(scorer.outputs()),
            classes: scorer.classes().to_vec(),
        }
    }

    /// The columns that rows have, in the order in which values without names are read.
    pub(crate) fn columns(&self) -> &[Expected] {
        &self.columns
    }

    /// The columns that the model gives.
    pub(crate) fn outputs(&self) -> &Row {
        &self.outputs
    }

    /// The classes that the model tells apart, in the order of its scores; empty where it tells none apart.
    pub(crate) fn classes(&self) -> &[Arc<str>] {
        &self.classes
    }

    /// What a name stands for.
    pub(crate) fn named(&self, name: &str) -> Named {
        match self.places.get(name) {
            Some(place) => Named::Column(*place),
            None if self.passed_over.contains(name) => Named::PassedOver,
            None => Named::Unknown,
        }
    }

    /// What may have been meant by a name that stands for nothing.
    pub(crate) fn hint(&self, name: &str) -> String {
        let name = short(name);
        let known = self.columns.iter().map(|known| &*known.column.name);
        match nearest(&name, known, 1).first() {
            Some(near) => format!("the model reads no column `{name}`; did you mean `{near}`?"),
            None => format!("the model reads no column `{name}`"),
        }
    }
}

impl Expected {
    fn of(column: &Column) -> Self {
        // How a file holds a column is no business of a request.
        let column = column.clone().stored_plainly();
        let listed = match column.ty.non_null() {
            Type::Enum(values) => Some(values.iter().map(Arc::clone).collect()),
            _ => None,
        };
        let is_plain = matches!(column.ty.non_null(), Type::Int(_) | Type::Float | Type::Float32);
        let bound = |contract: &Contract| {
            let rule = Some(&contract.rule).filter(|rule| is_plain && is_numeric(rule));
            rule.map(|rule| Bound { text: Arc::clone(&contract.text), rule: rule.clone() })
        };
        let bounds: Vec<Bound> = column.contracts.iter().filter_map(bound).collect();
        let is_nested = matches!(column.ty.non_null(), Type::List(_) | Type::Struct(_));
        let has_rules = is_nested || bounds.len() < column.contracts.len();
        Self { listed, has_rules, bounds, column }
    }

    /// Whether null is a value.
    pub(crate) fn is_nullable(&self) -> bool {
        self.column.ty.is_nullable() || self.column.ty.is_silent()
    }
}

fn is_numeric(rule: &ContractRule) -> bool {
    let number = |value: &Value| value.as_float().is_some();
    match rule {
        ContractRule::InRange { start, end, .. } => number(start) && number(end),
        ContractRule::Compare(_, right) => number(right),
        ContractRule::OneOf(_) | ContractRule::Matches(_) => false,
    }
}

impl Bound {
    /// The rows, from 0, whose number breaks it. Null breaks none, and what is no number breaks all.
    pub(crate) fn broken_by(&self, numbers: &Series) -> Vec<usize> {
        let breaks = |value: Value| !self.rule.holds(|bound| value.compared(bound), |_| true);
        if let Ok(whole) = numbers.i64() {
            return rows(whole.iter().map(|value| value.is_some_and(|value| breaks(Value::Int(value)))));
        }
        let Ok(floats) = numbers.cast(&polars::prelude::DataType::Float64) else { return Vec::new() };
        let Ok(floats) = floats.f64() else { return Vec::new() };
        rows(floats.iter().map(|value| value.is_some_and(|value| breaks(Value::Float(value)))))
    }
}

fn rows(marks: impl Iterator<Item = bool>) -> Vec<usize> {
    marks.enumerate().filter(|(_, broken)| *broken).map(|(row, _)| row).collect()
}
