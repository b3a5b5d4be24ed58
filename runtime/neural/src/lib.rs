//! Networks that tell what comes next in a sequence of items, and such that make vectors of pictures, trained here and written as
//! ONNX.
//!
//! ```text
//! Sequences ──Architecture, Schedule──▶ train ──▶ Model ──▶ onnx(): the file, scores()
//! ```
//!
//! What lives here: the networks, their gradients, the steps of their training, and their form in ONNX. What does not: tables, which
//! item a code stands for, what is recommended in the end (gml-operators), and running ONNX files (gml-inference).
//!
//! The last layer of all networks, the softmax over all items, is most of the work: its gradients are computed block by block
//! together with the step that they are for (`table`). What comes out depends on the seed and the data, and on nothing else: not on
//! the number of threads, not on whether the training was stopped and went on.
//!
//! With the feature `cuda`, networks are trained on an NVIDIA GPU by burn (`burn`), over the same passes (`matrix`): there sums are
//! rounded in another order.

#[cfg(feature = "burn")]
mod burn;
mod checkpoint;
mod device;
mod dgsr;
mod error;
mod gru4rec;
mod kernels;
mod layers;
mod learner;
mod matrix;
mod model;
mod network;
mod onnx;
pub mod pictures;
mod progress;
mod random;
mod sasrec;
mod sequences;
mod sr_gnn;
mod table;
mod tensor;
#[cfg(test)]
mod tests;
mod train;

pub use device::Device;
pub use dgsr::Dgsr;
pub use error::Error;
pub use gru4rec::Gru4Rec;
pub use model::{Architecture, Epoch, Judged, Model, Weight};
pub use onnx::{ITEMS, OPERATORS, SCORES};
pub use progress::Progress;
pub use sasrec::SasRec;
pub use sequences::Sequences;
pub use sr_gnn::{CLICKS, Extent, SrGnn};
pub use train::{Data, Schedule, train};
