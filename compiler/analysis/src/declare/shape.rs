//! Parameters, results and catalog entries: names given twice, and types that stand where they cannot.

use gml_diagnostics::{Diagnostic, Span};
use gml_ir::Type;
use gml_syntax::ast::{ItemKind, NodeBody, Parameter};

use super::foreign;
use crate::hash::{Map, map_for};
use crate::message::declarations as message;
use crate::package::Package;
use crate::typed::{DatasetId, FunctionId, NodeId, ParamId, PipelineId, Text};

pub(super) fn check(package: &Package, diagnostics: &mut Vec<Diagnostic>) {
    for item in package.modules.iter().filter(|module| !module.is_std).flat_map(|module| &module.ast.items) {
        match &item.kind {
            ItemKind::Function(function) => distinct(&function.params, diagnostics),
            ItemKind::Node(node) => distinct(&node.params, diagnostics),
            ItemKind::Pipeline(pipeline) => distinct(&pipeline.params, diagnostics),
            _ => {}
        }
    }
    for (param, id) in package.params.iter().zip(0..) {
        if let Some(written) = package.param_ast(ParamId(id)).filter(|_| !is_constant(&param.ty)) {
            let help = "a parameter is a constant: read tables and models from the catalog";
            diagnostics.push(message::cannot_take("a `param`", &param.ty, written.ty.span, help));
        }
    }
    for (dataset, id) in package.datasets.iter().zip(0..) {
        let fits = matches!(dataset.ty, Type::Table(_) | Type::Learned(_) | Type::Unknown | Type::Error);
        if let Some(written) = package.dataset_ast(DatasetId(id)).filter(|_| !fits) {
            diagnostics.push(message::not_a_dataset_type(&written.name.text, &dataset.ty, written.ty.span));
        }
    }
    functions(package, diagnostics);
    nodes(package, diagnostics);
    for (pipeline, id) in package.pipelines.iter().zip(0..) {
        let Some(written) = package.pipeline_ast(PipelineId(id)) else { continue };
        let help = "the arguments of a pipeline are constants: read tables and models from the catalog";
        takes_constants("a pipeline", help, &pipeline.params, &written.params, diagnostics);
    }
}

fn functions(package: &Package, diagnostics: &mut Vec<Diagnostic>) {
    for (function, id) in package.functions.iter().zip(0..) {
        let Some(written) = package.function_ast(FunctionId(id)) else { continue };
        let help = "a `fn` computes a value of one row: for tables write a `node`";
        takes_constants("a `fn`", help, &function.params, &written.params, diagnostics);
        if !is_constant(&function.result) {
            diagnostics.push(message::cannot_give("a `fn`", &function.result, written.result.span, help));
        }
    }
}

fn nodes(package: &Package, diagnostics: &mut Vec<Diagnostic>) {
    for (node, id) in package.nodes.iter().zip(0..) {
        let Some(written) = package.node_ast(NodeId(id)) else { continue };
        if let NodeBody::Foreign { language, args, span } = &written.body {
            let foreign = foreign::Foreign { package, node, written, language, args, span: *span };
            foreign.check(diagnostics);
        }
    }
}

fn takes_constants(what: &str, help: &str, types: &[Type], params: &[Parameter], diagnostics: &mut Vec<Diagnostic>) {
    for (ty, param) in types.iter().zip(params).filter(|(ty, _)| !is_constant(ty)) {
        diagnostics.push(message::cannot_take(what, ty, param.ty.span, help));
    }
}

/// Whether there are constants of the type, or expressions over a row.
pub(crate) fn is_constant(ty: &Type) -> bool {
    match ty {
        Type::Table(_) | Type::Estimator(_) | Type::Learned(_) | Type::Sequences(_) | Type::Graph(..) => false,
        Type::List(item) | Type::Nullable(item) => is_constant(item),
        Type::Named(name) => !matches!(&**name, "metrics" | "figure" | "report"),
        _ => true,
    }
}

fn distinct(params: &[Parameter], diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: Map<&Text, Span> = map_for(params.len());
    for param in params {
        if let Some(first) = seen.get(&param.name.text) {
            diagnostics.push(message::duplicate_parameter(&param.name.text, param.name.span, *first));
        } else {
            seen.insert(&param.name.text, param.name.span);
        }
    }
}
