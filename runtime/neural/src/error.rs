//! What may go wrong.

use std::path::PathBuf;

/// Why a network was not trained, or is not used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was given does not fit together.
    #[error("{0}")]
    Data(String),
    /// There is nothing to learn from.
    #[error("no sequence has two items, so nothing follows anything: there is nothing to learn what comes next from")]
    NothingToLearn,
    /// There are no pictures to learn from.
    #[error("there is no picture to learn from")]
    NoPictures,
    /// The loss is no number any more.
    #[error("the loss is no number any more in step {step} of epoch {epoch}: the weights have grown without bound")]
    Diverged {
        /// From 1.
        epoch: usize,
        /// From 1.
        step: usize,
    },
    /// A checkpoint is not written or read.
    #[error("the checkpoint {} cannot be {verb}: {why}", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// `written` or `read`.
        verb: &'static str,
        /// What the system says.
        why: String,
    },
}
