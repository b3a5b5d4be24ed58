//! The fetching, with the shell in the place of Python.
#![cfg(unix)]

use super::*;
use crate::native::lightgbm::{LightGbm, VERSION, library_file};

const NO_WHEELS: Package = Package { wheels: &[("none.whl", "00")], ..LIGHTGBM };

/// A fetch in which the shell does `body` in the place of Python.
fn fetch(body: &str, folder: &Path) -> Fault {
    Fetch { python: &["sh", "-c", body, "python"], package: &NO_WHEELS }.run(folder, &mut |_| {}).unwrap_err()
}

fn left_over(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn each_failure_of_pip_has_its_own_words() {
    let cases = [
        ("echo 'No module named pip' >&2; exit 1", "GML0911", "has none"),
        ("echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES' >&2; exit 1", "GML0930", "SHA-256"),
        ("echo 'OSError: [Errno 28] No space left on device' >&2; exit 1", "GML0910", "disk is full"),
        ("echo 'NewConnectionError: Temporary failure in name resolution' >&2; exit 1", "GML0911", "cannot be reached"),
        ("echo 'ERROR: No matching distribution found' >&2; exit 1", "GML0911", "for this platform"),
        ("echo 'something else' >&2; exit 1", "GML0911", "could not fetch"),
        ("exit 0", "GML0911", "left no package"),
    ];
    for (body, code, words) in cases {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("cache");
        let fault = fetch(body, &cache);
        assert_eq!(fault.code, code, "{body}");
        assert!(fault.message.contains(words), "{body}: {}", fault.message);
        assert_eq!(left_over(&cache), Vec::<PathBuf>::new(), "{body}");
    }
}

#[test]
fn a_library_of_the_users_own_is_used_and_nothing_is_fetched() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(library_file()), "not a library").unwrap();
    let fault = fetch("exit 1", folder.path());
    assert_eq!((fault.code, fault.message.as_str()), ("GML0911", "the library LightGBM cannot be loaded"));
}

#[test]
fn a_library_that_is_named_and_not_there_is_not_fetched_to_that_place() {
    let folder = tempfile::tempdir().unwrap();
    let named = folder.path().join("lib_lightgbm.so");
    let fault = is_there(&LIGHTGBM, &named).unwrap_err();
    assert_eq!(
        (fault.code, fault.message.as_str()),
        ("GML0911", "GML_LIGHTGBM names a library of LightGBM that is not there")
    );
    assert!(!named.exists());
    assert!(is_there(&LIGHTGBM, folder.path()).is_ok());
}

#[test]
fn no_python_says_what_to_install() {
    let folder = tempfile::tempdir().unwrap();
    let fault =
        Fetch { python: &["/nowhere/python3"], package: &NO_WHEELS }.run(folder.path(), &mut |_| {}).unwrap_err();
    assert_eq!(fault.code, "GML0911");
    assert!(fault.help.unwrap().contains("apt install python3"));
}

#[test]
fn a_package_with_another_checksum_is_not_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let body = r#"while [ "$1" != "--dest" ]; do shift; done; echo other > "$2/lightgbm.whl""#;
    let fault = fetch(body, &folder.path().join("cache"));
    assert_eq!(fault.code, "GML0930");
    assert!(fault.details[0].starts_with("lightgbm.whl has SHA-256 "), "{fault:?}");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let fault = fetch("true", &file.join("cache"));
    assert_eq!(fault.code, "GML0910");
    assert!(fault.place.unwrap().contains("file/cache"));
}

#[test]
fn a_library_that_was_changed_is_not_intact() {
    let fetch = Fetch { python: &["false"], package: &LIGHTGBM };
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join(library_file());
    fs::write(&library, "code").unwrap();
    let manifest = Manifest {
        name: "lightgbm".into(),
        version: VERSION.into(),
        wheel: "lightgbm.whl".into(),
        wheel_sha256: String::new(),
        library_sha256: hash_bytes(b"code"),
        beside: BTreeMap::new(),
    };
    fs::write(folder.path().join("manifest.json"), serde_json::to_string(&manifest).unwrap()).unwrap();
    assert_eq!(fetch.intact(folder.path()), Some(library.clone()));
    fs::write(&library, "c0de").unwrap();
    assert_eq!(fetch.intact(folder.path()), None);
}

#[test]
fn of_two_that_finish_at_once_the_later_keeps_the_first() {
    let fetch = Fetch { python: &["false"], package: &LIGHTGBM };
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    for name in ["one", "two"] {
        fs::write(folder.path().join(library_file()), "code").unwrap();
        let manifest = Manifest {
            name: "lightgbm".into(),
            version: VERSION.into(),
            wheel: name.into(),
            wheel_sha256: String::new(),
            library_sha256: hash_bytes(b"code"),
            beside: BTreeMap::new(),
        };
        let ready = folder.path().join(name);
        fetch.fill(&ready, folder.path(), library_file(), &manifest).unwrap();
        fetch.put_in_place(&ready, &home).unwrap();
    }
    let manifest: Manifest = serde_json::from_slice(&fs::read(home.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest.wheel, "one");
}

#[test]
fn a_file_that_is_no_library_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(library_file());
    fs::write(&file, "not a library").unwrap();
    let fault = LightGbm::open(folder.path()).err().unwrap();
    assert_eq!((fault.code, fault.message.as_str()), ("GML0911", "the library LightGBM cannot be loaded"));
    let missing = LightGbm::open(&folder.path().join("none")).err().unwrap();
    assert!(missing.help.unwrap().contains("gmlc setup"));
}

#[test]
fn of_onnx_runtime_the_library_and_what_it_opens_by_itself_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let names: &[&str] = if cfg!(target_os = "macos") {
        &["libonnxruntime.1.32.0.dylib", "module.so"]
    } else {
        &["libonnxruntime.so.1.32.0", "libonnxruntime_providers_shared.so", "module.so"]
    };
    names.iter().for_each(|name| fs::write(folder.path().join(name), name).unwrap());
    let kept = ONNXRUNTIME.files_in(folder.path());
    assert_eq!(kept, names[..names.len() - 1]);
    assert_eq!(kept.iter().filter(|name| ONNXRUNTIME.is_main(name)).count(), 1);
    let fetch = Fetch { python: &["false"], package: &ONNXRUNTIME };
    let beside = kept[1..].iter().map(|name| (name.clone(), hash_bytes(name.as_bytes()))).collect();
    let manifest = Manifest {
        name: "onnxruntime".into(),
        version: ONNXRUNTIME.version.into(),
        wheel: "onnxruntime.whl".into(),
        wheel_sha256: String::new(),
        library_sha256: hash_bytes(kept[0].as_bytes()),
        beside,
    };
    let ready = folder.path().join("ready");
    fetch.fill(&ready, folder.path(), &kept[0], &manifest).unwrap();
    assert_eq!(fetch.intact(&ready), Some(ready.join(&kept[0])));
    if let Some(other) = kept.get(1) {
        fs::write(ready.join(other), "changed").unwrap();
        assert_eq!(fetch.intact(&ready), None, "a file beside the library counts");
    }
}
