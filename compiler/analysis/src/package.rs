//! A project as files, modules and names: what `resolve` gives. Types are those that were written; nothing inside a body
//! is looked at yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use gml_diagnostics::{FileId, Sources, Span};
use gml_ir::{Python, Row, Type, Value};
use gml_syntax::ast;

use crate::foreign::PythonFile;
use crate::hash::Map;
pub use crate::tree::{SignatureTree, Tree};
use crate::typed::{DatasetId, FunctionId, NodeId, ParamId, PipelineId, Text};
use crate::world::ReadError;

/// A file of the project or of the standard library, by its place in [`Package::modules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ModuleId(pub u32);
/// An `operator`, `function`, `aggregate` or `window` of the standard library, by its place in [`Package::signatures`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignatureId(pub u32);
/// A schema, by its place in [`Package::schemas`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SchemaId(pub u32);

/// A project and the standard library it uses.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// The text of every file.
    pub sources: Sources,
    /// Every file: the main one first, those it uses, then those of the standard library.
    pub modules: Vec<Module>,
    /// What can be used everywhere without `use`.
    pub prelude: Map<Text, Definition>,
    /// Declarations of all modules; ids are places in these.
    pub params: Vec<ParamDecl>,
    /// Schemas with their rows.
    pub schemas: Vec<SchemaDecl>,
    /// Catalog entries.
    pub datasets: Vec<DatasetDecl>,
    /// `fn`s.
    pub functions: Vec<FunctionDecl>,
    /// `node`s.
    pub nodes: Vec<NodeDecl>,
    /// `pipeline`s.
    pub pipelines: Vec<PipelineDecl>,
    /// `test`s.
    pub tests: Vec<BodyDecl>,
    /// `env`s.
    pub envs: Vec<EnvDecl>,
    /// `connection`s.
    pub connections: Vec<ConnectionDecl>,
    /// Signatures of the standard library.
    pub signatures: Vec<SignatureDecl>,
    /// Python files that nodes name, by their paths as they are written.
    pub python: BTreeMap<Text, PythonFile>,
    /// Files of queries that the catalog and envs name, by their paths as they are written.
    pub queries: BTreeMap<Text, Result<Text, ReadError>>,
    /// What `gml.toml` says of the Python that such nodes run with.
    pub python_settings: Python,
    /// Type aliases of the standard library, by module and name.
    pub aliases: Map<(ModuleId, Text), Type>,
}

/// A file.
#[derive(Clone, Debug)]
pub struct Module {
    /// `main`, `sessions`, `std.table`.
    pub name: Text,
    /// Its text.
    pub file: FileId,
    /// Its tree.
    pub ast: Tree,
    /// What a bare name means in it, apart from the prelude: its own declarations and its imports.
    pub scope: Map<Text, Definition>,
    /// Imports by the name they have here, with their place (for the lint of unused ones).
    pub imports: Vec<(Text, Span)>,
    /// Whether it is of the standard library.
    pub is_std: bool,
}

/// What a name means.
#[derive(Clone, Debug, PartialEq)]
pub enum Definition {
    /// `param`
    Param(ParamId),
    /// `schema`
    Schema(SchemaId),
    /// A catalog entry.
    Dataset(DatasetId),
    /// `fn`
    Function(FunctionId),
    /// `node`
    Node(NodeId),
    /// `pipeline`
    Pipeline(PipelineId),
    /// `connection`
    Connection(u32),
    /// The overloads of a name of the standard library. A name may have overloads in several modules (`last` is an
    /// operator, an aggregate and a function).
    Std(Vec<SignatureId>),
    /// A type alias.
    Alias(ModuleId),
    /// An import that failed or a declaration that could not be read, which a diagnostic says already: agrees with everything.
    Unknown,
}

/// A declaration's place in the tree, and what every declaration has.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Its module.
    pub module: ModuleId,
    /// Its place in [`ast::Module::items`].
    pub item: usize,
    /// Its name.
    pub name: Text,
    /// Where the name stands.
    pub name_span: Span,
}

/// `param`; its default is in the tree.
#[derive(Clone, Debug)]
pub struct ParamDecl {
    /// Where it is.
    pub declared: Declared,
    /// Its type.
    pub ty: Type,
}

/// `schema`
#[derive(Clone, Debug)]
pub struct SchemaDecl {
    /// Where it is.
    pub declared: Declared,
    /// Its columns.
    pub row: Arc<Row>,
    /// Where each column's name stands, in order.
    pub column_spans: Vec<Span>,
}

/// A catalog entry.
#[derive(Clone, Debug)]
pub struct DatasetDecl {
    /// Where it is (`name_span` is that of the entry).
    pub declared: Declared,
    /// Its place in [`ast::Catalog::entries`].
    pub entry: usize,
    /// Its type as declared.
    pub ty: Type,
}

/// `fn`
#[derive(Clone, Debug)]
pub struct FunctionDecl {
    /// Where it is.
    pub declared: Declared,
    /// Types of its parameters.
    pub params: Vec<Type>,
    /// Type of its value.
    pub result: Type,
}

/// `node`
#[derive(Clone, Debug)]
pub struct NodeDecl {
    /// Where it is.
    pub declared: Declared,
    /// Types of its parameters.
    pub params: Vec<Type>,
    /// Type of its value; `None` for a bare `table`, whose columns are inferred.
    pub result: Option<Type>,
}

/// `pipeline`
#[derive(Clone, Debug)]
pub struct PipelineDecl {
    /// Where it is.
    pub declared: Declared,
    /// Types of its parameters.
    pub params: Vec<Type>,
}

/// `test`
#[derive(Clone, Debug)]
pub struct BodyDecl {
    /// Where it is.
    pub declared: Declared,
}

