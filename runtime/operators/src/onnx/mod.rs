//! A model as one ONNX file: recipe, trees and calibration in a graph that any ONNX runtime evaluates.
//!
//! Rows are given column by column, each a tensor of shape `[rows]` (`[rows, 1]` where there is only one, as MLflow has it) with the
//! column's name, and so is what is said of them, with a column `scores_a` for each class `a`. Given are: numbers and nullable numbers as
//! 64-bit floats (null is NaN), `int` and `bool` that are never null as such, dates as days and timestamps as microseconds since
//! 1970, text as strings (the empty text is null, where there may be nulls). Everything is computed in 64-bit floats, as it is
//! here, so that results agree to the order in which sums are made. Where places within groups are counted (`blend`), the rows of a
//! group are given together.
//!
//! What lives here: the graph, and what recipes, trees and curves are in it. What does not: running ONNX files.

mod columns;
mod curve;
mod dates;
mod forest;
mod graph;
mod mlmodel;
mod numbers;
mod ranking;
mod recipe;
mod words;

use gml_connect::Fault;
use gml_ir::Learned;

pub(crate) use columns::Columns;
pub(crate) use curve::{log_odds, logistic, summing_to_one, through};
pub(crate) use forest::forest;
pub(crate) use graph::{Element, Flow, Graph, Setting};
pub(crate) use mlmodel::{FILE as MLMODEL, mlmodel, mlmodel_of};
pub(crate) use ranking::Groups;
pub(crate) use recipe::{places, recipe};

use crate::learn::of_classes;
use crate::learned::Fitted;

/// The file of a saved model.
pub(crate) const FILE: &str = "model.onnx";

/// What a model says of each row.
pub struct Said {
    /// The column: `score`.
    pub(crate) name: String,
    /// The type of its elements.
    pub(crate) element: Element,
    /// The classes, where there is a number for each.
    pub(crate) classes: Vec<String>,
    /// The value.
    pub(crate) flow: Flow,
}

/// A model in its form of ONNX.
pub(crate) struct Exported {
    /// The bytes of the file.
    pub(crate) file: Vec<u8>,
    /// Columns that it takes, in order.
    pub(crate) inputs: Vec<(String, Element)>,
    /// Columns that it gives, in order.
    pub(crate) outputs: Vec<(String, Element)>,
}

/// The ONNX file of a model.
///
/// # Errors
/// GML0936 where a part of the model has no form in ONNX; says which.
pub(crate) fn export(model: &dyn Fitted) -> Result<Exported, Fault> {
    let Learned::Model(Some((input, outputs))) = model.ty() else {
        return Err(not_expressed("what was learned is no model"));
    };
    let mut graph = Graph::default();
    let said = model.onnx(&mut graph, &mut Columns::of(&input))?;
    let mut given = Vec::new();
    for Said { name, element, classes, flow } in &said {
        let names = of_classes(name, classes);
        let columns = graph.columns(flow, names.len());
        for (name, column) in names.into_iter().zip(columns) {
            graph.output(&name, *element, &column);
            given.push((name, *element));
        }
    }
    let inputs = graph.inputs().to_vec();
    let file = graph.finish("model", format!("What a model of GML says of each row: {outputs}"))?;
    Ok(Exported { file, inputs, outputs: given })
}

/// What one of several models says of the rows that all of them are given: its value of a name.
///
/// # Errors
/// GML0936 where a part of it has no form in ONNX.
pub(crate) fn said(model: &dyn Fitted, name: &str, graph: &mut Graph, columns: &Columns<'_>) -> Result<Flow, Fault> {
    // The columns that its recipe makes are its own.
    let said = model.onnx(graph, &mut columns.clone())?;
    let found = said.into_iter().find(|said| said.name == name);
    found.map(|said| said.flow).ok_or_else(|| Fault::new("GML0999", format!("one of several models says no `{name}`")))
}

/// Why there is no ONNX file.
pub(crate) fn not_expressed(why: &str) -> Fault {
    Fault::new("GML0936", format!("the model cannot be written as ONNX: {why}"))
}
