//! What was saved, fetched onto this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gml_ir::{Dataset, hash_text};
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt};

use super::manifest::{Manifest, digest, is_own};
use super::versions::{Kept, numbers};
use super::{CURRENT, of_version};
use crate::afar::copies::{AT_ONCE, Copied, Which, done, fetch, found, is_there, limit};
use crate::afar::faults::of_store;
use crate::afar::store::{Address, open, token};
use crate::afar::{FOLDER, cleaned, http, wait};
use crate::table::replace::cannot;
use crate::{Fault, SAVE_FIRST, code};

/// How often a folder is looked for again that went while it was fetched, because a newer one took its place.
const TRIES: u32 = 5;

/// A folder of a store, as it is on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Here {
    /// The copy of the folder.
    pub(crate) path: PathBuf,
    /// Its version, where versions are kept.
    pub(crate) version: Option<u64>,
    /// Its files: their keys in the store, and their copies.
    pub(crate) files: Vec<Copied>,
}

/// Where a folder is: a store that lists its objects, or a web server that does not.
pub(super) enum Place<'a> {
    Store(Arc<dyn ObjectStore>, Address<'a>),
    Web(&'a str, Option<String>),
}

/// A file that is to be fetched.
#[derive(Clone, Debug)]
struct Wanted {
    /// Within the folder.
    name: String,
    key: String,
    bytes: u64,
    /// What tells its content, where the store said so.
    sha256: Option<String>,
}

impl<'a> Place<'a> {
    pub(super) fn of(dataset: &Dataset, path: &'a str) -> Result<Self, Fault> {
        let address = Address::of(path);
        if address.is_web() {
            return Ok(Self::Web(path, token(dataset)?));
        }
        Ok(Self::Store(open(dataset, &address)?, address))
    }

    /// The key of something within the folder.
    pub(super) fn key(&self, name: &str) -> String {
        match self {
            Self::Store(_, address) => within(address.key, name),
            Self::Web(url, _) => within(Address::of(url.split('?').next().unwrap_or_default()).key, name),
        }
    }

    /// What messages call it.
    pub(super) fn shown(&self, name: &str) -> String {
        match self {
            Self::Store(_, address) => cleaned(&address.with(&within(address.key, name))),
            Self::Web(url, _) => cleaned(&beside(url, name)),
        }
    }

    /// The bytes of a small object of the folder; nothing where there is none.
    pub(super) async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let got = match self {
            Self::Store(store, _) => {
                let (key, shown) = (self.key(name), self.shown(name));
                let wrong = |error: object_store::Error| of_store(&shown, &error);
                let parsed = Key::parse(&key).map_err(|error| wrong(error.into()))?;
                match store.get(&parsed).await {
                    Ok(got) => got.bytes().await.map(|bytes| bytes.to_vec()).map_err(wrong),
                    Err(error) => Err(wrong(error)),
                }
            }
            Self::Web(url, token) => http::bytes(&beside(url, name), token.as_deref()).await,
        };
        match got {
            Ok(bytes) => Ok(Some(bytes)),
            Err(fault) if fault.code == code::FILE_MISSING => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// What an object of the folder says was saved; nothing where there is none.
    pub(super) async fn manifest(&self, name: &str) -> Result<Option<Manifest>, Fault> {
        let bytes = self.get(name).await?;
        bytes.map(|bytes| Manifest::read(&bytes, &self.shown(name))).transpose()
    }

    /// What was saved last, or as a version: its number, and what it is.
    pub(super) async fn saved(&self, kept: Kept) -> Result<Option<(Option<u64>, Manifest)>, Fault> {
        let number = match kept {
            Kept::One => None,
            Kept::Version(number) => Some(number),
            Kept::Newest => match self {
                Self::Store(..) => match numbers(self).await?.into_iter().max() {
                    Some(number) => Some(number),
                    None => return Ok(None),
                },
                // It lists nothing; the newest is named apart.
                Self::Web(..) => None,
            },
        };
        let name = number.map_or_else(|| CURRENT.to_owned(), of_version);
        Ok(self.manifest(&name).await?.map(|manifest| (number, manifest)))
    }
}

fn within(key: &str, name: &str) -> String {
    let key = key.trim_matches('/');
    if key.is_empty() { name.to_owned() } else { format!("{key}/{name}") }
}

/// The address of a file within the folder of another one; what stands behind a `?` stays there.
fn beside(url: &str, name: &str) -> String {
    let (url, rest) = url.find('?').map_or((url, ""), |at| url.split_at(at));
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/=".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{}/{encoded}{rest}", url.trim_end_matches('/'))
}

/// Where the copy of a folder is, by the address of the folder of one save.
pub(crate) fn copy_of(url: &str, project: &Path) -> PathBuf {
    project.join(FOLDER).join("folders").join(&hash_text(&cleaned(url))[..32])
}

/// A folder that was saved, as it is now; nothing where no save names one.
///
/// # Errors
/// Where the store is not reached, or a file of the folder is not there or another one than was saved.
pub(crate) fn folder(dataset: &Dataset, project: &Path, path: &str, kept: Kept) -> Result<Option<Here>, Fault> {
    current(&Place::of(dataset, path)?, project, kept).map_err(|fault| fault.at(&dataset.name))
}

/// The same of a place.
pub(super) fn current(place: &Place<'_>, project: &Path, kept: Kept) -> Result<Option<Here>, Fault> {
    let mut tried = 0;
    loop {
        let Some((version, manifest)) = wait(place.saved(kept))?? else { return Ok(None) };
        let folder = copy_of(&place.shown(&manifest.folder), project);
        let wanted = manifest.files.iter().map(|file| Wanted {
            name: file.name.clone(),
            key: place.key(&format!("{}/{}", manifest.folder, file.name)),
            bytes: file.bytes,
            sha256: Some(file.sha256.clone()),
        });
        match brought(place, wanted.collect(), &manifest.folder, &folder, project) {
            Ok(files) => return Ok(Some(Here { path: folder, version, files })),
            Err(fault) if fault.code == code::FILE_MISSING && tried < TRIES => {
                tried += 1;
                if wait(place.saved(kept))??.is_some_and(|(_, again)| again.folder == manifest.folder) {
                    return Err(fault);
                }
            }
            Err(fault) => return Err(fault),
        }
    }
}

/// A folder that others brought there, without anything that names its files.
///
/// # Errors
/// Where there is nothing, or it is on a web server, which lists nothing.
pub(crate) fn plain(dataset: &Dataset, project: &Path, path: &str) -> Result<Here, Fault> {
    let place = Place::of(dataset, path)?;
    let Place::Store(store, address) = &place else {
        let text = format!("there is no `{}`, and a web server does not list its files", place.shown(CURRENT));
        return Err(Fault::new(code::FILE_MISSING, text)
            .at(&dataset.name)
            .help("save to a store that this server shows, such as a bucket, or bring the folder to this machine"));
    };
    let objects = wait(found(&**store, address, path, Which::Folder))?.map_err(|fault| fault.at(&dataset.name))?;
    let root = address.key.trim_matches('/');
    let mut told = String::new();
    let mut wanted = Vec::new();
    for object in objects {
        let key = object.location.to_string();
        let name = key.strip_prefix(root).unwrap_or(&key).trim_start_matches('/').to_owned();
        if name.split('/').next().is_some_and(|first| is_own(first) || first.starts_with('_')) {
            continue;
        }
        let mark = object.e_tag.clone().unwrap_or_else(|| object.last_modified.to_string());
        told.push_str(&format!("\n{name} {} {mark}", object.size));
        wanted.push(Wanted { name, key, bytes: object.size, sha256: None });
    }
    if wanted.is_empty() {
        return Err(nothing(dataset, path));
    }
    let folder = copy_of(&format!("{}{told}", place.shown("")), project);
    let files = brought(&place, wanted, "", &folder, project).map_err(|fault| fault.at(&dataset.name))?;
    Ok(Here { path: folder, version: None, files })
}

/// Nothing was saved to a path.
pub(crate) fn nothing(dataset: &Dataset, path: &str) -> Fault {
    let text = format!("nothing was saved as `{}` yet: there is no {}", dataset.name, cleaned(path));
    Fault::new(code::FILE_MISSING, text).at(&dataset.name).help(SAVE_FIRST)
}

/// Fetches the files that are not there.
fn brought(
    place: &Place<'_>,
    wanted: Vec<Wanted>,
    within: &str,
    folder: &Path,
    project: &Path,
) -> Result<Vec<Copied>, Fault> {
    let files: Vec<Copied> =
        wanted.iter().map(|file| Copied { key: file.key.clone(), path: folder.join(&file.name) }).collect();
    let missing: Vec<(Wanted, PathBuf)> = wanted
        .into_iter()
        .zip(files.iter().map(|copied| copied.path.clone()))
        .filter(|(file, path)| !is_there(path, file.bytes))
        .collect();
    for (_, path) in &missing {
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| cannot(parent, &error))?;
    }
    wait(fetched(place, missing, within))??;
    limit(&project.join(FOLDER), &files);
    Ok(files)
}

