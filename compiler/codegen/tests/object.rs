//! Compiled models against the interpreter and against what each operation means, in a library that `cc` links.

// Helpers of tests may panic as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "object/built.rs"]
mod built;
#[path = "object/numbers.rs"]
mod numbers;
#[path = "object/operations.rs"]
mod operations;
#[path = "object/pooled.rs"]
mod pooled;
#[path = "object/shape.rs"]
mod shape;
#[path = "object/texts.rs"]
mod texts;
#[path = "object/trees.rs"]
mod trees;
