//! Compiled models against the interpreter and against what each operation means, in a library that `cc` links.

#[path = "object/built.rs"]
mod built;
#[path = "object/operations.rs"]
mod operations;
#[path = "object/shape.rs"]
mod shape;
#[path = "object/trees.rs"]
mod trees;
