//! ONNX Runtime: which library a run takes, and what goes wrong with models as faults.

use std::path::{Path, PathBuf};

use gml_connect::Fault;
use gml_inference::{Kind, Runtime};

/// The variable that names a library of the user's own.
pub const VARIABLE: &str = "GML_ONNXRUNTIME";

/// The library that a run uses.
///
/// # Errors
/// GML0911 where there is none or it cannot be loaded.
pub fn open(libraries: &Path) -> Result<Runtime, Fault> {
    Runtime::open(&place(libraries)).map_err(fault)
}

/// Where it is looked for: what [`VARIABLE`] names, else the folder of libraries.
pub fn place(libraries: &Path) -> PathBuf {
    super::place(VARIABLE, libraries)
}

/// Tries whether a library can be used.
pub(super) fn try_open(library: &Path) -> Result<(), Fault> {
    Runtime::open(library).map(drop).map_err(fault)
}

/// What went wrong with a model, in the form of all faults.
pub(crate) fn fault(fault: gml_inference::Fault) -> Fault {
    let code = match fault.kind {
        Kind::Library => "GML0911",
        Kind::Device => "GML0941",
        Kind::Missing => "GML0901",
        Kind::Model | Kind::Input => "GML0940",
        Kind::Run => "GML0942",
        Kind::Picture => "GML0943",
    };
    let mut made = Fault::new(code, fault.message);
    made.place = fault.place;
    made.details.extend(fault.detail);
    let anew = || "bring the picture anew, or leave out such rows before".to_owned();
    made.help = fault.help.or_else(|| (fault.kind == Kind::Picture).then(anew));
    made
}
