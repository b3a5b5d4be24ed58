//! Expressions as written.

use gml_diagnostics::Span;

use super::{Name, Text, TypeExpr};

/// An expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What was written.
    pub kind: ExprKind,
    /// Where, parentheses included.
    pub span: Span,
}

/// The forms of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `42`, `1_000`
    Int(i64),
    /// `0.5`, `1e-3`, `80%` (0.8)
    Float(f64),
    /// `"text"`, `"""text"""`, `r"text"`
    Text(Text),
    /// `f"{root}/x"`
    Format(Vec<FormatPart>),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `@2021-01-26`: days since 1970-01-01
    Date(i32),
    /// `@2021-01-26T08:00:00Z`: microseconds since 1970-01-01T00:00:00Z
    Timestamp(i64),
    /// `30s`, `7d`: microseconds
    Duration(i64),
    /// `16GiB`: bytes
    Size(u64),
    /// `a..b`, `a..<b`
    Range {
        /// First.
        start: Box<Expr>,
        /// Last, or the first outside.
        end: Box<Expr>,
        /// `..` against `..<`.
        inclusive: bool,
    },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ a: 1, b: 2 }`; also `{}` and the short form `{ start, end }` for `{ start: start, end: end }`
    Record(Vec<(Name, Expr)>),
    /// `{ a = .x, b = .y }`: columns to make (as an argument: `group(by: { visitor = .id })`)
    Columns(Vec<Binding>),
    /// `table[T] [ {..}, {..} ]`
    Table {
        /// The type, as `table[T]`.
        ty: Box<TypeExpr>,
        /// The rows, each an expression (a `Record`).
        rows: Vec<Expr>,
    },
    /// A bare name.
    Name(Text),
    /// `.price`
    Column(Name),
    /// `x.name`, `x?.name`
    Field {
        /// Of what.
        of: Box<Expr>,
        /// Which field.
        name: Name,
        /// Written with `?.`.
        optional: bool,
    },
    /// `f(x)`, `x.f(y)`, `x |> f(y) { .. }`. The receiver of the last two is the first of `args`.
    Call {
        /// The function.
        function: Name,
        /// Arguments in order, the receiver first.
        args: Vec<Argument>,
        /// The trailing `{ a = .., b = .. }`.
        block: Option<Box<CallBlock>>,
        /// How it was written.
        style: CallStyle,
    },
    /// `-x`, `not x`
    Unary(UnaryOperator, Box<Expr>),
    /// `a + b`
    Binary {
        /// Which.
        operator: BinaryOperator,
        /// Where the operator stands.
        operator_span: Span,
        /// Left of it.
        left: Box<Expr>,
        /// Right of it.
        right: Box<Expr>,
    },
    /// `x is null`, `x is not null`
    IsNull {
        /// What is looked at.
        of: Box<Expr>,
        /// `is not null`
        negated: bool,
    },
    /// `if c then a else b`
    If {
        /// What decides.
        condition: Box<Expr>,
        /// Where it holds.
        then: Box<Expr>,
        /// Where it does not.
        otherwise: Box<Expr>,
    },
    /// `match x { "a" => 1, _ => 0 }`
    Match {
        /// What is looked at.
        of: Box<Expr>,
        /// The cases in order.
        arms: Vec<Arm>,
    },
    /// `for x in [..] { value }`: a list, one item for each
    For {
        /// The name of the item.
        name: Name,
        /// The items.
        items: Box<Expr>,
        /// The value for each.
        body: Box<Expr>,
    },
    /// Could not be read; an error was given.
    Error,
}

/// How a call was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStyle {
    /// `f(x)`
    Plain,
    /// `x.f()`
    Method,
    /// `x?.f()`
    OptionalMethod,
    /// `x |> f()`
    Pipe,
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// Its name, where written.
    pub name: Option<Name>,
    /// Its value.
    pub value: Expr,
}

/// The trailing `{ a = .., b = .. }` of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct CallBlock {
    /// The columns it makes.
    pub bindings: Vec<Binding>,
    /// Where it stands.
    pub span: Span,
}

/// `name = value`
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// The column made.
    pub name: Name,
    /// Its value.
    pub value: Expr,
}

/// A part of an f-string.
#[derive(Clone, Debug, PartialEq)]
pub enum FormatPart {
    /// Text as it is.
    Text(Text),
    /// `{x}`
    Value(Expr),
}

/// A case of a `match`.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// What it catches; several are separated by `|`.
    pub patterns: Vec<Pattern>,
    /// Its value.
    pub value: Expr,
    /// All of it.
    pub span: Span,
}

/// A pattern and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// What it catches.
    pub kind: PatternKind,
    /// Where.
    pub span: Span,
}

/// The forms of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    /// A literal, a negative number, a range of literals, `null`
    Value(Expr),
    /// `_`
    Any,
    /// A name, which is no pattern. It is told already; what the arm gives may use it.
    Name(Name),
}

/// Operators of one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-`
    Negate,
    /// `not`
    Not,
}

/// Operators of two operands, from the weakest. `|>` is a [`ExprKind::Call`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `>>`
    Chain,
    /// `??`
    Coalesce,
    /// `or`
    Or,
    /// `and`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `in`
    In,
    /// `not in`
    NotIn,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `//`
    FloorDivide,
    /// `%`
    Remainder,
    /// `**`
    Power,
}
