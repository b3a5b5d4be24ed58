//! What the names of each file mean.

mod library;

use std::sync::Arc;

use gml_diagnostics::{Diagnostic, FileId, Span};
use gml_ir::{Row, Type};
use gml_stdlib::{MODULES, Word};
use gml_syntax::ast::{self, ItemKind, Name, Signature, SignatureKind, UseName};

use super::files::{Loaded, Target, once};
use super::standard;
use crate::hash::{Map, map_for};
use crate::message::{declarations, imports as message};
use crate::package::{
    BodyDecl, ConnectionDecl, DatasetDecl, Declared, Definition, EnvDecl, FunctionDecl, Module, ModuleId, NodeDecl,
    Package, ParamDecl, PipelineDecl, SchemaDecl, SchemaId, SignatureDecl, SignatureId, SignatureTree, Tree,
};
use crate::suggest::closest;
use crate::typed::{DatasetId, FunctionId, NodeId, ParamId, PipelineId, Text};

/// Gathers the declarations of all files, and what each file can name. Types are still [`Type::Error`].
pub(super) fn collect(loaded: Loaded, diagnostics: &mut Vec<Diagnostic>) -> Package {
    let mut names = Names { package: Package::default(), spans: Vec::new(), seen: Seen::default(), diagnostics };
    names.package.sources = loaded.sources;
    let mut uses = Vec::with_capacity(loaded.files.len());
    for file in loaded.files {
        uses.push(file.uses);
        let count = name_count(&file.ast);
        let tree = Tree::of_project(file.ast, file.stamps, file.kept);
        names.module(file.name.into(), file.id, tree, count, false);
    }
    let mut standard_ids = vec![None; MODULES.len()];
    for (place, id) in standard_ids.iter_mut().enumerate().filter(|(place, _)| loaded.standard[*place]) {
        let tree = Tree::of_standard(place);
        *id = Some(names.module(MODULES[place].name.into(), standard::file(place), tree, 0, true));
        names.standard(place);
    }
    for place in &loaded.bottom_up {
        names.declarations(*place);
    }
    for place in 0..uses.len() {
        names.bodies(place);
    }
    names.hidden();
    // All files know their own names before any takes those of another.
    for (place, uses) in uses.iter().enumerate() {
        for (item, target) in uses {
            names.imports(place, *item, *target, &standard_ids);
        }
    }
    names.package
}

struct Names<'a> {
    package: Package,
    /// Where the names of each module's scope were declared.
    spans: Vec<Map<Text, Span>>,
    seen: Seen,
    diagnostics: &'a mut Vec<Diagnostic>,
}

fn word(kind: SignatureKind) -> &'static str {
    match kind {
        SignatureKind::Operator => "operator",
        SignatureKind::Function => "function",
        SignatureKind::Aggregate => "aggregate",
        SignatureKind::Window => "window",
    }
}

/// Names that are unique in a project.
#[derive(Default)]
struct Seen {
    params: Map<Text, Span>,
    datasets: Map<Text, Span>,
    pipelines: Map<Text, Span>,
    envs: Map<Text, Span>,
    tests: Map<(usize, Text), Span>,
}

/// The id for the next place of a list.
fn next<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

