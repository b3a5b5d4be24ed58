//! One column: what it is made of, back to the datasets.

use gml_analysis::lineage::{ColumnLineage, How, Maker, Sees};
use gml_analysis::package::Package;
use gml_analysis::typed::TypedProgram;
use gml_ir::Type;

use super::written;
use crate::model::{Edge, Graph, Vertex, VertexKind};

/// The lineage of a column of a dataset as a graph; `title` is how it was asked for, `predictions.score`.
pub fn of_column(package: &Package, program: &TypedProgram, lineage: &ColumnLineage, title: &str) -> Graph {
    let mut graph = behind_column(package, program, lineage, title);
    let last = graph.vertices.len();
    let span = lineage.steps.last().map_or(gml_diagnostics::Span::NOWHERE, |step| step.span);
    let (kind, title, within) = (VertexKind::Result, title.to_owned(), Vec::new());
    graph.vertices.push(Vertex { kind, title, detail: None, within, span, own: span });
    if let Some(from) = last.checked_sub(1) {
        graph.edges.push(Edge { from, to: last, part: None, ty: Type::Unknown, how: Some("saved".to_owned()) });
    }
    graph
}

/// The same of a column that nothing may save: the last vertices are the column itself.
pub fn behind_column(package: &Package, program: &TypedProgram, lineage: &ColumnLineage, title: &str) -> Graph {
    let mut graph = Graph { title: title.to_owned(), ..Graph::default() };
    for (place, step) in lineage.steps.iter().enumerate() {
        let dataset = |id: gml_analysis::typed::DatasetId| {
            program.datasets.get(id.0 as usize).map_or("", |dataset| &*dataset.name)
        };
        let (kind, name, detail) = match &step.maker {
            Maker::Dataset(id) => (VertexKind::Dataset, format!("{}.{}", dataset(*id), step.name), None),
            Maker::Given => (VertexKind::Argument, step.name.to_string(), None),
            Maker::Step(operator, _) => {
                let text = written::whole(&package.sources, step.span);
                let detail = text.map_or_else(|| operator.to_string(), |text| format!("{operator}: {text}"));
                (VertexKind::Step, step.name.to_string(), Some(detail))
            }
        };
        graph.vertices.push(Vertex { kind, title: name, detail, within: Vec::new(), span: step.span, own: step.span });
        for (from, how) in &step.inputs {
            let how = how_in_words(how).to_owned();
            let known = graph.edges.iter_mut().find(|edge| edge.from == *from && edge.to == place);
            match known.and_then(|edge| edge.how.as_mut()) {
                Some(others) if others.split(", ").any(|other| other == how) => {}
                Some(others) => {
                    others.push_str(", ");
                    others.push_str(&how);
                }
                None => {
                    graph.edges.push(Edge { from: *from, to: place, part: None, ty: Type::Unknown, how: Some(how) })
                }
            }
        }
    }
    graph
}

fn how_in_words(how: &How) -> &'static str {
    match how {
        How::Same | How::Branch(_) => "the same value",
        How::Row => "from the same row",
        How::Key => "as a key",
        How::Joined(_) | How::Before(_) => "joined",
        How::Over(over) => match over.sees {
            Sees::Earlier => "over earlier rows",
            Sees::UpTo => "over rows up to this one",
            Sees::All => "over all rows",
            Sees::Later => "over later rows",
        },
        How::Chosen(_) => "chose the rows",
        How::Learned(_) | How::Selected(_) => "through what was learned",
        How::Predicted(_) => "the target of what was learned",
        How::Perhaps => "perhaps",
    }
}
