//! A program as the page shows it: plain data.

use serde::Serialize;

/// Whoever knows the program.
pub trait Shown: Send {
    /// Whether its sources have changed since it was looked at last.
    fn changed(&mut self) -> bool;

    /// Looks at it as it is now.
    fn look(&mut self) -> Program;

    /// The graph of that place in [`Program::graphs`], drawn.
    fn draw(&mut self, graph: usize) -> Option<Drawn>;

    /// What a column on an edge of a graph is made of; nothing where that is not known.
    fn lineage(&mut self, graph: usize, edge: usize, column: &str) -> Option<Traced>;
}

/// A program.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Program {
    /// What it is called: the name of its folder.
    pub name: String,
    /// SHA-256 of its sources, as runs record it; nothing where it cannot run.
    pub hash: Option<String>,
    /// What is wrong with it, or worth saying.
    pub problems: Vec<Problem>,
    /// What can be drawn of it.
    pub graphs: Vec<Graph>,
}

/// Something wrong with a program.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// `GML0301`
    pub code: String,
    /// `error` or `warning`.
    pub severity: String,
    /// What.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// The lines there, with what is to be said of them, as on a terminal.
    pub drawn: String,
}

/// A place in a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, from the folder of the project.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// What can be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Graph {
    /// What it shows, for people: `project`, `training`.
    pub title: String,
    /// The pipeline; nothing for the project as a whole.
    pub pipeline: Option<String>,
    /// Whether nodes are opened.
    pub open: bool,
}

/// A graph that was drawn.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Drawn {
    /// The pipeline; nothing for the project as a whole.
    pub pipeline: Option<String>,
    /// The picture. Its groups have the places of vertices and edges: `data-vertex`, `data-edge`.
    pub svg: String,
    /// Its boxes.
    pub vertices: Vec<Shape>,
    /// What flows between them.
    pub edges: Vec<Flow>,
}

/// A box of a graph.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shape {
    /// `dataset`, `step`, `node`, ..
    pub kind: String,
    /// Its name.
    pub title: String,
    /// What it does, as it is written.
    pub detail: Option<String>,
    /// Where that is written.
    pub place: Place,
}

/// What flows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flow {
    /// Place of its source among the boxes.
    pub from: usize,
    /// Place of its target.
    pub to: usize,
    /// The part of a record: `train`.
    pub part: Option<String>,
    /// `table[Session] in train`
    pub kind: String,
    /// Whether rows flow.
    pub is_table: bool,
    /// Its columns: the name, where it has one, and how it would stand in a schema.
    pub columns: Vec<(Option<String>, String)>,
}

/// What a column is made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Traced {
    /// The columns of datasets that it comes from in the end.
    pub sources: Vec<Source>,
    /// The way from there, drawn.
    pub svg: String,
    /// Boxes of the graph that are on the way.
    pub through: Vec<usize>,
}

/// A column of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The dataset.
    pub dataset: String,
    /// Its column.
    pub column: String,
}
