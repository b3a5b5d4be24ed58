//! The whole way: tables in, what the library learned out.

mod artifacts;
mod courses;
mod failures;
mod judging;
mod native;
mod peers;
pub(crate) mod support;
