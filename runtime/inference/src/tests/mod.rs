//! The models of `models/`, which `models/make.py` made, run as they must.

mod library;
mod pictures;
mod session;
mod text;

use std::path::{Path, PathBuf};

use crate::Runtime;

/// The library that `gmlc setup onnxruntime` fetched, or the one of `GML_ONNXRUNTIME`.
fn runtime() -> Runtime {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let place = from("GML_ONNXRUNTIME")
        .or_else(|| from("GML_LIBRARIES"))
        .or_else(|| from("XDG_CACHE_HOME").map(|cache| cache.join("gml")))
        .or_else(|| from("HOME").map(|home| home.join(".cache/gml")))
        .expect("a home folder");
    Runtime::open(&place).expect("the library of ONNX Runtime: `gmlc setup onnxruntime` fetches it")
}

fn models() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/models"))
}

/// Whether the numbers are those, up to `most`.
fn near(found: &[f32], expected: &serde_json::Value, most: f64) {
    let expected = expected.as_array().expect("numbers");
    assert_eq!(found.len(), expected.len());
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        let expected = expected.as_f64().expect("a number");
        let off = (f64::from(*found) - expected).abs();
        assert!(off <= most, "number {place} is {found} instead of {expected}");
    }
}
