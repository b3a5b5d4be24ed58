//! Graphs as a Mermaid flowchart, which GitHub and many editors draw.

use std::fmt::Write;

use crate::model::{Edge, Graph, Vertex, VertexKind};

/// So many columns stand on an edge; how many more there are is said.
const COLUMNS: usize = 12;

/// The graphs as one Mermaid flowchart, each in a frame of its own; ends with a line break.
pub fn mermaid(graphs: &[Graph]) -> String {
    let mut out = String::from("flowchart TD\n");
    for (number, graph) in graphs.iter().enumerate() {
        let _ = writeln!(out, "    subgraph g{number}[\"{}\"]", escaped(&graph.title));
        for (place, vertex) in graph.vertices.iter().enumerate() {
            let (open, close) = match vertex.kind {
                VertexKind::Dataset => ("[(", ")]"),
                VertexKind::Argument | VertexKind::Result => ("([", "])"),
                VertexKind::Node | VertexKind::Pipeline => ("[[", "]]"),
                VertexKind::Expect => ("{{", "}}"),
                VertexKind::Step | VertexKind::Track => ("[", "]"),
            };
            let _ = writeln!(out, "        g{number}v{place}{open}\"{}\"{close}", label(vertex));
        }
        for edge in &graph.edges {
            let _ = writeln!(out, "        g{number}v{} -->|\"{}\"| g{number}v{}", edge.from, schema(edge), edge.to);
        }
        out.push_str("    end\n");
    }
    out
}

fn label(vertex: &Vertex) -> String {
    let mut lines: Vec<String> = vertex.within.iter().map(|around| format!("<i>{}</i>", escaped(around))).collect();
    lines.push(format!("<b>{}</b>", escaped(&vertex.title)));
    lines.extend(vertex.detail.iter().filter(|detail| **detail != vertex.title).map(|detail| escaped(detail)));
    lines.join("<br>")
}

fn schema(edge: &Edge) -> String {
    let columns = edge.columns();
    let mut lines = vec![escaped(&edge.kind())];
    lines.extend(columns.iter().take(COLUMNS).map(|column| escaped(column)));
    if columns.len() > COLUMNS {
        lines.push(format!("and {} more", columns.len() - COLUMNS));
    }
    lines.join("<br>")
}

/// Mermaid reads `#name;` as a character, and HTML within its labels.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '#' => out.push_str("#35;"),
            '`' | '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
