//! What editors ask, on small programs in which `<|>` marks the cursor, and on the blueprint.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod completions;
mod fixes;
mod hovers;
mod places;
mod renames;
mod robustness;
mod support;
