//! What `gmlc setup` does: fetch the native libraries once, pinned by version and SHA-256.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use gml_connect::Fault;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::lightgbm::{LightGbm, VERSION, library_file, lightgbm_in};

/// SHA-256 of the wheels of LightGBM 4.7.0, as published.
const WHEELS: [(&str, &str); 4] = [
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
];

/// What was fetched, beside the library.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Manifest {
    name: String,
    version: String,
    wheel: String,
    wheel_sha256: String,
    library_sha256: String,
}

/// Fetches LightGBM's library through `python3 -m pip` into `folder/lightgbm-4.7.0/` and gives its path. Where it is
/// there already and undamaged, or where `folder` is or holds a library of the user's own (see
/// [`lightgbm_in`](super::lightgbm::lightgbm_in)), nothing is fetched. Several processes may do this at once.
///
/// # Errors
/// GML0911 where Python, pip or the network is missing or the library cannot be loaded, GML0930 where a checksum
/// differs, GML0910 where the folder cannot be written.
pub fn fetch_lightgbm(folder: &Path, report: &mut dyn FnMut(&str)) -> Result<PathBuf, Fault> {
    Fetch { python: &["python3"], wheels: &WHEELS }.run(folder, report)
}

struct Fetch<'a> {
    /// The program, and what comes before all its arguments.
    python: &'a [&'a str],
    wheels: &'a [(&'a str, &'a str)],
}

impl Fetch<'_> {
    fn run(&self, folder: &Path, report: &mut dyn FnMut(&str)) -> Result<PathBuf, Fault> {
        let home = folder.join(format!("lightgbm-{VERSION}"));
        if let Some(own) = lightgbm_in(folder).filter(|library| !library.starts_with(&home)) {
            LightGbm::open(&own)?;
            report(&format!("LightGBM is there: {}", own.display()));
            return Ok(own);
        }
        if let Some(library) = intact(&home) {
            LightGbm::open(&library)?;
            report(&format!("LightGBM {VERSION} is there: {}", library.display()));
            return Ok(library);
        }
        report(&format!("fetching LightGBM {VERSION} (9 MB) with pip"));
        let staging = Staging::new(folder)?;
        let wheel = self.download(staging.path())?;
        let (wheel_name, wheel_sha256) = self.verify(&wheel)?;
        self.unpack(&wheel, &staging.path().join("unpacked"))?;
        let found = staging.path().join("unpacked/lightgbm/lib").join(library_file());
        let bytes = fs::read(&found).map_err(|error| {
            Fault::new("GML0930", format!("the package {wheel_name} holds no {}", library_file()))
                .at(found.display())
                .detail(error.to_string())
        })?;
        let manifest = Manifest {
            name: "lightgbm".into(),
            version: VERSION.into(),
            wheel: wheel_name,
            wheel_sha256,
            library_sha256: sha256(&bytes),
        };
        let ready = staging.path().join("ready");
        fill(&ready, &found, &manifest)?;
        put_in_place(&ready, &home)?;
        let library = intact(&home).ok_or_else(|| damaged(&home))?;
        LightGbm::open(&library)?;
        report(&format!("LightGBM {VERSION} is at {}", library.display()));
        Ok(library)
    }

    fn download(&self, into: &Path) -> Result<PathBuf, Fault> {
        let requirements = into.join("requirements.txt");
        let hashes: String = self.wheels.iter().map(|(_, hash)| format!(" --hash=sha256:{hash}")).collect();
        fs::write(&requirements, format!("lightgbm=={VERSION}{hashes}\n"))
            .map_err(|error| cannot_write(&requirements, &error))?;
        let options = ["download", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-input"];
        let limits = ["--disable-pip-version-check", "--quiet", "--timeout", "30", "--retries", "2"];
        let mut arguments: Vec<&OsStr> = ["-m", "pip"].iter().chain(&options).chain(&limits).map(OsStr::new).collect();
        arguments.extend([OsStr::new("--dest"), into.as_os_str(), OsStr::new("-r"), requirements.as_os_str()]);
        let output = self.call(&arguments)?;
        if !output.status.success() {
            return Err(pip_failed(&output));
        }
        let entries = fs::read_dir(into).map_err(|error| cannot_write(into, &error))?;
        let wheels = entries.filter_map(Result::ok).map(|entry| entry.path());
        wheels.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "whl")).ok_or_else(|| {
            Fault::new("GML0911", "pip reported success and left no package of LightGBM").at(into.display())
        })
    }

    /// Name and checksum of the wheel, held against the pinned ones.
    fn verify(&self, wheel: &Path) -> Result<(String, String), Fault> {
        let name = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = fs::read(wheel).map_err(|error| cannot_write(wheel, &error))?;
        let found = sha256(&bytes);
        let pinned = self.wheels.iter().any(|(_, hash)| *hash == found);
        if pinned { Ok((name, found)) } else { Err(wrong_checksum(&format!("{name} has SHA-256 {found}"))) }
    }

    fn unpack(&self, wheel: &Path, into: &Path) -> Result<(), Fault> {
        let arguments =
            [OsStr::new("-m"), OsStr::new("zipfile"), OsStr::new("-e"), wheel.as_os_str(), into.as_os_str()];
        let output = self.call(&arguments)?;
        if output.status.success() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let fault = Fault::new("GML0910", "the package of LightGBM cannot be unpacked").at(into.display());
        Err(fault.detail(last_lines(&text)).help("see that there are 50 MB of free space, and run `gmlc setup` again"))
    }

    fn call(&self, arguments: &[&OsStr]) -> Result<Output, Fault> {
        let (python, before) = self.python.split_first().unwrap_or((&"python3", &[]));
        Command::new(python).args(before).args(arguments).stdin(Stdio::null()).output().map_err(|error| {
            Fault::new("GML0911", format!("LightGBM is fetched with {python}, and that cannot be run"))
                .detail(error.to_string())
                .help(format!(
                    "install Python 3 with pip (`apt install python3 python3-pip`); or get `lightgbm=={VERSION}` \
                     elsewhere and set GML_LIGHTGBM to the path of its {}",
                    library_file()
                ))
        })
    }
}

