//! The columns of a table as they flow through a graph.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Row, Type};

use super::graph::{Element, Flow, Graph};
use super::not_expressed;
use crate::prep::Kind;

/// A column of numbers (64-bit floats, null as NaN; bools as 1 and 0, dates and times as their counts) or of text (null as the
/// empty text).
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Its value, a column wide.
    pub(crate) flow: Flow,
    /// Whether it is text.
    pub(crate) is_text: bool,
    /// Whether there may be nulls in it.
    pub(crate) nullable: bool,
}

impl Column {
    /// Numbers that were computed.
    pub(crate) fn numbers(flow: Flow, nullable: bool) -> Self {
        Self { flow, is_text: false, nullable }
    }
}

/// Columns by their names. One that is asked for and was not made becomes an input of the graph.
pub struct Columns<'r> {
    row: &'r Row,
    known: HashMap<Arc<str>, Column>,
    dropped: HashSet<Arc<str>>,
}

impl<'r> Columns<'r> {
    /// Those of the rows that are given.
    pub(crate) fn of(row: &'r Row) -> Self {
        Self { row, known: HashMap::new(), dropped: HashSet::new() }
    }

    /// A column, which holds values of this kind.
    ///
    /// # Errors
    /// GML0936 where the kind has no form in ONNX.
    pub(crate) fn get(&mut self, graph: &mut Graph, name: &str, kind: Kind) -> Result<Column, Fault> {
        if let Some(known) = self.known.get(name) {
            return Ok(known.clone());
        }
        if self.dropped.contains(name) {
            return Err(Fault::new("GML0999", format!("the column `{name}` is read after it was dropped")));
        }
        let ty = self.row.get(name).map(|column| &column.ty);
        let nullable = ty.is_none_or(Type::is_nullable);
        let column = match element(kind, ty.filter(|_| !nullable)) {
            None => return Err(not_expressed(&format!("the column `{name}` holds {} values", kind.name()))),
            Some(Element::Text) => Column { flow: graph.input(name, Element::Text), is_text: true, nullable },
            Some(Element::Double) => Column::numbers(graph.input(name, Element::Double), nullable),
            Some(whole) => {
                let given = graph.input(name, whole);
                Column::numbers(graph.cast(&given, Element::Double), nullable)
            }
        };
        self.set(name, column.clone());
        Ok(column)
    }

    /// Makes a column, or another one of it.
    pub(crate) fn set(&mut self, name: &str, column: Column) {
        self.known.insert(name.into(), column);
    }

    /// Takes a column away.
    pub(crate) fn drop(&mut self, name: &str) {
        self.known.remove(name);
        self.dropped.insert(name.into());
    }
}

/// The type in which a column is given. Where there may be nulls, whole numbers are given as floats, whose NaN is null.
fn element(kind: Kind, never_null: Option<&Type>) -> Option<Element> {
    Some(match (kind, never_null) {
        (Kind::Other, _) => return None,
        (Kind::Text, _) => Element::Text,
        (Kind::Bool, Some(Type::Bool)) => Element::Bool,
        (Kind::Number, Some(Type::Int(_))) | (Kind::Date | Kind::Time | Kind::Timestamp | Kind::Duration, Some(_)) => {
            Element::Int
        }
        _ => Element::Double,
    })
}
