//! Objects: files and folders named by the hash of their content.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::content;
use super::entry::Object;

static WRITES: AtomicU64 = AtomicU64::new(0);

/// The objects of a store.
pub(super) struct Objects {
    root: PathBuf,
}

/// How an object was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Its content is what its name says.
    Whole,
    /// It is not there.
    Missing,
    /// Its content is something else, or cannot be read.
    Damaged,
}

impl Objects {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    /// Where an object lies.
    pub(super) fn place(&self, object: &Object) -> PathBuf {
        let (start, rest) = object.hash.split_at(object.hash.len().min(2));
        self.root.join("objects").join(start).join(rest)
    }

    /// Puts what `fill` writes to the path that it is given (a file or a folder) into the store.
    pub(super) fn put<E: From<io::Error>>(&self, fill: impl FnOnce(&Path) -> Result<(), E>) -> Result<Object, E> {
        let number = WRITES.fetch_add(1, Ordering::Relaxed);
        let folder = self.root.join("tmp");
        fs::create_dir_all(&folder)?;
        let beside = folder.join(format!("{}-{number}", std::process::id()));
        let put = fill(&beside).and_then(|()| Ok(self.settle(&beside)?));
        if put.is_err() {
            remove(&beside);
        }
        put
    }

    fn settle(&self, beside: &Path) -> io::Result<Object> {
        let (hash, bytes) = content::of_path(beside, content::of_file)?;
        let object = Object { hash, bytes };
        let place = self.place(&object);
        fs::create_dir_all(place.parent().unwrap_or(&self.root))?;
        match fs::rename(beside, &place) {
            Ok(()) => {}
            // Another run, or another step, put the same there: a folder is not renamed over one with files.
            Err(_) if self.verify(&object) == Found::Whole => remove(beside),
            Err(_) => {
                remove(&place);
                fs::rename(beside, &place)?;
            }
        }
        self.used(&object);
        Ok(object)
    }

    pub(super) fn verify(&self, object: &Object) -> Found {
        match content::of_path(&self.place(object), content::of_file) {
            Ok((hash, _)) if hash == object.hash => Found::Whole,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Found::Missing,
            Ok(_) | Err(_) => Found::Damaged,
        }
    }

    pub(super) fn remove(&self, object: &Object) {
        remove(&self.place(object));
    }

    /// Says that an object is used now.
    pub(super) fn used(&self, object: &Object) {
        // Where the system does not let us say so, the object only goes earlier than it need.
        let _ = File::open(self.place(object)).and_then(|file| file.set_modified(SystemTime::now()));
    }

    /// Takes away what runs that were killed left half-written, and what was not used for longest until the rest takes no
    /// more than `limit` bytes. Does nothing while another run is under way.
    pub(super) fn shrink(&self, root: &Path, limit: u64) {
        let Some(_alone) = alone(root) else { return };
        remove(&root.join("tmp"));
        let mut objects = all(root);
        let mut total: u64 = objects.iter().map(|(_, _, bytes)| bytes).sum();
        objects.sort();
        for (_, path, bytes) in objects {
            if total <= limit {
                break;
            }
            remove(&path);
            total -= bytes;
        }
    }
}

/// The store for oneself: `None` while a run is under way. The store is free again when what this gives is dropped.
pub(super) fn alone(root: &Path) -> Option<File> {
    let file = File::options().create(true).append(true).open(root.join("lock")).ok()?;
    file.try_lock().ok()?;
    Some(file)
}

/// All objects: when they were used last, where they lie and how many bytes they take.
pub(super) fn all(root: &Path) -> Vec<(SystemTime, PathBuf, u64)> {
    let folders = root.join("objects").read_dir().into_iter().flatten().flatten();
    let inside = folders.flat_map(|folder| folder.path().read_dir().into_iter().flatten().flatten());
    let about = inside.filter_map(|entry| {
        let about = entry.metadata().ok()?;
        let bytes = if about.is_dir() { size(&entry.path()) } else { about.len() };
        Some((about.modified().ok()?, entry.path(), bytes))
    });
    about.collect()
}

/// Bytes of all files of a folder.
pub(crate) fn size(folder: &Path) -> u64 {
    let files = content::files(folder).unwrap_or_default();
    files.iter().filter_map(|file| Some(file.metadata().ok()?.len())).sum()
}

/// Takes away a file or a folder. What cannot be taken away stays: nothing refers to it.
pub(super) fn remove(path: &Path) {
    let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn put(objects: &Objects, text: &str) -> Object {
        objects.put(|path| fs::write(path, text)).unwrap()
    }

    #[test]
    fn a_changed_object_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::new(folder.path());
        let object = put(&objects, "content");
        assert_eq!((objects.verify(&object), object.bytes), (Found::Whole, 7));
        fs::write(objects.place(&object), "contend").unwrap();
        assert_eq!(objects.verify(&object), Found::Damaged);
        assert_eq!(put(&objects, "content"), object);
        assert_eq!(objects.verify(&object), Found::Whole, "what is put again takes the place of what was damaged");
        objects.remove(&object);
        assert_eq!(objects.verify(&object), Found::Missing);
    }

    #[test]
    fn folders_are_objects_too() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::new(folder.path());
        let model = |path: &Path| {
            fs::create_dir(path)?;
            fs::write(path.join("signature.json"), "{}")?;
            fs::write(path.join("model.txt"), "tree")
        };
        let object = objects.put(model).unwrap();
        assert_eq!(objects.put(model).unwrap(), object);
        assert_eq!((objects.verify(&object), object.bytes), (Found::Whole, 6));
        fs::remove_file(objects.place(&object).join("model.txt")).unwrap();
        assert_eq!(objects.verify(&object), Found::Damaged);
        assert_eq!(objects.put(model).unwrap(), object);
        assert_eq!(objects.verify(&object), Found::Whole);
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::new(folder.path());
        let [old, middle, new] = ["aaaa", "bbbb", "cccc"].map(|text| put(&objects, text));
        for (object, hours) in [(&old, 3), (&middle, 2), (&new, 1)] {
            let then = SystemTime::now() - Duration::from_secs(hours * 3_600);
            File::open(objects.place(object)).unwrap().set_modified(then).unwrap();
        }
        objects.used(&old);
        let held = File::options().append(true).open(folder.path().join("lock"));
        assert!(held.is_err(), "no run was under way");
        objects.shrink(folder.path(), 8);
        assert_eq!(
            [&old, &middle, &new].map(|object| objects.verify(object)),
            [Found::Whole, Found::Missing, Found::Whole]
        );
        let other = File::options().append(true).open(folder.path().join("lock")).unwrap();
        other.lock_shared().unwrap();
        objects.shrink(folder.path(), 0);
        assert_eq!(objects.verify(&old), Found::Whole, "nothing goes while another run is under way");
        drop(other);
        objects.shrink(folder.path(), 0);
        assert_eq!(objects.verify(&old), Found::Missing);
    }

    #[test]
    fn nothing_is_left_of_what_cannot_be_put() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::new(folder.path());
        let failed = objects.put(|path| {
            fs::write(path, "half")?;
            Err(io::Error::other("the disk is full"))
        });
        assert!(failed.is_err());
        assert_eq!(folder.path().join("tmp").read_dir().unwrap().count(), 0);
    }
}
