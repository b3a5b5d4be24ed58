//! The syntax tree: what was written, with the place of everything, and nothing about what it means.

mod declaration;
mod expression;
mod shift;
mod statement;
mod types;

use std::sync::Arc;

use gml_diagnostics::Span;

pub use declaration::{
    Catalog, CatalogEntry, Connection, ContractSyntax, Env, EnvSetting, Function, Item, ItemKind, Node, NodeBody,
    Param, Parameter, Pipeline, Schema, SchemaColumn, Signature, SignatureKind, Test, TypeAlias, TypeParameter, Use,
    UseName,
};
pub use expression::{
    Argument, Arm, BinaryOperator, Binding, CallBlock, CallStyle, Expr, ExprKind, FormatPart, Pattern, PatternKind,
    UnaryOperator,
};
pub use statement::{Block, Let, Statement, StatementKind};
pub use types::{RowColumn, RowSyntax, TypeExpr, TypeKind};

/// Text of a name or a literal; cheap to clone.
pub type Text = Arc<str>;

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The name.
    pub text: Text,
    /// Where.
    pub span: Span,
}

/// A file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Module {
    /// The `##` comment at the top that belongs to no declaration (an empty line or a `use` follows it).
    pub docs: Option<Text>,
    /// Its declarations, in order. One that could not be read at all is absent.
    pub items: Vec<Item>,
}
