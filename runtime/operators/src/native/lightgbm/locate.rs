//! Where the library lies, and opening it once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use gml_connect::Fault;

use super::ffi::Api;

/// The version whose C interface is bound here.
pub const VERSION: &str = "4.7.0";

/// The variable that names a library of the user's own.
const VARIABLE: &str = "GML_LIGHTGBM";

/// The file name of the library on this platform.
pub const fn library_file() -> &'static str {
    if cfg!(target_os = "macos") {
        "lib_lightgbm.dylib"
    } else if cfg!(windows) {
        "lib_lightgbm.dll"
    } else {
        "lib_lightgbm.so"
    }
}

/// The library at or under `place`: the file itself, the folder that `gmlc setup` fills (`lightgbm-4.7.0/`), a folder
/// that holds the library, or one that holds the Python package `lightgbm` (site-packages).
pub fn lightgbm_in(place: &Path) -> Option<PathBuf> {
    let file = library_file();
    let folder = format!("lightgbm-{VERSION}");
    [place.to_path_buf(), place.join(folder).join(file), place.join(file), place.join("lightgbm/lib").join(file)]
        .into_iter()
        .find(|candidate| candidate.is_file())
}

/// The library that a run uses: what `GML_LIGHTGBM` names, else that of the folder of libraries.
pub fn place(libraries: &Path) -> PathBuf {
    crate::native::place(VARIABLE, libraries)
}

/// The opened library.
#[derive(Clone)]
pub struct LightGbm {
    pub(super) api: Arc<Api>,
}

/// A library is never closed again: closing one whose worker threads still run ends the process.
static OPENED: Mutex<BTreeMap<PathBuf, Arc<Api>>> = Mutex::new(BTreeMap::new());

impl LightGbm {
    /// Opens the library that [`lightgbm_in`] finds.
    ///
    /// # Errors
    /// GML0911 where there is none, it is not LightGBM's, or a library that it needs is missing.
    pub fn open(place: &Path) -> Result<Self, Fault> {
        let path = lightgbm_in(place).ok_or_else(|| {
            Fault::new("GML0911", format!("boosted trees need the library LightGBM {VERSION}, and it is not there"))
                .at(place.display())
                .help("run `gmlc setup`, which fetches it once; or set GML_LIGHTGBM to the path of the library")
        })?;
        let path = path.canonicalize().unwrap_or(path);
        let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(api) = opened.get(&path) {
            return Ok(Self { api: Arc::clone(api) });
        }
        let api = Api::open(&path).map_err(|text| cannot_open(&path, &text))?;
        opened.insert(path, Arc::clone(&api));
        Ok(Self { api })
    }
}

/// The loader's text, and what to install where it names the OpenMP runtime that LightGBM stands on.
fn cannot_open(path: &Path, text: &str) -> Fault {
    let fault = Fault::new("GML0911", "the library LightGBM cannot be loaded").at(path.display()).detail(text);
    if text.contains("libgomp") {
        fault.help("it needs the OpenMP runtime libgomp.so.1: `apt install libgomp1`")
    } else if text.contains("libomp") {
        fault.help("it needs the OpenMP runtime libomp: `brew install libomp`")
    } else if crate::native::named(VARIABLE).is_some() {
        fault
            .help(format!("let {VARIABLE} name a library of LightGBM {VERSION}, or leave it out: then that is fetched"))
    } else {
        fault.help(format!("remove the file and run `gmlc setup`, which fetches LightGBM {VERSION} anew"))
    }
}
