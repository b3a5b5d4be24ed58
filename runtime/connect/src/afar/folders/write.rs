//! A folder of this machine, sent to a store, where it appears at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gml_ir::Dataset;
use jiff::Timestamp;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};

use super::manifest::{File, Manifest, digest, is_abandoned, new_name};
use super::read::{Place, copy_of};
use super::versions::{Kept, listed, numbers, removed};
use super::{CURRENT, VERSIONS, of_version};
use crate::afar::copies::{AT_ONCE, done, put};
use crate::afar::faults::of_store;
use crate::afar::store::Address;
use crate::afar::wait;
use crate::table::{Folder, files_in};
use crate::{Fault, code, paths};

/// A folder whose save was begun before and that nothing names is one of a writer that was killed.
const ABANDONED: Duration = Duration::from_secs(86_400);

/// How a folder is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keeping {
    /// Whether every save is a version.
    pub(crate) versioned: bool,
    /// The run that saves it, where that is known.
    pub(crate) run: Option<String>,
}

/// Sends the files of a folder. They appear at once, in the place of those of the last save or as a new version. Where the last
/// save has the same files with the same content, nothing is sent. Gives where the folder is, and takes the one of this machine as
/// its copy.
///
/// # Errors
/// Where the store does not take them, or is a web server; what was there before is there still.
pub(crate) fn save(
    dataset: &Dataset,
    project: &Path,
    path: &str,
    keeping: &Keeping,
    from: &Path,
) -> Result<Folder, Fault> {
    takes(dataset, path)?;
    let place = Place::of(dataset, path)?;
    let files = files_of(from)?;
    let saved = wait(sent(&place, &files, keeping, from))?;
    let (version, folder, is_new) = saved.map_err(|fault| fault.at(&dataset.name))?;
    let url = place.shown(&folder);
    if is_new {
        let copy = copy_of(&url, project);
        // Where it cannot be moved there, it is fetched when it is read.
        let _ = copy.parent().map(std::fs::create_dir_all);
        let _ = std::fs::rename(from, copy);
    }
    Ok(Folder { path: PathBuf::from(url), version, is_new })
}

/// Whether a folder can be saved to a path, as far as the path tells.
///
/// # Errors
/// Where it is of a web server, or all of a store.
pub(crate) fn takes(dataset: &Dataset, path: &str) -> Result<(), Fault> {
    let address = Address::of(path);
    if address.is_web() {
        let text = format!("a folder cannot be saved on a web server: {}", crate::afar::cleaned(path));
        return Err(Fault::new(code::ONLY_READ, text)
            .at(&dataset.name)
            .help("save to the store behind it (s3://, gs://, az://); what is saved there can be read by https://"));
    }
    if address.key.trim_matches('/').is_empty() {
        let text = format!("{} is all of a store, and a folder is saved", crate::afar::cleaned(path));
        return Err(Fault::new(code::CANNOT_WRITE, text)
            .at(&dataset.name)
            .help("name a folder within it: `s3://bucket/folder`"));
    }
    Ok(())
}

/// The files of a folder, in the order of their names.
pub(super) fn files_of(folder: &Path) -> Result<Vec<File>, Fault> {
    let file = |path: PathBuf| {
        let bytes = path.metadata().map_err(|error| paths::unreadable(&path, &error))?.len();
        let within = path.strip_prefix(folder).unwrap_or(&path).components();
        let parts: Vec<String> = within.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        Ok(File { name: parts.join("/"), bytes, sha256: digest(&path)? })
    };
    files_in(folder)?.into_iter().map(file).collect()
}

/// Gives the version, the name of the folder and whether it is a new one.
pub(super) async fn sent(
    place: &Place<'_>,
    files: &[File],
    keeping: &Keeping,
    from: &Path,
) -> Result<(Option<u64>, String, bool), Fault> {
    let Place::Store(store, _) = place else {
        return Err(Fault::new(code::INTERNAL_ERROR, "a folder is sent to a web server"));
    };
    let kept = if keeping.versioned { Kept::Newest } else { Kept::One };
    let before = place.saved(kept).await?;
    if let Some((version, same)) = before.as_ref().filter(|(_, saved)| saved.files == files)
        && is_whole(&**store, place, same).await?
    {
        return Ok((*version, same.folder.clone(), false));
    }
    let at = Timestamp::now();
    let manifest = Manifest { folder: new_name(at), at, run: keeping.run.clone(), files: files.to_vec() };
    if let Err(fault) = files_sent(store, place, &manifest, from).await {
        // Nothing names what was sent; where it cannot be taken back now, a later save does.
        let _ = removed(&**store, &place.key(&manifest.folder), &place.shown(&manifest.folder)).await;
        return Err(fault);
    }
    // From here on the files stay: a store that does not answer may have written the object that names them.
    let version = named(store, place, &manifest, keeping).await?;
    let old = before.map(|(_, manifest)| manifest.folder).filter(|_| !keeping.versioned);
    // What is saved is saved, whether or not what it took the place of goes at once.
    let _ = swept(store, place, old.as_deref(), at).await;
    Ok((version, manifest.folder, true))
}

