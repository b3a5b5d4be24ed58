//! Files that use each other in a circle.

use gml_diagnostics::{Diagnostic, Span};
use gml_syntax::ast::ItemKind;

use super::files::{File, Target, path_span};
use crate::message::imports as message;

/// Refuses circles, and gives the places of the files, each after those that it uses (a `use` that closes a circle
/// aside).
pub(super) fn refuse(files: &[File], diagnostics: &mut Vec<Diagnostic>) -> Vec<usize> {
    let edges: Vec<Vec<(usize, Span)>> = files.iter().map(used).collect();
    let mut bottom_up = Vec::with_capacity(files.len());
    let mut state = vec![State::New; files.len()];
    // The files on the way down, each with the number of its `use`s that were followed.
    let mut way: Vec<(usize, usize)> = vec![(0, 0)];
    state[0] = State::Open;
    while let Some((file, followed)) = way.last_mut() {
        let file = *file;
        let Some((target, _)) = edges[file].get(*followed).copied() else {
            state[file] = State::Done;
            bottom_up.push(file);
            way.pop();
            continue;
        };
        *followed += 1;
        match state[target] {
            State::New => {
                state[target] = State::Open;
                way.push((target, 0));
            }
            State::Open => {
                let circle = way.iter().skip_while(|(file, _)| *file != target);
                let chain: Vec<(String, Span)> = circle
                    .map(|(file, followed)| (files[*file].name.clone(), edges[*file][followed - 1].1))
                    .collect();
                diagnostics.extend(message::import_cycle(&chain));
            }
            State::Done => {}
        }
    }
    bottom_up
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
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
