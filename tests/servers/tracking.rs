//! Runs told to a real MLflow server, read back and scored with MLflow's own client; and servers that are dead or hang.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gml_tests::{Finished, Project, gmlc_with, repository};
use serde_json::Value;

const PROGRAM: &str = r#"
use std.learn.{logistic, boosted_trees, tune}
use std.metrics.{auc, log_loss}

param strength: float = 1.0
param token: str = "visible"

schema Visit { id visitor: int, pages: float, seconds: float, target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    propensity: model = artifact("out/propensity", versioned: true),
    scored: table { visitor: int, pages: float, seconds: float, score: float } = parquet("out/scored.parquet"),
}

pipeline training(seed: int = 7) {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: seed)
    let best = tune(logistic(l2: strength), train: data.train, valid: data.valid, maximize: auc, trials: 4, seed: seed, over: { l2: log(0.01..10.0) })
    let model = fit(best, train: data.train)
    track evaluate(model, on: [data.test], metrics: [auc, log_loss])
    track roc_plot(model, on: data.test)
    save model as propensity
    save data.test |> predict(model) |> select([.visitor, .pages, .seconds, .score]) as scored
}

env tracked {
    tracking = mlflow(url: secret("MLFLOW_URL"), experiment: "visits", timeout: 5s),
}

env needed {
    tracking = mlflow(url: secret("MLFLOW_URL"), experiment: "visits", timeout: 2s, required: true),
}
"#;

/// Rounds of boosting with rows to stop by and without, more of them than a request may hold, and epochs of a network.
const STEPS: &str = r#"
use std.learn.{boosted_trees}
use std.graph.{sequences, gru4rec}

schema Visit { id visitor: int, pages: float, seconds: float, target bought: bool }
schema Click { group session: int, id item: int, time at: timestamp }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    clicks: table[Click] = csv("clicks.csv"),
    by_rounds: model = artifact("out/by_rounds"),
    to_the_end: model = artifact("out/to_the_end"),
    next_item: recommender[int] = artifact("out/next_item"),
}

pipeline boosting {
    let data = visits |> split_random(train: 60%, valid: 40%, seed: 7)
    save fit(boosted_trees(objective: binary, rounds: 1100, stop_after: 1100, leaves: 4, seed: 7), train: data.train, valid: data.valid) as by_rounds
    save fit(boosted_trees(objective: binary, rounds: 25, leaves: 4, seed: 7), train: data.train) as to_the_end
}

pipeline following {
    let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_group(train: 60%, valid: 40%, seed: 7)
    save fit(gru4rec(dimension: 8, epochs: 3, batch: 16, seed: 7), train: data.train, valid: data.valid) as next_item
}

env tracked {
    tracking = mlflow(url: secret("MLFLOW_URL"), experiment: "steps", timeout: 10s),
}
"#;

fn project() -> Project {
    let mut text = String::from("visitor,pages,seconds,bought\n");
    let mut state = 1_u64;
    for row in 0..600 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (pages, luck) = ((state >> 33) % 40, (state >> 45) % 40);
        text += &format!("{row},{pages}.5,{}.25,{}\n", luck * 3, pages > luck);
    }
    Project::of(&[("main.gml", PROGRAM.to_owned()), ("visits.csv", text)])
}

/// A process that is ended with the test, with all that it began.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.0.wait();
    }
}

