//! Where rows and columns come from: lineage through nodes, joins, groups, windows, recipes and pipelines.
//!
//! What lives here: one walk over the typed program that evaluates it on facts instead of data. A table is a set of columns
//! (entries of a graph: what each is made of, and how) and a set of rows (an origin and the cuts that they went through); a
//! learned value is the rows that have taken part in it. Nodes are evaluated for the facts of their arguments, datasets
//! that a pipeline saves have the facts of what is saved. What an operator does to rows and columns is read off its
//! signature. What does not live here: what is wrong with it (`leakage`).

mod algebra;
mod asks;
mod bind;
mod call;
mod choice;
mod column;
mod cut;
mod dataset;
pub(crate) mod fact;
mod flow;
mod judge;
mod learn;
mod made;
mod number;
mod outcome;
mod region;
mod rows;
#[cfg(test)]
mod tests;
mod value;

pub use call::own_span;
pub(crate) use column::{Asks, Order, Says};
pub use column::{ColumnId, ColumnNode, Columns, How, Input, Maker, Over, Sees};
pub use dataset::{ColumnLineage, Lineage, LineageStep, SourceColumn, of_column};
pub(crate) use flow::{Common, Flow};
pub(crate) use region::Region;
pub use rows::{Cut, CutId, Origin, OriginId, OriginKind, Part, Provenance, Rows, Stretch};
pub(crate) use rows::{Labelled, of_branch};