impl Names<'_> {
    /// Adds a module with room for so many names.
    fn module(&mut self, name: Text, file: FileId, ast: Tree, names: usize, is_std: bool) -> ModuleId {
        let id = ModuleId(next(&self.package.modules));
        self.package.modules.push(Module { name, file, ast, scope: map_for(names), imports: Vec::new(), is_std });
        self.spans.push(map_for(names));
        id
    }

    /// The declarations of the module of the standard library that was added last.
    fn standard(&mut self, place: usize) {
        let index = self.package.modules.len() - 1;
        let module = ModuleId(next(&self.package.modules) - 1);
        let mut scope: Map<Text, Definition> = map_for(MODULES[place].declarations.len());
        for (item, declaration) in MODULES[place].declarations.iter().enumerate() {
            let name = Text::from(declaration.name);
            let name_span = Span::new(standard::file(place), declaration.name_start, declaration.name_end());
            let declared = Declared { module, item, name: name.clone(), name_span };
            match declaration.word {
                Word::Type => {
                    scope.insert(name, Definition::Alias(module));
                }
                Word::Schema => {
                    let id = SchemaId(next(&self.package.schemas));
                    let (row, column_spans) = (Arc::default(), Vec::new());
                    self.package.schemas.push(SchemaDecl { declared, row, column_spans });
                    scope.insert(name, Definition::Schema(id));
                }
                Word::Operator | Word::Function | Word::Aggregate | Word::Window => {
                    let id = SignatureId(next(&self.package.signatures));
                    self.package.signatures.push(SignatureDecl { declared, ast: SignatureTree::new(place, item) });
                    merge(&mut scope, &name, vec![id]);
                }
            }
        }
        if MODULES[place].prelude {
            for (name, definition) in &scope {
                match definition {
                    Definition::Std(ids) => merge(&mut self.package.prelude, name, ids.clone()),
                    other => {
                        self.package.prelude.insert(name.clone(), other.clone());
                    }
                }
            }
        }
        self.package.modules[index].scope = scope;
    }

    /// Declarations with a name and no order of their own.
    fn declarations(&mut self, place: usize) {
        let ast = self.package.modules[place].ast.clone();
        let module = module_id(place);
        for (item, declaration) in ast.items.iter().enumerate() {
            let declared = |name: &Name| Declared { module, item, name: name.text.clone(), name_span: name.span };
            match &declaration.kind {
                ItemKind::Param(param) => {
                    let id = ParamId(next(&self.package.params));
                    self.package.params.push(ParamDecl { declared: declared(&param.name), ty: Type::Error });
                    if self.define(place, &param.name, Definition::Param(id)) {
                        unique("parameters", &mut self.seen.params, &param.name, self.diagnostics);
                    }
                }
                ItemKind::Schema(schema) => {
                    let id = SchemaId(next(&self.package.schemas));
                    let declared = declared(&schema.name);
                    self.package.schemas.push(SchemaDecl {
                        declared,
                        row: Arc::new(Row::default()),
                        column_spans: Vec::new(),
                    });
                    self.define(place, &schema.name, Definition::Schema(id));
                }
                ItemKind::Connection(connection) => {
                    let id = next(&self.package.connections);
                    self.package.connections.push(ConnectionDecl { declared: declared(&connection.name) });
                    self.define(place, &connection.name, Definition::Connection(id));
                }
                ItemKind::Catalog(catalog) => {
                    for (entry, written) in catalog.entries.iter().enumerate() {
                        let id = DatasetId(next(&self.package.datasets));
                        let declared = declared(&written.name);
                        self.package.datasets.push(DatasetDecl { declared, entry, ty: Type::Error });
                        if self.define(place, &written.name, Definition::Dataset(id)) {
                            unique("catalog entries", &mut self.seen.datasets, &written.name, self.diagnostics);
                        }
                    }
                }
                ItemKind::Function(function) => {
                    let id = FunctionId(next(&self.package.functions));
                    let declared = declared(&function.name);
                    self.package.functions.push(FunctionDecl { declared, params: Vec::new(), result: Type::Error });
                    self.define(place, &function.name, Definition::Function(id));
                }
                ItemKind::Node(node) => {
                    let id = NodeId(next(&self.package.nodes));
                    let declared = declared(&node.name);
                    self.package.nodes.push(NodeDecl { declared, params: Vec::new(), result: Some(Type::Error) });
                    self.define(place, &node.name, Definition::Node(id));
                }
                ItemKind::Unread(name) => {
                    self.define(place, name, Definition::Unknown);
                }
                ItemKind::Signature(Signature { kind, name, .. }) => self.only_standard(place, name, word(*kind)),
                ItemKind::TypeAlias(alias) => self.only_standard(place, &alias.name, "type"),
                _ => {}
            }
        }
    }

    /// A declaration that only the standard library has: it says what is built in.
    fn only_standard(&mut self, place: usize, name: &Name, word: &str) {
        self.diagnostics.push(declarations::only_standard(word, &name.text, name.span));
        self.define(place, name, Definition::Unknown);
    }

    /// Pipelines, tests and envs: those of the main file come first.
    fn bodies(&mut self, place: usize) {
        let ast = self.package.modules[place].ast.clone();
        let module = module_id(place);
        for (item, declaration) in ast.items.iter().enumerate() {
            let declared = |name: &Name| Declared { module, item, name: name.text.clone(), name_span: name.span };
            match &declaration.kind {
                ItemKind::Pipeline(pipeline) => {
                    let id = PipelineId(next(&self.package.pipelines));
                    let declared = declared(&pipeline.name);
                    self.package.pipelines.push(PipelineDecl { declared, params: Vec::new() });
                    if self.define(place, &pipeline.name, Definition::Pipeline(id)) {
                        unique("pipelines", &mut self.seen.pipelines, &pipeline.name, self.diagnostics);
                    }
                }
                ItemKind::Env(env) => {
                    self.package.envs.push(EnvDecl { declared: declared(&env.name) });
                    unique("envs", &mut self.seen.envs, &env.name, self.diagnostics);
                }
                ItemKind::Test(test) => {
                    let name = Name { text: test.name.clone(), span: test.name_span };
                    self.package.tests.push(BodyDecl { declared: declared(&name) });
                    if let Err(first) = once(&mut self.seen.tests, (place, name.text.clone()), name.span) {
                        self.diagnostics.push(declarations::duplicate_in_project(
                            "tests of a file",
                            &name.text,
                            name.span,
                            first,
                        ));
                    }
                }
                _ => {}
            }
        }
    }

    /// Gives a name a meaning in its file, unless it has one there already.
    fn define(&mut self, place: usize, name: &Name, definition: Definition) -> bool {
        match once(&mut self.spans[place], name.text.clone(), name.span) {
            Ok(()) => {
                self.package.modules[place].scope.insert(name.text.clone(), definition);
                true
            }
            Err(first) => {
                self.diagnostics.push(declarations::duplicate_name(&name.text, name.span, first));
                false
            }
        }
    }

    /// Functions and nodes that take the name of one of the standard library's.
    fn hidden(&mut self) {
        let package = &self.package;
        let functions = package.functions.iter().map(|function| &function.declared);
        let nodes = package.nodes.iter().map(|node| &node.declared);
        let hides = |declared: &&Declared| matches!(package.prelude.get(&declared.name), Some(Definition::Std(_)));
        let hidden = functions.chain(nodes).filter(hides);
        self.diagnostics.extend(hidden.map(|declared| declarations::shadows_std(&declared.name, declared.name_span)));
    }

    fn imports(&mut self, place: usize, item: usize, target: Target, standard_ids: &[Option<ModuleId>]) {
        let ast = self.package.modules[place].ast.clone();
        let ItemKind::Use(taken) = &ast.items[item].kind else { return };
        if target == Target::Project(place) {
            return;
        }
        for wanted in &taken.names {
            let found = match target {
                Target::Library => {
                    self.of_library(place, ast.items[item].span, taken, wanted, standard_ids);
                    None
                }
                Target::Project(file) => self.declared_in_file(file, wanted),
                Target::Standard(module) => self.declared_in_standard(module, wanted, standard_ids[module]),
                Target::Missing => None,
            };
            // One cause, one message: a name that was not found is there all the same.
            self.import(place, wanted, found.unwrap_or(Definition::Unknown));
        }
    }

    fn declared_in_file(&mut self, file: usize, wanted: &UseName) -> Option<Definition> {
        let name = &wanted.name;
        let module = &self.package.modules[file];
        let import = |name: &str| module.imports.iter().find(|(imported, _)| &**imported == name);
        if let Some((_, span)) = import(&name.text) {
            let diagnostic = message::import_of_import(&module.name, &name.text, name.span, *span);
            self.diagnostics.push(diagnostic);
            return None;
        }
        if let Some(definition) = module.scope.get(&name.text) {
            return Some(definition.clone());
        }
        // What a file declares that cannot be read nobody knows, and that it cannot is said there.
        module.ast.parts()?;
        let mut candidates: Vec<&str> =
            module.scope.keys().map(|name| &**name).filter(|name| import(name).is_none()).collect();
        candidates.sort_unstable();
        let proposal = closest(&name.text, candidates);
        self.diagnostics.push(message::unknown_import(&module.name, &name.text, name.span, proposal, None));
        None
    }

    fn declared_in_standard(&mut self, place: usize, wanted: &UseName, id: Option<ModuleId>) -> Option<Definition> {
        let name = &wanted.name;
        let scope = &self.package.modules[id?.0 as usize].scope;
        if let Some(definition) = scope.get(&name.text) {
            return Some(definition.clone());
        }
        let mut candidates: Vec<&str> = scope.keys().map(|name| &**name).collect();
        candidates.sort_unstable();
        let elsewhere = MODULES.iter().find(|module| module.declares(&name.text));
        let elsewhere = elsewhere.map(|module| standard::taken_from(module, &name.text));
        let proposal = closest(&name.text, candidates);
        self.diagnostics.push(message::unknown_import(MODULES[place].name, &name.text, name.span, proposal, elsewhere));
        None
    }

    fn import(&mut self, place: usize, wanted: &UseName, definition: Definition) {
        let name = wanted.alias.as_ref().unwrap_or(&wanted.name);
        let definition = match definition {
            Definition::Std(ids) => match self.overloads(place, name, ids) {
                Some(ids) => Definition::Std(ids),
                None => return,
            },
            definition => definition,
        };
        let is_known = definition != Definition::Unknown;
        if self.define(place, name, definition) && is_known {
            self.package.modules[place].imports.push((name.text.clone(), name.span));
        }
    }
}

