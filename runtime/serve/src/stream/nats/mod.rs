//! Streams of NATS: a durable consumer of `JetStream` is pulled from, and scores are published to a subject that a stream keeps.
//!
//! The server knows what was acknowledged, so nothing is kept here. What a consumer had read that ended comes again when it was silent for
//! long enough. What it had written by then is dropped by the server, which knows it by the sequence of its row.

mod link;
mod rows;
mod scores;
mod streams;

pub(super) use rows::Rows;
pub(super) use scores::Scores;
