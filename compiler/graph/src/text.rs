//! A graph for a terminal: what stands in it one below the other, each with what flows out of it.

use std::fmt::Write;

use crate::model::{Edge, Graph, Vertex};

/// Columns are wrapped behind this many characters.
const WIDTH: usize = 100;

/// The graph as text, a paragraph a vertex; ends with a line break.
pub fn text(graph: &Graph) -> String {
    let mut out = format!("{}\n", graph.title);
    for (place, vertex) in graph.vertices.iter().enumerate() {
        let _ = writeln!(out, "\n  {}", heading(vertex));
        for edge in targets_joined(graph, place) {
            let _ = writeln!(out, "    → {}: {}", edge.0, edge.1.kind());
            columns(&mut out, edge.1);
        }
    }
    out
}

fn heading(vertex: &Vertex) -> String {
    let around = vertex.within.iter().map(|around| format!("[{around}] ")).collect::<String>();
    if vertex.kind.word() == vertex.title {
        let detail = vertex.detail.as_ref().map_or_else(String::new, |detail| format!(" {detail}"));
        return format!("{around}{}{detail}", vertex.title);
    }
    match &vertex.detail {
        Some(detail) if detail.starts_with(&vertex.title) => format!("{around}{} {detail}", vertex.kind.word()),
        Some(detail) => format!("{around}{} {}  {detail}", vertex.kind.word(), vertex.title),
        None => format!("{around}{} {}", vertex.kind.word(), vertex.title),
    }
}

/// The edges out of a vertex; those that carry the same are one, with all their targets.
fn targets_joined(graph: &Graph, vertex: usize) -> Vec<(String, &Edge)> {
    let mut joined: Vec<(String, &Edge)> = Vec::new();
    for edge in graph.out_of(vertex) {
        let target = &graph.vertices[edge.to].title;
        match joined.iter_mut().find(|(_, other)| other.ty == edge.ty && other.kind() == edge.kind()) {
            Some((targets, _)) if targets.split(", ").any(|known| known == target) => {}
            Some((targets, _)) => {
                let _ = write!(targets, ", {target}");
            }
            None => joined.push((target.clone(), edge)),
        }
    }
    joined
}

fn columns(out: &mut String, edge: &Edge) {
    let indent = "        ";
    let mut line = String::new();
    for column in edge.columns() {
        if !line.is_empty() && line.chars().count() + column.chars().count() + 2 > WIDTH {
            let _ = writeln!(out, "{indent}{line},");
            line.clear();
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(&column);
    }
    if !line.is_empty() {
        let _ = writeln!(out, "{indent}{line}");
    }
}
