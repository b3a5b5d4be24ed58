//! What is lost when a run does not get to its end: nothing. Each fault is made for real.
//!
//! Whatever happened, every dataset is whole, old or new, and the next run ends right: with the same bytes as a run that was
//! never disturbed.

#![cfg(unix)]

mod damage;
mod disks;
mod killed;
mod trainings;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use gml_tests::{Project, gmlc_folder};

/// A table that takes a while to make, two models, three datasets and figures.
const PROGRAM: &str = r#"
use std.learn.{logistic}
use std.metrics.{auc}

param strength: float = 1.0
param least: float = 1.0

schema Sale {
    id     shop: int,
    time   at: date,
           price: float,
           amount: int,
    target returned: bool,
}

catalog {
    sales: table[Sale] = csv("data/sales.csv"),
    dear: table[Sale] = parquet("out/dear.parquet"),
    text: table[Sale] = csv("out/dear.csv"),
    judged: table { shop: int, score: float } = jsonl("out/judged.jsonl"),
    propensity: model = artifact("out/model"),
}

pipeline prepare {
    let kept = sales |> filter(.price >= least)
    save kept as dear
    save kept as text
}

pipeline training {
    let data = dear |> split_time(by: .at, train: @2021-01-01..@2021-01-20, valid: @2021-01-21..@2021-01-25, test: @2021-01-26..@2021-01-31)
    let learned = fit(logistic(l2: strength), train: data.train)
    let calibrated = calibrate(learned, on: data.valid, method: sigmoid)
    track evaluate(calibrated, on: [data.test], metrics: [auc])
    track calibration_plot(calibrated, on: data.test)
    save calibrated as propensity
    save data.test |> predict(calibrated) |> select([.shop, .score]) as judged
}
"#;

/// What the runs write.
const OUTPUTS: [&str; 3] = ["out/dear.parquet", "out/dear.csv", "out/judged.jsonl"];

fn project() -> Project {
    Project::of(&[("main.gml", PROGRAM.to_owned()), ("data/sales.csv", sales(40_000))])
}

/// Sales of a month: the dearer, the more are returned.
fn sales(rows: u64) -> String {
    let mut text = String::from("shop,at,price,amount,returned\n");
    let mut state = 1_u64;
    for row in 0..rows {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = state >> 33;
        let price = random % 1_000;
        let returned = (random / 1_000) % 1_000 < price;
        let day = row % 31 + 1;
        text +=
            &format!("{},2021-01-{day:02},{}.{:02},{},{returned}\n", random % 9, price / 100, price % 100, random % 4);
    }
    text
}

/// What a run with these settings writes that nothing disturbs.
fn undisturbed(settings: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let project = project();
    project.done(&run(settings));
    project.files()
}

/// The arguments of a run with these settings.
fn run<'a>(settings: &[&'a str]) -> Vec<&'a str> {
    let set = settings.iter().flat_map(|setting| ["--set", setting]);
    ["run"].into_iter().chain(set).collect()
}

/// Starts a run that keeps whatever it makes, also what took no time: what is kept is then the same on every machine.
fn start(project: &Project, settings: &[&str]) -> Child {
    let mut command = Command::new(gmlc_folder().join("gmlc"));
    command.args(run(settings)).current_dir(project.path(".")).env("NO_COLOR", "1").env("GML_STORE_KEEP_ABOVE", "0");
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Such a run to its end, and what it told.
fn kept(project: &Project, settings: &[&str]) -> String {
    let output = start(project, settings).wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Sees that each dataset is what the one or the other run writes, or not there where `old` has none.
fn whole(project: &Project, old: &BTreeMap<String, Vec<u8>>, new: &BTreeMap<String, Vec<u8>>) {
    for name in OUTPUTS {
        match std::fs::read(project.path(name)) {
            Ok(bytes) => {
                assert!(
                    old.get(name) == Some(&bytes) || new.get(name) == Some(&bytes),
                    "{name} is neither old nor new"
                );
            }
            Err(_) => assert!(!old.contains_key(name), "{name} is gone"),
        }
    }
    // The folder of a model is swapped as a whole: while it is, the old one stands beside it.
    let model = project.path("out/model");
    let beside = project.path("out/.model.old");
    let folder = if model.is_dir() { model } else { beside };
    if folder.is_dir() {
        let found = of_folder(&folder);
        let of = |files: &BTreeMap<String, Vec<u8>>| -> BTreeMap<String, Vec<u8>> {
            let inside = files.iter().filter_map(|(name, bytes)| Some((name.strip_prefix("out/model/")?, bytes)));
            inside.map(|(name, bytes)| (name.to_owned(), bytes.clone())).collect()
        };
        assert!(found == of(old) || found == of(new), "the model is neither old nor new");
    } else {
        assert!(old.keys().all(|name| !name.starts_with("out/model/")), "the model is gone");
    }
}

fn of_folder(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in folder.read_dir().unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            files.extend(of_folder(&entry.path()).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
    files
}

/// Runs to the end, and sees that nothing tells that it was ever disturbed.
fn ends_right(project: &Project, settings: &[&str], expected: &BTreeMap<String, Vec<u8>>) {
    project.done(&run(settings));
    let found = project.files();
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(expected), "nothing is left of what was not finished");
    for (name, bytes) in expected {
        assert!(&found[name] == bytes, "{name} is another one than that of a run that nothing disturbed");
    }
}
