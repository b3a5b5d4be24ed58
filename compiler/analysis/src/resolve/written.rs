//! The types that declarations write.

use gml_diagnostics::Diagnostic;
use gml_ir::Type;
use gml_stdlib::Word;
use gml_syntax::ast::{ItemKind, Parameter};

use super::{schemas, standard};
use crate::package::{Declared, ModuleId, Package};
use crate::types::TypeScope;

/// Fills in the types of all declarations: aliases first, then schemas, then all that mention them.
pub(super) fn types(package: &mut Package, diagnostics: &mut Vec<Diagnostic>) {
    aliases(package, diagnostics);
    schemas::rows(package, diagnostics);
    let mut writer = Writer { package, diagnostics };
    let params: Vec<Type> = writer.each(|package| package.params.iter().map(|param| &param.declared), Writer::value);
    let datasets: Vec<(usize, Type)> = writer.datasets();
    let functions: Vec<(Vec<Type>, Type)> =
        writer.each(|package| package.functions.iter().map(|function| &function.declared), Writer::function);
    let nodes: Vec<(Vec<Type>, Option<Type>)> =
        writer.each(|package| package.nodes.iter().map(|node| &node.declared), Writer::node);
    let pipelines: Vec<Vec<Type>> =
        writer.each(|package| package.pipelines.iter().map(|pipeline| &pipeline.declared), Writer::pipeline);
    for (param, ty) in package.params.iter_mut().zip(params) {
        param.ty = ty;
    }
    for (place, ty) in datasets {
        package.datasets[place].ty = ty;
    }
    for (function, (params, result)) in package.functions.iter_mut().zip(functions) {
        (function.params, function.result) = (params, result);
    }
    for (node, (params, result)) in package.nodes.iter_mut().zip(nodes) {
        (node.params, node.result) = (params, result);
    }
    for (pipeline, params) in package.pipelines.iter_mut().zip(pipelines) {
        pipeline.params = params;
    }
}

/// Aliases stand for types of the language only, never for each other.
fn aliases(package: &mut Package, diagnostics: &mut Vec<Diagnostic>) {
    let mut aliases = Vec::new();
    for (module, id) in package.modules.iter().zip(0..).filter(|(module, _)| module.is_std) {
        let declarations = standard::declarations(module.file).iter().enumerate();
        for (place, _) in declarations.filter(|(_, declaration)| declaration.word == Word::Type) {
            if let ItemKind::TypeAlias(alias) = &module.ast.item(place).kind {
                let ty = TypeScope::new(package, ModuleId(id)).type_of(&alias.ty, diagnostics);
                aliases.push(((ModuleId(id), alias.name.text.clone()), ty));
            }
        }
    }
    package.aliases.extend(aliases);
}

struct Writer<'a> {
    package: &'a Package,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Writer<'a> {
    fn each<T, D: Iterator<Item = &'a Declared>>(
        &mut self,
        declared: impl Fn(&'a Package) -> D,
        write: impl Fn(&mut Self, &TypeScope<'a>, &'a ItemKind) -> T,
    ) -> Vec<T> {
        let package = self.package;
        declared(package)
            .map(|declared| {
                let scope = TypeScope::new(package, declared.module);
                write(self, &scope, &package.item(declared).kind)
            })
            .collect()
    }

    fn parameters(&mut self, scope: &TypeScope<'a>, params: &[Parameter]) -> Vec<Type> {
        params.iter().map(|param| scope.type_of(&param.ty, self.diagnostics)).collect()
    }

    fn value(&mut self, scope: &TypeScope<'a>, item: &ItemKind) -> Type {
        match item {
            ItemKind::Param(param) => scope.type_of(&param.ty, self.diagnostics),
            _ => Type::Error,
        }
    }

    fn function(&mut self, scope: &TypeScope<'a>, item: &ItemKind) -> (Vec<Type>, Type) {
        match item {
            ItemKind::Function(function) => {
                (self.parameters(scope, &function.params), scope.type_of(&function.result, self.diagnostics))
            }
            _ => (Vec::new(), Type::Error),
        }
    }

    fn node(&mut self, scope: &TypeScope<'a>, item: &ItemKind) -> (Vec<Type>, Option<Type>) {
        match item {
            ItemKind::Node(node) => {
                (self.parameters(scope, &node.params), scope.result_of(&node.result, self.diagnostics))
            }
            _ => (Vec::new(), Some(Type::Error)),
        }
    }

    fn pipeline(&mut self, scope: &TypeScope<'a>, item: &ItemKind) -> Vec<Type> {
        match item {
            ItemKind::Pipeline(pipeline) => self.parameters(scope, &pipeline.params),
            _ => Vec::new(),
        }
    }

    fn datasets(&mut self) -> Vec<(usize, Type)> {
        let package = self.package;
        let typed = package.datasets.iter().enumerate().filter_map(|(place, dataset)| {
            let ItemKind::Catalog(catalog) = &package.item(&dataset.declared).kind else { return None };
            let entry = catalog.entries.get(dataset.entry)?;
            let scope = TypeScope::new(package, dataset.declared.module);
            Some((place, scope.type_of(&entry.ty, self.diagnostics)))
        });
        typed.collect()
    }
}
