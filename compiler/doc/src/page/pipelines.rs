//! Pipelines: what they read and save, and their graphs.

use gml_graph::VertexKind;

use super::Page;
use crate::Site;
use crate::html;

pub(super) fn page(site: &Site<'_>) -> Option<Page> {
    let package = &site.analysis.package;
    let mut page = Page::new("pipelines.html", "Pipelines");
    for (pipeline, graph) in package.pipelines.iter().zip(&site.graphs) {
        let declared = &pipeline.declared;
        page.body.push_str(&site.heading(&declared.name, "pipeline", declared, ""));
        page.body.push_str(&site.docs(declared, ""));
        let named = |kind: VertexKind, wanted: fn(&gml_graph::Graph, usize) -> bool| -> Vec<String> {
            let of_kind = graph.vertices.iter().enumerate().filter(|(_, vertex)| vertex.kind == kind);
            of_kind.filter(|(place, _)| wanted(graph, *place)).map(|(_, vertex)| vertex.title.clone()).collect()
        };
        let facts = [
            ("Reads", named(VertexKind::Dataset, |graph, place| graph.out_of(place).next().is_some())),
            ("Saves", named(VertexKind::Dataset, |graph, place| graph.into(place).next().is_some())),
            ("Runs", named(VertexKind::Pipeline, |_, _| true)),
        ];
        let rows: Vec<Vec<String>> = facts
            .iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(what, names)| vec![(*what).to_owned(), site.names(names, "")])
            .collect();
        page.body.push_str(&html::table(&["", ""], &rows));
        page.body.push_str(&site.parameters(declared, ""));
        page.body
            .push_str(&format!("<div class=\"wide graph\">\n{}</div>\n", gml_graph::svg(std::slice::from_ref(graph))));
        page.body.push_str(&site.written(declared, ""));
    }
    (!page.body.is_empty()).then_some(page)
}
