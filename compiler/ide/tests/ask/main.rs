//! What editors ask, on small programs in which `<|>` marks the cursor, and on the blueprint.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod completions;
mod fixes;
mod hovers;
#[path = "../../../../tests/harness/markdown.rs"]
mod markdown;
mod mends;
#[path = "../../../analysis/tests/corpus/mutation.rs"]
#[allow(dead_code, reason = "how a mutation is answered is looked at where the corpus is")]
mod mutation;
mod places;
#[path = "../../../analysis/tests/corpus/program.rs"]
#[allow(dead_code, reason = "what is said of a program is looked at where the corpus is")]
mod program;
mod renames;
mod robustness;
mod support;