impl Server {
    fn start(command: &mut Command, url: &str, path: &str) -> Self {
        use std::os::unix::process::CommandExt;
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).spawn().unwrap();
        let server = Self(child);
        let address = url.trim_start_matches("http://").to_owned();
        let until = Instant::now() + Duration::from_secs(180);
        let answers = || {
            let Ok(mut stream) = TcpStream::connect(&address) else { return false };
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let asked = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
            let mut answer = String::new();
            std::io::Write::write_all(&mut stream, asked.as_bytes()).is_ok()
                && stream.read_to_string(&mut answer).is_ok()
                && answer.starts_with("HTTP/1.1 200")
        };
        while !answers() {
            assert!(Instant::now() < until, "{url} does not answer");
            std::thread::sleep(Duration::from_millis(200));
        }
        server
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn python() -> Option<PathBuf> {
    let python = std::env::var_os("GML_SERVERS_PYTHON").map(PathBuf::from).filter(|python| python.exists());
    super::wanted("MLflow", python)
}

/// A script of this folder; the environment of the server's Python, so that it finds its own programs.
fn reads(python: &Path, url: &str, args: &[&str]) -> Value {
    let output = Command::new(python)
        .arg(repository().join("tests/servers/mlflow_reads.py"))
        .args(args)
        .envs([("MLFLOW_TRACKING_URI", url), ("PYTHONDONTWRITEBYTECODE", "1")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn run(project: &Project, env: &str, url: &str) -> Finished {
    gmlc_with(&project.path(""), &["run", "--env", env], &[("MLFLOW_URL", url)])
}

#[test]
fn a_real_server_is_told_of_runs_and_scores_with_their_models() {
    let Some(python) = python() else { return };
    let (project, kept) = (project(), tempfile::tempdir().unwrap());
    let url = format!("http://127.0.0.1:{}", free_port());
    let port = url.rsplit(':').next().unwrap();
    let store = format!("sqlite:///{}", kept.path().join("runs.db").display());
    let mut command = Command::new(&python);
    command.args(["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", port, "--workers", "1"]);
    command.args(["--backend-store-uri", &store, "--artifacts-destination"]).arg(kept.path().join("files"));
    let _server = Server::start(command.current_dir(kept.path()), &url, "/health");

    let told = run(&project, "tracked", &url);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(!told.stderr.contains("GML0980"), "{}", told.stderr);
    assert!(!format!("{}{}", told.stdout, told.stderr).contains(&url), "the address is a secret");
    let record = project.record();
    let found = reads(&python, &url, &["visits"]);
    let runs = found["runs"].as_array().unwrap();
    let [run_found] = runs.as_slice() else { panic!("{found}") };
    assert_eq!(run_found["status"], "FINISHED");
    assert_eq!(run_found["record"], record["id"]);
    assert_eq!(run_found["tags"]["gml.run"], record["id"]);
    assert_eq!(run_found["tags"]["gml.environment"], "tracked");
    assert_eq!((&run_found["params"]["strength"], &run_found["params"]["training.seed"]), (&"1.0".into(), &"7".into()));
    // Metrics are those of the record, to the last bit.
    for metric in ["auc", "log_loss"] {
        let value = run_found["metrics"][format!("test/{metric}")][0][1].as_f64().unwrap();
        assert_eq!(value.to_bits(), project.metric(metric, "test").to_bits(), "{metric}");
    }
    // The trials of the search are steps.
    let trials = run_found["metrics"]["tune/auc"].as_array().unwrap();
    assert_eq!(trials.iter().map(|trial| trial[0].as_i64().unwrap()).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(run_found["metrics"]["tune/l2"].as_array().unwrap().len(), 4);
    let artifacts: Vec<&str> = run_found["artifacts"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for file in ["run.json", "report.html", "roc_plot.svg", "roc_plot.png", "tune.json", "tune.svg"] {
        assert!(artifacts.contains(&file), "{file} is missing in {artifacts:?}");
    }
    let version = &found["versions"][0];
    assert_eq!((&version["name"], &version["version"]), (&"propensity".into(), &1.into()));
    assert_eq!(version["inputs"], serde_json::json!(["pages", "seconds"]));

    // The model that the server has says the same as the run.
    let rows = project.path("out/scored.parquet");
    let ours = reads_scores(&python, &rows);
    let theirs = reads(&python, &url, &["score", "models:/propensity/1", &rows.display().to_string()]);
    same("pyfunc", &ours, &theirs["score"]);
    let served = format!("http://127.0.0.1:{}", free_port());
    let mut command = Command::new(&python);
    command.args([
        "-m",
        "mlflow",
        "models",
        "serve",
        "-m",
        "models:/propensity/1",
        "--env-manager",
        "local",
        "-h",
        "127.0.0.1",
    ]);
    command.args(["-p", served.rsplit(':').next().unwrap()]).env("MLFLOW_TRACKING_URI", &url).current_dir(kept.path());
    // What serves is started by name.
    let bin = python.parent().unwrap().display().to_string();
    command.env("PATH", format!("{bin}:{}", std::env::var("PATH").unwrap_or_default()));
    let _scorer = Server::start(&mut command, &served, "/ping");
    let theirs = reads(&python, &url, &["invoke", &served, &rows.display().to_string()]);
    let column = |rows: &Value| match rows.get("score") {
        Some(scores) => scores.clone(),
        None => rows.as_array().unwrap().iter().map(|row| row["score"].clone()).collect(),
    };
    same("served", &ours, &column(&theirs));

    // A run that fails is told as that, and another version comes beside the first.
    let text = String::from_utf8(project.read("main.gml")).unwrap();
    project.write(
        "main.gml",
        text.replace("    save data.test", "    expect count(visits) == 1, \"too many\"\n    save data.test"),
    );
    assert_eq!(run(&project, "tracked", &url).code, 3);
    project.write("main.gml", text);
    assert_eq!(
        gmlc_with(&project.path(""), &["run", "--env", "tracked", "--set", "seed=8"], &[("MLFLOW_URL", &url)]).code,
        0
    );
    let found = reads(&python, &url, &["visits"]);
    let states: Vec<&Value> = found["runs"].as_array().unwrap().iter().map(|run| &run["status"]).collect();
    assert_eq!(states, ["FINISHED", "FAILED", "FINISHED"]);
    assert!(found["runs"][1]["tags"]["gml.failure"].as_str().unwrap().starts_with("GML0916: too many"));
    assert!(found["versions"].as_array().unwrap().len() >= 2, "{}", found["versions"]);

    a_model_that_was_there_is_told_once(&python, &url);
    rounds_and_epochs_are_steps(&python, &url);
    an_interrupted_run_is_told(&python, &url);
}

/// A run that nobody was told of has saved it; the next ones, which are told, find it as they would have saved it.
fn a_model_that_was_there_is_told_once(python: &Path, url: &str) {
    let project = project();
    project.write(
        "main.gml",
        PROGRAM.replace("propensity", "readiness").replace("experiment: \"visits\"", "experiment: \"later\""),
    );
    project.done(&["run"]);
    for _ in 0..2 {
        let told = run(&project, "tracked", url);
        assert_eq!((told.code, told.stderr.contains("GML0980")), (0, false), "{}", told.stderr);
        let cached = project.record()["datasets"].as_array().unwrap().iter().all(|dataset| dataset["cached"] == true);
        assert!(cached, "{}", project.record());
        let found = reads(python, url, &["later"]);
        let versions = found["versions"].as_array().unwrap().iter().filter(|version| version["name"] == "readiness");
        assert_eq!(versions.count(), 1, "{found}");
    }
}

fn an_interrupted_run_is_told(python: &Path, url: &str) {
    let project = project();
    // Far more rounds than there is time for.
    project.write("main.gml", STEPS.replace("rounds: 25", "rounds: 100_000_000").replace("\"steps\"", "\"stopped\""));
    let mut command = Command::new(gml_tests::gmlc_folder().join("gmlc"));
    command.args(["run", "boosting", "--env", "tracked"]).current_dir(project.path("")).env("MLFLOW_URL", url);
    let process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(120);
    while !project.path("out/by_rounds").exists() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(Command::new("kill").args(["-INT", &process.id().to_string()]).status().unwrap().success());
    let output = process.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(told.contains("interrupted") && !told.contains("GML0980"), "{told}");
    let found = reads(python, url, &["stopped"]);
    assert_eq!(found["runs"][0]["status"], "KILLED", "{found}");
    assert_eq!(found["runs"][0]["record"], project.record()["id"]);
    // What it had learned until then is told.
    assert_eq!(found["runs"][0]["metrics"]["fit/valid/binary_logloss"].as_array().map(Vec::len), Some(1_100));
}

/// What is kept of a run beside its record, and what the server has, are the same numbers at the same steps.
fn rounds_and_epochs_are_steps(python: &Path, url: &str) {
    let project = project();
    project.write("main.gml", STEPS);
    let click = |row: u32| {
        let (hour, minute) = (row / 60, row % 60);
        format!("{},{},2021-01-01T{hour:02}:{minute:02}:00Z\n", row / 5, (row / 5 + row % 5) % 9)
    };
    let clicks = (0..300).map(click);
    project.write("clicks.csv", format!("session,item,at\n{}", clicks.collect::<String>()));
    let told = run(&project, "tracked", url);
    assert_eq!(told.code, 0, "{}", told.stderr);
    let (record, found) = (project.record(), reads(python, url, &["steps"]));
    let metrics = &found["runs"][0]["metrics"];
    let id = record["id"].as_str().unwrap();
    let mut sizes = Vec::new();
    for name in ["fit", "fit-2", "fit-3"] {
        let course: Value = serde_json::from_slice(&project.read(&format!(".gml/runs/{id}/{name}.json"))).unwrap();
        for curve in course["curves"].as_array().unwrap() {
            let (metric, partition) = (curve["metric"].as_str().unwrap(), curve["partition"].as_str().unwrap());
            let key = format!("{name}/{partition}/{}", metric.replace(['(', ')'], "_").trim_end_matches('_'));
            let mut points: Vec<(i64, f64)> = metrics[&key]
                .as_array()
                .unwrap_or_else(|| panic!("{key} is not there"))
                .iter()
                .map(|point| (point[0].as_i64().unwrap(), point[1].as_f64().unwrap()))
                .collect();
            points.sort_by_key(|(step, _)| *step);
            let steps = curve["steps"].as_array().unwrap().iter().map(|step| step.as_i64().unwrap());
            let values = curve["values"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap());
            assert_eq!(points, steps.zip(values).collect::<Vec<_>>(), "{key}");
            sizes.push((key, points.len()));
        }
    }
    sizes.sort();
    let sizes: Vec<(&str, usize)> = sizes.iter().map(|(key, size)| (&**key, *size)).collect();
    let due = [
        ("fit-2/train/binary_logloss", 4),
        ("fit-3/train/loss", 3),
        ("fit-3/valid/hit_rate_20", 3),
        ("fit-3/valid/mrr_20", 3),
        ("fit/train/binary_logloss", 111),
        ("fit/valid/binary_logloss", 1_100),
    ];
    assert_eq!(sizes, due);
}

/// The scores that the run has written.
fn reads_scores(python: &Path, rows: &Path) -> Value {
    let code = "import json, sys, pandas as pd; print(json.dumps(pd.read_parquet(sys.argv[1]).score.tolist()))";
    let output = Command::new(python).args(["-c", code]).arg(rows).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn same(what: &str, ours: &Value, theirs: &Value) {
    let numbers = |value: &Value| -> Vec<f64> {
        let flat = |value: &Value| value.as_f64().or_else(|| value[0].as_f64()).unwrap();
        value.as_array().unwrap().iter().map(flat).collect()
    };
    let (ours, theirs) = (numbers(ours), numbers(theirs));
    assert!(ours.len() > 100 && ours.len() == theirs.len(), "{what}: {} and {}", ours.len(), theirs.len());
    let largest = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(largest <= 1e-12, "{what} differs by {largest}");
}

/// Nobody listens, somebody listens and says nothing, somebody says nonsense: the run ends right, and says so once.
#[test]
fn servers_that_do_not_work() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let nonsense = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nonsense.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in nonsense.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = std::io::Write::write_all(
                &mut stream,
                b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy",
            );
        }
    });
    let cases = [
        (format!("http://127.0.0.1:{}", free_port()), "cannot be reached"),
        (format!("http://127.0.0.1:{}", silent.local_addr().unwrap().port()), "does not answer within 5 s"),
        (format!("http://127.0.0.1:{port}"), "it answers 503"),
        ("no address".to_owned(), "its address is no URL"),
    ];
    for (url, says) in &cases {
        let project = project();
        let began = Instant::now();
        let ran = run(&project, "tracked", url);
        assert_eq!(ran.code, 0, "{url}: {}", ran.stderr);
        assert!(ran.stderr.contains("GML0980") && ran.stderr.contains(says), "{url}: {}", ran.stderr);
        assert_eq!(ran.stderr.matches("GML0980").count(), 1, "{}", ran.stderr);
        assert!(began.elapsed() < Duration::from_secs(90));
        assert_eq!(project.record()["state"], "done");
        assert!(project.path("out/scored.parquet").exists());
        // Where it must be told, nothing runs.
        let project = self::project();
        let ran = run(&project, "needed", url);
        assert_eq!(ran.code, 3, "{url}: {}", ran.stderr);
        assert!(ran.stderr.contains("GML0980"), "{}", ran.stderr);
        assert!(!project.path("out").exists(), "something was written");
    }
}
