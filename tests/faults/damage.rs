use std::path::PathBuf;

use super::*;

/// The project with fewer sales: it is run often.
fn small() -> Project {
    Project::of(&[("main.gml", PROGRAM.to_owned()), ("data/sales.csv", sales(1_000))])
}

fn objects(project: &Project) -> Vec<PathBuf> {
    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }
    let mut objects = files(&project.path(".gml/store/objects"));
    objects.sort();
    objects
}

/// Each file of the store is changed, cut off or taken away in turn, and what it held is needed.
#[test]
fn a_store_that_was_changed_is_noticed() {
    let fresh = small();
    kept(&fresh, &[]);
    let new = fresh.files();
    let count = objects(&fresh).len();
    assert!(count >= 4, "{count} objects");
    for number in 0..count {
        for damage in ["changed", "cut off", "gone"] {
            let project = small();
            kept(&project, &[]);
            let object = &objects(&project)[number];
            let mut bytes = std::fs::read(object).unwrap();
            let middle = bytes.len() / 2;
            match damage {
                "changed" => bytes[middle] ^= 1,
                "cut off" => bytes.truncate(middle),
                _ => {}
            }
            if damage == "gone" {
                std::fs::remove_file(object).unwrap();
            } else {
                std::fs::write(object, bytes).unwrap();
            }
            // Without the datasets everything that was kept of what leads to them is needed.
            std::fs::remove_dir_all(project.path("out")).unwrap();
            kept(&project, &[]);
            assert!(project.files() == new, "{} was {damage}", object.display());
            let again = kept(&project, &[]);
            assert!(!again.contains("damaged"), "what was made again is whole: {again}");
        }
    }
}

#[test]
fn damage_is_told() {
    let project = project();
    kept(&project, &[]);
    for object in objects(&project) {
        let mut bytes = std::fs::read(&object).unwrap();
        bytes[0] ^= 1;
        std::fs::write(&object, bytes).unwrap();
    }
    std::fs::remove_dir_all(project.path("out")).unwrap();
    let told = kept(&project, &[]);
    assert!(
        told.contains(".gml/store/objects/") && told.contains("is damaged and not used: it is made again"),
        "{told}"
    );
}

#[test]
fn a_ledger_that_is_cut_off_or_no_ledger() {
    let new = undisturbed(&[]);
    let project = project();
    for cut in [1, 2, 7] {
        kept(&project, &[]);
        for file in project.path(".gml/store/ledger").read_dir().unwrap().flatten() {
            let bytes = std::fs::read(file.path()).unwrap();
            std::fs::write(file.path(), &bytes[..bytes.len() - bytes.len() / cut]).unwrap();
        }
        ends_right(&project, &[], &new);
    }
    for file in ["ledger/0.jsonl", "files.json", "known/prepare.json", "known/training.json"] {
        project.write(&format!(".gml/store/{file}"), b"\xff\x00 not what is due {");
    }
    ends_right(&project, &[], &new);
}
