//! Leakage: what a model sees that it will not have when it is used, and what is judged on rows that have taken part.
//!
//! What lives here: rules over the facts that `lineage` gathers, one file each, and their messages. What does not: what an
//! operator does to rows and columns.
//!
//! Each cause is told once, where it is: a feature at the expression that makes it, rows at the outermost call that brings
//! them.

mod features;
mod groups;
mod labels;
mod message;
mod origins;
mod partitions;
mod periods;
mod samples;
#[cfg(test)]
mod tests;
mod walk;

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, Span};

use crate::check::TakenOver;
use crate::hash::{Map, Set};
use crate::lineage::fact::{Around, Moment, TableFacts};
use crate::lineage::{Common, Flow};
use crate::package::Package;
use crate::threads;
use crate::typed::{NodeId, TypedProgram};

/// What was looked at the last time and of which nothing was said, with the nodes that it depends on.
#[derive(Debug, Default)]
pub(crate) struct Quiet {
    /// By the first pipeline of each group.
    groups: Map<usize, QuietGroup>,
    /// Nodes by themselves, by place.
    nodes: Map<usize, Set<NodeId>>,
    /// How much was looked at the last time.
    #[cfg(test)]
    pub looked_at: usize,
}

/// Pipelines of which nothing was said, and the nodes that they call.
#[derive(Debug)]
struct QuietGroup {
    pipelines: Vec<usize>,
    nodes: Set<NodeId>,
}

impl Quiet {
    /// Forgets what stands on a body that was changed.
    fn settle(&mut self, groups: &[Vec<usize>], taken: &TakenOver) {
        let is_same = |bodies: &[bool], place: usize| bodies.get(place) == Some(&true);
        let are_same = |nodes: &Set<NodeId>| nodes.iter().all(|node| is_same(&taken.nodes, node.0 as usize));
        self.nodes.retain(|place, nodes| is_same(&taken.nodes, *place) && are_same(nodes));
        let mut before = std::mem::take(&mut self.groups);
        for pipelines in groups {
            let known = pipelines.first().and_then(|first| before.remove_entry(first));
            self.groups.extend(known.filter(|(_, group)| {
                let are_taken = pipelines.iter().all(|place| is_same(&taken.pipelines, *place));
                are_taken && group.pipelines == *pipelines && are_same(&group.nodes)
            }));
        }
    }
}

/// Looks at all pipelines, and at nodes that none of them calls. Diagnostics are in no order.
///
/// Groups of pipelines, and nodes by themselves, are looked at one by one; where there is a last time, those that nothing
/// touched since are not looked at again, unless something was said of them.
pub(crate) fn check(
    package: &Package,
    program: &TypedProgram,
    known: Option<(&mut Quiet, &TakenOver)>,
) -> Vec<Diagnostic> {
    let groups = groups::of(program);
    let mut nothing = Quiet::default();
    let quiet = match known {
        Some((quiet, taken)) => {
            quiet.settle(&groups, taken);
            quiet
        }
        None => &mut nothing,
    };
    let common = Common::of(package, program);
    let open: Vec<&Vec<usize>> = groups.iter().filter(|group| !quiet.groups.contains_key(&group[0])).collect();
    let looked = threads::map(open.len(), open.len(), |at| Looked::at(&Flow::of_pipelines(&common, open[at])));
    let mut found = Vec::new();
    let mut called: Set<NodeId> = Set::default();
    for (pipelines, looked) in open.iter().zip(looked) {
        called.extend(&looked.called);
        if looked.found.is_empty() {
            let group = QuietGroup { pipelines: pipelines.to_vec(), nodes: looked.called };
            quiet.groups.insert(pipelines[0], group);
        }
        found.extend(looked.found);
    }
    quiet.groups.values().for_each(|group| called.extend(&group.nodes));
    let id = |place: usize| NodeId(u32::try_from(place).unwrap_or(u32::MAX));
    let uncalled = (0..program.nodes.len()).filter(|place| !called.contains(&id(*place)));
    let nodes: Vec<usize> = uncalled.filter(|place| !quiet.nodes.contains_key(place)).collect();
    let looked =
        threads::map(nodes.len(), nodes.len(), |at| Looked::at(&Flow::of_node(&common, &program.nodes[nodes[at]])));
    for (place, looked) in nodes.iter().zip(looked) {
        if looked.found.is_empty() {
            quiet.nodes.insert(*place, looked.called);
        }
        found.extend(looked.found);
    }
    #[cfg(test)]
    {
        quiet.looked_at = open.len() + nodes.len();
    }
    only_first(&mut found);
    found
}

