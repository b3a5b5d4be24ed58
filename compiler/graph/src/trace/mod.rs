//! Follows values through bodies: a typed body to its graph.

mod body;
mod column;
mod overview;
mod written;

use gml_analysis::package::Package;
use gml_analysis::typed::{NodeId, PipelineId, TypedNodeBody, TypedProgram};

use crate::model::{Graph, VertexKind};
use body::Body;

pub use column::{behind_column, of_column};
pub use overview::overview;

/// How deep a graph looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// A call of a node is one vertex.
    #[default]
    Calls,
    /// Nodes are opened: their steps stand in their places.
    Steps,
}

/// The graph of a pipeline; `None` where the program has no such pipeline.
pub fn of_pipeline(package: &Package, program: &TypedProgram, pipeline: PipelineId, depth: Depth) -> Option<Graph> {
    let pipeline = program.pipelines.get(pipeline.0 as usize)?;
    let mut body = Body::new(package, program, depth, format!("pipeline {}", pipeline.name));
    body.parameters(&pipeline.params, pipeline.span);
    body.statements(&pipeline.body);
    Some(body.graph)
}

/// The graph of the body of a node; `None` where the program has no such node, and for a node in another language.
pub fn of_node(package: &Package, program: &TypedProgram, node: NodeId, depth: Depth) -> Option<Graph> {
    let node = program.nodes.get(node.0 as usize)?;
    let TypedNodeBody::Block(lets, value) = &node.body else { return None };
    let mut body = Body::new(package, program, depth, format!("node {}", node.name));
    body.parameters(&node.params, node.span);
    for (local, value) in lets {
        body.bind(*local, value);
    }
    let sources = body.value(value);
    let result = body.vertex(VertexKind::Result, "result", None, value.span);
    body.connect(&sources, result);
    Some(body.graph)
}
