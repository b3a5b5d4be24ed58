//! What is known of a value, beside its type.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::Row;

use super::choice::Condition;
use super::column::{ColumnId, Input};
use super::rows::{Labelled, Rows, Stretch};
use crate::check::signature::Signature;
use crate::typed::{LibraryName, Text, TypedCall};

/// What is known of a value.
#[derive(Clone, Debug, Default)]
pub(crate) enum Fact<'p> {
    /// Nothing.
    #[default]
    Unknown,
    /// A value that is no table: its number (equal values have equal numbers) and the columns it was computed from.
    Value(u64, Arc<[Input]>),
    /// A table, or sessions made of one.
    Table(Arc<TableFacts>),
    /// One row of a table.
    RowOf(Arc<TableFacts>),
    /// A list.
    List(Arc<[Fact<'p>]>),
    /// Named parts.
    Record(Arc<[(Text, Fact<'p>)]>),
    /// Something that knows how to learn.
    Estimator(Arc<EstimatorFacts<'p>>),
    /// Something that has learned.
    Learned(Arc<LearnedFacts<'p>>),
    /// The first where the condition holds, else the second.
    Choice(Condition, Arc<[Fact<'p>; 2]>),
}

impl<'p> Fact<'p> {
    /// The items of a list, each by itself.
    pub fn items(&self) -> Vec<Self> {
        match self {
            Self::List(items) => items.to_vec(),
            _ => vec![Self::Unknown],
        }
    }

    /// The table that it is, or those that are parts of it.
    pub fn tables_within(&self, found: &mut dyn FnMut(&Arc<TableFacts>)) {
        match self {
            Self::Table(table) => found(table),
            Self::List(items) => items.iter().for_each(|item| item.tables_within(found)),
            Self::Record(parts) => parts.iter().for_each(|(_, part)| part.tables_within(found)),
            _ => {}
        }
    }
}

/// A table.
#[derive(Debug)]
pub(crate) struct TableFacts {
    /// Different for every table that was looked at.
    pub id: u32,
    /// Its columns.
    pub columns: ColumnsOf,
    /// Where its rows come from.
    pub rows: Rows,
    /// Columns whose values decided which rows are left.
    pub chosen: Vec<ColumnId>,
    /// Its columns with types and roles.
    pub row: Arc<Row>,
}

/// Columns by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColumnsOf {
    /// Those that are known, in order.
    pub named: Vec<(Text, ColumnId)>,
    /// What those that are not known by name are made of.
    pub rest: Vec<ColumnId>,
}

impl ColumnsOf {
    /// The column of that name.
    pub fn get(&self, name: &str) -> Option<ColumnId> {
        self.named.iter().find(|(known, _)| &**known == name).map(|(_, id)| *id)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = ColumnId> {
        self.named.iter().map(|(_, id)| *id).chain(self.rest.iter().copied())
    }

    /// Adds a column or puts it in the place of the one of that name.
    pub fn set(&mut self, name: &Text, id: ColumnId) {
        match self.named.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = id,
            None => self.named.push((name.clone(), id)),
        }
    }
}

/// Something that knows how to learn.
#[derive(Debug)]
pub(crate) struct EstimatorFacts<'p> {
    /// Its steps.
    pub parts: Vec<EstimatorPart<'p>>,
    /// Rows that have taken part in choosing it.
    pub seen: Vec<Seen>,
    /// The call that says that it is tuned where it is fitted.
    pub search: Option<&'p TypedCall>,
}

/// A step of an estimator.
#[derive(Clone, Debug)]
pub(crate) struct EstimatorPart<'p> {
    pub call: &'p TypedCall,
    pub signature: Arc<Signature>,
}

/// Something that has learned.
#[derive(Clone, Debug)]
pub(crate) struct LearnedFacts<'p> {
    /// Its steps; `None` where they are not known.
    pub parts: Option<Vec<EstimatorPart<'p>>>,
    /// The rows that have taken part.
    pub seen: Vec<Seen>,
    /// The column that it learned to predict.
    pub target: Option<ColumnId>,
}

impl LearnedFacts<'_> {
    /// The rows that it was fitted on.
    pub fn fitted_on(&self) -> Rows {
        let mut all: Vec<Stretch> = Vec::new();
        for seen in self.seen.iter().filter(|seen| seen.how == Seeing::Fitted) {
            all.extend(seen.rows.iter().cloned());
        }
        all.into()
    }
}

/// Rows that have taken part in learning.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub how: Seeing,
    /// Whether the parameter is `in valid`.
    pub valid: bool,
    pub rows: Rows,
    /// The rows that say what their target is; `None` where they do themselves.
    pub outcome: Option<Rows>,
    /// The argument.
    pub span: Span,
    /// The operator.
    pub operator: LibraryName,
}

impl Seen {
    /// The rows with their outcome.
    pub fn labelled(&self) -> Labelled<'_> {
        Labelled { rows: &self.rows, outcome: self.outcome.as_ref() }
    }
}

/// How rows take part in learning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Seeing {
    /// What is learned is learned from them.
    Fitted,
    /// They decide when learning stops.
    Stopped,
    /// They decide which settings are taken.
    Tuned,
    /// They decide which of several models is taken.
    Chosen,
    /// What was learned is adjusted on them.
    Calibrated,
}

