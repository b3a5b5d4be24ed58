//! Saves that happen again: in a `for`, or in a pipeline that another one runs twice.

use std::collections::BTreeSet;

use gml_diagnostics::{Diagnostic, Span};
use gml_syntax::ast::{ExprKind, Statement, StatementKind};

use super::super::message;
use super::super::shared::Shared;
use crate::hash::Map;
use crate::package::{Definition, ModuleId};
use crate::typed::{DatasetId, PipelineId, TypedDataset};

/// Each save that undoes what the same one has saved before.
pub(in crate::check) fn saved_again(shared: &Shared<'_>, entries: &[TypedDataset]) -> Vec<Diagnostic> {
    let package = shared.package;
    let mut found = Vec::new();
    for place in 0..package.pipelines.len() {
        let id = PipelineId(u32::try_from(place).unwrap_or(u32::MAX));
        let Some(ast) = package.pipeline_ast(id) else { continue };
        let module = package.pipelines[place].declared.module;
        let mut looking = Looking { shared, entries, module, runs: Map::default(), found: &mut found };
        looking.body(&ast.body, None, false);
    }
    found
}

struct Looking<'a> {
    shared: &'a Shared<'a>,
    entries: &'a [TypedDataset],
    module: ModuleId,
    /// Where each pipeline was run last.
    runs: Map<PipelineId, Span>,
    found: &'a mut Vec<Diagnostic>,
}

impl Looking<'_> {
    fn body(&mut self, body: &[Statement], within: Option<Span>, decided: bool) {
        for statement in body {
            match &statement.kind {
                StatementKind::Save { entry, .. } => {
                    let dataset = self.dataset(&entry.text).filter(|dataset| self.is_undone(*dataset));
                    if let Some((dataset, within)) = dataset.zip(within) {
                        let declared = &self.shared.package.datasets[dataset.0 as usize].declared;
                        let diagnostic = message::datasets::saved_in_loop(entry, declared.name_span, within);
                        self.found.push(diagnostic);
                    }
                }
                StatementKind::For { name, items, body } => {
                    let is_one = matches!(&items.kind, ExprKind::List(items) if items.len() < 2);
                    self.body(body, if is_one { within } else { Some(name.span) }, decided);
                }
                StatementKind::When { body, .. } => self.body(body, within, true),
                // To do it again where that turns out to be due is meant.
                StatementKind::Run { pipeline, .. } if !decided => {
                    let defined = self.shared.package.lookup(self.module, &pipeline.text);
                    let Some(Definition::Pipeline(id)) = defined else { continue };
                    let first = within.or(self.runs.insert(*id, pipeline.span));
                    let saved = first.and_then(|first| Some((first, self.saved_by(*id)?)));
                    if let Some((first, dataset)) = saved {
                        let declared = &self.shared.package.datasets[dataset.0 as usize].declared;
                        let entry = (&*declared.name, declared.name_span);
                        self.found.push(message::datasets::saved_by_each_run(pipeline, entry, first, within.is_some()));
                    }
                }
                _ => {}
            }
        }
    }

    fn dataset(&self, name: &str) -> Option<DatasetId> {
        match self.shared.package.lookup(self.module, name)? {
            Definition::Dataset(dataset) => Some(*dataset),
            _ => None,
        }
    }

    /// Whether a second save leaves nothing of the first: of an entry that keeps versions each is another one.
    fn is_undone(&self, dataset: DatasetId) -> bool {
        self.entries.get(dataset.0 as usize).is_some_and(|entry| !entry.keeps_versions())
    }

    /// The first entry that a pipeline saves, or one that it runs, without keeping versions.
    fn saved_by(&self, pipeline: PipelineId) -> Option<DatasetId> {
        let saves = |of: PipelineId| {
            let writers = self.shared.writers.iter().filter(|(_, by)| by.iter().any(|(by, _)| *by == of));
            writers.map(|(dataset, _)| *dataset).filter(|dataset| self.is_undone(*dataset)).min()
        };
        let package = self.shared.package;
        let (mut seen, mut waiting) = (BTreeSet::new(), vec![pipeline]);
        while let Some(next) = waiting.pop() {
            if !seen.insert(next.0) {
                continue;
            }
            if let Some(dataset) = saves(next) {
                return Some(dataset);
            }
            let module = package.pipelines[next.0 as usize].declared.module;
            let mut bodies: Vec<&Statement> =
                package.pipeline_ast(next).into_iter().flat_map(|ast| &ast.body).collect();
            while let Some(statement) = bodies.pop() {
                match &statement.kind {
                    StatementKind::Run { pipeline, .. } => {
                        if let Some(Definition::Pipeline(id)) = package.lookup(module, &pipeline.text) {
                            waiting.push(*id);
                        }
                    }
                    StatementKind::When { body, .. } | StatementKind::For { body, .. } => bodies.extend(body),
                    _ => {}
                }
            }
        }
        None
    }
}
