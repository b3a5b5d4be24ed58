//! Bodies that were checked before, and which of them would be found the same again.
//!
//! A body is taken over where three things hold: its declaration has not changed; none has changed whose body was looked
//! into for it (`Consulted`); and what declarations say of themselves is the same in the whole program. It may stand
//! elsewhere in its file than before. A body of which something was said is always checked again, since what was said may
//! point to other places.

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, FileId};
use gml_ir::{Row, Type, Value};
use gml_syntax::ast;

use super::moved::Moves;
use super::shared::{CheckedFunction, CheckedNode, CheckedPipeline, Shared, Visit};
use crate::hash::{Map, Set};
use crate::package::{Declared, Definition, ModuleId, Package};
use crate::tree::Stamp;
use crate::typed::{DatasetId, FunctionId, NodeId, ParamId, PipelineId, Text};

/// What was found of the bodies of a program.
#[derive(Debug, Default)]
pub(crate) struct Bodies {
    interface: Interface,
    functions: Vec<Body<CheckedFunction>>,
    nodes: Vec<Body<CheckedNode>>,
    pipelines: Vec<Body<CheckedPipeline>>,
}

/// What was found of a body, with the stamp of its declaration.
type Body<T> = (Option<Stamp>, Arc<T>);

/// Which bodies were taken over, by the places of their declarations.
#[derive(Debug, Default)]
pub(crate) struct TakenOver {
    pub functions: Vec<bool>,
    pub nodes: Vec<bool>,
    pub pipelines: Vec<bool>,
}

/// The bodies that were looked into for another.
#[derive(Clone, Debug, Default)]
pub(super) struct Consulted {
    bodies: Set<Visit>,
    /// It was found in a circle, where each body is found in the light of those around it: it is always checked again.
    in_circle: bool,
    /// It holds what the body of another is for certain arguments.
    holds_others: bool,
}

impl Consulted {
    /// Notes that a body was looked into, for which those of others were.
    pub fn add(&mut self, body: Visit, of_it: &Self) {
        self.bodies.insert(body);
        self.bodies.extend(&of_it.bodies);
        self.in_circle |= of_it.in_circle;
    }

    /// Notes that it is in a circle.
    pub fn in_circle(&mut self) {
        self.in_circle = true;
    }

    /// Notes that it holds what the body of another is for certain arguments.
    pub fn holds_others(&mut self) {
        self.holds_others = true;
    }
}

/// What bodies can know of a program without looking into each other.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Interface {
    modules: Vec<(Text, FileId, Map<Text, Definition>)>,
    /// With their defaults, as far as these are written out.
    params: Vec<(Place, Type, Option<Value>)>,
    schemas: Vec<(Place, Arc<Row>)>,
    datasets: Vec<(Place, Type)>,
    functions: Vec<(Place, Parameters, Type)>,
    nodes: Vec<(Place, Parameters, Option<Type>)>,
    pipelines: Vec<(Place, Parameters)>,
    /// Which pipeline is the first that saves under an entry.
    writers: Vec<(DatasetId, PipelineId)>,
}

/// The module of a declaration and its name.
type Place = (ModuleId, Text);
/// Types of parameters; their names, and whether a call may leave them out.
type Parameters = (Vec<Type>, Vec<(Text, bool)>);

/// Something that was found of a body.
pub(super) trait Found {
    /// What was said of it.
    fn diagnostics(&self) -> &[Diagnostic];
    /// The bodies that were looked into for it.
    fn consulted(&self) -> &Consulted;
    /// Puts it to where it stands now.
    fn move_to(&mut self, moves: Moves<'_>);
}

impl Bodies {
    /// Puts what still holds into the places where bodies are looked for.
    pub(super) fn take_over(self, shared: &Shared<'_>, interface: &Interface, moves: Moves<'_>) -> TakenOver {
        let package = shared.package;
        if self.interface != *interface {
            return TakenOver::default();
        }
        let functions = same(package, &self.functions, package.functions.iter().map(|function| &function.declared));
        let nodes = same(package, &self.nodes, package.nodes.iter().map(|node| &node.declared));
        let pipelines = same(package, &self.pipelines, package.pipelines.iter().map(|pipeline| &pipeline.declared));
        let is_same = |body: &Visit| match body {
            Visit::Function(id) => functions.get(id.0 as usize) == Some(&true),
            Visit::Node(id) => nodes.get(id.0 as usize) == Some(&true),
            Visit::Pipeline(id) => pipelines.get(id.0 as usize) == Some(&true),
        };
        let holds = |consulted: &Consulted| {
            !consulted.in_circle
                && (!consulted.holds_others || moves.0.is_empty())
                && consulted.bodies.iter().all(is_same)
        };
        let mut taken = TakenOver {
            functions: vec![false; functions.len()],
            nodes: vec![false; nodes.len()],
            pipelines: vec![false; pipelines.len()],
        };
        for (place, (_, found)) in self.functions.into_iter().enumerate().filter(|(place, _)| functions[*place]) {
            if let Some(found) = still(found, &package.functions[place].declared, package, moves, holds) {
                taken.functions[place] = true;
                shared.known_function(place, found);
            }
        }
        for (place, (_, found)) in self.nodes.into_iter().enumerate().filter(|(place, _)| nodes[*place]) {
            if let Some(found) = still(found, &package.nodes[place].declared, package, moves, holds) {
                taken.nodes[place] = true;
                shared.known_node(place, found);
            }
        }
        for (place, (_, found)) in self.pipelines.into_iter().enumerate().filter(|(place, _)| pipelines[*place]) {
            if let Some(found) = still(found, &package.pipelines[place].declared, package, moves, holds) {
                taken.pipelines[place] = true;
                shared.known_pipeline(place, found);
            }
        }
        taken
    }

