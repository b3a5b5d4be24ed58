//! A project as files, modules and names: what `resolve` gives. Types are those that were written; nothing inside a body
//! is looked at yet.

use std::collections::HashMap;
use std::sync::Arc;

use gml_diagnostics::{FileId, Sources, Span};
use gml_ir::{Row, Type};
use gml_syntax::ast;

use crate::typed::{DatasetId, FunctionId, NodeId, ParamId, PipelineId, Text};

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
    pub prelude: HashMap<Text, Definition>,
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
    /// Type aliases of the standard library, by module and name.
    pub aliases: HashMap<(ModuleId, Text), Type>,
}

/// A file.
#[derive(Clone, Debug)]
pub struct Module {
    /// `main`, `sessions`, `std.table`.
    pub name: Text,
    /// Its text.
    pub file: FileId,
    /// Its tree.
    pub ast: Arc<ast::Module>,
    /// What a bare name means in it, apart from the prelude: its own declarations and its imports.
    pub scope: HashMap<Text, Definition>,
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
    pub ast: Arc<ast::Signature>,
}
