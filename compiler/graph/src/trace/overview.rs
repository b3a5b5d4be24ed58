//! A project as a whole: which pipeline reads and writes which datasets.

use std::collections::BTreeMap;

use gml_analysis::package::Package;
use gml_analysis::typed::{PipelineId, TypedProgram};

use super::{Depth, of_pipeline};
use crate::model::{Edge, Graph, Vertex, VertexKind};

/// Datasets and pipelines, and what flows between them.
pub fn overview(package: &Package, program: &TypedProgram) -> Graph {
    let mut graph = Graph { title: "project".to_owned(), ..Graph::default() };
    let mut datasets: BTreeMap<String, usize> = BTreeMap::new();
    for place in 0..program.pipelines.len() {
        let id = PipelineId(u32::try_from(place).unwrap_or(u32::MAX));
        let Some(inner) = of_pipeline(package, program, id, Depth::Calls) else { continue };
        let pipeline = &program.pipelines[place];
        let this = graph.vertices.len();
        graph.vertices.push(Vertex {
            kind: VertexKind::Pipeline,
            title: pipeline.name.to_string(),
            detail: None,
            within: Vec::new(),
            span: pipeline.span,
            own: pipeline.span,
        });
        for edge in &inner.edges {
            let ends = [(edge.from, true), (edge.to, false)];
            for (end, is_read) in ends {
                let vertex = &inner.vertices[end];
                if vertex.kind != VertexKind::Dataset {
                    continue;
                }
                let dataset = *datasets.entry(vertex.title.clone()).or_insert_with(|| {
                    graph.vertices.push(vertex.clone());
                    graph.vertices.len() - 1
                });
                let (from, to) = if is_read { (dataset, this) } else { (this, dataset) };
                if !graph.edges.iter().any(|known| known.from == from && known.to == to) {
                    graph.edges.push(Edge { from, to, part: None, ty: edge.ty.clone(), how: None });
                }
            }
        }
    }
    graph
}
