//! Where DuckDB's package is, and fetching it once, pinned by version and SHA-256.

use std::fs;
use std::io::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::{Fault, code};

/// The version that is used.
const VERSION: &str = "1.4.4";
/// What runs it.
pub(super) const PYTHON: &str = "python3";
/// A file in its folder that is there when all of it is.
const READY: &str = "ready";

/// SHA-256 of its wheels, as published: of Python 3.10 to 3.14 on Linux and macOS, for x86_64 and arm64.
const WHEELS: [&str; 20] = [
    "453b115f4777467f35103d8081770ac2f223fb5799178db5b06186e3ab51d1f2",
    "707530f6637e91dc4b8125260595299ec9dd157c09f5d16c4186c5988bfbd09a",
    "5e1933fac5293fea5926b0ee75a55b8cfe7f516d867310a5b251831ab61fe62b",
    "49123b579e4a6323e65139210cd72dddc593a72d840211556b60f9703bda8526",
    "4c25d5b0febda02b7944e94fdae95aecf952797afc8cb920f677b46a7c251955",
    "6cb357cfa3403910e79e2eb46c8e445bb1ee2fd62e9e9588c6b999df4256abc1",
    "47dd4162da6a2be59a0aef640eb08d6360df1cf83c317dcc127836daaf3b7f7c",
    "5536eb952a8aa6ae56469362e344d4e6403cc945a80bc8c5c2ebdd85d85eb64b",
    "b297eff642503fd435a9de5a9cb7db4eccb6f61d61a55b30d2636023f149855f",
    "c65d15c440c31e06baaebfd2c06d71ce877e132779d309f1edf0a85d23c07e92",
    "1f8d55843cc940e36261689054f7dfb6ce35b1f5b0953b0d355b6adb654b0d52",
    "6792ca647216bd5c4ff16396e4591cfa9b4a72e5ad7cdd312cec6d67e8431a7c",
    "7df7351328ffb812a4a289732f500d621e7de9942a3a2c9b6d4afcf4c0e72526",
    "0d636ceda422e7babd5e2f7275f6a0d1a3405e6a01873f00d38b72118d30c10b",
    "fb94de6d023de9d79b7edc1ae07ee1d0b4f5fa8a9dcec799650b5befdf7aafec",
    "0509b39ea7af8cff0198a99d206dca753c62844adab54e545984c2e2c1381616",
    "d0440f59e0cd9936a9ebfcf7a13312eda480c79214ffed3878d75947fc3b7d6d",
    "1af6e76fe8bd24875dc56dd8e38300d64dc708cd2e772f67b9fbc635cc3066a3",
    "8e5c2d8a0452df55e092959c0bfc8ab8897ac3ea0f754cb3b0ab3e165cd79aff",
    "452c5b5d6c349dc5d1154eb2062ee547296fcbd0c20e9df1ed00b5e1809089da",
];

/// Where libraries are kept: `GML_LIBRARIES`, else `gml` in the user's cache folder.
fn folder() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    from("GML_LIBRARIES")
        .or_else(|| from("XDG_CACHE_HOME").map(|cache| cache.join("gml")))
        .or_else(|| from("HOME").map(|home| home.join(".cache/gml")))
        .unwrap_or_else(|| std::env::temp_dir().join("gml"))
}

/// Which Python it is: a package is for one version of it.
fn tag() -> Option<&'static str> {
    static TAG: OnceLock<Option<String>> = OnceLock::new();
    let ask = || {
        let asked = ["-I", "-c", "import sys; print(sys.implementation.cache_tag)"];
        let output = Command::new(PYTHON).args(asked).stdin(Stdio::null()).output().ok()?;
        let tag = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        (output.status.success() && !tag.is_empty()).then_some(tag)
    };
    TAG.get_or_init(ask).as_deref()
}

fn place() -> Option<PathBuf> {
    Some(folder().join(format!("duckdb-{VERSION}-{}", tag()?)))
}

/// Its folder, where it was fetched.
pub(super) fn home() -> Option<PathBuf> {
    place().filter(|home| home.join(READY).is_file())
}

/// Whether it was fetched.
pub fn has_duckdb() -> bool {
    home().is_some()
}

pub(super) fn missing() -> Fault {
    Fault::new(code::LIBRARY_MISSING, "DuckDB is not there").help("run `gmlc setup duckdb`, which fetches it once")
}

pub(super) fn no_python(error: &Error) -> Fault {
    Fault::new(code::LIBRARY_MISSING, format!("DuckDB is run by {PYTHON}, and that cannot be run"))
        .detail(error.to_string())
        .help("install Python 3 with pip (`apt install python3 python3-pip`)")
}

