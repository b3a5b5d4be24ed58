//! Which pipeline reads and writes which dataset, and who uses which node.

use std::collections::BTreeMap;

use gml_analysis::package::Package;
use gml_graph::{Graph, VertexKind};

/// Names of pipelines by what they do with a thing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reads {
    /// Datasets by the pipelines that read them.
    pub readers: BTreeMap<String, Vec<String>>,
    /// Datasets by the pipelines that save them.
    pub writers: BTreeMap<String, Vec<String>>,
    /// Nodes by the pipelines that call them.
    pub callers: BTreeMap<String, Vec<String>>,
}

impl Reads {
    /// What the graphs of the pipelines say, which are in the order of the package's.
    pub fn of(graphs: &[Graph], package: &Package) -> Self {
        let mut reads = Reads::default();
        for (graph, pipeline) in graphs.iter().zip(&package.pipelines) {
            let name = pipeline.declared.name.to_string();
            for (place, vertex) in graph.vertices.iter().enumerate() {
                let mut note = |map: fn(&mut Reads) -> &mut BTreeMap<String, Vec<String>>| {
                    let names = map(&mut reads).entry(vertex.title.clone()).or_default();
                    if !names.contains(&name) {
                        names.push(name.clone());
                    }
                };
                match vertex.kind {
                    VertexKind::Dataset => {
                        if graph.out_of(place).next().is_some() {
                            note(|reads| &mut reads.readers);
                        }
                        if graph.into(place).next().is_some() {
                            note(|reads| &mut reads.writers);
                        }
                    }
                    VertexKind::Node => note(|reads| &mut reads.callers),
                    _ => {}
                }
            }
        }
        reads
    }
}
