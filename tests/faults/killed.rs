use std::time::{Duration, Instant};

use super::*;

/// A run is killed at one moment after the other, from its start to its end, over datasets of another run and without.
#[test]
fn killed_at_any_moment() {
    const MOMENTS: u32 = 12;
    let other = ["strength=2.0", "least=2.0"];
    let (old, new) = (undisturbed(&other), undisturbed(&[]));
    let project = project();
    project.done(&run(&other));
    let began = Instant::now();
    project.done(&["run", "--force"]);
    let (whole_run, mut killed) = (began.elapsed(), 0);
    for moment in 1..=MOMENTS {
        // From the one to the other and back, so that each run has something to write.
        let (settings, due): (&[&str], _) = if moment % 2 == 0 { (&[], &new) } else { (&other, &old) };
        // A run that was killed early left none.
        let _ = std::fs::remove_dir_all(project.path(".gml/store"));
        let mut process = start(&project, settings);
        std::thread::sleep(whole_run * moment / MOMENTS);
        // SIGKILL: the process gets no chance to tidy up.
        process.kill().unwrap();
        killed += usize::from(!process.wait().unwrap().success());
        whole(&project, &old, &new);
        if moment % 3 == 0 {
            ends_right(&project, settings, due);
        }
    }
    assert!(killed >= 4, "only {killed} of {MOMENTS} runs were killed before their end");
}

/// What was done before is not done again.
#[test]
fn a_killed_run_loses_no_step_that_was_done() {
    let new = undisturbed(&[]);
    let project = project();
    let mut process = start(&project, &[]);
    let until = Instant::now() + Duration::from_secs(120);
    // The first pipeline is done when its last dataset is there.
    while !project.path("out/dear.csv").exists() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(Duration::from_millis(20));
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(project.record()["state"], "running", "a killed run cannot say how it ended");
    ends_right(&project, &[], &new);
    let record = project.record();
    let load = record["steps"].as_array().unwrap().iter().find(|step| step["name"] == "load sales").unwrap();
    assert_eq!(load["state"], "cached", "{record}");
}

#[test]
fn interrupted_by_the_user() {
    let (old, new) = (undisturbed(&["strength=2.0", "least=2.0"]), undisturbed(&[]));
    for signal in ["-INT", "-TERM"] {
        let project = project();
        project.done(&run(&["strength=2.0", "least=2.0"]));
        let earlier = project.record()["id"].clone();
        std::fs::remove_dir_all(project.path(".gml/store")).unwrap();
        let process = start(&project, &[]);
        let until = Instant::now() + Duration::from_secs(120);
        while std::fs::read_to_string(project.path(".gml/runs/last")).unwrap() == earlier && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(15));
        let sent = Command::new("kill").args([signal, &process.id().to_string()]).status().unwrap();
        assert!(sent.success(), "the run was over before it could be interrupted");
        let output = process.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{told}");
        assert!(told.contains("interrupted: datasets are whole"), "{told}");
        assert_eq!(project.record()["state"], "interrupted");
        let left = project.files().into_keys().filter(|name| name.contains(".tmp-")).collect::<Vec<_>>();
        assert!(left.is_empty(), "{left:?}");
        whole(&project, &old, &new);
        ends_right(&project, &[], &new);
    }
}

#[test]
fn an_interrupted_run_ends_in_an_object_where_objects_are_asked_for() {
    let project = project();
    let mut command = Command::new(gmlc_folder().join("gmlc"));
    command.args(["run", "--log", "json"]).current_dir(project.path(".")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let process = command.spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(120);
    while !project.path(".gml/runs/last").exists() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(15));
    assert!(Command::new("kill").args(["-INT", &process.id().to_string()]).status().unwrap().success());
    let output = process.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{told}");
    let objects: Vec<serde_json::Value> =
        told.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let last = objects.last().unwrap();
    assert_eq!((&last["event"], &last["run"]), (&"run_interrupted".into(), &project.record()["id"]), "{told}");
}

/// Each version that is there is whole, whenever the run that saved it was killed.
#[test]
fn a_killed_writer_leaves_no_half_version() {
    const MOMENTS: u32 = 12;
    let program = PROGRAM
        .replace("parquet(\"out/dear.parquet\")", "parquet(\"out/dear.parquet\", versioned: true)")
        .replace("artifact(\"out/model\")", "artifact(\"out/model\", versioned: true)");
    let project = || Project::of(&[("main.gml", program.clone()), ("data/sales.csv", sales(40_000))]);
    let settings = |moment: u32| format!("least={}.5", moment % 3 + 1);
    // What a version may hold: what runs save that nothing disturbs.
    let mut due: Vec<BTreeMap<String, Vec<u8>>> = Vec::new();
    let mut whole_run = Duration::ZERO;
    for moment in 0..3 {
        let undisturbed = project();
        let began = Instant::now();
        undisturbed.done(&run(&[&settings(moment)]));
        whole_run = whole_run.max(began.elapsed());
        due.extend(["out/dear.parquet/000001", "out/model/000001"].map(|name| of_folder(&undisturbed.path(name))));
    }
    // Of what no run before has saved: the same once more would be no version.
    let last = "least=4.5";
    let undisturbed = project();
    undisturbed.done(&run(&[last]));
    let due_at_last = of_folder(&undisturbed.path("out/dear.parquet/000001"));
    let project = project();
    let versions = || -> Vec<(String, BTreeMap<String, Vec<u8>>)> {
        let folders = ["out/dear.parquet", "out/model"].into_iter().flat_map(|place| {
            let entries = project.path(place).read_dir().into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).filter(|path| path.is_dir())
        });
        let named =
            folders.filter(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
        named.map(|path| (path.display().to_string(), of_folder(&path))).collect()
    };
    let mut killed = 0;
    for moment in 1..=MOMENTS {
        let _ = std::fs::remove_dir_all(project.path(".gml/store"));
        let mut process = start(&project, &[&settings(moment)]);
        std::thread::sleep(whole_run * moment / MOMENTS);
        process.kill().unwrap();
        killed += usize::from(!process.wait().unwrap().success());
        for (name, files) in versions() {
            assert!(due.contains(&files), "{name} is no version that a run saves");
        }
    }
    assert!(killed >= 4, "only {killed} of {MOMENTS} runs were killed before their end");
    let before = versions().len();
    let _ = std::fs::remove_dir_all(project.path(".gml/store"));
    project.done(&run(&[last]));
    assert_eq!(versions().len(), before + 2);
    let left: Vec<String> = project.files().into_keys().filter(|name| name.contains(".tmp-")).collect();
    assert!(left.is_empty(), "{left:?}");
    let newest = String::from_utf8(project.read("out/dear.parquet/latest")).unwrap();
    let newest = of_folder(&project.path(&format!("out/dear.parquet/{}", newest.trim())));
    assert!(newest == due_at_last, "the newest version is not what the last run saved");
}
