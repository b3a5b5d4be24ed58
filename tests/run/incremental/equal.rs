use super::*;

/// What a run that starts from what is kept gives is what a run from nothing gives, byte for byte.
#[test]
fn what_is_kept_changes_no_byte() {
    let (kept, fresh) = (project(), project());
    run(&kept, &["--set", "strength=0.3", "--set", "least=1.0"]);
    run(&kept, &["--set", "strength=0.3"]);
    std::fs::remove_dir_all(kept.path("out")).unwrap();
    run(&kept, &[]);
    assert!(states(&kept).contains_key("cached"));
    run(&fresh, &[]);
    let mut files = [kept.files(), fresh.files()];
    // When a version was saved, and by which run.
    files.iter_mut().for_each(|files| drop(files.remove("out/model/versions.jsonl")));
    assert!(files[0] == files[1]);
    assert_eq!(kept.record()["metrics"], fresh.record()["metrics"]);
}

#[test]
fn two_runs_at_once_end_right() {
    let (project, alone) = (project(), project());
    run(&alone, &[]);
    let start = || {
        let binary = gml_tests::gmlc_folder().join("gmlc");
        let mut command = std::process::Command::new(binary);
        let quiet = std::process::Stdio::null;
        command.arg("run").current_dir(project.path(".")).stdout(quiet()).stderr(quiet()).spawn().unwrap()
    };
    for _ in 0..3 {
        let mut both = [start(), start()];
        for process in &mut both {
            assert!(process.wait().unwrap().success());
        }
    }
    run(&project, &[]);
    assert!(ran(&project).is_empty(), "{:?}", ran(&project));
    let tables = |files: BTreeMap<String, Vec<u8>>| -> BTreeMap<String, Vec<u8>> {
        files.into_iter().filter(|(name, _)| !name.starts_with("out/model")).collect()
    };
    assert_eq!(tables(project.files()), tables(alone.files()));
}

/// Where versions of the same bytes were put there, the ledger knows the one, and the newest is the other.
#[test]
fn a_newer_version_that_holds_the_same_is_as_good() {
    let project = project();
    run(&project, &[]);
    for (name, content) in project.files().iter().filter(|(name, _)| name.starts_with("out/model/000001/")) {
        project.write(&name.replace("000001", "000002"), content);
    }
    project.write("out/model/latest", "000002\n");
    run(&project, &[]);
    assert!(ran(&project).is_empty(), "{:?}", ran(&project));
    run(&project, &["--set", "strength=0.3"]);
    run(&project, &[]);
    assert_eq!(project.read("out/model/latest"), b"000004\n", "the newest holds something else");
}

#[test]
fn a_store_that_is_too_large_loses_what_was_not_used_for_longest_and_runs_go_on() {
    let project = project();
    let limited = |args: &[&str]| {
        let arguments: Vec<&str> = ["run"].iter().chain(args).copied().collect();
        let small = [("GML_STORE_LIMIT", "0.00002"), ("GML_STORE_KEEP_ABOVE", "0")];
        let finished = gmlc_with(&project.path("."), &arguments, &small);
        assert_eq!(finished.code, 0, "{}", finished.stderr);
    };
    for strength in ["strength=0.1", "strength=0.2", "strength=0.3"] {
        limited(&["--set", strength]);
    }
    let bytes: u64 = kept(&project.path(".gml/store/objects"));
    assert!(bytes <= 21_475, "{bytes} bytes are kept");
    run(&project, &["--set", "strength=0.1"]);
    assert!(ran(&project).contains(&"save judged".to_owned()));
}

fn kept(folder: &std::path::Path) -> u64 {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { kept(&entry.path()) } else { entry.metadata().unwrap().len() }).sum()
}
