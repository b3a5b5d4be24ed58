//! What is near.

use gml_connect::Fault;

use crate::embed::Points;

/// How far two vectors are from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Metric {
    /// By the angle between them.
    Cosine,
    /// By the line between them.
    Euclidean,
    /// The larger the product, the nearer.
    Dot,
}

impl Metric {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "cosine" => Self::Cosine,
            "euclidean" => Self::Euclidean,
            "dot" => Self::Dot,
            _ => return None,
        })
    }
}

/// Vectors, ready to be compared: those of cosine have the length one.
pub(crate) struct Prepared {
    pub(super) metric: Metric,
    pub(super) width: usize,
    pub(super) numbers: Vec<f32>,
    /// Half the square of the length of each, for the line between two; nothing for the others.
    pub(super) halves: Vec<f32>,
}

impl Prepared {
    /// The vectors for a way to compare them.
    ///
    /// # Errors
    /// GML0944 where a vector holds something that is no number, or has no direction where that counts.
    pub(crate) fn new(metric: Metric, points: Points) -> Result<Self, Fault> {
        let Points { width, rows, mut numbers } = points;
        let row_of = |number: usize| rows.get(number / width.max(1)).map_or(0, |row| row + 1);
        if let Some(place) = numbers.iter().position(|number| !number.is_finite()) {
            return Err(Fault::new(
                "GML0944",
                format!("the vector of row {} holds {}, which is near to nothing", row_of(place), numbers[place]),
            )
            .help("see where the vectors come from, or leave such rows out of `within`"));
        }
        if metric == Metric::Cosine {
            for (place, vector) in numbers.chunks_exact_mut(width.max(1)).enumerate() {
                let length = vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt();
                if length == 0.0 {
                    return Err(Fault::new(
                        "GML0944",
                        format!("the vector of row {} is all zeros, and has no direction", row_of(place * width)),
                    )
                    .help("leave such rows out of `within`, or take `distance: euclidean`"));
                }
                vector.iter_mut().for_each(|number| *number = (f64::from(*number) / length) as f32);
            }
        }
        let halves = match metric {
            Metric::Euclidean => {
                let half = |vector: &[f32]| vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>() / 2.0;
                numbers.chunks_exact(width.max(1)).map(|vector| half(vector) as f32).collect()
            }
            Metric::Cosine | Metric::Dot => Vec::new(),
        };
        Ok(Self { metric, width, numbers, halves })
    }

    pub(crate) fn len(&self) -> usize {
        self.numbers.len() / self.width.max(1)
    }

    pub(super) fn point(&self, place: usize) -> &[f32] {
        &self.numbers[place * self.width..(place + 1) * self.width]
    }

    /// How far two points are from each other, to the last bit the same whichever way they were found; smaller is nearer.
    pub(super) fn distance(&self, a: usize, b: usize) -> f64 {
        let pairs = self.point(a).iter().zip(self.point(b)).map(|(a, b)| (f64::from(*a), f64::from(*b)));
        match self.metric {
            Metric::Euclidean => pairs.map(|(a, b)| (a - b).powi(2)).sum(),
            Metric::Cosine | Metric::Dot => -pairs.map(|(a, b)| a * b).sum::<f64>(),
        }
    }

    /// The `k` nearest of `found` to a point, by their exact distances, of equal ones the first.
    pub(super) fn ranked(&self, place: usize, found: impl Iterator<Item = usize>, k: usize) -> Vec<usize> {
        let mut measured: Vec<(f64, usize)> =
            found.filter(|other| *other != place).map(|other| (self.distance(place, other), other)).collect();
        measured.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        measured.truncate(k);
        measured.into_iter().map(|(_, other)| other).collect()
    }
}
