//! What `gmlc setup` does: fetch the native libraries once, pinned by version and SHA-256.

mod packages;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use gml_connect::Fault;
use gml_ir::hash_bytes;
use serde::{Deserialize, Serialize};

pub use packages::{LIGHTGBM, ONNXRUNTIME, ONNXRUNTIME_CUDA, Package};

/// What was fetched, beside the libraries.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Manifest {
    name: String,
    version: String,
    wheel: String,
    wheel_sha256: String,
    library_sha256: String,
    /// The other files, which the library opens by itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    beside: BTreeMap<String, String>,
}

/// Fetches a library through `python3 -m pip` into a folder of its own in `folder` and gives its path. Where it is there
/// already and undamaged, or where `folder` is or holds a library of the user's own, nothing is fetched. Several processes
/// may do this at once.
///
/// # Errors
/// GML0911 where Python, pip or the network is missing or the library cannot be loaded, GML0930 where a checksum
/// differs, GML0910 where the folder cannot be written.
pub fn fetch(package: &Package, folder: &Path, report: &mut dyn FnMut(&str)) -> Result<PathBuf, Fault> {
    if crate::native::named(package.variable).is_some_and(|named| named == folder) {
        is_there(package, folder)?;
    }
    Fetch { python: &["python3"], package }.run(folder, report)
}

/// A path that a variable names and where nothing is, is a slip: nothing is fetched there.
fn is_there(package: &Package, named: &Path) -> Result<(), Fault> {
    if named.exists() {
        return Ok(());
    }
    let Package { title, variable, .. } = package;
    Err(Fault::new("GML0911", format!("{variable} names a library of {title} that is not there"))
        .at(named.display())
        .help(format!("correct {variable}, or leave it out: then {title} is fetched")))
}

struct Fetch<'a> {
    /// The program, and what comes before all its arguments.
    python: &'a [&'a str],
    package: &'a Package,
}