/// Whether all files of a save are there still.
async fn is_whole(store: &dyn ObjectStore, place: &Place<'_>, saved: &Manifest) -> Result<bool, Fault> {
    let there = listed(store, &place.key(&saved.folder), &place.shown(&saved.folder)).await?;
    let is_there = |file: &File| {
        let key = place.key(&format!("{}/{}", saved.folder, file.name));
        there.iter().any(|(other, bytes)| *other == key && *bytes == file.bytes)
    };
    Ok(saved.files.iter().all(is_there))
}

pub(super) async fn files_sent(
    store: &Arc<dyn ObjectStore>,
    place: &Place<'_>,
    manifest: &Manifest,
    from: &Path,
) -> Result<(), Fault> {
    let mut work = tokio::task::JoinSet::new();
    for file in &manifest.files {
        if work.len() >= AT_ONCE {
            done(work.join_next().await)?;
        }
        let name = format!("{}/{}", manifest.folder, file.name);
        let (key, shown, path) = (place.key(&name), place.shown(&name), from.join(&file.name));
        let store = Arc::clone(store);
        work.spawn(async move { put(&*store, &key, &shown, &path).await.map(drop) });
    }
    while !work.is_empty() {
        done(work.join_next().await)?;
    }
    Ok(())
}

/// Writes the object that names the folder. Gives the number of the version.
async fn named(
    store: &Arc<dyn ObjectStore>,
    place: &Place<'_>,
    manifest: &Manifest,
    keeping: &Keeping,
) -> Result<Option<u64>, Fault> {
    let mut version = None;
    if keeping.versioned {
        let mut number = numbers(place).await?.into_iter().max().unwrap_or(0) + 1;
        // Another writer may take the number first.
        while !created(store, place, &of_version(number), manifest).await? {
            number += 1;
        }
        version = Some(number);
    }
    let shown = place.shown(CURRENT);
    let wrong = |error: object_store::Error| of_store(&shown, &error);
    let key = Key::parse(place.key(CURRENT)).map_err(|error| wrong(error.into()))?;
    let written = store.put(&key, PutPayload::from(manifest.bytes())).await;
    match (written, version) {
        // The version is there. What names the newest is for those who cannot list versions, and the next save writes it.
        (Err(_), Some(_)) | (Ok(_), _) => Ok(version),
        (Err(error), None) => Err(wrong(error)),
    }
}

/// Writes an object where there is none of that name; `false` where there is one.
async fn created(
    store: &Arc<dyn ObjectStore>,
    place: &Place<'_>,
    name: &str,
    manifest: &Manifest,
) -> Result<bool, Fault> {
    use object_store::Error::{AlreadyExists, NotFound, NotImplemented, NotSupported, Precondition};
    let shown = place.shown(name);
    let wrong = |error: object_store::Error| of_store(&shown, &error);
    let key = Key::parse(place.key(name)).map_err(|error| wrong(error.into()))?;
    let bytes = || PutPayload::from(manifest.bytes());
    match store.put_opts(&key, bytes(), PutOptions::from(PutMode::Create)).await {
        Ok(_) => Ok(true),
        // Where the answer to the first request was lost, a second one finds what it wrote.
        Err(AlreadyExists { .. } | Precondition { .. }) => {
            Ok(place.manifest(name).await?.is_some_and(|there| there.folder == manifest.folder))
        }
        // A store that cannot be asked so is looked into before: two writers in the same moment could take the same number.
        Err(NotImplemented { .. } | NotSupported { .. }) => match store.head(&key).await {
            Ok(_) => Ok(false),
            Err(NotFound { .. }) => store.put(&key, bytes()).await.map(|_| true).map_err(wrong),
            Err(error) => Err(wrong(error)),
        },
        Err(error) => Err(wrong(error)),
    }
}

/// Takes away the folder that the new one took the place of, and those of writers that were killed: begun long ago, and named by
/// nothing.
async fn swept(
    store: &Arc<dyn ObjectStore>,
    place: &Place<'_>,
    old: Option<&str>,
    now: Timestamp,
) -> Result<(), Fault> {
    if let Some(old) = old {
        removed(&**store, &place.key(old), &place.shown(old)).await?;
    }
    let shown = place.shown("");
    let wrong = |error: object_store::Error| of_store(&shown, &error);
    let root = Key::parse(place.key("").trim_end_matches('/')).map_err(|error| wrong(error.into()))?;
    let listing = store.list_with_delimiter(Some(&root)).await.map_err(wrong)?;
    let names = listing.common_prefixes.iter().filter_map(|prefix| prefix.filename().map(str::to_owned));
    let mut abandoned: Vec<String> = names.filter(|name| is_abandoned(name, now, ABANDONED)).collect();
    if abandoned.is_empty() {
        return Ok(());
    }
    let mut named: Vec<String> = place.manifest(CURRENT).await?.into_iter().map(|manifest| manifest.folder).collect();
    for (key, _) in listed(&**store, &place.key(VERSIONS), &shown).await? {
        let name = key.rsplit('/').next().unwrap_or_default();
        named.extend(place.manifest(&format!("{VERSIONS}/{name}")).await?.map(|manifest| manifest.folder));
    }
    abandoned.retain(|name| !named.contains(name));
    for name in abandoned {
        removed(&**store, &place.key(&name), &shown).await?;
    }
    Ok(())
}
