//! Statements of nodes, pipelines and tests.

use gml_diagnostics::Span;

use super::{Argument, Expr, Name, TypeExpr};

/// `{ let a = ..  let b = ..  result }`, the body of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its bindings.
    pub lets: Vec<Let>,
    /// Its value.
    pub result: Box<Expr>,
    /// All of it with its braces.
    pub span: Span,
}

/// `let name: type = value`
#[derive(Clone, Debug, PartialEq)]
pub struct Let {
    /// The name bound.
    pub name: Name,
    /// Its type, where written.
    pub ty: Option<TypeExpr>,
    /// Its value.
    pub value: Expr,
}

/// A statement and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Where.
    pub span: Span,
}

/// The statements of a pipeline or a test.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `let name = value`
    Let(Let),
    /// `save value as entry`
    Save {
        /// What is written.
        value: Expr,
        /// The catalog entry.
        entry: Name,
    },
    /// `track value`
    Track(Expr),
    /// `expect condition, "message"`
    Expect {
        /// What must hold.
        condition: Expr,
        /// What to say where it does not.
        message: Option<Expr>,
    },
    /// `when condition { .. }`, decided at run time
    When {
        /// Whether to do it.
        condition: Expr,
        /// What to do.
        body: Vec<Statement>,
    },
    /// `for name in [..] { .. }`, unrolled at compile time
    For {
        /// The name of the item.
        name: Name,
        /// The items.
        items: Expr,
        /// What to do for each.
        body: Vec<Statement>,
    },
    /// `run pipeline(args)`
    Run {
        /// The pipeline.
        pipeline: Name,
        /// Its arguments.
        args: Vec<Argument>,
    },
}
