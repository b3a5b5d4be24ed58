//! Trainings of networks that are stopped and killed: they go on where they were.

use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::*;

const NETWORK: &str = r#"
use std.graph.{sequences, sr_gnn}

catalog {
    clicks: table { group session: int, id item: int, time at: timestamp } = csv("clicks.csv"),
    learned: recommender[int] = artifact("learned"),
}

pipeline training {
    let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(valid: last(2d))
    let model = fit(sr_gnn(dimension: 64, epochs: 6, batch: 20, seed: 1), train: data.train, valid: data.valid)
    save model as learned
}
"#;

/// Sessions of five clicks on sixty items, over four weeks.
fn clicks(sessions: usize) -> String {
    let mut text = String::from("session,item,at\n");
    for (session, step) in (0..sessions).flat_map(|session| (0..5).map(move |step| (session, step))) {
        let minute = session * 28 * 1440 / sessions + step;
        let (day, hour, minute) = (minute / 1440 + 1, minute / 60 % 24, minute % 60);
        text += &format!("{session},{},2021-02-{day:02}T{hour:02}:{minute:02}:00Z\n", (session * 7 + step) % 60);
    }
    text
}

fn network() -> Project {
    Project::of(&[("main.gml", NETWORK.to_owned()), ("clicks.csv", clicks(4_000))])
}

/// A run that tells of its training as it goes.
struct Told {
    process: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
    /// Lines that were read.
    read: Vec<Value>,
}

impl Told {
    fn start(project: &Project) -> Self {
        let mut command = Command::new(gmlc_folder().join("gmlc"));
        command.args(["run", "--log", "json"]).current_dir(project.path("."));
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        Self { process, lines, read: Vec::new() }
    }

    /// Reads on until it tells of a training for which that holds; what it tells.
    fn until(&mut self, holds: impl Fn(&Value) -> bool) -> Value {
        for line in self.lines.by_ref() {
            let line = line.unwrap();
            let Ok(line) = serde_json::from_str::<Value>(&line) else { continue };
            self.read.push(line.clone());
            if line["event"] == "training" && holds(&line["training"]) {
                return line["training"].clone();
            }
        }
        panic!("the run ended before: {:#?}", self.read);
    }

    /// The rest of what it tells, which is not only JSON where it is interrupted.
    fn rest(&mut self) -> String {
        self.lines.by_ref().map(|line| line.unwrap() + "\n").collect()
    }
}

fn ends_epoch(training: &Value, epoch: u64) -> bool {
    training["turn"] == epoch && training["is_complete"] == true
}

#[test]
fn a_training_tells_how_far_it_is() {
    let project = network();
    let mut run = Told::start(&project);
    let first = run.until(|_| true);
    assert_eq!((&first["learner"], &first["unit"], &first["turns"]), (&"sr_gnn".into(), &"epoch".into(), &6.into()));
    assert!(
        first["batch"][0].as_u64() < first["batch"][1].as_u64() && first["loss"].as_f64().unwrap() > 0.0,
        "{first}"
    );
    let last = run.until(|training| ends_epoch(training, 6));
    assert!(last["valid"]["metric"] == "mrr(20)" && last["valid"]["value"].as_f64().unwrap() > 0.0, "{last}");
    let of_training = run.read.iter().filter(|line| line["event"] == "training");
    let ended: Vec<u64> = of_training
        .filter(|line| line["training"]["is_complete"] == true)
        .map(|line| line["training"]["turn"].as_u64().unwrap())
        .collect();
    assert_eq!(ended, [1, 2, 3, 4, 5, 6], "each epoch is told of");
    let left = run.read.iter().find_map(|line| line["training"]["seconds_left"].as_f64());
    assert!(left.is_some_and(|left| left > 0.0), "{:#?}", run.read);
    run.rest();
    assert!(run.process.wait().unwrap().success());
    // The same for people.
    let told = project.done(&["run", "--force"]).stderr;
    assert!(told.contains("sr_gnn: epoch 6 of 6, loss ") && told.contains(", valid mrr(20) "), "{told}");
}

#[test]
fn an_interrupted_training_keeps_where_it_is_and_goes_on_from_there() {
    let undisturbed = network();
    undisturbed.done(&["run"]);
    let new = undisturbed.files();
    let project = network();
    let mut run = Told::start(&project);
    run.until(|training| ends_epoch(training, 2));
    // Within the next epoch.
    std::thread::sleep(Duration::from_millis(60));
    let asked = Instant::now();
    assert!(Command::new("kill").args(["-INT", &run.process.id().to_string()]).status().unwrap().success());
    let told = run.rest();
    assert_eq!(run.process.wait().unwrap().code(), Some(130), "{told}");
    // About a second on a machine that does nothing else.
    assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
    // As text, or as an event of `--log json`.
    let is_told = told.contains("a training has kept where it is") || told.contains("\"trainings_kept\":1");
    assert!(is_told, "{told}");
    let record = project.record();
    assert_eq!(record["state"], "interrupted");
    let fit = record["steps"].as_array().unwrap().iter().find(|step| step["name"] == "fit").unwrap();
    assert_eq!(fit["state"], "skipped", "what is half done has not failed");
    goes_on(&project, 2, &new);
}

#[test]
fn a_killed_training_goes_on_from_its_last_epoch() {
    let undisturbed = network();
    undisturbed.done(&["run"]);
    let new = undisturbed.files();
    let project = network();
    let mut run = Told::start(&project);
    run.until(|training| ends_epoch(training, 2));
    std::thread::sleep(Duration::from_millis(60));
    // SIGKILL: it keeps what it kept before.
    run.process.kill().unwrap();
    run.process.wait().unwrap();
    assert_eq!(project.record()["state"], "running");
    goes_on(&project, 2, &new);
}

/// The next run begins behind those epochs, and ends as one that nothing disturbed.
fn goes_on(project: &Project, epochs: u64, new: &BTreeMap<String, Vec<u8>>) {
    let mut run = Told::start(project);
    let first = run.until(|_| true);
    assert!(first["turn"].as_u64().unwrap() > epochs, "{first}");
    run.rest();
    assert!(run.process.wait().unwrap().success());
    let found = project.files();
    assert_eq!(found.keys().collect::<Vec<_>>(), new.keys().collect::<Vec<_>>());
    assert!(found == *new, "it did not come to the same end");
}
