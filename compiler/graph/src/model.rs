//! A graph as plain data.

use gml_diagnostics::Span;
use gml_ir::{Learned, Row, Type};

/// What flows through a pipeline, a node or a whole project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// `pipeline training`, `node sessionize`, `project`.
    pub title: String,
    /// What stands in it, in an order in which each comes after what it uses, but for what is saved.
    pub vertices: Vec<Vertex>,
    /// What flows from one to another, in the order of their targets.
    pub edges: Vec<Edge>,
}

/// Something that takes values and gives one.
#[derive(Clone, Debug, PartialEq)]
pub struct Vertex {
    /// What it is.
    pub kind: VertexKind,
    /// Its name: that of a dataset, of a node, of an operator.
    pub title: String,
    /// What it does, as it is written: `filter(.score >= cut)`. Blanks are made one.
    pub detail: Option<String>,
    /// The `when` and `for` around it, outermost first, as they are written; and where nodes are opened, the node.
    pub within: Vec<String>,
    /// Where it is written.
    pub span: Span,
    /// Where what it does itself is written, without what it is applied to: of `a |> filter(..)` only `filter(..)`.
    pub own: Span,
}

/// What a vertex is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VertexKind {
    /// An entry of the catalog.
    Dataset,
    /// A parameter of a node that holds a table or something learned.
    Argument,
    /// A call of an operator.
    Step,
    /// A call of a node.
    Node,
    /// A pipeline, in the graph of a project or where one is run.
    Pipeline,
    /// `track`
    Track,
    /// `expect`
    Expect,
    /// The value of a node.
    Result,
}

impl VertexKind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dataset => "dataset",
            Self::Argument => "argument",
            Self::Step => "step",
            Self::Node => "node",
            Self::Pipeline => "pipeline",
            Self::Track => "track",
            Self::Expect => "expect",
            Self::Result => "result",
        }
    }
}

/// What flows from one vertex to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Place of its source in [`Graph::vertices`].
    pub from: usize,
    /// Place of its target.
    pub to: usize,
    /// The part of a split: `train`.
    pub part: Option<String>,
    /// Its type.
    pub ty: Type,
    /// Between columns: how the one is made of the other.
    pub how: Option<String>,
}

impl Edge {
    /// Whether rows flow: a table or sessions, not what was learned.
    pub fn is_table(&self) -> bool {
        matches!(self.ty, Type::Table(_))
    }

    /// The row of what flows: that of a table; of a model, what it adds to a row.
    pub fn row(&self) -> Option<&Row> {
        match &self.ty {
            Type::Table(table) => Some(&table.row),
            Type::Learned(learned) => match &**learned {
                Learned::Model(Some((_, made))) | Learned::Transform(Some((_, made))) => Some(made),
                _ => None,
            },
            _ => None,
        }
    }

    /// What flows, in a few words: `table[Session] in train`, `model`, `int`.
    pub fn kind(&self) -> String {
        if let Some(how) = &self.how {
            return how.clone();
        }
        let kind = match &self.ty {
            Type::Table(table) => match &table.row.schema {
                Some(schema) => format!("table[{schema}]"),
                None => "table".to_owned(),
            },
            Type::Learned(learned) => match &**learned {
                Learned::Model(_) => "model".to_owned(),
                Learned::Transform(_) => "transform".to_owned(),
                other => other.to_string(),
            },
            Type::Estimator(_) => "estimator".to_owned(),
            Type::Record(_) => "record".to_owned(),
            other => other.to_string(),
        };
        match &self.part {
            Some(part) => format!("{kind} in {part}"),
            None => kind,
        }
    }

    /// Its columns, each as it would stand in a schema: `id visitor: str`.
    pub fn columns(&self) -> Vec<String> {
        self.named_columns().into_iter().map(|(_, column)| column).collect()
    }

    /// The same, each with its name; that there may be others has none.
    pub fn named_columns(&self) -> Vec<(Option<String>, String)> {
        let Some(row) = self.row() else { return Vec::new() };
        let mut columns: Vec<(Option<String>, String)> = row
            .columns
            .iter()
            .map(|column| {
                let role = column.role.map_or_else(String::new, |role| format!("{} ", role.name()));
                (Some(column.name.to_string()), format!("{role}{}: {}", column.name, column.ty))
            })
            .collect();
        if row.open {
            columns.push((None, "..".to_owned()));
        }
        columns
    }
}

impl Graph {
    /// The edges into a vertex.
    pub fn into(&self, vertex: usize) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |edge| edge.to == vertex)
    }

    /// The edges out of a vertex.
    pub fn out_of(&self, vertex: usize) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |edge| edge.from == vertex)
    }
}
