//! `gmlc setup`

use std::path::PathBuf;

use clap::ValueEnum;
use gml_connect::Fault;
use gml_operators::native::setup::{LIGHTGBM, ONNXRUNTIME, ONNXRUNTIME_CUDA, Package, fetch};

use crate::exit::Exit;
use crate::{libraries, output};

/// A library that can be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Library {
    /// For boosted trees.
    Lightgbm,
    /// For models in ONNX form.
    Onnxruntime,
    /// For files of DuckDB.
    Duckdb,
}

/// Fetches native libraries: the one that is named, or those that most projects need.
pub fn setup(library: Option<Library>, cuda: bool) -> Exit {
    if cuda && library != Some(Library::Onnxruntime) {
        output::error_line("--cuda is for ONNX Runtime: gmlc setup onnxruntime --cuda");
        return Exit::Usage;
    }
    let fetched = match library {
        None => packages(&[&LIGHTGBM, &ONNXRUNTIME]),
        Some(Library::Lightgbm) => packages(&[&LIGHTGBM]),
        Some(Library::Onnxruntime) if cuda => packages(&[&ONNXRUNTIME_CUDA]),
        Some(Library::Onnxruntime) => packages(&[&ONNXRUNTIME]),
        Some(Library::Duckdb) => {
            gml_connect::fetch_duckdb(&mut |text| output::error_line(text)).map(|path| told("DuckDB", path))
        }
    };
    if let Err(fault) = fetched {
        output::fault(&fault);
        return Exit::RunFailed;
    }
    if cuda {
        output::error_line(
            "it runs where an NVIDIA driver, CUDA 13 and cuDNN 9 are; where they are not, models say so",
        );
    }
    Exit::Done
}

fn packages(packages: &[&Package]) -> Result<(), Fault> {
    for package in packages {
        let path = fetch(package, &package.place(&libraries::folder()), &mut |text| output::error_line(text))?;
        told(package.title, path);
    }
    Ok(())
}

fn told(title: &str, path: PathBuf) {
    output::line(format!("{title}: {}", path.display()));
}
