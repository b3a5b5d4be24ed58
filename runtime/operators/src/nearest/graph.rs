//! An index of many points: graphs in layers (HNSW, Malkov and Yashunin 2018).
//!
//! Points are put into several graphs, one thread each, in their order: so that what is found does not depend on how many threads
//! there are. Each is asked, and the exact distance decides among what they find.

use hnsw_rs::prelude::{DistL2, Hnsw};
use rayon::prelude::*;

use super::metric::{Metric, Prepared};
use crate::learn::in_pool;

/// Points of one graph.
const POINTS: usize = 100_000;

/// Edges of a point.
const EDGES: usize = 24;

/// Points that are looked at for the edges of a new one.
const BUILDING: usize = 200;

/// Points that are looked at to answer, at least, and for each that is asked for.
const ASKING: (usize, usize) = (128, 4);

const LAYERS: usize = 16;

pub(super) fn neighbours(points: &Prepared, places: &[usize], k: usize, threads: usize) -> Vec<Vec<usize>> {
    with_graphs_of(POINTS, points, places, k, threads)
}

/// As [`neighbours`], with graphs of at most so many points.
pub(super) fn with_graphs_of(
    most: usize,
    points: &Prepared,
    places: &[usize],
    k: usize,
    threads: usize,
) -> Vec<Vec<usize>> {
    let turned = Turned::new(points);
    let count = points.len();
    let graphs = count.div_ceil(most).max(1);
    // Of even sizes, so that no thread is left with the largest.
    let starts: Vec<usize> = (0..=graphs).map(|graph| graph * count / graphs).collect();
    in_pool(threads, || {
        let graphs: Vec<Hnsw<'_, f32, DistL2>> = starts
            .par_windows(2)
            .map(|bounds| {
                let graph = Hnsw::new(EDGES, bounds[1] - bounds[0], LAYERS, BUILDING, DistL2 {});
                (bounds[0]..bounds[1]).for_each(|place| graph.insert((turned.held(points, place).as_slice(), place)));
                graph
            })
            .collect();
        let asking = ASKING.0.max(ASKING.1 * k);
        places
            .par_iter()
            .map(|place| {
                let asked = turned.asked(points, *place);
                let found = graphs.iter().flat_map(|graph| graph.search(&asked, k + 1, asking));
                points.ranked(*place, found.map(|found| found.get_origin_id()), k)
            })
            .collect()
    })
}

/// Points for which the line between them tells what is near. That of the largest product is the nearest one where each point
/// has one number more that brings all to the same length (Bachrach et al. 2014).
struct Turned {
    /// The square of the largest length; nothing where points are as they are.
    longest: Option<f64>,
}

impl Turned {
    fn new(points: &Prepared) -> Self {
        let squares = || (0..points.len()).map(|place| square(points.point(place)));
        Self { longest: (points.metric == Metric::Dot).then(|| squares().fold(0.0, f64::max)) }
    }

    fn held(&self, points: &Prepared, place: usize) -> Vec<f32> {
        let mut point = points.point(place).to_vec();
        point.extend(self.longest.map(|longest| (longest - square(points.point(place))).max(0.0).sqrt() as f32));
        point
    }

    fn asked(&self, points: &Prepared, place: usize) -> Vec<f32> {
        let mut point = points.point(place).to_vec();
        point.extend(self.longest.map(|_| 0.0));
        point
    }
}

fn square(point: &[f32]) -> f64 {
    point.iter().map(|number| f64::from(*number).powi(2)).sum()
}
