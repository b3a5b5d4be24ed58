//! Bodies that were checked before, and which of them would be found the same again.
//!
//! A body is taken over where three things hold: its file has not changed; no file has changed that holds another body
//! which was looked into for it (`consulted`); and what declarations say of themselves is the same in the whole program.
//! A body of which something was said is always checked again, since what was said may point to other files.

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, FileId};
use gml_ir::{Row, Type};
use gml_syntax::ast;

use super::shared::{CheckedFunction, CheckedNode, CheckedPipeline, Shared};
use crate::hash::Map;
use crate::package::{Declared, Definition, ModuleId, Package, Tree};
use crate::typed::{DatasetId, FunctionId, NodeId, PipelineId, Text};

/// No module: what looked into it is always checked again. So it is with bodies in a circle, of which each is found in
/// the light of those around it.
pub(super) const NEVER: ModuleId = ModuleId(u32::MAX);

/// What was found of the bodies of a program.
#[derive(Debug, Default)]
pub(crate) struct Bodies {
    interface: Interface,
    trees: Vec<Tree>,
    functions: Vec<Arc<CheckedFunction>>,
    nodes: Vec<Arc<CheckedNode>>,
    pipelines: Vec<Arc<CheckedPipeline>>,
}

/// What bodies can know of a program without looking into each other.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Interface {
    modules: Vec<(Text, FileId, Map<Text, Definition>)>,
    params: Vec<(Place, Type)>,
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
    /// The modules of the bodies that were looked into for it.
    fn consulted(&self) -> &[ModuleId];
}

impl Bodies {
    /// Puts what still holds into the places where bodies are looked for.
    pub(super) fn take_over(&self, shared: &Shared<'_>, interface: &Interface) {
        let package = shared.package;
        if self.interface != *interface {
            return;
        }
        let same = package.modules.iter().zip(&self.trees).map(|(module, tree)| module.ast.is(tree));
        let same: Vec<bool> = same.collect();
        let is_same = |module: &ModuleId| same.get(module.0 as usize) == Some(&true);
        fn holds<T: Found>(found: &T, module: ModuleId, is_same: impl Fn(&ModuleId) -> bool) -> bool {
            found.diagnostics().is_empty() && is_same(&module) && found.consulted().iter().all(is_same)
        }
        for (place, (found, declaration)) in self.functions.iter().zip(&package.functions).enumerate() {
            if holds(&**found, declaration.declared.module, is_same) {
                shared.known_function(place, found.clone());
            }
        }
        for (place, (found, declaration)) in self.nodes.iter().zip(&package.nodes).enumerate() {
            if holds(&**found, declaration.declared.module, is_same) {
                shared.known_node(place, found.clone());
            }
        }
        for (place, (found, declaration)) in self.pipelines.iter().zip(&package.pipelines).enumerate() {
            if holds(&**found, declaration.declared.module, is_same) {
                shared.known_pipeline(place, found.clone());
            }
        }
    }

    /// What was found of all bodies, for the next time.
    pub(super) fn of<'a>(shared: &'a Shared<'a>, interface: Interface) -> Self {
        let package = shared.package;
        let each = |count: usize| 0..u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            interface,
            trees: package.modules.iter().map(|module| module.ast.clone()).collect(),
            functions: each(package.functions.len()).map(|id| shared.function(FunctionId(id), &[])).collect(),
            nodes: each(package.nodes.len()).map(|id| shared.node(NodeId(id), &[])).collect(),
            pipelines: each(package.pipelines.len()).map(|id| shared.pipeline(PipelineId(id), &[])).collect(),
        }
    }
}

impl Interface {
    pub fn of(shared: &Shared<'_>) -> Self {
        let package = shared.package;
        let mut writers: Vec<_> = shared.writers.iter().filter_map(|(id, by)| Some((*id, by.first()?.0))).collect();
        writers.sort_by_key(|(id, _)| id.0);
        let modules = package.modules.iter().filter(|module| !module.is_std);
        Self {
            modules: modules.map(|module| (module.name.clone(), module.file, module.scope.clone())).collect(),
            params: package.params.iter().map(|param| (place(&param.declared), param.ty.clone())).collect(),
            schemas: package.schemas.iter().map(|schema| (place(&schema.declared), schema.row.clone())).collect(),
            datasets: package.datasets.iter().map(|dataset| (place(&dataset.declared), dataset.ty.clone())).collect(),
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
