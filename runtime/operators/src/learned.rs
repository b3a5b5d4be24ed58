//! What knows how to learn, and what was learned.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Learned, Row, Value};

use crate::compiled::{self, Draft};
use crate::course::Course;
use crate::data::{Context, Metric, Table};
use crate::explain::Explained;
use crate::onnx;
use crate::scoring::Quick;
use crate::tune::{History, afresh};

/// Knows how to learn from a table.
pub trait Estimator: Send + Sync {
    /// Learns from `train`; `valid` decides when to stop, where the estimator asks for that.
    ///
    /// # Errors
    /// Where the rows cannot be learned from, or a native library is missing.
    fn fit(&self, train: &Table, valid: Option<&Table>, context: &Context) -> Result<Arc<dyn Fitted>, Fault>;

    /// Learns from `train`, and applies what was learned to these rows as what learns behind it has to see them: a step that
    /// reads the target gives a row nothing that its own target went into.
    ///
    /// # Errors
    /// Those of [`Estimator::fit`] and [`Fitted::apply`].
    fn fit_apply(&self, train: &Table, context: &Context) -> Result<(Arc<dyn Fitted>, Table), Fault> {
        let fitted = self.fit(train, None, context)?;
        let applied = fitted.apply(train, context)?;
        Ok((fitted, applied))
    }

    /// The same estimator with other arguments. A change concerns it where it has the argument, and the operator is the
    /// one that the change names, if it names one.
    ///
    /// # Errors
    /// Where an argument has a value that the operator refuses.
    fn with(&self, changes: &[Change], context: &Context) -> Result<Arc<dyn Estimator>, Fault>;

    /// The value that an argument has now; `None` where it is none of this estimator.
    fn argument(&self, operator: Option<&str>, name: &str) -> Option<&Value>;

    /// Makes ready what does not change between fits in which only `changed` arguments differ. Unless an estimator says
    /// otherwise that is nothing: each fit begins from the start.
    ///
    /// # Errors
    /// Where the rows cannot be learned from, or a native library is missing.
    fn trials(
        &self,
        _changed: &[(Option<Arc<str>>, Arc<str>)],
        train: &Table,
        valid: &Table,
        context: &Context,
    ) -> Result<Box<dyn Trials>, Fault> {
        Ok(afresh(self.with(&[], context)?, train, valid))
    }

    /// How its arguments were found, where they were.
    fn history(&self) -> Option<&Arc<History>> {
        None
    }
}

/// An argument of an estimator with another value.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The estimator's operator, where several have an argument of the name.
    pub operator: Option<Arc<str>>,
    /// The argument.
    pub argument: Arc<str>,
    /// Its value.
    pub value: Value,
}

/// Is told after each round or epoch how what is validated on is met, and may end the fit.
pub struct Watch<'w> {
    /// What it wants to be told. A learner that cannot tell it round by round tells what it stops by.
    pub metric: Option<&'w Value>,
    /// Takes the value after each round; smaller is better.
    pub told: &'w mut (dyn FnMut(f64) -> ControlFlow<()> + Send),
}

/// Fits of one estimator with changing arguments on the same rows.
pub trait Trials: Send + Sync {
    /// Fits with some arguments changed; `None` where `watch` ended it.
    ///
    /// # Errors
    /// As [`Estimator::fit`] and [`Estimator::with`].
    fn fit(&self, changes: &[Change], watch: Watch<'_>, context: &Context) -> Result<Option<Arc<dyn Fitted>>, Fault>;

    /// The rows to judge on, in the form that what [`Trials::fit`] gives takes.
    fn valid(&self) -> &Table;
}

/// Something learned: a transform, a model.
pub trait Fitted: Send + Sync {
    /// Applies a transform to a table, or adds a model's output columns to it. Row order stays.
    ///
    /// # Errors
    /// Where the table lacks a column that was learned from, or has it with another type.
    fn apply(&self, table: &Table, context: &Context) -> Result<Table, Fault>;

    /// Whether it looks at each row by itself, so that rows may come part by part.
    fn by_rows(&self) -> bool {
        true
    }

