//! `tune` in a program: the arguments found are used, and are the same whatever the number of threads, and whether or not the run
//! was stopped on its way.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use gml_tests::{Project, gmlc_folder};

/// One search at a time: LightGBM's threads wait for each other by spinning.
static ALONE: Mutex<()> = Mutex::new(());

/// The blueprint on its slice of events.
fn visits() -> Project {
    let project = Project::of_blueprint("ga4_propensity");
    project.done(&["run", "prepare"]);
    project
}

#[test]
fn the_same_search_with_any_number_of_threads() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let project = visits();
    let models = ["1", "2", "3"].map(|threads| {
        project.done(&["run", "training", "--set", "trials=6", "--force", "--threads", threads]);
        String::from_utf8(project.read(&format!("data/06_models/propensity/00000{threads}/model/model.txt"))).unwrap()
    });
    assert!(models[0] == models[1] && models[0] == models[2], "the trees depend on the number of threads");
    // All of the folder, too.
    let folder = |threads: usize| {
        let begin = format!("data/06_models/propensity/00000{threads}/");
        let files = project.files().into_iter();
        files.filter_map(|(name, bytes)| Some((name.strip_prefix(&begin)?.to_owned(), bytes))).collect::<Vec<_>>()
    };
    let alone = folder(1);
    for threads in [2, 3] {
        let other = folder(threads);
        assert_eq!(
            alone.iter().map(|file| &file.0).collect::<Vec<_>>(),
            other.iter().map(|file| &file.0).collect::<Vec<_>>()
        );
        for ((name, one), (_, other)) in alone.iter().zip(&other) {
            assert!(one == other, "{name} depends on the number of threads");
        }
    }
    assert!(models[0].contains("[learning_rate: ") && !models[0].contains("[learning_rate: 0.1]"), "nothing was tuned");
    assert!(project.metric("auc", "test") > 0.6);
}

/// The files in which trials are kept.
fn kept(project: &Project) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![project.path(".gml/unfinished")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// How many trials are kept.
fn trials(project: &Project) -> usize {
    let files = kept(project);
    files.iter().map(|file| fs::read(file).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count()).sum()
}

#[test]
fn a_search_that_was_killed_goes_on_where_it_was() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    const ARGS: [&str; 6] = ["run", "training", "--set", "trials=30", "--threads", "2"];
    const MODEL: &str = "data/06_models/propensity/000001";
    let project = visits();
    let mut running = Command::new(gmlc_folder().join("gmlc"))
        .args(ARGS)
        .current_dir(project.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while trials(&project) < 4 {
        assert!(running.try_wait().unwrap().is_none(), "the run ended before it could be killed");
        assert!(began.elapsed() < Duration::from_secs(300), "no trial is kept");
        std::thread::sleep(Duration::from_millis(5));
    }
    // SIGKILL, of which a process hears nothing.
    running.kill().unwrap();
    running.wait().unwrap();
    let shown = project.done(&["runs", "show", "last"]).stdout;
    assert!(shown.lines().any(|line| line.starts_with("killed ") && line.contains(" tune ")), "{shown}");
    let before = trials(&project);
    assert!((4..30).contains(&before), "{before} trials were made");
    assert!(!project.path(MODEL).exists(), "the run had saved its model already");
    // As if the run had been stopped within a line, too.
    let [file] = &kept(&project)[..] else { panic!("{:?}", kept(&project)) };
    fs::write(file, [fs::read(file).unwrap(), b"{\"trial\": 29, \"state\"".to_vec()].concat()).unwrap();

    let went_on = project.done(&ARGS);
    let told = format!("tune: goes on behind {before} trials of another run");
    assert!(went_on.stderr.contains(&told), "{}", went_on.stderr);
    assert!(kept(&project).is_empty(), "a run that is done leaves nothing unfinished");
    let record = project.record();
    let history =
        record["artifacts"].as_array().unwrap().iter().find(|artifact| artifact["kind"] == "history").unwrap();
    let id = record["id"].as_str().unwrap();
    let history = project.read(&format!(".gml/runs/{id}/{}", history["path"].as_str().unwrap()));
    let history: serde_json::Value = serde_json::from_slice(&history).unwrap();
    assert_eq!((history["resumed"].as_u64(), history["trials"].as_array().unwrap().len()), (Some(before as u64), 30));

    let whole = visits();
    let at_once = whole.done(&ARGS);
    assert!(!at_once.stderr.contains("goes on behind"), "{}", at_once.stderr);
    let model = |project: &Project| {
        let files = project.files().into_iter().filter(|(name, _)| name.starts_with(MODEL));
        files.collect::<Vec<_>>()
    };
    let (resumed, whole) = (model(&project), model(&whole));
    assert!(resumed.len() >= 4);
    for ((name, one), (_, other)) in resumed.iter().zip(&whole) {
        assert!(one == other, "{name} is another one where the run was stopped");
    }
    assert_eq!(resumed.len(), whole.len());
}
