//! Graphs as a picture: layers from top to bottom, a card on every edge with the schema of what flows.

mod card;
mod draw;
mod layers;
mod order;
mod place;

use crate::model::Graph;

/// The graphs one below the other as an SVG document of its own, in light and dark; ends with a line break.
pub fn svg(graphs: &[Graph]) -> String {
    let pictures: Vec<draw::Picture> = graphs
        .iter()
        .map(|graph| {
            let cards = card::cards(graph);
            let layers = layers::layers(graph, &cards);
            let placed = place::place(&layers);
            draw::picture(graph, &cards, &layers, &placed)
        })
        .collect();
    draw::document(&pictures)
}
