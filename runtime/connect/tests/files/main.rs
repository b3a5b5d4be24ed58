//! Datasets in files: what is read, what is refused, what is written.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod artifacts;
mod csv;
mod headers;
mod infer;
mod jsonl;
mod parquet;
mod pushed;
mod roundtrip;
mod rules;
mod scans;
mod support;
