//! Declarations of a file.

use gml_diagnostics::Span;

use super::{Argument, BinaryOperator, Block, Expr, Name, RowColumn, Statement, Text, TypeExpr};

/// A declaration with what belongs to every one.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The `##` comment above it.
    pub docs: Option<Text>,
    /// The lints of `allow(name)` above it.
    pub allow: Vec<Name>,
    /// The tags of `tags(name)` above a pipeline or a node.
    pub tags: Vec<Name>,
    /// What it declares.
    pub kind: ItemKind,
    /// All of it, without the comment.
    pub span: Span,
}

/// The declarations of the language.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// `use std.prep.{impute, one_hot}`
    Use(Use),
    /// `param seed: int = 42`
    Param(Param),
    /// `schema Session { .. }`
    Schema(Schema),
    /// `connection warehouse = postgres(..)`
    Connection(Connection),
    /// `catalog { .. }`
    Catalog(Catalog),
    /// `fn rate(part: int, whole: int) -> float = ..`
    Function(Function),
    /// `node sessionize(..) -> table[Session] { .. }`
    Node(Node),
    /// `pipeline training { .. }`
    Pipeline(Pipeline),
    /// `env cloud { .. }`
    Env(Env),
    /// `test "says" { .. }`
    Test(Test),
    /// `operator`, `function`, `aggregate`, `window` (standard library only)
    Signature(Signature),
    /// `type join_kind = enum["inner"]` (standard library only)
    TypeAlias(TypeAlias),
    /// One with a broken head, of which only the name is known.
    Unread(Name),
}

/// `use std.prep.{impute, one_hot as dummies}`, `use sessions.sessionize`
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// The module: `std`, `prep`.
    pub path: Vec<Name>,
    /// What is taken from it.
    pub names: Vec<UseName>,
}

/// One imported name.
#[derive(Clone, Debug, PartialEq)]
pub struct UseName {
    /// Its name there.
    pub name: Name,
    /// `as`: its name here.
    pub alias: Option<Name>,
}

/// `param seed: int = 42`
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its value where nothing else gives one.
    pub default: Option<Expr>,
}

/// `schema Session { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// Its name.
    pub name: Name,
    /// Its columns.
    pub columns: Vec<SchemaColumn>,
    /// `unique [a, b]`
    pub unique: Vec<Vec<Name>>,
    /// Where `..` stands.
    pub open: Option<Span>,
}

/// A column of a schema.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaColumn {
    /// The `##` comment above it.
    pub docs: Option<Text>,
    /// Role, name, type and contracts.
    pub column: RowColumn,
    /// `named "Order Date"`
    pub named: Option<(Text, Span)>,
    /// `parsed "%Y%m%d"` or `parsed us`
    pub parsed: Option<(Text, Span)>,
}

/// `in 0..100`, `> 0`, `matches r".."`
#[derive(Clone, Debug, PartialEq)]
pub enum ContractSyntax {
    /// `in range` or `in [list]`
    In(Expr),
    /// `> 0` and the other comparisons
    Compare(BinaryOperator, Expr),
    /// `matches r".."`
    Matches(Text, Span),
}

/// `connection warehouse = postgres(..)`
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub value: Expr,
}

/// `catalog { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Catalog {
    /// Its entries.
    pub entries: Vec<CatalogEntry>,
}

/// `events: table[Event] = parquet("..")`
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogEntry {
    /// The `##` comment above it.
    pub docs: Option<Text>,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Where and how it is stored.
    pub value: Expr,
}

/// A parameter of a function, node, pipeline or signature.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// What its values must satisfy; only in signatures.
    pub contracts: Vec<ContractSyntax>,
    /// Its value where the call gives none.
    pub default: Option<Expr>,
}

/// `fn rate(part: int, whole: int) -> float = ..`
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Parameter>,
    /// The type of its value.
    pub result: TypeExpr,
    /// Its value.
    pub body: Expr,
}

/// `node sessionize(..) -> table[Session] { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Parameter>,
    /// The type of its value; a bare `table` leaves the columns to be inferred.
    pub result: TypeExpr,
    /// What it computes.
    pub body: NodeBody,
}

/// What a node computes.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeBody {
    /// `{ .. }`
    Block(Block),
    /// `= python("file.py", "function")`, `= sql("select ..")`
    Foreign {
        /// `python` or `sql`.
        language: Name,
        /// What it was given.
        args: Vec<Argument>,
        /// All of the call.
        span: Span,
    },
}

/// `pipeline training(days: range[date] = ..) { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Parameter>,
    /// What it does.
    pub body: Vec<Statement>,
}

/// `env cloud extends base { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Env {
    /// Its name.
    pub name: Name,
    /// The env it is laid over.
    pub extends: Option<Name>,
    /// Its settings.
    pub settings: Vec<EnvSetting>,
}

/// `root = "gs://.."`, `catalog.events = ..`, `resources(training) = {..}`
#[derive(Clone, Debug, PartialEq)]
pub struct EnvSetting {
    /// `catalog`, `events`.
    pub path: Vec<Name>,
    /// `training` of `resources(training)`.
    pub of: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// `test "says" { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// What it says.
    pub name: Text,
    /// Where that stands.
    pub name_span: Span,
    /// What it does.
    pub body: Vec<Statement>,
}

/// A signature of the standard library:
/// `aggregate sum[T: number](values: T) -> T else 0`
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// What is declared.
    pub kind: SignatureKind,
    /// Its name.
    pub name: Name,
    /// Its type and row variables.
    pub type_params: Vec<TypeParameter>,
    /// Its parameters.
    pub params: Vec<Parameter>,
    /// The type of its result.
    pub result: TypeExpr,
    /// `else 0`: what an aggregate is over no rows (null where absent).
    pub empty: Option<Expr>,
}

/// The keyword of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureKind {
    /// `operator`: a step of the graph
    Operator,
    /// `function`: of constants or of the columns of one row
    Function,
    /// `aggregate`: one value of many rows
    Aggregate,
    /// `window`: a value a row, of many rows in an order
    Window,
}

/// `T: number` in a signature.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeParameter {
    /// The variable.
    pub name: Name,
    /// The class its types are of.
    pub bound: Option<Name>,
}

/// `type join_kind = enum["inner", "left"]`
#[derive(Clone, Debug, PartialEq)]
pub struct TypeAlias {
    /// Its name.
    pub name: Name,
    /// What it stands for.
    pub ty: TypeExpr,
}