/// Fetches DuckDB's package with pip, where it is not there, and gives its folder. Several processes may do this at once.
///
/// # Errors
/// Where Python, pip or the network is missing, the package is another one than was published, or the folder cannot be written.
pub fn fetch_duckdb(report: &mut dyn FnMut(&str)) -> Result<PathBuf, Fault> {
    let place = place().ok_or_else(|| no_python(&Error::other("it does not say which version it is")))?;
    if home().is_some() {
        report(&format!("DuckDB {VERSION} is there: {}", place.display()));
        return Ok(place);
    }
    report(&format!("fetching DuckDB {VERSION} (20 MB) with pip"));
    let staging = place.with_file_name(format!(".fetching-duckdb-{}", std::process::id()));
    let done = fetch(&staging).and_then(|()| put_in_place(&staging, &place));
    // What is left of it lies in a hidden folder of the cache and harms nothing.
    let _ = fs::remove_dir_all(&staging);
    done?;
    report(&format!("DuckDB {VERSION} is at {}", place.display()));
    Ok(place)
}

fn fetch(staging: &Path) -> Result<(), Fault> {
    fs::create_dir_all(staging).map_err(|error| cannot_write(staging, &error))?;
    let requirements = staging.join("requirements.txt");
    let hashes: String = WHEELS.iter().map(|hash| format!(" --hash=sha256:{hash}")).collect();
    fs::write(&requirements, format!("duckdb=={VERSION}{hashes}\n")).map_err(|error| cannot_write(staging, &error))?;
    let options = ["-m", "pip", "install", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-input"];
    let limits = ["--disable-pip-version-check", "--quiet", "--timeout", "30", "--retries", "2", "--no-compile"];
    let output = Command::new(PYTHON)
        .args(options)
        .args(limits)
        .arg("--target")
        .arg(staging)
        .arg("-r")
        .arg(&requirements)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| no_python(&error))?;
    if !output.status.success() {
        return Err(pip_failed(&String::from_utf8_lossy(&output.stderr)));
    }
    fs::write(staging.join(READY), VERSION).map_err(|error| cannot_write(staging, &error))
}

/// Another process may have been faster; what is there and not whole is taken away.
fn put_in_place(staging: &Path, place: &Path) -> Result<(), Fault> {
    if fs::rename(staging, place).is_ok() || place.join(READY).is_file() {
        return Ok(());
    }
    let _ = fs::remove_dir_all(place);
    match fs::rename(staging, place) {
        Ok(()) => Ok(()),
        Err(_) if place.join(READY).is_file() => Ok(()),
        Err(error) => Err(cannot_write(place, &error)),
    }
}

/// What pip's last words mean.
fn pip_failed(text: &str) -> Fault {
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let fault = if says(&["No module named pip"]) {
        Fault::new(code::LIBRARY_MISSING, "DuckDB is fetched with pip, and this Python has none").help(
            "install pip (`apt install python3-pip`, or `python3 -m ensurepip`), and run `gmlc setup duckdb` again",
        )
    } else if says(&["DO NOT MATCH THE HASHES", "do not match the hashes"]) {
        Fault::new(code::LIBRARY_DAMAGED, format!("the package of DuckDB {VERSION} does not have the pinned SHA-256"))
            .help(
                "the download was damaged, or the package index serves another file: do not use it; try another index",
            )
    } else if says(&["No matching distribution"]) {
        Fault::new(
            code::LIBRARY_MISSING,
            format!("there is no package of DuckDB {VERSION} for this Python and platform"),
        )
        .help("it is there for Python 3.10 to 3.14 on Linux and macOS")
    } else {
        Fault::new(code::LIBRARY_MISSING, "pip could not fetch DuckDB")
            .help("see whether the network is there and mend what pip says, and run `gmlc setup duckdb` again")
    };
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    fault.detail(lines[lines.len().saturating_sub(4)..].join("\n"))
}

fn cannot_write(place: &Path, error: &Error) -> Fault {
    Fault::new(code::CANNOT_WRITE, "the folder of libraries cannot be written")
        .at(place.display())
        .detail(error.to_string())
        .help("see that the folder is yours and that there are 100 MB of free space, and run `gmlc setup duckdb` again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_of_pip_has_its_own_words() {
        for (said, code, words) in [
            ("python3: No module named pip", "GML0911", "has none"),
            ("THESE PACKAGES DO NOT MATCH THE HASHES", "GML0930", "pinned"),
            ("ERROR: No matching distribution found for duckdb", "GML0911", "for this Python"),
            ("something else", "GML0911", "could not fetch"),
        ] {
            let fault = pip_failed(said);
            assert!(fault.code == code && fault.message.contains(words), "{said}: {fault:?}");
        }
    }
}
