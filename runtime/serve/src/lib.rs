//! Serving a saved model: requests over HTTP, and rows of streams, are read with the model's signature, scored together, and answered.
//!
//! What lives here: the server, the forms of requests and answers, the checks of rows against a signature, batches, streams, and
//! changing to a new version of the model. What does not: how a model scores (`gml-operators`), and the command line.

mod answer;
mod batch;
mod http;
mod measures;
mod model;
mod openapi;
mod options;
mod page;
mod place;
mod refusal;
mod reload;
mod request;
mod rows;
mod signature;
mod stream;
#[cfg(test)]
mod tests;

pub use http::{Bound, Ended, bind};
pub use model::Model;
pub use options::{Limits, Options, Token};
pub use place::Place;
pub use stream::{Address, Streams};
