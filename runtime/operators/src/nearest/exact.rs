//! Looking at all points: products of blocks of them, the best of each block kept, and those measured exactly.

use ndarray::{ArrayView2, linalg::general_mat_mul};
use rayon::prelude::*;

use super::metric::Prepared;
use crate::learn::in_pool;

/// Points whose neighbours are looked for at once.
const ASKED: usize = 128;

/// Points that they are held against at once.
const HELD: usize = 2048;

/// How many more are kept than asked for: products are rounded, and the exact distance decides.
const MORE: usize = 16;

pub(super) fn neighbours(points: &Prepared, places: &[usize], k: usize, threads: usize) -> Vec<Vec<usize>> {
    in_pool(threads, || places.par_chunks(ASKED).flat_map_iter(|asked| block(points, asked, k)).collect())
}

fn block(points: &Prepared, asked: &[usize], k: usize) -> Vec<Vec<usize>> {
    let (width, count) = (points.width, points.len());
    let wanted = k.saturating_add(MORE + 1).min(count);
    let rows: Vec<f32> = asked.iter().flat_map(|place| points.point(*place).iter().copied()).collect();
    let mut best: Vec<Best> = asked.iter().map(|_| Best::new(wanted)).collect();
    let mut products = ndarray::Array2::<f32>::zeros((asked.len(), HELD));
    for start in (0..count).step_by(HELD) {
        let end = count.min(start + HELD);
        let held = &points.numbers[start * width..end * width];
        let (Ok(rows), Ok(held)) =
            (ArrayView2::from_shape((asked.len(), width), &rows), ArrayView2::from_shape((end - start, width), held))
        else {
            continue;
        };
        let mut products = products.slice_mut(ndarray::s![.., ..end - start]);
        general_mat_mul(1.0, &rows, &held.t(), 0.0, &mut products);
        for (products, best) in products.rows().into_iter().zip(&mut best) {
            for (place, product) in products.iter().enumerate() {
                let place = start + place;
                // Of the square of the line between them, half and without what is the same for all.
                let score = points.halves.get(place).map_or(*product, |half| product - half);
                best.see(score, place);
            }
        }
    }
    let ranked =
        |(place, best): (&usize, Best)| points.ranked(*place, best.kept.into_iter().map(|(_, place)| place), k);
    asked.iter().zip(best).map(ranked).collect()
}

/// The largest scores so far.
struct Best {
    wanted: usize,
    kept: Vec<(f32, usize)>,
    /// What a score must be above once there are enough.
    least: f32,
}

impl Best {
    fn new(wanted: usize) -> Self {
        Self { wanted, kept: Vec::with_capacity(2 * wanted), least: f32::NEG_INFINITY }
    }

    fn see(&mut self, score: f32, place: usize) {
        if score > self.least || self.kept.len() < self.wanted {
            self.kept.push((score, place));
            if self.kept.len() >= 2 * self.wanted {
                self.shrink();
            }
        }
    }

    /// Leaves the best, of equal ones the first.
    fn shrink(&mut self) {
        self.kept.select_nth_unstable_by(self.wanted - 1, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        self.kept.truncate(self.wanted);
        self.least = self.kept[self.wanted - 1].0;
    }
}