/// What was found of a part of a program.
struct Looked {
    found: Vec<Diagnostic>,
    called: Set<NodeId>,
}

impl Looked {
    fn at(flow: &Flow<'_>) -> Self {
        let (mut found, mut declared) = (Vec::new(), Vec::new());
        let mut judged: Set<(u32, usize)> = Set::default();
        let mut told = features::Told::default();
        for moment in &flow.moments {
            match moment {
                Moment::Learn(learn) => {
                    partitions::check(flow, learn, &mut found);
                    features::learned(flow, learn, &mut told, &mut found);
                }
                Moment::Judge(judge) => {
                    samples::check(flow, judge, &mut found);
                    let needs = judge.needs.map_or(0, |needs| Arc::as_ptr(needs) as usize);
                    if judged.insert((judge.table.id, needs)) {
                        features::judged(flow, judge, &told, &mut found);
                    }
                }
                Moment::Label(label) => labels::check(flow, label, &mut found),
                Moment::Stop { operator, span, stops, takes } => {
                    found.push(crate::message::partitions::valid_needed(operator, *span, *stops, *takes));
                }
                Moment::Targeted { table, span, what } => features::declared(flow, table, *span, what, &mut declared),
            }
        }
        // What is wrong with a feature is told where it is learned from, if it is.
        declared.retain(|diagnostic| !found.iter().any(|other| features::are_of_one(diagnostic, other)));
        found.append(&mut declared);
        only_first(&mut found);
        found.retain(|diagnostic| diagnostic.span != Span::NOWHERE);
        Self { found, called: flow.called.clone() }
    }
}

/// The same cause is met by every model that learns from it: the first one tells.
fn only_first(found: &mut Vec<Diagnostic>) {
    let mut told: Set<(Span, gml_diagnostics::Code)> = Set::default();
    found.retain(|diagnostic| told.insert((diagnostic.span, diagnostic.code)));
}

/// Leaves out what only follows from the errors that are known already.
pub(crate) fn settle(known: &[Diagnostic], found: &mut Vec<Diagnostic>) {
    found.retain(|diagnostic| !follows(diagnostic, known));
}

/// Whether it stands where an error is already.
fn follows(diagnostic: &Diagnostic, known: &[Diagnostic]) -> bool {
    known.iter().any(|error| error.is_error() && error.span.touches(diagnostic.span))
}

/// Where rows enter that `concern`: the argument of the outermost node that brings them, else the place itself. Also where
/// they pass on the way in.
fn entrance(span: Span, around: &Around, concern: impl Fn(&TableFacts) -> bool) -> (Span, Vec<(Span, String)>) {
    let mut place = span;
    let mut on_the_way = Vec::new();
    let mut frame = around.as_deref();
    while let Some(call) = frame {
        let Some((argument, _)) = call.tables.iter().find(|(_, table)| concern(table)) else { break };
        on_the_way.push((place, format!("used here, in `{}`", call.node)));
        place = *argument;
        frame = call.around.as_deref();
    }
    on_the_way.truncate(MOST_LABELS);
    (place, on_the_way)
}

/// Places on the way that are shown, at most.
const MOST_LABELS: usize = 3;
