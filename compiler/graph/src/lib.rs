//! The graph of a program: datasets, steps, nodes and pipelines, with what flows between them.
//!
//! What lives here: the graph as plain data, made of the typed program (so it needs no run and no settings), and its
//! forms: text, Mermaid, SVG. What does not: reading files, printing, the graph that is executed (`gml_ir`).

mod mermaid;
mod model;
mod svg;
mod text;
mod trace;

pub use mermaid::mermaid;
pub use model::{Edge, Graph, Vertex, VertexKind};
pub use svg::{live_svg, svg};
pub use text::text;
pub use trace::{Depth, behind_column, of_column, of_node, of_pipeline, overview};
