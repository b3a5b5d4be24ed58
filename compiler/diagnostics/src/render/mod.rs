//! Diagnostics as text: for people at a terminal, for people and tools that read one line each, for programs.

mod apart;
mod excerpt;
mod github;
mod json;
mod order;
mod sarif;
mod short;
mod terminal;
mod visible;

pub use github::github;
pub use json::json;
pub use order::{sort, summary};
pub use sarif::sarif;
pub use short::short;
pub use terminal::{TerminalStyle, terminal};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
