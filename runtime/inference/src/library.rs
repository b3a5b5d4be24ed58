//! Where ONNX Runtime lies, and opening it once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ort::environment::Environment;

use crate::error::{Fault, Kind};

/// The version for the CPU that `gmlc setup onnxruntime` fetches.
pub const VERSION: &str = "1.32.0";

/// The version for CUDA that `gmlc setup onnxruntime --cuda` fetches.
pub const CUDA_VERSION: &str = "1.31.1";

/// Where a model runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// On the processor.
    #[default]
    Cpu,
    /// On an NVIDIA GPU.
    Cuda,
}

/// The library at or under `place`: the file itself, a folder that `gmlc setup` fills (the one for CUDA first: it serves the
/// processor too), a folder that holds the library, or one that holds the Python package `onnxruntime` (site-packages).
pub fn library_in(place: &Path) -> Option<PathBuf> {
    if place.is_file() {
        return Some(place.to_path_buf());
    }
    let folders = [
        place.join(format!("onnxruntime-gpu-{CUDA_VERSION}")),
        place.join(format!("onnxruntime-{VERSION}")),
        place.to_path_buf(),
        place.join("onnxruntime/capi"),
    ];
    folders.iter().find_map(|folder| in_folder(folder))
}

/// The library in `folder` itself; its name ends with its version on most platforms.
fn in_folder(folder: &Path) -> Option<PathBuf> {
    let is_library = |name: &str| {
        let versioned =
            |start: &str| name.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        match std::env::consts::OS {
            "macos" => versioned("libonnxruntime") && name.ends_with(".dylib"),
            "windows" => name == "onnxruntime.dll",
            _ => versioned("libonnxruntime.so"),
        }
    };
    let entries = fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let mut found: Vec<_> = entries
        .filter(|path| path.is_file() && path.file_name().and_then(|name| name.to_str()).is_some_and(is_library))
        .collect();
    found.sort();
    found.into_iter().next()
}

/// The opened library. There is one in a process, and it is never closed again.
#[derive(Clone, Debug)]
pub struct Runtime {
    pub(crate) environment: Environment,
    path: Arc<Path>,
}

static OPENED: Mutex<Option<Runtime>> = Mutex::new(None);

impl Runtime {
    /// Opens the library that [`library_in`] finds. Where one is open already, that one serves, unless `place` holds another.
    ///
    /// # Errors
    /// Where there is none, it is too old or not ONNX Runtime's, a library that it needs is missing, or the process uses another
    /// one already.
    pub fn open(place: &Path) -> Result<Self, Fault> {
        let path = library_in(place).ok_or_else(|| {
            Fault::new(Kind::Library, format!("this step needs the library ONNX Runtime {VERSION}, and it is not there"))
                .at(place)
                .help("run `gmlc setup onnxruntime`, which fetches it once; or set GML_ONNXRUNTIME to the path of the library")
        })?;
        let path = path.canonicalize().unwrap_or(path);
        let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = &*opened {
            return runtime.serves(&path);
        }
        let builder = ort::init_from(&path).map_err(|error| cannot_open(&path, &error.to_string()))?;
        // What goes wrong comes back as an error of the call; warnings on a terminal would stand between the lines of a run.
        let quiet = Arc::new(|_: ort::logging::LogLevel, _: &str, _: &str, _: &str, _: &str| {});
        let environment = builder
            .with_name("gml")
            .with_telemetry(false)
            .with_logger(quiet)
            .build()
            .map_err(|error| cannot_open(&path, error.message()))?;
        let runtime = Self { environment, path: path.into() };
        *opened = Some(runtime.clone());
        Ok(runtime)
    }

    /// Where the library lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it was built for CUDA; a GPU that can be used is another thing.
    pub fn serves_cuda(&self) -> bool {
        let folder = self.path.parent().and_then(|folder| fs::read_dir(folder).ok());
        folder.into_iter().flatten().filter_map(Result::ok).any(|entry| {
            let name = entry.file_name();
            name.to_string_lossy().contains("onnxruntime_providers_cuda")
        })
    }

    fn serves(&self, path: &Path) -> Result<Self, Fault> {
        if &*self.path == path {
            return Ok(self.clone());
        }
        Err(Fault::new(Kind::Library, "another library of ONNX Runtime is open in this process already")
            .at(path)
            .detail(format!("open is {}", self.path.display()))
            .help("let GML_ONNXRUNTIME name one library for the whole run"))
    }
}

fn cannot_open(path: &Path, text: &str) -> Fault {
    let fault = Fault::new(Kind::Library, "the library ONNX Runtime cannot be used").at(path).detail(text);
    if text.contains("expected version") {
        fault.help(format!("take version {VERSION}: `gmlc setup onnxruntime` fetches it"))
    } else {
        fault.help("remove the file and run `gmlc setup onnxruntime`, which fetches it anew")
    }
}
