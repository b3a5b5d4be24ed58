//! Appearing at once: files and folders.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use gml_connect::{Fault, Folder, write, write_folder};
use gml_ir::{Connector, Dataset, Location, OnViolation, Type, Value};
use polars::prelude::*;

use crate::support::*;

fn artifact(versioned: bool) -> Dataset {
    let args = vec![("path".into(), Value::Str("models/m".into())), ("versioned".into(), Value::Bool(versioned))];
    Dataset {
        name: "m".into(),
        ty: Type::Learned(Arc::new(gml_ir::Learned::Model(None))),
        connector: Connector { name: "artifact".into(), args },
        on_violation: OnViolation::Fail,
        location: Location::default(),
    }
}

fn save(dataset: &Dataset, project: &Path, text: &str) -> Folder {
    write_folder(dataset, project, |folder| {
        fs::create_dir(folder.join("in")).unwrap();
        fs::write(folder.join("in/model.txt"), text).unwrap();
        Ok(())
    })
    .unwrap()
}

fn text(folder: &Folder) -> String {
    fs::read_to_string(folder.path.join("in/model.txt")).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_folder_is_replaced_as_a_whole() {
    let project = tempfile::tempdir().unwrap();
    let entry = artifact(false);
    assert_eq!(Folder::newest(&entry, project.path()).unwrap_err().code, "GML0901");
    for content in ["one", "two"] {
        save(&entry, project.path(), content);
        assert_eq!(text(&Folder::newest(&entry, project.path()).unwrap()), content);
    }
    assert_eq!(names(&project.path().join("models")), ["m"]);
}

#[test]
fn a_failed_write_leaves_the_old_folder() {
    let project = tempfile::tempdir().unwrap();
    let entry = artifact(false);
    save(&entry, project.path(), "one");
    let fault = write_folder(&entry, project.path(), |folder| {
        fs::write(folder.join("half"), "x").unwrap();
        Err(Fault::new("GML0921", "gave up"))
    });
    assert_eq!(fault.unwrap_err().message, "gave up");
    assert_eq!(text(&Folder::newest(&entry, project.path()).unwrap()), "one");
    assert_eq!(names(&project.path().join("models")), ["m"]);
}

#[test]
fn versions_count_up_and_the_latest_is_written_down() {
    let project = tempfile::tempdir().unwrap();
    let entry = artifact(true);
    assert_eq!(save(&entry, project.path(), "one").version, Some(1));
    assert_eq!(save(&entry, project.path(), "two").version, Some(2));
    let newest = Folder::newest(&entry, project.path()).unwrap();
    assert_eq!((newest.version, text(&newest).as_str()), (Some(2), "two"));
    let place = project.path().join("models/m");
    assert_eq!(names(&place), ["000001", "000002", "latest", "versions.jsonl"]);
    assert_eq!(fs::read_to_string(place.join("latest")).unwrap(), "000002\n");
}

#[test]
fn what_the_newest_version_holds_is_not_saved_again() {
    let project = tempfile::tempdir().unwrap();
    let entry = artifact(true);
    let saved = |content: &str| {
        let Folder { path, version, is_new } = save(&entry, project.path(), content);
        assert!(path.ends_with(format!("{:06}", version.unwrap())));
        (version.unwrap(), is_new)
    };
    assert_eq!(saved("one"), (1, true));
    assert_eq!(saved("one"), (1, false));
    assert_eq!(saved("two"), (2, true));
    assert_eq!(saved("one"), (3, true), "what an older version holds is another one");
    let same_name = write_folder(&entry, project.path(), |folder| {
        fs::write(folder.join("model.txt"), "one").unwrap();
        Ok(())
    });
    assert!(same_name.unwrap().is_new, "the file lies elsewhere");
    let place = project.path().join("models/m");
    assert_eq!(names(&place), ["000001", "000002", "000003", "000004", "latest", "versions.jsonl"]);
    assert_eq!(fs::read_to_string(place.join("versions.jsonl")).unwrap().lines().count(), 4);
}

#[test]
fn a_crash_between_the_renames_is_healed() {
    let project = tempfile::tempdir().unwrap();
    let entry = artifact(false);
    save(&entry, project.path(), "one");
    let models = project.path().join("models");
    fs::rename(models.join("m"), models.join(".m.old")).unwrap();
    assert_eq!(text(&Folder::newest(&entry, project.path()).unwrap()), "one");
    fs::rename(models.join("m"), models.join(".m.old")).unwrap();
    save(&entry, project.path(), "two");
    assert_eq!(text(&Folder::newest(&entry, project.path()).unwrap()), "two");
    assert_eq!(names(&models), ["m"]);
}

fn entry(path: &str) -> Dataset {
    dataset(path, vec![column("id", Type::INT)])
}

fn ids() -> DataFrame {
    df!("id" => [1_i64]).unwrap()
}

#[test]
fn a_pattern_and_a_folder_cannot_be_written() {
    let project = tempfile::tempdir().unwrap();
    assert_eq!(write(&entry("*.csv"), ids(), project.path()).unwrap_err().code, "GML0515");
    fs::create_dir(project.path().join("t.csv")).unwrap();
    let fault = write(&entry("t.csv"), ids(), project.path()).unwrap_err();
    assert_eq!(fault.code, "GML0910");
    assert!(whole(&fault).contains("folder"), "{}", whole(&fault));
    fs::write(project.path().join("file"), "x").unwrap();
    let fault = write(&entry("file/t.csv"), ids(), project.path()).unwrap_err();
    assert_eq!(fault.code, "GML0910");
    assert!(fault.help.is_some());
    assert_eq!(names(project.path()), ["file", "t.csv"]);
}

#[test]
fn a_failed_write_leaves_the_old_file_and_nothing_else() {
    let project = tempfile::tempdir().unwrap();
    write(&entry("t.csv"), ids(), project.path()).unwrap();
    let entry = dataset("t.csv", vec![column("id", Type::INT), column("tags", list(Type::Str))]);
    let tags = Series::new("tags".into(), [Series::new("".into(), ["a b"])]);
    let frame = DataFrame::new(1, vec![Series::new("id".into(), [2_i64]).into_column(), tags.into_column()]).unwrap();
    assert_eq!(write(&entry, frame, project.path()).unwrap_err().code, "GML0910");
    assert_eq!(fs::read_to_string(project.path().join("t.csv")).unwrap(), "id\n1\n");
    assert_eq!(names(project.path()), ["t.csv"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_place_where_nothing_can_be_made_is_refused() {
    let fault = write(&entry("/proc/none/t.csv"), ids(), Path::new("/")).unwrap_err();
    assert_eq!(fault.code, "GML0910");
    assert!(fault.help.is_some(), "{}", whole(&fault));
}
