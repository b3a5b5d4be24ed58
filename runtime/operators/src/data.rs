//! Values that flow between steps.

use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Expr, NamedExpr, OrderKey, TableType, Type, Value};
use gml_report::{Figure, Report};
use polars::prelude::{DataFrame, LazyFrame};

use crate::expr::rows::Expressions;
use crate::learned::{Estimator, Fitted};
use crate::observer::Observer;
use crate::recommenders::SequenceEstimator;
use crate::sequences::Sequences;

/// The result of a step.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "a query is large, and there are only few of them at a time")]
pub enum Data {
    /// A table.
    Table(Table),
    /// Sessions of items.
    Sequences(Sequences),
    /// A single value: a scalar, a row as a record, a list.
    Value(Value),
    /// Named parts, such as those of a split.
    Record(Vec<(Arc<str>, Data)>),
    /// Several values.
    List(Vec<Data>),
    /// Something that knows how to learn.
    Estimator(Arc<dyn Estimator>),
    /// Something that knows how to learn from sequences.
    SequenceEstimator(Arc<dyn SequenceEstimator>),
    /// Something learned.
    Fitted(Arc<dyn Fitted>),
    /// Numbers for the run record.
    Metrics(Vec<Metric>),
    /// A figure.
    Figure(Arc<Figure>),
    /// A report.
    Report(Arc<Report>),
}

/// A table: a query, not yet run, and the type that the checker gave it. Columns of an open row are in the frame only.
#[derive(Clone)]
pub struct Table {
    /// How to compute it. Row order is part of the meaning.
    pub frame: LazyFrame,
    /// Columns, roles and partitions as far as they are known.
    pub ty: TableType,
}

/// One number that judges something.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// `auc`, `ndcg(10)`
    pub name: String,
    /// `train`, `valid`, `test`, several joined by `+`, or empty where the rows are of no split.
    pub partition: String,
    /// The value.
    pub value: f64,
}

/// An argument as an operator receives it.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "a query is large, and there are only few of them at a time")]
pub enum Input {
    /// The result of a step.
    Data(Data),
    /// A constant.
    Const(Value),
    /// An expression over the row of the operator's table.
    Expr(Expr),
    /// Columns made.
    Columns(Vec<NamedExpr>),
    /// What to order by.
    Order(Vec<OrderKey>),
    /// Several, at least one of them not constant.
    List(Vec<Input>),
}

/// A call of an operator.
#[derive(Clone)]
pub struct Call<'a> {
    /// Its name, for messages.
    pub operator: &'a str,
    /// Arguments by parameter name; those left out without a default are absent.
    pub args: Vec<(Arc<str>, Input)>,
    /// The type that the checker gave the result.
    pub result: &'a Type,
    /// What the run allows.
    pub context: &'a Context,
}

/// What a run allows its operators.
#[derive(Clone, Debug)]
pub struct Context {
    /// Threads an operator may use by itself. Results never depend on it.
    pub threads: usize,
    /// Folder of native libraries that `gmlc setup` fetched.
    pub libraries: std::path::PathBuf,
    /// Folder where a step may keep what it has done so far, for the case that the run is stopped. It belongs to this step of this
    /// program with these parameters: what is found there was made under the same conditions, but maybe from other data.
    pub unfinished: Option<std::path::PathBuf>,
    /// Who hears how far a step is that learns for long, and whether it is to stop.
    pub observer: Observer,
    /// How row expressions are computed.
    pub expressions: Expressions,
}

impl Context {
    /// What tells nobody how far it is, keeps nothing of what is unfinished, and computes row expressions by what is fastest.
    pub fn new(threads: usize, libraries: impl Into<std::path::PathBuf>) -> Self {
        let (observer, expressions) = (Observer::default(), Expressions::default());
        Self { threads, libraries: libraries.into(), unfinished: None, observer, expressions }
    }
}

/// An implementation of an operator.
pub type Implementation = fn(Call<'_>) -> Result<Data, Fault>;

/// Takes rows, some at a time.
pub type Sink<'a> = dyn FnMut(DataFrame) -> Result<(), Fault> + 'a;

/// Gives all rows of a table away, in their order.
type Each = dyn Fn(&mut Sink<'_>) -> Result<(), Fault> + Send + Sync;

/// A table whose rows are only made when they are asked for, some at a time, so that they are never all in memory.
pub struct InParts(Box<Each>);

impl InParts {
    /// The table whose rows `each` gives away, in their order; where there are none, a frame without rows.
    pub fn new(each: impl Fn(&mut Sink<'_>) -> Result<(), Fault> + Send + Sync + 'static) -> Self {
        Self(Box::new(each))
    }

    /// Gives all rows away.
    ///
    /// # Errors
    /// What making them fails with, and what `sink` says.
    pub fn each(&self, sink: &mut Sink<'_>) -> Result<(), Fault> {
        (self.0)(sink)
    }
}

impl std::fmt::Debug for InParts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("InParts")
    }
}

/// An implementation of an operator whose table is made in parts.
pub type ImplementationInParts = fn(Call<'_>) -> Result<InParts, Fault>;
