//! Scoring rows as they come: a few at a time, again and again, by one model.
//!
//! A query costs hundreds of microseconds before it looks at a row. A [`RowScorer`] asks once what the model needs, and then reckons
//! on the values themselves: the same operations in the same order, so that a row gets the same bits as in a run.

mod lane;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Learned, Partitions, Row, TableType};
use polars::prelude::{Column, DataFrame, IntoLazy, col};

pub(crate) use lane::{Form, Lane};

use crate::data::{Context, Table};
use crate::expr::dtype;
use crate::frame::{collect, fault};
use crate::learned::Fitted;
use crate::prep::Kind;

/// A model that reads values at hand.
pub(crate) trait Prepared: Send + Sync {
    /// The columns that it reads, in the order in which [`Prepared::outputs`] takes them.
    fn columns(&self) -> &[(Arc<str>, Kind)];

    /// What it says of rows: the columns that predicting adds.
    ///
    /// # Errors
    /// Where it cannot take a value.
    fn outputs(&self, lanes: &[&Lane<'_>], rows: usize) -> Result<DataFrame, Fault>;
}

/// A model in a form that needs no query.
pub struct Quick(pub(crate) Box<dyn Prepared>);

/// A model that scores rows as they come.
pub struct RowScorer {
    model: Arc<dyn Fitted>,
    quick: Option<(Quick, Vec<Form>)>,
    input: Arc<Row>,
    outputs: Arc<Row>,
    reads: Vec<Arc<str>>,
    context: Context,
}

impl RowScorer {
    /// Makes a model ready: native libraries are opened, and what it was learned from is looked up.
    ///
    /// # Errors
    /// GML0985 where it is no model of rows, or one of rows whose columns are not all known; GML0911 where a native library is missing.
    pub fn new(model: Arc<dyn Fitted>, context: Context) -> Result<Self, Fault> {
        let (input, outputs) = match model.ty() {
            Learned::Model(Some(rows)) => rows,
            other => {
                let what = other.to_string();
                let what = what.split('[').next().unwrap_or_default();
                return Err(Fault::new("GML0985", format!("a {what} says nothing of single rows, so it cannot be served"))
                    .help("serve a model: what `fit` gives for an estimator such as boosted_trees, or for a chain that ends in one"));
            }
        };
        let reads = model.reads();
        if let Some(unknown) =
            reads.iter().find(|name| input.get(name).is_none_or(|column| dtype(&column.ty).is_none()))
        {
            let text =
                format!("the type of the column `{unknown}` is not known: the model was learned from an open row");
            return Err(Fault::new("GML0985", text).help("put `|> conform(Schema)` before `fit`, and learn it again"));
        }
        let quick = model.prepared(&context)?.and_then(|quick| {
            let form =
                |(name, kind): &(Arc<str>, Kind)| Form::of(&input.get(name)?.ty).filter(|form| form.kind() == *kind);
            let forms = quick.0.columns().iter().map(form).collect::<Option<Vec<_>>>()?;
            Some((quick, forms))
        });
        Ok(Self { model, quick, input, outputs, reads, context })
    }

    /// The row that the model was learned from.
    pub fn input(&self) -> &Arc<Row> {
        &self.input
    }

    /// The columns that it adds.
    pub fn outputs(&self) -> &Arc<Row> {
        &self.outputs
    }

    /// The classes that it tells apart, in the order of its scores; empty where it tells none apart.
    pub fn classes(&self) -> &[Arc<str>] {
        self.model.classes()
    }

    /// The columns that rows to score must have.
    pub fn reads(&self) -> &[Arc<str>] {
        &self.reads
    }

    /// Whether each row is scored by itself, so that rows of several askers may be scored together.
    pub fn by_rows(&self) -> bool {
        self.model.by_rows()
    }

    /// Whether it scores without a query: in microseconds.
    pub fn is_quick(&self) -> bool {
        self.quick.is_some()
    }

    /// How the model was learned, as names and what stands behind them.
    pub fn facts(&self) -> Vec<(String, String)> {
        self.model.facts()
    }

    /// The output columns for rows that have the columns of [`RowScorer::reads`] in the types of [`RowScorer::input`].
    ///
    /// # Errors
    /// What the model says of values that it cannot take.
    pub fn score(&self, rows: &DataFrame) -> Result<DataFrame, Fault> {
        let Some((quick, forms)) = &self.quick else { return self.query(rows) };
        let columns = quick.0.columns().iter().zip(forms);
        let lanes = columns.map(|((name, _), form)| Lane::of(rows.column(name).map_err(fault)?, *form));
        let lanes = lanes.collect::<Result<Vec<_>, Fault>>()?;
        quick.0.outputs(&lanes.iter().collect::<Vec<_>>(), rows.height())
    }

    /// As a run does it.
    ///
    /// # Errors
    /// Those of [`Fitted::apply`].
    pub fn query(&self, rows: &DataFrame) -> Result<DataFrame, Fault> {
        let mut rows = rows.clone();
        // A recipe may drop a column, and wants it to be there.
        for column in &self.input.columns {
            if rows.column(&column.name).is_err()
                && let Some(dtype) = dtype(&column.ty)
            {
                rows.with_column(Column::full_null((&*column.name).into(), rows.height(), &dtype)).map_err(fault)?;
            }
        }
        let ty = TableType { row: Arc::clone(&self.input), partitions: Partitions::NONE };
        let scored = self.model.apply(&Table { frame: rows.lazy(), ty }, &self.context)?;
        collect(scored.frame.select(self.outputs.names().map(|name| col(&**name)).collect::<Vec<_>>()))
    }
}
