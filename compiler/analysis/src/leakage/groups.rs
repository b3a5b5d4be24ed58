//! Pipelines that rows pass between: one saves what the other uses. What is found in one group does not depend on any
//! other: what a pipeline is run with by another is not followed.

use crate::hash::{Map, Set};
use crate::parts::{each_part, each_statement, each_value};
use crate::typed::{DatasetId, Typed, TypedKind, TypedPipeline, TypedProgram, TypedStatementKind};

/// The pipelines of a program by group, each by its place: those of a group in order, groups in the order of their first.
pub(super) fn of(program: &TypedProgram) -> Vec<Vec<usize>> {
    let uses: Vec<Uses> = program.pipelines.iter().map(|pipeline| Uses::of(pipeline)).collect();
    let mut first = Firsts((0..uses.len()).collect());
    let mut savers: Map<DatasetId, usize> = Map::default();
    for (place, uses) in uses.iter().enumerate() {
        for dataset in &uses.saved {
            let saver = *savers.entry(*dataset).or_insert(place);
            first.unite(saver, place);
        }
    }
    for (place, uses) in uses.iter().enumerate() {
        uses.datasets.iter().filter_map(|dataset| savers.get(dataset)).for_each(|saver| first.unite(*saver, place));
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut by_first: Map<usize, usize> = Map::default();
    for place in 0..uses.len() {
        let group = *by_first.entry(first.of(place)).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(place);
    }
    groups
}

/// What a pipeline has to do with others.
#[derive(Default)]
struct Uses {
    saved: Vec<DatasetId>,
    datasets: Set<DatasetId>,
}

impl Uses {
    fn of(pipeline: &TypedPipeline) -> Self {
        let mut uses = Self::default();
        each_statement(&pipeline.body, &mut |statement| {
            if let TypedStatementKind::Save { dataset, .. } = &statement.kind {
                uses.saved.push(*dataset);
            }
        });
        let mut read = |value: &Typed| {
            each_part(value, &mut |part| {
                if let TypedKind::Dataset(dataset) = part.kind {
                    uses.datasets.insert(dataset);
                }
            });
        };
        pipeline.params.iter().filter_map(|param| param.default.as_ref()).for_each(&mut read);
        each_value(&pipeline.body, &mut read);
        uses
    }
}

/// For each pipeline one of its group that comes before it; the first is its own.
struct Firsts(Vec<usize>);

impl Firsts {
    fn of(&mut self, place: usize) -> usize {
        let mut at = place;
        while self.0[at] != at {
            // Shortens the way for the next time.
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.of(a), self.of(b));
        self.0[a.max(b)] = a.min(b);
    }
}
