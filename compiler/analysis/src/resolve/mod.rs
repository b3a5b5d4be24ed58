//! Files to modules to names to declarations with their types.
//!
//! What lives here: which files a program has, what a bare name means in each of them, and the types that declarations
//! write. What does not: anything inside a body.

mod cycle;
mod files;
mod names;
mod schemas;
pub(crate) mod standard;
mod trees;
mod written;

#[cfg(test)]
mod tests;

use gml_diagnostics::Diagnostic;

use crate::package::Package;
use crate::world::World;

pub use files::{folder_of, module_paths};
pub(crate) use trees::Move;
pub use trees::Trees;

/// The program whose main file is `main`: all its files, their names, and the types that were written. Never fails: what
/// is wrong is told beside it, and left out or of the type [`gml_ir::Type::Error`].
pub fn resolve(world: &dyn World, main: &str) -> (Package, Vec<Diagnostic>) {
    resolve_again(world, main, &mut Trees::default())
}

/// As [`resolve`], of a program of which little has changed since `package` was resolved: what is wrong with it, and was
/// then, is not told again.
pub fn resolve_beside(world: &dyn World, main: &str, package: &Package) -> Package {
    resolve_again(world, main, &mut Trees::of(package)).0
}

/// As [`resolve`]: a file that has not changed since its tree was kept is not parsed again.
pub fn resolve_again(world: &dyn World, main: &str, trees: &mut Trees) -> (Package, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    trees.settle();
    let loaded = files::load(world, main, trees, &mut diagnostics);
    let mut package = names::collect(loaded, &mut diagnostics);
    written::types(&mut package, &mut diagnostics);
    package.python = crate::foreign::load(world, main, &package.modules);
    package.queries = crate::foreign::queries(world, main, &package.modules);
    (package, diagnostics)
}
