//! What the columns of a table add to the scores of its rows.

use std::collections::HashMap;
use std::sync::Arc;

/// Contributions of columns to scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// The columns that add something.
    pub columns: Vec<Arc<str>>,
    /// Row by row, within a row score by score, within a score column by column.
    pub values: Vec<f64>,
    /// What the contributions of a row are added to, for each score: the mean over the rows of the training.
    pub base: Vec<f64>,
}

impl Explained {
    /// The same by the columns that others were made of: their contributions are added up.
    #[must_use]
    pub(crate) fn by_source(self, source: impl Fn(&str) -> Arc<str>) -> Self {
        let sources: Vec<Arc<str>> = self.columns.iter().map(|column| source(column)).collect();
        let (columns, places) = merged(&sources);
        let width = self.columns.len().max(1);
        let mut values = Vec::with_capacity(self.values.len() / width * columns.len());
        for scores in self.values.chunks_exact(width) {
            let start = values.len();
            values.resize(start + columns.len(), 0.0);
            for (value, place) in scores.iter().zip(&places) {
                values[start + place] += value;
            }
        }
        Self { columns, values, base: self.base }
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> usize {
        self.values.len() / (self.columns.len() * self.base.len()).max(1)
    }
}

/// Each name once, in order of first appearance, and the place of each name among them.
pub(crate) fn merged(names: &[Arc<str>]) -> (Vec<Arc<str>>, Vec<usize>) {
    let mut known: HashMap<Arc<str>, usize> = HashMap::new();
    let mut once = Vec::new();
    let places = names.iter().map(|name| {
        *known.entry(Arc::clone(name)).or_insert_with(|| {
            once.push(Arc::clone(name));
            once.len() - 1
        })
    });
    let places = places.collect();
    (once, places)
}
