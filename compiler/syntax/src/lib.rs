//! Source text to syntax tree.
//!
//! What lives here: the grammar's driver, the tree, and the recovery from errors. What does not: anything that knows
//! what a name means. This is the only crate that knows pest.
//!
//! The way of a file: `scan` looks for where declarations begin and for what is no GML at all, which is its `outline`;
//! `parse` reads the declarations one by one with the grammar's `matcher`; `build` makes the tree of what it read; where
//! the grammar does not fit, `recover` reads what can be read of the declaration and `message` says what pest found wrong.
//! [`format`] writes a program that has no errors in the one form that all programs have.

// What pest generates without its `std` names its types so.
extern crate alloc;

pub mod ast;
mod build;
mod decode;
mod docs;
pub mod format;
mod grammar;
mod indentation;
mod lexer;
mod matcher;
mod message;
mod outline;
mod parse;
mod recover;
mod scan;
mod words;

use gml_diagnostics::codes;

pub use decode::{MAX_BYTES, decode};
pub use docs::Comment;
pub use lexer::{Kind as TokenKind, Token, tokens};
pub use outline::{Edited, Kept, Outline, Piece};
pub use parse::{Parsed, parse, parse_expression, parse_part};
pub use words::{CONTEXTUAL, DECLARATIONS, RESERVED, ROLES, STATEMENTS, is_reserved};