/// The library in `home`, if it is the one that the manifest speaks of.
fn intact(home: &Path) -> Option<PathBuf> {
    let manifest: Manifest = serde_json::from_slice(&fs::read(home.join("manifest.json")).ok()?).ok()?;
    let library = home.join(library_file());
    let bytes = fs::read(&library).ok()?;
    (manifest.version == VERSION && manifest.library_sha256 == sha256(&bytes)).then_some(library)
}

fn fill(ready: &Path, library: &Path, manifest: &Manifest) -> Result<(), Fault> {
    fs::create_dir(ready).map_err(|error| cannot_write(ready, &error))?;
    let place = ready.join(library_file());
    fs::rename(library, &place).map_err(|error| cannot_write(&place, &error))?;
    let text = serde_json::to_string_pretty(manifest)
        .map_err(|error| Fault::new("GML0999", format!("a manifest that cannot be written as JSON: {error}")))?;
    let place = ready.join("manifest.json");
    fs::write(&place, text + "\n").map_err(|error| cannot_write(&place, &error))
}

/// Moves the finished folder to its place. Another process may have been faster; a damaged one is moved aside.
fn put_in_place(ready: &Path, home: &Path) -> Result<(), Fault> {
    let Err(first) = fs::rename(ready, home) else { return Ok(()) };
    if intact(home).is_some() {
        return Ok(());
    }
    let aside = ready.with_file_name("damaged");
    fs::rename(home, &aside).map_err(|_| cannot_write(home, &first))?;
    match fs::rename(ready, home) {
        Ok(()) => Ok(()),
        Err(_) if intact(home).is_some() => Ok(()),
        Err(error) => Err(cannot_write(home, &error)),
    }
}

/// A folder beside the target, so that a rename stays on one file system; removed when this goes.
struct Staging(PathBuf);

impl Staging {
    fn new(folder: &Path) -> Result<Self, Fault> {
        let path = folder.join(format!(".fetching-{}-{}", std::process::id(), unique()));
        fs::create_dir_all(&path).map_err(|error| cannot_write(&path, &error))?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What is left lies in a hidden folder of the cache and harms nothing.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A number that no other call in this process gets.
fn unique() -> usize {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What pip's last words mean.
fn pip_failed(output: &Output) -> Fault {
    let text = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let fault = if says(&["No module named pip"]) {
        Fault::new("GML0911", "LightGBM is fetched with pip, and this Python has none")
            .help("install pip (`apt install python3-pip`, or `python3 -m ensurepip`), and run `gmlc setup` again")
    } else if says(&["DO NOT MATCH THE HASHES", "do not match the hashes"]) {
        wrong_checksum("pip found another file under this version")
    } else if says(&["No space left on device", "Errno 28"]) {
        Fault::new("GML0910", "the disk is full").help("make 50 MB of room, and run `gmlc setup` again")
    } else if says(&["NewConnectionError", "ConnectionError", "name resolution", "Network is unreachable", "timed out"])
    {
        Fault::new("GML0911", "LightGBM cannot be fetched: the package index cannot be reached").help(format!(
            "connect to the network and run `gmlc setup` again; or bring the package `lightgbm=={VERSION}` over and set \
             GML_LIGHTGBM to the path of its {}",
            library_file()
        ))
    } else if says(&["No matching distribution"]) {
        Fault::new("GML0911", format!("there is no package of LightGBM {VERSION} for this platform"))
            .help(format!("build LightGBM {VERSION} and set GML_LIGHTGBM to the path of its {}", library_file()))
    } else {
        Fault::new("GML0911", "pip could not fetch LightGBM").help("mend what pip says, and run `gmlc setup` again")
    };
    fault.detail(last_lines(&text))
}

/// The end of what a program said: its first lines are mostly warnings and attempts.
fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(4)..].join("\n")
}

fn wrong_checksum(found: &str) -> Fault {
    Fault::new("GML0930", format!("the package of LightGBM {VERSION} does not have the pinned SHA-256"))
        .detail(found)
        .help("the download was damaged, or the package index serves another file: do not use it; try another index")
}

fn damaged(home: &Path) -> Fault {
    Fault::new("GML0930", "the library LightGBM is damaged").at(home.display()).help("remove it and run `gmlc setup`")
}

fn cannot_write(place: &Path, error: &std::io::Error) -> Fault {
    Fault::new("GML0910", "the folder of libraries cannot be written")
        .at(place.display())
        .detail(error.to_string())
        .help("see that the folder is yours and that there are 50 MB of free space, and run `gmlc setup` again")
}

#[cfg(test)]
mod tests;
