//! Places within groups. They depend on all rows that are given at once: a group has to be given whole.

use super::graph::{Element, Flow, Graph, Setting};

/// The groups of rows.
pub(crate) struct Groups {
    /// The number of rows.
    rows: Flow,
    /// The number of each row's group.
    of_rows: Flow,
    /// How many rows are in the groups before each.
    before: Flow,
}

impl Groups {
    /// Rows with the same value are of one group.
    pub(crate) fn of(column: &Flow, graph: &mut Graph) -> Self {
        let flat = graph.flat(column);
        let [_, _, of_rows, sizes] = graph.first_of("Unique", &[&flat], vec![("sorted", Setting::Int(0))]);
        let axis = graph.whole(0);
        let before = graph.node("CumSum", &[&sizes, &axis], vec![("exclusive", Setting::Int(1))]);
        Self { rows: graph.node("Shape", &[&flat], Vec::new()), of_rows, before }
    }

    /// `weight / (added + place)` of each row, its place counted from 1 within its group, the largest score first; equal scores keep
    /// the order of the rows.
    pub(crate) fn reciprocal_places(&self, score: &Flow, weight: f64, added: f64, graph: &mut Graph) -> Flow {
        let score = graph.flat(score);
        // Of equal values TopK takes those that come first, so that rows sorted by score and then by group are sorted by both.
        let sorted = |largest| vec![("axis", Setting::Int(0)), ("largest", Setting::Int(largest))];
        let [_, by_score] = graph.first_of("TopK", &[&score, &self.rows], sorted(1));
        let groups = graph.node("Gather", &[&self.of_rows, &by_score], Vec::new());
        let [groups, by_group] = graph.first_of("TopK", &[&groups, &self.rows], sorted(0));
        let order = graph.node("Gather", &[&by_score, &by_group], Vec::new());
        let before = graph.node("Gather", &[&self.before, &groups], Vec::new());
        let (zero, one) = (graph.whole(0), graph.whole(1));
        let end = graph.node("Squeeze", &[&self.rows], Vec::new());
        let place = graph.node("Range", &[&zero, &end, &one], Vec::new());
        let place = graph.node("Sub", &[&place, &before], Vec::new());
        let place = graph.cast(&place, Element::Double);
        let (weight, added) = (graph.numbers(vec![1], vec![weight]), graph.numbers(vec![1], vec![added + 1.0]));
        let below = graph.node("Add", &[&place, &added], Vec::new());
        let worth = graph.node("Div", &[&weight, &below], Vec::new());
        // Back to the rows: each has its number put in the place of its score.
        let of_rows = graph.node("ScatterElements", &[&score, &order, &worth], vec![("axis", Setting::Int(0))]);
        graph.column(&of_rows)
    }
}
