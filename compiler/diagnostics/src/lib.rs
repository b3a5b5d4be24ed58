//! What the compiler and the runtime say to people: [`Diagnostic`] values, the table of [`codes`], and their renderers.
//!
//! This crate knows nothing of the language: no syntax, no types. A stage makes a [`Diagnostic`] from a [`Code`], a
//! [`Span`] and a message; [`render`] turns it into text with the [`Sources`] at hand.

mod code;
#[cfg(test)]
mod code_tests;
pub mod codes;
mod diagnostic;
mod fix;
pub mod render;
mod sources;
mod span;

pub use code::Code;
pub use diagnostic::{Diagnostic, Label, Severity};
pub use fix::{Edit, Fix, apply};
pub use sources::Sources;
pub use span::{FileId, Span};
