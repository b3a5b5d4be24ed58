//! Files that use each other in a circle.

use gml_diagnostics::{Diagnostic, Span};
use gml_syntax::ast::ItemKind;

use super::files::{File, Target, path_span};
use crate::declare::graph;
use crate::message::imports as message;

/// Refuses circles, and gives the places of the files, each after those that it uses (a `use` that closes a circle
/// aside).
pub(super) fn refuse(files: &[File], diagnostics: &mut Vec<Diagnostic>) -> Vec<usize> {
    let edges: Vec<Vec<(usize, Span)>> = files.iter().map(used).collect();
    graph::bottom_up(&edges, |circle| {
        let chain: Vec<(&str, Span)> = circle.iter().map(|(file, span)| (&*files[*file].name, *span)).collect();
        diagnostics.extend(message::import_cycle(&chain));
    })
}

/// The files that a file uses, each once, with the place of the `use`.
fn used(file: &File) -> Vec<(usize, Span)> {
    let mut used: Vec<(usize, Span)> = Vec::new();
    for (item, target) in &file.uses {
        let declaration = &file.ast.items[*item];
        if let (Target::Project(target), ItemKind::Use(taken)) = (target, &declaration.kind)
            && !used.iter().any(|(other, _)| other == target)
        {
            used.push((*target, path_span(taken, declaration.span)));
        }
    }
    used
}