impl Seeing {
    /// "the model was .. these rows"
    pub fn words(self) -> &'static str {
        match self {
            Self::Fitted => "fitted on",
            Self::Stopped => "stopped by",
            Self::Tuned => "tuned on",
            Self::Chosen => "chosen by",
            Self::Calibrated => "calibrated on",
        }
    }
}

/// Where something happens: the calls of nodes around it, innermost first.
pub(crate) type Around = Option<Arc<Frame>>;

/// A call of a node.
#[derive(Debug)]
pub(crate) struct Frame {
    /// The node.
    pub node: Text,
    /// Its table arguments, with their places.
    pub tables: Vec<(Span, Arc<TableFacts>)>,
    /// The call around it.
    pub around: Around,
}

/// Something at which rules look.
#[derive(Debug)]
pub(crate) enum Moment<'p> {
    /// Rows take part in learning.
    Learn(Learn),
    /// What was learned is judged.
    Judge(Judge<'p>),
    /// It is looked up whether pairs came to be.
    Label(Label),
    /// What stops early by other rows is given to a call of that name without any. `takes`: whether that has a parameter for them.
    Stop { operator: LibraryName, span: Span, stops: Span, takes: bool },
    /// A table with a target is declared or stored.
    Targeted { table: Arc<TableFacts>, span: Span, what: String },
}

/// Rows take part in learning.
#[derive(Debug)]
pub(crate) struct Learn {
    pub seen: Seen,
    pub table: Arc<TableFacts>,
    /// Whether the type of the argument tells already that test rows are among them.
    pub typed_test: bool,
    /// Whether a model learns, so that every column without a role is a feature.
    pub model: bool,
    /// What was seen before or beside them by the same value.
    pub others: Vec<Seen>,
    pub around: Around,
}

/// What was learned is judged on rows.
#[derive(Debug)]
pub(crate) struct Judge<'p> {
    pub learned: Arc<LearnedFacts<'p>>,
    pub table: Arc<TableFacts>,
    pub span: Span,
    /// The columns that it was learned from, where they are known.
    pub needs: Option<&'p Arc<Row>>,
    /// Whether the call could say that it is meant so: `in_sample: true`.
    pub has_word: bool,
    /// Whether the better one of several is taken, which those may decide again that have decided before.
    pub chooses: bool,
    /// Where predictions are held against the target by the program itself: the column that does it, and where they were made.
    pub by_hand: Option<(Text, Span)>,
    pub around: Around,
}

/// Pairs are given a target, or are judged: whether they are among the rows of another table.
#[derive(Debug)]
pub(crate) struct Label {
    pub pairs: Arc<TableFacts>,
    /// The columns that name one.
    pub pair: Vec<ColumnId>,
    /// The rows that say what came to be.
    pub outcome: Arc<TableFacts>,
    /// The argument with these rows.
    pub span: Span,
    /// Whether they are judged, and no model learns from it.
    pub judged: bool,
    pub around: Around,
}

/// A call of a node by a pipeline.
#[derive(Debug)]
pub(crate) struct NodeCall {
    /// Its table arguments, with their places.
    pub tables: Vec<(Span, Arc<TableFacts>)>,
    /// What it gives.
    pub result: Arc<TableFacts>,
}
