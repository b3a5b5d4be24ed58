//! The order within layers: each item near the mean of what it is joined with, which leaves few crossings.

use super::layers::Layers;

/// Sweeps up and down; more bring nothing on graphs of this size.
const SWEEPS: usize = 12;

/// Orders the items of every layer.
pub(super) fn order(layers: &mut Layers) {
    let mut above = vec![Vec::new(); layers.items.len()];
    let mut below = vec![Vec::new(); layers.items.len()];
    for (upper, lower) in &layers.links {
        above[*lower].push(*upper);
        below[*upper].push(*lower);
    }
    let mut best = (crossings(layers), layers.layers.clone());
    for sweep in 0..SWEEPS {
        let places = 0..layers.layers.len();
        let order: Vec<usize> = if sweep % 2 == 0 { places.collect() } else { places.rev().collect() };
        let joined = if sweep % 2 == 0 { &above } else { &below };
        for layer in order {
            arrange(layers, layer, joined);
        }
        let now = crossings(layers);
        if now < best.0 {
            best = (now, layers.layers.clone());
        }
    }
    layers.layers = best.1;
}

fn arrange(layers: &mut Layers, layer: usize, joined: &[Vec<usize>]) {
    let places = places(layers);
    let mut keyed: Vec<(f64, usize)> = layers.layers[layer]
        .iter()
        .enumerate()
        .map(|(place, item)| {
            let near = &joined[*item];
            let sum: f64 = near.iter().map(|other| places[*other]).sum();
            (if near.is_empty() { place as f64 } else { sum / near.len() as f64 }, *item)
        })
        .collect();
    // Stable: equals stay as they are.
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    layers.layers[layer] = keyed.into_iter().map(|(_, item)| item).collect();
}

fn places(layers: &Layers) -> Vec<f64> {
    let mut places = vec![0.0; layers.items.len()];
    for layer in &layers.layers {
        for (place, item) in layer.iter().enumerate() {
            places[*item] = place as f64;
        }
    }
    places
}

/// How many pairs of lines cross.
fn crossings(layers: &Layers) -> usize {
    let places = places(layers);
    let mut layer_of = vec![0; layers.items.len()];
    for (number, layer) in layers.layers.iter().enumerate() {
        layer.iter().for_each(|item| layer_of[*item] = number);
    }
    let mut by_layer = vec![Vec::new(); layers.layers.len()];
    for (upper, lower) in &layers.links {
        by_layer[layer_of[*upper]].push((places[*upper], places[*lower]));
    }
    by_layer.iter().map(|lines| pairs_that_cross(lines)).sum()
}

fn pairs_that_cross(lines: &[(f64, f64)]) -> usize {
    let crossed = |(place, a): (usize, &(f64, f64))| {
        lines[place + 1..].iter().filter(|b| (a.0 - b.0) * (a.1 - b.1) < 0.0).count()
    };
    lines.iter().enumerate().map(crossed).sum()
}
