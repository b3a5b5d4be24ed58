//! Versions of a folder of a store.

use std::path::PathBuf;

use gml_ir::Dataset;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt};

use super::read::Place;
use super::{CURRENT, VERSIONS, of_version};
use crate::afar::faults::of_store;
use crate::afar::{next, wait};
use crate::table::{Version, version_name};
use crate::{Fault, code};

/// What is kept at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// What was saved last.
    One,
    /// Versions, of which the newest is meant.
    Newest,
    /// Versions, of which the one of that number is meant.
    Version(u64),
}

/// The numbers of the versions of a folder, in no order.
pub(super) async fn numbers(place: &Place<'_>) -> Result<Vec<u64>, Fault> {
    let Place::Store(store, _) = place else {
        return Err(Fault::new(code::CANNOT_READ, "a web server does not list its files")
            .help("name the version: `gmlc run --at 3`"));
    };
    let names = listed(&**store, &place.key(VERSIONS), &place.shown(VERSIONS)).await?;
    let number = |(key, _): &(String, u64)| {
        let name = key.rsplit('/').next()?.strip_suffix(".json")?;
        name.parse().ok().filter(|number| version_name(*number) == name)
    };
    Ok(names.iter().filter_map(number).collect())
}

/// The keys of all objects below one, in their order, and how large they are.
pub(super) async fn listed(store: &dyn ObjectStore, key: &str, shown: &str) -> Result<Vec<(String, u64)>, Fault> {
    let wrong = |error: object_store::Error| of_store(shown, &error);
    let key = Key::parse(key).map_err(|error| wrong(error.into()))?;
    let mut listed = store.list(Some(&key));
    let mut keys = Vec::new();
    while let Some(object) = next(&mut listed).await {
        let object = object.map_err(wrong)?;
        keys.push((object.location.to_string(), object.size));
    }
    keys.sort();
    Ok(keys)
}

/// Takes away all objects below a key. Where one is gone already, somebody else has done the same.
pub(super) async fn removed(store: &dyn ObjectStore, key: &str, shown: &str) -> Result<(), Fault> {
    for (key, _) in listed(store, key, shown).await? {
        remove(store, &key, shown).await?;
    }
    Ok(())
}

async fn remove(store: &dyn ObjectStore, key: &str, shown: &str) -> Result<(), Fault> {
    let wrong = |error: object_store::Error| of_store(shown, &error);
    let key = Key::parse(key).map_err(|error| wrong(error.into()))?;
    match store.delete(&key).await {
        Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(wrong(error)),
    }
}

/// The versions of a dataset in a store, the oldest first.
///
/// # Errors
/// Where the store is not reached, or lists nothing.
pub(crate) fn versions(dataset: &Dataset, path: &str) -> Result<Vec<Version>, Fault> {
    let place = Place::of(dataset, path)?;
    let found = wait(async {
        let mut numbers = numbers(&place).await?;
        numbers.sort_unstable();
        let mut found = Vec::with_capacity(numbers.len());
        for number in numbers {
            // One that went meanwhile is none any more.
            let Some(manifest) = place.manifest(&of_version(number)).await? else { continue };
            let folder = PathBuf::from(place.shown(&manifest.folder));
            found.push(Version { number, folder, at: manifest.at, run: manifest.run });
        }
        Ok(found)
    })?;
    found.map_err(|fault: Fault| fault.at(&dataset.name))
}

/// Takes away versions by their numbers, and gives how many bytes each took. With `pretend` nothing is touched.
///
/// # Errors
/// Where the store does not do so.
pub(crate) fn forget(dataset: &Dataset, path: &str, which: &[u64], pretend: bool) -> Result<Vec<u64>, Fault> {
    let place = Place::of(dataset, path)?;
    let gone = wait(async {
        let mut gone = Vec::with_capacity(which.len());
        let current = place.manifest(CURRENT).await?;
        for number in which {
            let Some(manifest) = place.manifest(&of_version(*number)).await? else {
                gone.push(0);
                continue;
            };
            gone.push(manifest.files.iter().map(|file| file.bytes).sum());
            let (Place::Store(store, _), false) = (&place, pretend) else { continue };
            let shown = place.shown(&manifest.folder);
            // It is no version any more before the first of its files goes.
            remove(&**store, &place.key(&of_version(*number)), &shown).await?;
            if current.as_ref().is_none_or(|current| current.folder != manifest.folder) {
                removed(&**store, &place.key(&manifest.folder), &shown).await?;
            }
        }
        Ok(gone)
    })?;
    gone.map_err(|fault: Fault| fault.at(&dataset.name))
}
