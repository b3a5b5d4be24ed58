//! Leakage: what a model sees that it will not have when it is used, and what is judged on rows that have taken part.
//!
//! What lives here: rules over the facts that `lineage` gathers, one file each, and their messages. What does not: what an
//! operator does to rows and columns.
//!
//! Each cause is told once, where it is: a feature at the expression that makes it, rows at the outermost call that brings
//! them.

mod features;
mod message;
mod partitions;
mod samples;
#[cfg(test)]
mod tests;
mod walk;

use gml_diagnostics::{Diagnostic, Span};

use crate::hash::Set;
use crate::lineage::Flow;
use crate::lineage::fact::{Around, Moment, TableFacts};
use crate::package::Package;
use crate::typed::TypedProgram;

/// Looks at all pipelines, and at nodes that none of them calls. Diagnostics are in no order.
pub(crate) fn check(package: &Package, program: &TypedProgram) -> Vec<Diagnostic> {
    let flow = Flow::of(package, program);
    let mut found = Vec::new();
    for moment in &flow.moments {
        match moment {
            Moment::Learn(learn) => {
                partitions::check(&flow, learn, &mut found);
                features::learned(&flow, learn, &mut found);
            }
            Moment::Judge(judge) => samples::check(&flow, judge, &mut found),
            Moment::Targeted { table, span, what } => features::declared(&flow, table, *span, what, &mut found),
        }
    }
    // The same cause is met by every model that learns from it: the first one tells.
    let mut told: Set<(Span, gml_diagnostics::Code)> = Set::default();
    found.retain(|diagnostic| told.insert((diagnostic.span, diagnostic.code)));
    found.retain(|diagnostic| diagnostic.span != Span::NOWHERE);
    found
}

/// Leaves out what only follows from the errors that are known already.
pub(crate) fn settle(known: &[Diagnostic], found: &mut Vec<Diagnostic>) {
    found.retain(|diagnostic| !follows(diagnostic, known));
}

/// Whether it stands where an error is already.
fn follows(diagnostic: &Diagnostic, known: &[Diagnostic]) -> bool {
    let overlaps = |a: Span, b: Span| a.file == b.file && a.start <= b.end && b.start <= a.end;
    known.iter().any(|error| error.is_error() && overlaps(error.span, diagnostic.span))
}

/// Where rows enter that `concern`: the argument of the outermost node that brings them, else the place itself. Also where
/// they pass on the way in.
fn entrance(span: Span, around: &Around, concern: impl Fn(&TableFacts) -> bool) -> (Span, Vec<(Span, String)>) {
    let mut place = span;
    let mut on_the_way = Vec::new();
    let mut frame = around.as_deref();
    while let Some(call) = frame {
        let Some((argument, _)) = call.tables.iter().find(|(_, table)| concern(table)) else { break };
        on_the_way.push((place, format!("used here, in `{}`", call.node)));
        place = *argument;
        frame = call.around.as_deref();
    }
    on_the_way.truncate(MOST_LABELS);
    (place, on_the_way)
}

/// Places on the way that are shown, at most.
const MOST_LABELS: usize = 3;
