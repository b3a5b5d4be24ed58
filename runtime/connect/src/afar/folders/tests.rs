//! Folders in a store that is in memory.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use object_store::memory::InMemory;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use tempfile::TempDir;

use super::manifest::{Manifest, new_name};
use super::of_version;
use super::read::{Place, current};
use super::versions::{Kept, listed};
use super::write::{Keeping, files_of, files_sent, sent};
use crate::afar::store::Address;
use crate::afar::wait;

struct Lake {
    store: Arc<InMemory>,
    project: TempDir,
}

impl Lake {
    fn new() -> Self {
        Self { store: Arc::new(InMemory::new()), project: tempfile::tempdir().unwrap() }
    }

    fn place(&self) -> Place<'static> {
        let store: Arc<dyn ObjectStore> = self.store.clone();
        Place::Store(store, Address::of("s3://lake/models/buyer"))
    }

    /// A folder of this machine with a file of that content.
    fn folder(&self, content: &str) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("day=1%2F2")).unwrap();
        fs::write(folder.path().join("signature.json"), content).unwrap();
        fs::write(folder.path().join("day=1%2F2/a b.txt"), "inner").unwrap();
        folder
    }

    fn save(&self, content: &str, versioned: bool) -> (Option<u64>, String, bool) {
        let folder = self.folder(content);
        let keeping = Keeping { versioned, run: Some("r".into()) };
        let files = files_of(folder.path()).unwrap();
        wait(sent(&self.place(), &files, &keeping, folder.path())).unwrap().unwrap()
    }

    fn keys(&self) -> Vec<String> {
        let listed = wait(listed(&*self.store, "models/buyer", "")).unwrap().unwrap();
        listed.into_iter().map(|(key, _)| key).collect()
    }

    fn put(&self, name: &str, bytes: Vec<u8>) {
        let key = Key::parse(self.place().key(name)).unwrap();
        wait(self.store.put(&key, PutPayload::from(bytes))).unwrap().unwrap();
    }

    fn delete(&self, key: &str) {
        wait(self.store.delete(&Key::parse(key).unwrap())).unwrap().unwrap();
    }

    fn read(&self, kept: Kept) -> Option<(Option<u64>, String)> {
        let here = current(&self.place(), self.project.path(), kept).unwrap()?;
        assert_eq!(fs::read_to_string(here.path.join("day=1%2F2/a b.txt")).unwrap(), "inner");
        Some((here.version, fs::read_to_string(here.path.join("signature.json")).unwrap()))
    }
}

fn age(days: i64) -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second() - days * 86_400).unwrap()
}

/// What a writer sent that was killed before it named it.
fn killed(lake: &Lake, begun: Timestamp) -> String {
    let folder = lake.folder("half");
    let files = files_of(folder.path()).unwrap();
    let manifest = Manifest { folder: new_name(begun), at: begun, run: None, files };
    let place = lake.place();
    let Place::Store(store, _) = &place else { panic!("it is a store") };
    wait(files_sent(store, &place, &manifest, folder.path())).unwrap().unwrap();
    manifest.folder
}

#[test]
fn what_is_saved_takes_the_place_of_what_was_there() {
    let lake = Lake::new();
    assert_eq!(lake.read(Kept::One), None);
    let (version, first, is_new) = lake.save("one", false);
    assert_eq!((version, is_new), (None, true));
    assert_eq!(lake.read(Kept::One), Some((None, "one".into())));
    assert_eq!(lake.save("one", false), (None, first.clone(), false), "the same is not sent again");
    lake.save("two", false);
    assert_eq!(lake.read(Kept::One), Some((None, "two".into())));
    assert!(lake.keys().iter().all(|key| !key.contains(&first)) && lake.keys().len() == 3, "{:?}", lake.keys());
}

#[test]
fn what_was_killed_is_never_seen_and_goes_in_time() {
    let lake = Lake::new();
    let before = killed(&lake, age(0));
    assert_eq!(lake.read(Kept::One), None);
    lake.save("one", false);
    let old = killed(&lake, age(2));
    assert_eq!(lake.read(Kept::One), Some((None, "one".into())));
    lake.save("two", false);
    assert!(lake.keys().iter().any(|key| key.contains(&before)), "somebody may be at it still");
    assert!(!lake.keys().iter().any(|key| key.contains(&old)), "{:?}", lake.keys());
}

#[test]
fn what_others_took_away_is_sent_again() {
    let lake = Lake::new();
    let (_, first, _) = lake.save("one", false);
    lake.delete(&format!("models/buyer/{first}/signature.json"));
    let (_, second, is_new) = lake.save("one", false);
    assert!(is_new && second != first);
    assert_eq!(lake.read(Kept::One), Some((None, "one".into())));
}

#[test]
fn what_others_changed_is_told() {
    let lake = Lake::new();
    let (_, folder, _) = lake.save("one", false);
    lake.put(&format!("{folder}/signature.json"), b"two".to_vec());
    let fault = current(&lake.place(), lake.project.path(), Kept::One).unwrap_err();
    assert!(fault.code == "GML0902" && fault.message.contains("is not the file that was saved"), "{}", fault.message);
    lake.put("_current.json", b"{}".to_vec());
    assert!(current(&lake.place(), lake.project.path(), Kept::One).is_err());
}

#[test]
fn versions_get_a_number_each_and_stay() {
    let lake = Lake::new();
    assert_eq!(lake.save("one", true).0, Some(1));
    assert_eq!(lake.save("one", true).0, Some(1), "the same is no new version");
    assert_eq!(lake.save("two", true).0, Some(2));
    // Another writer has taken the next number, and nobody has seen it in a list yet.
    let of_other = Manifest { folder: new_name(age(0)), at: age(0), run: None, files: Vec::new() };
    lake.put(&of_version(3), of_other.bytes());
    assert_eq!(lake.save("three", true).0, Some(4));
    assert_eq!(lake.read(Kept::Newest), Some((Some(4), "three".into())));
    assert_eq!(lake.read(Kept::Version(1)), Some((Some(1), "one".into())));
    assert_eq!(lake.read(Kept::Version(9)), None);
}

#[test]
fn a_copy_is_used_again_and_a_damaged_one_is_not() {
    let lake = Lake::new();
    lake.save("one", false);
    let here = current(&lake.place(), lake.project.path(), Kept::One).unwrap().unwrap();
    let file = here.path.join("signature.json");
    let touched = |path: &Path| path.metadata().unwrap().modified().unwrap();
    let before = touched(&file);
    assert_eq!(lake.read(Kept::One), Some((None, "one".into())));
    assert_eq!(touched(&file), before);
    fs::write(&file, "no").unwrap();
    assert_eq!(lake.read(Kept::One), Some((None, "one".into())));
}
