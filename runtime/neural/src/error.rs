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
    /// A GPU is asked for, and this build cannot train on one.
    #[error("this build trains on the processor only, and `device` is cuda")]
    NoCuda,
    /// A GPU is asked for, and there is none.
    #[error("there is no NVIDIA GPU to train on: {0}")]
    NoGpu(String),
    /// What was computed on a device cannot be had.
    #[error("what was computed on the device cannot be read: {0}")]
    Device(String),
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
