//! Expressions over the columns of a row, a window or a group.

use std::cmp::Ordering;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Type, Value};

/// An expression and its type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// The type of its value.
    pub ty: Type,
}

/// What an expression computes. Null goes through operators and functions unless said otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ExprKind {
    /// A column of the row at hand.
    Column(Arc<str>),
    /// The value of another step, by its place in [`crate::StepKind::Compute`]'s inputs, or, in an argument of a
    /// [`crate::StepKind::Call`], in the list of its argument [`crate::INPUTS`].
    Input(u32),
    /// A constant.
    Literal(Value),
    /// A field of a struct; null where the struct is null.
    Field(Box<Expr>, Arc<str>),
    /// `-x`, `not x`
    Unary(UnaryOp, Box<Expr>),
    /// `x + y`, `x and y` (three-valued), `x ?? y`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `x is null`
    IsNull(Box<Expr>),
    /// `x in [..]`, `x in a..b`: the second is a constant list or range, or an expression of a list type
    In(Box<Expr>, Box<Expr>),
    /// `if c then a else b`; a null condition counts as false. `match` is lowered to this.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `[x, y]` of row expressions
    List(Vec<Expr>),
    /// `{ a: x }` of row expressions
    Struct(Vec<NamedExpr>),
    /// The value in another type (widening, text to category): never loses anything.
    Cast(Box<Expr>),
    /// A function, aggregate or window function of the standard library. Every parameter that was given or has a
    /// default is there by name.
    Call {
        /// Name in the standard library (`days_since`, `sum`, `lag`).
        function: Arc<str>,
        /// Arguments by parameter name. An argument over the elements of a list (`find`'s condition) has the fields
        /// of the element as its columns, or the one column `item` where the element is no struct.
        args: Vec<(Arc<str>, Expr)>,
    },
}

/// An expression and the name of the column it makes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedExpr {
    /// Name of the column.
    pub name: Arc<str>,
    /// Its values.
    pub expr: Expr,
}

/// What to order by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderKey {
    /// The values compared. Nulls come last in either direction.
    pub expr: Expr,
    /// Largest first.
    pub descending: bool,
}

/// Operators of one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UnaryOp {
    /// `-x`
    Negate,
    /// `not x`
    Not,
}

/// Operators of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BinaryOp {
    /// `+`; also of text, of a date and a duration
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, always float; by zero as in IEEE 754 (infinite, or not a number)
    Divide,
    /// `//`, rounds towards negative infinity; integers by zero are null
    FloorDivide,
    /// `%`, has the sign of the divisor; integers by zero are null
    Remainder,
    /// `**`, always float
    Power,
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
    /// `and`
    And,
    /// `or`
    Or,
    /// `??`
    Coalesce,
}

impl BinaryOp {
    /// The operator as it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::FloorDivide => "//",
            Self::Remainder => "%",
            Self::Power => "**",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::And => "and",
            Self::Or => "or",
            Self::Coalesce => "??",
        }
    }

    /// Whether it compares: `==`, `<` and the like.
    pub fn is_comparison(self) -> bool {
        use BinaryOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
        matches!(self, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual)
    }

    /// Whether it holds of two values of which the left one lies so to the right one; no operator but a comparison does.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterEqual => order.is_ge(),
            _ => false,
        }
    }

    /// The comparison that says the same with its sides exchanged; `None` of what compares nothing.
    pub fn flipped(self) -> Option<Self> {
        Some(match self {
            Self::Equal | Self::NotEqual => self,
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
            _ => return None,
        })
    }

    /// The type of the result where not both sides are numbers: of texts, points in time and lengths of time that are never null. `None`
    /// where the operation has no meaning.
    pub fn of_texts_and_times(self, left: &Type, right: &Type) -> Option<Type> {
        use Type::{Date, Duration, Float, Float32, Int, Timestamp};
        if self == Self::Add && left.is_text() && right.is_text() {
            return Some(Type::Str);
        }
        Some(match (self, left, right) {
            (Self::Add | Self::Subtract, Date, Duration) | (Self::Add, Duration, Date) => Date,
            (Self::Add | Self::Subtract, Timestamp, Duration) | (Self::Add, Duration, Timestamp) => Timestamp,
            (Self::Subtract, Timestamp, Timestamp) | (Self::Subtract, Date, Date) => Duration,
            (Self::Add | Self::Subtract, Duration, Duration) => Duration,
            (Self::Multiply | Self::Divide, Duration, Int(_) | Float | Float32) => Duration,
            (Self::Multiply, Int(_) | Float | Float32, Duration) => Duration,
            (Self::Divide, Duration, Duration) => Float,
            _ => return None,
        })
    }
}
