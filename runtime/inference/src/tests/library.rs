use std::fs;

use crate::{CUDA_VERSION, Kind, Runtime, VERSION, library_in};

use super::runtime;

#[test]
fn the_library_is_found_in_every_place_where_it_may_lie() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "").unwrap();
        path
    };
    let file = match std::env::consts::OS {
        "macos" => "libonnxruntime.1.32.0.dylib",
        "windows" => "onnxruntime.dll",
        _ => "libonnxruntime.so.1.32.0",
    };
    assert_eq!(library_in(folder.path()), None);
    at("onnxruntime/capi/libonnxruntime_providers_shared.so");
    assert_eq!(library_in(folder.path()), None, "a provider is not the library");
    let package = at(&format!("onnxruntime/capi/{file}"));
    assert_eq!(library_in(folder.path()), Some(package.clone()), "site-packages");
    let plain = at(file);
    assert_eq!(library_in(folder.path()), Some(plain));
    let fetched = at(&format!("onnxruntime-{VERSION}/{file}"));
    assert_eq!(library_in(folder.path()), Some(fetched));
    let cuda = at(&format!("onnxruntime-gpu-{CUDA_VERSION}/{file}"));
    assert_eq!(library_in(folder.path()), Some(cuda), "the one for CUDA serves both");
    assert_eq!(library_in(&package), Some(package), "the file itself");
}

#[test]
fn a_missing_library_says_how_to_get_it() {
    let folder = tempfile::tempdir().unwrap();
    let fault = Runtime::open(folder.path()).unwrap_err();
    assert_eq!(fault.kind, Kind::Library);
    assert!(fault.help.unwrap().contains("gmlc setup onnxruntime"));
    assert_eq!(fault.place.unwrap(), folder.path().display().to_string());
}

#[test]
fn a_process_has_one_library() {
    let open = runtime();
    assert_eq!(Runtime::open(open.path()).unwrap().path(), open.path());
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("libonnxruntime.so");
    fs::write(&other, "not a library").unwrap();
    let fault = Runtime::open(&other).unwrap_err();
    assert_eq!(fault.kind, Kind::Library);
    assert!(fault.message.contains("open in this process already"), "{fault}");
}
