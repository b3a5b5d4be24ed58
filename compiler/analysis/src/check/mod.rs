//! Types, rows, nulls and partitions: every name settled, every expression typed, every call held against its
//! signature.
//!
//! Bodies are checked one by one, on several threads; what one needs of another (the row that a node gives, the model
//! that a pipeline saves) is checked on demand and kept in [`shared::Shared`]. An expression that has an error has
//! [`gml_ir::Type::Error`], of which nothing further is said.

mod again;
mod asked;
mod body;
mod call;
mod coerce;
mod declaration;
mod environment;
mod expr;
mod frame;
mod given;
mod known;
mod learned;
mod message;
mod moved;
mod narrow;
mod program;
mod record;
mod saved;
mod shared;
pub(crate) mod signature;
mod statement;
#[cfg(test)]
mod tests;
mod value;
mod walk;

use gml_diagnostics::Diagnostic;

pub(crate) use again::{Bodies, TakenOver};

use crate::inspect::Inspection;
use crate::package::{ModuleId, Package};
use crate::resolve::Move;
use crate::typed::TypedProgram;

/// Checks all bodies of a package. Diagnostics are added in the order of files and places, whatever the number of
/// threads.
///
/// Where there are bodies of the last time, those are taken over that would be found the same again; they are replaced by
/// those of this time. `moves` is what stands elsewhere since then. `meanwhile` is done beside what is left of the work
/// when one thread alone goes on with it.
pub(crate) fn check_program(
    package: &Package,
    known: Option<(&mut Bodies, &[Move])>,
    diagnostics: &mut Vec<Diagnostic>,
    meanwhile: Option<impl FnOnce()>,
) -> (TypedProgram, TakenOver) {
    let (program, mut found, taken) = program::check(package, known, meanwhile);
    found.sort_by_key(|diagnostic| (diagnostic.span.file, diagnostic.span.start, diagnostic.span.end));
    // A recipe that is fitted twice, or the body of a loop, says the same thing again.
    found.dedup();
    diagnostics.append(&mut found);
    (program, taken)
}

/// Checks declarations again for what is known of their places.
pub fn inspect(package: &Package, items: &[(ModuleId, usize)], at: Option<u32>) -> Vec<Inspection> {
    program::inspect(package, items, at)
}
