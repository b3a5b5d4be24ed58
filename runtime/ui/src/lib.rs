//! A local page that shows a project: the graph with schema and row counts on its edges, the steps of runs as they go, where
//! columns come from, runs with their metrics side by side, figures and reports.
//!
//! What lives here: the server on this machine, the page itself (`assets`), what runs of any process have done so far, and which
//! steps of a run belong to which box of a graph. What does not: the program, which whoever serves hands in as plain data
//! ([`Shown`]). Nothing here changes anything: all answers are to GET.

mod changes;
mod guard;
mod program;
mod runs;
mod server;
mod state;

pub use program::{Drawn, Flow, Graph, Place, Problem, Program, Shape, Shown, Source, Traced};
pub use server::{Bound, bind};
