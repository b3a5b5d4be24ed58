//! Graphs under construction.

use std::collections::HashMap;
use std::sync::Arc;

use super::inline::Inlined;
use gml_ir::{Graph, Location, Step, StepId, StepKind, Type, content_hash};

/// A step of the graph being built or of one around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct StepRef {
    /// How many graphs there are around its own.
    level: usize,
    id: StepId,
}

impl StepRef {
    /// Another step of its graph.
    pub(super) fn beside(self, id: StepId) -> Self {
        Self { id, ..self }
    }
}

/// Builds a graph and those nested in it. Equal steps become one.
#[derive(Default)]
pub(super) struct Builder {
    levels: Vec<Level>,
    /// Nodes being inlined, outermost first.
    within: Vec<Arc<str>>,
}

#[derive(Default)]
struct Level {
    graph: Graph,
    known: HashMap<String, StepId>,
    /// How often each dataset was saved so far: what is loaded later is another value.
    saves: HashMap<u32, u32>,
    /// What calls of functions and nodes became.
    inlined: Inlined,
}

impl Builder {
    /// A builder of an empty graph.
    pub(super) fn new() -> Self {
        Self { levels: vec![Level::default()], within: Vec::new() }
    }

    /// The graph.
    pub(super) fn finish(mut self) -> Graph {
        self.levels.pop().map(|level| level.graph).unwrap_or_default()
    }

    /// Starts the body of a `when`.
    pub(super) fn open(&mut self) {
        self.levels.push(Level::default());
    }

    /// Ends it.
    pub(super) fn close(&mut self) -> Graph {
        let level = self.levels.pop().unwrap_or_default();
        for (dataset, times) in level.saves {
            if let Some(outer) = self.levels.last_mut() {
                *outer.saves.entry(dataset).or_default() += times;
            }
        }
        level.graph
    }

    /// Runs `inline` as the inlining of that node.
    pub(super) fn enter(&mut self, node: Arc<str>) {
        self.within.push(node);
    }

    /// Ends the innermost inlining.
    pub(super) fn leave(&mut self) {
        self.within.pop();
    }

    /// What calls became in the graph being built. Those of a graph around it are not taken over: each graph has its own steps.
    pub(super) fn inlined(&mut self) -> &mut Inlined {
        let here = self.levels.len() - 1;
        &mut self.levels[here].inlined
    }

    /// How often anything was saved so far: what is loaded later may be another value.
    pub(super) fn saves(&self) -> u32 {
        self.levels.iter().flat_map(|level| level.saves.values()).sum()
    }

    /// Adds a step without looking for an equal one: saves, expectations, whatever has an effect.
    pub(super) fn push(&mut self, kind: StepKind, ty: Type, location: Location) -> StepRef {
        let level = self.levels.len() - 1;
        let within = self.within.clone();
        let here = &mut self.levels[level];
        if let StepKind::Save { dataset, .. } = &kind {
            *here.saves.entry(*dataset).or_default() += 1;
        }
        let id = StepId(here.graph.steps.len() as u32);
        here.graph.steps.push(Step { kind, ty, location, within });
        StepRef { level, id }
    }

    /// The step that does this: an equal one that is there already, or a new one.
    pub(super) fn step(&mut self, kind: StepKind, ty: Type, location: Location) -> StepRef {
        let level = self.levels.len() - 1;
        let generation = match &kind {
            StepKind::Load(dataset) => self.levels.iter().filter_map(|level| level.saves.get(dataset)).sum::<u32>(),
            _ => 0,
        };
        let key = content_hash(&(&kind, generation, type_key(&kind, &ty)));
        if let Some(id) = self.levels[level].known.get(&key) {
            return StepRef { level, id: *id };
        }
        let step = self.push(kind, ty, location);
        self.levels[level].known.insert(key, step.id);
        step
    }

    /// The step as the graph being built can name it.
    pub(super) fn reach(&mut self, step: StepRef) -> StepId {
        let here = self.levels.len() - 1;
        if step.level == here {
            return step.id;
        }
        let mut id = step.id;
        for level in step.level..here {
            let outer = self.levels[level].graph.step(id);
            let (ty, location) = (outer.ty.clone(), outer.location.clone());
            let key = content_hash(&("outer", id));
            let inner = &mut self.levels[level + 1];
            id = *inner.known.entry(key).or_insert_with(|| {
                let step = Step { kind: StepKind::Outer(id), ty, location, within: Vec::new() };
                inner.graph.steps.push(step);
                StepId(inner.graph.steps.len() as u32 - 1)
            });
        }
        id
    }

    /// What a step does, and the step itself: that of a graph around, where this one only names it.
    pub(super) fn made(&self, mut step: StepRef) -> (StepRef, &StepKind) {
        loop {
            match &self.levels[step.level].graph.step(step.id).kind {
                StepKind::Outer(id) if step.level > 0 => step = StepRef { level: step.level - 1, id: *id },
                kind => return (step, kind),
            }
        }
    }

    /// The type of a step.
    pub(super) fn ty(&self, step: StepRef) -> &Type {
        &self.levels[step.level].graph.step(step.id).ty
    }
}

/// What of a step's type tells it from others: a table literal and a `conform` do what their type says.
fn type_key(kind: &StepKind, ty: &Type) -> Option<Type> {
    let matters = match kind {
        StepKind::Table(_) | StepKind::Foreign { .. } => true,
        StepKind::Call { operator, .. } => &**operator == "conform",
        _ => false,
    };
    matters.then(|| ty.clone())
}
