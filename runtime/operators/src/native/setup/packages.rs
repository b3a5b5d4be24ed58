//! The libraries that are fetched, as Python packages whose versions and checksums are pinned.

use std::fs;
use std::path::{Path, PathBuf};

use gml_connect::Fault;
use gml_inference::{CUDA_VERSION, VERSION as ONNX_VERSION, library_in};

use crate::native::lightgbm::{LightGbm, VERSION as LIGHTGBM_VERSION, library_file, lightgbm_in};
use crate::native::onnxruntime;

/// A native library in a Python package.
#[derive(Debug)]
pub struct Package {
    /// What people call it.
    pub title: &'static str,
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) megabytes: u32,
    /// SHA-256 of its wheels, as published.
    pub(super) wheels: &'static [(&'static str, &'static str)],
    /// What pip is told so that it takes one of those.
    pub(super) choice: &'static [&'static str],
    /// The folder of the wheel in which the libraries are.
    pub(super) within: &'static str,
    /// How the names of the files begin that are kept; the main one is the shortest in front of its version.
    pub(super) files: &'static [&'static str],
    /// The variable that names a library of the user's own.
    pub(super) variable: &'static str,
    /// The command that fetches it.
    pub(super) command: &'static str,
    /// The library at a place that is not fetched anew.
    pub(super) own: fn(&Path) -> Option<PathBuf>,
    /// A library at a place that can do what this one does.
    pub(super) found: fn(&Path) -> Option<PathBuf>,
    /// Tries whether it can be used.
    pub(super) open: fn(&Path) -> Result<(), Fault>,
}

impl Package {
    /// Where it is looked for and fetched to: what its variable names, else the folder of libraries.
    pub fn place(&self, libraries: &Path) -> PathBuf {
        crate::native::place(self.variable, libraries)
    }

    /// The library that is at a place already.
    pub fn found(&self, place: &Path) -> Option<PathBuf> {
        (self.found)(place)
    }

    /// The folder of its own in the folder of libraries.
    pub(super) fn folder(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }

    /// The library itself, for messages.
    pub(super) fn file(&self) -> &'static str {
        self.files.first().copied().unwrap_or(self.name)
    }

    /// The files in a folder that are kept, by name.
    pub(super) fn files_in(&self, folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut kept: Vec<String> =
            names.filter(|name| self.files.iter().any(|start| name.starts_with(start))).collect();
        kept.sort();
        kept
    }

    /// Whether a file is the library that is opened, not one that it opens by itself.
    pub(super) fn is_main(&self, file: &str) -> bool {
        file.strip_prefix(self.file()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// Megabytes that fetching needs: the package, and what is in it.
    pub(super) fn room(&self) -> u32 {
        (self.megabytes * 4).next_multiple_of(50)
    }
}

/// LightGBM, for boosted trees.
pub const LIGHTGBM: Package = Package {
    title: "LightGBM",
    name: "lightgbm",
    version: LIGHTGBM_VERSION,
    megabytes: 9,
    wheels: &[
        (
            "lightgbm-4.7.0-py3-none-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
            "d23e922acd891e77212e4d0fbcee9ba973c96dee479491341d05ba595357ebb7",
        ),
        (
            "lightgbm-4.7.0-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl",
            "d4529acec5c6fefe4768302a529707d0ead90f6a6f42df694b856212e09695b8",
        ),
        (
            "lightgbm-4.7.0-py3-none-macosx_10_15_x86_64.whl",
            "dfc1cfe8e760387be1e7ba7a214688be21fdff96e4ed9749188f83e1877c2477",
        ),
        (
            "lightgbm-4.7.0-py3-none-macosx_12_0_arm64.whl",
            "129535462686f274df179133643118c5c5c5667167fe6c3a28d955f0b3c8e868",
        ),
    ],
    choice: &[],
    within: "lightgbm/lib",
    files: &[library_file()],
    variable: "GML_LIGHTGBM",
    command: "gmlc setup lightgbm",
    own: lightgbm_in,
    found: lightgbm_in,
    open: |library| LightGbm::open(library).map(drop),
};

/// The wheels hold a module for one version of Python and the library, which does not depend on it: the same one is taken
/// whichever Python fetches it.
const ANY_PYTHON: &[&str] = &["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"];

const ONNX_FILES: &[&str] = if cfg!(target_os = "macos") {
    &["libonnxruntime", "libonnxruntime_providers_shared"]
} else {
    &["libonnxruntime.so", "libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so"]
};

/// ONNX Runtime for the processor.
pub const ONNXRUNTIME: Package = Package {
    title: "ONNX Runtime",
    name: "onnxruntime",
    version: ONNX_VERSION,
    megabytes: 28,
    wheels: &[
        (
            "onnxruntime-1.32.0-cp311-cp311-manylinux_2_28_x86_64.whl",
            "5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d",
        ),
        (
            "onnxruntime-1.32.0-cp311-cp311-manylinux_2_28_aarch64.whl",
            "2303372a85299b6757b0e11e1cbf13e410ddf7e10c37f4b37e99d1c90e7daf7c",
        ),
        (
            "onnxruntime-1.32.0-cp311-cp311-macosx_14_0_arm64.whl",
            "366b9e53d07812cc5c92822cecf7563b76a8a0f32ba3bb8dd232a206ac3bcb6c",
        ),
    ],
    choice: ANY_PYTHON,
    within: "onnxruntime/capi",
    files: ONNX_FILES,
    variable: onnxruntime::VARIABLE,
    command: "gmlc setup onnxruntime",
    own: own_onnxruntime,
    found: library_in,
    open: onnxruntime::try_open,
};

/// ONNX Runtime for NVIDIA GPUs.
pub const ONNXRUNTIME_CUDA: Package = Package {
    title: "ONNX Runtime for CUDA",
    name: "onnxruntime-gpu",
    version: CUDA_VERSION,
    megabytes: 256,
    wheels: &[
        (
            "onnxruntime_gpu-1.31.1-cp311-cp311-manylinux_2_28_x86_64.whl",
            "e26c475fe361b2015f45b4b824bd13f0bb20204e59b62814e6f0acd5f3d491a6",
        ),
        (
            "onnxruntime_gpu-1.31.1-cp311-cp311-manylinux_2_34_aarch64.whl",
            "dc878916611b8a816000ffedacc5f5988f77bb93bf9655ad20144ee3acb08e55",
        ),
    ],
    choice: ANY_PYTHON,
    within: "onnxruntime/capi",
    files: ONNX_FILES,
    variable: onnxruntime::VARIABLE,
    command: "gmlc setup onnxruntime --cuda",
    own: own_onnxruntime,
    found: library_in,
    open: onnxruntime::try_open,
};

/// A library of the user's own: not one of the two that are fetched, of which one does not stand in for the other when it is
/// asked for by name.
fn own_onnxruntime(place: &Path) -> Option<PathBuf> {
    let fetched = [format!("onnxruntime-{ONNX_VERSION}"), format!("onnxruntime-gpu-{CUDA_VERSION}")];
    library_in(place).filter(|library| {
        library.parent().is_none_or(|folder| fetched.iter().all(|fetched| !folder.ends_with(fetched)))
    })
}
