//! Coordinates: layers one below the other, each item as near to what it is joined with as its neighbours allow.

use super::layers::{Item, Layers};

/// Between two items of a layer.
const GAP: f64 = 22.0;
/// Between two layers.
const LAYER_GAP: f64 = 20.0;
/// Around everything.
pub(super) const MARGIN: f64 = 16.0;
/// Passes over the layers; lines are straight as far as they can be by then.
const PASSES: usize = 24;

/// Where everything is.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// The middle of each item.
    pub x: Vec<f64>,
    /// Its upper edge.
    pub y: Vec<f64>,
    pub width: f64,
    pub height: f64,
}

/// Places the items of all layers.
pub(super) fn place(layers: &Layers) -> Placed {
    let mut x = vec![0.0; layers.items.len()];
    let mut joined = vec![Vec::new(); layers.items.len()];
    for (upper, lower) in &layers.links {
        joined[*upper].push(*lower);
        joined[*lower].push(*upper);
    }
    for layer in &layers.layers {
        spread(layers, layer, &mut x, |_, _| 0.0);
    }
    for pass in 0..PASSES {
        let numbers: Vec<usize> =
            if pass % 2 == 0 { (0..layers.layers.len()).collect() } else { (0..layers.layers.len()).rev().collect() };
        for number in numbers {
            spread(layers, &layers.layers[number], &mut x, |item, x| {
                let near = &joined[item];
                let sum: f64 = near.iter().map(|other| x[*other]).sum();
                if near.is_empty() { x[item] } else { sum / near.len() as f64 }
            });
        }
    }
    let half = |item: usize| layers.sizes[item].0 / 2.0;
    let left = (0..x.len()).map(|item| x[item] - half(item)).fold(f64::INFINITY, f64::min);
    x.iter_mut().for_each(|x| *x += MARGIN - left);
    let right = (0..x.len()).map(|item| x[item] + half(item)).fold(0.0, f64::max);
    let (y, height) = heights(layers);
    Placed { x, y, width: right + MARGIN, height }
}

/// Puts the items of a layer where they want to be, as far as they do not overlap: least squares under an order, by
/// pooling adjacent violators (Ayer et al. 1955).
fn spread(layers: &Layers, layer: &[usize], x: &mut [f64], wanted: impl Fn(usize, &[f64]) -> f64) {
    let mut offset = 0.0;
    let mut offsets = Vec::with_capacity(layer.len());
    // Each pool: its mean, and how many items are in it.
    let mut pools: Vec<(f64, f64)> = Vec::new();
    for (place, item) in layer.iter().enumerate() {
        if place > 0 {
            offset += (layers.sizes[layer[place - 1]].0 + layers.sizes[*item].0) / 2.0 + GAP;
        }
        offsets.push(offset);
        let mut pool = (wanted(*item, x) - offset, 1.0);
        while let Some(last) = pools.last().filter(|last| last.0 > pool.0).copied() {
            pools.pop();
            pool = ((last.0 * last.1 + pool.0 * pool.1) / (last.1 + pool.1), last.1 + pool.1);
        }
        pools.push(pool);
    }
    let means = pools.iter().flat_map(|(mean, count)| std::iter::repeat_n(*mean, *count as usize));
    for ((item, offset), mean) in layer.iter().zip(offsets).zip(means) {
        x[*item] = mean + offset;
    }
}

/// The upper edges, and the height of all.
fn heights(layers: &Layers) -> (Vec<f64>, f64) {
    let mut y = vec![0.0; layers.items.len()];
    let mut top = MARGIN;
    for layer in &layers.layers {
        let tallest = layer.iter().map(|item| layers.sizes[*item].1).fold(0.0, f64::max);
        for item in layer {
            // Cards of edges hang at the bottom of their layer, above what they flow into.
            let slack = tallest - layers.sizes[*item].1;
            y[*item] = top + if layers.items[*item] == Item::Bend { 0.0 } else { slack / 2.0 };
        }
        top += tallest + LAYER_GAP;
    }
    (y, top - LAYER_GAP + MARGIN)
}
