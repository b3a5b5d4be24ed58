//! Vectors of equally many numbers.

/// Vectors, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Vectors {
    dimension: usize,
    values: Vec<f32>,
}

impl Vectors {
    /// `values` holds whole vectors of `dimension` numbers each.
    pub(crate) fn new(dimension: usize, values: Vec<f32>) -> Self {
        debug_assert!(dimension > 0 && values.len().is_multiple_of(dimension));
        Self { dimension, values }
    }

    /// All of several, which have `dimension` numbers a vector.
    pub(crate) fn joined(dimension: usize, parts: Vec<Self>) -> Self {
        Self::new(dimension, parts.into_iter().flat_map(|part| part.values).collect())
    }

    /// Those of these places, in this order.
    pub(crate) fn picked(&self, places: impl ExactSizeIterator<Item = usize>) -> Self {
        let mut values = Vec::with_capacity(places.len() * self.dimension);
        for place in places {
            values.extend_from_slice(self.row(place));
        }
        Self::new(self.dimension, values)
    }

    /// How many numbers a vector has.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.values.len() / self.dimension
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// One of them.
    pub fn row(&self, place: usize) -> &[f32] {
        &self.values[place * self.dimension..(place + 1) * self.dimension]
    }

    /// All of them.
    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.dimension)
    }

    pub(crate) fn rows_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.values.chunks_exact_mut(self.dimension)
    }

    /// Their numbers, one vector after the other.
    pub fn into_values(self) -> Vec<f32> {
        self.values
    }
}

/// Makes the length of a vector one; one of zeros stays as it is.
pub(crate) fn normalize(vector: &mut [f32]) {
    let length = vector.iter().map(|value| f64::from(*value) * f64::from(*value)).sum::<f64>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|value| *value = (f64::from(*value) / length) as f32);
    }
}
