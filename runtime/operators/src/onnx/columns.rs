//! The columns of a table as they flow through a graph.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use gml_connect::Fault;
use gml_ir::{Row, Type};

use super::graph::{Element, Flow, Graph};
use super::not_expressed;
use crate::prep::Kind;
use crate::scoring::Form;

/// A column of numbers (64-bit floats, null as NaN; bools as 1 and 0, dates and times as their counts) or of text (null as the
/// empty text).
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Its value, a column wide.
    pub(crate) flow: Flow,
    /// What its values are, however they are given: `Float` where that is not known of numbers.
    pub(crate) form: Form,
    /// Whether there may be nulls in it.
    pub(crate) nullable: bool,
}

impl Column {
    /// Numbers that were computed.
    pub(crate) fn numbers(flow: Flow, nullable: bool) -> Self {
        Self { flow, form: Form::Float, nullable }
    }

    /// Whole numbers that were computed.
    pub(crate) fn whole(flow: Flow, nullable: bool) -> Self {
        Self { flow, form: Form::Int, nullable }
    }

    /// Whether it is text.
    pub(crate) fn is_text(&self) -> bool {
        self.form == Form::Text
    }
}

/// Columns by their names. One that is asked for and was not made becomes an input of the graph.
#[derive(Clone)]
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
        let Some(form) = form(kind, ty) else {
            return Err(not_expressed(&format!("the column `{name}` holds {} values", kind.name())));
        };
        let element = element(form, nullable);
        let given = graph.input(name, element);
        let flow = match element {
            Element::Text | Element::Double => given,
            Element::Byte | Element::Int | Element::Bool => graph.cast(&given, Element::Double),
        };
        let column = Column { flow, form, nullable };
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

/// What the values of a column are, by its type where that is known, else by their kind.
fn form(kind: Kind, ty: Option<&Type>) -> Option<Form> {
    let of_type = ty.and_then(|ty| match ty.non_null() {
        // Those that a float holds, as all whole numbers here.
        Type::Int(_) => Some(Form::Int),
        ty => Form::of(ty),
    });
    of_type.filter(|form| form.kind() == kind).or(match kind {
        Kind::Number => Some(Form::Float),
        Kind::Bool => Some(Form::Bool),
        Kind::Text => Some(Form::Text),
        Kind::Date => Some(Form::Date),
        Kind::Time => Some(Form::Time),
        Kind::Timestamp => Some(Form::Timestamp),
        Kind::Duration => Some(Form::Duration),
        Kind::Other => None,
    })
}

/// The type in which a column is given. Where there may be nulls, whole numbers are given as floats, whose NaN is null.
fn element(form: Form, nullable: bool) -> Element {
    match form {
        Form::Text => Element::Text,
        Form::Float | Form::Single => Element::Double,
        _ if nullable => Element::Double,
        Form::Bool => Element::Bool,
        Form::Int | Form::Date | Form::Time | Form::Timestamp | Form::Duration => Element::Int,
    }
}
