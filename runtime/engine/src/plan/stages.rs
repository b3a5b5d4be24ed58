//! Steps into stages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use gml_ir::{Graph, Program, Resources, Step, StepId, StepKind, Type};
use gml_operators::Keys;

use super::flows::{From, flows, in_parts};
use super::live::{children, datasets, inputs, live};
use super::scans::{scans, wanted};
use super::streams::streamed;
use super::{Joining, Kept, Plan, PlannedStep, Scan, Stage, order, step_name};

/// The module whose operators take queries and give queries. Others take tables that are in memory.
const RELATIONAL: &str = "std.table";

/// Whether the result of a step is a table that the query of its user can contain.
pub(super) fn gives_query(step: &Step) -> bool {
    let relational = match &step.kind {
        StepKind::Call { module, .. } => &**module == RELATIONAL,
        StepKind::Load(_) | StepKind::Table(_) | StepKind::Part(..) => true,
        _ => false,
    };
    relational && matches!(step.ty, Type::Table(_))
}

/// Operators of other modules whose tables are computed when they are asked for.
const ASKED_FOR: [(&str, &str); 4] = [
    ("std.pairs", "for_everyone"),
    ("std.recommend", "bought_before"),
    ("std.recommend", "same_attribute"),
    ("std.recommend", "nearest"),
];

/// Whether a step gives one of several tables to a step that asks for them one after the other, so that they need not be in memory at the
/// same time.
fn is_asked_for(step: &Step, user: &Step) -> bool {
    let is_query = match &step.kind {
        StepKind::Call { module, operator, .. } => ASKED_FOR.contains(&(&**module, &**operator)) || gives_query(step),
        _ => false,
    };
    is_query && in_parts(user)
}

/// Whether a step can take its tables as queries and be part of the query itself.
pub(super) fn takes_query(step: &Step) -> bool {
    matches!(&step.kind, StepKind::Call { module, .. } if &**module == RELATIONAL) && matches!(step.ty, Type::Table(_))
}

pub(super) fn plan_graph(program: &Program, graph: &Graph, joining: Joining) -> Plan {
    let live = live(graph);
    let place_of = |id: StepId| id.0 as usize;
    let mut users: Vec<Vec<StepId>> = vec![Vec::new(); graph.steps.len()];
    let mut rewritten = BTreeSet::new();
    for (place, step) in steps(graph, &live) {
        inputs(step).into_iter().for_each(|input| users[place_of(input)].push(StepId(place as u32)));
        rewritten.extend(datasets(step).1);
    }
    let streamed = match joining {
        Joining::Queries => streamed(program, graph, &live, &users, &rewritten),
        Joining::Nothing => vec![false; graph.steps.len()],
    };
    let wanted = wanted(graph, &users);
    let flows = match joining {
        Joining::Queries => flows(program, graph, &live, &users, &wanted),
        Joining::Nothing => Vec::new(),
    };
    // Steps whose rows go on to another one some at a time, and those that they come to.
    let (mut flowing, mut reached) = (BTreeSet::new(), BTreeSet::new());
    for flow in &flows {
        flowing.extend(flow.steps().filter(|step| *step != flow.last()));
        reached.extend(flow.steps().skip(usize::from(flow.from == From::Made)));
    }
    let facts = Facts { program, graph, users: &users, rewritten: &rewritten, joining, reached: &reached };
    let flows_on = |place: usize| flowing.contains(&StepId(place as u32));
    let kept = |place: usize| if streamed[place] || flows_on(place) { None } else { facts.kept(place) };
    let kept: Vec<Option<Kept>> = (0..graph.steps.len()).map(kept).collect();

    let scans = scans(graph, &users, &kept, &streamed, wanted);

    // From the end: a step that can be part of its only user's query belongs to that user's stage, any other is its own.
    let mut head: Vec<usize> = (0..graph.steps.len()).collect();
    for (place, step) in graph.steps.iter().enumerate().rev() {
        let asked_for = |user: &StepId| is_asked_for(step, graph.step(*user));
        let joins = streamed[place] || flows_on(place) || gives_query(step) || users[place].iter().all(asked_for);
        if let ([user], None, true) = (users[place].as_slice(), &kept[place], joins) {
            head[place] = head[place_of(*user)];
        }
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let planned = |step: &Step| !matches!(step.kind, StepKind::Outer(_));
    for (place, _) in steps(graph, &live).filter(|(_, step)| planned(step)) {
        members.entry(head[place]).or_default().push(place);
    }
    let mut stage_of = HashMap::new();
    for (stage, own) in members.values().enumerate() {
        own.iter().for_each(|place| {
            stage_of.insert(StepId(*place as u32), stage);
        });
    }
    let order = order::order(graph, &live);
    let stages = members.iter().map(|(head, own)| {
        let others = |ids: &mut dyn Iterator<Item = StepId>| -> BTreeSet<usize> {
            ids.filter(|id| !own.contains(&place_of(*id))).filter_map(|id| stage_of.get(&id).copied()).collect()
        };
        let uses = others(&mut own.iter().flat_map(|place| inputs(&graph.steps[*place])));
        let mut after = others(&mut own.iter().flat_map(|place| order[*place].iter().copied()));
        after.extend(&uses);
        let of_stage: Vec<Scan> = own.iter().filter_map(|place| scans[*place].clone()).collect();
        Stage {
            steps: own.iter().map(|place| planned_step(program, graph, *place)).collect(),
            uses: uses.into_iter().collect(),
            after: after.into_iter().collect(),
            kept: kept[*head].clone(),
            buckets: buckets(graph, own, &of_stage),
            scans: of_stage,
            resources: resources(program, own.iter().map(|place| &graph.steps[*place])),
            streams: streamed[*head],
            flows: flows.iter().filter(|flow| own.contains(&place_of(flow.last()))).cloned().collect(),
            body: children(&graph.steps[*head]).map(|body| plan_graph(program, body, joining)),
        }
    });
    let stages = stages.collect();
    let dead = (0..graph.steps.len()).filter(|place| !live[*place] && planned(&graph.steps[*place]));
    let dead = dead.map(|place| StepId(place as u32)).collect();
    Plan { stages, dead, stage_of }
}

/// The keys by which all steps of a stage, from the one that groups rows as they are read, may be done bucket by bucket.
fn buckets(graph: &Graph, own: &[usize], scans: &[Scan]) -> Option<Keys> {
    let [scan] = scans else { return None };
    scan.turns.as_ref()?;
    let call = |step: StepId| match &graph.step(step).kind {
        StepKind::Call { module, operator, args } => Some((module, operator, args)),
        _ => None,
    };
    let (.., args) = call(scan.last())?;
    let (mut keys, mut before) = (Keys::of(args)?, scan.last());
    for place in own.iter().filter(|place| **place > scan.last().0 as usize) {
        let step = StepId(*place as u32);
        let (module, operator, args) = call(step)?;
        if inputs(graph.step(step)) != [before] {
            return None;
        }
        keys = keys.through(module, operator, args)?;
        before = step;
    }
    Some(keys)
}

fn steps<'a>(graph: &'a Graph, live: &'a [bool]) -> impl Iterator<Item = (usize, &'a Step)> {
    graph.steps.iter().enumerate().filter(|(place, _)| live[*place])
}

