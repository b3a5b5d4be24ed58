//! The gmlc command.
fn main() {}
