//! Catalog entries: models of which nothing is known, places that are shared, circles of reading and writing.

use std::collections::{BTreeMap, BTreeSet};

use gml_diagnostics::{Diagnostic, Span, codes};
use gml_ir::{Learned, Type, Value};

use crate::declare::graph;
use crate::hash::Map;
use crate::message::places::same_place;
use crate::parts::{each_part, each_statement, each_value};
use crate::places;
use crate::typed::{DatasetId, LocalId, ParamId, Typed, TypedKind, TypedPipeline, TypedProgram, TypedStatementKind};

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
    let entries = program.datasets.iter().enumerate();
    let paths =
        entries.filter_map(|(place, entry)| Some((place, path(&entry.connector, &|id| default_of(program, id))?)));
    let pairs = places::shared(paths, |place| is_written(written, place));
    let told = pairs.into_iter().map(|(first, second)| same_place(&program.datasets[first], &program.datasets[second]));
    diagnostics.extend(told);
}

fn is_written(written: &BTreeMap<u32, Vec<(u32, Span)>>, place: usize) -> bool {
    u32::try_from(place).is_ok_and(|id| written.contains_key(&id))
}

/// The path of a connector, with what `param` says for parameters of the program.
fn path(connector: &Typed, param: &impl Fn(ParamId) -> Option<String>) -> Option<String> {
    let TypedKind::Call(call) = &connector.kind else { return None };
    piece(call.value("path")?, param)
}

fn piece(value: &Typed, param: &impl Fn(ParamId) -> Option<String>) -> Option<String> {
    match &value.kind {
        TypedKind::Literal(Value::Str(text)) => Some(text.to_string()),
        TypedKind::Param(id) => param(*id),
        TypedKind::Format(parts) => parts.iter().map(|part| piece(part, param)).collect(),
        TypedKind::Cast(of) => piece(of, param),
        _ => None,
    }
}

/// What a parameter is where nothing else is said. One that has no value yet stands for itself.
fn default_of(program: &TypedProgram, id: ParamId) -> Option<String> {
    match program.params.get(id.0 as usize).and_then(|param| param.default.as_ref()) {
        Some(Typed { kind: TypedKind::Literal(Value::Str(text)), .. }) => Some(text.to_string()),
        // No path holds a line break, so that a parameter cannot be taken for a text.
        _ => Some(format!("\n{}\n", id.0)),
    }
}

/// What is saved is made of what is read: in a circle, a second run would read what the first one wrote. Where each save adds a
/// version, that is what is meant: the new model is held against the one in use.
fn circles(program: &TypedProgram, written: &BTreeMap<u32, Vec<(u32, Span)>>, diagnostics: &mut Vec<Diagnostic>) {
    let count = program.datasets.len();
    let mut edges: Vec<Vec<(usize, Span)>> = (0..count)
        .map(|place| {
            let of = u32::try_from(place).ok().and_then(|id| written.get(&id));
            of.into_iter()
                .flatten()
                .map(|(id, span)| (*id as usize, *span))
                .filter(|(id, _)| *id < count && !(*id == place && program.datasets[place].keeps_versions()))
                .collect()
        })
        .collect();
    // What a pattern reads is made of what is saved among its files. Where a parameter is part of a path, each run may mean another.
    let entries = program.datasets.iter().enumerate();
    let paths = entries.filter_map(|(place, entry)| Some((place, path(&entry.connector, &|_| None)?)));
    for (pattern, saved) in places::among(paths, |place| is_written(written, place)) {
        edges[pattern].push((saved, program.datasets[saved].span));
    }
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