/// What steps that run as one get: of each its innermost node that says something decides, and of several the most is taken.
fn resources<'a>(program: &Program, steps: impl Iterator<Item = &'a Step>) -> Resources {
    let of_step = |step: &Step| {
        let nodes = step.within.iter().rev().filter_map(|node| program.node(node));
        nodes.fold(Resources::default(), |inner, node| inner.or(node.resources))
    };
    steps.map(of_step).fold(Resources::default(), |one, other| Resources {
        cpu: one.cpu.max(other.cpu),
        memory: one.memory.max(other.memory),
        gpu: one.gpu.max(other.gpu),
    })
}

fn planned_step(program: &Program, graph: &Graph, place: usize) -> PlannedStep {
    let step = &graph.steps[place];
    PlannedStep {
        id: StepId(place as u32),
        name: step_name(program, graph, StepId(place as u32)),
        location: step.location.clone(),
        within: step.within.clone(),
        learner: super::tracked::learner(program, graph, step),
    }
}

/// What decides where tables are held in memory.
struct Facts<'a> {
    program: &'a Program,
    graph: &'a Graph,
    users: &'a [Vec<StepId>],
    /// Datasets that the graph writes.
    rewritten: &'a BTreeSet<u32>,
    joining: Joining,
    /// Steps to which rows come some at a time.
    reached: &'a BTreeSet<StepId>,
}

impl Facts<'_> {
    /// Why a step's table is held in memory; `None` where its users' queries contain it, and for what is no table.
    fn kept(&self, place: usize) -> Option<Kept> {
        let (step, users) = (&self.graph.steps[place], &self.users[place]);
        let effect = matches!(step.kind, StepKind::Save { .. } | StepKind::Track(_));
        if !matches!(step.ty, Type::Table(_)) || effect || users.is_empty() {
            return None;
        }
        if matches!(step.kind, StepKind::Load(dataset) if self.rewritten.contains(&dataset)) {
            return Some(Kept::Rewritten);
        }
        match users.as_slice() {
            // What is looked up for each part of many is there once.
            [user] if self.reached.contains(user) => Some(Kept::HandedTo(step_name(self.program, self.graph, *user))),
            [user]
                if is_asked_for(step, self.graph.step(*user))
                    || gives_query(step) && takes_query(self.graph.step(*user)) =>
            {
                match self.joining {
                    Joining::Queries => None,
                    Joining::Nothing => Some(Kept::Alone),
                }
            }
            [user] if matches!(self.graph.step(*user).kind, StepKind::When { .. }) => Some(Kept::Conditional),
            [user] => Some(Kept::HandedTo(step_name(self.program, self.graph, *user))),
            _ => Some(Kept::Shared(users.len())),
        }
    }
}
