//! One vector of those of the tokens.

use ndarray::ArrayView2;

/// How the vectors of a text's tokens become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// Their mean.
    Mean,
    /// That of the first token.
    Cls,
    /// The largest of each number.
    Max,
}

impl Pooling {
    /// Writes the vector of a text, whose tokens are the rows, into `into`.
    pub(crate) fn pool(self, tokens: ArrayView2<'_, f32>, into: &mut [f32]) {
        match self {
            Self::Cls => into.iter_mut().zip(tokens.row(0)).for_each(|(into, value)| *into = *value),
            Self::Max => {
                into.fill(f32::NEG_INFINITY);
                for token in tokens.rows() {
                    into.iter_mut().zip(token).for_each(|(into, value)| *into = into.max(*value));
                }
            }
            Self::Mean => {
                into.fill(0.0);
                for token in tokens.rows() {
                    into.iter_mut().zip(token).for_each(|(into, value)| *into += *value);
                }
                let count = tokens.nrows() as f32;
                into.iter_mut().for_each(|value| *value /= count);
            }
        }
    }
}
