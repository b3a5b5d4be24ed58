//! The typed graph: all that the runtime, the exports and the user interface ever see of a program.
//!
//! What lives here: types and rows, constant values, row expressions, and the steps of a pipeline. Everything is plain
//! data that serialises. What does not: source text, names that are not yet resolved, type variables, and anything
//! that executes.

mod decimal;
mod expr;
mod graph;
mod hash;
mod order;
pub mod pattern;
mod query;
mod round;
mod row;
mod types;
mod value;

pub use decimal::{Decimal, MAX_DIGITS, NoDecimal};
pub use expr::{BinaryOp, Expr, ExprKind, NamedExpr, OrderKey, UnaryOp};
pub use graph::{
    Arg, Connector, Dataset, Graph, INPUTS, Location, Node, OnViolation, Pipeline, Program, Python, Resources, Step,
    StepId, StepKind, Test,
};
pub use hash::{content_hash, hash_bytes, hash_text, hex};
pub use order::Flows;
pub use query::{QueryPiece, passed_over, query_pieces};
pub use round::rounded;
pub use row::{Column, ColumnFacts, Contract, ContractRule, Parsed, Role, Row};
pub use types::{IntKind, Learned, Partitions, SequencesType, TableType, Type};
pub use value::{DAY, Value, civil};

/// Version of the serialised form. Raised whenever a field changes its meaning.
pub const IR_VERSION: u32 = 2;