async fn fetched(place: &Place<'_>, missing: Vec<(Wanted, PathBuf)>, within: &str) -> Result<(), Fault> {
    let mut work = tokio::task::JoinSet::new();
    for (file, path) in missing {
        if work.len() >= AT_ONCE {
            done(work.join_next().await)?;
        }
        let shown = place.shown(&format!("{within}/{}", file.name));
        match place {
            Place::Store(store, _) => {
                let store = Arc::clone(store);
                work.spawn(async move {
                    let wrong = |error: object_store::Error| of_store(&shown, &error);
                    let key = Key::parse(&file.key).map_err(|error| wrong(error.into()))?;
                    let object = store.head(&key).await.map_err(wrong)?;
                    if object.size != file.bytes {
                        return Err(differs(&shown));
                    }
                    fetch(&*store, &object, &shown, &path).await?;
                    held(&file, &path, &shown)
                });
            }
            Place::Web(url, token) => {
                let (url, token) = (beside(url, &format!("{within}/{}", file.name)), token.clone());
                work.spawn(async move {
                    let bytes = http::bytes(&url, token.as_deref()).await?;
                    crate::afar::copies::keep(&path, &bytes)?;
                    held(&file, &path, &shown)
                });
            }
        }
    }
    while !work.is_empty() {
        done(work.join_next().await)?;
    }
    Ok(())
}

/// Holds a copy against what was saved.
fn held(file: &Wanted, path: &Path, shown: &str) -> Result<(), Fault> {
    let is_it = match &file.sha256 {
        Some(sha256) => digest(path)? == *sha256,
        None => true,
    };
    if is_it {
        return Ok(());
    }
    let _ = fs::remove_file(path);
    Err(differs(shown))
}

fn differs(shown: &str) -> Fault {
    Fault::new(code::CANNOT_READ, format!("`{shown}` is not the file that was saved"))
        .help("something else has changed it: run the pipeline that saves it again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_web_servers_have_addresses_of_their_own() {
        assert_eq!(
            beside("https://h/m/buyer/?sig=a/b", "gml-1/a b%2F.txt"),
            "https://h/m/buyer/gml-1/a%20b%252F.txt?sig=a/b"
        );
        assert_eq!(within("/a/b/", "c"), "a/b/c");
        assert_eq!(within("", "c"), "c");
    }
}
