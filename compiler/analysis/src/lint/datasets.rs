//! Catalog entries: models of which nothing is known, places that are shared, circles of reading and writing.

use std::collections::{BTreeMap, BTreeSet};

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Learned, Type, Value};

use crate::declare::graph;
use crate::hash::Map;
use crate::parts::{each_part, each_statement, each_value};
use crate::typed::{
    DatasetId, LocalId, Typed, TypedArg, TypedDataset, TypedKind, TypedPipeline, TypedProgram, TypedStatementKind,
};

/// Looks at who reads and who writes.
pub(super) fn check(program: &TypedProgram, diagnostics: &mut Vec<Diagnostic>) {
    let mut written: BTreeMap<u32, Vec<(u32, Span)>> = BTreeMap::new();
    for pipeline in &program.pipelines {
        flows(pipeline, &mut written);
    }
    unknown_rows(program, &written, diagnostics);
    shared_places(program, &written, diagnostics);
    circles(program, &written, diagnostics);
}

/// For each entry that a pipeline saves: the entries that its value is made of, with where they are read.
fn flows(pipeline: &TypedPipeline, written: &mut BTreeMap<u32, Vec<(u32, Span)>>) {
    let mut made_of: Map<LocalId, Vec<(u32, Span)>> = Map::default();
    each_statement(&pipeline.body, &mut |statement| match &statement.kind {
        TypedStatementKind::Let(local, value) | TypedStatementKind::For { local, items: value, .. } => {
            let of = reads(value, &made_of);
            made_of.insert(*local, of);
        }
        TypedStatementKind::Save { value, dataset } => {
            written.entry(dataset.0).or_default().extend(reads(value, &made_of));
        }
        _ => {}
    });
}

fn reads(value: &Typed, made_of: &Map<LocalId, Vec<(u32, Span)>>) -> Vec<(u32, Span)> {
    let mut found = Vec::new();
    each_part(value, &mut |part| match &part.kind {
        TypedKind::Dataset(DatasetId(id)) => found.push((*id, part.span)),
        TypedKind::Local(local) => found.extend(made_of.get(local).into_iter().flatten().copied()),
        _ => {}
    });
    let mut seen = BTreeSet::new();
    found.retain(|(id, _)| seen.insert(*id));
    found
}

/// A learned value is read of which neither the entry nor a `save` tells the rows.
fn unknown_rows(program: &TypedProgram, written: &BTreeMap<u32, Vec<(u32, Span)>>, diagnostics: &mut Vec<Diagnostic>) {
    let mut told = BTreeSet::new();
    for pipeline in &program.pipelines {
        each_value(&pipeline.body, &mut |value| {
            each_part(value, &mut |part| {
                let (TypedKind::Dataset(DatasetId(id)), Type::Learned(learned)) = (&part.kind, &part.ty) else {
                    return;
                };
                let is_bare = matches!(**learned, Learned::Model(None) | Learned::Transform(None));
                let Some(entry) = program.datasets.get(*id as usize) else { return };
                if !is_bare || written.contains_key(id) || !told.insert((*id, part.span.file, part.span.start)) {
                    return;
                }
                let name = &entry.name;
                let what = if matches!(**learned, Learned::Model(None)) { "model" } else { "transform" };
                let help = format!("write its rows into the catalog, `{name}: {what}[Row -> Result]`, or save it here");
                diagnostics.push(
                    Diagnostic::new(
                        codes::MODEL_ROWS_UNKNOWN,
                        part.span,
                        format!("nothing tells which rows `{name}` takes, so what is done with it cannot be checked"),
                    )
                    .and(entry.span, "no pipeline saves it, and its rows are left out here")
                    .help(help),
                );
            });
        });
    }
}

/// Two entries in one file, one of them written.
fn shared_places(program: &TypedProgram, written: &BTreeMap<u32, Vec<(u32, Span)>>, diagnostics: &mut Vec<Diagnostic>) {
    let mut first_at: Map<String, (usize, &TypedDataset)> = Map::default();
    for (place, entry) in program.datasets.iter().enumerate() {
        let Some(path) = path(&entry.connector) else { continue };
        let is_written = |place: usize| u32::try_from(place).is_ok_and(|id| written.contains_key(&id));
        match first_at.get(&path) {
            Some((other, first)) if is_written(place) || is_written(*other) => {
                let message = format!("`{}` and `{}` are stored in the same place", first.name, entry.name);
                diagnostics.push(
                    Diagnostic::new(codes::SAME_PLACE, entry.span, message)
                        .and(first.span, format!("`{}` is stored there too", first.name))
                        .help("give one of them another path: what is saved under one would change the other"),
                );
            }
            Some(_) => {}
            None => drop(first_at.insert(path, (place, entry))),
        }
    }
}

/// The path of a connector as far as it is known before the run; parameters of the program stand for themselves.
fn path(connector: &Typed) -> Option<String> {
    let TypedKind::Call(call) = &connector.kind else { return None };
    let (_, arg) = call.args.iter().find(|(name, _)| &**name == "path")?;
    let TypedArg::Value(value) = arg else { return None };
    piece(value)
}

fn piece(value: &Typed) -> Option<String> {
    match &value.kind {
        TypedKind::Literal(Value::Str(text)) => Some(text.to_string()),
        // No path holds a line break, so that a parameter cannot be taken for a text.
        TypedKind::Param(id) => Some(format!("\n{}\n", id.0)),
        TypedKind::Format(parts) => parts.iter().map(piece).collect(),
        TypedKind::Cast(of) => piece(of),
        _ => None,
    }
}

/// What is saved is made of what is read: in a circle, a second run would read what the first one wrote. Where each save adds a
/// version, that is what is meant: the new model is held against the one in use.
fn circles(program: &TypedProgram, written: &BTreeMap<u32, Vec<(u32, Span)>>, diagnostics: &mut Vec<Diagnostic>) {
    let count = program.datasets.len();
    let edges: Vec<Vec<(usize, Span)>> = (0..count)
        .map(|place| {
            let of = u32::try_from(place).ok().and_then(|id| written.get(&id));
            of.into_iter()
                .flatten()
                .map(|(id, span)| (*id as usize, *span))
                .filter(|(id, _)| *id < count && !(*id == place && program.datasets[place].keeps_versions()))
                .collect()
        })
        .collect();
    let name = |place: usize| &*program.datasets[place].name;
    graph::bottom_up(&edges, |circle| {
        let Some(((place, span), rest)) = circle.split_first() else { return };
        let message = match rest {
            [] => format!("`{}` is read to make what is saved under it", name(*place)),
            _ => {
                let names: Vec<String> =
                    circle.iter().chain(circle.first()).map(|(place, _)| format!("`{}`", name(*place))).collect();
                format!("datasets are made of each other in a circle: {}", names.join(" from "))
            }
        };
        let mut diagnostic = Diagnostic::new(codes::READS_OWN_SAVE, *span, message).with_label("read here");
        for (place, span) in rest {
            diagnostic = diagnostic.and(*span, format!("`{}` is made of this", name(*place)));
        }
        diagnostics.push(diagnostic.help("save under another entry: every run would change what the next one reads"));
    });
}
