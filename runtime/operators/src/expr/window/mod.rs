//! Windows over ordered rows, and the window functions of the standard library.

mod function;
mod plan;
mod windows;

pub(crate) use function::{WINDOWS, is_window};
pub(crate) use plan::{Call, Plan, Within, calls_window, each_column, each_part, map_parts};
pub(crate) use windows::{Extent, Windows};
