//! What holds of whole families of diagnostics, over all wrong programs that the repository has.

// Helpers of tests may panic as tests may.
#![allow(clippy::unwrap_used)]

mod labels;
mod lints;
#[path = "../../../../tests/harness/markdown.rs"]
mod markdown;
mod wrong;
