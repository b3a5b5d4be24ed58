//! Datasets in files: what is read, what is refused, what is written.

mod artifacts;
mod csv;
mod infer;
mod jsonl;
mod parquet;
mod roundtrip;
mod rules;
mod support;
