//! What files runs leave behind, and that they are the same bytes every time.

use gml_tests::Project;
use serde_json::Value;

use super::{artifacts, files, stands_alone, text};

const PROGRAM: &str = r#"use std.learn.{boosted_trees, tune}
use std.metrics.{auc, brier}
use std.report.{model_card, profile, report}
use std.prep.{impute, one_hot}
schema Visit { id visitor: int, pages: int, spent: float?, device: enum["desktop", "mobile", "tablet"], city: category, target bought: bool }
catalog { visits: table[Visit] = csv("visits.csv") }
pipeline training {
    let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
    let recipe = impute(mean, [.spent]) >> one_hot([.device])
    let trees = boosted_trees(objective: binary, rounds: 40, stop_after: 10, leaves: 7, seed: 1)
    let best = tune(recipe >> trees, train: data.train, valid: data.valid, maximize: auc, trials: 8, seed: 1, over: {
        leaves: log(4..32), learning_rate: log(0.01..0.5),
    })
    let model = fit(best, train: data.train, valid: data.valid)
    let calibrated = calibrate(model, on: data.valid, method: sigmoid)
    track evaluate(calibrated, on: [data.test], metrics: [auc, brier])
    track calibration_plot(calibrated, on: data.test)
    track calibration_plot(model, on: data.test, bins: 5)
    track roc_plot(calibrated, on: data.test)
    track precision_recall_plot(calibrated, on: data.test)
    track lift_plot(calibrated, on: data.test)
    track gain_plot(calibrated, on: data.test)
    track confusion_plot(calibrated, on: data.test, threshold: 0.3)
    track explain(calibrated, on: data.test, top: 3)
    track partial_dependence(calibrated, on: data.test, columns: [.pages, .device], individual: true)
    let why = data.test |> contributions(calibrated)
    expect count(why |> filter(.pages_contribution > 0.0)) > 0
    track model_card(calibrated, on: data.test, metrics: [auc, brier], by: [.device], purpose: "Whom to write to.")
    track report(title: "Who buys?") {
        how_good = evaluate(calibrated, on: [data.test], metrics: [auc]),
        what_matters = importance(calibrated, on: data.test, how: permutation, seed: 1),
        together = interactions(calibrated, on: data.test),
        calibration = calibration_plot(calibrated, on: data.test),
    }
}
pipeline explore { track profile(visits) }
"#;

fn visits() -> String {
    let mut csv = String::from("visitor,pages,spent,device,city,bought\n");
    let mut state: u64 = 5;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    for visitor in 0..2000 {
        let (a, b, c, d, e) = (next(), next(), next(), next(), next());
        let pages = (a * a * 20.0) as u32;
        let spent = if b < 0.1 { String::new() } else { format!("{:.2}", -b.ln() * 30.0) };
        let device = ["desktop", "mobile", "tablet"][(c * 3.0) as usize];
        let city = ["Rome", "Oslo", "Lima", "Cairo <x>"][(d * d * 4.0) as usize];
        let chance = 0.05 + f64::from(pages) / 40.0 + if device == "desktop" { 0.2 } else { 0.0 };
        csv += &format!("{visitor},{pages},{spent},{device},{city},{}\n", e < chance);
    }
    csv
}

fn project() -> Project {
    Project::of(&[("main.gml", PROGRAM.to_owned()), ("visits.csv", visits())])
}

#[test]
fn every_result_has_its_file() {
    let project = project();
    project.done(&["run"]);
    let record = project.record();
    let kept: Vec<String> = artifacts(&record).into_iter().map(|(.., path)| path).collect();
    let expected = [
        "tune.json",
        "tune.svg",
        "fit.json",
        "fit.svg",
        "calibration_plot.svg",
        "calibration_plot-2.svg",
        "roc_plot.svg",
        "precision_recall_plot.svg",
        "lift_plot.svg",
        "gain_plot.svg",
        "confusion_plot.svg",
        "explain.html",
        "partial_dependence.svg",
        "model_card.html",
        "report.html",
        "profile.html",
    ];
    let mut sorted = kept.clone();
    sorted.sort();
    let mut due: Vec<String> = expected.iter().map(|name| (*name).to_owned()).collect();
    // Each figure is there as pixels too.
    due.extend(expected.iter().filter_map(|name| name.strip_suffix(".svg")).map(|stem| format!("{stem}.png")));
    due.retain(|name| name != "report.html");
    due.push("report-2.html".into());
    due.sort();
    assert_eq!(sorted, due);
    let written = files(&project);
    for name in written.keys().filter(|name| name.ends_with(".svg") || name.ends_with(".html")) {
        stands_alone(name, &text(&written, name));
    }
    for name in written.keys().filter(|name| name.ends_with(".png")) {
        assert!(written[name].starts_with(b"\x89PNG\r\n\x1a\n"), "{name}");
    }
    assert!(kept.iter().all(|name| written.contains_key(name)));
    assert_eq!(written.len(), kept.len() + 2, "the record, its page, and nothing half-written: {:?}", written.keys());
    let steps: Vec<&Value> = record["artifacts"].as_array().unwrap().iter().map(|artifact| &artifact["step"]).collect();
    let known: Vec<&Value> = record["steps"].as_array().unwrap().iter().map(|step| &step["id"]).collect();
    assert!(steps.iter().all(|step| known.contains(step)));
    let page = text(&written, "report.html");
    for part in [
        "Who buys?",
        "Model card",
        "Profile",
        "Partial dependence",
        "ROC curve",
        "Whom to write to.",
        "Together",
        "Cairo &lt;x&gt;",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn the_same_program_leaves_the_same_bytes() {
    let project = project();
    let mut runs = Vec::new();
    for args in [&["run"][..], &["run", "--threads", "1"], &["run", "--threads", "5"]] {
        project.done(args);
        let mut written = files(&project);
        // They tell when the run was, and how long its steps and its trials took.
        for name in ["run.json", "report.html", "tune.json"] {
            assert!(written.remove(name).is_some(), "{name}");
        }
        runs.push(written);
    }
    for run in &runs[1..] {
        assert_eq!(run.keys().collect::<Vec<_>>(), runs[0].keys().collect::<Vec<_>>());
        for (name, bytes) in run {
            assert!(*bytes == runs[0][name], "{name} differs");
        }
    }
}

#[test]
fn a_run_that_fails_has_a_page_that_says_why() {
    let project = Project::of(&[
        (
            "main.gml",
            "schema Row { n: int }\ncatalog { rows: table[Row] = csv(\"rows.csv\") }\npipeline main {\n    expect count(rows) > 5, \"too <few>\"\n}\n",
        ),
        ("rows.csv", "n\n1\n"),
    ]);
    let finished = project.gmlc(&["run"]);
    assert_eq!(finished.code, 3, "{}", finished.stderr);
    assert!(finished.stderr.contains("report.html"), "{}", finished.stderr);
    let page = text(&files(&project), "report.html");
    stands_alone("report.html", &page);
    assert!(page.contains("GML0916: too &lt;few&gt;") && page.contains("class=\"failure\""), "{page}");
}
