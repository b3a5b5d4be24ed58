//! Graphs as a picture: layers from top to bottom, a card on every edge with the schema of what flows.

mod card;
mod draw;
mod layers;
mod order;
mod place;

use crate::model::Graph;
use card::Mode;

/// One graph as a picture that a page makes alive: each vertex and edge is a group with its place (`data-vertex`, `data-edge`)
/// that can be reached by the keyboard, each column has its name (`data-column`), and there is an empty line for the state
/// of a step (`state`) and for the rows that flow (`rows`).
pub fn live_svg(graph: &Graph) -> String {
    draw::document(&[picture(graph, Mode::Live)])
}

fn picture(graph: &Graph, mode: Mode) -> draw::Picture {
    let cards = card::cards(graph, mode);
    let layers = layers::layers(graph, &cards);
    let placed = place::place(&layers);
    draw::picture(graph, &cards, &layers, &placed, mode)
}

/// The graphs one below the other as an SVG document of its own, in light and dark; ends with a line break.
pub fn svg(graphs: &[Graph]) -> String {
    let pictures: Vec<draw::Picture> = graphs.iter().map(|graph| picture(graph, Mode::Still)).collect();
    draw::document(&pictures)
}
