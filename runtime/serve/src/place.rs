//! Where a model lies, and which of it is the newest.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gml_connect::{Fault, newest_version};

/// The file that makes a folder a saved model.
const SIGNATURE: &str = "signature.json";

/// Where a model lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder that is replaced as a whole whenever the model is saved.
    Folder(PathBuf),
    /// A folder with a folder for each version.
    Versions(PathBuf),
}

/// What tells one state of a place from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Newest {
    /// The folder with the files.
    pub(crate) folder: PathBuf,
    /// Its version, where versions are kept.
    pub(crate) version: Option<u64>,
    /// The hash of its signature, which names the hashes of the other files.
    pub(crate) hash: String,
    changed: Option<SystemTime>,
}

impl Place {
    /// What lies in a folder.
    ///
    /// # Errors
    /// GML0901 where it holds no saved model.
    pub fn at(folder: &Path) -> Result<Self, Fault> {
        if folder.join(SIGNATURE).is_file() {
            return Ok(Self::Folder(folder.to_path_buf()));
        }
        if newest_version(folder).is_some() {
            return Ok(Self::Versions(folder.to_path_buf()));
        }
        let what = if folder.is_dir() { "holds no saved model" } else { "is no folder" };
        Err(Fault::new("GML0901", format!("{} {what}", folder.display()))
            .help("name the folder of a saved model, which has a signature.json, or that of its versions; or run the pipeline that saves it"))
    }

    /// The path as it was named.
    pub fn path(&self) -> &Path {
        match self {
            Self::Folder(path) | Self::Versions(path) => path,
        }
    }

    /// The folder of the newest model that lies there, and what it is called: its version, where versions are kept, and the beginning of
    /// the hash of its signature, which names the hashes of its other files.
    ///
    /// # Errors
    /// GML0901 where there is none.
    pub fn newest_folder(&self) -> Result<(PathBuf, String), Fault> {
        let Newest { folder, version, hash, .. } = self.newest()?;
        let hash = hash.get(..12).unwrap_or(&hash);
        let called = version.map_or_else(|| hash.to_owned(), |version| format!("version {version}, {hash}"));
        Ok((folder, called))
    }

    /// The newest model that lies there.
    ///
    /// # Errors
    /// GML0901 where there is none.
    pub(crate) fn newest(&self) -> Result<Newest, Fault> {
        let missing = |folder: &Path| {
            Fault::new("GML0901", format!("there is no saved model: {} lacks {SIGNATURE}", folder.display()))
                .help("run the pipeline that saves the model")
        };
        let (version, folder) = match self {
            Self::Folder(path) => (None, path.clone()),
            Self::Versions(path) => {
                let (number, folder) = newest_version(path).ok_or_else(|| missing(path))?;
                (Some(number), folder)
            }
        };
        let file = folder.join(SIGNATURE);
        let bytes = fs::read(&file).map_err(|_| missing(&folder))?;
        let changed = file.metadata().and_then(|about| about.modified()).ok();
        Ok(Newest { folder, version, hash: gml_ir::hash_bytes(&bytes), changed })
    }
}