    /// Of what does not look at each row by itself: the column of a table with this row by which it looks at rows together, so that
    /// those of different values may come apart; `None` where it looks at all of them.
    fn within(&self, _row: &Row) -> Option<Arc<str>> {
        None
    }

    /// What it is, with its rows.
    fn ty(&self) -> Learned;

    /// The classes that a model tells apart, in the order of its scores; empty for anything else.
    fn classes(&self) -> &[Arc<str>] {
        &[]
    }

    /// The columns that a model was learned from, as the program wrote them.
    fn features(&self) -> Vec<Arc<str>> {
        Vec::new()
    }

    /// The columns that rows to score must have, before any recipe.
    fn reads(&self) -> Vec<Arc<str>> {
        self.features()
    }

    /// A form that scores a few rows at a time without a query over them; `None` where only [`Fitted::apply`] scores.
    ///
    /// # Errors
    /// Where a native library is missing.
    fn prepared(&self, context: &Context) -> Result<Option<Quick>, Fault> {
        let _ = context;
        Ok(None)
    }

    /// How it was learned, as names and what stands behind them.
    fn facts(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// What was seen step by step while it learned, where it has just learned in steps.
    fn course(&self) -> Option<Course> {
        None
    }

    /// How it compared with another model where it was chosen: goes into the run record.
    fn judged(&self) -> &[Metric] {
        &[]
    }

    /// What each feature adds to the raw scores (log-odds, for probabilities) of each row.
    ///
    /// # Errors
    /// Where it is no model that can be explained, and those of [`Fitted::apply`].
    fn explain(&self, table: &Table, context: &Context) -> Result<Explained, Fault> {
        let _ = (table, context);
        Err(not_explained())
    }

    /// How much pairs of features add together: the features, and the mean size for each pair as a square matrix.
    ///
    /// # Errors
    /// Those of [`Fitted::explain`].
    fn interactions(&self, table: &Table, context: &Context) -> Result<(Vec<Arc<str>>, Vec<f64>), Fault> {
        self.interactions_of(table, &|feature| Arc::from(feature), context)
    }

    /// As [`Fitted::interactions`], by the columns that features were made of.
    ///
    /// # Errors
    /// Those of [`Fitted::explain`].
    fn interactions_of(
        &self,
        table: &Table,
        source: &dyn Fn(&str) -> Arc<str>,
        context: &Context,
    ) -> Result<(Vec<Arc<str>>, Vec<f64>), Fault> {
        let _ = (table, source, context);
        Err(not_explained())
    }

    /// How much the splits on each feature made the loss smaller.
    ///
    /// # Errors
    /// Where it is no model of trees.
    fn gains(&self) -> Result<Vec<(Arc<str>, f64)>, Fault> {
        Err(Fault::new("GML0713", "what was learned has no trees, and so no splits that gain anything")
            .help("take `how: shap` or `how: permutation`"))
    }

    /// Adds what the model says of each row to a graph of ONNX.
    ///
    /// # Errors
    /// GML0936 where a part of it has no form there.
    fn onnx(&self, graph: &mut onnx::Graph, columns: &mut onnx::Columns<'_>) -> Result<Vec<onnx::Said>, Fault> {
        let _ = (graph, columns);
        Err(onnx::not_expressed("this kind of model has no form there"))
    }

    /// What the model says of each row, as plain data that is compiled.
    ///
    /// # Errors
    /// GML0937 where a part of it has no form there.
    fn compiled(&self, draft: &mut Draft<'_>) -> Result<compiled::Said, Fault> {
        let _ = draft;
        Err(compiled::not_compiled("this kind of model has no form as a library")
            .help("models of boosted_trees, logistic, ridge and elastic_net can be compiled, with or without a recipe and a calibration, and ensembles of them"))
    }

    /// Writes it into an empty folder: `signature.json`, and the files of its own.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    fn save(&self, folder: &Path) -> Result<(), Fault>;

    /// For downcasts between fitted parts.
    fn as_any(&self) -> &dyn std::any::Any;
}

fn not_explained() -> Fault {
    Fault::new("GML0713", "what was learned cannot be explained by its features").help(
        "models of boosted_trees, logistic, ridge and elastic_net can, with or without a recipe and a calibration",
    )
}
