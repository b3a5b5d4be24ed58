//! What is written on the vertices and on the edges, and how much room it takes.

use std::collections::HashSet;

use crate::model::{Edge, Graph, Vertex};

/// Width of a character of the monospaced text, in pixels at 12 pixels of height.
const CHARACTER: f64 = 7.3;
/// Height of a line.
pub(super) const LINE: f64 = 16.0;
/// Room around the text.
pub(super) const PADDING: f64 = 9.0;
/// Longer lines are cut; the whole is in the tooltip.
const WIDEST: usize = 44;
/// So many columns are listed on an edge.
const COLUMNS: usize = 7;

/// One line of a card.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub text: String,
    /// Its class in the style sheet.
    pub class: &'static str,
    /// The column that it is about.
    pub column: Option<String>,
}

impl Line {
    fn new(text: String, class: &'static str) -> Self {
        Self { text, class, column: None }
    }
}

/// Whether a picture stands still, or a page fills in what runs have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Still,
    Live,
}

/// Room for what becomes of a step: `running 1,234.5 s`.
const STATE: usize = 20;
/// Room for a number of rows: `1,234,567,890 rows`.
const ROWS: usize = 18;

/// A box with text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Card {
    pub lines: Vec<Line>,
    /// All of it, where lines were cut or left out.
    pub tooltip: String,
    pub width: f64,
    pub height: f64,
}

/// The cards of the vertices, then those of the edges, both in order.
pub(super) fn cards(graph: &Graph, mode: Mode) -> Vec<Card> {
    let vertices = graph.vertices.iter().map(|vertex| with_room(of_vertex(vertex), mode, "state", STATE));
    let edges = graph.edges.iter().map(|edge| {
        let mode = if edge.is_table() { mode } else { Mode::Still };
        with_room(of_edge(graph, edge), mode, "rows", ROWS)
    });
    vertices.chain(edges).collect()
}

/// A card with an empty line that a page fills in.
fn with_room(mut card: Card, mode: Mode, class: &'static str, characters: usize) -> Card {
    if mode == Mode::Live {
        card.lines.push(Line::new(String::new(), class));
        card.height += LINE;
        card.width = card.width.max(CHARACTER * characters as f64 + 2.0 * PADDING);
    }
    card
}

fn card(lines: Vec<Line>, tooltip: String) -> Card {
    let longest = lines.iter().map(|line| line.text.chars().count()).max().unwrap_or(0);
    let height = LINE * lines.len() as f64 + PADDING;
    Card { lines, tooltip, width: CHARACTER * longest as f64 + 2.0 * PADDING, height }
}

fn of_vertex(vertex: &Vertex) -> Card {
    let mut lines: Vec<Line> = vertex.within.iter().map(|around| Line::new(cut(around, WIDEST), "around")).collect();
    lines.push(Line::new(cut(&vertex.title, WIDEST), "title"));
    let mut tooltip = format!("{} {}", vertex.kind.word(), vertex.title);
    if let Some(detail) = vertex.detail.as_ref().filter(|detail| **detail != vertex.title) {
        let rest = detail.strip_prefix(&vertex.title).map_or(detail.as_str(), str::trim_start);
        lines.extend(folded(rest).into_iter().map(|text| Line::new(text, "detail")));
        tooltip = format!("{tooltip}\n{detail}");
    }
    card(lines, tooltip)
}

/// The schema of an edge: all of it where it is small, else what its source changed, first of all.
fn of_edge(graph: &Graph, edge: &Edge) -> Card {
    let columns = edge.named_columns();
    let before: HashSet<String> = graph.into(edge.from).flat_map(Edge::columns).collect();
    let mut lines = vec![Line::new(cut(&edge.kind(), WIDEST), "kind")];
    type Named = (Option<String>, String);
    let is_new = |(_, column): &Named| !before.is_empty() && !before.contains(column);
    let (new, old): (Vec<&Named>, Vec<&Named>) = columns.iter().partition(|column| is_new(column));
    let listed: Vec<&Named> = if columns.len() <= COLUMNS { columns.iter().collect() } else { [new, old].concat() };
    let shown = if listed.len() <= COLUMNS { listed.len() } else { COLUMNS - 1 };
    lines.extend(listed[..shown].iter().map(|column| Line {
        text: cut(&column.1, WIDEST),
        class: if is_new(column) { "new" } else { "column" },
        column: column.0.clone(),
    }));
    if listed.len() > shown {
        lines.push(Line::new(format!("and {} more", listed.len() - shown), "more"));
    }
    card(lines, [vec![edge.kind()], edge.columns()].concat().join("\n"))
}

fn cut(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

/// The text in at most two lines, broken at a blank.
fn folded(text: &str) -> Vec<String> {
    let Some((end, _)) = text.char_indices().nth(WIDEST) else { return vec![text.to_owned()] };
    let at = text[..end].rfind(' ').filter(|at| *at > end / 3).unwrap_or(end);
    vec![text[..at].to_owned(), cut(text[at..].trim_start(), WIDEST)]
}
