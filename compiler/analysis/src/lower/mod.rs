//! Lowering: the typed tree, with the values of this run's parameters, to the typed graph.
//!
//! Functions and nodes are inlined, loops unrolled, constants folded, and functions of constants where a value is due; equal
//! calls are inlined once, and equal steps become one. Nothing is checked again:
//! what the checker let through has a meaning here, but for values that come from the command line or an env.

mod body;
mod builder;
mod call;
pub(crate) mod constant;
mod contracts;
mod environment;
mod expression;
mod fold;
mod inline;
mod library;
mod programs;
mod search;
mod settings;
mod table;
mod value;

use gml_diagnostics::Diagnostic;
use gml_ir::Program;

use crate::package::Package;
use crate::typed::TypedProgram;

pub(crate) use call::{FROM_ENV, is_constant};
pub(crate) use constant::{binary, convert, show, unary};
pub(crate) use inline::MOST_PARTS;
pub(crate) use library::apply as apply_function;
pub use programs::source_hash;
pub use settings::Settings;

/// Lowers a checked program.
///
/// # Errors
/// Where a setting names nothing in the program or has a value of the wrong type, a parameter has no value, or a
/// value that must be known before the run is not.
pub fn lower(package: &Package, program: &TypedProgram, settings: &Settings) -> Result<Program, Vec<Diagnostic>> {
    programs::lower_program(package, program, settings)
}
