use std::io::Write;
use std::path::PathBuf;

use super::*;

/// A small file system of its own at a place of a project; gone with it.
struct Disk(PathBuf);

impl Disk {
    /// `None`, said loudly, where this process may not mount one; in `.ci/run` that is a failure.
    fn at(place: PathBuf, options: &str) -> Option<Self> {
        std::fs::create_dir_all(&place).unwrap();
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", options, "gml-test"]).arg(&place).output();
        match done {
            Ok(done) if done.status.success() => Some(Self(place)),
            other => {
                assert!(std::env::var_os("CI").is_none(), "no file system can be mounted here: {other:?}");
                eprintln!("skipped: no file system can be mounted here: {other:?}");
                None
            }
        }
    }

    fn remount(&self, options: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.0).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Writes nothing once the file system is full.
fn fill(place: &Path) {
    let mut file = std::fs::File::create(place.join("filler")).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
}

#[test]
fn a_disk_that_is_full() {
    let (old, new) = (undisturbed(&["least=9.5", "strength=2.0"]), undisturbed(&[]));
    let project = project();
    let Some(_disk) = Disk::at(project.path("out"), "size=1500k") else { return };
    project.done(&run(&["least=9.5", "strength=2.0"]));
    fill(&project.path("out"));
    let failed = project.gmlc(&run(&[]));
    assert_eq!(failed.code, 3, "{}", failed.stderr);
    for part in ["GML0910", "No space left on device", "help: make room on the disk and run again"] {
        assert!(failed.stderr.contains(part), "{part}: {}", failed.stderr);
    }
    assert_eq!(project.record()["state"], "failed");
    whole(&project, &old, &new);
    std::fs::remove_file(project.path("out/filler")).unwrap();
    ends_right(&project, &[], &new);
}

#[test]
fn a_store_whose_disk_is_full_stops_no_run() {
    let new = undisturbed(&[]);
    let project = project();
    let Some(disk) = Disk::at(project.path(".gml/store"), "size=64k") else { return };
    let told = kept(&project, &[]);
    assert_eq!(told.matches("results of this run are not kept for later runs").count(), 1, "{told}");
    assert!(project.files() == new);
    disk.remount("size=64m");
    for _ in 0..2 {
        kept(&project, &[]);
        assert!(project.files() == new);
    }
    assert!(project.record()["steps"].as_array().unwrap().iter().all(|step| step["state"] == "cached"));
}

/// A limit of the size of files, as a quota sets it: whether the process is told of it or killed by it.
#[test]
fn a_file_that_may_not_grow() {
    let new = undisturbed(&[]);
    for trap in ["trap '' XFSZ; ", ""] {
        let project = project();
        let binary = gmlc_folder().join("gmlc");
        let limited = format!("{trap}ulimit -f 300; exec {} run", binary.display());
        let output = Command::new("bash").args(["-c", &limited]).current_dir(project.path(".")).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{told}");
        if !trap.is_empty() {
            assert_eq!(output.status.code(), Some(3), "{told}");
            assert!(told.contains("GML0910") && told.contains("File too large"), "{told}");
        }
        whole(&project, &BTreeMap::new(), &new);
        ends_right(&project, &[], &new);
    }
}

#[test]
fn a_folder_that_is_read_only() {
    let (old, new) = (undisturbed(&["least=9.5", "strength=2.0"]), undisturbed(&[]));
    let project = project();
    let Some(disk) = Disk::at(project.path("out"), "size=16m") else { return };
    project.done(&run(&["least=9.5", "strength=2.0"]));
    disk.remount("ro");
    let failed = project.gmlc(&run(&[]));
    assert_eq!(failed.code, 3, "{}", failed.stderr);
    for part in ["GML0910", "Read-only file system", "help: the disk is read-only; choose a path on another one"] {
        assert!(failed.stderr.contains(part), "{part}: {}", failed.stderr);
    }
    assert_eq!(project.files().keys().collect::<Vec<_>>(), old.keys().collect::<Vec<_>>());
    whole(&project, &old, &old);
    disk.remount("rw");
    ends_right(&project, &[], &new);
}

#[test]
fn a_project_that_is_read_only() {
    let new = undisturbed(&[]);
    let project = project();
    let Some(disk) = Disk::at(project.path(".gml"), "size=16m") else { return };
    disk.remount("ro");
    let failed = project.gmlc(&run(&[]));
    assert_eq!(failed.code, 3, "{}", failed.stderr);
    assert!(
        failed.stderr.contains("GML0910") && failed.stderr.contains("make the project's .gml folder writable"),
        "{}",
        failed.stderr
    );
    assert!(!project.path("out").exists(), "nothing runs that cannot be recorded");
    disk.remount("rw");
    ends_right(&project, &[], &new);
}
