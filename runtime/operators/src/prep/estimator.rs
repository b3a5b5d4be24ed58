//! The estimators of `std.prep`.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Type, Value};
use polars::prelude::{Column, DataFrame, col};

use super::coded::Coded;
use super::recipe::{FittedRecipe, Recipe};
use super::step::{Input, Step};
use super::values::{Cell, Distinct, Kind};
use super::{Filling, Scaling, encode, fit, words};
use crate::data::{Context, Table};
use crate::frame;
use crate::learn::recall::Recall;
use crate::learned::{Change, Estimator, Fitted};

/// What a step learns of each of its columns.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Prepare {
    /// `impute`
    Impute(Filling),
    /// `one_hot`
    OneHot,
    /// `ordinal`
    Ordinal,
    /// `binary`
    Binary,
    /// `target_encode`
    TargetEncode(encode::Settings),
    /// `hash`, into so many columns
    Hash(usize),
    /// `scale`
    Scale(Scaling),
    /// `bucketize`, with the bounds of the buckets
    Bucketize(Vec<f64>),
    /// `quantile_bin`, into so many buckets
    QuantileBin(usize),
    /// `log`
    Log,
    /// `clip`, at the quantiles of two shares
    Clip(f64, f64),
    /// `date_parts`
    DateParts,
    /// `text_counts`
    TextCounts(words::Settings),
}

/// A step that has not learned yet, its columns, and the call that made it.
pub(super) struct PrepareCall {
    pub(super) prepare: Prepare,
    pub(super) columns: Vec<Arc<str>>,
    pub(super) recall: Recall,
}

impl Estimator for PrepareCall {
    fn fit(&self, train: &Table, _: Option<&Table>, _: &Context) -> Result<Arc<dyn Fitted>, Fault> {
        Ok(recipe(self.learn(train)?, train))
    }

    fn fit_apply(&self, train: &Table, context: &Context) -> Result<(Arc<dyn Fitted>, Table), Fault> {
        let fitted = self.fit(train, None, context)?;
        let applied = fitted.apply(train, context)?;
        let Prepare::TargetEncode(settings) = &self.prepare else { return Ok((fitted, applied)) };
        // No row may see its own target: what the rows to learn from get is not what others get.
        let mut rows = frame::collect(applied.frame)?;
        for column in encode::cross_fitted(settings, &self.columns, train).map_err(|fault| self.placed(fault, None))? {
            rows.with_column(column).map_err(frame::fault)?;
        }
        Ok((fitted, Table { frame: polars::prelude::IntoLazy::lazy(rows), ty: applied.ty }))
    }

    fn with(&self, changes: &[Change], context: &Context) -> Result<Arc<dyn Estimator>, Fault> {
        self.recall.with(changes, context)
    }

    fn argument(&self, operator: Option<&str>, name: &str) -> Option<&Value> {
        self.recall.argument(operator, name)
    }
}

/// A recipe of one step, fitted on these rows.
pub(super) fn recipe(step: Step, train: &Table) -> Arc<dyn Fitted> {
    Arc::new(FittedRecipe { recipe: Recipe { steps: vec![step] }, input: Arc::clone(&train.ty.row) })
}

impl PrepareCall {
    fn name(&self) -> &str {
        self.recall.operator()
    }

