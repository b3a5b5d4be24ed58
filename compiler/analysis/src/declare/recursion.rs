//! Definitions that need themselves.

use gml_diagnostics::{Diagnostic, Span};

use super::graph;
use super::uses::{Body, Uses};
use crate::message::declarations as message;
use crate::package::Package;

/// Refuses parameters whose default uses a later one, and functions, nodes and pipelines that need themselves.
pub(super) fn refuse(package: &Package, uses: &Uses<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (param, used, span) in &uses.defaults {
        let (declared, later) = (&package.params[param.0 as usize].declared, &package.params[used.0 as usize].declared);
        // Between files the order is that of their `use`s, whose circles have been refused.
        if used.0 >= param.0 && declared.module == later.module {
            diagnostics.push(message::param_needs_later(&declared.name, &later.name, *span, later.name_span));
        }
    }
    graph::bottom_up(&uses.bodies, |circle| {
        let chain: Vec<(&str, Span)> =
            circle.iter().map(|(place, span)| (name(package, Body::at(*place, package)), *span)).collect();
        let (what, help) = match circle.first().map(|(place, _)| Body::at(*place, package)) {
            Some(Body::Node(_)) => ("node", "nodes are put into each other before the run: repeat a step with `for`"),
            Some(Body::Pipeline(_)) => ("pipeline", "a pipeline runs others, never itself"),
            _ => ("function", "functions are put into each other before the run: use an aggregate or a list function"),
        };
        diagnostics.extend(message::definition_cycle(what, &chain, help));
    });
}

fn name(package: &Package, body: Body) -> &str {
    let declared = match body {
        Body::Function(id) => &package.functions[id.0 as usize].declared,
        Body::Node(id) => &package.nodes[id.0 as usize].declared,
        Body::Pipeline(id) => &package.pipelines[id.0 as usize].declared,
    };
    &declared.name
}
