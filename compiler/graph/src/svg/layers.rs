//! Layers: each vertex below all that it uses, each card of an edge between its ends (Sugiyama, Tagawa and Toda 1981).

use super::card::Card;
use super::order;
use crate::model::Graph;

/// What has a place in a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// The card of that place.
    Card(usize),
    /// A line passes through.
    Bend,
}

/// Items in layers.
#[derive(Clone, Debug, Default)]
pub(super) struct Layers {
    /// All items.
    pub items: Vec<Item>,
    /// Width and height of each.
    pub sizes: Vec<(f64, f64)>,
    /// The items of each layer, from left to right.
    pub layers: Vec<Vec<usize>>,
    /// Items that are joined by a line: the upper and the lower one, in adjacent layers.
    pub links: Vec<(usize, usize)>,
    /// The items along each edge of the graph, from above.
    pub paths: Vec<Vec<usize>>,
}

/// Puts the cards of a graph in layers.
pub(super) fn layers(graph: &Graph, cards: &[Card]) -> Layers {
    let depths = depths(graph);
    let mut layers = Layers::default();
    for (place, depth) in depths.iter().enumerate() {
        layers.add(Item::Card(place), (cards[place].width, cards[place].height), 2 * depth);
    }
    for (place, edge) in graph.edges.iter().enumerate() {
        let (top, bottom) = (2 * depths[edge.from], 2 * depths[edge.to]);
        let label = graph.vertices.len() + place;
        let mut path = vec![edge.from];
        // The card stands right above its target, where it explains what arrives.
        for layer in top + 1..bottom.max(top + 1) {
            let is_label = layer + 1 == bottom;
            let (item, size) = if is_label {
                (Item::Card(label), (cards[label].width, cards[label].height))
            } else {
                (Item::Bend, (6.0, 0.0))
            };
            path.push(layers.add(item, size, layer));
        }
        path.push(edge.to);
        layers.links.extend(path.windows(2).map(|pair| (pair[0], pair[1])));
        layers.paths.push(path);
    }
    order::order(&mut layers);
    layers
}

impl Layers {
    fn add(&mut self, item: Item, size: (f64, f64), layer: usize) -> usize {
        let place = self.items.len();
        self.items.push(item);
        self.sizes.push(size);
        if self.layers.len() <= layer {
            self.layers.resize_with(layer + 1, Vec::new);
        }
        self.layers[layer].push(place);
        place
    }
}

/// The longest way to each vertex from one that uses nothing, in edges. Edges that close a circle do not count: a pipeline
/// may read what another one writes.
fn depths(graph: &Graph) -> Vec<usize> {
    let mut depths = vec![0; graph.vertices.len()];
    for _ in 0..graph.vertices.len() {
        let mut changed = false;
        for edge in &graph.edges {
            let due = depths[edge.from] + 1;
            if due > depths[edge.to] && due < graph.vertices.len() {
                depths[edge.to] = due;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    depths
}
