//! Types as written.

use gml_diagnostics::Span;

use super::{ContractSyntax, Name, Text};

/// A type as written. The same form serves programs and the signatures of the standard library, which also know row
/// variables and the row algebra.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeExpr {
    /// What was written.
    pub kind: TypeKind,
    /// Where.
    pub span: Span,
}

/// The forms of a type.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    /// `str`, `list[T]`, `table[Session]`, `decimal[10, 2]`, `enum["a", "b"]`, `vector[384]`, `estimator[R -> O]`, `table`
    Named(Name, Vec<TypeExpr>),
    /// `T?`
    Nullable(Box<TypeExpr>),
    /// `table { user: str, .. }`
    Table(RowSyntax),
    /// `struct { a: T }`
    Struct(RowSyntax),
    /// `{ user: str, .. }` where a row or a record type is meant
    Row(RowSyntax),
    /// `R -> O`
    Arrow(Box<TypeExpr>, Box<TypeExpr>),
    /// `R + N`: the columns of both, the second replacing the first
    Plus(Box<TypeExpr>, Box<TypeExpr>),
    /// `R - K`: the columns of the first that are not in the second
    Minus(Box<TypeExpr>, Box<TypeExpr>),
    /// `R & { user: str }`: has at least these
    And(Box<TypeExpr>, Box<TypeExpr>),
    /// `R | S`: the columns of both; one in both is an error
    Or(Box<TypeExpr>, Box<TypeExpr>),
    /// `table[R] in train`
    In(Box<TypeExpr>, Name),
    /// A text literal as a type argument
    Text(Text),
    /// A number as a type argument
    Number(u64),
    /// Could not be read; an error was given.
    Error,
}

/// The columns of a row as written.
#[derive(Clone, Debug, PartialEq)]
pub struct RowSyntax {
    /// The columns.
    pub columns: Vec<RowColumn>,
    /// Where `..` stands.
    pub open: Option<Span>,
    /// All of it with its braces.
    pub span: Span,
}

/// A column of a row as written.
#[derive(Clone, Debug, PartialEq)]
pub struct RowColumn {
    /// `id`, `time`, `target`, `weight`, `group`
    pub role: Option<Name>,
    /// Its name; `_` in a signature means any.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// `in 0..120`, `> 0`, `matches r".."`
    pub contracts: Vec<ContractSyntax>,
    /// `if valid` (signatures of the standard library): there only where that argument was given.
    pub condition: Option<Name>,
}