impl Names<'_> {
    /// What a name of the standard library means once it is imported: the prelude's overloads too. `None` where these were
    /// added to those that the file has imported before.
    fn overloads(&mut self, place: usize, name: &Name, mut ids: Vec<SignatureId>) -> Option<Vec<SignatureId>> {
        let module = &mut self.package.modules[place];
        if let Some(Definition::Std(known)) = module.scope.get_mut(&name.text)
            && !ids.iter().any(|id| known.contains(id))
        {
            known.extend(ids);
            module.imports.push((name.text.clone(), name.span));
            return None;
        }
        if let Some(Definition::Std(more)) = self.package.prelude.get(&name.text) {
            ids.extend(more.iter().filter(|id| !ids.contains(id)).copied().collect::<Vec<_>>());
        }
        Some(ids)
    }
}

fn module_id(place: usize) -> ModuleId {
    ModuleId(u32::try_from(place).unwrap_or(u32::MAX))
}

/// How many names a file has, its own and those that it imports, apart from the entries of its catalog.
fn name_count(ast: &ast::Module) -> usize {
    let names = ast.items.iter().map(|item| match &item.kind {
        ItemKind::Use(taken) => taken.names.len(),
        _ => 1,
    });
    names.sum()
}

fn merge(scope: &mut Map<Text, Definition>, name: &Text, ids: Vec<SignatureId>) {
    match scope.get_mut(name) {
        Some(Definition::Std(known)) => known.extend(ids),
        _ => {
            scope.insert(name.clone(), Definition::Std(ids));
        }
    }
}

fn unique(what: &str, seen: &mut Map<Text, Span>, name: &Name, diagnostics: &mut Vec<Diagnostic>) {
    if let Err(first) = once(seen, name.text.clone(), name.span) {
        diagnostics.push(declarations::duplicate_in_project(what, &name.text, name.span, first));
    }
}