impl Fetch<'_> {
    fn run(&self, folder: &Path, report: &mut dyn FnMut(&str)) -> Result<PathBuf, Fault> {
        let Package { title, name, version, megabytes, .. } = *self.package;
        let home = folder.join(self.package.folder());
        if let Some(own) = (self.package.own)(folder).filter(|library| !library.starts_with(&home)) {
            (self.package.open)(&own)?;
            report(&format!("{title} is there: {}", own.display()));
            return Ok(own);
        }
        if let Some(library) = self.intact(&home) {
            (self.package.open)(&library)?;
            report(&format!("{title} {version} is there: {}", library.display()));
            return Ok(library);
        }
        report(&format!("fetching {title} {version} ({megabytes} MB) with pip"));
        let staging = Staging::new(self, folder)?;
        let wheel = self.download(staging.path())?;
        let (wheel_name, wheel_sha256) = self.verify(&wheel)?;
        self.unpack(&wheel, &staging.path().join("unpacked"))?;
        let within = staging.path().join("unpacked").join(self.package.within);
        let mut files = self.package.files_in(&within);
        let main = files.iter().position(|file| self.package.is_main(file)).ok_or_else(|| {
            Fault::new("GML0930", format!("the package {wheel_name} holds no {}", self.package.file()))
                .at(within.display())
        })?;
        let hashes = files.iter().map(|file| {
            let bytes = fs::read(within.join(file)).map_err(|error| self.cannot_write(&within.join(file), &error))?;
            Ok(hash_bytes(&bytes))
        });
        let mut hashes = hashes.collect::<Result<Vec<_>, Fault>>()?;
        let (library, library_sha256) = (files.remove(main), hashes.remove(main));
        let manifest = Manifest {
            name: name.into(),
            version: version.into(),
            wheel: wheel_name,
            wheel_sha256,
            library_sha256,
            beside: files.into_iter().zip(hashes).collect(),
        };
        let ready = staging.path().join("ready");
        self.fill(&ready, &within, &library, &manifest)?;
        self.put_in_place(&ready, &home)?;
        let library = self.intact(&home).ok_or_else(|| self.damaged(&home))?;
        (self.package.open)(&library)?;
        report(&format!("{title} {version} is at {}", library.display()));
        Ok(library)
    }

    fn download(&self, into: &Path) -> Result<PathBuf, Fault> {
        let Package { title, name, version, wheels, choice, .. } = *self.package;
        let requirements = into.join("requirements.txt");
        let hashes: String = wheels.iter().map(|(_, hash)| format!(" --hash=sha256:{hash}")).collect();
        fs::write(&requirements, format!("{name}=={version}{hashes}\n"))
            .map_err(|error| self.cannot_write(&requirements, &error))?;
        let options = ["download", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-input"];
        let limits = ["--disable-pip-version-check", "--quiet", "--timeout", "30", "--retries", "2"];
        let mut arguments: Vec<&OsStr> =
            ["-m", "pip"].iter().chain(&options).chain(choice).chain(&limits).map(OsStr::new).collect();
        arguments.extend([OsStr::new("--dest"), into.as_os_str(), OsStr::new("-r"), requirements.as_os_str()]);
        let output = self.call(&arguments)?;
        if !output.status.success() {
            return Err(self.pip_failed(&output));
        }
        let entries = fs::read_dir(into).map_err(|error| self.cannot_write(into, &error))?;
        let wheels = entries.filter_map(Result::ok).map(|entry| entry.path());
        wheels.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "whl")).ok_or_else(|| {
            Fault::new("GML0911", format!("pip reported success and left no package of {title}")).at(into.display())
        })
    }

    /// Name and checksum of the wheel, held against the pinned ones.
    fn verify(&self, wheel: &Path) -> Result<(String, String), Fault> {
        let name = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = fs::read(wheel).map_err(|error| self.cannot_write(wheel, &error))?;
        let found = hash_bytes(&bytes);
        let pinned = self.package.wheels.iter().any(|(_, hash)| *hash == found);
        if pinned { Ok((name, found)) } else { Err(self.wrong_checksum(&format!("{name} has SHA-256 {found}"))) }
    }

    fn unpack(&self, wheel: &Path, into: &Path) -> Result<(), Fault> {
        let arguments =
            [OsStr::new("-m"), OsStr::new("zipfile"), OsStr::new("-e"), wheel.as_os_str(), into.as_os_str()];
        let output = self.call(&arguments)?;
        if output.status.success() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let message = format!("the package of {} cannot be unpacked", self.package.title);
        let fault = Fault::new("GML0910", message).at(into.display()).detail(last_lines(&text));
        Err(fault.help(format!("see that there are {} MB of free space, and {}", self.package.room(), self.again())))
    }

    fn call(&self, arguments: &[&OsStr]) -> Result<Output, Fault> {
        let Package { title, name, version, variable, .. } = *self.package;
        let (python, before) = self.python.split_first().unwrap_or((&"python3", &[]));
        Command::new(python).args(before).args(arguments).stdin(Stdio::null()).output().map_err(|error| {
            Fault::new("GML0911", format!("{title} is fetched with {python}, and that cannot be run"))
                .detail(error.to_string())
                .help(format!(
                    "install Python 3 with pip (`apt install python3 python3-pip`); or get `{name}=={version}` \
                     elsewhere and set {variable} to the path of its {}",
                    self.package.file()
                ))
        })
    }

    /// The library in `home`, if it and the files beside it are those that the manifest speaks of.
    fn intact(&self, home: &Path) -> Option<PathBuf> {
        let manifest: Manifest = serde_json::from_slice(&fs::read(home.join("manifest.json")).ok()?).ok()?;
        let is = |path: &Path, hash: &str| fs::read(path).is_ok_and(|bytes| hash_bytes(&bytes) == *hash);
        let library = self.package.files_in(home).into_iter().find(|file| self.package.is_main(file))?;
        let library = home.join(library);
        let whole = manifest.version == self.package.version
            && is(&library, &manifest.library_sha256)
            && manifest.beside.iter().all(|(file, hash)| is(&home.join(file), hash));
        whole.then_some(library)
    }

    fn fill(&self, ready: &Path, within: &Path, library: &str, manifest: &Manifest) -> Result<(), Fault> {
        fs::create_dir(ready).map_err(|error| self.cannot_write(ready, &error))?;
        for file in manifest.beside.keys().map(String::as_str).chain([library]) {
            let place = ready.join(file);
            fs::rename(within.join(file), &place).map_err(|error| self.cannot_write(&place, &error))?;
        }
        let text = serde_json::to_string_pretty(manifest)
            .map_err(|error| Fault::new("GML0999", format!("a manifest that cannot be written as JSON: {error}")))?;
        let place = ready.join("manifest.json");
        fs::write(&place, text + "\n").map_err(|error| self.cannot_write(&place, &error))
    }

    /// Moves the finished folder to its place. Another process may have been faster; a damaged one is moved aside.
    fn put_in_place(&self, ready: &Path, home: &Path) -> Result<(), Fault> {
        let Err(first) = fs::rename(ready, home) else { return Ok(()) };
        if self.intact(home).is_some() {
            return Ok(());
        }
        let aside = ready.with_file_name("damaged");
        fs::rename(home, &aside).map_err(|_| self.cannot_write(home, &first))?;
        match fs::rename(ready, home) {
            Ok(()) => Ok(()),
            Err(_) if self.intact(home).is_some() => Ok(()),
            Err(error) => Err(self.cannot_write(home, &error)),
        }
    }

    /// What pip's last words mean.
    fn pip_failed(&self, output: &Output) -> Fault {
        let Package { title, name, version, variable, .. } = *self.package;
        let text = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let file = self.package.file();
        let fault = if says(&["No module named pip"]) {
            Fault::new("GML0911", format!("{title} is fetched with pip, and this Python has none")).help(format!(
                "install pip (`apt install python3-pip`, or `python3 -m ensurepip`), and {}",
                self.again()
            ))
        } else if says(&["DO NOT MATCH THE HASHES", "do not match the hashes"]) {
            self.wrong_checksum("pip found another file under this version")
        } else if says(&["No space left on device", "Errno 28"]) {
            Fault::new("GML0910", "the disk is full").help(format!(
                "make {} MB of room, and {}",
                self.package.room(),
                self.again()
            ))
        } else if says(&[
            "NewConnectionError",
            "ConnectionError",
            "name resolution",
            "Network is unreachable",
            "timed out",
        ]) {
            Fault::new("GML0911", format!("{title} cannot be fetched: the package index cannot be reached")).help(format!(
                "connect to the network and {}; or bring the package `{name}=={version}` over and set {variable} to the path \
                 of its {file}",
                self.again()
            ))
        } else if says(&["No matching distribution"]) {
            Fault::new("GML0911", format!("there is no package of {title} {version} for this platform"))
                .help(format!("build {title} {version} and set {variable} to the path of its {file}"))
        } else {
            Fault::new("GML0911", format!("pip could not fetch {title}"))
                .help(format!("mend what pip says, and {}", self.again()))
        };
        fault.detail(last_lines(&text))
    }

    fn wrong_checksum(&self, found: &str) -> Fault {
        let Package { title, version, .. } = *self.package;
        Fault::new("GML0930", format!("the package of {title} {version} does not have the pinned SHA-256"))
            .detail(found)
            .help(
                "the download was damaged, or the package index serves another file: do not use it; try another index",
            )
    }

    fn damaged(&self, home: &Path) -> Fault {
        Fault::new("GML0930", format!("the library {} is damaged", self.package.title))
            .at(home.display())
            .help(format!("remove it and run `{}`", self.package.command))
    }

    fn cannot_write(&self, place: &Path, error: &std::io::Error) -> Fault {
        Fault::new("GML0910", "the folder of libraries cannot be written")
            .at(place.display())
            .detail(error.to_string())
            .help(format!(
                "see that the folder is yours and that there are {} MB of free space, and {}",
                self.package.room(),
                self.again()
            ))
    }

    fn again(&self) -> String {
        format!("run `{}` again", self.package.command)
    }
}

/// A folder beside the target, so that a rename stays on one file system; removed when this goes.
struct Staging(PathBuf);

impl Staging {
    fn new(fetch: &Fetch<'_>, folder: &Path) -> Result<Self, Fault> {
        let path = folder.join(format!(".fetching-{}-{}", std::process::id(), unique()));
        fs::create_dir_all(&path).map_err(|error| fetch.cannot_write(&path, &error))?;
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

/// The end of what a program said: its first lines are mostly warnings and attempts.
fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(4)..].join("\n")
}

#[cfg(test)]
mod tests;
