//! Objects and their copies on this machine.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use gml_ir::{Dataset, hash_text};
use object_store::path::Path as Key;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload};

use super::faults::of_store;
use super::store::{Address, open};
use super::{FOLDER, http, next, wait};
use crate::table::replace::{cannot, write_file};
use crate::{Fault, code, paths};

/// Bytes that are fetched or sent in one piece.
const PIECE: u64 = 16 << 20;
/// Objects that are fetched at the same time.
pub(super) const AT_ONCE: usize = 8;
/// The variable with the GiB that copies may take, and what holds where it is not set.
const LIMIT: (&str, f64) = ("GML_COPIES_LIMIT", 10.0);
/// Copies that were used within this time may be in use.
const FRESH: Duration = Duration::from_secs(3_600);

/// An object, and its copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Copied {
    /// Its path in the store, without the store.
    pub(crate) key: String,
    /// The copy.
    pub(crate) path: PathBuf,
}

/// Which objects a path stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// One, or those that match the pattern.
    Named,
    /// All in the folder.
    Folder,
}

/// Copies of the objects of a path, in the order of their keys, at least one.
///
/// # Errors
/// Where there is none, or the store does not give it.
pub(crate) fn copies(dataset: &Dataset, project: &Path, path: &str, which: Which) -> Result<Vec<Copied>, Fault> {
    let address = Address::of(path);
    let folder = project.join(FOLDER).join("objects");
    fs::create_dir_all(&folder).map_err(|error| cannot(&folder, &error))?;
    let copied = if address.is_web() {
        if which == Which::Folder || paths::is_pattern(path) {
            return Err(Fault::new(code::CANNOT_READ, "a web server does not list its files")
                .at(&dataset.name)
                .help("name one file; several are several entries, put together by `union`"));
        }
        let path = http::copy(dataset, path, &folder)?;
        vec![Copied { key: address.key.to_owned(), path }]
    } else {
        let store = open(dataset, &address)?;
        let objects = wait(found(&*store, &address, path, which))?.map_err(|fault| fault.at(&dataset.name))?;
        wait(fetched(&store, &address, objects, &folder))??
    };
    limit(&project.join(FOLDER), &copied);
    Ok(copied)
}

pub(super) async fn found(
    store: &dyn ObjectStore,
    address: &Address<'_>,
    path: &str,
    which: Which,
) -> Result<Vec<ObjectMeta>, Fault> {
    let wrong = |error: object_store::Error| of_store(path, &error);
    let key = |text: &str| Key::parse(text).map_err(|error| wrong(error.into()));
    if which == Which::Named && !paths::is_pattern(path) {
        return Ok(vec![store.head(&key(address.key)?).await.map_err(wrong)?]);
    }
    let start = match which {
        Which::Folder => address.key,
        Which::Named => address
            .key
            .find('*')
            .map_or(address.key, |star| address.key[..star].rfind('/').map_or("", |slash| &address.key[..slash])),
    };
    let pattern = match which {
        Which::Folder => None,
        Which::Named => Some(paths::pattern(path, address.key)?),
    };
    let start = start.trim_end_matches('/');
    let start = if start.is_empty() { None } else { Some(key(start)?) };
    let mut listed = store.list(start.as_ref());
    let mut objects = Vec::new();
    while let Some(object) = next(&mut listed).await {
        let object = object.map_err(wrong)?;
        let name = object.location.as_ref();
        let is_meant = pattern.as_ref().is_none_or(|pattern| pattern.matches_with(name, gml_ir::pattern::OPTIONS));
        // Stores have no folders; where one looks like it, a program left an object of no bytes behind its name.
        if is_meant && !(object.size == 0 && name.ends_with('/')) {
            objects.push(object);
        }
    }
    objects.sort_by(|one, other| one.location.cmp(&other.location));
    if objects.is_empty() {
        let what = if which == Which::Folder { "there is nothing under" } else { "no object matches" };
        return Err(Fault::new(code::FILE_MISSING, format!("{what} `{}`", super::cleaned(path)))
            .help("put it there, or correct the path"));
    }
    Ok(objects)
}

async fn fetched(
    store: &Arc<dyn ObjectStore>,
    address: &Address<'_>,
    objects: Vec<ObjectMeta>,
    folder: &Path,
) -> Result<Vec<Copied>, Fault> {
    let mut work = tokio::task::JoinSet::new();
    let mut copied = Vec::with_capacity(objects.len());
    for object in objects {
        let url = address.with(object.location.as_ref());
        let version = [
            object.e_tag.clone().unwrap_or_default(),
            object.version.clone().unwrap_or_default(),
            object.last_modified.timestamp_micros().to_string(),
            object.size.to_string(),
        ];
        let path = place(folder, &url, &version.join("\n"));
        copied.push(Copied { key: object.location.to_string(), path: path.clone() });
        if is_there(&path, object.size) {
            continue;
        }
        if work.len() >= AT_ONCE {
            done(work.join_next().await)?;
        }
        let store = Arc::clone(store);
        work.spawn(async move { fetch(&*store, &object, &url, &path).await });
    }
    while !work.is_empty() {
        done(work.join_next().await)?;
    }
    Ok(copied)
}

pub(super) fn done(joined: Option<Result<Result<(), Fault>, tokio::task::JoinError>>) -> Result<(), Fault> {
    match joined {
        Some(Ok(result)) => result,
        Some(Err(error)) => Err(Fault::new(code::INTERNAL_ERROR, format!("fetching an object stopped: {error}"))),
        None => Ok(()),
    }
}

