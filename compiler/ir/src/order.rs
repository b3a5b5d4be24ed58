//! Which datasets flow through pipelines, and in which order these run therefore.

use crate::{Graph, Pipeline, Program, StepKind};

impl Program {
    /// All pipelines, each behind those that save what it reads, and otherwise in the order of the program. Where they read from each
    /// other in a circle, the first of them in the program goes first.
    #[must_use]
    pub fn in_order(&self) -> Vec<&Pipeline> {
        let flows: Vec<Flows> = self.pipelines.iter().map(|pipeline| pipeline.graph.flows()).collect();
        let behind: Vec<Vec<usize>> = (0..flows.len()).map(|place| needed(&flows, place)).collect();
        let mut done = vec![false; flows.len()];
        let mut order = Vec::with_capacity(flows.len());
        while order.len() < flows.len() {
            let mut waiting = (0..flows.len()).filter(|place| !done[*place]);
            let first = waiting.clone().next();
            let Some(next) = waiting.find(|place| behind[*place].iter().all(|other| done[*other])).or(first) else {
                break;
            };
            done[next] = true;
            order.push(&self.pipelines[next]);
        }
        order
    }
}

impl Program {
    /// The pipelines that save a dataset, by its place in [`Program::datasets`], in the order of the program; and of each whether it
    /// reads the dataset before it saves it, so that another one must have saved it once.
    pub fn savers(&self, dataset: u32) -> impl Iterator<Item = (&Pipeline, bool)> {
        self.pipelines.iter().filter_map(move |pipeline| Some((pipeline, reads_first(&pipeline.graph, dataset)?)))
    }
}

/// Whether a graph reads a dataset before it saves it; `None` where it does not save it.
fn reads_first(graph: &Graph, dataset: u32) -> Option<bool> {
    let mut reads = false;
    for step in &graph.steps {
        match &step.kind {
            StepKind::Load(other) if *other == dataset => reads = true,
            StepKind::Save { dataset: other, .. } if *other == dataset => return Some(reads),
            StepKind::When { body, .. } => {
                if let Some(within) = reads_first(body, dataset) {
                    return Some(reads || within);
                }
                reads |= body.flows().reads.contains(&dataset);
            }
            _ => {}
        }
    }
    None
}

/// The datasets that a graph touches, by their places in [`Program::datasets`], each once, in the order of its steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flows {
    /// Those that it reads.
    pub reads: Vec<u32>,
    /// Those that it saves.
    pub saves: Vec<u32>,
}

impl Flows {
    /// Those that it reads and does not save itself.
    pub fn from_outside(&self) -> impl Iterator<Item = u32> + '_ {
        self.reads.iter().copied().filter(|dataset| !self.saves.contains(dataset))
    }

    fn add(&mut self, graph: &Graph) {
        let once = |known: &mut Vec<u32>, dataset: u32| {
            if !known.contains(&dataset) {
                known.push(dataset);
            }
        };
        for step in &graph.steps {
            match &step.kind {
                StepKind::Load(dataset) => once(&mut self.reads, *dataset),
                StepKind::Save { dataset, .. } => once(&mut self.saves, *dataset),
                StepKind::When { body, .. } => self.add(body),
                _ => {}
            }
        }
    }
}

impl Graph {
    /// The datasets that it reads and saves, in bodies of `when` too.
    #[must_use]
    pub fn flows(&self) -> Flows {
        let mut flows = Flows::default();
        flows.add(self);
        flows
    }
}

/// The pipelines that one goes behind. What it saves itself it needs of no other. What one above it saves it has from there,
/// whoever else saves it.
fn needed(flows: &[Flows], place: usize) -> Vec<usize> {
    let mut needed = Vec::new();
    for dataset in flows[place].from_outside() {
        let savers = || (0..flows.len()).filter(|other| flows[*other].saves.contains(&dataset));
        let above = || savers().take_while(|other| *other < place);
        if above().next().is_some() { needed.extend(above()) } else { needed.extend(savers()) }
    }
    needed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Location, Step, StepId, Type};

    /// Pipelines by name, with the datasets that each reads and saves.
    fn order(pipelines: &[(&str, &[u32], &[u32])]) -> String {
        let step = |kind| Step { kind, ty: Type::Error, location: Location::default(), within: Vec::new() };
        let pipelines = pipelines.iter().map(|(name, reads, saves)| {
            let reads = reads.iter().map(|dataset| step(StepKind::Load(*dataset)));
            let saves = saves.iter().map(|dataset| step(StepKind::Save { value: StepId(0), dataset: *dataset }));
            let graph = Graph { steps: reads.chain(saves).collect() };
            Pipeline { name: (*name).into(), graph, ..Pipeline::default() }
        });
        let program = Program { pipelines: pipelines.collect(), ..Program::default() };
        program.in_order().iter().map(|pipeline| &*pipeline.name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn who_reads_goes_behind_who_saves() {
        assert_eq!(
            order(&[("score", &[1, 2], &[3]), ("train", &[1], &[2]), ("prepare", &[0], &[1])]),
            "prepare train score"
        );
        assert_eq!(order(&[("b", &[0], &[2]), ("a", &[0], &[1])]), "b a");
    }

    #[test]
    fn who_saves_may_have_to_read_first() {
        let step = |kind| Step { kind, ty: Type::Error, location: Location::default(), within: Vec::new() };
        let load = || step(StepKind::Load(7));
        let save = || step(StepKind::Save { value: StepId(0), dataset: 7 });
        let when = |steps| step(StepKind::When { condition: StepId(0), body: Graph { steps } });
        let first = |steps| reads_first(&Graph { steps }, 7);
        assert_eq!(first(vec![load(), save()]), Some(true));
        assert_eq!(first(vec![save(), load()]), Some(false));
        assert_eq!(first(vec![load(), when(vec![save()])]), Some(true));
        assert_eq!(first(vec![when(vec![load()]), save()]), Some(true));
        assert_eq!(first(vec![when(vec![save()]), load()]), Some(false));
        assert_eq!(first(vec![load()]), None);
        assert_eq!(reads_first(&Graph { steps: vec![load(), save()] }, 8), None);
    }

    #[test]
    fn what_is_saved_above_is_not_waited_for_below() {
        // A model is learned, used, watched, and learned again where that is due.
        let watched = [("train", &[0][..], &[1][..]), ("score", &[0, 1], &[2]), ("watch", &[0, 1, 2], &[1])];
        assert_eq!(order(&watched), "train score watch");
    }

    #[test]
    fn a_circle_begins_with_the_first() {
        assert_eq!(order(&[("a", &[1], &[0]), ("b", &[0], &[1]), ("c", &[], &[2])]), "c a b");
    }
}
