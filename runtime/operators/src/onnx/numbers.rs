//! Steps of numbers: buckets, logarithms, bounds, scales.

use gml_connect::Fault;

use super::columns::{Column, Columns};
use super::graph::{Element, Flow, Graph, Setting, count};
use super::recipe::where_null;
use crate::prep::{Affine, Bounded, Clipped, Input};

/// The number of bounds that the value is not below.
pub(super) fn bucket(bounded: &Bounded, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &bounded.input.column;
    let column = columns.get(graph, name, bounded.input.kind)?;
    let bounds: Vec<f64> = bounded.bounds.iter().map(|bound| bound.0).collect();
    let count = if bounds.is_empty() {
        let (none, null) = (graph.number(0.0), graph.node("IsNaN", &[&column.flow], Vec::new()));
        let null = graph.cast(&null, Element::Double);
        graph.node("Mul", &[&null, &none], Vec::new())
    } else {
        let across = graph.numbers(vec![1, count(bounds.len())], bounds);
        // NaN is not below any of them, as it is here.
        let is_below = graph.node("Less", &[&column.flow, &across], Vec::new());
        let reached = graph.node("Not", &[&is_below], Vec::new());
        let reached = graph.cast(&reached, Element::Double);
        let axis = graph.ints(vec![1]);
        graph.node("ReduceSum", &[&reached, &axis], vec![("keepdims", Setting::Int(1))])
    };
    let flow = where_null(&column, f64::NAN, count, graph);
    columns.set(name, Column::whole(flow, column.nullable));
    Ok(())
}

pub(super) fn log(input: &Input, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let column = columns.get(graph, &input.column, input.kind)?;
    let (size, sign) =
        (graph.node("Abs", &[&column.flow], Vec::new()), graph.node("Sign", &[&column.flow], Vec::new()));
    let log = log_of_one_and(&size, graph);
    let flow = graph.node("Mul", &[&log, &sign], Vec::new());
    columns.set(&input.column, Column::numbers(flow, column.nullable));
    Ok(())
}

/// `ln(1 + x)` of what is not negative. The sum would round most of a small `x` away, whose logarithm is the beginning of a series:
/// `x (1 - x (1/2 - x/3))`.
fn log_of_one_and(size: &Flow, graph: &mut Graph) -> Flow {
    let [one, half, third, small] = [1.0, 0.5, 1.0 / 3.0, 1e-4].map(|number| graph.number(number));
    let mut of = |operator: &str, left: &Flow, right: &Flow| graph.node(operator, &[left, right], Vec::new());
    let thirds = of("Mul", size, &third);
    let rest = of("Sub", &half, &thirds);
    let rest = of("Mul", size, &rest);
    let share = of("Sub", &one, &rest);
    let series = of("Mul", size, &share);
    let more = of("Add", size, &one);
    let is_small = of("Less", size, &small);
    let log = graph.node("Log", &[&more], Vec::new());
    graph.node("Where", &[&is_small, &series, &log], Vec::new())
}

/// Null stays null: it is neither below nor above a bound.
pub(super) fn clip(clipped: &Clipped, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &clipped.input.column;
    let column = columns.get(graph, name, clipped.input.kind)?;
    let (low, high) = (graph.number(clipped.low.0), graph.number(clipped.high.0));
    let is_below = graph.node("Less", &[&column.flow, &low], Vec::new());
    let from_low = graph.node("Where", &[&is_below, &low, &column.flow], Vec::new());
    let is_above = graph.node("Less", &[&high, &column.flow], Vec::new());
    let flow = graph.node("Where", &[&is_above, &high, &from_low], Vec::new());
    columns.set(name, Column::numbers(flow, column.nullable));
    Ok(())
}

pub(super) fn scale(affine: &Affine, graph: &mut Graph, columns: &mut Columns<'_>) -> Result<(), Fault> {
    let name = &affine.input.column;
    let column = columns.get(graph, name, affine.input.kind)?;
    let center = graph.number(affine.center.0);
    let spread = graph.number(affine.spread.0);
    let moved = graph.node("Sub", &[&column.flow, &center], Vec::new());
    let flow = graph.node("Div", &[&moved, &spread], Vec::new());
    columns.set(name, Column::numbers(flow, column.nullable));
    Ok(())
}
