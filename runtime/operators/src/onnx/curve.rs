//! Curves from scores to probabilities.

use super::graph::{Element, Flow, Graph, Setting};

/// A curve through points, straight between them, flat beyond the ends.
pub(crate) fn through(scores: &[f64], values: &[f64], score: &Flow, graph: &mut Graph) -> Flow {
    let points = i64::try_from(scores.len()).unwrap_or(i64::MAX);
    let across = graph.numbers(vec![1, points], scores.to_vec());
    let reached = graph.node("LessOrEqual", &[&across, score], Vec::new());
    let reached = graph.cast(&reached, Element::Int);
    let columns = graph.ints(vec![1]);
    let after = graph.node("ReduceSum", &[&reached, &columns], vec![("keepdims", Setting::Int(1))]);
    let (zero, one, last) = (graph.ints(vec![0]), graph.ints(vec![1]), graph.ints(vec![points - 1]));
    let before = graph.node("Sub", &[&after, &one], Vec::new());
    let before = graph.node("Max", &[&before, &zero], Vec::new());
    let after = graph.node("Min", &[&after, &last], Vec::new());
    let xs = graph.numbers(vec![points], scores.to_vec());
    let ys = graph.numbers(vec![points], values.to_vec());
    let at = |graph: &mut Graph, of: &Flow, place: &Flow| graph.node("Gather", &[of, place], Vec::new());
    let (x0, x1) = (at(graph, &xs, &before), at(graph, &xs, &after));
    let (y0, y1) = (at(graph, &ys, &before), at(graph, &ys, &after));
    let (width, height) = (graph.node("Sub", &[&x1, &x0], Vec::new()), graph.node("Sub", &[&y1, &y0], Vec::new()));
    let from = graph.node("Sub", &[score, &x0], Vec::new());
    let share = graph.node("Div", &[&from, &width], Vec::new());
    let rise = graph.node("Mul", &[&share, &height], Vec::new());
    // At and beyond the ends both points are the same one, and there is nothing between them.
    let (none, apart) = (graph.number(0.0), graph.node("Greater", &[&x1, &x0], Vec::new()));
    let rise = graph.node("Where", &[&apart, &rise, &none], Vec::new());
    graph.node("Add", &[&y0, &rise], Vec::new())
}

/// `1 / (1 + exp(-(slope * log_odds + offset)))`, scores kept `smallest` away from 0 and 1.
pub(crate) fn logistic(slope: f64, offset: f64, smallest: f64, score: &Flow, graph: &mut Graph) -> Flow {
    let odds = log_odds(score, smallest, graph);
    let (slope, offset) = (graph.number(slope), graph.number(offset));
    let margin = graph.node("Mul", &[&odds, &slope], Vec::new());
    let margin = graph.node("Add", &[&margin, &offset], Vec::new());
    graph.node("Sigmoid", &[&margin], Vec::new())
}

/// The logarithm of the odds of probabilities, which are kept `smallest` away from 0 and 1.
pub(crate) fn log_odds(probability: &Flow, smallest: f64, graph: &mut Graph) -> Flow {
    let (low, high, one) = (graph.number(smallest), graph.number(1.0 - smallest), graph.number(1.0));
    let probability = graph.node("Max", &[probability, &low], Vec::new());
    let probability = graph.node("Min", &[&probability, &high], Vec::new());
    let rest = graph.node("Sub", &[&one, &probability], Vec::new());
    let odds = graph.node("Div", &[&probability, &rest], Vec::new());
    graph.node("Log", &[&odds], Vec::new())
}

/// Probabilities of the classes of a row made to add up to 1; where all are 0, none is likelier than another.
pub(crate) fn summing_to_one(probabilities: &Flow, classes: usize, graph: &mut Graph) -> Flow {
    let columns = graph.ints(vec![1]);
    let sum = graph.node("ReduceSum", &[probabilities, &columns], vec![("keepdims", Setting::Int(1))]);
    let zero = graph.number(0.0);
    let any = graph.node("Greater", &[&sum, &zero], Vec::new());
    let shares = graph.node("Div", &[probabilities, &sum], Vec::new());
    let same = graph.number(1.0 / classes.max(1) as f64);
    graph.node("Where", &[&any, &shares, &same], Vec::new())
}