pub(super) async fn fetch(store: &dyn ObjectStore, object: &ObjectMeta, url: &str, path: &Path) -> Result<(), Fault> {
    let mut pending = crate::table::replace::Pending::create(path)?;
    let mut at = 0;
    while at < object.size {
        let end = (at + PIECE).min(object.size);
        let options = GetOptions {
            range: Some(GetRange::Bounded(at..end)),
            // The pieces are those of one object, although another one may take its place meanwhile.
            if_match: object.e_tag.clone(),
            version: object.version.clone(),
            ..GetOptions::default()
        };
        let got = store.get_opts(&object.location, options).await.map_err(|error| of_store(url, &error))?;
        let bytes = got.bytes().await.map_err(|error| of_store(url, &error))?;
        pending.write(&bytes)?;
        at = end;
    }
    pending.appear().map(drop)
}

/// Where the copy of a version of an object is. It keeps the end of its name, by which some readers know the form.
pub(super) fn place(folder: &Path, url: &str, version: &str) -> PathBuf {
    let hash = hash_text(&format!("{}\n{url}\n{version}", url.len()));
    let name = url.split(['?', '#']).next().and_then(|url| url.rsplit('/').next()).unwrap_or_default();
    let tail: String =
        name.chars().filter(|letter| letter.is_ascii_alphanumeric() || ".-_".contains(*letter)).collect();
    let tail: String = tail.chars().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect();
    folder.join(format!("{}-{}", &hash[..32], tail.trim_start_matches('.')))
}

/// Whether the copy is there, as long as it should be. It counts as used now; not to the second, so that it does not look as
/// if it had changed to those who read it at the same time.
pub(super) fn is_there(path: &Path, size: u64) -> bool {
    let Ok(about) = path.metadata() else { return false };
    let there = about.len() == size;
    let is_stale = || about.modified().is_ok_and(|used| used.elapsed().unwrap_or_default() > FRESH / 2);
    if there
        && is_stale()
        && let Ok(file) = File::options().append(true).open(path)
    {
        // Where the time cannot be set, the copy goes sooner than it had to.
        let _ = file.set_modified(SystemTime::now());
    }
    there
}

/// Takes away the copies that were not used for longest, where all of them take more room than they may.
pub(super) fn limit(folder: &Path, in_use: &[Copied]) {
    let limit = std::env::var(LIMIT.0).ok().and_then(|text| text.parse().ok()).unwrap_or(LIMIT.1);
    let limit = (limit * (1_u64 << 30) as f64) as u64;
    let files = crate::table::files_in(folder).unwrap_or_default();
    let mut known: Vec<(SystemTime, u64, PathBuf)> = files
        .into_iter()
        .filter_map(|path| {
            let about = path.metadata().ok()?;
            Some((about.modified().ok()?, about.len(), path))
        })
        .collect();
    let mut all: u64 = known.iter().map(|(_, bytes, _)| bytes).sum();
    known.sort();
    for (used, bytes, path) in known {
        let is_fresh = used.elapsed().unwrap_or_default() < FRESH;
        if all <= limit || is_fresh {
            break;
        }
        if in_use.iter().all(|copied| copied.path != path) && fs::remove_file(&path).is_ok() {
            all -= bytes;
        }
    }
}

/// Sends a file to a path of a store, where it appears when all of it is there. Gives its size.
///
/// # Errors
/// Where the store does not take it.
pub(crate) fn send(dataset: &Dataset, path: &str, file: &Path) -> Result<u64, Fault> {
    let address = Address::of(path);
    if address.is_web() {
        return http::send(dataset, path, file);
    }
    let store = open(dataset, &address)?;
    wait(put(&*store, address.key, path, file))?.map_err(|fault| fault.at(&dataset.name))
}

/// Puts a file into a store as one object, in parts where it is large.
pub(super) async fn put(store: &dyn ObjectStore, key: &str, path: &str, file: &Path) -> Result<u64, Fault> {
    let wrong = |error: object_store::Error| of_store(path, &error);
    let key = Key::parse(key).map_err(|error| wrong(error.into()))?;
    let mut from = File::open(file).map_err(|error| paths::unreadable(file, &error))?;
    let size = from.metadata().map_err(|error| paths::unreadable(file, &error))?.len();
    let mut piece = || {
        let mut bytes = Vec::new();
        Read::by_ref(&mut from).take(PIECE).read_to_end(&mut bytes).map_err(|error| paths::unreadable(file, &error))?;
        Ok::<_, Fault>(bytes)
    };
    if size <= PIECE {
        store.put(&key, PutPayload::from(piece()?)).await.map_err(wrong)?;
        return Ok(size);
    }
    let mut upload = store.put_multipart(&key).await.map_err(wrong)?;
    let mut at = 0;
    while at < size {
        let part = match piece() {
            Ok(bytes) => upload.put_part(PutPayload::from(bytes)).await.map_err(wrong),
            Err(fault) => Err(fault),
        };
        if let Err(fault) = part {
            // What was sent so far is nobody's; where it cannot be taken back, the store throws it away in time.
            let _ = upload.abort().await;
            return Err(fault);
        }
        at += PIECE;
    }
    upload.complete().await.map_err(wrong)?;
    Ok(size)
}

/// Writes bytes as a file of the folder of copies.
pub(super) fn keep(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    write_file(path, |file| file.write_all(bytes).map_err(|error| cannot(path, &error))).map(drop)
}