    fn learn(&self, train: &Table) -> Result<Step, Fault> {
        let rows = self.read(train)?;
        Ok(match &self.prepare {
            Prepare::Impute(filling) => Step::Impute {
                columns: self.each(&rows, |input, column| fit::fill(filling, input, column, type_of(train, column)))?,
            },
            Prepare::OneHot => Step::OneHot {
                columns: self.each(&rows, |input, column| {
                    let values = match listed(type_of(train, column)) {
                        Some(values) => values,
                        None => Distinct::of(column)?.cells,
                    };
                    Ok(Coded { input, values })
                })?,
            },
            Prepare::Ordinal => Step::Ordinal { columns: self.each(&rows, coded)? },
            Prepare::Binary => Step::Binary { columns: self.each(&rows, coded)? },
            Prepare::TargetEncode(settings) => {
                let target = encode::Target::read(train).map_err(|fault| self.placed(fault, None))?;
                Step::TargetEncode {
                    columns: self.each(&rows, |input, column| encode::learn(settings, &target, input, column))?,
                }
            }
            Prepare::Hash(buckets) => {
                Step::Hash { columns: self.each(&rows, |input, column| fit::hashed(*buckets, input, column))? }
            }
            Prepare::Scale(how) => {
                Step::Scale { columns: self.each(&rows, |input, column| fit::scale(*how, input, column))? }
            }
            Prepare::Bucketize(bounds) => {
                Step::Bucket { columns: self.each(&rows, |input, column| fit::bounded(bounds, input, column))? }
            }
            Prepare::QuantileBin(count) => {
                Step::Bucket { columns: self.each(&rows, |input, column| fit::quantiles(*count, input, column))? }
            }
            Prepare::Log => Step::Log { columns: self.each(&rows, fit::of_numbers)? },
            Prepare::Clip(low, high) => {
                Step::Clip { columns: self.each(&rows, |input, column| fit::clipped(*low, *high, input, column))? }
            }
            Prepare::DateParts => Step::DateParts { columns: self.each(&rows, fit::dated)? },
            Prepare::TextCounts(settings) => {
                Step::TextCounts { columns: self.each(&rows, |input, column| words::learn(settings, input, column))? }
            }
        })
    }

    /// The columns to learn from, and nothing else.
    fn read(&self, train: &Table) -> Result<DataFrame, Fault> {
        let schema = frame::schema(&train.frame)?;
        if let Some(missing) = self.columns.iter().find(|name| schema.get(name).is_none()) {
            let name = self.name();
            return Err(Fault::new("GML0301", format!("`{name}` reads the column `{missing}`, and there is none")).help(format!(
                "a step before it may have left it out, as `select_features` does with what says nothing new: put `{name}` in front of \
                 that step, or leave `{missing}` out of it"
            )));
        }
        let columns: Vec<_> = self.columns.iter().map(|name| col(&**name)).collect();
        let rows = frame::collect(train.frame.clone().select(columns))?;
        if rows.height() == 0 {
            return Err(Fault::new("GML0922", format!("`{}` has no rows to learn from", self.name()))
                .help("see which filter or which part of the split leaves no rows"));
        }
        Ok(rows)
    }

    fn each<T>(&self, rows: &DataFrame, learn: impl Fn(Input, &Column) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
        let columns = rows.columns().iter().zip(&self.columns);
        columns
            .map(|(column, name)| {
                let input = Input { column: Arc::clone(name), kind: Kind::of(column.dtype()) };
                learn(input, column).map_err(|fault| self.placed(fault, Some(name)))
            })
            .collect()
    }

    /// The fault with the step and the column that it came from.
    fn placed(&self, fault: Fault, column: Option<&str>) -> Fault {
        match column {
            Some(column) => fault.at(format!("{}([.{column}])", self.name())),
            None => fault.at(self.name()),
        }
    }
}

/// The values in order of first appearance.
fn coded(input: Input, column: &Column) -> Result<Coded, Fault> {
    Ok(Coded { input, values: Distinct::of(column)?.cells })
}

/// The type that the checker gave the column.
fn type_of<'a>(train: &'a Table, column: &Column) -> Option<&'a Type> {
    train.ty.row.get(column.name()).map(|column| column.ty.non_null())
}

/// The values of an enum: they are known before the run, and so are the columns made of them.
fn listed(ty: Option<&Type>) -> Option<Vec<Cell>> {
    match ty {
        Some(Type::Enum(values)) => Some(values.iter().map(|value| Cell::Text(Arc::clone(value))).collect()),
        _ => None,
    }
}
