//! The program `ga4_propensity` of the design, as it is written.

use gml_tests::{Project, repository};

use super::{artifacts, files, stands_alone, text};

const BLUEPRINT: &str = "blueprints/ga4_propensity";

/// The program with the events of the slice. Time to look for arguments is cut: what is found does not matter here.
fn design() -> Project {
    let program = std::fs::read(repository().join("tests/spec/programs/ga4_propensity.gml")).unwrap();
    let project = Project::of(&[("main.gml", program)]);
    project.with_raw_data(&repository().join(BLUEPRINT).join("data/01_raw"));
    project
}

const SHORT: [&str; 2] = ["--set", "tuning_time=1s"];

#[test]
fn it_runs_as_written() {
    let project = design();
    project.done(&["run", "prepare"]);
    let finished = project.done(&[&["run", "training"], &SHORT[..]].concat());
    assert!(finished.stdout.contains("report.html"), "{}", finished.stdout);

    let record = project.record();
    let kept = artifacts(&record);
    let expected = [
        ("tune", "history", "tune.json"),
        ("tune", "history", "tune.svg"),
        ("tune", "history", "tune.png"),
        ("fit", "course", "fit.json"),
        ("fit", "course", "fit.svg"),
        ("fit", "course", "fit.png"),
        ("calibration_plot", "figure", "calibration_plot.svg"),
        ("calibration_plot", "figure", "calibration_plot.png"),
        ("explain", "report", "explain.html"),
    ];
    let kept: Vec<_> = kept.iter().map(|(name, kind, path)| (name.as_str(), kind.as_str(), path.as_str())).collect();
    assert_eq!(kept, expected);
    let written = files(&project);
    let mut names: Vec<&str> = written.keys().map(String::as_str).collect();
    names.sort_unstable();
    let pictures = ["calibration_plot.png", "calibration_plot.svg"];
    let learned = ["explain.html", "fit.json", "fit.png", "fit.svg", "report.html", "run.json"];
    assert_eq!(names, [&pictures[..], &learned[..], &["tune.json", "tune.png", "tune.svg"]].concat());
    for name in ["calibration_plot.svg", "explain.html", "fit.svg", "report.html", "tune.svg"] {
        stands_alone(name, &text(&written, name));
    }

    let history: serde_json::Value = serde_json::from_slice(&written["tune.json"]).unwrap();
    assert_eq!((&history["metric"], &history["maximize"]), (&"auc".into(), &true.into()));
    let trials = history["trials"].as_array().unwrap();
    let best = &trials[history["best"].as_u64().unwrap() as usize];
    let values = trials.iter().filter_map(|trial| trial["value"].as_f64());
    assert_eq!(best["value"].as_f64(), values.max_by(f64::total_cmp));
    assert!(best["arguments"]["depth"].as_i64().is_some_and(|depth| (2..=10).contains(&depth)), "{best}");

    // The rounds of the best one, up to where learning stopped.
    let course: serde_json::Value = serde_json::from_slice(&written["fit.json"]).unwrap();
    let curve = |partition: &str| {
        let curves = course["curves"].as_array().unwrap();
        curves.iter().find(|curve| curve["partition"] == partition).unwrap_or_else(|| panic!("{partition}: {course}"))
    };
    let (valid, kept) = (curve("valid"), course["kept"].as_u64().unwrap() as usize);
    let values: Vec<f64> = valid["values"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
    assert_eq!(valid["metric"], "binary_logloss");
    assert_eq!(valid["steps"], serde_json::json!((1..=values.len()).collect::<Vec<_>>()));
    assert_eq!(values.iter().copied().fold(f64::INFINITY, f64::min), values[kept - 1], "the best round is kept");
    assert_eq!(curve("train")["steps"].as_array().unwrap()[..2], [1, 10]);

    // The page of the run has all of it.
    let page = text(&written, "report.html");
    let auc = project.metric("auc", "test");
    for part in
        ["Metrics", "Calibration", "Explanation", "Looking for arguments", "How fit went", "Steps", "tuning_time"]
    {
        assert!(page.contains(part), "{part}");
    }
    assert!(page.contains(&format!("{auc:.4}").trim_end_matches('0').to_owned()), "the AUC is {auc}");

    // Features are those that the program wrote, not what the recipe made of them.
    let explained = text(&written, "explain.html");
    for name in ["visits_before", "country", "device", "hour"] {
        assert!(explained.contains(&format!("<code>{name}</code>")), "{name}");
    }
    assert!(!explained.contains("device_mobile"));

    project.done(&["run", "scoring"]);
    assert!(project.path("data/07_model_output/predictions.parquet").is_file());
}

#[test]
fn it_watches_and_learns_again_where_the_traffic_moved() {
    let project = design();
    project.done(&["run", "prepare"]);
    let finished = project.done(&[&["run", "watch"], &SHORT[..]].concat());
    let share = project.metric("share_drifted", "");
    let kept = artifacts(&project.record());
    let names: Vec<&str> = kept.iter().map(|(.., path)| path.as_str()).collect();
    assert_eq!(names[..2], ["drift.report.html", "drift.columns.parquet"]);
    let written = files(&project);
    stands_alone("drift.report.html", &text(&written, "drift.report.html"));
    assert!(share <= 0.3, "{share}: {}", finished.stdout);
    assert!(!project.path("data/06_models/propensity").exists(), "the day is like the others");

    // The visits of one day, with another kind of traffic in them: counters are far up and texts are new.
    let program = String::from_utf8(project.read("main.gml")).unwrap();
    let moved = "let shift = drift(reference: sessions, current: sessionize(events, day..day) |> derive {\n\
                 visits_before = .visits_before + 5, page_views_before = .page_views_before + 9, products_before = 3,\n\
                 carts_before = 2, device = \"watch\", os = \"other\", browser = \"other\", country = \"nowhere\" })";
    let changed =
        program.replacen("let shift = drift(reference: sessions, current: sessionize(events, day..day))", moved, 1);
    assert_ne!(program, changed, "the program is laid out otherwise now");
    project.write("main.gml", changed);
    project.done(&[&["run", "watch"], &SHORT[..]].concat());
    assert!(project.metric("share_drifted", "") > 0.3);
    assert!(project.path("data/06_models/propensity/000001/signature.json").is_file(), "it has learned again");
    let written = files(&project);
    let drifted = text(&written, "drift.report.html");
    assert!(drifted.contains("watch") && drifted.contains("drifted"), "{drifted}");
    // What is tracked within `when` is kept too.
    assert!(written.contains_key("calibration_plot.svg") && written.contains_key("explain.html"));
}
