//! Streams of Kafka: partitions of a topic are read, and scores are written to another topic.
//!
//! How far each partition was scored stands in a topic of its own, which is written after what is said of rows. Who reads which
//! partition is said by whoever starts consumers: groups of Kafka, which share partitions out by themselves, are not spoken.

mod fetching;
mod link;
mod offsets;
mod rows;
mod scores;

pub(super) use rows::Rows;
pub(super) use scores::Scores;