/// `env`
#[derive(Clone, Debug)]
pub struct EnvDecl {
    /// Where it is.
    pub declared: Declared,
}

/// `connection`
#[derive(Clone, Debug)]
pub struct ConnectionDecl {
    /// Where it is.
    pub declared: Declared,
}

/// A signature of the standard library.
#[derive(Clone, Debug)]
pub struct SignatureDecl {
    /// Where it is.
    pub declared: Declared,
    /// As written.
    pub ast: SignatureTree,
}

impl Package {
    /// The module of that id.
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0 as usize]
    }

    /// What a bare name means in a module: its own declarations and imports first, then the prelude.
    pub fn lookup(&self, module: ModuleId, name: &str) -> Option<&Definition> {
        self.module(module).scope.get(name).or_else(|| self.prelude.get(name))
    }

    /// What a name means where it is called: as [`Package::lookup`], but a parameter or a catalog entry does not hide a
    /// function of the standard library.
    pub fn callable(&self, module: ModuleId, name: &str) -> Option<&Definition> {
        match self.lookup(module, name) {
            hidden @ Some(Definition::Param(_) | Definition::Dataset(_) | Definition::Connection(_)) => {
                self.prelude.get(name).or(hidden)
            }
            found => found,
        }
    }

    /// Every bare name that means something in a module, for suggestions, in alphabetical order: its own, then the
    /// prelude's.
    pub fn visible_names(&self, module: ModuleId) -> impl Iterator<Item = &str> {
        sorted(&self.module(module).scope).into_iter().chain(sorted(&self.prelude))
    }

    /// The tree of a declaration.
    pub fn item(&self, declared: &Declared) -> &ast::Item {
        self.module(declared.module).ast.item(declared.item)
    }

    /// The tree of a `param`.
    pub fn param_ast(&self, id: ParamId) -> Option<&ast::Param> {
        match &self.item(&self.params.get(id.0 as usize)?.declared).kind {
            ast::ItemKind::Param(param) => Some(param),
            _ => None,
        }
    }

    /// The default of a `param`, where it is written out.
    pub fn param_default(&self, id: ParamId) -> Option<Value> {
        crate::types::literal(self.param_ast(id)?.default.as_ref()?).ok()
    }

    /// The tree of a `schema`.
    pub fn schema_ast(&self, id: SchemaId) -> Option<&ast::Schema> {
        match &self.item(&self.schemas.get(id.0 as usize)?.declared).kind {
            ast::ItemKind::Schema(schema) => Some(schema),
            _ => None,
        }
    }

    /// The tree of a catalog entry.
    pub fn dataset_ast(&self, id: DatasetId) -> Option<&ast::CatalogEntry> {
        let dataset = self.datasets.get(id.0 as usize)?;
        match &self.item(&dataset.declared).kind {
            ast::ItemKind::Catalog(catalog) => catalog.entries.get(dataset.entry),
            _ => None,
        }
    }

    /// The tree of a `fn`.
    pub fn function_ast(&self, id: FunctionId) -> Option<&ast::Function> {
        match &self.item(&self.functions.get(id.0 as usize)?.declared).kind {
            ast::ItemKind::Function(function) => Some(function),
            _ => None,
        }
    }

    /// The tree of a `node`.
    pub fn node_ast(&self, id: NodeId) -> Option<&ast::Node> {
        match &self.item(&self.nodes.get(id.0 as usize)?.declared).kind {
            ast::ItemKind::Node(node) => Some(node),
            _ => None,
        }
    }

    /// The tree of a `pipeline`.
    pub fn pipeline_ast(&self, id: PipelineId) -> Option<&ast::Pipeline> {
        match &self.item(&self.pipelines.get(id.0 as usize)?.declared).kind {
            ast::ItemKind::Pipeline(pipeline) => Some(pipeline),
            _ => None,
        }
    }

    /// The tree of an `env`, by its place in [`Package::envs`].
    pub fn env_ast(&self, index: usize) -> Option<&ast::Env> {
        match &self.item(&self.envs.get(index)?.declared).kind {
            ast::ItemKind::Env(env) => Some(env),
            _ => None,
        }
    }

    /// The `param` of that name, in whichever file: their names are unique in a project.
    pub fn param_named(&self, name: &str) -> Option<ParamId> {
        find(&self.params, |param| &param.declared, name).map(ParamId)
    }

    /// The catalog entry of that name, in whichever file: their names are unique in a project.
    pub fn dataset_named(&self, name: &str) -> Option<DatasetId> {
        find(&self.datasets, |dataset| &dataset.declared, name).map(DatasetId)
    }

    /// The pipeline of that name, in whichever file: their names are unique in a project.
    pub fn pipeline_named(&self, name: &str) -> Option<PipelineId> {
        find(&self.pipelines, |pipeline| &pipeline.declared, name).map(PipelineId)
    }

    /// A node of that name, in whichever file.
    pub fn node_named(&self, name: &str) -> Option<NodeId> {
        find(&self.nodes, |node| &node.declared, name).map(NodeId)
    }

    /// The place in [`Package::envs`] of the env of that name, in whichever file: their names are unique in a project.
    pub fn env_named(&self, name: &str) -> Option<usize> {
        self.envs.iter().position(|env| &*env.declared.name == name)
    }
}

fn sorted(names: &Map<Text, Definition>) -> Vec<&str> {
    let mut names: Vec<&str> = names.keys().map(|name| &**name).collect();
    names.sort_unstable();
    names
}

fn find<T>(declarations: &[T], declared: impl Fn(&T) -> &Declared, name: &str) -> Option<u32> {
    let place = declarations.iter().position(|declaration| &*declared(declaration).name == name)?;
    u32::try_from(place).ok()
}