    /// What was found of all bodies, for the next time.
    pub(super) fn of<'a>(shared: &'a Shared<'a>, interface: Interface) -> Self {
        let package = shared.package;
        let id = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        let stamp = |declared: &Declared| package.module(declared.module).ast.stamp(declared.item);
        let functions = package.functions.iter().enumerate();
        let nodes = package.nodes.iter().enumerate();
        let pipelines = package.pipelines.iter().enumerate();
        Self {
            interface,
            functions: functions
                .map(|(place, of)| (stamp(&of.declared), shared.function(FunctionId(id(place)), &[])))
                .collect(),
            nodes: nodes.map(|(place, of)| (stamp(&of.declared), shared.node(NodeId(id(place)), &[]))).collect(),
            pipelines: pipelines
                .map(|(place, of)| (stamp(&of.declared), shared.pipeline(PipelineId(id(place)), &[])))
                .collect(),
        }
    }
}

/// For each body whether its declaration is the one that it was found of.
fn same<'p, T>(package: &Package, known: &[Body<T>], declared: impl Iterator<Item = &'p Declared>) -> Vec<bool> {
    let stamp = |declared: &Declared| package.module(declared.module).ast.stamp(declared.item);
    known.iter().zip(declared).map(|((then, _), now)| then.is_some() && *then == stamp(now)).collect()
}

/// What was found of a body whose declaration is the same, where it still holds, put to where it stands now.
fn still<T: Found>(
    mut found: Arc<T>,
    declared: &Declared,
    package: &Package,
    moves: Moves<'_>,
    holds: impl Fn(&Consulted) -> bool,
) -> Option<Arc<T>> {
    if !found.diagnostics().is_empty() || !holds(found.consulted()) {
        return None;
    }
    if moves.concern(package.item(declared).span) {
        Arc::get_mut(&mut found)?.move_to(moves);
    }
    Some(found)
}

impl Interface {
    pub fn of(shared: &Shared<'_>) -> Self {
        let package = shared.package;
        let mut writers: Vec<_> = shared.writers.iter().filter_map(|(id, by)| Some((*id, by.first()?.0))).collect();
        writers.sort_by_key(|(id, _)| id.0);
        let modules = package.modules.iter().filter(|module| !module.is_std);
        Self {
            modules: modules.map(|module| (module.name.clone(), module.file, module.scope.clone())).collect(),
            params: (0..)
                .zip(&package.params)
                .map(|(id, param)| (place(&param.declared), param.ty.clone(), package.param_default(ParamId(id))))
                .collect(),
            schemas: package.schemas.iter().map(|schema| (place(&schema.declared), schema.row.clone())).collect(),
            datasets: (0..)
                .zip(&package.datasets)
                .map(|(id, dataset)| (place(&dataset.declared), super::saved::as_read(package, DatasetId(id))))
                .collect(),
            functions: package
                .functions
                .iter()
                .map(|function| {
                    let params = parameters(package, &function.declared, &function.params);
                    (place(&function.declared), params, function.result.clone())
                })
                .collect(),
            nodes: package
                .nodes
                .iter()
                .map(|node| {
                    let params = parameters(package, &node.declared, &node.params);
                    (place(&node.declared), params, node.result.clone())
                })
                .collect(),
            pipelines: package
                .pipelines
                .iter()
                .map(|pipeline| (place(&pipeline.declared), parameters(package, &pipeline.declared, &pipeline.params)))
                .collect(),
            writers,
        }
    }
}

fn place(declared: &Declared) -> Place {
    (declared.module, declared.name.clone())
}

fn parameters(package: &Package, declared: &Declared, types: &[Type]) -> Parameters {
    let params = match &package.item(declared).kind {
        ast::ItemKind::Function(function) => &*function.params,
        ast::ItemKind::Node(node) => &*node.params,
        ast::ItemKind::Pipeline(pipeline) => &*pipeline.params,
        _ => &[],
    };
    let named = params.iter().map(|param| (param.name.text.clone(), param.default.is_some()));
    (types.to_vec(), named.collect())
}
